//! Whatever bytes come as an Android backup: read to the end, in bounds.

#![no_main]

mod reads;

use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    for name in ["android-xml", "super-backup-xml"] {
        let read = reads::read(bytes, "backup.xml", |reader| reader.name == name, false);
        assert!(read.is_some_and(|read| read.is_ok()), "bytes in memory can be read");
    }
});
