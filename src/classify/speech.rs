//! Calls, voicemails and texts: a call is a person's unless the transcript is a recorded message; a text is automatic when it
//! offers an opt-out, asks for consent, comes from a short code or reads like an acknowledgement, or when the network itself wrote it.

use std::sync::LazyLock;

use super::evidence::Evidence;
use super::pattern::{Regex, any_case};
use super::{Context, Origin, opting};
use crate::collect::phone::CallRecord;
use crate::collect::{Channel, Signal};

static RECORDED: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:this is (?:a|an) (?:recorded|automated|pre-?recorded) (?:message|call)|press (?:one|two|nine|\d) (?:to|for|now)|to (?:opt out|be removed)|prerecorded|warranty (?:is about|has expired|department)|your (?:vehicle|car)'?s? (?:extended )?warranty|don'?t hang up|final notice|interest rate on your credit card|esta es una llamada automatizada|marque (?:el )?\w+ para)",
    )
});
static OPT_OUT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:reply|text|txt|send|responda) ?\W{0,2}(?:stop|end|quit|cancel|unsubscribe|alto)\b|\bstop\W{0,2} (?:to|2) (?:end|opt|quit|cancel|unsubscribe|stop)|opt[- ]?out|msg (?:&|and|y) data rates|message and data rates|msg ?freq|reply help)",
    )
});
static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(concat!(
        r"\b(?:(?:thank(?:s| you)(?: so much| very much)? for (?:your (?:\w+ )?(?:inquiry|enquiry|interest|request|message|submission|text|question|registration|visit)|contacting|reaching out|getting in touch|registering|opting|subscribing|signing|texting|visiting|checking|inquiring|connecting)|we appreciate your (?:interest|inquiry|message))",
        r"|we(?:'ve| have)? (?:received|got|logged) your|your (?:\w+ )?(?:inquiry|enquiry|request|message|submission|form|information|registration|question|details)\b[^.?!]{0,20}(?:has been|have been|was|were|is|are) (?:\w+ )?(?:received|submitted|assigned|confirmed|forwarded|passed|sent|routed|logged|important|on (?:its|the) way|being)",
        r"|you(?:'re| are) (?:now )?(?:subscribed|signed up|opted|on (?:the|our) (?:\w+ )?list|all set)|(?:an?|one of our|our|someone|somebody)\b.{0,40}(?:will|shall|is going to) (?:be )?(?:\w+ly )?(?:contact|reach|in touch|get back|respond|reply|follow|call|text|assist|help|answer|connect)",
        r"|we(?:'ll| will| shall) (?:get back|be (?:in touch|with you)|respond|reply|reach out|contact you|follow up)|you(?:'ll| will) (?:hear (?:back )?from|receive an?\b|be contacted|get an?\b)|(?:our|the) (?:\w+ )?(?:office )?hours are|(?:office|model|sales (?:office|center)|team) is (?:currently )?(?:closed|away|offline)",
        r"|we(?:'re| are) (?:currently |now )?(?:closed|away|offline|out of the office)|(?:outside|after)(?: of)?(?: our)? (?:\w+ )?(?:business |office )?hours|when we (?:re-?)?open|you(?:'ve| have) reached|(?:sorry )?(?:we|i) missed your (?:call|text|message)\b.{0,60}(?:how (?:can|may)|get back|text|reply)",
        r"|your (?:appointment|tour|visit|showing)\b[^.?!]{0,60}\b(?:is|has been) (?:confirmed|scheduled|booked|set)|(?:appointment|tour|visit) (?:reminder|confirmation|confirmed)|reminder\W{1,3}(?:you have|your) (?:an )?(?:appointment|tour|visit)",
        r"|(?:reply|text|press) \W?(?:c|y|yes|1|confirm)\W? to (?:confirm|schedule|continue|speak|talk|connect)|(?:reply|text) \W?(?:r|2|reschedule)\W? to (?:re-?schedule|change|cancel)|here(?:'s| is| are) (?:the|your) [^.?!]{0,40}you (?:requested|asked for)",
        r"|(?:do not|don'?t) (?:reply|respond) to this|do not reply|replies (?:to this \w+ )?(?:are|is) not|if (?:this is|it'?s) (?:an emergency|urgent)|gracias por (?:su|tu|contactar|escribir|visitar)|(?:hemos )?recib(?:ido|imos) (?:su|tu)|(?:se )?(?:comunicar|pondr)[aá]n? (?:\w+ )?con (?:usted|ud|tigo)|your (?:verification |visit |security |access )?code)",
    ))
});
/// What a machine says of itself.
static MACHINE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:this is an )?automated (?:message|text|response|reply)|auto-?(?:reply|response|responder)|(?:virtual|digital|automated|ai)(?:[- ]powered)? (?:\w+ )?(?:assistant|concierge|agent|team ?mate)|(?:text|message|sms) (?:was|is) (?:auto(?:matically)?)[- ](?:sent|generated)|chat ?bot\b|(?:i'?m|this is) (?:a|the|your) (?:\w+ )?bot\b|sent automatically|asistente virtual|(?:i'?m|i am) (?:driving|in a meeting)\b.{0,60}(?:get back|text you|call you|respond)|mensaje autom[aá]tico)",
    )
});
static SALE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(concat!(
        r"\b(?:sale|limited[ -]time|grand opening|open house|this weekend|incentives?|special (?:financing|offer|pricing|rates?)|save (?:up to )?\$|up to \$\d|rates? as low|[345]\.\d{1,3} ?%|click|new homes? (?:from|available)|don'?t (?:miss|wait)|starting at|from (?:the )?\$\d|rsvp",
        r"|hurry|vip|final opportunit|only \d+ (?:\w+ )?(?:homes?|lots?) (?:left|remain)|just released|new (?:inventory|phase|listings)|move[ -]in[ -]ready|quick move|see (?:all|inventory|what'?s left)|learn more|register (?:at|now|here|today)|tour today",
        r"|free (?:appliance|gift|upgrade|donut|coffee)|gift card|congratulations|flex cash|selling fast|dream home|is waiting|oferta|promoci[oó]n|happy (?:new year|holidays|thanksgiving|4th))|\d ?% off\b",
    ))
});
/// Within so many seconds of an inquiry a machine's text is the answer to it, not a campaign's.
const AT_ONCE: i64 = 300;

