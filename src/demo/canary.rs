//! The demo's canaries: one a day, delivered into its Maildir as its mail provider would, since a demo has no mail server. They are
//! noted, recognised and judged by the product itself.

use std::path::Path;
use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

use super::letter::{PROVIDER, rfc5322};
use crate::audit::{AuditError, Workspace};
use crate::clock::Clock;
use crate::send::Letter;

/// Sends a canary a day from one moment to another, moving the clock along.
///
/// # Errors
/// When the store fails or the Maildir cannot be written.
pub(super) async fn deliver_daily(
    workspace: &Workspace,
    clock: &Clock,
    maildir: &Path,
    span: (DateTime<Utc>, DateTime<Utc>),
) -> Result<usize, AuditError> {
    let mailbox = workspace.mailbox()?;
    let mut delivered = 0;
    let mut at = span.0;
    while at < span.1 {
        clock.set(at);
        if let Some(canary) = workspace.begin_canary(mailbox, TimeDelta::zero()).await? {
            let letter = Letter { id: &canary.id, from: &mailbox.address, to: &canary.address, at };
            // A mail of a few hundred bytes takes some seconds, not always the same number.
            let arrived = at + TimeDelta::seconds(2 + (at - span.0).num_days() * 7 % 5);
            put(maildir, &canary.address, &letter, arrived)
                .map_err(|error| AuditError::wrong(format!("deliver the demo's test mails: {error}"), "try another folder"))?;
            workspace.store.settle_canary(&canary.id, Ok(at + TimeDelta::seconds(1))).await?;
            delivered += 1;
        }
        at += TimeDelta::days(1);
    }
    Ok(delivered)
}

/// Files a canary as it lies in the mailbox: with the line by which the provider took it over.
fn put(maildir: &Path, address: &str, letter: &Letter<'_>, arrived: DateTime<Utc>) -> std::io::Result<()> {
    let mut bytes = format!(
        "Return-Path: <{from}>\nDelivered-To: {address}\nReceived: from desk.coaching.example (desk.coaching.example [203.0.113.9])\n\t\
         by {PROVIDER} (Postfix) with ESMTPSA\n\tfor <{address}>; {date}\n",
        from = letter.from,
        date = rfc5322(arrived),
    )
    .into_bytes();
    bytes.extend(String::from_utf8_lossy(&letter.bytes()).replace("\r\n", "\n").into_bytes());
    let seconds = arrived.timestamp();
    let path = maildir.join("new").join(format!("{seconds}.M000001P900.{PROVIDER}"));
    std::fs::write(&path, bytes)?;
    let modified = SystemTime::UNIX_EPOCH + Duration::from_secs(u64::try_from(seconds).unwrap_or(0));
    std::fs::File::options().write(true).open(path)?.set_modified(modified)
}
