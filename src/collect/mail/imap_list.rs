//! A server's list of folders (RFC 3501, 7.2.2), read leniently: more spaces than one, names of any bytes, quoted, as literals or
//! bare, and data behind them (RFC 5258). One line that is written oddly must not hide the inbox. Pure.

use super::folder::{self, Use};

/// A folder as the server lists it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Listed {
    /// The name as people read it.
    pub(super) name: String,
    /// The name as the server writes it, without quotes and escapes.
    pub(super) wire: String,
    pub(super) purpose: Use,
}

impl Listed {
    /// A folder that the server was not asked for.
    pub(super) fn unlisted(name: &str) -> Self {
        Self { name: name.to_owned(), wire: folder::encode(name), purpose: Use::of_name(name, Some('/')) }
    }
}

/// The folder of a line such as `* LIST (\HasNoChildren) "/" "Builders"`, unless it cannot be opened or has no name.
pub(super) fn listed(line: &[u8]) -> Option<Listed> {
    let rest = strip(line.strip_prefix(b"* ")?.trim_ascii_start(), b"LIST")?.trim_ascii_start();
    let (attributes, rest) = match rest.strip_prefix(b"(") {
        Some(rest) => cut(rest, b')'),
        None => (&b""[..], rest),
    };
    let (delimiter, rest) = token(rest);
    let (name, _) = match rest.trim_ascii_start() {
        rest @ [b'"' | b'{', ..] => token(rest),
        // Some write a bare name with spaces in it.
        rest => (before_list(rest.trim_ascii_end()).to_vec(), &b""[..]),
    };
    let attributes: Vec<String> = attributes
        .split(u8::is_ascii_whitespace)
        .map(|attribute| text(attribute.strip_prefix(b"\\").unwrap_or(attribute)).to_ascii_lowercase())
        .collect();
    let delimiter = Some(text(&delimiter)).filter(|delimiter| !delimiter.eq_ignore_ascii_case("nil")).and_then(|text| text.chars().next());
    folder_of(&text(&name), delimiter, &attributes)
}

/// A folder by its name and attributes. Its special use (RFC 6154) goes before its name.
fn folder_of(wire: &str, delimiter: Option<char>, attributes: &[String]) -> Option<Listed> {
    let has = |wanted: &[&str]| attributes.iter().any(|attribute| wanted.contains(&attribute.as_str()));
    if wire.is_empty() || has(&["noselect", "nonexistent"]) {
        return None;
    }
    // This one name is written in any case (RFC 3501, 5.1).
    let wire = if wire.eq_ignore_ascii_case("inbox") { "INBOX" } else { wire };
    let name = folder::decode(wire);
    let by_name = Use::of_name(&name, delimiter);
    let purpose = match () {
        () if by_name == Use::Inbox => Use::Inbox,
        () if has(&["sent", "drafts", "trash", "flagged"]) => Use::Own,
        () if has(&["junk"]) => Use::Junk,
        () if has(&["all"]) => Use::All,
        () => by_name,
    };
    Some(Listed { name, wire: wire.to_owned(), purpose })
}

/// What follows a word of any case.
fn strip<'l>(line: &'l [u8], word: &[u8]) -> Option<&'l [u8]> {
    let (head, rest) = line.split_at_checked(word.len())?;
    (head.eq_ignore_ascii_case(word) && rest.first().is_some_and(u8::is_ascii_whitespace)).then_some(rest)
}

/// What stands before a byte and behind it.
fn cut(bytes: &[u8], at: u8) -> (&[u8], &[u8]) {
    let end = bytes.iter().position(|byte| *byte == at).unwrap_or(bytes.len());
    (bytes.get(..end).unwrap_or_default(), bytes.get(end + 1..).unwrap_or_default())
}

/// What stands before data behind a bare name.
fn before_list(bytes: &[u8]) -> &[u8] {
    let end = bytes.windows(2).position(|pair| pair == b" (").unwrap_or(bytes.len());
    bytes.get(..end).unwrap_or_default().trim_ascii_end()
}