static LINK: LazyLock<Regex> = LazyLock::new(|| any_case(r"https?://|\b[a-z0-9-]+\.[a-z]{2,8}/\w"));

/// The origin of a call, voicemail or text. `named`: the caller said who they are; `used`: the shopper's name was used; `answers`: the
/// question was answered.
pub(super) fn of_call(call: &CallRecord, named: bool, used: bool, answers: bool, context: &Context) -> (Origin, f64, Vec<Signal>) {
    let body = call.body.as_deref().map(str::trim).unwrap_or_default();
    match call.channel {
        Channel::Sms => text(call, body, [named, used, answers], context),
        _ if body.is_empty() => (Origin::Personal, 0.7, vec![Signal::new("call", 0.7, "a call; who spoke is not recorded")]),
        _ => spoken(body, named, used),
    }
}

fn spoken(body: &str, named: bool, used: bool) -> (Origin, f64, Vec<Signal>) {
    let mut robot = Evidence::default();
    robot.found(RECORDED.find(body).map(|found| found.as_str()), "recorded-message", 0.9);
    robot.when(used, "name-used", -0.2, "uses the shopper's name");
    if robot.score > 0.5 {
        return (Origin::Marketing, 0.85, robot.signals);
    }
    let mut person = Evidence::default();
    person.when(named, "named-person", 0.2, "says who is calling");
    person.when(used, "name-used", 0.15, "uses the shopper's name");
    person.when(true, "call", 0.7, "a call with a transcript that is no recorded message");
    (Origin::Personal, person.score.min(0.97), person.signals)
}

fn text(call: &CallRecord, body: &str, [named, used, answers]: [bool; 3], context: &Context) -> (Origin, f64, Vec<Signal>) {
    if body.is_empty() {
        return (Origin::Unknown, 0.4, vec![Signal::new("no-text", 0.0, "a text without words")]);
    }
    let from = call.from.as_deref().unwrap_or_default();
    let digits = from.chars().filter(char::is_ascii_digit).count();
    let short_code = !from.is_empty() && digits <= 6 && !from.starts_with('+');
    let mut machine = Evidence::default();
    machine.found(opting::of_network(body), "network", 0.9);
    machine.found(opting::asks_consent(body), "asks-consent", 0.7);
    machine.found(OPT_OUT.find(body).map(|found| found.as_str()), "opt-out-words", 0.6);
    // Every text by a short code offers an opt-out: both are one sign.
    let offers = machine.signals.iter().any(|signal| signal.id == "opt-out-words");
    machine.when(short_code, "short-code", if offers { 0.3 } else { 0.6 }, from);
    machine.found(MACHINE.find(body).map(|found| found.as_str()), "says-so", 0.8);
    machine.found(TEMPLATE.find(body).map(|found| found.as_str()), "template-words", 0.5);
    let sales: Vec<&str> = SALE.find_iter(body).take(3).map(|found| found.as_str()).collect();
    machine.found(
        (!sales.is_empty()).then(|| sales.join(" \u{b7} ")).as_deref(),
        "advertising",
        match sales.len() {
            0 | 1 => 0.3,
            2 => 0.5,
            _ => 0.6,
        },
    );
    machine.when(!sales.is_empty() && LINK.is_match(body), "link", 0.15, "with a link");
    machine.when(context.elapsed_s.is_some_and(|seconds| (0..=60).contains(&seconds)), "soon", 0.15, "within a minute of the inquiry");
    machine.when(named, "named-person", -0.25, "says who is writing");
    machine.when(used, "name-used", -0.15, "uses the shopper's name");
    let machines = machine.signals.iter().any(|signal| matches!(signal.id.as_str(), "network" | "says-so"));
    machine.when(answers && !machines, "answers", -0.5, "answers the question");
    machine.when(body.contains('?') && !short_code, "asks", -0.15, "asks something");
    if machine.score < 0.5 {
        return (Origin::Personal, (0.9 - machine.score.max(0.0) * 0.5).min(0.95), machine.signals);
    }
    let ids: Vec<&str> = machine.signals.iter().map(|signal| signal.id.as_str()).collect();
    let replies = ["network", "asks-consent", "says-so", "template-words"].iter().any(|id| ids.contains(id));
    // What answers may invite too, in a word; what praises in two is there to sell. What comes at once and praises nothing is an answer.
    let least = if ids.contains(&"template-words") { 2 } else { 1 };
    let sells = sales.len() >= least && !ids.contains(&"network") && !ids.contains(&"says-so");
    let at_once = context.elapsed_s.is_some_and(|seconds| (0..=AT_ONCE).contains(&seconds));
    let origin = if !sells && (replies || at_once) { Origin::AutoReply } else { Origin::Marketing };
    (origin, (0.55 + machine.score * 0.3).min(0.95), machine.signals)
}
