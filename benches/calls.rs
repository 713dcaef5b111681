//! How well calls and texts find their owners where many builders share a number: 200 builders, three numbers, 30 days, with spam,
//! withheld callers, counselors on mobiles, services with short codes, forwarding, and known truth. Precision and recall by rule; what
//! has no owner is in review. `cargo bench --profile dev --bench calls`, with `-- --failures` every miss, with `-- --seed N` another market. The market is made up: it shows
//! what the rules do, not how often each kind occurs.
//!
//! Part of it cannot be known from everything the shopper has: a mobile that is told nowhere, a withheld caller who says nothing. Recall
//! is printed over what can be known, against which the bar of 95 % is read, and over all.

#![expect(clippy::indexing_slicing, reason = "tables of this bench")]

#[path = "calls/market.rs"]
mod market;
#[path = "calls/story.rs"]
mod story;

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use chrono::TimeDelta;
use crickets::attribute::same::{self, Fate, Record};
use crickets::attribute::{self, Attribution, Heard, Lesson, Marks, Target};
use crickets::classify::{self, Context};
use crickets::collect::mail::parse;
use market::{BUILDERS, Dice, HANDSET, OURS, Row};

/// What became of one kind.
#[derive(Default)]
struct Tally {
    right: usize,
    wrong: usize,
    review: usize,
    candidates: usize,
    knowable: usize,
    known: usize,
}

/// The same calls as other logs show them: of the forwarded number the handset's, of the others a table with local times.
fn copies(rows: &mut Vec<Row>, dice: &mut Dice) {
    for place in 0..rows.len() {
        if !dice.chance(15) {
            continue;
        }
        let original = &rows[place];
        let mut call = original.call.clone();
        call.started_at += TimeDelta::seconds(i64::try_from(dice.roll(40)).unwrap_or(0) - 15);
        let forwarded = call.to.as_deref() == Some(OURS[0].0) && call.channel == crickets::collect::Channel::Call;
        let (kind, format) =
            if forwarded { ("copy, forwarded to the handset", "android-xml") } else { ("copy, in a second log", "imazing-csv") };
        call.local = !forwarded;
        if forwarded {
            (call.from, call.to) = (call.to.clone(), Some(HANDSET.to_owned()));
        }
        let truth = original.truth.clone();
        rows.push(Row { kind, call, format, truth, knowable: false, same_as: Some(place) });
    }
}

/// What mails and calls teach, as the program has it.
fn lessons(rows: &[Row], mails: &[story::Mail], targets: &[Target]) -> Vec<Lesson> {
    let lesson = |touch: String, at, owner, marks| Lesson { touch, at, owner, by_person: false, marks, bounce: false };
    let mut lessons: Vec<Lesson> = Vec::new();
    for (number, mail) in mails.iter().enumerate() {
        let letter = parse(mail.raw.as_bytes());
        let judged = attribute::mail(&letter, market::start() + TimeDelta::days(3), targets);
        assert!(judged.is_certain() && judged.owner.as_ref() == Some(&mail.owner), "a mail with its alias has its owner");
        let marks = Marks { direct_phone: classify::mail(&letter, &Context::default()).labels.direct_phone, ..Marks::of_mail(&letter) };
        lessons.push(lesson(format!("t_m{number}"), market::start(), judged.owner, marks));
    }
    for (number, row) in rows.iter().enumerate() {
        let said = attribute::said(&row.call, targets);
        if said.is_none() && row.call.started_at >= market::start() {
            continue;
        }
        let own = Context { own: OURS.iter().map(|(number, _)| (*number).to_owned()).collect(), ..Context::default() };
        let direct_phone = classify::call(&row.call, &own).labels.direct_phone.filter(|_| said.is_some());
        let marks = Marks { caller: Marks::of_call(&row.call).caller, direct_phone, ..Marks::default() };
        lessons.push(lesson(format!("t_{number}"), row.call.started_at, said, marks));
    }
    lessons
}

