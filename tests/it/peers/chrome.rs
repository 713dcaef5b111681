//! A headless Chromium that a test drives over its debugging pipe (Chrome DevTools Protocol 1.3): pages from the disk, light or dark,
//! wide or narrow, with the page's own policy or without it; every request, every dialog and every script is seen.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use tempfile::TempDir;

use super::{Leash, PATIENCE, program};

/// How a page is looked at.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Look {
    /// The width of the window.
    pub(crate) width: u32,
    /// Whether the reader likes it dark.
    pub(crate) dark: bool,
    /// Whether the page's own Content-Security-Policy is out of force.
    pub(crate) bypass: bool,
}

/// A running browser with one page.
pub(crate) struct Chrome {
    _browser: Leash,
    _profile: TempDir,
    input: ChildStdin,
    messages: Receiver<Value>,
    session: Option<String>,
    last: u64,
    events: Vec<Value>,
}

impl Chrome {
    /// Starts one; `None` when Chromium is not installed.
    pub(crate) fn start() -> Option<Self> {
        let chromium = program("chromium", "chromium")?;
        let profile = tempfile::Builder::new().prefix("crickets-chrome-").tempdir().unwrap();
        let mut command = Command::new("sh");
        // The pipe is the browser's files 3 and 4.
        command.args(["-c", "exec \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", "sh"]).arg(chromium);
        command.args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-extensions"]);
        command.args(["--disable-background-networking", "--disable-component-update", "--disable-sync", "--disable-default-apps"]);
        command.args(["--remote-debugging-pipe", "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]);
        command.arg(format!("--user-data-dir={}", profile.path().join("profile").display())).arg("about:blank");
        command.env("HOME", profile.path()).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut browser = Leash::start(&mut command);
        let (input, output) = (browser.child().stdin.take().unwrap(), browser.child().stdout.take().unwrap());
        let (tell, messages) = channel();
        std::thread::spawn(move || {
            let mut output = BufReader::new(output);
            let mut message = Vec::new();
            while output.read_until(0, &mut message).is_ok_and(|length| length > 0) {
                message.pop();
                let known = serde_json::from_slice(&message).is_ok_and(|message: Value| tell.send(message).is_ok());
                if !known {
                    return;
                }
                message.clear();
            }
        });
        let mut chrome = Self { _browser: browser, _profile: profile, input, messages, session: None, last: 0, events: Vec::new() };
        let target = chrome.call("Target.createTarget", &json!({"url": "about:blank"}))["targetId"].clone();
        let session = chrome.call("Target.attachToTarget", &json!({"targetId": target, "flatten": true}));
        chrome.session = Some(session["sessionId"].as_str().unwrap().to_owned());
        for domain in ["Page", "Network", "Runtime"] {
            chrome.call(&format!("{domain}.enable"), &json!({}));
        }
        Some(chrome)
    }

    /// Opens a page from the disk and waits until it is loaded; what was seen before is forgotten.
    pub(crate) fn open(&mut self, page: &Path, look: Look) {
        let scheme = if look.dark { "dark" } else { "light" };
        self.call("Emulation.setEmulatedMedia", &json!({"features": [{"name": "prefers-color-scheme", "value": scheme}]}));
        let metrics = json!({"width": look.width, "height": 900, "deviceScaleFactor": 1, "mobile": look.width < 600});
        self.call("Emulation.setDeviceMetricsOverride", &metrics);
        self.call("Page.setBypassCSP", &json!({"enabled": look.bypass}));
        self.events.clear();
        let address = format!("file://{}", page.display());
        let answer = self.call("Page.navigate", &json!({"url": address}));
        assert!(answer["errorText"].is_null(), "{address}: {answer}");
        let end = Instant::now() + PATIENCE;
        while !self.events.iter().any(|event| event["method"] == "Page.loadEventFired") {
            assert!(Instant::now() < end, "{address} is not loaded");
            self.listen(Duration::from_millis(100));
        }
    }

    /// Lets the page do what it will.
    pub(crate) fn rest(&mut self, time: Duration) {
        let end = Instant::now() + time;
        while let Some(left) = end.checked_duration_since(Instant::now()) {
            self.listen(left);
        }
    }

    /// What an expression is worth on the page; a promise is waited for.
    pub(crate) fn evaluate(&mut self, expression: &str) -> Value {
        let answer = self.call("Runtime.evaluate", &json!({"expression": expression, "returnByValue": true, "awaitPromise": true}));
        assert!(answer["exceptionDetails"].is_null(), "{:.200}: {}", expression, answer["exceptionDetails"]);
        answer["result"]["value"].clone()
    }

    /// Every address that was asked for since the page was opened, besides the page itself and what it holds.
    pub(crate) fn requests(&self) -> Vec<String> {
        let sent = self.events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
        let urls = sent.filter_map(|event| event["params"]["request"]["url"].as_str());
        let mut page = true;
        urls.filter(|url| !(url.starts_with("data:") || std::mem::take(&mut page) && url.starts_with("file:"))).map(str::to_owned).collect()
    }

    /// What the dialogs said that the page opened.
    pub(crate) fn dialogs(&self) -> Vec<String> {
        let opened = self.events.iter().filter(|event| event["method"] == "Page.javascriptDialogOpening");
        opened.filter_map(|event| event["params"]["message"].as_str()).map(str::to_owned).collect()
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        let id = self.send(method, parameters);
        let end = Instant::now() + PATIENCE;
        loop {
            assert!(Instant::now() < end, "Chromium does not answer {method}");
            let Some(message) = self.listen(Duration::from_millis(200)) else { continue };
            if message["id"] == id {
                assert!(message["error"].is_null(), "{method}: {}", message["error"]);
                return message["result"].clone();
            }
        }
    }

    fn send(&mut self, method: &str, parameters: &Value) -> u64 {
        self.last += 1;
        let mut message = json!({"id": self.last, "method": method, "params": parameters});
        if let Some(session) = &self.session {
            message["sessionId"] = json!(session);
        }
        self.input.write_all(format!("{message}\0").as_bytes()).unwrap();
        self.last
    }

    /// The next answer, if one comes in time; events are kept, and a dialog, which holds up the page, is closed.
    fn listen(&mut self, time: Duration) -> Option<Value> {
        let message = self.messages.recv_timeout(time).ok()?;
        if message["id"].is_u64() {
            return Some(message);
        }
        if message["method"] == "Page.javascriptDialogOpening" {
            self.send("Page.handleJavaScriptDialog", &json!({"accept": true}));
        }
        self.events.push(message);
        None
    }
}
