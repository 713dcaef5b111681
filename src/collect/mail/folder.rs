//! What a folder is for, by its RFC 6154 special use or by its name, and how IMAP and Maildir++ write names that are not
//! ASCII (modified UTF-7, RFC 3501, 5.1.3).

use base64::Engine as _;
use base64::alphabet::IMAP_MUTF7;
use base64::engine::{GeneralPurpose, general_purpose::NO_PAD};

use crate::collect::Placement;

/// The Base64 of modified UTF-7.
const BASE64: GeneralPurpose = GeneralPurpose::new(&IMAP_MUTF7, NO_PAD);

/// Names of folders that hold what we wrote or threw away, in lower case.
const OWN: [&str; 23] = [
    "sent",
    "sent items",
    "sent mail",
    "sent messages",
    "sent-mail",
    "gesendet",
    "gesendete elemente",
    "gesendete objekte",
    "envoyés",
    "éléments envoyés",
    "enviados",
    "draft",
    "drafts",
    "entwürfe",
    "brouillons",
    "borradores",
    "trash",
    "deleted",
    "deleted items",
    "deleted messages",
    "bin",
    "papierkorb",
    "corbeille",
];
/// Names of folders for unwanted mail, in lower case.
const JUNK: [&str; 9] =
    ["junk", "junk e-mail", "junk email", "junk mail", "spam", "bulk mail", "bulk", "spamverdacht", "courrier indésirable"];

/// What a folder is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Use {
    /// The inbox.
    Inbox,
    /// Unwanted mail.
    Junk,
    /// Gmail's category, or a folder named so.
    Promotions,
    /// Any other.
    Other,
    /// A view over all mail, what we wrote among it: where what was archived, or never went to the inbox, is found at Gmail.
    All,
    /// Sent, drafts or trash: ours, nothing came back there. Views of marked mail count here too, since they repeat others.
    Own,
}

impl Use {
    /// By the last part of a folder's name.
    pub(crate) fn of_name(name: &str, delimiter: Option<char>) -> Self {
        let last = delimiter.and_then(|delimiter| name.rsplit(delimiter).next()).unwrap_or(name).trim().to_lowercase();
        match last.as_str() {
            "inbox" if name.eq_ignore_ascii_case("inbox") => Self::Inbox,
            "promotions" => Self::Promotions,
            last if JUNK.contains(&last) => Self::Junk,
            last if OWN.contains(&last) => Self::Own,
            _ => Self::Other,
        }
    }

    /// Where a mail of such a folder landed.
    pub(crate) fn placement(self) -> Option<Placement> {
        match self {
            Self::Inbox => Some(Placement::Inbox),
            Self::Junk => Some(Placement::Spam),
            Self::Promotions => Some(Placement::Promotions),
            Self::Other | Self::All | Self::Own => None,
        }
    }
}

/// A folder name in modified UTF-7 as people read it; what is not in that code stays as it is.
pub(crate) fn decode(wire: &str) -> String {
    decoded(wire).unwrap_or_else(|| wire.to_owned())
}

fn decoded(wire: &str) -> Option<String> {
    let mut name = String::with_capacity(wire.len());
    let mut rest = wire;
    while let Some((plain, after)) = rest.split_once('&') {
        name.push_str(plain);
        let (code, after) = after.split_once('-')?;
        if code.is_empty() {
            name.push('&');
        } else {
            let bytes = BASE64.decode(code).ok()?;
            let units = bytes.chunks(2).map(|pair| pair.try_into().ok().map(u16::from_be_bytes)).collect::<Option<Vec<u16>>>()?;
            name.push_str(&String::from_utf16(&units).ok()?);
        }
        rest = after;
    }
    name.push_str(rest);
    Some(name)
}

/// A folder name in modified UTF-7, as the server wants it.
pub(crate) fn encode(name: &str) -> String {
    let mut wire = String::with_capacity(name.len());
    let mut pending: Vec<u8> = Vec::new();
    let flush = |pending: &mut Vec<u8>, wire: &mut String| {
        if !pending.is_empty() {
            wire.push('&');
            BASE64.encode_string(std::mem::take(pending), wire);
            wire.push('-');
        }
    };
    for character in name.chars() {
        if matches!(character, ' '..='~') {
            flush(&mut pending, &mut wire);
            wire.push(character);
            if character == '&' {
                wire.push('-');
            }
        } else {
            pending.extend(character.encode_utf16(&mut [0; 2]).iter().flat_map(|unit| unit.to_be_bytes()));
        }
    }
    flush(&mut pending, &mut wire);
    wire
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_tells_the_use() {
        for (name, delimiter, expected) in [
            ("INBOX", Some('/'), Use::Inbox),
            ("inbox", None, Use::Inbox),
            ("INBOX.Spam", Some('.'), Use::Junk),
            ("[Gmail]/Spam", Some('/'), Use::Junk),
            ("Junk E-mail", Some('/'), Use::Junk),
            ("Old/INBOX", Some('/'), Use::Other),
            ("Sent Items", Some('/'), Use::Own),
            ("Entwürfe", Some('.'), Use::Own),
            ("INBOX.Trash", Some('.'), Use::Own),
            ("Builders", Some('/'), Use::Other),
            ("Trash talk", Some('/'), Use::Other),
            ("Promotions", Some('/'), Use::Promotions),
        ] {
            assert_eq!(Use::of_name(name, delimiter), expected, "{name}");
        }
    }

    #[test]
    fn names_go_through_modified_utf_7() {
        for (name, wire) in [
            ("INBOX", "INBOX"),
            ("Entwürfe", "Entw&APw-rfe"),
            ("A & B", "A &- B"),
            ("台北", "&U,BTFw-"),
            ("😀", "&2D3eAA-"),
            ("é", "&AOk-"),
        ] {
            assert_eq!(encode(name), wire);
            assert_eq!(decode(wire), name);
        }
        for broken in ["&", "a&b", "&!!-", "&2D0-", "&AP-"] {
            assert_eq!(decode(broken), broken, "stays as it is");
        }
    }
}
