//! Call detail records of Asterisk and `FreePBX`. `Master.csv` has no header, and two programs write it in two orders, told apart by
//! which columns are times; `FreePBX` writes a header. A queue or a menu that takes a call is nobody who picked up. Times are the
//! server's own.

use std::borrow::Cow;

use super::beside::INTERNAL;
use super::format::{Head, Reader, Source};
use super::reading::{Place, Read, Reading};
use super::rows::{Next, Rows};
use super::shown::Kind;
use super::wall;
use super::when;
use super::{CallRecord, Direction, Settings};
use crate::collect::{Channel, CollectError};
use crate::number;

pub(super) const FREEPBX_READER: Reader = Reader { name: "freepbx-cdr-csv", recognises: is_freepbx, read: freepbx };
pub(super) const ASTERISK_READER: Reader = Reader { name: "asterisk-cdr-csv", recognises: is_asterisk, read: asterisk };
pub(super) const ASTERISK_CUSTOM_READER: Reader = Reader { name: "asterisk-cdr-custom", recognises: is_custom, read: custom };

const COLUMNS: [&str; 14] = [
    "calldate",
    "clid",
    "src",
    "dst",
    "dstchannel",
    "lastapp",
    "billsec",
    "duration",
    "disposition",
    "uniqueid",
    "linkedid",
    "sequence",
    "did",
    "cnam",
];
/// Where they stand in `cdr-csv` and in `cdr-custom`; 99 is nowhere.
const CSV: [usize; 14] = [9, 4, 1, 2, 6, 7, 13, 12, 14, 16, 19, 20, 99, 99];
/// The second as Asterisk's own sample has it: account code, id, user field, sequence at its end.
const CUSTOM: [usize; 14] = [8, 0, 1, 2, 5, 6, 12, 11, 13, 16, 99, 18, 99, 99];

const SERVER: &str =
    "The times of a call detail record are those of the server's clock; --timezone must be the server's zone (UTC for `usegmtime`).";

fn is_freepbx(head: &Head<'_>) -> bool {
    let columns = head.columns(b',');
    ["calldate", "src", "dst", "disposition"].iter().all(|name| columns.iter().any(|column| column.eq_ignore_ascii_case(name)))
}

fn is_cdr(head: &Head<'_>, start: usize) -> bool {
    let columns = head.columns(b',');
    let time =
        |at: usize| columns.get(at).is_some_and(|cell| matches!(wall::read(cell), Some(wall::Read::Wall(wall)) if wall.day.is_some()));
    let empty_or_time = |at: usize| columns.get(at).is_some_and(|cell| cell.is_empty() || time(at));
    let digits = |at: usize| columns.get(at).is_some_and(|cell| cell.parse::<u32>().is_ok());
    (16..=24).contains(&columns.len())
        && time(start)
        && empty_or_time(start + 1)
        && time(start + 2)
        && digits(start + 3)
        && digits(start + 4)
}

fn is_asterisk(head: &Head<'_>) -> bool {
    is_cdr(head, 9)
}

fn is_custom(head: &Head<'_>) -> bool {
    is_cdr(head, 8)
}

fn freepbx(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    read(source, reading, None)
}

fn asterisk(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    read(source, reading, Some(CSV))
}

fn custom(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    read(source, reading, Some(CUSTOM))
}

fn read(source: &mut Source<'_>, reading: &mut Reading<'_>, places: Option<[usize; 14]>) -> Result<(), CollectError> {
    let path = source.path.to_owned();
    let failed = |source| CollectError::Read { path: path.clone(), source };
    let mut rows = Rows::new(&mut source.reader, b',');
    let places = if let Some(places) = places {
        places.map(Some)
    } else {
        let Next::Row = rows.advance().map_err(failed)? else { return Ok(()) };
        let header = rows.fields();
        COLUMNS.map(|name| header.iter().position(|column| column.eq_ignore_ascii_case(name)))
    };
    reading.holds(&[Kind::Calls]);
    reading.caveat(SERVER);
    loop {
        let next = rows.advance().map_err(failed)?;
        let place = Place::Line(rows.line());
        match next {
            Next::End => return Ok(()),
            Next::Bad(why) => reading.bad(place, &rows.raw(), why)?,
            Next::Row => {
                let settings = reading.settings;
                let read = call(settings, |at| rows.field(places.get(at).copied().flatten()?).filter(|cell| !cell.is_empty()));
                reading.take(place, &rows.raw(), read)?;
            }
        }
    }
}

