//! ChromeDriver and Chromium on this machine: started on a free port of loopback with a folder of their own, as one process
//! group that a shell watches over. The shell reads a pipe whose other end is ours; when that closes, by a drop, a panic or a
//! kill, it ends the group and removes the folder.

use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use url::Url;

use super::BrowserFault;

const START: Duration = Duration::from_mins(1);

/// Ends the group when its standard input closes. The driver is told first, so that Chromium closes in order;
/// what it still writes while it closes is removed too.
const WATCH: &str = r#"folder=$1; shift
"$@" </dev/null &
trap '' TERM INT HUP
read -r _
kill -TERM 0
for pause in 0.2 0.2 0.4; do
    sleep "$pause"
    rm -rf -- "$folder" 2>/dev/null
done
kill -KILL 0"#;

/// A running ChromeDriver.
#[derive(Debug)]
pub(super) struct Local {
    watch: Child,
    pub(super) url: Url,
}

fn start_fault(reason: impl std::fmt::Display) -> BrowserFault {
    BrowserFault::Start(reason.to_string())
}

impl Local {
    /// Starts the driver and waits until it says its port.
    pub(super) async fn start(driver: &Path) -> Result<Self, BrowserFault> {
        // The shell removes the folder, because it outlives us when we are killed.
        let folder = tempfile::Builder::new().prefix("crickets-browser-").tempdir().map_err(start_fault)?.keep();
        let mut command = Command::new("sh");
        command.args(["-c", WATCH, "sh"]).arg(&folder).arg(driver).args(["--port=0", "--log-level=WARNING"]);
        command.env("TMPDIR", &folder).env("HOME", &folder).env("XDG_CONFIG_HOME", &folder).env("XDG_CACHE_HOME", &folder);
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).kill_on_drop(false);
        #[cfg(unix)]
        command.process_group(0);
        let mut watch = command.spawn().map_err(|error| start_fault(format!("{}: {error}", driver.display())))?;
        let lines = watch.stdout.take().ok_or_else(|| start_fault("its output cannot be read"))?;
        let mut lines = BufReader::new(lines).lines();
        let port = async {
            while let Ok(Some(line)) = lines.next_line().await {
                let port = line.split("started successfully on port ").nth(1);
                if let Some(port) = port.and_then(|rest| rest.trim_end_matches('.').trim().parse::<u16>().ok()) {
                    return Some(port);
                }
            }
            None
        };
        let port = tokio::time::timeout(START, port).await.map_err(|_| BrowserFault::Slow { what: "start", seconds: START.as_secs() })?;
        let port = port.ok_or_else(|| start_fault(format!("{} ended before it was ready", driver.display())))?;
        // What it writes later is read away, lest it stand still on a full pipe.
        tokio::spawn(async move { while let Ok(Some(_)) = lines.next_line().await {} });
        let url = Url::parse(&format!("http://127.0.0.1:{port}/")).map_err(start_fault)?;
        Ok(Self { watch, url })
    }

    /// Ends it and waits until it has.
    pub(super) async fn end(mut self) {
        drop(self.watch.stdin.take());
        let _ = tokio::time::timeout(Duration::from_secs(5), self.watch.wait()).await;
    }
}

/// Whether this process runs as root, whom Chromium's sandbox refuses.
#[cfg(target_os = "linux")]
pub(super) fn is_root() -> bool {
    use std::os::unix::fs::MetadataExt;
    std::fs::metadata("/proc/self").is_ok_and(|process| process.uid() == 0)
}

/// Whether this process runs as root, whom Chromium's sandbox refuses; elsewhere it does not.
#[cfg(not(target_os = "linux"))]
pub(super) fn is_root() -> bool {
    false
}
