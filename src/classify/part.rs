//! One thing that was asked, and how well a sentence answers it: by words of a real answer, by the shape of an answer to its kind
//! ([`super::topics`]), or by what the sentence does ([`super::acts`]). Takes the question apart and looks at one sentence at a time.

use std::sync::LazyLock;

use super::acts::{Act, FIGURE, Sentence, stems, words_of};
use super::pattern::{Regex, any_case};
use super::topics::{self, Topic, Wants};
use super::{Context, name, settling};

/// Words too common to show that a sentence is about the question.
const COMMON: &[&str] = &[
    "about",
    "and",
    "any",
    "are",
    "available",
    "can",
    "come",
    "do",
    "does",
    "for",
    "from",
    "get",
    "has",
    "have",
    "home",
    "house",
    "how",
    "i",
    "in",
    "is",
    "it",
    "know",
    "like",
    "many",
    "me",
    "much",
    "of",
    "on",
    "or",
    "our",
    "plan",
    "please",
    "still",
    "tell",
    "that",
    "the",
    "there",
    "this",
    "to",
    "we",
    "what",
    "when",
    "where",
    "which",
    "will",
    "with",
    "would",
    "you",
    "your",
    "a",
    "an",
    "at",
    "be",
    "una",
    "un",
    "el",
    "la",
    "los",
    "las",
    "de",
    "con",
    "en",
    "que",
    "tiene",
    "hay",
];

/// What a number counts that answers nobody's question: who lives there, what can be won.
static OF_OTHERS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:famil(?:y|ies)|neighbou?rs|people|visitors|minutes|gift|win|prizes?|winners?|raffle|(?:our|a|this) (?:\w+ )?survey|reviews?|stars?|questions?|off|awards?|communities|cities|states|clicks?)\b",
    )
});

/// How long something lasts, which is nothing's answer but that.
static LASTS: LazyLock<Regex> = LazyLock::new(|| any_case(r"\b(?:days?|weeks?|months?|years?|d[ií]as?|semanas?|meses|a[nñ]os?)\b"));

/// It is yet to be done.
static PROMISES: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"\b(?:i'?ll|we'?ll|i will|we will|let me|going to|can|would|could|le|voy a)\b"));

/// One thing that was asked.
pub(super) struct Part {
    pub(super) topic: &'static Topic,
    terms: Vec<String>,
    /// Whether a yes or a no answers it, or only a figure or a name.
    pub(super) wants: Wants,
    /// Whether it was asked first, as a bare yes answers what was asked first.
    leads: bool,
    /// Whether it asks several things of one kind: "which elementary and middle schools".
    pub(super) several: bool,
}

/// How well a part was answered, from not at all to plainly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Found {
    Nothing,
    /// Something about it is said, in none of the known ways.
    Touched,
    /// "It depends": partly an answer, unless the rest is put off too.
    Hinted,
    /// It is put off.
    Put,
    /// The answer is said to stand elsewhere.
    Elsewhere,
    Partly,
    Plainly,
}

/// What stands around a sentence.
pub(super) struct Around<'a> {
    /// How many things were asked.
    pub(super) asked: usize,
    /// Whether words of a real answer were told.
    pub(super) guided: bool,
    /// Whether the text is of a few sentences.
    pub(super) short: bool,
    /// Whether it is the first that tells something.
    pub(super) first: bool,
    /// The sentence before.
    pub(super) before: Option<&'a Before>,
}

/// How a sentence looks beside a part of the question.
struct Looks {
    /// Whether it is about the topic.
    topical: bool,
    /// How many of the part's words stand there.
    terms: usize,
    /// Whether it holds what an answer holds.
    figure: bool,
    /// Whether what it holds is nothing else's answer.
    firm: bool,
}

/// What is remembered of a sentence.
#[derive(Default)]
pub(super) struct Before {
    pub(super) hedges: bool,
    pub(super) about: bool,
}

impl Part {
    /// How well a sentence answers this part, and whether it is about it.
    pub(super) fn found_in(&self, sentence: &Sentence<'_>, early: bool, around: &Around<'_>) -> (Found, bool) {
        let topical = self.topic.about.is_match(sentence.text);
        let terms = self.terms.iter().filter(|term| sentence.words().any(|word| akin(word, term))).count();
        let about = topical || terms > 0;
        let firm = self.topic.is_firm_in(sentence.text);
        // A question of theirs, or ours said back, answers nothing.
        if sentence.does(Act::Asks) {
            return (if sentence.does(Act::Stalls) { Found::Put } else { Found::Nothing }, about);
        }
        // "I recorded you the answer" is told, and elsewhere; "I'll record it" is put off.
        let sent = sentence.does(Act::Elsewhere) && !sentence.does(Act::Ignorant) && !PROMISES.is_match(sentence.text);
        if sentence.does(Act::Echoes) && !sentence.does(Act::Verdict) && !firm && !sent {
            return (if sentence.does(Act::PutsOff) { Found::Put } else { Found::Nothing }, about);
        }
        let figure = self.topic.is_answered_in(sentence.text);
        if sentence.does(Act::PutsOff) && !sent {
            let told = sentence.besides();
            let tells = self.topic.is_answered_in(&told) && self.topic.about.is_match(&told) && self.topic.strict
                || self.wants == Wants::Amount && self.leads && around.first && Sentence::of(&told, &[]).does(Act::Counts);
            let solid = sentence.does(Act::Opens) && about || self.topic.is_firm_in(&told) || tells;
            if sentence.does(Act::Ignorant) || !solid {
                return (Found::Put, about);
            }
        }
        let hedged = sentence.does(Act::Hedges) || around.before.is_some_and(|before| before.hedges) && !sentence.does(Act::Holds) && !firm;
        let settles = sentence.does(Act::Settles) || sentence.does(Act::Denies);
        let touched = settles && (about || early)
            || (terms >= 2 || figure && topical && terms >= 1 || sentence.does(Act::Links))
            || sentence.does(Act::Verdict)
                && (about || around.asked == 1 && (around.short || around.before.is_some_and(|before| before.about)));
        let exact = self.topic.strict && figure && FIGURE.is_match(sentence.text);
        // What stands in an attachment or behind a link was not told, whatever else the sentence names.
        if sentence.does(Act::Elsewhere) && !sentence.does(Act::Opens) && !exact {
            return (Found::Elsewhere, about);
        }
        let found = match () {
            () if sentence.does(Act::Boasts) && !about && !sentence.does(Act::Settles) => Found::Nothing,
            () if self.answered_in(sentence, &Looks { topical, terms, figure, firm }, early, around) => {
                // "Usually about $300 a month" is an answer for all its caution.
                match () {
                    () if sentence.does(Act::Depends) && !sentence.does(Act::Holds) && !exact => Found::Hinted,
                    () if hedged && !exact => Found::Partly,
                    () => Found::Plainly,
                }
            }
            () if about && sentence.does(Act::Depends) && !sentence.does(Act::Holds) => Found::Hinted,
            () if about && (hedged || around.before.is_some_and(|before| before.hedges)) => Found::Partly,
            // Words that a real answer holds, of one of the things asked.
            () if sentence.does(Act::Holds) => Found::Partly,
            () if touched => Found::Touched,
            () => Found::Nothing,
        };
        (found, about)
    }

