//! The report as a person sees it: a real browser opens the demo's pages from the disk, renders them, and asks no host
//! for anything.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::peers::{Leash, program};
use crate::site::counting_image;
use crate::{demo, workspace::DEADLINE};

/// What the browser did with a page.
struct Seen {
    pdf: usize,
    requests: Vec<String>,
    dom: String,
}

/// Opens a page in headless Chromium with a log of every request; `None` when Chromium is not installed.
fn open(page: &Path) -> Option<Seen> {
    let chromium = program("chromium", "chromium")?;
    let folder = tempfile::tempdir().unwrap();
    let at = |name: &str| folder.path().join(name);
    let address = format!("file://{}", page.display());
    let run = |what: &[String], out: Stdio| {
        let mut command = Command::new(&chromium);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps"]);
        command.arg("--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1").arg(format!("--user-data-dir={}", at("profile").display()));
        command.arg(format!("--log-net-log={}", at("net.json").display())).args(what).arg(&address).env("HOME", folder.path());
        let mut browser = Leash::start(command.stdin(Stdio::null()).stdout(out).stderr(Stdio::null()));
        assert!(browser.wait(DEADLINE).is_some_and(|status| status.success()), "Chromium did not finish {address}");
    };
    run(&[format!("--print-to-pdf={}", at("page.pdf").display())], Stdio::null());
    let requests = requests(&std::fs::read_to_string(at("net.json")).unwrap());
    run(&["--dump-dom".to_owned()], Stdio::from(std::fs::File::create(at("dom.html")).unwrap()));
    let pdf = std::fs::read(at("page.pdf")).unwrap_or_default();
    assert!(pdf.starts_with(b"%PDF"), "{address} was not printed");
    Some(Seen { pdf: pdf.len(), requests, dom: std::fs::read_to_string(at("dom.html")).unwrap() })
}

/// Every http or https address in Chromium's network log that a page asked for; the browser's own errands, which it
/// starts without any page, carry no initiator.
fn requests(log: &str) -> Vec<String> {
    let closed = if log.trim_end().ends_with('}') { log.to_owned() } else { format!("{}]}}", log.trim_end().trim_end_matches(',')) };
    let log: Value = serde_json::from_str(&closed).expect("Chromium's network log is JSON");
    let events = log["events"].as_array().expect("the log has events");
    let asked = events.iter().filter(|event| of_a_page(&event["params"]["initiator"])).filter_map(|event| event["params"]["url"].as_str());
    asked.filter(|url| url.starts_with("http")).map(str::to_owned).collect()
}

/// A page from the disk has the opaque origin `null`; the browser's own errands have none, or a host of its maker's.
fn of_a_page(initiator: &Value) -> bool {
    initiator.as_str().is_some_and(|origin| origin.starts_with("null") || origin.starts_with("file"))
}

#[test]
fn a_request_would_be_seen() {
    let (site, image) = counting_image();
    let folder = tempfile::tempdir().unwrap();
    let page = folder.path().join("page.html");
    std::fs::write(&page, format!("<!doctype html><title>t</title><p>Hello.</p><img src=\"{image}\">")).unwrap();
    let Some(seen) = open(&page) else { return };
    assert!(!site.loads().is_empty(), "the browser did not load the image");
    assert!(seen.requests.contains(&image), "the image was loaded, and the log does not show it: {:?}", seen.requests);
}

#[test]
fn the_demos_report_renders_and_asks_nobody() {
    if program("chromium", "chromium").is_none() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    demo::run(folder.path(), "demo").expect(0);
    let index = demo::report_file(&folder.path().join("demo"), "index.html");
    let builders = index.parent().unwrap().join("builders");
    let mut pages: Vec<_> = std::fs::read_dir(&builders).unwrap().flatten().map(|entry| entry.path()).collect();
    pages.sort();
    let report: Value = serde_json::from_slice(&std::fs::read(index.parent().unwrap().join("report.json")).unwrap()).unwrap();
    let shops = report["shops"].as_array().unwrap();
    assert_eq!(pages.len(), shops.len(), "a page a builder");

    let seen = open(&index).unwrap();
    assert!(seen.requests.is_empty(), "the report asks for {:?}", seen.requests);
    assert!(seen.pdf > 10_000, "a report of {} bytes", seen.pdf);
    for shop in shops {
        let builder = shop["builder"].as_str().unwrap();
        assert!(seen.dom.contains(&builder.replace('&', "&amp;")), "the report does not show {builder}");
    }

    let seen = open(&pages[0]).unwrap();
    assert!(seen.requests.is_empty(), "{} asks for {:?}", pages[0].display(), seen.requests);
    assert!(seen.pdf > 5_000 && seen.dom.contains("<h1"), "{} bytes", seen.pdf);
}
