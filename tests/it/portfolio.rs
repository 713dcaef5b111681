//! One report over several waves: builders down, waves across; ranks from three final inquiries on, and a change from the first
//! final score to the last. Three waves run under rehearsal clocks, so that all of them are over.

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Value, json};

use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace};

const WAVES: [(&str, &str, &str); 3] = [
    ("2026-01", "2026-01-13T16:00:00Z", "2026-01-13T16:03:00Z"),
    ("2026-02", "2026-02-17T16:00:00Z", "2026-02-17T18:30:00Z"),
    ("2026-03", "2026-03-24T16:00:00Z", "2026-03-24T16:02:00Z"),
];
pub(crate) const END: &str = "2026-05-01T00:00:00Z";

/// Two builders over three waves; each calls in each of them, the second five hours later.
pub(crate) fn asked() -> (Workspace, Site) {
    asked_at(&WAVES, "24/7")
}

/// The same at other moments, and with posted hours.
fn asked_at(waves: &[(&str, &str, &str)], hours: &str) -> (Workspace, Site) {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir().with_phone();
    for (slug, builder, phone) in [("bluebonnet", "Bluebonnet Homes", "+15125550100"), ("harbor", "Harbor Homes", "+15125550200")] {
        let more = format!("phones = [\"{phone}\"]\n");
        workspace.shop(&ShopFile { more: &more, ..ShopFile::on(&site, slug, builder) });
        let file = workspace.path().join(format!("shops/{slug}.toml"));
        let text = std::fs::read_to_string(&file).unwrap();
        std::fs::write(file, text.replace("\"24/7\"", &format!("\"{hours}\""))).unwrap();
    }
    let mut calls = "id,channel,direction,from,to,started_at,duration_s,answered,body\n".to_owned();
    for (number, (wave, at, called)) in waves.iter().enumerate() {
        workspace.ok(&["--now", at, "shop", "--wave", wave, "--send", "--at-once", "--any-time"]);
        let later = called.parse::<DateTime<Utc>>().unwrap() + TimeDelta::hours(5);
        calls.push_str(&format!("c{number},call,inbound,+15125550100,+15125550142,{called},40,true,\n"));
        calls.push_str(&format!("h{number},call,inbound,+15125550200,+15125550142,{},40,true,\n", later.to_rfc3339()));
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

/// The report of one wave, in every format that is text.
fn report(workspace: &Workspace, wave: &str, more: &[&str]) -> Value {
    let fixed = ["--now", END, "report", "--wave", wave, "--as-of", END, "--format", "html,json,md"];
    workspace.json(&[&fixed[..], more].concat())
}

fn text(workspace: &Workspace, name: &str) -> String {
    std::fs::read_to_string(workspace.path().join("reports").join(name)).unwrap()
}

fn standing<'a>(report: &'a Value, builder: &str) -> &'a Value {
    report["builders"].as_array().unwrap().iter().find(|one| one["builder"] == builder).unwrap_or(&Value::Null)
}

/// The sentences of a part of a Markdown file: neither its tables nor its heads.
fn sentences<'a>(text: &'a str, head: &str) -> Vec<&'a str> {
    let (_, rest) = text.split_once(head).unwrap_or_else(|| panic!("no {head} in {text}"));
    let part = rest.split("\n## ").next().unwrap().split("\n---").next().unwrap();
    let lines = part.lines().map(|line| line.trim_start_matches("- ").trim());
    lines.filter(|line| !line.is_empty() && !line.starts_with('|')).collect()
}

/// What Markdown says stands on the page too, word for word.
fn said_alike(page: &str, sentences: &[&str]) {
    let page = page.replace("<strong>", "").replace("</strong>", "");
    for sentence in sentences {
        assert!(page.contains(sentence), "the page does not say: {sentence}");
    }
}

