//! `crickets report`.

use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, ValueEnum};

use super::output::{first, table};
use super::{Context, DONE, Ended, rubric};
use crate::audit::Topic;
use crate::report::words::brief;
use crate::report::{Format, Report};
use crate::score::FirstOf;

/// Longest name that the terminal shows.
const NAME: usize = 48;
/// Longest reason, which may quote a site, that the terminal shows.
const REASON: usize = 240;

/// Score a wave and write its report
///
/// Writes `reports/<wave>/`: index.html with the leaderboard, a scorecard per builder, report.json, report.md and CSV
/// tables. The same log, rubric and `--as-of` give the same bytes.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The wave.
    #[arg(long, value_name = "W")]
    wave: String,
    /// The moment the report speaks of; by default now, to the second, and never later than now.
    #[arg(long, value_name = "RFC3339", value_parser = super::instant)]
    as_of: Option<DateTime<Utc>>,
    /// Trailing waves that ranks and trends run over, this one included.
    #[arg(long, value_name = "N", default_value = "6", value_parser = clap::value_parser!(u16).range(1..))]
    waves: u16,
    /// What to write.
    #[arg(long, value_enum, value_delimiter = ',', default_values = ["html", "csv", "json", "md"], value_name = "FORMATS")]
    format: Vec<FormatArg>,
    /// Score by this rubric in place of the default one.
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    Html,
    Csv,
    Json,
    Md,
}

pub(super) async fn run(command: ReportArgs, context: &Context) -> Ended {
    let rubric = rubric::load(command.rubric.as_deref())?;
    let workspace = context.workspace().await?;
    let now = workspace.this_second();
    let as_of = command.as_of.unwrap_or(now);
    if as_of > now {
        let now = now.to_rfc3339_opts(SecondsFormat::Secs, true);
        context.out.say(&format!("That moment is yet to come: the report speaks of now, {now}."));
    }
    let formats: Vec<Format> = command
        .format
        .iter()
        .map(|format| match format {
            FormatArg::Html => Format::Html,
            FormatArg::Csv => Format::Csv,
            FormatArg::Json => Format::Json,
            FormatArg::Md => Format::Md,
        })
        .collect();
    let topic = Topic { wave: &command.wave, as_of, waves: usize::from(command.waves) };
    let published = workspace.publish(topic, &rubric, &formats).await?;
    context.out.result(&published.report, || leaderboard(&published.report));
    let index = published.files.iter().find(|file| file.ends_with("index.html")).or_else(|| published.files.first());
    if let Some(file) = index {
        context.out.tell(&format!("The report is in {}.", file.display()));
    }
    Ok(DONE)
}

/// The leaderboard for a terminal: scored shops by score, then the others with why.
pub(super) fn leaderboard(report: &Report) -> String {
    let mut scored: Vec<_> = report.shops.iter().filter(|shop| shop.card.score.is_some()).collect();
    scored.sort_by(|a, b| b.card.score.unwrap_or(0.0).total_cmp(&a.card.score.unwrap_or(0.0)).then(a.card.shop.cmp(&b.card.shop)));
    let mut rows = vec![["score", "tier", "builder", "first call", "first personal email", ""].map(str::to_owned).to_vec()];
    for shop in &scored {
        let card = &shop.card;
        rows.push(vec![
            format!("{:>5.1}", card.score.unwrap_or(0.0)),
            card.tier.clone().unwrap_or_default(),
            brief(&card.builder, NAME),
            first(card, FirstOf::Call),
            first(card, FirstOf::PersonalEmail),
            if card.verdict == crate::score::Verdict::Provisional { "provisional".into() } else { String::new() },
        ]);
    }
    for shop in report.shops.iter().filter(|shop| shop.card.score.is_none()) {
        let card = &shop.card;
        let why = card.verdict_why.first().cloned().or_else(|| shop.detail.reason.clone()).unwrap_or_default();
        let verdict = match card.verdict {
            crate::score::Verdict::Inconclusive => "inconclusive",
            crate::score::Verdict::NotShopped => "not shopped",
            crate::score::Verdict::Provisional | crate::score::Verdict::Final => "too early",
        };
        rows.push(vec!["    -".into(), verdict.into(), brief(&card.builder, NAME), brief(&why, REASON)]);
    }
    table(&rows)
}
