//! Quo, once `OpenPhone`: its REST lists and its webhooks, whose `data.object` is the same call or message. Times are UTC.

use super::CallRecord;
use super::Direction;
use super::fields::{Fields, between, caller, lasted};
use super::json::Shape;
use super::reading::{Read, Settings};
use crate::collect::Channel;

const FORMAT: &str = "quo-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        format: FORMAT,
        all: &["id", "direction", "createdAt"],
        any: &["answeredAt", "completedAt", "voicemail", "participants"],
        read: call,
    },
    Shape { format: FORMAT, all: &["id", "direction", "createdAt", "from", "to"], any: &["text", "body", "content"], read: message },
    Shape { format: FORMAT, all: &["id", "direction", "createdAt", "from", "to"], any: &["status", "phoneNumberId"], read: call },
];

/// A call; one that nobody took has no `answeredAt`.
fn call(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    if ["text", "body"].iter().any(|key| fields.0.contains_key(*key)) {
        return message(fields, settings);
    }
    let direction = fields.direction("direction")?;
    let at = fields.time_of(&["createdAt"])?;
    let (answered_at, completed_at) = (fields.time("answeredAt")?, fields.time("completedAt")?);
    let voicemail = fields.inner("voicemail").filter(|voicemail| !voicemail.0.is_empty());
    let answered = match (answered_at, fields.text("status")) {
        (Some(_), _) => Some(true),
        (None, Some("completed" | "missed" | "no-answer" | "busy" | "failed" | "canceled" | "abandoned")) => Some(false),
        (None, _) => fields.0.contains_key("answeredAt").then_some(false),
    };
    let duration = fields.seconds("duration").or_else(|| lasted(answered_at, completed_at));
    let id = fields.said("id");
    let channel = if voicemail.is_some() { Channel::Voicemail } else { Channel::Call };
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        duration_s: voicemail.and_then(|voicemail| voicemail.seconds("duration")).or(duration),
        answered: if voicemail.is_some() { Some(false) } else { answered },
        body: voicemail.and_then(|voicemail| voicemail.first(&["transcript", "transcription"])),
        forwarded_from: fields.text("forwardedFrom").and_then(|from| caller(Some(from))),
        ..between(channel, at, direction, parties(fields, direction), settings)
    }))
}

fn message(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let at = fields.time_of(&["createdAt"])?;
    Ok(Read::call(CallRecord {
        id: fields.said("id"),
        body: fields.first(&["text", "body", "content"]),
        ..between(Channel::Sms, at, direction, parties(fields, direction), settings)
    }))
}

/// Who with whom; a REST call names the other side alone, among its participants.
fn parties(fields: Fields<'_>, direction: Direction) -> [Option<String>; 2] {
    let number = |key: &str| fields.one_of(key).and_then(|number| caller(Some(&number)));
    match direction {
        Direction::Inbound => [number("from").or_else(|| number("participants")), number("to")],
        Direction::Outbound => [number("from"), number("to").or_else(|| number("participants"))],
    }
}
