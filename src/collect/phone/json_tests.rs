//! Tests of the JSON formats, on records as the companies' documentation shows them.

use serde_json::{Value, json};

use super::json::READER;
use super::{Reading, Row, Settings, Summary, format::Source};

const OWN: &str = "+15125550142";

/// What a document holds: each record as its format and the fields that say something, or what is wrong with it.
fn read(text: &str) -> (Vec<String>, Summary) {
    let mut rows = Vec::new();
    let mut sink = |row: Row<'_>| {
        rows.push(match &row.call {
            Err(problem) => format!("{}: ! {problem}", row.place),
            Ok(call) => {
                let iso = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
                let side = |side: &Option<String>| side.clone().unwrap_or_else(|| "-".to_owned());
                let mut told =
                    format!("{}: {:?} {} > {} {}", row.format, call.channel, side(&call.from), side(&call.to), iso(call.started_at));
                told.extend(call.started_at_latest.map(|latest| format!("..{}", iso(latest))));
                told.extend(call.duration_s.map(|seconds| format!(" {seconds}s")));
                told.extend(call.answered.map(|answered| if answered { " taken" } else { " not taken" }));
                told.extend(call.body.as_ref().map(|body| format!(" \"{body}\"")));
                told.extend(call.name.as_ref().map(|name| format!(" ({name})")));
                told
            }
        });
        Ok(())
    };
    let settings = Settings { own: Some(OWN.to_owned()), ..Settings::default() };
    let mut reading = Reading::new(&settings, &mut sink);
    reading.begin("log.json", "json");
    (READER.read)(&mut Source { path: "log.json".as_ref(), reader: &mut text.as_bytes() }, &mut reading).unwrap();
    let summary = reading.summary;
    (rows, summary)
}

fn rows(value: &Value) -> Vec<String> {
    read(&value.to_string()).0
}

#[test]
fn twilio_calls_have_voicemails_and_legs() {
    let call = |sid: &str, parent: Value, status: &str| {
        json!({"sid": sid, "parent_call_sid": parent, "direction": "inbound", "status": status, "from": "+15125550100", "to": OWN, "duration": "41",
            "date_created": "Mon, 02 Nov 2026 15:04:05 +0000", "start_time": "Mon, 02 Nov 2026 15:04:06 +0000", "end_time": null})
    };
    let page = json!({"calls": [call("CA1", Value::Null, "completed"), call("CA2", json!("CA1"), "completed"), call("CA3", Value::Null, "no-answer")],
        "recordings": [
            {"sid": "RE1", "call_sid": "CA1", "duration": "31", "date_created": "Mon, 02 Nov 2026 15:04:20 +0000", "start_time": "Mon, 02 Nov 2026 15:04:19 +0000"},
            {"sid": "RE2", "call_sid": "CA9", "duration": "31", "date_created": "Mon, 02 Nov 2026 15:04:20 +0000"}],
        "transcriptions": [{"sid": "TR1", "recording_sid": "RE1", "transcription_text": "Hi, this is Amy.", "status": "completed"}],
        "messages": [
            {"sid": "SM1", "body": "Hello", "direction": "inbound", "status": "received", "from": "72345", "to": OWN, "date_created": "Mon, 2 Nov 2026 15:00:00 +0000", "date_sent": "Mon, 2 Nov 2026 15:00:01 +0000"},
            {"sid": "SM2", "body": "No", "direction": "outbound-api", "status": "failed", "from": OWN, "to": "+15125550100", "date_created": "Mon, 2 Nov 2026 15:00:00 +0000", "date_sent": null}]});
    let (rows, summary) = read(&page.to_string());
    assert_eq!(
        rows,
        [
            "twilio-json: Call +15125550100 > +15125550142 2026-11-02T15:04:05Z..2026-11-02T15:04:06Z 41s taken",
            "twilio-json: Call +15125550100 > +15125550142 2026-11-02T15:04:05Z..2026-11-02T15:04:06Z 41s not taken",
            "twilio-json: Sms 72345 > +15125550142 2026-11-02T15:00:00Z \"Hello\"",
            "twilio-json: Voicemail +15125550100 > +15125550142 2026-11-02T15:04:19Z 31s \"Hi, this is Amy.\"",
        ]
    );
    let skipped: Vec<_> = summary.skipped.into_iter().collect();
    assert_eq!(skipped, [("legs of forwarded calls", 1), ("recordings without an inbound call", 1), ("texts that were never sent", 1)]);
}

