//! Mail that came to a folder and was never read: messages that were deleted between two looks, unreadable ones that went away, and what may
//! have lain in a folder that was made anew. UIDs are given in order and never twice (RFC 3501, 2.3.1.1), so one that is missing tells that a
//! message was there; its neighbours and the looks around it tell when it came. Pure: takes UIDs and times, gives holes.

use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};

/// The most holes that are kept apart in a folder; the oldest of more are joined.
const MOST: usize = 100;
/// By how many of its newest mails a folder is known again that was made anew.
const NEWEST: usize = 5;
/// How exact the times of servers are.
const SECOND: TimeDelta = TimeDelta::seconds(1);

/// What is not known of a folder, and by what it is known again.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holes {
    /// In the order in which they were found.
    #[serde(default)]
    pub holes: Vec<Hole>,
    /// The identities of the mails that were read last, newest last.
    #[serde(default)]
    pub newest: Vec<String>,
    /// When the last of them came that was in its place.
    #[serde(default)]
    pub reached: Option<DateTime<Utc>>,
}

/// Messages of a folder that nobody has read and that are not there any more.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hole {
    /// The UIDVALIDITY of the folder when they were in it.
    pub uidvalidity: u32,
    /// The first of their UIDs; 0 where none is known.
    pub uid: u32,
    /// How many there were; 0 where that is not known.
    pub count: u32,
    /// After when they came; `None` where they may have come at any time before `to`.
    pub from: Option<DateTime<Utc>>,
    /// By when they had come.
    pub to: DateTime<Utc>,
    /// What became of them.
    #[serde(flatten)]
    pub lack: Lack,
}

/// Why messages were not read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "lack", rename_all = "snake_case")]
pub enum Lack {
    /// They were deleted or moved before we looked.
    Deleted,
    /// The one could not be read, and is gone.
    Unread {
        /// What was in the way.
        reason: String,
    },
    /// The folder was made anew, and what was in it last is not in it.
    Renewed {
        /// The identities of which one has to turn up.
        known: Vec<String>,
    },
}

impl Holes {
    /// The folder was made anew: what came since the last look may be lost, unless one of its newest mails is in it again.
    pub(super) fn renew(&mut self, uidvalidity: u32, last: Option<DateTime<Utc>>, now: DateTime<Utc>) {
        let known = std::mem::take(&mut self.newest);
        self.reached = None;
        if last.is_some() {
            self.add(Hole { uidvalidity, uid: 0, count: 0, from: last, to: now, lack: Lack::Renewed { known } });
        }
    }

    /// A mail was read.
    pub(super) fn read(&mut self, identity: &str) {
        self.holes.retain(|hole| !matches!(&hole.lack, Lack::Renewed { known } if known.iter().any(|known| known == identity)));
        self.newest.push(identity.to_owned());
        if self.newest.len() > NEWEST {
            self.newest.remove(0);
        }
    }

    /// Adds one, and joins the two oldest of too many.
    pub(super) fn add(&mut self, hole: Hole) {
        self.holes.push(hole);
        let deleted = |hole: &Hole| hole.lack == Lack::Deleted;
        let mut places = self.holes.iter().enumerate().filter(|(_, hole)| deleted(hole)).map(|(place, _)| place);
        if let (true, Some(first), Some(second)) = (self.holes.len() > MOST, places.next(), places.next()) {
            let joined = self.holes.remove(second);
            if let Some(hole) = self.holes.get_mut(first) {
                hole.count = hole.count.saturating_add(joined.count);
                // `None` is before every time.
                (hole.from, hole.to) = (hole.from.min(joined.from), hole.to.max(joined.to));
            }
        }
    }
}

/// How a look goes through the UIDs of a folder, which were given in the order of time.
#[derive(Debug)]
pub(super) struct Tally {
    uidvalidity: u32,
    /// After when the next UID was given.
    after: Option<DateTime<Utc>>,
    /// When the look began: what is missing came before.
    now: DateTime<Utc>,
}

impl Tally {
    /// Begins where the last look ended.
    pub(super) fn since(last: Option<DateTime<Utc>>, uidvalidity: u32, now: DateTime<Utc>) -> Self {
        Self { uidvalidity, after: last.map(|last| last.min(now)), now }
    }

    /// The messages from one UID up to another are not there.
    pub(super) fn missing(&self, uid: u32, end: u32, holes: &mut Holes) {
        let count = end.saturating_sub(uid);
        if count > 0 {
            holes.add(Hole { uidvalidity: self.uidvalidity, uid, count, from: self.after, to: self.now, lack: Lack::Deleted });
        }
    }

