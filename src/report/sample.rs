//! A wave for the tests: every verdict, long names, hostile text, and enough shops to look at.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike as _, TimeDelta, Utc};
use serde_json::json;

use super::{Alive, Appeal, AppealOutcome, ClockOffset, EvidenceRef, Input, Making, Report, RubricRef, ShopDetail, ShopInput, TouchDetail};
use crate::attribute::AttributedBy;
use crate::classify::{Appointment, Fault, Labels, Origin, QuestionAnswered};
use crate::collect::{Channel, Placement, Signal};
use crate::score::program::{Audit, Program, Row};
use crate::score::{
    self, Cap, CapKind, Card, Channels, Cohort, Counts, Criterion, First, FirstBusiness, Gap, Kind, Outcome, Reach, Spell, Standing,
    Statistics, Subject, TouchEntry, Verdict, Watch,
};
use crate::shop::{Basis, ConfirmedBy, Status};

/// Text that must never become markup.
pub(crate) const HOSTILE: &str = "<script>alert('x')</script><img src=x onerror=alert(1)>\"'`|=cmd()";

const RUBRIC: [(&str, f64); 19] = [
    ("speed.call", 16.0),
    ("speed.personal_email", 12.0),
    ("speed.any_personal", 6.0),
    ("speed.acknowledgement", 1.0),
    ("answer.question", 14.0),
    ("answer.personal", 6.0),
    ("answer.clean", 3.0),
    ("answer.inbox", 3.0),
    ("next.appointment", 6.0),
    ("next.reason", 3.0),
    ("channels.call", 3.0),
    ("channels.personal_email", 3.0),
    ("channels.text", 2.0),
    ("channels.video", 2.0),
    ("persist.calls", 5.0),
    ("persist.written", 5.0),
    ("persist.spread", 5.0),
    ("respect.constant_contact", 3.0),
    ("respect.opt_out", 2.0),
];

pub(crate) fn at(text: &str) -> DateTime<Utc> {
    DateTime::parse_from_rfc3339(text).unwrap().to_utc()
}

struct Plan {
    slug: &'static str,
    builder: String,
    verdict: Verdict,
    status: Status,
    /// Share of the points, by criterion in turn.
    quality: f64,
    touches: Vec<(Channel, Origin, i64)>,
}

fn plan(slug: &'static str, builder: &str, verdict: Verdict, quality: f64, touches: &[(Channel, Origin, i64)]) -> Plan {
    Plan { slug, builder: builder.to_owned(), verdict, status: Status::Confirmed, quality, touches: touches.to_vec() }
}

/// A wave: its shops, and all the rest.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    pub(crate) shops: Vec<ShopInput>,
    pub(crate) rest: Input,
}

impl std::ops::Deref for Sample {
    type Target = Input;

    fn deref(&self) -> &Input {
        &self.rest
    }
}

impl std::ops::DerefMut for Sample {
    fn deref_mut(&mut self) -> &mut Input {
        &mut self.rest
    }
}

/// The report of a sample.
pub(crate) fn build(sample: Sample) -> Report {
    let mut making = Making::within(&std::env::temp_dir());
    sample.shops.into_iter().for_each(|shop| making.shop(shop).unwrap());
    making.finish(sample.rest)
}

