//! From raw records to touches: attribute, classify, and lay what people decided over it. Can be done again at any time
//! from the evidence; decisions stay.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::record::TouchByHand;
use super::{AuditError, Workspace};
use crate::attribute::{self, AttributedBy, Attribution, Target};
use crate::classify::{self, Classified, Context, Origin};
use crate::collect::mail::{self, Mail};
use crate::collect::phone::{self, CallRecord};
use crate::collect::{Channel, Signal};
use crate::shop::{Inquiry, InquiryId};
use crate::store::{Decision, Record, Subject, Touch};

/// Records judged at a time.
const PAGE: usize = 128;
/// Characters of an excerpt.
const EXCERPT: usize = 600;

/// What deriving did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// Touches judged.
    pub judged: usize,
    /// Of these, judged otherwise than before.
    pub changed: usize,
    /// In review now, of all touches.
    pub in_review: usize,
}

/// What a record turned out to be.
enum Content {
    Mail(Box<Mail>),
    Call(CallRecord),
    Recorded(Box<TouchByHand>),
}

impl Content {
    fn of(record: &Record, bytes: &[u8]) -> Self {
        match record.channel {
            _ if record.source == TouchByHand::SOURCE => match TouchByHand::parse(bytes) {
                Some(recorded) => Self::Recorded(Box::new(recorded)),
                None => Self::Mail(Box::new(mail::parse(bytes))),
            },
            Channel::Email => Self::Mail(Box::new(mail::parse(bytes))),
            Channel::Call | Channel::Voicemail | Channel::Sms => match phone::csv::parse_record(bytes) {
                Ok(call) => Self::Call(call),
                Err(_) => Self::Mail(Box::new(mail::parse(bytes))),
            },
        }
    }
}

impl Workspace {
    /// Judges the records that are new, and every one whose judgement rests on what has changed since: an inquiry, a decision, the
    /// settings, this program's version.
    ///
    /// # Errors
    /// When the store or the evidence fails.
    pub async fn derive(&self) -> Result<Derived, AuditError> {
        self.judge(false).await
    }

    /// Judges every record again.
    ///
    /// # Errors
    /// When the store or the evidence fails.
    pub async fn rederive(&self) -> Result<Derived, AuditError> {
        self.judge(true).await
    }

    /// Evidence that cannot be read is an error: nothing is judged on less.
    async fn judge(&self, again: bool) -> Result<Derived, AuditError> {
        let inquiries = self.store.inquiries(None).await?;
        let decisions = self.store.decisions().await?;
        let (store, evidence) = (self.store.clone(), self.evidence.clone());
        let window_days = self.config.wave.window_days;
        let base: Vec<String> = self.config.mailboxes.values().map(|mailbox| mailbox.address.clone()).collect();
        let runtime = tokio::runtime::Handle::current();
        let changed = tokio::task::spawn_blocking(move || {
            let mut judge = Judge::new(&inquiries, &decisions, window_days, base);
            // Learned first of all, so that it does not matter which of a sender's touches came first or was decided on.
            let decided: Vec<String> = decisions.keys().filter(|(kind, _)| *kind == Subject::Touch).map(|(_, id)| id.clone()).collect();
            let mut decided = runtime.block_on(store.records_of(&decided))?;
            decided.sort_by_key(Record::place);
            for record in decided.iter().filter(|record| judge.teaches(record)).collect::<Vec<_>>() {
                judge.learn(record, &evidence.read(&record.sha256)?);
            }
            let fingerprint = judge.fingerprint.clone();
            let (mut changed, mut after) = (0, None);
            loop {
                // A page at a time: what was judged is stored before more is read.
                let due = runtime.block_on(store.due_records((!again).then_some(&fingerprint), after.as_ref(), PAGE))?;
                let Some(last) = due.last() else { return Ok::<_, AuditError>(changed) };
                after = Some(last.place());
                let ids: Vec<String> = due.iter().map(|record| record.id.clone()).collect();
                let known = runtime.block_on(store.touches_of(&ids))?;
                let before: BTreeMap<&str, &Touch> = known.iter().map(|touch| (touch.record.as_str(), touch)).collect();
                let mut judged = Vec::with_capacity(due.len());
                for record in &due {
                    judged.push(judge.touch(record, &evidence.read(&record.sha256)?));
                }
                changed +=
                    judged.iter().filter(|touch| before.get(touch.record.as_str()).is_some_and(|known| !touch.says_as(known))).count();
                // All are written, the unchanged ones too: another process may have written older judgements in between.
                runtime.block_on(store.put_touches(&judged))?;
            }
        })
        .await
        .map_err(|_| AuditError::Interrupted("judging"))??;
        let (judged, in_review) = self.store.counts().await?;
        Ok(Derived { judged, changed, in_review })
    }
}

/// Everything a judgement rests on besides the record.
struct Judge<'a> {
    inquiries: BTreeMap<InquiryId, &'a Inquiry>,
    decisions: &'a BTreeMap<(Subject, String), Decision>,
    targets: Vec<Target>,
    base: Vec<String>,
    /// Of all of these, and of the program that judges.
    fingerprint: String,
}

