//! What a server tells beside a mail, where it offers to: when it was saved (RFC 8514), and into which of Gmail's categories it was
//! sorted (X-GM-EXT-1). It is evidence about the mail, so no failure of this costs a mail, and a server that breaks at a question
//! is not asked it for ever.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};

use super::folder::Use;
use super::imap_pass::{Look, Walker};
use super::imap_session::{Failure, Session};
use crate::collect::{CollectError, Placement};

/// How often in a row a question may fail before it is asked no more.
const PATIENCE: u32 = 3;

/// Questions that failed, in a row.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Failures {
    saved: u32,
    promoted: u32,
}

/// What was told of the messages of a batch.
#[derive(Debug, Default)]
pub(super) struct Beside {
    saved: HashMap<u32, DateTime<Utc>>,
    /// Those among the promotions; `None` where there may be such that we do not know of.
    promoted: Option<HashSet<u32>>,
}

impl Beside {
    pub(super) fn saved(&self, uid: u32) -> Option<DateTime<Utc>> {
        self.saved.get(&uid).copied()
    }

    /// Where a message landed in a folder of some use.
    pub(super) fn placement(&self, uid: u32, purpose: Use) -> Option<Placement> {
        match (purpose, &self.promoted) {
            (Use::Inbox, Some(promoted)) if promoted.contains(&uid) => Some(Placement::Promotions),
            // It may be among the promotions: better no word than a wrong one.
            (Use::Inbox, None) => None,
            (purpose, _) => purpose.placement(),
        }
    }
}

impl<'a> Walker<'a> {
    /// Asks about the messages of a batch.
    pub(super) fn beside(&mut self, uids: &[u32], look: &Look<'_>) -> Result<Beside, CollectError> {
        let saved = self.ask(look, |failures| &mut failures.saved, |session| session.save_dates(uids))?.unwrap_or_default();
        let promoted = match look.folder.purpose {
            Use::Inbox => self.ask(look, |failures| &mut failures.promoted, |session| session.promotions(uids))?,
            _ => None,
        };
        Ok(Beside { saved, promoted })
    }

    /// One question; `None` when there is no answer to it.
    fn ask<T>(
        &mut self,
        look: &Look<'_>,
        count: fn(&mut Failures) -> &mut u32,
        question: impl FnOnce(&mut Session<'a>) -> Result<T, Failure>,
    ) -> Result<Option<T>, CollectError> {
        // The question before may have cost the session, and with it the opened folder.
        if *count(&mut self.failures) >= PATIENCE || !self.same_folder(look)? {
            return Ok(None);
        }
        let answer = self.run(question)?.ok();
        let failures = count(&mut self.failures);
        *failures = if answer.is_some() { 0 } else { *failures + 1 };
        Ok(answer)
    }
}
