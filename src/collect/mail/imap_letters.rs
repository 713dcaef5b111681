//! The text of messages, taken out of the stream before the IMAP library sees it: the library reads an answer line by line and
//! tries to understand it anew with each, which for mails takes most of its time, and keeps a copy. In place of a literal
//! (RFC 3501, 4.3) of a fetched body it sees a stub that names it: numbers of messages change while they are fetched (7.4.1), and the
//! UID may stand behind the body. An INTERNALDATE of NIL beside a body, of which the library makes a failure of its own, it does not
//! see at all. Bytes go in as they come, and come out again but for those.

use std::borrow::Cow;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// A line longer than this announces no body and goes on as it comes.
const LONGEST: usize = 64 * 1024;
/// No more is reserved for a body than this, however long its server says it is.
const RESERVED: usize = 4 * 1024 * 1024;
/// How a stub begins: a byte that no literal and no quoted string of a server holds (RFC 3501, 9).
const STUB: u8 = 0;

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
    /// Whether the line is what follows a body.
    behind: bool,
    /// Bodies in the order in which they came.
    taken: Vec<Vec<u8>>,
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

    /// Ends it, and gives the bodies that came whole.
    pub(super) fn close(&self) -> Bodies {
        let mut state = self.state();
        let rest = std::mem::take(&mut state.line);
        state.onward.0.extend_from_slice(&rest);
        if state.missing > 0 {
            state.taken.pop();
        }
        (state.open, state.within, state.missing, state.behind) = (false, false, 0, false);
        Bodies(std::mem::take(&mut state.taken).into_iter().map(Some).collect())
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
        if let Some(body) = self.taken.last_mut().filter(|_| self.missing > 0) {
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
            let behind = std::mem::take(&mut self.behind);
            match announced(&line).filter(|_| ends && line.len() <= LONGEST) {
                Some((length, before)) => {
                    let stub = stub(self.taken.len());
                    self.taken.push(Vec::with_capacity(length.min(RESERVED)));
                    (self.missing, self.behind) = (length, true);
                    self.onward.0.extend_from_slice(&dated(before));
                    self.onward.0.extend_from_slice(format!("{{{}}}\r\n", stub.len()).as_bytes());
                    self.onward.0.extend_from_slice(&stub);
                }
                None if behind => self.onward.0.extend_from_slice(&dated(&line)),
                None => self.onward.0.extend_from_slice(&line),
            }
        }
        later
    }
}

/// Bodies that were taken out.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Bodies(Vec<Option<Vec<u8>>>);

impl Bodies {
    /// What the library read as a body: the one that it stands for, or, where a server writes a short one as a string, itself.
    /// `None` for a body that did not come whole or was given already.
    pub(super) fn redeem(&mut self, read: &[u8]) -> Option<Vec<u8>> {
        let Some(number) = read.strip_prefix(&[STUB]) else { return Some(read.to_vec()) };
        let number: usize = std::str::from_utf8(number).ok()?.parse().ok()?;
        self.0.get_mut(number)?.take()
    }
}

/// What stands in the place of a body.
fn stub(number: usize) -> Vec<u8> {
    std::iter::once(STUB).chain(number.to_string().into_bytes()).collect()
}

/// The length of the body that a line announces, and what stands before that: `* 7 FETCH (UID 9 BODY[] {512}`.
fn announced(line: &[u8]) -> Option<(usize, &[u8])> {
    let text = line.trim_ascii_end();
    let number = text.strip_prefix(b"* ")?;
    let after = number.get(number.iter().take_while(|byte| byte.is_ascii_digit()).count()..).filter(|after| after.len() < number.len())?;
    let open = text.iter().rposition(|byte| *byte == b'{')?;
    let length = text.get(open + 1..)?.strip_suffix(b"}")?;
    let before = text.get(..open)?;
    let upper = before.to_ascii_uppercase();
    let section = upper.strip_suffix(b"BODY[] ").or_else(|| upper.strip_suffix(b"BODY[]<0> "));
    let is_body = section.is_some_and(|before| before.ends_with(b" ") || before.ends_with(b"("));
    (is_body && after.to_ascii_uppercase().starts_with(b" FETCH (")).then_some(())?;
    let length: u32 = std::str::from_utf8(length).ok()?.parse().ok()?;
    Some((usize::try_from(length).ok()?, before))
}

