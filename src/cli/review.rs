//! `crickets review`.

use std::fmt::Write as _;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::record::{OriginArg, labels};
use super::{Context, DONE, Ended, appeal};
use crate::audit::{Item, Ruling};
use crate::classify::Origin;
use crate::report::words;
use crate::shop::InquiryId;
use crate::store::Decision;

/// Most candidates that get a command of their own.
const LIKELY: usize = 3;

/// Decide what crickets will not guess
///
/// The queue holds touches that match no inquiry or are uncertain, submissions whose acceptance is not proven, and open appeals.
/// Decisions are kept with reason and author, and survive `rederive`.
#[derive(Debug, Args)]
pub(super) struct Review {
    #[command(subcommand)]
    action: Option<Action>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// List the queue
    List {
        /// Only what concerns this wave.
        #[arg(long, value_name = "W")]
        wave: Option<String>,
    },
    /// Show one touch, submission or appeal, with reasons and evidence
    Show {
        /// A touch (`t_…`), an inquiry (`WAVE/SLUG`) or an appeal (`A1`).
        id: String,
    },
    /// Decide one
    Set(Set),
    /// File an appeal of an audited builder, or decide one
    ///
    /// An appeal and its outcome stand in every later report; nothing of it is ever taken away. It moves no point by itself:
    /// what it proves wrong is set right with `review set`, and then it is `corrected`.
    Appeal(appeal::AppealArgs),
}

