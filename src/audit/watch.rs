//! Watching: each IMAP mailbox is attended by itself, files are looked at every few seconds, and all that comes is taken in in its order, by
//! one. A source that fails is told once and tried again; only where every source fails at the start is there nothing to watch.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::canary::WHOLE_DAY;
use super::door::BATCH;
use super::gather::Looked;
use super::told::{Starts, Told, Unsent, sentence};
use super::wave::Task;
use super::{AuditError, Gathered, SourcePass, Workspace};
use crate::collect::RawRecord;
use crate::collect::mail::imap;
use crate::config::{Mailbox, MailboxUrl, Phone};

/// How often files are looked at while watching.
const LOOK: Duration = Duration::from_secs(5);
/// How often it is asked whether a canary is due.
const DUE: Duration = Duration::from_mins(1);
/// What is added where a source fails as a whole.
const AGAIN: &str = "It is tried again, and told when that changes";

impl Workspace {
    /// Collects until it is dropped: a thread waits on each IMAP mailbox, files are looked at every few seconds; `tell` hears of each pass.
    ///
    /// # Errors
    /// When the store or the evidence fails, or no source at all can be watched from the start as it is configured.
    pub async fn watch(&self, tell: impl Fn(&Gathered)) -> Result<(), AuditError> {
        // A watch that was killed may have left records that are not judged yet.
        self.derive().await?;
        let (sender, mut receiver) = mpsc::channel::<News>(BATCH);
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        let imap = self.config.mailboxes.values().filter(|mailbox| matches!(mailbox.url, MailboxUrl::Imap { .. }));
        let _attended: Vec<Task<()>> = imap.map(|mailbox| self.attend(mailbox, &sender, &stop.0)).collect();
        let _polls = self.poll_while_watching(move |pass| News { source: pass.source.clone(), what: What::Polled(pass) }, &sender);
        let _canaries = self.canaries_while_watching(sender);
        let mailboxes = self.config.mailboxes.values().map(Mailbox::source);
        let mut heard =
            Heard { starts: Starts::of(mailboxes.chain(self.config.phones.values().map(Phone::source))), told: Told::default() };
        let mut open = true;
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let mut gathered = Gathered::default();
            tokio::select! {
                got = receiver.recv_many(&mut batch, BATCH), if open => {
                    open = got > 0;
                    gathered.passes = self.take_news(std::mem::take(&mut batch), &mut heard).await?;
                }
                _ = look.tick() => gathered.passes = heard.looked(self.look_at_files(true).await?),
            }
            // A canary may have shown a clock to be off, by which earlier arrivals are corrected.
            if gathered.passes.iter().any(|pass| pass.new + pass.canaries + pass.grown + pass.restored > 0) {
                gathered.derived = Some(self.derive().await?);
            }
            tell(&gathered);
            if heard.starts.all_failed() {
                return Err(AuditError::Blind);
            }
        }
    }

    /// Takes in what the watching threads sent, in its order.
    async fn take_news(&self, batch: Vec<News>, heard: &mut Heard) -> Result<Vec<SourcePass>, AuditError> {
        let mut passes: Vec<SourcePass> = Vec::new();
        let mut news = batch.into_iter().peekable();
        while let Some(News { source, what }) = news.next() {
            if passes.last().is_none_or(|pass| pass.source != source) {
                passes.push(SourcePass { source: source.clone(), ..SourcePass::default() });
            }
            let Some(pass) = passes.last_mut() else { continue };
            match what {
                What::Record(raw) => {
                    // Those that follow of the same source share its syncs.
                    let mut raws = vec![*raw];
                    while let Some(next) = news.next_if(|next| next.source == source && matches!(next.what, What::Record(_))) {
                        if let What::Record(raw) = next.what {
                            raws.push(*raw);
                        }
                    }
                    let count = raws.len();
                    let added = self.take_in(raws).await?;
                    pass.add(SourcePass::took(source, added, count.saturating_sub(added.new + added.canaries), Vec::new()));
                }
                What::Pass(seen) => {
                    heard.starts.began(&source);
                    self.note_folders(&source, &seen).await?;
                    pass.problems.extend(heard.told.of_pass(&source, &seen));
                }
                What::Trouble(why, help) => {
                    // It may be there in a minute.
                    heard.starts.began(&source);
                    self.note_source(&source, Some(why.clone())).await?;
                    let said = help.map_or_else(|| why.clone(), |help| format!("{}; {help}", why.trim_end_matches('.')));
                    pass.problems.extend(heard.told.of_source(&source, Some(&said)).map(|said| format!("{} {AGAIN}.", sentence(said))));
                }
                What::Fault(error) => {
                    heard.starts.failed(&source);
                    self.note_source(&source, Some(error.to_string())).await?;
                    let said = error.with_help();
                    pass.problems.extend(heard.told.of_source(&source, Some(&said)).map(|said| format!("{} {AGAIN}.", sentence(said))));
                }
                What::Unsent(sentence) => pass.problems.push(sentence),
                What::Polled(polled) => pass.add(polled),
                What::End(error) => return Err(error),
            }
        }
        Ok(passes)
    }
}

/// What was heard of the sources so far.
struct Heard {
    starts: Starts,
    told: Told,
}

impl Heard {
    /// What a look at files gave, without the problems that were told at the look before.
    fn looked(&mut self, looked: Looked) -> Vec<SourcePass> {
        let Looked { mut passes, failed, mut journal } = looked;
        for pass in &mut passes {
            if failed.contains(&pass.source) {
                self.starts.failed(&pass.source);
            } else {
                self.starts.began(&pass.source);
            }
            pass.problems = self.told.of_files(&pass.source, &pass.problems);
        }
        for pass in &mut journal {
            pass.problems = self.told.of_files(&format!("{} webhooks", pass.source), &pass.problems);
        }
        passes.extend(journal);
        passes
    }
}

/// What a watching task sends.
pub(super) struct News {
    pub(super) source: String,
    pub(super) what: What,
}

pub(super) enum What {
    Record(Box<RawRecord>),
    Pass(imap::Pass),
    /// The mailbox cannot be reached just now: why, and what may help.
    Trouble(String, Option<String>),
    /// The mailbox cannot be watched as it is.
    Fault(AuditError),
    /// A canary did not go out.
    Unsent(String),
    /// A phone's service was asked.
    Polled(SourcePass),
    /// We cannot go on.
    End(AuditError),
}

impl Workspace {
    /// Sends the day's canary to each mailbox while the watch runs; ends with what it returns.
    fn canaries_while_watching(&self, sender: mpsc::Sender<News>) -> Task<()> {
        let workspace = self.clone();
        Task(tokio::spawn(async move {
            let mut told = Unsent::default();
            loop {
                let problems = match workspace.send_canaries(false, WHOLE_DAY).await {
                    Ok(problems) => problems,
                    Err(error) => {
                        workspace.config.mailboxes.values().map(|mailbox| (mailbox.source(), sentence(&error.with_help()))).collect()
                    }
                };
                for (source, problem) in told.fresh(problems, workspace.clock.now()) {
                    // A watch that has ended hears nothing, and ends this task too.
                    let _ = sender.send(News { source, what: What::Unsent(problem) }).await;
                }
                tokio::time::sleep(DUE).await;
            }
        }))
    }
}

/// Tells the watching threads to end when the watch is dropped.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}
