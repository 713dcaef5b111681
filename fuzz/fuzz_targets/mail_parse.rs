//! Whatever bytes come as a mail: read, known again, judged. Nothing may panic, and nothing that is kept of a mail may be
//! larger than the mail gives reason for. A panic of the MIME reader that is caught is no finding.

#![no_main]

use crickets::classify::{self, Context};
use crickets::guard::tell_caught_panics;
use crickets::collect::mail::{canonical, parse};
use libfuzzer_sys::fuzz_target;

fuzz_target!(init: tell_caught_panics(), |bytes: &[u8]| {
    let mail = parse(bytes);
    assert!(mail.text.len() <= 128 << 10, "the text is bounded");
    assert!(mail.part_types.len() <= bytes.len() + 1, "no part comes from nothing");
    assert_eq!(canonical::identity(bytes), canonical::identity(bytes));
    assert_eq!(canonical::identity_of_headers(bytes).len(), 64);
    let asked = Context {
        first_name: "Dana".to_owned(),
        last_name: "Whitfield".to_owned(),
        builder: "Bluebonnet Homes".to_owned(),
        community: Some("Willow Creek".to_owned()),
        question: "Does the Magnolia at Willow Creek come with a three-car garage?".to_owned(),
        answer: vec!["three-car".to_owned(), "third bay".to_owned()],
        own: vec!["shopper+k7f3@example.org".to_owned(), "+15125550142".to_owned()],
        elapsed_s: Some(40),
    };
    let judged = classify::mail(&mail, &asked);
    assert!((0.0..=1.0).contains(&judged.confidence), "{}", judged.confidence);
    assert!(judged.quotes.values().all(|quote| quote.chars().count() <= 1000), "quotes are short");
    let _ = classify::writer(&mail, &Context::default());
});
