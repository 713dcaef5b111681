//! One message of several parts in an Android backup (`mms` of SMS Backup & Restore), put together while its tags come by: its texts,
//! and who sent it to whom (`addr` of type 137 from, 151 to, 130 and 129 copies, as in OMA MMS encapsulation). Pictures are left alone.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::android;
use super::beside::{DRAFT, UNSENDABLE, WAITING};
use super::reading::{Read, Settings};
use super::tags::Tag;
use super::{CallRecord, Direction, Stamp};
use crate::collect::Channel;
use crate::number;

/// Most text that is kept of a message, in bytes.
const TEXT: usize = 64 * 1024;
/// Most members of a group.
const MEMBERS: usize = 256;
/// What stands for the phone's own number where it sent a message.
const OWN: &str = "insert-address-token";

/// A message that is being put together.
pub(super) struct Mms {
    head: Head,
    text: String,
    /// Who sent it.
    from: Option<String>,
    /// Whom it went to.
    to: Vec<String>,
    /// Who got a copy, which is everybody in a group.
    copies: Vec<String>,
    broken: Option<&'static str>,
}

/// What stands in its first tag.
struct Head {
    at: Result<Stamp, String>,
    /// 1 received, 2 sent, and the rest neither.
    folder: Option<String>,
    /// What the network calls it.
    kind: Option<String>,
    /// Who is in the conversation, the phone's owner left out.
    others: Vec<String>,
    subject: Option<String>,
    own: Option<String>,
    /// With id and name.
    record: CallRecord,
}

impl Mms {
    /// The message of this tag.
    pub(super) fn new(tag: &Tag, settings: &Settings) -> Self {
        let others = tag.get("address").unwrap_or_default();
        let at = android::date(tag);
        let epoch = at.as_ref().copied().unwrap_or(Stamp::exactly(chrono::DateTime::UNIX_EPOCH));
        let record = CallRecord { id: tag.get("m_id"), ..CallRecord::new(Channel::Sms, epoch) };
        let head = Head {
            at,
            folder: tag.get("msg_box"),
            kind: tag.get("m_type"),
            others: others.split('~').filter_map(party).take(MEMBERS).collect(),
            subject: tag.get("sub").filter(|subject| subject != "NoSubject"),
            own: android::own(tag, settings),
            record: android::parties(record, Direction::Inbound, None, None, tag),
        };
        Self { head, text: String::new(), from: None, to: Vec::new(), copies: Vec::new(), broken: None }
    }

    /// A part: only texts matter.
    pub(super) fn part(&mut self, tag: &Tag) {
        if !tag.get("ct").is_some_and(|kind| kind.to_ascii_lowercase().starts_with("text/plain")) {
            return;
        }
        let text = tag.get("text").or_else(|| {
            let bytes = STANDARD.decode(tag.get("data")?.replace(char::is_whitespace, "")).ok()?;
            Some(String::from_utf8_lossy(&bytes).into_owned())
        });
        if let Some(text) = text.filter(|_| self.text.len() < TEXT) {
            if !self.text.is_empty() {
                self.text.push('\n');
            }
            self.text.push_str(&text);
        }
    }

    /// Who sent it, or whom it went to.
    pub(super) fn address(&mut self, tag: &Tag) {
        let Some(text) = tag.get("address").filter(|text| !text.eq_ignore_ascii_case(OWN)) else { return };
        match tag.get("type").as_deref() {
            Some("137") => self.from = self.from.take().or_else(|| party(&text)),
            Some("151") => meet(&mut self.to, &text),
            Some("130" | "129") => meet(&mut self.copies, &text),
            _ => {}
        }
    }

    /// One of its tags cannot be read.
    pub(super) fn breaks(&mut self, why: &'static str) {
        self.broken = self.broken.or(Some(why));
    }

    /// The message, when its end tag came.
    pub(super) fn finish(self) -> Result<Read, String> {
        let head = self.head;
        head.at?;
        if let Some(why) = self.broken {
            return Err(format!("a part of this <mms> cannot be read: {why}"));
        }
        // Reports of delivery and reading, and their requests.
        if head.kind.as_deref().is_some_and(|kind| ["129", "131", "133", "134", "135", "136"].contains(&kind)) {
            return Ok(Read::Skip("a report that a message was delivered or read"));
        }
        let direction = match (head.folder.as_deref(), head.kind.as_deref()) {
            (Some("1"), _) | (None, Some("130" | "132")) => Direction::Inbound,
            (Some("2"), _) | (None, Some("128")) => Direction::Outbound,
            (Some("3"), _) => return Ok(Read::Skip(DRAFT)),
            (Some("4"), _) => return Ok(Read::Skip(WAITING)),
            (Some("5"), _) => return Ok(Read::Skip(UNSENDABLE)),
            (folder, _) => return Err(format!("msg_box is {}, and must be 1 to 5", folder.unwrap_or("missing"))),
        };
        let (from, to) = match direction {
            Direction::Inbound => {
                // Of a group, all but the sender and us are other people.
                let own = head.own.or_else(|| only(self.to));
                (self.from.or_else(|| joined(&head.others)), own)
            }
            Direction::Outbound => {
                let own = head.own.or(self.from);
                let mut to: Vec<String> = self.to.into_iter().chain(self.copies).filter(|number| Some(number) != own.as_ref()).collect();
                to.sort();
                to.dedup();
                (own, only(if to.is_empty() { head.others } else { to }))
            }
        };
        let body = Some(self.text).filter(|text| !text.trim().is_empty()).or(head.subject);
        Ok(Read::call(CallRecord { direction, from, to, body, ..head.record }))
    }
}

fn party(text: &str) -> Option<String> {
    number::normalise(text, number::REGION).into_text()
}

fn meet(numbers: &mut Vec<String>, text: &str) {
    if numbers.len() < MEMBERS {
        numbers.extend(party(text).filter(|number| !numbers.contains(number)));
    }
}

/// The only one.
fn only(mut numbers: Vec<String>) -> Option<String> {
    numbers.pop().filter(|_| numbers.is_empty())
}

/// Several people of whom it is not said who sent a message are no number, and nobody who hid.
fn joined(numbers: &[String]) -> Option<String> {
    Some(numbers.join("~")).filter(|text| !text.is_empty())
}
