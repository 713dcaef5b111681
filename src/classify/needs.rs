//! What a text must hold for a pattern to be found in it: one of some runs of letters, read off the pattern. Most mails hold none, and
//! whether one does is seen in their trigrams ([`super::trigrams`]) without a search. May say "perhaps" too often and "no" never wrongly.

use regex_syntax::hir::{Class, Hir, HirKind};

use super::trigrams::{self, Trigrams};

/// More runs than this of one part are not told apart.
const RUNS: usize = 256;
/// More ways than this to write one letter are any letter.
const WAYS: usize = 4;
/// A run is as good as this many letters of it.
const LENGTH: usize = 8;

/// Runs of letters ([`trigrams::letter`]).
type Runs = Vec<Vec<u8>>;

/// What every match of a pattern holds: one of these runs, as trigrams.
#[derive(Debug)]
pub(super) struct Needs(Vec<Box<[u16]>>);

impl Needs {
    /// What a pattern needs; `None` when it may be found without any run of three letters.
    pub(super) fn of(pattern: &Hir) -> Option<Self> {
        let mut runs = Part::of(pattern).needs()?;
        runs.sort_unstable();
        runs.dedup();
        Some(Self(runs.iter().map(|run| trigrams::of_run(run)).collect()))
    }

    /// Whether a text with these trigrams may hold one.
    pub(super) fn may_be_in(&self, text: &Trigrams) -> bool {
        self.0.iter().any(|run| text.hold(run))
    }
}

/// What is known of a part of a pattern.
#[derive(Default)]
struct Part {
    /// All that it matches, where that is a few runs.
    whole: Option<Runs>,
    /// Else runs of which every match holds one.
    within: Option<Runs>,
}

impl Part {
    fn of(hir: &Hir) -> Self {
        match hir.kind() {
            HirKind::Empty | HirKind::Look(_) => Self::whole(vec![Vec::new()]),
            HirKind::Literal(literal) => Self::whole(vec![letters(&literal.0)]),
            HirKind::Class(class) => Self { whole: ways(class), within: None },
            HirKind::Capture(capture) => Self::of(&capture.sub),
            HirKind::Repetition(repetition) => {
                let part = Self::of(&repetition.sub);
                match (repetition.min, repetition.max) {
                    (0, Some(1)) => Self { whole: part.whole.map(|runs| runs.into_iter().chain([Vec::new()]).collect()), within: None },
                    (0, _) => Self::default(),
                    (1, Some(1)) => part,
                    _ => Self { within: part.needs(), whole: None },
                }
            }
            HirKind::Concat(parts) => Self::row(parts.iter().map(Self::of)),
            HirKind::Alternation(parts) => Self::choice(parts.iter().map(Self::of).collect()),
        }
    }

    fn whole(runs: Runs) -> Self {
        Self { whole: Some(runs), within: None }
    }

    /// Parts one after the other: runs are drawn out over as many of them as can be, and the best such run is needed.
    fn row(parts: impl Iterator<Item = Self>) -> Self {
        let (mut run, mut best, mut whole) = (vec![Vec::new()], None, true);
        for Self { whole: next, within } in parts {
            match next {
                Some(next) if run.len() * next.len() <= RUNS => run = joined(run, &next),
                next => {
                    best = better(best, Some(std::mem::take(&mut run)));
                    best = better(best, within);
                    run = next.unwrap_or_else(|| vec![Vec::new()]);
                    whole = false;
                }
            }
        }
        if whole { Self::whole(run) } else { Self { whole: None, within: better(best, Some(run)) } }
    }

    /// One of several parts: whichever it is, what it needs is there.
    fn choice(parts: Vec<Self>) -> Self {
        if parts.iter().all(|part| part.whole.is_some()) {
            let runs: Runs = parts.iter().flat_map(|part| part.whole.iter().flatten().cloned()).collect();
            if runs.len() <= RUNS {
                return Self::whole(runs);
            }
        }
        let within: Option<Vec<Runs>> = parts.into_iter().map(Self::needs).collect();
        Self { whole: None, within: within.map(|runs| runs.into_iter().flatten().collect()) }
    }

