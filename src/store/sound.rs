//! Whether evidence is still what was kept: every name that the store holds is looked for among the files, and what they hold is hashed.
//! A file that was found sound is not hashed again by the same process while its length and time stay as they were.

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::SystemTime;

use futures::TryStreamExt as _;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::evidence::{Evidence, sha256_hex};
use super::held::Held;
use super::open::{Reader, Store, StoreError, query};
use crate::collect::{Channel, EvidenceFault};

/// What the bytes of a record are known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Kept {
    /// Their SHA-256.
    pub sha256: String,
    /// The file that they share with others; `None` where they have their own.
    pub held: Option<Held>,
}

impl Kept {
    /// The file that they lie in.
    #[must_use]
    pub fn file(&self) -> &str {
        self.held.as_ref().map_or(&self.sha256, |held| &held.file)
    }
}

/// What a piece of evidence is of.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Of {
    /// A record: its id, source and channel, and whether it has to do with a canary of ours.
    Record(String, String, Channel, bool),
    /// A submission: the inquiry, and what the piece is.
    Submission(String, String),
}

/// Files by name with the length and time at which each was found sound.
#[derive(Clone, Debug, Default)]
pub(super) struct Sound(Arc<Mutex<HashMap<String, Stamp>>>);

type Stamp = (u64, Option<SystemTime>);

impl Evidence {
    /// What is wrong with the file of this name; `None` when it holds what its name says.
    #[must_use]
    pub fn file_fault(&self, sha256: &str) -> Option<EvidenceFault> {
        let path = self.path(sha256);
        let stamp = stamp(&path);
        let known = |sound: &Sound| sound.0.lock().unwrap_or_else(PoisonError::into_inner).get(sha256).copied();
        if stamp.is_some() && known(&self.sound) == stamp {
            return None;
        }
        match self.read(sha256) {
            Ok(_) => {
                if let Some(stamp) = stamp {
                    self.sound.0.lock().unwrap_or_else(PoisonError::into_inner).insert(sha256.to_owned(), stamp);
                }
                None
            }
            Err(error) => Some(error.fault()),
        }
    }

    /// What is wrong with the bytes of a record, wherever they lie.
    #[must_use]
    pub fn fault(&self, kept: &Kept) -> Option<EvidenceFault> {
        // What a shared file holds beside them does not matter, and is not read for each of its rows.
        self.read_kept(kept).err().map(|error| error.fault())
    }

    /// Those of these files that do not hold what their names say, looked for on all cores.
    #[must_use]
    pub fn file_faults(&self, files: &[String]) -> HashMap<String, EvidenceFault> {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let share = files.len().div_ceil(cores).max(1);
        let look = |files: &[String]| -> Vec<(String, EvidenceFault)> {
            files.iter().filter_map(|file| Some((file.clone(), self.file_fault(file)?))).collect()
        };
        std::thread::scope(|scope| {
            let looks: Vec<_> = files.chunks(share).map(|files| scope.spawn(move || look(files))).collect();
            looks.into_iter().flat_map(|look| look.join().unwrap_or_default()).collect()
        })
    }

    /// Whether any file of evidence is there at all.
    #[must_use]
    pub fn holds_any(&self) -> bool {
        let shards = std::fs::read_dir(&self.folder).into_iter().flatten().flatten();
        shards.filter_map(|shard| std::fs::read_dir(shard.path()).ok()).flatten().flatten().any(|file| {
            // What a batch that was killed left behind has no name yet.
            file.file_name().len() == sha256_hex(b"").len()
        })
    }
}

fn stamp(path: &Path) -> Option<Stamp> {
    std::fs::metadata(path).ok().map(|file| (file.len(), file.modified().ok()))
}

