//! The scorecard: one entry of `shops` in `crickets.report/1`.

use std::borrow::Cow;
use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::TouchId;
use crate::attribute::AttributedBy;
use crate::classify::{Labels, Origin};
use crate::collect::{Channel, EvidenceFault};
use crate::shop::{ConfirmedBy, Status};

/// How far the judgement has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the contract's keys")]
pub struct FirstBusiness {
    pub call: Option<i64>,
    pub personal_email: Option<i64>,
}

/// How many of each came in the window. `calls` are attempts.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// Whether a channel could show anything at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Reach {
    /// It was watched, but for gaps too small to matter.
    Watched,
    /// Not for so long that it cannot be said that nothing came on it.
    PartlyWatched,
    /// It was not watched for a single moment.
    NotWatched,
    /// The form did not offer it: no phone number was given, or texts were not consented to.
    NotOffered,
}

/// Which channels could show anything: silence means something only on a channel that was offered and watched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[expect(missing_docs, reason = "the channels")]
pub struct Channels {
    pub call: Reach,
    pub text: Reach,
    pub email: Reach,
}

/// Which first touch is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(missing_docs, reason = "the keys of `first` and `first_business`")]
pub enum FirstOf {
    Any,
    Personal,
    Call,
    CallInHours,
    PersonalEmail,
    PersonalEmailInHours,
    Text,
    Video,
    AutoReply,
}

/// What is known of a first touch. Only [`Came::Never`] says that nothing came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Came {
    /// So many seconds after the confirmed inquiry.
    After(i64),
    /// The window is over, and nothing came in it.
    Never,
    /// Nothing so far, and the window is open or a touch waits in review.
    NotYet,
    /// Nothing until the inquiry was withdrawn, and its window was not over then.
    NotWaited,
    /// Nothing was seen, and that nothing came is not proven.
    NotProven,
    /// Nobody watched the channel.
    NotWatched,
    /// The form did not offer the channel.
    NotOffered,
    /// Nothing was asked, so that no clock ran.
    NoClock,
}

/// Which limit on the score.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CapKind {
    /// Nothing came.
    Silent,
    /// Only auto-replies came.
    RobotOnly,
    /// Nothing personal, but marketing.
    MarketingOnly,
    /// Nothing personal in time.
    Late,
    /// The question was not answered.
    Unanswered,
    /// A number was given and nobody called.
    NoCall,
}

/// A limit on the score, with its reason.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cap {
    /// Which limit.
    pub kind: CapKind,
    /// The score cannot be above this.
    pub cap: f64,
    /// Why, in a sentence.
    pub why: String,
}

/// One criterion of the rubric, judged.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Criterion {
    /// Its id, e.g. `speed.call`.
    pub id: Cow<'static, str>,
    /// Whether it is in the denominator.
    pub counted: bool,
    /// How it came out.
    pub result: Outcome,
    /// Points given.
    pub points: f64,
    /// Points possible.
    pub of: f64,
    /// The reason, one sentence.
    pub why: Cow<'static, str>,
    /// The touches it rests on.
    pub touches: Vec<TouchId>,
}

/// A touch as the report shows it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct TouchEntry {
    /// Its id.
    pub id: TouchId,
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
    /// Why the evidence kept under that name shows it no more; absent where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence_fault: Option<EvidenceFault>,
}

/// Number of inquiries per time bucket to the first personal touch, by the contract's names.
pub type Buckets = BTreeMap<String, u32>;

/// One inquiry scored by one rubric.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Which channels could show anything; `None` where no clock ran.
    pub channels: Option<Channels>,
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
    /// When that cut the window short; absent where nothing did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cut_at: Option<DateTime<Utc>>,
    /// When an opt-out was sent.
    pub opt_out_at: Option<DateTime<Utc>>,
    /// Every criterion of the rubric, in its order.
    pub criteria: Vec<Criterion>,
    /// Every touch, by time.
    pub touches: Vec<TouchEntry>,
}

impl Card {
    /// What is known of a first touch: `null` under `first` is a *never* only where the channel was offered, watched and waited for.
    #[must_use]
    pub fn came(&self, first: FirstOf) -> Came {
        let seconds = match first {
            FirstOf::Any => self.first.any,
            FirstOf::Personal => self.first.personal,
            FirstOf::Call => self.first.call,
            FirstOf::CallInHours => self.first_business.call,
            FirstOf::PersonalEmail => self.first.personal_email,
            FirstOf::PersonalEmailInHours => self.first_business.personal_email,
            FirstOf::Text => self.first.text,
            FirstOf::Video => self.first.video,
            FirstOf::AutoReply => self.first.auto_reply,
        };
        let Some(channels) = self.channels else { return seconds.map_or(Came::NoClock, Came::After) };
        let reach = match first {
            FirstOf::Call | FirstOf::CallInHours => channels.call,
            FirstOf::Text => channels.text,
            FirstOf::PersonalEmail | FirstOf::PersonalEmailInHours | FirstOf::AutoReply => channels.email,
            FirstOf::Any | FirstOf::Personal | FirstOf::Video => channels.all(),
        };
        match (seconds, reach) {
            (Some(seconds), _) => Came::After(seconds),
            (None, Reach::NotOffered) => Came::NotOffered,
            (None, Reach::NotWatched) => Came::NotWatched,
            (None, Reach::PartlyWatched) => Came::NotProven,
            (None, Reach::Watched) => match self.verdict {
                Verdict::Final if self.cut_at.is_some() => Came::NotWaited,
                Verdict::Final => Came::Never,
                Verdict::Provisional => Came::NotYet,
                Verdict::Inconclusive => Came::NotProven,
                Verdict::NotShopped => Came::NoClock,
            },
        }
    }
}

impl Channels {
    /// All channels as one: watched only where each was that was offered, not watched only where none was.
    fn all(self) -> Reach {
        let mut offered = [self.call, self.text, self.email].into_iter().filter(|reach| *reach != Reach::NotOffered);
        let first = offered.next().unwrap_or(Reach::NotOffered);
        if offered.all(|reach| reach == first) { first } else { Reach::PartlyWatched }
    }

    /// Whether one of the channels that were offered was not watched, or not for long enough.
    #[must_use]
    pub fn half_blind(self) -> bool {
        [self.call, self.text, self.email].iter().any(|reach| matches!(reach, Reach::NotWatched | Reach::PartlyWatched))
    }
}
