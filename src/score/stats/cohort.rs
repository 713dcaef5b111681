//! A group of inquiries together: how many, how soon, how many never. Inconclusive and not shopped inquiries are outside every figure
//! and counted apart, and so is a silence that nobody watched or waited for to its end: *never* is what [`Card::came`] says. A missing
//! time is never averaged in: the median is Kaplan and Meier's. The key `cohort` of `report.json`.
//!
//! [`Card::came`]: crate::score::Card::came

use schemars::JsonSchema;
use serde::{Deserialize, Serialize, Serializer};

use super::subject::{Spell, Subject};
use crate::score::card::{Buckets, Came, FirstOf, Verdict};
use crate::score::verdict::rounded;

/// The buckets of the time to the first personal touch, fastest first, with their upper end in seconds.
pub const BUCKETS: [(&str, i64); 10] = [
    ("<=5m", 300),
    ("<=15m", 900),
    ("<=30m", 1800),
    ("<=1h", 3600),
    ("<=4h", 14_400),
    ("<=24h", 86_400),
    ("<=48h", 172_800),
    ("<=7d", 604_800),
    ("<=30d", 2_592_000),
    ("never", i64::MAX),
];

/// How a group of inquiries fared together.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Cohort {
    /// Inquiries with a final or provisional verdict.
    pub n: u32,
    /// Kaplan–Meier median of the seconds to the first personal touch, that of the curve `personal`; `None` when it was not reached.
    pub median_first_personal_s: Option<i64>,
    /// Share of the final inquiries without a personal touch, those in `unproven` left out; `None` when none is left.
    pub never_personal: Option<f64>,
    /// Inquiries by time to the first personal touch that was seen; `never` holds only final ones whose every channel was watched to the
    /// end of the window. Together with `open`, `unproven` and `later` they are `n`.
    #[serde(serialize_with = "in_order")]
    #[schemars(with = "Buckets")]
    pub buckets: Buckets,
    /// Inquiries without a personal touch so far whose window is open: in `n`, and in no bucket.
    pub open: u32,
    /// Inquiries without a personal touch that are no `never`: a channel was not watched, or they were withdrawn before the window was
    /// over. In `n`, and in no bucket.
    pub unproven: u32,
    /// Inquiries whose first personal touch came later than the last bucket, in a longer window than 30 days. In `n`, and in no bucket.
    pub later: u32,
    /// Inquiries of the buckets which a person may have answered sooner than their bucket says, on a channel that was not watched.
    pub perhaps_sooner: u32,
    /// Inquiries outside every figure because nothing is proven.
    pub inconclusive: u32,
    /// Inquiries outside every figure because nothing was asked.
    pub not_shopped: u32,
}

impl Cohort {
    /// Counts an inquiry with a final or provisional verdict.
    fn add(&mut self, subject: &Subject<'_>) {
        self.n += 1;
        let bucket = match subject.card.came(FirstOf::Personal) {
            Came::After(seconds) => match bucket_of(seconds) {
                Some((name, from)) => {
                    let watched = if let Spell::For(seconds) = subject.watch.personal { seconds } else { 0 };
                    self.perhaps_sooner += u32::from(watched < from);
                    name
                }
                None => return self.later += 1,
            },
            Came::Never => "never",
            Came::NotYet => return self.open += 1,
            Came::NotWaited | Came::NotProven | Came::NotWatched | Came::NotOffered | Came::NoClock => return self.unproven += 1,
        };
        *self.buckets.entry(bucket.to_owned()).or_default() += 1;
    }

    /// How many inquiries are in a bucket; 0 in one that is not known.
    #[must_use]
    pub fn bucket(&self, name: &str) -> u32 {
        self.buckets.get(name).copied().unwrap_or(0)
    }
}

/// The buckets in their order of time, absent ones as 0.
fn in_order<S: Serializer>(buckets: &Buckets, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_map(BUCKETS.iter().map(|(name, _)| (name, buckets.get(*name).copied().unwrap_or(0))))
}