/// A string, a literal or a word, and what follows it.
fn token(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let bytes = bytes.trim_ascii_start();
    if let Some(rest) = bytes.strip_prefix(b"\"") {
        return quoted(rest);
    }
    if let Some((length, rest)) = bytes.strip_prefix(b"{").map(|rest| cut(rest, b'}'))
        && let Some(length) = text(length).trim_end_matches('+').parse::<usize>().ok()
        && let Some(rest) = rest.strip_prefix(b"\r\n").or_else(|| rest.strip_prefix(b"\n"))
    {
        let (literal, rest) = rest.split_at(length.min(rest.len()));
        return (literal.to_vec(), rest);
    }
    let end = bytes.iter().position(u8::is_ascii_whitespace).unwrap_or(bytes.len());
    let (word, rest) = bytes.split_at(end);
    (word.to_vec(), rest)
}

/// A string up to its closing quote, each escape undone (RFC 3501, 9: `quoted`).
fn quoted(bytes: &[u8]) -> (Vec<u8>, &[u8]) {
    let (mut string, mut rest) = (Vec::new(), bytes);
    loop {
        rest = match rest {
            [] => return (string, rest),
            [b'"', after @ ..] => return (string, after),
            [b'\\', escaped @ (b'"' | b'\\'), after @ ..] | [escaped, after @ ..] => {
                string.push(*escaped);
                after
            }
        };
    }
}

/// Bytes as text; what is no UTF-8 as the Latin-1 that it most likely is.
fn text(bytes: &[u8]) -> String {
    std::str::from_utf8(bytes).map_or_else(|_| bytes.iter().copied().map(char::from).collect(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_understood_however_its_line_is_written() {
        let cases: [(&[u8], Option<&str>); 21] = [
            (b"* LIST (\\HasNoChildren) \"/\" INBOX", Some("INBOX")),
            (b"* LIST () NIL inbox", Some("INBOX")),
            (b"* LIST ()  \"/\"  INBOX ", Some("INBOX")),
            (b"* list () \"/\" {5}\r\nINBOX", Some("INBOX")),
            (b"* LIST () \"/\" {6}\r\nA {1}b", Some("A {1}b")),
            (b"* LIST () \"/\" \"Say \\\"yes\\\"\"", Some("Say \"yes\"")),
            (b"* LIST () \"\\\\\" \"A\\\\B\"", Some("A\\B")),
            (b"* LIST () \"/\" \"Entw\xc3\xbcrfe\"", Some("Entw\u{fc}rfe")),
            (b"* LIST () \"/\" \"Entw\xfcrfe\"", Some("Entw\u{fc}rfe")),
            (b"* LIST () \"/\" \"A\" (\"CHILDINFO\" (\"SUBSCRIBED\"))", Some("A")),
            (b"* LIST () \"/\" A (\"CHILDINFO\" (\"SUBSCRIBED\"))", Some("A")),
            (b"* LIST (\\Marked) \"/\" a%b", Some("a%b")),
            (b"* LIST (\\Marked) \"/\" Old mail", Some("Old mail")),
            (b"* LIST \"/\" Bare", Some("Bare")),
            (b"* LIST () \"/\" \"open", Some("open")),
            (b"* LIST (\\Noselect \\HasChildren) \"/\" \"[Gmail]\"", None),
            (b"* LIST (\\NonExistent) \"/\" Gone", None),
            (b"* LIST () \"/\" \"\"", None),
            (b"* LIST", None),
            (b"* LISTS () \"/\" A", None),
            (b"* LIST (\\Marked", None),
        ];
        for (line, name) in cases {
            let wire = listed(line).map(|folder| folder.wire);
            assert_eq!(wire.as_deref(), name, "{}", String::from_utf8_lossy(line));
        }
    }

    #[test]
    fn special_uses_go_before_names() {
        let of = |attributes: &str, wire: &str| {
            listed(format!("* LIST ({attributes}) \"/\" \"{wire}\"").as_bytes()).map(|folder| (folder.name, folder.purpose))
        };
        let some = |name: &str, purpose| Some((name.to_owned(), purpose));
        assert_eq!(of("", "Entw&APw-rfe"), some("Entwürfe", Use::Own));
        assert_eq!(of("\\Sent", "Ausgang"), some("Ausgang", Use::Own));
        assert_eq!(of("\\HasNoChildren \\Junk", "Werbung"), some("Werbung", Use::Junk));
        assert_eq!(of("\\HasNoChildren \\All", "[Gmail]/All Mail"), some("[Gmail]/All Mail", Use::All));
        assert_eq!(of("\\Flagged", "Starred"), some("Starred", Use::Own));
        assert_eq!(of("\\Unmarked", "INBOX"), some("INBOX", Use::Inbox));
        assert_eq!(of("\\Important", "Calls"), some("Calls", Use::Other));
    }
}
