//! Where a form may be: the links of a page, its frames, `<link>`s and structured data, each with how likely it leads to the
//! inquiry form. On the site and its subdomains; besides them only the hosts on which form makers keep their customers' forms.

use url::Url;

use super::super::data;
use super::super::outline::Thing;
use super::super::page::Page;
use super::super::words::words;
use crate::shop::Shop;

/// From here on an address is likely; below it is a guess.
pub(in super::super) const LIKELY: u32 = 8;

/// Where sites put the form when nothing says so; tried last.
pub(super) const COMMON: [&str; 6] =
    ["/contact", "/contact-us", "/request-information", "/request-info", "/schedule-a-tour", "/contact.html"];

/// Hosts of form makers, by the end of the name.
const HOSTED: [&str; 18] = [
    "lassocrm.com",
    "mylasso.com",
    "spark.re",
    "jotform.com",
    "wufoo.com",
    "formstack.com",
    "cognitoforms.com",
    "123formbuilder.com",
    "zohopublic.com",
    "forms.zohopublic.com",
    "pardot.com",
    "hsforms.com",
    "hs-sites.com",
    "formsite.com",
    "typeform.com",
    "docs.google.com",
    "leadconnectorhq.com",
    "msgsndr.com",
];

/// An address worth a look.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Candidate {
    /// How likely.
    pub(super) worth: u32,
    /// The address, without fragment.
    pub(super) url: Url,
    /// It lies with a form maker.
    pub(super) hosted: bool,
    /// Nothing on the site names it.
    pub(super) guessed: bool,
}

/// A host without `www.`.
pub(super) fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().trim_start_matches("www.").to_ascii_lowercase()
}

/// What tells two addresses apart.
pub(super) fn key(url: &Url) -> String {
    format!("{}:{:?}{}?{}", host(url), url.port_or_known_default(), url.path().trim_end_matches('/'), url.query().unwrap_or_default())
}

/// Whether an address is on the site or one of its subdomains. Several ports of one host are several sites.
fn same_site(site: &Url, url: &Url) -> bool {
    let (own, other) = (host(site), host(url));
    let named = matches!(site.host(), Some(url::Host::Domain(_)));
    // The port of http and that of https are one site.
    let ports = site.port() == url.port();
    ports && (own == other || named && own.contains('.') && other.ends_with(&format!(".{own}")))
}

fn is_hosted(url: &Url) -> bool {
    let host = host(url);
    HOSTED.iter().any(|end| host == *end || host.ends_with(&format!(".{end}")))
        && (host != "docs.google.com" || url.path().starts_with("/forms"))
}

fn is_file(url: &Url) -> bool {
    let end = url.path().rsplit('/').next().and_then(|file| file.rsplit_once('.')).map(|(_, end)| end.to_ascii_lowercase());
    end.is_some_and(|end| {
        ["pdf", "jpg", "jpeg", "png", "gif", "webp", "svg", "zip", "xml", "mp4", "css", "js", "ics", "doc", "docx"].contains(&end.as_str())
    })
}

/// How likely words lead to the form.
pub(in super::super) fn worth(said: &str, community: &str) -> u32 {
    let good = [
        ("contact", 20),
        ("kontakt", 20),
        ("request info", 18),
        ("request more info", 18),
        ("inquir", 16),
        ("enquir", 16),
        ("get in touch", 16),
        ("ask a question", 16),
        ("ask us", 12),
        ("schedule", 8),
        ("appointment", 8),
        ("book a", 6),
        ("get started", 6),
        ("more information", 8),
        ("reach us", 8),
        ("talk to", 6),
        ("connect", 4),
        ("register", 6),
        ("interest list", 8),
        ("tour", 4),
        ("visit", 4),
        ("communities", 3),
        ("locations", 2),
        ("about", 2),
        ("our team", 2),
    ];
    let bad = [
        "career",
        "job",
        "warranty",
        "privacy",
        "blog",
        "vendor",
        "trade",
        "login",
        "log in",
        "sign in",
        "mortgage",
        "apply",
        "employment",
        "press",
        "news",
        "subcontract",
        "homeowner",
        "customer care",
        "service request",
        "portal",
        "video tour",
        "virtual tour",
        "3d tour",
        "lender",
        "payment",
        "terms",
        "accessib",
    ];
    // Words count from their beginning: "press" is not in "express".
    let begins = |word: &str| said.match_indices(word).any(|(at, _)| at == 0 || said.get(..at).is_some_and(|before| before.ends_with(' ')));
    let mut worth: u32 = good.iter().filter(|(word, _)| begins(word)).map(|(_, points)| points).sum();
    if !community.is_empty() && said.contains(community) {
        worth += 10;
    }
    let against = bad.iter().filter(|word| begins(word)).count();
    worth.saturating_sub(15 * u32::try_from(against).unwrap_or(u32::MAX).min(10))
}

