//! A report that names nobody: whatever the shop files and the named report of the demo know of builders, people, places, addresses
//! and numbers, no file of any format holds it, nor does the terminal; and the named report comes back as it was.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

use crate::formats::{allow_browser, prints, said};
use crate::peers::python;
use crate::workspace::{Run, run_in};
use crate::{demo, pdf};

/// Words of the trade that are in names and in every sentence.
const PLAIN: [&str; 24] = [
    "homes",
    "home",
    "builders",
    "builder",
    "sons",
    "and",
    "the",
    "group",
    "sales",
    "team",
    "online",
    "company",
    "national",
    "local",
    "model",
    "run",
    "way",
    "point",
    "custom",
    "residential",
    "communities",
    "new",
    "house",
    "wren",
];

/// Every file below a folder, by its path.
fn files(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.is_dir() { found.extend(files(&path)) } else { found.push(path) }
    }
    found.sort();
    found
}

/// What names somebody in a shop file and in the named report.
fn secrets(demo: &Path, report: &Value) -> BTreeSet<String> {
    let mut all = BTreeSet::new();
    for path in files(&demo.join("shops")).into_iter().filter(|path| path.extension().is_some_and(|end| end == "toml")) {
        all.insert(path.file_stem().unwrap().to_string_lossy().into_owned());
        let shop: toml::Value = toml::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        let text = |value: Option<&toml::Value>| value.and_then(|value| value.as_str()).map(str::to_owned);
        let list = |key: &str| shop.get(key).and_then(|value| value.as_array()).cloned().unwrap_or_default();
        all.extend(text(shop.get("builder")));
        all.extend(text(shop.get("inquiry").and_then(|ask| ask.get("community"))));
        all.extend(["phones", "domains", "team"].iter().flat_map(|key| list(key)).filter_map(|value| text(Some(&value))));
        let site = text(shop.get("site")).unwrap();
        all.insert(site.split("://").last().unwrap().split(['/', ':']).next().unwrap().to_owned());
    }
    for shop in report["shops"].as_array().unwrap() {
        all.extend(shop["readiness"]["osc_name"].as_str().map(str::to_owned));
        for touch in shop["touches"].as_array().unwrap() {
            let labels = &touch["labels"];
            let named = [&touch["from"], &labels["sender_name"], &labels["introduces"], &labels["direct_phone"], &labels["video"]];
            all.extend(
                named
                    .into_iter()
                    .chain([&labels["scheduling_link"], &touch["evidence"]])
                    .filter_map(|value| value.as_str().map(str::to_owned)),
            );
            all.insert(touch["id"].as_str().unwrap().to_owned());
        }
    }
    for name in ["Dana Whitfield", "+15125550142", "512-555-0142", "(512) 555-0142"] {
        all.insert(name.to_owned());
    }
    // A name gives itself away by its parts too.
    let parts: Vec<String> = all
        .iter()
        .filter(|name| name.contains(' ') && !name.contains(['@', '/', '+']))
        .flat_map(|name| name.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()).to_owned()))
        .filter(|word| word.chars().count() > 3 && !PLAIN.contains(&word.to_lowercase().as_str()))
        .collect();
    all.extend(parts);
    all.retain(|name| name.chars().count() > 2 && !PLAIN.contains(&name.to_lowercase().as_str()));
    all
}

/// Which of the names a text holds as words of their own. Advice is ours, and may say `Fox`; names are told apart by their case.
fn found<'a>(text: &str, secrets: &'a BTreeSet<String>) -> Vec<&'a String> {
    let word = |c: char| c.is_alphanumeric() || c == '_';
    let holds = |name: &&String| {
        text.match_indices(name.as_str()).any(|(at, _)| !text[..at].ends_with(word) && !text[at + name.len()..].starts_with(word))
    };
    secrets.iter().filter(holds).collect()
}

/// What a workbook holds, part by part.
fn unzipped(path: &Path) -> Option<String> {
    let python = python("zipfile", "python3")?;
    let script = "import sys,zipfile\nz=zipfile.ZipFile(sys.argv[1])\nfor n in z.namelist(): print(n, z.read(n).decode('utf-8','replace'))";
    let said = Command::new(python).args(["-c", script]).arg(path).output().unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    Some(String::from_utf8_lossy(&said.stdout).into_owned())
}

/// What can be read of a file.
fn readable(path: &Path) -> Option<String> {
    match path.extension().and_then(|end| end.to_str()) {
        Some("xlsx") => unzipped(path),
        // Its pages, what it says of itself, and what no page shows: outline, descriptions, links.
        Some("pdf") => {
            let (text, about) = (said(Command::new("pdftotext").arg(path).arg("-")), said(Command::new("pdfinfo").arg(path)));
            Some(format!("{text}\n{about}\n{}", pdf::strings(&std::fs::read(path).unwrap())))
        }
        _ => Some(std::fs::read_to_string(path).unwrap()),
    }
}

fn clean(what: &str, text: &str, secrets: &BTreeSet<String>) {
    let names = found(text, secrets);
    let around = names.first().map(|name| {
        let at = text.find(name.as_str()).unwrap();
        text.chars().skip(text[..at].chars().count().saturating_sub(80)).take(200).collect::<String>()
    });
    assert!(names.is_empty(), "{what} holds {names:?}: {around:?}");
}

