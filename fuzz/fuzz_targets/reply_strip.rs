//! Whatever text comes as an answer: the writer's words, the signature, what was quoted. Words may be left out, never made up.

#![no_main]

use crickets::classify::stripped_reply;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    let (body, signature, quoted) = stripped_reply(&text);
    assert!(body.len() + signature.len() <= text.len() + 1, "nothing is made up");
    if !quoted {
        let words = |text: &str| text.split_whitespace().filter(|word| !word.chars().all(|c| c == '_' || c == '-')).count();
        assert!(words(&body) + words(&signature) <= words(&text));
    }
});
