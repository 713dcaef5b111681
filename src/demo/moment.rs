//! When somebody acts: so many seconds after the receipt, or a time of the builder's own calendar. Takes `+172s`,
//! `d12 09:15:20` (the 12th day after the receipt) or `Sat 11:02:00` (the next Saturday); gives an instant once the receipt is known.

use chrono::{DateTime, Datelike, Days, NaiveTime, SubsecRound, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;
use serde::Deserialize;

/// A moment counted from the receipt of an inquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub enum Moment {
    /// Seconds after the receipt.
    After(i64),
    /// Days after the day of the receipt, at a local time.
    Day(u64, NaiveTime),
    /// The first such weekday after the day of the receipt, at a local time.
    Next(Weekday, NaiveTime),
}

impl TryFrom<String> for Moment {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let wrong = || format!("`{text}` is not a moment such as `+172s`, `d12 09:15:20` or `Sat 11:02:00`");
        if let Some(seconds) = text.strip_prefix('+').and_then(|rest| rest.strip_suffix('s')) {
            return seconds.parse().map(Self::After).map_err(|_| wrong());
        }
        let (day, time) = text.split_once(' ').ok_or_else(wrong)?;
        let time = NaiveTime::parse_from_str(time, "%H:%M:%S").map_err(|_| wrong())?;
        match day.strip_prefix('d').and_then(|n| n.parse().ok()) {
            Some(n) => Ok(Self::Day(n, time)),
            None => day.parse().map(|weekday| Self::Next(weekday, time)).map_err(|_| wrong()),
        }
    }
}

impl Moment {
    /// The instant, in whole seconds. A local time that the change to summer time skips is taken an hour later.
    #[must_use]
    pub fn resolve(self, receipt: DateTime<Utc>, zone: Tz) -> DateTime<Utc> {
        let receipt = receipt.trunc_subsecs(0);
        let today = receipt.with_timezone(&zone).date_naive();
        let (days, time) = match self {
            Self::After(seconds) => return receipt + TimeDelta::seconds(seconds),
            Self::Day(days, time) => (days, time),
            Self::Next(weekday, time) => {
                let ahead = weekday.days_since(today.weekday());
                (u64::from(if ahead == 0 { 7 } else { ahead }), time)
            }
        };
        let local = today.checked_add_days(Days::new(days)).unwrap_or(today).and_time(time);
        zone.from_local_datetime(&local)
            .earliest()
            .or_else(|| zone.from_local_datetime(&(local + TimeDelta::hours(1))).earliest())
            .map_or(receipt, |at| at.with_timezone(&Utc))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn moments_are_read_and_fall_on_the_builders_own_calendar() {
        let receipt = at("2026-10-30T21:10:05.750Z");
        let cases = [
            ("+172s", "America/Chicago", "2026-10-30T21:12:57Z"),
            ("d1 09:00:00", "America/Chicago", "2026-10-31T14:00:00Z"),
            ("d12 09:15:20", "America/Chicago", "2026-11-11T15:15:20Z"),
            ("d12 09:15:20", "America/Phoenix", "2026-11-11T16:15:20Z"),
            ("Sat 11:02:00", "America/New_York", "2026-10-31T15:02:00Z"),
            ("Fri 11:02:00", "America/New_York", "2026-11-06T16:02:00Z"),
        ];
        for (text, zone, expected) in cases {
            let moment = Moment::try_from(text.to_owned()).unwrap();
            assert_eq!(moment.resolve(receipt, zone.parse().unwrap()), at(expected), "{text} {zone}");
        }
        let skipped = Moment::try_from("d1 02:30:00".to_owned()).unwrap();
        assert_eq!(skipped.resolve(at("2026-03-07T18:00:00Z"), Tz::America__Chicago), at("2026-03-08T08:30:00Z"));
    }

    #[test]
    fn what_is_no_moment_is_refused() {
        for text in ["", "172s", "+s", "d 09:00:00", "d1 9", "Someday 09:00:00"] {
            assert!(Moment::try_from(text.to_owned()).unwrap_err().contains("is not a moment"), "{text}");
        }
    }
}
