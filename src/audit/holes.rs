//! What came to a mailbox and was never read, as far as nothing accounts for it. A message that was deleted or moved before we looked is
//! accounted for by a mail that turned up in a folder where mail is put away (the trash, an archive) with a time at which the missing one came;
//! one that could not be read and is gone, by a person's word. All else is a hole in what is known of the mailbox, and a gap like any other.

use chrono::{DateTime, TimeDelta, Utc};

use super::aside::subject;
use super::{AuditError, Workspace};
use crate::collect::mail::folder::Use;
use crate::collect::mail::imap::{Hole, Lack};
use crate::collect::{Arrival, Placement};
use crate::shop::plan::Span;
use crate::store::{Decision, Subject};

/// How far the clock that times mails and ours, which times looks, may be apart.
const TOLERANCE: TimeDelta = TimeDelta::seconds(120);
/// How much later than it came a mail is saved in a folder at least, where it was moved there.
const MOVED: TimeDelta = TimeDelta::seconds(2);

/// A hole of a folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Lacking {
    pub(super) folder: String,
    pub(super) hole: Hole,
}

impl Lacking {
    /// When what is missing came.
    pub(super) fn span(&self) -> Span {
        (self.hole.from.unwrap_or(DateTime::<Utc>::MIN_UTC).min(self.hole.to), self.hole.to)
    }

    /// What is missing, in a few words.
    pub(super) fn tell(&self) -> String {
        let folder = &self.folder;
        match &self.hole.lack {
            Lack::Deleted if self.hole.count == 1 => format!("a message of folder {folder} was deleted before it was read"),
            Lack::Deleted => format!("{} messages of folder {folder} were deleted before they were read", self.hole.count),
            Lack::Unread { reason } => format!("a message of folder {folder} could not be read ({reason}) and is gone"),
            Lack::Renewed { .. } => format!("folder {folder} was made anew, and what was in it last is not in it"),
        }
    }
}

/// A mail that was first seen in a folder.
#[derive(Clone, Debug)]
pub(super) struct Found {
    folder: String,
    at: DateTime<Utc>,
}

impl Found {
    /// A mail that may have been somewhere else before: it lies in the trash, or where little is delivered to and it was not saved as it came.
    fn of(external_id: &str, arrival: &Arrival, placement: Option<Placement>) -> Option<Self> {
        let folder = external_id.rsplitn(3, '/').nth(2)?.to_owned();
        let at = arrival.internal_date?;
        let is_trash = ['/', '.'].into_iter().any(|delimiter| Use::of_name(&folder, Some(delimiter)) == Use::Trash);
        let moved = is_trash || arrival.save_date.map_or(placement.is_none(), |saved| saved - at > MOVED);
        moved.then_some(Self { folder, at })
    }
}

/// The holes that nothing accounts for. Each mail accounts for one message at most.
pub(super) fn unaccounted(mut holes: Vec<Lacking>, mut found: Vec<Found>) -> Vec<Lacking> {
    // The hole that ends first has the least choice.
    holes.sort_by_key(|lacking| (lacking.hole.to, lacking.hole.from));
    found.sort_by_key(|found| found.at);
    for Lacking { folder, hole } in holes.iter_mut().filter(|lacking| lacking.hole.lack == Lack::Deleted) {
        let (from, to) = (hole.from.map(|from| from - TOLERANCE), hole.to + TOLERANCE);
        found.retain(|found| {
            let is_it = hole.count > 0 && found.folder != *folder && found.at <= to && from.is_none_or(|from| found.at >= from);
            hole.count -= u32::from(is_it);
            !is_it
        });
    }
    holes.retain(|lacking| lacking.hole.count > 0 || matches!(lacking.hole.lack, Lack::Renewed { .. }));
    holes
}

