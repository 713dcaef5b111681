//! Watching: a thread waits on each IMAP mailbox, files are looked at every few seconds, and all that comes is taken in in its
//! order, by one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::sync::mpsc;

use super::canary::WHOLE_DAY;
use super::door::BATCH;
use super::told::{Told, Unsent};
use super::wave::Task;
use super::{AuditError, Gathered, SourcePass, Workspace};
use crate::collect::mail::{self, Event, imap};
use crate::collect::{CollectError, RawRecord};
use crate::config::MailboxUrl;

/// How often files are looked at while watching.
const LOOK: Duration = Duration::from_secs(5);
/// How often it is asked whether a canary is due.
const DUE: Duration = Duration::from_mins(1);

impl Workspace {
    /// Collects until it is dropped: a thread waits on each IMAP mailbox, files are looked at every few seconds; `tell` hears of each pass.
    ///
    /// # Errors
    /// When the store or the evidence fails, or a mailbox can never be watched as it is configured.
    pub async fn watch(&self, tell: impl Fn(&Gathered)) -> Result<(), AuditError> {
        // A watch that was killed may have left records that are not judged yet.
        self.derive().await?;
        let (sender, mut receiver) = mpsc::channel::<News>(BATCH);
        let stop = StopOnDrop(Arc::new(AtomicBool::new(false)));
        for mailbox in self.config.mailboxes.values().filter(|mailbox| matches!(mailbox.url, MailboxUrl::Imap { .. })) {
            let (settings, cursors) = (self.imap_settings(mailbox)?, self.cursors(&mailbox.source()).await?);
            let (sender, clock, stop, source) = (sender.clone(), self.clock.clone(), Arc::clone(&stop.0), mailbox.source());
            tokio::task::spawn_blocking(move || {
                let _fault = TellFault { sender: sender.clone(), source: source.clone() };
                let mut told = Told::default();
                let mut tell = |event: Event<'_>| {
                    let news = match event {
                        Event::Record(raw) => What::Record(raw),
                        Event::Pass(pass) => What::Pass(pass.clone(), told.fresh(pass)),
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
        let _polls = self.poll_while_watching(move |pass| News { source: pass.source.clone(), what: What::Polled(pass) }, &sender);
        let _canaries = self.canaries_while_watching(sender);
        let mut open = true;
        let mut look = tokio::time::interval(LOOK);
        look.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut batch = Vec::with_capacity(BATCH);
        loop {
            let mut gathered = Gathered::default();
            tokio::select! {
                got = receiver.recv_many(&mut batch, BATCH), if open => {
                    open = got > 0;
                    gathered.passes = self.take_news(std::mem::take(&mut batch)).await?;
                }
                _ = look.tick() => gathered.passes = self.look_at_files(true).await?,
            }
            // A canary may have shown a clock to be off, by which earlier arrivals are corrected.
            if gathered.passes.iter().any(|pass| pass.new + pass.canaries + pass.grown > 0) {
                gathered.derived = Some(self.derive().await?);
            }
            tell(&gathered);
        }
    }

    /// Takes in what the watching threads sent, in its order.
    async fn take_news(&self, batch: Vec<News>) -> Result<Vec<SourcePass>, AuditError> {
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
                    pass.new += added.new;
                    pass.canaries += added.canaries;
                    pass.known += count.saturating_sub(added.new + added.canaries);
                }
                What::Pass(seen, problems) => {
                    self.note_folders(&source, &seen.cursors, &seen.folders).await?;
                    pass.problems.extend(problems);
                }
                What::Trouble(sentence) => {
                    self.note_source(&source, Some(sentence.clone())).await?;
                    pass.problems.push(format!("{sentence}."));
                }
                What::Unsent(sentence) => pass.problems.push(sentence),
                What::Polled(polled) => pass.add(polled),
                What::End(error) => return Err(error.into()),
            }
        }
        Ok(passes)
    }
}

/// What a watching thread sends.
struct News {
    source: String,
    what: What,
}

enum What {
    Record(Box<RawRecord>),
    /// A look, and the problems of it that were not told before.
    Pass(imap::Pass, Vec<String>),
    Trouble(String),
    /// A canary did not go out.
    Unsent(String),
    /// A phone's service was asked.
    Polled(SourcePass),
    End(CollectError),
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
                    Err(error) => workspace.config.mailboxes.values().map(|mailbox| (mailbox.source(), error.to_string())).collect(),
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

/// Tells when the thread that holds it panics: else nobody would notice that a mailbox is watched no more.
struct TellFault {
    sender: mpsc::Sender<News>,
    source: String,
}

impl Drop for TellFault {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let end = What::End(CollectError::keep(format!("the watch of {} failed by a fault in crickets", self.source)));
            let _ = self.sender.blocking_send(News { source: self.source.clone(), what: end });
        }
    }
}

/// Tells the watching threads to end when the watch is dropped.
struct StopOnDrop(Arc<AtomicBool>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_watching_thread_that_panics_ends_the_watch() {
        let (sender, mut receiver) = mpsc::channel::<News>(1);
        let well = TellFault { sender: sender.clone(), source: "mailbox.well".to_owned() };
        drop(well);
        let fault = TellFault { sender, source: "mailbox.main".to_owned() };
        let thread = tokio::task::spawn_blocking(move || {
            let _fault = fault;
            panic!("crafted");
        });
        let news = receiver.recv().await.unwrap();
        assert_eq!(news.source, "mailbox.main");
        assert!(matches!(news.what, What::End(error) if error.to_string().contains("the watch of mailbox.main failed")));
        assert!(thread.await.is_err() && receiver.recv().await.is_none());
    }
}
