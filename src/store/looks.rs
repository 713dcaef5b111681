//! How each folder of a source was last looked at: up to when it is known completely, and what was in the way the last time.

use chrono::{DateTime, Utc};

use super::open::{Reader, Store, StoreError, query, text};

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
}

impl Store {
    /// Notes a look at a folder.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn note_look(&self, source: &str, look: &Look) -> Result<(), StoreError> {
        sqlx::query(
            "INSERT INTO look (source, folder, tried_at, complete_to, problem) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (source, folder) DO UPDATE SET tried_at = excluded.tried_at, \
             complete_to = COALESCE(excluded.complete_to, look.complete_to), problem = excluded.problem",
        )
        .bind(source.to_owned())
        .bind(text(&look.folder))
        .bind(look.tried_at.timestamp_millis())
        .bind(look.complete_to.map(|at| at.timestamp_millis()))
        .bind(look.problem.as_deref().map(text))
        .execute(&self.pool)
        .await
        .map_err(query("note a look at a folder"))?;
        Ok(())
    }

    /// The last look at each folder of a source, by name.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn looks(&self, source: &str) -> Result<Vec<Look>, StoreError> {
        let rows = sqlx::query("SELECT folder, tried_at, complete_to, problem FROM look WHERE source = $1 ORDER BY folder")
            .bind(source.to_owned())
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
                })
            })
            .collect()
    }
}
