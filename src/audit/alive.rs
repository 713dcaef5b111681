//! Was a mailbox alive? That it was read proves nothing if no mail could reach it. Takes the signs of life that a mailbox gave (a
//! canary that came back, any other mail that came to an alias of ours) and the canaries that were lost; gives the spans over which it is
//! not proven that a mail to an alias would have arrived. Pure.
//!
//! From the first canary on, mail must have arrived at least every 50 hours, and a lost canary opens a gap from the last sign of
//! life to the next canary that came back: what it was to prove, no other mail proves. Where no canary was ever sent, any later mail proves
//! the time before it; only what follows the last one is open.

use chrono::{DateTime, TimeDelta, Utc};

use super::canary::{Canaries, Stand};
use super::looks::around;
use crate::classify::Origin;
use crate::collect::Channel;
use crate::shop::plan::Span;
use crate::store::Touch;

/// How far two signs of life may be apart: two days, with some grace for whoever looks daily.
const APART: TimeDelta = TimeDelta::hours(50);

/// What is known of a mailbox's life.
#[derive(Clone, Debug, Default)]
pub(super) struct Life {
    /// When canaries were on their way that came back, in order.
    back: Vec<Span>,
    /// When other mails came, in order.
    mails: Vec<DateTime<Utc>>,
    /// When canaries left that were lost.
    lost: Vec<DateTime<Utc>>,
    /// When the first canary left that went out for certain.
    canaries_from: Option<DateTime<Utc>>,
}

/// A span over which a mailbox is not proven alive, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unproven {
    pub(super) span: Span,
    pub(super) why: String,
}

impl Life {
    /// The life of a mailbox by its canaries and by when mails came, rehearsed or real.
    pub(super) fn of(rehearsal: bool, canaries: &Canaries, mails: &[DateTime<Utc>]) -> Self {
        let mut life = Self::default();
        for (canary, stand) in canaries.all.iter().filter(|(canary, _)| canary.rehearsal == rehearsal) {
            // One that our own server refused proves nothing either way; that they were to prove it is settled with the first.
            life.canaries_from.get_or_insert(canary.sent_at);
            match (&canary.back, stand) {
                (Some(back), _) => {
                    life.back.push((canary.sent_at, back.arrival.at.clamp(canary.sent_at, back.seen_at.max(canary.sent_at))));
                }
                (None, Stand::Lost) => life.lost.push(canary.sent_at),
                (None, _) => {}
            }
        }
        life.mails = telling(mails, &life.lost);
        life.back.sort_unstable();
        life
    }

    /// Where in a span it is not proven that mail would have arrived; in order and apart.
    pub(super) fn unproven(&self, span: Span) -> Vec<Unproven> {
        if span.1 < span.0 {
            return Vec::new();
        }
        let turn = self.canaries_from.unwrap_or(span.1).clamp(span.0, span.1);
        let mut open: Vec<Unproven> = self.before_canaries((span.0, turn)).into_iter().collect();
        let lost = self.since_lost((turn, span.1));
        let known: Vec<Span> = lost.iter().map(|gap| gap.span).collect();
        for Unproven { span, why } in self.between_signs((turn, span.1)) {
            open.extend(around(span, known.clone()).into_iter().map(|span| Unproven { span, why: why.clone() }));
        }
        open.extend(lost);
        open.sort_by_key(|gap| gap.span);
        open
    }

    /// Without canaries, all up to the last mail is proven.
    fn before_canaries(&self, span: Span) -> Option<Unproven> {
        let last = self.signs().into_iter().map(|(_, to)| to).max().filter(|last| *last >= span.0);
        let open = |from, why: String| (from < span.1).then_some(Unproven { span: (from, span.1), why });
        match last {
            None => open(span.0, "no mail of any kind arrived at an alias of ours".to_owned()),
            Some(last) if span.1 - last > APART => {
                open(last, format!("no mail of any kind arrived at an alias of ours after {}", minute(last)))
            }
            Some(_) => None,
        }
    }

    /// All signs, in order.
    fn signs(&self) -> Vec<Span> {
        let mut signs: Vec<Span> = self.back.iter().copied().chain(self.mails.iter().map(|at| (*at, *at))).collect();
        signs.sort_unstable();
        signs
    }

