//! Which saved map a file fits, told from its head: by the names of its columns, or, where it has none, by its rows.

use super::super::map::Map;
use super::super::plan::Plan;
use super::super::reading::Reading;
use super::super::survey::{self, DELIMITERS, Layout};

/// The saved map that a file fits, and where its rows are.
pub(super) fn saved<'a>(head: &[u8], reading: &Reading<'a>) -> Option<(&'a str, &'a Map, Layout)> {
    let answers = &reading.settings.answers;
    let maps = answers.named.iter().chain(&answers.saved);
    for (name, map) in maps {
        let told = map.file.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok());
        for delimiter in told.into_iter().chain(DELIMITERS.into_iter().filter(|delimiter| Some(*delimiter) != told)) {
            let sample = survey::sample(head, delimiter);
            let layout = |before: usize, header: Option<(u64, Vec<String>)>, fields| Layout {
                delimiter,
                before,
                header,
                above: Vec::new(),
                fields,
                rival: None,
            };
            if let Some(at) = sample.iter().position(|(_, cells)| map.fits(cells)) {
                let header = sample.into_iter().nth(at)?;
                let fields = header.1.len();
                return Some((name, map, layout(at + 1, Some(header), fields)));
            }
            let Some(fields) = map.file.fields.filter(|_| map.file.header.is_none()) else { continue };
            let plan = Plan::new(map, &[], fields, reading.settings).ok()?;
            // Without a header the rows themselves must be what the map says.
            let reads = |cells: &[String]| cells.len() == fields && plan.read(&|at| cells.get(at).map(|cell| cell.as_str().into())).is_ok();
            if !sample.is_empty() && sample.iter().take(20).all(|(_, cells)| reads(cells)) {
                return Some((name, map, layout(0, None, fields)));
            }
        }
    }
    None
}
