//! Was the question answered? Takes the writer's own words, what was asked and the words a real answer would hold. Each part of
//! the question is looked for apart. `unknown` rather than a guess: a no caps the score, so it needs a text that tells nothing
//! definite.

use std::borrow::Cow;

use super::acts::{Act, Sentence, stems};
use super::part::{Around, Before, Found, parts};
use super::pattern::{find_any_case, sentences, shorten};
use super::topics::Wants;
use super::{Context, QuestionAnswered, settling};

/// What a text answers.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) verdict: QuestionAnswered,
    /// The sentence that it rests on.
    pub(super) quote: String,
    /// Whether what answers names what was asked, holds words of a real answer or says yes or no: a bare figure does neither, and is said of
    /// other things too.
    pub(super) named: bool,
}

/// How many sentences that tell something may hold the answer without naming what it is about: it comes early.
const EARLY: usize = 3;

/// What is known of one part of the question.
struct Kept {
    found: Found,
    /// The sentences that it rests on, and the place of the last of them.
    quote: String,
    last: usize,
    /// Whether something about it is put off.
    put: bool,
}

/// The judgement with the sentence it rests on; `None` when nothing was asked.
pub(super) fn answered(text: &str, context: &Context) -> Option<Answer> {
    if context.question.trim().is_empty() && context.answer.is_empty() {
        return None;
    }
    if text.trim().is_empty() {
        return Some(Answer { verdict: QuestionAnswered::Unknown, quote: String::new(), named: false });
    }
    let parts = parts(context);
    let wanted: Vec<String> = context.answer.iter().map(|phrase| stems(phrase)).filter(|words| !words.trim().is_empty()).collect();
    let figures = parts.iter().any(|part| part.topic.strict || part.topic.name == "availability" || part.wants != Wants::Verdict);
    let mut kept: Vec<Kept> = parts.iter().map(|_| Kept { found: Found::Nothing, quote: String::new(), last: 0, put: false }).collect();
    let all = sentences(text);
    let (mut before, mut said, mut tells, mut named): (Option<Before>, usize, bool, bool) = (None, 0, false, false);
    // Where one of two is asked for, each half may have a sentence of its own.
    let either = context.question.to_lowercase().contains(" or ");
    for (n, text) in all.iter().take(300).enumerate() {
        let own = settling::unaddressed(text, &[&context.first_name, &context.last_name]);
        let unnamed = without_builder(own, &context.builder);
        let sentence = Sentence::of(&unnamed, &wanted);
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
        let speaks = [Act::Holds, Act::Plain, Act::Answers].into_iter().any(|act| sentence.does(act));
        let mut about_any = false;
        for (part, kept) in parts.iter().zip(&mut kept) {
            let (found, about) = part.found_in(&sentence, early, &around);
            about_any |= about;
            named |= found >= Found::Partly && (about || speaks);
            kept.put |= part.several && about && found == Found::Put;
            if found > kept.found {
                (kept.found, kept.quote, kept.last) = (found, shorten(text), n);
            } else if either && found == Found::Plainly && kept.last + 1 == n {
                // "Phase one has gas. Phase two is all electric."
                (kept.quote, kept.last) = (shorten(&format!("{} {text}", kept.quote)), n);
            }
        }
        before = Some(Before { hedges: sentence.does(Act::Hedges), about: about_any });
    }
    let (verdict, quote) = sum(&kept);
    // It tells something definite, and it cannot be seen that this is beside the question.
    let verdict = if verdict == QuestionAnswered::No && tells { QuestionAnswered::Unknown } else { verdict };
    Some(Answer { verdict, quote, named })
}

/// A sentence with "we" for the builder's name, whose words are no words on the matter: "Harrow & Vale" costs nothing.
fn without_builder<'t>(sentence: &'t str, builder: &str) -> Cow<'t, str> {
    let at = if builder.is_empty() { None } else { find_any_case(sentence, builder) };
    let found = at.and_then(|at| Some((sentence.get(..at)?, sentence.get(at + builder.len()..)?)));
    found.map_or(Cow::Borrowed(sentence), |(before, after)| Cow::Owned(format!("{before}we{after}")))
}

/// The parts together: all answered is yes, some is partly.
fn sum(parts: &[Kept]) -> (QuestionAnswered, String) {
    let quotes = |least: Found| {
        let mut quotes: Vec<&str> = parts.iter().filter(|part| part.found() >= least).map(|part| part.quote.as_str()).collect();
        quotes.dedup();
        shorten(&quotes.join(" "))
    };
    let (least, most) = (parts.iter().map(Kept::found).min(), parts.iter().map(Kept::found).max());
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

impl Kept {
    /// How well it was answered: partly where one of two things was told and the other put off.
    fn found(&self) -> Found {
        if self.put { self.found.min(Found::Partly) } else { self.found }
    }
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
            assert_eq!(answered(text, &context).map(|found| found.verdict), Some(expected), "{text}");
        }
    }

    #[test]
    fn an_either_or_question_is_quoted_with_both_halves_of_its_answer() {
        let asked = |question: &str| Context { question: question.into(), ..context(&["natural gas", "all electric"]) };
        let text = "Hello Dana,\n\nGood question. Phase one has natural gas at the street. Phase two is all electric with heat pumps.\n\nShall I call?";
        let quote = |question| answered(text, &asked(question)).unwrap().quote;
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
            assert_eq!(answered(text, &asked(question)).map(|found| found.verdict), Some(expected), "{text}");
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
            assert_eq!(answered(text, &context).map(|found| found.verdict), Some(expected), "{text}");
        }
        assert!(answered("Hi", &Context::default()).is_none());
    }
}
