//! One pass over the folders of a mailbox: which folders, from where, in what batches, and what happens when the connection
//! breaks or a message cannot be read. Takes a session as it comes, gives records to a sink; knows no IMAP library.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use chrono::{DateTime, Utc};

use super::arrival::Seen;
use super::folder::Use;
use super::handover::Trust;
use super::imap::{Aside, Cursor, FolderPass, ImapSettings, Sink};
use super::imap_beside::{Beside, Failures};
use super::imap_holes::{Hole, Lack, Tally};
use super::imap_list::Listed;
use super::imap_login::is_passing;
use super::imap_plan::{BATCH, Span, batches, choose, is_own, unread_spam};
use super::imap_session::{Failure, Fetched, Opened, Part, Session};
use super::parse_head;
use super::record::Message;
use crate::clock::Clock;
use crate::collect::CollectError;
use crate::guard::caught;

/// What Gmail alone offers.
pub(super) const GMAIL: &str = "X-GM-EXT-1";
/// How often a broken connection is made again for one folder before it is left for the next pass.
const RECONNECTS: u32 = 3;
/// How many messages a pass sets aside, and how many of those set aside before it tries again.
const AT_ONCE: usize = 20;
/// How many a folder may hold back; beyond it the folder is not read on.
const MOST: usize = 100;
/// How long a watch lets those set aside rest.
const REST: Duration = Duration::from_mins(10);

/// A session that comes back, and the cursors.
pub(super) struct Walker<'a> {
    pub(super) settings: &'a ImapSettings,
    clock: &'a Clock,
    stop: Option<&'a AtomicBool>,
    trust: Trust,
    pub(super) cursors: Vec<Cursor>,
    session: Option<Session<'a>>,
    /// The folder that is open, and what it is like.
    open: Option<(String, Opened)>,
    reconnects: u32,
    pub(super) failures: Failures,
    /// Folders that were there and are not any more, to be told with the next pass.
    vanished: Vec<FolderPass>,
    /// Folders that ought to be looked at and are not.
    pub(super) unread: Vec<FolderPass>,
    /// Up to when all folders were known that were listed by then; `None` where folders are named, which may have been there before.
    known_to: Option<DateTime<Utc>>,
    /// When the messages set aside in a folder were last tried again.
    retried: HashMap<String, Instant>,
    /// Folders that were not read to their end at the last look.
    pub(super) unfinished: HashSet<String>,
    /// Those of them at which the connection broke again and again.
    broken: HashSet<String>,
}

impl<'a> Walker<'a> {
    pub(super) fn new(settings: &'a ImapSettings, clock: &'a Clock, stop: Option<&'a AtomicBool>, cursors: Vec<Cursor>) -> Self {
        let trust = Trust::configured(&settings.trusted, &settings.host);
        Self {
            settings,
            clock,
            stop,
            trust,
            cursors,
            session: None,
            open: None,
            reconnects: 0,
            failures: Failures::default(),
            vanished: Vec::new(),
            unread: Vec::new(),
            known_to: None,
            retried: HashMap::new(),
            unfinished: HashSet::new(),
            broken: HashSet::new(),
        }
    }

    /// Connects afresh.
    pub(super) fn connect(&mut self) -> Result<(), CollectError> {
        self.drop_session();
        self.session = Some(Session::open(self.settings, self.stop)?);
        Ok(())
    }

    /// Forgets the session without another word to the server.
    pub(super) fn drop_session(&mut self) {
        (self.session, self.open) = (None, None);
    }

    /// Says goodbye and gives the cursors back.
    pub(super) fn finish(mut self) -> Vec<Cursor> {
        if let Some(session) = self.session.take() {
            session.close();
        }
        self.cursors
    }

