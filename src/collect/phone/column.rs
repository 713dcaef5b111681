//! What a column of a table holds, found by parsing every cell of it as everything that a column can be. Takes cells, keeps counts
//! in bounded memory; judges nothing.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;

use super::wall::{self, ORDERS, Order, Read};
use super::when;
use crate::number::{self, Caller};

/// Most different words of a column that is taken for one of words.
const WORDS: usize = 48;

/// A cell without what spreadsheets and phones put around it: `="5125550100"`, a leading apostrophe, marks of direction.
pub(super) fn clean(cell: &str) -> &str {
    let invisible = |c: char| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let cell = cell.trim_matches(invisible);
    let cell = cell.strip_prefix("=\"").and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell);
    let cell = cell.strip_prefix('\'').unwrap_or(cell);
    let cell = cell.strip_prefix('"').and_then(|cell| cell.strip_suffix('"')).unwrap_or(cell);
    match cell.strip_suffix(".0") {
        Some(whole) if whole.len() >= 10 && whole.bytes().all(|byte| byte.is_ascii_digit()) => whole,
        _ => cell.trim_matches(invisible),
    }
}

/// Whether a spreadsheet has written a long number in short: `1.51256E+10`.
pub(super) fn is_shortened(cell: &str) -> bool {
    let Some((mantissa, exponent)) = cell.split_once(['E', 'e']) else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.' || byte == b',');
    digits(mantissa) && exponent.strip_prefix('+').unwrap_or(exponent).parse::<u8>().is_ok()
}

/// Whether a cell is a UUID, by which some services name their users.
pub(super) fn is_uuid(cell: &str) -> bool {
    let groups: Vec<usize> = cell.split('-').map(str::len).collect();
    groups == [8, 4, 4, 4, 12] && cell.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Who a cell names: a number, also beside a name as in `Amy (512-555-0100)` and `"Amy" <5125550100>`.
pub(super) fn caller(cell: &str) -> Caller {
    let whole = number::normalise(cell, number::REGION);
    let Caller::Name(_) = whole else { return whole };
    let Some((before, rest)) = cell.rsplit_once(['(', '<']) else { return whole };
    let within = rest.trim_end().strip_suffix([')', '>']).unwrap_or_default();
    let named = [within, before].into_iter().find_map(|part| match number::normalise(part, number::REGION) {
        Caller::Name(_) | Caller::Withheld => None,
        known => Some(known),
    });
    named.unwrap_or(whole)
}

/// Zones that Americans name by their initials, and how far their standard time is from UTC, in hours.
const INITIALS: [(&str, i32); 6] = [("AK", -9), ("E", -5), ("C", -6), ("M", -7), ("P", -8), ("H", -10)];

/// The words of a cell or of a column's name that are initials of a zone (`PT`, `EST`, `CDT`), with that zone's standard time in hours.
pub(super) fn initials(text: &str) -> impl Iterator<Item = (&str, i32)> {
    text.split(|c: char| !c.is_ascii_alphanumeric()).filter_map(|word| {
        let (_, hours) = INITIALS.iter().find(|(zone, _)| word.strip_prefix(zone).is_some_and(|rest| matches!(rest, "T" | "ST" | "DT")))?;
        Some((word, *hours))
    })
}

/// A duration in any spelling that states its unit or is written as a clock's: seconds, and whether it was a bare number.
pub(super) fn length(cell: &str) -> Option<(u32, bool)> {
    let bare = cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    if let Some(seconds) = when::duration(cell) {
        return Some((seconds, bare));
    }
    // "1m 43s", "2 Min", "1 h 2 min 3 sec"
    let (mut total, mut found, mut rest) = (0_u32, false, cell.trim());
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (value, tail) = rest.split_at_checked(end)?;
        let tail = tail.trim_start();
        let unit_end = tail.find(|c: char| !c.is_alphabetic()).unwrap_or(tail.len());
        let (unit, tail) = tail.split_at_checked(unit_end)?;
        let each = match unit.to_ascii_lowercase().as_str() {
            "h" | "hr" | "hrs" | "hour" | "hours" => 3600,
            "m" | "min" | "mins" | "minute" | "minutes" => 60,
            "s" | "sec" | "secs" | "second" | "seconds" => 1,
            _ => return None,
        };
        total = total.checked_add(value.parse::<u32>().ok()?.checked_mul(each)?)?;
        (found, rest) = (true, tail.trim_start_matches([' ', ',', '.']));
    }
    found.then_some((total, false))
}

