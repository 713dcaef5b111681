//! From a page to the request: which form is found and filled, with what, and what stops before anything is sent.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::http::StatusCode;
use axum::response::IntoResponse;
use axum::routing::{get, post};
use url::Url;

use crate::clock::Clock;
use crate::shop::ConfirmedBy;

use super::*;

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

#[tokio::test]
async fn on_a_page_that_is_one_form_only_the_inquiry_is_filled_and_pressed() {
    let page = r#"<form method=post action="/send"><input type=hidden name=__VIEWSTATE value=x>
        <input name=q placeholder="Search homes"><input type=image name=btnSearch>
        <div>Get our newsletter <input name=news placeholder="Your email"><input type=submit name=join value=Join></div>
        <p>Name <input name=name></p><p>Email <input name=mail></p><p>Questions <textarea name=msg></textarea></p>
        <input type=submit name=ok value="Send"><input type=submit name=login value="Log in"></form>"#;
    let address = site(page.to_owned(), Seen::default(), || html("")).await;
    let shop = shop(&format!("http://{address}/"), None);
    let Preparation::Ready(prepared) = prepare(&client(settings()), asker(&shop, &persona())).await else { panic!("stopped") };
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
            let Ok(filling) = fill::fill(&page, form, &known, asker(&shop("http://x.example/", None), &persona())) else { continue };
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