    pub(super) fn stopping(&self) -> bool {
        self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed))
    }

    /// Runs a command on the session, connecting again where there is none. A session that cannot go on is dropped.
    pub(super) fn run<T>(
        &mut self,
        command: impl FnOnce(&mut Session<'a>) -> Result<T, Failure>,
    ) -> Result<Result<T, Failure>, CollectError> {
        if self.stopping() {
            return Err(CollectError::Stopped);
        }
        let session = match &mut self.session {
            Some(session) => session,
            None => self.reconnect()?,
        };
        let outcome = command(session);
        if matches!(outcome, Err(Failure::Gone(_) | Failure::Garbled(_))) {
            self.drop_session();
        }
        Ok(outcome)
    }

    /// Connects again, with patience for a server that restarts.
    fn reconnect(&mut self) -> Result<&mut Session<'a>, CollectError> {
        let mut tries = 0;
        loop {
            match Session::open(self.settings, self.stop) {
                Ok(session) => return Ok(self.session.insert(session)),
                Err(_) if self.stopping() => return Err(CollectError::Stopped),
                Err(error) if tries >= RECONNECTS || error.is_lasting() || matches!(error, CollectError::Login { .. }) => {
                    return Err(error);
                }
                Err(_) => {}
            }
            tries += 1;
            self.pause(Duration::from_millis(500) * tries)?;
        }
    }

    /// Waits, unless stopped.
    pub(super) fn pause(&self, time: Duration) -> Result<(), CollectError> {
        let until = Instant::now() + time;
        loop {
            if self.stopping() {
                return Err(CollectError::Stopped);
            }
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Ok(());
            }
            std::thread::sleep(left.min(Duration::from_millis(200)));
        }
    }

    /// The folders to look at: those of the settings, or all but ours; the inbox first. Those of the settings need no list.
    pub(super) fn folders(&mut self) -> Result<Vec<Listed>, CollectError> {
        let wished = self.settings.folders.as_deref();
        let listed = match self.run(Session::list)? {
            Ok(listed) => listed,
            Err(Failure::Refused(_) | Failure::Garbled(_)) if wished.is_some() => return Ok(choose(Vec::new(), wished)),
            Err(failure) => {
                let (host, user) = (self.settings.host.clone(), self.settings.user.clone());
                return Err(CollectError::List { host, user, reason: failure.text().to_owned() });
            }
        };
        let names: Vec<String> = listed.iter().map(|folder| folder.name.clone()).collect();
        let chosen = choose(listed.clone(), wished);
        self.miss(&names, &chosen);
        let is_gmail =
            chosen.iter().all(|folder| folder.purpose != Use::Junk) && self.run(|session| session.offers(GMAIL))?.unwrap_or(false);
        self.unread = unread_spam(&listed, &chosen, is_gmail).into_iter().collect();
        if self.cursors.is_empty() {
            self.cursors.extend(chosen.iter().map(|folder| Cursor::of(&folder.name)));
        }
        let known_to = |folder: &Listed| self.cursors.iter().find(|cursor| cursor.folder == folder.name).map(|cursor| cursor.last_pass);
        let read = chosen.iter().filter(|folder| !self.is_left_alone(folder));
        self.known_to = if self.settings.folders.is_none() { read.filter_map(known_to).min().flatten() } else { None };
        Ok(chosen)
    }

    /// Whether a folder is the trash of a mailbox in which nothing is missing: then nobody looks there. Once it was read it is read on, and it
    /// always is where the settings name it.
    fn is_left_alone(&self, folder: &Listed) -> bool {
        let was_read = self.cursors.iter().any(|cursor| cursor.folder == folder.name && cursor.last_pass.is_some());
        let is_missed = self.cursors.iter().any(|cursor| !cursor.holes.holes.is_empty());
        folder.purpose == Use::Trash && self.settings.folders.is_none() && !was_read && !is_missed
    }

    /// Notes folders that are looked at no more. One that is gone from the server took its mail with it, or under another name: that
    /// is told once. How far it was read is kept, in case it comes back.
    fn miss(&mut self, listed: &[String], chosen: &[Listed]) {
        for cursor in self.cursors.iter_mut().filter(|cursor| chosen.iter().all(|folder| folder.name != cursor.folder)) {
            let Some(last) = cursor.last_pass.take().filter(|_| !listed.contains(&cursor.folder)) else { continue };
            self.vanished.push(FolderPass {
                folder: cursor.folder.clone(),
                seen_from: Some(last),
                seen_by: Some(last),
                messages: 0,
                gone: true,
                problems: vec![format!(
                    "folder {} is gone, renamed or deleted; mail that came into it after {} and is in no other folder was not seen",
                    cursor.folder,
                    last.format("%Y-%m-%d %H:%M:%SZ")
                )],
            });
        }
    }

    /// Whether a folder that was read to its end holds more by now.
    pub(super) fn is_behind(&self, folder: &Listed, uid_next: Option<u32>) -> bool {
        let read = self.cursors.iter().find(|cursor| cursor.folder == folder.name).map(|cursor| cursor.next_uid);
        !self.unfinished.contains(&folder.name) && uid_next.zip(read).is_some_and(|(next, read)| next > read)
    }

    /// Opens a folder, unless it is open.
    pub(super) fn opened(&mut self, folder: &Listed) -> Result<Result<Opened, Failure>, CollectError> {
        if let Some((name, opened)) = &self.open
            && name == &folder.wire
            && self.session.is_some()
        {
            return Ok(Ok(*opened));
        }
        self.open = None;
        let outcome = self.run(|session| session.examine(&folder.wire))?;
        if let Ok(opened) = &outcome {
            self.open = Some((folder.wire.clone(), *opened));
        }
        Ok(outcome)
    }

    /// Looks at each folder. One that cannot be read costs no other its look; of a connection that is gone for good, which is given
    /// too, what was read before is kept.
    ///
    /// # Errors
    /// When the sink fails or a stop is wished.
    pub(super) fn pass(
        &mut self,
        folders: &[Listed],
        sink: &mut Sink<'_>,
    ) -> Result<(Vec<FolderPass>, Option<CollectError>), CollectError> {
        let (mut passes, mut lost) = (Vec::with_capacity(folders.len()), None);
        for folder in folders {
            if self.is_left_alone(folder) {
                continue;
            }
            let seen = self.cursors.iter().find(|cursor| cursor.folder == folder.name).and_then(|cursor| cursor.last_pass);
            let mut pass =
                FolderPass { folder: folder.name.clone(), seen_from: seen, seen_by: seen, messages: 0, gone: false, problems: Vec::new() };
            self.reconnects = 0;
            let outcome = if lost.is_none() { self.folder(folder, &mut pass, sink) } else { Ok(()) };
            let reason = match (outcome, &lost) {
                (Ok(()), None) => {
                    self.broken.remove(&folder.name);
                    None
                }
                (Ok(()), Some(_)) => Some("the connection was lost before".to_owned()),
                (Err(CollectError::Fetch { reason, .. }), _) => {
                    self.broken.insert(folder.name.clone());
                    Some(reason)
                }
                (Err(error @ (CollectError::Connect { .. } | CollectError::Login { .. })), _) => {
                    let reason = error.to_string();
                    lost = Some(error);
                    Some(reason)
                }
                (Err(error), _) => return Err(error),
            };
            if let Some(reason) = reason {
                self.unfinished.insert(folder.name.clone());
                pass.problems.insert(0, not_read(folder, &reason));
            }
            passes.push(pass);
        }
        passes.append(&mut self.vanished);
        Ok((passes, lost))
    }

    /// Looks at one folder.
    fn folder(&mut self, folder: &Listed, pass: &mut FolderPass, sink: &mut Sink<'_>) -> Result<(), CollectError> {
        let began = self.clock.now();
        let known = self.cursors.iter().find(|cursor| cursor.folder == folder.name).cloned();
        let new = known.is_none();
        let mut cursor = known.unwrap_or_else(|| Cursor::of(&folder.name));
        let last = cursor.last_pass;
        // One that came to be since was empty when the mailbox was last known completely.
        let empty_at = last.or(self.known_to.filter(|_| new));
        self.open = None;
        let opened = loop {
            match self.opened(folder)? {
                Ok(opened) => break opened,
                Err(Failure::Refused(reason)) => {
                    pass.problems.push(format!("could not open folder {}: {reason}", folder.name));
                    return Ok(());
                }
                Err(failure) => self.once_more(folder, &failure)?,
            }
        };
        let renewed = cursor.uidvalidity != opened.uidvalidity;
        if renewed {
            (cursor.uidvalidity, cursor.next_uid) = (opened.uidvalidity, 1);
            cursor.holes.renew(opened.uidvalidity, last, began);
            // What was set aside has another UID now, and is known by its size.
            cursor.aside.iter_mut().for_each(|aside| aside.uid = 0);
        }
        // None goes before every time.
        let hole_from = cursor.aside.iter().filter(|aside| aside.uid == 0).map(|aside| aside.from).chain([last]).min().flatten();
        let seen_from = last.filter(|_| !renewed);
        let tally = Tally::since(empty_at, opened.uidvalidity, began);
        let mut look = Look { folder, seen_from, hole_from, retried_of: None, poisonous: 0, cuts: 0, tally, cursor, pass };
        self.again(&mut look, sink)?;
        let mut unfinished = None;
        if opened.exists > 0 && opened.uid_next.is_none_or(|next| next > look.cursor.next_uid) {
            unfinished = self.messages(&mut look, opened, sink)?;
        }
        if let (None, Some(next)) = (&unfinished, opened.uid_next) {
            look.missing(look.cursor.next_uid, next);
        }
        let Look { mut cursor, pass, .. } = look;
        if unfinished.is_some() {
            self.unfinished.insert(folder.name.clone());
        } else {
            self.unfinished.remove(&folder.name);
            cursor.next_uid = cursor.next_uid.max(opened.uid_next.unwrap_or(1));
            cursor.last_pass = Some(began);
            for aside in cursor.aside.extract_if(.., |aside| aside.uid == 0) {
                cursor.holes.add(lost(&aside, cursor.uidvalidity));
            }
            pass.seen_by = Some(began);
        }
        let unfinished = unfinished.map(|reason| not_read(folder, &reason));
        let unread = cursor.aside.iter().filter(|aside| aside.uid != 0).map(|Aside { uid, reason, .. }| {
            format!("message {uid} of folder {} could not be fetched and is tried again: {reason}", folder.name)
        });
        pass.problems.splice(0..0, unfinished.into_iter().chain(unread));
        self.remember(cursor);
        Ok(())
    }

    /// Tries those set aside again. They came before the look that found them, not before this one.
    fn again(&mut self, look: &mut Look<'_>, sink: &mut Sink<'_>) -> Result<(), CollectError> {
        let due: Vec<Aside> = look.cursor.aside.iter().filter(|aside| aside.uid != 0).take(AT_ONCE).cloned().collect();
        if due.is_empty() || self.retried.get(&look.folder.name).is_some_and(|at| at.elapsed() < REST) {
            return Ok(());
        }
        self.retried.insert(look.folder.name.clone(), Instant::now());
        let uids: Vec<u32> = due.iter().map(|aside| aside.uid).collect();
        let beside = self.beside(&uids, look)?;
        for aside in due {
            look.retried_of = Some(aside.to);
            let came = self.single(aside.uid, aside.size, &beside, look, sink)?;
            if matches!(came, Came::Later(_)) {
                break;
            }
            look.cursor.aside.retain(|other| other.uid != aside.uid);
            match came {
                // To the end, so that all have their turn.
                Came::Poisonous(_) => look.cursor.aside.push(aside),
                Came::Vanished => look.cursor.holes.add(lost(&aside, look.cursor.uidvalidity)),
                Came::Read | Came::Later(_) => {}
            }
            self.remember(look.cursor.clone());
        }
        look.retried_of = None;
        Ok(())
    }

    /// Fetches the messages from the cursor on, in batches. Gives what ended that before the folder's end.
    fn messages(&mut self, look: &mut Look<'_>, opened: Opened, sink: &mut Sink<'_>) -> Result<Option<String>, CollectError> {
        let mut span = Span::first(look.cursor.next_uid, opened.uid_next, opened.exists);
        loop {
            let sizes = self.sizes(look, span)?;
            for batch in batches(&sizes) {
                if let Some(reason) = self.batch(batch, look, sink)? {
                    return Ok(Some(reason));
                }
            }
            match span.next(sizes.len(), opened.uid_next, opened.exists) {
                Some(next) => span = next,
                None => return Ok(None),
            }
        }
    }

    /// Fetches the messages of one batch.
    fn batch(&mut self, batch: Vec<(u32, u64)>, look: &mut Look<'_>, sink: &mut Sink<'_>) -> Result<Option<String>, CollectError> {
        let size = batch.iter().map(|(_, size)| size).sum();
        let uids: Vec<u32> = batch.iter().map(|(uid, _)| *uid).collect();
        let whole = batch.iter().all(|(_, size)| *size <= self.settings.largest);
        let beside = self.beside(&uids, look)?;
        let mut found = Vec::new();
        if whole && uids.len() > 1 && self.same_folder(look)? {
            found = self.run(|session| session.fetch(&uids, Part::Whole, size))?.unwrap_or_default();
        }
        let mut found = found.into_iter().peekable();
        for (uid, size) in batch {
            look.missing(look.cursor.next_uid, uid);
            let came = match found.next_if(|message| message.uid == uid) {
                Some(message) => self.deliver(message, Part::Whole, &beside, look, sink)?,
                None => self.single(uid, size, &beside, look, sink)?,
            };
            match came {
                Came::Read => look.known_by(size),
                Came::Vanished => look.missing(uid, uid.saturating_add(1)),
                Came::Poisonous(reason) if look.may_set_aside() => look.set_aside(uid, size, reason, self.clock.now()),
                Came::Poisonous(reason) | Came::Later(reason) => return Ok(Some(reason)),
            }
            look.cursor.next_uid = uid.saturating_add(1);
            self.remember(look.cursor.clone());
        }
        Ok(None)
    }

    /// The UIDs of a span, with their sizes where the server tells them.
    fn sizes(&mut self, look: &Look<'_>, span: Span) -> Result<Vec<(u32, u64)>, CollectError> {
        let mut cuts = 0;
        loop {
            self.same_folder(look)?;
            match self.run(|session| session.sizes(span))? {
                Ok(sizes) => return Ok(sizes),
                Err(failure @ Failure::Gone(_)) if cuts == 0 => {
                    cuts += 1;
                    self.once_more(look.folder, &failure)?;
                }
                Err(_) => {
                    // One message whose answer cannot be read must not hide the others: unknown sizes are fetched one by one.
                    self.same_folder(look)?;
                    match self.run(|session| session.uids(span))? {
                        // Something was told of messages, and could not be read.
                        Ok(uids) if uids.is_empty() => {
                            let failure = Failure::Garbled("the server does not say which messages there are".to_owned());
                            self.once_more(look.folder, &failure)?;
                        }
                        Ok(uids) => return Ok(uids.into_iter().map(|uid| (uid, BATCH.0)).collect()),
                        Err(failure) => self.once_more(look.folder, &failure)?,
                    }
                }
            }
        }
    }

    /// Fetches one message by itself, without its INTERNALDATE if that is what cannot be read. A refusal that is not the message's
    /// fault ends it at once.
    fn single(&mut self, uid: u32, size: u64, beside: &Beside, look: &mut Look<'_>, sink: &mut Sink<'_>) -> Result<Came, CollectError> {
        let oversize = size > self.settings.largest;
        let parts = if oversize { [Part::Beginning; 3] } else { [Part::Whole, Part::Whole, Part::Undated] };
        let mut came = Came::Later("the folder could not be opened again".to_owned());
        let mut cuts = 0;
        for part in parts {
            if !self.same_folder(look)? {
                continue;
            }
            match self.run(|session| session.fetch(&[uid], part, size))? {
                Ok(messages) => match messages.into_iter().next() {
                    Some(message) => return self.deliver(message, part, beside, look, sink),
                    None => match self.run(|session| session.holds(uid))? {
                        Ok(false) => return Ok(Came::Vanished),
                        Ok(true) => came = Came::Poisonous("the server lists it and gives nothing of it".to_owned()),
                        Err(Failure::Gone(reason)) => came = Came::Later(reason),
                        Err(failure) => came = Came::Poisonous(failure.text().to_owned()),
                    },
                },
                Err(Failure::Refused(reason)) if is_of_the_moment(&reason) => return Ok(Came::Later(reason)),
                Err(Failure::Refused(reason) | Failure::Garbled(reason)) => came = Came::Poisonous(reason),
                Err(Failure::Gone(reason)) => {
                    cuts += 1;
                    came = Came::Later(reason);
                }
            }
        }
        if self.stopping() {
            return Err(CollectError::Stopped);
        }
        // A server may die of a message each time. One such message a pass is believed; of more, it is the line.
        Ok(match came {
            Came::Later(reason) if cuts == parts.len() && look.cuts == 0 => {
                look.cuts += 1;
                Came::Poisonous(reason)
            }
            came => came,
        })
    }

    /// Opens the folder of a look again where the session was dropped; `false` when that did not work this time.
    pub(super) fn same_folder(&mut self, look: &Look<'_>) -> Result<bool, CollectError> {
        match self.opened(look.folder)? {
            Ok(opened) if opened.uidvalidity == look.cursor.uidvalidity => Ok(true),
            Ok(_) => Err(self.broken(look.folder, "its UIDVALIDITY changed while it was read")),
            Err(failure) => {
                self.once_more(look.folder, &failure)?;
                Ok(false)
            }
        }
    }

    /// Hands one message over; one that makes us fail is as poisonous as one that makes its server fail.
    fn deliver(
        &mut self,
        message: Fetched,
        part: Part,
        beside: &Beside,
        look: &mut Look<'_>,
        sink: &mut Sink<'_>,
    ) -> Result<Came, CollectError> {
        let Fetched { uid, internal_date, bytes } = message;
        let is_ours = || is_own(&parse_head(&bytes), &self.settings.own);
        if matches!(look.folder.purpose, Use::All | Use::Trash) && caught("looking for a copy of our own", is_ours) == Some(true) {
            return Ok(Came::Read);
        }
        let cut = part == Part::Beginning;
        if cut {
            look.pass.problems.push(format!(
                "message {uid} of folder {} is over {} MB; its beginning is kept",
                look.folder.name,
                self.settings.largest >> 20
            ));
        }
        let message = Message {
            source: &self.settings.source,
            external_id: format!("{}/{}/{uid}", look.folder.name, look.cursor.uidvalidity),
            bytes,
            cut,
            placement: beside.placement(uid, look.folder.purpose),
        };
        let (from, by) = look.retried_of.map_or_else(|| (look.seen_from, self.clock.now()), |found| (None, found));
        let seen = Seen { internal_date, save_date: beside.saved(uid), from, by };
        let Some(record) = caught("reading a mail", || message.fetched(&self.trust, seen)) else {
            return Ok(Came::Poisonous("reading it failed, by a fault in crickets".to_owned()));
        };
        look.met(&record.identity, beside.saved(uid).or(internal_date));
        sink(record)?;
        look.pass.messages += 1;
        Ok(Came::Read)
    }

    /// Allows another try after a failure, up to a limit; none where the last pass came to it.
    fn once_more(&mut self, folder: &Listed, failure: &Failure) -> Result<(), CollectError> {
        if self.stopping() {
            return Err(CollectError::Stopped);
        }
        self.reconnects += 1;
        let most = if self.broken.contains(&folder.name) { 0 } else { RECONNECTS };
        if self.reconnects > most { Err(self.broken(folder, failure.text())) } else { Ok(()) }
    }

    fn broken(&self, folder: &Listed, reason: &str) -> CollectError {
        CollectError::Fetch { host: self.settings.host.clone(), folder: folder.name.clone(), reason: reason.to_owned() }
    }

    fn remember(&mut self, cursor: Cursor) {
        match self.cursors.iter_mut().find(|known| known.folder == cursor.folder) {
            Some(known) => *known = cursor,
            None => self.cursors.push(cursor),
        }
    }
}

