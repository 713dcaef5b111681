//! What a reading of phone sources shows of a number, calls and texts apart: from when to when none can have come unseen. Takes each
//! record, and what the readers say of their files; gives spans. A file shows the kinds of which it holds a row of that number, and no
//! more: a log of calls proves nothing of texts, one chat nothing of the others, the log of another number nothing at all.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{CallRecord, Direction};
use crate::collect::Channel;
use crate::shop::plan::Span;

/// Longest stretch without a row in either direction that a log is believed to have had: what stands before a longer one is mostly a
/// row with a wrong date, and begins nothing.
const QUIET: TimeDelta = TimeDelta::days(90);
/// How far the clock of a phone may run ahead.
const AHEAD: TimeDelta = TimeDelta::minutes(5);
/// What lies further ahead has a wrong date, not only a wrong zone, and is told.
const WRONG: TimeDelta = TimeDelta::days(2);
/// Files of one conversation each of which a whole export has at least so many.
const WHOLE: u32 = 2;

/// What a log may be a log of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Calls, with their voicemails.
    Calls,
    /// Text messages.
    Texts,
}

impl Kind {
    /// All there are.
    pub const ALL: [Self; 2] = [Self::Calls, Self::Texts];

    /// Its name, in words and in the store.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Calls => "calls",
            Self::Texts => "texts",
        }
    }

    pub(super) fn of(channel: Channel) -> Option<Self> {
        match channel {
            Channel::Call | Channel::Voicemail => Some(Self::Calls),
            Channel::Sms => Some(Self::Texts),
            Channel::Email => None,
        }
    }
}

/// A value for calls and one for texts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Each<T> {
    calls: T,
    texts: T,
}

impl<T> Each<T> {
    fn at(&self, kind: Kind) -> &T {
        match kind {
            Kind::Calls => &self.calls,
            Kind::Texts => &self.texts,
        }
    }

    fn at_mut(&mut self, kind: Kind) -> &mut T {
        match kind {
            Kind::Calls => &mut self.calls,
            Kind::Texts => &mut self.texts,
        }
    }
}

/// What all files of a reading show.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// What some file can hold: so far the word of whoever knows that it is complete goes.
    holds: Each<bool>,
    spans: Each<Vec<Span>>,
    /// What proves less than it seems to, in sentences.
    pub told: Vec<String>,
}

impl Shown {
    /// The spans over which nothing of a kind came unseen, in order and apart. Somebody may vouch that the logs are complete from
    /// `since` on, or up to `through`.
    #[must_use]
    pub fn spans(&self, kind: Kind, since: Option<DateTime<Utc>>, through: Option<DateTime<Utc>>) -> Vec<Span> {
        let mut spans = joined(self.spans.at(kind).clone(), QUIET);
        if !self.holds.at(kind) {
            return spans;
        }
        if let Some(through) = through {
            match spans.last_mut() {
                Some((_, to)) => *to = through.max(*to),
                None => spans.push((since.unwrap_or(through).min(through), through)),
            }
        }
        if let (Some(since), Some((_, end))) = (since, spans.last().copied())
            && since <= end
        {
            let from = spans.iter().find(|(_, to)| *to >= since).map_or(since, |(from, _)| since.min(*from));
            spans.retain(|(_, to)| *to < since);
            spans.push((from, end));
        }
        spans
    }

    /// Up to when the logs show a kind, by themselves.
    #[must_use]
    pub fn until(&self, kind: Kind) -> Option<DateTime<Utc>> {
        self.spans.at(kind).iter().map(|(_, to)| *to).max()
    }
}

/// Spans in order, those made one between which no more than `apart` lies.
#[must_use]
pub fn joined(mut spans: Vec<Span>, apart: TimeDelta) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some(last) if from - last.1 <= apart => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

/// The first and last moment of each day that has rows: a log of a million rows has few days.
#[derive(Debug, Default)]
struct Days {
    /// The day that is counted now: logs run by time.
    now: Option<(i64, Span)>,
    all: BTreeMap<i64, Span>,
}

