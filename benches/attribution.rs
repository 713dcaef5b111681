//! How well owners are told apart: a market of 60 builders in two waves, with mail and calls of every kind and known truth.
//! Precision and recall by kind; what has no owner is in review and counted. `cargo bench --profile dev --bench attribution`,
//! with `-- --failures` every miss. The market is made up: it shows what the rules do, not how often each kind occurs.

#[path = "attribution/letters.rs"]
mod letters;
#[path = "attribution/market.rs"]
mod market;

use std::collections::BTreeMap;
use std::time::Instant;

use crickets::attribute::{self, Attribution, Lesson, Marks, Target};
use crickets::classify::{self, Context};
use crickets::collect::mail::{Mail, parse};
use market::{BUILDERS, Sent, What};

/// What became of one kind.
#[derive(Default)]
struct Tally {
    right: u32,
    wrong: u32,
    review: u32,
    candidates: u32,
}

/// A touch read once.
enum Read {
    Mail(Box<Mail>),
    Call,
}

fn judge(sent: &Sent, read: &Read, targets: &[Target]) -> Attribution {
    match (read, &sent.what) {
        (Read::Mail(mail), _) => attribute::mail(mail, sent.at, targets),
        (Read::Call, What::Call(call)) => attribute::call(call, targets),
        (Read::Call, What::Mail(_)) => attribute::mail(&Mail::default(), sent.at, targets),
    }
}

/// What each touch of a certain owner teaches, as the program has it.
fn lessons(sent: &[Sent], reads: &[Read], judged: &[Attribution]) -> Vec<Lesson> {
    let all = sent.iter().zip(reads).zip(judged).enumerate();
    all.filter(|(_, (_, judged))| judged.is_certain())
        .map(|(number, ((sent, read), judged))| {
            let mut marks = match (read, &sent.what) {
                (Read::Mail(mail), _) => Marks::of_mail(mail),
                (Read::Call, What::Call(call)) => Marks::of_call(call),
                (Read::Call, What::Mail(_)) => Marks::default(),
            };
            if let Read::Mail(mail) = read {
                marks.direct_phone = classify::mail(mail, &Context::default()).labels.direct_phone;
            }
            Lesson { touch: format!("t_{number}"), at: sent.at, owner: judged.owner.clone(), by_person: false, marks, bounce: false }
        })
        .collect()
}

#[expect(clippy::cast_precision_loss, reason = "a few thousand touches")]
fn share(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

fn main() {
    let failures = std::env::args().any(|argument| argument == "--failures");
    let (mut targets, sent) = market::market();
    let reads: Vec<Read> = sent
        .iter()
        .map(|sent| match &sent.what {
            What::Mail(raw) => Read::Mail(Box::new(parse(raw.as_bytes()))),
            What::Call(_) => Read::Call,
        })
        .collect();
    let started = Instant::now();
    let first: Vec<Attribution> = sent.iter().zip(&reads).map(|(sent, read)| judge(sent, read, &targets)).collect();
    let once = started.elapsed();
    let taught: Vec<attribute::Taught> = lessons(&sent, &reads, &first).iter().flat_map(Lesson::taught).collect();
    let learned = attribute::learn(&taught, &targets);
    for target in &mut targets {
        target.learned = learned.of(&target.id);
    }
    let again = |((sent, read), first): ((&Sent, &Read), Attribution)| if first.is_certain() { first } else { judge(sent, read, &targets) };
    let judged: Vec<Attribution> = sent.iter().zip(&reads).zip(first).map(again).collect();

    let mut kinds: BTreeMap<&str, Tally> = BTreeMap::new();
    let (mut owned, mut right, mut whole) = (0, 0, 0);
    for (sent, judged) in sent.iter().zip(&judged) {
        let tally = kinds.entry(sent.kind).or_default();
        let (is_owned, is_right) = (judged.owner.is_some(), judged.owner.is_some() && judged.owner == sent.truth);
        owned += usize::from(is_owned);
        right += usize::from(is_right);
        whole += usize::from(sent.truth.is_some());
        tally.right += u32::from(is_right);
        tally.wrong += u32::from(is_owned && !is_right);
        tally.review += u32::from(!is_owned);
        tally.candidates += u32::from(!is_owned && !judged.candidates.is_empty());
        if failures && (is_owned || sent.truth.is_some()) && !is_right {
            let is = sent.truth.as_ref().map_or("nobody's", |id| id.0.as_str());
            let said = judged.owner.as_ref().map_or("review", |id| id.0.as_str());
            println!("{}: {is}, judged {said}", sent.kind);
            for candidate in &judged.candidates {
                println!("    {} {:.2}: {}", candidate.inquiry, candidate.confidence, candidate.reason);
            }
        }
    }
    println!("{:<40} {:>6} {:>6} {:>7} {:>16}", "kind", "right", "wrong", "review", "with candidates");
    for (kind, tally) in &kinds {
        println!("{kind:<40} {:>6} {:>6} {:>7} {:>16}", tally.right, tally.wrong, tally.review, tally.candidates);
    }
    let reviewed: u32 = kinds.values().map(|tally| tally.review).sum();
    println!(
        "{BUILDERS} builders, {} touches: precision {:.4}, recall {:.4}; {owned} owned, {reviewed} in review, {} dropped; {:.1} ms in all by themselves",
        sent.len(),
        share(right, owned),
        share(right, whole),
        sent.len() - owned - reviewed as usize,
        once.as_secs_f64() * 1e3,
    );
}
