//! One IMAP mailbox under the eyes of `watch`. Its settings and cursors are read, a thread waits on it, and whatever ends that is told,
//! noted and tried again after a while, or as soon as what crickets.toml says of it changes. No mailbox ends the watch of the others.

use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use super::watch::{News, What};
use super::wave::Task;
use super::{AuditError, CONFIG_FILE, Workspace};
use crate::collect::CollectError;
use crate::collect::mail::{self, Event};
use crate::config::{self, Mailbox, MailboxUrl};

/// How often it is looked whether crickets.toml says something else of a mailbox that cannot be watched.
const LOOK: Duration = Duration::from_secs(2);

/// How long is waited before the next attempt; it doubles with each.
#[derive(Debug)]
struct Wait {
    next: Duration,
    longest: Duration,
}

/// The waits after the two kinds of failures.
#[derive(Debug)]
struct Waits {
    /// A password that is refused: providers lock accounts.
    refused: Wait,
    other: Wait,
}

impl Default for Waits {
    fn default() -> Self {
        Self {
            refused: Wait { next: Duration::from_mins(1), longest: Duration::from_hours(1) },
            other: Wait { next: Duration::from_secs(5), longest: Duration::from_mins(10) },
        }
    }
}

impl Waits {
    fn after(&mut self, error: &AuditError, mailbox: &Mailbox) -> Duration {
        let refused = matches!(error, AuditError::Collect(CollectError::Login { .. })) && mailbox.password.is_some();
        let wait = if refused { &mut self.refused } else { &mut self.other };
        let now = wait.next;
        wait.next = (now * 2).min(wait.longest);
        now
    }
}

impl Workspace {
    /// Watches a mailbox until what it returns is dropped and `stop` is set; what happens goes to `sender`.
    pub(super) fn attend(&self, mailbox: &Mailbox, sender: &mpsc::Sender<News>, stop: &Arc<AtomicBool>) -> Task<()> {
        let (workspace, mut mailbox, sender, stop) = (self.clone(), mailbox.clone(), sender.clone(), Arc::clone(stop));
        Task(tokio::spawn(async move {
            let mut waits = Waits::default();
            while let Err(error) = workspace.attend_once(&mailbox, &sender, &stop).await {
                let (wait, lasts) = (waits.after(&error, &mailbox), error.is_of_source());
                let what = if lasts { What::Fault(error) } else { What::End(error) };
                if sender.send(News { source: mailbox.source(), what }).await.is_err() || !lasts {
                    return;
                }
                let now = workspace.changed_within(wait, &mailbox).await;
                if now != mailbox {
                    (mailbox, waits) = (now, Waits::default());
                }
            }
        }))
    }

