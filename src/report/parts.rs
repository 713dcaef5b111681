//! A card's criteria by part of the rubric, and what each part brought. Takes a card; gives its parts in the rubric's order. Pure.

use super::words;
use crate::score::{Card, Criterion};

/// What a part brought.
pub(crate) struct Part<'a> {
    /// Its key, e.g. `speed`.
    pub(crate) key: &'a str,
    /// Its criteria, in the rubric's order.
    pub(crate) criteria: Vec<&'a Criterion>,
    /// Points over those that count.
    pub(crate) points: f64,
    /// Points possible over those that count.
    pub(crate) of: f64,
}

impl Part<'_> {
    /// Its title.
    pub(crate) fn title(&self) -> String {
        words::brief(words::part_title(self.key), 40)
    }

    /// Percent of the points possible, 0 where nothing counts.
    pub(crate) fn percent(&self) -> f64 {
        if self.of > 0.0 { (100.0 * self.points / self.of).clamp(0.0, 100.0) } else { 0.0 }
    }
}

/// The parts of a card.
pub(crate) fn parts(card: &Card) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = Vec::new();
    for criterion in &card.criteria {
        let key = words::part(&criterion.id);
        let (points, of) = if criterion.counted { (criterion.points, criterion.of) } else { (0.0, 0.0) };
        match parts.iter_mut().find(|part| part.key == key) {
            Some(part) => {
                part.criteria.push(criterion);
                part.points += points;
                part.of += of;
            }
            None => parts.push(Part { key, criteria: vec![criterion], points, of }),
        }
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    #[test]
    fn parts_come_in_the_rubrics_order_and_what_does_not_count_is_in_no_sum() {
        let report = build(sample::input());
        let card = &report.shops.iter().find(|shop| shop.card.shop == "pecan").unwrap().card;
        let parts = parts(card);
        assert_eq!(parts.iter().map(|part| part.key).collect::<Vec<_>>(), ["speed", "answer", "next", "channels", "persist", "respect"]);
        assert!((parts[0].of - 19.0).abs() < 1e-9, "speed without the call: {}", parts[0].of);
        assert_eq!(parts[0].criteria.len(), 4);
    }
}
