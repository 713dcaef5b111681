//! Was the inquiry accepted? A pure judgement of what the site answered, compared with the page before: words of thanks that
//! stood there before prove nothing, and thanks above a form that is shown again with errors prove the contrary.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;
use url::Url;

use crate::shop::{ConfirmedBy, Shop};

use super::captcha;
use super::http::{Exchange, SendFault};
use super::page::{Form, Page, collapse};
use super::prepare::{Prepared, Sent};

/// How a submission ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Accepted, with the proof.
    Confirmed {
        /// What proves it.
        by: ConfirmedBy,
        /// The words, address or status.
        detail: String,
    },
    /// The site said no.
    Rejected {
        /// What it said.
        reason: String,
    },
    /// A CAPTCHA, a bot wall, 403 or 429.
    Blocked {
        /// Which.
        reason: String,
    },
    /// Sent, or possibly sent, and nothing proves acceptance.
    Unclear {
        /// Why.
        reason: String,
    },
    /// Provably nothing was sent.
    Failed {
        /// Why.
        reason: String,
    },
    /// A person must submit.
    Manual {
        /// Why, and what to do.
        reason: String,
    },
}

static THANKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)\bthank(s| you)\b|\bgracias\b|\b(we|we've|have) (have )?received (your|the)|(message|inquiry|enquiry|request|submission|information|form|email|question) ",
        r"(has been|was|is|have been) (successfully )?(sent|received|submitted)|(sent|submitted|received) successfully|successfully (sent|submitted|received)|",
        r"(will|we'll) (be in touch|contact you|respond|get back|reach out|reply|be contacting)|message sent\b|hemos recibido|nos pondremos en contacto|",
        r"(ha sido|fue|se ha) enviad[oa]|mensaje enviado|enviado correctamente"
    ))
    .ok()
});

static TROUBLE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)(could|can|was|were|did|has|have) ?(not|n't|n’t) (be |been )?(sent|send|deliver|process|submit|complete|accept)|\bfailed\b|try(ing)? again|",
        r"(is|are) (a )?required\b|required field|(please|must) (enter|provide|fill|complete|select|correct|check (the (form|fields?|highlighted)|your (entr|input|answers)))|there (was|were|is) (an? )?(error|problem|issue)|",
        r"\binvalid\b|not valid|\berrors? (in|with|occurred|below)|one or more fields|no (se ha|pudo|fue) |campo (es )?obligatorio|flagged as spam"
    ))
    .ok()
});

static THANKS_URL: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"(?i)(^|[/_\-?&=.#])(thank(s|[-_]?you)?|thankyou|ty|gracias|success(ful(ly)?)?|confirm(ation|ed)|submitted|sent|mail[-_]sent)([/_\-.?&=]|$)").ok()
});

static REFUSAL_URL: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)(error|fail|invalid|denied|captcha)|(success|sent|submitted)=(0|false|no)(&|$)").ok());

