//! Ports for servers that are told which to use, and for those that are not there. The tests of the library share it.

use std::fs::File;
use std::hash::{BuildHasher as _, RandomState};
use std::net::TcpListener;
use std::os::unix::fs::MetadataExt as _;
use std::sync::Mutex;

/// A port of loopback that nobody listens on, and that nobody gets while this process lives: it lies below those that the system gives to
/// whoever names none, and a lock keeps it from other tests. So a server may come back on it, and a test may count on its being closed.
pub(crate) fn free_port() -> u16 {
    static HELD: Mutex<Vec<File>> = Mutex::new(Vec::new());
    let user = std::fs::metadata("/proc/self").map_or(0, |own| own.uid());
    let locks = std::env::temp_dir().join(format!("crickets-test-ports-{user}"));
    std::fs::create_dir_all(&locks).unwrap();
    let range = std::fs::read_to_string("/proc/sys/net/ipv4/ip_local_port_range").unwrap_or_default();
    let first_given: u16 = range.split_whitespace().next().and_then(|first| first.parse().ok()).unwrap_or(32_768).max(11_000);
    let draws = RandomState::new();
    for attempt in 0..1_000 {
        let port = 10_000 + u16::try_from(draws.hash_one(attempt) % u64::from(first_given - 10_000)).unwrap();
        let lock = File::create(locks.join(port.to_string())).unwrap();
        if lock.try_lock().is_ok() && TcpListener::bind(("127.0.0.1", port)).is_ok() {
            HELD.lock().unwrap().push(lock);
            return port;
        }
    }
    panic!("no port between 10000 and {first_given} is free");
}
