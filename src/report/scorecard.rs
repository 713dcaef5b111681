//! The scorecard of one inquiry: verdict, question, proof, both clocks, every criterion with its reason, every touch with
//! its evidence. Takes a report and one of its shops; gives what the template prints.

use std::collections::HashMap;

use askama::Template;
use chrono::{DateTime, TimeDelta, Utc};

use super::appeal::Appeal;
use super::coach::{self, Care, Guess, Mend};
use super::happened::{Happened, anchor, happened};
use super::html::{Frame, name, subtitle, tone};
use super::own_figures::{self, Own};
use super::parts::{Part, parts};
use super::shots::{self, Shot};
use super::{EvidenceRef, Report, ReportShop, chart, many, watched, words};
use crate::score::{Card, Criterion, FirstOf, Outcome, TouchEntry, Verdict};
use crate::shop::Status;

/// Gaps of a source that a page lists; the wave's page holds every one.
const GAPS: usize = 8;

pub(crate) struct Moment {
    label: &'static str,
    local: String,
    utc: String,
}

pub(crate) struct Clocks {
    label: &'static str,
    wall: String,
    business: String,
}

pub(crate) struct Bar {
    title: String,
    points: String,
    of: String,
    width: String,
    tone: &'static str,
}

/// An appeal and how it ended.
pub(crate) struct Disputed {
    id: String,
    by: String,
    at: String,
    about: String,
    text: String,
    outcome: &'static str,
    decided: String,
    outcome_text: String,
    corrections: String,
}

pub(crate) struct Judged {
    title: String,
    id: String,
    sign: &'static str,
    result: &'static str,
    tone: &'static str,
    points: String,
    of: String,
    why: String,
    touches: Vec<(usize, String)>,
    /// How many more touches it rests on.
    more: usize,
}

/// A screenshot of the submission.
pub(crate) struct Picture {
    title: String,
    shot: Shot,
}

pub(crate) struct Proof {
    role: String,
    sha256: String,
    size: String,
    content_type: String,
}

#[derive(Template)]
#[template(path = "scorecard.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is a question that the template asks")]
pub(crate) struct Scorecard {
    frame: Frame,
    name: String,
    sub: String,
    site: String,
    site_link: bool,
    verdict: &'static str,
    verdict_tone: &'static str,
    score: Option<String>,
    out_of: String,
    tier: String,
    tone: &'static str,
    full_hundred: bool,
    why: Vec<String>,
    caps: Vec<(String, String)>,
    asked: bool,
    question: String,
    persona: String,
    alias: String,
    hours: String,
    zone: String,
    redacted: bool,
    status: &'static str,
    status_meaning: &'static str,
    confirmed_by: &'static str,
    proof: String,
    moments: Vec<Moment>,
    proofs: Vec<Proof>,
    shots: Vec<Picture>,
    doubts: Vec<String>,
    clocks: Vec<Clocks>,
    bars: Vec<Bar>,
    mends: Vec<Mend>,
    guesses: Vec<Guess>,
    care: Option<Care>,
    own: Vec<Own>,
    appeals: Vec<Disputed>,
    trend: Option<many::Trend>,
    criteria: Vec<(String, Vec<Judged>)>,
    touched: bool,
    strip: String,
    first: String,
    has_charts: bool,
    shaded_hours: bool,
    touches: Vec<Happened>,
    readiness: Vec<(String, String)>,
}

