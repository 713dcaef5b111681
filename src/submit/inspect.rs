//! The engines on their own, as documents: what the forms of a page are (`crickets.form/1`), and the exact request that a
//! browser would send for a task (`crickets.request/1`). Takes pages as bytes; reads no file and sends nothing.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use encoding_rs::Encoding;
use serde::{Deserialize, Serialize};
use url::Url;

use super::captcha::{self, Captcha};
use super::fields::{self, Field, FormKind, Known};
use super::find;
use super::form::{self, Edits, Request};
use super::http::Client;
use super::outcome::Outcome;
use super::page::Page;
use super::readiness::{Readiness, readiness};
use super::vendor;

/// A page with everything known about its forms: `crickets.form/1`.
#[derive(Clone, Debug, Serialize)]
pub struct PageReport {
    schema: &'static str,
    /// The page as it was named.
    pub page: String,
    /// The form an inquiry would go to.
    pub chosen: Option<usize>,
    /// The maker whose script draws a form that does not stand in the HTML.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub drawn_by: Option<&'static str>,
    /// All forms, then the form-like groups without a form.
    pub forms: Vec<FormReport>,
    /// What the page offers a buyer besides.
    pub readiness: Readiness,
}

/// A form of a page.
#[derive(Clone, Debug, Serialize)]
pub struct FormReport {
    /// Position among the forms of the page.
    pub index: usize,
    /// No `form` element holds it together.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub orphan: bool,
    /// What it is for.
    pub kind: FormKind,
    /// `get`, `post` or `dialog`.
    pub method: &'static str,
    /// The address it goes to; `None` without an `action`.
    pub action: Option<String>,
    /// How it is encoded.
    pub enctype: &'static str,
    /// The maker.
    pub vendor: Option<&'static str>,
    /// The CAPTCHA before it.
    pub captcha: Option<Captcha>,
    /// Whether plain HTTP would not do.
    pub needs_browser: bool,
    /// Why it would not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needs_browser_because: Option<String>,
    /// Its fields in document order.
    pub fields: Vec<Field>,
}

/// Loads a page by GET, following redirects.
///
/// # Errors
/// When it does not answer, or answers with a wall or an error.
pub async fn load(client: &Client, url: &Url) -> Result<Page, String> {
    let session = client.session(url);
    match find::load(client, &session, url, "page", &mut Vec::new()).await {
        Ok(page) => Ok(*page),
        Err(Outcome::Failed { reason } | Outcome::Blocked { reason }) => Err(reason),
        Err(other) => Err(format!("{other:?}")),
    }
}

/// What is known about the forms of a page.
#[must_use]
pub fn page_report(name: &str, page: &Page) -> PageReport {
    let known = fields::survey(page);
    let chosen = fields::choose(&known).map(|form| form.index);
    let drawn_by = if chosen.is_none() { vendor::drawn_by_script(page) } else { None };
    let forms = known.into_iter().filter_map(|known| form_report(page, known)).collect();
    PageReport { schema: "crickets.form/1", page: name.to_owned(), chosen, drawn_by, forms, readiness: readiness(page) }
}

fn form_report(page: &Page, known: Known) -> Option<FormReport> {
    let form = page.forms.get(known.index)?;
    let action = form.action.as_deref().map(|action| page.base.join(action).map_or_else(|_| action.to_owned(), String::from));
    let because = vendor::needs_browser(page, form, &known.fields);
    Some(FormReport {
        index: known.index,
        orphan: form.orphan,
        kind: known.kind,
        method: form.method,
        action,
        enctype: form.enctype,
        vendor: vendor::recognise(page, form).map(|vendor| vendor.name),
        captcha: captcha::detect(page, &known.fields),
        needs_browser: because.is_some(),
        needs_browser_because: because,
        fields: known.fields,
    })
}

