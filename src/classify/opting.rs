//! Words by which texts are opted out of, back into, or consented to. Takes a text of the shopper's own and says whether it opts out (the
//! carriers' words as the whole message, CTIA's Messaging Principles 5.1.3 and 47 CFR 64.1200(a)(10); or a sentence that asks for no more);
//! finds in a builder's text where it asks for consent, and what the network or the service itself wrote. Refuses to read more into a
//! sentence than all of it says: "don't call me, text is better" is no opt-out.

use std::sync::LazyLock;

use super::pattern::{Regex, any_case};
use crate::collect::Channel;
use crate::collect::phone::{CallRecord, Direction};

/// The carriers' words, folded.
const OUT: [&str; 17] = [
    "stop",
    "stopall",
    "stop all",
    "unsubscribe",
    "cancel",
    "end",
    "quit",
    "revoke",
    "optout",
    "opt out",
    "remove",
    "arret",
    "alto",
    "parar",
    "baja",
    "stop please",
    "please stop",
];
/// The words that take an opt-out back.
const IN: [&str; 5] = ["start", "unstop", "yes", "subscribe", "opt in"];
/// More than this of a text is not read.
const MOST: usize = 1600;

static NO_MORE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(concat!(
        r"^(?:(?:hi|hello|hey|ok|okay|no|sorry|thanks|thank you|and|so|but)\s+)*(?:(?:i|we) (?:ask|want|would like|wish) (?:you )?to\s+)?(?:please\s+|pls\s+)?(?:",
        r"stop (?:contacting|texting|messaging|calling|sending)(?: (?:me|us|this number))?(?: (?:texts?|messages?))?(?: to (?:me|us|this number))?",
        r"|(?:do not|dont) (?:contact|text|message|call or text|text or call|call or contact|call text or email)(?: me| us| this number)",
        r"|(?:take|remove) (?:me|us|my number|this number|my name) (?:off|from|off of) (?:your|the|this|all) (?:\w+ )?(?:lists?|database|system)",
        r"|(?:unsubscribe|opt out|opt me out|unsubscribe me|stop receiving (?:texts|messages))(?: from (?:these|your|all) (?:texts|messages))?",
        r"|no (?:more|further) (?:texts|messages|contact)(?: messages)?|lose my number|i revoke my consent",
        r"|no me (?:contacten?|escriban?|manden?|env[ií]en?)(?: m[aá]s)?(?: mensajes)?|quiero darme de baja",
        r")(?:\s+(?:again|any ?more|further|from now on|in the future|at (?:this|my) number|please|thanks|thank you|bye))*$"
    ))
});
static CONSENT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:reply|respond|text|txt|send|answer|responda|responde)\W{0,3}(?:with\W{0,3}|back\W{0,3}|con\W{0,3})?(?:yes|y|start|join|agree|accept|subscribe|s[ií]|1)\b\W{0,3}(?:to|if you (?:agree|consent|would like|want|wish)(?: to)?|para)\s(?:\w+\s){0,2}?(?:receive|get|opt|subscribe|consent|continue|join|sign|start|agree|enroll|be contacted|recibir|text|messages?|texts?|updates)",
    )
});
static NETWORK: LazyLock<Regex> = LazyLock::new(|| {
    any_case(concat!(
        r"\b(?:you(?:'ve| have)? (?:successfully |now |been )*(?:unsubscribed|opted[ -]?(?:out|in|back in)|re-?subscribed)|you(?:'re| are) (?:now |successfully )*(?:unsubscribed|opted[ -]?(?:out|in)|re-?subscribed)",
        r"|(?:no|not receive any|will not receive|won't receive|receive no) (?:more|further) (?:\w+ ){0,2}(?:messages|texts)|(?:no longer|not) receive (?:\w+ ){0,3}(?:messages|texts)",
        r"|network msg|service access denied|(?:your|this) (?:message|text)(?: message)?(?: to [^.]{0,30})? (?:could not|was not|cannot|can't|has not) be(?:en)? (?:sent|delivered|received)|message (?:blocking is active|not delivered|failed)|unable to (?:send|deliver|receive) (?:\w+ ){0,2}(?:message|text)s?",
        r"|(?:this|the) (?:number|line|inbox|mailbox) (?:is (?:not monitored|unmonitored|not able to)|does(?: not|n't) (?:accept|receive|take))|not a text.?enabled|landline",
        r"|(?:reply|text|send)\W{0,3}(?:start|unstop)\W{0,3} to (?:re-?subscribe|opt|resume|receive|rejoin|start)",
        r"|ha (?:sido dado de baja|cancelado su suscripci[oó]n)|no recibir[aá] m[aá]s mensajes)",
    ))
});

/// What a text of the shopper's own says of further texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Opting {
    /// None, please.
    Out,
    /// Some, after all.
    In,
}

/// What a text of the shopper's own says of further texts, if anything.
#[must_use]
pub fn opting(call: &CallRecord) -> Option<Opting> {
    let body = call.body.as_deref().filter(|_| call.channel == Channel::Sms && call.direction == Direction::Outbound)?;
    let body = body.get(..body.floor_char_boundary(MOST)).unwrap_or_default();
    let whole = folded(body);
    if OUT.contains(&whole.as_str()) {
        return Some(Opting::Out);
    }
    if IN.contains(&whole.as_str()) {
        return Some(Opting::In);
    }
    let asks = body.split(['.', '!', '?', '\n', ';']).map(folded).any(|sentence| NO_MORE.is_match(&sentence));
    asks.then_some(Opting::Out)
}

