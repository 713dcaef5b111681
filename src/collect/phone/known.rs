//! Known exports in CSV that are told by their columns: iMazing, iExplorer, Aircall, Twilio's console. The names of an export's
//! columns tell where everything is; orders of dates and zones are asked for as with any other table.

use std::io::{BufReader, Read as _};

use super::beside::ELSEWHERE;
use super::format::{HEAD, Head, Reader, Source};
use super::map::{self, Role};
use super::mapped;
use super::propose::Profile;
use super::read::peek;
use super::reading::Reading;
use super::rows::{Next, Rows};
use super::survey::DELIMITERS;
use super::{wall, words};
use crate::collect::{Channel, CollectError};

const ERASED: &str = "An iPhone's log lacks what was deleted before it was exported.";

/// iMazing's calls, with the header of iMazing 3.
const IMAZING_CALLS: Profile = Profile {
    name: "imazing-calls-csv",
    needs: &["call type", "date", "duration", "number", "service"],
    columns: &[
        (Role::Direction, &["call type"]),
        (Role::Answered, &["call type"]),
        (Role::StartedAt, &["date"]),
        (Role::Duration, &["duration"]),
        (Role::Party, &["number"]),
        (Role::Name, &["contact"]),
        (Role::Service, &["service"]),
    ],
    utc: false,
    international: false,
    channel: Some(Channel::Call),
    values: &[],
    caveat: Some(ERASED),
};

/// iMazing 2 wrote the same without a header, and minutes only.
const IMAZING_2_CALLS: Profile = Profile {
    needs: &[],
    columns: &[
        (Role::Direction, &["#1"]),
        (Role::Answered, &["#1"]),
        (Role::StartedAt, &["#2"]),
        (Role::Duration, &["#3"]),
        (Role::Party, &["#4"]),
        (Role::Name, &["#5"]),
        (Role::Service, &["#7"]),
    ],
    ..IMAZING_CALLS
};

const IMAZING_MESSAGES: Profile = Profile {
    name: "imazing-messages-csv",
    needs: &["chat session", "message date", "type", "sender id", "text"],
    columns: &[
        (Role::StartedAt, &["message date"]),
        (Role::Direction, &["type"]),
        (Role::Party, &["sender id"]),
        (Role::Name, &["sender name"]),
        (Role::Body, &["text"]),
        (Role::Id, &["message id"]),
        (Role::Session, &["chat session"]),
        (Role::Service, &["service"]),
    ],
    channel: Some(Channel::Sms),
    ..IMAZING_CALLS
};

const IEXPLORER_CALLS: Profile = Profile {
    name: "iexplorer-calls-csv",
    needs: &["contact", "number", "date", "duration", "call type", "unformatted number"],
    columns: &[
        (Role::StartedAt, &["date"]),
        (Role::Direction, &["call type"]),
        (Role::Answered, &["call type"]),
        (Role::Duration, &["duration"]),
        (Role::Party, &["number"]),
        (Role::Name, &["contact"]),
    ],
    ..IMAZING_CALLS
};

const AIRCALL: Profile = Profile {
    name: "aircall-csv",
    needs: &["direction", "from", "to", "answered", "duration total"],
    columns: &[
        (Role::StartedAt, &["datetime utc", "datetime tz offset incl"]),
        (Role::Date, &["date tz offset incl"]),
        (Role::Time, &["time tz offset incl"]),
        (Role::Zone, &["number timezone"]),
        (Role::Direction, &["direction"]),
        (Role::Answered, &["answered"]),
        (Role::From, &["from"]),
        (Role::To, &["to"]),
        (Role::Duration, &["duration total"]),
        (Role::Voicemail, &["voicemail"]),
        (Role::Id, &["call id", "call id internal"]),
    ],
    international: true,
    values: &[("answered", &["Yes"]), ("missed", &["No"])],
    caveat: None,
    ..IMAZING_CALLS
};

const UNVERIFIED: &str = "No real export of Twilio's console could be had to check this reading of its columns against.";

