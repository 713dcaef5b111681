//! A row as evidence: what it says, and the row itself with the file and place it stood at, as JSON. Gives raw records and reads
//! them back.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::map::Map;
use super::{CallRecord, Row};
use crate::collect::mail::canonical::hex;
use crate::collect::{Arrival, ArrivalBasis, Channel, CollectError, RawRecord};

/// What is kept of a row.
#[derive(Serialize)]
struct Kept<'a> {
    #[serde(flatten)]
    call: &'a CallRecord,
    format: &'a str,
    file: &'a str,
    place: String,
    row: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mapping: Option<&'a Map>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_sha256: Option<&'a str>,
}

/// A row's call as a raw record of `source`. A call that has no id of its own is called by its place.
///
/// # Errors
/// Never for a call that came from a log; the JSON writer could refuse.
pub fn raw_record(call: &CallRecord, row: &Row<'_>, source: &str) -> Result<RawRecord, CollectError> {
    let kept = Kept {
        call,
        format: row.format,
        file: row.file,
        place: row.place.to_string(),
        row: row.raw,
        map: row.used.and_then(|used| used.map.as_deref()),
        mapping: row.used.map(|used| &used.mapping),
        file_sha256: row.used.map(|used| used.sha256.as_str()),
    };
    let bytes = serde_json::to_vec(&kept).map_err(|error| CollectError::Record { reason: error.to_string() })?;
    Ok(RawRecord {
        source: source.to_owned(),
        external_id: call.id.clone().unwrap_or_else(|| format!("{}, {}", row.file, row.place)),
        identity: identity(call),
        channel: call.channel,
        bytes,
        arrival: Arrival {
            at: call.started_at,
            at_latest: call.started_at_latest,
            disputed: false,
            basis: ArrivalBasis::Log,
            internal_date: None,
            save_date: None,
            handover: None,
            date_header: None,
            seen_from: None,
            seen_by: None,
        },
        placement: None,
    })
}

/// Reads back the bytes of a raw record.
///
/// # Errors
/// When the bytes are no call record.
pub fn parse_record(bytes: &[u8]) -> Result<CallRecord, CollectError> {
    serde_json::from_slice(bytes).map_err(|error| CollectError::Record { reason: error.to_string() })
}

/// The identity of a call: its own id with who called whom and when, for many logs number their rows from 1; without an id, what
/// tells it apart. A transcript that is written in later does not make another voicemail of it.
fn identity(call: &CallRecord) -> String {
    let channel = channel_name(call.channel);
    let text = if let Some(id) = &call.id {
        serde_json::json!([id, channel, call.direction, call.from, call.to, call.started_at])
    } else {
        serde_json::json!([channel, call.direction, call.from, call.to, call.started_at, call.body])
    };
    hex(&Sha256::digest(text.to_string()))
}

/// The name of a channel in a log.
#[must_use]
pub fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Call => "call",
        Channel::Voicemail => "voicemail",
        Channel::Sms => "sms",
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Place, Stamp};
    use super::*;

    #[test]
    fn a_record_is_read_back_with_the_row_beside_it() {
        let call = CallRecord::new(Channel::Sms, Stamp::exactly("2026-11-02T15:04:05Z".parse().unwrap()));
        let row =
            Row { file: "log.csv", format: "neutral-csv", place: Place::Line(7), raw: "sms,,2026", used: None, call: Err(String::new()) };
        let raw = raw_record(&call, &row, "phone.main").unwrap();
        assert_eq!((raw.source.as_str(), raw.external_id.as_str(), raw.channel), ("phone.main", "log.csv, line 7", Channel::Sms));
        assert_eq!(raw.arrival.basis, ArrivalBasis::Log);
        assert_eq!(parse_record(&raw.bytes).unwrap(), call);
        assert!(String::from_utf8(raw.bytes).unwrap().contains(r#""place":"line 7","row":"sms,,2026""#));
        assert!(parse_record(b"no").is_err());
    }

    #[test]
    fn identities_rest_on_the_id_or_on_the_content() {
        let call = CallRecord {
            id: Some("c1".to_owned()),
            from: Some("+15125550100".to_owned()),
            ..CallRecord::new(Channel::Call, Stamp::exactly("2026-11-02T15:04:05Z".parse().unwrap()))
        };
        let of = |change: &dyn Fn(&mut CallRecord)| {
            let mut other = call.clone();
            change(&mut other);
            identity(&other)
        };
        assert_eq!(of(&|other| other.duration_s = Some(9)), identity(&call), "a later export knows more");
        assert_ne!(of(&|other| other.channel = Channel::Voicemail), identity(&call));
        let nameless = of(&|other| other.id = None);
        assert_eq!(of(&|other| (other.id, other.duration_s) = (None, Some(9))), nameless);
        assert_ne!(of(&|other| (other.id, other.from) = (None, None)), nameless);
        assert_ne!(of(&|other| (other.id, other.body) = (None, Some("x".to_owned()))), nameless);
    }
}
