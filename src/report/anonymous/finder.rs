//! Finding what names somebody in a text: known names by their words, and by their look whatever addresses, sites and numbers there
//! are. Takes names with what stands in their place; gives a text as pieces, of which each is known to be a replacement or not.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use regex::Regex;

/// What stands in place of a name that belongs to several.
const NAMELESS: &str = "[name]";
/// What stands in place of a site.
const SITE: &str = "[site]";
/// What stands in place of an address or number that nobody gave us beforehand.
const ADDRESS: &str = "[address]";
const NUMBER: &str = "[number]";

/// How many signs may stand between two words of a name.
const BETWEEN: usize = 3;

/// Words of trade and grammar that name nobody by themselves.
const PLAIN: [&str; 72] = [
    "a", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "the", "to", "with", "our", "your", "new", "home", "homes",
    "house", "houses", "homebuilder", "homebuilders", "homebuilding", "builder", "builders", "building", "company", "co", "corp",
    "corporation", "inc", "llc", "ltd", "lp", "limited", "partnership", "group", "custom", "construction", "communities", "community",
    "development", "residential", "properties", "realty", "greater", "sales", "team", "online", "counselor", "january", "february",
    "march", "april", "may", "june", "july", "august", "september", "october", "november", "december", "monday", "tuesday",
    "wednesday", "thursday", "friday", "saturday", "sunday", "mr", "ms",
];

/// Sites, mail addresses and phone numbers by their look; a bare host by an ending that is one.
static LOOKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(?ix)
        (?P<site>\b(?:https?|ftp)://[^\s<>"']+ | \bwww\.[^\s<>"']+)
        | (?P<mail>[\p{L}0-9._%+'-]+@[\p{L}0-9-]+(?:\.[\p{L}0-9-]+)+)
        | (?P<host>\b(?:[\p{L}0-9-]+\.)+(?:com|net|org|info|biz|co|us|uk|ca|au|io|ai|app|dev|homes|house|build|builders|realty
            |realestate|properties|email|online|site|example|test|invalid|edu|gov)\b)
        | (?P<ip>\b\d{1,3}(?:\.\d{1,3}){3}\b)
        | (?P<phone>\+?\(?\d[\d\s().\x2f-]{5,}\d)"#,
    )
    .ok()
});

/// A part of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    pub(super) text: String,
    /// Whether it stands for something that was taken out.
    pub(super) replaced: bool,
}

impl Piece {
    fn kept(text: &str) -> Self {
        Self { text: text.to_owned(), replaced: false }
    }

    fn instead(text: &str) -> Self {
        Self { text: text.to_owned(), replaced: true }
    }
}

struct Phrase {
    words: Vec<String>,
    /// Whether only this spelling is meant: a word by itself may be any word when it is written small.
    exact: bool,
    label: String,
}

/// What is known to name somebody.
#[derive(Default)]
pub(super) struct Finder {
    /// By the first word in small letters, the longest first.
    phrases: BTreeMap<String, Vec<Phrase>>,
    /// Names in scripts that do not part their words.
    unparted: Vec<(String, String)>,
    /// Addresses in small letters.
    addresses: BTreeMap<String, String>,
    /// Numbers by their digits.
    numbers: BTreeMap<String, String>,
}

impl Finder {
    /// A name of one or more words. Several words are found in any spelling; one alone in this one.
    pub(super) fn name(&mut self, name: &str, label: &str) {
        let words: Vec<String> = tokens(name).map(|(_, word)| word.to_owned()).collect();
        let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
        if letters < 2 {
            return;
        }
        if name.chars().any(|c| c.is_alphabetic() && !c.is_lowercase() && !c.is_uppercase()) {
            self.unparted.push((name.trim().to_owned(), label.to_owned()));
        }
        let exact = words.len() < 2;
        self.add(words, exact, label);
    }

    /// A name and each of its words that could name somebody by itself.
    pub(super) fn name_and_words(&mut self, name: &str, label: &str) {
        self.name(name, label);
        for (_, word) in tokens(name) {
            if word.chars().count() > 1 && !PLAIN.contains(&word.to_lowercase().as_str()) && !word.chars().all(|c| c.is_ascii_digit()) {
                self.add(vec![word.to_owned()], true, label);
                self.add(vec![word.to_uppercase()], true, label);
            }
        }
    }

    /// A mail address.
    pub(super) fn address(&mut self, address: &str, label: &str) {
        self.addresses.insert(address.trim().to_lowercase(), label.to_owned());
    }

    /// A phone number.
    pub(super) fn number(&mut self, number: &str, label: &str) {
        self.numbers.insert(digits(number), label.to_owned());
    }

