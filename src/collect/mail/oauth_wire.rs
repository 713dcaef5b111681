//! One POST of a form to a server that gives out tokens, and its answer in JSON: bounded in time and size, no redirect followed,
//! nothing repeated. What was sent stands in no error.

use std::time::Duration;

use url::{Url, form_urlencoded};

use super::oauth::OauthError;
use crate::collect::root_cause;
use crate::config::leads_here;

/// How long an answer may take.
const TIME: Duration = Duration::from_secs(30);
/// The most that is read of it.
const MOST: usize = 64 * 1024;

/// An answer.
pub(super) struct Answer {
    pub(super) status: u16,
    body: serde_json::Value,
}

impl Answer {
    pub(super) fn text(&self, name: &str) -> Option<&str> {
        self.body.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// A number; some servers write it as text.
    pub(super) fn number(&self, name: &str) -> Option<u64> {
        let value = self.body.get(name)?;
        value.as_u64().or_else(|| value.as_str()?.parse().ok())
    }
}

/// Sends a form.
pub(super) async fn post(url: &Url, fields: &[(&str, &str)]) -> Result<Answer, OauthError> {
    let server = url.host_str().unwrap_or_default().to_owned();
    let fail = |error: &reqwest::Error| OauthError::Unreachable { server: server.clone(), reason: root_cause(error) };
    // Idempotent; the only other outcome is that one is installed already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .timeout(TIME);
    if leads_here(url) {
        builder = builder.no_proxy();
    }
    let client = builder.build().map_err(|error| fail(&error))?;
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let request = client
        .post(url.clone())
        .header(reqwest::header::CONTENT_TYPE, "application/x-www-form-urlencoded")
        .header(reqwest::header::ACCEPT, "application/json")
        .body(body);
    let mut response = request.send().await.map_err(|error| fail(&error))?;
    let status = response.status().as_u16();
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| fail(&error))? {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > MOST {
            return Err(OauthError::Garbled { server, reason: "it is too long" });
        }
    }
    // An error page of a proxy is no JSON; its status says enough.
    Ok(Answer { status, body: serde_json::from_slice(&bytes).unwrap_or_default() })
}
