//! Telnyx: events of Call Control and Messaging (`data.event_type`), and the callbacks of `TeXML`. Times are UTC. Several events tell of
//! one call; together they say when it rang, whether it was taken and how long it lasted.

use super::CallRecord;
use super::fields::{Fields, began, between, by_own, caller, lasted};
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
    let over = kind == "call.hangup";
    let at = match (started, occurred) {
        (Some(started), _) => started,
        // The first event is the ring; every other one came later than it by so much.
        (None, Some(event)) if kind == "call.initiated" => event,
        (None, Some(event)) => began(event, taken(kind, payload), over, payload.seconds("call_duration_secs")),
        (None, None) => return Err("start_time and occurred_at are missing".to_owned()),
    };
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
        duration_s: if over { lasted(started, payload.time("end_time")?.or(occurred)) } else { None },
        name: payload.said("caller_id_name"),
        attestation: payload.said("shaken_stir_attestation"),
        ..between(Channel::Call, at, direction, parties, settings)
    }))
}

/// Whether somebody had taken the call by an event, where it tells.
fn taken(kind: &str, payload: Fields<'_>) -> Option<bool> {
    const NOT_TAKEN: [&str; 7] =
        ["originator_cancel", "timeout", "no_answer", "no_user_response", "user_busy", "call_rejected", "unallocated_number"];
    match kind {
        "call.answered" => Some(true),
        _ => payload.text("hangup_cause").filter(|cause| NOT_TAKEN.contains(cause)).map(|_| false),
    }
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
    let status = fields.text("CallStatus").unwrap_or_default();
    let answered = match status {
        "in-progress" | "answered" => Some(true),
        "busy" | "no-answer" | "failed" | "canceled" => Some(false),
        _ => None,
    };
    let at = if let Some(initiated) = fields.time("CallInitiatedAt")? {
        initiated
    } else {
        let (event, over) = (fields.time_of(&["Timestamp"])?, answered == Some(false) || status == "completed");
        if matches!(status, "initiated" | "queued" | "ringing") {
            event
        } else {
            began(event, answered, over, fields.seconds("CallDuration"))
        }
    };
    let (from, to) = (caller(fields.text("From")), caller(fields.text("To")));
    let direction = fields.direction("Direction").unwrap_or_else(|_| by_own(from.as_deref(), settings));
    let id = fields.said("CallSid");
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        answered,
        duration_s: if status == "completed" { fields.seconds("CallDuration") } else { None },
        name: fields.said("CallerName"),
        ..between(Channel::Call, at, direction, [from, to], settings)
    }))
}
