//! Posted opening hours as a clock. Takes the OSM `opening_hours` syntax, a time zone and extra closed days; gives the spans in
//! which a place was open between two instants. Refuses text that is not that syntax, with an example.
//!
//! A place is open at an instant when its wall clock then shows a time inside the hours: on the day clocks go back, an hour that
//! is shown twice counts twice; on the day they go forward, the hour never shown counts not at all. `PH` means New Year's Day,
//! Easter Sunday, Thanksgiving and Christmas Day, since sales centres are open on the other federal holidays.

use std::collections::BTreeSet;
use std::str::FromStr;
use std::sync::Arc;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use opening_hours::{Context, ContextHolidays, OpeningHours, RuleKind};

use crate::guard::caught;

/// A span of time, from and to.
pub type Span = (DateTime<Utc>, DateTime<Utc>);

/// Longest span that is looked through, in days; what lies beyond is not counted, so that a wild date costs no time.
const MAX_DAYS: i64 = 800;
/// Longest text that is parsed; real hours are a tenth of it.
const MAX_TEXT: usize = 1000;
/// What a good text looks like, for messages.
const EXAMPLE: &str = "hours must look like `Mo-Fr 09:00-17:00` or `Mo-Sa 10:00-18:00; Su 12:00-17:00; PH off`";

/// Opening hours, parsed, with their time zone and the days closed besides.
#[derive(Clone, Debug)]
pub struct Hours {
    rules: OpeningHours,
    timezone: Tz,
    closed: BTreeSet<NaiveDate>,
}

impl Hours {
    /// Parses `text`; `closed` are local dates without opening hours, whatever the text says.
    ///
    /// # Errors
    /// When the text is not opening hours, or never says open; the message says how they must look.
    pub fn parse(text: &str, timezone: Tz, closed: &[NaiveDate]) -> Result<Self, String> {
        Ok(Self { rules: rules(text)?, timezone, closed: closed.iter().copied().collect() })
    }

    /// The time zone of the place.
    #[must_use]
    pub fn timezone(&self) -> Tz {
        self.timezone
    }
}

/// Whether `text` is opening hours.
///
/// # Errors
/// When it is not; the message says how it must look.
pub fn check_hours(text: &str) -> Result<(), String> {
    rules(text).map(drop)
}

