//! What proves a mailbox, on a real server: a copy that we sent is no canary back, nor is whatever else comes to a canary's address;
//! another workspace's canary is not ours; a rehearsal proves nothing real; a folder that is deleted leaves a gap.

use serde_json::Value;

use crate::peers::{Dovecot, Mail, Smtp};
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, a_second_passes, eventually, shop, touches};

const WAVE: &str = "2026-11";
const SEND: [&str; 6] = ["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"];

fn of(workspace: &Workspace) -> Value {
    workspace.json(&["status"])["coverage"]["mailbox.main"].clone()
}

fn asked(site: &Site, dovecot: &Dovecot, smtp: Option<&Smtp>) -> Workspace {
    let workspace = Workspace::with_mailbox(dovecot, smtp);
    workspace.shop(&ShopFile::on(site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    a_second_passes();
    workspace
}

/// Lays the builder's personal answer into the inbox.
fn answered(site: &Site, dovecot: &Dovecot) {
    let mail = Mail {
        from: "Amy Ortiz <amy@bluebonnet.test>".into(),
        to: Workspace::alias(site, "bluebonnet"),
        subject: "The Magnolia".into(),
        body: "Hi Dana,\n\nyes, it does.\n\nAmy Ortiz\n".into(),
        ..Mail::default()
    };
    dovecot.append("INBOX", &mail.text());
}

/// The header of the newest canary in a mailbox, without what servers put before it.
fn canary(dovecot: &Dovecot) -> (String, String) {
    eventually(|| dovecot.inbox().len(), |count| *count == 1);
    let header = dovecot.header(1);
    let lines: Vec<&str> = header.lines().map(str::trim_end).collect();
    let from = lines.iter().position(|line| line.starts_with("From: ")).unwrap();
    let own: Vec<&str> = lines[from..].iter().copied().take_while(|line| line.contains(": ")).collect();
    let id = own.iter().find_map(|line| line.strip_prefix("X-Crickets-Canary: ")).unwrap().to_owned();
    (own.join("\n"), id)
}

#[test]
fn only_the_canary_itself_as_a_server_took_it_in_is_one_that_came_back() {
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(elsewhere) = Dovecot::start() else { return };
    // What is sent ends elsewhere, and never comes here.
    let Some(smtp) = Smtp::start(elsewhere.lmtp_port()) else { return };
    let site = Site::start(Answer::Thanks);
    let mut workspace = Workspace::with_mailbox(&dovecot, Some(&smtp));
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    workspace.configure("");
    workspace.write("crickets.toml", &config.replace("alias = \"plus\"\n", "alias = \"plus\"\nfolders = [\"INBOX\", \"Sent\"]\n"));
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    let (own, id) = canary(&elsewhere);
    dovecot.append("Sent", &format!("{own}\n\nThis is a test mail of crickets.\n"));
    let received = "Received: from news.example by mx.crickets.test with ESMTP id 1; Mon, 2 Nov 2026 16:00:00 +0000\n";
    let news = Mail {
        from: "Homes of the month <news@homes.example>".into(),
        to: format!("shopper+{id}@crickets.test"),
        subject: "New homes near you".into(),
        body: format!("See them all.\n\nSent to shopper+{id}@crickets.test.\n"),
        ..Mail::default()
    };
    dovecot.append("INBOX", &format!("{received}{}", news.text()));
    let run = workspace.ok(&["watch", "--once"]);
    assert!(run.out.contains("mailbox.main: 1 new, 0 known before, 1 that is or tells of a test mail\n"), "{}", run.out);
    let after = of(&workspace)["canary"].clone();
    assert_eq!((&after["last"]["stand"], &after["back"]), (&"waiting".into(), &0.into()), "{after:#}");
    let queue = workspace.json(&["review", "list"]);
    let text = queue.to_string();
    assert!(
        text.contains(&format!("matches no inquiry: came to shopper+{id}@crickets.test, the address of a test mail of ours")),
        "{queue:#}"
    );
    // The one that a server took in is back.
    dovecot.append("INBOX", &format!("{received}{own}\n\nThis is a test mail of crickets.\n").replace("X-Crickets-Canary", "X-Dropped"));
    workspace.ok(&["watch", "--once"]);
    assert_eq!(of(&workspace)["canary"]["back"], 1);
}

#[test]
fn another_workspaces_canary_and_its_bounce_are_set_aside() {
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(smtp) = Smtp::start(dovecot.lmtp_port()) else { return };
    let site = Site::start(Answer::Thanks);
    let first = asked(&site, &dovecot, Some(&smtp));
    let (own, id) = canary(&dovecot);
    let bounce = format!(
        "Received: from mx.example by mx.crickets.test with ESMTP id 2; Mon, 2 Nov 2026 16:00:00 +0000\nFrom: MAILER-DAEMON@mx.crickets.test\n\
         To: shopper@crickets.test\nSubject: Undelivered Mail Returned to Sender\nMIME-Version: 1.0\nMessage-ID: <b@mx.crickets.test>\n\
         Content-Type: multipart/report; report-type=delivery-status; boundary=x\n\n--x\nContent-Type: text/plain\n\nSorry.\n\
         --x\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.crickets.test\n\nFinal-Recipient: rfc822; \
         shopper+{id}@crickets.test\nAction: failed\nStatus: 5.1.1\n\n--x\nContent-Type: text/rfc822-headers\n\n{own}\n\n--x--\n"
    );
    dovecot.append("INBOX", &bounce);
    let other_site = Site::start(Answer::Thanks);
    let other = asked(&other_site, &dovecot, None);
    let run = other.ok(&["watch", "--once"]);
    assert!(run.out.contains("mailbox.main: 0 new, 0 known before, 2 that are or tell of test mails\n"), "{}", run.out);
    let status = other.json(&["status"]);
    assert_eq!((&status["in_review"], &status["unmatched"]), (&0.into(), &0.into()), "{status:#}");
    assert_eq!(of(&other)["canary"]["of_others"], 2);
    let said = other.ok(&["status"]).out;
    assert!(said.contains("  2 mails of or about test mails of other workspaces, set aside\n"), "{said}");
    // Its own workspace hears that it was lost.
    first.ok(&["watch", "--once"]);
    let own = of(&first)["canary"].clone();
    assert_eq!((&own["of_others"], &own["back"]), (&0.into(), &1.into()), "{own:#}");
}

#[test]
fn a_rehearsal_proves_nothing_real_and_what_it_read_becomes_real_when_it_is_seen_again() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = asked(&site, &dovecot, None);
    answered(&site, &dovecot);
    let later = (chrono::Utc::now() + chrono::TimeDelta::days(3)).to_rfc3339();
    let rehearsed = workspace.ok(&["--now", &later, "watch", "--once"]);
    assert!(rehearsed.out.contains("mailbox.main: 1 new"), "{}", rehearsed.out);
    let before = of(&workspace);
    assert_eq!(before["covered"], serde_json::json!([]), "{before:#}");
    let why = before["gaps"][0]["why"].to_string();
    assert!(why.contains("not read to its end"), "{before:#}");

    let real = workspace.ok(&["watch", "--once"]);
    assert!(real.out.contains("mailbox.main: 1 new"), "{}", real.out);
    let report = workspace.make_report(WAVE, &[]);
    let touch = touches(&report, "bluebonnet")[0].clone();
    let at = touch["at"].as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    assert!(touch["disputed"] == false && at <= chrono::Utc::now(), "{touch:#}");
    let stored = |workspace: &Workspace| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let opened = crickets::audit::Workspace::open(&workspace.path(), None, crickets::clock::Clock::system()).await.unwrap();
            let flags = opened.store.touches().await.unwrap().iter().map(|touch| touch.rehearsal).collect::<Vec<_>>();
            opened.store.close().await;
            flags
        })
    };
    assert_eq!(stored(&workspace), [false]);
    assert_eq!(of(&workspace)["covered"].as_array().map(Vec::len), Some(1));
    // And never the other way.
    let again = workspace.ok(&["--now", &later, "watch", "--once"]);
    assert!(again.out.contains("mailbox.main: 0 new"), "{}", again.out);
    assert_eq!(stored(&workspace), [false]);
    assert!(workspace.ok(&["watch", "--once"]).out.contains("mailbox.main: 0 new"));
}

