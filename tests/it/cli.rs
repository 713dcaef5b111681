//! The command line as people and scripts meet it: help, exit statuses, refusals, the dry run, JSON on stdout alone.

use std::io::Read;
use std::path::Path;
use std::process::Stdio;

use serde_json::Value;

use crate::peers::{Dovecot, Smtp, free_port};
use crate::site::{Answer, Site};
use crate::workspace::{Run, ShopFile, Workspace, command, run_in, shop, touches};

const WAVE: &str = "2026-11";
const SEND: [&str; 5] = ["--wave", WAVE, "--send", "--at-once", "--any-time"];

/// What a script may count on; the help may name more.
const COMMANDS: [&str; 19] = [
    "init",
    "demo",
    "probe",
    "check",
    "shop",
    "record",
    "watch",
    "import",
    "status",
    "review",
    "report",
    "rederive",
    "score",
    "rubric",
    "program",
    "purge-list",
    "inspect",
    "completions",
    "man",
];

fn bare(args: &[&str]) -> Run {
    let folder = tempfile::tempdir().unwrap();
    run_in(folder.path(), folder.path(), args)
}

fn send(workspace: &Workspace, slugs: &[&str]) -> Run {
    let mut args = vec!["shop"];
    args.extend(slugs);
    args.extend(SEND);
    workspace.run(&args)
}

/// The commands that a help text lists.
fn listed(help: &str) -> Vec<String> {
    let commands = help.split_once("Commands:\n").map_or("", |(_, rest)| rest);
    let lines = commands.lines().take_while(|line| !line.is_empty());
    let names = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   ")).filter_map(|line| line.split_whitespace().next());
    names.filter(|name| *name != "help").map(str::to_owned).collect()
}

fn walk_help(path: &[&str]) -> usize {
    let help = bare(&[path, &["--help"]].concat()).expect(0);
    assert!(help.out.len() > 80 && help.out.contains("Usage"), "{path:?}: {}", help.out);
    assert!(help.err.is_empty(), "{path:?}: {}", help.err);
    listed(&help.out).iter().map(|name| walk_help(&[path, &[name.as_str()]].concat())).sum::<usize>() + 1
}

#[test]
fn every_command_has_help() {
    let all = listed(&bare(&["--help"]).expect(0).out);
    for command in COMMANDS {
        assert!(all.iter().any(|name| name == command), "`crickets --help` does not list {command}: {all:?}");
    }
    let pages = walk_help(&[]);
    assert!(pages > COMMANDS.len() + 8, "only {pages} pages of help, those of commands within commands included");
    let version = bare(&["--version"]).expect(0);
    assert!(version.out.contains(env!("CARGO_PKG_VERSION")), "{}", version.out);
}

#[test]
fn the_readme_shows_the_help_as_it_is() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md");
    let readme = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let after = readme.split_once("<!-- help -->").expect("README.md has a line `<!-- help -->` before the help block").1;
    let block = after
        .split_once("```")
        .and_then(|(_, rest)| rest.split_once('\n'))
        .and_then(|(_, rest)| rest.split_once("```"))
        .expect("a fenced block")
        .0;
    let lines = |text: &str| text.trim().lines().map(|line| line.trim_end().to_owned()).collect::<Vec<_>>();
    assert_eq!(lines(block), lines(&bare(&["--help"]).expect(0).out), "README.md's help block is not `crickets --help`");
}

#[test]
fn wrong_usage_ends_with_2() {
    for args in
        [&["no-such-command"][..], &["shop", "--no-such-option"], &["score"], &["report", "--wave"], &["completions", "no-such-shell"]]
    {
        let run = bare(args).expect(2);
        assert!(run.out.is_empty() && !run.err.is_empty(), "{run:?}");
    }
    let run = bare(&["status"]).expect(2);
    assert!(run.err.contains("crickets.toml") && run.err.contains("init"), "outside a workspace the way in is named: {}", run.err);
}

