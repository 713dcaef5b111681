//! The page of a wave: figures, leaderboard, how soon people answered, the month at a glance, groups, the waves before, what others
//! measured, who has no score, and what is not proven. Takes a report; gives what the template prints. Of a very large wave the rows
//! stay light and the strips stand on the builders' pages alone, so that the file can be opened.

use std::collections::BTreeMap;

use askama::Template;

use super::chart;
use super::html::{Frame, name, subtitle, tone};
use super::own_figures::{self, Own};
use super::parts::parts;
use super::sensitivity::{self, Weighed};
use super::shops::Marks;
use super::words::{self, BUCKETS};
use super::{ClockOffset, Report, ReportError, ReportShop, compare, many, moments, trailing, watched};
use crate::score::{Came, Card, FirstOf, Outcome, Verdict};
use crate::shop::Status;

/// Builders whose own figures stand on the page of the wave; every one has them on its own page.
const OWN: usize = 20;
/// Builders named behind a figure of what is not proven.
const NAMED: usize = 12;

struct Figure {
    value: String,
    /// Whether the value needs smaller letters to stay on one line.
    long: bool,
    label: &'static str,
    note: String,
}

struct Row {
    name: String,
    sub: String,
    file: String,
    score: String,
    tier: String,
    tone: &'static str,
    note: String,
    /// Of each part: how wide it is, and how much of it was won, in percent.
    segments: Vec<(String, String)>,
    call: Timing,
    email: Timing,
    any: Timing,
    counts: Vec<(u32, &'static str, &'static str)>,
    nothing: bool,
}

struct Timing {
    text: String,
    tone: &'static str,
}

/// A builder's points by part: the cells are points, points possible, and percent.
struct PartRow {
    name: String,
    file: String,
    cells: Vec<(String, String, String)>,
}

struct Left {
    name: String,
    sub: String,
    file: String,
    status: &'static str,
    why: Vec<String>,
}

struct Strip {
    name: String,
    file: String,
    note: String,
    drawing: String,
}

struct Compared {
    what: &'static str,
    others: String,
    ours: String,
    source: &'static str,
}

struct Watched {
    source: String,
    gaps: Vec<String>,
    alive: String,
}

/// Something that is not proven: how much of it, and at whom.
struct Doubt {
    what: &'static str,
    told: String,
    at: Vec<(String, String)>,
    more: usize,
}