/// Judges whether the same calls were found: pairs found, missed, and joined that are two.
fn join(rows: &[Row], judged: &[Attribution]) -> (usize, usize, usize) {
    let heard: Vec<Heard> = rows.iter().map(|row| Heard::of(&row.call, row.format)).collect();
    let ids: Vec<String> = (0..rows.len()).map(|number| format!("t_{number}")).collect();
    let records: Vec<Record<'_>> = rows
        .iter()
        .zip(&heard)
        .zip(ids.iter().zip(judged))
        .map(|((row, heard), (touch, judged))| Record {
            touch,
            source: "phone.main",
            channel: row.call.channel,
            from: row.call.from.as_deref(),
            span: (row.call.started_at, row.call.started_at_latest.unwrap_or(row.call.started_at)),
            body: row.call.body.as_deref(),
            heard,
            owner: judged.owner.as_ref(),
            decided: false,
        })
        .collect();
    let fates = same::join(&records);
    let mut found: BTreeSet<BTreeSet<usize>> = BTreeSet::new();
    for (place, fate) in fates.iter().enumerate() {
        if let Fate::SameAs(other) = fate {
            found.insert(BTreeSet::from([place, *other]));
        }
    }
    let true_pairs: BTreeSet<BTreeSet<usize>> =
        rows.iter().enumerate().filter_map(|(place, row)| Some(BTreeSet::from([place, row.same_as?]))).collect();
    let right = found.intersection(&true_pairs).count();
    (right, true_pairs.len() - right, found.len() - right)
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand rows")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn main() {
    let failures = std::env::args().any(|argument| argument == "--failures");
    let mut arguments = std::env::args().skip_while(|argument| argument != "--seed").skip(1);
    let seed = arguments.next().and_then(|seed| seed.parse::<u64>().ok()).unwrap_or(1);
    let mut dice = Dice(0x2026_1102_0417_1117_u64.wrapping_mul(2 * seed + 1) | 1);
    let mut builders = market::builders(&mut dice);
    let mut log = story::Log { rows: Vec::new(), dice: &mut dice };
    let mails: Vec<story::Mail> = builders.iter_mut().flat_map(|builder| story::of_builder(builder, &mut log)).collect();
    story::strangers(&mut log);
    let mut rows = log.rows;
    copies(&mut rows, &mut dice);
    let mut targets: Vec<Target> = builders.iter().map(|builder| builder.target.clone()).collect();

    let started = Instant::now();
    let taught: Vec<attribute::Taught> = lessons(&rows, &mails, &targets).iter().flat_map(Lesson::taught).collect();
    let learned = attribute::learn(&taught, &targets);
    for target in &mut targets {
        target.learned = learned.of(&target.id);
    }
    let judged: Vec<Attribution> = rows.iter().map(|row| attribute::call_knowing(&row.call, &targets, &learned)).collect();
    let once = started.elapsed();

    let mut kinds: BTreeMap<&str, Tally> = BTreeMap::new();
    for (row, judged) in rows.iter().zip(&judged) {
        let tally = kinds.entry(row.kind).or_default();
        let (owned, right) = (judged.owner.is_some(), judged.owner.is_some() && judged.owner == row.truth);
        tally.right += usize::from(right);
        tally.wrong += usize::from(owned && !right);
        tally.review += usize::from(!owned);
        tally.candidates += usize::from(!owned && !judged.candidates.is_empty());
        tally.knowable += usize::from(row.knowable);
        tally.known += usize::from(row.knowable && right);
        if failures && !right && (owned || row.knowable) {
            let is = row.truth.as_ref().map_or("nobody's", |id| id.0.as_str());
            let said = judged.owner.as_ref().map_or("review", |id| id.0.as_str());
            println!("{}: {is}, judged {said}: {:?} {:?}", row.kind, row.call.from, row.call.body);
            for candidate in judged.candidates.iter().take(3) {
                println!("    {} {:.2}: {}", candidate.inquiry, candidate.confidence, candidate.reason);
            }
        }
    }
    println!("{:<38} {:>8} {:>6} {:>6} {:>7} {:>16} {:>8}", "kind", "knowable", "right", "wrong", "review", "with candidates", "recall");
    for (kind, tally) in &kinds {
        let recall = if tally.knowable == 0 { "-".to_owned() } else { format!("{:.3}", share(tally.known, tally.knowable)) };
        let Tally { right, wrong, review, candidates, knowable, .. } = tally;
        println!("{kind:<38} {knowable:>8} {right:>6} {wrong:>6} {review:>7} {candidates:>16} {recall:>8}");
    }
    let (pairs, missed, two) = join(&rows, &judged);
    // What two logs show counts once.
    let own: Vec<(&Row, &Attribution)> = rows.iter().zip(&judged).filter(|(row, _)| row.same_as.is_none()).collect();
    let right = |known: bool| {
        own.iter().filter(|(row, judged)| judged.owner.is_some() && judged.owner == row.truth && (!known || row.knowable)).count()
    };
    let owned = own.iter().filter(|(_, judged)| judged.owner.is_some()).count();
    let (theirs, knowable) =
        (own.iter().filter(|(row, _)| row.truth.is_some()).count(), own.iter().filter(|(row, _)| row.knowable).count());
    println!(
        "{BUILDERS} builders, {} rows, {theirs} of builders, of which {knowable} can be known; {owned} owned, {} in review, {} dropped",
        own.len(),
        own.len() - owned,
        rows.len() - judged.len(),
    );
    println!("precision {:.4} (bar 0.995)", share(right(false), owned));
    println!("recall of what can be known {:.4} (bar 0.95), of all {:.4}", share(right(true), knowable), share(right(false), theirs));
    println!("the same call in two logs: {pairs} found, {missed} missed, {two} joined that are two");
    println!("{:.1} ms, learning included", once.as_secs_f64() * 1e3);
}
