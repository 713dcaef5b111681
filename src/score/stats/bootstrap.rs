//! Percentile bootstrap (Efron 1979): resamples of some scores show how far their mean, or the difference of two means, might have
//! come out otherwise. The seed comes from the data, so that the same cards give the same interval. Takes scores in any order.

use std::hash::Hasher as _;

use fnv::FnvHasher;

use crate::score::facts::small;

/// Resamples behind an interval.
pub(super) const RESAMPLES: u32 = 2000;

/// The mean; 0 of nothing.
pub(super) fn mean(scores: &[f64]) -> f64 {
    scores.iter().sum::<f64>() / f64::from(small(scores.len()).max(1))
}

/// 95 % interval of the mean of some scores.
pub(super) fn of_mean(name: &str, scores: &[f64]) -> [f64; 2] {
    let scores = sorted(scores);
    let mut dice = Dice::seeded(name, &[&scores]);
    middle((0..RESAMPLES).map(|_| dice.mean(&scores)).collect())
}

/// 95 % interval of the mean of the later scores minus that of the earlier ones.
pub(super) fn of_change(name: &str, earlier: &[f64], later: &[f64]) -> [f64; 2] {
    let (earlier, later) = (sorted(earlier), sorted(later));
    let mut dice = Dice::seeded(name, &[&earlier, &later]);
    middle((0..RESAMPLES).map(|_| dice.mean(&later) - dice.mean(&earlier)).collect())
}

/// The order of the scores must not matter.
fn sorted(scores: &[f64]) -> Vec<f64> {
    let mut scores = scores.to_vec();
    scores.sort_by(f64::total_cmp);
    scores
}

/// The middle 95 % of some figures.
fn middle(mut figures: Vec<f64>) -> [f64; 2] {
    figures.sort_by(f64::total_cmp);
    let tail = figures.len() / 40;
    let at = |index: usize| figures.get(index).copied().unwrap_or_default();
    [at(tail), at(figures.len().saturating_sub(1 + tail))]
}

/// `SplitMix64` (Steele, Lea and Flood 2014).
struct Dice(u64);

impl Dice {
    /// Dice that fall by the name and the scores alone, the same on every machine.
    fn seeded(name: &str, scores: &[&[f64]]) -> Self {
        let mut hasher = FnvHasher::default();
        hasher.write(name.as_bytes());
        for score in scores.iter().copied().flatten() {
            hasher.write(&score.to_bits().to_le_bytes());
        }
        Self(hasher.finish())
    }

    fn throw(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// The mean of as many scores as there are, each drawn anew.
    fn mean(&mut self, scores: &[f64]) -> f64 {
        let size = u64::from(small(scores.len()).max(1));
        let mut drawn = || scores.get(usize::try_from(self.throw() % size).unwrap_or_default());
        (0..scores.len()).filter_map(|_| drawn()).sum::<f64>() / f64::from(small(scores.len()).max(1))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_holds_the_mean_and_does_not_depend_on_the_order() {
        let (one, turned) = ([10.0, 50.0, 90.0, 20.0], [90.0, 10.0, 20.0, 50.0]);
        let [low, high] = of_mean("a", &one);
        assert!(low < mean(&one) && mean(&one) < high);
        let bits = |interval: [f64; 2]| interval.map(f64::to_bits);
        assert_eq!(bits([low, high]), bits(of_mean("a", &turned)));
        assert_eq!(bits(of_change("a", &one, &[60.0, 70.0])), bits(of_change("a", &turned, &[70.0, 60.0])));
        assert_eq!(bits(of_mean("a", &[7.0; 5])), bits([7.0, 7.0]));
    }

    #[test]
    fn a_change_turns_with_its_sides() {
        let (low, high) = ([10.0, 20.0, 30.0, 15.0, 22.0], [70.0, 80.0, 75.0, 66.0, 90.0]);
        let [from, to] = of_change("a", &low, &high);
        let change = mean(&high) - mean(&low);
        assert!(0.0 < from && from < change && change < to, "{from} {to}");
        let [back_from, back_to] = of_change("a", &high, &low);
        assert!(back_from < -change && -change < back_to && back_to < 0.0);
    }
}
