//! The signs of a person writing to this reader: a name, a thread, a greeting, first person, a question, a direct number, a mail program.

use std::sync::LazyLock;

use super::evidence::Evidence;
use super::pattern::{Regex, any_case, exact};
use super::reply::{self, Reply};
use super::{Answer, Context, QuestionAnswered, video};
use crate::attribute::words::{core_of, fold, holds};
use crate::collect::mail::Mail;

static PROGRAM: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"apple mail|iphone|ipad|outlook|thunderbird|mozilla|mutt|gmail|lotus notes|entourage|evolution|kmail|eudora|pine|gnus|sylpheed|the bat|squirrelmail|roundcube|zimbra|airmail|spark|emclient|mailmate|claws|icedove|internet mail service|exmh|pegasus|yahoomail|imp/|horde|notes",
    )
});
static PROGRAM_ID: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"@mail\.gmail\.com$|\.prod\.(?:outlook|exchangelabs)\.com$|@[\w.-]*\.prod\.|^[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}@",
    )
});
static FIRST_PERSON: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"\b(?:i|i'?m|i'?ll|i'?ve|i'?d|my|me)\b|\b(?:yo|me|mi|estoy|puedo|tengo)\b"));
static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    exact(
        r"^\s*(?:(?i:hi|hello|hey|dear|good (?:morning|afternoon|evening)|hola|buen[oa]s \w+|estimad[oa]|thanks|thank you),?\s+)?[A-Z][a-z]{1,14}(?:\s[A-Z][a-z]+)?\s*[,:!-]\s*$|^(?i:hi|hello|hey|hola)\b[^.]{0,20}[,!]",
    )
});

/// An address that a program made for the answers to one of its mails (GitHub, Discourse, help desks): the thread stands in its tag.
static THREAD_ADDRESS: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"^(?:reply|replies|comment|conversation|thread)[+=-][0-9a-z._=-]{16,}@"));

/// A film made for the reader, in its maker's own words: counselors send them through programs that mark all they send.
static FILMED: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\bi(?:'?ve| have| just| also| went and)* (?:recorded|filmed|made|shot|took|put together) (?:you |us )?(?:a |an |this |the )?(?:\w+ ){0,3}(?:video|clip|film|walk.?through)\b|\b(?:le|te) (?:grab[e\x{e9}]|hice|prepar[e\x{e9}]) (?:un |este )?(?:\w+ )?video\b",
    )
});
/// What no mail program puts around typed text.
static ADORNED: LazyLock<Regex> = LazyLock::new(|| any_case(r"<(?:img|table|center|form|input|map)\b|bgcolor"));

