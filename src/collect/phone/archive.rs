//! Archives: zip (PKWARE's application note; a Takeout, a zipped backup) and a file packed by gzip (RFC 1952). Each member goes to
//! the same readers as a file, its name behind the archive's. Nothing is unpacked to disk but a database, which has to be; what all
//! members may swell to is bounded, and archives within archives are left alone.

use std::fs::File;
use std::io::{BufReader, Error, ErrorKind, Read, Result as Io, Write as _};
use std::path::Path;

use zip::ZipArchive;
use zip::result::ZipError;

use super::read::{peek, stream};
use super::reading::{Place, Reading};
use crate::collect::CollectError;

/// How every zip archive that holds something begins.
pub(super) const ZIP: &[u8] = b"PK\x03\x04";
/// How a file that gzip packed begins.
pub(super) const GZIP: &[u8] = b"\x1f\x8b\x08";
/// How an SQLite database begins.
pub(super) const SQLITE: &[u8] = b"SQLite format 3\0";

/// Members by which documents of office programs are known: Microsoft's, open ones, Apple's.
const OFFICE: [&str; 3] = ["[Content_Types].xml", "mimetype", "Index/Document.iwa"];
/// Most members.
const MEMBERS: usize = 1_000_000;
/// Longest write-ahead log of a database.
const LOG: usize = 64 * 1024 * 1024;
/// How a member is counted that is an archive itself.
const WITHIN: &str = "an archive within an archive";
const LOCKED: &str = "a password; unpack it with it and name the folder";
/// What an archive may swell to in any case, and by what factor beyond it: texts shrink to a tenth, pictures hardly, and a bomb to
/// a thousandth.
const SWELLS: u64 = 1024 * 1024 * 1024;
const FACTOR: u64 = 100;

/// Reads every member of a zip archive. One that cannot be unpacked is told of, and the others go on.
pub(super) fn zip(path: &Path, file: File, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let name = path.display().to_string();
    let unknown = |looks: String| CollectError::UnknownLog { file: name.clone(), looks };
    let length = file.metadata().map_or(0, |metadata| metadata.len());
    let mut archive = match ZipArchive::new(BufReader::new(file)) {
        Ok(archive) => archive,
        Err(error) => {
            // Half of a Takeout is no file that may be passed over.
            reading.begin(&name, "zip");
            return reading.bad(Place::Byte(0), "", format!("the zip archive cannot be read ({error})"));
        }
    };
    if archive.len() > MEMBERS {
        return Err(unknown("a zip archive of more than a million files".to_owned()));
    }
    if OFFICE.iter().any(|part| archive.index_for_name(part).is_some()) {
        return Err(unknown("a document of an office program; open it there and save the sheet as CSV".to_owned()));
    }
    let (mut left, mut known, mut locked) = (swells(length), false, false);
    let archives = |reading: &Reading<'_>| reading.summary.skipped.get(WITHIN).copied();
    let before = archives(reading);
    // The write-ahead log of a database lies beside it.
    let mut beside = Vec::new();
    for index in 0..archive.len() {
        let member_name = archive.name_for_index(index).and_then(Result::ok).unwrap_or_default();
        let log = archive.index_for_name(&format!("{member_name}-wal"));
        let member_name: String = member_name.chars().filter(|c| !c.is_control()).collect();
        let member_name = format!("{name}/{member_name}");
        beside.clear();
        if let Some(log) = log {
            let read = archive.by_index(log).map_err(Error::other).and_then(|mut log| peek(&mut log, LOG));
            beside = read.unwrap_or_default();
        }
        let mut member = match archive.by_index(index) {
            Ok(member) if !member.is_file() => continue,
            Ok(member) => member,
            Err(ZipError::UnsupportedArchive(ZipError::PASSWORD_REQUIRED)) => {
                locked = true;
                continue;
            }
            Err(error) => {
                reading.begin(&member_name, "zip");
                reading.bad(Place::Item(index as u64 + 1), "", format!("it cannot be unpacked ({error})"))?;
                continue;
            }
        };
        if left == 0 {
            reading.begin(&member_name, "zip");
            return reading.bad(Place::Item(index as u64 + 1), "", swollen());
        }
        let (read, rest) = read_member(path, &member_name, &mut Bounded { inner: &mut member, left }, &beside, reading);
        left = rest;
        drop(member);
        match read {
            Ok(read) => known |= read,
            Err(CollectError::UnknownLog { .. }) => reading.skip("not a call log"),
            Err(CollectError::Unmapped(question)) => {
                known = true;
                reading.summary.questions.push(*question);
            }
            Err(CollectError::Read { source, .. }) => {
                known = true;
                reading.begin(&member_name, "zip");
                reading.bad(Place::Item(index as u64 + 1), "", format!("it cannot be unpacked ({source})"))?;
            }
            Err(error) => return Err(error),
        }
    }
    match (known, locked) {
        (true, false) => Ok(()),
        (true, true) => {
            reading.begin(&name, "zip");
            reading.bad(Place::Byte(0), "", format!("some of its files need {LOCKED}"))
        }
        (false, true) => Err(unknown(format!("a zip archive that needs {LOCKED}"))),
        (false, false) if archives(reading) != before => {
            Err(unknown("a zip archive that holds another archive; unpack it and name the folder".to_owned()))
        }
        (false, false) => Err(unknown("a zip archive without any call log".to_owned())),
    }
}

