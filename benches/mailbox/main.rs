//! A mailbox of 10,000 mails on a real Dovecot, collected by the built program: fetched, kept as evidence, attributed,
//! classified and stored, as a whole process. Beside it, in turn and on the same box: mbsync, which only downloads it, and a
//! loop of Python's imaplib and email. Then the time from an IDLE client's notice of a new mail to the stored touch.
//!
//!     cargo bench --bench mailbox                     # two rounds of each
//!     cargo bench --bench mailbox -- --rounds 5
//!     cargo bench --bench mailbox -- --only crickets  # or mbsync, python, wake
//!
//! Needs Debian's dovecot-core, dovecot-imapd, dovecot-lmtpd and time; mbsync (isync) where it is installed.

#![expect(clippy::unwrap_used, clippy::expect_used, clippy::disallowed_methods, reason = "a bench stops at the first surprise")]

mod letters;
#[expect(dead_code, unused_imports, clippy::indexing_slicing, reason = "the tests' servers, of which a bench needs one")]
#[path = "../../tests/it/peers/mod.rs"]
mod peers;
mod process;
mod server;
mod shops;
mod wake;

use std::path::{Path, PathBuf};
use std::process::Command;

use peers::{Dovecot, PASSWORD};
use process::Figures;

/// The mails of the large folder and of the small one, which shows whether memory grows with a mailbox.
const MANY: u64 = 10_000;
const FEW: u64 = 2_000;

fn main() {
    let options: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| options.iter().position(|option| option == name).and_then(|at| options.get(at + 1));
    let rounds: usize = after("--rounds").map_or(2, |rounds| rounds.parse().expect("a number of rounds"));
    let wanted = |name: &str| after("--only").is_none_or(|only| only == name);
    let Some(dovecot) = Dovecot::start() else { return };
    let folder = tempfile::tempdir().unwrap();
    let workspace = shops::workspace(&folder.path().join("template"), &dovecot);
    let bytes = server::fill(&dovecot, "INBOX", MANY, &workspace.asked);
    server::fill(&dovecot, "Few", FEW, &workspace.asked);
    println!("== {MANY} mails, {:.1} MB, on Dovecot over TLS; {} inquiries; {} cores", mb(bytes), workspace.asked.len(), cores());

    // Unmeasured: the server reads every file once and writes its indexes.
    python(&dovecot, "INBOX");
    python(&dovecot, "Few");
    let (mut ours, mut few, mut mbsync, mut loops) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for round in 0..rounds {
        let at = |name: &str| folder.path().join(format!("{name}{round}"));
        if wanted("crickets") {
            ours.push(told("crickets", MANY, collect(&workspace.path, &at("many"), "INBOX")));
            few.push(told("crickets, 2,000 mails", FEW, collect(&workspace.path, &at("few"), "Few")));
        }
        if wanted("mbsync") {
            mbsync.extend(download(&dovecot, &at("maildir")).map(|figures| told("mbsync", MANY, figures)));
        }
        if wanted("python") {
            loops.push(told("python", MANY, python(&dovecot, "INBOX")));
        }
    }
    ratios(&ours, &few, &mbsync, &loops);
    if wanted("wake") {
        let box_read = folder.path().join("many0");
        if !box_read.exists() {
            collect(&workspace.path, &box_read, "INBOX");
        }
        wake::measure(&dovecot, &box_read, &workspace.asked);
    }
}