impl<'a> Judge<'a> {
    fn new(inquiries: &'a [Inquiry], decisions: &'a BTreeMap<(Subject, String), Decision>, window_days: i64, base: Vec<String>) -> Self {
        let rests_on = format!("{} {window_days} {base:?} {inquiries:?} {decisions:?}", env!("CARGO_PKG_VERSION"));
        Self {
            fingerprint: Sha256::digest(rests_on).iter().take(8).map(|byte| format!("{byte:02x}")).collect(),
            inquiries: inquiries.iter().map(|inquiry| (inquiry.id.clone(), inquiry)).collect(),
            decisions,
            targets: inquiries.iter().map(|inquiry| target(inquiry, window_days)).collect(),
            base,
        }
    }

    fn touch(&self, record: &Record, bytes: &[u8]) -> Touch {
        let content = Content::of(record, bytes);
        let decision = self.decisions.get(&(Subject::Touch, record.id.clone()));
        let attribution = self.attribute(record, &content, decision);
        let owner = attribution.owner.clone();
        let asked = owner.as_ref().and_then(|id| self.inquiries.get(id)).map(|inquiry| self.context(inquiry, record)).unwrap_or_default();
        let mut classified = match &content {
            Content::Mail(mail) => classify::mail(mail, &asked),
            Content::Call(call) => classify::call(call, &asked),
            Content::Recorded(recorded) => judged_by_person(recorded, &asked),
        };
        if record.channel == Channel::Email {
            classified.labels.placement = record.placement;
        }
        let decided = decision.map(|decision| self.overrule(&mut classified, decision));
        let review = review_reason(&attribution, &classified, decision);
        Touch {
            id: format!("t_{}", record.id.get(..12).unwrap_or(&record.id)),
            record: record.id.clone(),
            source: record.source.clone(),
            channel: record.channel,
            arrival: record.arrival.clone(),
            sha256: record.sha256.clone(),
            from: from(&content),
            subject: subject(&content),
            excerpt: excerpt(&content),
            duration_s: call(&content).and_then(|call| call.duration_s),
            answered: call(&content).and_then(|call| call.answered),
            inquiry: owner,
            attribution,
            classified,
            review,
            decided,
            rehearsal: record.rehearsal,
            judged_under: self.fingerprint.clone(),
        }
    }

    fn attribute(&self, record: &Record, content: &Content, decision: Option<&Decision>) -> Attribution {
        let mut attribution = match content {
            Content::Mail(mail) => attribute::mail(mail, record.arrival.at, &self.targets),
            Content::Call(call) => attribute::call(call, &self.targets),
            Content::Recorded(recorded) => {
                by_person(Some(recorded.inquiry.clone()), format!("recorded by {}", recorded.author), Vec::new())
            }
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
        if let Some(Decision { owner: Some(owner), author, reason, .. }) = decision {
            attribution = by_person(owner.clone(), format!("{author}: {reason}"), attribution.candidates);
        }
        attribution
    }

    /// Whether an address is a mailbox of ours, with or without a plus part, or an alias of ours.
    fn is_ours(&self, address: &str) -> bool {
        let plain = |address: &str| {
            let (local, domain) = address.rsplit_once('@')?;
            Some((local.split('+').next()?.to_lowercase(), domain.to_lowercase()))
        };
        plain(address).is_some_and(|from| self.base.iter().any(|base| plain(base).as_ref() == Some(&from)))
            || self.inquiries.values().any(|inquiry| inquiry.alias_address.eq_ignore_ascii_case(address))
    }

    /// The inquiry to which a person gave a call or text.
    fn given_to(&self, record: &Record) -> Option<&'a InquiryId> {
        self.decisions.get(&(Subject::Touch, record.id.clone()))?.owner.as_ref()?.as_ref()
    }

    /// Whether a caller may be learned from a record.
    fn teaches(&self, record: &Record) -> bool {
        record.channel != Channel::Email && self.given_to(record).is_some()
    }

    /// A caller whom a person assigned is known within the wave. What everyone uses is not learned.
    fn learn(&mut self, record: &Record, bytes: &[u8]) {
        let owner = self.given_to(record);
        let Some(target) = self.targets.iter_mut().find(|target| Some(&target.id) == owner) else { return };
        if let Content::Call(CallRecord { from: Some(from), .. }) = Content::of(record, bytes)
            && from.starts_with('+')
            && !target.numbers.contains(&from)
        {
            target.numbers.push(from);
        }
    }

    fn context(&self, inquiry: &Inquiry, record: &Record) -> Context {
        let mut own: Vec<String> = self.base.clone();
        own.push(inquiry.alias_address.clone());
        own.extend(inquiry.persona.phone.clone());
        Context {
            first_name: inquiry.persona.first.clone(),
            last_name: inquiry.persona.last.clone(),
            builder: inquiry.shop.builder.clone(),
            community: inquiry.shop.ask.community.clone(),
            question: inquiry.shop.ask.question.clone(),
            answer: inquiry.shop.ask.answer.clone(),
            own,
            elapsed_s: inquiry.confirmed_at.map(|confirmed| (record.arrival.at - confirmed).num_seconds()),
        }
    }