#[test]
fn init_makes_a_workspace_and_leaves_an_existing_one_alone() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| run_in(folder.path(), folder.path(), args);
    run(&["init", "audit"]).expect(0);
    let config = folder.path().join("audit/crickets.toml");
    let text = std::fs::read_to_string(&config).unwrap();
    assert!(text.contains("[mailbox.main]") && text.contains('#'), "commented config: {text}");
    let shops = std::fs::read_dir(folder.path().join("audit/shops")).unwrap().flatten();
    assert!(shops.into_iter().any(|entry| entry.path().extension().is_some_and(|extension| extension == "toml")), "an example shop");
    let ignored = std::fs::read_to_string(folder.path().join("audit/.gitignore")).unwrap();
    assert!(ignored.contains(".crickets"), "{ignored}");
    run(&["--workspace", "audit", "status"]).expect(0);
    std::fs::write(&config, format!("{text}\n# mine\n")).unwrap();
    run(&["init", "audit"]);
    assert!(std::fs::read_to_string(&config).unwrap().ends_with("# mine\n"), "init overwrote a config");
}

#[test]
fn check_says_what_is_wrong_and_where() {
    let mut workspace = Workspace::new();
    workspace.configure(&format!(
        "[mailbox.main]\nurl = \"imap://shopper@127.0.0.1:{}\"\npassword = {{ env = \"SHOPPER_PASSWORD\" }}\naddress = \"shopper@crickets.test\"\n",
        free_port()
    ));
    let run = workspace.run(&["check"]).expect(1);
    assert!(format!("{}{}", run.out, run.err).contains("mailbox.main"), "{run:?}");
}

#[test]
fn check_is_content_with_a_live_mailbox_and_not_with_a_wrong_password() {
    let Some(dovecot) = Dovecot::start() else { return };
    let Some(smtp) = Smtp::start(dovecot.lmtp_port()) else { return };
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_mailbox(&dovecot, Some(&smtp));
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&["check"]);
    assert!(site.posts().is_empty(), "check sends no inquiry");
    let config = std::fs::read_to_string(workspace.path().join("crickets.toml")).unwrap();
    workspace.write("crickets.toml", &config.replace("env = \"SHOPPER_PASSWORD\"", "command = \"printf wrong\""));
    let run = workspace.run(&["check"]).expect(1);
    assert!(format!("{}{}", run.out, run.err).contains("mailbox.main"), "{run:?}");
    workspace.write("crickets.toml", &config.replace("ca_file = \"ca.pem\"", ""));
    workspace.run(&["check"]).expect(1);
}

#[test]
fn a_dry_run_shows_the_whole_request_and_sends_nothing() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    let run = workspace.ok(&["shop", "--wave", WAVE]);
    for shown in [
        &site.contact("bluebonnet"),
        "POST",
        "fname",
        "Dana",
        "lname",
        "Whitfield",
        "email",
        "shopper+",
        "message",
        "three-car garage?",
        "form_id",
    ] {
        assert!(run.out.contains(shown), "the dry run does not show {shown}:\n{}", run.out);
    }
    for field in ["zip", "78701", "phone"] {
        assert!(run.out.contains(field), "the dry run does not show {field}:\n{}", run.out);
    }
    assert!(site.posts().is_empty(), "a dry run sent something");
    workspace.json(&["shop", "--wave", WAVE]);
    assert!(site.posts().is_empty());
}

#[test]
fn what_must_not_be_shopped_is_refused_with_3() {
    let site = Site::start(Answer::Thanks);
    let cases = [
        ("nobasis", ShopFile { basis: None, ..ShopFile::on(&site, "nobasis", "A Homes") }, "basis"),
        ("shy", ShopFile { more: "do_not_shop = true\n", ..ShopFile::on(&site, "shy", "B Homes") }, "do not shop"),
        ("vegas", ShopFile { state: "NV", ..ShopFile::on(&site, "vegas", "C Homes") }, "nevada"),
    ];
    for (slug, file, word) in &cases {
        let workspace = Workspace::with_maildir();
        workspace.shop(file);
        let run = send(&workspace, &[slug]).expect(3);
        let said = format!("{}{}", run.out, run.err).to_lowercase().replace(['_', '-', '\n'], " ");
        assert!(said.contains(word), "the refusal does not name {word}: {run:?}");
    }
    assert!(site.posts().is_empty(), "a refused builder was asked: {:?}", site.posts());

    let workspace = Workspace::with_maildir();
    workspace.shop(&cases[0].1);
    workspace.shop(&ShopFile::on(&site, "fine", "D Homes"));
    send(&workspace, &[]).expect(1);
    assert_eq!((site.posts_to("fine").len(), site.posts_to("nobasis").len()), (1, 0), "the others go on");
}

