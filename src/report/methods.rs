//! `methods.html`: how the figures came about, for whoever doubts one. Clock rules, the rubric with its hash and every number, proof of
//! silence, sampling, sources, limits. Takes a report; gives what the template prints.

use std::path::Path;

use askama::Template;

use super::html::Frame;
use super::rules::{self, Rule};
use super::{Report, compare, moments, watched, words};
use crate::score::Rubric;

struct Published {
    what: &'static str,
    found: String,
    source: &'static str,
}

#[derive(Template)]
#[template(path = "methods.html")]
pub(crate) struct Methods {
    frame: Frame,
    criteria: Vec<(String, String, Vec<Rule>)>,
    total: String,
    caps: Vec<(String, String)>,
    tiers: Vec<(String, String)>,
    rubric_text: String,
    watched_rule: &'static str,
    moments: String,
    gap_share: String,
    gap: String,
    days: u16,
    needed: u32,
    same_attempt: String,
    suspect: String,
    sources: Vec<Published>,
}

/// A part of the rubric whose figures keep their signs when they wrap.
fn unbroken((title, sum, rules): (String, String, Vec<Rule>), whole: impl Fn(&str) -> String) -> (String, String, Vec<Rule>) {
    let rules = rules.into_iter().map(|rule| Rule { full: whole(&rule.full), partial: whole(&rule.partial), ..rule });
    (title, sum, rules.collect())
}

/// The page of a report.
pub(crate) fn view(report: &Report) -> Methods {
    // A report made without the rubric's text still names it by its hash.
    let rubric = Rubric::parse(Path::new("rubric.toml"), &report.rubric_text).ok();
    let rubric = rubric.as_ref();
    let seconds = |value: u32| words::duration(i64::from(value));
    let whole = |text: &str| text.replace(" %", "\u{a0}%");
    Methods {
        frame: Frame::new(report, format!("How wave {} was measured", words::brief(&report.wave, 60)), ""),
        criteria: rubric.map(rules::criteria).unwrap_or_default().into_iter().map(|part| unbroken(part, whole)).collect(),
        total: rubric.map(|r| words::points(r.criteria().iter().map(|(_, points)| points).sum())).unwrap_or_default(),
        caps: rubric.map(rules::caps).unwrap_or_default(),
        tiers: rubric.map(rules::tiers).unwrap_or_default(),
        rubric_text: report.rubric_text.clone(),
        watched_rule: watched::RULE,
        moments: moments::exceptions(report),
        gap_share: rubric.map(|r| format!("{} %", words::points(r.proof.gap_share.0 * 100.0))).unwrap_or_default(),
        gap: rubric.map(|r| rules::hours(r.proof.gap_s.0)).unwrap_or_default(),
        days: rubric.map_or(30, |r| r.window.days.0),
        needed: report.statistics.settings.needed.max(1),
        same_attempt: rubric.map(|r| seconds(r.touches.same_attempt_s.0)).unwrap_or_default(),
        suspect: rubric.map(|r| seconds(r.touches.suspect_within_s.0)).unwrap_or_default(),
        sources: compare::lines(report).iter().map(|l| Published { what: l.what, found: whole(l.others), source: l.source }).collect(),
    }
}
