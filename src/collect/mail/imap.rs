//! Mail by IMAP (RFC 3501), only ever reading: EXAMINE and BODY.PEEK, so no flag changes and nothing is fetched that a
//! message points to. Takes settings and cursors, gives raw records and the cursors of the next pass.
//!
//! A pass fetches by UID from where the last one ended. A folder whose UIDVALIDITY changed is read again from its start; the
//! identity of a mail tells that it is the same. A message that cannot be fetched is reported, set aside and tried again later.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use chrono::{DateTime, Utc};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};

use super::folder::Use;
pub use super::imap_holes::{Hole, Holes, Lack};
use super::imap_pass::Walker;
use super::oauth::Tokens;
use super::record::LARGEST;
use crate::clock::Clock;
use crate::collect::{CollectError, RawRecord};
use crate::config::{Secret, SecretError, is_here};

/// How the connection is secured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// TLS from the first byte (`imaps://`).
    Implicit,
    /// TLS by STARTTLS, insisted upon.
    StartTls,
    /// None; only to this machine.
    Plain,
}

impl Tls {
    /// What a URL means: `imaps` is TLS, `imap` is plain to this machine and STARTTLS to any other; `None` for other schemes.
    #[must_use]
    pub fn of_url(scheme: &str, host: &str) -> Option<Self> {
        match scheme {
            "imaps" => Some(Self::Implicit),
            "imap" if is_here(host) => Some(Self::Plain),
            "imap" => Some(Self::StartTls),
            _ => None,
        }
    }
}

/// How often a watch looks; the default suits real servers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    /// How long one IDLE lasts.
    pub idle: Duration,
    /// How often the folders besides the inbox are looked at.
    pub others: Duration,
    /// How often a server without IDLE is asked.
    pub poll: Duration,
    /// The first wait before connecting again; it doubles up to a minute.
    pub backoff: Duration,
    /// The first wait after a refused login; it doubles up to an hour, since providers lock accounts.
    pub refused: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            idle: Duration::from_mins(9),
            others: Duration::from_mins(1),
            poll: Duration::from_secs(30),
            backoff: Duration::from_secs(1),
            refused: Duration::from_mins(1),
        }
    }
}

/// What a mailbox is entered with.
#[derive(Clone, Debug)]
pub enum Login {
    /// A password.
    Password(Password),
    /// A token that a provider gives out.
    Oauth(Arc<Tokens>),
}

/// A password, read again from its place after a server refused it: it may have been changed there meanwhile.
#[derive(Clone, Debug)]
pub struct Password {
    place: Option<Secret>,
    /// As it was last read, and whether it was refused since.
    known: Arc<Mutex<(SecretString, bool)>>,
}

impl Password {
    /// Reads it.
    ///
    /// # Errors
    /// When it cannot be had.
    pub fn read(place: &Secret) -> Result<Self, SecretError> {
        Ok(Self { place: Some(place.clone()), known: Arc::new(Mutex::new((place.get()?, false))) })
    }

    /// As it is now. A place that does not give it any more is no reason to forget it.
    pub(super) fn now(&self) -> SecretString {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if let (true, Some(place)) = (known.1, &self.place)
            && let Ok(password) = place.get()
        {
            *known = (password, false);
        }
        known.0.clone()
    }

    pub(super) fn refused(&self) {
        self.known.lock().unwrap_or_else(PoisonError::into_inner).1 = true;
    }
}

impl From<&str> for Password {
    fn from(password: &str) -> Self {
        Self { place: None, known: Arc::new(Mutex::new((password.into(), false))) }
    }
}

/// A mailbox and how to reach it.
#[derive(Clone, Debug)]
pub struct ImapSettings {
    /// The source to name in the records, e.g. `mailbox.main`.
    pub source: String,
    /// The host.
    pub host: String,
    /// The port.
    pub port: u16,
    /// How the connection is secured.
    pub tls: Tls,
    /// The user.
    pub user: String,
    /// What it is entered with.
    pub login: Login,
    /// A PEM file of certificates to trust instead of the system's.
    pub ca_file: Option<PathBuf>,
    /// The folders; by default every one that can be opened but those of sent and draft mail, and the trash where a message is missing.
    pub folders: Option<Vec<String>>,
    /// Addresses from which we write, with any plus part; `@example.org` stands for all of a domain. What they wrote is left out of
    /// views over all mail.
    pub own: Vec<String>,
    /// How long a server may take to answer.
    pub command_timeout: Duration,
    /// A message of more bytes is fetched in its beginning only.
    pub largest: u64,
    /// Hosts whose `Received` lines are believed; empty: those of the mailbox host's domain.
    pub trusted: Vec<String>,
    /// How often a watch looks.
    pub pace: Pace,
}

impl ImapSettings {
    /// Settings with the defaults: all folders, the system's certificates, a minute for an answer.
    #[must_use]
    pub fn new(source: &str, host: &str, port: u16, tls: Tls, user: &str, login: Login) -> Self {
        Self {
            source: source.to_owned(),
            host: host.to_owned(),
            port,
            tls,
            user: user.to_owned(),
            login,
            ca_file: None,
            folders: None,
            own: Vec::new(),
            command_timeout: Duration::from_mins(1),
            largest: LARGEST as u64,
            trusted: Vec::new(),
            pace: Pace::default(),
        }
    }
}

