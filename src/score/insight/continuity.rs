//! How the buyer was looked after.

use super::super::card::Card;
use super::super::rubric::Rubric;
use super::{Continuity, Setting};

pub(super) fn of(_card: &Card, _rubric: &Rubric, _setting: &Setting<'_>) -> Option<Continuity> {
    Some(Continuity::default())
}
