//! The report by mail, over a real SMTP server: to whom it was addressed and to nobody else, each told of; one that is refused stops no
//! other; and no password in what is said.

use mail_parser::{MessageParser, MimeHeaders};

use crate::import::{WAVE, asked};
use crate::peers::{Mailroom, program};
use crate::workspace::Workspace;

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
