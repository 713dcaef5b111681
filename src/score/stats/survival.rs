//! How long inquiries waited: Kaplan and Meier's curve (1958). Takes for each inquiry a time and whether the answer came then or
//! watching ended; gives the share still waiting at each time, with Greenwood's variance and its 95 % band on the log-log scale
//! (Kalbfleisch and Prentice; `conf.type = "log-log"` in R, the band of `lifelines`), and the median with the band's own interval.
//!
//! An answer at the moment when another's watching ends comes before it. The median is the first time at which half or fewer wait;
//! its interval reaches from the first time at which the band's lower edge is at a half or less to the first at which its upper
//! edge is (Brookmeyer and Crowley 1982). Where nobody is left waiting the band is not known, as in R.

use serde::{Deserialize, Serialize};

use crate::score::facts::small;

use super::{Z, exact};

/// Within this, half is half.
const HAIR: f64 = 1e-9;

/// One inquiry: how long it waited, and whether an answer ended that.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// Seconds from the confirmation to the answer, or to the end of watching.
    pub(super) seconds: i64,
    /// Whether it was an answer.
    pub(super) answered: bool,
}

/// One step of a curve: a moment at which answers came or watching ended.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// Seconds since the confirmation, wall clock.
    pub at_s: i64,
    /// Inquiries that were waiting just before.
    pub at_risk: u32,
    /// Answers that came now.
    pub answered: u32,
    /// Inquiries whose watching ended now, without an answer.
    pub censored: u32,
    /// The share still waiting from now on.
    pub waiting: f64,
    /// Lower edge of the 95 % band; `None` where nobody is left waiting.
    pub low: Option<f64>,
    /// Upper edge; `None` where nobody is left waiting.
    pub high: Option<f64>,
}

/// A curve of waiting, on the wall clock. It begins at 1 at 0 seconds and stays at each step's share until the next.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Curve {
    /// Inquiries in it.
    pub n: u32,
    /// Of these, answered.
    pub answered: u32,
    /// Of these, still waiting when watching ended: open, withdrawn, or silent to the end.
    pub censored: u32,
    /// Inquiries outside it because the channel was not offered.
    pub not_offered: u32,
    /// Inquiries outside it because the channel was not watched for a moment, or never before it first went unwatched for long.
    pub not_watched: u32,
    /// The first time at which half or fewer were waiting; `None` when that never came.
    pub median_s: Option<i64>,
    /// 95 % interval of the median, either end `None` where the band does not reach a half.
    pub median_interval_s: [Option<i64>; 2],
    /// The steps, by time.
    pub steps: Vec<Step>,
}

impl Curve {
    /// The curve of some waits, rounded for print.
    pub(super) fn of(waits: Vec<Wait>) -> Self {
        let steps = steps(waits);
        let (answered, censored) = steps.iter().fold((0, 0), |(came, ended), step| (came + step.answered, ended + step.censored));
        let (median_s, median_interval_s) = (median(&steps), median_interval(&steps));
        let rounded = |step: Step| Step { waiting: exact(step.waiting), low: step.low.map(exact), high: step.high.map(exact), ..step };
        let n = answered + censored;
        let steps = steps.into_iter().map(rounded).collect();
        Self { n, answered, censored, median_s, median_interval_s, steps, ..Self::default() }
    }
}

/// The steps of the curve, unrounded.
pub(super) fn steps(mut waits: Vec<Wait>) -> Vec<Step> {
    waits.sort_by_key(|wait| (wait.seconds, !wait.answered));
    let mut at_risk = small(waits.len());
    let (mut waiting, mut variance) = (1.0, 0.0);
    let steps = waits.chunk_by(|one, other| one.seconds == other.seconds).filter_map(|same| {
        let at_s = same.first()?.seconds;
        let answered = small(same.iter().filter(|wait| wait.answered).count());
        let censored = small(same.len()) - answered;
        let (n, d, left) = (f64::from(at_risk), f64::from(answered), f64::from(at_risk - answered));
        if answered > 0 {
            waiting *= left / n;
            variance += d / (n * left);
        }
        let (low, high) = band(waiting, variance).unzip();
        let step = Step { at_s, at_risk, answered, censored, waiting, low, high };
        at_risk -= answered + censored;
        Some(step)
    });
    steps.collect()
}

/// The 95 % band about a share, from Greenwood's sum; certain before the first answer, unknown after the last inquiry's.
fn band(waiting: f64, variance: f64) -> Option<(f64, f64)> {
    if waiting <= 0.0 {
        return None;
    }
    if waiting >= 1.0 {
        return Some((1.0, 1.0));
    }
    let log = waiting.ln();
    let width = Z * variance.sqrt() / log;
    let edge = |shift: f64| (-((-log).ln() + shift).exp()).exp();
    // `width` is negative, since the logarithm is.
    Some((edge(-width), edge(width)))
}

/// The first time at which half or fewer were waiting.
pub(super) fn median(steps: &[Step]) -> Option<i64> {
    steps.iter().find(|step| step.waiting <= 0.5 + HAIR).map(|step| step.at_s)
}

/// The times at which the band's edges come down to a half.
pub(super) fn median_interval(steps: &[Step]) -> [Option<i64>; 2] {
    let reaches = |edge: fn(&Step) -> Option<f64>| {
        steps.iter().find(|step| edge(step).is_some_and(|share| share <= 0.5 + HAIR)).map(|step| step.at_s)
    };
    // Where nobody is left waiting the lower edge is not known, and surely no higher than the share itself.
    [reaches(|step| step.low.or(Some(step.waiting))), reaches(|step| step.high)]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(of: &[(i64, bool)]) -> Vec<Wait> {
        of.iter().map(|(seconds, answered)| Wait { seconds: *seconds, answered: *answered }).collect()
    }

    #[test]
    fn the_median_is_kaplan_meiers() {
        let cases = [
            (&[][..], None),
            (&[(10, true)], Some(10)),
            (&[(10, true), (20, true), (30, true)], Some(20)),
            (&[(10, true), (99, false), (99, false)], None),
            // Censored before the second answer: 3/4, then 3/4 * 1/2.
            (&[(10, true), (15, false), (20, true), (99, false)], Some(20)),
            (&[(10, true), (99, false)], Some(10)),
            // At one moment the answer comes first.
            (&[(10, false), (10, true)], Some(10)),
        ];
        for (of, want) in cases {
            assert_eq!(Curve::of(waits(of)).median_s, want, "{of:?}");
        }
    }

    #[test]
    fn the_band_is_certain_before_the_first_answer_and_unknown_after_the_last() {
        let curve = Curve::of(waits(&[(5, false), (10, true), (20, true)]));
        let edges: Vec<_> = curve.steps.iter().map(|step| (step.low, step.high)).collect();
        assert_eq!((edges[0], edges[2]), ((Some(1.0), Some(1.0)), (None, None)));
        assert_eq!((curve.n, curve.answered, curve.censored), (3, 2, 1));
        assert_eq!(curve.median_interval_s, [Some(10), None]);
    }
}
