//! Moments as logs write them, as intervals. A time with an offset, in UTC or as an epoch is one moment. A local time needs an IANA
//! zone from the user: in the hour that a clock shows twice it is two moments, and one that no clock showed is taken for the
//! hour around the change. A minute without seconds is a minute long. Names of zones in the text ("EST") are never believed.

use chrono::{DateTime, Datelike as _, Duration, FixedOffset, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, Offset, TimeZone, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::collect::Channel;

/// The years that a log may speak of.
pub(super) const YEARS: std::ops::Range<i32> = 1990..2100;

/// What a source's moment is the moment of.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The ring, or the arrival of a text.
    #[default]
    Ring,
    /// A later event of the call, its answer or its end: the ring lies so long before it as a phone rings and the call lasted.
    Event,
    /// The arrival of the request that tells of it, which names no time.
    Arrival,
    /// The end of a voicemail, which is stamped when it was left.
    Left,
}

/// A moment, or the interval in which it lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// The earliest it can have been.
    pub at: DateTime<Utc>,
    /// The latest, where that is another moment.
    pub latest: Option<DateTime<Utc>>,
    /// What it is the moment of.
    pub basis: Basis,
    /// Whether the source wrote a local time, and which zone that is of was told by somebody else.
    pub local: bool,
}

impl Stamp {
    /// One moment.
    #[must_use]
    pub fn exactly(at: DateTime<Utc>) -> Self {
        Self { at, latest: None, basis: Basis::Ring, local: false }
    }

    /// From one moment to another; equal ends are one moment.
    #[must_use]
    pub fn between(at: DateTime<Utc>, latest: DateTime<Utc>) -> Self {
        let (at, latest) = if at <= latest { (at, latest) } else { (latest, at) };
        Self { latest: Some(latest).filter(|latest| *latest != at), ..Self::exactly(at) }
    }

    /// What began before this moment: at most so long.
    #[must_use]
    pub fn before(self, by: Duration) -> Self {
        let span = Self::between(self.at.checked_sub_signed(by).unwrap_or(self.at), self.latest.unwrap_or(self.at));
        Self { basis: Basis::Event, local: self.local, ..span }
    }

    /// The same of a log that stamps a voicemail when it was left.
    #[must_use]
    pub fn left(self, channel: Channel) -> Self {
        Self { basis: if channel == Channel::Voicemail { Basis::Left } else { self.basis }, ..self }
    }

    /// The same as the arrival of a request.
    #[must_use]
    pub fn arrival(self) -> Self {
        Self { basis: Basis::Arrival, ..self }
    }

    /// The same with its later end moved on: the source is that coarse.
    #[must_use]
    pub fn coarse(self, by: Duration) -> Self {
        let span = Self::between(self.at, self.latest.unwrap_or(self.at) + by);
        Self { latest: span.latest, ..self }
    }
}

/// Milliseconds since 1970 in UTC; `None` outside the years 1990 to 2100, where no log begins or ends.
#[must_use]
pub fn epoch_ms(ms: i64) -> Option<Stamp> {
    DateTime::from_timestamp_millis(ms).filter(plausible).map(Stamp::exactly)
}

/// Seconds since 1970 in UTC, as [`epoch_ms`].
#[must_use]
pub fn epoch_s(seconds: i64) -> Option<Stamp> {
    seconds.checked_mul(1000).and_then(epoch_ms)
}

fn plausible(at: &DateTime<Utc>) -> bool {
    YEARS.contains(&at.year())
}

/// The month that a word names, written out or cut anywhere after its third letter (`Sept`).
pub(super) fn month(word: &str) -> Option<u32> {
    const MONTHS: [&str; 12] =
        ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"];
    let word = word.to_ascii_lowercase();
    let at = MONTHS.iter().position(|name| word.len() >= 3 && name.starts_with(&word))?;
    u32::try_from(at + 1).ok()
}

/// A time of ISO 8601 with its offset or `Z`: `T` or a space between, seconds and their fraction or none (then it is a minute long),
/// `+05:30`, `+0530` or `+05`.
#[must_use]
pub fn iso(text: &str) -> Option<Stamp> {
    let (local, offset) = split_offset(text.trim())?;
    let (naive, length) = naive_iso(local)?;
    let at = naive.checked_sub_offset(offset).map(|utc| utc.and_utc())?;
    plausible(&at).then(|| Stamp::exactly(at).coarse(length))
}

/// A local time of ISO 8601 without offset, and how long the unit it ends with is beyond a second (59 s for a minute).
#[must_use]
pub fn naive_iso(text: &str) -> Option<(NaiveDateTime, Duration)> {
    let (date, time) = text.trim().split_once(['T', ' ', '\u{a0}', '\u{202f}'])?;
    let date = NaiveDate::parse_from_str(date, "%Y-%m-%d").ok()?;
    let time = time.trim();
    match NaiveTime::parse_from_str(time, "%H:%M:%S%.f") {
        Ok(time) => Some((date.and_time(time), Duration::zero())),
        Err(_) => NaiveTime::parse_from_str(time, "%H:%M").ok().map(|time| (date.and_time(time), Duration::seconds(59))),
    }
}

