//! The names inside a Maildir: which folders there are (Maildir++ `.Junk`, or nested directories) and what a file name says
//! about its delivery. Messages stay where they are: nothing moves from `new` to `cur`.

use std::collections::HashSet;
use std::path::{Path, PathBuf};

use chrono::{DateTime, Utc};

use super::folder::{self, Use};

/// How deep folders may nest.
const DEPTH: usize = 8;

/// A folder of a Maildir.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct MailFolder {
    pub(crate) path: PathBuf,
    /// Its name as people read it; `INBOX` for the Maildir itself.
    pub(crate) name: String,
    pub(crate) purpose: Use,
}

/// Whether a directory is a Maildir.
pub(crate) fn is_maildir(path: &Path) -> bool {
    path.join("cur").is_dir() || path.join("new").is_dir()
}

/// The Maildir and its folders, those of sent and draft mail left out; by name. Given such a folder itself, it is taken.
pub(crate) fn folders(root: &Path) -> Vec<MailFolder> {
    let own_name = root.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let is_subfolder = root.parent().is_some_and(is_maildir);
    let name = if is_subfolder { folder::decode(own_name.strip_prefix('.').unwrap_or(&own_name)) } else { "INBOX".to_owned() };
    let mut found = vec![MailFolder { path: root.to_owned(), purpose: Use::of_name(&name, Some('.')), name }];
    below(root, "", DEPTH, &mut root.canonicalize().into_iter().collect(), &mut found);
    found
}

/// Adds the folders below a directory, also those that a link leads to; `within` are those that were gone through, under their true names.
fn below(directory: &Path, prefix: &str, depth: usize, within: &mut HashSet<PathBuf>, found: &mut Vec<MailFolder>) {
    let Some(depth) = depth.checked_sub(1) else { return };
    let mut children: Vec<(String, PathBuf)> = std::fs::read_dir(directory)
        .into_iter()
        .flatten()
        .flatten()
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), entry.path()))
        .filter(|(_, path)| path.is_dir())
        .filter(|(name, _)| !matches!(name.as_str(), "cur" | "new" | "tmp"))
        .collect();
    children.sort();
    for (file_name, path) in children {
        let (name, delimiter) = match file_name.strip_prefix('.') {
            Some(name) => (folder::decode(name), '.'),
            None => (format!("{prefix}{}", folder::decode(&file_name)), '/'),
        };
        let purpose = Use::of_name(&name, Some(delimiter));
        if purpose == Use::Own || path.canonicalize().is_ok_and(|path| !within.insert(path)) {
            continue;
        }
        if is_maildir(&path) {
            found.push(MailFolder { path: path.clone(), purpose, name: name.clone() });
        }
        below(&path, &format!("{name}/"), depth, within, found);
    }
}

/// The messages of one folder, `new` and `cur`, by file name; a directory that cannot be read is given as an error.
pub(crate) fn messages(folder: &Path) -> Vec<Result<PathBuf, (PathBuf, std::io::Error)>> {
    let mut found = Vec::new();
    for part in ["cur", "new"] {
        let directory = folder.join(part);
        match std::fs::read_dir(&directory) {
            Ok(entries) => {
                let files = entries.flatten().filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'));
                found.extend(files.map(|entry| entry.path()).filter(|path| !path.is_dir()).map(Ok));
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {}
            Err(error) => found.push(Err((directory, error))),
        }
    }
    found.sort_by_cached_key(|entry| match entry {
        Ok(path) => path.file_name().map(std::ffi::OsStr::to_owned),
        Err(_) => None,
    });
    found
}

/// The part of a file name that stays when flags change or the file moves from `new` to `cur`.
pub(crate) fn stable_name(file_name: &str) -> &str {
    file_name.split([':', ';', '!']).next().unwrap_or(file_name)
}

/// The delivery time in a file name: its leading digits, seconds since 1970, or milliseconds; `None` in any other name.
pub(crate) fn delivered(file_name: &str) -> Option<DateTime<Utc>> {
    let digits: String = file_name.chars().take_while(char::is_ascii_digit).collect();
    let number: i64 = digits.parse().ok()?;
    match digits.len() {
        9 | 10 => DateTime::from_timestamp(number, 0),
        13 => DateTime::from_timestamp_millis(number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_tell_the_delivery() {
        for (name, seconds) in [
            ("1700000000.M123P45.host,S=1234,W=1240:2,S", Some(1_700_000_000)),
            ("1700000000.host", Some(1_700_000_000)),
            ("1700000000_0.7.host:2,", Some(1_700_000_000)),
            ("1700000000", Some(1_700_000_000)),
            ("1700000000123.x", Some(1_700_000_000)),
            ("42.host", None),
            ("msg-1700000000.eml", None),
            ("20261102150405.x", None),
            ("99999999999999999999.x", None),
            ("", None),
        ] {
            assert_eq!(delivered(name).map(|at| at.timestamp()), seconds, "{name}");
        }
        assert_eq!(stable_name("1700000000.a.host,S=1:2,RS"), "1700000000.a.host,S=1");
    }

    #[test]
    fn folders_are_found_and_ours_left_out() {
        let root = tempfile::tempdir().unwrap();
        let maildir = root.path().join("Maildir");
        for folder in ["", ".Junk", ".Sent", ".INBOX.Spam", ".Entw&APw-rfe", "Builders", "Builders/Texas", "Drafts", "notes"] {
            let part = if folder == "notes" { "x" } else { "cur" };
            std::fs::create_dir_all(maildir.join(folder).join(part)).unwrap();
        }
        let names = |found: Vec<MailFolder>| found.into_iter().map(|folder| (folder.name, folder.purpose)).collect::<Vec<_>>();
        assert_eq!(
            names(folders(&maildir)),
            [
                ("INBOX".to_owned(), Use::Inbox),
                ("INBOX.Spam".to_owned(), Use::Junk),
                ("Junk".to_owned(), Use::Junk),
                ("Builders".to_owned(), Use::Other),
                ("Builders/Texas".to_owned(), Use::Other)
            ]
        );
        assert_eq!(names(folders(&maildir.join(".Junk"))), [("Junk".to_owned(), Use::Junk)]);
    }
}
