//! stdout is the result and stderr the conversation. A reader that goes away is no failure.

use std::borrow::Cow;
use std::cell::Cell;
use std::io::{ErrorKind, Write};

use super::{DONE, FAILED};
use crate::audit::AuditError;
use crate::report::words::came;
use crate::score::{Came, Card, FirstOf};
use crate::submit::page::is_control;

/// Where results and sentences go.
pub(super) struct Output {
    json: bool,
    quiet: bool,
    failed: Cell<bool>,
}

impl Output {
    pub(super) fn new(json: bool, quiet: bool) -> Self {
        Self { json, quiet, failed: Cell::new(false) }
    }

    /// Whether machine output was asked for.
    pub(super) fn is_json(&self) -> bool {
        self.json
    }

    /// Writes to stdout, as it stands.
    pub(super) fn write(&self, text: &str) {
        let mut stdout = std::io::stdout().lock();
        if let Err(error) = stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush())
            && error.kind() != ErrorKind::BrokenPipe
        {
            self.failed.set(true);
            self.say(&format!("could not write the result: {error}."));
        }
    }

    /// A result: the document with `--json`, else the text.
    pub(super) fn result(&self, document: &impl serde::Serialize, text: impl FnOnce() -> String) {
        if self.json {
            match serde_json::to_string_pretty(document) {
                Ok(document) => self.write(&(document + "\n")),
                Err(error) => {
                    self.failed.set(true);
                    self.say(&format!("could not write the result: {error}."));
                }
            }
        } else {
            let text = text();
            if !text.is_empty() {
                self.write(&harmless(&text));
            }
        }
    }

    /// One of many results: a line of JSON with `--json`, else the text.
    pub(super) fn event(&self, document: &impl serde::Serialize, text: impl FnOnce() -> String) {
        if self.json {
            self.write(&serde_json::to_string(document).map_or_else(|_| String::new(), |line| line + "\n"));
        } else {
            self.write(&harmless(&text()));
        }
    }

    /// A sentence on stderr.
    #[expect(clippy::unused_self, reason = "what is said goes through the one place that may say it")]
    pub(super) fn say(&self, sentence: &str) {
        let _ = writeln!(std::io::stderr().lock(), "{}", harmless(sentence));
    }

    /// A sentence on stderr that `--quiet` leaves out.
    pub(super) fn tell(&self, sentence: &str) {
        if !self.quiet {
            self.say(sentence);
        }
    }

    /// What went wrong, with its place underlined and what to do.
    #[expect(clippy::unused_self, reason = "as for `say`")]
    pub(super) fn error(&self, error: AuditError) {
        let _ = writeln!(std::io::stderr().lock(), "{:?}", miette::Report::new(error));
    }

    /// The exit status: a result that could not be written is a failure.
    pub(super) fn finish(&self, status: u8) -> u8 {
        if status == DONE && self.failed.get() { FAILED } else { status }
    }
}

/// A text that cannot steer a terminal: what mails and sites say is quoted, and controls of terminals and letters that turn a line
/// around are shown as the sign for what cannot be shown.
fn harmless(text: &str) -> Cow<'_, str> {
    let steers = |letter: char| is_control(letter) || letter.is_control() && !matches!(letter, '\n' | '\t');
    if text.contains(steers) { text.replace(steers, "\u{fffd}").into() } else { text.into() }
}

/// A table of columns, left-aligned, two spaces apart; the last column is not padded.
pub(super) fn table(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns)
        .map(|column| {
            // Nothing follows the last cell of a row, so it may be longer than its column.
            let followed = rows.iter().filter(|row| row.len() > column + 1).filter_map(|row| row.get(column));
            followed.map(|cell| cell.chars().count()).max().unwrap_or(0)
        })
        .collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.extend(std::iter::repeat_n(' ', width + 2 - cell.chars().count().min(*width)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

/// Seconds as a person says them, e.g. `3 min 32 s`.
pub(super) fn duration(seconds: i64) -> String {
    let (days, hours, minutes, rest) = (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60);
    match (days, hours, minutes) {
        (0, 0, 0) => format!("{rest} s"),
        (0, 0, _) => format!("{minutes} min {rest} s"),
        (0, _, _) => format!("{hours} h {minutes} min"),
        _ => format!("{days} d {hours} h"),
    }
}

/// A first touch of a card: how long it took, or why there is nothing to say.
pub(super) fn first(card: &Card, of: FirstOf) -> String {
    match card.came(of) {
        Came::After(seconds) => duration(seconds),
        none => came(none),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_line_up() {
        let rows = vec![vec!["a".into(), "bbb".into(), "c".into()], vec!["aaaa".into(), "b".into(), "cc".into()]];
        assert_eq!(table(&rows), "a     bbb  c\naaaa  b    cc\n");
        let long = vec!["a".into(), "a reason as long as it likes to be".into()];
        assert_eq!(table(&[rows.as_slice(), &[long]].concat()), "a     bbb  c\naaaa  b    cc\na     a reason as long as it likes to be\n");
    }

    #[test]
    fn durations_read_well() {
        for (seconds, want) in [(4, "4 s"), (212, "3 min 32 s"), (5_400, "1 h 30 min"), (200_000, "2 d 7 h")] {
            assert_eq!(duration(seconds), want);
        }
    }
}
