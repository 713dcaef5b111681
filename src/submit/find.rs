//! Finds the page with the inquiry form: the home page if it has one, else the links that look most like "contact us", on
//! the same host only, at most twelve loads, and what `robots.txt` forbids is left alone.

use std::collections::BTreeSet;

use url::Url;

use crate::shop::Shop;

use super::captcha;
use super::fields;
use super::http::{Client, Exchange, SendFault, Session};
use super::outcome::Outcome;
use super::page::Page;
use super::words::words;

const MAX_LOADS: usize = 12;

/// A loaded page, or why there is none.
pub(super) type Found = Result<Box<Page>, Outcome>;

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
        _ if exchange.truncated || page.cut => Err(Outcome::Failed { reason: format!("{url} is longer than what is read of a page") }),
        200..=299 => Ok(Box::new(page)),
        _ => Err(Outcome::Failed { reason: format!("{url} answered {status}") }),
    }
}

/// Whether a page has a form for inquiries.
fn has_inquiry(page: &Page) -> bool {
    fields::choose(&fields::survey(page)).is_some()
}

/// Finds the page from the site's home page.
pub(super) async fn find(client: &Client, session: &Session, shop: &Shop, exchanges: &mut Vec<Exchange>) -> Found {
    let home = load(client, session, &shop.site, "page", exchanges).await?;
    if has_inquiry(&home) {
        return Ok(home);
    }
    relabel(exchanges, "search-1");
    let rules = robots(client, session, &home.url, exchanges).await;
    let mut loads = 2;
    let mut seen: BTreeSet<String> = BTreeSet::from([key(&home.url), key(&shop.site)]);
    let mut waiting = candidates(&home, shop);
    let mut drawn = super::vendor::drawn_by_script(&home);
    while loads < MAX_LOADS
        && let Some(best) = take_best(&mut waiting)
    {
        if !seen.insert(key(&best)) || !allowed(&rules, &best) {
            continue;
        }
        loads += 1;
        match load(client, session, &best, "page", exchanges).await {
            Ok(page) if has_inquiry(&page) => return Ok(page),
            Ok(page) => {
                drawn = drawn.or_else(|| super::vendor::drawn_by_script(&page));
                waiting.extend(candidates(&page, shop));
            }
            Err(blocked @ Outcome::Blocked { .. }) => return Err(blocked),
            Err(_) => {}
        }
        relabel(exchanges, &format!("search-{loads}"));
    }
    Err(Outcome::Manual { reason: no_form(&shop.site, drawn) })
}

/// The sentence for a site without a form in its HTML.
pub(super) fn no_form(url: &Url, drawn: Option<&str>) -> String {
    match drawn {
        Some(vendor) => format!("needs a browser: the form on {url} is drawn by a script of {vendor}"),
        None => format!("no inquiry form was found on {url}; name its page as `form` in the shop file"),
    }
}

fn relabel(exchanges: &mut [Exchange], label: &str) {
    for exchange in exchanges.iter_mut().filter(|exchange| exchange.label.starts_with("page")) {
        exchange.label = exchange.label.replacen("page", label, 1);
    }
}

fn key(url: &Url) -> String {
    format!("{}{}?{}", host(url), url.path().trim_end_matches('/'), url.query().unwrap_or_default())
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().trim_start_matches("www.").to_owned()
}

/// Links worth following, with how much.
fn candidates(page: &Page, shop: &Shop) -> Vec<(u32, Url)> {
    let community = shop.ask.community.as_deref().map(words).unwrap_or_default();
    let own = host(&shop.site);
    let mut found = Vec::new();
    for link in &page.links {
        let same = host(&link.url) == own && link.url.port_or_known_default() == page.url.port_or_known_default();
        let file = link.url.path().rsplit('.').next().is_some_and(|end| matches!(end, "pdf" | "jpg" | "png" | "zip" | "xml"));
        if !same || file || !matches!(link.url.scheme(), "http" | "https") {
            continue;
        }
        let said = format!("{} {}", words(&link.text), words(link.url.path()));
        let mut worth = 0_u32;
        for (word, points) in [
            ("contact", 20),
            ("contacto", 20),
            ("inquir", 16),
            ("request info", 18),
            ("get in touch", 16),
            ("ask a question", 16),
            ("schedule", 8),
            ("appointment", 8),
            ("visit", 4),
            ("get started", 6),
            ("more information", 6),
            ("communities", 3),
            ("about", 2),
        ] {
            if said.contains(word) {
                worth += points;
            }
        }
        if !community.is_empty() && said.contains(&community) {
            worth += 10;
        }
        for word in ["career", "warranty", "privacy", "blog", "vendor", "trade partner", "login", "mortgage", "apply"] {
            if said.contains(word) {
                worth = worth.saturating_sub(15);
            }
        }
        if worth > 0 {
            let mut url = link.url.clone();
            url.set_fragment(None);
            found.push((worth, url));
        }
    }
    found
}

