//! A figure and its interval, as a cell of any table. Takes what the statistics hold; gives two texts: the figure, and below it or
//! behind it what it may be. The one place for how intervals read. Pure.

use super::words::{self, NONE, percent, signed};
use crate::score::{Difference, MeanScore, Share};

/// A figure and its interval.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Measured {
    /// The figure, or [`NONE`].
    pub(crate) value: String,
    /// The 95 % interval and of how many; empty where there is none.
    pub(crate) interval: String,
}

impl Measured {
    /// No figure.
    pub(crate) fn none() -> Self {
        Self::plain(NONE.to_owned())
    }

    /// A figure that is counted, not estimated.
    pub(crate) fn plain(value: String) -> Self {
        Self { value, interval: String::new() }
    }

    /// A share as percent.
    pub(crate) fn share(share: &Share) -> Self {
        let [low, high] = share.interval;
        Self { value: percent(share.share), interval: format!("{} to {}, of {}", percent(low), percent(high), share.of) }
    }

    /// A mean of scores.
    pub(crate) fn score(score: &MeanScore) -> Self {
        let interval = match score.interval {
            Some(_) => format!("{}, of {}", edges(score.interval), score.n),
            None => format!("of {}", score.n),
        };
        Self { value: words::score(score.mean), interval }
    }

    /// A median of `n` waiting times in seconds; either edge may lie beyond what was watched.
    pub(crate) fn median(median: Option<i64>, interval: [Option<i64>; 2], n: u32) -> Self {
        match median {
            Some(median) => Self {
                value: words::duration(median),
                interval: match interval {
                    [Some(low), Some(high)] => format!("{} to {}", words::duration(low), words::duration(high)),
                    [Some(low), None] => format!("from {}", words::duration(low)),
                    [None, Some(high)] => format!("up to {}", words::duration(high)),
                    [None, None] => String::new(),
                },
            },
            None if n == 0 => Self::none(),
            None => Self::plain("not reached".to_owned()),
        }
    }

    /// A change of a mean score.
    pub(crate) fn change(difference: &Difference) -> Self {
        let within = |[low, high]: [f64; 2]| format!("{} to {}", signed(low), signed(high));
        Self { value: signed(difference.change), interval: difference.interval.map_or_else(|| "too few to say".to_owned(), within) }
    }

    /// Both on one line, for a table of plain text.
    pub(crate) fn line(&self) -> String {
        if self.interval.is_empty() { self.value.clone() } else { format!("{} ({})", self.value, self.interval) }
    }
}

/// An interval of scores; [`NONE`] where there are too few for one.
pub(crate) fn edges(interval: Option<[f64; 2]>) -> String {
    interval.map_or_else(|| NONE.to_owned(), |[low, high]| format!("{} to {}", words::score(low), words::score(high)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_figure_says_what_it_may_be() {
        let day = 86_400;
        let median = |median, interval, n| Measured::median(median, interval, n).line();
        assert_eq!(median(Some(day), [Some(60), Some(2 * day)], 9), "1 d (1 min to 2 d)");
        assert_eq!(median(Some(day), [Some(60), None], 9), "1 d (from 1 min)");
        assert_eq!(median(Some(day), [None, Some(60)], 9), "1 d (up to 1 min)");
        assert_eq!((median(None, [None, None], 0), median(None, [None, None], 9)), (NONE.to_owned(), "not reached".to_owned()));
        let share = Share { part: 1, of: 4, share: 0.25, interval: [0.05, 0.7] };
        assert_eq!(Measured::share(&share).line(), "25 % (5 % to 70 %, of 4)");
        let mean = |interval| Measured::score(&MeanScore { n: 4, mean: 61.25, interval }).line();
        assert_eq!((mean(Some([50.0, 70.04])), mean(None)), ("61.2 (50.0 to 70.0, of 4)".to_owned(), "61.2 (of 4)".to_owned()));
        let change = |interval| Measured::change(&Difference { change: -4.0, interval }).line();
        assert_eq!((change(Some([-9.0, 1.0])), change(None)), ("−4.0 (−9.0 to +1.0)".to_owned(), "−4.0 (too few to say)".to_owned()));
    }
}
