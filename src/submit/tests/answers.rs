//! What a site's answer is taken for: of a site in each of its moods, and of the makers of forms.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use chrono::DateTime;
use url::Url;

use super::*;

type Answer = Box<dyn Fn() -> Response + Send + Sync>;

const FURTHER: &str = "<form method=post action=/2><input name=budget required><input name=visit><button>Submit request</button></form>";
const NEWSLETTER: &str =
    "<form method=post action=/n><input type=email name=nl required placeholder='Your email'><button>Subscribe</button></form>";

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
        (page("<p>Your form was submitted too quickly.</p>".into()), "Rejected"),
        (page("<p>Your message has been saved as a draft.</p>".into()), "Unclear { reason: \"the answer says"),
        (page("<p>Warning: mail(): cannot bind in /srv/send.php on line 3</p><h1>Thank you!</h1>".into()), "Unclear"),
        (page("<h1>Thank you for your inquiry.</h1><p>Please confirm your email address, then we pass it on.</p>".into()), "Unclear"),
        (page(format!("<p>Thank you for your inquiry.</p>{FURTHER}")), "Unclear"),
        (page(format!("<p>Thank you for your inquiry.</p>{NEWSLETTER}")), "Confirmed { by: Text"),
        (json(200, r#"{"success":"0","message":"Thank you for your message"}"#), "Rejected { reason: \"the site answered \\\"success\\\""),
        (json(200, r#"{"success":0,"message":"sent"}"#), "Rejected { reason: \"the site answered \\\"success\\\""),
        (json(200, r#"{"status":"ok","result":"wibble"}"#), "Unclear"),
        (json(200, r#"{"success":true,"spam":true}"#), "Blocked"),
        (json(200, r#"{"success":true,"message":"Please verify your email to complete your request"}"#), "Unclear"),
        (json(200, r#"{"success":true,"warnings":["We already have an inquiry from this address."]}"#), "Unclear"),
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

/// A filled form of a page, as if it were to go out.
fn filled(page: page::Page) -> Prepared {
    let survey = fields::survey(&page);
    let best = fields::choose(&survey).or_else(|| survey.iter().find(|form| form.kind == fields::FormKind::Newsletter));
    let (form, known) = best.map_or((None, vec![]), |best| (page.forms.get(best.index), best.fields.clone()));
    let shop = shop("http://x.example/", None);
    let filling = form.and_then(|form| fill::fill(&page, form, &known, asker(&shop, &persona())).ok()).unwrap_or_default();
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

fn answered(exchanges: Vec<Exchange>) -> Sent {
    let at = DateTime::from_timestamp(1_793_000_000, 0).unwrap();
    Sent {
        exchanges,
        error: None,
        sent_at: at,
        answered_at: Some(at),
        pieces: Vec::new(),
        rendered: None,
        stopped: None,
        offered: (false, false),
    }
}

#[test]
fn where_the_site_led_to_decides_which_words_are_of_the_inquiry() {
    let form = Url::parse("https://builder.example/index.php?page=contact").unwrap();
    let home = "<h1>Bluebonnet Homes</h1><p>New homes in Austin.</p>";
    let door = "<form method=post><input name=user><input type=password name=pw><button>Log in</button></form>";
    let kind = [("content-type", "text/html; charset=utf-8")];
    for (to, body, expected) in [
        ("/", "<p>We appreciate your interest in Bluebonnet Homes.</p>", "Unclear"),
        ("/home", "<p>Our sales team will contact you within 24 hours.</p>", "Unclear"),
        ("/en/", "<p>Every request was received with a smile.</p>", "Unclear"),
        ("/about", "<blockquote>Even the smallest details were delivered.</blockquote>", "Unclear"),
        ("/index.php?page=home", "<p>Thank you for your interest in Bluebonnet Homes.</p>", "Unclear"),
        ("/", "<p>Your message has been sent.</p>", "Confirmed { by: Text"),
        ("/", "<p>Thank you for contacting us!</p>", "Confirmed { by: Text"),
        ("/done", "<title>Thank you | Bluebonnet</title><p>A counselor will call you.</p>", "Confirmed { by: Text"),
        ("/index.php?page=contact&done=7", "<p>Thank you!</p>", "Confirmed { by: Text"),
        ("/thank-you", "<p>A counselor will call you.</p>", "Confirmed { by: Text"),
        ("/thank-you", "", "Confirmed { by: Redirect"),
        ("/thank-you", "<p>Sorry, this form is offline.</p>", "Unclear"),
        ("/thank-you", "<p>To finish, click the link that we mailed you.</p>", "Unclear"),
        ("/thank-you", door, "Unclear"),
        ("/login?msg=sent", "", "Unclear"),
    ] {
        let to = form.join(to).unwrap();
        let first = exchange("submission", "POST", &form, 302, &[("location", to.as_str())], "");
        let second = exchange("redirect-1", "GET", &to, 200, &kind, &format!("{home}{body}"));
        let prepared = filled(page::Page::parse(form_page("").as_bytes(), &form, Some("text/html; charset=utf-8")));
        let outcome = format!("{:?}", judge(&shop("https://builder.example/", None), &prepared, &answered(vec![first, second])));
        assert!(outcome.starts_with(expected), "{to} {body}: expected {expected}, got {outcome}");
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
            let sent = answered(exchanges);
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
