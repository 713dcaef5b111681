//! The canary: a test mail of our own that says what it is. Takes an id, addresses and a moment; gives the message, and later
//! tells it from every other mail. Its id stands in its address, its `Message-ID` and a header of its own, so that one of the
//! three outlives whatever a mail server rewrites; and `Auto-Submitted` (RFC 3834) keeps answering machines quiet.

use std::hash::{BuildHasher, Hasher, RandomState};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use regex::bytes::Regex;

use crate::collect::mail::Mail;

/// The header that holds the id.
const HEADER: &str = "X-Crickets-Canary";
/// What every id begins with, so that mails without one need not be looked up.
const PREFIX: &str = "canary";
const LETTERS: &[u8] = b"abcdefghijkmnpqrstuvwxyz23456789";
/// Letters after the prefix: 60 bits.
const LENGTH: usize = 12;

/// An id wherever it stands.
static ID: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(&format!("{PREFIX}[a-z2-9]{{{LENGTH}}}")).ok());

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
             Subject: Test mail of crickets\r\n\
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
            date = at.format("%a, %d %b %Y %H:%M:%S +0000"),
        )
        .into_bytes()
    }
}

/// What a mail has to do with a canary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum About {
    /// It is one.
    Is(String),
    /// It tells that one could not be delivered, and why.
    Undelivered(String, String),
    /// It answers or quotes one, as a machine of ours might.
    Names(String),
}

impl About {
    /// The canary's id.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::Is(id) | Self::Undelivered(id, _) | Self::Names(id) => id,
        }
    }
}

/// Whether a mail holds the id of a canary, and in which part; `parse` reads it, and is asked for the few that do.
pub fn about(bytes: &[u8], parse: impl FnOnce(&[u8]) -> Mail) -> Option<About> {
    let found = ID.as_ref()?.find(bytes)?;
    let id = String::from_utf8_lossy(found.as_bytes()).into_owned();
    let mail = parse(bytes);
    if mail.part_types.iter().any(|kind| kind.starts_with("multipart/report")) {
        return Some(About::Undelivered(id, reason(&mail)));
    }
    let own_header = mail.header(HEADER).any(|value| value.trim() == id);
    let own_name = mail.message_id.as_deref().is_some_and(|name| name.starts_with(&id));
    let named = mail.to.iter().map(|to| to.address.as_str()).chain(mail.delivered_to.iter().map(String::as_str));
    let own_alias = mail.in_reply_to.is_empty() && named.into_iter().any(|address| address.contains(&id));
    Some(if own_header || own_name || own_alias { About::Is(id) } else { About::Names(id) })
}

/// The diagnosis of a delivery report (RFC 3464), else its subject.
fn reason(mail: &Mail) -> String {
    let line = |name: &str| {
        let report = mail.report.as_deref().unwrap_or_default();
        report.lines().find_map(|line| {
            let (key, value) = line.split_once(':')?;
            key.trim().eq_ignore_ascii_case(name).then(|| value.trim().to_owned())
        })
    };
    let said = line("Diagnostic-Code").or_else(|| line("Status")).unwrap_or_else(|| mail.subject.clone());
    said.chars().take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::mail::parse;

    const NAME: &str = "canaryab2cd3ef4gh5";

    fn letter() -> String {
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
    fn a_canary_is_known_by_any_of_its_three_marks() {
        let is = || Some(About::Is(NAME.to_owned()));
        let whole = letter();
        let header = format!("{HEADER}: {NAME}\r\n");
        let name = format!("Message-ID: <{NAME}@example.org>\r\n");
        assert_eq!(about(whole.as_bytes(), parse), is());
        let other = "Message-ID: <0102@eu.mailer.example>\r\n";
        for changed in [
            whole.replace(&header, ""),
            whole.replace(&name, other),
            whole.replace(&header, "").replace(&name, other),
            whole.replace("To: <shopper+canaryab2cd3ef4gh5@", "To: <shopper@").replace(&name, other),
            format!("Delivered-To: shopper+{NAME}@example.org\r\nMessage-ID: <1@m.example>\r\nTo: me\r\n\r\nx"),
        ] {
            assert_eq!(about(changed.as_bytes(), parse), is(), "{changed}");
        }
    }

    #[test]
    fn other_mail_is_none() {
        for other in ["To: a@b.example\n\nA canary in a coal mine", "To: canary@b.example\n\ncanaryRow canaryab2", ""] {
            assert_eq!(about(other.as_bytes(), |_| panic!("read without need")), None, "{other}");
        }
        let answer = format!("To: shopper@example.org\nIn-Reply-To: <{NAME}@example.org>\nAuto-Submitted: auto-replied\n\nI am away.");
        assert_eq!(about(answer.as_bytes(), parse), Some(About::Names(NAME.to_owned())));
    }

    #[test]
    fn a_bounce_says_why() {
        let bounce = format!(
            "From: MAILER-DAEMON@mx.example.org\nTo: shopper@example.org\nSubject: Undelivered\nMIME-Version: 1.0\n\
             Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nSorry.\n\
             --x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example.org\n\n\
             Final-Recipient: rfc822; shopper+{NAME}@example.org\nAction: failed\nStatus: 5.1.1\n\
             Diagnostic-Code: smtp; 550 5.1.1 no such user\n\n--x--\n"
        );
        let want = About::Undelivered(NAME.to_owned(), "smtp; 550 5.1.1 no such user".to_owned());
        assert_eq!(about(bounce.as_bytes(), parse), Some(want));
    }
}