    /// Reads how a mailbox is entered and how far it was read, and watches it until that cannot go on.
    async fn attend_once(&self, mailbox: &Mailbox, sender: &mpsc::Sender<News>, stop: &Arc<AtomicBool>) -> Result<(), AuditError> {
        let (workspace, of) = (self.clone(), mailbox.clone());
        // A password command or keyring may take its time, or ask a person.
        let settings = tokio::task::spawn_blocking(move || workspace.imap_settings(&of)).await;
        let settings = settings.map_err(|_| AuditError::Interrupted("reading the password of a mailbox"))??;
        let cursors = self.cursors(&mailbox.source()).await?;
        let (sender, clock, stop, source) = (sender.clone(), self.clock.clone(), Arc::clone(stop), mailbox.source());
        let watched = guarded(mailbox.source(), move || {
            let mut tell = |event: Event<'_>| {
                let what = match event {
                    Event::Record(raw) => What::Record(raw),
                    Event::Pass(pass) => What::Pass(pass.clone()),
                    Event::Trouble { error, .. } => What::Trouble(error.to_string(), AuditError::help_of(error)),
                };
                sender.blocking_send(News { source: source.clone(), what }).map_err(|_| CollectError::keep("the watch has ended"))
            };
            mail::watch(&settings, &cursors, &clock, &stop, &mut tell)
        });
        match watched.await? {
            // Nobody listens any more.
            Ok(_) | Err(CollectError::Keep(_)) => Ok(()),
            Err(error) => Err(error.into()),
        }
    }

    /// Waits so long, or until crickets.toml says otherwise how a mailbox is reached and entered; gives the mailbox as it then stands.
    async fn changed_within(&self, wait: Duration, mailbox: &Mailbox) -> Mailbox {
        let end = Instant::now() + wait;
        loop {
            let left = end.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return mailbox.clone();
            }
            tokio::time::sleep(LOOK.min(left)).await;
            let now = self.as_configured(mailbox);
            if now != *mailbox {
                return now;
            }
        }
    }

    /// A mailbox with what crickets.toml says now of how it is reached and entered; all else stays as it was when the watch began.
    fn as_configured(&self, mailbox: &Mailbox) -> Mailbox {
        let read = config::load(&self.root.join(CONFIG_FILE), Some(self.config.store.url.clone()));
        let now = read.ok().and_then(|mut config| config.mailboxes.remove(&mailbox.name));
        match now.filter(|now| matches!(now.url, MailboxUrl::Imap { .. })) {
            Some(Mailbox { url, password, oauth, ca_file, .. }) => Mailbox { url, password, oauth, ca_file, ..mailbox.clone() },
            None => mailbox.clone(),
        }
    }
}

/// Runs what waits on a mailbox on a thread of its own. One that panics is a fault of ours, and told like one of the mailbox.
async fn guarded<T: Send + 'static>(source: String, watch: impl FnOnce() -> T + Send + 'static) -> Result<T, AuditError> {
    tokio::task::spawn_blocking(watch).await.map_err(|_| AuditError::Fault(source))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_watching_thread_that_panics_is_a_fault_of_its_source_alone() {
        let error = guarded::<()>("mailbox.main".to_owned(), || panic!("crafted")).await.unwrap_err();
        assert!(
            error.is_of_source() && error.with_help().starts_with("could not go on watching mailbox.main: a fault in crickets; please")
        );
        assert_eq!(guarded("mailbox.main".to_owned(), || 1).await.unwrap(), 1);
    }

    #[test]
    fn a_refused_password_waits_longest() {
        let mailbox = |oauth: bool| {
            let password = if oauth { "{ oauth = \"gmail\" }" } else { "{ env = \"A\" }" };
            let text = format!(
                "[workspace]\nname = \"x\"\n[mailbox.main]\nurl = \"imaps://a@mail.example.org\"\npassword = {password}\naddress = \"a@example.org\"\n\
                 {}",
                if oauth { "[mailbox.main.oauth]\nclient = \"c\"\n" } else { "" }
            );
            let folder = tempfile::tempdir().unwrap();
            std::fs::write(folder.path().join(CONFIG_FILE), text).unwrap();
            config::load(&folder.path().join(CONFIG_FILE), None).unwrap().mailboxes.remove("main").unwrap()
        };
        let refused = || AuditError::from(CollectError::Login { host: "h".into(), user: "u".into(), reason: "no".into() });
        let away = || AuditError::from(CollectError::Certificates { place: "ca.pem".into(), reason: "none".into() });
        let waits = |error: &dyn Fn() -> AuditError, oauth: bool| {
            let mut waits = Waits::default();
            (0..8).map(|_| waits.after(&error(), &mailbox(oauth)).as_secs()).collect::<Vec<_>>()
        };
        assert_eq!(waits(&refused, false), [60, 120, 240, 480, 960, 1920, 3600, 3600]);
        assert_eq!(waits(&refused, true), [5, 10, 20, 40, 80, 160, 320, 600]);
        assert_eq!(waits(&away, false), [5, 10, 20, 40, 80, 160, 320, 600]);
    }
}
