//! Manners towards hosts: one request at a time per host, and a pause between requests, however many tasks run.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::{Mutex as Gate, OwnedMutexGuard};

const MAX_HOSTS: usize = 4_096;

type Last = Option<Instant>;

/// The gates of all hosts.
#[derive(Debug, Default)]
pub(super) struct Politeness {
    hosts: Mutex<HashMap<String, Arc<Gate<Last>>>>,
    gap: Duration,
}

/// A host's turn; the next request may begin, after the pause, when it is dropped.
#[derive(Debug)]
pub struct Turn(OwnedMutexGuard<Last>);

impl Drop for Turn {
    fn drop(&mut self) {
        *self.0 = Some(Instant::now());
    }
}

impl Politeness {
    pub(super) fn new(gap: Duration) -> Self {
        Self { hosts: Mutex::default(), gap }
    }

    fn gate(&self, host: &str) -> Arc<Gate<Last>> {
        let mut hosts = self.hosts.lock().unwrap_or_else(PoisonError::into_inner);
        if hosts.len() >= MAX_HOSTS {
            let gap = self.gap;
            hosts.retain(|_, gate| {
                Arc::strong_count(gate) > 1 || gate.try_lock().is_ok_and(|last| last.is_some_and(|at| at.elapsed() < gap))
            });
        }
        Arc::clone(hosts.entry(host.to_ascii_lowercase()).or_default())
    }

    /// Waits for the host's turn; `pause` says whether the gap since the last request is kept.
    pub(super) async fn turn(&self, host: &str, pause: bool) -> Turn {
        let guard = self.gate(host).lock_owned().await;
        if pause && let Some(rest) = guard.and_then(|last| self.gap.checked_sub(last.elapsed())) {
            tokio::time::sleep(rest).await;
        }
        Turn(guard)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How long what need not wait may take on a busy machine.
    const PATIENCE: Duration = Duration::from_secs(30);

    #[tokio::test]
    async fn requests_to_one_host_keep_their_distance_and_other_hosts_do_not_wait() {
        let polite = Politeness::new(Duration::from_mins(10));
        let comes = async |host: &str, pause, within| tokio::time::timeout(within, polite.turn(host, pause)).await.is_ok();
        assert!(comes("a.example", true, PATIENCE).await && comes("b.example", true, PATIENCE).await);
        assert!(!comes("A.example", true, Duration::from_millis(30)).await);
        assert!(comes("a.example", false, PATIENCE).await);

        let polite = Politeness::new(Duration::from_millis(80));
        let start = Instant::now();
        drop(polite.turn("a.example", true).await);
        drop(polite.turn("a.example", true).await);
        assert!(start.elapsed() >= Duration::from_millis(80));
    }

    #[tokio::test]
    async fn a_second_request_waits_for_the_first() {
        let polite = Politeness::new(Duration::ZERO);
        let first = polite.turn("a.example", false).await;
        assert!(tokio::time::timeout(Duration::from_millis(30), polite.turn("a.example", false)).await.is_err());
        drop(first);
        assert!(tokio::time::timeout(PATIENCE, polite.turn("a.example", false)).await.is_ok());
    }
}
