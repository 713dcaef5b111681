//! For tests: what holds for every log.

use chrono::{DateTime, TimeDelta};
use proptest::prelude::*;

use super::cases::{Case, START};
use super::{Card, Log, Rubric, card};

const DAY: i64 = 86_400;

fn touch() -> impl Strategy<Value = (&'static str, &'static str, i64, Option<i64>, &'static str)> {
    let channel = prop::sample::select(vec!["email", "call", "voicemail", "sms"]);
    let origin = prop::sample::select(vec!["personal", "personal", "auto_reply", "marketing", "bounce", "unknown"]);
    let seconds = prop_oneof![-100_i64..4000, 0..40 * DAY];
    let labels = prop::sample::select(vec![
        "{}",
        r#"{"question":"yes","name_used":true,"sender_name":"Amy Ortiz","placement":"inbox"}"#,
        r#"{"question":"no","faults":["merge_field"],"sender_name":"Ben","appointment":"vague"}"#,
        r#"{"question":"partly","sender_name":"Amy","introduces":"Ben Cole","direct_phone":"+15125550100"}"#,
        r#"{"question":"unknown","video":"https://v.example/1","placement":"spam"}"#,
    ]);
    (channel, origin, seconds, prop::option::weighted(0.2, 0_i64..DAY), labels)
}

pub(super) fn case() -> impl Strategy<Value = Case> {
    let horizon = prop::sample::select(vec![DAY / 2, 2 * DAY, 31 * DAY, 70 * DAY]);
    let after = |most: i64| prop::option::weighted(0.2, 0..most);
    (prop::collection::vec(touch(), 0..12), horizon, any::<bool>(), any::<bool>(), after(30 * DAY), after(30 * DAY)).prop_map(
        |(touches, as_of, phone, text, withdrawn, opted)| {
            let mut case = Case::new().on(as_of).set("offered", serde_json::json!({"phone": phone, "text": text}));
            for (key, seconds) in [("withdrawn_at", withdrawn), ("opt_out_at", opted)] {
                if let Some(seconds) = seconds {
                    case = case.set(key, serde_json::json!((START + TimeDelta::seconds(seconds)).to_rfc3339()));
                }
            }
            touches.into_iter().fold(case, |case, (channel, origin, seconds, vague, labels)| {
                let case = case.touch(channel, origin, seconds).labels(labels);
                vague.map_or(case.clone(), |by| case.until(seconds + by))
            })
        },
    )
}

fn scored(log: &Log) -> Card {
    card(log, &Rubric::default_rubric()).unwrap()
}

