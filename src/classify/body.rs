//! A body as it is compared with others: what is ours masked (names, community, question, addresses, links, numbers, dates), what
//! stands under every letter left out (greeting, signature, fine print), the rest as hashed shingles. Short words are no body.

use std::collections::BTreeSet;
use std::hash::Hasher as _;
use std::sync::LazyLock;

use fnv::FnvHasher;
use serde::{Deserialize, Serialize};

use super::pattern::{Regex, any_case};
use super::{Context, plain, reply};
use crate::attribute::words::fold;
use crate::collect::mail::Mail;
use crate::collect::phone::CallRecord;

/// Fewer words of its own than this are nobody's template.
const LEAST_WORDS: usize = 30;
/// Words side by side that are compared as one.
const SHINGLE: usize = 3;
/// Numbers of a sketch, and how many of two must agree for a look at the bodies.
const SKETCH: (usize, usize) = (16, 8);

/// A masked field, whatever it was.
const MASK: &str = "\u{1}";

/// Words between the parts of a date or a name.
const JOINS: &[&str] = &["a", "and", "at", "between", "by", "of", "on", "or", "the", "to"];

static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    any_case(r"^\W*(?:(?:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hola|estimad[oa]|buen[oa]s \w+)\b[^.?!]{0,40}|\w+)[,:!-]\W*$")
});
static ADDRESS: LazyLock<Regex> = LazyLock::new(|| any_case(r"<?\b(?:https?://|www\.)[^\s<>]+>?|\S+@\S+\.\S+"));
static FINE_PRINT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"confidential|privileged|intended (?:only|solely|recipient)|if you (?:have )?received this|disclaimer|equal housing|all rights reserved|unsubscribe|wire fraud|information about brokerage|consumer protection notice",
    )
});
static DATE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?$|^(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)$|^(?:am|pm|a|p|st|nd|rd|th|today|tomorrow|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo)$|\d",
    )
});

/// A body as it is compared: its shingles, hashed and in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body {
    words: usize,
    shingles: Vec<u64>,
}

/// A body in a few numbers (minima of its shingles): two that are alike agree in most of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch(Vec<u32>);

impl Sketch {
    /// Its numbers, each with its place: two that are alike share most of them.
    pub fn numbers(&self) -> impl Iterator<Item = (usize, u32)> {
        self.0.iter().copied().enumerate()
    }

    /// Whether a look at the bodies is worth it.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count() >= SKETCH.1
    }
}

/// The body of a mail, when it is long enough to be compared.
#[must_use]
pub fn body_of_mail(mail: &Mail, context: &Context) -> Option<Body> {
    let name = mail.from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or_default();
    body(&reply::split(&plain(&mail.text)).body, name, context)
}

/// The body of a text message, when it is long enough to be compared.
#[must_use]
pub fn body_of_text(call: &CallRecord, context: &Context) -> Option<Body> {
    body(&plain(call.body.as_deref().unwrap_or_default()), "", context)
}

fn body(text: &str, sender: &str, context: &Context) -> Option<Body> {
    let written = own_lines(text, sender);
    let mut folded = fold(&ADDRESS.replace_all(&written, " "));
    for phrase in [context.question.as_str(), context.community.as_deref().unwrap_or_default(), &context.first_name, &context.last_name] {
        let phrase = fold(phrase);
        if phrase.len() > 1 {
            folded = folded.replace(&phrase, &format!(" {MASK} "));
        }
    }
    let mut masked: Vec<&str> = Vec::new();
    for word in folded.split_whitespace().map(|word| if DATE.is_match(word) { MASK } else { word }) {
        if word == MASK {
            // A date of five words and one of two are one field each: "Tuesday, November 3rd at 10 am", "May 5".
            let at = masked.iter().rposition(|before| !JOINS.contains(before));
            if let Some(at) = at.filter(|at| masked.get(*at) == Some(&MASK)) {
                masked.truncate(at);
            }
        }
        masked.push(word);
    }
    let words = masked.iter().filter(|word| **word != MASK).count();
    if words < LEAST_WORDS {
        return None;
    }
    let shingles: BTreeSet<u64> = masked.windows(SHINGLE).map(|window| hash(&window.join(" "))).collect();
    Some(Body { words, shingles: shingles.into_iter().collect() })
}

