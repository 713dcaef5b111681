//! What happened, as far as the score is concerned: the touches that count, by time; elapsed seconds on both clocks; call
//! attempts; what was said. Takes a confirmed log; judges nothing.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;

use crate::classify::{Labels, Origin};
use crate::collect::Channel;
use crate::shop::hours::Span;

use super::TouchId;
use super::attempts::{Attempt, Ring, attempts};
use super::card::{Channels, Counts, First, FirstBusiness, Reach};
use super::log::{Log, LogTouch};
use super::measure::TimeBase;
use super::posted::Posted;
use super::proof::{Sight, sight};
use super::rubric::Rubric;

/// A touch that counts.
#[derive(Clone, Copy)]
pub(super) struct Seen<'a> {
    /// The touch.
    pub(super) touch: &'a LogTouch,
    /// The earliest moment it came, not before the clock started.
    pub(super) at: DateTime<Utc>,
    /// The latest.
    pub(super) latest: DateTime<Utc>,
}

impl Seen<'_> {
    pub(super) fn personal(&self) -> bool {
        self.touch.origin == Origin::Personal
    }

    pub(super) fn personal_on(&self, channel: Channel) -> bool {
        self.personal() && self.touch.channel == channel
    }

    pub(super) fn rang(&self) -> bool {
        self.personal_on(Channel::Call) || self.personal_on(Channel::Voicemail)
    }

    pub(super) fn acknowledged(&self) -> bool {
        matches!(self.touch.origin, Origin::Personal | Origin::AutoReply | Origin::Marketing)
    }

    fn said_something(&self) -> bool {
        self.personal() && (self.touch.channel != Channel::Call || self.touch.labels.question.is_some())
    }
}

/// The first of some touches, as an interval, since the first of several vague ones cannot always be told.
#[derive(Clone, Copy)]
pub(super) struct Earliest<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) latest: DateTime<Utc>,
    /// The one that can have been first.
    pub(super) touch: &'a LogTouch,
    /// The one that was there at the latest.
    sure: &'a LogTouch,
}

impl<'a> Earliest<'a> {
    /// The touches that it rests on.
    pub(super) fn ids(&self) -> Vec<TouchId> {
        let mut ids = vec![self.touch.id.clone()];
        if !std::ptr::eq(self.touch, self.sure) {
            ids.push(self.sure.id.clone());
        }
        ids
    }

    /// The earlier of what is known and another touch; what was there before wins where they are equal.
    fn or(known: Option<Self>, seen: &Seen<'a>) -> Self {
        let other = Self { at: seen.at, latest: seen.latest, touch: seen.touch, sure: seen.touch };
        let Some(mut first) = known else { return other };
        if other.at < first.at {
            (first.at, first.touch) = (other.at, other.touch);
        }
        if other.latest < first.latest {
            (first.latest, first.sure) = (other.latest, other.sure);
        }
        first
    }
}

/// The first touch of each kind that anything asks for.
#[derive(Clone, Copy, Default)]
pub(super) struct Firsts<'a> {
    pub(super) any: Option<Earliest<'a>>,
    pub(super) personal: Option<Earliest<'a>>,
    pub(super) call: Option<Earliest<'a>>,
    pub(super) personal_email: Option<Earliest<'a>>,
    text: Option<Earliest<'a>>,
    video: Option<Earliest<'a>>,
    auto_reply: Option<Earliest<'a>>,
}

impl<'a> Firsts<'a> {
    fn of(seen: &[Seen<'a>]) -> Self {
        let mut firsts = Self::default();
        for seen in seen {
            let meet = |first: &mut Option<Earliest<'a>>, is: bool| {
                if is {
                    *first = Some(Earliest::or(*first, seen));
                }
            };
            meet(&mut firsts.any, seen.acknowledged());
            meet(&mut firsts.personal, seen.personal());
            meet(&mut firsts.call, seen.rang());
            meet(&mut firsts.personal_email, seen.personal_on(Channel::Email));
            meet(&mut firsts.text, seen.personal_on(Channel::Sms));
            meet(&mut firsts.video, has_video(seen));
            meet(&mut firsts.auto_reply, seen.touch.origin == Origin::AutoReply);
        }
        firsts
    }
}

/// The time in which answers count.
#[derive(Clone, Copy)]
pub(super) struct Window {
    /// When the clock started.
    pub(super) start: DateTime<Utc>,
    /// The end, so far.
    pub(super) until: DateTime<Utc>,
    /// The end, if nothing cuts it.
    pub(super) end: DateTime<Utc>,
    /// When the inquiry was withdrawn, if that cut the window.
    pub(super) withdrawn: Option<DateTime<Utc>>,
}

impl Window {
    /// The window of a log whose clock started at `start`.
    pub(super) fn of(log: &Log, rubric: &Rubric, start: DateTime<Utc>) -> Self {
        let end = later(start, TimeDelta::days(i64::from(rubric.window.days.0)));
        let withdrawn = log.inquiry.withdrawn_at.map(|at| at.max(start)).filter(|at| *at < end && *at <= log.as_of);
        let until = withdrawn.unwrap_or(end).min(log.as_of).max(start);
        Self { start, until, end, withdrawn }
    }
}

