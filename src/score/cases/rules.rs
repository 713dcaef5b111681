//! What each criterion of the rubric gives for what came, and why.

use serde_json::{Value, json};

use super::super::{Outcome, Rubric, Verdict, card};
use super::{Case, DAY, at};

/// Checks one criterion: result and points, `None` when it must not count.
fn expect(case: &Case, id: &str, result: Outcome, points: f64, what: &str) {
    let line = case.line(id);
    assert_eq!(line.result, result, "{what}: {line:?}");
    assert!((line.points - points).abs() < 1e-4, "{what}: {line:?}");
    assert_eq!(line.counted, result != Outcome::NotCounted, "{what}: {line:?}");
}

#[test]
fn every_rule_of_the_rubric_has_a_judge() {
    for line in Case::new().call(60).email(90).card().criteria {
        assert!(!line.why.contains("no rule"), "{line:?}");
    }
}

#[test]
fn speed_knows_its_limits_and_its_clock() {
    use Outcome::{Indeterminate, Met, Missed, NotCounted, Partial};
    let night = 9 * 3600; // 19:00 in Chicago, an hour after closing
    let cases = [
        (Case::new().call(300), "speed.call", Met, 16.0, "at the limit"),
        (Case::new().call(301), "speed.call", Partial, 12.0, "a second past it"),
        (Case::new().touch("voicemail", "personal", 212), "speed.call", Met, 16.0, "a voicemail is an attempt"),
        (Case::new().touch("call", "unknown", 212), "speed.call", Missed, 0.0, "a robot's call is none"),
        (Case::new().call(8 * 3600 + night), "speed.call", Partial, 2.4, "hours from 10 to 18 count, the night does not"),
        (Case::new().call(8 * 3600 + DAY - 9 * 3600), "speed.call", Partial, 2.4, "the same at 9 the next morning"),
        (Case::new().call(299).until(301), "speed.call", Indeterminate, 12.0, "across a limit: the lower tier"),
        (Case::new().call(250).until(300), "speed.call", Met, 16.0, "the later end is within"),
        (Case::new().call(301).until(900), "speed.call", Partial, 12.0, "within one tier"),
        (Case::new().call(299).until(9999), "speed.call", Indeterminate, 4.0, "across several: that of the later end"),
        (Case::new().call(299).until(400).call(300), "speed.call", Met, 16.0, "another call is surely in time"),
        (Case::new().call(-1), "speed.call", Met, 16.0, "between sent and confirmed is 0 s"),
        (Case::new().call(-3), "speed.call", Missed, 0.0, "before it was sent"),
        (Case::new().call(30 * DAY), "speed.call", Partial, 0.8, "at the end of day 30"),
        (Case::new().call(30 * DAY + 1), "speed.call", Missed, 0.0, "after day 30"),
        (Case::new().call(60).set("offered", json!({"phone": false})), "speed.call", NotCounted, 0.0, "no number given"),
        (Case::new().email(300), "speed.personal_email", Met, 12.0, "at the limit"),
        (Case::new().email(301), "speed.personal_email", Partial, 10.2, "a second past it"),
        (Case::new().email(DAY + 1), "speed.personal_email", Partial, 0.6, "later"),
        (Case::new().touch("email", "auto_reply", 10), "speed.personal_email", Missed, 0.0, "an auto-reply is not personal"),
        (Case::new().touch("sms", "personal", 300), "speed.any_personal", Met, 6.0, "a text"),
        (Case::new().touch("sms", "personal", 3601), "speed.any_personal", Partial, 1.8, "within a day"),
        (Case::new().touch("email", "auto_reply", 300), "speed.acknowledgement", Met, 1.0, "at the limit"),
        (Case::new().touch("email", "auto_reply", 301), "speed.acknowledgement", Missed, 0.0, "a second past it"),
        (Case::new().touch("email", "bounce", 3), "speed.acknowledgement", Missed, 0.0, "a bounce is no sign of life"),
        (Case::new().touch("email", "marketing", 300), "speed.acknowledgement", Met, 1.0, "marketing is one"),
        (Case::new().call(300), "speed.acknowledgement", Met, 1.0, "so is a person"),
        (Case::new().touch("call", "marketing", 60), "speed.any_personal", Missed, 0.0, "a robot's call is no personal touch"),
        (Case::new().email(60), "speed.any_personal", Met, 6.0, "a mail so fast that a machine may have written it counts"),
    ];
    for (case, id, result, points, what) in cases {
        expect(&case, id, result, points, what);
    }
}

