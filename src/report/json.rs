//! `report.json`: the report as `crickets.report/1`, pretty, keys in a fixed order, with a newline at its end. Same report,
//! same bytes. It is encoded into the file itself: the text of a large wave is larger than its model.

use super::{Report, ReportError, Shelf, Writer};

pub(crate) struct Json;

impl Writer for Json {
    fn each(&self, report: &Report, to: &mut dyn Shelf) -> Result<(), ReportError> {
        to.file("report.json".into(), &mut |file| {
            serde_json::to_writer_pretty(&mut *file, report)?;
            file.write_all(b"\n")
        })
    }
}
