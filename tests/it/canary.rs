//! The canary over real mail: it comes back, from the spam folder too; it is never a touch; one a day; and where it does not come
//! back, that is said.

use serde_json::Value;

use crate::peers::{Dovecot, Mail, Smtp, free_port, send};
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, a_second_passes, eventually, touches};

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
fn the_password_is_read_only_when_a_canary_is_due() {
    let site = Site::start(Answer::Thanks);
    let mut workspace = Workspace::with_maildir();
    let asked = workspace.path().join("asked");
    let command = format!("echo x >> '{}'; echo secret", asked.display());
    workspace.configure(&format!("[smtp]\nurl = \"smtp://me@127.0.0.1:{}\"\npassword = {{ command = \"{command}\" }}\n", free_port()));
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    let times = || std::fs::read_to_string(&asked).map_or(0, |text| text.lines().count());
    workspace.ok(&SEND);
    assert_eq!(times(), 1);
    workspace.ok(&["watch", "--once"]);
    assert_eq!(times(), 1, "the server was not there, and is asked again an hour later");
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

/// The gaps of the mailbox in a report.
fn gaps(report: &Value) -> Vec<(String, i64)> {
    let time = |value: &Value| value.as_str().unwrap().parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let all = report["coverage"]["mailbox.main"]["gaps"].as_array().unwrap();
    let hours = |gap: &Value| (time(&gap["to"]) - time(&gap["from"])).num_hours();
    all.iter().map(|gap| (gap["why"].as_str().unwrap_or_default().to_owned(), hours(gap))).collect()
}

/// A workspace whose mailbox is a Maildir, with a mail server that really delivers elsewhere: every canary is lost unless we file it.
fn dead_end() -> Option<(Site, Dovecot, Smtp, Workspace)> {
    let dovecot = Dovecot::start()?;
    let smtp = Smtp::start(dovecot.lmtp_port())?;
    let site = Site::start(Answer::Thanks);
    let mut workspace = Workspace::with_maildir();
    workspace.configure(&format!("[smtp]\nurl = \"smtp://127.0.0.1:{}\"\n", smtp.port()));
    workspace.shop(&ShopFile { tail: "", ..ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes") });
    Some((site, dovecot, smtp, workspace))
}

/// Files the newest canary into the Maildir, as delivered at a moment.
fn file(workspace: &Workspace, dovecot: &Dovecot, number: usize, at: &str) {
    eventually(|| dovecot.inbox().len(), |count| *count >= number);
    let at: chrono::DateTime<chrono::Utc> = at.parse().unwrap();
    let lines: Vec<String> = dovecot.header(number).lines().filter(|line| line.contains(": ")).map(str::to_owned).collect();
    let of = |name: &str| lines.iter().find(|line| line.starts_with(name)).unwrap().clone();
    let letter = format!(
        "Received: from smtp.test by mx.crickets.test with LMTP; x\n{}\n{}\n{}\n\nA test mail.\n",
        of("To: "),
        of("Message-ID: "),
        of("X-Crickets-Canary: ")
    );
    workspace.write(&format!("mail/new/{}.M1P{number}.mx", at.timestamp()), &letter);
}

#[test]
fn a_mailbox_that_was_dead_for_days_proves_no_silence_for_them() {
    let Some((site, dovecot, _smtp, workspace)) = dead_end() else { return };
    let day = |day: u32| format!("2026-11-{day:02}T16:00:00Z");
    let run = |now: &str, args: &[&str]| {
        let mut all = vec!["--now", now];
        all.extend(args);
        workspace.ok(&all)
    };
    // A phone number that no source reads would be a gap of its own.
    workspace.write("logs/calls.csv", "channel,from,started_at\n");
    run(&day(2), &SEND);
    assert_eq!(site.posts_to("bluebonnet").len(), 1);
    file(&workspace, &dovecot, 1, "2026-11-02T16:00:03Z");
    run(&day(3), &["watch", "--once"]);
    file(&workspace, &dovecot, 2, "2026-11-03T16:00:03Z");
    // The canaries of the 4th and 5th never come back; the one of the 6th does.
    run(&day(4), &["watch", "--once"]);
    run(&day(5), &["watch", "--once"]);
    let lost = run(&day(5), &["status"]).out;
    assert!(lost.contains("canary of 2026-11-05 16:0") && lost.contains("not back yet"), "{lost}");
    run(&day(6), &["watch", "--once"]);
    file(&workspace, &dovecot, 5, "2026-11-06T16:00:03Z");
    run(&day(7), &["watch", "--once"]);
    file(&workspace, &dovecot, 6, "2026-11-07T16:00:03Z");
    run("2026-11-07T20:00:00Z", &["watch", "--once"]);

    run("2026-11-07T20:00:01Z", &["report", "--wave", WAVE, "--format", "json,md,html", "--as-of", "2026-11-07T20:00:00Z"]);
    let report = workspace.report(WAVE);
    let found = gaps(&report);
    let [(why, hours)] = &found[..] else { panic!("{found:?}") };
    assert!(why.starts_with("the canary of 2026-11-04 16:00Z did not come back") && (71..=72).contains(hours), "{found:?}");
    let alive = &report["coverage"]["mailbox.main"]["alive"];
    assert_eq!((&alive["back"], &alive["lost"]), (&4.into(), &2.into()), "{alive:#}");
    let card = crate::workspace::shop(&report, "bluebonnet");
    assert_eq!(card["verdict"], "inconclusive", "{card:#}");
    let doubts = card["verdict_why"].to_string();
    assert!(doubts.contains("mailbox.main was not watched for") && doubts.contains("did not come back"), "{doubts}");
    let md = std::fs::read_to_string(workspace.path().join("reports").join(WAVE).join("report.md")).unwrap();
    assert!(md.contains("4 canaries came back") && md.contains("; 2 did not."), "{md}");
}

#[test]
fn a_lost_canary_is_told() {
    let Some((_site, _dovecot, _smtp, mut workspace)) = dead_end() else { return };
    let at = |now: &str, args: &[&str]| {
        let mut all = vec!["--now", now];
        all.extend(args);
        workspace.ok(&all)
    };
    at("2026-11-02T16:00:00Z", &SEND);
    at("2026-11-02T16:30:00Z", &["watch", "--once"]);
    assert!(at("2026-11-02T16:31:00Z", &["status"]).out.contains("not back yet"));
    at("2026-11-02T17:30:00Z", &["watch", "--once"]);
    let said = at("2026-11-02T17:31:00Z", &["status"]).out;
    assert!(said.contains("did not come back: the mailbox is not proven alive"), "{said}");
    assert_eq!((&canary(&workspace)["lost"], &canary(&workspace)["last"]["stand"]), (&1.into(), &"lost".into()));
    workspace.configure("[canary]\nsend = false\n");
    let check = workspace.run(&["--now", "2026-11-02T17:32:00Z", "check"]);
    assert!(check.out.contains("canary mailbox.main: canary of 2026-11-02 16:0"), "the lost one is told: {}", check.out);
    assert!(check.out.contains("none is sent: `[canary] send` is false"), "{}", check.out);
}

#[test]
fn without_canaries_a_mailbox_is_believed_up_to_its_last_mail() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    let mut args = vec!["--now", "2026-11-02T16:00:00Z"];
    args.extend(SEND);
    workspace.ok(&args);
    let report = |as_of: &str| {
        workspace.ok(&["--now", as_of, "watch", "--once"]);
        workspace.ok(&["--now", as_of, "report", "--wave", WAVE, "--format", "json,md", "--as-of", as_of]);
        workspace.report(WAVE)
    };
    let end = "2026-12-10T00:00:00Z";
    let silent = report(end);
    assert_eq!(gaps(&silent), [("no mail of any kind arrived".to_owned(), 720)]);
    let md = std::fs::read_to_string(workspace.path().join("reports").join(WAVE).join("report.md")).unwrap();
    assert!(md.contains("Not proven by a canary, and no other mail arrived: silence is not claimed."), "{md}");

    let other = |at: &str, number: u32| {
        let seconds = at.parse::<chrono::DateTime<chrono::Utc>>().unwrap().timestamp();
        workspace.write(
            &format!("mail/new/{seconds}.M{number}P1.mx"),
            &format!("Received: from news.example by mx.crickets.test with ESMTP; x\nFrom: n@news.example\nTo: shopper@crickets.test\nSubject: {number}\n\nNews.\n"),
        );
    };
    other("2026-11-12T16:00:00Z", 1);
    let half = gaps(&report(end));
    assert!(half.len() == 1 && half[0].0.starts_with("no mail of any kind arrived after 2026-11-12") && half[0].1 == 480, "{half:?}");
    other("2026-12-08T16:00:00Z", 2);
    assert_eq!(gaps(&report(end)), []);
    let whole = report(end);
    assert_eq!(whole["coverage"]["mailbox.main"]["alive"]["other_mails"], 2, "{whole:#}");
    let md = std::fs::read_to_string(workspace.path().join("reports").join(WAVE).join("report.md")).unwrap();
    assert!(md.contains("Not proven by a canary: none was sent. 2 other mails arrived"), "{md}");
}

#[test]
fn a_folder_that_cannot_be_read_is_a_gap_of_the_mailbox_by_name() {
    let Some(dovecot) = Dovecot::start() else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, None);
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    let mail = |subject: &str| Mail {
        from: "Amy Ortiz <amy@bluebonnet.test>".into(),
        to: Workspace::alias(&site, "bluebonnet"),
        subject: subject.into(),
        body: "Hi Dana,\n\nyes, it does.\n\nAmy Ortiz\n".into(),
        ..Mail::default()
    };
    dovecot.append("Junk", &mail("One").text());
    dovecot.append("INBOX", &mail("Two").text());
    dovecot.lock_folder("Junk", true);
    let run = workspace.run(&["watch", "--once"]).expect(1);
    assert!(run.err.contains("Junk"), "{}", run.err);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 1, "the inbox is read all the same");
    let of = |workspace: &Workspace| workspace.json(&["status"])["coverage"]["mailbox.main"].clone();
    a_second_passes();
    let blind = of(&workspace);
    assert_eq!(blind["covered"].as_array().map(Vec::len), Some(0), "{blind:#}");
    let looks = blind["looks"].as_array().unwrap();
    let look = |name: &str| looks.iter().find(|look| look["folder"] == name).unwrap_or_else(|| panic!("no {name}: {looks:#?}"));
    assert!(look("INBOX")["complete_to"].is_string() && look("INBOX")["problem"].is_null(), "{looks:#?}");
    assert!(look("Junk")["complete_to"].is_null() && look("Junk")["problem"].is_string(), "{looks:#?}");
    let why = blind["gaps"][0]["why"].to_string();
    assert!(why.contains("not read to its end: ") && why.contains("Junk"), "{blind:#}");

    dovecot.lock_folder("Junk", false);
    workspace.ok(&["watch", "--once"]);
    let seen = of(&workspace);
    assert_eq!(seen["covered"].as_array().map(Vec::len), Some(1), "{seen:#}");
    assert!(seen["looks"].as_array().unwrap().iter().all(|look| look["problem"].is_null()), "{seen:#}");
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2);
}

