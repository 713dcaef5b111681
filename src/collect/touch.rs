//! The raw record: what every source hands over, before anyone judges it.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The channel a touch came through.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// An email.
    Email,
    /// A phone call, answered or not.
    Call,
    /// A message left on the voicemail.
    Voicemail,
    /// A text message.
    Sms,
}

/// The folder a mail landed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Placement {
    /// The inbox.
    Inbox,
    /// Gmail's promotions category.
    Promotions,
    /// Junk or spam.
    Spam,
}

/// What an arrival time rests on (benchmarks, section 1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ArrivalBasis {
    /// IMAP INTERNALDATE, in agreement with the handover line or without one.
    InternalDate,
    /// The `Received` line by which the shopper's provider took the mail over.
    Handover,
    /// The Maildir delivery time in the file name.
    Maildir,
    /// The moment the server saved it in the folder (SAVEDATE, RFC 8514), where INTERNALDATE is not to be believed.
    SaveDate,
    /// The moment we first saw it.
    Seen,
    /// The `Date` header: the sender's claim, always disputed.
    DateHeader,
    /// The row of a call log.
    Log,
    /// A person's word.
    Person,
}

/// When a touch arrived: an interval, with every clock that was read kept beside it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Arrival {
    /// The earliest moment it can have arrived.
    pub at: DateTime<Utc>,
    /// The latest, where the source is vague; `None` when it equals `at`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_latest: Option<DateTime<Utc>>,
    /// Whether the clocks disagree or only the sender's claim was there.
    #[serde(default)]
    pub disputed: bool,
    /// Which clock `at` rests on.
    pub basis: ArrivalBasis,
    /// IMAP INTERNALDATE.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub internal_date: Option<DateTime<Utc>>,
    /// IMAP SAVEDATE: when the server saved it in the folder, by delivery, move or upload.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub save_date: Option<DateTime<Utc>>,
    /// The handover `Received` line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub handover: Option<DateTime<Utc>>,
    /// The `Date` header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date_header: Option<DateTime<Utc>>,
    /// When we last looked and it was not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_from: Option<DateTime<Utc>>,
    /// When we first saw it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seen_by: Option<DateTime<Utc>>,
}

/// Why evidence that was kept shows no more what it showed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceFault {
    /// Its file is gone.
    Missing,
    /// Its bytes are others than those that were kept.
    Altered,
    /// It is there and the system does not give it.
    Unreadable,
}

impl EvidenceFault {
    /// What it is, in a word or two.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Altered => "altered",
            Self::Unreadable => "unreadable",
        }
    }
}

/// One reason behind a judgement: its name, how far it moved the judgement, and what was seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Signal {
    /// A stable name, e.g. `auto-submitted`.
    pub id: String,
    /// Weight towards (positive) or against (negative) the judgement.
    pub weight: f64,
    /// What was seen, in a few words.
    pub detail: String,
}

impl Signal {
    /// A signal with its three parts.
    #[must_use]
    pub fn new(id: &str, weight: f64, detail: impl Into<String>) -> Self {
        Self { id: id.to_owned(), weight, detail: detail.into() }
    }
}

/// What a source hands over.
#[derive(Clone, Debug)]
pub struct RawRecord {
    /// The source, e.g. `mailbox.main`.
    pub source: String,
    /// The source's own id, e.g. `INBOX/1700000000/42`, for tracing.
    pub external_id: String,
    /// SHA-256 (hex) of the canonical content: the same mail or row twice has the same identity.
    pub identity: String,
    /// Of a mail, what its one delivery to the shopper is known by, where its handover line tells: a copy that a program wrote otherwise has the same.
    pub delivery: Option<String>,
    /// The channel.
    pub channel: Channel,
    /// The bytes as they came.
    pub bytes: Vec<u8>,
    /// When it arrived.
    pub arrival: Arrival,
    /// Where a mail landed, where that is known.
    pub placement: Option<Placement>,
}