/// A confirmed inquiry and what counts of what came back.
pub(super) struct Facts<'a> {
    pub(super) log: &'a Log,
    pub(super) rubric: &'a Rubric,
    pub(super) zone: Tz,
    /// When the clock started.
    pub(super) start: DateTime<Utc>,
    /// The end of the window, so far.
    pub(super) until: DateTime<Utc>,
    /// The end of the window, if nothing cuts it.
    pub(super) end: DateTime<Utc>,
    /// When it was withdrawn, if that cut the window.
    pub(super) withdrawn: Option<DateTime<Utc>>,
    /// The touches that count, by time.
    pub(super) seen: Vec<Seen<'a>>,
    /// Call attempts, by time.
    pub(super) attempts: Vec<Attempt>,
    /// How well the phone was watched for calls and for texts together, for calls, for texts.
    pub(super) phone: Sight,
    pub(super) calls: Sight,
    pub(super) texts: Sight,
    /// How well the mailbox was watched.
    pub(super) mailbox: Sight,
    /// The first touch of each kind.
    pub(super) first: Firsts<'a>,
    /// Touches in which something was said, by time.
    said: Vec<&'a LogTouch>,
    /// The open spans from the start to whatever is asked of them; the first may have begun before.
    open: &'a [Span],
}

impl<'a> Facts<'a> {
    /// The facts of a log whose acceptance at `start` is proven.
    pub(super) fn new(log: &'a Log, rubric: &'a Rubric, posted: &'a mut Posted, start: DateTime<Utc>) -> Self {
        let window = Window::of(log, rubric, start);
        let Window { end, withdrawn, until, .. } = window;
        let [phone, calls, texts] =
            [None, Some(Channel::Call), Some(Channel::Sms)].map(|channel| sight(log, rubric, &window, "phone", channel));
        let mailbox = sight(log, rubric, &window, "mailbox", None);
        let sent = log.inquiry.sent_at.map_or(start, |at| at.min(start));
        let seen: Vec<Seen<'a>> = by_time(log)
            .into_iter()
            .map(|touch| (touch, touch.at_latest.unwrap_or(touch.at).max(touch.at)))
            .filter(|(touch, latest)| *latest >= sent && touch.at <= until)
            .map(|(touch, latest)| Seen { touch, at: touch.at.max(start), latest: latest.max(start) })
            .collect();
        let ring = |seen: &'_ Seen<'a>| Ring { id: &seen.touch.id, from: seen.touch.from.as_deref(), at: seen.touch.at };
        let attempts = attempts(seen.iter().filter(|seen| seen.rang()).map(ring), rubric.touches.same_attempt_s.i64());
        let horizon = seen.iter().map(|seen| seen.latest).fold(end, DateTime::max);
        let first = Firsts::of(&seen);
        let said = seen.iter().filter(|seen| seen.said_something()).map(|seen| seen.touch).collect();
        let (zone, open) = (posted.timezone(), posted.open(start, horizon));
        Self { log, rubric, zone, start, until, end, withdrawn, seen, attempts, phone, calls, texts, mailbox, first, said, open }
    }

    /// Whole seconds from the start, begun ones counted, so that 300.2 s is not within 300 s.
    pub(super) fn elapsed(&self, clock: TimeBase, at: DateTime<Utc>) -> i64 {
        match clock {
            TimeBase::Business if !self.never_open() => {
                begun_seconds(self.open.iter().take_while(|(opens, _)| *opens < at).fold(TimeDelta::zero(), |sum, (opens, closes)| {
                    sum + (*closes.min(&at) - *opens.max(&self.start)).max(TimeDelta::zero())
                }))
            }
            _ => begun_seconds(at - self.start),
        }
    }

    /// Whether the posted hours had no open second in the whole window: then only the wall clock can run.
    pub(super) fn never_open(&self) -> bool {
        self.open.is_empty()
    }

    /// Which channels could show anything.
    pub(super) fn channels(&self) -> Channels {
        let offered = self.log.inquiry.offered;
        let reach = |offered: bool, sight: Sight| if offered { sight.reach } else { Reach::NotOffered };
        Channels { call: reach(offered.phone, self.calls), text: reach(offered.text, self.texts), email: self.mailbox.reach }
    }

    /// Up to which moment nothing can have come unseen on any channel that was offered.
    pub(super) fn watched_until(&self) -> DateTime<Utc> {
        let offered = self.log.inquiry.offered;
        if offered.phone || offered.text { self.phone.until.min(self.mailbox.until) } else { self.mailbox.until }
    }

    /// Whether the window is over.
    pub(super) fn over(&self) -> bool {
        self.withdrawn.is_some() || self.log.as_of >= self.end
    }

