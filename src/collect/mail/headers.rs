//! The header block of a message (RFC 5322), and what of a [`Mail`] comes from it: ids, addresses, times, the way it came. What is
//! broken gives what it has.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use mail_parser::parsers::MessageStream;
use regex::Regex;

use super::handover::ENVELOPE;
use super::parse::{Address, MAX_LINK, Mail, start_of, text_of};
use super::received::{Received, received};
use crate::guard::caught;

/// More than this of a header's value is not read.
const MAX_HEADER: usize = 64 << 10;
/// More headers than this are not read, nor more bytes of them.
const MAX_HEADERS: (usize, usize) = (20_000, 2 << 20);
/// More lines of one kind, or ids, than this are not read.
const MAX_LINES: usize = 1000;
/// A longer name is cut; a longer address is none (RFC 5321, 4.5.3.1).
const MAX_NAME: (usize, usize) = (200, 320);
/// More addresses than this of one header, or of the envelope, are not read.
const MAX_ADDRESSES: usize = 1000;

/// The header block of a message.
pub(super) struct Head {
    /// Its fields, unfolded, as they were written.
    pub(super) written: Vec<(String, String)>,
    /// Where the body begins.
    pub(super) body_at: usize,
    /// Whether blanks stand where an empty line should, so that others read on.
    pub(super) unended: bool,
}

/// Reads the header block of a message.
pub(super) fn split(bytes: &[u8]) -> Head {
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    let (mut at, mut left, mut blank, mut unended) = (0, MAX_HEADERS.1, false, false);
    let mut cut = |value: &[u8], most: usize| {
        let kept = value.get(..most.min(left)).unwrap_or(value).to_vec();
        left -= kept.len();
        kept
    };
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length).unwrap_or_default();
        let line = line.strip_suffix(b"\n").unwrap_or(line);
        if line.iter().all(|byte| *byte == b'\r') {
            at += length;
            break;
        }
        let folded = line.first().is_some_and(|byte| *byte == b' ' || *byte == b'\t');
        let line = line.trim_ascii_end();
        // A line of blanks alone is folded too (RFC 5322, 4.2): it ends no header block.
        if folded {
            if let Some((_, value)) = headers.last_mut() {
                value.push(b' ');
                value.extend(cut(line.trim_ascii(), MAX_HEADER.saturating_sub(value.len())));
            }
        } else if let Some((name, value)) = split_header(line) {
            if headers.len() < MAX_HEADERS.0 {
                headers.push((name, cut(value, MAX_HEADER)));
            }
        } else {
            unended = blank;
            break;
        }
        blank = line.is_empty();
        at += length;
    }
    Head { written: headers.into_iter().map(|(name, value)| (name, text_of(value))).collect(), body_at: at, unended }
}

fn split_header(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    let legal = !name.is_empty() && name.iter().all(|byte| (33..127).contains(byte));
    legal.then(|| (String::from_utf8_lossy(name).into_owned(), line.get(colon + 1..).unwrap_or_default().trim_ascii()))
}

/// RFC 2047 words decoded.
fn decode(text: String) -> String {
    if !text.contains("=?") {
        return text;
    }
    let line = format!("{text}\n");
    let decoded = caught("decoding a header", || MessageStream::new(line.as_bytes()).parse_unstructured().as_text().map(str::to_owned));
    decoded.flatten().unwrap_or(text)
}

