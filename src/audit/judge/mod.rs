//! One record judged: attributed, classified, and what a person decided laid over it. Holds everything a judgement rests on
//! besides the record, and says when a judgement made earlier still stands.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::content::Content;
use super::gather::IMPORTED;
use super::opted;
use super::record::TouchByHand;
use super::skews::Skews;
use crate::attribute::{self, AttributedBy, Attribution, Candidate, Learned, Lesson, Marks, Switchboard, Target, Taught};
use crate::classify::drip::{self, Body, Letter, Twin, Words};
use crate::classify::{self, Classified, Context, Labels, Origin, Quotes};
use crate::collect::mail::Mail;
use crate::collect::mail::arrival::came_in;
use crate::collect::phone::Direction;
use crate::collect::{Channel, EvidenceFault, Signal};
use crate::guard::caught;
use crate::number::is_placeholder;
use crate::send::is_canary_alias;
use crate::shop::plan::Span;
use crate::shop::{Inquiry, InquiryId};
use crate::store::{Decided, Judged, LetterRow, Record, Subject, Touch};

/// Raised whenever the rules of judging change, so that touches judged by older ones are judged again.
const RULES: u32 = 18;

/// The signal of a mail that came to the address of a canary and is none.
const CANARY_ALIAS: &str = "canary-alias";

/// The signal of a touch of which not all was read or judged.
const UNREAD: &str = "unread";

/// Why, where it is our own doing.
const FAULT: &str = "judging it failed, by a fault in crickets";

/// The signal of a call that we placed ourselves, and of a text that we sent to nobody known.
const OWN_CALL: &str = "own-call";

/// Everything a judgement rests on besides the record.
pub(super) struct Judge<'a> {
    inquiries: BTreeMap<InquiryId, &'a Inquiry>,
    decisions: &'a BTreeMap<(Subject, String), Decided>,
    targets: Vec<Target>,
    /// The address of each mailbox, by its source.
    base: BTreeMap<String, String>,
    /// The inquiry of each alias.
    aliases: BTreeMap<String, InquiryId>,
    /// Of all of these, and of the program that judges.
    fingerprint: String,
    /// What the touches of certain owners taught, as far as it bears on what is judged now.
    learned: Learned,
    /// Which calls may be anybody's.
    board: Switchboard,
    /// How far the clocks of mail servers are off.
    skews: Skews,
    /// When each number of ours was first given to anybody.
    given: BTreeMap<String, DateTime<Utc>>,
    /// The numbers of our phones and personas.
    own_numbers: BTreeSet<String>,
}

impl<'a> Judge<'a> {
    pub(super) fn new(
        inquiries: &'a [Inquiry],
        decisions: &'a BTreeMap<(Subject, String), Decided>,
        window_days: i64,
        base: BTreeMap<String, String>,
        phones: &[String],
        skews: Skews,
    ) -> Self {
        let clocks = skews.fingerprint();
        let targets: Vec<Target> = inquiries.iter().map(|inquiry| target(inquiry, window_days, &base)).collect();
        let rests_on =
            format!("{} {RULES} {window_days} {base:?} {phones:?} {inquiries:?} {decisions:?} {clocks}", env!("CARGO_PKG_VERSION"));
        Self {
            fingerprint: short_hash(&rests_on),
            inquiries: inquiries.iter().map(|inquiry| (inquiry.id.clone(), inquiry)).collect(),
            decisions,
            board: Switchboard::of(&targets),
            targets,
            base,
            aliases: inquiries.iter().map(|inquiry| (inquiry.alias_address.to_lowercase(), inquiry.id.clone())).collect(),
            learned: Learned::default(),
            skews,
            given: given(inquiries),
            own_numbers: inquiries.iter().filter_map(|inquiry| inquiry.persona.phone.clone()).chain(phones.iter().cloned()).collect(),
        }
    }

    /// Of everything a judgement rests on besides the record and what was learned from other touches.
    pub(super) fn fingerprint(&self) -> &str {
        &self.fingerprint
    }

    /// Since when every number of ours is given that ever was: no call from then on teaches that its caller had called before.
    pub(super) fn all_given(&self) -> Option<DateTime<Utc>> {
        self.given.values().max().copied()
    }

