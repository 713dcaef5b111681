//! Plivo's two signatures, both HMAC-SHA256. V3 is over URL, query, form and a nonce; V2 over scheme, host, path and a nonce alone, so
//! that V3 is asked for where both are there.

use std::collections::BTreeMap;

use url::form_urlencoded;

use super::Delivery;
use super::verify::{Refusal, base64, hmac_sha256};

/// Whether a request bears Plivo's signature.
pub(super) fn check(delivery: &Delivery, token: &str) -> Result<(), Refusal> {
    let (address, query) = delivery.url.split_once('?').unwrap_or((&delivery.url, ""));
    let (signatures, signed) = if let Some(signatures) = delivery.header("x-plivo-signature-v3") {
        let nonce = delivery.header("x-plivo-signature-v3-nonce").ok_or(Refusal::Unsigned("X-Plivo-Signature-V3-Nonce"))?;
        let form = if delivery.is_form() { sorted(&delivery.body) } else { Vec::new() };
        let query: Vec<String> = sorted(query.as_bytes()).into_iter().map(|(name, value)| format!("{name}={value}")).collect();
        let mut signed = address.to_owned();
        if !query.is_empty() || !form.is_empty() {
            signed.push('?');
            signed.push_str(&query.join("&"));
        }
        if !query.is_empty() && !form.is_empty() {
            signed.push('.');
        }
        signed.extend(form.into_iter().map(|(name, value)| format!("{name}{value}")));
        (signatures, format!("{signed}.{nonce}"))
    } else {
        let signatures = delivery.header("x-plivo-signature-v2").ok_or(Refusal::Unsigned("X-Plivo-Signature-V3"))?;
        let nonce = delivery.header("x-plivo-signature-v2-nonce").ok_or(Refusal::Unsigned("X-Plivo-Signature-V2-Nonce"))?;
        (signatures, format!("{address}{nonce}"))
    };
    let mut right = false;
    for signature in signatures.split(',') {
        right |= base64(signature).is_ok_and(|signature| hmac_sha256(token.as_bytes(), signed.as_bytes(), &signature));
    }
    if right { Ok(()) } else { Err(Refusal::Wrong) }
}

/// The fields by name, those of one name by value.
fn sorted(form: &[u8]) -> Vec<(String, String)> {
    let mut fields: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (name, value) in form_urlencoded::parse(form).into_owned() {
        fields.entry(name).or_default().push(value);
    }
    for values in fields.values_mut() {
        values.sort();
    }
    fields.into_iter().flat_map(|(name, values)| values.into_iter().map(move |value| (name.clone(), value))).collect()
}
