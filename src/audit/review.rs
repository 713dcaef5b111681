//! The queue for people: touches that match no inquiry or are uncertain, and submissions whose acceptance is not proven.
//! A decision is kept with reason and author, and survives `rederive`.

use chrono::{DateTime, Utc};
use serde::Serialize;

use super::{AuditError, Workspace};
use crate::attribute::Candidate;
use crate::classify::{Labels, Origin};
use crate::collect::{Channel, Signal};
use crate::shop::{ConfirmedBy, Inquiry, InquiryId, Status};
use crate::store::{Decision, Proof, Subject, Touch};

/// One thing a person must decide.
#[derive(Clone, Debug, Serialize)]
pub struct Item {
    /// The id to decide it by.
    pub id: String,
    /// A touch or an inquiry.
    pub kind: Subject,
    /// Why it is here.
    pub reason: String,
    /// When it came, or was sent.
    pub at: Option<DateTime<Utc>>,
    /// The channel of a touch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<Channel>,
    /// Who sent a touch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Subject of a mail.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// The start of what it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub excerpt: Option<String>,
    /// How sure it is who wrote it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin_confidence: Option<f64>,
    /// Who wrote it, as far as judged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// The inquiry it belongs to, if that is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inquiry: Option<InquiryId>,
    /// Whose it may be.
    pub candidates: Vec<Candidate>,
    /// The reasons behind the judgement.
    pub signals: Vec<Signal>,
    /// The evidence.
    pub evidence: Vec<Proof>,
    /// The states that a submission passed through, oldest first: each with its time, and what was noted of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub steps: Vec<Stepped>,
    /// All that people decided on it, oldest first.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub decisions: Vec<Decision>,
    /// Whether it waits for a person.
    pub open: bool,
}

/// A state that a submission passed through.
#[derive(Clone, Debug, Serialize)]
pub struct Stepped {
    /// The state.
    pub status: Status,
    /// When it was reached.
    pub at: DateTime<Utc>,
    /// What was noted.
    pub note: Option<String>,
}

impl Item {
    /// Whether it is a touch that matches no inquiry at all; everything else in the queue is in review.
    #[must_use]
    pub fn is_unmatched(&self) -> bool {
        self.kind == Subject::Touch && self.inquiry.is_none() && self.candidates.is_empty()
    }
}

/// What a person rules on an item. `None` leaves a part as it is.
#[derive(Clone, Debug)]
pub struct Ruling {
    /// Whose a touch is; inner `None`: nobody's.
    pub owner: Option<Option<InquiryId>>,
    /// Who wrote it.
    pub origin: Option<Origin>,
    /// Labels in place of the derived ones.
    pub labels: Option<Labels>,
    /// Whether a submission was accepted.
    pub confirmed: Option<bool>,
    /// Why.
    pub reason: String,
    /// Who decides.
    pub author: String,
}

