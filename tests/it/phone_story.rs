//! The phone, from a log to the report: what a number proves, one call in two logs, a voicemail that names the builder and teaches its
//! number, calls of our own, a log that begins late.

use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

use crate::import::{WAVE, asked};
use crate::workspace::{ShopFile, shop, touches};

const HEADER: &str = "id,channel,direction,from,to,started_at,duration_s,answered,body\n";

fn at(seconds: i64) -> String {
    (Utc::now() + TimeDelta::seconds(seconds)).to_rfc3339_opts(SecondsFormat::Secs, true)
}

#[test]
fn a_voicemail_that_names_the_builder_teaches_its_number_whichever_came_first() {
    let ring = format!("call,inbound,+17132231234,+15125550142,{},0,false,\n", at(60));
    let left =
        format!("voicemail,inbound,+17132231234,+15125550142,{},20,false,\"Hi Dana, this is Amy with Bluebonnet Homes.\"\n", at(600));
    for order in [[&ring, &left], [&left, &ring]] {
        let (workspace, _site, _alias) = asked();
        for (number, row) in order.into_iter().enumerate() {
            workspace.write("logs/a.csv", &format!("{HEADER}c{number},{row}"));
            workspace.ok(&["watch", "--once"]);
        }
        assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 2, "the number is the builder's by its own words");
        assert_eq!(workspace.json(&["review", "list"])["items"], serde_json::json!([]));
    }
}

#[test]
fn one_call_in_two_logs_counts_once_and_our_own_call_is_nobodys() {
    let (workspace, _site, _alias) = asked();
    let moment = Utc::now() + TimeDelta::seconds(2);
    let row = |from: &str, at: &str| format!("call,inbound,{from},+15125550142,{at},0,false,\n");
    let spelt = moment.to_rfc3339_opts(SecondsFormat::Secs, true);
    let (own, later) = (at(-3_600), at(90_000));
    let rows = format!("c1,{}c2,{}c3,{}", row("+15125550142", &own), row("+15125550100", &spelt), row("+15125550142", &later));
    workspace.write("provider.csv", &format!("{HEADER}{rows}"));
    let twilio = serde_json::json!({"calls": [{
        "sid": "CA00000000000000000000000000000001", "from": "+15125550100", "to": "+15125550142", "direction": "inbound",
        "status": "no-answer", "start_time": (moment + TimeDelta::seconds(20)).to_rfc2822(),
        "date_created": (moment + TimeDelta::seconds(20)).to_rfc2822(), "duration": "0", "parent_call_sid": null,
    }]});
    workspace.write("twilio.json", &twilio.to_string());
    workspace.ok(&["import", "calls", "provider.csv", "twilio.json"]);
    std::thread::sleep(std::time::Duration::from_secs(3));
    let report = workspace.make_report(WAVE, &[]);
    let calls: Vec<_> = touches(&report, "bluebonnet").iter().filter(|touch| touch["channel"] == "call").collect();
    assert_eq!((calls.len(), &shop(&report, "bluebonnet")["counts"]["calls"]), (1, &1.into()), "{calls:#?}");
    let stands: DateTime<Utc> = calls[0]["at"].as_str().unwrap().parse().unwrap();
    assert_eq!(stands.timestamp(), moment.timestamp());
    assert_eq!(workspace.json(&["review", "list"])["items"], serde_json::json!([]), "our own calls wait for nobody");
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["touches"], 1, "`status` counts it once too");
    let phone = &workspace.json(&["status"])["coverage"]["phone.main"]["phone"];
    assert!(phone["own_call"].is_string(), "{phone:#}");
    assert!(workspace.ok(&["status"]).out.contains("No call or text means none in these logs."));
}

#[test]
fn a_log_that_begins_late_shows_nothing_before_its_first_row() {
    let (workspace, _site, _alias) = asked();
    let row = |number: u32, at: &str| format!("c{number},call,outbound,+15125550142,+15125550199,{at},0,false,\n");
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    let covered = |workspace: &crate::workspace::Workspace| workspace.json(&["status"])["coverage"]["phone.main"]["covered"].clone();
    std::thread::sleep(std::time::Duration::from_millis(20));
    let later = Utc::now().to_rfc3339_opts(SecondsFormat::Millis, true);
    workspace.write("late.csv", &format!("{HEADER}{}{}", row(1, &now), row(2, &later)));
    workspace.ok(&["import", "calls", "late.csv"]);
    let spans = covered(&workspace);
    let from = |spans: &serde_json::Value| spans[0]["from"].as_str().map(|from| from.parse::<DateTime<Utc>>().unwrap());
    let oldest: DateTime<Utc> = now.parse().unwrap();
    assert_eq!(from(&spans), Some(oldest), "{spans:#}");
    workspace.ok(&["import", "calls", "late.csv", "--since", &at(-86_400)]);
    assert!(from(&covered(&workspace)).is_some_and(|from| from < oldest), "somebody vouches for it");
}

