//! Bytes that share a file of evidence with others (decision 0036): where they lie, and reading many of them, in any order, with the files
//! left open.

use std::cell::RefCell;
use std::collections::HashMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};

use super::evidence::{Evidence, EvidenceError, checked, in_file};
use super::touches::Record;

/// Files held open at most.
const FILES: usize = 160;

/// Where bytes lie that share a file with others. Written as the file's name, the first byte and how many, with spaces between.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The file's SHA-256.
    pub file: String,
    /// The first byte.
    pub at: u64,
    /// How many bytes.
    pub length: u64,
}

impl std::fmt::Display for Held {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "{} {} {}", self.file, self.at, self.length)
    }
}

impl std::str::FromStr for Held {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let mut parts = text.split(' ');
        let (Some(file), Some(at), Some(length), None) = (parts.next(), parts.next(), parts.next(), parts.next()) else { return Err(()) };
        let number = |text: &str| text.parse().map_err(|_| ());
        Ok(Self { file: file.to_owned(), at: number(at)?, length: number(length)? })
    }
}

impl Held {
    /// These bytes of an open file; fewer where it ends before.
    pub(super) fn read(&self, mut file: &File) -> std::io::Result<Vec<u8>> {
        file.seek(SeekFrom::Start(self.at))?;
        // What the store says is no reason to take memory for what is not there.
        let mut bytes = Vec::with_capacity(usize::try_from(self.length.min(64 * 1024)).unwrap_or_default());
        file.take(self.length).read_to_end(&mut bytes)?;
        Ok(bytes)
    }
}

/// Evidence of many records, read one after the other: the files that they share stay open.
#[derive(Debug)]
pub struct Reading {
    evidence: Evidence,
    open: RefCell<HashMap<String, File>>,
}

impl Reading {
    /// Of this evidence.
    #[must_use]
    pub fn new(evidence: Evidence) -> Self {
        Self { evidence, open: RefCell::default() }
    }

    /// As [`Evidence::read_record`].
    ///
    /// # Errors
    /// When the bytes are not there, or not what was kept.
    pub fn record(&self, record: &Record) -> Result<Vec<u8>, EvidenceError> {
        self.evidence.wherever(&record.sha256, record.held.as_ref(), |held| self.held(&record.sha256, held))
    }

    fn held(&self, sha256: &str, held: &Held) -> Result<Vec<u8>, EvidenceError> {
        let path = self.evidence.path(&held.file);
        let mut open = self.open.borrow_mut();
        if !open.contains_key(&held.file) {
            if open.len() >= FILES {
                open.clear();
            }
            open.insert(held.file.clone(), File::open(&path).map_err(in_file(&path))?);
        }
        let bytes = match open.get(&held.file) {
            Some(file) => held.read(file).map_err(in_file(&path))?,
            None => Vec::new(),
        };
        checked(bytes, sha256, path)
    }
}
