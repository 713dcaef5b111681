//! `index.html` and `builders/<slug>.html`: one style sheet and all charts inside each page, no script, nothing fetched
//! (a Content-Security-Policy says so to the browser). Text is escaped by the templates; the only markup let through is our
//! own SVG and mail HTML after cleaning.

use askama::Template;

use super::chart::{self, Size};
use super::words::{self, BUCKETS};
use super::{ClockOffset, Page, Report, ReportError, ReportShop, Writer, compare, scorecard, sensitivity, watched};
use crate::score::{Card, Verdict};
use crate::shop::Status;

pub(crate) struct Html;

/// What every page has: head, brand, marks, foot.
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) brand: String,
    pub(crate) wave: String,
    pub(crate) as_of: String,
    pub(crate) rehearsal: bool,
    pub(crate) rubric: String,
    pub(crate) sha256: String,
    pub(crate) css: &'static str,
    /// `""` on the index, `"../"` below it.
    pub(crate) root: &'static str,
}

impl Frame {
    pub(crate) fn new(report: &Report, title: String, root: &'static str) -> Self {
        Self {
            title,
            brand: words::brief(&report.workspace, 80),
            wave: words::brief(&report.wave, 60),
            as_of: report.as_of.format("%b %-d, %Y, %H:%M UTC").to_string(),
            rehearsal: report.is_rehearsal(),
            rubric: format!("{}, version {}", report.rubric.name, report.rubric.version),
            sha256: report.rubric.sha256.clone(),
            css: include_str!("style.css"),
            root,
        }
    }
}

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
    width: String,
    tier: String,
    tone: &'static str,
    provisional: bool,
    capped: bool,
    call: Timing,
    email: Timing,
    any: Timing,
    counts: Vec<(u32, &'static str, &'static str)>,
}

struct Timing {
    text: String,
    tone: &'static str,
}

struct Left {
    name: String,
    sub: String,
    file: String,
    status: &'static str,
    why: Vec<String>,
}

struct Rank {
    place: String,
    name: String,
    n: u32,
    mean: String,
    interval: String,
}

