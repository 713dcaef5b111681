//! Mail in files: a Maildir, an mbox, an .eml, or a directory of these, told apart by content. Gives raw records one by one;
//! what cannot be read is reported and the rest goes on. Nothing is moved, marked or written.

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::time::Duration;

use super::folder::Use;
use super::handover::Trust;
use super::record::{KEPT, LARGEST, Message};
use super::{Mail, maildir, mbox, parse_head};
use crate::clock::Clock;
use crate::collect::{CollectError, Placement, RawRecord};

/// How deep directories may nest.
const DEPTH: usize = 16;
/// How long an mbox must have lain still before its last message is read without an empty line at its end.
const STILL: Duration = Duration::from_mins(1);

/// How files are read.
#[derive(Clone, Copy)]
pub struct FileSettings<'a> {
    /// The source to name in the records, e.g. `mailbox.main`.
    pub source: &'a str,
    /// Whose `Received` lines are believed.
    pub trust: &'a Trust,
    /// The clock.
    pub clock: &'a Clock,
    /// Where the mail of a file that says nothing about it landed: the inbox for the mbox of a mailbox, nothing for an import.
    pub placement: Option<Placement>,
    /// Whether the record of an external id is there already, so that its file need not be read again. Asked for the files of a
    /// Maildir only, whose names belong to one message for ever.
    pub known: Option<&'a dyn Fn(&str) -> bool>,
}

/// Something that could not be read, or only in part.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file or directory.
    pub path: PathBuf,
    /// What is wrong, as a sentence without its end.
    pub message: String,
    /// Whether the message was read all the same, in its beginning.
    pub cut: bool,
}

/// What a reading of files came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FilePass {
    /// Messages handed over.
    pub messages: u64,
    /// Messages passed over because their external id was known.
    pub known: u64,
    /// What could not be read.
    pub problems: Vec<Problem>,
    /// Whether something was not seen at all, so that silence is not proven by this reading.
    pub incomplete: bool,
}

/// Where records go.
type Sink<'a> = dyn FnMut(RawRecord) -> Result<(), CollectError> + 'a;

/// Reads all mail of a path.
///
/// # Errors
/// When the path itself cannot be read or is a file without mail, and when the sink fails.
pub fn read_path(path: &Path, settings: &FileSettings<'_>, sink: &mut Sink<'_>) -> Result<FilePass, CollectError> {
    let root = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
    let mut walk = Walk { root, settings, sink, pass: FilePass::default() };
    let metadata = std::fs::metadata(path).map_err(|source| CollectError::Read { path: path.to_owned(), source })?;
    if metadata.is_dir() {
        std::fs::read_dir(path).map_err(|source| CollectError::Read { path: path.to_owned(), source })?;
        walk.directory(path, DEPTH)?;
    } else if !walk.file(path)? {
        return Err(CollectError::NotMail { path: path.to_owned() });
    }
    Ok(walk.pass)
}

/// One reading.
struct Walk<'a, 'b> {
    /// External ids name files from here.
    root: &'a Path,
    settings: &'a FileSettings<'a>,
    sink: &'a mut Sink<'b>,
    pass: FilePass,
}

impl Walk<'_, '_> {
    /// A Maildir, or a directory of mail files and directories. Files in it that are no mail are passed over, unless they claim to be.
    fn directory(&mut self, path: &Path, depth: usize) -> Result<(), CollectError> {
        if maildir::is_maildir(path) {
            return self.maildir(path);
        }
        let Some(depth) = depth.checked_sub(1) else { return Ok(()) };
        let mut entries: Vec<PathBuf> = match std::fs::read_dir(path) {
            Ok(entries) => entries.flatten().map(|entry| entry.path()).collect(),
            Err(error) => {
                self.problem(path, &error);
                return Ok(());
            }
        };
        entries.sort();
        for entry in entries {
            let Ok(kind) = std::fs::symlink_metadata(&entry) else { continue };
            if kind.is_dir() {
                self.directory(&entry, depth)?;
            } else {
                match self.file(&entry) {
                    Ok(false) if claims_mail(&entry) => self.problem(&entry, &"it does not begin with the headers of a message"),
                    Ok(_) => {}
                    Err(CollectError::Read { path, source }) => self.problem(&path, &source),
                    Err(other) => return Err(other),
                }
            }
        }
        Ok(())
    }

