//! One visit: a browser session with its frames, its scripts and its log of traffic. Every command has a deadline; the session
//! is ended by [`Visit::close`], and by a drop when something else ended first.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use base64::Engine;
use serde_json::{Value, json};
use thirtyfour::common::command::FormatRequestData;
use thirtyfour::error::WebDriverErrorInner;
use thirtyfour::{Capabilities, RequestData, SessionId, TimeoutConfiguration, WebDriver, WebElement};
use tokio::sync::OwnedSemaphorePermit;
use url::Url;

use super::local::{Local, is_root};
use super::network::Traffic;
use super::print::PRINT;
use super::{Browser, BrowserFault, BrowserSettings, Drive};
use crate::config::leads_here;

const CALL: Duration = Duration::from_secs(30);
const SCRIPT: Duration = Duration::from_secs(20);
const SESSION: Duration = Duration::from_secs(90);
/// A screenshot is cut here, in CSS pixels.
const TALLEST: f64 = 20_000.0;

/// A browser session at work.
#[derive(Debug)]
pub struct Visit {
    driver: WebDriver,
    local: Option<Local>,
    version: String,
    page_load: Duration,
    /// No answer may come from a private network.
    public: bool,
    /// What dialogs said that the page opened.
    dialogs: Mutex<Vec<String>>,
    pub(super) traffic: tokio::sync::Mutex<Traffic>,
    _permit: OwnedSemaphorePermit,
}

/// A command outside the WebDriver standard.
#[derive(Debug)]
pub(super) struct Extension {
    pub(super) path: &'static str,
    pub(super) body: Value,
}

impl Extension {
    /// A command of the Chrome `DevTools` protocol.
    #[expect(clippy::needless_pass_by_value, reason = "what is given is sent")]
    pub(super) fn cdp(command: &str, parameters: Value) -> Self {
        Self { path: "goog/cdp/execute", body: json!({"cmd": command, "params": parameters}) }
    }
}

impl FormatRequestData for Extension {
    fn format_request(&self, session_id: &SessionId) -> RequestData {
        RequestData::new(reqwest::Method::POST, format!("session/{session_id}/{}", self.path)).add_body(self.body.clone())
    }
}

fn switches(settings: &BrowserSettings, local_only: bool) -> Vec<String> {
    let mut switches: Vec<String> = [
        "--headless=new",
        "--window-size=1280,1000",
        "--lang=en-US",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-default-apps",
        "--disable-extensions",
        "--disable-sync",
        "--disable-quic",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-breakpad",
        "--disable-crash-reporter",
        "--no-first-run",
        "--no-default-browser-check",
        "--no-service-autorun",
        "--metrics-recording-only",
        "--password-store=basic",
        "--use-mock-keychain",
        // Frames of other sites stay in the page's process: their traffic is in no log otherwise. The profile lives for one visit.
        "--disable-site-isolation-trials",
        "--disable-features=IsolateOrigins,site-per-process,Translate,MediaRouter,OptimizationHints",
    ]
    .map(str::to_owned)
    .into();
    let mut rules: Vec<String> = settings.rehearsal_hosts.iter().map(|(host, address)| format!("MAP {host} {address}")).collect();
    if settings.rehearsal {
        rules.extend(["MAP * ~NOTFOUND", "EXCLUDE localhost", "EXCLUDE 127.0.0.1", "EXCLUDE [::1]"].map(str::to_owned));
    } else if !local_only {
        let named = ["localhost", "*.localhost", "metadata.google.internal"];
        let v4 = ["127.*", "10.*", "192.168.*", "169.254.*", "0.0.0.0", "255.255.255.255"];
        // Versions of Chromium differ in whether they match a literal with or without its brackets.
        let v6 = ["[::1]", "::1", "[::]", "::", "[::ffff:*", "::ffff:*", "[fc*:*", "fc*:*", "[fd*:*", "fd*:*", "[fe80:*", "fe80:*"];
        rules.extend(named.iter().chain(&v4).chain(&v6).map(|host| format!("MAP {host} ~NOTFOUND")));
        rules.extend((16..32).map(|part| format!("MAP 172.{part}.* ~NOTFOUND")));
        rules.extend((64..128).map(|part| format!("MAP 100.{part}.* ~NOTFOUND")));
    }
    if !rules.is_empty() {
        switches.push(format!("--host-resolver-rules={}", rules.join(", ")));
    }
    switches
}

