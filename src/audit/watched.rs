//! Files of call logs under the eyes of `watch`. A file is read when it changed: on from where it was read when its beginning is the same,
//! else wholly. What may be half-written is waited for: the last line of a file of lines, and all of any other file. What was rotated
//! away is read to its end under its new name. How far each was read is kept in the store, for a rehearsal apart.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::{Duration, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::door::Sink;
use super::phones::{Named, Problems, take};
use super::{AuditError, SourcePass, Vouched, Workspace};
use crate::collect::CollectError;
use crate::collect::mail::canonical::hex;
use crate::collect::phone::{Place, Row, Settings, Summary, read};
use crate::config::Phone;

/// How long a file must have lain still before what is wrong with it is told, and its last line is read without its end.
const STILL: Duration = Duration::from_mins(1);
/// How long a file that does not consist of lines must have lain still before it is read.
const SETTLED: Duration = Duration::from_secs(4);
/// How much of either end of a file shows whether it changed.
const EDGE: u64 = 4096;
/// How the names begin under which files are noted.
const FILE: &str = "file ";

/// How far a file was read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    size: u64,
    /// Nanoseconds since 1970, as text: JSON numbers are too short.
    changed: String,
    /// SHA-256 of both its ends.
    edges: String,
    /// How many bytes were read, and their SHA-256; for files of lines.
    read: u64,
    sha256: String,
    /// The last line that was read.
    line: u64,
    /// Whether there is nothing left that may have been half-written.
    whole: bool,
    /// What is wrong with it.
    problem: Option<String>,
    /// How it was read: by which settings, by which version.
    how: String,
}

/// What a reading of a file gave.
struct Looked {
    known: Known,
    summary: Summary,
    problems: Vec<String>,
}

impl Workspace {
    /// Looks at the files of a phone and reads what changed; gives what is wrong with one since before.
    pub(super) async fn watch_files(
        &self,
        phone: &Phone,
        named: Vec<PathBuf>,
        total: &mut SourcePass,
    ) -> Result<Option<String>, AuditError> {
        let (source, place) = (phone.source(), self.place_of(&phone.source()));
        let mut before = BTreeMap::new();
        for (name, known) in self.store.progress(&place).await? {
            if let Some(file) = name.strip_prefix(FILE) {
                before.insert(file.to_owned(), serde_json::from_value::<Known>(known).unwrap_or_default());
            }
        }
        let settings = self.phone_settings(phone)?;
        let how = hex(&Sha256::digest(format!("{} {settings:?}", env!("CARGO_PKG_VERSION"))));
        let settings = Settings { now: Some(self.clock.now()), ..settings };
        let (of, known) = (how.clone(), before.clone());
        let root = self.root.clone();
        let surveyed = tokio::task::spawn_blocking(move || survey(named, &root, &known, &of)).await;
        let surveyed = surveyed.map_err(|_| AuditError::Interrupted("looking at files"))?;
        let mut standing = None;
        for Surveyed { file, name, changed } in surveyed {
            let known = before.remove(&name);
            let told = known.as_ref().and_then(|known| known.problem.clone());
            standing = standing.or_else(|| told.clone());
            if !changed {
                continue;
            }
            let (settings, of, read_as, path) = (settings.clone(), source.clone(), how.clone(), file.path.clone());
            let read = move |sink: &mut Sink<'_>| look(&path, known.as_ref(), &settings, &of, read_as, sink);
            let looked = match self.drain_rows(read).await {
                Ok((None, ..)) => continue,
                Ok((Some(looked), added, known)) => {
                    total.new += added.new;
                    total.known += known;
                    total.grown += added.grown;
                    looked
                }
                Err(AuditError::Collect(error)) => match unreadable(&file, &error, &how) {
                    Some(looked) => looked,
                    None => continue,
                },
                Err(error) => return Err(error),
            };
            let Looked { mut known, mut summary, mut problems } = looked;
            let asked = std::mem::take(&mut summary.questions);
            summary.bad += u64::try_from(asked.len()).unwrap_or_default();
            problems.extend(asked.into_iter().map(|question| format!("{}.", CollectError::Unmapped(Box::new(question)))));
            self.cover_log(phone, &summary, Vouched::default(), &mut problems).await?;
            known.problem = problems.first().cloned().or_else(|| known.problem.filter(|_| summary.bad > 0));
            self.store.put_progress(&place, &format!("{FILE}{name}"), &serde_json::to_value(&known).unwrap_or_default()).await?;
            // What stays in the way is told once.
            total.problems.extend(problems.into_iter().filter(|problem| told.as_ref() != Some(problem)));
        }
        for (name, _) in before {
            total.problems.push(format!("{name} is gone; what was read of it stays."));
            self.store.drop_progress(&place, &format!("{FILE}{name}")).await?;
        }
        Ok(standing)
    }
}

