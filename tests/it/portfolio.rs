//! One report over several waves: builders down, waves across; ranks from three final inquiries on, and a change from the first
//! final score to the last. Three waves run under rehearsal clocks, so that all of them are over.

use serde_json::{Value, json};

use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace};

const WAVES: [(&str, &str, &str); 3] = [
    ("2026-01", "2026-01-13T16:00:00Z", "2026-01-13T16:03:00Z"),
    ("2026-02", "2026-02-17T16:00:00Z", "2026-02-17T18:30:00Z"),
    ("2026-03", "2026-03-24T16:00:00Z", "2026-03-24T16:02:00Z"),
];
const END: &str = "2026-05-01T00:00:00Z";

/// Two builders over three waves; the first calls in each, the second in none.
fn asked() -> (Workspace, Site) {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir().with_phone();
    let more = |phone: &str| format!("phones = [\"{phone}\"]\n");
    let (one, two) = (more("+15125550100"), more("+15125550200"));
    workspace.shop(&ShopFile { more: &one, ..ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes") });
    workspace.shop(&ShopFile { more: &two, ..ShopFile::on(&site, "harbor", "Harbor Homes") });
    let mut calls = "id,channel,direction,from,to,started_at,duration_s,answered,body\n".to_owned();
    for (number, (wave, at, called)) in WAVES.iter().enumerate() {
        workspace.ok(&["--now", at, "shop", "--wave", wave, "--send", "--at-once", "--any-time"]);
        calls.push_str(&format!("c{number},call,inbound,+15125550100,+15125550142,{called},40,true,\n"));
    }
    workspace.write("calls.csv", &calls);
    let vouched = ["--since", "2026-01-01T00:00:00Z", "--through", END];
    workspace.ok(&[&["--now", END, "import", "calls", "calls.csv"][..], &vouched].concat());
    (workspace, site)
}

fn collect(workspace: &Workspace, more: &[&str]) -> Value {
    workspace.json(&[&["--now", END, "report", "--portfolio", "--as-of", END][..], more].concat())
}

#[test]
fn builders_stand_beside_each_other_over_the_waves() {
    let (workspace, _site) = asked();
    let found = collect(&workspace, &[]);
    assert_eq!((&found["schema"], &found["clock"]), (&json!("crickets.portfolio/1"), &json!("rehearsal")));
    let waves: Vec<&str> = found["waves"].as_array().unwrap().iter().map(|wave| wave["wave"].as_str().unwrap()).collect();
    assert_eq!(waves, WAVES.map(|(wave, ..)| wave));
    let row = |found: &Value, name: &str| found["builders"].as_array().unwrap().iter().find(|row| row["builder"] == name).unwrap().clone();
    let one = row(&found, "Bluebonnet Homes");
    assert_eq!((&one["n"], &one["rank"]), (&json!(3), &json!(1)), "{one:#}");
    for (n, (wave, ..)) in WAVES.iter().enumerate() {
        let report = workspace.json(&["--now", END, "report", "--wave", wave, "--as-of", END, "--format", "json"]);
        let shop = report["shops"].as_array().unwrap().iter().find(|shop| shop["shop"] == "bluebonnet").unwrap();
        assert_eq!(one["waves"][n]["score"], shop["score"], "{wave}");
    }
    let scores: Vec<f64> = one["waves"].as_array().unwrap().iter().map(|cell| cell["score"].as_f64().unwrap()).collect();
    let moved = ((scores[2] - scores[0]) * 10.0).round() / 10.0;
    assert_eq!(one["change"], json!({"from": WAVES[0].0, "to": WAVES[2].0, "points": moved, "interval": null}));
    assert!(scores[1] < scores[0], "called later, scored less: {scores:?}");

    let folder = workspace.path().join("reports/portfolio-2026-01-2026-03");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).unwrap();
    let kept: Value = serde_json::from_str(&read("portfolio.json")).unwrap();
    assert_eq!(kept, found);
    assert!(
        read("index.html").contains("../2026-02/builders/bluebonnet.html") && read("index.html").contains("<strong>Rehearsal.</strong>")
    );
    assert!(workspace.path().join("reports/2026-02/report.json").exists());
    assert_eq!(read("portfolio.csv").lines().count(), 7);
    assert!(read("portfolio.md").contains("Bluebonnet Homes"));

    let two = collect(&workspace, &["--wave", "2026-02", "--waves", "6"]);
    let names: Vec<&Value> = two["waves"].as_array().unwrap().iter().map(|wave| &wave["wave"]).collect();
    assert_eq!(names, ["2026-01", "2026-02"]);
    assert!(row(&two, "Bluebonnet Homes")["rank"].is_null(), "two are too few for a rank");
    let last = collect(&workspace, &["--waves", "1"]);
    assert_eq!(last["waves"].as_array().map(Vec::len), Some(1));

    let hidden = collect(&workspace, &["--anonymous"]);
    let text = hidden.to_string();
    assert!(!text.contains("Bluebonnet") && !text.contains("Harbor") && text.contains("Builder A"), "{text}");
    assert_eq!(hidden["builders"][0]["waves"][0]["score"], one["waves"][0]["score"], "the same order, other names");
    assert!(!read("index.html").contains("builders/"), "no link tells who is who");

    workspace.run(&["report", "--portfolio", "--wave", "2027-01"]).expect(2);
    for (more, told) in [
        (&["--format", "pdf"][..], "as pdf: it comes as html, csv, json and md"),
        (&["--format", "html,xlsx"], "as xlsx: it comes as html, csv, json and md"),
        (&["--mail-to", "owner@bluebonnet.example"], "has no PDF"),
    ] {
        let refused = workspace.run(&[&["report", "--portfolio"][..], more].concat()).expect(2);
        assert!(refused.err.contains(told) && refused.err.contains("--wave W"), "{}", refused.err);
    }
    workspace.run(&["report"]).expect(2);
}
