//! The fields of a JSON record, read leniently: numbers written as texts and texts as numbers, empty ones as none.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value};

use super::reading::Settings;
use super::when::{self, Stamp};
use super::{CallRecord, Direction, words};
use crate::collect::Channel;
use crate::number;

/// How long a phone rings at most before somebody takes the call or nobody does.
pub const RINGS: TimeDelta = TimeDelta::seconds(120);
/// How long a call lasts at most whose length is not told: where the providers end one that was forgotten.
pub const LASTS: TimeDelta = TimeDelta::hours(4);

/// A record's fields by their names.
#[derive(Clone, Copy, Debug)]
pub struct Fields<'a>(pub &'a Map<String, Value>);

impl<'a> Fields<'a> {
    /// A text that is not empty.
    #[must_use]
    pub fn text(self, key: &str) -> Option<&'a str> {
        self.0.get(key)?.as_str().map(str::trim).filter(|text| !text.is_empty())
    }

    /// A text or a number, as text.
    #[must_use]
    pub fn said(self, key: &str) -> Option<String> {
        match self.0.get(key)? {
            Value::Number(number) => Some(number.to_string()),
            _ => self.text(key).map(str::to_owned),
        }
    }

    /// The first of these fields that says something.
    #[must_use]
    pub fn first(self, keys: &[&str]) -> Option<String> {
        keys.iter().find_map(|key| self.said(key))
    }

    /// The object in a field.
    #[must_use]
    pub fn inner(self, key: &str) -> Option<Fields<'a>> {
        self.0.get(key)?.as_object().map(Fields)
    }

    /// The first object of a list in a field, or the object in it.
    #[must_use]
    pub fn first_of(self, key: &str) -> Option<Fields<'a>> {
        match self.0.get(key)? {
            Value::Array(list) => list.first()?.as_object().map(Fields),
            Value::Object(object) => Some(Fields(object)),
            _ => None,
        }
    }

    /// A text in a field, or the first of a list of texts.
    #[must_use]
    pub fn one_of(self, key: &str) -> Option<String> {
        match self.0.get(key)? {
            Value::Array(list) => list.iter().find_map(|value| value.as_str().map(str::to_owned)),
            _ => self.said(key),
        }
    }

    /// Yes or no, also as text.
    #[must_use]
    pub fn flag(self, key: &str) -> Option<bool> {
        match self.0.get(key)? {
            Value::Bool(flag) => Some(*flag),
            Value::String(text) if text.eq_ignore_ascii_case("true") => Some(true),
            Value::String(text) if text.eq_ignore_ascii_case("false") => Some(false),
            _ => None,
        }
    }

    /// Whole seconds: a number, or a duration as text.
    #[must_use]
    pub fn seconds(self, key: &str) -> Option<u32> {
        self.said(key).and_then(|text| when::duration(&text))
    }

    /// A whole number, also as text; a fraction is cut off.
    #[must_use]
    pub fn whole(self, key: &str) -> Option<i64> {
        let text = self.said(key)?;
        text.split('.').next()?.parse().ok()
    }

    /// A time of ISO 8601 with its offset.
    ///
    /// # Errors
    /// When the field is there and holds none.
    pub fn time(self, key: &str) -> Result<Option<Stamp>, String> {
        let Some(text) = self.text(key) else { return Ok(None) };
        when::iso(text).map(Some).ok_or_else(|| format!("{key} is {text:?}, and must be a time with its offset"))
    }

    /// The first of these times that is there.
    ///
    /// # Errors
    /// When it is none, or none of them is there.
    pub fn time_of(self, keys: &[&str]) -> Result<Stamp, String> {
        for key in keys {
            if let Some(stamp) = self.time(key)? {
                return Ok(stamp);
            }
        }
        Err(format!("{} is missing", keys.join(" or ")))
    }

    /// Whether it tells of a message by another service than the telephone: its addresses say so, or the kind of message.
    #[must_use]
    pub fn is_elsewhere(self) -> bool {
        let texts = |keys: &'static [&str]| keys.iter().filter_map(move |key| self.text(key));
        texts(&["from", "to", "from_number", "to_number"]).any(is_elsewhere)
            || texts(&["channel", "type", "message_type"]).any(words::is_other_service)
    }

    /// Which way it went: `inbound`, `incoming`, `in`, or their opposites with anything after a hyphen.
    ///
    /// # Errors
    /// When the field is missing or says something else.
    pub fn direction(self, key: &str) -> Result<Direction, String> {
        let text = self.text(key).ok_or_else(|| format!("{key} is missing"))?;
        let word = text.split(['-', '_']).next().unwrap_or_default().to_ascii_lowercase();
        match word.as_str() {
            "inbound" | "incoming" | "in" => Ok(Direction::Inbound),
            "outbound" | "outgoing" | "out" => Ok(Direction::Outbound),
            _ => Err(format!("{key} is {text:?}, and must be inbound or outbound")),
        }
    }
}

