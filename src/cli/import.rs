//! `crickets import`.

use std::path::PathBuf;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use clap::{Args, Subcommand};

use super::mapping::{self, MapArgs};
use super::{Context, Ended, USAGE, watch};
use crate::audit::Vouched;
use crate::collect::phone::map::Answers;

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
    ///
    /// A table that is no known export is shown as it would be read, with all that it leaves open, and is not read before you say so
    /// (exit status 2).
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
        /// The time zone of local times; by default the phone's in crickets.toml.
        #[arg(long, value_name = "ZONE", value_parser = mapping::zone)]
        timezone: Option<Tz>,
        #[command(flatten)]
        tables: Box<MapArgs>,
    },
}

pub(super) async fn run(command: Import, context: &Context) -> Ended {
    let workspace = context.workspace().await?;
    let gathered = match command.what {
        What::Mail { path, mailbox } => workspace.import_mail(&path, mailbox.as_deref()).await?,
        What::Calls { file, phone, since, through, timezone, tables } => {
            let mut answers = Answers { zone_told: timezone.is_some(), ..tables.answers() };
            if let Some(name) = &tables.map {
                answers.named = Some((name.clone(), crate::audit::maps::read(&workspace.map_file(name)?)?));
            }
            let (gathered, questions) =
                workspace.import_calls(&file, phone.as_deref(), Vouched { since, through }, timezone, answers).await?;
            if !questions.is_empty() {
                for question in &questions {
                    mapping::ask(question, context);
                }
                if !gathered.passes.is_empty() {
                    watch::show(&gathered, context);
                }
                return Ok(USAGE);
            }
            if let Some(name) = tables.save_map.as_deref()
                && !workspace.map_file(name)?.exists()
            {
                context.out.say("No mapping was saved: these files are known without one.");
            }
            gathered
        }
    };
    Ok(watch::show(&gathered, context))
}
