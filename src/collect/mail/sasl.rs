//! What is said in IMAP's AUTHENTICATE: passwords by PLAIN (RFC 4616), bearer tokens by OAUTHBEARER (RFC 7628) and XOAUTH2 (Google's and
//! Microsoft's older form of it). Takes what the server offers, a user and a secret; gives the answer to each challenge and keeps
//! what a refusal says. Pure.

use std::cell::RefCell;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret as _, SecretString};

/// The most of a server's own words that is repeated.
const LONGEST: usize = 300;

/// A password by PLAIN: in UTF-8, where LOGIN knows ASCII alone.
pub(super) struct Plain<'a> {
    pub(super) user: &'a str,
    pub(super) password: &'a SecretString,
}

impl Plain<'_> {
    fn opening(&self) -> String {
        format!("\0{}\0{}", self.user, self.password.expose_secret())
    }

    /// What was sent in confidence, in each form in which a server may repeat it.
    pub(super) fn secrets(&self) -> [String; 2] {
        [STANDARD.encode(self.opening()), self.password.expose_secret().to_owned()]
    }
}

impl imap::Authenticator for Plain<'_> {
    type Response = String;

    fn process(&self, _challenge: &[u8]) -> String {
        self.opening()
    }
}

/// How a token is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mechanism {
    OauthBearer,
    Xoauth2,
}

impl Mechanism {
    /// The standard where it is offered, else what came before it.
    pub(super) fn choose(offers: impl Fn(&str) -> bool) -> Option<Self> {
        [Self::OauthBearer, Self::Xoauth2].into_iter().find(|mechanism| offers(&format!("AUTH={}", mechanism.name())))
    }

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::OauthBearer => "OAUTHBEARER",
            Self::Xoauth2 => "XOAUTH2",
        }
    }

    /// What is said first.
    fn opening(self, user: &str, host: &str, port: u16, token: &str) -> String {
        match self {
            // In GS2 (RFC 5801, 4) a name writes these two otherwise.
            Self::OauthBearer => {
                let user = user.replace('=', "=3D").replace(',', "=2C");
                format!("n,a={user},\x01host={host}\x01port={port}\x01auth=Bearer {token}\x01\x01")
            }
            Self::Xoauth2 => format!("user={user}\x01auth=Bearer {token}\x01\x01"),
        }
    }

    /// What is said to a refusal, so that the server ends the exchange.
    fn acknowledgement(self) -> &'static str {
        match self {
            Self::OauthBearer => "\x01",
            Self::Xoauth2 => "",
        }
    }
}

/// One exchange.
pub(super) struct Bearer<'a> {
    pub(super) mechanism: Mechanism,
    pub(super) user: &'a str,
    pub(super) host: &'a str,
    pub(super) port: u16,
    pub(super) token: &'a SecretString,
    state: RefCell<State>,
}

#[derive(Default)]
struct State {
    opened: bool,
    refusal: Option<String>,
}

impl<'a> Bearer<'a> {
    pub(super) fn new(mechanism: Mechanism, user: &'a str, host: &'a str, port: u16, token: &'a SecretString) -> Self {
        Self { mechanism, user, host, port, token, state: RefCell::default() }
    }

    /// What the server's error challenge said, if there was one.
    pub(super) fn refusal(&self) -> Option<String> {
        self.state.borrow_mut().refusal.take()
    }

    /// What was sent in confidence, in each form in which a server may repeat it.
    pub(super) fn secrets(&self) -> [String; 2] {
        let token = self.token.expose_secret();
        [STANDARD.encode(self.mechanism.opening(self.user, self.host, self.port, token)), token.to_owned()]
    }

    fn answer(&self, challenge: &[u8]) -> String {
        let mut state = self.state.borrow_mut();
        if std::mem::replace(&mut state.opened, true) {
            state.refusal.get_or_insert_with(|| refused(challenge, &self.secrets()));
            return self.mechanism.acknowledgement().to_owned();
        }
        self.mechanism.opening(self.user, self.host, self.port, self.token.expose_secret())
    }
}

impl imap::Authenticator for Bearer<'_> {
    type Response = String;

    fn process(&self, challenge: &[u8]) -> String {
        self.answer(challenge)
    }
}

