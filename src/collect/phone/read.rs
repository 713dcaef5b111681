//! From a path to rows: folders are walked, files recognised by how they begin and given to their reader.

use std::io::{BufReader, Cursor, Read};
use std::path::{Path, PathBuf};

use super::format::{HEAD, Head, READERS, Source, looks_like};
use super::reading::{Reading, Settings, Sink, Summary};
use crate::collect::CollectError;

/// Reads a file or folder of phone records into `sink`. In a folder a file that is no call log is passed over.
///
/// # Errors
/// When a file cannot be read, nothing there is a call log, or whoever takes the rows cannot keep one.
pub fn path<'a>(path: &Path, settings: &'a Settings, sink: &'a mut Sink<'a>) -> Result<Summary, CollectError> {
    let mut reading = Reading::new(settings, sink);
    if !path.is_dir() {
        file(path, &mut reading)?;
        return Ok(reading.summary);
    }
    let mut known = false;
    for member in files(path)? {
        match file(&member, &mut reading) {
            Ok(()) => known = true,
            Err(CollectError::UnknownLog { .. }) => reading.skip("not a call log"),
            Err(error) => return Err(error),
        }
    }
    if known {
        return Ok(reading.summary);
    }
    Err(CollectError::UnknownLog { file: path.display().to_string(), looks: "a folder without any call log".to_owned() })
}

/// Reads phone records that are at hand, or a part of a file, into `sink`; they are called `name`.
///
/// # Errors
/// When they cannot be read, are no call log, or whoever takes the rows cannot keep one.
pub fn bytes<'a>(
    path: &Path,
    name: &str,
    bytes: impl Read,
    settings: &'a Settings,
    sink: &'a mut Sink<'a>,
) -> Result<Summary, CollectError> {
    let mut reading = Reading::new(settings, sink);
    stream(path, name, bytes, &mut reading)?;
    Ok(reading.summary)
}

fn file(path: &Path, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let failed = |source| CollectError::Read { path: path.to_owned(), source };
    let opened = std::fs::File::open(path).map_err(failed)?;
    stream(path, &path.display().to_string(), opened, reading)
}

/// Reads one stream that is called `name`.
fn stream(path: &Path, name: &str, mut stream: impl Read, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let mut begin = Vec::with_capacity(HEAD);
    let most = u64::try_from(HEAD).unwrap_or(u64::MAX);
    (&mut stream).take(most).read_to_end(&mut begin).map_err(|source| CollectError::Read { path: path.to_owned(), source })?;
    let head = Head::new(&begin);
    let Some(reader) = READERS.iter().find(|reader| (reader.recognises)(&head)) else {
        return Err(CollectError::UnknownLog { file: name.to_owned(), looks: looks_like(&head) });
    };
    reading.begin(name, reader.name);
    let mut whole = BufReader::with_capacity(HEAD, Cursor::new(&begin).chain(stream));
    (reader.read)(&mut Source { path, reader: &mut whole }, reading)
}

/// Every file below a folder, in the order of their names.
///
/// # Errors
/// When a folder cannot be listed.
pub fn files(folder: &Path) -> Result<Vec<PathBuf>, CollectError> {
    let mut found = Vec::new();
    let mut waiting = vec![folder.to_owned()];
    while let Some(folder) = waiting.pop() {
        let failed = |source| CollectError::Read { path: folder.clone(), source };
        for entry in std::fs::read_dir(&folder).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            let kind = entry.file_type().map_err(failed)?;
            // A link could lead out of the folder, or round in it.
            if kind.is_dir() {
                waiting.push(entry.path());
            } else if kind.is_file() {
                found.push(entry.path());
            }
        }
    }
    found.sort();
    Ok(found)
}
