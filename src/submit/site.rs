//! What a site says of itself: the builder's name, where it is, when it is open, who it writes as. Takes its pages, the likeliest
//! first; gives each fact with the place it was read at, and none where the site does not tell.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;
use url::{Host, Url};

use crate::shop::freemail;

use super::data::{self, Node};
use super::page::{Page, collapse};
use super::posted;
use super::states;

/// A fact and where it was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fact {
    /// The fact.
    pub value: String,
    /// Where it stands, in words for a comment; where that leaves a doubt, it begins with CONFIRM.
    pub source: String,
}

/// What a site says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Facts {
    /// The builder's name.
    pub builder: Option<Fact>,
    /// State, two letters.
    pub state: Option<Fact>,
    /// ZIP code.
    pub zip: Option<Fact>,
    /// Hours in OSM syntax.
    pub hours: Option<Fact>,
    /// The site's own domain, then those of the mail addresses on it.
    pub domains: Vec<String>,
    /// Domains of mail addresses that anybody can have.
    pub free_mail: Vec<String>,
}

fn fact(value: impl Into<String>, source: impl Into<String>) -> Option<Fact> {
    let value = value.into();
    (!value.trim().is_empty()).then(|| Fact { value, source: source.into() })
}

/// Reads the pages of a site.
pub(super) fn facts(site: &Url, pages: &[Page]) -> Facts {
    let nodes: Vec<Node> = pages.iter().flat_map(|page| data::nodes(&page.outline)).collect();
    let (state, zip) = place(pages, &nodes);
    let (domains, free_mail) = domains(site, pages);
    Facts { builder: builder(site, pages, &nodes), state, zip, hours: hours(pages, &nodes), domains, free_mail }
}

fn is_organisation(node: &Node) -> bool {
    ["Organization", "Business", "Corporation", "HomeBuilder", "GeneralContractor", "RealEstateAgent", "Contractor"]
        .iter()
        .any(|kind| node.is_a(kind))
}

fn builder(site: &Url, pages: &[Page], nodes: &[Node]) -> Option<Fact> {
    let own = nodes.iter().filter(|node| is_organisation(node)).find_map(|node| node.text("name"));
    if let Some(name) = own {
        return fact(collapse(name, 120), "structured data of the site");
    }
    if let Some(name) = pages.iter().find_map(|page| page.outline.site_name.as_deref()) {
        return fact(name, "og:site_name");
    }
    // A title is "page | builder" or "builder - claim": the part whose letters are those of the domain, else the last.
    let home = pages.iter().find(|page| page.url.path() == site.path()).or(pages.first())?;
    let letters = |text: &str| text.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect::<String>();
    let host = letters(site.host_str().unwrap_or_default());
    let parts: Vec<&str> = TITLE_PARTS.as_ref()?.split(&home.title).map(str::trim).filter(|part| !part.is_empty()).collect();
    let named = parts.iter().find(|part| letters(part).len() > 3 && host.contains(&letters(part)));
    let trade = || parts.iter().rev().find(|part| part.len() < 60 && TRADE.as_ref().is_some_and(|trade| trade.is_match(part)));
    let name = named.or_else(trade).or(parts.last())?;
    let doubt = if named.is_some() { "" } else { "CONFIRM: " };
    fact(collapse(name, 120), format!("{doubt}the title \"{}\"", collapse(&home.title, 120)))
}

static TITLE_PARTS: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\s+[|–—·•-]\s+|\s*::\s*|\s*:\s+|\s*\|\s*").ok());
static TRADE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(homes?|builders?|communities|construction|properties|residential|custom)\b|\b(and|&) (sons|co)\b").ok()
});
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[\p{L}.]{2,}, ([A-Z]{2})\.?,? (\d{5})(?:-\d{4})?\b").ok());
static CITY: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"\p{Lu}[\p{L}.]+, ([A-Z]{2})\b").ok());

/// State and ZIP code, from the structured data, else from an address in the text.
fn place(pages: &[Page], nodes: &[Node]) -> (Option<Fact>, Option<Fact>) {
    let code = |text: &str| {
        let text = text.trim().trim_start_matches("US-");
        if text.len() == 2 { states::name(text).map(|_| text.to_ascii_uppercase()) } else { states::code(text).map(ToOwned::to_owned) }
    };
    let postal = |text: &str| text.get(..5).filter(|zip| zip.chars().all(|c| c.is_ascii_digit())).map(ToOwned::to_owned);
    let told = "structured data of the site";
    for node in nodes.iter().filter(|node| node.is_a("PostalAddress")) {
        if let Some(state) = node.text("addressRegion").and_then(code) {
            return (fact(state, told), node.text("postalCode").and_then(postal).and_then(|zip| fact(zip, told)));
        }
    }
    let blocks = || pages.iter().flat_map(|page| page.outline.blocks()).map(|(_, block)| block);
    let addresses: Vec<(String, &str, &str)> = blocks()
        .flat_map(|block| PLACE.iter().flat_map(move |regex| regex.captures_iter(block)))
        .filter_map(|hit| Some((code(hit.get(1)?.as_str())?, hit.get(2)?.as_str(), hit.get(0)?.as_str())))
        .collect();
    if let Some((state, zip, said)) = addresses.first() {
        let several = addresses.iter().any(|(other, _, _)| other != state);
        let doubt = if several { "CONFIRM: the first of several states, " } else { "" };
        let source = format!("{doubt}the address \"{}\"", collapse(said, 80));
        return (fact(state.as_str(), source.clone()), fact(*zip, source));
    }
    // Without a ZIP code only where all places named are in one state.
    let named: Vec<(String, &str)> = blocks()
        .flat_map(|block| CITY.iter().flat_map(move |regex| regex.captures_iter(block)))
        .filter_map(|hit| Some((code(hit.get(1)?.as_str())?, hit.get(0)?.as_str())))
        .collect();
    let states: BTreeSet<&str> = named.iter().map(|(state, _)| state.as_str()).collect();
    let only = named.first().filter(|_| states.len() == 1);
    (only.and_then(|(state, said)| fact(state, format!("CONFIRM: nothing but the words \"{}\"", collapse(said, 80)))), None)
}

