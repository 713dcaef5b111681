//! What was not offered, not watched or not waited for is held against nobody.

use chrono::TimeDelta;
use serde_json::json;

use super::super::{Outcome, Verdict};
use super::{Case, DAY, START, at};
use crate::shop::Status;

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
fn a_phone_of_which_only_the_calls_were_shown_is_judged_by_its_calls() {
    let only = |channel: &str| json!([{"source": "phone.main", "from": at(0), "to": at(30 * DAY), "channel": channel}]);
    let judged = |open: &str| {
        let card = Case::new().email(60).set("coverage_gaps", only(open)).card();
        let of = |id: &str| card.criteria.iter().find(|line| line.id == id).map(|line| (line.counted, line.why.to_string())).unwrap();
        (of("speed.call"), of("channels.text"), card.caps.iter().any(|cap| cap.why.contains("nobody called")), card.verdict_why.clone())
    };
    let (call, text, capped, why) = judged("sms");
    assert!(call.0 && capped, "nobody called, and that was watched: {call:?}");
    assert_eq!(text, (false, "no log of texts was watched".into()));
    assert_eq!(why, ["no log of texts was read: texts are not judged"]);
    let (call, text, capped, why) = judged("call");
    assert_eq!((call, capped), ((false, "no log of calls was watched".into()), false));
    assert!(text.0, "{text:?}");
    assert_eq!(why, ["no log of calls was read: calls are not judged"]);
    // Of a silent builder either is a doubt.
    let silent = Case::new().set("coverage_gaps", only("sms")).card();
    assert_eq!(silent.verdict, Verdict::Inconclusive);
}

#[test]
fn nothing_seen_is_a_never_only_where_it_was_offered_watched_and_waited_for() {
    use crate::score::{Came, FirstOf};
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
    use crate::score::{Came, FirstOf, Reach};
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
    use crate::score::{Came, FirstOf};
    let withdrawn = |days: i64| Case::new().email(60).set("withdrawn_at", json!(at(days * DAY))).card();
    assert_eq!((withdrawn(9).came(FirstOf::Call), withdrawn(30).came(FirstOf::Call)), (Came::NotWaited, Came::Never));
    assert_eq!(withdrawn(9).cut_at, Some(START + TimeDelta::days(9)));
    let json = |days: i64| serde_json::to_value(withdrawn(days)).unwrap().get("cut_at").is_some();
    assert_eq!((json(9), json(30)), (true, false));
}
