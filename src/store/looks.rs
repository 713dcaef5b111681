//! How each folder of a source was last looked at: up to when it is known completely, what was in the way the last time, and
//! since when it is watched no more. Looks under a rehearsal clock are kept apart.

use chrono::{DateTime, Utc};

use super::open::{Reader, Store, StoreError, query, text};
use crate::shop::plan::Span;

/// The last look at a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Look {
    /// The folder; empty for the source as a whole.
    pub folder: String,
    /// When it was last tried.
    pub tried_at: DateTime<Utc>,
    /// Up to when it is known completely; a look that fails leaves this as it was.
    pub complete_to: Option<DateTime<Utc>>,
    /// What was in the way, if anything.
    pub problem: Option<String>,
    /// From the last look at a folder that went away to when that was noticed: what came into it meanwhile nobody knows. Kept when
    /// it comes back.
    pub gone: Option<Span>,
    /// From when on it is watched no more, since it was taken out of the configuration.
    pub left_at: Option<DateTime<Utc>>,
}

impl Look {
    /// Whether the folder is part of its mailbox: it neither went away nor was taken out.
    #[must_use]
    pub fn is_watched(&self) -> bool {
        self.left_at.is_none() && self.gone.is_none_or(|(_, noticed)| self.tried_at > noticed)
    }
}

impl Store {
    /// Notes a look at a folder, by the real clock or a rehearsal's. A hole that it had stays unless this one says more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_look(&self, source: &str, look: &Look, rehearsal: bool) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO look (source, folder, tried_at, complete_to, problem, gone_from, gone_at, left_at, rehearsal) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (source, rehearsal, folder) DO UPDATE SET tried_at = excluded.tried_at, \
             complete_to = COALESCE(excluded.complete_to, look.complete_to), problem = excluded.problem, \
             gone_from = COALESCE(excluded.gone_from, look.gone_from), gone_at = COALESCE(excluded.gone_at, look.gone_at), \
             left_at = excluded.left_at",
        )
        .bind(source.to_owned())
        .bind(text(&look.folder))
        .bind(look.tried_at.timestamp_millis())
        .bind(look.complete_to.map(|at| at.timestamp_millis()))
        .bind(look.problem.as_deref().map(text))
        .bind(look.gone.map(|(from, _)| from.timestamp_millis()))
        .bind(look.gone.map(|(_, noticed)| noticed.timestamp_millis()))
        .bind(look.left_at.map(|at| at.timestamp_millis()))
        .bind(i64::from(rehearsal))
        .execute(&self.pool)
        .await
        .map_err(query("note a look at a folder"))?;
        Ok(())
    }

    /// The last look at each folder of a source, by the real clock or a rehearsal's, by name.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn looks(&self, source: &str, rehearsal: bool) -> Result<Vec<Look>, StoreError> {
        let rows = sqlx::query(
            "SELECT folder, tried_at, complete_to, problem, gone_from, gone_at, left_at FROM look \
             WHERE source = $1 AND rehearsal = $2 ORDER BY folder",
        )
        .bind(source.to_owned())
        .bind(i64::from(rehearsal))
        .fetch_all(&self.pool)
        .await
        .map_err(query("list looks at folders"))?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "look" };
                Ok(Look {
                    folder: read.text("folder")?,
                    tried_at: read.instant("tried_at")?,
                    complete_to: read.optional_instant("complete_to")?,
                    problem: read.optional_text("problem")?,
                    gone: read.optional_instant("gone_from")?.zip(read.optional_instant("gone_at")?),
                    left_at: read.optional_instant("left_at")?,
                })
            })
            .collect()
    }
}
