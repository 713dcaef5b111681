//! The report's model: takes an [`Input`] and the shops, gives a [`Report`] that serialises to `crickets.report/1`. Pure: sorted,
//! redacted and ready, so that the writers only have to write.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use chrono::{DateTime, Utc};
use chrono_tz::Tz;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::appeal::Appeal;
use super::phoned::Phoned;
use super::sensitivity::{self, Weighed};
use super::shops::Shops;
use super::words;
use crate::collect::mail::skew::Skew;
use crate::collect::{EvidenceFault, Signal};
use crate::config::Brand;
use crate::score::{Card, Cohort, Gap, Insight, Program, Standing, Statistics};
use crate::shop::{Basis, Status};
use crate::submit::readiness::Readiness;

/// The schema name.
pub const SCHEMA: &str = "crickets.report/1";

/// Shops of a wave that is not yet large.
const LARGE: usize = 300;

/// The rubric that the cards were scored by.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct RubricRef {
    /// Its name.
    pub name: String,
    /// Its version.
    pub version: String,
    /// SHA-256 (hex) of its file.
    pub sha256: String,
}

/// A span in which a source was not watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct GapSpan {
    /// Start.
    pub from: DateTime<Utc>,
    /// End.
    pub to: DateTime<Utc>,
    /// Why, in a few words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// How well a source was watched.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Coverage {
    /// When it was not.
    pub gaps: Vec<GapSpan>,
    /// Of a mailbox: what shows that mail arrived in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub alive: Option<Alive>,
    /// Of a phone: what its logs can prove.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phoned: Option<Phoned>,
}

/// What the clocks of the sites that were asked say of ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ClockOffset {
    /// How many were compared.
    pub sites: u32,
    /// By how many seconds the middle one is certainly ahead of ours; negative where it is behind.
    pub offset_s: i64,
}

impl ClockOffset {
    /// What nobody need be told.
    const SMALL_S: i64 = 5;

    /// A sentence without its end where our clock seems to be off.
    #[must_use]
    pub fn tell(self) -> Option<String> {
        let way = if self.offset_s > 0 { "behind" } else { "ahead of" };
        let off = self.offset_s.abs();
        let sites =
            if self.sites == 1 { "that of the one site asked".to_owned() } else { format!("most of the {} sites asked", self.sites) };
        (off > Self::SMALL_S).then(|| format!("this machine's clock is about {off} s {way} {sites}"))
    }
}

/// What shows that a mailbox received mail while answers could come.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Alive {
    /// Canaries (test mails of our own) that came back.
    pub back: u32,
    /// Of these, in the spam folder.
    pub in_spam: u32,
    /// Canaries that did not come back.
    pub lost: u32,
    /// The longest that one was under way.
    pub slowest_s: Option<i64>,
    /// Other mails that arrived.
    pub other_mails: u32,
    /// The last of them.
    pub last_mail: Option<DateTime<Utc>>,
    /// How far the mail server's clock is from ours: the surest measurement, of those that find it off where there are any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub skew_s: Option<Skew>,
}

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

/// One entry of `shops`: the card, and what only the readable formats show.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct ReportShop {
    /// The card.
    #[serde(flatten)]
    pub card: Card,
    /// How ready the site was.
    #[schemars(with = "Option<Readiness>")]
    pub readiness: Option<serde_json::Value>,
    /// What a trainer takes from the card; `null` where nothing is proven.
    pub insight: Option<Insight>,
    /// What the builder disputes, and how it ended, in the order of filing.
    pub appeals: Vec<Appeal>,
    /// The details, which are for the readable formats.
    #[serde(skip)]
    pub detail: ShopDetail,
    /// The scorecard's file name without `.html`.
    #[serde(skip)]
    pub file: String,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands it so")]
fn is_zero(count: &u32) -> bool {
    *count == 0
}

