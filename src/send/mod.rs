//! Our own mail, which goes out through `[smtp]`. Takes the settings and finished messages (RFC 5322); gives what the server
//! said. Nothing here decides whether a mail may go out: whoever calls does.

mod about;
mod canary;
mod parcel;
mod smtp;

pub use about::{About, Traces, about};
pub use canary::{Letter, is_canary_alias, new_id};
pub use parcel::{Enclosure, Parcel};
pub use smtp::{Outbox, SendError};