    /// Each stretch in which a lost canary leaves it open whether mail would have arrived: from the last sign before it to the first canary
    /// that left after it, or was under way as it left, and arrived.
    fn since_lost(&self, span: Span) -> Vec<Unproven> {
        let mut open: Vec<Unproven> = Vec::new();
        for lost in self.lost.iter().filter(|lost| **lost < span.1) {
            let before = self.signs().into_iter().flat_map(|(from, to)| [from, to]).filter(|at| at <= lost).max();
            let after = self.back.iter().flat_map(|(from, to)| [*from, *to]).filter(|at| at > lost).min();
            let (from, to) = (before.unwrap_or(span.0).max(span.0), after.unwrap_or(span.1).min(span.1));
            match open.last_mut() {
                _ if from >= to => {}
                Some(last) if from <= last.span.1 => last.span.1 = last.span.1.max(to),
                _ => open.push(Unproven { span: (from, to), why: format!("the canary of {} did not come back", minute(*lost)) }),
            }
        }
        open
    }

    /// Each stretch between two signs that is too long to prove anything.
    fn between_signs(&self, span: Span) -> Vec<Unproven> {
        let mut open = Vec::new();
        let mut judge = |from: Option<DateTime<Utc>>, to: Option<DateTime<Utc>>| {
            let (start, end) = (from.unwrap_or(span.0).max(span.0), to.unwrap_or(span.1).min(span.1));
            let long = from.is_none_or(|from| to.unwrap_or(span.1) - from > APART);
            if long && start < end {
                open.push(Unproven {
                    span: (start, end),
                    why: "no canary and no other mail to an alias of ours arrived for over two days".to_owned(),
                });
            }
        };
        let mut reached = None;
        for (from, to) in self.signs() {
            if reached.is_none_or(|reached| from > reached) {
                judge(reached, Some(from));
            }
            reached = reached.max(Some(to));
        }
        judge(reached, None);
        open
    }
}

/// Whether a touch is a mail that came to a mailbox by itself, at a moment that nobody disputes. One that somebody imported or that
/// came to no alias shows nothing of what builders send, and a bounce may be of its own provider's making.
pub(super) fn is_sign(touch: &Touch) -> bool {
    let by_itself = touch.channel == Channel::Email && !touch.arrival.disputed && !touch.imported;
    by_itself && touch.classified.origin != Origin::Bounce
}

/// Of mails in order those that tell something: between two that are not far apart, without a lost canary, the others prove no more. Of
/// half a million a few a week are left, and every inquiry asks.
fn telling(mails: &[DateTime<Utc>], lost: &[DateTime<Utc>]) -> Vec<DateTime<Utc>> {
    let mut telling: Vec<DateTime<Utc>> = Vec::new();
    for (at, next) in mails.iter().zip(mails.iter().skip(1).map(Some).chain([None])) {
        let idle = telling
            .last()
            .zip(next)
            .is_some_and(|(last, next)| *next - *last <= APART && !lost.iter().any(|lost| last <= lost && lost < next));
        if !idle {
            telling.push(*at);
        }
    }
    telling
}

