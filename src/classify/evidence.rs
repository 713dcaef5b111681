//! Signals that add up to a judgement.

use crate::collect::Signal;

/// The signals for one origin, and their sum.
#[derive(Debug, Default)]
pub(super) struct Evidence {
    pub(super) signals: Vec<Signal>,
    pub(super) score: f64,
}

impl Evidence {
    /// Adds a signal when it was seen.
    pub(super) fn when(&mut self, seen: bool, id: &str, weight: f64, detail: impl Into<String>) {
        if seen {
            self.score += weight;
            self.signals.push(Signal::new(id, weight, detail));
        }
    }

    /// The same with the weights of some signals lowered evenly, so that together they weigh no more than `most`.
    pub(super) fn capped(mut self, of: impl Fn(&str) -> bool, most: f64) -> Self {
        let weight: f64 = self.signals.iter().filter(|signal| of(&signal.id)).map(|signal| signal.weight).sum();
        if weight > most {
            for signal in self.signals.iter_mut().filter(|signal| of(&signal.id)) {
                signal.weight = (signal.weight * most / weight * 100.0).round() / 100.0;
            }
            self.score -= weight - most;
        }
        self
    }

    /// The same with one signal weighing so many times as much.
    pub(super) fn scaled(mut self, id: &str, times: f64) -> Self {
        for signal in self.signals.iter_mut().filter(|signal| signal.id == id) {
            self.score += signal.weight * (times - 1.0);
            signal.weight *= times;
        }
        self
    }

    /// Adds a signal when something was found, quoting it.
    pub(super) fn found(&mut self, what: Option<&str>, id: &str, weight: f64) {
        if let Some(what) = what {
            self.when(true, id, weight, super::pattern::shorten(what));
        }
    }
}
