//! The same body to several of our inquiries at one builder, or twice to one: the surest sign of a drip, for nobody writes the
//! same letter twice. Takes written touches whose persona fields are masked (names, community, question, addresses, links,
//! numbers, dates); says which are another's twin. Short words are never compared: a person, too, writes "give me a call" twice.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::{DateTime, TimeDelta, Utc};
use regex::Regex;
use serde::{Deserialize, Serialize};

use super::pattern::any_case;
use super::{Classified, Context, Origin, QuestionAnswered, Said, plain, reply};
use crate::attribute::words::fold;
use crate::collect::Signal;
use crate::collect::mail::{Mail, links_in};
use crate::collect::phone::CallRecord;
use crate::shop::InquiryId;

/// Fewer words of its own than this are nobody's template.
const LEAST_WORDS: usize = 30;
/// Words side by side that are compared as one.
const SHINGLE: usize = 3;
/// Of all shingles of two bodies, those that both hold.
const ALIKE: f64 = 0.9;
/// Within this, the same words to one inquiry are one letter that was sent twice.
const SENT_TWICE: TimeDelta = TimeDelta::hours(1);
/// Numbers of a sketch, and how many of two must agree for a look at the bodies.
const SKETCH: (usize, usize) = (16, 8);

/// The signal that names the twin.
pub const SIGNAL: &str = "same-body";

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
    /// Whether a look at the bodies is worth it.
    #[must_use]
    pub fn may_be(&self, other: &Self) -> bool {
        self.0.iter().zip(&other.0).filter(|(a, b)| a == b).count() >= SKETCH.1
    }
}

/// A written touch whose owner is known.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The touch.
    pub touch: String,
    /// The inquiry it belongs to; all letters compared are one builder's.
    pub inquiry: InquiryId,
    /// When it came.
    pub at: DateTime<Utc>,
    /// The mail's own id: the same mail delivered twice is one.
    pub message_id: Option<String>,
    /// Whether a person decided that a person wrote it: then it makes nothing a drip.
    pub by_a_person: bool,
    /// Its body.
    pub body: Body,
}

