//! The scorecard of one inquiry: verdict, question, proof, both clocks, every criterion with its reason, every touch with
//! its evidence. Takes a report and one of its shops; gives what the template prints.

use askama::Template;
use chrono::{DateTime, Utc};

use super::chart::{self, Size};
use super::html::{Frame, name, subtitle, tone};
use super::{Report, ReportShop, mail_html, words};
use crate::classify::{Fault, Labels, Origin};
use crate::collect::{Channel, Placement};
use crate::score::{Card, Criterion, Outcome, TouchEntry, Verdict};
use crate::shop::Status;

/// The longest excerpt that a page shows; the evidence holds the whole.
const EXCERPT: usize = 1_500;

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

pub(crate) struct Fix {
    title: String,
    advice: String,
    worth: String,
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

pub(crate) struct Happened {
    n: usize,
    anchor: String,
    icon: &'static str,
    channel: &'static str,
    origin: &'static str,
    tone: &'static str,
    elapsed: String,
    local: String,
    utc: String,
    latest: Option<String>,
    disputed: bool,
    suspected: bool,
    from: String,
    subject: Option<String>,
    call: Option<String>,
    excerpt: Option<String>,
    html: Option<String>,
    labels: Vec<String>,
    quotes: Vec<(String, String)>,
    reasons: Vec<(String, String)>,
    attributed: String,
    review: Option<String>,
    source: String,
    evidence: Option<String>,
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
    clocks: Vec<Clocks>,
    bars: Vec<Bar>,
    fixes: Vec<Fix>,
    criteria: Vec<(String, Vec<Judged>)>,
    touched: bool,
    strip_wide: String,
    strip_narrow: String,
    first_wide: String,
    first_narrow: String,
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
        redacted: !matches!(detail.basis, Some(crate::shop::Basis::Own | crate::shop::Basis::Client)),
        status: words::status(card.status),
        status_meaning: words::status_meaning(card.status),
        confirmed_by: card.confirmed_by.map_or("", words::confirmed_by),
        proof: shop.detail.reason.clone().filter(|_| card.status == Status::Confirmed).unwrap_or_default(),
        moments: moments(shop),
        proofs: detail.submission_evidence.iter().map(proof).collect(),
        clocks: clocks(card),
        bars: bars(card),
        fixes: fixes(card),
        criteria: criteria(card),
        touched: !card.touches.is_empty(),
        strip_wide: chart::strip(report, shop, "month", Size::Wide, true),
        strip_narrow: chart::strip(report, shop, "month", Size::Narrow, true),
        first_wide: chart::first_hours(shop, "hours", Size::Wide),
        first_narrow: chart::first_hours(shop, "hours", Size::Narrow),
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
        moment("Withdrawn", card.withdrawn_at),
    ];
    all.into_iter().flatten().collect()
}

fn proof(evidence: &super::EvidenceRef) -> Proof {
    Proof {
        role: words::brief(&evidence.role, 60),
        sha256: words::brief(&evidence.sha256, 80),
        size: format!("{} bytes", evidence.bytes),
        content_type: words::brief(&evidence.content_type, 80),
    }
}

fn clocks(card: &Card) -> Vec<Clocks> {
    if card.confirmed_at.is_none() {
        return Vec::new();
    }
    let (first, business) = (&card.first, &card.first_business);
    let none = || words::NONE.to_owned();
    vec![
        Clocks { label: "First call", wall: words::first(first.call), business: words::first(business.call) },
        Clocks { label: "First personal email", wall: words::first(first.personal_email), business: words::first(business.personal_email) },
        Clocks { label: "First personal touch, any channel", wall: words::first(first.personal), business: none() },
        Clocks { label: "First text", wall: words::first(first.text), business: none() },
        Clocks { label: "First automatic reply", wall: words::first(first.auto_reply), business: none() },
    ]
}