#[test]
fn business_systems_are_known_by_their_keys() {
    for (record, expected) in [
        (
            json!({"calls": [{"answered": false, "business_phone_number": "", "customer_name": "Amy Ortiz", "customer_phone_number": "+15125550100", "direction": "inbound",
                "duration": "13", "id": 766_970_532, "recording_duration": "4:05", "start_time": "2026-11-02T11:27:48.119-05:00", "datetime": "2018-02-19 18:41:00",
                "tracking_phone_number": OWN, "voicemail": true, "transcription": "Call me."}], "page": 1, "total_records": 1}),
            "callrail-json: Voicemail +15125550100 > +15125550142 2026-11-02T16:27:48.119Z 245s not taken \"Call me.\" (Amy Ortiz)",
        ),
        (
            json!({"customer_phone_number": "512-555-0100", "current_tracking_number": OWN, "recent_messages": [{"direction": "incoming", "content": "Hi Dana", "created_at": "2026-11-02T10:00:00.000-06:00"}]}),
            "callrail-json: Sms +15125550100 > +15125550142 2026-11-02T16:00:00Z \"Hi Dana\"",
        ),
        (
            json!({"resource_id": "SCT1", "source_number": "512-555-0100", "destination_number": "512-555-0142", "content": "Hi", "timestamp": "2026-11-02T10:00:00.000-06:00"}),
            "callrail-json: Sms +15125550100 > +15125550142 2026-11-02T16:00:00Z \"Hi\"",
        ),
        (
            json!({"id": "EV1", "object": "event", "type": "call.completed", "data": {"object": {"id": "AC1", "object": "call", "from": "+15125550100", "to": OWN, "direction": "incoming",
                "media": [], "voicemail": {"url": "https://x.example/a.mp3", "type": "audio/mpeg", "duration": 7}, "status": "completed", "createdAt": "2026-11-02T15:04:05.000Z", "answeredAt": null, "completedAt": "2026-11-02T15:04:40.000Z"}}}),
            "quo-json: Voicemail +15125550100 > +15125550142 2026-11-02T15:04:05Z 7s not taken",
        ),
        (
            json!({"data": [{"id": "AC2", "participants": ["+15125550100"], "direction": "incoming", "status": "completed", "duration": 60, "createdAt": "2026-11-02T15:04:05Z", "answeredAt": "2026-11-02T15:04:09Z", "completedAt": "2026-11-02T15:05:09Z", "phoneNumberId": "PN1"}], "totalItems": 1}),
            "quo-json: Call +15125550100 > +15125550142 2026-11-02T15:04:05Z 60s taken",
        ),
        (
            json!({"type": "message.received", "data": {"object": {"id": "AC3", "from": "+15125550100", "to": [OWN], "direction": "incoming", "body": "Hello", "media": [], "createdAt": "2026-11-02T15:04:05.123Z"}}}),
            "quo-json: Sms +15125550100 > +15125550142 2026-11-02T15:04:05.123Z \"Hello\"",
        ),
        (
            json!({"records": [{"id": "X1", "sessionId": "9", "startTime": "2026-11-02T15:04:05.000Z", "duration": 31, "type": "Voice", "direction": "Inbound", "action": "Phone Call", "result": "Missed",
                "from": {"phoneNumber": "+15125550100", "name": "AUSTIN TX"}, "to": {"phoneNumber": OWN}, "legs": [{"startTime": "2026-11-02T15:04:05.000Z", "direction": "Inbound", "from": {}, "to": {}, "result": "Missed"}]}], "paging": {}}),
            "ringcentral-json: Call +15125550100 > +15125550142 2026-11-02T15:04:05Z 31s not taken (AUSTIN TX)",
        ),
        (
            json!({"id": 11, "to": [{"name": "Dana"}], "from": {"phoneNumber": "+15125550100"}, "type": "VoiceMail", "creationTime": "2026-11-02T15:04:40.000Z", "direction": "Inbound", "attachments": [{"vmDuration": 27}], "subject": "Voice Mail"}),
            "ringcentral-json: Voicemail +15125550100 > +15125550142 2026-11-02T15:04:40Z 27s not taken",
        ),
        (
            json!({"data": {"event_type": "message.received", "id": "e", "occurred_at": "2026-11-02T15:04:06.000000Z", "record_type": "event", "payload": {"direction": "inbound", "id": "m1", "record_type": "message",
                "from": {"phone_number": "+15125550100"}, "to": [{"phone_number": OWN}], "text": "Hi", "received_at": "2026-11-02T15:04:05.500000Z"}}}),
            "telnyx-json: Sms +15125550100 > +15125550142 2026-11-02T15:04:05.500Z \"Hi\"",
        ),
        (
            json!({"objects": [{"answer_time": null, "call_direction": "inbound", "call_duration": 0, "call_uuid": "p1", "end_time": "2026-11-02 15:45:14+05:30", "from_number": "15125550100", "initiation_time": "2026-11-02 15:44:49+05:30", "parent_call_uuid": null, "to_number": "15125550142"}]}),
            "plivo-json: Call +15125550100 > +15125550142 2026-11-02T10:14:49Z 0s not taken",
        ),
        (
            json!({"_embedded": {"calls": [{"uuid": "v1", "conversation_uuid": "CON-1", "status": "unanswered", "direction": "inbound", "duration": "0", "start_time": "2026-11-02T15:04:05.000Z", "from": {"type": "phone", "number": "15125550100"}, "to": {"type": "phone", "number": "15125550142"}}]}}),
            "vonage-json: Call +15125550100 > +15125550142 2026-11-02T15:04:05Z 0s not taken",
        ),
        (
            json!({"msisdn": "15125550100", "to": "15125550142", "messageId": "0A", "text": "Hi", "type": "text", "message-timestamp": "2026-11-02 15:04:05"}),
            "vonage-json: Sms +15125550100 > +15125550142 2026-11-02T15:04:05Z \"Hi\"",
        ),
        (
            json!([{"type": "message-received", "time": "2026-11-02T15:04:06.278Z", "to": OWN, "description": "Incoming message received", "message": {"id": "b1", "owner": OWN, "time": "2026-11-02T15:04:05.666Z", "direction": "in", "to": [OWN], "from": "+15125550100", "text": "Hi"}}]),
            "bandwidth-json: Sms +15125550100 > +15125550142 2026-11-02T15:04:05.666Z \"Hi\"",
        ),
        (
            json!({"resource": "call", "event": "call.ended", "timestamp": 1_793_631_900, "token": "t", "data": {"id": 812, "direct_link": "x", "direction": "inbound", "status": "done", "missed_call_reason": "no_available_agent", "started_at": 1_793_631_845, "answered_at": null, "ended_at": 1_793_631_880,
                "duration": 35, "raw_digits": "+1 512-555-0100", "voicemail": null, "number": {"digits": "+1 512-555-0142"}}}),
            "aircall-json: Call +15125550100 > +15125550142 2026-11-02T15:04:05Z 35s not taken",
        ),
        (
            json!({"call_id": 5, "date_started": 1_793_631_845_000_i64, "date_rang": 1_793_631_846_000_i64, "date_connected": null, "date_ended": 1_793_631_880_000_i64, "direction": "inbound", "internal_number": OWN, "external_number": "+15125550100",
                "state": "hangup", "duration": 31_500.5, "transcription_text": "Call me.", "voicemail_share_link": "https://x.example"}),
            "dialpad-json: Voicemail +15125550100 > +15125550142 2026-11-02T15:04:06Z 31s not taken \"Call me.\"",
        ),
        (
            json!({"id": 7, "created_date": "2026-11-02T15:04:05Z", "direction": "inbound", "from_number": "+15125550100", "to_numbers": [OWN], "text": "Hi"}),
            "dialpad-json: Sms +15125550100 > +15125550142 2026-11-02T15:04:05Z \"Hi\"",
        ),
    ] {
        assert_eq!(rows(&record), [expected], "{record}");
    }
}

