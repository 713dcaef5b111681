//! One IMAP session (RFC 3501): list, EXAMINE, fetch, IDLE (RFC 2177). The place that knows, with the login, which IMAP library
//! there is, and that it can fail, misread and panic: every call is caught and told as a [`Failure`].

use std::collections::{HashMap, HashSet};
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use chrono::{DateTime, Utc};
use imap::extensions::idle::WaitOutcome;
use imap::types::UnsolicitedResponse;

use super::imap::{ImapSettings, Login};
use super::imap_letters::Letters;
use super::imap_list::{self, Listed};
use super::imap_login::{is_passing, no_token, refused, with_password, with_token};
use super::imap_plan::Span;
use super::imap_tap::{self, Tap};
use super::imap_wire::{Budget, Wire};
use super::record::KEPT;
use crate::collect::CollectError;
use crate::guard::caught;

/// How long a server may take to begin an IDLE; one that announces a mail first would keep the library waiting.
const IDLE_BEGIN: Duration = Duration::from_secs(5);
/// The slowest line we bear: bytes a second by which a fetch gets time beyond that of any command.
const SLOWEST: u64 = 32 * 1024;
/// The slowest server: how much more time it gets for each message it is asked about, as long as it is not silent, and for how many
/// at most.
const A_MESSAGE: (Duration, u32) = (Duration::from_secs(1), 1000);

/// How a command failed.
#[derive(Debug)]
pub(super) enum Failure {
    /// The connection is gone or silent.
    Gone(String),
    /// The server said NO or BAD; the session goes on.
    Refused(String),
    /// The answer could not be understood; the session cannot go on.
    Garbled(String),
}

impl Failure {
    pub(super) fn text(&self) -> &str {
        let (Self::Gone(text) | Self::Refused(text) | Self::Garbled(text)) = self;
        text
    }
}

/// An opened folder.
#[derive(Clone, Copy, Debug)]
pub(super) struct Opened {
    pub(super) uidvalidity: u32,
    pub(super) uid_next: Option<u32>,
    pub(super) exists: u32,
}

/// What to fetch of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it, with its INTERNALDATE.
    Whole,
    /// All of it without the INTERNALDATE, which some servers write in a way that cannot be read.
    Undated,
    /// The headers and the beginning of a message too large to be kept.
    Beginning,
}

/// A fetched message.
#[derive(Debug)]
pub(super) struct Fetched {
    pub(super) uid: u32,
    pub(super) internal_date: Option<DateTime<Utc>>,
    pub(super) bytes: Vec<u8>,
}

/// A logged-in session.
pub(super) struct Session<'a> {
    inner: imap::Session<Wire<'a>>,
    budget: Budget,
    command_timeout: Duration,
    tap: Tap,
    letters: Letters,
    /// What the server offers, once it was asked.
    offers: Option<Vec<String>>,
    /// Whether a change was announced that nobody has acted upon.
    news: bool,
}

impl<'a> Session<'a> {
    /// Connects and logs in. A token that was granted earlier and is refused is changed for another once.
    pub(super) fn open(settings: &ImapSettings, stop: Option<&'a AtomicBool>) -> Result<Self, CollectError> {
        let tokens = match &settings.login {
            Login::Password(password) => {
                let outcome = Self::enter(settings, stop, |client, tap| with_password(client, tap, settings, &password.now()));
                if matches!(outcome, Err(CollectError::Login { .. })) {
                    password.refused();
                }
                return outcome;
            }
            Login::Oauth(tokens) => tokens,
        };
        loop {
            // Before the connection: servers give a silent client little time.
            let access = tokens.access(stop).map_err(|error| no_token(settings, &error))?;
            let outcome = Self::enter(settings, stop, |client, tap| with_token(client, tap, settings, &access.token));
            if !matches!(outcome, Err(CollectError::Login { .. })) {
                return outcome;
            }
            tokens.forget();
            if access.fresh {
                return outcome;
            }
        }
    }

