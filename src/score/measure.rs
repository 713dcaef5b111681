//! The values a rubric is made of, checked where they are read: points, shares, scores, whole numbers, limits and tiers. Refuses
//! what is out of range or out of order, so that scoring need not ask again.

use serde::Deserialize;

/// Points or a weight: finite, 0 to 1000.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Points(pub f64);

impl TryFrom<f64> for Points {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if (0.0..=1000.0).contains(&value) { Ok(Self(value)) } else { Err(format!("points must lie between 0 and 1000, not {value}")) }
    }
}

/// A part of the points: 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Share(pub f64);

impl TryFrom<f64> for Share {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if (0.0..=1.0).contains(&value) { Ok(Self(value)) } else { Err(format!("a share must lie between 0 and 1, not {value}")) }
    }
}

/// A score: 0 to 100.
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(try_from = "f64")]
pub struct Score(pub f64);

impl TryFrom<f64> for Score {
    type Error = String;

    fn try_from(value: f64) -> Result<Self, String> {
        if (0.0..=100.0).contains(&value) { Ok(Self(value)) } else { Err(format!("a score must lie between 0 and 100, not {value}")) }
    }
}

/// A number of things or seconds: 1 to ten years of seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
#[serde(try_from = "i64")]
pub struct Whole(pub u32);

impl Whole {
    /// As seconds, days or a count to reckon with.
    #[must_use]
    pub fn i64(self) -> i64 {
        i64::from(self.0)
    }
}

impl TryFrom<i64> for Whole {
    type Error = String;

    fn try_from(value: i64) -> Result<Self, String> {
        match u32::try_from(value) {
            Ok(whole @ 1..=315_360_000) => Ok(Self(whole)),
            _ => Err(format!("this must be a whole number between 1 and 315360000, not {value}")),
        }
    }
}

/// A number of days: 1 to 365.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct Days(pub u16);

impl TryFrom<i64> for Days {
    type Error = String;

    fn try_from(value: i64) -> Result<Self, String> {
        match u16::try_from(value) {
            Ok(days @ 1..=365) => Ok(Self(days)),
            _ => Err(format!("this must be a whole number of days between 1 and 365, not {value}")),
        }
    }
}

/// A name for scores.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Tier {
    /// The lowest score that has it.
    pub from: Score,
    /// The name.
    pub name: String,
}

/// Tiers, best first; the last begins at 0.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Vec<Tier>")]
pub struct Tiers(pub Vec<Tier>);

impl TryFrom<Vec<Tier>> for Tiers {
    type Error = String;

    fn try_from(tiers: Vec<Tier>) -> Result<Self, String> {
        let falling = tiers.iter().zip(tiers.iter().skip(1)).all(|(above, below)| above.from.0 > below.from.0);
        match tiers.last() {
            Some(last) if last.from.0 <= 0.0 && falling => Ok(Self(tiers)),
            _ => Err("tiers must go from the highest score down to 0".to_owned()),
        }
    }
}

/// A limit of time and what it is worth.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Met when the elapsed seconds are not more.
    pub within_s: Whole,
    /// What it is worth.
    pub share: Share,
}

/// Limits, ascending in time and falling in worth.
#[derive(Clone, Debug, Deserialize)]
#[serde(try_from = "Vec<Limit>")]
pub struct Limits(pub Vec<Limit>);

impl TryFrom<Vec<Limit>> for Limits {
    type Error = String;

    fn try_from(limits: Vec<Limit>) -> Result<Self, String> {
        let mut pairs = limits.iter().zip(limits.iter().skip(1));
        if limits.is_empty() {
            Err("at least one limit is needed".to_owned())
        } else if pairs.any(|(first, second)| first.within_s >= second.within_s || first.share.0 < second.share.0) {
            Err("limits must ascend in `within_s`, and a later one must not be worth more".to_owned())
        } else {
            Ok(Self(limits))
        }
    }
}

/// Which clock a limit runs on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TimeBase {
    /// Every second counts.
    Wall,
    /// Only seconds inside the posted hours count.
    Business,
}
