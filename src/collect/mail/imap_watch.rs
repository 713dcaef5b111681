//! Watching a mailbox. One connection and one thread: IDLE (RFC 2177) on the inbox, where answers come, and a look at the
//! other folders each minute, so that a mailbox costs one of the few connections that providers allow.
//!
//! An IDLE lasts 9 minutes at most and is never renewed in place; after every wake and every timeout the folder is caught up
//! by UID, so a notice that got lost costs time and no mail. Whatever breaks, the connection is made again.

use std::sync::atomic::AtomicBool;
use std::time::{Duration, Instant};

use super::imap::{Cursor, ImapSettings, Login, Pass, Sink};
use super::imap_list::Listed;
use super::imap_pass::Walker;
use super::imap_session::{Failure, Session};
use crate::clock::Clock;
use crate::collect::{CollectError, RawRecord};

/// The longest wait before connecting again.
const LONGEST_BACKOFF: Duration = Duration::from_mins(1);
/// The longest wait before a refused login is tried again.
const LONGEST_REFUSED: Duration = Duration::from_hours(1);
/// A connection that held this long was a good one: the next wait begins small again.
const GOOD: Duration = Duration::from_secs(30);

/// What a watch tells.
#[derive(Debug)]
pub enum Event<'a> {
    /// A mail came.
    Record(Box<RawRecord>),
    /// Folders were looked at; the cursors are those of all folders.
    Pass(&'a Pass),
    /// The mailbox cannot be watched right now.
    Trouble {
        /// Why.
        error: &'a CollectError,
        /// When it is tried again.
        retry_in: Duration,
    },
}

/// Who is told. An error ends the watch and is given back.
type Handler<'a> = dyn FnMut(Event<'_>) -> Result<(), CollectError> + 'a;

/// Watches until `stop` is set, which is heard within a second. Gives the cursors back.
///
/// # Errors
/// When the handler fails, when the settings cannot work, and when the very first login is refused. Everything else is told
/// as [`Event::Trouble`] and tried again, after 1 second at first and 60 at most; a password that is refused later after a minute at
/// first and an hour at most.
pub fn watch(
    settings: &ImapSettings,
    cursors: &[Cursor],
    clock: &Clock,
    stop: &AtomicBool,
    handler: &mut Handler<'_>,
) -> Result<Vec<Cursor>, CollectError> {
    let mut walker = Walker::new(settings, clock, Some(stop), cursors.to_vec());
    let (mut backoff, mut refused) = (settings.pace.backoff, settings.pace.refused);
    let mut entered = false;
    loop {
        let began = Instant::now();
        let outcome = walker.connect().and_then(|()| {
            (entered, refused) = (true, settings.pace.refused);
            watch_connected(&mut walker, handler)
        });
        let error = match outcome {
            Err(CollectError::Stopped) => return Ok(walker.finish_stopped()),
            Err(_) if walker.stopping() => return Ok(walker.finish_stopped()),
            Err(error) if error.is_lasting() || (!entered && matches!(error, CollectError::Login { .. })) => return Err(error),
            Err(error) => error,
            Ok(never) => match never {},
        };
        walker.drop_session();
        if began.elapsed() >= GOOD {
            backoff = settings.pace.backoff;
        }
        let (wait, longest) = match error {
            // A provider that refuses a token locks no account.
            CollectError::Login { .. } if matches!(settings.login, Login::Password(_)) => (&mut refused, LONGEST_REFUSED),
            _ => (&mut backoff, LONGEST_BACKOFF),
        };
        let retry_in = *wait;
        *wait = (retry_in * 2).min(longest);
        handler(Event::Trouble { error: &error, retry_in })?;
        if walker.pause(retry_in).is_err() {
            return Ok(walker.finish_stopped());
        }
    }
}

/// Watches on one connection until it breaks or the watch is stopped.
fn watch_connected(walker: &mut Walker<'_>, handler: &mut Handler<'_>) -> Result<std::convert::Infallible, CollectError> {
    let pace = walker.settings.pace;
    let mut idle = walker.run(|session| session.offers("IDLE"))?.unwrap_or(false);
    let mut folders = walker.folders()?;
    look(walker, &folders, handler)?;
    loop {
        let all_due = Instant::now() + pace.others;
        loop {
            let left = all_due.saturating_duration_since(Instant::now());
            if left.is_zero() {
                break;
            }
            // With the inbox alone nothing else falls due, and an IDLE may last its time.
            let time = if folders.len() == 1 { pace.idle } else { pace.idle.min(left) };
            match folders.first() {
                Some(first) if idle => idle = wait(walker, first, time)?,
                _ => walker.pause(pace.poll.min(left))?,
            }
            if let Some(first) = folders.first() {
                look(walker, std::slice::from_ref(first), handler)?;
            }
        }
        // Folders come and go.
        folders = walker.folders()?;
        look(walker, &folders, handler)?;
    }
}

/// Waits for a change of a folder; `false` when the server turns out to have no IDLE.
fn wait(walker: &mut Walker<'_>, folder: &Listed, time: Duration) -> Result<bool, CollectError> {
    let lost = |walker: &Walker<'_>, failure: &Failure| CollectError::Fetch {
        host: walker.settings.host.clone(),
        folder: folder.name.clone(),
        reason: failure.text().to_owned(),
    };
    let opened = walker.opened(folder)?.map_err(|failure| lost(walker, &failure))?;
    if walker.is_behind(folder, opened.uid_next) {
        return Ok(true);
    }
    // A busy server is not asked again at once.
    let time = if walker.unfinished.contains(&folder.name) { time.min(walker.settings.pace.poll) } else { time };
    // What came between the look and now may be announced here, and not again during the IDLE.
    match walker.run(Session::changed)? {
        Ok(true) => return Ok(true),
        Ok(false) => {}
        Err(failure) => return Err(lost(walker, &failure)),
    }
    match walker.run(|session| session.idle(time))? {
        Ok(()) => Ok(true),
        Err(Failure::Refused(_)) => Ok(false),
        Err(failure) => Err(lost(walker, &failure)),
    }
}

/// Catches up folders and tells what came.
fn look(walker: &mut Walker<'_>, folders: &[Listed], handler: &mut Handler<'_>) -> Result<(), CollectError> {
    let sink: &mut Sink<'_> = &mut |record| handler(Event::Record(Box::new(record))).map_err(handlers_own);
    let (folders, lost) = walker.pass(folders, sink)?;
    handler(Event::Pass(&Pass { cursors: walker.cursors.clone(), folders })).map_err(handlers_own)?;
    lost.map_or(Ok(()), Err)
}

/// A handler's error, told apart from those of the mailbox: it is not to be tried again.
fn handlers_own(error: CollectError) -> CollectError {
    if error.is_lasting() { error } else { CollectError::keep(error) }
}

impl Walker<'_> {
    /// Ends at once: a server that is not listening must not hold up the stop.
    fn finish_stopped(mut self) -> Vec<Cursor> {
        self.drop_session();
        self.finish()
    }
}
