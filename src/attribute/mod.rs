//! Whose is it? Takes a touch and the inquiries that were open; gives an owner with confidence and reasons, or candidates
//! for a person to decide between. Never guesses: below the threshold there is no owner. Pure.

mod address;
mod alias;
mod content;
mod decide;
mod domain;
mod hosts;
mod interval;
mod learn;
mod learned;
mod lookalike;
mod marks;
mod number;
pub mod quiet;
pub mod same;
mod sender;
mod sent;
mod siblings;
mod speaker;
mod speech;
mod switchboard;
mod thread;
pub(crate) mod words;

pub use interval::{call_within, mail_within};
pub use learn::{Lesson, Taught, learn};
pub use marks::{Fact, Kind, Learned, Marks};
pub use number::vouched;
pub use same::Heard;
pub use sent::sent_to;
pub use switchboard::Switchboard;

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::collect::Signal;
use crate::collect::mail::Mail;
use crate::collect::phone::{CallRecord, Direction};
use crate::shop::{InquiryId, same_builder};

/// Below this confidence a touch goes to review instead of into a score.
pub const THRESHOLD: f64 = 0.8;

/// What an attribution rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum AttributedBy {
    /// The inquiry's own alias address.
    Alias,
    /// An answer to a mail we sent.
    Thread,
    /// A phone number known to be the builder's.
    Number,
    /// A mail domain known to be the builder's.
    Domain,
    /// What it says.
    Content,
    /// A person decided.
    Person,
}

/// An inquiry, as far as attribution needs it.
#[derive(Clone, Debug)]
pub struct Target {
    /// The inquiry.
    pub id: InquiryId,
    /// The builder's name.
    pub builder: String,
    /// The inquiry's own address, lower case.
    pub alias_address: String,
    /// The alias token alone, lower case.
    pub alias_token: String,
    /// The persona's first name.
    pub first_name: String,
    /// The mailbox's own address, of which aliases are made; lower case.
    pub mailbox: String,
    /// The builder's numbers, E.164.
    pub numbers: Vec<String>,
    /// The builder's mail and web domains, lower case.
    pub domains: Vec<String>,
    /// Names of the builder's people, where known.
    pub team: Vec<String>,
    /// The community asked about.
    pub community: Option<String>,
    /// The question asked.
    pub question: String,
    /// The persona's number given in the form, E.164; `None` when no phone was given.
    pub phone: Option<String>,
    /// Message-IDs of mails we sent for this inquiry.
    pub sent_message_ids: Vec<String>,
    /// What this builder's touches of the wave taught.
    pub learned: Vec<Fact>,
    /// When the request was written.
    pub sent_at: DateTime<Utc>,
    /// When watching for it ends.
    pub until: DateTime<Utc>,
}

/// A possible owner of a touch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// The inquiry.
    pub inquiry: InquiryId,
    /// 0 to 1.
    pub confidence: f64,
    /// Why it may be.
    pub reason: String,
}

/// The judgement: an owner, or candidates for review.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Attribution {
    /// The owner, when the confidence is at least [`THRESHOLD`] and there is only one.
    pub owner: Option<InquiryId>,
    /// What it rests on.
    pub by: Option<AttributedBy>,
    /// 0 to 1.
    pub confidence: f64,
    /// The reasons.
    pub reasons: Vec<Signal>,
    /// Everyone it may belong to, most likely first.
    pub candidates: Vec<Candidate>,
}

impl Attribution {
    /// Nobody comes into question.
    #[must_use]
    pub fn nobodys() -> Self {
        decide::decide(&[])
    }

    /// Whether the owner, or that there is none, is beyond doubt: an alias, an answer to our mail, a person's word. Only that
    /// teaches, and nothing learned changes it.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        match self.by {
            Some(AttributedBy::Person) => true,
            Some(AttributedBy::Alias | AttributedBy::Thread) => self.owner.is_some() && self.confidence > decide::CERTAIN,
            _ => false,
        }
    }
}

/// Whose mail is it?
#[must_use]
pub fn mail(mail: &Mail, at: DateTime<Utc>, targets: &[Target]) -> Attribution {
    let mut found = alias::find(mail, at, targets);
    found.extend(thread::find(mail, targets));
    if !decide::settled(&found) {
        let waiting = siblings::waiting(at, targets);
        let said = content::of_mail(mail);
        let from_it = domain::find(mail, &waiting);
        let known = |evidence: &Evidence| from_it.iter().any(|own| own.target.id == evidence.target.id);
        found.extend(sender::find(&sender::of_mail(mail), &waiting).into_iter().filter(|evidence| !known(evidence)));
        found.extend(from_it);
        found.extend(learned::find(&Marks::of_mail(mail), &waiting));
        found.extend(content::find(&said, &waiting));
        found.extend(content::greets(&said, &found));
        siblings::tell_apart(&mut found, &said);
    }
    let judged = decide::decide(&found);
    if judged.by == Some(AttributedBy::Alias) && judged.is_certain() {
        return judged;
    }
    match alias::stranger(mail, targets) {
        Some(address) => decide::doubt(judged, "older-alias", &format!("it went to {address}, an address of no inquiry known here")),
        None => judged,
    }
}

