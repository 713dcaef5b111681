//! How a builder's inquiries fared over the trailing waves. Takes all of its cards and looks at each once; gives, for the insight of any
//! one of them, how many of the others fared alike.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::super::card::Card;
use super::super::rubric::Rubric;
use super::patterns::{beside_the_point, one_day};
use super::whole::Whole;
use super::{Hypothesis, Pattern};

/// Final inquiries of a builder below which nothing is said of how even its answers are.
const WAVES: usize = 3;

/// How a builder's inquiries fared, as far as the whole window of each is proven; the default is of a builder of whom nothing else is
/// known.
#[derive(Clone, Debug, Default)]
pub struct History {
    /// All of them, as seen from each zone: a day begins where the builder is.
    by_zone: BTreeMap<&'static str, Fared>,
    /// What all of them together may show.
    pub(super) together: Option<Hypothesis>,
}

/// How some inquiries fared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Fared {
    /// How many there are.
    pub(super) number: usize,
    /// Of these, without a personal answer.
    pub(super) silent: usize,
    /// Answered on one day in one way, and never after.
    pub(super) one_day: usize,
    /// Answered fast and beside the point.
    pub(super) beside_the_point: usize,
}

impl Fared {
    /// Of one inquiry.
    fn of(one: &Whole<'_>, rubric: &Rubric, zone: Tz) -> Self {
        Self {
            number: 1,
            silent: usize::from(one.silent()),
            one_day: usize::from(one_day(one, zone).is_some()),
            beside_the_point: usize::from(beside_the_point(one, rubric).is_some()),
        }
    }

    fn each(self, other: Self, number: impl Fn(usize, usize) -> usize) -> Self {
        Self {
            number: number(self.number, other.number),
            silent: number(self.silent, other.silent),
            one_day: number(self.one_day, other.one_day),
            beside_the_point: number(self.beside_the_point, other.beside_the_point),
        }
    }
}

impl History {
    /// Of all inquiries of a builder over the trailing waves, each with its zone, in any order.
    #[must_use]
    pub fn of<'a>(cards: impl IntoIterator<Item = (&'a Card, Tz)>, rubric: &Rubric, as_of: DateTime<Utc>) -> Self {
        let (mut all, mut zones) = (Vec::new(), BTreeMap::new());
        for (card, zone) in cards {
            all.extend(Whole::of(card, rubric, as_of));
            zones.insert(zone.name(), zone);
        }
        let fared =
            |zone| all.iter().map(|one| Fared::of(one, rubric, zone)).fold(Fared::default(), |a, b| a.each(b, usize::saturating_add));
        Self { by_zone: zones.into_iter().map(|(name, zone)| (name, fared(zone))).collect(), together: no_accountability(&all, rubric) }
    }

    /// How the others than one of them fared, as seen from its zone.
    pub(super) fn others(&self, this: &Whole<'_>, rubric: &Rubric, zone: Tz) -> Fared {
        let all = self.by_zone.get(zone.name()).copied().unwrap_or_default();
        all.each(Fared::of(this, rubric, zone), usize::saturating_sub)
    }
}

