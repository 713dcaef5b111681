//! Is a webhook from whom it says? Each provider signs in its own way; takes a request and our secret, gives nothing or a refusal. All
//! comparisons take the same time whatever differs. A moment of delivery that is signed must lie within five minutes: that bounds
//! replays, and a provider that tries again hours later signs anew.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use ring::{hmac, signature};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::{Delivery, Provider, jwt, plivo, twilio};
use crate::collect::mail::canonical::hex;

/// How far a signed moment of delivery may be from now.
const FRESH: TimeDelta = TimeDelta::seconds(300);

/// Why a request is not believed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// What proves its origin is missing.
    #[error("it bears no {0}")]
    Unsigned(&'static str),
    /// It does not prove what it should.
    #[error("its signature is wrong")]
    Wrong,
    /// It was signed at another time.
    #[error("it was signed more than five minutes before or after it came")]
    Stale,
    /// Our own secret is none.
    #[error("the secret of {0} in crickets.toml is not of the form that it gives out")]
    Secret(&'static str),
}

/// Whether a request is from its provider, by the `secret` that we share with it.
///
/// # Errors
/// When it is not.
pub fn check(delivery: &Delivery, secret: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let secret = secret.trim();
    match delivery.provider {
        Provider::Twilio => twilio::check(delivery, secret),
        Provider::CallRail => {
            let signature = base64(delivery.header("signature").ok_or(Refusal::Unsigned("Signature"))?)?;
            right(hmac_sha1(secret.as_bytes(), &delivery.body, &signature))
        }
        Provider::Telnyx if secret.starts_with("whsec_") => standard(delivery, secret, now),
        Provider::Telnyx => telnyx(delivery, secret, now),
        Provider::Quo => match delivery.header("openphone-signature") {
            Some(header) => openphone(delivery, header, secret, now),
            None => standard(delivery, secret, now),
        },
        Provider::Plivo => plivo::check(delivery, secret),
        Provider::Vonage => vonage(delivery, secret, now),
        Provider::Bandwidth => {
            let header = delivery.header("authorization").ok_or(Refusal::Unsigned("Authorization"))?;
            let login = header.strip_prefix("Basic ").or_else(|| header.strip_prefix("basic ")).ok_or(Refusal::Wrong)?;
            right(same(&base64(login)?, secret.as_bytes()))
        }
        Provider::Aircall => {
            let body: Value = serde_json::from_slice(&delivery.body).map_err(|_| Refusal::Unsigned("token"))?;
            let token = body.get("token").and_then(Value::as_str).ok_or(Refusal::Unsigned("token"))?;
            right(same(token.as_bytes(), secret.as_bytes()))
        }
    }
}

/// Standard Webhooks: HMAC-SHA256 over id, moment and body; the header may hold several signatures, while a key is changed.
fn standard(delivery: &Delivery, secret: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let name = delivery.provider.name();
    let key = STANDARD.decode(secret.strip_prefix("whsec_").unwrap_or(secret)).map_err(|_| Refusal::Secret(name))?;
    let header = |name: &'static str| delivery.header(name).ok_or(Refusal::Unsigned(name));
    let (id, moment, signatures) = (header("webhook-id")?, header("webhook-timestamp")?, header("webhook-signature")?);
    let signed = [id.as_bytes(), b".", moment.as_bytes(), b".", &delivery.body].concat();
    let mut any = false;
    for signature in signatures.split_whitespace().filter_map(|signature| signature.strip_prefix("v1,")) {
        any |= base64(signature).is_ok_and(|signature| hmac_sha256(&key, &signed, &signature));
    }
    right(any)?;
    fresh(moment.parse::<i64>().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)), now)
}