    /// Every folder of a Maildir.
    fn maildir(&mut self, root: &Path) -> Result<(), CollectError> {
        let within = Some(self.name(root)).filter(|name| !name.is_empty()).map(|name| name + "/").unwrap_or_default();
        for folder in maildir::folders(root) {
            for message in maildir::messages(&folder.path) {
                let path = match message {
                    Ok(path) => path,
                    Err((path, error)) => {
                        self.problem(&path, &error);
                        continue;
                    }
                };
                let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
                let external_id = format!("{within}{}/{}", folder.name, maildir::stable_name(&name));
                if self.is_known(&external_id) {
                    continue;
                }
                match read_capped(&path) {
                    Ok((bytes, cut)) => {
                        let mail = parse_head(&bytes);
                        self.hand_over(&path, &mail, external_id, bytes, cut, folder.purpose.placement(), maildir::delivered(&name))?;
                    }
                    Err(error) => self.problem(&path, &error),
                }
            }
        }
        Ok(())
    }

    /// An mbox or one message; `false` when it is neither.
    fn file(&mut self, path: &Path) -> Result<bool, CollectError> {
        let failed = |source| CollectError::Read { path: path.to_owned(), source };
        // Asked before it is opened: a pipe would wait for a writer.
        if !std::fs::metadata(path).map_err(failed)?.is_file() {
            return Ok(false);
        }
        let file = File::open(path).map_err(failed)?;
        let mut reader = BufReader::with_capacity(64 * 1024, file);
        let head = reader.fill_buf().map_err(failed)?;
        let first_line = head.trim_ascii_start().split(|&byte| byte == b'\n').next().unwrap_or_default();
        let extension = path.extension().map(|extension| extension.to_string_lossy().to_ascii_lowercase()).unwrap_or_default();
        let name = self.name(path);
        if extension != "eml" && mbox::is_from_line(head.split(|&byte| byte == b'\n').next().unwrap_or_default()) {
            self.mbox(path, &name, reader)?;
        } else if is_header(first_line) || first_line.starts_with(b"From ") {
            drop(reader);
            let (bytes, cut) = read_capped(path).map_err(failed)?;
            let bytes = message_of(&bytes).to_vec();
            let mail = parse_head(&bytes);
            self.hand_over(path, &mail, name, bytes, cut, self.settings.placement, None)?;
        } else {
            return Ok(head.is_empty() && extension == "mbox");
        }
        Ok(true)
    }

    /// Every message of an mbox.
    fn mbox(&mut self, path: &Path, name: &str, reader: BufReader<File>) -> Result<(), CollectError> {
        let stem = path.file_stem().map(|stem| stem.to_string_lossy().into_owned()).unwrap_or_default();
        let by_name = Use::of_name(&stem, None).placement();
        let mut messages = mbox::Messages::new(reader);
        while let Some(entry) = messages.next() {
            let entry = match entry {
                Ok(entry) => entry,
                Err(error) => {
                    self.problem(path, &error);
                    break;
                }
            };
            // What somebody exported is whole; what another program fills may be half-written.
            if self.settings.known.is_some() && messages.end().is_some_and(|end| half_written(path, end, entry.is_ended())) {
                self.problem(
                    path,
                    &"its last message may not be written to its end yet: it is read when the file has lain still for a minute",
                );
                break;
            }
            let external_id = format!("{name}@{}", entry.offset);
            let mail = parse_head(&entry.bytes);
            match gmail_labels(&mail) {
                Some(Use::Own) => {}
                purpose => {
                    let placement = purpose.and_then(Use::placement).or(by_name).or(self.settings.placement);
                    self.hand_over(path, &mail, external_id, entry.bytes, entry.cut, placement, None)?;
                }
            }
        }
        Ok(())
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one message, each from another place")]
    fn hand_over(
        &mut self,
        path: &Path,
        mail: &Mail,
        external_id: String,
        bytes: Vec<u8>,
        cut: bool,
        placement: Option<Placement>,
        delivered: Option<chrono::DateTime<chrono::Utc>>,
    ) -> Result<(), CollectError> {
        if cut {
            let message = format!("message {external_id} is over {} MB; its first {} MB are kept", LARGEST >> 20, KEPT >> 20);
            self.pass.problems.push(Problem { path: path.to_owned(), message, cut: true });
        }
        let message = Message { source: self.settings.source, external_id, bytes, cut, placement };
        (self.sink)(message.filed(mail, self.settings.trust, delivered, self.settings.clock.now()))?;
        self.pass.messages += 1;
        Ok(())
    }

    fn is_known(&mut self, external_id: &str) -> bool {
        let known = self.settings.known.is_some_and(|known| known(external_id));
        self.pass.known += u64::from(known);
        known
    }

    /// A path as an external id: from the root of this reading on.
    fn name(&self, path: &Path) -> String {
        path.strip_prefix(self.root).unwrap_or(path).to_string_lossy().into_owned()
    }

    fn problem(&mut self, path: &Path, message: &dyn std::fmt::Display) {
        self.pass.incomplete = true;
        self.pass.problems.push(Problem { path: path.to_owned(), message: message.to_string(), cut: false });
    }
}

/// Whether the last message of a file that was read up to `end` may be in the middle of being written.
fn half_written(path: &Path, end: u64, ended: bool) -> bool {
    let lately = |file: &std::fs::Metadata| file.modified().is_ok_and(|at| at.elapsed().is_ok_and(|ago| ago < STILL));
    std::fs::metadata(path).is_ok_and(|file| file.len() > end || !ended && lately(&file))
}

/// What Gmail's export says about where a message lies.
fn gmail_labels(mail: &Mail) -> Option<Use> {
    let (_, labels) = mail.headers.iter().find(|(name, _)| name.eq_ignore_ascii_case("x-gmail-labels"))?;
    let has = |wanted: &str| labels.split(',').any(|label| label.trim().eq_ignore_ascii_case(wanted));
    match () {
        () if has("Drafts") || has("Trash") || (has("Sent") && !has("Inbox")) => Some(Use::Own),
        () if has("Spam") => Some(Use::Junk),
        () if has("Category Promotions") => Some(Use::Promotions),
        () if has("Inbox") => Some(Use::Inbox),
        () => None,
    }
}

/// Whether a line is a header field (RFC 5322, 2.2).
fn is_header(line: &[u8]) -> bool {
    let line = line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line);
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
    let name = name.trim_ascii_end();
    // RFC 5322 allows any letter that is seen; real names hold these, and a line of JSON is none.
    name.len() < line.len() && !name.is_empty() && name.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_./".contains(byte))
}

