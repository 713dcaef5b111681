//! What a table says of the zone of its times outside of its cells: in the name of a column, or in a line above the header. An offset and
//! an IANA name are zones; UTC is one; the name of a region (`Pacific`, `CET`) is none, since nobody knows what it means in July, but it shows
//! that another zone is meant than one whose standard time differs.

use std::sync::LazyLock;

use chrono_tz::Tz;
use regex::Regex;

use super::super::column::initials;
use super::super::map;

/// `UTC-08:00`, `GMT+1`; and by itself `(-08:00)`, `+0530`.
#[expect(clippy::unwrap_used, reason = "the pattern is fixed, and tested")]
static OFFSET: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)(?:(?:UTC|GMT)\s*([+\-\x{2212}])\s*(\d{1,2})(?::?(\d{2}))?|(?:^|[\s(\[])([+\-\x{2212}])(\d{2}):?(\d{2}))(?:[^\d:]|$)")
        .unwrap()
});

/// Regions by their names, and how far their standard time is from UTC, in minutes.
const REGIONS: [(&str, i32); 20] = [
    ("eastern", -300),
    ("central", -360),
    ("mountain", -420),
    ("pacific", -480),
    ("alaska", -540),
    ("alaskan", -540),
    ("hawaii", -600),
    ("hawaiian", -600),
    ("atlantic", -240),
    ("newfoundland", -210),
    ("cet", 60),
    ("cest", 60),
    ("eet", 120),
    ("eest", 120),
    ("bst", 0),
    ("aest", 600),
    ("aedt", 600),
    ("jst", 540),
    ("nzst", 720),
    ("nzdt", 720),
];

/// What a text says of a zone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Said {
    /// A zone, or an offset of whole hours as one that never changes.
    Zone(Tz),
    /// An offset or a region that is no zone: its words, and its standard time in minutes.
    Words(String, i32),
}

impl Said {
    /// Whether times of this zone are meant, all year.
    pub(super) fn is(&self, zone: Tz) -> bool {
        match self {
            Self::Zone(said) => *said == zone || offsets(*said) == offsets(zone),
            Self::Words(_, minutes) => standard(zone) == *minutes,
        }
    }
}

impl std::fmt::Display for Said {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Zone(zone) => match zone.name().strip_prefix("Etc/GMT") {
                // The names of POSIX count westwards.
                Some(west) => write!(formatter, "UTC{}", west.replace('+', "\u{2212}").replace('-', "+").replace('\u{2212}', "-")),
                None => formatter.write_str(zone.name()),
            },
            Self::Words(words, _) => formatter.write_str(words),
        }
    }
}

/// What the name of a column of times says of their zone.
pub(super) fn of_column(name: &str) -> Option<Said> {
    let words = map::plain(name);
    let word = |wanted: &[&str]| words.split(' ').any(|word| wanted.contains(&word));
    region(name)
        .or_else(|| offset(name))
        .or_else(|| word(&["utc", "gmt"]).then_some(Said::Zone(Tz::UTC)))
        .or_else(|| initials(name).next().map(|(word, hours)| Said::Words(word.to_owned(), hours * 60)))
        .or_else(|| REGIONS.iter().find(|(name, _)| word(&[name])).map(|(name, minutes)| Said::Words((*name).to_owned(), *minutes)))
}

/// What a line above the header says of it, where it speaks of times at all: a company may be called `Pacific Homes`.
pub(super) fn of_line(line: &str) -> Option<Said> {
    let speaks = map::plain(line).split(' ').any(|word| matches!(word, "time" | "times" | "timezone" | "zone" | "tz"));
    speaks.then(|| of_column(line)).flatten()
}

/// A name of the IANA's, of a region and a place.
fn region(text: &str) -> Option<Said> {
    let names = text.split(|c: char| !(c.is_alphanumeric() || matches!(c, '/' | '_' | '-' | '+')));
    names.filter(|name| name.contains('/')).find_map(|name| name.parse::<Tz>().ok()).map(Said::Zone)
}

fn offset(text: &str) -> Option<Said> {
    let found = OFFSET.captures(text)?;
    let part = |named: usize, bare: usize| found.get(named).or_else(|| found.get(bare)).map(|part| part.as_str());
    let (hours, minutes) = (part(2, 5)?.parse::<i32>().ok()?, part(3, 6).map_or(Some(0), |minutes| minutes.parse::<i32>().ok())?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    let (sign, west) = if part(1, 4) == Some("+") { (1, '-') } else { (-1, '+') };
    match (hours, minutes) {
        (0, 0) => Some(Said::Zone(Tz::UTC)),
        (_, 0) => format!("Etc/GMT{west}{hours}").parse().ok().map(Said::Zone),
        _ => Some(Said::Words(found.get(0)?.as_str().trim_matches([' ', '(', ')', '[', ']']).to_owned(), sign * (hours * 60 + minutes))),
    }
}

/// How far a zone is from UTC in the middle of winter and of summer, in minutes.
fn offsets(zone: Tz) -> [i32; 2] {
    [1, 7].map(|month| {
        let day = chrono::NaiveDate::from_ymd_opt(2026, month, 1).unwrap_or_default();
        chrono::Offset::fix(&chrono::TimeZone::offset_from_utc_date(&zone, &day)).local_minus_utc() / 60
    })
}

/// How far a zone's standard time is from UTC, in minutes; summer is when clocks are put forward, wherever that is.
pub(super) fn standard(zone: Tz) -> i32 {
    let [january, july] = offsets(zone);
    january.min(july)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_column_tells_its_zone() {
        let said = |name: &str| of_column(name).map(|said| said.to_string());
        for (name, want) in [
            ("Start Time (UTC-08:00)", Some("UTC-8")),
            ("Start Time (UTC\u{2212}8)", Some("UTC-8")),
            ("start_time GMT+1", Some("UTC+1")),
            ("Start Time (-0500)", Some("UTC-5")),
            ("Start Time [+05:30]", Some("+05:30")),
            ("Start Time (UTC+00:00)", Some("UTC")),
            ("startTimeUTC", Some("UTC")),
            ("Start Time GMT", Some("UTC")),
            ("Start Time (America/Los_Angeles)", Some("America/Los_Angeles")),
            ("Start Time (Pacific)", Some("pacific")),
            ("Start Time - PST", Some("PST")),
            ("Date & Time (CET)", Some("cet")),
            ("Date (MM/DD/YYYY)", None),
            ("Start/End", None),
            ("datetime (tz offset incl.)", None),
            ("Start Time", None),
        ] {
            assert_eq!(said(name).as_deref(), want, "{name}");
        }
        assert_eq!(of_line("Report time zone: Pacific Time"), Some(Said::Words("pacific".to_owned(), -480)));
        assert_eq!(of_line("Calls of Pacific Homes"), None);
    }

    #[test]
    fn an_offset_is_a_zone_only_all_year() {
        let utc_8 = of_column("Start (UTC-08:00)").unwrap();
        assert!(!utc_8.is(Tz::America__Los_Angeles), "nobody knows what it means in July");
        assert!(of_column("Start (UTC-07:00)").unwrap().is(Tz::America__Phoenix));
        assert!(of_column("Start (Pacific)").unwrap().is(Tz::America__Los_Angeles));
        assert!(!of_column("Start (Pacific)").unwrap().is(Tz::America__Chicago));
    }
}