/// Quo's older scheme, `hmac;1;MILLISECONDS;SIGNATURE`.
fn openphone(delivery: &Delivery, header: &str, secret: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let key = STANDARD.decode(secret).map_err(|_| Refusal::Secret("quo"))?;
    let mut moment = None;
    for signature in header.split(',') {
        let mut parts = signature.trim().split(';');
        let (Some("hmac"), Some("1"), Some(at), Some(signature)) = (parts.next(), parts.next(), parts.next(), parts.next()) else {
            continue;
        };
        let signed = [at.as_bytes(), b".", &delivery.body].concat();
        if base64(signature).is_ok_and(|signature| hmac_sha256(&key, &signed, &signature)) {
            moment = Some(at);
        }
    }
    let moment = moment.ok_or(Refusal::Wrong)?;
    fresh(moment.parse::<i64>().ok().and_then(DateTime::from_timestamp_millis), now)
}

/// Ed25519 over moment and body.
fn telnyx(delivery: &Delivery, secret: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let key = STANDARD.decode(secret).ok().filter(|key| key.len() == 32).ok_or(Refusal::Secret("telnyx"))?;
    let given = base64(delivery.header("telnyx-signature-ed25519").ok_or(Refusal::Unsigned("telnyx-signature-ed25519"))?)?;
    let moment = delivery.header("telnyx-timestamp").ok_or(Refusal::Unsigned("telnyx-timestamp"))?;
    let signed = [moment.as_bytes(), b"|", &delivery.body].concat();
    signature::UnparsedPublicKey::new(&signature::ED25519, key).verify(&signed, &given).map_err(|_| Refusal::Wrong)?;
    fresh(moment.parse::<i64>().ok().and_then(|seconds| DateTime::from_timestamp(seconds, 0)), now)
}

/// A token beside the request, which names the SHA-256 of the body: without that it would vouch for any body.
fn vonage(delivery: &Delivery, secret: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
    let header = delivery.header("authorization").ok_or(Refusal::Unsigned("Authorization"))?;
    let token = header.strip_prefix("Bearer ").or_else(|| header.strip_prefix("bearer ")).ok_or(Refusal::Wrong)?;
    let claims = jwt::claims(token.trim(), secret)?;
    if !delivery.body.is_empty() {
        let named = claims.get("payload_hash").and_then(Value::as_str).ok_or(Refusal::Unsigned("payload_hash"))?;
        right(same(named.to_ascii_lowercase().as_bytes(), hex(&Sha256::digest(&delivery.body)).as_bytes()))?;
    }
    let moment = |name: &str| claims.get(name).and_then(Value::as_i64).and_then(|seconds| DateTime::from_timestamp(seconds, 0));
    if moment("exp").is_some_and(|until| until + FRESH < now) {
        return Err(Refusal::Stale);
    }
    fresh(moment("iat"), now)
}

fn right(yes: bool) -> Result<(), Refusal> {
    if yes { Ok(()) } else { Err(Refusal::Wrong) }
}

fn fresh(moment: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Result<(), Refusal> {
    match moment {
        Some(moment) if (now - moment).abs() <= FRESH => Ok(()),
        _ => Err(Refusal::Stale),
    }
}

/// Base64, padded or not.
pub(super) fn base64(text: &str) -> Result<Vec<u8>, Refusal> {
    STANDARD_NO_PAD.decode(text.trim().trim_end_matches('=')).map_err(|_| Refusal::Wrong)
}

/// Whether `tag` is the HMAC-SHA1 of a message, compared in constant time.
pub(super) fn hmac_sha1(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, key), message, tag).is_ok()
}

/// Whether `tag` is the HMAC-SHA256 of a message, compared in constant time.
pub(super) fn hmac_sha256(key: &[u8], message: &[u8], tag: &[u8]) -> bool {
    hmac::verify(&hmac::Key::new(hmac::HMAC_SHA256, key), message, tag).is_ok()
}

