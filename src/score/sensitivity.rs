//! How much an order rests on the weights: no study publishes its own, so every part of the rubric (`speed`, `answer`, …) is tried
//! at three quarters and at five quarters of its weight. Takes scored cards, or builders with a rank and their cards; says which
//! weightings turn two of them around, and between which ranks each builder moves.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::card::{Card, Verdict};
use super::facts::small;
use super::stats::Standing;
use super::verdict::rounded;

/// What the weight of a part is multiplied by.
const FACTORS: [f64; 2] = [0.75, 1.25];

/// What moving the weights does to the order of some cards.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Sensitivity {
    /// How many weightings were tried.
    pub trials: usize,
    /// Those that turn two cards around.
    pub turns: Vec<Turn>,
}

/// A weighting that turns two cards around.
#[derive(Clone, Debug, PartialEq)]
pub struct Turn {
    /// The part of the rubric.
    pub part: String,
    /// What its weight was multiplied by.
    pub factor: f64,
    /// The card that comes out ahead, by its place among those given.
    pub ahead: usize,
    /// The card that was ahead of it, the first such.
    pub behind: usize,
}

/// What moving the weights does to the ranks of builders.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RankSensitivity {
    /// How many weightings were tried; 0 where fewer than two builders are ranked.
    pub trials: u32,
    /// Those that turn two builders around.
    pub turns: Vec<RankTurn>,
    /// Between which ranks each builder moves, by rank.
    pub ranges: Vec<RankRange>,
}

/// A weighting that turns two builders around.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct RankTurn {
    /// The part of the rubric.
    pub part: String,
    /// What its weight was multiplied by.
    pub factor: f64,
    /// The builder that comes out ahead.
    pub ahead: String,
    /// The builder that was ahead of it, the first such.
    pub behind: String,
}

/// The ranks that a builder has under the weightings tried.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RankRange {
    /// The builder.
    pub builder: String,
    /// Its rank.
    pub rank: u32,
    /// The best rank it has under any weighting.
    pub best: u32,
    /// The worst.
    pub worst: u32,
}

/// Tries every part of the rubric a quarter lighter and a quarter heavier; one scored card alone has no order to try.
#[must_use]
pub fn sensitivity(cards: &[&Card]) -> Sensitivity {
    let scored: Vec<(usize, &Card)> = cards.iter().copied().enumerate().filter(|(_, card)| card.score.is_some()).collect();
    if scored.len() < 2 {
        return Sensitivity::default();
    }
    let sums: Vec<Sums<'_>> = scored.iter().map(|(_, card)| Sums::of(card)).collect();
    let parts = parts(&sums);
    let weighed = |name, factor| -> Vec<f64> { sums.iter().map(|card| card.weighed(name, factor)).collect() };
    let base = weighed("", 1.0);
    let mut found = Sensitivity { trials: parts.len() * FACTORS.len(), turns: Vec::new() };
    let place = |index: usize| scored.get(index).map_or(0, |(place, _)| *place);
    for (name, factor) in trials(&parts) {
        let turned = turned(&base, &weighed(name, factor));
        let turn = |(ahead, behind)| Turn { part: name.to_owned(), factor, ahead: place(ahead), behind: place(behind) };
        found.turns.extend(turned.map(turn));
    }
    found
}

/// Tries the same on the ranks that builders have by the mean score of their final cards.
pub(super) fn of_ranks<'a>(standings: &[Standing], cards: impl IntoIterator<Item = &'a Card>) -> RankSensitivity {
    let ranked: Vec<(&str, u32)> = standings.iter().filter_map(|one| Some((one.builder.as_str(), one.rank?))).collect();
    if ranked.len() < 2 {
        return RankSensitivity::default();
    }
    let places: BTreeMap<&str, usize> = ranked.iter().enumerate().map(|(place, (builder, _))| (*builder, place)).collect();
    let mut own: Vec<Vec<Sums<'_>>> = ranked.iter().map(|_| Vec::new()).collect();
    for card in cards.into_iter().filter(|card| card.verdict == Verdict::Final && card.score.is_some()) {
        if let Some(cards) = places.get(card.builder.as_str()).and_then(|place| own.get_mut(*place)) {
            cards.push(Sums::of(card));
        }
    }
    let parts = parts(own.iter().flatten());
    let mean = |cards: &Vec<Sums<'_>>, name, factor| {
        let mut scores: Vec<f64> = cards.iter().map(|card| card.weighed(name, factor)).collect();
        scores.sort_by(f64::total_cmp);
        rounded(scores.iter().sum::<f64>() / f64::from(small(scores.len()).max(1)), 10.0)
    };
    let means = |name, factor| -> Vec<f64> { own.iter().map(|cards| mean(cards, name, factor)).collect() };
    let base = means("", 1.0);
    let mut ranges: Vec<RankRange> =
        ranked.iter().map(|(builder, rank)| RankRange { builder: (*builder).to_owned(), rank: *rank, best: *rank, worst: *rank }).collect();
    let mut turns = Vec::new();
    let builder = |index: usize| ranked.get(index).map_or_else(String::new, |(builder, _)| (*builder).to_owned());
    for (name, factor) in trials(&parts) {
        let moved = means(name, factor);
        for (range, rank) in ranges.iter_mut().zip(ranks(&moved)) {
            (range.best, range.worst) = (range.best.min(rank), range.worst.max(rank));
        }
        let turn = |(ahead, behind)| RankTurn { part: name.to_owned(), factor, ahead: builder(ahead), behind: builder(behind) };
        turns.extend(turned(&base, &moved).map(turn));
    }
    RankSensitivity { trials: small(parts.len() * FACTORS.len()), turns, ranges }
}