impl Days {
    fn add(&mut self, at: DateTime<Utc>) {
        let day = at.timestamp().div_euclid(86_400);
        match &mut self.now {
            Some((now, (first, last))) if *now == day => (*first, *last) = ((*first).min(at), (*last).max(at)),
            _ => {
                self.put();
                self.now = Some((day, (at, at)));
            }
        }
    }

    fn put(&mut self) {
        if let Some((day, (from, to))) = self.now.take() {
            let (first, last) = self.all.entry(day).or_insert((from, to));
            (*first, *last) = ((*first).min(from), (*last).max(to));
        }
    }

    fn spans(mut self) -> Vec<Span> {
        self.put();
        self.all.into_values().collect()
    }
}

/// What one file shows, while it is read; or all files of an export that writes one a conversation.
#[derive(Debug, Default)]
pub(super) struct Extent {
    days: Each<Days>,
    /// Of rows of other numbers: where ours has rows as well, it is one log of several numbers.
    theirs: Each<Days>,
    saw: Each<bool>,
    /// Of rows of other numbers.
    saw_theirs: Each<bool>,
    holds: Each<bool>,
    /// Whether a row of one kind shows that the other was logged then, too.
    together: bool,
    exported: Option<DateTime<Utc>>,
    /// How many files it is of; only counted of exports that write one a conversation.
    pub(super) files: u32,
    partial: Option<&'static str>,
    /// The only chat so far, and whether there are others.
    chat: Option<(Option<String>, bool)>,
    ours: u64,
    others: u64,
    other: Option<String>,
    ahead: u64,
    furthest: Option<DateTime<Utc>>,
}

impl Extent {
    /// The file can hold these kinds; `together`: in one list.
    pub(super) fn holds(&mut self, kinds: &[Kind]) {
        for kind in kinds {
            *self.holds.at_mut(*kind) = true;
        }
        self.together |= kinds.len() == Kind::ALL.len();
    }

    pub(super) fn exported(&mut self, at: DateTime<Utc>) {
        self.exported = self.exported.max(Some(at));
    }

    /// It is a part of what there is, as a sentence without its subject and period.
    pub(super) fn partial(&mut self, why: &'static str) {
        self.partial = Some(why);
    }

    /// Its rows name the chat that they are of.
    pub(super) fn of_chats(&mut self) {
        self.chat.get_or_insert_with(Default::default);
    }

    /// A record, in a log of the number `own` that is read at `now`.
    pub(super) fn record(&mut self, call: &CallRecord, own: Option<&str>, now: Option<DateTime<Utc>>) {
        let Some(kind) = Kind::of(call.channel) else { return };
        let other = own.and_then(|own| other_than(call, own));
        match other {
            Some(number) => {
                self.others += 1;
                self.other.get_or_insert_with(|| number.to_owned());
            }
            None => self.ours += 1,
        }
        if let Some(now) = now.filter(|now| call.started_at > *now + AHEAD) {
            if call.started_at > now + WRONG {
                self.ahead += 1;
                self.furthest = self.furthest.max(Some(call.started_at));
            }
            return;
        }
        // A box of voicemails is no log of calls.
        let seen = call.channel != Channel::Voicemail;
        if other.is_some() {
            *self.saw_theirs.at_mut(kind) |= seen;
            self.theirs.at_mut(kind).add(call.started_at);
            return;
        }
        if let Some((chat, several)) = &mut self.chat {
            *several |= self.ours > 1 && *chat != call.session;
            chat.clone_from(&call.session);
        }
        *self.saw.at_mut(kind) |= seen;
        self.days.at_mut(kind).add(call.started_at);
    }

