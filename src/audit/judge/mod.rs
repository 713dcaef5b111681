//! One record judged: attributed, classified, and what a person decided laid over it. Holds everything a judgement rests on
//! besides the record, and says when a judgement made earlier still stands.

mod lessons;
mod review;
mod target;
mod whose;

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};

pub(super) use self::target::given;

use self::review::{FAULT, UNREAD, judged_by_person, lost, overrule, review_reason, unjudged};
use self::target::target;
use super::content::Content;
use super::gather::IMPORTED;
use super::opted;
use super::skews::Skews;
use crate::attribute::{self, Learned, Marks, Switchboard, Target, Taught};
use crate::classify::drip::{self, Body, Letter, Twin, Words};
use crate::classify::{self, Context, Origin};
use crate::collect::mail::Mail;
use crate::collect::mail::arrival::came_in;
use crate::collect::phone::Direction;
use crate::collect::{Channel, Signal};
use crate::guard::caught;
use crate::shop::{Inquiry, InquiryId, builder_key};
use crate::store::{Decided, Judged, LetterRow, Record, Subject, Touch};

/// Raised whenever the rules of judging change, so that touches judged by older ones are judged again.
const RULES: u32 = 19;

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
        let of_builder = |inquiry: &&&Inquiry| builder_key(&inquiry.shop.builder) == builder;
        self.inquiries.values().filter(of_builder).map(|inquiry| inquiry.id.0.clone()).collect()
    }

    /// The builder of a touch that has an owner, as builders are compared.
    pub(super) fn builder_of(&self, touch: &Touch) -> Option<String> {
        let owner = touch.inquiry.as_ref()?;
        self.inquiries.get(owner).map(|inquiry| builder_key(&inquiry.shop.builder))
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
        let decided = decision.map(|decision| overrule(&mut classified, decision));
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
