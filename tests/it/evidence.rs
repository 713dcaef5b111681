//! Evidence that is lost or altered, and a store that lost its memory: told wherever somebody looks, never in the way of what is still
//! there, and kept again when it is seen again.

use std::path::PathBuf;

use chrono::Utc;
use serde_json::Value;

use crate::import::{WAVE, asked, now, stored_letter};
use crate::peers::Dovecot;
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, shop, touches};

const SEND: [&str; 6] = ["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"];

fn file(workspace: &Workspace, name: &str) -> PathBuf {
    let sha256 = name.trim_start_matches("sha256:");
    workspace.path().join(".crickets/evidence").join(&sha256[..2]).join(sha256)
}

fn lose(workspace: &Workspace, name: &str) {
    std::fs::remove_file(file(workspace, name)).unwrap();
}

fn alter(workspace: &Workspace, name: &str) {
    let mut bytes = std::fs::read(file(workspace, name)).unwrap();
    bytes[0] ^= 1;
    std::fs::write(file(workspace, name), bytes).unwrap();
}

/// What `check` finds of the evidence: how each is marked, and what is said.
fn checked(workspace: &Workspace) -> Vec<(String, String)> {
    let found = workspace.run(&["check", "--json"]).json();
    let of = |finding: &Value| (finding["mark"].as_str().unwrap().to_owned(), finding["say"].as_str().unwrap().to_owned());
    found["findings"].as_array().unwrap().iter().filter(|finding| finding["what"] == "evidence").map(of).collect()
}

/// A workspace with three mails and a call that were collected, and the report of them.
fn collected() -> (Workspace, crate::site::Site, Value) {
    let (workspace, site, alias) = asked();
    for number in 1..=3 {
        let letter = stored_letter(&alias, number, &format!("Hi Dana,\n\nletter {number}: yes, a three-car garage.\n\nAmy Ortiz\n"));
        workspace.write(&format!("mail/new/{}.M{number}P1.mx", Utc::now().timestamp()), &letter);
    }
    workspace.write("logs/calls.csv", &format!("channel,from,to,started_at\ncall,+15125550100,+15125550142,{}\n", now()));
    workspace.ok(&["watch", "--once"]);
    let report = workspace.make_report(WAVE, &[]);
    (workspace, site, report)
}

/// The evidence of each touch, mails first.
fn names(report: &Value) -> Vec<String> {
    let mut all: Vec<(bool, String)> = touches(report, "bluebonnet")
        .iter()
        .map(|touch| (touch["channel"] != "email", touch["evidence"].as_str().unwrap().to_owned()))
        .collect();
    all.sort();
    all.into_iter().map(|(_, name)| name).collect()
}

#[test]
fn what_is_lost_or_altered_is_told_stops_nothing_and_is_kept_again() {
    let (workspace, _site, report) = collected();
    assert!(report.get("evidence_faults").is_none(), "{report:#}");
    assert!(matches!(&checked(&workspace)[..], [(mark, said)] if mark == "ok" && said.ends_with("all as they were kept")));
    let names = names(&report);
    assert_eq!(names.len(), 4, "{report:#}");
    lose(&workspace, &names[0]);
    alter(&workspace, &names[1]);
    alter(&workspace, &names[3]);

    let run = workspace.run(&["rederive"]).expect(1);
    assert!(run.out.starts_with("1 touch judged"), "the others go on: {}", run.out);
    assert!(
        run.err.contains("its evidence is missing; what was judged of it stays") && run.err.contains("3 touches could not"),
        "{}",
        run.err
    );
    let found = checked(&workspace);
    assert_eq!(found.len(), 4, "{found:#?}");
    assert!(found.iter().all(|(mark, _)| mark == "FAULT") && found[0].1.contains("1 missing, 2 altered"), "{found:#?}");
    let missing = found.iter().find(|(_, said)| said.contains(&file(&workspace, &names[0]).display().to_string())).unwrap();
    assert!(missing.1.contains("email t_") && missing.1.contains("from mailbox.main") && missing.1.contains("backup"), "{missing:?}");
    let status = workspace.ok(&["status"]).out;
    assert!(status.contains("1 missing, 2 altered; `crickets check` names them"), "{status}");

    let run = workspace.ok(&["report", "--wave", WAVE, "--format", "html,json,csv,md"]);
    assert!(run.err.contains("3 pieces of the evidence behind this report are missing or were altered"), "{}", run.err);
    let told = workspace.report(WAVE);
    assert_eq!(told["evidence_faults"], 3);
    let faults: Vec<(&str, &Value)> = touches(&told, "bluebonnet")
        .iter()
        .filter(|touch| touch.get("evidence_fault").is_some())
        .map(|touch| (touch["evidence"].as_str().unwrap(), &touch["evidence_fault"]))
        .collect();
    let want: [(&str, Value); 3] = [(&names[0], "missing".into()), (&names[1], "altered".into()), (&names[3], "altered".into())];
    assert_eq!(faults.len(), 3);
    assert!(want.iter().all(|(name, fault)| faults.contains(&(*name, fault))), "{faults:?}");
    assert_eq!(shop(&told, "bluebonnet")["counts"], shop(&report, "bluebonnet")["counts"], "what was judged stays");
    let read = |name: &str| std::fs::read_to_string(workspace.path().join("reports").join(WAVE).join(name)).unwrap();
    for (page, said) in [
        ("builders/bluebonnet.html", format!("{} (missing)", names[0])),
        ("touches.csv", format!("{} (altered)", names[3])),
        ("index.html", "3 pieces of the evidence".to_owned()),
        ("report.md", "- evidence: 3 pieces".to_owned()),
    ] {
        assert!(read(page).contains(&said), "{page} does not say {said}");
    }
    assert!(!read("index.html").contains("Every figure can be derived again"));

    let run = workspace.ok(&["watch", "--once"]);
    assert!(run.out.contains("mailbox.main: 0 new, 3 known before, lost evidence of 2 is kept again"), "{}", run.out);
    assert!(run.out.contains("phone.main: 0 new, 1 known before, lost evidence of 1 is kept again"), "{}", run.out);
    workspace.ok(&["rederive"]);
    assert_eq!(checked(&workspace)[0].0, "ok");
    assert!(workspace.make_report(WAVE, &[]).get("evidence_faults").is_none());
}

