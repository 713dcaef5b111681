//! From the bytes of one message to a raw record, the same way for every source.

use chrono::{DateTime, Utc};

use super::arrival::{self, Seen};
use super::handover::{self, Trust};
use super::{Mail, canonical, parse_head};
use crate::collect::{Arrival, Channel, Placement, RawRecord};

/// A message over this is not kept whole.
pub(crate) const LARGEST: usize = 25 * 1024 * 1024;
/// What is kept of one that is: the headers and the beginning of what they head.
pub(crate) const KEPT: usize = 1024 * 1024;

/// One message and where it came from.
pub(crate) struct Message<'a> {
    pub(crate) source: &'a str,
    pub(crate) external_id: String,
    pub(crate) bytes: Vec<u8>,
    /// Whether `bytes` is only the beginning.
    pub(crate) cut: bool,
    pub(crate) placement: Option<Placement>,
}

impl Message<'_> {
    /// A record of a message fetched by IMAP.
    pub(crate) fn fetched(self, trust: &Trust, seen: Seen) -> RawRecord {
        let mail = parse_head(&self.bytes);
        let arrival = arrival::imap(&mail, trust, seen);
        self.record(&mail, trust, arrival)
    }

    /// A record of a message read from a file, with its parsed headers at hand.
    pub(crate) fn filed(self, mail: &Mail, trust: &Trust, delivered: Option<DateTime<Utc>>, seen_by: DateTime<Utc>) -> RawRecord {
        let arrival = arrival::file(mail, trust, delivered, seen_by);
        self.record(mail, trust, arrival)
    }

    fn record(self, mail: &Mail, trust: &Trust, arrival: Arrival) -> RawRecord {
        let identity = if self.cut { canonical::identity_of_headers(&self.bytes) } else { canonical::identity(&self.bytes) };
        RawRecord {
            source: self.source.to_owned(),
            external_id: self.external_id,
            identity,
            delivery: handover::delivery(mail, trust),
            channel: Channel::Email,
            bytes: self.bytes,
            arrival,
            placement: self.placement,
        }
    }
}
