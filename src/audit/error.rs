//! Why a part of the audit could not be done.

use std::path::PathBuf;

use crate::collect::CollectError;
use crate::config::SecretError;
use crate::document::DocumentError;
use crate::report::ReportError;
use crate::score::ScoreError;
use crate::send::SendError;
use crate::shop::file::ShopFileError;
use crate::store::{EvidenceError, StoreError};
use crate::submit::SubmitError;

/// Any failure of the audit.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum AuditError {
    /// There is no workspace here.
    #[error("could not find a workspace: no crickets.toml in {0} or above")]
    #[diagnostic(help("make one with `crickets init`, or name it with `--workspace DIR`"))]
    NoWorkspace(PathBuf),
    /// A file of the workspace is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Document(#[from] DocumentError),
    /// A shop file is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    ShopFile(#[from] ShopFileError),
    /// Something named does not exist or does not fit.
    #[error("could not {0}")]
    #[diagnostic(help("{1}"))]
    Wrong(String, String),
    /// Another crickets is at it.
    #[error("could not start: another crickets is submitting from this workspace")]
    #[diagnostic(help("wait until it is done; its lock ends with it"))]
    Busy,
    /// The store failed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Store(#[from] StoreError),
    /// The evidence failed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Evidence(#[from] EvidenceError),
    /// A secret could not be had.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Secret(#[from] SecretError),
    /// Submitting could not be set up.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// A mail of our own did not go out.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Send(#[from] SendError),
    /// A source could not be read.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Collect(#[from] CollectError),
    /// Scoring failed.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// A report could not be written.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Report(#[from] ReportError),
    /// The thread that watched a source ended by a fault of ours.
    #[error("could not go on watching {0}: a fault in crickets")]
    #[diagnostic(help("please report it, with what was said before it"))]
    Fault(String),
    /// Every source failed at the start of a watch.
    #[error("could not watch anything: no source can be read as it is")]
    #[diagnostic(help("mend what was told of each; `crickets check` looks at all of them again"))]
    Blind,
    /// A part of the program ended early.
    #[error("could not finish {0}: it was interrupted")]
    Interrupted(&'static str),
}

impl AuditError {
    /// A wrong request: what could not be done, and what to do.
    pub(crate) fn wrong(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Wrong(what.into(), hint.into())
    }

    /// Whether it is of one source, or of what is configured for it: the others go on.
    #[must_use]
    pub(super) fn is_of_source(&self) -> bool {
        match self {
            Self::Collect(error) => !matches!(error, CollectError::Keep(_) | CollectError::Stopped),
            Self::Document(_) | Self::Wrong(..) | Self::Secret(_) | Self::Fault(_) => true,
            _ => false,
        }
    }

    /// What could not be done, why, and what to do: one sentence without its end.
    #[must_use]
    pub fn with_help(&self) -> String {
        let said = self.to_string();
        let said = said.trim_end_matches('.');
        Self::help_of(self).map_or_else(|| said.to_owned(), |help| format!("{said}; {help}"))
    }

    /// What to do about an error, without a period.
    pub(super) fn help_of(error: &impl miette::Diagnostic) -> Option<String> {
        error.help().map(|help| help.to_string().trim_end_matches('.').to_owned())
    }

    /// Whether the fault is in what was asked or written (exit status 2), not in the doing (1).
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NoWorkspace(_) | Self::Document(_) | Self::ShopFile(_) | Self::Wrong(..) | Self::Score(_))
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Error, ErrorKind};

    use super::*;

    #[test]
    fn a_disk_that_refuses_is_told_with_what_to_do() {
        let (path, refused) = (PathBuf::from("/srv/audit"), || Error::from(ErrorKind::PermissionDenied));
        let errors: [AuditError; 4] = [
            StoreError::File { path: path.clone(), source: refused() }.into(),
            EvidenceError::File { path: path.clone(), source: refused() }.into(),
            EvidenceError::Changed { sha256: "ab".to_owned(), path: path.clone() }.into(),
            ReportError::Write { path, source: refused() }.into(),
        ];
        for error in errors {
            let help = AuditError::help_of(&error).unwrap_or_default();
            assert!(help.contains("see that you may write there") || help.contains("backup"), "{error}: {help}");
        }
    }
}