#[expect(clippy::too_many_lines, reason = "one wave, shop by shop")]
pub(crate) fn input() -> Sample {
    use Channel::{Call, Email, Sms, Voicemail};
    use Origin::{AutoReply, Bounce, Marketing, Personal};
    use Verdict::{Final, Inconclusive, NotShopped, Provisional};
    let day = 86_400;
    let drip: Vec<(Channel, Origin, i64)> = (0..9).map(|n| (Email, Marketing, day * 3 * n + 50_000)).collect();
    let best = [
        (Email, AutoReply, 4),
        (Call, Personal, 212),
        (Voicemail, Personal, 230),
        (Email, Personal, 296),
        (Sms, Personal, 900),
        (Call, Personal, day),
        (Email, Personal, 2 * day),
        (Call, Personal, 4 * day),
        (Email, Personal, 8 * day),
        (Call, Personal, 11 * day),
        (Sms, Personal, 15 * day),
        (Call, Personal, 18 * day),
        (Call, Personal, 22 * day),
        (Email, Personal, 26 * day),
    ];
    let solid =
        [(Email, AutoReply, 9), (Call, Personal, 1_260), (Email, Personal, 2_470), (Call, Personal, 2 * day), (Email, Personal, 9 * day)];
    let mut leaking = vec![(Email, AutoReply, 3), (Email, Personal, 20_000), (Sms, Personal, 21_000)];
    leaking.extend(drip.clone());
    let mut robot = vec![(Email, AutoReply, 2)];
    robot.extend(drip);
    let long = "The Extraordinarily Long-Named Homebuilding Company of Greater Central Texas and the Surrounding Hill Country, Limited Partnership";
    let mut plans = vec![
        plan("bluebonnet", "Bluebonnet Homes", Final, 0.93, &best),
        plan("caliche-creek", "Caliche Creek Builders", Final, 0.71, &solid),
        plan("long-name", long, Final, 0.66, &[(Call, Personal, 288), (Email, Personal, 5_400), (Email, Marketing, 12 * day)]),
        plan("hostile", &format!("Evil & Sons {HOSTILE}"), Final, 0.55, &leaking),
        plan(
            "emoji",
            "Casa 🏡 Feliz — Ñandú",
            Final,
            0.47,
            &[(Email, Personal, 95_000), (Call, Personal, 3 * day), (Email, Bounce, 4 * day)],
        ),
        plan("pecan", "Pecan Grove Residential", Final, 0.28, &[(Email, Personal, 400_000), (Email, Marketing, 500_000)]),
        plan("robot", "Robot Ranch", Final, 0.05, &robot),
        plan("silent", "Silent Springs", Final, 0.0, &[]),
        plan("open", "Still Open Homes", Provisional, 0.61, &[(Email, Personal, 3_000), (Call, Personal, 2_000)]),
        plan("fresh", "Fresh Start Homes", Provisional, -1.0, &[(Email, AutoReply, 6)]),
        plan("gap", "Gap Year Homes", Inconclusive, -1.0, &[]),
        plan("blocked", "Walled Garden Homes", NotShopped, -1.0, &[]),
        plan("refused", &format!("Refused {HOSTILE}"), NotShopped, -1.0, &[]),
        plan("unclear", "Unclear Waters", Inconclusive, -1.0, &[(Email, Marketing, day)]),
    ];
    for plan in &mut plans {
        plan.status = match plan.slug {
            "blocked" => Status::Blocked,
            "refused" => Status::Rejected,
            "unclear" => Status::Unclear,
            _ => Status::Confirmed,
        };
    }
    let shops: Vec<ShopInput> = plans.into_iter().enumerate().map(|(n, plan)| shop(n, &plan)).collect();
    let statistics = statistics(&shops);
    let buckets = [("<=5m", 2), ("<=30m", 1), ("<=1h", 1), ("<=24h", 1), ("<=48h", 1), ("<=7d", 1), ("never", 3)];
    let rest = Input {
        wave: "2026-11".to_owned(),
        as_of: at("2026-12-03T00:00:00Z"),
        clock: "system".to_owned(),
        rubric: RubricRef { name: "default".to_owned(), version: "1".to_owned(), sha256: "9f".repeat(32) },
        rubric_text: crate::score::Rubric::default_rubric().text().to_owned(),
        workspace: "Acme Coaching".to_owned(),
        brand: crate::config::Brand::default(),
        logo: None,
        builders: vec![
            Standing { builder: "Bluebonnet Homes".to_owned(), n: 3, mean_score: 88.2, interval: Some([79.0, 94.5]), rank: Some(1) },
            Standing { builder: "Pecan Grove Residential".to_owned(), n: 2, mean_score: 31.0, interval: None, rank: None },
        ],
        cohort: Cohort {
            n: 10,
            median_first_personal_s: Some(3_000),
            never_personal: Some(0.3),
            buckets: buckets.map(|(key, n)| (key.to_owned(), n)).into(),
            inconclusive: 2,
            not_shopped: 2,
            ..Cohort::default()
        },
        program: vec![program()],
        statistics,
        coverage: BTreeMap::from([
            ("mailbox.main".to_owned(), Vec::new()),
            (
                "phone.main".to_owned(),
                vec![Gap {
                    source: "phone.main".to_owned(),
                    from: at("2026-11-10T02:00:00Z"),
                    to: at("2026-11-11T05:30:00Z"),
                    channel: None,
                    why: Some("no log shows it".to_owned()),
                }],
            ),
        ]),
        phoned: BTreeMap::new(),
        alive: BTreeMap::from([("mailbox.main".to_owned(), Alive { back: 31, slowest_s: Some(6), other_mails: 12, ..Alive::default() })]),
        clock_offset: Some(ClockOffset { sites: 9, offset_s: 0 }),
        unmatched: 2,
        evidence_faults: 0,
        in_review: 1,
    };
    Sample { shops, rest }
}

