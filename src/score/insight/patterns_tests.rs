//! For tests: when a hypothesis may be drawn, and, more important, when not.

use chrono::{DateTime, Utc};
use serde_json::json;

use super::super::{Insight, insight, setting};
use super::*;
use crate::score::cases::{Case, START};

const DAY: i64 = 86_400;
const HOUR: i64 = 3600;

fn told(case: &Case, others: &[Case], setting: &Setting<'_>) -> Option<Insight> {
    let cards: Vec<Card> = others.iter().chain([case]).map(Case::card).collect();
    let rubric = Rubric::default_rubric();
    let history = History::of(cards.iter().map(|card| (card, setting.timezone)), &rubric, setting.as_of);
    insight(&case.card(), &history, &rubric, setting)
}

/// The patterns of a case on whose site a chat stands.
fn patterns(case: &Case, others: &[Case]) -> Vec<(Pattern, f64)> {
    let setting = Setting { chat: Some("intercom"), ..setting(case) };
    let hypotheses = told(case, others, &setting).map(|insight| insight.hypotheses).unwrap_or_default();
    for hypothesis in &hypotheses {
        assert!((0.0..=MOST).contains(&hypothesis.confidence) && hypothesis.instead.len() >= 2, "{hypothesis:?}");
        assert!(!hypothesis.rests_on.is_empty() && hypothesis.ask.ends_with(['?', '.']), "{hypothesis:?}");
        assert!(hypothesis.says.contains("may"), "a hypothesis says that it is one: {}", hypothesis.says);
    }
    hypotheses.into_iter().map(|hypothesis| (hypothesis.pattern, hypothesis.confidence)).collect()
}

fn only(case: &Case) -> Vec<Pattern> {
    patterns(case, &[]).into_iter().map(|(pattern, _)| pattern).collect()
}

