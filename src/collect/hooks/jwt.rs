//! A JSON Web Token (RFC 7519) signed by HMAC-SHA256, as Vonage puts it beside each webhook. Any other algorithm, `none` among them, is
//! refused: what a token says of itself is not believed.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::verify::{Refusal, hmac_sha256};

/// What a token claims, when it bears the right signature.
pub(super) fn claims(token: &str, secret: &str) -> Result<Map<String, Value>, Refusal> {
    let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Wrong)?;
    let (header, payload) = signed.split_once('.').ok_or(Refusal::Wrong)?;
    let signature = URL_SAFE_NO_PAD.decode(signature.trim_end_matches('=')).map_err(|_| Refusal::Wrong)?;
    let object = |part: &str| {
        let bytes = URL_SAFE_NO_PAD.decode(part.trim_end_matches('=')).ok()?;
        serde_json::from_slice::<Map<String, Value>>(&bytes).ok()
    };
    let header = object(header).ok_or(Refusal::Wrong)?;
    if header.get("alg").and_then(Value::as_str) != Some("HS256") || !hmac_sha256(secret.as_bytes(), signed.as_bytes(), &signature) {
        return Err(Refusal::Wrong);
    }
    object(payload).ok_or(Refusal::Wrong)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_one_algorithm_is_believed() {
        let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
        let unsigned = format!("{}.{}.", part(r#"{"alg":"none"}"#), part("{}"));
        for token in [unsigned.as_str(), "a.b.c", "", ".."] {
            assert_eq!(claims(token, "secret"), Err(Refusal::Wrong), "{token}");
        }
    }
}
