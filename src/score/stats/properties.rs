//! For tests: what holds for the statistics of any wave.

use proptest::prelude::*;

use super::survival::{Curve, Wait, steps};
use super::*;
use crate::score::cases::Case;
use crate::score::{Card, Verdict};

const DAY: i64 = 86_400;
const WAVES: [&str; 3] = ["2026-09", "2026-10", "2026-11"];

/// An inquiry, with all that [`Subject`] borrows.
#[derive(Clone, Debug)]
struct Asked {
    card: Card,
    wave: &'static str,
    tags: Vec<String>,
    osc_shown: Option<bool>,
    watch: Watch,
}

fn subjects(asked: &[Asked]) -> Vec<Subject<'_>> {
    fn subject(Asked { card, wave, tags, osc_shown, watch }: &Asked) -> Subject<'_> {
        Subject { card, wave, tags, state: None, osc_shown: *osc_shown, chat: *osc_shown, watch: *watch }
    }
    asked.iter().map(subject).collect()
}

fn asked() -> impl Strategy<Value = Asked> {
    let spell =
        prop_oneof![Just(Spell::NotOffered), Just(Spell::NotWatched), (1..31 * DAY).prop_map(Spell::For), Just(Spell::For(30 * DAY))];
    let kind = prop::sample::select(vec![Kind::InHours, Kind::InHours, Kind::AfterHours, Kind::NotKnown]);
    let verdict =
        prop::sample::select(vec![Verdict::Final, Verdict::Final, Verdict::Provisional, Verdict::Inconclusive, Verdict::NotShopped]);
    let first = || prop::option::weighted(0.7, prop_oneof![0..4000_i64, 0..30 * DAY]);
    let score = prop::option::weighted(0.9, (0..=1000_i32).prop_map(|tenths| f64::from(tenths) / 10.0));
    let place = (0..3_usize, 0..5_usize, 0..4_usize, prop::option::of(any::<bool>()));
    (place, verdict, first(), first(), score, (kind, spell)).prop_map(
        |((wave, builder, tag, osc_shown), verdict, call, personal, score, (kind, spell))| {
            let mut card = PLAIN.clone();
            card.builder = format!("builder {builder}");
            card.shop = format!("shop-{builder}-{tag}");
            card.verdict = verdict;
            (card.first.call, card.first.personal) = (call, personal.min(call).or(call));
            card.score = score.filter(|_| matches!(verdict, Verdict::Final | Verdict::Provisional));
            let tags = (0..tag).map(|tag| format!("tag {tag}")).collect();
            let watch = Watch { kind, call: spell, personal_email: Spell::For(30 * DAY), personal: Spell::For(30 * DAY) };
            Asked { card, wave: WAVES[wave], tags, osc_shown, watch }
        },
    )
}

static PLAIN: std::sync::LazyLock<Card> = std::sync::LazyLock::new(|| Case::new().email(500).card());

fn made(asked: &[Asked]) -> (Vec<Standing>, Statistics) {
    statistics(&subjects(asked), &WAVES, 3)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_curve_falls_from_1_to_no_less_than_0_inside_its_band(waits in prop::collection::vec((0..40_i64, any::<bool>()), 0..60)) {
        let waits: Vec<Wait> = waits.into_iter().map(|(seconds, answered)| Wait { seconds, answered }).collect();
        let found = steps(waits.clone());
        let mut before = 1.0;
        for step in &found {
            prop_assert!((0.0..=before).contains(&step.waiting), "{found:?}");
            before = step.waiting;
            if let (Some(low), Some(high)) = (step.low, step.high) {
                prop_assert!(0.0 <= low && low <= step.waiting && step.waiting <= high && high <= 1.0, "{step:?}");
            }
        }
        prop_assert!(found.is_sorted_by(|one, other| one.at_s < other.at_s && other.at_risk == one.at_risk - one.answered - one.censored));
        let curve = Curve::of(waits.clone());
        let [low, high] = curve.median_interval_s;
        prop_assert!(curve.median_s.is_none_or(|median| low.is_some_and(|low| low <= median)));
        prop_assert!(high.is_none_or(|high| curve.median_s.is_some_and(|median| median <= high)));
        let mut turned = waits;
        turned.reverse();
        prop_assert_eq!(curve, Curve::of(turned));
    }

    #[test]
    fn the_order_of_the_inquiries_does_not_matter(mut asked in prop::collection::vec(asked(), 0..40), turn in 0..40_usize) {
        // Two inquiries of one shop in one wave there are not.
        asked.sort_by(|a, b| (a.wave, &a.card.shop).cmp(&(b.wave, &b.card.shop)));
        asked.dedup_by(|a, b| (a.wave, &a.card.shop) == (b.wave, &b.card.shop));
        let one = serde_json::to_string(&made(&asked)).unwrap();
        prop_assert_eq!(&one, &serde_json::to_string(&made(&asked)).unwrap());
        let turn = turn.min(asked.len());
        asked.rotate_left(turn);
        asked.reverse();
        prop_assert_eq!(one, serde_json::to_string(&made(&asked)).unwrap());
    }

    #[test]
    fn the_figures_of_a_wave_add_up(asked in prop::collection::vec(asked(), 0..40)) {
        let (standings, made) = made(&asked);
        let of_wave: Vec<&Asked> = asked.iter().filter(|one| one.wave == WAVES[2]).collect();
        let all = &made.groups[0];
        prop_assert_eq!((all.by, all.name.as_str()), (GroupBy::All, "all"));
        prop_assert_eq!(all.cohort.n + all.cohort.inconclusive + all.cohort.not_shopped, u32::try_from(of_wave.len()).unwrap());
        for group in &made.groups {
            let Cohort { n, open, unproven, later, .. } = group.cohort;
            prop_assert_eq!(group.cohort.buckets.values().sum::<u32>() + open + unproven + later, n);
            for curve in [&group.curves.call, &group.curves.personal_email, &group.curves.personal] {
                prop_assert_eq!(curve.n + curve.not_offered + curve.not_watched, group.cohort.n);
                prop_assert_eq!(curve.answered + curve.censored, curve.n);
            }
            for share in &group.shares {
                let [low, high] = share.share.interval;
                prop_assert!(0.0 <= low && low <= share.share.share && share.share.share <= high && high <= 1.0, "{share:?}");
            }
            prop_assert!(group.score.is_none_or(|score| score.interval.is_none_or(|[low, high]| low <= score.mean && score.mean <= high)));
        }
        // Each way of dividing puts each inquiry into one group.
        for by in [GroupBy::Kind, GroupBy::Osc, GroupBy::Chat, GroupBy::State] {
            let divided: u32 = made.groups.iter().filter(|group| group.by == by).map(|group| group.cohort.n).sum();
            prop_assert_eq!(divided, all.cohort.n);
        }
        let kind = made.trailing.kind;
        for standing in &standings {
            let own = asked.iter().filter(|one| one.watch.kind == kind && one.card.verdict == Verdict::Final && one.card.score.is_some());
            prop_assert_eq!(standing.n as usize, own.filter(|one| one.card.builder == standing.builder).count());
            prop_assert_eq!(standing.rank.is_some(), standing.n >= 3);
        }
        for improved in &made.trailing.most_improved {
            prop_assert!(improved.n >= 3 && improved.rise.change > 0.0 && improved.from_wave < improved.to_wave, "{improved:?}");
        }
        for range in &made.trailing.sensitivity.ranges {
            prop_assert!(range.best <= range.rank && range.rank <= range.worst, "{range:?}");
        }
    }
}
