//! `crickets score FILE`.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use clap::Args;

use super::output::first;
use super::{Context, DONE, Ended, rubric};
use crate::audit::AuditError;
use crate::document::DocumentError;
use crate::report::{ReportShop, ShopDetail, advice};
use crate::score::{self, Card, FirstOf, History, Insight, Log, Outcome, Rubric, ScoreError, Setting};
use crate::shop::hours::{Hours, open_spans};

/// Longest line of a log that is shown under an error; a log on one line is quoted around the place.
const SHOWN: usize = 160;

/// Score a log without a workspace
///
/// The log is a `crickets.log/1` JSON document: one inquiry and what came back. The result is one entry of `shops` in
/// `report.json`.
#[derive(Debug, Args)]
pub(super) struct ScoreArgs {
    /// The log; `-` reads standard input.
    file: PathBuf,
    /// Score by this rubric in place of the default one.
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
}

pub(super) fn run(command: &ScoreArgs, context: &Context) -> Ended {
    let piped = command.file.as_os_str() == "-";
    let (file, read) = if piped {
        (Path::new("standard input"), std::io::read_to_string(std::io::stdin()))
    } else {
        (command.file.as_path(), std::fs::read_to_string(&command.file))
    };
    let text = read.map_err(|error| AuditError::wrong(format!("read {}: {error}", file.display()), "name a `crickets.log/1` document"))?;
    let rubric = rubric::load(command.rubric.as_deref())?;
    let text = text.trim_start_matches('\u{feff}');
    let log = score::parse_log(text).map_err(|error| placed(error, file, text))?;
    let card = score::card(&log, &rubric)?;
    let insight = insight(&log, &card, &rubric);
    // The very type of a report's entry, so that the keys are the same for ever.
    let entry = ReportShop { card, readiness: None, insight, appeals: Vec::new(), detail: ShopDetail::default(), file: String::new() };
    context.out.result(&entry, || format!("{}{}", text_of(&entry.card), mend_first(entry.insight.as_ref())));
    Ok(DONE)
}

/// What a trainer takes from the one card, without other waves and without the site.
fn insight(log: &Log, card: &Card, rubric: &Rubric) -> Option<Insight> {
    let inquiry = &log.inquiry;
    let start = inquiry.confirmed_at?;
    let hours = Hours::parse(&inquiry.hours, inquiry.timezone, &inquiry.holidays).ok()?;
    let open = open_spans(&hours, start, start.checked_add_signed(TimeDelta::days(i64::from(rubric.window.days.0)))?);
    let setting = Setting { as_of: log.as_of, timezone: inquiry.timezone, open: &open, chat: None, study: false };
    score::insight(card, &History::default(), rubric, &setting)
}

/// What to mend first, for a terminal.
fn mend_first(insight: Option<&Insight>) -> String {
    let fixes = insight.iter().flat_map(|insight| &insight.fixes);
    fixes.enumerate().map(|(n, fix)| format!("  mend {}: {} ({})\n", n + 1, fix.title, advice::worth(fix))).collect()
}

/// The error with the file, the line and the column, and the place shown.
fn placed(error: ScoreError, file: &Path, text: &str) -> AuditError {
    if let ScoreError::Impossible { message, hint, span: Some(span) } = error {
        return DocumentError::at(file, text, span, message, Some(hint.to_owned())).into();
    }
    let ScoreError::Json(error) = error else {
        let whole = error.to_string();
        let message = whole.strip_prefix("could not read the log: ").unwrap_or(&whole);
        return AuditError::wrong(format!("use {}: {message}", file.display()), "name a `crickets.log/1` document");
    };
    let (line, column) = (error.line().max(1), error.column());
    let whole = error.to_string();
    let message = whole.split_once(" at line ").map_or(whole.as_str(), |(message, _)| message);
    let hint = is_time(message).then(|| "a time is RFC 3339 with its offset, e.g. 2026-11-02T16:03:00Z".to_owned());
    let start = text.split_inclusive('\n').take(line - 1).map(str::len).sum::<usize>();
    let shown = text.get(start..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    // Columns of JSON errors count bytes and stand at the last one read.
    let at = shown.floor_char_boundary(column.saturating_sub(1).min(shown.len()));
    if shown.len() <= SHOWN {
        return DocumentError::at(file, text, start + at..start + at, message, hint).into();
    }
    let from = shown.floor_char_boundary(at.saturating_sub(50));
    let near = shown.get(from..shown.ceil_char_boundary((at + 20).min(shown.len()))).unwrap_or_default();
    let what = format!("use {}, line {line}, column {column}: {message}, near `{}`", file.display(), near.trim());
    AuditError::wrong(what, hint.unwrap_or_else(|| "docs/scoring.md shows what a log holds".to_owned()))
}

/// Whether the message is one of chrono's, which do not say what was being read.
fn is_time(message: &str) -> bool {
    ["input contains invalid characters", "premature end of input", "trailing input", "input is out of range"].contains(&message)
}

/// A card for a terminal.
fn text_of(card: &Card) -> String {
    let mut text = match (card.score, &card.tier, card.points, card.out_of) {
        (Some(score), Some(tier), Some(points), Some(out_of)) => {
            format!("{}: {score:.1} ({tier}), {points:.1} of {out_of:.0} points\n", card.builder)
        }
        _ => format!("{}: no score\n", card.builder),
    };
    for why in &card.verdict_why {
        text.push_str(&format!("  {why}\n"));
    }
    for (what, of) in
        [("first call", FirstOf::Call), ("first personal email", FirstOf::PersonalEmail), ("first personal touch", FirstOf::Personal)]
    {
        text.push_str(&format!("  {what}: {}\n", first(card, of)));
    }
    for criterion in &card.criteria {
        let points = if criterion.result == Outcome::NotCounted { "   -".to_owned() } else { format!("{:>4.1}", criterion.points) };
        text.push_str(&format!("  {points} of {:>4.1}  {:<24} {}\n", criterion.of, criterion.id, criterion.why));
    }
    for cap in &card.caps {
        text.push_str(&format!("  capped at {:.0}: {}\n", cap.cap, cap.why));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(text: &str) -> String {
        placed(score::parse_log(text).unwrap_err(), Path::new("log.json"), text).to_string()
    }

    #[test]
    fn a_mistake_is_placed_in_its_file() {
        let short = "{\"schema\": \"crickets.log/1\",\n \"as_of\": \"yesterday\"}";
        assert_eq!(message(short), "could not use log.json, line 2, column 21: input contains invalid characters");
        let long = format!("{{\"schema\":\"crickets.log/1\",\"note\":\"{}\",\"as_of\":\"é\"}}", "é".repeat(200));
        let said = message(&long);
        assert!(said.starts_with("could not use log.json, line 1, column ") && said.ends_with("\"as_of\":\"é\"}`"), "{said}");
        assert_eq!(message(""), "could not use log.json, line 1, column 1: EOF while parsing a value");
        assert!(message("[]").contains("expected a `crickets.log/1` document"));
        assert_eq!(message("{}"), "could not use log.json: its schema must be `crickets.log/1`, and it names none");
    }
}
