//! What of a touch others may be known by, and what was learned: addresses, hosts, numbers, Message-IDs. Small enough to be
//! kept with every touch, so that learning needs no second look at the evidence.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use crate::collect::mail::Mail;
use crate::collect::phone::CallRecord;
use crate::shop::InquiryId;

use super::same::Heard;
use super::{hosts, speaker};

/// More references than this of one mail are not kept: a thread is known by its last ones.
const REFERENCES: usize = 20;
/// More senders or recipients than this are not kept.
const ADDRESSES: usize = 10;

/// The marks of one touch.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Marks {
    /// From and Reply-To of a mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub senders: Vec<String>,
    /// To and Cc of a mail.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub recipients: Vec<String>,
    /// The mail's own id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub message_id: Option<String>,
    /// The ids of the mails it answers.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub answers: Vec<String>,
    /// Who called or wrote a text: E.164, a short code, or a sender's name in lower case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub caller: Option<String>,
    /// The full names of a mail's senders, folded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub people: Vec<String>,
    /// The full names by which a caller introduces himself, folded.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub introduced: Vec<String>,
    /// What tells a call or text apart from others; for whoever reads its log to fill in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub heard: Option<Heard>,
    /// Whose a call or text is by its words alone; for whoever knows the inquiries to fill in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub said: Option<InquiryId>,
    /// The direct number that its writer gives, E.164; for whoever reads it to fill in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub direct_phone: Option<String>,
}

impl Marks {
    /// The marks of a mail.
    #[must_use]
    pub fn of_mail(mail: &Mail) -> Self {
        let named = |address: &str| address.contains('@').then(|| address.to_lowercase());
        let mut senders: Vec<String> = mail.from.iter().chain(&mail.reply_to).filter_map(|sender| named(&sender.address)).collect();
        senders.truncate(ADDRESSES);
        senders.dedup();
        let recipients = mail.to.iter().chain(&mail.cc).filter_map(|one| named(&one.address)).take(ADDRESSES).collect();
        let mut answers: Vec<String> = mail.in_reply_to.iter().chain(mail.references.iter().rev()).take(REFERENCES).cloned().collect();
        answers.sort_unstable();
        answers.dedup();
        let people = mail.from.iter().filter_map(|from| speaker::full_name(from.name.as_deref()?)).collect();
        Self { senders, recipients, message_id: mail.message_id.clone(), answers, people, ..Self::default() }
    }

    /// The marks of a call or text. A withheld number is nobody's mark.
    #[must_use]
    pub fn of_call(call: &CallRecord) -> Self {
        let caller = call.from.as_deref().map(|from| from.trim().to_lowercase()).filter(|from| !from.is_empty());
        Self { caller, introduced: speaker::introduced(call.body.as_deref().unwrap_or_default()), ..Self::default() }
    }

    /// The keys of all facts by which this touch could be known ([`Kind::key`]).
    #[must_use]
    pub fn borne(&self) -> Vec<String> {
        self.keys().iter().map(|(kind, value)| kind.key(value)).collect()
    }

    /// Every fact by which this touch could be known, strongest kind first.
    fn keys(&self) -> Vec<(Kind, String)> {
        let mut keys: Vec<(Kind, String)> = self.answers.iter().map(|id| (Kind::Message, id.clone())).collect();
        keys.extend(self.senders.iter().map(|sender| (Kind::Sender, sender.clone())));
        for host in self.senders.iter().filter_map(|sender| hosts::of_address(sender)) {
            let above = host.match_indices('.').filter_map(|(at, _)| host.get(at + 1..)).filter(|domain| domain.contains('.'));
            keys.extend(std::iter::once(host.as_str()).chain(above).map(|domain| (Kind::Domain, domain.to_owned())));
        }
        keys.extend(self.caller.iter().map(|caller| (Kind::Number, caller.clone())));
        keys.extend(self.introduced.iter().map(|name| (Kind::Person, name.clone())));
        keys
    }
}

