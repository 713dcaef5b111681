//! Dialpad: call events (several of them are one call), its call list, and texts. Times are Unix milliseconds, durations milliseconds too.

use super::CallRecord;
use super::Direction;
use super::fields::{Fields, between, caller};
use super::json::Shape;
use super::reading::{Read, Settings};
use super::when::{self, Stamp};
use crate::collect::Channel;

const FORMAT: &str = "dialpad-json";

pub(super) const SHAPES: &[Shape] = &[
    Shape { format: FORMAT, all: &["call_id", "direction", "external_number"], any: &["date_started", "date_rang"], read: call },
    Shape { format: FORMAT, all: &["id", "direction", "from_number", "created_date"], any: &["to_number", "to_numbers"], read: message },
];

fn call(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let at = match time(fields, "date_rang")? {
        Some(at) => at,
        None => time(fields, "date_started")?.ok_or("date_rang and date_started are missing")?,
    };
    let connected = time(fields, "date_connected")?;
    let voicemail = fields.text("voicemail_share_link").or(fields.text("voicemail_link")).is_some()
        || matches!(fields.text("state"), Some("voicemail" | "voicemail_uploaded"));
    let over = time(fields, "date_ended")?.is_some();
    let (theirs, ours) = (caller(fields.text("external_number")), caller(fields.text("internal_number")));
    let parties = if direction == Direction::Inbound { [theirs, ours] } else { [ours, theirs] };
    let id = fields.said("call_id");
    let milliseconds = fields.whole("duration").and_then(|ms| u32::try_from(ms / 1000).ok());
    Ok(Read::call(CallRecord {
        session: id.clone(),
        id,
        duration_s: milliseconds,
        answered: if connected.is_some() && !voicemail { Some(true) } else { (over || voicemail).then_some(false) },
        body: fields.said("transcription_text"),
        name: fields.inner("contact").and_then(|contact| contact.said("name")),
        ..between(if voicemail { Channel::Voicemail } else { Channel::Call }, at, direction, parties, settings)
    }))
}

fn message(fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
    let direction = fields.direction("direction")?;
    let at = time(fields, "created_date")?.ok_or("created_date is missing")?;
    let to = fields.one_of("to_numbers").or_else(|| fields.one_of("to_number"));
    let parties = [caller(fields.text("from_number")), caller(to.as_deref())];
    Ok(Read::call(CallRecord {
        id: fields.said("id"),
        body: fields.first(&["text", "text_content"]),
        ..between(Channel::Sms, at, direction, parties, settings)
    }))
}

/// Unix milliseconds, or a time of ISO 8601.
fn time(fields: Fields<'_>, key: &str) -> Result<Option<Stamp>, String> {
    match fields.whole(key) {
        Some(ms) if fields.text(key).is_none_or(|text| !text.contains('-')) => {
            when::epoch_ms(ms).map(Some).ok_or_else(|| format!("{key} is {ms}, and must be Unix milliseconds"))
        }
        _ => fields.time(key),
    }
}
