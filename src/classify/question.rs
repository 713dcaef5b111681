//! Was the question answered? Takes the writer's own words, what was asked and the words a real answer would hold. Each part of
//! the question is looked for apart. `unknown` rather than a guess: a no caps the score, so it needs a text that tells nothing
//! definite.

use std::sync::LazyLock;

use super::acts::{Act, FIGURE, Sentence, stems, words_of};
use super::pattern::{Regex, any_case, sentences, shorten};
use super::topics::{self, Topic};
use super::{Context, QuestionAnswered, name};

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
        r"\b(?:famil(?:y|ies)|neighbou?rs|people|visitors|minutes|gift|win|prizes?|winners?|raffle|(?:our|a|this) (?:\w+ )?survey|reviews?|stars?|questions?|awards?|communities|cities|states|clicks?)\b",
    )
});

/// One thing that was asked.
struct Part {
    topic: &'static Topic,
    terms: Vec<String>,
}

/// How well a part was answered, from not at all to plainly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
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
struct Around<'a> {
    /// How many things were asked.
    asked: usize,
    /// Whether words of a real answer were told.
    guided: bool,
    /// Whether the text is of a few sentences.
    short: bool,
    /// Whether it is the first that tells something.
    first: bool,
    /// The sentence before.
    before: Option<&'a Before>,
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
struct Before {
    hedges: bool,
    about: bool,
}

/// How many sentences that tell something may hold the answer without naming what it is about: it comes early.
const EARLY: usize = 3;

/// The judgement with the sentence it rests on; `None` when nothing was asked.
pub(super) fn answered(text: &str, context: &Context) -> Option<(QuestionAnswered, String)> {
    if context.question.trim().is_empty() && context.answer.is_empty() {
        return None;
    }
    if text.trim().is_empty() {
        return Some((QuestionAnswered::Unknown, String::new()));
    }
    let parts = parts(context);
    let wanted: Vec<String> = context.answer.iter().map(|phrase| stems(phrase)).filter(|words| !words.trim().is_empty()).collect();
    let figures = parts.iter().any(|part| part.topic.strict || part.topic.name == "availability");
    let mut best: Vec<(Found, String)> = vec![(Found::Nothing, String::new()); parts.len()];
    let all = sentences(text);
    let (mut before, mut said, mut tells): (Option<Before>, usize, bool) = (None, 0, false);
    // Where one of two is asked for, each half may have a sentence of its own.
    let either = context.question.to_lowercase().contains(" or ");
    let mut ends = vec![0_usize; parts.len()];
    for (n, sentence) in all.iter().take(300).enumerate() {
        let sentence = Sentence::of(sentence, &wanted);
        said += usize::from(!sentence.does(Act::Generic));
        tells |= sentence.tells(figures);
        let early = said <= EARLY && !sentence.does(Act::Generic);
        let around = Around {
            asked: parts.len(),
            guided: !wanted.is_empty(),
            short: all.len() <= 4,
            first: early && said == 1,
            before: before.as_ref(),
        };
        let mut about_any = false;
        for ((part, kept), last) in parts.iter().zip(&mut best).zip(&mut ends) {
            let (found, about) = part.found_in(&sentence, early, &around);
            about_any |= about;
            if found > kept.0 {
                (*kept, *last) = ((found, shorten(sentence.text)), n);
            } else if either && found == Found::Plainly && *last + 1 == n {
                // "Phase one has gas. Phase two is all electric."
                (kept.1, *last) = (shorten(&format!("{} {}", kept.1, sentence.text)), n);
            }
        }
        before = Some(Before { hedges: sentence.does(Act::Hedges), about: about_any });
    }
    let (answer, quote) = sum(&best);
    // It tells something definite, and it cannot be seen that this is beside the question.
    if answer == QuestionAnswered::No && tells {
        return Some((QuestionAnswered::Unknown, quote));
    }
    Some((answer, quote))
}

