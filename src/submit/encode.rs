//! Turns an entry list into the bytes of a request: `application/x-www-form-urlencoded`, `multipart/form-data` and
//! `text/plain`, as the WHATWG HTML and URL standards say. Characters that the charset lacks become `&#N;`; newlines become CRLF.

use encoding_rs::Encoding;

/// What an entry holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EntryValue {
    /// Text.
    Text(String),
    /// A file.
    File(File),
}

/// A file as it is sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct File {
    /// Its name; empty where nothing was chosen.
    pub name: String,
    /// Its media type.
    pub media_type: String,
    /// Its bytes.
    pub content: Vec<u8>,
}

impl File {
    /// What a file field sends in which nothing was chosen.
    #[must_use]
    pub fn none() -> Self {
        Self { name: String::new(), media_type: "application/octet-stream".to_owned(), content: Vec::new() }
    }
}

/// One name and its value, in the order of the form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The name, newlines not yet normalised.
    pub name: String,
    /// The value, newlines not yet normalised.
    pub value: EntryValue,
}

/// Every newline, however written, as CRLF.
fn crlf(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        match c {
            '\r' => {
                if rest.peek() == Some(&'\n') {
                    rest.next();
                }
                out.push_str("\r\n");
            }
            '\n' => out.push_str("\r\n"),
            other => out.push(other),
        }
    }
    out
}

/// Bytes in the charset; what it lacks becomes `&#N;`.
fn bytes(text: &str, charset: &'static Encoding) -> Vec<u8> {
    charset.encode(text).0.into_owned()
}

fn text_of(value: &EntryValue) -> String {
    match value {
        EntryValue::Text(text) => crlf(text),
        EntryValue::File(file) => crlf(&file.name),
    }
}

fn percent(into: &mut String, raw: &[u8]) {
    const HEX: &[u8; 16] = b"0123456789ABCDEF";
    let digit = |n: u8| HEX.get(usize::from(n & 15)).copied().map_or('0', char::from);
    for &byte in raw {
        match byte {
            b' ' => into.push('+'),
            b'*' | b'-' | b'.' | b'_' | b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => into.push(char::from(byte)),
            _ => {
                into.push('%');
                into.push(digit(byte >> 4));
                into.push(digit(byte));
            }
        }
    }
}

/// `application/x-www-form-urlencoded`.
#[must_use]
pub fn urlencoded(entries: &[Entry], charset: &'static Encoding) -> String {
    let mut out = String::new();
    for entry in entries {
        if !out.is_empty() {
            out.push('&');
        }
        percent(&mut out, &bytes(&crlf(&entry.name), charset));
        out.push('=');
        percent(&mut out, &bytes(&text_of(&entry.value), charset));
    }
    out
}

/// A name inside a `Content-Disposition` line.
fn quoted(name: &str, charset: &'static Encoding) -> Vec<u8> {
    let mut out = Vec::new();
    for byte in bytes(name, charset) {
        match byte {
            b'"' => out.extend_from_slice(b"%22"),
            b'\r' => out.extend_from_slice(b"%0D"),
            b'\n' => out.extend_from_slice(b"%0A"),
            other => out.push(other),
        }
    }
    out
}

/// `multipart/form-data` with the given boundary.
#[must_use]
pub fn multipart(entries: &[Entry], charset: &'static Encoding, boundary: &str) -> Vec<u8> {
    let mut out = Vec::new();
    for entry in entries {
        out.extend_from_slice(format!("--{boundary}\r\nContent-Disposition: form-data; name=\"").as_bytes());
        out.extend_from_slice(&quoted(&crlf(&entry.name), charset));
        out.push(b'"');
        match &entry.value {
            EntryValue::Text(text) => {
                out.extend_from_slice(b"\r\n\r\n");
                out.extend_from_slice(&bytes(&crlf(text), charset));
            }
            EntryValue::File(file) => {
                out.extend_from_slice(b"; filename=\"");
                // Unlike names, names of files keep their newlines as they are.
                out.extend_from_slice(&quoted(&file.name, charset));
                let media_type = if file.media_type.is_empty() { "application/octet-stream" } else { &file.media_type };
                out.extend_from_slice(format!("\"\r\nContent-Type: {media_type}\r\n\r\n").as_bytes());
                out.extend_from_slice(&file.content);
            }
        }
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    out
}

/// `text/plain`.
#[must_use]
pub fn plain(entries: &[Entry], charset: &'static Encoding) -> Vec<u8> {
    let mut out = String::new();
    for entry in entries {
        out.push_str(&crlf(&entry.name));
        out.push('=');
        out.push_str(&text_of(&entry.value));
        out.push_str("\r\n");
    }
    bytes(&out, charset)
}

/// A boundary that depends only on the seed, so that a dry run shows what a rehearsal sends.
#[must_use]
pub fn boundary(seed: u64) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let mut state = seed;
    let mut out = String::from("----WebKitFormBoundary");
    for _ in 0..16 {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = state;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let pick = usize::try_from((z ^ (z >> 31)) % 62).unwrap_or(0);
        out.push(LETTERS.get(pick).copied().map_or('A', char::from));
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(name: &str, value: &str) -> Entry {
        Entry { name: name.to_owned(), value: EntryValue::Text(value.to_owned()) }
    }

    #[test]
    fn urlencoded_follows_the_standard() {
        let utf8 = encoding_rs::UTF_8;
        let latin = encoding_rs::WINDOWS_1252;
        for (name, value, charset, expected) in [
            ("a b", "c+d", utf8, "a+b=c%2Bd"),
            ("q", "José", utf8, "q=Jos%C3%A9"),
            ("q", "José", latin, "q=Jos%E9"),
            ("q", "☃", latin, "q=%26%239731%3B"),
            ("t", "a\nb\rc\r\nd", utf8, "t=a%0D%0Ab%0D%0Ac%0D%0Ad"),
            ("x", "*-._~", utf8, "x=*-._%7E"),
        ] {
            assert_eq!(urlencoded(&[entry(name, value)], charset), expected);
        }
    }

    #[test]
    fn multipart_quotes_names_and_sends_empty_files() {
        let entries = [entry("a\"b\n", "x\ny"), Entry { name: "f".into(), value: EntryValue::File(File::none()) }];
        let body = String::from_utf8(multipart(&entries, encoding_rs::UTF_8, "B")).unwrap();
        assert_eq!(
            body,
            "--B\r\nContent-Disposition: form-data; name=\"a%22b%0D%0A\"\r\n\r\nx\r\ny\r\n\
             --B\r\nContent-Disposition: form-data; name=\"f\"; filename=\"\"\r\nContent-Type: application/octet-stream\r\n\r\n\r\n--B--\r\n"
        );
    }

    #[test]
    fn a_seed_gives_one_boundary() {
        assert_eq!(boundary(7), boundary(7));
        assert_ne!(boundary(7), boundary(8));
    }
}
