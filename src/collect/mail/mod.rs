//! Mail sources and the reading of a message. Takes IMAP folders, Maildirs, mbox files and .eml files; gives
//! [`RawRecord`](crate::collect::RawRecord)s and, from their bytes, a [`Mail`]. Refuses to mark, move or fetch anything remote.

pub mod arrival;
pub mod canonical;
pub mod files;
mod folder;
mod html;
pub mod imap;
mod imap_pass;
mod imap_session;
#[cfg(test)]
mod imap_tests;
mod imap_watch;
mod imap_wire;
mod maildir;
mod mbox;
mod parse;
mod record;

pub use imap_watch::{Event, watch};
pub(crate) use parse::links_in;
pub use parse::{Address, Link, Mail, Received, parse, parse_head};
