//! The caller's number among the builder's. A shared number suggests, a withheld or strange one proves nothing.

use crate::collect::phone::CallRecord;

use super::{AttributedBy, Evidence, Kind, Target};

/// Open targets that know the caller's number, or one of the same exchange.
pub(super) fn find<'a>(call: &CallRecord, targets: &'a [Target]) -> Vec<Evidence<'a>> {
    let Some(from) = call.from.as_deref().filter(|from| !from.is_empty()) else {
        return Vec::new();
    };
    let open: Vec<&Target> = targets.iter().filter(|target| target.covers(call.started_at)).collect();
    let sharing = open.iter().filter(|target| known(from, target).is_some()).filter(|target| reached(call, target)).count();
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
        } else if same_exchange(from, target) && reached(call, target) {
            (0.55, format!("{from} is of the same exchange as a number of this builder"))
        } else {
            continue;
        };
        found.push(Evidence { target, by: AttributedBy::Number, confidence, id: "number", reason, own: true });
    }
    found
}

/// How sure a number is the builder's, and where that was learned.
fn known(from: &str, target: &Target) -> Option<(f64, String)> {
    if target.numbers.iter().any(|number| number == from) {
        return Some((0.95, String::new()));
    }
    let fact = target.learned.iter().find(|fact| fact.kind == Kind::Number && fact.value == from)?;
    Some((if fact.by_person { 0.95 } else { 0.9 }, format!(", learned from touch {}", fact.touch)))
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
fn reached(call: &CallRecord, target: &Target) -> bool {
    target.phone.as_deref().is_some_and(|given| call.to.as_deref().is_none_or(|to| to == given))
}

/// The same first six digits of a NANP number: big offices call out from any line of theirs.
fn same_exchange(from: &str, target: &Target) -> bool {
    let exchange =
        |number: &str| number.strip_prefix("+1").filter(|rest| rest.len() == 10).and_then(|rest| rest.get(..6).map(str::to_owned));
    exchange(from).is_some_and(|own| target.numbers.iter().any(|number| exchange(number).is_some_and(|known| known == own)))
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ring, two};
    use super::*;

    #[test]
    fn knows_a_number_and_doubts_a_shared_one() {
        let mut targets = two();
        targets[1].numbers = vec!["+17135559200".into()];
        let found = find(&ring(Some("+15125550100"), None), &targets);
        assert_eq!((found.len(), found[0].target.id.0.as_str(), found[0].confidence > 0.9), (1, "2026-11/bluebonnet", true));
        let found = find(&ring(Some("+15125550177"), None), &targets);
        assert!(found.len() == 1 && found[0].confidence < 0.8, "same exchange only suggests");
        targets[1].numbers = vec!["+15125550100".into()];
        let found = find(&ring(Some("+15125550100"), None), &targets);
        assert!(found.len() == 2 && found.iter().all(|evidence| evidence.confidence < 0.8));
        targets[1].phone = None;
        let found = find(&ring(Some("+15125550100"), None), &targets);
        assert!(found[0].confidence > 0.9 && found[1].confidence < 0.8, "{found:?}");
    }

    #[test]
    fn time_alone_lists_only_whom_the_number_was_given_to() {
        let mut targets = two();
        targets[1].phone = None;
        assert!(find(&ring(None, None), &targets).is_empty());
        let found = by_time_alone(&ring(None, None), &targets);
        assert!(found.len() == 1 && found[0].confidence < 0.5);
    }
}
