//! A thousand shops at once: the built program submits to sites on a thousand hosts of loopback, each of which takes half a
//! second to answer, a hundred at a time. Wall time as a ratio to what the waiting alone takes, and the peak of memory.
//! Where Scrapy is installed (`SCRAPY_PYTHON=/path/to/python`), it does the same job beside: load the page, fill the form,
//! post it, look for the thanks; it keeps no evidence and no state.
//!
//!     cargo bench --bench shops

#![expect(clippy::unwrap_used, clippy::disallowed_methods, reason = "a bench stops at the first surprise, and is told where Scrapy is")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use axum::Router;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;

const SHOPS: usize = 1_000;
const AT_ONCE: usize = 100;
const PAUSE: Duration = Duration::from_millis(500);
const REQUESTS: usize = 2;

const PAGE: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contact</title></head><body><h1>Ask us</h1>
<form action="/contact" method="post"><input type="hidden" name="token" value="t0k3n">
<p><label>First name <input name="fname" required></label></p><p><label>Last name <input name="lname" required></label></p>
<p><label>Email <input name="email" type="email" required></label></p><p><label>Phone <input name="phone" type="tel"></label></p>
<p><label>How can we help you? <textarea name="message" required></textarea></label></p>
<p><button type="submit">Send</button></p></form></body></html>"#;

/// The hosts that were posted to.
type Posts = Arc<Mutex<Vec<String>>>;

async fn page() -> Html<&'static str> {
    tokio::time::sleep(PAUSE).await;
    Html(PAGE)
}

async fn post(State(posts): State<Posts>, headers: HeaderMap) -> Html<&'static str> {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    posts.lock().unwrap().push(host);
    tokio::time::sleep(PAUSE).await;
    Html("<h1>Thank you!</h1><p>We have received your message and will be in touch.</p>")
}

/// An address of loopback for each shop.
fn host(number: usize) -> String {
    format!("127.1.{}.{}", number / 250, number % 250 + 1)
}

fn workspace(root: &Path, port: u16) {
    for folder in ["shops", "mail/cur", "mail/new", "mail/tmp"] {
        std::fs::create_dir_all(root.join(folder)).unwrap();
    }
    let config = format!(
        "[workspace]\nname = \"Bench\"\n[persona.dana]\nfirst = \"Dana\"\nlast = \"Whitfield\"\nphone = \"+15125550142\"\n\
         [mailbox.main]\nurl = \"maildir:mail\"\naddress = \"shopper@bench.test\"\nalias = \"plus\"\n[limits]\nconcurrency = {AT_ONCE}\n"
    );
    std::fs::write(root.join("crickets.toml"), config).unwrap();
    for number in 0..SHOPS {
        let mut text = String::new();
        let host = host(number);
        write!(
            text,
            "builder = \"Builder {number}\"\nsite = \"http://{host}:{port}/\"\nform = \"http://{host}:{port}/contact\"\ntimezone = \"America/Chicago\"\nhours = \"24/7\"\n\
             basis = \"client\"\nstate = \"TX\"\n[inquiry]\npersona = \"dana\"\nquestion = \"Does the Magnolia come with a three-car garage?\"\n"
        )
        .unwrap();
        std::fs::write(root.join(format!("shops/b{number:04}.toml")), text).unwrap();
    }
}

/// Waits for a process; gives its wall time and the most memory it held, in MB.
fn watch(mut child: Child, start: Instant) -> (Duration, f64, bool) {
    let status = format!("/proc/{}/status", child.id());
    let mut peak = 0.0_f64;
    loop {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
        let kilobytes = line.and_then(|line| line.split_whitespace().next()).and_then(|n| n.parse::<f64>().ok());
        peak = peak.max(kilobytes.unwrap_or(0.0) / 1_000.0);
        if let Some(ended) = child.try_wait().unwrap() {
            return (start.elapsed(), peak, ended.success());
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn told(name: &str, (wall, peak, good): (Duration, f64, bool), posts: &Posts) {
    let ideal = PAUSE * u32::try_from(SHOPS / AT_ONCE * REQUESTS).unwrap();
    let hosts = std::mem::take(&mut *posts.lock().unwrap());
    let distinct: BTreeSet<&String> = hosts.iter().collect();
    println!(
        "{name:<22} {:>6.2} s  {:.2} times the ideal {:.0} s  peak {peak:.0} MB  {} posts to {} hosts{}",
        wall.as_secs_f64(),
        wall.as_secs_f64() / ideal.as_secs_f64(),
        ideal.as_secs_f64(),
        hosts.len(),
        distinct.len(),
        if good { "" } else { "  FAILED" }
    );
}

fn main() {
    let posts = Posts::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("0.0.0.0", 0))).unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().route("/contact", get(page).post(post)).with_state(Arc::clone(&posts));
    runtime.spawn(async move { axum::serve(listener, router).await });

    let folder = tempfile::tempdir().unwrap();
    workspace(folder.path(), port);
    println!("== {SHOPS} shops, {AT_ONCE} at a time, {} ms for each answer", PAUSE.as_millis());
    let arguments = ["shop", "--wave", "bench", "--send", "--at-once", "--any-time", "--quiet"];
    let mut crickets = Command::new(env!("CARGO_BIN_EXE_crickets"));
    crickets.args(arguments).current_dir(folder.path()).env_remove("CRICKETS_WORKSPACE").stdout(Stdio::null());
    let start = Instant::now();
    told("crickets", watch(crickets.spawn().unwrap(), start), &posts);

    let python = std::env::var("SCRAPY_PYTHON").unwrap_or_else(|_| "python3".to_owned());
    let there = Command::new(&python).args(["-c", "import scrapy"]).stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !there {
        println!("scrapy is not installed for {python}: set SCRAPY_PYTHON to measure it beside");
        return;
    }
    let hosts: String = (0..SHOPS).map(|number| format!("{}:{port}\n", host(number))).collect();
    std::fs::write(folder.path().join("hosts"), hosts).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("benches/shops_scrapy.py");
    let mut scrapy = Command::new(&python);
    scrapy.arg(script).arg(folder.path().join("hosts")).arg(AT_ONCE.to_string()).stdout(Stdio::null()).stderr(Stdio::null());
    let start = Instant::now();
    told("scrapy", watch(scrapy.spawn().unwrap(), start), &posts);
}
