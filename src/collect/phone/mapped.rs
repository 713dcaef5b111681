//! Tables that call themselves by their columns: known exports, files that a saved map fits, and any other CSV, for which a map is
//! proposed and a person asked. Takes a stream, spools it (8 MB of memory, then a file of no name), reads it two times: once to see
//! what its columns hold, once into records. A file whose reading leaves anything open is not read.

mod saved;
mod unread;

use std::io::Write as _;

use sha2::{Digest, Sha256};
use tempfile::SpooledTempFile;

use self::saved::saved;
use self::unread::{examples, lacking, unknown};
use super::format::{Head, Reader, Source};
use super::map::{Map, Role};
use super::plan::Plan;
use super::propose::{Profile, propose};
use super::question::{Ambiguity, Question};
use super::reading::{Place, Reading, Used};
use super::rows::{Next, Rows};
use super::shown::Kind;
use super::survey::{self, DELIMITERS, Layout};
use crate::collect::CollectError;
use crate::collect::mail::canonical::hex;

/// Any table that holds moments; the last of all readers.
pub(super) const READER: Reader = Reader { name: "mapped-csv", recognises, read: any };

/// How much of a file is held in memory.
const IN_MEMORY: usize = 8 * 1024 * 1024;

fn recognises(head: &Head<'_>) -> bool {
    let text = head.text.trim_start();
    // What comes after a NUL is no table, and markup is for others.
    !head.bytes.contains(&0)
        && !text.starts_with(['{', '[', '<'])
        && text.lines().take(60).any(|line| DELIMITERS.iter().any(|delimiter| line.as_bytes().contains(delimiter)))
}

fn any(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    read(source, reading, None)
}

/// Reads a table; `profile`: it is this known export.
pub(super) fn read(source: &mut Source<'_>, reading: &mut Reading<'_>, profile: Option<&Profile>) -> Result<(), CollectError> {
    let path = source.path.to_owned();
    let failed = |source| CollectError::Read { path: path.clone(), source };
    let (mut spool, sha256) = spooled(source.reader).map_err(failed)?;
    let head = survey::head(&mut spool).map_err(failed)?;
    let settings = reading.settings;
    if profile.is_none()
        && let Some((name, map, layout)) = saved(&head, reading)
    {
        let used = Used { map: Some(name.to_owned()), sha256, mapping: map.clone() };
        return rows(&mut spool, &layout, profile, used, reading, &failed);
    }
    let Some(layout) = survey::layout(&head, settings.answers.delimiter.and_then(|delimiter| u8::try_from(delimiter).ok())) else {
        // A known export without a row is one in which nothing happened.
        let rows = DELIMITERS.iter().map(|delimiter| survey::sample(&head, *delimiter).len()).max().unwrap_or(0);
        return if profile.is_some() && rows <= 1 { Ok(()) } else { Err(unknown(&head, reading)) };
    };
    let survey = survey::survey(&mut spool, layout, settings.own.as_deref()).map_err(failed)?;
    let Some(mut proposal) = propose(&survey, settings, profile) else { return Err(lacking(&survey, &head, reading)) };
    if let Some((name, map)) = settings.answers.named.as_ref().filter(|_| profile.is_none()) {
        // It was named for this file: it is used where its columns are all there, and asked about where they are not.
        match Plan::new(map, header(&survey.layout), survey.layout.fields, settings) {
            Ok(_) => {
                let used = Used { map: Some(name.clone()), sha256, mapping: map.clone() };
                return rows(&mut spool, &survey.layout, profile, used, reading, &failed);
            }
            Err(problem) => {
                proposal.open.push(Ambiguity { kind: "map", message: problem, settle: vec!["another --map, or none".to_owned()] });
            }
        }
    }
    let named_by = settings.answers.save.as_ref().filter(|_| profile.is_none());
    let taken = profile.is_some() || settings.answers.yes || named_by.is_some();
    if !proposal.open.is_empty() || !taken {
        if proposal.open.is_empty() {
            proposal.decided.push("nothing is open".to_owned());
        }
        let question = Question {
            file: reading.file().to_owned(),
            sha256,
            format: profile.map_or(READER.name, |profile| profile.name).to_owned(),
            confidence: proposal.confidence,
            decided: proposal.decided,
            ambiguities: proposal.open,
            examples: examples(&survey, &proposal.map, reading),
            rows: survey.rows,
            mapping: proposal.map,
        };
        return Err(CollectError::Unmapped(Box::new(question)));
    }
    if let Some(caveat) = profile.and_then(|profile| profile.caveat) {
        reading.caveat(caveat);
    }
    if proposal.overruled {
        reading.caveat("A column names another time zone than --timezone does: its times were read as those of --timezone.");
    }
    if profile.is_none() {
        reading.summary.maps.push(proposal.map.clone());
    }
    let used = Used { map: named_by.cloned(), sha256, mapping: proposal.map };
    rows(&mut spool, &survey.layout, profile, used, reading, &failed)
}

