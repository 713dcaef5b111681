//! A lock that ends with its process, however that ends: an advisory lock of PostgreSQL, or a locked file beside SQLite.
//! Whoever holds `submit` knows that every inquiry found in `sending` was left there by a crash.

use std::fs::{File, TryLockError};
use std::io::{Error, ErrorKind};
use std::path::Path;
use std::time::Duration;

use sha2::{Digest, Sha256};
use sqlx::{AnyConnection, Row};

use super::open::{Store, StoreError, query};

/// A held lock; dropping it lets go.
#[derive(Debug)]
pub struct Lock {
    _held: Held,
}

#[derive(Debug)]
#[expect(dead_code, reason = "held for what happens when they are dropped")]
enum Held {
    File(File),
    Connection(AnyConnection),
}

impl Store {
    /// Takes the lock of this name, or `None` while another process holds it.
    ///
    /// # Errors
    /// When the lock file or the database fails.
    pub async fn lock(&self, name: &str) -> Result<Option<Lock>, StoreError> {
        if self.postgres {
            let mut connection = self.pool.acquire().await.map_err(query("take a lock"))?;
            let key = Sha256::digest(format!("crickets {name}")).iter().take(8).fold(0_i64, |key, byte| key << 8 | i64::from(*byte));
            let row = sqlx::query("SELECT CAST(CASE WHEN pg_try_advisory_lock($1) THEN 1 ELSE 0 END AS BIGINT) AS got")
                .bind(key)
                .fetch_one(&mut *connection)
                .await
                .map_err(query("take a lock"))?;
            let got: i64 = row.try_get("got").map_err(query("take a lock"))?;
            // The lock goes with its session, which therefore leaves the pool: to be closed, never used again.
            return Ok((got == 1).then(|| Lock { _held: Held::Connection(connection.detach()) }));
        }
        Ok(try_file(&self.folder, name)?.map(|file| Lock { _held: Held::File(file) }))
    }
}

/// Waits for the lock file of this name, at most so long.
pub(super) async fn wait_for_file(folder: &Path, name: &str, limit: Duration) -> Result<File, StoreError> {
    let wait = async {
        loop {
            if let Some(file) = try_file(folder, name)? {
                return Ok(file);
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    let late = |_| StoreError::File { path: folder.join(format!("{name}.lock")), source: Error::from(ErrorKind::TimedOut) };
    tokio::time::timeout(limit, wait).await.map_err(late)?
}

fn try_file(folder: &Path, name: &str) -> Result<Option<File>, StoreError> {
    let path = folder.join(format!("{name}.lock"));
    let fail = |source| StoreError::File { path: path.clone(), source };
    let file = File::options().create(true).truncate(false).write(true).open(&path).map_err(fail)?;
    match file.try_lock() {
        Ok(()) => Ok(Some(file)),
        Err(TryLockError::WouldBlock) => Ok(None),
        Err(TryLockError::Error(source)) => Err(fail(source)),
    }
}
