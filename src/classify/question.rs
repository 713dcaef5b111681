//! Was the question answered? Takes the writer's own words, what was asked and the words a real answer would hold. `unknown`
//! rather than a guess: a no caps the score, so it needs a text that clearly says nothing about what was asked.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::{any_case, sentences, shorten};
use super::{Context, QuestionAnswered, name};
use crate::attribute::words::fold;

static DEFERS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:call|text|phone|ring|visit|stop by|come (?:in|by|see|out)|schedule|set up|book|hop on|find (?:a )?time|give (?:me|us) a (?:call|ring)|let'?s (?:talk|chat|connect))\b.{0,80}\b(?:tell you|discuss|go over|answer|explain|walk you through|share|talk about|details|more (?:info|information)|questions?|show you|all about)|(?:love|happy|glad|like|pleased) to (?:tell|discuss|answer|go over|talk|walk you|share|chat|explain)|(?:tell|discuss|answer|go over|share|explain)\b.{0,60}\b(?:when (?:we|you)|over the phone|on a (?:quick )?call|by phone|in person|during your visit|give (?:me|us) a call|call me)|ll[aá]m(?:e|a)me.{0,60}(?:explic|cont|d[ií]|detalle)",
    )
});
static LATER: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:let me|i'?ll|i will|i can|i'?m going to|going to|i need to|i have to) (?:\w+ )?(?:check|find out|look into|confirm|verify|double.check|ask|get back|get (?:you )?(?:that|the|an)|research|follow up)|get back to you|(?:someone|a member of our|our) .{0,40}(?:will|shall) .{0,40}(?:answer|contact|reach|respond|call)|as soon as (?:i|we) (?:know|hear)|le averiguo|voy a (?:averiguar|preguntar|revisar)",
    )
});
static IGNORANT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:do not|don'?t|am not|i'?m not|not) (?:know|sure|certain|have (?:that|the|any) (?:info|information|answer|detail))|no idea|unsure|can'?t say|cannot say|unable to (?:say|answer)|no s[eé])",
    )
});
static HEDGES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:i (?:think|believe|guess)|may|might|possibly|probably|perhaps|depends|depending|some of|typically|usually|should be able|creo que|tal vez|quiz[aá]s?)\b",
    )
});
static ECHO: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:you (?:asked|were asking|wanted to know|had asked|inquired)|your (?:question|inquiry|interest|request|message|email)|asking (?:about|if|whether)|question about|interest(?:ed)? in|inquir(?:y|ing|ed) about|regarding|pregunt\w+ (?:sobre|por|si))\b",
    )
});
static VERDICT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:(?:hi|hello|hey|hola)\b[^,.!\n]{0,30}[,.!]\s*)?(?:(?:great|good) (?:question|news)\W+)?(?:(?:yes|yep|yeah|yup|absolutely|definitely|certainly|no|nope|unfortunately|claro)\b|s[ií][\s,.!])|\b(?:it (?:does|doesn'?t|does not|is|isn'?t|comes?|has)|they (?:do|don'?t|are|come)|we (?:do|don'?t|offer|have|include))\b",
    )
});
static FIGURE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(r"\$ ?\d|\d[\d,.]* ?(?:%|k\b|sq|square|months?|weeks?|days?|acres?|dollars?|per |feet|ft\b|cars?\b|bays?\b|bed|bath)")
});

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

