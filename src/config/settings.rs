//! What `crickets.toml` says, checked: the types that the rest of the house reads.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

use chrono::TimeDelta;
use url::Url;

use super::brand::Brand;
use super::browser::Browser;
use super::{Mailbox, Phone, Secret, leads_here};
use crate::shop::Persona;

/// The server that sends our own mail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    /// `smtps://user@host:port` or `smtp://…`.
    pub url: Url,
    /// Where its password comes from.
    pub password: Option<Secret>,
    /// A private CA, PEM.
    pub ca_file: Option<PathBuf>,
}

impl Smtp {
    /// Whether it is on this machine: all that a rehearsal may use.
    #[must_use]
    pub fn is_local(&self) -> bool {
        leads_here(&self.url)
    }
}

/// The test mails that prove a mailbox alive.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Canary {
    /// Whether they are sent where `[smtp]` is configured.
    pub send: bool,
    /// How long after it was sent one that is not back counts as lost.
    pub lost_after: TimeDelta,
}

/// The store.
#[derive(Clone, PartialEq, Eq)]
pub struct Store {
    /// `sqlite:PATH` or `postgres://…`.
    pub url: String,
}

impl std::fmt::Debug for Store {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Store {{ url: {} }}", without_password(&self.url))
    }
}

/// What binds every wave.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wave {
    /// When waves start, as a cron line.
    pub schedule: Option<String>,
    /// When inquiries may be sent, in the builder's time zone.
    pub window: String,
    /// Days over which the moments of a wave are drawn.
    pub spread_days: i64,
    /// Least days between two inquiries to one builder.
    pub min_days_between: i64,
    /// Days that answers are watched for, 30 to 365.
    pub window_days: i64,
    /// Slugs, builders and domains that are never shopped.
    pub do_not_shop: Vec<String>,
}

/// What binds every report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Report {
    /// Final inquiries of a builder, over the trailing waves, below which it has no rank.
    pub rank_from: u32,
}

/// Bounds on what runs at once and how long it may take.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Shops submitted at the same time.
    pub concurrency: usize,
    /// Seconds for one page load or submission.
    pub timeout_s: u64,
}

/// Everything `crickets.toml` says.
#[derive(Clone, Debug)]
pub struct Config {
    /// The workspace's name, for reports.
    pub name: String,
    /// Personas by name.
    pub personas: BTreeMap<String, Persona>,
    /// Mailboxes by name.
    pub mailboxes: BTreeMap<String, Mailbox>,
    /// Phones by name.
    pub phones: BTreeMap<String, Phone>,
    /// Our own outgoing mail.
    pub smtp: Option<Smtp>,
    /// The test mails that prove a mailbox alive.
    pub canary: Canary,
    /// The store.
    pub store: Store,
    /// What binds every wave.
    pub wave: Wave,
    /// What binds every report.
    pub report: Report,
    /// Bounds.
    pub limits: Limits,
    /// Where browsers are driven, and how many.
    pub browser: Browser,
    /// Whose reports they are.
    pub brand: Brand,
    /// Hosts that a rehearsal serves from loopback.
    pub rehearsal_hosts: BTreeMap<String, SocketAddr>,
}

/// A URL with any password taken out, for messages; also one that is no good URL.
#[must_use]
pub fn without_password(url: &str) -> String {
    let (address, query) = url.split_once('?').map_or((url, None), |(address, query)| (address, Some(query)));
    let mut shown = match address.split_once("://").and_then(|(scheme, rest)| Some((scheme, rest.rsplit_once('@')?))) {
        Some((scheme, (login, host))) => match login.split_once(':') {
            Some((user, _)) => format!("{scheme}://{user}:***@{host}"),
            None => address.to_owned(),
        },
        None => address.to_owned(),
    };
    if let Some(query) = query {
        let part = |part: &str| if part.starts_with("password=") { "password=***".to_owned() } else { part.to_owned() };
        shown.push('?');
        shown.push_str(&query.split('&').map(part).collect::<Vec<_>>().join("&"));
    }
    shown
}