    /// Whether what was learned bears otherwise on a touch than when it was judged. What is certain, nothing learned changes.
    pub(super) fn knows_better(&self, touch: &Touch) -> bool {
        !touch.attribution.is_certain() && touch.judged_under != self.grounds(&touch.marks)
    }

    /// What a judgement rests on besides the record: all that this knows, and what of the learned the touch bears.
    fn grounds(&self, marks: &Marks) -> String {
        let bearing = (self.learned.bearing_on(marks), self.learned.stranger(marks.caller.as_deref()));
        if bearing.0.is_empty() && bearing.1.is_none() {
            return self.fingerprint.clone();
        }
        format!("{}+{}", self.fingerprint, short_hash(&format!("{bearing:?}")))
    }

    /// What a touch teaches: when its owner is certain; a call or text whose words tell whose it is; one that came before anybody was asked.
    pub(super) fn lesson(&self, touch: &Touch) -> Option<Lesson> {
        if opted::is_ours(touch) {
            return None;
        }
        let attribution = &touch.attribution;
        let sent_by_us = self.sent_by_us(&touch.marks);
        if !attribution.is_certain() && sent_by_us.is_none() {
            return self.lesson_of_call(touch);
        }
        let mut marks = touch.marks.clone();
        marks.senders.retain(|sender| !self.is_ours(sender));
        marks.direct_phone = marks.direct_phone.filter(|_| sent_by_us.is_none());
        Some(Lesson {
            touch: touch.id.clone(),
            at: touch.arrival.at,
            owner: sent_by_us.or_else(|| attribution.owner.clone()),
            by_person: attribution.by == Some(AttributedBy::Person),
            marks,
            bounce: touch.classified.origin == Origin::Bounce,
        })
    }

    /// What a call or text teaches whose owner is not certain: its number, to the builder that its words name or to nobody.
    fn lesson_of_call(&self, touch: &Touch) -> Option<Lesson> {
        let heard = touch.marks.heard.as_ref()?;
        let first = match &heard.to {
            Some(to) => self.given.get(to),
            None => self.given.values().min(),
        };
        let before = first.is_some_and(|first| touch.arrival.at < *first);
        let said = touch.marks.said.clone();
        if said.is_none() && !before {
            return None;
        }
        let own = |number: &String| self.given.contains_key(number);
        let direct_phone = touch.marks.direct_phone.clone().filter(|number| said.is_some() && !own(number));
        Some(Lesson {
            touch: touch.id.clone(),
            at: touch.arrival.at,
            owner: said,
            by_person: false,
            marks: Marks { caller: touch.marks.caller.clone(), direct_phone, ..Marks::default() },
            bounce: false,
        })
    }

    /// The inquiry from whose alias a mail went to somebody else: its thread is that inquiry's.
    fn sent_by_us(&self, marks: &Marks) -> Option<InquiryId> {
        let owner = self.aliases.get(marks.senders.first()?)?;
        marks.recipients.iter().any(|recipient| !self.is_ours(recipient)).then(|| owner.clone())
    }

    /// Takes in what touches of certain owners taught: all of it that bears on what is judged next.
    pub(super) fn learn(&mut self, taught: &[Taught]) {
        for target in &mut self.targets {
            target.learned.clear();
        }
        self.learned = attribute::learn(taught, &self.targets);
        for target in &mut self.targets {
            target.learned = self.learned.of(&target.id);
        }
    }

    /// The inquiries of a builder.
    pub(super) fn inquiries_of(&self, builder: &str) -> Vec<String> {
        let of_builder = |inquiry: &&&Inquiry| inquiry.shop.builder.trim().to_lowercase() == builder;
        self.inquiries.values().filter(of_builder).map(|inquiry| inquiry.id.0.clone()).collect()
    }

    /// The builder of a touch that has an owner, as builders are compared.
    pub(super) fn builder_of(&self, touch: &Touch) -> Option<String> {
        let owner = touch.inquiry.as_ref()?;
        self.inquiries.get(owner).map(|inquiry| inquiry.shop.builder.trim().to_lowercase())
    }

