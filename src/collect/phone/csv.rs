//! The neutral call log: CSV (RFC 4180) with a header, columns in any order, of which `channel`, `from` and `started_at` are
//! required. Gives [`CallRecord`]s and raw records. A row that cannot be read is an error with file and line, and the others go in.

use std::io::Read;

use chrono::{DateTime, FixedOffset, Utc};
use csv::{ByteRecord, ReaderBuilder};
use sha2::{Digest, Sha256};

use super::{CallRecord, Direction, number};
use crate::collect::mail::canonical::hex;
use crate::collect::{Arrival, ArrivalBasis, Channel, CollectError, RawRecord};

/// The columns without which a file is no neutral call log.
const REQUIRED: [&str; 3] = ["channel", "from", "started_at"];
/// The country of numbers written without one.
const REGION: &str = "US";

/// A row that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowError {
    /// The file.
    pub file: String,
    /// The line on which the row begins, from 1.
    pub line: u64,
    /// What is wrong.
    pub message: String,
}

impl std::fmt::Display for RowError {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "could not read {}, line {}: {}", self.file, self.line, self.message)
    }
}

/// What a call log holds.
#[derive(Clone, Debug, Default)]
pub struct CallLog {
    /// Every record, inbound and outbound, with its line, in the order of the file.
    pub calls: Vec<(u64, CallRecord)>,
    /// The rows that could not be read.
    pub errors: Vec<RowError>,
}

impl CallLog {
    /// The newest moment the log speaks of, in either direction: up to there the source was alive.
    #[must_use]
    pub fn newest(&self) -> Option<DateTime<Utc>> {
        self.calls.iter().map(|(_, call)| call.started_at).max()
    }
}

/// Raw records, the rows that could not be read, and the newest moment of any row.
pub type Rows = (Vec<RawRecord>, Vec<RowError>, Option<DateTime<Utc>>);

/// Reads a neutral call log. `file` is only named in errors.
///
/// # Errors
/// When the source cannot be read or its header is not that of a neutral call log.
pub fn read_calls(mut reader: impl Read, file: &str) -> Result<CallLog, CollectError> {
    let mut bytes = Vec::new();
    reader.read_to_end(&mut bytes).map_err(|source| CollectError::Read { path: file.into(), source })?;
    let content = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes);
    let mut log = CallLog::default();
    let mut header = ByteRecord::new();
    let mut lines = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(content);
    let readable = lines.read_byte_record(&mut header).unwrap_or(false);
    let columns = Columns::of(&header, file, readable)?;
    let mut from = lines.position().clone();
    while let Some(resume) = rows_from(content, &from, file, &columns, &mut log) {
        from = resume;
    }
    Ok(log)
}

/// Reads a neutral call log into raw records of `source`, one per inbound row; also gives the rows that could not be read,
/// and the newest moment of any row, outbound ones included.
///
/// # Errors
/// When the source cannot be read or its header is not that of a neutral call log.
pub fn read(reader: impl Read, file: &str, source: &str) -> Result<Rows, CollectError> {
    let log = read_calls(reader, file)?;
    let newest = log.newest();
    let inbound = log.calls.iter().filter(|(_, call)| call.direction == Direction::Inbound);
    let records = inbound.map(|(line, call)| raw_record(call, source, &format!("{file}:{line}"))).collect::<Result<_, _>>()?;
    Ok((records, log.errors, newest))
}

