//! A body as it is compared with others: what is ours masked (names, community, question, addresses, links, numbers, dates), what
//! stands under every letter left out (greeting, signature, fine print), the rest as hashed shingles. Short words are no body.

use std::collections::HashMap;
use std::hash::Hasher as _;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD_NO_PAD;
use fnv::FnvHasher;
use rustc_hash::FxHashMap;
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

/// A body that is long enough to be compared: its shingles, hashed and in order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Body(Vec<u64>);

/// A body in a few numbers (minima of its shingles): two that are alike agree in most of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sketch(Vec<u32>);

/// A body as two are compared exactly, and as it is kept: the high halves of its hashed shingles, in order. Written as the base64 of their
/// bytes (RFC 4648), the least first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct Shingles(Vec<u32>);

/// Many sketches by their numbers.
#[derive(Debug)]
pub struct Sketches<'a> {
    all: Vec<Option<&'a Sketch>>,
    places: FxHashMap<(usize, u32), Vec<usize>>,
}

impl<'a> Sketches<'a> {
    /// Of letters in their order; one without a sketch is like none.
    #[must_use]
    pub fn of(sketches: impl IntoIterator<Item = Option<&'a Sketch>>) -> Self {
        let all: Vec<Option<&Sketch>> = sketches.into_iter().collect();
        let mut places: FxHashMap<(usize, u32), Vec<usize>> = HashMap::default();
        for (at, sketch) in all.iter().enumerate() {
            for number in sketch.iter().flat_map(|sketch| sketch.numbers()) {
                places.entry(number).or_default().push(at);
            }
        }
        Self { all, places }
    }

    /// The others, in order, that agree with one in so many numbers that a look at both bodies is worth it.
    #[must_use]
    pub fn alike(&self, at: usize) -> Vec<usize> {
        let Some(Some(sketch)) = self.all.get(at) else { return Vec::new() };
        let mut agree = vec![0_usize; self.all.len()];
        for other in sketch.numbers().filter_map(|number| self.places.get(&number)).flatten() {
            if let Some(count) = agree.get_mut(*other) {
                *count += 1;
            }
        }
        agree.iter().enumerate().filter(|(other, count)| **count >= SKETCH.1 && *other != at).map(|(other, _)| other).collect()
    }
}

