//! The report by mail, over a real SMTP server: to whom it was addressed and to nobody else, each told of; one that is refused stops no
//! other; and no password in what is said.

use std::path::Path;

use mail_parser::{MessageParser, MimeHeaders};

use crate::import::{WAVE, asked};
use crate::peers::{Mailroom, program};
use crate::workspace::{DEADLINE, Workspace, command};

fn through(workspace: &mut Workspace, mailroom: &Mailroom) {
    workspace.configure(&format!("[smtp]\nurl = \"smtp://127.0.0.1:{}\"\n[canary]\nsend = false\n", mailroom.port()));
}

/// From whom, to whom, and the message.
fn opened(mail: &[u8]) -> (String, mail_parser::Message<'_>) {
    let message = MessageParser::default().parse(mail).unwrap();
    (message.header_raw("X-Envelope").unwrap().trim().to_owned(), message)
}

#[test]
fn each_recipient_gets_the_pdf_and_one_that_is_refused_stops_no_other() {
    let Some(mailroom) = Mailroom::open() else { return };
    if program("chromedriver", "chromium-driver").is_none() {
        return;
    }
    let (mut workspace, _site, _alias) = asked();
    through(&mut workspace, &mailroom);
    let to = "ann@readers.test,refused@readers.test,later@readers.test,bob@readers.test,ANN@readers.test";
    let run = workspace.run_long(&["report", "--wave", WAVE, "--format", "json", "--mail-to", to]).expect(1);
    for said in [
        "Mailing report.pdf from shopper@crickets.test through 127.0.0.1.",
        "1/4 ann@readers.test: sent.",
        "2/4 refused@readers.test: could not send to refused@readers.test through 127.0.0.1: 550 5.1.1 No such user here.",
        "3/4 later@readers.test: could not send to later@readers.test through 127.0.0.1: 451 4.7.1 Greylisted, come back; this may pass: try again later.",
        "4/4 bob@readers.test: sent.",
        "2 of 4 recipients did not get the report.",
    ] {
        assert!(run.err.contains(said), "{said}\n{}", run.err);
    }
    let mails = mailroom.mails();
    let mails: Vec<_> = mails.iter().map(|mail| opened(mail)).collect();
    assert_eq!(mails.len(), 2);
    for ((envelope, mail), to) in mails.iter().zip(["ann", "bob"]) {
        assert_eq!(*envelope, format!("shopper@crickets.test {to}@readers.test"));
        assert_eq!(mail.to().unwrap().first().unwrap().address().unwrap(), format!("{to}@readers.test"), "nobody sees the others");
        assert_eq!(mail.from().unwrap().first().unwrap().name(), Some("Test Coaching"));
        assert_eq!(mail.subject(), Some("Wave 2026-11: how builders answered · Test Coaching"));
        assert!(mail.header_raw("Auto-Submitted").is_some_and(|value| value.trim() == "auto-generated"));
        for body in [mail.body_text(0).unwrap(), mail.body_html(0).unwrap()] {
            assert!(body.contains("attached as PDF") && body.contains("Never answered by a person"), "{body}");
        }
        let attached: Vec<_> = mail.attachments().collect();
        assert_eq!(attached.len(), 1);
        assert_eq!(attached[0].attachment_name(), Some("crickets-2026-11.pdf"));
        assert!(attached[0].contents() == std::fs::read(workspace.path().join("reports").join(WAVE).join("report.pdf")).unwrap());
    }
}

#[test]
fn without_a_browser_the_first_page_goes_as_html_and_the_mail_says_so() {
    let Some(mailroom) = Mailroom::open() else { return };
    let (mut workspace, _site, _alias) = asked();
    through(&mut workspace, &mailroom);
    workspace.configure("[browser]\nwebdriver = \"off\"\n");
    let run = workspace.ok(&["report", "--wave", WAVE, "--mail-to", "ann@readers.test"]);
    assert!(run.err.contains("report.pdf was not written: ") && run.err.contains("1/1 ann@readers.test: sent."), "{}", run.err);
    let mails = mailroom.mails();
    let (_, mail) = opened(&mails[0]);
    assert!(mail.body_text(0).unwrap().contains("attached as HTML: there was no browser"), "{:?}", mail.body_text(0));
    let attached = mail.attachments().next().unwrap();
    assert_eq!(attached.attachment_name(), Some("crickets-2026-11.html"));
    assert!(String::from_utf8_lossy(attached.contents()).contains("<h1>How builders answered a home buyer</h1>"));
}