/// The status in an error challenge (RFC 7628, 3.2.2), or the challenge as it stands.
fn refused(challenge: &[u8], secrets: &[String]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(challenge).ok();
    let status = value.as_ref().and_then(|value| value.get("status")).and_then(|status| match status {
        serde_json::Value::String(text) => Some(text.clone()),
        serde_json::Value::Number(number) => Some(number.to_string()),
        _ => None,
    });
    let words = status.map_or_else(|| String::from_utf8_lossy(challenge).into_owned(), |status| format!("status {status}"));
    plain(&without(secrets, &words))
}

/// Words of a stranger without what he was told in confidence. To be done before they are cut: half a secret is none to look for.
pub(super) fn without(secrets: &[impl AsRef<str>], words: &str) -> String {
    let mut secrets: Vec<&str> = secrets.iter().map(AsRef::as_ref).filter(|secret| !secret.is_empty()).collect();
    // One may be a part of another.
    secrets.sort_unstable_by_key(|secret| std::cmp::Reverse(secret.len()));
    secrets.into_iter().fold(words.to_owned(), |words, secret| words.replace(secret, "…"))
}

/// Words of a stranger as they may be shown: one line, not too long, nothing that a terminal obeys.
pub(super) fn plain(text: &str) -> String {
    let shown: String = text.chars().map(|character| if character.is_control() { ' ' } else { character }).take(LONGEST).collect();
    shown.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_goes_before_what_came_before_it() {
        let of = |offered: &'static [&'static str]| Mechanism::choose(|name| offered.contains(&name));
        assert_eq!(of(&["AUTH=PLAIN", "AUTH=XOAUTH2", "AUTH=OAUTHBEARER"]), Some(Mechanism::OauthBearer));
        assert_eq!(of(&["AUTH=PLAIN", "AUTH=XOAUTH2"]), Some(Mechanism::Xoauth2));
        assert_eq!(of(&["AUTH=PLAIN"]), None);
    }

    #[test]
    fn a_token_is_shown_once_and_a_refusal_acknowledged() {
        let token = SecretString::from("vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==");
        // The examples of RFC 7628, 4.1, and of Google's description of XOAUTH2.
        let bearer = Bearer::new(Mechanism::OauthBearer, "user@example.com", "server.example.com", 143, &token);
        assert_eq!(
            bearer.answer(b""),
            "n,a=user@example.com,\u{1}host=server.example.com\u{1}port=143\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==\u{1}\u{1}"
        );
        assert_eq!(bearer.answer(br#"{"status":"invalid_token","scope":"example_scope"}"#), "\u{1}");
        assert_eq!(bearer.refusal().as_deref(), Some("status invalid_token"));
        let older = Bearer::new(Mechanism::Xoauth2, "someuser@example.com", "h", 1, &token);
        assert_eq!(older.answer(b""), "user=someuser@example.com\u{1}auth=Bearer vF9dft4qmTc2Nvb3RlckBhdHRhdmlzdGEuY29tCg==\u{1}\u{1}");
        assert_eq!(older.answer(br#"{"status":"401","schemes":"bearer"}"#), "");
        assert_eq!(older.refusal().as_deref(), Some("status 401"));
        // Some repeat all that they were told; a long token must not be cut before it is found.
        let long = SecretString::from("t0ken".repeat(200));
        for quoted in [long.expose_secret().to_owned(), STANDARD.encode(Mechanism::Xoauth2.opening("u", "h", 1, long.expose_secret()))] {
            let bearer = Bearer::new(Mechanism::Xoauth2, "u", "h", 1, &long);
            bearer.answer(b"");
            bearer.answer(format!("refused: {quoted} is over").as_bytes());
            assert_eq!(bearer.refusal().as_deref(), Some("refused: … is over"));
        }
        let odd = Bearer::new(Mechanism::OauthBearer, "a=b,c", "h", 1, &token);
        assert!(odd.answer(b"").starts_with("n,a=a=3Db=2Cc,\u{1}"));
        assert_eq!(odd.answer(b"no \x1b[31m JSON\r\n"), "\u{1}");
        assert_eq!(odd.refusal().as_deref(), Some("no [31m JSON"));
    }
}
