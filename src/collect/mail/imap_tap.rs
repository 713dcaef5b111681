//! Lines of a server that the library cannot read, taken out of the stream before it sees them: capabilities and folders written
//! loosely, and FETCH answers with SAVEDATE (RFC 8514). Bytes go in as they come and come out again but for those lines, while the
//! tap is open.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

/// A line longer than this is none of ours and goes on as it comes.
const LONGEST: usize = 64 * 1024;
/// The most save dates that are taken out at once; those beyond are dropped.
const MOST: usize = 1024 * 1024;

/// A tap, shared by the stream and the session above it.
#[derive(Clone, Debug, Default)]
pub(super) struct Tap(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    open: bool,
    /// Whether the stream stands within a line that goes on as it comes.
    within: bool,
    /// A line that has not ended yet.
    line: Vec<u8>,
    /// How much of a literal within it is still to come, and where the last one ends.
    literal: (usize, usize),
    /// Bytes to hand on.
    onward: Vec<u8>,
    taken: Vec<Vec<u8>>,
    bytes: usize,
}

impl Tap {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to take lines out.
    pub(super) fn open(&self) {
        let mut state = self.state();
        (state.open, state.bytes) = (true, 0);
        state.taken.clear();
    }

    /// Ends it, and gives what was taken out.
    pub(super) fn close(&self) -> Vec<Vec<u8>> {
        let mut state = self.state();
        let rest = std::mem::take(&mut state.line);
        state.onward.extend_from_slice(&rest);
        (state.open, state.within, state.literal) = (false, false, (0, 0));
        std::mem::take(&mut state.taken)
    }

    pub(super) fn is_open(&self) -> bool {
        self.state().open
    }

    /// Takes in what came.
    pub(super) fn feed(&self, bytes: &[u8]) {
        let mut state = self.state();
        let mut rest = bytes;
        while !rest.is_empty() {
            rest = state.piece(rest);
        }
    }

    /// Hands on what may be read; 0 when there is nothing yet.
    pub(super) fn give(&self, buffer: &mut [u8]) -> usize {
        let mut state = self.state();
        let count = state.onward.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(state.onward.drain(..count)) {
            *to = from;
        }
        count
    }
}

impl State {
    /// Takes in a line or a literal as far as it goes; gives what is left.
    fn piece<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        if self.literal.0 > 0 {
            let (now, later) = bytes.split_at(self.literal.0.min(bytes.len()));
            self.line.extend_from_slice(now);
            self.literal.0 -= now.len();
            return later;
        }
        let length = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
        let (piece, later) = bytes.split_at(length);
        let ends = piece.ends_with(b"\n");
        if self.within {
            self.onward.extend_from_slice(piece);
            self.within = !ends;
            return later;
        }
        self.line.extend_from_slice(piece);
        if ends && let Some(length) = self.name_to_come() {
            self.literal = (length, self.line.len() + length);
        } else if ends || self.line.len() > LONGEST {
            let line = std::mem::take(&mut self.line);
            self.literal = (0, 0);
            self.within = !ends;
            match Kind::of(&line).filter(|_| ends && line.len() <= LONGEST) {
                Some(kind) => self.keep(&line, kind),
                None => self.onward.extend_from_slice(&line),
            }
        }
        later
    }

    /// The length of the literal (RFC 3501, 4.3) in which the name of a listed folder follows.
    fn name_to_come(&self) -> Option<usize> {
        let text = self.line.get(self.literal.1..)?.trim_ascii_end();
        (Kind::of(&self.line) == Some(Kind::Folder)).then_some(())?;
        let open = text.iter().rposition(|byte| *byte == b'{')?;
        let length = text.get(open + 1..)?.strip_suffix(b"}")?;
        let length: usize = std::str::from_utf8(length).ok()?.trim_end_matches('+').parse().ok()?;
        (self.line.len() + length <= LONGEST).then_some(length)
    }

    fn keep(&mut self, line: &[u8], kind: Kind) {
        self.bytes += line.len();
        if self.bytes <= MOST || kind != Kind::SaveDate {
            let line = line.strip_suffix(b"\n").unwrap_or(line);
            self.taken.push(line.strip_suffix(b"\r").unwrap_or(line).to_vec());
        }
    }
}

/// What lines are taken out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Capabilities,
    Folder,
    SaveDate,
}

impl Kind {
    /// What a line is, if it is one to take out. Of those that announce a literal, only a folder's is: what follows it belongs to it.
    fn of(line: &[u8]) -> Option<Self> {
        let upper = line.to_ascii_uppercase();
        let text = upper.trim_ascii_end();
        let rest = text.strip_prefix(b"* ")?;
        let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        let fetch = digits > 0 && rest.get(digits..).is_some_and(|after| after.starts_with(b" FETCH ("));
        match () {
            () if rest.starts_with(b"LIST ") => Some(Self::Folder),
            () if text.ends_with(b"}") => None,
            () if rest.starts_with(b"CAPABILITY") => Some(Self::Capabilities),
            () if fetch && rest.windows(9).any(|word| word == b"SAVEDATE ") => Some(Self::SaveDate),
            () => None,
        }
    }
}

/// The capabilities in taken lines, in upper case.
pub(super) fn capabilities(lines: &[Vec<u8>]) -> Vec<String> {
    let words = lines.iter().filter_map(|line| line.strip_prefix(b"* ")).flat_map(|line| line.split(u8::is_ascii_whitespace));
    let words = words.map(|word| String::from_utf8_lossy(word).to_ascii_uppercase());
    words.filter(|word| !word.is_empty() && word != "CAPABILITY").collect()
}

