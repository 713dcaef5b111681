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
