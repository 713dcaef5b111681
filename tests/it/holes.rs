//! Mail that is gone before it was read, on a real server: what was deleted for good is a gap, what lies in the trash is an answer, and what
//! could not be read stays a hole until a person says what it was.

use serde_json::Value;

use crate::import::stored_letter;
use crate::peers::Dovecot;
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, a_second_passes, touches};

const WAVE: &str = "2026-11";
const SEND: [&str; 6] = ["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"];
const YES: &str = "Hi Dana,\n\nyes, it does.\n\nAmy Ortiz\n";

/// A workspace that has asked and looked, and the alias that it gave.
fn asked(site: &Site, dovecot: &Dovecot) -> (Workspace, String) {
    let workspace = Workspace::with_mailbox(dovecot, None);
    workspace.shop(&ShopFile::on(site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    workspace.ok(&["watch", "--once"]);
    a_second_passes();
    (workspace, Workspace::alias(site, "bluebonnet"))
}

/// Why the mailbox has gaps.
fn gaps(workspace: &Workspace) -> Vec<String> {
    let of: Value = workspace.json(&["status"])["coverage"]["mailbox.main"].clone();
    of["gaps"].as_array().unwrap().iter().map(|gap| gap["why"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn an_answer_that_was_deleted_before_it_was_read_is_a_gap() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let (workspace, alias) = asked(&site, &dovecot);
    dovecot.append("INBOX", &stored_letter(&alias, 1, YES));
    dovecot.delete_first();
    a_second_passes();
    workspace.ok(&["watch", "--once"]);
    let deleted = "a message of folder INBOX was deleted before it was read".to_owned();
    assert!(gaps(&workspace).contains(&deleted), "{:?}", gaps(&workspace));
    // It stays one, and what is deleted after it was read is none.
    a_second_passes();
    dovecot.append("INBOX", &stored_letter(&alias, 2, YES));
    workspace.ok(&["watch", "--once"]);
    dovecot.delete_first();
    workspace.ok(&["watch", "--once"]);
    assert_eq!(gaps(&workspace).iter().filter(|why| **why == deleted).count(), 1, "{:?}", gaps(&workspace));
}

#[test]
fn while_nothing_is_missing_nobody_looks_into_the_trash() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.folder("Trash", true);
    let site = Site::start(Answer::Thanks);
    let (workspace, alias) = asked(&site, &dovecot);
    dovecot.append("Trash", &stored_letter(&alias, 1, YES));
    dovecot.append("INBOX", &stored_letter(&alias, 2, YES));
    a_second_passes();
    for new in ["1 new, 0", "0 new, 0"] {
        let run = workspace.ok(&["watch", "--once"]);
        assert!(run.out.contains(&format!("mailbox.main: {new} known before\n")), "{}", run.out);
    }
    assert!(!gaps(&workspace).iter().any(|why| why.contains("not read")), "{:?}", gaps(&workspace));
    // What was read and is deleted is not missing; what was not is looked for.
    dovecot.delete_first();
    dovecot.append("INBOX", &stored_letter(&alias, 3, YES));
    dovecot.delete_first();
    let run = workspace.ok(&["watch", "--once"]);
    assert!(run.out.contains("mailbox.main: 1 new, 0 known before\n"), "{}", run.out);
}

#[test]
fn what_was_thrown_away_is_read_in_the_trash() {
    let Some(dovecot) = Dovecot::start() else { return };
    dovecot.folder("Trash", true);
    let site = Site::start(Answer::Thanks);
    let (workspace, alias) = asked(&site, &dovecot);
    // A draft of our own is none of it.
    let draft = format!("From: Dana Whitfield <{alias}>\nTo: amy@bluebonnet.test\nSubject: Re: Letter 1\n\nThank you.\n");
    dovecot.append("Trash", &draft);
    dovecot.append("INBOX", &stored_letter(&alias, 1, YES));
    dovecot.move_first("Trash");
    a_second_passes();
    let run = workspace.ok(&["watch", "--once"]);
    assert!(run.out.contains("mailbox.main: 1 new, 0 known before\n"), "{}", run.out);
    assert!(!gaps(&workspace).iter().any(|why| why.contains("deleted")), "{:?}", gaps(&workspace));
    let report = workspace.make_report(WAVE, &[]);
    let [touch] = &touches(&report, "bluebonnet")[..] else { panic!("{report:#}") };
    assert_eq!((&touch["origin"], &touch["labels"]["placement"]), (&"personal".into(), &Value::Null), "{touch:#}");
}

#[test]
fn a_message_that_could_not_be_read_is_a_hole_until_a_person_says_what_it_was() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let (workspace, alias) = asked(&site, &dovecot);
    dovecot.append("INBOX", &stored_letter(&alias, 1, YES));
    dovecot.lock_messages(true);
    workspace.run(&["watch", "--once"]).expect(1);
    dovecot.lock_messages(false);
    dovecot.delete_first();
    workspace.ok(&["watch", "--once"]);
    let items = || workspace.json(&["review", "list", "--wave", WAVE])["items"].clone();
    let waiting = items()[0].clone();
    let (id, reason) = (waiting["id"].as_str().unwrap_or_else(|| panic!("{waiting:#}")), waiting["reason"].as_str().unwrap());
    assert!(id == "mailbox.main/INBOX/1" && reason.contains("is gone"), "{waiting:#}");
    assert!(gaps(&workspace).iter().any(|why| why.contains("could not be read") && why.contains("is gone")), "{:?}", gaps(&workspace));
    let refused = workspace.run(&["review", "set", id, "--inquiry", "2026-11/bluebonnet", "--reason", "x", "--author", "Pat"]).expect(2);
    assert!(refused.err.contains("crickets record touch") && refused.err.contains("--none"), "{}", refused.err);
    workspace.ok(&["review", "set", id, "--none", "--reason", "a newsletter, seen on the phone", "--author", "Pat"]);
    assert_eq!(items(), serde_json::json!([]));
    assert!(!gaps(&workspace).iter().any(|why| why.contains("is gone")), "{:?}", gaps(&workspace));
}

#[test]
fn a_spam_folder_that_is_not_read_is_told_and_nobody_is_silent_for_it() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, None);
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    let name = |folders: &str| {
        workspace.write("crickets.toml", &config.replace("alias = \"plus\"\n", &format!("alias = \"plus\"\nfolders = [{folders}]\n")));
    };
    name("\"INBOX\"");
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    dovecot.append("Junk", &stored_letter(&Workspace::alias(&site, "bluebonnet"), 1, YES));
    workspace.ok(&["watch", "--once"]);
    a_second_passes();
    let unread = "folder Junk holds spam and is not read";
    assert!(gaps(&workspace).iter().any(|why| why.contains(unread)), "{:?}", gaps(&workspace));
    assert!(workspace.run(&["check"]).out.contains(unread), "{}", workspace.run(&["check"]).out);
    assert!(workspace.ok(&["status"]).out.contains(unread));
    name("\"INBOX\", \"Junk\"");
    assert!(workspace.ok(&["watch", "--once"]).out.contains("mailbox.main: 1 new"));
    assert!(!gaps(&workspace).iter().any(|why| why.contains("spam")), "{:?}", gaps(&workspace));
    assert!(!workspace.run(&["check"]).out.contains("spam"), "{}", workspace.run(&["check"]).out);
}