    /// A message is there that came to the folder at some time: what is missing before it came before it. One with an older time than its
    /// neighbours was moved into the folder, and tells nothing of them. One that came after its neighbour and yet was not here at the last
    /// look came in late, and so may what is missing beside it.
    pub(super) fn met(&mut self, at: Option<DateTime<Utc>>, holes: &mut Holes) {
        let Some(at) = at.filter(|at| *at <= self.now && holes.reached.is_none_or(|reached| *at >= reached)) else { return };
        let in_time = self.after.is_none_or(|after| at + SECOND > after);
        for hole in holes.holes.iter_mut().filter(|hole| hole.lack == Lack::Deleted && hole.to == self.now) {
            if in_time {
                hole.to = (at + SECOND).min(self.now);
            } else {
                hole.from = hole.from.min(holes.reached.or(Some(at)));
            }
        }
        holes.reached = Some(at);
        self.after = self.after.max(Some(at));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(hour * 3_600, 0).unwrap()
    }

    /// What a look at hour 100 finds among these UIDs with their hours, after one at `last` up to UID 10, which came at hour 40; each hole as
    /// UID, count, hours.
    fn found(last: Option<i64>, there: &[(u32, Option<i64>)], next: u32) -> Vec<(u32, u32, Option<i64>, i64)> {
        let (mut tally, mut holes, mut reached) = (Tally::since(last.map(at), 7, at(100)), Holes::default(), 10);
        holes.reached = last.map(|_| at(40));
        for (uid, hour) in there {
            tally.missing(reached, *uid, &mut holes);
            tally.met(hour.map(at), &mut holes);
            reached = uid + 1;
        }
        tally.missing(reached, next, &mut holes);
        let hours = |at: DateTime<Utc>| at.timestamp() / 3_600;
        holes.holes.iter().map(|hole| (hole.uid, hole.count, hole.from.map(hours), hours(hole.to))).collect()
    }

    #[test]
    fn what_is_missing_lies_between_its_neighbours() {
        for (what, last, there, next, want) in [
            ("nothing", Some(50), vec![(10, Some(60)), (11, Some(61))], 12, vec![]),
            ("between two", Some(50), vec![(10, Some(60)), (13, Some(70))], 14, vec![(11, 2, Some(60), 70)]),
            ("before the first", Some(50), vec![(12, Some(60))], 13, vec![(10, 2, Some(50), 60)]),
            ("after the last", Some(50), vec![(10, Some(60))], 13, vec![(11, 2, Some(60), 100)]),
            ("all", Some(50), vec![], 13, vec![(10, 3, Some(50), 100)]),
            ("at the first look", None, vec![(12, Some(60))], 13, vec![(10, 2, None, 60)]),
            ("beside one moved here", Some(50), vec![(10, Some(60)), (12, Some(20)), (13, Some(70))], 14, vec![(11, 1, Some(60), 70)]),
            ("before one moved here", Some(50), vec![(11, Some(20))], 12, vec![(10, 1, Some(50), 100)]),
            (
                "beside one that came late",
                Some(50),
                vec![(11, Some(45)), (13, Some(70))],
                14,
                vec![(10, 1, Some(40), 70), (12, 1, Some(50), 70)],
            ),
            ("beside one without a time", Some(50), vec![(11, None), (12, Some(70))], 13, vec![(10, 1, Some(50), 70)]),
            ("beside one from the future", Some(50), vec![(11, Some(900))], 12, vec![(10, 1, Some(50), 100)]),
        ] {
            assert_eq!(found(last, &there, next), want, "{what}");
        }
    }

    #[test]
    fn of_many_holes_the_oldest_are_joined() {
        let (mut tally, mut holes) = (Tally::since(None, 7, at(1_000)), Holes::default());
        for number in 0..300_u32 {
            tally.missing(2 * number, 2 * number + 1, &mut holes);
            tally.met(Some(at(i64::from(number))), &mut holes);
        }
        assert_eq!((holes.holes.len(), holes.holes.iter().map(|hole| hole.count).sum::<u32>()), (MOST, 300));
        assert_eq!((holes.holes[0].from, holes.holes[0].to), (None, at(200) + SECOND), "{:?}", holes.holes[0]);
        assert_eq!((holes.holes[1].from, holes.holes[1].to), (Some(at(200)), at(201) + SECOND));
    }

    #[test]
    fn a_folder_made_anew_is_known_by_its_newest_mails() {
        let mut holes = Holes::default();
        (0..9).for_each(|number| holes.read(&number.to_string()));
        assert_eq!(holes.newest, ["4", "5", "6", "7", "8"]);
        holes.renew(8, None, at(100));
        assert_eq!(holes, Holes::default(), "it was never read to its end");
        (0..9).for_each(|number| holes.read(&number.to_string()));
        holes.renew(8, Some(at(50)), at(100));
        holes.read("1");
        assert_eq!((holes.holes.len(), holes.holes[0].from, holes.holes[0].to), (1, Some(at(50)), at(100)), "an old one alone");
        let text = serde_json::to_string(&holes).unwrap();
        holes = serde_json::from_str(&text).unwrap();
        holes.read("6");
        assert_eq!(holes.holes, []);
    }
}
