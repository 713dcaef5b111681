//! What the touches of a wave's shops say, put away while its report is made and read again one shop at a time: cards are small, and
//! fifty touches each are not. In memory as long as they are few, then in a file without a name, which ends with the process. Inside is
//! `MessagePack`, which gives every number back bit for bit.

use std::collections::BTreeMap;
use std::fmt;
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::Serialize;
use serde::de::DeserializeOwned;
use tempfile::SpooledTempFile;

use super::TouchDetail;
use crate::score::TouchEntry;

/// Bytes that are held in memory; more go to the disk.
const IN_MEMORY: usize = 16 << 20;

/// The touches of a shop.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Touches {
    /// By time.
    pub(super) entries: Vec<TouchEntry>,
    /// What a reader sees besides, by their ids.
    pub(super) details: BTreeMap<String, TouchDetail>,
}

/// Where the touches of a shop are: the entries, and behind them the details.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Place {
    at: u64,
    entries: usize,
    details: usize,
}

/// The touches of many shops. A clone is the same store.
#[derive(Clone)]
pub(super) struct Kept {
    folder: PathBuf,
    away: Arc<Mutex<Away>>,
}

/// The file, and the bytes of one shop: made once, since glibc tidies its whole heap when 64 kB are given back.
struct Away {
    file: SpooledTempFile,
    bytes: Vec<u8>,
}

impl fmt::Debug for Kept {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kept").field("folder", &self.folder).finish_non_exhaustive()
    }
}

impl Kept {
    /// A store whose file would lie in this folder.
    pub(super) fn within(folder: &Path) -> Self {
        let away = Away { file: SpooledTempFile::new_in(IN_MEMORY, folder), bytes: Vec::new() };
        Self { folder: folder.to_owned(), away: Arc::new(Mutex::new(away)) }
    }

    /// The folder that its file would lie in.
    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    fn away(&self) -> MutexGuard<'_, Away> {
        self.away.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Puts the touches of a shop away.
    pub(super) fn put(&self, touches: &Touches) -> io::Result<Place> {
        let mut away = self.away();
        let Away { file, bytes } = &mut *away;
        bytes.clear();
        let entries = encoded(&touches.entries, bytes)?;
        let details = encoded(&touches.details, bytes)? - entries;
        let at = file.seek(SeekFrom::End(0))?;
        file.write_all(bytes)?;
        Ok(Place { at, entries, details })
    }

    /// The touches of a shop that were put away.
    pub(super) fn get(&self, place: Place) -> io::Result<Touches> {
        let mut away = self.away();
        let (entries, details) = away.read(place.at, place.entries + place.details)?.split_at_checked(place.entries).unwrap_or_default();
        Ok(Touches { entries: decoded(entries)?, details: decoded(details)? })
    }

    /// The entries alone, which is all that JSON holds.
    pub(super) fn entries(&self, place: Place) -> io::Result<Vec<TouchEntry>> {
        decoded(self.away().read(place.at, place.entries)?)
    }
}

impl Away {
    fn read(&mut self, at: u64, bytes: usize) -> io::Result<&[u8]> {
        self.bytes.resize(bytes, 0);
        self.file.seek(SeekFrom::Start(at))?;
        self.file.read_exact(&mut self.bytes)?;
        Ok(&self.bytes)
    }
}

/// Appends a value; gives how many bytes there are then. By name, since labels leave out what they do not know.
fn encoded(value: &impl Serialize, bytes: &mut Vec<u8>) -> io::Result<usize> {
    value.serialize(&mut rmp_serde::Serializer::new(&mut *bytes).with_struct_map()).map_err(io::Error::other)?;
    Ok(bytes.len())
}

fn decoded<T: DeserializeOwned>(bytes: &[u8]) -> io::Result<T> {
    rmp_serde::from_slice(bytes).map_err(io::Error::other)
}

#[cfg(test)]
mod tests {
    use super::super::{ShopInput, sample};
    use super::*;

    fn all() -> Vec<Touches> {
        let of = |shop: ShopInput| Touches { entries: shop.card.touches, details: shop.detail.touches };
        sample::input().shops.into_iter().map(of).collect()
    }

    #[test]
    fn touches_come_back_as_they_were_from_memory_and_from_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::within(folder.path());
        let mut all = all();
        // No decimal of this length comes back from a text by rounding alone.
        all.iter_mut().flat_map(|touches| &mut touches.entries).for_each(|touch| touch.confidence = Some(0.1 + 0.2));
        let (mut places, mut rounds) = (Vec::new(), 0);
        while !kept.away().file.is_rolled() {
            places.extend(all.iter().map(|touches| kept.put(touches).unwrap()));
            rounds += 1;
            assert_eq!(kept.get(places[1]).unwrap(), all[1], "in the midst of it");
        }
        assert!(rounds > 1);
        for (n, place) in places.into_iter().enumerate().rev().take(100) {
            assert_eq!(kept.get(place).unwrap(), all[n % all.len()]);
            assert_eq!(kept.entries(place).unwrap(), all[n % all.len()].entries);
        }
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "its file has no name");
    }

    #[test]
    fn a_folder_that_takes_nothing_is_told() {
        let folder = tempfile::tempdir().unwrap();
        let kept = Kept::within(&folder.path().join("gone"));
        let all = all();
        let failed = std::iter::repeat_with(|| all.iter().find_map(|touches| kept.put(touches).err())).flatten().next();
        assert_eq!(failed.map(|error| error.kind()), Some(io::ErrorKind::NotFound));
    }
}
