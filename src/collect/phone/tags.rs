//! The tags of an XML file (XML 1.0), one by one, in little memory however long a line or a value is. Forgiving where phone backups
//! are wrong: halves of a surrogate pair as two references, a file that ends anywhere, a quotation mark that is never closed. A
//! general XML reader refuses the first, and holds a whole tag with the video in it. Text between tags, comments and entities of
//! the file's own are passed over.

mod bytes;

use std::io::{BufRead, Result};

use self::bytes::extend;
use super::references;

/// Longest value that is kept, in bytes.
const VALUE: usize = 256 * 1024;
/// Most that is kept of one tag.
const ROOM: usize = 1024 * 1024;
/// Most attributes of a tag, and the longest name.
const ATTRIBUTES: usize = 128;
const NAME: usize = 64;

/// What comes next.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Next {
    /// A start tag; whether it is an end tag too.
    Start(bool),
    /// An end tag.
    End,
    /// A tag that cannot be read, and why. Reading goes on after it.
    Broken(&'static str),
    /// The end of the file.
    Nothing,
}

/// How a value is kept: whole, or not at all.
pub(super) type Keeps = fn(&Tag, &str) -> bool;

/// The tag that was read last.
#[derive(Debug, Default)]
pub(super) struct Tag {
    /// Its name.
    pub(super) name: String,
    attributes: Vec<(String, Vec<u8>)>,
}

impl Tag {
    /// An attribute's value with its references read; `None` where it is missing, empty or the word `null`.
    pub(super) fn get(&self, name: &str) -> Option<String> {
        let (_, value) = self.attributes.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?;
        Some(references::text(value)).filter(|value| !value.is_empty() && value != "null")
    }

    /// Whether it has any attribute of these names.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        self.attributes.iter().any(|(known, _)| names.contains(&known.as_str()))
    }
}

/// A tag that was found within a value that is never closed.
struct Found {
    name: String,
    /// The name of its first attribute.
    attribute: String,
    begins: u64,
    raw: Vec<u8>,
}

/// Reads tags.
pub(super) struct Tags<'a, R> {
    input: R,
    known: &'a [&'a str],
    keeps: Keeps,
    tag: Tag,
    /// Where the tag begins.
    begins: u64,
    /// How many bytes were read.
    at: u64,
    raw: Vec<u8>,
    /// Where in it the tag begins.
    own: usize,
    holds: bool,
    room: usize,
    found: Option<Found>,
}

