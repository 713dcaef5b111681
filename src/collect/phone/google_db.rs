//! The database of the Google Voice app on an iPhone (`threadingStore.sqlite`), as forensic tools copy it: an item for each call,
//! voicemail and text. Times are seconds since 1970 in UTC. The copy is read in a folder of its own, with its write-ahead log if that
//! lies beside it, for the newest items may stand there alone; nothing beside the original is touched.

use std::io::Error;
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};

use futures::TryStreamExt as _;
use serde_json::json;
use sqlx::sqlite::{SqliteConnectOptions, SqliteRow};
use sqlx::{AssertSqlSafe, ConnectOptions as _, Row as _};

use super::archive::SQLITE;
use super::beside::UNSENDABLE;
use super::format::{Head, Reader, Source};
use super::reading::{Place, Read, Reading, Settings};
use super::shown::Kind;
use super::{CallRecord, Direction, when};
use crate::collect::{Channel, CollectError};
use crate::number;

/// Google Voice on an iPhone.
pub(super) const READER: Reader = Reader { name: "google-voice-db", recognises, read };

const FETCHED: &str = "The database of the Google Voice app holds what the app had fetched and not yet dropped: what is missing in it \
                       may still have come.";

/// What is asked of an item; older versions of the app lack some of it.
const COLUMNS: [&str; 9] = [
    "threadItemKey",
    "itemType",
    "timestamp",
    "duration",
    "senderPhoneNumber",
    "messageText",
    "ringGroupPhoneNumber",
    "failureReason",
    "isSystemMessage",
];
/// How many rows wait to be taken.
const WAITING: usize = 64;

fn recognises(head: &Head<'_>) -> bool {
    head.bytes.starts_with(SQLITE)
}

fn read(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let path = source.path.to_owned();
    let failed = |source| CollectError::Read { path: path.clone(), source };
    let folder = tempfile::tempdir().map_err(failed)?;
    let copy = folder.path().join("copy");
    let mut file = std::fs::File::create(&copy).map_err(failed)?;
    std::io::copy(&mut source.reader, &mut file).map_err(failed)?;
    let mut log = path.clone().into_os_string();
    log.push("-wal");
    if Path::new(&log).is_file() {
        std::fs::copy(&log, folder.path().join("copy-wal")).map_err(failed)?;
    }
    let found = std::thread::scope(|scope| -> Result<_, CollectError> {
        // The database is read by a runtime of its own, for whoever called may be within another.
        let (send, receive) = sync_channel(WAITING);
        let place = &copy;
        // It ends the loop that it drops `send`.
        let reader = scope.spawn(move || items(place, &send));
        for item in receive {
            let (place, raw, read) = taken(item, reading.settings);
            reading.take(place, &raw, read)?;
        }
        Ok(reader.join().unwrap_or_else(|_| Err(Error::other("the database cannot be read"))))
    })?;
    if !found.map_err(failed)? {
        let looks = "an SQLite database that is not Google Voice's".to_owned();
        return Err(CollectError::UnknownLog { file: reading.file().to_owned(), looks });
    }
    reading.holds(&Kind::ALL);
    reading.caveat(FETCHED);
    Ok(())
}

/// A row as text: its number, the columns, then the transcript and who is in the thread.
struct Item {
    row: i64,
    columns: [Option<String>; COLUMNS.len()],
    transcript: Option<String>,
    thread: Option<String>,
}

/// Sends every item; false where there is no such table.
fn items(path: &Path, send: &SyncSender<Result<Item, String>>) -> Result<bool, Error> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(select(path, send)).map_err(Error::other)
}

