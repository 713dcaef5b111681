//! Evidence: the raw bytes of a touch or a submission in a file named by their SHA-256. Written once, durably and before
//! anything depends on it; never changed. A few files are synced one by one, before they get their name; a batch is written and
//! renamed, and then synced at once with its file system (decision 0023). Many small parts, the rows of a long log, lie together in one
//! such file, a line each; each part still has a name of its own, and is checked against it (decision 0036). A file that does not hold what
//! its name says (a power cut, a failing disk) does not count as kept: the same bytes, kept again, take its place.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::folder;
use super::held::Held;
use super::sound::{Kept, Sound};
use super::touches::Record;
use crate::collect::EvidenceFault;

/// From so many files on a batch is synced with its file system: 64 files took 20 ms so, and 333 ms one by one.
const MANY: usize = 8;

/// Why evidence could not be kept or read.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum EvidenceError {
    /// The file system failed.
    #[error("could not keep or read evidence in {path}: {source}")]
    #[diagnostic(help(
        "see that you may write there, and that there is room; a file that is gone comes from a backup of `.crickets/evidence`"
    ))]
    File {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The bytes are not those that were kept.
    #[error("could not trust evidence {sha256}: its bytes were changed on disk ({path})")]
    #[diagnostic(help("put it back from a backup of `.crickets/evidence`: what is not as it came proves nothing"))]
    Changed {
        /// The name.
        sha256: String,
        /// The file.
        path: PathBuf,
    },
}

impl EvidenceError {
    /// What is wrong with the evidence, where this is of reading it.
    #[must_use]
    pub fn fault(&self) -> EvidenceFault {
        match self {
            Self::Changed { .. } => EvidenceFault::Altered,
            Self::File { source, .. } if source.kind() == ErrorKind::NotFound => EvidenceFault::Missing,
            Self::File { .. } => EvidenceFault::Unreadable,
        }
    }
}

/// The folder of evidence.
#[derive(Clone, Debug)]
pub struct Evidence {
    pub(super) folder: PathBuf,
    /// Files that were found to hold what their names say. A clone knows them too.
    pub(super) sound: Sound,
}

