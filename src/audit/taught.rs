//! What was taught of the marks met so far while judging: senders, domains and numbers, which come again with every mail, are
//! looked up once. Of a mark the earliest lesson of an owner is all that counts. Holds a bounded number of marks, and no thread for
//! longer than it is needed: every mail has its own.

use std::collections::{BTreeSet, HashMap};

use crate::attribute::{Kind, Taught};

/// Marks held at most; beyond that they are looked up anew.
const MOST: usize = 4096;

/// By mark what was taught of it.
#[derive(Default)]
pub(super) struct TaughtSoFar(HashMap<String, Vec<Taught>>);

impl TaughtSoFar {
    /// Those of some marks that were not met yet.
    pub(super) fn unknown(&mut self, marks: &BTreeSet<String>) -> BTreeSet<String> {
        if self.0.len() > MOST {
            self.0.clear();
        }
        marks.iter().filter(|mark| !self.0.contains_key(*mark)).cloned().collect()
    }

    /// All that was taught of some marks.
    pub(super) fn know(&mut self, marks: &BTreeSet<String>, taught: Vec<Taught>) {
        for mark in marks {
            self.0.insert(mark.clone(), Vec::new());
        }
        for one in taught {
            self.0.entry(one.kind.key(&one.value)).or_default().push(one);
        }
    }

    /// What was taught of some marks that are known.
    pub(super) fn of(&self, marks: &BTreeSet<String>) -> Vec<Taught> {
        marks.iter().filter_map(|mark| self.0.get(mark)).flatten().cloned().collect()
    }

    /// Lets go of what hardly comes again.
    pub(super) fn forget_threads(&mut self) {
        self.0.retain(|mark, _| Kind::of_key(mark).is_some_and(|(kind, _)| kind != Kind::Message));
    }

    /// Takes in what is taught besides.
    pub(super) fn add<'a>(&mut self, taught: impl Iterator<Item = &'a Taught>) {
        for new in taught {
            let Some(known) = self.0.get_mut(&new.kind.key(&new.value)) else { continue };
            match known.iter_mut().find(|one| one.owner == new.owner && one.by_person == new.by_person) {
                Some(one) if (new.at, &new.touch) < (one.at, &one.touch) => *one = new.clone(),
                Some(_) => {}
                None => known.push(new.clone()),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::shop::InquiryId;

    fn taught(kind: Kind, touch: &str, owner: &str, at: &str) -> Taught {
        let owner = Some(InquiryId::new("2026-11", owner));
        Taught { kind, value: "a@x.example".into(), owner, by_person: false, at: at.parse().unwrap(), touch: touch.into() }
    }

    #[test]
    fn the_earliest_lesson_of_an_owner_counts_and_no_thread_is_held() {
        let mut known = TaughtSoFar::default();
        let marks: BTreeSet<String> = [Kind::Sender, Kind::Message].map(|kind| kind.key("a@x.example")).into();
        assert_eq!(known.unknown(&marks), marks);
        let later = taught(Kind::Sender, "t_b", "cedar", "2026-11-03T15:00:00Z");
        known.know(&marks, vec![later.clone(), taught(Kind::Message, "t_b", "cedar", "2026-11-03T15:00:00Z")]);
        assert_eq!(known.of(&marks).len(), 2);
        known.forget_threads();
        assert_eq!(known.of(&marks), [later]);
        assert_eq!(known.unknown(&marks).len(), 1);
        let earlier = taught(Kind::Sender, "t_a", "cedar", "2026-11-02T15:00:00Z");
        let other = taught(Kind::Sender, "t_c", "bluebonnet", "2026-11-04T15:00:00Z");
        let stranger = Taught { value: "b@x.example".into(), ..other.clone() };
        known.add([&earlier, &other, &stranger, &taught(Kind::Sender, "t_d", "cedar", "2026-11-05T15:00:00Z")].into_iter());
        assert_eq!(known.of(&marks), [earlier, other]);
        assert_eq!(known.unknown(&BTreeSet::from([Kind::Sender.key("b@x.example")])).len(), 1, "what was not asked is not known");
    }
}
