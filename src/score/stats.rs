//! Many cards together: how long a cohort took, how builders stand over trailing waves, and whether an order hangs on the weights.
//!
//! Inconclusive and not shopped inquiries are outside every figure and counted apart. A missing time is never averaged in: the
//! median is Kaplan and Meier's (1958), with inquiries that were still open, or withdrawn, censored when watching ended.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::card::{Buckets, Card, Verdict};
use super::facts::small;
use super::verdict::rounded;

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

/// Resamples behind an interval.
const RESAMPLES: u32 = 2000;

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

/// The buckets in their order of time, absent ones as 0.
fn in_order<S: Serializer>(buckets: &Buckets, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(BUCKETS.iter().map(|(name, _)| (name, buckets.get(*name).copied().unwrap_or(0))))
}

/// The figures of a group of inquiries, as of a moment.
#[must_use]
pub fn cohort<'a>(cards: impl IntoIterator<Item = &'a Card>, as_of: DateTime<Utc>) -> Cohort {
    let mut buckets: Buckets = BUCKETS.iter().map(|(name, _)| ((*name).to_owned(), 0)).collect();
    let (mut open, mut inconclusive, mut not_shopped, mut finals, mut never) = (0, 0, 0, 0_u32, 0_u32);
    let mut watched: Vec<(i64, bool)> = Vec::new();
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
                watched.push(card.first.personal.map_or_else(|| (watched_s(card, is_final, as_of), false), |seconds| (seconds, true)));
            }
        }
    }
    let never_personal = (finals > 0).then(|| rounded(f64::from(never) / f64::from(finals), 1e4));
    let n = small(watched.len());
    Cohort { n, median_first_personal_s: median(watched), never_personal, buckets, open, inconclusive, not_shopped }
}

/// For how long a silent inquiry was watched. A whole window outlasts every time in it.
fn watched_s(card: &Card, is_final: bool, as_of: DateTime<Utc>) -> i64 {
    match (card.confirmed_at, card.withdrawn_at) {
        (Some(start), Some(end)) if is_final => (end - start).num_seconds(),
        (Some(start), _) if !is_final => (as_of - start).num_seconds(),
        _ => i64::MAX,
    }
}

/// The first time at which the share of unanswered inquiries is a half or less.
fn median(mut watched: Vec<(i64, bool)>) -> Option<i64> {
    // An answer at the moment when another's watching ends comes before it.
    watched.sort_by_key(|(seconds, answered)| (*seconds, !answered));
    let mut at_risk = small(watched.len());
    let mut unanswered = 1.0;
    for (seconds, answered) in watched {
        if answered {
            unanswered *= 1.0 - 1.0 / f64::from(at_risk.max(1));
            if unanswered <= 0.5 + 1e-9 {
                return Some(seconds);
            }
        }
        at_risk = at_risk.saturating_sub(1);
    }
    None
}

/// How a builder stands over trailing waves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Standing {
    /// The builder.
    pub builder: String,
    /// Final inquiries with a score.
    pub n: u32,
    /// The mean of their scores.
    pub mean_score: f64,
    /// 95 % bootstrap interval of the mean; `None` below the number needed for a rank.
    pub interval: Option<[f64; 2]>,
    /// Place by mean score, equal means sharing it; `None` below the number needed.
    pub rank: Option<u32>,
}

