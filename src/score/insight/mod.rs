//! What a trainer takes from a scorecard. Takes a [`Card`], the builder's [`History`] and the rubric; gives an [`Insight`]: what to
//! mend first, what may lie behind it, and how the buyer was looked after. Says nothing where nothing is proven; a hypothesis is
//! named as one, with what it rests on and what else would explain it.

mod coaching;
mod continuity;
mod fixes;
mod hat;
mod history;
mod patterns;
mod whole;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::Serialize;

pub use coaching::{Coaching, coaching, coaching_of_cap};
pub use history::History;

use super::TouchId;
use super::card::{CapKind, Card, Verdict};
use super::rubric::Rubric;

/// What a trainer takes from a scorecard.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Insight {
    /// What to mend first: at most three, by what mending would win.
    pub fixes: Vec<Fix>,
    /// What may lie behind it, the likeliest first; only of final scorecards, and never of builders in a study.
    pub hypotheses: Vec<Hypothesis>,
    /// How the buyer was looked after over the window.
    pub continuity: Continuity,
}

/// Something to mend.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Fix {
    /// The criterion's id, or `caps.` and the kind of the cap.
    pub id: String,
    /// What to do, as a title, e.g. `Call within five minutes`.
    pub title: &'static str,
    /// Points of the rubric that were lost; `None` for a cap.
    pub lost: Option<f64>,
    /// Points of the score that mending it would win, everything else as it is and no other cap in the way; `None` where nobody
    /// answered in person, since nothing can be won before somebody does.
    pub gain: Option<f64>,
    /// For a cap: what it holds the score at.
    pub cap: Option<f64>,
    /// For a criterion: another cap, in whose way the gain would not show, or not wholly.
    pub held_by: Option<f64>,
    /// What was found, one sentence.
    pub why: String,
    /// The touches that it rests on.
    pub touches: Vec<TouchId>,
    /// How to do it better.
    pub coaching: &'static Coaching,
}

/// A pattern in the words of the trade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Pattern {
    /// Very good at one time, silent at another: nobody looks whether it is done.
    NoAccountability,
    /// A chat on the site, and no person behind the form.
    ChatReliedOn,
    /// One answer and no follow-up: what comes after the first touch is not written down.
    NoFramework,
    /// Fast, and neither an answer nor an invitation.
    WrongFit,
    /// Answered between other work.
    AnotherHat,
}

/// What may lie behind what was seen. Not a finding.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Hypothesis {
    /// The pattern.
    pub pattern: Pattern,
    /// Its name in the trade, e.g. `No framework set up`.
    pub title: &'static str,
    /// What it would mean, one sentence that says "may".
    pub says: &'static str,
    /// How much speaks for it, 0 to 1; never more than 0.7.
    pub confidence: f64,
    /// What was seen, a sentence each.
    pub rests_on: Vec<String>,
    /// The touches of this inquiry that it rests on.
    pub touches: Vec<TouchId>,
    /// What else would explain it, a sentence each.
    pub instead: Vec<&'static str>,
    /// What to ask before anybody believes it.
    pub ask: &'static str,
}

/// How the buyer was looked after over the window.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Continuity {
    /// The different people who gave their name, by first appearance.
    pub people: Vec<Person>,
    /// Personal touches that name nobody.
    pub unnamed: u32,
    /// Changes from one person to another.
    pub hand_offs: Vec<HandOff>,
    /// The window week by week, as far as it was over when the report was made.
    pub weeks: Vec<Week>,
    /// Weeks with a personal touch, of `weeks_judged`.
    pub weeks_touched: u32,
    /// Weeks that are over and of which it is known whether a person made contact.
    pub weeks_judged: u32,
    /// The touches of the first burst of calls that was too many; empty when there was none.
    pub over_calling: Vec<TouchId>,
    /// What became of an opt-out.
    pub opt_out: OptOut,
}

/// One of the people who answered.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Person {
    /// The name, in its fullest form.
    pub name: String,
    /// Touches that carry it.
    pub touches: u32,
}