impl Evidence {
    /// Evidence below `folder`, which is made when first needed.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, sound: Sound::default() }
    }

    /// Where the bytes of this name are.
    #[must_use]
    pub fn path(&self, sha256: &str) -> PathBuf {
        self.folder.join(sha256.get(..2).unwrap_or("xx")).join(sha256)
    }

    /// Keeps bytes and gives their name. When this returns they are durable.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn keep(&self, bytes: &[u8]) -> Result<String, EvidenceError> {
        let mut names = self.keep_all([bytes])?;
        Ok(names.pop().unwrap_or_default())
    }

    /// Keeps a batch, which shares its syncs. When this returns all of it is durable.
    ///
    /// # Errors
    /// When one cannot be written; those before it may have been kept.
    pub fn keep_all<'a>(&self, batch: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<String>, EvidenceError> {
        let batch: Vec<&[u8]> = batch.into_iter().collect();
        if batch.is_empty() {
            return Ok(Vec::new());
        }
        folder::make(&self.folder).map_err(in_folder)?;
        let together = batch.len() >= MANY && folder::syncs_whole(&self.folder);
        let mut shards = BTreeSet::new();
        let mut names = Vec::with_capacity(batch.len());
        for bytes in batch {
            let sha256 = sha256_hex(bytes);
            let path = self.path(&sha256);
            let shard = path.parent().unwrap_or(&self.folder).to_owned();
            if !holds(&path, bytes) {
                write(&shard, &path, bytes, !together)?;
            } else if !together {
                // What is there already was put there by a batch that may not have come to its sync.
                File::open(&path).and_then(|held| held.sync_all()).map_err(in_file(&path))?;
            }
            shards.insert(shard);
            names.push(sha256);
        }
        if together {
            folder::sync_whole(&self.folder).map_err(in_folder)?;
        } else {
            for shard in &shards {
                folder::sync(shard).map_err(in_folder)?;
            }
            folder::sync(&self.folder).map_err(in_folder)?;
        }
        // The folder may lie in another file system than what it holds.
        folder::sync_above(&self.folder).map_err(in_folder)?;
        Ok(names)
    }

    /// Keeps a batch together in one file, a line each; gives each part's name, and where it lies. When this returns it is durable.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn keep_together<'a>(&self, batch: impl IntoIterator<Item = &'a [u8]>) -> Result<Vec<(String, Held)>, EvidenceError> {
        let batch: Vec<&[u8]> = batch.into_iter().collect();
        let (whole, mut at, mut parts) = (together(&batch), 0, Vec::with_capacity(batch.len()));
        for bytes in &batch {
            parts.push((sha256_hex(bytes), at, bytes.len()));
            at += bytes.len() + 1;
        }
        if parts.is_empty() {
            return Ok(Vec::new());
        }
        let file = self.keep(&whole)?;
        let count = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
        let held = |(name, at, length)| (name, Held { file: file.clone(), at: count(at), length: count(length) });
        Ok(parts.into_iter().map(held).collect())
    }

    /// The name of the file that would hold these parts together.
    #[must_use]
    pub fn name_together(batch: &[&[u8]]) -> String {
        sha256_hex(&together(batch))
    }

    /// Reads the bytes of a record back and checks them against their name, wherever they lie: a row whose shared file is not what it was may
    /// have a file of its own besides.
    ///
    /// # Errors
    /// When they are not there, or not what was kept.
    pub fn read_record(&self, record: &Record) -> Result<Vec<u8>, EvidenceError> {
        self.wherever(&record.sha256, record.held.as_ref(), |held| self.read_held(&record.sha256, held))
    }

    /// The same by what the bytes are known by.
    ///
    /// # Errors
    /// When they are not there, or not what was kept.
    pub fn read_kept(&self, kept: &Kept) -> Result<Vec<u8>, EvidenceError> {
        self.wherever(&kept.sha256, kept.held.as_ref(), |held| self.read_held(&kept.sha256, held))
    }

    /// Bytes by where they lie; `shared` reads them from a file that holds others too.
    pub(super) fn wherever(
        &self,
        sha256: &str,
        held: Option<&Held>,
        shared: impl FnOnce(&Held) -> Result<Vec<u8>, EvidenceError>,
    ) -> Result<Vec<u8>, EvidenceError> {
        match held {
            Some(held) => shared(held).or_else(|error| self.read(sha256).map_err(|_| error)),
            None => self.read(sha256),
        }
    }

    /// Reads bytes back that share a file with others, and checks them against their own name.
    ///
    /// # Errors
    /// When they are not there, or not what was kept.
    pub fn read_held(&self, sha256: &str, held: &Held) -> Result<Vec<u8>, EvidenceError> {
        let path = self.path(&held.file);
        let bytes = File::open(&path).and_then(|file| held.read(&file)).map_err(in_file(&path))?;
        checked(bytes, sha256, path)
    }

    /// Reads bytes back and checks them against their name.
    ///
    /// # Errors
    /// When they are not there, or not what was kept.
    pub fn read(&self, sha256: &str) -> Result<Vec<u8>, EvidenceError> {
        let path = self.path(sha256);
        let bytes = std::fs::read(&path).map_err(in_file(&path))?;
        checked(bytes, sha256, path)
    }
}

/// Parts as they lie together: a line each.
fn together(batch: &[&[u8]]) -> Vec<u8> {
    batch.iter().flat_map(|bytes| [*bytes, b"\n"]).flatten().copied().collect()
}

/// Bytes that were read, where they are what their name says.
pub(super) fn checked(bytes: Vec<u8>, sha256: &str, path: PathBuf) -> Result<Vec<u8>, EvidenceError> {
    if sha256_hex(&bytes) == sha256 { Ok(bytes) } else { Err(EvidenceError::Changed { sha256: sha256.to_owned(), path }) }
}

/// Whether a file holds these bytes. One that cannot be read does not: writing tells why.
fn holds(path: &Path, bytes: &[u8]) -> bool {
    let as_long = std::fs::metadata(path).is_ok_and(|file| u64::try_from(bytes.len()).is_ok_and(|length| file.len() == length));
    as_long && std::fs::read(path).is_ok_and(|held| held == bytes)
}

/// Writes a file under a passing name and gives it its own, `synced` before that.
fn write(shard: &Path, path: &Path, bytes: &[u8], synced: bool) -> Result<(), EvidenceError> {
    match std::fs::create_dir(shard) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists || !shard.is_dir() => return Err(in_file(shard)(error)),
        _ => {}
    }
    let mut temporary = tempfile::NamedTempFile::new_in(shard).map_err(in_file(shard))?;
    temporary.write_all(bytes).map_err(in_file(path))?;
    if synced {
        temporary.as_file().sync_all().map_err(in_file(path))?;
    }
    temporary.persist(path).map_err(|error| EvidenceError::File { path: path.to_owned(), source: error.error })?;
    Ok(())
}