/// What `status` says of the inquiry.
fn standing(workspace: &crate::workspace::Workspace) -> serde_json::Value {
    workspace.inquiry(WAVE, "bluebonnet")
}

#[test]
fn a_text_of_our_own_opts_out_and_counts_as_nobodys_touch() {
    let (workspace, _site, _alias) = asked();
    let text = |id: &str, way: &str, from: &str, to: &str, second: i64, body: &str| {
        format!("{id},sms,{way},{from},{to},{},,,\"{body}\"\n", at(second))
    };
    let (ours, theirs, mobile) = ("+15125550142", "+15125550100", "+17132231234");
    let rows = [
        text("s1", "inbound", mobile, ours, 5, "Hi Dana, this is Amy with Bluebonnet Homes. Saturday at 10?"),
        text("s2", "outbound", ours, theirs, 9, "What time is best?"),
        text("s3", "outbound", ours, "+13125559999", 20, "STOP"),
        text("s4", "outbound", ours, mobile, 40, "We chose another home. Please do not contact me again."),
    ];
    workspace.write("logs/a.csv", &format!("{HEADER}{}", rows.concat()));
    workspace.ok(&["watch", "--once"]);
    let opted = standing(&workspace);
    let moment: DateTime<Utc> = opted["opt_out_at"].as_str().unwrap_or_else(|| panic!("{opted:#}")).parse().unwrap();
    assert!((moment - Utc::now()).num_seconds() > 20, "by the text to the number that Amy wrote from, learned from her words: {moment}");
    assert_eq!(opted["touches"], 1, "what we sent is no touch of the builder's");
    assert_eq!(workspace.json(&["review", "list"])["items"], serde_json::json!([]));
    assert!(workspace.json(&["status"])["coverage"]["phone.main"]["phone"]["own_call"].is_null(), "sending shows nothing of receiving");
    workspace.ok(&["rederive"]);
    assert_eq!(standing(&workspace)["opt_out_at"], opted["opt_out_at"], "it is found again");
    workspace.write("logs/b.csv", &format!("{HEADER}{}", text("s5", "outbound", ours, mobile, 60, "START")));
    workspace.ok(&["watch", "--once"]);
    assert!(standing(&workspace)["opt_out_at"].is_null(), "who opts in again has not opted out");
    workspace.write("logs/c.csv", &format!("{HEADER}{}", text("s6", "outbound", ours, theirs, 80, "Stop!")));
    workspace.ok(&["watch", "--once"]);
    assert!(standing(&workspace)["opt_out_at"].is_string(), "the number of the shop file");
}

#[test]
fn an_opt_out_withdraws_the_inquiry_at_its_moment() {
    let (workspace, _site, _alias) = asked();
    workspace.write("logs/a.csv", &format!("{HEADER}s1,sms,outbound,+15125550142,+15125550100,{},,,STOP\n", at(1)));
    workspace.ok(&["watch", "--once"]);
    std::thread::sleep(std::time::Duration::from_secs(3));
    let report = workspace.make_report(WAVE, &[]);
    let card = shop(&report, "bluebonnet");
    assert!(card["opt_out_at"].is_string() && card["withdrawn_at"] == card["opt_out_at"], "{card:#}");
}