    /// "in the window" or "so far".
    pub(super) fn so_far(&self) -> &'static str {
        if self.over() { "in the window" } else { "so far" }
    }

    /// Personal touches, by time.
    pub(super) fn personal(&self) -> impl Iterator<Item = &Seen<'a>> {
        self.seen.iter().filter(|seen| seen.personal())
    }

    /// Touches in which something was said: personal emails, texts, voicemails, and calls that someone took notes of.
    pub(super) fn said(&self) -> impl Iterator<Item = (&'a LogTouch, &'a Labels)> {
        self.said.iter().map(|touch| (*touch, &touch.labels))
    }

    /// Whether a personal mail came so fast that a machine may have written it; a person's word on it wins.
    pub(super) fn suspected(&self, touch: &LogTouch) -> bool {
        let limit = self.rubric.touches.suspect_within_s.i64();
        let fast = || touch.channel == Channel::Email && self.elapsed(TimeBase::Wall, touch.at) <= limit;
        touch.origin == Origin::Personal && touch.labels.suspected_automation.unwrap_or_else(fast)
    }

    /// Seconds to the first touches, wall clock.
    pub(super) fn firsts(&self) -> First {
        let wall = |first: Option<Earliest<'_>>| first.map(|first| self.elapsed(TimeBase::Wall, first.at));
        let Firsts { any, personal, call, personal_email, text, video, auto_reply } = self.first;
        First {
            any: wall(any),
            personal: wall(personal),
            call: wall(call),
            personal_email: wall(personal_email),
            text: wall(text),
            video: wall(video),
            auto_reply: wall(auto_reply),
        }
    }

    /// Seconds to the first touches, inside the posted hours.
    pub(super) fn firsts_in_hours(&self) -> FirstBusiness {
        let business = |first: Option<Earliest<'_>>| first.map(|first| self.elapsed(TimeBase::Business, first.at));
        FirstBusiness { call: business(self.first.call), personal_email: business(self.first.personal_email) }
    }

    /// How many came.
    pub(super) fn counts(&self) -> Counts {
        let mut counts = Counts { calls: small(self.attempts.len()), ..Counts::default() };
        for seen in &self.seen {
            match (seen.touch.origin, seen.touch.channel) {
                (Origin::Personal, Channel::Voicemail) => counts.voicemails += 1,
                (Origin::Personal, Channel::Sms) => counts.texts += 1,
                (Origin::Personal, Channel::Email) => counts.personal_emails += 1,
                (Origin::Marketing, Channel::Email) => counts.marketing_emails += 1,
                (Origin::AutoReply, _) => counts.auto_replies += 1,
                (Origin::Bounce, _) => counts.bounces += 1,
                (Origin::Personal | Origin::Marketing | Origin::Unknown, _) => {}
            }
            counts.videos += u32::from(has_video(seen));
        }
        counts
    }
}

/// A personal touch that holds a video.
pub(super) fn has_video(seen: &Seen<'_>) -> bool {
    seen.personal() && filled(seen.touch.labels.video.as_ref())
}

/// What a text label says, if anything.
pub(super) fn said(label: Option<&String>) -> Option<&str> {
    label.map(String::as_str).filter(|text| !text.trim().is_empty())
}

/// Whether a text label says anything.
pub(super) fn filled(label: Option<&String>) -> bool {
    said(label).is_some()
}

/// A count as a number to reckon with.
pub(super) fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// `at + by`, or the end of time.
pub(super) fn later(at: DateTime<Utc>, by: TimeDelta) -> DateTime<Utc> {
    at.checked_add_signed(by).unwrap_or(DateTime::<Utc>::MAX_UTC)
}

/// The touches up to `as_of`, by time, in an order that does not depend on the log's.
pub(super) fn by_time(log: &Log) -> Vec<&LogTouch> {
    let mut touches: Vec<&LogTouch> = log.touches.iter().filter(|touch| touch.at <= log.as_of).collect();
    touches.sort_by(|one, other| in_time(one, other));
    touches
}

/// The order of two touches: by time, then by id, and where two have one id by all that they say.
pub(super) fn in_time(one: &LogTouch, other: &LogTouch) -> Ordering {
    let key = |touch: &LogTouch| (touch.at, touch.at_latest.unwrap_or(touch.at));
    let rest = |touch: &LogTouch| serde_json::to_string(touch).unwrap_or_default();
    key(one).cmp(&key(other)).then_with(|| one.id.cmp(&other.id)).then_with(|| rest(one).cmp(&rest(other)))
}

pub(super) fn begun_seconds(elapsed: TimeDelta) -> i64 {
    let whole = elapsed.num_seconds();
    if elapsed > TimeDelta::seconds(whole) { whole + 1 } else { whole.max(0) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_begun_second_counts() {
        for (millis, want) in [(0, 0), (1, 1), (299_999, 300), (300_000, 300), (300_001, 301), (-5_000, 0), (-1, 0)] {
            assert_eq!(begun_seconds(TimeDelta::milliseconds(millis)), want, "{millis}");
        }
    }
}