pub(crate) fn view(report: &Report, shop: &ReportShop) -> Scorecard {
    let (card, detail) = (&shop.card, &shop.detail);
    let title = format!("{} · wave {}", name(shop), words::brief(&report.wave, 60));
    let site = words::brief(&detail.site, 200);
    Scorecard {
        frame: Frame::new(report, title, "../"),
        name: name(shop),
        sub: subtitle(shop),
        site_link: site.starts_with("https://") || site.starts_with("http://"),
        site,
        verdict: words::verdict(card.verdict),
        verdict_tone: match card.verdict {
            Verdict::Final => "solid",
            Verdict::Provisional => "leaking",
            Verdict::Inconclusive | Verdict::NotShopped => "crickets",
        },
        score: card.score.map(words::score),
        out_of: match (card.points, card.out_of) {
            (Some(points), Some(of)) => format!("{} of {} points", words::points(points), words::points(of)),
            _ => String::new(),
        },
        tier: card.tier.clone().unwrap_or_default(),
        tone: card.score.map_or("crickets", tone),
        full_hundred: card.out_of.is_none_or(|of| (of - 100.0).abs() < 0.005),
        why: if card.verdict == Verdict::Final && card.verdict_why.is_empty() { Vec::new() } else { shop.reasons() },
        caps: card.caps.iter().map(|cap| (words::points(cap.cap), words::tidy(&cap.why))).collect(),
        asked: matches!(card.status, Status::Sending | Status::Confirmed | Status::Unclear),
        question: words::tidy(&detail.question),
        persona: words::brief(&detail.persona, 80),
        alias: words::brief(&detail.alias, 120),
        hours: words::brief(&detail.hours, 200),
        zone: detail.timezone.name().to_owned(),
        redacted: !crate::shop::Basis::is_asked_for(detail.basis),
        status: words::status(card.status),
        status_meaning: words::status_meaning(card.status),
        confirmed_by: card.confirmed_by.map_or("", words::confirmed_by),
        proof: shop.detail.reason.clone().filter(|_| card.status == Status::Confirmed).unwrap_or_default(),
        moments: moments(shop),
        proofs: detail.submission_evidence.iter().map(proof).collect(),
        shots: detail.submission_evidence.iter().filter_map(picture).collect(),
        doubts: doubts(report, shop),
        clocks: clocks(card),
        bars: bars(card),
        mends: coach::mends(shop),
        guesses: coach::guesses(shop),
        care: coach::care(shop),
        own: report.program.iter().filter(|program| program.builder == card.builder).map(own_figures::own).collect(),
        trend: many::of_builder(report, &card.builder),
        appeals: shop.appeals.iter().map(|appeal| disputed(appeal, detail.timezone)).collect(),
        criteria: criteria(card),
        touched: !card.touches.is_empty(),
        strip: chart::strip(report, shop, "month", true),
        first: chart::first_hours(shop, "hours"),
        has_charts: card.confirmed_at.is_some(),
        shaded_hours: !detail.open_spans.is_empty(),
        touches: card.touches.iter().enumerate().map(|(n, touch)| happened(shop, n, touch)).collect(),
        readiness: readiness(shop.readiness.as_ref()),
    }
}

fn moments(shop: &ReportShop) -> Vec<Moment> {
    let zone = shop.detail.timezone;
    let moment = |label, at: Option<DateTime<Utc>>| at.map(|at| Moment { label, local: words::local(at, zone), utc: words::utc(at) });
    let card = &shop.card;
    let all = [
        moment("Drawn for", shop.detail.planned_at),
        moment("Sent", card.sent_at),
        moment("Confirmed", card.confirmed_at),
        moment("Opt-out sent", card.opt_out_at),
        moment("Withdrawn", card.withdrawn_at),
    ];
    all.into_iter().flatten().collect()
}

fn proof(evidence: &EvidenceRef) -> Proof {
    Proof {
        role: words::brief(&evidence.role, 60),
        sha256: words::evidence(&words::brief(&evidence.sha256, 80), evidence.fault),
        size: format!("{} bytes", evidence.bytes),
        content_type: words::brief(&evidence.content_type, 80),
    }
}

fn picture(evidence: &EvidenceRef) -> Option<Picture> {
    let shot = shots::shot(evidence.picture.as_deref()?, &evidence.sha256)?;
    let title = match evidence.role.as_str() {
        "screenshot page" => "The page with the form".to_owned(),
        "screenshot before" => "Filled in, before it was sent".to_owned(),
        "screenshot after" => "What the site answered".to_owned(),
        other => words::brief(other, 60),
    };
    Some(Picture { title, shot })
}

/// What is not proven about this inquiry, in sentences.
fn doubts(report: &Report, shop: &ReportShop) -> Vec<String> {
    let card = &shop.card;
    let several = |n: usize, one: &str, many: &str| (n > 0).then(|| words::count(n, one, many));
    let touches = |test: fn(&TouchEntry) -> bool| card.touches.iter().filter(|touch| test(touch)).count();
    let mut doubts: Vec<String> = [
        several(touches(|t| t.disputed), "time is in dispute: its clocks disagree.", "times are in dispute: their clocks disagree."),
        several(
            touches(|t| t.at_latest.is_some()),
            "time is known as a span only, and never rounded in anyone’s favour.",
            "times are known as spans only, and never rounded in anyone’s favour.",
        ),
        several(
            touches(|t| t.labels.suspected_automation == Some(true)),
            "mail looked personal and came within a minute: it may be automatic. It counts.",
            "mails looked personal and came within a minute: they may be automatic. They count.",
        ),
        several(
            card.criteria.iter().filter(|c| c.result == Outcome::Indeterminate).count(),
            "criterion is indeterminate: the lower points were given.",
            "criteria are indeterminate: the lower points were given.",
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    let Some(start) = card.confirmed_at else { return doubts };
    let end = card.withdrawn_at.unwrap_or(start + TimeDelta::days(30)).min(report.as_of);
    for (source, coverage) in &report.coverage {
        let here = coverage.gaps.iter().filter(|gap| gap.from < end && gap.to > start);
        doubts.extend(here.take(GAPS).map(|gap| format!("{} was not watched: {}.", words::brief(source, 80), watched::gap(gap))));
    }
    doubts
}

fn clocks(card: &Card) -> Vec<Clocks> {
    if card.confirmed_at.is_none() {
        return Vec::new();
    }
    let clocks = |label: &'static str, wall: FirstOf, business: Option<FirstOf>| Clocks {
        label,
        wall: words::first_of(card, wall),
        business: business.map_or_else(|| words::NONE.to_owned(), |business| words::first_of(card, business)),
    };
    vec![
        clocks("First call", FirstOf::Call, Some(FirstOf::CallInHours)),
        clocks("First personal email", FirstOf::PersonalEmail, Some(FirstOf::PersonalEmailInHours)),
        clocks("First personal touch, any channel", FirstOf::Personal, None),
        clocks("First text", FirstOf::Text, None),
        clocks("First automatic reply", FirstOf::AutoReply, None),
    ]
}

fn bars(card: &Card) -> Vec<Bar> {
    let bar = |part: Part<'_>| Bar {
        title: part.title(),
        points: words::points(part.points),
        of: if part.of > 0.0 { words::points(part.of) } else { String::new() },
        width: words::points(part.percent()),
        tone: tone(part.percent()),
    };
    parts(card).into_iter().map(bar).collect()
}