/// The criteria by part, in the rubric's order.
fn parts(card: &Card) -> Vec<(&str, Vec<&Criterion>)> {
    let mut parts: Vec<(&str, Vec<&Criterion>)> = Vec::new();
    for criterion in &card.criteria {
        let part = words::part(&criterion.id);
        match parts.iter_mut().find(|(name, _)| *name == part) {
            Some((_, list)) => list.push(criterion),
            None => parts.push((part, vec![criterion])),
        }
    }
    parts
}

fn bars(card: &Card) -> Vec<Bar> {
    let bar = |(part, list): (&str, Vec<&Criterion>)| {
        let counted = list.iter().filter(|c| c.counted);
        let (points, of) = counted.fold((0.0, 0.0), |(points, of), c| (points + c.points, of + c.of));
        let share = if of > 0.0 { (100.0 * points / of).clamp(0.0, 100.0) } else { 0.0 };
        Bar {
            title: words::brief(words::part_title(part), 40),
            points: words::points(points),
            of: if of > 0.0 { words::points(of) } else { String::new() },
            width: words::points(share),
            tone: tone(share),
        }
    };
    parts(card).into_iter().map(bar).collect()
}

/// The three criteria that lost the most, dearest first.
fn fixes(card: &Card) -> Vec<Fix> {
    let mut lost: Vec<&Criterion> = card.criteria.iter().filter(|c| c.counted && c.of - c.points > 0.05).collect();
    // The sort is stable: equal losses keep the rubric's order.
    lost.sort_by(|a, b| (b.of - b.points).total_cmp(&(a.of - a.points)));
    let fix = |c: &Criterion| {
        let (title, advice) = words::criterion(&c.id);
        let advice = if advice.is_empty() { words::tidy(&c.why) } else { advice.to_owned() };
        Fix { title: words::brief(title, 80), advice, worth: words::points(c.of - c.points) }
    };
    lost.into_iter().take(3).map(fix).collect()
}

/// Touches that a criterion links to; the rest are counted.
const REFERRED: usize = 15;

fn criteria(card: &Card) -> Vec<(String, Vec<Judged>)> {
    let number = |id: &str| card.touches.iter().position(|touch| touch.id == id).map(|n| n + 1);
    let judged = |c: &Criterion| Judged {
        title: words::brief(words::criterion(&c.id).0, 80),
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
        touches: c.touches.iter().filter_map(|id| number(id)).take(REFERRED).map(|n| (n, anchor(n))).collect(),
        more: c.touches.len().saturating_sub(REFERRED),
    };
    parts(card)
        .into_iter()
        .map(|(part, list)| (words::brief(words::part_title(part), 40), list.into_iter().map(judged).collect()))
        .collect()
}

/// The touch's place on the page; its id may hold anything, so its number stands for it.
fn anchor(n: usize) -> String {
    format!("touch-{n}")
}

fn happened(shop: &ReportShop, index: usize, touch: &TouchEntry) -> Happened {
    let none = super::TouchDetail::default();
    let detail = shop.detail.touches.get(&touch.id).unwrap_or(&none);
    let zone = shop.detail.timezone;
    let (n, text) = (index + 1, |text: &Option<String>| text.as_deref().map(|t| words::brief(t, 300)).filter(|t| !t.is_empty()));
    let by = touch.attributed_by.map_or("not stated", words::attributed_by);
    Happened {
        n,
        anchor: anchor(n),
        icon: match touch.channel {
            Channel::Email => "i-email",
            Channel::Call => "i-call",
            Channel::Voicemail => "i-voicemail",
            Channel::Sms => "i-sms",
        },
        channel: words::channel(touch.channel),
        origin: words::origin(touch.origin),
        tone: match touch.origin {
            Origin::Personal => "personal",
            Origin::Bounce => "bounce",
            Origin::AutoReply | Origin::Marketing | Origin::Unknown => "machine",
        },
        elapsed: shop.card.confirmed_at.map_or_else(String::new, |from| elapsed(touch, from)),
        local: words::local(touch.at, zone),
        utc: words::utc(touch.at),
        latest: touch.at_latest.map(|at| words::local(at, zone)),
        disputed: touch.disputed,
        suspected: touch.labels.suspected_automation == Some(true),
        from: text(&touch.from).unwrap_or_else(|| "withheld".to_owned()),
        subject: text(&detail.subject),
        call: call(touch.channel, detail),
        excerpt: detail.excerpt.as_deref().map(|t| words::cut(words::tidy(t).trim(), EXCERPT)).filter(|t| !t.is_empty()),
        html: detail.html.as_deref().and_then(mail_html::clean),
        labels: labels(&touch.labels),
        quotes: detail.quotes.iter().map(|(label, quote)| (label.replace('_', " "), words::brief(quote, 300))).collect(),
        reasons: detail.reasons.iter().map(|r| (words::brief(&r.id, 60), words::brief(&r.detail, 300))).collect(),
        attributed: touch.confidence.map_or_else(|| by.to_owned(), |c| format!("{by}, {}", words::percent(c))),
        review: text(&detail.review),
        source: words::brief(&detail.source, 80),
        evidence: text(&touch.evidence),
    }
}

