//! The main road, end to end: a form is filled on a builder's site, the site's machine and a person answer by real mail,
//! the mailbox is read over IMAP, and the report says whose the mails are, who wrote them, and when.

use std::time::Duration;

use chrono::{DateTime, Utc};
use serde_json::Value;

use crate::peers::{Dovecot, Mail, Postgres, Smtp, send};
use crate::site::{Answer, Post, Site};
use crate::workspace::{ShopFile, Workspace, eventually, shop, touches};

const WAVE: &str = "2026-11";

/// A builder whose machine acknowledges within the same second and whose counselor answers the question a little later.
fn staff(smtp_port: u16) -> impl Fn(&Post) + Send + Sync {
    move |post| {
        let to = post.email().to_owned();
        send(
            smtp_port,
            &Mail {
                from: "Bluebonnet Homes <no-reply@bluebonnet.test>".into(),
                to: to.clone(),
                subject: "Thank you for your inquiry".into(),
                headers: vec!["Auto-Submitted: auto-replied".into(), "Precedence: auto_reply".into()],
                body: "Thank you for contacting Bluebonnet Homes. We have received your inquiry and a member of our team will be in touch."
                    .into(),
                id: String::new(),
            },
        );
        let (first, id) = (post.field("fname").to_owned(), format!("amy-1-{}@mail.bluebonnet.test", post.slug));
        std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(1_500));
            send(
                smtp_port,
                &Mail {
                    from: "Amy Ortiz <amy@bluebonnet.test>".into(),
                    to,
                    subject: "The Magnolia at Willow Creek".into(),
                    body: format!(
                        "Hi {first},\n\nyes, the Magnolia plan at Willow Creek comes with a three-car garage; the third bay is a tandem.\n\
                         Would you like to see it on Thursday at 4 pm?\n\nAmy Ortiz\nOnline Sales Counselor, Bluebonnet Homes\n(512) 555-0100\n"
                    ),
                    id,
                    ..Mail::default()
                },
            );
        });
    }
}

/// The road after it was walked; the servers run as long as it is held.
struct Road {
    workspace: Workspace,
    dovecot: Dovecot,
    _smtp: Smtp,
    site: Site,
    report: Value,
}

