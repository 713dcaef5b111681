//! Several sources under one watch: one that fails is told once, stands in `status` as a gap, is tried again, and stops none of the
//! others; only where every one fails at the start there is nothing to watch.

use std::time::Duration;

use serde_json::Value;

use crate::peers::{Dovecot, Mail, PASSWORD, PATIENCE};
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, eventually};

const WAVE: &str = "2026-11";
const SEND: [&str; 6] = ["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"];

/// A second mailbox of the same workspace.
fn second(workspace: &mut Workspace, port: u16, password: &str) {
    workspace.configure(&format!(
        "[mailbox.two]\nurl = \"imaps://shopper@localhost:{port}\"\npassword = {password}\naddress = \"second@crickets.test\"\n\
         ca_file = \"ca.pem\"\n"
    ));
}

fn mail(to: &str, subject: &str) -> String {
    let from = "Amy Ortiz <amy@bluebonnet.test>".to_owned();
    Mail { from, to: to.to_owned(), subject: subject.to_owned(), body: "Hello.\n".to_owned(), ..Mail::default() }.text()
}

/// How many records of a source a running `watch --json` has told of.
fn collected(workspace: &Workspace, name: &str) -> u64 {
    let out = std::fs::read_to_string(workspace.path().join("spawned.out")).unwrap_or_default();
    let lines = out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let sources = lines.flat_map(|line| line["sources"].as_array().cloned().unwrap_or_default());
    sources.filter(|source| source["source"] == name).filter_map(|source| source["new"].as_u64()).sum()
}

fn said(workspace: &Workspace, words: &str) -> usize {
    workspace.spawned_err().matches(words).count()
}

#[test]
fn a_mailbox_that_fails_stops_no_other_and_is_watched_when_its_server_comes_up() {
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(mut away) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let mut workspace = Workspace::with_mailbox(&dovecot, None);
    let ca = [dovecot.ca_file(), away.ca_file()].map(|file| std::fs::read_to_string(file).unwrap()).concat();
    workspace.write("ca.pem", &ca);
    second(&mut workspace, away.imaps_port(), "{ env = \"SHOPPER_PASSWORD\" }");
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    away.kill();

    dovecot.append("INBOX", &mail("shopper@crickets.test", "One"));
    let once = workspace.run(&["watch", "--once"]).expect(1);
    assert!(once.out.contains("mailbox.main: 1 new") && once.err.contains("mailbox.two: could not connect to localhost:"), "{once:?}");
    assert!(once.err.contains("; see that it runs, and that host and port of `url` are right."), "{}", once.err);

    let mut watch = workspace.spawn(&["watch", "--json"]);
    eventually(|| said(&workspace, "mailbox.two: could not connect to localhost:"), |count| *count == 1);
    dovecot.append("INBOX", &mail("shopper@crickets.test", "Two"));
    eventually(|| collected(&workspace, "mailbox.main"), |count| *count == 1);
    let status = workspace.json(&["status"]);
    let looks = status["coverage"]["mailbox.two"]["looks"][0].clone();
    assert!(looks["problem"].as_str().is_some_and(|problem| problem.starts_with("could not connect to localhost:")), "{status:#}");
    assert_eq!(status["coverage"]["mailbox.two"]["covered"], serde_json::json!([]), "{status:#}");
    let text = workspace.ok(&["status"]).out;
    assert!(
        text.contains("mailbox.two: not read yet") && text.contains("fault at the last look: could not connect to localhost:"),
        "{text}"
    );
    // Several attempts later it was told no second time.
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!(said(&workspace, "could not connect"), 1, "{}", workspace.spawned_err());

    away.restart();
    away.append("INBOX", &mail("second@crickets.test", "Three"));
    eventually(|| collected(&workspace, "mailbox.two"), |count| *count == 1);
    let status = workspace.json(&["status"]);
    let looks = status["coverage"]["mailbox.two"]["looks"].as_array().unwrap();
    assert!(looks.iter().all(|look| look["problem"].is_null()), "{status:#}");
    assert!(!watch.has_ended(), "{}", workspace.spawned_err());
    watch.signal("INT");
    assert_eq!(watch.wait(PATIENCE).and_then(|status| status.code()), Some(130));
}

