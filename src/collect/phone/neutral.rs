//! The neutral call log: CSV (RFC 4180) with a header, columns in any order, of which `channel`, `from` and `started_at` are
//! required. Office programs of many countries save it with semicolons, and some with tabs: so it is read where its header has no
//! column but those.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::format::{Head, Reader, Source};
use super::reading::{Place, Reading};
use super::rows::{Next, Rows};
use super::shown::Kind;
use super::{CallRecord, Direction, Stamp};
use crate::collect::{Channel, CollectError};
use crate::number;

/// The columns without which a file is no neutral call log.
const REQUIRED: [&str; 3] = ["channel", "from", "started_at"];
/// All its columns.
const COLUMNS: [&str; 10] =
    ["id", "channel", "direction", "from", "to", "started_at", "duration_s", "answered", "body", "started_at_latest"];

/// The neutral call log of the contract.
pub(super) const READER: Reader = reader::<b','>();
/// The same with semicolons.
pub(super) const SEMICOLON_READER: Reader = reader::<b';'>();
/// The same with tabs.
pub(super) const TAB_READER: Reader = reader::<b'\t'>();

const fn reader<const DELIMITER: u8>() -> Reader {
    Reader { name: "neutral-csv", recognises: recognises::<DELIMITER>, read: read::<DELIMITER> }
}

fn recognises<const DELIMITER: u8>(head: &Head<'_>) -> bool {
    let columns = head.columns(DELIMITER);
    let is_column = |name: &str| columns.iter().any(|column| column.eq_ignore_ascii_case(name));
    let is_known = |column: &String| COLUMNS.iter().any(|name| column.eq_ignore_ascii_case(name));
    REQUIRED.into_iter().all(is_column) && (DELIMITER == b',' || columns.iter().all(is_known))
}

fn read<const DELIMITER: u8>(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let path = source.path.to_owned();
    let failed = |source| CollectError::Read { path: path.clone(), source };
    let mut rows = Rows::new(&mut source.reader, DELIMITER);
    reading.holds(&Kind::ALL);
    let Next::Row = rows.advance().map_err(failed)? else { return Ok(()) };
    let header = rows.fields();
    let columns = COLUMNS.map(|name| header.iter().position(|column| column.eq_ignore_ascii_case(name)));
    loop {
        let place = |rows: &Rows<_>| Place::Line(rows.line());
        match rows.advance().map_err(failed)? {
            Next::End => return Ok(()),
            Next::Bad(why) => reading.bad(place(&rows), &rows.record().raw(), why)?,
            Next::Row => {
                let record = rows.record();
                let field = |at: usize| record.field(columns.get(at).copied().flatten()?).filter(|value| !value.is_empty());
                match rows.surplus(header.len()).map_or_else(|| call(field), Err) {
                    Ok(call) => reading.call(place(&rows), &record.raw(), call)?,
                    Err(problem) => reading.bad(place(&rows), &record.raw(), problem)?,
                }
            }
        }
    }
}

/// One row as a call, or what is wrong with it. `field` gives the column of that place in [`COLUMNS`].
fn call<'a>(field: impl Fn(usize) -> Option<Cow<'a, str>>) -> Result<CallRecord, String> {
    let [id, channel, direction, from, to, started_at, duration_s, answered, body, started_at_latest] = std::array::from_fn(field);
    let channel = match channel.as_deref().unwrap_or_default() {
        name if name.eq_ignore_ascii_case("call") => Channel::Call,
        name if name.eq_ignore_ascii_case("voicemail") => Channel::Voicemail,
        name if name.eq_ignore_ascii_case("sms") => Channel::Sms,
        other => return Err(format!("channel is {other:?}, and must be call, voicemail or sms")),
    };
    let direction = match direction.as_deref().unwrap_or_default() {
        "" => Direction::Inbound,
        name if name.eq_ignore_ascii_case("inbound") => Direction::Inbound,
        name if name.eq_ignore_ascii_case("outbound") => Direction::Outbound,
        other => return Err(format!("direction is {other:?}, and must be inbound or outbound")),
    };
    let at = instant("started_at", started_at.as_deref().ok_or("started_at is empty")?)?;
    let latest = started_at_latest.map(|value| instant("started_at_latest", &value)).transpose()?;
    if latest.is_some_and(|latest| latest < at) {
        return Err("started_at_latest is before started_at".to_owned());
    }
    let number = |value: Option<Cow<'_, str>>| number::normalise(value.as_deref().unwrap_or_default(), number::REGION).into_text();
    Ok(CallRecord {
        id: id.map(Cow::into_owned),
        direction,
        from: number(from),
        to: number(to),
        duration_s: duration_s
            .map(|value| value.parse::<u32>().map_err(|_| format!("duration_s is {value:?}, and must be whole seconds")))
            .transpose()?,
        answered: answered.map(|value| yes_or_no(&value)).transpose()?,
        body: body.map(Cow::into_owned),
        ..CallRecord::new(channel, Stamp::between(at, latest.unwrap_or(at)))
    })
}

/// An RFC 3339 time, which always says how far it is from UTC.
fn instant(name: &str, value: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(value)
        .map(|at| at.to_utc())
        .map_err(|_| format!("{name} is {value:?}, and must be an RFC 3339 time with its offset, e.g. 2026-11-02T09:04:05-06:00"))
}

