//! Sites that are broken, endless or hostile: each ends in a clear sentence within its time, and the good one beside them is
//! asked all the same.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use crate::workspace::Workspace;

const FORM: &str = "<form action='send' method=post><label>Name <input name=name></label><label>Email <input type=email name=mail></label>\
                    <label>Message <textarea name=msg></textarea></label>EXTRA<button>Send</button></form>";

/// The paths that were posted to.
type Posts = Arc<Mutex<Vec<String>>>;

fn serve() -> (u16, Posts) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    let posts = Posts::default();
    let seen = Arc::clone(&posts);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let seen = Arc::clone(&seen);
            std::thread::spawn(move || {
                // Whoever reads leaves early: that is the point of it.
                let _ = answer(stream, &seen);
            });
        }
    });
    (port, posts)
}

fn answer(mut stream: TcpStream, posts: &Posts) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut length = 0;
    loop {
        let mut header = String::new();
        reader.read_line(&mut header)?;
        if let Some(value) = header.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().unwrap_or(0);
        }
        if header.trim().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body)?;
    let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
    if line.starts_with("POST") {
        posts.lock().unwrap().push(path.clone());
    }
    let mut page = |kind: &str, body: &[u8]| {
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
        stream.write_all(head.as_bytes())?;
        stream.write_all(body)
    };
    let html = "text/html; charset=utf-8";
    match path.trim_matches('/') {
        "good" | "resets/page" => page(html, FORM.replace("EXTRA", "").as_bytes()),
        "fields" => {
            let many: String = (0..5_000).map(|n| format!("<p><label>Note {n} <input name=f{n}></label></p>")).collect();
            page(html, FORM.replace("EXTRA", &many).as_bytes())
        }
        "charset" => page(
            "text/html; charset=martian",
            &[b"<meta charset=venusian>\xff\xfe\x80", FORM.replace("EXTRA", "\u{fffd}").as_bytes()].concat(),
        ),
        "nested" => page(html, "<div><b>".repeat(200_000).as_bytes()),
        "loop" => stream.write_all(b"HTTP/1.1 302 Found\r\nLocation: /loop\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        "reset" | "resets/send" => Ok(()),
        "big" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 50000000\r\nConnection: close\r\n\r\n")?;
            let piece = vec![b' '; 100_000];
            (0..500).try_for_each(|_| stream.write_all(&piece))
        }
        "drip" => {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nConnection: close\r\n\r\n")?;
            loop {
                stream.write_all(b" ")?;
                std::thread::sleep(Duration::from_millis(200));
            }
        }
        "send" => page(html, b"<h1>Thank you!</h1><p>We have received your message.</p>"),
        _ => page(html, b"<h1>Nothing here</h1>"),
    }
}

#[test]
fn broken_sites_end_in_a_sentence_and_the_good_one_is_asked() {
    let (port, posts) = serve();
    let mut workspace = Workspace::with_maildir();
    workspace.configure("[limits]\ntimeout_s = 5\nconcurrency = 4");
    let cases = [
        ("good", "http", "good", "confirmed", ""),
        ("fields", "http", "fields", "confirmed", ""),
        ("charset", "http", "charset", "confirmed", ""),
        ("nested", "http", "nested", "failed", "than what is read"),
        ("loop", "http", "loop", "failed", "redirects more than 10 times"),
        ("reset", "http", "reset", "failed", "did not answer"),
        ("big", "http", "big", "failed", "than what is read"),
        ("drip", "http", "drip", "failed", "did not finish its answer within 5 s"),
        ("tls", "https", "good", "failed", "could not connect"),
        ("resets", "http", "resets/page", "unclear", "may have been sent"),
    ];
    for (slug, scheme, path, ..) in cases {
        let url = format!("{scheme}://127.0.0.1:{port}/{path}");
        let text = format!(
            "builder = \"{slug}\"\nsite = \"{url}\"\nform = \"{url}\"\ntimezone = \"America/Chicago\"\nhours = \"24/7\"\nbasis = \"client\"\nstate = \"TX\"\n\
             [inquiry]\npersona = \"dana\"\nquestion = \"Is there a three-car garage?\"\n[submit]\nmode = \"http\"\n"
        );
        workspace.write(&format!("shops/{slug}.toml"), &text);
    }
    // Within the deadline of any run: one drips for ever, and one is without end.
    let run = workspace.run(&["shop", "--wave", "2026-11", "--send", "--at-once", "--any-time", "--json"]).expect(1);
    let told = run.json();
    for (slug, _, _, status, says) in cases {
        let shop = told["shops"].as_array().unwrap().iter().find(|shop| shop["shop"] == slug).unwrap();
        assert_eq!(shop["status"], status, "{slug}: {shop}");
        assert!(shop["reason"].as_str().unwrap().contains(says), "{slug}: {shop}");
    }
    let mut posted = posts.lock().unwrap().clone();
    posted.sort();
    assert_eq!(posted, ["/resets/send", "/send", "/send", "/send"]);
}
