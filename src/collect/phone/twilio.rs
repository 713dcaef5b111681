//! Twilio's REST resources Call, Message, Recording and Transcription (API 2010-04-01), and systems that speak the same (`SignalWire`).
//! Times are RFC 2822 in UTC. A call began to ring between its creation and its start.

use super::beside::{LEG, UNSENT};
use super::fields::{Fields, between, caller};
use super::json::Shape;
use super::reading::{Read, Settings};
use super::when::{self, Stamp};
use super::{CallRecord, Direction};
use crate::collect::Channel;

/// What its lists cannot show.
pub(super) const LISTS: &str = "Twilio's lists are asked for by whole days of UTC, and lack what was deleted from the account.";
/// The format's name.
pub const FORMAT: &str = "twilio-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape { format: FORMAT, all: &["sid", "direction", "status", "start_time", "from", "to"], any: &["date_created"], read: call },
    Shape {
        format: FORMAT,
        all: &["sid", "direction", "status", "body", "from", "to"],
        any: &["date_created", "date_sent"],
        read: message,
    },
];

/// A Call. Legs that a call was forwarded on are none of their own.
///
/// # Errors
/// When it cannot be read, in a few words.
pub fn call(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    if fields.text("parent_call_sid").is_some() || fields.text("direction") == Some("outbound-dial") {
        return Ok(Read::Skip(LEG));
    }
    let (created, started) = (time(fields, "date_created")?, time(fields, "start_time")?);
    let at = match (created, started, direction) {
        (Some(created), Some(started), Direction::Inbound) => Stamp::between(created.at, started.at),
        (_, Some(started), _) => started,
        (Some(created), None, _) => created,
        (None, None, _) => return Err("start_time and date_created are missing".to_owned()),
    };
    let answered = match fields.text("status") {
        Some("completed" | "in-progress") => Some(true),
        Some("busy" | "failed" | "no-answer" | "canceled") => Some(false),
        _ => None,
    };
    let parties = [caller(fields.text("from")), caller(fields.text("to"))];
    let id = fields.said("sid");
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        duration_s: fields.seconds("duration"),
        answered,
        name: fields.said("caller_name"),
        forwarded_from: fields.text("forwarded_from").and_then(|from| caller(Some(from))),
        ..between(Channel::Call, at, direction, parties, settings)
    }))
}

/// A Message. What was never sent is none.
///
/// # Errors
/// When it cannot be read, in a few words.
pub fn message(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    if matches!(fields.text("status"), Some("canceled" | "failed" | "scheduled")) && direction == Direction::Outbound {
        return Ok(Read::Skip(UNSENT));
    }
    // `date_sent` of an inbound text is when Twilio told of it.
    let at = match time(fields, "date_created")? {
        Some(created) => created,
        None => time(fields, "date_sent")?.ok_or("date_created is missing")?,
    };
    let parties = [caller(fields.text("from")), caller(fields.text("to"))];
    Ok(Read::call(CallRecord {
        id: fields.said("sid"),
        body: fields.said("body"),
        ..between(Channel::Sms, at, direction, parties, settings)
    }))
}

/// Whether an object with these keys is a Recording.
pub fn is_recording(has: impl Fn(&str) -> bool) -> bool {
    has("sid") && has("call_sid") && has("duration") && has("date_created")
}

/// Whether an object with these keys is a Transcription.
pub fn is_transcription(has: impl Fn(&str) -> bool) -> bool {
    has("recording_sid") && has("transcription_text")
}

/// A Transcription: of which recording, and its text.
#[must_use]
pub fn transcript(fields: Fields<'_>) -> Option<(String, String)> {
    Some((fields.said("recording_sid")?, fields.said("transcription_text")?))
}

/// A Recording as the voicemail of its inbound call.
///
/// # Errors
/// When it cannot be read, in a few words.
pub fn voicemail(recording: Fields<'_>, call: Option<&CallRecord>, transcript: Option<&str>) -> Result<Read, String> {
    let Some(call) = call.filter(|call| call.direction == Direction::Inbound) else {
        return Ok(Read::Skip("recordings without an inbound call"));
    };
    let at = match time(recording, "start_time")? {
        Some(at) => at,
        None => time(recording, "date_created")?.ok_or("date_created is missing")?,
    };
    Ok(Read::call(CallRecord {
        id: recording.said("sid"),
        session: call.id.clone(),
        from: call.from.clone(),
        to: call.to.clone(),
        name: call.name.clone(),
        forwarded_from: call.forwarded_from.clone(),
        duration_s: recording.seconds("duration"),
        body: transcript.map(str::to_owned),
        ..CallRecord::new(Channel::Voicemail, at)
    }))
}

/// A date of RFC 2822.
fn time(fields: Fields<'_>, key: &str) -> Result<Option<Stamp>, String> {
    let Some(text) = fields.text(key) else { return Ok(None) };
    let read = when::rfc2822(text).or_else(|| when::iso(text));
    read.map(Some).ok_or_else(|| format!("{key} is {text:?}, and must be a date of RFC 2822"))
}
