//! Twilio's signature: HMAC-SHA1 over the public URL and the sorted fields of a form; of any other body the URL names the SHA-256.
//! Proxies add and take away ports, and browsers' rules for URLs write an apostrophe otherwise: all these spellings are tried.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};
use url::form_urlencoded;

use super::Delivery;
use super::verify::{Refusal, base64, hmac_sha1, same};
use crate::collect::mail::canonical::hex;

/// Whether a request bears Twilio's signature.
pub(super) fn check(delivery: &Delivery, token: &str) -> Result<(), Refusal> {
    let signature = base64(delivery.header("x-twilio-signature").ok_or(Refusal::Unsigned("X-Twilio-Signature"))?)?;
    let mut fields: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    if delivery.is_form() {
        for (name, value) in form_urlencoded::parse(&delivery.body).into_owned() {
            fields.entry(name).or_default().insert(value);
        }
    } else if !delivery.body.is_empty() || query(&delivery.url).contains("bodySHA256=") {
        let named = form_urlencoded::parse(query(&delivery.url).as_bytes()).find(|(name, _)| name == "bodySHA256");
        let (_, named) = named.ok_or(Refusal::Unsigned("bodySHA256"))?;
        if !same(named.to_ascii_lowercase().as_bytes(), hex(&Sha256::digest(&delivery.body)).as_bytes()) {
            return Err(Refusal::Wrong);
        }
    }
    let tail: String = fields.iter().flat_map(|(name, values)| values.iter().map(move |value| format!("{name}{value}"))).collect();
    let mut right = false;
    for url in spellings(&delivery.url) {
        right |= hmac_sha1(token.as_bytes(), format!("{url}{tail}").as_bytes(), &signature);
    }
    if right { Ok(()) } else { Err(Refusal::Wrong) }
}

fn query(url: &str) -> &str {
    url.split_once('?').map_or("", |(_, query)| query)
}

/// How whoever signed may have written the URL.
fn spellings(url: &str) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for url in [url.to_owned(), without_port(url), with_port(url)] {
        let (address, query) = url.split_once('?').map_or((url.as_str(), None), |(address, query)| (address, Some(query)));
        match query {
            None => {
                all.insert(url);
            }
            Some(query) => all.extend(
                [query.to_owned(), query.replace('\'', "%27"), query.replace("%27", "'")].map(|query| format!("{address}?{query}")),
            ),
        }
    }
    all
}

/// Scheme, login, host and port, and the rest.
fn parts(url: &str) -> Option<(&str, &str, &str, Option<&str>, &str)> {
    let (scheme, rest) = url.split_once("://")?;
    let (authority, tail) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (login, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    match host.rsplit_once(':') {
        Some((host, port)) if !port.contains(']') => Some((scheme, login, host, Some(port), tail)),
        _ => Some((scheme, login, host, None, tail)),
    }
}

fn without_port(url: &str) -> String {
    parts(url).map_or_else(|| url.to_owned(), |(scheme, login, host, _, tail)| format!("{scheme}://{login}{host}{tail}"))
}

fn with_port(url: &str) -> String {
    match parts(url) {
        Some((scheme, login, host, None, tail)) => {
            let port = if scheme == "https" { 443 } else { 80 };
            format!("{scheme}://{login}{host}:{port}{tail}")
        }
        _ => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ports_are_added_and_taken_away() {
        for (url, without, with) in [
            ("https://a.test/x?y=:1", "https://a.test/x?y=:1", "https://a.test:443/x?y=:1"),
            ("http://u:p@a.test", "http://u:p@a.test", "http://u:p@a.test:80"),
            ("https://a.test:8443/x", "https://a.test/x", "https://a.test:8443/x"),
            ("http://[::1]/x", "http://[::1]/x", "http://[::1]:80/x"),
            ("http://[::1]:81/x", "http://[::1]/x", "http://[::1]:81/x"),
            ("nothing", "nothing", "nothing"),
        ] {
            assert_eq!((without_port(url).as_str(), with_port(url).as_str()), (without, with));
        }
    }
}
