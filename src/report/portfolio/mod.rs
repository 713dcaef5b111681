//! Several waves in one report: builders down, waves across, where each stands over all of them and how it moved. Takes the reports of
//! the waves in their order, each as of the same moment; gives a [`Portfolio`] that serialises to `crickets.portfolio/1`, and its pages.
//! A wave in which a builder was not scored is empty, and never a zero. Pure; only [`write_portfolio`] touches the disk.

mod page;
mod rows;
mod tables;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{Format, Report, ReportError, ReportShop, RubricRef, words};
use crate::score::{BuilderTrend, Improved, Verdict};
use crate::shop::Status;

/// The schema name.
pub const PORTFOLIO_SCHEMA: &str = "crickets.portfolio/1";

/// Several waves together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Portfolio {
    /// [`PORTFOLIO_SCHEMA`].
    pub schema: &'static str,
    /// The moment that it speaks of.
    pub as_of: DateTime<Utc>,
    /// `system` or `rehearsal`.
    pub clock: String,
    /// The rubric.
    pub rubric: RubricRef,
    /// The waves, in the order in which they began.
    pub waves: Vec<WaveFigures>,
    /// The builders: by rank, then those with too few final inquiries for one.
    pub builders: Vec<BuilderRow>,
    /// Whose mean score rose most, of those with enough final inquiries; several if their rise is the same, none if nobody rose.
    pub most_improved: Vec<Improved>,
    /// Final inquiries of a builder, over these waves, below which it has no rank.
    pub rank_from: u32,
    /// Whether builders have other names in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
}

/// A wave in figures.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct WaveFigures {
    /// The wave.
    pub wave: String,
    /// Its first inquiry.
    pub began: Option<DateTime<Utc>>,
    /// Shops in it.
    pub shops: u32,
    /// Proven inquiries.
    pub n: u32,
    /// Final inquiries with a score.
    pub scored: u32,
    /// The mean of their scores.
    pub mean_score: Option<f64>,
    /// The share that never got a personal answer.
    pub never_personal: Option<f64>,
    /// The median time to the first personal answer.
    pub median_first_personal_s: Option<i64>,
}

/// A builder over the waves.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct BuilderRow {
    /// The builder.
    pub builder: String,
    /// Final inquiries with a score, over these waves.
    pub n: u32,
    /// The mean of their scores.
    pub mean_score: Option<f64>,
    /// Its interval; `null` below the number needed for a rank.
    pub interval: Option<[f64; 2]>,
    /// Place by mean score; `null` below the number needed.
    pub rank: Option<u32>,
    /// From its first wave with a final score to its last; `null` with fewer than two.
    pub change: Option<Moved>,
    /// In the order of the waves; `null` where it was not in the wave.
    pub waves: Vec<Option<Cell>>,
}

/// How a builder moved.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Moved {
    /// The first wave with a final score.
    pub from: String,
    /// The last.
    pub to: String,
    /// By how many points the score changed.
    pub points: f64,
    /// The interval of that; `null` where either wave has fewer than three.
    pub interval: Option<[f64; 2]>,
}

/// A builder in a wave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Cell {
    /// The mean score of what has one; `null` where nothing has.
    pub score: Option<f64>,
    /// Scored inquiries in it.
    pub n: u32,
    /// Whether all of them are final.
    pub is_final: bool,
    /// Its shops.
    pub shops: Vec<ShopRef>,
}

/// A shop in a wave.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ShopRef {
    /// The slug.
    pub shop: String,
    /// Where its inquiry stands.
    pub status: Status,
    /// How far the judgement has come.
    pub verdict: Verdict,
    /// The score.
    pub score: Option<f64>,
    /// The scorecard's file name without `.html`.
    #[serde(skip)]
    pub file: String,
}

/// Puts the waves beside each other. The last report's ranks and trends must run over all of them.
#[must_use]
pub fn portfolio(reports: &[Report]) -> Option<Portfolio> {
    let last = reports.last()?;
    let names: BTreeSet<&str> = reports.iter().flat_map(|report| &report.shops).map(|shop| shop.card.builder.as_str()).collect();
    let mut builders: Vec<BuilderRow> = names.into_iter().map(|name| row(name, reports, last)).collect();
    builders.sort_by(|a, b| {
        let ranked = |row: &BuilderRow| row.rank.unwrap_or(u32::MAX);
        let mean = |row: &BuilderRow| row.mean_score.unwrap_or(-1.0);
        let shortest = (a.builder.len(), &a.builder).cmp(&(b.builder.len(), &b.builder));
        ranked(a).cmp(&ranked(b)).then(mean(b).total_cmp(&mean(a))).then(if last.anonymous { shortest } else { a.builder.cmp(&b.builder) })
    });
    Some(Portfolio {
        schema: PORTFOLIO_SCHEMA,
        as_of: last.as_of,
        clock: if reports.iter().any(Report::is_rehearsal) { "rehearsal" } else { "system" }.to_owned(),
        rubric: last.rubric.clone(),
        waves: reports.iter().map(figures).collect(),
        most_improved: last.statistics.trailing.most_improved.clone(),
        builders,
        rank_from: last.statistics.settings.needed,
        anonymous: last.anonymous,
    })
}

