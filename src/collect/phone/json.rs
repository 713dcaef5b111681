//! What business phone systems give as JSON: an API's pages, a webhook's bodies, one document or one a line. An object is recognised
//! by its keys ([`Shape`]), wherever it stands; what stands around it is nothing to us. Several events of one call are one record.

use std::collections::{BTreeMap, HashMap};

use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::beside::ELSEWHERE;
use super::fields::Fields;
use super::format::{Head, Reader, Source, looks_like};
use super::reading::{Place, Read, Reading, Settings};
use super::rows::newlines;
use super::shown::Kind;
use super::{CallRecord, grow, twilio};
use super::{aircall, bandwidth, callrail, dialpad, plivo, quo, ringcentral, telnyx, vonage};
use crate::collect::CollectError;

/// Longest document, in bytes: an API gives 1,000 records a page.
const LONGEST: u64 = 128 * 1024 * 1024;
/// How deep records are looked for.
const DEEPEST: usize = 12;
/// Events of one id that tell of moments further apart are of several calls.
const ONE_CALL: chrono::Duration = chrono::Duration::minutes(5);
/// Under which names an API gives a page of records, which may be empty.
const PAGES: [&str; 9] = ["calls", "messages", "recordings", "transcriptions", "objects", "records", "data", "call_logs", "text_messages"];

/// The lists of these that are calls or texts by themselves.
const BESIDE: [&str; 2] = ["recordings", "transcriptions"];
/// What names the page after a page, or says that there is one.
const NEXT: [&str; 11] = [
    "next_page_uri",
    "next_page_url",
    "next_page_link",
    "next_page_token",
    "next_page",
    "next",
    "nextPage",
    "nextPageToken",
    "has_more",
    "hasMore",
    "has_next_page",
];
/// Where else it may stand.
const AROUND: [&str; 7] = ["meta", "paging", "pagination", "navigation", "links", "_links", "page_info"];

/// Everything that is JSON; its rows bear the names of their shapes.
pub(super) const READER: Reader = Reader { name: "json", recognises, read };

/// An object that is a record.
pub(super) struct Shape {
    /// The format, as `inspect calls` prints it.
    pub(super) format: &'static str,
    /// The keys that it must have.
    pub(super) all: &'static [&'static str],
    /// And one of these; none means no more are needed.
    pub(super) any: &'static [&'static str],
    /// What it says.
    pub(super) read: fn(Fields<'_>, &Settings) -> Result<Read, String>,
}

impl Shape {
    fn fits(&self, has: impl Fn(&str) -> bool) -> bool {
        self.all.iter().all(|key| has(key)) && (self.any.is_empty() || self.any.iter().any(|key| has(key)))
    }

    fn read(&self, fields: Fields<'_>, settings: &Settings) -> Result<Read, String> {
        if fields.is_elsewhere() || fields.inner("payload").is_some_and(Fields::is_elsewhere) {
            return Ok(Read::Skip(ELSEWHERE));
        }
        (self.read)(fields, settings)
    }
}

/// All shapes; what is more special comes first.
const SHAPES: [&[Shape]; 10] = [
    twilio::SHAPES,
    telnyx::SHAPES,
    callrail::SHAPES,
    ringcentral::SHAPES,
    plivo::SHAPES,
    vonage::SHAPES,
    bandwidth::SHAPES,
    aircall::SHAPES,
    dialpad::SHAPES,
    quo::SHAPES,
];

fn recognises(head: &Head<'_>) -> bool {
    let mut letters = head.text.trim_start().chars();
    match letters.next() {
        Some('[') => letters.find(|c| !c.is_whitespace()).is_none_or(|c| "{[]".contains(c)),
        Some('{') => letters.find(|c| !c.is_whitespace()).is_none_or(|c| "\"}".contains(c)),
        _ => false,
    }
}