/// A part of an answer without an INTERNALDATE of NIL.
fn dated(part: &[u8]) -> Cow<'_, [u8]> {
    const NIL: &[u8] = b"INTERNALDATE NIL";
    let found = part.windows(NIL.len()).position(|words| words.eq_ignore_ascii_case(NIL));
    let Some((before, after)) = found.and_then(|at| Some((part.get(..at)?, part.get(at + NIL.len()..)?))) else {
        return Cow::Borrowed(part);
    };
    match (before.last(), after.first()) {
        (Some(b'(' | b' '), Some(b' ')) => Cow::Owned([before, after.trim_ascii_start()].concat()),
        (Some(b' '), Some(b')')) => Cow::Owned([before.trim_ascii_end(), after].concat()),
        _ => Cow::Borrowed(part),
    }
}

/// What goes on of a stream that comes in pieces of `size` bytes, and the bodies that are taken out of it.
#[cfg(any(test, fuzzing))]
#[doc(hidden)]
#[must_use]
#[cfg_attr(test, expect(unreachable_pub, reason = "it is for the fuzz target, which reaches it"))]
pub fn without_letters(stream: &[u8], size: usize) -> (Vec<u8>, Vec<Vec<u8>>) {
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
    (onward, taken.0.into_iter().flatten().collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The same of a text.
    fn through(stream: &str, size: usize) -> (String, Vec<String>) {
        let (onward, taken) = without_letters(stream.as_bytes(), size);
        let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
        (text(onward), taken.into_iter().map(text).collect())
    }

    #[test]
    fn bodies_are_taken_out_however_the_stream_is_cut() {
        let stream = "* 7 FETCH (UID 9 INTERNALDATE \"x\" BODY[] {13}\r\nHi\r\n* 8 {3}\r\n FLAGS ())\r\n* OK {3}\r\n* 8 FETCH (BODY[]<0> {0}\r\n)\r\n\
                      * 9 fetch (uid 11 body[] {3}\r\n)\r\n)\r\n* 3 EXISTS\r\na1 OK done\r\n";
        let want = "* 7 FETCH (UID 9 INTERNALDATE \"x\" BODY[] {2}\r\n\u{0}0 FLAGS ())\r\n* OK {3}\r\n* 8 FETCH (BODY[]<0> {2}\r\n\u{0}1)\r\n\
                    * 9 fetch (uid 11 body[] {2}\r\n\u{0}2)\r\n* 3 EXISTS\r\na1 OK done\r\n";
        for size in 1..stream.len() {
            let (onward, taken) = through(stream, size);
            assert_eq!(onward, want, "in pieces of {size}");
            assert_eq!(taken, ["Hi\r\n* 8 {3}\r\n", "", ")\r\n"]);
        }
    }

    #[test]
    fn a_date_of_nil_is_left_out_wherever_it_stands() {
        for (line, onward) in [
            ("* 7 FETCH (UID 9 INTERNALDATE NIL BODY[] {2}\r\nHi)\r\n", "* 7 FETCH (UID 9 BODY[] {2}\r\n\u{0}0)\r\n"),
            ("* 7 FETCH (internaldate nil BODY[] {2}\r\nHi UID 9)\r\n", "* 7 FETCH (BODY[] {2}\r\n\u{0}0 UID 9)\r\n"),
            ("* 7 FETCH (BODY[] {2}\r\nHi INTERNALDATE NIL UID 9)\r\n", "* 7 FETCH (BODY[] {2}\r\n\u{0}0 UID 9)\r\n"),
            ("* 7 FETCH (UID 9 BODY[] {0}\r\n INTERNALDATE NIL)\r\n", "* 7 FETCH (UID 9 BODY[] {2}\r\n\u{0}0)\r\n"),
            (
                "* 7 FETCH (UID 9 BODY[] {2}\r\nHi)\r\n* OK INTERNALDATE NIL \r\n",
                "* 7 FETCH (UID 9 BODY[] {2}\r\n\u{0}0)\r\n* OK INTERNALDATE NIL \r\n",
            ),
        ] {
            for size in [1, 3, 100] {
                assert_eq!(through(line, size).0, onward, "in pieces of {size}");
            }
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
        assert_eq!(through("* 7 FETCH (UID 9 BODY[] {12}\r\nHi", 3).1, Vec::<String>::new());
    }

    #[test]
    fn a_stub_gives_its_body_once_and_anything_else_is_itself() {
        let mut bodies = Bodies(vec![Some(b"\x001".to_vec()), Some(Vec::new())]);
        let read: [&[u8]; 7] = [b"", b"Hi", b"\x000", b"\x000", b"\x001", b"\x002", b"\x00x"];
        let given: [Option<&[u8]>; 7] = [Some(b""), Some(b"Hi"), Some(b"\x001"), None, Some(b""), None, None];
        assert_eq!(read.map(|read| bodies.redeem(read)), given.map(|body| body.map(<[u8]>::to_vec)));
    }
}
