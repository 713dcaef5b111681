//! Inquiries and their states. Each change of state names the state it leaves, so that two processes cannot both make it.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sqlx::any::AnyRow;
use sqlx::{Any, Transaction};

use super::open::{Reader, Store, StoreError, json, query, text, word};
use crate::shop::{ConfirmedBy, Inquiry, InquiryId, Persona, Shop, Status};

/// One piece of evidence of a submission.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proof {
    /// What it is, e.g. `page`, `submission request`.
    pub role: String,
    /// Its name in the evidence.
    pub sha256: String,
    /// Its length in bytes.
    pub size: i64,
    /// When it was kept.
    pub at: DateTime<Utc>,
}

/// The shop and persona as they were when the inquiry was drawn.
#[derive(Serialize, Deserialize)]
struct Frozen {
    shop: Shop,
    persona: Persona,
}

const COLUMNS: &str = "SELECT id, wave, frozen, mailbox, alias_token, alias_address, planned_at, status, reason, sent_at, confirmed_at, \
    confirmed_by, offered_phone, offered_text, opt_out_at, withdrawn_at, rehearsal, readiness FROM inquiry";

impl Store {
    /// Stores a newly drawn inquiry; `false` when its shop already has one in the wave.
    ///
    /// # Errors
    /// When the database fails, or the alias is another inquiry's.
    pub async fn add_inquiry(&self, inquiry: &Inquiry, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let wish = query("store an inquiry");
        let frozen = json("inquiry", &Frozen { shop: inquiry.shop.clone(), persona: inquiry.persona.clone() })?;
        let mut transaction = self.pool.begin().await.map_err(query("store an inquiry"))?;
        let added = sqlx::query(
            "INSERT INTO inquiry (id, wave, shop, frozen, mailbox, alias_token, alias_address, planned_at, status, reason, sent_at, confirmed_at, \
             confirmed_by, offered_phone, offered_text, opt_out_at, withdrawn_at, rehearsal) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) ON CONFLICT DO NOTHING",
        )
        .bind(inquiry.id.0.clone())
        .bind(inquiry.wave.clone())
        .bind(inquiry.shop.slug.clone())
        .bind(frozen)
        .bind(inquiry.mailbox.clone())
        .bind(inquiry.alias_token.clone())
        .bind(inquiry.alias_address.clone())
        .bind(inquiry.planned_at.timestamp_millis())
        .bind(word(&inquiry.status))
        .bind(inquiry.reason.as_deref().map(text))
        .bind(ms(inquiry.sent_at))
        .bind(ms(inquiry.confirmed_at))
        .bind(inquiry.confirmed_by.as_ref().map(word))
        .bind(i64::from(inquiry.offered_phone))
        .bind(i64::from(inquiry.offered_text))
        .bind(ms(inquiry.opt_out_at))
        .bind(ms(inquiry.withdrawn_at))
        .bind(i64::from(inquiry.rehearsal))
        .execute(&mut *transaction)
        .await
        .map_err(wish)?
        .rows_affected();
        if added == 1 {
            step(&mut transaction, &inquiry.id, inquiry.status, now, inquiry.reason.as_deref()).await?;
        } else {
            sqlx::query("SELECT id FROM inquiry WHERE wave = $1 AND shop = $2")
                .bind(inquiry.wave.clone())
                .bind(inquiry.shop.slug.clone())
                .fetch_optional(&mut *transaction)
                .await
                .map_err(query("store an inquiry"))?
                .ok_or_else(|| StoreError::Taken { id: inquiry.id.0.clone(), alias: inquiry.alias_address.clone() })?;
        }
        transaction.commit().await.map_err(query("store an inquiry"))?;
        Ok(added == 1)
    }

    /// One inquiry.
    ///
    /// # Errors
    /// When the database fails or the row cannot be read.
    pub async fn inquiry(&self, id: &InquiryId) -> Result<Option<Inquiry>, StoreError> {
        let row = sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE id = $1")))
            .bind(id.0.clone())
            .fetch_optional(&self.pool)
            .await
            .map_err(query("read an inquiry"))?;
        row.as_ref().map(read).transpose()
    }

