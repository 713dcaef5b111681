//! Phone sources: what phones, phone companies and business phone systems export of their calls, voicemails and texts.
//!
//! A file is recognised by what it holds, never by its name ([`read::path`]). Every reader is one entry of [`format::READERS`]: it is
//! shown the head of the file, and gives its rows to a [`Reading`], which checks them and hands them on one by one, so that a
//! log of any size takes little memory. A row that cannot be read is told of with its place, and the others go on. What a source
//! says is kept as it says it; what follows from it (attempts, owners) is for later rooms.

mod aircall;
mod bandwidth;
mod callrail;
mod dialpad;
pub mod fields;
pub mod format;
mod json;
#[cfg(test)]
mod json_tests;
pub mod limits;
mod neutral;
pub mod number;
mod plivo;
mod quo;
pub mod read;
pub mod reading;
mod record;
mod ringcentral;
mod rows;
pub mod stored;
mod telnyx;
pub mod twilio;
mod vonage;
pub mod when;

pub use reading::{Place, Read, Reading, Row, Settings, Sink, Summary};
pub use record::{CallRecord, Direction};
pub use when::Stamp;