/// Whether two texts are the same, compared in constant time by their MACs under one key.
pub(super) fn same(a: &[u8], b: &[u8]) -> bool {
    let key = hmac::Key::new(hmac::HMAC_SHA256, b"any key");
    hmac::verify(&key, a, hmac::sign(&key, b).as_ref()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(provider: Provider, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Delivery {
        Delivery {
            phone: "main".to_owned(),
            provider,
            at: DateTime::UNIX_EPOCH,
            rehearsed_at: None,
            method: "POST".to_owned(),
            url: url.to_owned(),
            headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            body: body.to_owned(),
        }
    }

    /// The recorded signatures, where they are there.
    fn vectors(name: &str) -> Vec<Value> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/phone/webhook_vectors").join(name);
        let Ok(bytes) = std::fs::read(&path) else {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {} is not here", path.display()).as_bytes());
            return Vec::new();
        };
        serde_json::from_slice(&bytes).unwrap()
    }

    fn text<'a>(vector: &'a Value, key: &str) -> &'a str {
        vector[key].as_str().unwrap_or_default()
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn every_recorded_signature_of_twilio_is_right_and_no_other() {
        for vector in vectors("twilio.json") {
            let json = text(&vector, "note").split_once("body=").map(|(_, body)| body.split(" ;").next().unwrap_or_default());
            let mut form = url::form_urlencoded::Serializer::new(String::new());
            for (name, value) in vector["params"].as_object().unwrap() {
                let values = value.as_array().cloned().unwrap_or_else(|| vec![value.clone()]);
                form.extend_pairs(values.iter().map(|value| (name, value.as_str().unwrap())));
            }
            let form = form.finish();
            let (kind, body) = match json {
                Some(json) => ("application/json", json.to_owned()),
                None => ("application/x-www-form-urlencoded; charset=UTF-8", form),
            };
            let signature = text(&vector, "signature");
            let made = |url: &str, body: &str, signature: &str| {
                request(Provider::Twilio, url, &[("x-twilio-signature", signature), ("content-type", kind)], body.as_bytes())
            };
            let (url, token) = (text(&vector, "url"), text(&vector, "auth_token"));
            let (right, name) = (made(url, &body, signature), text(&vector, "name"));
            assert_eq!(check(&right, token, at(0)), Ok(()), "{name}");
            assert_eq!(check(&right, "54321", at(0)), Err(Refusal::Wrong), "{name}");
            assert_eq!(
                check(&made(&url.replace("foo=1", "foo=2").replace("myapp", "other"), &body, signature), token, at(0)),
                Err(Refusal::Wrong),
                "{name}"
            );
            assert_eq!(check(&made(url, &format!("{body}&x=1"), signature), token, at(0)), Err(Refusal::Wrong), "{name}");
            assert_eq!(check(&made(url, &body, "AAAA"), token, at(0)), Err(Refusal::Wrong), "{name}");
        }
        let json =
            request(Provider::Twilio, "https://a.test/", &[("x-twilio-signature", "AAAA"), ("content-type", "application/json")], b"{}");
        assert_eq!(check(&json, "1", at(0)), Err(Refusal::Unsigned("bodySHA256")), "nothing vouches for such a body");
        assert_eq!(
            check(&request(Provider::Twilio, "https://a.test/", &[], b""), "1", at(0)),
            Err(Refusal::Unsigned("X-Twilio-Signature"))
        );
    }

    #[test]
    fn every_recorded_signature_of_callrail_is_right_and_no_other() {
        let all = vectors("callrail.json");
        for vector in &all {
            let made = |body: &str| request(Provider::CallRail, "", &[("signature", text(vector, "signature"))], body.as_bytes());
            assert_eq!(check(&made(text(vector, "body")), text(vector, "key"), at(0)), Ok(()));
            assert_eq!(check(&made(&format!("{}\n", text(vector, "body"))), text(vector, "key"), at(0)), Err(Refusal::Wrong));
            assert_eq!(check(&made(&text(vector, "body").replace("13s", "14s")), text(vector, "key"), at(0)), Err(Refusal::Wrong));
        }
    }

    #[test]
    fn every_recorded_signature_of_plivo_is_as_recorded() {
        for vector in vectors("plivo.json") {
            let headers = [("x-plivo-signature-v2", text(&vector, "signature")), ("x-plivo-signature-v2-nonce", text(&vector, "nonce"))];
            let made = request(Provider::Plivo, text(&vector, "url"), &headers, b"");
            assert_eq!(check(&made, text(&vector, "auth_token"), at(0)).is_ok(), vector["valid"], "{}", text(&vector, "name"));
        }
    }

    fn signed(key: &[u8], text: &str) -> String {
        STANDARD.encode(hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, key), text.as_bytes()))
    }

    #[test]
    fn plivo_v3_covers_query_form_and_nonce() {
        let right = signed(b"token", "https://a.test/x?a=1&b=2&b=3.From15125550100To15125550142.n1");
        let headers = |signature: &str| format!("AAAA,{signature}");
        let made = |body: &[u8], signature: &str| {
            let signature = headers(signature);
            let headers = [
                ("content-type", "application/x-www-form-urlencoded"),
                ("x-plivo-signature-v3", signature.as_str()),
                ("x-plivo-signature-v3-nonce", "n1"),
            ];
            request(Provider::Plivo, "https://a.test/x?b=3&a=1&b=2", &headers, body)
        };
        assert_eq!(check(&made(b"To=15125550142&From=15125550100", &right), "token", at(0)), Ok(()));
        assert_eq!(check(&made(b"To=15125550142&From=15125550101", &right), "token", at(0)), Err(Refusal::Wrong));
        let bare = signed(b"token", "https://a.test/x.n1");
        let get = [("x-plivo-signature-v3", bare.as_str()), ("x-plivo-signature-v3-nonce", "n1")];
        assert_eq!(check(&request(Provider::Plivo, "https://a.test/x", &get, b""), "token", at(0)), Ok(()));
    }

    #[test]
    fn standard_webhooks_are_right_while_they_are_fresh() {
        for vector in vectors("standard_webhooks.json") {
            let headers = ["webhook-id", "webhook-timestamp", "webhook-signature"].map(|name| (name, text(&vector, name)));
            let rotated = format!("v1,AAAA v2,x {}", text(&vector, "webhook-signature"));
            let moment: i64 = text(&vector, "webhook-timestamp").parse().unwrap();
            for provider in [Provider::Quo, Provider::Telnyx] {
                let made = |signature: &str, body: &str| {
                    let mut headers = headers;
                    headers[2].1 = Box::leak(signature.to_owned().into_boxed_str());
                    request(provider, "", &headers, body.as_bytes())
                };
                let (body, secret) = (text(&vector, "body"), text(&vector, "secret"));
                for signature in [text(&vector, "webhook-signature"), &rotated] {
                    assert_eq!(check(&made(signature, body), secret, at(moment + 299)), Ok(()));
                    assert_eq!(check(&made(signature, body), secret, at(moment + 301)), Err(Refusal::Stale));
                    assert_eq!(check(&made(signature, body), secret, at(moment - 301)), Err(Refusal::Stale));
                    assert_eq!(check(&made(signature, "{}"), secret, at(moment)), Err(Refusal::Wrong));
                }
            }
        }
    }

    #[test]
    fn quo_signed_otherwise_when_it_was_openphone() {
        let key = STANDARD.encode("a key");
        let made = |signed_at: &str, body: &str| {
            let header = format!("hmac;1;{signed_at};{}", signed(b"a key", &format!("{signed_at}.{{\"a\":1}}")));
            request(Provider::Quo, "", &[("openphone-signature", &header)], body.as_bytes())
        };
        assert_eq!(check(&made("1700000000000", "{\"a\":1}"), &key, at(1_700_000_100)), Ok(()));
        assert_eq!(check(&made("1700000000000", "{\"a\":2}"), &key, at(1_700_000_100)), Err(Refusal::Wrong));
        assert_eq!(check(&made("1700000000000", "{\"a\":1}"), &key, at(1_700_000_301)), Err(Refusal::Stale));
        assert_eq!(check(&made("1700000000000", "{\"a\":1}"), "no base64!", at(0)), Err(Refusal::Secret("quo")));
        assert_eq!(check(&request(Provider::Quo, "", &[], b"{}"), &key, at(0)), Err(Refusal::Unsigned("webhook-id")));
    }

    #[test]
    fn telnyx_signs_with_a_key_of_its_own() {
        use ring::signature::{Ed25519KeyPair, KeyPair as _};
        let pair = Ed25519KeyPair::from_seed_unchecked(&[7; 32]).unwrap();
        let public = STANDARD.encode(pair.public_key());
        let signature = STANDARD.encode(pair.sign(b"1700000000|{\"data\":{}}"));
        let made = |moment: &str, body: &str| {
            request(Provider::Telnyx, "", &[("telnyx-signature-ed25519", &signature), ("telnyx-timestamp", moment)], body.as_bytes())
        };
        assert_eq!(check(&made("1700000000", "{\"data\":{}}"), &public, at(1_700_000_300)), Ok(()));
        assert_eq!(check(&made("1700000000", "{\"data\":{}}"), &public, at(1_700_000_301)), Err(Refusal::Stale));
        assert_eq!(check(&made("1700000001", "{\"data\":{}}"), &public, at(1_700_000_000)), Err(Refusal::Wrong));
        assert_eq!(check(&made("1700000000", "{\"data\":1}"), &public, at(1_700_000_000)), Err(Refusal::Wrong));
        assert_eq!(check(&made("1700000000", ""), "short", at(0)), Err(Refusal::Secret("telnyx")));
    }

    #[test]
    fn the_recorded_tokens_of_vonage_are_as_recorded_and_vouch_for_one_body() {
        for vector in vectors("vonage_jwt.json").into_iter().filter(|vector| vector["valid"] == true) {
            let token = text(&vector, "token");
            assert!(jwt::claims(token, text(&vector, "secret")).is_ok());
            assert_eq!(jwt::claims(token, "asdf"), Err(Refusal::Wrong));
        }
        let token = |claims: &Value| {
            let part = |value: &Value| base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(value.to_string());
            let signed_part = format!("{}.{}", part(&serde_json::json!({"alg": "HS256"})), part(claims));
            let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, b"s"), signed_part.as_bytes());
            format!("Bearer {signed_part}.{}", base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(tag))
        };
        let hash = hex(&Sha256::digest(b"{}"));
        let made = |claims: Value, body: &str| request(Provider::Vonage, "", &[("authorization", &token(&claims))], body.as_bytes());
        for (claims, body, want) in [
            (serde_json::json!({"iat": 1000, "payload_hash": hash}), "{}", Ok(())),
            (serde_json::json!({"iat": 1000, "payload_hash": hash}), "{ }", Err(Refusal::Wrong)),
            (serde_json::json!({"iat": 1000}), "{}", Err(Refusal::Unsigned("payload_hash"))),
            (serde_json::json!({"iat": 1000}), "", Ok(())),
            (serde_json::json!({"iat": 600}), "", Err(Refusal::Stale)),
            (serde_json::json!({"iat": 1000, "exp": 650}), "", Err(Refusal::Stale)),
            (serde_json::json!({}), "", Err(Refusal::Stale)),
        ] {
            assert_eq!(check(&made(claims.clone(), body), "s", at(1_000)), want, "{claims} {body}");
        }
    }

    #[test]
    fn those_without_a_signature_show_the_secret_itself() {
        let made = |login: &str| request(Provider::Bandwidth, "", &[("authorization", login)], b"{}");
        assert_eq!(check(&made(&format!("Basic {}", STANDARD.encode("me:hush"))), "me:hush", at(0)), Ok(()));
        assert_eq!(check(&made(&format!("Basic {}", STANDARD.encode("me:hus"))), "me:hush", at(0)), Err(Refusal::Wrong));
        assert_eq!(check(&made("Bearer x"), "me:hush", at(0)), Err(Refusal::Wrong));
        let aircall = |body: &str| request(Provider::Aircall, "", &[], body.as_bytes());
        assert_eq!(check(&aircall(r#"{"token":"t","data":{}}"#), "t", at(0)), Ok(()));
        assert_eq!(check(&aircall(r#"{"token":"u"}"#), "t", at(0)), Err(Refusal::Wrong));
        assert_eq!(check(&aircall("{}"), "t", at(0)), Err(Refusal::Unsigned("token")));
        assert_eq!(check(&aircall("no"), "t", at(0)), Err(Refusal::Unsigned("token")));
    }
}
