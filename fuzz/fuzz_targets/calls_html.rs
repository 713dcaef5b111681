//! Whatever bytes come as a page of Google Voice: read, in bounds. Nothing may panic, and no row is larger than a text has reason to
//! be.

#![no_main]

use std::path::Path;

use crickets::collect::phone::format::{READERS, Source};
use crickets::collect::phone::{Reading, Row, Settings};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let settings = Settings { own: Some("+15125550142".to_owned()), ..Settings::default() };
    for reader in READERS.iter().filter(|reader| reader.name == "google-voice-html") {
        let mut rows = 0_usize;
        let mut sink = |row: Row<'_>| {
            rows += 1;
            assert!(row.raw.len() <= 16 << 10, "the raw row is bounded");
            assert!(row.call.is_err() || row.call.is_ok_and(|call| call.body.is_none_or(|body| body.len() <= 64 << 10)));
            Ok(())
        };
        let mut reading = Reading::new(&settings, &mut sink);
        reading.begin("+15125550100 - Text - 2026-11-02T15_04_05Z.html", reader.name);
        let read = (reader.read)(&mut Source { path: Path::new("page.html"), reader: &mut &*bytes }, &mut reading);
        assert!(read.is_ok(), "bytes in memory can be read");
        assert!(rows <= bytes.len() + 1, "no row comes from nothing");
    }
});
