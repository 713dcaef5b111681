//! A text by its trigrams: which three letters stand side by side somewhere in it, without case, digits and spaces being one each.
//! One pass over a text then answers for a hundred patterns whether it can hold what they need (R. Cox, Regular Expression Matching with
//! a Trigram Index, 2012). The last few texts are remembered, since all patterns are asked about the same ones.

use std::cell::RefCell;
use std::collections::VecDeque;
use std::sync::LazyLock;

/// The letters of a trigram.
pub(super) const LENGTH: usize = 3;
/// Bits of a letter.
const BITS: u32 = 5;
/// Words of 64 trigrams.
const WORDS: usize = 1 << (BITS * 3 - 6);
/// Texts that are remembered.
const TEXTS: usize = 4;

/// A byte as it is compared: a letter in either case, any digit, any space, a quote, any other sign, any byte beyond ASCII.
pub(super) fn letter(byte: u8) -> u8 {
    match byte {
        b'a'..=b'z' => byte - b'a',
        b'A'..=b'Z' => byte - b'A',
        b'0'..=b'9' => 26,
        b' ' | b'\t'..=b'\r' => 27,
        b'\'' => 28,
        128.. => 30,
        _ => 29,
    }
}

/// The trigrams of letters in a row.
pub(super) fn of_run(letters: &[u8]) -> Box<[u16]> {
    let code = |three: &[u8]| three.iter().fold(0, |code, letter| code << BITS | u16::from(*letter));
    letters.windows(LENGTH).map(code).collect()
}

/// The trigrams of a text.
#[derive(Clone, Debug)]
pub(super) struct Trigrams(Box<[u64]>);

impl Default for Trigrams {
    fn default() -> Self {
        Self(vec![0; WORDS].into_boxed_slice())
    }
}

impl Trigrams {
    /// Those of a text.
    #[cfg(test)]
    pub(super) fn of(text: &str) -> Self {
        let mut trigrams = Self::default();
        trigrams.set(text);
        trigrams
    }

    fn set(&mut self, text: &str) {
        static LETTERS: LazyLock<[u8; 256]> = LazyLock::new(|| std::array::from_fn(|byte| u8::try_from(byte).map_or(0, letter)));
        let letters = &*LETTERS;
        self.0.fill(0);
        let mut code = 0_usize;
        for (at, byte) in text.bytes().enumerate() {
            code = (code << BITS | letters.get(usize::from(byte)).copied().map_or(0, usize::from)) & (WORDS * 64 - 1);
            if at + 1 >= LENGTH
                && let Some(word) = self.0.get_mut(code / 64)
            {
                *word |= 1 << (code % 64);
            }
        }
    }

    /// Whether all of some trigrams stand in the text.
    pub(super) fn hold(&self, trigrams: &[u16]) -> bool {
        trigrams.iter().map(|code| usize::from(*code)).all(|code| self.0.get(code / 64).is_some_and(|word| word >> (code % 64) & 1 == 1))
    }
}

thread_local! {
    /// The texts that were asked about last.
    static KNOWN: RefCell<VecDeque<(String, Trigrams)>> = const { RefCell::new(VecDeque::new()) };
}

/// Asks something of a text's trigrams.
pub(super) fn ask(text: &str, question: impl Fn(&Trigrams) -> bool) -> bool {
    KNOWN.with_borrow_mut(|known| {
        if let Some((_, trigrams)) = known.iter().find(|(known, _)| known == text) {
            return question(trigrams);
        }
        let (mut held, mut trigrams) = if known.len() < TEXTS { None } else { known.pop_front() }.unwrap_or_default();
        text.clone_into(&mut held);
        trigrams.set(text);
        let answer = question(&trigrams);
        known.push_back((held, trigrams));
        answer
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_told_from_others_however_many_are_asked_about() {
        let run = of_run(&"third bay".bytes().map(letter).collect::<Vec<_>>());
        for _ in 0..2 {
            for number in 0..3 * TEXTS {
                let (with, without) = (format!("{number}: a Third\nBay, yes"), format!("{number}: a thirD bra, yes"));
                assert_eq!(with.len(), without.len());
                assert!(ask(&with, |text| text.hold(&run)) && !ask(&without, |text| text.hold(&run)), "{number}");
            }
        }
        assert!(!ask("", |text| text.hold(&run)));
    }
}