/// A file that is there, and whether it must be read.
struct Surveyed {
    file: Named,
    name: String,
    changed: bool,
}

fn survey(named: Vec<PathBuf>, root: &Path, before: &BTreeMap<String, Known>, how: &str) -> Vec<Surveyed> {
    let mut files = Vec::new();
    for path in named {
        if path.is_dir() {
            files.extend(read::files(&path).unwrap_or_default().into_iter().map(|path| Named { path, in_folder: true }));
        } else {
            files.push(Named { path, in_folder: false });
        }
    }
    let surveyed = files.into_iter().filter_map(|file| {
        let stand = Stand::of(&file.path)?;
        let name = file.path.strip_prefix(root).unwrap_or(&file.path).to_string_lossy().into_owned();
        let changed = before.get(&name).is_none_or(|known| {
            let same = known.how == how && known.size == stand.size && known.changed == stand.changed && known.edges == stand.edges;
            !same || (!known.whole && stand.age >= STILL)
        });
        Some(Surveyed { file, name, changed })
    });
    surveyed.collect()
}

/// How a file stands there now.
struct Stand {
    size: u64,
    changed: String,
    /// How long ago it was changed, by the machine's clock; very long where that lies ahead.
    age: Duration,
    edges: String,
}

impl Stand {
    fn of(path: &Path) -> Option<Self> {
        let data = std::fs::metadata(path).ok().filter(std::fs::Metadata::is_file)?;
        let changed = data.modified().ok()?;
        let mut file = File::open(path).ok()?;
        let mut hash = Sha256::new();
        std::io::copy(&mut (&mut file).take(EDGE), &mut hash).ok()?;
        file.seek(SeekFrom::Start(data.len().saturating_sub(EDGE))).ok()?;
        std::io::copy(&mut file.take(EDGE), &mut hash).ok()?;
        Some(Self {
            size: data.len(),
            changed: changed.duration_since(UNIX_EPOCH).unwrap_or_default().as_nanos().to_string(),
            age: changed.elapsed().unwrap_or(Duration::MAX),
            edges: hex(&hash.finalize()),
        })
    }
}

/// Reads what is new in a file; `None` where it must be waited for.
fn look(
    path: &Path,
    before: Option<&Known>,
    settings: &Settings,
    source: &str,
    how: String,
    sink: &mut Sink<'_>,
) -> Result<Option<Looked>, CollectError> {
    let failed = |error| CollectError::Read { path: path.to_owned(), source: error };
    let Some(stand) = Stand::of(path) else { return Ok(None) };
    let fresh = stand.age < STILL;
    let lines = is_lines(path).map_err(failed)?;
    if !lines && stand.age < SETTLED {
        return Ok(None);
    }
    let until = if lines && fresh { whole_lines(path, stand.size).map_err(failed)? } else { stand.size };
    let before = before.filter(|known| lines && known.how == how && !known.sha256.is_empty());
    let goes_on = match before {
        Some(known) => until >= known.read && begins_with(path, known).map_err(failed)?,
        None => false,
    };
    let mut problems = Problems::default();
    if let Some(known) = before.filter(|_| !goes_on)
        && let Some(rotated) = rotated(path, known)
    {
        // What was appended between the last look and the rotation.
        let mut ends = Rows { after: known.line, last: 0, bad: None };
        let mut pass = |row: Row<'_>| ends.take(&row, source, sink, &mut problems);
        read::path(&rotated, settings, &mut pass)?;
    }
    let mut rows = Rows { after: before.filter(|_| goes_on).map_or(0, |known| known.line), last: 0, bad: None };
    let name = path.display().to_string();
    let read = {
        let mut pass = |row: Row<'_>| rows.take(&row, source, sink, &mut problems);
        if lines {
            let part = File::open(path).map_err(failed)?.take(until);
            read::bytes(path, &name, part, settings, &mut pass)
        } else {
            read::path(path, settings, &mut pass)
        }
    };
    let summary = match read {
        Ok(summary) => summary,
        // It may only have begun.
        Err(CollectError::UnknownLog { .. } | CollectError::Read { .. }) if fresh => return Ok(None),
        Err(error) => return Err(error),
    };
    let waits = fresh && (until < stand.size || rows.bad.is_some());
    let known = Known {
        size: stand.size,
        changed: stand.changed,
        edges: stand.edges,
        read: until,
        sha256: if lines { beginning(path, until).map_err(failed)? } else { String::new() },
        line: match rows.bad {
            Some(bad) if fresh => bad.saturating_sub(1),
            // A last line without its end may go on yet.
            _ if lines && whole_lines(path, until).map_err(failed)? < until => rows.last.saturating_sub(1),
            _ => rows.last,
        },
        whole: !waits,
        problem: before.and_then(|known| known.problem.clone()),
        how,
    };
    let problems = if fresh && rows.bad.is_some() { Vec::new() } else { problems.sentences() };
    Ok(Some(Looked { known, summary, problems }))
}

