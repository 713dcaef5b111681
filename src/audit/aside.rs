//! Messages that lie in a mailbox and could not be read so far. Each came within a span that is known, and may be the answer to whatever was
//! asked until then: while it is unread, nobody may be called silent for it. Says of which inquiries one may be, and shows it in review.

use chrono::{DateTime, TimeDelta, Utc};

use super::{AuditError, Item, Workspace};
use crate::attribute::Candidate;
use crate::collect::Channel;
use crate::collect::mail::imap::Aside;
use crate::shop::{Inquiry, Status};
use crate::store::Subject;

/// One such message.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    /// The mailbox, e.g. `mailbox.main`.
    source: String,
    folder: String,
    aside: Aside,
}

impl Unread {
    /// What it is named by.
    pub(super) fn id(&self) -> String {
        format!("{}/{}/{}", self.source, self.folder, self.aside.uid)
    }

    /// Whether it may have come, up to a moment, in answer to an inquiry whose window is so long.
    pub(super) fn may_answer(&self, inquiry: &Inquiry, window: TimeDelta, as_of: DateTime<Utc>) -> bool {
        let Some(start) = inquiry.sent_at.filter(|_| matches!(inquiry.status, Status::Confirmed | Status::Unclear)) else { return false };
        let until = as_of.min(inquiry.confirmed_at.unwrap_or(start) + window);
        inquiry.mailbox == self.source && self.aside.to >= start && self.aside.from.is_none_or(|from| from <= until)
    }

    /// As a person sees it, who can do more than we: read it with a mail program.
    fn item(&self, inquiries: &[Inquiry], window: TimeDelta, now: DateTime<Utc>) -> Item {
        let reason = format!(
            "a message in folder {} could not be fetched ({}) and is tried again; read it in a mail program, note it with `crickets record \
             touch`, and delete it there",
            self.folder, self.aside.reason
        );
        let candidate = |inquiry: &Inquiry| Candidate {
            inquiry: inquiry.id.clone(),
            confidence: 0.0,
            reason: "it was awaited when this came".to_owned(),
        };
        Item {
            id: self.id(),
            kind: Subject::Touch,
            reason,
            at: Some(self.aside.to),
            channel: Some(Channel::Email),
            from: None,
            subject: None,
            excerpt: None,
            origin_confidence: None,
            origin: None,
            inquiry: None,
            candidates: inquiries.iter().filter(|inquiry| self.may_answer(inquiry, window, now)).map(candidate).collect(),
            signals: Vec::new(),
            evidence: Vec::new(),
            steps: Vec::new(),
            decisions: Vec::new(),
            open: true,
        }
    }
}

impl Workspace {
    /// All that lie in the mailboxes.
    pub(super) async fn unread(&self) -> Result<Vec<Unread>, AuditError> {
        let mut all = Vec::new();
        for source in self.config.mailboxes.values().map(crate::config::Mailbox::source) {
            for cursor in self.cursors(&source).await? {
                let of = |aside: Aside| Unread { source: source.clone(), folder: cursor.folder.clone(), aside };
                all.extend(cursor.aside.into_iter().map(of));
            }
        }
        Ok(all)
    }

    /// Those that may be of an inquiry of a wave, or of any; `crickets status` tells of the others.
    pub(super) async fn unread_items(&self, wave: Option<&str>) -> Result<Vec<Item>, AuditError> {
        let unread = self.unread().await?;
        if unread.is_empty() {
            return Ok(Vec::new());
        }
        let (inquiries, now) = (self.store.inquiries(wave).await?, self.clock.now());
        let window = TimeDelta::days(self.config.wave.window_days);
        let items = unread.iter().map(|unread| unread.item(&inquiries, window, now));
        Ok(items.filter(|item| !item.candidates.is_empty()).collect())
    }
}
