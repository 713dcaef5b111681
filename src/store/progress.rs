//! How far each file, service or journal of a phone source was read, in the words of whoever reads it; and records of which more became
//! known.

use super::open::{Reader, Store, StoreError, json, query, text, word};
use super::touches;
use crate::collect::RawRecord;

impl Store {
    /// How far everything of a source was read, by name.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn progress(&self, source: &str) -> Result<Vec<(String, serde_json::Value)>, StoreError> {
        let rows = sqlx::query("SELECT name, state FROM progress WHERE source = $1 ORDER BY name")
            .bind(source.to_owned())
            .fetch_all(&self.pool)
            .await
            .map_err(query("list what was read"))?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "progress" };
                Ok((read.text("name")?, read.json("state")?))
            })
            .collect()
    }

    /// Notes how far something of a source was read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_progress(&self, source: &str, name: &str, state: &serde_json::Value) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO progress (source, name, state) VALUES ($1, $2, $3) \
             ON CONFLICT (source, name) DO UPDATE SET state = excluded.state",
        )
        .bind(source.to_owned())
        .bind(text(name))
        .bind(text(&json("progress", state)?))
        .execute(&self.pool)
        .await
        .map_err(query("note what was read"))?;
        Ok(())
    }

    /// Forgets how far something was read: it is gone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn drop_progress(&self, source: &str, name: &str) -> Result<(), StoreError> {
        sqlx::query("DELETE FROM progress WHERE source = $1 AND name = $2")
            .bind(source.to_owned())
            .bind(text(name))
            .execute(&self.pool)
            .await
            .map_err(query("forget what was read"))?;
        Ok(())
    }

    /// Puts evidence that knows more in the place of a record's; the record is judged again. `false` where the record meanwhile rests on
    /// other evidence than `before`: then nothing is changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn grow_record(&self, raw: &RawRecord, before: &str, sha256: &str) -> Result<bool, StoreError> {
        let wish = "store what became known of a record";
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        let grown =
            sqlx::query("UPDATE record SET channel = $1, sha256 = $2, held = NULL, arrival = $3, at = $4 WHERE id = $5 AND sha256 = $6")
                .bind(word(&raw.channel))
                .bind(sha256.to_owned())
                .bind(json("record", &raw.arrival)?)
                .bind(raw.arrival.at.timestamp_millis())
                .bind(raw.identity.clone())
                .bind(before.to_owned())
                .execute(&mut *transaction)
                .await
                .map_err(query(wish))?
                .rows_affected();
        if grown == 1 {
            touches::anew(&mut transaction, &raw.identity).await.map_err(query(wish))?;
        }
        transaction.commit().await.map_err(query(wish))?;
        Ok(grown == 1)
    }
}