/// What a person does to a form before it is sent: a line of a tasks file.
#[derive(Clone, Debug, Deserialize)]
pub struct Task {
    /// Its name.
    #[serde(default)]
    pub id: String,
    /// The page, as a path.
    #[serde(default)]
    pub page: String,
    /// The form's position on the page.
    pub form: usize,
    /// The address the page was loaded from.
    pub page_url: Url,
    /// What relative addresses are relative to, where it is known.
    pub base: Option<Url>,
    /// The charset of the document, where it is known.
    pub charset: Option<String>,
    /// What is set.
    #[serde(default)]
    pub ops: Vec<Op>,
    /// The button pressed: a control index.
    pub submitter: Option<usize>,
}

/// One thing done to a control; `i` counts the controls of the document.
#[derive(Clone, Debug, Deserialize)]
#[serde(tag = "op", rename_all = "snake_case")]
pub enum Op {
    /// Typed.
    Value {
        /// The control.
        i: usize,
        /// The text.
        value: String,
    },
    /// Ticked or unticked.
    Check {
        /// The control.
        i: usize,
        /// Which.
        checked: bool,
    },
    /// Options chosen.
    Select {
        /// The control.
        i: usize,
        /// Positions of the options.
        indices: Vec<usize>,
    },
}

/// The answer to a task: `crickets.request/1`.
#[derive(Clone, Debug, Serialize)]
pub struct RequestReport {
    schema: &'static str,
    /// The task's name.
    pub id: String,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// Where to.
    pub url: String,
    /// The type of the body; `None` for GET.
    pub content_type: Option<String>,
    /// The body, base64.
    pub body_b64: String,
}

impl RequestReport {
    /// A request as a document.
    #[must_use]
    pub fn new(id: &str, request: &Request) -> Self {
        Self {
            schema: "crickets.request/1",
            id: id.to_owned(),
            method: request.method,
            url: request.url.to_string(),
            content_type: request.content_type.clone(),
            body_b64: STANDARD.encode(&request.body),
        }
    }
}

/// The page of a task, read as the task says.
///
/// # Errors
/// When the charset is unknown.
pub fn page_of(task: &Task, body: &[u8]) -> Result<Page, String> {
    let mut page = match task.charset.as_deref() {
        Some(label) => {
            let charset = Encoding::for_label(label.as_bytes()).ok_or_else(|| format!("`{label}` is not the name of a charset"))?;
            Page::parse_as(body, &task.page_url, charset)
        }
        None => Page::parse(body, &task.page_url, None),
    };
    if let Some(base) = &task.base {
        page.base = base.clone();
    }
    Ok(page)
}

/// The request that a browser would send for a task.
///
/// # Errors
/// When the form, a control or an option is not there, or the form leads to no web address.
pub fn request_of(task: &Task, page: &Page) -> Result<Request, String> {
    let form = page.forms.get(task.form).ok_or_else(|| format!("the page has no form {}; it has {}", task.form, page.forms.len()))?;
    let control =
        |index: usize| page.controls.get(index).ok_or_else(|| format!("the page has no control {index}; it has {}", page.controls.len()));
    let mut edits = Edits::default();
    for op in &task.ops {
        match op {
            Op::Value { i, value } => {
                if !(control(*i)?.takes_value()) {
                    return Err(format!("nothing can be typed into control {i}, which is a {}", control(*i)?.kind));
                }
                edits.set(*i, value);
            }
            Op::Check { i, checked } => {
                if !matches!(control(*i)?.kind, "checkbox" | "radio") {
                    return Err(format!("control {i} cannot be ticked: it is a {}", control(*i)?.kind));
                }
                edits.check(page, *i, *checked);
            }
            Op::Select { i, indices } => {
                let known = control(*i)?.options.len();
                if let Some(missing) = indices.iter().find(|at| **at >= known) {
                    return Err(format!("control {i} has no option {missing}; it has {known}"));
                }
                edits.select(*i, indices.clone());
            }
        }
    }
    if let Some(index) = task.submitter
        && !matches!(control(index)?.kind, "submit" | "image")
    {
        return Err(format!("control {index} sends nothing: it is a {}", control(index)?.kind));
    }
    form::request(page, form, &edits, task.submitter, 0).map_err(|error| error.to_string())
}