/// Whose call or text is it? As [`call_knowing`], with nothing known of strangers.
#[must_use]
pub fn call(call: &CallRecord, targets: &[Target]) -> Attribution {
    call_knowing(call, targets, &Learned::default())
}

/// Whose call or text is it? By the number that rang where it was given to one builder alone, the caller's number, what is said;
/// time alone names candidates. `learned` tells who called before anybody was asked.
#[must_use]
pub fn call_knowing(call: &CallRecord, targets: &[Target], learned: &Learned) -> Attribution {
    if call.direction == Direction::Outbound {
        return decide::decide(&[]);
    }
    let mut found = number::find(call, targets, learned.stranger(call.from.as_deref()));
    found.extend(said_in(call, targets, true));
    if found.is_empty() {
        found = number::by_time_alone(call, targets);
    }
    found.retain(|evidence| evidence.target.covers(call.started_at));
    decide::decide(&found)
}

/// Whose a call or text is by its words alone, whatever else is known: by that it teaches its caller's number, and nothing learned
/// changes it.
#[must_use]
pub fn said(call: &CallRecord, targets: &[Target]) -> Option<InquiryId> {
    if call.direction == Direction::Outbound {
        return None;
    }
    decide::decide(&said_in(call, targets, false)).owner
}

/// What the words of a call or text show of the open targets, with or without what other touches taught.
fn said_in<'a>(call: &CallRecord, targets: &'a [Target], taught: bool) -> Vec<Evidence<'a>> {
    let said = content::of_call(call);
    if said.is_empty() {
        return Vec::new();
    }
    let open: Vec<&Target> = targets.iter().filter(|target| target.covers(call.started_at)).collect();
    let mut found = content::find(&said, &open);
    // People of one name work for two builders: by a name alone nobody's number is learned.
    if taught {
        found.extend(speaker::find(&Marks::of_call(call).introduced, &open));
    }
    for evidence in found.iter_mut().filter(|evidence| !number::reached(call, evidence.target)) {
        evidence.confidence = evidence.confidence.min(0.5);
        evidence.reason.push_str(", but this number was not given to it");
    }
    found.extend(content::greets(&said, &found));
    siblings::tell_apart(&mut found, &said);
    found
}

impl Target {
    /// Whether the inquiry was sent and watched at that moment.
    #[must_use]
    pub fn covers(&self, at: DateTime<Utc>) -> bool {
        self.sent_at <= at && at <= self.until
    }

    /// The wave it is of.
    fn wave(&self) -> &str {
        self.id.parts().map_or(self.id.0.as_str(), |(wave, _)| wave)
    }

    /// Whether both were asked of one builder.
    fn same_builder(&self, other: &Self) -> bool {
        same_builder(&self.builder, &other.builder)
    }
}

/// One hint that a touch belongs to one target.
#[derive(Clone, Debug)]
struct Evidence<'a> {
    target: &'a Target,
    by: AttributedBy,
    /// 0 to 1, on its own.
    confidence: f64,
    /// A stable name, e.g. `alias`.
    id: &'static str,
    reason: String,
    /// Whether it points at this builder, and not at everybody who sells there or whom that persona asked.
    own: bool,
}

#[cfg(test)]
pub(crate) mod samples {
    use super::*;
    use crate::collect::Channel;
    use crate::collect::phone::Stamp;

    pub(crate) fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    /// An inquiry of November 2026.
    pub(crate) fn target(slug: &str, builder: &str, domain: &str, number: &str, token: &str) -> Target {
        Target {
            id: InquiryId::new("2026-11", slug),
            builder: builder.into(),
            alias_address: format!("shopper+{token}@example.org"),
            alias_token: token.into(),
            first_name: "Dana".into(),
            mailbox: "shopper@example.org".into(),
            numbers: vec![number.into()],
            domains: vec![domain.into()],
            team: Vec::new(),
            community: None,
            question: String::new(),
            phone: Some("+15125550142".into()),
            sent_message_ids: vec![format!("{token}.1@example.org")],
            learned: Vec::new(),
            sent_at: at("2026-11-02T15:00:00Z"),
            until: at("2026-12-02T15:00:00Z"),
        }
    }

    pub(crate) fn two() -> Vec<Target> {
        vec![
            target("bluebonnet", "Bluebonnet Homes", "bluebonnet.example", "+15125550100", "k7f3"),
            target("cedar", "Cedar & Stone Builders", "cedarstone.example", "+15125550200", "m2p9"),
        ]
    }

    pub(crate) fn ring(from: Option<&str>, body: Option<&str>) -> CallRecord {
        CallRecord {
            from: from.map(str::to_owned),
            to: Some("+15125550142".into()),
            body: body.map(str::to_owned),
            ..CallRecord::new(Channel::Call, Stamp::exactly(at("2026-11-02T15:04:00Z")))
        }
    }
}
