//! `crickets demo`.

use std::path::PathBuf;

use clap::Args;

use super::{Context, DONE, Ended, FAILED, report};
use crate::demo;

/// See it all at once, without accounts or network
///
/// Starts a neighbourhood of simulated builder sites on this machine, shops them over real HTTP, lets their staff answer by
/// mail and phone over 30 days of a rehearsal clock, collects, scores and writes the reports. Then it checks itself against
/// what the simulated staff really did; any difference is printed and ends with 1.
#[derive(Debug, Args)]
pub(super) struct Demo {
    /// The folder; one that is not a former demo and not empty is refused.
    #[arg(default_value = "./crickets-demo")]
    dir: PathBuf,
}

pub(super) async fn run(command: &Demo, context: &Context) -> Ended {
    let played = demo::play(&command.dir, |sentence| context.out.tell(sentence)).await?;
    context.out.result(&played.published.report, || {
        let mut text = report::leaderboard(&played.published.report);
        let index = command.dir.join("reports").join(demo::WAVE).join("index.html");
        text.push_str(&format!("\nThe report: {}\n", index.display()));
        text
    });
    for difference in &played.differences {
        context.out.say(difference);
    }
    if played.differences.is_empty() {
        context.out.tell(&format!(
            "Checked against what the simulated staff really did: all {} touches of {} shops are in place, every time to the second, every origin.",
            played.touches, played.shops
        ));
        Ok(DONE)
    } else {
        context.out.say(&format!("{} differences from what really happened.", played.differences.len()));
        Ok(FAILED)
    }
}
