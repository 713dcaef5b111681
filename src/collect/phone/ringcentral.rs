//! `RingCentral`: its call log (`view=Simple`, or detailed with its legs) and its message store. Times are UTC.

use super::CallRecord;
use super::beside::FAX;
use super::fields::{Fields, between, caller};
use super::json::Shape;
use super::reading::{Read, Settings};
use crate::collect::Channel;

const FORMAT: &str = "ringcentral-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape {
        format: FORMAT,
        all: &["id", "startTime", "direction", "from", "to"],
        any: &["sessionId", "telephonySessionId", "result"],
        read: call,
    },
    Shape { format: FORMAT, all: &["id", "creationTime", "direction", "type", "from"], any: &[], read: message },
];

/// A call; its legs, which stand within it, are none of their own. `startTime` is when it began to ring, also where it ended in a voicemail.
fn call(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    if fields.text("type").is_some_and(|kind| !kind.eq_ignore_ascii_case("voice")) {
        return Ok(Read::Skip(FAX));
    }
    let direction = fields.direction("direction")?;
    let result = fields.text("result").unwrap_or_default().to_ascii_lowercase();
    let voicemail = result == "voicemail";
    let answered = match result.as_str() {
        "accepted" | "call connected" | "received" => Some(true),
        "missed" | "voicemail" | "no answer" | "busy" | "hang up" | "hangup" | "rejected" | "declined" | "blocked" | "abandoned" => {
            Some(false)
        }
        _ => None,
    };
    let channel = if voicemail { Channel::Voicemail } else { Channel::Call };
    Ok(Read::call(CallRecord {
        id: fields.said("id"),
        session: fields.first(&["telephonySessionId", "sessionId"]),
        duration_s: fields.seconds("duration"),
        answered,
        name: fields.inner("from").and_then(|from| from.said("name")),
        ..between(channel, fields.time_of(&["startTime"])?, direction, parties(fields), settings)
    }))
}

/// A text or a voicemail of the message store; `subject` is what a text says, and of a voicemail its title (the transcript is an
/// attachment that must be asked for).
fn message(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let channel = match fields.text("type").unwrap_or_default().to_ascii_lowercase().as_str() {
        "sms" | "text" => Channel::Sms,
        "voicemail" => Channel::Voicemail,
        "fax" => return Ok(Read::Skip(FAX)),
        _ => return Ok(Read::Skip("messages within the company")),
    };
    let direction = fields.direction("direction")?;
    let at = fields.time_of(&["creationTime"])?;
    Ok(Read::call(CallRecord {
        id: fields.said("id"),
        answered: (channel == Channel::Voicemail).then_some(false),
        duration_s: fields.first_of("attachments").and_then(|audio| audio.seconds("vmDuration")),
        body: fields.said("subject").filter(|_| channel == Channel::Sms),
        name: fields.inner("from").and_then(|from| from.said("name")),
        ..between(channel, at.left(channel), direction, parties(fields), settings)
    }))
}

fn parties(fields: Fields<'_>) -> [Option<String>; 2] {
    let number = |party: Option<Fields<'_>>| party.and_then(|party| party.said("phoneNumber")).and_then(|number| caller(Some(&number)));
    [number(fields.inner("from")), number(fields.first_of("to"))]
}