#[test]
fn a_builder_is_not_asked_again_within_min_days_between() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    send(&workspace, &[]).expect(0);
    let run = workspace.run(&["shop", "--wave", "2026-12", "--send", "--at-once", "--any-time"]).expect(3);
    assert!(format!("{}{}", run.out, run.err).contains("25"), "the refusal names the days: {run:?}");
    send(&workspace, &[]);
    assert_eq!(site.posts().len(), 1, "one wave, one inquiry; and none in the next wave, too early");
}

#[test]
fn an_inquiry_waits_for_the_window_and_a_rehearsal_is_marked() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    let at = |now: &'static str| move |args: &[&'static str]| [&["--now", now][..], args].concat();
    let (sunday, monday) = (at("2026-11-01T16:00:00Z"), at("2026-11-02T16:00:00Z"));
    let shop_now = ["shop", "--wave", WAVE, "--send", "--at-once"];
    workspace.ok(&sunday(&shop_now));
    assert!(site.posts().is_empty(), "sent on a Sunday, outside the window");
    workspace.ok(&monday(&shop_now));
    assert_eq!(site.posts().len(), 1, "not sent on a Monday at ten");
    workspace.ok(&at("2026-11-02T17:00:00Z")(&["report", "--wave", WAVE, "--format", "json"]));
    let report = workspace.report(WAVE);
    assert_eq!(report["clock"], "rehearsal", "{report:#}");
    let sent = shop(&report, "bluebonnet")["sent_at"].as_str().unwrap().to_owned();
    assert!(sent.starts_with("2026-11-02T16:00:"), "{sent}");
}

#[test]
fn a_wall_and_a_mute_answer_are_results_not_failures() {
    for (answer, status) in [(Answer::Wall, "blocked"), (Answer::Mute, "unclear")] {
        let site = Site::start(answer);
        let workspace = Workspace::with_maildir();
        workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
        send(&workspace, &[]).expect(0);
        send(&workspace, &[]).expect(0);
        assert_eq!(site.posts().len(), 1, "{answer:?} is not tried again");
        assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["status"], status);
    }
}

#[test]
fn looking_for_the_form_and_sending_stays_within_the_page_budget() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    send(&workspace, &[]).expect(0);
    let loads = site.loads();
    assert_eq!(loads.iter().filter(|path| path.ends_with("/contact")).count(), 1, "one page load and one post: {loads:?}");
    assert_eq!(loads.len(), 1, "{loads:?}");
}

#[test]
fn an_unknown_key_is_placed_and_the_nearest_one_named() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile { more: "timezon = \"America/Chicago\"\n", ..ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes") });
    let text = std::fs::read_to_string(workspace.path().join("shops/bluebonnet.toml")).unwrap();
    let line = text.lines().position(|line| line.starts_with("timezon =")).unwrap() + 1;
    let run = workspace.run(&["shop", "--wave", WAVE]).expect(2);
    let placed = [format!("bluebonnet.toml:{line}:1"), format!("line {line}, column 1")].iter().any(|place| run.err.contains(place));
    assert!(placed && run.err.contains("bluebonnet.toml"), "the message does not place line {line}, column 1:\n{}", run.err);
    assert!(run.err.contains("did you mean `timezone`?"), "{}", run.err);
    let mut workspace = Workspace::new();
    workspace.configure("[wave]\nmin_days_betwen = 3\n");
    let run = workspace.run(&["status"]).expect(2);
    assert!(run.err.contains("crickets.toml") && run.err.contains("min_days_between"), "{}", run.err);
}

#[test]
fn json_means_json_and_nothing_else_on_stdout() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    let mut args = vec!["shop"];
    args.extend(SEND);
    workspace.json(&args);
    assert_eq!(workspace.json(&["status"])["schema"], "crickets.status/1");
    assert_eq!(workspace.json(&["review", "list"])["schema"], "crickets.review/1");
    for args in [
        &["watch", "--once", "--json"][..],
        &["rederive", "--json"],
        &["report", "--wave", WAVE, "--format", "json", "--json"],
        &["check", "--json"],
    ] {
        let run = workspace.run(args);
        assert!(matches!(run.code, Some(0 | 1)), "{run:?}");
        for line in if serde_json::from_str::<Value>(&run.out).is_ok() { Vec::new() } else { run.out.lines().collect() } {
            assert!(serde_json::from_str::<Value>(line).is_ok(), "{}: not JSON: {line}", run.what);
        }
    }
}

