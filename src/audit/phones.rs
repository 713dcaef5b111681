//! Phone sources: what the files of a phone hold, and what its service tells, as records. What comes in goes in; what the shopper's own
//! side did only shows up to when a source was alive.

use std::path::{Path, PathBuf};

use chrono::TimeDelta;

use super::door::Sink;
use super::{AuditError, SourcePass, Vouched, Workspace};
use crate::classify;
use crate::collect::phone::map::{Answers, Map};
use crate::collect::phone::question::Question;
use crate::collect::phone::shown::{Kind, joined};
use crate::collect::phone::{self, Direction, Row, Summary, read, stored};
use crate::collect::{CollectError, RawRecord};
use crate::config::Phone;
use crate::shop::plan::Span;

/// Under which source it is noted what the logs of a phone cannot show.
const LIMITS: &str = "cannot show ";
/// The parts of which a phone's coverage is made.
pub(super) const FILES: &str = "files";
pub(super) const TWILIO: &str = "twilio";

/// One part of a phone's coverage: how far its files, or its service, show what came; how far it shows a kind of what came.
pub(super) fn part_of(source: &str, part: &str) -> String {
    format!("{source}: {part}")
}

/// A file of a phone, as its patterns name it.
pub(super) struct Named {
    pub(super) path: PathBuf,
    /// Whether a pattern names the folder that it lies in: there it need be no call log.
    pub(super) in_folder: bool,
}

impl Workspace {
    /// What a reader of this phone's records must be told.
    ///
    /// # Errors
    /// When a saved map is wrong.
    pub(super) fn phone_settings(&self, phone: &Phone) -> Result<phone::Settings, AuditError> {
        let answers = Answers { saved: self.maps()?, ..Answers::default() };
        Ok(phone::Settings { own: Some(phone.number.clone()), zone: phone.timezone, sims: phone.sims.clone(), answers, now: None })
    }

    /// One pass over all that a phone's records are read from. While `watching`, its service is asked elsewhere, at its own pace.
    pub(super) async fn gather_phone(&self, phone: &Phone, watching: bool) -> Result<SourcePass, AuditError> {
        let source = phone.source();
        let (paths, mut total) = self.named_files(phone);
        if watching {
            let standing = self.watch_files(phone, paths, &mut total).await?;
            self.note_source(&source, total.problems.first().cloned().or(standing)).await?;
            return Ok(total);
        }
        for path in paths {
            match self.read_call_log(phone, &path, Vouched::default()).await {
                Ok(pass) => total.add(pass),
                Err(AuditError::Collect(error)) => total.problems.push(format!("{error}.")),
                Err(error) => return Err(error),
            }
        }
        self.note_source(&source, total.problems.first().cloned()).await?;
        if let Some(account) = &phone.twilio {
            total.add(self.told(source, self.poll_twilio(phone, account).await)?);
        }
        Ok(total)
    }

    /// The files and folders that a phone's patterns name.
    fn named_files(&self, phone: &Phone) -> (Vec<PathBuf>, SourcePass) {
        let (mut named, mut pass) = (Vec::new(), SourcePass { source: phone.source(), ..SourcePass::default() });
        for pattern in &phone.files {
            match glob::glob(&self.root.join(pattern).to_string_lossy()) {
                Ok(paths) => {
                    let (found, closed): (Vec<_>, Vec<_>) = paths.partition(Result::is_ok);
                    named.extend(found.into_iter().flatten());
                    // A folder that may not be read is no folder without logs.
                    let closed = closed.into_iter().filter_map(Result::err);
                    pass.problems.extend(closed.map(|error| format!("could not read {}: {}.", error.path().display(), error.error())));
                }
                Err(error) => pass.problems.push(format!("the pattern `{pattern}` cannot be used: {error}.")),
            }
        }
        named.sort();
        named.dedup();
        (named, pass)
    }

    /// A log shows what came of each kind that it holds, from its oldest row on, up to its newest or to when it was made; where somebody
    /// vouches for more, from `since` and up to `through`. Never beyond.
    pub(super) async fn read_call_log(&self, phone: &Phone, path: &Path, vouched: Vouched) -> Result<SourcePass, AuditError> {
        let settings = self.phone_settings(phone)?;
        let (mut pass, _, questions) = self.read_call_log_as(phone, path, vouched, settings).await?;
        pass.problems.extend(questions.into_iter().map(|question| format!("{}.", CollectError::Unmapped(Box::new(question)))));
        Ok(pass)
    }

