//! Bandwidth: the events of its Voice API (several of them are one call) and the callbacks of its Messaging API. Times are UTC, some
//! without seconds.

use super::CallRecord;
use super::beside::{LEG, UNSENT};
use super::fields::{Fields, between, caller, lasted};
use super::json::Shape;
use super::reading::{Read, Settings};
use crate::collect::Channel;

const FORMAT: &str = "bandwidth-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape { format: FORMAT, all: &["eventType", "callId", "direction"], any: &["startTime", "eventTime", "enqueuedTime"], read: event },
    Shape { format: FORMAT, all: &["callId", "direction", "from", "to"], any: &["startTime", "enqueuedTime"], read: event },
    Shape { format: FORMAT, all: &["type", "time", "message"], any: &["to", "description"], read: message },
];

fn event(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    if fields.text("parentCallId").is_some() && fields.text("eventType").is_some_and(|kind| kind.starts_with("transfer")) {
        return Ok(Read::Skip(LEG));
    }
    let direction = fields.direction("direction")?;
    let transcript = fields.inner("transcription");
    let recording = transcript.is_some() || fields.text("recordingId").is_some();
    // The start of a recording is not that of its call.
    let at = if recording {
        fields.time_of(&["eventTime", "startTime"])?
    } else {
        fields.time_of(&["startTime", "eventTime", "enqueuedTime"])?
    };
    let (answered, ended) = (fields.time("answerTime")?, fields.time("endTime")?);
    let id = fields.said("callId");
    let over = fields.text("eventType") == Some("disconnect") || (ended.is_some() && !recording);
    let parties = [caller(fields.text("from")), caller(fields.text("to"))];
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        answered: if answered.is_some() { Some(true) } else { over.then_some(false) },
        duration_s: if recording { None } else { lasted(answered, ended) },
        body: transcript.and_then(|transcript| transcript.said("text")),
        attestation: fields.inner("stirShaken").and_then(|stir| stir.said("verstat")),
        ..between(Channel::Call, at, direction, parties, settings)
    }))
}

fn message(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let message = fields.inner("message").ok_or("message is missing")?;
    if !matches!(fields.text("type"), Some("message-received" | "message-sending" | "message-delivered")) {
        return Ok(Read::Skip(UNSENT));
    }
    let direction = message.direction("direction")?;
    let at = match message.time("time")? {
        Some(at) => at,
        None => fields.time_of(&["time"])?,
    };
    let to = message.one_of("to").or_else(|| fields.said("to"));
    let parties = [caller(message.text("from")), caller(to.as_deref())];
    Ok(Read::call(CallRecord {
        id: message.said("id"),
        body: message.said("text"),
        ..between(Channel::Sms, at, direction, parties, settings)
    }))
}
