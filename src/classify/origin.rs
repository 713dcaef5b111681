//! Who really wrote a mail, in the order bounce → complaint and receipt → auto-reply → bulk → human, for a bounce carries the
//! marks of an automatic answer too. No single header decides between a counselor's CRM mail and marketing.

use super::evidence::Evidence;
use super::reply::Reply;
use super::{Answer, Context, Origin, automatic, bounce, bulk, human};
use crate::collect::Signal;
use crate::collect::mail::Mail;

/// Enough for a bounce or an automatic answer.
const MACHINE: f64 = 0.85;
/// Enough for mail written for many, when nothing human outweighs it.
const MANY: f64 = 0.6;
/// The same for a mail that refers to nothing its reader wrote; single signs are doubled there.
const STRANGER: f64 = 0.35;
/// Without this much of a person, a mail is not called personal.
const PERSON: f64 = 0.3;
/// The same for a stranger's mail, and by how much the person must outweigh the advertising there.
const UNLINKED: (f64, f64) = (0.42, 0.1);
/// What the machinery around a mail weighs at most when nothing in its words is for many, for counselors write through CRMs: where
/// it answers its reader, and where it does not.
const MACHINERY: (f64, f64) = (0.5, 0.9);
/// So much of words for many lets the machinery weigh what it weighs.
const FOR_MANY: f64 = 0.3;
/// The same where the mail answers its reader.
const FOR_MANY_TWICE: f64 = 0.6;
/// What a template can fill in (name, community, greeting, signature, telephone) weighs less for a person the more the words
/// are for many: from here down to the second.
const FILLED_IN: (f64, f64) = (1.25, 0.4);
/// An answer and its words weigh at most so much together.
const ANSWER: f64 = 0.5;
/// So much of advertising that can be left is no answer, whatever else it says.
const ADVERTISES: f64 = 0.36;
/// A failure report stands in the first part of a text; what follows is the mail that failed.
const HEAD: usize = 12_000;

/// The origin with confidence and reasons.
pub(super) fn of_mail(
    mail: &Mail,
    reply: &Reply,
    name: Option<&str>,
    phone: Option<&str>,
    answer: Option<&Answer>,
    context: &Context,
) -> (Origin, f64, Vec<Signal>) {
    let person = human::weigh(mail, reply, name, phone, answer, context);
    let told = human::told_in_person(&person);
    let (origin, confidence, mut signals) = weigh(mail, reply, name, phone.is_some(), answer, context, person);
    let machine = matches!(origin, Origin::Bounce | Origin::AutoReply | Origin::Marketing);
    match told.filter(|_| machine && !speaks_for_itself(&signals)) {
        Some(words) => {
            signals.push(Signal::new("told-in-person", 0.0, format!("tells this reader what was asked, in a person's name: {words}")));
            (Origin::Unknown, 0.5, signals)
        }
        None => (origin, confidence, signals),
    }
}

/// Whether what is judged a machine's is so by its own words, by a report, or because no hand types so fast. Headers and a subject alone are not enough
/// against a person's answer, for CRMs, groups and people set them too, and a builder whose counselor answered was not silent.
fn speaks_for_itself(signals: &[Signal]) -> bool {
    let sum =
        |of: &[&str]| -> f64 { signals.iter().filter(|signal| of.contains(&signal.id.as_str())).map(|signal| signal.weight.abs()).sum() };
    let decides =
        ["delivery-status", "x-failed-recipients", "receipt", "complaint", "says-robot", "challenge", "consent-asked", "form-echo"];
    let no_hand = ["at-once", "within-seconds", "null-return-path"];
    let of_notices = ["only-absence", "robot-words", "acknowledgement", "promise", "closed", "ticket"];
    let of_letters = ["drip-words", "series", "advertising", "loud-text", "list-of-homes", "place-holder"];
    sum(&decides) > 0.0 || sum(&no_hand) > 0.0 || sum(&of_notices) > 0.0 || sum(&of_letters) >= FOR_MANY
}

