//! What the words of a column say: which way a call went, what kind it was, whether somebody picked up. Takes a cell, gives facts;
//! a word that is not known gives none.

use super::Direction;
use super::beside::{DATA, ELSEWHERE, FAX, INTERNAL, LEG, NOT_SENT, NOTICE};
use crate::collect::Channel;

/// What a cell's words say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Facts {
    pub(super) direction: Option<Direction>,
    pub(super) channel: Option<Channel>,
    pub(super) answered: Option<bool>,
    /// What is none of our business, and what it is.
    pub(super) skip: Option<&'static str>,
}

/// Services that reach a person's account, not a telephone number.
const SERVICES: [&str; 13] = [
    "whatsapp",
    "facetime",
    "teams",
    "viber",
    "signal",
    "telegram",
    "skype",
    "messenger",
    "instagram",
    "linkedin",
    "wechat",
    "discord",
    "slack",
];

/// Whether a cell begins a row that sums up others.
pub(super) fn is_sum(cell: &str) -> bool {
    const SUMS: [&str; 9] = ["total", "totals", "subtotal", "grand total", "sum", "summary", "end of report", "count", "average"];
    let begins = cell.len() < 60 && cell.starts_with(|first: char| first.is_alphabetic() || first == '*');
    begins && SUMS.iter().any(|sum| begins_with(&plain(cell), sum))
}

/// Whether a service is another than the telephone's.
pub(super) fn is_other_service(text: &str) -> bool {
    let text = text.trim().to_lowercase();
    SERVICES.iter().any(|name| text.split(|c: char| !c.is_alphanumeric()).next() == Some(name))
}

/// The facts that a cell's words state. Where two contradict each other, neither holds.
pub(super) fn facts(text: &str) -> Facts {
    let words = plain(text);
    if words.is_empty() || words.len() > 60 {
        return Facts::default();
    }
    if is_other_service(&words) {
        return Facts { skip: Some(ELSEWHERE), ..Facts::default() };
    }
    let mut facts = Facts::default();
    let (mut clash, mut strange, mut bare) = (false, false, false);
    let mut say = |said: Facts| {
        clash |= facts.direction.is_some() && said.direction.is_some() && facts.direction != said.direction;
        clash |= facts.answered.is_some() && said.answered.is_some() && facts.answered != said.answered;
        facts = Facts {
            direction: said.direction.or(facts.direction),
            // "Voicemail call" and "missed text" are the more special of the two.
            channel: match (facts.channel, said.channel) {
                (Some(Channel::Call) | None, said @ Some(_)) => said,
                (known, _) => known,
            },
            answered: said.answered.or(facts.answered),
            skip: said.skip.or(facts.skip),
        };
    };
    let mut rest = words.as_str();
    while !rest.is_empty() {
        let known = PHRASES.iter().filter(|(phrase, _)| begins_with(rest, phrase)).max_by_key(|(phrase, _)| phrase.len());
        let length = if let Some((phrase, said)) = known {
            say(*said);
            bare |= matches!(*phrase, "in" | "out");
            phrase.len()
        } else {
            strange = true;
            rest.find(' ').unwrap_or(rest.len())
        };
        rest = rest.get(length..).unwrap_or_default().trim_start();
    }
    // "South Bend, IN" lies in Indiana.
    if clash || (bare && strange) { Facts::default() } else { facts }
}

fn begins_with(text: &str, phrase: &str) -> bool {
    text.strip_prefix(phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
}

/// Lower case, and a space for whatever is no letter or digit.
pub(super) fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for letter in text.chars() {
        if letter.is_alphanumeric() {
            plain.extend(letter.to_lowercase());
        } else if !plain.ends_with(' ') && !plain.is_empty() {
            plain.push(' ');
        }
    }
    plain.truncate(plain.trim_end().len());
    plain
}