async fn select(path: &Path, send: &SyncSender<Result<Item, String>>) -> Result<bool, sqlx::Error> {
    let mut connection = SqliteConnectOptions::new().filename(path).create_if_missing(false).connect().await?;
    // A view could be written to keep us busy: only tables are asked.
    let tables = "SELECT m.name || '.' || c.name FROM sqlite_master m, pragma_table_info(m.name) c \
                  WHERE m.type = 'table' AND m.name IN ('ThreadItem', 'ThreadParticipant', 'Transcript')";
    let known: Vec<String> = sqlx::query_scalar(tables).fetch_all(&mut connection).await?;
    let has = |table: &str, column: &str| known.iter().any(|name| name.split_once('.') == Some((table, column)));
    if !["itemType", "timestamp"].iter().all(|column| has("ThreadItem", column)) {
        return Ok(false);
    }
    let column = |name: &str| match name {
        name if !has("ThreadItem", name) => "NULL".to_owned(),
        "timestamp" => "CAST(CAST(round(i.timestamp * 1000) AS INTEGER) AS TEXT)".to_owned(),
        name => format!("substr(CAST(i.{name} AS TEXT), 1, 65536)"),
    };
    let mut query = format!("SELECT i.rowid, {}", COLUMNS.map(column).join(", "));
    let (mut joins, keys) = (String::new(), ["threadItemKey", "threadItemType", "threadKey", "threadType"]);
    let keyed = keys.iter().all(|key| has("ThreadItem", key));
    if keyed && has("Transcript", "text") {
        query.push_str(", substr(CAST(t.text AS TEXT), 1, 65536)");
        joins.push_str(" LEFT JOIN Transcript t ON t.threadItemKey = i.threadItemKey AND t.threadItemType = i.threadItemType");
    } else {
        query.push_str(", NULL");
    }
    if keyed && has("ThreadParticipant", "phoneNumberE164") {
        query.push_str(", p.numbers");
        joins.push_str(
            " LEFT JOIN (SELECT threadKey, threadType, substr(group_concat(phoneNumberE164, ' '), 1, 4096) AS numbers \
             FROM ThreadParticipant GROUP BY threadKey, threadType) p ON p.threadKey = i.threadKey AND p.threadType = i.threadType",
        );
    } else {
        query.push_str(", NULL");
    }
    query.push_str(&format!(" FROM ThreadItem i{joins} ORDER BY i.timestamp, i.rowid"));
    // Nothing in it but names of ours.
    let mut rows = sqlx::query(AssertSqlSafe(query)).fetch(&mut connection);
    while let Some(row) = rows.try_next().await? {
        if send.send(item(&row).map_err(|error| error.to_string())).is_err() {
            break;
        }
    }
    Ok(true)
}

fn item(row: &SqliteRow) -> Result<Item, sqlx::Error> {
    let mut columns = std::array::from_fn(|_| None);
    for (at, column) in columns.iter_mut().enumerate() {
        *column = row.try_get(at + 1)?;
    }
    let (transcript, thread) = (row.try_get(COLUMNS.len() + 1)?, row.try_get(COLUMNS.len() + 2)?);
    Ok(Item { row: row.try_get(0)?, columns, transcript, thread })
}

/// An item with its place, and itself as JSON.
fn taken(item: Result<Item, String>, settings: &Settings) -> (Place, String, Result<Read, String>) {
    let item = match item {
        Ok(item) => item,
        Err(problem) => return (Place::Item(0), String::new(), Err(problem)),
    };
    let raw: serde_json::Map<String, serde_json::Value> =
        COLUMNS.iter().zip(&item.columns).map(|(name, value)| ((*name).to_owned(), json!(value))).collect();
    let raw = json!({"ThreadItem": raw, "Transcript": item.transcript, "ThreadParticipant": item.thread}).to_string();
    (Place::Item(u64::try_from(item.row).unwrap_or_default()), raw, record(item, settings))
}

