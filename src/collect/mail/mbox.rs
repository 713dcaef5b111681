//! Splits an mbox (RFC 4155; the mboxo and mboxrd dialects) into messages while reading it once. Takes any reader, gives
//! the bytes of each message without its `From ` line and with `>From` unquoted; holds one message at a time, up to a cap.

use std::io::{self, BufRead, Read as _};

use super::record::{KEPT, LARGEST};

/// The longest piece of a line that is read at once.
const PIECE: u64 = 64 * 1024;

/// One message of an mbox.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Its bytes.
    pub(crate) bytes: Vec<u8>,
    /// Whether only the beginning was kept.
    pub(crate) cut: bool,
    /// Where it begins, in bytes from the start of the file.
    pub(crate) offset: u64,
}

/// Whether a line (with or without its end) begins a message: `From `, an address, and a date with time and year.
pub(crate) fn is_from_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else { return false };
    let text = String::from_utf8_lossy(rest.get(..rest.len().min(300)).unwrap_or(rest));
    let is_time = |word: &str| {
        word.split(':').count() >= 2
            && word.split(':').all(|part| (1..=2).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let is_year = |word: &str| {
        word.len() == 4 && (word.starts_with("19") || word.starts_with("20")) && word.bytes().all(|byte| byte.is_ascii_digit())
    };
    text.split_whitespace().any(is_time) && text.split_whitespace().any(is_year)
}

/// The messages of an mbox, one after the other.
pub(crate) struct Messages<R> {
    reader: R,
    /// Bytes read so far.
    position: u64,
    /// Where the message begins whose `From ` line was read last.
    begun: Option<u64>,
    finished: bool,
}

impl<R: BufRead> Messages<R> {
    pub(crate) fn new(reader: R) -> Self {
        Self { reader, position: 0, begun: None, finished: false }
    }

    /// Where the file ended, once its last message was given.
    pub(crate) fn end(&self) -> Option<u64> {
        self.finished.then_some(self.position)
    }

    /// Reads up to the end of the current message, or of the file.
    fn message(&mut self) -> io::Result<Option<Entry>> {
        let mut entry = self.begun.take().map(|offset| Entry { bytes: Vec::new(), cut: false, offset });
        let mut piece = Vec::new();
        let (mut at_line_start, mut after_empty_line) = (true, true);
        loop {
            piece.clear();
            let offset = self.position;
            let read = self.reader.by_ref().take(PIECE).read_until(b'\n', &mut piece)?;
            self.position += u64::try_from(read).unwrap_or(u64::MAX);
            if read == 0 {
                self.finished = true;
                return Ok(entry);
            }
            if at_line_start && after_empty_line && is_from_line(&piece) {
                self.skip_line(&piece)?;
                if entry.is_some() {
                    self.begun = Some(offset);
                    return Ok(entry);
                }
                entry = Some(Entry { bytes: Vec::new(), cut: false, offset });
                after_empty_line = false;
                continue;
            }
            if let Some(entry) = &mut entry {
                entry.add(if at_line_start { unquoted(&piece) } else { &piece });
            }
            after_empty_line = at_line_start && matches!(piece.as_slice(), b"\n" | b"\r\n");
            at_line_start = piece.ends_with(b"\n");
        }
    }

    /// Reads the rest of a line of which only a piece was read.
    fn skip_line(&mut self, piece: &[u8]) -> io::Result<()> {
        let mut ended = piece.ends_with(b"\n");
        let mut rest = Vec::new();
        while !ended {
            rest.clear();
            let read = self.reader.by_ref().take(PIECE).read_until(b'\n', &mut rest)?;
            self.position += u64::try_from(read).unwrap_or(u64::MAX);
            ended = read == 0 || rest.ends_with(b"\n");
        }
        Ok(())
    }
}

impl Entry {
    /// Whether it is surely whole: an empty line ends each (RFC 4155), and whoever writes one writes that last.
    pub(crate) fn is_ended(&self) -> bool {
        self.cut || self.bytes.ends_with(b"\n\n") || self.bytes.ends_with(b"\n\r\n")
    }

    /// Adds a piece, as long as the cap is not reached.
    fn add(&mut self, piece: &[u8]) {
        if self.cut {
            return;
        }
        self.bytes.extend_from_slice(piece);
        if self.bytes.len() > LARGEST {
            self.bytes.truncate(KEPT);
            self.bytes.shrink_to_fit();
            self.cut = true;
        }
    }
}

/// A line without the first `>` of `>From `, `>>From ` and so on.
fn unquoted(line: &[u8]) -> &[u8] {
    let quotes = line.iter().take_while(|&&byte| byte == b'>').count();
    match line.get(quotes..) {
        Some(rest) if quotes > 0 && rest.starts_with(b"From ") => line.get(1..).unwrap_or(line),
        _ => line,
    }
}

impl<R: BufRead> Iterator for Messages<R> {
    type Item = io::Result<Entry>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.finished {
            return None;
        }
        let message = self.message();
        self.finished |= message.is_err();
        message.transpose()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE_LENGTH: usize = 64 * 1024;

    fn split(text: &str) -> Vec<(u64, String)> {
        Messages::new(text.as_bytes())
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.offset, String::from_utf8(entry.bytes).unwrap()))
            .collect()
    }

    #[test]
    fn messages_are_split_and_unquoted() {
        let from = "From amy@b.example Mon Nov  2 15:04:05 2026\n";
        let text = format!("{from}A: 1\n\n>From me\n>>From you\n> From\nFrom here on\n\nFrom now on\n\n{from}B: 2\n\nx\n");
        let second = u64::try_from(text.rfind(from).unwrap()).unwrap();
        assert_eq!(
            split(&text),
            [(0, "A: 1\n\nFrom me\n>From you\n> From\nFrom here on\n\nFrom now on\n\n".to_owned()), (second, "B: 2\n\nx\n".to_owned())]
        );
        assert_eq!(split(""), []);
        assert_eq!(split("no mbox\n"), []);
        assert_eq!(split(&text.replace('\n', "\r\n")).len(), 2);
        assert_eq!(split(&format!("{from}{from}")).len(), 1, "a From line needs an empty line before it");
    }

    #[test]
    fn the_last_message_is_known_and_whether_it_is_whole() {
        let from = "From amy@b.example Mon Nov  2 15:04:05 2026\n";
        for (end, ended) in [("\n\n", true), ("\r\n\r\n", true), ("\n", false), ("", false)] {
            let text = format!("{from}A: 1\n\nx\n\n{from}B: 2\n\ny{end}");
            let mut messages = Messages::new(text.as_bytes());
            let told: Vec<_> = std::iter::from_fn(|| messages.next().map(|entry| (messages.end(), entry.unwrap().is_ended()))).collect();
            assert_eq!(told, [(None, true), (Some(text.len().try_into().unwrap()), ended)], "{end:?}");
        }
    }

    #[test]
    fn from_lines_are_told_from_text() {
        for (line, expected) in [
            ("From amy@b.example Mon Nov  2 15:04:05 2026", true),
            ("From 1790000000@xxx Mon Nov 02 15:04:05 +0000 2026", true),
            ("From - Mon Nov  2 15:04 2026\r\n", true),
            ("From MAILER-DAEMON Mon Nov  2 15:04:05 CET 2026", true),
            ("From now on we are open until 18:00", false),
            ("From 2026 on", false),
            ("From: amy@b.example", false),
            ("From ", false),
        ] {
            assert_eq!(is_from_line(line.as_bytes()), expected, "{line}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_split_without_inventing_any(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..400)) {
            let mut text = b"From a@b Mon Nov  2 15:04:05 2026\n".to_vec();
            text.extend(bytes);
            let entries: Vec<Entry> = Messages::new(text.as_slice()).map(Result::unwrap).collect();
            assert!(!entries.is_empty() && entries.iter().map(|entry| entry.bytes.len()).sum::<usize>() <= text.len());
        }
    }

    #[test]
    fn a_message_over_the_cap_is_cut_and_the_next_one_is_whole() {
        let from = "From a@b Mon Nov  2 15:04:05 2026\n";
        let text = format!("{from}A: 1\n\n{}\n\n{from}B: 2\n\n{}", "x".repeat(LARGEST), "y\n".repeat(PIECE_LENGTH));
        let entries: Vec<Entry> = Messages::new(text.as_bytes()).map(Result::unwrap).collect();
        assert_eq!(
            entries.iter().map(|entry| (entry.cut, entry.bytes.len())).collect::<Vec<_>>(),
            [(true, KEPT), (false, 6 + 2 * PIECE_LENGTH)]
        );
    }
}
