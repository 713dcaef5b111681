//! Dates and times as programs write them for people: any order, any separator, months in words, twelve or twenty-four hours, with
//! or without an offset, or as an epoch. Takes a cell, gives its parts; which of two numbers is the day is not guessed here but told
//! by an [`Order`]. A year is of 1990 to 2099; names of zones are passed over, for nobody knows what "EST" means in July.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, Utc};
use serde::{Deserialize, Serialize};

use super::when::{self, Stamp};

/// In which order the numbers of a date stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Order {
    /// 31/12/2026.
    DayFirst,
    /// 12/31/2026.
    MonthFirst,
    /// 2026-12-31, and 26/12/31.
    YearFirst,
}

/// Every order.
pub(super) const ORDERS: [Order; 3] = [Order::DayFirst, Order::MonthFirst, Order::YearFirst];

/// A date whose numbers may mean several days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Day {
    /// One day, however it is read.
    Known(NaiveDate),
    /// Three numbers; whether the last is a year of four digits.
    Numbers([u32; 3], bool),
}

impl Day {
    /// The day in this order; `None` where there is none.
    pub(super) fn on(self, order: Order) -> Option<NaiveDate> {
        let [first, second, third] = match self {
            Self::Known(date) => return Some(date),
            Self::Numbers(_, true) if order == Order::YearFirst => return None,
            Self::Numbers(numbers, _) => numbers,
        };
        let (year, month, day) = match order {
            Order::DayFirst => (third, second, first),
            Order::MonthFirst => (third, first, second),
            Order::YearFirst => (first, second, third),
        };
        date(year, month, day)
    }

    /// Whether its order must be told.
    pub(super) fn is_open(self) -> bool {
        matches!(self, Self::Numbers(..))
    }
}

/// What a cell says of a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Wall {
    /// The day, where it names one.
    pub(super) day: Option<Day>,
    /// The time of day, where it names one.
    pub(super) time: Option<NaiveTime>,
    /// How long what it ends with is beyond a second: 59 s for a minute.
    pub(super) length: Duration,
    /// How far it is from UTC, where it says so.
    pub(super) offset: Option<FixedOffset>,
}

/// A cell read as a moment.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Read {
    /// An epoch: one moment, and whether in milliseconds.
    Epoch(DateTime<Utc>, bool),
    /// A date, a time, or both.
    Wall(Wall),
}

/// Reads a cell; `None` where it is no date and no time.
pub(super) fn read(text: &str) -> Option<Read> {
    let text = text.trim();
    if text.len() < 4 || text.len() > 64 || !text.bytes().any(|byte| byte.is_ascii_digit()) {
        return None;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return digits(text);
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        && let Some((seconds, _)) = text.split_once('.')
        && seconds.len() == 10
    {
        return digits(seconds);
    }
    let (before, time, after) = match clock(text) {
        Some((before, time, after)) => (before, Some(time), after),
        None => (text, None, ""),
    };
    let before = before.trim().trim_end_matches(['T', ',']).trim_end_matches(" at").trim();
    let (written, zone) = if before.is_empty() { split_trailing_date(after) } else { (before, after) };
    let day = if written.trim().is_empty() { None } else { Some(day(written)?) };
    let offset = offset(zone)?;
    let (time, length) = match time {
        Some((time, length)) => (Some(time), length),
        None => (None, Duration::zero()),
    };
    (day.is_some() || time.is_some()).then_some(Read::Wall(Wall { day, time, length, offset }))
}

/// Whether a cell is a day and a month, and no year: `Nov 05`, `11/05`.
pub(super) fn lacks_year(text: &str) -> bool {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric()).filter(|part| !part.is_empty()).count();
    (2..=3).contains(&parts) && day(text).is_none() && day(&format!("{text} 2000")).or_else(|| day(&format!("{text}/2000"))).is_some()
}

/// Nothing but digits: an epoch, a compact date, or neither.
fn digits(text: &str) -> Option<Read> {
    let value: i64 = text.parse().ok()?;
    // From 2000 to 2033: later seconds look like telephone numbers.
    let epoch = |ms: i64| (946_684_800_000..2_000_000_000_000).contains(&ms).then(|| DateTime::from_timestamp_millis(ms)).flatten();
    match text.len() {
        9 | 10 => epoch(value.checked_mul(1000)?).map(|at| Read::Epoch(at, false)),
        12 | 13 if epoch(value).is_some() => epoch(value).map(|at| Read::Epoch(at, true)),
        8 | 12 | 14 => {
            let date = NaiveDate::parse_from_str(text.get(..8)?, "%Y%m%d").ok().filter(in_bounds)?;
            let (time, length) = match text.len() {
                8 => (None, Duration::zero()),
                12 => (Some(NaiveTime::parse_from_str(text.get(8..)?, "%H%M").ok()?), Duration::seconds(59)),
                _ => (Some(NaiveTime::parse_from_str(text.get(8..)?, "%H%M%S").ok()?), Duration::zero()),
            };
            Some(Read::Wall(Wall { day: Some(Day::Known(date)), time, length, offset: None }))
        }
        _ => None,
    }
}

