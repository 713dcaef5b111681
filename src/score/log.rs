//! `crickets.log/1`: one inquiry and everything that came back, the input of scoring. Unknown keys are ignored, and `null` in an
//! optional key is as good as its absence.

use chrono::{DateTime, NaiveDate, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize};

use super::TouchId;
use crate::attribute::AttributedBy;
use crate::classify::{Labels, Origin};
use crate::collect::Channel;
use crate::shop::{ConfirmedBy, Status};

/// The schema name.
pub const SCHEMA: &str = "crickets.log/1";

/// One inquiry and its touches, as of a moment.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct Log {
    /// What this is.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: String,
    /// The moment up to which the log is complete.
    pub as_of: DateTime<Utc>,
    /// The inquiry.
    pub inquiry: LogInquiry,
    /// What came back, in any order.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Vec<LogTouch>>")]
    pub touches: Vec<LogTouch>,
}

/// The inquiry of a log.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LogInquiry {
    /// The shop's slug.
    pub shop: String,
    /// The builder.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<String>")]
    pub builder: String,
    /// IANA zone.
    #[schemars(with = "String")]
    pub timezone: Tz,
    /// Opening hours, OSM syntax.
    pub hours: String,
    /// Days closed besides.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Vec<NaiveDate>>")]
    pub holidays: Vec<NaiveDate>,
    /// Where the inquiry stands; absent: `confirmed` when `confirmed_at` and `confirmed_by` are there, else `unclear`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<Status>,
    /// Why it stands there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// When the request was written.
    #[serde(default)]
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was accepted.
    #[serde(default)]
    pub confirmed_at: Option<DateTime<Utc>>,
    /// How that was proven.
    #[serde(default)]
    pub confirmed_by: Option<ConfirmedBy>,
    /// The question asked; empty or absent: none was.
    #[serde(default)]
    pub question: Option<String>,
    /// What the form offered.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Offered>")]
    pub offered: Offered,
    /// When an opt-out was sent.
    #[serde(default)]
    pub opt_out_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    #[serde(default)]
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// When no source was watching.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Vec<Gap>>")]
    pub coverage_gaps: Vec<Gap>,
    /// Touches in review that may belong here.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<u32>")]
    pub in_review: u32,
    /// Texts of our own in review that may opt out of this inquiry.
    #[serde(default, deserialize_with = "or_default", skip_serializing_if = "is_zero")]
    #[schemars(with = "Option<u32>")]
    pub opt_outs_in_review: u32,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// What the form let the shopper offer.
#[derive(Clone, Copy, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Offered {
    /// A phone number was given.
    #[serde(deserialize_with = "or_default")]
    #[schemars(with = "Option<bool>")]
    pub phone: bool,
    /// Texts were consented to.
    #[serde(deserialize_with = "or_default")]
    #[schemars(with = "Option<bool>")]
    pub text: bool,
}

/// A span in which a source was not watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Gap {
    /// The source, e.g. `mailbox.main`.
    pub source: String,
    /// Start.
    pub from: DateTime<Utc>,
    /// End.
    pub to: DateTime<Utc>,
    /// What alone it did not show, where it showed the rest: `call` or `sms` of a phone. Absent: it showed nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Why it was not, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// One touch of a log.
#[derive(Clone, Debug, Serialize, Deserialize, JsonSchema)]
pub struct LogTouch {
    /// Its id.
    pub id: TouchId,
    /// The channel.
    pub channel: Channel,
    /// Who wrote it.
    pub origin: Origin,
    /// The earliest moment it arrived.
    pub at: DateTime<Utc>,
    /// The latest, where vague.
    #[serde(default)]
    pub at_latest: Option<DateTime<Utc>>,
    /// Whether its clocks disagree.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<bool>")]
    pub disputed: bool,
    /// Number or address; `None` for withheld.
    #[serde(default)]
    pub from: Option<String>,
    /// What it says.
    #[serde(default, deserialize_with = "or_default")]
    #[schemars(with = "Option<Labels>")]
    pub labels: Labels,
    /// What its attribution rests on.
    #[serde(default)]
    pub attributed_by: Option<AttributedBy>,
    /// How sure that is.
    #[serde(default)]
    pub confidence: Option<f64>,
    /// `sha256:…` of the raw bytes.
    #[serde(default)]
    pub evidence: Option<String>,
}

fn or_default<'de, D: Deserializer<'de>, T: Deserialize<'de> + Default>(deserializer: D) -> Result<T, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
