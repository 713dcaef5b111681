//! What a record turned out to be: a mail, a row of a log, or what a person recorded; and what of it a touch shows.

use std::ops::Deref;

use super::record::TouchByHand;
use crate::attribute::{Heard, Marks, same};
use crate::collect::mail::{self, Mail};
use crate::collect::phone::{self, CallRecord, Direction};
use crate::collect::{Arrival, Channel, EvidenceFault};
use crate::store::Record;

/// Characters of an excerpt.
const EXCERPT: usize = 600;

/// A row of a log, and the format that it was read as.
pub(super) struct Logged {
    call: CallRecord,
    pub(super) format: String,
}

impl Logged {
    fn of(bytes: &[u8]) -> Option<Self> {
        #[derive(serde::Deserialize)]
        struct Kept {
            #[serde(default)]
            format: String,
        }
        let call = phone::stored::parse_record(bytes).ok()?;
        let format = serde_json::from_slice::<Kept>(bytes).map(|kept| kept.format).unwrap_or_default();
        Some(Self { call, format })
    }
}

impl Deref for Logged {
    type Target = CallRecord;

    fn deref(&self) -> &CallRecord {
        &self.call
    }
}

/// What a record turned out to be.
pub(super) enum Content {
    Mail(Box<Mail>),
    Call(Box<Logged>),
    Recorded(Box<TouchByHand>),
    /// The evidence is not there as it was kept: nothing is known of it.
    Lost(EvidenceFault),
}

impl Content {
    /// Reads a record's bytes.
    pub(super) fn of(record: &Record, bytes: &[u8]) -> Self {
        match record.channel {
            _ if record.source == TouchByHand::SOURCE => match TouchByHand::parse(bytes) {
                Some(recorded) => Self::Recorded(Box::new(recorded)),
                None => Self::Mail(Box::new(mail::parse(bytes))),
            },
            Channel::Email => Self::Mail(Box::new(mail::parse(bytes))),
            Channel::Call | Channel::Voicemail | Channel::Sms => match Logged::of(bytes) {
                Some(call) => Self::Call(Box::new(call)),
                None => Self::Mail(Box::new(mail::parse(bytes))),
            },
        }
    }

    /// When it came; a voicemail when its call began to ring.
    pub(super) fn arrival(&self, record: &Record) -> Arrival {
        let arrival = record.arrival.clone();
        match self {
            Self::Call(call) => {
                let (at, at_latest) = same::began(call);
                Arrival { at, at_latest, ..arrival }
            }
            Self::Mail(_) | Self::Recorded(_) | Self::Lost(_) => arrival,
        }
    }

    /// The row of a log.
    pub(super) fn call(&self) -> Option<&CallRecord> {
        match self {
            Self::Call(call) => Some(&call.call),
            Self::Mail(_) | Self::Recorded(_) | Self::Lost(_) => None,
        }
    }

    /// Who sent it.
    pub(super) fn from(&self) -> Option<String> {
        match self {
            Self::Mail(mail) => mail.from.as_ref().map(|from| from.address.clone()),
            Self::Call(call) => call.from.clone(),
            Self::Recorded(recorded) => recorded.from.clone(),
            Self::Lost(_) => None,
        }
    }

    /// The subject of a mail.
    pub(super) fn subject(&self) -> Option<String> {
        match self {
            Self::Mail(mail) => Some(mail.subject.clone()).filter(|subject| !subject.is_empty()),
            Self::Call(_) | Self::Recorded(_) | Self::Lost(_) => None,
        }
    }

    /// The start of what was written or said.
    pub(super) fn excerpt(&self) -> Option<String> {
        let text = match self {
            Self::Mail(mail) => mail.text.as_str(),
            Self::Call(call) => call.body.as_deref()?,
            Self::Recorded(recorded) => recorded.body.as_deref()?,
            Self::Lost(_) => return None,
        };
        let text = text.trim();
        let mut short: String = text.chars().take(EXCERPT).collect();
        if short.len() < text.len() {
            short.push('…');
        }
        Some(short).filter(|short| !short.is_empty())
    }

    /// What others may be known by.
    pub(super) fn marks(&self) -> Marks {
        match self {
            Self::Lost(_) => Marks::default(),
            Self::Mail(mail) => Marks::of_mail(mail),
            // What was learned of whom we wrote to bears on it; it teaches nothing.
            Self::Call(call) if call.direction == Direction::Outbound => {
                let caller = call.to.as_deref().map(|to| to.trim().to_lowercase());
                Marks { heard: Some(Heard::of(call, &call.format)), caller, ..Marks::default() }
            }
            Self::Call(call) => Marks { heard: Some(Heard::of(call, &call.format)), ..Marks::of_call(call) },
            Self::Recorded(recorded) => match recorded.from.as_deref() {
                Some(address) if address.contains('@') => Marks { senders: vec![address.to_lowercase()], ..Marks::default() },
                _ => Marks::of_call(&recorded.as_call()),
            },
        }
    }
}
