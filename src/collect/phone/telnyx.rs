//! Telnyx: events of Call Control and Messaging (`data.event_type`), and the callbacks of `TeXML`. Times are UTC. Several events tell of
//! one call; together they say when it rang, whether it was taken and how long it lasted.

use super::CallRecord;
use super::fields::{Fields, between, by_own, caller, lasted};
use super::json::Shape;
use super::reading::{Read, Settings};
use crate::collect::Channel;

const FORMAT: &str = "telnyx-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape { format: FORMAT, all: &["event_type", "payload"], any: &["occurred_at", "record_type"], read: event },
    Shape {
        format: FORMAT,
        all: &["CallSid", "From", "To", "CallStatus"],
        any: &["CallInitiatedAt", "ConnectionId", "Timestamp"],
        read: texml,
    },
    Shape {
        format: FORMAT,
        all: &["record_type", "id", "direction", "from", "to", "text"],
        any: &["received_at", "sent_at"],
        read: message,
    },
];

fn event(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let kind = fields.text("event_type").unwrap_or_default();
    let payload = fields.inner("payload").ok_or("payload is missing")?;
    match kind {
        "message.received" | "message.sent" => return message(payload, settings),
        "call.initiated" | "call.answered" | "call.hangup" => {}
        _ if kind.starts_with("message.") => return Ok(Read::Skip("events about texts that are told already")),
        _ => return Ok(Read::Skip("events about calls that are told already")),
    }
    let direction = payload.direction("direction")?;
    let (started, occurred) = (payload.time("start_time")?, fields.time("occurred_at")?);
    let at = started.or(occurred).ok_or("start_time and occurred_at are missing")?;
    let id = payload.first(&["call_leg_id", "call_session_id"]);
    let parties = [caller(payload.text("from")), caller(payload.text("to"))];
    Ok(Read::call(CallRecord {
        id,
        session: payload.said("call_session_id"),
        answered: match kind {
            "call.answered" => Some(true),
            // A call that was answered says so in an event of its own, which wins.
            "call.hangup" => Some(false),
            _ => None,
        },
        duration_s: if kind == "call.hangup" { lasted(started, payload.time("end_time")?.or(occurred)) } else { None },
        name: payload.said("caller_id_name"),
        ..between(Channel::Call, at, direction, parties, settings)
    }))
}

/// A text; of an outbound one `to` is a list.
fn message(payload: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = payload.direction("direction")?;
    let at = payload.time_of(&["received_at", "sent_at"])?;
    let party = |key: &str| {
        let inner = payload.first_of(key).and_then(|party| party.said("phone_number"));
        inner.or_else(|| payload.one_of(key)).and_then(|number| caller(Some(&number)))
    };
    let parties = [party("from"), party("to")];
    Ok(Read::call(CallRecord {
        id: payload.said("id"),
        body: payload.said("text"),
        ..between(Channel::Sms, at, direction, parties, settings)
    }))
}

/// A callback of `TeXML`, which does not say which way the call went.
fn texml(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let at = fields.time_of(&["CallInitiatedAt", "Timestamp"])?;
    let (from, to) = (caller(fields.text("From")), caller(fields.text("To")));
    let direction = fields.direction("Direction").unwrap_or_else(|_| by_own(from.as_deref(), settings));
    let id = fields.said("CallSid");
    let status = fields.text("CallStatus").unwrap_or_default();
    let answered = match status {
        "in-progress" | "answered" => Some(true),
        "busy" | "no-answer" | "failed" | "canceled" => Some(false),
        _ => None,
    };
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        answered,
        duration_s: if status == "completed" { fields.seconds("CallDuration") } else { None },
        name: fields.said("CallerName"),
        ..between(Channel::Call, at, direction, [from, to], settings)
    }))
}
