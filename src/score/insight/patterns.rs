//! What may lie behind it.

use super::super::card::Card;
use super::super::rubric::Rubric;
use super::{Hypothesis, Setting};

pub(super) fn of(_card: &Card, _others: &[&Card], _rubric: &Rubric, _setting: &Setting<'_>) -> Vec<Hypothesis> {
    Vec::new()
}