#[test]
fn events_of_one_call_are_one_record_whatever_their_order() {
    let event = |kind: &str, at: &str, more: Value| {
        let mut payload = json!({"call_leg_id": "L1", "call_session_id": "S1", "direction": "incoming", "from": "+15125550100", "to": OWN, "start_time": "2026-11-02T15:04:05.000000Z"});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"data": {"event_type": kind, "occurred_at": at, "payload": payload}})
    };
    let rang = event("call.initiated", "2026-11-02T15:04:05.100000Z", json!({}));
    let taken = event("call.answered", "2026-11-02T15:04:09.000000Z", json!({}));
    let over = event("call.hangup", "2026-11-02T15:04:45.000000Z", json!({"end_time": "2026-11-02T15:04:45.000000Z"}));
    let expected = ["telnyx-json: Call +15125550100 > +15125550142 2026-11-02T15:04:05Z 40s taken"];
    for order in [[&rang, &taken, &over], [&over, &rang, &taken]] {
        let lines: String = order.iter().map(|event| format!("{event}\n")).collect();
        assert_eq!(read(&lines).0, expected);
    }
    let again = event("call.initiated", "2026-11-02T18:04:05.100000Z", json!({"start_time": "2026-11-02T18:04:05.000000Z"}));
    assert_eq!(read(&format!("{rang}\n{again}")).0.len(), 2, "three hours later it is another call");
}

