//! For tests: what ranks, trends, groups and watches come to.

use super::*;
use crate::score::cases::{Case, START};
use crate::score::posted::Book;
use crate::score::{Card, Log, Rubric};

use Kind::{AfterHours, InHours};

const DAY: i64 = 86_400;

/// An inquiry in a few words: builder, wave, score, and the kind of its sending.
struct Few(&'static str, &'static str, f64, Kind);

fn cards(of: &[Few]) -> Vec<(Card, &'static str, Kind)> {
    let plain = Case::new().email(500).card();
    of.iter()
        .enumerate()
        .map(|(n, Few(builder, wave, score, kind))| {
            let mut card = plain.clone();
            (card.builder, card.shop, card.score) = ((*builder).to_owned(), format!("shop-{n}"), Some(*score));
            (card, *wave, *kind)
        })
        .collect()
}

fn made(of: &[Few], waves: &[&str], needed: u32) -> (Vec<Standing>, Statistics) {
    let cards = cards(of);
    let watched = Spell::For(30 * DAY);
    let subjects: Vec<Subject<'_>> = cards
        .iter()
        .map(|(card, wave, kind)| Subject {
            card,
            wave,
            tags: &[],
            state: Some("TX"),
            osc_shown: None,
            chat: Some(false),
            watch: Watch { kind: *kind, call: watched, personal_email: watched, personal: watched },
        })
        .collect();
    statistics(&subjects, waves, needed)
}

#[test]
fn after_hours_is_never_ranked_with_in_hours() {
    let few = [
        Few("day", "w1", 80.0, InHours),
        Few("day", "w2", 80.0, InHours),
        Few("day", "w3", 80.0, InHours),
        Few("day", "w3", 0.0, AfterHours),
        Few("night", "w1", 90.0, AfterHours),
        Few("night", "w2", 90.0, AfterHours),
        Few("night", "w3", 10.0, InHours),
    ];
    let (standings, made) = made(&few, &["w1", "w2", "w3"], 3);
    assert_eq!((made.trailing.kind, made.trailing.left_out), (InHours, [(AfterHours, 3)].into()));
    let found: Vec<_> = standings.iter().map(|one| (one.builder.as_str(), one.n, one.mean_score, one.rank)).collect();
    assert_eq!(found, [("day", 3, 80.0, Some(1)), ("night", 1, 10.0, None)]);
    let kinds: Vec<_> =
        made.groups.iter().filter(|group| group.by == GroupBy::Kind).map(|group| (&group.name[..], group.cohort.n)).collect();
    assert_eq!(kinds, [("after_hours", 1), ("in_hours", 2)]);
}

#[test]
fn the_most_improved_has_enough_inquiries_in_at_least_two_waves() {
    let few = [
        // Two waves, three inquiries.
        Few("riser", "w1", 20.0, InHours),
        Few("riser", "w2", 40.0, InHours),
        Few("riser", "w2", 50.0, InHours),
        // Rises more, with two inquiries only.
        Few("few", "w1", 0.0, InHours),
        Few("few", "w2", 90.0, InHours),
        // Three inquiries in one wave.
        Few("once", "w2", 10.0, InHours),
        Few("once", "w2", 50.0, InHours),
        Few("once", "w2", 90.0, InHours),
        // Falls.
        Few("faller", "w1", 90.0, InHours),
        Few("faller", "w1", 90.0, InHours),
        Few("faller", "w2", 10.0, InHours),
    ];
    let (_, made) = made(&few, &["w1", "w2"], 3);
    let improved = &made.trailing.most_improved;
    assert_eq!(improved.len(), 1, "{improved:?}");
    let one = &improved[0];
    assert_eq!((one.builder.as_str(), one.n, one.from, one.to, one.rise.change), ("riser", 3, 20.0, 45.0, 25.0));
    assert_eq!((one.from_wave.as_str(), one.to_wave.as_str(), one.rise.interval), ("w1", "w2", None));
}