fn hours(pages: &[Page], nodes: &[Node]) -> Option<Fact> {
    if let Some(hours) = posted::of_data(nodes) {
        return fact(hours, "structured data of the site");
    }
    let (hours, quote) = pages.iter().find_map(|page| posted::of_text(page.outline.blocks().map(|(_, block)| block)))?;
    fact(hours, format!("CONFIRM: the words \"{}\"", collapse(&quote, 160)))
}

/// Domains they write from; those that anybody can have are kept apart.
fn domains(site: &Url, pages: &[Page]) -> (Vec<String>, Vec<String>) {
    let mut own = Vec::new();
    if let Some(Host::Domain(host)) = site.host() {
        let host = host.trim_start_matches("www.").to_ascii_lowercase();
        if host.contains('.') {
            own.push(host);
        }
    }
    let (mut more, mut free): (BTreeSet<String>, BTreeSet<String>) = Default::default();
    for link in pages.iter().flat_map(|page| &page.links).filter(|link| link.url.scheme() == "mailto") {
        for address in link.url.path().split(',') {
            let Some((_, domain)) = address.rsplit_once('@') else { continue };
            let domain = domain.trim().trim_end_matches('.').to_ascii_lowercase();
            let good = domain.contains('.') && domain.chars().all(|c| c.is_ascii_alphanumeric() || ".-".contains(c));
            if !good || domain.split('.').any(str::is_empty) || own.contains(&domain) {
                continue;
            }
            if freemail::is_free(&domain) {
                free.insert(domain)
            } else {
                more.insert(domain)
            };
        }
    }
    own.extend(more);
    (own, free.into_iter().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts_of(html: &str) -> Facts {
        let site = Url::parse("https://www.bluebonnethomes.example/").unwrap();
        facts(&site, &[Page::parse(html.as_bytes(), &site, Some("text/html; charset=utf-8"))])
    }

    fn value(fact: Option<Fact>) -> Option<String> {
        fact.map(|fact| fact.value)
    }

    #[test]
    fn the_builder_is_named_by_data_then_by_the_title() {
        for (html, expected) in [
            (
                r#"<title>x</title><script type="application/ld+json">{"@type":["HomeBuilder","LocalBusiness"],"name":" Bluebonnet  Homes "}</script>"#,
                "Bluebonnet Homes",
            ),
            ("<meta property=og:site_name content='Bluebonnet'><title>Contact | Other</title>", "Bluebonnet"),
            ("<title>New Homes in Austin | Bluebonnet Homes</title>", "Bluebonnet Homes"),
            ("<title>Bluebonnet Homes - Quality since 1980</title>", "Bluebonnet Homes"),
            ("<title>Contact | Marlow &amp; Sons</title>", "Marlow & Sons"),
        ] {
            assert_eq!(value(facts_of(html).builder).as_deref(), Some(expected), "{html}");
        }
        assert_eq!(facts_of("<p>x").builder, None);
    }

    #[test]
    fn state_and_zip_come_from_data_or_an_address() {
        let data = r#"<script type="application/ld+json">{"@type":"LocalBusiness","address":{"@type":"PostalAddress","addressRegion":"Texas","postalCode":"78701-1234"}}</script>"#;
        for (html, state, zip) in [
            (data, Some("TX"), Some("78701")),
            ("<p>100 Main St, Knoxville, TN 37902</p>", Some("TN"), Some("37902")),
            ("<p>New homes in Austin, TX and Waco, TX</p>", Some("TX"), None),
            ("<p>New homes in Austin, TX and Tulsa, OK</p>", None, None),
            ("<p>Quality, ZZ 12345</p>", None, None),
            ("<p>Waco, TX 76701</p><p>Tulsa, OK 74103</p>", Some("TX"), Some("76701")),
        ] {
            let facts = facts_of(html);
            assert_eq!((value(facts.state).as_deref(), value(facts.zip).as_deref()), (state, zip), "{html}");
        }
    }

    #[test]
    fn domains_are_the_sites_and_its_mail_addresses_and_no_ones_own() {
        let facts =
            facts_of("<a href='mailto:amy@Bluebonnet.example?subject=x'>a</a><a href=mailto:b@gmail.com>b</a><a href=mailto:nobody>c</a>");
        assert_eq!(facts.domains, ["bluebonnethomes.example", "bluebonnet.example"]);
        assert_eq!(facts.free_mail, ["gmail.com"]);
    }
}
