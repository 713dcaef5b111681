//! A table as a whole: what parts its columns, where its header is, what each column holds. Takes the spooled file, reads it once.

use std::io::{BufReader, Read, Seek, SeekFrom};

use tempfile::SpooledTempFile;

use super::column::{Column, clean};
use super::rows::{Next, Rows};
use super::wall;
use crate::number;

/// What may part columns.
pub(super) const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// How much of a file its layout is told from.
const HEAD: u64 = 64 * 1024;
/// Rows of the head that are looked at.
const LOOKED_AT: usize = 200;
/// Rows that may stand before the header.
const PREAMBLE: usize = 40;

/// Where the rows of a table are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    /// Rows before the first of data, the header among them.
    pub(super) before: usize,
    /// The line of the header, and its columns.
    pub(super) header: Option<(u64, Vec<String>)>,
    /// The lines above the header.
    pub(super) above: Vec<String>,
    /// How many columns a row has.
    pub(super) fields: usize,
    /// Another delimiter that parts the head as well.
    pub(super) rival: Option<u8>,
}

/// What a whole table holds.
pub(super) struct Survey {
    pub(super) layout: Layout,
    pub(super) columns: Vec<Column>,
    pub(super) rows: u64,
    /// The first rows: line and cells.
    pub(super) first: Vec<(u64, Vec<String>)>,
}

/// A file from its beginning.
pub(super) fn rewind(spool: &mut SpooledTempFile) -> std::io::Result<BufReader<&mut SpooledTempFile>> {
    spool.seek(SeekFrom::Start(0))?;
    Ok(BufReader::with_capacity(64 * 1024, spool))
}

/// The beginning of a file.
pub(super) fn head(spool: &mut SpooledTempFile) -> std::io::Result<Vec<u8>> {
    let mut head = Vec::new();
    rewind(spool)?.take(HEAD).read_to_end(&mut head)?;
    Ok(head)
}

/// The rows of a head, for one delimiter; the last may be cut and is left out where there are more.
pub(super) fn sample(head: &[u8], delimiter: u8) -> Vec<(u64, Vec<String>)> {
    let mut rows = Rows::new(head, delimiter);
    let mut found = Vec::new();
    while found.len() <= LOOKED_AT {
        match rows.advance() {
            Ok(Next::Row) => found.push((rows.line(), rows.fields())),
            Ok(Next::Bad(_)) => {}
            Ok(Next::End) | Err(_) => break,
        }
    }
    if head.len() as u64 >= HEAD && found.len() > 1 {
        found.pop();
    }
    found
}

/// What a cell is worth as one of a call log: a moment, a number, neither.
fn worth(cell: &str) -> (bool, bool) {
    let cell = clean(cell);
    let digits = cell.bytes().filter(u8::is_ascii_digit).count();
    let moment = match wall::read(cell) {
        None => false,
        Some(wall::Read::Epoch(..)) => true,
        Some(wall::Read::Wall(wall)) => wall.day.is_some(),
    };
    (moment, !moment && digits >= 7 && number::e164(cell, number::REGION).is_some())
}

/// Finds the layout; `None` where there is no table with moments in it.
pub(super) fn layout(head: &[u8], delimiter: Option<u8>) -> Option<Layout> {
    let score = |delimiter: u8| {
        let rows = sample(head, delimiter);
        let mut score = 0;
        for (_, cells) in rows.iter().filter(|(_, cells)| cells.len() > 1) {
            let (moments, numbers) = cells
                .iter()
                .map(|cell| worth(cell))
                .fold((0, 0), |(m, n), (moment, number)| (m + usize::from(moment), n + usize::from(number)));
            score += if moments > 0 { 2 } else { 0 } + usize::from(numbers > 0);
        }
        score
    };
    let mut scores: Vec<(usize, u8)> = match delimiter {
        Some(delimiter) => vec![(score(delimiter), delimiter)],
        None => DELIMITERS.iter().map(|delimiter| (score(*delimiter), *delimiter)).collect(),
    };
    scores.sort_by_key(|(score, _)| std::cmp::Reverse(*score));
    let (best, delimiter) = *scores.first().filter(|(best, _)| *best > 0)?;
    let rival = scores.get(1).filter(|(score, _)| *score == best).map(|(_, delimiter)| *delimiter);
    let rows = sample(head, delimiter);
    let data = |cells: &[String]| cells.len() > 1 && cells.iter().any(|cell| worth(cell).0);
    // How wide a row of data is: as most are.
    let mut widths = std::collections::BTreeMap::<usize, usize>::new();
    rows.iter().filter(|(_, cells)| data(cells)).for_each(|(_, cells)| *widths.entry(cells.len()).or_default() += 1);
    let fields = widths.iter().max_by_key(|(width, count)| (**count, **width)).map(|(width, _)| *width)?;
    let first = rows.iter().take(PREAMBLE).position(|(_, cells)| data(cells) && cells.len() == fields)?;
    let named = |cells: &[String]| {
        let filled = cells.iter().filter(|cell| !cell.is_empty()).count();
        cells.len() + 1 >= fields
            && cells.len() <= fields + 2
            && filled >= 2
            && filled * 2 >= fields
            && !cells.iter().any(|cell| {
                let (moment, number) = worth(cell);
                moment || number
            })
    };
    let header = first.checked_sub(1).and_then(|at| rows.get(at)).filter(|(_, cells)| named(cells)).cloned();
    let fields = header.as_ref().map_or(fields, |(_, cells)| cells.len().max(fields));
    let titles = first - usize::from(header.is_some());
    let above = rows.iter().take(titles).map(|(_, cells)| cells.join(" ").trim().to_owned()).collect();
    Some(Layout { delimiter, before: first, header, above, fields, rival })
}

/// A date without its year, where most rows of a head hold one.
pub(super) fn yearless(head: &[u8]) -> Option<String> {
    DELIMITERS.into_iter().find_map(|delimiter| {
        let rows = sample(head, delimiter);
        let wide: Vec<_> = rows.iter().filter(|(_, cells)| cells.len() > 2).collect();
        let dates: Vec<&str> =
            wide.iter().filter_map(|(_, cells)| cells.iter().map(|cell| clean(cell)).find(|cell| wall::lacks_year(cell))).collect();
        dates.first().filter(|_| dates.len() * 2 > wide.len()).map(|date| (*date).to_owned())
    })
}

/// Reads the whole table.
pub(super) fn survey(spool: &mut SpooledTempFile, layout: Layout, own: Option<&str>) -> std::io::Result<Survey> {
    let mut columns: Vec<Column> = (0..layout.fields).map(|_| Column::new()).collect();
    let mut rows = Rows::new(rewind(spool)?, layout.delimiter);
    let (mut at, mut count, mut sums, mut first) = (0, 0, 0, Vec::new());
    loop {
        match rows.advance()? {
            Next::End => break,
            Next::Bad(_) => continue,
            Next::Row => {}
        }
        at += 1;
        if at <= layout.before {
            continue;
        }
        // What sums up the others is no row of its own.
        if (0..rows.len().min(layout.fields)).any(|index| rows.field(index).is_some_and(|cell| super::words::is_sum(&cell))) {
            sums += 1;
            if sums < 20 {
                continue;
            }
        }
        count += 1;
        if first.len() < 3 {
            first.push((rows.line(), rows.fields()));
        }
        for (index, column) in columns.iter_mut().enumerate() {
            if let Some(cell) = rows.field(index) {
                column.add(&cell, own);
            }
        }
    }
    Ok(Survey { layout, columns, rows: count, first })
}
