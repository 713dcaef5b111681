//! What a believed webhook says, as records. JSON is read as any other JSON of that provider is; the forms of Twilio and Plivo, which
//! name no time of their own, by `form`.

use std::io::Cursor;
use std::path::Path;

use super::{Delivery, Provider, form};
use crate::collect::CollectError;
use crate::collect::phone::{Place, Reading, Settings, Sink, Summary, read};

/// Reads a webhook into `sink`. One that tells of something else than a call or a text gives no record.
///
/// # Errors
/// When it is nothing that is known, or whoever takes the records cannot keep one.
pub fn read<'a>(delivery: &Delivery, settings: &'a Settings, sink: &'a mut Sink<'a>) -> Result<Summary, CollectError> {
    let name = format!("webhook of {}, {}", delivery.provider.name(), delivery.at.to_rfc3339());
    let fields = delivery.fields();
    if fields.is_empty() {
        return read::bytes(Path::new(""), &name, Cursor::new(&delivery.body), settings, sink);
    }
    if !matches!(delivery.provider, Provider::Twilio | Provider::Plivo) {
        let object: serde_json::Map<String, serde_json::Value> = fields.into_iter().map(|(name, value)| (name, value.into())).collect();
        let text = serde_json::Value::from(object).to_string();
        return read::bytes(Path::new(""), &name, Cursor::new(text.as_bytes()), settings, sink);
    }
    let raw = if delivery.is_form() {
        String::from_utf8_lossy(&delivery.body).into_owned()
    } else {
        delivery.url.split_once('?').map_or_else(String::new, |(_, query)| query.to_owned())
    };
    let mut reading = Reading::new(settings, sink);
    reading.begin(&name, &format!("{}-webhook", delivery.provider.name()));
    reading.take(Place::Item(1), &raw, form::read(delivery.provider, &fields, delivery.at, settings))?;
    Ok(reading.summary)
}
