//! What a report is made of: each shop's card with what a reader sees besides, and what holds for the whole wave. `audit` gives it;
//! nothing in it is redacted yet.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use serde::{Deserialize, Serialize};

use super::appeal::Appeal;
use super::coverage::{Alive, ClockOffset};
use super::model::RubricRef;
use super::phoned::Phoned;
use crate::collect::{EvidenceFault, Signal};
use crate::config::Brand;
use crate::score::{Card, Cohort, Gap, Insight, Program, Standing, Statistics};
use crate::shop::Basis;

/// A piece of evidence, by reference.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EvidenceRef {
    /// What it is, e.g. `request`, `answer`.
    pub role: String,
    /// SHA-256, hex.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
    /// Its media type.
    pub content_type: String,
    /// Where its bytes are, if it is a picture that a page may show.
    #[serde(skip)]
    pub picture: Option<PathBuf>,
    /// Why it shows no more what it showed; `None` where it does.
    #[serde(skip)]
    pub fault: Option<EvidenceFault>,
}

/// What a reader sees of a touch besides its [`TouchEntry`](crate::score::TouchEntry).
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct TouchDetail {
    /// The subject of a mail.
    pub subject: Option<String>,
    /// The beginning of what was said, as plain text.
    pub excerpt: Option<String>,
    /// The mail's HTML, raw and hostile; shown only after cleaning.
    pub html: Option<String>,
    /// The words that each judged label rests on, by label name; a list, since a map of a few takes five times the memory.
    pub quotes: Vec<(String, String)>,
    /// Why it was judged so.
    pub reasons: Vec<Signal>,
    /// Length of a call.
    pub duration_s: Option<i64>,
    /// Whether a call was answered.
    pub answered: Option<bool>,
    /// What a person decided in review, with the reason.
    pub review: Option<String>,
    /// The source, e.g. `mailbox.main`.
    pub source: String,
}

/// What a reader sees of a shop besides its [`Card`].
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ShopDetail {
    /// The home page.
    pub site: String,
    /// The question asked.
    pub question: String,
    /// The community asked about.
    pub community: Option<String>,
    /// The persona's name.
    pub persona: String,
    /// Posted hours, OSM syntax.
    pub hours: String,
    /// The builder's zone.
    pub timezone: Tz,
    /// Groups.
    pub tags: Vec<String>,
    /// Why we may shop it; neither own nor client: staff names are redacted.
    pub basis: Option<Basis>,
    /// Names of staff besides those in the labels, for redacting.
    pub staff: Vec<String>,
    /// Numbers, domains and places of the builder and the persona, which no page shows, for reports that name nobody.
    pub known: Vec<String>,
    /// The moment drawn for the inquiry.
    pub planned_at: Option<DateTime<Utc>>,
    /// The inquiry's own address.
    pub alias: String,
    /// The number that was given.
    pub phone: Option<String>,
    /// Recorded under a rehearsal clock.
    pub rehearsal: bool,
    /// The submission's evidence.
    pub submission_evidence: Vec<EvidenceRef>,
    /// Details by touch id.
    pub touches: BTreeMap<String, TouchDetail>,
    /// Working hours in the window, for shading.
    pub open_spans: Vec<(DateTime<Utc>, DateTime<Utc>)>,
    /// Why the inquiry stands where it does, in a sentence.
    pub reason: Option<String>,
}

impl Default for ShopDetail {
    fn default() -> Self {
        Self {
            site: String::new(),
            question: String::new(),
            community: None,
            persona: String::new(),
            hours: String::new(),
            timezone: Tz::UTC,
            tags: Vec::new(),
            basis: None,
            staff: Vec::new(),
            known: Vec::new(),
            planned_at: None,
            alias: String::new(),
            phone: None,
            rehearsal: false,
            submission_evidence: Vec::new(),
            touches: BTreeMap::new(),
            open_spans: Vec::new(),
            reason: None,
        }
    }
}

/// A scored shop with what a reader wants to see of it.
#[derive(Clone, Debug, PartialEq)]
pub struct ShopInput {
    /// The card.
    pub card: Card,
    /// How ready the site was, as in `crickets.form/1`.
    pub readiness: Option<serde_json::Value>,
    /// The details.
    pub detail: ShopDetail,
    /// What a trainer takes from the card; `None` where nothing is proven.
    pub insight: Option<Insight>,
    /// What the builder disputes, in any order.
    pub appeals: Vec<Appeal>,
}

/// Everything a report is made of besides its shops, which come one by one.
#[derive(Clone, Debug)]
pub struct Input {
    /// The wave.
    pub wave: String,
    /// Up to when it was watched.
    pub as_of: DateTime<Utc>,
    /// `system` or `rehearsal`.
    pub clock: String,
    /// The rubric.
    pub rubric: RubricRef,
    /// The rubric's own text, for the page of methods; empty where it is not at hand.
    pub rubric_text: String,
    /// The workspace's name, for the head of the pages.
    pub workspace: String,
    /// Whose report it is, for the looks of the pages.
    pub brand: Brand,
    /// The brand's logo, as a `data:` address.
    pub logo: Option<String>,
    /// The builders over the trailing waves.
    pub builders: Vec<Standing>,
    /// All inquiries together.
    pub cohort: Cohort,
    /// The builders' own figures, where they gave them.
    pub program: Vec<Program>,
    /// Groups, curves, ranks and trends.
    pub statistics: Statistics,
    /// Gaps by source; a source without gaps stands with an empty list.
    pub coverage: BTreeMap<String, Vec<Gap>>,
    /// By mailbox: what shows that mail arrived in it.
    pub alive: BTreeMap<String, Alive>,
    /// By phone: what its logs can prove.
    pub phoned: BTreeMap<String, Phoned>,
    /// Our clock against those of the sites.
    pub clock_offset: Option<ClockOffset>,
    /// Touches that belong to no inquiry.
    pub unmatched: u32,
    /// Touches, submissions and unread messages that wait for a person.
    pub in_review: u32,
    /// Pieces of evidence named in it that are missing or altered.
    pub evidence_faults: u32,
}
