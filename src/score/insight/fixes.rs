//! What to mend first.

use super::super::card::Card;
use super::Fix;

pub(super) fn of(_card: &Card) -> Vec<Fix> {
    Vec::new()
}
