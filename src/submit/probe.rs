//! A look at a site before it is shopped: finds the form, says what each field is and what would go in, how it could be sent,
//! and how ready the site is. Loads pages by GET, in a browser where scripts draw the form; types and sends nothing.

use std::sync::Arc;

use super::asker::Asker;
use super::browser;
use super::captcha::{self, Captcha};
use super::fields::{self, Field, FormKind, Known, Role};
use super::fill::{self, Filling};
use super::find::{self, Tried};
use super::http::{Client, Exchange};
use super::outcome::Outcome;
use super::page::{Control, Form, Page};
use super::prepare;
use super::readiness::{self, Findings};
use super::site::{self, Facts};
use super::vendor::{self, Vendor};

/// How the inquiry could be sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Way {
    /// Plain HTTP.
    Http,
    /// A real browser, and why.
    Browser(String),
    /// Only by a person, and why.
    Manual(String),
}

impl Way {
    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Http => "http",
            Self::Browser(_) => "browser",
            Self::Manual(_) => "manual",
        }
    }

    /// Why it is not plain HTTP.
    #[must_use]
    pub fn why(&self) -> Option<&str> {
        match self {
            Self::Http => None,
            Self::Browser(why) | Self::Manual(why) => Some(why),
        }
    }
}

/// A field with what would go in.
#[derive(Clone, Debug)]
pub struct ProbedField {
    /// The field.
    pub field: Field,
    /// What would go in; `None`: it would stay as it is, empty or as the page brings it.
    pub value: Option<String>,
    /// The texts of a list's options.
    pub options: Vec<String>,
    /// Why it cannot be filled, though the form requires it.
    pub missing: Option<String>,
}

/// The form that was found.
#[derive(Clone, Debug)]
pub struct ProbedForm {
    /// The page it is on.
    pub page: Arc<Page>,
    /// Its position there.
    pub index: usize,
    /// What it is for.
    pub kind: FormKind,
    /// The maker.
    pub vendor: Option<Vendor>,
    /// The CAPTCHA before it.
    pub captcha: Option<Captcha>,
    /// How the inquiry could be sent.
    pub way: Way,
    /// Its fields, in document order.
    pub fields: Vec<ProbedField>,
}

impl ProbedForm {
    /// The form itself.
    #[must_use]
    pub fn form(&self) -> Option<&Form> {
        self.page.forms.get(self.index)
    }
}

/// What was seen of a site.
#[derive(Clone, Debug)]
pub struct Probed {
    /// The form, or why there is none.
    pub found: Result<ProbedForm, Outcome>,
    /// Every page that was tried, in order.
    pub tried: Vec<Tried>,
    /// How ready the site is; `None` where no page could be had.
    pub findings: Option<Findings>,
    /// What the site says of itself.
    pub facts: Facts,
    /// Everything that was loaded.
    pub exchanges: Vec<Exchange>,
}

impl Probed {
    /// How many loads the search took; a load may be led on by redirects.
    #[must_use]
    pub fn loads(&self) -> usize {
        self.exchanges.iter().filter(|exchange| !exchange.label.contains("-redirect-")).count()
    }
}

/// Looks at a shop's site. Sends nothing.
pub async fn probe(client: &Client, asker: Asker<'_>) -> Probed {
    let shop = asker.shop;
    let session = client.session(&shop.site);
    let mut exchanges = Vec::new();
    let (page, tried) = find::search(client, &session, shop, &mut exchanges).await;
    let pages = pages(&exchanges);
    let findings = readiness::of_exchanges(&exchanges);
    let facts = site::facts(&shop.site, &pages);
    let found = match page.and_then(|page| form_of(page, None, asker)) {
        Err(Outcome::Manual { reason }) => {
            let scripted = pages.iter().any(runs_scripts);
            drawn(client, asker, reason, &exchanges, scripted).await
        }
        found => found,
    };
    Probed { found, tried, findings, facts, exchanges }
}

/// The form as a browser shows it, where none stands in the HTML; without a browser, why there is none.
async fn drawn(client: &Client, asker: Asker<'_>, reason: String, exchanges: &[Exchange], scripted: bool) -> Result<ProbedForm, Outcome> {
    let Some(browser) = client.browser().filter(|_| scripted) else { return Err(Outcome::by_hand(reason)) };
    if let Some(absent) = browser.absent() {
        return Err(Outcome::by_hand(format!("{reason}; a browser might find more, and there is none: {absent}")));
    }
    let url = prepare::most_likely(asker.shop, exchanges);
    let (page, place) = browser::rendered(client, browser, asker.shop, &url).await.map_err(|outcome| match outcome {
        Outcome::Manual { reason: seen } => Outcome::Manual { reason: format!("{reason}; {seen}") },
        other => other,
    })?;
    let mut form = form_of(Box::new(page), Some(place), asker)?;
    if form.way == Way::Http {
        form.way = Way::Browser("a script draws it".to_owned());
    }
    Ok(form)
}

