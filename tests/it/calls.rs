//! What real exports of phones yield, row by row: `tests/calls/FOLDER.jsonl` holds what `inspect calls --json` must say of the folder of
//! that name among the shared samples, beside it, where needed, `FOLDER.args` with options, a line each. Every row was checked
//! against its file by hand. `UPDATE=1` writes the tables anew; check them again before they are committed.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::workspace::run_in;

fn tables() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls")
}

/// Real exports that are not part of the repository.
fn shared() -> Option<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/phone");
    if root.is_dir() {
        return Some(root);
    }
    println!("SKIPPED: {} is not there", root.display());
    None
}

/// What the program says of a folder, its files named within it.
fn yields(folder: &Path, options: &[&str]) -> Vec<Value> {
    let home = tempfile::tempdir().unwrap();
    let folder = folder.canonicalize().unwrap();
    let mut args = vec!["inspect", "calls", "--json", folder.to_str().unwrap()];
    args.extend(options);
    let run = run_in(home.path(), home.path(), &args);
    let rows: Vec<Value> = run
        .out
        .lines()
        .map(|line| {
            let mut row: Value = serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
            let file = row["file"].as_str().unwrap();
            row["file"] = file.strip_prefix(folder.to_str().unwrap()).unwrap_or(file).trim_start_matches('/').into();
            row
        })
        .collect();
    let failed = rows.iter().any(|row| row.get("error").is_some());
    assert_eq!(run.code, Some(i32::from(failed)), "{}: {}", run.what, run.err);
    rows
}

#[test]
fn every_export_yields_the_rows_it_holds() {
    let Some(shared) = shared() else { return };
    let mut names: Vec<PathBuf> = std::fs::read_dir(tables()).unwrap().map(|entry| entry.unwrap().path()).collect();
    names.retain(|name| name.extension().is_some_and(|extension| extension == "jsonl"));
    names.sort();
    assert!(!names.is_empty());
    for table in names {
        let folder = table.file_stem().unwrap().to_str().unwrap();
        if !shared.join(folder).is_dir() {
            println!("SKIPPED: {folder} is not among the samples");
            continue;
        }
        let options = std::fs::read_to_string(table.with_extension("args")).unwrap_or_default();
        let rows = yields(&shared.join(folder), &options.lines().collect::<Vec<_>>());
        if std::env::var_os("UPDATE").is_some() {
            let lines: String = rows.iter().map(|row| format!("{row}\n")).collect();
            std::fs::write(&table, lines).unwrap();
            continue;
        }
        let text = std::fs::read_to_string(&table).unwrap();
        let expected: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let by_file = |rows: &[Value]| {
            let mut files: BTreeMap<String, Vec<Value>> = BTreeMap::new();
            for row in rows {
                files.entry(row["file"].to_string()).or_default().push(row.clone());
            }
            files
        };
        let (found, expected) = (by_file(&rows), by_file(&expected));
        for (file, expected) in &expected {
            assert_eq!(found.get(file), Some(expected), "{folder}: {file}");
        }
        assert_eq!(found.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>(), "{folder}");
    }
}

/// Counselors, their CRMs, carriers, confirmations of opt-outs: `cargo bench --bench labels` prints the figures.
#[test]
fn texts_of_people_are_told_from_those_of_machines() {
    use crickets::classify::{Context, Origin, call};
    use crickets::collect::Channel;
    use crickets::collect::phone::{CallRecord, Stamp};
    let lines = std::fs::read_to_string(tables().join("texts/known.jsonl")).unwrap();
    let asked = Context {
        first_name: "Dana".to_owned(),
        last_name: "Whitfield".to_owned(),
        builder: "Bluebonnet Homes".to_owned(),
        community: Some("Willow Creek".to_owned()),
        question: "Does the Magnolia plan at Willow Creek come with a three-car garage?".to_owned(),
        answer: ["three-car", "3-car", "third bay", "tandem"].map(str::to_owned).to_vec(),
        ..Context::default()
    };
    let (mut count, mut misses) = (0, Vec::new());
    for row in lines.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()) {
        let text = |key: &str| row[key].as_str().map(str::to_owned);
        let record = CallRecord {
            from: text("from"),
            body: text("body"),
            ..CallRecord::new(Channel::Sms, Stamp::exactly(chrono::DateTime::UNIX_EPOCH))
        };
        let judged = call(&record, &Context { elapsed_s: row["after_s"].as_i64(), ..asked.clone() });
        count += 1;
        let (is, said) = (row["origin"] == "personal", judged.origin == Origin::Personal);
        if is != said {
            misses.push(format!("{}: {} said {:?}, {:?}", row["id"], row["origin"], judged.origin, judged.signals));
        }
        assert_eq!(judged.labels.appointment.is_some(), said, "a machine offers nothing: {row}");
    }
    assert!(count >= 60 && misses.len() * 20 <= count, "{} of {count}: {misses:#?}", misses.len());
}
