//! Before the submission: decides on the rendered page what would be filled. Types nothing and presses nothing that sends. Gives a
//! [`Prepared`] that holds the open page.

use std::sync::Arc;
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use tokio::sync::Mutex;
use url::Url;

use crate::shop::{Persona, Shop};

use super::super::asker::Asker;
use super::super::encode::{Entry, EntryValue};
use super::super::fill::{self, Filling};
use super::super::form::Request;
use super::super::http::{Client, Session};
use super::super::outcome::Outcome;
use super::super::page::{Form, Page};
use super::super::prepare::{Gathered, Prepared};
use super::super::vendor;
use super::driver::Visit;
use super::look::Look;
use super::snapshot::{self, Choice, Scene};
use super::{Browser, BrowserFault};

/// The open page of a prepared submission. The last clone that is dropped ends the browser.
#[derive(Clone, Debug)]
pub struct Plan(Arc<Mutex<Option<Ready>>>);

/// A page that is ready to be filled.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) visit: Visit,
    pub(super) scenes: Vec<Scene>,
    pub(super) choice: Choice,
    pub(super) shop: Shop,
    pub(super) persona: Persona,
    pub(super) alias: String,
    /// When the page had loaded, for forms that distrust who is faster than a person.
    pub(super) loaded: Instant,
    pub(super) limit: Duration,
    /// A moment by our clock and by the browser's.
    pub(super) clock: (DateTime<Utc>, f64),
}

impl Ready {
    /// Who asks.
    pub(super) fn asker(&self) -> Asker<'_> {
        Asker { shop: &self.shop, persona: &self.persona, alias: &self.alias }
    }
}

impl Plan {
    /// Takes the page out; it can be sent once.
    pub(super) async fn take(&self) -> Option<Ready> {
        self.0.lock().await.take()
    }

    /// Ends the browser, when nothing is to be sent.
    pub(in super::super) async fn release(&self) {
        if let Some(ready) = self.take().await {
            ready.visit.close().await;
        }
    }
}

impl From<BrowserFault> for Outcome {
    fn from(fault: BrowserFault) -> Self {
        match fault {
            BrowserFault::Absent(_) => Self::Manual { reason: fault.to_string() },
            other => Self::Failed { reason: other.to_string() },
        }
    }
}

/// A page that was looked at, still open.
struct Seen {
    visit: Visit,
    found: Result<(Vec<Scene>, Choice), Outcome>,
    loaded: Instant,
    clock: (DateTime<Utc>, f64),
}

/// Renders a page and looks for the form.
async fn look_at(
    client: &Client,
    browser: &Browser,
    shop: &Shop,
    session: &Session,
    url: &Url,
    gathered: &mut Gathered,
) -> Result<Seen, Outcome> {
    if browser.settings.rehearsal && !session.is_private() {
        return Err(Outcome::Failed { reason: format!("a rehearsal's browser reaches this machine only, and {url} is elsewhere") });
    }
    client.may_go(session, url).await.map_err(|fault| Outcome::Failed { reason: fault.message })?;
    let visit = Visit::open(browser, session.is_private()).await?;
    let limit = browser.settings.limit;
    let mut look = Look { client, shop, session, gathered, loaded: Instant::now(), walled: None, clock: (client.now(), 0.0) };
    let found = tokio::time::timeout(limit, look.find(&visit, url)).await;
    let (loaded, clock) = (look.loaded, look.clock);
    let found = found.unwrap_or_else(|_| {
        Err(Outcome::Failed { reason: format!("{url} could not be read in the browser within {} s", limit.as_secs()) })
    });
    Ok(Seen { visit, found, loaded, clock })
}

/// The page or frame that holds the form, as a browser shows it, and the form's place in it; nothing is left open.
pub(in super::super) async fn rendered(client: &Client, browser: &Browser, shop: &Shop, url: &Url) -> Result<(Page, usize), Outcome> {
    let session = client.session(&shop.site);
    let Seen { visit, found, .. } = look_at(client, browser, shop, &session, url, &mut Gathered::default()).await?;
    visit.close().await;
    let (mut scenes, choice) = found?;
    if choice.scene >= scenes.len() {
        return Err(Outcome::by_hand("the form is gone"));
    }
    Ok((scenes.swap_remove(choice.scene).page, choice.form))
}

/// Renders a page and decides what would be filled.
pub(in super::super) async fn prepare(
    client: &Client,
    browser: &Browser,
    asker: Asker<'_>,
    url: &Url,
    gathered: &mut Gathered,
) -> Result<Box<Prepared>, Outcome> {
    let Asker { shop, persona, alias } = asker;
    let session = client.session(&shop.site);
    let Seen { visit, found, loaded, clock } = look_at(client, browser, shop, &session, url, gathered).await?;
    let limit = browser.settings.limit;
    match found.and_then(|(scenes, choice)| decide(asker, &scenes, &choice).map(|decided| (scenes, choice, decided))) {
        Ok((scenes, choice, prepared)) => {
            let ready = Ready {
                visit,
                scenes,
                choice,
                shop: shop.clone(),
                persona: persona.clone(),
                alias: alias.to_owned(),
                loaded,
                clock,
                limit,
            };
            let plan = Plan(Arc::new(Mutex::new(Some(ready))));
            Ok(Box::new(Prepared { session, plan: Some(plan), ..prepared }))
        }
        Err(outcome) => {
            visit.close().await;
            Err(outcome)
        }
    }
}

/// What would be filled, and how that is shown.
fn decide(asker: Asker<'_>, scenes: &[Scene], choice: &Choice) -> Result<Prepared, Outcome> {
    let Some((scene, form)) = snapshot::form(scenes, choice) else { return Err(Outcome::by_hand("the form is gone")) };
    let filling = fill::fill(&scene.page, form, &choice.fields, asker)?;
    let request = described(&scene.page, form, &filling);
    let page = snapshot::whole(scenes, choice.scene).unwrap_or_else(|| scene.page.clone());
    Ok(Prepared {
        exchanges: Vec::new(),
        pieces: Vec::new(),
        request,
        filled: filling.filled,
        offered_phone: filling.offered_phone,
        offered_text: filling.offered_text,
        asked: filling.asked,
        vendor: vendor::recognise(&scene.page, form),
        wait: Duration::ZERO,
        session: Session::default(),
        fields: choice.fields.clone(),
        page,
        plan: None,
    })
}

/// The submission as a person would tell it; the request itself is made by the page.
fn described(page: &Page, form: &Form, filling: &Filling) -> Request {
    let action = form.action.as_deref().map(str::trim).filter(|action| !action.is_empty());
    let url = action.and_then(|action| page.base.join(action).ok()).filter(|url| matches!(url.scheme(), "http" | "https"));
    let entries =
        filling.filled.iter().map(|field| Entry { name: field.name.clone(), value: EntryValue::Text(field.value.clone()) }).collect();
    Request {
        method: if form.method == "post" { "POST" } else { "GET" },
        url: url.unwrap_or_else(|| page.url.clone()),
        content_type: None,
        body: Vec::new(),
        entries,
    }
}

/// The label of a step of the submission.
pub(super) fn label(step: usize) -> String {
    if step == 0 { "submission".to_owned() } else { format!("redirect-{step}") }
}