/// The spans for which the place was open between `from` and `to`, by time, never touching each other.
#[must_use]
pub fn open_spans(hours: &Hours, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<Span> {
    let from = sane(from);
    let to = sane(to).min(from + TimeDelta::days(MAX_DAYS));
    if to <= from {
        return Vec::new();
    }
    // The crate may panic on rules that no test of ours thought of; such a place is never open.
    let local = caught("counting open hours", || local_spans(hours, from, to)).unwrap_or_default();
    let mut open: Vec<Span> = Vec::new();
    for (start, end, offset_s) in pieces(hours.timezone, from, to) {
        let offset = TimeDelta::seconds(offset_s);
        for (opens, closes) in &local {
            let opens = (opens.and_utc() - offset).max(start);
            let closes = (closes.and_utc() - offset).min(end);
            if opens < closes {
                match open.last_mut() {
                    Some(last) if last.1 >= opens => last.1 = last.1.max(closes),
                    _ => open.push((opens, closes)),
                }
            }
        }
    }
    open
}

/// The date on the wall of the place.
#[must_use]
pub fn local_date(timezone: Tz, at: DateTime<Utc>) -> NaiveDate {
    sane(at).with_timezone(&timezone).date_naive()
}

/// Keeps an instant where calendars and the hours crate work.
fn sane(at: DateTime<Utc>) -> DateTime<Utc> {
    let edge = |year| NaiveDate::from_ymd_opt(year, 1, 1).map_or(DateTime::UNIX_EPOCH, |date| date.and_time(NaiveTime::MIN).and_utc());
    at.clamp(edge(1902), edge(9000))
}

fn rules(text: &str) -> Result<OpeningHours, String> {
    let text = text.trim();
    if text.is_empty() || text.len() > MAX_TEXT {
        return Err(format!("{EXAMPLE}; this text is {}", if text.is_empty() { "empty" } else { "too long" }));
    }
    let parsed = caught("reading opening hours", || OpeningHours::from_str(text).ok()).flatten();
    let rules = parsed.ok_or_else(|| format!("{EXAMPLE}, not `{text}`"))?;
    if rules.get_expression().rules.iter().all(|rule| rule.kind != RuleKind::Open) {
        return Err(format!("{EXAMPLE}; `{text}` is never open"));
    }
    Ok(rules)
}

/// The open spans on the wall clock of the place, by time, a day at a time.
fn local_spans(hours: &Hours, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(NaiveDateTime, NaiveDateTime)> {
    let (first, last) = (local_date(hours.timezone, from), local_date(hours.timezone, to));
    let public = (first.year() - 1..=last.year() + 1).flat_map(public_holidays).collect();
    let context = Context::default().with_holidays(ContextHolidays::new(Arc::new(public), Arc::default()));
    let rules = hours.rules.clone().with_context(context);
    let days = first.iter_days().take_while(|day| *day <= last).filter(|day| !hours.closed.contains(day));
    let minute = |day: NaiveDate, minutes: u16| day.and_time(NaiveTime::MIN) + TimeDelta::minutes(i64::from(minutes.min(24 * 60)));
    days.flat_map(|day| {
        let open = rules.schedule_at(day).into_iter().filter(|part| part.kind == RuleKind::Open);
        open.map(move |part| (minute(day, part.range.start.mins_from_midnight()), minute(day, part.range.end.mins_from_midnight())))
            .collect::<Vec<_>>()
    })
    .collect()
}

/// `from..to` cut where the offset from UTC changes: (start, end, offset in seconds).
fn pieces(timezone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>, i64)> {
    let offset = |at: DateTime<Utc>| i64::from(timezone.offset_from_utc_datetime(&at.naive_utc()).fix().local_minus_utc());
    let mut pieces = Vec::new();
    let (mut start, mut at) = (from, from);
    while at < to {
        let next = (at + TimeDelta::days(1)).min(to);
        if offset(next) != offset(at) {
            let change = turn(at, next, |moment| offset(moment) != offset(at));
            pieces.push((start, change, offset(at)));
            start = change;
        }
        at = next;
    }
    pieces.push((start, to, offset(start)));
    pieces
}

/// The first whole second after `low` at which `turned` holds; it holds at `high`.
fn turn(low: DateTime<Utc>, high: DateTime<Utc>, turned: impl Fn(DateTime<Utc>) -> bool) -> DateTime<Utc> {
    let second = |stamp: i64| DateTime::from_timestamp(stamp, 0).unwrap_or(high);
    let (mut low, mut above) = (low.timestamp(), high.timestamp());
    while above - low > 1 {
        let middle = i64::midpoint(low, above);
        if turned(second(middle)) { above = middle } else { low = middle }
    }
    second(above)
}

/// The four days on which `PH` closes.
fn public_holidays(year: i32) -> impl Iterator<Item = NaiveDate> {
    [
        NaiveDate::from_ymd_opt(year, 1, 1),
        easter(year),
        NaiveDate::from_weekday_of_month_opt(year, 11, Weekday::Thu, 4),
        NaiveDate::from_ymd_opt(year, 12, 25),
    ]
    .into_iter()
    .flatten()
}

/// Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876).
#[expect(clippy::many_single_char_names, reason = "the letters of the published algorithm")]
fn easter(year: i32) -> Option<NaiveDate> {
    let (a, b, c) = (year.rem_euclid(19), year.div_euclid(100), year.rem_euclid(100));
    let g = (8 * b + 13) / 25;
    let h = (19 * a + b - b / 4 - g + 15) % 30;
    let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let day = h + l - 7 * m + 114;
    NaiveDate::from_ymd_opt(year, u32::try_from(day / 31).ok()?, u32::try_from(day % 31 + 1).ok()?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::guard::crafted;

    /// The seconds for which the place was open.
    fn business_seconds(hours: &Hours, from: DateTime<Utc>, to: DateTime<Utc>) -> i64 {
        open_spans(hours, from, to).iter().fold(TimeDelta::zero(), |sum, (start, end)| sum + (*end - *start)).num_seconds()
    }

    fn utc(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn hours(text: &str) -> Hours {
        Hours::parse(text, chrono_tz::America::Chicago, &[]).unwrap()
    }

    #[test]
    fn open_time_is_counted_on_the_wall_clock_of_the_place() {
        let cases = [
            // (hours, from, to, seconds), Chicago: UTC-6, from 8 March to 1 November 2026 UTC-5
            ("Mo-Fr 09:00-18:00", "2026-11-02T16:00:00Z", "2026-11-02T16:05:59Z", 359, "seconds, not minutes"),
            ("Mo-Fr 09:00-18:00", "2026-11-02T14:00:00Z", "2026-11-02T15:00:00Z", 0, "before opening"),
            ("Mo-Fr 09:00-18:00", "2026-11-02T23:30:00Z", "2026-11-03T15:30:00Z", 3600, "over a night"),
            ("Mo-Fr 09:00-18:00", "2026-11-06T23:00:00Z", "2026-11-09T16:00:00Z", 7200, "over a weekend"),
            ("Mo-Su 20:00-02:00", "2026-11-03T07:15:00Z", "2026-11-03T09:00:00Z", 2700, "past midnight"),
            ("24/7", "2026-03-08T06:00:00Z", "2026-03-09T05:00:00Z", 23 * 3600, "spring forward"),
            ("24/7", "2026-11-01T05:00:00Z", "2026-11-02T06:00:00Z", 25 * 3600, "fall back"),
            ("24/7", "2026-11-01T07:30:00Z", "2026-11-01T09:00:00Z", 5400, "from the second 01:30"),
            ("Su 02:00-03:00", "2026-03-08T00:00:00Z", "2026-03-09T00:00:00Z", 0, "an hour that is never shown"),
            ("Su 01:00-02:00", "2026-11-01T00:00:00Z", "2026-11-02T00:00:00Z", 7200, "an hour that is shown twice"),
            ("Mo-Fr 09:00-18:00; PH off", "2026-11-26T06:00:00Z", "2026-11-27T06:00:00Z", 0, "Thanksgiving"),
            ("Mo-Fr 09:00-18:00", "2026-11-26T06:00:00Z", "2026-11-27T06:00:00Z", 9 * 3600, "Thanksgiving without PH"),
            ("Mo-Fr 09:00-18:00; PH off", "2026-11-11T06:00:00Z", "2026-11-12T06:00:00Z", 9 * 3600, "Veterans Day is no PH"),
            ("Mo-Su 09:00-18:00; PH off", "2027-03-28T05:00:00Z", "2027-03-29T05:00:00Z", 0, "Easter"),
            ("Mo-Su 09:00-18:00; PH 12:00-14:00", "2026-12-25T06:00:00Z", "2026-12-26T06:00:00Z", 7200, "short hours on PH"),
            ("Mo-Fr 09:00-18:00 unknown; Sa 10:00-12:00", "2026-11-02T00:00:00Z", "2026-11-09T00:00:00Z", 7200, "unknown is not open"),
            ("Mo-Fr 09:00-18:00", "2026-11-03T00:00:00Z", "2026-11-02T00:00:00Z", 0, "backwards"),
            ("Mo-Fr 09:00-18:00,12:00-13:00", "2026-11-02T06:00:00Z", "2026-11-03T06:00:00Z", 9 * 3600, "a span within a span"),
            ("Mo 20:00-26:00, Tu 10:00-12:00", "2026-11-03T06:00:00Z", "2026-11-04T06:00:00Z", 4 * 3600, "past 24 o'clock"),
        ];
        for (text, from, to, want, what) in cases {
            assert_eq!(business_seconds(&hours(text), utc(from), utc(to)), want, "{what}: {text}");
        }
    }

    #[test]
    fn the_shop_files_holidays_close_whatever_the_hours_say() {
        let day = NaiveDate::from_ymd_opt(2026, 11, 27).unwrap();
        let closed = Hours::parse("24/7", chrono_tz::America::Chicago, &[day]).unwrap();
        assert_eq!(business_seconds(&closed, utc("2026-11-27T05:00:00Z"), utc("2026-11-28T07:00:00Z")), 7200);
    }

    #[test]
    fn easter_falls_where_the_almanac_says() {
        for (year, month, day) in [(2024, 3, 31), (2025, 4, 20), (2026, 4, 5), (2027, 3, 28), (2038, 4, 25), (1818, 3, 22)] {
            assert_eq!(easter(year), NaiveDate::from_ymd_opt(year, month, day));
        }
    }

    #[test]
    fn spans_lie_in_order_inside_what_was_asked_and_do_not_touch() {
        let (from, to) = (utc("2026-01-01T00:30:00Z"), utc("2026-12-31T23:30:00Z"));
        for text in ["24/7", "Mo-Su 20:00-02:00", "Mo-Fr 09:00-12:00,13:00-18:00; PH off"] {
            let spans = open_spans(&hours(text), from, to);
            assert!(spans.iter().all(|(start, end)| from <= *start && start < end && *end <= to), "{text}");
            assert!(spans.windows(2).all(|pair| pair[0].1 < pair[1].0), "{text}");
        }
    }

    #[test]
    fn wild_dates_cost_neither_time_nor_a_panic() {
        let edges = [DateTime::<Utc>::MIN_UTC, DateTime::<Utc>::MAX_UTC, utc("2026-11-02T00:00:00Z"), utc("9999-12-31T23:59:59Z")];
        for from in edges {
            for to in edges {
                assert!(business_seconds(&hours("24/7"), from, to) <= MAX_DAYS * 86_400);
            }
            let _ = local_date(chrono_tz::America::Chicago, from);
        }
    }

    #[test]
    fn what_is_no_hours_is_refused_with_an_example() {
        let long = "Mo 09:00-10:00; ".repeat(100);
        for text in ["", "  ", "nine to five", "Mo-Fr 9am-5pm", "25:99", "off", "Mo-Fr closed", "\u{0}", "Mo-Fr 09:00-\u{1F600}", &long] {
            let message = check_hours(text).unwrap_err();
            assert!(message.starts_with("hours must look like `Mo-Fr 09:00-17:00`"), "{message}");
        }
        for text in ["24/7", "Mo-Fr 09:00-18:00; Sa 10:00-17:00; PH off", "Mo-Fr 9:00-17:00", "10:00-18:00"] {
            assert_eq!(check_hours(text), Ok(()), "{text}");
        }
    }

    #[test]
    fn what_makes_the_crate_fail_is_caught_by_the_guard_and_told() {
        let day = (utc("2026-11-02T06:00:00Z"), utc("2026-11-03T06:00:00Z"));
        let failed = crate::guard::failed_so_far();
        crafted::fail("counting open hours");
        assert_eq!(business_seconds(&hours("24/7"), day.0, day.1), 0);
        crafted::fail("reading opening hours");
        assert!(check_hours("24/7").is_err());
        assert_eq!(crate::guard::failed_so_far(), failed + 2);
        assert_eq!(business_seconds(&hours("24/7"), day.0, day.1), 86_400);
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "[A-Za-z0-9 :;,|\"+/-]{0,24}") {
            if let Ok(hours) = Hours::parse(&text, chrono_tz::America::Chicago, &[]) {
                let _ = business_seconds(&hours, utc("2026-01-01T00:00:00Z"), utc("2026-02-01T00:00:00Z"));
            }
        }

        #[test]
        fn open_seconds_add_up_over_a_cut(from in 0_i64..60_000_000, first in 0_i64..2_000_000, second in 0_i64..2_000_000) {
            let at = |seconds: i64| DateTime::from_timestamp(1_780_000_000 + seconds, 0).unwrap();
            let hours = hours("Mo-Sa 10:00-18:00; Su 12:00-17:00; Fr 20:00-02:00; PH off");
            let (a, b, c) = (at(from), at(from + first), at(from + first + second));
            let (left, right) = (business_seconds(&hours, a, b), business_seconds(&hours, b, c));
            proptest::prop_assert_eq!(left + right, business_seconds(&hours, a, c));
            proptest::prop_assert!((0..=first).contains(&left));
        }
    }
}
