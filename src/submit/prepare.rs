//! From a shop to a request, and from the request to the answer. [`prepare`] loads the page and fills the form and sends
//! nothing; [`send`] makes exactly one submission and follows the answer by GET.

use std::hash::Hasher as _;
use std::time::Duration;

use chrono::{DateTime, Utc};
use fnv::FnvHasher;
use url::Url;

use crate::shop::{Shop, SubmitMode};

use super::asker::Asker;
use super::browser::{self, Piece, Plan, Rendered};
use super::captcha;
use super::fields::{self, Field, FormKind};
use super::fill::{self, Filled};
use super::find;
use super::form::{self, Request};
use super::http::{Call, Client, Exchange, SendFault, Session};
use super::outcome::Outcome;
use super::page::{Control, Form, Page};
use super::polite::Turn;
use super::vendor::{self, Vendor};
use super::words::leads_elsewhere;

/// A filled form, ready to go.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What was loaded on the way.
    pub exchanges: Vec<Exchange>,
    /// The request that goes out.
    pub request: Request,
    /// What stands in it.
    pub filled: Vec<Filled>,
    /// Whether a phone number goes out.
    pub offered_phone: bool,
    /// Whether texts are consented to.
    pub offered_text: bool,
    /// Whether the form has room for the question.
    pub asked: bool,
    /// The maker of the form.
    pub vendor: Option<Vendor>,
    /// How long a person would take; some forms distrust who is faster.
    pub wait: Duration,
    /// Cookies since the page.
    pub session: Session,
    /// All fields of the form.
    pub fields: Vec<Field>,
    /// The page with the form.
    pub page: Page,
    /// Evidence of the page besides the exchanges.
    pub pieces: Vec<Piece>,
    /// The open page, where a browser submits; `request` then tells in short what the page will send.
    pub plan: Option<Plan>,
}

/// What preparing gathers as evidence.
#[derive(Debug, Default)]
pub(super) struct Gathered {
    pub(super) exchanges: Vec<Exchange>,
    pub(super) pieces: Vec<Piece>,
}

/// What came of preparing.
#[derive(Clone, Debug)]
pub enum Preparation {
    /// The request stands.
    Ready(Box<Prepared>),
    /// It ends here, and nothing was sent.
    Stopped {
        /// What was loaded on the way.
        exchanges: Vec<Exchange>,
        /// Evidence besides.
        pieces: Vec<Piece>,
        /// Where it ends.
        outcome: Outcome,
    },
}

/// What came of sending.
#[derive(Clone, Debug)]
pub struct Sent {
    /// The submission and the redirects after it.
    pub exchanges: Vec<Exchange>,
    /// What broke, if something did.
    pub error: Option<SendFault>,
    /// Just before the first byte went out.
    pub sent_at: DateTime<Utc>,
    /// When the last answer had come; `None` without any.
    pub answered_at: Option<DateTime<Utc>>,
    /// Evidence besides the exchanges.
    pub pieces: Vec<Piece>,
    /// The page as a browser showed it afterwards.
    pub rendered: Option<Rendered>,
    /// Ended in the browser before the button that sends was pressed.
    pub stopped: Option<Outcome>,
    /// Whether a phone number went out, and consent to texts; a form of several steps tells only as it goes on.
    pub offered: (bool, bool),
}

/// Loads the page, chooses and fills the form. Sends nothing.
pub async fn prepare(client: &Client, asker: Asker<'_>) -> Preparation {
    let mut gathered = Gathered::default();
    let ready = ready(client, asker, &mut gathered).await;
    let Gathered { exchanges, pieces } = gathered;
    match ready {
        Ok(mut prepared) => {
            (prepared.exchanges, prepared.pieces) = (exchanges, pieces);
            Preparation::Ready(prepared)
        }
        Err(outcome) => Preparation::Stopped { exchanges, pieces, outcome },
    }
}

/// Ends what a preparation holds open, when it is not to be sent.
pub async fn release(prepared: &Prepared) {
    if let Some(plan) = &prepared.plan {
        plan.release().await;
    }
}

