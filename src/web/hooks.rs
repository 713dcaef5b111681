//! Webhooks over HTTP. A request is read whole, believed or refused, written to the journal and only then answered; reading what it says
//! comes afterwards. What is refused is counted, and nothing else of it is kept.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::{Arc, Mutex, PoisonError};

use axum::body::{Body, to_bytes};
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha256};
use tokio::sync::Notify;
use url::Url;

use crate::audit::{AuditError, Came, Workspace};
use crate::clock::Clock;
use crate::collect::CollectError;
use crate::collect::hooks::journal::{self, Journal};
use crate::collect::hooks::{Delivery, Provider, verify};

/// Longest body.
const BODY: usize = 1 << 20;
/// Most requests that are remembered, lest they be kept again when they come again.
const REMEMBERED: usize = 1_000_000;

/// What the requests are measured by, and where they go.
pub(super) struct Hooks {
    secrets: HashMap<(String, Provider), SecretString>,
    journal: Arc<Journal>,
    clock: Clock,
    /// The address that providers sign, without a slash at its end.
    public: Option<String>,
    seen: Mutex<HashSet<[u8; 32]>>,
    counts: Mutex<BTreeMap<String, Count>>,
    /// Something was written to the journal.
    pub(super) came: Notify,
}

/// What became of the requests of a provider, and what of that was not noted yet.
#[derive(Default)]
struct Count {
    came: Came,
    changed: bool,
    refused: u64,
}

impl Hooks {
    pub(super) async fn new(
        workspace: &Workspace,
        secrets: HashMap<(String, Provider), SecretString>,
        public: Option<&Url>,
    ) -> Result<Self, AuditError> {
        let folder = workspace.journal_folder();
        let journal = Arc::new(Journal::new(folder.clone()));
        let remember = move || {
            let mut seen = HashSet::new();
            // Providers give up within a day or two.
            for name in journal::files(&folder)?.iter().rev().take(2) {
                let mut offset = 0;
                loop {
                    let entries = journal::entries(&folder.join(name), offset, 64)?;
                    let Some(last) = entries.last() else { break };
                    offset = last.next;
                    seen.extend(entries.iter().filter_map(|entry| entry.delivery.as_ref().ok()).map(mark));
                }
            }
            Ok::<_, CollectError>(seen)
        };
        let seen = tokio::task::spawn_blocking(remember).await.map_err(|_| AuditError::Interrupted("reading the journal"))??;
        let so_far = workspace.webhooks_so_far().await?.into_iter();
        Ok(Self {
            secrets,
            journal,
            clock: workspace.clock.clone(),
            public: public.map(|url| url.as_str().trim_end_matches('/').to_owned()),
            seen: Mutex::new(seen),
            counts: Mutex::new(so_far.map(|(name, came)| (name, Count { came, ..Count::default() })).collect()),
            came: Notify::new(),
        })
    }

    /// Notes what became of requests since the last time; gives what must be told.
    pub(super) async fn note(&self, workspace: &Workspace) -> Result<Vec<String>, AuditError> {
        let changed: Vec<(String, Came, u64)> = {
            let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
            let changed = counts.iter_mut().filter(|(_, count)| count.changed);
            changed
                .map(|(name, count)| {
                    count.changed = false;
                    (name.clone(), count.came.clone(), std::mem::take(&mut count.refused))
                })
                .collect()
        };
        let mut sentences = Vec::new();
        for (name, came, refused) in changed {
            workspace.note_webhooks(&name, &came).await?;
            if let Some((_, why)) = came.last_refused.as_ref().filter(|_| refused > 0) {
                sentences.push(format!("{name}: {refused} requests were refused, the last because {why}."));
            }
        }
        Ok(sentences)
    }

    fn count(&self, name: &str, change: impl FnOnce(&mut Count)) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let count = counts.entry(name.to_owned()).or_default();
        count.changed = true;
        change(count);
    }
}

