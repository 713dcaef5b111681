//! A watch that runs for months must outlive its mail server: killed and started again, nothing lost, nothing twice.

use std::time::Duration;

use crate::peers::{Dovecot, Mail, PATIENCE, Smtp, send};
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, eventually, touches};

const WAVE: &str = "2026-11";

#[test]
fn watch_outlives_its_mail_server_and_ends_when_told() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    let Some(smtp) = Smtp::start(dovecot.lmtp_port()) else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, Some(&smtp));
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    let to = Workspace::alias(&site, "bluebonnet");
    let mail = |number: u32| {
        let subject = format!("Letter {number}");
        let body = format!("Hi Dana,\n\nthis is letter {number}.\n\nAmy Ortiz\n");
        let id = format!("letter-{number}@mail.bluebonnet.test");
        send(smtp.port(), &Mail { from: "Amy Ortiz <amy@bluebonnet.test>".into(), to: to.clone(), subject, body, id, ..Mail::default() });
    };
    let count = || workspace.inquiry(WAVE, "bluebonnet")["touches"].as_u64().unwrap_or_default();

    mail(1);
    let mut watch = workspace.spawn(&["watch"]);
    eventually(count, |count| *count == 1);
    mail(2);
    eventually(count, |count| *count == 2);

    dovecot.kill();
    mail(3);
    mail(4);
    std::thread::sleep(Duration::from_secs(1));
    assert!(!watch.has_ended(), "watch gave up with its server:\n{}", workspace.spawned_err());
    dovecot.restart();
    mail(5);
    eventually(count, |count| *count == 5);

    dovecot.kill();
    dovecot.restart();
    mail(6);
    eventually(count, |count| *count == 6);

    watch.signal("INT");
    let status = watch.wait(PATIENCE).unwrap_or_else(|| panic!("watch did not end when told:\n{}", workspace.spawned_err()));
    assert_eq!(status.code(), Some(130), "{status}: {}", workspace.spawned_err());

    let report = workspace.make_report(WAVE, &[]);
    let all = touches(&report, "bluebonnet");
    assert_eq!(all.len(), 6, "{all:#?}");
    let evidence: std::collections::BTreeSet<_> = all.iter().map(|touch| touch["evidence"].to_string()).collect();
    assert_eq!(evidence.len(), 6, "each letter once: {all:#?}");
    assert!(dovecot.inbox().iter().all(|stored| !stored.flags.contains("\\Seen")), "the mailbox is left as it was");
}
