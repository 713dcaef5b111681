//! Opening a store by its URL, and bringing its tables up to date.

use std::path::{Path, PathBuf};
use std::time::Duration;

use chrono::{DateTime, Utc};
use sqlx::any::{AnyPoolOptions, AnyRow};
use sqlx::migrate::{Migration, MigrationType, Migrator};
use sqlx::{Any, AnyConnection, AnyPool, AssertSqlSafe, Connection, Row, SqlSafeStr, Transaction};

use super::places::Places;
use super::{folder as folders, lock};
use crate::config;

/// How long a store may take to open, another process's opening of it included.
const PATIENCE: Duration = Duration::from_secs(20);

/// Why the store could not be used.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum StoreError {
    /// It cannot be opened.
    #[error("could not open the store {url}: {source}")]
    #[diagnostic(help("see that it is there, that you may write to it and that there is room; a damaged one comes from a backup"))]
    Open {
        /// Where, without its password.
        url: String,
        /// What the database said.
        source: sqlx::Error,
    },
    /// Its tables cannot be brought up to date.
    #[error("could not bring the store {url} up to date: {source}")]
    #[diagnostic(help("a store that a newer crickets has used needs that crickets, or a later one"))]
    Migrate {
        /// Where, without its password.
        url: String,
        /// What the database said.
        source: sqlx::migrate::MigrateError,
    },
    /// Its folder or lock file cannot be made.
    #[error("could not use {path}: {source}")]
    #[diagnostic(help("see that you may write there, and that there is room; a look needs it too"))]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The alias of a new inquiry is in use.
    #[error("could not store {id}: its alias {alias} is another inquiry's")]
    Taken {
        /// The inquiry.
        id: String,
        /// Its alias address.
        alias: String,
    },
    /// A query failed.
    #[error("could not {what}: {source}")]
    #[diagnostic(help("see that the store has room and its server runs, and try again: what is done is not done twice"))]
    Query {
        /// What was wanted.
        what: &'static str,
        /// What the database said.
        source: sqlx::Error,
    },
    /// A row holds what this version cannot read.
    #[error("could not read a stored {what}: {detail}")]
    #[diagnostic(help("another version wrote it, or it was damaged: use that version, or a backup of the store"))]
    Corrupt {
        /// The kind of row.
        what: &'static str,
        /// What is wrong.
        detail: String,
    },
}

/// Names the wish behind a query, for its error.
pub(super) fn query(what: &'static str) -> impl FnOnce(sqlx::Error) -> StoreError {
    move |source| StoreError::Query { what, source }
}

/// The store: inquiries, records, touches, decisions, coverage.
#[derive(Clone, Debug)]
pub struct Store {
    pub(super) pool: AnyPool,
    pub(super) postgres: bool,
    pub(super) folder: PathBuf,
}

impl Store {
    /// Opens a store by URL, `sqlite:PATH` or `postgres://…`, and brings its tables up to date. `folder` is where lock files go.
    ///
    /// # Errors
    /// When it cannot be opened or was made by a newer version.
    pub async fn open(url: &str, folder: PathBuf) -> Result<Self, StoreError> {
        sqlx::any::install_default_drivers();
        let postgres = url.starts_with("postgres");
        let in_folder = |(path, source): (&Path, std::io::Error)| StoreError::File { path: path.to_owned(), source };
        folders::make(&folder).and_then(|()| folders::sync_above(&folder)).map_err(in_folder)?;
        // SQLite makes a process that would turn a database to WAL, or make its tables, fail rather than wait.
        let turn = if postgres { None } else { Some(lock::wait_for_file(&folder, "open", PATIENCE).await?) };
        let address = if postgres { url.to_owned() } else { sqlite_address(url) };
        let fail = |source| StoreError::Open { url: config::without_password(url), source };
        // The first connection is made outside the pool, which would try for its whole patience and then not say what is wrong.
        let late = |_| sqlx::Error::Io(std::io::ErrorKind::TimedOut.into());
        let mut first = tokio::time::timeout(PATIENCE, AnyConnection::connect(&address)).await.map_err(late).flatten().map_err(fail)?;
        prepare(&mut first, postgres).await.map_err(fail)?;
        let migrator = Migrator::with_migrations(migrations(postgres));
        migrator.run(&mut first).await.map_err(|source| StoreError::Migrate { url: config::without_password(url), source })?;
        let pool = AnyPoolOptions::new()
            .max_connections(if postgres { 8 } else { 4 })
            .acquire_timeout(PATIENCE)
            .after_connect(move |connection, _| Box::pin(prepare(connection, postgres)))
            .connect(&address)
            .await
            .map_err(fail)?;
        first.close().await.map_err(fail)?;
        drop(turn);
        Ok(Self { pool, postgres, folder })
    }

    /// How values stand in its statements.
    pub(super) fn places(&self) -> Places {
        Places { postgres: self.postgres }
    }

    /// Waits for what is under way and closes every connection.
    pub async fn close(self) {
        self.pool.close().await;
    }

