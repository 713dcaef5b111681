//! A real PostgreSQL in a folder of its own, made by `initdb`, without durability. As root it runs as the user
//! `postgres`, because it refuses root.

use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::{Leash, free_port, is_root, user_ids, wait_for};

/// A running PostgreSQL.
pub(crate) struct Postgres {
    port: u16,
    server: Option<Leash>,
    _folder: TempDir,
}

impl Postgres {
    /// Starts one; `None` when it is not installed.
    pub(crate) fn start() -> Option<Self> {
        let Some(programs) = programs() else { return super::absent("postgres", "postgresql") };
        let ids = if is_root() { Some(user_ids("postgres").expect("PostgreSQL came with its user")) } else { None };
        let folder = tempfile::Builder::new().prefix("crickets-postgres-").tempdir().unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        if let Some((uid, gid)) = ids {
            chown(folder.path(), Some(uid), Some(gid)).unwrap();
        }
        let data = folder.path().join("data");
        let mut init = command(&programs.join("initdb"), ids, folder.path());
        init.arg("-D").arg(&data).args(["--no-sync", "--auth=trust", "--username=crickets", "--encoding=UTF8", "--locale=C"]);
        let made = init.output().unwrap();
        assert!(made.status.success(), "initdb: {}", String::from_utf8_lossy(&made.stderr));
        for _ in 0..3 {
            let port = free_port();
            let mut run = command(&programs.join("postgres"), ids, folder.path());
            run.arg("-D").arg(&data).arg("-k").arg(folder.path()).args(["-h", "127.0.0.1", "-p", &port.to_string()]);
            run.args(["-c", "fsync=off", "-c", "synchronous_commit=off", "-c", "full_page_writes=off", "-c", "shared_buffers=16MB"]);
            let mut server = Leash::start(run.stdout(Stdio::null()).stderr(Stdio::null()));
            let ready = || ask(&programs, ids, port, "select 1").is_some_and(|answer| answer == "1");
            if wait_for(|| server.has_ended() || (TcpStream::connect(("127.0.0.1", port)).is_ok() && ready())) && !server.has_ended() {
                return Some(Self { port, server: Some(server), _folder: folder });
            }
        }
        panic!("PostgreSQL did not start in three attempts");
    }

    /// Where to connect.
    pub(crate) fn url(&self) -> String {
        format!("postgres://crickets@127.0.0.1:{}/postgres", self.port)
    }

    /// The answer to a query that yields one value.
    pub(crate) fn value(&self, query: &str) -> Option<String> {
        ask(&programs()?, None, self.port, query)
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        if let Some(mut server) = self.server.take() {
            server.signal("QUIT");
            let _ = server.wait(std::time::Duration::from_secs(5));
        }
    }
}

fn programs() -> Option<PathBuf> {
    let versions = std::fs::read_dir("/usr/lib/postgresql").ok()?;
    let mut found: Vec<PathBuf> =
        versions.flatten().map(|entry| entry.path().join("bin")).filter(|bin| bin.join("initdb").is_file()).collect();
    found.sort();
    found.pop()
}

fn command(program: &Path, ids: Option<(u32, u32)>, folder: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(folder).env("LC_ALL", "C").env("TZ", "UTC").stdin(Stdio::null()).stderr(Stdio::piped());
    if let Some((uid, gid)) = ids {
        command.uid(uid).gid(gid);
    }
    command
}

fn ask(programs: &Path, ids: Option<(u32, u32)>, port: u16, query: &str) -> Option<String> {
    let mut psql = command(&programs.join("psql"), ids, Path::new("/"));
    let url = format!("postgres://crickets@127.0.0.1:{port}/postgres");
    let out = psql.args(["-X", "-A", "-t", "-c", query, &url]).output().ok()?;
    out.status.success().then(|| String::from_utf8_lossy(&out.stdout).trim().to_owned())
}

#[test]
fn postgres_answers_and_goes_away() {
    let Some(postgres) = Postgres::start() else { return };
    assert_eq!(postgres.value("select 6 * 7").as_deref(), Some("42"));
    let port = postgres.port;
    drop(postgres);
    assert!(TcpStream::connect(("127.0.0.1", port)).is_err(), "dropped, and still answering");
}