/// The figures of a group of inquiries whose median time to a person is known.
pub(super) fn cohort(members: &[&Subject<'_>], median_first_personal_s: Option<i64>) -> Cohort {
    let buckets = BUCKETS.iter().map(|(name, _)| ((*name).to_owned(), 0)).collect();
    let mut cohort = Cohort { median_first_personal_s, buckets, ..Cohort::default() };
    for subject in members {
        match subject.card.verdict {
            Verdict::Inconclusive => cohort.inconclusive += 1,
            Verdict::NotShopped => cohort.not_shopped += 1,
            Verdict::Final | Verdict::Provisional => cohort.add(subject),
        }
    }
    let (never, of) = never(members);
    cohort.never_personal = (of > 0).then(|| rounded(f64::from(never) / f64::from(of), 1e4));
    cohort
}

/// Of the final ones of which it is known, those without a personal touch.
pub(super) fn never(members: &[&Subject<'_>]) -> (u32, u32) {
    let mut share = (0, 0);
    for subject in members.iter().filter(|subject| subject.card.verdict == Verdict::Final) {
        match subject.card.came(FirstOf::Personal) {
            Came::After(_) => share.1 += 1,
            Came::Never => share = (share.0 + 1, share.1 + 1),
            _ => {}
        }
    }
    share
}

/// A bucket by the seconds of an answer, and from which second on; `None` for one later than all.
fn bucket_of(seconds: i64) -> Option<(&'static str, i64)> {
    let timed = || BUCKETS.iter().filter(|(_, limit)| *limit < i64::MAX);
    let (name, _) = timed().find(|(_, limit)| seconds <= *limit)?;
    Some((name, timed().map(|(_, limit)| *limit).take_while(|limit| *limit < seconds).last().unwrap_or(0)))
}

#[cfg(test)]
mod tests {
    use super::super::tests::watched;
    use super::*;
    use crate::score::Card;
    use crate::score::cases::Case;
    use serde_json::json;

    const DAY: i64 = 86_400;

    fn of(cases: &[Case]) -> Cohort {
        let cards: Vec<(Card, _)> = cases.iter().map(|case| (case.card(), watched(&case.log()))).collect();
        let subjects: Vec<Subject<'_>> = cards.iter().map(|(card, watch)| Subject::plain(card, *watch)).collect();
        cohort(&subjects.iter().collect::<Vec<_>>(), None)
    }

    fn filled(cohort: &Cohort) -> Vec<(&str, u32)> {
        BUCKETS.iter().map(|(name, _)| (*name, cohort.bucket(name))).filter(|(_, n)| *n > 0).collect()
    }

    #[test]
    fn a_cohort_keeps_open_never_and_unproven_apart() {
        let cohort = of(&[
            Case::new().email(4 * 60),
            Case::new().email(3600),
            Case::new().email(3601).on(2 * DAY),
            Case::new(),
            Case::new().on(2 * DAY),
            Case::new().gap(0, 20 * DAY),
            Case::new().status(crate::shop::Status::Blocked),
        ]);
        assert_eq!((cohort.n, cohort.open, cohort.inconclusive, cohort.not_shopped), (5, 1, 1, 1));
        assert_eq!((cohort.unproven, cohort.later, cohort.perhaps_sooner), (0, 0, 0));
        assert_eq!(cohort.never_personal, Some(0.3333));
        assert_eq!(filled(&cohort), [("<=5m", 1), ("<=1h", 1), ("<=4h", 1), ("never", 1)]);
        assert_eq!(cohort.buckets.len(), BUCKETS.len());
    }

    #[test]
    fn silence_that_nobody_watched_or_waited_for_is_no_never() {
        let withdrawn = Case::new().set("withdrawn_at", json!("2026-11-02T18:00:00Z"));
        let cohort = of(&[Case::new(), Case::new().email(60), withdrawn.clone()]);
        assert_eq!((cohort.n, cohort.unproven, cohort.never_personal), (3, 1, Some(0.5)));
        assert_eq!(filled(&cohort), [("<=5m", 1), ("never", 1)]);
        let alone = of(&[withdrawn]);
        assert_eq!((alone.n, alone.unproven, alone.never_personal), (1, 1, None), "of nothing there is no share");
        // A card from elsewhere, final though its phone was never watched.
        let mut card = Case::new().card();
        card.channels = card.channels.map(|channels| crate::score::Channels { call: crate::score::Reach::NotWatched, ..channels });
        let cohort = super::cohort(&[&Subject::plain(&card, super::super::Watch::default())], None);
        assert_eq!((cohort.n, cohort.unproven, cohort.bucket("never"), cohort.never_personal), (1, 1, 0, None));
    }

    #[test]
    fn an_answer_behind_a_gap_may_not_have_been_the_first() {
        let phone = |from: i64, to: i64, email: i64| Case::new().gap_of("phone.main", from, to).email(email);
        for (case, sooner, what) in [
            (phone(0, 30 * DAY, 60), 0, "in the fastest bucket nothing is sooner"),
            (phone(0, 30 * DAY, 7200), 1, "the phone was never watched"),
            (phone(2 * 3600, 30 * DAY, 7201), 0, "watched to the begin of its bucket"),
            (phone(1800, 30 * DAY, 7201), 1, "and not so far"),
            (phone(0, 3600, 7201), 0, "a gap too small to matter"),
            (phone(0, 30 * DAY, 7200).set("offered", json!({})), 0, "no phone was offered"),
        ] {
            let cohort = of(&[case]);
            assert_eq!((cohort.n, cohort.perhaps_sooner, filled(&cohort).len()), (1, sooner, 1), "{what}");
        }
    }

    #[test]
    fn an_answer_after_the_last_bucket_is_no_never() {
        assert_eq!(bucket_of(2_592_000), Some(("<=30d", 604_800)));
        assert_eq!(bucket_of(2_592_001), None);
        assert_eq!(bucket_of(0), Some(("<=5m", 0)));
    }
}