#[test]
fn a_trend_tells_what_changed_since_the_wave_before_and_since_the_first() {
    let mut few = Vec::new();
    for (wave, scores) in [("w1", [10.0, 20.0, 30.0]), ("w2", [40.0, 50.0, 60.0]), ("w3", [70.0, 80.0, 90.0])] {
        few.extend(scores.map(|score| Few("all", wave, score, InHours)));
    }
    let (_, made) = made(&few, &["w1", "w2", "w3"], 3);
    let trend = &made.trailing.trend;
    assert!(trend[0].from_previous.is_none() && trend[0].from_first.is_none());
    assert!(trend[1].from_first.is_none(), "the first is the one before");
    let (previous, first) = (trend[2].from_previous.as_ref().unwrap(), trend[2].from_first.as_ref().unwrap());
    let (one, other) = (previous.score.unwrap(), first.score.unwrap());
    assert_eq!((previous.since.as_str(), one.change), ("w2", 30.0));
    assert_eq!((first.since.as_str(), other.change), ("w1", 60.0));
    let [low, high] = one.interval.unwrap();
    assert!(0.0 < low && low < 30.0 && 30.0 < high && high < 60.0, "{low} {high}");
    assert!(first.never.unwrap().change.abs() < 1e-9);
    assert_eq!((trend[2].median_s, first.median_s), (Some(500), Some(0)));
    assert_eq!(made.trailing.builders[0].waves.len(), 3);
}

