//! Programs that answer without saying so in a header: a list's own command address, and a form
//! that sends back what was typed into it. Takes a mail and its own words; adds signals for an automatic answer.

use std::cell::LazyCell;
use std::sync::LazyLock;

use super::Context;
use super::evidence::Evidence;
use super::pattern::{Regex, any_case, exact};
use crate::attribute::words::fold;
use crate::collect::mail::Mail;

/// More words than this beside the fields were written by somebody.
const BESIDE_FIELDS: usize = 8;

/// The addresses by which list programs talk to one reader: their own names, and a list's command addresses.
static LIST_ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^(?:majordomo|listserv|listproc|mailman|sympa|ezmlm|mlmmj|listmaster|petidomo|minimalist|smartlist)(?:[-+]\w+)?@|^[^@]+[-+](?:help|request|confirm\w*|confsub[^@]*|bounces?[^@]*|owner|subscribe|unsubscribe|join|leave|admin)@",
    )
});
/// What they talk about, which is the list and never what a list is for.
static LIST_WORDS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"results of your (?:e?-?mail )?commands?|no such command|(?:awaits?|awaiting|is being held|held until|waiting for)\b[^.]{0,60}\b(?:moderator|approval)|(?:you|address)\b[^.]{0,80}\b(?:been|be) (?:added|subscribed|removed|unsubscribed)\b|\bthis is the \w+ (?:program|list manager|software)|(?:not allowed|only (?:subscribers|members)\b[^.]{0,20}) to post|only (?:subscribers|members) (?:may|can)|confirm(?:ation of)? (?:your )?(?:\w+ )?subscri|confirming your subscription|subscription (?:request|confirmation)|welcome to (?:the )?\S+ (?:mailing )?list|information about the list|you are not (?:a )?subscri|not a member of (?:the|this)|list of (?:valid |available )?commands|unrecognized command|rejected posting|request to (?:mailing )?list",
    )
});
/// What a form says before it says back what was typed: "Below is what you submitted on November 17:".
static INTRODUCES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:submitted|submission|cop(?:y|ia) (?:of|de)|you (?:sent|entered|wrote|provided|typed|told us)|(?:following|below|here) (?:is|are)|(?:following|your) (?:information|details|message|request|inquiry|entry|answers?|contact)|sus? (?:datos|mensaje|solicitud))\b[^.!?]*:\s*$",
    )
});
static FIELD: LazyLock<Regex> = LazyLock::new(|| exact(r"^[\s>*-]*[A-Za-z][A-Za-z /_-]{1,28}\s?:\s*\S"));

/// Adds the signs of a program. `text` is what stands in the mail besides quotes.
pub(super) fn weigh(mail: &Mail, text: &str, context: &Context, evidence: &mut Evidence) {
    let head: String = text.chars().take(2500).collect();
    let from = mail.from.as_ref().map(|from| from.address.as_str()).unwrap_or_default();
    if mail.header("X-List-Administrivia").next().is_some_and(|value| value.trim() == "yes") {
        evidence.when(true, "list-answers", 1.0, "a list's own answer");
    } else if LIST_ADDRESS.is_match(from) {
        let about = LIST_WORDS.find(&mail.subject).or_else(|| LIST_WORDS.find(&head)).map(|found| found.as_str());
        evidence.found(about, "list-answers", 1.0);
    }
    evidence.when(is_echo(&head, context), "form-echo", 0.9, "the form's own fields, and nothing else");
}

/// Whether a text is the form that was sent: fields with our question or address in them, and hardly a word besides.
fn is_echo(text: &str, context: &Context) -> bool {
    let question = fold(&context.question);
    let lower = LazyCell::new(|| text.to_lowercase());
    let ours = question.trim().len() > 10 && fold(text).contains(question.trim())
        || context.own.iter().any(|own| own.contains('@') && lower.contains(&own.to_lowercase()));
    if !ours {
        return false;
    }
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("http"));
    let (fields, others): (Vec<&str>, Vec<&str>) = lines.filter(|line| !INTRODUCES.is_match(line)).partition(|line| FIELD.is_match(line));
    fields.len() >= 2 && others.iter().flat_map(|line| line.split_whitespace()).count() <= BESIDE_FIELDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::mail::parse;

    fn signs(text: &str) -> Vec<String> {
        let mail = parse(text.as_bytes());
        let mut evidence = Evidence::default();
        let context = Context { question: "Is there a three-car garage?".to_owned(), ..Context::default() };
        weigh(&mail, &mail.text, &context, &mut evidence);
        evidence.signals.into_iter().map(|signal| signal.id).collect()
    }

    #[test]
    fn knows_programs_by_what_they_say() {
        for (text, wanted) in [
            ("From: news-request@b.example\nSubject: Confirm your subscription\n\nPlease answer.\n", vec!["list-answers"]),
            ("From: Amy <amy@b.example>\n\nYou have been added to my list of people to call.\n", vec![]),
            ("From: a@b.example\n\nName: Dana\nMessage: Is there a three-car garage?\n", vec!["form-echo"]),
            (
                "From: a@b.example\n\nBelow is what you submitted on our site on November 17 at 3:04 pm:\n\nName: Dana\nMessage: Is there a three-car garage?\n",
                vec!["form-echo"],
            ),
            (
                "From: a@b.example\n\nName: Dana\nMessage: Is there a three-car garage?\n\nYes there is, and I would love to show you how it was built.\n",
                vec![],
            ),
        ] {
            assert_eq!(signs(text), wanted, "{text}");
        }
    }
}
