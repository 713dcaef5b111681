//! What happened, as far as the score is concerned: the touches that count, by time; elapsed seconds on both clocks; call
//! attempts; what was said. Takes a confirmed log; judges nothing.

use std::cmp::Ordering;

use chrono::{DateTime, TimeDelta, Utc};

use crate::classify::{Labels, Origin};
use crate::collect::Channel;
use crate::shop::hours::{Hours, Span, open_spans};

use super::attempts::{Attempt, Ring, attempts};
use super::card::{Channels, Counts, First, FirstBusiness, Reach};
use super::log::{Log, LogTouch};
use super::measure::TimeBase;
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
pub(super) struct Earliest<'a> {
    pub(super) at: DateTime<Utc>,
    pub(super) latest: DateTime<Utc>,
    pub(super) touch: &'a LogTouch,
    /// The touches that it rests on.
    pub(super) ids: Vec<String>,
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
    pub(super) hours: &'a Hours,
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
    /// How well the phone was watched.
    pub(super) phone: Sight,
    /// How well the mailbox was watched.
    pub(super) mailbox: Sight,
    /// The open spans up to the last of the first touches.
    open: Vec<Span>,
    never_open: bool,
}

impl<'a> Facts<'a> {
    /// The facts of a log whose acceptance at `start` is proven.
    pub(super) fn new(log: &'a Log, rubric: &'a Rubric, hours: &'a Hours, start: DateTime<Utc>) -> Self {
        let window = Window::of(log, rubric, start);
        let Window { end, withdrawn, until, .. } = window;
        let [phone, mailbox] = ["phone", "mailbox"].map(|kind| sight(log, rubric, &window, kind));
        let sent = log.inquiry.sent_at.map_or(start, |at| at.min(start));
        let seen: Vec<Seen<'a>> = by_time(log)
            .into_iter()
            .map(|touch| (touch, touch.at_latest.unwrap_or(touch.at).max(touch.at)))
            .filter(|(touch, latest)| *latest >= sent && touch.at <= until)
            .map(|(touch, latest)| Seen { touch, at: touch.at.max(start), latest: latest.max(start) })
            .collect();
        let ring = |seen: &'_ Seen<'a>| Ring { id: &seen.touch.id, from: seen.touch.from.as_deref(), at: seen.touch.at };
        let attempts = attempts(seen.iter().filter(|seen| seen.rang()).map(ring), rubric.touches.same_attempt_s.i64());
        let mut facts =
            Self { log, rubric, hours, start, until, end, withdrawn, seen, attempts, phone, mailbox, open: Vec::new(), never_open: false };
        facts.look_at_the_hours();
        facts
    }

