//! `crickets inspect request`.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::json;
use url::Url;

use super::super::output::table;
use super::super::{Context, DONE, Ended, FAILED};
use super::bytes;
use crate::audit::AuditError;
use crate::submit::Request;
use crate::submit::encode::EntryValue;
use crate::submit::inspect::{self, Op, RequestReport, Task};
use crate::submit::page::Page;

#[derive(Debug, Args)]
pub(in crate::cli) struct RequestArgs {
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

pub(super) fn run(args: RequestArgs, context: &Context) -> Ended {
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
