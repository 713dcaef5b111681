//! Collecting: one pass over every source. A record is stored before its source is noted as read, so that a crash costs a second
//! look and never a touch.

use std::collections::{BTreeSet, HashSet};
use std::path::Path;

use chrono::{DateTime, Utc};

use super::door::Sink;
use super::told::sentence;
use super::{AuditError, Derived, Workspace, evidence};
use crate::collect::RawRecord;
use crate::collect::mail::files::{self, FileSettings};
use crate::collect::mail::handover::Trust;
use crate::collect::mail::imap::{self, Cursor, ImapSettings, Tls};
use crate::config::{Mailbox, MailboxUrl};
use crate::store::{Added, Folder, StoreError};

/// How the external ids of imported records begin.
pub(super) const IMPORTED: &str = "import:";

/// What somebody vouches for of a log.
#[derive(Clone, Copy, Debug, Default)]
pub struct Vouched {
    /// It holds everything from then on.
    pub since: Option<DateTime<Utc>>,
    /// And up to then.
    pub through: Option<DateTime<Utc>>,
}

/// One pass over one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcePass {
    /// The source.
    pub source: String,
    /// Records that were new.
    pub new: usize,
    /// Records that were known.
    pub known: usize,
    /// New mails that have to do with a canary of ours: no touches.
    pub canaries: usize,
    /// Known records of which more became known.
    pub grown: usize,
    /// Known records whose evidence was gone or altered, and is kept again.
    pub restored: usize,
    /// What could not be read, in sentences; the rest went in.
    pub problems: Vec<String>,
}

impl SourcePass {
    /// What a reading gave: what was taken in, how many records were known, and what could not be read.
    pub(super) fn took(source: String, added: Added, known: usize, mut problems: Vec<String>) -> Self {
        if added.lost > 0 {
            let (records, theirs) = if added.lost == 1 { ("known record", "its") } else { ("known records", "their") };
            problems.push(format!(
                "the evidence of {} {records} is gone or altered, and what is here now are not {theirs} bytes: `crickets check` names it.",
                added.lost
            ));
        }
        let Added { new, canaries, grown, restored, lost: _ } = added;
        Self { source, new, known, canaries, grown, restored, problems }
    }

    /// Adds what another pass over the same source gave.
    pub(super) fn add(&mut self, other: Self) {
        self.new += other.new;
        self.known += other.known;
        self.canaries += other.canaries;
        self.grown += other.grown;
        self.restored += other.restored;
        self.problems.extend(other.problems);
    }
}

/// One pass over all sources.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// By source.
    pub passes: Vec<SourcePass>,
    /// What was judged after it, if anything had to be.
    pub derived: Option<Derived>,
}

impl Gathered {
    /// Whether anything could not be read.
    #[must_use]
    pub fn has_problems(&self) -> bool {
        self.passes.iter().any(|pass| !pass.problems.is_empty())
    }
}

impl Workspace {
    /// One catch-up pass over all mailboxes and phone sources. A source that fails is told of and does not stop the others.
    ///
    /// # Errors
    /// When the store or the evidence fails.
    pub async fn gather(&self) -> Result<Gathered, AuditError> {
        let unsent = self.send_due_canaries(false).await?;
        let mut passes = Vec::new();
        for mailbox in self.config.mailboxes.values().filter(|mailbox| matches!(mailbox.url, MailboxUrl::Imap { .. })) {
            let pass = self.gather_mailbox(mailbox).await;
            passes.push(self.noted(mailbox.source(), pass).await?.0);
        }
        let Looked { passes: of_files, journal, .. } = self.look_at_files(false).await?;
        passes.extend(of_files.into_iter().chain(journal));
        for (source, problem) in unsent {
            passes.iter_mut().filter(|pass| pass.source == source).for_each(|pass| pass.problems.push(problem.clone()));
        }
        Ok(Gathered { passes, derived: Some(self.derive().await?) })
    }

    /// A source's own failure becomes a sentence; ours stays an error.
    #[expect(clippy::unused_self, reason = "reads as part of the pass")]
    pub(super) fn told(&self, source: String, pass: Result<SourcePass, AuditError>) -> Result<SourcePass, AuditError> {
        match pass {
            Err(error) if error.is_of_source() => {
                Ok(SourcePass { source, problems: vec![sentence(&error.with_help())], ..SourcePass::default() })
            }
            other => other,
        }
    }

    /// The same, noted, so that `status` tells it; and whether the source failed as a whole.
    async fn noted(&self, source: String, pass: Result<SourcePass, AuditError>) -> Result<(SourcePass, bool), AuditError> {
        let failed = pass.as_ref().err().filter(|error| error.is_of_source()).map(ToString::to_string);
        if let Some(why) = &failed {
            self.note_source(&source, Some(why.clone())).await?;
        }
        Ok((self.told(source, pass)?, failed.is_some()))
    }

    pub(super) async fn gather_mailbox(&self, mailbox: &Mailbox) -> Result<SourcePass, AuditError> {
        match &mailbox.url {
            MailboxUrl::Maildir(path) | MailboxUrl::Mbox(path) => {
                let now = self.clock.now();
                let (pass, complete) = self.read_mail_files(mailbox, path, true).await?;
                if complete {
                    self.cover(&mailbox.source(), now).await?;
                }
                Ok(pass)
            }
            MailboxUrl::Imap { .. } => {
                let settings = self.imap_settings(mailbox)?;
                let mut cursors = self.cursors(&mailbox.source()).await?;
                evidence::fetch_again(&mut cursors, &self.without_evidence(&mailbox.source()).await?, self.clock.now());
                let clock = self.clock.clone();
                let read = move |sink: &mut Sink<'_>| imap::catch_up(&settings, &cursors, &clock, sink);
                let (mut pass, added, known) = self.drain(read).await?;
                evidence::fetched_again(&mut pass.cursors);
                self.note_folders(&mailbox.source(), &pass.cursors, &pass.folders).await?;
                let problems = pass
                    .folders
                    .iter()
                    .flat_map(|folder| folder.problems.iter().map(|problem| sentence(&format!("{}: {problem}", folder.folder))));
                Ok(SourcePass::took(mailbox.source(), added, known, problems.collect()))
            }
        }
    }