/// A card's points and their maxima by part of the rubric, so that each weighting is a few sums.
struct Sums<'a> {
    parts: Vec<(&'a str, f64, f64)>,
    cap: f64,
}

impl<'a> Sums<'a> {
    fn of(card: &'a Card) -> Self {
        let mut parts: Vec<(&str, f64, f64)> = Vec::new();
        for line in card.criteria.iter().filter(|line| line.counted) {
            match parts.iter_mut().find(|(name, _, _)| *name == part(&line.id)) {
                Some((_, points, of)) => (*points, *of) = (*points + line.points, *of + line.of),
                None => parts.push((part(&line.id), line.points, line.of)),
            }
        }
        Self { parts, cap: card.caps.first().map_or(100.0, |cap| cap.cap) }
    }

    /// The score with one part of the rubric at another weight.
    fn weighed(&self, name: &str, factor: f64) -> f64 {
        let (points, of) = self.parts.iter().fold((0.0, 0.0), |(sum, whole), (part, points, of)| {
            let weight = if *part == name { factor } else { 1.0 };
            (sum + weight * points, whole + weight * of)
        });
        if of > 0.0 { rounded(100.0 * points / of, 10.0).min(self.cap) } else { 0.0 }
    }
}

/// The parts of the rubric that count on any of the cards, in its order.
fn parts<'a: 'b, 'b>(cards: impl IntoIterator<Item = &'b Sums<'a>>) -> Vec<&'a str> {
    let mut known: Vec<&str> = Vec::new();
    for (name, _, _) in cards.into_iter().flat_map(|card| &card.parts) {
        if !known.contains(name) {
            known.push(name);
        }
    }
    known
}

/// Every weighting that is tried.
fn trials<'a>(parts: &[&'a str]) -> impl Iterator<Item = (&'a str, f64)> {
    parts.iter().flat_map(|part| FACTORS.map(|factor| (*part, factor)))
}

/// The first that falls behind one it was ahead of, and the first such: (ahead now, behind now). Any pair, not only neighbours: two
/// equal ones between them would hide it. Sorted, so that a thousand cards cost no million looks.
fn turned(was: &[f64], is: &[f64]) -> Option<(usize, usize)> {
    let mut by_was: Vec<(f64, f64)> = was.iter().copied().zip(is.iter().copied()).collect();
    by_was.sort_by(|a, b| a.0.total_cmp(&b.0));
    // For each place in that order the best that any before it comes to.
    let before: Vec<f64> = by_was
        .iter()
        .scan(f64::NEG_INFINITY, |best, (_, is)| {
            let so_far = *best;
            *best = best.max(*is);
            Some(so_far)
        })
        .collect();
    let overtaken = |(was, is): (&f64, &f64)| {
        let lower = by_was.partition_point(|(other, _)| other < was);
        before.get(lower).is_some_and(|best| best > is)
    };
    let behind = was.iter().zip(is).position(overtaken)?;
    let (its_was, its_is) = (was.get(behind)?, is.get(behind)?);
    let ahead = was.iter().zip(is).position(|(was, is)| was < its_was && is > its_is)?;
    Some((ahead, behind))
}

/// Ranks by falling means, equal ones sharing theirs.
fn ranks(means: &[f64]) -> Vec<u32> {
    let mut sorted = means.to_vec();
    sorted.sort_by(|a, b| b.total_cmp(a));
    means.iter().map(|mean| 1 + small(sorted.partition_point(|other| other > mean))).collect()
}

fn part(id: &str) -> &str {
    id.split('.').next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::cases::Case;

    fn card(email: i64, labels: &str) -> Card {
        Case::new().email(email).labels(labels).on(2 * 86_400).card()
    }

    #[test]
    fn an_order_that_hangs_on_a_part_names_it() {
        let fast = card(60, "{}");
        // 39.7 against 38.9: whoever weighs answers more, or speed less, sees the other one ahead.
        let close = card(7200, r#"{"question":"yes","name_used":true,"placement":"inbox"}"#);
        let behind = card(7200, r#"{"question":"no"}"#);
        assert!(fast.score > close.score && close.score > behind.score);
        let turn = |part: &str, factor| Turn { part: part.to_owned(), factor, ahead: 1, behind: 0 };
        let tight = sensitivity(&[&fast, &close]);
        assert_eq!((tight.trials, tight.turns), (8, vec![turn("speed", 0.75), turn("answer", 1.25)]));
        assert_eq!(sensitivity(&[&fast, &behind]).turns, []);
        assert_eq!(sensitivity(&[&fast]).trials, 0);
    }

    #[test]
    fn a_turn_between_equals_is_seen() {
        let with = |speed, answer| {
            let mut card = card(60, "{}");
            card.caps.clear();
            card.criteria.retain(|line| ["speed.call", "speed.personal_email", "answer.question"].contains(&line.id.as_ref()));
            for (line, (points, of)) in card.criteria.iter_mut().zip([(speed, 40.0), (0.0, 0.0), (answer, 60.0)]) {
                (line.counted, line.points, line.of) = (true, points, of);
            }
            card.score = Some(speed + answer);
            card
        };
        // Weigh answers more, and the third passes the first while the second, its equal, falls behind.
        let (first, second, third) = (with(30.0, 20.0), with(39.0, 10.9), with(0.0, 49.9));
        assert!(sensitivity(&[&first, &second, &third]).turns.contains(&Turn {
            part: "answer".to_owned(),
            factor: 1.25,
            ahead: 2,
            behind: 0
        }));
    }
}
