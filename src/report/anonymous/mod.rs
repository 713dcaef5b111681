//! A report that names nobody: builders and people get other names, the same in every format, and what others wrote is left out.
//! Takes finished reports, which then call each builder alike, and a secret of the workspace; gives them without a name, an address
//! or a number. Every structure is taken apart by its fields, so that a new field does not compile before somebody says what
//! becomes of it; at the end each text is looked through once more, and a report in which a name is left is refused.

mod finder;
mod names;
mod shop;
mod stats;

use serde_json::Value;

use super::coverage::{Coverage, GapSpan};
use super::model::{Report, ReportShop};
use super::sensitivity::Weighed;
use super::{ReportError, RubricRef, sensitivity};
use crate::config::Brand;
use crate::score::program::Slice;
use crate::score::{Program, Standing};
use names::Names;

/// What stands in place of a text that could name somebody.
pub const LEFT_OUT: &str = "[left out: anonymous report]";
/// The head of the pages of an anonymous report.
const BRAND: &str = "Anonymous report";

/// The reports without names. The same builder has the same name in each of them.
///
/// # Errors
/// When a name is left where it cannot be taken out.
pub fn anonymous(reports: Vec<Report>, secret: &str) -> Result<Vec<Report>, ReportError> {
    let names = Names::of(&reports, secret)?;
    let hidden: Vec<Report> = reports.into_iter().map(|report| whole(&names, report)).collect::<Result<_, _>>()?;
    for report in &hidden {
        searched(&names, report)?;
    }
    Ok(hidden)
}

fn whole(names: &Names, report: Report) -> Result<Report, ReportError> {
    let Report {
        schema,
        wave,
        as_of,
        clock,
        rubric: RubricRef { name, version, sha256 },
        shops,
        builders,
        cohort,
        statistics,
        program,
        coverage,
        clock_offset,
        unmatched,
        in_review,
        evidence_faults,
        rehearsed,
        workspace: _,
        rubric_text,
        brand: _,
        logo: _,
        anonymous: _,
        order: _,
    } = report;
    let text = |text: &str| names.finder.replace(text);
    // The order of before would give the alphabet away.
    let order = |a: &ReportShop, b: &ReportShop| (a.card.shop.len(), &a.card.shop).cmp(&(b.card.shop.len(), &b.card.shop));
    let shops = shops.changed(|shop| shop::hidden(names, shop), order)?;
    let mut builders: Vec<Standing> = builders.into_iter().map(|standing| one(names, standing)).collect();
    builders.sort_by(|a, b| {
        let key = |one: &Standing| (one.rank.unwrap_or(u32::MAX), one.builder.len(), one.builder.clone());
        key(a).cmp(&key(b))
    });
    let mut program: Vec<Program> = program.into_iter().map(|program| figures(names, program)).collect();
    program.sort_by(|a, b| (a.builder.len(), &a.builder).cmp(&(b.builder.len(), &b.builder)));
    let mut report = Report {
        schema,
        wave: text(&wave),
        as_of,
        clock,
        rubric: RubricRef { name: text(&name), version: text(&version), sha256 },
        shops,
        builders,
        cohort,
        statistics: stats::hidden(names, statistics),
        program,
        coverage: coverage.into_iter().map(|(source, coverage)| (names.source(&source), watched(names, coverage))).collect(),
        clock_offset,
        unmatched,
        in_review,
        evidence_faults,
        rehearsed,
        workspace: BRAND.to_owned(),
        rubric_text: text(&rubric_text),
        brand: Brand::default(),
        logo: None,
        anonymous: true,
        order: Weighed::default(),
    };
    report.order = sensitivity::of_order(&report);
    Ok(report)
}

fn one(names: &Names, standing: Standing) -> Standing {
    let Standing { builder, n, mean_score, interval, rank } = standing;
    Standing { builder: names.builder(&builder), n, mean_score, interval, rank }
}

fn figures(names: &Names, program: Program) -> Program {
    let Program { builder, file: _, from, to, all, without_onsite, by_source, by_month, mut warnings, mut bad_rows, audit } = program;
    let numbered = |(n, slice): (usize, Slice)| Slice { name: format!("Source {}", n + 1), ..slice };
    // They quote the builder's own file.
    for text in warnings.iter_mut().map(|warning| &mut warning.text).chain(bad_rows.iter_mut().map(|row| &mut row.message)) {
        LEFT_OUT.clone_into(text);
    }
    Program {
        builder: if builder.is_empty() { builder } else { names.builder(&builder) },
        file: LEFT_OUT.to_owned(),
        from,
        to,
        all,
        without_onsite,
        by_source: by_source.into_iter().enumerate().map(numbered).collect(),
        by_month,
        warnings,
        bad_rows,
        audit,
    }
}

fn watched(names: &Names, coverage: Coverage) -> Coverage {
    let Coverage { gaps, alive, phoned } = coverage;
    let gap = |GapSpan { from, to, why }| GapSpan { from, to, why: why.map(|why| own(names, &why, 1)) };
    Coverage { gaps: gaps.into_iter().map(gap).collect(), alive, phoned }
}

/// A sentence of ours up to what it quotes: after so many colons a server or a site is speaking.
fn own(names: &Names, sentence: &str, parts: usize) -> String {
    let ours: Vec<&str> = sentence.split(": ").take(parts).collect();
    names.finder.replace(&ours.join(": "))
}

/// Looks through every text of a finished report for what surely names somebody.
fn searched(names: &Names, report: &Report) -> Result<(), ReportError> {
    let wrong = |place: String| ReportError::Named { wave: report.wave.clone(), place };
    let encoded =
        |e: serde_json::Error| ReportError::Encode { file: "report.json".to_owned(), wave: report.wave.clone(), message: e.to_string() };
    let document = serde_json::to_value(report.without_shops()).map_err(encoded)?;
    if let Some(place) = named(names, &document, "report") {
        return Err(wrong(place));
    }
    for shop in report.shops.each() {
        let shop = shop?;
        for (part, place) in [(serde_json::to_value(&shop), "shops"), (serde_json::to_value(&shop.detail), "detail")] {
            if let Some(place) = named(names, &part.map_err(encoded)?, &format!("{}.{place}", shop.card.shop)) {
                return Err(wrong(place));
            }
        }
    }
    Ok(())
}

/// Keys whose texts are ours alone: advice is the same for all, and a zone is a word of the zone database.
const OURS: [&str; 2] = ["coaching", "timezone"];

/// Where a document still names somebody.
fn named(names: &Names, value: &Value, place: &str) -> Option<String> {
    match value {
        Value::String(text) => names.finder.gives_away(text).then(|| place.to_owned()),
        Value::Array(list) => list.iter().enumerate().find_map(|(n, value)| named(names, value, &format!("{place}[{n}]"))),
        Value::Object(object) => object.iter().filter(|(key, _)| !OURS.contains(&key.as_str())).find_map(|(key, value)| {
            if names.finder.gives_away(key) { Some(format!("{place}, a key")) } else { named(names, value, &format!("{place}.{key}")) }
        }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
