//! What a JSON answer says: accepted, refused (which field, which words), walled off, or neither. The shapes are those of
//! the form makers' own scripts; a shape that is not known is judged by what its keys commonly mean (`flags`). Whatever says
//! yes, a word or flag that leaves it open makes it unclear.

use serde_json::Value;
use url::Url;

use super::flags;
use super::http::Exchange;
use super::outcome::Outcome;
use super::page::{Page, collapse};
use super::receipt;
use crate::shop::ConfirmedBy;

/// What an answer of data says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Told {
    /// Yes, no, or something that leaves it open.
    Said(Outcome),
    /// Nothing: what the page shows may still speak. Why.
    Nothing(&'static str),
}

impl Told {
    /// The outcome where nothing else speaks.
    pub(super) fn outcome(self) -> Outcome {
        match self {
            Self::Said(outcome) => outcome,
            Self::Nothing(why) => Outcome::Unclear { reason: why.to_owned() },
        }
    }
}

/// The judgement of an answer that is JSON, by its type or by its looks (some makers call it HTML, wrap it into a call, or
/// let a warning follow it); `None` for any other.
pub(super) fn by_json(last: &Exchange) -> Option<Told> {
    let kind = last.header("content-type").unwrap_or_default().to_ascii_lowercase();
    let declared = kind.contains("json");
    let body = last.body().strip_prefix(b"\xEF\xBB\xBF").unwrap_or(last.body()).trim_ascii();
    if declared && body.is_empty() && last.status == Some(204) && saves(&last.url) {
        return Some(Told::Said(yes("the form service saved the submission (204)")));
    }
    if body.starts_with(b"<") {
        return if kind.contains("xml") && !kind.contains("html") || body.starts_with(b"<response") {
            Some(by_xml(body, &last.url))
        } else {
            None
        };
    }
    let body = unwrapped(body);
    if !declared && !body.starts_with(b"{") && !body.starts_with(b"[") {
        return None;
    }
    let mut values = serde_json::Deserializer::from_slice(body).into_iter::<Value>();
    match values.next() {
        Some(Ok(Value::Array(items))) if items.len() == 1 => items.first().map(|item| judge(item, &last.url)),
        Some(Ok(value)) if values.byte_offset() == body.len() => Some(judge(&value, &last.url)),
        // What follows it is somebody's warning: what was said before it may be a no, but is no proof of a yes.
        Some(Ok(value)) => Some(match judge(&value, &last.url) {
            Told::Said(Outcome::Confirmed { .. }) => Told::Said(unclear("the site answered with JSON, and with something after it")),
            other => other,
        }),
        _ if declared => Some(Told::Nothing("the site answered with JSON that cannot be read")),
        _ => None,
    }
}