/// A server whose clock is ten minutes ahead, as its stamps and our own sightings would tell of it; no real one runs so.
#[test]
fn a_mail_server_whose_clock_is_off_is_found_out_and_its_arrivals_are_corrected() {
    use chrono::{DateTime, TimeDelta, Utc};
    use crickets::collect::{Channel, RawRecord};
    use crickets::store::{Canary, NewRecord};

    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&SEND);
    let to = Workspace::alias(&site, "bluebonnet");
    let now = DateTime::from_timestamp(Utc::now().timestamp(), 0).unwrap();
    // Seen a second after it came, and disputed at first sight since it seems to come from the future.
    let record = |name: &str, text: &str, came: DateTime<Utc>, canary: Option<String>| {
        let (seen, stamp) = (came + TimeDelta::seconds(1), came + TimeDelta::minutes(10));
        let arrival = serde_json::json!({"at": seen, "disputed": true, "basis": "seen", "internal_date": stamp, "seen_by": seen});
        let raw = RawRecord {
            source: "mailbox.main".into(),
            external_id: name.into(),
            identity: name.into(),
            delivery: None,
            channel: Channel::Email,
            bytes: text.into(),
            arrival: serde_json::from_value(arrival).unwrap(),
            placement: None,
        };
        (raw, seen, canary)
    };
    let store = |(raw, seen, canary): (RawRecord, DateTime<Utc>, Option<String>)| {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let opened = crickets::audit::Workspace::open(&workspace.path(), None, crickets::clock::Clock::system()).await.unwrap();
            if let Some(id) = &canary {
                let sent = Canary {
                    id: id.clone(),
                    source: raw.source.clone(),
                    address: String::new(),
                    sent_at: seen - TimeDelta::seconds(2),
                    accepted_at: None,
                    refused: None,
                    undelivered: None,
                    back: None,
                    rehearsal: false,
                };
                assert!(opened.store.begin_canary(&sent, TimeDelta::zero()).await.unwrap());
                opened.store.settle_canary(id, Ok(seen)).await.unwrap();
            }
            let sha256 = opened.evidence.keep(&raw.bytes).unwrap();
            opened.store.add_records(&[NewRecord { raw, sha256, held: None, canary }], seen, false).await.unwrap();
            opened.derive().await.unwrap();
            opened.store.close().await;
        });
    };
    let text =
        format!("From: Amy Ortiz <amy@bluebonnet.test>\nTo: {to}\nSubject: The Magnolia\n\nHi Dana,\n\nyes, it does.\n\nAmy Ortiz\n");
    let came = now + TimeDelta::seconds(5);
    store(record("amy", &text, came, None));
    // A report speaks of no moment later than now, so the clock is one that is ahead.
    let later = (now + TimeDelta::hours(1)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    let made = || workspace.make_report(WAVE, &["--now", &later]);
    let before = made();
    assert_eq!(touches(&before, "bluebonnet")[0]["disputed"], true, "{before:#}");

    store(record("canary", "Subject: Test mail of crickets\n\nTest.\n", now, Some("canaryab2cd3ef4gh5".into())));
    let after = made();
    let touch = &touches(&after, "bluebonnet")[0];
    let time = |name: &str| touch[name].as_str().unwrap_or_else(|| panic!("no {name}: {touch:#}")).parse::<DateTime<Utc>>().unwrap();
    assert_eq!(touch["disputed"], false, "{touch:#}");
    assert!(
        time("at") <= came && came <= time("at_latest") && time("at_latest") - time("at") <= TimeDelta::seconds(4),
        "{came}: {touch:#}"
    );
    assert_eq!(after["coverage"]["mailbox.main"]["alive"]["skew_s"], serde_json::json!([599, 602]));
    let said = workspace.ok(&["status"]).out;
    assert!(said.contains("back after 2 s; its clock is 599 to 602 s ahead of ours"), "{said}");
    assert_eq!(workspace.json(&["rederive"])["changed"], 0);
}
