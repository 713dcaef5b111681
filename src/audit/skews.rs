//! The clocks of the mail servers, as canaries measured them, and arrivals corrected by them. A mail is judged by the last canary
//! stamped before it, so that a later one does not change what was said; rehearsed canaries, whose clock is make-believe, measure nothing.

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
    Some((stamp, Skew::measured(stamp, canary.sent_at, back.seen_at)))
}

/// What is known of the servers' clocks, by source.
#[derive(Clone, Debug, Default)]
pub(super) struct Skews(BTreeMap<String, Vec<(DateTime<Utc>, Skew)>>);

impl Skews {
    pub(super) fn of(canaries: &[Canary]) -> Self {
        let mut skews: BTreeMap<String, Vec<(DateTime<Utc>, Skew)>> = BTreeMap::new();
        for canary in canaries {
            skews.entry(canary.source.clone()).or_default().extend(of_canary(canary));
        }
        for of_source in skews.values_mut() {
            of_source.sort_by_key(|(stamp, _)| *stamp);
        }
        Self(skews)
    }

    /// The skew at a server's stamp: by the last canary before it, else the first there is.
    fn at(&self, source: &str, stamp: DateTime<Utc>) -> Option<Skew> {
        let of_source = self.0.get(source)?;
        let before = of_source.iter().rev().find(|(at, _)| *at <= stamp);
        before.or_else(|| of_source.first()).map(|(_, skew)| *skew)
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

    /// What judgements rest on: the clocks that are certainly off. Daily canaries that find them right change nothing.
    pub(super) fn fingerprint(&self) -> String {
        let mut text = String::new();
        for (source, of_source) in &self.0 {
            for (stamp, skew) in of_source.iter().filter(|(_, skew)| skew.is_certain()) {
                let _ = write!(text, "{source} {stamp} {skew:?};");
            }
        }
        text
    }
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
    fn honest_clocks_leave_judgements_alone() {
        let honest: Vec<Canary> = (0..30).map(|day| canary(day * 86_400, i64::from(day % 2 == 0), false)).collect();
        assert_eq!(Skews::of(&honest).fingerprint(), Skews::default().fingerprint());
        assert_ne!(Skews::of(&[canary(0, 60, false)]).fingerprint(), "");
    }
}
