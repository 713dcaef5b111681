//! A letter with something attached (MIME, RFC 2045 to 2049). Takes words, a file and addresses; gives the finished message. It says of
//! itself that a machine sent it (RFC 3834), so that no answering machine answers.

use chrono::{DateTime, Utc};
use lettre::Address;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart};

use super::{SendError, new_id};

/// A file to go with a letter.
#[derive(Clone, Copy, Debug)]
pub struct Enclosure<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its media type.
    pub media: &'a str,
    /// What it holds.
    pub bytes: &'a [u8],
}

/// A letter to one reader.
#[derive(Clone, Copy, Debug)]
pub struct Parcel<'a> {
    /// Who sends it, for people; may be empty.
    pub name: &'a str,
    /// From which address.
    pub from: &'a str,
    /// To whom.
    pub to: &'a str,
    /// When, by our clock.
    pub at: DateTime<Utc>,
    /// What about.
    pub subject: &'a str,
    /// The letter as text.
    pub text: &'a str,
    /// The same as HTML.
    pub html: &'a str,
    /// What goes with it.
    pub enclosure: Enclosure<'a>,
}

impl Parcel<'_> {
    /// Whether mail can go to this address.
    #[must_use]
    pub fn is_address(text: &str) -> bool {
        text.parse::<Address>().is_ok()
    }

    /// The message.
    ///
    /// # Errors
    /// When an address is none.
    pub fn bytes(&self) -> Result<Vec<u8>, SendError> {
        let wrong = |reason: String| SendError::Written { to: self.to.to_owned(), reason };
        let address = |text: &str| text.parse().map_err(|error| wrong(format!("`{text}` is no mail address: {error}")));
        // A line of a header ends nowhere but at its end.
        let line = |text: &str| text.split(char::is_control).filter(|part| !part.is_empty()).collect::<Vec<_>>().join(" ");
        let name = Some(line(self.name)).filter(|name| !name.is_empty());
        let media = ContentType::parse(self.enclosure.media).map_err(|error| wrong(error.to_string()))?;
        let domain = self.from.rsplit_once('@').map_or("localhost", |(_, domain)| domain);
        let letter = MultiPart::alternative_plain_html(self.text.to_owned(), self.html.to_owned());
        let enclosed = Attachment::new(self.enclosure.name.to_owned()).body(self.enclosure.bytes.to_vec(), media);
        let mut message = Message::builder()
            .from(Mailbox::new(name, address(self.from)?))
            .to(Mailbox::new(None, address(self.to)?))
            .subject(line(self.subject))
            .date(self.at.into())
            .message_id(Some(format!("<report.{}@{domain}>", new_id())))
            .multipart(MultiPart::mixed().multipart(letter).singlepart(enclosed))
            .map_err(|error| wrong(error.to_string()))?;
        let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
        message.headers_mut().insert_raw(HeaderValue::new(automatic, "auto-generated".to_owned()));
        Ok(message.formatted())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_letter_holds_its_words_twice_and_its_file_once() {
        let file = b"%PDF-1.4 \xff\x00 rest";
        let parcel = Parcel {
            name: "Acme, Coaching",
            from: "shopper@example.org",
            to: "owner@bluebonnet.example",
            at: "2026-12-03T00:00:00Z".parse().unwrap(),
            subject: "Wave 2026-11: how builders answered · Acme\r\nBcc: evil@example.org",
            text: "Hello.\n.\nÜber all.",
            html: "<p>Hello.</p>",
            enclosure: Enclosure { name: "report.pdf", media: "application/pdf", bytes: file },
        };
        let bytes = parcel.bytes().unwrap();
        let head = String::from_utf8_lossy(&bytes).split("\r\n\r\n").next().unwrap().to_owned();
        assert!(head.starts_with("From: ") && head.lines().any(|line| line.ends_with("<shopper@example.org>")), "{head}");
        assert!(!head.lines().any(|line| line.starts_with("Bcc:")), "{head}");
        for line in ["Auto-Submitted: auto-generated", "Date: Thu, 03 Dec 2026 00:00:00 +0000", "Message-ID: <report."] {
            assert!(head.contains(line), "{head}");
        }
        let parsed = mail_parser::MessageParser::default().parse(&bytes).unwrap();
        assert_eq!(parsed.attachments().map(mail_parser::MessagePart::contents).collect::<Vec<_>>(), [&file[..]]);
        assert!(parsed.body_text(0).unwrap().contains("Über all.") && parsed.body_html(0).unwrap().contains("<p>Hello.</p>"));
        assert!(parsed.subject().is_some_and(|subject| subject.starts_with("Wave 2026-11: how builders answered · Acme")), "{head}");
        let nobody = Parcel { to: "nobody", ..parcel }.bytes().unwrap_err().to_string();
        assert!(nobody.starts_with("could not write the mail to nobody: `nobody` is no mail address"), "{nobody}");
    }
}
