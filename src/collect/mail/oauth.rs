//! Login by OAuth 2.0 (RFC 6749): who we are to the provider, what it answers, and the access tokens that a session shows.
//! A token is asked for before each connection unless the last is good for some minutes more; the refresh token is read anew each
//! time, so that a login made beside a running watch is taken up.

use std::fmt;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use secrecy::{ExposeSecret as _, SecretString};
use url::Url;
use url::form_urlencoded::byte_serialize;

use super::oauth_kept::{Keep, Kept};
use super::oauth_wire;
use super::sasl::{plain, without};
use crate::config::Oauth;

/// A token that ends sooner than this is not shown to a server any more.
const MARGIN: Duration = Duration::from_mins(5);

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum OauthError {
    /// Nobody has logged in yet.
    #[error("no login of {mailbox} is kept in {place}; run `crickets login {mailbox}`")]
    None {
        /// The mailbox.
        mailbox: String,
        /// Where it would be.
        place: String,
    },
    /// The kept login was made as somebody else.
    #[error("the login kept in {place} was made with another {what}; run `crickets login {mailbox}`")]
    Other {
        /// The mailbox.
        mailbox: String,
        /// Where it is kept.
        place: String,
        /// What differs.
        what: &'static str,
    },
    /// The login cannot be kept or read back.
    #[error("the login in {place} cannot be used: {reason}")]
    Keeping {
        /// Where it is kept.
        place: String,
        /// What went wrong.
        reason: String,
    },
    /// The server that gives out tokens does not answer, or not now.
    #[error("{server} gives out no token: {reason}")]
    Unreachable {
        /// Its name.
        server: String,
        /// What went wrong.
        reason: String,
    },
    /// The server says no.
    #[error("{server} refuses the login ({code}{}{description}){}", if description.is_empty() { "" } else { ": " }, advice(code, mailbox))]
    Refused {
        /// Its name.
        server: String,
        /// The mailbox.
        mailbox: String,
        /// The error code (RFC 6749, 5.2; RFC 8628, 3.5).
        code: String,
        /// The server's own words.
        description: String,
    },
    /// The server's answer is none.
    #[error("{server} answers what cannot be understood: {reason}")]
    Garbled {
        /// Its name.
        server: String,
        /// What is missing.
        reason: &'static str,
    },
    /// Nobody finished the login.
    #[error("the login was not finished in time; run `crickets login {mailbox}` again")]
    Late {
        /// The mailbox.
        mailbox: String,
    },
    /// The browser cannot be waited for.
    #[error("no browser can be waited for on port {port} of this machine: {reason}")]
    Listen {
        /// The port; 0 for any.
        port: u16,
        /// What went wrong.
        reason: String,
    },
}

impl OauthError {
    /// Whether trying again later may help by itself.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Unreachable { .. } | Self::Garbled { .. })
    }
}

/// What to do about an error code.
fn advice(code: &str, mailbox: &str) -> String {
    match code {
        "invalid_grant" | "interaction_required" | "consent_required" | "login_required" | "expired_token" => {
            format!("; it is over, revoked or was never finished: run `crickets login {mailbox}`")
        }
        "access_denied" | "authorization_declined" => format!("; it was declined: run `crickets login {mailbox}` and agree"),
        "invalid_client" | "unauthorized_client" => {
            "; look at `client`, `secret` and `tenant` in crickets.toml; at Microsoft the application must allow public client flows".into()
        }
        "invalid_scope" => "; the application lacks the permission to read mail by IMAP".into(),
        _ => String::new(),
    }
}

/// An application of ours at a provider, for one mailbox.
#[derive(Clone, Debug)]
pub struct App {
    /// The mailbox's name, for `crickets login`.
    pub mailbox: String,
    /// Its login name.
    pub user: String,
    /// The application and its addresses.
    pub oauth: Oauth,
    /// The application's secret.
    pub secret: Option<SecretString>,
}

impl App {
    /// Asks for tokens.
    pub(super) async fn ask(&self, fields: &[(&str, &str)]) -> Result<Granted, OauthError> {
        let mut all = vec![("client_id", self.oauth.client.as_str())];
        if let Some(secret) = &self.secret {
            all.push(("client_secret", secret.expose_secret()));
        }
        all.extend_from_slice(fields);
        let answer = oauth_wire::post(&self.oauth.token, &all).await?;
        self.understand(&self.oauth.token, &all, &answer, |answer| {
            let access = answer.text("access_token")?;
            // A server that does not say how long is believed for this connection only (RFC 6749, 5.1).
            let lasts = Duration::from_secs(answer.number("expires_in").unwrap_or_default());
            Some(Granted { access: access.into(), lasts, refresh: answer.text("refresh_token").map(Into::into) })
        })
    }