#[test]
fn an_opt_out_of_our_own_that_may_be_of_either_of_two_is_in_review_in_the_report_too() {
    let (workspace, site, _alias) = asked();
    let same = "phones = [\"+15125550100\"]\n";
    workspace.shop(&ShopFile { more: same, ..ShopFile::on(&site, "harbor", "Harbor Homes") });
    workspace.ok(&["shop", "harbor", "--wave", WAVE, "--send", "--at-once", "--any-time"]);
    std::thread::sleep(std::time::Duration::from_millis(1_100));
    workspace.write("logs/a.csv", &format!("{HEADER}s1,sms,outbound,+15125550142,+15125550100,{},,,STOP\n", at(0)));
    workspace.ok(&["watch", "--once"]);
    let items = workspace.json(&["review", "list"])["items"].as_array().unwrap().len();
    let report = workspace.make_report(WAVE, &[]);
    assert_eq!((items, &report["in_review"], &report["unmatched"]), (1, &1.into(), &0.into()));
    // Each has answered; whether either was opted out of is a person's to say, and no verdict is final before.
    for slug in ["bluebonnet", "harbor"] {
        let said = ["--channel", "email", "--label", "question=yes", "--at"];
        let (at, shop) = (at(0), ["record", "touch", slug, "--wave", WAVE]);
        workspace.ok(&[&shop[..], &said[..], &[at.as_str()]].concat());
    }
    let later = at(40 * 86_400);
    let verdicts = || {
        let report = workspace.make_report(WAVE, &["--as-of", &later, "--now", &later]);
        let shops = report["shops"].as_array().unwrap().clone();
        shops.iter().map(|shop| (shop["verdict"].as_str().unwrap().to_owned(), shop["verdict_why"].to_string())).collect::<Vec<_>>()
    };
    for (verdict, why) in verdicts() {
        assert!(verdict == "provisional" && why.contains("in review that may opt out"), "{verdict}: {why}");
    }
    let open = workspace.json(&["review", "list"])["items"][0]["id"].as_str().unwrap().to_owned();
    workspace.ok(&["review", "set", &open, "--inquiry", &format!("{WAVE}/harbor"), "--reason", "the thread shows it", "--author", "Pat"]);
    let after = verdicts();
    assert!(after.iter().all(|(_, why)| !why.contains("in review")), "{after:?}");
    assert!(after.iter().any(|(verdict, _)| verdict == "final"), "{after:?}");
}

#[test]
fn what_a_log_cannot_show_is_told_also_where_nobody_called() {
    let (workspace, _site, _alias) = asked();
    let ms = Utc::now().timestamp_millis();
    workspace.write("logs/sms.xml", &format!("<smses count='1'><sms address='+15125550199' date='{ms}' type='2' body='hello'/></smses>"));
    workspace.ok(&["import", "calls", "logs/sms.xml"]);
    let phone = workspace.json(&["status"])["coverage"]["phone.main"]["phone"].clone();
    assert!(phone["cannot_show"].to_string().contains("RCS"), "{phone:#}");
    let report = workspace.make_report(WAVE, &[]);
    assert!(report["coverage"]["phone.main"].to_string().contains("RCS"), "{:#}", report["coverage"]);
}

#[test]
fn a_call_from_another_phone_of_ours_shows_that_the_number_is_alive() {
    let (workspace, _site, _alias) = asked();
    let how = "crickets record test-call --from NUMBER";
    assert!(workspace.ok(&["status"]).out.contains(how));
    assert!(workspace.run(&["check"]).out.contains(how));
    let row = format!("c1,call,inbound,+15125550177,+15125550142,{},0,false,\n", at(0));
    workspace.write("logs/a.csv", &format!("{HEADER}{row}"));
    workspace.ok(&["watch", "--once"]);
    assert_ne!(workspace.json(&["review", "list"])["items"], serde_json::json!([]), "a stranger, so far");
    let refused = workspace.run(&["record", "test-call", "--from", "(512) 555-0100"]).expect(2);
    assert!(refused.err.contains("Bluebonnet"), "{}", refused.err);
    workspace.ok(&["record", "test-call", "--from", "(512) 555-0177"]);
    assert_eq!(workspace.json(&["review", "list"])["items"], serde_json::json!([]));
    assert!(workspace.json(&["status"])["coverage"]["phone.main"]["phone"]["own_call"].is_string());
    assert!(!workspace.ok(&["status"]).out.contains(how));
}

/// An inquiry of 31 days ago, texts agreed to, whose mailbox is alive.
fn silent_for_a_month() -> (crate::workspace::Workspace, impl Fn(i64) -> DateTime<Utc>) {
    let workspace = crate::webhooks::asked_with(TimeDelta::days(31), &["--text-consent"]);
    let asked = workspace.inquiry(WAVE, "bluebonnet")["sent_at"].as_str().unwrap().parse::<DateTime<Utc>>().unwrap();
    (workspace, move |hours| asked + TimeDelta::hours(hours))
}

