//! The canary over real mail: it comes back, from the spam folder too; it is never a touch; one a day; and where it does not come
//! back, that is said.

use serde_json::Value;

use crate::peers::{Dovecot, Mail, Smtp, free_port, send};
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, eventually, touches};

const WAVE: &str = "2026-11";
const SEND: [&str; 6] = ["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"];

/// What `status` says of the canaries of the mailbox.
fn canary(workspace: &Workspace) -> Value {
    workspace.json(&["status"])["coverage"]["mailbox.main"]["canary"].clone()
}

#[test]
fn a_canary_goes_round_once_a_day_and_is_no_touch() {
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(smtp) = Smtp::start(dovecot.lmtp_port()) else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, Some(&smtp));
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    eventually(|| dovecot.inbox().len(), |count| *count == 1);
    let header = dovecot.header(1);
    assert!(header.contains("To: <shopper+canary") && header.contains("X-Crickets-Canary: canary"), "{header}");

    workspace.ok(&SEND);
    workspace.ok(&["watch", "--once"]);
    let said = workspace.ok(&["status"]).out;
    assert!(said.contains("mailbox.main: read up to") && said.contains("back after"), "{said}");
    let of = canary(&workspace);
    assert_eq!((&of["last"]["stand"], &of["last"]["placement"]), (&"back".into(), &"inbox".into()), "{of:#}");
    assert!(of["last"]["round_trip_s"].as_i64().is_some_and(|seconds| seconds < 60), "{of:#}");
    assert_eq!((&of["back"], &of["lost"], &of["waiting"]), (&1.into(), &0.into(), &0.into()), "{of:#}");
    assert_eq!(dovecot.inbox().len(), 1, "one a day, whoever asks");

    let status = workspace.json(&["status"]);
    assert_eq!((&status["in_review"], &status["unmatched"]), (&0.into(), &0.into()), "{status:#}");
    let report = workspace.make_report(WAVE, &[]);
    assert!(touches(&report, "bluebonnet").is_empty(), "{report:#}");
    assert_eq!((&report["unmatched"], &report["in_review"]), (&0.into(), &0.into()));
    assert_eq!(workspace.json(&["rederive"])["judged"], 0, "not when judged again either");

    let check = workspace.run(&["check"]);
    assert!(check.out.contains("canary mailbox.main: back after"), "{}\n{}", check.out, check.err);
    assert!(check.err.contains("A test mail goes to shopper@crickets.test"), "{}", check.err);
    assert_eq!(canary(&workspace)["back"], 2);
}

#[test]
fn a_canary_in_the_spam_folder_came_back_and_is_said_to_be_there() {
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(smtp) = Smtp::start(dovecot.lmtp_port()) else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, Some(&smtp));
    workspace.shop(&ShopFile::on(&site, "harbor", "Harbor Homes"));
    workspace.ok(&SEND);
    eventually(|| dovecot.inbox().len(), |count| *count == 1);
    dovecot.move_first("Junk");
    workspace.ok(&["watch", "--once"]);
    let of = canary(&workspace);
    assert_eq!((&of["last"]["stand"], &of["last"]["placement"]), (&"back".into(), &"spam".into()), "{of:#}");
    let said = workspace.ok(&["status"]).out;
    assert!(said.contains("in the spam folder"), "{said}");
}

#[test]
fn a_running_watch_sends_one_and_sees_it_back() {
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(smtp) = Smtp::start(dovecot.lmtp_port()) else { return };
    let site = Site::start(Answer::Thanks);
    let mut workspace = Workspace::with_mailbox(&dovecot, None);
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    assert!(canary(&workspace)["last"].is_null(), "without [smtp] there is none");
    let said = workspace.ok(&["status"]).out;
    assert!(said.contains("not proven by a canary"), "{said}");

    workspace.configure(&format!("[smtp]\nurl = \"smtp://127.0.0.1:{}\"\n", smtp.port()));
    let watch = workspace.spawn(&["watch"]);
    eventually(|| canary(&workspace)["back"].clone(), |back| *back == 1);
    send(
        smtp.port(),
        &Mail {
            from: "Amy Ortiz <amy@bluebonnet.test>".into(),
            to: Workspace::alias(&site, "bluebonnet"),
            subject: "The Magnolia".into(),
            body: "Hi Dana,\n\nyes, it does.\n\nAmy Ortiz\n".into(),
            ..Mail::default()
        },
    );
    eventually(|| workspace.inquiry(WAVE, "bluebonnet")["touches"].clone(), |count| *count == 1);
    watch.signal("INT");
    drop(watch);
    assert_eq!(dovecot.inbox().len(), 2);
}

#[test]
fn a_server_that_does_not_take_it_stops_nothing() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let mut workspace = Workspace::with_mailbox(&dovecot, None);
    workspace.configure(&format!("[smtp]\nurl = \"smtp://127.0.0.1:{}\"\n", free_port()));
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    let run = workspace.ok(&SEND);
    assert!(run.err.contains("mailbox.main: the canary did not go out: could not send to shopper+canary"), "{}", run.err);
    assert_eq!(site.posts_to("bluebonnet").len(), 1, "the wave goes on");
    let of = canary(&workspace);
    assert!(of["last"].is_null() && of["unsent"] == 1, "{of:#}");
}

#[test]
fn a_rehearsal_sends_no_canary_to_a_real_server() {
    let site = Site::start(Answer::Thanks);
    let mut workspace = Workspace::with_maildir();
    workspace.configure("[smtp]\nurl = \"smtp://mail.example.org\"\n");
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    let mut args = vec!["--now", "2026-11-02T16:00:00Z"];
    args.extend(SEND);
    let run = workspace.ok(&args);
    assert!(!run.err.contains("canary"), "{}", run.err);
    let of = canary(&workspace);
    assert!(of["last"].is_null() && of["unsent"] == 0, "{of:#}");
}
