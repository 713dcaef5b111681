//! For tests: the same figures as lifelines, statsmodels and scipy reckoned them (`tests/stats/make.py` made `reckoned.json`).

use serde::Deserialize;

use super::bootstrap::{of_change, of_mean};
use super::share::{newcombe, wilson};
use super::survival::{Step, Wait, median, median_interval, steps};

const HAIR: f64 = 1e-9;

#[derive(Deserialize)]
struct Reckoned {
    curves: Vec<Waited>,
    shares: Vec<Portion>,
    differences: Vec<Two>,
    bootstrap_means: Vec<Means>,
    bootstrap_change: Moved,
}

#[derive(Deserialize)]
struct Waited {
    name: String,
    waits: Vec<(i64, bool)>,
    steps: Vec<Step>,
    median_s: Option<i64>,
    median_interval_s: [Option<i64>; 2],
}

#[derive(Deserialize)]
struct Portion {
    part: u32,
    of: u32,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Two {
    earlier: (u32, u32),
    later: (u32, u32),
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Means {
    name: String,
    scores: Vec<f64>,
    spread: f64,
    interval: [f64; 2],
}

#[derive(Deserialize)]
struct Moved {
    earlier: Vec<f64>,
    later: Vec<f64>,
    spread: f64,
    interval: [f64; 2],
}

fn reckoned() -> Reckoned {
    serde_json::from_str(include_str!("../../../tests/stats/reckoned.json")).unwrap()
}

fn near(one: Option<f64>, other: Option<f64>, hair: f64) -> bool {
    match (one, other) {
        (Some(one), Some(other)) => (one - other).abs() <= hair,
        (one, other) => one.is_none() && other.is_none(),
    }
}

#[test]
fn curves_bands_and_medians_are_those_of_lifelines() {
    let curves = reckoned().curves;
    assert!(curves.len() >= 12);
    for want in curves {
        let found = steps(want.waits.iter().map(|(seconds, answered)| Wait { seconds: *seconds, answered: *answered }).collect());
        assert_eq!(found.len(), want.steps.len(), "{}", want.name);
        for (step, other) in found.iter().zip(&want.steps) {
            let counts = |step: &Step| (step.at_s, step.at_risk, step.answered, step.censored);
            assert_eq!(counts(step), counts(other), "{}", want.name);
            let same =
                near(Some(step.waiting), Some(other.waiting), HAIR) && near(step.low, other.low, HAIR) && near(step.high, other.high, HAIR);
            assert!(same, "{}: {step:?} {other:?}", want.name);
        }
        assert_eq!((median(&found), median_interval(&found)), (want.median_s, want.median_interval_s), "{}", want.name);
    }
}

#[test]
fn intervals_of_shares_are_those_of_statsmodels() {
    let reckoned = reckoned();
    let same = |one: [f64; 2], other: [f64; 2]| one.iter().zip(other).all(|(one, other)| (one - other).abs() <= HAIR);
    for Portion { part, of, interval } in reckoned.shares {
        assert!(same(wilson(part, of), interval), "{part}/{of}: {:?} {interval:?}", wilson(part, of));
    }
    for Two { earlier, later, interval } in reckoned.differences {
        assert!(same(newcombe(earlier, later), interval), "{earlier:?} {later:?}: {:?} {interval:?}", newcombe(earlier, later));
    }
}

/// The 2.5 % quantile of 2,000 draws of something normal lies within 0.06 of its standard deviations of the true one, two times in
/// three (the square root of 0.025 * 0.975 / 2000, divided by the density 0.058 there); four times that is 0.25. Few scores have few
/// different means, and the quantile may fall on the next one: a tenth of their range more for a handful.
fn loosely(found: [f64; 2], want: [f64; 2], spread: f64, scores: usize) -> bool {
    let hair = if scores < 10 { 0.5 } else { 0.25 } * spread;
    found.iter().zip(want).all(|(found, want)| (found - want).abs() <= hair)
}

#[test]
fn bootstrap_intervals_are_near_those_of_scipy() {
    let reckoned = reckoned();
    for Means { name, scores, spread, interval } in reckoned.bootstrap_means {
        let found = of_mean(&name, &scores);
        assert!(loosely(found, interval, spread, scores.len()), "{name}: {found:?} {interval:?}, spread {spread}");
    }
    let Moved { earlier, later, spread, interval } = reckoned.bootstrap_change;
    let found = of_change("change", &earlier, &later);
    assert!(loosely(found, interval, spread, earlier.len().min(later.len())), "{found:?} {interval:?}, spread {spread}");
}