/// A builder's own figures, with walk-ins among them.
fn program() -> Program {
    let row = |line, month: &str, source: &str, [leads, appointments, sales]: [u64; 3]| Row {
        line,
        month: Some(month.to_owned()),
        source: Some(source.to_owned()),
        leads,
        appointments,
        sales,
    };
    let rows =
        [row(2, "2026-10", HOSTILE, [100, 30, 6]), row(3, "2026-11", HOSTILE, [100, 30, 6]), row(4, "2026-11", "Walk-in", [100, 1, 0])];
    score::program::program("Bluebonnet Homes", "programs/b.csv", &rows, Vec::new(), Some(Audit { mean_score: 88.2, n: 3 }))
}

/// The statistics of the wave after a made-up earlier one, in which everybody but the first scored a fifth less.
fn statistics(shops: &[ShopInput]) -> Statistics {
    let now: Vec<Card> = shops.iter().map(|shop| shop.card.clone()).collect();
    let before: Vec<Card> =
        now.iter().map(|card| Card { score: card.score.map(|score| (score * 8.0).round() / 10.0), ..card.clone() }).collect();
    let tags: Vec<Vec<String>> = shops.iter().map(|shop| shop.detail.tags.clone()).collect();
    let spell = Spell::For(2_592_000);
    let watch = Watch { kind: Kind::InHours, call: spell, personal_email: spell, personal: spell };
    let waves = [("2026-10", &before), ("2026-11", &now)];
    let all: Vec<Subject<'_>> = waves
        .iter()
        .flat_map(|(wave, cards)| {
            cards.iter().zip(&tags).enumerate().map(|(n, (card, tags))| Subject {
                card,
                wave,
                tags,
                state: Some(if n % 3 == 0 { "CO" } else { "TX" }),
                osc_shown: (n % 4 != 3).then_some(n % 2 == 0),
                chat: (n % 4 != 3).then_some(n % 3 == 0),
                watch,
            })
        })
        .collect();
    score::statistics(&all, &["2026-10", "2026-11"], 2).1
}

