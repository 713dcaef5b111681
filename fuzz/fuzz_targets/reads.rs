//! What every reader of calls must keep, whatever bytes come: nothing panics, what is kept of a row is bounded, and a record comes back
//! from its evidence as it was. Shared by the targets.

use std::path::Path;

use crickets::collect::CollectError;
use crickets::collect::phone::format::{Head, READERS, Reader, Source};
use crickets::collect::phone::map::Answers;
use crickets::collect::phone::wall::Order;
use crickets::collect::phone::{Direction, Reading, Row, Settings, stored};

/// Settings that leave nothing open.
pub fn settings() -> Settings {
    let answers = Answers { yes: true, order: Some(Order::MonthFirst), direction: Some(Direction::Inbound), ..Answers::default() };
    Settings { own: Some("+15125550142".to_owned()), zone: "America/Chicago".parse().ok(), answers, ..Settings::default() }
}

/// What must hold of every row.
pub fn keep(row: Row<'_>) -> Result<(), CollectError> {
    assert!(row.raw.len() <= 16 << 10, "the raw row is bounded");
    if let Ok(call) = &row.call {
        assert!(call.body.as_ref().is_none_or(|body| body.len() <= 64 << 10), "the text is bounded");
        assert!(call.started_at_latest.is_none_or(|latest| latest >= call.started_at), "an interval has its ends in order");
        let raw = stored::raw_record(call, &row, "phone.main")?;
        assert!(raw.bytes.len() < 2 << 20, "a record is bounded");
        assert_eq!(stored::parse_record(&raw.bytes)?, *call);
    }
    Ok(())
}

/// Reads bytes by the first reader that is wanted and, where `asked`, recognises them. Gives what came of it.
pub fn read(bytes: &[u8], name: &str, wanted: impl Fn(&Reader) -> bool, asked: bool) -> Option<Result<(), CollectError>> {
    let settings = settings();
    let mut rows = 0_usize;
    let mut sink = |row: Row<'_>| {
        rows += 1;
        keep(row)
    };
    let mut reading = Reading::new(&settings, &mut sink);
    let head = Head::new(bytes);
    let reader = READERS.iter().find(|reader| wanted(reader) && (!asked || (reader.recognises)(&head)))?;
    reading.begin(name, reader.name);
    let mut rest = bytes;
    let read = (reader.read)(&mut Source { path: Path::new(name), reader: &mut rest }, &mut reading);
    assert!(rows <= bytes.len() + 1, "no row comes from nothing");
    Some(read)
}