fn read(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let file = reading.file().to_owned();
    let Some(bytes) = source.all(LONGEST)? else {
        return reading.bad(Place::Item(1), "", "the document is longer than 128 MB; export it in parts");
    };
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    let mut found = Found { text: &text, place: (0, 1), ..Found::default() };
    let documents = serde_json::Deserializer::from_str(&text).into_iter::<&RawValue>();
    let mut broken = None;
    for document in documents {
        match document {
            Ok(document) => found.element(document, reading.settings, 0),
            Err(error) => broken = Some(error),
        }
    }
    if found.rows.is_empty() && found.known == 0 && broken.is_none() {
        return Err(CollectError::UnknownLog { file, looks: looks_like(&Head::new(&bytes)) });
    }
    found.voicemails();
    for _ in 0..found.strangers {
        reading.skip("of a kind that is not known");
    }
    if found.rows.iter().any(|row| row.format == twilio::FORMAT) {
        reading.caveat(twilio::LISTS);
    }
    let lists = std::mem::take(&mut found.lists);
    for row in found.rows {
        reading.begin(&file, row.format);
        reading.take(Place::Line(row.line), &row.raw, row.read)?;
    }
    // Lists of calls and of texts end when each does.
    for (words, kind) in [(["call", "call"], Kind::Calls), (["message", "text"], Kind::Texts)] {
        if lists.keys().any(|list| words.iter().any(|word| list.contains(word))) {
            reading.holds(&[kind]);
        }
    }
    if lists.into_values().any(|goes_on| goes_on) {
        reading.partial("it is a page, and names one that follows; put all pages into one file");
    }
    if let Some(error) = broken {
        let line = u64::try_from(error.line()).unwrap_or_default();
        reading.bad(Place::Line(line), "", format!("from here on this is no JSON: {error}"))?;
    }
    Ok(())
}

/// A record, not yet handed on: another event of the same call may follow.
struct Waiting {
    format: &'static str,
    line: u64,
    raw: String,
    read: Result<Read, String>,
}

#[derive(Default)]
struct Found<'a> {
    text: &'a str,
    rows: Vec<Waiting>,
    /// Where the record of an id stands in `rows`.
    by_id: HashMap<(&'static str, String), usize>,
    /// Recordings and transcriptions of Twilio, which say what they belong to only by its id.
    recordings: Vec<(u64, String, Map<String, Value>)>,
    transcripts: HashMap<String, String>,
    /// The lists that pages are of, and whether the last page of each names one that follows.
    lists: BTreeMap<String, bool>,
    /// How much was recognised; an empty page is something.
    known: u64,
    /// What stands where records do, and is none that is known.
    strangers: u64,
    /// A place in the text and its line; counting goes on from there.
    place: (usize, u64),
}