/// One look at one folder.
pub(super) struct Look<'a> {
    pub(super) folder: &'a Listed,
    seen_from: Option<DateTime<Utc>>,
    /// After when a message came that cannot be read.
    hole_from: Option<DateTime<Utc>>,
    /// When the message was found that is tried again.
    retried_of: Option<DateTime<Utc>>,
    /// How many messages it set aside.
    poisonous: usize,
    /// How many messages ended the connection each time.
    cuts: usize,
    tally: Tally,
    cursor: Cursor,
    pass: &'a mut FolderPass,
}

impl Look<'_> {
    /// Notes that a message was read that came to the folder at some time.
    fn met(&mut self, identity: &str, at: Option<DateTime<Utc>>) {
        self.cursor.holes.read(identity);
        if self.retried_of.is_none() {
            self.tally.met(at, &mut self.cursor.holes);
        }
    }

    /// The messages from one UID up to another were here and are not. Nothing comes into the trash but what was in another folder before, or
    /// what a rule of the shopper's own throws away.
    fn missing(&mut self, uid: u32, end: u32) {
        if self.folder.purpose != Use::Trash {
            self.tally.missing(uid, end, &mut self.cursor.holes);
        }
    }

    /// A message of a folder that was made anew may be one that was set aside before.
    fn known_by(&mut self, size: u64) {
        let found = self.cursor.aside.iter().position(|aside| aside.uid == 0 && aside.size == size);
        found.map(|place| self.cursor.aside.remove(place));
    }

    fn may_set_aside(&self) -> bool {
        self.poisonous < AT_ONCE && self.cursor.aside.len() < MOST
    }

    fn set_aside(&mut self, uid: u32, size: u64, reason: String, to: DateTime<Utc>) {
        self.poisonous += 1;
        self.known_by(size);
        self.cursor.aside.push(Aside { uid, size, from: self.hole_from, to, reason });
    }
}

/// How the fetching of one message ended.
enum Came {
    /// It was handed over.
    Read,
    /// It was deleted in between.
    Vanished,
    /// It cannot be read, and the others may be.
    Poisonous(String),
    /// Nothing can be read right now.
    Later(String),
}

/// What is left of a message that could not be read and is gone.
fn lost(aside: &Aside, uidvalidity: u32) -> Hole {
    let lack = Lack::Unread { reason: aside.reason.clone() };
    Hole { uidvalidity, uid: aside.uid, count: 1, from: aside.from, to: aside.to, lack }
}

fn not_read(folder: &Listed, reason: &str) -> String {
    format!("folder {} was not read to its end and is tried again: {reason}", folder.name)
}

/// Whether a refusal says nothing about the message. Of a login, the last of these signs may be final.
fn is_of_the_moment(reason: &str) -> bool {
    is_passing(reason) || reason.to_ascii_uppercase().contains("[CONTACTADMIN]")
}
