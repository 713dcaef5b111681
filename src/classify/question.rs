//! Was the question answered? Takes the writer's own words, what was asked and the words a real answer would hold. Each part of
//! the question is looked for apart. `unknown` rather than a guess: a no caps the score, so it needs a text that clearly says
//! nothing about what was asked.

use std::sync::LazyLock;

use regex::Regex;

use super::pattern::{any_case, sentences, shorten};
use super::topics::{self, Topic};
use super::{Context, QuestionAnswered, name};
use crate::attribute::words::fold;

static DEFERS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:call|text|phone|ring|visit|stop by|come (?:in|by|see|out)|schedule|set up|book|hop on|find (?:a )?time|give (?:me|us) a (?:call|ring)|let'?s (?:talk|chat|connect))\b.{0,80}\b(?:tell you|discuss|go over|answer|explain|walk you through|share|talk about|details|more (?:info|information)|questions?|show you|all about)|(?:love|happy|glad|like|pleased) to (?:tell|discuss|answer|go over|talk|walk you|share|chat|explain)|(?:tell|discuss|answer|go over|share|explain)\b.{0,60}\b(?:when (?:we|you)|over the phone|on a (?:quick )?call|by phone|in person|during your visit|give (?:me|us) a call|call me)|ll[aá]m(?:e|a)me.{0,60}(?:explic|cont|d[ií]|detalle)|(?:easier|better|best|quicker|rather) (?:to )?(?:explain|discuss|talk|cover|go over|over the phone|by phone|in person)|too much to (?:type|put|cover|explain|go into)|(?:lot|much) to go over|(?:once|when|after) (?:you|we) (?:call|come|visit|stop|talk|speak|meet)\b.{0,80}|before i (?:can )?(?:quote|answer|give|tell|send)|best person to (?:ask|answer|talk|speak)|(?:can|could|will be able to|is able to) (?:answer|tell you|give you|walk you)\b",
    )
});
static LATER: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:let me|i'?ll|i will|i can|i'?m going to|going to|i need to|i have to) (?:\w+ )?(?:check|find out|look into|confirm|verify|double.check|ask|get back|get (?:you )?(?:that|the|an)|research|follow up)|get back to you|(?:someone|a member of our|our) .{0,40}(?:will|shall) .{0,40}(?:answer|contact|reach|respond|call)|as soon as (?:i|we) (?:know|hear)|(?:i'?ll|i will|and) let you know\b|(?:she|he|they) (?:will|can|'?ll) (?:be able to )?(?:answer|get back|reach out|follow up|contact|call|respond|have (?:that|the|an) answer)|(?:have|am|i'm|i've|we've|we have) (?:asked|checking|reached out|emailed|called|messaged|forwarded|sent)\b.{0,60}(?:and|so|to find|for the|for an|about|on)\b|(?:hear|heard) back|have (?:that|the|an|your) (?:answer|number|info\w*) (?:for you )?(?:by|tomorrow|today|soon|shortly|later|on monday|this|next)|let me (?:see|find|ask|pull|get|dig|run)|need (?:to|a (?:day|few|little)|some time)\b.{0,30}(?:check|confirm|ask|verify|look|find|answer)|waiting (?:on|for) (?:an answer|the|a (?:call|reply))|le (?:averiguo|confirmo|aviso)|(?:ella|[eé]l) (?:le|se) (?:dir|confirm|contact|llam|comunic)|(?:voy a|d[eé]je?me|perm[ií]tame) (?:averiguar|preguntar|revisar|checar|confirmar)\w*",
    )
});
static IGNORANT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:do not|don'?t|am not|i'?m not|not) (?:know|sure|certain|have (?:that|the|any) (?:info|information|answer|detail))|no idea|unsure|can'?t say|cannot say|unable to (?:say|answer)|above my pay grade|not my (?:area|department)|wouldn'?t want to (?:guess|give)|don'?t want to (?:guess|misspeak|give you (?:a|the) wrong)|(?:don'?t|do not|haven'?t|wish i) (?:had |have |got )?(?:that|the|an|those|exact|final|those) (?:answer|number|figure|info\w*|detail\w*|price|date)s?|no s[eé](?:\s|[,.])|no (?:le )?quiero dar|no tengo (?:esa|la|ese|el))",
    )
});
static HEDGES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:i (?:think|believe|guess)|may|might|possibly|probably|perhaps|depends|depending|some of|typically|usually|most of (?:our|the|them)|many of (?:our|the)|in most (?:cases|plans|homes)|varies|vary|creo que|depende|tal vez|quiz[aá]s?)\b",
    )
});
static ECHO: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:you (?:asked|were asking|wanted to know|had asked|inquired)|your (?:question|inquiry|interest|request|message|email)|asking (?:about|if|whether)|question about|interest(?:ed)? in|inquir(?:y|ing|ed) about|regarding|pregunt\w+ (?:sobre|por|si))\b",
    )
});
/// A sentence that opens with yes or no.
static VERDICT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:(?:hi|hello|hey|hola|dear)\b[^,.!\n]{0,30}[,.!]\s*)?(?:(?:great|good) (?:question|news)\W+|to answer your question\W+|(?:the )?short answer\W+(?:is\W+)?)?(?:(?:yes|yep|yeah|yup|absolutely|definitely|certainly|no|nope|not|unfortunately|sadly|claro|desafortunadamente|lamentablemente|por supuesto)\b|s[ií][\s,.!])|,? (?:no|yes),",
    )
});
/// A sentence that says of something that it is so or not.
static STATES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:it (?:does|doesn'?t|does not|is|isn'?t|comes?|has)|they (?:do|don'?t|are|come)|we (?:do|don'?t|offer|have|include))\b",
    )
});
/// Yes or no, and said of what was asked: "yes, it does".
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:(?:hi|hello|hey|hola|dear)\b[^,.!\n]{0,30}[,.!]\s*)?(?:yes|yep|yeah|no|nope|unfortunately|sadly|absolutely|s[ií])\b\W{1,3}(?:ma'?am|sir|it|they|we|you|there|that|those|all|every|se|lo|la|los|las|no) ?(?:does|do|is|are|can|has|have|will|did|would|isn'?t|doesn'?t|don'?t|can'?t|cannot|aren'?t|puede|tiene|hay|incluye|viene)\b",
    )
});
static FIGURE: LazyLock<Regex> = LazyLock::new(|| any_case(r"\d"));
/// The answer stands elsewhere: in an attachment, a film, on a page.
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\battach(?:ed|ing|ment)|\benclosed|\badjunt|(?:recorded|filmed|made|shot|sending) (?:you )?(?:a |an |the |this |it|your )?(?:\w+ )?(?:video|clip|answer|film|walk.?through)|(?:answer|details?|prices?|pricing|numbers?|list|everything|information|info|sheet|map)\b[^.\n]{0,60}\b(?:on|at|in|behind) (?:this|the|our) (?:\w+ )?(?:page|link|site|sheet|pdf|brochure|flyer|video|file|map)|(?:see|watch|open|check out) (?:the|this|my|our) (?:link|page|pdf|video|file|sheet|brochure|flyer|price sheet)",
    )
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

