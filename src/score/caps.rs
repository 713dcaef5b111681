//! Limits on the score: what no number of points can make up for.

use chrono::TimeDelta;

use crate::classify::{Origin, QuestionAnswered};

use super::answer::{Reply, reply};
use super::card::{Cap, CapKind, Reach};
use super::facts::{Facts, later};
use super::measure::TimeBase;
use super::speed::Limit;

/// The caps that apply, lowest first.
pub(super) fn all(facts: &Facts<'_>) -> Vec<Cap> {
    let rule = &facts.rubric.caps;
    let mut caps: Vec<Cap> = Vec::new();
    let mut cap = |kind: CapKind, cap: f64, why: String| caps.push(Cap { kind, cap, why });
    let any = |origin| facts.seen.iter().any(|seen| seen.touch.origin == origin);
    let within = Limit(rule.late_after_s.i64());
    let in_time = later(facts.start, TimeDelta::seconds(rule.late_after_s.i64())).min(facts.until);
    match facts.first.personal {
        None => {
            if any(Origin::Marketing) {
                cap(CapKind::MarketingOnly, rule.marketing_only.0, format!("only marketing: nobody answered in person {}", facts.so_far()));
            } else if any(Origin::AutoReply) {
                cap(
                    CapKind::RobotOnly,
                    rule.robot_only.0,
                    format!("robot only: an auto-reply came, and nobody answered in person {}", facts.so_far()),
                );
            } else {
                // A site that thanks the buyer and loses the inquiry is another finding than people who stay silent.
                let lost = if any(Origin::Bounce) { "; a bounce came, so the inquiry may have reached nobody" } else { "" };
                cap(CapKind::Silent, rule.silent.0, format!("crickets: nobody answered {}{lost}", facts.so_far()));
            }
            if facts.elapsed(TimeBase::Wall, facts.until) >= rule.late_after_s.i64() {
                cap(CapKind::Late, rule.late.0, format!("no personal touch within {within}"));
            }
        }
        // A cap is an accusation, so a time that may lie on either side of the limit does not bring it.
        // What was not watched may have been in time.
        Some(_) if facts.watched_until() < in_time => {}
        Some(first) if facts.elapsed(TimeBase::Wall, first.at) > rule.late_after_s.i64() => {
            cap(CapKind::Late, rule.late.0, format!("no personal touch within {within}"));
        }
        Some(_) => {}
    }
    match reply(facts) {
        // Said in what was not watched, for all that is known.
        Reply::NothingSaid if facts.channels().half_blind() => {}
        Reply::NothingSaid => cap(CapKind::Unanswered, rule.unanswered.0, "a question was asked, and nothing was said".to_owned()),
        Reply::Best(QuestionAnswered::No | QuestionAnswered::Deferred) => {
            cap(
                CapKind::Unanswered,
                rule.unanswered.0,
                "a question was asked, and nothing that was said answers it, not even partly".to_owned(),
            );
        }
        Reply::NotAsked | Reply::Unknown | Reply::Best(_) => {}
    }
    if facts.log.inquiry.offered.phone && facts.attempts.is_empty() && facts.calls.reach == Reach::Watched {
        cap(CapKind::NoCall, rule.no_call.0, format!("a phone number was given, and nobody called {}", facts.so_far()));
    }
    caps.sort_by(|a, b| a.cap.total_cmp(&b.cap).then(a.kind.cmp(&b.kind)));
    caps
}
