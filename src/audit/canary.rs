//! Canaries: test mails of our own that prove a mailbox alive. Sends the one that is due, durably noted before it leaves, at most
//! one a day and mailbox; and says how those that were sent stand. What comes back is told from other mail at the door.

use std::time::Duration;

use chrono::{DateTime, TimeDelta, Utc};

use super::{AuditError, Workspace, skews};
use crate::collect::Placement;
use crate::collect::mail::skew::Skew;
use crate::config::{AliasKind, Mailbox};
use crate::send::{Letter, Outbox, new_id};
use crate::shop::{Inquiry, Status};
use crate::store::{AFTER_REFUSAL, Back, Canary};

/// The least time between two canaries that a command sends: a day, with an hour's grace for whoever calls it at the same hour daily.
pub(super) const DAILY: TimeDelta = TimeDelta::hours(23);
/// The same for a watch that runs on and needs no grace.
pub(super) const WHOLE_DAY: TimeDelta = TimeDelta::days(1);
/// How long after the end of an inquiry's window its mailbox is still proven: the canary that closes the last day.
const AFTERWARDS: TimeDelta = TimeDelta::days(2);

/// How often a mailbox is read while somebody waits for a canary.
const AGAIN: Duration = Duration::from_secs(1);

/// How a canary stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stand {
    /// It came back.
    Back,
    /// It is not back, and the mailbox was not read since it ought to be.
    Waiting,
    /// It is not back though the mailbox was read, or a mail server reported that it cannot be delivered.
    Lost,
    /// It never went out for certain.
    Unsent,
}

/// How a canary stands when its mailbox was read to its end up to `read_to`.
pub(super) fn stand(canary: &Canary, read_to: Option<DateTime<Utc>>, lost_after: TimeDelta) -> Stand {
    match canary {
        Canary { back: Some(_), .. } => Stand::Back,
        Canary { undelivered: Some(_), .. } => Stand::Lost,
        Canary { accepted_at: None, .. } => Stand::Unsent,
        _ if read_to.is_some_and(|read_to| read_to >= canary.sent_at + lost_after) => Stand::Lost,
        _ => Stand::Waiting,
    }
}

/// The canaries of one mailbox, oldest first.
#[derive(Clone, Debug, Default)]
pub struct Canaries {
    /// Each with how it stands.
    pub all: Vec<(Canary, Stand)>,
}

impl Canaries {
    /// The last that went out.
    #[must_use]
    pub fn last(&self) -> Option<&(Canary, Stand)> {
        self.all.iter().rev().find(|(_, stand)| *stand != Stand::Unsent)
    }

    /// How many stand so.
    #[must_use]
    pub fn count(&self, stand: Stand) -> usize {
        self.all.iter().filter(|(_, of)| *of == stand).count()
    }

    /// The newest of all, where the outgoing server did not take it: when, what it said, and from when on another is tried.
    #[must_use]
    pub fn refused(&self) -> Option<(DateTime<Utc>, &str, DateTime<Utc>)> {
        let (canary, _) = self.all.last()?;
        canary.refused.as_deref().map(|why| (canary.sent_at, why, canary.sent_at + AFTER_REFUSAL))
    }

    /// The last in one sentence without its end, for a person; and the newest attempt, where it was refused.
    #[must_use]
    pub fn tell(&self) -> String {
        let Some((at, why, again)) = self.refused() else { return self.tell_last() };
        let time = "%Y-%m-%d %H:%M:%SZ";
        let refused = format!(
            "the canary of {} was refused ({}); the next is tried from {}",
            at.format(time),
            why.trim_end_matches('.'),
            again.format(time)
        );
        if self.last().is_some() { format!("{}; {refused}", self.tell_last()) } else { refused }
    }

