//! Finds the page with the inquiry form. Takes a shop's home page; follows the likeliest links first, then the sitemap, then
//! common paths; at most [`MAX_LOADS`] loads, `robots.txt` (RFC 9309) kept in everything but the address that was named. A form
//! with room for the question ends the search; one without is kept while a better one is looked for. Says what was tried.

mod links;
mod robots;
mod sitemap;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use url::Url;

use crate::shop::Shop;

use super::captcha;
use super::fields::{self, Role};
use super::http::{Client, Exchange, SendFault, Session};
use super::outcome::Outcome;
use super::page::Page;
use super::vendor;
use links::{COMMON, Candidate, candidates, host, key, of_sitemap, take_best};
pub(super) use links::{LIKELY, worth as link_worth};
pub(super) use robots::Robots;
use sitemap::Sitemap;

/// Loads of one search, `robots.txt` and sitemaps among them.
pub(super) const MAX_LOADS: usize = 12;
/// Loads that a better form than the one at hand is worth.
const BETTER_LOADS: usize = 5;
/// Unlikely links tried before common paths.
const MAX_UNLIKELY: usize = 3;
/// Sitemaps read.
const MAX_SITEMAPS: usize = 3;
/// What is said of an address that was left alone.
const FORBIDDEN: &str = "left alone, as robots.txt asks";

/// A loaded page, or why there is none.
pub(super) type Found = Result<Box<Page>, Outcome>;

/// An address that was looked at, or left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    /// The address.
    pub url: Url,
    /// What was there.
    pub what: String,
}

/// Loads one page and refuses what is no page.
pub(super) async fn load(client: &Client, session: &Session, url: &Url, label: &str, exchanges: &mut Vec<Exchange>) -> Found {
    let (loaded, fault) = client.load(session, url, label, None).await;
    let page = judge_page(url, loaded.last(), fault);
    exchanges.extend(loaded);
    page
}

fn judge_page(url: &Url, last: Option<&Exchange>, fault: Option<SendFault>) -> Found {
    if let Some(fault) = fault {
        return Err(Outcome::Failed { reason: fault.message });
    }
    let Some((exchange, status)) = last.and_then(|exchange| Some((exchange, exchange.status?))) else {
        return Err(Outcome::Failed { reason: format!("{url} did not answer") });
    };
    let page = Page::parse(exchange.body(), &exchange.url, exchange.header("content-type"));
    if captcha::wall(status, &exchange.headers, &page) {
        return Err(Outcome::Blocked { reason: format!("{url} shows a wall against robots instead of the page (status {status})") });
    }
    match status {
        403 | 429 => Err(Outcome::Blocked { reason: format!("{url} answered {status}") }),
        _ if exchange.truncated || page.cut => {
            Err(Outcome::Failed { reason: format!("{url} is longer, deeper or has more fields than what is read of a page") })
        }
        200..=299 => Ok(Box::new(page)),
        _ => Err(Outcome::Failed { reason: format!("{url} answered {status}") }),
    }
}

/// What a page offers to whoever has a question.
enum Offer {
    /// A form with room for the question.
    Good,
    /// A form that only takes an address.
    Poor,
    Nothing,
}

fn offer(page: &Page) -> Offer {
    let known = fields::survey(page);
    match fields::choose(&known) {
        Some(form) if form.fields.iter().any(|field| field.role == Role::Message) => Offer::Good,
        Some(_) => Offer::Poor,
        None => Offer::Nothing,
    }
}

/// Finds the page from the site's home page.
pub(super) async fn find(client: &Client, session: &Session, shop: &Shop, exchanges: &mut Vec<Exchange>) -> Found {
    search(client, session, shop, exchanges).await.0
}

/// As [`find`], with everything that was tried.
pub(super) async fn search(client: &Client, session: &Session, shop: &Shop, exchanges: &mut Vec<Exchange>) -> (Found, Vec<Tried>) {
    let mut search = Search {
        client,
        session,
        shop,
        exchanges,
        loads: 0,
        tried: Vec::new(),
        seen: BTreeSet::from([key(&shop.site)]),
        robots: BTreeMap::new(),
        last: None,
        waiting: Vec::new(),
        hosted: false,
        poor: None,
        drawn: None,
        refused: None,
    };
    let found = search.run().await;
    (found, search.tried)
}

/// What the `robots.txt` of an address's site asks of us.
pub(super) async fn robots(client: &Client, session: &Session, url: &Url, exchanges: &mut Vec<Exchange>) -> Robots {
    let Ok(address) = url.join("/robots.txt") else { return Robots::closed() };
    let (loaded, fault) = client.load(session, &address, "robots", None).await;
    let last = loaded.last().filter(|_| fault.is_none());
    let robots = last.map_or_else(Robots::closed, |exchange| Robots::answered(exchange.status, exchange.body()));
    exchanges.extend(loaded);
    robots
}

/// Whether `robots.txt` lets us look at an address.
pub(super) fn allowed(robots: &Robots, url: &Url) -> bool {
    robots.allows(url)
}

