//! The names used: the shopper's in greeting or text, another's in the greeting, the community or plan asked about.

use std::sync::LazyLock;

use super::Context;
use super::pattern::{Regex, any_case, exact, find_any_case, quote};
use crate::attribute::words::{fold, holds};

/// A row of a form: "First name: Dana".
static FORM_ROW: LazyLock<Regex> = LazyLock::new(|| {
    any_case(r"^\W*(?:(?:your |first |last |full |contact |customer |lead )?name|nombre(?: completo)?|apellido|e-?mail|phone)\s*[:=|]")
});
static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^[\s>*]*(?:hi|hello|hey|hiya|howdy|dear|greetings|good (?:morning|afternoon|evening|day)|hola|buen[oa]s (?:d[ií]as|tardes|noches)|estimad[oa])\b[ ,]*((?:(?:mrs?|ms|dr|dra|sra?|srta)\.)?[^\n,!.:;\u{2013}\u{2014}-]{0,60})",
    )
});
/// What stands before a last name.
static TITLE: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"^(?:mrs?|ms|miss|dra?|sra?|srta|se[n\x{f1}]or(?:a|ita)?|don|do[n\x{f1}]a)\b\.?\s*"));
static CAPITALISED: LazyLock<Regex> = LazyLock::new(|| exact(r"[A-ZÀ-Ý][\p{L}'\u{2019}]+"));
/// A month or day in a question is no plan.
static DATED: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^(?:january|february|march|april|may|june|july|august|september|october|november|december|(?:mon|tues|wednes|thurs|fri|satur|sun)days?|christmas|thanksgiving|easter|english|spanish|\x{bf}.*)$",
    )
});

/// What greetings address besides people's names.
const NOBODY: &[&str] = &[
    "again",
    "all",
    "buyer",
    "customer",
    "customers",
    "everyone",
    "folks",
    "friend",
    "friends",
    "from",
    "future",
    "guest",
    "home",
    "homebuyer",
    "homebuyers",
    "homeowner",
    "i",
    "im",
    "it",
    "just",
    "madam",
    "miss",
    "mr",
    "mrs",
    "ms",
    "my",
    "name",
    "neighbor",
    "new",
    "our",
    "prospective",
    "senor",
    "senora",
    "sir",
    "so",
    "team",
    "thank",
    "thanks",
    "the",
    "there",
    "this",
    "to",
    "valued",
    "we",
    "welcome",
    "y",
    "you",
    "and",
    "or",
    "potential",
    "homeowners",
    "resident",
    "it's",
    "its",
    "hope",
    "null",
    "undefined",
    "first",
    "fname",
    "good",
    "happy",
];

/// Whether the shopper is addressed by the first or last name, with the words around it. `None` when no name is known.
pub(super) fn used(text: &str, context: &Context) -> Option<(bool, String)> {
    let first = context.first_name.trim();
    if first.is_empty() {
        return None;
    }
    // A copy of the form that the shopper filled in addresses nobody.
    let own: String = text.lines().filter(|line| !FORM_ROW.is_match(line)).collect::<Vec<_>>().join("\n");
    let last = context.last_name.trim();
    // Of several last names one is used: "Sra. Quintero" for Rosa Elena Quintero Ruiz.
    let parts = last.split_whitespace().filter(|part| part.chars().count() > 3);
    let words = fold(&own);
    let found = [first, last].into_iter().chain(parts).filter(|name| name.chars().count() > 1).find(|name| holds(&words, name));
    let at = found.and_then(|name| find_any_case(&own, name)).unwrap_or(0);
    Some((found.is_some(), if found.is_some() { quote(&own, at.min(own.len())) } else { String::new() }))
}

/// A greeting that addresses somebody else; gives the greeting.
pub(super) fn wrong(text: &str, context: &Context) -> Option<String> {
    if context.first_name.trim().is_empty() {
        return None;
    }
    let greeting = GREETING.captures(text.get(..floor(text, 400)).unwrap_or(text))?;
    let whole = greeting.get(0)?.as_str().trim();
    let addressed = TITLE.replace(greeting.get(1)?.as_str(), "");
    let own: Vec<String> = fold(&format!("{} {}", context.first_name, context.last_name)).split_whitespace().map(str::to_owned).collect();
    let words = fold(&addressed);
    if words.split_whitespace().any(|word| own.iter().any(|own| same_name(own, word))) {
        return None;
    }
    // "Hey, Mike here" names the writer.
    if words.split_whitespace().nth(1).is_some_and(|word| matches!(word, "here" | "speaking" | "again" | "aqui")) {
        return None;
    }
    // Only a capitalised word straight after the greeting is a name.
    let first = addressed.split_whitespace().next()?;
    let known = CAPITALISED.find(first).filter(|found| found.start() == 0)?;
    let word = fold(known.as_str());
    (!NOBODY.contains(&word.trim()) && addressed.split_whitespace().count() <= 4 && !holds(&fold(&context.builder), first))
        .then(|| whole.to_owned())
}

