//! Text as comparable words: lower case, accents off, everything but letters and digits a single space, a space at both
//! ends. So `contains(" third bay ")` asks for whole words.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

/// Words that say nothing about which builder it is.
const GENERIC: &[&str] = &[
    "and",
    "brothers",
    "builder",
    "builders",
    "building",
    "co",
    "communities",
    "company",
    "construction",
    "corp",
    "corporation",
    "custom",
    "design",
    "development",
    "developers",
    "family",
    "fine",
    "group",
    "home",
    "homes",
    "homebuilders",
    "house",
    "houses",
    "inc",
    "living",
    "llc",
    "ltd",
    "new",
    "of",
    "properties",
    "real",
    "estate",
    "residential",
    "the",
];

/// The text as padded words.
pub(crate) fn fold(text: &str) -> String {
    let mut words = Words(Vec::with_capacity(text.len() + 2));
    words.0.push(b' ');
    let mut rest = text;
    while !rest.is_empty() {
        let (ascii, other) = rest.split_at(rest.bytes().position(|byte| !byte.is_ascii()).unwrap_or(rest.len()));
        ascii.bytes().for_each(|byte| words.add(byte));
        // Taking accents off is most of the work. No mark moves over a plain letter, so that the pieces between plain ones can be done apart.
        let (other, after) = other.split_at(other.bytes().position(|byte| byte.is_ascii()).unwrap_or(other.len()));
        other.nfd().filter(|c| !is_combining_mark(*c) && *c != '\u{2019}').for_each(|c| words.add_any(c));
        rest = after;
    }
    words.end();
    // Only whole characters were written.
    String::from_utf8(words.0).unwrap_or_default()
}

/// Words as they are written down.
struct Words(Vec<u8>);

impl Words {
    fn add(&mut self, byte: u8) {
        match byte {
            b'\'' => {}
            _ if byte.is_ascii_alphanumeric() => self.0.push(byte.to_ascii_lowercase()),
            _ => self.end(),
        }
    }

    fn add_any(&mut self, c: char) {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() => self.add(byte),
            _ if c.is_alphanumeric() => {
                c.to_lowercase().for_each(|lower| self.0.extend_from_slice(lower.encode_utf8(&mut [0; 4]).as_bytes()));
            }
            _ => self.end(),
        }
    }

    fn end(&mut self) {
        if self.0.last() != Some(&b' ') {
            self.0.push(b' ');
        }
    }
}

/// A folded text in which many phrases are looked for.
pub(super) struct Folded {
    text: String,
    /// Without "and", for "&" folds to nothing.
    joined: String,
}

impl Folded {
    /// Folds a text.
    pub(super) fn of(text: &str) -> Self {
        let text = fold(text);
        Self { joined: text.replace(" and ", " "), text }
    }

    /// Whether it holds the words of a phrase, in order and side by side. An empty phrase is in nothing.
    pub(super) fn holds(&self, phrase: &str) -> bool {
        self.holds_folded(&fold(phrase))
    }

    /// The same of a phrase that is folded already.
    pub(super) fn holds_folded(&self, phrase: &str) -> bool {
        let joined = if phrase.contains(" and ") { Cow::Owned(phrase.replace(" and ", " ")) } else { Cow::Borrowed(phrase) };
        phrase.len() > 1 && (self.text.contains(phrase) || self.joined.contains(&*joined))
    }

    /// Whether it holds no word.
    pub(super) fn is_empty(&self) -> bool {
        self.text.trim().is_empty()
    }

    /// Whether it holds a folded word.
    pub(super) fn has(&self, word: &str) -> bool {
        self.text.contains(&format!(" {word} "))
    }
}

/// A name as it is looked for, in many places and ways.
pub(super) struct Name {
    /// All of it, folded.
    pub(super) whole: String,
    /// As [`core_of`] gives it.
    pub(super) core: String,
}

impl Name {
    /// Folds a name.
    pub(super) fn of(name: &str) -> Self {
        let whole = fold(name);
        Self { core: core_of_folded(&whole), whole }
    }
}

/// Whether folded `text` holds the words of `phrase`, in order and side by side. An empty phrase is in nothing.
pub(crate) fn holds(text: &str, phrase: &str) -> bool {
    let phrase = fold(phrase);
    // "&" folds to nothing, so the word for it must not stand in the way. A text without the phrase's words need not be written anew.
    phrase.len() > 1
        && (text.contains(&phrase)
            || phrase.split_whitespace().filter(|word| *word != "and").all(|word| text.contains(word))
                && text.replace(" and ", " ").contains(&phrase.replace(" and ", " ")))
}

/// Whether a folded word says nothing about which builder it is.
pub(super) fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word)
}

/// The words of a builder's or community's name that set it apart, folded: `Cedar & Stone Builders` gives ` cedar stone `.
pub(crate) fn core_of(name: &str) -> String {
    core_of_folded(&fold(name))
}

fn core_of_folded(name: &str) -> String {
    let kept: Vec<&str> = name.split_whitespace().filter(|word| !GENERIC.contains(word)).collect();
    format!(" {} ", kept.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_finds_whole_words() {
        assert_eq!(fold("  Peña's  3-Car/Garage! "), " penas 3 car garage ");
        assert_eq!(fold(""), " ");
        assert_eq!(fold("n\u{303}e\u{301}\u{327}s e\u{327}\u{301}\u{2014}x\u{2019}s\u{302}"), " nes e xs ");
        assert_eq!(fold("  Pena's  3-Car/Garage! "), " penas 3 car garage ");
        assert!(holds(&fold("a three-car garage."), "Three car"));
        assert!(!holds(&fold("carports"), "car"));
        assert!(holds(&fold("with Cedar and Stone Builders"), "Cedar & Stone"));
        assert!(!holds(&fold("anything"), ""));
        assert_eq!(core_of("Cedar & Stone Builders, LLC"), " cedar stone ");
    }
}
