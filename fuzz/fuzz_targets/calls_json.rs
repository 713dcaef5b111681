//! Whatever bytes come as JSON of a phone company: its records known, their events joined, read, kept.

#![no_main]

mod reads;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    reads::read(bytes, "log.json", |reader| reader.name == "json", false);
});