/// A change from one person to another.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct HandOff {
    /// Who had written or called before.
    pub from: String,
    /// Who came next.
    pub to: String,
    /// Whether either was introduced by the other, by then.
    pub introduced: bool,
    /// The new person's first touch.
    pub touch: TouchId,
}

/// A week of the window.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Week {
    /// 1 for the first.
    pub number: u32,
    /// Its first moment.
    pub from: DateTime<Utc>,
    /// Its end.
    pub to: DateTime<Utc>,
    /// Whether it ran its whole length.
    pub over: bool,
    /// Call attempts, voicemails among them; `None` where the phone was not offered or not watched, and nothing was seen.
    pub calls: Option<u32>,
    /// Personal texts; `None` likewise.
    pub texts: Option<u32>,
    /// Personal emails; `None` where no mailbox was watched, and nothing was seen.
    pub personal_emails: Option<u32>,
    /// Marketing touches, which are no personal contact.
    pub marketing: u32,
    /// Whether a person made contact; `None` where nothing was seen and not every channel was watched.
    pub touched: Option<bool>,
}

/// What became of an opt-out.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum OptOut {
    /// None was sent.
    #[default]
    NotTested,
    /// Sent, and its time is not over: nothing came late so far.
    Open,
    /// Nothing came later than it may.
    Honoured,
    /// Something came later than it may.
    Ignored,
}

/// What is known of a shop besides its card.
#[derive(Clone, Copy, Debug)]
pub struct Setting<'a> {
    /// The moment that the report speaks of.
    pub as_of: DateTime<Utc>,
    /// The builder's zone.
    pub timezone: Tz,
    /// The posted hours in the window; empty where they are not known.
    pub open: &'a [(DateTime<Utc>, DateTime<Utc>)],
    /// The chat that stood on the site when it was asked.
    pub chat: Option<&'a str>,
    /// Whether the builder is part of a study and did not ask to be audited: then there are no hypotheses about it.
    pub study: bool,
}

/// What a trainer takes from a scorecard; `None` where nothing is proven or nothing was asked. The card is one of those of the
/// builder's history, unless that is the default.
#[must_use]
pub fn insight(card: &Card, history: &History, rubric: &Rubric, setting: &Setting<'_>) -> Option<Insight> {
    if matches!(card.verdict, Verdict::Inconclusive | Verdict::NotShopped) {
        return None;
    }
    let continuity = continuity::of(card, rubric, setting)?;
    let hypotheses = patterns::of(card, history, rubric, setting, &continuity);
    Some(Insight { fixes: fixes::of(card), hypotheses, continuity })
}

impl Insight {
    /// Every text in it that may hold a name or foreign words, for whoever hides or cleans names.
    pub fn each_text(&mut self, mut change: impl FnMut(&mut String)) {
        self.fixes.iter_mut().for_each(|fix| change(&mut fix.why));
        self.hypotheses.iter_mut().flat_map(|hypothesis| &mut hypothesis.rests_on).for_each(&mut change);
        self.continuity.people.iter_mut().for_each(|person| change(&mut person.name));
        for hand_off in &mut self.continuity.hand_offs {
            change(&mut hand_off.from);
            change(&mut hand_off.to);
        }
    }
}

impl CapKind {
    /// The id of the fix that lifts it, e.g. `caps.no_call`.
    #[must_use]
    pub fn id(self) -> &'static str {
        match self {
            Self::Silent => "caps.silent",
            Self::RobotOnly => "caps.robot_only",
            Self::MarketingOnly => "caps.marketing_only",
            Self::Late => "caps.late",
            Self::Unanswered => "caps.unanswered",
            Self::NoCall => "caps.no_call",
        }
    }
}

/// For tests: the setting of a case, without hours and chat.
#[cfg(test)]
fn setting(case: &super::cases::Case) -> Setting<'static> {
    Setting { as_of: case.log().as_of, timezone: chrono_tz::America::Chicago, open: &[], chat: None, study: false }
}
