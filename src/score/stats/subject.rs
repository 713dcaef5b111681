//! What the statistics know of an inquiry: its card, the groups it belongs to, whether it was sent inside the posted hours, and for how
//! long each kind of answer was watched for. The last two are found from its log; everything is a value.

use chrono::TimeDelta;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::collect::Channel;
use crate::score::card::{Card, Reach};
use crate::score::facts::{Window, begun_seconds, later};
use crate::score::posted::Posted;
use crate::score::proof::sight;
use crate::score::{Log, Rubric};

/// When an inquiry was sent: the two are ranked and followed apart, since nobody sits at the phone at night.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
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
    /// Every channel that was offered, for any personal touch: as long as all of them were watched.
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
pub(in crate::score) fn watch(log: &Log, rubric: &Rubric, posted: Option<&mut Posted>) -> Watch {
    let inquiry = &log.inquiry;
    let kind = posted.map_or(Kind::NotKnown, |posted| kind(log, rubric, posted));
    let Some(start) = inquiry.confirmed_at.filter(|_| inquiry.confirmed_by.is_some()) else { return Watch { kind, ..Watch::default() } };
    let window = Window::of(log, rubric, start);
    let spell = |kind, channel| spell(log, rubric, &window, kind, channel);
    let (phone, personal_email) = (spell("phone", None), spell("mailbox", None));
    let call = if inquiry.offered.phone { spell("phone", Some(Channel::Call)) } else { Spell::NotOffered };
    let personal = if inquiry.offered.phone || inquiry.offered.text { shorter(phone, personal_email) } else { personal_email };
    Watch { kind, call, personal_email, personal }
}

/// Whether the place was open when the inquiry was sent.
fn kind(log: &Log, rubric: &Rubric, posted: &mut Posted) -> Kind {
    let Some(sent) = log.inquiry.sent_at.or(log.inquiry.confirmed_at) else { return Kind::NotKnown };
    match posted.open(sent, later(sent, TimeDelta::days(i64::from(rubric.window.days.0)))).first() {
        Some((opens, _)) if *opens < later(sent, TimeDelta::seconds(1)) => Kind::InHours,
        Some(_) => Kind::AfterHours,
        // Hours without an open second in the whole window tell nothing.
        None => Kind::NotKnown,
    }
}

/// For how long the sources of a kind were watched for a channel, or for all.
fn spell(log: &Log, rubric: &Rubric, window: &Window, kind: &str, channel: Option<Channel>) -> Spell {
    let sight = sight(log, rubric, window, kind, channel);
    let seconds = match sight.reach {
        Reach::Watched => return Spell::For(begun_seconds(window.until - window.start)),
        _ => (sight.until - window.start).num_seconds(),
    };
    if seconds > 0 { Spell::For(seconds) } else { Spell::NotWatched }
}

/// For how long both were watched.
fn shorter(one: Spell, other: Spell) -> Spell {
    match (one, other) {
        (Spell::For(one), Spell::For(other)) => Spell::For(one.min(other)),
        _ => Spell::NotWatched,
    }
}

/// The kinds of answer that are followed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    Call,
    PersonalEmail,
    Personal,
}

#[cfg(test)]
impl<'a> Subject<'a> {
    /// For tests: an inquiry that belongs to no group.
    pub(super) fn plain(card: &'a Card, watch: Watch) -> Self {
        Self { card, wave: "w", tags: &[], state: None, osc_shown: None, chat: None, watch }
    }
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
