//! Phone sources: what phones, phone companies and business phone systems export of their calls, voicemails and texts.
//!
//! A file is recognised by what it holds, never by its name ([`read::path`]). Every reader is one entry of [`format::READERS`]: it is
//! shown the head of the file, and gives its rows to a [`Reading`], which checks them and hands them on one by one, so that a
//! log of any size takes little memory. A row that cannot be read is told of with its place, and the others go on. What a source
//! says is kept as it says it; what follows from it (attempts, owners) is for later rooms.

mod aircall;
mod android;
mod archive;
mod bandwidth;
mod beside;
mod callrail;
mod cdr;
mod column;
mod dialpad;
pub mod fields;
pub mod format;
mod google_db;
mod google_html;
mod google_page;
mod grow;
mod json;
#[cfg(test)]
mod json_tests;
mod known;
pub mod map;
mod mapped;
mod mms;
mod neutral;
mod plan;
mod plivo;
mod propose;
pub mod question;
mod quo;
pub mod read;
pub mod reading;
mod record;
mod references;
mod ringcentral;
mod rows;
pub mod shown;
pub mod stored;
mod survey;
mod synonyms;
mod tags;
mod telnyx;
pub mod twilio;
mod vonage;
pub mod wall;
pub mod when;
mod words;

pub(in crate::collect) use beside::{ELSEWHERE, LEG};
pub use grow::grown;
pub use reading::{Place, Read, Reading, Row, Settings, Sink, Summary};
pub use record::{CALL_SCHEMA, CallLine, CallRecord, Direction};
pub use when::Stamp;