#[test]
fn a_mail_server_is_asked_again_for_what_was_lost() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, None);
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    let alias = Workspace::alias(&site, "bluebonnet");
    for number in 1..=3 {
        dovecot.append("INBOX", &stored_letter(&alias, number, "Hi Dana,\n\nyes.\n\nAmy Ortiz\n"));
    }
    workspace.ok(&["watch", "--once"]);
    let all = names(&workspace.make_report(WAVE, &[]));
    lose(&workspace, &all[0]);
    alter(&workspace, &all[2]);
    assert_eq!(checked(&workspace).len(), 3);
    let run = workspace.ok(&["watch", "--once"]);
    assert!(run.out.contains("mailbox.main: 0 new, 2 known before, lost evidence of 2 is kept again"), "{}", run.out);
    assert_eq!(checked(&workspace)[0].0, "ok");
    // What lies there no more is not asked for twice, and is no hole in what was read.
    lose(&workspace, &all[1]);
    dovecot.folder("Drafts", true);
    for _ in 0..3 {
        dovecot.move_first("Drafts");
    }
    let run = workspace.ok(&["watch", "--once"]);
    assert!(run.out.contains("mailbox.main: 0 new, 0 known before\n"), "{}", run.out);
    assert_eq!(workspace.json(&["status"])["in_review"], 0);
    assert_eq!(checked(&workspace).len(), 2);
}

#[test]
fn what_the_site_answered_is_looked_for_too() {
    let (workspace, _site, _report) = collected();
    let shown = workspace.json(&["review", "show", &format!("{WAVE}/bluebonnet")]);
    let proofs = shown["evidence"].as_array().or_else(|| shown["item"]["evidence"].as_array()).unwrap().clone();
    let answer = proofs.iter().find(|proof| proof["role"].as_str().unwrap().contains("response")).unwrap_or(&proofs[0]);
    lose(&workspace, answer["sha256"].as_str().unwrap());
    let found = checked(&workspace);
    let role = answer["role"].as_str().unwrap();
    assert!(found.iter().any(|(_, said)| said.contains(&format!("{role} of {WAVE}/bluebonnet")) && said.contains("backup")), "{found:#?}");
    assert_eq!(workspace.make_report(WAVE, &[])["evidence_faults"], 1);
    workspace.ok(&["rederive"]);
}

#[test]
fn a_long_log_that_comes_again_gives_its_lost_file_back() {
    let (workspace, _site, _alias) = asked();
    let mut csv = "channel,from,to,started_at\n".to_owned();
    for row in 0..600 {
        csv += &format!("call,+15125{:06},+15125550142,2026-11-0{}T10:{:02}:00Z\n", 600_000 + row, 1 + row % 9, row % 60);
    }
    workspace.write("long.csv", &csv);
    workspace.ok(&["import", "calls", "long.csv"]);
    let files = || -> Vec<PathBuf> {
        let shards = std::fs::read_dir(workspace.path().join(".crickets/evidence")).unwrap().flatten();
        shards.flat_map(|shard| std::fs::read_dir(shard.path()).unwrap().flatten()).map(|file| file.path()).collect()
    };
    let before = files();
    let log = before.iter().find(|file| std::fs::read_to_string(file).is_ok_and(|text| text.lines().count() == 600)).unwrap();
    std::fs::remove_file(log).unwrap();
    let found = checked(&workspace);
    assert!(found.len() == 2 && found[1].1.contains("from phone.main, and 599 more"), "{found:#?}");
    workspace.run(&["rederive"]).expect(1);
    let run = workspace.ok(&["import", "calls", "long.csv"]);
    assert!(run.out.contains("0 new, 600 known before, lost evidence of 600 is kept again"), "{}", run.out);
    assert_eq!(files().len(), before.len(), "in one file, as before");
    workspace.ok(&["rederive"]);
}