/// Tests' own `crickets report` of a wave.
fn report(demo: &Path, wave: &str, more: &[&str]) -> Run {
    let as_of = serde_json::from_str::<Value>(&std::fs::read_to_string(demo.join("as_of.json")).unwrap()).unwrap();
    let mut args = vec!["report", "--wave", wave, "--as-of", as_of.as_str().unwrap()];
    args.extend(more);
    run_in(demo, demo.parent().unwrap(), &args).expect(0)
}

#[test]
fn nothing_in_the_demos_anonymous_report_names_anybody() {
    let folder = tempfile::tempdir().unwrap();
    demo::run(folder.path(), "demo").expect(0);
    let demo = folder.path().join("demo");
    let named_path = demo::report_file(&demo, "report.json");
    let text = std::fs::read_to_string(&named_path).unwrap();
    let named: Value = serde_json::from_str(&text).unwrap();
    std::fs::write(demo.join("as_of.json"), named["as_of"].to_string()).unwrap();
    let (wave, reports) = (named["wave"].as_str().unwrap(), named_path.parent().unwrap().to_owned());
    let secrets = secrets(&demo, &named);
    assert!(secrets.len() > 150, "{} names", secrets.len());
    let mut formats = "html,csv,json,md,xlsx".to_owned();
    if prints() {
        formats.push_str(",pdf");
        allow_browser(&demo);
        report(&demo, wave, &["--format", "pdf"]);
        let text = readable(&reports.join("report.pdf")).unwrap();
        let (_, unseen) = text.split_once("Producer:").unwrap();
        assert!(found(unseen, &secrets).len() > 15, "what no page of the named PDF shows names them too");
    }
    let telling = ["index.html", "touches.csv", "report.md", "report.json", "report.xlsx", "report.pdf"];
    let named_files: Vec<PathBuf> = files(&reports).into_iter().filter(|path| telling.iter().any(|name| path.ends_with(name))).collect();
    assert_eq!(named_files.len(), formats.split(',').count());
    for path in &named_files {
        assert!(readable(path).is_none_or(|text| found(&text, &secrets).len() > 15), "the named report names them: {}", path.display());
    }

    let inquiry = format!("{wave}/bluebonnet");
    let claim = ["review", "appeal", &inquiry, "--by", "Amy Ortiz", "--text", "Amy Ortiz rang from Willow Creek."];
    run_in(&demo, folder.path(), &[&["--now", "2026-11-05T12:00:00Z"][..], &claim].concat()).expect(0);
    let run = report(&demo, wave, &["--anonymous", "--format", &formats]);
    clean("the terminal", &format!("{}{}", run.out, run.err), &secrets);
    let written = files(&reports);
    let count = |end: &str| written.iter().filter(|path| path.extension().is_some_and(|e| e == end)).count();
    assert_eq!(count("html"), 2 + named["shops"].as_array().unwrap().len(), "{written:?}");
    assert!(count("csv") >= 5 && count("json") == 1 && count("xlsx") == 1 && count("md") == 1, "{written:?}");
    assert_eq!(count("pdf"), usize::from(formats.ends_with("pdf")), "{written:?}");
    for path in &written {
        let name = path.strip_prefix(&reports).unwrap().display().to_string();
        clean("a file's name", &name, &secrets);
        if let Some(text) = readable(path) {
            clean(&name, &text, &secrets);
        }
    }
    let hidden: Value = serde_json::from_str(&std::fs::read_to_string(&named_path).unwrap()).unwrap();
    let appeals: Vec<&Value> = hidden["shops"].as_array().unwrap().iter().flat_map(|shop| shop["appeals"].as_array().unwrap()).collect();
    assert!(
        appeals.len() == 1 && appeals[0]["by"].as_str().unwrap().starts_with("Person ") && appeals[0]["outcome"] == "open",
        "{appeals:?}"
    );
    assert_eq!((&hidden["anonymous"], &hidden["cohort"]), (&Value::Bool(true), &named["cohort"]));
    let scores = |report: &Value| {
        let mut all: Vec<String> = report["shops"].as_array().unwrap().iter().map(|shop| shop["score"].to_string()).collect();
        all.sort();
        all
    };
    assert_eq!(scores(&hidden), scores(&named));

    let printed = report(&demo, wave, &["--anonymous", "--format", "json", "--json"]);
    clean("--json", &printed.out, &secrets);
    let left: Vec<PathBuf> = files(&reports);
    assert_eq!(left, std::slice::from_ref(&named_path), "what another format said is gone");
    let again = std::fs::read(&named_path).unwrap();
    report(&demo, wave, &["--anonymous", "--format", "json"]);
    assert!(std::fs::read(&named_path).unwrap() == again, "the same names each time");

    let run =
        run_in(&demo, folder.path(), &["report", "--portfolio", "--anonymous", "--as-of", named["as_of"].as_str().unwrap()]).expect(0);
    clean("the terminal", &run.out, &secrets);
    let portfolio = demo.join("reports").join(format!("portfolio-{wave}"));
    for path in files(&portfolio) {
        clean(&path.display().to_string(), &readable(&path).unwrap(), &secrets);
    }

    report(&demo, wave, &["--format", "html,csv,json,md,xlsx"]);
    let back: Value = serde_json::from_str(&std::fs::read_to_string(&named_path).unwrap()).unwrap();
    assert_eq!(back["shops"][0]["builder"], named["shops"][0]["builder"], "the named report can be had again");
}