/// The UID and the save date in a taken line; `None` where there is none, or it says NIL.
pub(super) fn save_date(line: &[u8]) -> Option<(u32, DateTime<Utc>)> {
    let upper = String::from_utf8_lossy(line).to_ascii_uppercase();
    let after = |name: &str| upper.find(name).and_then(|at| upper.get(at + name.len()..));
    // Not a word that only ends so.
    let uid = after("(UID ").or_else(|| after(" UID "))?;
    let uid: String = uid.chars().take_while(char::is_ascii_digit).collect();
    let (date, _) = after("SAVEDATE \"")?.split_once('"')?;
    let date = DateTime::parse_from_str(date.trim(), "%d-%b-%Y %H:%M:%S %z").ok()?;
    Some((uid.parse().ok()?, date.with_timezone(&Utc)))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What goes on and what is taken out when a stream comes in pieces of `size` bytes.
    fn through(stream: &str, size: usize) -> (String, Vec<String>) {
        let tap = Tap::default();
        tap.open();
        let mut onward = Vec::new();
        for piece in stream.as_bytes().chunks(size) {
            tap.feed(piece);
            let mut buffer = [0; 7];
            loop {
                let count = tap.give(&mut buffer);
                if count == 0 {
                    break;
                }
                onward.extend_from_slice(&buffer[..count]);
            }
        }
        let taken = tap.close();
        let mut rest = [0; 100];
        let count = tap.give(&mut rest);
        onward.extend_from_slice(&rest[..count]);
        (String::from_utf8(onward).unwrap(), taken.into_iter().map(|line| String::from_utf8(line).unwrap()).collect())
    }

    #[test]
    fn only_whole_lines_of_ours_are_taken_out_however_they_come() {
        let stream = "* 3 EXISTS\r\n* 1 FETCH (UID 7 SAVEDATE \"02-Nov-2026 15:04:05 +0000\")\r\n* 2 FETCH (UID 8 FLAGS ())\r\n\
                      * CAPABILITY IMAP4rev1  IDLE\r\n* 3 FETCH (UID 9 X {3}\r\nabc)\r\na1 OK done\r\n* 4 EXI";
        for size in [1, 2, 5, 64, 10_000] {
            let (onward, taken) = through(stream, size);
            assert_eq!(
                onward, "* 3 EXISTS\r\n* 2 FETCH (UID 8 FLAGS ())\r\n* 3 FETCH (UID 9 X {3}\r\nabc)\r\na1 OK done\r\n* 4 EXI",
                "pieces of {size}"
            );
            assert_eq!(taken.len(), 2, "{taken:?}");
            assert_eq!(capabilities(&[taken[1].clone().into_bytes()]), ["IMAP4REV1", "IDLE"]);
        }
    }

    #[test]
    fn folders_are_taken_out_with_the_literals_that_name_them() {
        let lines =
            ["* LIST () \"/\" \"A\"", "* LIST () \"/\" {8}\r\nB\r\na {9}", "* list () \"/\" {0}\r\n", "* LIST () NIL {1}\r\nC (\"X\")"];
        let stream = format!("{}\r\n{}\r\n* 3 EXISTS\r\n{}\r\n{}\r\na1 OK done\r\n", lines[0], lines[1], lines[2], lines[3]);
        for size in 1..stream.len() {
            let (onward, taken) = through(&stream, size);
            assert_eq!((onward.as_str(), taken), ("* 3 EXISTS\r\na1 OK done\r\n", lines.map(str::to_owned).to_vec()), "pieces of {size}");
        }
        let many = "* LIST () \"/\" A\r\n".repeat(MOST / 16);
        assert_eq!(through(&many, 10_000).1.len(), MOST / 16, "none is dropped");
    }

    #[test]
    fn a_line_without_an_end_is_not_held_back() {
        let long = format!("* CAPABILITY {}", "A".repeat(LONGEST));
        let (onward, taken) = through(&format!("{long} B\r\n* CAPABILITY C\r\n"), 1000);
        assert!(onward == format!("{long} B\r\n"), "{} bytes went on", onward.len());
        assert_eq!(taken, ["* CAPABILITY C"]);
    }

    #[test]
    fn save_dates_are_read_and_others_left() {
        let at = |text: &str| Some((7, text.parse::<DateTime<Utc>>().unwrap()));
        for (line, expected) in [
            ("* 1 FETCH (UID 7 SAVEDATE \"02-Nov-2026 15:04:05 +0000\")", at("2026-11-02T15:04:05Z")),
            ("* 1 fetch (SaveDate \" 2-Nov-2026 09:04:05 -0600\" uid 7)", at("2026-11-02T15:04:05Z")),
            ("* 1 FETCH (UID 7 SAVEDATE NIL)", None),
            ("* 1 FETCH (SAVEDATE \"02-Nov-2026 15:04:05 +0000\")", None),
            ("* 1 FETCH (UID 7 SAVEDATE \"tomorrow\")", None),
            ("* 1 FETCH (UID 99999999999 SAVEDATE \"02-Nov-2026 15:04:05 +0000\")", None),
        ] {
            assert_eq!(save_date(line.as_bytes()), expected, "{line}");
        }
    }
}