#[derive(Debug, Args)]
struct Set {
    /// A touch (`t_…`) or an inquiry (`WAVE/SLUG`).
    id: String,
    /// The touch belongs to this inquiry.
    #[arg(long, value_name = "WAVE/SLUG", conflicts_with = "none")]
    inquiry: Option<String>,
    /// The touch belongs to no inquiry.
    #[arg(long)]
    none: bool,
    /// Who really wrote it.
    #[arg(long, value_enum)]
    origin: Option<OriginArg>,
    /// A label, as `name=value`; given labels stand in place of all derived ones.
    #[arg(long = "label", value_name = "NAME=VALUE")]
    labels: Vec<String>,
    /// Whether the site accepted the submission.
    #[arg(long, value_enum)]
    confirmed: Option<YesNo>,
    /// Why.
    #[arg(long, value_name = "TEXT")]
    reason: String,
    /// Who decides.
    #[arg(long, value_name = "NAME")]
    author: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum YesNo {
    Yes,
    No,
}

pub(super) async fn run(command: Review, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    match command.action.unwrap_or(Action::List { wave: None }) {
        Action::List { wave } => {
            let items = workspace.review(wave.as_deref()).await?;
            let appeals = workspace.open_appeals(wave.as_deref()).await?;
            let told: Vec<_> = appeals.iter().map(appeal::document).collect();
            context.out.result(&json!({"schema": "crickets.review/1", "items": items, "appeals": told}), || {
                let lines: String = items.iter().map(line).chain(appeals.iter().map(appeal::line)).collect();
                if lines.is_empty() { "Nothing is in review.\n".to_owned() } else { lines }
            });
        }
        Action::Appeal(command) => appeal::run(command, &workspace, context).await?,
        Action::Show { id } => {
            if let Some(found) = workspace.appeal(&id).await? {
                context.out.result(&appeal::document(&found), || appeal::whole(&found));
                return Ok(DONE);
            }
            let item = workspace.item(&id).await?;
            context.out.result(&item, || whole(&item, &workspace));
        }
        Action::Set(set) => {
            let ruling = Ruling {
                owner: if set.none { Some(None) } else { set.inquiry.map(|id| Some(InquiryId(id))) },
                origin: set.origin.map(Origin::from),
                labels: if set.labels.is_empty() { None } else { Some(labels(&set.labels)?) },
                confirmed: set.confirmed.map(|answer| answer == YesNo::Yes),
                reason: set.reason,
                author: set.author,
            };
            workspace.rule(&set.id, ruling).await?;
            let item = workspace.item(&set.id).await?;
            context.out.result(&item, || format!("Decided: {}\n", line(&item).trim_end()));
        }
    }
    Ok(DONE)
}

fn line(item: &Item) -> String {
    let what = item.channel.map_or_else(|| "submission".to_owned(), |channel| format!("{channel:?}").to_lowercase());
    let at = item.at.map_or_else(String::new, |at| at.format("%Y-%m-%d %H:%M:%SZ").to_string());
    let from = item.from.as_deref().map_or_else(String::new, |from| format!(" from {from}"));
    format!("{}  {at}  {what}{from}: {}\n", item.id, item.reason)
}

fn whole(item: &Item, workspace: &crate::audit::Workspace) -> String {
    let mut text = line(item);
    if let Some(subject) = &item.subject {
        let _ = writeln!(text, "  subject: {subject}");
    }
    if let Some(excerpt) = &item.excerpt {
        for excerpt in excerpt.lines().filter(|line| !line.trim().is_empty()) {
            let _ = writeln!(text, "  | {excerpt}");
        }
    }
    if let Some((origin, sure)) = item.origin.zip(item.origin_confidence) {
        let _ = writeln!(text, "  written by: {} ({sure:.2})", words::origin(origin));
    }
    if let Some(inquiry) = item.inquiry.as_ref().filter(|_| item.channel.is_some()) {
        let _ = writeln!(text, "  belongs to {inquiry}");
    }
    for candidate in &item.candidates {
        let _ = writeln!(text, "  may belong to {} ({:.2}): {}", candidate.inquiry, candidate.confidence, candidate.reason);
    }
    for signal in &item.signals {
        let _ = writeln!(text, "  {:+.2} {}: {}", signal.weight, signal.id, signal.detail);
    }
    for step in &item.steps {
        let (status, note) = (format!("{:?}", step.status).to_lowercase(), step.note.as_deref().map(|note| format!(": {note}")));
        let _ = writeln!(text, "  {} {status}{}", step.at.format("%Y-%m-%d %H:%M:%SZ"), note.unwrap_or_default());
    }
    for said in &item.decisions {
        let at = said.at.format("%Y-%m-%d %H:%M:%SZ");
        let _ = writeln!(text, "  decided {at} by {}: {}: {}", said.author, ruled(said), said.reason);
    }
    for proof in &item.evidence {
        let fault = workspace.evidence.file_fault(&proof.sha256).map_or_else(String::new, |fault| format!(" ({})", fault.word()));
        let _ = writeln!(text, "  {}: {}{fault}", proof.role, workspace.evidence.path(&proof.sha256).display());
    }
    let answers = answers(item);
    if !answers.is_empty() {
        text.push_str("\nTo settle it, with your own words and name, one of:\n");
        for answer in answers {
            let _ = writeln!(text, "  crickets review set {} {answer} --reason 'WHY' --author 'NAME'", item.id);
        }
    }
    text
}

/// What a decision said, part by part.
fn ruled(said: &Decision) -> String {
    let mut parts = Vec::new();
    match &said.owner {
        Some(Some(owner)) => parts.push(format!("belongs to {owner}")),
        Some(None) => parts.push("belongs to nobody".to_owned()),
        None => {}
    }
    parts.extend(said.origin.map(|origin| format!("written by: {}", words::origin(origin))));
    parts.extend(said.labels.as_ref().map(|_| "labels given".to_owned()));
    parts.extend(said.confirmed.map(|yes| if yes { "accepted" } else { "not accepted" }.to_owned()));
    parts.join(", ")
}

/// The likely answers to what is open, likeliest first, as options of `review set`.
fn answers(item: &Item) -> Vec<String> {
    if !item.open {
        return Vec::new();
    }
    if item.channel.is_none() {
        return vec!["--confirmed yes".to_owned(), "--confirmed no".to_owned()];
    }
    if item.inquiry.is_none() {
        let mut answers: Vec<String> =
            item.candidates.iter().take(LIKELY).map(|candidate| format!("--inquiry {}", candidate.inquiry)).collect();
        if answers.is_empty() {
            answers.push("--inquiry WAVE/SLUG".to_owned());
        }
        answers.push("--none".to_owned());
        return answers;
    }
    let mut origins = [Origin::Personal, Origin::AutoReply, Origin::Marketing, Origin::Bounce];
    origins.sort_by_key(|origin| Some(*origin) != item.origin);
    origins.iter().map(|origin| format!("--origin {}", words::origin(*origin))).collect()
}
