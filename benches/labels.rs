//! How well the labels of a mail are judged: precision and recall per label on hand-written mails (tests/mails/README.md says
//! what each label means). `known` is what the rules were developed with, and its failures are printed; nobody tunes on `kept` and
//! on `unseen`, which was written by another hand: their figures alone are printed.
//!
//!     cargo bench --profile dev --bench labels                     # the figures
//!     cargo bench --profile dev --bench labels -- --failures       # and every miss among the known mails
//!     cargo bench --profile dev --bench labels -- --data FOLDER    # another set of the same form, and no other

#![expect(clippy::indexing_slicing, reason = "a JSON value answers null where nothing is")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crickets::classify::{Context, call, mail};
use crickets::collect::Channel;
use crickets::collect::mail::parse;
use crickets::collect::phone::{CallRecord, Stamp};
use serde_json::Value;

const LABELS: [&str; 11] = [
    "sender_name",
    "name_used",
    "community_named",
    "direct_phone",
    "video",
    "appointment",
    "scheduling_link",
    "reason_or_discovery",
    "question",
    "faults",
    "introduces",
];

/// Of one value of one label: how often it was said rightly, wrongly, and not at all.
#[derive(Default)]
struct Tally {
    right: u32,
    wrong: u32,
    missed: u32,
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// A label's value as words that can be counted: nothing at all is `none`.
fn said(label: &str, value: Option<&Value>) -> Vec<String> {
    match value {
        None | Some(Value::Null) => Vec::new(),
        Some(Value::Bool(said)) => {
            if *said {
                vec!["true".to_owned()]
            } else {
                Vec::new()
            }
        }
        Some(Value::Array(list)) => list.iter().map(text).collect(),
        Some(value) if label == "appointment" && value == "none" => Vec::new(),
        Some(value) => vec![text(value)],
    }
}

/// Whether two values mean the same: a first name alone is the same person, an address the same with its tail.
fn same(label: &str, ours: &str, theirs: &str) -> bool {
    match label {
        "sender_name" | "introduces" => {
            let (ours, theirs) = (ours.to_lowercase(), theirs.to_lowercase());
            ours == theirs || ours.split(' ').next() == Some(theirs.as_str()) || theirs.split(' ').next() == Some(ours.as_str())
        }
        "video" | "scheduling_link" => ours.trim_end_matches('/') == theirs.trim_end_matches('/'),
        _ => ours == theirs,
    }
}

fn main() {
    let failures = std::env::args().any(|argument| argument == "--failures");
    if let Some(folder) = std::env::args().skip_while(|argument| argument != "--data").nth(1) {
        measure(&PathBuf::from(folder).join("labels.jsonl"), "named", failures);
        return;
    }
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/mails");
    for (set, file) in [
        ("known", "known/labels.jsonl"),
        ("texts", "texts.jsonl"),
        ("machines", "machines/labels.jsonl"),
        ("kept", "kept/labels.jsonl"),
        ("kept texts", "kept/texts.jsonl"),
        ("unseen", "unseen/labels.jsonl"),
    ] {
        measure(&root.join(file), set, failures && !matches!(set, "kept" | "kept texts" | "unseen"));
    }
    for set in ["known", "unseen"] {
        texts(set, failures && set == "known");
    }
}

/// Who wrote a text message: counselors, their CRMs, carriers, opt-out confirmations (tests/calls/texts).
fn texts(set: &str, failures: bool) {
    let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/calls/texts/{set}.jsonl"));
    let lines = std::fs::read_to_string(&file).unwrap_or_default();
    let (mut origins, mut misses, mut count) = (BTreeMap::<String, Tally>::new(), Vec::new(), 0);
    for row in lines.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        count += 1;
        let at = Stamp::exactly(chrono::DateTime::UNIX_EPOCH);
        let (from, body) = (Some(text(&row["from"])), Some(text(&row["body"])));
        let ask = serde_json::json!({"name": "Dana Whitfield", "builder": "Bluebonnet Homes", "community": "Willow Creek",
            "question": "Does the Magnolia plan at Willow Creek come with a three-car garage?", "answer": ["three-car", "3-car", "third bay", "tandem"], "elapsed_s": row["after_s"]});
        let found = call(&CallRecord { from, body, ..CallRecord::new(Channel::Sms, at) }, &asked(&ask));
        let (ours, theirs) = (text(&serde_json::to_value(found.origin).unwrap_or_default()), text(&row["origin"]));
        if ours == theirs {
            origins.entry(theirs).or_default().right += 1;
            continue;
        }
        let why: Vec<String> = found.signals.iter().map(|signal| format!("{} {:+.2}", signal.id, signal.weight)).collect();
        misses.push(format!("{}: {theirs}, said {ours} {:.2}: {}", text(&row["id"]), found.confidence, why.join(", ")));
        origins.entry(theirs).or_default().missed += 1;
        origins.entry(ours).or_default().wrong += 1;
    }
    println!("\n== text messages, {set}: {count}");
    println!("{:<30} precision  recall   right  wrong missed", "origin");
    for (origin, tally) in &origins {
        row(origin, tally);
    }
    for miss in misses.iter().filter(|_| failures) {
        println!("  {miss}");
    }
}

