//! The way from page to proof over real HTTP, against sites on loopback.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use chrono::DateTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use crate::clock::Clock;
use crate::shop::{Ask, ConfirmedBy, Persona, Shop, SubmitRules};

use super::*;

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

type Answer = Box<dyn Fn() -> Response + Send + Sync>;

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
    match prepare(client, shop, &persona(), ALIAS).await {
        Preparation::Ready(prepared) => {
            let sent = send(client, &prepared, turn(client, &prepared).await).await;
            let outcome = judge(shop, &prepared, &sent);
            (*prepared, sent, outcome)
        }
        Preparation::Stopped { outcome, .. } => panic!("{outcome:?}"),
    }
}

async fn stopped(client: &Client, shop: &Shop) -> Outcome {
    match prepare(client, shop, &persona(), ALIAS).await {
        Preparation::Ready(prepared) => panic!("ready: {:?}", prepared.filled),
        Preparation::Stopped { outcome, .. } => outcome,
    }
}

#[tokio::test]
async fn a_form_is_filled_sent_once_and_confirmed_by_words() {
    let seen = Seen::default();
    let address = site(form_page(""), seen.clone(), || {
        html("<p>Thank you for visiting our site.</p><h1>Thank you, Dana! We received your message.</h1>")
    })
    .await;
    let url = format!("http://{address}/");
    let client = client(settings());
    let task = tokio::spawn(async move { shop_at(&client, &shop(&url, None)).await });
    let (prepared, sent, outcome) = task.await.unwrap();
    assert!(matches!(&outcome, Outcome::Confirmed { by: ConfirmedBy::Text, .. }), "{outcome:?}");
    assert_eq!(seen.posts.load(Ordering::SeqCst), 1);
    let body = String::from_utf8(seen.body.lock().unwrap().clone()).unwrap();
    assert_eq!(
        body,
        "csrf=t0k3n&fname=Dana&lname=Whitfield&mail=shopper%2Bk7f3%40example.org&ph=5125550142&comm=9&website=&\
         msg=Does+the+Magnolia+come+with+a+three-car+garage+%E2%80%93+caf%C3%A9+included%3F&go=1"
    );
    assert!(prepared.offered_phone && !prepared.offered_text && prepared.asked);
    assert_eq!(prepared.exchanges.iter().map(|e| e.label.as_str()).collect::<Vec<_>>(), ["page"]);
    assert_eq!(prepared.wait, Duration::ZERO);
    assert!(sent.answered_at.unwrap() >= sent.sent_at);
    let head = seen.head.lock().unwrap().clone();
    assert_eq!(head["cookie"], "sid=abc");
    let request = String::from_utf8(sent.exchanges[0].request.clone()).unwrap();
    let (written, _) = request.split_once("\r\n\r\n").unwrap();
    for (name, value) in &head {
        assert!(written.contains(&format!("{name}: {}", value.to_str().unwrap())), "{name} was sent and is not in {written}");
    }
    assert_eq!(written.lines().count() - 1, head.len(), "{written}\n{head:?}");
    assert!(sent.exchanges[0].response.as_deref().unwrap().starts_with(b"HTTP/1.1 200 OK\r\n"));
}