/// Another letter of the same body.
#[derive(Clone, Debug, PartialEq)]
pub struct Twin {
    /// That touch.
    pub touch: String,
    /// The inquiry it belongs to.
    pub inquiry: InquiryId,
    /// Whether that is another inquiry.
    pub elsewhere: bool,
    /// Of all shingles, those that both hold.
    pub share: f64,
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
    fn share(&self, other: &Self) -> f64 {
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

/// Of one builder's letters, each one's closest twin: another inquiry's before its own.
#[must_use]
pub fn twins(letters: &[Letter]) -> Vec<Option<Twin>> {
    letters
        .iter()
        .map(|letter| {
            let found = letters.iter().filter_map(|other| twin(letter, other));
            found.min_by(|a, b| b.elsewhere.cmp(&a.elsewhere).then(b.share.total_cmp(&a.share)).then_with(|| a.touch.cmp(&b.touch)))
        })
        .collect()
}

fn twin(letter: &Letter, other: &Letter) -> Option<Twin> {
    let elsewhere = letter.inquiry != other.inquiry;
    let delivered_twice = letter.message_id.is_some() && letter.message_id == other.message_id;
    let same = !elsewhere && (delivered_twice || (letter.at - other.at).abs() < SENT_TWICE);
    if letter.touch == other.touch || same || letter.by_a_person || other.by_a_person {
        return None;
    }
    let share = letter.body.share(&other.body);
    (share >= ALIKE).then(|| Twin { touch: other.touch.clone(), inquiry: other.inquiry.clone(), elsewhere, share })
}

/// The judgement on a mail that has a twin.
#[must_use]
pub fn mail(mail: &Mail, context: &Context, judged: Classified, twin: &Twin) -> Classified {
    lay_over(judged, twin, |said| said.written(&mail.subject, &reply::split(&plain(&mail.text)).body, &mail.links, context))
}

/// The judgement on a text message that has a twin.
#[must_use]
pub fn text(call: &CallRecord, context: &Context, judged: Classified, twin: &Twin) -> Classified {
    let body = plain(call.body.as_deref().unwrap_or_default());
    lay_over(judged, twin, |said| said.written("", &body, &links_in(&body), context))
}

/// What looked personal is marketing, and says what marketing can say, unless it answers the question. An automatic answer stays one.
fn lay_over(mut judged: Classified, twin: &Twin, written: impl FnOnce(&mut Said)) -> Classified {
    let answers = judged.labels.question == Some(QuestionAnswered::Yes);
    let what = if twin.elsewhere { "went to" } else { "came before or after to" };
    let detail = format!("{:.0} % of the same words {what} {} ({})", twin.share * 100.0, twin.inquiry, twin.touch);
    match judged.origin {
        Origin::Personal | Origin::Unknown if answers => {
            judged.signals.push(Signal::new(SIGNAL, 0.0, format!("{detail}; but it answers the question")));
        }
        Origin::Personal | Origin::Unknown => {
            let mut said = Said::default();
            written(&mut said);
            said.labels.placement = judged.labels.placement;
            for signal in &mut judged.signals {
                signal.weight = -signal.weight;
            }
            judged.signals.insert(0, Signal::new(SIGNAL, 1.0, detail));
            judged.signals.retain(|signal| signal.id != "suspected-automation");
            return Classified {
                origin: Origin::Marketing,
                confidence: if twin.share > 0.98 { 0.93 } else { 0.87 },
                signals: judged.signals,
                labels: said.labels,
                quotes: said.quotes,
            };
        }
        Origin::Marketing => {
            judged.confidence = judged.confidence.max(0.9);
            judged.signals.insert(0, Signal::new(SIGNAL, 1.0, detail));
        }
        Origin::AutoReply | Origin::Bounce => {}
    }
    judged
}

/// FNV-1a, the same on every machine and in every version, for sketches are kept.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
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
    use crate::classify;
    use crate::collect::mail::parse;

    fn asked(first: &str, community: &str, question: &str) -> Context {
        Context {
            first_name: first.into(),
            last_name: "Whitfield".into(),
            builder: "Bluebonnet Homes".into(),
            community: Some(community.into()),
            question: question.into(),
            answer: vec!["three-car".into(), "third bay".into()],
            elapsed_s: Some(86_400),
            ..Context::default()
        }
    }

    fn dana() -> Context {
        asked("Dana", "Willow Creek", "Does the Magnolia come with a three-car garage?")
    }

    fn marcus() -> Context {
        asked("Marcus", "Cedar Park", "Which schools serve Cedar Park?")
    }

    fn drip(name: &str, place: &str, day: &str, more: &str) -> String {
        format!(
            "From: Amy Ortiz <amy@bluebonnet.example>\nSubject: Your new home\n\nHi {name},\n\nI was thinking of you this morning. There is no better feeling than walking through \
             the door of a home that was built for you, and {place} has a few of those left. I would love to show you around on \
             {day}, pour you a coffee and hear what you are looking for. When would suit you best?{more}\n\nAmy Ortiz\n512-223-1234\n"
        )
    }

    fn letter(touch: &str, wave: &str, raw: &str, context: &Context, hours: i64) -> Option<Letter> {
        let mail = parse(raw.as_bytes());
        let at: DateTime<Utc> = "2026-11-03T15:00:00Z".parse().unwrap();
        Some(Letter {
            touch: touch.into(),
            inquiry: InquiryId::new(wave, "bluebonnet"),
            at: at + TimeDelta::hours(hours),
            message_id: mail.message_id.clone(),
            by_a_person: false,
            body: body_of_mail(&mail, context)?,
        })
    }

    fn share(a: &str, b: &str) -> Option<f64> {
        let letters = [letter("t_a", "2026-11", a, &dana(), 0)?, letter("t_b", "2026-12", b, &marcus(), 700)?];
        twins(&letters)[0].as_ref().map(|twin| twin.share)
    }

    #[test]
    fn the_same_words_to_two_personas_are_twins() {
        let one = drip("Dana", "Willow Creek", "Tuesday, November 3rd at 10 am", "");
        assert_eq!(share(&one, &drip("Marcus", "Cedar Park", "Friday", "")), Some(1.0));
        let link = " See https://crm.example/c/8f7a6?u=1";
        assert_eq!(share(&one, &drip("Marcus", "Cedar Park", "Friday", link)).map(|share| share >= 0.9), Some(true));
        let own = " You asked about the schools: they are Hill Elementary and Lake Middle, both ten minutes from the model, and my son goes to the first.";
        assert_eq!(share(&one, &drip("Marcus", "Cedar Park", "Friday", own)), None, "a paragraph of its own");
    }

    #[test]
    fn short_words_are_never_compared_however_long_what_stands_below() {
        let print = "CONFIDENTIALITY NOTICE: this message and what is attached to it is meant for the one to whom it is addressed and for nobody else, \
                     and whoever else has it in hand is kindly asked to tell us and to throw it away without reading a word of what it holds";
        let call = |name: &str, below: &str| {
            format!(
                "From: Amy Ortiz <a@b.example>\n\nHi {name}, give me a call!\n\n{below}Amy Ortiz\nOnline Sales\n512-223-1234\n{print}\n"
            )
        };
        for below in ["", "Thanks,\n", "-- \n"] {
            assert_eq!(share(&call("Dana", below), &call("Marcus", below)), None, "{below}");
        }
    }

    #[test]
    fn once_is_once() {
        let raw = drip("Dana", "Willow Creek", "Friday", "");
        let twice = |hours: i64, id: &str| {
            let raw = format!("Message-ID: <{id}>\n{raw}");
            let first = letter("t_a", "2026-11", &format!("Message-ID: <m1@x>\n{raw}"), &dana(), 0)?;
            twins(&[first, letter("t_b", "2026-11", &raw, &dana(), hours)?])[0].clone()
        };
        assert!(twice(0, "m2@x").is_none(), "sent twice by mistake");
        assert!(twice(200, "m1@x").is_none(), "delivered twice");
        assert!(twice(200, "m2@x").is_some_and(|twin| !twin.elsewhere));
        let mut letters = [letter("t_a", "2026-11", &raw, &dana(), 0).unwrap(), letter("t_b", "2026-12", &raw, &dana(), 700).unwrap()];
        letters[1].by_a_person = true;
        assert_eq!(twins(&letters), [None, None], "a person said that a person wrote it");
    }

    #[test]
    fn a_twin_is_marketing_unless_it_answers() {
        let raw = drip("Dana", "Willow Creek", "Friday", "");
        let mail = parse(raw.as_bytes());
        let judged = classify::mail(&mail, &dana());
        assert_eq!(judged.origin, Origin::Personal, "{:?}", judged.signals);
        let twin = Twin { touch: "t_b".into(), inquiry: InquiryId::new("2026-12", "bluebonnet"), elsewhere: true, share: 1.0 };
        let laid = super::mail(&mail, &dana(), judged.clone(), &twin);
        assert!(laid.origin == Origin::Marketing && laid.confidence > 0.9);
        assert!(laid.signals[0].id == "same-body" && laid.signals[0].detail.contains("2026-12/bluebonnet"), "{:?}", laid.signals);
        assert_eq!((laid.labels.sender_name.clone(), laid.labels.appointment, laid.labels.name_used), (None, None, Some(true)));
        assert!(!laid.quotes.contains_key("appointment"));
        let newsletter = parse(
            format!("List-Unsubscribe: <https://x.example/u>\nPrecedence: bulk\n{raw}\nUnsubscribe from all offers here.").as_bytes(),
        );
        let same = classify::mail(&newsletter, &Context::default());
        assert_eq!(same.origin, Origin::Marketing);
        assert_eq!(
            super::mail(&newsletter, &Context::default(), same.clone(), &twin).labels,
            same.labels,
            "one rule for what marketing says"
        );
        let answer = parse(drip("Dana", "Willow Creek", "Friday", " Yes, the Magnolia comes with a three-car garage.").as_bytes());
        let judged = classify::mail(&answer, &dana());
        let laid = super::mail(&answer, &dana(), judged, &twin);
        assert!(laid.origin == Origin::Personal && laid.signals.iter().any(|signal| signal.id == "same-body"));
    }

    #[test]
    fn a_sketch_finds_every_twin() {
        let body = |day: &str, more: &str| body_of_mail(&parse(drip("Dana", "Willow Creek", day, more).as_bytes()), &dana()).unwrap();
        let one = body("Friday", "").sketch();
        assert!(one.may_be(&body("Tuesday", "").sketch()) && one.may_be(&body("Friday", " See you.").sketch()));
        let other = parse(b"Subject: News\n\nThe county opens the new road to the lake in spring, and with it the first lots of our third phase, with porches to the west, tall oaks and a path down to the water for everybody who likes to walk.");
        assert!(!one.may_be(&body_of_mail(&other, &dana()).unwrap().sketch()));
    }
}