/// A mail of headers that stand as they were written, with every field that comes from them. Addresses are read before a name is
/// decoded (RFC 2047, 6.2): a comma in a name would else end it.
pub(super) fn fill(written: Vec<(String, String)>) -> Mail {
    let raw =
        |name: &'static str| written.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str());
    let all = |name| raw(name).flat_map(addresses).take(MAX_ADDRESSES).collect::<Vec<_>>();
    let first = |name| {
        let found = all(name);
        found.iter().find(|one| !one.address.is_empty()).or(found.first()).cloned()
    };
    let (from, sender) = (first("From"), first("Sender"));
    let (reply_to, to, cc) = (all("Reply-To"), all("To"), all("Cc"));
    let envelope = ENVELOPE.into_iter().flat_map(&raw).flat_map(addresses);
    let envelope: Vec<String> = envelope.map(|found| found.address).take(MAX_ADDRESSES).collect();
    let headers = written.into_iter().map(|(name, value)| (name, decode(value))).collect();
    let mut mail = Mail { from, sender, reply_to, to, cc, headers, ..Mail::default() };
    let text = |name: &str| mail.header(name).next().map(str::to_owned);
    let message_id = text("Message-ID").map(|value| ids(&value)).and_then(|ids| ids.into_iter().next());
    let in_reply_to = mail.header("In-Reply-To").flat_map(ids).take(MAX_LINES).collect();
    let references = mail.header("References").flat_map(ids).take(MAX_LINES).collect();
    let subject = text("Subject").unwrap_or_default();
    let date = text("Date").and_then(|value| time(&value));
    let received: Vec<Received> = mail.header("Received").take(MAX_LINES).map(received).collect();
    let mut delivered_to: Vec<String> = Vec::new();
    let hops = received.iter().flat_map(|line| line.for_addresses.clone());
    for address in envelope.into_iter().chain(hops).take(MAX_ADDRESSES) {
        if !delivered_to.contains(&address) {
            delivered_to.push(address);
        }
    }
    mail.message_id = message_id;
    mail.in_reply_to = in_reply_to;
    mail.references = references;
    mail.subject = subject;
    mail.date = date;
    mail.received = received;
    mail.delivered_to = delivered_to;
    mail
}

/// Every address of a header value as it was written.
fn addresses(value: &str) -> Vec<Address> {
    let line = format!("{value}\n");
    let parsed = caught("reading the addresses of a mail", || {
        MessageStream::new(line.as_bytes())
            .parse_address()
            .as_address()
            .map(|list| list.iter().map(|one| (one.name().map(str::to_owned), one.address().map(str::to_owned))).collect::<Vec<_>>())
    });
    let found = parsed.flatten().unwrap_or_default().into_iter().filter_map(|(name, address)| {
        let name = name.map(|name| plain(&name)).filter(|name| !name.is_empty());
        let address = address.filter(|address| address.len() <= MAX_NAME.1).unwrap_or_default().trim().to_lowercase();
        (!address.is_empty() || name.is_some()).then_some(Address { name, address })
    });
    joined(found)
}

/// A display name in one line, without quotes around it.
fn plain(name: &str) -> String {
    let line = name.split(|c: char| c.is_whitespace() || c.is_control()).filter(|word| !word.is_empty()).collect::<Vec<_>>().join(" ");
    start_of(line.trim_matches(['"', '\'']).trim(), MAX_NAME.0).to_owned()
}

/// A name without an address before one with a name is its beginning: "Acme, Coaching <a@b.example>" with no quotes, as many send it.
/// Elsewhere it stays a name alone.
fn joined(found: impl Iterator<Item = Address>) -> Vec<Address> {
    let mut out: Vec<Address> = Vec::new();
    for mut one in found {
        while !one.address.is_empty()
            && let Some(name) = &one.name
            && let Some(before) = out.pop_if(|before| before.address.is_empty())
        {
            one.name = Some(start_of(&format!("{}, {name}", before.name.unwrap_or_default()), MAX_NAME.0).to_owned());
        }
        out.push(one);
    }
    out
}

fn ids(value: &str) -> Vec<String> {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
    static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<([^<>\s]+)>").unwrap());
    let found = ID.captures_iter(value).filter_map(|found| found.get(1)).filter(|id| id.len() <= MAX_LINK);
    let found: Vec<String> = found.map(|id| id.as_str().to_owned()).collect();
    if found.is_empty() { value.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned).collect() } else { found }
}

