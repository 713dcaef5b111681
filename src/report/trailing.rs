//! What several waves come to, in words: which inquiries are ranked, what a rank needs, how each builder stands, what changed since
//! other waves, and who improved most. Takes the report's statistics; gives sentences and cells, hostile names still in them for the
//! format to escape. The one place for these words: the pages, the portfolio and Markdown print the same. Pure.

use super::Report;
use super::measured::{Measured, edges};
use super::words::{self, NONE, brief, duration, signed};
use crate::score::{Change, Difference, Improved, Kind, Standing, Trailing, WavePoint};

/// Longest name of a builder or wave in a sentence.
const NAME: usize = 60;
/// Longest name of a builder in a table.
const BUILDER: usize = 120;

/// What stands before who improved most.
pub(crate) const MOST_IMPROVED: &str = "Most improved";
/// The heads of how builders stand.
pub(crate) const STANDING: [&str; 5] = ["Rank", "Builder", "n", "Mean score", "95 % interval"];
/// The heads of the waves of a trend.
pub(crate) const WAVES: [&str; 6] = ["Wave", "n", "Mean score", "Change", "Never answered", "Median, a person"];

/// What stands in place of ranks where there are none.
pub(crate) const NO_RANK: &str = "No builder has more than one final inquiry yet, and one can be luck.";

/// Which inquiries are ranked and followed, and what is left out.
pub(crate) fn kinds(trailing: &Trailing) -> String {
    let left = trailing.left_out.iter().filter(|(_, n)| **n > 0);
    let left: Vec<String> = left.map(|(kind, n)| format!("{} {}", words::count(*n, "inquiry", "inquiries"), sent(*kind))).collect();
    let ranked = format!("Ranked and followed are the inquiries {}", sent(trailing.kind));
    if left.is_empty() {
        return format!("{ranked}.");
    }
    let are = if trailing.left_out.values().sum::<u32>() == 1 { "is" } else { "are" };
    format!("{ranked}; {} {are} left out, since the two are different questions.", left.join(" and "))
}

fn sent(kind: Kind) -> &'static str {
    match kind {
        Kind::InHours => "sent inside the posted hours",
        Kind::AfterHours => "sent after hours",
        Kind::NotKnown => "of which it is not known whether the builder was open",
    }
}

/// What a rank needs, and where those stand that have none.
pub(crate) fn needed(needed: u32) -> String {
    let inquiries = words::count(needed.max(1), "final inquiry", "final inquiries");
    format!("A rank needs {inquiries} of a builder over these waves; those with fewer stand below, without one.")
}

/// How the builders stand; empty where every one has a single inquiry and no rank, which is the leaderboard once more.
pub(crate) fn standings(report: &Report) -> Vec<[String; 5]> {
    if !report.builders.iter().any(|one| one.n > 1 || one.rank.is_some()) {
        return Vec::new();
    }
    let told = |one: &Standing| standing(&one.builder, one.rank, one.n, Some(one.mean_score), one.interval);
    report.builders.iter().filter(|one| one.n > 0).map(told).collect()
}

/// How a builder stands, under [`STANDING`].
pub(crate) fn standing(builder: &str, rank: Option<u32>, n: u32, mean: Option<f64>, interval: Option<[f64; 2]>) -> [String; 5] {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    let rank = or_none(rank.map(|rank| rank.to_string()));
    [rank, brief(builder, BUILDER), n.to_string(), or_none(mean.map(words::score)), edges(interval)]
}

/// What changed up to the last wave, against the one before it and against the first: a sentence each.
pub(crate) fn changes(waves: &[WavePoint]) -> Vec<String> {
    let Some(last) = waves.last() else { return Vec::new() };
    last.from_previous.iter().chain(&last.from_first).filter_map(|change| changed(&last.wave, change)).collect()
}

fn changed(wave: &str, change: &Change) -> Option<String> {
    let points = |change: Difference, scale: f64| {
        let scaled = Difference { change: change.change * scale, interval: change.interval.map(|edges| edges.map(|edge| edge * scale)) };
        difference(&scaled)
    };
    let longer = |seconds: i64| match seconds {
        0 => "the same".to_owned(),
        _ => format!("{} {}", duration(seconds.saturating_abs()), if seconds > 0 { "longer" } else { "shorter" }),
    };
    let told: Vec<String> = [
        change.score.map(|score| format!("mean score {}", points(score, 1.0))),
        change.never.map(|never| format!("never answered by a person {}", points(never, 100.0))),
        change.median_s.map(|seconds| format!("median time to a person {}", longer(seconds))),
    ]
    .into_iter()
    .flatten()
    .collect();
    (!told.is_empty()).then(|| format!("From {} to {}: {}.", brief(&change.since, NAME), brief(wave, NAME), told.join("; ")))
}

/// A change in points, and whether it is more than chance.
fn difference(change: &Difference) -> String {
    let points = format!("{} points", signed(change.change));
    match change.interval {
        Some([low, high]) => {
            let proven = if low > 0.0 || high < 0.0 { "more than chance" } else { "no change is proven, since the interval holds zero" };
            format!("{points} ({} to {}: {proven})", signed(low), signed(high))
        }
        None => format!("{points} (too few to say whether that is chance)"),
    }
}

