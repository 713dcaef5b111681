//! What people decided in review, with reason and author. Kept for ever. The newest word on a part wins, and each part keeps the
//! reason, author and time of the decision that settled it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open::{Reader, Store, StoreError, json, query, text, word};
use crate::classify::{Labels, Origin};
use crate::shop::InquiryId;

/// What a decision is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Subject {
    /// A touch, by its record.
    Touch,
    /// An inquiry.
    Inquiry,
}

/// A person's decision. Fields that are `None` were left open.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Decision {
    /// What it is about.
    pub kind: Subject,
    /// The record or inquiry.
    pub subject: String,
    /// Whose the touch is: an inquiry, or (inner `None`) nobody's.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "owner")]
    pub owner: Option<Option<InquiryId>>,
    /// Who wrote it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<Origin>,
    /// Labels that replace the derived ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Labels>,
    /// For an unclear submission: whether it was accepted.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmed: Option<bool>,
    /// Why.
    pub reason: String,
    /// Who decided.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
}

/// `null` is a decision ("nobody's"), absence is none.
mod owner {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use crate::shop::InquiryId;

    #[expect(clippy::option_option, clippy::ref_option, reason = "serde's shape: decided or not, and whose")]
    pub(super) fn serialize<S: Serializer>(value: &Option<Option<InquiryId>>, serializer: S) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(serializer)
    }

    #[expect(clippy::option_option, reason = "decided or not, and whose")]
    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<InquiryId>>, D::Error> {
        Option::<InquiryId>::deserialize(deserializer).map(Some)
    }
}

impl Decision {
    /// Lays a later decision over this one.
    fn overlaid(self, later: Self) -> Self {
        Self {
            owner: later.owner.or(self.owner),
            origin: later.origin.or(self.origin),
            labels: later.labels.or(self.labels),
            confirmed: later.confirmed.or(self.confirmed),
            ..later
        }
    }
}

/// All that was decided on one subject, in its order.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Decided(Vec<Decision>);

impl Decided {
    /// Every decision, oldest first.
    #[must_use]
    pub fn all(&self) -> &[Decision] {
        &self.0
    }

    /// Whose it is (`None`: nobody's), and the decision that says so.
    #[must_use]
    pub fn owner(&self) -> Option<(Option<&InquiryId>, &Decision)> {
        self.0.iter().rev().find_map(|decision| decision.owner.as_ref().map(|owner| (owner.as_ref(), decision)))
    }

    /// Who wrote it, and the decision that says so.
    #[must_use]
    pub fn origin(&self) -> Option<(Origin, &Decision)> {
        self.0.iter().rev().find_map(|decision| decision.origin.map(|origin| (origin, decision)))
    }

    /// Its labels, and the decision that says so.
    #[must_use]
    pub fn labels(&self) -> Option<(&Labels, &Decision)> {
        self.0.iter().rev().find_map(|decision| decision.labels.as_ref().map(|labels| (labels, decision)))
    }

    /// The decisions of which a part still stands, oldest first.
    #[must_use]
    pub fn standing(&self) -> Vec<&Decision> {
        let confirmed = self.0.iter().rev().find(|decision| decision.confirmed.is_some());
        let by = [self.owner().map(|said| said.1), self.origin().map(|said| said.1), self.labels().map(|said| said.1), confirmed];
        let stands = |decision: &&Decision| by.iter().flatten().any(|standing| std::ptr::eq(*standing, *decision));
        self.0.iter().filter(stands).collect()
    }
}

impl Store {
    /// Keeps a decision.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn add_decision(&self, decision: &Decision) -> Result<(), StoreError> {
        sqlx::query("INSERT INTO decision (kind, subject, decision, reason, author, at) VALUES ($1, $2, $3, $4, $5, $6)")
            .bind(word(&decision.kind))
            .bind(decision.subject.clone())
            .bind(json("decision", decision)?)
            .bind(text(&decision.reason))
            .bind(text(&decision.author))
            .bind(decision.at.timestamp_millis())
            .execute(&self.pool)
            .await
            .map_err(query("keep a decision"))?;
        Ok(())
    }

    /// What was decided on each subject, later decisions laid over earlier ones.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn decisions(&self) -> Result<BTreeMap<(Subject, String), Decision>, StoreError> {
        let merged = |(key, decided): (_, Decided)| Some((key, decided.0.into_iter().reduce(Decision::overlaid)?));
        Ok(self.decided().await?.into_iter().filter_map(merged).collect())
    }

    /// All that was decided on each subject, in its order.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn decided(&self) -> Result<BTreeMap<(Subject, String), Decided>, StoreError> {
        let rows = sqlx::query("SELECT decision FROM decision ORDER BY id").fetch_all(&self.pool).await.map_err(query("list decisions"))?;
        let mut decided: BTreeMap<(Subject, String), Decided> = BTreeMap::new();
        for row in &rows {
            let decision: Decision = Reader { row, what: "decision" }.json("decision")?;
            decided.entry((decision.kind, decision.subject.clone())).or_default().0.push(decision);
        }
        Ok(decided)
    }
}
