//! How fast: the time to a first touch against the rubric's limits, on the clock that the rubric names.

use crate::classify::Origin;
use crate::collect::Channel;

use super::card::Outcome;
use super::facts::{Earliest, Facts, Seen};
use super::judge::Judged;
use super::measure::TimeBase;
use super::rubric::Timed;

pub(super) fn call(facts: &Facts<'_>) -> Judged {
    if !facts.log.inquiry.offered.phone {
        return Judged::not_counted("no phone number was given");
    }
    let first = facts.first(Seen::rang);
    timed(facts, &facts.rubric.speed.call, first, "rang", &format!("nobody called {}", facts.so_far()))
}

pub(super) fn personal_email(facts: &Facts<'_>) -> Judged {
    let first = facts.first(|seen| seen.personal_on(Channel::Email));
    let none = format!("no personal email came {}", facts.so_far());
    timed(facts, &facts.rubric.speed.personal_email, first, "the first personal email came", &none)
}

pub(super) fn any_personal(facts: &Facts<'_>) -> Judged {
    let first = facts.first(Seen::personal);
    let what = first.as_ref().map_or("", |first| match first.touch.channel {
        Channel::Email => "the first personal touch, an email, came",
        Channel::Call => "the first personal touch, a call, came",
        Channel::Voicemail => "the first personal touch, a voicemail, came",
        Channel::Sms => "the first personal touch, a text, came",
    });
    timed(facts, &facts.rubric.speed.any_personal, first, what, &format!("nobody answered in person {}", facts.so_far()))
}

pub(super) fn acknowledgement(facts: &Facts<'_>) -> Judged {
    let first = facts.first(Seen::acknowledged);
    let what = first.as_ref().map_or("", |first| match first.touch.origin {
        Origin::AutoReply => "an auto-reply came",
        Origin::Marketing => "marketing came",
        _ => "a personal touch came",
    });
    let none = format!("nothing came {}, not even an auto-reply", facts.so_far());
    timed(facts, &facts.rubric.speed.acknowledgement, first, what, &none)
}

fn timed(facts: &Facts<'_>, rule: &Timed, first: Option<Earliest<'_>>, what: &str, none: &str) -> Judged {
    let Some(first) = first else { return Judged::of(0.0, none, Vec::new()) };
    let (early, late) = (facts.elapsed(rule.clock, first.at), facts.elapsed(rule.clock, first.latest));
    let (best, worst) = (share(rule, early), share(rule, late));
    let mut why = format!("{what} {}", when(facts, rule.clock, &first));
    if let Some(limit) = crossed(rule, early, late).filter(|_| best > worst) {
        why = format!("{why}; {} lies within that span, so the lower tier counts", duration(limit));
        return Judged { result: Outcome::Indeterminate, ..Judged::of(worst, why, first.ids) };
    }
    if let Some(limit) = rule.limits.0.first().filter(|limit| worst < limit.share.0) {
        why = format!("{why}; full marks need {} or less", duration(limit.within_s.i64()));
    }
    Judged::of(worst, why, first.ids)
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
fn when(facts: &Facts<'_>, clock: TimeBase, first: &Earliest<'_>) -> String {
    let between = |clock| {
        let (early, late) = (facts.elapsed(clock, first.at), facts.elapsed(clock, first.latest));
        if early == late { duration(early) } else { format!("between {} and {}", duration(early), duration(late)) }
    };
    let (wall, ours) = (between(TimeBase::Wall), between(clock));
    match clock {
        TimeBase::Business if facts.never_open() => {
            format!("{wall} after the confirmed inquiry (by the wall clock: the posted hours were never open in the window)")
        }
        TimeBase::Business if ours != wall => {
            format!("{ours} of opening hours after the confirmed inquiry ({wall} by the wall clock)")
        }
        _ => format!("{wall} after the confirmed inquiry"),
    }
}

/// Seconds as people say them, in the two largest units.
pub(super) fn duration(seconds: i64) -> String {
    let units = [(86_400, "d"), (3600, "h"), (60, "min"), (1, "s")];
    let Some(at) = units.iter().position(|(size, _)| seconds >= *size) else { return "0 s".to_owned() };
    let mut rest = seconds;
    let parts = units.iter().skip(at).take(2).filter_map(|(size, name)| {
        let number = rest / size;
        rest %= size;
        (number > 0).then(|| format!("{number} {name}"))
    });
    parts.collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::Rubric;

    #[test]
    fn durations_read_like_speech() {
        let cases = [(0, "0 s"), (45, "45 s"), (60, "1 min"), (212, "3 min 32 s"), (3600, "1 h"), (7500, "2 h 5 min"), (90_061, "1 d 1 h")];
        for (seconds, want) in cases {
            assert_eq!(duration(seconds), want);
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
