//! Which leads are no online leads: walk-ins that were handed back to online sales. Takes the words of a source, or the months of a
//! file; says whether they tell of walk-ins. Says nothing of a low ratio alone, which may be just that.

use super::Slice;
use super::ratios::{figures, number_of};
use super::{Figures, Row};

/// What a source of walk-ins is called, as whole words without signs.
const ONSITE: [&str; 28] = [
    "walk in",
    "walk ins",
    "walkin",
    "walkins",
    "onsite",
    "on site",
    "reassigned",
    "re assigned",
    "reassign",
    "handed back",
    "hand back",
    "model home",
    "model homes",
    "model center",
    "sales center",
    "sales office",
    "welcome center",
    "realtor event",
    "broker event",
    "agent event",
    "open house",
    "grand opening",
    "drive by",
    "driveby",
    "registration card",
    "guest card",
    "foot traffic",
    "bounce back",
];

/// What comes through the site even where it is called on-site.
const ONLINE: [&str; 6] = ["form", "forms", "chat", "web", "website", "website form"];

/// What tells a walk-in whatever else is said.
const HANDED: [&str; 8] = ["walk in", "walk ins", "walkin", "walkins", "reassigned", "re assigned", "handed back", "hand back"];

/// Months needed before a fall of the ratio.
const BEFORE: usize = 2;

/// Whether a source's words tell of walk-ins.
pub(super) fn is_onsite(source: &str) -> bool {
    let words = words(source);
    let has = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(&format!(" {phrase} ")));
    has(&HANDED) || (has(&ONSITE) && !has(&ONLINE))
}

/// The words of a name, small, single spaces between and around them.
pub(super) fn words(name: &str) -> String {
    let spaced: String = name.to_lowercase().chars().map(|c| if c.is_alphanumeric() { c } else { ' ' }).collect();
    format!(" {} ", spaced.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// A fall of leads-to-appointments at a month, while the leads a month rise.
pub(super) struct Fall<'a> {
    pub(super) month: &'a str,
    pub(super) before: Figures,
    pub(super) after: Figures,
    /// Leads a month, before and after.
    pub(super) a_month: [f64; 2],
}

/// The clearest fall: the ratio no more than half of what it was, surely (the intervals lie apart), and at least half as many leads
/// again a month. `months` are by time; `rows` are those that the words did not tell.
pub(super) fn fall<'a>(months: &'a [Slice], rows: &[&Row]) -> Option<Fall<'a>> {
    let mut clearest: Option<(f64, Fall<'a>)> = None;
    for (at, slice) in months.iter().enumerate().skip(BEFORE) {
        let later = |row: &&&Row| row.month.as_deref().is_some_and(|month| month >= slice.name.as_str());
        let (after, before): (Vec<&Row>, Vec<&Row>) = rows.iter().copied().filter(|row| row.month.is_some()).partition(|row| later(&row));
        let (before, after) = (figures(before), figures(after));
        let (was, is) = (before.lead_to_appointment, after.lead_to_appointment);
        let (Some(was_share), Some(is_share), Some([was_low, _]), Some([_, is_high])) = (was.share, is.share, was.interval, is.interval)
        else {
            continue;
        };
        let months_after = months.len() - at;
        let a_month = [number_of(before.leads) / count(at), number_of(after.leads) / count(months_after)];
        let apart = was_low - is_high;
        if is_share <= was_share / 2.0
            && apart > 0.0
            && a_month[1] >= 1.5 * a_month[0]
            && clearest.as_ref().is_none_or(|(most, _)| apart > *most)
        {
            clearest = Some((apart, Fall { month: &slice.name, before, after, a_month }));
        }
    }
    clearest.map(|(_, fall)| fall)
}

fn count(number: usize) -> f64 {
    number_of(u64::try_from(number).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn walk_ins_are_told_by_their_words() {
        for source in [
            "Walk-in",
            "WALK INS",
            "Onsite",
            "On-Site / reassigned",
            "Reassigned to OSC",
            "Model Home – Willow Creek",
            "Realtor event",
            "Sales Center registration card",
            "Online form, walk-in reassigned",
        ] {
            assert!(is_onsite(source), "{source}");
        }
        for source in [
            "Website",
            "On-site chat",
            "Onsite web form",
            "Zillow",
            "Realtor.com",
            "Realtor",
            "Paid search",
            "Walker & Sons",
            "Remodel homes blog",
            "",
            "Event",
        ] {
            assert!(!is_onsite(source), "{source}");
        }
    }
}