pub(super) fn in_file(path: &Path) -> impl FnOnce(std::io::Error) -> EvidenceError {
    let path = path.to_owned();
    move |source| EvidenceError::File { path, source }
}

fn in_folder((path, source): (&Path, std::io::Error)) -> EvidenceError {
    EvidenceError::File { path: path.to_owned(), source }
}

/// SHA-256 in hex.
pub(crate) fn sha256_hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    Sha256::digest(bytes).iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_are_kept_once_and_read_back() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::new(folder.path().join("evidence"));
        let name = evidence.keep(b"hello").unwrap();
        assert_eq!(name, "2cf24dba5fb0a30e26e83b2ac5b9e29e1b161e5c1fa7425e73043362938b9824");
        assert_eq!(evidence.keep(b"hello").unwrap(), name);
        assert_eq!(evidence.read(&name).unwrap(), b"hello");
        assert_eq!(std::fs::read_dir(evidence.path(&name).parent().unwrap()).unwrap().count(), 1, "no temporary file is left");
    }

    #[test]
    fn changed_bytes_are_not_trusted() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::new(folder.path().into());
        let name = evidence.keep(b"hello").unwrap();
        std::fs::write(evidence.path(&name), b"hullo").unwrap();
        assert!(matches!(evidence.read(&name), Err(EvidenceError::Changed { .. })));
    }

    #[test]
    fn what_a_power_cut_left_is_not_taken_for_kept() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::new(folder.path().join("evidence"));
        let name = sha256_hex(b"hello");
        for left in [&b""[..], b"hel", b"\0\0\0\0\0", b"hello and more"] {
            let path = evidence.path(&name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(&path, left).unwrap();
            std::fs::write(path.with_file_name(".tmpA1b2C3"), b"hel").unwrap();
            assert_eq!(evidence.keep(b"hello").unwrap(), name);
            assert_eq!(evidence.read(&name).unwrap(), b"hello", "{left:?} was there");
        }
    }

    #[test]
    fn a_batch_may_hold_the_same_twice_and_be_kept_by_several_at_once() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::new(folder.path().join("a/b/evidence"));
        assert_eq!(evidence.keep_all([]).unwrap(), Vec::<String>::new());
        let parts: Vec<Vec<u8>> = (0_u32..40).map(|number| (number % 20).to_le_bytes().repeat(1000)).collect();
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| {
                    let names = evidence.keep_all(parts.iter().map(Vec::as_slice)).unwrap();
                    assert_eq!(names[..20], names[20..]);
                    for (name, bytes) in names.iter().zip(&parts) {
                        assert_eq!(evidence.read(name).unwrap(), *bytes);
                    }
                });
            }
        });
        assert!(evidence.keep(b"").is_ok_and(|name| evidence.read(&name).unwrap().is_empty()));
    }

    #[test]
    fn many_parts_lie_together_and_each_is_checked_by_itself() {
        let folder = tempfile::tempdir().unwrap();
        let evidence = Evidence::new(folder.path().join("evidence"));
        let parts: [&[u8]; 3] = [b"one", b"", b"two and more"];
        let kept = evidence.keep_together(parts).unwrap();
        assert_eq!(evidence.keep_together(parts).unwrap(), kept, "the same parts are the same file");
        assert!(evidence.keep_together([]).unwrap().is_empty());
        let path = evidence.path(&kept[0].1.file);
        assert_eq!(std::fs::read(&path).unwrap(), b"one\n\ntwo and more\n");
        for ((name, held), part) in kept.iter().zip(parts) {
            assert_eq!(evidence.read_held(name, held).unwrap(), part);
            assert_eq!(held.to_string().parse(), Ok(held.clone()));
        }
        std::fs::write(&path, b"one\n\ntwo and less\n").unwrap();
        assert_eq!(evidence.read_held(&kept[0].0, &kept[0].1).unwrap(), b"one", "what is beside it does not spoil it");
        assert!(matches!(evidence.read_held(&kept[2].0, &kept[2].1), Err(EvidenceError::Changed { .. })));
        std::fs::write(&path, b"on").unwrap();
        assert!(matches!(evidence.read_held(&kept[0].0, &kept[0].1), Err(EvidenceError::Changed { .. })));
        for broken in ["", "ab", "ab 1", "ab 1 -2", "ab 1 2 3", "ab x 2"] {
            assert_eq!(broken.parse::<Held>(), Err(()), "{broken}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_an_error_that_names_it() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("evidence"), b"").unwrap();
        let error = Evidence::new(folder.path().join("evidence")).keep(b"hello").unwrap_err();
        assert!(error.to_string().contains("evidence"), "{error}");
    }
}
