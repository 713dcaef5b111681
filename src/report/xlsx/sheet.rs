//! A sheet of the workbook, not yet written: a name, columns, and rows of typed cells. Text is only ever text: nothing becomes a
//! formula or a link. Moments are serial dates of ECMA-376 (days since 1899-12-30), in whichever zone the column's title says.

use std::io;

use chrono::{DateTime, NaiveDateTime, Utc};
use rust_xlsxwriter::{Color, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError};

use super::super::words;

/// Rows that a sheet may have.
const MOST_ROWS: u32 = 1_048_576;
/// Letters that a cell may have; half of what Excel bears, as it counts some letters twice.
const MOST_LETTERS: usize = 16_000;
/// The first day of 1970 as a serial date.
const EPOCH: f64 = 25_569.0;
const DAY_S: f64 = 86_400.0;

/// One value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Cell {
    /// Unknown, or none.
    Empty,
    /// Words, from whomever.
    Text(String),
    /// A whole number.
    Count(u32),
    /// Points or a score.
    Points(f64),
    /// A share of one.
    Share(f64),
    /// Seconds, shown as hours, minutes and seconds.
    Span(i64),
    /// A moment in UTC.
    Utc(DateTime<Utc>),
    /// A moment on somebody's own clock.
    Local(NaiveDateTime),
}

impl Cell {
    /// Words; none are an empty cell.
    pub(super) fn text(text: impl AsRef<str>) -> Self {
        let text = words::cut(&words::tidy(text.as_ref()), MOST_LETTERS);
        if text.is_empty() { Self::Empty } else { Self::Text(text) }
    }

    /// What may not be there.
    pub(super) fn of<T>(value: Option<T>, cell: impl FnOnce(T) -> Self) -> Self {
        value.map_or(Self::Empty, cell)
    }

    /// A question with an answer.
    pub(super) fn yes(value: bool) -> Self {
        Self::Text(if value { "yes" } else { "no" }.to_owned())
    }
}

/// A column: its title and its width in letters.
pub(super) type Column = (&'static str, f64);

/// Rows, each made when it is written; one that rests on what was put away can fail.
pub(super) type Rows<'a> = Box<dyn Iterator<Item = io::Result<Vec<Cell>>> + 'a>;

/// A sheet.
pub(super) struct Sheet<'a> {
    pub(super) name: &'static str,
    pub(super) columns: Vec<Column>,
    /// Columns that stay in view.
    pub(super) kept: u16,
    pub(super) rows: Rows<'a>,
    /// Whether its rows are too many for the memory: they wait on the disk until the workbook is written.
    pub(super) long: bool,
}

impl<'a> Sheet<'a> {
    /// A sheet whose rows cannot fail.
    pub(super) fn of(name: &'static str, columns: Vec<Column>, kept: u16, rows: impl Iterator<Item = Vec<Cell>> + 'a) -> Self {
        Self { name, columns, kept, rows: Box::new(rows.map(Ok)), long: false }
    }
}

/// How cells look.
pub(super) struct Looks {
    head: Format,
    text: Format,
    count: Format,
    points: Format,
    share: Format,
    span: Format,
    moment: Format,
}

impl Looks {
    pub(super) fn new() -> Self {
        let top = || Format::new().set_align(FormatAlign::Top);
        let number = |pattern: &str| top().set_num_format(pattern);
        let head = Format::new().set_bold().set_text_wrap().set_align(FormatAlign::VerticalCenter);
        Self {
            head: head.set_background_color(Color::RGB(0x00F1_EFE9)).set_border_bottom(FormatBorder::Thin),
            text: top().set_text_wrap(),
            count: number("0"),
            points: number("0.0#"),
            share: number("0.0%"),
            span: number("[h]:mm:ss"),
            moment: number("yyyy-mm-dd hh:mm:ss"),
        }
    }
}

/// A moment as a serial date.
pub(super) fn serial(at: NaiveDateTime) -> f64 {
    let seconds = at.and_utc().timestamp();
    EPOCH + days(seconds)
}

/// Seconds as days, which is how Excel counts time.
fn days(seconds: i64) -> f64 {
    // Seconds of a few centuries are exact.
    #[expect(clippy::cast_precision_loss, reason = "far below 2^53")]
    let seconds = seconds as f64;
    seconds / DAY_S
}

fn put(sheet: &mut Worksheet, row: u32, column: u16, cell: &Cell, looks: &Looks) -> Result<(), XlsxError> {
    match cell {
        Cell::Empty => return Ok(()),
        Cell::Text(text) => sheet.write_string_with_format(row, column, text, &looks.text)?,
        Cell::Count(number) => sheet.write_number_with_format(row, column, *number, &looks.count)?,
        Cell::Points(number) => sheet.write_number_with_format(row, column, *number, &looks.points)?,
        Cell::Share(share) => sheet.write_number_with_format(row, column, *share, &looks.share)?,
        Cell::Span(seconds) => sheet.write_number_with_format(row, column, days(*seconds), &looks.span)?,
        Cell::Utc(at) => sheet.write_number_with_format(row, column, serial(at.naive_utc()), &looks.moment)?,
        Cell::Local(at) => sheet.write_number_with_format(row, column, serial(*at), &looks.moment)?,
    };
    Ok(())
}

/// Adds the sheet to the workbook: the head frozen and filtered, and ready to print on one page's width.
pub(super) fn add(workbook: &mut Workbook, sheet: Sheet<'_>, looks: &Looks, title: &str) -> Result<(), XlsxError> {
    let page = if sheet.long { workbook.add_worksheet_with_constant_memory()? } else { workbook.add_worksheet() };
    page.set_name(sheet.name)?;
    let columns = u16::try_from(sheet.columns.len()).unwrap_or(u16::MAX);
    for (column, (title, width)) in (0..columns).zip(&sheet.columns) {
        page.write_string_with_format(0, column, *title, &looks.head)?;
        page.set_column_width(column, *width)?;
    }
    page.set_row_height(0, 32)?;
    // What does not fit is said in the last row that does.
    let (mut row, mut more) = (0, 0_usize);
    for cells in sheet.rows {
        let cells = cells?;
        if row == MOST_ROWS - 2 {
            more += 1;
            continue;
        }
        row += 1;
        for (column, cell) in (0..columns).zip(&cells) {
            put(page, row, column, cell, looks)?;
        }
    }
    if more > 0 {
        let more = format!("{more} more rows do not fit here; the CSV table has them.");
        put(page, row + 1, 0, &Cell::Text(more), looks)?;
    }
    if columns > 0 {
        page.autofilter(0, 0, row, columns - 1)?;
    }
    page.set_freeze_panes(1, sheet.kept)?;
    page.set_landscape().set_paper_size(1).set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    page.set_header(format!("&L{}&R&A", title.replace('&', "&&"))).set_footer("&RPage &P of &N");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_serial_dates() {
        for (at, want) in [("1970-01-01T00:00:00", 25_569.0), ("2026-11-02T12:00:00", 46_328.5), ("2000-02-29T06:00:00", 36_585.25)] {
            assert!((serial(at.parse().unwrap()) - want).abs() < 1e-9, "{at}");
        }
    }

    #[test]
    fn text_is_clean_and_bounded() {
        assert_eq!(Cell::text("a\u{202e}b\u{0}"), Cell::Text("ab".to_owned()));
        assert_eq!(Cell::text(""), Cell::Empty);
        assert!(matches!(Cell::text("é".repeat(40_000)), Cell::Text(text) if text.chars().count() == MOST_LETTERS));
    }
}