impl Workspace {
    /// The holes of a mailbox that nothing accounts for, by the real clock or a rehearsal's.
    pub(super) async fn lacking(&self, source: &str, rehearsal: bool) -> Result<Vec<Lacking>, AuditError> {
        let cursors = self.cursors_of(source, rehearsal).await?.into_iter();
        let of_folder = |(folder, holes): (String, Vec<Hole>)| holes.into_iter().map(move |hole| Lacking { folder: folder.clone(), hole });
        let mut holes: Vec<Lacking> = cursors.map(|cursor| (cursor.folder, cursor.holes.holes)).flat_map(of_folder).collect();
        if holes.is_empty() {
            return Ok(holes);
        }
        let said = self.store.decisions().await?;
        let settled =
            |lacking: &Lacking| said.get(&(Subject::Touch, subject(source, &lacking.folder, lacking.hole.uidvalidity, lacking.hole.uid)));
        holes.retain(|lacking| settled(lacking).is_none_or(|said: &Decision| said.owner.is_none()));
        let deleted = || holes.iter().filter(|lacking| lacking.hole.lack == Lack::Deleted);
        let Some(to) = deleted().map(|lacking| lacking.hole.to).max() else { return Ok(holes) };
        let from = deleted().map(|lacking| lacking.hole.from).min().flatten();
        let mails =
            self.store.mails_of(source, (from.unwrap_or(DateTime::UNIX_EPOCH) - TimeDelta::days(1), to + TimeDelta::days(1))).await?;
        let found = mails.iter().filter_map(|(external_id, arrival, placement)| Found::of(external_id, arrival, *placement));
        Ok(unaccounted(holes, found.collect()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(hour * 3_600, 0).unwrap()
    }

    fn hole(folder: &str, count: u32, from: Option<i64>, to: i64) -> Lacking {
        let hole = Hole { uidvalidity: 7, uid: 1, count, from: from.map(at), to: at(to), lack: Lack::Deleted };
        Lacking { folder: folder.into(), hole }
    }

    #[test]
    fn a_mail_that_turns_up_elsewhere_accounts_for_one_that_is_missing() {
        let found = |mails: &[(&str, i64)]| mails.iter().map(|(folder, hour)| Found { folder: (*folder).into(), at: at(*hour) }).collect();
        for (what, holes, mails, want) in [
            ("nothing", vec![hole("INBOX", 1, Some(10), 20)], vec![], vec![1]),
            ("one in the trash", vec![hole("INBOX", 1, Some(10), 20)], vec![("Trash", 15)], vec![]),
            ("before any look", vec![hole("INBOX", 1, None, 20)], vec![("Trash", 5)], vec![]),
            ("one of two", vec![hole("INBOX", 2, Some(10), 20)], vec![("Trash", 15)], vec![1]),
            ("of another time", vec![hole("INBOX", 1, Some(10), 20)], vec![("Trash", 9), ("Trash", 21)], vec![1]),
            ("in the same folder", vec![hole("INBOX", 1, Some(10), 20)], vec![("INBOX", 15)], vec![1]),
            ("one for two", vec![hole("INBOX", 1, Some(10), 20), hole("Junk", 1, Some(10), 20)], vec![("Trash", 15)], vec![1]),
            (
                "the one with less choice first",
                vec![hole("INBOX", 1, Some(10), 40), hole("INBOX", 1, Some(10), 20)],
                vec![("Trash", 30), ("Trash", 15)],
                vec![],
            ),
        ] {
            let open = unaccounted(holes, found(&mails));
            assert_eq!(open.iter().map(|lacking| lacking.hole.count).collect::<Vec<_>>(), want, "{what}");
        }
        let gone = |lack| Lacking { folder: "INBOX".into(), hole: Hole { lack, ..hole("INBOX", 1, Some(10), 20).hole } };
        for lack in [Lack::Unread { reason: "no".into() }, Lack::Renewed { known: Vec::new() }] {
            assert_eq!(unaccounted(vec![gone(lack)], found(&[("Trash", 15)])).len(), 1, "a mail of that time may be another");
        }
    }

    #[test]
    fn a_mail_that_was_delivered_where_it_lies_accounts_for_none() {
        let arrival = |internal: Option<i64>, saved: Option<i64>| -> Arrival {
            let clocks =
                serde_json::json!({"at": at(1), "basis": "internal_date", "internal_date": internal.map(at), "save_date": saved.map(at)});
            serde_json::from_value(clocks).unwrap()
        };
        for (what, id, arrival, placement, want) in [
            ("trash", "Trash/7/1", arrival(Some(10), None), None, Some("Trash")),
            ("a folder within one", "a/b/7/1", arrival(Some(10), None), None, Some("a/b")),
            ("inbox", "INBOX/7/1", arrival(Some(10), None), Some(Placement::Inbox), None),
            ("spam", "Junk/7/1", arrival(Some(10), None), Some(Placement::Spam), None),
            ("spam that was moved there", "Junk/7/1", arrival(Some(10), Some(11)), Some(Placement::Spam), Some("Junk")),
            ("sorted by the server", "Builders/7/1", arrival(Some(10), Some(10)), None, None),
            ("thrown away at once", "INBOX.Trash/7/1", arrival(Some(10), Some(10)), None, Some("INBOX.Trash")),
            ("without a time", "Trash/7/1", arrival(None, None), None, None),
        ] {
            assert_eq!(Found::of(id, &arrival, placement).map(|found| found.folder).as_deref(), want, "{what}");
        }
    }
}
