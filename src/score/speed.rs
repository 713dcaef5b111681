//! How fast: the time to a first touch against the rubric's limits, on the clock that the rubric names.

use std::fmt;

use crate::classify::Origin;
use crate::collect::Channel;

use super::card::Outcome;
use super::facts::{Earliest, Facts};
use super::judge::Judged;
use super::log::LogTouch;
use super::measure::TimeBase;
use super::rubric::Timed;

pub(super) fn call(facts: &Facts<'_>) -> Judged {
    if !facts.log.inquiry.offered.phone {
        return Judged::not_counted("no phone number was given");
    }
    timed(facts, &facts.rubric.speed.call, facts.first.call, |_| "rang", "nobody called")
}

pub(super) fn personal_email(facts: &Facts<'_>) -> Judged {
    let rule = &facts.rubric.speed.personal_email;
    timed(facts, rule, facts.first.personal_email, |_| "the first personal email came", "no personal email came")
}

pub(super) fn any_personal(facts: &Facts<'_>) -> Judged {
    let what = |first: &LogTouch| match first.channel {
        Channel::Email => "the first personal touch, an email, came",
        Channel::Call => "the first personal touch, a call, came",
        Channel::Voicemail => "the first personal touch, a voicemail, came",
        Channel::Sms => "the first personal touch, a text, came",
    };
    timed(facts, &facts.rubric.speed.any_personal, facts.first.personal, what, "nobody answered in person")
}

pub(super) fn acknowledgement(facts: &Facts<'_>) -> Judged {
    let what = |first: &LogTouch| match first.origin {
        Origin::AutoReply => "an auto-reply came",
        Origin::Marketing => "marketing came",
        _ => "a personal touch came",
    };
    let judged = timed(facts, &facts.rubric.speed.acknowledgement, facts.first.any, what, "nothing came");
    if facts.first.any.is_some() { judged } else { Judged { why: format!("{}, not even an auto-reply", judged.why).into(), ..judged } }
}

/// Judges a first touch by a rule: `what` says what came, `none` that nothing did.
fn timed(
    facts: &Facts<'_>,
    rule: &Timed,
    first: Option<Earliest<'_>>,
    what: impl Fn(&LogTouch) -> &'static str,
    none: &'static str,
) -> Judged {
    let Some(first) = first else { return Judged::of(0.0, format!("{none} {}", facts.so_far()), Vec::new()) };
    let (early, late) = (facts.elapsed(rule.clock, first.at), facts.elapsed(rule.clock, first.latest));
    let (best, worst) = (share(rule, early), share(rule, late));
    let mut why = format!("{} {}", what(first.touch), when(facts, rule.clock, &first, (early, late)));
    if let Some(limit) = crossed(rule, early, late).filter(|_| best > worst) {
        why.push_str(&format!("; {} lies within that span, so the lower tier counts", Limit(limit)));
        return Judged { result: Outcome::Indeterminate, ..Judged::of(worst, why, first.ids()) };
    }
    if let Some(limit) = rule.limits.0.first().filter(|limit| worst < limit.share.0) {
        why.push_str(&format!("; full marks need {} or less", Limit(limit.within_s.i64())));
    }
    Judged::of(worst, why, first.ids())
}

/// The share that so many seconds earn.
fn share(rule: &Timed, seconds: i64) -> f64 {
    rule.limits.0.iter().find(|limit| seconds <= limit.within_s.i64()).map_or(rule.later.0, |limit| limit.share.0)
}

/// The first limit between two times.
fn crossed(rule: &Timed, early: i64, late: i64) -> Option<i64> {
    rule.limits.0.iter().map(|limit| limit.within_s.i64()).find(|limit| (early..late).contains(limit))
}

/// "3 min 32 s after the confirmed inquiry", with both clocks where they differ.
fn when(facts: &Facts<'_>, clock: TimeBase, first: &Earliest<'_>, (early, late): (i64, i64)) -> String {
    let wall = Between(facts.elapsed(TimeBase::Wall, first.at), facts.elapsed(TimeBase::Wall, first.latest));
    let ours = Between(early, late);
    match clock {
        TimeBase::Business if facts.never_open() => {
            format!("{wall} after the confirmed inquiry (by the wall clock: the posted hours were never open in the window)")
        }
        // Equal in words is equal to a reader.
        TimeBase::Business if ours != wall && ours.to_string() != wall.to_string() => {
            format!("{ours} of opening hours after the confirmed inquiry ({wall} by the wall clock)")
        }
        _ => format!("{wall} after the confirmed inquiry"),
    }
}

/// A time that is known as a span, in words.
#[derive(PartialEq, Eq)]
struct Between(i64, i64);

impl fmt::Display for Between {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (early, late) = (Spoken(self.0), Spoken(self.1));
        if early == late { early.fmt(f) } else { write!(f, "between {early} and {late}") }
    }
}

/// Seconds as people say them, in the two largest units.
#[derive(PartialEq, Eq)]
pub(super) struct Spoken(pub(super) i64);

impl fmt::Display for Spoken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
        let Some(at) = units.iter().position(|(size, _)| self.0 >= *size) else { return f.write_str("0 s") };
        let (mut rest, mut before) = (self.0, "");
        for (size, name) in units.iter().skip(at).take(2) {
            if rest >= *size {
                write!(f, "{before}{} {name}", rest / size)?;
            }
            (rest, before) = (rest % size, " ");
        }
        Ok(())
    }
}

/// A limit in seconds, as rubrics name it: in hours where these are whole, up to two days.
pub(super) struct Limit(pub(super) i64);

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0 % 3600 == 0 && (3600..=172_800).contains(&self.0) { write!(f, "{} h", self.0 / 3600) } else { Spoken(self.0).fmt(f) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Rubric;

    #[test]
    fn durations_read_like_speech() {
        let cases = [(0, "0 s"), (45, "45 s"), (60, "1 min"), (212, "3 min 32 s"), (3600, "1 h"), (7500, "2 h 5 min"), (90_061, "1 d 1 h")];
        for (seconds, want) in cases {
            assert_eq!(Spoken(seconds).to_string(), want);
        }
        for (seconds, want) in [(86_400, "24 h"), (172_800, "48 h"), (259_200, "3 d"), (3600, "1 h"), (5400, "1 h 30 min"), (0, "0 s")] {
            assert_eq!(Limit(seconds).to_string(), want);
        }
    }

    #[test]
    fn every_limit_holds_to_the_second() {
        let rubric = Rubric::default_rubric();
        let speed = &rubric.speed;
        let tables = [
            (
                &speed.call,
                &[(300, 1.0, 0.75), (900, 0.75, 0.6), (1800, 0.6, 0.4), (3600, 0.4, 0.25), (14_400, 0.25, 0.15), (86_400, 0.15, 0.05)][..],
            ),
            (&speed.personal_email, &[(300, 1.0, 0.85), (1800, 0.85, 0.7), (3600, 0.7, 0.4), (14_400, 0.4, 0.2), (86_400, 0.2, 0.05)]),
            (&speed.any_personal, &[(300, 1.0, 0.7), (3600, 0.7, 0.3), (86_400, 0.3, 0.1)]),
            (&speed.acknowledgement, &[(300, 1.0, 0.0)]),
        ];
        for (rule, limits) in tables {
            for (seconds, at, after) in limits {
                assert!((share(rule, *seconds) - at).abs() < 1e-9, "{seconds}");
                assert!((share(rule, seconds + 1) - after).abs() < 1e-9, "{seconds} + 1");
            }
        }
    }
}
