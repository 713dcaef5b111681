//! What was watched when, folder by folder: notes each look, and covers a mailbox only as far as every folder of it is known. A
//! folder that cannot be read holds the whole mailbox back, and its name is told. One that went away leaves a hole from its last look to
//! when that was noticed; one that was taken out of the configuration is no part of the mailbox from then on.

use chrono::{DateTime, TimeDelta, Utc};

use super::{AuditError, SourcePass, Workspace};
use crate::collect::mail::folder::encode;
use crate::collect::mail::imap::{FolderPass, Pass};
use crate::shop::plan::Span;
use crate::store::{Folder, Look};

/// After how long a folder that nobody looked at counts as gone, though no pass said so: a watch looks at all each minute.
const GONE_AFTER: TimeDelta = TimeDelta::hours(1);

/// Up to when a mailbox is known completely: as far as the folder that is known least. `None` while one was never read.
pub(super) fn complete_to(looks: &[Look]) -> Option<DateTime<Utc>> {
    let folders = looks.iter().filter(|look| !look.folder.is_empty() && look.is_watched());
    folders.map(|look| look.complete_to).min().flatten()
}

/// A look at a folder, after what was known of it. One that is gone leaves a hole since it was last known completely; a second
/// hole is joined with the first, since only one is kept.
fn looked(pass: &FolderPass, known: Option<&Look>, now: DateTime<Utc>) -> Look {
    let hole = |from: DateTime<Utc>| (known.and_then(|look| look.gone).map_or(from, |(before, _)| before.min(from)), now);
    Look {
        folder: pass.folder.clone(),
        tried_at: now,
        complete_to: pass.seen_by,
        problem: pass.problems.first().cloned(),
        gone: pass.seen_by.filter(|_| pass.gone).map(hole),
        left_at: None,
    }
}

/// A folder that was watched and was not looked at, as it now stands: taken out of the configuration, gone without a word, or only
/// not looked at this time (`None`).
fn missed(look: &Look, wished: Option<&[String]>, now: DateTime<Utc>) -> Option<Look> {
    let is_it = |wish: &String| {
        *wish == look.folder
            || *wish == encode(&look.folder)
            || wish.eq_ignore_ascii_case("inbox") && look.folder.eq_ignore_ascii_case("inbox")
    };
    if wished.is_some_and(|wished| !wished.iter().any(is_it)) {
        return Some(Look { left_at: Some(now), ..look.clone() });
    }
    let from = look.complete_to.unwrap_or(look.tried_at);
    (now - look.tried_at >= GONE_AFTER).then(|| Look {
        gone: Some((look.gone.map_or(from, |(before, _)| before.min(from)), now)),
        problem: Some(format!("folder {} was not looked at any more", look.folder)),
        ..look.clone()
    })
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
    let problems: Vec<String> = looks.iter().filter(|look| look.left_at.is_none()).filter_map(of).collect();
    (!problems.is_empty()).then(|| problems.join("; "))
}

