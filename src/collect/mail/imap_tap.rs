//! Lines of a server that the library cannot read, taken out of the stream before it sees them: capabilities written loosely, and
//! FETCH answers with SAVEDATE (RFC 8514). Bytes go in as they come and come out again but for those lines, while the tap is open.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use chrono::{DateTime, Utc};

/// A line longer than this is none of ours and goes on as it comes.
const LONGEST: usize = 64 * 1024;
/// The most that is taken out at once; what is beyond is dropped, since only its save dates are lost.
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
    /// Bytes to hand on.
    onward: Vec<u8>,
    taken: Vec<String>,
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
    pub(super) fn close(&self) -> Vec<String> {
        let mut state = self.state();
        let rest = std::mem::take(&mut state.line);
        state.onward.extend_from_slice(&rest);
        (state.open, state.within) = (false, false);
        std::mem::take(&mut state.taken)
    }

    pub(super) fn is_open(&self) -> bool {
        self.state().open
    }

    /// Takes in what came.
    pub(super) fn feed(&self, bytes: &[u8]) {
        let mut state = self.state();
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            state.piece(part);
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
    /// A piece of a line, or its end.
    fn piece(&mut self, piece: &[u8]) {
        let ends = piece.ends_with(b"\n");
        if self.within {
            self.onward.extend_from_slice(piece);
            self.within = !ends;
            return;
        }
        self.line.extend_from_slice(piece);
        if ends || self.line.len() > LONGEST {
            let line = std::mem::take(&mut self.line);
            self.within = !ends;
            if ends && line.len() <= LONGEST && is_ours(&line) {
                self.keep(&line);
            } else {
                self.onward.extend_from_slice(&line);
            }
        }
    }

    fn keep(&mut self, line: &[u8]) {
        self.bytes += line.len();
        if self.bytes <= MOST {
            self.taken.push(String::from_utf8_lossy(line).trim_end().to_owned());
        }
    }
}

/// Whether a line is one to take out. One that announces a literal is not: what follows it belongs to it.
fn is_ours(line: &[u8]) -> bool {
    let upper = line.to_ascii_uppercase();
    let text = upper.trim_ascii_end();
    if text.ends_with(b"}") {
        return false;
    }
    let Some(rest) = text.strip_prefix(b"* ") else { return false };
    let digits = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let fetch = digits > 0 && rest.get(digits..).is_some_and(|after| after.starts_with(b" FETCH ("));
    rest.starts_with(b"CAPABILITY") || fetch && rest.windows(9).any(|word| word == b"SAVEDATE ")
}

/// The capabilities in taken lines, in upper case.
pub(super) fn capabilities(lines: &[String]) -> Vec<String> {
    let words = lines.iter().filter_map(|line| line.get(2..)).flat_map(str::split_ascii_whitespace);
    words.map(str::to_ascii_uppercase).filter(|word| word != "CAPABILITY").collect()
}

/// The UID and the save date in a taken line; `None` where there is none, or it says NIL.
pub(super) fn save_date(line: &str) -> Option<(u32, DateTime<Utc>)> {
    let upper = line.to_ascii_uppercase();
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
        (String::from_utf8(onward).unwrap(), taken)
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
            assert_eq!(capabilities(&taken[1..]), ["IMAP4REV1", "IDLE"]);
        }
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
            assert_eq!(save_date(line), expected, "{line}");
        }
    }
}
