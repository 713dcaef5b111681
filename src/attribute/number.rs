//! The number that rang, where it was given to one builder alone, and the caller's number among the builder's. A shared number
//! suggests; a withheld or strange one proves nothing.

use crate::collect::phone::CallRecord;

use super::{AttributedBy, Evidence, Fact, Kind, Target};

/// How sure a call is whose number was given to one builder alone: strangers dial wrong, and spam finds every number.
const SOLE: f64 = 0.85;
/// The same of a caller who is known to be somebody else.
const SOLE_DOUBTED: f64 = 0.5;

/// Open targets that the number which rang or the caller's number points to. `stranger`: the touch by which the caller is known to have
/// called before anybody was asked.
pub(super) fn find<'a>(call: &CallRecord, targets: &'a [Target], stranger: Option<&Fact>) -> Vec<Evidence<'a>> {
    let Some(from) = call.from.as_deref().filter(|from| !from.is_empty()) else {
        return Vec::new();
    };
    let open: Vec<&Target> = targets.iter().filter(|target| target.covers(call.started_at)).collect();
    let theirs: Vec<&Target> = targets.iter().filter(|target| known(from, target).is_some()).collect();
    let sharing = theirs.iter().filter(|target| target.covers(call.started_at) && reached(call, target)).count();
    let sole = sole(call, targets);
    let mut found = Vec::new();
    for target in open {
        let (confidence, reason) = if let Some((sure, source)) = known(from, target) {
            if !reached(call, target) {
                (0.5, format!("{from} is this builder's{source}, but this number was not given to it"))
            } else if sharing > 1 {
                (0.5, format!("{from} is a number that {sharing} open inquiries share{source}"))
            } else {
                (sure, format!("{from} is a number of this builder{source}"))
            }
        } else if sole.is_some_and(|sole| sole.id == target.id) {
            let to = call.to.as_deref().unwrap_or_default();
            if let Some(other) = theirs.iter().find(|other| !other.same_builder(target)) {
                (SOLE_DOUBTED, format!("{to} was given to this builder alone, but {from} is a number of {}", other.builder))
            } else if let Some(before) = stranger {
                (
                    SOLE_DOUBTED,
                    format!(
                        "{to} was given to this builder alone, but {from} had called before anybody was asked (touch {})",
                        before.touch
                    ),
                )
            } else {
                (SOLE, format!("{to} was given to this builder alone"))
            }
        } else if theirs.is_empty() && reached(call, target) && same_exchange(from, target) {
            (0.55, format!("{from} is of the same exchange as a number of this builder"))
        } else {
            continue;
        };
        found.push(Evidence { target, by: AttributedBy::Number, confidence, id: "number", reason, own: true });
    }
    found
}

/// The open target to which alone the number that rang was given, before its window or in it. One inquiry by itself shows no such
/// thing: others must have been given other numbers.
fn sole<'a>(call: &CallRecord, targets: &'a [Target]) -> Option<&'a Target> {
    let to = call.to.as_deref()?;
    let holds = |target: &&Target| target.phone.as_deref() == Some(to);
    let sole = targets.iter().filter(holds).find(|target| target.covers(call.started_at))?;
    // A number that goes out to several begins with one of them: those of the same window, planned ones too, are its holders.
    let others = targets.iter().filter(holds).any(|other| other.id != sole.id && other.sent_at <= sole.until);
    let apart = targets.iter().any(|other| !other.same_builder(sole) && other.phone.as_deref().is_some_and(|phone| phone != to));
    (!others && apart).then_some(sole)
}

/// How sure a number is the builder's, and where that was learned.
pub(super) fn known(from: &str, target: &Target) -> Option<(f64, String)> {
    if target.numbers.iter().any(|number| number == from) {
        return Some((0.95, String::new()));
    }
    let fact = target.learned.iter().find(|fact| fact.kind == Kind::Number && fact.value.eq_ignore_ascii_case(from))?;
    // A short code or a sender's name may be a service's that many write through.
    let sure = match (fact.by_person, from.starts_with('+')) {
        (_, false) => 0.6,
        (true, true) => 0.95,
        (false, true) => 0.9,
    };
    Some((sure, format!(", learned from touch {}", fact.touch)))
}

/// What the network vouches for of a caller's number, in words (STIR/SHAKEN, ATIS-1000074), by how its service spells it.
#[must_use]
pub fn vouched(attestation: &str) -> String {
    let said = attestation.trim();
    let lower = said.to_ascii_lowercase();
    let level = lower.rsplit(|c: char| !c.is_ascii_alphanumeric()).next().unwrap_or_default();
    let words = match level {
        _ if lower.contains("fail") => "the signature of the caller's number does not hold",
        "a" => "the network knows the caller, and that the number is the caller's own",
        "b" => "the network knows the caller, and not whose the number is",
        "c" => "the network only passed the call on, and does not know the caller",
        _ => "what the network says of the caller's number",
    };
    format!("{words} ({said})")
}

