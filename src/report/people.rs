//! Finding people in a text: known names as whole words, in large letters or small, the longest at each place. Takes the names once and
//! then any number of texts; a wave has millions, of which few hold a name, so that nothing is built for a text without one. Words are
//! what a regular expression calls words (UTS #18, 1.4); letters are alike whose capitals are.

use std::borrow::Cow;

use unicode_normalization::char::is_combining_mark;

/// Known names.
#[derive(Debug)]
pub(super) struct People {
    /// In letters without case, the longest first.
    names: Vec<Vec<char>>,
    /// For each byte whether a name may begin with it.
    begins: [bool; 256],
}

impl People {
    /// These names; one without letters is none.
    pub(super) fn of(names: impl IntoIterator<Item = String>) -> Self {
        let mut names: Vec<String> = names.into_iter().filter(|name| !name.is_empty()).collect();
        // The whole name before its parts.
        names.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        let names: Vec<Vec<char>> = names.iter().map(|name| name.chars().map(alike).collect()).collect();
        let mut begins = [false; 256];
        for (byte, begins) in (0_u8..=255).zip(&mut begins) {
            // What begins with these is no letter of ours until it is looked at.
            let letter = alike(char::from(byte));
            *begins = !byte.is_ascii() || names.iter().any(|name| name.first() == Some(&letter));
        }
        Self { names, begins }
    }

    /// The text with something else in place of each name.
    pub(super) fn replaced<'a>(&self, text: &'a str, instead: impl Fn(&str) -> String) -> Cow<'a, str> {
        let (mut out, mut end) = (String::new(), 0);
        while let Some((from, to)) = self.next(text, end) {
            out.push_str(text.get(end..from).unwrap_or_default());
            out.push_str(&instead(text.get(from..to).unwrap_or_default()));
            end = to;
        }
        if end == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(text.get(end..).unwrap_or_default());
        Cow::Owned(out)
    }

    /// Where the next name stands.
    fn next(&self, text: &str, start: usize) -> Option<(usize, usize)> {
        if self.names.is_empty() {
            return None;
        }
        let may_begin = |(at, byte): (usize, &u8)| self.begins.get(usize::from(*byte)).is_some_and(|may| *may).then_some(start + at);
        let mut places = text.as_bytes().get(start..)?.iter().enumerate().filter_map(may_begin);
        places.find_map(|at| {
            // Not inside a letter.
            let (before, rest) = text.split_at_checked(at)?;
            let length = is_boundary(before, rest).then(|| self.names.iter().find_map(|name| length(before, rest, name)))??;
            Some((at, at + length))
        })
    }
}

/// How many bytes a name takes at the beginning of a text, if it stands there as a word.
fn length(before: &str, text: &str, name: &[char]) -> Option<usize> {
    let mut letters = text.char_indices();
    for letter in name {
        if alike(letters.next()?.1) != *letter {
            return None;
        }
    }
    let length = letters.offset();
    let (said, rest) = text.split_at_checked(length)?;
    let last = if said.is_empty() { before } else { said };
    is_boundary(last, rest).then_some(length)
}

/// Whether a word begins or ends between two parts of a text.
fn is_boundary(before: &str, after: &str) -> bool {
    before.chars().next_back().is_some_and(is_word) != after.chars().next().is_some_and(is_word)
}

fn is_word(letter: char) -> bool {
    letter.is_ascii_alphanumeric()
        || letter == '_'
        || !letter.is_ascii() && (letter.is_alphanumeric() || is_combining_mark(letter) || matches!(letter, '\u{200c}' | '\u{200d}'))
}

/// The letter without its case.
fn alike(letter: char) -> char {
    if letter.is_ascii() {
        return letter.to_ascii_lowercase();
    }
    let only = |letters: &mut dyn Iterator<Item = char>| letters.next().filter(|_| letters.next().is_none());
    only(&mut letter.to_uppercase()).and_then(|upper| only(&mut upper.to_lowercase())).unwrap_or(letter)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use regex::Regex;

    use super::*;

    fn marked(names: &[&str], text: &str) -> String {
        People::of(names.iter().map(|name| (*name).to_owned())).replaced(text, |found| format!("<{found}>")).into_owned()
    }

    #[test]
    fn names_are_found_as_words_whatever_their_letters() {
        let names = ["Amy", "Ortiz", "Amy Ortiz", "José", "O'Brien", "Kim", "Straße"];
        for (text, want) in [
            ("this is AMY ORTIZ, amy's", "this is <AMY ORTIZ>, <amy>'s"),
            ("Amyloid, Josef, Kimono", "Amyloid, Josef, Kimono"),
            ("JOSÉ o'brien STRASSE straße", "<JOSÉ> <o'brien> STRASSE <straße>"),
            ("\u{212a}im", "<\u{212a}im>"),
            ("x_Amy Amy_x (Amy)", "x_Amy Amy_x (<Amy>)"),
            ("AmyAmy Amy Amy", "AmyAmy <Amy> <Amy>"),
            ("ÉAmy éé Amy", "ÉAmy éé <Amy>"),
            ("", ""),
        ] {
            assert_eq!(marked(&names, text), want);
        }
        assert_eq!(marked(&[], "Amy"), "Amy");
        assert!(matches!(People::of(["Amy".to_owned()]).replaced("nobody", str::to_owned), Cow::Borrowed("nobody")));
    }

    proptest! {
        /// Nothing is found that the expression `(?i)\b(?:…)\b` would not find, and nothing is missed.
        #[test]
        fn it_finds_what_an_expression_finds(
            names in prop::collection::vec("[aAbKséÉß'( ]{1,4}", 1..4),
            text in "[aAbBkK\u{212a}sSſéÉßẞ'() _.\u{301}]{0,24}",
        ) {
            let mut longest: Vec<&String> = names.iter().collect();
            longest.sort_by(|a, b| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
            let pattern: Vec<String> = longest.iter().map(|name| regex::escape(name)).collect();
            let expression = Regex::new(&format!(r"(?i)\b(?:{})\b", pattern.join("|"))).unwrap();
            let want = expression.replace_all(&text, |found: &regex::Captures<'_>| format!("<{}>", &found[0])).into_owned();
            prop_assert_eq!(People::of(names).replaced(&text, |found| format!("<{found}>")).into_owned(), want);
        }
    }
}
