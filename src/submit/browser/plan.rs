//! Before the submission: renders the page, waits until its scripts have drawn the form, opens it where a button must, and
//! decides what would be filled. Types nothing and presses nothing that sends. Gives a [`Prepared`] that holds the open page.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tokio::sync::Mutex;
use url::Url;

use crate::shop::{Persona, Shop};

use super::super::captcha;
use super::super::encode::{Entry, EntryValue};
use super::super::fields::Role;
use super::super::fill::{self, FillFault, Filling};
use super::super::form::Request;
use super::super::http::{Client, Session};
use super::super::outcome::Outcome;
use super::super::page::{Form, Page};
use super::super::prepare::{Gathered, Prepared};
use super::super::{find, vendor};
use super::driver::Visit;
use super::press::{self, Button};
use super::snapshot::{self, Choice, Scene};
use super::{Browser, BrowserFault, Piece};

pub(super) const BUTTONS: &str = include_str!("buttons.js");
/// Walks down the page and back, as one who looks for the form; what loads only when it is seen is then loaded.
const STROLL: &str = "const end = Math.min(document.documentElement.scrollHeight, 12000); let at = 0; \
    return new Promise((done) => { const step = () => { if (at > end) { scrollTo(0, 0); setTimeout(done, 60); return; } \
    scrollTo(0, at); at += 700; setTimeout(step, 40); }; step(); });";
const FIND: Duration = Duration::from_secs(12);
/// A CAPTCHA may be drawn a moment after the form.
const SECOND_LOOK: Duration = Duration::from_millis(1_200);
const MAX_PAGES: usize = 3;

/// The open page of a prepared submission. The last clone that is dropped ends the browser.
#[derive(Clone, Debug)]
pub struct Plan(Arc<Mutex<Option<Ready>>>);

