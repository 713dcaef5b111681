//! How builders stand over trailing waves: the mean score of their final inquiries, and a rank where there are enough of them. The
//! key `builders` of `report.json`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::bootstrap::{mean, of_mean};
use crate::score::card::{Card, Verdict};
use crate::score::facts::small;
use crate::score::verdict::rounded;

/// How a builder stands over trailing waves.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
        // One score has no spread to resample.
        let interval = (n >= needed.max(2)).then(|| of_mean(builder, &scores).map(|edge| rounded(edge, 10.0)));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::cases::Case;

    fn answered(builder: &str, minutes: i64, as_of_days: i64) -> Card {
        Case::new().builder(builder).email(minutes * 60).on(as_of_days * 86_400).card()
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
}
