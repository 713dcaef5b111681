//! `probe` from outside: what it shows of a site, what it writes, and that nothing is ever sent.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::Request;
use axum::response::{Html, IntoResponse, Response};
use serde_json::Value;

use crate::workspace::{Run, Workspace, run_in};

const HOME: &str = r#"<!doctype html><title>New homes in Austin | Bluebonnet Homes</title>
<script type="application/ld+json">{"@context":"https://schema.org","@type":"HomeBuilder","name":"Bluebonnet Homes","telephone":"+1 512-555-0100",
"address":{"@type":"PostalAddress","streetAddress":"100 Main","addressLocality":"Austin","addressRegion":"TX","postalCode":"78701"},
"openingHoursSpecification":[{"@type":"OpeningHoursSpecification","dayOfWeek":["Monday","Tuesday","Wednesday","Thursday","Friday"],"opens":"09:00","closes":"18:00"},
{"@type":"OpeningHoursSpecification","dayOfWeek":"Saturday","opens":"10:00","closes":"17:00"}]}</script>
<script src="https://widget.intercom.io/widget/x"></script><h1>Homes</h1><a href="/contact">Contact us</a> <a href="/tour">Schedule a tour</a>"#;

const CONTACT: &str = r#"<!doctype html><title>Contact</title><form action="/search"><input name="q"><button>Search</button></form>
<aside><img src="/img/amy.jpg" alt="Amy Ortiz, Online Sales Counselor"><p><b>Amy Ortiz</b><br>Online Sales Counselor<br><a href="tel:+15125550101">(512) 555-0101</a></p></aside>
<p>We respond within 24 hours. Fax: 512-555-0199</p><a href="mailto:amy@bluebonnetmail.example">Mail</a><a href="mailto:x@gmail.com">Mail</a>
<form action="/send" method="post"><input type="hidden" name="csrf" value="t">
<label>First name <input name="fname" required></label><label>Last name <input name="lname" required></label>
<label>Email <input type="email" name="email" required></label><label>Phone <input type="tel" name="phone"></label>
<label>Community <select name="comm"><option value="">Select</option><option>Oak Run</option><option>Willow Creek</option></select></label>
<label>Message <textarea name="msg" required></textarea></label>
<div style="display:none"><label>Leave empty <input name="hp" tabindex="-1" autocomplete="off"></label></div>
<label><input type="checkbox" name="sms" value="1"> I agree to receive text messages</label>EXTRA<button>Send</button></form>"#;

/// A site that writes down the method and path of everything it is asked.
struct Counting {
    address: String,
    asked: Arc<Mutex<Vec<String>>>,
    _runtime: tokio::runtime::Runtime,
}

fn site(contact: &str) -> Counting {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let (log, contact) = (Arc::clone(&asked), contact.to_owned());
    let router = Router::new().fallback(move |request: Request| {
        log.lock().unwrap().push(format!("{} {}", request.method(), request.uri().path()));
        let page: Response = match request.uri().path() {
            "/" => Html(HOME).into_response(),
            "/contact" => Html(contact.clone()).into_response(),
            "/empty" => Html("<p>Nothing here").into_response(),
            _ => (axum::http::StatusCode::NOT_FOUND, Html("<p>Not found")).into_response(),
        };
        async move { page }
    });
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    runtime.spawn(async move { axum::serve(listener, router).await });
    Counting { address, asked, _runtime: runtime }
}

fn bare_site() -> Counting {
    site("<p>x")
}

fn bare(args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), folder.path(), args)
}

#[test]
fn a_site_is_looked_at_and_nothing_is_sent() {
    let site = site(&CONTACT.replace("EXTRA", ""));
    let run = bare(&["probe", &site.address]).expect(0);
    for part in [
        "form on",
        "fname  First name",
        "first_name",
        "Dana",
        "an example persona",
        "sent by  plain HTTP",
        "CAPTCHA  none",
        "Amy Ortiz \"Amy Ortiz, Online Sales Counselor\"",
        "+15125550101, +15125550100",
        "intercom",
        "\"We respond within 24 hours.\"",
        "honeypot",
    ] {
        assert!(run.out.contains(part), "{part:?} is not in\n{}", run.out);
    }
    assert!(!run.out.contains("0199"), "a fax is no phone:\n{}", run.out);
    let asked = site.asked.lock().unwrap().clone();
    assert_eq!(asked, ["GET /", "GET /robots.txt", "GET /contact"]);

    let other = bare_site();
    let run = bare(&["probe", "--json", &site.address, &format!("{}/empty", other.address)]).expect(1);
    let lines: Vec<Value> = run.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2);
    let (one, two) = (&lines[0], &lines[1]);
    assert_eq!((&one["schema"], &one["result"], &one["loads"]), (&"crickets.probe/1".into(), &"found".into(), &3.into()));
    assert_eq!(one["form"]["way"], "http");
    let field = |name: &str| one["form"]["fields"].as_array().unwrap().iter().find(|field| field["name"] == name).unwrap().clone();
    assert_eq!((&field("email")["role"], &field("email")["value"]), (&"email".into(), &"dana+TOKEN@example.org".into()));
    assert_eq!((&field("hp")["honeypot"], &field("hp")["value"]), (&true.into(), &Value::Null));
    assert_eq!(field("sms")["value"], Value::Null, "nothing is consented to for free");
    let keys = ["osc_named", "osc_pictured", "phones", "chat", "calls_to_action", "response_promise", "text_consent"];
    assert!(keys.iter().all(|key| one["readiness"].get(key).is_some()), "{}", one["readiness"]);
    assert_eq!(one["readiness"]["text_consent"], true);
    assert_eq!((&two["result"], &two["form"]), (&"none".into(), &Value::Null));
    assert!(two["reason"].as_str().unwrap().contains("looked at /empty (no form)"), "{two:#}");
    assert!(site.asked.lock().unwrap().iter().all(|line| line.starts_with("GET ")), "nothing is ever sent");
}