/// Whether somebody picked up.
fn yes_or_no(value: &str) -> Result<bool, String> {
    let is = |words: [&str; 3]| words.iter().any(|word| value.eq_ignore_ascii_case(word));
    match (is(["true", "yes", "1"]), is(["false", "no", "0"])) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err(format!("answered is {value:?}, and must be true or false")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::format::READERS;
    use super::super::{Row, Settings, Summary};
    use super::*;

    const LOG: &str = "id,channel,direction,from,to,started_at,duration_s,answered,body\n\
        c1,call,inbound,(512) 555-0100,+15125550142,2026-11-02T09:04:05-06:00,0,false,\n\
        c2,voicemail,inbound,anonymous,+15125550142,2026-11-02T15:05:00Z,31,,\"Hi, this is Amy.\nCall me \"\"back\"\".\"\n\
        c3,sms,outbound,+15125550142,+15125550100,2026-11-03T15:05:00Z,,,Thanks\n";

    type ByLine<T> = Vec<(u64, T)>;

    /// What a log holds, by line.
    fn calls(text: &str) -> (ByLine<CallRecord>, ByLine<String>, Summary) {
        let (mut calls, mut errors) = (Vec::new(), Vec::new());
        let mut sink = |row: Row<'_>| {
            let Place::Line(line) = row.place else { panic!("{:?}", row.place) };
            match row.call {
                Ok(call) => calls.push((line, call)),
                Err(problem) => errors.push((line, problem)),
            }
            Ok(())
        };
        let settings = Settings::default();
        let mut reading = Reading::new(&settings, &mut sink);
        reading.begin("log.csv", "neutral-csv");
        let reader = READERS.iter().find(|reader| (reader.recognises)(&Head::new(text.as_bytes()))).unwrap();
        (reader.read)(&mut Source { path: "log.csv".as_ref(), reader: &mut text.as_bytes() }, &mut reading).unwrap();
        let summary = reading.finish();
        (calls, errors, summary)
    }

    #[test]
    fn the_contract_log_is_read() {
        let (calls, errors, summary) = calls(LOG);
        assert_eq!(errors, []);
        let (line, first) = &calls[0];
        assert_eq!((*line, first.from.as_deref(), first.answered, first.duration_s), (2, Some("+15125550100"), Some(false), Some(0)));
        assert_eq!(first.started_at.to_rfc3339(), "2026-11-02T15:04:05+00:00");
        let (_, second) = &calls[1];
        assert_eq!(
            (second.from.as_deref(), second.answered, second.body.as_deref()),
            (None, None, Some("Hi, this is Amy.\nCall me \"back\"."))
        );
        assert_eq!((calls[2].0, calls[2].1.direction), (5, Direction::Outbound), "the quoted line end counts");
        let until = summary.shown.until(Kind::Calls).max(summary.shown.until(Kind::Texts));
        assert_eq!(until.unwrap().to_rfc3339(), "2026-11-03T15:05:00+00:00", "outbound rows count for the newest");
    }

    #[test]
    fn columns_come_in_any_order_with_bom_crlf_and_extras() {
        let (calls, errors, _) = calls(
            "\u{feff}Started_At,mood,FROM,channel\r\n2026-11-02T15:04:05Z,good,72345,SMS\r\n\r\n,,,\r\n2026-11-02T15:04:06Z,,BLUEBONNET,sms\r\n",
        );
        assert_eq!(errors, []);
        let seen: Vec<_> = calls.iter().map(|(line, call)| (*line, call.from.as_deref().unwrap())).collect();
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
            let (calls, errors, _) = calls(&format!("{head}{good}{row}\n{good}"));
            assert_eq!((calls.len(), errors.len()), (2, 1), "{row}: {errors:?}");
            assert_eq!(errors[0].0, 3, "{row}");
            assert!(errors[0].1.contains(part), "{row}: {}", errors[0].1);
        }
    }

    #[test]
    fn only_a_header_with_the_required_columns_is_one() {
        for (text, expected) in [
            ("channel,from,started_at\n", true),
            ("\u{feff}\r\nStarted_At,mood,FROM,channel\r\n", true),
            ("date,number\n1,2\n", false),
            ("channel,from\ncall,1\n", false),
            ("channel;from;started_at\n", true),
            ("Channel\tFROM\tstarted_at\tbody\n", true),
            ("channel;from;started_at;mood\n", false),
            ("", false),
        ] {
            let head = Head::new(text.as_bytes());
            let found = READERS.iter().find(|reader| (reader.recognises)(&head)).is_some_and(|reader| reader.name == READER.name);
            assert_eq!(found, expected, "{text}");
        }
    }

    #[test]
    fn semicolons_and_tabs_part_the_same_log() {
        let (commas, ..) = calls(LOG);
        for (mark, told) in [(";", "semicolon"), ("\t", "tab")] {
            // "Hi, this is Amy" is quoted, and keeps its comma.
            let log = LOG.replace(',', mark).replace(&format!("Hi{mark}"), "Hi,");
            let (calls, errors, _) = calls(&format!("{log}c4{mark}{}\n", ["x"; 12].join(mark)));
            assert_eq!(calls, commas);
            assert!(matches!(errors.as_slice(), [(6, why)] if why.contains(told)), "{errors:?}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200)) {
            let mut content = b"channel,from,started_at\n".to_vec();
            content.extend(bytes);
            calls(&String::from_utf8_lossy(&content));
        }
    }
}
