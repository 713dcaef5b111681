//! Was silence proven? Silence is a claim, so it needs a window that was watched. Takes an inquiry's log and its window; gives how well
//! each kind of source was watched in it, and of an inquiry without a personal touch the reasons why its silence is not proven.
//!
//! "Together" means the time in which *any* source was blind: gaps that overlap count once, since the question is for how much of
//! the window an answer could have slipped through. A single gap is one source's, with gaps that touch taken as one.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::collect::Channel;
use crate::shop::hours::Span;

use super::card::Reach;
use super::facts::{Facts, Window};
use super::speed::Spoken;
use super::{Gap, Log, Rubric};

/// How well the sources of one kind were watched over a window.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sight {
    /// Whether they could show anything; offered or not is not asked here.
    pub(super) reach: Reach,
    /// Up to which moment nothing can have come unseen, but for gaps too small to matter.
    pub(super) until: DateTime<Utc>,
}

/// How well the sources of a kind (`phone`, `mailbox`) were watched for a channel, or for all: gaps that would not make silence doubtful do not matter, and else
/// what came after the first of them began need not have been the first.
pub(super) fn sight(log: &Log, rubric: &Rubric, window: &Window, kind: &str, channel: Option<Channel>) -> Sight {
    let of_channel = |gap: &Gap| channel.is_none() || gap.channel.is_none() || gap.channel == channel;
    let of_kind = |gap: &&Gap| gap.source.split('.').next() == Some(kind) && of_channel(gap);
    let within = |gap: &Gap| (gap.from.max(window.start), gap.to.min(window.until));
    let gaps = log.inquiry.coverage_gaps.iter().filter(of_kind).map(within);
    let gaps = merged(gaps.filter(|(from, to)| from < to).collect());
    match gaps.as_slice() {
        [whole] if *whole == (window.start, window.until) => Sight { reach: Reach::NotWatched, until: window.start },
        [first, ..] if !small_enough(&gaps, window.until - window.start, &rubric.proof) => {
            Sight { reach: Reach::PartlyWatched, until: first.0 }
        }
        _ => Sight { reach: Reach::Watched, until: window.until },
    }
}

/// Why silence is not proven; empty when it is.
pub(super) fn doubts(facts: &Facts<'_>) -> Vec<String> {
    let rule = &facts.rubric.proof;
    let mut sources: BTreeMap<&str, Vec<Span>> = BTreeMap::new();
    for gap in &facts.log.inquiry.coverage_gaps {
        let (from, to) = (gap.from.max(facts.start), gap.to.min(facts.until));
        if from < to {
            sources.entry(&gap.source).or_default().push((from, to));
        }
    }
    let mut doubts = Vec::new();
    for (source, spans) in &sources {
        let longest = merged(spans.clone()).into_iter().max_by_key(|(from, to)| *to - *from);
        // A source that showed nothing at all proves nothing, however much a rubric lets pass.
        let too_long = |(from, to): &Span| *to - *from > TimeDelta::seconds(rule.gap_s.i64()) || (*from, *to) == (facts.start, facts.until);
        if let Some((from, to)) = longest.filter(too_long) {
            let within = |gap: &&Gap| gap.source == **source && gap.from < to && gap.to > from;
            let why = facts.log.inquiry.coverage_gaps.iter().filter(within).find_map(|gap| gap.why.as_deref());
            let why = why.map_or_else(String::new, |why| format!(": {why}"));
            doubts.push(format!("{source} was not watched for {} at a stretch{why}", Spoken((to - from).num_seconds())));
        }
    }
    let blind = merged(sources.into_values().flatten().collect()).iter().fold(TimeDelta::zero(), |sum, (from, to)| sum + (*to - *from));
    let window = facts.until - facts.start;
    if seconds(blind) > seconds(window) * rule.gap_share.0 + 1e-9 {
        doubts.push(format!("{} of {} were not watched by every source", Spoken(blind.num_seconds()), Spoken(window.num_seconds())));
    }
    match facts.log.inquiry.in_review {
        0 => {}
        1 => doubts.push("a touch in review may belong to it".to_owned()),
        more => doubts.push(format!("{more} touches in review may belong to it")),
    }
    doubts
}

/// Whether gaps of one source, merged, leave its silence proven: none too long, and not too much together.
fn small_enough(gaps: &[Span], window: TimeDelta, rule: &super::rubric::Proof) -> bool {
    let blind = gaps.iter().fold(TimeDelta::zero(), |sum, (from, to)| sum + (*to - *from));
    let short = gaps.iter().all(|(from, to)| *to - *from <= TimeDelta::seconds(rule.gap_s.i64()));
    short && seconds(blind) <= seconds(window) * rule.gap_share.0 + 1e-9
}

fn seconds(span: TimeDelta) -> f64 {
    span.as_seconds_f64()
}

/// Spans by time, with those that overlap or touch made one.
fn merged(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort();
    let mut merged: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match merged.last_mut() {
            Some(last) if last.1 >= from => last.1 = last.1.max(to),
            _ => merged.push((from, to)),
        }
    }
    merged
}
