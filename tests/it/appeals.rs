//! A builder disputes a finding, a person decides, and the report of every later moment shows both, in every format; of an earlier
//! moment it says what it said.

use std::time::Duration;

use serde_json::{Value, json};

use crate::import::{WAVE, asked, now};
use crate::workspace::{Workspace, shop, touches};

const CLAIM: &str = "We rang from the model home at once; the log must show it.";

fn read(workspace: &Workspace, name: &str) -> String {
    std::fs::read_to_string(workspace.path().join("reports").join(WAVE).join(name)).unwrap()
}

/// Lets the second end in which something was just written.
fn next_second() {
    std::thread::sleep(Duration::from_millis(1_100));
}

/// A workspace with one inquiry and a call from a number that nobody knows.
fn with_a_call() -> (Workspace, crate::site::Site, String) {
    let (workspace, site, _alias) = asked();
    workspace.write("calls.csv", &format!("channel,from,to,started_at\ncall,+15125559876,+15125550142,{}\n", now()));
    workspace.ok(&["import", "calls", "calls.csv"]);
    let id = workspace.json(&["review", "list"])["items"][0]["id"].as_str().unwrap().to_owned();
    (workspace, site, id)
}

#[test]
fn an_appeal_is_filed_decided_and_shown() {
    let (workspace, _site, call) = with_a_call();
    next_second();
    let before = now();
    workspace.ok(&["report", "--wave", WAVE, "--as-of", &before]);
    let old = read(&workspace, "report.json");
    next_second();

    let file = ["review", "appeal", "bluebonnet", "--wave", WAVE, "--by", "Amy Ortiz", "--text", CLAIM, "--criterion", "speed.call"];
    let filed = workspace.json(&file);
    assert_eq!((&filed["schema"], &filed["inquiry"]), (&json!("crickets.appeal/1"), &json!(format!("{WAVE}/bluebonnet"))));
    let appeal = &filed["appeal"];
    assert_eq!((&appeal["id"], &appeal["by"], &appeal["text"]), (&json!("A1"), &json!("Amy Ortiz"), &json!(CLAIM)));
    assert_eq!((&appeal["outcome"], &appeal["outcome_at"]), (&json!("open"), &Value::Null));

    let listed = workspace.json(&["review", "list", "--wave", WAVE]);
    assert_eq!(listed["appeals"].as_array().map(Vec::len), Some(1), "{listed:#}");
    assert!(workspace.ok(&["review"]).out.contains(CLAIM));
    assert_eq!(workspace.json(&["review", "list", "--wave", "other"])["appeals"], json!([]));
    let shown = workspace.ok(&["review", "show", "A1"]).out;
    assert!(shown.contains(CLAIM) && shown.contains("crickets review appeal --id A1 --outcome rejected"), "{shown}");

    let corrected = ["review", "appeal", "--id", "A1", "--outcome", "corrected", "--reason", "the model home rang", "--by", "Pat"];
    let refused = workspace.run(&corrected).expect(2);
    assert!(refused.err.contains("review set"), "what is corrected was set right: {}", refused.err);
    let open = workspace.make_report(WAVE, &[]);
    assert_eq!(shop(&open, "bluebonnet")["appeals"][0]["outcome"], "open");

    let owner = format!("{WAVE}/bluebonnet");
    workspace.ok(&["review", "set", &call, "--inquiry", &owner, "--origin", "personal", "--reason", "the model home", "--author", "Pat"]);
    let decided = workspace.json(&corrected);
    assert_eq!(decided["appeal"]["corrections"], json!([call]), "it names what was set right");
    assert_eq!(workspace.json(&["review", "list"])["appeals"], json!([]));
    workspace.ok(&["rederive"]);

    next_second();
    workspace.ok(&["report", "--wave", WAVE]);
    let report = workspace.report(WAVE);
    let entry = shop(&report, "bluebonnet");
    assert_eq!(touches(&report, "bluebonnet").len(), 1);
    let appeal = &entry["appeals"][0];
    assert_eq!(
        (&appeal["outcome"], &appeal["outcome_by"], &appeal["outcome_text"]),
        (&json!("corrected"), &json!("Pat"), &json!("the model home rang"))
    );
    let (md, csv) = (read(&workspace, "report.md"), read(&workspace, "appeals.csv"));
    assert!(md.contains(CLAIM) && md.contains("the model home rang") && md.contains(&call.replace('_', "\\_")), "{md}");
    let row = csv.lines().nth(1).unwrap();
    assert!(row.contains(CLAIM) && row.contains(",corrected,") && row.contains(&call), "{csv}");

    workspace.ok(&["report", "--wave", WAVE, "--as-of", &before]);
    let of_then: Value = serde_json::from_str(&read(&workspace, "report.json")).unwrap();
    let was: Value = serde_json::from_str(&old).unwrap();
    assert_eq!(of_then["shops"][0]["appeals"], json!([]), "it was not filed yet");
    assert_eq!(of_then["shops"][0]["appeals"], was["shops"][0]["appeals"]);
    assert!(!read(&workspace, "report.md").contains(CLAIM));
    assert_eq!(read(&workspace, "appeals.csv").lines().count(), 1);
}

