//! How much an order rests on the weights: no study publishes its own, so every part of the rubric (`speed`, `answer`, …) is tried
//! at three quarters and at five quarters of its weight. Takes scored cards; says which weightings turn two of them around.

use super::card::Card;
use super::verdict::rounded;

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

/// Tries every part of the rubric a quarter lighter and a quarter heavier; one scored card alone has no order to try.
#[must_use]
pub fn sensitivity(cards: &[&Card]) -> Sensitivity {
    let scored: Vec<(usize, &Card)> = cards.iter().copied().enumerate().filter(|(_, card)| card.score.is_some()).collect();
    if scored.len() < 2 {
        return Sensitivity::default();
    }
    let mut parts: Vec<&str> = Vec::new();
    for line in scored.iter().flat_map(|(_, card)| &card.criteria).filter(|line| line.counted) {
        if !parts.contains(&part(&line.id)) {
            parts.push(part(&line.id));
        }
    }
    let weighed = |name, factor| -> Vec<f64> { scored.iter().map(|(_, card)| weighed(card, name, factor)).collect() };
    let base = weighed("", 1.0);
    let mut found = Sensitivity { trials: parts.len() * 2, turns: Vec::new() };
    for name in parts {
        for factor in [0.75, 1.25] {
            let moved = weighed(name, factor);
            let places = || scored.iter().zip(base.iter().zip(&moved));
            // Any pair, not only neighbours: two equal ones between them would hide it.
            let turned = places().find_map(|((behind, _), (was, is))| {
                let overtaker = places().find(|(_, (its_was, its_is))| was > its_was && is < its_is);
                overtaker.map(|((ahead, _), _)| (*ahead, *behind))
            });
            found.turns.extend(turned.map(|(ahead, behind)| Turn { part: name.to_owned(), factor, ahead, behind }));
        }
    }
    found
}

/// The score of a card with one part of the rubric at another weight.
fn weighed(card: &Card, name: &str, factor: f64) -> f64 {
    let (points, of) = card.criteria.iter().filter(|line| line.counted).fold((0.0, 0.0), |(points, of), line| {
        let weight = if part(&line.id) == name { factor } else { 1.0 };
        (points + weight * line.points, of + weight * line.of)
    });
    let cap = card.caps.first().map_or(100.0, |cap| cap.cap);
    if of > 0.0 { rounded(100.0 * points / of, 10.0).min(cap) } else { 0.0 }
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
            card.criteria.retain(|line| ["speed.call", "speed.personal_email", "answer.question"].contains(&line.id.as_str()));
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
