//! `crickets report`.

use std::path::PathBuf;

use chrono::{DateTime, SecondsFormat, Utc};
use clap::{Args, ValueEnum};

use super::output::{first, table};
use super::{Context, DONE, Ended, FAILED, rubric};
use crate::audit::{AuditError, Collecting, Mailed, Published, Topic, Workspace};
use crate::report::words::{self, brief};
use crate::report::{Format, Paper, Portfolio, Report, has_portfolio, portfolio_span};
use crate::score::{FirstOf, Rubric};
use crate::send::{Outbox, Parcel};

/// Longest name that the terminal shows.
const NAME: usize = 48;
/// Longest reason, which may quote a site, that the terminal shows.
const REASON: usize = 240;

/// Score a wave and write its report
///
/// Writes `reports/<wave>/`: index.html with the leaderboard, a scorecard per builder, report.json, report.md, a workbook
/// (report.xlsx) and CSV tables; with `--format pdf`, report.pdf, which a browser on this machine or the WebDriver server of
/// crickets.toml prints. The same log, rubric and `--as-of` give the same bytes, the PDF excepted.
#[derive(Debug, Args)]
pub(super) struct ReportArgs {
    /// The wave; of a portfolio the last one, by default the latest.
    #[arg(long, value_name = "W", required_unless_present = "portfolio")]
    wave: Option<String>,
    /// One report over several waves in place of one on a wave: scores wave by wave, ranks and changes, as html, csv, json and
    /// md in `reports/portfolio-FIRST-LAST/`.
    #[arg(long)]
    portfolio: bool,
    /// Trailing waves that ranks and trends run over, and that a portfolio holds, the last one included.
    #[arg(long, value_name = "N", default_value = "6", value_parser = clap::value_parser!(u16).range(1..))]
    waves: u16,
    /// Give builders and people other names, the same in every format, and leave out what others wrote. Takes the place of the
    /// wave's report: what names anybody goes out of its folder.
    #[arg(long)]
    anonymous: bool,
    /// The moment the report speaks of; by default now, to the second, and never later than now.
    #[arg(long, value_name = "RFC3339", value_parser = super::instant)]
    as_of: Option<DateTime<Utc>>,
    /// What to write: by default html, csv, json, md and, of one wave, xlsx. Where no browser prints the pdf, the others are written and
    /// the command ends with 1.
    #[arg(long, value_enum, value_delimiter = ',', value_name = "FORMATS")]
    format: Vec<FormatArg>,
    /// The paper of the PDF.
    #[arg(long, value_enum, default_value = "letter", value_name = "PAPER")]
    paper: PaperArg,
    /// Mail the PDF with a short summary to these addresses, through `[smtp]`; to nobody else. Without a browser, the first page
    /// of the HTML goes in its place.
    #[arg(long, value_delimiter = ',', value_parser = address, value_name = "ADDRESSES")]
    mail_to: Vec<String>,
    /// Score by this rubric in place of the default one.
    #[arg(long, value_name = "FILE")]
    rubric: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum FormatArg {
    Html,
    Pdf,
    Xlsx,
    Csv,
    Json,
    Md,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum PaperArg {
    Letter,
    A4,
}

/// A mail address, as an SMTP server would take it.
fn address(text: &str) -> Result<String, String> {
    let text = text.trim();
    Parcel::is_address(text).then(|| text.to_owned()).ok_or_else(|| "write an address such as owner@bluebonnet.example".to_owned())
}

pub(super) async fn run(command: ReportArgs, context: &Context) -> Ended {
    if command.portfolio {
        refuse_what_no_portfolio_has(&command)?;
    }
    let rubric = rubric::load(command.rubric.as_deref())?;
    let workspace = context.workspace().await?;
    let now = workspace.this_second();
    let as_of = command.as_of.unwrap_or(now);
    if as_of > now {
        let now = now.to_rfc3339_opts(SecondsFormat::Secs, true);
        context.out.say(&format!("That moment is yet to come: the report speaks of now, {now}."));
    }
    let paper = match command.paper {
        PaperArg::Letter => Paper::Letter,
        PaperArg::A4 => Paper::A4,
    };
    let asked = |format: &FormatArg| match format {
        FormatArg::Html => Format::Html,
        FormatArg::Pdf => Format::Pdf(paper),
        FormatArg::Xlsx => Format::Xlsx,
        FormatArg::Csv => Format::Csv,
        FormatArg::Json => Format::Json,
        FormatArg::Md => Format::Md,
    };
    let mut formats: Vec<Format> = command.format.iter().map(asked).collect();
    if formats.is_empty() {
        formats = Format::PLAIN.into_iter().filter(|format| !command.portfolio || has_portfolio(*format)).collect();
    }
    if command.portfolio {
        let asked = Collecting {
            upto: command.wave.as_deref(),
            waves: usize::from(command.waves),
            as_of,
            formats: &formats,
            anonymous: command.anonymous,
        };
        return collect(&workspace, &asked, &rubric, context).await;
    }
    let wave = command.wave.unwrap_or_default();
    let must_print = formats.contains(&Format::Pdf(paper));
    let mut to: Vec<String> = Vec::new();
    for address in command.mail_to {
        if !to.iter().any(|known| known.eq_ignore_ascii_case(&address)) {
            to.push(address);
        }
    }
    // What would keep the mails from going out is told before anything is done.
    let postbox = if to.is_empty() { None } else { Some(workspace.postbox().await?) };
    if postbox.is_some() {
        formats.extend([Format::Html, Format::Pdf(paper)]);
    }
    let topic = Topic { wave: &wave, as_of, waves: usize::from(command.waves) };
    let published = if command.anonymous {
        workspace.publish_anonymous(topic, &rubric, &formats).await?
    } else {
        workspace.publish(topic, &rubric, &formats).await?
    };
    context.out.result(&published.report, || leaderboard(&published.report));
    if published.report.evidence_faults > 0 {
        let said = words::derivable(published.report.evidence_faults);
        context.out.say(&format!("{said} `crickets check` names all that is."));
    }
    if let Some(file) = published.index().or_else(|| published.files.first()) {
        context.out.tell(&format!("The report is in {}.", file.display()));
    }
    let mut ended = DONE;
    if let Some(why) = &published.unprinted {
        let kept = workspace.report_folder(&wave).join("report.pdf").exists();
        let old = if kept { " The report.pdf that is there is of an earlier report." } else { "" };
        context.out.say(&format!("report.pdf was not written: {}.{old}", why.trim_end_matches('.')));
        ended = if must_print { FAILED } else { DONE };
    }
    if let Some(postbox) = postbox
        && mail(&workspace, &published, &postbox, &to, context).await? > 0
    {
        ended = FAILED;
    }
    Ok(ended)
}

/// A portfolio is told that it has no such file, in place of not having it.
fn refuse_what_no_portfolio_has(command: &ReportArgs) -> Result<(), AuditError> {
    let one_wave = "leave that out, or report on one wave with `--wave W` and without `--portfolio`";
    if !command.mail_to.is_empty() {
        return Err(AuditError::wrong(
            "mail a report on several waves: it has no PDF, so `--mail-to` sends the report of one wave",
            one_wave,
        ));
    }
    let unwritten = |format: &&FormatArg| matches!(format, FormatArg::Pdf | FormatArg::Xlsx);
    let Some(format) = command.format.iter().find(unwritten).and_then(ValueEnum::to_possible_value) else { return Ok(()) };
    let what = format!("write a report on several waves as {}: it comes as html, csv, json and md", format.get_name());
    Err(AuditError::wrong(what, one_wave))
}

/// One report over several waves.
async fn collect(workspace: &Workspace, asked: &Collecting<'_>, rubric: &Rubric, context: &Context) -> Ended {
    let collected = workspace.collect_waves(asked, rubric).await?;
    let portfolio = &collected.portfolio;
    context.out.result(portfolio, || standings(portfolio));
    if let Some(file) = collected.files.first() {
        context.out.tell(&format!("The report on {} is in {}.", portfolio_span(portfolio), file.display()));
    }
    Ok(DONE)
}

/// Builders down, waves across, for a terminal.
fn standings(portfolio: &Portfolio) -> String {
    let or_dash = |value: Option<String>| value.unwrap_or_else(|| "-".to_owned());
    let mut head = ["rank", "builder", "n", "mean", "change"].map(str::to_owned).to_vec();
    head.extend(portfolio.waves.iter().map(|wave| brief(&wave.wave, NAME)));
    let mut rows = vec![head];
    for row in &portfolio.builders {
        let mut line = vec![
            or_dash(row.rank.map(|rank| rank.to_string())),
            brief(&row.builder, NAME),
            row.n.to_string(),
            or_dash(row.mean_score.map(words::score)),
            or_dash(row.change.as_ref().map(|change| format!("{:+.1}", change.points))),
        ];
        line.extend(row.waves.iter().map(|cell| or_dash(cell.as_ref().and_then(|cell| cell.score).map(words::score))));
        rows.push(line);
    }
    table(&rows)
}

/// Mails the report, tells of each mail, and gives the number of those that failed.
async fn mail(
    workspace: &Workspace,
    published: &Published,
    postbox: &(Outbox, String),
    to: &[String],
    context: &Context,
) -> Result<usize, AuditError> {
    let what = if published.pdf().is_some() { "report.pdf" } else { "index.html" };
    context.out.tell(&format!("Mailing {what} from {} through {}.", postbox.1, postbox.0.host()));
    let place = std::cell::Cell::new(0);
    let told = |mailed: &Mailed| {
        place.set(place.get() + 1);
        let count = format!("{}/{}", place.get(), to.len());
        match &mailed.failed {
            None => context.out.tell(&format!("{count} {}: sent.", mailed.to)),
            Some(error) => {
                let again = if error.is_passing() { "; this may pass: try again later" } else { "" };
                context.out.say(&format!("{count} {}: {}{again}.", mailed.to, error.to_string().trim_end_matches('.')));
            }
        }
    };
    let all = workspace.mail_report(published, postbox, to, told).await?;
    let failed = all.iter().filter(|mailed| mailed.failed.is_some()).count();
    if failed > 0 {
        context.out.say(&format!("{failed} of {} did not get the report.", words::plural(to.len(), "recipient")));
    }
    Ok(failed)
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
