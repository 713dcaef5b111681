//! A workspace in a folder of its own, and the built program to run in it: no home, no configuration of the machine,
//! a deadline on every run.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use crate::peers::{Dovecot, Leash, PATIENCE, Smtp};
use crate::site::Site;

/// The program under test.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_crickets");

/// How long one run of the program may take.
pub(crate) const DEADLINE: Duration = Duration::from_secs(90);

/// A workspace; the folder goes when it is dropped.
pub(crate) struct Workspace {
    folder: TempDir,
    config: String,
}

/// What a run of the program gave.
#[derive(Debug)]
pub(crate) struct Run {
    /// The exit status; `None` after a signal, the deadline's included.
    pub(crate) code: Option<i32>,
    /// Standard output.
    pub(crate) out: String,
    /// Standard error.
    pub(crate) err: String,
    /// What was run, for messages.
    pub(crate) what: String,
}

/// The parts of a shop file that tests vary.
#[derive(Clone, Debug)]
pub(crate) struct ShopFile<'a> {
    /// The file's name without `.toml`.
    pub(crate) slug: &'a str,
    /// The builder.
    pub(crate) builder: &'a str,
    /// The home page.
    pub(crate) site: String,
    /// The page with the form.
    pub(crate) form: String,
    /// Why we may shop it; `None` leaves the line out.
    pub(crate) basis: Option<&'a str>,
    /// State, two letters.
    pub(crate) state: &'a str,
    /// More top-level lines.
    pub(crate) more: &'a str,
    /// More lines of `[inquiry]`, and tables after it.
    pub(crate) tail: &'a str,
}

impl<'a> ShopFile<'a> {
    /// A shop that may be shopped, on a test site.
    pub(crate) fn on(site: &Site, slug: &'a str, builder: &'a str) -> Self {
        Self { slug, builder, site: site.home(slug), form: site.contact(slug), basis: Some("client"), state: "TX", more: "", tail: "" }
    }

    fn text(&self) -> String {
        let basis = self.basis.map(|basis| format!("basis = \"{basis}\"\n")).unwrap_or_default();
        format!(
            r#"builder = "{}"
site = "{}"
form = "{}"
timezone = "America/Chicago"
hours = "24/7"
{basis}state = "{}"
{}
[inquiry]
persona = "dana"
community = "Willow Creek"
question = "Does the Magnolia plan at Willow Creek come with a three-car garage?"
answer = ["three-car", "3-car", "third bay", "tandem"]
{}
"#,
            self.builder, self.site, self.form, self.state, self.more, self.tail
        )
    }
}

impl Workspace {
    /// A workspace with a persona and nothing else.
    pub(crate) fn new() -> Self {
        let folder = tempfile::Builder::new().prefix("crickets-test-").tempdir().unwrap();
        let config = r#"[workspace]
name = "Test Coaching"
[persona.dana]
first = "Dana"
last = "Whitfield"
phone = "+15125550142"
zip = "78701"
"#;
        std::fs::create_dir(folder.path().join("home")).unwrap();
        std::fs::create_dir_all(folder.path().join("ws/shops")).unwrap();
        std::fs::create_dir_all(folder.path().join("ws/logs")).unwrap();
        let mut workspace = Self { folder, config: String::new() };
        workspace.configure(config);
        workspace
    }

    /// A workspace whose mailbox is a Maildir of its own, for stories without a mail server.
    pub(crate) fn with_maildir() -> Self {
        let mut workspace = Self::new();
        for part in ["cur", "new", "tmp"] {
            std::fs::create_dir_all(workspace.path().join("mail").join(part)).unwrap();
        }
        workspace.configure(
            "[mailbox.main]\nurl = \"maildir:mail\"\naddress = \"shopper@crickets.test\"\nalias = \"plus\"\ntrusted = [\"mx.crickets.test\"]\n",
        );
        workspace
    }