/// The message of a file that holds one: what mail programs put before it, empty lines and a `From ` line, is no part of it.
fn message_of(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.trim_ascii_start();
    let after_line = || bytes.iter().position(|&byte| byte == b'\n').and_then(|end| bytes.get(end + 1..));
    if bytes.starts_with(b"From ") { after_line().unwrap_or(bytes) } else { bytes }
}

/// Whether a file's name claims that it is mail.
fn claims_mail(path: &Path) -> bool {
    path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("eml") || extension.eq_ignore_ascii_case("mbox"))
}

/// A file, or its beginning where it is too large to be kept whole.
fn read_capped(path: &Path) -> std::io::Result<(Vec<u8>, bool)> {
    if !std::fs::metadata(path)?.is_file() {
        return Err(std::io::Error::other("it is no file"));
    }
    let file = File::open(path)?;
    let cut = file.metadata()?.len() > u64::try_from(LARGEST).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    file.take(u64::try_from(if cut { KEPT } else { LARGEST }).unwrap_or(u64::MAX)).read_to_end(&mut bytes)?;
    Ok((bytes, cut))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::ArrivalBasis;

    const MAIL: &str = "Received: from out.test by mx.example.org; Mon, 2 Nov 2026 15:04:05 +0000\nFrom: amy@b.example\n\
        Date: Mon, 2 Nov 2026 09:00:00 -0600\nSubject: Hi\n\nHello\n";

    fn read(path: &Path, trusted: &str) -> Result<(FilePass, Vec<RawRecord>), CollectError> {
        let (trust, clock) = (Trust::new([trusted]), Clock::manual(chrono::DateTime::from_timestamp(1_800_000_000, 0).unwrap()));
        let settings = FileSettings { source: "mailbox.main", trust: &trust, clock: &clock, placement: None, known: None };
        let mut records = Vec::new();
        let pass = read_path(path, &settings, &mut |record| {
            records.push(record);
            Ok(())
        })?;
        Ok((pass, records))
    }

    #[test]
    fn every_kind_of_file_gives_the_same_mail() {
        let root = tempfile::tempdir().unwrap();
        let at = |name: &str| root.path().join(name);
        for directory in ["m/new", "m/.Junk/cur", "m/.Sent/cur"] {
            std::fs::create_dir_all(at(directory)).unwrap();
        }
        std::fs::write(at("m/new/1793631845.M1.host"), MAIL).unwrap();
        std::fs::write(at("m/.Junk/cur/oddname:2,S"), MAIL.replace('\n', "\r\n")).unwrap();
        std::fs::write(at("m/.Sent/cur/1793631845.M2.host:2,S"), MAIL).unwrap();
        std::fs::write(at("one.eml"), MAIL).unwrap();
        std::fs::write(at("all.mbox"), format!("From amy@b.example Mon Nov  2 15:04:05 2026\nStatus: RO\n{MAIL}\n")).unwrap();
        std::fs::write(at("readme.txt"), "no mail\n").unwrap();
        std::fs::write(at("broken.eml"), "no mail\n").unwrap();
        let (pass, records) = read(root.path(), "nobody.test").unwrap();
        assert_eq!((pass.messages, pass.problems.len()), (4, 1), "{pass:?}");
        assert!(pass.problems[0].path.ends_with("broken.eml"));
        assert!(records.iter().all(|record| record.identity == records[0].identity));
        let seen: Vec<_> = records
            .iter()
            .map(|record| (record.external_id.as_str(), record.placement, record.arrival.basis, record.arrival.disputed))
            .collect();
        assert_eq!(
            seen,
            [
                ("all.mbox@0", None, ArrivalBasis::DateHeader, true),
                ("m/INBOX/1793631845.M1.host", Some(Placement::Inbox), ArrivalBasis::Maildir, false),
                ("m/Junk/oddname", Some(Placement::Spam), ArrivalBasis::DateHeader, true),
                ("one.eml", None, ArrivalBasis::DateHeader, true),
            ]
        );
        let (_, trusted) = read(&at("one.eml"), "mx.example.org").unwrap();
        assert_eq!((trusted[0].arrival.basis, trusted[0].arrival.at.timestamp()), (ArrivalBasis::Handover, 1_793_631_845));
    }

    #[test]
    fn what_stands_before_a_message_is_no_part_of_it() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.eml");
        for before in ["\n", "\r\n   ", "From amy@b.example Mon Nov  2 15:04:05 2026\n", "\nFrom - x\n", ""] {
            std::fs::write(&path, format!("{before}{MAIL}\nFrom amy@b.example Mon Nov  2 15:04:05 2026\nno second mail\n")).unwrap();
            let (_, records) = read(&path, "mx.example.org").unwrap();
            assert_eq!((records.len(), records[0].arrival.basis), (1, ArrivalBasis::Handover), "{before:?}");
            assert!(records[0].bytes.starts_with(b"Received:"), "{before:?}");
        }
    }

    #[test]
    fn a_known_message_is_not_read_again() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("cur")).unwrap();
        std::fs::write(root.path().join("cur/1793631845.M1.host:2,"), MAIL).unwrap();
        let (trust, clock) = (Trust::nobody(), Clock::system());
        let known = |id: &str| id == "INBOX/1793631845.M1.host";
        let settings = FileSettings { source: "s", trust: &trust, clock: &clock, placement: None, known: Some(&known) };
        let pass = read_path(root.path(), &settings, &mut |_| Err(CollectError::keep("must not be read"))).unwrap();
        assert_eq!((pass.messages, pass.known), (0, 1));
    }

    #[test]
    fn a_path_without_mail_is_refused_by_name() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("a.txt");
        std::fs::write(&path, "hello\n").unwrap();
        assert!(matches!(read(&path, "x"), Err(CollectError::NotMail { .. })));
        assert!(matches!(read(&root.path().join("none"), "x"), Err(CollectError::Read { .. })));
        std::fs::write(root.path().join("empty.mbox"), "").unwrap();
        assert_eq!(read(&root.path().join("empty.mbox"), "x").unwrap().0.messages, 0);
    }

    #[test]
    fn a_sink_that_fails_ends_the_reading() {
        let root = tempfile::tempdir().unwrap();
        std::fs::write(root.path().join("a.eml"), MAIL).unwrap();
        let (trust, clock) = (Trust::nobody(), Clock::system());
        let settings = FileSettings { source: "s", trust: &trust, clock: &clock, placement: None, known: None };
        let error = read_path(root.path(), &settings, &mut |_| Err(CollectError::keep("disk full"))).unwrap_err();
        assert_eq!(error.to_string(), "could not keep what came back: disk full");
    }

    #[test]
    fn an_export_of_gmail_says_where_mail_landed() {
        let root = tempfile::tempdir().unwrap();
        let path = root.path().join("All mail.mbox");
        let labelled =
            |labels: &str| format!("From 1@xxx Mon Nov 02 15:04:05 +0000 2026\nX-Gmail-Labels: {labels}\nX-N: {labels}\n{MAIL}\n");
        let text = ["Inbox,Unread", "Spam", "Inbox,Category Promotions", "Sent", "Trash,Inbox"].map(labelled).concat();
        std::fs::write(&path, text).unwrap();
        let placements: Vec<_> = read(&path, "x").unwrap().1.iter().map(|record| record.placement).collect();
        assert_eq!(placements, [Some(Placement::Inbox), Some(Placement::Spam), Some(Placement::Promotions)]);
    }
}