const TWILIO_CALLS: Profile = Profile {
    name: "twilio-csv",
    needs: &["from", "to", "direction", "status", "duration"],
    columns: &[
        (Role::StartedAt, &["start time", "starttime", "date created", "datecreated"]),
        (Role::Direction, &["direction"]),
        (Role::Answered, &["status"]),
        (Role::From, &["from"]),
        (Role::To, &["to"]),
        (Role::Duration, &["duration"]),
        (Role::Id, &["sid", "call sid", "callsid"]),
        (Role::ForwardedFrom, &["forwarded from", "forwardedfrom"]),
    ],
    // Twilio completes a call also where a machine of the shopper's own took it.
    values: &[("unknown", &["completed", "in-progress", "ringing", "queued"])],
    caveat: Some(UNVERIFIED),
    ..IMAZING_CALLS
};

const TWILIO_MESSAGES: Profile = Profile {
    needs: &["from", "to", "body", "direction", "num segments"],
    columns: &[
        (Role::StartedAt, &["sentdate", "sent date", "date sent", "datesent", "date created", "datecreated"]),
        (Role::Direction, &["direction"]),
        (Role::From, &["from"]),
        (Role::To, &["to"]),
        (Role::Body, &["body"]),
        (Role::Id, &["sid", "message sid"]),
    ],
    channel: Some(Channel::Sms),
    values: &[],
    ..TWILIO_CALLS
};

/// Whether a head has all columns that a profile needs.
fn has(head: &Head<'_>, profile: &Profile) -> bool {
    DELIMITERS.iter().any(|delimiter| {
        let columns: Vec<String> = head.columns(*delimiter).iter().map(|column| map::plain(column)).collect();
        profile.needs.iter().all(|need| columns.iter().any(|column| column == need))
    })
}

/// iMazing 2: a word of a call, a time, a duration and a number, in that order.
fn is_imazing_2(head: &Head<'_>) -> bool {
    DELIMITERS.iter().any(|delimiter| {
        let columns = head.columns(*delimiter);
        let [word, time, length, number, ..] = columns.as_slice() else { return false };
        matches!(word.as_str(), "Incoming" | "Outgoing" | "Missed")
            && words::facts(word).direction.is_some()
            && matches!(wall::read(time), Some(wall::Read::Wall(wall)) if wall.day.is_some() && wall.time.is_some())
            && length.matches(':').count() == 2
            && (number.is_empty() || crate::number::e164(number, crate::number::REGION).is_some())
    })
}

macro_rules! readers {
    ($($reader:ident $recognises:ident $read:ident $profile:ident),* $(,)?) => {
        $(
            pub(super) const $reader: Reader = Reader { name: $profile.name, recognises: $recognises, read: $read };
            fn $read(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
                mapped::read(source, reading, Some(&$profile))
            }
        )*
    };
}

fn is_imazing(head: &Head<'_>) -> bool {
    has(head, &IMAZING_CALLS)
}

fn is_messages(head: &Head<'_>) -> bool {
    has(head, &IMAZING_MESSAGES)
}

/// iMazing's export of `WhatsApp` chats looks like that of texts, and has no column that names the service.
fn is_whatsapp(head: &Head<'_>) -> bool {
    let columns: Vec<String> = head.columns(delimiter(head)).iter().map(|column| map::plain(column)).collect();
    let named = |name: &str| columns.iter().any(|column| column == name);
    is_messages(head) && !named("service") && ["sent date", "forwarded", "attachment info"].into_iter().any(named)
}

/// What parts the columns: what makes the most of them.
fn delimiter(head: &Head<'_>) -> u8 {
    DELIMITERS.into_iter().max_by_key(|delimiter| head.columns(*delimiter).len()).unwrap_or(b',')
}

/// Its chats are counted, and told to be none of the telephone's.
fn set_aside(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let path = source.path.to_owned();
    let failed = |source| CollectError::Read { path: path.clone(), source };
    let head = peek(&mut source.reader, HEAD).map_err(failed)?;
    let mut rows = Rows::new(BufReader::new(head.as_slice().chain(&mut *source.reader)), delimiter(&Head::new(&head)));
    rows.advance().map_err(failed)?;
    loop {
        match rows.advance().map_err(failed)? {
            Next::End => break,
            Next::Row | Next::Bad(_) => reading.skip(ELSEWHERE),
        }
    }
    reading.caveat("The chats of WhatsApp were set aside: they went past the telephone's number; export the texts (Messages) as well.");
    Ok(())
}