#[test]
fn a_mailbox_that_cannot_be_entered_is_watched_once_its_settings_are_mended() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut workspace = Workspace::with_mailbox(&dovecot, None);
    second(&mut workspace, dovecot.imaps_port(), "{ env = \"NOT_SET\" }");
    let with = |before: &str, place: &str| {
        let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
        workspace.write("crickets.toml", &config.replace(before, place))
    };
    let once = workspace.run(&["watch", "--once"]).expect(1);
    assert!(once.out.contains("mailbox.main: 0 new"), "{once:?}");
    assert!(
        once.err.contains("mailbox.two: could not read the secret: the environment variable NOT_SET is not set; set NOT_SET where"),
        "{once:?}"
    );

    let watch = workspace.spawn(&["watch", "--json"]);
    eventually(|| said(&workspace, "variable NOT_SET is not set"), |count| *count == 1);
    with("{ env = \"NOT_SET\" }", "{ command = \"echo wrong\" }");
    eventually(|| said(&workspace, "mailbox.two: could not log in to localhost as shopper: "), |count| *count == 1);
    assert!(said(&workspace, "see the user in `url` and the `password`") == 1, "{}", workspace.spawned_err());
    let text = workspace.ok(&["status"]).out;
    assert!(text.contains("fault at the last look: could not log in to localhost as shopper"), "{text}");
    dovecot.append("INBOX", &mail("shopper@crickets.test", "One"));
    eventually(|| collected(&workspace, "mailbox.main"), |count| *count == 1);
    with("{ command = \"echo wrong\" }", &format!("{{ command = \"echo {PASSWORD}\" }}"));
    // The same mails lie in both: they are known, and the mailbox is read.
    let looks = || workspace.json(&["status"])["coverage"]["mailbox.two"]["looks"].clone();
    eventually(looks, |looks| looks.as_array().is_some_and(|looks| looks.len() > 1 && looks.iter().all(|look| look["problem"].is_null())));
    assert_eq!(said(&workspace, "mailbox.two: "), 2, "{}", workspace.spawned_err());
    drop(watch);
}

#[test]
fn a_watch_ends_where_every_source_fails_at_the_start() {
    let Some(dovecot) = Dovecot::start() else { return };
    let mut workspace = Workspace::new().with_phone();
    workspace.configure(&format!(
        "[mailbox.main]\nurl = \"imaps://shopper@localhost:{}\"\npassword = {{ command = \"echo wrong\" }}\naddress = \"shopper@crickets.test\"\n",
        dovecot.imaps_port()
    ));
    second(&mut workspace, dovecot.imaps_port(), "{ env = \"NOT_SET\" }");
    workspace.write("maps/odd.toml", "name = \n");
    // Nobody vouches for the server's certificate, which is looked for in `ca_file` otherwise: that may still change.
    let told = workspace.run(&["check"]).expect(1);
    assert!(told.out.contains("name the CA's PEM file as `ca_file`"), "{}", told.out);
    std::fs::copy(dovecot.ca_file(), workspace.path().join("ca.pem")).unwrap();
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    workspace.write("crickets.toml", &config.replace("\naddress = \"shopper@", "\nca_file = \"ca.pem\"\naddress = \"shopper@"));
    let run = workspace.run(&["watch"]).expect(1);
    for words in [
        "mailbox.main: could not log in to localhost as shopper: ",
        "mailbox.two: could not read the secret: ",
        "maps/odd.toml, line 1, column ",
        "could not watch anything: no source can be read as it is",
    ] {
        assert_eq!(run.err.matches(words).count(), 1, "{words}: {}", run.err);
    }
}

#[test]
fn a_broken_map_stops_the_phone_alone() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir().with_phone();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    let map = workspace.write("maps/odd.toml", "name = \n");
    let row = |id: &str| format!("{id},call,inbound,+15125550100,+15125550142,{},0,false,\n", crate::import::now());
    workspace.write("logs/a.csv", &format!("id,channel,direction,from,to,started_at,duration_s,answered,body\n{}", row("c1")));
    let file = |name: &str| {
        workspace.write(&format!("mail/new/{}.{name}.mx", chrono::Utc::now().timestamp()), &mail("shopper@crickets.test", name))
    };
    file("M1P1");
    let once = workspace.run(&["watch", "--once"]).expect(1);
    assert!(once.out.contains("mailbox.main: 1 new") && once.err.contains("phone.main: could not use "), "{once:?}");
    assert!(once.err.contains("maps/odd.toml, line 1, column "), "{}", once.err);

    let watch = workspace.spawn(&["watch", "--json"]);
    eventually(|| said(&workspace, "maps/odd.toml, line 1"), |count| *count == 1);
    file("M2P2");
    eventually(|| collected(&workspace, "mailbox.main"), |count| *count == 1);
    let text = workspace.ok(&["status"]).out;
    assert!(text.contains("phone.main: not read yet") && text.contains("fault at the last look: could not use "), "{text}");
    assert_eq!(said(&workspace, "maps/odd.toml"), 1, "{}", workspace.spawned_err());
    std::fs::remove_file(map).unwrap();
    eventually(|| collected(&workspace, "phone.main"), |count| *count == 1);
    drop(watch);
}
