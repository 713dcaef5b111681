//! The login of an IMAP session: LOGIN with a password, or AUTHENTICATE with a token by the mechanism that the server offers. What
//! the server says to a refusal is told without the secret, even where it repeats it.

use secrecy::{ExposeSecret as _, SecretString};

use super::imap::ImapSettings;
use super::imap_session::{Failure, guard};
use super::imap_tap::{self, Tap};
use super::imap_wire::Wire;
use super::oauth::OauthError;
use super::sasl::{Bearer, Mechanism, without};
use crate::collect::CollectError;

/// What stands in a refusal of this moment.
const PASSING: [&str; 9] = [
    "[UNAVAILABLE]",
    "[INUSE]",
    "[LIMIT]",
    "[SERVERBUG]",
    "TOO MANY SIMULTANEOUS CONNECTIONS",
    "THROTTLED",
    "BANDWIDTH LIMITS",
    "SERVER UNAVAILABLE",
    "AUTHENTICATED BUT NOT CONNECTED",
];

/// Whether a refusal is of this moment and not of what was asked (RFC 5530): the server's own trouble, or too much of ours, which
/// Gmail and Exchange tell in words alone.
pub(super) fn is_passing(reason: &str) -> bool {
    let upper = reason.to_ascii_uppercase();
    PASSING.iter().any(|sign| upper.contains(sign))
}

pub(super) fn refused(settings: &ImapSettings, reason: String) -> CollectError {
    CollectError::Login { host: settings.host.clone(), user: settings.user.clone(), reason }
}

/// A missing token is a refused login, or a provider that cannot be reached now.
pub(super) fn no_token(settings: &ImapSettings, error: &OauthError) -> CollectError {
    if error.is_passing() {
        return CollectError::Connect { host: settings.host.clone(), port: settings.port, reason: error.to_string() };
    }
    refused(settings, error.to_string())
}

/// A failure that does not quote a secret: a server that repeats the command it refuses would carry it into a log.
fn quiet(secrets: &[String], failure: Failure) -> Failure {
    let clean = |reason: String| without(secrets, &reason);
    match failure {
        Failure::Gone(reason) => Failure::Gone(clean(reason)),
        Failure::Refused(reason) => Failure::Refused(clean(reason)),
        Failure::Garbled(reason) => Failure::Garbled(clean(reason)),
    }
}

pub(super) fn with_password<'a>(
    client: imap::Client<Wire<'a>>,
    settings: &ImapSettings,
    password: &SecretString,
) -> Result<imap::Session<Wire<'a>>, Failure> {
    let login = || client.login(&settings.user, password.expose_secret()).map_err(|(error, _)| error);
    let password = password.expose_secret();
    // As it is, and as it is written between quotes.
    let secrets = [password.to_owned(), password.replace('\\', "\\\\").replace('"', "\\\"")];
    guard(login).map_err(|failure| quiet(&secrets, failure))
}

pub(super) fn with_token<'a>(
    mut client: imap::Client<Wire<'a>>,
    tap: &Tap,
    settings: &ImapSettings,
    token: &SecretString,
) -> Result<imap::Session<Wire<'a>>, Failure> {
    tap.open();
    let asked = guard(|| client.capabilities());
    let offered = imap_tap::capabilities(&tap.close());
    asked?;
    let mechanism = Mechanism::choose(|name| offered.iter().any(|offer| offer == name));
    let mechanism =
        mechanism.ok_or_else(|| Failure::Refused("the server takes no login by OAuth (neither OAUTHBEARER nor XOAUTH2)".to_owned()))?;
    let bearer = Bearer::new(mechanism, &settings.user, &settings.host, settings.port, token);
    guard(|| client.authenticate(mechanism.name(), &bearer).map_err(|(error, _)| error)).map_err(|failure| {
        let failure = match (failure, bearer.refusal()) {
            (Failure::Refused(reason), Some(said)) => Failure::Refused(format!("{reason} ({said})")),
            (failure, _) => failure,
        };
        quiet(&bearer.secrets(), failure)
    })
}
