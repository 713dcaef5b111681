//! The canary: a test mail of our own that says what it is. Takes an id, addresses and a moment; gives the message. Its id stands in
//! its subject, its `Message-ID` and a header of its own, so that one of the three outlives whatever a mail server rewrites; and
//! `Auto-Submitted` (RFC 3834) keeps answering machines quiet.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use regex::bytes::Regex;

/// The header that holds the id.
pub(super) const HEADER: &str = "X-Crickets-Canary";
/// What every id begins with, so that mails without one need not be looked up.
const PREFIX: &str = "canary";
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters after the prefix: 60 bits.
const LENGTH: usize = 12;
pub(super) const SUBJECT: &str = "Test mail of crickets";

/// An id wherever it stands.
pub(super) static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("{PREFIX}[a-z2-9]{{{LENGTH}}}")).ok());

/// An id that nobody can guess; it is also the token of the canary's own alias.
#[must_use]
pub fn new_id() -> String {
    // The standard library draws the keys of its hash tables from the system's source of chance.
    let mut number = RandomState::new().build_hasher().finish();
    let mut id = PREFIX.to_owned();
    for _ in 0..LENGTH {
        let index = usize::try_from(number % 32).unwrap_or(0);
        id.push(LETTERS.get(index).map_or('x', |letter| char::from(*letter)));
        number /= 32;
    }
    id
}

/// A canary to be written.
#[derive(Clone, Copy, Debug)]
pub struct Letter<'a> {
    /// The id.
    pub id: &'a str,
    /// From whom.
    pub from: &'a str,
    /// The alias that it goes to.
    pub to: &'a str,
    /// When it is sent, by our clock.
    pub at: DateTime<Utc>,
}

impl Letter<'_> {
    /// The message.
    #[must_use]
    pub fn bytes(&self) -> Vec<u8> {
        let Self { id, from, to, at } = self;
        let domain = from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        format!(
            "From: crickets <{from}>\r\n\
             To: <{to}>\r\n\
             Subject: {subject}\r\n\
             Date: {date}\r\n\
             Message-ID: <{id}@{domain}>\r\n\
             {HEADER}: {id}\r\n\
             Auto-Submitted: auto-generated\r\n\
             MIME-Version: 1.0\r\n\
             Content-Type: text/plain; charset=us-ascii\r\n\
             \r\n\
             This is a test mail of crickets (a canary). It was sent by the owner of this\r\n\
             mailbox to see that mail arrives here, and by which clock. Nobody needs to\r\n\
             answer it, and it may be deleted a few days from now.\r\n",
            subject = subject(id),
            date = at.format("%a, %d %b %Y %H:%M:%S +0000"),
        )
        .into_bytes()
    }
}

/// The subject of a canary.
pub(super) fn subject(id: &str) -> String {
    format!("{SUBJECT} ({id})")
}

/// Whether an address is the alias of a canary, whosoever it is.
#[must_use]
pub fn is_canary_alias(address: &str) -> bool {
    let token = address.split('@').next().and_then(|local| local.rsplit('+').next()).unwrap_or_default();
    is_id(&token.to_lowercase())
}

/// Whether a text is an id and nothing else.
pub(super) fn is_id(text: &str) -> bool {
    ID.as_ref().and_then(|id| id.find(text.as_bytes())).is_some_and(|found| found.len() == text.len())
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use crate::collect::mail::parse;

    pub(in crate::send) const NAME: &str = "canaryab2cd3ef4gh5";

    pub(in crate::send) fn letter() -> String {
        let at = "2026-11-02T15:04:05Z".parse().unwrap();
        let letter = Letter { id: NAME, from: "shopper@example.org", to: "shopper+canaryab2cd3ef4gh5@example.org", at };
        String::from_utf8(letter.bytes()).unwrap()
    }

    #[test]
    fn ids_differ_and_are_found_by_their_form() {
        let (one, two) = (new_id(), new_id());
        assert_ne!(one, two);
        for id in [one, two] {
            assert_eq!(ID.as_ref().unwrap().find(id.as_bytes()).unwrap().as_bytes(), id.as_bytes(), "{id}");
        }
    }

    #[test]
    fn the_letter_says_what_it_is() {
        let mail = parse(letter().as_bytes());
        assert_eq!(mail.message_id.as_deref(), Some("canaryab2cd3ef4gh5@example.org"));
        assert_eq!(mail.date, Some("2026-11-02T15:04:05Z".parse().unwrap()));
        assert_eq!(mail.header("auto-submitted").next(), Some("auto-generated"));
        assert!(mail.text.contains("test mail of crickets"), "{}", mail.text);
        assert!(letter().lines().all(|line| line.len() < 79), "{}", letter());
    }

    #[test]
    fn an_alias_is_known_by_its_form() {
        for (address, is) in [
            ("shopper+canaryab2cd3ef4gh5@example.org", true),
            ("CanaryAB2cd3ef4gh5@example.org", true),
            ("shopper+k7f3@example.org", false),
            ("canarywharfresidences@b.example", false),
            ("", false),
        ] {
            assert_eq!(is_canary_alias(address), is, "{address}");
        }
    }
}
