//! A report made of hostile mails, opened in a real Chromium with a log of every request: none goes out, no dialog opens and no script
//! runs; not with the page's Content-Security-Policy, and not without it, so that the cleaning alone is proven.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use chrono::Utc;

use crate::import::{WAVE, asked};
use crate::peers::{Chrome, Look, PATIENCE};
use crate::vectors::vectors;

/// Vectors a mail; one that swallows those after it must not swallow all.
const A_MAIL: usize = 25;
/// How long a page may take to do harm.
const REST: Duration = Duration::from_millis(1_500);

/// A host that counts who asks it for anything.
struct Bait {
    url: String,
    asked: Arc<AtomicUsize>,
}

impl Bait {
    fn start() -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
        let url = format!("http://127.0.0.1:{}/v", listener.local_addr().unwrap().port());
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                count.fetch_add(1, Ordering::SeqCst);
                let _ = stream.set_read_timeout(Some(Duration::from_millis(200)));
                let _heard = stream.read(&mut [0; 2_048]);
                let _ = stream.write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

/// A letter whose every part is hostile.
fn letter(alias: &str, number: usize, vectors: &[String]) -> String {
    let at = Utc::now().to_rfc2822();
    let first = vectors[0].replace(char::is_control, " ");
    let html = vectors.join("\n");
    format!(
        "Delivered-To: {alias}\nReceived: from mail.bluebonnet.test (mail.bluebonnet.test [203.0.113.7])\n\tby mx.crickets.test with ESMTPS id 4c{number}\n\
         \tfor <{alias}>; {at}\nFrom: \"{}\" <amy@bluebonnet.test>\nTo: {alias}\nSubject: {first}\nDate: {at}\nMessage-ID: <hostile-{number}@bluebonnet.test>\n\
         MIME-Version: 1.0\nContent-Type: multipart/alternative; boundary=b0undary\n\n--b0undary\nContent-Type: text/plain; charset=utf-8\n\n\
         Hi Dana,\n\n{html}\n\nAmy Ortiz\n--b0undary\nContent-Type: text/html; charset=utf-8\n\n\
         <html><body><p>Hi Dana, letter {number}:</p>\n{html}\n<p>Amy Ortiz</p></body></html>\n--b0undary--\n",
        first.replace(['"', '\\'], "'")
    )
}

/// Opens every fold of a page and does to its elements what a reader might.
const TOUCH_ALL: &str = "(() => { document.querySelectorAll('details').forEach(one => { one.open = true });\
    const all = document.querySelectorAll('main *');\
    for (const one of all) { if (one.closest('.mail') || one.closest('.excerpt')) {\
      for (const type of ['click', 'mouseover', 'pointerenter', 'focus', 'blur', 'toggle', 'load', 'error', 'animationstart', 'scroll', 'wheel'])\
        one.dispatchEvent(new Event(type, {bubbles: true})); if (one.focus) one.focus(); } } return all.length })()";
/// What of a cleaned mail is more than plain structure.
const UNCLEAN: &str = "[...document.querySelectorAll('.mail *')].filter(one => one.attributes.length > 0 ||\
    !['P','BR','DIV','B','STRONG','I','EM','U','UL','OL','LI','BLOCKQUOTE','PRE'].includes(one.tagName)).map(one => one.outerHTML.slice(0, 200))";

fn control(bait: &Bait, chrome: &mut Chrome, folder: &Path) {
    let raw: Vec<String> =
        vectors(&bait.url).into_iter().filter(|vector| vector.starts_with("<img") && !vector.contains("<script")).collect();
    let page = folder.join("raw.html");
    std::fs::write(&page, format!("<!doctype html><title>raw</title>{}", raw.join("\n"))).unwrap();
    chrome.open(&page, Look { width: 1_000, dark: false, bypass: false });
    let end = Instant::now() + PATIENCE;
    loop {
        chrome.rest(REST);
        let (ran, asked) = (chrome.evaluate("self.__pwned ?? null") == 1, chrome.requests().iter().any(|url| url.starts_with(&bait.url)));
        if ran && asked && bait.asked() > 0 && !chrome.dialogs().is_empty() {
            return;
        }
        assert!(Instant::now() < end, "not cleaned, they run, and are seen: {ran}, {asked}, {}, {:?}", bait.asked(), chrome.dialogs());
    }
}

#[test]
fn a_report_of_hostile_mails_asks_for_nothing_and_runs_nothing() {
    let Some(mut chrome) = Chrome::start() else { return };
    let bait = Bait::start();
    let (workspace, _site, alias) = asked();
    control(&bait, &mut chrome, &workspace.path());

    let all = vectors(&bait.url);
    assert!(all.len() > 1_200, "{} vectors", all.len());
    for (number, some) in all.chunks(A_MAIL).enumerate() {
        workspace.write(&format!("hostile/{number:03}.eml"), &letter(&alias, number, some));
    }
    let run = workspace.run_long(&["import", "mail", "hostile"]).expect(0);
    std::thread::sleep(Duration::from_millis(1_100));
    workspace.run_long(&["report", "--wave", WAVE, "--format", "html"]).expect(0);
    let folder = workspace.path().join("reports").join(WAVE);
    let before = bait.asked();
    for bypass in [false, true] {
        for (page, shows) in [("builders/bluebonnet.html", true), ("index.html", false)] {
            chrome.open(&folder.join(page), Look { width: 1_000, dark: false, bypass });
            let touched = chrome.evaluate(TOUCH_ALL);
            chrome.rest(REST);
            let what = format!("{page}, {} the policy, {touched} elements", if bypass { "without" } else { "with" });
            assert!(chrome.evaluate("self.__pwned ?? null").is_null(), "a script ran on {what}");
            assert_eq!(chrome.dialogs(), [""; 0], "dialogs on {what}");
            assert_eq!(chrome.requests(), [""; 0], "requests of {what}");
            assert_eq!(bait.asked(), before, "somebody was asked by {what}");
            assert!(chrome.evaluate("location.href").as_str().is_some_and(|at| at.ends_with(page)), "{what} went elsewhere");
            let unclean = chrome.evaluate(UNCLEAN);
            assert_eq!(unclean.as_array().map(Vec::len), Some(0), "{what}: {unclean}");
            let mails = chrome.evaluate("document.querySelectorAll('.mail').length").as_u64().unwrap();
            let excerpts = chrome.evaluate("document.querySelectorAll('.excerpt').length").as_u64().unwrap();
            assert!(!shows || (mails > 20 && excerpts > 20), "only {mails} mails and {excerpts} excerpts are shown\n{}", run.out);
        }
    }
}
