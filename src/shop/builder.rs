//! The domain types of a shop file: a builder, its site and hours, and what we ask there.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use url::Url;

/// Why we may shop this builder.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Basis {
    /// Our own company.
    Own,
    /// A client who asked for the audit.
    Client,
    /// A study of the market.
    Study,
}

impl Basis {
    /// Whether the builder is our own or asked for the audit. Of all others staff is not named, nothing is supposed of what lies behind
    /// an answer, and nothing of their own is shown (MSPA; benchmarks, section 5).
    #[must_use]
    pub fn is_asked_for(basis: Option<Self>) -> bool {
        matches!(basis, Some(Self::Own | Self::Client))
    }
}

/// How the inquiry is sent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SubmitMode {
    /// Whatever the form needs.
    #[default]
    Auto,
    /// Plain HTTP.
    Http,
    /// A real browser.
    Browser,
    /// A person submits and records it.
    Manual,
}

/// The invented home buyer who asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Persona {
    /// The name of the persona in `crickets.toml`.
    pub id: String,
    /// First name.
    pub first: String,
    /// Last name.
    pub last: String,
    /// The shopper's own number, E.164; `None` gives no phone.
    pub phone: Option<String>,
    /// ZIP code.
    pub zip: Option<String>,
    /// Street, where a form requires one.
    pub street: Option<String>,
    /// City.
    pub city: Option<String>,
    /// State, two letters.
    pub state: Option<String>,
}

impl Persona {
    /// First and last name.
    #[must_use]
    pub fn full_name(&self) -> String {
        format!("{} {}", self.first, self.last).trim().to_owned()
    }
}

/// What is asked, and as whom.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ask {
    /// The persona's name in `crickets.toml`.
    pub persona: String,
    /// The community asked about.
    pub community: Option<String>,
    /// The question.
    pub question: String,
    /// Words a real answer would hold.
    pub answer: Vec<String>,
}

/// How acceptance shows, where the shop file says so.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Success {
    /// Text of the answer page, compared without case.
    pub text: Option<String>,
    /// Part of the address that the site redirects to.
    pub url: Option<String>,
}

/// How the form is to be filled and sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SubmitRules {
    /// Way of sending.
    pub mode: SubmitMode,
    /// Values by field name, overriding what was recognised; templates resolved by [`Shop`]'s user.
    pub fields: BTreeMap<String, String>,
    /// How acceptance shows.
    pub success: Success,
}

/// A builder's name as builders are compared: whatever its case and the space around it.
#[must_use]
pub fn builder_key(name: &str) -> String {
    folded(name).collect()
}

/// Whether two names are one builder's.
#[must_use]
pub fn same_builder(one: &str, other: &str) -> bool {
    folded(one).eq(folded(other))
}

fn folded(name: &str) -> impl Iterator<Item = char> {
    name.trim().chars().flat_map(char::to_lowercase)
}

/// One target: a builder, its site, its hours, the question we ask.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shop {
    /// The file's name without `.toml`.
    pub slug: String,
    /// The builder.
    pub builder: String,
    /// The home page.
    pub site: Url,
    /// The page with the form.
    pub form: Option<Url>,
    /// IANA time zone.
    pub timezone: Tz,
    /// Opening hours, OSM syntax, checked.
    pub hours: String,
    /// Why we may shop it; without one nothing is sent.
    pub basis: Option<Basis>,
    /// State, two letters.
    pub state: Option<String>,
    /// The builder asked not to be shopped.
    pub do_not_shop: bool,
    /// For Nevada: who licensed the shop, as text for the record.
    pub license: Option<String>,
    /// Groups for cohorts.
    pub tags: Vec<String>,
    /// Known numbers, E.164.
    pub phones: Vec<String>,
    /// Known mail and web domains, lower case.
    pub domains: Vec<String>,
    /// Names of the sales team.
    pub team: Vec<String>,
    /// Days closed besides what `hours` says.
    pub holidays: Vec<NaiveDate>,
    /// A CSV of the builder's own leads, appointments and sales, relative to the workspace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub program: Option<String>,
    /// What is asked.
    pub ask: Ask,
    /// How it is sent.
    pub submit: SubmitRules,
}
