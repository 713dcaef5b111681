//! The rows of a CSV file (RFC 4180), one by one, each with its line and its bytes. Takes any delimiter; quoted line ends count. A
//! quotation mark that is opened and never closed would swallow the rest: its row is told of, and reading goes on at the next line.

use std::borrow::Cow;
use std::io::BufRead;

use csv_core::{ReadRecordResult, ReaderBuilder};

/// Longest row, in bytes: beyond it the row's quotes are taken for never closed.
const LONGEST: usize = 1024 * 1024;
/// Most fields of a row.
const FIELDS: usize = 4096;
/// The same for whoever walks over a row.
pub(super) const MOST_FIELDS: usize = FIELDS;

/// Reads rows.
pub(super) struct Rows<R> {
    reader: R,
    delimiter: u8,
    core: csv_core::Reader,
    /// Lines that were read ahead for a quote that was never closed.
    held: Vec<u8>,
    /// The raw row.
    raw: Vec<u8>,
    output: Vec<u8>,
    ends: Vec<usize>,
    count: usize,
    /// Whether the row has no quotes: then its fields are read where they stand.
    plain: bool,
    line: u64,
    next_line: u64,
}

/// What comes next.
pub(super) enum Next {
    /// A row; see [`Rows::field`].
    Row,
    /// A row that cannot be taken apart, and why.
    Bad(&'static str),
    /// Nothing.
    End,
}

impl<R: BufRead> Rows<R> {
    /// Rows whose fields are parted by `delimiter`.
    pub(super) fn new(reader: R, delimiter: u8) -> Self {
        let core = ReaderBuilder::new().delimiter(delimiter).build();
        let (output, ends) = (vec![0; 4096], vec![0; 64]);
        let (held, raw) = (Vec::new(), Vec::new());
        Self { reader, delimiter, core, held, raw, output, ends, count: 0, plain: true, line: 0, next_line: 1 }
    }

    /// Goes to the next row that is not empty.
    pub(super) fn advance(&mut self) -> std::io::Result<Next> {
        loop {
            self.raw.clear();
            self.count = 0;
            self.line = self.next_line;
            if !self.more()? {
                return Ok(Next::End);
            }
            if self.is_empty() {
                self.next_line += 1;
                continue;
            }
            let mut quotes = Quotes::new(self.delimiter);
            let mut seen = 0;
            self.plain = memchr::memchr(b'"', &self.raw).is_none();
            while !self.plain && quotes.open_after(self.raw.get(seen..).unwrap_or_default()) {
                seen = self.raw.len();
                if self.raw.len() > LONGEST || !self.more()? {
                    return Ok(self.unclosed());
                }
            }
            self.next_line += if seen == 0 { 1 } else { newlines(&self.raw) };
            if self.raw.len() > LONGEST {
                return Ok(Next::Bad("the row is longer than 1 MB"));
            }
            if !self.take_apart() {
                return Ok(Next::Bad("the row has more than 4,096 fields"));
            }
            return Ok(Next::Row);
        }
    }

    /// The line on which the row begins, from 1.
    pub(super) fn line(&self) -> u64 {
        self.line
    }

    /// How many fields the row has.
    pub(super) fn len(&self) -> usize {
        self.count
    }

    /// What is wrong with a row of more fields than it may have.
    pub(super) fn surplus(&self, most: usize) -> Option<String> {
        let mark = match self.delimiter {
            b',' => "comma",
            b';' => "semicolon",
            b'\t' => "tab",
            _ => "delimiter",
        };
        let told = || format!("the row has {} fields and the others {most}; a text that holds a {mark} must be quoted", self.count);
        (self.count > most).then(told)
    }

    /// A field, as [`Record::field`].
    pub(super) fn field(&self, at: usize) -> Option<Cow<'_, str>> {
        self.record().field(at)
    }