#[test]
fn a_folder_that_is_deleted_leaves_a_gap() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.folder("Builders", true);
    let site = Site::start(Answer::Thanks);
    let workspace = asked(&site, &dovecot, None);
    workspace.ok(&["watch", "--once"]);
    let whole = of(&workspace);
    assert!(whole["looks"].to_string().contains("Builders") && whole["covered"].as_array().map(Vec::len) == Some(1), "{whole:#}");
    a_second_passes();
    dovecot.folder("Builders", false);
    workspace.run(&["watch", "--once"]);
    let after = of(&workspace);
    let gone = after["looks"].as_array().unwrap().iter().find(|look| look["folder"] == "Builders").unwrap()["gone"].clone();
    let gap = |of: &Value| of["gaps"].as_array().unwrap().iter().find(|gap| gap["from"] == gone["from"]).cloned();
    assert!(gone["from"].is_string() && gap(&after).is_some_and(|gap| gap["why"].to_string().contains("Builders")), "{after:#}");
    let said = workspace.ok(&["status"]).out;
    assert!(said.contains("folder Builders is gone: what came into it between "), "{said}");
    // What comes later is seen again, and the gap stays.
    a_second_passes();
    workspace.ok(&["watch", "--once"]);
    let later = of(&workspace);
    assert_eq!(later["covered"].as_array().map(Vec::len), Some(2), "{later:#}");
    assert!(gap(&later).is_some_and(|gap| gap["to"] == gone["to"]), "{later:#}");
}