    /// The inquiries of a wave by shop, or all by wave and shop.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn inquiries(&self, wave: Option<&str>) -> Result<Vec<Inquiry>, StoreError> {
        let rows = match wave {
            Some(wave) => {
                sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} WHERE wave = $1 ORDER BY shop")))
                    .bind(wave.to_owned())
                    .fetch_all(&self.pool)
                    .await
            }
            None => sqlx::query(sqlx::AssertSqlSafe(format!("{COLUMNS} ORDER BY wave, shop"))).fetch_all(&self.pool).await,
        }
        .map_err(query("list inquiries"))?;
        rows.iter().map(read).collect()
    }

    /// Writes a changed shop, persona or moment into an inquiry of which nothing was sent.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refreeze(&self, inquiry: &Inquiry) -> Result<(), StoreError> {
        let frozen = json("inquiry", &Frozen { shop: inquiry.shop.clone(), persona: inquiry.persona.clone() })?;
        sqlx::query("UPDATE inquiry SET frozen = $2, planned_at = $3, rehearsal = $4 WHERE id = $1 AND status IN ('planned', 'failed')")
            .bind(inquiry.id.0.clone())
            .bind(frozen)
            .bind(inquiry.planned_at.timestamp_millis())
            .bind(i64::from(inquiry.rehearsal))
            .execute(&self.pool)
            .await
            .map_err(query("update a planned inquiry"))?;
        Ok(())
    }

    /// Marks the request as on its way, durably: when this returns `true`, the caller alone may send it, once.
    /// `false` when it is not (or no longer) `from`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn start_sending(
        &self,
        id: &InquiryId,
        from: Status,
        at: DateTime<Utc>,
        offered_phone: bool,
        offered_text: bool,
        rehearsal: bool,
    ) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await.map_err(query("mark an inquiry as sending"))?;
        let changed = sqlx::query(
            "UPDATE inquiry SET status = 'sending', sent_at = $2, offered_phone = $3, offered_text = $4, rehearsal = $6, reason = NULL WHERE id = $1 AND status = $5",
        )
        .bind(id.0.clone())
        .bind(at.timestamp_millis())
        .bind(i64::from(offered_phone))
        .bind(i64::from(offered_text))
        .bind(word(&from))
        .bind(i64::from(rehearsal))
        .execute(&mut *transaction)
        .await
        .map_err(query("mark an inquiry as sending"))?
        .rows_affected();
        if changed == 1 {
            step(&mut transaction, id, Status::Sending, at, None).await?;
        }
        transaction.commit().await.map_err(query("mark an inquiry as sending"))?;
        Ok(changed == 1)
    }

    /// Writes what became of an inquiry that is still `from`; `false` when it no longer is.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle(&self, from: Status, inquiry: &Inquiry, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let mut transaction = self.pool.begin().await.map_err(query("settle an inquiry"))?;
        let changed = sqlx::query(
            "UPDATE inquiry SET status = $2, reason = $3, sent_at = $4, confirmed_at = $5, confirmed_by = $6, offered_phone = $7, offered_text = $8, \
             opt_out_at = $9, withdrawn_at = $10, rehearsal = $12 WHERE id = $1 AND status = $11",
        )
        .bind(inquiry.id.0.clone())
        .bind(word(&inquiry.status))
        .bind(inquiry.reason.as_deref().map(text))
        .bind(ms(inquiry.sent_at))
        .bind(ms(inquiry.confirmed_at))
        .bind(inquiry.confirmed_by.as_ref().map(word))
        .bind(i64::from(inquiry.offered_phone))
        .bind(i64::from(inquiry.offered_text))
        .bind(ms(inquiry.opt_out_at))
        .bind(ms(inquiry.withdrawn_at))
        .bind(word(&from))
        .bind(i64::from(inquiry.rehearsal))
        .execute(&mut *transaction)
        .await
        .map_err(query("settle an inquiry"))?
        .rows_affected();
        if changed == 1 {
            step(&mut transaction, &inquiry.id, inquiry.status, now, inquiry.reason.as_deref()).await?;
        }
        transaction.commit().await.map_err(query("settle an inquiry"))?;
        Ok(changed == 1)
    }

    /// Writes when a confirmed inquiry was withdrawn, with a note of who did and why; `false` when it is not confirmed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn withdraw(&self, id: &InquiryId, at: DateTime<Utc>, note: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
        let wish = "withdraw an inquiry";
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        let changed = sqlx::query("UPDATE inquiry SET withdrawn_at = $2 WHERE id = $1 AND status = 'confirmed'")
            .bind(id.0.clone())
            .bind(at.timestamp_millis())
            .execute(&mut *transaction)
            .await
            .map_err(query(wish))?
            .rows_affected();
        if changed == 1 {
            step(&mut transaction, id, Status::Confirmed, now, Some(note)).await?;
        }
        transaction.commit().await.map_err(query(wish))?;
        Ok(changed == 1)
    }

    /// Adds evidence of a submission, all of it or none.
    ///
    /// # Errors
    /// When the database fails or there is no such inquiry.
    pub async fn add_proofs(&self, id: &InquiryId, proofs: &[Proof]) -> Result<(), StoreError> {
        let wish = "store evidence of a submission";
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        // Changes nothing and locks the row: positions are given to one at a time.
        sqlx::query("UPDATE inquiry SET status = status WHERE id = $1")
            .bind(id.0.clone())
            .execute(&mut *transaction)
            .await
            .map_err(query(wish))?;
        for proof in proofs {
            sqlx::query(
                "INSERT INTO proof (inquiry, position, role, sha256, size, at) \
                 SELECT $1, (SELECT COUNT(*) FROM proof WHERE inquiry = $1), $2, $3, $4, $5",
            )
            .bind(id.0.clone())
            .bind(text(&proof.role))
            .bind(proof.sha256.clone())
            .bind(proof.size)
            .bind(proof.at.timestamp_millis())
            .execute(&mut *transaction)
            .await
            .map_err(query(wish))?;
        }
        transaction.commit().await.map_err(query(wish))
    }

    /// Notes how ready the site was, before it is asked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_readiness(&self, id: &InquiryId, readiness: &serde_json::Value) -> Result<(), StoreError> {
        sqlx::query("UPDATE inquiry SET readiness = $2 WHERE id = $1")
            .bind(id.0.clone())
            .bind(text(&readiness.to_string()))
            .execute(&self.pool)
            .await
            .map_err(query("note how ready a site was"))?;
        Ok(())
    }

    /// The evidence of a submission, in order.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn proofs(&self, id: &InquiryId) -> Result<Vec<Proof>, StoreError> {
        let rows = sqlx::query("SELECT role, sha256, size, at FROM proof WHERE inquiry = $1 ORDER BY position")
            .bind(id.0.clone())
            .fetch_all(&self.pool)
            .await
            .map_err(query("list the evidence of a submission"))?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "proof" };
                Ok(Proof { role: read.text("role")?, sha256: read.text("sha256")?, size: read.number("size")?, at: read.instant("at")? })
            })
            .collect()
    }

    /// The states an inquiry passed through, with their times and notes.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn steps(&self, id: &InquiryId) -> Result<Vec<(Status, DateTime<Utc>, Option<String>)>, StoreError> {
        let rows = sqlx::query("SELECT status, at, note FROM step WHERE inquiry = $1 ORDER BY id")
            .bind(id.0.clone())
            .fetch_all(&self.pool)
            .await
            .map_err(query("list the steps of an inquiry"))?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "step" };
                Ok((read.word("status")?, read.instant("at")?, read.optional_text("note")?))
            })
            .collect()
    }
}

