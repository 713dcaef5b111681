//! What scoring costs: 100,000 shops with 50 touches each, scored; then the statistics of 100, 1,000 and 10,000 of them. Beside it
//! the floor: every touch of the same logs read once and its time added up. CPU time of this thread, best of five (of three for the
//! statistics); logs are made, and cards dropped, outside the clock where it says "alone".
//!
//!     cargo bench --bench scoring

#![expect(clippy::cast_precision_loss, clippy::indexing_slicing, reason = "figures of a bench")]

use std::hint::black_box;

use chrono::{DateTime, TimeDelta, Utc};
use crickets::score::{Card, Log, Rubric, Scorer, Subject, Watch, parse_log, statistics};
use serde_json::{Value, json};

const SHOPS: usize = 100_000;
const TOUCHES: usize = 50;
/// How often the floor is walked, to be long enough for the clock.
const FLOORS: u64 = 1_000;
/// Logs in memory at a time.
const BATCH: usize = 1_000;
/// Monday 2 November 2026, 10:00 in Chicago.
const START: i64 = 1_793_635_200;

/// Nanoseconds of CPU that this thread has used.
fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

/// A line of this process's status, in MB.
fn memory(key: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.split_whitespace().next()).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1_000.0
}

/// `SplitMix64`.
fn throw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn at(seconds: u64) -> String {
    (DateTime::from_timestamp(START, 0).unwrap_or_default() + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0))).to_rfc3339()
}

/// A shop of a busy builder: auto-reply, calls, voicemails, texts, personal mails with labels, and many drips.
fn log(number: usize) -> Log {
    let mut dice = number as u64;
    let hours = ["Mo-Fr 09:00-18:00; Sa 10:00-17:00; PH off", "Mo-Sa 10:00-18:00; Su 12:00-17:00", "Mo-Fr 09:00-17:00", "24/7"];
    let touches: Vec<Value> = (0..TOUCHES)
        .map(|n| {
            let when = if n < 4 { throw(&mut dice) % 20_000 } else { throw(&mut dice) % (30 * 86_400) };
            let (channel, origin, labels) = match throw(&mut dice) % 10 {
                0 => ("call", "personal", json!({})),
                1 => ("voicemail", "personal", json!({"sender_name": "Amy Ortiz", "question": "deferred"})),
                2 => ("sms", "personal", json!({"sender_name": "Amy", "name_used": true, "question": "unknown"})),
                3 | 4 => (
                    "email",
                    "personal",
                    json!({"sender_name": "Amy Ortiz", "name_used": true, "community_named": true, "placement": "inbox", "question": "yes",
                        "appointment": "specific", "direct_phone": "+15125550100", "reason_or_discovery": true}),
                ),
                5 => ("email", "auto_reply", json!({})),
                _ => ("email", "marketing", json!({"placement": "promotions"})),
            };
            json!({"id": format!("t_{number:06}{n:02}"), "channel": channel, "origin": origin, "at": at(when), "labels": labels,
                "from": if channel == "email" { "amy.ortiz@bluebonnet.example" } else { "+15125550100" }, "attributed_by": "alias",
                "confidence": 0.99, "evidence": format!("sha256:{:064x}", throw(&mut dice))})
        })
        .collect();
    let document = json!({"schema": "crickets.log/1", "as_of": at(31 * 86_400), "touches": touches, "inquiry": {
        "shop": format!("shop-{number:06}"), "builder": format!("Builder {}", number / 4), "timezone": "America/Chicago",
        "hours": hours[number % hours.len()], "sent_at": at(0), "confirmed_at": at(2), "confirmed_by": "redirect",
        "question": "Does the Magnolia come with a three-car garage?", "offered": {"phone": true, "text": number.is_multiple_of(3)}}});
    parse_log(&document.to_string()).unwrap_or_else(|error| panic!("{error}"))
}

/// Every touch read once: the least that anything which looks at a log can cost.
fn floor(logs: &[Log]) -> i64 {
    logs.iter().flat_map(|log| &log.touches).map(|touch| touch.at.timestamp()).fold(0, i64::wrapping_add)
}