/// How dates of one order run down a file.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    last: Option<NaiveDateTime>,
    rises: bool,
    falls: bool,
    days: BTreeSet<chrono::NaiveDate>,
}

impl Run {
    fn add(&mut self, at: NaiveDateTime) {
        if let Some(last) = self.last {
            self.rises |= at > last;
            self.falls |= at < last;
        }
        self.last = Some(at);
        if self.days.len() < 8 {
            self.days.insert(at.date());
        }
    }

    /// Whether the dates run one way, over enough days to be no accident.
    pub(super) fn is_steady(&self) -> bool {
        !(self.rises && self.falls) && self.days.len() >= 4
    }

    /// Whether they go back and forth.
    pub(super) fn is_mixed(&self) -> bool {
        self.rises && self.falls
    }
}

/// What a column holds, counted.
#[derive(Clone, Debug, Default)]
pub(super) struct Column {
    /// Cells that are not empty.
    pub(super) filled: u64,
    /// Dates with their time of day, or epochs.
    pub(super) moments: u64,
    /// Dates alone.
    pub(super) dates: u64,
    /// Times of day alone.
    pub(super) clocks: u64,
    /// Moments that say how far they are from UTC.
    pub(super) zoned: u64,
    /// Initials of zones that its times bear, with their standard time in hours.
    pub(super) initials: BTreeMap<String, i32>,
    /// Dates whose order must be told, and how many of them each order can read.
    pub(super) open: u64,
    pub(super) fits: [u64; 3],
    /// Open dates that more than one order reads.
    pub(super) both: u64,
    pub(super) runs: [Run; 3],
    /// The first and the last of the three numbers of a date, as they came.
    pub(super) ends: [BTreeSet<u32>; 2],
    /// Telephone numbers of full length.
    pub(super) numbers: u64,
    /// Withheld numbers and short codes.
    pub(super) hidden: u64,
    /// Numbers that a spreadsheet has shortened, and UUIDs.
    pub(super) spoilt: u64,
    /// The shopper's own number.
    pub(super) own: u64,
    /// Durations that are no bare numbers, and bare ones.
    pub(super) lengths: u64,
    pub(super) bare: u64,
    pub(super) longest: u32,
    /// Different words, while there are few; `None` when there are too many.
    pub(super) words: Option<BTreeMap<String, u64>>,
    /// Of a column of too many words, those among its first that say which way a row went.
    pub(super) ways: Vec<String>,
}

impl Column {
    pub(super) fn new() -> Self {
        Self { words: Some(BTreeMap::new()), ..Self::default() }
    }

    /// Looks at a cell.
    pub(super) fn add(&mut self, cell: &str, own: Option<&str>) {
        let cell = clean(cell);
        if cell.is_empty() {
            return;
        }
        self.filled += 1;
        if let Some(words) = &mut self.words {
            if let Some(count) = words.get_mut(cell) {
                *count += 1;
            } else if words.len() < WORDS && cell.len() <= 60 {
                words.insert(cell.to_owned(), 1);
            } else {
                let ways = words.keys().filter(|word| super::words::facts(word).direction.is_some());
                self.ways = ways.cloned().collect();
                self.words = None;
            }
        }
        self.time(cell);
        if let Some((seconds, bare)) = length(cell) {
            self.longest = self.longest.max(seconds);
            *(if bare { &mut self.bare } else { &mut self.lengths }) += 1;
        }
        if is_shortened(cell) || is_uuid(cell) {
            self.spoilt += 1;
            return;
        }
        if cell.len() > 64 || cell.bytes().all(|byte| byte.is_ascii_alphabetic()) && cell.len() > 16 {
            return;
        }
        match caller(cell) {
            Caller::Number(number) => {
                self.numbers += 1;
                self.own += u64::from(own == Some(number.as_str()));
            }
            Caller::ShortCode(_) | Caller::Withheld => self.hidden += 1,
            Caller::Name(_) => {}
        }
    }