/// Where a text asks to be allowed to write.
pub(super) fn asks_consent(body: &str) -> Option<&str> {
    CONSENT.find(body).map(|found| found.as_str())
}

/// What the network or the sending service itself says: that an opt-out was heeded, that a text did not arrive.
pub(super) fn of_network(body: &str) -> Option<&str> {
    NETWORK.find(body).map(|found| found.as_str())
}

/// Words alone, parted by single spaces: no case, no punctuation, no pictures; "don't" is "dont", an accent is none.
fn folded(text: &str) -> String {
    let plain: String = text
        .to_lowercase()
        .chars()
        .filter(|c| !matches!(c, '\'' | '\u{2019}' | '\u{2018}' | '\u{ad}' | '\u{200b}'))
        .map(|c| match c {
            'ê' | 'é' => 'e',
            c if c.is_alphanumeric() => c,
            _ => ' ',
        })
        .collect();
    plain.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::phone::Stamp;

    fn said(body: &str) -> Option<Opting> {
        let at = Stamp::exactly("2026-11-02T15:00:00Z".parse().unwrap());
        opting(&CallRecord { direction: Direction::Outbound, body: Some(body.to_owned()), ..CallRecord::new(Channel::Sms, at) })
    }

    #[test]
    fn an_opt_out_is_a_whole_message_or_a_whole_sentence() {
        for body in [
            "STOP",
            "stop",
            "Stop.",
            " STOP! ",
            "\"STOP\"",
            "StopAll",
            "STOP ALL",
            "Unsubscribe",
            "CANCEL",
            "end",
            "Quit",
            "REVOKE",
            "opt-out",
            "OPT OUT",
            "Arrêt",
            "ALTO",
            "stop please",
            "Please stop.",
            "Please do not contact me again.",
            "please don\u{2019}t contact me again",
            "Do not text me anymore",
            "Stop texting me",
            "stop sending me messages",
            "Please remove me from your list, thanks!",
            "Take me off your contact list",
            "No more texts please",
            "We chose another home. Please do not contact me again. Thank you, Dana",
            "Hi, please stop contacting me",
            "Thanks but please stop messaging us.",
            "No me escriban más",
            "Opt me out",
            "I would like to opt out",
            "Lose my number",
        ] {
            assert_eq!(said(body), Some(Opting::Out), "{body}");
        }
        for body in ["START", "unstop", "Yes", "YES!"] {
            assert_eq!(said(body), Some(Opting::In), "{body}");
        }
        for body in [
            "",
            "Stop by on Tuesday?",
            "Can we stop at the model home?",
            "The end",
            "At the end of the month",
            "Please don't call me, text is better.",
            "Don't call me",
            "Cancel my appointment on Friday",
            "I had to cancel",
            "Is there a bus stop nearby?",
            "Don't text me before nine",
            "Yes, Saturday works",
            "Please do not contact me again until Friday",
            "Don't stop texting me",
            "I quit my job",
            "Does the HOA end?",
            "Do not contact my agent",
            "ok",
            "Thanks!",
            "Stop calling it a mansion",
        ] {
            assert_eq!(said(body), None, "{body}");
        }
        let at = Stamp::exactly("2026-11-02T15:00:00Z".parse().unwrap());
        let theirs = CallRecord { body: Some("STOP".to_owned()), ..CallRecord::new(Channel::Sms, at) };
        assert_eq!(opting(&theirs), None, "a builder cannot opt out for us");
    }

    #[test]
    fn consent_and_notices_are_found() {
        for body in [
            "Reply YES to receive texts from Bluebonnet Homes.",
            "Text YES to opt in to messages about your home search",
            "Bluebonnet Homes: reply Y to get updates by text. Msg & data rates may apply.",
            "Please respond with \"YES\" to consent to receive text messages.",
            "Responda SI para recibir mensajes.",
            "Reply YES if you agree to receive texts",
        ] {
            assert!(asks_consent(body).is_some(), "{body}");
        }
        for body in ["Reply yes if Tuesday works", "Say yes to the address!", "Just text me back, yes or no", "Yes, it gets a third bay."] {
            assert_eq!(asks_consent(body), None, "{body}");
        }
        for body in [
            "You have been unsubscribed and will receive no further messages.",
            "You have successfully been unsubscribed. You will not receive any more messages from this number. Reply START to resubscribe.",
            "NETWORK MSG: You replied with the word \"stop\" which blocks all texts sent from this number. Text back \"unstop\" to receive messages again.",
            "Your message to 72345 could not be delivered.",
            "This number is not monitored.",
            "You're opted out.",
        ] {
            assert!(of_network(body).is_some(), "{body}");
        }
        for body in
            ["I never got your message", "You have a lovely home", "We are unable to hold the lot past Friday", "I tried your landlord"]
        {
            assert_eq!(of_network(body), None, "{body}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(body in ".{0,200}") {
            let _ = (said(&body), asks_consent(&body), of_network(&body));
        }
    }
}