const NOTHING: Facts = Facts { direction: None, channel: None, answered: None, skip: None };
const IN: Facts = Facts { direction: Some(Direction::Inbound), ..NOTHING };
const OUT: Facts = Facts { direction: Some(Direction::Outbound), ..NOTHING };
const CALL: Facts = Facts { channel: Some(Channel::Call), ..NOTHING };
const TEXT: Facts = Facts { channel: Some(Channel::Sms), ..NOTHING };
const MAIL: Facts = Facts { channel: Some(Channel::Voicemail), ..NOTHING };
const YES: Facts = Facts { answered: Some(true), ..NOTHING };
const NO: Facts = Facts { answered: Some(false), ..NOTHING };
/// A phone lists as missed what came in.
const MISSED: Facts = Facts { direction: Some(Direction::Inbound), answered: Some(false), ..NOTHING };

const fn skip(what: &'static str) -> Facts {
    Facts { skip: Some(what), ..NOTHING }
}

/// What logs say, in lower case.
const PHRASES: &[(&str, Facts)] = &[
    ("incoming", IN),
    ("inbound", IN),
    ("in", IN),
    ("received", IN),
    ("from contact", IN),
    ("terminating", IN),
    ("outgoing", OUT),
    ("outbound", OUT),
    ("out", OUT),
    ("sent", OUT),
    ("placed", OUT),
    ("dialed", OUT),
    ("dialled", OUT),
    ("made", OUT),
    ("originating", OUT),
    ("outbound dial", skip(LEG)),
    ("outbound api", OUT),
    ("call", CALL),
    ("phone", CALL),
    ("phone call", CALL),
    ("voice call", CALL),
    ("voice", CALL),
    ("talk", CALL),
    ("voip call", CALL),
    ("text", TEXT),
    ("text message", TEXT),
    ("message", TEXT),
    ("messaging", TEXT),
    ("msg", TEXT),
    ("sms", TEXT),
    ("mms", TEXT),
    ("imessage", TEXT),
    ("rcs", TEXT),
    ("voicemail", MAIL),
    ("voice mail", MAIL),
    ("voice message", MAIL),
    ("vm", MAIL),
    ("answered", YES),
    ("accepted", YES),
    ("call connected", Facts { channel: Some(Channel::Call), answered: Some(true), ..NOTHING }),
    ("connected", YES),
    ("picked up", YES),
    ("yes", YES),
    ("true", YES),
    ("missed", MISSED),
    ("abandoned", NO),
    ("unanswered", NO),
    ("not answered", NO),
    ("no answer", NO),
    ("not connected", NO),
    ("noanswer", NO),
    ("rejected", NO),
    ("declined", NO),
    ("refused", NO),
    ("blocked", NO),
    ("busy", NO),
    ("failed", NO),
    ("canceled", NO),
    ("cancelled", NO),
    ("congestion", NO),
    ("hang up", NO),
    ("no", NO),
    ("false", NO),
    ("fax", skip(FAX)),
    ("internal", skip(INTERNAL)),
    ("draft", skip(NOT_SENT)),
    ("undelivered", skip(NOT_SENT)),
    ("notification", skip(NOTICE)),
    ("data", skip(DATA)),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_what_logs_mean_by_them() {
        for (text, expected) in [
            ("Incoming", IN),
            ("Inbound - Missed", MISSED),
            ("Missed Call", Facts { channel: Some(Channel::Call), ..MISSED }),
            ("outgoing text", Facts { channel: Some(Channel::Sms), ..OUT }),
            ("Voicemail", MAIL),
            ("Voice Mail", MAIL),
            ("Call connected", Facts { channel: Some(Channel::Call), ..YES }),
            ("NO ANSWER", NO),
            ("Not answered", NO),
            ("Answered", YES),
            ("outbound-dial", skip(LEG)),
            ("outbound-api", OUT),
            ("WhatsApp Video", skip(ELSEWHERE)),
            ("FaceTime", skip(ELSEWHERE)),
            ("Inbound Fax", Facts { skip: Some(FAX), ..IN }),
            ("Austin, TX", NOTHING),
            ("South Bend, IN", NOTHING),
            ("Sms In", Facts { channel: Some(Channel::Sms), ..IN }),
            ("INCOMING, CL", IN),
            ("", NOTHING),
            ("answered, no answer", NOTHING),
        ] {
            assert_eq!(facts(text), expected, "{text}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_words_say_something_or_nothing(text in ".{0,80}") {
            let _ = facts(&text);
        }
    }
}
