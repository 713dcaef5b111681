//! `crickets import`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use clap::{Args, Subcommand};

use super::{Context, Ended, watch};
use crate::audit::Vouched;

/// Collect from files: mail, calls and texts
///
/// What was collected before is recognised: the same mail or row twice is one touch.
#[derive(Debug, Args)]
pub(super) struct Import {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Import mail: Maildirs, mbox files, .eml files, or folders of them
    Mail {
        /// What to read.
        #[arg(required = true)]
        path: Vec<PathBuf>,
        /// The mailbox it is from; by default the first in crickets.toml.
        #[arg(long, value_name = "NAME")]
        mailbox: Option<String>,
    },
    /// Import call and text logs
    ///
    /// A log shows what came from its oldest row to its newest, in either direction, not beyond; so silence before and after is not
    /// proven. Where you know that an export is complete from an earlier or up to a later moment, say so with `--since` and `--through`.
    Calls {
        /// What to read.
        #[arg(required = true)]
        file: Vec<PathBuf>,
        /// The phone it is from; by default the first in crickets.toml.
        #[arg(long, value_name = "NAME")]
        phone: Option<String>,
        /// You vouch that the log holds everything from this moment on.
        #[arg(long, value_name = "RFC3339", value_parser = super::instant)]
        since: Option<DateTime<Utc>>,
        /// You vouch that the log is complete up to this moment.
        #[arg(long, value_name = "RFC3339", value_parser = super::instant)]
        through: Option<DateTime<Utc>>,
    },
}

pub(super) async fn run(command: Import, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let gathered = match command.what {
        What::Mail { path, mailbox } => workspace.import_mail(&path, mailbox.as_deref()).await?,
        What::Calls { file, phone, since, through } => workspace.import_calls(&file, phone.as_deref(), Vouched { since, through }).await?,
    };
    Ok(watch::show(&gathered, context))
}