    fn time(&mut self, cell: &str) {
        match wall::read(cell) {
            None => {}
            Some(Read::Epoch(..)) => {
                self.moments += 1;
                self.zoned += 1;
            }
            Some(Read::Wall(wall)) => {
                if wall.offset.is_none() && self.initials.len() < 8 && cell.contains('T') {
                    self.initials.extend(initials(cell).map(|(word, hours)| (word.to_owned(), hours)));
                }
                *(match (wall.day, wall.time) {
                    (Some(_), Some(_)) => &mut self.moments,
                    (Some(_), None) => &mut self.dates,
                    (None, _) => &mut self.clocks,
                }) += 1;
                self.zoned += u64::from(wall.offset.is_some());
                let Some(day) = wall.day.filter(|day| day.is_open()) else { return };
                self.open += 1;
                let mut readings = 0;
                for ((order, fits), run) in ORDERS.iter().zip(&mut self.fits).zip(&mut self.runs) {
                    if let Some(date) = day.on(*order) {
                        *fits += 1;
                        readings += u64::from(*order != Order::YearFirst);
                        run.add(date.and_time(wall.time.unwrap_or_default()));
                    }
                }
                self.both += u64::from(readings > 1);
                if let wall::Day::Numbers([first, _, last], false) = day {
                    self.ends.iter_mut().zip([first, last]).for_each(|(ends, number)| ends.extend([number]));
                }
            }
        }
    }

    /// The share of filled cells that `count` is.
    pub(super) fn share(&self, count: u64) -> f64 {
        #[expect(clippy::cast_precision_loss, reason = "a share is for comparing")]
        let share = if self.filled == 0 { 0.0 } else { count as f64 / self.filled as f64 };
        share
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_freed_of_what_spreadsheets_add() {
        for (cell, expected) in [
            ("=\"5125550100\"", "5125550100"),
            ("'5125550100", "5125550100"),
            ("15125550100.0", "15125550100"),
            ("\u{202a}+1 512 555 0100\u{202c}", "+1 512 555 0100"),
            ("31.0", "31.0"),
            (" x ", "x"),
            ("=\"", "=\""),
        ] {
            assert_eq!(clean(cell), expected, "{cell}");
        }
        assert!(is_shortened("1.51256E+10") && is_shortened("1,51256E+10") && is_shortened("1.5e10"));
        assert!(!is_shortened("E") && !is_shortened("Eve") && !is_shortened("5125550100"));
        assert!(is_uuid("3f2504e0-4f89-11d3-9a0c-0305e82c3301") && !is_uuid("512-555-0142"));
    }

    #[test]
    fn numbers_are_found_beside_names() {
        for (cell, expected) in [
            ("Bluebonnet (5125550110)", "+15125550110"),
            ("\"Amy Ortiz\" <512-555-0110>", "+15125550110"),
            ("(512) 555-0110 (Amy)", "+15125550110"),
            ("(512) 555-0110", "+15125550110"),
            ("Dana (100)", "100"),
            ("Amy (Bluebonnet)", "Amy (Bluebonnet)"),
            ("Amy (", "Amy ("),
        ] {
            assert_eq!(caller(cell).into_text().as_deref(), Some(expected), "{cell}");
        }
        assert_eq!(caller("Unknown ()"), Caller::Withheld);
    }

    #[test]
    fn zones_by_their_initials_are_seen() {
        let seen = |text: &str| initials(text).map(|(word, hours)| format!("{word}{hours}")).collect::<Vec<_>>().join(" ");
        assert_eq!(seen("Date & Time (PT)"), "PT-8");
        assert_eq!(seen("09:00:00 CST 2024-11-05"), "CST-6");
        assert_eq!(seen("2024-11-05T09:00 AM EDT"), "EDT-5");
        assert_eq!(seen("Set 09:00 AM Start at"), "");
    }

    #[test]
    fn lengths_are_read_with_their_units() {
        for (cell, expected) in [
            ("1:43", Some((103, false))),
            ("31", Some((31, true))),
            ("1m 43s", Some((103, false))),
            ("2 Min", Some((120, false))),
            ("1 h 2 min 3 sec", Some((3723, false))),
            ("43 secs.", Some((43, false))),
            ("x", None),
            ("5 apples", None),
        ] {
            assert_eq!(length(cell), expected, "{cell}");
        }
    }
}