#[test]
fn a_message_that_cannot_be_fetched_is_in_review_and_nobody_is_silent_for_it() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = asked(&site, &dovecot, None);
    workspace.ok(&["watch", "--once"]);
    answered(&site, &dovecot);
    dovecot.lock_messages(true);
    let told = workspace.run(&["watch", "--once"]).expect(1);
    assert!(told.err.contains("message 1 of folder INBOX could not be fetched"), "{}", told.err);
    let doubts = || shop(&workspace.make_report(WAVE, &[]), "bluebonnet")["verdict_why"].to_string();
    let said = doubts();
    assert!(said.contains("a touch in review may belong to it"), "{said}");
    let items = || workspace.json(&["review", "list", "--wave", WAVE])["items"].clone();
    let waiting = items()[0].clone();
    let id = waiting["id"].as_str().unwrap_or_else(|| panic!("{waiting:#}"));
    assert_eq!((id, &waiting["candidates"][0]["inquiry"]), ("mailbox.main/INBOX/1", &"2026-11/bluebonnet".into()), "{waiting:#}");
    assert!(workspace.ok(&["review", "show", id]).out.contains("could not be fetched"));
    let whose = "2026-11/bluebonnet";
    let refused = workspace.run(&["review", "set", id, "--inquiry", whose, "--reason", "x", "--author", "Pat"]).expect(2);
    assert!(refused.err.contains("crickets record touch"), "{}", refused.err);
    assert_eq!(workspace.json(&["status"])["in_review"], 1);
    assert_eq!(workspace.make_report(WAVE, &[])["in_review"], 1, "a report counts it as `status` does");

    dovecot.lock_messages(false);
    workspace.ok(&["watch", "--once"]);
    assert_eq!((workspace.inquiry(WAVE, "bluebonnet")["touches"].clone(), items()), (1.into(), serde_json::json!([])));
    let said = doubts();
    assert!(!said.contains("in review"), "{said}");
}