#[expect(clippy::too_many_lines, reason = "one literal, field by field")]
fn shop(n: usize, plan: &Plan) -> ShopInput {
    let sent = at("2026-11-02T15:04:00Z") + TimeDelta::minutes(i64::try_from(n).unwrap() * 17);
    let sent = if plan.verdict == Verdict::Provisional { sent + TimeDelta::days(12) } else { sent };
    let shopped = matches!(plan.status, Status::Confirmed);
    let confirmed = sent + TimeDelta::seconds(2);
    let seconds = |test: &dyn Fn(Channel, Origin) -> bool| plan.touches.iter().filter(|(c, o, _)| test(*c, *o)).map(|(_, _, s)| *s).min();
    let personal = |channel| seconds(&move |c, o| c == channel && o == Origin::Personal);
    let count = |channel, origin| u32::try_from(plan.touches.iter().filter(|(c, o, _)| (*c, *o) == (channel, origin)).count()).unwrap();
    let scored = plan.quality >= 0.0;
    let score = if scored { Some((plan.quality * 1000.0).round() / 10.0) } else { None };
    let tier = score.map(|s| match s {
        s if s >= 80.0 => "Best in class",
        s if s >= 60.0 => "Solid",
        s if s >= 40.0 => "Leaking",
        s if s > 0.0 => "Failing",
        _ => "Crickets",
    });
    let touches: Vec<TouchEntry> = plan.touches.iter().enumerate().map(|(n, touch)| entry(plan, n, *touch, confirmed)).collect();
    let details = touches.iter().map(|touch| (touch.id.to_string(), detail(plan, touch))).collect();
    let open_spans = if plan.slug == "emoji" {
        Vec::new()
    } else {
        let days = (0..31).map(|d| at("2026-11-02T00:00:00Z") + TimeDelta::days(d)).filter(|d| d.weekday().number_from_monday() < 7);
        days.map(|d| (d + TimeDelta::hours(15), d + TimeDelta::hours(24))).collect()
    };
    let mut made = ShopInput {
        card: Card {
            shop: plan.slug.to_owned(),
            builder: plan.builder.clone(),
            status: plan.status,
            verdict: plan.verdict,
            verdict_why: match plan.verdict {
                Verdict::Inconclusive => vec!["phone.main was not watched for 27 h 30 min, and nobody had answered".to_owned()],
                Verdict::Provisional => vec!["the window is open until December 14".to_owned()],
                _ => Vec::new(),
            },
            sent_at: (plan.status != Status::Blocked).then_some(sent),
            confirmed_at: shopped.then_some(confirmed),
            confirmed_by: shopped.then_some(ConfirmedBy::Redirect),
            channels: shopped.then_some(Channels { call: Reach::Watched, text: Reach::Watched, email: Reach::Watched }),
            first: First {
                any: seconds(&|_, _| true),
                personal: seconds(&|_, o| o == Origin::Personal),
                call: personal(Channel::Call),
                personal_email: personal(Channel::Email),
                text: personal(Channel::Sms),
                video: None,
                auto_reply: seconds(&|_, o| o == Origin::AutoReply),
            },
            first_business: FirstBusiness {
                call: personal(Channel::Call).map(|s| s.min(32_400)),
                personal_email: personal(Channel::Email).map(|s| s.min(32_400)),
            },
            counts: Counts {
                calls: count(Channel::Call, Origin::Personal),
                voicemails: count(Channel::Voicemail, Origin::Personal),
                texts: count(Channel::Sms, Origin::Personal),
                personal_emails: count(Channel::Email, Origin::Personal),
                marketing_emails: count(Channel::Email, Origin::Marketing),
                auto_replies: count(Channel::Email, Origin::AutoReply),
                videos: 0,
                bounces: count(Channel::Email, Origin::Bounce),
            },
            points: score,
            out_of: scored.then_some(if plan.slug == "pecan" { 74.0 } else { 100.0 }),
            score,
            tier: tier.map(str::to_owned),
            caps: if plan.quality > 0.0 && plan.quality < 0.6 {
                vec![Cap { kind: CapKind::NoCall, cap: 69.0, why: "a number was given and nobody called".to_owned() }]
            } else {
                Vec::new()
            },
            withdrawn_at: (plan.slug == "bluebonnet").then(|| sent + TimeDelta::days(30)),
            cut_at: None,
            opt_out_at: None,
            criteria: if scored {
                RUBRIC.iter().enumerate().map(|(n, (id, of))| criterion(plan, n, id, *of)).collect()
            } else {
                Vec::new()
            },
            touches,
        },
        insight: None,
        readiness: Some(
            json!({"osc_named": true, "osc_pictured": false, "phones": ["+15125550100"], "chat": HOSTILE, "calls_to_action": 3,
            "response_promise": null, "text_consent": false}),
        ),
        detail: ShopDetail {
            site: format!("https://www.{}.example/", plan.slug),
            question: if plan.slug == "hostile" {
                HOSTILE.to_owned()
            } else {
                "Does the Magnolia plan at Willow Creek come with a three-car garage?".to_owned()
            },
            community: Some(if plan.slug == "hostile" { HOSTILE.to_owned() } else { "Willow Creek".to_owned() }),
            persona: "Dana Whitfield".to_owned(),
            hours: "Mo-Sa 09:00-18:00; PH off".to_owned(),
            timezone: chrono_tz::America::Chicago,
            tags: vec!["austin".to_owned()],
            basis: Some(if plan.slug == "caliche-creek" { Basis::Study } else { Basis::Client }),
            staff: Vec::new(),
            known: Vec::new(),
            planned_at: Some(sent - TimeDelta::minutes(3)),
            alias: "shopper+k7f3@example.org".to_owned(),
            phone: Some("+15125550142".to_owned()),
            rehearsal: false,
            submission_evidence: vec![
                EvidenceRef {
                    role: "request".to_owned(),
                    sha256: "ab".repeat(32),
                    bytes: 1_532,
                    content_type: "application/x-www-form-urlencoded".to_owned(),
                    picture: None,
                    fault: None,
                },
                EvidenceRef {
                    role: "answer".to_owned(),
                    sha256: "cd".repeat(32),
                    bytes: 18_204,
                    content_type: "text/html".to_owned(),
                    picture: None,
                    fault: None,
                },
            ],
            touches: details,
            open_spans,
            reason: match plan.status {
                Status::Blocked => Some("a CAPTCHA (turnstile) stands before the form".to_owned()),
                Status::Rejected => Some(format!("the site answered: {HOSTILE}")),
                _ => None,
            },
        },
        appeals: appeals(plan, sent),
    };
    let setting = crate::score::Setting {
        as_of: at("2026-12-03T00:00:00Z"),
        timezone: made.detail.timezone,
        open: &made.detail.open_spans,
        chat: None,
        study: plan.slug == "caliche-creek",
    };
    made.insight = crate::score::insight(&made.card, &crate::score::History::default(), &crate::score::Rubric::default_rubric(), &setting);
    made
}