    /// An answer as what it should be, or why not.
    pub(super) fn understand<T>(
        &self,
        asked: &Url,
        sent: &[(&str, &str)],
        answer: &oauth_wire::Answer,
        read: impl FnOnce(&oauth_wire::Answer) -> Option<T>,
    ) -> Result<T, OauthError> {
        let server = asked.host_str().unwrap_or_default().to_owned();
        if let Some(code) = answer.text("error") {
            let description = without_secrets(sent, answer.text("error_description").unwrap_or_default());
            let code = without_secrets(sent, code);
            if matches!(code.as_str(), "temporarily_unavailable" | "server_error") {
                return Err(OauthError::Unreachable { server, reason: format!("{code} {description}") });
            }
            return Err(OauthError::Refused { server, mailbox: self.mailbox.clone(), code, description });
        }
        if !(200..300).contains(&answer.status) {
            return Err(OauthError::Unreachable { server, reason: format!("HTTP status {}", answer.status) });
        }
        read(answer).ok_or(OauthError::Garbled { server, reason: "it holds no token" })
    }
}

/// A server's words, fit to be shown, without what it was told in confidence, as it is or as a form writes it.
fn without_secrets(sent: &[(&str, &str)], words: &str) -> String {
    let in_confidence = |name: &str| matches!(name, "client_secret" | "refresh_token" | "device_code" | "code" | "code_verifier");
    let secrets = sent.iter().filter(|(name, _)| in_confidence(name)).map(|(_, value)| *value);
    let secrets: Vec<String> = secrets.flat_map(|secret| [secret.to_owned(), byte_serialize(secret.as_bytes()).collect()]).collect();
    plain(&without(&secrets, words))
}

/// What a server granted.
#[derive(Debug)]
pub struct Granted {
    pub(super) access: SecretString,
    pub(super) lasts: Duration,
    pub(super) refresh: Option<SecretString>,
}

/// A token to show.
#[derive(Debug)]
pub(super) struct Access {
    pub(super) token: SecretString,
    /// Whether it was granted just now; else the server may know better than we whether it is still good.
    pub(super) fresh: bool,
}

/// The tokens of one mailbox.
pub struct Tokens {
    /// Who we are.
    pub app: App,
    keep: Keep,
    current: Mutex<Option<(SecretString, Instant)>>,
}

impl fmt::Debug for Tokens {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tokens").field("app", &self.app).field("keep", &self.keep).finish_non_exhaustive()
    }
}

impl Tokens {
    /// The tokens of an application, whose refresh token is kept somewhere.
    #[must_use]
    pub fn new(app: App, keep: Keep) -> Self {
        Self { app, keep, current: Mutex::new(None) }
    }

    /// Where the login is kept, as people read it.
    #[must_use]
    pub fn place(&self) -> String {
        self.keep.place()
    }

    /// Keeps what a login granted.
    ///
    /// # Errors
    /// When it holds nothing to be let in again by, or cannot be kept.
    pub fn keep(&self, granted: Granted) -> Result<(), OauthError> {
        let refresh = granted.refresh.clone();
        let refresh = refresh.ok_or_else(|| OauthError::Garbled { server: self.server(), reason: "it holds no refresh token" })?;
        self.keep.save(&Kept::new(&self.app, refresh))?;
        self.hold(granted);
        Ok(())
    }

    /// A token for the next connection: the last one where it is good for some minutes more. Blocks, until `stop` is
    /// set at most; not for async code.
    pub(super) fn access(&self, stop: Option<&AtomicBool>) -> Result<Access, OauthError> {
        if let Some((token, until)) = &*self.current.lock().unwrap_or_else(PoisonError::into_inner)
            && *until > Instant::now() + MARGIN
        {
            return Ok(Access { token: token.clone(), fresh: false });
        }
        let kept = self.keep.load(&self.app)?;
        let unreachable = |reason: String| OauthError::Unreachable { server: self.server(), reason };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.map_err(|error| unreachable(error.to_string()))?;
        let refresh = kept.refresh.expose_secret();
        let fields = [("grant_type", "refresh_token"), ("refresh_token", refresh), ("scope", self.app.oauth.scope.as_str())];
        let granted = runtime.block_on(async {
            tokio::select! {
                granted = self.app.ask(&fields) => granted,
                () = stopped(stop) => Err(unreachable("asked to stop".to_owned())),
            }
        })?;
        if let Some(next) = granted.refresh.as_ref().filter(|next| next.expose_secret() != refresh)
            && let Err(error) = self.keep.save(&Kept::new(&self.app, next.clone()))
        {
            // Providers that give a new one let the old one live on for a while: the mail is worth more than the order.
            tracing::warn!("{error}");
        }
        let token = granted.access.clone();
        self.hold(granted);
        Ok(Access { token, fresh: true })
    }

    /// Lets go of a token that a mail server refused.
    pub(super) fn forget(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn server(&self) -> String {
        self.app.oauth.token.host_str().unwrap_or_default().to_owned()
    }

    fn hold(&self, granted: Granted) {
        let until = Instant::now().checked_add(granted.lasts.min(Duration::from_hours(24)));
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = until.map(|until| (granted.access, until));
    }
}

/// Resolves when a wish to stop is heard.
async fn stopped(stop: Option<&AtomicBool>) {
    while stop.is_none_or(|stop| !stop.load(Ordering::Relaxed)) {
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}