/// A report, sorted and redacted; serialises to `crickets.report/1`.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// What this is.
    #[schemars(extend("const" = SCHEMA))]
    pub schema: &'static str,
    /// The wave.
    pub wave: String,
    /// Up to when it was watched.
    pub as_of: DateTime<Utc>,
    /// `system` or `rehearsal`.
    pub clock: String,
    /// The rubric.
    pub rubric: RubricRef,
    /// The shops, by slug.
    #[schemars(with = "Vec<ReportShop>")]
    pub shops: Shops,
    /// The builders, by rank, then name.
    pub builders: Vec<Standing>,
    /// All inquiries together.
    pub cohort: Cohort,
    /// The builders' own figures, where they gave them, by builder.
    pub program: Vec<Program>,
    /// Groups, curves, ranks and trends.
    pub statistics: Statistics,
    /// How well each source was watched.
    pub coverage: BTreeMap<String, Coverage>,
    /// Our clock against those of the sites.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub clock_offset: Option<ClockOffset>,
    /// Touches that belong to no inquiry.
    pub unmatched: u32,
    /// Touches, submissions and unread messages that wait for a person.
    pub in_review: u32,
    /// Pieces of evidence named in it that are missing or altered; absent where all is as it was kept.
    #[serde(skip_serializing_if = "is_zero")]
    #[schemars(default)]
    pub evidence_faults: u32,
    /// Whether anything in it was recorded under a rehearsal clock: every page asks.
    #[serde(skip)]
    pub rehearsed: bool,
    /// The workspace's name.
    #[serde(skip)]
    pub workspace: String,
    /// Whether builders and people have other names in it.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub anonymous: bool,
    /// The rubric's own text.
    #[serde(skip)]
    pub rubric_text: String,
    /// Whose report it is.
    #[serde(skip)]
    pub brand: Brand,
    /// The brand's logo, as a `data:` address.
    #[serde(skip)]
    pub logo: Option<String>,
    /// Whether the leaderboard's order rests on the weights.
    #[serde(skip)]
    pub(crate) order: Weighed,
}

impl Report {
    /// Whose report it is: the brand's name, else the workspace's.
    #[must_use]
    pub fn made_by(&self) -> &str {
        self.brand.name.as_ref().unwrap_or(&self.workspace)
    }

    /// Whether the wave is so large that a page or a sheet of all of it needs sparing.
    pub(crate) fn is_large(&self) -> bool {
        self.shops.len() > LARGE
    }

    /// The report without its shops.
    pub(crate) fn without_shops(&self) -> Self {
        Self { shops: Shops::none(), ..self.clone() }
    }

    /// Whether anything in it was recorded under a rehearsal clock.
    #[must_use]
    pub fn is_rehearsal(&self) -> bool {
        self.clock == "rehearsal" || self.rehearsed
    }

    /// The scored shops, best first; equal scores by builder and slug. An order, not ranks: each is one inquiry.
    #[must_use]
    pub fn leaderboard(&self) -> Vec<&ReportShop> {
        let mut board: Vec<&ReportShop> = self.shops.iter().filter(|shop| shop.card.score.is_some()).collect();
        board.sort_by(|a, b| {
            let by_score = b.card.score.unwrap_or(0.0).total_cmp(&a.card.score.unwrap_or(0.0));
            by_score.then_with(|| a.card.builder.cmp(&b.card.builder)).then_with(|| a.card.shop.cmp(&b.card.shop))
        });
        board
    }

    /// The shops without a score, by slug.
    #[must_use]
    pub fn unscored(&self) -> Vec<&ReportShop> {
        self.shops.iter().filter(|shop| shop.card.score.is_none()).collect()
    }
}

impl ReportShop {
    /// Why there is no score, in sentences; the state's meaning when nothing else is known.
    #[must_use]
    pub fn reasons(&self) -> Vec<String> {
        // What proved acceptance is no reason for lacking a score.
        let stated = self.detail.reason.iter().filter(|_| self.card.status != Status::Confirmed);
        let mut reasons: Vec<String> = stated.chain(&self.card.verdict_why).map(|r| words::tidy(r)).collect();
        let mut seen = BTreeSet::new();
        reasons.retain(|reason| !reason.trim().is_empty() && seen.insert(reason.clone()));
        if reasons.is_empty() {
            reasons.push(words::status_meaning(self.card.status).to_owned());
        }
        reasons
    }
}

