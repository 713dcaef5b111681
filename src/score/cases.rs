//! For tests: logs made in a few words, and tables of what the rules give.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use super::{Card, Criterion, Log, Outcome, Rubric, Verdict, card, parse_log};
use crate::shop::Status;

/// Monday 2 November 2026, 10:00 in Chicago.
pub(super) const START: DateTime<Utc> = DateTime::from_timestamp(1_793_635_200, 0).unwrap();

/// A log in the making; every time is in seconds after [`START`].
#[derive(Clone, Debug)]
pub(super) struct Case(Value);

fn at(seconds: i64) -> String {
    (START + TimeDelta::seconds(seconds)).to_rfc3339()
}

impl Case {
    pub(super) fn new() -> Self {
        Self(json!({"schema": "crickets.log/1", "as_of": at(31 * 86_400), "touches": [],
            "inquiry": {"shop": "bluebonnet", "builder": "Bluebonnet Homes", "timezone": "America/Chicago", "hours": "Mo-Fr 09:00-18:00",
                "sent_at": at(-2), "confirmed_at": at(0), "confirmed_by": "redirect", "question": "Three-car garage?",
                "offered": {"phone": true, "text": true}, "coverage_gaps": []}}))
    }

    pub(super) fn set(mut self, key: &str, value: Value) -> Self {
        self.0["inquiry"][key] = value;
        self
    }

    pub(super) fn builder(self, name: &str) -> Self {
        self.set("builder", json!(name))
    }

    pub(super) fn status(self, status: Status) -> Self {
        self.set("status", json!(status))
    }

    pub(super) fn on(mut self, seconds: i64) -> Self {
        self.0["as_of"] = json!(at(seconds));
        self
    }

    pub(super) fn gap(self, from: i64, to: i64) -> Self {
        self.gap_of("mailbox.main", from, to)
    }

    pub(super) fn gap_of(mut self, source: &str, from: i64, to: i64) -> Self {
        let gap = json!({"source": source, "from": at(from), "to": at(to)});
        self.0["inquiry"]["coverage_gaps"].as_array_mut().unwrap().push(gap);
        self
    }

    pub(super) fn touch(mut self, channel: &str, origin: &str, seconds: i64) -> Self {
        let touches = self.0["touches"].as_array_mut().unwrap();
        let id = format!("t{}", touches.len() + 1);
        touches.push(json!({"id": id, "channel": channel, "origin": origin, "at": at(seconds), "from": "+15125550100"}));
        self
    }

    pub(super) fn email(self, seconds: i64) -> Self {
        self.touch("email", "personal", seconds)
    }

    pub(super) fn call(self, seconds: i64) -> Self {
        self.touch("call", "personal", seconds)
    }

    /// Sets a key of the last touch.
    pub(super) fn with(mut self, key: &str, value: Value) -> Self {
        self.0["touches"].as_array_mut().unwrap().last_mut().unwrap()[key] = value;
        self
    }

    pub(super) fn labels(self, labels: &str) -> Self {
        self.with("labels", serde_json::from_str(labels).unwrap())
    }

    pub(super) fn until(self, seconds: i64) -> Self {
        self.with("at_latest", json!(at(seconds)))
    }

    pub(super) fn log(&self) -> Log {
        parse_log(&self.0.to_string()).unwrap()
    }

    pub(super) fn card(&self) -> Card {
        card(&self.log(), &Rubric::default_rubric()).unwrap()
    }

    pub(super) fn line(&self, id: &str) -> Criterion {
        self.card().criteria.into_iter().find(|line| line.id == id).unwrap()
    }
}

const DAY: i64 = 86_400;

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

#[test]
fn null_in_an_optional_key_is_as_good_as_its_absence() {
    let log = |optional: Value| {
        let mut inquiry =
            json!({"shop": "b", "timezone": "America/Chicago", "hours": "24/7", "confirmed_at": START, "confirmed_by": "text"});
        let mut touch = json!({"id": "t1", "channel": "email", "origin": "personal", "at": "2026-11-02T16:03:00Z"});
        for key in [
            "builder",
            "holidays",
            "status",
            "sent_at",
            "question",
            "offered",
            "opt_out_at",
            "coverage_gaps",
            "in_review",
            "opt_outs_in_review",
        ] {
            inquiry[key] = optional.clone();
        }
        for key in ["at_latest", "disputed", "from", "labels", "attributed_by", "confidence", "evidence"] {
            touch[key] = optional.clone();
        }
        json!({"schema": "crickets.log/1", "as_of": "2026-12-15T00:00:00Z", "inquiry": inquiry, "touches": [touch]})
    };
    let mut absent = log(Value::Null);
    for part in ["/inquiry", "/touches/0"] {
        absent.pointer_mut(part).and_then(Value::as_object_mut).unwrap().retain(|_, value| !value.is_null());
    }
    let score = |log: &Value| card(&parse_log(&log.to_string()).unwrap(), &Rubric::default_rubric()).unwrap();
    assert_eq!(score(&log(Value::Null)), score(&absent));
    let mut offered = log(Value::Null);
    offered["inquiry"]["offered"] = json!({"phone": null, "text": null});
    assert_eq!(score(&offered), score(&absent));
    absent["touches"] = Value::Null;
    assert_eq!(score(&absent).touches, []);
}

