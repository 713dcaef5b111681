//! Small sites with the form at different places: the page found, and what it cost.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use chrono::DateTime;

use super::super::http::HttpSettings;
use super::super::tests::shop;
use super::*;
use crate::clock::Clock;

const FORM: &str = "<form method=post action=/send><label>Name <input name=n></label><label>Email <input type=email name=e></label>\
    <label>Message <textarea name=m></textarea></label><button>Send</button></form>";
const POOR: &str = "<form method=post action=/join><label>Name <input name=n></label><label>Email <input type=email name=e></label>\
    <label>Phone <input type=tel name=p></label><button>Join the VIP list</button></form>";

type Pages = Vec<(&'static str, String)>;

/// Serves pages by host and path; gives its address and what it was asked for. A page `!503` answers with that status.
async fn serve(pages: Pages) -> (SocketAddr, Arc<Mutex<Vec<String>>>) {
    let pages: Arc<BTreeMap<&str, String>> = Arc::new(pages.into_iter().collect());
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let log = Arc::clone(&asked);
    let router = Router::new().fallback(move |request: Request| {
        let host = request.headers().get("host").and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
        let path = request.uri().path_and_query().map_or_else(String::new, ToString::to_string);
        log.lock().unwrap().push(format!("{} {path}", request.method()));
        let page = pages.get(format!("{host}{path}").as_str()).or_else(|| pages.get(path.as_str())).cloned();
        async move {
            match page {
                Some(page) if page.starts_with('!') => StatusCode::from_u16(page[1..].parse().unwrap()).unwrap().into_response(),
                Some(page) => ([("content-type", "text/html")], page).into_response(),
                None => (StatusCode::NOT_FOUND, "<p>Not found").into_response(),
            }
        }
    });
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (address, asked)
}

/// Searches a site served under `hosts`; the home page is the first host's.
async fn search_at(hosts: &[&str], pages: Pages) -> (Found, Vec<String>, Vec<String>) {
    let (address, asked) = serve(pages).await;
    let rehearsal_hosts = hosts.iter().map(|host| ((*host).to_owned(), address)).collect();
    let settings =
        HttpSettings { host_gap: Duration::from_millis(1), timeout: Duration::from_secs(5), rehearsal_hosts, ..HttpSettings::default() };
    let client = Client::new(settings, Clock::rehearsal(DateTime::from_timestamp(1_793_000_000, 0).unwrap())).unwrap();
    let shop = shop(&format!("http://{}/", hosts[0]), None);
    let session = client.session(&shop.site);
    let mut exchanges = Vec::new();
    let found = find(&client, &session, &shop, &mut exchanges).await;
    let asked = asked.lock().unwrap().clone();
    assert!(asked.iter().all(|line| line.starts_with("GET ")), "{asked:?}");
    assert!(asked.len() <= MAX_LOADS, "{asked:?}");
    assert_eq!(exchanges.len(), asked.len(), "every load is evidence");
    (found, asked.iter().map(|line| line[4..].to_owned()).collect(), exchanges.into_iter().map(|exchange| exchange.label).collect())
}

fn links(all: &[(&str, &str)]) -> String {
    all.iter().map(|(href, text)| format!("<a href='{href}'>{text}</a> ")).collect()
}

#[tokio::test]
async fn the_form_is_found_wherever_it_is() {
    let many: Vec<(String, String)> = (0..40).map(|n| (format!("/page-{n}"), format!("Page {n}"))).collect();
    let many: String = many.iter().map(|(href, text)| format!("<a href={href}>{text}</a>")).collect();
    let map = |paths: &[&str]| {
        let all: String = paths.iter().map(|path| format!("<url><loc>http://b.example{path}</loc></url>")).collect();
        format!("<?xml version=\"1.0\"?><urlset>{all}</urlset>")
    };
    let poor = format!("{POOR}{}", links(&[("/contact", "Contact us")]));
    let sites: Vec<(&str, Pages, &str, usize)> = vec![
        ("on the home page", vec![("/", FORM.into())], "http://b.example/", 1),
        ("behind a link", vec![("/", format!("{many}{}", links(&[("/talk", "Contact us")]))), ("/talk", FORM.into())], "http://b.example/talk", 3),
        (
            "two links away, at the community asked about",
            vec![
                ("/", links(&[("/communities", "Communities"), ("/careers", "Careers")])),
                ("/communities", links(&[("/homes/oak", "Oak Run"), ("/homes/7", "Willow Creek")])),
                ("/homes/7", FORM.into()),
            ],
            "http://b.example/homes/7",
            5,
        ),
        (
            "named by the sitemap alone",
            vec![("/", many.clone()), ("/sitemap.xml", map(&["/plans/a", "/ask/contact-form"])), ("/ask/contact-form", FORM.into())],
            "http://b.example/ask/contact-form",
            4,
        ),
        (
            "in a sitemap that robots.txt names, of several",
            vec![
                ("/", many.clone()),
                ("/robots.txt", "User-agent: *\nDisallow:\nSitemap: http://b.example/index.xml\n".into()),
                ("/index.xml", "<sitemapindex><sitemap><loc>http://b.example/post-sitemap.xml</loc></sitemap><sitemap><loc>http://b.example/page-sitemap.xml</loc></sitemap></sitemapindex>".into()),
                ("/page-sitemap.xml", map(&["/request-info"])),
                ("/request-info", FORM.into()),
            ],
            "http://b.example/request-info",
            5,
        ),
        (
            "told by structured data",
            vec![("/", "<script type=application/ld+json>{\"@type\":\"Organization\",\"contactPoint\":{\"url\":\"/hello\"}}</script>".into()), ("/hello", FORM.into())],
            "http://b.example/hello",
            3,
        ),
        ("where nothing says so", vec![("/", "<p>Fine homes".into()), ("/contact-us", FORM.into())], "http://b.example/contact-us", 5),
        ("in a frame", vec![("/", "<iframe src='/embed/form?id=3'></iframe>".into()), ("/embed/form?id=3", FORM.into())], "http://b.example/embed/form?id=3", 3),
        ("better than at home", vec![("/", poor), ("/contact", FORM.into())], "http://b.example/contact", 3),
        (
            "on a subdomain",
            vec![("/", links(&[("http://info.b.example/contact", "Contact")])), ("info.b.example/contact", FORM.into())],
            "http://info.b.example/contact",
            3,
        ),
        (
            "with a form maker",
            vec![("/", links(&[("http://app.lassocrm.com/register/9", "Request information")])), ("app.lassocrm.com/register/9", FORM.into())],
            "http://app.lassocrm.com/register/9",
            3,
        ),
        (
            "past a broken link",
            vec![("/", links(&[("/contact", "Contact"), ("/contact-sales", "Contact sales")])), ("/contact", "!500".into()), ("/contact-sales", FORM.into())],
            "http://b.example/contact-sales",
            4,
        ),
        ("at home, for want of a better", vec![("/", format!("{POOR}{many}"))], "http://b.example/", 3),
    ];
    for (where_, pages, expected, loads) in sites {
        let (found, asked, labels) = search_at(&["b.example", "info.b.example", "app.lassocrm.com"], pages).await;
        let page = found.unwrap_or_else(|outcome| panic!("{where_}: {outcome:?} {asked:?}"));
        assert_eq!(page.url.as_str(), expected, "{where_}: {asked:?}");
        assert_eq!(asked.len(), loads, "{where_}: {asked:?}");
        assert_eq!(labels.iter().filter(|label| *label == "page").count(), 1, "{where_}: {labels:?}");
    }
}

#[tokio::test]
async fn robots_are_kept_and_what_was_tried_is_told() {
    let home = links(&[("/hidden/contact", "Contact us"), ("/about", "About us")]);
    let robots = "User-agent: *\nDisallow: /hidden\nDisallow: /contact\n";
    let (found, asked, _) = search_at(
        &["b.example"],
        vec![("/", home.clone()), ("/robots.txt", robots.into()), ("/about", "<p>We".into()), ("/hidden/contact", FORM.into())],
    )
    .await;
    let Err(Outcome::Manual { reason }) = found else { panic!("{found:?}") };
    assert!(!asked.iter().any(|path| path.starts_with("/hidden") || path.starts_with("/contact")), "{asked:?}");
    assert!(
        reason.contains("looked at / (no form), /about (no form)")
            && reason.contains("/hidden/contact and 3 more left alone, as robots.txt asks"),
        "{reason}"
    );

    let (found, asked, _) = search_at(&["b.example"], vec![("/", home), ("/robots.txt", "!503".into()), ("/about", FORM.into())]).await;
    assert!(matches!(found, Err(Outcome::Manual { .. })), "{found:?}");
    assert_eq!(asked, ["/", "/robots.txt"], "a server that cannot say what it wants is left alone");
}

#[tokio::test]
async fn a_site_that_asks_for_time_gets_it() {
    let pages = vec![
        ("/", links(&[("/contact", "Contact")])),
        ("/robots.txt", "User-agent: *\nCrawl-delay: 0.3\n".into()),
        ("/contact", FORM.into()),
    ];
    let begun = Instant::now();
    search_at(&["b.example"], pages).await.0.unwrap();
    assert!(begun.elapsed() >= Duration::from_millis(300));
}

#[tokio::test]
async fn a_wall_before_the_named_page_is_the_answer_and_before_a_guess_is_not() {
    let named = vec![("/", links(&[("/contact", "Contact")])), ("/contact", "!403".into()), ("/contact-us", FORM.into())];
    assert!(matches!(search_at(&["b.example"], named).await.0, Err(Outcome::Blocked { .. })));
    let guessed = vec![("/", "<p>Homes".into()), ("/contact", "!403".into()), ("/contact-us", FORM.into())];
    assert_eq!(search_at(&["b.example"], guessed).await.0.unwrap().url.path(), "/contact-us");
}

#[tokio::test]
async fn a_search_ends() {
    let deep = |n: usize| links(&[(&format!("/about-{n}"), "About contact"), (&format!("/schedule-{n}"), "Schedule")]);
    let paths: Vec<&'static str> = vec![
        "/",
        "/about-1",
        "/schedule-1",
        "/about-2",
        "/schedule-2",
        "/about-3",
        "/schedule-3",
        "/about-4",
        "/about-5",
        "/about-6",
        "/about-7",
        "/about-8",
        "/about-9",
        "/about-10",
    ];
    let pages = paths.into_iter().enumerate().map(|(n, path)| (path, deep(n + 1))).collect();
    let (found, asked, _) = search_at(&["b.example"], pages).await;
    assert!(matches!(found, Err(Outcome::Manual { .. })), "{found:?}");
    assert_eq!(asked.len(), MAX_LOADS, "{asked:?}");
}