fn scoring(rubric: &Rubric) {
    let (mut alone, mut whole, mut least) = (0, 0, 0);
    let mut scorer = Scorer::new(rubric);
    for batch in 0..SHOPS / BATCH {
        let logs: Vec<Log> = (batch * BATCH..(batch + 1) * BATCH).map(log).collect();
        let best = |run: &mut dyn FnMut() -> u64| (0..5).map(|_| run()).min().unwrap_or(0);
        least += best(&mut || {
            let start = cpu_ns();
            // Too short to be seen by itself.
            for _ in 0..FLOORS {
                black_box(floor(black_box(&logs)));
            }
            cpu_ns() - start
        });
        let mut dropped = u64::MAX;
        alone += best(&mut || {
            let given = logs.clone();
            let start = cpu_ns();
            let cards: Vec<(Card, Watch)> = given.into_iter().filter_map(|log| scorer.score(log).ok()).collect();
            let ended = cpu_ns();
            assert_eq!(black_box(&cards).len(), BATCH);
            drop(cards);
            dropped = dropped.min(cpu_ns() - ended);
            ended - start
        });
        whole += dropped;
    }
    let least = least as f64 / FLOORS as f64;
    let per = |ns: u64| ns as f64 / SHOPS as f64 / 1e3;
    println!("== scoring: {SHOPS} shops of {TOUCHES} touches, a batch of {BATCH} at a time, best of five each");
    println!("scoring alone        {:>8.2} µs a shop  {:>9.0} shops per CPU s", per(alone), 1e6 / per(alone));
    println!("and the cards dropped{:>8.2} µs a shop  {:>9.0} shops per CPU s", per(alone + whole), 1e6 / per(alone + whole));
    println!(
        "floor: touches read  {:>8.3} µs a shop  scoring is {:.0} times it",
        least / SHOPS as f64 / 1e3,
        alone as f64 / least.max(1.0)
    );
    println!("memory at most       {:>8.0} MB (the logs of a batch included)", memory("VmHWM:"));
}

/// The statistics of so many shops over six waves, each with tags, states and readiness; only the time for them.
fn statistics_of(shops: usize, rubric: &Rubric) -> f64 {
    let mut scorer = Scorer::new(rubric);
    // As in a workspace: the cards of the waves are there. Their touches play no part.
    let cards: Vec<(Card, Watch)> = (0..shops)
        .filter_map(|number| scorer.score(log(number)).ok())
        .map(|(card, watch)| (Card { touches: Vec::new(), ..card }, watch))
        .collect();
    let tags: Vec<Vec<String>> = (0..shops).map(|number| vec![format!("market {}", number % 12), "national".to_owned()]).collect();
    let waves = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"];
    let subjects: Vec<Subject<'_>> = cards
        .iter()
        .zip(&tags)
        .enumerate()
        .map(|(number, ((card, watch), tags))| Subject {
            card,
            // Two thirds in the report's own wave.
            wave: if number.is_multiple_of(3) { waves[number / 3 % waves.len()] } else { waves[5] },
            tags,
            state: Some(["TX", "CO", "AZ", "FL", "GA"][number % 5]),
            osc_shown: (number % 7 != 0).then_some(number % 2 == 0),
            chat: (number % 7 != 0).then_some(number % 3 == 0),
            watch: *watch,
        })
        .collect();
    let as_of: DateTime<Utc> = DateTime::from_timestamp(START + 31 * 86_400, 0).unwrap_or_default();
    let best = (0..3).map(|_| {
        let start = cpu_ns();
        black_box(statistics(black_box(&subjects), &waves, 3, as_of));
        cpu_ns() - start
    });
    best.min().unwrap_or(0) as f64 / 1e9
}

fn main() {
    let rubric = Rubric::default_rubric();
    scoring(&rubric);
    println!("\n== statistics alone, over six waves, best of three");
    let mut first = None;
    for shops in [100, 1_000, 10_000] {
        let seconds = statistics_of(shops, &rubric);
        let each = seconds / shops as f64 * 1e6;
        let first = *first.get_or_insert(each);
        println!("{shops:>6} shops  {seconds:>8.4} CPU s  {each:>7.1} µs a shop  {:.2} times that of 100", each / first);
    }
    println!("memory at most {:.0} MB", memory("VmHWM:"));
}
