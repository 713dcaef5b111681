//! Which records are one call or text, seen by two sources, and when the call began of which a voicemail is left (benchmarks,
//! section 1.3). Takes records in any order; gives for each the moment it stands at, or the record it is the same as. Two records of one
//! log are the same only where the log joins them itself: a caller may ring twice within a minute.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

use super::words;
use crate::collect::Channel;
use crate::collect::phone::when::Basis;
use crate::collect::phone::{CallRecord, Direction};
use crate::shop::InquiryId;

/// Two clocks that stamp one call differ by no more.
const APART: TimeDelta = TimeDelta::seconds(90);
/// It rings so long before a voicemail can be left.
const RINGS: TimeDelta = TimeDelta::seconds(45);
/// No voicemail whose length is not told is longer.
const LONGEST: TimeDelta = TimeDelta::minutes(3);
/// A provider's id is at least so long; shorter ones number the rows of a file.
const PROVIDERS_ID: usize = 8;

/// The earliest and the latest moment.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// A record that stands: its place among all, and its moment.
type Standing<'a> = (&'a Record<'a>, usize, Span);

/// What of a call, voicemail or text tells whether another is the same. Small enough to be kept with every touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Heard {
    /// The number that was called, E.164.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The number that was dialled, where the call was forwarded to `to`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub forwarded_from: Option<String>,
    /// The source's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// What joins the records of one call.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The format of its log.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub format: String,
    /// Whether its log wrote the local time, whose zone somebody else told.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub local: bool,
    /// Whether we sent it ourselves.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub sent: bool,
}

impl Heard {
    /// Of a call that was read as `format`.
    #[must_use]
    pub fn of(call: &CallRecord, format: &str) -> Self {
        let CallRecord { to, forwarded_from, id, session, local, direction, .. } = call.clone();
        Self { to, forwarded_from, id, session, format: format.to_owned(), local, sent: direction == Direction::Outbound }
    }
}

/// The span in which the call began: a voicemail is left after it rang, and stamped when it was.
#[must_use]
pub fn began(call: &CallRecord) -> (DateTime<Utc>, Option<DateTime<Utc>>) {
    let latest = call.started_at_latest;
    if call.channel != Channel::Voicemail || call.basis != Basis::Left {
        return (call.started_at, latest);
    }
    let length = call.duration_s.map_or(LONGEST, |seconds| TimeDelta::seconds(i64::from(seconds)));
    let first = call.started_at.checked_sub_signed(length + RINGS).unwrap_or(call.started_at);
    (first, Some(latest.unwrap_or(call.started_at)))
}

/// One record among others.
#[derive(Clone, Debug)]
pub struct Record<'a> {
    /// Its id.
    pub touch: &'a str,
    /// The source that had it.
    pub source: &'a str,
    /// call, voicemail or sms.
    pub channel: Channel,
    /// Who it was; `None` for a withheld number.
    pub from: Option<&'a str>,
    /// The earliest and the latest moment it can have been.
    pub span: Span,
    /// The text, or the start of it.
    pub body: Option<&'a str>,
    /// What else tells it apart.
    pub heard: &'a Heard,
    /// Whose it is.
    pub owner: Option<&'a InquiryId>,
    /// Whether a person decided on it, be it that it is nobody's.
    pub decided: bool,
}

/// What became of a record.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It stands, at this span; the touches that are the same or that it joins.
    Stands(Span, Vec<String>),
    /// It is the same as another, of that place, which stands for both.
    SameAs(usize),
}

