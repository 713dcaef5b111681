//! The two ways in which a person agrees that crickets may read a mailbox: a code typed at any device (RFC 8628), or a browser
//! that comes back to this machine (RFC 8252) with PKCE (RFC 7636), so that a code overheard on the way is worth nothing.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret as _, SecretString};
use sha2::{Digest as _, Sha256};
use tokio::time::Instant;
use url::Url;

use super::oauth::{App, Granted, OauthError};
use super::oauth_redirect::Redirect;
use super::oauth_wire;
use super::sasl::plain;
use crate::config::{Flow, Provider};

/// How long a browser is waited for.
const BROWSER: Duration = Duration::from_mins(10);
/// The longest that a code is waited for, whatever the server says.
const LONGEST: Duration = Duration::from_hours(1);

/// What a person has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prompt {
    /// Open an address anywhere and type a code.
    Code {
        /// The address.
        url: String,
        /// The code.
        code: String,
    },
    /// Open an address in a browser of this machine.
    Open {
        /// The address.
        url: String,
    },
}

/// Has a person agree; `tell` shows what to do, `port` is where a browser comes back to (by default any free one).
///
/// # Errors
/// When the provider cannot be reached or refuses, or nobody agrees in time.
pub async fn agree(app: &App, port: Option<u16>, tell: &mut dyn FnMut(&Prompt)) -> Result<Granted, OauthError> {
    match &app.oauth.flow {
        Flow::Device(url) => device(app, url, tell).await,
        Flow::Browser(url) => browser(app, url, port.unwrap_or(0), tell).await,
    }
}

async fn device(app: &App, url: &Url, tell: &mut dyn FnMut(&Prompt)) -> Result<Granted, OauthError> {
    let fields = [("client_id", app.oauth.client.as_str()), ("scope", app.oauth.scope.as_str())];
    let answer = oauth_wire::post(url, &fields).await?;
    let (secret, prompt, lasts, mut interval) = app.understand(url, &fields, &answer, |answer| {
        let uri = answer.text("verification_uri").or_else(|| answer.text("verification_url"))?;
        let prompt = Prompt::Code { url: plain(uri), code: plain(answer.text("user_code")?) };
        let lasts = Duration::from_secs(answer.number("expires_in").unwrap_or(900)).min(LONGEST);
        let interval = Duration::from_secs(answer.number("interval").unwrap_or(5).clamp(1, 60));
        Some((SecretString::from(answer.text("device_code")?), prompt, lasts, interval))
    })?;
    let end = Instant::now() + lasts;
    tell(&prompt);
    let fields = [("grant_type", "urn:ietf:params:oauth:grant-type:device_code"), ("device_code", secret.expose_secret())];
    while Instant::now() + interval < end {
        tokio::time::sleep(interval).await;
        match app.ask(&fields).await {
            Ok(granted) => return Ok(granted),
            Err(error) => interval = asked_again(error, interval)?,
        }
    }
    Err(OauthError::Late { mailbox: app.mailbox.clone() })
}

/// How long to wait before asking again (RFC 8628, 3.5), unless the answer is final.
fn asked_again(error: OauthError, interval: Duration) -> Result<Duration, OauthError> {
    match &error {
        OauthError::Refused { code, .. } => match code.as_str() {
            "authorization_pending" => Ok(interval),
            "slow_down" => Ok(interval + Duration::from_secs(5)),
            _ => Err(error),
        },
        OauthError::Unreachable { .. } => Ok((interval * 2).min(Duration::from_mins(1))),
        _ => Err(error),
    }
}

async fn browser(app: &App, url: &Url, port: u16, tell: &mut dyn FnMut(&Prompt)) -> Result<Granted, OauthError> {
    let redirect = Redirect::open(port).await?;
    let (verifier, state) = (random(app)?, random(app)?);
    let mut page = url.clone();
    page.query_pairs_mut()
        .append_pair("client_id", &app.oauth.client)
        .append_pair("redirect_uri", redirect.uri())
        .append_pair("response_type", "code")
        .append_pair("scope", &app.oauth.scope)
        .append_pair("code_challenge", &challenge(verifier.expose_secret()))
        .append_pair("code_challenge_method", "S256")
        .append_pair("state", state.expose_secret())
        .append_pair("login_hint", &app.user);
    if app.oauth.provider == Provider::Gmail {
        // Without these Google gives no refresh token to whoever agreed before.
        page.query_pairs_mut().append_pair("access_type", "offline").append_pair("prompt", "consent");
    }
    tell(&Prompt::Open { url: page.into() });
    let late = |_| OauthError::Late { mailbox: app.mailbox.clone() };
    let came_back = tokio::time::timeout(BROWSER, redirect.wait(state.expose_secret())).await.map_err(late)?;
    let code = came_back.map_err(|code| OauthError::Refused {
        server: url.host_str().unwrap_or_default().to_owned(),
        mailbox: app.mailbox.clone(),
        code: plain(&code),
        description: String::new(),
    })?;
    let fields = [
        ("grant_type", "authorization_code"),
        ("code", code.expose_secret()),
        ("redirect_uri", redirect.uri()),
        ("code_verifier", verifier.expose_secret()),
    ];
    app.ask(&fields).await
}

/// 32 random bytes as 43 characters that need no escaping.
fn random(app: &App) -> Result<SecretString, OauthError> {
    let mut bytes = [0_u8; 32];
    let filled = rustls::crypto::ring::default_provider().secure_random.fill(&mut bytes);
    filled.map_err(|_| OauthError::Keeping { place: app.mailbox.clone(), reason: "this machine gives no random numbers".to_owned() })?;
    Ok(URL_SAFE_NO_PAD.encode(bytes).into())
}

/// The S256 challenge of a verifier (RFC 7636, 4.2).
fn challenge(verifier: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(verifier.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_challenge_is_that_of_the_standard() {
        // RFC 7636, appendix B.
        assert_eq!(challenge("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"), "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM");
    }

    #[test]
    fn a_code_is_asked_for_as_the_server_wants() {
        let refused =
            |code: &str| OauthError::Refused { server: "s".into(), mailbox: "main".into(), code: code.into(), description: String::new() };
        let five = Duration::from_secs(5);
        assert_eq!(asked_again(refused("authorization_pending"), five).unwrap(), five);
        assert_eq!(asked_again(refused("slow_down"), five).unwrap(), 2 * five);
        let lost = OauthError::Unreachable { server: "s".into(), reason: String::new() };
        assert_eq!(asked_again(lost, five).unwrap(), 2 * five);
        for (code, words) in [
            ("expired_token", "run `crickets login main`"),
            ("authorization_declined", "it was declined"),
            ("access_denied", "it was declined"),
            ("invalid_client", "public client flows"),
        ] {
            let error = asked_again(refused(code), five).unwrap_err().to_string();
            assert!(error.contains(code) && error.contains(words), "{error}");
        }
    }
}