/// A date as mail writes it (RFC 5322, 3.3).
pub(super) fn time(value: &str) -> Option<DateTime<Utc>> {
    let parsed = mail_parser::DateTime::parse_rfc822(value.trim()).filter(mail_parser::DateTime::is_valid)?;
    DateTime::from_timestamp(parsed.to_timestamp(), 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(value: &str) -> Vec<String> {
        addresses(value).into_iter().map(|one| format!("{}|{}", one.name.unwrap_or_default(), one.address)).collect()
    }

    #[test]
    fn a_comma_in_a_name_loses_no_address() {
        for (value, expected) in [
            ("=?utf-8?b?QWNtZSwgQ29hY2hpbmc=?= <a@b.example>", &["Acme, Coaching|a@b.example"][..]),
            ("=?utf-8?q?Acme=2C_Coaching?= <a@b.example>", &["Acme, Coaching|a@b.example"]),
            ("=?utf-8?q?Acme,_Coaching?= <a@b.example>", &["Acme, Coaching|a@b.example"]),
            ("=?utf-8?q?Am=C3=A9lie_Ortiz=2C?= =?utf-8?b?IEFjbWU=?= <a@b.example>", &["Am\u{e9}lie Ortiz, Acme|a@b.example"]),
            ("\"=?utf-8?b?QWNtZSwgQ29hY2hpbmc=?=\" <a@b.example>", &["Acme, Coaching|a@b.example"]),
            ("\"Ortiz, Amy\" <a@b.example>, \"Webb, Dana\" <d@b.example>", &["Ortiz, Amy|a@b.example", "Webb, Dana|d@b.example"]),
            ("Acme, Coaching, Inc. <a@b.example>", &["Acme, Coaching, Inc.|a@b.example"]),
            ("=?utf-8?q?x=40y.example?= <a@b.example>", &["x@y.example|a@b.example"]),
            ("=?utf-8?q?x_=3Cx=40y.example=3E?= <a@b.example>", &["x <x@y.example>|a@b.example"]),
            ("=?utf-8?q?Team=3A_a=3B?= <A@B.example>, c@d.example", &["Team: a;|a@b.example", "|c@d.example"]),
            (
                "Sales: \"Ortiz, Amy\" <a@b.example>, =?utf-8?b?QWNtZSwgQ29hY2hpbmc=?= <c@b.example>;",
                &["Ortiz, Amy|a@b.example", "Acme, Coaching|c@b.example"],
            ),
            ("undisclosed-recipients:;", &[]),
            ("a@b.example, Amy", &["|a@b.example", "Amy|"]),
            ("Amy, a@b.example", &["Amy|", "|a@b.example"]),
            ("=?x-none?b?????=, <a@b.example>", &["=?x-none?b?????=|", "|a@b.example"]),
        ] {
            assert_eq!(told(value), expected, "{value}");
        }
    }

    #[test]
    fn a_folded_line_of_blanks_ends_no_headers() {
        for (blank, end) in [(" ", "\n"), ("\t \t", "\r\n")] {
            let text =
                ["X-Long: a", blank, "\tb", "From: Amy <amy@b.example>", "To: s@example.org", "", "Hi Dana: come.", "Amy: bye."].join(end);
            let mail = super::super::parse(text.as_bytes());
            assert_eq!(mail.header("X-Long").collect::<Vec<_>>(), ["a  b"]);
            assert_eq!((mail.from.map(|from| from.address).as_deref(), mail.to.len()), (Some("amy@b.example"), 1), "{end:?}");
            assert_eq!(mail.text, "Hi Dana: come.\nAmy: bye.", "{end:?}");
        }
        let bare = super::super::parse(b"From: Amy <amy@b.example>\n \nHi Dana, come.\n\nAmy\n");
        assert_eq!((bare.from.map(|from| from.address).as_deref(), bare.text.as_str()), (Some("amy@b.example"), "Hi Dana, come.\n\nAmy"));
    }

    #[test]
    fn every_field_of_addresses_is_read_before_its_names_are_decoded() {
        let name = "=?utf-8?b?QWNtZSA8eEB5LmV4YW1wbGU+LCBDb2FjaGluZw==?=";
        let head: String =
            ["From", "Sender", "Reply-To", "To", "Cc"].iter().map(|field| format!("{field}: {name}\r\n <A@b.example>\r\n")).collect();
        let mail = super::super::parse(format!("{head}\r\nHi.\r\n").as_bytes());
        let acme = Address { name: Some("Acme <x@y.example>, Coaching".into()), address: "a@b.example".into() };
        assert_eq!((mail.from, mail.sender), (Some(acme.clone()), Some(acme.clone())));
        assert!(
            [&mail.reply_to, &mail.to, &mail.cc].iter().all(|list| **list == [acme.clone()]),
            "{:?} {:?} {:?}",
            mail.reply_to,
            mail.to,
            mail.cc
        );
        assert_eq!(mail.headers[0].1, "Acme <x@y.example>, Coaching <A@b.example>");
        let named = super::super::parse(b"From: Amy, amy@b.example\n\nHi.\n").from;
        assert_eq!(named.map(|from| from.address).as_deref(), Some("amy@b.example"));
    }
}