/// Tells which records stand, and at which moment.
#[must_use]
pub fn join(records: &[Record<'_>]) -> Vec<Fate> {
    let mut order: Vec<usize> = (0..records.len()).collect();
    order.sort_by_key(|at| records.get(*at).map(|record| (record.span, record.touch)));
    let sorted: Vec<&Record<'_>> = order.iter().filter_map(|at| records.get(*at)).collect();
    let groups = groups(&sorted);
    let mut fates: Vec<Fate> = records.iter().map(|record| Fate::Stands(record.span, Vec::new())).collect();
    let mut stands: Vec<Standing<'_>> = Vec::new();
    for group in groups {
        let members: Vec<(&Record<'_>, usize)> = group.iter().filter_map(|at| Some((*sorted.get(*at)?, *order.get(*at)?))).collect();
        let Some((kept, place)) = members.iter().min_by_key(|(record, _)| worth(record, &members)).copied() else { continue };
        let Some((clock, _)) = members.iter().min_by_key(|(record, _)| sureness(record)) else { continue };
        stands.push((kept, place, clock.span));
        for (record, other) in &members {
            if *other != place
                && let Some(fate) = fates.get_mut(*other)
            {
                *fate = Fate::SameAs(place);
                if let Some(Fate::Stands(_, also)) = fates.get_mut(place) {
                    also.push(record.touch.to_owned());
                }
            }
        }
    }
    for (kept, place, span) in &stands {
        let ring = if kept.channel == Channel::Voicemail { ring_of(kept, *span, &stands) } else { None };
        if let Some(Fate::Stands(at, also)) = fates.get_mut(*place) {
            *at = ring.map_or(*span, |(_, of_ring)| of_ring);
            also.extend(ring.map(|(touch, _)| touch.to_owned()));
            also.sort();
        }
    }
    fates
}

/// Places of records that are one call, each record in one group; of each log at most one.
fn groups(sorted: &[&Record<'_>]) -> Vec<BTreeSet<usize>> {
    let mut pairs: Vec<(TimeDelta, usize, usize)> = Vec::new();
    let mut by_id: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for (at, one) in sorted.iter().enumerate() {
        for (further, other) in sorted.iter().enumerate().skip(at + 1) {
            let apart = (other.span.0 - one.span.1).max(TimeDelta::zero());
            if other.span.0 - one.span.1 > APART {
                break;
            }
            if may_be_one(one, other) && alike(one, other) {
                pairs.push((apart, at, further));
            }
        }
        let ids = [&one.heard.id, &one.heard.session];
        for id in ids.into_iter().flatten().filter(|id| id.len() >= PROVIDERS_ID) {
            by_id.entry(id).or_default().push(at);
        }
    }
    for places in by_id.values() {
        for (at, other) in places.iter().zip(places.iter().skip(1)) {
            if let (Some(one), Some(two)) = (sorted.get(*at), sorted.get(*other))
                && at != other
                && may_be_one(one, two)
                && two.span.0 - one.span.1 <= TimeDelta::hours(1)
            {
                pairs.push((TimeDelta::milliseconds(-1), *at, *other));
            }
        }
    }
    pairs.sort();
    let mut group_of: Vec<usize> = (0..sorted.len()).collect();
    let mut groups: Vec<BTreeSet<usize>> = (0..sorted.len()).map(|at| BTreeSet::from([at])).collect();
    for (_, one, other) in pairs {
        let (Some(first), Some(second)) = (group_of.get(one).copied(), group_of.get(other).copied()) else { continue };
        let members = |group: usize| groups.get(group).into_iter().flatten().filter_map(|at| sorted.get(*at));
        let fits = members(first).all(|a| members(second).all(|b| may_be_one(a, b)));
        if first == second || !fits {
            continue;
        }
        let moved = groups.get_mut(second).map(std::mem::take).unwrap_or_default();
        for at in &moved {
            if let Some(group) = group_of.get_mut(*at) {
                *group = first;
            }
        }
        if let Some(group) = groups.get_mut(first) {
            group.extend(moved);
        }
    }
    groups.retain(|group| !group.is_empty());
    groups
}

/// Whether nothing speaks against their being one: another log, or legs of one session, the same channel, no two owners.
fn may_be_one(one: &Record<'_>, other: &Record<'_>) -> bool {
    let logs = |record: &Record<'_>| (record.source.to_owned(), record.heard.format.clone());
    // A switchboard writes a row for every telephone of its own that a call rang.
    let one_session = one.channel == Channel::Call
        && one.heard.session == other.heard.session
        && one.heard.session.as_ref().is_some_and(|session| session.len() >= PROVIDERS_ID);
    one.channel == other.channel
        && one.heard.sent == other.heard.sent
        && (one_session || logs(one) != logs(other))
        && (one.owner == other.owner || !(one.decided && other.decided) && (one.owner.is_none() || other.owner.is_none()))
        && (one.channel != Channel::Sms || words::fold(one.body.unwrap_or_default()) == words::fold(other.body.unwrap_or_default()))
}

/// Whether the numbers are those of one call.
fn alike(one: &Record<'_>, other: &Record<'_>) -> bool {
    let (to, other_to) = (one.heard.to.as_deref(), other.heard.to.as_deref());
    let dialled = |record: &Record<'_>| -> Vec<String> { record.heard.to.iter().chain(&record.heard.forwarded_from).cloned().collect() };
    match (one.from, other.from) {
        (Some(from), Some(of_other)) if from == of_other => {
            to.is_none() || other_to.is_none() || dialled(one).iter().any(|number| dialled(other).contains(number))
        }
        // A handset to which a call is forwarded shows the number that was dialled as the caller.
        (Some(_), Some(_)) => shows_dialled(one, other) || shows_dialled(other, one),
        (None, None) => to.is_some() && to == other_to,
        _ => false,
    }
}

/// Whether the handset shows as its caller the number that was dialled in the other record.
fn shows_dialled(handset: &Record<'_>, other: &Record<'_>) -> bool {
    let dialled = [&other.heard.to, &other.heard.forwarded_from];
    handset.heard.to != other.heard.to && dialled.into_iter().flatten().any(|number| Some(number.as_str()) == handset.from)
}

/// Which of the same records stands for all, the least first: one that a person decided on, that has an owner, that shows who called, that
/// holds words.
fn worth<'a>(record: &Record<'a>, members: &[(&Record<'a>, usize)]) -> impl Ord + use<'a> {
    let shows_us = members.iter().any(|(other, _)| shows_dialled(record, other));
    (!record.decided, record.owner.is_none(), shows_us, record.body.is_none(), sureness(record))
}

/// Whose clock is believed, the surest first: a time with its offset, the narrowest span, the earliest.
fn sureness<'a>(record: &Record<'a>) -> (bool, TimeDelta, DateTime<Utc>, &'a str) {
    (record.heard.local, record.span.1 - record.span.0, record.span.0, record.touch)
}

/// The ring of which a voicemail is left, and when it was: of the same session, or the caller's last within the voicemail's span.
fn ring_of<'a>(left: &Record<'_>, span: Span, stands: &[Standing<'a>]) -> Option<(&'a str, Span)> {
    let rings = || {
        let not_another = |ring: &Record<'_>| left.owner.is_none() || ring.owner.is_none() || ring.owner == left.owner;
        stands.iter().filter(move |(ring, ..)| ring.channel == Channel::Call && not_another(ring))
    };
    let told = |(ring, _, at): &Standing<'a>| (ring.touch, *at);
    let same_session = rings().filter(|(ring, ..)| left.heard.session.is_some() && ring.heard.session == left.heard.session);
    if let Some(ring) = same_session.min_by_key(|(ring, _, at)| (*at, ring.touch)) {
        return Some(told(ring));
    }
    let vague = span.1 > span.0;
    let within = |at: Span| at.1 >= span.0 && at.0 <= span.1;
    let same = rings().filter(|(ring, _, at)| vague && within(*at) && alike(ring, left));
    same.max_by_key(|(ring, _, at)| (*at, ring.touch)).map(told)
}

#[cfg(test)]
#[path = "same_tests.rs"]
mod tests;
