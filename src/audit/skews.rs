//! The clocks of the mail servers, as canaries measured them, and arrivals corrected by them. A mail is judged by what the
//! canaries stamped before it leave open together, so that a later one does not change what was said; rehearsed canaries, whose clock
//! is make-believe, measure nothing.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use chrono::{DateTime, Utc};

use crate::collect::Signal;
use crate::collect::mail::skew::{self, Skew};
use crate::store::{Canary, Record};

/// The skew that a canary measured, with the server's stamp.
pub(super) fn of_canary(canary: &Canary) -> Option<(DateTime<Utc>, Skew)> {
    let back = canary.back.as_ref().filter(|_| !canary.rehearsal)?;
    let stamp = back.arrival.internal_date?;
    Some((stamp, Skew::measured(stamp, canary.sent_at, back.seen_at)?))
}

/// From which stamp of a server on its clock is how far off.
type Step = (DateTime<Utc>, Option<Skew>);

/// What is known of the servers' clocks, by source: from which stamp on a clock is off by how much, or may be right. What is known
/// first holds before its stamp too.
#[derive(Clone, Debug, Default)]
pub(super) struct Skews(BTreeMap<String, Vec<Step>>);

impl Skews {
    pub(super) fn of(canaries: &[Canary]) -> Self {
        let mut measured: BTreeMap<String, Vec<(DateTime<Utc>, Skew)>> = BTreeMap::new();
        for canary in canaries {
            measured.entry(canary.source.clone()).or_default().extend(of_canary(canary));
        }
        Self(measured.into_iter().map(|(source, of_source)| (source, steps(of_source))).collect())
    }

    /// The skew at a server's stamp, where it is certainly off: by the canaries before it, else by the first there is.
    fn at(&self, source: &str, stamp: DateTime<Utc>) -> Option<Skew> {
        let of_source = self.0.get(source)?;
        let before = of_source.iter().rev().find(|(at, _)| *at <= stamp);
        before.or_else(|| of_source.first()).and_then(|(_, skew)| *skew)
    }

    /// A record with its arrival corrected, and what says so; `None` where nothing is to be corrected.
    pub(super) fn correct(&self, record: &Record) -> Option<(Record, Signal)> {
        let stamp = record.arrival.internal_date.filter(|_| !record.rehearsal)?;
        let skew = self.at(&record.source, stamp)?;
        let arrival = skew::corrected(&record.arrival, skew)?;
        let said =
            format!("the mail server stamped it {}; {}, as a test mail of ours showed", stamp.format("%Y-%m-%d %H:%M:%SZ"), skew.tell());
        Some((Record { arrival, ..record.clone() }, Signal::new("clock-skew", 0.0, said)))
    }

    /// What judgements rest on: all that corrects them. Daily canaries that find clocks right change nothing.
    pub(super) fn fingerprint(&self) -> String {
        let mut text = String::new();
        for (source, of_source) in &self.0 {
            for (at, skew) in of_source {
                let _ = write!(text, "{source} {at} {skew:?};");
            }
        }
        text
    }
}