fn appeals(plan: &Plan, sent: DateTime<Utc>) -> Vec<Appeal> {
    let open = Appeal {
        id: "A1".to_owned(),
        at: sent + TimeDelta::days(8),
        by: "Amy Ortiz".to_owned(),
        text: "We rang at 10:15 from the model home; the log shows no such call.".to_owned(),
        criterion: Some("speed.call".to_owned()),
        ..Appeal::default()
    };
    match plan.slug {
        "bluebonnet" | "caliche-creek" => vec![open],
        "hostile" => vec![Appeal {
            by: HOSTILE.to_owned(),
            text: HOSTILE.to_owned(),
            touch: Some("t_2".to_owned()),
            outcome: AppealOutcome::Corrected,
            outcome_at: Some(sent + TimeDelta::days(9)),
            outcome_by: Some("Pat Coach".to_owned()),
            outcome_text: Some(format!("The log of the model home shows it. {HOSTILE}")),
            corrections: vec!["t_2".to_owned()],
            ..open
        }],
        _ => Vec::new(),
    }
}

fn criterion(plan: &Plan, n: usize, id: &str, of: f64) -> Criterion {
    let wave = if n.is_multiple_of(3) { plan.quality * 1.15 } else { plan.quality * 0.9 };
    let share = wave.clamp(0.0, 1.0);
    let counted = !(id == "respect.opt_out" || (plan.slug == "pecan" && id.contains("call")));
    let result = match share {
        _ if !counted => Outcome::NotCounted,
        s if s > 0.99 => Outcome::Met,
        s if s > 0.0 && n == 4 => Outcome::Indeterminate,
        s if s > 0.0 => Outcome::Partial,
        _ => Outcome::Missed,
    };
    let why = match (plan.slug, id) {
        (_, "respect.opt_out") => "not tested: no opt-out was sent".to_owned(),
        ("hostile", _) => format!("it said {HOSTILE}"),
        (_, "speed.call") => "rang 3 min 32 s after the confirmed inquiry, inside posted hours".to_owned(),
        ("caliche-creek", "respect.constant_contact") => "3 of 4 personal touches came from Amy Ortiz".to_owned(),
        _ => "judged on the touches named here".to_owned(),
    };
    let touches = if plan.touches.is_empty() { Vec::new() } else { vec!["t_1".into()] };
    Criterion {
        id: id.to_owned().into(),
        counted,
        result,
        points: if counted { (of * share * 100.0).round() / 100.0 } else { 0.0 },
        of,
        why: why.into(),
        touches,
    }
}

