//! `report.json`: the report as `crickets.report/1`, pretty, keys in a fixed order, with a newline at its end. Same report,
//! same bytes.

use super::{Page, Report, ReportError, Writer};

pub(crate) struct Json;

impl Writer for Json {
    fn pages(&self, report: &Report) -> Result<Vec<Page>, ReportError> {
        let mut text = serde_json::to_string_pretty(report).map_err(|e| ReportError::Encode {
            file: "report.json".to_owned(),
            wave: report.wave.clone(),
            message: e.to_string(),
        })?;
        text.push('\n');
        Ok(vec![Page::text("report.json", text)])
    }
}
