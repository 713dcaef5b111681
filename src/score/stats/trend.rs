//! Trends over trailing waves, over all builders and for each: the mean score, the share never answered and the median time to a person,
//! with the change from the wave before and from the first, and its interval (bootstrap of the difference for scores, Newcombe's for
//! shares). Takes subjects of one kind only: after hours is another question, and no worse answer. Scores are those of final inquiries,
//! so that an open wave does not look like a fall.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bootstrap::{mean, of_change};
use super::cohort::never;
use super::exact;
use super::groups::{MeanScore, SPREAD_FROM, counts, curve, mean_score, scores};
use super::share::{Share, newcombe};
use super::subject::{Answer, Subject};
use crate::score::facts::small;
use crate::score::verdict::rounded;

/// The change of a figure from an earlier wave.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Difference {
    /// The later figure minus the earlier.
    pub change: f64,
    /// Its 95 % interval; of scores `None` where either side has fewer than three.
    pub interval: Option<[f64; 2]>,
}

/// What changed since another wave.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Change {
    /// The other wave.
    pub since: String,
    /// Of the mean score; `None` where either has none.
    pub score: Option<Difference>,
    /// Of the share never answered by a person; `None` where either has none.
    pub never: Option<Difference>,
    /// Of the median time to a person, in seconds; `None` where either has none.
    pub median_s: Option<i64>,
}

/// One wave of a trend.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct WavePoint {
    /// The wave.
    pub wave: String,
    /// Inquiries with a final or provisional verdict.
    pub n: u32,
    /// The mean score of the final ones.
    pub score: Option<MeanScore>,
    /// The share of the final ones that no person answered.
    pub never: Option<Share>,
    /// The median time to a person.
    pub median_s: Option<i64>,
    /// Its 95 % interval.
    pub median_interval_s: [Option<i64>; 2],
    /// Against the wave before it in this trend.
    pub from_previous: Option<Change>,
    /// Against the first wave of this trend, where that is not the one before.
    pub from_first: Option<Change>,
}

/// A builder's waves, the oldest first.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct BuilderTrend {
    /// The builder.
    pub builder: String,
    /// Its final inquiries with a score, over all waves.
    pub n: u32,
    /// Its waves.
    pub waves: Vec<WavePoint>,
}

/// A builder whose mean score rose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Improved {
    /// The builder.
    pub builder: String,
    /// Its final inquiries with a score, over all waves.
    pub n: u32,
    /// The first wave in which it was scored.
    pub from_wave: String,
    /// Its mean score then.
    pub from: f64,
    /// The last wave in which it was scored.
    pub to_wave: String,
    /// Its mean score then.
    pub to: f64,
    /// The rise, with its interval.
    #[serde(flatten)]
    pub rise: Difference,
}

/// What a point is made of, kept for comparing.
struct Figures {
    scores: Vec<f64>,
    never: (u32, u32),
    median_s: Option<i64>,
}