/// Why plain HTTP ends.
enum Halt {
    /// For good.
    Outcome(Outcome),
    /// A browser that runs the page's scripts may go on.
    Scripts(String),
}

impl From<Outcome> for Halt {
    fn from(outcome: Outcome) -> Self {
        Self::Outcome(outcome)
    }
}

async fn ready(client: &Client, asker: Asker<'_>, gathered: &mut Gathered) -> Result<Box<Prepared>, Outcome> {
    let shop = asker.shop;
    let mode = shop.submit.mode;
    if mode == SubmitMode::Manual {
        return Err(Outcome::by_hand("the shop file says that a person submits"));
    }
    super::check_templates(shop).map_err(|error| Outcome::Failed { reason: error.to_string() })?;
    let (url, why) = if mode == SubmitMode::Browser {
        (shop.form.clone().unwrap_or_else(|| shop.site.clone()), "the shop file asks for a browser".to_owned())
    } else {
        let session = client.session(&shop.site);
        let found = match &shop.form {
            Some(url) => find::load(client, &session, url, "page", &mut gathered.exchanges).await,
            None => find::find(client, &session, shop, &mut gathered.exchanges).await,
        };
        match found {
            Ok(page) => {
                let url = page.url.clone();
                match fill_page(*page, asker, session) {
                    Ok(prepared) => return Ok(prepared),
                    Err(Halt::Outcome(outcome)) => return Err(outcome),
                    Err(Halt::Scripts(why)) => (url, why),
                }
            }
            // No form stands in the HTML of any page; a script may draw it.
            Err(Outcome::Manual { reason }) => (most_likely(shop, &gathered.exchanges), reason),
            Err(outcome) => return Err(outcome),
        }
    };
    let Some(browser) = client.browser().filter(|_| mode != SubmitMode::Http) else { return Err(Outcome::by_hand(why)) };
    if let Some(absent) = browser.absent() {
        return Err(Outcome::by_hand(format!("{why}, and there is no browser: {absent}")));
    }
    tracing::debug!(%url, %why, "going on in a browser");
    browser::prepare(client, browser, asker, &url, gathered).await
}

/// The page that a script most likely draws the form on.
pub(super) fn most_likely(shop: &Shop, exchanges: &[Exchange]) -> Url {
    let pages: Vec<Page> = exchanges
        .iter()
        .filter(|exchange| exchange.status == Some(200) && !exchange.label.starts_with("robots") && !exchange.label.starts_with("sitemap"))
        .map(|exchange| Page::parse(exchange.body(), &exchange.url, exchange.header("content-type")))
        .collect();
    let drawn = pages.iter().find(|page| vendor::drawn_by_script(page).is_some());
    let named = || pages.iter().find(|page| page.url.path().to_lowercase().contains("contact"));
    drawn.or_else(named).map_or_else(|| shop.form.clone().unwrap_or_else(|| shop.site.clone()), |page| page.url.clone())
}

