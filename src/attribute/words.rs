//! Text as comparable words: lower case, accents off, everything but letters and digits a single space, a space at both
//! ends. So `contains(" third bay ")` asks for whole words.

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
    let mut out = String::with_capacity(text.len() + 2);
    out.push(' ');
    // Taking accents off is most of the work, and plain text has none.
    if text.is_ascii() {
        text.chars().filter(|c| *c != '\'').for_each(|c| add(&mut out, c));
    } else {
        text.nfd().filter(|c| !is_combining_mark(*c) && !matches!(c, '\'' | '\u{2019}')).for_each(|c| add(&mut out, c));
    }
    if !out.ends_with(' ') {
        out.push(' ');
    }
    out
}

fn add(out: &mut String, c: char) {
    if c.is_ascii_alphanumeric() {
        out.push(c.to_ascii_lowercase());
    } else if c.is_alphanumeric() {
        out.extend(c.to_lowercase());
    } else if !out.ends_with(' ') {
        out.push(' ');
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
        let phrase = fold(phrase);
        phrase.len() > 1 && (self.text.contains(&phrase) || self.joined.contains(&phrase.replace(" and ", " ")))
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

/// Whether folded `text` holds the words of `phrase`, in order and side by side. An empty phrase is in nothing.
pub(crate) fn holds(text: &str, phrase: &str) -> bool {
    let phrase = fold(phrase);
    // "&" folds to nothing, so the word for it must not stand in the way.
    phrase.len() > 1 && (text.contains(&phrase) || text.replace(" and ", " ").contains(&phrase.replace(" and ", " ")))
}

/// Whether a folded word says nothing about which builder it is.
pub(super) fn is_generic(word: &str) -> bool {
    GENERIC.contains(&word)
}

/// The words of a builder's or community's name that set it apart, folded: `Cedar & Stone Builders` gives ` cedar stone `.
pub(crate) fn core_of(name: &str) -> String {
    let folded = fold(name);
    let kept: Vec<&str> = folded.split_whitespace().filter(|word| !GENERIC.contains(word)).collect();
    format!(" {} ", kept.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_and_finds_whole_words() {
        assert_eq!(fold("  Peña's  3-Car/Garage! "), " penas 3 car garage ");
        assert_eq!(fold(""), " ");
        assert_eq!(fold("  Pena's  3-Car/Garage! "), " penas 3 car garage ");
        assert!(holds(&fold("a three-car garage."), "Three car"));
        assert!(!holds(&fold("carports"), "car"));
        assert!(holds(&fold("with Cedar and Stone Builders"), "Cedar & Stone"));
        assert!(!holds(&fold("anything"), ""));
        assert_eq!(core_of("Cedar & Stone Builders, LLC"), " cedar stone ");
    }
}