pub(super) const WHATSAPP_READER: Reader = Reader { name: "imazing-whatsapp-csv", recognises: is_whatsapp, read: set_aside };

fn is_iexplorer(head: &Head<'_>) -> bool {
    has(head, &IEXPLORER_CALLS)
}

fn is_aircall(head: &Head<'_>) -> bool {
    has(head, &AIRCALL)
}

fn is_twilio_calls(head: &Head<'_>) -> bool {
    has(head, &TWILIO_CALLS) && head.text.lines().next().is_some_and(|line| line.to_lowercase().contains("sid"))
}

fn is_twilio_messages(head: &Head<'_>) -> bool {
    has(head, &TWILIO_MESSAGES)
}

readers! {
    IMAZING_READER is_imazing read_imazing IMAZING_CALLS,
    IMAZING_2_READER is_imazing_2 read_imazing_2 IMAZING_2_CALLS,
    MESSAGES_READER is_messages read_messages IMAZING_MESSAGES,
    IEXPLORER_READER is_iexplorer read_iexplorer IEXPLORER_CALLS,
    AIRCALL_READER is_aircall read_aircall AIRCALL,
    TWILIO_CALLS_READER is_twilio_calls read_twilio_calls TWILIO_CALLS,
    TWILIO_MESSAGES_READER is_twilio_messages read_twilio_messages TWILIO_MESSAGES,
}

#[cfg(test)]
mod tests {
    use super::super::format::READERS;
    use super::super::{Row, Settings, Summary};
    use super::*;

    fn read(text: &str) -> (Vec<String>, Summary) {
        let mut rows = Vec::new();
        let mut sink = |row: Row<'_>| {
            rows.push(format!("{} {:?}", row.format, row.call.map(|call| call.body)));
            Ok(())
        };
        let settings = Settings { own: Some("+15125550142".to_owned()), zone: "America/Chicago".parse().ok(), ..Settings::default() };
        let mut reading = Reading::new(&settings, &mut sink);
        let reader = READERS.iter().find(|reader| (reader.recognises)(&Head::new(text.as_bytes()))).unwrap();
        reading.begin("log.csv", reader.name);
        (reader.read)(&mut Source { path: "log.csv".as_ref(), reader: &mut text.as_bytes() }, &mut reading).unwrap();
        let summary = reading.summary;
        (rows, summary)
    }

    #[test]
    fn chats_of_whatsapp_are_no_texts() {
        let chats = "Chat Session,Message Date,Sent Date,Type,Sender ID,Sender Name,Status,Forwarded,Replying to,Text,Reactions,Attachment,Attachment type,Attachment info\n\
            Amy,2026-11-02 09:04:05,,Notification,,,,,,Messages are encrypted,,,,\n\
            Amy,2026-11-02 09:04:06,2026-11-02 09:04:05,Incoming,+15125550100,Amy,Read,,,\"Hello,\nDana\",,,,\n";
        for text in [chats.to_owned(), chats.replace(',', ";").replace("Hello;", "Hello,")] {
            let (rows, summary) = read(&text);
            assert_eq!((rows, summary.skipped.get(ELSEWHERE)), (vec![], Some(&2)));
            assert!(summary.caveats.iter().any(|caveat| caveat.contains("WhatsApp")), "{:?}", summary.caveats);
        }
        let texts = "Chat Session,Message Date,Service,Type,Sender ID,Sender Name,Status,Text\n\
            Amy,2026-11-02 09:04:06,SMS,Incoming,+15125550100,Amy,Read,Hello\n\
            Amy,2026-11-02 09:05:06,WhatsApp,Incoming,+15125550100,Amy,Read,Hello again\n";
        let (rows, summary) = read(texts);
        assert_eq!(rows, ["imazing-messages-csv Ok(Some(\"Hello\"))"]);
        assert_eq!(summary.skipped.get(ELSEWHERE), Some(&1));
    }
}