fn finds(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// The first place where the answer has more of something than the page before had.
fn new_words(regex: &LazyLock<Option<Regex>>, before: &str, after: &str) -> Option<String> {
    let regex = regex.as_ref()?;
    let known: Vec<String> = regex.find_iter(before).map(|found| around(before, found.start(), found.end())).collect();
    let mut found = regex.find_iter(after).map(|found| around(after, found.start(), found.end()));
    found.find(|words| !known.contains(words))
}

/// The words at a place with what follows, so that the same phrase elsewhere on the page is another.
fn around(text: &str, start: usize, end: usize) -> String {
    let tail = text.get(end..).unwrap_or_default();
    let stop = tail.char_indices().nth(40).map_or(tail.len(), |(at, _)| at);
    let near = tail.get(..stop).unwrap_or_default();
    let whole = if stop < tail.len() { near.rsplit_once(' ').map_or(near, |(words, _)| words) } else { near };
    let sentence = whole.split(['.', '!', '\n', '|', '–', '·']).next().unwrap_or_default();
    collapse(&format!("{}{sentence}", text.get(start..end).unwrap_or_default()), 200)
}

fn confirmed(by: ConfirmedBy, detail: impl Into<String>) -> Outcome {
    Outcome::Confirmed { by, detail: detail.into() }
}

fn rejected(reason: impl Into<String>) -> Outcome {
    Outcome::Rejected { reason: reason.into() }
}

fn unclear(reason: impl Into<String>) -> Outcome {
    Outcome::Unclear { reason: reason.into() }
}

/// The outcome of a submission.
#[must_use]
pub fn judge(shop: &Shop, prepared: &Prepared, sent: &Sent) -> Outcome {
    if let Some(stopped) = &sent.stopped {
        return stopped.clone();
    }
    if let Some(rendered) = &sent.rendered {
        return super::browser::judge(shop, prepared, sent, rendered);
    }
    let answered = sent.exchanges.iter().rev().find(|exchange| exchange.status.is_some());
    let redirected = sent.exchanges.iter().find_map(Exchange::redirect);
    let Some(last) = answered else { return unanswered(sent.error.as_ref()) };
    if let Some(outcome) = by_own_url(shop, sent) {
        return outcome;
    }
    if let (Some(fault), Some(target)) = (&sent.error, last.redirect()) {
        return if is_thanks_url(&target, &prepared.page.url) {
            confirmed(ConfirmedBy::Redirect, target.as_str())
        } else {
            unclear(format!("the site took the submission and led to {target}, and then {}", fault.message))
        };
    }
    let page = Page::parse(last.body(), &last.url, last.header("content-type"));
    if let Some(outcome) = by_status(last, &page, redirected.is_some()) {
        return outcome;
    }
    if let Some(fault) = &sent.error {
        return unclear(format!("the request was sent, and {}", fault.message));
    }
    if let Some(outcome) = by_json(last) {
        return outcome;
    }
    by_page(shop, prepared, last, &page, redirected.as_ref())
}

fn unanswered(error: Option<&SendFault>) -> Outcome {
    match error {
        Some(fault) if !fault.possibly_sent => Outcome::Failed { reason: fault.message.clone() },
        Some(fault) => unclear(format!("the request may have been sent, and {}", fault.message)),
        None => Outcome::Failed { reason: "nothing was sent".to_owned() },
    }
}

/// What the shop file says about the address of success.
pub(super) fn by_own_url(shop: &Shop, sent: &Sent) -> Option<Outcome> {
    let wanted = shop.submit.success.url.as_deref().filter(|part| !part.is_empty())?;
    let targets: Vec<Url> = sent.exchanges.iter().filter_map(Exchange::redirect).collect();
    let reached = targets.into_iter().rev().find(|target| target.as_str().contains(wanted))?;
    Some(confirmed(ConfirmedBy::Redirect, reached.as_str()))
}

pub(super) fn by_status(last: &Exchange, page: &Page, redirected: bool) -> Option<Outcome> {
    let status = last.status?;
    let walled = captcha::wall(status, &last.headers, page);
    if (walled || matches!(status, 403 | 429)) && !redirected {
        let what = if walled {
            "a wall against robots"
        } else if status == 429 {
            "\"too many requests\""
        } else {
            "\"forbidden\""
        };
        return Some(Outcome::Blocked { reason: format!("the site answered the submission with {what} (status {status})") });
    }
    if (200..300).contains(&status) && !walled {
        return None;
    }
    if redirected {
        return Some(unclear(format!("the site took the submission and led to {}, which answered {status}", last.url)));
    }
    if (400..500).contains(&status) {
        let said = by_json(last).and_then(|outcome| if let Outcome::Rejected { reason } = outcome { Some(reason) } else { None });
        let said = said.or_else(|| page.alerts.first().cloned()).or_else(|| new_words(&TROUBLE, "", &page.text));
        return Some(rejected(
            said.map_or_else(|| format!("the site answered {status}"), |said| format!("the site answered {status}: {said}")),
        ));
    }
    Some(unclear(format!("the site answered {status}")))
}

pub(super) fn by_json(last: &Exchange) -> Option<Outcome> {
    let declared = last.header("content-type").is_some_and(|kind| kind.contains("json"));
    let body = last.body();
    let looks = body.iter().find(|byte| !byte.is_ascii_whitespace()) == Some(&b'{');
    if !declared && !looks {
        return None;
    }
    let value: Value = match serde_json::from_slice(body) {
        Ok(value) => value,
        Err(_) if declared => return Some(unclear("the site answered with JSON that cannot be read")),
        Err(_) => return None,
    };
    let message = message_of(&value, &last.url);
    let told = |fallback: &str| if message.is_empty() { fallback.to_owned() } else { message.clone() };
    let word = |key: &str| value.get(key).and_then(Value::as_str).unwrap_or_default().to_ascii_lowercase();
    match word("status").as_str() {
        "mail_sent" => return Some(confirmed(ConfirmedBy::Json, format!("status mail_sent {message}").trim())),
        "validation_failed" | "acceptance_missing" => return Some(rejected(told("the site found the fields wanting"))),
        "spam" => return Some(rejected(format!("the site's spam filter refused it: {message}"))),
        "mail_failed" | "aborted" => return Some(rejected(told("the site could not send the mail"))),
        _ => {}
    }
    let told_by = ["success", "ok", "status", "result", "sent"].into_iter().filter_map(|key| value.get(key));
    let yes_or_no: Vec<bool> = told_by.filter_map(verdict).collect();
    let errors = value.get("errors").or(value.get("error")).is_some_and(|errors| match errors {
        Value::Null | Value::Bool(false) => false,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::String(text) => !text.is_empty(),
        _ => true,
    });
    Some(if errors || yes_or_no.contains(&false) {
        rejected(told("the site answered with an error"))
    } else if yes_or_no.contains(&true) {
        confirmed(ConfirmedBy::Json, told("the site answered that it succeeded"))
    } else if finds(&THANKS, &message) && !finds(&TROUBLE, &message) {
        confirmed(ConfirmedBy::Json, message)
    } else {
        unclear("the site answered with JSON that says neither yes nor no")
    })
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
    for place in [Some(value), value.get("data")].into_iter().flatten() {
        for key in ["message", "confirmation", "msg", "inlineMessage", "error"] {
            if let Some(text) = place.get(key).and_then(Value::as_str).filter(|text| !text.is_empty()) {
                parts.push(text.to_owned());
            }
        }
        for key in ["invalid_fields", "errors"] {
            match place.get(key) {
                Some(Value::Array(list)) => {
                    for item in list.iter().take(10) {
                        let text = |key: &str| item.get(key).and_then(Value::as_str);
                        let named = text("field").or_else(|| text("name"));
                        match (named, text("message").or_else(|| item.as_str())) {
                            (Some(field), Some(message)) => parts.push(format!("{field}: {message}")),
                            (None, Some(message)) => parts.push(message.to_owned()),
                            _ => {}
                        }
                    }
                }
                Some(Value::Object(map)) => {
                    for (field, item) in map.iter().take(10) {
                        let message = item.as_str().or_else(|| item.get(0).and_then(Value::as_str)).unwrap_or("refused");
                        parts.push(format!("{field}: {message}"));
                    }
                }
                _ => {}
            }
        }
    }
    let text = Page::parse(parts.join("; ").as_bytes(), url, Some("text/html; charset=utf-8")).text;
    collapse(&text, 600)
}

pub(super) fn is_thanks_url(target: &Url, page: &Url) -> bool {
    let tail = |url: &Url| format!("{}?{}", url.path(), url.query().unwrap_or_default());
    let (after, before) = (tail(target), tail(page));
    finds(&THANKS_URL, &after) && !finds(&REFUSAL_URL, &after) && !finds(&THANKS_URL, &before)
}

/// The submitted form where the answer shows it again.
fn shown_again<'a>(prepared: &Prepared, page: &'a Page) -> Option<&'a Form> {
    let names: Vec<&str> = prepared.filled.iter().map(|field| field.name.as_str()).collect();
    if names.is_empty() {
        return None;
    }
    page.forms.iter().find(|form| {
        let held =
            |name: &&&str| form.controls.iter().filter_map(|index| page.controls.get(*index)).any(|c| c.name.as_deref() == Some(**name));
        names.iter().filter(held).count() * 3 >= names.len() * 2
    })
}

