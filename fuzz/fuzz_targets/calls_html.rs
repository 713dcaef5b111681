//! Whatever bytes come as a page of Google Voice: read, in bounds.

#![no_main]

mod reads;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let read = reads::read(bytes, "+15125550100 - Text - 2026-11-02T15_04_05Z.html", |reader| reader.name == "google-voice-html", false);
    assert!(read.is_some_and(|read| read.is_ok()), "bytes in memory can be read");
});
