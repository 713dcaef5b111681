//! Appeals of audited builders: what was filed, and what was decided on it, as steps that are only ever added. Takes a step; gives
//! them back in order, so that a report can speak of any moment.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};

use super::open::{Reader, Store, StoreError, json, query, take_turn, text};
use crate::report::AppealOutcome;
use crate::shop::InquiryId;

/// What a step of an appeal says.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Said {
    /// Something is disputed.
    Filed {
        /// What, in the builder's words.
        text: String,
        /// The criterion.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        criterion: Option<String>,
        /// The touch.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        touch: Option<String>,
    },
    /// It was decided.
    Decided {
        /// How.
        outcome: AppealOutcome,
        /// Why.
        text: String,
        /// What was decided anew in review for it.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        corrections: Vec<String>,
    },
}

/// A step of an appeal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AppealStep {
    /// The appeal's number, from 1.
    pub number: i64,
    /// The inquiry that it is about.
    pub inquiry: InquiryId,
    /// What is said.
    pub said: Said,
    /// Who says it.
    pub author: String,
    /// When.
    pub at: DateTime<Utc>,
    /// Under a rehearsal clock.
    pub rehearsal: bool,
}

impl Store {
    /// Files an appeal and gives its number; the number that the step has is not looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn file_appeal(&self, step: &AppealStep) -> Result<i64, StoreError> {
        self.add_appeal_step(step, None).await
    }

    /// Adds what was decided on an appeal that was filed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn decide_appeal(&self, step: &AppealStep) -> Result<(), StoreError> {
        self.add_appeal_step(step, Some(step.number)).await.map(|_| ())
    }

    async fn add_appeal_step(&self, step: &AppealStep, number: Option<i64>) -> Result<i64, StoreError> {
        let wish = "keep an appeal";
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        take_turn(&mut transaction, "appeal").await?;
        let last = match number {
            None => sqlx::query("SELECT COALESCE(MAX(number), 0) AS last FROM appeal").fetch_one(&mut *transaction).await,
            Some(number) => {
                let steps = sqlx::query("SELECT COALESCE(MAX(step), 0) AS last FROM appeal WHERE number = $1").bind(number);
                steps.fetch_one(&mut *transaction).await
            }
        };
        let row = last.map_err(query(wish))?;
        let next = Reader { row: &row, what: "appeal" }.number("last")? + 1;
        let (number, position) = number.map_or((next, 0), |number| (number, next));
        sqlx::query("INSERT INTO appeal (number, step, inquiry, said, author, at, rehearsal) VALUES ($1, $2, $3, $4, $5, $6, $7)")
            .bind(number)
            .bind(position)
            .bind(step.inquiry.0.clone())
            .bind(json("appeal", &step.said)?)
            .bind(text(&step.author))
            .bind(step.at.timestamp_millis())
            .bind(i64::from(step.rehearsal))
            .execute(&mut *transaction)
            .await
            .map_err(query(wish))?;
        transaction.commit().await.map_err(query(wish))?;
        Ok(number)
    }

    /// Every step of every appeal, appeal by appeal, each in its order.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn appeals(&self) -> Result<Vec<AppealStep>, StoreError> {
        let rows = sqlx::query("SELECT number, inquiry, said, author, at, rehearsal FROM appeal ORDER BY number, step")
            .fetch_all(&self.pool)
            .await
            .map_err(query("list appeals"))?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "appeal" };
                Ok(AppealStep {
                    number: read.number("number")?,
                    inquiry: InquiryId(read.text("inquiry")?),
                    said: read.json("said")?,
                    author: read.text("author")?,
                    at: read.instant("at")?,
                    rehearsal: read.flag("rehearsal")?,
                })
            })
            .collect()
    }
}
