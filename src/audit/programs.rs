//! A builder's own figures, read from its file: a CSV (RFC 4180; commas, semicolons or tabs) with a header, columns in any order and
//! by many names. Takes the bytes; gives rows, and apart from them those that could not be used, each with its line. Refuses a file
//! without the three counts, or with two columns for one of them. An empty cell is no zero, and a total counts nothing twice.

use std::path::Path;

use super::{AuditError, Workspace};
use crate::score::program::{Audit, BadRow, Program, Row, program};
use crate::score::{Standing, program as figures};
use crate::shop::{Basis, Shop};

/// Larger is no table of months and sources.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// What a column holds, and the names it goes by: small letters, single spaces, no signs.
const COLUMNS: [(&str, &[&str]); 5] = [
    ("month", &["month", "period", "date", "year month", "lead month", "month year"]),
    ("source", &["source", "lead source", "channel", "lead type", "origin", "sources", "source of lead"]),
    ("leads", &["leads", "lead", "inquiries", "new leads", "total leads", "lead count", "number of leads", "leads received", "of leads"]),
    (
        "appointments",
        &[
            "appointments",
            "appointment",
            "appts",
            "appt",
            "appointments set",
            "appts set",
            "total appointments",
            "number of appointments",
            "appointments scheduled",
            "of appointments",
        ],
    ),
    (
        "sales",
        &[
            "sales",
            "sale",
            "contracts",
            "contract",
            "sold",
            "contracts written",
            "sales contracts",
            "total sales",
            "number of sales",
            "of sales",
        ],
    ),
];

/// What a line of sums is called.
const TOTALS: [&str; 8] = ["total", "totals", "grand total", "sum", "ytd", "year to date", "average", "all sources"];

/// The rows of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Those that can be used.
    pub rows: Vec<Row>,
    /// The others.
    pub bad: Vec<BadRow>,
}

/// Reads a builder's file.
///
/// # Errors
/// When it cannot be read, is no table, or lacks a column.
pub fn read(path: &Path) -> Result<Table, AuditError> {
    let fail = |error: std::io::Error| {
        AuditError::wrong(format!("read {}: {error}", path.display()), "name a CSV of leads, appointments and sales")
    };
    let size = std::fs::metadata(path).map_err(fail)?.len();
    if size > MOST_BYTES {
        let what = format!("read {}: it has {size} bytes, and a table of months and sources is smaller", path.display());
        return Err(AuditError::wrong(what, "name a CSV with a row for each month and source"));
    }
    table(path, &std::fs::read(path).map_err(fail)?)
}

/// Reads a builder's table; `path` is only named in errors.
fn table(path: &Path, bytes: &[u8]) -> Result<Table, AuditError> {
    // Spreadsheets on Windows save CSV in their own charset.
    let (text, ..) = match std::str::from_utf8(bytes) {
        Ok(text) => (std::borrow::Cow::Borrowed(text.trim_start_matches('\u{feff}')), (), ()),
        Err(_) => (encoding_rs::WINDOWS_1252.decode(bytes).0, (), ()),
    };
    // The reader of CSV counts lines by their `\n`, and would be one short after the other ends.
    let text = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut reader = ::csv::ReaderBuilder::new().delimiter(delimiter(&text)).flexible(true).has_headers(true).from_reader(text.as_bytes());
    let broken = |error: ::csv::Error| AuditError::wrong(format!("use {}: {error}", path.display()), "save it as CSV");
    let header = reader.headers().map_err(broken)?.clone();
    let places = Places::of(path, &header)?;
    let mut table = Table { rows: Vec::new(), bad: Vec::new() };
    for record in reader.records() {
        let record = record.map_err(broken)?;
        let line = record.position().map_or(0, ::csv::Position::line);
        if record.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        match places.row(&record, line) {
            Ok(row) => table.rows.push(row),
            Err(message) => table.bad.push(BadRow { line, message }),
        }
    }
    Ok(table)
}