    fn add(&mut self, words: Vec<String>, exact: bool, label: &str) {
        let Some(first) = words.first().map(|word| word.to_lowercase()) else { return };
        let known = self.phrases.entry(first).or_default();
        let same = |phrase: &&mut Phrase| phrase.exact == exact && same_words(&phrase.words, &words, exact);
        match known.iter_mut().find(same) {
            Some(phrase) if phrase.label != label => NAMELESS.clone_into(&mut phrase.label),
            Some(_) => {}
            None => known.push(Phrase { words, exact, label: label.to_owned() }),
        }
        known.sort_by_key(|phrase| (std::cmp::Reverse(phrase.words.len()), phrase.exact));
    }

    /// The text in pieces, whatever names somebody replaced.
    pub(super) fn pieces(&self, text: &str) -> Vec<Piece> {
        let mut pieces = vec![Piece::kept(text)];
        for (name, label) in &self.unparted {
            pieces = each_kept(pieces, |text| {
                let parts: Vec<Piece> = text.split(name.as_str()).map(Piece::kept).collect();
                joined(parts, &Piece::instead(label))
            });
        }
        pieces = each_kept(pieces, |text| self.by_look(text));
        each_kept(pieces, |text| self.by_words(text))
    }

    /// The text, whatever names somebody replaced.
    pub(super) fn replace(&self, text: &str) -> String {
        self.pieces(text).into_iter().map(|piece| piece.text).collect()
    }

    /// Whether the text still holds what cannot be anything but a name, an address or a number.
    pub(super) fn gives_away(&self, text: &str) -> bool {
        let surely = |text: &str| self.matched(text).any(|(_, _, phrase)| phrase.words.len() > 1);
        self.by_look(text).iter().any(|piece| piece.replaced) || surely(text) || self.unparted.iter().any(|(name, _)| text.contains(name))
    }

    fn by_look(&self, text: &str) -> Vec<Piece> {
        let Some(looks) = LOOKS.as_ref() else { return vec![Piece::kept(text)] };
        let (mut pieces, mut end) = (Vec::new(), 0);
        for found in looks.captures_iter(text) {
            let Some(whole) = found.get(0) else { continue };
            let label = if found.name("mail").is_some() {
                self.addresses.get(&whole.as_str().to_lowercase()).map_or(ADDRESS, String::as_str)
            } else if found.name("phone").is_some() {
                if !is_phone(text, whole.range()) {
                    continue;
                }
                self.numbers.get(&digits(whole.as_str())).map_or(NUMBER, String::as_str)
            } else if found.name("ip").is_some() {
                ADDRESS
            } else {
                SITE
            };
            pieces.push(Piece::kept(text.get(end..whole.start()).unwrap_or_default()));
            pieces.push(Piece::instead(label));
            end = whole.end();
        }
        pieces.push(Piece::kept(text.get(end..).unwrap_or_default()));
        pieces
    }

    fn by_words(&self, text: &str) -> Vec<Piece> {
        let (mut pieces, mut end) = (Vec::new(), 0);
        for (from, to, phrase) in self.matched(text) {
            pieces.push(Piece::kept(text.get(end..from).unwrap_or_default()));
            pieces.push(Piece::instead(&phrase.label));
            end = to;
        }
        pieces.push(Piece::kept(text.get(end..).unwrap_or_default()));
        pieces
    }

    /// Every name in the text, from where to where, the longest at each place.
    fn matched<'a>(&'a self, text: &'a str) -> impl Iterator<Item = (usize, usize, &'a Phrase)> {
        let words: Vec<(usize, &str)> = tokens(text).collect();
        let mut next = 0;
        std::iter::from_fn(move || {
            while let Some((from, first)) = words.get(next) {
                let rest = words.get(next..).unwrap_or_default();
                let mut phrases = self.phrases.get(&first.to_lowercase()).into_iter().flatten();
                let found = phrases.find_map(|phrase| Some((span(text, rest, phrase)?, phrase)));
                if let Some((to, phrase)) = found {
                    next += phrase.words.len();
                    return Some((*from, to, phrase));
                }
                next += 1;
            }
            None
        })
    }
}

/// Where a phrase ends that begins with the first of these words.
fn span(text: &str, words: &[(usize, &str)], phrase: &Phrase) -> Option<usize> {
    let said = words.get(..phrase.words.len())?;
    let spelled: Vec<String> = said.iter().map(|(_, word)| (*word).to_owned()).collect();
    if !same_words(&phrase.words, &spelled, phrase.exact) {
        return None;
    }
    let close = |pair: &[(usize, &str)]| match pair {
        [(at, word), (next, _)] => text.get(at + word.len()..*next).is_some_and(|between| between.chars().count() <= BETWEEN),
        _ => false,
    };
    let (at, last) = said.last()?;
    said.windows(2).all(close).then_some(at + last.len())
}

