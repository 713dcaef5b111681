//! What the statistics know of an inquiry: its card, the groups it belongs to, whether it was sent inside the posted hours, and for how
//! long each kind of answer was watched for. The last two are found from its log; everything is a value.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use crate::score::card::Card;
use crate::score::facts::{Window, begun_seconds, later};
use crate::score::proof;
use crate::score::{Log, Rubric};
use crate::shop::hours::{Hours, Span, open_spans};

/// When an inquiry was sent: the two are ranked and followed apart, since nobody sits at the phone at night.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Inside the builder's posted hours.
    InHours,
    /// Outside them.
    AfterHours,
    /// Not sent, or the posted hours tell nothing.
    #[default]
    NotKnown,
}

/// For how long one kind of answer was watched for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Spell {
    /// For so many seconds from the confirmation, without a gap that matters.
    For(i64),
    /// The form did not offer the channel.
    NotOffered,
    /// Not for a moment.
    #[default]
    NotWatched,
}

/// How an inquiry was sent and watched.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    /// When it was sent.
    pub kind: Kind,
    /// The phone, for calls.
    pub call: Spell,
    /// The mailbox, for personal emails.
    pub personal_email: Spell,
    /// Everything together, for any personal touch: the window so far. Whether silence is proven in it is the verdict's matter.
    pub personal: Spell,
}

/// An inquiry as the statistics see it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// Its card.
    pub card: &'a Card,
    /// Its wave.
    pub wave: &'a str,
    /// The shop's tags.
    pub tags: &'a [String],
    /// The shop's state.
    pub state: Option<&'a str>,
    /// Whether an online sales counselor was named or pictured on the site; `None` where no page was seen.
    pub osc_shown: Option<bool>,
    /// Whether the site had a chat; `None` where no page was seen.
    pub chat: Option<bool>,
    /// How it was sent and watched.
    pub watch: Watch,
}

/// How an inquiry was sent and watched, from its log. Hours that are no hours are as good as none.
pub(in crate::score) fn watch(log: &Log, rubric: &Rubric, hours: Option<&Hours>) -> Watch {
    let inquiry = &log.inquiry;
    let kind = hours.map_or(Kind::NotKnown, |hours| kind(log, rubric, hours));
    let Some(start) = inquiry.confirmed_at.filter(|_| inquiry.confirmed_by.is_some()) else { return Watch { kind, ..Watch::default() } };
    let window = Window::of(log, rubric, start);
    let call = if inquiry.offered.phone { spell(log, rubric, &window, "phone") } else { Spell::NotOffered };
    let personal = Spell::For(begun_seconds(window.until - window.start));
    Watch { kind, call, personal_email: spell(log, rubric, &window, "mailbox"), personal }
}

/// Whether the place was open when the inquiry was sent.
fn kind(log: &Log, rubric: &Rubric, hours: &Hours) -> Kind {
    let Some(sent) = log.inquiry.sent_at.or(log.inquiry.confirmed_at) else { return Kind::NotKnown };
    if !open_spans(hours, sent, later(sent, TimeDelta::seconds(1))).is_empty() {
        return Kind::InHours;
    }
    let end = later(sent, TimeDelta::days(i64::from(rubric.window.days.0)));
    // Hours without an open second in the whole window tell nothing.
    if open_spans(hours, sent, end).is_empty() { Kind::NotKnown } else { Kind::AfterHours }
}

/// Up to where the sources of a kind were watched: gaps that would not make silence doubtful do not matter, and else watching
/// ended where the first gap began, since what came after it need not have been the first.
fn spell(log: &Log, rubric: &Rubric, window: &Window, kind: &str) -> Spell {
    let of_kind = |source: &str| source.split('.').next() == Some(kind);
    let within = |from: DateTime<Utc>, to: DateTime<Utc>| (from.max(window.start), to.min(window.until));
    let gaps = log.inquiry.coverage_gaps.iter().filter(|gap| of_kind(&gap.source)).map(|gap| within(gap.from, gap.to));
    let gaps: Vec<Span> = proof::merged(gaps.filter(|(from, to)| from < to).collect());
    let whole = begun_seconds(window.until - window.start);
    match gaps.first() {
        Some((from, _)) if !proof::small_enough(&gaps, window.until - window.start, &rubric.proof) => {
            let watched = (*from - window.start).num_seconds();
            if watched > 0 { Spell::For(watched) } else { Spell::NotWatched }
        }
        _ => Spell::For(whole),
    }
}

/// The kinds of answer that are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Call,
    PersonalEmail,
    Personal,
}

impl Subject<'_> {
    /// When the first answer of a kind came, and for how long it was watched for.
    pub(super) fn first(&self, answer: Answer) -> (Option<i64>, Spell) {
        let (first, watch) = (&self.card.first, &self.watch);
        match answer {
            Answer::Call => (first.call, watch.call),
            Answer::PersonalEmail => (first.personal_email, watch.personal_email),
            Answer::Personal => (first.personal, watch.personal),
        }
    }
}