/// What one leg of a call says.
fn call<'a>(settings: &Settings, field: impl Fn(usize) -> Option<Cow<'a, str>>) -> Result<Read, String> {
    let [calldate, clid, src, dst, dstchannel, lastapp, billsec, duration, disposition, uniqueid, linkedid, sequence, did, cnam] =
        std::array::from_fn(field);
    let calldate = calldate.ok_or("it has no time")?;
    let refused = || format!("its time is {calldate:?}, which is no time of a call detail record");
    let at = match wall::read(&calldate).ok_or_else(refused)? {
        wall::Read::Epoch(at, _) => super::Stamp::exactly(at),
        wall::Read::Wall(wall) => {
            let day = wall.day.filter(|day| !day.is_open()).and_then(|day| day.on(wall::Order::YearFirst)).ok_or_else(refused)?;
            wall::stamp(day, &wall, settings.zone)?
        }
    };
    let src = src.as_deref().filter(|src| !src.is_empty()).or(clid.as_deref()).unwrap_or_default();
    let dst = did.as_deref().or(dst.as_deref()).unwrap_or_default();
    let (from, to) = (number::e164(src, number::REGION), number::e164(dst, number::REGION));
    let own = settings.own.as_deref();
    let hidden = from.is_none() && matches!(number::normalise(src, number::REGION), number::Caller::Withheld);
    let direction = if did.is_some() || (to.is_some() && to.as_deref() == own) {
        Direction::Inbound
    } else if from.is_some() && from.as_deref() == own {
        Direction::Outbound
    } else {
        match (from.is_some() || hidden, to.is_some()) {
            (true, false) => Direction::Inbound,
            (false, true) => Direction::Outbound,
            (false, false) => return Ok(Read::Skip(INTERNAL)),
            (true, true) => return Err("both sides of it are outside numbers, and neither is the own number".to_owned()),
        }
    };
    let (from, to) = match direction {
        Direction::Inbound => (from.or_else(|| number::normalise(src, number::REGION).into_text()), own.map(str::to_owned).or(to)),
        Direction::Outbound => (own.map(str::to_owned).or(from), to),
    };
    let app = lastapp.as_deref().unwrap_or_default().to_ascii_lowercase();
    let answered = match disposition.as_deref().unwrap_or_default().to_ascii_uppercase().as_str() {
        "ANSWERED" if app == "voicemail" => Some(false),
        // Another channel was joined to it: somebody's telephone.
        "ANSWERED" if dstchannel.is_some() && matches!(app.as_str(), "dial" | "queue") => Some(true),
        "ANSWERED" | "" => None,
        _ => Some(false),
    };
    let id = uniqueid.as_deref().map(|id| sequence.as_deref().map_or_else(|| id.to_owned(), |sequence| format!("{id}/{sequence}")));
    let seconds =
        |text: Option<Cow<'_, str>>| text.map(|text| when::duration(&text).ok_or_else(|| format!("its duration is {text:?}"))).transpose();
    let (billsec, duration) = (seconds(billsec)?, seconds(duration)?);
    Ok(Read::call(CallRecord {
        id,
        direction,
        from,
        to,
        duration_s: billsec.or(duration),
        answered,
        session: linkedid.or(uniqueid).map(Cow::into_owned),
        name: cnam.map(Cow::into_owned),
        ..CallRecord::new(Channel::Call, at)
    }))
}

#[cfg(test)]
mod tests {
    use super::super::Row;
    use super::*;

    fn ids(text: &str) -> Vec<(Option<String>, Option<String>)> {
        let mut seen = Vec::new();
        let mut sink = |row: Row<'_>| {
            let call = row.call.map_err(|problem| panic!("{problem}")).unwrap();
            seen.push((call.id, call.session));
            Ok(())
        };
        let settings = Settings { own: Some("+15125550142".to_owned()), zone: Some(chrono_tz::UTC), ..Settings::default() };
        let mut reading = Reading::new(&settings, &mut sink);
        let head = Head::new(text.as_bytes());
        let reader = super::super::format::READERS.iter().find(|reader| (reader.recognises)(&head)).unwrap();
        (reader.read)(&mut Source { path: "Master.csv".as_ref(), reader: &mut text.as_bytes() }, &mut reading).unwrap();
        seen
    }

    #[test]
    fn an_account_code_is_nobody_s_id() {
        let custom = |id: &str, sequence: &str| {
            format!(
                "\"Amy <5125550111>\",\"5125550111\",\"5125550142\",\"in\",\"SIP/t\",\"SIP/1\",\"Dial\",\"\",\"2026-11-03 09:00:00\",\"\",\
                 \"2026-11-03 09:01:00\",\"60\",\"0\",\"BUSY\",\"DOCUMENTATION\",\"shop\",\"{id}\",\"lead\",{sequence}\n"
            )
        };
        let told = |id: &str, session: &str| (Some(id.to_owned()), Some(session.to_owned()));
        let rows = [custom("1793.1", "0"), custom("1793.9", "4")].concat();
        assert_eq!(ids(&rows), [told("1793.1/0", "1793.1"), told("1793.9/4", "1793.9")]);
        // As Asterisk 1.6 wrote it, without the sequence.
        assert_eq!(ids(&custom("1793.1", "").replace(",\n", "\n")), [told("1793.1", "1793.1")]);
    }
}
