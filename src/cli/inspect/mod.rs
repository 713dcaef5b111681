//! `crickets inspect`.

mod calls;
mod form;
mod mail;
mod request;

use std::io::Read;
use std::path::Path;

use clap::Subcommand;

use super::{Context, Ended};

/// Longest page that is read, as over HTTP.
const MAX_PAGE: u64 = 5_000_000;

/// See what the engines make of a page, a mail or a call log, without a workspace
///
/// Nothing is ever sent.
#[derive(Debug, Subcommand)]
pub(super) enum Inspect {
    /// Find the forms of pages, and what each field is
    ///
    /// Takes files, folders (every .html and .htm below) and addresses; of an address the page alone is loaded. A page that
    /// cannot be read is an error of its own, and the others go on.
    Form(form::FormArgs),
    /// The exact request that a browser would send for a form
    ///
    /// Either for the tasks of a file, or for one form of FILE.
    Request(Box<request::RequestArgs>),
    /// Who wrote a mail, when it arrived and what it says
    ///
    /// Takes .eml files, mbox files, Maildirs and folders of these. What was asked, and by whom, is told by the options; labels that
    /// depend on what is not told are left out. A file that holds no message is an error of its own, and the others go on.
    Mail(Box<mail::MailArgs>),
    /// What a log of calls, voicemails and texts holds, row by row
    ///
    /// Takes exports of phones, phone companies and business phone systems, archives and folders of them; each is recognised by
    /// what it holds. A row that cannot be read is an error of its own, with file and line, and the others go on. A table that is no
    /// known export is shown as it would be read, with all that it leaves open, and is not read before you say so (exit status 2).
    Calls(Box<calls::CallsArgs>),
}

pub(super) async fn run(command: Inspect, context: &Context) -> Ended {
    match command {
        Inspect::Form(args) => form::run(&args, context).await,
        Inspect::Request(args) => request::run(*args, context),
        Inspect::Mail(args) => mail::run(&args, context),
        Inspect::Calls(args) => calls::run(&args, context),
    }
}

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_PAGE + 1).read_to_end(&mut body).map_err(|error| error.to_string())?;
    if body.len() as u64 > MAX_PAGE { Err(format!("it is longer than {} MB", MAX_PAGE / 1_000_000)) } else { Ok(body) }
}
