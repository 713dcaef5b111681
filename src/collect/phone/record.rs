//! One call, voicemail or text, as every reader gives it and as it is kept.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::when::{Basis, Stamp};
use crate::collect::Channel;

/// Which way a call or text went, seen from the shopper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// To the shopper.
    #[default]
    Inbound,
    /// From the shopper.
    Outbound,
}

/// One call, voicemail or text, as the contract's `crickets.call/1` has it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
    /// When it began to ring, or the text arrived, as the source says; a voicemail's own stamp, which may be later than its ring.
    pub started_at: DateTime<Utc>,
    /// The later end, where the source is vague.
    pub started_at_latest: Option<DateTime<Utc>>,
    /// Length in seconds.
    pub duration_s: Option<u32>,
    /// Whether somebody picked up.
    pub answered: Option<bool>,
    /// The text, or a transcript.
    pub body: Option<String>,
    /// What the source names the other side: an address book's or the network's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What joins the records of one call: a voicemail and its call, a call's legs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The number that was dialled, where the call was forwarded to `to`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<String>,
    /// What the network vouches for of the caller's number, as it spells it (STIR, RFC 8224): `A`, `TN-Validation-Passed-B` and their kin.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attestation: Option<String>,
    /// What its moment is the moment of.
    #[serde(default, skip_serializing_if = "is_ring")]
    pub basis: Basis,
    /// Whether the source wrote a local time, whose zone somebody else told.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
}

/// The schema of [`CallLine`].
pub const CALL_SCHEMA: &str = "crickets.call/1";

/// A record with its place, as `inspect calls --json` prints it, a line each.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct CallLine<'a> {
    /// `crickets.call/1`.
    pub schema: &'static str,
    /// The format of the log, e.g. `twilio-csv`.
    pub format: &'a str,
    /// The record.
    #[serde(flatten)]
    pub call: &'a CallRecord,
    /// The file.
    pub file: &'a str,
    /// The line in it, from 1; `null` where the format has none.
    pub line: Option<u64>,
    /// The byte at which it begins, of a format without lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub byte: Option<u64>,
    /// The number of the record, of a format without lines.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub record: Option<u64>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_ring(basis: &Basis) -> bool {
    *basis == Basis::Ring
}

impl CallRecord {
    /// A record that tells of its channel and moment alone: inbound, everything else unknown.
    #[must_use]
    pub fn new(channel: Channel, at: Stamp) -> Self {
        Self {
            id: None,
            channel,
            direction: Direction::Inbound,
            from: None,
            to: None,
            started_at: at.at,
            started_at_latest: at.latest,
            duration_s: None,
            answered: None,
            body: None,
            name: None,
            session: None,
            forwarded_from: None,
            attestation: None,
            basis: at.basis,
            local: at.local,
        }
    }
}