#[test]
fn a_decision_may_be_thought_over_and_moves_no_point() {
    let (workspace, _site, _call) = with_a_call();
    let before = workspace.make_report(WAVE, &[]);
    workspace.ok(&["review", "appeal", &format!("{WAVE}/bluebonnet"), "--by", "Amy", "--text", "the hours on the site are old"]);
    let end = |outcome: &str, reason: &str| {
        workspace.ok(&["review", "appeal", "--id", "a1", "--outcome", outcome, "--reason", reason, "--by", "Pat"])
    };
    end("rejected", "they were posted");
    next_second();
    let between = now();
    next_second();
    end("upheld", "the builder showed the notice");
    let after = workspace.make_report(WAVE, &[]);
    let (was, is) = (shop(&before, "bluebonnet"), shop(&after, "bluebonnet"));
    let judged = |entry: &Value| {
        let criteria = entry["criteria"].as_array().unwrap().iter();
        let points: Vec<Value> = criteria.map(|one| json!([one["id"], one["result"], one["points"]])).collect();
        json!([entry["score"], entry["verdict"], points])
    };
    assert_eq!(judged(was), judged(is));
    assert_eq!(
        (&is["appeals"][0]["outcome"], &is["appeals"][0]["outcome_text"]),
        (&json!("upheld"), &json!("the builder showed the notice"))
    );
    let then = workspace.make_report(WAVE, &["--as-of", &between]);
    assert_eq!(shop(&then, "bluebonnet")["appeals"][0]["outcome"], "rejected");
}

#[test]
fn what_is_wrong_with_an_appeal_is_said() {
    let (workspace, _site, _call) = with_a_call();
    let target = format!("{WAVE}/bluebonnet");
    let long = "x".repeat(4_001);
    let by = ["--by", "Amy"];
    let cases: [(&[&str], &str); 8] = [
        (&["bluebonnet", "--text", "no"], "--wave"),
        (&["2025-01/bluebonnet", "--text", "no"], "2025-01/bluebonnet"),
        (&[&target, "--text", "no", "--criterion", "speed.cal"], "speed.call"),
        (&[&target, "--text", "no", "--touch", "t_0"], "t_0"),
        (&[&target, "--text", " "], "--text"),
        (&[&target, "--text", &long], "4001"),
        (&["--id", "A7", "--outcome", "upheld", "--reason", "yes"], "A7"),
        (&[&target, "--id", "A1", "--outcome", "upheld", "--reason", "yes"], "--id"),
    ];
    for (args, said) in cases {
        let all = [&["review", "appeal"], args, &by].concat();
        let run = workspace.run(&all).expect(2);
        assert!(run.err.contains(said), "{args:?}: {}", run.err);
    }
    assert_eq!(workspace.json(&["review", "list"])["appeals"], json!([]), "nothing of it was kept");
}