fn answered(at: i64) -> Case {
    Case::new().email(at).labels(r#"{"question":"yes","appointment":"specific"}"#).call(at + 9 * DAY)
}

/// Nothing that was said helps.
fn beside(at: i64) -> Case {
    Case::new().email(at).labels(r#"{"question":"no","appointment":"none"}"#).call(at + 9 * DAY)
}

#[test]
fn nothing_is_said_of_what_is_not_proven() {
    let silent = Case::new();
    assert_eq!(only(&silent), [Pattern::ChatReliedOn]);
    let gap = |source: &str, days: i64| {
        let gap = json!([{"source": source, "from": START, "to": START + TimeDelta::seconds(days * DAY)}]);
        Case::new().set("coverage_gaps", gap)
    };
    assert!(told(&gap("mailbox.main", 9), &[], &setting(&silent)).is_none(), "inconclusive");
    assert!(told(&silent.clone().set("confirmed_by", json!(null)), &[], &setting(&silent)).is_none(), "not accepted");
    for case in [silent.clone().on(9 * DAY), silent.clone().set("withdrawn_at", json!(START + TimeDelta::days(9)))] {
        assert_eq!(only(&case), [], "its window is open, or was cut");
    }
    // One email on the first day, and a phone that nobody watched: there may have been six calls.
    let once = Case::new().email(60);
    assert_eq!(only(&once), [Pattern::NoFramework]);
    assert_eq!(only(&gap("phone.main", 40).email(60)), []);
    let study = Setting { chat: Some("intercom"), study: true, ..setting(&silent) };
    let insight = told(&silent, &[], &study).unwrap();
    assert!(insight.hypotheses.is_empty() && !insight.fixes.is_empty(), "a study gets its fixes, and no guesses about its people");
}

#[test]
fn a_chat_and_no_person_is_relied_on_chat() {
    let silent = Case::new();
    let no_chat = setting(&silent);
    assert!(told(&silent, &[], &no_chat).unwrap().hypotheses.is_empty(), "no chat on the site");
    assert_eq!(patterns(&silent, &[]), [(Pattern::ChatReliedOn, 0.4)]);
    let robot = silent.clone().touch("email", "auto_reply", 9);
    assert_eq!(patterns(&robot, &[]), [(Pattern::ChatReliedOn, 0.5)], "it surely arrived");
    assert_eq!(patterns(&robot, std::slice::from_ref(&silent)), [(Pattern::ChatReliedOn, 0.6)], "as the time before");
    assert_eq!(patterns(&robot, &[answered(60)]), [], "another time somebody answered the form");
    assert_eq!(only(&Case::new().email(20 * DAY)), [], "somebody answered, however late");
}

#[test]
fn one_day_and_one_way_is_no_framework() {
    let once = Case::new().email(60).email(2 * HOUR);
    assert_eq!(patterns(&once, &[]), [(Pattern::NoFramework, 0.45)]);
    let drip = once.clone().touch("email", "marketing", 5 * DAY);
    assert_eq!(patterns(&drip, std::slice::from_ref(&once)), [(Pattern::NoFramework, 0.65)]);
    let cases = [
        (once.clone().call(3 * HOUR), "two ways"),
        (once.clone().email(DAY), "two days"),
        (once.clone().email(3 * HOUR).until(2 * DAY), "it may have been another day"),
        (Case::new().email(9 * DAY), "not on the first days"),
        (once.clone().set("offered", json!({})), "there was no other way"),
        (once.clone().set("withdrawn_at", json!(START + TimeDelta::days(9))), "it was cut short"),
    ];
    for (case, what) in cases {
        assert_eq!(only(&case), [], "{what}");
    }
    let insight = told(&drip, &[], &setting(&drip)).unwrap();
    assert_eq!(
        insight.hypotheses[0].rests_on,
        [
            "all 2 personal touches came on one day, 2026-11-02, and none in the 29 days after",
            "only email was used, and a phone number was given and texts were allowed",
            "1 marketing touch came after that day, so the buyer was not forgotten by the system",
        ]
    );
    assert_eq!(insight.hypotheses[0].touches, ["t1", "t2"]);
}

#[test]
fn fast_and_beside_the_point_is_wrong_fit() {
    assert_eq!(patterns(&beside(600), &[]), [(Pattern::WrongFit, 0.35)]);
    let twice = beside(600).email(9 * DAY).labels(r#"{"question":"deferred","appointment":"none"}"#);
    assert_eq!(patterns(&twice, &[]), [(Pattern::WrongFit, 0.5)]);
    assert_eq!(patterns(&twice, &[beside(900)]), [(Pattern::WrongFit, 0.6)]);
    let cases = [
        (beside(1801), "slow"),
        (beside(59), "so fast that a machine may have written it"),
        (beside(600).email(DAY), "what another says is not known"),
        (beside(600).email(DAY).labels(r#"{"question":"partly","appointment":"none"}"#), "partly answered"),
        (beside(600).email(DAY).labels(r#"{"question":"no","appointment":"vague"}"#), "invited, if vaguely"),
        (beside(600).email(DAY).labels(r#"{"question":"no"}"#), "it may have invited"),
        (beside(600).set("question", json!("")), "nothing was asked"),
        (Case::new().call(60).call(2 * DAY), "nothing was said"),
    ];
    for (case, what) in cases {
        assert_eq!(only(&case), [], "{what}");
    }
}

#[test]
fn now_very_good_and_now_silent_is_no_accountability() {
    let good = || {
        let labels = r#"{"question":"yes","appointment":"specific","name_used":true,"sender_name":"Amy Ortiz","placement":"inbox",
            "community_named":true,"direct_phone":"+15125550100","reason_or_discovery":true}"#;
        [70, DAY, 9 * DAY, 15 * DAY, 23 * DAY].iter().fold(Case::new(), |case, at| case.email(*at).labels(labels).call(*at + 30))
    };
    assert!(good().card().score.unwrap() >= 60.0);
    let found = |this: &Case, others: &[Case]| {
        let patterns = patterns(this, others);
        patterns.into_iter().find(|(pattern, _)| *pattern == Pattern::NoAccountability).map(|(_, confidence)| confidence)
    };
    let middling = || answered(3 * HOUR);
    assert_eq!(found(&Case::new(), &[good(), middling()]), Some(0.35));
    assert_eq!(found(&good(), &[good(), Case::new(), Case::new()]), Some(0.5));
    assert_eq!(found(&good(), &[good(), Case::new(), Case::new(), middling(), middling()]), Some(0.6));
    assert_eq!(found(&Case::new(), &[good()]), None, "two are too few");
    assert_eq!(found(&Case::new(), &[middling(), middling()]), None, "none was good");
    assert_eq!(found(&good(), &[middling(), middling()]), None, "none was silent");
    let unproven = Case::new().gap(0, 9 * DAY);
    assert_eq!(found(&good(), &[middling(), unproven]), None, "silence that is not proven is none");
    assert_eq!(found(&good(), &[middling(), Case::new().on(9 * DAY)]), None, "nor is one that is not over");
    let other = Case::new().set("shop", json!("bluebonnet-north"));
    let insight = told(&good(), &[other, middling()], &setting(&good())).unwrap();
    let rests_on = &insight.hypotheses[0].rests_on;
    assert!(
        rests_on[0].starts_with("of 3 final inquiries over the trailing waves 1 got no personal answer, and 1 reached 60"),
        "{rests_on:?}"
    );
    assert!(rests_on[2].contains("2 different shops"), "{rests_on:?}");
}

#[test]
fn lunch_evenings_and_ever_other_people_are_another_hat() {
    // Open from 9 to 18 on every day of the window; START is 10:00.
    let open: Vec<(DateTime<Utc>, DateTime<Utc>)> =
        (0..31).map(|day| (START + TimeDelta::seconds(day * DAY - HOUR), START + TimeDelta::seconds(day * DAY + 8 * HOUR))).collect();
    let hats = |case: &Case| {
        let setting = Setting { open: &open, ..setting(case) };
        let hypotheses = told(case, &[], &setting).unwrap().hypotheses;
        hypotheses.into_iter().find(|found| found.pattern == Pattern::AnotherHat).map(|found| (found.confidence, found.touches))
    };
    let (noon, evening) = (2 * HOUR + 600, 9 * HOUR);
    let odd = Case::new().email(60).email(noon).call(2 * DAY + evening).call(5 * DAY + noon);
    assert_eq!(hats(&odd), Some((0.35, vec!["t2".into(), "t3".into(), "t4".into()])), "the prompt first answer tells nothing");
    let cases = [
        (odd.clone().call(8 * DAY), "one at ten in the morning"),
        (odd.clone().call(8 * DAY + 16 * HOUR), "one at two in the night"),
        (Case::new().email(60).call(noon).call(evening).email(DAY + noon), "two days"),
        (
            Case::new().email(60).call(noon).call(2 * DAY + evening).call(5 * DAY + noon).until(5 * DAY + 4 * HOUR),
            "a vague one is no third",
        ),
    ];
    for (case, what) in cases {
        assert_eq!(hats(&case), None, "{what}");
    }
    let closed = told(&odd, &[], &setting(&odd)).unwrap();
    assert!(closed.hypotheses.iter().all(|found| found.pattern != Pattern::AnotherHat), "the posted hours are not known");
    let by = |case: Case, name: &str, at: i64| case.email(at).labels(&json!({ "sender_name": name }).to_string());
    let three = by(by(by(Case::new(), "Amy", 60), "Ben", DAY), "Cid", 5 * DAY);
    assert_eq!(hats(&three), Some((0.3, vec!["t2".into(), "t3".into()])));
    assert_eq!(hats(&by(by(Case::new(), "Amy", 60), "Ben", DAY)), None, "two people are none too many");
    let introduced = three.email(6 * DAY).labels(r#"{"sender_name":"Cid","introduces":"Dan"}"#);
    assert_eq!(hats(&by(introduced, "Dan", 7 * DAY)), None, "somebody introduces whom comes next");
}
