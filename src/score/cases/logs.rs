//! Logs as they come in, and cards as they go out: what may be absent, what is refused, which keys stand there.

use serde_json::{Value, json};

use super::super::{Rubric, card, parse_log};
use super::{Case, START};
use crate::shop::Status;

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