#[test]
fn an_event_without_the_start_of_its_call_gives_an_interval() {
    let telnyx = |kind: &str, at: &str, more: Value| {
        let mut payload = json!({"call_leg_id": "L1", "direction": "incoming", "from": "+15125550100", "to": OWN});
        payload.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        json!({"data": {"event_type": kind, "occurred_at": at, "payload": payload}})
    };
    let vonage = |status: &str, more: Value| {
        let mut call = json!({"uuid": "v1", "conversation_uuid": "C", "status": status, "direction": "inbound", "from": "15125550100", "to": "15125550142"});
        call.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        call
    };
    let span = |value: &Value| {
        let (rows, _) = read(&value.to_string());
        rows[0].split("142 ").nth(1).unwrap().split(' ').next().unwrap().replace("2026-11-02T", "")
    };
    for (what, event, expected) in [
        ("the ring", telnyx("call.initiated", "2026-11-02T15:04:05Z", json!({})), "15:04:05Z"),
        ("the answer", telnyx("call.answered", "2026-11-02T15:04:09Z", json!({})), "15:02:09Z..15:04:09Z"),
        ("nobody took it", telnyx("call.hangup", "2026-11-02T15:04:45Z", json!({"hangup_cause": "timeout"})), "15:02:45Z..15:04:45Z"),
        ("who knows how long", telnyx("call.hangup", "2026-11-02T15:04:45Z", json!({})), "11:02:45Z..15:04:45Z"),
        ("the ring", vonage("ringing", json!({"timestamp": "2026-11-02T15:04:05Z"})), "15:04:05Z"),
        ("the answer", vonage("answered", json!({"timestamp": "2026-11-02T15:04:09Z"})), "15:02:09Z..15:04:09Z"),
        ("its end", vonage("completed", json!({"timestamp": "2026-11-02T15:04:45Z", "duration": "30"})), "15:02:15Z..15:04:16Z"),
        ("ring or answer", vonage("completed", json!({"start_time": "2026-11-02T15:04:05Z", "duration": "2"})), "15:02:05Z..15:04:05Z"),
        ("nobody took it", vonage("unanswered", json!({"start_time": "2026-11-02T15:04:05Z"})), "15:04:05Z"),
    ] {
        assert_eq!(span(&event), expected, "{what}: {event}");
    }
    let (rang, taken, over) = (
        telnyx("call.initiated", "2026-11-02T15:04:05Z", json!({})),
        telnyx("call.answered", "2026-11-02T15:04:09Z", json!({})),
        telnyx("call.hangup", "2026-11-02T15:04:45Z", json!({})),
    );
    for order in [[&rang, &taken, &over], [&over, &taken, &rang], [&taken, &rang, &over]] {
        let lines: String = order.iter().map(|event| format!("{event}\n")).collect();
        assert_eq!(read(&lines).0.len(), 1, "the events of one call are one");
        assert!(read(&lines).0[0].contains(" 2026-11-02T15:04:05Z taken"), "and its ring tells when it began: {:?}", read(&lines).0);
    }
}

