//! Regular expressions that are compiled when a text first may hold them, and the sentence around a find.

use std::borrow::Cow;
use std::sync::OnceLock;

use regex::Captures;
use regex_syntax::ParserBuilder;
use regex_syntax::hir::{Class, ClassUnicode, Hir, HirKind};

use super::lazy::Lazy;
use super::needs::Needs;
use super::trigrams;

/// A shorter text is sooner searched than looked through for trigrams, once there is something to search with.
const SHORT: usize = 256;

/// A long s and a kelvin.
const ODD: [char; 2] = ['\u{17f}', '\u{212a}'];

/// A constant regular expression. It is searched for, and compiled, only where a text holds what it needs: of a hundred patterns most are
/// in no mail, and searching for them all was most of the work of judging one.
#[derive(Debug)]
pub(super) struct Regex {
    text: String,
    any_case: bool,
    needs: Option<Needs>,
    lazy: OnceLock<Option<Lazy>>,
    /// The same with its groups, where they are asked for.
    whole: OnceLock<regex::Regex>,
}

/// A find.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Match<'t> {
    text: &'t str,
    start: usize,
}

impl<'t> Match<'t> {
    fn of(text: &'t str, (start, end): (usize, usize)) -> Self {
        Self { text: text.get(start..end).unwrap_or_default(), start }
    }

    pub(super) fn as_str(&self) -> &'t str {
        self.text
    }

    pub(super) fn start(&self) -> usize {
        self.start
    }

    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }
}

impl Regex {
    /// Whether it may be in a text, or in any part of it, at all.
    pub(super) fn may_be_in(&self, text: &str) -> bool {
        self.needs.as_ref().is_none_or(|needs| trigrams::ask(text, |trigrams| needs.may_be_in(trigrams)))
    }

    fn read(&self) -> Hir {
        read(&self.text, self.any_case)
    }

    fn lazy(&self) -> Option<&Lazy> {
        self.lazy.get_or_init(|| Lazy::of(&self.read())).as_ref()
    }

    fn whole(&self) -> &regex::Regex {
        #[expect(clippy::unwrap_used, reason = "the pattern was read when it was made")]
        self.whole.get_or_init(|| regex::Regex::new(&self.read().to_string()).unwrap())
    }

    /// Whether a search is worth it.
    fn worth_a_search(&self, text: &str) -> bool {
        (text.len() < SHORT && self.lazy.get().is_some()) || self.may_be_in(text)
    }

    pub(super) fn is_match(&self, text: &str) -> bool {
        self.worth_a_search(text) && {
            let found = self.lazy().and_then(|lazy| lazy.is_match(text).ok());
            found.unwrap_or_else(|| self.whole().is_match(text))
        }
    }

    fn find_from<'t>(&self, text: &'t str, from: usize) -> Option<Match<'t>> {
        let found = self.lazy().and_then(|lazy| lazy.find(text, from, || self.read()).ok());
        let whole = || self.whole().find_at(text, from).map(|found| (found.start(), found.end()));
        found.unwrap_or_else(whole).map(|place| Match::of(text, place))
    }

    pub(super) fn find<'t>(&self, text: &'t str) -> Option<Match<'t>> {
        if self.worth_a_search(text) { self.find_from(text, 0) } else { None }
    }

    pub(super) fn find_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Match<'t>> {
        let mut from = self.worth_a_search(text).then_some(0);
        let mut last_end = None;
        std::iter::from_fn(move || {
            let mut found = self.find_from(text, from?);
            // After a match of nothing, or where one ended, the next begins a letter on.
            if let Some(nothing) = found.filter(|found| found.text.is_empty() && last_end == Some(found.end())) {
                let letter = text.get(nothing.end()..).and_then(|rest| rest.chars().next()).map(char::len_utf8);
                found = letter.and_then(|letter| self.find_from(text, nothing.end() + letter));
            }
            last_end = found.map(|found| found.end());
            from = last_end;
            found
        })
    }

    pub(super) fn captures<'t>(&self, text: &'t str) -> Option<Captures<'t>> {
        if self.may_be_in(text) { self.whole().captures(text) } else { None }
    }

    pub(super) fn captures_iter<'t>(&self, text: &'t str) -> impl Iterator<Item = Captures<'t>> {
        self.may_be_in(text).then(|| self.whole()).into_iter().flat_map(move |regex| regex.captures_iter(text))
    }

    /// The text with the first `most` finds replaced.
    fn replaced<'t>(&self, text: &'t str, by: &str, most: usize) -> Cow<'t, str> {
        let (mut out, mut at) = (String::new(), 0);
        for found in self.find_iter(text).take(most) {
            out.push_str(text.get(at..found.start()).unwrap_or_default());
            out.push_str(by);
            at = found.end();
        }
        if out.is_empty() && at == 0 {
            return Cow::Borrowed(text);
        }
        out.push_str(text.get(at..).unwrap_or_default());
        Cow::Owned(out)
    }

    pub(super) fn replace<'t>(&self, text: &'t str, by: &str) -> Cow<'t, str> {
        self.replaced(text, by, 1)
    }

    pub(super) fn replace_all<'t>(&self, text: &'t str, by: &str) -> Cow<'t, str> {
        self.replaced(text, by, usize::MAX)
    }

    pub(super) fn split<'t>(&self, text: &'t str) -> impl Iterator<Item = &'t str> {
        let (mut finds, mut at) = (self.find_iter(text), Some(0));
        std::iter::from_fn(move || {
            let start = at?;
            let found = finds.next();
            at = found.map(|found| found.end());
            text.get(start..found.map_or(text.len(), |found| found.start()))
        })
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
    Regex { needs: Needs::of(&read(&text, any_case)), text, any_case, lazy: OnceLock::new(), whole: OnceLock::new() }
}

