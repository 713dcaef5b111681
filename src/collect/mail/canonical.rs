//! The identity of a mail: the same mail through IMAP, Maildir, mbox or .eml is one mail, while two deliveries of one text
//! (other `Received` and `Delivered-To` lines) are two. Takes raw bytes, gives a SHA-256; the bytes themselves are kept as they came.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

/// Headers that mail programs write into their files to remember what the reader did.
const STATUS_HEADERS: [&str; 9] =
    ["status", "x-status", "x-keywords", "x-uid", "x-imap", "x-imapbase", "x-gmail-labels", "content-length", "x-evolution"];
/// The same, by their beginnings.
const STATUS_PREFIXES: [&str; 2] = ["x-mozilla-", "x-gm-"];

/// SHA-256 (hex) over the canonical bytes of a message: line ends are LF, an mbox `From ` line and `>From` quoting, status
/// headers of mail programs and newlines at the end are left out.
#[must_use]
pub fn identity(bytes: &[u8]) -> String {
    digest(bytes, true)
}

/// The identity of a message too large to be kept whole: its headers alone, so that every source cuts at the same place.
#[must_use]
pub fn identity_of_headers(bytes: &[u8]) -> String {
    digest(bytes, false)
}

/// Feeds the canonical lines to the hash; with `body` false it ends at the empty line.
fn digest(bytes: &[u8], body: bool) -> String {
    let mut hash = Sha256::new();
    let mut in_headers = true;
    let mut leaving_out = false;
    let mut empty_lines = 0_usize;
    for (number, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let line = line.strip_suffix(b"\r").unwrap_or(line);
        if number == 0 && line.starts_with(b"From ") {
            continue;
        }
        if in_headers {
            if line.is_empty() {
                if !body {
                    break;
                }
                in_headers = false;
                leaving_out = false;
            } else if !line.starts_with(b" ") && !line.starts_with(b"\t") {
                leaving_out = is_status_header(line);
            }
            if leaving_out {
                continue;
            }
        }
        if line.is_empty() {
            empty_lines += 1;
            continue;
        }
        for _ in 0..std::mem::take(&mut empty_lines) {
            hash.update(b"\n");
        }
        hash.update(unquoted(line));
        hash.update(b"\n");
    }
    hex(&hash.finalize())
}

/// Whether a header line belongs to the mail program rather than to the mail.
fn is_status_header(line: &[u8]) -> bool {
    let name = line.split(|&byte| byte == b':').next().unwrap_or_default();
    let name = String::from_utf8_lossy(name).trim_end().to_ascii_lowercase();
    STATUS_HEADERS.contains(&name.as_str()) || STATUS_PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// A line without the `>` that mbox puts before `From `. Dialects differ in how many they add, so all are left out.
fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|&&byte| byte == b'>').count();
    match line.get(quotes..) {
        Some(rest) if rest.starts_with(b"From ") => rest,
        _ => line,
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const MAIL: &str = "Received: from a by b; Mon, 2 Nov 2026 15:04:05 +0000\nSubject: Hi\n\nFrom here on\n\ntext\n";

    #[test]
    fn one_mail_is_one_through_every_source() {
        let expected = identity(MAIL.as_bytes());
        for (what, other) in [
            ("CRLF", MAIL.replace('\n', "\r\n")),
            ("mbox", format!("From amy@x Mon Nov  2 15:04:05 2026\n{}\n", MAIL.replace("\nFrom ", "\n>From "))),
            ("quoted twice", MAIL.replace("\nFrom ", "\n>>From ")),
            ("newlines at the end", format!("{MAIL}\r\n\r\n")),
            ("no newline at the end", MAIL.trim_end().to_owned()),
            ("status headers", format!("X-Mozilla-Status: 0001\nX-Gmail-Labels: Inbox,\n =?UTF-8?Q?x?=\nSTATUS: RO\nX-UID: 5\n{MAIL}")),
        ] {
            assert_eq!(identity(other.as_bytes()), expected, "{what}");
        }
    }

    #[test]
    fn another_delivery_or_text_is_another_mail() {
        let expected = identity(MAIL.as_bytes());
        for (what, other) in [
            ("delivery", format!("Delivered-To: shopper@example.org\n{MAIL}")),
            ("hop", MAIL.replace("15:04:05", "15:04:06")),
            ("text", MAIL.replace("text", "text.")),
            ("empty line", MAIL.replace("on\n\n", "on\n")),
            ("a body that names a status", MAIL.replace("text", "Status: O")),
        ] {
            assert_ne!(identity(other.as_bytes()), expected, "{what}");
        }
    }

    #[test]
    fn a_cut_mail_is_known_by_its_headers() {
        let cut = MAIL.get(..MAIL.len() - 5).unwrap();
        assert_eq!(identity_of_headers(MAIL.as_bytes()), identity_of_headers(cut.replace('\n', "\r\n").as_bytes()));
        assert_ne!(identity_of_headers(MAIL.as_bytes()), identity(MAIL.as_bytes()));
    }

    #[test]
    fn anything_has_an_identity() {
        for bytes in [&b""[..], b"\n", b"\r\n\r\n", b"From ", b"\xff\xfe\x00"] {
            assert_eq!(identity(bytes).len(), 64);
        }
    }
}
