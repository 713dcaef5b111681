//! Messages that lie in a mailbox, or lay in it, and could not be read. Each came within a span that is known, and may be the answer to whatever was
//! asked until then: while it is unread, nobody may be called silent for it, unless a person says what it is. Says of which inquiries one may be, and shows it in review.

use chrono::{DateTime, TimeDelta, Utc};

use super::{AuditError, Item, Workspace};
use crate::attribute::Candidate;
use crate::collect::Channel;
use crate::collect::mail::imap::{Aside, Cursor, Hole, Lack};
use crate::shop::plan::Span;
use crate::shop::{Inquiry, Status};
use crate::store::Subject;

/// One such message.
#[derive(Clone, Debug)]
pub(super) struct Unread {
    /// The mailbox, e.g. `mailbox.main`.
    source: String,
    folder: String,
    uidvalidity: u32,
    aside: Aside,
    /// Whether it is gone.
    gone: bool,
}

/// Under what people's decisions on a message are kept.
pub(super) fn subject(source: &str, folder: &str, uidvalidity: u32, uid: u32) -> String {
    format!("{source}/{folder}/{uidvalidity}/{uid}")
}

impl Unread {
    /// What it is named by.
    pub(super) fn id(&self) -> String {
        format!("{}/{}/{}", self.source, self.folder, self.aside.uid)
    }

    /// One that is gone, if that is what a hole is of.
    fn gone(source: &str, folder: &str, hole: Hole) -> Option<Self> {
        let Hole { uidvalidity, uid, from, to, lack: Lack::Unread { reason }, .. } = hole else { return None };
        let aside = Aside { uid, size: 0, from, to, reason };
        Some(Self { source: source.to_owned(), folder: folder.to_owned(), uidvalidity, aside, gone: true })
    }

    /// Under what a decision on it is kept.
    pub(super) fn subject(&self) -> String {
        subject(&self.source, &self.folder, self.uidvalidity, self.aside.uid)
    }

    /// Whether it may have come, up to a moment, in answer to an inquiry whose window is so long.
    pub(super) fn may_answer(&self, inquiry: &Inquiry, window: TimeDelta, as_of: DateTime<Utc>) -> bool {
        let Some(start) = inquiry.sent_at.filter(|_| matches!(inquiry.status, Status::Confirmed | Status::Unclear)) else { return false };
        let until = as_of.min(inquiry.confirmed_at.unwrap_or(start) + window);
        inquiry.mailbox == self.source && self.aside.to >= start && self.aside.from.is_none_or(|from| from <= until)
    }

    /// As a person sees it, who can do more than we: read it with a mail program.
    fn item(&self, inquiries: &[Inquiry], window: TimeDelta, now: DateTime<Utc>) -> Item {
        let Aside { reason, .. } = &self.aside;
        let what = if self.gone { "is gone; if you know what it was" } else { "is tried again; read it in a mail program" };
        let reason = format!(
            "a message in folder {} could not be fetched ({reason}) and {what}, note it with `crickets record touch` if it is an answer, and \
             say `--none` here",
            self.folder
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
    /// All of which nobody has said what they are.
    pub(super) async fn unread(&self) -> Result<Vec<Unread>, AuditError> {
        let mut all = self.every_unread().await?;
        if !all.is_empty() {
            let said = self.store.decisions().await?;
            all.retain(|unread| said.get(&(Subject::Touch, unread.subject())).is_none_or(|said| said.owner.is_none()));
        }
        Ok(all)
    }

    /// Of these, when those came that still lie in a mailbox, where nothing matters before `first`.
    pub(super) async fn unread_spans(&self, source: &str, first: DateTime<Utc>) -> Result<Vec<Span>, AuditError> {
        let unread = self.unread().await?.into_iter().filter(|unread| unread.source == source && !unread.gone);
        Ok(unread.map(|unread| (unread.aside.from.unwrap_or(first).min(unread.aside.to), unread.aside.to)).collect())
    }

    /// All that lie in the mailboxes, or lay there.
    async fn every_unread(&self) -> Result<Vec<Unread>, AuditError> {
        let mut all = Vec::new();
        for source in self.config.mailboxes.values().map(crate::config::Mailbox::source) {
            for Cursor { folder, uidvalidity, aside, holes, .. } in self.cursors(&source).await? {
                let of = |aside| Unread { source: source.clone(), folder: folder.clone(), uidvalidity, aside, gone: false };
                all.extend(aside.into_iter().map(of));
                all.extend(holes.holes.into_iter().filter_map(|hole| Unread::gone(&source, &folder, hole)));
            }
        }
        Ok(all)
    }

    /// One of them by its id, whether somebody has said what it is or not.
    pub(super) async fn unread_item(&self, id: &str) -> Result<Option<Item>, AuditError> {
        let open = self.unread().await?.into_iter().find(|unread| unread.id() == id);
        let is_open = open.is_some();
        let Some(unread) = open.or(self.every_unread().await?.into_iter().find(|unread| unread.id() == id)) else { return Ok(None) };
        let window = TimeDelta::days(self.config.wave.window_days);
        let item = unread.item(&self.store.inquiries(None).await?, window, self.clock.now());
        Ok(Some(Item { decisions: self.decided(Subject::Touch, &unread.subject()).await?, open: is_open, ..item }))
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
