//! A provider of tokens on loopback: the device flow, the browser flow with PKCE, refreshing, and the introspection by which a
//! Dovecot asks whether a token is good. It counts what it is asked.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};

use axum::extract::{Query, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::{get, post};
use axum::{Form, Router};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

type Fields = HashMap<String, String>;

/// What the provider knows and has seen.
#[derive(Debug, Default)]
struct Known {
    lasts: u64,
    polls: usize,
    number: usize,
    refresh: String,
    good: Vec<String>,
    challenge: String,
    refreshed: usize,
    refused: usize,
}

/// A running provider.
pub(crate) struct Provider {
    port: u16,
    known: Arc<Mutex<Known>>,
    _runtime: tokio::runtime::Runtime,
}

impl Provider {
    /// Starts one whose access tokens are said to last so many seconds.
    pub(crate) fn start(lasts: u64) -> Self {
        let known = Arc::new(Mutex::new(Known { lasts, ..Known::default() }));
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
        let listener = runtime.block_on(tokio::net::TcpListener::bind("127.0.0.1:0")).unwrap();
        let port = listener.local_addr().unwrap().port();
        let router = Router::new()
            .route("/{tenant}/oauth2/v2.0/devicecode", post(devicecode))
            .route("/{tenant}/oauth2/v2.0/token", post(token))
            .route("/o/oauth2/v2/auth", get(page))
            .route("/token", post(token))
            .route("/introspect", get(introspect))
            .with_state(Arc::clone(&known));
        runtime.spawn(async move { axum::serve(listener, router).await });
        Self { port, known, _runtime: runtime }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// From now on no token that was given out is good.
    pub(crate) fn expire(&self) {
        self.known.lock().unwrap().good.clear();
    }

    /// From now on the refresh token is good for nothing.
    pub(crate) fn revoke(&self) {
        self.known.lock().unwrap().refresh = "revoked".into();
    }

    /// How often a token was refreshed, and how often a mail server was shown one that is not good.
    pub(crate) fn seen(&self) -> (usize, usize) {
        let known = self.known.lock().unwrap();
        (known.refreshed, known.refused)
    }

    /// Everything that must stand in no message.
    pub(crate) fn secrets() -> [&'static str; 5] {
        ["access-token-", "refresh-token-", "device-secret", "auth-code-secret", "client-secret-of-ours"]
    }
}

type Shared = State<Arc<Mutex<Known>>>;

async fn devicecode(Form(form): Form<Fields>) -> Response {
    if form.get("client_id").map(String::as_str) != Some("client-1") || !form["scope"].contains("IMAP.AccessAsUser.All offline_access") {
        return error("invalid_client");
    }
    let address = "https://microsoft.example/devicelogin";
    json(&json!({"device_code": "device-secret", "user_code": "ABCD-EFGH", "verification_uri": address, "expires_in": 900, "interval": 1}))
}

/// Google's page of agreement, at once agreed to.
async fn page(State(known): Shared, Query(query): Query<Fields>) -> Response {
    assert_eq!((query["response_type"].as_str(), query["code_challenge_method"].as_str()), ("code", "S256"));
    known.lock().unwrap().challenge.clone_from(&query["code_challenge"]);
    Redirect::to(&format!("{}?state={}&code=auth-code-secret", query["redirect_uri"], query["state"])).into_response()
}

async fn token(State(known): Shared, Form(form): Form<Fields>) -> Response {
    let mut known = known.lock().unwrap();
    match form["grant_type"].as_str() {
        "urn:ietf:params:oauth:grant-type:device_code" if form["device_code"] == "device-secret" => {
            known.polls += 1;
            if known.polls == 1 { error("authorization_pending") } else { grant(&mut known) }
        }
        "authorization_code" if form["code"] == "auth-code-secret" && form["client_secret"] == "client-secret-of-ours" => {
            let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
            if proof == known.challenge { grant(&mut known) } else { error("invalid_grant") }
        }
        "refresh_token" if form["refresh_token"] == known.refresh => {
            known.refreshed += 1;
            grant(&mut known)
        }
        _ => error("invalid_grant"),
    }
}

/// A new pair of tokens, the refresh token being another each time.
fn grant(known: &mut Known) -> Response {
    known.number += 1;
    let access = format!("access-token-{}", known.number);
    known.refresh = format!("refresh-token-{}", known.number);
    known.good.push(access.clone());
    json(&json!({"token_type": "Bearer", "access_token": access, "refresh_token": known.refresh, "expires_in": known.lasts}))
}

async fn introspect(State(known): Shared, Query(query): Query<Fields>) -> Response {
    let mut known = known.lock().unwrap();
    let active = known.good.contains(&query["access_token"]);
    known.refused += usize::from(!active);
    json(&json!({"active": active, "email": "shopper@crickets.test"}))
}

fn error(code: &str) -> Response {
    (StatusCode::BAD_REQUEST, json(&json!({"error": code, "error_description": "as the test wants it"}))).into_response()
}

fn json(value: &Value) -> Response {
    ([("content-type", "application/json")], value.to_string()).into_response()
}