/// A call as a raw record: its bytes are the call as JSON. `place` is the external id of a call that has none of its own.
///
/// # Errors
/// Never for a call that came from a log; the JSON writer could refuse.
pub fn raw_record(call: &CallRecord, source: &str, place: &str) -> Result<RawRecord, CollectError> {
    let bytes = serde_json::to_vec(call).map_err(|error| CollectError::Record { reason: error.to_string() })?;
    Ok(RawRecord {
        source: source.to_owned(),
        external_id: call.id.clone().unwrap_or_else(|| place.to_owned()),
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
fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "email",
        Channel::Call => "call",
        Channel::Voicemail => "voicemail",
        Channel::Sms => "sms",
    }
}

/// Reads rows from a place on. A quote that is never closed swallows the rest of the file: that row is an error, and the
/// place of the next line is given back.
fn rows_from(content: &[u8], from: &csv::Position, file: &str, columns: &Columns, log: &mut CallLog) -> Option<csv::Position> {
    let offset = usize::try_from(from.byte()).ok()?;
    let rest = content.get(offset..)?;
    let mut reader = ReaderBuilder::new().has_headers(false).flexible(true).from_reader(rest);
    let mut row = ByteRecord::new();
    loop {
        let begin = usize::try_from(reader.position().byte()).ok()?;
        match reader.read_byte_record(&mut row) {
            Ok(true) => {}
            Ok(false) => return None,
            Err(error) => {
                log.errors.push(RowError { file: file.to_owned(), line: from.line(), message: error.to_string() });
                return None;
            }
        }
        // The position before a record may still be at the line end of the one before, or at empty lines.
        let gap = rest.get(begin..)?.iter().take_while(|&&byte| byte == b'\r' || byte == b'\n').count();
        let begin = begin + gap;
        let line = from.line() + newlines(rest.get(..begin)?);
        let end = usize::try_from(reader.position().byte()).ok()?;
        let raw = rest.get(begin..end)?;
        if end == rest.len() && !closes_its_quotes(raw) {
            log.errors.push(RowError { file: file.to_owned(), line, message: "a quotation mark is opened and never closed".to_owned() });
            let next = raw.iter().position(|&byte| byte == b'\n')? + 1;
            let mut resume = csv::Position::new();
            resume.set_byte(from.byte() + u64::try_from(begin + next).ok()?).set_line(line + 1);
            return Some(resume);
        }
        if row.iter().all(|field| field.trim_ascii().is_empty()) {
            continue;
        }
        match columns.call(&row) {
            Ok(call) => log.calls.push((line, call)),
            Err(message) => log.errors.push(RowError { file: file.to_owned(), line, message }),
        }
    }
}

/// How many line ends there are.
fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|&byte| u64::from(byte == b'\n')).sum()
}

/// Whether every quoted field of a raw row has its closing mark; a mark inside an unquoted field is text.
fn closes_its_quotes(raw: &[u8]) -> bool {
    let mut quoted = false;
    let mut field_begins = true;
    for &byte in raw {
        match byte {
            b'"' if quoted || field_begins => {
                quoted = !quoted;
                // A doubled mark closes and opens again, which this counting gives by itself.
                field_begins = !quoted;
            }
            b',' if !quoted => field_begins = true,
            _ => field_begins = false,
        }
    }
    !quoted
}

/// Where the known columns are.
#[derive(Debug)]
struct Columns {
    names: Vec<String>,
}

impl Columns {
    /// Recognises the header.
    fn of(header: &ByteRecord, file: &str, readable: bool) -> Result<Self, CollectError> {
        let names: Vec<String> = header.iter().map(|field| text(field).to_ascii_lowercase()).collect();
        let missing: Vec<&str> = REQUIRED.into_iter().filter(|&name| !names.iter().any(|seen| seen == name)).collect();
        if readable && missing.is_empty() {
            return Ok(Self { names });
        }
        let seen: String = names.join(", ").chars().filter(|c| !c.is_control()).take(300).collect();
        let seen = if seen.is_empty() { "none".to_owned() } else { seen };
        Err(CollectError::NotCallLog { file: file.to_owned(), seen, missing: missing.join(", ") })
    }