/// The argument of `name({…});`.
fn unwrapped(body: &[u8]) -> &[u8] {
    let text = std::str::from_utf8(body).unwrap_or_default();
    let call = text
        .split_once('(')
        .filter(|(name, _)| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.' | '$')));
    let inner = call.and_then(|(_, rest)| rest.trim_end_matches([';', ' ', '\n']).strip_suffix(')'));
    inner.map_or(body, str::as_bytes)
}

/// XML is spoken by few forms, each in its own way: only an explicit no is believed.
fn by_xml(body: &[u8], url: &Url) -> Told {
    let text = String::from_utf8_lossy(body).to_lowercase();
    let said = Page::parse(body, url, Some("text/html; charset=utf-8")).text;
    let refused = ["success", "ok", "status", "result", "sent"]
        .iter()
        .any(|key| ["false", "0", "error", "fail", "failed", "no"].iter().any(|no| text.contains(&format!("<{key}>{no}</"))));
    if refused { Told::Said(no(collapse(&said, 300))) } else { Told::Nothing("the site answered with XML that proves nothing") }
}

/// Squarespace answers a saved submission with 204 and nothing else.
fn saves(url: &Url) -> bool {
    url.path().ends_with("/SaveFormSubmission")
}

fn yes(detail: impl Into<String>) -> Outcome {
    Outcome::Confirmed { by: ConfirmedBy::Json, detail: detail.into() }
}

fn no(reason: impl Into<String>) -> Outcome {
    Outcome::Rejected { reason: reason.into() }
}

fn unclear(reason: impl Into<String>) -> Outcome {
    Outcome::Unclear { reason: reason.into() }
}

fn judge(value: &Value, url: &Url) -> Told {
    let message = message_of(value, url);
    let told = verdict(value, &message);
    if !matches!(told, Told::Said(Outcome::Confirmed { .. })) {
        return told;
    }
    match flags::open(value).or_else(|| receipt::listen("", &message).doubted) {
        Some(open) => Told::Said(unclear(format!("the site answered, and leaves it open: {open}"))),
        None => told,
    }
}

fn verdict(value: &Value, message: &str) -> Told {
    let told = |fallback: &str| if message.is_empty() { fallback.to_owned() } else { message.to_owned() };
    let friendly = matches!(message.trim().to_ascii_lowercase().trim_end_matches(['.', '!']), "success" | "ok" | "sent")
        || receipt::thanks(message).is_some();
    if let Some(outcome) = by_status_word(value, message) {
        return Told::Said(outcome);
    }
    // A no anywhere outweighs a yes.
    if let Some(denial) = flags::denial(value) {
        let reason = if message.is_empty() || friendly { format!("the site answered {}", denial.said) } else { message.to_owned() };
        return Told::Said(if denial.guard { guarded(&reason) } else { refusal(message, reason) });
    }
    if receipt::guards(message) || receipt::complains(message) {
        return Told::Said(refusal(message, message.to_owned()));
    }
    if let Some(outcome) = by_maker(value, message) {
        return Told::Said(outcome);
    }
    match flags::agrees(value) {
        Ok(true) => return Told::Said(yes(told("the site answered that it succeeded"))),
        Ok(false) => {}
        Err(unknown) => return Told::Said(unclear(format!("the site answered {unknown}, which may mean anything"))),
    }
    if value.get("details").is_some_and(is_something) {
        return Told::Said(refusal(message, told("the form service found the fields wanting")));
    }
    if friendly {
        return Told::Said(yes(message));
    }
    if let Some(doubt) = flags::open(value).or_else(|| receipt::listen("", message).doubted) {
        return Told::Said(unclear(format!("the site answered, and leaves it open: {doubt}")));
    }
    Told::Nothing("the site answered with JSON that says neither yes nor no")
}

fn guarded(reason: &str) -> Outcome {
    Outcome::Blocked { reason: format!("the site's guard against robots refused it: {reason}") }
}

/// A refusal: by a wall against robots, or by what was written.
fn refusal(message: &str, reason: String) -> Outcome {
    let text = message.to_lowercase();
    let walls = [
        "captcha",
        "spam",
        "suspicious",
        "token is invalid",
        "loading javascript",
        "can not submit this form at this moment",
        "invalid form",
        "rate limit",
        "too many requests",
        "robot",
        "blocked",
    ];
    if walls.iter().any(|wall| text.contains(wall)) {
        return guarded(&reason);
    }
    no(reason)
}

/// The words that single makers use for their status.
fn by_status_word(value: &Value, message: &str) -> Option<Outcome> {
    let told = |fallback: &str| if message.is_empty() { fallback.to_owned() } else { message.to_owned() };
    let status = value.get("status").and_then(Value::as_str)?;
    match status.to_ascii_lowercase().as_str() {
        // Contact Form 7.
        "mail_sent" => Some(yes(format!("status mail_sent {message}").trim())),
        "validation_failed" | "acceptance_missing" => Some(no(told("the site found the fields wanting"))),
        "spam" => Some(Outcome::Blocked { reason: format!("the site's spam filter refused it: {message}") }),
        "mail_failed" | "aborted" => Some(no(told("the site could not send the mail"))),
        // LeadConnector, whose hook says so of a workflow in draft too.
        "success: test request received" => Some(unclear("the form service took it for a test")),
        "success: request sent to trigger execution server" => Some(yes(status)),
        _ => None,
    }
}

/// The shapes that makers' own scripts know.
fn by_maker(value: &Value, message: &str) -> Option<Outcome> {
    let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let told = |fallback: &str| if message.is_empty() { fallback.to_owned() } else { message.to_owned() };
    // HubSpot.
    if !word("inlineMessage").is_empty() || !word("redirectUri").is_empty() {
        return Some(yes(told("the form service took it")));
    }
    // Marketo names the form and where to go.
    if value.get("formId").is_some() && (value.get("followUpUrl").is_some() || value.get("aliId").is_some()) {
        return Some(yes("the form service took it"));
    }
    // Typeform.
    if word("type") == "completed" {
        return Some(yes("the form service says: completed"));
    }
    // Squarespace, Wix.
    let wix = value.pointer("/submission/status").and_then(Value::as_str) == Some("CONFIRMED");
    if value.get("submissionId").is_some_and(is_something) || wix {
        return Some(yes("the form service kept the submission"));
    }
    // Ninja and Formidable: an empty list of errors, and what is to be shown.
    if value.get("errors").is_some() {
        let shown = [value.pointer("/data/actions/success_message"), value.get("content")];
        let shown = shown.into_iter().flatten().filter_map(Value::as_str).find(|text| !text.trim().is_empty());
        let redirected = value.pointer("/data/actions/redirect").or(value.get("redirect")).is_some_and(is_something);
        if shown.is_some() || redirected {
            return Some(yes(told("the site answered without an error, and with its words of success")));
        }
        if value.get("content").is_some() {
            return Some(unclear("the site answered without an error, and without a word"));
        }
    }
    None
}

fn is_something(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    }
}