struct Strip {
    name: String,
    file: String,
    note: String,
    wide: String,
    narrow: String,
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

#[derive(Template)]
#[template(path = "index.html")]
struct Index {
    frame: Frame,
    figures: Vec<Figure>,
    board: Vec<Row>,
    left: Vec<(&'static str, &'static str, Vec<Left>)>,
    ranks: Vec<Rank>,
    chart_wide: String,
    chart_narrow: String,
    buckets: Vec<(&'static str, u32, String)>,
    bucketed: u32,
    strips: Vec<Strip>,
    shaded_hours: bool,
    watched: Vec<Watched>,
    watched_rule: &'static str,
    clock_off: String,
    in_review: u32,
    unmatched: u32,
    unproven: usize,
    lines: Vec<Compared>,
    trials: usize,
    changes: Vec<String>,
}

impl Writer for Html {
    fn pages(&self, report: &Report) -> Result<Vec<Page>, ReportError> {
        let mut pages = vec![render(report, "index.html".to_owned(), &index(report))?];
        for shop in &report.shops {
            pages.push(render(report, format!("builders/{}.html", shop.file), &scorecard::view(report, shop))?);
        }
        Ok(pages)
    }
}

fn render(report: &Report, path: String, template: &impl Template) -> Result<Page, ReportError> {
    match template.render() {
        Ok(text) => Ok(Page::text(path, text)),
        Err(e) => Err(ReportError::Render { page: path, wave: report.wave.clone(), message: e.to_string() }),
    }
}

/// The colour family of a tier; a rubric's own tiers go by the score.
pub(crate) fn tone(score: f64) -> &'static str {
    match score {
        s if s >= 80.0 => "best",
        s if s >= 60.0 => "solid",
        s if s >= 40.0 => "leaking",
        s if s > 0.0 => "failing",
        _ => "crickets",
    }
}

/// What stands under a builder's name.
pub(crate) fn subtitle(shop: &ReportShop) -> String {
    let place = shop.detail.community.iter().chain(&shop.detail.tags).map(|text| words::brief(text, 60));
    let parts: Vec<String> = place.filter(|text| !text.is_empty()).take(3).collect();
    if parts.is_empty() { words::brief(&shop.card.shop, 60) } else { parts.join(" · ") }
}

pub(crate) fn name(shop: &ReportShop) -> String {
    let name = words::brief(&shop.card.builder, 120);
    if name.is_empty() { words::brief(&shop.card.shop, 120) } else { name }
}

fn index(report: &Report) -> Index {
    let board: Vec<Row> = report.leaderboard().into_iter().map(row).collect();
    let sensitivity = sensitivity::of(report);
    let left = left(report);
    let bucketed: u32 = BUCKETS.iter().map(|(key, _, _)| bucket(report, key)).sum();
    let watched = report
        .coverage
        .iter()
        .map(|(source, coverage)| Watched {
            source: words::brief(source, 80),
            gaps: coverage.gaps.iter().map(watched::gap).collect(),
            alive: watched::alive(coverage),
        })
        .collect();
    Index {
        frame: Frame::new(report, format!("Wave {}: how builders answered", words::brief(&report.wave, 60)), ""),
        figures: figures(report),
        ranks: if report.builders.iter().any(|b| b.n > 1) {
            report.builders.iter().filter(|b| b.n > 0).map(rank).collect()
        } else {
            Vec::new()
        },
        chart_wide: chart::distribution(report, Size::Wide),
        chart_narrow: chart::distribution(report, Size::Narrow),
        buckets: BUCKETS.iter().map(|(key, label, _)| (*label, bucket(report, key), share(bucket(report, key), bucketed))).collect(),
        bucketed,
        strips: strips(report),
        shaded_hours: report.shops.iter().any(|shop| !shop.detail.open_spans.is_empty()),
        watched,
        watched_rule: watched::RULE,
        clock_off: report.clock_offset.and_then(ClockOffset::tell).unwrap_or_default(),
        in_review: report.in_review,
        unmatched: report.unmatched,
        unproven: report.shops.iter().filter(|s| s.card.verdict == Verdict::Inconclusive).count(),
        lines: compare::lines(report).iter().map(compared).collect(),
        trials: sensitivity.trials,
        changes: sensitivity.changes,
        board,
        left,
    }
}

/// A line of the comparison whose figures keep their signs when they wrap.
fn compared(line: &compare::Line) -> Compared {
    let whole = |text: &str| text.replace(" %", "\u{a0}%");
    Compared { what: line.what, others: whole(line.others), ours: whole(&line.ours), source: line.source }
}

fn bucket(report: &Report, key: &str) -> u32 {
    report.cohort.buckets.get(key).copied().unwrap_or(0)
}

fn share(part: u32, whole: u32) -> String {
    if whole == 0 { words::NONE.to_owned() } else { words::percent(f64::from(part) / f64::from(whole)) }
}

fn figures(report: &Report) -> Vec<Figure> {
    let confirmed = report.shops.iter().filter(|shop| shop.card.status == Status::Confirmed).count();
    let n = report.cohort.n;
    let of = format!("of {n} proven");
    let quick = bucket(report, "<=5m");
    let figure = |value: String, label, note: &str| Figure { long: value.chars().count() > 7, value, label, note: note.to_owned() };
    vec![
        figure(report.shops.len().to_string(), if report.shops.len() == 1 { "shop" } else { "shops" }, "in this wave"),
        figure(confirmed.to_string(), "inquiries confirmed", "accepted by the site, with proof"),
        figure(
            report.cohort.never_personal.map_or_else(|| words::NONE.to_owned(), words::percent),
            "never answered by a person",
            "silence counts once the window is over",
        ),
        figure(compare::median(report), "median first personal response", "those who never answered counted in"),
        figure(share(quick, n), "answered within 5 minutes", &of),
    ]
}

fn row(shop: &ReportShop) -> Row {
    let card = &shop.card;
    let score = card.score.unwrap_or(0.0);
    let counts = &card.counts;
    let counts = [
        (counts.calls, "i-call", "call attempts"),
        (counts.voicemails, "i-voicemail", "voicemails"),
        (counts.personal_emails, "i-email", "personal emails"),
        (counts.texts, "i-sms", "texts"),
        (counts.auto_replies + counts.marketing_emails, "i-machine", "automatic mails"),
    ];
    Row {
        name: name(shop),
        sub: subtitle(shop),
        file: shop.file.clone(),
        score: words::score(score),
        width: words::points(score.clamp(0.0, 100.0)),
        tier: card.tier.clone().unwrap_or_default(),
        tone: tone(score),
        provisional: card.verdict == Verdict::Provisional,
        capped: card.caps.iter().any(|cap| held_down(card, cap.cap)),
        call: timing(card.first.call),
        email: timing(card.first.personal_email),
        any: timing(card.first.any),
        counts: counts.into(),
    }
}

fn timing(seconds: Option<i64>) -> Timing {
    let tone = match seconds {
        Some(s) if s <= 300 => "quick",
        Some(_) => "",
        None => "none",
    };
    Timing { text: words::first(seconds), tone }
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

fn rank(builder: &crate::score::Standing) -> Rank {
    Rank {
        place: builder.rank.map_or_else(|| words::NONE.to_owned(), |rank| rank.to_string()),
        name: words::brief(&builder.builder, 120),
        n: builder.n,
        mean: words::score(builder.mean_score),
        interval: builder
            .interval
            .map_or_else(|| words::NONE.to_owned(), |[low, high]| format!("{} to {}", words::score(low), words::score(high))),
    }
}

fn strips(report: &Report) -> Vec<Strip> {
    let board = report.leaderboard().into_iter().chain(report.unscored());
    let sent = board.filter(|shop| shop.card.confirmed_at.is_some());
    sent.enumerate()
        .map(|(n, shop)| Strip {
            name: name(shop),
            file: shop.file.clone(),
            note: chart::summary(shop),
            wide: chart::strip(report, shop, &format!("strip{n}"), Size::Wide, false),
            narrow: chart::strip(report, shop, &format!("strip{n}"), Size::Narrow, false),
        })
        .collect()
}
/// Whether a cap took points that were earned; one above the score anyway is no news on the leaderboard.
fn held_down(card: &Card, cap: f64) -> bool {
    card.points.zip(card.out_of).is_some_and(|(points, out_of)| out_of > 0.0 && 100.0 * points / out_of > cap)
}