/// What a fact is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// A mail of the thread, by its Message-ID.
    Message,
    /// A sender's address.
    Sender,
    /// A sender's domain.
    Domain,
    /// A phone number, E.164; or a short code, or a sender's name.
    Number,
    /// Somebody's full name, folded.
    Person,
}

impl Kind {
    /// A fact of this kind as one text, by which a store finds it.
    #[must_use]
    pub fn key(self, value: &str) -> String {
        let kind = match self {
            Self::Message => 'm',
            Self::Sender => 's',
            Self::Domain => 'd',
            Self::Number => 'n',
            Self::Person => 'p',
        };
        format!("{kind}:{value}")
    }

    /// The kind and value of a key.
    #[must_use]
    pub fn of_key(key: &str) -> Option<(Self, &str)> {
        let (kind, value) = key.split_once(':')?;
        let kind = match kind {
            "m" => Self::Message,
            "s" => Self::Sender,
            "d" => Self::Domain,
            "n" => Self::Number,
            "p" => Self::Person,
            _ => return None,
        };
        Some((kind, value))
    }
}

/// Something learned of a builder from one of its touches.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// What it is about.
    pub kind: Kind,
    /// The address, domain, number or id.
    pub value: String,
    /// When the touch came that taught it; the earliest of several.
    pub at: DateTime<Utc>,
    /// That touch.
    pub touch: String,
    /// Whether a person had decided whose that touch is.
    pub by_person: bool,
}

/// What was learned, by inquiry.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Learned {
    pub(super) by_inquiry: BTreeMap<InquiryId, Vec<Fact>>,
    pub(super) by_key: BTreeMap<(Kind, String), Vec<(InquiryId, Fact)>>,
    /// Who called before anybody was asked.
    pub(super) strangers: BTreeMap<String, Fact>,
}

impl Learned {
    /// The facts about one inquiry's builder, within its wave.
    #[must_use]
    pub fn of(&self, inquiry: &InquiryId) -> Vec<Fact> {
        self.by_inquiry.get(inquiry).cloned().unwrap_or_default()
    }

    /// The facts that bear on a touch with these marks, and on whom: what its judgement rests on.
    #[must_use]
    pub fn bearing_on(&self, marks: &Marks) -> Vec<&(InquiryId, Fact)> {
        if self.by_key.is_empty() {
            return Vec::new();
        }
        marks.keys().iter().filter_map(|key| self.by_key.get(key)).flatten().collect()
    }

    /// Whether a caller, in lower case, is a builder's by what was learned.
    pub(super) fn knows_caller(&self, caller: &str) -> bool {
        !self.by_key.is_empty() && self.by_key.contains_key(&(Kind::Number, caller.to_owned()))
    }

    /// The touch by which its caller is known to have called before anybody was asked.
    #[must_use]
    pub fn stranger(&self, caller: Option<&str>) -> Option<&Fact> {
        self.strangers.get(caller?)
    }
}

/// The strongest of a target's facts that a touch bears.
pub(super) fn known<'a>(facts: &'a [Fact], marks: &Marks) -> Option<&'a Fact> {
    if facts.is_empty() {
        return None;
    }
    marks.keys().into_iter().find_map(|(kind, value)| facts.iter().find(|fact| fact.kind == kind && fact.value == value))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::mail::parse;

    #[test]
    fn a_mail_bears_its_senders_and_its_thread() {
        let mail = parse(
            b"From: Amy <Amy@mail.agency.example>\nReply-To: amy@gmail.com\nTo: x@y.example\nMessage-ID: <m2@a>\nReferences: <m0@a> <m1@a>\nIn-Reply-To: <m1@a>\n\nx",
        );
        let marks = Marks::of_mail(&mail);
        assert_eq!(marks.senders, ["amy@mail.agency.example", "amy@gmail.com"]);
        assert_eq!((marks.message_id.as_deref(), marks.answers.len()), (Some("m2@a"), 2));
        let domains: Vec<String> = marks.keys().into_iter().filter(|(kind, _)| *kind == Kind::Domain).map(|(_, value)| value).collect();
        assert_eq!(domains, ["mail.agency.example", "agency.example", "gmail.com"]);
    }
}
