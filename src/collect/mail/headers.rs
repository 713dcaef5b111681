//! The header block of a message (RFC 5322), and what of a [`Mail`] comes from it: ids, addresses, times, the way it came. What is
//! broken gives what it has.

use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use mail_parser::parsers::MessageStream;
use regex::Regex;

use super::parse::{Address, MAX_LINK, Mail, Received, lossy, start_of};
use crate::collect::guard::caught;

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

/// The header block, unfolded and decoded, and where the body begins.
pub(super) fn split(bytes: &[u8]) -> (Vec<(String, String)>, usize) {
    let mut headers: Vec<(String, Vec<u8>)> = Vec::new();
    let (mut at, mut left) = (0, MAX_HEADERS.1);
    let mut cut = |value: &[u8], most: usize| {
        let kept = value.get(..most.min(left)).unwrap_or(value).to_vec();
        left -= kept.len();
        kept
    };
    while let Some(rest) = bytes.get(at..).filter(|rest| !rest.is_empty()) {
        let length = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |end| end + 1);
        let line = rest.get(..length).unwrap_or_default().trim_ascii_end();
        if line.is_empty() {
            at += length;
            break;
        }
        if line.first().is_some_and(|byte| *byte == b' ' || *byte == b'\t') {
            if let Some((_, value)) = headers.last_mut() {
                value.push(b' ');
                value.extend(cut(line.trim_ascii(), MAX_HEADER.saturating_sub(value.len())));
            }
        } else if let Some((name, value)) = split_header(line) {
            if headers.len() < MAX_HEADERS.0 {
                headers.push((name, cut(value, MAX_HEADER)));
            }
        } else {
            break;
        }
        at += length;
    }
    (headers.into_iter().map(|(name, value)| (name, decode(&value))).collect(), at)
}

fn split_header(line: &[u8]) -> Option<(String, &[u8])> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let name = line.get(..colon)?.trim_ascii_end();
    let legal = !name.is_empty() && name.iter().all(|byte| (33..127).contains(byte));
    legal.then(|| (String::from_utf8_lossy(name).into_owned(), line.get(colon + 1..).unwrap_or_default().trim_ascii()))
}

/// RFC 2047 words decoded; bytes that are no UTF-8 are read as Windows-1252.
fn decode(value: &[u8]) -> String {
    let text = lossy(value);
    if !text.contains("=?") {
        return text;
    }
    let line = format!("{text}\n");
    let decoded = caught(|| MessageStream::new(line.as_bytes()).parse_unstructured().as_text().map(str::to_owned));
    decoded.flatten().unwrap_or(text)
}

/// Fills every field that comes from the header block.
pub(super) fn fill(mail: &mut Mail) {
    let text = |name: &str| mail.header(name).next().map(str::to_owned);
    let all = |name: &str| mail.header(name).flat_map(addresses).take(MAX_ADDRESSES).collect::<Vec<_>>();
    let message_id = text("Message-ID").map(|value| ids(&value)).and_then(|ids| ids.into_iter().next());
    let in_reply_to = mail.header("In-Reply-To").flat_map(ids).take(MAX_LINES).collect();
    let references = mail.header("References").flat_map(ids).take(MAX_LINES).collect();
    let (from, sender) = (all("From").into_iter().next(), all("Sender").into_iter().next());
    let (reply_to, to, cc) = (all("Reply-To"), all("To"), all("Cc"));
    let subject = text("Subject").unwrap_or_default();
    let date = text("Date").and_then(|value| time(&value));
    let received: Vec<Received> = mail.header("Received").take(MAX_LINES).map(received).collect();
    let mut delivered_to: Vec<String> = Vec::new();
    let envelope = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"]
        .into_iter()
        .flat_map(|name| mail.header(name).flat_map(addresses));
    let hops = received.iter().filter_map(|line| line.for_address.clone());
    for address in envelope.map(|found| found.address).chain(hops).take(MAX_ADDRESSES) {
        if !delivered_to.contains(&address) {
            delivered_to.push(address);
        }
    }
    mail.message_id = message_id;
    mail.in_reply_to = in_reply_to;
    mail.references = references;
    mail.from = from;
    mail.sender = sender;
    mail.reply_to = reply_to;
    mail.to = to;
    mail.cc = cc;
    mail.subject = subject;
    mail.date = date;
    mail.received = received;
    mail.delivered_to = delivered_to;
}

/// Every address of a header value. The value is decoded already, so a comma in a decoded name may split it: the address survives.
fn addresses(value: &str) -> Vec<Address> {
    let line = format!("{value}\n");
    let parsed = caught(|| {
        MessageStream::new(line.as_bytes())
            .parse_address()
            .as_address()
            .map(|list| list.iter().map(|one| (one.name().map(str::to_owned), one.address().map(str::to_owned))).collect::<Vec<_>>())
    });
    let found = parsed.flatten().unwrap_or_default();
    found
        .into_iter()
        .filter_map(|(name, address)| {
            let name = name.map(|name| start_of(name.trim().trim_matches(['"', '\'']).trim(), MAX_NAME.0).to_owned());
            let name = name.filter(|name| !name.is_empty());
            let address = address.filter(|address| address.len() <= MAX_NAME.1).unwrap_or_default().trim().to_lowercase();
            (!address.is_empty() || name.is_some()).then_some(Address { name, address })
        })
        .collect()
}

fn ids(value: &str) -> Vec<String> {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
    static ID: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"<([^<>\s]+)>").unwrap());
    let found = ID.captures_iter(value).filter_map(|found| found.get(1)).filter(|id| id.len() <= MAX_LINK);
    let found: Vec<String> = found.map(|id| id.as_str().to_owned()).collect();
    if found.is_empty() { value.split_whitespace().filter(|word| word.contains('@')).map(str::to_owned).collect() } else { found }
}

fn time(value: &str) -> Option<DateTime<Utc>> {
    let parsed = mail_parser::DateTime::parse_rfc822(value.trim()).filter(mail_parser::DateTime::is_valid)?;
    DateTime::from_timestamp(parsed.to_timestamp(), 0)
}

/// One `Received` value; qmail's and others' free forms give what they have.
fn received(value: &str) -> Received {
    #[expect(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
    static PARTS: LazyLock<(Regex, Regex, Regex)> = LazyLock::new(|| {
        (
            Regex::new(r"(?i)^\s*from\s+\[?([^\s;()\[\]]+)").unwrap(),
            Regex::new(r"(?i)(?:^|\s)by\s+\[?([^\s;()\[\]]+)").unwrap(),
            Regex::new(r"(?i)\sfor\s+<?([^\s<>;()]+@[^\s<>;()]+)>?").unwrap(),
        )
    });
    let plain = without_comments(value);
    let (clauses, stamp) = plain.rsplit_once(';').map_or((plain.as_str(), None), |(clauses, stamp)| (clauses, Some(stamp)));
    let first = |pattern: &Regex| {
        pattern.captures(clauses).and_then(|found| found.get(1)).map(|found| found.as_str().trim_end_matches('.').to_lowercase())
    };
    Received { by: first(&PARTS.1), from: first(&PARTS.0), for_address: first(&PARTS.2), at: stamp.and_then(time) }
}

fn without_comments(value: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    // A comment that never closes would swallow the time.
    if depth > 0 { value.to_owned() } else { out }
}
