//! The tags of an XML file (XML 1.0), one by one, in little memory however long a line or a value is. Forgiving where phone backups
//! are wrong: halves of a surrogate pair as two references, a file that ends anywhere, a quotation mark that is never closed. A
//! general XML reader refuses the first, and holds a whole tag with the video in it. Text between tags, comments and entities of
//! the file's own are passed over.

use std::io::{BufRead, Result};

use super::references;

/// Longest value that is kept, in bytes.
const VALUE: usize = 256 * 1024;
/// Most that is kept of one tag.
const ROOM: usize = 1024 * 1024;
/// Most that is kept of what stands in the file.
const RAW: usize = 64 * 1024;
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

    fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    /// Goes over one byte, which is kept as raw.
    fn step(&mut self) -> Result<()> {
        if let Some(byte) = self.peek()? {
            extend(&mut self.raw, &[byte]);
            self.step_unseen()?;
        }
        Ok(())
    }

    fn step_unseen(&mut self) -> Result<()> {
        if self.peek()?.is_some() {
            self.input.consume(1);
            self.at += 1;
        }
        Ok(())
    }

    /// Goes up to the first byte that `stops`, which it gives; `None` at the end of the file.
    fn pass(&mut self, stops: impl Fn(u8) -> bool, kept: bool) -> Result<Option<u8>> {
        self.read(stops, |part, raw| {
            if kept {
                extend(raw, part);
            }
        })
    }

    /// The same, with what it goes over.
    fn read(&mut self, stops: impl Fn(u8) -> bool, mut take: impl FnMut(&[u8], &mut Vec<u8>)) -> Result<Option<u8>> {
        loop {
            let buffer = self.input.fill_buf()?;
            if buffer.is_empty() {
                return Ok(None);
            }
            let stop = buffer.iter().position(|byte| stops(*byte));
            let (part, rest) = buffer.split_at_checked(stop.unwrap_or(buffer.len())).unwrap_or((buffer, &[]));
            take(part, &mut self.raw);
            let (length, byte) = (part.len(), rest.first().copied());
            self.input.consume(length);
            self.at += length as u64;
            if stop.is_some() {
                return Ok(byte);
            }
        }
    }
}

/// What may stand in the name of an attribute.
fn is_name(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.:".contains(&byte) || byte >= 0x80
}

fn extend(raw: &mut Vec<u8>, part: &[u8]) {
    raw.extend_from_slice(part.get(..RAW.saturating_sub(raw.len())).unwrap_or(part));
}

#[cfg(test)]
mod tests {
    use super::*;

    const KNOWN: [&str; 3] = ["sms", "mms", "smses"];

    fn all(content: &[u8]) -> Vec<String> {
        let mut tags = Tags::new(content, &KNOWN, |_, name| name != "data");
        let mut seen = Vec::new();
        loop {
            let next = tags.advance().unwrap();
            let body = tags.tag().get("b").map(|body| format!(" {body}")).unwrap_or_default();
            let (at, name) = (tags.begins(), &tags.tag().name);
            match next {
                Next::Nothing => return seen,
                Next::Broken(why) => seen.push(format!("{at} ! {why}")),
                Next::End => seen.push(format!("{at} /{name}")),
                Next::Start(empty) => seen.push(format!("{at} {name}{}{body}", if empty { "/" } else { "" })),
            }
        }
    }

    #[test]
    fn tags_are_read_with_their_places() {
        for (content, expected) in [
            (
                "<?xml version='1.0'?><!-- <sms/> --><!DOCTYPE a [<!ENTITY x \">\">]><smses><sms b='1>\"'/></smses >",
                "66 smses|73 sms/ 1>\"|87 /smses",
            ),
            ("<sms\n b = \"x\"\tc='' ></sms>", "0 sms x|20 /sms"),
            ("<sms b=\"Yup &#55357;&#56396;!\"/>", "0 sms/ Yup \u{1f44c}!"),
            ("<sms b=\"null\"/>", "0 sms/"),
            ("<sms b=\"I <3 you, <call me> <sms x\"/>", "0 sms/ I <3 you, <call me> <sms x"),
            ("<sms b=\"cut", "0 ! the file ends within it: it was cut off"),
            ("<sms b=\"1\" <sms b=\"2\"/>", "0 ! it is not closed before the next begins|11 sms/ 2"),
            ("<sms b=\"1\n<sms b=\"2\"/></smses>", "0 ! a quotation mark is never closed|10 sms/ 2|22 /smses"),
            ("<sms b=\"1\n</smses>", "0 ! a quotation mark is never closed|10 /smses"),
            ("<sms b=1/><sms b='2'/>", "0 ! a value stands without quotation marks|10 sms/ 2"),
            ("<sms b=\"1\" =\"2\"/><sms/>", "0 ! its attributes cannot be told apart|17 sms/"),
            ("a < b <sms/>", "6 sms/"),
            ("<sms x b='1' y/>", "0 sms/ 1"),
        ] {
            assert_eq!(all(content.as_bytes()).join("|"), expected, "{content}");
        }
    }

