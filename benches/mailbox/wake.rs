//! From the notice of a new mail to the stored touch: `crickets watch --json` beside a bare IMAP client in IDLE on the same
//! folder. The clock starts when the client sees EXISTS, which the server tells both at about the same moment, and ends
//! when the watch tells that it collected and judged the mail.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use crate::letters::{Asked, letter};
use crate::peers::{Dovecot, Leash, PASSWORD};
use crate::server;

const LETTERS: u64 = 30;
const PATIENCE: Duration = Duration::from_mins(1);

/// Delivers letters one by one and prints how long each took from notice to touch.
pub(crate) fn measure(dovecot: &Dovecot, workspace: &Path, asked: &[Asked]) {
    let mut command = Command::new(env!("CARGO_BIN_EXE_crickets"));
    command.args(["watch", "--json"]).current_dir(workspace).env("SHOPPER_PASSWORD", PASSWORD).env_remove("CRICKETS_WORKSPACE");
    let mut watch = Leash::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()));
    let told = lines(BufReader::new(watch.child().stdout.take().unwrap()), |line| line.contains("crickets.watch/1"));
    let noticed = idle(server::imap_port(dovecot));
    // The watch has no sign for "in IDLE"; a first letter, not counted, shows that it is.
    let mut times = Vec::new();
    for number in 0..=LETTERS {
        std::thread::sleep(Duration::from_millis(if number == 0 { 3_000 } else { 700 }));
        server::deliver(dovecot, 1_000_000 + number, &letter(1_000_000 + number, asked));
        let exists = noticed.recv_timeout(PATIENCE).expect("the bare client sees every mail");
        let stored = told.recv_timeout(PATIENCE).expect("the watch tells of every mail");
        let (after, before) = (stored.saturating_duration_since(exists), exists.saturating_duration_since(stored));
        if number > 0 {
            times.push(after.as_secs_f64() * 1e3 - before.as_secs_f64() * 1e3);
        }
    }
    times.sort_by(f64::total_cmp);
    let median = times.get(times.len() / 2).copied().unwrap_or_default();
    let (least, most) = (times.first().copied().unwrap_or_default(), times.last().copied().unwrap_or_default());
    println!("== from a bare client's EXISTS to the stored touch, {LETTERS} mails into a box of {}", crate::MANY);
    println!("median {median:.0} ms, least {least:.0} ms, most {most:.0} ms (wanted: below 300)");
}

/// The moments at which lines of a kind come.
fn lines(mut from: impl BufRead + Send + 'static, wanted: fn(&str) -> bool) -> Receiver<Instant> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        let mut line = String::new();
        while from.read_line(&mut line).is_ok_and(|read| read > 0) {
            if wanted(&line) && sender.send(Instant::now()).is_err() {
                return;
            }
            line.clear();
        }
    });
    receiver
}

/// A client that does nothing but wait; gives the moments at which the server tells it of a mail.
fn idle(port: u16) -> Receiver<Instant> {
    let stream = TcpStream::connect(("127.0.0.1", port)).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let mut writer = stream.try_clone().unwrap();
    let mut reader = BufReader::new(stream);
    let mut say = |command: &str, until: &str| {
        writer.write_all(command.as_bytes()).unwrap();
        let mut line = String::new();
        while !line.starts_with(until) {
            line.clear();
            assert!(reader.read_line(&mut line).unwrap() > 0, "the server hung up after {command}");
        }
    };
    say("", "* OK");
    say(&format!("a LOGIN shopper \"{PASSWORD}\"\r\n"), "a OK");
    say("b EXAMINE INBOX\r\n", "b OK");
    say("c IDLE\r\n", "+");
    // The writer stays open with the thread: a connection that is half shut ends the IDLE.
    let receiver = lines(reader, |line| line.contains(" EXISTS"));
    std::mem::forget(writer);
    receiver
}
