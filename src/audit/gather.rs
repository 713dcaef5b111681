//! Collecting: every source hands its raw records through one door. Evidence is durable before a record is stored, and a
//! record is stored before a source is noted as read, so that a crash costs a second look and never a touch.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::sync::mpsc;

use super::{AuditError, Derived, Workspace};
use crate::collect::mail::arrival::Trust;
use crate::collect::mail::files::{self, FileSettings};
use crate::collect::mail::imap::{self, Cursor, FolderPass, ImapSettings, Tls};
use crate::collect::mail::{self, Event};
use crate::collect::phone::csv;
use crate::collect::{CollectError, RawRecord};
use crate::config::{Mailbox, MailboxUrl, Phone};
use crate::store::Folder;

/// Records taken in at a time; they share their syncs.
const BATCH: usize = 64;
/// How often files are looked at while watching.
const LOOK: Duration = Duration::from_secs(5);

/// One pass over one source.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourcePass {
    /// The source.
    pub source: String,
    /// Records that were new.
    pub new: usize,
    /// Records that were known.
    pub known: usize,
    /// What could not be read, in sentences; the rest went in.
    pub problems: Vec<String>,
}

/// One pass over all sources.
#[derive(Clone, Debug, Default)]
pub struct Gathered {
    /// By source.
    pub passes: Vec<SourcePass>,
    /// What was judged after it.
    pub derived: Derived,
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
        let mut passes = Vec::new();
        for mailbox in self.config.mailboxes.values().filter(|mailbox| matches!(mailbox.url, MailboxUrl::Imap { .. })) {
            passes.push(self.told(mailbox.source(), self.gather_mailbox(mailbox).await)?);
        }
        passes.extend(self.look_at_files().await?);
        Ok(Gathered { passes, derived: self.derive().await? })
    }

    /// A source's own failure becomes a sentence; ours stays an error.
    #[expect(clippy::unused_self, reason = "reads as part of the pass")]
    fn told(&self, source: String, pass: Result<SourcePass, AuditError>) -> Result<SourcePass, AuditError> {
        match pass {
            Err(error @ (AuditError::Collect(_) | AuditError::Secret(_))) => {
                Ok(SourcePass { source, problems: vec![format!("{error}.")], ..SourcePass::default() })
            }
            other => other,
        }
    }

    async fn gather_mailbox(&self, mailbox: &Mailbox) -> Result<SourcePass, AuditError> {
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
                let cursors = self.cursors(&mailbox.source()).await?;
                let clock = self.clock.clone();
                let read = move |sink: &mut Sink<'_>| imap::catch_up(&settings, &cursors, &clock, sink);
                let (pass, new, known) = self.drain(read).await?;
                self.note_folders(&mailbox.source(), &pass.cursors, &pass.folders).await?;
                let problems =
                    pass.folders.iter().flat_map(|folder| folder.problems.iter().map(|problem| format!("{}: {problem}", folder.folder)));
                Ok(SourcePass { source: mailbox.source(), new, known, problems: problems.collect() })
            }
        }
    }

    /// How an IMAP mailbox is reached; its password is read now.
    ///
    /// # Errors
    /// When the mailbox is no IMAP mailbox or its password cannot be had.
    pub fn imap_settings(&self, mailbox: &Mailbox) -> Result<ImapSettings, AuditError> {
        let (MailboxUrl::Imap { tls, user, host, port }, Some(password)) = (&mailbox.url, &mailbox.password) else {
            return Err(AuditError::wrong(
                format!("log in to {}: it is no IMAP mailbox with a password", mailbox.source()),
                "mend its `url`",
            ));
        };
        let tls = Tls::of_url(if *tls { "imaps" } else { "imap" }, host).unwrap_or(Tls::Implicit);
        let mut settings = ImapSettings::new(&mailbox.source(), host, *port, tls, user, password.get()?);
        settings.ca_file.clone_from(&mailbox.ca_file);
        settings.folders.clone_from(&mailbox.folders);
        settings.trusted.clone_from(&mailbox.trusted);
        Ok(settings)
    }

    async fn cursors(&self, source: &str) -> Result<Vec<Cursor>, AuditError> {
        let folders = self.store.folders(source).await?;
        Ok(folders
            .into_iter()
            .map(|folder| Cursor {
                folder: folder.name,
                uidvalidity: folder.uidvalidity,
                next_uid: folder.next_uid,
                last_pass: folder.last_pass,
            })
            .collect())
    }

    /// Notes how far each folder was read; the mailbox is covered up to the pass only if every folder was read to its end.
    async fn note_folders(&self, source: &str, cursors: &[Cursor], folders: &[FolderPass]) -> Result<(), AuditError> {
        for cursor in cursors {
            let folder = Folder {
                name: cursor.folder.clone(),
                uidvalidity: cursor.uidvalidity,
                next_uid: cursor.next_uid,
                last_pass: cursor.last_pass,
            };
            self.store.put_folder(source, &folder).await?;
        }
        let complete = !folders.is_empty() && folders.iter().all(|folder| folder.problems.is_empty());
        match folders.iter().map(|folder| folder.seen_by).min().flatten() {
            Some(seen_by) if complete => self.cover(source, seen_by).await,
            _ => Ok(()),
        }
    }

    /// A mailbox or log that was read to its end shows everything up to then, from the first inquiry on.
    async fn cover(&self, source: &str, until: DateTime<Utc>) -> Result<(), AuditError> {
        let first = self.store.inquiries(None).await?.iter().filter_map(|inquiry| inquiry.sent_at).min();
        if let Some(first) = first {
            self.store.cover(source, (first, until)).await?;
        }
        Ok(())
    }

    /// Reads files of mail; also gives whether all of them could be seen. The names of a mailbox's `own` files tell which are
    /// known; files that are imported may bear any names, and are told apart by what they hold.
    async fn read_mail_files(&self, mailbox: &Mailbox, path: &Path, own: bool) -> Result<(SourcePass, bool), AuditError> {
        let of_mailbox = mailbox.source();
        let records = if own { self.store.records().await? } else { Vec::new() };
        let known: HashSet<String> =
            records.into_iter().filter(|record| record.source == of_mailbox).map(|record| record.external_id).collect();
        let (clock, source, trust, path) =
            (self.clock.clone(), mailbox.source(), Trust::configured(&mailbox.trusted, mailbox.home()), path.to_owned());
        let read = move |sink: &mut Sink<'_>| {
            let is_known = |external_id: &str| known.contains(external_id);
            let settings = FileSettings { source: &source, trust: &trust, clock: &clock, placement: None, known: Some(&is_known) };
            if own {
                return files::read_path(&path, &settings, sink);
            }
            let mut imported = |raw: RawRecord| {
                let external_id = format!("import:{}:{}", path.display(), raw.external_id);
                sink(RawRecord { external_id, ..raw })
            };
            files::read_path(&path, &settings, &mut imported)
        };
        let (pass, new, known) = self.drain(read).await?;
        let passed_over = usize::try_from(pass.known).unwrap_or(usize::MAX);
        let told = SourcePass {
            source: mailbox.source(),
            new,
            known: known + passed_over,
            problems: pass.problems.iter().map(|problem| format!("{}: {}", problem.path.display(), problem.message)).collect(),
        };
        Ok((told, !pass.incomplete))
    }

    async fn gather_phone(&self, phone: &Phone) -> Result<SourcePass, AuditError> {
        let mut total = SourcePass { source: phone.source(), ..SourcePass::default() };
        for pattern in &phone.files {
            let whole = self.root.join(pattern);
            let paths = match glob::glob(&whole.to_string_lossy()) {
                Ok(paths) => paths.filter_map(Result::ok).collect::<Vec<_>>(),
                Err(error) => {
                    total.problems.push(format!("the pattern `{pattern}` cannot be used: {error}"));
                    continue;
                }
            };
            for path in paths {
                match self.read_call_log(phone, &path, None).await {
                    Ok(pass) => {
                        total.new += pass.new;
                        total.known += pass.known;
                        total.problems.extend(pass.problems);
                    }
                    Err(AuditError::Collect(error)) => total.problems.push(format!("{error}.")),
                    Err(error) => return Err(error),
                }
            }
        }
        Ok(total)
    }

    /// A log shows what came up to its newest row, or up to `through` where somebody vouches for more; never beyond.
    async fn read_call_log(&self, phone: &Phone, path: &Path, through: Option<DateTime<Utc>>) -> Result<SourcePass, AuditError> {
        let (source, file) = (phone.source(), path.to_owned());
        let (records, errors, newest) = tokio::task::spawn_blocking(move || {
            let opened = std::fs::File::open(&file).map_err(|error| CollectError::Read { path: file.clone(), source: error })?;
            csv::read(opened, &file.display().to_string(), &source)
        })
        .await
        .map_err(|_| AuditError::Interrupted("reading a call log"))??;
        let total = records.len();
        let mut new = 0;
        let mut records = records.into_iter().peekable();
        while records.peek().is_some() {
            new += self.take_in(records.by_ref().take(1024).collect()).await?;
        }
        let mut problems: Vec<String> = errors.iter().map(ToString::to_string).collect();
        match newest.max(through) {
            Some(until) if problems.is_empty() => self.cover(&phone.source(), until.min(self.clock.now())).await?,
            // A row that cannot be read may be the very call that a builder made.
            Some(_) => problems.push("no silence is proven by this log until every row of it can be read.".to_owned()),
            None => {}
        }
        Ok(SourcePass { source: phone.source(), new, known: total - new, problems })
    }

    /// Reads mail from Maildirs, mboxes, .eml files or folders of them, as of one of our mailboxes (by default the first).
    ///
    /// # Errors
    /// When a path cannot be read or the mailbox is unknown.
    pub async fn import_mail(&self, paths: &[PathBuf], mailbox: Option<&str>) -> Result<Gathered, AuditError> {
        let mailbox = match mailbox {
            None => self.mailbox()?,
            Some(name) => self.config.mailboxes.get(name).ok_or_else(|| {
                AuditError::wrong(format!("find the mailbox `{name}`"), "name one of the `[mailbox.NAME]` tables of crickets.toml")
            })?,
        };
        readable(paths)?;
        let mut passes = Vec::new();
        for path in paths {
            let mut pass = self.told(mailbox.source(), self.read_mail_files(mailbox, path, false).await.map(|(pass, _)| pass))?;
            pass.source = path.display().to_string();
            passes.push(pass);
        }
        Ok(Gathered { passes, derived: self.derive().await? })
    }

    /// Reads call logs, as of one of our phones (by default the first). `through`: somebody vouches that they are complete up to then.
    ///
    /// # Errors
    /// When a file cannot be read or the phone is unknown.
    pub async fn import_calls(
        &self,
        files: &[PathBuf],
        phone: Option<&str>,
        through: Option<DateTime<Utc>>,
    ) -> Result<Gathered, AuditError> {
        let phone = match phone {
            None => self.config.phones.values().next(),
            Some(name) => self.config.phones.get(name),
        }
        .ok_or_else(|| {
            AuditError::wrong(
                "find the phone of this call log",
                "add a `[phone.main]` with `number` to crickets.toml, or name it with `--phone`",
            )
        })?;
        readable(files)?;
        let mut passes = Vec::new();
        for file in files {
            let mut pass = self.told(phone.source(), self.read_call_log(phone, file, through).await)?;
            pass.source = file.display().to_string();
            passes.push(pass);
        }
        Ok(Gathered { passes, derived: self.derive().await? })
    }

    /// Runs a blocking reader and takes in what it hands over; gives its result and how many records were new and known.
    async fn drain<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Sink<'_>) -> Result<T, CollectError> + Send + 'static,
    ) -> Result<(T, usize, usize), AuditError> {
        let (sender, mut receiver) = mpsc::channel::<RawRecord>(BATCH);
        let reader = tokio::task::spawn_blocking(move || {
            let mut sink = |raw: RawRecord| sender.blocking_send(raw).map_err(|_| CollectError::keep("the store went away"));
            read(&mut sink)
        });
        let (mut new, mut known, mut batch) = (0, 0, Vec::with_capacity(BATCH));
        while receiver.recv_many(&mut batch, BATCH).await > 0 {
            let count = batch.len();
            let added = self.take_in(std::mem::take(&mut batch)).await?;
            new += added;
            known += count - added;
        }
        let result = reader.await.map_err(|_| AuditError::Interrupted("reading a source"))??;
        Ok((result, new, known))
    }

    /// Collects until it is dropped: a thread waits on each IMAP mailbox, files are looked at every few seconds; `tell` hears of each pass.
    ///
    /// # Errors
    /// When the store or the evidence fails, or a mailbox can never be watched as it is configured.
    pub async fn watch(&self, tell: impl Fn(&Gathered)) -> Result<(), AuditError> {
        let (sender, mut receiver) = mpsc::channel::<News>(BATCH);
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let mut watched = HashSet::new();
        for mailbox in self.config.mailboxes.values().filter(|mailbox| matches!(mailbox.url, MailboxUrl::Imap { .. })) {
            let (settings, cursors) = (self.imap_settings(mailbox)?, self.cursors(&mailbox.source()).await?);
            watched.insert(mailbox.source());
            let (sender, clock, stop, source) = (sender.clone(), self.clock.clone(), Arc::clone(&stop.0), mailbox.source());
            tokio::task::spawn_blocking(move || {
                let mut tell = |event: Event<'_>| {
                    let news = match event {
                        Event::Record(raw) => What::Record(raw),
                        Event::Pass(pass) => What::Pass(pass.clone()),
                        Event::Trouble { error, retry_in } => What::Trouble(format!("{error}; trying again in {} s", retry_in.as_secs())),
                    };
                    let gone = |_| CollectError::keep("the watch has ended");
                    sender.blocking_send(News { source: source.clone(), what: news }).map_err(gone)
                };
                if let Err(error) = mail::watch(&settings, &cursors, &clock, &stop, &mut tell) {
                    let _ = sender.blocking_send(News { source: source.clone(), what: What::End(error) });
                }
            });
        }
        drop(sender);
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let mut gathered = Gathered::default();
            tokio::select! {
                got = receiver.recv_many(&mut batch, BATCH), if !watched.is_empty() => {
                    if got == 0 {
                        watched.clear();
                    }
                    gathered.passes = self.take_news(std::mem::take(&mut batch)).await?;
                }
                _ = look.tick() => gathered.passes = self.look_at_files().await?,
            }
            if gathered.passes.iter().any(|pass| pass.new > 0) {
                gathered.derived = self.derive().await?;
            }
            tell(&gathered);
        }
    }

    /// Takes in what the watching threads sent, in its order.
    async fn take_news(&self, batch: Vec<News>) -> Result<Vec<SourcePass>, AuditError> {
        let mut passes: Vec<SourcePass> = Vec::new();
        for News { source, what } in batch {
            if passes.last().is_none_or(|pass| pass.source != source) {
                passes.push(SourcePass { source: source.clone(), ..SourcePass::default() });
            }
            let Some(pass) = passes.last_mut() else { continue };
            match what {
                What::Record(raw) => {
                    let new = self.take_in(vec![*raw]).await?;
                    pass.new += new;
                    pass.known += 1 - new.min(1);
                }
                What::Pass(seen) => self.note_folders(&source, &seen.cursors, &seen.folders).await?,
                What::Trouble(sentence) => pass.problems.push(format!("{sentence}.")),
                What::End(error) => return Err(error.into()),
            }
        }
        Ok(passes)
    }

    /// Mailboxes in files, and call logs.
    async fn look_at_files(&self) -> Result<Vec<SourcePass>, AuditError> {
        let mut passes = Vec::new();
        for mailbox in self.config.mailboxes.values().filter(|mailbox| !matches!(mailbox.url, MailboxUrl::Imap { .. })) {
            passes.push(self.told(mailbox.source(), self.gather_mailbox(mailbox).await)?);
        }
        for phone in self.config.phones.values() {
            passes.push(self.told(phone.source(), self.gather_phone(phone).await)?);
        }
        Ok(passes)
    }

    /// The one door: evidence first, durably, then the records. Gives how many were new.
    pub(super) async fn take_in(&self, raws: Vec<RawRecord>) -> Result<usize, AuditError> {
        let identities: Vec<String> = raws.iter().map(|raw| raw.identity.clone()).collect();
        let known = self.store.known_records(&identities).await?;
        let fresh: Vec<RawRecord> = raws.into_iter().filter(|raw| !known.contains(&raw.identity)).collect();
        if fresh.is_empty() {
            return Ok(0);
        }
        let evidence = self.evidence.clone();
        let batch = tokio::task::spawn_blocking(move || {
            let names = evidence.keep_all(fresh.iter().map(|raw| raw.bytes.as_slice()))?;
            Ok::<_, AuditError>(fresh.into_iter().zip(names).collect::<Vec<_>>())
        })
        .await
        .map_err(|_| AuditError::Interrupted("keeping evidence"))??;
        Ok(self.store.add_records(&batch, self.clock.now(), self.clock.is_rehearsal()).await?)
    }
}

/// What was named must be there before anything is taken in.
fn readable(paths: &[PathBuf]) -> Result<(), AuditError> {
    match paths.iter().find_map(|path| std::fs::metadata(path).err().map(|error| (path, error))) {
        Some((path, error)) => {
            Err(AuditError::wrong(format!("read {}: {error}", path.display()), "nothing was imported; name files that are there"))
        }
        None => Ok(()),
    }
}

/// Where a reader puts its records.
type Sink<'a> = dyn FnMut(RawRecord) -> Result<(), CollectError> + 'a;

/// What a watching thread sends.
struct News {
    source: String,
    what: What,
}

enum What {
    Record(Box<RawRecord>),
    Pass(imap::Pass),
    Trouble(String),
    End(CollectError),
}

/// Tells the watching threads to end when the watch is dropped.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