#[test]
fn what_cannot_be_read_is_told_with_its_line_and_the_rest_goes_in() {
    let good = json!({"id": 7, "created_date": "2026-11-02T15:04:05Z", "direction": "inbound", "from_number": "anonymous", "to_numbers": [OWN], "text": "Hi"});
    let bad = json!({"id": 8, "created_date": "yesterday", "direction": "inbound", "from_number": "+15125550100", "to_numbers": [OWN], "text": "Hi"});
    let (rows, summary) = read(&format!("{good}\n{bad}\n{good}\n{{\"id\": 9, "));
    assert_eq!(summary.bad, 2);
    assert_eq!(rows.len(), 3, "{rows:?}");
    assert!(rows[0].contains("- > +15125550142"), "{rows:?}");
    assert!(rows[1].starts_with("line 2: ! created_date is \"yesterday\""), "{rows:?}");
    assert!(rows[2].starts_with("line 4: ! from here on this is no JSON"), "{rows:?}");
    assert_eq!(read("{\"calls\": [], \"first_page_uri\": \"x\"}").1.total(), 0, "an empty page is no error");
}

#[test]
fn an_ended_call_whose_moment_is_not_told_is_no_call_that_had_not_begun() {
    let vonage = |status: &str| json!({"uuid": "v2", "conversation_uuid": "C", "status": status, "direction": "inbound", "from": "15125550100", "to": "15125550142", "start_time": null});
    let (rows, summary) = read(&format!("{}\n{}", vonage("unanswered"), vonage("started")));
    assert_eq!((rows.len(), summary.bad, summary.skipped.get("calls that had not begun")), (1, 1, Some(&1)));
    assert!(rows[0].contains("unanswered") && rows[0].contains("webhook"), "{rows:?}");
}

#[test]
fn a_call_log_tells_the_ring_of_a_voicemail_and_a_message_store_its_end() {
    let log = json!({"id": "X1", "sessionId": "9", "startTime": "2026-11-02T15:04:05.000Z", "duration": 31, "type": "Voice", "direction": "Inbound", "result": "Voicemail", "from": {"phoneNumber": "+15125550100"}, "to": {"phoneNumber": OWN}});
    let store = json!({"id": 11, "to": [{"phoneNumber": OWN}], "from": {"phoneNumber": "+15125550100"}, "type": "VoiceMail", "creationTime": "2026-11-02T15:04:40.000Z", "direction": "Inbound"});
    let basis = |record: &Value| {
        let mut basis = None;
        let mut sink = |row: Row<'_>| {
            basis = row.call.ok().map(|call| call.basis);
            Ok(())
        };
        let settings = Settings::default();
        let mut reading = Reading::new(&settings, &mut sink);
        (READER.read)(&mut Source { path: "x".as_ref(), reader: &mut record.to_string().as_bytes() }, &mut reading).unwrap();
        basis.unwrap()
    };
    assert_eq!((basis(&log), basis(&store)), (super::when::Basis::Ring, super::when::Basis::Left));
}

