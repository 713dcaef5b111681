//! A server process that cannot outlive its test: it leads a process group of its own, and a watcher kills that group
//! when the test drops the leash, panics, or is killed itself (the watcher's input ends with the test's process).

use std::os::unix::process::CommandExt;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::time::{Duration, Instant};

/// A running server with everything it started.
pub(crate) struct Leash {
    child: Child,
    watcher: Child,
    hold: Option<ChildStdin>,
}

impl Leash {
    /// Starts `command` in a process group of its own.
    pub(crate) fn start(command: &mut Command) -> Self {
        let child = command.process_group(0).spawn().unwrap_or_else(|error| panic!("could not start {command:?}: {error}"));
        let mut watcher = Command::new("sh")
            .args(["-c", "read -r nothing; kill -s KILL -- \"-$1\"", "watcher", &child.id().to_string()])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .unwrap();
        let hold = watcher.stdin.take();
        Self { child, watcher, hold }
    }

    /// The process that was started.
    pub(crate) fn child(&mut self) -> &mut Child {
        &mut self.child
    }

    /// Sends a signal to the process and all it started.
    pub(crate) fn signal_group(&self, signal: &str) {
        kill(signal, &format!("-{}", self.child.id()));
    }

    /// Sends a signal to the process alone.
    pub(crate) fn signal(&self, signal: &str) {
        kill(signal, &self.child.id().to_string());
    }

    /// Whether the process has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        matches!(self.child.try_wait(), Ok(Some(_)))
    }

    /// The exit status, if the process ends within `limit`.
    pub(crate) fn wait(&mut self, limit: Duration) -> Option<std::process::ExitStatus> {
        let end = Instant::now() + limit;
        while Instant::now() < end {
            if let Ok(Some(status)) = self.child.try_wait() {
                return Some(status);
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        None
    }
}

/// The shell's own `kill`, because a small system has no other.
fn kill(signal: &str, whom: &str) {
    let _ = Command::new("sh").args(["-c", "kill -s \"$1\" -- \"$2\"", "kill", signal, whom]).stderr(Stdio::null()).status();
}

impl Drop for Leash {
    fn drop(&mut self) {
        self.signal_group("KILL");
        let _ = self.child.wait();
        drop(self.hold.take());
        let _ = self.watcher.wait();
    }
}

#[test]
fn a_leash_ends_the_whole_group_and_says_how_it_ended() {
    let mut ends = Leash::start(Command::new("sh").args(["-c", "exit 7"]));
    assert_eq!(ends.wait(super::PATIENCE).and_then(|status| status.code()), Some(7));
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("pid");
    let mut group = Leash::start(Command::new("sh").arg("-c").arg(format!("sleep 600 & echo $! > {}; wait", file.display())));
    let alive = |pid: &str| std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| !stat.contains(") Z "));
    assert!(super::wait_for(|| std::fs::read_to_string(&file).is_ok_and(|pid| pid.ends_with('\n'))));
    let pid = std::fs::read_to_string(&file).unwrap().trim().to_owned();
    assert!(alive(&pid) && !group.has_ended());
    group.hold = None;
    assert!(super::wait_for(|| !alive(&pid)), "the watcher did not end what the process had started");
    assert!(super::wait_for(|| group.has_ended()));
}
