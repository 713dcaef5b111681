//! Call logs under the eyes of `watch`: rows are picked up as they come, what is half-written is waited for, what was rotated away is
//! read to its end, and what is gone is told once.

use std::fs::{File, OpenOptions};
use std::io::Write as _;
use std::path::Path;
use std::time::{Duration, SystemTime};

use crate::import::{WAVE, asked, now};
use crate::workspace::{Workspace, eventually};

const HEADER: &str = "id,channel,direction,from,to,started_at,duration_s,answered,body\n";

fn row(id: &str) -> String {
    format!("{id},call,inbound,+15125550100,+15125550142,{},0,false,\n", now())
}

fn append(path: &Path, text: &str) {
    OpenOptions::new().append(true).open(path).unwrap().write_all(text.as_bytes()).unwrap();
}

/// As if nobody had touched it for two minutes.
fn still(path: &Path) {
    let file = File::options().append(true).open(path).unwrap();
    file.set_modified(SystemTime::now() - Duration::from_mins(2)).unwrap();
}

fn touches(workspace: &Workspace) -> u64 {
    workspace.inquiry(WAVE, "bluebonnet")["touches"].as_u64().unwrap()
}

#[test]
fn rows_are_picked_up_as_they_come() {
    let (workspace, _site, _alias) = asked();
    let log = workspace.write("logs/a.csv", &format!("{HEADER}{}", row("c1")));
    let _watch = workspace.spawn(&["watch"]);
    let come = |count: u64| eventually(|| touches(&workspace), |touches| *touches == count);
    let said = |words: &str| eventually(|| workspace.spawned_err(), |text| text.contains(words));
    come(1);
    // Half a row, of which even the caller is cut: it is neither taken nor told of.
    let second = row("c2");
    append(&log, &second[..second.find("0100").unwrap() + 2]);
    append(&workspace.write("logs/b.csv", HEADER), &row("c3"));
    come(2);
    append(&log, &second[second.find("0100").unwrap() + 2..]);
    come(3);
    assert!(!workspace.spawned_err().contains("could not read"), "{}", workspace.spawned_err());

    // Rotated between two looks: the row that came last stands in the renamed file.
    append(&log, &row("c4"));
    std::fs::rename(&log, workspace.path().join("logs/a.csv.1")).unwrap();
    workspace.write("logs/a.csv", &format!("{HEADER}{}", row("c5")));
    come(5);
    // Rewritten with other rows, fewer than before.
    workspace.write("logs/a.csv", &format!("{HEADER}{}", row("c6")));
    come(6);

    // What stays half-written is told, and silence is proven by it no longer.
    append(&log, "c7,call,inbound,+1512");
    still(&log);
    let told = said("a.csv, line 3");
    append(&log, "5550100,+15125550142,");
    append(&log, &format!("{},0,false,\n", now()));
    come(7);
    assert_eq!(workspace.spawned_err().matches("a.csv, line 3").count(), told.matches("a.csv, line 3").count(), "it is told once");

    std::fs::remove_file(&log).unwrap();
    said("logs/a.csv is gone; what was read of it stays.");
    assert_eq!(touches(&workspace), 7);
}

#[test]
fn a_folder_is_watched_and_what_is_no_log_there_is_passed_over() {
    let (mut workspace, _site, _alias) = asked();
    std::fs::create_dir_all(workspace.path().join("takeout/Calls")).unwrap();
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    workspace.configure("");
    workspace.write("crickets.toml", &config.replace("\"logs/*.csv\"", "\"logs/*.csv\", \"takeout/\""));
    let watch = workspace.spawn(&["watch"]);
    workspace.write("takeout/Calls/picture.jpg", "\u{0}\u{1}no log");
    workspace.write("takeout/readme.txt", "Nothing to see here.\n");
    let sms = format!(
        r#"{{"sid":"SM1","direction":"inbound","status":"received","from":"+15125550100","to":"+15125550142","body":"Hello","date_created":"{}"}}"#,
        chrono::Utc::now().to_rfc2822()
    );
    // A document that is written in two halves is read when it lies still.
    let (first, second) = sms.split_at(40);
    let json = workspace.write("takeout/Calls/text.json", first);
    append(&json, second);
    workspace.write("takeout/Calls/calls.csv", &format!("{HEADER}{}", row("c1")));
    eventually(|| touches(&workspace), |touches| *touches == 2);
    let unknown = workspace.write("logs/unknown.csv", "date;number\n1;2\n");
    still(&unknown);
    let told = |text: &String| text.contains("unknown.csv as a call log");
    eventually(|| workspace.spawned_err(), told);
    for name in ["takeout/readme.txt", "takeout/Calls/picture.jpg"] {
        still(&workspace.path().join(name));
    }
    append(&workspace.path().join("takeout/Calls/calls.csv"), &row("c2"));
    eventually(|| touches(&workspace), |touches| *touches == 3);
    let said = workspace.spawned_err();
    assert!(!said.contains("readme") && !said.contains("picture") && said.matches("unknown.csv").count() == 1, "{said}");
    drop(watch);
    let once = workspace.run(&["watch", "--once"]).expect(1);
    assert!(once.err.contains("unknown.csv"), "{}", once.err);
}

#[test]
fn what_a_rehearsal_read_is_read_again_for_real() {
    let (workspace, _site, _alias) = asked();
    let log = workspace.write("logs/a.csv", &format!("{HEADER}{}{}", row("c1"), row("c2")));
    still(&log);
    let later = (chrono::Utc::now() + chrono::TimeDelta::days(3)).to_rfc3339();
    let rehearsal = workspace.spawn(&["--now", &later, "watch"]);
    eventually(|| workspace.rehearsed(), |flags| *flags == [true, true]);
    drop(rehearsal);
    let real = workspace.spawn(&["watch"]);
    eventually(|| workspace.rehearsed(), |flags| *flags == [false, false]);
    drop(real);
    // Nor does a later rehearsal take them back.
    let _again = workspace.spawn(&["--now", &later, "watch"]);
    append(&log, &row("c3"));
    eventually(|| workspace.rehearsed(), |flags| *flags == [false, false, true]);
}