/// One thing that was asked.
struct Part {
    topic: &'static Topic,
    terms: Vec<String>,
}

/// How well a part was answered, from not at all to plainly.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Found {
    Nothing,
    Put,
    Touched,
    Partly,
    Plainly,
}

/// The judgement with the sentence it rests on; `None` when nothing was asked.
pub(super) fn answered(text: &str, context: &Context) -> Option<(QuestionAnswered, String)> {
    if context.question.trim().is_empty() && context.answer.is_empty() {
        return None;
    }
    if text.trim().is_empty() {
        return Some((QuestionAnswered::Unknown, String::new()));
    }
    let parts = parts(context);
    let wanted: Vec<Vec<String>> = context.answer.iter().map(|phrase| stems(phrase)).filter(|words| !words.is_empty()).collect();
    let mut best: Vec<(Found, String)> = vec![(Found::Nothing, String::new()); parts.len()];
    let all = sentences(text);
    let (mut hedged_before, mut about_before) = (false, false);
    for sentence in all.iter().take(300) {
        let said = Said::of(sentence, &wanted, all.len() <= 4);
        let mut about_here = false;
        for (part, kept) in parts.iter().zip(&mut best) {
            let (found, about) = said.of_part(part, parts.len() == 1, !wanted.is_empty(), hedged_before, about_before);
            about_here |= about;
            if found > kept.0 {
                *kept = (found, shorten(sentence));
            }
        }
        (hedged_before, about_before) = (said.hedges, about_here);
    }
    Some(sum(&best))
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
        (_, Found::Touched) => (QuestionAnswered::Unknown, quotes(Found::Touched)),
        (_, Found::Put) => (QuestionAnswered::Deferred, quotes(Found::Put)),
        (_, Found::Nothing) => (QuestionAnswered::No, String::new()),
    }
}

/// What a sentence does, whatever it is about.
struct Said<'a> {
    sentence: &'a str,
    words: Vec<String>,
    holds: bool,
    /// Opens with yes or no.
    opens: bool,
    verdict: bool,
    plain: bool,
    ignorant: bool,
    puts_off: bool,
    hedges: bool,
    asks: bool,
    echoes: bool,
    elsewhere: bool,
    short: bool,
}

