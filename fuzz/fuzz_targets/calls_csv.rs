//! Whatever bytes come as a table of calls: recognised, mapped, read, kept.

#![no_main]

mod reads;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    reads::read(bytes, "log.csv", |_| true, true);
});
