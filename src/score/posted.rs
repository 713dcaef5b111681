//! Posted hours, each read once however many builders post them, and the spans in which they are open, found once however many inquiries
//! ask: both cost more than all the rest of a card. Takes inquiries; refuses hours that are no hours.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use chrono_tz::Tz;

use super::log::LogInquiry;
use super::verdict::ScoreError;
use crate::shop::hours::{Hours, Span, open_spans};

/// What is looked up besides what was asked for, since the next inquiry of a wave is not far.
const BESIDE: TimeDelta = TimeDelta::days(7);
/// The longest stretch that is kept.
const LONGEST: TimeDelta = TimeDelta::days(500);

/// What tells two builders' hours apart: zone, holidays, text.
type Key = (&'static str, Vec<NaiveDate>, String);

/// The hours read so far.
#[derive(Default)]
pub(super) struct Book(BTreeMap<Key, Posted>);

impl Book {
    /// The hours of an inquiry's builder.
    pub(super) fn of(&mut self, inquiry: &LogInquiry) -> Result<&mut Posted, ScoreError> {
        match self.0.entry((inquiry.timezone.name(), inquiry.holidays.clone(), inquiry.hours.clone())) {
            Entry::Occupied(known) => Ok(known.into_mut()),
            Entry::Vacant(place) => {
                let hours = Hours::parse(&inquiry.hours, inquiry.timezone, &inquiry.holidays)
                    .map_err(|message| ScoreError::Hours { shop: inquiry.shop.clone(), message })?;
                Ok(place.insert(Posted { hours, known: None, open: Vec::new() }))
            }
        }
    }
}

/// A builder's hours, and when they were open so far as anybody asked.
pub(super) struct Posted {
    hours: Hours,
    /// The stretch that was looked through.
    known: Option<Span>,
    /// The open spans in it, by time.
    open: Vec<Span>,
}

impl Posted {
    /// The zone of the place.
    pub(super) fn timezone(&self) -> Tz {
        self.hours.timezone()
    }

    /// The spans that were open between two moments, by time; the first and the last may reach beyond them.
    pub(super) fn open(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) -> &[Span] {
        if !self.known.is_some_and(|(early, late)| early <= from && to <= late) {
            self.look(from, to);
        }
        let begins = self.open.partition_point(|(_, closes)| *closes <= from);
        let ends = self.open.partition_point(|(opens, _)| *opens < to);
        self.open.get(begins..ends).unwrap_or_default()
    }

    /// Looks through a stretch, and through what lies between it and what was known before.
    fn look(&mut self, from: DateTime<Utc>, to: DateTime<Utc>) {
        let (early, late) = self.known.map_or((from, to), |(early, late)| (early.min(from), late.max(to)));
        let early = early.checked_sub_signed(BESIDE).unwrap_or(early);
        let late = late.checked_add_signed(BESIDE).unwrap_or(late);
        let keep = late - early <= LONGEST;
        let (early, late) = if keep { (early, late) } else { (from, to) };
        self.open = open_spans(&self.hours, early, late);
        // Of a wild date not everything was looked through.
        self.known = (keep || late - early <= LONGEST).then_some((early, late));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::score::cases::{Case, START};

    #[test]
    fn what_is_kept_is_what_would_be_looked_up() {
        let inquiry = Case::new().log().inquiry;
        let mut book = Book::default();
        let day = |days: i64| START + TimeDelta::days(days);
        // On, back, further than is kept, and there again.
        for (from, to) in [(0, 30), (3, 33), (-40, 2), (0, 30), (600, 630), (0, 30), (0, 700), (700, 731), (5, 5)] {
            let clipped = |spans: &[Span]| -> Vec<Span> { spans.iter().map(|(a, b)| (*a.max(&day(from)), *b.min(&day(to)))).collect() };
            let posted = book.of(&inquiry).unwrap();
            let want = open_spans(&posted.hours.clone(), day(from), day(to));
            assert_eq!(clipped(posted.open(day(from), day(to))), want, "{from} to {to}");
        }
        assert_eq!(book.0.len(), 1);
    }
}
