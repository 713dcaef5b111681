//! Canaries: what was sent when, and which record it came back as. One is written before its first byte leaves, so that a
//! crash never makes two of a day's one.

use chrono::{DateTime, TimeDelta, Utc};
use sqlx::any::AnyRow;
use sqlx::{AnyConnection, Row};

use super::open::{Reader, Store, StoreError, query, take_turn, text};
use crate::collect::{Arrival, Placement};

/// How soon a canary that the outgoing server did not take may be followed by another.
pub const AFTER_REFUSAL: TimeDelta = TimeDelta::hours(1);

/// A test mail of our own.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Canary {
    /// Its id.
    pub id: String,
    /// The mailbox that it goes to, e.g. `mailbox.main`.
    pub source: String,
    /// The address that it goes to.
    pub address: String,
    /// By our clock, before the first byte.
    pub sent_at: DateTime<Utc>,
    /// By our clock, when the outgoing server had taken it.
    pub accepted_at: Option<DateTime<Utc>>,
    /// Why the outgoing server did not take it.
    pub refused: Option<String>,
    /// Why it could not be delivered, as a mail server reported.
    pub undelivered: Option<String>,
    /// What came back.
    pub back: Option<Back>,
    /// Sent under a rehearsal clock.
    pub rehearsal: bool,
}

/// A canary that came back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Back {
    /// Every clock of its arrival.
    pub arrival: Arrival,
    /// By our clock, when it was taken in.
    pub seen_at: DateTime<Utc>,
    /// Where it landed.
    pub placement: Option<Placement>,
    /// Its evidence.
    pub sha256: String,
}

impl Store {
    /// Writes a canary that is about to be sent, unless one was sent to its mailbox less than `apart` ago; gives whether it may go.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn begin_canary(&self, canary: &Canary, apart: TimeDelta) -> Result<bool, StoreError> {
        let wish = "note a canary";
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        // Two that look at once would each find none.
        take_turn(&mut transaction, "canary").await?;
        let (source, at) = (&canary.source, canary.sent_at);
        if !is_due(&mut transaction, source, canary.rehearsal, at, apart).await.map_err(query(wish))? {
            return Ok(false);
        }
        sqlx::query("INSERT INTO canary (id, source, address, sent_at, rehearsal) VALUES ($1, $2, $3, $4, $5)")
            .bind(canary.id.clone())
            .bind(canary.source.clone())
            .bind(canary.address.clone())
            .bind(canary.sent_at.timestamp_millis())
            .bind(i64::from(canary.rehearsal))
            .execute(&mut *transaction)
            .await
            .map_err(query(wish))?;
        transaction.commit().await.map_err(query(wish))?;
        Ok(true)
    }

    /// Whether a canary may go to a mailbox at a moment: none was sent less than `apart` before it.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn canary_is_due(&self, source: &str, rehearsal: bool, at: DateTime<Utc>, apart: TimeDelta) -> Result<bool, StoreError> {
        let wish = "look for the last canary";
        let mut connection = self.pool.acquire().await.map_err(query(wish))?;
        is_due(&mut connection, source, rehearsal, at, apart).await.map_err(query(wish))
    }

    /// Notes what the outgoing server said: when it took the canary, or why not.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn settle_canary(&self, id: &str, said: Result<DateTime<Utc>, &str>) -> Result<(), StoreError> {
        sqlx::query("UPDATE canary SET accepted_at = $1, refused = $2 WHERE id = $3")
            .bind(said.ok().map(|at| at.timestamp_millis()))
            .bind(said.err().map(text))
            .bind(id.to_owned())
            .execute(&self.pool)
            .await
            .map_err(query("note what became of a canary"))?;
        Ok(())
    }

    /// Notes why a canary could not be delivered.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn canary_undelivered(&self, id: &str, why: &str) -> Result<(), StoreError> {
        sqlx::query("UPDATE canary SET undelivered = $1 WHERE id = $2")
            .bind(text(why))
            .bind(id.to_owned())
            .execute(&self.pool)
            .await
            .map_err(query("note what became of a canary"))?;
        Ok(())
    }

    /// To which mailbox a canary of this id was sent, and whether in a rehearsal; `None` where it was not sent from here.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn sent_canary(&self, id: &str) -> Result<Option<(String, bool)>, StoreError> {
        let row = sqlx::query("SELECT source, rehearsal FROM canary WHERE id = $1")
            .bind(id.to_owned())
            .fetch_optional(&self.pool)
            .await
            .map_err(query("look a canary up"))?;
        row.map(|row| {
            let read = Reader { row: &row, what: "canary" };
            Ok((read.text("source")?, read.flag("rehearsal")?))
        })
        .transpose()
    }

    /// How many test mails of other workspaces lie in a mailbox.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn canaries_of_others(&self, source: &str) -> Result<usize, StoreError> {
        let row = sqlx::query("SELECT COUNT(*) AS others FROM record WHERE source = $1 AND canary LIKE 'other %'")
            .bind(source.to_owned())
            .fetch_one(&self.pool)
            .await
            .map_err(query("count canaries of others"))?;
        Ok(usize::try_from(Reader { row: &row, what: "canary" }.number("others")?).unwrap_or_default())
    }

    /// Every canary by the time it was sent, with the first record that it came back as.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn canaries(&self) -> Result<Vec<Canary>, StoreError> {
        let rows = sqlx::query(
            "SELECT canary.id, canary.source, address, sent_at, accepted_at, refused, undelivered, canary.rehearsal, \
             arrival, collected_at, placement, sha256 \
             FROM canary LEFT JOIN record ON record.canary = canary.id ORDER BY sent_at, canary.id, collected_at, record.id",
        )
        .fetch_all(&self.pool)
        .await
        .map_err(query("list canaries"))?;
        let mut canaries = rows.iter().map(canary).collect::<Result<Vec<Canary>, StoreError>>()?;
        canaries.dedup_by(|later, first| later.id == first.id);
        Ok(canaries)
    }
}

async fn is_due(
    connection: &mut AnyConnection,
    source: &str,
    rehearsal: bool,
    at: DateTime<Utc>,
    apart: TimeDelta,
) -> Result<bool, sqlx::Error> {
    let earlier = sqlx::query(
        "SELECT COUNT(*) AS earlier FROM canary WHERE source = $1 AND rehearsal = $2 AND (refused IS NULL AND sent_at > $3 OR sent_at > $4)",
    )
    .bind(source.to_owned())
    .bind(i64::from(rehearsal))
    .bind((at - apart).timestamp_millis())
    .bind((at - apart.min(AFTER_REFUSAL)).timestamp_millis())
    .fetch_one(connection)
    .await?;
    Ok(earlier.try_get::<i64, _>("earlier")? == 0)
}

fn canary(row: &AnyRow) -> Result<Canary, StoreError> {
    let read = Reader { row, what: "canary" };
    let back = match read.optional_text("sha256")? {
        None => None,
        Some(sha256) => Some(Back {
            arrival: read.json("arrival")?,
            seen_at: read.instant("collected_at")?,
            placement: read.optional_word("placement")?,
            sha256,
        }),
    };
    Ok(Canary {
        id: read.text("id")?,
        source: read.text("source")?,
        address: read.text("address")?,
        sent_at: read.instant("sent_at")?,
        accepted_at: read.optional_instant("accepted_at")?,
        refused: read.optional_text("refused")?,
        undelivered: read.optional_text("undelivered")?,
        back,
        rehearsal: read.flag("rehearsal")?,
    })
}