    /// A setting of the store; `make` gives its value the first time.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn setting(&self, name: &str, make: impl FnOnce() -> String) -> Result<String, StoreError> {
        if let Some(value) = self.known_setting(name).await? {
            return Ok(value);
        }
        sqlx::query("INSERT INTO setting (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING")
            .bind(name)
            .bind(make())
            .execute(&self.pool)
            .await
            .map_err(query("write a setting"))?;
        self.known_setting(name).await?.ok_or(sqlx::Error::RowNotFound).map_err(query("read a setting"))
    }

    /// A setting of the store, where it has a value.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known_setting(&self, name: &str) -> Result<Option<String>, StoreError> {
        let wish = "read a setting";
        let select = sqlx::query("SELECT value FROM setting WHERE name = $1").bind(name.to_owned());
        let row = select.fetch_optional(&self.pool).await.map_err(query(wish))?;
        row.map(|row| row.try_get(0).map_err(query(wish))).transpose()
    }
}

/// The tables, step by step. A step that was ever released is never changed.
fn migrations(postgres: bool) -> Vec<Migration> {
    let counting_key = if postgres { "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY" } else { "INTEGER PRIMARY KEY NOT NULL" };
    let start = AssertSqlSafe(include_str!("migrations/0001_start.sql").replace("COUNTING_KEY,", &format!("{counting_key},")));
    let readiness = include_str!("migrations/0002_readiness.sql");
    let canary = include_str!("migrations/0003_canary.sql");
    let look = include_str!("migrations/0004_look.sql");
    let aside = include_str!("migrations/0005_aside.sql");
    let judged_under = include_str!("migrations/0006_judged_under.sql");
    let lessons = include_str!("migrations/0007_lessons.sql");
    let rehearsed = include_str!("migrations/0008_rehearsed.sql");
    let progress = include_str!("migrations/0009_progress.sql");
    let appeal = include_str!("migrations/0010_appeal.sql");
    let held = include_str!("migrations/0011_held.sql");
    let long_logs = include_str!("migrations/0012_long_logs.sql");
    let words = include_str!("migrations/0013_words.sql");
    let delivery = include_str!("migrations/0015_delivery.sql");
    vec![
        Migration::new(1, "start".into(), MigrationType::Simple, start.into_sql_str(), false),
        Migration::new(2, "readiness".into(), MigrationType::Simple, readiness.into_sql_str(), false),
        Migration::new(3, "canary".into(), MigrationType::Simple, canary.into_sql_str(), false),
        Migration::new(4, "look".into(), MigrationType::Simple, look.into_sql_str(), false),
        Migration::new(5, "aside".into(), MigrationType::Simple, aside.into_sql_str(), false),
        Migration::new(6, "judged under".into(), MigrationType::Simple, judged_under.into_sql_str(), false),
        Migration::new(7, "lessons".into(), MigrationType::Simple, lessons.into_sql_str(), false),
        Migration::new(8, "rehearsed".into(), MigrationType::Simple, rehearsed.into_sql_str(), false),
        Migration::new(9, "progress".into(), MigrationType::Simple, progress.into_sql_str(), false),
        Migration::new(10, "appeal".into(), MigrationType::Simple, appeal.into_sql_str(), false),
        Migration::new(11, "held".into(), MigrationType::Simple, held.into_sql_str(), false),
        Migration::new(12, "long logs".into(), MigrationType::Simple, long_logs.into_sql_str(), false),
        Migration::new(13, "words".into(), MigrationType::Simple, words.into_sql_str(), false),
        Migration::new(15, "delivery".into(), MigrationType::Simple, delivery.into_sql_str(), false),
    ]
}

/// What every connection is told first.
async fn prepare(connection: &mut AnyConnection, postgres: bool) -> Result<(), sqlx::Error> {
    if postgres {
        return Ok(());
    }
    // WAL lets readers in while one writes; FULL makes a commit durable, which `sending` relies on. The longer it is until a checkpoint, the
    // more of the pages that several batches of a long log change go to the database once. The system caches the file too: pages of each
    // connection's own (KiB) would be most of what grows with a store.
    for pragma in [
        "PRAGMA busy_timeout = 10000",
        "PRAGMA journal_mode = WAL",
        "PRAGMA synchronous = FULL",
        "PRAGMA foreign_keys = ON",
        "PRAGMA wal_autocheckpoint = 4096",
        "PRAGMA cache_size = -512",
    ] {
        sqlx::query(pragma).execute(&mut *connection).await?;
    }
    Ok(())
}

/// `sqlite:PATH` as sqlx reads it, which takes the path for a part of a URL. The file is made when it is not there.
fn sqlite_address(url: &str) -> String {
    let is_options = |tail: &str| !tail.is_empty() && !tail.contains('/') && tail.split('&').all(|option| option.contains('='));
    let (path, options) = url.rsplit_once('?').filter(|(_, tail)| is_options(tail)).unwrap_or((url, "mode=rwc"));
    format!("{}?{options}", path.replace('%', "%25").replace('#', "%23").replace('?', "%3F"))
}

