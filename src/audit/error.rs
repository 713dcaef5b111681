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
    Store(#[from] StoreError),
    /// The evidence failed.
    #[error(transparent)]
    Evidence(#[from] EvidenceError),
    /// A secret could not be had.
    #[error(transparent)]
    Secret(#[from] SecretError),
    /// Submitting could not be set up.
    #[error(transparent)]
    Submit(#[from] SubmitError),
    /// A mail of our own did not go out.
    #[error(transparent)]
    Send(#[from] SendError),
    /// A source could not be read.
    #[error(transparent)]
    Collect(#[from] CollectError),
    /// Scoring failed.
    #[error(transparent)]
    Score(#[from] ScoreError),
    /// A report could not be written.
    #[error(transparent)]
    Report(#[from] ReportError),
    /// A part of the program ended early.
    #[error("could not finish {0}: it was interrupted")]
    Interrupted(&'static str),
}

impl AuditError {
    /// A wrong request: what could not be done, and what to do.
    pub(crate) fn wrong(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self::Wrong(what.into(), hint.into())
    }

    /// Whether the fault is in what was asked or written (exit status 2), not in the doing (1).
    #[must_use]
    pub fn is_usage(&self) -> bool {
        matches!(self, Self::NoWorkspace(_) | Self::Document(_) | Self::ShopFile(_) | Self::Wrong(..) | Self::Score(_))
    }
}