fn runs_scripts(page: &Page) -> bool {
    !page.scripts.trim().is_empty() || page.sources.lines().any(|line| line.starts_with("script "))
}

/// The pages that were loaded, the one with the form first, then the home page.
fn pages(exchanges: &[Exchange]) -> Vec<Page> {
    let good = exchanges.iter().filter(|exchange| exchange.status.is_some_and(|status| (200..300).contains(&status)));
    let mut pages: Vec<(usize, &Exchange)> = good
        .filter(|exchange| exchange.label.starts_with("page") || exchange.label.starts_with("search"))
        .map(|exchange| (usize::from(!exchange.label.starts_with("page")), exchange))
        .collect();
    pages.sort_by_key(|(rank, _)| *rank);
    pages.into_iter().map(|(_, exchange)| Page::parse(exchange.body(), &exchange.url, exchange.header("content-type"))).collect()
}

/// What is in the form at a place of the page; without one, in the form that fits best.
fn form_of(page: Box<Page>, place: Option<usize>, asker: Asker<'_>) -> Result<ProbedForm, Outcome> {
    let page: Arc<Page> = Arc::from(page);
    let known = fields::survey(&page);
    let none = || Outcome::by_hand(find::no_form(&page.url, vendor::drawn_by_script(&page)));
    let chosen = match place {
        Some(place) => known.iter().find(|known| known.index == place),
        None => fields::choose(&known),
    };
    let chosen = chosen.ok_or_else(none)?;
    let form = page.forms.get(chosen.index).ok_or_else(none)?;
    let captcha = captcha::detect(&page, &chosen.fields);
    let (filling, missing) = fill::fill_what_can(&page, form, &chosen.fields, asker)
        .unwrap_or_else(|fault| (Filling::default(), vec![(usize::MAX, fault.to_string())]));
    let way = way(&page, form, chosen, captcha, &missing);
    let fields = chosen.fields.iter().map(|field| {
        let control = page.controls.get(field.control_index);
        let put = control.filter(|control| !control.is_button()).and_then(|control| put(&page, field, control, &filling));
        let options = control.map(|control| control.options.iter().map(|option| option.text.clone()).collect()).unwrap_or_default();
        let missing = missing.iter().find(|(index, _)| *index == field.index).map(|(_, why)| why.clone());
        ProbedField { field: field.clone(), value: put, options, missing }
    });
    let fields = fields.collect();
    Ok(ProbedForm {
        index: chosen.index,
        kind: chosen.kind,
        vendor: vendor::recognise(&page, form),
        captcha,
        way,
        fields,
        page: Arc::clone(&page),
    })
}

fn way(page: &Page, form: &Form, chosen: &Known, captcha: Option<Captcha>, missing: &[(usize, String)]) -> Way {
    if let Some(captcha) = captcha {
        return Way::Manual(format!("a CAPTCHA ({}) stands before it", captcha.as_str()));
    }
    if let Some((_, why)) = missing.first() {
        return Way::Manual(why.clone());
    }
    if !chosen.fields.iter().any(|field| matches!(field.role, Role::Email | Role::Phone) && !field.honeypot) {
        return Way::Manual("it has no field for an address to answer to".to_owned());
    }
    vendor::needs_browser(page, form, &chosen.fields).map_or(Way::Http, Way::Browser)
}

/// What stands in a control after filling, where filling changed it.
fn put(page: &Page, field: &Field, control: &Control, filling: &Filling) -> Option<String> {
    let text = |positions: &[usize]| {
        let texts = positions.iter().filter_map(|at| control.options.get(*at)).map(|option| option.text.as_str());
        texts.collect::<Vec<_>>().join(", ")
    };
    match control.kind {
        "checkbox" | "radio" => {
            let now = filling.edits.is_checked(page, control);
            (now || now != control.checked).then(|| if now { "ticked" } else { "not ticked" }.to_owned())
        }
        "select" => {
            let filled = filling.filled.iter().any(|filled| Some(&filled.name) == field.name.as_ref() && filled.role == field.role);
            filled.then(|| text(&filling.edits.chosen(control)))
        }
        "hidden" => None,
        _ => {
            let value = filling.edits.value(control);
            (value != control.value).then(|| value.to_owned())
        }
    }
}
