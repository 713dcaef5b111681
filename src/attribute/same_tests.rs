//! Tests of [`super`]: pairs from the research, and that order, repetition and number of logs do not matter.

use proptest::prelude::*;

use super::*;
use crate::collect::phone::Stamp;

const BUILDER: &str = "+15122231234";
const OURS: &str = "+15125550142";
const TRACKING: &str = "+15125550143";
const HANDSET: &str = "+15125550144";

fn at(second: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(1_793_600_000 + second, 0).unwrap()
}

#[derive(Clone, Debug)]
struct Row {
    touch: String,
    source: &'static str,
    channel: Channel,
    from: Option<&'static str>,
    span: (DateTime<Utc>, DateTime<Utc>),
    body: Option<&'static str>,
    heard: Heard,
    owner: Option<InquiryId>,
    decided: bool,
}

fn row(touch: &str, format: &str, from: Option<&'static str>, to: &str, second: i64) -> Row {
    // A table writes the local time.
    let local = format.contains("csv") && format != "neutral-csv";
    let heard = Heard { to: Some(to.to_owned()), format: format.to_owned(), local, ..Heard::default() };
    Row {
        touch: touch.into(),
        source: "phone.main",
        channel: Channel::Call,
        from,
        span: (at(second), at(second)),
        body: None,
        heard,
        owner: None,
        decided: false,
    }
}

fn joined(rows: &[Row]) -> Vec<Fate> {
    let records: Vec<Record<'_>> = rows
        .iter()
        .map(|row| Record {
            touch: &row.touch,
            source: row.source,
            channel: row.channel,
            from: row.from,
            span: row.span,
            body: row.body,
            heard: &row.heard,
            owner: row.owner.as_ref(),
            decided: row.decided,
        })
        .collect();
    join(&records)
}

fn stand(fates: &[Fate]) -> Vec<(usize, i64)> {
    let stands = |(place, fate): (usize, &Fate)| match fate {
        Fate::Stands(span, _) => Some((place, (span.0 - at(0)).num_seconds())),
        Fate::SameAs(_) => None,
    };
    fates.iter().enumerate().filter_map(stands).collect()
}

#[test]
fn the_telephones_that_one_call_rang_are_no_calls_of_their_own() {
    let leg = |touch: &str, session: &str, second: i64| {
        let mut leg = row(touch, "freepbx-cdr-csv", Some(BUILDER), OURS, second);
        leg.heard.session = Some(session.to_owned());
        leg.heard.id = Some(format!("{session}/{touch}"));
        leg
    };
    let queue = [leg("a", "1793600000.1", 0), leg("b", "1793600000.1", 0), leg("c", "1793600000.1", 15), leg("d", "1793600060.7", 60)];
    assert_eq!(stand(&joined(&queue)), [(0, 0), (3, 60)], "the fourth is another call");
    let chat = |touch: &str| Row { channel: Channel::Sms, body: Some("Hi"), ..leg(touch, "+15125550199", 0) };
    assert_eq!(stand(&joined(&[chat("a"), chat("b")])).len(), 2, "a chat joins texts, and does not make them one");
}

#[test]
fn what_a_person_decided_of_a_call_holds_in_whichever_log_it_comes_again() {
    let ours = || Some(InquiryId::new("2026-11", "bluebonnet"));
    for (decided, other) in [(None, ours()), (ours(), None), (ours(), ours())] {
        for later in [-4, 4] {
            let first = Row { decided: true, owner: decided.clone(), ..row("a", "neutral-csv", Some(BUILDER), OURS, 0) };
            let again = Row { owner: other.clone(), ..row("b", "android-xml", Some(BUILDER), OURS, later) };
            assert_eq!(stand(&joined(&[first, again])), [(0, later.min(0))], "the decided one stands, at the surer clock");
        }
    }
    let decided = |touch: &str, format: &str, owner| Row { decided: true, owner, ..row(touch, format, Some(BUILDER), OURS, 0) };
    let apart = [decided("a", "neutral-csv", None), decided("b", "android-xml", ours())];
    assert_eq!(stand(&joined(&apart)).len(), 2, "two that a person told apart are two");
}

