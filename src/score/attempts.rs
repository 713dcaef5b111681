//! Call attempts (benchmarks, section 1.3 and "Exactly"): rings and voicemails of one caller that follow one another within the
//! rubric's limit are one attempt; all withheld callers are one. Takes rings in any order, gives attempts by time, and the bursts
//! among them. Which records are the same call, and when a voicemail began to ring, was settled before.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};

use super::TouchId;

/// A ring or a voicemail.
pub(super) struct Ring<'a> {
    /// The touch.
    pub(super) id: &'a TouchId,
    /// Who called; `None` for a withheld number.
    pub(super) from: Option<&'a str>,
    /// The earliest moment it can have been.
    pub(super) at: DateTime<Utc>,
}

/// One attempt to reach the shopper by phone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attempt {
    /// The caller's number without its dress; empty for all withheld ones.
    pub(super) caller: Arc<str>,
    /// Its first ring.
    pub(super) at: DateTime<Utc>,
    /// Its touches, by time.
    pub(super) ids: Vec<TouchId>,
}

/// Groups rings: a new attempt begins when more than `same_s` seconds have passed since that caller's previous ring.
pub(super) fn attempts<'a>(rings: impl IntoIterator<Item = Ring<'a>>, same_s: i64) -> Vec<Attempt> {
    let mut callers: BTreeMap<Option<&str>, Arc<str>> = BTreeMap::new();
    let mut known = |from| callers.entry(from).or_insert_with(|| caller(from).into()).clone();
    let mut rings: Vec<(DateTime<Utc>, &TouchId, Arc<str>)> = rings.into_iter().map(|ring| (ring.at, ring.id, known(ring.from))).collect();
    rings.sort();
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut latest: BTreeMap<Arc<str>, (usize, DateTime<Utc>)> = BTreeMap::new();
    for (at, id, caller) in rings {
        let open = latest.get(&caller).filter(|(_, last)| at - *last <= TimeDelta::seconds(same_s)).map(|(index, _)| *index);
        let index = open.unwrap_or(attempts.len());
        match attempts.get_mut(index) {
            Some(attempt) => attempt.ids.push(id.clone()),
            None => attempts.push(Attempt { caller: caller.clone(), at, ids: vec![id.clone()] }),
        }
        latest.insert(caller, (index, at));
    }
    attempts
}

/// The touches of the first burst: `number` attempts of one caller of which the last begins `within` the first.
pub(super) fn burst(attempts: &[Attempt], number: usize, within: TimeDelta) -> Option<Vec<TouchId>> {
    let mut callers: BTreeMap<&str, Vec<&Attempt>> = BTreeMap::new();
    for attempt in attempts {
        callers.entry(&attempt.caller).or_default().push(attempt);
    }
    callers.values().find_map(|attempts| {
        let burst = attempts.windows(number.max(1)).find(|burst| match (burst.first(), burst.last()) {
            (Some(first), Some(last)) => last.at - first.at <= within,
            _ => false,
        })?;
        Some(burst.iter().flat_map(|attempt| attempt.ids.clone()).collect())
    })
}

