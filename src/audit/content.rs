//! What a record turned out to be: a mail, a row of a log, or what a person recorded; and what of it a touch shows.

use super::record::TouchByHand;
use crate::attribute::Marks;
use crate::collect::Channel;
use crate::collect::mail::{self, Mail};
use crate::collect::phone::{self, CallRecord};
use crate::store::Record;

/// Characters of an excerpt.
const EXCERPT: usize = 600;

/// What a record turned out to be.
pub(super) enum Content {
    Mail(Box<Mail>),
    Call(CallRecord),
    Recorded(Box<TouchByHand>),
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
            Channel::Call | Channel::Voicemail | Channel::Sms => match phone::stored::parse_record(bytes) {
                Ok(call) => Self::Call(call),
                Err(_) => Self::Mail(Box::new(mail::parse(bytes))),
            },
        }
    }

    /// The row of a log.
    pub(super) fn call(&self) -> Option<&CallRecord> {
        match self {
            Self::Call(call) => Some(call),
            Self::Mail(_) | Self::Recorded(_) => None,
        }
    }

    /// Who sent it.
    pub(super) fn from(&self) -> Option<String> {
        match self {
            Self::Mail(mail) => mail.from.as_ref().map(|from| from.address.clone()),
            Self::Call(call) => call.from.clone(),
            Self::Recorded(recorded) => recorded.from.clone(),
        }
    }

    /// The subject of a mail.
    pub(super) fn subject(&self) -> Option<String> {
        match self {
            Self::Mail(mail) => Some(mail.subject.clone()).filter(|subject| !subject.is_empty()),
            Self::Call(_) | Self::Recorded(_) => None,
        }
    }

    /// The start of what was written or said.
    pub(super) fn excerpt(&self) -> Option<String> {
        let text = match self {
            Self::Mail(mail) => mail.text.as_str(),
            Self::Call(call) => call.body.as_deref()?,
            Self::Recorded(recorded) => recorded.body.as_deref()?,
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
            Self::Mail(mail) => Marks::of_mail(mail),
            Self::Call(call) => Marks::of_call(call),
            Self::Recorded(recorded) => match recorded.from.as_deref() {
                Some(address) if address.contains('@') => Marks { senders: vec![address.to_lowercase()], ..Marks::default() },
                _ => Marks::of_call(&recorded.as_call()),
            },
        }
    }
}