/// Some inquiries answered well and some not at all.
fn no_accountability(all: &[Whole<'_>], rubric: &Rubric) -> Option<Hypothesis> {
    let all: Vec<&Whole<'_>> = all.iter().filter(|one| one.uncut()).collect();
    let good = rubric.tiers.0.get(1).or(rubric.tiers.0.first()).filter(|tier| tier.from.0 > 0.0)?;
    let fared = |one: &Whole<'_>| one.card.score.unwrap_or_default();
    let (well, silent) = (all.iter().filter(|one| fared(one) >= good.from.0).count(), all.iter().filter(|one| one.silent()).count());
    if all.len() < WAVES || well == 0 || silent == 0 {
        return None;
    }
    let told = |one: &Whole<'_>| if one.silent() { "no personal answer".to_owned() } else { format!("{:.1}", fared(one)) };
    // By all that is told of them, so that no other order shows.
    let mut listed: Vec<_> = all.iter().map(|one| (one.card.sent_at, &one.card.shop, told(one))).collect();
    listed.sort();
    let listed = listed.iter().map(|(sent_at, _, told)| match sent_at {
        Some(at) => format!("{}: {told}", at.format("%Y-%m-%d")),
        None => told.clone(),
    });
    let listed = listed.collect::<Vec<_>>().join(", ");
    let mut rests_on = vec![
        format!(
            "of {} final inquiries over the trailing waves {silent} got no personal answer, and {well} reached {}",
            all.len(),
            good.from.0
        ),
        listed,
    ];
    let shops: BTreeSet<&str> = all.iter().map(|one| one.card.shop.as_str()).collect();
    if shops.len() > 1 {
        rests_on.push(format!("these inquiries went to {} different shops of the builder", shops.len()));
    }
    let repeated = if well > 1 && silent > 1 { 0.15 } else { 0.0 };
    let many = if all.len() >= 2 * WAVES { 0.1 } else { 0.0 };
    Some(Hypothesis {
        pattern: Pattern::NoAccountability,
        title: "No accountability",
        says: "Somebody here knows how to answer, and it may be that nobody looks whether it is done.",
        confidence: 0.35 + repeated + many,
        rests_on,
        touches: Vec::new(),
        instead: vec![
            "Different people were on duty, and one of them was never shown how.",
            "Inquiries about different communities go to different desks.",
            "An inquiry was lost between form and CRM: then the form is to be mended, and not the team.",
        ],
        ask: "Who sees, at the end of a day, which inquiries have no personal answer yet?",
    })
}

#[cfg(test)]
mod tests {
    use chrono_tz::America::{Chicago, New_York};
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::score::cases::{Case, START};
    use crate::score::properties;

    /// Inquiries of which many fared alike, and any others.
    fn asked() -> impl Strategy<Value = (Card, Tz)> {
        let half_past_eleven = 13 * 3600 + 1800;
        let good = r#"{"question":"yes","appointment":"specific","name_used":true,"sender_name":"Amy Ortiz","placement":"inbox",
            "community_named":true,"direct_phone":"+15125550100","reason_or_discovery":true}"#;
        let known = vec![
            Case::new(),
            Case::new().gap(0, 9 * 86_400),
            Case::new().email(60),
            // One day in Chicago, and two in New York.
            Case::new().email(60).email(half_past_eleven),
            Case::new().email(600).labels(r#"{"question":"no","appointment":"none"}"#).call(9 * 86_400),
            [70, 9 * 86_400, 23 * 86_400].iter().fold(Case::new(), |case, at| case.email(*at).labels(good).call(*at + 30)),
        ];
        let case = prop_oneof![4 => prop::sample::select(known), 1 => properties::case()];
        (case, prop::sample::select(vec!["a", "b"]), 2_i64..5, prop::sample::select(vec![Chicago, New_York])).prop_map(
            |(case, shop, before, zone)| {
                let sent_at = START - chrono::TimeDelta::seconds(before);
                (case.set("shop", json!(shop)).set("sent_at", json!(sent_at)).card(), zone)
            },
        )
    }

    proptest! {
        #[test]
        fn looking_at_each_once_tells_what_looking_at_all_others_of_each_does(cards in prop::collection::vec(asked(), 1..12), turn in 0_usize..12) {
            let (rubric, as_of) = (Rubric::default_rubric(), START + chrono::TimeDelta::days(31));
            let whole = |card| Whole::of(card, &rubric, as_of);
            let given = || cards.iter().map(|(card, zone)| (card, *zone));
            let history = History::of(given(), &rubric, as_of);
            for (at, (card, zone)) in cards.iter().enumerate() {
                let Some(this) = whole(card) else { continue };
                let others = cards.iter().enumerate().filter(|(other, _)| *other != at).filter_map(|(_, (card, _))| whole(card));
                let others: Vec<Whole<'_>> = others.collect();
                let count = |fared: &dyn Fn(&Whole<'_>) -> bool| others.iter().filter(|one| fared(one)).count();
                let want = Fared {
                    number: others.len(),
                    silent: count(&|one| one.silent()),
                    one_day: count(&|one| one_day(one, *zone).is_some()),
                    beside_the_point: count(&|one| beside_the_point(one, &rubric).is_some()),
                };
                prop_assert_eq!(history.others(&this, &rubric, *zone), want);
            }
            let turned: Vec<_> = given().cycle().skip(turn).take(cards.len()).collect();
            prop_assert_eq!(History::of(turned, &rubric, as_of).together, history.together);
        }
    }
}