/// Lets a transaction wait until no other one of this name is under way. Its first statement, lest SQLite refuse it the write.
pub(super) async fn take_turn(transaction: &mut Transaction<'_, Any>, name: &str) -> Result<(), StoreError> {
    sqlx::query("INSERT INTO setting (name, value) VALUES ($1, '') ON CONFLICT (name) DO UPDATE SET value = excluded.value")
        .bind(format!("turn: {name}"))
        .execute(&mut **transaction)
        .await
        .map_err(query("wait for another write"))?;
    Ok(())
}

/// A text from outside as both databases can hold it: PostgreSQL knows no NUL.
pub(super) fn text(text: &str) -> String {
    text.replace('\0', "\u{fffd}")
}

/// Reads columns by name into domain values.
pub(super) struct Reader<'a> {
    pub(super) row: &'a AnyRow,
    pub(super) what: &'static str,
}

impl Reader<'_> {
    pub(super) fn corrupt(&self, detail: impl std::fmt::Display) -> StoreError {
        StoreError::Corrupt { what: self.what, detail: detail.to_string() }
    }

    pub(super) fn text(&self, column: &str) -> Result<String, StoreError> {
        self.row.try_get(column).map_err(|error| self.corrupt(error))
    }

    pub(super) fn optional_text(&self, column: &str) -> Result<Option<String>, StoreError> {
        self.row.try_get(column).map_err(|error| self.corrupt(error))
    }

    pub(super) fn number(&self, column: &str) -> Result<i64, StoreError> {
        self.row.try_get(column).map_err(|error| self.corrupt(error))
    }

    pub(super) fn flag(&self, column: &str) -> Result<bool, StoreError> {
        Ok(self.number(column)? != 0)
    }

    pub(super) fn instant(&self, column: &str) -> Result<DateTime<Utc>, StoreError> {
        let ms = self.number(column)?;
        DateTime::from_timestamp_millis(ms).ok_or_else(|| self.corrupt(format_args!("{column} is {ms}")))
    }

    pub(super) fn optional_instant(&self, column: &str) -> Result<Option<DateTime<Utc>>, StoreError> {
        let ms: Option<i64> = self.row.try_get(column).map_err(|error| self.corrupt(error))?;
        ms.map(|ms| DateTime::from_timestamp_millis(ms).ok_or_else(|| self.corrupt(format_args!("{column} is {ms}")))).transpose()
    }

    pub(super) fn json<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        serde_json::from_str(&self.text(column)?).map_err(|error| self.corrupt(format_args!("{column}: {error}")))
    }

    /// A word of a fixed list, as serde writes it.
    pub(super) fn word<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<T, StoreError> {
        let word = self.text(column)?;
        parse_word(&word).ok_or_else(|| self.corrupt(format_args!("{column} is `{word}`")))
    }

    pub(super) fn optional_word<T: serde::de::DeserializeOwned>(&self, column: &str) -> Result<Option<T>, StoreError> {
        match self.optional_text(column)? {
            None => Ok(None),
            Some(word) => parse_word(&word).map(Some).ok_or_else(|| self.corrupt(format_args!("{column} is `{word}`"))),
        }
    }
}

fn parse_word<T: serde::de::DeserializeOwned>(word: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(word.to_owned())).ok()
}

/// A word of a fixed list, as serde writes it.
pub(super) fn word<T: serde::Serialize>(value: &T) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => String::new(),
    }
}

/// A value as JSON text.
pub(super) fn json<T: serde::Serialize>(what: &'static str, value: &T) -> Result<String, StoreError> {
    serde_json::to_string(value).map_err(|error| StoreError::Corrupt { what, detail: error.to_string() })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_store_of_an_older_version_is_brought_up_to_date() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("a.db").display());
        sqlx::any::install_default_drivers();
        let mut old = AnyConnection::connect(&sqlite_address(&url)).await.unwrap();
        Migrator::with_migrations(migrations(false).into_iter().take(1).collect::<Vec<_>>()).run(&mut old).await.unwrap();
        let insert = "INSERT INTO inquiry (id, wave, shop, frozen, mailbox, alias_token, alias_address, planned_at, status, offered_phone, \
                      offered_text, rehearsal) VALUES ('w/s', 'w', 's', '{}', 'm', 't', 'a', 1, 'planned', 0, 0, 0)";
        sqlx::query(insert).execute(&mut old).await.unwrap();
        old.close().await.unwrap();
        let store = Store::open(&url, folder.path().to_owned()).await.unwrap();
        let row = sqlx::query("SELECT readiness FROM inquiry").fetch_one(&store.pool).await.unwrap();
        assert_eq!(Reader { row: &row, what: "inquiry" }.optional_text("readiness").unwrap(), None);
    }

    #[test]
    fn a_path_is_taken_as_it_is_written() {
        for (url, want) in [
            ("sqlite:/w/a.db", "sqlite:/w/a.db?mode=rwc"),
            ("sqlite:/w/a.db?mode=ro", "sqlite:/w/a.db?mode=ro"),
            ("sqlite:/50%20off/#1/why?/a.db", "sqlite:/50%2520off/%231/why%3F/a.db?mode=rwc"),
            ("sqlite:/w/what?", "sqlite:/w/what%3F?mode=rwc"),
        ] {
            assert_eq!(sqlite_address(url), want, "{url}");
        }
    }
}