fn figures(report: &Report) -> WaveFigures {
    let finals: Vec<f64> =
        report.shops.iter().filter(|shop| shop.card.verdict == Verdict::Final).filter_map(|shop| shop.card.score).collect();
    WaveFigures {
        wave: report.wave.clone(),
        began: report.shops.iter().filter_map(|shop| shop.card.sent_at).min(),
        shops: count(report.shops.len()),
        n: report.cohort.n,
        scored: count(finals.len()),
        mean_score: mean(&finals),
        never_personal: report.cohort.never_personal,
        median_first_personal_s: report.cohort.median_first_personal_s,
    }
}

fn row(builder: &str, reports: &[Report], last: &Report) -> BuilderRow {
    let standing = last.builders.iter().find(|standing| standing.builder == builder);
    let trend = last.statistics.trailing.builders.iter().find(|trend| trend.builder == builder);
    BuilderRow {
        builder: builder.to_owned(),
        n: standing.map_or(0, |standing| standing.n),
        mean_score: standing.map(|standing| standing.mean_score),
        interval: standing.and_then(|standing| standing.interval),
        rank: standing.and_then(|standing| standing.rank),
        change: trend.and_then(moved),
        waves: reports.iter().map(|report| cell(builder, report)).collect(),
    }
}

/// From a builder's first wave with a final score to its last.
fn moved(trend: &BuilderTrend) -> Option<Moved> {
    let mut scored = trend.waves.iter().filter_map(|point| Some((point, point.score?)));
    let (first, was) = scored.next()?;
    let (last, is) = scored.next_back()?;
    let changes = [&last.from_first, &last.from_previous];
    let told = changes.into_iter().flatten().find(|change| change.since == first.wave).and_then(|change| change.score);
    let points = told.map_or(is.mean - was.mean, |difference| difference.change);
    Some(Moved {
        from: first.wave.clone(),
        to: last.wave.clone(),
        points: (points * 10.0).round() / 10.0,
        interval: told.and_then(|difference| difference.interval),
    })
}

fn cell(builder: &str, report: &Report) -> Option<Cell> {
    let shops: Vec<&ReportShop> = report.shops.iter().filter(|shop| shop.card.builder == builder).collect();
    if shops.is_empty() {
        return None;
    }
    let judged: Vec<&ReportShop> = shops.iter().copied().filter(|shop| shop.card.score.is_some()).collect();
    let scores: Vec<f64> = judged.iter().filter_map(|shop| shop.card.score).collect();
    let link = |shop: &ReportShop| ShopRef {
        shop: shop.card.shop.clone(),
        status: shop.card.status,
        verdict: shop.card.verdict,
        score: shop.card.score,
        file: shop.file.clone(),
    };
    Some(Cell {
        score: mean(&scores),
        n: count(scores.len()),
        is_final: !judged.is_empty() && judged.iter().all(|shop| shop.card.verdict == Verdict::Final),
        shops: shops.into_iter().map(link).collect(),
    })
}

fn mean(scores: &[f64]) -> Option<f64> {
    let n = count(scores.len());
    (n > 0).then(|| (scores.iter().sum::<f64>() / f64::from(n) * 10.0).round() / 10.0)
}

fn count(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}

/// Whether a portfolio is written in a format.
#[must_use]
pub fn has_portfolio(format: Format) -> bool {
    matches!(format, Format::Html | Format::Csv | Format::Json | Format::Md)
}

/// Writes `index.html` with `methods.html`, `portfolio.json`, `portfolio.csv` and `portfolio.md` into a folder, as far as they are asked for.
///
/// # Errors
/// When a page cannot be rendered or written.
pub fn write_portfolio(portfolio: &Portfolio, reports: &[Report], dir: &Path, formats: &[Format]) -> Result<Vec<PathBuf>, ReportError> {
    let mut pages = Vec::new();
    for format in Format::PLAIN.iter().filter(|format| formats.contains(format)) {
        match format {
            Format::Html => {
                if let Some(last) = reports.last() {
                    pages.extend(page::pages(portfolio, last)?);
                }
            }
            Format::Json => pages.push(tables::json(portfolio)?),
            Format::Csv => pages.push(tables::csv(portfolio)?),
            Format::Md => pages.push(super::Page::text("portfolio.md", tables::markdown(portfolio))),
            Format::Xlsx | Format::Pdf(_) => {}
        }
    }
    pages.iter().map(|page| super::place(&dir.join(&page.path), &page.bytes)).collect()
}

