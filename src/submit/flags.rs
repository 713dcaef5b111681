//! What the keys and values of a JSON answer commonly mean, where no maker's shape tells. A key that answers yes or no is believed by the words
//! that are known; an unknown word is no yes. A key whose name says that the inquiry was thrown away, or waits for
//! something, weighs more than any yes.

use serde_json::Value;

use super::page::collapse;
use super::receipt::{self, Strength};

/// Keys that say whether it went well. A 0 there is a no.
const FLAGS: &str = "success ok sent valid submitted accepted succeeded successful received delivered";
/// Keys that name a state by a word or a number.
const STATES: &str = "status result code statuscode";
/// Keys that name a state in some answers and mean something else in others: only what speaks against a yes is heard.
const OTHER_STATES: &str = "action state outcome decision verdict disposition reason response";
const YES_WORDS: &str = "success successful succeeded ok okay sent true yes created submitted received accepted mailsent";
/// Words that say neither: of a record that was made, or of the work that was done.
const NEUTRAL_WORDS: &str = "new open opened active done complete completed processed processing queued saved stored delivered confirmed \
    info redirect message published subscribed lead";
const NO_WORDS: &str = "error errors fail failed failure false no n ko nok notok invalid rejected reject deny decline refuse ignore \
    drop discard denied declined refused unauthorized forbidden expired ignored dropped discarded deleted \
    cancelled canceled aborted unsuccessful undelivered notsent exception fatal nosuccess rechazado fallido fallo";
/// What a guard against robots calls what it throws away.
const GUARDED: &str = "spam junk honeypot bot robot blocked banned blacklisted blocklisted quarantined";
/// Names of flags that say that it was thrown away.
const THROWN: &str = "rejected denied declined refused discarded dropped ignored suppressed failed failure unsent undelivered expired";
/// Names of flags, and words of states, that leave it open whether the inquiry reaches anybody.
const OPEN: &str = "duplicate duplicated exists existing pending moderation moderated held onhold waiting draft test testmode \
    dryrun sandbox simulated simulation incomplete partial unconfirmed unverified doubleoptin nextstep verifyemail \
    confirmemail skipped filtered disabled";
/// Names of flags that leave it open where they are false.
const OPEN_IF_FALSE: &str = "verified confirmed emailsent mailsent messagesent saved stored processed completed complete created approved \
    forwarded queued finished";
/// What was written, and how the form is set up: no answer.
const ECHOED: &str = "settings fields extra submissions";

/// What one value says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Vote {
    Yes,
    No,
    /// A guard against robots has it.
    Guarded,
    /// A word that is not known, or known to leave it open.
    Unknown,
    Silent,
}

/// A no, and whose.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Denial {
    /// The key and the value.
    pub(super) said: String,
    /// Whether a guard against robots says it.
    pub(super) guard: bool,
}

fn among(words: &str, word: &str) -> bool {
    words.split(' ').any(|known| known == word)
}

