//! What was watched when, folder by folder: notes each look, and covers a mailbox only as far as every folder of it is known. A
//! folder that cannot be read holds the whole mailbox back, and its name is told.

use chrono::{DateTime, TimeDelta, Utc};

use super::{AuditError, SourcePass, Workspace};
use crate::collect::mail::imap::{Cursor, FolderPass};
use crate::shop::plan::Span;
use crate::store::{Folder, Look};

/// How long a folder that nobody tries to open any more is waited for: it may be gone, or only be looked at more rarely.
const GONE_AFTER: TimeDelta = TimeDelta::hours(1);

/// Up to when a mailbox is known completely: as far as the folder that is known least. `None` while one was never read.
pub(super) fn complete_to(looks: &[Look], now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let folders = looks.iter().filter(|look| !look.folder.is_empty() && now - look.tried_at < GONE_AFTER);
    folders.map(|look| look.complete_to).min().flatten()
}

/// Why a source is not known up to now, in a few words; `None` where nothing was in the way, but nobody looked.
pub(super) fn obstacle(looks: &[Look]) -> Option<String> {
    let of = |look: &Look| {
        let problem = look.problem.as_deref()?.trim_end_matches('.');
        Some(if look.folder.is_empty() || problem.contains(&look.folder) {
            problem.to_owned()
        } else {
            format!("{}: {problem}", look.folder)
        })
    };
    let problems: Vec<String> = looks.iter().filter_map(of).collect();
    (!problems.is_empty()).then(|| problems.join("; "))
}

/// What of a span lies outside of the holes.
fn around(span: Span, mut holes: Vec<Span>) -> Vec<Span> {
    holes.sort_unstable();
    let (mut from, mut spans) = (span.0, Vec::new());
    for (begin, end) in holes.into_iter().filter(|(_, end)| *end > span.0) {
        if begin > from {
            spans.push((from, begin.min(span.1)));
        }
        from = from.max(end);
    }
    spans.push((from, span.1));
    spans.retain(|(from, to)| from < to);
    spans
}

impl Workspace {
    /// Notes how far each folder was read, and how far the mailbox is known by that.
    pub(super) async fn note_folders(&self, source: &str, cursors: &[Cursor], folders: &[FolderPass]) -> Result<(), AuditError> {
        for cursor in cursors {
            let folder = Folder {
                name: cursor.folder.clone(),
                uidvalidity: cursor.uidvalidity,
                next_uid: cursor.next_uid,
                last_pass: cursor.last_pass,
                aside: serde_json::to_value(&cursor.aside).unwrap_or_default(),
            };
            self.store.put_folder(source, &folder).await?;
        }
        let now = self.clock.now();
        for pass in folders {
            let look =
                Look { folder: pass.folder.clone(), tried_at: now, complete_to: pass.seen_by, problem: pass.problems.first().cloned() };
            self.store.note_look(source, &look).await?;
        }
        if folders.is_empty() {
            return Ok(());
        }
        self.note_source(source, None).await?;
        match complete_to(&self.store.looks(source).await?, now) {
            Some(until) => self.cover(source, until).await,
            None => Ok(()),
        }
    }

    /// Notes whether a source as a whole could be read.
    pub(super) async fn note_source(&self, source: &str, problem: Option<String>) -> Result<(), AuditError> {
        let look = Look { folder: String::new(), tried_at: self.clock.now(), complete_to: None, problem };
        Ok(self.store.note_look(source, &look).await?)
    }

    /// Notes what a pass over a source in files could not read.
    pub(super) async fn note_pass(&self, pass: &SourcePass) -> Result<(), AuditError> {
        self.note_source(&pass.source, pass.problems.first().cloned()).await
    }

    /// A mailbox or log that was read to its end shows everything up to then, from the first inquiry on, but for the spans in
    /// which a message came that cannot be read: each is a gap until it can.
    pub(super) async fn cover(&self, source: &str, until: DateTime<Utc>) -> Result<(), AuditError> {
        self.cover_since(source, DateTime::<Utc>::MIN_UTC, until).await
    }

    /// The same of a log that shows nothing before `since`.
    pub(super) async fn cover_since(&self, source: &str, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), AuditError> {
        let first = self.store.inquiries(None).await?.iter().filter_map(|inquiry| inquiry.sent_at).min();
        if let Some(first) = first.map(|first| first.max(since)) {
            let aside = self.cursors(source).await?.into_iter().flat_map(|cursor| cursor.aside);
            for span in around((first, until), aside.map(|aside| (aside.from.unwrap_or(first), aside.to)).collect()) {
                self.store.cover(source, span).await?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(minute * 60, 0).unwrap()
    }

    fn look(folder: &str, tried: i64, complete: Option<i64>, problem: Option<&str>) -> Look {
        Look { folder: folder.into(), tried_at: at(tried), complete_to: complete.map(at), problem: problem.map(str::to_owned) }
    }

    #[test]
    fn a_mailbox_is_known_as_far_as_its_least_known_folder() {
        let inbox = || look("INBOX", 1_000, Some(1_000), None);
        let whole = || look("", 1_000, None, None);
        for (what, looks, want) in [
            ("all read", vec![whole(), inbox(), look("Junk", 999, Some(999), None)], Some(999)),
            ("one fails since a while", vec![inbox(), look("Junk", 999, Some(700), Some("no"))], Some(700)),
            ("one was never read", vec![inbox(), look("Junk", 999, None, Some("no"))], None),
            ("one is gone", vec![inbox(), look("Old", 930, Some(930), None)], Some(1_000)),
            ("one is looked at each hour at least", vec![inbox(), look("Old", 950, Some(950), None)], Some(950)),
            ("nothing", vec![whole()], None),
        ] {
            assert_eq!(complete_to(&looks, at(1_000)), want.map(at), "{what}");
        }
    }

    #[test]
    fn a_hole_is_never_covered() {
        for (what, holes, want) in [
            ("none", vec![], vec![(10, 20)]),
            ("one within", vec![(12, 14)], vec![(10, 12), (14, 20)]),
            ("two that overlap, and one before", vec![(13, 16), (12, 14), (1, 9)], vec![(10, 12), (16, 20)]),
            ("from the first look", vec![(10, 14)], vec![(14, 20)]),
            ("found just now", vec![(18, 21)], vec![(10, 18)]),
            ("all of it", vec![(5, 25)], vec![]),
            ("one after", vec![(22, 25)], vec![(10, 20)]),
        ] {
            let spans = |spans: Vec<(i64, i64)>| spans.into_iter().map(|(from, to)| (at(from), at(to))).collect::<Vec<_>>();
            assert_eq!(around((at(10), at(20)), spans(holes)), spans(want), "{what}");
        }
    }

    #[test]
    fn what_was_in_the_way_names_its_folder_once() {
        for (looks, want) in [
            (vec![look("", 1, None, None), look("INBOX", 1, Some(1), None)], None),
            (vec![look("Junk", 1, None, Some("could not open folder Junk: NO"))], Some("could not open folder Junk: NO")),
            (vec![look("Junk", 1, None, Some("message 4 was lost."))], Some("Junk: message 4 was lost")),
            (vec![look("", 1, None, Some("could not connect to a:993: refused."))], Some("could not connect to a:993: refused")),
        ] {
            assert_eq!(obstacle(&looks).as_deref(), want);
        }
    }
}