/// Builders by mean score over all their final cards: the ranked ones first, then those with fewer than `needed`.
#[must_use]
pub fn builders<'a>(cards: impl IntoIterator<Item = &'a Card>, needed: u32) -> Vec<Standing> {
    let mut scores: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for card in cards {
        if let (Verdict::Final, Some(score)) = (card.verdict, card.score) {
            scores.entry(&card.builder).or_default().push(score);
        }
    }
    let standing = |(builder, mut scores): (&str, Vec<f64>)| {
        scores.sort_by(f64::total_cmp);
        let n = small(scores.len());
        let interval = (n >= needed).then(|| interval(builder, &scores));
        Standing { builder: builder.to_owned(), n, mean_score: rounded(mean(&scores), 10.0), interval, rank: None }
    };
    let mut standings: Vec<Standing> = scores.into_iter().map(standing).collect();
    standings.sort_by(|a, b| {
        let ranked = |standing: &Standing| standing.n < needed;
        ranked(a).cmp(&ranked(b)).then(b.mean_score.total_cmp(&a.mean_score)).then_with(|| a.builder.cmp(&b.builder))
    });
    let means: Vec<f64> = standings.iter().filter(|standing| standing.n >= needed).map(|standing| standing.mean_score).collect();
    for standing in standings.iter_mut().filter(|standing| standing.n >= needed) {
        standing.rank = Some(1 + small(means.iter().filter(|mean| **mean > standing.mean_score).count()));
    }
    standings
}

fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / f64::from(small(scores.len()).max(1))
}

/// 95 % percentile bootstrap of the mean; the seed comes from the data, so that the same cards give the same interval.
fn interval(builder: &str, scores: &[f64]) -> [f64; 2] {
    let bytes = builder.bytes().chain(scores.iter().flat_map(|score| score.to_bits().to_le_bytes()));
    let mut seed = bytes.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let size = u64::from(small(scores.len()).max(1));
    let mut resample = || {
        let picked = (0..scores.len()).filter_map(|_| {
            let index = usize::try_from(split_mix(&mut seed) % size).unwrap_or_default();
            scores.get(index)
        });
        picked.sum::<f64>() / f64::from(small(scores.len()).max(1))
    };
    let mut means: Vec<f64> = (0..RESAMPLES).map(|_| resample()).collect();
    means.sort_by(f64::total_cmp);
    let at = |index: usize| rounded(means.get(index).copied().unwrap_or_default(), 10.0);
    [at(means.len() / 40), at(means.len() - 1 - means.len() / 40)]
}

/// `SplitMix64` (Steele, Lea and Flood 2014).
fn split_mix(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
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

    #[test]
    fn the_median_is_kaplan_meiers() {
        let cases = [
            (&[][..], None),
            (&[(10, true)], Some(10)),
            (&[(10, true), (20, true), (30, true)], Some(20)),
            (&[(10, true), (99, false), (99, false)], None),
            // Censored before the second answer: 3/4, then 3/4 * 1/2.
            (&[(10, true), (15, false), (20, true), (99, false)], Some(20)),
            (&[(10, true), (99, false)], Some(10)),
        ];
        for (watched, want) in cases {
            assert_eq!(median(watched.to_vec()), want, "{watched:?}");
        }
    }

    #[test]
    fn ranks_need_three_and_equal_means_share_one() {
        let mut cards: Vec<Card> = Vec::new();
        for (builder, minutes) in [("fast", 2), ("twin", 200), ("same", 200)] {
            cards.extend((0..3).map(|_| answered(builder, minutes, 31)));
        }
        cards.push(answered("few", 1, 31));
        cards.push(answered("fast", 2, 3));
        let standings = builders(&cards, 3);
        let ranks: Vec<(&str, u32, Option<u32>)> = standings.iter().map(|s| (s.builder.as_str(), s.n, s.rank)).collect();
        assert_eq!(ranks, [("fast", 3, Some(1)), ("same", 3, Some(2)), ("twin", 3, Some(2)), ("few", 1, None)]);
        assert!(standings[3].interval.is_none());
    }

    #[test]
    fn an_interval_holds_the_mean_and_does_not_depend_on_the_order() {
        let mut cards = [answered("a", 1, 31), answered("a", 50, 31), answered("a", 3000, 31), answered("a", 9, 31)];
        let one = builders(&cards, 3);
        cards.reverse();
        assert_eq!(one, builders(&cards, 3));
        let [low, high] = one[0].interval.unwrap();
        assert!(low < one[0].mean_score && one[0].mean_score < high, "{one:?}");
    }
}
