//! What a JSON answer says: accepted, refused (which field, which words), walled off, or neither. The shapes are those of
//! the form makers' own scripts; a shape that is not known is judged by what its keys commonly mean.

use serde_json::Value;
use url::Url;

use super::http::Exchange;
use super::outcome::{self, Outcome};
use super::page::{Page, collapse};
use crate::shop::ConfirmedBy;

/// The judgement of an answer that is JSON, by its type or by its looks (some makers call it HTML); `None` for any other.
pub(super) fn by_json(last: &Exchange) -> Option<Outcome> {
    let declared = last.header("content-type").is_some_and(|kind| kind.contains("json"));
    let body = last.body();
    let looks = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !declared && !looks {
        return None;
    }
    if declared && body.is_empty() && last.status == Some(204) && saves(&last.url) {
        return Some(yes("the form service saved the submission (204)"));
    }
    match serde_json::from_slice(body) {
        Ok(value) => Some(judge(&value, &last.url)),
        Err(_) if declared => Some(unclear("the site answered with JSON that cannot be read")),
        Err(_) => None,
    }
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

fn judge(value: &Value, url: &Url) -> Outcome {
    let message = message_of(value, url);
    let told = |fallback: &str| if message.is_empty() { fallback.to_owned() } else { message.clone() };
    if let Some(outcome) = by_maker(value, &message) {
        return outcome;
    }
    let keys = ["success", "ok", "status", "result", "sent", "code", "pass"];
    let said: Vec<bool> = keys
        .into_iter()
        .filter_map(|key| value.get(key).filter(|v| key != "pass" || **v == Value::Bool(true)))
        .filter_map(verdict)
        .collect();
    let refused = [value.get("errors"), value.get("error"), value.get("data").and_then(|data| data.get("errors"))];
    if refused.into_iter().flatten().any(is_something) || said.contains(&false) {
        return refusal(value, &message, told("the site answered with an error"));
    }
    if said.contains(&true) {
        return yes(told("the site answered that it succeeded"));
    }
    if outcome::thanks(&message) && !outcome::complains(&message) {
        return yes(message);
    }
    unclear("the site answered with JSON that says neither yes nor no")
}

/// A refusal: by a wall against robots, or by what was written.
fn refusal(value: &Value, message: &str, reason: String) -> Outcome {
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
    let keyed = value.get("errors").and_then(|errors| errors.get("spam")).is_some();
    if keyed || walls.iter().any(|wall| text.contains(wall)) {
        return Outcome::Blocked { reason: format!("the site's guard against robots refused it: {reason}") };
    }
    no(reason)
}

/// The shapes that makers' own scripts know.
fn by_maker(value: &Value, message: &str) -> Option<Outcome> {
    let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default();
    let told = |fallback: &str| if message.is_empty() { fallback.to_owned() } else { message.to_owned() };
    match word("status").to_ascii_lowercase().as_str() {
        // Contact Form 7.
        "mail_sent" => return Some(yes(format!("status mail_sent {message}").trim())),
        "validation_failed" | "acceptance_missing" => return Some(no(told("the site found the fields wanting"))),
        "spam" => return Some(Outcome::Blocked { reason: format!("the site's spam filter refused it: {message}") }),
        "mail_failed" | "aborted" => return Some(no(told("the site could not send the mail"))),
        // LeadConnector, whose hook says so of a workflow in draft too.
        status if status.starts_with("success: test") => return Some(unclear("the form service took it for a test")),
        status if status.starts_with("success") => return Some(yes(word("status"))),
        _ => {}
    }
    // HubSpot.
    if value.get("inlineMessage").is_some_and(Value::is_string) || value.get("redirectUri").is_some_and(Value::is_string) {
        return Some(yes(told("the form service took it")));
    }
    // Marketo: an answer without an error names the form and where to go.
    if value.get("formId").is_some() && (value.get("followUpUrl").is_some() || value.get("aliId").is_some()) && value.get("error").is_none()
    {
        return Some(yes("the form service took it"));
    }
    // Typeform.
    if word("type") == "completed" {
        return Some(yes("the form service says: completed"));
    }
    // Squarespace, Wix.
    if value.get("submissionId").is_some()
        || value.get("submission").and_then(|s| s.get("status")).and_then(Value::as_str) == Some("CONFIRMED")
    {
        return Some(yes("the form service kept the submission"));
    }
    // Ninja and Formidable: an empty list of errors, and what is to be shown.
    if value.get("errors").is_some_and(|errors| !is_something(errors)) {
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
    // Wix and Typeform tell faults in `details`.
    if value.get("details").is_some_and(is_something) {
        return Some(refusal(value, message, told("the form service found the fields wanting")));
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

fn verdict(value: &Value) -> Option<bool> {
    match value {
        Value::Bool(flag) => Some(*flag),
        Value::Number(number) => number.as_u64().filter(|n| *n < 600).map(|n| n == 1 || (200..300).contains(&n)),
        Value::String(text) => match text.to_ascii_lowercase().as_str() {
            "success" | "ok" | "sent" | "true" | "created" => Some(true),
            "error" | "fail" | "failed" | "failure" | "false" | "invalid" => Some(false),
            _ => None,
        },
        _ => None,
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
        ] {
            match place.get(key) {
                Some(Value::String(text)) if !text.is_empty() => parts.push(text.clone()),
                Some(Value::Array(list)) => parts.extend(list.iter().take(10).filter_map(Value::as_str).map(ToOwned::to_owned)),
                _ => {}
            }
        }
        for key in ["invalid_fields", "errors", "error", "errorFields", "details"] {
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