fn take_best(waiting: &mut Vec<(u32, Url)>) -> Option<Url> {
    let best = waiting.iter().enumerate().max_by_key(|(at, (worth, _))| (*worth, usize::MAX - at)).map(|(at, _)| at)?;
    Some(waiting.remove(best).1)
}

/// The rules of `robots.txt` that are meant for us; none when there is no such file.
pub(super) async fn robots(client: &Client, session: &Session, home: &Url, exchanges: &mut Vec<Exchange>) -> Vec<(bool, String)> {
    let Ok(url) = home.join("/robots.txt") else { return Vec::new() };
    let (loaded, fault) = client.load(session, &url, "robots", Some(home)).await;
    let text = loaded.last().filter(|exchange| fault.is_none() && exchange.status == Some(200));
    let rules = text.map(|exchange| rules(&String::from_utf8_lossy(exchange.body()))).unwrap_or_default();
    exchanges.extend(loaded);
    rules
}

/// RFC 9309: the group that names us, else the group for all; `true` allows.
fn rules(text: &str) -> Vec<(bool, String)> {
    let (mut own, mut all) = (Vec::new(), Vec::new());
    let (mut ours, mut everyone, mut naming, mut named) = (false, false, false, false);
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or_default();
        let Some((key, value)) = line.split_once(':') else { continue };
        let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
        match key.as_str() {
            "user-agent" => {
                if !naming {
                    (ours, everyone) = (false, false);
                }
                naming = true;
                ours |= value.eq_ignore_ascii_case("crickets");
                everyone |= value == "*";
                named |= ours;
            }
            "allow" | "disallow" => {
                naming = false;
                if !value.is_empty() {
                    let rule = (key == "allow", value.to_owned());
                    if ours {
                        own.push(rule);
                    } else if everyone {
                        all.push(rule);
                    }
                }
            }
            _ => {}
        }
    }
    if named { own } else { all }
}

/// Whether the longest fitting rule allows an address.
pub(super) fn allowed(rules: &[(bool, String)], url: &Url) -> bool {
    let path = format!("{}{}", url.path(), url.query().map(|query| format!("?{query}")).unwrap_or_default());
    let fitting = rules.iter().filter(|(_, pattern)| fits(pattern, &path));
    fitting.max_by_key(|(allow, pattern)| (pattern.len(), *allow)).is_none_or(|(allow, _)| *allow)
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, anchored) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut rest = path;
    for (at, part) in pattern.split('*').enumerate() {
        let found = if at == 0 { rest.starts_with(part).then_some(0) } else { rest.find(part) };
        let Some(found) = found else { return false };
        rest = rest.get(found + part.len()..).unwrap_or_default();
    }
    !anchored || rest.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn robots_rules_are_read_as_rfc_9309_says() {
        let text = "User-agent: a\nUser-agent: *\nDisallow: /private # x\nAllow: /private/contact\nDisallow: /*.php$\nUser-agent: other\nDisallow: /\n";
        let rules = rules(text);
        for (url, expected) in [
            ("http://x.example/contact", true),
            ("http://x.example/private/a", false),
            ("http://x.example/private/contact", true),
            ("http://x.example/mail.php", false),
            ("http://x.example/mail.php?x", true),
        ] {
            assert_eq!(allowed(&rules, &Url::parse(url).unwrap()), expected, "{url}");
        }
        let own = super::rules("User-agent: *\nDisallow:\nUser-agent: Crickets\nDisallow: /");
        assert!(!allowed(&own, &Url::parse("http://x.example/contact").unwrap()));
    }
}