#[test]
fn completions_and_the_manual_are_there() {
    for shell in ["bash", "zsh", "fish"] {
        let run = bare(&["completions", shell]).expect(0);
        assert!(run.out.contains("crickets") && run.out.contains("review"), "{shell}: {}", run.out);
    }
    let manual = bare(&["man"]).expect(0);
    assert!(manual.out.contains(".TH") && manual.out.contains("crickets"), "{}", manual.out);
}

#[test]
fn a_log_is_scored_without_a_workspace() {
    let folder = tempfile::tempdir().unwrap();
    let log = r#"{"schema":"crickets.log/1","as_of":"2026-12-15T00:00:00Z","a_key_of_tomorrow":1,
 "inquiry":{"shop":"bluebonnet","builder":"Bluebonnet Homes","timezone":"America/Chicago","hours":"Mo-Fr 09:00-18:00",
  "sent_at":"2026-11-02T16:00:00Z","confirmed_at":"2026-11-02T16:00:02Z","confirmed_by":"redirect",
  "question":"Does the Magnolia have a three-car garage?","offered":{"phone":true,"text":false}},
 "touches":[
  {"id":"t1","channel":"call","origin":"personal","at":"2026-11-02T16:05:02Z","from":"+15125550100","labels":{}},
  {"id":"t2","channel":"email","origin":"personal","at":"2026-11-02T17:00:02Z","from":"amy@bluebonnet.test",
   "labels":{"sender_name":"Amy Ortiz","name_used":true,"question":"yes","placement":"inbox"}}]}"#;
    std::fs::write(folder.path().join("log.json"), log).unwrap();
    let run = |args: &[&str]| run_in(folder.path(), folder.path(), args);
    let card = run(&["score", "log.json", "--json"]).expect(0).json();
    assert_eq!((&card["shop"], &card["verdict"]), (&"bluebonnet".into(), &"final".into()), "{card:#}");
    assert_eq!((&card["first"]["call"], &card["first"]["personal_email"]), (&300.into(), &3600.into()), "{card:#}");
    let criterion = |id: &str| {
        let all = card["criteria"].as_array().unwrap();
        all.iter().find(|criterion| criterion["id"] == id).cloned().unwrap_or_else(|| panic!("no {id}: {card:#}"))
    };
    assert_eq!(
        (&criterion("speed.call")["result"], criterion("speed.call")["points"].as_f64()),
        (&"met".into(), Some(16.0)),
        "300 s are 5 minutes"
    );
    assert_eq!(criterion("speed.personal_email")["points"].as_f64(), Some(8.4), "12 x 0.70 within the hour");
    assert_eq!(criterion("answer.question")["points"].as_f64(), Some(14.0));
    assert_eq!(criterion("channels.text")["counted"], false, "texts were not consented to");

    let later = log.replace("16:05:02Z", "16:05:03Z");
    std::fs::write(folder.path().join("later.json"), later).unwrap();
    let late = run(&["score", "later.json", "--json"]).expect(0).json();
    assert!(late["score"].as_f64() < card["score"].as_f64(), "a second late is late");

    std::fs::write(folder.path().join("broken.json"), "{\"schema\":").unwrap();
    run(&["score", "broken.json"]).expect(2);
    run(&["score", "missing.json"]).expect(2);
    run(&["rubric", "export", "mine.toml"]).expect(0);
    run(&["rubric", "check", "mine.toml"]).expect(0);
    let again = run(&["score", "log.json", "--rubric", "mine.toml", "--json"]).expect(0).json();
    assert_eq!(again["score"], card["score"], "the exported rubric is the one in use");
}

