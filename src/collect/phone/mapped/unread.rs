//! What is told of a table that is not read: what it lacks, or how its first rows would read.

use super::super::column::{caller, clean};
use super::super::format::{Head, looks_like};
use super::super::map::Map;
use super::super::plan::Plan;
use super::super::question::Example;
use super::super::reading::{Read, Reading};
use super::super::survey::{self, Survey};
use super::header;
use crate::collect::CollectError;
use crate::number::Caller;

/// A table in which no moment was found; it may hold dates that lack their year.
pub(super) fn unknown(head: &[u8], reading: &Reading<'_>) -> CollectError {
    let mut looks = looks_like(&Head::new(head));
    if let Some(date) = survey::yearless(head) {
        looks = format!("{looks}; dates such as {date:?} lack their year: write it into that column");
    }
    CollectError::UnknownLog { file: reading.file().to_owned(), looks }
}

/// A table with moments in which no column of numbers was found, or the other way round: the column that comes nearest is told.
pub(super) fn lacking(survey: &Survey, head: &[u8], reading: &Reading<'_>) -> CollectError {
    let looks = looks_like(&Head::new(head));
    let nearest = survey.columns.iter().enumerate().filter(|(_, column)| column.numbers > 0).max_by_key(|(_, column)| column.numbers);
    let near = nearest.map(|(at, column)| {
        let name = header(&survey.layout).get(at).map_or_else(|| format!("column {}", at + 1), |name| format!("{name:?}"));
        let odd = survey.first.iter().filter_map(|(_, cells)| cells.get(at)).map(|cell| clean(cell));
        let odd = odd.filter(|cell| !cell.is_empty() && matches!(caller(cell), Caller::Name(_))).map(|cell| format!(", and not {cell:?}"));
        let odd = odd.into_iter().next().unwrap_or_default();
        format!("; {name} comes nearest to the numbers: {} of its {} cells are some{odd}", column.numbers, column.filled)
    });
    CollectError::UnknownLog { file: reading.file().to_owned(), looks: looks + near.as_deref().unwrap_or_default() }
}

/// How the first rows would read by a map.
pub(super) fn examples(survey: &Survey, map: &Map, reading: &Reading<'_>) -> Vec<Example> {
    let plan = Plan::new(map, header(&survey.layout), survey.layout.fields, reading.settings);
    let example = |(line, cells): &(u64, Vec<String>)| {
        let read = match &plan {
            Ok(plan) => plan.read(&|at| cells.get(at).map(|cell| cell.as_str().into())),
            Err(problem) => Err(problem.clone()),
        };
        let (call, problem) = match read {
            Ok(Read::Call(call)) => (Some(*call), None),
            Ok(Read::Skip(what)) => (None, Some(format!("passed over: {what}"))),
            Err(problem) => (None, Some(problem)),
        };
        Example { line: *line, row: cells.join(" | "), call, problem }
    };
    survey.first.iter().map(example).collect()
}