/// The parts together: all answered is yes, some is partly.
fn sum(parts: &[(Found, String)]) -> (QuestionAnswered, String) {
    let quotes = |least: Found| {
        let mut quotes: Vec<&str> = parts.iter().filter(|(found, _)| *found >= least).map(|(_, quote)| quote.as_str()).collect();
        quotes.dedup();
        shorten(&quotes.join(" "))
    };
    let (least, most) = (parts.iter().map(|part| part.0).min(), parts.iter().map(|part| part.0).max());
    match (least.unwrap_or(Found::Nothing), most.unwrap_or(Found::Nothing)) {
        (Found::Plainly, _) => (QuestionAnswered::Yes, quotes(Found::Plainly)),
        (_, Found::Plainly | Found::Partly) => (QuestionAnswered::Partly, quotes(Found::Partly)),
        // A text about what was asked, in none of the known ways, is for a person to read; one that never touches it says no.
        (_, Found::Elsewhere) => (QuestionAnswered::Unknown, quotes(Found::Elsewhere)),
        (_, Found::Put) => (QuestionAnswered::Deferred, quotes(Found::Put)),
        (_, Found::Hinted) => (QuestionAnswered::Partly, quotes(Found::Hinted)),
        (_, Found::Touched) => (QuestionAnswered::Unknown, quotes(Found::Touched)),
        (_, Found::Nothing) => (QuestionAnswered::No, String::new()),
    }
}

