//! A message as the later rooms see it (RFC 5322, MIME), read from raw bytes without ever failing on what is broken.
//! A part that cannot be read is left out; when the MIME reader gives up, the headers and the bare body still stand.

use std::borrow::Cow;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use mail_parser::{Message, MessageParser, MimeHeaders, PartType};
use regex::Regex;

use super::received::Received;
use super::{headers, html};
use crate::guard::{caught, failed_so_far};

/// More than this of a text is not read: no answer to an inquiry is that long, and judging takes time by its length.
const MAX_TEXT: usize = 128 << 10;
/// More kinds of parts than this are not named.
const MAX_PARTS: usize = 1000;
/// A longer link is left out, and a longer id.
pub(super) const MAX_LINK: usize = 8 << 10;
/// A message that names more messages within it is not read into: the MIME reader holds them nested, and could not let go of them.
const MAX_NESTED: usize = 1000;

/// A name and an address.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Address {
    /// The display name, decoded.
    pub name: Option<String>,
    /// The address, lower case.
    pub address: String,
}

/// A link of the body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Link {
    /// The target as written.
    pub href: String,
    /// The text inside.
    pub text: String,
    /// The source of an image inside the link, if any.
    pub image: Option<String>,
}

/// A parsed message. Absent parts are empty, never an error.
#[derive(Clone, Debug, Default)]
pub struct Mail {
    /// `Message-ID` without angle brackets.
    pub message_id: Option<String>,
    /// `In-Reply-To` ids.
    pub in_reply_to: Vec<String>,
    /// `References` ids.
    pub references: Vec<String>,
    /// The first `From`.
    pub from: Option<Address>,
    /// `Sender`.
    pub sender: Option<Address>,
    /// `Reply-To`.
    pub reply_to: Vec<Address>,
    /// `To`.
    pub to: Vec<Address>,
    /// `Cc`.
    pub cc: Vec<Address>,
    /// Envelope recipients: `Delivered-To`, `X-Original-To`, `Envelope-To`, `for <…>`; lower case.
    pub delivered_to: Vec<String>,
    /// Decoded subject.
    pub subject: String,
    /// The `Date` header.
    pub date: Option<DateTime<Utc>>,
    /// Every header in order: name as written, value unfolded and decoded.
    pub headers: Vec<(String, String)>,
    /// `Received` lines, topmost first.
    pub received: Vec<Received>,
    /// The readable text: the plain part, else the HTML part as text.
    pub text: String,
    /// The HTML part, as it came, as far as it is read.
    pub html: Option<String>,
    /// Links of the HTML part, and bare URLs of the text.
    pub links: Vec<Link>,
    /// MIME types of all parts, lower case, with parameters that matter (`report-type`, `method`), e.g. `multipart/report; report-type=delivery-status`.
    pub part_types: Vec<String>,
    /// The machine-readable part of a report (RFC 3464 delivery status, RFC 5965 feedback, RFC 8098 disposition) as text.
    pub report: Option<String>,
    /// Why not all of it was read, where that says nothing of what it holds.
    pub unread: Option<&'static str>,
}

