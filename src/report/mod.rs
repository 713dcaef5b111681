//! What people read. Takes scored cards with their details ([`Input`]); gives a [`Report`] and, from it, the files of a
//! wave: a leaderboard, a scorecard per builder, tables and JSON (`crickets.report/1`). The model is pure and every writer
//! takes the same [`Report`], so that the same report is the same bytes in every format. Refuses nothing; foreign text is
//! escaped in each format, and staff names are redacted before any writer sees them where the builder did not ask for the audit.

pub(crate) mod advice;
mod anonymous;
mod appeal;
mod chart;
mod coach;
mod compare;
mod coverage;
mod csv;
mod csv_many;
mod happened;
mod html;
mod index;
mod input;
mod json;
mod kept;
mod mail_html;
mod many;
mod md;
mod measured;
mod methods;
mod model;
mod moments;
mod own_figures;
mod parts;
mod pdf;
mod people;
mod phoned;
mod portfolio;
mod purge;
mod redact;
mod rules;
mod schema;
mod scorecard;
mod sensitivity;
mod shops;
mod shots;
mod summary;
mod svg;
mod trailing;
mod watched;
pub mod words;
mod xlsx;

use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};

pub use anonymous::{LEFT_OUT, anonymous};
pub use appeal::{APPEAL_LIMIT, APPEAL_NAME_LIMIT, Appeal, AppealOutcome};
pub use coverage::{Alive, ClockOffset, Coverage, GapSpan};
pub use csv::purge_list;
pub use input::{EvidenceRef, Input, ShopDetail, ShopInput, TouchDetail};
pub use model::{Report, ReportShop, RubricRef, SCHEMA};
pub use pdf::{Paper, printable, write_pdf};
pub use phoned::{Phoned, tell as phoned};
pub use portfolio::{
    BuilderRow, Cell, Moved, PORTFOLIO_SCHEMA, Portfolio, ShopRef, WaveFigures, has_portfolio, portfolio, span as portfolio_span,
    write_portfolio,
};
pub use purge::Lead;
pub use schema::schemas;
pub use shops::{Making, Shops};
pub use summary::{Summary, summary};

/// Why a report could not be made.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum ReportError {
    /// A file or folder could not be written.
    #[error("could not write {path}: {source}")]
    #[diagnostic(help("see that you may write there, and that there is room"))]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// What touches say could not be put away while the report was made, or read again.
    #[error("could not keep what touches say while the report was made, in {folder}: {source}")]
    Kept {
        /// Where.
        folder: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// A name is left in what should name nobody.
    #[error("could not make the report of wave {wave} anonymous: a name is left in {place}")]
    Named {
        /// The wave.
        wave: String,
        /// The value.
        place: String,
    },
    /// A written file could not be read again.
    #[error("could not read {path}: {source}")]
    Read {
        /// The file.
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
    /// `index.html`, `methods.html` and `builders/<slug>.html`.
    Html,
    /// A table a file: `leaderboard.csv`, `criteria.csv`, `touches.csv` and the others.
    Csv,
    /// `report.json`.
    Json,
    /// `report.md`.
    Md,
    /// `report.xlsx`.
    Xlsx,
    /// `report.pdf`, which a browser prints: [`printable`] gives what, and [`write_pdf`] takes what came of it.
    Pdf(Paper),
}

impl Format {
    /// Every format that needs nothing but the report, in the order in which they are written.
    pub const PLAIN: [Self; 5] = [Self::Html, Self::Csv, Self::Json, Self::Md, Self::Xlsx];

    /// What writes it; a PDF is printed elsewhere.
    fn writer(self) -> Option<&'static dyn Writer> {
        Some(match self {
            Self::Html => &html::Html,
            Self::Csv => &csv::Csv,
            Self::Json => &json::Json,
            Self::Md => &md::Md,
            Self::Xlsx => &xlsx::Xlsx,
            Self::Pdf(_) => return None,
        })
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
            "xlsx" => Ok(Self::Xlsx),
            "pdf" => Ok(Self::Pdf(Paper::Letter)),
            other => Err(format!("no such report format: {other} (html, pdf, xlsx, csv, json, md)")),
        }
    }
}

/// A file of the report, not yet written: a path below the wave's folder, and what it holds.
pub(crate) struct Page {
    /// Path below the wave's folder.
    pub(crate) path: PathBuf,
    /// The whole file.
    pub(crate) bytes: Vec<u8>,
}

impl Page {
    /// A file of text.
    pub(crate) fn text(path: impl Into<PathBuf>, text: String) -> Self {
        Self { path: path.into(), bytes: text.into_bytes() }
    }
}

/// Writes what a file holds, bit by bit.
pub(crate) type Fill<'a> = &'a mut dyn FnMut(&mut dyn io::Write) -> io::Result<()>;