/// What of a span lies outside of the holes.
pub(super) fn around(span: Span, mut holes: Vec<Span>) -> Vec<Span> {
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
    /// Notes how far each folder was read, and how far the mailbox is known by that. The looks go first: a cursor says no more that its
    /// folder was there.
    pub(super) async fn note_folders(&self, source: &str, Pass { cursors, folders, unread }: &Pass) -> Result<(), AuditError> {
        let (now, rehearsal) = (self.clock.now(), self.clock.is_rehearsal());
        let known = self.store.looks(source, rehearsal).await?;
        let seen = || folders.iter().chain(unread);
        for pass in seen() {
            let look = looked(pass, known.iter().find(|look| look.folder == pass.folder), now);
            self.store.note_look(source, &look, rehearsal).await?;
        }
        if !folders.is_empty() {
            let mailbox = self.config.mailboxes.values().find(|mailbox| mailbox.source() == source);
            let wished = mailbox.and_then(|mailbox| mailbox.folders.as_deref());
            let looked_at = |look: &&Look| look.folder.is_empty() || seen().any(|pass| pass.folder == look.folder);
            for look in known.iter().filter(|look| look.is_watched() && !looked_at(look)).filter_map(|look| missed(look, wished, now)) {
                self.store.note_look(source, &look, rehearsal).await?;
            }
        }
        for cursor in cursors {
            let folder = Folder {
                name: cursor.folder.clone(),
                uidvalidity: cursor.uidvalidity,
                next_uid: cursor.next_uid,
                last_pass: cursor.last_pass,
                aside: serde_json::to_value(&cursor.aside).unwrap_or_default(),
                holes: serde_json::to_value(&cursor.holes).unwrap_or_default(),
            };
            self.store.put_folder(&self.place_of(source), &folder).await?;
        }
        if folders.is_empty() {
            return Ok(());
        }
        self.note_source(source, None).await?;
        match complete_to(&self.store.looks(source, rehearsal).await?) {
            Some(until) => self.cover(source, until).await,
            None => Ok(()),
        }
    }

    /// Notes whether a source as a whole could be read.
    pub(super) async fn note_source(&self, source: &str, problem: Option<String>) -> Result<(), AuditError> {
        let look = Look { folder: String::new(), tried_at: self.clock.now(), complete_to: None, problem, gone: None, left_at: None };
        Ok(self.store.note_look(source, &look, self.clock.is_rehearsal()).await?)
    }

    /// Notes what a pass over a source in files could not read.
    pub(super) async fn note_pass(&self, pass: &SourcePass) -> Result<(), AuditError> {
        self.note_source(&pass.source, pass.problems.first().cloned()).await
    }

    /// A mailbox or log that was read to its end shows everything up to then, from the first inquiry on, but for the spans in
    /// which a message came that cannot be read (each is a gap until it can), and those before a folder went away. A rehearsal's
    /// spans are kept apart, and count for rehearsed inquiries alone.
    pub(super) async fn cover(&self, source: &str, until: DateTime<Utc>) -> Result<(), AuditError> {
        self.cover_since(source, DateTime::<Utc>::MIN_UTC, until).await
    }

    /// The same of a log that shows nothing before `since`.
    pub(super) async fn cover_since(&self, source: &str, since: DateTime<Utc>, until: DateTime<Utc>) -> Result<(), AuditError> {
        let (now, rehearsal) = (self.clock.now(), self.clock.is_rehearsal());
        if !rehearsal {
            // What was noted while our clock ran ahead cannot have been seen.
            self.store.nothing_covered_after(now).await?;
        }
        let inquiries = self.store.inquiries(None).await?;
        let first = inquiries.iter().filter(|inquiry| inquiry.rehearsal == rehearsal).filter_map(|inquiry| inquiry.sent_at).min();
        if let Some(first) = first.map(|first| first.max(since)) {
            let mut holes = self.unread_spans(source, first).await?;
            holes.extend(self.store.looks(source, rehearsal).await?.iter().filter_map(|look| look.gone));
            for span in around((first, until.min(now)), holes) {
                self.store.cover(source, span, rehearsal).await?;
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
        Look {
            folder: folder.into(),
            tried_at: at(tried),
            complete_to: complete.map(at),
            problem: problem.map(str::to_owned),
            gone: None,
            left_at: None,
        }
    }

    #[test]
    fn a_mailbox_is_known_as_far_as_its_least_known_folder() {
        let inbox = || look("INBOX", 1_000, Some(1_000), None);
        let whole = || look("", 1_000, None, None);
        for (what, looks, want) in [
            ("all read", vec![whole(), inbox(), look("Junk", 999, Some(999), None)], Some(999)),
            ("one fails since a while", vec![inbox(), look("Junk", 999, Some(700), Some("no"))], Some(700)),
            ("one was never read", vec![inbox(), look("Junk", 999, None, Some("no"))], None),
            ("one was not looked at", vec![inbox(), look("Old", 930, Some(930), None)], Some(930)),
            ("one is gone", vec![inbox(), Look { gone: Some((at(900), at(930))), ..look("Old", 930, Some(900), None) }], Some(1_000)),
            ("one came back", vec![inbox(), Look { gone: Some((at(900), at(930))), ..look("Old", 990, Some(990), None) }], Some(990)),
            ("one was taken out", vec![inbox(), Look { left_at: Some(at(940)), ..look("Old", 930, None, Some("no")) }], Some(1_000)),
            ("nothing", vec![whole()], None),
        ] {
            assert_eq!(complete_to(&looks), want.map(at), "{what}");
        }
    }

    #[test]
    fn a_folder_that_goes_away_leaves_a_hole_and_one_that_was_taken_out_none() {
        let old = look("Old ü", 100, Some(99), None);
        let pass = |gone| FolderPass {
            folder: "Old ü".into(),
            seen_from: Some(at(99)),
            seen_by: Some(at(99)),
            messages: 0,
            gone,
            problems: vec!["folder Old ü is gone".into()],
        };
        assert_eq!(looked(&pass(true), Some(&old), at(101)).gone, Some((at(99), at(101))));
        assert_eq!(looked(&pass(false), Some(&old), at(101)).gone, None, "it cannot be opened, and holds the mailbox back");
        let before = Look { gone: Some((at(40), at(41))), ..old.clone() };
        assert_eq!(looked(&pass(true), Some(&before), at(101)).gone, Some((at(40), at(101))));

        let wished = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let out = missed(&old, Some(&wished(&["inbox"])), at(101)).unwrap();
        assert_eq!((out.left_at, out.gone, out.is_watched()), (Some(at(101)), None, false));
        for still in [wished(&["Old ü"]), wished(&["INBOX", "Old &APw-"])] {
            assert_eq!(missed(&old, Some(&still), at(101)), None, "the inbox alone was looked at");
        }
        assert_eq!(missed(&old, None, at(159)), None);
        let silent = missed(&old, None, at(160)).unwrap();
        assert_eq!((silent.gone, silent.is_watched()), (Some((at(99), at(160))), false));
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