/// The gaps of the phone, as the channel that each leaves open.
fn open(workspace: &crate::workspace::Workspace) -> Vec<String> {
    let gaps = workspace.json(&["status"])["coverage"]["phone.main"]["gaps"].clone();
    gaps.as_array().unwrap().iter().map(|gap| gap["why"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_log_of_calls_proves_nothing_of_texts() {
    let (workspace, at) = silent_for_a_month();
    let now = Utc::now();
    let backup = |root: &str, rows: String| format!("<{root} count='2' backup_date='{}'>{rows}</{root}>", now.timestamp_millis());
    let rows = |name: &str, more: &str| {
        let of = |at: DateTime<Utc>| at.timestamp_millis();
        [-24, 48].map(|hours| format!("<{name} {more}='+13035550999' date='{}' type='1' duration='0' body='x'/>", of(at(hours)))).concat()
    };
    assert_eq!(open(&workspace), ["no log shows it"]);
    workspace.write("calls.xml", &backup("calls", rows("call", "number")));
    workspace.ok(&["import", "calls", "calls.xml"]);
    assert_eq!(open(&workspace), ["no log shows its texts"], "calls are shown up to the backup, texts never");
    let by = workspace.json(&["status"])["coverage"]["phone.main"]["phone"]["by"].clone();
    assert!(by["calls"].is_string() && by["texts"].is_null(), "{by:#}");
    // One file each, as the usual export writes them.
    workspace.write("sms.xml", &backup("smses", rows("sms", "address")));
    workspace.ok(&["import", "calls", "sms.xml"]);
    assert_eq!(open(&workspace), [""; 0]);
}

#[test]
fn calls_and_texts_in_one_list_are_shown_alike() {
    let (workspace, at) = silent_for_a_month();
    let row = |channel: &str, at: DateTime<Utc>| format!(",{channel},inbound,+13035550999,+15125550142,{},,,\n", at.to_rfc3339());
    let last = Utc::now() - TimeDelta::minutes(1);
    workspace.write("calls.csv", &format!("{HEADER}{}{}", row("call", at(-24)), row("call", last)));
    workspace.ok(&["import", "calls", "calls.csv"]);
    assert_eq!(open(&workspace), ["no log shows its texts"]);
    workspace.write("both.csv", &format!("{HEADER}{}{}{}", row("call", at(-24)), row("sms", at(-20)), row("call", last)));
    workspace.ok(&["import", "calls", "both.csv"]);
    assert_eq!(open(&workspace), [""; 0]);
}

#[test]
fn a_part_of_a_log_and_the_log_of_another_number_prove_nothing_and_are_told() {
    let (mut workspace, at) = silent_for_a_month();
    let text = |at: DateTime<Utc>| {
        serde_json::json!({"sid": format!("SM{}", at.timestamp()), "direction": "inbound", "status": "received",
        "body": "hi", "from": "+13035550999", "to": "+15125550142", "date_created": at.to_rfc2822(), "date_sent": at.to_rfc2822()})
    };
    let page = |next: serde_json::Value| serde_json::json!({"messages": [text(at(-24)), text(at(700))], "next_page_uri": next}).to_string();
    let chat = |name: &str, at: DateTime<Utc>| format!("{name},{},SMS,Incoming,+13035550111,{name},,hi\n", at.format("%Y-%m-%d %H:%M:%S"));
    let chats = "Chat Session,Message Date,Service,Type,Sender ID,Sender Name,Status,Text\n";
    let other = |to: &str| {
        let rows = [-24, 700].map(|hours| format!(",call,inbound,+13035550999,{to},{},,,\n", at(hours).to_rfc3339()));
        format!("{HEADER}{}", rows.concat())
    };
    let untouched = open(&workspace);
    for (name, content, words) in [
        ("mom.csv", format!("{chats}{}{}", chat("Mom", at(-24)), chat("Mom", at(700))), "it is one chat"),
        ("page.json", page("/2010-04-01/Accounts/AC/Messages.json?Page=1".into()), "it is a page, and names one that follows"),
        (
            "ahead.csv",
            format!("{HEADER},call,inbound,+13035550999,+15125550142,{},,,\n", at(20_000).to_rfc3339()),
            "1 record lies in the future",
        ),
    ] {
        workspace.write(name, &content);
        let run = workspace.run(&["import", "calls", name]).expect(1);
        assert!(run.err.contains(words), "{}", run.err);
        assert_eq!(open(&workspace), untouched, "{name}");
    }
    let touches = workspace.json(&["review", "list"]).to_string();
    workspace.configure("[phone.two]\nnumber = \"+15125550143\"\nfiles = []\n");
    workspace.write("two.csv", &other("+15125550143"));
    let run = workspace.run(&["import", "calls", "two.csv"]);
    assert!(run.err.contains("all its records are of +15125550143") && run.err.contains("--phone two"), "{}", run.err);
    assert_eq!(workspace.json(&["review", "list"]).to_string(), touches, "nothing was taken in");
    let run = workspace.run(&["import", "calls", "two.csv", "--phone", "main"]).expect(1);
    assert!(run.err.contains("proves no silence of this number"), "{}", run.err);
    assert_eq!(open(&workspace), untouched);
    workspace.ok(&["import", "calls", "two.csv", "--phone", "two"]);

    workspace.write("page.json", &page(serde_json::Value::Null));
    workspace.ok(&["import", "calls", "page.json"]);
    assert!(open(&workspace).contains(&"no log shows its calls".to_owned()), "all texts, and no call: {:?}", open(&workspace));
}
