//! What a person did or saw: an inquiry submitted by hand, a touch that no source shows. A recorded touch goes through the
//! same door as any other: raw record first, evidence kept, then judged.

use chrono::{DateTime, SecondsFormat, Utc};
use serde::{Deserialize, Serialize};

use super::wave::whole_second;
use super::{Asking, AuditError, Workspace};
use crate::classify::{Labels, Origin};
use crate::collect::phone::{CallRecord, Stamp};
use crate::collect::{Arrival, ArrivalBasis, Channel, RawRecord};
use crate::shop::{ConfirmedBy, Inquiry, InquiryId, Status};
use crate::store::{Proof, sha256_hex};

/// A submission that a person made.
#[derive(Clone, Debug)]
pub struct InquiryByHand {
    /// The inquiry.
    pub id: InquiryId,
    /// When the site accepted it.
    pub at: DateTime<Utc>,
    /// Who submitted.
    pub author: String,
    /// Whether a phone number was given.
    pub phone: bool,
    /// Whether texts were consented to.
    pub text: bool,
    /// A screenshot or saved page, as proof.
    pub proof: Option<Vec<u8>>,
}

/// A touch as a person recorded it: its raw bytes, as JSON.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TouchByHand {
    /// The inquiry it belongs to.
    pub inquiry: InquiryId,
    /// The channel.
    pub channel: Channel,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Number or address; `None` for withheld.
    pub from: Option<String>,
    /// What was written or said.
    pub body: Option<String>,
    /// Who wrote or called, when stated.
    pub origin: Option<Origin>,
    /// What is stated of it.
    #[serde(default)]
    pub labels: Labels,
    /// Who recorded it.
    pub author: String,
}

impl TouchByHand {
    /// The source of recorded touches.
    pub(super) const SOURCE: &'static str = "person";

    /// Reads the raw bytes back.
    pub(super) fn parse(bytes: &[u8]) -> Option<Self> {
        serde_json::from_slice(bytes).ok()
    }

    /// As a row of a call log, for judging what was said.
    pub(super) fn as_call(&self) -> CallRecord {
        CallRecord { from: self.from.clone(), body: self.body.clone(), ..CallRecord::new(self.channel, Stamp::exactly(self.at)) }
    }

    /// Lays the stated labels over derived ones.
    pub(super) fn lay_over(&self, labels: &mut Labels) {
        let (Ok(serde_json::Value::Object(mut derived)), Ok(serde_json::Value::Object(stated))) =
            (serde_json::to_value(&*labels), serde_json::to_value(&self.labels))
        else {
            return;
        };
        derived.extend(stated);
        if let Ok(merged) = serde_json::from_value(serde_json::Value::Object(derived)) {
            *labels = merged;
        }
    }
}

impl Workspace {
    /// Records a submission made by hand: from now on it is `confirmed`. Draws the inquiry when the wave had none for the shop.
    ///
    /// # Errors
    /// When the inquiry is already on its way, sent or accepted, or the shop is unknown.
    pub async fn record_inquiry(&self, by_hand: InquiryByHand) -> Result<Inquiry, AuditError> {
        let mut inquiry = match self.store.inquiry(&by_hand.id).await? {
            Some(inquiry) => inquiry,
            None => self.draw_by_hand(&by_hand.id).await?,
        };
        let from = inquiry.status;
        if from == Status::Unclear {
            return Err(AuditError::wrong(
                format!("record {}: it was sent, and only whether the site accepted it is open", by_hand.id),
                format!("decide that with `crickets review set {} --confirmed yes` or `no`", by_hand.id),
            ));
        }
        if matches!(from, Status::Sending | Status::Confirmed) {
            return Err(AuditError::wrong(
                format!("record {}: it was submitted before", by_hand.id),
                "`crickets status` shows it; a second submission would spoil the measurement",
            ));
        }
        let now = self.clock.now();
        if by_hand.at > now {
            return Err(AuditError::wrong(
                format!("record {}: {} is yet to come", by_hand.id, by_hand.at),
                "say when the site accepted it",
            ));
        }
        if let Some(bytes) = &by_hand.proof {
            let sha256 = self.evidence.keep(bytes)?;
            let size = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
            self.store.add_proofs(&inquiry.id, &[Proof { role: "proof by hand".into(), sha256, size, at: now }]).await?;
        }
        inquiry.status = Status::Confirmed;
        inquiry.reason = Some(format!("submitted by hand by {}", by_hand.author));
        inquiry.sent_at = Some(whole_second(by_hand.at));
        inquiry.confirmed_at = inquiry.sent_at;
        inquiry.confirmed_by = Some(ConfirmedBy::Person);
        inquiry.offered_phone = by_hand.phone && inquiry.persona.phone.is_some();
        inquiry.offered_text = by_hand.text;
        inquiry.rehearsal |= self.clock.is_rehearsal();
        if !self.store.settle(from, &inquiry, now).await? {
            return Err(AuditError::Busy);
        }
        Ok(inquiry)
    }

