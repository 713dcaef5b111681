//! The named human behind a touch: the From name when it is a person's, else the signature, else "this is Amy with".

use std::sync::LazyLock;

use super::Context;
use super::pattern::{Regex, any_case, exact};
use super::reply::Reply;
use crate::attribute::words::{core_of, fold};
use crate::collect::mail::Mail;

/// Words of desks and machines, never of a person's name.
const ROLES: &[&str] = &[
    "account",
    "accounts",
    "admin",
    "administrator",
    "advisor",
    "alert",
    "alerts",
    "auto",
    "bot",
    "builder",
    "builders",
    "care",
    "center",
    "centre",
    "client",
    "communities",
    "community",
    "concierge",
    "construction",
    "consultant",
    "contact",
    "counselor",
    "crm",
    "customer",
    "daemon",
    "delivery",
    "department",
    "desk",
    "do",
    "donotreply",
    "email",
    "events",
    "experience",
    "from",
    "group",
    "hello",
    "help",
    "home",
    "homes",
    "inc",
    "info",
    "information",
    "inquiries",
    "inquiry",
    "internet",
    "leads",
    "list",
    "llc",
    "mail",
    "mailer",
    "manager",
    "marketing",
    "member",
    "message",
    "new",
    "news",
    "newsletter",
    "no",
    "noreply",
    "not",
    "notification",
    "notifications",
    "of",
    "office",
    "online",
    "postmaster",
    "properties",
    "realty",
    "relations",
    "reply",
    "representative",
    "sales",
    "service",
    "services",
    "specialist",
    "subsystem",
    "support",
    "system",
    "team",
    "the",
    "update",
    "updates",
    "us",
    "web",
    "webmaster",
    "website",
    "welcome",
    "your",
    "agent",
    "associate",
    "director",
    "president",
    "realtor",
    "phone",
    "cell",
    "mobile",
    "thanks",
    "regards",
    "best",
    "sincerely",
    "free",
    "offers",
    "deals",
    "shop",
    "store",
    "magazine",
    "weekly",
    "daily",
    "today",
    "announcement",
    "announcements",
    "board",
    "bulletin",
    "committee",
    "communications",
    "corporate",
    "council",
    "credit",
    "editor",
    "editorial",
    "employee",
    "employees",
    "general",
    "notice",
    "notices",
    "press",
    "registrar",
    "registration",
    "resources",
    "society",
    "testing",
    "union",
    "university",
    "unsubscribe",
    "preferences",
    "privacy",
    "policy",
    "browser",
];

/// Small words within names.
const PARTICLES: &[&str] = &[
    "al", "ben", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "do", "dos", "du", "el", "la", "las", "le", "los", "ter",
    "van", "von", "y", "zu",
];

static SAID: LazyLock<Regex> = LazyLock::new(|| {
    exact(
        r"(?i:\bthis is|\bmy name is|\bmy name's|\bi am|\bi'm|\bi\u{2019}m|\bit's|\bit\u{2019}s|\bsoy|\bmi nombre es|\bhabla)\s+([A-ZÀ-Ý][\p{L}'\u{2019}]+(?:\s+[A-ZÀ-Ý][\p{L}'\u{2019}-]+)?)(?i:,?\s+(?:with|from|at|over at|here|calling|and i|your|the|an?|de|con|of)\b|[.,!]|\s+[-\u{2013}|]|$)",
    )
});
static TITLE: LazyLock<Regex> = LazyLock::new(|| any_case(r"^(?:mr|mrs|ms|dr)\.?\s+"));

/// The writer of a mail.
pub(super) fn of_mail(mail: &Mail, reply: &Reply, context: &Context) -> Option<String> {
    let from = mail.from.as_ref().and_then(|from| from.name.as_deref()).and_then(|name| human(name, context));
    let signed = || signature(reply, context);
    let said = || of_speech(&reply.body, context);
    match from {
        // A first name alone in From is often written out in the signature.
        Some(name) if !name.contains(' ') => signed().filter(|full| fold(full).starts_with(fold(&name).trim_end())).or(Some(name)),
        Some(name) => Some(name),
        None => signed().or_else(said),
    }
}

/// The speaker of a transcript or the writer of a text.
pub(super) fn of_speech(text: &str, context: &Context) -> Option<String> {
    SAID.captures_iter(text).take(5).filter_map(|found| found.get(1)).find_map(|name| human(name.as_str(), context))
}

fn signature(reply: &Reply, context: &Context) -> Option<String> {
    let lines = reply.signature.lines().skip(1).map(|line| line.trim().trim_start_matches(['-', '~', '*', '\u{2014}']).trim());
    lines.filter(|line| !line.is_empty()).take(3).find_map(|line| human(line, context))
}

