//! The journal of webhooks: every believed request, as it came, in a file that only grows, a line of JSON each. A line is on the disk
//! before its request is answered, and is read afterwards, from where the last reading ended; whatever ends the program in between
//! costs a second look. Headers that hold a secret are kept as their SHA-256.

use std::fs::{File, OpenOptions};
use std::io::{BufRead as _, BufReader, Read, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{Delivery, Provider};
use crate::collect::CollectError;
use crate::collect::mail::canonical::hex;
use crate::config::without_password;

/// Headers that hold a secret of ours or of the provider.
const SECRET: [&str; 5] = ["authorization", "proxy-authorization", "cookie", "x-api-key", "x-forwarded-authorization"];
/// Longest line that is read back: a body of 1 MB and its headers.
const LONGEST: u64 = 4 * 1024 * 1024;

/// A line.
#[derive(Serialize, Deserialize)]
struct Line {
    at: DateTime<Utc>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rehearsed_at: Option<DateTime<Utc>>,
    phone: String,
    provider: String,
    method: String,
    url: String,
    headers: Vec<(String, String)>,
    /// In base64.
    body: String,
}

/// The journal, open for writing.
#[derive(Debug)]
pub struct Journal {
    folder: PathBuf,
    open: Mutex<Option<Open>>,
}

#[derive(Debug)]
struct Open {
    name: String,
    file: File,
    /// Whether the last line may have stayed without its end.
    torn: bool,
}

impl Journal {
    /// A journal in `folder`, which is made when it is first needed.
    #[must_use]
    pub fn new(folder: PathBuf) -> Self {
        Self { folder, open: Mutex::new(None) }
    }

    /// Writes a request; when this returns it is on the disk.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn append(&self, delivery: &Delivery) -> Result<(), CollectError> {
        let kept = |(name, value): &(String, String)| {
            let value = if SECRET.contains(&name.as_str()) { format!("sha256:{}", hex(&Sha256::digest(value))) } else { value.clone() };
            (name.clone(), value)
        };
        let line = Line {
            at: delivery.at,
            rehearsed_at: delivery.rehearsed_at,
            phone: delivery.phone.clone(),
            provider: delivery.provider.name().to_owned(),
            method: delivery.method.clone(),
            url: without_password(&delivery.url),
            headers: delivery.headers.iter().map(kept).collect(),
            body: STANDARD.encode(&delivery.body),
        };
        let mut text = serde_json::to_string(&line).map_err(CollectError::keep)?;
        text.push('\n');
        let name = delivery.at.format("webhooks-%Y-%m.jsonl").to_string();
        let path = self.folder.join(&name);
        self.write(&name, &text).map_err(|source| CollectError::Write { path, source })
    }

    fn write(&self, name: &str, text: &str) -> std::io::Result<()> {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if open.as_ref().is_none_or(|open| open.name != name) {
            *open = Some(self.start(name)?);
        }
        let Some(Open { file, torn, .. }) = open.as_mut() else { return Ok(()) };
        if std::mem::replace(torn, true) {
            file.write_all(b"\n")?;
        }
        file.write_all(text.as_bytes())?;
        file.sync_data()?;
        *torn = false;
        Ok(())
    }

    /// Opens a file of the journal; the entries of its folders are durable afterwards.
    fn start(&self, name: &str) -> std::io::Result<Open> {
        std::fs::create_dir_all(&self.folder)?;
        let mut options = OpenOptions::new();
        options.create(true).append(true).read(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(self.folder.join(name))?;
        for folder in [Some(self.folder.as_path()), self.folder.parent()].into_iter().flatten() {
            #[cfg(unix)]
            File::open(if folder.as_os_str().is_empty() { Path::new(".") } else { folder })?.sync_all()?;
            #[cfg(not(unix))]
            let _ = folder;
        }
        // A power cut may have left half a line, which was never answered.
        let mut last = [b'\n'];
        if file.metadata()?.len() > 0 {
            file.seek(SeekFrom::End(-1))?;
            file.read_exact(&mut last)?;
        }
        Ok(Open { name: name.to_owned(), torn: last != *b"\n", file })
    }
}

/// The names of the journal's files, oldest first.
///
/// # Errors
/// When the folder is there and cannot be listed.
pub fn files(folder: &Path) -> Result<Vec<String>, CollectError> {
    let failed = |source| CollectError::Read { path: folder.to_owned(), source };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(failed(error)),
    };
    let mut names = Vec::new();
    for entry in entries {
        let name = entry.map_err(failed)?.file_name().to_string_lossy().into_owned();
        if name.strip_suffix(".jsonl").is_some_and(|stem| stem.starts_with("webhooks-")) {
            names.push(name);
        }
    }
    names.sort();
    Ok(names)
}