#[test]
fn the_business_clock_crosses_dst_and_holidays() {
    // Friday 6 March 2026, 17:00 in Chicago; clocks go forward on Sunday.
    let spring = |hours: &str, call: &str| {
        let set = Case::new().set("sent_at", json!("2026-03-06T23:00:00Z")).set("confirmed_at", json!("2026-03-06T23:00:00Z"));
        set.set("hours", json!(hours)).call(0).with("at", json!(call)).card().first_business.call
    };
    assert_eq!(spring("Mo-Fr 09:00-18:00", "2026-03-09T14:05:00Z"), Some(3600 + 300));
    assert_eq!(spring("24/7", "2026-03-08T12:00:00Z"), Some(37 * 3600));
    assert_eq!(spring("Mo-Fr 09:00-18:00; Fr off", "2026-03-09T14:05:00Z"), Some(300));
    // Wednesday before Thanksgiving, 17:00.
    let thanks = |hours: &str, closed: Value| {
        let set = Case::new().set("sent_at", json!("2026-11-25T23:00:00Z")).set("confirmed_at", json!("2026-11-25T23:00:00Z"));
        let set = set.set("hours", json!(hours)).set("holidays", closed).on(60 * DAY);
        set.call(0).with("at", json!("2026-11-27T15:10:00Z")).card().first_business.call
    };
    assert_eq!(thanks("Mo-Fr 09:00-18:00", json!([])), Some(3600 + 9 * 3600 + 600));
    assert_eq!(thanks("Mo-Fr 09:00-18:00; PH off", json!([])), Some(3600 + 600));
    assert_eq!(thanks("Mo-Fr 09:00-18:00; PH off", json!(["2026-11-27"])), Some(3600));
}