/// A pattern, read.
pub(super) fn read(text: &str, any_case: bool) -> Hir {
    #[expect(clippy::unwrap_used, reason = "the patterns are constants, and the tests read every one")]
    let hir = ParserBuilder::new().case_insensitive(any_case).multi_line(true).build().parse(text).unwrap();
    usual_letters(hir)
}

/// Without the letters that are another case of an ASCII one in Unicode only, a long s and a kelvin: nobody writes them in a word, and each
/// `s` and `k` that may be one takes three states in place of one.
fn usual_letters(hir: Hir) -> Hir {
    let each = |parts: Vec<Hir>| parts.into_iter().map(usual_letters).collect();
    match hir.into_kind() {
        HirKind::Empty => Hir::empty(),
        HirKind::Literal(literal) => Hir::literal(literal.0),
        HirKind::Look(look) => Hir::look(look),
        HirKind::Class(Class::Unicode(class)) => {
            let usual = class.iter().copied().filter(|range| !(range.start() == range.end() && ODD.contains(&range.start())));
            Hir::class(Class::Unicode(ClassUnicode::new(usual)))
        }
        HirKind::Class(class) => Hir::class(class),
        HirKind::Repetition(mut repetition) => {
            repetition.sub = Box::new(usual_letters(*repetition.sub));
            Hir::repetition(repetition)
        }
        HirKind::Capture(mut capture) => {
            capture.sub = Box::new(usual_letters(*capture.sub));
            Hir::capture(capture)
        }
        HirKind::Concat(parts) => Hir::concat(each(parts)),
        HirKind::Alternation(parts) => Hir::alternation(each(parts)),
    }
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

    proptest::proptest! {
        #[test]
        fn finds_what_the_regex_crate_finds(
            pattern in r"(\\b|\^)?(a|b|é|\[a-c\]|\[\^a\]|\.|\\W|ab|\(\?:a\|ab\)|s)(\{0,2\}|\*|\+|\?|\{1,3\}\?)?([a-cé ]|\\s\*|\[\^\\n\]\{0,3\}|\(\?:ab\|b\)\?|\\W|\$)?(\\b|x\?)?",
            text in r"[abcABCés\u{212a} \n.]{0,20}",
        ) {
            let ours = any_case(&pattern);
            let theirs = ours.whole();
            let found: Vec<(usize, usize)> = ours.find_iter(&text).map(|found| (found.start(), found.end())).collect();
            let expected: Vec<(usize, usize)> = theirs.find_iter(&text).map(|found| (found.start(), found.end())).collect();
            proptest::prop_assert_eq!(found, expected, "{} in {:?}", &pattern, &text);
            proptest::prop_assert_eq!(ours.is_match(&text), theirs.is_match(&text));
            proptest::prop_assert_eq!(ours.replace_all(&text, "-"), theirs.replace_all(&text, "-"));
            proptest::prop_assert_eq!(ours.replace(&text, "-"), theirs.replace(&text, "-"));
            proptest::prop_assert_eq!(ours.split(&text).collect::<Vec<_>>(), theirs.split(&text).collect::<Vec<_>>());
        }
    }
}
