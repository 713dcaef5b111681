//! Which channels were used, and how long they kept at it.

use std::collections::BTreeSet;

use chrono::TimeDelta;

use crate::classify::Origin;
use crate::collect::Channel;
use crate::shop::hours::local_date;

use super::TouchId;
use super::facts::{Facts, Seen, has_video, later, small};
use super::judge::Judged;

pub(super) fn channel_call(facts: &Facts<'_>) -> Judged {
    if !facts.log.inquiry.offered.phone {
        return Judged::not_counted("no phone number was given");
    }
    used(facts, Seen::rang, "called", "nobody called")
}

pub(super) fn channel_email(facts: &Facts<'_>) -> Judged {
    used(facts, |seen| seen.personal_on(Channel::Email), "wrote a personal email", "no personal email came")
}

pub(super) fn channel_text(facts: &Facts<'_>) -> Judged {
    if !facts.log.inquiry.offered.text {
        return Judged::not_counted("texts were not consented to");
    }
    used(facts, |seen| seen.personal_on(Channel::Sms), "sent a personal text", "no personal text came")
}

pub(super) fn channel_video(facts: &Facts<'_>) -> Judged {
    used(facts, has_video, "sent a video", "no video came")
}

fn used<'a>(facts: &Facts<'a>, kind: impl Fn(&Seen<'a>) -> bool, yes: &'static str, no: &str) -> Judged {
    let ids = those(facts, kind);
    if ids.is_empty() { Judged::of(0.0, format!("{no} {}", facts.so_far()), ids) } else { Judged::of(1.0, yes, ids) }
}

/// The touches of a kind, by time.
fn those<'a>(facts: &Facts<'a>, kind: impl Fn(&Seen<'a>) -> bool) -> Vec<TouchId> {
    facts.seen.iter().filter(|seen| kind(seen)).map(|seen| seen.touch.id.clone()).collect()
}

pub(super) fn calls(facts: &Facts<'_>) -> Judged {
    if !facts.log.inquiry.offered.phone {
        return Judged::not_counted("no phone number was given");
    }
    let target = facts.rubric.persist.calls.attempts.0;
    let made = small(facts.attempts.len());
    let why = format!("{made} call attempt{} of {target} for full marks", plural(made));
    Judged::of(ratio(f64::from(made), f64::from(target)), why, facts.attempts.iter().flat_map(|attempt| &attempt.ids).cloned().collect())
}

pub(super) fn written(facts: &Facts<'_>) -> Judged {
    let rule = &facts.rubric.persist.written;
    let mut ids = those(facts, |seen| seen.personal_on(Channel::Email) || seen.personal_on(Channel::Sms));
    let wrote = small(ids.len());
    ids.extend(those(facts, |seen| seen.touch.origin == Origin::Marketing));
    let ads = small(ids.len()) - wrote;
    let units = f64::from(wrote) + (f64::from(ads) * rule.marketing_each.0).min(rule.marketing_most.0);
    let why = format!("{wrote} personal message{} of {} for full marks, and {ads} of marketing", plural(wrote), rule.messages.0);
    Judged::of(ratio(units, f64::from(rule.messages.0)), why, ids)
}

pub(super) fn spread(facts: &Facts<'_>) -> Judged {
    let rule = &facts.rubric.persist.spread;
    let touches: Vec<&Seen<'_>> = facts.personal().collect();
    let late_from = later(facts.start, TimeDelta::days(i64::from(rule.late_day.0)));
    let late = touches.iter().any(|seen| seen.at >= late_from);
    let mut days = BTreeSet::new();
    // A date costs more than all the rest, so that none is asked for beyond those needed.
    let several_days = touches.iter().any(|seen| {
        days.insert(local_date(facts.zone, seen.at));
        days.len() >= usize::from(rule.local_days.0)
    });
    let moments = || touches.iter().map(|seen| seen.at);
    let longest = moments().zip(moments().skip(1).chain([facts.end])).map(|(from, to)| to - from).max().unwrap_or_default();
    let steady = several_days && longest <= TimeDelta::days(i64::from(rule.gap_days.0));
    let parts = [
        (late, format!("a personal touch on day {} or later", rule.late_day.0)),
        (steady, format!("no gap over {} days", rule.gap_days.0)),
        (several_days, format!("personal touches on at least {} days", rule.local_days.0)),
    ];
    let names = |kept: bool| parts.iter().filter(|(is, _)| *is == kept).map(|(_, name)| name.as_str()).collect::<Vec<_>>().join(", ");
    let (share, why) = match parts.iter().filter(|(is, _)| *is).count() {
        0 => (0.0, format!("missing: {}", names(false))),
        1 => (1.0 / 3.0, format!("kept: {}; missing: {}", names(true), names(false))),
        2 => (2.0 / 3.0, format!("kept: {}; missing: {}", names(true), names(false))),
        _ => (1.0, format!("kept: {}", names(true))),
    };
    Judged::of(share, why, touches.iter().map(|seen| seen.touch.id.clone()).collect())
}

fn ratio(is: f64, full: f64) -> f64 {
    (is / full).clamp(0.0, 1.0)
}

fn plural(number: u32) -> &'static str {
    if number == 1 { "" } else { "s" }
}
