//! The same log, the same rubric, the same moment: the same bytes; and nothing in it that came after that moment.

use std::time::Duration;

use crate::import::{WAVE, asked, now, stored_letter};
use crate::workspace::{shop, touches};

#[test]
fn the_same_log_gives_the_same_bytes() {
    let (workspace, _site, alias) = asked();
    let rows = format!("id,channel,from,started_at\nc1,call,+15125550100,{0}\nc2,voicemail,+15125550100,{0}\nc3,call,,{0}\n", now());
    workspace.write("calls.csv", &rows);
    workspace.run(&["import", "calls", "calls.csv"]).expect(0);
    for number in 1..=3 {
        workspace.write(&format!("{number}.eml"), &stored_letter(&alias, number, &format!("Hi Dana,\n\nletter {number}.\n\nAmy Ortiz\n")));
    }
    workspace.ok(&["import", "mail", "3.eml", "1.eml", "2.eml"]);

    std::thread::sleep(Duration::from_millis(1_100));
    let as_of = now();
    let bytes = |more: &[&str]| {
        workspace.make_report(WAVE, more);
        std::fs::read(workspace.path().join("reports").join(WAVE).join("report.json")).unwrap()
    };
    let first = bytes(&["--as-of", &as_of]);
    let report = workspace.report(WAVE);
    assert_eq!(report["as_of"].as_str(), Some(as_of.as_str()));
    assert!(touches(&report, "bluebonnet").len() >= 5, "{report:#}");
    assert_eq!(report["rubric"]["sha256"].as_str().map(str::len), Some(64), "{}", report["rubric"]);

    assert!(bytes(&["--as-of", &as_of]) == first, "twice, and not the same");
    workspace.ok(&["import", "mail", "2.eml"]);
    workspace.ok(&["watch", "--once"]);
    workspace.ok(&["rederive"]);
    let again = bytes(&["--as-of", &as_of]);
    let shops = |bytes: &[u8]| serde_json::from_slice::<serde_json::Value>(bytes).unwrap()["shops"][0]["touches"].clone();
    assert_eq!(shops(&again), shops(&first), "read again, derived again, and not the same touches");

    let sent = shop(&report, "bluebonnet")["sent_at"].as_str().unwrap().to_owned();
    let then = bytes(&["--as-of", &sent]);
    assert!(shops(&then).as_array().is_some_and(Vec::is_empty), "as of the sending nothing had come: {:#}", shops(&then));
}

/// What is yet to come nobody watched: without this rule such a report would call a silent shop's window over.
#[test]
fn a_report_of_a_moment_yet_to_come_speaks_of_now() {
    let (workspace, _site, _alias) = asked();
    let before = now();
    let ran = workspace.ok(&["report", "--wave", WAVE, "--format", "json", "--as-of", "2099-01-01T00:00:00Z"]);
    let report = workspace.report(WAVE);
    let spoke_of = report["as_of"].as_str().unwrap().to_owned();
    assert!(before <= spoke_of && spoke_of <= now(), "{spoke_of}");
    assert!(ran.err.contains(&format!("That moment is yet to come: the report speaks of now, {spoke_of}.")), "{}", ran.err);
    assert_ne!(shop(&report, "bluebonnet")["verdict"], "final", "{report:#}");

    // Under a rehearsal's clock now is the rehearsal's.
    workspace.ok(&["--now", "2098-01-01T00:00:00Z", "report", "--wave", WAVE, "--format", "json", "--as-of", "2099-01-01T00:00:00Z"]);
    let spoke_of = workspace.report(WAVE)["as_of"].as_str().unwrap().to_owned();
    assert!(spoke_of.starts_with("2098-01-01T00:0"), "{spoke_of}");
}
