//! Whatever bytes a mail server sends while bodies are taken out of its stream: however they are cut into pieces, the same goes on and
//! the same is taken out; nothing is lost but what was announced, and nothing is made up.

#![no_main]

use crickets::collect::mail::without_letters;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some((size, stream)) = bytes.split_first() else { return };
    let (onward, taken) = without_letters(stream, usize::from(*size));
    assert_eq!((&onward, &taken), (&without_letters(stream, stream.len()).0, &without_letters(stream, 1).1), "cut otherwise");
    let bodies: usize = taken.iter().map(Vec::len).sum();
    // `{3}` and a line feed become `{2}`, both line ends and a stub of a zero and a number.
    let announced = stream.iter().filter(|byte| **byte == b'{').count();
    assert!(bodies + onward.len() <= stream.len() + announced * 12, "nothing is made up");
    if taken.is_empty() && !stream.windows(5).any(|five| five.eq_ignore_ascii_case(b"FETCH")) {
        assert_eq!(onward, stream, "what is no body goes on as it comes");
    }
});
