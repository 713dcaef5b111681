//! Which calls and texts concern somebody who was asked: a glance at the two numbers, so that a long log of strangers' calls takes no
//! longer to judge than to read. Whatever is let by here, no rule of attribution would name anybody for.

use chrono::{DateTime, Utc};
use rustc_hash::FxHashSet;

use super::{Learned, Target};
use crate::collect::phone::{CallRecord, Direction};

/// The numbers of everybody who was asked.
#[derive(Clone, Debug, Default)]
pub struct Switchboard {
    /// Numbers of builders.
    callers: FxHashSet<String>,
    /// Numbers that were given to them.
    given: FxHashSet<String>,
    /// From the first request to the end of the last watch.
    window: Option<(DateTime<Utc>, DateTime<Utc>)>,
}

impl Switchboard {
    /// Of these targets.
    #[must_use]
    pub fn of(targets: &[Target]) -> Self {
        let numbers = targets.iter().flat_map(|target| &target.numbers);
        let ends = |pick: fn(&Target) -> DateTime<Utc>| targets.iter().map(pick);
        Self {
            callers: numbers.map(|number| number.to_ascii_lowercase()).collect(),
            given: targets.iter().filter_map(|target| target.phone.clone()).collect(),
            window: ends(|target| target.sent_at).min().zip(ends(|target| target.until).max()),
        }
    }

    /// Whether the call may be somebody's: it came in while somebody was waited for, and reached a number that was given, or says
    /// something, or came from a number that is known or was learned.
    #[must_use]
    pub fn rings(&self, call: &CallRecord, learned: &Learned) -> bool {
        let waited_for =
            self.window.is_some_and(|(from, until)| from <= call.started_at_latest.unwrap_or(call.started_at) && call.started_at <= until);
        if call.direction == Direction::Outbound || !waited_for {
            return false;
        }
        let given = |number: Option<&String>| number.is_some_and(|number| self.given.contains(number));
        let is_caller = |from: &str| self.callers.contains(from) || learned.knows_caller(from);
        let known = |from: &str| if from.starts_with('+') { is_caller(from) } else { is_caller(&from.to_ascii_lowercase()) };
        call.body.is_some()
            || call.name.is_some()
            || call.to.is_none()
            || given(call.to.as_ref())
            || given(call.forwarded_from.as_ref())
            || call.from.as_deref().is_some_and(known)
    }
}

#[cfg(test)]
mod tests {
    use super::super::call;
    use super::super::samples::{at, ring, two};
    use super::*;

    #[test]
    fn strangers_are_let_by() {
        let board = Switchboard::of(&two());
        let to = |to: &str, from: Option<&str>| CallRecord { to: Some(to.into()), ..ring(from, None) };
        assert!(board.rings(&ring(Some("+13125559999"), None), &Learned::default()), "it reached the number that was given");
        assert!(board.rings(&to("+13125550000", Some("+15125550100")), &Learned::default()), "a builder's number");
        assert!(board.rings(&CallRecord { body: Some("Amy".into()), ..to("+13125550000", None) }, &Learned::default()));
        assert!(board.rings(&CallRecord { to: None, ..ring(Some("+13125559999"), None) }, &Learned::default()));
        assert!(!board.rings(&to("+13125550000", Some("+13125559999")), &Learned::default()));
        assert!(
            !board.rings(&CallRecord { started_at: at("2027-06-01T00:00:00Z"), ..ring(Some("+15125550100"), None) }, &Learned::default())
        );
        assert!(!Switchboard::of(&[]).rings(&ring(Some("+15125550100"), None), &Learned::default()));
    }

    proptest::proptest! {
        #[test]
        fn nobody_would_be_named_for_what_is_let_by(from in 0usize..5, to in 0usize..4, hours in -100i64..1000, body in 0usize..3, forwarded in proptest::bool::ANY) {
            let numbers = [None, Some("+15125550100"), Some("+15125550177"), Some("+13125559999"), Some("72345")];
            let rang = [None, Some("+15125550142"), Some("+13125550000"), Some("+15125550200")];
            let bodies = [None, Some("Amy of Bluebonnet Homes"), Some("win a phone")];
            let one = CallRecord {
                to: rang[to].map(str::to_owned),
                forwarded_from: forwarded.then(|| "+15125550142".to_owned()),
                started_at: at("2026-11-02T15:00:00Z") + chrono::Duration::hours(hours),
                ..ring(numbers[from], bodies[body])
            };
            let targets = two();
            if !Switchboard::of(&targets).rings(&one, &Learned::default()) {
                proptest::prop_assert_eq!(call(&one, &targets).candidates, vec![]);
            }
        }
    }
}
