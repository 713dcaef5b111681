//! Whether an order rests on the weights of the rubric, in sentences: the leaderboard's, and that of the ranks. Takes a report; gives
//! what was tried and what came of it, the same words for every format. Pure.

use super::Report;
use super::words::{self, brief, part_title};
use crate::score::{self, Card, Trailing};

/// Longest name of a builder.
const NAME: usize = 60;
/// Builders named whose rank moves.
const MOVED: usize = 12;

/// What moving the weights does to an order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Weighed {
    /// What was tried, and whether the order holds; empty where there is none to try.
    pub(crate) head: String,
    /// Each weighting that turns two around, and where that leads, in a sentence.
    pub(crate) turns: Vec<String>,
}

/// Tries the weights on the leaderboard.
pub(crate) fn of_order(report: &Report) -> Weighed {
    let board: Vec<&Card> = report.leaderboard().into_iter().map(|shop| &shop.card).collect();
    let found = score::sensitivity(&board);
    let name = |place: usize| board.get(place).map_or("", |card| card.builder.as_str());
    let turns = found.turns.iter().map(|turn| told(&turn.part, turn.factor, name(turn.ahead), name(turn.behind)));
    weighed(["The order holds", "The order changes"], found.trials, turns.collect())
}

/// What the weights do to the ranks, which the statistics tried.
pub(crate) fn of_ranks(trailing: &Trailing) -> Weighed {
    let found = &trailing.sensitivity;
    let turns = found.turns.iter().map(|turn| told(&turn.part, turn.factor, &turn.ahead, &turn.behind));
    let mut weighed = weighed(["The ranks hold", "The ranks change"], found.trials as usize, turns.collect());
    let moving = || found.ranges.iter().filter(|range| range.best != range.worst);
    let ranks = moving().take(MOVED).map(|range| format!("{} between {} and {}", brief(&range.builder, NAME), range.best, range.worst));
    let mut ranks: Vec<String> = ranks.collect();
    if let more @ 1.. = moving().count().saturating_sub(MOVED) {
        ranks.push(words::count(more, "more builder", "more builders"));
    }
    if !ranks.is_empty() {
        weighed.turns.push(format!("Ranks move: {}.", ranks.join("; ")));
    }
    weighed
}

fn weighed([hold, change]: [&str; 2], trials: usize, turns: Vec<String>) -> Weighed {
    let tried = format!("{trials} weightings in which one part of the rubric counts a quarter more or less");
    let head = match (trials, turns.len()) {
        (0, _) => String::new(),
        (_, 0) => format!("{hold} in all {tried}."),
        (_, turned) => format!("{change} in {turned} of {tried}."),
    };
    Weighed { head, turns }
}

fn told(part: &str, factor: f64, ahead: &str, behind: &str) -> String {
    let quarter = if factor < 1.0 { "a quarter less" } else { "a quarter more" };
    format!("{} weighing {quarter} puts {} above {}.", part_title(part), brief(ahead, NAME), brief(behind, NAME))
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;
    use crate::score::{RankRange, RankTurn};

    #[test]
    fn a_close_order_tips_and_says_so() {
        let mut input = sample::input();
        input.shops.truncate(2);
        let mut alone = input.clone();
        alone.shops.truncate(1);
        assert_eq!(of_order(&build(alone)), Weighed::default());
        let mut report = build(input);
        for (shop, (speed, answer)) in report.shops.iter_mut().zip([(10.0, 0.0), (0.0, 9.0)]) {
            shop.card.caps.clear();
            shop.card.score = Some((speed + answer) * 5.0);
            let mut one = shop.card.criteria.first().cloned().unwrap();
            one.counted = true;
            one.of = 10.0;
            let mut two = one.clone();
            (one.id, one.points) = ("speed.call".to_owned(), speed);
            (two.id, two.points) = ("answer.question".to_owned(), answer);
            shop.card.criteria = vec![one, two];
        }
        let found = of_order(&report);
        assert_eq!(found.head, "The order changes in 2 of 4 weightings in which one part of the rubric counts a quarter more or less.");
        assert!(found.turns.len() == 2 && found.turns[0].starts_with("Speed weighing a quarter less puts "), "{:?}", found.turns);
    }

    #[test]
    fn ranks_that_move_are_named_up_to_a_dozen() {
        let mut trailing = build(sample::input()).statistics.trailing;
        let range = |n: u32, by| RankRange { builder: format!("B{n}"), rank: n, best: n, worst: n + by };
        let found = &mut trailing.sensitivity;
        (found.trials, found.turns, found.ranges) = (12, Vec::new(), (1..4).map(|n| range(n, 0)).collect());
        let held = of_ranks(&trailing);
        assert_eq!(held.head, "The ranks hold in all 12 weightings in which one part of the rubric counts a quarter more or less.");
        assert!(held.turns.is_empty());
        let found = &mut trailing.sensitivity;
        found.turns = vec![RankTurn { part: "speed".to_owned(), factor: 1.25, ahead: "B2".to_owned(), behind: "B1".to_owned() }];
        found.ranges = (1..=14).map(|n| range(n, 1)).collect();
        let moved = of_ranks(&trailing);
        assert!(moved.head.starts_with("The ranks change in 1 of 12 weightings"), "{}", moved.head);
        assert_eq!(moved.turns[0], "Speed weighing a quarter more puts B2 above B1.");
        assert!(moved.turns[1].starts_with("Ranks move: B1 between 1 and 2; ") && moved.turns[1].ends_with("; 2 more builders."));
        trailing.sensitivity.trials = 0;
        trailing.sensitivity.turns.clear();
        trailing.sensitivity.ranges.clear();
        assert_eq!(of_ranks(&trailing), Weighed::default());
    }
}