#[derive(Template)]
#[template(path = "index.html")]
pub(crate) struct Index {
    frame: Frame,
    figures: Vec<Figure>,
    notice: String,
    board: Vec<Row>,
    light: bool,
    part_titles: Vec<String>,
    part_rows: Vec<PartRow>,
    left: Vec<(&'static str, &'static str, Vec<Left>)>,
    kinds: String,
    no_rank: &'static str,
    needed: String,
    standing: [&'static str; 5],
    ranks: Vec<[String; 5]>,
    weighed: Weighed,
    most_improved: &'static str,
    improved: Vec<String>,
    trend: Option<many::Trend>,
    groups: Vec<many::Grouped>,
    lucky: Vec<many::Grouped>,
    waits: Option<many::Waits>,
    own: Vec<Own>,
    appeals: Vec<(String, String, String)>,
    chart: String,
    open: u32,
    beside: Vec<String>,
    buckets: Vec<(&'static str, u32, String)>,
    bucketed: u32,
    strips: Vec<Strip>,
    shaded_hours: bool,
    watched: Vec<Watched>,
    watched_rule: &'static str,
    moments: String,
    clock_off: String,
    doubts: Vec<Doubt>,
    in_review: u32,
    unmatched: u32,
    /// What of the evidence is missing or altered, in a sentence.
    evidence: String,
    unproven: usize,
    lines: Vec<Compared>,
    order: Weighed,
}

/// The page of a report.
pub(crate) fn view(report: &Report) -> Result<Index, ReportError> {
    // A row then holds only what a reader sorts by, and there are no strips.
    let light = report.is_large();
    let (groups, lucky) = many::groups(report);
    let scored = report.leaderboard();
    let bucketed: u32 = BUCKETS.iter().map(|(key, _, _)| report.cohort.bucket(key)).sum();
    let watched = report
        .coverage
        .iter()
        .map(|(source, coverage)| Watched {
            source: words::brief(source, 80),
            gaps: coverage.gaps.iter().map(watched::gap).collect(),
            alive: watched::alive(coverage),
        })
        .collect();
    Ok(Index {
        frame: Frame::new(report, format!("Wave {}: how builders answered", words::brief(&report.wave, 60)), ""),
        figures: figures(report),
        notice: notice(report),
        board: scored.iter().map(|shop| row(shop, light)).collect(),
        light,
        part_titles: scored.first().map(|shop| parts(&shop.card).iter().map(super::parts::Part::title).collect()).unwrap_or_default(),
        part_rows: if light { Vec::new() } else { scored.iter().map(|shop| part_row(shop)).collect() },
        left: left(report),
        kinds: trailing::kinds(&report.statistics.trailing),
        no_rank: trailing::NO_RANK,
        needed: trailing::needed(report.statistics.settings.needed),
        standing: trailing::STANDING,
        ranks: trailing::standings(report),
        weighed: sensitivity::of_ranks(&report.statistics.trailing),
        most_improved: trailing::MOST_IMPROVED,
        improved: trailing::improved(&report.statistics.trailing.most_improved),
        trend: many::of_wave(report),
        groups,
        lucky,
        waits: many::waits(report),
        own: report.program.iter().take(OWN).map(own_figures::own).collect(),
        appeals: appeals(report),
        chart: chart::distribution(report),
        open: report.cohort.open,
        beside: words::beside_the_buckets(&report.cohort),
        buckets: BUCKETS
            .iter()
            .map(|(key, label, _)| (*label, report.cohort.bucket(key), share(report.cohort.bucket(key), bucketed)))
            .collect(),
        bucketed,
        strips: if light { Vec::new() } else { strips(report)? },
        shaded_hours: report.shops.iter().any(|shop| !shop.detail.open_spans.is_empty()),
        watched,
        watched_rule: watched::RULE,
        moments: moments::exceptions(report),
        clock_off: report.clock_offset.and_then(ClockOffset::tell).unwrap_or_default(),
        doubts: doubts(report),
        in_review: report.in_review,
        unmatched: report.unmatched,
        evidence: if report.evidence_faults > 0 { words::derivable(report.evidence_faults) } else { String::new() },
        unproven: unproven(report),
        lines: compare::lines(report).iter().map(compared).collect(),
        order: report.order.clone(),
    })
}

/// A line of the comparison whose figures keep their signs when they wrap.
fn compared(line: &compare::Line) -> Compared {
    let whole = |text: &str| text.replace(" %", "\u{a0}%");
    Compared { what: line.what, others: whole(line.others), ours: whole(&line.ours), source: line.source }
}

fn share(part: u32, whole: u32) -> String {
    if whole == 0 { words::NONE.to_owned() } else { words::percent(f64::from(part) / f64::from(whole)) }
}

fn figures(report: &Report) -> Vec<Figure> {
    let confirmed = report.shops.iter().filter(|shop| shop.card.status == Status::Confirmed).count();
    let n = report.cohort.n;
    let of = |id: &str, or: &str| many::headline(report, id).unwrap_or_else(|| or.to_owned());
    let quick = report.cohort.bucket("<=5m");
    let figure = |value: String, label, note: &str| Figure { long: value.chars().count() > 7, value, label, note: note.to_owned() };
    vec![
        figure(report.shops.len().to_string(), if report.shops.len() == 1 { "shop" } else { "shops" }, "in this wave"),
        figure(confirmed.to_string(), "inquiries confirmed", "accepted by the site, with proof"),
        figure(
            report.cohort.never_personal.map_or_else(|| words::NONE.to_owned(), words::percent),
            "never answered by a person",
            &of("never", "silence counts once the window is over"),
        ),
        figure(compare::median(report), "median first personal response", &many::median_interval(report)),
        figure(share(quick, n), "answered within 5 minutes", &of("within_5m", "of those proven")),
    ]
}

fn unproven(report: &Report) -> usize {
    report.shops.iter().filter(|s| s.card.verdict == Verdict::Inconclusive).count()
}

/// What a reader must know before the first figure: how much of the wave is not proven.
fn notice(report: &Report) -> String {
    let gaps: usize = report.coverage.values().map(|coverage| coverage.gaps.len()).sum();
    let count = |n: usize, one: &str, many: &str| (n > 0).then(|| words::count(n, one, many));
    let in_review = usize::try_from(report.in_review).unwrap_or(usize::MAX);
    let parts: Vec<String> = [
        count(unproven(report), "inquiry is inconclusive", "inquiries are inconclusive"),
        count(in_review, "touch or submission waits for a person’s review", "touches and submissions wait for a person’s review"),
        count(disputed(report), "time is in dispute", "times are in dispute"),
        count(gaps, "gap in what was watched", "gaps in what was watched"),
    ]
    .into_iter()
    .flatten()
    .collect();
    parts.join(" · ")
}

fn disputed(report: &Report) -> usize {
    report.shops.marked().map(|(_, marks)| marks.disputed).sum()
}

/// The appeals of the wave: at whom, of what, and how each ended.
fn appeals(report: &Report) -> Vec<(String, String, String)> {
    let of = |shop: &ReportShop| -> Vec<(String, String, String)> {
        shop.appeals.iter().map(|appeal| (name(shop), shop.file.clone(), format!("{} {}", appeal.id, appeal.outcome.words()))).collect()
    };
    report.shops.iter().flat_map(of).collect()
}

/// What is known and not certain, with the builders whom it concerns.
fn doubts(report: &Report) -> Vec<Doubt> {
    let doubt = |what, sentence: &dyn Fn(usize) -> String, count: &dyn Fn(&Card, Marks) -> usize| {
        let counted = report.shops.marked().map(|(shop, marks)| (shop, count(&shop.card, marks)));
        let hit: Vec<(&ReportShop, usize)> = counted.filter(|(_, n)| *n > 0).collect();
        let at = hit.iter().take(NAMED).map(|(shop, _)| (name(shop), shop.file.clone())).collect();
        let total: usize = hit.iter().map(|(_, n)| n).sum();
        (total > 0).then(|| Doubt { what, told: sentence(total), at, more: hit.len().saturating_sub(NAMED) })
    };
    [
        doubt(
            "Times in dispute",
            &|n| format!("{} whose clocks disagree; each is marked where it stands.", words::count(n, "touch", "touches")),
            &|_, marks| marks.disputed,
        ),
        doubt(
            "Perhaps automatic",
            &|n| format!("{} looked personal and came within a minute. Counted, and marked.", words::plural(n, "mail")),
            &|_, marks| marks.suspected,
        ),
        doubt(
            "Indeterminate",
            &|n| {
                format!(
                    "{} where the time is known as a span that lies across a limit. The lower points were given.",
                    words::count(n, "criterion", "criteria")
                )
            },
            &|card, _| card.criteria.iter().filter(|c| c.result == Outcome::Indeterminate).count(),
        ),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn row(shop: &ReportShop, light: bool) -> Row {
    let card = &shop.card;
    let score = card.score.unwrap_or(0.0);
    let counts = &card.counts;
    let videos = counts.videos.min(counts.personal_emails);
    let counts = [
        (counts.calls, "i-call", ["call attempt", "call attempts"]),
        (counts.voicemails, "i-voicemail", ["voicemail", "voicemails"]),
        (counts.texts, "i-text", ["text", "texts"]),
        (counts.personal_emails - videos, "i-email", ["personal email", "personal emails"]),
        (videos, "i-video", ["video", "videos"]),
        (counts.auto_replies, "i-auto", ["auto-reply", "auto-replies"]),
        (counts.marketing_emails, "i-marketing", ["marketing mail", "marketing mails"]),
        (counts.bounces, "i-bounce", ["bounce", "bounces"]),
    ];
    let notes = [
        (card.verdict == Verdict::Provisional).then_some("provisional"),
        card.caps.iter().any(|cap| held_down(card, cap.cap)).then_some("capped"),
    ];
    let parts = if light { Vec::new() } else { parts(card) };
    Row {
        name: name(shop),
        sub: subtitle(shop),
        file: shop.file.clone(),
        score: words::score(score),
        tier: card.tier.clone().unwrap_or_default(),
        tone: tone(score),
        note: notes.into_iter().flatten().collect::<Vec<_>>().join(", "),
        segments: parts
            .iter()
            .filter(|part| part.of > 0.0)
            .map(|part| (words::points(part.of), format!("{:.0}", part.percent())))
            .collect(),
        call: timing(card, FirstOf::Call),
        email: timing(card, FirstOf::PersonalEmail),
        any: timing(card, FirstOf::Any),
        nothing: counts.iter().all(|(n, _, _)| *n == 0),
        counts: if light { Vec::new() } else { counts.into_iter().filter(|(n, _, _)| *n > 0).map(named).collect() },
    }
}

/// How many of what came, with its sign.
fn named((n, icon, [one, many]): (u32, &'static str, [&'static str; 2])) -> (u32, &'static str, &'static str) {
    (n, icon, if n == 1 { one } else { many })
}

fn part_row(shop: &ReportShop) -> PartRow {
    let cell = |part: &super::parts::Part<'_>| {
        if part.of > 0.0 {
            (words::points(part.points), words::points(part.of), format!("{:.0}", part.percent()))
        } else {
            (words::NONE.to_owned(), String::new(), "0".to_owned())
        }
    };
    PartRow { name: name(shop), file: shop.file.clone(), cells: parts(&shop.card).iter().map(cell).collect() }
}

fn timing(card: &Card, first: FirstOf) -> Timing {
    let came = card.came(first);
    let tone = match came {
        Came::After(s) if s <= 300 => "quick",
        Came::After(_) => "",
        _ => "none",
    };
    Timing { text: words::came(came), tone }
}

/// Those without a score, by what kept them from one.
fn left(report: &Report) -> Vec<(&'static str, &'static str, Vec<Left>)> {
    let group = |verdicts: &[Verdict]| -> Vec<Left> {
        let of = report.unscored().into_iter().filter(|shop| verdicts.contains(&shop.card.verdict));
        of.map(|shop| Left {
            name: name(shop),
            sub: subtitle(shop),
            file: shop.file.clone(),
            status: words::status(shop.card.status),
            why: shop.reasons(),
        })
        .collect()
    };
    let groups = [
        ("Too early to score", "Less than a day has passed, or the score is still open.", group(&[Verdict::Provisional, Verdict::Final])),
        (
            "Inconclusive",
            "Something was asked, and what came back cannot be proven. Never counted as zero.",
            group(&[Verdict::Inconclusive]),
        ),
        ("Not shopped", "No inquiry got through. A form that turns buyers away is a finding of its own.", group(&[Verdict::NotShopped])),
    ];
    groups.into_iter().filter(|(_, _, rows)| !rows.is_empty()).collect()
}

fn strips(report: &Report) -> Result<Vec<Strip>, ReportError> {
    let board = report.leaderboard().into_iter().chain(report.unscored());
    let sent = board.filter(|shop| shop.card.confirmed_at.is_some());
    let places: BTreeMap<&str, usize> = sent.enumerate().map(|(n, shop)| (shop.file.as_str(), n)).collect();
    let mut strips = BTreeMap::new();
    for shop in report.shops.each() {
        let shop = shop?;
        if let Some(n) = places.get(shop.file.as_str()) {
            let drawing = chart::strip(report, &shop, &format!("strip{n}"), false);
            strips.insert(n, Strip { name: name(&shop), note: chart::summary(&shop), drawing, file: shop.file });
        }
    }
    Ok(strips.into_values().collect())
}

/// Whether a cap took points that were earned; one above the score anyway is no news on the leaderboard.
fn held_down(card: &Card, cap: f64) -> bool {
    card.points.zip(card.out_of).is_some_and(|(points, out_of)| out_of > 0.0 && 100.0 * points / out_of > cap)
}