/// What a JSON answer says to a person, with the fields it finds fault with.
fn message_of(value: &Value, url: &Url) -> String {
    let mut parts: Vec<String> = Vec::new();
    let places = [Some(value), value.get("data"), value.pointer("/data/result"), value.pointer("/data/actions")];
    for place in places.into_iter().flatten() {
        for key in [
            "message",
            "confirmation",
            "msg",
            "inlineMessage",
            "error",
            "actionvalue",
            "success_message",
            "content",
            "description",
            "error_message",
            "reason",
            "detail",
            "info",
            "note",
            "notice",
            "warning",
        ] {
            match place.get(key) {
                Some(Value::String(text)) if !text.is_empty() => parts.push(text.clone()),
                Some(Value::Array(list)) => parts.extend(list.iter().take(10).filter_map(Value::as_str).map(ToOwned::to_owned)),
                _ => {}
            }
        }
        for key in ["invalid_fields", "errors", "error", "errorFields", "details", "warnings"] {
            if let Some(faults) = place.get(key) {
                tell_faults(faults, "", 3, &mut parts);
            }
        }
    }
    let text = Page::parse(parts.join("; ").as_bytes(), url, Some("text/html; charset=utf-8")).text;
    collapse(&text, 600)
}

/// `{field: words}`, `[{field, message}]`, `[words]`, or these some levels down.
fn tell_faults(faults: &Value, name: &str, depth: usize, parts: &mut Vec<String>) {
    if parts.len() >= 20 || depth == 0 {
        return;
    }
    let named = |text: &str| if name.is_empty() { text.to_owned() } else { format!("{name}: {text}") };
    match faults {
        Value::String(text) if !text.is_empty() => parts.push(named(text)),
        Value::Array(list) => list.iter().take(10).for_each(|item| tell_faults(item, name, depth, parts)),
        Value::Object(map) => {
            let text = |key: &str| map.get(key).and_then(Value::as_str);
            let field = text("field").or_else(|| text("name"));
            if let Some(message) = text("message").or_else(|| text("description")) {
                parts.push(field.map_or_else(|| named(message), |field| format!("{field}: {message}")));
                return;
            }
            parts.extend(text("errorType").or_else(|| text("code")).map(ToOwned::to_owned));
            for (key, inner) in map.iter().take(10) {
                tell_faults(inner, key, depth - 1, parts);
            }
        }
        _ => {}
    }
}