impl Store {
    /// What the bytes of some records are known by, by identity; what is not known is left out.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn kept(&self, identities: &[String]) -> Result<HashMap<String, Kept>, StoreError> {
        let rows = self.of("SELECT id, sha256, held FROM record WHERE id IN ", identities, "").await?;
        rows.iter().map(|row| Ok((Reader { row, what: "record" }.text("id")?, kept(row)?))).collect()
    }

    /// What the bytes of each record of a source are known by, beside the record's external id.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn kept_of_source(&self, source: &str) -> Result<Vec<(String, Kept)>, StoreError> {
        let rows = sqlx::query("SELECT external_id, sha256, held FROM record WHERE source = $1")
            .bind(source.to_owned())
            .fetch_all(&self.pool)
            .await
            .map_err(query("list records"))?;
        rows.iter().map(|row| Ok((Reader { row, what: "record" }.text("external_id")?, kept(row)?))).collect()
    }

    /// Hands over every piece of evidence that the store names, with what it is of, one at a time.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn each_kept(&self, mut take: impl FnMut(Kept, Of)) -> Result<(), StoreError> {
        let wish = "list evidence";
        let mut rows = sqlx::query("SELECT id, source, channel, sha256, held, canary FROM record ORDER BY at, id").fetch(&self.pool);
        while let Some(row) = rows.try_next().await.map_err(query(wish))? {
            let read = Reader { row: &row, what: "record" };
            let of = Of::Record(read.text("id")?, read.text("source")?, read.word("channel")?, read.optional_text("canary")?.is_some());
            take(kept(&row)?, of);
        }
        drop(rows);
        let mut rows = sqlx::query("SELECT inquiry, role, sha256 FROM proof ORDER BY inquiry, position").fetch(&self.pool);
        while let Some(row) = rows.try_next().await.map_err(query(wish))? {
            let read = Reader { row: &row, what: "proof" };
            take(Kept { sha256: read.text("sha256")?, held: None }, Of::Submission(read.text("inquiry")?, read.text("role")?));
        }
        Ok(())
    }

    /// The files that hold all evidence which the store names, each once.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn evidence_files(&self) -> Result<Vec<String>, StoreError> {
        let mut files = HashSet::new();
        self.each_kept(|kept, _| {
            if !files.contains(kept.file()) {
                files.insert(kept.file().to_owned());
            }
        })
        .await?;
        let mut files: Vec<String> = files.into_iter().collect();
        files.sort_unstable();
        Ok(files)
    }

    /// Whether nothing was ever asked or collected by this store.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_empty(&self) -> Result<bool, StoreError> {
        let wish = query("see whether the store is empty");
        let known = "SELECT EXISTS (SELECT 1 FROM inquiry) OR EXISTS (SELECT 1 FROM record)";
        let row = sqlx::query(AssertSqlSafe(format!("SELECT CAST(CASE WHEN ({known}) THEN 1 ELSE 0 END AS BIGINT) AS known")))
            .fetch_one(&self.pool);
        Ok(Reader { row: &row.await.map_err(wish)?, what: "count" }.number("known")? == 0)
    }
}

fn kept(row: &AnyRow) -> Result<Kept, StoreError> {
    let read = Reader { row, what: "record" };
    let held = read.optional_text("held")?.map(|held| held.parse().map_err(|()| read.corrupt("held"))).transpose()?;
    Ok(Kept { sha256: read.text("sha256")?, held })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(evidence: &Evidence, name: &str, time: u64) {
        let file = std::fs::File::options().write(true).open(evidence.path(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + std::time::Duration::from_secs(time)).unwrap();
    }

    #[test]
    fn what_is_gone_or_altered_is_found_and_what_is_kept_again_is_sound() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::new(folder.path().join("evidence"));
        assert!(!evidence.holds_any());
        let names: Vec<String> = [&b"one"[..], b"two", b"three"].iter().map(|bytes| evidence.keep(bytes).unwrap()).collect();
        assert!(evidence.holds_any() && evidence.file_faults(&names).is_empty());
        std::fs::remove_file(evidence.path(&names[0])).unwrap();
        std::fs::write(evidence.path(&names[1]), b"tow").unwrap();
        at(&evidence, &names[1], 1);
        let want = HashMap::from([(names[0].clone(), EvidenceFault::Missing), (names[1].clone(), EvidenceFault::Altered)]);
        assert_eq!(evidence.file_faults(&names), want);
        evidence.keep_all([&b"one"[..], b"two"]).unwrap();
        assert!(evidence.file_faults(&names).is_empty());
    }

    #[test]
    fn a_row_is_sound_where_its_own_bytes_are_whatever_lies_beside_it() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::new(folder.path().to_owned());
        let kept: Vec<Kept> = evidence
            .keep_together([&b"one"[..], b"two"])
            .unwrap()
            .into_iter()
            .map(|(sha256, held)| Kept { sha256, held: Some(held) })
            .collect();
        let faults = || kept.iter().map(|kept| evidence.fault(kept)).collect::<Vec<_>>();
        assert_eq!(faults(), [None, None]);
        std::fs::write(evidence.path(kept[0].file()), b"one\ntow\n").unwrap();
        at(&evidence, kept[0].file(), 1);
        assert_eq!(faults(), [None, Some(EvidenceFault::Altered)]);
        evidence.keep(b"two").unwrap();
        assert_eq!(faults(), [None, None], "a file of its own will do");
        std::fs::remove_file(evidence.path(kept[0].file())).unwrap();
        assert_eq!(faults(), [Some(EvidenceFault::Missing), None]);
    }
}