impl Mail {
    /// The values of a header, compared without case, in order.
    pub fn header<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.headers.iter().filter(move |(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }
}

/// Reads a message. Never fails and never panics: what cannot be read is empty, and where it should have been read, that is said.
#[must_use]
pub fn parse(bytes: &[u8]) -> Mail {
    let unixed = only_cr(bytes);
    let bytes = skip_mbox_line(unixed.as_deref().unwrap_or(bytes));
    let failed_before = failed_so_far();
    let headers::Head { written, body_at, unended } = headers::split(bytes);
    let mut mail = headers::fill(written);
    let ended = unended.then(|| bytes.split_at_checked(body_at).map(|(head, body)| [head, b"\n", body].concat())).flatten();
    let (bytes, body_at) = ended.as_deref().map_or((bytes, body_at), |ended| (ended, body_at + 1));
    let too_deep = nests_too_deep(bytes);
    let read = caught("reading the parts of a mail", || {
        let mut body = Body::default();
        if too_deep {
            return body;
        }
        if let Some(message) = MessageParser::default().parse(bytes) {
            body.read(&message, 0);
        }
        body
    });
    match read {
        Some(body) if !body.part_types.is_empty() => {
            mail.part_types = body.part_types;
            mail.report = body.report;
            mail.links = body.links;
            mail.text = if body.plain.trim().is_empty() { body.html_text } else { body.plain };
            mail.html = (!body.html.is_empty()).then_some(body.html);
            if body.hollow && mail.text.trim().is_empty() {
                // Its parts are announced so brokenly that none was found: what stands there is read as it stands.
                mail.text = lossy(body_of(bytes, body_at));
            }
        }
        _ => mail.text = lossy(body_of(bytes, body_at)),
    }
    mail.text = tidy(&mail.text);
    bare_links(&mail.text, &mut mail.links);
    mail.unread = match () {
        () if failed_so_far() > failed_before => Some("reading it failed, by a fault in crickets"),
        () if too_deep => Some("it holds more mails within mails than are read"),
        () => None,
    };
    mail
}

/// Reads the headers of a message and leaves its body alone, for whoever needs no more than its times and addresses.
#[must_use]
pub fn parse_head(bytes: &[u8]) -> Mail {
    let unixed = only_cr(bytes);
    headers::fill(headers::split(skip_mbox_line(unixed.as_deref().unwrap_or(bytes))).written)
}

/// Whether messages may lie in messages beyond what is read. Counts the words that announce one, so it never finds too few.
fn nests_too_deep(bytes: &[u8]) -> bool {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
    static ANNOUNCES: LazyLock<regex::bytes::Regex> = LazyLock::new(|| regex::bytes::Regex::new("(?i-u)rfc822|digest|global").unwrap());
    ANNOUNCES.find_iter(bytes).nth(MAX_NESTED).is_some()
}

/// What the MIME parts hold.
#[derive(Default)]
struct Body {
    plain: String,
    html: String,
    html_text: String,
    links: Vec<Link>,
    part_types: Vec<String>,
    report: Option<String>,
    /// No part of it holds anything.
    hollow: bool,
}

impl Body {
    fn read(&mut self, message: &Message<'_>, depth: usize) {
        for part in &message.parts {
            let parsed = part.content_type();
            let mut name = parsed.map_or_else(
                || "text/plain".to_owned(),
                |kind| format!("{}/{}", kind.ctype(), kind.subtype().unwrap_or("*")).to_ascii_lowercase(),
            );
            let report = matches!(
                name.as_str(),
                "message/delivery-status"
                    | "message/feedback-report"
                    | "message/disposition-notification"
                    | "message/global-delivery-status"
            );
            for key in ["report-type", "method"] {
                if let Some(value) = parsed.and_then(|kind| kind.attribute(key)) {
                    name = format!("{name}; {key}={}", value.to_ascii_lowercase());
                }
            }
            if self.part_types.len() < MAX_PARTS {
                self.part_types.push(name);
            }
            if report && self.report.is_none() && depth == 0 {
                self.report = Some(tidy(&lossy(part.contents())));
            }
            if let PartType::Message(nested) = &part.body
                && depth < 4
            {
                if report && self.report.is_none() {
                    self.report = Some(tidy(&lossy(nested.raw_message())));
                }
                let mut inner = Self::default();
                inner.read(nested, depth + 1);
                self.part_types.append(&mut inner.part_types);
                self.part_types.truncate(MAX_PARTS);
            }
        }
        if depth > 0 {
            return;
        }
        self.hollow = message.parts.iter().all(|part| {
            part.contents().trim_ascii().is_empty()
                || part.content_type().is_some_and(|kind| kind.ctype().eq_ignore_ascii_case("multipart"))
        });
        for part in message.text_bodies() {
            if let PartType::Text(text) = &part.body
                && self.plain.len() < MAX_TEXT
            {
                self.plain.push_str(text);
                self.plain.push('\n');
            }
        }
        for part in message.html_bodies() {
            if let PartType::Html(html) = &part.body
                && self.html.len() < html::MAX_HTML
            {
                self.html.push_str(html);
            }
        }
        self.html.truncate(start_of(&self.html, html::MAX_HTML).len());
        if !self.html.is_empty() {
            (self.html_text, self.links) = html::read(&self.html);
        }
    }
}

/// The lines of a mail that was kept with bare carriage returns, as line feeds; `None` when it has line feeds.
fn only_cr(bytes: &[u8]) -> Option<Vec<u8>> {
    let old = bytes.contains(&b'\r') && !bytes.contains(&b'\n');
    old.then(|| bytes.iter().map(|byte| if *byte == b'\r' { b'\n' } else { *byte }).collect())
}

/// An mbox separator, blank lines or the byte order mark that an editor leaves in front of the headers are no header, nor their end.
fn skip_mbox_line(bytes: &[u8]) -> &[u8] {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes).trim_ascii_start();
    if !bytes.starts_with(b"From ") {
        return bytes;
    }
    bytes.iter().position(|byte| *byte == b'\n').and_then(|end| bytes.get(end + 1..)).unwrap_or_default()
}

