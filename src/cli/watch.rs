//! `crickets watch`.

use clap::Args;
use serde_json::{Value, json};

use super::{Context, DONE, Ended, FAILED};
use crate::audit::Gathered;

/// Collect what came back, from all mailboxes and phone sources
///
/// Runs until it is interrupted: mail servers are waited on, files are looked at every few seconds. With `--once` it makes
/// one catch-up pass and ends; a pass now and then is as good as a steady watch, since each touch carries its own time.
/// Nothing is marked as read, moved or deleted. Where `[smtp]` is configured, a test mail of our own goes to each mailbox once a
/// day while answers may come, to prove that mail arrives.
#[derive(Debug, Args)]
pub(super) struct Watch {
    /// One catch-up pass.
    #[arg(long)]
    once: bool,
}

pub(super) async fn run(command: &Watch, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    if command.once {
        let gathered = workspace.gather().await?;
        return Ok(show(&gathered, context));
    }
    context.out.tell("Watching. Ctrl-C ends it.");
    workspace
        .watch(|gathered| {
            if gathered.has_problems() || gathered.passes.iter().any(|pass| pass.new + pass.canaries + pass.grown + pass.restored > 0) {
                event(gathered, context);
            }
        })
        .await?;
    Ok(DONE)
}

/// Tells of a pass of many.
pub(super) fn event(gathered: &Gathered, context: &Context) {
    context.out.event(&document(gathered), || text(gathered));
    problems(gathered, context);
}

/// Tells of a pass; gives the exit status.
pub(super) fn show(gathered: &Gathered, context: &Context) -> u8 {
    context.out.result(&document(gathered), || text(gathered));
    problems(gathered, context)
}

fn document(gathered: &Gathered) -> Value {
    let mut document = json!({
        "schema": "crickets.watch/1",
        "sources": gathered.passes.iter().map(|pass| json!({
            "source": pass.source, "new": pass.new, "known": pass.known, "canaries": pass.canaries, "grown": pass.grown,
            "restored": pass.restored, "problems": pass.problems,
        })).collect::<Vec<_>>(),
    });
    // Where nothing was judged, nothing is known of the queue.
    if let Some((derived, document)) = gathered.derived.as_ref().zip(document.as_object_mut()) {
        document.insert("judged".into(), derived.judged.into());
        document.insert("in_queue".into(), derived.in_review.into());
    }
    document
}

fn text(gathered: &Gathered) -> String {
    let mut text = String::new();
    for pass in &gathered.passes {
        let canary = match pass.canaries {
            0 => String::new(),
            1 => ", 1 that is or tells of a test mail".to_owned(),
            more => format!(", {more} that are or tell of test mails"),
        };
        let grown = if pass.grown > 0 { format!(", more is known of {}", pass.grown) } else { String::new() };
        let restored = if pass.restored > 0 { format!(", lost evidence of {} is kept again", pass.restored) } else { String::new() };
        text.push_str(&format!("{}: {} new, {} known before{grown}{restored}{canary}\n", pass.source, pass.new, pass.known));
    }
    let waiting = gathered.derived.as_ref().map_or(0, |derived| derived.in_review);
    if waiting > 0 {
        let (touches, wait) = if waiting == 1 { ("touch", "waits") } else { ("touches", "wait") };
        text.push_str(&format!("{waiting} {touches} {wait} for a person; see `crickets review list`\n"));
    }
    text
}

fn problems(gathered: &Gathered, context: &Context) -> u8 {
    for pass in &gathered.passes {
        for problem in &pass.problems {
            context.out.say(&format!("{}: {problem}", pass.source));
        }
    }
    if let Some(lost) = gathered.derived.as_ref().map(|derived| derived.lost.len()).filter(|lost| *lost > 0) {
        let touches = if lost == 1 { "touch" } else { "touches" };
        context
            .out
            .say(&format!("{lost} {touches} could not be judged again: their evidence is missing or altered; `crickets check` names it."));
    }
    if gathered.has_problems() { FAILED } else { DONE }
}
