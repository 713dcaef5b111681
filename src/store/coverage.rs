//! What was watched when, really or under a rehearsal clock, and how far each folder was read.

use chrono::{DateTime, Utc};
use sqlx::Row;

use super::open::{Reader, Store, StoreError, json, query, take_turn, text};
use crate::collect::{Arrival, Placement};
use crate::shop::plan::Span;

/// How far an IMAP folder was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// The folder.
    pub name: String,
    /// Its UIDVALIDITY.
    pub uidvalidity: u32,
    /// The first UID not read.
    pub next_uid: u32,
    /// When it was last read to the end.
    pub last_pass: Option<DateTime<Utc>>,
    /// The messages of it that could not be read so far, as whoever reads it notes them.
    pub aside: serde_json::Value,
    /// What came into it and was never read, as whoever reads it notes that.
    pub holes: serde_json::Value,
}

impl Store {
    /// How far the folders of a source were read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn folders(&self, source: &str) -> Result<Vec<Folder>, StoreError> {
        let rows = sqlx::query("SELECT name, uidvalidity, next_uid, last_pass, aside, holes FROM folder WHERE source = $1 ORDER BY name")
            .bind(source.to_owned())
            .fetch_all(&self.pool)
            .await
            .map_err(query("list folders"))?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "folder" };
                let number = |column| read.number(column).and_then(|value| u32::try_from(value).map_err(|error| read.corrupt(error)));
                Ok(Folder {
                    name: read.text("name")?,
                    uidvalidity: number("uidvalidity")?,
                    next_uid: number("next_uid")?,
                    last_pass: read.optional_instant("last_pass")?,
                    aside: read.json("aside")?,
                    holes: read.json("holes")?,
                })
            })
            .collect()
    }

    /// Notes how far a folder was read.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_folder(&self, source: &str, folder: &Folder) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO folder (source, name, uidvalidity, next_uid, last_pass, aside, holes) VALUES ($1, $2, $3, $4, $5, $6, $7) \
             ON CONFLICT (source, name) DO UPDATE SET uidvalidity = excluded.uidvalidity, next_uid = excluded.next_uid, \
             last_pass = excluded.last_pass, aside = excluded.aside, holes = excluded.holes",
        )
        .bind(source.to_owned())
        .bind(text(&folder.name))
        .bind(i64::from(folder.uidvalidity))
        .bind(i64::from(folder.next_uid))
        .bind(folder.last_pass.map(|at| at.timestamp_millis()))
        .bind(text(&json("folder", &folder.aside)?))
        .bind(text(&json("folder", &folder.holes)?))
        .execute(&self.pool)
        .await
        .map_err(query("note how far a folder was read"))?;
        Ok(())
    }

    /// The mails of a mailbox that came within a span: the folder in which each was first seen, in its source's id; when; and where it landed.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn mails_of(&self, source: &str, span: Span) -> Result<Vec<(String, Arrival, Option<Placement>)>, StoreError> {
        let rows = sqlx::query(
            "SELECT external_id, arrival, placement FROM record WHERE channel = 'email' AND at >= $2 AND at <= $3 AND source = $1 ORDER BY at",
        )
        .bind(source.to_owned())
        .bind(span.0.timestamp_millis())
        .bind(span.1.timestamp_millis())
        .fetch_all(&self.pool)
        .await
        .map_err(query("list the mails of a mailbox"))?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "record" };
                Ok((read.text("external_id")?, read.json("arrival")?, read.optional_word("placement")?))
            })
            .collect()
    }

    /// Notes that a source is known to be complete over a span, by the real clock or a rehearsal's; joins what touches it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn cover(&self, source: &str, span: Span, rehearsal: bool) -> Result<(), StoreError> {
        let wish = "note what was watched";
        let (mut from, mut to) = (span.0.timestamp_millis(), span.1.timestamp_millis());
        if from > to {
            return Ok(());
        }
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        // Two that join at once would each miss what the other writes.
        take_turn(&mut transaction, "coverage").await?;
        let rows = sqlx::query(
            "DELETE FROM coverage WHERE source = $1 AND from_at <= $3 AND to_at >= $2 AND rehearsal = $4 RETURNING from_at, to_at",
        )
        .bind(source.to_owned())
        .bind(from)
        .bind(to)
        .bind(i64::from(rehearsal))
        .fetch_all(&mut *transaction)
        .await
        .map_err(query(wish))?;
        for row in &rows {
            from = from.min(row.try_get("from_at").map_err(query(wish))?);
            to = to.max(row.try_get("to_at").map_err(query(wish))?);
        }
        sqlx::query("INSERT INTO coverage (source, from_at, to_at, rehearsal) VALUES ($1, $2, $3, $4)")
            .bind(source.to_owned())
            .bind(from)
            .bind(to)
            .bind(i64::from(rehearsal))
            .execute(&mut *transaction)
            .await
            .map_err(query(wish))?;
        transaction.commit().await.map_err(query(wish))
    }

    /// Forgets that anything was watched after a moment: a clock that ran ahead and was set right said so.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn nothing_covered_after(&self, at: DateTime<Utc>) -> Result<(), StoreError> {
        let wish = "forget what cannot have been watched";
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        take_turn(&mut transaction, "coverage").await?;
        for sql in [
            "DELETE FROM coverage WHERE rehearsal = 0 AND from_at > $1",
            "UPDATE coverage SET to_at = $1 WHERE rehearsal = 0 AND to_at > $1",
            "UPDATE look SET complete_to = $1 WHERE rehearsal = 0 AND complete_to > $1",
        ] {
            sqlx::query(sql).bind(at.timestamp_millis()).execute(&mut *transaction).await.map_err(query(wish))?;
        }
        transaction.commit().await.map_err(query(wish))
    }

    /// The spans over which a source is known to be complete, by the real clock or a rehearsal's, in order and apart.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn covered(&self, source: &str, rehearsal: bool) -> Result<Vec<Span>, StoreError> {
        let rows = sqlx::query("SELECT from_at, to_at FROM coverage WHERE source = $1 AND rehearsal = $2 ORDER BY from_at")
            .bind(source.to_owned())
            .bind(i64::from(rehearsal))
            .fetch_all(&self.pool)
            .await
            .map_err(query("list what was watched"))?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "coverage" };
                Ok((read.instant("from_at")?, read.instant("to_at")?))
            })
            .collect()
    }
}
