//! The browsers that may be driven, by what `[browser]` says and what is installed.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::Duration;

use crate::config::{self, Webdriver};
use crate::submit::{Browser, BrowserSettings, Drive};

/// The browsers by their settings; `timeout_s` is for the load of one page. Nothing is started.
pub(super) fn browsers(
    settings: &config::Browser,
    timeout_s: u64,
    rehearsal_hosts: BTreeMap<String, SocketAddr>,
    rehearsal: bool,
) -> Browser {
    let drive = match &settings.webdriver {
        Webdriver::Remote(url) => Drive::Remote(url.clone()),
        Webdriver::Auto { chromedriver: Some(driver), chromium: Some(chromium) } => {
            Drive::Local { driver: driver.clone(), chromium: Some(chromium.clone()) }
        }
        Webdriver::Auto { chromedriver: None, .. } => Drive::Absent("chromedriver was not found".to_owned()),
        Webdriver::Auto { .. } => Drive::Absent("Chromium was not found".to_owned()),
        Webdriver::Off => Drive::Off,
    };
    Browser::new(BrowserSettings {
        drive,
        sessions: settings.sessions,
        limit: Duration::from_secs(settings.timeout_s),
        page_load: Duration::from_secs(timeout_s),
        rehearsal_hosts,
        rehearsal,
    })
}