    /// The row as it stands in the file, without its line end.
    pub(super) fn raw(&self) -> Cow<'_, str> {
        self.record().raw()
    }

    /// The row's fields.
    pub(super) fn record(&self) -> Record<'_> {
        let ends = self.ends.get(..self.count).unwrap_or_default();
        let end = ends.last().copied().unwrap_or_default();
        let raw = std::str::from_utf8(without_line_end(&self.raw)).ok();
        if self.plain {
            let bytes = self.raw.get(..end).unwrap_or_default();
            return Record { bytes, text: raw, raw, row: &self.raw, ends, gap: 1 };
        }
        let bytes = self.output.get(..end).unwrap_or_default();
        Record { bytes, text: std::str::from_utf8(bytes).ok(), raw, row: &self.raw, ends, gap: 0 }
    }

    /// All fields.
    pub(super) fn fields(&self) -> Vec<String> {
        let record = self.record();
        (0..self.count).filter_map(|at| record.field(at)).map(Cow::into_owned).collect()
    }

    /// Whether nothing stands in the row: delimiters and space alone.
    fn is_empty(&self) -> bool {
        self.raw.iter().all(|byte| byte.is_ascii_whitespace() || *byte == self.delimiter)
    }

    /// Reads one line more into the row; whether there was one. No line is longer than the bound and a bit.
    fn more(&mut self) -> std::io::Result<bool> {
        if !self.held.is_empty() {
            let end = self.held.iter().position(|&byte| byte == b'\n').map_or(self.held.len(), |at| at + 1);
            self.raw.extend(self.held.drain(..end));
            return Ok(true);
        }
        let room = 2 * LONGEST;
        let read = read_line(&mut self.reader, room, &mut self.raw)?;
        if self.line == 1 && self.raw.starts_with(b"\xef\xbb\xbf") {
            self.raw.drain(..3);
        }
        Ok(read > 0)
    }

    /// Gives back all but the first line of a row whose quotes are never closed.
    fn unclosed(&mut self) -> Next {
        let first = self.raw.iter().position(|&byte| byte == b'\n').map_or(self.raw.len(), |at| at + 1);
        let mut rest = self.raw.split_off(first);
        rest.append(&mut self.held);
        self.held = rest;
        self.next_line += 1;
        Next::Bad("a quotation mark is opened and never closed")
    }

    /// Parts the fields; false when there are too many.
    fn take_apart(&mut self) -> bool {
        if self.plain {
            let row = without_line_end(&self.raw);
            let end = row.len();
            self.ends.clear();
            self.ends.extend(memchr::memchr_iter(self.delimiter, row).chain([end]).take(FIELDS + 1));
            self.count = self.ends.len();
            return self.count <= FIELDS;
        }
        self.ends.resize(self.ends.len().max(64), 0);
        self.core.reset();
        self.output.resize(self.output.len().max(self.raw.len() + 1), 0);
        let (mut input, mut written, mut ended) = (self.raw.as_slice(), 0, 0);
        loop {
            let output = self.output.get_mut(written..).unwrap_or_default();
            let (result, read, wrote, ends) = self.core.read_record(input, output, self.ends.get_mut(ended..).unwrap_or_default());
            input = input.get(read..).unwrap_or_default();
            written += wrote;
            ended += ends;
            match result {
                ReadRecordResult::Record | ReadRecordResult::End => {
                    self.count = ended;
                    return true;
                }
                ReadRecordResult::OutputFull => self.output.resize(self.output.len() * 2, 0),
                ReadRecordResult::OutputEndsFull if self.ends.len() < FIELDS => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => return false,
                // With nothing more to come, an empty input ends the record.
                ReadRecordResult::InputEmpty => input = &[],
            }
        }
    }
}

/// The fields of a row.
#[derive(Clone, Copy)]
pub(super) struct Record<'a> {
    bytes: &'a [u8],
    /// The same, where the whole row is UTF-8.
    text: Option<&'a str>,
    raw: Option<&'a str>,
    row: &'a [u8],
    ends: &'a [usize],
    /// What stands between two fields.
    gap: usize,
}

impl<'a> Record<'a> {
    /// A field, without space around it: UTF-8, else Windows-1252.
    pub(super) fn field(&self, at: usize) -> Option<Cow<'a, str>> {
        let end = *self.ends.get(at)?;
        let begin = if at == 0 { 0 } else { *self.ends.get(at - 1)? + self.gap };
        match self.text {
            Some(text) => text.get(begin..end).map(|field| Cow::Borrowed(field.trim_ascii())),
            None => self.bytes.get(begin..end).map(|field| text(field.trim_ascii())),
        }
    }

    /// The row as it stands in the file, without its line end.
    pub(super) fn raw(&self) -> Cow<'a, str> {
        self.raw.map_or_else(|| text(without_line_end(self.row)), Cow::Borrowed)
    }
}

/// Whether a row's quotes are open; a mark inside an unquoted field is text.
struct Quotes {
    delimiter: u8,
    quoted: bool,
    field_begins: bool,
}

impl Quotes {
    fn new(delimiter: u8) -> Self {
        Self { delimiter, quoted: false, field_begins: true }
    }

