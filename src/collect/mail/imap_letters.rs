//! The text of messages, taken out of the stream before the IMAP library sees it: the library reads an answer line by line and
//! tries to understand it anew with each, which for mails takes most of its time, and keeps a copy. In place of a literal
//! (RFC 3501, 4.3) of a fetched body it sees an empty one. Bytes go in as they come, and come out again but for those.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A line longer than this announces no body and goes on as it comes.
const LONGEST: usize = 64 * 1024;
/// No more is reserved for a body than this, however long its server says it is.
const RESERVED: usize = 4 * 1024 * 1024;

/// The bodies in a stream, shared by the stream and the session above it.
#[derive(Clone, Debug, Default)]
pub(super) struct Letters(Arc<Mutex<State>>);

#[derive(Debug, Default)]
struct State {
    open: bool,
    /// Whether the stream stands within a line that is too long to hold.
    within: bool,
    /// A line that has not ended yet.
    line: Vec<u8>,
    /// Bytes to hand on, and how many of them were.
    onward: (Vec<u8>, usize),
    /// How much of the last body is still to come.
    missing: usize,
    /// Bodies by the numbers of their messages.
    taken: Vec<(u32, Vec<u8>)>,
}

impl Letters {
    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to take bodies out.
    pub(super) fn open(&self) {
        let mut state = self.state();
        state.open = true;
        state.taken.clear();
    }

    /// Ends it, and gives the bodies that came whole, by the numbers of their messages.
    pub(super) fn close(&self) -> Vec<(u32, Vec<u8>)> {
        let mut state = self.state();
        let rest = std::mem::take(&mut state.line);
        state.onward.0.extend_from_slice(&rest);
        if state.missing > 0 {
            state.taken.pop();
        }
        (state.open, state.within, state.missing) = (false, false, 0);
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
        let State { onward: (bytes, given), .. } = &mut *state;
        let left = bytes.get(*given..).unwrap_or_default();
        let count = left.len().min(buffer.len());
        for (to, from) in buffer.iter_mut().zip(left) {
            *to = *from;
        }
        *given += count;
        if *given == bytes.len() {
            bytes.clear();
            *given = 0;
        }
        count
    }
}

impl State {
    /// Takes in a body or a line as far as it goes; gives what is left.
    fn piece<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        if let Some((_, body)) = self.taken.last_mut().filter(|_| self.missing > 0) {
            let (now, later) = bytes.split_at(self.missing.min(bytes.len()));
            body.extend_from_slice(now);
            self.missing -= now.len();
            return later;
        }
        let length = bytes.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |end| end + 1);
        let (line, later) = bytes.split_at(length);
        let ends = line.ends_with(b"\n");
        if self.within {
            self.onward.0.extend_from_slice(line);
            self.within = !ends;
            return later;
        }
        self.line.extend_from_slice(line);
        if ends || self.line.len() > LONGEST {
            let line = std::mem::take(&mut self.line);
            self.within = !ends;
            match announced(&line).filter(|_| ends && line.len() <= LONGEST) {
                Some((number, length, before)) => {
                    self.taken.push((number, Vec::with_capacity(length.min(RESERVED))));
                    self.missing = length;
                    self.onward.0.extend_from_slice(before);
                    self.onward.0.extend_from_slice(b"{0}\r\n");
                }
                None => self.onward.0.extend_from_slice(&line),
            }
        }
        later
    }
}

/// The message and the length of the body that a line announces, and what stands before that: `* 7 FETCH (UID 9 BODY[] {512}`.
fn announced(line: &[u8]) -> Option<(u32, usize, &[u8])> {
    let text = line.trim_ascii_end();
    let number = text.strip_prefix(b"* ")?;
    let (number, after) = number.split_at_checked(number.iter().take_while(|byte| byte.is_ascii_digit()).count())?;
    let open = text.iter().rposition(|byte| *byte == b'{')?;
    let length = text.get(open + 1..)?.strip_suffix(b"}")?;
    let before = text.get(..open)?;
    let upper = before.to_ascii_uppercase();
    let is_body = upper.ends_with(b" BODY[] ") || upper.ends_with(b"(BODY[] ") || upper.ends_with(b" BODY[]<0> ");
    let number_of = |digits: &[u8]| std::str::from_utf8(digits).ok()?.parse::<u32>().ok();
    (is_body && after.to_ascii_uppercase().starts_with(b" FETCH (")).then_some(())?;
    Some((number_of(number)?, usize::try_from(number_of(length)?).ok()?, before))
}