    /// Reads the posted hours as far as the business clock is asked for: up to the last of the first touches.
    fn look_at_the_hours(&mut self) {
        let kinds: [fn(&Seen<'a>) -> bool; 4] = [Seen::acknowledged, Seen::personal, Seen::rang, |seen| seen.personal_on(Channel::Email)];
        let Some(last) = kinds.into_iter().filter_map(|kind| Some(self.first(kind)?.latest)).max() else { return };
        self.open = open_spans(self.hours, self.start, last);
        let horizon = self.seen.iter().map(|seen| seen.latest).fold(self.end, DateTime::max);
        self.never_open = self.open.is_empty() && open_spans(self.hours, self.start, horizon).is_empty();
    }

    /// Whole seconds from the start, begun ones counted, so that 300.2 s is not within 300 s.
    pub(super) fn elapsed(&self, clock: TimeBase, at: DateTime<Utc>) -> i64 {
        match clock {
            TimeBase::Business if !self.never_open() => begun_seconds(
                self.open.iter().take_while(|(opens, _)| *opens < at).fold(TimeDelta::zero(), |sum, span| sum + (span.1.min(at) - span.0)),
            ),
            _ => begun_seconds(at - self.start),
        }
    }

    /// Whether the posted hours had no open second in the whole window: then only the wall clock can run.
    pub(super) fn never_open(&self) -> bool {
        self.never_open
    }

    /// Which channels could show anything.
    pub(super) fn channels(&self) -> Channels {
        let offered = self.log.inquiry.offered;
        let reach = |offered: bool, sight: Sight| if offered { sight.reach } else { Reach::NotOffered };
        Channels { call: reach(offered.phone, self.phone), text: reach(offered.text, self.phone), email: self.mailbox.reach }
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

    /// The first touch of a kind.
    pub(super) fn first(&self, kind: impl Fn(&Seen<'a>) -> bool) -> Option<Earliest<'a>> {
        let of_kind = || self.seen.iter().filter(|seen| kind(seen));
        let (early, sure) = (of_kind().min_by_key(|seen| seen.at)?, of_kind().min_by_key(|seen| seen.latest)?);
        let mut ids = vec![early.touch.id.clone()];
        if !std::ptr::eq(early.touch, sure.touch) {
            ids.push(sure.touch.id.clone());
        }
        Some(Earliest { at: early.at, latest: sure.latest, touch: early.touch, ids })
    }

    /// Personal touches, by time.
    pub(super) fn personal(&self) -> impl Iterator<Item = &Seen<'a>> {
        self.seen.iter().filter(|seen| seen.personal())
    }

    /// Touches in which something was said: personal emails, texts, voicemails, and calls that someone took notes of.
    pub(super) fn said(&self) -> impl Iterator<Item = (&'a LogTouch, &'a Labels)> {
        self.seen.iter().filter(|seen| seen.said_something()).map(|seen| (seen.touch, &seen.touch.labels))
    }

    /// Whether a personal mail came so fast that a machine may have written it; a person's word on it wins.
    pub(super) fn suspected(&self, touch: &LogTouch) -> bool {
        let limit = self.rubric.touches.suspect_within_s.i64();
        let fast = || touch.channel == Channel::Email && self.elapsed(TimeBase::Wall, touch.at) <= limit;
        touch.origin == Origin::Personal && touch.labels.suspected_automation.unwrap_or_else(fast)
    }

    /// Seconds to the first touches, wall clock.
    pub(super) fn firsts(&self) -> First {
        let wall = |kind: fn(&Seen<'a>) -> bool| self.first(kind).map(|first| self.elapsed(TimeBase::Wall, first.at));
        First {
            any: wall(Seen::acknowledged),
            personal: wall(Seen::personal),
            call: wall(Seen::rang),
            personal_email: wall(|seen| seen.personal_on(Channel::Email)),
            text: wall(|seen| seen.personal_on(Channel::Sms)),
            video: wall(|seen| has_video(seen)),
            auto_reply: wall(|seen| seen.touch.origin == Origin::AutoReply),
        }
    }

    /// Seconds to the first touches, inside the posted hours.
    pub(super) fn firsts_in_hours(&self) -> FirstBusiness {
        let business = |kind: fn(&Seen<'a>) -> bool| self.first(kind).map(|first| self.elapsed(TimeBase::Business, first.at));
        FirstBusiness { call: business(Seen::rang), personal_email: business(|seen| seen.personal_on(Channel::Email)) }
    }

    /// How many came.
    pub(super) fn counts(&self) -> Counts {
        let number = |kind: fn(&Seen<'a>) -> bool| small(self.seen.iter().filter(|seen| kind(seen)).count());
        Counts {
            calls: small(self.attempts.len()),
            voicemails: number(|seen| seen.personal_on(Channel::Voicemail)),
            texts: number(|seen| seen.personal_on(Channel::Sms)),
            personal_emails: number(|seen| seen.personal_on(Channel::Email)),
            marketing_emails: number(|seen| seen.touch.origin == Origin::Marketing && seen.touch.channel == Channel::Email),
            auto_replies: number(|seen| seen.touch.origin == Origin::AutoReply),
            videos: number(has_video),
            bounces: number(|seen| seen.touch.origin == Origin::Bounce),
        }
    }
}

/// A personal touch that holds a video.
pub(super) fn has_video(seen: &Seen<'_>) -> bool {
    seen.personal() && filled(seen.touch.labels.video.as_ref())
}

/// Whether a text label says anything.
pub(super) fn filled(label: Option<&String>) -> bool {
    label.is_some_and(|text| !text.trim().is_empty())
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
