//! The time zone of an American address. Takes the state and, where known, the ZIP code; gives the zone and whether it is the
//! only one there: a dozen states lie in two.

use chrono_tz::America::{
    Anchorage as ALASKA, Chicago as CENTRAL, Denver as MOUNTAIN, Los_Angeles as PACIFIC, New_York as EASTERN, Phoenix as ARIZONA,
};
use chrono_tz::Pacific::Honolulu as HAWAII;
use chrono_tz::Tz;

/// The zone of an address, and whether state and ZIP code settle it.
#[must_use]
pub fn of_address(state: &str, zip: Option<&str>) -> Option<(Tz, bool)> {
    let state = state.to_ascii_uppercase();
    let prefix = zip.and_then(|zip| zip.get(..3)).and_then(|prefix| prefix.parse::<u16>().ok());
    // The zone of most of the state, and the ZIP prefixes that lie in the other.
    let (most, other, prefixes): (Tz, Tz, &[std::ops::RangeInclusive<u16>]) = match state.as_str() {
        "CT" | "DE" | "DC" | "GA" | "ME" | "MD" | "MA" | "NH" | "NJ" | "NY" | "NC" | "OH" | "PA" | "RI" | "SC" | "VT" | "VA" | "WV" => {
            return Some((EASTERN, true));
        }
        "AL" | "AR" | "IL" | "IA" | "LA" | "MN" | "MS" | "MO" | "OK" | "WI" => return Some((CENTRAL, true)),
        "CO" | "MT" | "NM" | "UT" | "WY" => return Some((MOUNTAIN, true)),
        "AZ" => return Some((ARIZONA, true)),
        "CA" | "WA" | "NV" => return Some((PACIFIC, true)),
        "AK" => return Some((ALASKA, true)),
        "HI" => return Some((HAWAII, true)),
        "TX" => (CENTRAL, MOUNTAIN, &[798..=799, 885..=885]),
        "FL" => (EASTERN, CENTRAL, &[324..=325]),
        "TN" => (CENTRAL, EASTERN, &[373..=374, 376..=379]),
        "KY" => (EASTERN, CENTRAL, &[420..=424]),
        "IN" => (EASTERN, CENTRAL, &[463..=464, 476..=477]),
        "MI" => (EASTERN, CENTRAL, &[]),
        "KS" => (CENTRAL, MOUNTAIN, &[]),
        "NE" => (CENTRAL, MOUNTAIN, &[691..=691, 693..=693]),
        "ND" => (CENTRAL, MOUNTAIN, &[586..=586]),
        "SD" => (CENTRAL, MOUNTAIN, &[577..=577]),
        "ID" => (MOUNTAIN, PACIFIC, &[835..=835, 838..=838]),
        "OR" => (PACIFIC, MOUNTAIN, &[]),
        _ => return None,
    };
    let Some(prefix) = prefix else { return Some((most, false)) };
    // Prefixes through which the border runs settle nothing.
    let border: &[u16] = match state.as_str() {
        "KY" => &[425, 426, 427],
        "IN" => &[465, 475, 479],
        "FL" => &[323, 324],
        "TN" => &[385, 373],
        "MI" => &[498, 499],
        "KS" => &[677, 678, 679],
        "NE" => &[690, 692],
        "ND" => &[585, 587, 588, 586],
        "SD" => &[575, 576],
        "OR" => &[979, 978],
        "ID" => &[835],
        _ => &[],
    };
    let zone = if prefixes.iter().any(|range| range.contains(&prefix)) { other } else { most };
    Some((zone, !border.contains(&prefix)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_has_a_zone() {
        for (state, zip, expected) in [
            ("TX", Some("78701"), Some(("America/Chicago", true))),
            ("tx", Some("79901"), Some(("America/Denver", true))),
            ("TX", None, Some(("America/Chicago", false))),
            ("FL", Some("32501"), Some(("America/Chicago", true))),
            ("FL", Some("33101"), Some(("America/New_York", true))),
            ("TN", Some("37902"), Some(("America/New_York", true))),
            ("TN", Some("37201"), Some(("America/Chicago", true))),
            ("IN", Some("46402"), Some(("America/Chicago", true))),
            ("ID", Some("83814"), Some(("America/Los_Angeles", true))),
            ("ND", Some("58601"), Some(("America/Denver", false))),
            ("AZ", None, Some(("America/Phoenix", true))),
            ("HI", None, Some(("Pacific/Honolulu", true))),
            ("ON", None, None),
        ] {
            assert_eq!(of_address(state, zip).map(|(zone, sure)| (zone.name(), sure)), expected, "{state} {zip:?}");
        }
    }
}