#[test]
fn a_shop_file_is_drafted_that_loads_and_comes_out_the_same() {
    let site = site(
        &CONTACT.replace("EXTRA", "<label>Shoe size * <input name=shoe></label><label>Lucky number <input name=luck required></label>"),
    );
    let workspace = Workspace::with_maildir();
    let run = workspace.run(&["probe", &site.address, "--save", "--community", "Willow Creek"]).expect(0);
    let path = workspace.path().join("shops/bluebonnet-homes.toml");
    assert!(run.out.contains("bluebonnet-homes.toml") && run.out.contains("a person: the form requires"), "{}", run.out);
    assert!(run.out.contains("shopper+TOKEN@crickets.test") && !run.out.contains("example persona"), "{}", run.out);
    let text = std::fs::read_to_string(&path).unwrap();
    for part in [
        "builder = \"Bluebonnet Homes\"",
        &format!("form = \"{}/contact\"", site.address),
        "timezone = \"America/Chicago\"",
        "hours = \"Mo-Fr 09:00-18:00; Sa 10:00-17:00\"",
        "\n# basis = ",
        "state = \"TX\"",
        "phones = [\"+15125550101\", \"+15125550100\"]",
        "domains = [\"bluebonnetmail.example\"]",
        "gmail.com",
        "# team = [\"Amy Ortiz\"]",
        "persona = \"dana\"",
        "community = \"Willow Creek\" # the form offers: Oak Run | Willow Creek",
        "[submit.fields]",
        "# \"luck\" = ",
        "# \"shoe\" = \"…\"   # \"Shoe size *\", text",
    ] {
        assert!(text.contains(part), "{part:?} is not in\n{text}");
    }
    let shop = crickets::shop::file::read(&path).unwrap();
    assert!(shop.basis.is_none() && shop.ask.community.as_deref() == Some("Willow Creek") && shop.submit.fields.is_empty(), "{shop:?}");

    let refused = workspace.run(&["probe", &site.address, "--save"]).expect(1);
    assert!(refused.err.contains("it is there") && refused.err.contains("--force"), "{}", refused.err);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "what is there stays");
    workspace.run(&["probe", &site.address, "--save", "--force", "--community", "Willow Creek"]).expect(0);
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text, "the same site, the same file");
    assert!(site.asked.lock().unwrap().iter().all(|line| line.starts_with("GET ")), "nothing is ever sent");
}

#[test]
fn what_the_site_does_not_tell_is_marked_and_the_file_still_loads() {
    let site = site("<p>x");
    let workspace = Workspace::new();
    workspace.run(&["probe", &format!("{}/empty", site.address), "--save"]).expect(1);
    let path = workspace.path().join("shops/127-0-0-1.toml");
    let text = std::fs::read_to_string(&path).unwrap();
    assert!(text.matches("CONFIRM: ").count() >= 5 && text.contains("# form = "), "{text}");
    crickets::shop::file::read(&path).unwrap();
}

#[test]
fn wrong_usage_of_probe_ends_with_2() {
    for args in [
        &["probe"][..],
        &["probe", "ftp://x.example"],
        &["probe", "http://127.0.0.1:9/", "--force"],
        &["probe", "http://127.0.0.1:9/", "--save"],
        &["probe", "http://127.0.0.1:9/", "--persona", "nobody"],
    ] {
        bare(args).expect(2);
    }
    let failed = bare(&["probe", "http://127.0.0.1:9/"]).expect(1);
    assert!(failed.out.contains("failed: could not connect"), "{failed:?}");
}
