//! What a card is worth as a whole: caps, verdicts, horizons, and what the window cuts off.

use serde_json::{Value, json};

use super::super::{Rubric, Verdict, card};
use super::{Case, DAY, at};
use crate::shop::Status;

#[test]
fn caps_hold_and_say_why() {
    let good = r#"{"question":"yes"}"#;
    let no_phone = json!({"text": true});
    let cases: [(Case, &[f64], &str); 15] = [
        (Case::new(), &[0.0, 59.0, 69.0, 79.0], "crickets"),
        (Case::new().touch("email", "auto_reply", 5), &[5.0, 59.0, 69.0, 79.0], "robot only"),
        (Case::new().touch("email", "auto_reply", 5).touch("email", "marketing", 9), &[15.0, 59.0, 69.0, 79.0], "only marketing"),
        (Case::new().email(60).labels(good), &[69.0], "nobody called"),
        (Case::new().email(60).labels(good).call(60), &[], "none"),
        (Case::new().email(DAY).labels(good).call(DAY), &[], "24 h to the second"),
        (Case::new().email(DAY + 1).labels(good).call(DAY + 1), &[59.0], "a second later"),
        (Case::new().email(60).labels(r#"{"question":"deferred"}"#).call(60), &[79.0], "put off"),
        (Case::new().email(60).call(60), &[], "not known whether it was answered"),
        (Case::new().email(60).labels(r#"{"question":"no"}"#).call(60), &[79.0], "not answered"),
        (Case::new().email(60).labels(r#"{"question":"partly"}"#).call(60), &[], "answered in part"),
        (Case::new().call(60), &[79.0], "nothing was said"),
        (Case::new().call(60).set("question", json!("")), &[], "nothing was asked"),
        (Case::new().email(60).labels(good).set("offered", no_phone), &[], "no number to call"),
        (Case::new().email(DAY - 9).until(2 * DAY).labels(good).call(2 * DAY), &[], "perhaps in time: no accusation"),
    ];
    for (case, want, what) in cases {
        let card = case.card();
        let caps: Vec<f64> = card.caps.iter().map(|cap| cap.cap).collect();
        assert_eq!(caps, want, "{what}: {:?}", card.caps);
        assert!(card.score.unwrap() <= caps.first().copied().unwrap_or(100.0), "{what}");
    }
    assert_eq!(Case::new().card().tier.as_deref(), Some("Crickets"));
    assert_eq!(Case::new().card().caps[0].why, "crickets: nobody answered in the window");
    let lost = Case::new().touch("email", "bounce", 9).card();
    assert!(lost.caps[0].cap == 0.0 && lost.caps[0].why.contains("may have reached nobody"), "{:?}", lost.caps);
    // Only the acknowledgement is earned, and it stays below the cap: 1 and 3 "no fault" points are not given for silence.
    assert_eq!(Case::new().touch("email", "auto_reply", 5).card().score, Some(1.0));
}

#[test]
fn verdicts_follow_horizon_and_proof() {
    use Verdict::{Final, Inconclusive, NotShopped, Provisional};
    let answered = || Case::new().email(60);
    let hour = 3600;
    let window_2_percent = 30 * DAY / 50;
    let cases = [
        (answered().on(DAY - 1), Provisional, false, "before 24 h"),
        (answered().on(DAY), Provisional, true, "from 24 h"),
        (answered().on(30 * DAY - 1), Provisional, true, "before day 30"),
        (answered().on(30 * DAY), Final, true, "from day 30"),
        (answered().on(-5), Provisional, false, "before it was confirmed"),
        (answered().set("withdrawn_at", json!(at(5 * hour))).on(6 * hour), Final, true, "withdrawn early"),
        (answered().set("withdrawn_at", json!(at(5 * hour))).on(4 * hour), Provisional, false, "not withdrawn yet"),
        (Case::new().gap(0, window_2_percent), Final, true, "2 % unwatched"),
        (Case::new().gap(0, window_2_percent + 1), Inconclusive, false, "over 2 % unwatched"),
        (Case::new().gap(0, window_2_percent).gap(9, window_2_percent), Final, true, "what overlaps counts once"),
        (Case::new().gap(0, window_2_percent).gap(20 * DAY, 20 * DAY + 1), Inconclusive, false, "two gaps together"),
        (Case::new().gap(0, 9 * hour).gap_of("phone.main", 9 * hour, 14 * hour), Final, true, "two sources, within 2 % together"),
        (Case::new().gap(0, 9 * hour).gap_of("phone.main", 9 * hour, 15 * hour), Inconclusive, false, "and over"),
        (Case::new().gap(31 * DAY, 60 * DAY).on(90 * DAY), Final, true, "after the window"),
        (Case::new().gap(5 * hour, 9 * DAY).on(2 * hour), Provisional, false, "after as_of"),
        (answered().gap(0, 9 * DAY), Final, true, "somebody answered all the same"),
        (Case::new().set("in_review", json!(1)), Inconclusive, false, "in review, and silence"),
        (answered().set("in_review", json!(1)), Provisional, true, "in review, and an answer"),
        (answered().set("opt_outs_in_review", json!(1)), Provisional, true, "an opt-out that may be its own"),
        (Case::new().set("opt_outs_in_review", json!(1)), Provisional, true, "which makes no silence doubtful"),
        (answered().set("confirmed_by", Value::Null), Inconclusive, false, "no proof of acceptance"),
        (answered().set("confirmed_at", Value::Null), Inconclusive, false, "no moment of acceptance"),
        (answered().status(Status::Unclear), Inconclusive, false, "unclear"),
        (answered().status(Status::Sending), NotShopped, false, "sending"),
        (answered().status(Status::Manual).set("hours", json!("whenever")), NotShopped, false, "its hours do not matter"),
    ];
    for (case, verdict, scored, what) in cases {
        let card = case.card();
        assert_eq!(card.verdict, verdict, "{what}: {:?}", card.verdict_why);
        assert_eq!(card.score.is_some(), scored, "{what}");
        assert_eq!(card.verdict_why.is_empty(), verdict == Final, "{what}");
        assert_eq!(card.criteria.len(), 19, "{what}");
    }
}

#[test]
fn horizons_choose_the_criteria() {
    let answered = Case::new().email(60).labels(r#"{"question":"yes","placement":"inbox"}"#);
    let not_counted = |case: Case| -> Vec<String> {
        case.card().criteria.into_iter().filter(|line| !line.counted).map(|line| line.id.into_owned()).collect()
    };
    assert_eq!(not_counted(answered.clone()), ["respect.opt_out"]);
    let later = ["persist.calls", "persist.written", "persist.spread", "respect.constant_contact", "respect.opt_out"];
    assert_eq!(not_counted(answered.clone().on(3 * DAY)), later);
    assert_eq!(not_counted(answered.clone().set("withdrawn_at", json!(at(DAY)))), later);
    assert_eq!(answered.clone().card().out_of, Some(98.0));
    assert_eq!(answered.clone().on(3 * DAY).card().out_of, Some(80.0));
    let opted = answered.clone().set("opt_out_at", json!(at(0)));
    assert_eq!(opted.clone().card().out_of, Some(100.0));
    // Not offered, not counted: "of 74".
    let not_offered = opted.set("offered", json!({}));
    assert_eq!(not_offered.card().out_of, Some(74.0));
    assert_eq!(not_counted(not_offered), ["speed.call", "channels.call", "channels.text", "persist.calls"]);
}

#[test]
fn one_long_gap_of_one_source_is_too_long_however_long_the_window() {
    let text = Rubric::default_rubric().text().replacen("days = 30 ", "days = 100 ", 1);
    let rubric = Rubric::parse(std::path::Path::new("long.toml"), &text).unwrap();
    let verdict = |case: Case| card(&case.on(101 * DAY).log(), &rubric).unwrap().verdict;
    assert_eq!(verdict(Case::new().gap(0, DAY)), Verdict::Final, "1 % of the window, a day to the second");
    assert_eq!(verdict(Case::new().gap(0, DAY + 1)), Verdict::Inconclusive, "a second longer");
    assert_eq!(verdict(Case::new().gap(0, DAY).gap_of("phone.main", DAY, DAY + 9)), Verdict::Final, "each source for itself");
    assert_eq!(verdict(Case::new().gap(0, DAY).gap(DAY, DAY + 9)), Verdict::Inconclusive, "two that touch are one");
}

#[test]
fn what_comes_after_as_of_or_the_end_of_the_window_does_not_count() {
    let card = Case::new().email(60).call(2 * DAY).call(3 * DAY).on(2 * DAY).card();
    assert_eq!((card.counts.calls, card.touches.len()), (1, 2));
    let outside = Case::new().call(-3).email(60).call(30 * DAY + 1).card();
    assert_eq!((outside.counts.calls, outside.touches.len()), (0, 3), "before the sending and after day 30: shown, not counted");
    let withdrawn = Case::new().email(60).call(2 * DAY).set("withdrawn_at", json!(at(DAY))).card();
    assert_eq!((withdrawn.counts.calls, withdrawn.touches.len()), (0, 2));
}

#[test]
fn halves_round_away_from_zero() {
    for (value, want) in [(62.25, 62.3), (62.249, 62.2), (0.05, 0.1), (79.95, 80.0), (100.0 / 3.0, 33.3)] {
        assert!((crate::score::verdict::rounded(value, 10.0) - want).abs() < 1e-12, "{value}");
    }
}

#[test]
fn a_source_that_showed_nothing_proves_nothing_by_any_rubric() {
    let text = Rubric::default_rubric().text().replacen("gap_share = 0.02 ", "gap_share = 1 ", 1).replacen(
        "gap_s = 86400 ",
        "gap_s = 315360000 ",
        1,
    );
    let rubric = Rubric::parse(std::path::Path::new("lenient.toml"), &text).unwrap();
    let verdict = |days: i64| card(&Case::new().gap_of("phone.main", 0, days * DAY).log(), &rubric).unwrap().verdict;
    assert_eq!((verdict(29), verdict(30)), (Verdict::Final, Verdict::Inconclusive));
}
