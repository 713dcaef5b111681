//! Phone sources: what phones, phone companies and business phone systems export of their calls, voicemails and texts.
//!
//! A file is recognised by what it holds, never by its name ([`read::path`]). Every reader is one entry of [`format::READERS`]: it is
//! shown the head of the file, and gives its rows to a [`Reading`], which checks them and hands them on one by one, so that a
//! log of any size takes little memory. A row that cannot be read is told of with its place, and the others go on. What a source
//! says is kept as it says it; what follows from it (attempts, owners) is for later rooms.

mod cdr;
mod column;
pub mod format;
mod known;
pub mod map;
mod mapped;
mod neutral;
pub mod number;
mod plan;
mod propose;
pub mod question;
pub mod read;
pub mod reading;
mod record;
mod rows;
pub mod stored;
mod survey;
mod synonyms;
pub mod wall;
pub mod when;
mod words;

pub use reading::{Place, Read, Reading, Row, Settings, Sink, Summary};
pub use record::{CallRecord, Direction};
pub use when::Stamp;
