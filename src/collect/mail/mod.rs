//! Mail sources and the reading of a message. Takes IMAP folders, Maildirs, mbox files and .eml files; gives
//! [`RawRecord`](crate::collect::RawRecord)s and, from their bytes, a [`Mail`]. Refuses to mark, move or fetch anything remote.

pub mod arrival;
pub mod canonical;
pub mod files;
pub(crate) mod folder;
pub mod handover;
#[cfg(test)]
mod handover_tests;
mod headers;
mod html;
pub(in crate::collect) use html::heavy;
pub mod imap;
mod imap_beside;
#[cfg(test)]
mod imap_evidence_tests;
#[cfg(test)]
mod imap_folder_tests;
mod imap_letters;
mod imap_list;
mod imap_login;
mod imap_pass;
#[cfg(test)]
mod imap_peers;
mod imap_plan;
mod imap_session;
mod imap_tap;
#[cfg(test)]
mod imap_tests;
#[cfg(test)]
mod imap_trouble_tests;
mod imap_watch;
mod imap_wire;
mod maildir;
mod mbox;
pub mod oauth;
mod oauth_flow;
mod oauth_kept;
mod oauth_redirect;
#[cfg(test)]
mod oauth_tests;
mod oauth_wire;
mod parse;
mod received;
mod record;
mod sasl;
pub mod skew;

#[cfg(fuzzing)]
pub use imap_letters::without_letters;
pub use imap_watch::{Event, watch};
pub use oauth_flow::{Prompt, agree};
pub use oauth_kept::Keep;
pub(crate) use parse::links_in;
pub use parse::{Address, Link, Mail, parse, parse_head};
pub use received::{Peer, Received};