    /// Lays a decision over the judgement; gives the sentence that says so.
    #[expect(clippy::unused_self, reason = "a step of judging, beside the others")]
    fn overrule(&self, classified: &mut Classified, decision: &Decision) -> String {
        if let Some(origin) = decision.origin {
            classified.origin = origin;
            classified.confidence = 1.0;
            classified.signals.push(Signal::new("person", 1.0, format!("{}: {}", decision.author, decision.reason)));
        }
        if let Some(labels) = &decision.labels {
            let placement = classified.labels.placement;
            classified.labels = labels.clone();
            classified.labels.placement = classified.labels.placement.or(placement);
        }
        format!("{} decided on {}: {}", decision.author, decision.at.date_naive(), decision.reason)
    }
}

fn target(inquiry: &Inquiry, window_days: i64) -> Target {
    let sent_at = inquiry.sent_at.unwrap_or(inquiry.planned_at);
    let shop = &inquiry.shop;
    let mut domains: BTreeSet<String> = shop.domains.iter().cloned().collect();
    if let Some(host) = shop.site.domain() {
        domains.insert(host.trim_start_matches("www.").to_lowercase());
    }
    Target {
        id: inquiry.id.clone(),
        builder: shop.builder.clone(),
        alias_address: inquiry.alias_address.to_lowercase(),
        alias_token: inquiry.alias_token.clone(),
        numbers: shop.phones.clone(),
        domains: domains.into_iter().collect(),
        team: shop.team.clone(),
        community: shop.ask.community.clone(),
        question: shop.ask.question.clone(),
        phone: inquiry.persona.phone.clone().filter(|_| inquiry.offered_phone),
        sent_message_ids: Vec::new(),
        sent_at,
        // What was not sent is not waited for; its alias, which a person may have used, is still its own.
        // An opt-out is watched for 30 days more (benchmarks, section 2).
        until: inquiry.sent_at.map_or(DateTime::<Utc>::MIN_UTC, |sent_at| {
            sent_at + TimeDelta::days(if inquiry.opt_out_at.is_some() { window_days + 30 } else { window_days })
        }),
    }
}

fn by_person(owner: Option<InquiryId>, detail: String, candidates: Vec<attribute::Candidate>) -> Attribution {
    Attribution { owner, by: Some(AttributedBy::Person), confidence: 1.0, reasons: vec![Signal::new("person", 1.0, detail)], candidates }
}

/// What a person recorded: said words are judged like any, what the person states wins.
fn judged_by_person(recorded: &TouchByHand, context: &Context) -> Classified {
    let mut classified = classify::call(&recorded.as_call(), context);
    if let Some(origin) = recorded.origin {
        classified.origin = origin;
    } else if classified.origin == Origin::Unknown {
        classified.origin = Origin::Personal;
    }
    classified.confidence = 1.0;
    classified.signals.push(Signal::new("person", 1.0, format!("recorded by {}", recorded.author)));
    recorded.lay_over(&mut classified.labels);
    classified
}

fn review_reason(attribution: &Attribution, classified: &Classified, decision: Option<&Decision>) -> Option<String> {
    let owner_decided = decision.is_some_and(|decision| decision.owner.is_some());
    let origin_decided = decision.is_some_and(|decision| decision.origin.is_some());
    match (&attribution.owner, attribution.candidates.as_slice()) {
        (None, _) if owner_decided => None,
        (None, []) => Some("matches no inquiry".to_owned()),
        (None, [only]) => Some(format!("may belong to {}: {}", only.inquiry, only.reason)),
        (None, [first, rest @ ..]) => Some(format!("may belong to {} ({}) or {} more", first.inquiry, first.reason, rest.len())),
        (Some(_), _) if !origin_decided && (classified.origin == Origin::Unknown || classified.confidence < classify::THRESHOLD) => {
            Some(format!("who wrote it is uncertain: {:?} at {:.2}", classified.origin, classified.confidence))
        }
        (Some(_), _) => None,
    }
}

fn call(content: &Content) -> Option<&CallRecord> {
    match content {
        Content::Call(call) => Some(call),
        Content::Mail(_) | Content::Recorded(_) => None,
    }
}

fn from(content: &Content) -> Option<String> {
    match content {
        Content::Mail(mail) => mail.from.as_ref().map(|from| from.address.clone()),
        Content::Call(call) => call.from.clone(),
        Content::Recorded(recorded) => recorded.from.clone(),
    }
}

fn subject(content: &Content) -> Option<String> {
    match content {
        Content::Mail(mail) => Some(mail.subject.clone()).filter(|subject| !subject.is_empty()),
        Content::Call(_) | Content::Recorded(_) => None,
    }
}

fn excerpt(content: &Content) -> Option<String> {
    let text = match content {
        Content::Mail(mail) => mail.text.as_str(),
        Content::Call(call) => call.body.as_deref()?,
        Content::Recorded(recorded) => recorded.body.as_deref()?,
    };
    let text = text.trim();
    let mut short: String = text.chars().take(EXCERPT).collect();
    if short.len() < text.len() {
        short.push('…');
    }
    Some(short).filter(|short| !short.is_empty())
}