    /// The same with what a person said of tables; also gives the maps that were proposed and taken, and what must be asked.
    pub(super) async fn read_call_log_as(
        &self,
        phone: &Phone,
        path: &Path,
        vouched: Vouched,
        settings: phone::Settings,
    ) -> Result<(SourcePass, Vec<Map>, Vec<Question>), AuditError> {
        let settings = phone::Settings { now: Some(self.clock.now()), ..settings };
        let (source, path) = (phone.source(), path.to_owned());
        let read = move |sink: &mut Sink<'_>| {
            let mut problems = Problems::default();
            let summary = read::path(&path, &settings, &mut |row: Row<'_>| take(&row, &source, sink, &mut problems))?;
            Ok((summary, problems.sentences()))
        };
        let ((summary, mut problems), added, known) = self.drain_rows(read).await?;
        self.cover_log(phone, &summary, vouched, &mut problems).await?;
        Ok((SourcePass::took(phone.source(), added, known, problems), summary.maps, summary.questions))
    }

    /// Keeps in mind what a log of a phone cannot show, whether or not it shows a call.
    pub(super) async fn note_limits(&self, source: &str, summary: &Summary) -> Result<(), AuditError> {
        for sentence in &summary.caveats {
            self.store.put_progress(&format!("{LIMITS}{source}"), sentence, &true.into()).await?;
        }
        Ok(())
    }

    /// What the logs of a phone cannot show, in sentences.
    pub(super) async fn limits(&self, source: &str) -> Result<Vec<String>, AuditError> {
        Ok(self.store.progress(&format!("{LIMITS}{source}")).await?.into_iter().map(|(sentence, _)| sentence).collect())
    }

    /// Covers a phone as far as a log shows it, unless a row of it cannot be read.
    pub(super) async fn cover_log(
        &self,
        phone: &Phone,
        summary: &Summary,
        vouched: Vouched,
        problems: &mut Vec<String>,
    ) -> Result<(), AuditError> {
        self.note_limits(&phone.source(), summary).await?;
        let unread = !problems.is_empty();
        problems.extend(summary.shown.told.iter().cloned());
        let shown = Kind::ALL.map(|kind| (kind, summary.shown.spans(kind, vouched.since, vouched.through)));
        // What was not read may hold the very call that a builder made.
        if !summary.questions.is_empty() || shown.iter().all(|(_, spans)| spans.is_empty()) {
            return Ok(());
        }
        if summary.bad > 0 {
            // A row that cannot be read may be that very call, too.
            if unread {
                problems.push("no silence is proven by this log until every row of it can be read.".to_owned());
            }
            return Ok(());
        }
        for (kind, spans) in shown {
            for (from, to) in spans {
                self.cover_kind(phone, kind, FILES, (from, to.min(self.clock.now()))).await?;
            }
        }
        Ok(())
    }

    /// Covers a phone over a span in which a part of it shows all of a kind.
    pub(super) async fn cover_kind(&self, phone: &Phone, kind: Kind, part: &str, (from, to): Span) -> Result<(), AuditError> {
        let source = phone.source();
        if kind == Kind::Calls {
            self.cover_since(&part_of(&source, part), from, to).await?;
        }
        self.cover_since(&part_of(&source, kind.name()), from, to).await
    }

    /// The spans over which a phone is known to show all of a kind. What earlier versions noted of the phone itself is of both.
    pub(super) async fn kind_covered(&self, source: &str, kind: Kind, rehearsal: bool) -> Result<Vec<Span>, AuditError> {
        let mut spans = self.store.covered(&part_of(source, kind.name()), rehearsal).await?;
        spans.extend(self.store.covered(source, rehearsal).await?);
        Ok(joined(spans, TimeDelta::zero()))
    }
}

/// Hands what came in on, and keeps what could not be read in mind.
pub(super) fn take(row: &Row<'_>, source: &str, sink: &mut Sink<'_>, problems: &mut Problems) -> Result<(), CollectError> {
    match &row.call {
        // Of what the shopper sent, only what opts out (or in again) bears on anybody.
        Ok(call) if call.direction == Direction::Inbound || classify::opting(call).is_some() => sink(raw(row, source)?),
        Ok(_) => Ok(()),
        Err(_) => {
            problems.add(row.problem());
            Ok(())
        }
    }
}

fn raw(row: &Row<'_>, source: &str) -> Result<RawRecord, CollectError> {
    match &row.call {
        Ok(call) => stored::raw_record(call, row, source),
        Err(reason) => Err(CollectError::Record { reason: reason.clone() }),
    }
}

/// What could not be read, in sentences: the first of them, and how many more.
#[derive(Default)]
pub(super) struct Problems {
    sentences: Vec<String>,
    more: u64,
}

impl Problems {
    /// Problems that are told one by one.
    const TOLD: usize = 100;

    pub(super) fn add(&mut self, sentence: Option<String>) {
        if self.sentences.len() < Self::TOLD { self.sentences.extend(sentence) } else { self.more += 1 }
    }

    pub(super) fn sentences(mut self) -> Vec<String> {
        if self.more > 0 {
            self.sentences.push(format!("{} more rows could not be read.", self.more));
        }
        self.sentences
    }
}
