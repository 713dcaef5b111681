//! The three ratios and their intervals. Takes counts; gives shares with Wilson's interval (E. B. Wilson 1927), which holds for small
//! counts and for none, where the usual one does not.

use super::super::stats::Share;
use super::super::verdict::rounded;
use super::{Figures, Ratio, Row};

/// What shares are rounded to.
const PARTS: f64 = 1e6;

/// A part of a whole.
pub(super) fn ratio(number: u64, of: u64) -> Ratio {
    let share = (of > 0).then(|| number_of(number) / number_of(of));
    let count = |count: u64| u32::try_from(count).ok();
    let interval = count(number).zip(count(of)).and_then(|(number, of)| Share::of(number, of)).map(|share| share.interval);
    Ratio { number, of, share: share.map(|share| rounded(share, PARTS)), interval }
}

/// The figures of some rows.
pub(super) fn figures<'a>(rows: impl IntoIterator<Item = &'a Row>) -> Figures {
    let add = |(leads, appointments, sales): (u64, u64, u64), row: &Row| {
        (leads.saturating_add(row.leads), appointments.saturating_add(row.appointments), sales.saturating_add(row.sales))
    };
    let (leads, appointments, sales) = rows.into_iter().fold((0, 0, 0), add);
    Figures {
        leads,
        appointments,
        sales,
        lead_to_appointment: ratio(appointments, leads),
        appointment_to_sale: ratio(sales, appointments),
        lead_to_sale: ratio(sales, leads),
    }
}

/// A count to reckon with.
#[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 leads")]
pub(super) fn number_of(count: u64) -> f64 {
    count as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wilsons_interval_is_that_of_the_books() {
        // R. G. Newcombe, Two-sided confidence intervals for the single proportion, Statistics in Medicine 17 (1998), method 3.
        for (number, of, low, high) in [(81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)]
        {
            let [found_low, found_high] = ratio(number, of).interval.unwrap();
            assert!((found_low - low).abs() < 5e-5 && (found_high - high).abs() < 5e-5, "{number} of {of}: {found_low} to {found_high}");
        }
        assert_eq!(ratio(0, 0), Ratio { number: 0, of: 0, share: None, interval: None });
        assert_eq!(ratio(5, 4), Ratio { number: 5, of: 4, share: Some(1.25), interval: None }, "more than there can be");
    }
}