/// Everyone who was given the number and could have called: candidates for a person, never an owner.
pub(super) fn by_time_alone<'a>(call: &CallRecord, targets: &'a [Target]) -> Vec<Evidence<'a>> {
    let given = targets.iter().filter(|target| target.covers(call.started_at) && reached(call, target));
    given
        .map(|target| {
            let hours = (call.started_at - target.sent_at).num_hours();
            let confidence = if hours < 24 { 0.3 } else { 0.2 };
            let caller = call.from.as_deref().unwrap_or("a withheld number");
            let reason = format!("{caller} reached the number given to this builder {hours} h before; time alone is no proof");
            Evidence { target, by: AttributedBy::Number, confidence, id: "time", reason, own: true }
        })
        .collect()
}

/// Whether the number that rang was given to this builder. A source that does not say which rang is believed.
pub(super) fn reached(call: &CallRecord, target: &Target) -> bool {
    target.phone.as_deref().is_some_and(|given| call.to.as_deref().is_none_or(|to| to == given))
}

/// The same first six digits of a NANP number: big offices call out from any line of theirs.
fn same_exchange(from: &str, target: &Target) -> bool {
    exchange(from).is_some_and(|own| target.numbers.iter().any(|number| exchange(number) == Some(own)))
}

fn exchange(number: &str) -> Option<&str> {
    number.strip_prefix("+1").filter(|rest| rest.len() == 10)?.get(..6)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ring, two};
    use super::*;

    #[test]
    fn knows_a_number_and_doubts_a_shared_one() {
        let mut targets = two();
        targets[1].numbers = vec!["+17135559200".into()];
        let found = find(&ring(Some("+15125550100"), None), &targets, None);
        assert_eq!((found.len(), found[0].target.id.0.as_str(), found[0].confidence > 0.9), (1, "2026-11/bluebonnet", true));
        let found = find(&ring(Some("+15125550177"), None), &targets, None);
        assert!(found.len() == 1 && found[0].confidence < 0.8, "same exchange only suggests");
        targets[1].numbers = vec!["+15125550188".into()];
        let found = find(&ring(Some("+15125550100"), None), &targets, None);
        assert_eq!(found.len(), 1, "a number that is one builder's is no other's of the same exchange: {found:?}");
        targets[1].numbers = vec!["+15125550100".into()];
        let found = find(&ring(Some("+15125550100"), None), &targets, None);
        assert!(found.len() == 2 && found.iter().all(|evidence| evidence.confidence < 0.8));
        targets[1].phone = None;
        let found = find(&ring(Some("+15125550100"), None), &targets, None);
        assert!(found[0].confidence > 0.9 && found[1].confidence < 0.8, "{found:?}");
    }

    #[test]
    fn what_the_network_vouches_for_is_told_in_words() {
        for (said, told) in [
            ("A", "the caller's own (A)"),
            ("TN-Validation-Passed-B", "not whose the number is (TN-Validation-Passed-B)"),
            ("c", "only passed the call on"),
            ("TN-Validation-Failed-A", "does not hold"),
            ("No-TN-Validation", "what the network says of the caller's number (No-TN-Validation)"),
        ] {
            assert!(vouched(said).contains(told), "{said}: {}", vouched(said));
        }
    }

    #[test]
    fn time_alone_lists_only_whom_the_number_was_given_to() {
        let mut targets = two();
        targets[1].phone = None;
        assert!(find(&ring(None, None), &targets, None).is_empty());
        let found = by_time_alone(&ring(None, None), &targets);
        assert!(found.len() == 1 && found[0].confidence < 0.5);
    }

    #[test]
    fn a_number_given_to_one_builder_alone_tells_whose_call_it_is() {
        let mut targets = two();
        targets[1].phone = Some("+15125550143".into());
        let owner = |from: Option<&str>, targets: &[Target], stranger: Option<&Fact>| {
            let found = find(&ring(from, None), targets, stranger);
            found.iter().find(|evidence| evidence.confidence >= 0.8).map(|evidence| evidence.target.id.0.clone())
        };
        let blue = Some("2026-11/bluebonnet".to_owned());
        assert_eq!(owner(Some("+17135551234"), &targets, None), blue);
        assert_eq!(owner(Some("24587"), &targets, None), blue);
        assert_eq!(owner(None, &targets, None), None, "a withheld caller is known by what is said alone");
        assert_eq!(owner(Some("+15125550200"), &targets, None), None, "another builder's number");
        let before = Fact {
            kind: Kind::Number,
            value: "+17135551234".into(),
            at: super::super::samples::at("2026-10-30T15:00:00Z"),
            touch: "t_a".into(),
            by_person: false,
        };
        assert_eq!(owner(Some("+17135551234"), &targets, Some(&before)), None, "it had called before anybody was asked");
        let mut third = targets[1].clone();
        (third.id, third.builder) = (crate::shop::InquiryId::new("2026-10", "oak"), "Oak Homes".into());
        third.phone = targets[0].phone.clone();
        (third.sent_at, third.until) = (targets[0].sent_at - chrono::TimeDelta::days(40), targets[0].sent_at - chrono::TimeDelta::days(10));
        targets.push(third);
        assert_eq!(owner(Some("+17135551234"), &targets, None), None, "it was another's before");
    }
}
