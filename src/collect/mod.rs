//! What came back, byte for byte. Every source (IMAP, Maildir, mbox, a call log, a person) hands over a [`RawRecord`]:
//! source, external id, bytes, the times it knows. Judging whose it is and what it says is for later rooms.

mod error;
pub mod hooks;
pub mod mail;
pub mod phone;
mod touch;
pub mod twilio;

pub use error::CollectError;
pub(crate) use error::about_tls;
use error::root_cause;
pub use touch::{Arrival, ArrivalBasis, Channel, EvidenceFault, Placement, RawRecord, Signal};