    /// Draws the inquiry that a person submitted without asking first; the rules of a wave hold all the same.
    async fn draw_by_hand(&self, id: &InquiryId) -> Result<Inquiry, AuditError> {
        let no_name = || AuditError::wrong(format!("record {id}: it names no shop of a wave"), "name the shop and `--wave`");
        let (wave, slug) = id.parts().ok_or_else(no_name)?;
        let asking = Asking { wave: wave.to_owned(), send: false, at_once: false, any_time: false, retry: false, new_store: false };
        asking.named()?;
        let shops = self.select(&[slug.to_owned()])?;
        let shop = shops.first().ok_or_else(no_name)?;
        let earlier = self.store.inquiries(None).await?;
        self.draw_inquiry(&asking, shop, &earlier)
            .await?
            .map_err(|refusal| AuditError::wrong(format!("record {id}: {refusal}"), "nothing was recorded"))
    }

    /// Records that the shopper asked not to be contacted again: the inquiry is withdrawn by it, and what comes later than ten working days after
    /// it counts against the builder.
    ///
    /// # Errors
    /// When the inquiry is unknown or not accepted, or the moment lies before it or ahead.
    pub async fn record_opt_out(&self, id: &InquiryId, at: DateTime<Utc>) -> Result<Inquiry, AuditError> {
        let mut inquiry = self.accepted_before(id, at, "an opt-out").await?;
        inquiry.opt_out_at = Some(at);
        if self.store.settle(Status::Confirmed, &inquiry, self.clock.now()).await? { Ok(inquiry) } else { Err(AuditError::Busy) }
    }

    /// Records that a person told the builder that the home was found elsewhere, or the like: what came until then is scored, and nobody is asked
    /// to persist after it. Said again, the last word holds; all of them are kept.
    ///
    /// # Errors
    /// When the inquiry is unknown or not accepted, or the moment lies before it or ahead.
    pub async fn record_withdrawal(
        &self,
        id: &InquiryId,
        at: DateTime<Utc>,
        author: &str,
        note: Option<&str>,
    ) -> Result<Inquiry, AuditError> {
        let mut inquiry = self.accepted_before(id, at, "a withdrawal").await?;
        inquiry.withdrawn_at = Some(whole_second(at));
        let why = note.map(|note| format!(": {note}")).unwrap_or_default();
        let said = format!("withdrawn as of {} by {author}{why}", whole_second(at).to_rfc3339_opts(SecondsFormat::Secs, true));
        if self.store.withdraw(id, whole_second(at), &said, self.clock.now()).await? { Ok(inquiry) } else { Err(AuditError::Busy) }
    }

    /// An inquiry that was accepted before this moment, which is not ahead.
    async fn accepted_before(&self, id: &InquiryId, at: DateTime<Utc>, what: &str) -> Result<Inquiry, AuditError> {
        let Some(inquiry) = self.store.inquiry(id).await? else {
            return Err(AuditError::wrong(format!("record {what} for {id}: there is no such inquiry"), "`crickets status` lists them"));
        };
        let accepted = inquiry.confirmed_at.filter(|_| inquiry.status == Status::Confirmed);
        if accepted.is_none_or(|accepted| at < accepted) || at > self.clock.now() {
            return Err(AuditError::wrong(
                format!("record {what} for {id} at {at}: it must lie between its acceptance and now"),
                "`crickets status` shows when it was accepted",
            ));
        }
        Ok(inquiry)
    }

    /// Records a touch that a person saw; `false` when the same one was recorded before.
    ///
    /// # Errors
    /// When its inquiry is unknown.
    pub async fn record_touch(&self, touch: TouchByHand) -> Result<bool, AuditError> {
        if self.store.inquiry(&touch.inquiry).await?.is_none() {
            return Err(AuditError::wrong(
                format!("record a touch for {}: there is no such inquiry", touch.inquiry),
                "`crickets status` lists them",
            ));
        }
        let bytes = serde_json::to_vec(&touch).map_err(|error| AuditError::wrong(format!("record a touch: {error}"), "mend its labels"))?;
        let raw = RawRecord {
            source: TouchByHand::SOURCE.to_owned(),
            external_id: touch.author.clone(),
            identity: sha256_hex(&bytes),
            delivery: None,
            channel: touch.channel,
            arrival: Arrival {
                at: touch.at,
                at_latest: None,
                disputed: false,
                basis: ArrivalBasis::Person,
                internal_date: None,
                save_date: None,
                handover: None,
                date_header: None,
                seen_from: None,
                seen_by: Some(self.clock.now()),
            },
            placement: None,
            bytes,
        };
        let added = self.take_in(vec![raw]).await?;
        self.derive().await?;
        Ok(added.new == 1)
    }
}
