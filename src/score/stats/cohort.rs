//! A group of inquiries together: how many, how soon, how many never. Inconclusive and not shopped inquiries are outside every figure
//! and counted apart. A missing time is never averaged in: the median is Kaplan and Meier's, with inquiries that were still open, or
//! withdrawn, censored when watching ended. The key `cohort` of `report.json`.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::survival::{Wait, median, steps};
use crate::score::card::{Buckets, Card, Verdict};
use crate::score::facts::small;
use crate::score::verdict::rounded;

/// The buckets of the time to the first personal touch, fastest first, with their upper end in seconds.
pub const BUCKETS: [(&str, i64); 10] = [
    ("<=5m", 300),
    ("<=15m", 900),
    ("<=30m", 1800),
    ("<=1h", 3600),
    ("<=4h", 14_400),
    ("<=24h", 86_400),
    ("<=48h", 172_800),
    ("<=7d", 604_800),
    ("<=30d", 2_592_000),
    ("never", i64::MAX),
];

/// How a group of inquiries fared together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cohort {
    /// Inquiries with a final or provisional verdict.
    pub n: u32,
    /// Kaplan–Meier median of the seconds to the first personal touch; `None` when fewer than half got one.
    pub median_first_personal_s: Option<i64>,
    /// Share of the final inquiries without a personal touch; `None` when none is final.
    pub never_personal: Option<f64>,
    /// Inquiries by time to the first personal touch; `never` holds only final ones.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "Buckets")]
    pub buckets: Buckets,
    /// Inquiries without a personal touch so far whose window is open: in `n`, and in no bucket.
    pub open: u32,
    /// Inquiries outside every figure because nothing is proven.
    pub inconclusive: u32,
    /// Inquiries outside every figure because nothing was asked.
    pub not_shopped: u32,
}

impl Cohort {
    /// How many inquiries are in a bucket; 0 in one that is not known.
    #[must_use]
    pub fn bucket(&self, name: &str) -> u32 {
        self.buckets.get(name).copied().unwrap_or(0)
    }
}

/// The buckets in their order of time, absent ones as 0.
fn in_order<S: Serializer>(buckets: &Buckets, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(BUCKETS.iter().map(|(name, _)| (name, buckets.get(*name).copied().unwrap_or(0))))
}

/// The figures of a group of inquiries, as of a moment.
#[must_use]
pub fn cohort<'a>(cards: impl IntoIterator<Item = &'a Card>, as_of: DateTime<Utc>) -> Cohort {
    let mut buckets: Buckets = BUCKETS.iter().map(|(name, _)| ((*name).to_owned(), 0)).collect();
    let (mut open, mut inconclusive, mut not_shopped, mut finals, mut never) = (0, 0, 0, 0_u32, 0_u32);
    let mut waits: Vec<Wait> = Vec::new();
    for card in cards {
        match card.verdict {
            Verdict::Inconclusive => inconclusive += 1,
            Verdict::NotShopped => not_shopped += 1,
            Verdict::Final | Verdict::Provisional => {
                let is_final = card.verdict == Verdict::Final;
                finals += u32::from(is_final);
                let bucket = match card.first.personal {
                    Some(seconds) => BUCKETS.iter().find(|(_, limit)| seconds <= *limit),
                    None if is_final => BUCKETS.last(),
                    None => None,
                };
                never += u32::from(is_final && card.first.personal.is_none());
                match bucket {
                    Some((name, _)) => *buckets.entry((*name).to_owned()).or_default() += 1,
                    None => open += 1,
                }
                let unanswered = || Wait { seconds: watched_s(card, is_final, as_of), answered: false };
                waits.push(card.first.personal.map_or_else(unanswered, |seconds| Wait { seconds, answered: true }));
            }
        }
    }
    let never_personal = (finals > 0).then(|| rounded(f64::from(never) / f64::from(finals), 1e4));
    let n = small(waits.len());
    Cohort { n, median_first_personal_s: median(&steps(waits)), never_personal, buckets, open, inconclusive, not_shopped }
}

/// For how long a silent inquiry was watched. A whole window outlasts every time in it.
fn watched_s(card: &Card, is_final: bool, as_of: DateTime<Utc>) -> i64 {
    match (card.confirmed_at, card.withdrawn_at) {
        (Some(start), Some(end)) if is_final => (end - start).num_seconds(),
        (Some(start), _) if !is_final => (as_of - start).num_seconds(),
        _ => i64::MAX,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::cases::{Case, START};

    fn answered(builder: &str, minutes: i64, as_of_days: i64) -> Card {
        Case::new().builder(builder).email(minutes * 60).on(as_of_days * 86_400).card()
    }

    fn silent(as_of_days: i64) -> Card {
        Case::new().on(as_of_days * 86_400).card()
    }

    #[test]
    fn a_cohort_keeps_open_never_and_unproven_apart() {
        let cards = [
            answered("a", 4, 31),
            answered("b", 60, 31),
            answered("c", 61, 2),
            silent(31),
            silent(2),
            Case::new().gap(0, 20 * 86_400).on(31 * 86_400).card(),
            Case::new().status(crate::shop::Status::Blocked).card(),
        ];
        let cohort = cohort(&cards, START + chrono::TimeDelta::days(31));
        assert_eq!((cohort.n, cohort.open, cohort.inconclusive, cohort.not_shopped), (5, 1, 1, 1));
        assert_eq!(cohort.never_personal, Some(0.3333));
        let filled: Vec<(&str, u32)> = cohort.buckets.iter().filter(|(_, n)| **n > 0).map(|(name, n)| (name.as_str(), *n)).collect();
        assert_eq!(filled, [("<=1h", 1), ("<=4h", 1), ("<=5m", 1), ("never", 1)]);
        assert_eq!(cohort.buckets.len(), BUCKETS.len());
    }
}
