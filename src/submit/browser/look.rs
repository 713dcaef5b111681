//! Looks for the form in the browser: loads the page, walks down it, waits until its scripts have drawn, opens what a button
//! opens, and follows the link for contact. Refuses error pages, walls and CAPTCHAs. Types nothing and sends nothing.

use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use url::Url;

use crate::shop::Shop;

use super::super::fields::{self, Role};
use super::super::http::{Client, Exchange, SendFault, Session};
use super::super::outcome::Outcome;
use super::super::page::Page;
use super::super::prepare::Gathered;
use super::super::words::words;
use super::super::{captcha, find};
use super::driver::Visit;
use super::network::Record;
use super::press::{self, Button};
use super::snapshot::{self, Choice, Scene};
use super::{BrowserFault, Piece};

const BUTTONS: &str = include_str!("buttons.js");
/// Walks down the page and back, as one who looks for the form; what loads only when it is seen is then loaded.
const STROLL: &str = "const end = Math.min(document.documentElement.scrollHeight, 12000); let at = 0; \
    return new Promise((done) => { const step = () => { if (at > end) { scrollTo(0, 0); setTimeout(done, 60); return; } \
    scrollTo(0, at); at += 700; setTimeout(step, 40); }; step(); });";
/// How long a form is waited for.
const FIND: Duration = Duration::from_secs(12);
/// A CAPTCHA may be drawn a moment after the form.
const SECOND_LOOK: Duration = Duration::from_millis(1_200);
const MAX_PAGES: usize = 3;

/// A search for the form.
pub(super) struct Look<'a> {
    pub(super) client: &'a Client,
    pub(super) shop: &'a Shop,
    pub(super) session: &'a Session,
    pub(super) gathered: &'a mut Gathered,
    /// When the page had loaded.
    pub(super) loaded: Instant,
    /// A CAPTCHA that stands in the page as it was loaded, before any script ran.
    pub(super) walled: Option<&'static str>,
    /// A moment by our clock and by the browser's.
    pub(super) clock: (DateTime<Utc>, f64),
}

impl Look<'_> {
    /// The page with the form: the one named, else what its links for contact lead to.
    pub(super) async fn find(&mut self, visit: &Visit, url: &Url) -> Result<(Vec<Scene>, Choice), Outcome> {
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
        Err(Outcome::by_hand(format!("no inquiry form was found on {next}, in a browser either; name its page as `form` in the shop file")))
    }

    /// Loads a page and refuses what is no page.
    async fn open(&mut self, visit: &Visit, url: &Url) -> Result<(), Outcome> {
        let refused = |fault: SendFault| Outcome::Failed { reason: fault.message };
        self.client.may_go(self.session, url).await.map_err(refused)?;
        let turn = self.client.turn(url, true).await;
        let (mark, at) = (visit.traffic.lock().await.records.len(), self.client.now());
        visit.load(url).await?;
        self.loaded = Instant::now();
        drop(turn);
        visit.listen().await?;
        let page = document(visit, mark, url).await;
        if let Some(place) = page {
            let body = visit.body(place).await;
            let mut traffic = visit.traffic.lock().await;
            let zero = traffic.records.get(mark).map_or(0.0, Record::started);
            self.clock = (at, zero);
            if let Some(record) = traffic.records.get_mut(place) {
                record.body = body;
                let exchange = record.exchange("page".to_owned(), at, zero);
                self.walled = walled(&exchange);
                self.gathered.exchanges.push(exchange);
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
        // One in a frame has its own page; what the top page held as it came stands before the top page's form.
        let top = scenes.get(choice.scene).filter(|scene| scene.way.is_empty());
        let before = self.walled.zip(top).map(|(captcha, scene)| Outcome::Blocked {
            reason: format!("a CAPTCHA ({captcha}) stands before the form on {}", scene.page.url),
        });
        if let Some(outcome) = before.or_else(|| captcha_before(scenes, choice)) {
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

/// The CAPTCHA before the form of a page as it was loaded.
fn walled(exchange: &Exchange) -> Option<&'static str> {
    let page = Page::parse(exchange.body(), &exchange.url, exchange.header("content-type"));
    let known = fields::survey(&page);
    Some(captcha::detect(&page, &fields::choose(&known)?.fields)?.as_str())
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

fn plain(url: &Url) -> String {
    let mut url = url.clone();
    url.set_fragment(None);
    url.as_str().trim_end_matches('/').to_owned()
}

/// The link of a rendered page that most likely leads to its form; of equals the first.
fn contact(page: &Page, seen: &[String]) -> Option<Url> {
    let wanted = ["contact", "inquir", "enquir", "get in touch", "request info", "ask a question", "contacto"];
    let own = page.url.host_str().unwrap_or_default().trim_start_matches("www.");
    let fitting = page.links.iter().filter_map(|link| {
        let same = link.url.host_str().unwrap_or_default().trim_start_matches("www.") == own;
        let said = format!("{} {}", words(&link.text), words(link.url.path()));
        let worth = find::link_worth(&said, "");
        let fits = same
            && link.url.port_or_known_default() == page.url.port_or_known_default()
            && matches!(link.url.scheme(), "http" | "https")
            && wanted.iter().any(|word| said.contains(word))
            && worth >= find::LIKELY
            && !seen.contains(&plain(&link.url));
        fits.then_some((worth, &link.url))
    });
    fitting.rev().max_by_key(|(worth, _)| *worth).map(|(_, url)| url.clone())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_link_for_buyers_is_followed_and_no_other() {
        for (links, expected) in [
            ("<a href=/jobs>Careers contact</a><a href=/ask>Contact us</a>", Some("/ask")),
            ("<a href=/warranty/contact>Warranty contact</a>", None),
            ("<a href=/a>Get in touch</a><a href=/contact>Contact</a><a href=/contact-us>Contact</a>", Some("/contact")),
            ("<a href=https://other.example/contact>Contact</a><a href=/seen>Contact</a>", None),
            ("<a href=/hola>Contacto</a>", Some("/hola")),
        ] {
            let page = Page::parse(links.as_bytes(), &Url::parse("https://x.example/").unwrap(), None);
            let found = contact(&page, &["https://x.example/seen".to_owned()]);
            assert_eq!(found.as_ref().map(Url::path), expected, "{links}");
        }
    }
}