#[test]
fn what_cannot_go_out_is_told_before_anything_is_done() {
    let (mut workspace, _site, _alias) = asked();
    let report = |workspace: &Workspace, more: &[&str]| {
        let mut args = vec!["report", "--wave", WAVE];
        args.extend(more);
        let run = workspace.run(&args).expect(2);
        assert!(!workspace.path().join("reports").exists(), "{}", run.what);
        run.err
    };
    let none = report(&workspace, &["--mail-to", "ann@readers.test"]);
    assert!(none.contains("crickets.toml names no `[smtp]`"), "{none}");
    let wrong = report(&workspace, &["--mail-to", "ann@readers.test,nobody"]);
    assert!(wrong.contains("nobody") && wrong.contains("owner@bluebonnet.example"), "{wrong}");
    workspace.configure("[smtp]\nurl = \"smtp://mail.example.org\"\n");
    let rehearsed = report(&workspace, &["--mail-to", "ann@readers.test", "--now", "2026-12-03T00:00:00Z"]);
    assert!(rehearsed.contains("a rehearsal sends mail through this machine only, and mail.example.org is elsewhere"), "{rehearsed}");
}

#[test]
fn a_server_that_says_the_password_is_not_quoted() {
    let Some(mailroom) = Mailroom::locked() else { return };
    let (mut workspace, _site, _alias) = asked();
    let url = format!("smtp://me@127.0.0.1:{}", mailroom.port());
    workspace.configure(&format!("[smtp]\nurl = \"{url}\"\npassword = {{ command = \"echo hush-hush\" }}\n"));
    workspace.configure("[browser]\nwebdriver = \"off\"\n");
    let run = workspace.run(&["-vv", "report", "--wave", WAVE, "--mail-to", "ann@readers.test"]).expect(1);
    assert!(run.err.contains("535") && run.err.contains("is not the password") && !run.err.contains("hush"), "{}", run.err);
    assert!(mailroom.mails().is_empty());
}

/// What `check` says of the outgoing server, and whether a report goes out through it.
fn tried(workspace: &Workspace, settings: &str, trusted_by_the_system: Option<&Path>) -> (String, bool) {
    workspace.write("crickets.toml", settings);
    let home = workspace.path().join("home");
    let run = |args: &[&str]| {
        let mut command = command(&workspace.path(), &home, args);
        command.envs(trusted_by_the_system.map(|file| ("SSL_CERT_FILE", file)));
        let output = assert_cmd::Command::from_std(command).timeout(DEADLINE).output().unwrap();
        (output.status.code(), String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned())
    };
    let checked = run(&["check"]).1;
    let line = checked.lines().position(|line| line.contains("smtp")).unwrap_or_else(|| panic!("{checked}"));
    let said: Vec<&str> = checked.lines().skip(line).take(2).collect();
    (said.join(" "), run(&["report", "--wave", WAVE, "--mail-to", "ann@readers.test"]).0 == Some(0))
}

#[test]
fn a_server_is_believed_that_a_ca_of_ours_or_the_systems_vouches_for_and_no_other() {
    let (Some(mailroom), Some(other)) = (Mailroom::secured(), Mailroom::secured()) else { return };
    let (workspace, _site, _alias) = asked();
    for (name, from) in [("ca.pem", &mailroom), ("other.pem", &other)] {
        std::fs::copy(from.ca_file(), workspace.path().join(name)).unwrap();
    }
    std::fs::write(workspace.path().join("none.pem"), "no certificate").unwrap();
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    let with = |host: &str, ca_file: &str| {
        let tail = "[canary]\nsend = false\n[browser]\nwebdriver = \"off\"\n";
        format!("{config}\n[smtp]\nurl = \"smtps://{host}:{}\"\n{ca_file}\n{tail}", mailroom.port())
    };
    let here = |ca_file: &str| tried(&workspace, &with("localhost", ca_file), None);

    for (ca_file, words) in [
        ("", "name the CA's PEM file as `ca_file`"),
        ("ca_file = \"other.pem\"", "name the CA's PEM file as `ca_file`"),
        ("ca_file = \"missing.pem\"", "missing.pem"),
        ("ca_file = \"none.pem\"", "none.pem"),
    ] {
        let (said, sent) = here(ca_file);
        assert!(said.contains("FAULT") && said.contains(words) && !sent, "{ca_file}: {said}");
    }
    assert!(mailroom.mails().is_empty(), "nobody is told anything before he is known");

    let (said, sent) = here("ca_file = \"ca.pem\"");
    assert!(said.contains("localhost answers") && sent, "{said}");
    let (said, sent) = tried(&workspace, &with("127.0.0.1", "ca_file = \"ca.pem\""), None);
    assert!(said.contains("127.0.0.1 answers") && sent, "{said}");
    let (said, sent) = tried(&workspace, &with("localhost", ""), Some(&mailroom.ca_file()));
    assert!(said.contains("localhost answers") && sent, "{said}");
    assert_eq!(mailroom.mails().len(), 3);
    // A file names what is believed instead of the system's, not besides.
    let (said, sent) = tried(&workspace, &with("localhost", "ca_file = \"other.pem\""), Some(&mailroom.ca_file()));
    assert!(said.contains("FAULT") && !sent, "{said}");
}
