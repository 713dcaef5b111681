//! Offline sources: one message in three kinds of file is one touch, one call log read twice is one log, and a row that
//! cannot be read does not keep the others out.

use std::time::Duration;

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::peers::Mail;
use crate::site::{Answer, Site};
use crate::workspace::{ShopFile, Workspace, shop, touches};

pub(crate) const WAVE: &str = "2026-11";

/// A workspace with one confirmed inquiry at `bluebonnet`, a second or more ago, and the alias it was sent from.
pub(crate) fn asked() -> (Workspace, Site, String) {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir().with_phone();
    let more = "phones = [\"+15125550100\"]\ndomains = [\"bluebonnet.test\"]\n";
    workspace.shop(&ShopFile { more, ..ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes") });
    workspace.ok(&["shop", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    std::thread::sleep(Duration::from_millis(1_100));
    let alias = Workspace::alias(&site, "bluebonnet");
    (workspace, site, alias)
}

/// Now, to the second, as RFC 3339.
pub(crate) fn now() -> String {
    Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// A letter as the shopper's provider stored it, with LF line ends.
pub(crate) fn stored_letter(alias: &str, number: u32, body: &str) -> String {
    let mail = Mail {
        from: "Amy Ortiz <amy@bluebonnet.test>".into(),
        to: alias.to_owned(),
        subject: format!("Letter {number}"),
        body: body.to_owned(),
        id: format!("letter-{number}@mail.bluebonnet.test"),
        ..Mail::default()
    };
    let at = Utc::now().to_rfc2822();
    let received = format!(
        "Delivered-To: {alias}\nReceived: from mail.bluebonnet.test (mail.bluebonnet.test [203.0.113.7])\n\tby mx.crickets.test with ESMTPS id 4c{number}\n\tfor <{alias}>; {at}\n"
    );
    received + mail.text().replace("\r\n", "\n").as_str()
}

#[test]
fn one_message_in_a_maildir_an_mbox_and_an_eml_is_one_touch() {
    let (workspace, _site, alias) = asked();
    let letter = stored_letter(&alias, 1, "Hi Dana,\n\nthe third bay is a tandem.\nFrom the model home you see it at once.\n\nAmy Ortiz\n");
    let seconds = Utc::now().timestamp();
    workspace.write(&format!("in/maildir/cur/{seconds}.M1P1.mx.crickets.test:2,S"), &letter);
    workspace.write("in/maildir/new/.keep", "");
    workspace.write("in/maildir/tmp/.keep", "");
    let quoted = letter.replace("\nFrom the", "\n>From the");
    workspace.write("in/old.mbox", &format!("From amy@bluebonnet.test Mon Nov  2 16:00:00 2026\n{quoted}\n"));
    workspace.write("in/one.eml", &letter.replace('\n', "\r\n"));

    for path in ["in/maildir", "in/old.mbox", "in/one.eml", "in/old.mbox"] {
        workspace.ok(&["import", "mail", path]);
    }
    let report = workspace.make_report(WAVE, &[]);
    let all = touches(&report, "bluebonnet");
    assert_eq!(all.len(), 1, "{all:#?}");
    assert_eq!((&all[0]["origin"], &all[0]["attributed_by"]), (&"personal".into(), &"alias".into()), "{all:#?}");
    let at: DateTime<Utc> = all[0]["at"].as_str().unwrap().parse().unwrap();
    assert!((at.timestamp() - seconds).abs() <= 3, "the handover line tells the time: {all:#?}");

    workspace.write("in/two.eml", &stored_letter(&alias, 2, "Hi Dana,\n\nanother letter.\n\nAmy Ortiz\n"));
    workspace.ok(&["import", "mail", "in/two.eml", "in/one.eml"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2);
    workspace.run(&["import", "mail", "in/no-such.eml"]).expect(2);
}

#[test]
fn a_mail_in_a_file_came_when_the_provider_says_and_never_after_it_was_read() {
    let (workspace, _site, alias) = asked();
    let after = |days| (Utc::now() + TimeDelta::days(days)).to_rfc2822();
    let letter = |number: u32, received: &str, date: &str| {
        format!(
            "From 1234@xxx Mon Nov  2 16:00:00 2026\nX-GM-THRID: {number}\nX-Gmail-Received: 5f2c\n{received}From: Amy Ortiz <amy@bluebonnet.test>\n\
             To: {alias}\nSubject: Letter {number}\nMessage-ID: <{number}@bluebonnet.test>\nDate: {date}\n\nHi Dana,\n\nthe third bay is a tandem.\n\nAmy Ortiz\n\n"
        )
    };
    // From one customer of the provider to another: no line of it names an outsider.
    let inside = format!(
        "Received: by 2002:a05:7412:a1c with SMTP id x; {now}\nReceived: from out.crickets.test (out.crickets.test [192.0.2.41])\n\
         \tby mx.crickets.test with SMTPS id y for <{alias}>; {now}\n",
        now = after(0)
    );
    workspace.write("takeout.mbox", &[letter(1, &inside, &after(-3)), letter(2, "", &after(40))].concat());
    let read = Utc::now();
    workspace.ok(&["import", "mail", "takeout.mbox"]);
    std::thread::sleep(Duration::from_secs(2));
    let report = workspace.make_report(WAVE, &[]);
    let all = touches(&report, "bluebonnet");
    let mut disputed: Vec<bool> = Vec::new();
    for touch in all {
        let at: DateTime<Utc> = touch["at"].as_str().unwrap().parse().unwrap();
        assert!((at - read).num_seconds().abs() <= 20, "{touch:#}");
        disputed.push(touch["disputed"].as_bool().unwrap());
    }
    disputed.sort_unstable();
    assert_eq!(disputed, [false, true], "{report:#}");
}

#[test]
fn a_call_log_read_twice_is_one_call_and_a_bad_row_keeps_no_other_out() {
    let (workspace, _site, _alias) = asked();
    let at = now();
    let header = "id,channel,direction,from,to,started_at,duration_s,answered,body\n";
    let good = format!("c1,call,inbound,+15125550100,+15125550142,{at},0,false,\n");
    workspace.write("calls.csv", &format!("{header}{good}"));
    workspace.ok(&["import", "calls", "calls.csv"]);
    workspace.ok(&["import", "calls", "calls.csv"]);
    let report = workspace.make_report(WAVE, &[]);
    assert_eq!(shop(&report, "bluebonnet")["counts"]["calls"], 1, "{report:#}");
    assert_eq!(touches(&report, "bluebonnet")[0]["attributed_by"], "number");

    let later = (Utc::now() + TimeDelta::seconds(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let bad = "c2,call,inbound,+15125550100,+15125550142,half past nine,0,false,\n";
    let text = format!("c3,sms,inbound,+15125550100,+15125550142,{later},,,\"Hi Dana, yes: a three-car garage. Amy\"\n");
    workspace.write("more.csv", &format!("{header}{good}{bad}{text}"));
    let run = workspace.run(&["import", "calls", "more.csv"]).expect(1);
    assert!(
        run.err.contains("more.csv") && (run.err.contains("line 3") || run.err.contains("more.csv:3")),
        "the message names file and line: {}",
        run.err
    );
    std::thread::sleep(Duration::from_millis(1_100));
    let report = workspace.make_report(WAVE, &[]);
    let counts = &shop(&report, "bluebonnet")["counts"];
    assert_eq!(counts["calls"], 1, "{counts}");
    let all = touches(&report, "bluebonnet");
    assert_eq!(all.iter().filter(|touch| touch["channel"] == "sms").count(), 1, "{all:#?}");
}

#[test]
fn a_watched_call_log_that_grows_is_read_from_where_it_was() {
    let (workspace, _site, _alias) = asked();
    let row = |id: u32, at: &str| format!("c{id},call,inbound,+15125550100,+15125550142,{at},0,false,\n");
    let (header, at) = ("id,channel,direction,from,to,started_at,duration_s,answered,body\n", now());
    workspace.write("logs/november.csv", &format!("{header}{}", row(1, &at)));
    workspace.ok(&["watch", "--once"]);
    workspace.ok(&["watch", "--once"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 1);
    std::thread::sleep(Duration::from_millis(1_100));
    workspace.write("logs/november.csv", &format!("{header}{}{}", row(1, &at), row(2, &now())));
    workspace.ok(&["watch", "--once"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2);
}

#[test]
fn files_of_one_name_and_rows_of_one_number_are_told_apart() {
    let (workspace, _site, alias) = asked();
    workspace.write("in/monday/1.eml", &stored_letter(&alias, 1, "Hi Dana,\n\nyes.\n\nAmy Ortiz\n"));
    workspace.write("in/tuesday/1.eml", &stored_letter(&alias, 2, "Hi Dana,\n\nno.\n\nAmy Ortiz\n"));
    workspace.ok(&["import", "mail", "in/monday", "in/tuesday"]);
    workspace.ok(&["import", "mail", "in/tuesday/1.eml"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2);

    let header = "id,channel,direction,from,to,started_at,duration_s,answered,body\n";
    let row = |at: DateTime<Utc>| format!("{header}1,call,inbound,+15125550100,+15125550142,{},0,false,\n", at.to_rfc3339());
    let later = Utc::now() + TimeDelta::minutes(10);
    workspace.write("logs/a.csv", &row(Utc::now()));
    workspace.write("logs/b.csv", &row(later));
    workspace.write("logs/c.csv", &row(later).replace("false,", "false,\"a transcript that came later\""));
    workspace.ok(&["watch", "--once"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 4, "both calls, whatever their logs number them");
}

#[test]
fn a_source_that_knows_milliseconds_makes_no_answer_late() {
    let (workspace, _site, _alias) = asked();
    let confirmed: DateTime<Utc> = workspace.inquiry(WAVE, "bluebonnet")["confirmed_at"].as_str().unwrap().parse().unwrap();
    assert_eq!(confirmed.timestamp_subsec_millis(), 0, "the clock starts at a whole second");
    let at = (confirmed + TimeDelta::milliseconds(300_400)).to_rfc3339_opts(SecondsFormat::Millis, true);
    workspace.write("calls.csv", &format!("channel,from,to,started_at\ncall,+15125550100,+15125550142,{at}\n"));
    workspace.ok(&["import", "calls", "calls.csv"]);
    let later = (Utc::now() + TimeDelta::hours(1)).to_rfc3339_opts(SecondsFormat::Secs, true);
    let report = workspace.make_report(WAVE, &["--now", &later]);
    assert_eq!(shop(&report, "bluebonnet")["first"]["call"], 300, "{report:#}");
}

#[test]
fn a_caller_is_learned_from_whichever_call_was_decided_on() {
    let header = "id,channel,direction,from,to,started_at,duration_s,answered,body\n";
    for decided in [0, 1] {
        let (workspace, _site, _alias) = asked();
        let row = |minutes: i64| {
            let at = (Utc::now() + TimeDelta::minutes(minutes)).to_rfc3339();
            format!("c{minutes},call,inbound,+17135551234,+15125550142,{at},0,false,\n")
        };
        workspace.write("logs/a.csv", &format!("{header}{}{}", row(0), row(9)));
        workspace.ok(&["watch", "--once"]);
        let review = workspace.json(&["review", "list"]);
        let id = review["items"][decided]["id"].as_str().unwrap_or_else(|| panic!("two calls: {review:#}"));
        workspace.ok(&["review", "set", id, "--inquiry", "2026-11/bluebonnet", "--reason", "Amy's cell", "--author", "Pat"]);
        assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2, "decided on {decided}");
        workspace.ok(&["rederive"]);
        assert_eq!(workspace.json(&["review", "list"])["items"], serde_json::json!([]), "decided on {decided}");
    }
}

#[test]
fn a_copy_that_we_sent_on_is_for_a_person_to_judge() {
    let (workspace, _site, alias) = asked();
    let copy = stored_letter(&alias, 3, "Hi Dana,\n\nyes.\n\nAmy Ortiz\n")
        .replace("Amy Ortiz <amy@bluebonnet.test>", "Dana <shopper@crickets.test>");
    workspace.write("in/copy.eml", &copy);
    workspace.ok(&["import", "mail", "in/copy.eml"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 0);
    let review = workspace.json(&["review", "list"]);
    assert!(review["items"][0]["reason"].as_str().is_some_and(|reason| reason.contains("an address of ours")), "{review:#}");
}

#[cfg(unix)]
#[test]
fn a_pipe_and_nested_messages_in_a_mailbox_stop_nothing() {
    let (workspace, _site, alias) = asked();
    let at = Utc::now().timestamp();
    let made = std::process::Command::new("mkfifo").arg(workspace.path().join(format!("mail/new/{at}.pipe"))).status().unwrap();
    assert!(made.success());
    workspace.write(&format!("mail/cur/{at}.deep:2,"), &"Content-Type: message/rfc822\n\n".repeat(60_000));
    workspace.write(&format!("mail/cur/{at}.good:2,"), &stored_letter(&alias, 4, "Hi Dana,\n\nyes.\n\nAmy Ortiz\n"));
    let nested = format!("Hi Dana,\n\nyes.\n\n{}", "Content-Type: message/rfc822\n\n".repeat(2_000));
    workspace.write(&format!("mail/cur/{at}.half:2,"), &stored_letter(&alias, 5, &nested));
    let run = workspace.run(&["watch", "--once"]).expect(1);
    assert!(run.err.contains("pipe"), "{}", run.err);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2);
    let review = workspace.json(&["review", "list"]);
    let unread = review["items"].as_array().unwrap().iter().find(|item| item["subject"] == "Letter 5").unwrap();
    let reason = unread["reason"].as_str().unwrap();
    assert!(reason.ends_with("not all of it is known: it holds more mails within mails than are read"), "{review:#}");
    let covered = &workspace.json(&["status"])["coverage"]["mailbox.main"]["covered"];
    assert_eq!(covered, &serde_json::json!([]), "what could not be read proves no silence");
}

/// Every file below a folder.
fn files_below(folder: &std::path::Path) -> usize {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    entries.map(|path| if path.is_dir() { files_below(&path) } else { 1 }).sum()
}

#[test]
fn the_rows_of_a_long_log_share_their_evidence_and_each_is_still_checked_by_itself() {
    use sha2::{Digest, Sha256};
    let (workspace, _site, _alias) = asked();
    let evidence = workspace.path().join(".crickets/evidence");
    let before = files_below(&evidence);
    let at = now();
    let strangers: String = (0..1_500).map(|row| format!("c{row},call,inbound,+1713222{row:04},+15125550142,{at},9,true,\n")).collect();
    let log = format!(
        "id,channel,direction,from,to,started_at,duration_s,answered,body\n{strangers}b1,call,inbound,+15125550100,+15125550142,{at},9,true,\n"
    );
    workspace.write("calls.csv", &log);
    let first = workspace.json(&["import", "calls", "calls.csv"]);
    assert_eq!((&first["sources"][0]["new"], &first["sources"][0]["known"]), (&1_501.into(), &0.into()), "{first:#}");
    let again = workspace.json(&["import", "calls", "calls.csv"]);
    assert_eq!((&again["sources"][0]["new"], &again["sources"][0]["known"]), (&0.into(), &1_501.into()), "{again:#}");
    let kept = files_below(&evidence) - before;
    assert!(kept < 10, "{kept} files");

    // What a report rests on lies under its own name; a row of the others is laid there once it is asked for.
    let lies = |name: &str| std::fs::read(evidence.join(&name[..2]).join(name)).ok();
    let is = |bytes: &[u8], name: &str| Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect::<String>() == name;
    let report = workspace.make_report(WAVE, &[]);
    let touch = touches(&report, "bluebonnet")[0]["evidence"].as_str().unwrap().trim_start_matches("sha256:").to_owned();
    assert!(lies(&touch).is_some_and(|bytes| is(&bytes, &touch) && bytes.starts_with(b"{\"id\":\"b1\"")), "{touch}");
    let stranger = workspace.json(&["review", "list"])["items"][7].clone();
    let name = stranger["evidence"][0]["sha256"].as_str().unwrap();
    assert!(lies(name).is_none());
    workspace.ok(&["review", "show", stranger["id"].as_str().unwrap()]);
    assert!(lies(name).is_some_and(|bytes| is(&bytes, name)));
    assert_eq!(workspace.json(&["rederive"])["judged"], 1_501);

    // Whoever changes one row in the file is found out.
    let shards = std::fs::read_dir(&evidence).unwrap().map(|shard| shard.unwrap().path());
    let mut files = shards.flat_map(|shard| std::fs::read_dir(shard).unwrap().map(|file| file.unwrap().path()));
    let file = files.find(|path| std::fs::metadata(path).is_ok_and(|file| file.len() > 300_000)).unwrap();
    let text = std::fs::read_to_string(&file).unwrap().replace("+17132220042", "+17132220043");
    std::fs::write(&file, text).unwrap();
    let refused = workspace.run(&["rederive"]).expect(1);
    assert!(refused.err.contains(": its evidence is altered; what was judged of it stays.\n1 touch could not"), "{}", refused.err);
}