/// Finds the time of day: what stands before it, the time with the length of its last unit, and what stands after.
fn clock(text: &str) -> Option<(&str, (NaiveTime, Duration), &str)> {
    let colon = text.find(':')?;
    let begin = text.get(..colon)?.rfind(|c: char| !c.is_ascii_digit()).map_or(0, |at| at + text.get(at..).map_or(1, first_len));
    let (before, rest) = text.split_at_checked(begin)?;
    let hour_end = rest.find(':')?;
    let hour = number(rest.get(..hour_end)?, 1..=2)?;
    let (minute, rest) = take(rest.get(hour_end + 1..)?, 2)?;
    let (second, rest, length) = match rest.strip_prefix(':').and_then(|rest| take(rest, 2)) {
        Some((second, rest)) => (second, rest, Duration::zero()),
        None if rest.starts_with(':') => return None,
        None => (0, rest, Duration::seconds(59)),
    };
    let (nanos, rest) = fraction(rest);
    // "9:32 AM", "9:32a", "9:32 p.m."
    let tail = rest.trim_start();
    let low: String = tail.chars().take(4).flat_map(char::to_lowercase).collect();
    let marks = [("a.m.", false), ("p.m.", true), ("am", false), ("pm", true), ("a", false), ("p", true)];
    let mark = marks.iter().find(|(mark, _)| {
        low.starts_with(mark) && tail.get(mark.len()..).is_some_and(|rest| !rest.starts_with(|next: char| next.is_alphanumeric()))
    });
    let (hour, rest) = match mark {
        Some((mark, after_noon)) if (1..=12).contains(&hour) => (hour % 12 + if *after_noon { 12 } else { 0 }, tail.get(mark.len()..)?),
        // "13:05 PM" is written by programs too, and means what it says.
        Some((mark, true)) if (13..24).contains(&hour) => (hour, tail.get(mark.len()..)?),
        Some(_) => return None,
        None => (hour, rest),
    };
    Some((before, (NaiveTime::from_hms_nano_opt(hour, minute, second, nanos)?, length), rest))
}

/// A fraction of a second, cut to nanoseconds.
fn fraction(text: &str) -> (u32, &str) {
    let Some(rest) = text.strip_prefix(['.', ',']) else { return (0, text) };
    let end = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
    let Some((digits, rest)) = rest.split_at_checked(end).filter(|(digits, _)| !digits.is_empty()) else { return (0, text) };
    let nanos = format!("{digits:0<9}").get(..9).and_then(|nanos| nanos.parse().ok()).unwrap_or(0);
    (nanos, rest)
}

/// What follows a time: an offset, UTC, the name of a zone (passed over), or nothing. `None` where it is anything else.
#[expect(clippy::option_option, reason = "outside: whether it can be read at all; inside: whether it says an offset")]
fn offset(text: &str) -> Option<Option<FixedOffset>> {
    let text = text.trim().trim_matches(['(', ')', ',']).trim();
    if text.is_empty() {
        return Some(None);
    }
    let upper = text.to_ascii_uppercase();
    let named = ["UTC", "GMT", "Z"].iter().find_map(|name| upper.strip_prefix(name));
    let rest = named.unwrap_or(&upper).trim();
    if named.is_some() && rest.is_empty() {
        return FixedOffset::east_opt(0).map(Some);
    }
    if rest.starts_with(['+', '-', '\u{2212}']) {
        let east = rest.starts_with('+');
        let digits = rest.trim_start_matches(['+', '-', '\u{2212}']);
        let (number_part, tail) =
            digits.split_at_checked(digits.find(|c: char| !c.is_ascii_digit() && c != ':').unwrap_or(digits.len()))?;
        let plain: String = number_part.chars().filter(char::is_ascii_digit).collect();
        let (hours, minutes) = match plain.len() {
            1 | 2 => (plain.parse::<i32>().ok()?, 0),
            4 => (plain.get(..2)?.parse::<i32>().ok()?, plain.get(2..)?.parse::<i32>().ok()?),
            _ => return None,
        };
        if hours > 14 || minutes > 59 || tail.chars().any(|c| c.is_ascii_digit()) {
            return None;
        }
        let seconds = (hours * 60 + minutes) * 60;
        return FixedOffset::east_opt(if east { seconds } else { -seconds }).map(Some);
    }
    let name = |c: char| c.is_alphabetic() || matches!(c, ' ' | '_' | '/' | '(' | ')' | '.');
    (named.is_none() && text.chars().all(name)).then_some(None)
}

