//! Posted hours, each read once however many builders post them: reading costs more than all the rest of a card. Takes an inquiry;
//! refuses hours that are no hours.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::NaiveDate;

use super::log::LogInquiry;
use super::verdict::ScoreError;
use crate::shop::hours::Hours;

/// What tells two builders' hours apart: zone, holidays, text.
type Key = (&'static str, Vec<NaiveDate>, String);

/// The hours read so far.
#[derive(Default)]
pub(super) struct Posted(BTreeMap<Key, Hours>);

impl Posted {
    /// The hours of an inquiry's builder.
    pub(super) fn hours(&mut self, inquiry: &LogInquiry) -> Result<&Hours, ScoreError> {
        match self.0.entry((inquiry.timezone.name(), inquiry.holidays.clone(), inquiry.hours.clone())) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let hours = Hours::parse(&inquiry.hours, inquiry.timezone, &inquiry.holidays)
                    .map_err(|message| ScoreError::Hours { shop: inquiry.shop.clone(), message })?;
                Ok(place.insert(hours))
            }
        }
    }
}
