//! `crickets inspect form`.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::super::output::table;
use super::super::{Context, DONE, Ended, FAILED};
use super::bytes;
use crate::audit::AuditError;
use crate::submit::inspect::{self, PageReport};
use crate::submit::page::Page;
use crate::submit::{Client, HttpSettings};

#[derive(Debug, Args)]
pub(in crate::cli) struct FormArgs {
    /// Files, folders or addresses.
    #[arg(required = true, value_name = "FILE|URL")]
    page: Vec<String>,
    /// Where each page was loaded from: a JSON list of `{"page", "url"}`; a `url` of null is not known.
    #[arg(long, value_name = "FILE")]
    pages: Option<PathBuf>,
}

/// A page to read, and the name it goes by.
struct Source {
    name: String,
    place: Place,
}

enum Place {
    File(PathBuf),
    Address(Url),
    /// It is not there, and why.
    Nowhere(String),
}

#[derive(Deserialize)]
struct Loaded {
    page: String,
    /// Null where it is not known: then the page's own path is its address.
    url: Option<String>,
}

pub(super) async fn run(args: &FormArgs, context: &Context) -> Ended {
    let loaded = args.pages.as_deref().map_or_else(|| Ok(HashMap::new()), addresses)?;
    let mut sources = Vec::new();
    for page in &args.page {
        match sources_of(page) {
            // One of many hides none of the others.
            Err(error) if args.page.len() > 1 => sources.push(Source { name: page.clone(), place: Place::Nowhere(error.to_string()) }),
            found => sources.extend(found?),
        }
    }
    let mut status = DONE;
    for source in sources {
        let page = match &source.place {
            Place::Address(url) => remote(url, context).await,
            Place::File(path) => {
                let known = loaded.get(&source.name);
                let url =
                    known.map_or_else(|| address_of(path), |url| url.parse().map_err(|error| format!("its address `{url}`: {error}")));
                url.and_then(|url| Ok(Page::parse(&bytes(path)?, &url, None)))
            }
            Place::Nowhere(why) => Err(why.clone()),
        };
        let page = page.and_then(|page| if page.cut { Err(CUT.to_owned()) } else { Ok(page) });
        match page {
            Ok(page) => {
                let report = inspect::page_report(&source.name, &page);
                context.out.event(&report, || told(&report));
            }
            Err(error) => {
                status = FAILED;
                context.out.event(&json!({"schema": "crickets.form/1", "page": source.name, "error": error}), String::new);
                context.out.say(&format!("could not inspect {}: {error}.", source.name));
            }
        }
    }
    Ok(status)
}

const CUT: &str = "it nests or multiplies its elements without bound";

/// Where each page was loaded from.
fn addresses(file: &Path) -> Result<HashMap<String, String>, AuditError> {
    let wrong = |error: String| {
        AuditError::wrong(format!("read {}: {error}", file.display()), "it is a JSON list of {\"page\": PATH, \"url\": ADDRESS}")
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let list: Vec<Loaded> = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(list.into_iter().filter_map(|loaded| Some((loaded.page, loaded.url?))).collect())
}

/// The pages that an argument names.
fn sources_of(argument: &str) -> Result<Vec<Source>, AuditError> {
    if argument.starts_with("http://") || argument.starts_with("https://") {
        let url = Url::parse(argument).map_err(|error| AuditError::wrong(format!("load {argument}: {error}"), "name a web address"))?;
        return Ok(vec![Source { name: argument.to_owned(), place: Place::Address(url) }]);
    }
    let path = Path::new(argument);
    let unreadable = |error: std::io::Error| AuditError::wrong(format!("read {argument}: {error}"), "name a file, a folder or an address");
    if !path.metadata().map_err(unreadable)?.is_dir() {
        return Ok(vec![Source { name: argument.to_owned(), place: Place::File(path.to_owned()) }]);
    }
    let mut found = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in folder.read_dir().map_err(unreadable)? {
            let entry = entry.map_err(unreadable)?;
            let (kind, inner) = (entry.file_type().map_err(unreadable)?, entry.path());
            let html = inner.extension().is_some_and(|end| end.eq_ignore_ascii_case("html") || end.eq_ignore_ascii_case("htm"));
            if kind.is_dir() {
                folders.push(inner);
            } else if html {
                let name = inner.strip_prefix(path).unwrap_or(&inner).to_string_lossy().into_owned();
                found.push(Source { name, place: Place::File(inner) });
            }
        }
    }
    found.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(found)
}

fn address_of(path: &Path) -> Result<Url, String> {
    let whole = path.canonicalize().map_err(|error| error.to_string())?;
    Url::from_file_path(whole).map_err(|()| "its path is no address".to_owned())
}

async fn remote(url: &Url, context: &Context) -> Result<Page, String> {
    let client = Client::new(HttpSettings::default(), context.clock.clone()).map_err(|error| error.to_string())?;
    inspect::load(&client, url).await
}

/// A page for a terminal.
fn told(report: &PageReport) -> String {
    let mut text = format!("{}\n", report.page);
    if report.forms.is_empty() {
        text.push_str("  no form\n");
    }
    text.extend(report.drawn_by.map(|maker| format!("  a script of {maker} draws a form\n")));
    for form in &report.forms {
        let chosen = if report.chosen == Some(form.index) { " <- an inquiry goes here" } else { "" };
        let kind = json!(form.kind);
        let action = form.action.as_deref().unwrap_or("(no address)");
        let orphan = if form.orphan { ", no form element" } else { "" };
        text.push_str(&format!("  form {}: {}, {} {action}{orphan}{chosen}\n", form.index, kind.as_str().unwrap_or_default(), form.method));
        for (name, value) in [
            ("vendor", form.vendor.map(ToOwned::to_owned)),
            ("captcha", form.captcha.map(|captcha| captcha.as_str().to_owned())),
            ("needs a browser", form.needs_browser_because.clone()),
        ] {
            text.extend(value.map(|value| format!("    {name}: {value}\n")));
        }
        let mut rows = vec![["    #", "name", "control", "label", "role", "required", "sure"].map(str::to_owned).to_vec()];
        rows.extend(form.fields.iter().map(|field| {
            vec![
                format!("    {}", field.control_index),
                field.name.clone().unwrap_or_default(),
                field.control.to_owned(),
                field.label.chars().take(50).collect(),
                field.role.as_str().to_owned(),
                if field.required { "yes" } else { "" }.to_owned(),
                format!("{:.2}", field.confidence),
            ]
        }));
        text.push_str(&table(&rows));
    }
    text
}