impl Workspace {
    /// Everything in review, by time; `wave` limits it to what concerns a wave (what matches no inquiry concerns all).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn review(&self, wave: Option<&str>) -> Result<Vec<Item>, AuditError> {
        let mut items = Vec::new();
        for inquiry in self.store.inquiries(wave).await? {
            if inquiry.status == Status::Unclear {
                items.push(self.inquiry_item(&inquiry).await?);
            }
        }
        let concerns = |touch: &Touch| {
            wave.is_none_or(|wave| {
                let ids: Vec<&InquiryId> =
                    touch.inquiry.iter().chain(touch.attribution.candidates.iter().map(|candidate| &candidate.inquiry)).collect();
                ids.is_empty() || ids.iter().any(|id| id.is_of(wave))
            })
        };
        let mut found = Vec::new();
        let keep = |touch: Touch| found.extend(concerns(&touch).then(|| self.touch_item(&touch)));
        self.store.each_in_review(keep).await?;
        items.append(&mut found);
        items.extend(self.unread_items(wave).await?);
        items.sort_by(|a, b| (a.at, &a.id).cmp(&(b.at, &b.id)));
        Ok(items)
    }

    /// One touch or inquiry, whether in review or not.
    ///
    /// # Errors
    /// When there is no such id.
    pub async fn item(&self, id: &str) -> Result<Item, AuditError> {
        if let Some(inquiry) = self.store.inquiry(&InquiryId(id.to_owned())).await? {
            let mut item = self.inquiry_item(&inquiry).await?;
            item.decisions = self.decided(Subject::Inquiry, id).await?;
            let steps = self.store.steps(&inquiry.id).await?;
            item.steps = steps.into_iter().map(|(status, at, note)| Stepped { status, at, note }).collect();
            return Ok(item);
        }
        if let Some(unread) = self.unread_item(id).await? {
            return Ok(unread);
        }
        let touch = self.find_touch(id).await?;
        self.lay_out(&touch).await?;
        let mut item = self.touch_item(&touch);
        item.decisions = self.decided(Subject::Touch, &touch.record).await?;
        Ok(item)
    }

    /// Gives the evidence of a touch a file of its own, where it shares one with other rows of a log.
    async fn lay_out(&self, touch: &Touch) -> Result<(), AuditError> {
        let records = self.store.records_of(std::slice::from_ref(&touch.record)).await?;
        if let Some(record) = records.first().filter(|record| record.held.is_some()) {
            // What is lost is shown without it; `check` names it.
            if let Ok(bytes) = self.evidence.read_record(record) {
                self.evidence.keep(&bytes)?;
            }
        }
        Ok(())
    }

    pub(super) async fn decided(&self, kind: Subject, subject: &str) -> Result<Vec<Decision>, AuditError> {
        let decided = self.store.decided().await?.remove(&(kind, subject.to_owned())).unwrap_or_default();
        Ok(decided.all().to_vec())
    }

    async fn inquiry_item(&self, inquiry: &Inquiry) -> Result<Item, AuditError> {
        Ok(Item {
            id: inquiry.id.0.clone(),
            kind: Subject::Inquiry,
            reason: inquiry.reason.clone().unwrap_or_else(|| "acceptance is not proven".to_owned()),
            at: inquiry.sent_at,
            channel: None,
            from: None,
            subject: None,
            excerpt: None,
            origin_confidence: None,
            origin: None,
            inquiry: Some(inquiry.id.clone()),
            candidates: Vec::new(),
            signals: Vec::new(),
            evidence: self.store.proofs(&inquiry.id).await?,
            steps: Vec::new(),
            decisions: Vec::new(),
            open: inquiry.status == Status::Unclear,
        })
    }

    async fn find_touch(&self, id: &str) -> Result<Touch, AuditError> {
        self.store.touch(id).await?.ok_or_else(|| {
            AuditError::wrong(format!("find `{id}`: it is no touch and no inquiry"), "`crickets review list` shows what is in review")
        })
    }

    /// Keeps a decision and judges again.
    ///
    /// # Errors
    /// When the id is unknown, or the ruling does not fit what it is about.
    pub async fn rule(&self, id: &str, ruling: Ruling) -> Result<(), AuditError> {
        let now = self.clock.now();
        let decision = |kind, subject: &str| Decision {
            kind,
            subject: subject.to_owned(),
            owner: ruling.owner.clone(),
            origin: ruling.origin,
            labels: ruling.labels.clone(),
            confirmed: ruling.confirmed,
            reason: ruling.reason.clone(),
            author: ruling.author.clone(),
            at: now,
        };
        if let Some(inquiry) = self.store.inquiry(&InquiryId(id.to_owned())).await? {
            let Some(confirmed) = ruling.confirmed else {
                return Err(AuditError::wrong(format!("decide on {id}: it is a submission"), "say `--confirmed yes` or `--confirmed no`"));
            };
            // A person may think again; what a machine proved is not in question.
            let decided = self.store.decisions().await?.contains_key(&(Subject::Inquiry, id.to_owned()));
            if inquiry.status != Status::Unclear && !decided {
                return Err(AuditError::wrong(
                    format!("decide on {id}: its acceptance is not in question"),
                    "`crickets status` shows where it stands",
                ));
            }
            self.store.add_decision(&decision(Subject::Inquiry, id)).await?;
            self.settle_by_person(inquiry, confirmed, &ruling).await?;
        } else if let Some(unread) = self.unread().await?.iter().find(|unread| unread.id() == id) {
            if ruling.owner != Some(None) {
                return Err(AuditError::wrong(
                    format!("decide on {id}: it could not be read here"),
                    "read it in a mail program, note it with `crickets record touch` if it is an answer, and then say `--none`",
                ));
            }
            // Nothing is judged by it: what an answer said is in what was recorded of it.
            return Ok(self.store.add_decision(&decision(Subject::Touch, &unread.subject())).await?);
        } else {
            let touch = self.find_touch(id).await?;
            if ruling.confirmed.is_some() {
                return Err(AuditError::wrong(
                    format!("decide on {id}: it is a touch"),
                    "say `--inquiry WAVE/SLUG` or `--none`, or `--origin`",
                ));
            }
            if ruling.owner.is_none() && ruling.origin.is_none() && ruling.labels.is_none() {
                return Err(AuditError::wrong(
                    format!("decide on {id}: nothing was decided"),
                    "say `--inquiry WAVE/SLUG`, `--none`, `--origin` or `--label`",
                ));
            }
            if let Some(Some(owner)) = &ruling.owner
                && self.store.inquiry(owner).await?.is_none()
            {
                return Err(AuditError::wrong(format!("give {id} to {owner}: there is no such inquiry"), "`crickets status` lists them"));
            }
            self.store.add_decision(&decision(Subject::Touch, &touch.record)).await?;
        }
        self.derive().await?;
        Ok(())
    }

    /// A person's word on an unclear submission. A yes starts the clock at the answer page, or where there was none, at the sending.
    async fn settle_by_person(&self, mut inquiry: Inquiry, confirmed: bool, ruling: &Ruling) -> Result<(), AuditError> {
        let (from, note) = (inquiry.status, format!("{}: {}", ruling.author, ruling.reason));
        if confirmed {
            inquiry.status = Status::Confirmed;
            inquiry.confirmed_at = inquiry.confirmed_at.or(inquiry.sent_at);
            inquiry.confirmed_by = Some(ConfirmedBy::Person);
        } else {
            inquiry.status = Status::Rejected;
            inquiry.confirmed_by = None;
        }
        inquiry.reason = Some(note);
        inquiry.rehearsal |= self.clock.is_rehearsal();
        if self.store.settle(from, &inquiry, self.clock.now()).await? { Ok(()) } else { Err(AuditError::Busy) }
    }

    fn touch_item(&self, touch: &Touch) -> Item {
        let size = std::fs::metadata(self.evidence.path(&touch.sha256)).map_or(0, |file| i64::try_from(file.len()).unwrap_or(i64::MAX));
        Item {
            id: touch.id.clone(),
            kind: Subject::Touch,
            reason: touch.review.clone().or_else(|| touch.decided.clone()).unwrap_or_else(|| "nothing to decide".to_owned()),
            at: Some(touch.arrival.at),
            channel: Some(touch.channel),
            from: touch.from.clone(),
            subject: touch.subject.clone(),
            excerpt: touch.excerpt.clone(),
            origin_confidence: Some(touch.classified.confidence),
            origin: Some(touch.classified.origin),
            inquiry: touch.inquiry.clone(),
            candidates: touch.attribution.candidates.clone(),
            signals: touch.attribution.reasons.iter().chain(&touch.classified.signals).cloned().collect(),
            evidence: vec![Proof { role: "touch".into(), sha256: touch.sha256.clone(), size, at: touch.arrival.at }],
            steps: Vec::new(),
            decisions: Vec::new(),
            open: touch.review.is_some(),
        }
    }
}