fn weigh(
    mail: &Mail,
    reply: &Reply,
    name: Option<&str>,
    phone: bool,
    answer: Option<&Answer>,
    context: &Context,
    person: Evidence,
) -> (Origin, f64, Vec<Signal>) {
    let head: String = mail.text.chars().take(HEAD).collect();
    let own = format!("{}\n{}", reply.body, reply.signature);
    let failed = bounce::weigh(mail, &head);
    let auto = automatic::weigh(mail, &own, name.is_some() || phone, answer, context);
    // An absence note quotes the mail it answers, failure words and all.
    let absent = auto.signals.iter().any(|signal| matches!(signal.id.as_str(), "auto-subject" | "absence-words" | "receipt" | "complaint"));
    let challenge = auto.signals.iter().any(|signal| signal.id == "challenge");
    let report = failed.signals.iter().any(|signal| matches!(signal.id.as_str(), "delivery-status" | "x-failed-recipients"));
    // A filter that asks who writes may call that a failure; the mail waits all the same.
    if failed.score >= MACHINE && (report || !absent) && !challenge {
        let mut signals = failed.signals;
        if let Some(news) = bounce::only_news(mail) {
            signals.push(Signal::new("no-failure", -0.2, news));
            return (Origin::Bounce, 0.75, signals);
        }
        return (Origin::Bounce, sure(failed.score), signals);
    }
    let many = bulk::weigh(mail, if own.trim().is_empty() { &head } else { &own });
    // A calendar sends an invitation by itself, and a person asked it to: whose it is stands in From.
    if let Some(name) = name.filter(|_| is_invitation(mail) && many.score < 1.0) {
        let mut signals = vec![Signal::new("invitation", 0.9, format!("a calendar request of {name}"))];
        signals.extend(person.signals);
        return (Origin::Personal, 0.9, signals);
    }
    let declared = auto.signals.iter().any(|signal| {
        let said = [
            "auto-subject",
            "auto-header",
            "precedence-auto",
            "exchange-rule",
            "receipt",
            "complaint",
            "consent-asked",
            "list-answers",
            "bulk-answer",
            "form-echo",
            "challenge",
            "only-absence",
        ];
        said.contains(&signal.id.as_str()) || matches!(signal.id.as_str(), "auto-submitted" | "loop-guard") && signal.weight >= 0.9
    });
    // A newsletter may declare itself auto-generated: then the list headers say what it is.
    let newsletter = !declared && many.score >= 1.0 && !auto.signals.iter().any(|signal| signal.id == "acknowledgement");
    // Advertising that thanks, or asks to be confirmed, is advertising still.
    let spoken = |id: &str| {
        matches!(id, "robot-words" | "consent-asked" | "acknowledgement" | "promise" | "ticket" | "no-person" | "no-reply-sender")
    };
    let weight = |wanted: &str| many.signals.iter().filter(|signal| signal.id == wanted).map(|signal| signal.weight).sum::<f64>();
    let advertises =
        weight("advertising") >= ADVERTISES && weight("unsubscribe-words") > 0.0 && auto.signals.iter().all(|signal| spoken(&signal.id));
    let newsletter = newsletter || advertises;
    if auto.score >= MACHINE && !newsletter {
        return (Origin::AutoReply, sure(auto.score), auto.signals);
    }
    // Words of a real answer and the sentence that holds them are one answer.
    let person = person.capped(|id| matches!(id, "answers" | "answer-words"), ANSWER);
    let linked = human::linked(&person);
    if !linked {
        let mut many = many;
        // A builder names itself; who advertises and does not, found the address elsewhere.
        let strange = many.score > 0.0 && human::is_stranger(mail, reply, context);
        many.when(strange, "stranger", 0.25, "names nothing of the inquiry");
        return weigh_person(many, person, false);
    }
    // To somebody who asked, a follow-up plan writes in its own words.
    let many = many.scaled("drip-words", 2.0);
    let of_program = |id: &str| {
        matches!(
            id,
            "list-unsubscribe"
                | "list-unsubscribe-post"
                | "mailing-service"
                | "unsubscribe-words"
                | "pixel"
                | "html-only"
                | "layout"
                | "footer"
                | "links-elsewhere"
                | "link-only"
                | "short-link"
                | "many-links"
                | "many-images"
        )
    };
    let for_many: f64 = many.signals.iter().filter(|signal| !of_program(&signal.id)).map(|signal| signal.weight).sum();
    let most = match (human::answers(&person), for_many) {
        (true, ..FOR_MANY_TWICE) => MACHINERY.0,
        // Nobody's name stands in From or signature: then the program itself wrote it.
        (false, ..FOR_MANY) if name.is_some() => MACHINERY.1,
        _ => f64::INFINITY,
    };
    let many = many.capped(of_program, most);
    let filled_in = |id: &str| !matches!(id, "thread" | "re" | "quotes" | "answers" | "answer-words");
    weigh_person(many, person.capped(filled_in, (FILLED_IN.0 - for_many).max(FILLED_IN.1)), true)
}

/// Whether a mail asks its reader to an appointment by a calendar request (RFC 5546).
pub(super) fn is_invitation(mail: &Mail) -> bool {
    mail.part_types.iter().any(|kind| kind.starts_with("text/calendar") && kind.contains("method=request"))
}

/// Marketing against a person: whoever outweighs the other, or nobody.
fn weigh_person(many: Evidence, person: Evidence, linked: bool) -> (Origin, f64, Vec<Signal>) {
    let mut signals = many.signals;
    for signal in &mut signals {
        signal.weight = -signal.weight;
    }
    signals.extend(person.signals);
    // An answer names its reader or quotes the thread. What does neither is a stranger's, and every sign of advertising weighs double.
    let (many, enough, (least, margin)) = if linked { (many.score, MANY, (PERSON, 0.0)) } else { (many.score * 2.0, STRANGER, UNLINKED) };
    let person = person.score;
    let lead = person - many;
    if many >= enough && lead < 0.0 {
        for signal in &mut signals {
            signal.weight = -signal.weight;
        }
        return (Origin::Marketing, sure(0.7 - lead * 0.5), signals);
    }
    if person >= least && lead >= margin {
        // A stranger's bare mail is likelier spam than an answer: little evidence leaves it to review.
        let base = if linked { 0.65 } else { 0.48 };
        return (Origin::Personal, sure(base + lead * 0.35), signals);
    }
    (Origin::Unknown, 0.5, signals)
}

/// A sum of weights as a confidence below certainty.
fn sure(score: f64) -> f64 {
    (score.clamp(0.0, 1.0) * 0.97 * 100.0).round() / 100.0
}
