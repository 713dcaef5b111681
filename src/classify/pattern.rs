//! Regular expressions that are compiled when a text first may hold them, and the sentence around a find.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::{Captures, Match, RegexBuilder};
use regex_syntax::ParserBuilder;

use super::needs::Needs;
use super::trigrams;

/// A shorter text is sooner searched than looked through for trigrams, once there is something to search with.
const SHORT: usize = 256;

/// A constant regular expression. It is searched for, and compiled, only where a text holds what it needs: of a hundred patterns most are
/// in no mail, and searching for them all was most of the work of judging one.
#[derive(Debug)]
pub(super) struct Regex {
    text: String,
    any_case: bool,
    needs: Option<Needs>,
    compiled: OnceLock<regex::Regex>,
}

impl Regex {
    /// Whether it may be in a text, or in any part of it, at all.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        self.needs.as_ref().is_none_or(|needs| trigrams::ask(text, |trigrams| needs.may_be_in(trigrams)))
    }

    fn compiled(&self) -> &regex::Regex {
        #[expect(clippy::unwrap_used, reason = "the pattern was read when it was made")]
        self.compiled.get_or_init(|| RegexBuilder::new(&self.text).case_insensitive(self.any_case).multi_line(true).build().unwrap())
    }

    /// Itself, where it may be in a text.
    fn within(&self, text: &str) -> Option<&regex::Regex> {
        let searched = text.len() < SHORT && self.compiled.get().is_some();
        (searched || self.may_be_in(text)).then(|| self.compiled())
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.within(text).is_some_and(|regex| regex.is_match(text))
    }

    pub(super) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        self.within(text)?.find(text)
    }

    pub(super) fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        self.within(text).into_iter().flat_map(move |regex| regex.find_iter(text))
    }

    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        self.within(text)?.captures(text)
    }

    pub(super) fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.within(text).into_iter().flat_map(move |regex| regex.captures_iter(text))
    }

    pub(super) fn replace<'t>(&self, text: &'t str, by: &str) -> Cow<'t, str> {
        self.within(text).map_or(Cow::Borrowed(text), |regex| regex.replace(text, by))
    }

    pub(super) fn replace_all<'t>(&self, text: &'t str, by: &str) -> Cow<'t, str> {
        self.within(text).map_or(Cow::Borrowed(text), |regex| regex.replace_all(text, by))
    }

    pub(super) fn split<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        self.compiled().split(text)
    }
}

/// A constant pattern, without case, `^` and `$` at every line.
pub(super) fn any_case(text: &str) -> Regex {
    build(text, true)
}

/// A constant pattern that minds case, `^` and `$` at every line.
pub(super) fn exact(text: &str) -> Regex {
    build(text, false)
}

fn build(text: &str, any_case: bool) -> Regex {
    // ASCII classes and word ends: Unicode's are slow to compile and make the engine fall back on its slow path.
    let text = text.replace(r"\b", r"(?-u:\b)").replace(r"\w", "[0-9A-Za-z_]").replace(r"\d", "[0-9]");
    #[expect(clippy::unwrap_used, reason = "the patterns are constants, and the tests read every one")]
    let read = ParserBuilder::new().case_insensitive(any_case).multi_line(true).build().parse(&text).unwrap();
    Regex { needs: Needs::of(&read), text, any_case, compiled: OnceLock::new() }
}

/// The sentences of a text: cut at line ends that end a paragraph or list item and after `.`, `!` or `?`.
pub(super) fn sentences(text: &str) -> Vec<&str> {
    let mut out = Vec::new();
    let mut start = 0;
    // Only these end anything, and stand for themselves wherever they are found (UTF-8).
    for (at, mark) in text.bytes().enumerate().filter(|(_, byte)| matches!(byte, b'\n' | b'.' | b'!' | b'?')) {
        let end = at + 1;
        let next = text.get(end..).and_then(|rest| rest.chars().next());
        let stop = match mark {
            b'\n' => next.is_none_or(|next| !next.is_lowercase() && !next.is_numeric()),
            b'.' => next.is_none_or(char::is_whitespace) && !abbreviated(text.get(start..at).unwrap_or_default()),
            _ => next.is_none_or(|next| next.is_whitespace() || next == '"'),
        };
        if stop {
            out.extend(text.get(start..end).map(str::trim).filter(|sentence| !sentence.is_empty()));
            start = end;
        }
    }
    out.extend(text.get(start..).map(str::trim).filter(|sentence| !sentence.is_empty()));
    out
}

fn abbreviated(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or_default().to_ascii_lowercase();
    matches!(
        word.as_str(),
        "mr" | "mrs"
            | "ms"
            | "dr"
            | "st"
            | "sq"
            | "ft"
            | "approx"
            | "a.m"
            | "p.m"
            | "mon"
            | "tue"
            | "tues"
            | "wed"
            | "thu"
            | "thur"
            | "thurs"
            | "fri"
            | "sat"
            | "sun"
            | "jan"
            | "feb"
            | "aug"
            | "sept"
            | "oct"
            | "nov"
            | "dec"
            | "ct"
            | "ave"
            | "blvd"
            | "lic"
            | "ing"
            | "sr"
            | "sra"
            | "dra"
    )
}

/// The sentence that holds the byte at `at`, shortened for a quote.
pub(super) fn quote(text: &str, at: usize) -> String {
    let base = text.as_ptr() as usize;
    let found = sentences(text).into_iter().find(|sentence| {
        let start = sentence.as_ptr() as usize - base;
        start <= at && at < start + sentence.len()
    });
    shorten(found.unwrap_or_default())
}

/// Where words stand in a text, without case. An index of a lower-cased copy would not do: letters change their length.
pub(super) fn find_any_case(text: &str, words: &str) -> Option<usize> {
    let wanted: Vec<char> = words.chars().flat_map(char::to_lowercase).collect();
    let begins = |rest: &str| {
        let mut letters = rest.chars().flat_map(char::to_lowercase);
        wanted.iter().all(|wanted| letters.next() == Some(*wanted))
    };
    text.char_indices().map(|(at, _)| at).find(|at| text.get(*at..).is_some_and(begins))
}

/// One line of at most 200 characters.
pub(super) fn shorten(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= 200 { line } else { line.chars().take(199).chain(['\u{2026}']).collect() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cuts_sentences() {
        let text = "Hi Dana,\nyes it does. At 2 p.m. or\n3 p.m.? It is 2.5 acres!\nBest";
        assert_eq!(sentences(text), ["Hi Dana,\nyes it does.", "At 2 p.m. or\n3 p.m.?", "It is 2.5 acres!", "Best"]);
        assert_eq!(quote(text, 12), "Hi Dana, yes it does.");
        assert_eq!(quote("", 3), "");
        let turkish = "\u{130}stanbul Homes. Hi DANA, yes.";
        assert_eq!(find_any_case(turkish, "dana").map(|at| quote(turkish, at)).as_deref(), Some("Hi DANA, yes."));
        assert_eq!(find_any_case(turkish, "Amy"), None);
    }
}