fn capabilities(settings: &BrowserSettings, local_only: bool) -> Capabilities {
    let mut switches = switches(settings, local_only);
    let mut options = json!({});
    if let Drive::Local { chromium, .. } = &settings.drive {
        if is_root() {
            tracing::debug!("Chromium runs without its sandbox, because crickets runs as root.");
            switches.push("--no-sandbox".to_owned());
        }
        if let (Some(path), Some(options)) = (chromium, options.as_object_mut()) {
            options.insert("binary".to_owned(), json!(path));
        }
    }
    if let Some(options) = options.as_object_mut() {
        options.insert("args".to_owned(), json!(switches));
        options.insert("prefs".to_owned(), json!({"credentials_enable_service": false, "download_restrictions": 3}));
    }
    let wanted = [
        ("browserName", json!("chrome")),
        ("pageLoadStrategy", json!("normal")),
        ("unhandledPromptBehavior", json!("accept and notify")),
        ("goog:loggingPrefs", json!({"performance": "ALL"})),
        ("goog:chromeOptions", options),
    ];
    Capabilities::from(wanted.map(|(name, value)| (name.to_owned(), value)).into_iter().collect::<serde_json::Map<_, _>>())
}

/// Whether Chromium on this machine goes through a proxy. Every answer then comes from the proxy's address, which says nothing.
fn has_proxy() -> bool {
    let names = ["http_proxy", "https_proxy", "all_proxy"];
    names
        .iter()
        .any(|name| [(*name).to_owned(), name.to_uppercase()].iter().any(|name| std::env::var_os(name).is_some_and(|set| !set.is_empty())))
}

/// The driver's own words, without status, session and stack.
fn brief(error: &thirtyfour::error::WebDriverError) -> String {
    let text = error.to_string();
    let said = text.split_once("Additional info:").map_or(text.as_str(), |(_, said)| said);
    let end = ["(Session info", "Stacktrace", "Error:", "Build info", "#0 "].iter().filter_map(|mark| said.find(mark)).min();
    let said = said.get(..end.unwrap_or(said.len())).unwrap_or(said).split_whitespace().collect::<Vec<_>>().join(" ");
    said.chars().take(300).collect()
}

impl Visit {
    /// Waits for a free place and starts a browser. `local_only` is a visit to this machine or a private network.
    pub(super) async fn open(browser: &Browser, local_only: bool) -> Result<Self, BrowserFault> {
        Self::start(browser, &browser.settings, local_only, SESSION).await
    }

    /// As [`open`](Self::open), with a browser that reaches nobody.
    pub(super) async fn sealed(browser: &Browser) -> Result<Self, BrowserFault> {
        let settings = BrowserSettings { rehearsal: true, rehearsal_hosts: BTreeMap::new(), ..(*browser.settings).clone() };
        Self::start(browser, &settings, false, PRINT).await
    }

    /// Starts one with these settings in place of the browser's own; no command may take longer than `bound`.
    async fn start(browser: &Browser, settings: &BrowserSettings, local_only: bool, bound: Duration) -> Result<Self, BrowserFault> {
        if let Some(why) = browser.absent() {
            return Err(BrowserFault::Absent(why));
        }
        let permit = Arc::clone(&browser.gate).acquire_owned().await.map_err(|error| BrowserFault::Start(error.to_string()))?;
        let (local, url) = match &settings.drive {
            Drive::Local { driver, .. } => {
                let local = Local::start(driver).await?;
                let url = local.url.clone();
                (Some(local), url)
            }
            Drive::Remote(url) => (None, url.clone()),
            Drive::Absent(_) | Drive::Off => return Err(BrowserFault::Absent(browser.absent().unwrap_or_default())),
        };
        // Whoever drives a browser makes no other use of this client: no proxy, and a bound on every command.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let mut client = reqwest::Client::builder().timeout(bound).redirect(reqwest::redirect::Policy::none());
        if local.is_some() || leads_here(&url) {
            client = client.no_proxy();
        }
        let client = client.build().map_err(|error| BrowserFault::Start(error.to_string()))?;
        let driver = WebDriver::builder(url.as_str(), capabilities(settings, local_only)).client(client);
        let driver = match tokio::time::timeout(SESSION, driver.connect()).await {
            Err(_) => return Err(BrowserFault::Slow { what: "start a session", seconds: SESSION.as_secs() }),
            Ok(Err(error)) => return Err(BrowserFault::Start(brief(&error))),
            Ok(Ok(driver)) => driver,
        };
        let is_local = local.is_some();
        if is_local {
            // The process group is ended as a whole; nothing need be said to it first.
            let _ = driver.clone().leak();
        }
        let known = |name: &str| driver.capabilities().get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
        let version = format!("{} {}", known("browserName"), known("browserVersion"));
        let visit = Self {
            driver,
            local,
            version,
            page_load: settings.page_load,
            public: !(local_only || is_local && has_proxy()),
            dialogs: Mutex::default(),
            traffic: tokio::sync::Mutex::default(),
            _permit: permit,
        };
        let timeouts = TimeoutConfiguration::new(Some(SCRIPT), Some(settings.page_load), Some(Duration::ZERO));
        visit.within("set deadlines", CALL, visit.driver.update_timeouts(timeouts)).await?;
        Ok(visit)
    }

