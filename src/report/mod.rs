//! What people read. Takes scored cards with their details ([`Input`]); gives a [`Report`] and, from it, the files of a
//! wave: a leaderboard, a scorecard per builder, tables and JSON (`crickets.report/1`). The model is pure and every writer
//! takes the same [`Report`], so that the same report is the same bytes in every format. Refuses nothing; foreign text is
//! escaped in each format, and staff names are redacted before any writer sees them where the builder did not ask for the audit.

pub(crate) mod advice;
mod chart;
mod compare;
mod csv;
mod html;
mod json;
mod mail_html;
mod md;
mod model;
mod phoned;
mod redact;
mod scorecard;
mod sensitivity;
mod svg;
mod trailing;
mod watched;
pub mod words;

use std::io::Write as _;
use std::path::{Path, PathBuf};

pub use model::{
    Alive, ClockOffset, Coverage, EvidenceRef, GapSpan, Input, Report, ReportShop, RubricRef, SCHEMA, ShopDetail, ShopInput, TouchDetail,
    build,
};
pub use phoned::{Phoned, tell as phoned};

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file or folder could not be written.
    #[error("could not write {path}: {source}")]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A page could not be rendered.
    #[error("could not render {page} of wave {wave}: {message}")]
    Render {
        /// The page.
        page: String,
        /// The wave.
        wave: String,
        /// What the template said.
        message: String,
    },
    /// A value could not be put into JSON or CSV.
    #[error("could not encode {file} of wave {wave}: {message}")]
    Encode {
        /// The file.
        file: String,
        /// The wave.
        wave: String,
        /// What the encoder said.
        message: String,
    },
}

/// A format of the report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Format {
    /// `index.html` and `builders/<slug>.html`.
    Html,
    /// `leaderboard.csv`, `criteria.csv`, `touches.csv`.
    Csv,
    /// `report.json`.
    Json,
    /// `report.md`.
    Md,
}

impl Format {
    /// Every format, in the order in which they are written.
    pub const ALL: [Self; 4] = [Self::Html, Self::Csv, Self::Json, Self::Md];

    fn writer(self) -> &'static dyn Writer {
        match self {
            Self::Html => &html::Html,
            Self::Csv => &csv::Csv,
            Self::Json => &json::Json,
            Self::Md => &md::Md,
        }
    }
}

impl std::str::FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "html" => Ok(Self::Html),
            "csv" => Ok(Self::Csv),
            "json" => Ok(Self::Json),
            "md" => Ok(Self::Md),
            other => Err(format!("no such report format: {other} (html, csv, json, md)")),
        }
    }
}

/// A file of the report, not yet written: a path below the wave's folder, and its text.
pub(crate) struct Page {
    /// Path below the wave's folder.
    pub(crate) path: PathBuf,
    /// The text.
    pub(crate) text: String,
}

/// What each format does: a report in, pages out. Pure; only [`write`] touches the disk.
pub(crate) trait Writer {
    /// The pages of this format.
    fn pages(&self, report: &Report) -> Result<Vec<Page>, ReportError>;
}

/// Writes the report's files into `dir`, which is the wave's own folder, and returns their paths. Everything is rendered before the first
/// file is touched, and each file is replaced as a whole: a reader never sees half of one. Scorecards of shops that are no longer in the
/// wave go.
///
/// # Errors
/// When a page cannot be rendered, or a file or folder cannot be written.
pub fn write(report: &Report, dir: &Path, formats: &[Format]) -> Result<Vec<PathBuf>, ReportError> {
    let mut pages = Vec::new();
    for format in Format::ALL.iter().filter(|format| formats.contains(format)) {
        pages.extend(format.writer().pages(report)?);
    }
    let files: Vec<PathBuf> = pages.iter().map(|page| place(&dir.join(&page.path), &page.text)).collect::<Result<_, _>>()?;
    if formats.contains(&Format::Html) {
        sweep(&dir.join("builders"), &files)?;
    }
    Ok(files)
}

/// Takes away the scorecards that an earlier report left and this one has not.
fn sweep(folder: &Path, written: &[PathBuf]) -> Result<(), ReportError> {
    // No shop, no folder.
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let paths = entries.flatten().map(|entry| entry.path());
    let stale = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "html") && !written.contains(path);
    paths.filter(stale).try_for_each(|path| std::fs::remove_file(&path).map_err(|source| ReportError::Write { path, source }))
}

fn place(path: &Path, text: &str) -> Result<PathBuf, ReportError> {
    let error = |source| ReportError::Write { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(error)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".report-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = builder.tempfile_in(folder).map_err(error)?;
    file.write_all(text.as_bytes()).map_err(error)?;
    file.persist(path).map_err(|e| error(e.error))?;
    Ok(path.to_owned())
}

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