    /// One row as a call, or what is wrong with it.
    fn call(&self, row: &ByteRecord) -> Result<CallRecord, String> {
        if row.len() > self.names.len() {
            return Err(format!(
                "the row has {} fields and the header {}; a text that holds a comma must be quoted",
                row.len(),
                self.names.len()
            ));
        }
        let field = |name: &str| {
            let at = self.names.iter().position(|column| column == name)?;
            row.get(at).map(text).filter(|value| !value.is_empty())
        };
        let channel = match field("channel").unwrap_or_default().to_ascii_lowercase().as_str() {
            "call" => Channel::Call,
            "voicemail" => Channel::Voicemail,
            "sms" => Channel::Sms,
            other => return Err(format!("channel is {other:?}, and must be call, voicemail or sms")),
        };
        let direction = match field("direction").unwrap_or_default().to_ascii_lowercase().as_str() {
            "" | "inbound" => Direction::Inbound,
            "outbound" => Direction::Outbound,
            other => return Err(format!("direction is {other:?}, and must be inbound or outbound")),
        };
        let time = |name: &str| field(name).map(|value| instant(name, &value)).transpose();
        let started_at = time("started_at")?.ok_or("started_at is empty")?;
        let started_at_latest = time("started_at_latest")?;
        if started_at_latest.is_some_and(|latest| latest < started_at) {
            return Err("started_at_latest is before started_at".to_owned());
        }
        let duration_s = field("duration_s")
            .map(|value| value.parse::<u32>().map_err(|_| format!("duration_s is {value:?}, and must be whole seconds")))
            .transpose()?;
        let answered = field("answered").map(|value| yes_or_no(&value)).transpose()?;
        Ok(CallRecord {
            id: field("id"),
            channel,
            direction,
            from: number::normalise(&field("from").unwrap_or_default(), REGION).into_text(),
            to: number::normalise(&field("to").unwrap_or_default(), REGION).into_text(),
            started_at,
            started_at_latest: started_at_latest.filter(|latest| *latest != started_at),
            duration_s,
            answered,
            body: field("body"),
        })
    }
}

/// A field as text: UTF-8, else Windows-1252, without space around it.
fn text(field: &[u8]) -> String {
    match std::str::from_utf8(field) {
        Ok(value) => value.trim().to_owned(),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(field).0.trim().to_owned(),
    }
}

/// An RFC 3339 time, which always says how far it is from UTC.
fn instant(name: &str, value: &str) -> Result<DateTime<Utc>, String> {
    DateTime::<FixedOffset>::parse_from_rfc3339(value)
        .map(|at| at.to_utc())
        .map_err(|_| format!("{name} is {value:?}, and must be an RFC 3339 time with its offset, e.g. 2026-11-02T09:04:05-06:00"))
}