    /// Puts what another file shows with it.
    pub(super) fn merge(&mut self, mut other: Self) {
        for kind in Kind::ALL {
            *self.saw.at_mut(kind) |= *other.saw.at(kind);
            *self.saw_theirs.at_mut(kind) |= *other.saw_theirs.at(kind);
            *self.holds.at_mut(kind) |= *other.holds.at(kind);
            for (days, more) in [(&mut self.days, &mut other.days), (&mut self.theirs, &mut other.theirs)] {
                for (from, to) in std::mem::take(more.at_mut(kind)).spans() {
                    days.at_mut(kind).add(from);
                    days.at_mut(kind).add(to);
                }
            }
        }
        self.together |= other.together;
        self.exported = self.exported.max(other.exported);
        (self.ours, self.others, self.ahead) = (self.ours + other.ours, self.others + other.others, self.ahead + other.ahead);
        self.other = self.other.take().or(other.other);
        self.furthest = self.furthest.max(other.furthest);
        self.files += 1;
    }

    /// The file `name` was read.
    pub(super) fn close(self, name: &str, shown: &mut Shown) {
        if let Some(furthest) = self.furthest {
            let at = furthest.format("%Y-%m-%d %H:%M:%SZ");
            let rows = if self.ahead == 1 { "1 record lies".to_owned() } else { format!("{} records lie", self.ahead) };
            shown.told.push(format!("{name}: {rows} in the future, up to {at}: its dates are wrong."));
        }
        if self.ours == 0
            && let Some(other) = &self.other
        {
            let records = if self.others == 1 { "its 1 record is".to_owned() } else { format!("all its {} records are", self.others) };
            shown.told.push(format!("{name} proves no silence of this number: {records} of another (`{other}`)."));
            return;
        }
        let one_chat = self.chat.as_ref().is_some_and(|(_, several)| !several) && self.ours > 0;
        let holds = self.holds;
        let take_word = |shown: &mut Shown| Kind::ALL.into_iter().for_each(|kind| *shown.holds.at_mut(kind) |= *holds.at(kind));
        if one_chat {
            shown.told.push(format!("{name} proves no silence: it is one chat; export all of them, or vouch for it with --since."));
            return take_word(shown);
        }
        if let Some(why) = self.partial {
            shown.told.push(format!("{name} proves no silence: {why}."));
            return;
        }
        take_word(shown);
        if self.files > 0 && self.files < WHOLE {
            return;
        }
        let [calls, texts] = [(self.days.calls, self.theirs.calls), (self.days.texts, self.theirs.texts)]
            .map(|(days, theirs)| days.spans().into_iter().chain(theirs.spans()).collect::<Vec<_>>());
        // One list of several numbers and both kinds would show a text to any of them.
        let saw = |kind: &Kind| *self.saw.at(*kind) || self.together && self.ours > 0 && *self.saw_theirs.at(*kind);
        for kind in Kind::ALL.into_iter().filter(saw) {
            let rows: Vec<Span> = match (self.together, kind) {
                (true, _) => calls.iter().chain(&texts).copied().collect(),
                (false, Kind::Calls) => calls.clone(),
                (false, Kind::Texts) => texts.clone(),
            };
            let mut spans = joined(rows, QUIET);
            if let Some(((_, to), exported)) = spans.last_mut().zip(self.exported) {
                *to = exported.max(*to);
            }
            shown.spans.at_mut(kind).extend(spans);
            *shown.holds.at_mut(kind) = true;
        }
    }
}

/// The telephone number other than `own` that a record is of. A phone's own log leaves its number out, and an extension is nobody's.
#[must_use]
pub fn other_than<'a>(call: &'a CallRecord, own: &str) -> Option<&'a str> {
    let side = if call.direction == Direction::Inbound { &call.to } else { &call.from };
    side.as_deref().filter(|number| number.starts_with('+') && *number != own && call.forwarded_from.as_deref() != Some(own))
}

#[cfg(test)]
mod tests {
    use super::super::Stamp;
    use super::*;

    const OWN: &str = "+15125550142";

