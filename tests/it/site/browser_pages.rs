//! Builders' pages that only a browser can submit, on loopback: a page for each way in which scripts stand between a form and
//! its builder. The server keeps every post and every event that a page reports.

use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Bytes;
use axum::extract::{Path, RawQuery, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use axum::routing::{get, post};

/// One post as the site saw it.
#[derive(Clone, Debug)]
pub(crate) struct Posted {
    /// The page's name.
    pub(crate) slug: String,
    /// The body as it came.
    pub(crate) body: String,
    /// Since the page was last loaded.
    pub(crate) after: Duration,
}

impl Posted {
    /// A field of a form-encoded body; empty when it was not sent.
    pub(crate) fn field(&self, name: &str) -> String {
        let mut fields = url::form_urlencoded::parse(self.body.as_bytes());
        fields.find(|(key, _)| key == name).map(|(_, value)| value.into_owned()).unwrap_or_default()
    }
}

#[derive(Default)]
struct Seen {
    port: u16,
    loaded: Mutex<Vec<(String, Instant)>>,
    posts: Mutex<Vec<Posted>>,
    events: Mutex<Vec<String>>,
}

/// The running server; stops when dropped.
pub(crate) struct Pages {
    port: u16,
    seen: Arc<Seen>,
    runtime: Option<tokio::runtime::Runtime>,
}

impl Pages {
    /// Starts it on a free port.
    pub(crate) fn start() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen = Arc::new(Seen { port, ..Seen::default() });
        let router = Router::new()
            .route("/style.css", get(|| async { ([("content-type", "text/css")], include_str!("pages/style.css")) }))
            .route("/{slug}/", get(page))
            .route("/{slug}/frame", get(|| async { Html(include_str!("pages/iframe-frame.html")) }))
            .route(
                "/{slug}/thanks",
                get(|| async { Html("<!doctype html><title>Homes</title><h1>Thank you!</h1><p>We will be in touch.</p>") }),
            )
            .route("/spa/contact", get(|| async { Html(include_str!("pages/spa-contact.html")) }))
            .route("/{slug}/send", post(send))
            .route("/{slug}/event", post(event).get(event))
            .with_state(Arc::clone(&seen));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { port, seen, runtime: Some(runtime) }
    }

    /// The address of a page.
    pub(crate) fn page(&self, slug: &str) -> String {
        format!("http://127.0.0.1:{}/{slug}/", self.port)
    }

    /// The posts of a page so far.
    pub(crate) fn posts(&self, slug: &str) -> Vec<Posted> {
        self.seen.posts.lock().unwrap().iter().filter(|post| post.slug == slug).cloned().collect()
    }

    /// What a page reported so far.
    pub(crate) fn events(&self, slug: &str) -> Vec<String> {
        self.seen.events.lock().unwrap().iter().filter(|event| event.starts_with(&format!("{slug}?"))).cloned().collect()
    }

    /// How often a page was loaded.
    pub(crate) fn loads(&self, slug: &str) -> usize {
        self.seen.loaded.lock().unwrap().iter().filter(|(known, _)| known == slug).count()
    }
}

impl Drop for Pages {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_timeout(Duration::from_secs(1));
        }
    }
}

async fn page(State(seen): State<Arc<Seen>>, Path(slug): Path<String>) -> Response {
    let text = match slug.as_str() {
        "react" => include_str!("pages/react.html"),
        "orphan" => include_str!("pages/orphan.html"),
        "ajax" => include_str!("pages/ajax.html"),
        "iframe" => include_str!("pages/iframe.html"),
        "steps" => include_str!("pages/steps.html"),
        "popup" => include_str!("pages/popup.html"),
        "trap" => include_str!("pages/trap.html"),
        "invalid" => include_str!("pages/invalid.html"),
        "captcha" => include_str!("pages/captcha.html"),
        "clock" => include_str!("pages/clock.html"),
        "boxes" => include_str!("pages/boxes.html"),
        "native" => include_str!("pages/native.html"),
        "own" => include_str!("pages/own.html"),
        "dialog" => include_str!("pages/dialog.html"),
        "watched" => include_str!("pages/watched.html"),
        "written" => include_str!("pages/written.html"),
        "shadow" => include_str!("pages/shadow.html"),
        "drawn" => include_str!("pages/drawn.html"),
        "blank" => include_str!("pages/blank.html"),
        "mute" => include_str!("pages/mute.html"),
        "silent" => include_str!("pages/silent.html"),
        "spa" => include_str!("pages/spa.html"),
        "sink" => include_str!("pages/sink.html"),
        "depends" => include_str!("pages/depends.html"),
        "wizard" => include_str!("pages/wizard.html"),
        "reload" => include_str!("pages/reload.html"),
        "letter" => include_str!("pages/letter.html"),
        "receipt" => include_str!("pages/receipt.html"),
        "veiled" => include_str!("pages/veiled.html"),
        "early" => include_str!("pages/early.html"),
        "long" => include_str!("pages/long.html"),
        "sheet" => include_str!("pages/sheet.html"),
        "stair" => include_str!("pages/stair.html"),
        _ => return StatusCode::NOT_FOUND.into_response(),
    };
    seen.loaded.lock().unwrap().push((slug, Instant::now()));
    Html(text.replace("{{other}}", &format!("http://localhost:{}", seen.port)).replace("{{complaint}}", "")).into_response()
}

async fn send(State(seen): State<Arc<Seen>>, Path(slug): Path<String>, body: Bytes) -> Response {
    let loaded = seen.loaded.lock().unwrap().iter().rev().find(|(known, _)| *known == slug).map(|(_, at)| *at);
    let after = loaded.map_or(Duration::ZERO, |at| at.elapsed());
    let post = Posted { slug: slug.clone(), body: String::from_utf8_lossy(&body).into_owned(), after };
    let next = (slug == "wizard" && post.field("message").is_empty()).then(|| post.field("email"));
    seen.posts.lock().unwrap().push(post);
    if let Some(email) = next {
        return Html(include_str!("pages/wizard-2.html").replace("{{email}}", &email)).into_response();
    }
    match slug.as_str() {
        "react" | "orphan" | "sheet" => ([("content-type", "application/json")], "{\"ok\":true}").into_response(),
        "written" => ([("content-type", "application/json")], "{\"inlineMessage\":\"Thanks for submitting the form.\"}").into_response(),
        "reload" => {
            let complaint = "<p class=\"error\">The phone number is not valid.</p>";
            Html(include_str!("pages/reload.html").replace("{{complaint}}", complaint)).into_response()
        }
        "receipt" => Html(include_str!("pages/receipt-answer.html")).into_response(),
        "letter" => Html(include_str!("pages/letter-answer.html")).into_response(),
        "ajax" | "dialog" | "shadow" | "drawn" | "mute" | "spa" | "veiled" => "done".into_response(),
        "invalid" => "Please enter a valid phone number.".into_response(),
        _ => Redirect::to(&format!("/{slug}/thanks")).into_response(),
    }
}

async fn event(State(seen): State<Arc<Seen>>, Path(slug): Path<String>, RawQuery(query): RawQuery) -> StatusCode {
    seen.events.lock().unwrap().push(format!("{slug}?{}", query.unwrap_or_default()));
    StatusCode::NO_CONTENT
}