/// Chooses and fills the form of a loaded page.
fn fill_page(page: Page, asker: Asker<'_>, session: Session) -> Result<Box<Prepared>, Halt> {
    let known = fields::survey(&page);
    let Some(chosen) = fields::choose(&known) else {
        let kinds: Vec<FormKind> = known.iter().map(|form| form.kind).collect();
        tracing::debug!(url = %page.url, ?kinds, "no form for inquiries");
        return Err(Halt::Scripts(find::no_form(&page.url, vendor::drawn_by_script(&page))));
    };
    let Some(form) = page.forms.get(chosen.index) else { return Err(Outcome::by_hand("the form is gone").into()) };
    if let Some(captcha) = captcha::detect(&page, &chosen.fields) {
        let reason = format!("a CAPTCHA ({}) stands before the form on {}", captcha.as_str(), page.url);
        return Err(Outcome::Blocked { reason }.into());
    }
    if let Some(why) = vendor::needs_browser(&page, form, &chosen.fields) {
        let nameless =
            chosen.fields.iter().any(|field| field.name.is_none() && !matches!(field.role, fields::Role::Submit | fields::Role::Other));
        if asker.shop.submit.mode == SubmitMode::Auto || nameless {
            return Err(Halt::Scripts(format!("the form on {} needs a browser: {why}", page.url)));
        }
    }
    let filling = fill::fill(&page, form, &chosen.fields, asker).map_err(Outcome::from)?;
    if !filling.filled.iter().any(|field| matches!(field.role, fields::Role::Email | fields::Role::Phone)) {
        return Err(Outcome::by_hand(format!("the form on {} has no field for an address to answer to", page.url)).into());
    }
    let seed = seed(&format!("{}/{}", asker.shop.slug, asker.alias));
    let request = form::request(&page, form, &filling.edits, button(&page, form, &chosen.fields), seed).map_err(Outcome::by_hand)?;
    let wait = a_persons_time(&page, form, seed);
    Ok(Box::new(Prepared {
        exchanges: Vec::new(),
        request,
        filled: filling.filled,
        offered_phone: filling.offered_phone,
        offered_text: filling.offered_text,
        asked: filling.asked,
        vendor: vendor::recognise(&page, form),
        wait,
        session,
        fields: chosen.fields.clone(),
        page,
        pieces: Vec::new(),
        plan: None,
    }))
}

/// The button a person would press: of those that send, the first after the question that does not lead elsewhere.
fn button(page: &Page, form: &Form, fields: &[Field]) -> Option<usize> {
    let buttons = || page.controls_of(form).filter(|c| matches!(c.kind, "submit" | "image") && !c.disabled);
    let elsewhere = |c: &&Control| leads_elsewhere(&format!("{} {} {} {}", c.label, c.value, c.name.as_deref().unwrap_or_default(), c.id));
    let asked = |role| fields.iter().rfind(|field| field.role == role && !field.concealed).map(|field| field.control_index);
    let last = asked(fields::Role::Message).or_else(|| asked(fields::Role::Email)).unwrap_or(0);
    let shown = || buttons().filter(|c| c.concealed.is_none() && !elsewhere(c));
    shown().find(|c| c.index > last).or_else(|| shown().next()).or_else(|| buttons().next()).map(|c| c.index)
}

/// How long a person takes from the page to the press, where the form tells its server how long that was.
pub(super) fn a_persons_time(page: &Page, form: &Form, seed: u64) -> Duration {
    if vendor::has_clock(page, form) { Duration::from_millis(5_000 + seed % 3_000) } else { Duration::ZERO }
}

/// The same inquiry gets the same boundary and wait.
pub(super) fn seed(text: &str) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// Waits until the host may be spoken to, so that nothing is called on its way while it still stands in a queue.
pub async fn turn(client: &Client, prepared: &Prepared) -> Turn {
    client.turn(&prepared.request.url, false).await
}

/// Sends exactly once, then follows redirects by GET.
pub async fn send(client: &Client, prepared: &Prepared, turn: Turn) -> Sent {
    if prepared.plan.is_some() {
        let sent = browser::send(client, prepared).await;
        drop(turn);
        return sent;
    }
    let call = Call { label: "submission".to_owned(), request: &prepared.request, referer: Some(&prepared.page.url), turn: Some(turn) };
    let (submission, mut error) = client.exchange(&prepared.session, call).await;
    let sent_at = submission.started_at;
    let mut exchanges = vec![submission];
    if error.is_none() {
        error = client.follow(&prepared.session, &mut exchanges, "submission").await;
        // Whatever happens to a redirect, the submission itself went out.
        if let Some(fault) = &mut error {
            fault.possibly_sent = true;
        }
    }
    let offered = (prepared.offered_phone, prepared.offered_text);
    let answered_at = exchanges.iter().rev().find(|exchange| exchange.status.is_some()).map(|exchange| exchange.ended_at);
    Sent { exchanges, error, sent_at, answered_at, pieces: Vec::new(), rendered: None, stopped: None, offered }
}
