//! Whatever bytes come as a table of calls: recognised, mapped, read, kept. Nothing may panic, and what is kept of a row is bounded.

#![no_main]

use crickets::collect::phone::format::{Head, READERS, Source};
use crickets::collect::phone::map::Answers;
use crickets::collect::phone::wall::Order;
use crickets::collect::phone::{Direction, Reading, Row, Settings, stored};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let answers = Answers { yes: true, order: Some(Order::MonthFirst), direction: Some(Direction::Inbound), ..Answers::default() };
    let zone = "America/Chicago".parse().ok();
    let settings = Settings { own: Some("+15125550142".to_owned()), zone, answers, ..Settings::default() };
    let mut take = |row: Row<'_>| {
        if let Ok(call) = &row.call {
            let raw = stored::raw_record(call, &row, "phone.main")?;
            assert!(raw.bytes.len() < 2 << 20, "a record is bounded");
            assert_eq!(stored::parse_record(&raw.bytes)?, *call);
        }
        Ok(())
    };
    let mut reading = Reading::new(&settings, &mut take);
    let head = Head::new(bytes);
    if let Some(reader) = READERS.iter().find(|reader| (reader.recognises)(&head)) {
        reading.begin("log.csv", reader.name);
        let _ = (reader.read)(&mut Source { path: "log.csv".as_ref(), reader: &mut &*bytes }, &mut reading);
    }
});