#[test]
fn ranks_that_hang_on_the_weights_name_the_builders_and_their_range() {
    // As in `sensitivity`: 39.7 against 38.9, turned around by the weight of speed or of answers.
    let card = |builder: &str, email, labels| Case::new().builder(builder).email(email).labels(labels).on(31 * DAY).card();
    let mut cards = Vec::new();
    for _ in 0..3 {
        cards.push(card("fast", 60, "{}"));
        cards.push(card("close", 7200, r#"{"question":"yes","name_used":true,"placement":"inbox"}"#));
        cards.push(card("behind", 7200, r#"{"question":"no"}"#));
    }
    for card in &mut cards {
        card.caps.clear();
        let (points, of) =
            card.criteria.iter().filter(|line| line.counted).fold((0.0, 0.0), |sum, line| (sum.0 + line.points, sum.1 + line.of));
        card.score = Some(rounded(100.0 * points / of, 10.0));
    }
    let standings = builders(&cards, 3);
    let found = of_ranks(&standings, &cards);
    assert!(found.trials >= 8 && !found.turns.is_empty(), "{found:?} {standings:?}");
    let pair = [standings[0].builder.as_str(), standings[1].builder.as_str()];
    assert!(found.turns.iter().all(|turn| [turn.behind.as_str(), turn.ahead.as_str()] == pair), "{found:?}");
    let ranges: Vec<_> = found.ranges.iter().map(|range| (range.rank, range.best, range.worst)).collect();
    assert_eq!(ranges, [(1, 1, 2), (2, 1, 2), (3, 3, 3)]);
    assert_eq!(of_ranks(&builders(&cards[..3], 3), &cards[..3]), RankSensitivity::default());
}

pub(super) fn watched(log: &Log) -> Watch {
    watch(log, &Rubric::default_rubric(), Book::default().of(&log.inquiry).ok())
}

#[test]
fn an_inquiry_is_watched_up_to_the_first_gap_that_matters() {
    let gap = |from: i64, to: i64| Case::new().gap(from, to);
    let phone = |case: Case| {
        let mut log = case.log();
        for gap in &mut log.inquiry.coverage_gaps {
            gap.source = "phone.main".to_owned();
        }
        log
    };
    let call = |log: &Log| watched(log).call;
    assert_eq!(call(&Case::new().log()), Spell::For(30 * DAY));
    assert_eq!(call(&Case::new().on(3 * DAY).log()), Spell::For(3 * DAY));
    assert_eq!(call(&gap(2 * DAY, 9 * DAY).log()), Spell::For(30 * DAY), "a gap of the mailbox");
    assert_eq!(call(&phone(gap(2 * DAY, 9 * DAY))), Spell::For(2 * DAY));
    assert_eq!(call(&phone(gap(2 * DAY, 2 * DAY + 3600))), Spell::For(30 * DAY), "too short to matter");
    assert_eq!(call(&phone(gap(-DAY, 31 * DAY))), Spell::NotWatched);
    assert_eq!(call(&Case::new().set("offered", serde_json::json!({"phone": false})).log()), Spell::NotOffered);
    let withdrawn = serde_json::json!((START + chrono::TimeDelta::days(9)).to_rfc3339());
    assert_eq!(call(&Case::new().set("withdrawn_at", withdrawn).log()), Spell::For(9 * DAY));
    assert_eq!(call(&Case::new().set("confirmed_by", serde_json::Value::Null).log()), Spell::NotWatched);
}

#[test]
fn the_posted_hours_tell_an_after_hours_inquiry() {
    let kind = |hours: &str| watched(&Case::new().set("hours", serde_json::json!(hours)).log()).kind;
    // Sent on a Monday at 10.
    for (hours, want) in [
        ("Mo-Fr 09:00-18:00", Kind::InHours),
        ("24/7", Kind::InHours),
        ("Mo-Fr 11:00-18:00", Kind::AfterHours),
        ("Sa 10:00-17:00", Kind::AfterHours),
        ("Jun 10:00-17:00", Kind::NotKnown),
        ("nine to five", Kind::NotKnown),
    ] {
        assert_eq!(kind(hours), want, "{hours}");
    }
    assert_eq!(watched(&Case::new().set("sent_at", serde_json::Value::Null).log()).kind, Kind::InHours);
}

#[test]
fn a_call_behind_a_gap_need_not_be_the_first() {
    let plain = Case::new().call(5 * DAY).card();
    let subject = |call| Subject {
        card: &plain,
        wave: "w",
        tags: &[],
        state: None,
        osc_shown: None,
        chat: None,
        watch: Watch { kind: InHours, call, personal_email: Spell::For(30 * DAY), personal: Spell::For(30 * DAY) },
    };
    let curve = |call| statistics(&[subject(call)], &["w"], 3).1.groups[0].curves.call.clone();
    let (seen, hidden) = (curve(Spell::For(30 * DAY)), curve(Spell::For(DAY)));
    assert_eq!((seen.answered, seen.median_s), (1, Some(5 * DAY)));
    assert_eq!((hidden.answered, hidden.censored, hidden.steps[0].at_s), (0, 1, DAY));
    assert_eq!((curve(Spell::NotOffered).not_offered, curve(Spell::NotWatched).not_watched), (1, 1));
}

#[test]
fn who_is_in_a_share_does_not_hang_on_how_it_came_out() {
    let share = |cases: &[Case], id: &str| {
        let cards: Vec<(Card, Watch)> = cases.iter().map(|case| (case.card(), watched(&case.log()))).collect();
        let subjects: Vec<Subject<'_>> = cards.iter().map(|(card, watch)| Subject::plain(card, *watch)).collect();
        let made = statistics(&subjects, &["w"], 3).1;
        made.groups[0].shares.iter().find(|named| named.id == id).map(|named| (named.share.part, named.share.of))
    };
    let answered = || Case::new().email(600);
    let phone = |case: Case, from: i64| case.gap_of("phone.main", from, 30 * DAY);
    // Two hours old: the answered one is no better known than the other.
    let young = [answered().on(7200), Case::new().on(7200)];
    assert_eq!((share(&young, "within_1h"), share(&young, "within_24h")), (Some((1, 2)), None));
    // Withdrawn because somebody answered.
    let withdrawn = answered().set("withdrawn_at", serde_json::json!((START + chrono::TimeDelta::hours(2)).to_rfc3339()));
    assert_eq!((share(std::slice::from_ref(&withdrawn), "within_24h"), share(&[withdrawn], "within_5m")), (Some((1, 1)), Some((0, 1))));
    // A call may have come unseen; once the day was watched, it may not.
    let blind = [phone(answered(), 0), answered()];
    assert_eq!((share(&blind, "within_24h"), share(&blind, "never"), share(&blind, "called")), (Some((1, 1)), Some((0, 2)), Some((0, 1))));
    let later = [phone(Case::new().email(2 * DAY), 3 * DAY), Case::new().call(60)];
    assert_eq!((share(&later, "within_24h"), share(&later, "called")), (Some((1, 2)), Some((1, 1))));
}

#[test]
fn any_channel_is_watched_as_long_as_all_of_them_are() {
    let personal = |case: Case| watched(&case.log()).personal;
    assert_eq!(personal(Case::new()), Spell::For(30 * DAY));
    assert_eq!(personal(Case::new().gap(2 * DAY, 9 * DAY)), Spell::For(2 * DAY));
    assert_eq!(personal(Case::new().gap(2 * DAY, 9 * DAY).gap_of("phone.main", DAY, 9 * DAY)), Spell::For(DAY));
    assert_eq!(personal(Case::new().gap_of("phone.main", 0, 30 * DAY)), Spell::NotWatched);
    let offered = |phone: bool, text: bool| serde_json::json!({"phone": phone, "text": text});
    assert_eq!(personal(Case::new().gap_of("phone.main", 0, 30 * DAY).set("offered", offered(false, false))), Spell::For(30 * DAY));
    assert_eq!(personal(Case::new().gap_of("phone.main", 0, 30 * DAY).set("offered", offered(false, true))), Spell::NotWatched);
}