#[test]
fn a_store_that_lost_its_memory_asks_nobody_until_somebody_means_it() {
    let (workspace, site, _report) = collected();
    for part in ["crickets.db", "crickets.db-wal", "crickets.db-shm"] {
        let _ = std::fs::remove_file(workspace.path().join(".crickets").join(part));
    }
    std::fs::write(workspace.path().join(".crickets/crickets.db"), b"").unwrap();
    // What is collected before anybody looks does not make it the store that it was.
    workspace.ok(&["watch", "--once"]);
    let run = workspace.run(&SEND).expect(3);
    assert!(run.out.contains("refused, the store is new, and evidence of earlier inquiries lies beside it"), "{}", run.out);
    workspace.ok(&["shop", "--wave", WAVE]);
    workspace.run(&SEND).expect(3);
    assert_eq!(site.posts_to("bluebonnet").len(), 1, "nobody is asked again");
    let status = workspace.ok(&["status"]).out;
    assert!(status.contains("beside evidence of earlier inquiries, of which it knows nothing"), "{status}");
    let check = workspace.run(&["check"]).expect(1).out;
    assert!(check.contains("FAULT  store: ") && check.contains("--new-store"), "{check}");

    let meant: Vec<&str> = SEND.into_iter().chain(["--new-store"]).collect();
    workspace.ok(&meant);
    assert_eq!(site.posts_to("bluebonnet").len(), 2);
    assert!(!workspace.ok(&["status"]).out.contains("beside evidence"));
}

#[test]
fn a_withdrawal_is_recorded_and_ends_what_is_asked_of_the_builder() {
    let (workspace, _site, report) = collected();
    let persist = |report: &Value| {
        let criteria = shop(report, "bluebonnet")["criteria"].as_array().unwrap().clone();
        criteria.into_iter().find(|criterion| criterion["id"] == "persist.written").unwrap()["counted"].clone()
    };
    assert_eq!(
        (&shop(&report, "bluebonnet")["verdict"], &shop(&report, "bluebonnet")["withdrawn_at"]),
        (&"provisional".into(), &Value::Null)
    );
    let confirmed = shop(&report, "bluebonnet")["confirmed_at"].as_str().unwrap().to_owned();
    for (at, slug) in [("2026-01-01T00:00:00Z", "bluebonnet"), ("2126-01-01T00:00:00Z", "bluebonnet"), (confirmed.as_str(), "nobody")] {
        workspace.run(&["record", "withdrawal", slug, "--wave", WAVE, "--at", at]).expect(2);
    }
    let first = workspace.json(&["record", "withdrawal", "bluebonnet", "--wave", WAVE, "--at", &confirmed]);
    assert_eq!(first["withdrawn_at"], confirmed);
    let at = now();
    workspace.ok(&["record", "withdrawal", "bluebonnet", "--wave", WAVE, "--at", &at, "--note", "chose another home", "--by", "Pat"]);
    let after = workspace.make_report(WAVE, &[]);
    let card = shop(&after, "bluebonnet");
    assert_eq!((&card["verdict"], &card["withdrawn_at"]), (&"final".into(), &Value::from(at.as_str())), "{card:#}");
    assert_eq!(persist(&after), false);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["withdrawn_at"], at.as_str());
    let shown = workspace.ok(&["review", "show", &format!("{WAVE}/bluebonnet")]).out;
    assert!(shown.contains(&format!("confirmed: withdrawn as of {at} by Pat: chose another home")), "{shown}");
}

#[test]
fn a_report_as_of_before_the_inquiry_does_not_know_of_it() {
    let (workspace, _site, report) = collected();
    let sent: chrono::DateTime<Utc> = shop(&report, "bluebonnet")["sent_at"].as_str().unwrap().parse().unwrap();
    let before = (sent - chrono::TimeDelta::seconds(1)).to_rfc3339();
    let report = workspace.make_report(WAVE, &["--as-of", &before]);
    let card = shop(&report, "bluebonnet");
    assert_eq!((&card["status"], &card["verdict"]), (&"planned".into(), &"not_shopped".into()), "{card:#}");
    for key in ["sent_at", "confirmed_at", "confirmed_by", "score"] {
        assert_eq!(card[key], Value::Null, "{key}");
    }
    assert_eq!(card["verdict_why"][0], "it was not asked yet at the moment of this report");
    assert!(touches(&report, "bluebonnet").is_empty());
    assert_eq!(report["in_review"], 0);
}

#[test]
fn a_workspace_without_its_evidence_is_a_new_one() {
    let (workspace, site, _report) = collected();
    std::fs::remove_dir_all(workspace.path().join(".crickets")).unwrap();
    workspace.ok(&SEND);
    assert_eq!(site.posts_to("bluebonnet").len(), 2);
}