fn same_words(one: &[String], other: &[String], exact: bool) -> bool {
    one.len() == other.len() && one.iter().zip(other).all(|(a, b)| a == b || !exact && a.to_lowercase() == b.to_lowercase())
}

/// The words of a text with where they begin: runs of letters and digits.
fn tokens(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut rest = 0;
    std::iter::from_fn(move || {
        let from = rest + text.get(rest..)?.find(char::is_alphanumeric)?;
        let tail = text.get(from..)?;
        let length = tail.find(|c: char| !c.is_alphanumeric()).unwrap_or(tail.len());
        rest = from + length;
        Some((from, tail.get(..length)?))
    })
}

fn each_kept(pieces: Vec<Piece>, split: impl Fn(&str) -> Vec<Piece>) -> Vec<Piece> {
    let all = pieces.into_iter().flat_map(|piece| if piece.replaced { vec![piece] } else { split(&piece.text) });
    all.filter(|piece| !piece.text.is_empty()).collect()
}

/// The parts with one piece between each two.
fn joined(parts: Vec<Piece>, between: &Piece) -> Vec<Piece> {
    let mut all = Vec::new();
    for part in parts {
        if !all.is_empty() {
            all.push(between.clone());
        }
        all.push(part);
    }
    all
}

/// The last digits of a number, by which its spellings agree.
fn digits(number: &str) -> String {
    let all: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    all.iter().skip(all.len().saturating_sub(10)).collect()
}

/// Whether a run of digits and signs is a phone number, and neither a date nor a part of a longer word.
fn is_phone(text: &str, range: std::ops::Range<usize>) -> bool {
    let run = text.get(range.clone()).unwrap_or_default();
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let part = text.get(..range.start).is_some_and(|before| before.ends_with(word))
        || text.get(range.end..).is_some_and(|after| after.starts_with(word));
    let mut parts = run.splitn(3, '-');
    let year = parts.next().is_some_and(|year| year.len() == 4) && parts.next().is_some_and(|month| month.len() == 2);
    run.chars().filter(char::is_ascii_digit).count() >= 7 && !part && !(year && parts.next().is_some_and(|day| day.len() >= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn finder() -> Finder {
        let mut finder = Finder::default();
        finder.name_and_words("Bluebonnet Homes", "Builder B");
        finder.name_and_words("Still Open Homes", "Builder C");
        finder.name_and_words("Amy Ortiz", "Person 1");
        finder.name_and_words("May Chen", "Person 2");
        finder.name_and_words("Amy Winter", "Person 3");
        finder.name("bluebonnet.house", SITE);
        finder.name("株式会社家", "Builder D");
        finder.address("amy.ortiz@bluebonnet.example", "Address 1");
        finder.number("+15125550100", "Number 1");
        finder
    }

    #[test]
    fn what_names_somebody_is_replaced_and_nothing_else() {
        let finder = finder();
        for (text, want) in [
            ("signed by Amy Ortiz, of BLUEBONNET HOMES.", "signed by Person 1, of Builder B."),
            ("amy  ortiz wrote; Ortiz called", "Person 1 wrote; Person 1 called"),
            ("Amy wrote: two bear it", "[name] wrote: two bear it"),
            ("Bluebonnet's site, BLUEBONNET", "Builder B's site, Builder B"),
            ("the window is open until May 14", "the window is open until May 14"),
            ("still open homes are Still Open", "Builder C are Builder C Builder C"),
            ("from amy.ortiz@bluebonnet.example or joe@x.test", "from Address 1 or [address]"),
            ("see https://meet.example/amyortiz?d=30 and bluebonnet.house", "see [site] and [site]"),
            ("rang from (512) 555-0100, +1 512 555 0100 or 303.555.0100", "rang from Number 1, Number 1 or [number]"),
            ("from 2026-11-10T02:00:00Z to 2026-11-11 05:30, 27 h 30 min", "from 2026-11-10T02:00:00Z to 2026-11-11 05:30, 27 h 30 min"),
            ("speed.call and mailbox.main, 1540 of 20000", "speed.call and mailbox.main, 1540 of 20000"),
            ("株式会社家です", "Builder Dです"),
            ("sha256:9912345678ab and t_1234567890", "sha256:9912345678ab and t_1234567890"),
            ("", ""),
        ] {
            assert_eq!(finder.replace(text), want);
        }
    }

    #[test]
    fn only_what_is_sure_gives_away() {
        let finder = finder();
        for (text, want) in [
            ("by amy ortiz", true),
            ("call 512-555-0100", true),
            ("at bluebonnet.house", true),
            ("株式会社家です", true),
            ("Amy, the window is Still open", false),
            ("Person 1 of Builder B on 2026-11-10", false),
        ] {
            assert_eq!(finder.gives_away(text), want, "{text}");
        }
    }
}
