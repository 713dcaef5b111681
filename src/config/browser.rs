//! `[browser]`: where browsers are driven. `auto` looks for ChromeDriver and Chromium on this machine; a URL names a Selenium
//! Grid or another WebDriver server; `off` drives none.

use std::path::PathBuf;

use url::Url;

use super::raw::RawBrowser;

/// Where a browser is driven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Webdriver {
    /// On this machine.
    Auto {
        /// ChromeDriver, when found.
        chromedriver: Option<PathBuf>,
        /// Chromium or Chrome, when found.
        chromium: Option<PathBuf>,
    },
    /// A WebDriver server.
    Remote(Url),
    /// None is.
    Off,
}

/// What `[browser]` says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Browser {
    /// Where.
    pub webdriver: Webdriver,
    /// Browsers at the same time.
    pub sessions: usize,
    /// Seconds for one shop in a browser.
    pub timeout_s: u64,
}

/// Where programs are that are in no `PATH`.
const FOLDERS: [&str; 7] = [
    "/usr/bin",
    "/usr/local/bin",
    "/usr/lib/chromium",
    "/usr/lib/chromium-browser",
    "/opt/google/chrome",
    "/snap/bin",
    "/opt/homebrew/bin",
];
const DRIVERS: [&str; 2] = ["chromedriver", "chromium.chromedriver"];
const BROWSERS: [&str; 5] = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];

fn program(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let folders: Vec<PathBuf> = std::env::split_paths(&path).chain(FOLDERS.map(PathBuf::from)).collect();
    names.iter().find_map(|name| folders.iter().map(|folder| folder.join(name)).find(|file| file.is_file()))
}

impl Browser {
    /// The settings as written; the message when `webdriver` is nothing that can be driven.
    pub(super) fn read(raw: &RawBrowser) -> Result<Self, String> {
        let webdriver = match raw.webdriver.get_ref().as_str() {
            "auto" => Webdriver::Auto {
                chromedriver: raw.chromedriver.clone().or_else(|| program(&DRIVERS)),
                chromium: raw.chromium.clone().or_else(|| program(&BROWSERS)),
            },
            "off" => Webdriver::Off,
            url => match Url::parse(url) {
                Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => Webdriver::Remote(url),
                _ => return Err(format!("`{url}` is no WebDriver server")),
            },
        };
        Ok(Self { webdriver, sessions: usize::from(raw.sessions.max(1)), timeout_s: u64::from(raw.timeout_s.max(20)) })
    }
}

impl Default for Browser {
    /// What holds where nothing is configured: the browser of this machine, if there is one.
    fn default() -> Self {
        let off = |_| Self { webdriver: Webdriver::Off, sessions: 1, timeout_s: 20 };
        Self::read(&RawBrowser::default()).unwrap_or_else(off)
    }
}
