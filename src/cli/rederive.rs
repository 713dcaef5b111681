//! `crickets rederive`.

use clap::Args;
use serde_json::json;

use super::{Context, DONE, Ended};

/// Judge everything again from the evidence
///
/// Whose a touch is, who wrote it and what it says is judged anew by the rules of this version. What a person decided in
/// review stays. Scores follow with the next report.
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
    let document = json!({"schema": "crickets.rederive/1", "judged": derived.judged, "changed": derived.changed, "in_review": in_review});
    context.out.result(&document, || {
        let touches = if derived.judged == 1 { "touch" } else { "touches" };
        format!("{} {touches} judged, {} judged otherwise than before, {in_review} in review.\n", derived.judged, derived.changed)
    });
    Ok(DONE)
}