/// Reads a member, if it is a log, which it tells, and gives how much more the archive may swell.
fn read_member<R: Read>(
    path: &Path,
    name: &str,
    member: &mut Bounded<R>,
    beside: &[u8],
    reading: &mut Reading<'_>,
) -> (Result<bool, CollectError>, u64) {
    let read = match peek(member, SQLITE.len()) {
        Err(source) => Err(CollectError::Read { path: path.to_owned(), source }),
        Ok(begins) if begins.starts_with(ZIP) || begins.starts_with(GZIP) => {
            reading.skip(WITHIN);
            Ok(false)
        }
        Ok(begins) if begins == SQLITE => database(path, name, [&begins, beside], member, reading).map(|()| true),
        Ok(begins) => stream(path, name, &mut begins.as_slice().chain(&mut *member), reading, true).map(|()| true),
    };
    (read, member.left)
}

/// A database is read from disk: it is put into a folder that is gone afterwards.
fn database(
    path: &Path,
    name: &str,
    [begins, log]: [&[u8]; 2],
    rest: &mut impl Read,
    reading: &mut Reading<'_>,
) -> Result<(), CollectError> {
    let failed = |source| CollectError::Read { path: path.to_owned(), source };
    let folder = tempfile::tempdir().map_err(failed)?;
    let place = folder.path().join("database");
    let mut file = File::create(&place).map_err(failed)?;
    file.write_all(begins).and_then(|()| std::io::copy(rest, &mut file)).map_err(failed)?;
    if !log.is_empty() {
        std::fs::write(folder.path().join("database-wal"), log).map_err(failed)?;
    }
    let mut file = File::open(&place).map_err(failed)?;
    stream(&place, name, &mut file, reading, true)
}

/// What a file of this length may swell to.
pub(super) fn swells(length: u64) -> u64 {
    SWELLS.max(length.saturating_mul(FACTOR))
}

fn swollen() -> String {
    "the archive swells to more than a hundred times its size; unpack it and name the folder".to_owned()
}

/// No more bytes than are left; then it fails.
pub(super) struct Bounded<R> {
    pub(super) inner: R,
    pub(super) left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> Io<usize> {
        let most = usize::try_from(self.left).map_or(buffer.len(), |left| left.min(buffer.len()));
        if most == 0 && !buffer.is_empty() {
            // Exactly so much may have been all.
            let mut one = [0];
            return if self.inner.read(&mut one)? == 0 { Ok(0) } else { Err(Error::new(ErrorKind::InvalidData, swollen())) };
        }
        let read = self.inner.read(buffer.get_mut(..most).unwrap_or_default())?;
        self.left -= read as u64;
        Ok(read)
    }
}