/// What is noted of a file that cannot be read, lest it be tried at every look; `None` where it is to be tried again.
fn unreadable(file: &Named, error: &CollectError, how: &str) -> Option<Looked> {
    let stand = Stand::of(&file.path)?;
    let silent = file.in_folder && matches!(error, CollectError::UnknownLog { .. });
    let problem = (!silent).then(|| format!("{error}."));
    let known =
        Known { size: stand.size, changed: stand.changed, edges: stand.edges, whole: true, how: how.to_owned(), ..Known::default() };
    let summary = Summary { bad: u64::from(problem.is_some()), ..Summary::default() };
    Some(Looked { known, summary, problems: problem.into_iter().collect() })
}

/// The rows of a file, of which some are known.
struct Rows {
    /// Up to this line all is known.
    after: u64,
    /// The last line.
    last: u64,
    /// The first line that is new and cannot be read.
    bad: Option<u64>,
}

impl Rows {
    fn take(&mut self, row: &Row<'_>, source: &str, sink: &mut Sink<'_>, problems: &mut Problems) -> Result<(), CollectError> {
        if let Place::Line(line) = row.place {
            if line <= self.after {
                self.last = self.last.max(line);
                return Ok(());
            }
            self.last = self.last.max(line);
            if row.call.is_err() {
                self.bad.get_or_insert(line);
            }
        } else if row.call.is_err() {
            self.bad.get_or_insert(1);
        }
        take(row, source, sink, problems)
    }
}

/// Whether a file consists of lines: it begins neither as an archive or database nor as XML, HTML or JSON.
fn is_lines(path: &Path) -> std::io::Result<bool> {
    let mut head = Vec::new();
    File::open(path)?.take(EDGE).read_to_end(&mut head)?;
    let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&head).trim_ascii_start();
    let other: [&[u8]; 5] = [b"<", b"{", b"[", b"PK\x03\x04", b"SQLite"];
    Ok(!head.contains(&0) && !other.iter().any(|begin| text.starts_with(begin)))
}

/// Where the last line that has its end ends.
fn whole_lines(path: &Path, size: u64) -> std::io::Result<u64> {
    let mut file = File::open(path)?;
    let mut end = size;
    while end > 0 {
        let from = end.saturating_sub(EDGE);
        let mut piece = Vec::new();
        file.seek(SeekFrom::Start(from))?;
        (&mut file).take(end - from).read_to_end(&mut piece)?;
        if let Some(at) = piece.iter().rposition(|&byte| byte == b'\n') {
            return Ok(from + u64::try_from(at).unwrap_or_default() + 1);
        }
        end = from;
    }
    Ok(0)
}

/// SHA-256 of the first bytes of a file.
fn beginning(path: &Path, bytes: u64) -> std::io::Result<String> {
    let mut hash = Sha256::new();
    std::io::copy(&mut File::open(path)?.take(bytes), &mut hash)?;
    Ok(hex(&hash.finalize()))
}

fn begins_with(path: &Path, known: &Known) -> std::io::Result<bool> {
    Ok(beginning(path, known.read)? == known.sha256)
}

/// The file beside `path` that begins as it did: it was renamed, and another has taken its place.
fn rotated(path: &Path, known: &Known) -> Option<PathBuf> {
    let stem = path.file_stem()?.to_string_lossy().into_owned();
    let beside = std::fs::read_dir(path.parent()?).ok()?.filter_map(Result::ok).map(|entry| entry.path());
    let like = beside.filter(|other| other != path && other.file_name().is_some_and(|name| name.to_string_lossy().starts_with(&stem)));
    let large = like.filter(|other| std::fs::metadata(other).is_ok_and(|data| data.is_file() && data.len() >= known.read));
    large.into_iter().find(|other| known.read > 0 && begins_with(other, known).unwrap_or(false))
}
