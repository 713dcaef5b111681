//! `crickets purge-list`.

use clap::Args;
use serde_json::json;

use super::{Context, DONE, Ended};
use crate::report::purge_list;

/// List the test leads for the builders' CRMs
///
/// A CSV on stdout, or JSON with `--json`: every inquiry that reached a builder or may have, with the name, address and number
/// that it was given. Hand each builder its own lines (`--shop`), so that test leads do not distort its figures. Each report
/// has its wave's list as purge-list.csv.
#[derive(Debug, Args)]
pub(super) struct PurgeListArgs {
    /// Only this wave.
    #[arg(long, value_name = "W")]
    wave: Option<String>,
    /// Only this shop; may be given several times.
    #[arg(long, value_name = "SLUG")]
    shop: Vec<String>,
}

pub(super) async fn run(command: &PurgeListArgs, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let leads = workspace.purge_list(command.wave.as_deref(), &command.shop).await?;
    if context.out.is_json() {
        context.out.result(&json!({"schema": "crickets.purge/1", "leads": leads}), String::new);
    } else {
        context.out.write(&String::from_utf8_lossy(&purge_list(&leads)?));
    }
    if leads.is_empty() {
        context.out.tell("No inquiry has reached a builder.");
    }
    Ok(DONE)
}
