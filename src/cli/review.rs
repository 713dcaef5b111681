//! `crickets review`.

use std::fmt::Write as _;

use clap::{Args, Subcommand, ValueEnum};
use serde_json::json;

use super::record::{OriginArg, labels};
use super::{Context, DONE, Ended};
use crate::audit::{Item, Ruling};
use crate::classify::Origin;
use crate::shop::InquiryId;

/// Decide what crickets will not guess
///
/// The queue holds touches that match no inquiry or are uncertain, and submissions whose acceptance is not proven.
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
    /// Show one touch or submission, with reasons and evidence
    Show {
        /// A touch (`t_…`) or an inquiry (`WAVE/SLUG`).
        id: String,
    },
    /// Decide one
    Set(Set),
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
            context.out.result(&json!({"schema": "crickets.review/1", "items": items}), || {
                if items.is_empty() { "Nothing is in review.\n".to_owned() } else { items.iter().map(line).collect() }
            });
        }
        Action::Show { id } => {
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
    for candidate in &item.candidates {
        let _ = writeln!(text, "  may belong to {} ({:.2}): {}", candidate.inquiry, candidate.confidence, candidate.reason);
    }
    for signal in &item.signals {
        let _ = writeln!(text, "  {:+.2} {}: {}", signal.weight, signal.id, signal.detail);
    }
    for proof in &item.evidence {
        let _ = writeln!(text, "  {}: {}", proof.role, workspace.evidence.path(&proof.sha256).display());
    }
    text
}
