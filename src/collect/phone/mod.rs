//! Phone sources: call and text logs. Takes the neutral CSV of the contract; gives [`CallRecord`]s and raw records.

pub mod csv;
pub mod number;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::Channel;

/// Which way a call or text went, seen from the shopper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the shopper.
    #[default]
    Inbound,
    /// From the shopper.
    Outbound,
}

/// One call, voicemail or text, as the contract's `crickets.call/1` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// The source's own id, where it has one.
    pub id: Option<String>,
    /// call, voicemail or sms.
    pub channel: Channel,
    /// Which way it went.
    pub direction: Direction,
    /// E.164, or a short code or sender name as it came; `None` for a withheld number.
    pub from: Option<String>,
    /// E.164.
    pub to: Option<String>,
    /// When it began to ring.
    pub started_at: DateTime<Utc>,
    /// The later end, where the source is vague.
    pub started_at_latest: Option<DateTime<Utc>>,
    /// Length in seconds.
    pub duration_s: Option<u32>,
    /// Whether somebody picked up.
    pub answered: Option<bool>,
    /// The text, or a transcript.
    pub body: Option<String>,
}