/// `is_spam`, `isSpam` and `Is-Spam` are one key.
fn plain(text: &str) -> String {
    text.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The key without what only says that it is a flag.
fn bare(key: &str) -> &str {
    let fronts = ["markedas", "flaggedas", "detectedas", "is", "was", "has", "got"];
    let key = fronts.iter().find_map(|front| key.strip_prefix(front)).unwrap_or(key);
    ["detected", "flagged", "flag", "found"].iter().find_map(|back| key.strip_suffix(back)).filter(|key| !key.is_empty()).unwrap_or(key)
}

fn of_number(number: f64, key: &str) -> Vote {
    let flag = among(FLAGS, key);
    let own = matches!(key, "code" | "statuscode");
    if (200.0..300.0).contains(&number) {
        Vote::Yes
    } else if (400.0..600.0).contains(&number) || number < 0.0 || flag && number == 0.0 {
        Vote::No
    } else if own || number >= 600.0 {
        // Makers count their codes as they like; a moment in seconds says nothing.
        Vote::Silent
    } else if (number - 1.0).abs() < f64::EPSILON {
        Vote::Yes
    } else {
        Vote::Unknown
    }
}

fn of_text(text: &str, key: &str) -> Vote {
    let number = text.split_whitespace().next().and_then(|first| first.parse::<f64>().ok()).filter(|number| number.is_finite());
    if let Some(number) = number {
        return of_number(number, key);
    }
    let word = plain(text);
    let word = word.as_str();
    if among(YES_WORDS, word) {
        Vote::Yes
    } else if among(NO_WORDS, word) {
        Vote::No
    } else if among(GUARDED, word) {
        Vote::Guarded
    } else if among(NEUTRAL_WORDS, word) || is_moment(text) || matches!(key, "code" | "statuscode") || word.is_empty() && !among(FLAGS, key)
    {
        Vote::Silent
    } else if receipt::complains(text) {
        Vote::No
    } else if receipt::thanks(text) == Some(Strength::Receipt) {
        Vote::Yes
    } else if text.split_whitespace().count() > 2 && receipt::listen("", text).doubted.is_none() && !among(FLAGS, key) {
        // A sentence, a piece of a page.
        Vote::Silent
    } else {
        Vote::Unknown
    }
}

/// `2026-11-03T15:20:00Z`: when it happened, and not whether.
fn is_moment(text: &str) -> bool {
    let mut parts = text.splitn(3, '-').map(|part| part.chars().take_while(char::is_ascii_digit).count());
    parts.next() == Some(4) && parts.next() == Some(2) && parts.next() == Some(2)
}

/// What a key says, given in its plain form; silent where it is none that answers.
fn vote(key: &str, value: &Value) -> Vote {
    let bared = bare(key);
    if among(OTHER_STATES, key) {
        let against = value.as_str().map(plain).map(|word| {
            let word = word.as_str();
            (among(NO_WORDS, word), among(GUARDED, word))
        });
        return match against {
            Some((true, _)) => Vote::No,
            Some((_, true)) => Vote::Guarded,
            _ => Vote::Silent,
        };
    }
    let key = if among(FLAGS, bared) { bared } else { key };
    if !among(FLAGS, key) && !among(STATES, key) {
        return Vote::Silent;
    }
    match value {
        Value::Bool(true) => Vote::Yes,
        Value::Bool(false) => Vote::No,
        Value::Number(number) => of_number(number.as_f64().unwrap_or(f64::NAN), key),
        Value::String(text) => of_text(text.trim(), key),
        Value::Null if among(FLAGS, key) => Vote::Unknown,
        Value::Null | Value::Array(_) | Value::Object(_) => Vote::Silent,
    }
}

/// Whether a flag is set; the value of a key for errors is a fault by the same rule. "none" and 0 are none.
fn is_set(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Bool(flag) => *flag,
        Value::Array(items) => !items.is_empty(),
        Value::Object(map) => !map.is_empty(),
        Value::String(text) => {
            !matches!(text.trim().to_ascii_lowercase().as_str(), "" | "0" | "false" | "none" | "no" | "null" | "ham" | "clean")
        }
        Value::Number(number) => number.as_f64().is_some_and(|n| n != 0.0),
    }
}

fn said(key: &str, value: &Value) -> String {
    collapse(&format!("\"{key}\": {value}"), 120)
}

/// The first find in a value, or in one some levels inside.
fn search<T>(value: &Value, depth: usize, look: &impl Fn(&str, &str, &Value) -> Option<T>) -> Option<T> {
    match value {
        Value::Object(map) => map.iter().find_map(|(key, inner)| {
            let name = plain(key);
            let deeper = || (depth > 0 && !among(ECHOED, name.as_str())).then(|| search(inner, depth - 1, look)).flatten();
            look(&name, key, inner).or_else(deeper)
        }),
        Value::Array(items) if depth > 0 => items.iter().take(10).find_map(|item| search(item, depth - 1, look)),
        _ => None,
    }
}

/// What says no: a flag that is false, an error that is one, a status of 400 and more, a word of refusal.
pub(super) fn denial(value: &Value) -> Option<Denial> {
    search(value, 3, &|name, key, inner| {
        let fault = (name.contains("error") || name.contains("invalid") || name == "validationmessages") && is_set(inner);
        let (vote, set) = (vote(name, inner), is_set(inner) && !inner.is_object());
        let guard = vote == Vote::Guarded || set && among(GUARDED, bare(name));
        let thrown = set && among(THROWN, bare(name));
        (fault || guard || thrown || vote == Vote::No).then(|| Denial { said: said(key, inner), guard })
    })
}

/// What leaves open whether the inquiry reaches anybody, whatever else says yes.
pub(super) fn open(value: &Value) -> Option<String> {
    search(value, 3, &|name, key, inner| {
        let bared = bare(name);
        let waits = ["requires", "needs", "awaiting", "pending", "already", "must"].iter().any(|front| name.starts_with(front))
            || ["required", "needed", "pending"].iter().any(|back| name.ends_with(back));
        let set = (among(OPEN, bared) || waits) && is_set(inner);
        let unset = among(OPEN_IF_FALSE, bared)
            && !inner.is_null()
            && !is_set(inner)
            && (inner.is_boolean() || inner.is_number() || inner.is_string());
        let state = among(STATES, name) || among(OTHER_STATES, name);
        let word = inner.as_str().map(plain).unwrap_or_default();
        let waiting = among(OPEN, word.as_str()) || word.starts_with("pending") || word.starts_with("awaiting");
        (set || unset || state && waiting).then(|| said(key, inner))
    })
}

