//! `crickets program FILE`.

use std::path::PathBuf;

use clap::Args;
use serde::Serialize;

use super::output::table;
use super::{Context, DONE, Ended, FAILED};
use crate::audit::programs;
use crate::report::advice;
use crate::report::words::brief;
use crate::score::program::{Figures, Program, WarningKind};

/// Longest source that the terminal shows.
const NAME: usize = 40;

/// A builder's own leads, appointments and sales as ratios
///
/// The file is a CSV with a header: leads, appointments, sales, and optionally month and source, in any order. The ratios have 95 %
/// intervals; walk-in leads that were handed back to online sales are named and taken out.
#[derive(Debug, Args)]
pub(super) struct ProgramArgs {
    /// The CSV.
    file: PathBuf,
}

#[derive(Serialize)]
struct Document<'a> {
    schema: &'static str,
    #[serde(flatten)]
    program: &'a Program,
}

pub(super) fn run(command: &ProgramArgs, context: &Context) -> Ended {
    let program = programs::of_file(&command.file)?;
    context.out.result(&Document { schema: "crickets.program/1", program: &program }, || text_of(&program));
    for row in &program.bad_rows {
        context.out.say(&format!("{}, line {}: {}.", command.file.display(), row.line, row.message));
    }
    Ok(if program.bad_rows.is_empty() { DONE } else { FAILED })
}

fn text_of(program: &Program) -> String {
    let mut rows = vec![std::iter::once("").chain(advice::FIGURES).map(str::to_owned).collect::<Vec<_>>()];
    let mut line = |name: &str, figures: &Figures| {
        rows.push(std::iter::once(brief(name, NAME)).chain(advice::figures(figures)).collect());
    };
    line("all", &program.all);
    if let Some(without) = &program.without_onsite {
        line("without walk-ins", without);
    }
    for slice in program.by_source.iter().chain(&program.by_month) {
        line(&slice.name, &slice.figures);
    }
    let mut text = table(&rows);
    // Bad rows are told one by one on stderr.
    for warning in program.warnings.iter().filter(|warning| warning.kind != WarningKind::BadRows) {
        text.push_str(&format!("\n{}\n", warning.text));
    }
    text
}