/// A person's name cleaned of company and title, if it is one: "Amy Ortiz | Bluebonnet Homes" gives "Amy Ortiz".
pub(super) fn human(name: &str, context: &Context) -> Option<String> {
    let name = TITLE.replace(name.trim(), "");
    let cut = [" | ", " at ", " @ ", " from ", " with ", " w/ ", " - ", " \u{2013} ", " \u{2014} ", " (", "|", " via ", " of ", "*"];
    let end = cut.iter().filter_map(|mark| name.find(mark)).min().unwrap_or(name.len());
    let name = name.get(..end).unwrap_or(&name).trim().trim_end_matches(['.', '*']);
    let name = match name.split_once(',') {
        Some((last, first)) if !last.trim().contains(' ') && first.split_whitespace().count() == 1 && !credential(first) => {
            format!("{} {}", first.trim(), last.trim())
        }
        Some((before, _)) => before.trim().to_owned(),
        None => name.to_owned(),
    };
    let words: Vec<&str> = name.split_whitespace().collect();
    let lettered = |word: &&str| {
        word.chars().next().is_some_and(char::is_uppercase)
            && word.chars().all(|c| c.is_alphabetic() || matches!(c, '\'' | '\u{2019}' | '-' | '.'))
    };
    // "Maria de la Cruz": small words stand between a first and a last name.
    let ends = words.first().is_some_and(lettered) && words.last().is_some_and(lettered);
    let large = words.iter().filter(|word| !PARTICLES.contains(word)).count();
    if !ends || large > 4 || !words.iter().all(|word| lettered(word) || PARTICLES.contains(word)) || name.len() < 2 {
        return None;
    }
    let folded = fold(&name);
    let core = core_of(&context.builder);
    let of_builder = |word: &str| !core.trim().is_empty() && core.contains(&format!(" {word} "));
    // Many a builder bears its founder's name: a first name before it makes it a person's.
    let named_alike = folded.split_whitespace().count() > 1 && folded.split_whitespace().next().is_some_and(|first| !of_builder(first));
    let foreign = folded.split_whitespace().all(|word| !ROLES.contains(&word) && (named_alike || !of_builder(word)));
    let own = fold(&format!("{} {}", context.first_name, context.last_name));
    (foreign && folded != own).then(|| name.clone())
}

fn credential(word: &str) -> bool {
    let word = word.trim();
    word.len() <= 5 && word.chars().all(|c| c.is_uppercase() || c == '.')
}

#[cfg(test)]
mod tests {
    use super::super::reply;
    use super::*;
    use crate::collect::mail::parse;

    fn context() -> Context {
        Context { first_name: "Dana".into(), last_name: "Whitfield".into(), builder: "Bluebonnet Homes".into(), ..Context::default() }
    }

    #[test]
    fn finds_the_person() {
        for (from, text, name) in [
            ("Amy Ortiz <a@b.example>", "x", Some("Amy Ortiz")),
            ("\"Amy Ortiz | Bluebonnet Homes\" <a@b.example>", "x", Some("Amy Ortiz")),
            ("\"Ortiz, Amy\" <a@b.example>", "x", Some("Amy Ortiz")),
            ("\"Amy Ortiz, CSP\" <a@b.example>", "x", Some("Amy Ortiz")),
            ("Maria de la Cruz <m@b.example>", "x", Some("Maria de la Cruz")),
            ("General Announcements <a@b.example>", "x", None),
            ("Bluebonnet Homes <info@b.example>", "Yes.\n\nThanks,\nAmy Ortiz\nNew Home Consultant", Some("Amy Ortiz")),
            ("Amy <a@b.example>", "Yes.\n\nBest,\nAmy Ortiz", Some("Amy Ortiz")),
            ("Sales Team <s@b.example>", "Hi Dana, my name is Amy Ortiz and I help buyers.", Some("Amy Ortiz")),
            ("info@b.example", "We received your inquiry.", None),
            ("Dana Whitfield <d@x.example>", "x", None),
            ("Bluebonnet <a@b.example>", "The Bluebonnet Team", None),
        ] {
            let mail = parse(format!("From: {from}\n\n{text}").as_bytes());
            assert_eq!(of_mail(&mail, &reply::split(&mail.text), &context()).as_deref(), name, "{from}: {text}");
        }
    }

    #[test]
    fn hears_the_person() {
        for (text, name) in [
            ("Hi Dana, this is Amy with Bluebonnet Homes.", Some("Amy")),
            ("Hey it's Tom Reyes from Bluebonnet", Some("Tom Reyes")),
            ("Hola Dana, habla Ana de Bluebonnet", Some("Ana")),
            ("I'm sorry I missed you.", None),
            ("This is Bluebonnet Homes calling", None),
        ] {
            assert_eq!(of_speech(text, &context()).as_deref(), name, "{text}");
        }
    }
}