/// The signs of a person. `name` is the writer's, `phone` a direct number, where found.
pub(super) fn weigh(
    mail: &Mail,
    reply: &Reply,
    name: Option<&str>,
    phone: Option<&str>,
    answer: Option<&Answer>,
    context: &Context,
) -> Evidence {
    let mut evidence = Evidence::default();
    evidence.found(name, "named-person", 0.25);
    evidence.found(phone, "direct-phone", 0.25);
    let threaded = !mail.in_reply_to.is_empty() || !mail.references.is_empty();
    let place = mail.to.iter().map(|to| to.address.as_str()).find(|to| !threaded && THREAD_ADDRESS.is_match(to));
    evidence.when(threaded || place.is_some(), "thread", 0.35, place.unwrap_or("answers a mail"));
    evidence.when(reply::answers(&mail.subject), "re", 0.2, mail.subject.clone());
    evidence.when(reply.quoted && (threaded || mail.html.is_none()), "quotes", 0.3, "quotes the mail it answers");
    let words = fold(&reply.body);
    evidence.when(holds(&words, &context.first_name), "name-used", 0.3, context.first_name.clone());
    let community = context.community.as_deref().unwrap_or_default();
    evidence.when(holds(&words, community), "community-named", 0.2, community);
    let told = context.answer.iter().find(|answer| holds(&words, answer));
    evidence.found(told.map(String::as_str), "answer-words", 0.3);
    if let Some(answer) = answer {
        // What puts the answer off is in many a template too, and answers nothing.
        let (id, weight) = match answer.verdict {
            QuestionAnswered::Yes | QuestionAnswered::Partly if answer.named => ("answers", 0.35),
            QuestionAnswered::Yes | QuestionAnswered::Partly => ("settles", 0.15),
            QuestionAnswered::Deferred => ("puts-off", 0.15),
            QuestionAnswered::No | QuestionAnswered::Unknown => ("", 0.0),
        };
        evidence.when(weight > 0.0, id, weight, answer.quote.as_str());
    }
    evidence.found(
        GREETING.find(reply.body.get(..floor(&reply.body, 200)).unwrap_or_default()).map(|found| found.as_str()),
        "greeting",
        0.15,
    );
    let filmed = FILMED.find(&reply.body).filter(|_| video::found(&mail.links).is_some());
    evidence.found(filmed.map(|found| found.as_str()), "filmed", 0.0);
    let persons = FIRST_PERSON.find_iter(&reply.body).take(4).count();
    evidence.when(persons > 0, "first-person", if persons > 1 { 0.25 } else { 0.15 }, "speaks as I");
    evidence.when(asks(&reply.body), "asks", 0.1, "asks something");
    evidence.when(!reply.signature.is_empty() && reply.signature.lines().count() <= 12, "signature", 0.15, "signed");
    let software: Vec<&str> = mail.header("X-Mailer").chain(mail.header("User-Agent")).collect();
    let program = software.iter().find(|software| PROGRAM.is_match(software)).copied();
    evidence.found(program.or_else(|| mail.message_id.as_deref().filter(|id| PROGRAM_ID.is_match(id))), "mail-program", 0.15);
    let office = ["Thread-Index", "Thread-Topic", "X-MS-Has-Attach", "X-MS-TNEF-Correlator"]
        .into_iter()
        .find(|name| mail.header(name).next().is_some());
    evidence.found(office.filter(|_| program.is_none()), "office-mail", 0.2);
    let travelled =
        ["Received", "Message-ID", "Return-Path", "Delivered-To", "Date"].into_iter().any(|name| mail.header(name).next().is_some());
    evidence.when(!travelled && !reply.body.trim().is_empty(), "never-sent", 0.5, "no mail system has touched it: somebody's own copy");
    // Every relay signs what it passes on (RFC 5321, 4.4), and what is sent to many has passed several.
    let unrelayed = travelled && mail.header("Received").next().is_none();
    evidence.when(unrelayed, "unrelayed", 0.1, "no relay has passed it on");
    let size = reply.body.chars().count();
    evidence.when(mail.html.is_none() && (1..1500).contains(&size), "short-plain", 0.15, "a short plain text");
    // A mail program wraps what a person types in HTML of its own accord, without tables or pictures.
    let simple = mail.html.as_deref().is_some_and(|html| html.len() < 20_000 && !ADORNED.is_match(html)) && mail.links.len() < 3;
    evidence.when(simple && (1..1500).contains(&size), "simple-html", 0.1, "HTML as a mail program makes it of typed text");
    evidence.when(size > 0 && mail.links.is_empty(), "no-links", 0.1, "leads nowhere");
    evidence.when(size == 0, "no-words", -0.3, "no words of its own");
    evidence
}

/// A shorter word of a builder's name is in too many words.
const TELLING: usize = 4;

/// Whether nothing in sender, subject and text of a mail that refers to nothing is of the builder's name. Where no builder is known, nobody is a stranger.
pub(super) fn is_stranger(mail: &Mail, reply: &Reply, context: &Context) -> bool {
    let core = core_of(&context.builder);
    let mut telling = core.split(' ').filter(|word| word.len() >= TELLING).peekable();
    let from = mail.from.as_ref().map(|from| format!("{} {}", from.address, from.name.as_deref().unwrap_or_default())).unwrap_or_default();
    let told = format!("{from} {} {} {}", mail.subject, reply.body, reply.signature).to_lowercase();
    telling.peek().is_some() && !telling.any(|word| told.contains(word))
}

/// Whether something is asked. The question mark of a link asks nothing.
fn asks(text: &str) -> bool {
    text.split_whitespace().filter(|word| !word.contains("://")).any(|word| word.contains(['?', '\u{ff1f}', '\u{61f}']))
}

/// Whether the mail refers to its reader: it answers, or uses what only the inquiry told.
pub(super) fn linked(evidence: &Evidence) -> bool {
    evidence
        .signals
        .iter()
        .any(|signal| matches!(signal.id.as_str(), "thread" | "quotes" | "name-used" | "community-named" | "answer-words" | "answers"))
}

/// Whether it answers this reader's question or mail, which nothing written for many does.
pub(super) fn answers(evidence: &Evidence) -> bool {
    let has = |wanted: &[&str]| evidence.signals.iter().any(|signal| wanted.contains(&signal.id.as_str()));
    has(&["thread"]) || has(&["answer-words", "answers"]) && has(&["name-used", "first-person", "greeting", "named-person"])
}

/// The words, or the film, that tell this reader what was asked, where a named person says it to nobody else: by the reader's name, or as "I" in a signed
/// or greeting mail.
pub(super) fn told_in_person(evidence: &Evidence) -> Option<String> {
    let sign = |wanted: &str| evidence.signals.iter().find(|signal| signal.id == wanted);
    let to_reader =
        sign("name-used").is_some() || sign("first-person").is_some() && (sign("greeting").is_some() || sign("signature").is_some());
    sign("answers").or_else(|| sign("filmed")).filter(|_| sign("named-person").is_some() && to_reader).map(|answers| answers.detail.clone())
}

fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0)
}
