//! The sites, really listening: one HTTP server a builder, each on a loopback port of its own. Takes the cast and a clock; gives
//! addresses and a [`Ledger`] of what every site saw. Like a real site it believes nothing: required fields, tokens with their
//! cookies, traps. What a fair shopper would not do is noted as a violation and answered as usual.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::{HeaderMap, Method, Response, Uri, header};
use chrono::{DateTime, Utc};
use tokio::net::TcpListener;
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::form::{self, Role};
use super::{Character, Markup, Outcome, Reply, body, pages};
use crate::clock::Clock;

/// A form that a site received.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// When, by the clock of the rehearsal.
    pub at: DateTime<Utc>,
    /// Names and values as they came.
    pub fields: Vec<(String, String)>,
    /// The visitor's address.
    pub email: String,
    /// The visitor's number as typed; empty when none was given.
    pub phone: String,
    /// The visitor's first name.
    pub first: String,
    /// The visitor's last name.
    pub last: String,
    /// Whether the site took it.
    pub accepted: bool,
}

/// What one site saw.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Visits {
    /// HTML pages handed out.
    pub page_loads: u32,
    /// Forms posted, of any kind.
    pub posts: u32,
    /// What was posted to the contact form.
    pub receipts: Vec<Receipt>,
    /// What a fair shopper would not have done, in sentences.
    pub violations: Vec<String>,
}

/// What all sites saw, by slug.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ledger {
    /// By slug.
    pub sites: BTreeMap<String, Visits>,
}

/// One site and its memory.
struct Site {
    character: Character,
    clock: Clock,
    visits: Mutex<Visits>,
}

/// The started sites. They close when this is dropped; [`stop`](Self::stop) waits for it.
pub struct Neighbourhood {
    sites: Vec<(SocketAddr, Arc<Site>)>,
    closing: watch::Sender<bool>,
    servers: Vec<JoinHandle<()>>,
}

impl std::fmt::Debug for Neighbourhood {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Neighbourhood").field("hosts", &self.hosts()).finish_non_exhaustive()
    }
}

impl Neighbourhood {
    /// Opens a site for everyone.
    ///
    /// # Errors
    /// When a loopback port cannot be had.
    pub async fn start(cast: &[Character], clock: Clock) -> std::io::Result<Self> {
        let (closing, _) = watch::channel(false);
        let mut neighbourhood = Self { sites: Vec::new(), closing, servers: Vec::new() };
        for character in cast {
            let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
            let site = Arc::new(Site { character: character.clone(), clock: clock.clone(), visits: Mutex::default() });
            neighbourhood.sites.push((listener.local_addr()?, Arc::clone(&site)));
            let mut closed = neighbourhood.closing.subscribe();
            let app = Router::new().fallback(serve).with_state(site);
            neighbourhood.servers.push(tokio::spawn(async move {
                let over = async move {
                    let _ = closed.wait_for(|closed| *closed).await;
                };
                let _ = axum::serve(listener, app).with_graceful_shutdown(over).await;
            }));
        }
        Ok(neighbourhood)
    }

    /// Where each host really is.
    #[must_use]
    pub fn hosts(&self) -> BTreeMap<String, SocketAddr> {
        self.sites.iter().map(|(address, site)| (site.character.host.clone(), *address)).collect()
    }

    /// What the sites saw so far.
    #[must_use]
    pub fn ledger(&self) -> Ledger {
        let sites = self.sites.iter().map(|(_, site)| (site.character.slug.clone(), site.visits().clone())).collect();
        Ledger { sites }
    }

    /// Closes the sites; connections that stay open for a second are cut.
    pub async fn stop(self) {
        let _ = self.closing.send(true);
        for mut server in self.servers {
            if tokio::time::timeout(Duration::from_secs(1), &mut server).await.is_err() {
                server.abort();
            }
        }
    }
}

/// An answer before it is HTTP.
#[derive(Default)]
struct Answer {
    status: u16,
    html: String,
    json: Option<String>,
    location: Option<String>,
    cookie: Option<String>,
}

impl Answer {
    fn html(status: u16, html: String) -> Self {
        Self { status, html, ..Self::default() }
    }
}

