//! `crickets rubric`.

use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::json;

use super::{Context, DONE, Ended};
use crate::audit::AuditError;
use crate::document;
use crate::score::Rubric;

/// Export or check a rubric: the benchmarks and their points
///
/// A rubric is a TOML file. Copy the default one, edit it, and give it to `report --rubric` or `score --rubric`; its
/// SHA-256 stands on every report.
#[derive(Debug, Args)]
pub(super) struct RubricArgs {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Write the default rubric
    Export {
        /// Where to; by default stdout. A file that exists is not overwritten.
        file: Option<PathBuf>,
    },
    /// Check a rubric; mistakes are underlined
    Check {
        /// The rubric.
        file: PathBuf,
    },
}

pub(super) fn run(command: &RubricArgs, context: &Context) -> Ended {
    match &command.action {
        Action::Export { file: None } => context.out.write(Rubric::default_rubric().text()),
        Action::Export { file: Some(file) } => {
            let fail = |error: std::io::Error| {
                AuditError::wrong(format!("write {}: {error}", file.display()), "name a new file in a folder that exists")
            };
            let mut new = std::fs::File::create_new(file).map_err(fail)?;
            std::io::Write::write_all(&mut new, Rubric::default_rubric().text().as_bytes()).map_err(fail)?;
            context.out.tell(&format!("The default rubric is in {}.", file.display()));
        }
        Action::Check { file } => {
            let rubric = load(Some(file))?;
            let document =
                json!({"schema": "crickets.rubric/1", "name": rubric.name, "version": rubric.version, "sha256": rubric.sha256()});
            context.out.result(&document, || format!("{} version {} is good, SHA-256 {}.\n", rubric.name, rubric.version, rubric.sha256()));
        }
    }
    Ok(DONE)
}

/// The rubric in a file, or the default one.
pub(super) fn load(file: Option<&Path>) -> Result<Rubric, AuditError> {
    match file {
        None => Ok(Rubric::default_rubric()),
        Some(file) => {
            let text = std::fs::read_to_string(file).map_err(|source| document::DocumentError::Read { path: file.to_owned(), source })?;
            Ok(Rubric::parse(file, &text)?)
        }
    }
}
