//! The login of an IMAP session: with a password by LOGIN or AUTHENTICATE PLAIN, or with a token by AUTHENTICATE, as the server
//! offers it. What the server says to a refusal is told without the secret, even where it repeats it.

use secrecy::{ExposeSecret as _, SecretString};

use super::imap::ImapSettings;
use super::imap_session::{Failure, guard};
use super::imap_tap::{self, Tap};
use super::imap_wire::Wire;
use super::oauth::OauthError;
use super::sasl::{Bearer, Mechanism, Plain, without};
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

/// Logs in with a password: by AUTHENTICATE PLAIN where the server has LOGIN turned off (RFC 3501, 6.2.3) or what is to be said is not
/// ASCII, else by LOGIN, which every server knows.
pub(super) fn with_password<'a>(
    mut client: imap::Client<Wire<'a>>,
    tap: &Tap,
    settings: &ImapSettings,
    password: &SecretString,
) -> Result<imap::Session<Wire<'a>>, Failure> {
    let offered = match offered(&mut client, tap) {
        // One that does not say takes a LOGIN.
        Err(Failure::Refused(_)) => Vec::new(),
        answer => answer?,
    };
    let offers = |name: &str| offered.iter().any(|offer| offer == name);
    let (has_login, has_plain) = (!offers("LOGINDISABLED"), offers("AUTH=PLAIN"));
    let is_ascii = settings.user.is_ascii() && password.expose_secret().is_ascii();
    if has_plain && !(has_login && is_ascii) {
        let plain = Plain { user: &settings.user, password };
        return guard(|| client.authenticate("PLAIN", &plain).map_err(|(error, _)| error))
            .map_err(|failure| quiet(&plain.secrets(), failure));
    }
    if !has_login {
        return Err(Failure::Refused("the server takes no login by password (LOGINDISABLED)".to_owned()));
    }
    let login = || client.login(&settings.user, password.expose_secret()).map_err(|(error, _)| error);
    let password = password.expose_secret();
    // As it is, and as it is written between quotes.
    let secrets = [password.to_owned(), password.replace('\\', "\\\\").replace('"', "\\\"")];
    guard(login).map_err(|failure| quiet(&secrets, failure))
}

/// What the server offers before the login.
fn offered(client: &mut imap::Client<Wire<'_>>, tap: &Tap) -> Result<Vec<String>, Failure> {
    tap.open();
    let asked = guard(|| client.capabilities());
    let offered = imap_tap::capabilities(&tap.close());
    asked.map(|_| offered)
}

pub(super) fn with_token<'a>(
    mut client: imap::Client<Wire<'a>>,
    tap: &Tap,
    settings: &ImapSettings,
    token: &SecretString,
) -> Result<imap::Session<Wire<'a>>, Failure> {
    let offered = offered(&mut client, tap)?;
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
