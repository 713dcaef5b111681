//! Real servers for the tests: each on free ports of loopback, in a folder of its own, gone when the test is.

mod chrome;
mod dovecot;
mod grid;
mod leash;
mod mailroom;
mod port;
mod postgres;
mod provider;
mod smtp;
mod standard;

use std::path::PathBuf;
use std::time::{Duration, Instant};

pub(crate) use chrome::{Chrome, Look};
pub(crate) use dovecot::{Dovecot, PASSWORD};
pub(crate) use grid::Grid;
pub(crate) use leash::Leash;
pub(crate) use mailroom::Mailroom;
pub(crate) use port::free_port;
pub(crate) use postgres::Postgres;
pub(crate) use provider::Provider;
pub(crate) use smtp::{Mail, Smtp, lmtp, send};
pub(crate) use standard::Standard;

/// How long anything that depends on the machine's speed may take.
pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

/// The program of a peer, looked for in `PATH` and in the folders that Debian keeps out of a user's `PATH`.
///
/// `None` (after saying so) when it is not installed; a failure when peers are required.
pub(crate) fn program(name: &str, package: &str) -> Option<PathBuf> {
    let path = std::env::var("PATH").unwrap_or_default();
    let mut folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
    folders.extend(["/usr/local/sbin", "/usr/sbin", "/sbin", "/usr/bin"].map(PathBuf::from));
    let found = folders.into_iter().map(|folder| folder.join(name)).find(|file| file.is_file());
    found.or_else(|| absent(name, package))
}

/// The Python of this machine that has a module; `None` (after saying so) when there is none, a failure when peers are required.
pub(crate) fn python(module: &str, package: &str) -> Option<PathBuf> {
    let has = |python: &PathBuf| {
        let mut command = std::process::Command::new(python);
        let asked =
            command.args(["-c", &format!("import {module}")]).stdout(std::process::Stdio::null()).stderr(std::process::Stdio::null());
        asked.status().is_ok_and(|status| status.success())
    };
    let found = [PathBuf::from("/usr/bin/python3"), PathBuf::from("python3")].into_iter().find(has);
    found.or_else(|| absent(module, package))
}

/// What happens when a peer is not there.
pub(crate) fn absent<T>(name: &str, package: &str) -> Option<T> {
    let required = std::env::var("CRICKETS_TEST_PEERS").is_ok_and(|value| value == "required");
    assert!(!required, "{name} is not installed, and CRICKETS_TEST_PEERS=required: run ./test, or apt-get install {package}");
    eprintln!("SKIPPED: {name} is not installed (apt-get install {package}).");
    None
}

/// Waits until `ready` says yes; `false` when `PATIENCE` is over.
pub(crate) fn wait_for(mut ready: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + PATIENCE;
    loop {
        if ready() {
            return true;
        }
        if Instant::now() >= end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(25));
    }
}

/// Whether the tests run as root, which some servers refuse and others need to be told about.
pub(crate) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|own| own.uid() == 0)
}

/// User and group id of a user of this machine.
pub(crate) fn user_ids(name: &str) -> Option<(u32, u32)> {
    let users = std::fs::read_to_string("/etc/passwd").ok()?;
    let line = users.lines().find(|line| line.split(':').next() == Some(name))?;
    let mut ids = line.split(':').skip(2).map(str::parse::<u32>);
    Some((ids.next()?.ok()?, ids.next()?.ok()?))
}

/// Name of the user and of the group that the tests run as.
pub(crate) fn own_names() -> (String, String) {
    let ask = |flag: &str| {
        let out = std::process::Command::new("id").arg(flag).output().unwrap();
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    };
    (ask("-un"), ask("-gn"))
}
