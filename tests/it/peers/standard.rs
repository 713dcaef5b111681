//! A WebDriver server that knows the standard's commands and no other: it hands them on to a real one, and refuses what is of one maker
//! of browsers, such as the DevTools protocol.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};

const JSON: &str = "application/json; charset=utf-8";

/// A running server; stops when dropped.
pub(crate) struct Standard {
    port: u16,
    relay: Arc<Relay>,
    _runtime: tokio::runtime::Runtime,
}

struct Relay {
    to: String,
    client: reqwest::Client,
    commands: Mutex<Vec<String>>,
}

impl Standard {
    /// Starts one before the server at `to`.
    pub(crate) fn before(to: &str) -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder().no_proxy().build().unwrap();
        let relay = Arc::new(Relay { to: to.to_owned(), client, commands: Mutex::default() });
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new().fallback(hand_on).with_state(Arc::clone(&relay));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { port, relay, _runtime: runtime }
    }

    /// The address for `[browser] webdriver`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// The last part of every command so far.
    pub(crate) fn commands(&self) -> Vec<String> {
        self.relay.commands.lock().unwrap().clone()
    }
}

async fn hand_on(State(relay): State<Arc<Relay>>, request: Request) -> Response {
    let path = request.uri().path().to_owned();
    relay.commands.lock().unwrap().push(path.rsplit('/').next().unwrap_or_default().to_owned());
    if path.contains("/goog/") || path.contains("/se/") || path.contains("/chromium/") {
        let told = r#"{"value": {"error": "unknown command", "message": "no such command", "stacktrace": ""}}"#;
        return (StatusCode::NOT_FOUND, [("content-type", JSON)], told).into_response();
    }
    let (parts, body) = request.into_parts();
    let body = to_bytes(body, usize::MAX).await.unwrap();
    let asked = relay.client.request(parts.method, format!("{}{path}", relay.to)).header("content-type", JSON).body(body);
    let answer = asked.send().await.unwrap();
    let status = answer.status();
    (status, [("content-type", JSON)], Body::from(answer.bytes().await.unwrap())).into_response()
}
