//! `crickets rederive`.

use clap::Args;
use serde_json::{Value, json};

use super::{Context, DONE, Ended, FAILED};

/// How many touches are named that could not be judged again.
const NAMED: usize = 50;

/// Judge everything again from the evidence
///
/// Whose a touch is, who wrote it and what it says is judged anew by the rules of this version. What a person decided in
/// review stays. Scores follow with the next report. What rests on evidence that is missing or altered stays as it was judged, and is named:
/// exits with 1 then.
#[derive(Debug, Args)]
pub(super) struct Rederive {
    /// Only say what concerns this wave; judging is always done for all, since waves share their senders.
    #[arg(long, value_name = "W")]
    wave: Option<String>,
}

pub(super) async fn run(command: &Rederive, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let derived = workspace.rederive().await?;
    let in_review = workspace.review(command.wave.as_deref()).await?.len();
    let lost: Vec<Value> = derived.lost.iter().map(|(record, fault)| json!({"record": record, "fault": fault})).collect();
    let document = json!({
        "schema": "crickets.rederive/1", "judged": derived.judged, "changed": derived.changed, "in_review": in_review, "lost": lost,
    });
    context.out.result(&document, || {
        let touches = if derived.judged == 1 { "touch" } else { "touches" };
        format!("{} {touches} judged, {} judged otherwise than before, {in_review} in review.\n", derived.judged, derived.changed)
    });
    for (record, fault) in derived.lost.iter().take(NAMED) {
        let touch = record.get(..12).unwrap_or(record);
        context.out.say(&format!("t_{touch}: its evidence is {}; what was judged of it stays.", fault.word()));
    }
    if derived.lost.is_empty() {
        return Ok(DONE);
    }
    let touches = if derived.lost.len() == 1 { "touch" } else { "touches" };
    context
        .out
        .say(&format!("{} {touches} could not be judged again; `crickets check` names the files and what to do.", derived.lost.len()));
    Ok(FAILED)
}