    fn day(day: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_800_000_000 + day * 86_400, 0).unwrap()
    }

    fn row(channel: Channel, at: i64) -> CallRecord {
        CallRecord { to: Some(OWN.to_owned()), ..CallRecord::new(channel, Stamp::exactly(day(at))) }
    }

    fn extent(rows: &[CallRecord]) -> Extent {
        let mut extent = Extent::default();
        for row in rows {
            extent.record(row, Some(OWN), Some(day(40)));
        }
        extent
    }

    /// The days of calls and of texts.
    fn shown(extent: Extent) -> ([Vec<(i64, i64)>; 2], Shown) {
        let mut shown = Shown::default();
        extent.close("log", &mut shown);
        (days(&shown, None, None), shown)
    }

    fn days(shown: &Shown, since: Option<i64>, through: Option<i64>) -> [Vec<(i64, i64)>; 2] {
        let number = |at: DateTime<Utc>| (at - day(0)).num_days();
        Kind::ALL.map(|kind| {
            let spans = shown.spans(kind, since.map(day), through.map(day));
            spans.into_iter().map(|(from, to)| (number(from), number(to))).collect()
        })
    }

    #[test]
    fn a_log_shows_the_kinds_that_it_holds() {
        use Channel::{Call, Sms, Voicemail};
        let both = |rows: &[CallRecord]| {
            let mut extent = extent(rows);
            extent.holds(&Kind::ALL);
            extent
        };
        let (calls, mixed) = ([row(Call, 1), row(Call, 30)], [row(Call, 1), row(Sms, 9), row(Call, 30)]);
        for (what, extent, want) in [
            ("calls alone", extent(&calls), [vec![(1, 30)], vec![]]),
            ("calls alone, where texts could stand", both(&calls), [vec![(1, 30)], vec![]]),
            ("both in one list", both(&mixed), [vec![(1, 30)], vec![(1, 30)]]),
            ("both, in lists of their own", extent(&mixed), [vec![(1, 30)], vec![(9, 9)]]),
            ("voicemails alone", extent(&[row(Voicemail, 1), row(Voicemail, 30)]), [vec![], vec![]]),
            ("a voicemail and a call", extent(&[row(Voicemail, 1), row(Call, 30)]), [vec![(1, 30)], vec![]]),
            ("in no order", extent(&[row(Call, 30), row(Call, 1), row(Call, 30)]), [vec![(1, 30)], vec![]]),
        ] {
            assert_eq!(shown(extent).0, want, "{what}");
        }
        let mut made = extent(&calls);
        made.exported(day(35));
        assert_eq!(shown(made).0, [vec![(1, 35)], vec![]]);
    }

    #[test]
    fn rows_with_wrong_dates_stretch_nothing() {
        use Channel::Call;
        let (spans, ahead) = shown(extent(&[row(Call, 1), row(Call, 30), row(Call, 400), row(Call, 900)]));
        assert_eq!(spans, [vec![(1, 30)], vec![]]);
        assert!(ahead.told[0].contains("2 records lie in the future, up to 2029-07-0"), "{:?}", ahead.told);
        let (spans, old) = shown(extent(&[row(Call, -9000), row(Call, 28), row(Call, 30)]));
        assert_eq!((spans, old.told.len()), ([vec![(-9000, -9000), (28, 30)], vec![]], 0));
        assert_eq!(days(&old, Some(1), None), [vec![(-9000, -9000), (1, 30)], vec![]], "somebody vouches for it");
        let before = shown(extent(&[row(Call, -60), row(Call, 29)]));
        assert_eq!(before.0, [vec![(-60, 29)], vec![]], "a call of our own begins the log of a quiet phone");
    }

    #[test]
    fn a_log_of_another_number_shows_nothing_of_ours() {
        let other = |at| CallRecord { to: Some("+12125550177".to_owned()), ..row(Channel::Call, at) };
        let (spans, theirs) = shown(extent(&[other(1), other(30)]));
        assert_eq!(spans, [vec![], vec![]]);
        assert!(theirs.told[0].contains("all its 2 records are of another (`+12125550177`)"), "{:?}", theirs.told);
        assert_eq!(days(&theirs, Some(1), Some(30)), [vec![], vec![]], "nobody can vouch for it");
        let (spans, mixed) = shown(extent(&[other(1), row(Channel::Call, 9), other(30)]));
        assert_eq!((spans, mixed.told), ([vec![(1, 30)], vec![]], vec![]), "one log of several numbers");
        let texts = CallRecord { to: Some("+12125550177".to_owned()), ..row(Channel::Sms, 2) };
        assert_eq!(
            shown(extent(&[row(Channel::Call, 9), texts.clone()])).0,
            [vec![(9, 9)], vec![]],
            "lists of calls of ours and of their texts"
        );
        let mut list = extent(&[row(Channel::Call, 9), texts]);
        list.holds(&Kind::ALL);
        assert_eq!(shown(list).0, [vec![(2, 9)], vec![(2, 9)]], "one list of both numbers and both kinds");
        let sent = CallRecord {
            direction: Direction::Outbound,
            from: Some(OWN.to_owned()),
            to: Some("+13035550999".to_owned()),
            ..row(Channel::Call, 2)
        };
        let extension = CallRecord { to: Some("101".to_owned()), ..row(Channel::Call, 3) };
        let forwarded = CallRecord { forwarded_from: Some(OWN.to_owned()), ..other(4) };
        assert_eq!(shown(extent(&[sent, extension, forwarded])).0, [vec![(2, 4)], vec![]]);
    }

    #[test]
    fn a_part_of_the_texts_shows_none() {
        let chat = |name: &str, at| CallRecord { session: Some(name.to_owned()), ..row(Channel::Sms, at) };
        let of_chats = |rows: &[CallRecord]| {
            let mut extent = Extent::default();
            extent.of_chats();
            extent.holds(&[Kind::Texts]);
            for row in rows {
                extent.record(row, Some(OWN), None);
            }
            shown(extent)
        };
        let (spans, one) = of_chats(&[chat("Mom", 1), chat("Mom", 30)]);
        assert_eq!((spans, one.told.len()), ([vec![], vec![]], 1));
        assert_eq!(days(&one, Some(1), Some(30)), [vec![], vec![(1, 30)]], "somebody vouches that there is no other");
        assert_eq!(of_chats(&[chat("Mom", 1), chat("Amy", 2), chat("Amy", 30)]).0, [vec![], vec![(1, 30)]]);
        let mut page = extent(&[row(Channel::Sms, 1), row(Channel::Sms, 30)]);
        page.partial("it is a page");
        let (spans, page) = shown(page);
        assert_eq!((spans, page.told), ([vec![], vec![]], vec!["log proves no silence: it is a page.".to_owned()]));

        let conversation = |at| {
            let mut extent = extent(&[row(Channel::Sms, at), row(Channel::Sms, at + 20)]);
            extent.holds(&Kind::ALL);
            extent
        };
        let mut export = Extent::default();
        export.merge(conversation(1));
        assert_eq!(shown(export).0, [vec![], vec![]], "a file of one conversation");
        let mut export = Extent::default();
        export.merge(conversation(1));
        export.merge(conversation(10));
        assert_eq!(shown(export).0, [vec![], vec![(1, 30)]]);
    }

    #[test]
    fn a_word_goes_as_far_as_the_log_can_hold() {
        let mut empty = Extent::default();
        empty.holds(&[Kind::Calls]);
        let empty = shown(empty).1;
        assert_eq!(days(&empty, Some(1), Some(30)), [vec![(1, 30)], vec![]], "a log of calls in which nothing happened");
        assert_eq!(days(&empty, Some(1), None), [vec![], vec![]]);
        let log = shown(extent(&[row(Channel::Call, 10), row(Channel::Call, 20)])).1;
        for (since, through, want) in [
            (Some(5), None, (5, 20)),
            (Some(15), None, (10, 20)),
            (None, Some(30), (10, 30)),
            (None, Some(15), (10, 20)),
            (Some(25), None, (10, 20)),
        ] {
            assert_eq!(days(&log, since, through), [vec![want], vec![]], "{since:?} {through:?}");
        }
    }
}