/// The bytes of a line's mail: its file, or its text as a person would have sent it.
fn bytes_of(row: &Value, folder: &Path) -> std::io::Result<Vec<u8>> {
    match row["text"].as_str() {
        None => std::fs::read(folder.join(text(&row["file"]))),
        Some(words) => {
            let head = "From: sales@builder.example\nTo: shopper@example.org\nContent-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: 8bit";
            Ok(format!("{head}\nMessage-ID: <{}@mail.gmail.com>\n\n{words}\n", text(&row["id"])).into_bytes())
        }
    }
}

fn measure(file: &Path, set: &str, failures: bool) {
    let folder = file.parent().unwrap_or(file);
    let lines = match std::fs::read_to_string(file) {
        Ok(lines) => lines,
        Err(error) => {
            println!("could not read {}: {error}", file.display());
            return;
        }
    };
    let mut origins: BTreeMap<String, Tally> = BTreeMap::new();
    let mut labels: BTreeMap<(usize, String), Tally> = BTreeMap::new();
    let mut judged = [(0_u32, 0_u32); LABELS.len()];
    let mut misses = Vec::new();
    let mut count = 0;
    for line in lines.lines().filter(|line| !line.trim().is_empty()) {
        let Ok(row) = serde_json::from_str::<Value>(line) else { continue };
        let file = row["file"].as_str().or(row["id"].as_str()).unwrap_or_default().to_owned();
        let Ok(bytes) = bytes_of(&row, folder) else {
            println!("could not read {file}");
            continue;
        };
        count += 1;
        let found = mail(&parse(&bytes), &asked(&row["ask"]));
        let (ours, theirs) =
            (text(&serde_json::to_value(found.origin).unwrap_or_default()), row["origin"].as_str().unwrap_or("personal").to_owned());
        if ours == theirs {
            origins.entry(theirs.clone()).or_default().right += 1;
        } else {
            origins.entry(theirs.clone()).or_default().missed += 1;
            origins.entry(ours.clone()).or_default().wrong += 1;
            let why: Vec<String> = found.signals.iter().map(|signal| format!("{} {:+.2}", signal.id, signal.weight)).collect();
            misses.push(format!("{file}: origin is {theirs}, said {ours} {:.2}: {}", found.confidence, why.join(", ")));
        }
        // What is judged of labels is judged as the right origin has it: a mail taken for another has other labels.
        if ours != theirs {
            continue;
        }
        let ours = serde_json::to_value(&found.labels).unwrap_or_default();
        for (at, label) in LABELS.into_iter().enumerate() {
            let Some(theirs) = row["labels"].get(label) else { continue };
            let (mine, theirs) = (said(label, ours.get(label)), said(label, Some(theirs)));
            let right = |one: &String, all: &[String]| all.iter().any(|other| same(label, one, other));
            let class = |value: &str| {
                let counted = matches!(label, "appointment" | "question" | "faults");
                (at, if counted { value.to_owned() } else { String::new() })
            };
            let mut all_right = true;
            for value in &mine {
                let hit = right(value, &theirs);
                let tally = labels.entry(class(value)).or_default();
                if hit {
                    tally.right += 1;
                } else {
                    tally.wrong += 1;
                }
                all_right &= hit;
            }
            for value in theirs.iter().filter(|value| !right(value, &mine)) {
                labels.entry(class(value)).or_default().missed += 1;
                all_right = false;
            }
            if let Some(judged) = judged.get_mut(at) {
                judged.0 += u32::from(all_right);
                judged.1 += 1;
            }
            if !all_right {
                let quote = found.quotes.get(label).cloned().unwrap_or_default();
                misses.push(format!("{file}: {label} is {theirs:?}, said {mine:?} \u{201c}{quote}\u{201d}"));
            }
        }
    }
    println!("\n== {set}: {count} mails");
    println!("{:<30} precision  recall   right  wrong missed", "origin");
    for (origin, tally) in &origins {
        row(origin, tally);
    }
    println!("{:<30} precision  recall   right  wrong missed", "label");
    for (at, label) in LABELS.into_iter().enumerate() {
        let (right, of) = judged.get(at).copied().unwrap_or_default();
        println!("{label}: {right} of {of} mails");
        for ((_, class), tally) in labels.iter().filter(|((of, _), _)| *of == at) {
            row(&format!("  {}", if class.is_empty() { "given" } else { class }), tally);
        }
    }
    let (right, of) = judged.iter().fold((0, 0), |sum, judged| (sum.0 + judged.0, sum.1 + judged.1));
    println!("all labels: {right} of {of}");
    if failures {
        for miss in &misses {
            println!("  {miss}");
        }
    }
}

fn row(name: &str, tally: &Tally) {
    let share = |other: u32| f64::from(tally.right) / f64::from(tally.right + other);
    println!(
        "{name:<30}     {:>5.3}   {:>5.3}   {:>5}  {:>5}  {:>5}",
        share(tally.wrong),
        share(tally.missed),
        tally.right,
        tally.wrong,
        tally.missed
    );
}

fn asked(ask: &Value) -> Context {
    let strings = |value: &Value| value.as_array().into_iter().flatten().map(text).collect::<Vec<_>>();
    let name = text(&ask["name"]);
    let (first, last) = name.split_once(' ').unwrap_or((&name, ""));
    Context {
        first_name: first.to_owned(),
        last_name: last.to_owned(),
        builder: text(&ask["builder"]),
        community: ask["community"].as_str().map(str::to_owned),
        question: text(&ask["question"]),
        answer: strings(&ask["answer"]),
        own: strings(&ask["own"]),
        elapsed_s: ask["elapsed_s"].as_i64(),
    }
}
