//! The whole of crickets from outside: the built program against real peers on loopback (Dovecot, an SMTP server,
//! PostgreSQL, Chromium) that the tests start on free ports and stop again. One binary; a file per command or story.
//!
//! A peer that is not installed: the test says so and passes, unless `CRICKETS_TEST_PEERS=required` (which `./test`
//! sets), when it fails.

#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::disallowed_methods,
    reason = "a test stops at the first surprise, reads the machine's clock, and is told about its peers by the environment"
)]

mod again;
mod anonymous;
mod appeals;
mod attribution;
mod axe;
mod bad_sites;
mod browser;
mod calls;
mod canary;
mod cli;
mod demo;
mod dovecot_restart;
mod evidence;
mod formats;
mod grid;
mod hostile_mail;
mod import;
mod inspect;
#[cfg(feature = "keyring")]
mod keyring;
mod kill;
mod layers;
mod login;
mod mail_road;
mod mail_to;
mod mapping;
mod pdf;
mod peers;
mod phone_story;
mod portfolio;
mod probe;
mod proofs;
mod purge;
mod report_bytes;
mod review;
mod screens;
mod several;
mod site;
mod store_story;
mod twilio;
mod vectors;
mod watched;
mod webhooks;
mod workspace;
mod xss;