#[test]
fn a_builders_own_figures_are_ratios_and_bad_rows_are_named() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| run_in(folder.path(), folder.path(), args);
    std::fs::write(folder.path().join("one.csv"), "Month,Lead Source,Leads,Appts,Contracts\n2026-10,Web,1540,16,4\n").unwrap();
    let shown = run(&["program", "one.csv"]).expect(0);
    for figure in ["1.04 % (0.64 % to 1.68 %)", "25 % (10.2 % to 49.5 %)", "0.26 % (0.1 % to 0.67 %)"] {
        assert!(shown.out.contains(figure), "{figure} is not in\n{}", shown.out);
    }
    let rows = "Month,Lead Source,Leads,Appts,Contracts\n2026-10,Web,100,12,3\n2026-10,Walk-in,1440,4,1\n2026-11,Web,,3,1\n";
    std::fs::write(folder.path().join("mixed.csv"), rows).unwrap();
    let mixed = run(&["program", "mixed.csv", "--json"]).expect(1);
    assert!(mixed.err.contains("mixed.csv, line 4: leads is empty"), "{}", mixed.err);
    let mixed = mixed.json();
    assert_eq!((&mixed["schema"], &mixed["all"]["leads"]), (&"crickets.program/1".into(), &1540.into()));
    assert_eq!((&mixed["without_onsite"]["leads"], &mixed["warnings"][0]["kind"]), (&100.into(), &"onsite_sources".into()));
    std::fs::write(folder.path().join("none.csv"), "a,b\n1,2\n").unwrap();
    assert!(run(&["program", "none.csv"]).expect(2).err.contains("no column is the leads"));
    run(&["program", "missing.csv"]).expect(2);
}

#[test]
fn a_builders_own_figures_stand_beside_its_audit() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    let program = "program = \"programs/b.csv\"\n";
    workspace.shop(&ShopFile { more: program, ..ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes") });
    workspace.write("programs/b.csv", "leads,appointments,sales\n1540,16,4\nmany,1,1\n");
    send(&workspace, &[]).expect(0);
    workspace.run(&["report", "--wave", WAVE]).expect(0);
    let report = workspace.report(WAVE);
    let [beside] = report["program"].as_array().unwrap().as_slice() else { panic!("{}", report["program"]) };
    assert_eq!((&beside["builder"], &beside["file"]), (&"Bluebonnet Homes".into(), &"programs/b.csv".into()));
    assert_eq!(beside["all"]["lead_to_sale"]["share"].as_f64(), Some(0.002_597));
    assert_eq!((&beside["bad_rows"][0]["line"], &beside["audit"]), (&3.into(), &serde_json::Value::Null), "no final inquiry yet");
    let markdown = std::fs::read_to_string(workspace.path().join("reports").join(WAVE).join("report.md")).unwrap();
    assert!(markdown.contains("| all | 1540 | 16 | 4 | 1.04 % (0.64 % to 1.68 %) |"), "{markdown}");
    // A study did not ask for it.
    workspace.shop(&ShopFile { more: program, basis: Some("study"), ..ShopFile::on(&site, "pecan", "Pecan Homes") });
    assert!(workspace.run(&["shop", "pecan", "--wave", WAVE]).expect(2).err.contains("a study takes no figures"));
}

#[test]
fn a_rubric_with_a_criterion_that_nobody_judges_is_refused_at_its_place() {
    let folder = tempfile::tempdir().unwrap();
    let run = |args: &[&str]| run_in(folder.path(), folder.path(), args);
    let text = run(&["rubric", "export"]).expect(0).out.replace("[next.reason]", "[next.reasons]");
    std::fs::write(folder.path().join("mine.toml"), text).unwrap();
    let refused = run(&["rubric", "check", "mine.toml"]).expect(2);
    assert!(refused.err.contains("[next.reasons]") && refused.err.contains("did you mean `reason`?"), "{}", refused.err);
}

#[test]
fn what_a_person_saw_is_recorded() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir().with_phone();
    let manual = "[submit]\nmode = \"manual\"\n";
    workspace.shop(&ShopFile { tail: manual, ..ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes") });
    send(&workspace, &[]).expect(0);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["status"], "manual");
    let now = chrono::Utc::now();
    let ago = |seconds: i64| (now - chrono::TimeDelta::seconds(seconds)).to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    workspace.ok(&["record", "inquiry", "bluebonnet", "--wave", WAVE, "--at", &ago(1_000), "--by", "Pat"]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["status"], "confirmed");
    let call = ["record", "touch", "bluebonnet", "--wave", WAVE, "--channel", "call", "--from", "+15125550100", "--label", "question=yes"];
    let at = ago(700);
    workspace.ok(&[&call[..], &["--at", &at]].concat());
    let report = workspace.make_report(WAVE, &[]);
    let entry = shop(&report, "bluebonnet");
    assert_eq!((&entry["first"]["call"], &entry["confirmed_by"]), (&300.into(), &"person".into()), "{entry:#}");
    let all = touches(&report, "bluebonnet");
    assert_eq!((&all[0]["attributed_by"], &all[0]["labels"]["question"]), (&"person".into(), &"yes".into()), "{all:#?}");
    assert!(site.posts().is_empty());
}

#[test]
fn a_reader_that_leaves_early_is_no_failure() {
    let folder = tempfile::tempdir().unwrap();
    for args in [&["completions", "zsh"][..], &["man"], &["--help"]] {
        assert!(!bare(args).expect(0).out.is_empty(), "{args:?} says nothing to a reader that stays");
        let mut child =
            command(folder.path(), folder.path(), args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        let status = child.wait().unwrap();
        assert_eq!(status.code(), Some(0), "{args:?}: {status}: {said}");
        assert!(said.is_empty(), "{args:?}: {said}");
    }
}

#[test]
fn what_could_not_be_sent_fails_and_is_tried_again_by_the_shop_file_as_it_now_is() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    let good = || ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes");
    workspace.shop(&ShopFile { form: format!("http://127.0.0.1:{}/", free_port()), ..good() });
    workspace.run(&["shop", "--wave", WAVE]).expect(1);
    send(&workspace, &[]).expect(1);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["status"], "failed");

    let again = [&["shop"][..], &SEND, &["--retry"]].concat();
    workspace.shop(&ShopFile { more: "do_not_shop = true\n", ..good() });
    workspace.run(&again).expect(3);
    assert!(site.posts().is_empty(), "a builder that asked not to be shopped was asked");
    workspace.shop(&good());
    workspace.ok(&again);
    assert_eq!((workspace.inquiry(WAVE, "bluebonnet")["status"].clone(), site.posts().len()), ("confirmed".into(), 1));
}

