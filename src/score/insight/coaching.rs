//! How to do it better: advice with a good and a bad example for each criterion and each cap. Takes an id; gives its text. The texts
//! are data, `coaching.toml`, and a test holds them to the rubric's ids.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::card::CapKind;

const TEXT: &str = include_str!("coaching.toml");

/// Advice on one criterion.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Coaching {
    /// What to do, as a title.
    #[serde(skip_serializing)]
    pub title: String,
    /// What to do, in a sentence or three.
    #[serde(rename = "do")]
    pub what: String,
    /// Why it matters to the buyer.
    pub why: String,
    /// An example of it done well.
    pub good: String,
    /// An example of it done badly.
    pub bad: String,
    /// Where a figure in the text comes from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    criteria: BTreeMap<String, Coaching>,
    caps: BTreeMap<String, Coaching>,
}

#[expect(clippy::expect_used, reason = "the text is compiled in, and a test parses it")]
static ALL: LazyLock<File> = LazyLock::new(|| toml::from_str(TEXT).expect("the embedded coaching is valid"));

/// Advice on a criterion, by its id; `None` of an id that the rubric does not know.
#[must_use]
pub fn coaching(criterion: &str) -> Option<&'static Coaching> {
    ALL.criteria.get(criterion)
}

/// Advice on what lifts a cap.
#[must_use]
pub fn coaching_of_cap(kind: CapKind) -> Option<&'static Coaching> {
    ALL.caps.get(kind.id().trim_start_matches("caps."))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;
    use crate::score::Rubric;

    const CAPS: [CapKind; 6] =
        [CapKind::Silent, CapKind::RobotOnly, CapKind::MarketingOnly, CapKind::Late, CapKind::Unanswered, CapKind::NoCall];

    /// The studies of benchmarks, section 3, and the figures of each that may be quoted.
    const STUDIES: [(&str, &str); 7] = [
        ("Online Homebuyer Mystery Shop 2021", "8 5 30 26 50 2021"),
        ("Gloho 2020", "31 5 45 250 2020"),
        ("Harvard Business Review 2011", "37 23 2,241 2011"),
        ("MIT/InsideSales Lead Response Management 2007", "100 21 5 30 15,000 2007"),
        ("Velocify 2012", "93 6 5 3.5 1.6 2012"),
        ("Mike Lyon", "7 9"),
        ("Pied Piper ILE 2025", "69 49 4,023 2025"),
    ];

    #[test]
    fn every_criterion_and_every_cap_has_its_coaching_and_nothing_else_has() {
        let criteria: BTreeSet<&str> = Rubric::default_rubric().criteria().iter().map(|(id, _)| *id).collect();
        assert_eq!(ALL.criteria.keys().map(String::as_str).collect::<BTreeSet<_>>(), criteria);
        let caps: BTreeSet<&str> = CAPS.iter().map(|cap| cap.id()).collect();
        assert_eq!(ALL.caps.keys().map(|id| format!("caps.{id}")).collect::<BTreeSet<_>>(), caps.iter().map(ToString::to_string).collect());
        assert!(CAPS.iter().all(|cap| coaching_of_cap(*cap).is_some()));
    }

    #[test]
    fn coaching_is_short_and_its_examples_are_its_own() {
        let all = || ALL.criteria.iter().chain(&ALL.caps);
        let mut examples = BTreeSet::new();
        for (id, one) in all() {
            for text in [&one.what, &one.why] {
                assert!(text.ends_with('.') && (40..=300).contains(&text.chars().count()), "{id}: {text}");
            }
            assert!(!one.title.ends_with('.') && one.title.chars().count() <= 50, "{id}: {}", one.title);
            for example in [&one.good, &one.bad] {
                assert!((20..=280).contains(&example.chars().count()), "{id}: {example}");
                assert!(examples.insert(example), "{id}: {example}");
            }
        }
    }

    #[test]
    fn a_figure_has_its_source_and_stands_in_it() {
        for (id, one) in ALL.criteria.iter().chain(&ALL.caps) {
            assert!([&one.what, &one.why].iter().all(|text| !text.contains('%')), "{id}: a share belongs to `source`");
            let Some(source) = &one.source else { continue };
            let (_, figures) = STUDIES.iter().find(|(study, _)| source.contains(study)).unwrap_or_else(|| panic!("{id}: {source}"));
            let allowed: BTreeSet<&str> = figures.split(' ').collect();
            let numbers = source.split(|c: char| !c.is_ascii_digit() && c != ',' && c != '.').map(|word| word.trim_matches([',', '.']));
            for number in numbers.filter(|word| word.contains(|c: char| c.is_ascii_digit())) {
                assert!(allowed.contains(number), "{id}: {number} in {source}");
            }
        }
    }
}
