//! A workspace with inquiries that were really sent: to sites on addresses of loopback, by the built program.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::{Form, State};
use axum::http::HeaderMap;
use axum::response::Html;
use axum::routing::get;

use crate::letters::Asked;
use crate::peers::{Dovecot, PASSWORD};

const SHOPS: usize = 24;

const PAGE: &str = r#"<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Contact</title></head><body><h1>Ask us</h1>
<form action="/contact" method="post"><p><label>First name <input name="fname" required></label></p>
<p><label>Last name <input name="lname" required></label></p><p><label>Email <input name="email" type="email" required></label></p>
<p><label>Phone <input name="phone" type="tel"></label></p>
<p><label>How can we help you? <textarea name="message" required></textarea></label></p>
<p><button type="submit">Send</button></p></form></body></html>"#;

/// A workspace, and what was asked from it.
pub(crate) struct Workspace {
    pub(crate) path: PathBuf,
    pub(crate) asked: Vec<Asked>,
}

/// The address that each host was given.
type Posts = Arc<Mutex<Vec<(String, String)>>>;

async fn post(State(posts): State<Posts>, headers: HeaderMap, Form(fields): Form<Vec<(String, String)>>) -> Html<&'static str> {
    let host = headers.get("host").and_then(|host| host.to_str().ok()).unwrap_or_default().to_owned();
    let email = fields.into_iter().find(|(name, _)| name == "email").map(|(_, value)| value).unwrap_or_default();
    posts.lock().unwrap().push((host, email));
    Html("<h1>Thank you!</h1><p>We have received your message and will be in touch.</p>")
}

/// Makes the workspace and sends its inquiries.
pub(crate) fn workspace(root: &Path, dovecot: &Dovecot) -> Workspace {
    let posts = Posts::default();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("0.0.0.0", 0))).unwrap();
    let port = listener.local_addr().unwrap().port();
    let router = Router::new().route("/contact", get(|| async { Html(PAGE) }).post(post)).with_state(Arc::clone(&posts));
    runtime.spawn(async move { axum::serve(listener, router).await });

    std::fs::create_dir_all(root.join("shops")).unwrap();
    let config = format!(
        "[workspace]\nname = \"Bench\"\n[persona.dana]\nfirst = \"Dana\"\nlast = \"Whitfield\"\nphone = \"+15125550142\"\n\
         [mailbox.main]\nurl = \"imaps://shopper@localhost:{}\"\npassword = {{ env = \"SHOPPER_PASSWORD\" }}\naddress = \"shopper@crickets.test\"\nalias = \"plus\"\n\
         ca_file = \"{}\"\ntrusted = [\"mx.crickets.test\", \"imap.crickets.test\"]\nfolders = [\"INBOX\"]\n",
        dovecot.imaps_port(),
        dovecot.ca_file().display()
    );
    std::fs::write(root.join("crickets.toml"), config).unwrap();
    for number in 0..SHOPS {
        let mut text = String::new();
        let host = host(number);
        write!(
            text,
            "builder = \"{}\"\nsite = \"http://{host}:{port}/\"\nform = \"http://{host}:{port}/contact\"\ntimezone = \"America/Chicago\"\nhours = \"24/7\"\n\
             basis = \"client\"\nstate = \"TX\"\ndomains = [\"{}\"]\n[inquiry]\npersona = \"dana\"\ncommunity = \"Willow Creek\"\n\
             question = \"Does the Magnolia at Willow Creek come with a three-car garage?\"\nanswer = [\"three-car\", \"third bay\", \"tandem\"]\n",
            builder(number),
            domain(number)
        )
        .unwrap();
        std::fs::write(root.join(format!("shops/b{number:02}.toml")), text).unwrap();
    }
    let mut shop = Command::new(env!("CARGO_BIN_EXE_crickets"));
    shop.args(["shop", "--wave", "2026-11", "--send", "--at-once", "--any-time", "--quiet"]);
    let output = shop.current_dir(root).env_remove("CRICKETS_WORKSPACE").env("SHOPPER_PASSWORD", PASSWORD).output().unwrap();
    assert!(output.status.success(), "{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    let posts = posts.lock().unwrap();
    let alias = |number: usize| posts.iter().find(|(to, _)| *to == format!("{}:{port}", host(number))).map(|(_, email)| email.clone());
    let asked = (0..SHOPS)
        .map(|number| Asked { builder: builder(number), domain: domain(number), alias: alias(number).expect("every builder was asked") })
        .collect();
    Workspace { path: root.to_owned(), asked }
}

fn host(number: usize) -> String {
    format!("127.1.1.{}", number + 1)
}

fn builder(number: usize) -> String {
    let names = ["Bluebonnet", "Cedar Hollow", "Juniper", "Lakeshore", "Redstone", "Summit Ridge"];
    format!("{} Homes {number}", names.get(number % names.len()).copied().unwrap_or_default())
}

fn domain(number: usize) -> String {
    format!("builder{number:02}.test")
}

/// A copy of the workspace that collects one folder.
pub(crate) fn copy(from: &Path, to: &Path, folder: &str) {
    let copied = Command::new("cp").arg("-a").arg(from).arg(to).status().unwrap();
    assert!(copied.success());
    let config = std::fs::read_to_string(from.join("crickets.toml")).unwrap();
    std::fs::write(to.join("crickets.toml"), config.replace("folders = [\"INBOX\"]", &format!("folders = [\"{folder}\"]"))).unwrap();
}