#[test]
fn one_call_in_two_logs_is_one_at_the_surer_clock() {
    let zone_less = || row("a", "imazing-csv", Some(BUILDER), OURS, 0);
    let provider = || row("b", "twilio-json", Some(BUILDER), OURS, 60);
    assert_eq!(stand(&joined(&[zone_less(), provider()])), [(1, 60)], "a time with its offset wins");
    let mut owned = zone_less();
    owned.owner = Some(InquiryId::new("2026-11", "bluebonnet"));
    assert_eq!(stand(&joined(&[owned.clone(), provider()])), [(0, 60)], "whoever has an owner stands, at the surer time");
    let mut other = provider();
    other.owner = Some(InquiryId::new("2026-11", "cedar"));
    assert_eq!(joined(&[owned, other]).iter().filter(|fate| matches!(fate, Fate::Stands(..))).count(), 2, "two owners, two calls");
    assert_eq!(stand(&joined(&[zone_less(), row("b", "twilio-json", Some(BUILDER), OURS, 91)])).len(), 2, "too far apart");
    assert_eq!(stand(&joined(&[provider(), row("c", "twilio-json", Some(BUILDER), OURS, 70)])).len(), 2, "one log knows its calls apart");
    assert_eq!(stand(&joined(&[row("a", "x", None, OURS, 0), row("b", "y", None, TRACKING, 0)])).len(), 2);
    assert_eq!(stand(&joined(&[row("a", "x", None, OURS, 0), row("b", "y", None, OURS, 9)])).len(), 1);
}

#[test]
fn two_rings_in_two_logs_are_two_calls() {
    let rows = [
        row("a1", "android-xml", Some(BUILDER), OURS, 0),
        row("a2", "android-xml", Some(BUILDER), OURS, 50),
        row("b1", "twilio-json", Some(BUILDER), OURS, 4),
        row("b2", "twilio-json", Some(BUILDER), OURS, 54),
    ];
    assert_eq!(stand(&joined(&rows)).len(), 2);
    assert!(joined(&rows).contains(&Fate::Stands((at(0), at(0)), vec!["b1".into()])), "{:?}", joined(&rows));
}

#[test]
fn a_forwarded_call_is_matched_through_the_number_that_was_dialled() {
    let mut handset = row("a", "android-xml", Some(TRACKING), HANDSET, 3);
    let provider = row("b", "callrail-json", Some(BUILDER), TRACKING, 0);
    assert_eq!(stand(&joined(&[handset.clone(), provider.clone()])), [(1, 0)], "whoever shows the builder stands");
    handset.from = Some(BUILDER);
    assert_eq!(stand(&joined(&[handset.clone(), provider.clone()])).len(), 2, "nothing says that it was forwarded");
    handset.heard.forwarded_from = Some(TRACKING.into());
    assert_eq!(stand(&joined(&[handset, provider])).len(), 1);
}

#[test]
fn a_voicemail_joins_its_ring_or_began_before_its_stamp() {
    let told = CallRecord { duration_s: Some(30), ..CallRecord::new(Channel::Voicemail, Stamp::exactly(at(1_000))) };
    assert_eq!(began(&told), (at(1_000), None), "whose log says when it began");
    let call = CallRecord { basis: Basis::Left, ..told };
    assert_eq!(began(&call), (at(925), Some(at(1_000))));
    let unknown = CallRecord { duration_s: None, ..call.clone() };
    assert_eq!(began(&unknown).0, at(1_000 - 225));
    let ring = CallRecord { channel: Channel::Call, ..call };
    assert_eq!(began(&ring), (at(1_000), None));

    let mut left = row("v", "google-voice-html", Some(BUILDER), OURS, 925);
    (left.channel, left.span.1) = (Channel::Voicemail, at(1_000));
    assert_eq!(stand(&joined(&[left.clone(), row("r", "google-voice-html", Some(BUILDER), OURS, 940)])), [(0, 940), (1, 940)]);
    assert_eq!(stand(&joined(&[left.clone(), row("r", "google-voice-html", Some(BUILDER), OURS, 900)])), [(0, 925), (1, 900)]);
    assert_eq!(stand(&joined(&[left.clone(), row("r", "google-voice-html", Some("+15125550199"), OURS, 940)]))[0].1, 925, "another caller");
    let mut ring = row("r", "ringcentral-json", Some("+15125550199"), OURS, 700);
    (ring.heard.session, left.heard.session) = (Some("s1".into()), Some("s1".into()));
    assert_eq!(stand(&joined(&[left, ring]))[0].1, 700, "of one session");
}