fn record(item: Item, settings: &Settings) -> Result<Read, String> {
    let [key, kind, timestamp, duration, sender, text, ring_group, failure, system] = item.columns;
    let is_set = |flag: Option<String>| flag.is_some_and(|flag| flag != "0");
    let at = timestamp.as_deref().and_then(|ms| ms.parse().ok()).and_then(when::epoch_ms);
    let at = at.ok_or_else(|| format!("timestamp is {} ms, and must be seconds since 1970", timestamp.as_deref().unwrap_or("nothing")))?;
    let (channel, direction, answered) = match kind.as_deref().unwrap_or_default() {
        _ if is_set(system) => return Ok(Read::Skip("a note of Google Voice itself")),
        "IncomingCall" => (Channel::Call, Direction::Inbound, Some(true)),
        "MissedCall" => (Channel::Call, Direction::Inbound, Some(false)),
        "OutgoingCall" => (Channel::Call, Direction::Outbound, None),
        "Voicemail" => (Channel::Voicemail, Direction::Inbound, Some(false)),
        "SmsIn" => (Channel::Sms, Direction::Inbound, None),
        "SmsOut" if is_set(failure) => return Ok(Read::Skip(UNSENDABLE)),
        "SmsOut" => (Channel::Sms, Direction::Outbound, None),
        other => return Err(format!("itemType is {other:?}, which is unknown")),
    };
    let caller = |text: &str| number::normalise(text, number::REGION).into_text();
    let sender = caller(&sender.unwrap_or_default());
    let (from, to) = match direction {
        Direction::Inbound => (sender, settings.own.clone()),
        Direction::Outbound => {
            // The sender is the number that the app's owner had at the time.
            let mut others: Vec<String> = item.thread.unwrap_or_default().split(' ').filter_map(caller).collect();
            others.retain(|other| Some(other) != sender.as_ref());
            (sender.or_else(|| settings.own.clone()), others.pop().filter(|_| others.is_empty()))
        }
    };
    let is_text = channel == Channel::Sms;
    Ok(Read::call(CallRecord {
        id: key,
        direction,
        from,
        to,
        duration_s: duration.filter(|_| !is_text).and_then(|seconds| when::duration(&seconds)),
        answered,
        body: if is_text { text } else { item.transcript },
        forwarded_from: ring_group.and_then(|number| caller(&number)),
        ..CallRecord::new(channel, at.left(channel))
    }))
}

#[cfg(test)]
mod tests {
    use sqlx::Executor as _;

    use super::*;

    /// What a database made by these statements holds.
    fn all(statements: &'static str) -> (Vec<String>, Option<String>) {
        packed(statements, false)
    }