    #[test]
    fn the_bytes_of_a_message_are_held_together_without_its_picture() {
        let content = format!("<smses><mms b='1'> <part data=\"{}\" b='2'/> </mms><sms/>", "A".repeat(5000));
        let mut tags = Tags::new(content.as_bytes(), &KNOWN, |_, name| name != "data");
        tags.advance().unwrap();
        assert_eq!(tags.advance().unwrap(), Next::Start(false));
        tags.hold();
        assert_eq!(tags.advance().unwrap(), Next::Start(true));
        assert_eq!(tags.tag().get("b").as_deref(), Some("2"));
        assert_eq!((tags.tag().get("data"), tags.tag().has(&["b"])), (None, true));
        assert_eq!(tags.advance().unwrap(), Next::End);
        assert_eq!(tags.raw(), "<mms b='1'> <part data=\"(5000 bytes left out)\" b='2'/> </mms>");
        tags.let_go();
        tags.advance().unwrap();
        assert_eq!(tags.raw(), "<sms/>");
    }

    /// A backup in one line whose video is of so many bytes.
    struct Video {
        left: usize,
        ends: Vec<std::io::Cursor<&'static [u8]>>,
    }

    impl std::io::Read for Video {
        fn read(&mut self, buffer: &mut [u8]) -> Result<usize> {
            if self.ends.len() == 1 && self.left > 0 {
                let length = buffer.len().min(self.left);
                self.left -= length;
                buffer.iter_mut().take(length).for_each(|byte| *byte = b'A');
                return Ok(length);
            }
            match self.ends.last_mut().map(|end| end.read(buffer)) {
                Some(Ok(0)) if self.ends.len() > 1 => {
                    self.ends.pop();
                    self.read(buffer)
                }
                Some(read) => read,
                None => Ok(0),
            }
        }
    }

    #[test]
    fn a_video_of_any_length_takes_no_memory() {
        const VIDEO: usize = 200 * 1024 * 1024;
        let begins: &[u8] = b"<smses><mms><part ct=\"video/mp4\" data=\"";
        let ends: &[u8] = b"\"/></mms><sms b=\"after\"/></smses>";
        let video = Video { left: VIDEO, ends: vec![std::io::Cursor::new(ends), std::io::Cursor::new(begins)] };
        let mut tags = Tags::new(std::io::BufReader::new(video), &KNOWN, |_, name| name != "data");
        let mut last = None;
        while tags.advance().unwrap() != Next::Nothing {
            let values: usize = tags.tag.attributes.iter().map(|(_, value)| value.capacity()).sum();
            assert!(tags.raw.capacity() + values < 2 * RAW, "{} and {values} bytes are kept", tags.raw.capacity());
            last = tags.tag().get("b").or(last);
        }
        assert_eq!(last.as_deref(), Some("after"));
        assert_eq!(tags.at(), (VIDEO + begins.len() + ends.len()) as u64);
    }

    #[test]
    fn what_is_kept_of_a_tag_is_bounded() {
        let mut content = "<sms".to_owned();
        for name in 0..2000 {
            content.push_str(&format!(" a{name}='{}'", "x".repeat(2000)));
        }
        content.push_str(&format!(" b='{}'/><sms b='after'/>", "x".repeat(2 * VALUE)));
        let mut tags = Tags::new(content.as_bytes(), &KNOWN, |_, _| true);
        assert_eq!(tags.advance().unwrap(), Next::Start(true));
        assert!(tags.tag.attributes.iter().map(|(_, value)| value.len()).sum::<usize>() <= ROOM && tags.raw.len() <= RAW);
        assert_eq!(tags.advance().unwrap(), Next::Start(true));
        assert_eq!(tags.tag().get("b").as_deref(), Some("after"));
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_to_their_end(bytes in proptest::collection::vec(proptest::sample::select(b"<>/='\" sm!-[]?&#;5x\n\xff".to_vec()), 0..200)) {
            all(&bytes);
            }
    }
}