impl Found<'_> {
    /// A document, or an element of a list: what holds nothing that is known is counted.
    fn element(&mut self, value: &RawValue, settings: &Settings, depth: usize) {
        let before = (self.known, self.strangers);
        self.walk(value, settings, depth);
        self.strangers += u64::from(before == (self.known, self.strangers));
    }

    fn walk(&mut self, value: &RawValue, settings: &Settings, depth: usize) {
        let text = value.get();
        if depth > DEEPEST {
            return;
        }
        if text.starts_with('[') {
            let Ok(inner) = serde_json::from_str::<Vec<&RawValue>>(text) else { return };
            for value in inner {
                match depth {
                    0 => self.element(value, settings, 1),
                    _ => self.walk(value, settings, depth + 1),
                }
            }
        } else if text.starts_with('{') {
            let Ok(inner) = serde_json::from_str::<BTreeMap<String, &RawValue>>(text) else { return };
            let has = |key: &str| inner.contains_key(key);
            if callrail::PARTIES.iter().any(|key| has(key)) && callrail::TEXTS.iter().any(|key| has(key)) {
                self.conversation(&inner, settings);
            } else if let Some(shape) = SHAPES.iter().copied().flatten().find(|shape| shape.fits(has)) {
                self.record(value, shape, settings);
            } else if twilio::is_recording(has) || twilio::is_transcription(has) {
                self.known += 1;
                self.beside(value);
            } else {
                let goes_on = goes_on(&inner);
                for (key, value) in inner {
                    if PAGES.contains(&key.as_str())
                        && let Ok(page) = serde_json::from_str::<Vec<&RawValue>>(value.get())
                    {
                        self.known += u64::from(page.is_empty());
                        if !BESIDE.contains(&key.as_str()) {
                            self.lists.insert(key, goes_on);
                        }
                        for value in page {
                            self.element(value, settings, depth + 2);
                        }
                    } else {
                        self.walk(value, settings, depth + 1);
                    }
                }
            }
        }
    }

    fn record(&mut self, value: &RawValue, shape: &Shape, settings: &Settings) {
        self.known += 1;
        let read = match serde_json::from_str::<Map<String, Value>>(value.get()) {
            Ok(map) => shape.read(Fields(&map), settings),
            Err(error) => Err(error.to_string()),
        };
        self.add(value, shape, read);
    }

    /// The texts of a conversation of CallRail, which bear no numbers themselves.
    fn conversation(&mut self, inner: &BTreeMap<String, &RawValue>, settings: &Settings) {
        self.known += 1;
        let texts = callrail::TEXTS.iter().filter_map(|key| serde_json::from_str::<Vec<&RawValue>>(inner.get(*key)?.get()).ok());
        for value in texts.flatten() {
            let Ok(mut map) = serde_json::from_str::<Map<String, Value>>(value.get()) else { continue };
            for key in callrail::PARTIES.iter().chain(&["customer_name"]) {
                if let Some(said) = inner.get(*key).and_then(|said| serde_json::from_str::<Value>(said.get()).ok()) {
                    map.entry(*key).or_insert(said);
                }
            }
            let shape = callrail::SHAPES.iter().find(|shape| shape.fits(|key| map.contains_key(key)));
            if let Some(shape) = shape {
                self.add(value, shape, shape.read(Fields(&map), settings));
            }
        }
    }

    fn add(&mut self, value: &RawValue, shape: &Shape, read: Result<Read, String>) {
        let line = self.line_of(value);
        let raw = value.get().to_owned();
        if let Ok(Read::Call(call)) = &read
            && let Some(id) = &call.id
        {
            let key = (shape.format, id.clone());
            if let Some(before) = self.by_id.get(&key).and_then(|at| self.rows.get_mut(*at))
                && let Ok(Read::Call(known)) = &mut before.read
                && grow::apart(known, call) <= ONE_CALL
            {
                join(known, call);
                before.raw.push('\n');
                before.raw.push_str(&raw);
                return;
            }
            self.by_id.insert(key, self.rows.len());
        }
        self.rows.push(Waiting { format: shape.format, line, raw, read });
    }

    fn beside(&mut self, value: &RawValue) {
        let line = self.line_of(value);
        let Ok(map) = serde_json::from_str::<Map<String, Value>>(value.get()) else { return };
        if let Some((recording, transcript)) = twilio::transcript(Fields(&map)) {
            self.transcripts.insert(recording, transcript);
        } else {
            self.recordings.push((line, value.get().to_owned(), map));
        }
    }

    /// Recordings of inbound calls in the same file are their voicemails.
    fn voicemails(&mut self) {
        for (line, raw, map) in std::mem::take(&mut self.recordings) {
            let fields = Fields(&map);
            let call = fields.text("call_sid").and_then(|sid| {
                let at = *self.by_id.get(&(twilio::FORMAT, sid.to_owned()))?;
                match &self.rows.get(at)?.read {
                    Ok(Read::Call(call)) => Some(call),
                    _ => None,
                }
            });
            let transcript = fields.text("sid").and_then(|sid| self.transcripts.get(sid));
            let read = twilio::voicemail(fields, call.map(AsRef::as_ref), transcript.map(String::as_str));
            self.rows.push(Waiting { format: twilio::FORMAT, line, raw, read });
        }
    }

    /// The line on which a value begins. Values come in the order of the text, so counting goes on where it stopped.
    fn line_of(&mut self, value: &RawValue) -> u64 {
        let at = (value.get().as_ptr() as usize).saturating_sub(self.text.as_ptr() as usize).min(self.text.len());
        let (from, line) = if at >= self.place.0 { self.place } else { (0, 1) };
        self.place = (at, line + newlines(self.text.as_bytes().get(from..at).unwrap_or_default()));
        self.place.1
    }
}

/// Whether what stands around a page names one that follows, or counts more pages.
fn goes_on(around: &BTreeMap<String, &RawValue>) -> bool {
    let said = |value: &&RawValue| !matches!(value.get(), "null" | "false" | "\"\"" | "{}" | "[]");
    let number = |names: &[&str]| names.iter().find_map(|name| around.get(*name)?.get().parse::<u64>().ok());
    let page = number(&["page", "page_number", "pageNumber"]);
    NEXT.iter().filter_map(|key| around.get(*key)).any(said)
        || page.zip(number(&["total_pages", "totalPages"])).is_some_and(|(page, pages)| page < pages)
        || AROUND.iter().filter_map(|key| around.get(*key)).any(|value| {
            let inner = serde_json::from_str::<BTreeMap<String, &RawValue>>(value.get());
            inner.is_ok_and(|inner| goes_on(&inner))
        })
}

/// Lays a later event of a call over what is known of it.
fn join(known: &mut CallRecord, later: &CallRecord) {
    // A transcript comes after its call, and may be mended.
    let body = later.body.clone().or_else(|| known.body.take());
    *known = CallRecord { body, ..grow::grown(known, later) };
}
