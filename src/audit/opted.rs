//! Opt-outs by texts of the shopper's own: STOP, and its kin, to a number of a builder (47 CFR 64.1200(a)(10)). They are records like all
//! others and judged again with them; when an inquiry was opted out of follows from them, and is kept nowhere else. What a person recorded
//! stands beside it: the earlier counts. Who opts in again has not opted out.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::{AuditError, Workspace, one_call};
use crate::classify::{Classified, Labels, Opting, Origin, Quotes, opting};
use crate::collect::Signal;
use crate::collect::phone::CallRecord;
use crate::shop::{Inquiry, InquiryId, Status};
use crate::store::{Store, Touch};

/// Under which source the texts of our own are noted.
const NOTED: &str = "texts of our own";
/// The signals that say what such a text does.
const OUT: &str = "opt-out";
const IN: &str = "opt-in";

/// Whether a touch is a text that the shopper sent.
pub(super) fn is_ours(touch: &Touch) -> bool {
    touch.marks.heard.as_ref().is_some_and(|heard| heard.sent)
}

/// What a text of the shopper's own says.
pub(super) fn judged(call: &CallRecord) -> Classified {
    let words = call.body.as_deref().map(str::trim).unwrap_or_default();
    let short: String = words.chars().take(80).collect();
    let signals = match opting(call) {
        Some(Opting::Out) => vec![Signal::new(OUT, 1.0, format!("the shopper asked for no more: \u{201c}{short}\u{201d}"))],
        Some(Opting::In) => vec![Signal::new(IN, 1.0, format!("the shopper takes texts again: \u{201c}{short}\u{201d}"))],
        None => Vec::new(),
    };
    Classified { origin: Origin::Personal, confidence: 1.0, signals, labels: Labels::default(), quotes: Quotes::default() }
}

/// Keeps in mind that a touch is a text of our own, so that it is found among many.
pub(super) async fn note(store: &Store, touch: &Touch) -> Result<(), AuditError> {
    Ok(store.put_progress(NOTED, &touch.record, &true.into()).await?)
}

/// When each inquiry was opted out of, by texts of our own.
fn moments<'a>(touches: impl IntoIterator<Item = &'a Touch>) -> BTreeMap<InquiryId, DateTime<Utc>> {
    let mut said: Vec<(DateTime<Utc>, bool, &InquiryId)> = Vec::new();
    for touch in touches.into_iter().filter(|touch| is_ours(touch)) {
        let says = |id: &str| touch.classified.signals.iter().any(|signal| signal.id == id);
        // The builder cannot have known it before the later end.
        let at = touch.arrival.at_latest.unwrap_or(touch.arrival.at);
        said.extend(touch.inquiry.as_ref().filter(|_| says(OUT) || says(IN)).map(|inquiry| (at, says(OUT), inquiry)));
    }
    said.sort();
    let mut opted = BTreeMap::new();
    for (at, out, inquiry) in said {
        if out {
            opted.entry(inquiry.clone()).or_insert(at);
        } else {
            opted.remove(inquiry);
        }
    }
    opted
}

/// What came to the shopper, what the shopper sent, and when each inquiry was opted out of.
pub(super) fn apart(touches: Vec<Touch>) -> (Vec<Touch>, Vec<Touch>, BTreeMap<InquiryId, DateTime<Utc>>) {
    let opt_outs = moments(&touches);
    let (sent, came) = touches.into_iter().partition(is_ours);
    (came, sent, opt_outs)
}

/// When an inquiry was opted out of, by a person's word or by a text of ours after it was accepted; the earlier.
pub(super) fn of_both(inquiry: &Inquiry, by_text: Option<DateTime<Utc>>) -> Option<DateTime<Utc>> {
    let accepted = inquiry.confirmed_at.filter(|_| inquiry.status == Status::Confirmed);
    let by_text = by_text.filter(|at| accepted.is_some_and(|accepted| accepted <= *at));
    inquiry.opt_out_at.into_iter().chain(by_text).min()
}

/// Inquiries with what texts of ours opted out of.
pub(super) fn laid_over(mut inquiries: Vec<Inquiry>, opt_outs: &BTreeMap<InquiryId, DateTime<Utc>>) -> Vec<Inquiry> {
    for inquiry in &mut inquiries {
        inquiry.opt_out_at = of_both(inquiry, opt_outs.get(&inquiry.id).copied());
    }
    inquiries
}

impl Workspace {
    /// When inquiries were opted out of by texts of the shopper's own, as judged so far.
    pub(super) async fn opt_outs(&self) -> Result<BTreeMap<InquiryId, DateTime<Utc>>, AuditError> {
        let noted: Vec<String> = self.store.progress(NOTED).await?.into_iter().map(|(record, _)| record).collect();
        if noted.is_empty() {
            return Ok(BTreeMap::new());
        }
        Ok(moments(&self.store.touches_of(&noted).await?))
    }

    /// Inquiries, each with when it was opted out of, be it by a person's word or by a text of ours.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn with_opt_outs(&self, inquiries: Vec<Inquiry>) -> Result<Vec<Inquiry>, AuditError> {
        Ok(laid_over(inquiries, &self.opt_outs().await?))
    }

    /// Every touch, by time: what two logs show of one call once, and nothing that the shopper sent.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn touches_once(&self) -> Result<Vec<Touch>, AuditError> {
        Ok(apart(one_call::joined(self.store.touches().await?)).0)
    }
}