/// Parts "EST 2026-11-03" and "02/06/17": where a date follows the time.
fn split_trailing_date(text: &str) -> (&str, &str) {
    let text = text.trim().trim_start_matches([',', '-']).trim_start();
    let zone_end = text.find(' ').filter(|_| text.starts_with(|c: char| c.is_ascii_uppercase()) && month(text).is_none());
    match zone_end.and_then(|at| text.split_at_checked(at)) {
        Some((zone, date)) if date.bytes().any(|byte| byte.is_ascii_digit()) && weekday_len(zone) == 0 => (date, zone),
        _ if text.bytes().any(|byte| byte.is_ascii_digit()) && !text.starts_with(['+', '-']) => (text, ""),
        _ => ("", text),
    }
}

/// A date without a time.
fn day(text: &str) -> Option<Day> {
    let text = text.trim().trim_end_matches(',');
    let text = text.get(weekday_len(text)..)?.trim_start_matches([',', '.', ' ']);
    let mut parts = text.split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
    let (first, second, third) = (parts.next()?, parts.next()?, parts.next()?);
    if parts.next().is_some() || text.chars().any(|c| !c.is_alphanumeric() && !matches!(c, ' ' | '/' | '-' | '.' | ',' | '\u{a0}')) {
        return None;
    }
    let ordinal = |part: &str| number(part.trim_end_matches(['s', 't', 'n', 'd', 'r', 'h']), 1..=2);
    if let Some(month) = month(first) {
        return date(year(third)?, month, ordinal(second)?).map(Day::Known);
    }
    if let Some(month) = month(second) {
        return match first.len() {
            4 => date(year(first)?, month, ordinal(third)?),
            _ => date(year(third)?, month, ordinal(first)?),
        }
        .map(Day::Known);
    }
    if first.len() == 4 {
        return date(year(first)?, number(second, 1..=2)?, number(third, 1..=2)?).map(Day::Known);
    }
    let whole = third.len() == 4;
    let numbers = [number(first, 1..=2)?, number(second, 1..=2)?, if whole { year(third)? } else { number(third, 2..=2)? }];
    let day = Day::Numbers(numbers, whole);
    ORDERS.iter().any(|order| day.on(*order).is_some()).then_some(day)
}

/// How many bytes a day of the week takes at the beginning.
fn weekday_len(text: &str) -> usize {
    const DAYS: [&str; 7] = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    let end = text.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(text.len());
    let word = text.get(..end).unwrap_or_default().to_ascii_lowercase();
    if word.len() >= 2 && DAYS.iter().any(|day| day.starts_with(&word)) { end } else { 0 }
}

/// The month that a word begins with.
fn month(word: &str) -> Option<u32> {
    let end = word.find(|c: char| !c.is_ascii_alphabetic()).unwrap_or(word.len());
    when::month(word.get(..end)?)
}

/// A year of four digits, or of two after 2000.
fn year(text: &str) -> Option<u32> {
    match text.len() {
        2 => number(text, 2..=2),
        4 => number(text, 4..=4).filter(|year| *year >= 1990),
        _ => None,
    }
}

fn date(year: u32, month: u32, day: u32) -> Option<NaiveDate> {
    let year = if year < 70 { year + 2000 } else { year };
    NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day).filter(in_bounds)
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "filters hand it so")]
fn in_bounds(date: &NaiveDate) -> bool {
    when::YEARS.contains(&chrono::Datelike::year(date))
}

fn number(text: &str, length: std::ops::RangeInclusive<usize>) -> Option<u32> {
    (length.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())).then(|| text.parse().ok()).flatten()
}

/// So many digits at the beginning, and what follows.
fn take(text: &str, digits: usize) -> Option<(u32, &str)> {
    let (taken, rest) = text.split_at_checked(digits)?;
    Some((number(taken, digits..=digits)?, rest))
}

fn first_len(text: &str) -> usize {
    text.chars().next().map_or(1, char::len_utf8)
}