#[test]
fn a_log_that_is_none_is_refused_with_the_place() {
    let error = |text: &str| parse_log(text).unwrap_err().to_string();
    assert_eq!(error("{}"), "could not read the log: its schema must be `crickets.log/1`, and it names none");
    assert!(error(r#"{"schema":"crickets.log/2"}"#).ends_with("it is `crickets.log/2`"));
    let second_line = error("{\"schema\":\"crickets.log/1\",\n \"as_of\": 3}");
    assert!(second_line.contains("line 2 column"), "{second_line}");
    assert!(error("nonsense").contains("line 1 column"));
    let bad = Case::new().set("hours", json!("nine to five")).log();
    let message = card(&bad, &Rubric::default_rubric()).unwrap_err().to_string();
    assert!(message.starts_with("could not score bluebonnet: hours must look like"), "{message}");
}

#[test]
fn a_card_has_every_key_of_the_contract_even_when_nothing_was_asked() {
    let keys = |value: &Value| value.as_object().unwrap().keys().cloned().collect::<Vec<_>>();
    let full = serde_json::to_value(Case::new().email(60).call(212).until(215).card()).unwrap();
    let empty = serde_json::to_value(Case::new().status(Status::Planned).set("confirmed_at", Value::Null).card()).unwrap();
    assert_eq!(keys(&full), keys(&empty));
    let promised = "shop builder status verdict sent_at confirmed_at confirmed_by first first_business counts points out_of score tier caps \
        withdrawn_at criteria touches";
    for key in promised.split_whitespace() {
        assert!(full.get(key).is_some(), "{key}");
    }
    assert_eq!(
        (&full["first"]["personal"], &full["first_business"]["call"], &full["first"]["text"]),
        (&json!(60), &json!(212), &Value::Null)
    );
    assert_eq!(full["touches"][1]["at_latest"], json!("2026-11-02T16:03:35Z"));
    assert_eq!(full["touches"][0]["at_latest"], Value::Null);
    assert_eq!((&empty["score"], &empty["tier"], &empty["verdict"]), (&Value::Null, &Value::Null, &json!("not_shopped")));
}

#[test]
fn halves_round_away_from_zero() {
    for (value, want) in [(62.25, 62.3), (62.249, 62.2), (0.05, 0.1), (79.95, 80.0), (100.0 / 3.0, 33.3)] {
        assert!((super::verdict::rounded(value, 10.0) - want).abs() < 1e-12, "{value}");
    }
}

#[test]
fn what_was_never_watched_is_not_held_against_a_builder() {
    let phone = |case: Case| {
        let mut case = case;
        case.0["inquiry"]["coverage_gaps"] = json!([{"source": "phone", "from": at(0), "to": at(30 * 86_400)}]);
        case
    };
    let card = phone(Case::new().email(60)).card();
    for id in ["speed.call", "channels.call", "channels.text", "persist.calls"] {
        let line = card.criteria.iter().find(|line| line.id == id).unwrap();
        assert_eq!((line.counted, line.result), (false, Outcome::NotCounted), "{id}");
        assert_eq!(line.why, "no phone was watched", "{id}");
    }
    assert_eq!(card.verdict, Verdict::Final);
    assert!(card.caps.iter().all(|cap| !cap.why.contains("nobody called")), "{:?}", card.caps);
    assert!(card.verdict_why.iter().any(|why| why.contains("no phone was watched")), "{:?}", card.verdict_why);
    // A call that someone noted down is the least there was.
    let noted = phone(Case::new().email(60).call(7_200)).card();
    let line = noted.criteria.iter().find(|line| line.id == "persist.calls").unwrap();
    assert_eq!((line.counted, line.result), (true, Outcome::Indeterminate), "{}", line.why);
    // With the phone watched, silence on it stays silence.
    assert!(Case::new().email(60).card().caps.iter().any(|cap| cap.why.contains("nobody called")));
}

#[test]
fn nothing_seen_is_a_never_only_where_it_was_offered_watched_and_waited_for() {
    use super::{Came, FirstOf};
    let blind = |source: &str| json!([{"source": source, "from": at(0), "to": at(40 * DAY)}]);
    let cases = [
        (Case::new().call(212), FirstOf::Call, Came::After(212), "it came"),
        (Case::new().email(60), FirstOf::Call, Came::Never, "watched to the end"),
        (Case::new().email(60).on(3 * DAY), FirstOf::Call, Came::NotYet, "the window is open"),
        (Case::new().email(60).set("in_review", json!(1)), FirstOf::Call, Came::NotYet, "one waits in review"),
        (Case::new().email(60).set("offered", json!({})), FirstOf::Call, Came::NotOffered, "no number was given"),
        (Case::new().email(60).set("offered", json!({"phone": true})), FirstOf::Text, Came::NotOffered, "texts were not allowed"),
        (Case::new().call(9).set("offered", json!({})), FirstOf::Call, Came::After(9), "not offered, and it came all the same"),
        (Case::new().email(60).set("coverage_gaps", blind("phone")), FirstOf::Call, Came::NotWatched, "no phone was watched"),
        (Case::new().email(60).set("coverage_gaps", blind("phone")), FirstOf::CallInHours, Came::NotWatched, "on either clock"),
        (Case::new().call(60).set("coverage_gaps", blind("mailbox.main")), FirstOf::PersonalEmail, Came::NotWatched, "no mailbox"),
        (Case::new().call(60).set("coverage_gaps", blind("mailbox.main")), FirstOf::Video, Came::NotProven, "one of two was watched"),
        (Case::new().gap(0, 9 * DAY), FirstOf::Personal, Came::NotProven, "inconclusive"),
        (Case::new(), FirstOf::Personal, Came::Never, "crickets"),
        (Case::new().status(Status::Blocked), FirstOf::Any, Came::NoClock, "nothing was asked"),
    ];
    for (case, first, want, what) in cases {
        assert_eq!(case.card().came(first), want, "{what}");
    }
}

#[test]
fn what_was_watched_in_part_is_no_accusation() {
    use super::{Came, FirstOf, Reach};
    let good = || Case::new().email(600).labels(r#"{"question":"yes"}"#);
    let phone = |from: i64, to: i64| good().gap_of("phone.main", from, to);
    let caps = |case: &Case| case.card().caps.iter().map(|cap| cap.cap).collect::<Vec<_>>();
    let partly = phone(5 * DAY, 30 * DAY);
    let card = partly.card();
    assert_eq!(
        (card.verdict, card.channels.unwrap().call, card.came(FirstOf::Call)),
        (Verdict::Final, Reach::PartlyWatched, Came::NotProven)
    );
    assert_eq!((caps(&partly), caps(&good())), (vec![], vec![69.0]), "that nobody called is not proven");
    assert_eq!((card.points, card.out_of), (good().card().points, good().card().out_of), "the points are those of what was seen");
    let line = partly.line("speed.call");
    assert_eq!(line.result, Outcome::Indeterminate);
    assert_eq!(line.why, "nobody called in the window; the phone was not watched throughout, so there may have been more");
    // A gap too small to matter leaves silence proven.
    let small = phone(5 * DAY, 5 * DAY + 3600);
    assert_eq!((small.card().came(FirstOf::Call), caps(&small)), (Came::Never, vec![69.0]));
    // What came before anything was missed was the first.
    let mail = |at: i64| Case::new().email(at).gap(5 * DAY, 9 * DAY).line("speed.personal_email").result;
    assert_eq!((mail(600), mail(10 * DAY)), (Outcome::Partial, Outcome::Indeterminate));
    let late =
        |from: i64, to: i64| caps(&Case::new().email(2 * DAY).labels(r#"{"question":"yes"}"#).call(2 * DAY).gap_of("phone.main", from, to));
    assert_eq!((late(10 * DAY, 20 * DAY), late(0, 2 * DAY)), (vec![59.0], vec![]), "the first day was watched, or not");
}

#[test]
fn what_may_have_been_said_unseen_is_not_held_against_anyone() {
    let unseen = Case::new().call(60).gap(0, 30 * DAY);
    for id in ["answer.question", "answer.personal", "answer.clean", "answer.inbox", "next.appointment", "next.reason"] {
        assert_eq!(unseen.line(id).result, Outcome::NotCounted, "{id}");
        assert_eq!(Case::new().call(60).line(id).result, Outcome::Missed, "{id}");
    }
    assert_eq!(unseen.card().caps, []);
    let said = Case::new().email(60).labels(r#"{"appointment":"none","faults":["wrong_name"],"placement":"spam"}"#);
    let blind = said.clone().gap_of("phone.main", 0, 30 * DAY);
    for id in ["answer.clean", "answer.inbox", "next.appointment"] {
        assert_eq!(blind.line(id), said.line(id), "what was said is judged");
    }
}

#[test]
fn what_was_not_waited_for_is_no_never() {
    use super::{Came, FirstOf};
    let withdrawn = |days: i64| Case::new().email(60).set("withdrawn_at", json!(at(days * DAY))).card();
    assert_eq!((withdrawn(9).came(FirstOf::Call), withdrawn(30).came(FirstOf::Call)), (Came::NotWaited, Came::Never));
    assert_eq!(withdrawn(9).cut_at, Some(START + TimeDelta::days(9)));
    let json = |days: i64| serde_json::to_value(withdrawn(days)).unwrap().get("cut_at").is_some();
    assert_eq!((json(9), json(30)), (true, false));
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