impl Part {
    /// How well a sentence answers this part, and whether it is about it.
    fn found_in(&self, sentence: &Sentence<'_>, early: bool, around: &Around<'_>) -> (Found, bool) {
        let topical = self.topic.about.is_match(sentence.text);
        let terms = self.terms.iter().filter(|term| sentence.words().any(|word| akin(word, term))).count();
        let about = topical || terms > 0;
        let firm = self.topic.is_firm_in(sentence.text);
        // A question of theirs, or ours said back, answers nothing.
        if sentence.does(Act::Asks) {
            return (if sentence.does(Act::Stalls) { Found::Put } else { Found::Nothing }, about);
        }
        if sentence.does(Act::Echoes) && !sentence.does(Act::Verdict) && !firm {
            return (if sentence.does(Act::PutsOff) { Found::Put } else { Found::Nothing }, about);
        }
        let figure = self.topic.is_answered_in(sentence.text);
        if sentence.does(Act::PutsOff) {
            let told = sentence.besides();
            let tells = self.topic.is_answered_in(&told) && self.topic.about.is_match(&told) && self.topic.strict;
            let solid = sentence.does(Act::Opens) && about || self.topic.is_firm_in(&told) || tells;
            if sentence.does(Act::Ignorant) || !solid {
                return (Found::Put, about);
            }
        }
        let hedged = sentence.does(Act::Hedges) || around.before.is_some_and(|before| before.hedges) && !sentence.does(Act::Holds) && !firm;
        let touched = (terms >= 2 || figure && topical && terms >= 1 || sentence.does(Act::Links))
            || sentence.does(Act::Verdict)
                && (about || around.asked == 1 && (around.short || around.before.is_some_and(|before| before.about)));
        let exact = self.topic.strict && figure && FIGURE.is_match(sentence.text);
        // What stands in an attachment or behind a link was not told, whatever else the sentence names.
        if sentence.does(Act::Elsewhere) && !sentence.does(Act::Opens) && !exact {
            return (Found::Elsewhere, about);
        }
        let found = match () {
            () if sentence.does(Act::Boasts) && !topical && terms == 0 => Found::Nothing,
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
                && self.topic.strict
                && self.topic.name != "date"
                && (about || alone && !OF_OTHERS.is_match(sentence.text));
        let by_reference = sentence.does(Act::Answers) && alone && around.first
            || sentence.does(Act::Grants) && early && terms > 0 && !self.topic.strict
            || sentence.does(Act::Plain) && alone && (around.short || around.before.is_some_and(|before| before.about))
            || early && sentence.does(Act::Elliptic) && !self.topic.strict && (alone || about);
        by_words || by_shape || by_reference
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
fn parts(context: &Context) -> Vec<Part> {
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
    let found: Vec<Part> = topics::clauses(&context.question)
        .into_iter()
        .map(|(clause, topic)| Part { topic, terms: terms(&clause) })
        .filter(|part| part.topic.name != "feature" || !part.terms.is_empty())
        .collect();
    if found.is_empty() {
        // Words of an answer without a question, or a question of common words alone.
        return topics::clauses("it").into_iter().map(|(_, topic)| Part { topic, terms: terms(&context.question) }).collect();
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use QuestionAnswered::{Deferred, No, Partly, Unknown, Yes};

    fn context(answer: &[&str]) -> Context {
        Context {
            first_name: "Dana".into(),
            builder: "Bluebonnet Homes".into(),
            community: Some("Willow Creek".into()),
            question: "Does the Magnolia plan at Willow Creek come with a three-car garage?".into(),
            answer: answer.iter().map(|word| (*word).to_owned()).collect(),
            ..Context::default()
        }
    }

    #[test]
    fn judges_with_answer_words() {
        let context = context(&["three-car", "3-car", "third bay", "tandem"]);
        for (text, expected) in [
            ("Hi Dana, yes! The Magnolia comes with a 3 car garage.", Yes),
            ("No, the Magnolia does not come with a three-car garage.", Yes),
            ("Hi Dana,\nThe third bay is an option for $12,000.", Yes),
            ("Yes, there are three-car garages on most lots. I'd love to tell you more when we talk.", Yes),
            ("I believe the third bay may be an option on some lots.", Partly),
            ("Thanks for asking about the three-car garage! Call me and I'll tell you all about it.", Deferred),
            ("I'm not sure if it has a three-car garage.", Deferred),
            ("Let me check on the three-car garage and get back to you.", Deferred),
            ("I have a message in to Luis, our builder, and will circle back as soon as he answers.", Deferred),
            ("Amy asked me to tell you she is with buyers and will call you right after.", Deferred),
            ("I'd love to show you around and get all your questions answered in person.", Deferred),
            ("We're not permitted to make statements on that. Please check with the city.", Deferred),
            ("The garage depends on the lot. Call me and I'll explain what yours takes.", Deferred),
            ("The garage depends on the lot.", Partly),
            ("I'm here till 6 if you'd like to chat.", No),
            ("We are a family company, building in the valley since 1988.", No),
            ("You asked whether the Magnolia has a three-car garage.", No),
            ("Thank you for your interest in the Magnolia at Willow Creek! When are you looking to move?", No),
            ("Thank you for your inquiry. Visit our website.", No),
            ("The garage fits three cars on the larger lots.", Yes),
            ("The garage has room for a car and a golf cart.", Unknown),
            ("Yes it does!", Yes),
            ("Would you like a three-car garage?", No),
            ("S\u{ed}, el Magnolia tiene un garage tandem.", Yes),
            ("", Unknown),
        ] {
            assert_eq!(answered(text, &context).map(|found| found.0), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_either_or_question_is_quoted_with_both_halves_of_its_answer() {
        let asked = |question: &str| Context { question: question.into(), ..context(&["natural gas", "all electric"]) };
        let text = "Hello Dana,\n\nGood question. Phase one has natural gas at the street. Phase two is all electric with heat pumps.\n\nShall I call?";
        let quote = |question| answered(text, &asked(question)).unwrap().1;
        let either = quote("Is natural gas available, or is it all electric?");
        assert_eq!(either, "Phase one has natural gas at the street. Phase two is all electric with heat pumps.");
        assert_eq!(quote("Is natural gas available at Willow Creek?"), "Phase one has natural gas at the street.");
    }

    #[test]
    fn what_is_put_off_is_not_told_by_the_way() {
        let asked = |question: &str| Context { question: question.to_owned(), ..context(&[]) };
        for (question, text, expected) in [
            ("Would any home be ready by March?", "Let me check which ones finish by March and get back to you.", Deferred),
            ("Would any home be ready by March?", "Amy will call you tomorrow with the list of what finishes before March.", Deferred),
            ("What are the HOA dues?", "The dues are $118 a month and I'll get back to you on the rest.", Yes),
            ("What are the HOA dues?", "Let me double check, but the dues are $118 a month.", Yes),
            ("What are the HOA dues?", "Take our survey, it takes two minutes and you could win a $100 gift card.", Unknown),
            ("What are the HOA dues?", "It's $118 now.", Yes),
        ] {
            assert_eq!(answered(text, &asked(question)).map(|found| found.0), Some(expected), "{text}");
        }
    }

    #[test]
    fn without_answer_words_it_does_not_guess() {
        let context = context(&[]);
        for (text, expected) in [
            ("Yes, the Magnolia comes with a three-car garage.", Yes),
            ("The garage holds two cars and the bay is extra.", Yes),
            ("Thank you for your interest! Our model is open daily.", No),
            ("Give me a call and we can go over all of your questions.", Deferred),
        ] {
            assert_eq!(answered(text, &context).map(|found| found.0), Some(expected), "{text}");
        }
        assert_eq!(answered("Hi", &Context::default()), None);
    }
}
