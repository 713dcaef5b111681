//! The sheets of the workbook by what they hold: a row a shop, a criterion, a touch, a figure, a builder, a source, a note. Takes a
//! [`Report`]; gives typed rows. Times stand in UTC and on the builder's own clock, durations as durations, or in
//! words why there is none; an empty cell means unknown.

use std::io;

use chrono::{DateTime, NaiveDateTime, Utc};

use super::super::words::{self, BUCKETS, key, tidy};
use super::super::{ClockOffset, Report, ReportShop, watched};
use super::sheet::{Cell, Column, Sheet};
use crate::score::{Came, FirstOf, TouchEntry};

/// The sheet that the chart of scores draws from.
pub(super) const LEADERBOARD: &str = "Leaderboard";
/// The sheet that the chart of times draws from.
pub(super) const DISTRIBUTION: &str = "Distribution";

fn local(at: Option<DateTime<Utc>>, shop: &ReportShop) -> Cell {
    Cell::of(at, |at| Cell::Local(own(at, shop)))
}

fn own(at: DateTime<Utc>, shop: &ReportShop) -> NaiveDateTime {
    at.with_timezone(&shop.detail.timezone).naive_local()
}

fn utc(at: Option<DateTime<Utc>>) -> Cell {
    Cell::of(at, Cell::Utc)
}

fn span(seconds: Option<i64>) -> Cell {
    Cell::of(seconds, Cell::Span)
}

/// A first touch: its duration, or why there is none.
fn came(first: Came) -> Cell {
    match first {
        Came::After(seconds) => Cell::Span(seconds),
        Came::NoClock => Cell::Empty,
        other => Cell::text(words::came(other)),
    }
}

/// Who a row is about.
fn who(shop: &ReportShop) -> [Cell; 2] {
    [Cell::text(&shop.card.shop), Cell::text(&shop.card.builder)]
}

/// The builder's name and the score stand first in the leaderboard, where the chart finds them.
pub(super) fn leaderboard(report: &Report) -> Sheet<'_> {
    let columns: Vec<Column> = vec![
        ("Builder", 28.0),
        ("Score", 8.0),
        ("Tier", 14.0),
        ("Verdict", 13.0),
        ("Status", 11.0),
        ("Shop", 18.0),
        ("Community", 18.0),
        ("Points", 8.0),
        ("Out of", 8.0),
        ("Cap", 7.0),
        ("Confirmed (UTC)", 19.0),
        ("Confirmed (builder's clock)", 19.0),
        ("Zone", 18.0),
        ("First of any kind", 12.0),
        ("First personal touch", 12.0),
        ("First call", 12.0),
        ("First call, inside posted hours", 12.0),
        ("First personal email", 12.0),
        ("First personal email, inside posted hours", 13.0),
        ("First text", 12.0),
        ("First video", 12.0),
        ("First automatic reply", 12.0),
        ("Calls", 8.0),
        ("Voicemails", 10.0),
        ("Texts", 8.0),
        ("Personal emails", 9.0),
        ("Marketing emails", 10.0),
        ("Automatic replies", 10.0),
        ("Videos", 8.0),
        ("Bounces", 9.0),
        ("Withdrawn (UTC)", 19.0),
        ("Why there is no score, or it may change", 60.0),
    ];
    Sheet::of(LEADERBOARD, columns, 1, report.leaderboard().into_iter().chain(report.unscored()).map(board_row))
}

fn board_row(shop: &ReportShop) -> Vec<Cell> {
    let card = &shop.card;
    let counts = &card.counts;
    let why = card.score.is_none() || !card.verdict_why.is_empty();
    let mut row = vec![
        Cell::text(&card.builder),
        Cell::of(card.score, Cell::Points),
        Cell::text(card.tier.as_deref().unwrap_or_default()),
        Cell::text(words::verdict(card.verdict)),
        Cell::text(words::status(card.status)),
        Cell::text(&card.shop),
        Cell::text(shop.detail.community.as_deref().unwrap_or_default()),
        Cell::of(card.points, Cell::Points),
        Cell::of(card.out_of, Cell::Points),
        Cell::of(card.caps.iter().map(|cap| cap.cap).min_by(f64::total_cmp), Cell::Points),
        utc(card.confirmed_at),
        local(card.confirmed_at, shop),
        Cell::text(shop.detail.timezone.name()),
    ];
    let firsts =
        [FirstOf::Any, FirstOf::Personal, FirstOf::Call, FirstOf::CallInHours, FirstOf::PersonalEmail, FirstOf::PersonalEmailInHours];
    row.extend(firsts.into_iter().chain([FirstOf::Text, FirstOf::Video, FirstOf::AutoReply]).map(|first| came(card.came(first))));
    let numbers = [counts.calls, counts.voicemails, counts.texts, counts.personal_emails, counts.marketing_emails, counts.auto_replies];
    row.extend(numbers.into_iter().chain([counts.videos, counts.bounces]).map(Cell::Count));
    row.extend([utc(card.withdrawn_at), if why { Cell::text(shop.reasons().join(" ")) } else { Cell::Empty }]);
    row
}