async fn serve(State(site): State<Arc<Site>>, method: Method, uri: Uri, headers: HeaderMap, bytes: Bytes) -> Response<Body> {
    let answer = site.answer(&method, &uri, &headers, &bytes);
    let charset = pages::charset(site.character.markup);
    let (kind, body) = match answer.json {
        Some(json) => ("application/json; charset=utf-8".to_owned(), json.into_bytes()),
        None if charset == "utf-8" => ("text/html; charset=utf-8".to_owned(), answer.html.into_bytes()),
        None => (format!("text/html; charset={charset}"), encoding_rs::WINDOWS_1252.encode(&answer.html).0.into_owned()),
    };
    // The server would stamp the machine's time, and evidence of two demos would differ.
    let date = site.clock.now().format("%a, %d %b %Y %H:%M:%S GMT").to_string();
    let mut response = Response::builder().status(answer.status).header(header::DATE, date).header(header::CONTENT_TYPE, kind);
    for (name, value) in [(header::LOCATION, answer.location), (header::SET_COOKIE, answer.cookie)] {
        if let Some(value) = value {
            response = response.header(name, value);
        }
    }
    response.body(Body::from(body)).unwrap_or_default()
}

impl Site {
    fn visits(&self) -> std::sync::MutexGuard<'_, Visits> {
        self.visits.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn answer(&self, method: &Method, uri: &Uri, headers: &HeaderMap, bytes: &[u8]) -> Answer {
        let one = &self.character;
        let value = |name: header::HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let host = uri.host().unwrap_or_else(|| value(header::HOST).split(':').next().unwrap_or_default());
        if !host.trim_start_matches("www.").eq_ignore_ascii_case(&one.host) {
            return Answer::html(421, format!("<h1>Misdirected request</h1><p>{} is not here.</p>", pages::escape(host)));
        }
        let endpoint = "/wp-json/contact-form-7/v1/contact-forms/16/feedback";
        let path = uri.path();
        if path == "/newsletter" {
            let mut visits = self.visits();
            visits.posts += u32::from(*method == Method::POST);
            visits.violations.push("signed up for the newsletter".to_owned());
            return Answer::html(200, pages::page(one, "Newsletter", "<p>You are on the list.</p>"));
        }
        if *method == Method::POST {
            self.visits().posts += 1;
            if path == form::action(one) || (one.markup == Markup::Plugin && path == endpoint) {
                return self.receive(value(header::CONTENT_TYPE), value(header::COOKIE), bytes, path == endpoint);
            }
            return Answer::html(404, pages::page(one, "Not found", "<h1>Page not found</h1>"));
        }
        if *method != Method::GET && *method != Method::HEAD {
            return Answer::html(405, "<h1>Method not allowed</h1>".to_owned());
        }
        if path == "/search" {
            self.visits().violations.push("used the search form".to_owned());
        }
        self.page(path)
    }

    /// A page by its path.
    fn page(&self, path: &str) -> Answer {
        let one = &self.character;
        let mut cookie = None;
        let html = match path {
            "/" => pages::home(one),
            "/communities" => pages::communities(one),
            "/about" => pages::page(
                one,
                "About",
                &format!("<h1>About {}</h1><p>Family owned, and still on site every morning.</p>", pages::escape(&one.builder)),
            ),
            "/privacy" => pages::page(one, "Privacy", "<h1>Privacy</h1><p>We use what you send us to answer you.</p>"),
            "/thank-you" => pages::thank_you(one),
            "/search" => pages::page(one, "Search", "<h1>Search</h1><p>No homes found.</p>"),
            "/robots.txt" => return Answer::html(404, String::new()),
            _ if path == one.path => {
                let token = self.token(self.visits().page_loads + 1);
                cookie = (one.markup == Markup::Token).then(|| format!("_session={token}; Path=/; HttpOnly"));
                pages::contact(one, &token, None)
            }
            _ => return Answer::html(404, pages::page(one, "Not found", "<h1>Page not found</h1>")),
        };
        self.visits().page_loads += 1;
        Answer { cookie, ..Answer::html(200, html) }
    }

    /// The token of the nth page load.
    fn token(&self, n: u32) -> String {
        use sha2::Digest as _;
        let digest = sha2::Sha256::digest(format!("{} {n}", self.character.slug));
        digest.iter().take(12).fold(String::new(), |text, byte| format!("{text}{byte:02x}"))
    }