/// The lines that say something: without greeting, signature and fine print, which are the same under every letter.
fn own_lines(text: &str, sender: &str) -> String {
    let first = fold(sender).split_whitespace().next().map(str::to_owned);
    let signs = |line: &str| {
        let words = fold(line);
        let mut words = words.split_whitespace();
        let starts = words.next().map(str::to_owned);
        starts.is_some() && starts == first && words.count() < 4 && !line.trim_end().ends_with(['.', '?', '!'])
    };
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty()).enumerate();
    let own = lines
        .filter(|(at, line)| *at > 0 || !GREETING.is_match(line))
        .map(|(_, line)| line)
        .take_while(|line| !signs(line) && !FINE_PRINT.is_match(line));
    own.collect::<Vec<_>>().join("\n")
}

impl Body {
    /// The body in a few numbers.
    #[must_use]
    pub fn sketch(&self) -> Sketch {
        let least = |seed: u64| self.shingles.iter().map(|shingle| mix(shingle ^ mix(seed))).min().unwrap_or_default();
        let high = |number: u64| u32::try_from(number >> 32).unwrap_or_default();
        Sketch((1..).take(SKETCH.0).map(|seed| high(least(seed))).collect())
    }

    /// Of all shingles of two bodies, those that both hold (Jaccard).
    pub(super) fn share(&self, other: &Self) -> f64 {
        let (mut a, mut b) = (self.shingles.iter().peekable(), other.shingles.iter().peekable());
        let (mut both, mut all) = (0_u32, 0_u32);
        while let (Some(x), Some(y)) = (a.peek(), b.peek()) {
            let order = x.cmp(y);
            both += u32::from(order.is_eq());
            all += 1;
            if order.is_le() {
                a.next();
            }
            if order.is_ge() {
                b.next();
            }
        }
        all += u32::try_from(a.count() + b.count()).unwrap_or(u32::MAX);
        if all == 0 { 0.0 } else { f64::from(both) / f64::from(all) }
    }
}

/// The same on every machine and in every version, for sketches are kept.
fn hash(text: &str) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// A number's bits spread over all of it (the finalizer of `SplitMix64`).
fn mix(number: u64) -> u64 {
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::mail::parse;

    fn dana() -> Context {
        Context { first_name: "Dana".into(), last_name: "Whitfield".into(), community: Some("Willow Creek".into()), ..Context::default() }
    }

    fn letter(day: &str, more: &str) -> String {
        format!(
            "From: Amy Ortiz <amy@bluebonnet.example>\n\nHi Dana,\n\nI was thinking of you this morning. There is no better feeling than walking \
             through the door of a home that was built for you, and Willow Creek has a few of those left. I would love to show you around \
             on {day}, pour you a coffee and hear what you are looking for. When would suit you best?{more}\n\nAmy Ortiz\n512-223-1234\n"
        )
    }

    #[test]
    fn a_sketch_finds_every_twin() {
        let body = |day: &str, more: &str| body_of_mail(&parse(letter(day, more).as_bytes()), &dana()).unwrap();
        let one = body("Friday", "").sketch();
        assert!(one.may_be(&body("Tuesday", "").sketch()) && one.may_be(&body("Friday", " See you.").sketch()));
        let other = parse(b"Subject: News\n\nThe county opens the new road to the lake in spring, and with it the first lots of our third phase, with porches to the west, tall oaks and a path down to the water for everybody who likes to walk.");
        assert!(!one.may_be(&body_of_mail(&other, &dana()).unwrap().sketch()));
    }
}
