//! One reading of phone sources: what the readers are told ([`Settings`]), where they put what they find ([`Reading`]), and what
//! is told of it at the end ([`Summary`]).

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};
use chrono_tz::Tz;

use super::CallRecord;
use super::map::{Answers, Map};
use super::question::Question;
use super::shown::{Extent, Kind, Shown};
use crate::collect::CollectError;

/// Longest raw row that is kept beside what was read from it, in bytes: a picture in a message is none of our business.
const RAW: usize = 16 * 1024;
/// Longest text of one record, in bytes; a text message of 10 parts has 1,530.
const BODY: usize = 64 * 1024;

/// What a reader must be told, for the file does not say it.
#[derive(Clone, Debug, Default)]
pub struct Settings {
    /// The shopper's own number, E.164: the side that a phone's own log leaves out.
    pub own: Option<String>,
    /// The zone of local times.
    pub zone: Option<Tz>,
    /// The own number behind each SIM (`subscription_id`) of a phone that holds several.
    pub sims: BTreeMap<String, String>,
    /// What a person said of tables that no reader knows.
    pub answers: Answers,
    /// When it is read: what lies later proves nothing.
    pub now: Option<DateTime<Utc>>,
}

/// The map that a table was read with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// Its name, where it has one.
    pub map: Option<String>,
    /// SHA-256 of the table.
    pub sha256: String,
    /// The map itself.
    pub mapping: Map,
}

/// Where a row stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A line, from 1.
    Line(u64),
    /// A byte offset, from 0, in a file whose lines say nothing.
    Byte(u64),
    /// The number of a record within the file, from 1.
    Item(u64),
}

impl std::fmt::Display for Place {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Line(line) => write!(formatter, "line {line}"),
            Self::Byte(byte) => write!(formatter, "byte {byte}"),
            Self::Item(item) => write!(formatter, "record {item}"),
        }
    }
}

/// A row as a reader found it.
#[derive(Debug)]
pub struct Row<'a> {
    /// The file, as given; within an archive with the member's name.
    pub file: &'a str,
    /// The format that it was read as.
    pub format: &'a str,
    /// Where it stands.
    pub place: Place,
    /// The row itself, as it stands there; empty where the reader does not keep it.
    pub raw: &'a str,
    /// The map it was read with, where it is of a table.
    pub used: Option<&'a Used>,
    /// What it says, or what is wrong with it.
    pub call: Result<CallRecord, String>,
}

impl Row<'_> {
    /// What is wrong with it, as a sentence without its period.
    #[must_use]
    pub fn problem(&self) -> Option<String> {
        self.call.as_ref().err().map(|problem| format!("could not read {}, {}: {problem}", self.file, self.place))
    }
}

/// What was read, altogether.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Summary {
    /// Records by format.
    pub records: BTreeMap<String, u64>,
    /// Rows that could not be read.
    pub bad: u64,
    /// Rows that are no call, voicemail or text of their own, by what they are.
    pub skipped: BTreeMap<&'static str, u64>,
    /// From when to when it shows what came.
    pub shown: Shown,
    /// What such a source cannot show, in sentences.
    pub caveats: BTreeSet<&'static str>,
    /// The maps that were proposed and taken.
    pub maps: Vec<Map>,
    /// What must be asked about tables of a folder or an archive, which were not read; the other files were.
    pub questions: Vec<Question>,
}

impl Summary {
    /// How many records there are.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.records.values().sum()
    }
}

/// Takes the rows.
pub type Sink<'a> = dyn FnMut(Row<'_>) -> Result<(), CollectError> + 'a;

/// Where readers put what they find.
pub struct Reading<'a> {
    /// What the file does not say.
    pub settings: &'a Settings,
    /// What was read so far.
    pub summary: Summary,
    file: String,
    format: String,
    used: Option<Used>,
    extent: Extent,
    /// The files of an export that writes one a conversation, together.
    conversations: Extent,
    sink: &'a mut Sink<'a>,
}

impl<'a> Reading<'a> {
    /// A reading that hands its rows to `sink`.
    pub fn new(settings: &'a Settings, sink: &'a mut Sink<'a>) -> Self {
        Self {
            settings,
            summary: Summary::default(),
            file: String::new(),
            format: String::new(),
            used: None,
            extent: Extent::default(),
            conversations: Extent::default(),
            sink,
        }
    }

    /// The file that is read now.
    #[must_use]
    pub fn file(&self) -> &str {
        &self.file
    }

