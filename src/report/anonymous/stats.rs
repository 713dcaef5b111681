//! The statistics of an anonymous report: builders, states and tags under their other names, every figure as it was.

use super::names::Names;
use crate::score::{
    BuilderTrend, Change, Group, GroupBy, Improved, RankRange, RankSensitivity, RankTurn, Settings, Statistics, Trailing, WavePoint,
};

pub(super) fn hidden(names: &Names, statistics: Statistics) -> Statistics {
    let Statistics { settings: Settings { needed, waves, confidence, resamples }, groups, trailing } = statistics;
    let mut groups: Vec<Group> = groups.into_iter().map(|group| named(names, group)).collect();
    groups.sort_by(|a, b| (a.by, a.name.len(), &a.name).cmp(&(b.by, b.name.len(), &b.name)));
    let waves = waves.iter().map(|wave| names.finder.replace(wave)).collect();
    Statistics { settings: Settings { needed, waves, confidence, resamples }, groups, trailing: followed(names, trailing) }
}

fn named(names: &Names, group: Group) -> Group {
    let Group { by, name, cohort, n_final, score, shares, curves } = group;
    let name = match by {
        GroupBy::All | GroupBy::Kind | GroupBy::Osc | GroupBy::Chat => name,
        GroupBy::State => names.state(&name),
        GroupBy::Tag => names.group(&name),
    };
    Group { by, name, cohort, n_final, score, shares, curves }
}

fn followed(names: &Names, trailing: Trailing) -> Trailing {
    let Trailing { kind, left_out, sensitivity: RankSensitivity { trials, turns, ranges }, trend, builders, most_improved } = trailing;
    let builder = |name: &str| names.builder(name);
    let wave = |name: &str| names.finder.replace(name);
    let turn = |RankTurn { part, factor, ahead, behind }| RankTurn { part, factor, ahead: builder(&ahead), behind: builder(&behind) };
    let range = |RankRange { builder: name, rank, best, worst }| RankRange { builder: builder(&name), rank, best, worst };
    let one = |BuilderTrend { builder: name, n, waves }: BuilderTrend| BuilderTrend {
        builder: builder(&name),
        n,
        waves: waves.into_iter().map(|point| pointed(names, point)).collect(),
    };
    let improved = |Improved { builder: name, n, from_wave, from, to_wave, to, rise }| Improved {
        builder: builder(&name),
        n,
        from_wave: wave(&from_wave),
        from,
        to_wave: wave(&to_wave),
        to,
        rise,
    };
    let mut builders: Vec<BuilderTrend> = builders.into_iter().map(one).collect();
    builders.sort_by(|a, b| (a.builder.len(), &a.builder).cmp(&(b.builder.len(), &b.builder)));
    let mut most_improved: Vec<Improved> = most_improved.into_iter().map(improved).collect();
    most_improved.sort_by(|a, b| (a.builder.len(), &a.builder).cmp(&(b.builder.len(), &b.builder)));
    let mut ranges: Vec<RankRange> = ranges.into_iter().map(range).collect();
    ranges.sort_by(|a, b| (a.rank, a.builder.len(), &a.builder).cmp(&(b.rank, b.builder.len(), &b.builder)));
    Trailing {
        kind,
        left_out,
        sensitivity: RankSensitivity { trials, turns: turns.into_iter().map(turn).collect(), ranges },
        trend: trend.into_iter().map(|point| pointed(names, point)).collect(),
        builders,
        most_improved,
    }
}

fn pointed(names: &Names, point: WavePoint) -> WavePoint {
    let WavePoint { wave, n, score, never, median_s, median_interval_s, from_previous, from_first } = point;
    let changed = |Change { since, score, never, median_s }| Change { since: names.finder.replace(&since), score, never, median_s };
    WavePoint {
        wave: names.finder.replace(&wave),
        n,
        score,
        never,
        median_s,
        median_interval_s,
        from_previous: from_previous.map(changed),
        from_first: from_first.map(changed),
    }
}