    pub(super) fn version(&self) -> String {
        self.version.clone()
    }

    /// Ends the browser.
    pub(super) async fn close(self) {
        let Self { driver, local, .. } = self;
        match local {
            Some(local) => local.end().await,
            None => {
                let _ = tokio::time::timeout(CALL, driver.quit()).await;
            }
        }
    }

    /// What dialogs said since the last call.
    pub(super) fn dialogs(&self) -> Vec<String> {
        std::mem::take(&mut *self.dialogs.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn within<T>(
        &self,
        what: &'static str,
        limit: Duration,
        call: impl Future<Output = Result<T, thirtyfour::error::WebDriverError>>,
    ) -> Result<T, BrowserFault> {
        match tokio::time::timeout(limit, call).await {
            Err(_) => Err(BrowserFault::Slow { what, seconds: limit.as_secs() }),
            Ok(Ok(value)) => Ok(value),
            Ok(Err(error)) => {
                if let WebDriverErrorInner::UnexpectedAlertOpen(info) = &*error {
                    let told = info.value.data.as_ref().and_then(|data| data.get("text")).and_then(Value::as_str).map(str::to_owned);
                    let told =
                        told.or_else(|| info.value.message.split("Alert text : ").nth(1).map(|text| text.trim_end_matches('}').to_owned()));
                    self.dialogs.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
                }
                Err(BrowserFault::Command { what, message: brief(&error) })
            }
        }
    }

    /// Loads a page. A page that goes on loading is taken as it is.
    pub(super) async fn load(&self, url: &Url) -> Result<(), BrowserFault> {
        let limit = self.page_load + CALL;
        match tokio::time::timeout(limit, self.driver.goto(url.as_str())).await {
            Err(_) => Err(BrowserFault::Slow { what: "load a page", seconds: limit.as_secs() }),
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) if matches!(&*error, WebDriverErrorInner::WebDriverTimeout(_) | WebDriverErrorInner::UnexpectedAlertOpen(_)) => {
                Ok(())
            }
            Ok(Err(error)) => Err(BrowserFault::Command { what: "load a page", message: brief(&error) }),
        }
    }

    /// Runs a script in the present frame. A dialog that the page opened meanwhile is put away, and the script run again.
    pub(super) async fn script(&self, what: &'static str, script: &str, arguments: Vec<Value>) -> Result<Value, BrowserFault> {
        let mut tries = 0;
        loop {
            let before = self.dialogs.lock().unwrap_or_else(PoisonError::into_inner).len();
            match self.within(what, CALL, self.driver.execute(script, arguments.clone())).await {
                Ok(answer) => return Ok(answer.json().clone()),
                Err(fault) => {
                    tries += 1;
                    let dialog = self.dialogs.lock().unwrap_or_else(PoisonError::into_inner).len() > before;
                    if !dialog || tries > 3 {
                        return Err(fault);
                    }
                }
            }
        }
    }

    /// An element that a script gave.
    pub(super) fn element(&self, reference: &Value) -> Result<WebElement, BrowserFault> {
        WebElement::from_json(reference.clone(), Arc::clone(self.driver.handle()))
            .map_err(|error| BrowserFault::Command { what: "find an element", message: brief(&error) })
    }

    pub(super) async fn click(&self, element: &WebElement) -> Result<(), BrowserFault> {
        self.within("press", CALL, element.click()).await
    }

    pub(super) async fn clear(&self, element: &WebElement) -> Result<(), BrowserFault> {
        self.within("clear a field", CALL, element.clear()).await
    }

    pub(super) async fn keys(&self, element: &WebElement, text: &str) -> Result<(), BrowserFault> {
        self.within("type", CALL, element.send_keys(text)).await
    }

    /// Enters a frame by its way from the top.
    pub(super) async fn enter(&self, way: &[u16]) -> Result<(), BrowserFault> {
        self.within("reach the page", CALL, self.driver.enter_default_frame()).await?;
        for frame in way {
            self.within("enter a frame", CALL, self.driver.enter_frame(*frame)).await?;
        }
        Ok(())
    }

    /// Goes to the window that was opened last; `true` when it is another.
    pub(super) async fn newest_window(&self) -> Result<bool, BrowserFault> {
        let windows = self.within("list windows", CALL, self.driver.windows()).await?;
        match windows.last() {
            Some(last) if windows.len() > 1 => {
                self.within("change windows", CALL, self.driver.switch_to_window(last.clone())).await?;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// A command of the Chrome DevTools protocol.
    pub(super) async fn cdp(&self, command: &str, parameters: Value) -> Result<Value, BrowserFault> {
        self.command("ask the browser", CALL, Extension::cdp(command, parameters)).await
    }

    /// A command outside the WebDriver standard, or one that the library does not know.
    pub(super) async fn command(&self, what: &'static str, limit: Duration, command: Extension) -> Result<Value, BrowserFault> {
        let answer = self.within(what, limit, self.driver.cmd(command)).await?;
        answer.value_json().map_err(|error| BrowserFault::Command { what, message: brief(&error) })
    }

    /// The body of an answer, where the browser still has it.
    pub(super) async fn body(&self, place: usize) -> Option<Vec<u8>> {
        let id = self.traffic.lock().await.records.get(place)?.id.clone();
        let answer = self.cdp("Network.getResponseBody", json!({ "requestId": id })).await.ok()?;
        let text = answer.get("body")?.as_str()?;
        if answer.get("base64Encoded").and_then(Value::as_bool).unwrap_or(false) {
            return base64::engine::general_purpose::STANDARD.decode(text).ok();
        }
        Some(text.as_bytes().to_vec())
    }

    /// Reads what went over the network since the last call.
    pub(super) async fn listen(&self) -> Result<(), BrowserFault> {
        let log = Extension { path: "se/log", body: json!({"type": "performance"}) };
        let answer = self.within("read the traffic", CALL, self.driver.cmd(log)).await?;
        let events: Vec<Value> =
            answer.value().map_err(|error| BrowserFault::Command { what: "read the traffic", message: brief(&error) })?;
        self.traffic.lock().await.absorb(&events);
        self.guard().await?;
        // Long bodies, and those of several parts, are not in the log.
        for _ in 0..20 {
            let Some((place, id)) = self.traffic.lock().await.unread() else { break };
            let answer = self.cdp("Network.getRequestPostData", json!({ "requestId": id })).await.unwrap_or(Value::Null);
            if let Some(post) = answer.get("postData").and_then(Value::as_str)
                && let Some(record) = self.traffic.lock().await.records.get_mut(place)
            {
                record.post = Some(post.to_owned());
            }
        }
        Ok(())
    }

    /// Ends a visit to a public site that was answered for from a private network.
    pub(super) async fn guard(&self) -> Result<(), BrowserFault> {
        match self.traffic.lock().await.private_answer() {
            Some((url, address)) if self.public => Err(BrowserFault::Private { url: url.clone(), address }),
            _ => Ok(()),
        }
    }

    /// The whole page as a picture.
    pub(super) async fn screenshot(&self) -> Result<Vec<u8>, BrowserFault> {
        let metrics = self.cdp("Page.getLayoutMetrics", json!({})).await?;
        let size = |name: &str| metrics.get("cssContentSize").and_then(|size| size.get(name)).and_then(Value::as_f64).unwrap_or(1_000.0);
        let clip =
            json!({"x": 0, "y": 0, "width": size("width").clamp(1.0, 4_000.0), "height": size("height").clamp(1.0, TALLEST), "scale": 1});
        let picture = self.cdp("Page.captureScreenshot", json!({"format": "png", "captureBeyondViewport": true, "clip": clip})).await?;
        let data = picture.get("data").and_then(Value::as_str).unwrap_or_default();
        base64::engine::general_purpose::STANDARD
            .decode(data)
            .map_err(|error| BrowserFault::Command { what: "take a screenshot", message: error.to_string() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_visit_resolves_only_what_it_may() {
        let hosts = BTreeMap::from([("bluebonnet.example".to_owned(), "127.0.0.1:8080".parse().unwrap())]);
        for (rehearsal, local_only, hosts, holds, lacks) in [
            (true, false, hosts.clone(), "MAP bluebonnet.example 127.0.0.1:8080, MAP * ~NOTFOUND, EXCLUDE localhost", "MAP 127.*"),
            (false, false, hosts, "MAP bluebonnet.example 127.0.0.1:8080, MAP localhost ~NOTFOUND", "MAP * "),
            (false, false, BTreeMap::new(), "MAP 192.168.* ~NOTFOUND", "EXCLUDE"),
            (false, false, BTreeMap::new(), "MAP [fd*:* ~NOTFOUND", "MAP fd* "),
            (false, false, BTreeMap::new(), "MAP 100.127.* ~NOTFOUND", "MAP 100.128.*"),
            (false, true, BTreeMap::new(), "--headless=new", "host-resolver-rules"),
        ] {
            let settings = BrowserSettings {
                drive: Drive::Absent(String::new()),
                sessions: 1,
                limit: CALL,
                page_load: CALL,
                rehearsal_hosts: hosts,
                rehearsal,
            };
            let all = switches(&settings, local_only).join(" ");
            assert!(all.contains(holds) && !all.contains(lacks), "{all}");
        }
    }
}
