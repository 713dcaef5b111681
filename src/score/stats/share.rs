//! Shares and their certainty: Wilson's score interval (1927) for one share, and Newcombe's hybrid score interval (1998, his method
//! 10, without continuity correction) for the difference of two. Takes counts; refuses a share of nothing.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Z, exact};

/// A part of a whole, with the 95 % interval in which the true share lies.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Share {
    /// How many.
    pub part: u32,
    /// Of how many.
    pub of: u32,
    /// The one divided by the other.
    pub share: f64,
    /// Wilson's 95 % interval.
    pub interval: [f64; 2],
}

impl Share {
    /// A share of something; `None` of nothing.
    #[must_use]
    pub fn of(part: u32, of: u32) -> Option<Self> {
        (of > 0 && part <= of).then(|| Self {
            part,
            of,
            share: exact(f64::from(part) / f64::from(of)),
            interval: wilson(part, of).map(exact),
        })
    }
}

/// Wilson's 95 % interval of a share.
pub(super) fn wilson(part: u32, of: u32) -> [f64; 2] {
    let (n, p) = (f64::from(of.max(1)), f64::from(part) / f64::from(of.max(1)));
    let middle = p + Z * Z / (2.0 * n);
    let width = Z * (p * (1.0 - p) / n + Z * Z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + Z * Z / n;
    // At the ends the bound is the share itself; reckoning would miss it by a hair.
    let low = if part == 0 { 0.0 } else { (middle - width) / scale };
    let high = if part == of { 1.0 } else { (middle + width) / scale };
    [low, high]
}

/// Newcombe's 95 % interval of the later share minus the earlier, each as (part, of).
pub(super) fn newcombe(earlier: (u32, u32), later: (u32, u32)) -> [f64; 2] {
    let of = |(part, of): (u32, u32)| (f64::from(part) / f64::from(of.max(1)), wilson(part, of));
    let ((before, [before_low, before_high]), (after, [after_low, after_high])) = (of(earlier), of(later));
    let change = after - before;
    [change - (after - after_low).hypot(before_high - before), change + (after_high - after).hypot(before - before_low)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_nothing_is_none_and_the_ends_hold() {
        assert_eq!(Share::of(0, 0), None);
        assert_eq!(Share::of(3, 2), None);
        for n in 1..60 {
            let ([low, high], [under, over]) = (wilson(0, n), wilson(n, n));
            assert!(low <= 0.0 && high < 1.0 && under > 0.0 && over >= 1.0, "{n}");
        }
    }

    #[test]
    fn a_difference_lies_in_its_interval_and_turns_with_it() {
        for (one, other) in [((0, 1), (1, 1)), ((3, 10), (7, 9)), ((5, 5), (5, 5)), ((0, 7), (0, 3))] {
            let ([low, high], [back_low, back_high]) = (newcombe(one, other), newcombe(other, one));
            let change = f64::from(other.0) / f64::from(other.1) - f64::from(one.0) / f64::from(one.1);
            assert!(-1.0 <= low && low <= change && change <= high && high <= 1.0, "{one:?} {other:?}: {low} {high}");
            assert!((low + back_high).abs() < 1e-12 && (high + back_low).abs() < 1e-12);
        }
    }
}