/// A caller's number without its dress; empty for all withheld ones.
fn caller(from: Option<&str>) -> String {
    let digits: String = from.unwrap_or_default().chars().filter(char::is_ascii_digit).collect();
    match digits.strip_prefix('1') {
        Some(national) if national.len() == 10 => national.to_owned(),
        _ => digits,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_793_600_000 + second, 0).unwrap()
    }

    fn of(rings: &[(u8, i64)]) -> Vec<Attempt> {
        grouped(rings, &ids(rings))
    }

    fn ids(rings: &[(u8, i64)]) -> Vec<TouchId> {
        (0..rings.len()).map(|number| format!("t_{number:03}").into()).collect()
    }

    fn grouped(rings: &[(u8, i64)], ids: &[TouchId]) -> Vec<Attempt> {
        let callers = [None, Some("+15125550100"), Some("(512) 555-0101"), Some("+15125550102")];
        let ring = |((caller, second), id): (&(u8, i64), _)| Ring { id, from: callers[usize::from(*caller)], at: at(*second) };
        attempts(rings.iter().zip(ids).map(ring), 120)
    }

    #[test]
    fn a_caller_is_the_same_however_the_number_is_dressed() {
        assert_eq!(caller(Some("+1 (512) 555-0100")), caller(Some("5125550100")));
        assert_eq!(caller(Some("Restricted")), caller(None));
        assert_ne!(caller(Some("+15125550100")), caller(Some("+15125550101")));
    }

    #[test]
    fn rings_that_follow_one_another_are_one_attempt() {
        for (rings, want) in [
            (vec![(1, 0), (1, 120)], vec![0]),
            (vec![(1, 0), (1, 121)], vec![0, 121]),
            (vec![(1, 0), (1, 100), (1, 200), (1, 321)], vec![0, 321]),
            (vec![(1, 0), (2, 10), (1, 20)], vec![0, 10]),
            (vec![(0, 0), (0, 60)], vec![0]),
            (vec![], vec![]),
        ] {
            let found: Vec<DateTime<Utc>> = of(&rings).into_iter().map(|attempt| attempt.at).collect();
            assert_eq!(found, want.into_iter().map(at).collect::<Vec<_>>(), "{rings:?}");
        }
    }

    #[test]
    fn six_attempts_of_one_caller_in_45_minutes_are_a_burst() {
        let every = |apart: i64| -> Vec<(u8, i64)> { (0..6).map(|number| (1, number * apart)).collect() };
        let within = TimeDelta::minutes(45);
        assert_eq!(burst(&of(&every(540)), 6, within).map(|ids| ids.len()), Some(6));
        assert_eq!(burst(&of(&every(541)), 6, within), None);
        assert_eq!(burst(&of(&every(60)), 6, within), None, "one attempt that rings long is none");
        assert_eq!(burst(&[], 6, within), None);
    }

    proptest! {
        #[test]
        fn attempts_do_not_depend_on_the_order_and_hold_every_ring_once(
            rings in proptest::collection::vec((0u8..4, 0i64..3_000), 0..40), turn in 0usize..40,
        ) {
            let ids = ids(&rings);
            let found = grouped(&rings, &ids);
            let mut turned: Vec<_> = rings.iter().copied().zip(ids.clone()).collect();
            turned.reverse();
            let turn = turn.min(turned.len());
            turned.rotate_left(turn);
            let (rings_turned, ids_turned): (Vec<_>, Vec<_>) = turned.into_iter().unzip();
            prop_assert_eq!(&grouped(&rings_turned, &ids_turned), &found);

            let mut held: Vec<TouchId> = found.iter().flat_map(|attempt| attempt.ids.clone()).collect();
            held.sort();
            prop_assert_eq!(held, ids);
            prop_assert!(found.is_sorted_by_key(|attempt| attempt.at));

            // Grouping what was grouped changes nothing.
            let again = attempts(found.iter().map(|one| Ring { id: &one.ids[0], from: Some(&one.caller), at: one.at }), 120);
            prop_assert_eq!(again.len(), found.len());
            prop_assert!(again.iter().zip(&found).all(|(a, b)| a.at == b.at && a.caller == b.caller));
        }

        #[test]
        fn a_burst_is_of_one_caller_and_no_longer_than_allowed(rings in proptest::collection::vec((0u8..4, 0i64..9_000), 0..60)) {
            let found = of(&rings);
            if let Some(ids) = burst(&found, 6, TimeDelta::minutes(45)) {
                let own: Vec<&Attempt> = found.iter().filter(|attempt| ids.contains(&attempt.ids[0])).collect();
                prop_assert_eq!(own.len(), 6);
                prop_assert!(own.iter().all(|attempt| attempt.caller == own[0].caller));
                prop_assert!(own[5].at - own[0].at <= TimeDelta::minutes(45));
            }
        }
    }
}