    /// A workspace whose mailbox is a Dovecot and whose outgoing mail goes to an SMTP server.
    pub(crate) fn with_mailbox(dovecot: &Dovecot, smtp: Option<&Smtp>) -> Self {
        let mut workspace = Self::new();
        std::fs::copy(dovecot.ca_file(), workspace.path().join("ca.pem")).unwrap();
        workspace.configure(&format!(
            r#"[mailbox.main]
url = "imaps://shopper@localhost:{}"
password = {{ env = "SHOPPER_PASSWORD" }}
address = "shopper@crickets.test"
alias = "plus"
ca_file = "ca.pem"
trusted = ["mx.crickets.test", "imap.crickets.test"]
"#,
            dovecot.imaps_port()
        ));
        if let Some(smtp) = smtp {
            workspace.configure(&format!("[smtp]\nurl = \"smtp://127.0.0.1:{}\"\n", smtp.port()));
        }
        workspace
    }

    /// Adds the neutral call logs under `logs/` as a phone source.
    pub(crate) fn with_phone(mut self) -> Self {
        self.configure("[phone.main]\nnumber = \"+15125550142\"\nfiles = [\"logs/*.csv\"]\ntimezone = \"America/Chicago\"\n");
        self
    }

    /// Appends to `crickets.toml`.
    pub(crate) fn configure(&mut self, text: &str) {
        let _ = writeln!(self.config, "{text}");
        self.write("crickets.toml", &self.config);
    }

    /// Writes a shop file.
    pub(crate) fn shop(&self, shop: &ShopFile) {
        self.write(&format!("shops/{}.toml", shop.slug), &shop.text());
    }

    /// Writes any file of the workspace.
    pub(crate) fn write(&self, name: &str, text: &str) -> PathBuf {
        let path = self.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        path
    }

    /// The workspace's folder.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("ws")
    }

    /// Runs the program here to its end.
    pub(crate) fn run(&self, args: &[&str]) -> Run {
        run_in(&self.path(), &self.folder.path().join("home"), args)
    }

    /// As [`run`](Self::run), for what takes its time on a busy machine.
    pub(crate) fn run_long(&self, args: &[&str]) -> Run {
        run_within(5 * DEADLINE, &self.path(), &self.folder.path().join("home"), args)
    }

    /// Runs the program here, which must end with status 0.
    pub(crate) fn ok(&self, args: &[&str]) -> Run {
        self.run(args).expect(0)
    }

    /// Runs the program here with `--json`; it must end with status 0 and give one JSON document.
    pub(crate) fn json(&self, args: &[&str]) -> Value {
        let mut all = args.to_vec();
        all.push("--json");
        self.ok(&all).json()
    }

    /// Which touches here are a rehearsal's, the real ones first.
    pub(crate) fn rehearsed(&self) -> Vec<bool> {
        let runtime = tokio::runtime::Runtime::new().unwrap();
        runtime.block_on(async {
            let opened = crickets::audit::Workspace::open(&self.path(), None, crickets::clock::Clock::system()).await.unwrap();
            let mut flags: Vec<bool> = opened.store.touches().await.unwrap().iter().map(|touch| touch.rehearsal).collect();
            flags.sort_unstable();
            opened.store.close().await;
            flags
        })
    }

    /// Starts the program here and leaves it running.
    pub(crate) fn spawn(&self, args: &[&str]) -> Leash {
        let log = |name: &str| Stdio::from(std::fs::File::create(self.path().join(name)).unwrap());
        let mut command = command(&self.path(), &self.folder.path().join("home"), args);
        Leash::start(command.stdin(Stdio::null()).stdout(log("spawned.out")).stderr(log("spawned.err")))
    }

    /// What the last spawned program said on standard error.
    pub(crate) fn spawned_err(&self) -> String {
        std::fs::read_to_string(self.path().join("spawned.err")).unwrap_or_default()
    }

    /// `reports/<wave>/report.json`, parsed.
    pub(crate) fn report(&self, wave: &str) -> Value {
        let path = self.path().join("reports").join(wave).join("report.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        serde_json::from_str(&text).unwrap()
    }

    /// Writes the JSON report of a wave as of a moment, and reads it.
    pub(crate) fn make_report(&self, wave: &str, more: &[&str]) -> Value {
        if !more.contains(&"--as-of") {
            // A report speaks of a whole second: let the one end in which something may just have come.
            let part = u64::from(chrono::Utc::now().timestamp_subsec_millis());
            std::thread::sleep(Duration::from_millis(1_020_u64.saturating_sub(part)));
        }
        let mut args = vec!["report", "--wave", wave, "--format", "json"];
        args.extend(more);
        self.ok(&args);
        self.report(wave)
    }

    /// The inquiry of a shop as `status` tells it.
    pub(crate) fn inquiry(&self, wave: &str, slug: &str) -> Value {
        let status = self.json(&["status", "--wave", wave]);
        let inquiries = status["inquiries"].as_array().unwrap_or_else(|| panic!("status without inquiries: {status}"));
        inquiries.iter().find(|inquiry| inquiry["shop"] == slug).cloned().unwrap_or_else(|| panic!("no inquiry of {slug}: {status}"))
    }

    /// The alias address that the site was given for a shop.
    pub(crate) fn alias(site: &Site, slug: &str) -> String {
        let posts = site.posts_to(slug);
        assert_eq!(posts.len(), 1, "{slug} saw {posts:?}");
        posts[0].email().to_owned()
    }
}