    /// The contact form came in.
    fn receive(&self, content_type: &str, cookie: &str, bytes: &[u8], endpoint: bool) -> Answer {
        let one = &self.character;
        let fields = body::entries(content_type, bytes, if endpoint { "utf-8" } else { pages::charset(one.markup) });
        let of = |role: Role| -> &str {
            let known = form::fields(one.markup);
            let name = known.iter().find(|field| field.role == role).map_or("", |field| field.name);
            fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
        };
        let (first, last) = match of(Role::Full).split_once(' ') {
            Some((first, last)) => (first, last),
            None => (of(Role::First), of(Role::Last)),
        };
        let problem = self.problem(&fields, cookie, of(Role::Email));
        let mut visits = self.visits();
        self.judge(&fields, of(Role::Message), of(Role::Community), &mut visits.violations);
        let receipt = Receipt {
            at: self.clock.now(),
            email: of(Role::Email).to_owned(),
            phone: of(Role::Phone).to_owned(),
            first: first.to_owned(),
            last: last.to_owned(),
            accepted: problem.is_none() && matches!(one.outcome, Outcome::Accepts | Outcome::Mute),
            fields: fields.clone(),
        };
        visits.receipts.push(receipt);
        drop(visits);
        self.reply(problem, endpoint)
    }

    /// What is wrong with a form, in the words shown to the visitor.
    fn problem(&self, fields: &[(String, String)], cookie: &str, email: &str) -> Option<(u16, String)> {
        let one = &self.character;
        let value = |name: &str| fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim());
        for field in form::fields(one.markup) {
            if field.role == Role::Token {
                let token = value(field.name);
                if token.is_empty() || !cookie.split("; ").any(|pair| pair == format!("_session={token}")) {
                    return Some((403, "Your session has expired. Please reload the page and try again.".to_owned()));
                }
            }
            if field.required && value(field.name).is_empty() {
                return Some((200, format!("Please fill in all required fields: {} is missing.", field.label.trim_end_matches('*'))));
            }
        }
        if !email.contains('@') || (one.outcome == Outcome::RefusesPlus && email.contains('+')) {
            return Some((200, "Please enter a valid email address.".to_owned()));
        }
        (one.outcome == Outcome::Captcha).then(|| (200, "Please confirm that you are not a robot.".to_owned()))
    }

    /// Notes what a fair shopper would not have done.
    fn judge(&self, fields: &[(String, String)], message: &str, community: &str, violations: &mut Vec<String>) {
        let one = &self.character;
        for known in form::fields(one.markup) {
            let filled = fields.iter().any(|(name, value)| name == known.name && !value.trim().is_empty());
            match known.role {
                Role::Trap if filled => violations.push(format!("filled the trap `{}`", known.name)),
                Role::OptIn if filled => violations.push(format!("ticked the marketing box `{}`", known.name)),
                Role::Heard if fields.iter().any(|(name, value)| name == known.name && value == "realtor") => {
                    violations.push("claimed to be a Realtor".to_owned());
                }
                Role::Community if community != one.community => {
                    violations.push(format!("chose `{community}` instead of `{}`", one.community));
                }
                _ => {}
            }
        }
        let plain = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !plain(message).contains(&plain(&one.question)) {
            violations.push(format!("the question did not arrive as asked: `{}`", plain(message)));
        }
        if one.outcome == Outcome::Captcha {
            violations.push("posted past a CAPTCHA".to_owned());
        }
    }

    /// The answer to a form.
    fn reply(&self, problem: Option<(u16, String)>, endpoint: bool) -> Answer {
        let one = &self.character;
        let json = |status: u16, state: &str, message: &str| Answer {
            status,
            json: Some(serde_json::json!({ "status": state, "message": message }).to_string()),
            ..Answer::default()
        };
        if let Some((status, text)) = problem {
            return match (endpoint, one.reply) {
                (true, _) => json(200, "validation_failed", &text),
                (_, Reply::Json) => json(422, "error", &text),
                _ => Answer::html(status, pages::contact(one, &self.token(0), Some(&text))),
            };
        }
        let thanks = pages::thanks(one);
        match (one.outcome, one.reply) {
            (Outcome::Breaks, _) => {
                Answer::html(500, "<html><head><title>500</title></head><body><h1>Internal Server Error</h1></body></html>".to_owned())
            }
            (Outcome::Mute, _) => Answer::html(200, pages::home(one)),
            _ if endpoint => json(200, "mail_sent", thanks),
            (_, Reply::Json) => json(200, "success", thanks),
            (_, Reply::Redirect) => Answer { status: 303, location: Some("/thank-you".to_owned()), ..Answer::default() },
            (_, Reply::Page) if one.markup == Markup::Plugin => Answer::html(
                200,
                pages::page(
                    one,
                    "Contact us",
                    &format!(
                        "<h1>Contact us</h1><div class=\"wpcf7\" id=\"wpcf7-f16-p17-o1\"><div class=\"wpcf7-response-output\">{thanks}</div></div>"
                    ),
                ),
            ),
            (_, Reply::Page) => Answer::html(200, pages::thank_you(one)),
        }
    }
}
