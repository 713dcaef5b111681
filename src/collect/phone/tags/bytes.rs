//! The bytes under the tags: looked at, gone over and kept up to a bound, however long a line is.

use std::io::{BufRead, Result};

use super::Tags;

/// Most that is kept of what stands in the file.
pub(super) const RAW: usize = 64 * 1024;

impl<R: BufRead> Tags<'_, R> {
    pub(super) fn peek(&mut self) -> Result<Option<u8>> {
        Ok(self.input.fill_buf()?.first().copied())
    }

    /// Goes over one byte, which is kept as raw.
    pub(super) fn step(&mut self) -> Result<()> {
        if let Some(byte) = self.peek()? {
            extend(&mut self.raw, &[byte]);
            self.step_unseen()?;
        }
        Ok(())
    }

    pub(super) fn step_unseen(&mut self) -> Result<()> {
        if self.peek()?.is_some() {
            self.input.consume(1);
            self.at += 1;
        }
        Ok(())
    }

    /// Goes up to the first byte that `stops`, which it gives; `None` at the end of the file.
    pub(super) fn pass(&mut self, stops: impl Fn(u8) -> bool, kept: bool) -> Result<Option<u8>> {
        self.read(stops, |part, raw| {
            if kept {
                extend(raw, part);
            }
        })
    }

    /// The same, with what it goes over.
    pub(super) fn read(&mut self, stops: impl Fn(u8) -> bool, mut take: impl FnMut(&[u8], &mut Vec<u8>)) -> Result<Option<u8>> {
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

/// Keeps a part, up to the bound.
pub(super) fn extend(raw: &mut Vec<u8>, part: &[u8]) {
    raw.extend_from_slice(part.get(..RAW.saturating_sub(raw.len())).unwrap_or(part));
}
