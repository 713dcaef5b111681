//! The report as a person sees it: a real browser opens the demo's pages from the disk, renders them, and asks no host
//! for anything.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

use crate::demo;
use crate::import::{WAVE, now};
use crate::peers::{Chrome, Leash, Look, program};
use crate::site::{Pages, counting_image};
use crate::workspace::{DEADLINE, ShopFile, Workspace};

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

/// The pictures of a page: what each is said to be, how wide it is, and how much of it is dark.
const PICTURES: &str = "Promise.all([...document.images].map(async image => {
    image.loading = 'eager';
    await image.decode();
    const canvas = document.createElement('canvas');
    [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
    const ground = canvas.getContext('2d');
    ground.drawImage(image, 0, 0);
    const {data} = ground.getImageData(0, 0, canvas.width, canvas.height);
    let dark = 0;
    for (let at = 0; at < data.length; at += 4) { if (data[at] + data[at + 1] + data[at + 2] < 300) dark += 1; }
    return {what: image.alt, width: image.naturalWidth, shown: image.getBoundingClientRect().width, dark, kind: image.src.slice(0, 23)};
}))";

const LEFT: &str = "Hi Dana, this is Amy Ortiz with Bluebonnet Homes. The third bay at Willow Creek is a tandem.";

/// A submission through a real browser and a voicemail after it.
fn seen_and_heard(pages: &Pages) -> Workspace {
    let workspace = Workspace::with_maildir().with_phone();
    workspace.shop(&ShopFile {
        slug: "ajax",
        builder: "Bluebonnet Homes",
        site: pages.page("ajax"),
        form: pages.page("ajax"),
        basis: Some("client"),
        state: "TX",
        more: "phones = [\"+15125550100\"]\n",
        tail: "[submit]\nmode = \"browser\"\n",
    });
    workspace.run_long(&["shop", "--wave", WAVE, "--send", "--any-time"]).expect(0);
    crate::workspace::a_second_passes();
    let row = format!("v1,voicemail,inbound,+15125550100,+15125550142,{},20,false,\"{LEFT}\"\n", now());
    workspace.write("calls.csv", &format!("id,channel,direction,from,to,started_at,duration_s,answered,body\n{row}"));
    workspace.ok(&["import", "calls", "calls.csv"]);
    workspace
}

#[test]
fn a_scorecard_shows_what_the_browser_saw_and_what_the_voicemail_said() {
    let (Some(mut chrome), true) = (Chrome::start(), program("chromedriver", "chromium-driver").is_some()) else { return };
    let pages = Pages::start();
    let workspace = seen_and_heard(&pages);
    workspace.make_report(WAVE, &["--format", "html"]);
    let page = workspace.path().join("reports").join(WAVE).join("builders/ajax.html");
    let mut look = || {
        chrome.open(&page, Look { width: 1_280, dark: false, bypass: false });
        let seen = chrome.evaluate(PICTURES).as_array().unwrap().clone();
        let text = chrome.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true }); document.body.innerText");
        assert!(chrome.requests().is_empty(), "the page asks for {:?}", chrome.requests());
        (seen, text.as_str().unwrap().to_owned())
    };
    let (seen, text) = look();
    let what: Vec<&str> = seen.iter().map(|picture| picture["what"].as_str().unwrap()).collect();
    assert_eq!(
        what,
        ["Screenshot: The page with the form", "Screenshot: Filled in, before it was sent", "Screenshot: What the site answered"]
    );
    for picture in &seen {
        let number = |key: &str| picture[key].as_f64().unwrap();
        assert!(picture["kind"] == "data:image/jpeg;base64," && number("width") > 400.0 && number("shown") > 200.0, "{picture}");
        assert!(number("dark") > 200.0, "there is nothing on it: {picture}");
    }
    assert!(seen[1]["dark"].as_f64() > seen[0]["dark"].as_f64(), "a form that is filled in holds more: {seen:?}");
    assert!(text.contains("Transcript of the voicemail") && text.contains(LEFT), "{text}");

    let shown = workspace.json(&["review", "show", &format!("{WAVE}/ajax")]);
    let proofs = shown["evidence"].as_array().unwrap();
    let hash = |role: &str| proofs.iter().find(|proof| proof["role"] == role).unwrap()["sha256"].as_str().unwrap().to_owned();
    for role in ["screenshot page", "screenshot before", "screenshot after"] {
        assert!(text.contains(&format!("Evidence: {role}")) && text.contains(&format!("sha256:{}", hash(role))), "{role} in {text}");
    }

    // A picture that is no longer what was kept is not shown; its hash still is.
    let changed = hash("screenshot after");
    let file = workspace.path().join(".crickets/evidence").join(&changed[..2]).join(&changed);
    std::fs::remove_file(&file).unwrap();
    std::fs::copy(workspace.path().join(".crickets/evidence").join(&hash("screenshot before")[..2]).join(hash("screenshot before")), &file)
        .unwrap();
    workspace.make_report(WAVE, &["--format", "html"]);
    let (seen, text) = look();
    assert!(seen.len() == 2 && text.contains(&changed), "{} pictures", seen.len());

    // Who reads an anonymous report sees neither.
    workspace.make_report(WAVE, &["--anonymous", "--format", "html,md"]);
    let folder = page.parent().unwrap();
    let cards: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap()).collect();
    let index = std::fs::read_to_string(folder.with_file_name("index.html")).unwrap();
    let others = ["report.md", "report.json"].map(|name| std::fs::read_to_string(folder.with_file_name(name)).unwrap());
    for text in cards.iter().chain([&index]).chain(&others) {
        for name in ["<img", "tandem", "Amy", "Ortiz", "Bluebonnet", "5125550100", &changed] {
            assert!(!text.contains(name), "{name} in {text}");
        }
    }
    assert_eq!(cards.len(), 1);
}