/// Whether the keys that answer say yes: `Err` with the one that is not understood, `Ok(false)` where none answers.
pub(super) fn agrees(value: &Value) -> Result<bool, String> {
    let places = [Some(value), value.get("data")];
    let mut agreed = false;
    for (key, inner) in places.into_iter().flatten().filter_map(Value::as_object).flatten() {
        match vote(&plain(key), inner) {
            Vote::Yes => agreed = true,
            Vote::Unknown => return Err(said(key, inner)),
            Vote::No | Vote::Guarded | Vote::Silent => {}
        }
    }
    Ok(agreed)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_no_is_found_wherever_it_stands() {
        for (value, guard) in [
            (json!({"status": "ok", "result": "rejected"}), false),
            (json!({"success": true, "data": {"status": "denied"}}), false),
            (json!({"success": "0", "message": "Thank you"}), false),
            (json!({"success": 0}), false),
            (json!({"status": "KO"}), false),
            (json!({"status": "not_ok"}), false),
            (json!({"ok": true, "results": [{"status": "failed"}]}), false),
            (json!({"success": true, "wasDropped": 1}), false),
            (json!({"success": true, "reason": "declined"}), false),
            (json!({"success": true, "action": "discard"}), false),
            (json!({"code": 422}), false),
            (json!({"status": -1}), false),
            (json!({"success": true, "spam": true}), true),
            (json!({"ok": true, "isSpam": "yes"}), true),
            (json!({"ok": true, "data": {"marked_as_spam": 1}}), true),
            (json!({"ok": true, "result": "blocked"}), true),
        ] {
            assert_eq!(denial(&value).map(|denial| denial.guard), Some(guard), "{value}");
        }
        for value in [
            json!({"success": true, "spam": false, "rejected": 0, "errors": [], "error": null, "blocked": "no"}),
            json!({"status": "success", "data": {"spam_score": 0.1, "honeypot": ""}}),
            json!({"code": 0, "message": "success"}),
            json!({"ok": true, "fields": {"status": "denied"}}),
        ] {
            assert_eq!(denial(&value), None, "{value}");
        }
    }

    #[test]
    fn a_yes_that_waits_for_something_is_open() {
        for value in [
            json!({"success": true, "requires_verification": true}),
            json!({"success": true, "verificationRequired": 1}),
            json!({"ok": true, "duplicate": true}),
            json!({"ok": true, "data": {"already_exists": true}}),
            json!({"success": true, "data": {"status": "pending"}}),
            json!({"success": true, "state": "awaiting_confirmation"}),
            json!({"success": true, "is_draft": true}),
            json!({"success": true, "verified": false}),
            json!({"success": true, "email_sent": 0}),
            json!({"success": true, "test": true}),
            json!({"success": true, "filtered": true}),
            json!({"success": true, "queued": false}),
            json!({"success": true, "next_step": "/2"}),
        ] {
            assert!(open(&value).is_some(), "{value}");
        }
        for value in [
            json!({"success": true, "duplicate": false, "pending": 0, "requires_captcha": false, "confirmed": true}),
            json!({"success": true, "data": {"status": "new", "verified": null, "created": "2026-11-01"}}),
        ] {
            assert_eq!(open(&value), None, "{value}");
        }
    }

    #[test]
    fn an_unknown_word_is_no_yes() {
        for (value, agreed) in [
            (json!({"success": true}), Some(true)),
            (json!({"success": 1}), Some(true)),
            (json!({"success": "true"}), Some(true)),
            (json!({"status": 200}), Some(true)),
            (json!({"status": "200 OK"}), Some(true)),
            (json!({"status": "success", "data": {"status": "new"}}), Some(true)),
            (json!({"status": "success", "result": "<p>We look forward to your visit.</p>"}), Some(true)),
            (json!({"success": "Your message has been sent."}), Some(true)),
            (json!({"msg": "ok", "code": 200}), Some(true)),
            (json!({"success": true, "code": "contact-7", "submitted": "2026-11-03T15:20:00Z", "received": 1_793_000_000}), Some(true)),
            (json!({"id": 7}), Some(false)),
            (json!({"code": 17, "status": null}), Some(false)),
            (json!({"status": "wibble", "success": true}), None),
            (json!({"success": "perhaps"}), None),
            (json!({"status": 0}), None),
            (json!({"success": ""}), None),
            (json!({"success": null, "message": "Thank you"}), None),
        ] {
            assert_eq!(agrees(&value).ok(), agreed, "{value}");
        }
    }
}