    /// From here on rows are of this file.
    pub fn begin(&mut self, file: &str, format: &str) {
        if file != self.file {
            self.close();
        }
        file.clone_into(&mut self.file);
        format.clone_into(&mut self.format);
        self.used = None;
    }

    /// From here on rows are read with this map.
    pub fn used(&mut self, used: Used) {
        self.used = Some(used);
    }

    /// A record. Its raw row is cut, its text bounded; what is empty is nothing.
    ///
    /// # Errors
    /// When whoever takes the rows cannot keep it.
    pub fn call(&mut self, place: Place, raw: &str, mut call: CallRecord) -> Result<(), CollectError> {
        bound(&mut call.body);
        for text in [&mut call.id, &mut call.name, &mut call.session] {
            bound(text);
        }
        self.extent.record(&call, self.settings.own.as_deref(), self.settings.now);
        match self.summary.records.get_mut(&self.format) {
            Some(count) => *count += 1,
            None => drop(self.summary.records.insert(self.format.clone(), 1)),
        }
        self.hand(place, raw, Ok(call))
    }

    /// A row that cannot be read.
    ///
    /// # Errors
    /// When whoever takes the rows cannot go on.
    pub fn bad(&mut self, place: Place, raw: &str, problem: impl Into<String>) -> Result<(), CollectError> {
        self.summary.bad += 1;
        self.hand(place, raw, Err(problem.into()))
    }

    /// What `read` made of a row: a record, nothing of its own (and why), or what is wrong with it.
    ///
    /// # Errors
    /// As [`Self::call`].
    pub fn take(&mut self, place: Place, raw: &str, read: Result<Read, String>) -> Result<(), CollectError> {
        match read {
            Ok(Read::Call(call)) => self.call(place, raw, *call),
            Ok(Read::Skip(what)) => {
                self.skip(what);
                Ok(())
            }
            Err(problem) => self.bad(place, raw, problem),
        }
    }

    /// A row that is nothing of its own: a leg of another call, a draft.
    pub fn skip(&mut self, what: &'static str) {
        *self.summary.skipped.entry(what).or_default() += 1;
    }

    /// The file says when it was made.
    pub fn exported(&mut self, at: DateTime<Utc>) {
        self.extent.exported(at);
    }

    /// What the file can hold; several kinds stand in one list.
    pub fn holds(&mut self, kinds: &[Kind]) {
        self.extent.holds(kinds);
    }

    /// The file is one of a conversation, of an export that has more.
    pub fn one_of_many(&mut self) {
        self.extent.files = 1;
    }

    /// The rows of the file name the chat that they are of.
    pub fn of_chats(&mut self) {
        self.extent.of_chats();
    }

    /// The file is a part of what there is: why, without a subject and a period.
    pub fn partial(&mut self, why: &'static str) {
        self.extent.partial(why);
    }

    /// What was read, altogether.
    #[must_use]
    pub fn finish(mut self) -> Summary {
        self.close();
        std::mem::take(&mut self.conversations).close(&self.file, &mut self.summary.shown);
        self.summary
    }

    /// The file was read.
    fn close(&mut self) {
        let extent = std::mem::take(&mut self.extent);
        match extent.files {
            0 => extent.close(&self.file, &mut self.summary.shown),
            _ => self.conversations.merge(extent),
        }
    }

    /// What this kind of source cannot show, as a sentence.
    pub fn caveat(&mut self, sentence: &'static str) {
        self.summary.caveats.insert(sentence);
    }

    fn hand(&mut self, place: Place, raw: &str, call: Result<CallRecord, String>) -> Result<(), CollectError> {
        let raw = raw.get(..raw.floor_char_boundary(RAW)).unwrap_or_default();
        (self.sink)(Row { file: &self.file, format: &self.format, place, raw, used: self.used.as_ref(), call })
    }
}

/// What a row turned out to be.
pub enum Read {
    /// A record.
    Call(Box<CallRecord>),
    /// Nothing of its own, and what it is.
    Skip(&'static str),
}

impl Read {
    /// A record.
    #[must_use]
    pub fn call(call: CallRecord) -> Self {
        Self::Call(Box::new(call))
    }
}

/// Takes space around a text away, and what is beyond the bound; an empty one is none.
fn bound(text: &mut Option<String>) {
    let Some(value) = text else { return };
    let trimmed = value.trim();
    if trimmed.is_empty() {
        *text = None;
    } else if trimmed.len() > BODY {
        *text = trimmed.get(..trimmed.floor_char_boundary(BODY)).map(str::to_owned);
    } else if trimmed.len() != value.len() {
        *text = Some(trimmed.to_owned());
    }
}