/// What the header line is cut by.
fn delimiter(text: &str) -> u8 {
    let header = text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
    let count = |sign: u8| header.bytes().filter(|byte| *byte == sign).count();
    // The first of equals.
    [b',', b';', b'\t'].into_iter().rev().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// Where each column stands.
struct Places {
    month: Option<usize>,
    source: Option<usize>,
    leads: usize,
    appointments: usize,
    sales: usize,
}

impl Places {
    fn of(path: &Path, header: &::csv::StringRecord) -> Result<Self, AuditError> {
        let line = header.position().map_or(1, ::csv::Position::line);
        let shown = || header.iter().map(|cell| format!("`{}`", cell.trim())).collect::<Vec<_>>().join(", ");
        let find = |what: &str| -> Result<Option<usize>, AuditError> {
            let names = COLUMNS.iter().find(|(column, _)| *column == what).map_or(&[][..], |(_, names)| names);
            let hits: Vec<usize> =
                header.iter().enumerate().filter(|(_, cell)| names.contains(&plain(cell).as_str())).map(|(at, _)| at).collect();
            match hits.as_slice() {
                [] => Ok(None),
                [one] => Ok(Some(*one)),
                [first, second, ..] => {
                    let cell = |at: &usize| header.get(*at).unwrap_or_default().trim().to_owned();
                    let (one, other) = (cell(first), cell(second));
                    let what = format!("use {}, line {line}: both `{one}` and `{other}` may be the {what}", path.display());
                    Err(AuditError::wrong(what, "rename the one that is not meant"))
                }
            }
        };
        let needed = |what: &str| {
            find(what)?.ok_or_else(|| {
                let names = COLUMNS.iter().find(|(column, _)| *column == what).map_or(&[][..], |(_, names)| names);
                let message = format!("use {}, line {line}: no column is the {what} among {}", path.display(), shown());
                AuditError::wrong(message, format!("name it `{what}`; known are {}", names.join(", ")))
            })
        };
        Ok(Self {
            month: find("month")?,
            source: find("source")?,
            leads: needed("leads")?,
            appointments: needed("appointments")?,
            sales: needed("sales")?,
        })
    }

    fn row(&self, record: &::csv::StringRecord, line: u64) -> Result<Row, String> {
        let cell = |at: usize| record.get(at).unwrap_or_default().trim();
        let optional = |at: Option<usize>| at.map(cell).filter(|text| !text.is_empty());
        let (month, source) = (optional(self.month), optional(self.source));
        if [month, source].into_iter().flatten().any(|text| TOTALS.contains(&plain(text).as_str())) {
            return Err("a line of sums, which would count everything twice".to_owned());
        }
        let month = match (self.month, month) {
            (None, _) => None,
            (Some(_), None) => return Err("its month is empty".to_owned()),
            (Some(_), Some(text)) => Some(month_of(text).ok_or_else(|| format!("`{text}` is no month; write it as 2026-10"))?),
        };
        Ok(Row {
            line,
            month,
            source: source.map(str::to_owned),
            leads: number("leads", cell(self.leads))?,
            appointments: number("appointments", cell(self.appointments))?,
            sales: number("sales", cell(self.sales))?,
        })
    }
}

/// A name without signs, small.
fn plain(name: &str) -> String {
    let spaced: String = name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    spaced.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A count: digits, also with commas between thousands.
fn number(what: &str, text: &str) -> Result<u64, String> {
    if text.is_empty() {
        return Err(format!("{what} is empty; write 0 where there were none"));
    }
    let mut groups = text.split(',');
    let first = groups.next().unwrap_or_default();
    let rest: Vec<&str> = groups.collect();
    let digits = |group: &str| group.chars().all(|c| c.is_ascii_digit());
    let good = digits(first)
        && (1..=if rest.is_empty() { 12 } else { 3 }).contains(&first.len())
        && rest.iter().all(|group| digits(group) && group.len() == 3);
    let whole = good.then(|| text.replace(',', "").parse::<u64>().ok()).flatten();
    whole.filter(|count| *count <= 1_000_000_000_000).ok_or_else(|| format!("{what} is `{text}`, which is no whole number"))
}

/// `2026-10` of `2026-10`, `2026-10-31`, `10/2026`, `10/31/2026`, `Oct 2026`, `October 2026`, `Oct-26`; `None` of anything else.
fn month_of(text: &str) -> Option<String> {
    const NAMES: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];
    let parts: Vec<&str> = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty()).collect();
    let number = |part: &&str| part.parse::<u16>().ok();
    let named = |part: &&str| {
        let small = part.to_lowercase();
        let at = NAMES.iter().position(|name| small.starts_with(name) && small.len() >= 3)?;
        u16::try_from(at + 1).ok()
    };
    let (year, month) = match parts.as_slice() {
        [year, month] | [year, month, _] | [month, year] if year.len() == 4 && month.len() <= 2 => (number(year)?, number(month)?),
        [month, day, year] if year.len() == 4 && month.len() <= 2 && number(day)? <= 31 => (number(year)?, number(month)?),
        [month, year] if named(month).is_some() => match (year.len(), number(year)?) {
            (4, year) => (year, named(month)?),
            (2, year) => (2000 + year, named(month)?),
            _ => return None,
        },
        _ => return None,
    };
    ((1..=12).contains(&month) && (1990..=2100).contains(&year)).then(|| format!("{year:04}-{month:02}"))
}

