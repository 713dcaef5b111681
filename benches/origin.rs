//! How well origins are told apart on real mail of many public collections: precision and recall per class and per source,
//! and every failure. `cargo bench --profile dev --bench origin`; the collection lies outside the repository, and without it
//! nothing is measured. `-- --data FOLDER` measures another one of the same form (`labels.jsonl`: file, label, not, source).
//!
//! The collection is cut in two by the last bit of each file's SHA-256. Rules are written looking at failures of the first half
//! alone, and those alone are printed; the figures of the second half tell whether a rule is more than a memory of the first. Mails
//! of the second half whose hash ends in the bits 01 were read too (decision 0022), so its last quarter is told apart.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use crickets::classify::{Context, Origin, THRESHOLD, mail};
use crickets::collect::mail::parse;
use sha2::{Digest, Sha256};

/// Right answers, wrong ones and misses of one class.
#[derive(Default, Clone, Copy)]
struct Tally {
    hit: u32,
    wrong: u32,
    missed: u32,
}

fn text_of<'a>(row: &'a serde_json::Value, key: &str) -> &'a str {
    row.get(key).and_then(serde_json::Value::as_str).unwrap_or_default()
}

/// Whether rules may be written looking at this mail, and whether anybody ever read it.
fn lot(bytes: &[u8]) -> (bool, bool) {
    let last = Sha256::digest(bytes).last().copied().unwrap_or_default();
    (last % 2 == 0, last % 4 != 3)
}

fn print_classes(title: &str, classes: &BTreeMap<&str, Tally>) {
    println!("== {title}");
    for (class, tally) in classes {
        let share = |of: u32| f64::from(tally.hit) / f64::from((tally.hit + of).max(1));
        println!(
            "{class:10} precision {:.3} recall {:.3} ({} right, {} wrongly so called, {} missed)",
            share(tally.wrong),
            share(tally.missed),
            tally.hit,
            tally.wrong,
            tally.missed
        );
    }
}

/// The folder named by `--data`, or else the collection beside the repository.
fn collection() -> Option<PathBuf> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let named = std::env::args().skip_while(|argument| argument != "--data").nth(1);
    let known = named.iter().map(String::as_str).chain(["../shared/data/mail", "../../shared/data/mail"]);
    known.map(|path| root.join(path)).find(|path| path.join("labels.jsonl").is_file())
}

fn print_failures(failures: &[String]) {
    let shown = if std::env::args().any(|argument| argument == "--failures") { failures.len() } else { 60 };
    for failure in failures.iter().take(shown) {
        println!("{failure}");
    }
    if failures.len() > shown {
        println!("… and {} more (-- --failures shows all)", failures.len() - shown);
    }
}

fn main() {
    let Some(data) = collection() else {
        println!("skipped: ../shared/data/mail is not there");
        return;
    };
    let text = match std::fs::read_to_string(data.join("labels.jsonl")) {
        Ok(text) => text,
        Err(error) => {
            println!("skipped: could not read {}: {error}", data.display());
            return;
        }
    };
    let started = Instant::now();
    let mut classes: BTreeMap<&str, Tally> = BTreeMap::new();
    let mut lots: [BTreeMap<&str, Tally>; 3] = Default::default();
    let mut sources: BTreeMap<(String, String), (u32, u32)> = BTreeMap::new();
    let mut failures: Vec<String> = Vec::new();
    let mut ruled_out: BTreeMap<String, (u32, u32)> = BTreeMap::new();
    let mut sure_person = (0u32, 0u32);
    let mut bytes_read = 0;
    let mut count = 0;
    for line in text.lines() {
        let Ok(row) = serde_json::from_str::<serde_json::Value>(line) else { continue };
        let file = text_of(&row, "file");
        let label = text_of(&row, "label");
        let Ok(bytes) = std::fs::read(data.join(file)) else { continue };
        bytes_read += bytes.len();
        count += 1;
        let (first, read) = lot(&bytes);
        let [ours, seen, unseen] = &mut lots;
        let lot = match (first, read) {
            (true, _) => ours,
            (false, true) => seen,
            (false, false) => unseen,
        };
        let judged = mail(&parse(&bytes), &Context::default());
        let said = match judged.origin {
            Origin::Personal => "personal",
            Origin::AutoReply => "auto_reply",
            Origin::Marketing => "bulk",
            Origin::Bounce => "bounce",
            Origin::Unknown => "unknown",
        };
        let not: Vec<&str> =
            row.get("not").and_then(serde_json::Value::as_array).into_iter().flatten().filter_map(serde_json::Value::as_str).collect();
        if label == "unknown" {
            for class in &not {
                let entry = ruled_out.entry((*class).to_owned()).or_default();
                entry.0 += 1;
                entry.1 += u32::from(said == *class);
            }
            if first && not.contains(&said) {
                failures.push(format!("ruled out: {said:10} {file}"));
            }
            continue;
        }
        if judged.origin == Origin::Personal && judged.confidence >= THRESHOLD {
            sure_person.0 += 1;
            sure_person.1 += u32::from(label == "personal");
        }
        let place = sources.entry((text_of(&row, "source").to_owned(), label.to_owned())).or_default();
        place.0 += 1;
        let label = ["personal", "auto_reply", "bulk", "bounce"].into_iter().find(|class| *class == label).unwrap_or("unknown");
        if said == label {
            place.1 += 1;
            classes.entry(label).or_default().hit += 1;
            lot.entry(label).or_default().hit += 1;
        } else {
            classes.entry(label).or_default().missed += 1;
            classes.entry(said).or_default().wrong += 1;
            lot.entry(label).or_default().missed += 1;
            lot.entry(said).or_default().wrong += 1;
            if !first {
                continue;
            }
            let why: Vec<String> = judged.signals.iter().map(|signal| format!("{} {:+.2}", signal.id, signal.weight)).collect();
            failures.push(format!("{label:10} said {said:10} {:.2} {file}: {}", judged.confidence, why.join(", ")));
        }
    }
    let seconds = started.elapsed().as_secs_f64();
    println!("{count} mails, {bytes_read} bytes, {seconds:.1} s");
    print_classes("all", &classes);
    let titles = ["first half, whose failures are printed", "third quarter, read too", "last quarter, which nobody read"];
    for (title, lot) in titles.into_iter().zip(&lots) {
        print_classes(title, lot);
    }
    println!("personal above the review threshold: {} of {} right", sure_person.1, sure_person.0);
    for ((source, label), (all, right)) in &sources {
        println!("{source:22} {label:10} {right} of {all}");
    }
    for (class, (all, wrong)) in &ruled_out {
        println!("unlabelled mail that is no {class}: {wrong} of {all} called so");
    }
    print_failures(&failures);
}
