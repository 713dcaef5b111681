//! Aircall: its REST lists and its webhooks, whose `data` is the same call or message. Times are Unix seconds.

use super::CallRecord;
use super::Direction;
use super::fields::{Fields, between, caller};
use super::json::Shape;
use super::reading::{Read, Settings};
use super::when::{self, Stamp};
use crate::collect::Channel;

const FORMAT: &str = "aircall-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape { format: FORMAT, all: &["id", "direction", "raw_digits", "started_at"], any: &[], read: call },
    Shape { format: FORMAT, all: &["id", "direction", "raw_digits", "body"], any: &["created_at", "sent_at"], read: message },
    Shape { format: FORMAT, all: &["resource", "event", "timestamp", "data"], any: &[], read: other },
];

/// A webhook about something else; one about a call is known by its `data`.
fn other(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let data = fields.inner("data").ok_or("data is missing")?;
    match fields.text("resource") {
        Some("call") => call(data, settings),
        Some("message") => message(data, settings),
        _ => Ok(Read::Skip("events about something else than calls and texts")),
    }
}

fn call(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let at = time(fields, "started_at")?.ok_or("started_at is missing")?;
    let answered = time(fields, "answered_at")?;
    let voicemail = fields.text("voicemail").is_some();
    let id = fields.said("id");
    let ended = fields.whole("ended_at").is_some();
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        duration_s: fields.seconds("duration"),
        answered: if answered.is_some() { Some(true) } else { ended.then_some(false) },
        name: fields.inner("contact").and_then(|contact| contact.first(&["company_name", "last_name", "first_name"])),
        ..between(if voicemail { Channel::Voicemail } else { Channel::Call }, at, direction, parties(fields, direction), settings)
    }))
}

fn message(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let at = match time(fields, "created_at")? {
        Some(at) => at,
        None => time(fields, "sent_at")?.ok_or("created_at and sent_at are missing")?,
    };
    Ok(Read::call(CallRecord {
        id: fields.said("id"),
        body: fields.said("body"),
        ..between(Channel::Sms, at, direction, parties(fields, direction), settings)
    }))
}

/// Who with whom: the other side's digits, and the line of the company.
fn parties(fields: Fields<'_>, direction: Direction) -> [Option<String>; 2] {
    let theirs = caller(fields.text("raw_digits"));
    let ours = fields.inner("number").and_then(|number| number.first(&["e164_digits", "digits"])).and_then(|ours| caller(Some(&ours)));
    match direction {
        Direction::Inbound => [theirs, ours],
        Direction::Outbound => [ours, theirs],
    }
}

/// Unix seconds, or a time of ISO 8601.
fn time(fields: Fields<'_>, key: &str) -> Result<Option<Stamp>, String> {
    match fields.whole(key) {
        Some(seconds) if fields.text(key).is_none_or(|text| !text.contains('-')) => {
            when::epoch_s(seconds).map(Some).ok_or_else(|| format!("{key} is {seconds}, and must be Unix seconds"))
        }
        _ => fields.time(key),
    }
}