#[tokio::test]
async fn answers_are_judged() {
    let errors =
        form_page("").replace(r#"name="mail" required"#, r#"name="mail" required value="shopper+k7f3@example.org" aria-invalid="true""#);
    let errors = errors.replace(
        "<form action=\"/send\"",
        "<div class=\"error\">Please enter a valid email address.</div>Thank you!<form action=\"/send\"",
    );
    let json = |status: u16, body: &'static str| -> Answer {
        Box::new(move || (StatusCode::from_u16(status).unwrap(), [("content-type", "application/json")], body).into_response())
    };
    let page = |text: String| -> Answer { Box::new(move || html(&text)) };
    let status = |status: u16, text: &'static str| -> Answer {
        Box::new(move || (StatusCode::from_u16(status).unwrap(), html(text)).into_response())
    };
    let redirect = |to: &'static str| -> Answer { Box::new(move || (StatusCode::SEE_OTHER, [("location", to)]).into_response()) };
    let cases: Vec<(Answer, &str)> = vec![
        (redirect("/thank-you"), "Confirmed { by: Redirect"),
        (redirect("/again"), "Unclear"),
        (page("<h1>Thank you for contacting us!</h1><p>Please check your inbox for a confirmation.</p>".into()), "Confirmed { by: Text"),
        (page("<h1>Almost done</h1><p>Please check your email and click the link to confirm your request.</p>".into()), "Unclear"),
        (page("<p>Please check the form below.</p>".into()), "Rejected"),
        (redirect("/thank-you-missing"), "Unclear"),
        (json(200, r#"{"status":"mail_sent","message":"Thank you."}"#), "Confirmed { by: Json"),
        (
            json(
                200,
                r#"{"status":"validation_failed","message":"Wrong.","invalid_fields":[{"field":"mail","message":"Not an address."}]}"#,
            ),
            "Rejected { reason: \"Wrong.; mail: Not an address.\"",
        ),
        (json(200, r#"{"success":true,"data":{"message":"ok"}}"#), "Confirmed { by: Json"),
        (json(422, r#"{"errors":{"ph":["is too short"]}}"#), "Rejected { reason: \"the site answered 422: ph: is too short\""),
        (
            page(errors),
            "Rejected { reason: \"the site showed the form again with a complaint (Email *): Please enter a valid email address.\"",
        ),
        (page(form_page("")), "Unclear"),
        (page(format!("<h2>¡Gracias! Nos pondremos en contacto.</h2>{}", form_page(""))), "Confirmed { by: Text"),
        (page(String::new()), "Unclear"),
        (page("OK".into()), "Confirmed { by: Text, detail: \"ok (the bare answer of the form's endpoint, and all it said)\""),
        (page("<html><body><p>OK.</p></body></html>".into()), "Unclear { reason: \"the answer is a page that says"),
        (page("true".into()), "Unclear { reason: \"the answer is \\\"true\\\" and nothing else"),
        (page("<p>Success!</p>".into()), "Confirmed { by: Text, detail: \"success\""),
        (page("<p>Sorry, your message could not be sent. Thank you for your patience.</p>".into()), "Rejected"),
        (page("<p>Thank you for your patience while we mend the form.</p>".into()), "Unclear"),
        (page(format!("<blockquote>Thank you Bluebonnet for our dream home!</blockquote>{}", form_page(""))), "Unclear"),
        (
            page("<h2>Thanks, Dana!</h2><form method=post action=/2><input name=budget required><button>Continue</button></form>".into()),
            "Unclear",
        ),
        (page(format!("<p>Your message has been sent.</p><p>* indicates a required field</p>{}", form_page(""))), "Confirmed { by: Text"),
        (page("<title>Just a moment...</title>".into()), "Blocked"),
        (status(403, "no"), "Blocked"),
        (status(429, "slow"), "Blocked"),
        (status(404, "gone"), "Rejected"),
        (status(500, "oops, thank you for waiting"), "Unclear"),
    ];
    for (answer, expected) in cases {
        let seen = Seen::default();
        let answer = Arc::new(answer);
        let address = site(form_page(""), seen.clone(), move || answer()).await;
        let (_, _, outcome) = shop_at(&client(settings()), &shop(&format!("http://{address}/"), None)).await;
        assert!(format!("{outcome:?}").starts_with(expected), "expected {expected}, got {outcome:?}");
        assert_eq!(seen.posts.load(Ordering::SeqCst), 1);
    }
}

#[tokio::test]
async fn the_shop_files_words_of_success_win() {
    let seen = Seen::default();
    let address = site(form_page(""), seen, || html("Thanks! Your ticket is 17.")).await;
    for (text, expected) in [("Ticket  is", "Confirmed"), ("well done", "Unclear"), ("thank you for visiting", "Unclear")] {
        let mut shop = shop(&format!("http://{address}/"), None);
        shop.submit.success.text = Some(text.into());
        let (_, _, outcome) = shop_at(&client(settings()), &shop).await;
        assert!(format!("{outcome:?}").starts_with(expected), "{text}: {outcome:?}");
    }
}

#[tokio::test]
async fn a_windows_1252_page_is_answered_in_its_charset() {
    let seen = Seen::default();
    let sink = seen.body.clone();
    let router = Router::new().route("/", get(|| async { ([("content-type", "text/html")], form_page("").into_bytes()) })).route(
        "/send",
        post(move |body: Bytes| async move {
            *sink.lock().unwrap() = body.to_vec();
            html("Gracias por su mensaje")
        }),
    );
    let address = serve(router).await;
    let mut shop = shop(&format!("http://{address}/"), None);
    shop.ask.question = "café – ☃".into();
    let (_, _, outcome) = shop_at(&client(settings()), &shop).await;
    assert!(matches!(outcome, Outcome::Confirmed { .. }));
    assert!(String::from_utf8(seen.body.lock().unwrap().clone()).unwrap().contains("msg=caf%E9+%96+%26%239731%3B&"));
}

#[tokio::test]
async fn walls_and_strange_forms_stop_before_anything_is_sent() {
    let seen = Seen::default();
    for (page, expected) in [
        (form_page(r#"<div class="g-recaptcha" data-sitekey="x"></div>"#), "Blocked { reason: \"a CAPTCHA (recaptcha_v2)"),
        (form_page(r#"<label>What is 3 + 4? <input name="sum" required></label>"#), "Blocked { reason: \"a CAPTCHA (quiz)"),
        (
            form_page(r#"<label>Lot number * <input name="lot_no"></label>"#),
            "Manual { reason: \"the form requires \\\"Lot number *\\\" (`lot_no`)",
        ),
        (form_page("").replace(" name=\"mail\"", ""), "Manual { reason: \"the form on"),
        (
            form_page("").replace("<form action=\"/send\"", "<form class=\"wpforms-form\" action=\"/send\""),
            "Manual { reason: \"the form on",
        ),
        ("<script src=\"https://js.hsforms.net/forms/v2.js\"></script>".into(), "Manual { reason: \"needs a browser: the form on"),
        ("<p>nothing here".into(), "Manual { reason: \"no inquiry form"),
    ] {
        let address = site(page, seen.clone(), || html("never")).await;
        let url = format!("http://{address}/");
        let outcome = stopped(&client(settings()), &shop(&url, Some(&url))).await;
        assert!(format!("{outcome:?}").starts_with(expected), "expected {expected}, got {outcome:?}");
    }
    assert_eq!(seen.posts.load(Ordering::SeqCst), 0);
}

#[tokio::test]
async fn overrides_and_templates_of_the_shop_file_win() {
    let seen = Seen::default();
    let page = form_page(
        r#"<label>Lot number * <input name="lot_no"></label><label><input type=checkbox name=sms value=y required> I agree to receive text messages</label>"#,
    );
    let address = site(page, seen.clone(), || html("Thank you")).await;
    let mut shop = shop(&format!("http://{address}/"), None);
    shop.submit.fields =
        BTreeMap::from([("lot_no".into(), "{{persona.zip}}-{{ inquiry.community }}".into()), ("comm".into(), "oak run".into())]);
    let (prepared, _, _) = shop_at(&client(settings()), &shop).await;
    let body = String::from_utf8(seen.body.lock().unwrap().clone()).unwrap();
    assert!(body.contains("&comm=7&") && body.contains("&lot_no=78701-Willow+Creek&sms=y&go=1"), "{body}");
    assert!(prepared.offered_text);
    shop.submit.fields = BTreeMap::from([("lot_no".into(), "{{persona.shoe}}".into())]);
    assert!(matches!(stopped(&client(settings()), &shop).await, Outcome::Failed { reason } if reason.contains("persona.shoe")));
    shop.submit.fields = BTreeMap::from([("nope".into(), "x".into())]);
    assert!(matches!(stopped(&client(settings()), &shop).await, Outcome::Manual { reason } if reason.contains("`nope`")));
}

#[tokio::test]
async fn the_form_is_found_and_robots_are_obeyed() {
    let loads = Arc::new(AtomicUsize::new(0));
    let count = loads.clone();
    let home = "<a href=/careers/contact>Careers contact</a><a href=/hidden/contact>Contact (old)</a><a href=/contact>Contact us</a><a href='http://other.example/contact'>Contact</a>";
    let router = Router::new()
        .route("/", get(move || async move { html(home) }))
        .route("/robots.txt", get(|| async { "User-agent: *\nDisallow: /hidden/\n" }))
        .route(
            "/hidden/contact",
            get(move || async move {
                count.fetch_add(1, Ordering::SeqCst);
                html(&form_page(""))
            }),
        )
        .route("/contact", get(|| async { html(&form_page("")) }))
        .route("/send", post(|| async { html("Thank you") }));
    let address = serve(router).await;
    let (prepared, _, _) = shop_at(&client(settings()), &shop(&format!("http://{address}/"), None)).await;
    assert_eq!(prepared.page.url.path(), "/contact");
    assert_eq!(loads.load(Ordering::SeqCst), 0);
    assert_eq!(prepared.exchanges.iter().map(|e| e.label.as_str()).collect::<Vec<_>>(), ["search-1", "robots", "page"]);
}

#[tokio::test]
async fn a_rehearsal_host_keeps_its_name_and_only_loopback_may_stand_in() {
    let seen = Seen::default();
    let address =
        site(form_page(""), seen.clone(), || (StatusCode::FOUND, [("location", "http://bluebonnet.example/thank-you")]).into_response())
            .await;
    let hosts = BTreeMap::from([("bluebonnet.example".to_owned(), address)]);
    let client = client(HttpSettings { rehearsal_hosts: hosts, ..settings() });
    let (prepared, sent, outcome) = shop_at(&client, &shop("http://bluebonnet.example/", None)).await;
    assert!(matches!(outcome, Outcome::Confirmed { by: ConfirmedBy::Redirect, .. }), "{outcome:?}");
    assert_eq!(prepared.request.url.as_str(), "http://bluebonnet.example/send");
    assert_eq!(seen.head.lock().unwrap()["host"], "bluebonnet.example");
    assert_eq!(sent.exchanges.iter().map(|e| e.label.as_str()).collect::<Vec<_>>(), ["submission", "redirect-1"]);
    let outside =
        HttpSettings { rehearsal_hosts: BTreeMap::from([("a.example".to_owned(), "192.0.2.1:80".parse().unwrap())]), ..settings() };
    assert!(matches!(Client::new(outside, Clock::system()), Err(SubmitError::Rehearsal { .. })));
}

/// A server that reads a whole request and then does as told; counts the connections that brought a request.
async fn raw(page: String, count: Arc<AtomicUsize>, drip: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let (page, count) = (page.clone(), count.clone());
            tokio::spawn(async move {
                let mut request = vec![0; 65_536];
                let n = socket.read(&mut request).await.unwrap();
                if request[..n].starts_with(b"GET") {
                    let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}", page.len());
                    socket.write_all(answer.as_bytes()).await.unwrap();
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                if drip {
                    let _ =
                        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 100000\r\n\r\nThank you").await;
                    while socket.write_all(b".").await.is_ok() {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn a_closed_socket_is_unclear_and_nothing_is_sent_twice() {
    let count = Arc::new(AtomicUsize::new(0));
    let address = raw(form_page(""), count.clone(), false).await;
    let (_, sent, outcome) = shop_at(&client(settings()), &shop(&format!("http://{address}/"), None)).await;
    assert!(matches!(outcome, Outcome::Unclear { .. }), "{outcome:?}");
    assert!(sent.error.unwrap().possibly_sent && sent.answered_at.is_none());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_that_drips_is_cut_off_in_time_and_kept() {
    let count = Arc::new(AtomicUsize::new(0));
    let address = raw(form_page(""), count.clone(), true).await;
    let client = client(HttpSettings { timeout: Duration::from_secs(2), ..settings() });
    let shop = shop(&format!("http://{address}/"), None);
    let (_, sent, outcome) = tokio::time::timeout(Duration::from_mins(1), shop_at(&client, &shop)).await.expect("it drips for ever");
    assert!(matches!(outcome, Outcome::Unclear { .. }), "{outcome:?}");
    assert!(sent.exchanges[0].body().starts_with(b"Thank you"));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_refused_connection_is_provably_unsent() {
    // Nobody listens on port 1.
    let closed = "127.0.0.1:1";
    let page = form_page("").replace("action=\"/send\"", &format!("action=\"http://{closed}/send\""));
    let address = site(page, Seen::default(), || html("never")).await;
    let (_, sent, outcome) = shop_at(&client(settings()), &shop(&format!("http://{address}/"), None)).await;
    assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    assert!(!sent.error.unwrap().possibly_sent);
    let gone = stopped(&client(settings()), &shop(&format!("http://{closed}/"), None)).await;
    assert!(matches!(gone, Outcome::Failed { .. }), "{gone:?}");
}

#[tokio::test]
async fn an_oversized_page_is_not_read_to_its_end() {
    let router = Router::new().route("/", get(|| async { Body::from(vec![b'x'; 300_000]) }));
    let address = serve(router).await;
    let client = client(HttpSettings { max_body: 100_000, ..settings() });
    let url = format!("http://{address}/");
    match prepare(&client, &shop(&url, None), &persona(), ALIAS).await {
        Preparation::Stopped { exchanges, outcome: Outcome::Failed { reason }, .. } => {
            assert!(reason.contains("longer"), "{reason}");
            assert_eq!(exchanges[0].body().len(), 100_000);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_public_site_may_not_lead_into_a_private_network() {
    let client = client(settings());
    let session = client.session(&Url::parse("http://builder.example/").unwrap());
    for target in [
        "http://127.0.0.1:1/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "http://localhost:1/",
        "file:///etc/passwd",
    ] {
        let (_, fault) = client.load(&session, &Url::parse(target).unwrap(), "page", None).await;
        let fault = fault.unwrap();
        assert!(!fault.possibly_sent && (fault.message.contains("private") || fault.message.contains("not a web address")), "{fault:?}");
    }
}

/// A filled form of a page, as if it were to go out.
fn filled(page: page::Page) -> Prepared {
    let survey = fields::survey(&page);
    let best = fields::choose(&survey).or_else(|| survey.iter().find(|form| form.kind == fields::FormKind::Newsletter));
    let (form, known) = best.map_or((None, vec![]), |best| (page.forms.get(best.index), best.fields.clone()));
    let shop = shop("http://x.example/", None);
    let filling = form.and_then(|form| fill::fill(&page, form, &known, &shop, &persona(), ALIAS).ok()).unwrap_or_default();
    let request = Request { method: "POST", url: page.url.clone(), content_type: None, body: vec![], entries: vec![] };
    Prepared {
        exchanges: vec![],
        request,
        filled: filling.filled,
        offered_phone: false,
        offered_text: false,
        asked: true,
        vendor: None,
        wait: Duration::ZERO,
        session: client(settings()).session(&page.url),
        fields: known,
        page,
        pieces: Vec::new(),
        plan: None,
    }
}

fn exchange(label: &str, method: &'static str, url: &Url, status: u16, headers: &[(&str, &str)], body: &str) -> Exchange {
    let at = DateTime::from_timestamp(1_793_000_000, 0).unwrap();
    Exchange {
        label: label.to_owned(),
        method,
        url: url.clone(),
        request: vec![],
        response: Some(body.as_bytes().to_vec()),
        status: Some(status),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body_at: 0,
        truncated: false,
        started_at: at,
        ended_at: at,
    }
}

#[test]
fn the_answers_of_form_makers_are_understood() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms");
    let mut wrong = Vec::new();
    for line in std::fs::read_to_string(root.join("vendors.jsonl")).unwrap().lines() {
        let known: serde_json::Value = serde_json::from_str(line).unwrap();
        let name = known["page"].as_str().unwrap();
        let html = std::fs::read(root.join("vendors").join(name)).unwrap();
        let url = Url::parse("https://builder.example/contact").unwrap();
        for answer in known["answers"].as_array().unwrap() {
            let prepared = filled(page::Page::parse(&html, &url, Some("text/html; charset=utf-8")));
            let text = |key: &str| answer[key].as_str().unwrap_or_default();
            let last = Url::parse(text("final_url")).unwrap_or_else(|_| url.clone());
            let status = u16::try_from(answer["status"].as_u64().unwrap()).unwrap();
            let head = [("content-type", text("content_type"))];
            let elsewhere = prepared.page.forms.iter().filter_map(|form| prepared.page.base.join(form.action.as_deref()?).ok());
            let same = elsewhere.chain([url.clone()]).any(|action| action.path() == last.path());
            let redirected = !same && !text("content_type").contains("json") && !text("body").starts_with('{') && status == 200;
            let exchanges = if redirected {
                let first = exchange("submission", "POST", &url, 302, &[("location", last.as_str())], "");
                vec![first, exchange("redirect-1", "GET", &last, status, &head, text("body"))]
            } else {
                vec![exchange("submission", "POST", &last, status, &head, text("body"))]
            };
            let at = DateTime::from_timestamp(1_793_000_000, 0).unwrap();
            let sent = Sent {
                exchanges,
                error: None,
                sent_at: at,
                answered_at: Some(at),
                pieces: Vec::new(),
                rendered: None,
                stopped: None,
                offered: (false, false),
            };
            let outcome = judge(&shop("https://builder.example/", None), &prepared, &sent);
            let said = match &outcome {
                Outcome::Confirmed { .. } => "confirmed",
                Outcome::Rejected { .. } => "rejected",
                Outcome::Blocked { .. } => "blocked",
                _ => "unclear",
            };
            if said != text("outcome") {
                wrong.push(format!("{name}: {} is {outcome:?}: {}", text("outcome"), text("body").chars().take(300).collect::<String>()));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn on_a_page_that_is_one_form_only_the_inquiry_is_filled_and_pressed() {
    let page = r#"<form method=post action="/send"><input type=hidden name=__VIEWSTATE value=x>
        <input name=q placeholder="Search homes"><input type=image name=btnSearch>
        <div>Get our newsletter <input name=news placeholder="Your email"><input type=submit name=join value=Join></div>
        <p>Name <input name=name></p><p>Email <input name=mail></p><p>Questions <textarea name=msg></textarea></p>
        <input type=submit name=ok value="Send"><input type=submit name=login value="Log in"></form>"#;
    let address = site(page.to_owned(), Seen::default(), || html("")).await;
    let shop = shop(&format!("http://{address}/"), None);
    let Preparation::Ready(prepared) = prepare(&client(settings()), &shop, &persona(), ALIAS).await else { panic!("stopped") };
    let body = String::from_utf8(prepared.request.body.clone()).unwrap();
    assert!(body.starts_with("__VIEWSTATE=x&q=&news=&name=Dana+Whitfield&mail=shopper%2Bk7f3%40example.org&msg="), "{body}");
    assert!(body.ends_with("&ok=Send") && !body.contains("btnSearch"), "{body}");
}

/// The pages were written by others than the rules, and labelled by what a person sees.
#[test]
fn no_trap_of_any_builders_page_is_filled() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/forms");
    let mut traps = 0;
    for listed in ["builders.1.jsonl", "builders.2.jsonl"] {
        for line in std::fs::read_to_string(root.join(listed)).unwrap().lines() {
            let label: serde_json::Value = serde_json::from_str(line).unwrap();
            let name = label["page"].as_str().unwrap();
            let html = std::fs::read(root.join("builders").join(name)).unwrap();
            let page = page::Page::parse(&html, &Url::parse("http://x.example/").unwrap(), Some("text/html; charset=utf-8"));
            let form = &page.forms[usize::try_from(label["form"].as_u64().unwrap()).unwrap()];
            let mut known = fields::fields(&page, form);
            // Whatever else is required: each field is filled that can be.
            for field in &mut known {
                field.required = false;
            }
            let Ok(filling) = fill::fill(&page, form, &known, &shop("http://x.example/", None), &persona(), ALIAS) else { continue };
            for field in label["fields"].as_array().unwrap().iter().filter(|field| field["role"] == "honeypot") {
                let control = &page.controls[usize::try_from(field["control_index"].as_u64().unwrap()).unwrap()];
                traps += 1;
                assert_eq!(filling.edits.value(control), control.value, "{name}: control {}", control.index);
                assert_eq!(filling.edits.is_checked(&page, control), control.checked, "{name}: control {}", control.index);
            }
        }
    }
    assert!(traps >= 35, "{traps}");
}
