//! Whatever request comes to a webhook: refused or believed, read as a form or as JSON, written to the journal and read back; and whatever
//! bytes stand in the journal. The first byte chooses the provider and the way, the first line the query and headers.

#![no_main]

mod reads;

use crickets::collect::hooks::{Delivery, Provider, event, journal, verify};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((first, rest)) = bytes.split_first() else { return };
    if *first == b'{' {
        for entry in journal::entries_of(bytes, 0, 64).expect("bytes in memory can be read") {
            assert!(entry.next <= bytes.len() as u64, "the next line is within the file");
        }
    }
    let (line, body) = rest.iter().position(|byte| *byte == b'\n').map_or((rest, &rest[..0]), |at| (&rest[..at], &rest[at + 1..]));
    let line = String::from_utf8_lossy(line);
    let (query, headers) = line.split_once('\t').unwrap_or((&line, ""));
    let form = if first & 16 == 0 { "application/x-www-form-urlencoded" } else { "application/json" };
    let mut named = vec![("content-type".to_owned(), form.to_owned())];
    named.extend(headers.split('\t').filter_map(|header| header.split_once(':')).map(|(name, value)| (name.to_lowercase(), value.to_owned())));
    let delivery = Delivery {
        phone: "main".to_owned(),
        provider: Provider::ALL[usize::from(first & 7)],
        at: "2026-11-02T15:05:00Z".parse().expect("a moment"),
        rehearsed_at: None,
        method: if first & 8 == 0 { "POST" } else { "GET" }.to_owned(),
        url: format!("https://crickets.example/hooks/main/x?{query}"),
        headers: named,
        body: body.to_owned(),
    };
    let _ = verify::check(&delivery, "bm90IGEgc2VjcmV0", delivery.at);
    let settings = reads::settings();
    let mut sink = reads::keep;
    let _ = event::read(&delivery, &settings, &mut sink);
});
