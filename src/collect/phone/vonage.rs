//! Vonage: the Voice API's calls, and inbound texts of its SMS and Messages APIs. Times are UTC; numbers come without their plus.

use super::fields::{Fields, RINGS, began, between, by_own, caller};
use super::json::Shape;
use super::reading::{Read, Settings};
use super::when;
use super::{CallRecord, Direction};
use crate::collect::Channel;

const FORMAT: &str = "vonage-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape { format: FORMAT, all: &["uuid", "conversation_uuid", "status", "direction"], any: &[], read: call },
    Shape { format: FORMAT, all: &["msisdn", "to", "text", "message-timestamp"], any: &[], read: sms },
    Shape { format: FORMAT, all: &["message_uuid", "from", "to", "text", "timestamp"], any: &[], read: message },
];

fn call(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let status = fields.text("status").unwrap_or_default();
    let answered = match status {
        "completed" | "answered" | "human" | "machine" => Some(true),
        "timeout" | "unanswered" | "busy" | "rejected" | "cancelled" | "failed" => Some(false),
        _ => None,
    };
    let length = fields.seconds("duration");
    let at = match (fields.time("start_time")?, fields.time("timestamp")?) {
        // Of a call that was taken it may be the moment of that; nothing tells.
        (Some(start), _) if answered == Some(true) => start.before(RINGS),
        (Some(start), _) => start,
        (None, Some(event)) if matches!(status, "started" | "ringing") => event,
        (None, Some(event)) => began(event, answered, answered == Some(false) || status == "completed", length),
        (None, None) if answered.is_none() => return Ok(Read::Skip("calls that had not begun")),
        // The API's list tells no moment of a call that nobody took; its webhook did.
        (None, None) => return Err(format!("the call is {status}, and neither start_time nor timestamp says when; see the event webhook")),
    };
    let party = |key: &str| {
        let inner = fields.first_of(key).and_then(|party| party.said("number"));
        inner.or_else(|| fields.one_of(key)).and_then(|number| caller(Some(&number)))
    };
    let id = fields.said("uuid");
    Ok(Read::call(CallRecord {
        id,
        session: fields.said("conversation_uuid"),
        duration_s: length,
        answered,
        ..between(Channel::Call, at, direction, [party("from"), party("to")], settings)
    }))
}

/// An inbound text of the SMS API; its time is UTC without saying so.
fn sms(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let text = fields.text("message-timestamp").ok_or("message-timestamp is missing")?;
    let at = when::iso(&format!("{text}Z")).ok_or_else(|| format!("message-timestamp is {text:?}, and must be a time"))?;
    let parties = [caller(fields.text("msisdn")), caller(fields.text("to"))];
    Ok(Read::call(CallRecord {
        id: fields.first(&["messageId", "message-id"]),
        body: fields.said("text"),
        ..between(Channel::Sms, at, Direction::Inbound, parties, settings)
    }))
}

fn message(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let (from, to) = (caller(fields.text("from")), caller(fields.text("to")));
    let direction = fields.direction("direction").unwrap_or_else(|_| by_own(from.as_deref(), settings));
    Ok(Read::call(CallRecord {
        id: fields.said("message_uuid"),
        body: fields.said("text"),
        ..between(Channel::Sms, fields.time_of(&["timestamp"])?, direction, [from, to], settings)
    }))
}