fn minute(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d %H:%MZ").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hour(hour: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(hour * 3_600, 0).unwrap()
    }

    fn life(signs: &[(i64, i64)], lost: &[i64], from: Option<i64>) -> Life {
        Life {
            back: signs.iter().map(|(from, to)| (hour(*from), hour(*to))).collect(),
            mails: Vec::new(),
            lost: lost.iter().map(|at| hour(*at)).collect(),
            canaries_from: from.map(hour),
        }
    }

    /// What is open of the hours 1000 to 1720, as hours.
    fn open(life: &Life) -> Vec<(i64, i64)> {
        let hours = |at: DateTime<Utc>| at.timestamp() / 3_600;
        life.unproven((hour(1_000), hour(1_720))).into_iter().map(|gap| (hours(gap.span.0), hours(gap.span.1))).collect()
    }

    proptest::proptest! {
        /// Whatever is left out would have proven nothing more.
        #[test]
        fn mails_that_tell_nothing_are_left_out(
            mails in proptest::collection::vec(900_i64..1_800, 0..60),
            canaries in proptest::collection::vec((900_i64..1_800, 0_i64..90), 0..6),
            lost in proptest::collection::vec(900_i64..1_800, 0..4),
            from in proptest::option::of(900_i64..1_800),
        ) {
            let (mut mails, mut lost) = (mails, lost);
            mails.sort_unstable();
            lost.sort_unstable();
            let [mails, gone] = [&mails, &lost].map(|hours| hours.iter().map(|at| hour(*at)).collect::<Vec<_>>());
            let of = |mails: Vec<DateTime<Utc>>| {
                let mut life = life(&canaries.iter().map(|(sent, way)| (*sent, sent + way)).collect::<Vec<_>>(), &lost, from);
                life.back.sort_unstable();
                life.mails = mails;
                life.unproven((hour(1_000), hour(1_720)))
            };
            proptest::prop_assert_eq!(of(telling(&mails, &gone)), of(mails));
        }
    }

    fn daily(days: impl IntoIterator<Item = i64>) -> Vec<(i64, i64)> {
        days.into_iter().map(|day| (990 + day * 24, 990 + day * 24)).collect()
    }

    #[test]
    fn without_canaries_the_last_mail_proves_what_was_before_it() {
        for (signs, want) in [
            (vec![], vec![(1_000, 1_720)]),
            (vec![(900, 900)], vec![(1_000, 1_720)]),
            (vec![(1_100, 1_100)], vec![(1_100, 1_720)]),
            (vec![(1_671, 1_671)], vec![]),
            (vec![(1_800, 1_800)], vec![]),
        ] {
            assert_eq!(open(&life(&signs, &[], None)), want, "{signs:?}");
        }
    }

    #[test]
    fn with_canaries_every_stretch_counts() {
        for (what, signs, lost, want) in [
            ("all back", daily(0..31), vec![], vec![]),
            ("one day missed", daily((0..31).filter(|day| *day != 7)), vec![], vec![]),
            ("two days missed", daily((0..31).filter(|day| *day != 7 && *day != 8)), vec![], vec![(1_134, 1_206)]),
            ("one lost", daily((0..31).filter(|day| *day != 7)), vec![1_158], vec![(1_134, 1_182)]),
            ("the last lost", daily(0..30), vec![1_710], vec![(1_686, 1_720)]),
            ("the first lost", daily(1..31), vec![990], vec![(1_000, 1_014)]),
            ("lost after the window", daily(0..31), vec![1_734], vec![]),
            ("nothing at all", vec![], vec![990], vec![(1_000, 1_720)]),
            (
                "a late one hides none",
                [&[(1_000, 1_300)], daily((0..31).filter(|day| *day != 7)).as_slice()].concat(),
                vec![1_158],
                vec![(1_134, 1_182)],
            ),
            ("a late one alone", [daily(13..31).as_slice(), &[(1_010, 1_300)]].concat(), vec![1_100], vec![(1_000, 1_010), (1_010, 1_300)]),
            ("late, and back", [daily(0..31).as_slice(), &[(1_000, 1_300)]].concat(), vec![], vec![]),
        ] {
            let mut signs = signs;
            signs.sort_unstable();
            assert_eq!(open(&life(&signs, &lost, Some(990))), want, "{what}");
        }
    }

    #[test]
    fn a_lost_canary_is_made_good_by_the_next_that_comes_back_alone() {
        for (what, mails, back, lost, want) in [
            ("mail all the time, and no canary", (990..1_720).collect(), vec![], vec![990, 1_014], vec![(1_000, 1_720)]),
            ("mail all the time", (990..1_720).collect(), daily((0..10).chain(20..31)), vec![1_230, 1_254], vec![(1_230, 1_470)]),
            ("mail before it", vec![1_220, 1_235], daily((0..10).chain(12..31)), vec![1_230], vec![(1_220, 1_278)]),
            ("none lost", vec![1_220], daily((0..10).chain(11..31)), vec![], vec![]),
        ] {
            let life = Life { mails: mails.into_iter().map(hour).collect(), ..life(&back, &lost, Some(990)) };
            assert_eq!(open(&life), want, "{what}");
        }
    }

    #[test]
    fn canaries_that_begin_within_the_window_prove_what_was_before_them() {
        let later = daily(10..31);
        assert_eq!(open(&life(&later, &[], Some(1_230))), vec![]);
        assert_eq!(open(&life(&[], &[1_230], Some(1_230))), vec![(1_000, 1_230), (1_230, 1_720)]);
    }

    #[test]
    fn a_reason_is_given() {
        let why = |life: &Life| life.unproven((hour(1_000), hour(1_720))).into_iter().map(|gap| gap.why).collect::<Vec<_>>();
        assert_eq!(why(&life(&[], &[], None)), ["no mail of any kind arrived at an alias of ours"]);
        assert_eq!(why(&life(&[(1_100, 1_100)], &[], None)), ["no mail of any kind arrived at an alias of ours after 1970-02-15 20:00Z"]);
        assert_eq!(why(&life(&daily(0..30), &[1_710], Some(990))), ["the canary of 1970-03-13 06:00Z did not come back"]);
    }
}
