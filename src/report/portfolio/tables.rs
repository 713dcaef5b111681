//! A portfolio as `portfolio.json`, `portfolio.csv` (RFC 4180) and `portfolio.md`. Takes a [`Portfolio`], gives pages. Pure.

use std::fmt::Write as _;

use super::super::{Page, ReportError, md, trailing, words};
use super::rows::{self, titled};
use super::{Portfolio, span};

/// The document.
pub(super) fn json(portfolio: &Portfolio) -> Result<Page, ReportError> {
    let failed =
        |e: serde_json::Error| ReportError::Encode { file: "portfolio.json".to_owned(), wave: span(portfolio), message: e.to_string() };
    Ok(Page::text("portfolio.json", serde_json::to_string_pretty(portfolio).map_err(failed)? + "\n"))
}

/// A line a builder and wave.
pub(super) fn csv(portfolio: &Portfolio) -> Result<Page, ReportError> {
    let header = "builder,rank,n,mean_score,interval_low,interval_high,change,wave,shops,score,scored,final";
    let decimal = |value: Option<f64>| value.map(words::score).unwrap_or_default();
    let mut rows = Vec::new();
    for row in &portfolio.builders {
        for (wave, cell) in portfolio.waves.iter().zip(&row.waves) {
            let Some(cell) = cell else { continue };
            rows.push(vec![
                words::tidy(&row.builder),
                row.rank.map(|rank| rank.to_string()).unwrap_or_default(),
                row.n.to_string(),
                decimal(row.mean_score),
                decimal(row.interval.map(|[low, _]| low)),
                decimal(row.interval.map(|[_, high]| high)),
                row.change.as_ref().map(|change| words::score(change.points)).unwrap_or_default(),
                wave.wave.clone(),
                cell.shops.iter().map(|shop| shop.shop.as_str()).collect::<Vec<_>>().join(" "),
                decimal(cell.score),
                cell.n.to_string(),
                cell.is_final.to_string(),
            ]);
        }
    }
    super::super::csv::table(&span(portfolio), "portfolio.csv", header, rows)
}

/// The same as text with tables.
pub(super) fn markdown(portfolio: &Portfolio) -> String {
    let mut out = String::new();
    // Writing to a String cannot fail.
    let _ = told(&mut out, portfolio);
    out
}

fn told(out: &mut String, portfolio: &Portfolio) -> std::fmt::Result {
    writeln!(out, "# {}: how builders answered a home buyer\n", md::text(&titled(portfolio)))?;
    if portfolio.clock == "rehearsal" {
        writeln!(out, "> **Rehearsal.** {}\n", words::REHEARSAL)?;
    }
    writeln!(out, "As of {}\n", words::utc(portfolio.as_of))?;
    md::heads(out, &rows::WAVES, |n| n > 1)?;
    portfolio.waves.iter().try_for_each(|wave| md::row(out, rows::wave(wave)))?;
    writeln!(out, "\n{}\n\n## Builders\n\n{}\n", rows::LEFT_OUT, rows::rule(portfolio))?;
    let heads: Vec<String> = rows::heads(portfolio).iter().map(|head| md::text(head)).collect();
    md::heads(out, &heads.iter().map(String::as_str).collect::<Vec<_>>(), |n| n != 1)?;
    for row in rows::view(portfolio, false) {
        let fixed = row.standing.iter().chain([&row.change]);
        md::row(out, fixed.chain(row.cells.iter().map(|cell| &cell.text)))?;
    }
    let improved = trailing::improved(&portfolio.most_improved);
    improved.iter().try_for_each(|one| writeln!(out, "\n{}: {}", trailing::MOST_IMPROVED, md::text(one)))?;
    writeln!(out, "\n---\n\nFor coaching, not for discipline. Rubric {}.", md::text(&portfolio.rubric.name))
}
