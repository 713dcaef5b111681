//! How many strangers call a number that was given to nobody yet: the calls and texts of a log before the first inquiry. Takes their
//! moments, gives a rate with its 95 % interval (Poisson; Wilson and Hilferty's approximation). Refuses a quiet period under three days.

use chrono::{DateTime, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A shorter time tells nothing.
const LEAST: TimeDelta = TimeDelta::days(3);
/// 97.5 % of the normal distribution lie below.
const Z: f64 = 1.959_964;

/// What came before anybody was asked.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Background {
    /// Calls and texts.
    pub calls: u32,
    /// Days over which they were counted.
    pub days: f64,
    /// How many a day.
    pub per_day: f64,
    /// The interval of that.
    pub interval: [f64; 2],
}

/// The rate of strangers among `logged` before `first`. The oldest row of the log, a stranger's or our own, begins the time and is not
/// counted.
#[must_use]
pub fn before(logged: impl IntoIterator<Item = (DateTime<Utc>, bool)>, first: DateTime<Utc>) -> Option<Background> {
    let (mut oldest, mut count) = (None::<(DateTime<Utc>, bool)>, 0_u32);
    for (at, stranger) in logged.into_iter().filter(|(at, _)| *at < first) {
        oldest = Some(oldest.map_or((at, stranger), |oldest| oldest.min((at, stranger))));
        count = count.saturating_add(u32::from(stranger));
    }
    let (begun, by_stranger) = oldest?;
    let span = first - begun;
    if span < LEAST {
        return None;
    }
    let calls = count - u32::from(by_stranger);
    let days = rounded(f64::from(i32::try_from(span.num_minutes()).unwrap_or(i32::MAX)) / 1440.0, 10.0);
    let of = |count: f64, sign: f64| {
        let part = 1.0 / (9.0 * count);
        count * (1.0 - part + sign * Z * part.sqrt()).powi(3)
    };
    let low = if calls == 0 { 0.0 } else { of(f64::from(calls), -1.0).max(0.0) };
    let high = of(f64::from(calls) + 1.0, 1.0);
    let a_day = |count: f64| rounded(count / days, 100.0);
    Some(Background { calls, days, per_day: a_day(f64::from(calls)), interval: [a_day(low), a_day(high)] })
}

impl Background {
    /// In a sentence without its period.
    #[must_use]
    pub fn tell(&self) -> String {
        let [low, high] = self.interval;
        let calls = if self.calls == 1 { "1 call or text".to_owned() } else { format!("{} calls and texts", self.calls) };
        format!("before the first inquiry {calls} of strangers came in {} days: {} a day (95 %: {low} to {high})", self.days, self.per_day)
    }
}

fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts).round() / parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_period_tells_how_much_is_strangers() {
        let at = |hour: i64| DateTime::from_timestamp(1_793_600_000 + hour * 3600, 0).unwrap();
        let found = before((0..=20).map(|number| (at(number * 12), true)), at(240)).unwrap();
        assert_eq!(found.calls, 19, "the one at the first inquiry is not before it");
        assert_eq!(
            found.tell(),
            "before the first inquiry 19 calls and texts of strangers came in 10 days: 1.9 a day (95 %: 1.14 to 2.97)"
        );
        let alone = before([(at(0), true), (at(300), true)], at(240)).unwrap();
        assert_eq!(alone.calls, 0, "a log that begins, and nothing more");
        assert!(alone.tell().ends_with("0 a day (95 %: 0 to 0.37)"), "{}", alone.tell());
        let own = before([(at(0), false), (at(48), true), (at(168), true)], at(240)).unwrap();
        assert_eq!((own.calls, own.days), (2, 10.0), "our own call begins the log, and no stranger's is lost by it");
        assert_eq!(before([(at(0), true)], at(71)), None, "too short");
        assert_eq!(before([], at(71)), None);
    }
}