/// Makes the report of shops that are in order.
pub(super) fn build(input: Input, shops: Shops) -> Report {
    let rehearsed = shops.iter().any(|shop| shop.detail.rehearsal);
    let mut builders = input.builders;
    builders.sort_by(|a, b| (a.rank.unwrap_or(u32::MAX), &a.builder).cmp(&(b.rank.unwrap_or(u32::MAX), &b.builder)));
    let mut program = input.program;
    program.sort_by(|a, b| (&a.builder, &a.file).cmp(&(&b.builder, &b.file)));
    let coverage = input
        .coverage
        .into_iter()
        .map(|(source, gaps)| {
            let mut gaps: Vec<GapSpan> = gaps.into_iter().map(|gap| GapSpan { from: gap.from, to: gap.to, why: gap.why }).collect();
            gaps.sort_by_key(|gap| (gap.from, gap.to));
            let alive = input.alive.get(&source).cloned();
            let phoned = input.phoned.get(&source).cloned();
            (source, Coverage { gaps, alive, phoned })
        })
        .collect();
    let mut report = Report {
        schema: SCHEMA,
        wave: input.wave,
        as_of: input.as_of,
        clock: input.clock,
        rubric: input.rubric,
        shops,
        builders,
        cohort: input.cohort,
        program,
        statistics: input.statistics,
        coverage,
        clock_offset: input.clock_offset,
        unmatched: input.unmatched,
        evidence_faults: input.evidence_faults,
        in_review: input.in_review,
        rehearsed,
        workspace: input.workspace,
        anonymous: false,
        rubric_text: input.rubric_text,
        brand: input.brand,
        logo: input.logo,
        order: Weighed::default(),
    };
    report.order = sensitivity::of_order(&report);
    report
}

/// Gives every scorecard a file name of its own.
pub(super) fn name_files<'a>(shops: impl Iterator<Item = &'a mut ReportShop>) {
    let mut taken = BTreeSet::new();
    for shop in shops {
        shop.file = file_name(&shop.card.shop, &mut taken);
    }
}

/// A slug as a file name: letters, digits, `-`, `_`; nothing that leads out of the folder, and none twice.
fn file_name(slug: &str, taken: &mut BTreeSet<String>) -> String {
    let safe: String = slug.chars().take(100).map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect();
    let safe = if safe.is_empty() { "shop".to_owned() } else { safe };
    let mut name = safe.clone();
    let mut n = 2;
    // Compared without case: two such names are one file on some disks.
    while !taken.insert(name.to_ascii_lowercase()) {
        name = format!("{safe}-{n}");
        n += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_stay_in_the_folder_and_are_unique() {
        let mut taken = BTreeSet::new();
        for (slug, name) in [
            ("bluebonnet", "bluebonnet"),
            ("../../etc/passwd", "------etc-passwd"),
            ("Bluebonnet", "Bluebonnet-2"),
            ("", "shop"),
            ("a b\u{0}", "a-b-"),
        ] {
            assert_eq!(file_name(slug, &mut taken), name);
        }
    }

    #[test]
    fn buckets_come_in_order_and_complete() {
        let cohort = Cohort { buckets: [("never".to_owned(), 4), ("<=5m".to_owned(), 3)].into(), ..Cohort::default() };
        let text = serde_json::to_string(&cohort).unwrap();
        assert!(
            text.contains(r#""buckets":{"<=5m":3,"<=15m":0,"<=30m":0,"<=1h":0,"<=4h":0,"<=24h":0,"<=48h":0,"<=7d":0,"<=30d":0,"never":4}"#)
        );
    }
}
