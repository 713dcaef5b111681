//! The only reader of the time. Everything else is handed a [`Clock`] or an instant.
//!
//! A rehearsal clock (`--now`, the demo) starts where it is told; whatever is recorded under it is marked `rehearsal`.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Instant;

use chrono::{DateTime, SubsecRound as _, TimeDelta, Utc};

/// A source of the present moment, cheap to clone; clones of a [`Clock::manual`] clock share its hands.
#[derive(Clone, Debug)]
pub struct Clock(Hands);

#[derive(Clone, Debug)]
enum Hands {
    System,
    Ticking { start: DateTime<Utc>, since: Instant },
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    #[must_use]
    pub fn system() -> Self {
        Self(Hands::System)
    }

    /// A rehearsal clock that starts at `start` and ticks.
    #[must_use]
    pub fn rehearsal(start: DateTime<Utc>) -> Self {
        Self(Hands::Ticking { start, since: Instant::now() })
    }

    /// A rehearsal clock that stands still until it is [`set`](Self::set).
    #[must_use]
    pub fn manual(start: DateTime<Utc>) -> Self {
        Self(Hands::Manual(Arc::new(AtomicI64::new(start.timestamp_millis()))))
    }

    /// The present moment, in UTC and in whole milliseconds, as the store keeps it: what was noted a moment ago is never earlier than
    /// that moment.
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the time")]
    pub fn now(&self) -> DateTime<Utc> {
        let now = match &self.0 {
            Hands::System => Utc::now(),
            Hands::Ticking { start, since } => *start + TimeDelta::from_std(since.elapsed()).unwrap_or(TimeDelta::MAX),
            Hands::Manual(at) => DateTime::from_timestamp_millis(at.load(Ordering::SeqCst)).unwrap_or_default(),
        };
        now.trunc_subsecs(3)
    }

    /// Moves a manual clock; the other clocks cannot be moved and ignore it.
    pub fn set(&self, to: DateTime<Utc>) {
        if let Hands::Manual(at) = &self.0 {
            at.store(to.timestamp_millis(), Ordering::SeqCst);
        }
    }

    /// Whether what is recorded under this clock is a rehearsal.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        !matches!(self.0, Hands::System)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_stands_still_and_clones_share_its_hands() {
        let start = DateTime::from_timestamp(1_000, 0).unwrap();
        let clock = Clock::manual(start);
        let clone = clock.clone();
        assert_eq!(clock.now(), start);
        clone.set(start + TimeDelta::days(1));
        assert_eq!(clock.now(), start + TimeDelta::days(1));
        assert!(clock.is_rehearsal() && !Clock::system().is_rehearsal());
    }

    #[test]
    fn a_rehearsal_clock_ticks_from_its_start() {
        let start = DateTime::from_timestamp(1_000, 0).unwrap();
        let clock = Clock::rehearsal(start);
        assert!(clock.now() >= start && clock.now() < start + TimeDelta::minutes(5));
        std::thread::sleep(std::time::Duration::from_micros(1_300));
        for clock in [clock, Clock::system()] {
            assert_eq!(clock.now().timestamp_subsec_nanos() % 1_000_000, 0, "{clock:?}");
        }
    }
}