async fn step(
    transaction: &mut Transaction<'_, Any>,
    id: &InquiryId,
    status: Status,
    at: DateTime<Utc>,
    note: Option<&str>,
) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO step (inquiry, status, at, note) VALUES ($1, $2, $3, $4)")
        .bind(id.0.clone())
        .bind(word(&status))
        .bind(at.timestamp_millis())
        .bind(note.map(text))
        .execute(&mut **transaction)
        .await
        .map_err(query("note a step of an inquiry"))?;
    Ok(())
}

fn read(row: &AnyRow) -> Result<Inquiry, StoreError> {
    let read = Reader { row, what: "inquiry" };
    let frozen: Frozen = read.json("frozen")?;
    Ok(Inquiry {
        id: InquiryId(read.text("id")?),
        wave: read.text("wave")?,
        shop: frozen.shop,
        persona: frozen.persona,
        mailbox: read.text("mailbox")?,
        alias_token: read.text("alias_token")?,
        alias_address: read.text("alias_address")?,
        planned_at: read.instant("planned_at")?,
        status: read.word("status")?,
        reason: read.optional_text("reason")?,
        sent_at: read.optional_instant("sent_at")?,
        confirmed_at: read.optional_instant("confirmed_at")?,
        confirmed_by: read.optional_word::<ConfirmedBy>("confirmed_by")?,
        offered_phone: read.flag("offered_phone")?,
        offered_text: read.flag("offered_text")?,
        opt_out_at: read.optional_instant("opt_out_at")?,
        withdrawn_at: read.optional_instant("withdrawn_at")?,
        rehearsal: read.flag("rehearsal")?,
        readiness: read.optional_text("readiness")?.map(|_| read.json("readiness")).transpose()?,
    })
}

fn ms(instant: Option<DateTime<Utc>>) -> Option<i64> {
    instant.map(|instant| instant.timestamp_millis())
}