    /// A written touch as one that may be another's twin, by what is compared of it.
    pub(super) fn letter(&self, row: &LetterRow, words: Words) -> Letter {
        let decision = self.decisions.get(&(Subject::Touch, row.record.clone()));
        let by_a_person = decision.and_then(Decided::origin).is_some_and(|(origin, _)| origin == Origin::Personal);
        Letter { touch: row.touch.clone(), inquiry: row.inquiry.clone(), by_a_person, words }
    }

    /// What is compared of a written touch of an inquiry; `None` when it is too short for that.
    pub(super) fn words(&self, record: &Record, content: &Content, inquiry: &InquiryId) -> Option<Words> {
        Some(words(record, content.marks().message_id, &body(content, &self.asked(Some(inquiry), record))?))
    }

    fn asked(&self, owner: Option<&InquiryId>, record: &Record) -> Context {
        owner.and_then(|id| self.inquiries.get(id)).map(|inquiry| self.context(inquiry, record)).unwrap_or_default()
    }

    /// One record as a touch, its arrival corrected by a clock that is known to be off; `twin` is another of the same body.
    pub(super) fn touch(&self, record: &Record, content: &Content, twin: Option<&Twin>) -> Judged {
        let corrected = self.skews.correct(record);
        let (corrected, said) = corrected.map_or((None, None), |(record, said)| (Some(record), Some(said)));
        let (mut touch, body) = self.touch_as_it_came(corrected.as_ref().unwrap_or(record), content, twin);
        touch.classified.signals.extend(said);
        let words = body.map(|body| words(record, touch.marks.message_id.clone(), &body));
        Judged { touch, taught: Vec::new(), words }
    }

    fn touch_as_it_came(&self, record: &Record, content: &Content, twin: Option<&Twin>) -> (Touch, Option<Body>) {
        let decision = self.decisions.get(&(Subject::Touch, record.id.clone()));
        // One that makes us fail is for a person, and stops no other.
        let attribution = caught("telling whose a touch is", || self.attribute(record, content, decision));
        let mut unread = attribution.is_none().then_some(FAULT);
        let attribution = attribution.unwrap_or_else(|| self.anybodys(record, content, decision));
        let owner = attribution.owner.clone();
        let asked = self.asked(owner.as_ref(), record);
        let classified = caught("judging a touch", || match content {
            Content::Mail(mail) => classify::mail(mail, &asked),
            Content::Call(call) if call.direction == Direction::Outbound => opted::judged(call),
            Content::Call(call) => classify::call(call, &asked),
            Content::Recorded(recorded) => judged_by_person(recorded, &asked),
            Content::Lost(_) => unjudged(),
        });
        unread = unread.or(match content {
            Content::Mail(mail) => mail.unread,
            Content::Lost(fault) => Some(lost(*fault)),
            Content::Call(_) | Content::Recorded(_) => None,
        });
        unread = unread.or(classified.is_none().then_some(FAULT));
        let mut classified = classified.unwrap_or_else(unjudged);
        classified.signals.extend(unread.map(|why| Signal::new(UNREAD, 0.0, why)));
        if record.channel == Channel::Email {
            classified.labels.placement = record.placement;
        }
        // What it teaches does not depend on its twins, who may be learned of only by what it teaches.
        let said = content.call().and_then(|call| attribute::said(call, &self.targets));
        let marks = Marks { direct_phone: classified.labels.direct_phone.clone(), said, ..content.marks() };
        if let Some(twin) = twin {
            classified = match content {
                Content::Mail(mail) => drip::mail(mail, &asked, classified, twin),
                Content::Call(call) => drip::text(call, &asked, classified, twin),
                Content::Recorded(_) | Content::Lost(_) => classified,
            };
        }
        let decided = decision.map(|decision| self.overrule(&mut classified, decision));
        let review = review_reason(&attribution, &classified, decision);
        let body = owner.as_ref().and_then(|_| body(content, &asked));
        let certain = attribution.is_certain();
        let touch = Touch {
            id: touch_id(record),
            record: record.id.clone(),
            source: record.source.clone(),
            channel: record.channel,
            arrival: content.arrival(record),
            sha256: record.sha256.clone(),
            from: content.from(),
            subject: content.subject(),
            excerpt: content.excerpt(),
            duration_s: content.call().and_then(|call| call.duration_s),
            answered: content.call().and_then(|call| call.answered),
            inquiry: owner,
            attribution,
            classified,
            review,
            decided,
            rehearsal: record.rehearsal,
            imported: record.external_id.starts_with(IMPORTED)
                || match content {
                    Content::Mail(mail) => !self.shows_life(mail),
                    Content::Lost(_) => true,
                    Content::Call(_) | Content::Recorded(_) => false,
                },
            judged_under: match content {
                // It is tried again each time.
                Content::Lost(_) => String::new(),
                _ if certain => self.fingerprint.clone(),
                _ => self.grounds(&marks),
            },
            marks,
            sketch: body.as_ref().map(Body::sketch),
            twin: twin.map(|twin| twin.touch.clone()),
        };
        (touch, body)
    }