#[test]
fn what_stands_in_a_list_and_is_not_known_is_counted_and_never_quiet() {
    let text = json!({"msisdn": "15125550100", "to": "15125550142", "text": "Hi", "message-timestamp": "2026-11-02 15:04:05"});
    let odd = json!({"cli": "+15125550100", "cld": OWN, "started_at": "2026-11-02T15:04:05Z"});
    let counted = |document: &str| read(document).1.skipped.get("of a kind that is not known").copied();
    assert_eq!(counted(&json!({"data": [text, odd, odd]}).to_string()), Some(2));
    assert_eq!(counted(&json!([text, odd]).to_string()), Some(1));
    assert_eq!(counted(&format!("{text}\n{odd}\n")), Some(1));
    assert_eq!(counted(&json!({"messages": [text], "paging": {"next": null}}).to_string()), None);
}

#[test]
fn other_json_is_not_taken_for_a_log() {
    let settings = Settings::default();
    let mut sink = |_: Row<'_>| Ok(());
    let mut reading = Reading::new(&settings, &mut sink);
    for text in ["{\"name\": \"x\"}", "[1, 2]", "{\"forms\": {\"id\": 1}}", "{\"data\": [{\"id\": 1}]}"] {
        let source = &mut Source { path: "x.json".as_ref(), reader: &mut text.as_bytes() };
        assert!((READER.read)(source, &mut reading).is_err(), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(text in "[\\[{]{1,3}[\\x20-\\x7e\n]{0,200}") {
        let settings = Settings::default();
        let mut sink = |_: Row<'_>| Ok(());
        let mut reading = Reading::new(&settings, &mut sink);
        let _ = (READER.read)(&mut Source { path: "x.json".as_ref(), reader: &mut text.as_bytes() }, &mut reading);
    }
}

#[test]
fn messages_by_other_services_are_no_texts() {
    let twilio = |from: &str| {
        json!({"sid": "SM1", "body": "Hi", "direction": "inbound", "status": "received", "from": from, "to": OWN,
            "date_created": "Mon, 2 Nov 2026 15:00:00 +0000", "date_sent": null})
    };
    let vonage = |channel: &str| {
        json!({"channel": channel, "message_uuid": "m1", "to": OWN, "from": "15125550100", "timestamp": "2026-11-02T15:00:00Z",
            "message_type": "text", "text": "Hi"})
    };
    let plivo = |kind: &str| {
        json!({"message_uuid": "m1", "message_direction": "inbound", "message_time": "2026-11-02T15:00:00+00:00", "message_type": kind,
            "from_number": "15125550100", "to_number": OWN})
    };
    let telnyx = |kind: &str| {
        json!({"data": {"event_type": "message.received", "occurred_at": "2026-11-02T15:00:00Z", "payload": {"record_type": "message",
            "id": "m1", "type": kind, "direction": "inbound", "from": {"phone_number": "+15125550100"}, "to": [{"phone_number": OWN}],
            "text": "Hi", "received_at": "2026-11-02T15:00:00Z"}}})
    };
    for (text, other) in [
        (twilio("+15125550100"), twilio("whatsapp:+15125550100")),
        (twilio("Signal Homes"), twilio("messenger:77")),
        (vonage("sms"), vonage("viber_service")),
        (plivo("mms"), plivo("whatsapp")),
        (telnyx("SMS"), telnyx("WHATSAPP")),
    ] {
        assert_eq!(rows(&text).len(), 1, "{text}");
        let (rows, summary) = read(&other.to_string());
        assert_eq!((rows, summary.skipped.get(super::beside::ELSEWHERE)), (vec![], Some(&1)), "{other}");
    }
}
