//! From a log to a card: what is proven, how far the window has come, and so how much may be said. Refuses a log whose schema is
//! another one, that is no JSON, or whose hours are no hours.

use chrono::TimeDelta;

use crate::shop::Status;

use super::card::{Card, Counts, Criterion, First, FirstBusiness, TouchEntry, Verdict};
use super::facts::{Facts, by_time, in_time, later};
use super::judge::{self, Scope};
use super::log::{Log, LogTouch, SCHEMA};
use super::posted::{Book, Posted};
use super::rubric::Rubric;
use super::stats::{Watch, watch};
use super::{caps, possible, proof};

/// Why a log could not be scored.
#[derive(Debug, thiserror::Error)]
pub enum ScoreError {
    /// It is no JSON, or a key is missing or of the wrong kind; the message names line and column.
    #[error("could not read the log: {0}")]
    Json(serde_json::Error),
    /// It has another schema, or none.
    #[error("could not read the log: its schema must be `{SCHEMA}`, and {}", found(.0.as_deref()))]
    Schema(Option<String>),
    /// What it says cannot be; with the place in the text, where there is one.
    #[error("could not use the log: {message}")]
    Impossible {
        /// What.
        message: String,
        /// What to do.
        hint: &'static str,
        /// The bytes of the text that say so.
        span: Option<std::ops::Range<usize>>,
    },
    /// Its hours are no hours.
    #[error("could not score {shop}: {message}")]
    Hours {
        /// The shop.
        shop: String,
        /// How hours must look.
        message: String,
    },
}

fn found(schema: Option<&str>) -> String {
    schema.map_or_else(|| "it names none".to_owned(), |schema| format!("it is `{schema}`"))
}

/// Reads a `crickets.log/1` document; unknown keys are ignored.
///
/// # Errors
/// When the text is no JSON, has another schema, lacks a key, or says what cannot be.
pub fn parse_log(text: &str) -> Result<Log, ScoreError> {
    #[derive(serde::Deserialize)]
    #[serde(expecting = "a `crickets.log/1` document")]
    struct Head {
        schema: Option<String>,
    }
    let text = text.trim_start_matches('\u{feff}');
    match serde_json::from_str::<Head>(text).map_err(ScoreError::Json)?.schema {
        Some(schema) if schema == SCHEMA => {
            let log = serde_json::from_str(text).map_err(ScoreError::Json)?;
            possible::check(&log, text)?;
            Ok(log)
        }
        other => Err(ScoreError::Schema(other)),
    }
}

/// Scores one inquiry.
///
/// # Errors
/// When the log's hours are no hours.
pub fn card(log: &Log, rubric: &Rubric) -> Result<Card, ScoreError> {
    let touches = by_time(log).into_iter().cloned().map(entry).collect();
    Ok(Card { touches, ..judged(log, rubric, Book::default().of(&log.inquiry))? })
}

/// Scores many inquiries by one rubric: hours that several of them post are read once, and a log's touches become the card's own.
pub struct Scorer<'a> {
    rubric: &'a Rubric,
    posted: Book,
}

impl<'a> Scorer<'a> {
    /// A scorer by this rubric.
    #[must_use]
    pub fn new(rubric: &'a Rubric) -> Self {
        Self { rubric, posted: Book::default() }
    }

    /// Scores an inquiry, as [`card`] does, and tells how it was sent and watched.
    ///
    /// # Errors
    /// When the log's hours are no hours.
    pub fn score(&mut self, mut log: Log) -> Result<(Card, Watch), ScoreError> {
        let as_of = log.as_of;
        log.touches.retain(|touch| touch.at <= as_of);
        log.touches.sort_by(in_time);
        let mut posted = self.posted.of(&log.inquiry);
        let watch = watch(&log, self.rubric, posted.as_deref_mut().ok());
        let card = judged(&log, self.rubric, posted)?;
        Ok((Card { touches: log.touches.into_iter().map(entry).collect(), ..card }, watch))
    }
}

/// A card without its touches.
fn judged(log: &Log, rubric: &Rubric, posted: Result<&mut Posted, ScoreError>) -> Result<Card, ScoreError> {
    let inquiry = &log.inquiry;
    let proven = inquiry.confirmed_at.is_some() && inquiry.confirmed_by.is_some();
    let status = inquiry.status.unwrap_or(if proven { Status::Confirmed } else { Status::Unclear });
    match (status, inquiry.confirmed_at) {
        (Status::Confirmed, Some(start)) if proven => Ok(confirmed(&Facts::new(log, rubric, posted?, start))),
        (Status::Confirmed | Status::Unclear, _) => {
            let why = inquiry.reason.clone().unwrap_or_else(|| "it is not proven that the site accepted the inquiry".to_owned());
            Ok(unscored(log, rubric, status, Verdict::Inconclusive, &[why]))
        }
        (Status::Planned | Status::Sending | Status::Rejected | Status::Blocked | Status::Failed | Status::Manual, _) => {
            let why = inquiry.reason.clone().unwrap_or_else(|| not_shopped(status).to_owned());
            Ok(unscored(log, rubric, status, Verdict::NotShopped, &[why]))
        }
    }
}

