//! What one touch teaches, another is known by: a sender and a number that an alias confirmed, whichever came first; a person's
//! word teaches too, and what two builders claim nobody learns. Copies, hidden copies and mangled addresses on a real server.

use chrono::{TimeDelta, Utc};

use crate::import::{WAVE, asked, stored_letter};
use crate::peers::{Dovecot, Mail, lmtp};
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, a_second_passes, eventually, touches};

const PLAIN: &str = "shopper@crickets.test";

/// A letter from somebody's free mail address.
fn letter(from: &str, to: &str, number: u32, body: &str) -> String {
    stored_letter(to, number, body).replace("Amy Ortiz <amy@bluebonnet.test>", from).replace("mail.bluebonnet.test", "mail.free.test")
}

fn waiting(workspace: &Workspace) -> usize {
    workspace.json(&["review", "list"])["items"].as_array().map_or(0, Vec::len)
}

/// Two builders asked, an alias letter of Amy's with her number, a letter of hers without an alias, a call from that number.
fn told(first: &[&str], then: &[&str]) -> Workspace {
    let (workspace, site, alias) = asked();
    workspace.shop(&ShopFile::on(&site, "harbor", "Harbor Homes"));
    workspace.ok(&["shop", "harbor", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let amy = "Amy Ortiz <amy.ortiz.homes@gmail.com>";
    let sure = "Hi Dana,\n\nyes, a third bay comes with it. My cell is 512-223-1234.\n\nAmy Ortiz\n";
    workspace.write("sure.eml", &letter(amy, &alias, 1, sure));
    workspace.write("bare.eml", &letter(amy, PLAIN, 2, "Did my mail reach you?\n\nAmy\n"));
    let at = (Utc::now() + TimeDelta::seconds(2)).to_rfc3339();
    workspace.write("calls.csv", &format!("channel,from,to,started_at\ncall,+15122231234,+15125550142,{at}\n"));
    for names in [first, then] {
        for name in names {
            let kind = if name.starts_with("calls") { "calls" } else { "mail" };
            workspace.ok(&["import", kind, name]);
        }
    }
    workspace
}

#[test]
fn a_confirmed_sender_and_its_number_are_known_whichever_came_first() {
    for (first, then) in [(["sure.eml"].as_slice(), ["bare.eml", "calls.csv"].as_slice()), (&["bare.eml", "calls.csv"], &["sure.eml"])] {
        let workspace = told(first, then);
        assert_eq!((workspace.inquiry(WAVE, "bluebonnet")["touches"].as_u64(), waiting(&workspace)), (Some(3), 0), "{first:?}");
        std::thread::sleep(std::time::Duration::from_secs(2));
        let report = workspace.make_report(WAVE, &[]);
        let mut by: Vec<String> = touches(&report, "bluebonnet").iter().map(|touch| touch["attributed_by"].to_string()).collect();
        by.sort();
        assert_eq!(by, ["\"alias\"", "\"domain\"", "\"number\""], "{report:#}");
        let again = workspace.json(&["rederive"]);
        assert_eq!((&again["judged"], &again["changed"]), (&3.into(), &0.into()), "{again:#}");
        let shown = workspace.json(&["review", "list"]);
        assert_eq!(shown["items"], serde_json::json!([]));
    }
}

#[test]
fn a_sender_that_wrote_for_two_builders_is_nobodys_until_a_person_decides() {
    let workspace = told(&["sure.eml", "bare.eml"], &[]);
    assert_eq!(waiting(&workspace), 0);
    let inquiries = workspace.json(&["status"])["inquiries"].clone();
    let harbor = inquiries.as_array().unwrap().iter().find(|inquiry| inquiry["shop"] == "harbor").unwrap();
    let both = letter("Amy <amy.ortiz.homes@gmail.com>", harbor["alias"].as_str().unwrap(), 3, "Hi Dana,\n\nHarbor has lots too.\n\nAmy\n");
    workspace.write("both.eml", &both);
    workspace.ok(&["import", "mail", "both.eml"]);
    assert_eq!(waiting(&workspace), 1, "what was learned is unlearned");
    let id = workspace.json(&["review", "list"])["items"][0]["id"].as_str().unwrap().to_owned();
    workspace.ok(&["review", "set", &id, "--inquiry", "2026-11/bluebonnet", "--reason", "her signature", "--author", "Pat"]);
    workspace.write("more.eml", &letter("Amy <amy.ortiz.homes@gmail.com>", PLAIN, 4, "And here is one more thing.\n\nAmy\n"));
    workspace.ok(&["import", "mail", "more.eml"]);
    assert_eq!((waiting(&workspace), workspace.inquiry(WAVE, "bluebonnet")["touches"].as_u64()), (0, Some(3)), "a person's word teaches");
}

/// A drip as it goes to everybody, here to `alias`.
fn drip(alias: &str, number: u32, day: &str) -> String {
    let body = format!(
        "Hi Dana,\n\nI was thinking of you this morning. There is no better feeling than walking through the door of a home that was \
         built for you, and we have a few of those left. I would love to show you around on {day}, pour you a coffee and hear \
         what you are looking for.\n\nAmy Ortiz\n512-223-1234\n"
    );
    stored_letter(alias, number, &body)
}

#[test]
fn the_same_body_to_two_inquiries_at_one_builder_is_marketing_and_a_persons_word_stands() {
    let (mut workspace, site, alias) = asked();
    workspace.configure("[wave]\nmin_days_between = 0\n");
    workspace.shop(&ShopFile::on(&site, "bluebonnet-west", "Bluebonnet Homes"));
    workspace.ok(&["shop", "bluebonnet-west", "--wave", "2026-12", "--send", "--at-once", "--any-time"]);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    let inquiries = workspace.json(&["status"])["inquiries"].clone();
    let west = inquiries.as_array().unwrap().iter().find(|inquiry| inquiry["shop"] == "bluebonnet-west").unwrap();
    assert_eq!(west["status"], "confirmed", "{west:#}");
    workspace.write("one.eml", &drip(&alias, 1, "Friday, November 6th"));
    workspace.ok(&["import", "mail", "one.eml"]);
    let origin = |wave: &str, slug: &str| {
        std::thread::sleep(std::time::Duration::from_millis(1_100));
        let report = workspace.make_report(wave, &[]);
        let all = touches(&report, slug);
        assert_eq!(all.len(), 1, "{all:#?}");
        all[0].clone()
    };
    assert_eq!(origin(WAVE, "bluebonnet")["origin"], "personal", "alone it looks personal");
    workspace.write("two.eml", &drip(west["alias"].as_str().unwrap(), 2, "Tuesday"));
    workspace.ok(&["import", "mail", "two.eml"]);
    let first = origin(WAVE, "bluebonnet");
    assert_eq!((&first["origin"], &first["labels"]["sender_name"]), (&"marketing".into(), &serde_json::Value::Null), "{first:#}");
    assert_eq!(origin("2026-12", "bluebonnet-west")["origin"], "marketing");
    assert_eq!(workspace.json(&["rederive"])["changed"], 0);

    // A drip holds on to no owner that a person takes from it, and finds back to the one that a person gives it.
    let other = origin("2026-12", "bluebonnet-west")["id"].as_str().unwrap().to_owned();
    workspace.ok(&["review", "set", &other, "--none", "--reason", "sent to somebody else", "--author", "Pat"]);
    assert_eq!(workspace.inquiry("2026-12", "bluebonnet-west")["touches"], 0);
    assert_eq!(origin(WAVE, "bluebonnet")["origin"], "personal", "alone again");
    workspace.ok(&["review", "set", &other, "--inquiry", "2026-12/bluebonnet-west", "--reason", "it was ours", "--author", "Pat"]);
    assert_eq!(origin("2026-12", "bluebonnet-west")["origin"], "marketing");
    assert_eq!(origin(WAVE, "bluebonnet")["origin"], "marketing");
    assert_eq!(workspace.json(&["rederive"])["changed"], 0);

    let id = first["id"].as_str().unwrap();
    let shown = workspace.ok(&["review", "show", id]).out;
    assert!(shown.contains("same-body") && shown.contains("2026-12/bluebonnet-west"), "{shown}");
    workspace.ok(&["review", "set", id, "--origin", "personal", "--reason", "she called about it", "--author", "Pat"]);
    assert_eq!(origin(WAVE, "bluebonnet")["origin"], "personal");
    assert_eq!(origin("2026-12", "bluebonnet-west")["origin"], "personal", "a person's letter makes nothing a drip");
    assert_eq!(workspace.json(&["rederive"])["changed"], 0);
}

#[test]
fn each_copy_hidden_or_mangled_finds_its_inquiry_and_one_that_may_be_two_builders_waits() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, None);
    for (slug, builder) in [("bluebonnet", "Bluebonnet Homes"), ("harbor", "Harbor Homes")] {
        workspace.shop(&ShopFile::on(&site, slug, builder));
    }
    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    a_second_passes();
    let (blue, harbor) = (Workspace::alias(&site, "bluebonnet"), Workspace::alias(&site, "harbor"));
    let both = format!("{blue}, {harbor}");
    let letters = [
        // One mail to two: each copy is the one's it was delivered to.
        (vec![blue.clone(), harbor.clone()], both.clone()),
        // A hidden copy, to the address as somebody typed it.
        (vec![blue.to_uppercase()], "undisclosed-recipients:;".to_owned()),
        // A program that drops what follows the plus sign, and shows it as a name.
        (vec![PLAIN.to_owned()], format!("\"{harbor}\" <{PLAIN}>")),
        (vec![PLAIN.to_owned()], format!("Buyers: {}, other@else.test;", blue.to_uppercase())),
        // Once for both.
        (vec![PLAIN.to_owned()], both),
    ];
    for (number, (recipients, to)) in letters.iter().enumerate() {
        let mail = Mail {
            from: "Amy Ortiz <amy@sales-for-many.test>".into(),
            to: to.clone(),
            subject: format!("Letter {number}"),
            body: format!("Hi Dana,\n\nthe third bay is a tandem, as I wrote before ({number}).\n\nAmy\n"),
            ..Mail::default()
        };
        let text = mail.text();
        for recipient in recipients {
            lmtp(dovecot.lmtp_port(), &[recipient], &text).unwrap();
        }
    }
    eventually(|| dovecot.inbox().len(), |count| *count == 6);
    workspace.ok(&["watch", "--once"]);
    let counts = ["bluebonnet", "harbor"].map(|slug| workspace.inquiry(WAVE, slug)["touches"].as_u64());
    let queue = workspace.json(&["review", "list"]);
    assert_eq!((counts, waiting(&workspace)), ([Some(3), Some(2)], 1), "{queue:#}");
    assert_eq!(queue["items"][0]["candidates"].as_array().map(Vec::len), Some(2), "{queue:#}");
}
