//! Mails that come again: by another source, or as a copy that some program wrote otherwise.

use std::collections::HashMap;

use sqlx::AssertSqlSafe;

use super::due::record;
use super::open::{Reader, Store, StoreError, json, query, text, word};
use super::{Record, touches};

impl Store {
    /// The records of those of some deliveries that are known; of a rehearsal's records only where this is a `rehearsal`.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delivered(&self, deliveries: &[String], rehearsal: bool) -> Result<HashMap<String, String>, StoreError> {
        let but = if rehearsal { "" } else { "AND rehearsal = 0" };
        let rows = self.of("SELECT id, delivery FROM record WHERE delivery IN ", deliveries, but).await?;
        let read = |row| {
            let read = Reader { row, what: "record" };
            Ok((read.text("delivery")?, read.text("id")?))
        };
        rows.iter().map(read).collect()
    }

    /// Of the mails that a mailbox was seen to hold, how many bear a handover line, and the last that bears none.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn handovers(&self, source: &str) -> Result<(usize, Option<Record>), StoreError> {
        let wish = "count handovers";
        let of = "FROM record WHERE source = $1 AND channel = 'email' AND external_id NOT LIKE 'import:%' AND arrival";
        let (bearing, lacking) = (
            AssertSqlSafe(format!("SELECT COUNT(*) AS n {of} LIKE '%\"handover\":%'")),
            AssertSqlSafe(format!(
                "SELECT id, source, external_id, channel, sha256, held, arrival, placement, rehearsal {of} NOT LIKE '%\"handover\":%' \
                 ORDER BY at DESC, id LIMIT 1"
            )),
        );
        let row = sqlx::query(bearing).bind(source.to_owned()).fetch_one(&self.pool).await.map_err(query(wish))?;
        let found = usize::try_from(Reader { row: &row, what: "record" }.number("n")?).unwrap_or_default();
        let last = sqlx::query(lacking).bind(source.to_owned()).fetch_optional(&self.pool).await.map_err(query(wish))?;
        Ok((found, last.as_ref().map(record).transpose()?))
    }

    /// Puts what a better source knows of a mail in the place of what was known: the source itself, the arrival and the placement. Its
    /// evidence stays; it is judged again.
    ///
    /// # Errors
    /// When the database fails; then nothing is changed.
    pub async fn know_better(&self, record: &Record) -> Result<(), StoreError> {
        let wish = "store what became known of a mail";
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        sqlx::query("UPDATE record SET source = $1, external_id = $2, arrival = $3, at = $4, placement = $5 WHERE id = $6")
            .bind(record.source.clone())
            .bind(text(&record.external_id))
            .bind(json("record", &record.arrival)?)
            .bind(record.arrival.at.timestamp_millis())
            .bind(record.placement.as_ref().map(word))
            .bind(record.id.clone())
            .execute(&mut *transaction)
            .await
            .map_err(query(wish))?;
        touches::anew(&mut transaction, &record.id).await.map_err(query(wish))?;
        transaction.commit().await.map_err(query(wish))
    }
}
