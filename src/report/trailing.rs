//! What the trailing waves come to, in sentences: which inquiries are ranked, whether the ranks rest on the weights, what changed since the
//! wave before, and who improved most. Takes a report; gives sentences, hostile names still in them for the format to escape. Pure.

use super::Report;
use super::words::{NONE, brief, duration, part_title, percent, score};
use crate::score::{Kind, WavePoint};

/// Longest name of a builder or wave.
const NAME: usize = 60;

/// Which inquiries are ranked and followed, and what is left out.
pub(crate) fn kinds(report: &Report) -> String {
    let trailing = &report.statistics.trailing;
    let left: Vec<String> = trailing
        .left_out
        .iter()
        .map(|(kind, n)| format!("{n} {} {}", if *n == 1 { "inquiry" } else { "inquiries" }, sent(*kind)))
        .collect();
    let ranked = format!("Ranked and followed are the inquiries {}", sent(trailing.kind));
    match left.len() {
        0 => format!("{ranked}."),
        _ => format!("{ranked}; {} left out, since the two are different questions.", join(&left, trailing.left_out.values().sum())),
    }
}

fn join(left: &[String], all: u32) -> String {
    format!("{} {}", left.join(" and "), if all == 1 { "is" } else { "are" })
}

fn sent(kind: Kind) -> &'static str {
    match kind {
        Kind::InHours => "sent inside the posted hours",
        Kind::AfterHours => "sent after hours",
        Kind::NotKnown => "of which it is not known whether the builder was open",
    }
}

/// Whether the ranks rest on the weights: a sentence, then one for each weighting that turns two builders around.
pub(crate) fn ranks(report: &Report) -> Vec<String> {
    let found = &report.statistics.trailing.sensitivity;
    let head = match (found.trials, found.turns.len()) {
        (0, _) => return Vec::new(),
        (trials, 0) => format!("The ranks hold in all {trials} weightings of ±25 %."),
        (trials, turns) => format!("The ranks change in {turns} of {trials} weightings of ±25 %:"),
    };
    let turn = |turn: &crate::score::RankTurn| {
        let sign = if turn.factor < 1.0 { "25 % less" } else { "25 % more" };
        format!("{} weighing {sign} puts {} above {}.", part_title(&turn.part), brief(&turn.ahead, NAME), brief(&turn.behind, NAME))
    };
    std::iter::once(head).chain(found.turns.iter().map(turn)).collect()
}

/// What the report's wave changed since the one before; `None` where it is the first, or has no inquiry in the figures.
pub(crate) fn change(report: &Report) -> Option<String> {
    let last: &WavePoint = report.statistics.trailing.trend.last().filter(|point| point.wave == report.wave)?;
    let change = last.from_previous.as_ref()?;
    let mut parts = Vec::new();
    if let Some(rise) = change.score {
        parts.push(format!("the mean score {}{}", signed(rise.change, &score(rise.change.abs())), within(rise.interval, 1.0, "")));
    }
    if let Some(never) = change.never {
        let points = format!("{} points", score(never.change.abs() * 100.0));
        parts.push(format!("the share never answered {}{}", signed(never.change, &points), within(never.interval, 100.0, " points")));
    }
    if let Some(seconds) = change.median_s {
        let longer = if seconds > 0 { "longer" } else { "shorter" };
        let by = if seconds == 0 { "the same".to_owned() } else { format!("{} {longer}", duration(seconds.abs())) };
        parts.push(format!("the median time to a person {by}"));
    }
    (!parts.is_empty()).then(|| format!("Since {}: {}.", brief(&change.since, NAME), parts.join(", ")))
}

fn signed(change: f64, size: &str) -> String {
    match change {
        up if up > 0.0 => format!("up {size}"),
        down if down < 0.0 => format!("down {size}"),
        _ => "the same".to_owned(),
    }
}

/// " (95 %: -3.1 to 12.4)".
fn within(interval: Option<[f64; 2]>, scale: f64, unit: &str) -> String {
    let edge = |value: f64| format!("{}{}", if value < 0.0 { "−" } else { "" }, score((value * scale).abs()));
    interval.map_or_else(String::new, |[low, high]| format!(" (95 %: {} to {}{unit})", edge(low), edge(high)))
}

/// Who improved most; empty where nobody did who has enough inquiries.
pub(crate) fn improved(report: &Report) -> Vec<String> {
    let one = |one: &crate::score::Improved| {
        let waves =
            format!("from {} in {} to {} in {}", score(one.from), brief(&one.from_wave, NAME), score(one.to), brief(&one.to_wave, NAME));
        format!("Most improved: {}, {waves} (n = {}).", brief(&one.builder, NAME), one.n)
    };
    report.statistics.trailing.most_improved.iter().map(one).collect()
}

/// A wave of the trend as cells: wave, n, mean score with interval, never with interval, median.
pub(crate) fn row(point: &WavePoint) -> [String; 5] {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| NONE.to_owned());
    let mean = point.score.map(|mean| format!("{}{}", score(mean.mean), within(mean.interval, 1.0, "")));
    let never = point.never.map(|share| {
        let [low, high] = share.interval.map(percent);
        format!("{} ({low} to {high})", percent(share.share))
    });
    [brief(&point.wave, NAME), point.n.to_string(), or_none(mean), or_none(never), or_none(point.median_s.map(duration))]
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    #[test]
    fn the_sentences_say_what_the_figures_do() {
        let mut report = build(sample::input());
        assert_eq!(kinds(&report), "Ranked and followed are the inquiries sent inside the posted hours.");
        report.statistics.trailing.left_out = [(Kind::AfterHours, 1)].into();
        assert!(kinds(&report).ends_with("; 1 inquiry sent after hours is left out, since the two are different questions."));
        report.statistics.trailing.left_out = [(Kind::AfterHours, 2), (Kind::NotKnown, 1)].into();
        assert!(kinds(&report).contains("; 2 inquiries sent after hours and 1 inquiry of which it is not known"), "{}", kinds(&report));
        let said = change(&report).unwrap();
        assert!(
            said.starts_with("Since 2026-10: the mean score up ") && said.contains("the share never answered the same (95 %: −"),
            "{said}"
        );
        let ways = [(1.5, "up 1.5"), (-1.5, "down 1.5"), (0.0, "the same")];
        assert!(ways.iter().all(|(change, said)| signed(*change, &score(change.abs())) == *said));
        assert_eq!(within(Some([-3.04, 12.0]), 1.0, " points"), " (95 %: −3.0 to 12.0 points)");
        let most = improved(&report);
        assert!(
            most.len() == 1 && most[0].starts_with("Most improved: Bluebonnet Homes, from 74.4 in 2026-10 to 93.0 in 2026-11 (n = 2)."),
            "{most:?}"
        );
        assert!(ranks(&report)[0].starts_with("The ranks "), "{:?}", ranks(&report));
        let row = row(&report.statistics.trailing.trend[1]);
        assert_eq!((row[0].as_str(), row[1].as_str()), ("2026-11", "10"));
    }

    #[test]
    fn a_first_wave_has_nothing_to_say_of_change() {
        let mut input = sample::input();
        input.statistics = crate::score::Statistics::default();
        let report = build(input);
        assert!(change(&report).is_none() && improved(&report).is_empty() && ranks(&report).is_empty());
    }
}