fn told(name: &str, mails: u64, figures: Figures) -> Figures {
    println!(
        "{name:<22} {:>7.1} s  {:>6.0} mails/s  {:>6.2} s CPU (user {:.2}, system {:.2})  peak {:>5.1} MB",
        figures.wall,
        per_second(mails, &figures),
        figures.user + figures.system,
        figures.user,
        figures.system,
        figures.peak_mb
    );
    figures
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn per_second(mails: u64, figures: &Figures) -> f64 {
    mails as f64 / figures.wall
}

#[expect(clippy::cast_precision_loss, reason = "a figure for people")]
fn mb(bytes: u64) -> f64 {
    bytes as f64 / 1e6
}

fn cores() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

/// The best of each, since whatever else the machine does only makes them slower.
fn ratios(ours: &[Figures], few: &[Figures], mbsync: &[Figures], loops: &[Figures]) {
    let best = |of: &[Figures], figure: fn(&Figures) -> f64| of.iter().map(figure).min_by(f64::total_cmp);
    let wall = |of: &[Figures]| best(of, |figures| figures.wall);
    let cpu = |of: &[Figures]| best(of, |figures| figures.user + figures.system);
    let peak = |of: &[Figures]| of.iter().map(|figures| figures.peak_mb).max_by(f64::total_cmp);
    println!("== the best of each");
    if let (Some(ours), Some(theirs)) = (wall(ours), wall(mbsync)) {
        println!("mails per second, as a ratio to mbsync: {:.2} (wanted: 5)", theirs / ours);
    }
    if let (Some(ours), Some(theirs)) = (cpu(ours), cpu(loops)) {
        println!("CPU, as a ratio to the Python loop: {:.2} (wanted: below 1)", ours / theirs);
    }
    if let (Some(many), Some(few)) = (peak(ours), peak(few)) {
        println!("peak of memory: {many:.1} MB with {MANY} mails, {few:.1} MB with {FEW} (wanted: below 40, and the same)");
    }
}

/// `crickets watch --once` on a copy of the workspace, as a whole process.
fn collect(template: &Path, copy: &Path, folder: &str) -> Figures {
    shops::copy(template, copy, folder);
    let mut command = Command::new(env!("CARGO_BIN_EXE_crickets"));
    command.args(["watch", "--once", "--json"]).current_dir(copy).env("SHOPPER_PASSWORD", PASSWORD).env_remove("CRICKETS_WORKSPACE");
    let (figures, out) = process::timed(&command);
    let document: serde_json::Value = serde_json::from_str(&out).unwrap_or_else(|error| panic!("{error}: {out}"));
    let count = if folder == "INBOX" { MANY } else { FEW };
    assert_eq!(document.pointer("/sources/0/new").and_then(serde_json::Value::as_u64), Some(count), "{document:#}");
    assert_eq!(document.get("judged").and_then(serde_json::Value::as_u64), Some(count), "{document:#}");
    figures
}

/// mbsync's download of the same folder; `None` when it is not installed.
fn download(dovecot: &Dovecot, near: &Path) -> Option<Figures> {
    let program = ["/usr/bin/mbsync", "/usr/local/bin/mbsync"].into_iter().find(|program| Path::new(program).is_file());
    let Some(program) = program else {
        println!("mbsync is not installed (apt-get install isync)");
        return None;
    };
    std::fs::create_dir_all(near).unwrap();
    let config = near.join("mbsyncrc");
    let text = format!(
        "IMAPAccount bench\nHost localhost\nPort {}\nUser shopper\nPass \"{PASSWORD}\"\nSSLType IMAPS\nCertificateFile {}\n\nIMAPStore far\nAccount bench\n\n\
         MaildirStore near\nPath {near}/\nInbox {near}/INBOX\n\nChannel bench\nFar :far:INBOX\nNear :near:INBOX\nSync Pull\nCreate Near\nSyncState *\n",
        dovecot.imaps_port(),
        dovecot.ca_file().display(),
        near = near.display(),
    );
    std::fs::write(&config, text).unwrap();
    let mut command = Command::new(program);
    command.arg("-q").arg("-c").arg(&config).arg("bench");
    let (figures, _) = process::timed(&command);
    let count = std::fs::read_dir(near.join("INBOX/new")).unwrap().count() + std::fs::read_dir(near.join("INBOX/cur")).unwrap().count();
    assert_eq!(count as u64, MANY, "mbsync downloaded all");
    std::fs::remove_dir_all(near).unwrap();
    Some(figures)
}

fn python(dovecot: &Dovecot, folder: &str) -> Figures {
    let script = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("benches/mailbox/imap_loop.py");
    let mut command = Command::new("python3");
    command.arg(script).arg(dovecot.imaps_port().to_string()).arg(dovecot.ca_file()).args(["shopper", PASSWORD, folder]);
    let (figures, out) = process::timed(&command);
    let count = if folder == "INBOX" { MANY } else { FEW };
    assert!(out.starts_with(&format!("{count} ")), "{out}");
    figures
}