#[test]
fn ranks_and_trends_run_over_the_waves_asked_for_and_read_alike_in_every_format() {
    let (mut workspace, _site) = asked();
    let all = report(&workspace, "2026-03", &[]);
    assert_eq!(all["statistics"]["settings"]["waves"], json!(WAVES.map(|(wave, ..)| wave)));
    assert_eq!((&standing(&all, "Bluebonnet Homes")["n"], &standing(&all, "Bluebonnet Homes")["rank"]), (&json!(3), &json!(1)));

    let two = report(&workspace, "2026-03", &["--waves", "2"]);
    assert_eq!(two["statistics"]["settings"]["waves"], json!(["2026-02", "2026-03"]));
    let trend: Vec<&Value> = two["statistics"]["trailing"]["trend"].as_array().unwrap().iter().map(|point| &point["wave"]).collect();
    assert_eq!(trend, ["2026-02", "2026-03"]);
    assert_eq!((&standing(&two, "Bluebonnet Homes")["n"], &standing(&two, "Bluebonnet Homes")["rank"]), (&json!(2), &Value::Null));
    let page = text(&workspace, "2026-03/index.html");
    assert!(page.contains("A rank needs 3 final inquiries of a builder") && !page.contains("Most improved"), "two are too few");

    workspace.configure("[report]\nrank_from = 2\n");
    let two = report(&workspace, "2026-03", &["--waves", "2"]);
    assert_eq!(two["statistics"]["settings"]["needed"], 2);
    assert_eq!((&standing(&two, "Bluebonnet Homes")["rank"], &standing(&two, "Harbor Homes")["rank"]), (&json!(1), &json!(2)));
    let (page, markdown) = (text(&workspace, "2026-03/index.html"), text(&workspace, "2026-03/report.md"));
    let told = sentences(&markdown, "## Over the trailing waves");
    let begins = |start: &str| told.iter().filter(|sentence| sentence.starts_with(start)).count();
    let starts = [
        "Ranked and followed are the inquiries sent inside the posted hours.",
        "From 2026-02 to 2026-03: mean score +",
        "Most improved: Bluebonnet Homes, +",
        "A rank needs 2 final inquiries of a builder",
        "The ranks hold in all ",
    ];
    assert!(starts.iter().all(|start| begins(start) == 1), "{told:#?}");
    said_alike(&page, &told);
    said_alike(&page, &sentences(&markdown, "## Leaderboard")[1..]);

    collect(&workspace, &["--waves", "2"]);
    let folder = "portfolio-2026-02-2026-03";
    let (page, markdown) = (text(&workspace, &format!("{folder}/index.html")), text(&workspace, &format!("{folder}/portfolio.md")));
    let of_both = sentences(&markdown, "## Builders");
    said_alike(&page, &of_both);
    assert!(of_both.iter().any(|sentence| told.contains(sentence) && sentence.starts_with("Most improved")), "{of_both:#?}");
    workspace.run(&["report", "--wave", "2026-03", "--waves", "0"]).expect(2);
}

#[test]
fn a_wave_after_hours_is_told_apart_from_those_inside() {
    let late = ("2026-02", "2026-02-18T03:00:00Z", "2026-02-18T03:02:00Z");
    let (workspace, _site) = asked_at(&[WAVES[0], late, WAVES[2]], "Mo-Fr 09:00-18:00");
    let inside = report(&workspace, "2026-03", &[]);
    let trailing = |report: &Value| report["statistics"]["trailing"].clone();
    assert_eq!((&trailing(&inside)["kind"], &trailing(&inside)["left_out"]), (&json!("in_hours"), &json!({"after_hours": 2})));
    assert_eq!(standing(&inside, "Bluebonnet Homes")["n"], 2, "the one after hours is no part of its mean");
    let apart = "2 inquiries sent after hours are left out, since the two are different questions.";
    assert!(text(&workspace, "2026-03/index.html").contains(apart) && text(&workspace, "2026-03/report.md").contains(apart));

    let late = report(&workspace, "2026-02", &[]);
    assert_eq!((&trailing(&late)["kind"], &trailing(&late)["left_out"]), (&json!("after_hours"), &json!({"in_hours": 2})));
    assert_eq!(standing(&late, "Bluebonnet Homes")["n"], 1);
    let groups = late["statistics"]["groups"].as_array().unwrap();
    let kinds: Vec<(&Value, &Value)> =
        groups.iter().filter(|group| group["by"] == "kind").map(|group| (&group["name"], &group["n"])).collect();
    assert_eq!(kinds, [(&json!("after_hours"), &json!(2))]);
    let apart = "Ranked and followed are the inquiries sent after hours; 2 inquiries sent inside the posted hours are left out";
    assert!(text(&workspace, "2026-02/index.html").contains(apart) && text(&workspace, "2026-02/report.md").contains(apart));
}