fn not_shopped(status: Status) -> &'static str {
    match status {
        Status::Planned => "the inquiry is planned and not yet sent",
        Status::Sending => "the inquiry was being sent, and how that ended is not known",
        Status::Rejected => "the site refused the inquiry",
        Status::Blocked => "a wall stood before the form",
        Status::Failed => "the inquiry could not be sent",
        Status::Manual => "a person must submit this form",
        Status::Confirmed | Status::Unclear => "the inquiry was sent",
    }
}

/// A confirmed inquiry: how far has it come, and what may be said?
fn confirmed(facts: &Facts<'_>) -> Card {
    let log = facts.log;
    let silent = facts.personal().next().is_none();
    let doubts = if silent { proof::doubts(facts) } else { Vec::new() };
    let first_look = later(facts.start, TimeDelta::seconds(facts.rubric.window.first_look_s.i64()));
    let scope = match facts.withdrawn {
        Some(_) => Some(Scope::Withdrawn),
        None if log.as_of >= facts.end => Some(Scope::Whole),
        None if log.as_of >= first_look => Some(Scope::FirstLook),
        None => None,
    };
    let mut card = match (scope, doubts.is_empty()) {
        (_, false) => unscored(log, facts.rubric, Status::Confirmed, Verdict::Inconclusive, &doubts),
        (None, true) => {
            let why = format!("no score before {} h after the inquiry", facts.rubric.window.first_look_s.0 / 3600);
            unscored(log, facts.rubric, Status::Confirmed, Verdict::Provisional, &[why])
        }
        (Some(scope), true) => scored(facts, scope),
    };
    card.first = facts.firsts();
    card.first_business = facts.firsts_in_hours();
    card.counts = facts.counts();
    card.channels = Some(facts.channels());
    card.cut_at = facts.withdrawn;
    card
}

fn scored(facts: &Facts<'_>, scope: Scope) -> Card {
    let log = facts.log;
    let mut why = Vec::new();
    if scope == Scope::FirstLook {
        why.push(format!("the window of {} days is still open", facts.rubric.window.days.0));
    }
    if log.inquiry.in_review > 0 {
        why.push(format!("touches in review that may belong to it: {}", log.inquiry.in_review));
    }
    if log.inquiry.opt_outs_in_review > 0 {
        why.push(format!("texts of the shopper in review that may opt out of it: {}", log.inquiry.opt_outs_in_review));
    }
    let verdict = if why.is_empty() { Verdict::Final } else { Verdict::Provisional };
    why.extend(judge::blind_spots(facts));
    let criteria = judge::all(facts, scope);
    let (points, out_of) =
        criteria.iter().filter(|line| line.counted).fold((0.0, 0.0), |(points, of), line| (points + line.points, of + line.of));
    let criteria = criteria.into_iter().map(|line| Criterion { points: rounded(line.points, 1e4), ..line }).collect();
    let mut card = blank(log, Status::Confirmed, verdict, &why, criteria);
    card.caps = caps::all(facts);
    if out_of > 0.0 {
        let lowest = card.caps.first().map_or(100.0, |cap| cap.cap);
        let reached = rounded(100.0 * points / out_of, 10.0).min(lowest).clamp(0.0, 100.0);
        card.tier = Some(facts.rubric.tier(reached).to_owned());
        card.score = Some(reached);
    }
    (card.points, card.out_of) = (Some(rounded(points, 1e4)), Some(rounded(out_of, 1e4)));
    card
}

/// A card without a score: what is known of the inquiry, and every criterion uncounted.
fn unscored(log: &Log, rubric: &Rubric, status: Status, verdict: Verdict, why: &[String]) -> Card {
    blank(log, status, verdict, why, judge::none(rubric, why.first().map_or("not judged", String::as_str)))
}

/// A touch as the card shows it.
fn entry(touch: LogTouch) -> TouchEntry {
    let LogTouch { id, channel, origin, at, at_latest, disputed, from, labels, attributed_by, confidence, evidence } = touch;
    TouchEntry { id, channel, origin, at, at_latest, disputed, from, attributed_by, confidence, labels, evidence, evidence_fault: None }
}

/// A card without points, firsts and touches.
fn blank(log: &Log, status: Status, verdict: Verdict, why: &[String], criteria: Vec<Criterion>) -> Card {
    let inquiry = &log.inquiry;
    Card {
        shop: inquiry.shop.clone(),
        builder: inquiry.builder.clone(),
        status,
        verdict,
        verdict_why: why.to_vec(),
        sent_at: inquiry.sent_at,
        confirmed_at: inquiry.confirmed_at,
        confirmed_by: inquiry.confirmed_by,
        channels: None,
        first: First::default(),
        first_business: FirstBusiness::default(),
        counts: Counts::default(),
        points: None,
        out_of: None,
        score: None,
        tier: None,
        caps: Vec::new(),
        withdrawn_at: inquiry.withdrawn_at.filter(|at| *at <= log.as_of),
        cut_at: None,
        opt_out_at: inquiry.opt_out_at.filter(|at| *at <= log.as_of),
        criteria,
        touches: Vec::new(),
    }
}

/// Rounded to a part of one, halves away from zero. The nudge undoes what binary fractions take off a decimal half.
pub(super) fn rounded(value: f64, parts: f64) -> f64 {
    (value * parts + 1e-7_f64.copysign(value)).round() / parts
}