/// Who improved most, a sentence each; empty where nobody did who has enough inquiries.
pub(crate) fn improved(most: &[Improved]) -> Vec<String> {
    let one = |one: &Improved| {
        let point = |score: f64, wave: &str| format!("{} in {}", words::score(score), brief(wave, NAME));
        let (from, to) = (point(one.from, &one.from_wave), point(one.to, &one.to_wave));
        format!("{}, {}, from {from} to {to}, n = {}.", brief(&one.builder, BUILDER), difference(&one.rise), one.n)
    };
    most.iter().map(one).collect()
}

/// Whether waves make a trend: two or more, and a score in one.
pub(crate) fn is_trend(waves: &[WavePoint]) -> bool {
    waves.len() > 1 && waves.iter().any(|wave| wave.score.is_some())
}

/// The waves of a trend, under [`WAVES`].
pub(crate) fn rows(waves: &[WavePoint]) -> Vec<[Measured; 6]> {
    let or_none = |figure: Option<Measured>| figure.unwrap_or_else(Measured::none);
    let row = |wave: &WavePoint| {
        let change = wave.from_previous.as_ref().and_then(|change| change.score.as_ref());
        [
            Measured::plain(brief(&wave.wave, NAME)),
            Measured::plain(wave.n.to_string()),
            or_none(wave.score.as_ref().map(Measured::score)),
            or_none(change.map(Measured::change)),
            or_none(wave.never.as_ref().map(Measured::share)),
            Measured::median(wave.median_s, wave.median_interval_s, wave.n),
        ]
    };
    waves.iter().map(row).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    #[test]
    fn what_is_ranked_and_what_is_left_out_is_said() {
        let mut trailing = build(sample::input()).statistics.trailing;
        assert_eq!(kinds(&trailing), "Ranked and followed are the inquiries sent inside the posted hours.");
        trailing.left_out = [(Kind::AfterHours, 1), (Kind::NotKnown, 0)].into();
        assert!(kinds(&trailing).ends_with("; 1 inquiry sent after hours is left out, since the two are different questions."));
        trailing.left_out = [(Kind::AfterHours, 2), (Kind::NotKnown, 1)].into();
        let said = kinds(&trailing);
        assert!(
            said.contains("; 2 inquiries sent after hours and 1 inquiry of which it is not known whether the builder was open are left")
        );
        assert!(needed(1).starts_with("A rank needs 1 final inquiry of") && needed(4).starts_with("A rank needs 4 final inquiries of"));
    }

    #[test]
    fn a_change_says_whether_it_is_proven() {
        let of = |interval| difference(&Difference { change: -4.2, interval });
        assert_eq!(of(Some([-9.0, 0.5])), "−4.2 points (−9.0 to +0.5: no change is proven, since the interval holds zero)");
        assert_eq!(of(Some([-9.0, -0.5])), "−4.2 points (−9.0 to −0.5: more than chance)");
        assert_eq!(of(None), "−4.2 points (too few to say whether that is chance)");
        let mut change = Change {
            since: "2026-10".to_owned(),
            score: Some(Difference { change: 2.0, interval: None }),
            never: Some(Difference { change: -0.125, interval: Some([-0.2, -0.05]) }),
            median_s: Some(-3_600),
        };
        assert_eq!(
            changed("2026-11", &change).unwrap(),
            "From 2026-10 to 2026-11: mean score +2.0 points (too few to say whether that is chance); never answered by a person \
             −12.5 points (−20.0 to −5.0: more than chance); median time to a person 1 h shorter."
        );
        (change.score, change.never, change.median_s) = (None, None, Some(0));
        assert_eq!(changed("2026-11", &change).unwrap(), "From 2026-10 to 2026-11: median time to a person the same.");
        change.median_s = None;
        assert_eq!(changed("2026-11", &change), None);
    }

    #[test]
    fn the_sample_stands_moves_and_improves() {
        let report = build(sample::input());
        let trailing = &report.statistics.trailing;
        let told = changes(&trailing.trend);
        assert!(told.len() == 1 && told[0].starts_with("From 2026-10 to 2026-11: mean score +"), "{told:?}");
        let most = improved(&trailing.most_improved);
        assert!(most.len() == 1 && most[0].starts_with("Bluebonnet Homes, +18.6 points (") && most[0].ends_with(", n = 2."), "{most:?}");
        assert!(most[0].contains("), from 74.4 in 2026-10 to 93.0 in 2026-11, "), "{most:?}");
        let rows = rows(&trailing.trend);
        assert_eq!(rows.iter().map(|row| row[0].line()).collect::<Vec<_>>(), ["2026-10", "2026-11"]);
        assert_eq!((rows[0][3].line(), rows[1][1].line()), (NONE.to_owned(), "10".to_owned()));
        let standings = standings(&report);
        assert!(standings[0][0] == "1" && standings.iter().any(|one| one[0] == NONE), "{standings:?}");
    }

    #[test]
    fn a_first_wave_has_no_change_and_single_inquiries_no_standing() {
        let mut report = build(sample::input());
        let first = &report.statistics.trailing.trend[..1];
        assert_eq!((changes(first), changes(&[]), improved(&[])), (Vec::new(), Vec::new(), Vec::new()));
        for one in &mut report.builders {
            (one.n, one.rank) = (1, None);
        }
        assert!(standings(&report).is_empty());
        report.builders[0].rank = Some(1);
        assert_eq!(standings(&report).len(), report.builders.len(), "where one is enough for a rank, it is shown");
    }
}