/// Takes `Z` or a numeric offset off the end of a time.
fn split_offset(text: &str) -> Option<(&str, FixedOffset)> {
    if let Some(local) = text.strip_suffix(['Z', 'z']) {
        return Some((local, Utc.fix()));
    }
    // A date holds hyphens too: the sign must come after the time's colon.
    let colon = text.find(':')?;
    let sign = colon + text.get(colon..)?.find(['+', '-', '\u{2212}'])?;
    let (local, offset) = text.split_at_checked(sign)?;
    let mut letters = offset.chars();
    let east = letters.next()? == '+';
    let digits: String = letters.filter(|c| *c != ':').collect();
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let (hours, minutes) = match digits.len() {
        2 => (digits.parse::<i32>().ok()?, 0),
        4 => (digits.get(..2)?.parse::<i32>().ok()?, digits.get(2..)?.parse::<i32>().ok()?),
        _ => return None,
    };
    if minutes >= 60 {
        return None;
    }
    let seconds = (hours * 60 + minutes) * 60;
    Some((local, FixedOffset::east_opt(if east { seconds } else { -seconds })?))
}

/// A date of RFC 2822 as phone companies write it: the day of the week is not looked at, months may be written out or cut anywhere
/// after the third letter (`Sept`), the offset is numeric, `GMT`, `UTC` or `Z`.
#[must_use]
pub fn rfc2822(text: &str) -> Option<Stamp> {
    let rest = text.split_once(',').map_or(text, |(_, rest)| rest);
    let mut parts = rest.split_whitespace();
    let day: u32 = parts.next()?.parse().ok()?;
    let month = month(parts.next()?.trim_end_matches('.'))?;
    let year: i32 = parts.next()?.parse().ok()?;
    let time = NaiveTime::parse_from_str(parts.next()?, "%H:%M:%S").ok()?;
    let zone = parts.next()?;
    let zone = if ["GMT", "UTC", "UT"].iter().any(|name| zone.eq_ignore_ascii_case(name)) { "Z" } else { zone };
    let date = NaiveDate::from_ymd_opt(year, month, day)?;
    iso(&format!("{date}T{time}{zone}"))
}

/// A local time in its zone.
#[must_use]
pub fn local(naive: NaiveDateTime, zone: Tz) -> Stamp {
    let stamp = match zone.from_local_datetime(&naive) {
        LocalResult::Single(at) => Stamp::exactly(at.to_utc()),
        LocalResult::Ambiguous(first, second) => Stamp::between(first.to_utc(), second.to_utc()),
        LocalResult::None => {
            // The clock was put forward over it: it was before the change or after, by whoever forgot to.
            let by = |around: Duration| zone.offset_from_utc_datetime(&(naive + around)).fix();
            let utc = |offset: FixedOffset| (naive - Duration::seconds(i64::from(offset.local_minus_utc()))).and_utc();
            Stamp::between(utc(by(Duration::days(1))), utc(by(Duration::days(-1))))
        }
    };
    Stamp { local: true, ..stamp }
}

/// A duration as logs write it, in whole seconds: `31`, `31.4`, `1:43` (minutes), `00:01:43`, `PT1M43S`.
#[must_use]
pub fn duration(text: &str) -> Option<u32> {
    let text = text.trim();
    if let Some(iso) = text.strip_prefix("PT").or_else(|| text.strip_prefix("pt")) {
        return iso_duration(iso);
    }
    let parts: Vec<&str> = text.split(':').collect();
    let whole = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit()).then(|| part.parse::<u32>().ok()).flatten();
    match parts.as_slice() {
        [seconds] => seconds_of(seconds),
        [minutes, seconds] => whole(minutes)?.checked_mul(60)?.checked_add(whole(seconds).filter(|s| *s < 60)?),
        [hours, minutes, seconds] => whole(hours)?
            .checked_mul(60)?
            .checked_add(whole(minutes).filter(|m| *m < 60)?)?
            .checked_mul(60)?
            .checked_add(whole(seconds).filter(|s| *s < 60)?),
        _ => None,
    }
}

/// Whole seconds, or with a fraction that is cut off.
fn seconds_of(text: &str) -> Option<u32> {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    (digits(whole) && digits(fraction)).then(|| whole.parse().ok()).flatten()
}

