//! What the program may not decide alone waits for a person, whose word is kept with reason and author and outlives
//! every re-derivation.

use serde_json::Value;

use crate::import::{WAVE, asked, now, stored_letter};
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, shop, touches};

fn items(workspace: &Workspace, kind: &str) -> Vec<Value> {
    let review = workspace.json(&["review", "list"]);
    assert_eq!(review["schema"], "crickets.review/1");
    review["items"].as_array().unwrap().iter().filter(|item| item["kind"] == kind).cloned().collect()
}

#[test]
fn a_call_from_an_unknown_number_waits_and_a_persons_word_outlives_rederive() {
    let (workspace, site, _alias) = asked();
    workspace.shop(&ShopFile::on(&site, "harbor", "Harbor Homes"));
    workspace.ok(&["shop", "harbor", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let csv = format!("channel,from,to,started_at\ncall,+15125559876,+15125550142,{}\n", now());
    workspace.write("calls.csv", &csv);
    workspace.ok(&["import", "calls", "calls.csv"]);

    let waiting = items(&workspace, "touch");
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    assert!(waiting[0]["reason"].as_str().is_some_and(|reason| !reason.is_empty()), "{waiting:#?}");
    let before = workspace.make_report(WAVE, &[]);
    assert!(touches(&before, "harbor").is_empty() && touches(&before, "bluebonnet").is_empty(), "{before:#}");
    assert!(before["in_review"].as_u64().unwrap_or_default() + before["unmatched"].as_u64().unwrap_or_default() >= 1, "{before:#}");

    let id = waiting[0]["id"].as_str().unwrap();
    let shown = workspace.ok(&["review", "show", id]);
    assert!(shown.out.contains("+15125559876"), "{}", shown.out);
    let owner = format!("{WAVE}/harbor");
    workspace.run(&["review", "set", id, "--inquiry", &owner]).expect(2);
    let decide =
        ["review", "set", id, "--inquiry", &owner, "--origin", "personal", "--reason", "she named Harbor Homes", "--author", "Pat"];
    workspace.ok(&decide);
    assert!(items(&workspace, "touch").is_empty());

    for _ in 0..2 {
        let report = workspace.make_report(WAVE, &[]);
        let all = touches(&report, "harbor");
        assert_eq!(all.len(), 1, "{all:#?}");
        assert_eq!((&all[0]["attributed_by"], &all[0]["origin"]), (&"person".into(), &"personal".into()), "{all:#?}");
        assert_eq!(shop(&report, "harbor")["counts"]["calls"], 1);
        workspace.ok(&["rederive"]);
    }
    workspace.ok(&["import", "calls", "calls.csv"]);
    assert!(items(&workspace, "touch").is_empty(), "what was decided does not come back");
    workspace.run(&["review", "set", "no-such-id", "--none", "--reason", "x", "--author", "Pat"]).expect(2);
}

#[test]
fn a_touch_that_belongs_to_nobody_is_set_aside() {
    let (workspace, _site, _alias) = asked();
    workspace.write("odd.eml", &stored_letter("shopper@crickets.test", 7, "Our lawn mowers are 20 % off this week.\n"));
    let letter = std::fs::read_to_string(workspace.path().join("odd.eml")).unwrap();
    workspace.write(
        "odd.eml",
        &letter
            .replace("Amy Ortiz <amy@bluebonnet.test>", "Mowers <deals@mowers.test>")
            .replace("mail.bluebonnet.test", "mail.mowers.test"),
    );
    workspace.ok(&["import", "mail", "odd.eml"]);
    let report = workspace.make_report(WAVE, &[]);
    assert!(touches(&report, "bluebonnet").is_empty(), "{report:#}");
    for waiting in items(&workspace, "touch") {
        let id = waiting["id"].as_str().unwrap();
        workspace.ok(&["review", "set", id, "--none", "--reason", "lawn mowers", "--author", "Pat"]);
    }
    assert!(items(&workspace, "touch").is_empty());
    assert!(touches(&workspace.make_report(WAVE, &[]), "bluebonnet").is_empty());
}

#[test]
fn an_unclear_inquiry_is_confirmed_by_a_person() {
    let site = Site::start(Answer::Mute);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    let unclear = shop(&workspace.make_report(WAVE, &[]), "bluebonnet").clone();
    assert_eq!((&unclear["status"], &unclear["verdict"]), (&"unclear".into(), &"inconclusive".into()), "{unclear:#}");
    assert!(unclear["score"].is_null(), "{unclear:#}");

    let waiting = items(&workspace, "inquiry");
    assert_eq!(waiting.len(), 1, "{waiting:#?}");
    let id = waiting[0]["id"].as_str().unwrap();
    workspace.ok(&["review", "set", id, "--confirmed", "no", "--reason", "no receipt yet", "--author", "Pat"]);
    workspace.ok(&["review", "set", id, "--confirmed", "yes", "--reason", "the site sent a receipt", "--author", "Pat"]);
    assert!(items(&workspace, "inquiry").is_empty());
    workspace.ok(&["rederive"]);
    let entry = shop(&workspace.make_report(WAVE, &[]), "bluebonnet").clone();
    assert_eq!((&entry["status"], &entry["confirmed_by"]), (&"confirmed".into(), &"person".into()), "{entry:#}");
    assert!(entry["confirmed_at"].as_str() >= entry["sent_at"].as_str() && entry["confirmed_at"].is_string(), "{entry:#}");
    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    assert_eq!(site.posts().len(), 1, "a person's word sends nothing");
}

#[test]
fn each_part_of_a_decision_keeps_its_own_reason_and_author() {
    let (workspace, _site, _alias) = asked();
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    workspace.write("calls.csv", &format!("channel,from,to,started_at\ncall,+15125559876,+15125550142,{}\n", now()));
    workspace.ok(&["import", "calls", "calls.csv"]);
    let id = items(&workspace, "touch")[0]["id"].as_str().unwrap().to_owned();
    let open = workspace.ok(&["review", "show", &id]).out;
    assert!(open.contains("written by: "), "{open}");
    assert!(open.contains(&format!("crickets review set {id} --none ")), "{open}");
    assert!(open.contains(&format!("crickets review set {id} --inquiry ")), "{open}");

    let owner = format!("{WAVE}/bluebonnet");
    workspace.ok(&["review", "set", &id, "--inquiry", &owner, "--reason", "she named the street", "--author", "Pat"]);
    workspace.ok(&["review", "set", &id, "--origin", "personal", "--reason", "I heard the voice", "--author", "Kim"]);
    let item = workspace.json(&["review", "show", &id]);
    let reasons: Vec<&str> = item["decisions"].as_array().unwrap().iter().map(|said| said["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["she named the street", "I heard the voice"]);
    let said: Vec<&str> = item["signals"].as_array().unwrap().iter().filter_map(|signal| signal["detail"].as_str()).collect();
    assert!(said.contains(&"Pat: she named the street") && said.contains(&"Kim: I heard the voice"), "{said:?}");
    let shown = workspace.ok(&["review", "show", &id]).out;
    let (first, then) = (shown.find("by Pat: belongs to"), shown.find("by Kim: written by: personal"));
    assert!(first.is_some() && first < then, "{shown}");
    assert!(!shown.contains("To settle it"), "{shown}");
}

#[test]
fn status_tells_of_the_sources_before_anything_was_asked() {
    let workspace = Workspace::with_maildir();
    let shown = workspace.ok(&["status"]).out;
    assert!(shown.contains("Nothing was asked yet") && shown.contains("mailbox.main"), "{shown}");
}