#[test]
fn a_text_is_the_same_only_with_the_same_words() {
    let text = |touch: &str, format: &str, body: &'static str| {
        let mut row = row(touch, format, Some(BUILDER), OURS, 0);
        (row.channel, row.body) = (Channel::Sms, Some(body));
        row
    };
    assert_eq!(stand(&joined(&[text("a", "x", "Hi Dana!"), text("b", "y", "hi dana")])).len(), 1);
    assert_eq!(stand(&joined(&[text("a", "x", "Hi Dana!"), text("b", "y", "Call me.")])).len(), 2);
}

#[test]
fn a_providers_id_joins_and_a_row_number_does_not() {
    let with = |touch: &str, format: &str, id: &str, second: i64| {
        let mut row = row(touch, format, Some(BUILDER), OURS, second);
        row.heard.id = Some(id.into());
        row
    };
    assert_eq!(stand(&joined(&[with("a", "x", "CA0123456789", 0), with("b", "y", "CA0123456789", 600)])).len(), 1);
    assert_eq!(stand(&joined(&[with("a", "x", "1", 0), with("b", "y", "1", 600)])).len(), 2);
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let one = (0usize..3, 0usize..3, 0i64..400, 0i64..120, 0usize..3, proptest::bool::ANY);
    proptest::collection::vec(one, 0..24).prop_map(|picks| {
        let made = picks.into_iter().enumerate().map(|(number, (log, from, second, vague, owner, voicemail))| {
            let mut row = row(
                &format!("t_{number:03}"),
                ["android-xml", "twilio-json", "imazing-csv"][log],
                [Some(BUILDER), Some(TRACKING), None][from],
                [OURS, TRACKING, HANDSET][(log + from) % 3],
                second,
            );
            row.span.1 = at(second + if voicemail { vague } else { 0 });
            row.channel = if voicemail { Channel::Voicemail } else { Channel::Call };
            row.owner = [None, Some("bluebonnet"), Some("cedar")][owner].map(|slug| InquiryId::new("2026-11", slug));
            row
        });
        made.collect()
    })
}

/// What became of each touch, whatever its place.
fn by_touch(rows: &[Row]) -> BTreeMap<String, String> {
    let fates = joined(rows);
    let told = |fate: &Fate| match fate {
        Fate::Stands(span, also) => format!("{span:?} {also:?}"),
        Fate::SameAs(place) => format!("same as {}", rows[*place].touch),
    };
    rows.iter().map(|row| row.touch.clone()).zip(fates.iter().map(told)).collect()
}

proptest! {
    #[test]
    fn the_order_does_not_matter(rows in rows(), turn in 0usize..24) {
        let mut turned = rows.clone();
        turned.reverse();
        let turn = turn.min(turned.len());
        turned.rotate_left(turn);
        prop_assert_eq!(by_touch(&turned), by_touch(&rows));
    }

    #[test]
    fn what_was_joined_is_not_joined_again_and_nobody_is_lost(rows in rows()) {
        let fates = joined(&rows);
        for fate in &fates {
            if let Fate::SameAs(place) = fate {
                prop_assert!(matches!(fates[*place], Fate::Stands(..)), "one that stands stands for others");
            }
        }
        let standing: Vec<Row> = rows.iter().zip(&fates).filter_map(|(row, fate)| match fate {
            Fate::Stands(..) => Some(row.clone()),
            Fate::SameAs(_) => None,
        }).collect();
        let owners = |rows: &[Row]| rows.iter().filter_map(|row| row.owner.clone()).collect::<BTreeSet<_>>();
        prop_assert_eq!(owners(&standing), owners(&rows), "an owner never goes with a twin");
        let callers = standing.iter().filter(|row| row.channel == Channel::Call).count();
        let most = |log: &str| rows.iter().filter(|row| row.channel == Channel::Call && row.heard.format == log).count();
        prop_assert!(callers >= ["android-xml", "twilio-json", "imazing-csv"].into_iter().map(most).max().unwrap_or_default());
    }
}