/// What follows `PT` in a duration of ISO 8601.
fn iso_duration(text: &str) -> Option<u32> {
    let mut total = 0_u32;
    let mut rest = text;
    while !rest.is_empty() {
        let end = rest.find(|c: char| c.is_ascii_alphabetic())?;
        let (value, unit) = rest.split_at_checked(end)?;
        let value = seconds_of(value)?;
        let each = match unit.chars().next()?.to_ascii_uppercase() {
            'H' => 3600,
            'M' => 60,
            'S' => 1,
            _ => return None,
        };
        total = total.checked_add(value.checked_mul(each)?)?;
        rest = unit.get(1..)?;
    }
    (!text.is_empty()).then_some(total)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(stamp: Option<Stamp>) -> String {
        let iso = |at: DateTime<Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        match stamp {
            None => "none".to_owned(),
            Some(Stamp { at, latest: None, .. }) => iso(at),
            Some(Stamp { at, latest: Some(latest), .. }) => format!("{}..{}", iso(at), iso(latest)),
        }
    }

    #[test]
    fn times_with_an_offset_are_moments() {
        for (text, expected) in [
            ("2018-07-23T09:23:31.000-07:00", "2018-07-23T16:23:31Z"),
            ("2017-01-24T11:27:48.119-05:00", "2017-01-24T16:27:48.119Z"),
            ("2015-07-26 15:44:49+05:30", "2015-07-26T10:14:49Z"),
            ("2024-08-21 18:28:49.244057+05:30", "2024-08-21T12:58:49.244057Z"),
            ("2022-06-17T22:20Z", "2022-06-17T22:20:00Z..2022-06-17T22:20:59Z"),
            ("2022-06-17T22:20:11+0000", "2022-06-17T22:20:11Z"),
            ("2022-06-17T22:20:11", "none"),
            ("2022-06-17", "none"),
            ("2022-13-17T22:20:11Z", "none"),
            ("0002-06-17T22:20:11Z", "none"),
            ("", "none"),
        ] {
            assert_eq!(shown(iso(text)), expected, "{text}");
        }
    }

    #[test]
    fn dates_of_mail_are_read_leniently() {
        for (text, expected) in [
            ("Fri, 18 Oct 2019 17:00:00 +0000", "2019-10-18T17:00:00Z"),
            ("Wed, 19 Sept 2018 20:00:00 +0000", "2018-09-19T20:00:00Z"),
            ("Thur, 20 September 2018 20:00:00 -0500", "2018-09-21T01:00:00Z"),
            ("Tue, 20 Sep 2018 20:00:00 GMT", "2018-09-20T20:00:00Z"),
            ("20 Se 2018 20:00:00 GMT", "none"),
            ("Tue, 20 Sep 2018 20:00:00 EST", "none"),
            ("Tue, 31 Sep 2018 20:00:00 GMT", "none"),
        ] {
            assert_eq!(shown(rfc2822(text)), expected, "{text}");
        }
    }

    #[test]
    fn a_stamp_says_what_it_rests_on() {
        let exact = iso("2026-07-01T09:00:00Z").unwrap();
        assert_eq!((exact.basis, exact.local), (Basis::Ring, false));
        let local = local(naive_iso("2026-07-01 09:00").unwrap().0, chrono_tz::America::Chicago).coarse(Duration::seconds(59));
        assert_eq!((local.basis, local.local, local.before(Duration::seconds(30)).local), (Basis::Ring, true, true));
        let before = exact.before(Duration::seconds(30));
        assert_eq!((before.basis, shown(Some(before)).as_str()), (Basis::Event, "2026-07-01T08:59:30Z..2026-07-01T09:00:00Z"));
    }

    #[test]
    fn local_times_are_one_moment_or_two() {
        let chicago = chrono_tz::America::Chicago;
        for (text, expected) in [
            ("2026-07-01 09:00:00", "2026-07-01T14:00:00Z"),
            ("2026-11-01 01:30:00", "2026-11-01T06:30:00Z..2026-11-01T07:30:00Z"),
            ("2026-03-08 02:30:00", "2026-03-08T07:30:00Z..2026-03-08T08:30:00Z"),
            ("2026-11-01 01:30", "2026-11-01T06:30:00Z..2026-11-01T07:30:59Z"),
        ] {
            let (naive, length) = naive_iso(text).unwrap();
            assert_eq!(shown(Some(local(naive, chicago).coarse(length))), expected, "{text}");
        }
    }

    #[test]
    fn durations_are_read_in_every_spelling() {
        for (text, expected) in [
            ("31", Some(31)),
            ("31.9", Some(31)),
            ("1:43", Some(103)),
            ("4:05", Some(245)),
            ("00:01:43", Some(103)),
            ("PT16M50S", Some(1010)),
            ("PT1H", Some(3600)),
            ("PT0S", Some(0)),
            ("PT", None),
            ("1:75", None),
            ("-3", None),
            ("", None),
            ("x", None),
            ("99999999999", None),
            ("9999999:00:00", None),
        ] {
            assert_eq!(duration(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in ".{0,40}") {
            let _ = (iso(&text), rfc2822(&text), naive_iso(&text), duration(&text));
        }
    }
}
