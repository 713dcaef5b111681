//! Whose a record is: what attribution says, what is our own doing, and what a person decided. Of what nothing can be told, whoever was
//! waiting is a candidate.

use std::collections::BTreeSet;

use super::Judge;
use super::review::{CANARY_ALIAS, OWN_CALL};
use crate::attribute::{self, AttributedBy, Attribution, Candidate, Target};
use crate::audit::content::Content;
use crate::audit::record::TouchByHand;
use crate::collect::mail::Mail;
use crate::collect::phone::Direction;
use crate::collect::{Channel, Signal};
use crate::send::is_canary_alias;
use crate::shop::InquiryId;
use crate::shop::plan::Span;
use crate::store::{Decided, Record};

impl Judge<'_> {
    /// Whose a record is.
    pub(super) fn attribute(&self, record: &Record, content: &Content, decision: Option<&Decided>) -> Attribution {
        let mut attribution = match content {
            Content::Mail(mail) => attribute::mail_within(mail, within(record), &self.targets),
            Content::Call(call) if call.direction == Direction::Outbound => attribute::sent_to(call, &self.targets),
            Content::Call(call) if !self.board.rings(call, &self.learned) => Attribution::nobodys(),
            Content::Call(call) => attribute::call_within(call, &self.targets, &self.learned),
            Content::Recorded(recorded) => {
                by_person(Some(recorded.inquiry.clone()), format!("recorded by {}", recorded.author), Vec::new())
            }
            Content::Lost(_) => return self.anybodys(record, content, decision),
        };
        if let Content::Mail(mail) = content
            && let Some(from) = mail.from.as_ref().filter(|from| self.is_ours(&from.address))
            && attribution.owner.take().is_some()
        {
            // A copy that was sent on tells neither who wrote nor when it came (benchmarks, section 1.2).
            attribution.by = None;
            attribution.reasons.push(Signal::new("own-address", -1.0, format!("sent on from {}, an address of ours", from.address)));
            for candidate in &mut attribution.candidates {
                candidate.reason.push_str("; but it was sent on from an address of ours");
            }
        }
        if let Content::Mail(mail) = content
            && let Some(alias) = recipients(mail).find(|address| is_canary_alias(address))
        {
            let said = format!("came to {alias}, the address of a test mail of ours, and is not that mail");
            attribution.reasons.push(Signal::new(CANARY_ALIAS, 0.0, said));
        }
        if let Content::Call(call) = content
            && call.from.as_ref().is_some_and(|from| self.own_numbers.contains(from))
            && (call.direction == Direction::Inbound || attribution.candidates.is_empty())
        {
            // A call that we placed ourselves shows that the phone is alive, and is nobody's.
            let what = match call.direction {
                Direction::Inbound => "from a number of our own: it shows that the phone is alive",
                Direction::Outbound => "a text of our own, to a number that is nobody's here",
            };
            let reasons = vec![Signal::new(OWN_CALL, 1.0, what)];
            attribution = Attribution { owner: None, by: None, confidence: 1.0, reasons, candidates: Vec::new() };
        }
        if let Some(said) = content.call().and_then(|call| call.attestation.as_deref()) {
            attribution.reasons.push(Signal::new("attestation", 0.0, attribute::vouched(said)));
        }
        if let Some((owner, said)) = decision.and_then(Decided::owner) {
            attribution = by_person(owner.cloned(), format!("{}: {}", said.author, said.reason), attribution.candidates);
        }
        attribution
    }

    /// Whose a touch may be of which nothing can be told: those whose alias a mail went to, or else whoever was asked and may have answered by
    /// then. A person decides; until then nobody of these is called silent.
    pub(super) fn anybodys(&self, record: &Record, content: &Content, decision: Option<&Decided>) -> Attribution {
        let (from, to) = within(record);
        let named: BTreeSet<&InquiryId> = match content {
            Content::Mail(mail) => recipients(mail).filter_map(|address| self.aliases.get(&address.to_lowercase())).collect(),
            _ => BTreeSet::new(),
        };
        let awaited = |target: &&Target| {
            let open = target.sent_at <= to && from <= target.until;
            let reached = self.inquiries.get(&target.id).is_some_and(|inquiry| match record.channel {
                Channel::Email => inquiry.mailbox == record.source || record.source == TouchByHand::SOURCE,
                Channel::Call | Channel::Voicemail | Channel::Sms => inquiry.offered_phone,
            });
            if named.is_empty() { open && reached } else { named.contains(&target.id) }
        };
        let reason = if named.is_empty() { "it was awaited when this came" } else { "this went to its address" };
        let candidate = |target: &Target| Candidate { inquiry: target.id.clone(), confidence: 0.0, reason: reason.to_owned() };
        let candidates = self.targets.iter().filter(awaited).map(candidate).collect();
        match decision.and_then(Decided::owner) {
            Some((owner, said)) => by_person(owner.cloned(), format!("{}: {}", said.author, said.reason), candidates),
            None => Attribution { candidates, ..Attribution::nobodys() },
        }
    }

    /// Whether an address is a mailbox of ours, with or without a plus part, or an alias of ours.
    pub(super) fn is_ours(&self, address: &str) -> bool {
        let plain = |address: &str| {
            let (local, domain) = address.rsplit_once('@')?;
            Some((local.split('+').next()?.to_lowercase(), domain.to_lowercase()))
        };
        plain(address).is_some_and(|from| self.base.values().any(|base| plain(base).as_ref() == Some(&from)))
            || self.aliases.contains_key(&address.to_lowercase())
    }
}

fn by_person(owner: Option<InquiryId>, detail: String, candidates: Vec<attribute::Candidate>) -> Attribution {
    Attribution { owner, by: Some(AttributedBy::Person), confidence: 1.0, reasons: vec![Signal::new("person", 1.0, detail)], candidates }
}

/// Every address that a mail went to.
fn recipients(mail: &Mail) -> impl Iterator<Item = &str> {
    mail.to.iter().chain(&mail.cc).map(|to| to.address.as_str()).chain(mail.delivered_to.iter().map(String::as_str))
}

/// When a record can have arrived, at the earliest and at the latest.
fn within(record: &Record) -> Span {
    (record.arrival.at, record.arrival.at_latest.unwrap_or(record.arrival.at))
}