/// A request read back, and where the next line begins.
#[derive(Debug)]
pub struct Entry {
    /// Where the next line begins.
    pub next: u64,
    /// The request, or what is wrong with its line.
    pub delivery: Result<Delivery, String>,
}

/// At most `most` requests of a file from `offset` on. A line that is being written is left for later.
///
/// # Errors
/// When the file cannot be read.
pub fn entries(path: &Path, offset: u64, most: usize) -> Result<Vec<Entry>, CollectError> {
    let open = || {
        let mut file = File::open(path)?;
        file.seek(SeekFrom::Start(offset))?;
        entries_of(file, offset, most)
    };
    open().map_err(|source| CollectError::Read { path: path.to_owned(), source })
}

/// The same of what follows an offset.
///
/// # Errors
/// When it cannot be read.
pub fn entries_of(rest: impl Read, offset: u64, most: usize) -> std::io::Result<Vec<Entry>> {
    let (mut reader, mut next, mut found) = (BufReader::new(rest), offset, Vec::new());
    while found.len() < most {
        let mut line = Vec::new();
        let length = (&mut reader).take(LONGEST).read_until(b'\n', &mut line)?;
        let whole = line.ends_with(b"\n");
        if length == 0 || (!whole && u64::try_from(length).is_ok_and(|length| length < LONGEST)) {
            break;
        }
        next += u64::try_from(length).unwrap_or_default();
        if !line.iter().all(u8::is_ascii_whitespace) {
            found.push(Entry { next, delivery: delivery(&line) });
        }
    }
    Ok(found)
}

fn delivery(line: &[u8]) -> Result<Delivery, String> {
    let line: Line = serde_json::from_slice(line).map_err(|error| error.to_string())?;
    let provider = Provider::of_name(&line.provider).ok_or_else(|| format!("{} is no provider that is known", line.provider))?;
    let body = STANDARD.decode(&line.body).map_err(|error| error.to_string())?;
    let Line { at, rehearsed_at, phone, method, url, headers, .. } = line;
    Ok(Delivery { phone, provider, at, rehearsed_at, method, url, headers, body })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(body: &[u8]) -> Delivery {
        Delivery {
            phone: "main".to_owned(),
            provider: Provider::Bandwidth,
            at: "2026-11-02T15:04:05.123Z".parse().unwrap(),
            rehearsed_at: None,
            method: "POST".to_owned(),
            url: "https://u:hush@a.test/hooks/main/bandwidth".to_owned(),
            headers: vec![
                ("authorization".to_owned(), "Basic aHVzaA==".to_owned()),
                ("content-type".to_owned(), "application/json".to_owned()),
            ],
            body: body.to_owned(),
        }
    }

    #[test]
    fn requests_are_read_back_byte_for_byte_and_secrets_are_not_kept() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::new(folder.path().join("journal"));
        for body in [b"\xff\x00\n".as_slice(), b"two"] {
            journal.append(&request(body)).unwrap();
        }
        let names = files(&folder.path().join("journal")).unwrap();
        assert_eq!(names, ["webhooks-2026-11.jsonl"]);
        let path = folder.path().join("journal").join(&names[0]);
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(!text.contains("aHVzaA") && !text.contains("hush"), "{text}");
        let all = entries(&path, 0, 10).unwrap();
        assert_eq!(
            all.iter().map(|entry| entry.delivery.as_ref().unwrap().body.clone()).collect::<Vec<_>>(),
            [b"\xff\x00\n".to_vec(), b"two".to_vec()]
        );
        let first = &entries(&path, 0, 1).unwrap()[0];
        assert_eq!(entries(&path, first.next, 10).unwrap().len(), 1);
        assert!(entries(&path, all[1].next, 10).unwrap().is_empty());
        assert!(files(&folder.path().join("none")).unwrap().is_empty());
    }

    #[test]
    fn half_a_line_is_left_until_the_next_one_ends_it() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("webhooks-2026-11.jsonl");
        std::fs::write(&path, "{\"at\":\"2026-11-0").unwrap();
        assert!(entries(&path, 0, 10).unwrap().is_empty());
        Journal::new(folder.path().to_owned()).append(&request(b"x")).unwrap();
        let all = entries(&path, 0, 10).unwrap();
        assert_eq!(all.iter().map(|entry| entry.delivery.is_ok()).collect::<Vec<_>>(), [false, true]);
    }
}
