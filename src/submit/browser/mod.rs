//! Submission through a real browser, for forms that only their scripts can draw or send. Takes the address of a page; renders
//! it through WebDriver (W3C), chooses and fills the form with the same rules as plain HTTP, types as a person does, and gives
//! traffic, final page and screenshots as evidence. A CAPTCHA that appears after rendering ends it with nothing sent.
//!
//! A local Chromium is one process group with a profile of its own, which ends with whoever started it, whatever happens.

mod act;
mod answer;
mod driver;
mod hands;
mod local;
mod look;
mod network;
mod plan;
mod press;
mod print;
mod settle;
mod snapshot;

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::Semaphore;
use url::Url;

pub(super) use act::send;
pub(super) use answer::judge;
pub use driver::Visit;
pub(super) use plan::{Plan, prepare, rendered};

use super::page::Page;
use crate::config::leads_here;

/// What to do where no browser is.
pub const INSTALL: &str =
    "install Chromium and its driver (`apt install chromium chromium-driver`), or set `webdriver` under `[browser]` to a Selenium Grid";

/// What to do where the settings want no browser.
const TURN_ON: &str = "`webdriver` is `off` in crickets.toml; set it to `auto` for the Chromium of this machine \
    (`apt install chromium chromium-driver`), or to the address of a Selenium Grid";

/// Where browsers are driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Drive {
    /// Chromium on this machine, started for each visit.
    Local {
        /// The driver.
        driver: PathBuf,
        /// The browser; `None` leaves the choice to the driver.
        chromium: Option<PathBuf>,
    },
    /// A Selenium Grid, or any WebDriver server.
    Remote(Url),
    /// Nowhere: the settings say so.
    Off,
    /// There is none; the reason as a sentence's part.
    Absent(String),
}

/// How browsers are driven.
#[derive(Clone, Debug)]
pub struct BrowserSettings {
    /// Where.
    pub drive: Drive,
    /// Visits at the same time.
    pub sessions: usize,
    /// For one visit, from start to evidence.
    pub limit: Duration,
    /// For the load of one page.
    pub page_load: Duration,
    /// Hosts that a rehearsal serves from loopback instead of the network.
    pub rehearsal_hosts: BTreeMap<String, SocketAddr>,
    /// Under a rehearsal clock the browser reaches this machine only.
    pub rehearsal: bool,
}

/// The browsers of one run, cheap to clone; at most so many visits at once as the settings say.
#[derive(Clone, Debug)]
pub struct Browser {
    settings: Arc<BrowserSettings>,
    gate: Arc<Semaphore>,
}

impl Browser {
    /// Browsers by their settings. Nothing is started.
    #[must_use]
    pub fn new(settings: BrowserSettings) -> Self {
        let gate = Arc::new(Semaphore::new(settings.sessions.max(1)));
        Self { settings: Arc::new(settings), gate }
    }

    /// Why there is none; `None` where one can be tried.
    #[must_use]
    pub fn absent(&self) -> Option<String> {
        match &self.settings.drive {
            Drive::Off => Some(TURN_ON.to_owned()),
            Drive::Absent(why) => Some(format!("{why}; {INSTALL}")),
            Drive::Remote(url) if (self.settings.rehearsal || !self.settings.rehearsal_hosts.is_empty()) && !leads_here(url) => {
                Some(format!("a rehearsal drives a browser on this machine only, and {url} is elsewhere"))
            }
            Drive::Local { .. } | Drive::Remote(_) => None,
        }
    }

    /// Starts a browser, asks for its version, and ends it.
    ///
    /// # Errors
    /// When it does not start.
    pub async fn version(&self) -> Result<String, BrowserFault> {
        let visit = Visit::open(self, false).await?;
        let version = visit.version();
        visit.close().await;
        Ok(version)
    }
}

/// Why a visit did not come to its end.
#[derive(Debug, thiserror::Error)]
pub enum BrowserFault {
    /// There is no browser.
    #[error("needs a browser, and there is none: {0}")]
    Absent(String),
    /// It does not start.
    #[error("could not start a browser: {0}")]
    Start(String),
    /// It stopped answering.
    #[error("could not {what} in the browser within {seconds} s")]
    Slow {
        /// What was asked.
        what: &'static str,
        /// The limit.
        seconds: u64,
    },
    /// A public site was answered for from a private network.
    #[error("could not go on: {url} was answered from {address}, which is on a private network")]
    Private {
        /// What was asked for.
        url: Url,
        /// Who answered.
        address: IpAddr,
    },
    /// A command failed.
    #[error("could not {what} in the browser: {message}")]
    Command {
        /// What was asked.
        what: &'static str,
        /// What the driver said.
        message: String,
    },
}

/// A piece of evidence besides the exchanges.
#[derive(Clone, Debug)]
pub struct Piece {
    /// What it is: `page dom`, `screenshot before`, `screenshot after`, `answer dom`, `traffic`.
    pub role: String,
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// When it was taken.
    pub at: chrono::DateTime<chrono::Utc>,
}

/// The page as it stood after the submission.
#[derive(Clone, Debug)]
pub struct Rendered {
    /// What a person then sees, frames included.
    pub page: Page,
    /// The answer came to a script on the page, which may leave the form as it was filled.
    pub by_script: bool,
    /// Requests that went out since the press and may have been it.
    pub requests: usize,
    /// The request that carried the inquiry was seen: the address we left stands in it.
    pub certain: bool,
    /// The answer came in a window of its own.
    pub window: bool,
}