impl Sketch {
    /// Its numbers, each with its place: two that are alike share most of them.
    fn numbers(&self) -> impl Iterator<Item = (usize, u32)> {
        self.0.iter().copied().enumerate()
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
    // A text says most of its words more than once.
    let mut dates: FxHashMap<&str, bool> = HashMap::default();
    let mut masks = |word| *dates.entry(word).or_insert_with(|| DATE.is_match(word));
    for word in folded.split_whitespace().map(|word| if masks(word) { MASK } else { word }) {
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
    let mut shingles: Vec<u64> = masked.windows(SHINGLE).map(hash).collect();
    shingles.sort_unstable();
    shingles.dedup();
    Some(Body(shingles))
}

/// The lines that say something: without greeting, signature and fine print, which are the same under every letter.
fn own_lines(text: &str, sender: &str) -> String {
    let sender = fold(sender);
    let first = sender.split_whitespace().next();
    let signs = |line: &str| {
        // Most lines end a sentence, and are not looked at word by word.
        first.is_some() && !line.trim_end().ends_with(['.', '?', '!']) && {
            let words = fold(line);
            let mut words = words.split_whitespace();
            words.next() == first && words.count() < 4
        }
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
        let least = |seed: u64| self.0.iter().map(|shingle| mix(shingle ^ mix(seed))).min().unwrap_or_default();
        Sketch((1..).take(SKETCH.0).map(|seed| high(least(seed))).collect())
    }

    /// The body as it is compared and kept.
    #[must_use]
    pub fn shingles(&self) -> Shingles {
        let mut shingles: Vec<u32> = self.0.iter().map(|shingle| high(*shingle)).collect();
        shingles.dedup();
        Shingles(shingles)
    }
}

/// The high half of a number.
fn high(number: u64) -> u32 {
    u32::try_from(number >> 32).unwrap_or_default()
}

impl Shingles {
    /// Of all shingles of two bodies, those that both hold (Jaccard).
    pub(super) fn share(&self, other: &Self) -> f64 {
        let (mut a, mut b) = (self.0.iter().peekable(), other.0.iter().peekable());
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

impl From<Shingles> for String {
    fn from(shingles: Shingles) -> Self {
        STANDARD_NO_PAD.encode(shingles.0.iter().flat_map(|shingle| shingle.to_le_bytes()).collect::<Vec<u8>>())
    }
}

impl TryFrom<String> for Shingles {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let bytes = STANDARD_NO_PAD.decode(text).map_err(|_| "shingles that are no base64")?;
        let (shingles, rest) = bytes.as_chunks::<4>();
        if rest.is_empty() { Ok(Self(shingles.iter().copied().map(u32::from_le_bytes).collect())) } else { Err("half a shingle") }
    }
}

/// Of some words with a space between; the same on every machine and in every version, for sketches are kept.
fn hash(words: &[&str]) -> u64 {
    let mut hasher = FnvHasher::default();
    for (at, word) in words.iter().enumerate() {
        if at > 0 {
            hasher.write(b" ");
        }
        hasher.write(word.as_bytes());
    }
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
    use std::collections::BTreeSet;

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
        let other = parse(b"Subject: News\n\nThe county opens the new road to the lake in spring, and with it the first lots of our third phase, with porches to the west, tall oaks and a path down to the water for everybody who likes to walk.");
        let bodies = [body("Friday", ""), body("Tuesday", ""), body_of_mail(&other, &dana()).unwrap(), body("Friday", " See you.")];
        let sketches: Vec<Sketch> = bodies.iter().map(Body::sketch).collect();
        assert_eq!(sketches[0].0.iter().collect::<BTreeSet<_>>().len(), SKETCH.0, "each of its numbers tells something of its own");
        let all = [Some(&sketches[0]), None, Some(&sketches[1]), Some(&sketches[2]), Some(&sketches[3])];
        let index = Sketches::of(all);
        assert_eq!((0..6).map(|at| index.alike(at)).collect::<Vec<_>>(), [vec![2, 4], vec![], vec![0, 4], vec![], vec![0, 2], vec![]]);
    }

    #[test]
    fn sketches_agree_number_by_number() {
        let agreeing = |most: u32| Sketch((0..16).map(|at| if at < most { at } else { 100 + at }).collect());
        let (one, half, less, turned) = (agreeing(16), agreeing(8), agreeing(7), Sketch((0..16).rev().collect()));
        assert_eq!(Sketches::of([&one, &half, &less, &turned].map(Some)).alike(0), [1]);
    }

    #[test]
    fn what_two_bodies_share_is_told_by_their_shingles() {
        let body = |more: &str| body_of_mail(&parse(letter("Friday", more).as_bytes()), &dana()).unwrap();
        let (one, other) = (body(""), body(" You asked about the schools: they are Hill Elementary and Lake Middle."));
        let [a, b] = [&one, &other].map(|body| body.0.iter().collect::<BTreeSet<_>>());
        let number = |count: usize| f64::from(u32::try_from(count).unwrap());
        let share = number(a.intersection(&b).count()) / number(a.union(&b).count());
        assert!((0.5..0.95).contains(&share), "{share}");
        assert!((one.shingles().share(&other.shingles()) - share).abs() < 1e-9);
        for (a, b, want) in [(vec![1, 2, 3, 4], vec![3, 4, 5], 0.4), (vec![1], vec![], 0.0), (vec![], vec![], 0.0)] {
            let (a, b) = (Shingles(a), Shingles(b));
            assert!((a.share(&b) - want).abs() < 1e-9 && (b.share(&a) - want).abs() < 1e-9, "{a:?} {b:?}");
        }
    }

    #[test]
    fn shingles_are_kept_as_they_are() {
        let shingles = body_of_mail(&parse(letter("Friday", "").as_bytes()), &dana()).unwrap().shingles();
        let kept = serde_json::to_string(&shingles).unwrap();
        let read: Shingles = serde_json::from_str(&kept).unwrap();
        assert_eq!((&read, read.share(&shingles)), (&shingles, 1.0));
        assert!(kept.len() < 6 * shingles.0.len(), "{kept}");
        for broken in ["\"AAAAA\"", "\"AAAA AAA\"", "\"AAAA\"", "7"] {
            assert!(serde_json::from_str::<Shingles>(broken).is_err(), "{broken}");
        }
    }
}