impl<'a> Said<'a> {
    fn of(sentence: &'a str, wanted: &[Vec<String>], short: bool) -> Self {
        let words = stems(sentence);
        let holds = wanted.iter().any(|phrase| words.windows(phrase.len()).any(|window| window == phrase.as_slice()));
        let asks = sentence.trim_end().ends_with('?');
        let opens = VERDICT.is_match(sentence) && !asks;
        let ignorant = IGNORANT.is_match(sentence);
        Self {
            sentence,
            holds,
            opens: opens && !ignorant,
            verdict: (opens || STATES.is_match(sentence) && !asks) && !ignorant,
            ignorant,
            plain: PLAIN.is_match(sentence) && !asks,
            puts_off: ignorant || DEFERS.is_match(sentence) || LATER.is_match(sentence),
            hedges: HEDGES.is_match(sentence),
            asks,
            echoes: ECHO.is_match(sentence),
            elsewhere: ELSEWHERE.is_match(sentence),
            words,
            short,
        }
    }

    /// How well this sentence answers a part, and whether it is about it.
    fn of_part(&self, part: &Part, alone: bool, guided: bool, hedged_before: bool, about_before: bool) -> (Found, bool) {
        let topical = part.topic.about.is_match(self.sentence);
        let terms = part.terms.iter().filter(|term| self.words.iter().any(|word| akin(word, term))).count();
        let about = topical || terms > 0;
        let figure = part.topic.is_answered_in(self.sentence);
        let firm = part.topic.is_firm_in(self.sentence);
        let feature = part.topic.name == "feature";
        // A question of theirs, or ours said back, answers nothing.
        if self.asks || self.echoes && !self.verdict && !firm {
            return (if self.puts_off && !self.asks { Found::Put } else { Found::Nothing }, about);
        }
        let solid = !self.ignorant && (self.opens && about || firm || figure && topical && part.topic.strict);
        if self.puts_off && !solid {
            return (Found::Put, about);
        }
        let terms_needed = if guided { 2 } else { 1 };
        let answers = self.holds && (alone || about)
            || firm
            || figure && topical && (!guided || terms > 0 || !feature)
            || self.verdict && terms >= terms_needed.min(part.terms.len().max(1))
            || feature && figure && terms >= 2 && !guided
            || self.plain && alone && (about_before || self.short);
        match () {
            () if answers && (self.hedges || hedged_before && !self.holds && !firm) && !figure_is_exact(part, self.sentence) => (Found::Partly, about),
            () if answers => (Found::Plainly, about),
            () if about && (self.hedges || hedged_before) => (Found::Partly, about),
            () if self.elsewhere => (Found::Touched, about),
            () if terms >= 2 || figure && topical && terms >= 1 || self.verdict && (about || about_before && alone || self.short && alone) => {
                (Found::Touched, about)
            }
            () => (Found::Nothing, about),
        }
    }
}

/// Whether a figure is given: "usually about $300 a month" is an answer for all its caution.
fn figure_is_exact(part: &Part, sentence: &str) -> bool {
    part.topic.name != "feature" && FIGURE.is_match(sentence) && part.topic.is_answered_in(sentence)
}

/// Whether two words are one in different forms: "heated" and "heater".
fn akin(word: &str, term: &str) -> bool {
    if word == term {
        return true;
    }
    let shared = word.bytes().zip(term.bytes()).take_while(|(a, b)| a == b).count();
    let (short, long) = (word.len().min(term.len()), word.len().max(term.len()));
    shared >= 4 && short >= 5 && shared + 2 >= short && long - shared <= 4
}

/// What was asked, part by part, without the names that every mail of the builder holds.
fn parts(context: &Context) -> Vec<Part> {
    let named = stems(&format!("{} {} {}", context.builder, context.community.as_deref().unwrap_or_default(), context.first_name));
    let plans: Vec<String> = name::asked(context).iter().flat_map(|name| stems(name)).collect();
    let terms = |clause: &str| {
        let mut terms: Vec<String> =
            stems(clause).into_iter().filter(|word| word.len() > 1 || word.chars().all(|c| c.is_ascii_digit())).collect();
        terms.retain(|word| !COMMON.contains(&word.as_str()) && !named.contains(word) && !plans.contains(word));
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
            ("Yes it does!", Yes),
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
            ("The garage holds two cars and the bay is extra.", Yes),
            ("Thank you for your interest! Our model is open daily.", No),
            ("Give me a call and we can go over all of your questions.", Deferred),
        ] {
            assert_eq!(answered(text, &context).map(|found| found.0), Some(expected), "{text}");
        }
        assert_eq!(answered("Hi", &Context::default()), None);
    }
}
