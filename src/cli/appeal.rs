//! `crickets review appeal`: takes what a builder disputes, or what was decided on it; shows the appeal as it then stands.

use std::fmt::Write as _;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::Context;
use crate::audit::{AuditError, Ending, Filing, Workspace};
use crate::report::words::{self, brief};
use crate::report::{Appeal, AppealOutcome};
use crate::shop::InquiryId;

/// Longest text that a line of the list shows.
const BRIEF: usize = 120;

#[derive(Debug, Args)]
pub(super) struct AppealArgs {
    /// The inquiry (`WAVE/SLUG`), or the shop with `--wave`.
    #[arg(value_name = "INQUIRY", required_unless_present = "id", conflicts_with = "id")]
    target: Option<String>,
    /// The wave of the shop.
    #[arg(long, value_name = "W", conflicts_with = "id")]
    wave: Option<String>,
    /// What is disputed, in the builder's words.
    #[arg(long, value_name = "TEXT", required_unless_present = "id", conflicts_with = "id")]
    text: Option<String>,
    /// The criterion that is disputed, e.g. `speed.call`.
    #[arg(long, value_name = "ID", conflicts_with = "id")]
    criterion: Option<String>,
    /// The touch that is disputed; with `--outcome corrected`, a touch that was set right and now belongs elsewhere.
    #[arg(long, value_name = "ID")]
    touch: Option<String>,
    /// The appeal to decide, e.g. `A1`.
    #[arg(long, value_name = "ID", requires_all = ["outcome", "reason"])]
    id: Option<String>,
    /// How it ends.
    #[arg(long, value_enum, requires = "id")]
    outcome: Option<OutcomeArg>,
    /// Why.
    #[arg(long, value_name = "TEXT", requires = "id")]
    reason: Option<String>,
    /// Who appeals, or decides.
    #[arg(long, value_name = "NAME", alias = "author")]
    by: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum OutcomeArg {
    /// The objection is right, and nothing in the log had to be changed for it.
    Upheld,
    /// The finding stands.
    Rejected,
    /// The objection is right, and what was wrong was set right with `review set`.
    Corrected,
}

pub(super) async fn run(command: AppealArgs, workspace: &Workspace, context: &Context) -> Result<(), AuditError> {
    let found = if let (Some(id), Some(outcome)) = (command.id, command.outcome) {
        let outcome = match outcome {
            OutcomeArg::Upheld => AppealOutcome::Upheld,
            OutcomeArg::Rejected => AppealOutcome::Rejected,
            OutcomeArg::Corrected => AppealOutcome::Corrected,
        };
        let ending = Ending { outcome, reason: command.reason.unwrap_or_default(), by: command.by, touch: command.touch };
        workspace.decide_appeal(&id, ending).await?
    } else {
        let inquiry = inquiry(command.target.unwrap_or_default(), command.wave)?;
        let (by, text) = (command.by, command.text.unwrap_or_default());
        let filing = Filing { inquiry, by, text, criterion: command.criterion, touch: command.touch };
        workspace.file_appeal(filing).await?
    };
    context.out.result(&document(&found), || whole(&found));
    Ok(())
}

/// `WAVE/SLUG`, or a slug and its wave.
fn inquiry(target: String, wave: Option<String>) -> Result<InquiryId, AuditError> {
    match (target.split_once('/'), wave) {
        (None, Some(wave)) => Ok(InquiryId::new(&wave, &target)),
        (Some((of, _)), Some(wave)) if of != wave => Err(AuditError::wrong(
            format!("appeal for `{target}`: it is of the wave `{of}`, and `--wave` says `{wave}`"),
            "leave `--wave` out, or name the shop alone",
        )),
        (Some(_), _) => Ok(InquiryId(target)),
        (None, None) => Err(AuditError::wrong(
            format!("appeal for `{target}`: its wave is not named"),
            format!("write `WAVE/{target}`, or add `--wave WAVE`"),
        )),
    }
}

/// The appeal with its inquiry, as `crickets.appeal/1`.
pub(super) fn document((inquiry, appeal): &(InquiryId, Appeal)) -> Value {
    json!({"schema": "crickets.appeal/1", "inquiry": inquiry, "appeal": appeal})
}

/// An open appeal on one line.
pub(super) fn line((inquiry, appeal): &(InquiryId, Appeal)) -> String {
    let disputes = disputes(appeal);
    let (at, by) = (appeal.at.format("%Y-%m-%d %H:%M:%SZ"), brief(&appeal.by, BRIEF));
    format!("{}  {at}  appeal of {by} for {inquiry}{disputes}: {}\n", appeal.id, brief(&appeal.text, BRIEF))
}

fn disputes(appeal: &Appeal) -> String {
    let disputes = appeal.disputes();
    if disputes.is_empty() { disputes } else { format!(" ({disputes})") }
}

/// An appeal with its outcome, and while it is open how to end it.
pub(super) fn whole((inquiry, appeal): &(InquiryId, Appeal)) -> String {
    let (at, by) = (appeal.at.format("%Y-%m-%d %H:%M:%SZ"), brief(&appeal.by, BRIEF));
    let mut text = format!("{}  {at}  appeal of {by} for {inquiry}{}\n", appeal.id, disputes(appeal));
    for line in words::tidy(&appeal.text).lines().filter(|line| !line.trim().is_empty()) {
        let _ = writeln!(text, "  | {line}");
    }
    let _ = writeln!(text, "  {}", appeal.outcome.words());
    if let (Some(at), Some(by), Some(why)) = (appeal.outcome_at, &appeal.outcome_by, &appeal.outcome_text) {
        let _ = writeln!(text, "  decided {} by {}: {}", at.format("%Y-%m-%d %H:%M:%SZ"), brief(by, BRIEF), words::tidy(why));
    }
    if !appeal.corrections.is_empty() {
        let _ = writeln!(text, "  decided anew: {}", appeal.corrections.join(", "));
    }
    if appeal.outcome == AppealOutcome::Open {
        text.push_str("\nTo settle it, with your own words and name, one of:\n");
        for outcome in ["corrected", "upheld", "rejected"] {
            let _ = writeln!(text, "  crickets review appeal --id {} --outcome {outcome} --reason 'WHY' --by 'NAME'", appeal.id);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inquiry_is_named_whole_or_by_shop_and_wave() {
        let wave = || Some("w".to_owned());
        assert_eq!(inquiry("a".into(), wave()).unwrap(), InquiryId::new("w", "a"));
        assert_eq!(inquiry("w/a".into(), wave()).unwrap(), InquiryId::new("w", "a"));
        assert_eq!(inquiry("w/a".into(), None).unwrap(), InquiryId::new("w", "a"));
        assert!(inquiry("v/a".into(), wave()).is_err() && inquiry("a".into(), None).is_err());
    }
}