/// Whether an address is that of another service than the telephone, which writes its name before it: `whatsapp:+15125550100`.
#[must_use]
pub fn is_elsewhere(address: &str) -> bool {
    let named = address.split_once(':').filter(|(service, _)| service.bytes().all(|byte| byte.is_ascii_alphanumeric()));
    named.is_some_and(|(service, _)| words::is_other_service(service))
}

/// A number as these systems write it, often in E.164 without its plus; `None` for a withheld one.
#[must_use]
pub fn caller(text: Option<&str>) -> Option<String> {
    let text = text.unwrap_or_default().trim();
    let text = text.strip_prefix("client:").unwrap_or(text);
    if text.len() >= 11
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && let Some(number) = number::e164(&format!("+{text}"), number::REGION)
    {
        return Some(number);
    }
    number::normalise(text, number::REGION).into_text()
}

/// A record between two parties; the shopper's own side is filled in where the source leaves it out.
#[must_use]
pub fn between(channel: Channel, at: Stamp, direction: Direction, parties: [Option<String>; 2], settings: &Settings) -> CallRecord {
    let [from, to] = parties;
    let own = || settings.own.clone();
    let (from, to) = match direction {
        Direction::Inbound => (from, to.or_else(own)),
        Direction::Outbound => (from.or_else(own), to),
    };
    CallRecord { direction, from, to, ..CallRecord::new(channel, at) }
}

/// Which way something went of which only the two numbers are known: what comes from the own number went out.
#[must_use]
pub fn by_own(from: Option<&str>, settings: &Settings) -> Direction {
    if from.is_some() && from == settings.own.as_deref() { Direction::Outbound } else { Direction::Inbound }
}

/// When a call began of which the moment of one of its events is known: it rang before it was taken, and was taken so long before its end
/// as it lasted. `taken`: whether somebody took it, where the event tells; `length`: how long it lasted from then on.
#[must_use]
pub fn began(event: Stamp, taken: Option<bool>, over: bool, length: Option<u32>) -> Stamp {
    let lasted = match (over, taken, length) {
        (true, _, Some(seconds)) => TimeDelta::seconds(i64::from(seconds)),
        (true, None | Some(true), None) => return event.before(RINGS + LASTS),
        _ => TimeDelta::zero(),
    };
    let shift = |at: DateTime<Utc>| at.checked_sub_signed(lasted).unwrap_or(at);
    // The length is told in whole seconds.
    let slack = if lasted.is_zero() { TimeDelta::zero() } else { TimeDelta::seconds(1) };
    Stamp::between(shift(event.at), shift(event.latest.unwrap_or(event.at)) + slack).before(RINGS)
}

/// The seconds between two times of a record, where both are there.
#[must_use]
pub fn lasted(from: Option<Stamp>, to: Option<Stamp>) -> Option<u32> {
    u32::try_from((to?.at - from?.at).num_seconds()).ok()
}