fn entry(plan: &Plan, n: usize, (channel, origin, seconds): (Channel, Origin, i64), confirmed: DateTime<Utc>) -> TouchEntry {
    let personal = origin == Origin::Personal;
    let mail = channel == Channel::Email;
    let labels = Labels {
        sender_name: personal.then(|| if plan.slug == "hostile" { HOSTILE.to_owned() } else { "Amy Ortiz".to_owned() }),
        name_used: (personal && mail).then_some(true),
        community_named: (personal && mail).then_some(n % 2 == 1),
        placement: mail.then_some(Placement::Inbox),
        question: (personal && mail).then_some(QuestionAnswered::Partly),
        appointment: (personal && mail).then_some(Appointment::Specific),
        faults: (plan.slug == "hostile" && mail).then(|| vec![Fault::MergeField]),
        suspected_automation: (personal && seconds < 300 && mail).then_some(true),
        ..Labels::default()
    };
    let from = if mail { format!("amy.ortiz@{}.example", plan.slug) } else { "+15125550100".to_owned() };
    TouchEntry {
        id: format!("t_{}", n + 1).into(),
        channel,
        origin,
        at: confirmed + TimeDelta::seconds(seconds),
        at_latest: (channel == Channel::Call && n > 4).then(|| confirmed + TimeDelta::seconds(seconds + 59)),
        disputed: plan.slug == "emoji" && mail,
        from: (plan.slug != "pecan").then_some(from),
        attributed_by: Some(if mail { AttributedBy::Alias } else { AttributedBy::Number }),
        confidence: Some(0.99),
        labels,
        evidence: Some(format!("sha256:{}", "e5".repeat(32))),
        evidence_fault: None,
    }
}

fn detail(plan: &Plan, touch: &TouchEntry) -> TouchDetail {
    let hostile = plan.slug == "hostile";
    let mail = touch.channel == Channel::Email;
    let words = if hostile {
        HOSTILE.to_owned()
    } else {
        "Hi Dana,\n\nyes, the Magnolia at Willow Creek has a tandem third bay. Would Saturday at 10:30 suit you for a walk through?\n\nAmy Ortiz\nOnline Sales Counselor"
            .to_owned()
    };
    let said = touch.origin == Origin::Personal && touch.channel != Channel::Call;
    TouchDetail {
        subject: mail.then(|| if hostile { format!("=HYPERLINK(\"http://evil.example\") {HOSTILE}") } else { "Your question about the Magnolia".to_owned() }),
        excerpt: said.then(|| words.clone()),
        html: (mail && touch.origin == Origin::Personal)
            .then(|| format!("<p>Hi <b onclick=evil()>Dana</b></p><img src=\"http://evil.example/pixel.gif\">{HOSTILE}<a href=\"http://evil.example\">see</a>")),
        quotes: if said { vec![("question".to_owned(), words)] } else { Vec::new() },
        reasons: vec![Signal::new("human-signature", 0.4, if hostile { HOSTILE.to_owned() } else { "signed by Amy Ortiz".to_owned() })],
        duration_s: (!mail).then_some(41),
        answered: (touch.channel == Channel::Call).then_some(false),
        review: (plan.slug == "long-name").then(|| "the caller named the community (decided by J. D.)".to_owned()),
        source: if mail { "mailbox.main" } else { "phone.main" }.to_owned(),
    }
}
