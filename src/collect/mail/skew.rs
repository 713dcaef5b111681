//! How far a mail server's clock is from ours. Takes what a mail of our own went through (when it left, which INTERNALDATE it was
//! given, when we saw it); gives an interval, and corrects arrivals by it where it is certain to matter. Pure.
//!
//! An INTERNALDATE is a whole second (RFC 3501, 2.3.3), so a clock that may be right is taken to be right: only what is certainly
//! more than two seconds off is corrected, and a corrected arrival is the interval that is really known.

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::collect::{Arrival, ArrivalBasis};

/// What one-second stamps and honest clocks may differ by.
const HONEST: TimeDelta = TimeDelta::seconds(2);
/// How far a corrected moment may lie outside our observation window, as for any arrival.
const TOLERANCE: TimeDelta = TimeDelta::seconds(120);
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// By how much a server's clock is ahead of ours, at least and at most; negative where it is behind.
/// In JSON `[at least, at most]`, in whole seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(into = "[i64; 2]", from = "[i64; 2]")]
pub struct Skew {
    /// At least, in milliseconds.
    low_ms: i64,
    /// At most, in milliseconds.
    high_ms: i64,
}

impl From<Skew> for [i64; 2] {
    fn from(skew: Skew) -> Self {
        skew.seconds()
    }
}

impl From<[i64; 2]> for Skew {
    fn from([low, high]: [i64; 2]) -> Self {
        Self { low_ms: low.saturating_mul(1_000), high_ms: high.saturating_mul(1_000) }
    }
}

impl Skew {
    /// Of a mail that left at `sent` and was there at `seen` by our clock, and bears the server's `stamp`: it was stamped in between.
    /// `None` where it was there before it left: our own clock was set meanwhile, and nothing is measured.
    #[must_use]
    pub fn measured(stamp: DateTime<Utc>, sent: DateTime<Utc>, seen: DateTime<Utc>) -> Option<Self> {
        let measured = Self { low_ms: (stamp - seen).num_milliseconds(), high_ms: (stamp + SECOND - sent).num_milliseconds() };
        (sent <= seen).then_some(measured)
    }

    /// At least and at most, in whole seconds outward.
    #[must_use]
    pub fn seconds(self) -> [i64; 2] {
        [self.low_ms.div_euclid(1_000), -(-self.high_ms).div_euclid(1_000)]
    }

    /// How much is left open, in milliseconds.
    #[must_use]
    pub fn width_ms(self) -> i64 {
        self.high_ms - self.low_ms
    }

    /// Whether the two clocks certainly disagree by more than two honest ones may.
    #[must_use]
    pub fn is_certain(self) -> bool {
        self.low_ms > HONEST.num_milliseconds() || self.high_ms < -HONEST.num_milliseconds()
    }

    /// What both measurements leave open; `None` where they cannot be of one clock.
    #[must_use]
    pub fn and(self, other: Self) -> Option<Self> {
        let both = Self { low_ms: self.low_ms.max(other.low_ms), high_ms: self.high_ms.min(other.high_ms) };
        (both.low_ms <= both.high_ms).then_some(both)
    }

    fn low(self) -> TimeDelta {
        TimeDelta::milliseconds(self.low_ms)
    }

    fn high(self) -> TimeDelta {
        TimeDelta::milliseconds(self.high_ms)
    }

    /// The skew in words, as a sentence without its beginning and end.
    #[must_use]
    pub fn tell(self) -> String {
        let [low, high] = self.seconds();
        match (self.is_certain(), low > 0) {
            (true, true) => format!("its clock is {low} to {high} s ahead of ours"),
            (true, false) => format!("its clock is {} to {} s behind ours", -high, -low),
            (false, _) if self.width_ms() <= 60_000 => format!("its clock is within {} s of ours", low.abs().max(high)),
            (false, _) => "its clock cannot be told from ours, since the mailbox was read much later".to_owned(),
        }
    }
}

/// An arrival by the corrected INTERNALDATE of a server whose clock is certainly off; `None` where nothing is to be corrected: a
/// clock that may be right, another basis, or a stamp that even corrected lies outside the time in which the mail came.
#[must_use]
pub fn corrected(arrival: &Arrival, skew: Skew) -> Option<Arrival> {
    let stamp = arrival.internal_date.filter(|_| skew.is_certain())?;
    // A server that does not agree with its own handover line was not stamping the arrival; nor was one, without such a line,
    // that saved the mail at another time by the same clock.
    let agrees = arrival.handover.or(arrival.save_date).is_none_or(|other| (stamp - other).abs() <= TOLERANCE);
    let at = floor(stamp - skew.high());
    let latest = ceil(stamp + SECOND - skew.low());
    let latest = arrival.seen_by.map_or(latest, |seen| latest.min(seen)).max(at);
    let seen = arrival.seen_by.is_none_or(|seen| at <= seen + TOLERANCE);
    let by_stamp = match arrival.basis {
        ArrivalBasis::InternalDate => true,
        // It was disputed because the server's clock is off, which is now known.
        ArrivalBasis::Seen => arrival.seen_from.is_none_or(|from| latest >= from - TOLERANCE),
        _ => false,
    };
    (agrees && seen && by_stamp).then(|| Arrival {
        at,
        at_latest: (latest > at).then_some(latest),
        disputed: false,
        basis: ArrivalBasis::InternalDate,
        ..arrival.clone()
    })
}

