//! Whether the leaderboard's order rests on the weights, in sentences. Takes a report; gives a sentence a weighting that turns two
//! builders around. Pure.

use super::Report;
use super::words::{brief, part_title};
use crate::score::{self, Card};

/// What moving the weights does to the order.
pub(crate) struct Sensitivity {
    /// How many weightings were tried.
    pub(crate) trials: usize,
    /// In how many the order changed, each in a sentence.
    pub(crate) changes: Vec<String>,
}

/// Tries the weights on the leaderboard.
pub(crate) fn of(report: &Report) -> Sensitivity {
    let board: Vec<&Card> = report.leaderboard().into_iter().map(|shop| &shop.card).collect();
    let found = score::sensitivity(&board);
    let name = |place: usize| board.get(place).map(|card| brief(&card.builder, 60)).unwrap_or_default();
    let changes = found.turns.iter().map(|turn| {
        let sign = if turn.factor < 1.0 { "25 % less" } else { "25 % more" };
        format!("{} weighing {sign} puts {} above {}", part_title(&turn.part), name(turn.ahead), name(turn.behind))
    });
    Sensitivity { trials: found.trials, changes: changes.collect() }
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    #[test]
    fn a_close_order_tips_and_says_so() {
        let mut input = sample::input();
        input.shops.truncate(2);
        let mut report = build(input);
        let mut alone = report.clone();
        alone.shops.truncate(1);
        assert_eq!(of(&alone).trials, 0);
        for (shop, (speed, answer)) in report.shops.iter_mut().zip([(10.0, 0.0), (0.0, 9.0)]) {
            shop.card.caps.clear();
            shop.card.score = Some((speed + answer) * 5.0);
            let mut one = shop.card.criteria.first().cloned().unwrap();
            one.counted = true;
            one.of = 10.0;
            let mut two = one.clone();
            (one.id, one.points) = ("speed.call".into(), speed);
            (two.id, two.points) = ("answer.question".into(), answer);
            shop.card.criteria = vec![one, two];
        }
        let found = of(&report);
        assert_eq!(found.trials, 4);
        assert_eq!(found.changes.len(), 2, "{:?}", found.changes);
        assert!(found.changes[0].starts_with("Speed weighing 25 % less puts "));
    }
}