pub(super) fn criteria(report: &Report) -> Sheet<'_> {
    let columns = vec![
        ("Shop", 18.0),
        ("Builder", 28.0),
        ("Part", 13.0),
        ("Criterion", 28.0),
        ("Id", 22.0),
        ("Counted", 9.0),
        ("Result", 13.0),
        ("Points", 8.0),
        ("Of", 7.0),
        ("Lost", 7.0),
        ("Why", 70.0),
        ("Touches", 24.0),
    ];
    let row = |shop: &ReportShop, criterion: &crate::score::Criterion| {
        let mut row = Vec::from(who(shop));
        row.extend([
            Cell::text(words::part_title(words::part(&criterion.id))),
            Cell::text(words::criterion(&criterion.id)),
            Cell::text(&*criterion.id),
            Cell::yes(criterion.counted),
            Cell::text(words::outcome(criterion.result)),
            Cell::Points(criterion.points),
            Cell::Points(criterion.of),
            if criterion.counted { Cell::Points(((criterion.of - criterion.points) * 100.0).round() / 100.0) } else { Cell::Empty },
            Cell::text(&*criterion.why),
            Cell::text(criterion.touches.join(" ")),
        ]);
        row
    };
    let rows = report.shops.iter().flat_map(move |shop| shop.card.criteria.iter().map(move |criterion| row(shop, criterion)));
    Sheet { long: report.is_large(), ..Sheet::of("Criteria", columns, 2, rows) }
}

pub(super) fn touches(report: &Report) -> Sheet<'_> {
    let columns = vec![
        ("Shop", 18.0),
        ("Builder", 28.0),
        ("Id", 12.0),
        ("Channel", 10.0),
        ("Origin", 11.0),
        ("At (UTC)", 19.0),
        ("At (builder's clock)", 19.0),
        ("At the latest (UTC)", 19.0),
        ("After the inquiry", 13.0),
        ("Times disputed", 9.0),
        ("From", 30.0),
        ("Attributed by", 18.0),
        ("Sure by", 8.0),
        ("Subject", 40.0),
        ("Sender", 20.0),
        ("Name used", 8.0),
        ("Community named", 11.0),
        ("Direct phone", 15.0),
        ("Placement", 11.0),
        ("Appointment", 12.0),
        ("Question answered", 10.0),
        ("Reason or discovery", 11.0),
        ("May be automatic", 10.0),
        ("Faults", 18.0),
        ("Length", 10.0),
        ("Call answered", 9.0),
        ("Source", 15.0),
        ("Review", 30.0),
        ("Evidence", 40.0),
    ];
    let rows = report.shops.each().flat_map(|shop| match shop {
        Ok(shop) => shop.card.touches.iter().map(|touch| Ok(touch_row(&shop, touch))).collect(),
        Err(error) => vec![Err(io::Error::other(error))],
    });
    Sheet { name: "Touches", columns, kept: 2, rows: Box::new(rows), long: report.is_large() }
}

fn touch_row(shop: &ReportShop, touch: &TouchEntry) -> Vec<Cell> {
    let (detail, labels) = (shop.detail.touches.get(&*touch.id), &touch.labels);
    let maybe = |text: Option<&str>| Cell::text(text.unwrap_or_default());
    let mut row = Vec::from(who(shop));
    row.extend([
        Cell::text(&*touch.id),
        Cell::text(words::channel(touch.channel)),
        Cell::text(words::origin(touch.origin)),
        utc(Some(touch.at)),
        local(Some(touch.at), shop),
        utc(touch.at_latest),
        span(shop.card.confirmed_at.map(|from| (touch.at - from).num_seconds()).filter(|seconds| *seconds >= 0)),
        Cell::yes(touch.disputed),
        maybe(touch.from.as_deref()),
        Cell::of(touch.attributed_by, |by| Cell::text(words::attributed_by(by))),
        Cell::of(touch.confidence, Cell::Share),
        maybe(detail.and_then(|detail| detail.subject.as_deref())),
        maybe(labels.sender_name.as_deref()),
        Cell::of(labels.name_used, Cell::yes),
        Cell::of(labels.community_named, Cell::yes),
        maybe(labels.direct_phone.as_deref()),
        Cell::of(labels.placement.as_ref(), |placement| Cell::text(key(placement))),
        Cell::of(labels.appointment.as_ref(), |appointment| Cell::text(key(appointment))),
        Cell::of(labels.question.as_ref(), |question| Cell::text(key(question))),
        Cell::of(labels.reason_or_discovery, Cell::yes),
        Cell::of(labels.suspected_automation, Cell::yes),
        Cell::text(labels.faults.iter().flatten().map(key).collect::<Vec<_>>().join(" ")),
        span(detail.and_then(|detail| detail.duration_s)),
        Cell::of(detail.and_then(|detail| detail.answered), Cell::yes),
        maybe(detail.map(|detail| detail.source.as_str())),
        maybe(detail.and_then(|detail| detail.review.as_deref())),
        maybe(touch.evidence.as_deref().map(|name| words::evidence(name, touch.evidence_fault)).as_deref()),
    ]);
    row
}