impl Run {
    /// Fails unless the exit status is `code`.
    pub(crate) fn expect(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "{}\n--- stdout\n{}\n--- stderr\n{}", self.what, self.out, self.err);
        self
    }

    /// Standard output as one JSON document.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out)
            .unwrap_or_else(|error| panic!("{}: stdout is not one JSON document: {error}\n{}", self.what, self.out))
    }
}

/// Runs the program in a folder that is no workspace.
pub(crate) fn run_in(folder: &Path, home: &Path, args: &[&str]) -> Run {
    run_within(DEADLINE, folder, home, args)
}

pub(crate) fn run_within(limit: Duration, folder: &Path, home: &Path, args: &[&str]) -> Run {
    let mut command = assert_cmd::Command::from_std(command(folder, home, args));
    let what = format!("crickets {}", args.join(" "));
    let Output { status, stdout, stderr } = command.timeout(limit).output().unwrap_or_else(|error| panic!("{what}: {error}"));
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap_or_else(|error| panic!("{what}: not UTF-8: {error}"));
    Run { code: status.code(), out: text(stdout), err: text(stderr), what }
}

/// The program with an environment of its own.
pub(crate) fn command(folder: &Path, home: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(PROGRAM);
    command.args(args).current_dir(folder).env_clear();
    command.env("HOME", home).env("PATH", std::env::var("PATH").unwrap_or_default()).env("LC_ALL", "C.UTF-8").env("TZ", "UTC");
    command.env("RUST_BACKTRACE", "1").env("NO_COLOR", "1").env("SHOPPER_PASSWORD", crate::peers::PASSWORD);
    command
}

/// The touches of one shop in a report.
pub(crate) fn touches<'a>(report: &'a Value, slug: &str) -> &'a Vec<Value> {
    shop(report, slug)["touches"].as_array().unwrap_or_else(|| panic!("no touches of {slug}: {report:#}"))
}

/// One shop of a report.
pub(crate) fn shop<'a>(report: &'a Value, slug: &str) -> &'a Value {
    let shops = report["shops"].as_array().unwrap_or_else(|| panic!("a report without shops: {report:#}"));
    shops.iter().find(|shop| shop["shop"] == slug).unwrap_or_else(|| panic!("no {slug} in the report: {report:#}"))
}

/// Instants are stored in whole seconds, and what was watched, or was not, for less than one is not told.
pub(crate) fn a_second_passes() {
    std::thread::sleep(std::time::Duration::from_millis(1_200));
}

/// Waits until a check holds, and says what it last saw when it never does.
pub(crate) fn eventually<T: std::fmt::Debug>(mut look: impl FnMut() -> T, holds: impl Fn(&T) -> bool) -> T {
    let end = std::time::Instant::now() + 2 * PATIENCE;
    loop {
        let seen = look();
        if holds(&seen) {
            return seen;
        }
        assert!(std::time::Instant::now() < end, "still after {:?}: {seen:?}", 2 * PATIENCE);
        std::thread::sleep(Duration::from_millis(200));
    }
}

/// The next number of a fixed sequence that looks random: the same in every run (splitmix64).
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_mul(0x9e37_79b9_7f4a_7c15).wrapping_add(0x1234_5678_9abc_def1);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}
