//! The way from page to proof over real HTTP, against sites on loopback: the people, the shop and the sites of these tests.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::DateTime;
use tokio::net::TcpListener;
use url::Url;

use crate::clock::Clock;
use crate::shop::{Ask, Persona, Shop, SubmitRules};

use super::*;

mod answers;
mod road;
mod wire;

const ALIAS: &str = "shopper+k7f3@example.org";

pub(super) fn persona() -> Persona {
    Persona {
        id: "dana".into(),
        first: "Dana".into(),
        last: "Whitfield".into(),
        phone: Some("+15125550142".into()),
        zip: Some("78701".into()),
        street: None,
        city: Some("Austin".into()),
        state: Some("TX".into()),
    }
}

pub(super) fn shop(site: &str, form: Option<&str>) -> Shop {
    Shop {
        slug: "bluebonnet".into(),
        builder: "Bluebonnet Homes".into(),
        site: Url::parse(site).unwrap(),
        form: form.map(|form| Url::parse(form).unwrap()),
        timezone: chrono_tz::America::Chicago,
        hours: "Mo-Fr 09:00-18:00".into(),
        basis: None,
        state: None,
        do_not_shop: false,
        license: None,
        tags: vec![],
        phones: vec![],
        domains: vec![],
        team: vec![],
        holidays: vec![],
        program: None,
        ask: Ask {
            persona: "dana".into(),
            community: Some("Willow Creek".into()),
            question: "Does the Magnolia come with a three-car garage – café included?".into(),
            answer: vec![],
        },
        submit: SubmitRules::default(),
    }
}

/// Dana, who asks a shop.
fn asker<'a>(shop: &'a Shop, persona: &'a Persona) -> Asker<'a> {
    Asker { shop, persona, alias: ALIAS }
}

fn settings() -> HttpSettings {
    HttpSettings { host_gap: Duration::from_millis(1), timeout: Duration::from_secs(5), ..HttpSettings::default() }
}

fn client(settings: HttpSettings) -> Client {
    Client::new(settings, Clock::rehearsal(DateTime::from_timestamp(1_793_000_000, 0).unwrap())).unwrap()
}

async fn serve(router: Router) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    address
}

fn html(text: &str) -> Response {
    ([("content-type", "text/html; charset=utf-8")], text.to_owned()).into_response()
}

/// A page with a plain inquiry form, a hidden token and a trap.
fn form_page(extra: &str) -> String {
    format!(
        r#"<!doctype html><title>Contact</title><p>Thank you for visiting our site.</p>
        <form action="/search"><input name="q"><button>Search</button></form>
        <form action="/send" method="post">
          <input type="hidden" name="csrf" value="t0k3n">
          <label for=f>First Name *</label><input id=f name="fname" required>
          <label for=l>Last Name *</label><input id=l name="lname" required>
          <label for=e>Email *</label><input id=e type="email" name="mail" required>
          <label for=p>Phone</label><input id=p type="tel" name="ph">
          <label for=c>Community</label><select id=c name="comm"><option value="">Select one</option><option value="7">Oak Run</option><option value="9">Willow Creek</option></select>
          <div style="position:absolute;left:-9999px"><label>Website <input name="website" tabindex="-1" autocomplete="off"></label></div>
          <label for=m>How can we help?</label><textarea id=m name="msg"></textarea>
          {extra}
          <label><input type="checkbox" name="news" value="1"> Send me the newsletter and special offers</label>
          <button type="submit" name="go" value="1">Send</button>
        </form>"#
    )
}

#[derive(Clone, Default)]
struct Seen {
    posts: Arc<AtomicUsize>,
    body: Arc<Mutex<Vec<u8>>>,
    head: Arc<Mutex<HeaderMap>>,
}

/// A site whose `/` is the page and whose `/send` gives the answer.
async fn site(page: String, seen: Seen, answer: impl Fn() -> Response + Clone + Send + Sync + 'static) -> SocketAddr {
    let router = Router::new()
        .route("/", get(move || async move { ([("set-cookie", "sid=abc; Path=/; HttpOnly")], html(&page)) }))
        .route(
            "/send",
            post(move |headers: HeaderMap, body: Bytes| async move {
                seen.posts.fetch_add(1, Ordering::SeqCst);
                *seen.body.lock().unwrap() = body.to_vec();
                *seen.head.lock().unwrap() = headers;
                answer()
            }),
        )
        .route("/thank-you", get(|| async { html("<h1>All done</h1>") }))
        .route("/again", get(|| async { html("<h1>Hello</h1>") }));
    serve(router).await
}

async fn shop_at(client: &Client, shop: &Shop) -> (Prepared, Sent, Outcome) {
    match prepare(client, asker(shop, &persona())).await {
        Preparation::Ready(prepared) => {
            let sent = send(client, &prepared, turn(client, &prepared).await).await;
            let outcome = judge(shop, &prepared, &sent);
            (*prepared, sent, outcome)
        }
        Preparation::Stopped { outcome, .. } => panic!("{outcome:?}"),
    }
}

async fn stopped(client: &Client, shop: &Shop) -> Outcome {
    match prepare(client, asker(shop, &persona())).await {
        Preparation::Ready(prepared) => panic!("ready: {:?}", prepared.filled),
        Preparation::Stopped { outcome, .. } => outcome,
    }
}