/// Whether somebody picked up.
fn yes_or_no(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "true" | "yes" | "1" => Ok(true),
        "false" | "no" | "0" => Ok(false),
        _ => Err(format!("answered is {value:?}, and must be true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOG: &str = "id,channel,direction,from,to,started_at,duration_s,answered,body\n\
        c1,call,inbound,(512) 555-0100,+15125550142,2026-11-02T09:04:05-06:00,0,false,\n\
        c2,voicemail,inbound,anonymous,+15125550142,2026-11-02T15:05:00Z,31,,\"Hi, this is Amy.\nCall me \"\"back\"\".\"\n\
        c3,sms,outbound,+15125550142,+15125550100,2026-11-03T15:05:00Z,,,Thanks\n";

    fn calls(text: &str) -> CallLog {
        read_calls(text.as_bytes(), "log.csv").unwrap()
    }

    #[test]
    fn the_contract_log_is_read() {
        let log = calls(LOG);
        assert_eq!(log.errors, []);
        let (line, first) = &log.calls[0];
        assert_eq!((*line, first.from.as_deref(), first.answered, first.duration_s), (2, Some("+15125550100"), Some(false), Some(0)));
        assert_eq!(first.started_at.to_rfc3339(), "2026-11-02T15:04:05+00:00");
        let (_, second) = &log.calls[1];
        assert_eq!(
            (second.from.as_deref(), second.answered, second.body.as_deref()),
            (None, None, Some("Hi, this is Amy.\nCall me \"back\"."))
        );
        assert_eq!(log.calls[2].0, 5, "the quoted line end counts");
        assert_eq!(log.newest().unwrap().to_rfc3339(), "2026-11-03T15:05:00+00:00");
    }

    #[test]
    fn only_inbound_rows_become_records_and_all_count_for_the_newest() {
        let (records, errors, newest) = read(LOG.as_bytes(), "log.csv", "phone.main").unwrap();
        assert_eq!((records.len(), errors.len()), (2, 0));
        assert_eq!(newest.unwrap().to_rfc3339(), "2026-11-03T15:05:00+00:00");
        assert_eq!((records[0].source.as_str(), records[0].external_id.as_str(), records[0].channel), ("phone.main", "c1", Channel::Call));
        assert_eq!(records[0].arrival.basis, ArrivalBasis::Log);
        assert_eq!(parse_record(&records[1].bytes).unwrap(), calls(LOG).calls[1].1);
        assert!(parse_record(b"no").is_err());
    }

    #[test]
    fn columns_come_in_any_order_with_bom_crlf_and_extras() {
        let log = calls(
            "\u{feff}Started_At,mood,FROM,channel\r\n2026-11-02T15:04:05Z,good,72345,SMS\r\n\r\n,,,\r\n2026-11-02T15:04:06Z,,BLUEBONNET,sms\r\n",
        );
        assert_eq!(log.errors, []);
        let seen: Vec<_> = log.calls.iter().map(|(line, call)| (*line, call.from.as_deref().unwrap())).collect();
        assert_eq!(seen, [(2, "72345"), (5, "BLUEBONNET")]);
    }

    #[test]
    fn a_bad_row_is_named_and_the_others_go_in() {
        let head = "channel,from,started_at,started_at_latest,direction,duration_s,answered\n";
        let good = "call,+15125550100,2026-11-02T15:04:05Z,,,,\n";
        for (row, part) in [
            ("fax,+15125550100,2026-11-02T15:04:05Z,,,,", "channel is \"fax\""),
            ("call,+15125550100,2026-11-02 15:04,,,,", "RFC 3339"),
            ("call,+15125550100,2026-11-02T15:04:05,,,,", "offset"),
            ("call,+15125550100,,,,,", "started_at is empty"),
            ("call,+15125550100", "started_at is empty"),
            ("call,+15125550100,2026-11-02T15:04:05Z,2026-11-02T15:04:04Z,,,", "before started_at"),
            ("call,+15125550100,2026-11-02T15:04:05Z,,sideways,,", "direction"),
            ("call,+15125550100,2026-11-02T15:04:05Z,,,1:43,", "duration_s"),
            ("call,+15125550100,2026-11-02T15:04:05Z,,,,maybe", "answered"),
            ("call,+15125550100,2026-11-02T15:04:05Z,,,,,extra,", "9 fields"),
            ("call,\"+15125550100,2026-11-02T15:04:05Z,,,,", "never closed"),
        ] {
            let log = calls(&format!("{head}{good}{row}\n{good}"));
            assert_eq!(log.calls.len(), 2, "{row}");
            assert_eq!(log.errors.len(), 1, "{row}: {:?}", log.errors);
            assert_eq!(log.errors[0].line, 3, "{row}");
            assert!(log.errors[0].to_string().starts_with("could not read log.csv, line 3: "), "{row}");
            assert!(log.errors[0].message.contains(part), "{row}: {}", log.errors[0].message);
        }
    }

    #[test]
    fn a_file_that_is_no_call_log_says_what_it_has() {
        for (text, seen, missing) in [
            ("date,number\n1,2\n", "date, number", "channel, from, started_at"),
            ("channel,from\ncall,1\n", "channel, from", "started_at"),
            ("", "none", "channel, from, started_at"),
            ("channel;from;started_at\n", "channel;from;started_at", "channel, from, started_at"),
        ] {
            let error = read_calls(text.as_bytes(), "log.csv").unwrap_err().to_string();
            assert!(error.contains(&format!("the columns {seen}, and {missing} must")), "{error}");
        }
    }

    #[test]
    fn identities_rest_on_the_id_or_on_the_content() {
        let call = calls(LOG).calls[0].1.clone();
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

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let mut content = b"channel,from,started_at\n".to_vec();
            content.extend(bytes);
            let _ = read_calls(content.as_slice(), "x");
        }
    }
}
