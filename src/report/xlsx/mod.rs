//! `report.xlsx` (ECMA-376): the report as a workbook, a sheet a table with typed cells, and two charts of Excel's own. The same report is
//! the same bytes: the document is dated by the report. A rehearsal's notes come first.

mod charts;
mod many;
mod sheet;
mod tables;

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Workbook, XlsxError};

use super::{Page, Report, ReportError, Shelf, Writer, words};

pub(crate) struct Xlsx;

impl Writer for Xlsx {
    fn each(&self, report: &Report, to: &mut dyn Shelf) -> Result<(), ReportError> {
        let bytes = workbook(report).map_err(|error| ReportError::Encode {
            file: "report.xlsx".to_owned(),
            wave: report.wave.clone(),
            message: error.to_string(),
        })?;
        to.page(Page { path: "report.xlsx".into(), bytes })
    }
}

fn workbook(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let looks = sheet::Looks::new();
    let mark = if report.is_rehearsal() { " (rehearsal)" } else { "" };
    let title = format!("Wave {}{mark}", words::brief(&report.wave, 60));
    let mut workbook = Workbook::new();
    if report.is_large() {
        workbook.set_tempdir(report.shops.folder())?;
    }
    let created = ExcelDateTime::from_timestamp(report.as_of.timestamp())?;
    let properties = DocProperties::new().set_title(&title).set_author(words::brief(report.made_by(), 80));
    workbook.set_properties(&properties.set_creation_datetime(&created));
    if report.is_rehearsal() {
        sheet::add(&mut workbook, tables::notes(report), &looks, &title)?;
    }
    sheet::add(&mut workbook, tables::leaderboard(report), &looks, &title)?;
    charts::add(&mut workbook, report)?;
    let rest = [
        tables::criteria(report),
        tables::touches(report),
        many::fixes(report),
        many::statistics(report),
        tables::distribution(report),
        many::curves(report),
        tables::builders(report),
        many::trend(report),
    ];
    for of in rest {
        sheet::add(&mut workbook, of, &looks, &title)?;
    }
    if !report.program.is_empty() {
        sheet::add(&mut workbook, many::programs(report), &looks, &title)?;
    }
    if !report.is_rehearsal() {
        sheet::add(&mut workbook, tables::notes(report), &looks, &title)?;
    }
    workbook.save_to_buffer()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_workbook_of_nothing_is_one_too() {
        let mut input = super::super::sample::input();
        input.shops.clear();
        input.builders.clear();
        let pages = Xlsx.pages(&super::super::build(input)).unwrap();
        assert!(pages.iter().all(|page| page.bytes.starts_with(b"PK")));
    }

    #[test]
    fn a_large_wave_has_every_row_though_they_wait_on_the_disk() {
        let mut input = super::super::sample::input();
        let some = std::mem::take(&mut input.shops);
        input.shops = some.iter().cycle().take(301).cloned().collect();
        let report = super::super::build(input);
        assert!(report.is_large());
        let rows = |name: &str, parts: &[(String, String)]| {
            let (_, text) = parts.iter().find(|(path, text)| path.contains("/sheet") && text.contains(&format!(">{name}<"))).unwrap();
            text.matches("<row ").count()
        };
        let parts = parts(&report);
        let shops: Vec<_> = report.shops.each().map(Result::unwrap).collect();
        // Under its head, each sheet has a row a thing; what the disk held bears its texts in its own cells.
        assert_eq!(rows("Lost", &parts), 1 + shops.iter().map(|shop| shop.card.criteria.len()).sum::<usize>());
        assert_eq!(rows("Attributed by", &parts), 1 + shops.iter().map(|shop| shop.card.touches.len()).sum::<usize>());
    }

    /// The parts of a workbook by their names.
    fn parts(report: &Report) -> Vec<(String, String)> {
        let page = Xlsx.pages(report).unwrap().remove(0);
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(page.bytes)).unwrap();
        let number = archive.len();
        let part = |index| {
            let mut file = archive.by_index(index).unwrap();
            let (name, mut text) = (file.name().unwrap().into_owned(), String::new());
            std::io::Read::read_to_string(&mut file, &mut text).unwrap();
            (name, text)
        };
        (0..number).map(part).collect()
    }

    #[test]
    fn no_cell_is_a_formula() {
        let report = super::super::build(super::super::sample::input());
        let (mut sheets, mut hostile) = (0, 0);
        for (name, text) in parts(&report) {
            assert!(!text.contains("<f>") && !text.contains("<hyperlink") && !text.contains("TargetMode=\"External\""), "{name}");
            sheets += usize::from(name.starts_with("xl/worksheets/sheet"));
            hostile += text.matches("=HYPERLINK(").count();
        }
        assert!(sheets >= 6 && hostile > 0, "{sheets} sheets, the formula as text {hostile} times");
    }
}