/// By what a request is known when it comes again.
fn mark(delivery: &Delivery) -> [u8; 32] {
    let mut hash = Sha256::new();
    let query = delivery.url.split_once('?').map_or("", |(_, query)| query);
    for part in [delivery.phone.as_bytes(), delivery.provider.name().as_bytes(), query.as_bytes(), &delivery.body] {
        hash.update(part.len().to_le_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// Takes one request.
pub(super) async fn take(State(hooks): State<Arc<Hooks>>, Path((phone, name)): Path<(String, String)>, request: Request) -> Response {
    let mut response = taken(&hooks, phone, &name, request).await;
    // One request a connection: each has its own time.
    response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
    response
}

async fn taken(hooks: &Hooks, phone: String, name: &str, request: Request) -> Response {
    let provider = Provider::of_name(name);
    let Some((provider, secret)) = provider.and_then(|provider| Some((provider, hooks.secrets.get(&(phone.clone(), provider))?))) else {
        return (StatusCode::NOT_FOUND, "no such webhook is configured\n").into_response();
    };
    if !matches!(*request.method(), Method::POST | Method::GET) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let way = parts.uri.path_and_query().map_or("", axum::http::uri::PathAndQuery::as_str);
    let base = hooks.public.clone().unwrap_or_else(|| format!("http://{}", text(&parts.headers, &header::HOST)));
    let headers =
        parts.headers.iter().map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
    let delivery = Delivery {
        phone,
        provider,
        at: Clock::system().now(),
        rehearsed_at: hooks.clock.is_rehearsal().then(|| hooks.clock.now()),
        method: parts.method.to_string(),
        url: format!("{base}{way}"),
        headers: headers.collect(),
        body: body.to_vec(),
    };
    let name = format!("{}/{}", delivery.phone, provider.name());
    // What was signed for a rehearsal is fresh by its clock.
    let mut checked = verify::check(&delivery, secret.expose_secret(), delivery.at);
    if let (Err(_), Some(at)) = (&checked, delivery.rehearsed_at) {
        checked = verify::check(&delivery, secret.expose_secret(), at);
    }
    if let Err(refusal) = checked {
        hooks.count(&name, |count| {
            count.refused += 1;
            count.came.refused += 1;
            count.came.last_refused = Some((delivery.at, refusal.to_string()));
        });
        return (StatusCode::FORBIDDEN, format!("refused: {refusal}\n")).into_response();
    }
    let (mark, at) = (mark(&delivery), delivery.at);
    let again = hooks.seen.lock().unwrap_or_else(PoisonError::into_inner).contains(&mark);
    let answer = answer(&delivery);
    if !again {
        let journal = Arc::clone(&hooks.journal);
        let written = tokio::task::spawn_blocking(move || journal.append(&delivery)).await;
        if !matches!(written, Ok(Ok(()))) {
            tracing::error!("a webhook of {name} could not be kept and was sent back: {written:?}");
            return StatusCode::SERVICE_UNAVAILABLE.into_response();
        }
        let mut seen = hooks.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if seen.len() >= REMEMBERED {
            seen.clear();
        }
        seen.insert(mark);
    }
    hooks.count(&name, |count| {
        count.came.accepted += 1;
        count.came.again += u64::from(again);
        count.came.last_at = Some(at);
    });
    hooks.came.notify_one();
    answer
}

fn text<'a>(headers: &'a HeaderMap, name: &header::HeaderName) -> &'a str {
    headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
}

/// What a provider does next: a call that comes in at Twilio or Plivo gets a tone and may leave a message; nobody is called or written to.
fn answer(delivery: &Delivery) -> Response {
    if !matches!(delivery.provider, Provider::Twilio | Provider::Plivo) {
        return StatusCode::OK.into_response();
    }
    let fields = delivery.fields();
    let is = |name: &str, value: &str| fields.iter().any(|(field, given)| field == name && given == value);
    let has = |names: &[&str]| fields.iter().any(|(field, _)| names.contains(&field.as_str()));
    let rings = is("CallStatus", "ringing") && is("Direction", "inbound") && !has(&["Timestamp", "CallbackSource", "RecordingSid"]);
    let script = match delivery.provider {
        Provider::Twilio if rings => r#"<Response><Record maxLength="180" playBeep="true"/></Response>"#,
        Provider::Plivo if rings => r#"<Response><Record maxLength="180" playBeep="true" fileFormat="mp3"/></Response>"#,
        _ => "<Response/>",
    };
    let xml = format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>{script}");
    ([(header::CONTENT_TYPE, "text/xml")], Body::from(xml)).into_response()
}