/// Walks the road on one store.
fn walk(store: Option<&str>) -> Option<Road> {
    let dovecot = Dovecot::start()?;
    let smtp = Smtp::start(dovecot.lmtp_port())?;
    let site = Site::staffed(Answer::Redirect, staff(smtp.port()));
    let mut workspace = Workspace::with_mailbox(&dovecot, Some(&smtp));
    if let Some(url) = store {
        workspace.configure(&format!("[store]\nurl = \"{url}\"\n"));
    }
    workspace.shop(&ShopFile { more: "domains = [\"bluebonnet.test\"]\n", ..ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes") });

    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    let posts = site.posts_to("bluebonnet");
    assert_eq!(posts.len(), 1, "one inquiry: {posts:?}");
    eventually(|| dovecot.inbox().len(), |count| *count == 3);

    workspace.ok(&["watch", "--once"]);
    workspace.ok(&["watch", "--once"]);
    let report = workspace.make_report(WAVE, &[]);
    Some(Road { workspace, dovecot, _smtp: smtp, site, report })
}

fn time(value: &Value) -> DateTime<Utc> {
    value.as_str().unwrap_or_else(|| panic!("no time: {value}")).parse().unwrap()
}

#[test]
fn a_form_a_machine_and_a_person_over_real_mail() {
    let started: DateTime<Utc> = crate::import::now().parse().unwrap();
    let Some(Road { workspace, dovecot, _smtp, site, report }) = walk(None) else { return };

    let post = &site.posts_to("bluebonnet")[0];
    assert_eq!((post.field("fname"), post.field("lname"), post.field("zip")), ("Dana", "Whitfield", "78701"), "{post:?}");
    assert!(post.email().starts_with("shopper+") && post.email().ends_with("@crickets.test"), "{post:?}");
    assert!(post.field("message").contains("three-car garage?"), "{post:?}");
    assert_eq!(post.field("form_id"), "inquiry-bluebonnet", "hidden fields go back as they came: {post:?}");
    assert_eq!(post.field("community"), "wc", "{post:?}");
    assert_eq!(post.field("website_url"), "", "the trap for robots stays empty: {post:?}");
    assert!(post.fields.iter().all(|(name, _)| name != "offers" && name != "q"), "no consent that was not required: {post:?}");

    assert_eq!(report["schema"], "crickets.report/1");
    assert_eq!(report["clock"], "system");
    let entry = shop(&report, "bluebonnet");
    assert_eq!(entry["status"], "confirmed", "{entry:#}");
    assert_eq!(entry["verdict"], "provisional", "before 24 hours nothing is final: {entry:#}");
    assert!(entry["score"].is_null(), "{entry:#}");
    assert!(["text", "redirect"].contains(&entry["confirmed_by"].as_str().unwrap_or_default()), "{entry:#}");
    let counts = &entry["counts"];
    assert_eq!((&counts["personal_emails"], &counts["auto_replies"]), (&1.into(), &1.into()), "{counts}");
    assert_eq!((&counts["calls"], &counts["marketing_emails"], &counts["bounces"]), (&0.into(), &0.into(), &0.into()), "{counts}");
    assert!(entry["first"]["personal_email"].is_u64() && entry["first"]["call"].is_null(), "{:#}", entry["first"]);

    let all = touches(&report, "bluebonnet");
    assert_eq!(all.len(), 2, "read twice, kept once: {all:#?}");
    let find = |origin: &str| all.iter().find(|touch| touch["origin"] == origin).unwrap_or_else(|| panic!("no {origin}: {all:#?}"));
    let personal = find("personal");
    assert_eq!(find("auto_reply")["attributed_by"], "alias");
    assert_eq!(personal["attributed_by"], "alias");
    assert_eq!(personal["channel"], "email");
    assert_eq!(personal["from"], "amy@bluebonnet.test");
    assert_eq!(personal["labels"]["question"], "yes", "{personal:#}");
    assert_eq!(personal["labels"]["sender_name"], "Amy Ortiz", "{personal:#}");
    assert_eq!(personal["labels"]["name_used"], true, "{personal:#}");
    assert_eq!(personal["disputed"], false, "{personal:#}");
    assert!(personal["evidence"].as_str().is_some_and(|evidence| evidence.starts_with("sha256:") && evidence.len() == 71), "{personal:#}");

    let inbox = dovecot.inbox();
    assert_eq!(inbox.len(), 3, "two answers, and a canary of ours");
    for stored in &inbox {
        assert!(!stored.flags.contains("\\Seen"), "the mailbox is left as it was: {stored:?}");
    }
    for touch in all {
        let nearest = inbox.iter().map(|stored| (time(&touch["at"]) - stored.internal_date).num_seconds().abs()).min();
        assert!(nearest.is_some_and(|seconds| seconds <= 5), "{touch:#}: {inbox:?}");
    }
    assert!(started <= time(&entry["confirmed_at"]) && time(&entry["confirmed_at"]) <= Utc::now(), "{entry:#}");
    assert!(time(&entry["sent_at"]) <= time(&entry["confirmed_at"]), "{entry:#}");

    let inquiry = workspace.inquiry(WAVE, "bluebonnet");
    assert_eq!((&inquiry["status"], &inquiry["touches"]), (&"confirmed".into(), &2.into()), "{inquiry:#}");
    workspace.ok(&["report", "--wave", WAVE, "--format", "html,csv,json,md"]);
    for page in ["index.html", "builders/bluebonnet.html", "report.md", "touches.csv", "leaderboard.csv", "criteria.csv", "purge-list.csv"]
    {
        assert!(workspace.path().join("reports").join(WAVE).join(page).is_file(), "{page} is missing");
    }
    let check = workspace.ok(&["check"]).out;
    assert!(check.contains("it agrees with the sites asked last (1)") && check.contains("canary mailbox.main: back after"), "{check}");
    assert_eq!(report["clock_offset"], serde_json::json!({"sites": 1, "offset_s": 0}));
}

#[test]
fn the_same_road_on_postgresql() {
    let Some(postgres) = Postgres::start() else { return };
    let Some(Road { workspace, report, .. }) = walk(Some(&postgres.url())) else { return };
    let entry = shop(&report, "bluebonnet");
    assert_eq!(entry["status"], "confirmed", "{entry:#}");
    assert_eq!(touches(&report, "bluebonnet").len(), 2);
    let tables = postgres.value("select count(*) from information_schema.tables where table_schema = 'public'");
    assert!(tables.is_some_and(|count| count.parse::<u32>().is_ok_and(|count| count > 2)), "nothing was written to PostgreSQL");
    assert!(!workspace.path().join(".crickets/crickets.db").exists(), "and SQLite was written beside it");
}

#[test]
fn mail_in_the_spam_folder_is_found_and_said_to_be_there() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, None);
    workspace.shop(&ShopFile::on(&site, "harbor", "Harbor Homes"));
    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    let mail = Mail {
        from: "Ben Cole <ben@harbor.test>".into(),
        to: Workspace::alias(&site, "harbor"),
        subject: "Your question".into(),
        body: "Hi Dana,\n\nI will find out and call you.\n\nBen Cole\n".into(),
        ..Mail::default()
    };
    dovecot.append("Junk", &mail.text());
    workspace.ok(&["watch", "--once"]);
    let report = workspace.make_report(WAVE, &[]);
    let all = touches(&report, "harbor");
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!(all[0]["labels"]["placement"], "spam", "{all:#?}");
}
