//! A mail that comes again: by a better source, as a copy that a program wrote otherwise, or whole after it was seen half-written.

use std::time::{Duration, SystemTime};

use chrono::{DateTime, TimeDelta, Utc};

use crate::import::{WAVE, asked, stored_letter};
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, touches};

const TEXT: &str = "Hi Dana,\n\nyes, the third bay is a tandem.\n\nAmy Ortiz\n";

/// Puts a mail into a folder of the workspace's Maildir, delivered now.
fn deliver(workspace: &Workspace, folder: &str, name: &str, text: &str) -> i64 {
    let seconds = Utc::now().timestamp();
    for kind in ["new", "cur", "tmp"] {
        std::fs::create_dir_all(workspace.path().join(format!("mail/{folder}{kind}"))).unwrap();
    }
    workspace.write(&format!("mail/{folder}new/{seconds}.{name}.mx.crickets.test"), text);
    seconds
}

#[test]
fn a_mailbox_tells_better_than_an_import_when_a_mail_arrived() {
    let (workspace, _site, alias) = asked();
    // Nothing of ours wrote its lines, so that an import knows the sender's claim alone.
    let claimed = (Utc::now() - TimeDelta::hours(5)).to_rfc2822();
    let letter = format!(
        "Received: from out.bluebonnet.test (out.bluebonnet.test [203.0.113.7]) by mx.other.test with ESMTPS id 1; {claimed}\n\
         From: Amy Ortiz <amy@bluebonnet.test>\nTo: {alias}\nSubject: Your visit\nMessage-ID: <v1@bluebonnet.test>\nDate: {claimed}\n\n{TEXT}"
    );
    workspace.write("in/one.eml", &letter);
    workspace.ok(&["import", "mail", "in/one.eml"]);
    let told = |workspace: &Workspace| {
        let report = workspace.make_report(WAVE, &[]);
        let all = touches(&report, "bluebonnet");
        assert_eq!(all.len(), 1, "{all:#?}");
        let at: DateTime<Utc> = all[0]["at"].as_str().unwrap().parse().unwrap();
        (at.timestamp(), all[0]["disputed"].as_bool().unwrap())
    };
    assert!(told(&workspace).1, "the sender's claim is disputed");
    let seconds = deliver(&workspace, "", "M1", &letter);
    let pass = workspace.ok(&["watch", "--once"]).out;
    assert!(pass.contains("more is known of 1"), "{pass}");
    assert_eq!(told(&workspace), (seconds, false));
    workspace.ok(&["import", "mail", "in/one.eml"]);
    assert_eq!(told(&workspace), (seconds, false), "and a claim takes nothing away");
}

#[test]
fn a_copy_that_a_program_wrote_otherwise_is_no_second_answer() {
    let (workspace, _site, alias) = asked();
    let letter = stored_letter(&alias, 1, TEXT);
    deliver(&workspace, "", "M1", &letter);
    workspace.ok(&["watch", "--once"]);
    let copy = letter.replacen("From: ", "X-Antivirus: checked\nFrom: ", 1);
    assert_ne!(copy, letter);
    deliver(&workspace, ".Archive/", "M2", &copy);
    deliver(&workspace, ".Copies/", "M3", &copy.replace("checked", "checked twice"));
    workspace.ok(&["watch", "--once"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 1);
    // The same letter once more, handed in anew: two mails, were it to bear the same Message-ID.
    deliver(&workspace, "", "M4", &letter.replace("id 4c1", "id 4c2"));
    workspace.ok(&["watch", "--once"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2);
}

#[test]
fn a_mail_that_is_being_written_into_an_mbox_is_waited_for() {
    let site = Site::start(Answer::Thanks);
    let mut workspace = Workspace::new();
    workspace.configure(
        "[mailbox.main]\nurl = \"mbox:box\"\naddress = \"shopper@crickets.test\"\nalias = \"plus\"\ntrusted = [\"mx.crickets.test\"]\n",
    );
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.write("box", "");
    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    std::thread::sleep(Duration::from_millis(1_100));
    let alias = Workspace::alias(&site, "bluebonnet");
    let entry = |number: u32| format!("From amy@bluebonnet.test Mon Nov  2 16:00:00 2026\n{}\n", stored_letter(&alias, number, TEXT));
    let known = || workspace.inquiry(WAVE, "bluebonnet")["touches"].as_u64().unwrap();
    let (first, second) = (entry(1), entry(2));
    let half = second.len() - 20;
    workspace.write("box", &format!("{first}{}", &second[..half]));
    let said = workspace.run(&["watch", "--once"]).expect(1);
    assert!(said.err.contains("may not be written to its end yet"), "{}", said.err);
    assert_eq!(known(), 1);
    let path = workspace.write("box", &format!("{first}{second}"));
    workspace.ok(&["watch", "--once"]);
    assert_eq!(known(), 2);
    // One whose end is not marked is read when nothing more comes.
    workspace.write("box", &format!("{first}{second}{}", entry(3).trim_end()));
    let old = SystemTime::now() - Duration::from_mins(2);
    std::fs::File::options().append(true).open(&path).unwrap().set_modified(old).unwrap();
    workspace.ok(&["watch", "--once"]);
    assert_eq!(known(), 3);
}