fn floor(at: DateTime<Utc>) -> DateTime<Utc> {
    at.duration_trunc(SECOND).unwrap_or(at)
}

fn ceil(at: DateTime<Utc>) -> DateTime<Utc> {
    let down = floor(at);
    if down < at { down + SECOND } else { at }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(ms: i64) -> DateTime<Utc> {
        DateTime::from_timestamp_millis(1_700_000_000_000 + ms).unwrap()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        ms(seconds * 1_000)
    }

    /// Of a server whose clock is so many seconds ahead, seen after so many milliseconds.
    fn skew(ahead: i64, seen_ms: i64) -> Skew {
        Skew::measured(at(ahead), ms(400), ms(seen_ms)).unwrap()
    }

    #[test]
    fn what_was_there_before_it_left_measures_nothing() {
        for (seen_ms, measures) in [(400, true), (399, false), (-600_000, false)] {
            assert_eq!(Skew::measured(at(-600), ms(400), ms(seen_ms)).is_some(), measures, "{seen_ms}");
        }
    }

    #[test]
    fn a_skew_is_an_interval_around_the_truth() {
        for (ahead, seen, want, certain, words) in [
            (0, 1_500, [-2, 1], false, "its clock is within 2 s of ours"),
            (2, 1_500, [0, 3], false, "its clock is within 3 s of ours"),
            (600, 1_500, [598, 601], true, "its clock is 598 to 601 s ahead of ours"),
            (-600, 1_500, [-602, -599], true, "its clock is 599 to 602 s behind ours"),
            (600, 86_400_000, [-85_800, 601], false, "its clock cannot be told from ours, since the mailbox was read much later"),
            (-600, 86_400_000, [-87_000, -599], true, "its clock is 599 to 87000 s behind ours"),
        ] {
            let skew = skew(ahead, seen);
            assert_eq!((skew.seconds(), skew.is_certain(), skew.tell().as_str()), (want, certain, words));
        }
    }

    fn arrival(basis: ArrivalBasis, internal: i64, handover: Option<i64>, seen: (Option<i64>, i64)) -> Arrival {
        let by_sight = basis == ArrivalBasis::Seen;
        serde_json::from_value(serde_json::json!({
            "at": if by_sight { at(seen.1) } else { at(internal) }, "disputed": by_sight, "basis": basis,
            "internal_date": at(internal), "handover": handover.map(at), "seen_from": seen.0.map(at), "seen_by": at(seen.1),
        }))
        .unwrap()
    }

    #[test]
    fn a_date_that_a_mail_program_claimed_is_not_corrected_into_a_fact() {
        let behind = skew(-600, 1_500);
        let saved_at = |saved: i64, handover: Option<i64>| Arrival {
            save_date: Some(at(saved)),
            disputed: saved != -500,
            ..arrival(ArrivalBasis::InternalDate, -500, handover, (Some(0), 9_000))
        };
        assert_eq!(corrected(&saved_at(-500, None), behind).map(|arrival| arrival.at), Some(at(99)), "delivered");
        assert_eq!(corrected(&saved_at(8_000, None), behind), None, "put there later, and nothing else speaks for its date");
        assert_eq!(corrected(&saved_at(8_000, Some(-500)), behind).map(|arrival| arrival.at), Some(at(99)), "moved later");
    }

    #[test]
    fn only_a_clock_that_is_certainly_off_is_corrected() {
        use ArrivalBasis::{Handover, InternalDate, Seen};
        let ahead = skew(600, 1_500);
        let behind = skew(-600, 1_500);
        for (what, arrival, skew, want) in [
            ("an honest clock", arrival(InternalDate, 100, None, (Some(0), 130)), skew(1, 1_500), None),
            ("ahead, within the old tolerance", arrival(InternalDate, 110, None, (Some(0), 130)), skew(10, 1_500), Some((99, Some(103)))),
            ("far ahead, disputed until now", arrival(Seen, 700, Some(699), (Some(0), 130)), ahead, Some((99, Some(103)))),
            ("seen before its interval ends", arrival(Seen, 700, None, (Some(0), 101)), ahead, Some((99, Some(101)))),
            ("behind, which nobody had noticed", arrival(InternalDate, -500, Some(-500), (Some(0), 130)), behind, Some((99, Some(103)))),
            ("its own handover line disagrees", arrival(Seen, 700, Some(100), (Some(0), 130)), ahead, None),
            ("the handover line stands by itself", arrival(Handover, 700, Some(100), (Some(0), 130)), ahead, None),
            ("appended with a date of its own", arrival(Seen, -90_000, None, (Some(0), 130)), ahead, None),
            ("still in the future", arrival(Seen, 9_000, None, (Some(0), 130)), ahead, None),
        ] {
            let got = corrected(&arrival, skew);
            assert_eq!(got.as_ref().map(|got| (got.at, got.at_latest)), want.map(|(from, to)| (at(from), to.map(at))), "{what}");
            if let Some(got) = got {
                assert_eq!((got.disputed, got.basis, got.internal_date), (false, InternalDate, arrival.internal_date), "{what}");
            }
        }
    }
}