/// Equal, or a short form of the other (Dan for Dana).
fn same_name(own: &str, word: &str) -> bool {
    own == word || (word.len() >= 3 && own.starts_with(word)) || (own.len() >= 3 && word.starts_with(own))
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}

/// The names by which the asked community and plan go: the community, and the capitalised words inside the question.
pub(super) fn asked(context: &Context) -> Vec<String> {
    let mut names: Vec<String> = context.community.iter().filter(|name| !name.trim().is_empty()).cloned().collect();
    let known = fold(&format!("{} {}", context.builder, context.community.as_deref().unwrap_or_default()));
    let first_word = context.question.split_whitespace().next().unwrap_or_default();
    for found in CAPITALISED.find_iter(&context.question) {
        let word = found.as_str().trim_end_matches("'s").trim_end_matches("\u{2019}s");
        let starts = first_word.contains(word) && found.start() < first_word.len();
        // HOA and MUD name nothing of the builder's.
        let letters = word.chars().all(char::is_uppercase) && word.len() <= 4;
        if !starts && !letters && word.len() > 2 && !known.contains(&fold(word)) && !DATED.is_match(word) {
            names.push(word.to_owned());
        }
    }
    names
}

/// Whether the community or plan is named. `None` when neither is known.
pub(super) fn community(text: &str, context: &Context) -> Option<(bool, String)> {
    let names = asked(context);
    if names.is_empty() {
        return None;
    }
    let words = fold(text);
    // "All Aspens come with one."
    let hit = names.iter().find(|name| holds(&words, name) || holds(&words, &format!("{name}s")));
    let at = hit.and_then(|name| find_any_case(text, name)).unwrap_or(0);
    Some((hit.is_some(), hit.map(|_| quote(text, at)).unwrap_or_default()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        Context {
            first_name: "Dana".into(),
            last_name: "Whitfield".into(),
            builder: "Bluebonnet Homes".into(),
            community: Some("Willow Creek".into()),
            question: "Does the Magnolia plan come with a three-car garage?".into(),
            ..Context::default()
        }
    }

    #[test]
    fn knows_its_own_name_and_another() {
        for (text, own, other) in [
            ("Hi Dana,\nyes.", true, false),
            ("Hello Ms. Whitfield,\nyes.", true, false),
            ("Good morning, DANA!", true, false),
            ("Hi Mike,\nthanks", false, true),
            ("Dear Jennifer Smith:", false, true),
            ("Hi there,\nthanks", false, false),
            ("Hello!\nWelcome", false, false),
            ("Hi Dan,", false, false),
            ("Hi future homeowner,", false, false),
            ("Hello from Bluebonnet", false, false),
            ("Hola Dana:", true, false),
            ("Buenos d\u{ed}as Sra. Whitfield:", true, false),
            ("Buenas tardes Srta. Robles,", false, true),
            ("Good morning Mr. Jones,", false, true),
            ("Dear Dr. Whitfield,", true, false),
            ("Hello Mrs.,", false, false),
            ("Hello Bluebonnet family,", false, false),
            ("Hi, this is Amy with Bluebonnet", false, false),
            ("Hey, Mike here. I buy houses.", false, false),
            ("Hi Amy here from Bluebonnet Homes returning your call from this morning", false, false),
        ] {
            assert_eq!(used(text, &context()).map(|found| found.0), Some(own), "{text}");
            assert_eq!(wrong(text, &context()).is_some(), other, "{text}");
        }
        assert_eq!(used("Hi", &Context::default()), None);
    }

    #[test]
    fn knows_community_and_plan() {
        assert_eq!(asked(&context()), ["Willow Creek", "Magnolia"]);
        assert_eq!(community("The Magnolia is lovely.", &context()).map(|found| found.0), Some(true));
        assert_eq!(community("Our homes are lovely.", &context()).map(|found| found.0), Some(false));
        assert_eq!(community("x", &Context::default()), None);
        assert_eq!(community("All Magnolias have one.", &context()).map(|found| found.0), Some(true));
        let dated = Context { question: "Will a home be ready by March or a Sunday?".into(), ..context() };
        assert_eq!(asked(&dated), ["Willow Creek"], "a month is no plan");
    }

    #[test]
    fn one_of_several_last_names_is_enough() {
        let context = Context { first_name: "Rosa".into(), last_name: "Elena Quintero Paz".into(), ..context() };
        for (text, own) in [("Hola Sra. Quintero,", true), ("Hola Rosa,", true), ("Que la paz sea con usted.", false)] {
            assert_eq!(used(text, &context).map(|found| found.0), Some(own), "{text}");
        }
    }
}