/// Where the files of a report go: a folder, or a list.
pub(crate) trait Shelf {
    /// Takes a file that is made while it is written, so that a large one is never in memory as a whole.
    fn file(&mut self, path: PathBuf, fill: Fill<'_>) -> Result<(), ReportError>;

    /// Takes a file that is there as a whole.
    fn page(&mut self, page: Page) -> Result<(), ReportError> {
        self.file(page.path, &mut |to| to.write_all(&page.bytes))
    }
}

impl Shelf for Vec<Page> {
    fn file(&mut self, path: PathBuf, fill: Fill<'_>) -> Result<(), ReportError> {
        let mut bytes = Vec::new();
        fill(&mut bytes).map_err(|source| ReportError::Write { path: path.clone(), source })?;
        self.push(Page { path, bytes });
        Ok(())
    }
}

/// The folder of a wave, and what was written into it.
struct Folder<'a> {
    dir: &'a Path,
    files: Vec<PathBuf>,
}

impl Shelf for Folder<'_> {
    fn file(&mut self, path: PathBuf, fill: Fill<'_>) -> Result<(), ReportError> {
        self.files.push(filled(&self.dir.join(path), fill)?);
        Ok(())
    }
}

/// What each format does: a report in, files out. Pure; only [`write()`] touches the disk.
pub(crate) trait Writer {
    /// Hands over the files one by one; each is made when the one before is done with.
    fn each(&self, report: &Report, to: &mut dyn Shelf) -> Result<(), ReportError>;

    /// The files of this format as a list.
    fn pages(&self, report: &Report) -> Result<Vec<Page>, ReportError> {
        let mut pages = Vec::new();
        self.each(report, &mut pages)?;
        Ok(pages)
    }
}

/// Writes the report's files into `dir`, which is the wave's own folder, and returns their paths. Each file is replaced as a
/// whole: a reader never sees half of one. A page is written before the next is made, so that a large wave needs no more memory than its
/// model. Scorecards of shops that are no longer in the wave go; before an anonymous report, all that an earlier one left.
///
/// # Errors
/// When a page cannot be rendered, or a file or folder cannot be written.
pub fn write(report: &Report, dir: &Path, formats: &[Format]) -> Result<Vec<PathBuf>, ReportError> {
    if report.anonymous {
        unmask(dir)?;
    }
    let mut folder = Folder { dir, files: Vec::new() };
    for writer in Format::PLAIN.iter().filter(|format| formats.contains(format)).filter_map(|format| format.writer()) {
        writer.each(report, &mut folder)?;
    }
    let files = folder.files;
    if formats.contains(&Format::Html) {
        sweep(&dir.join("builders"), &files)?;
    }
    Ok(files)
}

/// Every file that any format writes into a wave's folder, the scorecards excepted.
const OURS: [&str; 17] = [
    "index.html",
    "methods.html",
    "report.json",
    "report.md",
    "report.pdf",
    "report.xlsx",
    "leaderboard.csv",
    "criteria.csv",
    "touches.csv",
    "appeals.csv",
    "fixes.csv",
    "statistics.csv",
    "curves.csv",
    "trend.csv",
    "builders.csv",
    "program.csv",
    "purge-list.csv",
];

/// Takes away what an earlier report left where an anonymous one goes, first of all: beside it, it would tell who is who.
fn unmask(dir: &Path) -> Result<(), ReportError> {
    let old = OURS.iter().map(|name| dir.join(name)).filter(|path| path.exists());
    old.into_iter().try_for_each(|path| std::fs::remove_file(&path).map_err(|source| ReportError::Write { path, source }))?;
    sweep(&dir.join("builders"), &[])
}

/// Takes away the scorecards that an earlier report left and this one has not.
fn sweep(folder: &Path, written: &[PathBuf]) -> Result<(), ReportError> {
    // No shop, no folder.
    let Ok(entries) = std::fs::read_dir(folder) else { return Ok(()) };
    let written: BTreeSet<&PathBuf> = written.iter().collect();
    let paths = entries.flatten().map(|entry| entry.path());
    let stale = |path: &PathBuf| path.extension().is_some_and(|extension| extension == "html") && !written.contains(path);
    paths.filter(stale).try_for_each(|path| std::fs::remove_file(&path).map_err(|source| ReportError::Write { path, source }))
}

/// Bytes that a file takes at a time; glibc tidies its whole heap when 64 kB are given back.
const BUFFER: usize = 32 * 1024;

fn place(path: &Path, bytes: &[u8]) -> Result<PathBuf, ReportError> {
    filled(path, &mut |to| to.write_all(bytes))
}

fn filled(path: &Path, write: Fill<'_>) -> Result<PathBuf, ReportError> {
    let error = |source| ReportError::Write { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder).map_err(error)?;
    let mut builder = tempfile::Builder::new();
    builder.prefix(".report-");
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    let mut file = io::BufWriter::with_capacity(BUFFER, builder.tempfile_in(folder).map_err(error)?);
    write(&mut file).map_err(error)?;
    let file = file.into_inner().map_err(|e| error(e.into_error()))?;
    file.persist(path).map_err(|e| error(e.error))?;
    Ok(path.to_owned())
}

#[cfg(test)]
use sample::build;

#[cfg(test)]
mod sample;
#[cfg(test)]
mod tests;