/// The trend of some subjects over waves in order; a wave without one of them is left out.
pub(super) fn trend(name: &str, waves: &[&str], subjects: &[&Subject<'_>]) -> Vec<WavePoint> {
    let mut of_wave: BTreeMap<&str, Vec<&Subject<'_>>> = BTreeMap::new();
    for subject in subjects.iter().filter(|subject| counts(subject.card)) {
        of_wave.entry(subject.wave).or_default().push(subject);
    }
    let mut known: Vec<(&str, Figures)> = Vec::new();
    let mut points = Vec::new();
    for wave in waves {
        let Some(members) = of_wave.get(wave) else { continue };
        let waited = curve(members, Answer::Personal);
        let figures = Figures { scores: scores(members), never: never(members), median_s: waited.median_s };
        let since = |(other, earlier): &(&str, Figures)| change(name, other, earlier, &figures);
        points.push(WavePoint {
            wave: (*wave).to_owned(),
            n: small(members.len()),
            score: mean_score(&format!("{name}/{wave}"), &figures.scores),
            never: Share::of(figures.never.0, figures.never.1),
            median_s: waited.median_s,
            median_interval_s: waited.median_interval_s,
            from_previous: known.last().map(since),
            from_first: known.first().filter(|_| known.len() > 1).map(since),
        });
        known.push((wave, figures));
    }
    points
}

fn change(name: &str, since: &str, earlier: &Figures, later: &Figures) -> Change {
    let never = (earlier.never.1 > 0 && later.never.1 > 0).then(|| {
        let share = |(part, of): (u32, u32)| f64::from(part) / f64::from(of);
        let interval = newcombe(earlier.never, later.never).map(exact);
        Difference { change: exact(share(later.never) - share(earlier.never)), interval: Some(interval) }
    });
    let median_s = earlier.median_s.zip(later.median_s).map(|(before, after)| after - before);
    Change { since: since.to_owned(), score: rise(name, &earlier.scores, &later.scores), never, median_s }
}

/// The change of a mean score; `None` where either side has none.
fn rise(name: &str, earlier: &[f64], later: &[f64]) -> Option<Difference> {
    let enough = earlier.len().min(later.len()) >= SPREAD_FROM;
    let interval = enough.then(|| of_change(name, earlier, later).map(|edge| rounded(edge, 10.0)));
    // Of the printed means, so that a reader who subtracts finds the same.
    let (before, after) = (mean_score(name, earlier)?.mean, mean_score(name, later)?.mean);
    Some(Difference { change: rounded(after - before, 10.0), interval })
}

/// Each builder's trend, by name.
pub(super) fn by_builder(waves: &[&str], subjects: &[&Subject<'_>]) -> Vec<BuilderTrend> {
    let mut builders: BTreeMap<&str, Vec<&Subject<'_>>> = BTreeMap::new();
    for subject in subjects {
        builders.entry(&subject.card.builder).or_default().push(subject);
    }
    let trend = |(builder, own): (&str, Vec<&Subject<'_>>)| {
        let waves = trend(builder, waves, &own);
        BuilderTrend { builder: builder.to_owned(), n: small(scores(&own).len()), waves }
    };
    builders.into_iter().map(trend).filter(|trend| !trend.waves.is_empty()).collect()
}

/// The builders whose mean score rose most from the first wave in which it was scored to the last, of those with `needed` scores in
/// at least two waves: one, or several whose rise is the same, or none.
pub(super) fn most_improved(waves: &[&str], subjects: &[&Subject<'_>], needed: u32) -> Vec<Improved> {
    let mut builders: BTreeMap<&str, BTreeMap<usize, Vec<f64>>> = BTreeMap::new();
    for subject in subjects {
        let place = waves.iter().position(|wave| *wave == subject.wave);
        if let (Some(place), [score]) = (place, scores(&[subject]).as_slice()) {
            builders.entry(&subject.card.builder).or_default().entry(place).or_default().push(*score);
        }
    }
    let improved = |(builder, scored): (&str, BTreeMap<usize, Vec<f64>>)| {
        let n = small(scored.values().map(Vec::len).sum());
        let (first, last) = (scored.first_key_value()?, scored.last_key_value()?);
        let name = |place: &usize| waves.get(*place).map(|wave| (*wave).to_owned());
        let rise = rise(builder, first.1, last.1).filter(|rise| rise.change > 0.0 && first.0 < last.0 && n >= needed)?;
        let (from, to) = (rounded(mean(first.1), 10.0), rounded(mean(last.1), 10.0));
        Some(Improved { builder: builder.to_owned(), n, from_wave: name(first.0)?, from, to_wave: name(last.0)?, to, rise })
    };
    let mut all: Vec<Improved> = builders.into_iter().filter_map(improved).collect();
    let most = all.iter().map(|one| one.rise.change).fold(0.0, f64::max);
    all.retain(|one| one.rise.change >= most);
    all
}