fn elapsed(touch: &TouchEntry, from: DateTime<Utc>) -> String {
    let after = |at: DateTime<Utc>| words::duration((at - from).num_seconds());
    if touch.at < from {
        return format!("{} before confirmation", words::duration((from - touch.at).num_seconds()));
    }
    let (first, last) = (after(touch.at), after(touch.at_latest.unwrap_or(touch.at)));
    if first == last { first } else { format!("{first} to {last}") }
}

fn call(channel: Channel, detail: &super::TouchDetail) -> Option<String> {
    if matches!(channel, Channel::Email | Channel::Sms) {
        return None;
    }
    let answered = detail.answered.map(|yes| if yes { "answered" } else { "not answered" }.to_owned());
    let parts: Vec<String> = answered.into_iter().chain(detail.duration_s.map(words::duration)).collect();
    if parts.is_empty() { None } else { Some(parts.join(", ")) }
}

/// The labels as short words; what is not known is not said.
fn labels(labels: &Labels) -> Vec<String> {
    let mut out = Vec::new();
    let mut say = |text: String| out.push(words::brief(&text, 160));
    if let Some(name) = &labels.sender_name {
        say(format!("signed by {name}"));
    }
    if let Some(used) = labels.name_used {
        say(if used { "buyer’s name used" } else { "buyer’s name not used" }.to_owned());
    }
    if let Some(named) = labels.community_named {
        say(if named { "community named" } else { "community not named" }.to_owned());
    }
    if let Some(phone) = &labels.direct_phone {
        say(format!("direct number {phone}"));
    }
    if let Some(question) = &labels.question {
        say(format!("question answered: {}", words::key(question)));
    }
    if let Some(appointment) = &labels.appointment {
        say(format!("appointment: {}", words::key(appointment)));
    }
    if let Some(link) = &labels.scheduling_link {
        say(format!("scheduling link {link}"));
    }
    if let Some(video) = &labels.video {
        say(format!("video {video}"));
    }
    if let Some(given) = labels.reason_or_discovery {
        say(if given { "reason or discovery question" } else { "no reason, no discovery question" }.to_owned());
    }
    if let Some(colleague) = &labels.introduces {
        say(format!("introduces {colleague}"));
    }
    match labels.placement {
        Some(Placement::Inbox) => say("landed in the inbox".to_owned()),
        Some(Placement::Promotions) => say("landed in promotions".to_owned()),
        Some(Placement::Spam) => say("landed in spam".to_owned()),
        None => {}
    }
    for fault in labels.faults.iter().flatten() {
        say(match fault {
            Fault::MergeField => "fault: open merge field".to_owned(),
            Fault::WrongName => "fault: wrong name".to_owned(),
            Fault::WrongCommunity => "fault: wrong community".to_owned(),
        });
    }
    out
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