/// The judgement with the sentence it rests on; `None` when nothing was asked.
pub(super) fn answered(text: &str, context: &Context) -> Option<(QuestionAnswered, String)> {
    if context.question.trim().is_empty() && context.answer.is_empty() {
        return None;
    }
    if text.trim().is_empty() {
        return Some((QuestionAnswered::Unknown, String::new()));
    }
    let terms = terms(context);
    let wanted: Vec<Vec<String>> = context.answer.iter().map(|phrase| stems(phrase)).filter(|words| !words.is_empty()).collect();
    let mut best: Option<(u8, QuestionAnswered, String)> = None;
    let mut keep = |rank: u8, answer: QuestionAnswered, sentence: &str| {
        if best.as_ref().is_none_or(|(known, _, _)| rank > *known) {
            best = Some((rank, answer, shorten(sentence)));
        }
    };
    let all = sentences(text);
    let mut about_before = false;
    for sentence in all.iter().take(300) {
        let words = stems(sentence);
        let about = terms.iter().filter(|term| words.contains(term)).count();
        let holds = wanted.iter().any(|phrase| words.windows(phrase.len()).any(|window| window == phrase.as_slice()));
        let asks = sentence.trim_end().ends_with('?');
        let verdict = VERDICT.is_match(sentence) && !asks;
        let echo = ECHO.is_match(sentence) && !verdict;
        if IGNORANT.is_match(sentence) || ((DEFERS.is_match(sentence) || LATER.is_match(sentence)) && !(verdict && about > 0)) {
            keep(2, QuestionAnswered::Deferred, sentence);
        } else if asks || echo {
            // The question said back, or a question of theirs, answers nothing.
        } else if holds && HEDGES.is_match(sentence) {
            keep(4, QuestionAnswered::Partly, sentence);
        } else if holds || (verdict && about >= 2) {
            keep(5, QuestionAnswered::Yes, sentence);
        } else if about >= 2 || (verdict && (about >= 1 || about_before || all.len() <= 4)) || (about >= 1 && FIGURE.is_match(sentence)) {
            keep(3, QuestionAnswered::Unknown, sentence);
        }
        about_before = about >= 1;
    }
    // A text about what was asked, in none of the ways above, is for a person to read; one that never touches it says no.
    Some(best.map_or((QuestionAnswered::No, String::new()), |(_, answer, quote)| (answer, quote)))
}

/// What the question is about: its words without the common ones and without the names every mail of the builder holds.
fn terms(context: &Context) -> Vec<String> {
    let named = stems(&format!("{} {} {}", context.builder, context.community.as_deref().unwrap_or_default(), context.first_name));
    let plans: Vec<String> = name::asked(context).iter().flat_map(|name| stems(name)).collect();
    let mut terms: Vec<String> =
        stems(&context.question).into_iter().filter(|word| word.len() > 1 || word.chars().all(|c| c.is_ascii_digit())).collect();
    terms.retain(|word| !COMMON.contains(&word.as_str()) && !named.contains(word) && !plans.contains(word));
    terms.dedup();
    terms
}

/// Folded words with number words as digits and without a plural s, so that "three-car garages" equals "3 car garage".
fn stems(text: &str) -> Vec<String> {
    fold(text)
        .split_whitespace()
        .map(|word| {
            let number = match word {
                "one" | "first" | "1st" => "1",
                "two" | "second" | "2nd" | "dos" => "2",
                "three" | "third" | "3rd" | "tres" => "3",
                "four" | "fourth" | "4th" | "cuatro" => "4",
                "five" | "fifth" | "5th" | "cinco" => "5",
                "six" => "6",
                "seven" => "7",
                "eight" => "8",
                "nine" => "9",
                "ten" => "10",
                _ => "",
            };
            if !number.is_empty() {
                number.to_owned()
            } else if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") {
                word.trim_end_matches('s').to_owned()
            } else {
                word.to_owned()
            }
        })
        .collect()
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
            ("You asked whether the Magnolia has a three-car garage.", No),
            ("Thank you for your interest in the Magnolia at Willow Creek! When are you looking to move?", No),
            ("Thank you for your inquiry. Visit our website.", No),
            ("The garage fits three cars on the larger lots.", Yes),
            ("The garage has room for a car and a golf cart.", Unknown),
            ("Yes it does!", Unknown),
            ("Would you like a three-car garage?", No),
            ("S\u{ed}, el Magnolia tiene un garage tandem.", Yes),
            ("", Unknown),
        ] {
            assert_eq!(answered(text, &context).map(|found| found.0), Some(expected), "{text}");
        }
    }

    #[test]
    fn without_answer_words_it_does_not_guess() {
        let context = context(&[]);
        for (text, expected) in [
            ("Yes, the Magnolia comes with a three-car garage.", Yes),
            ("The garage holds two cars and the bay is extra.", Unknown),
            ("Thank you for your interest! Our model is open daily.", No),
            ("Give me a call and we can go over all of your questions.", Deferred),
        ] {
            assert_eq!(answered(text, &context).map(|found| found.0), Some(expected), "{text}");
        }
        assert_eq!(answered("Hi", &Context::default()), None);
    }
}
