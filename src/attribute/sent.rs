//! To whom a text of the shopper's own went: the builder whose number it was sent to, among those that were given the number it came
//! from. Takes an outbound text and the inquiries, gives an owner or candidates. A number that two builders use settles nothing.

use chrono::TimeDelta;

use super::number::known;
use super::{AttributedBy, Attribution, Evidence, Target, decide};
use crate::collect::phone::CallRecord;

/// An answer that comes after the watch has ended still is one: an opt-out is often the last that is said.
const LATE: TimeDelta = TimeDelta::days(30);

/// To which inquiry's builder a text of ours went.
#[must_use]
pub fn sent_to(call: &CallRecord, targets: &[Target]) -> Attribution {
    let Some(to) = call.to.as_deref().filter(|to| !to.is_empty()) else { return Attribution::nobodys() };
    let asked = |target: &&Target| {
        target.sent_at <= call.started_at
            && target.until.checked_add_signed(LATE).is_none_or(|until| call.started_at <= until)
            && target.phone.is_some()
            && target.phone == call.from
    };
    let mut found: Vec<Evidence<'_>> = Vec::new();
    for target in targets.iter().filter(asked) {
        let Some((_, source)) = known(to, target) else { continue };
        let reason = format!("a text of ours to {to}, a number of this builder{source}");
        // The answer to a service's code goes to whoever wrote by it.
        let evidence = Evidence { target, by: AttributedBy::Number, confidence: 0.9, id: "sent-to", reason, own: true };
        match found.iter_mut().find(|other| other.target.same_builder(target)) {
            // What was asked last is what is answered.
            Some(other) if (other.target.sent_at, &other.target.id) < (target.sent_at, &target.id) => *other = evidence,
            Some(_) => {}
            None => found.push(evidence),
        }
    }
    decide::decide(&found)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, target, two};
    use super::*;
    use crate::collect::Channel;
    use crate::collect::phone::{Direction, Stamp};

    fn text(to: &str, moment: &str) -> CallRecord {
        CallRecord {
            direction: Direction::Outbound,
            from: Some("+15125550142".to_owned()),
            to: Some(to.to_owned()),
            body: Some("STOP".to_owned()),
            ..CallRecord::new(Channel::Sms, Stamp::exactly(at(moment)))
        }
    }

    #[test]
    fn our_text_goes_to_whoever_has_the_number() {
        let owner = |to: &str, moment: &str, targets: &[Target]| {
            let judged = sent_to(&text(to, moment), targets);
            (judged.owner.map(|id| id.0), judged.candidates.len())
        };
        let (now, blue) = ("2026-11-20T15:00:00Z", Some("2026-11/bluebonnet".to_owned()));
        let targets = two();
        assert_eq!(owner("+15125550100", now, &targets), (blue.clone(), 1));
        assert_eq!(owner("+15125550100", "2026-12-20T15:00:00Z", &targets), (blue.clone(), 1), "after the watch");
        assert_eq!(owner("+15125550100", "2026-11-01T15:00:00Z", &targets), (None, 0), "before it was asked");
        assert_eq!(owner("+15125559999", now, &targets), (None, 0), "a stranger");
        let mut shared = two();
        shared[1].numbers.push("+15125550100".into());
        assert_eq!(owner("+15125550100", now, &shared), (None, 2), "two builders' number");
        let mut again = two();
        again.push(Target {
            sent_at: at("2026-11-15T15:00:00Z"),
            ..target("bluebonnet-2", "Bluebonnet Homes", "b.example", "+15125550100", "x")
        });
        assert_eq!(owner("+15125550100", now, &again).0.as_deref(), Some("2026-11/bluebonnet-2"), "the later of its two inquiries");
        let mut other = two();
        other[0].phone = Some("+15125550177".into());
        assert_eq!(owner("+15125550100", now, &other), (None, 0), "it was given another number");
    }
}
