//! Why something could not be collected. Every message names the host, folder or file; none ever holds a password.

use std::path::PathBuf;

/// A failure of the collecting room.
#[derive(Debug, thiserror::Error)]
pub enum CollectError {
    /// A plain connection would carry the password over a network.
    #[error("could not connect to {host}:{port}: a plain connection is only allowed to this machine; use imaps:// or STARTTLS")]
    PlainRefused {
        /// The host.
        host: String,
        /// The port.
        port: u16,
    },
    /// The certificates to trust are not there.
    #[error("could not read the certificates to trust from {place}: {reason}")]
    Certificates {
        /// The file, or "the system".
        place: String,
        /// What went wrong.
        reason: String,
    },
    /// No session came about.
    #[error("could not connect to {host}:{port}: {reason}")]
    Connect {
        /// The host.
        host: String,
        /// The port.
        port: u16,
        /// What went wrong.
        reason: String,
    },
    /// The server does not let us in.
    #[error("could not log in to {host} as {user}: {reason}")]
    Login {
        /// The host.
        host: String,
        /// The user.
        user: String,
        /// What the server said.
        reason: String,
    },
    /// A login by OAuth came to nothing.
    #[error("could not log in by OAuth: {0}")]
    Oauth(#[from] super::mail::oauth::OauthError),
    /// The server does not say which folders it has.
    #[error("could not list the folders of {user} on {host}: {reason}")]
    List {
        /// The host.
        host: String,
        /// The user.
        user: String,
        /// What the server said.
        reason: String,
    },
    /// A folder cannot be opened, though the connection can.
    #[error("could not open folder {folder} on {host}: {reason}")]
    Folder {
        /// The host.
        host: String,
        /// The folder.
        folder: String,
        /// What the server said.
        reason: String,
    },
    /// The connection broke, again and again.
    #[error("could not read folder {folder} on {host}: {reason}")]
    Fetch {
        /// The host.
        host: String,
        /// The folder.
        folder: String,
        /// What went wrong last.
        reason: String,
    },
    /// A file or folder cannot be read.
    #[error("could not read {path}: {source}")]
    Read {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A file cannot be written.
    #[error("could not write {path}: {source}")]
    Write {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A service that is asked over HTTP does not give what it should.
    #[error("could not read {what} from {host}: {reason}")]
    Service {
        /// The host.
        host: String,
        /// What was asked for.
        what: &'static str,
        /// What went wrong.
        reason: String,
    },
    /// A file holds neither a message nor an mbox.
    #[error("could not find mail in {path}: it is no Maildir, no mbox, and it does not begin with the headers of a message")]
    NotMail {
        /// The file.
        path: PathBuf,
    },
    /// A file is no call log that is known.
    #[error("could not read {file} as a call log: it is {looks}")]
    UnknownLog {
        /// The file.
        file: String,
        /// What it looks like instead, and what to do.
        looks: String,
    },
    /// A table could be a call log, and a person must say how it is read.
    #[error("could not read {} as it is: {}", .0.file, .0)]
    Unmapped(Box<super::phone::question::Question>),
    /// The bytes of a call record cannot be read back.
    #[error("could not read a call record back: {reason}")]
    Record {
        /// What is wrong.
        reason: String,
    },
    /// Whoever takes the records could not keep one.
    #[error("could not keep what came back: {0}")]
    Keep(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// Collecting was asked to stop; not a failure.
    #[error("could not finish collecting: it was asked to stop")]
    Stopped,
}

impl CollectError {
    /// A sink's own failure, to be handed through.
    pub fn keep(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> Self {
        Self::Keep(error.into())
    }

    /// Whether trying again later cannot help: the settings are wrong, or the records cannot be kept.
    #[must_use]
    pub fn is_lasting(&self) -> bool {
        matches!(self, Self::PlainRefused { .. } | Self::Certificates { .. } | Self::Keep(_))
    }
}

impl CollectError {
    /// What to do, where that is not said already.
    fn advice(&self) -> Option<&'static str> {
        match self {
            Self::Certificates { .. } => Some("name a PEM file of certificates that may be read as `ca_file`"),
            Self::Connect { reason, .. } if reason.starts_with("could not ") => None,
            Self::Connect { reason, .. } => {
                Some(about_tls(reason).unwrap_or("see that it runs, and that host and port of `url` are right"))
            }
            Self::Login { reason, .. } if reason.contains("crickets login") => None,
            Self::Login { reason, .. } if reason.contains("LOGINDISABLED") => Some(
                "turn on logins by password for programs at the provider, or log in by OAuth: `password = { oauth = \"gmail\" }` or \"outlook\"",
            ),
            Self::Login { .. } => {
                Some("see the user in `url` and the `password`; where the provider asks for a second step it wants an app password")
            }
            Self::List { .. } => Some("name those to read as `folders` of the mailbox, e.g. folders = [\"INBOX\", \"Junk\"]"),
            Self::Read { source, .. } => match source.kind() {
                std::io::ErrorKind::NotFound => {
                    Some("see that the path is right; a file or folder that is yet to come is read once it is there")
                }
                std::io::ErrorKind::PermissionDenied => Some("let whoever runs crickets read it"),
                _ => None,
            },
            _ => None,
        }
    }
}

impl miette::Diagnostic for CollectError {
    fn help<'a>(&'a self) -> Option<Box<dyn std::fmt::Display + 'a>> {
        self.advice().map(|advice| Box::new(advice) as Box<dyn std::fmt::Display>)
    }
}

/// What to do about a failure of TLS, by what rustls says of it.
pub(crate) fn about_tls(reason: &str) -> Option<&'static str> {
    let says = |words: &[&str]| words.iter().any(|word| reason.contains(word));
    // A CA that was made anew under its old name signs otherwise.
    if says(&["UnknownIssuer", "CaUsedAsEndEntity", "BadSignature"]) {
        Some("nobody who is trusted here vouches for its certificate: where its CA is your own, name the CA's PEM file as `ca_file`")
    } else if says(&["NotValidForName", "not valid for name"]) {
        Some("its certificate is another host's: see the host of `url`")
    } else if says(&["Expired", "certificate expired"]) {
        Some("its certificate has run out, or the clock of this machine is wrong")
    } else if says(&["corrupt message", "InvalidContentType"]) {
        Some("this port does not begin with TLS: see the port and the scheme of `url`")
    } else {
        None
    }
}

/// The innermost cause of a failed request, which names no address.
pub(crate) fn root_cause(error: &reqwest::Error) -> String {
    if error.is_timeout() {
        return "it does not answer in time".to_owned();
    }
    let mut at: &dyn std::error::Error = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_there_or_may_not_be_read_says_what_to_do() {
        let said = |kind: std::io::ErrorKind| CollectError::Read { path: "mail".into(), source: kind.into() }.advice();
        assert!(said(std::io::ErrorKind::NotFound).is_some_and(|advice| advice.contains("path is right")));
        assert!(said(std::io::ErrorKind::PermissionDenied).is_some_and(|advice| advice.contains("let whoever runs crickets")));
        assert_eq!(said(std::io::ErrorKind::InvalidData), None);
    }
}