/// Day and time as a stamp. Without an offset it is a local time of `zone`; a day alone is as long as the day.
pub(super) fn stamp(day: NaiveDate, wall: &Wall, zone: Option<chrono_tz::Tz>) -> Result<Stamp, &'static str> {
    let (time, length) = wall.time.map_or((NaiveTime::MIN, Duration::seconds(86_399)), |time| (time, wall.length));
    let naive: NaiveDateTime = day.and_time(time);
    match (wall.offset, zone) {
        (Some(offset), _) => {
            naive.checked_sub_offset(offset).map(|utc| Stamp::exactly(utc.and_utc()).coarse(length)).ok_or("its time is out of range")
        }
        (None, Some(zone)) => Ok(when::local(naive, zone).coarse(length)),
        (None, None) => Err("its time names no zone; say which with --timezone, or `timezone` of the phone in crickets.toml"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str, order: Order) -> String {
        match read(text) {
            None => "none".to_owned(),
            Some(Read::Epoch(at, ms)) => format!("{} {}", at.to_rfc3339(), if ms { "ms" } else { "s" }),
            Some(Read::Wall(wall)) => {
                let day = wall.day.map_or("-".to_owned(), |day| day.on(order).map_or("?".to_owned(), |day| day.to_string()));
                let time = wall.time.map_or("-".to_owned(), |time| time.to_string());
                let offset = wall.offset.map_or(String::new(), |offset| format!(" {offset}"));
                format!("{day} {time}{}{offset}", if wall.length.is_zero() { "" } else { "~" })
            }
        }
    }

    #[test]
    fn moments_are_read_as_people_write_them() {
        for (text, expected) in [
            ("02/06/17 09:45", "2017-02-06 09:45:00~"),
            ("01/15/2026 09:30:00", "2026-01-15 09:30:00"),
            ("2026-11-03 09:32:04", "2026-11-03 09:32:04"),
            ("2026-11-03T09:32:04.119-06:00", "2026-11-03 09:32:04.119 -06:00"),
            ("2026-11-03T09:32:04Z", "2026-11-03 09:32:04 +00:00"),
            ("2026-11-03 09:32:04 UTC", "2026-11-03 09:32:04 +00:00"),
            ("2026-11-03 09:32:04 GMT-0600", "2026-11-03 09:32:04 -06:00"),
            ("Tue, 03 Nov 2026 09:32:04 -0600", "2026-11-03 09:32:04 -06:00"),
            ("Nov 3, 2026 9:32 PM", "2026-11-03 21:32:00~"),
            ("November 3rd, 2026 at 9:32:04 AM EST", "2026-11-03 09:32:04"),
            ("3-Nov-26 12:05 AM", "2026-11-03 00:05:00~"),
            ("Tuesday, November 3, 2026", "2026-11-03 -"),
            ("11/3/2026", "2026-11-03 -"),
            ("20261103093204", "2026-11-03 09:32:04"),
            ("20261103", "2026-11-03 -"),
            ("09:32A", "- 09:32:00~"),
            ("9:32 p.m.", "- 21:32:00~"),
            ("09:32:04 CST 2026-11-03", "2026-11-03 09:32:04"),
            ("09:32, 11/03/2026", "2026-11-03 09:32:00~"),
            ("2026/11/03 09:32:04", "2026-11-03 09:32:04"),
            ("1793720000", "2026-11-03T15:33:20+00:00 s"),
            ("1793720000000", "2026-11-03T15:33:20+00:00 ms"),
            ("1:43", "- 01:43:00~"),
            ("5125550142", "none"),
            ("512-555-0142", "none"),
            ("+1 512 555 0142", "none"),
            ("25:00", "none"),
            ("13:05 AM", "none"),
            ("13/13/2026 10:00", "none"),
            ("0002-06-17 09:45", "none"),
            ("Total: 12", "none"),
            ("10.0.0.1", "none"),
            ("", "none"),
        ] {
            assert_eq!(shown(text, Order::MonthFirst), expected, "{text}");
        }
    }

    #[test]
    fn the_order_is_told_and_never_guessed() {
        for (text, expected) in [
            ("02/06/17", ["2017-06-02 -", "2017-02-06 -", "2002-06-17 -"]),
            ("25.12.2026", ["2026-12-25 -", "? -", "? -"]),
            ("12/25/2026", ["? -", "2026-12-25 -", "? -"]),
            ("26-12-31", ["2031-12-26 -", "? -", "2026-12-31 -"]),
            ("2026-12-31", ["2026-12-31 -", "2026-12-31 -", "2026-12-31 -"]),
        ] {
            assert_eq!(ORDERS.map(|order| shown(text, order)), expected, "{text}");
        }
    }

    #[test]
    fn a_date_without_its_year_is_seen() {
        for (text, expected) in [
            ("Nov 05", true),
            ("11/05", true),
            ("Tue, Nov 5", true),
            ("5. Nov", true),
            ("11/05/2026", false),
            ("9:00A", false),
            ("Austin, TX", false),
            ("512-555-0100", false),
            ("13/13", false),
            ("", false),
        ] {
            assert_eq!(lacks_year(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_cell_is_read_or_refused(text in ".{0,40}", near in "[0-9]{1,4}[/.: -][0-9]{1,2}[/.: -][0-9]{1,4}.{0,12}") {
            let _ = (read(&text), read(&near));
        }
    }
}
