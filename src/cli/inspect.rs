//! `crickets inspect`.

use std::collections::HashMap;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde::Deserialize;
use serde_json::json;
use url::Url;

use super::output::table;
use super::{Context, DONE, Ended, FAILED};
use crate::audit::AuditError;
use crate::submit::encode::EntryValue;
use crate::submit::inspect::{self, Op, PageReport, RequestReport, Task};
use crate::submit::page::Page;
use crate::submit::{Client, HttpSettings, Request};

/// Longest page that is read, as over HTTP.
const MAX_PAGE: u64 = 5_000_000;

/// See what the engines make of a page, without a workspace
///
/// Nothing is ever sent.
#[derive(Debug, Subcommand)]
pub(super) enum Inspect {
    /// Find the forms of pages, and what each field is
    ///
    /// Takes files, folders (every .html and .htm below) and addresses; of an address the page alone is loaded. A page that
    /// cannot be read is an error of its own, and the others go on.
    Form(FormArgs),
    /// The exact request that a browser would send for a form
    ///
    /// Either for the tasks of a file, or for one form of FILE.
    Request(Box<RequestArgs>),
}

#[derive(Debug, Args)]
pub(super) struct FormArgs {
    /// Files, folders or addresses.
    #[arg(required = true, value_name = "FILE|URL")]
    page: Vec<String>,
    /// Where each page was loaded from: a JSON list of `{"page", "url"}`.
    #[arg(long, value_name = "FILE")]
    pages: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(super) struct RequestArgs {
    /// The page.
    #[arg(required_unless_present = "tasks", conflicts_with = "tasks", requires_all = ["page_url", "form"])]
    file: Option<PathBuf>,
    /// Tasks, one JSON document a line.
    #[arg(long, value_name = "FILE", requires = "pages")]
    tasks: Option<PathBuf>,
    /// The folder that holds the tasks' pages.
    #[arg(long, value_name = "DIR", requires = "tasks")]
    pages: Option<PathBuf>,
    /// The address the page was loaded from.
    #[arg(long, value_name = "URL")]
    page_url: Option<Url>,
    /// Which form, counting from 0.
    #[arg(long, value_name = "N")]
    form: Option<usize>,
    /// Type a value into a control, counting `input`, `select`, `textarea` and `button` from 0; repeatable.
    #[arg(long, value_name = "INDEX=VALUE", value_parser = set_of)]
    set: Vec<(usize, String)>,
    /// Tick a box.
    #[arg(long, value_name = "INDEX")]
    check: Vec<usize>,
    /// Untick a box.
    #[arg(long, value_name = "INDEX")]
    uncheck: Vec<usize>,
    /// Choose an option of a list, counting from 0; repeatable.
    #[arg(long, value_name = "INDEX=OPTION", value_parser = choice_of)]
    select: Vec<(usize, usize)>,
    /// The button pressed.
    #[arg(long, value_name = "INDEX")]
    submitter: Option<usize>,
    /// The charset of the document, where it is known.
    #[arg(long, value_name = "LABEL")]
    charset: Option<String>,
}

fn set_of(text: &str) -> Result<(usize, String), String> {
    let wrong = || "write it as INDEX=VALUE, e.g. 3=Dana".to_owned();
    let (index, value) = text.split_once('=').ok_or_else(wrong)?;
    Ok((index.trim().parse().map_err(|_| wrong())?, value.to_owned()))
}

fn choice_of(text: &str) -> Result<(usize, usize), String> {
    let (index, option) = set_of(text)?;
    Ok((index, option.trim().parse().map_err(|_| "write it as INDEX=OPTION, e.g. 6=2".to_owned())?))
}

pub(super) async fn run(command: Inspect, context: &Context) -> Ended {
    match command {
        Inspect::Form(args) => forms(&args, context).await,
        Inspect::Request(args) => requests(*args, context),
    }
}

/// A page to read, and the name it goes by.
struct Source {
    name: String,
    place: Place,
}

enum Place {
    File(PathBuf),
    Address(Url),
}

#[derive(Deserialize)]
struct Loaded {
    page: String,
    url: Url,
}

async fn forms(args: &FormArgs, context: &Context) -> Ended {
    let loaded = args.pages.as_deref().map_or_else(|| Ok(HashMap::new()), addresses)?;
    let mut sources = Vec::new();
    for page in &args.page {
        sources.extend(sources_of(page)?);
    }
    let mut status = DONE;
    for source in sources {
        let page = match &source.place {
            Place::Address(url) => remote(url, context).await,
            Place::File(path) => {
                let url = loaded.get(&source.name).cloned().map_or_else(|| address_of(path), Ok);
                url.and_then(|url| Ok(Page::parse(&bytes(path)?, &url, None)))
            }
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
fn addresses(file: &Path) -> Result<HashMap<String, Url>, AuditError> {
    let wrong = |error: String| {
        AuditError::wrong(format!("read {}: {error}", file.display()), "it is a JSON list of {\"page\": PATH, \"url\": ADDRESS}")
    };
    let text = std::fs::read_to_string(file).map_err(|error| wrong(error.to_string()))?;
    let list: Vec<Loaded> = serde_json::from_str(&text).map_err(|error| wrong(error.to_string()))?;
    Ok(list.into_iter().map(|loaded| (loaded.page, loaded.url)).collect())
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

fn bytes(path: &Path) -> Result<Vec<u8>, String> {
    let mut body = Vec::new();
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    file.take(MAX_PAGE + 1).read_to_end(&mut body).map_err(|error| error.to_string())?;
    if body.len() as u64 > MAX_PAGE { Err(format!("it is longer than {} MB", MAX_PAGE / 1_000_000)) } else { Ok(body) }
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

fn requests(args: RequestArgs, context: &Context) -> Ended {
    if let (Some(tasks), Some(pages)) = (&args.tasks, &args.pages) {
        return by_tasks(tasks, pages, context);
    }
    let (Some(file), Some(page_url), Some(form)) = (args.file, args.page_url, args.form) else {
        return Err(AuditError::wrong("inspect a request", "name the page, its address with --page-url, and the form with --form"));
    };
    let typed = args.set.into_iter().map(|(i, value)| Op::Value { i, value });
    let ticked = args.check.into_iter().map(|i| Op::Check { i, checked: true });
    let unticked = args.uncheck.into_iter().map(|i| Op::Check { i, checked: false });
    let mut chosen: Vec<(usize, Vec<usize>)> = Vec::new();
    for (index, option) in args.select {
        match chosen.iter_mut().find(|(known, _)| *known == index) {
            Some((_, options)) => options.push(option),
            None => chosen.push((index, vec![option])),
        }
    }
    let ops = typed.chain(ticked).chain(unticked).chain(chosen.into_iter().map(|(i, indices)| Op::Select { i, indices })).collect();
    let name = file.display().to_string();
    let task = Task { id: name.clone(), page: name, form, page_url, base: None, charset: args.charset, ops, submitter: args.submitter };
    let wrong =
        |error: String| AuditError::wrong(format!("inspect {}: {error}", file.display()), "`inspect form` lists forms and controls");
    let body = bytes(&file).map_err(wrong)?;
    let request = inspect::page_of(&task, &body).and_then(|page| inspect::request_of(&task, &page)).map_err(wrong)?;
    context.out.event(&RequestReport::new(&task.id, &request), || shown(&request));
    Ok(DONE)
}

/// A line of answer for each line of the file.
fn by_tasks(tasks: &Path, pages: &Path, context: &Context) -> Ended {
    let wrong = |error: std::io::Error| {
        AuditError::wrong(format!("read {}: {error}", tasks.display()), "name a file of tasks, one JSON document a line")
    };
    let file = BufReader::new(std::fs::File::open(tasks).map_err(wrong)?);
    let mut status = DONE;
    // Tasks come page by page, and a page is read once for all of them.
    let mut last: Option<(PageKey, Page)> = None;
    for (number, line) in file.lines().enumerate() {
        let line = line.map_err(wrong)?;
        if line.trim().is_empty() {
            continue;
        }
        let task = serde_json::from_str::<Task>(&line);
        let id = task.as_ref().map(|task| task.id.clone()).unwrap_or_default();
        let made = task.map_err(|error| format!("column {}: {error}", error.column())).and_then(|task| {
            let key = PageKey::of(&task);
            let page = match last.take() {
                Some((known, page)) if known == key => page,
                _ => {
                    let body = bytes(&pages.join(&task.page)).map_err(|error| format!("{}: {error}", task.page))?;
                    inspect::page_of(&task, &body)?
                }
            };
            let request = inspect::request_of(&task, &page);
            last = Some((key, page));
            request
        });
        match made {
            Ok(request) => context.out.event(&RequestReport::new(&id, &request), || format!("{id}\n{}", shown(&request))),
            Err(error) => {
                status = FAILED;
                let line = number + 1;
                let document = json!({"schema": "crickets.request/1", "id": id, "error": error, "file": tasks, "line": line});
                context.out.event(&document, String::new);
                context.out.say(&format!("could not make the request of {}, line {line}: {error}.", tasks.display()));
            }
        }
    }
    Ok(status)
}

/// What a page's reading depends on.
#[derive(PartialEq)]
struct PageKey(String, Url, Option<Url>, Option<String>);

impl PageKey {
    fn of(task: &Task) -> Self {
        Self(task.page.clone(), task.page_url.clone(), task.base.clone(), task.charset.clone())
    }
}

/// A request for a terminal.
fn shown(request: &Request) -> String {
    let mut text = format!("{} {}\n", request.method, request.url);
    if let Some(content_type) = &request.content_type {
        text.push_str(&format!("as {content_type}, {} bytes\n", request.body.len()));
    }
    let rows: Vec<Vec<String>> = request
        .entries
        .iter()
        .map(|entry| {
            let value = match &entry.value {
                EntryValue::Text(text) => text.replace('\n', " ⏎ "),
                EntryValue::File(_) => "(no file)".to_owned(),
            };
            vec![format!("  {}", entry.name), value]
        })
        .collect();
    text + table(&rows).as_str()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_set_by_index() {
        assert_eq!(set_of("3=a=b"), Ok((3, "a=b".to_owned())));
        assert_eq!(choice_of("6=2"), Ok((6, 2)));
        assert!(set_of("a").is_err() && set_of("x=1").is_err() && choice_of("6=two").is_err());
    }
}