/// As much of a body as is read where it stands.
fn body_of(bytes: &[u8], at: usize) -> &[u8] {
    let body = bytes.get(at..).unwrap_or_default();
    body.get(..2 * MAX_TEXT).unwrap_or(body)
}

fn lossy(bytes: &[u8]) -> String {
    text_of(bytes.to_vec())
}

/// Bytes as a text, in UTF-8 or else in windows-1252.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|error| encoding_rs::WINDOWS_1252.decode(error.as_bytes()).0.into_owned())
}

/// What fits into so many bytes.
pub(super) fn start_of(text: &str, bytes: usize) -> &str {
    text.get(..text.floor_char_boundary(bytes)).unwrap_or_default()
}

fn tidy(text: &str) -> String {
    // Most texts are as they should be, and one copy of them is enough.
    let mut text = Cow::Borrowed(start_of(text, MAX_TEXT).trim());
    if text.contains('\r') {
        text = Cow::Owned(text.replace("\r\n", "\n").replace('\r', "\n"));
    }
    let unseen = |c: char| matches!(c, '\u{200b}'..='\u{200d}' | '\u{feff}' | '\u{ad}' | '\u{34f}');
    if !text.is_ascii() && text.contains(unseen) {
        text = Cow::Owned(text.replace(unseen, "").trim().to_owned());
    }
    text.into_owned()
}

/// The URLs of a text.
pub(crate) fn links_in(text: &str) -> Vec<Link> {
    let mut links = Vec::new();
    bare_links(text, &mut links);
    links
}