fn points(card: &Card, part: &str) -> f64 {
    card.criteria.iter().filter(|line| line.id.starts_with(part)).map(|line| line.points).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(192))]

    #[test]
    fn scores_lie_between_0_and_100_and_under_every_cap(case in case()) {
        let card = case.card();
        if let Some(score) = card.score {
            prop_assert!((0.0..=100.0).contains(&score));
            prop_assert!(card.caps.iter().all(|cap| score <= cap.cap));
            prop_assert!(card.caps.windows(2).all(|pair| pair[0].cap <= pair[1].cap));
        }
        for line in &card.criteria {
            prop_assert!(line.points >= 0.0 && line.points <= line.of, "{line:?}");
            prop_assert!(line.counted || line.points == 0.0, "{line:?}");
            prop_assert!(!line.why.is_empty());
        }
    }

    #[test]
    fn the_order_of_the_touches_does_not_matter(case in case(), turn in 0_usize..12) {
        let mut log = case.log();
        let one = serde_json::to_string(&scored(&log)).unwrap();
        prop_assert_eq!(&one, &serde_json::to_string(&scored(&log)).unwrap());
        let middle = turn.min(log.touches.len());
        log.touches.rotate_left(middle);
        log.touches.reverse();
        prop_assert_eq!(one, serde_json::to_string(&scored(&log)).unwrap());
    }

    #[test]
    fn an_auto_reply_is_worth_an_acknowledgement_and_stops_no_clock(case in case(), seconds in 0_i64..40 * DAY) {
        let (before, after) = (case.card(), case.clone().touch("email", "auto_reply", seconds).set("opt_out_at", serde_json::Value::Null).card());
        let before = if case.log().inquiry.opt_out_at.is_some() { case.clone().set("opt_out_at", serde_json::Value::Null).card() } else { before };
        prop_assert_eq!(before.first.personal, after.first.personal);
        prop_assert_eq!(before.first.call, after.first.call);
        prop_assert_eq!(before.verdict, after.verdict);
        for (one, other) in before.criteria.iter().zip(&after.criteria) {
            if one.id != "speed.acknowledgement" {
                prop_assert_eq!(one, other);
            }
        }
        if before.first.personal.is_none() && let (Some(one), Some(other)) = (before.score, after.score) {
            prop_assert!(one <= other && other <= before.caps[0].cap.max(5.0));
        }
    }

    #[test]
    fn an_earlier_first_call_never_scores_less(case in case(), late in 0_i64..4 * DAY, sooner in 0_i64..4 * DAY) {
        let early = (late - sooner).max(0);
        // At the first look the whole score must not fall; later, calling at once may leave a longer gap behind it.
        let first_look = |call: i64| {
            let mut case = case.log();
            case.touches.retain(|touch| !matches!(touch.channel, crate::collect::Channel::Call | crate::collect::Channel::Voicemail));
            case.inquiry.withdrawn_at = None;
            case.as_of = START + TimeDelta::days(5);
            case.touches.push(Case::new().call(call).log().touches.remove(0));
            scored(&case)
        };
        let (one, other) = (first_look(late), first_look(early));
        prop_assert!(one.score <= other.score, "{:?} at {late}, {:?} at {early}", one.score, other.score);
        // Over any log: another, earlier call never lowers what speed earns.
        let with = case.clone().call(early).card();
        prop_assert!(points(&case.card(), "speed.") <= points(&with, "speed.") + 1e-9);
    }

    // Over the whole window an earlier call may end up with less: what it leaves behind it is a longer gap (`persist.spread`), it may
    // join another attempt of its caller (`persist.calls`), and calls drawn together may be too many at once (`respect.opt_out`).
    // Nothing else may fall, and with these three set aside the score must not.
    #[test]
    fn over_the_whole_window_an_earlier_call_loses_only_by_gaps_and_bursts(
        case in case(), which in 0_usize..12, sooner in 0_i64..40 * DAY,
    ) {
        let mut log = case.on(31 * DAY).log();
        log.inquiry.withdrawn_at = None;
        log.inquiry.opt_out_at = None;
        let call = log.touches.iter().cycle().skip(which).take(log.touches.len()).position(|touch| touch.channel == crate::collect::Channel::Call);
        prop_assume!(call.is_some());
        let at = (which + call.unwrap()) % log.touches.len();
        // What was said in it moves with it; a call says nothing here, so that only its moment counts.
        (log.touches[at].labels, log.touches[at].origin) = (crate::classify::Labels::default(), crate::classify::Origin::Personal);
        log.touches[at].at_latest = None;
        let mut earlier = log.clone();
        earlier.touches[at].at = (log.touches[at].at - TimeDelta::seconds(sooner)).max(log.touches[at].at.min(START));
        let (late, early) = (scored(&log), scored(&earlier));
        // A call of before the sending or after the window becomes one in it: then it is another one.
        prop_assume!(late.counts.calls > 0);
        let apart = |id: &str| matches!(id, "persist.spread" | "persist.calls" | "respect.opt_out");
        for (was, is) in late.criteria.iter().zip(&early.criteria).filter(|(was, _)| !apart(&was.id)) {
            prop_assert!(was.points <= is.points + 1e-9 && was.counted == is.counted, "{was:?} became {is:?}");
        }
        let held = |card: &Card| {
            let lines = card.criteria.iter().filter(|line| line.counted && !apart(&line.id));
            let (points, of) = lines.fold((0.0, 0.0), |(points, of), line| (points + line.points, of + line.of));
            (100.0_f64 * points / of).min(card.caps.first().map_or(100.0, |cap| cap.cap))
        };
        prop_assert!(held(&late) <= held(&early) + 1e-9, "{} and {}", held(&late), held(&early));
    }

    #[test]
    fn an_interval_is_met_missed_or_indeterminate_and_never_better_than_its_later_end(first in 0_i64..90_000, vague in 0_i64..90_000) {
        let line = |case: Case| case.line("speed.personal_email");
        let exact = |seconds: i64| line(Case::new().email(seconds));
        let (early, late) = (exact(first), exact(first + vague));
        let between = line(Case::new().email(first).until(first + vague));
        prop_assert!((between.points - late.points).abs() < 1e-9);
        let crossed = early.points > late.points;
        prop_assert_eq!(between.result == super::Outcome::Indeterminate, crossed, "{:?}", between);
        prop_assert!(crossed || between.result == late.result);
    }

    #[test]
    fn no_date_makes_it_panic(case in case(), wild in prop::collection::vec(any::<i64>(), 6)) {
        let at = |index: usize| DateTime::from_timestamp(wild[index] % 8_210_000_000_000, 0).unwrap_or_default();
        let mut log = case.log();
        log.inquiry.confirmed_at = Some(at(0));
        log.inquiry.sent_at = Some(at(1));
        log.as_of = if wild[2] % 2 == 0 { at(2) } else { log.as_of };
        log.inquiry.withdrawn_at = log.inquiry.withdrawn_at.map(|_| at(3));
        log.inquiry.opt_out_at = Some(at(4));
        if let Some(touch) = log.touches.first_mut() {
            touch.at = at(5);
        }
        let card = scored(&log);
        prop_assert!(card.score.is_none_or(|score| (0.0..=100.0).contains(&score)));
    }
}
