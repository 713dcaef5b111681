//! The report's model: takes an [`Input`] and the shops, gives a [`Report`] that serialises to `crickets.report/1`. Pure: sorted,
//! redacted and ready, so that the writers only have to write.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::appeal::Appeal;
use super::coverage::{ClockOffset, Coverage, GapSpan};
use super::input::{Input, ShopDetail};
use super::sensitivity::{self, Weighed};
use super::shops::Shops;
use super::words;
use crate::config::Brand;
use crate::score::{Card, Cohort, Insight, Program, Standing, Statistics};
use crate::shop::Status;
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_come_in_order_and_complete() {
        let cohort = Cohort { buckets: [("never".to_owned(), 4), ("<=5m".to_owned(), 3)].into(), ..Cohort::default() };
        let text = serde_json::to_string(&cohort).unwrap();
        assert!(
            text.contains(r#""buckets":{"<=5m":3,"<=15m":0,"<=30m":0,"<=1h":0,"<=4h":0,"<=24h":0,"<=48h":0,"<=7d":0,"<=30d":0,"never":4}"#)
        );
    }
}