/// Up to where a folder has been read.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cursor {
    /// The folder.
    pub folder: String,
    /// Its UIDVALIDITY; the UIDs of another are others.
    pub uidvalidity: u32,
    /// The lowest UID not yet read.
    pub next_uid: u32,
    /// When the last complete look at the folder began.
    pub last_pass: Option<DateTime<Utc>>,
    /// The messages below `next_uid` that could not be read so far.
    #[serde(default)]
    pub aside: Vec<Aside>,
    /// What came into it and was never read.
    #[serde(default)]
    pub holes: Holes,
}

impl Cursor {
    /// Of a folder that was not read yet.
    pub(super) fn of(folder: &str) -> Self {
        Self { folder: folder.to_owned(), next_uid: 1, ..Self::default() }
    }
}

/// A message that could not be read, and is tried again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Aside {
    /// Its UID; 0 when the folder's UIDVALIDITY changed since, and the folder is not read again to its end yet.
    pub uid: u32,
    /// Its size, as far as it is known.
    pub size: u64,
    /// The look before the one that found it; `None` when that was the first.
    pub from: Option<DateTime<Utc>>,
    /// When it was found: it came between these two.
    pub to: DateTime<Utc>,
    /// What was in the way.
    pub reason: String,
}

/// What a pass saw of one folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FolderPass {
    /// The folder.
    pub folder: String,
    /// When the look before this one began; `None` for the first.
    pub seen_from: Option<DateTime<Utc>>,
    /// Up to when the folder is known completely: when this look began, but for what is set aside in its cursor.
    /// Unchanged from `seen_from` if the folder could not be opened or not be read to its end.
    pub seen_by: Option<DateTime<Utc>>,
    /// Messages handed over.
    pub messages: u64,
    /// Whether it was there before and is on the server no more.
    pub gone: bool,
    /// What could not be read, as sentences without their ends.
    pub problems: Vec<String>,
}

/// What a pass came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Pass {
    /// Where the next pass begins.
    pub cursors: Vec<Cursor>,
    /// The folders looked at.
    pub folders: Vec<FolderPass>,
    /// Folders that ought to be looked at and are not, by the settings or the server.
    pub unread: Vec<FolderPass>,
}

/// Where records go.
pub(super) type Sink<'a> = dyn FnMut(RawRecord) -> Result<(), CollectError> + 'a;

/// Fetches what came since the cursors were written, folder by folder, the inbox first. Messages are handed over in the order
/// of their UIDs; a cursor passes a message only after the sink has taken it.
///
/// # Errors
/// When the mailbox cannot be reached or entered, its folders cannot be listed, or the sink fails. A folder or message that cannot
/// be read, if only because the connection broke, is a problem of the pass, not an error: what others gave is kept.
pub fn catch_up(settings: &ImapSettings, cursors: &[Cursor], clock: &Clock, sink: &mut Sink<'_>) -> Result<Pass, CollectError> {
    let mut walker = Walker::new(settings, clock, None, cursors.to_vec());
    walker.connect()?;
    let listed = walker.folders()?;
    let (folders, _) = walker.pass(&listed, sink)?;
    let unread = walker.unread.clone();
    let cursors = walker.finish();
    Ok(Pass { cursors, folders, unread })
}

/// What a mailbox shows when it is entered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entered {
    /// The folders that would be watched.
    pub folders: Vec<String>,
    /// Why spam would not be read, as a sentence without its end.
    pub unread: Option<String>,
    /// Whether there is a folder for spam among those watched.
    pub has_spam: bool,
}

/// Logs in and names the folders that would be watched.
///
/// # Errors
/// When the mailbox cannot be reached or entered, its folders cannot be listed, or a folder of the settings is not there.
pub fn check_login(settings: &ImapSettings) -> Result<Entered, CollectError> {
    // No time is read here: without a pass there is nothing to stamp.
    let clock = Clock::manual(DateTime::<Utc>::UNIX_EPOCH);
    let mut walker = Walker::new(settings, &clock, None, Vec::new());
    walker.connect()?;
    let listed = walker.folders()?;
    for folder in &listed {
        if let Err(failure) = walker.opened(folder)? {
            let reason = failure.text().to_owned();
            return Err(CollectError::Folder { host: settings.host.clone(), folder: folder.name.clone(), reason });
        }
    }
    let unread = walker.unread.iter().flat_map(|pass| &pass.problems).next().cloned();
    walker.finish();
    let has_spam = listed.iter().any(|folder| folder.purpose == Use::Junk);
    Ok(Entered { folders: listed.into_iter().map(|folder| folder.name).collect(), unread, has_spam })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_scheme_and_the_host_tell_how_to_connect() {
        for (scheme, host, expected) in [
            ("imaps", "mail.example.org", Some(Tls::Implicit)),
            ("imap", "mail.example.org", Some(Tls::StartTls)),
            ("imap", "localhost", Some(Tls::Plain)),
            ("imap", "127.0.0.1", Some(Tls::Plain)),
            ("imap", "[::1]", Some(Tls::Plain)),
            ("imap", "localhost.example.org", Some(Tls::StartTls)),
            ("http", "localhost", None),
        ] {
            assert_eq!(Tls::of_url(scheme, host), expected, "{scheme}://{host}");
        }
    }

    #[test]
    fn a_plain_connection_to_another_machine_is_refused() {
        let settings = ImapSettings::new("s", "192.0.2.1", 143, Tls::Plain, "u", Login::Password("secret".into()));
        let error = check_login(&settings).unwrap_err();
        assert!(matches!(error, CollectError::PlainRefused { .. }), "{error}");
        assert!(!format!("{settings:?}{error}").contains("secret"));
    }
}