/// Adds the URLs that stand bare in the text and are no link yet.
fn bare_links(text: &str, links: &mut Vec<Link>) {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
    static URL: LazyLock<Regex> = LazyLock::new(|| Regex::new(r#"(?i)\bhttps?://[^\s<>"'\]\[{}|\\^`]+"#).unwrap());
    for found in URL.find_iter(text).filter(|found| found.len() <= MAX_LINK).take(500) {
        let mut href = found.as_str().trim_end_matches(['.', ',', ';', ':', '!', '?', '*', '_']);
        if href.ends_with(')') && !href.contains('(') {
            href = href.trim_end_matches(')');
        }
        if !links.iter().any(|link| link.href == href) {
            links.push(Link { href: href.to_owned(), text: href.to_owned(), image: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_headers_received_and_envelope() {
        let mail = parse(
            b"Delivered-To: shopper+k7f3@example.org\r\nReceived: from out.crm.example (out.crm.example [192.0.2.7])\r\n\tby mx.example.org (Postfix) with ESMTPS id 1\r\n\tfor <Shopper+K7F3@Example.org>; Mon, 2 Nov 2026 09:04:05 -0600 (CST)\r\n\
            Received: (qmail 11 invoked by uid 0); 2 Nov 2026 15:00:00 -0000\r\nFrom: =?utf-8?Q?Am=C3=A9lie_Ortiz?= <Amy@Bluebonnet.example>\r\nTo: \"Dana W\" <shopper@example.org>, x@y.example\r\n\
            Message-ID: <m1@crm.example>\r\nIn-Reply-To: <ours@example.org>\r\nReferences: <a@b>\r\n <ours@example.org>\r\nSubject: Re: the\r\n Magnolia\r\nDate: Mon, 02 Nov 2026 15:03:00 GMT\r\n\r\nHi Dana, see https://bluebonnet.example/m.\r\n",
        );
        assert_eq!(mail.from, Some(Address { name: Some("Am\u{e9}lie Ortiz".into()), address: "amy@bluebonnet.example".into() }));
        assert_eq!(mail.to.len(), 2);
        assert_eq!(mail.delivered_to, ["shopper+k7f3@example.org"]);
        assert_eq!(mail.subject, "Re: the Magnolia");
        assert_eq!(mail.message_id.as_deref(), Some("m1@crm.example"));
        assert_eq!((mail.in_reply_to.len(), mail.references.len()), (1, 2));
        assert_eq!(mail.received[0].by.as_deref(), Some("mx.example.org"));
        assert_eq!(mail.received[0].from.as_deref(), Some("out.crm.example"));
        assert_eq!(mail.received[0].at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-02T15:04:05+00:00"));
        assert_eq!(mail.received[1].at.map(|at| at.to_rfc3339()).as_deref(), Some("2026-11-02T15:00:00+00:00"));
        assert_eq!(mail.received[1].by, None);
        assert_eq!(mail.text, "Hi Dana, see https://bluebonnet.example/m.");
        assert_eq!(mail.links[0].href, "https://bluebonnet.example/m");
        assert_eq!(mail.part_types, ["text/plain"]);
        assert!(mail.date.is_some());
    }

    #[test]
    fn a_byte_order_mark_is_no_part_of_the_first_header() {
        let mail = parse(b"\xef\xbb\xbfFrom: Amy <amy@bluebonnet.example>\r\nSubject: Hi\r\n\r\nHi Dana.\r\n");
        assert_eq!((mail.from.map(|from| from.address).as_deref(), mail.subject.as_str()), (Some("amy@bluebonnet.example"), "Hi"));
    }

    #[test]
    fn prefers_plain_text_and_keeps_the_links_of_the_html() {
        let mail = parse(b"Content-Type: multipart/alternative; boundary=b\n\n--b\nContent-Type: text/plain\n\nPlain\n--b\nContent-Type: text/html\n\n<p>Rich <a href='https://a.example'>here</a></p>\n--b--\n");
        assert_eq!((mail.text.as_str(), mail.links.len()), ("Plain", 1));
        assert!(mail.html.is_some_and(|html| html.contains("Rich")));
        let mail = parse(
            b"Content-Type: text/html; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n<p>Caf=C3=A9</p><script>x</script>\n",
        );
        assert_eq!(mail.text, "Caf\u{e9}");
    }

    #[test]
    fn keeps_the_report_of_a_bounce_and_the_method_of_an_invitation() {
        let mail = parse(b"Content-Type: multipart/report; report-type=delivery-status; boundary=b\n\n--b\n\nFailed.\n--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx\n\nFinal-Recipient: rfc822; a@b\nAction: failed\n--b\nContent-Type: message/rfc822\n\nSubject: old\n\nold text\n--b--\n");
        assert_eq!(mail.part_types[0], "multipart/report; report-type=delivery-status");
        assert!(mail.report.is_some_and(|report| report.contains("Action: failed")));
        assert_eq!(mail.text, "Failed.");
        let mail = parse(b"Content-Type: text/calendar; method=REQUEST\n\nBEGIN:VCALENDAR\n");
        assert_eq!(mail.part_types, ["text/calendar; method=request"]);
    }

    #[test]
    fn never_panics_on_broken_input() {
        for bytes in [
            &b""[..],
            b"\n",
            b"\xff\xfe\x00",
            b"no header at all",
            b"Subject: \xe9t\xe9\n\nbody",
            b"From: <<<>>>,,,\nReceived: from ( by ; (\nContent-Type: multipart/mixed; boundary=\n\n--\n--",
            b"From x@y Mon\nSubject: mbox\n\nbody",
            b"Subject: old\r\rbody\r",
            "Content-Type: message/rfc822\n\n".repeat(60_000).as_bytes(),
            "Delivered-To: a@b.example\n".repeat(60_000).as_bytes(),
        ] {
            let mail = parse(bytes);
            assert!(mail.text.len() <= bytes.len() + 8);
        }
        assert_eq!(parse(b"Subject: \xe9t\xe9\n\nbody").subject, "\u{e9}t\u{e9}");
        assert_eq!(parse(b"From x@y Mon\nSubject: mbox\n\nbody").subject, "mbox");
    }
}