fn disputed(appeal: &Appeal, zone: chrono_tz::Tz) -> Disputed {
    let decided = match (&appeal.outcome_by, appeal.outcome_at) {
        (Some(by), Some(at)) => format!("decided by {by}, {}", words::local(at, zone)),
        (Some(by), None) => format!("decided by {by}"),
        (None, Some(at)) => format!("decided {}", words::local(at, zone)),
        (None, None) => String::new(),
    };
    Disputed {
        id: words::brief(&appeal.id, 40),
        by: appeal.by.clone(),
        at: words::local(appeal.at, zone),
        about: appeal.disputes(),
        text: appeal.text.clone(),
        outcome: appeal.outcome.words(),
        decided,
        outcome_text: appeal.outcome_text.clone().unwrap_or_default(),
        corrections: appeal.corrections.join(", "),
    }
}

/// Touches that a criterion links to; the rest are counted.
const REFERRED: usize = 15;

fn criteria(card: &Card) -> Vec<(String, Vec<Judged>)> {
    let numbers: HashMap<&str, usize> = card.touches.iter().enumerate().rev().map(|(n, touch)| (&*touch.id, n + 1)).collect();
    let judged = |c: &Criterion| Judged {
        title: words::brief(words::criterion(&c.id), 80),
        id: words::brief(&c.id, 80),
        sign: words::outcome_sign(c.result),
        result: words::outcome(c.result),
        tone: match c.result {
            Outcome::Met => "best",
            Outcome::Partial | Outcome::Indeterminate => "leaking",
            Outcome::Missed => "failing",
            Outcome::NotCounted => "crickets",
        },
        points: if c.counted { words::points(c.points) } else { words::NONE.to_owned() },
        of: words::points(c.of),
        why: words::tidy(&c.why),
        touches: c.touches.iter().filter_map(|id| numbers.get(&**id)).take(REFERRED).map(|n| (*n, anchor(*n))).collect(),
        more: c.touches.len().saturating_sub(REFERRED),
    };
    parts(card).into_iter().map(|part| (part.title(), part.criteria.iter().copied().map(judged).collect())).collect()
}

/// The site's readiness as label and value; keys that are not known are shown as they are.
fn readiness(value: Option<&serde_json::Value>) -> Vec<(String, String)> {
    let Some(object) = value.and_then(serde_json::Value::as_object) else { return Vec::new() };
    let label = |key: &str| match key {
        "osc_name" => "Who is named".to_owned(),
        "osc_named" => "Online sales counselor named".to_owned(),
        "osc_pictured" => "Online sales counselor pictured".to_owned(),
        "phones" => "Phone numbers on the page".to_owned(),
        "chat" => "Chat (noted, not used)".to_owned(),
        "calls_to_action" => "Calls to action".to_owned(),
        "response_promise" => "Promised response".to_owned(),
        "text_consent" => "Asks consent to texts".to_owned(),
        other => words::brief(&other.replace('_', " "), 60),
    };
    object.iter().map(|(key, value)| (label(key), plain(value))).collect()
}

fn plain(value: &serde_json::Value) -> String {
    use serde_json::Value;
    match value {
        Value::Null => "none".to_owned(),
        Value::Bool(yes) => if *yes { "yes" } else { "no" }.to_owned(),
        Value::String(text) => words::brief(text, 200),
        Value::Array(list) if list.is_empty() => "none".to_owned(),
        Value::Array(list) => words::brief(&list.iter().map(plain).collect::<Vec<_>>().join(", "), 200),
        other => words::brief(&other.to_string(), 200),
    }
}