struct Search<'a> {
    client: &'a Client,
    session: &'a Session,
    shop: &'a Shop,
    exchanges: &'a mut Vec<Exchange>,
    loads: usize,
    tried: Vec<Tried>,
    seen: BTreeSet<String>,
    robots: BTreeMap<String, Robots>,
    last: Option<(String, Instant)>,
    waiting: Vec<Candidate>,
    /// A form maker's page was looked at.
    hosted: bool,
    /// A form without room for the question, and after how many loads it was found.
    poor: Option<(Box<Page>, usize)>,
    /// A page whose form a script draws, and whose script.
    drawn: Option<(Url, &'static str)>,
    /// The first page that was refused us.
    refused: Option<Outcome>,
}

impl Search<'_> {
    async fn run(&mut self) -> Found {
        self.loads = 1;
        let home = load(self.client, self.session, &self.shop.site, "page", self.exchanges).await;
        let home = home.inspect_err(|outcome| self.tried.push(Tried { url: self.shop.site.clone(), what: short(outcome) }))?;
        self.seen.insert(key(&home.url));
        if let Some(page) = self.look_at(home) {
            return Ok(page);
        }
        let (mut sitemaps_read, mut guessed, mut unlikely) = (false, false, 0);
        while self.loads < MAX_LOADS && self.poor.as_ref().is_none_or(|(_, since)| self.loads - since < BETTER_LOADS) {
            let next = match take_best(&mut self.waiting) {
                Some(next) if next.worth >= LIKELY => next,
                other if !sitemaps_read => {
                    sitemaps_read = true;
                    self.waiting.extend(other);
                    self.read_sitemaps().await;
                    continue;
                }
                Some(next) if unlikely < MAX_UNLIKELY || guessed => {
                    unlikely += 1;
                    next
                }
                other if !guessed && self.poor.is_none() => {
                    guessed = true;
                    self.waiting.extend(other);
                    let guess =
                        |path| Some(Candidate { worth: LIKELY, url: self.shop.site.join(path).ok()?, hosted: false, guessed: true });
                    let common: Vec<Candidate> = COMMON.into_iter().filter_map(guess).collect();
                    self.add(common);
                    continue;
                }
                _ => break,
            };
            match self.visit(next).await {
                Some(Ok(page)) => return Ok(page),
                Some(Err(blocked)) => {
                    self.refused.get_or_insert(blocked);
                    break;
                }
                None => {}
            }
        }
        self.conclude()
    }

    /// Loads a candidate: the page where the search ends, why it must end, or nothing.
    async fn visit(&mut self, next: Candidate) -> Option<Found> {
        if !self.seen.insert(key(&next.url)) || next.hosted && self.hosted {
            return None;
        }
        if !self.permitted(&next.url).await {
            self.tried.push(Tried { url: next.url, what: FORBIDDEN.to_owned() });
            return None;
        }
        if self.loads >= MAX_LOADS {
            return None;
        }
        self.hosted |= next.hosted;
        self.loads += 1;
        let page = load(self.client, self.session, &next.url, "page", self.exchanges).await;
        self.last = Some((host(&next.url), Instant::now()));
        match page {
            Ok(page) => {
                self.seen.insert(key(&page.url));
                self.look_at(page).map(Ok)
            }
            Err(outcome) => {
                self.tried.push(Tried { url: next.url, what: short(&outcome) });
                self.relabel();
                match outcome {
                    // A page that the site itself names and then walls off is its answer; a guess that is refused tells nothing.
                    Outcome::Blocked { .. } if next.worth >= LIKELY && !next.guessed => Some(Err(outcome)),
                    Outcome::Blocked { .. } if !next.guessed => {
                        self.refused.get_or_insert(outcome);
                        None
                    }
                    _ => None,
                }
            }
        }
    }

    /// Puts what is new to the candidates that wait; every page of a site has the same menu.
    fn add(&mut self, candidates: Vec<Candidate>) {
        for one in candidates {
            let known = key(&one.url);
            if self.seen.contains(&known) {
                continue;
            }
            match self.waiting.iter_mut().find(|waiting| key(&waiting.url) == known) {
                Some(waiting) => waiting.worth = waiting.worth.max(one.worth),
                None => self.waiting.push(one),
            }
        }
    }

    /// Gives the page back when the search ends with it; else notes what it tells.
    fn look_at(&mut self, page: Box<Page>) -> Option<Box<Page>> {
        let offer = offer(&page);
        let what = match &offer {
            Offer::Good => "the form",
            Offer::Poor => "a form without room for a question",
            Offer::Nothing => "no form",
        };
        self.tried.push(Tried { url: page.url.clone(), what: what.to_owned() });
        if matches!(offer, Offer::Good) {
            return Some(page);
        }
        self.relabel();
        if self.drawn.is_none() {
            self.drawn = vendor::drawn_by_script(&page).map(|vendor| (page.url.clone(), vendor));
        }
        self.add(candidates(&page, self.shop));
        if matches!(offer, Offer::Poor) && self.poor.is_none() {
            self.poor = Some((page, self.loads));
        }
        None
    }

    fn conclude(&mut self) -> Found {
        if let Some((page, _)) = self.poor.take() {
            // What was passed over is now the page that the form is sent from.
            if let Some(exchange) = self.exchanges.iter_mut().rev().find(|exchange| exchange.url == page.url) {
                "page".clone_into(&mut exchange.label);
            }
            return Ok(page);
        }
        if let Some(refused) = self.refused.take() {
            return Err(refused);
        }
        let drawn = self.drawn.as_ref();
        let mut reason = no_form(drawn.map_or(&self.shop.site, |(url, _)| url), drawn.map(|(_, vendor)| *vendor));
        let (forbidden, looked): (Vec<&Tried>, Vec<&Tried>) = self.tried.iter().partition(|tried| tried.what == FORBIDDEN);
        if drawn.is_none() && self.tried.len() > 1 {
            let list: Vec<String> = looked.iter().map(|tried| format!("{} ({})", tried.url.path(), tried.what)).collect();
            reason.push_str(&format!("; looked at {}", list.join(", ")));
            if let Some(first) = forbidden.first() {
                let more = if forbidden.len() > 1 { format!(" and {} more", forbidden.len() - 1) } else { String::new() };
                reason.push_str(&format!("; {}{more} {FORBIDDEN}", first.url.path()));
            }
        }
        Err(Outcome::Manual { reason })
    }

    /// Whether the site of an address lets us look at it; its `robots.txt` is read the first time.
    async fn permitted(&mut self, url: &Url) -> bool {
        let site = url.origin().ascii_serialization();
        if !self.robots.contains_key(&site) {
            let robots = self.read_robots(url).await;
            self.robots.insert(site.clone(), robots);
        }
        let Some(robots) = self.robots.get(&site) else { return false };
        if !allowed(robots, url) {
            return false;
        }
        if let (Some(delay), Some((last, at))) = (robots.delay, &self.last)
            && *last == host(url)
        {
            tokio::time::sleep(delay.saturating_sub(at.elapsed())).await;
        }
        true
    }

    async fn read_robots(&mut self, url: &Url) -> Robots {
        self.loads += 1;
        let robots = robots(self.client, self.session, url, self.exchanges).await;
        self.last = Some((host(url), Instant::now()));
        robots
    }

    /// Adds what the site's sitemaps list.
    async fn read_sitemaps(&mut self) {
        let site = self.shop.site.clone();
        let Ok(usual) = site.join("/sitemap.xml") else { return };
        if !self.permitted(&usual).await {
            return;
        }
        let named = self.robots.get(&site.origin().ascii_serialization()).map(|robots| robots.sitemaps.clone()).unwrap_or_default();
        let mut open: Vec<Url> =
            named.iter().filter_map(|address| site.join(address).ok()).filter(|url| host(url) == host(&site)).collect();
        if open.is_empty() {
            open.push(usual);
        }
        let mut read = 0;
        while read < MAX_SITEMAPS
            && self.loads < MAX_LOADS
            && let Some(url) = (!open.is_empty()).then(|| open.remove(0))
        {
            if std::path::Path::new(url.path()).extension().is_some_and(|end| end.eq_ignore_ascii_case("gz"))
                || !self.seen.insert(key(&url))
                || !self.permitted(&url).await
            {
                continue;
            }
            read += 1;
            self.loads += 1;
            let (loaded, fault) = self.client.load(self.session, &url, "sitemap", Some(&site)).await;
            self.last = Some((host(&url), Instant::now()));
            let good = loaded.last().filter(|exchange| fault.is_none() && exchange.status == Some(200));
            let map = good.map(|exchange| sitemap::parse(exchange.body(), &url));
            self.exchanges.extend(loaded);
            match map {
                Some(Sitemap::Pages(pages)) => {
                    let pages = of_sitemap(&pages, self.shop);
                    self.add(pages);
                }
                Some(Sitemap::Index(maps)) => open.splice(..0, maps).for_each(drop),
                None => {}
            }
            if self.waiting.iter().any(|one| one.worth >= LIKELY) {
                break;
            }
        }
    }

    fn relabel(&mut self) {
        let label = format!("search-{}", self.loads);
        for exchange in self.exchanges.iter_mut().filter(|exchange| exchange.label.starts_with("page")) {
            exchange.label = exchange.label.replacen("page", &label, 1);
        }
    }
}

/// What became of a load, for the list of what was tried.
fn short(outcome: &Outcome) -> String {
    let (Outcome::Failed { reason } | Outcome::Blocked { reason } | Outcome::Manual { reason }) = outcome else {
        return "no page".to_owned();
    };
    reason.split_once(" answered ").map_or_else(|| reason.clone(), |(_, status)| status.to_owned())
}

/// The sentence for a site without a form in its HTML.
pub(super) fn no_form(url: &Url, drawn: Option<&str>) -> String {
    match drawn {
        Some(vendor) => format!("needs a browser: the form on {url} is drawn by a script of {vendor}"),
        None => format!("no inquiry form was found on {url}; name its page as `form` in the shop file"),
    }
}

#[cfg(test)]
mod tests;