    /// How an IMAP mailbox is reached; its password is read now.
    ///
    /// # Errors
    /// When the mailbox is no IMAP mailbox or what it is entered with cannot be had.
    pub fn imap_settings(&self, mailbox: &Mailbox) -> Result<ImapSettings, AuditError> {
        let MailboxUrl::Imap { tls, user, host, port } = &mailbox.url else {
            return Err(AuditError::wrong(format!("log in to {}: it is no IMAP mailbox", mailbox.source()), "mend its `url`"));
        };
        let tls = Tls::of_url(if *tls { "imaps" } else { "imap" }, host).unwrap_or(Tls::Implicit);
        let mut settings = ImapSettings::new(&mailbox.source(), host, *port, tls, user, self.login(mailbox)?);
        settings.ca_file.clone_from(&mailbox.ca_file);
        settings.largest = u64::from(mailbox.max_message_mb) << 20;
        settings.folders.clone_from(&mailbox.folders);
        settings.own = mailbox.own_addresses();
        settings.trusted.clone_from(&mailbox.trusted);
        Ok(settings)
    }

    /// Under which name it is noted how far the folders, files and services of a source were read. A rehearsal has a place of its own: what it read, the
    /// real clock has not seen.
    pub(super) fn place_of(&self, source: &str) -> String {
        if self.clock.is_rehearsal() { format!("rehearsal {source}") } else { source.to_owned() }
    }

    pub(super) async fn cursors(&self, source: &str) -> Result<Vec<Cursor>, AuditError> {
        let folders = self.store.folders(&self.place_of(source)).await?;
        let cursor = |folder: Folder| {
            let aside = serde_json::from_value(folder.aside);
            Ok(Cursor {
                folder: folder.name,
                uidvalidity: folder.uidvalidity,
                next_uid: folder.next_uid,
                last_pass: folder.last_pass,
                aside: aside.map_err(|error| StoreError::Corrupt { what: "folder", detail: format!("aside: {error}") })?,
            })
        };
        folders.into_iter().map(cursor).collect()
    }

    /// Reads files of mail; also gives whether all of them could be seen. The names of a mailbox's `own` files tell which are
    /// known; files that are imported may bear any names, and are told apart by what they hold.
    pub(super) async fn read_mail_files(&self, mailbox: &Mailbox, path: &Path, own: bool) -> Result<(SourcePass, bool), AuditError> {
        let mut known = HashSet::new();
        if own {
            known.extend(self.store.external_ids(&mailbox.source(), self.clock.is_rehearsal()).await?);
            // What is known and whose evidence is gone or altered is read again, to be kept again.
            self.without_evidence(&mailbox.source()).await?.iter().for_each(|lost| {
                known.remove(lost);
            });
        }
        let (clock, source, trust, path) =
            (self.clock.clone(), mailbox.source(), Trust::configured(&mailbox.trusted, mailbox.home()), path.to_owned());
        let read = move |sink: &mut Sink<'_>| {
            let is_known = |external_id: &str| known.contains(external_id);
            let settings = FileSettings { source: &source, trust: &trust, clock: &clock, placement: None, known: Some(&is_known) };
            if own {
                return files::read_path(&path, &settings, sink);
            }
            let mut imported = |raw: RawRecord| {
                let external_id = format!("{IMPORTED}{}:{}", path.display(), raw.external_id);
                sink(RawRecord { external_id, ..raw })
            };
            files::read_path(&path, &settings, &mut imported)
        };
        let (pass, added, known) = self.drain(read).await?;
        let passed_over = usize::try_from(pass.known).unwrap_or(usize::MAX);
        let problems = pass.problems.iter().map(|problem| sentence(&format!("{}: {}", problem.path.display(), problem.message)));
        let told = SourcePass::took(mailbox.source(), added, known + passed_over, problems.collect());
        Ok((told, !pass.incomplete))
    }

    /// Mailboxes in files, call logs, and what webhooks brought that `serve` has not read. While `watching`, files are known from look to look.
    pub(super) async fn look_at_files(&self, watching: bool) -> Result<Looked, AuditError> {
        let mut looked = Looked::default();
        for mailbox in self.config.mailboxes.values().filter(|mailbox| !matches!(mailbox.url, MailboxUrl::Imap { .. })) {
            let pass = self.gather_mailbox(mailbox).await;
            if let Ok(pass) = &pass {
                self.note_pass(pass).await?;
            }
            looked.add(self.noted(mailbox.source(), pass).await?);
        }
        for phone in self.config.phones.values() {
            let pass = self.gather_phone(phone, watching).await;
            looked.add(self.noted(phone.source(), pass).await?);
        }
        looked.journal = self.take_journal().await?;
        Ok(looked)
    }
}

/// A look at all files.
#[derive(Debug, Default)]
pub(super) struct Looked {
    pub(super) passes: Vec<SourcePass>,
    /// The sources that could not be read as they are.
    pub(super) failed: BTreeSet<String>,
    /// What webhooks brought.
    pub(super) journal: Vec<SourcePass>,
}

impl Looked {
    fn add(&mut self, (pass, failed): (SourcePass, bool)) {
        if failed {
            self.failed.insert(pass.source.clone());
        }
        self.passes.push(pass);
    }
}