    /// Whether a sentence answers this part, hedged or not.
    fn answered_in(&self, sentence: &Sentence<'_>, looks: &Looks, early: bool, around: &Around<'_>) -> bool {
        let Looks { topical, terms, figure, firm } = *looks;
        let feature = self.topic.name == "feature";
        let (about, alone) = (topical || terms > 0, around.asked == 1);
        let least = if around.guided { 2 } else { 1 };
        let by_words = sentence.does(Act::Holds) && (alone || about)
            || sentence.does(Act::Verdict) && terms >= least.min(self.terms.len().max(1))
            || feature && figure && terms >= 2 && !around.guided;
        let by_shape = firm
            || figure && topical
            || early
                && sentence.does(Act::Counts)
                && (self.topic.strict && self.topic.name != "date" || self.wants == Wants::Amount)
                && (about || (alone || self.wants != Wants::Verdict && self.leads && around.first) && !OF_OTHERS.is_match(sentence.text))
            || figure && self.topic.name == "date" && self.leads && around.first && LASTS.is_match(sentence.text);
        let by_reference = sentence.does(Act::Answers) && alone && around.first
            || sentence.does(Act::Grants) && early && terms > 0 && !self.topic.strict
            || sentence.does(Act::Plain) && alone && (around.short || around.before.is_some_and(|before| before.about))
            || early && sentence.does(Act::Elliptic) && (self.wants == Wants::Verdict || !self.topic.strict) && (alone || about);
        let settled = sentence.does(Act::Settles)
            && (about && self.wants == Wants::Verdict
                || early && (self.wants == Wants::Verdict && (alone || self.leads && around.first) || settling::of_all(sentence.text)));
        let denied =
            sentence.does(Act::Denies) && self.wants == Wants::Verdict && (about || alone && early && (around.short || around.first));
        by_words || by_shape || by_reference || settled || denied
    }
}

/// Whether two words are one in different forms: "heated" and "heater".
fn akin(word: &str, term: &str) -> bool {
    if word == term {
        return true;
    }
    // "Crawl" for "crawlspace".
    if word.len() >= 5 && term.starts_with(word) || term.len() >= 5 && word.starts_with(term) {
        return true;
    }
    let shared = word.bytes().zip(term.bytes()).take_while(|(a, b)| a == b).count();
    let (short, long) = (word.len().min(term.len()), word.len().max(term.len()));
    shared >= 4 && short >= 5 && shared + 2 >= short && long - shared <= 4
}

/// What was asked, part by part, without the names that every mail of the builder holds.
pub(super) fn parts(context: &Context) -> Vec<Part> {
    let named = stems(&format!("{} {} {}", context.builder, context.community.as_deref().unwrap_or_default(), context.first_name));
    let plans: String = name::asked(context).iter().map(|name| stems(name)).collect();
    let terms = |clause: &str| {
        let stems = stems(clause);
        let is_name = |word| [&named, &plans].into_iter().flat_map(|names| words_of(names)).any(|name| name == word);
        let mut terms: Vec<String> = words_of(&stems)
            .filter(|word| word.len() > 1 || word.chars().all(|c| c.is_ascii_digit()))
            .filter(|word| !COMMON.contains(word) && !is_name(*word))
            .map(str::to_owned)
            .collect();
        terms.dedup();
        terms
    };
    let part = |n: usize, clause: &str, topic| Part {
        topic,
        terms: terms(clause),
        wants: topics::wants(clause),
        leads: n == 0,
        several: topics::is_several(clause),
    };
    let found: Vec<Part> = topics::clauses(&context.question)
        .into_iter()
        .enumerate()
        .map(|(n, (clause, topic))| part(n, &clause, topic))
        .filter(|part| part.topic.name != "feature" || !part.terms.is_empty())
        .collect();
    if found.is_empty() {
        // Words of an answer without a question, or a question of common words alone.
        return topics::clauses("it").into_iter().map(|(_, topic)| part(0, &context.question, topic)).collect();
    }
    found
}