#[test]
fn answers_are_the_best_over_what_was_said() {
    use Outcome::{Met, Missed, NotCounted, Partial};
    let said = |labels: &str| Case::new().email(600).labels(labels);
    let cases = [
        (said(r#"{"question":"yes"}"#), "answer.question", Met, 14.0, "yes"),
        (said(r#"{"question":"partly"}"#), "answer.question", Partial, 7.0, "partly"),
        (said(r#"{"question":"deferred"}"#), "answer.question", Partial, 2.8, "deferred"),
        (said(r#"{"question":"no"}"#), "answer.question", Missed, 0.0, "no"),
        (said("{}"), "answer.question", NotCounted, 0.0, "an absent label is not a no"),
        (Case::new().touch("sms", "personal", 9).labels(r#"{"question":"yes"}"#), "answer.question", Met, 14.0, "in a text"),
        (Case::new().touch("voicemail", "personal", 9).labels(r#"{"question":"yes"}"#), "answer.question", Met, 14.0, "in a voicemail"),
        (
            Case::new().touch("email", "auto_reply", 9).labels(r#"{"question":"yes"}"#),
            "answer.question",
            Missed,
            0.0,
            "a robot says nothing",
        ),
        (
            said(r#"{"question":"deferred"}"#).email(700).labels(r#"{"question":"partly"}"#),
            "answer.question",
            Partial,
            7.0,
            "the best counts",
        ),
        (Case::new(), "answer.question", Missed, 0.0, "nothing said"),
        (Case::new(), "answer.personal", Missed, 0.0, "nothing said"),
        (Case::new(), "next.appointment", Missed, 0.0, "nothing said"),
        (Case::new(), "next.reason", Missed, 0.0, "nothing said"),
        (said(r#"{"appointment":"none"}"#), "next.appointment", Missed, 0.0, "not asked"),
        (
            said(r#"{"appointment":"vague"}"#).email(9).labels(r#"{"appointment":"specific"}"#),
            "next.appointment",
            Met,
            6.0,
            "the best counts",
        ),
        (said(r#"{"placement":"inbox"}"#), "answer.inbox", Met, 3.0, "inbox"),
        (said(r#"{"question":"partly"}"#).email(700), "answer.question", NotCounted, 0.0, "partly, and one unknown"),
        (said(r#"{"question":"yes"}"#).email(700), "answer.question", Met, 14.0, "yes, and one unknown"),
        (Case::new().call(60), "answer.question", Missed, 0.0, "a call without notes says nothing"),
        (Case::new().call(60).labels(r#"{"question":"yes"}"#), "answer.question", Met, 14.0, "a call with notes"),
        (said(r#"{"question":"yes"}"#).set("question", json!(" ")), "answer.question", NotCounted, 0.0, "none was asked"),
        (
            said(r#"{"name_used":true}"#).email(9).labels(r#"{"sender_name":"Amy","direct_phone":"+15125550100"}"#),
            "answer.personal",
            Partial,
            4.5,
            "from two",
        ),
        (said(r#"{"faults":[]}"#), "answer.clean", Met, 3.0, "clean"),
        (said(r#"{"faults":["merge_field","merge_field"]}"#), "answer.clean", Partial, 2.0, "each kind once"),
        (said(r#"{"faults":["merge_field","wrong_name","wrong_community"]}"#), "answer.clean", Missed, 0.0, "all kinds"),
        (Case::new().call(60), "answer.clean", Missed, 0.0, "nothing said"),
        (said(r#"{"placement":"promotions"}"#), "answer.inbox", Partial, 1.5, "promotions"),
        (said(r#"{"placement":"spam"}"#).email(700).labels(r#"{"placement":"inbox"}"#), "answer.inbox", Missed, 0.0, "the first counts"),
        (said("{}"), "answer.inbox", NotCounted, 0.0, "not known"),
        (Case::new().call(60), "answer.inbox", Missed, 0.0, "no email"),
        (said(r#"{"scheduling_link":"https://x.example/"}"#), "next.appointment", Met, 6.0, "a link is specific"),
        (said(r#"{"appointment":"vague"}"#), "next.appointment", Partial, 3.0, "vague"),
        (said(r#"{"reason_or_discovery":true}"#), "next.reason", Met, 3.0, "a reason"),
        (said(r#"{"video":"https://v.example/1"}"#), "channels.video", Met, 2.0, "a video email"),
        (Case::new().touch("sms", "personal", 9), "channels.text", Met, 2.0, "a text"),
        (Case::new().set("offered", json!({"phone": true})).touch("sms", "personal", 9), "channels.text", NotCounted, 0.0, "no consent"),
    ];
    for (case, id, result, points, what) in cases {
        expect(&case, id, result, points, what);
    }
}

#[test]
fn persistence_and_respect_are_counted_as_written() {
    use Outcome::{Met, Missed, NotCounted, Partial};
    let on_days = |days: &[i64]| days.iter().fold(Case::new(), |case, day| case.email(day * DAY + 60));
    let rings = |gap: i64, number: i64| (0..number).fold(Case::new(), |case, ring| case.call(60 + ring * gap));
    let named =
        |names: &[&str]| names.iter().fold(Case::new(), |case, name| case.email(600).labels(&json!({"sender_name": name}).to_string()));
    let opted = |seconds: i64| Case::new().email(60).set("opt_out_at", json!(at(0))).touch("email", "marketing", seconds);
    let cases = [
        (rings(120, 9), "persist.calls", Partial, 5.0 / 6.0, "rings 120 s apart are one attempt, however long the chain"),
        (rings(121, 3), "persist.calls", Partial, 2.5, "121 s apart they are three"),
        (rings(3600, 6), "persist.calls", Met, 5.0, "six"),
        (
            rings(600, 2).with("from", Value::Null).call(661).with("from", json!("anonymous")),
            "persist.calls",
            Partial,
            10.0 / 6.0,
            "withheld callers are one",
        ),
        (on_days(&[0, 1, 2]).touch("email", "marketing", 9), "persist.written", Partial, 3.25, "marketing counts a quarter"),
        ((0..9).fold(Case::new(), |case, n| case.touch("email", "marketing", n)), "persist.written", Partial, 1.0, "and one at most"),
        (on_days(&[0, 10, 20, 29]), "persist.spread", Met, 5.0, "all three"),
        (on_days(&[0, 10, 20]), "persist.spread", Partial, 10.0 / 3.0, "no touch from day 21, no gap over 10 days"),
        (on_days(&[0, 1, 22]), "persist.spread", Partial, 10.0 / 3.0, "a gap"),
        (on_days(&[0]), "persist.spread", Missed, 0.0, "all on one day"),
        (Case::new().email(0).email(10 * DAY).email(20 * DAY).email(30 * DAY), "persist.spread", Met, 5.0, "gaps of 10 days to the second"),
        (Case::new().email(0).email(10 * DAY + 1).email(20 * DAY).email(30 * DAY), "persist.spread", Partial, 10.0 / 3.0, "a second more"),
        (Case::new().email(11 * DAY).email(20 * DAY), "persist.spread", Partial, 10.0 / 3.0, "before the first is no gap between"),
        (Case::new().email(12 * DAY).email(21 * DAY), "persist.spread", Met, 5.0, "on day 21 to the second"),
        (Case::new().email(12 * DAY).email(21 * DAY - 1), "persist.spread", Partial, 10.0 / 3.0, "a second before"),
        (Case::new().email(14 * 3600 - 1).email(14 * 3600 - 2), "persist.spread", Missed, 0.0, "before midnight in Chicago"),
        (Case::new().email(14 * 3600 - 1).email(14 * 3600), "persist.spread", Partial, 5.0 / 3.0, "across it"),
        (
            Case::new().touch("voicemail", "personal", 60).call(61),
            "persist.calls",
            Partial,
            5.0 / 6.0,
            "a voicemail belongs to its attempt",
        ),
        (Case::new().touch("call", "unknown", 60).call(4000), "persist.calls", Partial, 5.0 / 6.0, "a robot's call is no attempt"),
        (rings(3600, 7), "persist.calls", Met, 5.0, "seven are no more than six"),
        (on_days(&[0, 1]).touch("sms", "personal", 9), "persist.written", Partial, 3.0, "a text is written"),
        (on_days(&[0]).labels(r#"{"video":"https://v.example/1"}"#), "persist.written", Partial, 1.0, "a video email is one email"),
        (on_days(&[0, 1, 2, 3]).touch("sms", "marketing", 9), "persist.written", Partial, 4.25, "marketing by text is marketing"),
        (on_days(&[0, 1, 2, 3, 4, 5]), "persist.written", Met, 5.0, "six are no more than five"),
        (rings(60, 3), "persist.written", Missed, 0.0, "calls are not written"),
        (named(&["Amy Ortiz", "amy", "AMY ORTIZ", "Amy  Ortiz", "Ben"]), "respect.constant_contact", Met, 3.0, "4 of 5"),
        (named(&["Amy Ortiz", "Amy", "Amy Ortiz", "Ben"]), "respect.constant_contact", Missed, 0.0, "3 of 4"),
        (
            named(&["Ben Cole", "Amy Ortiz"]).labels(r#"{"sender_name":"Amy Ortiz","introduces":"Ben"}"#),
            "respect.constant_contact",
            Met,
            3.0,
            "handed over",
        ),
        (Case::new().email(60), "respect.constant_contact", Missed, 0.0, "nobody named"),
        (Case::new().email(60), "respect.opt_out", NotCounted, 0.0, "no opt-out"),
        (opted(14 * DAY), "respect.opt_out", Met, 2.0, "on the tenth weekday"),
        (opted(15 * DAY), "respect.opt_out", Missed, 0.0, "later"),
        (opted(15 * DAY).on(13 * DAY), "respect.opt_out", NotCounted, 0.0, "not yet judged"),
        (opted(30 * DAY).on(60 * DAY), "respect.opt_out", Missed, 0.0, "to the end of its watching"),
        (opted(30 * DAY + 1).on(60 * DAY), "respect.opt_out", Met, 2.0, "after it"),
        (rings(540, 6).set("opt_out_at", json!(at(0))), "respect.opt_out", Missed, 0.0, "over-calling, whatever became of the opt-out"),
        (rings(540, 6), "respect.opt_out", Missed, 0.0, "six attempts within 45 min"),
        (rings(541, 6), "respect.opt_out", NotCounted, 0.0, "a little slower"),
    ];
    for (case, id, result, points, what) in cases {
        expect(&case, id, result, points, what);
    }
}

#[test]
fn suspected_automation_and_disputed_times_are_said() {
    assert!(Case::new().email(60).line("speed.personal_email").why.contains("suspected automation: t1"));
    assert!(!Case::new().email(61).line("speed.personal_email").why.contains("suspected"));
    assert!(!Case::new().email(9).labels(r#"{"suspected_automation":false}"#).line("speed.personal_email").why.contains("suspected"));
    assert!(Case::new().call(70).with("disputed", json!(true)).line("speed.call").why.ends_with("; disputed time: t1"));
    assert_eq!(Case::new().call(212).line("speed.call").why, "rang 3 min 32 s after the confirmed inquiry");
    // Two clocks, both printed where they differ.
    let night = Case::new().call(23 * 3600).line("speed.call").why;
    assert!(night.starts_with("rang 8 h of opening hours after the confirmed inquiry (23 h by the wall clock)"), "{night}");
    assert!(Case::new().call(299).until(301).line("speed.call").why.contains("5 min lies within that span, so the lower tier counts"));
}

#[test]
fn hours_that_never_open_leave_the_wall_clock() {
    let line = Case::new().set("hours", json!("2020 Mo-Fr 09:00-17:00")).call(7200).line("speed.call");
    assert!((line.points - 4.0).abs() < 1e-9 && line.why.contains("never open"), "{line:?}");
}

#[test]
fn an_edited_rubric_changes_the_score() {
    let log = Case::new().call(301).email(60).labels(r#"{"question":"yes"}"#).log();
    let edited = |from: &str, to: &str| {
        let text = Rubric::default_rubric().text().replacen(from, to, 1);
        card(&log, &Rubric::parse(std::path::Path::new("mine.toml"), &text).unwrap()).unwrap()
    };
    let score = |from: &str, to: &str| edited(from, to).score.unwrap();
    // 12 + 12 + 6 + 1 for speed, 14 + 3 for the answer, 6 for two channels, 5/6 + 1 for persistence: 55.83 of 95.
    let base = score("points = 16", "points = 16");
    assert!((base - 58.8).abs() < 1e-9, "{base}");
    let edits = [
        ("points = 16", "points = 1"),
        ("within_s = 900, share = 0.75", "within_s = 900, share = 0.70"),
        ("within_s = 300, share = 1", "within_s = 301, share = 1"),
        ("attempts = 6", "attempts = 1"),
        ("messages = 5", "messages = 2"),
        ("local_days = 2", "local_days = 1"),
    ];
    for (from, to) in edits {
        assert!(Rubric::default_rubric().text().contains(from), "{from}");
        assert!((score(from, to) - base).abs() > 0.05, "{from} -> {to}: {}", score(from, to));
    }
    assert_eq!(edited("late_after_s = 86400", "late_after_s = 59").caps.len(), 1);
    assert_eq!(edited("days = 30 ", "days = 35 ").verdict, Verdict::Provisional);
}
