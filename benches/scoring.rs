//! What scoring costs: 100,000 shops with 50 touches each, scored; then the statistics of 100, 1,000 and 10,000 of them. Beside it
//! the floor: every touch of the same logs read once and its time added up. CPU time of this thread, best of five (of three for the
//! statistics); logs are made, and cards dropped, outside the clock where it says "alone".
//!
//!     cargo bench --bench scoring

#![expect(clippy::cast_precision_loss, reason = "figures of a bench")]

mod made;

use std::hint::black_box;

use crickets::score::{Card, Log, Rubric, Scorer, Subject, Watch, statistics};

use made::{TOUCHES, WAVES, cpu_ns, log, memory, state, tags, wave_of};

const SHOPS: usize = 100_000;
/// How often the floor is walked, to be long enough for the clock.
const FLOORS: u64 = 1_000;
/// Logs in memory at a time.
const BATCH: usize = 1_000;

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
    let tags: Vec<Vec<String>> = (0..shops).map(tags).collect();
    let subjects: Vec<Subject<'_>> = cards
        .iter()
        .zip(&tags)
        .enumerate()
        .map(|(number, ((card, watch), tags))| Subject {
            card,
            wave: wave_of(number),
            tags,
            state: Some(state(number)),
            osc_shown: (number % 7 != 0).then_some(number % 2 == 0),
            chat: (number % 7 != 0).then_some(number % 3 == 0),
            watch: *watch,
        })
        .collect();
    let best = (0..3).map(|_| {
        let start = cpu_ns();
        black_box(statistics(black_box(&subjects), &WAVES, 3));
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