    fn tell_last(&self) -> String {
        let Some((canary, stand)) = self.last() else {
            let unsure = "no canary was sent for certain: the last attempt was cut off";
            return if self.all.is_empty() { "no canary was sent" } else { unsure }.to_owned();
        };
        let at = canary.sent_at.format("%Y-%m-%d %H:%M:%SZ");
        match (stand, &canary.back) {
            (_, Some(back)) => {
                let clock = skew(canary).map_or_else(String::new, |skew| format!("; {}", skew.tell()));
                format!("canary of {at} back after {}{clock}", trip(canary, back))
            }
            (Stand::Lost, None) => match &canary.undelivered {
                Some(why) => format!("canary of {at} could not be delivered ({why}): the mailbox is not proven alive"),
                None => format!("canary of {at} did not come back: the mailbox is not proven alive"),
            },
            _ => format!("canary of {at} not back yet"),
        }
    }
}

/// How long a canary was under way, and where it landed.
#[must_use]
pub fn trip(canary: &Canary, back: &Back) -> String {
    let spam = if back.placement == Some(Placement::Spam) { ", in the spam folder" } else { "" };
    format!("{} s{spam}", round_trip(canary, back))
}

/// How far a canary showed its mail server's clock to be from ours.
#[must_use]
pub fn skew(canary: &Canary) -> Option<Skew> {
    skews::of_canary(canary).map(|(_, skew)| skew)
}

/// Seconds from sending to arrival, by the mail server's clock; or to when we saw it, where that clock is certainly off.
#[must_use]
pub fn round_trip(canary: &Canary, back: &Back) -> i64 {
    let there = if skew(canary).is_some_and(Skew::is_certain) { back.seen_at } else { back.arrival.at };
    (there - canary.sent_at).num_seconds().max(0)
}

