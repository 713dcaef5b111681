//! Plivo's API: finished calls, calls that are going on, and messages. Times bear an offset; a call that is going on has a time without
//! zone, which is refused unless the zone is told.

use super::CallRecord;
use super::beside::LEG;
use super::fields::{Fields, between, caller};
use super::json::Shape;
use super::reading::{Read, Settings};
use super::when;
use crate::collect::Channel;

const FORMAT: &str = "plivo-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape { format: FORMAT, all: &["call_uuid", "call_direction"], any: &["initiation_time", "answer_time", "end_time"], read: call },
    Shape { format: FORMAT, all: &["call_uuid", "direction", "session_start"], any: &[], read: going_on },
    Shape { format: FORMAT, all: &["message_uuid", "message_direction", "message_time"], any: &[], read: message },
    Shape { format: FORMAT, all: &["recording_id", "call_uuid", "recording_url"], any: &[], read: |_, _| Ok(Read::Skip("recordings")) },
];

fn call(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    if fields.text("parent_call_uuid").is_some() {
        return Ok(Read::Skip(LEG));
    }
    let direction = fields.direction("call_direction")?;
    let at = fields.time_of(&["initiation_time", "answer_time", "end_time"])?;
    let id = fields.said("call_uuid");
    let parties = [caller(fields.text("from_number")), caller(fields.text("to_number"))];
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        duration_s: fields.seconds("call_duration").or_else(|| fields.seconds("bill_duration")),
        answered: fields.0.contains_key("answer_time").then(|| fields.text("answer_time").is_some()),
        ..between(Channel::Call, at, direction, parties, settings)
    }))
}

fn going_on(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let text = fields.text("session_start").ok_or("session_start is missing")?;
    let at = match (when::iso(text), when::naive_iso(text), settings.zone) {
        (Some(at), ..) => at,
        (None, Some((naive, length)), Some(zone)) => when::local(naive, zone).coarse(length),
        (None, Some(_), None) => return Err(format!("session_start is {text:?} without a zone: say which with --timezone")),
        (None, None, _) => return Err(format!("session_start is {text:?}, and must be a time")),
    };
    let id = fields.said("call_uuid");
    let parties = [caller(fields.text("from")), caller(fields.text("to"))];
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        answered: (fields.text("call_status") == Some("in-progress")).then_some(true),
        name: fields.said("caller_name"),
        ..between(Channel::Call, at, direction, parties, settings)
    }))
}

/// A message, of which Plivo keeps the text only for some accounts.
fn message(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("message_direction")?;
    let at = fields.time_of(&["message_time"])?;
    let parties = [caller(fields.text("from_number")), caller(fields.text("to_number"))];
    Ok(Read::call(CallRecord {
        id: fields.said("message_uuid"),
        body: fields.first(&["text", "message_text"]),
        ..between(Channel::Sms, at, direction, parties, settings)
    }))
}
