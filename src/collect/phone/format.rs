//! Which format a file is of, told from how it begins. Each reader is one entry of [`READERS`]; the first that recognises the head
//! reads the file.

use std::borrow::Cow;
use std::io::{BufRead, Read as _};
use std::path::Path;

use super::reading::Reading;
use super::{android, cdr, google_db, google_html, json, known, mapped, neutral};
use crate::collect::CollectError;

/// How much of a file is shown to the readers.
pub const HEAD: usize = 64 * 1024;

/// A format and how it is read.
pub struct Reader {
    /// Its name, as `inspect calls` prints it.
    pub name: &'static str,
    /// Whether a file that begins so is of this format.
    pub recognises: fn(&Head<'_>) -> bool,
    /// Reads the whole file. What is wrong with a row is told to the reading; an error ends the file.
    pub read: fn(&mut Source<'_>, &mut Reading<'_>) -> Result<(), CollectError>,
}

/// All readers; what is more special comes first.
pub const READERS: &[Reader] = &[
    android::READER,
    android::SUPER_BACKUP,
    google_html::READER,
    google_db::READER,
    neutral::READER,
    neutral::SEMICOLON_READER,
    neutral::TAB_READER,
    json::READER,
    cdr::FREEPBX_READER,
    cdr::ASTERISK_READER,
    cdr::ASTERISK_CUSTOM_READER,
    known::IMAZING_READER,
    known::IMAZING_2_READER,
    known::WHATSAPP_READER,
    known::MESSAGES_READER,
    known::IEXPLORER_READER,
    known::AIRCALL_READER,
    known::TWILIO_CALLS_READER,
    known::TWILIO_MESSAGES_READER,
    // Any other table: after everything else that could be meant.
    mapped::READER,
];

/// How a file begins.
pub struct Head<'a> {
    /// Its first bytes, at most [`HEAD`].
    pub bytes: &'a [u8],
    /// The same as text, without a byte order mark; what is no UTF-8 is replaced.
    pub text: Cow<'a, str>,
}

impl<'a> Head<'a> {
    /// The head of these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Self {
        let bytes = bytes.get(..HEAD).unwrap_or(bytes);
        let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes));
        Self { bytes, text }
    }

    /// The fields of the first line that is not empty, as CSV.
    #[must_use]
    pub fn columns(&self, delimiter: u8) -> Vec<String> {
        let mut rows = super::rows::Rows::new(self.text.as_bytes(), delimiter);
        match rows.advance() {
            Ok(super::rows::Next::Row) => rows.fields(),
            _ => Vec::new(),
        }
    }

    /// The text with space before it taken away.
    #[must_use]
    pub fn begins(&self, with: &str) -> bool {
        self.text.trim_start().starts_with(with)
    }
}

/// A file that is being read, from its beginning.
pub struct Source<'a> {
    /// Where it lies; for a member of an archive that of the archive.
    pub path: &'a Path,
    /// Its bytes.
    pub reader: &'a mut dyn BufRead,
}

impl Source<'_> {
    /// All of it, up to `most` bytes; `None` where it is longer.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn all(&mut self, most: u64) -> Result<Option<Vec<u8>>, CollectError> {
        let mut bytes = Vec::new();
        let read = self.reader.take(most + 1).read_to_end(&mut bytes);
        read.map_err(|source| CollectError::Read { path: self.path.to_owned(), source })?;
        Ok((bytes.len() as u64 <= most).then_some(bytes))
    }
}

/// What files begin with that are no call logs, what they are, and what to do with them.
const OTHERS: [(&[u8], &str); 15] = [
    (b"PK\x03\x04", "a zip archive; unpack it and name the folder"),
    (b"SQLite format 3\0", "an SQLite database of an unknown kind"),
    (
        b"%PDF",
        "a PDF document; in your account on their site, phone companies offer the calls of a bill as CSV (\"download usage details\")",
    ),
    (b"\x1f\x8b", "a gzip file; unpack it"),
    (b"\xd0\xcf\x11\xe0", "an old document of an office program; open it there and save the sheet as CSV"),
    (b"7z\xbc\xaf", PACKED),
    (b"Rar!", PACKED),
    (b"BZh", PACKED),
    (b"\xfd7zXZ", PACKED),
    (b"\x28\xb5\x2f\xfd", PACKED),
    (b"\xff\xd8\xff", PICTURE),
    (b"\x89PNG", PICTURE),
    (b"ID3", "a sound file"),
    (b"RIFF", "a sound or a film"),
    (b"{\\rtf", "a text with formats (RTF); save it as CSV"),
];
const PACKED: &str = "an archive of a kind that is not opened here; unpack it and name the folder";
const PICTURE: &str = "a picture; write what it shows into a CSV, or use `record touch`";

/// Whether a file is a tar archive, which holds its files as they are: a reader could take it for one of them.
#[must_use]
pub fn is_tar(head: &Head<'_>) -> bool {
    head.bytes.get(257..262) == Some(b"ustar")
}

/// Whether a text begins with the header of a mail (RFC 5322), or the line that begins one in an mbox.
fn is_mail(text: &str) -> bool {
    let lines = || text.lines().take_while(|line| !line.is_empty()).take(200);
    let has = |name: &str| lines().any(|line| line.get(..name.len()).is_some_and(|begins| begins.eq_ignore_ascii_case(name)));
    let name =
        |line: &str| line.split_once(':').is_some_and(|(name, _)| !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_graphic()));
    let first = lines().next().unwrap_or_default();
    (first.starts_with("From ") || name(first)) && has("From:") && (has("Date:") || has("Subject:") || has("Received:"))
}

/// What a file looks like that no reader knows, and what to do.
#[must_use]
pub fn looks_like(head: &Head<'_>) -> String {
    let text = head.text.trim_start();
    if let Some((_, what)) = OTHERS.iter().find(|(magic, _)| head.bytes.starts_with(magic)) {
        return (*what).to_owned();
    }
    if is_tar(head) {
        return "a tar archive; unpack it and name the folder".to_owned();
    }
    if text.is_empty() {
        return "an empty file".to_owned();
    }
    let first = text.lines().next().unwrap_or_default();
    let shown: String = first.chars().filter(|c| !c.is_control()).take(200).collect();
    let no_export = "no known export begins like this";
    if head.bytes.contains(&0) {
        format!("a binary file; {no_export}")
    } else if is_mail(text) {
        "a mail; `inspect mail` and `import mail` read it".to_owned()
    } else if text.starts_with(['{', '[']) {
        let begin: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().filter(|c| !c.is_control()).take(120).collect();
        format!("JSON of an unknown kind, {begin}; {no_export}: take the API's list of calls or of messages as it came")
    } else if text.starts_with('<') {
        format!("XML or HTML of an unknown kind, {shown}; {no_export}: export a CSV there")
    } else if first.contains([',', ';', '\t']) {
        format!("a table with the columns {shown}; {TABLE}")
    } else {
        format!("a text that begins {shown:?}; {no_export}, and {TABLE}")
    }
}

/// What any table needs.
pub(super) const TABLE: &str = "a table needs a column of moments and one of telephone numbers; what they are called does not matter";