pub(super) fn by_page(shop: &Shop, prepared: &Prepared, last: &Exchange, page: &Page, redirected: Option<&Url>) -> Outcome {
    let before = format!("{} {}", prepared.page.title, prepared.page.text);
    let after = format!("{} {}", page.title, page.text);
    let again = shown_again(prepared, page);
    let controls = || again.into_iter().flat_map(|form| form.controls.iter()).filter_map(|index| page.controls.get(*index));
    let refilled = controls().any(|control| {
        let sent = prepared.filled.iter().find(|field| Some(field.name.as_str()) == control.name.as_deref());
        sent.is_some_and(|field| control.is_typed() && !field.value.is_empty() && control.value == field.value)
    });
    let faulted: Vec<String> = controls().filter(|c| c.invalid).map(super::page::Control::caption).collect();
    let alerts: Vec<&String> = page.alerts.iter().filter(|text| !prepared.page.alerts.contains(text) && !finds(&THANKS, text)).collect();
    let trouble = new_words(&TROUBLE, &before, &after);
    let newly_faulted = !faulted.is_empty() && !prepared.page.controls.iter().any(|c| c.invalid);
    if again.is_some() && (newly_faulted || !alerts.is_empty() || trouble.is_some()) {
        let said = alerts.first().map(|text| (*text).clone()).or(trouble).unwrap_or_default();
        let fields = if faulted.is_empty() { String::new() } else { format!(" ({})", faulted.join(", ")) };
        return rejected(format!("the site showed the form again with a complaint{fields}: {said}"));
    }
    if let Some(wanted) = shop.submit.success.text.as_deref().filter(|text| !text.trim().is_empty()) {
        let wanted = collapse(&wanted.to_lowercase(), usize::MAX);
        let count = |text: &str| text.to_lowercase().matches(&wanted).count();
        return if count(&after) > count(&before) {
            confirmed(ConfirmedBy::Text, wanted)
        } else {
            unclear(format!("the answer does not newly say \"{wanted}\", the words of success in the shop file"))
        };
    }
    if shop.submit.success.url.is_some() {
        return unclear("the site did not lead to the address of success in the shop file");
    }
    if let Some(words) = new_words(&THANKS, &before, &after) {
        if refilled {
            return unclear("the answer thanks, and still shows the form as it was filled");
        }
        if trouble.is_some() || !alerts.is_empty() {
            return unclear(format!(
                "the answer says \"{words}\", and also \"{}\"",
                trouble.or_else(|| alerts.first().map(|t| (*t).clone())).unwrap_or_default()
            ));
        }
        return confirmed(ConfirmedBy::Text, words);
    }
    if let Some(target) = redirected.into_iter().chain(page.refresh.as_ref()).find(|target| is_thanks_url(target, &prepared.page.url)) {
        return confirmed(ConfirmedBy::Redirect, target.as_str());
    }
    let bare = page.text.trim().trim_end_matches(['.', '!']).to_ascii_lowercase();
    if matches!(bare.as_str(), "ok" | "success" | "sent") {
        return confirmed(ConfirmedBy::Text, bare);
    }
    if again.is_none() {
        let fields = super::fields::survey(page).into_iter().flat_map(|form| form.fields).collect::<Vec<_>>();
        if captcha::detect(page, &fields).is_some() && captcha::detect(&prepared.page, &prepared.fields).is_none() {
            return Outcome::Blocked { reason: "the site answered the submission with a CAPTCHA".to_owned() };
        }
        if let Some(trouble) = trouble {
            return rejected(format!("the site answered: {trouble}"));
        }
    }
    if redirected.is_some_and(|target| finds(&REFUSAL_URL, &format!("{}?{}", target.path(), target.query().unwrap_or_default()))) {
        return rejected(format!("the site led to {}", last.url));
    }
    unclear(match (again, last.body().is_empty()) {
        (Some(_), _) => "the site showed the form again, without thanks and without a complaint",
        (None, true) => "the site answered with an empty page",
        (None, false) => "the answer says nothing that proves acceptance",
    })
}