/// A page that is ready to be filled.
#[derive(Debug)]
pub(super) struct Ready {
    pub(super) visit: Visit,
    pub(super) scenes: Vec<Scene>,
    pub(super) choice: Choice,
    pub(super) filling: Filling,
    pub(super) shop: Shop,
    pub(super) persona: Persona,
    pub(super) alias: String,
    /// When the page had loaded, for forms that distrust who is faster than a person.
    pub(super) loaded: Instant,
    pub(super) limit: Duration,
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

fn by_hand(reason: impl std::fmt::Display) -> Outcome {
    Outcome::Manual { reason: reason.to_string() }
}

impl From<BrowserFault> for Outcome {
    fn from(fault: BrowserFault) -> Self {
        match fault {
            BrowserFault::Absent(_) => Self::Manual { reason: fault.to_string() },
            other => Self::Failed { reason: other.to_string() },
        }
    }
}

/// Renders a page and decides what would be filled.
pub(in super::super) async fn prepare(
    client: &Client,
    browser: &Browser,
    shop: &Shop,
    persona: &Persona,
    alias: &str,
    url: &Url,
    gathered: &mut Gathered,
) -> Result<Box<Prepared>, Outcome> {
    let session = client.session(&shop.site);
    client.may_go(&session, url).await.map_err(|fault| Outcome::Failed { reason: fault.message })?;
    let visit = Visit::open(browser, session.is_private()).await?;
    let limit = browser.settings.limit;
    let mut look = Look { client, shop, session: &session, gathered, loaded: Instant::now() };
    let found = tokio::time::timeout(limit, look.find(&visit, url)).await;
    let loaded = look.loaded;
    let found = found.unwrap_or_else(|_| {
        Err(Outcome::Failed { reason: format!("{url} could not be read in the browser within {} s", limit.as_secs()) })
    });
    match found.and_then(|(scenes, choice)| decide(shop, persona, alias, &scenes, &choice).map(|decided| (scenes, choice, decided))) {
        Ok((scenes, choice, (filling, prepared))) => {
            let ready = Ready {
                visit,
                scenes,
                choice,
                filling,
                shop: shop.clone(),
                persona: persona.clone(),
                alias: alias.to_owned(),
                loaded,
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

/// A search for the form.
struct Look<'a> {
    client: &'a Client,
    shop: &'a Shop,
    session: &'a Session,
    gathered: &'a mut Gathered,
    loaded: Instant,
}

impl Look<'_> {
    /// The page with the form: the one named, else what its links for contact lead to.
    async fn find(&mut self, visit: &Visit, url: &Url) -> Result<(Vec<Scene>, Choice), Outcome> {
        let mut seen = vec![plain(url)];
        let mut next = url.clone();
        let mut rules = None;
        loop {
            self.open(visit, &next).await?;
            if let Some(choice) = self.seek(visit).await? {
                return Ok(choice);
            }
            let scenes = snapshot::scenes(visit).await?;
            self.keep(visit, &scenes).await;
            let Some(top) = scenes.first().filter(|_| self.shop.form.is_none() && seen.len() < MAX_PAGES) else { break };
            let rules = match &rules {
                Some(rules) => rules,
                None => rules.insert(find::robots(self.client, self.session, &top.page.url, &mut self.gathered.exchanges).await),
            };
            let Some(link) = contact(&top.page, &seen).filter(|link| find::allowed(rules, link)) else { break };
            seen.push(plain(&link));
            next = link;
        }
        Err(by_hand(format!("no inquiry form was found on {next}, in a browser either; name its page as `form` in the shop file")))
    }

    /// Loads a page and refuses what is no page.
    async fn open(&mut self, visit: &Visit, url: &Url) -> Result<(), Outcome> {
        let refused = |fault: super::super::http::SendFault| Outcome::Failed { reason: fault.message };
        self.client.may_go(self.session, url).await.map_err(refused)?;
        let turn = self.client.turn(url, true).await;
        let (mark, at) = (visit.traffic.lock().await.records.len(), self.client.now());
        visit.load(url).await?;
        self.loaded = Instant::now();
        drop(turn);
        visit.listen().await?;
        let page = document(visit, mark, url).await;
        if let Some(place) = page {
            let body = body(visit, place).await;
            let mut traffic = visit.traffic.lock().await;
            let zero = traffic.records.get(mark).map_or(0.0, super::network::Record::started);
            if let Some(record) = traffic.records.get_mut(place) {
                record.body = body;
                self.gathered.exchanges.push(record.exchange("page".to_owned(), at, zero));
            }
        }
        let scenes = snapshot::scenes(visit).await?;
        let Some(top) = scenes.first() else { return Err(Outcome::Failed { reason: format!("{url} shows no page") }) };
        if matches!(top.page.url.scheme(), "http" | "https") {
            self.client.may_go(self.session, &top.page.url).await.map_err(refused)?;
        } else {
            return Err(Outcome::Failed { reason: format!("{url} could not be loaded in the browser") });
        }
        let exchange = self.gathered.exchanges.last().filter(|_| page.is_some());
        let (status, headers) = exchange.map_or((200, &[][..]), |exchange| (exchange.status.unwrap_or(200), exchange.headers.as_slice()));
        let (blocked, bad) = (captcha::wall(status, headers, &top.page), status);
        if blocked || matches!(bad, 403 | 429) {
            let reason = if blocked {
                format!("{url} shows a wall against robots instead of the page (status {bad})")
            } else {
                format!("{url} answered {bad}")
            };
            self.keep(visit, &scenes).await;
            return Err(Outcome::Blocked { reason });
        }
        if !(200..400).contains(&bad) {
            return Err(Outcome::Failed { reason: format!("{url} answered {bad}") });
        }
        Ok(())
    }

    /// Waits for the form, opens it where a button must, and looks a second time for what is drawn late.
    async fn seek(&mut self, visit: &Visit) -> Result<Option<(Vec<Scene>, Choice)>, Outcome> {
        let start = Instant::now();
        visit.enter(&[]).await?;
        let _ = visit.script("walk down the page", STROLL, Vec::new()).await;
        let mut opened = 0;
        loop {
            let scenes = snapshot::scenes(visit).await?;
            let choice = snapshot::choose(&scenes);
            self.refuse_captcha(visit, &scenes, choice.as_ref()).await?;
            if let Some(choice) = choice.clone().filter(|choice| !choice.out) {
                return self.second_look(visit, choice).await;
            }
            visit.listen().await?;
            let quiet = visit.traffic.lock().await.open() == 0 && start.elapsed() > Duration::from_secs(4);
            if opened < 2 && (choice.is_some() || quiet) && start.elapsed() > Duration::from_secs(1) {
                if !self.press_opener(visit, &scenes, choice.as_ref(), opened).await? {
                    opened = 2;
                }
                opened += 1;
                tokio::time::sleep(Duration::from_millis(900)).await;
                continue;
            }
            if start.elapsed() > FIND || quiet && opened >= 2 && start.elapsed() > Duration::from_secs(7) {
                return Ok(None);
            }
            tokio::time::sleep(Duration::from_millis(400)).await;
        }
    }

    async fn second_look(&mut self, visit: &Visit, first: Choice) -> Result<Option<(Vec<Scene>, Choice)>, Outcome> {
        tokio::time::sleep(SECOND_LOOK).await;
        let scenes = snapshot::scenes(visit).await?;
        let choice = snapshot::choose(&scenes).unwrap_or(first);
        self.refuse_captcha(visit, &scenes, Some(&choice)).await?;
        self.keep(visit, &scenes).await;
        Ok(snapshot::form(&scenes, &choice).is_some().then_some((scenes, choice)))
    }

    async fn refuse_captcha(&mut self, visit: &Visit, scenes: &[Scene], choice: Option<&Choice>) -> Result<(), Outcome> {
        let Some(choice) = choice else { return Ok(()) };
        if let Some(outcome) = captcha_before(scenes, choice) {
            self.keep(visit, scenes).await;
            return Err(outcome);
        }
        Ok(())
    }

    /// Presses what opens the form; `false` when there is nothing like it.
    async fn press_opener(&self, visit: &Visit, scenes: &[Scene], choice: Option<&Choice>, nth: usize) -> Result<bool, Outcome> {
        let way = choice.and_then(|choice| scenes.get(choice.scene)).map(|scene| scene.way.clone()).unwrap_or_default();
        visit.enter(&way).await?;
        let sought = choice.and_then(|choice| {
            let control = choice.fields.iter().find(|field| field.role != Role::Hidden)?;
            scenes.get(choice.scene)?.reference(control.control_index).cloned()
        });
        let buttons = buttons(visit, vec![Value::Null, json!([]), sought.unwrap_or(Value::Null)]).await?;
        let Some(opener) = press::openers(&buttons).get(nth).copied() else { return Ok(false) };
        tracing::debug!(text = %opener.text, "pressing what may open the form");
        let element = visit.element(&opener.element)?;
        if visit.click(&element).await.is_err() {
            visit.script("press", "arguments[0].click()", vec![opener.element.clone()]).await?;
        }
        Ok(true)
    }

    /// Keeps the rendered page as evidence, in place of an earlier one.
    async fn keep(&mut self, visit: &Visit, scenes: &[Scene]) {
        let at = self.client.now();
        self.gathered.pieces.clear();
        for (place, scene) in scenes.iter().enumerate() {
            let role = if place == 0 { "page dom".to_owned() } else { format!("page dom frame-{place}") };
            self.gathered.pieces.push(Piece { role, bytes: scene.html.clone().into_bytes(), at });
        }
        if let Ok(bytes) = visit.screenshot().await {
            self.gathered.pieces.push(Piece { role: "screenshot page".to_owned(), bytes, at });
        }
    }
}

/// The CAPTCHA that stands before the chosen form.
pub(super) fn captcha_before(scenes: &[Scene], choice: &Choice) -> Option<Outcome> {
    let scene = scenes.get(choice.scene)?;
    let captcha = captcha::detect(&scene.page, &choice.fields)?;
    Some(Outcome::Blocked { reason: format!("a CAPTCHA ({}) stands before the form on {}", captcha.as_str(), scene.page.url) })
}

/// The buttons that a script tells of.
pub(super) async fn buttons(visit: &Visit, arguments: Vec<Value>) -> Result<Vec<Button>, BrowserFault> {
    let told = visit.script("look for buttons", BUTTONS, arguments).await?;
    serde_json::from_value(told).map_err(|error| BrowserFault::Command { what: "look for buttons", message: error.to_string() })
}

/// The record of the page itself.
async fn document(visit: &Visit, mark: usize, url: &Url) -> Option<usize> {
    let traffic = visit.traffic.lock().await;
    let first =
        traffic.records.iter().enumerate().skip(mark).find(|(_, record)| record.kind == "Document" && plain(&record.url) == plain(url));
    traffic.chain(first?.0).last().copied()
}

/// The body of an answer, where the browser still has it.
pub(super) async fn body(visit: &Visit, place: usize) -> Option<Vec<u8>> {
    use base64::Engine;
    let id = visit.traffic.lock().await.records.get(place)?.id.clone();
    let answer = visit.cdp("Network.getResponseBody", json!({ "requestId": id })).await.ok()?;
    let text = answer.get("body")?.as_str()?;
    if answer.get("base64Encoded").and_then(Value::as_bool).unwrap_or(false) {
        return base64::engine::general_purpose::STANDARD.decode(text).ok();
    }
    Some(text.as_bytes().to_vec())
}

fn plain(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

/// The link of a rendered page that leads to its form.
fn contact(page: &Page, seen: &[String]) -> Option<Url> {
    let words = ["contact", "inquir", "enquir", "get in touch", "request info", "ask a question", "contacto"];
    let own = page.url.host_str().unwrap_or_default().trim_start_matches("www.");
    let fitting = page.links.iter().filter(|link| {
        let same = link.url.host_str().unwrap_or_default().trim_start_matches("www.") == own;
        let said = format!("{} {}", super::super::words::words(&link.text), link.url.path().to_lowercase());
        same && link.url.port_or_known_default() == page.url.port_or_known_default()
            && matches!(link.url.scheme(), "http" | "https")
            && words.iter().any(|word| said.contains(word))
            && !seen.contains(&plain(&link.url))
    });
    fitting.map(|link| link.url.clone()).next()
}

/// What would be filled, and how that is shown.
fn decide(shop: &Shop, persona: &Persona, alias: &str, scenes: &[Scene], choice: &Choice) -> Result<(Filling, Prepared), Outcome> {
    let Some((scene, form)) = snapshot::form(scenes, choice) else { return Err(by_hand("the form is gone")) };
    let filling = fill_form(scene, form, choice, shop, persona, alias)?;
    let later = choice.fields.iter().any(|field| field.concealed && !field.honeypot);
    if !later && !filling.filled.iter().any(|field| matches!(field.role, Role::Email | Role::Phone)) {
        tracing::debug!(url = %scene.page.url, "the first step asks for no address; a later one may");
    }
    let request = described(&scene.page, form, &filling);
    let page = snapshot::whole(scenes, choice.scene).unwrap_or_else(|| scene.page.clone());
    let prepared = Prepared {
        exchanges: Vec::new(),
        pieces: Vec::new(),
        request,
        filled: filling.filled.clone(),
        offered_phone: filling.offered_phone,
        offered_text: filling.offered_text,
        asked: filling.asked,
        vendor: vendor::recognise(&scene.page, form),
        wait: Duration::ZERO,
        session: Session::default(),
        fields: choice.fields.clone(),
        page,
        plan: None,
    };
    Ok((filling, prepared))
}

/// Fills a form of a scene.
pub(super) fn fill_form(
    scene: &Scene,
    form: &Form,
    choice: &Choice,
    shop: &Shop,
    persona: &Persona,
    alias: &str,
) -> Result<Filling, Outcome> {
    fill::fill(&scene.page, form, &choice.fields, shop, persona, alias).map_err(|fault| match fault {
        FillFault::Manual(reason) => by_hand(reason),
        FillFault::Settings(error) => Outcome::Failed { reason: error.to_string() },
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
