//! Whose is it, when nobody knows to the second when it came? Takes the earliest and the latest moment (benchmarks, section 1.2); gives
//! the owner that it has at each moment between them, or candidates where an inquiry began or ended meanwhile: then it is neither
//! ruled out nor certain. Pure.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Attribution, Learned, Target, decide};
use crate::collect::mail::Mail;
use crate::collect::phone::CallRecord;

/// Whose mail is it that came between two moments?
#[must_use]
pub fn mail_within(mail: &Mail, within: (DateTime<Utc>, DateTime<Utc>), targets: &[Target]) -> Attribution {
    at_all_times(within, targets, |at| super::mail(mail, at, targets))
}

/// Whose call or text is it, which may have begun as late as its log leaves open?
#[must_use]
pub fn call_within(call: &CallRecord, targets: &[Target], learned: &Learned) -> Attribution {
    let within = (call.started_at, call.started_at_latest.unwrap_or(call.started_at));
    at_all_times(within, targets, |at| super::call_knowing(&CallRecord { started_at: at, ..call.clone() }, targets, learned))
}

/// The judgement at every moment at which it may change, in one.
fn at_all_times(
    (from, to): (DateTime<Utc>, DateTime<Utc>),
    targets: &[Target],
    judge: impl Fn(DateTime<Utc>) -> Attribution,
) -> Attribution {
    let mut judged = judge(from);
    let turns =
        targets.iter().flat_map(|target| [target.sent_at, target.until.checked_add_signed(TimeDelta::milliseconds(1)).unwrap_or(to)]);
    let mut turns: Vec<DateTime<Utc>> = turns.filter(|turn| from < *turn && *turn <= to).collect();
    turns.sort_unstable();
    turns.dedup();
    let mut agree = true;
    for turn in turns {
        let other = judge(turn);
        agree &= other.owner == judged.owner;
        let (mut kept, left) = match (&judged.owner, &other.owner) {
            (None, Some(_)) => (other, judged),
            (Some(_), Some(_)) if other.confidence < judged.confidence => (other, judged),
            _ => (judged, other),
        };
        for candidate in left.candidates {
            if kept.candidates.iter().all(|known| known.inquiry != candidate.inquiry) {
                kept.candidates.push(candidate);
            }
        }
        judged = kept;
    }
    if agree {
        return judged;
    }
    let time = "%Y-%m-%d %H:%M:%SZ";
    let reason = format!("it came between {} and {}, and whose it is changed meanwhile", from.format(time), to.format(time));
    decide::doubt(judged, "interval", &reason)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, ring, two};
    use super::*;

    /// From the builder's own domain, to nobody in particular.
    fn from_the_builder() -> Mail {
        crate::collect::mail::parse(
            b"From: Amy Ortiz <amy@bluebonnet.example>\nTo: shopper@example.org\nSubject: Hi\n\nHi Dana, Bluebonnet Homes here.\n",
        )
    }

    #[test]
    fn a_mail_that_may_have_come_before_the_inquiry_is_neither_its_own_nor_ruled_out() {
        let (targets, mail) = (two(), from_the_builder());
        let of = |from: &str, to: &str| mail_within(&mail, (at(from), at(to)), &targets);
        let after = of("2026-11-02T15:00:00Z", "2026-11-02T15:09:00Z");
        assert_eq!(after.owner, Some(targets[0].id.clone()), "{after:?}");
        let before = of("2026-11-02T14:50:00Z", "2026-11-02T14:59:59Z");
        assert_eq!(before.owner, None, "{before:?}");
        for (from, to) in [("2026-11-02T14:59:00Z", "2026-11-02T15:01:00Z"), ("2026-12-02T14:59:00Z", "2026-12-02T15:01:00Z")] {
            let across = of(from, to);
            assert!(across.owner.is_none() && !across.is_certain(), "{across:?}");
            assert!(across.candidates.iter().any(|candidate| candidate.inquiry == targets[0].id), "{across:?}");
            assert!(across.reasons.iter().any(|reason| reason.id == "interval"), "{across:?}");
        }
    }

    #[test]
    fn an_alias_that_one_inquiry_alone_was_given_is_its_own_at_any_time() {
        let mail = crate::collect::mail::parse(b"From: amy@b.example\nTo: shopper+k7f3@example.org\n\nHi\n");
        let judged = mail_within(&mail, (at("2026-11-02T14:59:00Z"), at("2026-11-02T15:01:00Z")), &two());
        assert!(judged.is_certain(), "{judged:?}");
    }

    #[test]
    fn a_call_whose_log_leaves_an_hour_open_is_treated_alike() {
        let call = CallRecord { started_at: at("2026-11-02T14:30:00Z"), ..ring(Some("+15125550100"), None) };
        let judged = |latest: Option<&str>| {
            call_within(&CallRecord { started_at_latest: latest.map(at), ..call.clone() }, &two(), &Learned::default())
        };
        assert!(judged(None).candidates.is_empty());
        let open = judged(Some("2026-11-02T15:30:00Z"));
        assert_eq!((&open.owner, &open.candidates[0].inquiry), (&None, &two()[0].id), "{open:?}");
    }
}