    /// Whether they are open after these bytes too.
    fn open_after(&mut self, bytes: &[u8]) -> bool {
        if !self.quoted && memchr::memchr(b'"', bytes).is_none() {
            return false;
        }
        for &byte in bytes {
            match byte {
                b'"' if self.quoted || self.field_begins => {
                    self.quoted = !self.quoted;
                    // A doubled mark closes and opens again, which this counting gives by itself.
                    self.field_begins = !self.quoted;
                }
                _ if byte == self.delimiter && !self.quoted => self.field_begins = true,
                _ => self.field_begins = false,
            }
        }
        self.quoted
    }
}

/// Appends what comes up to the next line end and with it, at most `room` bytes; how many there were.
fn read_line(reader: &mut impl BufRead, room: usize, into: &mut Vec<u8>) -> std::io::Result<usize> {
    let mut read = 0;
    while read < room {
        let buffer = match reader.fill_buf() {
            Ok(buffer) => buffer,
            Err(error) if error.kind() == std::io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        let buffer = buffer.get(..room - read).unwrap_or(buffer);
        let (part, ends) = match memchr::memchr(b'\n', buffer) {
            Some(at) => (buffer.get(..=at).unwrap_or(buffer), true),
            None => (buffer, buffer.is_empty()),
        };
        into.extend_from_slice(part);
        let length = part.len();
        reader.consume(length);
        read += length;
        if ends {
            break;
        }
    }
    Ok(read)
}

/// A row without its line end; a tab at its end is an empty field.
fn without_line_end(row: &[u8]) -> &[u8] {
    let row = row.strip_suffix(b"\n").unwrap_or(row);
    row.strip_suffix(b"\r").unwrap_or(row)
}

/// How many line ends there are.
pub(super) fn newlines(bytes: &[u8]) -> u64 {
    bytes.iter().map(|&byte| u64::from(byte == b'\n')).sum()
}

/// Bytes as text: UTF-8, else Windows-1252.
fn text(bytes: &[u8]) -> Cow<'_, str> {
    match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(_) => encoding_rs::WINDOWS_1252.decode_without_bom_handling(bytes).0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(content: &str, delimiter: u8) -> Vec<(u64, Vec<String>)> {
        let mut rows = Rows::new(content.as_bytes(), delimiter);
        let mut found = Vec::new();
        loop {
            match rows.advance().unwrap() {
                Next::Row => found.push((rows.line(), rows.fields())),
                Next::Bad(why) => found.push((rows.line(), vec![format!("! {why}")])),
                Next::End => return found,
            }
        }
    }

    #[test]
    fn rows_know_their_lines() {
        let rows = all("\u{feff}a,b\r\n\r\n1,\"x\ny\"\r\n , \n2,\"say \"\"hi\"\"\",\n3", b',');
        let expected: [(u64, &[&str]); 4] = [(1, &["a", "b"]), (3, &["1", "x\ny"]), (6, &["2", "say \"hi\"", ""]), (7, &["3"])];
        for ((line, fields), (expected_line, expected)) in rows.iter().zip(expected) {
            assert_eq!((*line, fields.iter().map(String::as_str).collect::<Vec<_>>().as_slice()), (expected_line, expected));
        }
        assert_eq!(rows.len(), 4);
        assert_eq!(all("a;\"b;c\"\n", b';')[0].1, ["a", "b;c"]);
        assert_eq!(all("a\tb\t\r\n", b'\t')[0].1, ["a", "b", ""]);
    }

    #[test]
    fn a_quote_that_stays_open_costs_its_own_row_alone() {
        let rows = all("a,b\n1,\"x\n2,y\n3,z\n", b',');
        assert_eq!(rows.iter().map(|(line, _)| *line).collect::<Vec<_>>(), [1, 2, 3, 4]);
        assert!(rows[1].1[0].contains("never closed"));
        assert_eq!(rows[3].1, ["3", "z"]);
        assert_eq!(all("a,5\" pipe\n", b',')[0].1, ["a", "5\" pipe"], "a mark inside a field is text");
    }

    #[test]
    fn a_row_without_end_is_bounded() {
        let mut content = "a,b\n".to_owned();
        content.push_str(&"x".repeat(5 * LONGEST));
        content.push_str("\n1,2\n");
        let rows = all(&content, b',');
        assert!(rows.iter().filter(|(_, fields)| fields[0].starts_with("! ")).count() >= 2);
        assert_eq!(rows.last().unwrap().1, ["1", "2"]);
    }
}