/// The waves' names from the first to the last, for titles and messages.
#[must_use]
pub fn span(portfolio: &Portfolio) -> String {
    let names: Vec<String> = portfolio.waves.iter().map(|wave| words::brief(&wave.wave, 60)).collect();
    match names.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first, .., last] => format!("{first} to {last}"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::{build, sample};
    use super::*;

    /// Two waves of the sample; in the second one builder rose, and one is not there.
    fn two() -> Vec<Report> {
        let mut first = build(sample::input());
        first.wave = "2026-10".to_owned();
        let mut input = sample::input();
        input.wave = "2026-11 b/ü".to_owned();
        input.shops.retain(|shop| shop.card.shop != "robot");
        let mut last = build(input);
        let point = |wave: &str, mean: f64, since: Option<&str>| {
            let change = since
                .map(|since| json!({"since": since, "score": {"change": 12.5, "interval": [2.0, 20.0]}, "never": null, "median_s": null}));
            json!({"wave": wave, "n": 1, "score": {"n": 1, "mean": mean, "interval": null}, "never": null, "median_s": null,
                "median_interval_s": [null, null], "from_previous": change, "from_first": null})
        };
        let waves = [point("2026-10", 28.0, None), point("2026-11 b/ü", 40.5, Some("2026-10"))];
        let trend = |builder: &str, waves: &[serde_json::Value]| json!({"builder": builder, "n": waves.len(), "waves": waves});
        let both = json!([trend("Pecan Grove Residential", &waves), trend("Robot Ranch", &waves[..1])]);
        last.statistics.trailing.builders = serde_json::from_value(both).unwrap();
        let rose = json!([{"builder": "Pecan Grove Residential", "n": 2, "from_wave": "2026-10", "from": 28.0, "to_wave": "2026-11 b/ü",
            "to": 40.5, "change": 12.5, "interval": null}]);
        last.statistics.trailing.most_improved = serde_json::from_value(rose).unwrap();
        vec![first, last]
    }

    #[test]
    fn a_builder_stands_in_each_wave_that_it_was_in_and_moves_between_them() {
        let reports = two();
        let found = portfolio(&reports).unwrap();
        let of = |builder: &str| found.builders.iter().find(|row| row.builder == builder).unwrap();
        let pecan = of("Pecan Grove Residential");
        let moved = pecan.change.as_ref().unwrap();
        assert_eq!((moved.points, moved.interval, moved.from.as_str()), (12.5, Some([2.0, 20.0]), "2026-10"));
        let standing = reports[1].builders.iter().find(|standing| standing.builder == pecan.builder).unwrap();
        assert_eq!((pecan.n, pecan.mean_score, pecan.rank), (standing.n, Some(standing.mean_score), standing.rank));
        let robot = of("Robot Ranch");
        assert!(robot.waves[0].is_some() && robot.waves[1].is_none() && robot.change.is_none(), "one wave is no change");
        let open = of("Still Open Homes");
        assert!(open.waves[0].as_ref().is_some_and(|cell| cell.score.is_some() && !cell.is_final));
        let walled = of("Walled Garden Homes").waves[0].as_ref().unwrap();
        assert_eq!((walled.score, walled.n, walled.is_final), (None, 0, false), "not shopped is no zero");
        let ranks: Vec<u32> = found.builders.iter().map(|row| row.rank.unwrap_or(u32::MAX)).collect();
        assert!(ranks.is_sorted() && ranks[0] == 1);
        assert_eq!(portfolio(&[]), None);
    }

    #[test]
    fn its_pages_are_text_and_link_to_the_waves() {
        let reports = two();
        let found = portfolio(&reports).unwrap();
        let dir = tempfile::tempdir().unwrap();
        let files = write_portfolio(&found, &reports, dir.path(), &Format::PLAIN).unwrap();
        let names: Vec<String> = files.iter().map(|file| file.file_name().unwrap().to_string_lossy().into_owned()).collect();
        assert_eq!(names, ["index.html", "methods.html", "portfolio.csv", "portfolio.json", "portfolio.md"]);
        let read = |name: &str| std::fs::read_to_string(dir.path().join(name)).unwrap();
        let page = read("index.html");
        assert!(page.contains("../2026-11%20b%2F%C3%BC/builders/pecan.html") && page.contains("../2026-10/index.html"), "{page}");
        assert!(!page.contains("<script>alert") && page.contains("+12.5"));
        assert!(read("portfolio.md").contains("Most improved: Pecan Grove Residential, +12.5 points (too few to say whether that is chance), from 28.0 in 2026-10 to 40.5 in 2026-11 b/ü, n = 2."));
        let document: serde_json::Value = serde_json::from_str(&read("portfolio.json")).unwrap();
        assert_eq!(document["schema"], PORTFOLIO_SCHEMA);
        let lines = ::csv::Reader::from_reader(read("portfolio.csv").as_bytes()).records().count();
        assert_eq!(lines, reports.iter().map(|report| report.shops.len()).sum::<usize>());
    }
}
