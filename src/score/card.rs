//! The scorecard: one entry of `shops` in `crickets.report/1`.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::attribute::AttributedBy;
use crate::classify::{Labels, Origin};
use crate::collect::Channel;
use crate::shop::{ConfirmedBy, Status};

/// How far the judgement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// The window is over.
    Final,
    /// The window is open.
    Provisional,
    /// Not proven; never zero.
    Inconclusive,
    /// Nothing was asked.
    NotShopped,
}

/// How a criterion came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Full marks.
    Met,
    /// Some.
    Partial,
    /// None.
    Missed,
    /// The interval of the time lies across a limit.
    Indeterminate,
    /// Outside the denominator.
    NotCounted,
}

/// Seconds on the wall clock since `confirmed_at`; `None` means never in the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's keys, each a channel or origin")]
pub struct First {
    pub any: Option<i64>,
    pub personal: Option<i64>,
    pub call: Option<i64>,
    pub personal_email: Option<i64>,
    pub text: Option<i64>,
    pub video: Option<i64>,
    pub auto_reply: Option<i64>,
}

/// Seconds inside the builder's posted hours since `confirmed_at`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's keys")]
pub struct FirstBusiness {
    pub call: Option<i64>,
    pub personal_email: Option<i64>,
}

/// How many of each came in the window. `calls` are attempts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[expect(missing_docs, reason = "the contract's keys")]
pub struct Counts {
    pub calls: u32,
    pub voicemails: u32,
    pub texts: u32,
    pub personal_emails: u32,
    pub marketing_emails: u32,
    pub auto_replies: u32,
    pub videos: u32,
    pub bounces: u32,
}

/// A limit on the score, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Cap {
    /// The score cannot be above this.
    pub cap: f64,
    /// Why, in a sentence.
    pub why: String,
}

/// One criterion of the rubric, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Its id, e.g. `speed.call`.
    pub id: String,
    /// Whether it is in the denominator.
    pub counted: bool,
    /// How it came out.
    pub result: Outcome,
    /// Points given.
    pub points: f64,
    /// Points possible.
    pub of: f64,
    /// The reason, one sentence.
    pub why: String,
    /// The touches it rests on.
    pub touches: Vec<String>,
}

/// A touch as the report shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TouchEntry {
    /// Its id.
    pub id: String,
    /// The channel.
    pub channel: Channel,
    /// Who wrote it.
    pub origin: Origin,
    /// The earliest moment it arrived.
    pub at: DateTime<Utc>,
    /// The latest, where vague.
    pub at_latest: Option<DateTime<Utc>>,
    /// Whether its clocks disagree.
    pub disputed: bool,
    /// Number or address; `None` for withheld.
    pub from: Option<String>,
    /// What its attribution rests on.
    pub attributed_by: Option<AttributedBy>,
    /// How sure that is.
    pub confidence: Option<f64>,
    /// What it says.
    pub labels: Labels,
    /// `sha256:…`.
    pub evidence: Option<String>,
}

/// Number of inquiries per time bucket to the first personal touch, by the contract's names.
pub type Buckets = BTreeMap<String, u32>;

/// One inquiry scored by one rubric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// The shop's slug.
    pub shop: String,
    /// The builder.
    pub builder: String,
    /// Where the inquiry stands.
    pub status: Status,
    /// How far the judgement has come.
    pub verdict: Verdict,
    /// Why the verdict is not `final`, in sentences.
    pub verdict_why: Vec<String>,
    /// When the request was written.
    pub sent_at: Option<DateTime<Utc>>,
    /// When it was accepted.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// How that was proven.
    pub confirmed_by: Option<ConfirmedBy>,
    /// First touches, wall clock.
    pub first: First,
    /// First touches, business clock.
    pub first_business: FirstBusiness,
    /// How many came.
    pub counts: Counts,
    /// Sum over criteria that count; `None` when not scored.
    pub points: Option<f64>,
    /// Sum of their maxima; `None` when not scored.
    pub out_of: Option<f64>,
    /// 0 to 100, one decimal; `None` when not scored.
    pub score: Option<f64>,
    /// The tier's name.
    pub tier: Option<String>,
    /// Caps that apply, lowest first.
    pub caps: Vec<Cap>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Every criterion of the rubric, in its order.
    pub criteria: Vec<Criterion>,
    /// Every touch, by time.
    pub touches: Vec<TouchEntry>,
}