impl Workspace {
    /// The figures that the files of some shops give, each file of a builder once, beside its audit score. What is in a study gives none.
    ///
    /// # Errors
    /// When a file that a shop names cannot be read or is no table.
    pub(super) fn programs(&self, slugs: &[&str], standings: &[Standing]) -> Result<Vec<Program>, AuditError> {
        let (shops, _) = self.shops()?;
        let mut found: Vec<Program> = Vec::new();
        let asked = |shop: &&Shop| slugs.contains(&shop.slug.as_str()) && Basis::is_asked_for(shop.basis);
        for shop in shops.iter().filter(asked) {
            let Some(file) = &shop.program else { continue };
            if found.iter().any(|program| program.builder == shop.builder && program.file == *file) {
                continue;
            }
            let Table { rows, bad } = read(&self.root.join(file))?;
            let standing = standings.iter().find(|standing| standing.builder == shop.builder && standing.n > 0);
            let audit = standing.map(|standing| Audit { mean_score: standing.mean_score, n: standing.n });
            found.push(figures::program(&shop.builder, file, &rows, bad, audit));
        }
        Ok(found)
    }
}

/// The figures of a file that stands alone.
///
/// # Errors
/// When it cannot be read or is no table.
pub fn of_file(path: &Path) -> Result<Program, AuditError> {
    let Table { rows, bad } = read(path)?;
    Ok(program("", &path.display().to_string(), &rows, bad, None))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Table, String> {
        table(Path::new("b.csv"), text.as_bytes()).map_err(|error| error.to_string())
    }

    #[test]
    fn columns_are_known_by_many_names_and_in_any_order() {
        let want = Row { line: 2, month: Some("2026-10".into()), source: Some("Web".into()), leads: 1540, appointments: 16, sales: 4 };
        for text in [
            "month,source,leads,appointments,sales\n2026-10,Web,1540,16,4\n",
            "\u{feff}Contracts;# of Leads;Appts Set;Lead Source;Month\n4;1540;16;Web;Oct 2026\n",
            "Sales\tAppts.\tLeads\tSource\tDate\r\n4\t16\t\"1,540\"\tWeb\t10/31/2026\r\n\r\n",
        ] {
            assert_eq!(read(text).unwrap(), Table { rows: vec![want.clone()], bad: vec![] }, "{text}");
        }
        let bare = read("leads,appts,sales\n7,2,1\n").unwrap();
        assert_eq!((&bare.rows[0].month, &bare.rows[0].source), (&None, &None));
        let latin = table(Path::new("b.csv"), b"source,leads,appts,sales\nCasa Ma\xf1ana,7,2,1\n").unwrap();
        assert_eq!(latin.rows[0].source.as_deref(), Some("Casa Mañana"));
    }

    #[test]
    fn bad_rows_are_named_by_line_and_the_others_go_in() {
        let text = "month,source,leads,appts,sales\n2026-09,Web,10,2,1\n2026-09,Web,,2,1\nsoon,Web,1,1,1\n2026-10,\"Fair,\nspring\",3,1,0\n\
            2026-10,Web,-4,1,0\n2026-10,Web,4.5,1,0\nTotal,,17,6,1\n2026-10,Web,\"15,40\",1,0\n,,,,\n2026-11,Web,9,0\n,Web,1,1,1\n";
        let found = read(text).unwrap();
        assert_eq!(found.rows.iter().map(|row| row.line).collect::<Vec<_>>(), [2, 5]);
        let bad: Vec<(u64, &str)> = found.bad.iter().map(|row| (row.line, row.message.as_str())).collect();
        assert_eq!(
            bad,
            [
                (3, "leads is empty; write 0 where there were none"),
                (4, "`soon` is no month; write it as 2026-10"),
                (7, "leads is `-4`, which is no whole number"),
                (8, "leads is `4.5`, which is no whole number"),
                (9, "a line of sums, which would count everything twice"),
                (10, "leads is `15,40`, which is no whole number"),
                (12, "sales is empty; write 0 where there were none"),
                (13, "its month is empty"),
            ]
        );
    }

    #[test]
    fn a_table_that_lacks_a_count_or_has_two_is_refused() {
        for (text, want) in [
            ("month,leads,visits,sales\n", "no column is the appointments among `month`, `leads`, `visits`, `sales`"),
            ("leads,appts,appointments,sales\n", "both `appts` and `appointments` may be the appointments"),
            ("", "no column is the leads among "),
            ("\u{0}\u{1}\u{2}", "no column is the leads"),
        ] {
            let message = read(text).unwrap_err();
            assert!(message.contains(want) && message.contains("b.csv, line 1"), "{message}");
        }
    }

    #[test]
    fn months_are_read_and_never_guessed() {
        for (text, want) in [
            ("2026-10", Some("2026-10")),
            ("2026/1", Some("2026-01")),
            ("2026-10-31", Some("2026-10")),
            ("10/2026", Some("2026-10")),
            ("10/31/2026", Some("2026-10")),
            ("31/10/2026", None),
            ("Sept 2026", Some("2026-09")),
            ("October 2026", Some("2026-10")),
            ("Oct-26", Some("2026-10")),
            ("10/26", None),
            ("Q3 2026", None),
            ("2026", None),
            ("2026-13", None),
            ("Ma 2026", None),
        ] {
            assert_eq!(month_of(text).as_deref(), want, "{text}");
        }
    }
}
