//! How well a wave was watched, as a report tells it: the gaps of each source, what shows that a mailbox received, and our clock beside
//! those of the sites.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::phoned::Phoned;
use crate::collect::mail::skew::Skew;

/// A span in which a source was not watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GapSpan {
    /// Start.
    pub from: DateTime<Utc>,
    /// End.
    pub to: DateTime<Utc>,
    /// Why, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How well a source was watched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// When it was not.
    pub gaps: Vec<GapSpan>,
    /// Of a mailbox: what shows that mail arrived in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alive: Option<Alive>,
    /// Of a phone: what its logs can prove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phoned: Option<Phoned>,
}

/// What the clocks of the sites that were asked say of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockOffset {
    /// How many were compared.
    pub sites: u32,
    /// By how many seconds the middle one is certainly ahead of ours; negative where it is behind.
    pub offset_s: i64,
}

impl ClockOffset {
    /// What nobody need be told.
    const SMALL_S: i64 = 5;

    /// A sentence without its end where our clock seems to be off.
    #[must_use]
    pub fn tell(self) -> Option<String> {
        let way = if self.offset_s > 0 { "behind" } else { "ahead of" };
        let off = self.offset_s.abs();
        let sites =
            if self.sites == 1 { "that of the one site asked".to_owned() } else { format!("most of the {} sites asked", self.sites) };
        (off > Self::SMALL_S).then(|| format!("this machine's clock is about {off} s {way} {sites}"))
    }
}

/// What shows that a mailbox received mail while answers could come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alive {
    /// Canaries (test mails of our own) that came back.
    pub back: u32,
    /// Of these, in the spam folder.
    pub in_spam: u32,
    /// Canaries that did not come back.
    pub lost: u32,
    /// The longest that one was under way.
    pub slowest_s: Option<i64>,
    /// Other mails that arrived.
    pub other_mails: u32,
    /// The last of them.
    pub last_mail: Option<DateTime<Utc>>,
    /// How far the mail server's clock is from ours: the surest measurement, of those that find it off where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew_s: Option<Skew>,
}