/// The steps in which a clock changed, by its measurements: each narrows what those before it left open, and begins anew where
/// it cannot be of the same clock.
fn steps(mut measured: Vec<(DateTime<Utc>, Skew)>) -> Vec<Step> {
    measured.sort_by_key(|(stamp, _)| *stamp);
    let mut running: Option<Skew> = None;
    let mut steps: Vec<Step> = Vec::new();
    for (stamp, skew) in measured {
        let known = running.and_then(|known| known.and(skew)).unwrap_or(skew);
        running = Some(known);
        let off = Some(known).filter(|known| known.is_certain());
        match steps.last() {
            Some((_, last)) if *last == off => {}
            // Before the first step all is as in it, whenever it was measured.
            None => steps.push((DateTime::<Utc>::MIN_UTC, off)),
            Some(_) => steps.push((stamp, off)),
        }
    }
    if let [(_, None)] = steps.as_slice() {
        steps.clear();
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::{Arrival, Channel};
    use crate::store::Back;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn arrival(internal: i64, seen: i64) -> Arrival {
        let stamp = at(internal);
        let clocks = serde_json::json!({"at": stamp, "basis": "internal_date", "internal_date": stamp, "seen_by": at(seen)});
        serde_json::from_value(clocks).unwrap()
    }

    /// Sent at a moment to a server so many seconds ahead, seen two seconds later.
    fn canary(sent: i64, ahead: i64, rehearsal: bool) -> Canary {
        Canary {
            id: format!("{sent}"),
            source: "mailbox.main".into(),
            address: String::new(),
            sent_at: at(sent),
            accepted_at: Some(at(sent)),
            refused: None,
            undelivered: None,
            back: Some(Back { arrival: arrival(sent + ahead, sent + 2), seen_at: at(sent + 2), placement: None, sha256: String::new() }),
            rehearsal,
        }
    }

    fn record(source: &str, internal: i64) -> Record {
        Record {
            id: "r".into(),
            source: source.into(),
            external_id: String::new(),
            channel: Channel::Email,
            sha256: String::new(),
            held: None,
            arrival: arrival(internal, internal + 900),
            placement: None,
            rehearsal: false,
        }
    }

    #[test]
    fn a_mail_is_judged_by_the_canary_before_it() {
        let skews = Skews::of(&[canary(100_000, 0, false), canary(0, 60, false), canary(200_000, 60, true)]);
        let corrected = |source, internal| skews.correct(&record(source, internal)).map(|(record, _)| record.arrival.at);
        assert_eq!(corrected("mailbox.main", 5_000), Some(at(4_939)));
        assert_eq!(corrected("mailbox.main", -5_000), Some(at(-5_061)), "before the first: by the first");
        assert_eq!(corrected("mailbox.main", 300_000), None, "the clock was set right, and a rehearsal measures nothing");
        assert_eq!(corrected("mailbox.other", 5_000), None);
        let (_, said) = skews.correct(&record("mailbox.main", 5_000)).unwrap();
        assert!(said.detail.contains("its clock is 58 to 61 s ahead of ours"), "{}", said.detail);
    }

    #[test]
    fn a_canary_that_was_back_before_it_left_corrects_nothing() {
        let mut left_ahead = canary(0, -600, false);
        left_ahead.sent_at = at(300);
        assert_eq!(Skews::of(&[left_ahead]).correct(&record("mailbox.main", 5_000)), None);
    }

    #[test]
    fn a_canary_that_was_seen_late_takes_nothing_from_what_is_known() {
        let late = |sent: i64, ahead: i64| {
            let mut canary = canary(sent, ahead, false);
            canary.back = canary.back.map(|back| Back { seen_at: at(sent + 40_000), ..back });
            canary
        };
        let skews = Skews::of(&[canary(0, 60, false), late(100_000, 60)]);
        let corrected = |skews: &Skews, internal| skews.correct(&record("mailbox.main", internal)).map(|(record, _)| record.arrival.at);
        assert_eq!(corrected(&skews, 150_000), Some(at(149_939)));
        let set_right = Skews::of(&[canary(0, 60, false), late(100_000, 0)]);
        assert_eq!(corrected(&set_right, 150_000), None, "what cannot be both is told anew");
    }

    #[test]
    fn judgements_rest_on_all_that_corrects_them() {
        let of = |canaries: &[Canary]| Skews::of(canaries).fingerprint();
        let off = canary(0, 60, false);
        assert_ne!(of(std::slice::from_ref(&off)), of(&[off.clone(), canary(100_000, 0, false)]), "set right");
        assert_ne!(of(std::slice::from_ref(&off)), of(&[canary(-100_000, 0, false), off.clone()]), "right before");
        let both = [off.clone(), canary(100_000, 0, false)];
        assert_eq!(of(&both), of(&[both.as_slice(), &[canary(200_000, 0, false)]].concat()), "right again changes nothing");
    }

    #[test]
    fn honest_clocks_leave_judgements_alone() {
        let honest: Vec<Canary> = (0..30).map(|day| canary(day * 86_400, i64::from(day % 2 == 0), false)).collect();
        assert_eq!(Skews::of(&honest).fingerprint(), Skews::default().fingerprint());
        assert_ne!(Skews::of(&[canary(0, 60, false)]).fingerprint(), "");
    }
}
