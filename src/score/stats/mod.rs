//! Many inquiries together, over one wave and over trailing waves: groups, curves, shares, means, ranks and trends, each with how
//! certain it is. Takes [`Subject`]s; gives [`Statistics`], the key `statistics` of `report.json`. Pure; the order of the subjects does
//! not matter. The methods are named in each file, and `tests/stats/` holds what independent programs reckoned.

mod bootstrap;
mod cohort;
mod groups;
mod share;
mod standing;
mod subject;
mod survival;
mod trend;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::facts::small;
use super::sensitivity::{RankSensitivity, of_ranks};
use super::verdict::rounded;

pub use cohort::{BUCKETS, Cohort};
pub use groups::{Curves, Group, GroupBy, MeanScore, NamedShare};
pub use share::Share;
pub use standing::{Standing, builders};
pub(super) use subject::watch;
pub use subject::{Kind, Spell, Subject, Watch};
pub use survival::{Curve, Step};
pub use trend::{BuilderTrend, Change, Difference, Improved, WavePoint};

/// The normal deviate of a two-sided 95 %.
const Z: f64 = 1.959_963_984_540_054;

/// Rounded so far that no machine's logarithm differs in what is printed.
fn exact(value: f64) -> f64 {
    rounded(value, 1e6)
}

/// How the statistics were made.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Settings {
    /// Final inquiries that a builder needs for a rank, and for being called most improved.
    pub needed: u32,
    /// Trailing waves that ranks and trends run over, the oldest first; the last is the report's own.
    pub waves: Vec<String>,
    /// The level of every interval.
    pub confidence: f64,
    /// Resamples behind a bootstrap interval.
    pub resamples: u32,
}

/// Ranks and trends over trailing waves.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Trailing {
    /// The one kind of inquiry that is ranked and followed: the commonest of the report's wave.
    pub kind: Kind,
    /// Inquiries of the trailing waves that are left out of it, being of another kind, by kind.
    pub left_out: BTreeMap<Kind, u32>,
    /// What moving the weights does to the ranks.
    pub sensitivity: RankSensitivity,
    /// All builders together, the oldest wave first.
    pub trend: Vec<WavePoint>,
    /// Each builder, by name.
    pub builders: Vec<BuilderTrend>,
    /// The most improved builder; several if their rise is the same, none if nobody rose or has enough inquiries.
    pub most_improved: Vec<Improved>,
}

/// Many inquiries together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Statistics {
    /// How they were made.
    pub settings: Settings,
    /// The groups of the report's wave: all of it first.
    pub groups: Vec<Group>,
    /// Ranks and trends.
    pub trailing: Trailing,
}

impl Statistics {
    /// The figures of the whole wave, the key `cohort` of `report.json`.
    #[must_use]
    pub fn cohort(&self) -> Cohort {
        self.groups.iter().find(|group| group.by == GroupBy::All).map(|group| group.cohort.clone()).unwrap_or_default()
    }
}

/// What a report says of many inquiries: the builders' standing, and the rest.
#[must_use]
pub fn statistics(subjects: &[Subject<'_>], waves: &[&str], needed: u32) -> (Vec<Standing>, Statistics) {
    let needed = needed.max(1);
    let own: Vec<Subject<'_>> = subjects.iter().filter(|subject| waves.last() == Some(&subject.wave)).copied().collect();
    let kind = commonest(&own);
    let in_waves = || subjects.iter().filter(|subject| waves.contains(&subject.wave));
    let mut left_out: BTreeMap<Kind, u32> = BTreeMap::new();
    for other in in_waves().filter(|subject| subject.watch.kind != kind && groups::counts(subject.card)) {
        *left_out.entry(other.watch.kind).or_default() += 1;
    }
    let mut same: Vec<&Subject<'_>> = in_waves().filter(|subject| subject.watch.kind == kind).collect();
    // Sums and first finds depend on the order, so it is one.
    same.sort_by(|a, b| (&a.card.builder, a.wave, &a.card.shop).cmp(&(&b.card.builder, b.wave, &b.card.shop)));
    let standings = builders(same.iter().map(|subject| subject.card), needed);
    let trailing = Trailing {
        kind,
        left_out,
        sensitivity: of_ranks(&standings, same.iter().map(|subject| subject.card)),
        trend: trend::trend("all", waves, &same),
        builders: trend::by_builder(waves, &same),
        most_improved: trend::most_improved(waves, &same, needed),
    };
    let waves = waves.iter().map(|wave| (*wave).to_owned()).collect();
    let settings = Settings { needed, waves, confidence: 0.95, resamples: bootstrap::RESAMPLES };
    (standings, Statistics { settings, groups: groups::groups(&own), trailing })
}

/// The kind of most inquiries of a wave that are in the figures; in hours where two are as common.
fn commonest(wave: &[Subject<'_>]) -> Kind {
    let of = |kind| small(wave.iter().filter(|subject| groups::counts(subject.card) && subject.watch.kind == kind).count());
    // The last of equal ones is taken.
    [Kind::NotKnown, Kind::AfterHours, Kind::InHours].into_iter().max_by_key(|kind| of(*kind)).unwrap_or_default()
}

#[cfg(test)]
mod properties;
#[cfg(test)]
mod reckoned;
#[cfg(test)]
mod tests;
