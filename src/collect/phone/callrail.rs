//! CallRail's API v3 and its webhooks: calls, and conversations of texts. Times bear an offset; `datetime` alone is UTC without saying so.

use super::fields::{Fields, between, by_own, caller};
use super::json::Shape;
use super::reading::{Read, Settings};
use super::when::{self, Stamp};
use super::{CallRecord, Direction};
use crate::collect::Channel;

const FORMAT: &str = "callrail-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape { format: FORMAT, all: &["customer_phone_number", "content", "direction", "created_at"], any: &[], read: conversation },
    Shape { format: FORMAT, all: &["customer_phone_number", "direction"], any: &["start_time", "created_at", "datetime"], read: call },
    Shape { format: FORMAT, all: &["source_number", "destination_number", "content"], any: &["timestamp", "created_at"], read: text },
];

/// A call, of the list or of a webhook. A voicemail is told by its flag.
fn call(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let at = match fields.time("start_time")? {
        Some(at) => at,
        None => match fields.time("created_at")? {
            Some(at) => at,
            None => utc(fields, "datetime")?,
        },
    };
    let customer = caller(fields.text("customer_phone_number"));
    let ours = fields.text("tracking_phone_number").or_else(|| fields.text("business_phone_number")).and_then(|ours| caller(Some(ours)));
    let parties = if direction == Direction::Inbound { [customer, ours] } else { [ours, customer] };
    let voicemail = fields.flag("voicemail") == Some(true) || fields.text("call_type") == Some("voicemail");
    let id = fields.first(&["id", "resource_id"]);
    let duration = fields.seconds("duration");
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        duration_s: if voicemail { fields.seconds("recording_duration").or(duration) } else { duration },
        answered: fields.flag("answered"),
        body: fields.said("transcription"),
        name: fields.said("customer_name"),
        ..between(if voicemail { Channel::Voicemail } else { Channel::Call }, at, direction, parties, settings)
    }))
}

/// A text of a webhook.
fn text(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let at = fields.time_of(&["timestamp", "created_at"])?;
    let (from, to) = (caller(fields.text("source_number")), caller(fields.text("destination_number")));
    let direction = fields.direction("direction").unwrap_or_else(|_| by_own(from.as_deref(), settings));
    Ok(Read::call(CallRecord {
        id: fields.first(&["resource_id", "id"]),
        body: fields.said("content"),
        ..between(Channel::Sms, at, direction, [from, to], settings)
    }))
}

/// The numbers that a conversation's texts go between: they stand beside the texts, not in them.
pub(super) const PARTIES: [&str; 3] = ["customer_phone_number", "current_tracking_number", "initial_tracking_number"];

/// Where a conversation holds its texts.
pub(super) const TEXTS: [&str; 2] = ["messages", "recent_messages"];

/// A text of a conversation, with the conversation's numbers laid into it.
fn conversation(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let at = fields.time_of(&["created_at"])?;
    let customer = caller(fields.text("customer_phone_number"));
    let ours = fields.first(&["current_tracking_number", "initial_tracking_number"]).and_then(|ours| caller(Some(&ours)));
    let parties = if direction == Direction::Inbound { [customer, ours] } else { [ours, customer] };
    Ok(Read::call(CallRecord {
        id: fields.said("id"),
        body: fields.said("content"),
        name: fields.said("customer_name"),
        ..between(Channel::Sms, at, direction, parties, settings)
    }))
}

/// A time in UTC that does not say so.
fn utc(fields: Fields<'_>, key: &str) -> Result<Stamp, String> {
    let text = fields.text(key).ok_or_else(|| format!("start_time, created_at and {key} are missing"))?;
    when::iso(&format!("{text}Z")).ok_or_else(|| format!("{key} is {text:?}, and must be a time"))
}