#[test]
fn a_shop_named_twice_is_asked_once_and_marked_when_it_was_a_rehearsal() {
    let site = Site::start(Answer::Thanks);
    let workspace = Workspace::with_maildir();
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    workspace.ok(&["shop", "--wave", WAVE]);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet")["rehearsal"], false);
    let run = workspace.json(&[&["--now", "2026-11-02T16:00:00Z", "shop", "bluebonnet", "bluebonnet"][..], &SEND].concat());
    assert_eq!(run["shops"].as_array().unwrap().len(), 1, "{run:#}");
    let inquiry = workspace.inquiry(WAVE, "bluebonnet");
    assert_eq!((&inquiry["status"], &inquiry["rehearsal"]), (&"confirmed".into(), &true.into()), "{inquiry:#}");
    assert_eq!(site.posts().len(), 1);
}

#[test]
fn a_person_who_submits_is_told_the_address_and_an_unclear_inquiry_is_not_recorded_anew() {
    let site = Site::start(Answer::Mute);
    let workspace = Workspace::with_maildir();
    let manual = "[submit]\nmode = \"manual\"\n";
    workspace.shop(&ShopFile { tail: manual, ..ShopFile::on(&site, "harbor", "Harbor Homes") });
    for args in [&["shop", "--wave", WAVE][..], &[&["shop"][..], &SEND].concat()] {
        let run = workspace.ok(args);
        assert!(run.out.contains("shopper+") && run.out.contains("three-car garage?"), "{}", run.out);
    }
    workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
    send(&workspace, &["bluebonnet"]).expect(0);
    let before = workspace.inquiry(WAVE, "bluebonnet");
    assert_eq!(before["status"], "unclear");
    let run = workspace.run(&["record", "inquiry", "bluebonnet", "--wave", WAVE]).expect(2);
    assert!(run.err.contains("review set"), "{}", run.err);
    assert_eq!(workspace.inquiry(WAVE, "bluebonnet"), before);
    for wave in ["..", ".hidden", "a\nb", &"w".repeat(101)] {
        for args in [&["record", "inquiry", "harbor", "--wave", wave][..], &["shop", "harbor", "--wave", wave]] {
            let run = workspace.run(args).expect(2);
            assert!(run.err.contains("name of a wave"), "no folder outside `reports/`: {}", run.err);
        }
    }
}

#[test]
fn processes_that_meet_in_a_new_workspace_do_not_trip_each_other() {
    let site = Site::start(Answer::Thanks);
    for _ in 0..4 {
        let workspace = Workspace::with_maildir();
        workspace.shop(&ShopFile::on(&site, "bluebonnet", "Bluebonnet Homes"));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| workspace.ok(&["status"]));
            }
            scope.spawn(|| workspace.ok(&["shop", "--wave", WAVE]));
        });
    }
}