/// What goes on of a stream that comes in pieces of `size` bytes, and the bodies that are taken out of it.
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[must_use]
#[cfg_attr(test, expect(unreachable_pub, reason = "it is for the fuzz target, which reaches it"))]
pub fn without_letters(stream: &[u8], size: usize) -> (Vec<u8>, Vec<(u32, Vec<u8>)>) {
    let letters = Letters::default();
    letters.open();
    let (mut onward, mut buffer) = (Vec::new(), [0; 7]);
    let mut drain = || loop {
        match letters.give(&mut buffer) {
            0 => break,
            count => onward.extend(buffer.iter().take(count)),
        }
    };
    for piece in stream.chunks(size.max(1)) {
        letters.feed(piece);
        drain();
    }
    let taken = letters.close();
    drain();
    (onward, taken)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same of a text.
    fn through(stream: &str, size: usize) -> (String, Vec<(u32, String)>) {
        let (onward, taken) = without_letters(stream.as_bytes(), size);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (text(onward), taken.into_iter().map(|(number, body)| (number, text(body))).collect())
    }

    #[test]
    fn bodies_are_taken_out_however_the_stream_is_cut() {
        let stream = "* 7 FETCH (UID 9 INTERNALDATE \"x\" BODY[] {13}\r\nHi\r\n* 8 {3}\r\n FLAGS ())\r\n* OK {3}\r\n* 8 FETCH (BODY[]<0> {0}\r\n)\r\n\
                      * 9 fetch (uid 11 body[] {3}\r\n)\r\n)\r\n* 3 EXISTS\r\na1 OK done\r\n";
        let want = "* 7 FETCH (UID 9 INTERNALDATE \"x\" BODY[] {0}\r\n FLAGS ())\r\n* OK {3}\r\n* 8 FETCH (BODY[]<0> {0}\r\n)\r\n\
                    * 9 fetch (uid 11 body[] {0}\r\n)\r\n* 3 EXISTS\r\na1 OK done\r\n";
        for size in 1..stream.len() {
            let (onward, taken) = through(stream, size);
            assert_eq!(onward, want, "in pieces of {size}");
            assert_eq!(taken[0], (7, "Hi\r\n* 8 {3}\r\n".to_owned()));
            assert_eq!(taken.last(), Some(&(9, ")\r\n".to_owned())));
        }
    }

    #[test]
    fn what_is_no_body_goes_on_as_it_comes() {
        for line in [
            "* 7 FETCH (UID 9 BODY[HEADER] {4}\r\nabcd)\r\n",
            "* 7 FETCH (UID 9 BODY[] {x}\r\n)\r\n",
            "* 7 FETCH (UID 9 BODY[] {99999999999999999999}\r\n)\r\n",
            "* LIST () \"/\" {4}\r\nabcd\r\n",
            "* 7 FETCH (UID 9 BODY[] \"abc\")\r\n",
            "a1 OK BODY[] {4}\r\nabcd\r\n",
            "no line end",
        ] {
            assert_eq!(through(line, 5), (line.to_owned(), Vec::new()));
        }
        let long = format!("* 7 FETCH (X {} BODY[] {{4}}\r\n", "x".repeat(2 * LONGEST));
        for size in [1000, long.len()] {
            assert_eq!(through(&long, size).0, long, "in pieces of {size}");
        }
    }

    #[test]
    fn a_body_that_does_not_come_whole_is_none() {
        assert_eq!(through("* 7 FETCH (UID 9 BODY[] {12}\r\nHi", 3).1, Vec::new());
    }
}