    /// Connects and has `login` done.
    fn enter(
        settings: &ImapSettings,
        stop: Option<&'a AtomicBool>,
        login: impl FnOnce(imap::Client<Wire<'a>>, &Tap) -> Result<imap::Session<Wire<'a>>, Failure>,
    ) -> Result<Self, CollectError> {
        let (wire, budget, greeted) = Wire::connect(settings, stop)?;
        let (tap, letters) = (wire.tap(), wire.letters());
        let mut client = imap::Client::new(wire);
        let connect = |reason: String| CollectError::Connect { host: settings.host.clone(), port: settings.port, reason };
        if !greeted {
            let greeting = guard(|| client.read_greeting()).map_err(|failure| connect(failure.text().to_owned()))?;
            if !greeting.to_ascii_uppercase().starts_with(b"* OK") {
                return Err(connect(format!("the server greets with {:?}", String::from_utf8_lossy(&greeting).trim_end())));
            }
        }
        let inner = login(client, &tap).map_err(|failure| match failure {
            Failure::Gone(reason) => connect(reason),
            Failure::Refused(reason) if is_passing(&reason) => connect(reason),
            Failure::Refused(reason) | Failure::Garbled(reason) => refused(settings, reason),
        })?;
        Ok(Self { inner, budget, command_timeout: settings.command_timeout, tap, letters, offers: None, news: false })
    }

    /// Whether the server offers something (RFC 3501, 6.1.1).
    pub(super) fn offers(&mut self, name: &str) -> Result<bool, Failure> {
        if self.offers.is_none() {
            let lines = self.tapped("CAPABILITY")?;
            self.offers = Some(imap_tap::capabilities(&lines));
        }
        Ok(self.offers.iter().flatten().any(|offered| offered.eq_ignore_ascii_case(name)))
    }

    /// Gives a command, and the lines of its answer that the library cannot read.
    fn tapped(&mut self, command: &str) -> Result<Vec<Vec<u8>>, Failure> {
        self.tap.open();
        let outcome = guard(|| self.inner.run_command_and_read_response(command));
        let lines = self.tap.close();
        self.news |= announces(&outcome?);
        Ok(lines)
    }

    /// When messages were saved in the opened folder (RFC 8514), where the server offers to tell.
    pub(super) fn save_dates(&mut self, uids: &[u32]) -> Result<HashMap<u32, DateTime<Utc>>, Failure> {
        if uids.is_empty() || !self.offers("SAVEDATE")? {
            return Ok(HashMap::new());
        }
        let lines = self.tapped(&format!("UID FETCH {} (UID SAVEDATE)", set(uids)))?;
        Ok(lines.iter().filter_map(|line| imap_tap::save_date(line)).collect())
    }

    /// Those of some messages that Gmail sorted into its promotions; none at any other server.
    pub(super) fn promotions(&mut self, uids: &[u32]) -> Result<HashSet<u32>, Failure> {
        if uids.is_empty() || !self.offers("X-GM-EXT-1")? {
            return Ok(HashSet::new());
        }
        let query = format!("UID {} X-GM-RAW \"category:promotions\"", set(uids));
        guard(|| self.inner.uid_search(&query))
    }

    /// Every folder that can be opened.
    pub(super) fn list(&mut self) -> Result<Vec<Listed>, Failure> {
        Ok(self.tapped("LIST \"\" \"*\"")?.iter().filter_map(|line| imap_list::listed(line)).collect())
    }

    /// Opens a folder for reading only: no flag of it changes (RFC 3501, 6.3.2).
    pub(super) fn examine(&mut self, wire: &str) -> Result<Opened, Failure> {
        let mailbox = guard(|| self.inner.examine(wire))?;
        self.news = false;
        Ok(Opened { uidvalidity: mailbox.uid_validity.unwrap_or_default(), uid_next: mailbox.uid_next, exists: mailbox.exists })
    }

    /// The UIDs of a span with their sizes, in order.
    pub(super) fn sizes(&mut self, span: Span) -> Result<Vec<(u32, u64)>, Failure> {
        self.give_time(span.messages, 0);
        let fetches = guard(|| self.inner.uid_fetch(span.set(), "(UID RFC822.SIZE)"));
        self.budget.set(self.command_timeout);
        let fetches = fetches?;
        let sized = fetches.iter().filter_map(|fetch| Some((fetch.uid?, u64::from(fetch.size.unwrap_or_default()))));
        let mut sized: Vec<_> = sized.filter(|(uid, _)| span.holds(*uid)).collect();
        sized.sort_unstable();
        sized.dedup_by_key(|(uid, _)| *uid);
        Ok(sized)
    }

    /// The UIDs of a span, in order; the plainest way to ask.
    pub(super) fn uids(&mut self, span: Span) -> Result<Vec<u32>, Failure> {
        let found = guard(|| self.inner.uid_search(format!("UID {}", span.set())))?;
        let mut uids: Vec<u32> = found.into_iter().filter(|uid| span.holds(*uid)).collect();
        uids.sort_unstable();
        Ok(uids)
    }

    /// Gives the next command time for messages of so many bytes together.
    fn give_time(&self, messages: u32, bytes: u64) {
        let (each, most) = A_MESSAGE;
        self.budget.set(self.command_timeout + each * messages.min(most) + Duration::from_secs(bytes / SLOWEST));
    }

    /// Fetches messages of about `size` bytes together, without marking them as seen.
    pub(super) fn fetch(&mut self, uids: &[u32], part: Part, size: u64) -> Result<Vec<Fetched>, Failure> {
        let set = set(uids);
        let query = match part {
            Part::Whole => "(UID INTERNALDATE RFC822.SIZE BODY.PEEK[])".to_owned(),
            Part::Undated => "(UID RFC822.SIZE BODY.PEEK[])".to_owned(),
            Part::Beginning => format!("(UID INTERNALDATE RFC822.SIZE BODY.PEEK[]<0.{KEPT}>)"),
        };
        let size = if part == Part::Beginning { u64::try_from(KEPT).unwrap_or(size) } else { size };
        self.give_time(u32::try_from(uids.len()).unwrap_or(u32::MAX), size);
        self.letters.open();
        let fetches = guard(|| self.inner.uid_fetch(set, query));
        let mut bodies = self.letters.close();
        self.budget.set(self.command_timeout);
        let fetches = fetches?;
        let found = fetches.iter().filter_map(|fetch| {
            let uid = fetch.uid.filter(|uid| uids.contains(uid))?;
            let bytes = bodies.redeem(fetch.body()?)?;
            // Nothing at all is no message, unless its server says so itself.
            let is_text = !bytes.is_empty() || fetch.size == Some(0);
            is_text.then(|| Fetched { uid, internal_date: fetch.internal_date().map(|at| at.to_utc()), bytes })
        });
        let found = one_each(found.collect());
        if let ([uid], true) = (uids, found.is_empty())
            && fetches.iter().any(|fetch| fetch.uid == Some(*uid))
        {
            return Err(Failure::Refused("the server gives no text for it, or more than one".to_owned()));
        }
        self.hear();
        Ok(found)
    }

    /// Whether the opened folder still holds a message.
    pub(super) fn holds(&mut self, uid: u32) -> Result<bool, Failure> {
        guard(|| self.inner.uid_search(format!("UID {uid}"))).map(|found| found.contains(&uid))
    }

    /// Whether something changed since the last command.
    pub(super) fn changed(&mut self) -> Result<bool, Failure> {
        guard(|| self.inner.noop())?;
        self.hear();
        Ok(self.news)
    }

    /// Notes what the server told besides: it will not tell it again.
    fn hear(&mut self) {
        self.news |= self.inner.take_all_unsolicited().any(|response| is_change(&response));
    }

    /// Waits until something changes in the opened folder, or for `time`.
    pub(super) fn idle(&mut self, time: Duration) -> Result<(), Failure> {
        self.budget.set(IDLE_BEGIN.min(self.command_timeout));
        let mut goodbye = false;
        let outcome = guard(|| {
            let mut handle = self.inner.idle();
            // Without renewals: a server's "Still here" would put them off for ever.
            handle.timeout(time).keepalive(false);
            let outcome = handle.wait_while(|response| {
                goodbye |= matches!(response, UnsolicitedResponse::Bye { .. });
                !is_change(&response)
            });
            if goodbye {
                // The handle says DONE when it goes, and would wait for an answer that never comes.
                self.budget.set(Duration::from_millis(100));
            }
            outcome
        });
        self.budget.set(self.command_timeout);
        match outcome? {
            WaitOutcome::MailboxChanged if goodbye => Err(Failure::Gone("the server said goodbye".to_owned())),
            WaitOutcome::TimedOut | WaitOutcome::MailboxChanged => Ok(()),
        }
    }

    /// Says goodbye; whether the server hears it does not matter.
    pub(super) fn close(mut self) {
        self.budget.set(Duration::from_secs(2).min(self.command_timeout));
        let _ = guard(|| self.inner.logout());
    }
}

/// Messages in the order of their UIDs. One that came with several texts is none: which is its own cannot be told.
fn one_each(mut found: Vec<Fetched>) -> Vec<Fetched> {
    found.sort_by_key(|message| message.uid);
    let mut sole: Vec<Fetched> = Vec::with_capacity(found.len());
    let mut torn = HashSet::new();
    for message in found {
        match sole.last() {
            Some(last) if last.uid == message.uid && last.bytes == message.bytes => {}
            Some(last) if last.uid == message.uid => _ = torn.insert(message.uid),
            _ => sole.push(message),
        }
    }
    sole.retain(|message| !torn.contains(&message.uid));
    sole
}

/// Whether what a server tells unasked can mean that a message came or that the session ends.
fn is_change(response: &UnsolicitedResponse) -> bool {
    !matches!(response, UnsolicitedResponse::Ok { .. } | UnsolicitedResponse::Flags(_) | UnsolicitedResponse::Fetch { .. })
}

/// Whether a mail is announced in an answer that the library does not read.
fn announces(answer: &[u8]) -> bool {
    answer.split(|byte| *byte == b'\n').any(|line| {
        let upper = line.trim_ascii().to_ascii_uppercase();
        upper.strip_prefix(b"* ").is_some_and(|rest| rest.ends_with(b" EXISTS") || rest.ends_with(b" RECENT"))
    })
}

/// UIDs as a sequence set.
fn set(uids: &[u32]) -> String {
    uids.iter().map(u32::to_string).collect::<Vec<_>>().join(",")
}

/// Runs a call of the library, which may fail or panic.
pub(super) fn guard<T>(call: impl FnOnce() -> imap::Result<T>) -> Result<T, Failure> {
    match caught("reading a mail server's answer", call) {
        Some(Ok(value)) => Ok(value),
        Some(Err(error)) => Err(failure(error)),
        None => Err(Failure::Garbled("the server's answer made the reader of it fail".to_owned())),
    }
}

/// Sorts the library's errors.
fn failure(error: imap::Error) -> Failure {
    match error {
        imap::Error::No(no) => Failure::Refused(no.information),
        imap::Error::Bad(bad) => Failure::Refused(bad.information),
        // So the library tells an answer that it cannot read.
        imap::Error::Bye(bye) if bye.information == "no explanation given" => {
            Failure::Garbled("the server's answer cannot be understood".to_owned())
        }
        imap::Error::Bye(bye) => Failure::Gone(format!("the server said goodbye: {}", bye.information)),
        imap::Error::ConnectionLost => Failure::Gone("the connection was lost".to_owned()),
        imap::Error::Io(error) => Failure::Gone(error.to_string()),
        // Their texts quote the command or the whole answer.
        imap::Error::Validate(_) => Failure::Refused("a name or password holds a line end".to_owned()),
        imap::Error::Parse(_) | imap::Error::Unexpected(_) => Failure::Garbled("the server's answer cannot be understood".to_owned()),
        other => Failure::Garbled(other.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_failure() {
        let outcome = guard(|| -> imap::Result<()> { panic!("crafted") });
        assert!(matches!(outcome, Err(Failure::Garbled(_))));
    }
}
