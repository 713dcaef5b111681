//! Tables of calls: what each style of export is read as, what is asked and how it is settled, and a mapping that is saved once and
//! used from then on.

use std::path::{Path, PathBuf};

use crate::import::{WAVE, asked};
use crate::workspace::{Workspace, shop};

fn sample(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/calls/mapped").join(name)
}

/// Every record of a sample as `inspect calls` prints it, in a line each.
fn inspected(workspace: &Workspace, file: &Path, more: &[&str]) -> (String, String, i32) {
    let file = file.display().to_string();
    let mut args = vec!["inspect", "calls", file.as_str(), "--own", "+15125550142", "--timezone", "America/Chicago"];
    args.extend(more);
    let run = workspace.run(&args);
    (run.out.clone(), run.err.replace(&file, "FILE"), run.code.unwrap_or(-1))
}

#[test]
fn tables_in_many_styles_are_read_by_what_they_hold() {
    let workspace = Workspace::with_maildir();
    let mut all = String::new();
    let mut files: Vec<PathBuf> = std::fs::read_dir(sample("")).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    for file in files {
        let name = file.file_name().unwrap().to_string_lossy().into_owned();
        let (out, err, status) = inspected(&workspace, &file, &["--yes"]);
        let out = out.replace(&file.display().to_string(), "FILE");
        all.push_str(&format!("== {name}: status {status}\n{out}{err}\n"));
    }
    insta::with_settings!({snapshot_path => "../calls/mapped", prepend_module_to_snapshot => false}, {
        insta::assert_snapshot!("reads", all);
    });
}

#[test]
fn what_is_open_is_asked_and_yes_is_no_answer() {
    let workspace = Workspace::with_maildir();
    for more in [&[][..], &["--yes"]] {
        let (out, err, status) = inspected(&workspace, &sample("ambiguous.csv"), &[&["--json"], more].concat());
        assert_eq!(status, 2, "{err}");
        let question: serde_json::Value = serde_json::from_str(&out).unwrap();
        assert_eq!((&question["schema"], &question["ambiguities"][0]["kind"]), (&"crickets.mapping/1".into(), &"date_order".into()));
        assert_eq!(question["mapping"]["columns"]["party"], "Number");
        assert_eq!(question["examples"].as_array().unwrap().len(), 2);
    }
    let (out, err, status) = inspected(&workspace, &sample("ambiguous.csv"), &["--yes", "--day-first"]);
    assert_eq!((status, out.contains("2026-06-02T14:45:00Z")), (0, true), "{out}{err}");
    let (_, err, status) = inspected(&workspace, &sample("ambiguous.csv"), &["--day-first"]);
    assert_eq!((status, err.contains("--yes")), (2, true), "{err}");
}

#[test]
fn a_table_that_is_asked_about_does_not_hold_up_its_folder() {
    let (workspace, _site, _alias) = asked();
    std::fs::create_dir_all(workspace.path().join("export")).unwrap();
    std::fs::copy(sample("ambiguous.csv"), workspace.path().join("export/a.csv")).unwrap();
    let moment = chrono::Utc::now().to_rfc3339();
    workspace.write("export/b.csv", &format!("channel,from,to,started_at\ncall,+15125550100,+15125550142,{moment}\n"));
    let run = workspace.run(&["import", "calls", "export"]).expect(2);
    assert!(run.out.contains("a.csv") && run.out.contains("--day-first"), "{}{}", run.out, run.err);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 1, "the other file was read");
    let covered = &workspace.json(&["status"])["coverage"]["phone.main"]["covered"];
    assert_eq!(*covered, serde_json::json!([]), "what was not read may hold the call: no silence is proven");
    let (out, err, status) = inspected(&workspace, &workspace.path().join("export"), &[]);
    assert!(status == 2 && out.contains("+15125550100") && out.contains("--day-first"), "{status} {out}{err}");
}

#[test]
fn a_mapping_is_saved_once_and_used_from_then_on() {
    let (workspace, _site, _alias) = asked();
    let header = "When;Who;Way;Length\n";
    let at = |minutes: i64| (chrono::Utc::now() + chrono::TimeDelta::minutes(minutes)).format("%Y-%m-%d %H:%M:%S");
    workspace.write("one.csv", &format!("{header}{};(512) 555-0100;Incoming;0:00\n", at(0)));
    let run = workspace.run(&["import", "calls", "one.csv"]).expect(2);
    assert!(run.out.contains("nothing is open") && run.err.contains("--save-map"), "{}{}", run.out, run.err);
    assert!(!workspace.path().join("maps/pbx.toml").exists());
    workspace.ok(&["import", "calls", "one.csv", "--timezone", "UTC", "--save-map", "pbx"]);
    let saved = std::fs::read_to_string(workspace.path().join("maps/pbx.toml")).unwrap();
    assert!(saved.contains("zone = \"UTC\"") && saved.contains("party = \"Who\""), "{saved}");
    workspace.run(&["import", "calls", "one.csv", "--save-map", "pbx"]).expect(2);
    workspace.write("logs/two.csv", &format!("{header}{};(512) 555-0100;Incoming;0:00\n", at(9)));
    workspace.ok(&["watch", "--once"]);
    let report = workspace.make_report(WAVE, &[]);
    assert_eq!(shop(&report, "bluebonnet")["counts"]["calls"], 1, "the other is yet to come: {report:#}");
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2);
    workspace.write("maps/pbx.toml", &saved.replace("party", "partie"));
    let run = workspace.run(&["import", "calls", "one.csv"]).expect(2);
    assert!(run.err.contains("partie") && run.err.contains("did you mean `party`"), "{}", run.err);
}