    /// The same, or what it holds within a zip archive.
    fn packed(statements: &'static str, zipped: bool) -> (Vec<String>, Option<String>) {
        let folder = tempfile::tempdir().unwrap();
        let place = folder.path().join("threadingStore.sqlite");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        // Nothing is moved out of the write-ahead log while it is open.
        let connection = runtime.block_on(async {
            let options = SqliteConnectOptions::new().filename(&place).create_if_missing(true);
            let mut connection = options.pragma("journal_mode", "wal").pragma("wal_autocheckpoint", "0").connect().await.unwrap();
            connection.execute(statements).await.unwrap();
            connection
        });
        let mut source = place.clone();
        if zipped {
            source = folder.path().join("phone.zip");
            let mut writer = zip::ZipWriter::new(std::fs::File::create(&source).unwrap());
            for end in ["", "-wal"] {
                writer.start_file(format!("a/threadingStore.sqlite{end}"), zip::write::SimpleFileOptions::default()).unwrap();
                let mut file = std::fs::File::open(format!("{}{end}", place.display())).unwrap();
                assert!(std::io::copy(&mut file, &mut writer).unwrap() > 0 || end.is_empty());
            }
            writer.finish().unwrap();
        }
        let (mut rows, settings) = (Vec::new(), Settings { own: Some("+15125550142".to_owned()), ..Settings::default() });
        let mut sink = |row: super::super::Row<'_>| {
            let said = row.call.as_ref().map_or_else(
                |problem| format!("! {problem}"),
                |call| {
                    let json = serde_json::to_value(call).unwrap();
                    let names =
                        ["id", "channel", "direction", "from", "to", "started_at", "duration_s", "answered", "body", "forwarded_from"];
                    names.map(|name| json.get(name).map_or("-".to_owned(), ToString::to_string).replace(['"', ' '], "")).join(" ")
                },
            );
            rows.push(format!("{} {said}", row.place));
            assert!(row.raw.starts_with("{\"ThreadItem\":{"));
            Ok(())
        };
        let error = super::super::read::path(&source, &settings, &mut sink).err().map(|error| error.to_string());
        drop(connection);
        (rows, error)
    }

    #[test]
    fn items_are_read_with_what_stands_in_the_log_alone() {
        let (rows, error) = all(
            "CREATE TABLE ThreadItem(threadItemKey TEXT, threadItemType INTEGER, itemType TEXT, timestamp REAL, duration REAL, senderPhoneNumber TEXT,
               messageText TEXT, ringGroupPhoneNumber TEXT, failureReason INTEGER, isSystemMessage INTEGER, threadKey TEXT, threadType INTEGER);
             CREATE TABLE ThreadParticipant(phoneNumberE164 TEXT, threadKey TEXT, threadType INTEGER);
             CREATE TABLE Transcript(threadItemKey TEXT, threadItemType INTEGER, text TEXT);
             INSERT INTO ThreadParticipant VALUES ('+15125550100', 't', 1), ('+15125550142', 't', 1), ('+15125550100', 'g', 1), ('+15125550101', 'g', 1);
             INSERT INTO Transcript VALUES ('b', 1, 'Hi');
             INSERT INTO ThreadItem VALUES
               ('c', 1, 'MissedCall', 1559081567.0, 5.0, '+15125550100', NULL, '+15125550177', 0, 0, 't', 1),
               ('a', 1, 'IncomingCall', 1559081566.584, 107.9, '', NULL, NULL, 0, 0, 't', 1),
               ('b', 1, 'Voicemail', 1559081566.585, 18.0, '+15125550100', NULL, NULL, 0, 0, 't', 1),
               ('d', 1, 'OutgoingCall', 1559081568, 9, '+15125550142', NULL, NULL, 0, 0, 't', 1),
               ('e', 1, 'SmsIn', 1559081569, 0, '72345', 'Yes', NULL, 0, 0, 't', 1),
               ('f', 1, 'SmsOut', 1559081570, 0, '+15125550142', 'No', NULL, 0, 0, 'g', 1),
               ('g', 1, 'SmsOut', 1559081571, 0, '+15125550142', 'failed', NULL, 3, 0, 't', 1),
               ('h', 1, 'SmsIn', 1559081572, 0, '+15125550100', 'joined', NULL, 0, 1, 't', 1),
               ('i', 1, 'Fax', 1559081573, 0, '+15125550100', NULL, NULL, 0, 0, 't', 1),
               ('j', 1, 'SmsIn', 'soon', 0, '+15125550100', NULL, NULL, 0, 0, 't', 1);",
        );
        assert_eq!(error, None);
        assert_eq!(
            rows,
            [
                "record 2 a call inbound null +15125550142 2019-05-28T22:12:46.584Z 107 true null -",
                "record 3 b voicemail inbound +15125550100 +15125550142 2019-05-28T22:12:46.585Z 18 false Hi -",
                "record 1 c call inbound +15125550100 +15125550142 2019-05-28T22:12:47Z 5 false null +15125550177",
                "record 4 d call outbound +15125550142 +15125550100 2019-05-28T22:12:48Z 9 null null -",
                "record 5 e sms inbound 72345 +15125550142 2019-05-28T22:12:49Z null null Yes -",
                "record 6 f sms outbound +15125550142 null 2019-05-28T22:12:50Z null null No -",
                "record 9 ! itemType is \"Fax\", which is unknown",
                "record 10 ! timestamp is 0 ms, and must be seconds since 1970",
            ]
        );
    }

    #[test]
    fn a_database_in_an_archive_is_read_with_the_log_beside_it() {
        let (rows, error) = packed(
            "CREATE TABLE ThreadItem(itemType TEXT, timestamp REAL); INSERT INTO ThreadItem VALUES ('MissedCall', 1559081567.0);",
            true,
        );
        assert_eq!((rows.len(), error), (1, None), "{rows:?}");
    }

    #[test]
    fn an_older_database_lacks_what_it_lacks() {
        let (rows, error) =
            all("CREATE TABLE ThreadItem(itemType TEXT, timestamp REAL); INSERT INTO ThreadItem VALUES ('MissedCall', 1559081567.0);");
        assert_eq!(
            (rows, error),
            (vec!["record 1 null call inbound null +15125550142 2019-05-28T22:12:47Z null false null -".to_owned()], None)
        );
    }

    #[test]
    fn another_database_is_none_of_ours() {
        for statements in ["CREATE TABLE message(text TEXT);", "CREATE VIEW ThreadItem AS SELECT 'MissedCall' AS itemType, 1 AS timestamp;"]
        {
            let (rows, error) = all(statements);
            assert!(rows.is_empty() && error.is_some_and(|error| error.contains("an SQLite database")), "{statements}");
        }
    }
}