impl Workspace {
    /// Sends the canaries that are due: to every mailbox that an open inquiry is answered at, and at the start of a wave
    /// (`starting`) to the one that new inquiries get their address from. Gives what went wrong, a sentence a source.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn send_due_canaries(&self, starting: bool) -> Result<Vec<(String, String)>, AuditError> {
        self.send_canaries(starting, DAILY).await
    }

    /// As [`send_due_canaries`](Self::send_due_canaries), so far apart.
    pub(super) async fn send_canaries(&self, starting: bool, apart: TimeDelta) -> Result<Vec<(String, String)>, AuditError> {
        let mut problems = Vec::new();
        if self.config.smtp.is_none() || !self.config.canary.send {
            return Ok(problems);
        }
        let inquiries = self.store.inquiries(None).await?;
        let first = self.config.mailboxes.keys().next();
        for mailbox in self.config.mailboxes.values() {
            if !(starting && first == Some(&mailbox.name) || self.awaits(&inquiries, mailbox)) {
                continue;
            }
            match self.send_canary(mailbox, apart).await {
                Ok(_) => {}
                Err(error @ (AuditError::Send(_) | AuditError::Secret(_))) => {
                    problems.push((mailbox.source(), format!("the canary did not go out: {}.", error.with_help())));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(problems)
    }

    /// Whether an answer may still come to a mailbox.
    fn awaits(&self, inquiries: &[Inquiry], mailbox: &Mailbox) -> bool {
        let (source, now) = (mailbox.source(), self.clock.now());
        let window = TimeDelta::days(self.config.wave.window_days) + AFTERWARDS;
        inquiries.iter().filter(|inquiry| inquiry.mailbox == source && inquiry.rehearsal == self.clock.is_rehearsal()).any(|inquiry| {
            match inquiry.sent_at {
                Some(sent) => sent <= now && now < sent + window,
                None => matches!(inquiry.status, Status::Sending),
            }
        })
    }

    /// Sends a canary to a mailbox unless one was sent less than `apart` ago; gives the one that went out. A rehearsal sends to
    /// this machine alone.
    ///
    /// # Errors
    /// When no `[smtp]` is configured, the server does not take the mail, or the store fails.
    pub async fn send_canary(&self, mailbox: &Mailbox, apart: TimeDelta) -> Result<Option<Canary>, AuditError> {
        let server = self.config.smtp.as_ref().ok_or_else(|| AuditError::wrong("send a canary", "configure `[smtp]` in crickets.toml"))?;
        let (now, rehearsal) = (self.clock.now(), self.clock.is_rehearsal());
        // The password is read only for a canary that goes out: its command or keyring may ask a person.
        if rehearsal && !server.is_local() || !self.store.canary_is_due(&mailbox.source(), rehearsal, now, apart).await? {
            return Ok(None);
        }
        let server = server.clone();
        let outbox = tokio::task::spawn_blocking(move || Outbox::of(&server))
            .await
            .map_err(|_| AuditError::Interrupted("reading the password of the outgoing server"))??;
        let Some(mut canary) = self.begin_canary(mailbox, apart).await? else { return Ok(None) };
        let from = outbox.sender(&mailbox.address);
        let letter = Letter { id: &canary.id, from, to: &canary.address, at: canary.sent_at };
        let sent = outbox.send(from, &canary.address, &letter.bytes()).await;
        let at = self.clock.now();
        let refusal = sent.as_ref().err().map(ToString::to_string);
        self.store.settle_canary(&canary.id, refusal.as_deref().map_or(Ok(at), Err)).await?;
        sent?;
        canary.accepted_at = Some(at);
        Ok(Some(canary))
    }

    /// Sends a canary and reads the mailbox until it is back, at most so long; gives it as it then is. `None` where none may be sent.
    ///
    /// # Errors
    /// When it does not go out, the mailbox cannot be read, or the store fails.
    pub async fn canary_round_trip(&self, mailbox: &Mailbox, patience: Duration) -> Result<Option<Canary>, AuditError> {
        let Some(sent) = self.send_canary(mailbox, TimeDelta::zero()).await? else { return Ok(None) };
        let end = tokio::time::Instant::now() + patience;
        let mut taken = 0;
        let canary = loop {
            let pass = self.gather_mailbox(mailbox).await?;
            taken += pass.new + pass.canaries;
            let now = self.store.canaries().await?.into_iter().find(|canary| canary.id == sent.id).unwrap_or_else(|| sent.clone());
            if now.back.is_some() || now.undelivered.is_some() || tokio::time::Instant::now() >= end {
                break now;
            }
            tokio::time::sleep(AGAIN).await;
        };
        if taken > 0 {
            self.derive().await?;
        }
        Ok(Some(canary))
    }

    /// Notes a canary that is about to leave, durably; `None` when one left less than `apart` ago.
    pub(crate) async fn begin_canary(&self, mailbox: &Mailbox, apart: TimeDelta) -> Result<Option<Canary>, AuditError> {
        let id = new_id();
        // An address of a list belongs to inquiries; the canary goes to the mailbox itself.
        let alias = if mailbox.alias == AliasKind::List { None } else { mailbox.alias_address(&id, &[]) };
        let canary = Canary {
            address: alias.unwrap_or_else(|| mailbox.address.clone()),
            id,
            source: mailbox.source(),
            sent_at: self.clock.now(),
            accepted_at: None,
            refused: None,
            undelivered: None,
            back: None,
            rehearsal: self.clock.is_rehearsal(),
        };
        Ok(self.store.begin_canary(&canary, apart).await?.then_some(canary))
    }

    /// The canaries of a mailbox, and how each stands.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn canaries(&self, source: &str) -> Result<Canaries, AuditError> {
        let mut read_to = [None, None];
        for (rehearsal, read_to) in [false, true].into_iter().zip(&mut read_to) {
            *read_to = self.store.covered(source, rehearsal).await?.last().map(|(_, to)| *to);
        }
        let [real, rehearsed] = read_to;
        let read_to = |canary: &Canary| if canary.rehearsal { rehearsed } else { real };
        let lost_after = self.config.canary.lost_after;
        let of_source = self.store.canaries().await?.into_iter().filter(|canary| canary.source == source);
        let all =
            of_source.map(|canary| (stand(&canary, read_to(&canary), lost_after), canary)).map(|(stand, canary)| (canary, stand)).collect();
        Ok(Canaries { all })
    }
}
