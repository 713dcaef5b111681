//! A row as evidence: what it says, and the row itself with the file and place it stood at, as JSON. Gives raw records and reads
//! them back.

use serde::Serialize;
use sha2::{Digest, Sha256};

use super::map::Map;
use super::{CallRecord, Row, grow};
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
    /// The evidence that this takes the place of, which knew less.
    #[serde(skip_serializing_if = "Option::is_none")]
    earlier: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    map: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mapping: Option<&'a Map>,
    #[serde(skip_serializing_if = "Option::is_none")]
    file_sha256: Option<&'a str>,
}

/// Providers whose ids are their own for ever: what bears the same id is the same call, voicemail or text, by whichever way it came.
const PROVIDERS: [&str; 10] = ["twilio", "callrail", "telnyx", "quo", "plivo", "vonage", "bandwidth", "aircall", "dialpad", "ringcentral"];

/// The id of a call, with its provider, where it is one by which the provider knows it for ever.
fn lasting_id(call: &CallRecord, format: &str) -> Option<String> {
    let provider = format.split('-').next().filter(|provider| PROVIDERS.contains(provider))?;
    call.id.as_deref().map(|id| format!("{provider}:{id}"))
}

/// Whether more may be learned of a record later: it bears an id by which its provider knows it for ever.
#[must_use]
pub fn may_grow(raw: &RawRecord) -> bool {
    raw.channel != Channel::Email && raw.external_id.split_once(':').is_some_and(|(provider, _)| PROVIDERS.contains(&provider))
}

/// A file without the folders it lies in: the same export is the same evidence wherever it was read.
fn name(file: &str) -> &str {
    file.rsplit(['/', '\\']).next().unwrap_or(file)
}

/// A row's call as a raw record of `source`. A call that has no id of its own is called by its place.
///
/// # Errors
/// Never for a call that came from a log; the JSON writer could refuse.
pub fn raw_record(call: &CallRecord, row: &Row<'_>, source: &str) -> Result<RawRecord, CollectError> {
    let kept = Kept {
        call,
        format: row.format,
        file: name(row.file),
        place: row.place.to_string(),
        row: row.raw,
        map: row.used.and_then(|used| used.map.as_deref()),
        mapping: row.used.map(|used| &used.mapping),
        earlier: None,
        file_sha256: row.used.map(|used| used.sha256.as_str()),
    };
    let bytes = serde_json::to_vec(&kept).map_err(|error| CollectError::Record { reason: error.to_string() })?;
    let lasting = lasting_id(call, row.format);
    Ok(RawRecord {
        source: source.to_owned(),
        external_id: lasting.clone().or_else(|| call.id.clone()).unwrap_or_else(|| format!("{}, {}", row.file, row.place)),
        identity: lasting.map_or_else(|| identity(call), |id| hex(&Sha256::digest(id))),
        delivery: None,
        channel: call.channel,
        bytes,
        arrival: arrival(call),
        placement: None,
    })
}

fn arrival(call: &CallRecord) -> Arrival {
    Arrival {
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
    }
}

/// What another record by the same id is to the one that is known.
#[derive(Debug)]
pub enum Grown {
    /// It tells nothing new.
    Nothing,
    /// All that is known by both.
    More(Box<RawRecord>),
    /// Another call: its time lies too far apart.
    Other(Box<RawRecord>),
}

/// How far apart what is told of one call may lie: it may be told of its end alone.
const ONE_CALL: chrono::Duration = chrono::Duration::hours(6);

/// What is known of a record once `raw` has come too. `known` are the bytes of the evidence so far, `sha256` their name, which the new
/// evidence names in its turn.
///
/// # Errors
/// When either are no call record.
pub fn grow(raw: &RawRecord, known: &[u8], sha256: &str) -> Result<Grown, CollectError> {
    let (before, more) = (parse_record(known)?, parse_record(&raw.bytes)?);
    if grow::apart(&before, &more) > ONE_CALL {
        return Ok(Grown::Other(Box::new(RawRecord { identity: identity(&more), ..raw.clone() })));
    }
    let after = super::grown(&before, &more);
    if after == before {
        return Ok(Grown::Nothing);
    }
    let failed = |error: serde_json::Error| CollectError::Record { reason: error.to_string() };
    let mut kept: serde_json::Map<String, serde_json::Value> = serde_json::from_slice(&raw.bytes).map_err(failed)?;
    if let serde_json::Value::Object(fields) = serde_json::to_value(&after).map_err(failed)? {
        kept.extend(fields);
    }
    kept.insert("earlier".to_owned(), sha256.into());
    let bytes = serde_json::to_vec(&kept).map_err(failed)?;
    Ok(Grown::More(Box::new(RawRecord { bytes, channel: after.channel, arrival: arrival(&after), ..raw.clone() })))
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
    fn what_a_provider_tells_later_is_laid_over_what_it_told() {
        let at = |text: &str| text.parse().unwrap();
        let (first, last) = (at("2026-11-02T15:03:05Z"), at("2026-11-02T15:04:05Z"));
        let told = CallRecord { id: Some("CA1".to_owned()), ..CallRecord::new(Channel::Call, Stamp::between(first, last)) };
        let listed = CallRecord { duration_s: Some(9), ..CallRecord { started_at: last, started_at_latest: None, ..told.clone() } };
        let raw = |call: &CallRecord, format: &str| {
            let row = Row { file: "", format, place: Place::Item(1), raw: "", call: Err(String::new()), used: None };
            raw_record(call, &row, "phone.main").unwrap()
        };
        let (hook, polled) = (raw(&told, "twilio-webhook"), raw(&listed, "twilio-json"));
        assert_eq!(hook.identity, polled.identity);
        assert!(may_grow(&hook) && !may_grow(&raw(&told, "neutral-csv")));
        assert_ne!(hook.identity, raw(&told, "telnyx-json").identity);
        let Grown::More(grown) = grow(&polled, &hook.bytes, "abc").unwrap() else { panic!("nothing new") };
        assert_eq!((grown.arrival.at, grown.arrival.at_latest), (last, None));
        assert_eq!(parse_record(&grown.bytes).unwrap().duration_s, Some(9));
        assert!(String::from_utf8(grown.bytes.clone()).unwrap().contains(r#""earlier":"abc""#));
        for again in [&hook, &polled] {
            assert!(matches!(grow(again, &grown.bytes, "def").unwrap(), Grown::Nothing), "told again, it tells nothing new");
        }
        let next_day = CallRecord { started_at: last + chrono::Duration::days(1), started_at_latest: None, ..told.clone() };
        let other = raw(&next_day, "twilio-json");
        let Grown::Other(apart) = grow(&other, &grown.bytes, "def").unwrap() else { panic!("a day lies between them") };
        assert!(apart.identity != other.identity && apart.bytes == other.bytes);
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