    fn attribute(&self, record: &Record, content: &Content, decision: Option<&Decided>) -> Attribution {
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
    fn anybodys(&self, record: &Record, content: &Content, decision: Option<&Decided>) -> Attribution {
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
    fn is_ours(&self, address: &str) -> bool {
        let plain = |address: &str| {
            let (local, domain) = address.rsplit_once('@')?;
            Some((local.split('+').next()?.to_lowercase(), domain.to_lowercase()))
        };
        plain(address).is_some_and(|from| self.base.values().any(|base| plain(base).as_ref() == Some(&from)))
            || self.aliases.contains_key(&address.to_lowercase())
    }

    /// Whether a mail shows that its mailbox receives: a server took it in, and none of us sent it.
    fn shows_life(&self, mail: &Mail) -> bool {
        came_in(mail) && ![&mail.from, &mail.sender].into_iter().flatten().any(|sender| self.is_ours(&sender.address))
    }

    fn context(&self, inquiry: &Inquiry, record: &Record) -> Context {
        let mut own: Vec<String> = self.base.values().cloned().collect();
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
    fn overrule(&self, classified: &mut Classified, decided: &Decided) -> String {
        if let Some((origin, said)) = decided.origin() {
            classified.origin = origin;
            classified.confidence = 1.0;
            classified.signals.push(Signal::new("person", 1.0, format!("{}: {}", said.author, said.reason)));
        }
        if let Some((labels, _)) = decided.labels() {
            let placement = classified.labels.placement;
            classified.labels = labels.clone();
            classified.labels.placement = classified.labels.placement.or(placement);
        }
        let told = decided.standing().into_iter();
        told.map(|said| format!("{} decided on {}: {}", said.author, said.at.date_naive(), said.reason)).collect::<Vec<_>>().join("; ")
    }
}

fn target(inquiry: &Inquiry, window_days: i64, base: &BTreeMap<String, String>) -> Target {
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
        alias_token: inquiry.alias_token.to_lowercase(),
        first_name: inquiry.persona.first.clone(),
        mailbox: base.get(&inquiry.mailbox).cloned().unwrap_or_default(),
        numbers: shop.phones.iter().cloned().chain(on_site(inquiry)).collect(),
        domains: domains.into_iter().collect(),
        team: shop.team.clone(),
        community: shop.ask.community.clone(),
        question: shop.ask.question.clone(),
        // What was not sent yet will be given it, if the form takes one.
        phone: inquiry.persona.phone.clone().filter(|_| inquiry.offered_phone || inquiry.sent_at.is_none()),
        sent_message_ids: Vec::new(),
        learned: Vec::new(),
        sent_at,
        // What was not sent is not waited for; its alias, which a person may have used, is still its own.
        // An opt-out is watched for 30 days more (benchmarks, section 2).
        until: inquiry.sent_at.map_or(DateTime::<Utc>::MIN_UTC, |sent_at| {
            sent_at + TimeDelta::days(if inquiry.opt_out_at.is_some() { window_days + 30 } else { window_days })
        }),
    }
}

/// The numbers that the builder's site showed when it was asked, without those that stand for none.
fn on_site(inquiry: &Inquiry) -> Vec<String> {
    let phones = inquiry.readiness.as_ref().and_then(|readiness| readiness.get("phones")?.as_array());
    let numbers = phones.into_iter().flatten().filter_map(|number| number.as_str());
    numbers.filter(|number| !is_placeholder(number)).map(str::to_owned).collect()
}

/// When each number of ours was first given to anybody.
pub(super) fn given(inquiries: &[Inquiry]) -> BTreeMap<String, DateTime<Utc>> {
    let mut given: BTreeMap<String, DateTime<Utc>> = BTreeMap::new();
    for inquiry in inquiries.iter().filter(|inquiry| inquiry.offered_phone) {
        if let Some((number, sent_at)) = inquiry.persona.phone.clone().zip(inquiry.sent_at) {
            let first = given.entry(number).or_insert(sent_at);
            *first = sent_at.min(*first);
        }
    }
    given
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

/// Why nothing is known of a touch whose evidence is not there as it was kept.
fn lost(fault: EvidenceFault) -> &'static str {
    match fault {
        EvidenceFault::Missing => "its evidence is missing",
        EvidenceFault::Altered => "its evidence was altered",
        EvidenceFault::Unreadable => "its evidence cannot be read",
    }
}

/// The judgement on what made judging fail: none.
fn unjudged() -> Classified {
    Classified { origin: Origin::Unknown, confidence: 0.0, signals: Vec::new(), labels: Labels::default(), quotes: Quotes::default() }
}

fn review_reason(attribution: &Attribution, classified: &Classified, decision: Option<&Decided>) -> Option<String> {
    let owner_decided = decision.and_then(Decided::owner).is_some();
    let origin_decided = decision.and_then(Decided::origin).is_some();
    let settled = origin_decided || owner_decided && attribution.owner.is_none();
    let unread = classified.signals.iter().find(|signal| signal.id == UNREAD && !settled);
    let unread = unread.map(|signal| format!("not all of it is known: {}", signal.detail));
    let open = match (&attribution.owner, attribution.candidates.as_slice()) {
        (None, _) if owner_decided => None,
        (None, []) if attribution.reasons.iter().any(|reason| reason.id == OWN_CALL) => None,
        (None, []) => Some(match attribution.reasons.iter().find(|reason| reason.id == CANARY_ALIAS) {
            Some(reason) => format!("matches no inquiry: {}", reason.detail),
            None => "matches no inquiry".to_owned(),
        }),
        (None, [only]) => Some(format!("may belong to {}: {}", only.inquiry, only.reason)),
        (None, [first, rest @ ..]) => Some(format!("may belong to {} ({}) or {} more", first.inquiry, first.reason, rest.len())),
        (Some(_), _) if !origin_decided && (classified.origin == Origin::Unknown || classified.confidence < classify::THRESHOLD) => {
            Some(format!("who wrote it is uncertain: {:?} at {:.2}", classified.origin, classified.confidence))
        }
        (Some(_), _) => None,
    };
    match (open, unread) {
        (Some(open), Some(unread)) => Some(format!("{open}; {unread}")),
        (open, unread) => open.or(unread),
    }
}

/// Every address that a mail went to.
fn recipients(mail: &Mail) -> impl Iterator<Item = &str> {
    mail.to.iter().chain(&mail.cc).map(|to| to.address.as_str()).chain(mail.delivered_to.iter().map(String::as_str))
}

/// When a record can have arrived, at the earliest and at the latest.
fn within(record: &Record) -> Span {
    (record.arrival.at, record.arrival.at_latest.unwrap_or(record.arrival.at))
}

/// What is compared of a letter, which came when its record says, whatever clock is off.
fn words(record: &Record, message_id: Option<String>, body: &Body) -> Words {
    Words { at: record.arrival.at, message_id, body: body.shingles() }
}

fn touch_id(record: &Record) -> String {
    format!("t_{}", record.id.get(..12).unwrap_or(&record.id))
}

/// The body of what is written, for comparing; what a person recorded is that person's words.
fn body(content: &Content, asked: &Context) -> Option<Body> {
    match content {
        Content::Mail(mail) => drip::body_of_mail(mail, asked),
        Content::Call(call) if call.channel == Channel::Sms && call.direction == Direction::Inbound => drip::body_of_text(call, asked),
        Content::Call(_) | Content::Recorded(_) | Content::Lost(_) => None,
    }
}

fn short_hash(text: &str) -> String {
    Sha256::digest(text).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests;