impl<'a, R: BufRead> Tags<'a, R> {
    /// Tags of `input`. `known` names the elements by which a quotation mark that is never closed is noticed; a value that `keeps`
    /// does not want is passed over without a copy.
    pub(super) fn new(input: R, known: &'a [&'a str], keeps: Keeps) -> Self {
        let (tag, raw) = (Tag::default(), Vec::new());
        Self { input, known, keeps, tag, begins: 0, at: 0, raw, own: 0, holds: false, room: ROOM, found: None }
    }

    /// The tag that was read last.
    pub(super) fn tag(&self) -> &Tag {
        &self.tag
    }

    /// The offset of its first byte.
    pub(super) fn begins(&self) -> u64 {
        self.begins
    }

    /// How far the file was read.
    pub(super) fn at(&self) -> u64 {
        self.at
    }

    /// The tag as it stands in the file, and all since [`Self::hold`]; a value that was not kept is told of by its length.
    pub(super) fn raw(&self) -> String {
        String::from_utf8_lossy(&self.raw).into_owned()
    }

    /// From the tag that was read last on, what stands in the file is held together, until [`Self::let_go`].
    pub(super) fn hold(&mut self) {
        self.holds = true;
    }

    /// What was held before the tag that was read last is let go.
    pub(super) fn let_go(&mut self) {
        self.holds = false;
        self.raw.drain(..self.own.min(self.raw.len()));
    }

    /// Goes to the next tag.
    pub(super) fn advance(&mut self) -> Result<Next> {
        if let Some(found) = self.found.take() {
            let Found { name, attribute, begins, raw } = found;
            (self.tag, self.begins) = (Tag { name, attributes: Vec::new() }, begins);
            self.tag_begins();
            extend(&mut self.raw, &raw);
            return if self.tag.name.starts_with('/') { self.end_tag() } else { self.start_tag(Some(attribute)) };
        }
        loop {
            if self.pass(|byte| byte == b'<', self.holds)?.is_none() {
                return Ok(Next::Nothing);
            }
            self.tag_begins();
            self.begins = self.at;
            self.step()?;
            self.tag = Tag::default();
            match self.peek()? {
                Some(b'!') => self.markup()?,
                Some(b'?') => self.past(b"?>")?,
                Some(b'/') => {
                    self.tag.name = self.name()?;
                    return self.end_tag();
                }
                Some(byte) if byte.is_ascii_alphabetic() => {
                    self.tag.name = self.name()?;
                    return self.start_tag(None);
                }
                _ => {}
            }
        }
    }

    fn tag_begins(&mut self) {
        if !self.holds {
            self.raw.clear();
        }
        self.own = self.raw.len();
    }

    /// What follows the name of an end tag, which is kept without its stroke.
    fn end_tag(&mut self) -> Result<Next> {
        self.tag.name.remove(0);
        self.pass(|byte| byte == b'>' || byte == b'<', true)?;
        if self.peek()? == Some(b'>') {
            self.step()?;
        }
        Ok(Next::End)
    }

    /// What follows the name of a start tag, or of its first attribute.
    fn start_tag(&mut self, mut named: Option<String>) -> Result<Next> {
        self.room = ROOM;
        loop {
            self.pass(|byte| !byte.is_ascii_whitespace(), true)?;
            match (named.take(), self.peek()?) {
                (_, None) => return Ok(Next::Broken("the file ends within it: it was cut off")),
                (_, Some(b'<')) => return Ok(Next::Broken("it is not closed before the next begins")),
                (_, Some(b'>')) => {
                    self.step()?;
                    return Ok(Next::Start(false));
                }
                (None, Some(b'/')) => {
                    self.step()?;
                    if self.peek()? == Some(b'>') {
                        self.step()?;
                        return Ok(Next::Start(true));
                    }
                }
                (Some(name), Some(b'=')) => {
                    self.step()?;
                    if let Some(why) = self.value(name)? {
                        return Ok(Next::Broken(why));
                    }
                }
                (None, Some(byte)) if is_name(byte) => named = Some(self.name()?),
                // An attribute without a value.
                (Some(_), Some(byte)) if is_name(byte) || byte == b'/' => {}
                _ => {
                    self.pass(|byte| byte == b'<' || byte == b'>', true)?;
                    return Ok(Next::Broken("its attributes cannot be told apart"));
                }
            }
        }
    }

    /// What follows an attribute's equals sign; what is wrong with it.
    fn value(&mut self, name: String) -> Result<Option<&'static str>> {
        self.pass(|byte| !byte.is_ascii_whitespace(), true)?;
        let Some(quote @ (b'"' | b'\'')) = self.peek()? else {
            return Ok(Some("a value stands without quotation marks"));
        };
        self.step()?;
        let keeps = (self.keeps)(&self.tag, &name);
        let (mut value, begins) = (Vec::new(), self.at);
        loop {
            let stop = if keeps {
                let most = VALUE.min(self.room);
                self.read(
                    |byte| byte == quote || byte == b'<',
                    |part, raw| {
                        value.extend_from_slice(part.get(..most.saturating_sub(value.len())).unwrap_or(part));
                        extend(raw, part);
                    },
                )?
            } else {
                self.pass(|byte| byte == quote || byte == b'<', false)?
            };
            match stop {
                None => return Ok(Some("the file ends within it: it was cut off")),
                Some(b'<') if self.is_tag(&mut value)? => return Ok(Some("a quotation mark is never closed")),
                Some(b'<') => {}
                Some(_) => break,
            }
        }
        if !keeps {
            extend(&mut self.raw, format!("({} bytes left out)", self.at - begins).as_bytes());
        }
        self.step()?;
        self.room = self.room.saturating_sub(value.len());
        if keeps && self.tag.attributes.len() < ATTRIBUTES {
            self.tag.attributes.push((name, value));
        }
        Ok(None)
    }

    /// Whether the `<` within a value is the next tag: XML allows none there, but not every program knows. A known name must follow,
    /// and an attribute. Else what was looked at is part of the value.
    fn is_tag(&mut self, value: &mut Vec<u8>) -> Result<bool> {
        let (mut seen, begins) = (vec![b'<'], self.at);
        self.step_unseen()?;
        let name = self.letters(&mut seen, b'/')?;
        let mut attribute = String::new();
        let known = self.known.iter().any(|known| *known == name.trim_start_matches('/'));
        let is_tag = if !known {
            false
        } else if name.starts_with('/') {
            self.peek()? == Some(b'>')
        } else {
            while let Some(byte) = self.peek()?.filter(u8::is_ascii_whitespace) {
                seen.push(byte);
                self.step_unseen()?;
                if seen.len() > NAME {
                    break;
                }
            }
            attribute = self.letters(&mut seen, b'_')?;
            !attribute.is_empty() && self.peek()? == Some(b'=')
        };
        if is_tag {
            self.found = Some(Found { name, attribute, begins, raw: seen });
        } else {
            extend(&mut self.raw, &seen);
            if value.len() < VALUE {
                value.extend_from_slice(&seen);
            }
        }
        Ok(is_tag)
    }

    /// Letters that follow, and one more kind of byte.
    fn letters(&mut self, seen: &mut Vec<u8>, more: u8) -> Result<String> {
        let mut name = String::new();
        while let Some(byte) = self.peek()?.filter(|byte| (byte.is_ascii_alphabetic() || *byte == more) && name.len() < NAME) {
            seen.push(byte);
            name.push(char::from(byte));
            self.step_unseen()?;
        }
        Ok(name)
    }

    /// A name, cut at its bound; an end tag's begins with its stroke.
    fn name(&mut self) -> Result<String> {
        let mut name = Vec::new();
        let ends = |byte: u8| byte.is_ascii_whitespace() || b"<>=\"'".contains(&byte);
        if self.peek()? == Some(b'/') {
            name.push(b'/');
            self.step()?;
        }
        self.read(
            |byte| ends(byte) || byte == b'/',
            |part, raw| {
                name.extend_from_slice(part.get(..NAME.saturating_sub(name.len())).unwrap_or(part));
                extend(raw, part);
            },
        )?;
        Ok(String::from_utf8_lossy(&name).into_owned())
    }

    /// Passes over a comment, a CDATA section or a document type.
    fn markup(&mut self) -> Result<()> {
        self.step()?;
        match self.peek()? {
            Some(b'-') => self.past(b"-->"),
            Some(b'[') => self.past(b"]]>"),
            _ => {
                let mut depth = 0_usize;
                while let Some(byte) = self.pass(|byte| b"[]>".contains(&byte), self.holds)? {
                    self.step()?;
                    match byte {
                        b'[' => depth += 1,
                        b']' => depth = depth.saturating_sub(1),
                        _ if depth == 0 => break,
                        _ => {}
                    }
                }
                Ok(())
            }
        }
    }

    /// Passes over all up to these bytes, whose last is `>`, and over them.
    fn past(&mut self, end: &[u8]) -> Result<()> {
        let mut last = Vec::with_capacity(8);
        loop {
            let stop = self.read(
                |byte| byte == b'>',
                |part, _| {
                    let tail = part.get(part.len().saturating_sub(4)..).unwrap_or_default();
                    last.extend_from_slice(tail);
                    last.drain(..last.len().saturating_sub(4));
                },
            )?;
            if stop.is_none() {
                return Ok(());
            }
            self.step()?;
            last.push(b'>');
            if last.ends_with(end) {
                return Ok(());
            }
        }
    }
}

/// What may stand in the name of an attribute.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte) || byte >= 0x80
}

#[cfg(test)]
#[path = "tags_tests.rs"]
mod tests;