/// The addresses of a page that are worth a look.
pub(super) fn candidates(page: &Page, shop: &Shop) -> Vec<Candidate> {
    let community = shop.ask.community.as_deref().map(words).unwrap_or_default();
    let mut found = Vec::new();
    let mut add = |url: &Url, worth: u32, hosted_worth: u32| {
        if worth.max(hosted_worth) == 0 || !matches!(url.scheme(), "http" | "https") || is_file(url) {
            return;
        }
        let same = same_site(&shop.site, url) || same_site(&page.url, url);
        let hosted = !same && is_hosted(url) && hosted_worth >= LIKELY;
        let worth = if hosted { hosted_worth } else { worth };
        if worth > 0 && (same || hosted) {
            let mut url = url.clone();
            url.set_fragment(None);
            found.push(Candidate { worth, url, hosted, guessed: false });
        }
    };
    for link in &page.links {
        let text = words(&link.text);
        let said = format!("{text} {}", words(link.url.path()));
        add(&link.url, worth(&said, &community), worth(&text, &community));
    }
    for object in &page.outline.objects {
        match &object.thing {
            Thing::Frame(url) => {
                let said = words(&format!("{} {}", url.path(), url.query().unwrap_or_default()));
                let form = ["form", "contact", "lead", "inquir", "regist"].iter().any(|word| said.contains(word));
                add(url, if form { 19 } else { 7 }, 19);
            }
            Thing::Relation(rel, url) if rel == "contact" => add(url, 20, 20),
            _ => {}
        }
    }
    for node in data::nodes(&page.outline) {
        let contact = node.key == "contactPoint" || node.is_a("ContactPage");
        if let Some(url) = node.text("url").filter(|_| contact).and_then(|url| page.base.join(url).ok()) {
            add(&url, 18, 0);
        }
    }
    found
}

/// Pages of a sitemap that are worth a look: no more than a few, for a sitemap tells only paths.
pub(super) fn of_sitemap(pages: &[Url], shop: &Shop) -> Vec<Candidate> {
    let community = shop.ask.community.as_deref().map(words).unwrap_or_default();
    let mut found: Vec<Candidate> = pages
        .iter()
        .filter(|url| same_site(&shop.site, url) && !is_file(url))
        .filter_map(|url| {
            let worth = worth(&words(url.path()), &community);
            // Of two pages with the same words the one further up is meant.
            let depth = u32::try_from(url.path().trim_matches('/').matches('/').count()).unwrap_or(0);
            (worth >= LIKELY).then(|| Candidate {
                worth: worth.saturating_sub(depth).max(LIKELY),
                url: url.clone(),
                hosted: false,
                guessed: false,
            })
        })
        .collect();
    found.sort_by_key(|candidate| std::cmp::Reverse(candidate.worth));
    found.truncate(6);
    found
}

/// The likeliest that waits; of equals the first.
pub(super) fn take_best(waiting: &mut Vec<Candidate>) -> Option<Candidate> {
    let best = waiting.iter().enumerate().max_by_key(|(at, candidate)| (candidate.worth, usize::MAX - at)).map(|(at, _)| at)?;
    Some(waiting.remove(best))
}

#[cfg(test)]
mod tests {
    use super::super::super::tests::shop;
    use super::*;

    #[test]
    fn likely_addresses_come_first_and_foreign_ones_not_at_all() {
        let html = "<link rel=contact href=/rel><a href=/about>About us</a><a href=/careers/contact>Contact careers</a><a href=/c#x>Contact us</a>\
            <a href=/brochure-contact.pdf>Contact sheet</a><a href=https://other.example/contact>Contact</a><a href=https://info.builder.example/contact>Contact</a>\
            <a href='https://app.lassocrm.com/register/9'>Request info</a><a href='https://jotform.com/blog'>Made with forms</a><a href=/willow-creek>Willow Creek</a>\
            <a href='mailto:contact@builder.example'>Contact</a><iframe src='https://form.jotform.com/23'></iframe><iframe src='/embed/leadform'></iframe>\
            <script type=application/ld+json>{\"contactPoint\":{\"url\":\"/talk\"}}</script>";
        let page = Page::parse(html.as_bytes(), &Url::parse("https://www.builder.example/").unwrap(), None);
        let mut waiting = candidates(&page, &shop("https://www.builder.example/", None));
        let mut order = Vec::new();
        while let Some(next) = take_best(&mut waiting) {
            order.push(format!("{}{}", if next.hosted { "hosted " } else { "" }, next.url));
        }
        assert_eq!(
            order,
            [
                "https://www.builder.example/c",
                "https://info.builder.example/contact",
                "https://www.builder.example/rel",
                "hosted https://form.jotform.com/23",
                "https://www.builder.example/embed/leadform",
                "hosted https://app.lassocrm.com/register/9",
                "https://www.builder.example/talk",
                "https://www.builder.example/willow-creek",
                "https://www.builder.example/careers/contact",
                "https://www.builder.example/about",
            ]
        );
    }

    #[test]
    fn a_sitemap_gives_few_pages_and_the_shallow_ones_first() {
        let site = Url::parse("https://builder.example/").unwrap();
        let pages: Vec<Url> = ["/blog/contact", "/a/b/contact-us", "/contact-us", "/homes/willow-creek", "/plans/oak", "/privacy"]
            .iter()
            .map(|path| site.join(path).unwrap())
            .collect();
        let found: Vec<String> = of_sitemap(&pages, &shop(site.as_str(), None)).into_iter().map(|one| one.url.path().to_owned()).collect();
        assert_eq!(found, ["/contact-us", "/a/b/contact-us", "/homes/willow-creek"]);
    }
}