    fn needs(self) -> Option<Runs> {
        better(self.whole, self.within)
    }
}

/// The runs that say more: whose shortest is longer, or which are fewer. None where the shortest makes no trigram.
fn better(a: Option<Runs>, b: Option<Runs>) -> Option<Runs> {
    let worth = |runs: &Runs| (runs.iter().map(Vec::len).min().unwrap_or_default().min(LENGTH), usize::MAX - runs.len());
    a.into_iter().chain(b).filter(|runs| worth(runs).0 >= trigrams::LENGTH).max_by_key(worth)
}

fn joined(mut before: Runs, after: &Runs) -> Runs {
    if let [after] = after.as_slice() {
        for run in &mut before {
            run.extend(after);
        }
        return before;
    }
    before.iter().flat_map(|before| after.iter().map(move |after| [before.as_slice(), after].concat())).collect()
}

fn letters(bytes: &[u8]) -> Vec<u8> {
    bytes.iter().copied().map(trigrams::letter).collect()
}

/// The ways to write one character of a class, where they are few.
fn ways(class: &Class) -> Option<Runs> {
    let Class::Unicode(class) = class else { return None };
    let mut ways = Runs::new();
    for range in class.iter() {
        for c in range.start()..=range.end() {
            let way = letters(c.encode_utf8(&mut [0; 4]).as_bytes());
            if !ways.contains(&way) {
                ways.push(way);
            }
            if ways.len() > WAYS {
                return None;
            }
        }
    }
    (!ways.is_empty()).then_some(ways)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::pattern;
    use super::*;

    /// Whether a pattern may be in a text: `None` where it always may.
    fn may(pattern: &str, text: &str) -> Option<bool> {
        Needs::of(&pattern::read(pattern, true)).map(|needs| needs.may_be_in(&Trigrams::of(text)))
    }

    #[test]
    fn what_a_pattern_needs_is_read_off_it() {
        for (pattern, text, expected) in [
            (r"\bunsubscri|\bopt[- ]?out\b", "You can UNSUBSCRIBE here.", Some(true)),
            (r"\bunsubscri|\bopt[- ]?out\b", "opt out", Some(true)),
            (r"\bunsubscri|\bopt[- ]?out\b", "You wrote to us.", Some(false)),
            (r"(?:call|text)\b.{0,80}\b(?:tell you|discuss)", "call to discuss", Some(true)),
            (r"(?:call|text)\b.{0,80}\b(?:tell you|discuss)", "call me", Some(false)),
            (r"\b(?:yes|no)\b", "anything", None),
            (r"a?b*c.d", "anything", None),
            (r"(?:abc)?def", "xdefx", Some(true)),
            (r"ab*cde", "acde", Some(true)),
            (r"(?:abc)?def", "abc", Some(false)),
            (r"(?:abc){2,}", "abcabc", Some(true)),
            (r"ll[a\u{e1}]mame", "ll\u{c1}mame", Some(true)),
            (r"bus|kiss", "no", Some(false)),
            (r"bus|kiss", "a Kiss", Some(true)),
            (r"bus|kiss", "\u{212a}i\u{17f}\u{17f}", Some(false)),
            (r"\d{3}-\d{4}", "555-0100", None),
        ] {
            assert_eq!(may(pattern, text), expected, "{pattern} in {text}");
        }
    }

    proptest! {
        #[test]
        fn what_is_found_may_be_there(
            pattern in r"(\\b)?[a-cks]{1,4}(\|[a-cks]{1,3})?(\[ab\]|s\?|k\*|\.|\\s|\(\?:ab\|s\)\{1,2\}|[0-9é ]){0,3}[a-cks]{0,3}",
            text in r"[a-cA-CkKsS0é \u{212a}\u{17f}\n]{0,24}",
        ) {
            let regex = regex::Regex::new(&pattern::read(&pattern, true).to_string()).unwrap();
            if regex.is_match(&text) {
                prop_assert_ne!(may(&pattern, &text), Some(false), "{} is in {:?}", pattern, text);
            }
        }
    }
}