/// How the inquiries spread over the time to the first personal touch; the chart takes its first two columns.
pub(super) fn distribution(report: &Report) -> Sheet<'_> {
    let of = move |key: &str| report.cohort.bucket(key);
    let all: u32 = BUCKETS.iter().map(|(key, _, _)| of(key)).sum();
    let share = move |n: u32| if all == 0 { Cell::Empty } else { Cell::Share(f64::from(n) / f64::from(all)) };
    let rows = BUCKETS.iter().map(move |(key, label, _)| vec![Cell::text(label), Cell::Count(of(key)), share(of(key))]);
    Sheet::of(DISTRIBUTION, vec![("First personal response", 26.0), ("Inquiries", 11.0), ("Share", 10.0)], 1, rows)
}

pub(super) fn builders(report: &Report) -> Sheet<'_> {
    let columns =
        vec![("Builder", 28.0), ("Rank", 7.0), ("Inquiries", 10.0), ("Mean score", 10.0), ("Low (95 %)", 10.0), ("High (95 %)", 10.0)];
    let rows = report.builders.iter().map(|builder| {
        let [low, high] = builder.interval.map_or([Cell::Empty, Cell::Empty], |interval| interval.map(Cell::Points));
        let rank = Cell::of(builder.rank, Cell::Count);
        vec![Cell::text(&builder.builder), rank, Cell::Count(builder.n), Cell::Points(builder.mean_score), low, high]
    });
    Sheet::of("Builders over waves", columns, 1, rows)
}

/// What a reader must know before any of the figures.
pub(super) fn notes(report: &Report) -> Sheet<'_> {
    let mut rows: Vec<Vec<Cell>> = Vec::new();
    let mut note = |what: &str, cell: Cell| rows.push(vec![Cell::text(what), cell]);
    let words = |text: &str| Cell::text(text);
    if report.is_rehearsal() {
        note("Rehearsal", words(words::REHEARSAL));
    }
    note("Wave", words(&report.wave));
    note("As of (UTC)", Cell::Utc(report.as_of));
    note("Made by", words(report.made_by()));
    note("Clock", words(&report.clock));
    note("Rubric", words(&format!("{}, version {}", report.rubric.name, report.rubric.version)));
    note("SHA-256 of the rubric", words(&report.rubric.sha256));
    note("Use", words("For coaching, not for discipline."));
    note("Order", words("Each line of the leaderboard is one inquiry (n = 1): an order, not ranks."));
    note(
        "Empty cells",
        words(
            "Unknown, or nothing was asked. Durations count from the confirmed inquiry, on the wall clock unless a title says otherwise.",
        ),
    );
    note("Waiting for review", Cell::Count(report.in_review));
    note("Belongs to no inquiry", Cell::Count(report.unmatched));
    if report.evidence_faults > 0 {
        note("Evidence missing or altered", Cell::Count(report.evidence_faults));
    }
    if let Some(off) = report.clock_offset.and_then(ClockOffset::tell) {
        note("Our clock", words(&format!("{off}: times between our clock and a mail server's may be off by as much.")));
    }
    for (source, coverage) in &report.coverage {
        let alive = watched::alive(coverage);
        let gaps: Vec<String> = coverage.gaps.iter().map(watched::gap).collect();
        let gaps = if gaps.is_empty() { "watched without a gap".to_owned() } else { format!("not watched: {}", gaps.join("; ")) };
        let told = if alive.is_empty() { gaps } else { format!("{gaps}. {alive}") };
        note(&tidy(source), words(&told));
    }
    let name = if report.is_rehearsal() { "Rehearsal" } else { "Notes" };
    Sheet::of(name, vec![("Note", 26.0), ("", 100.0)], 1, rows.into_iter())
}