/// The whole stream aside, and its SHA-256.
fn spooled(reader: &mut dyn std::io::BufRead) -> std::io::Result<(SpooledTempFile, String)> {
    let mut spool = SpooledTempFile::new(IN_MEMORY);
    let mut sha256 = Sha256::new();
    let mut buffer = vec![0; 64 * 1024];
    loop {
        let count = reader.read(&mut buffer)?;
        let Some(bytes) = buffer.get(..count).filter(|bytes| !bytes.is_empty()) else { break };
        sha256.update(bytes);
        spool.write_all(bytes)?;
    }
    Ok((spool, hex(&sha256.finalize())))
}

fn header(layout: &Layout) -> &[String] {
    layout.header.as_ref().map_or(&[], |(_, names)| names)
}

/// Reads the rows of a table by the map that is used.
fn rows(
    spool: &mut SpooledTempFile,
    layout: &Layout,
    profile: Option<&Profile>,
    used: Used,
    reading: &mut Reading<'_>,
    failed: &dyn Fn(std::io::Error) -> CollectError,
) -> Result<(), CollectError> {
    let format = match (profile, &used.map) {
        (Some(profile), _) => profile.name.to_owned(),
        (None, Some(name)) => format!("{}:{name}", READER.name),
        (None, None) => READER.name.to_owned(),
    };
    let map = used.mapping.clone();
    let plan = match Plan::new(&map, header(layout), layout.fields, reading.settings) {
        Ok(plan) => plan,
        Err(problem) => return reading.bad(Place::Line(1), "", problem),
    };
    let file = reading.file().to_owned();
    reading.begin(&file, &format);
    reading.used(used);
    holds(&map, reading);
    let mut rows = Rows::new(survey::rewind(spool).map_err(failed)?, layout.delimiter);
    let mut before = layout.before;
    loop {
        let next = rows.advance().map_err(failed)?;
        let place = Place::Line(rows.line());
        match next {
            Next::End => return Ok(()),
            Next::Bad(why) => reading.bad(place, &rows.raw(), why)?,
            Next::Row if before > 0 => before -= 1,
            Next::Row => {
                let read = rows.surplus(layout.fields).map_or_else(|| plan.read(&|at| rows.field(at)), Err);
                reading.take(place, &rows.raw(), read)?;
            }
        }
    }
}

/// What a table that is read by this map can hold.
fn holds(map: &Map, reading: &mut Reading<'_>) {
    let kind = map.rows.channel.filter(|_| map.columns.get(Role::Channel).is_none()).and_then(Kind::of);
    match kind {
        Some(kind) => reading.holds(&[kind]),
        None => reading.holds(&Kind::ALL),
    }
    if kind == Some(Kind::Texts) && map.columns.get(Role::Session).is_some() {
        reading.of_chats();
    }
}

#[cfg(test)]
mod tests;
