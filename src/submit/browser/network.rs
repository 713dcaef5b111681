//! What went over the network, rebuilt from the browser's own log (Chrome DevTools protocol, domain `Network`). Takes log
//! entries; gives requests in order, each redirect a step of its own, and which of them carried the inquiry. Pictures, scripts
//! and the beacons of trackers are not kept.

use std::collections::HashMap;
use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use serde_json::Value;
use url::Url;

use super::super::http::Exchange;
use super::super::public::is_private;

/// Requests that are remembered at most.
const MAX_RECORDS: usize = 5_000;

/// Hosts that hear of everything and decide nothing.
const TRACKERS: [&str; 26] = [
    "google-analytics.com",
    "analytics.google.com",
    "googletagmanager.com",
    "googleadservices.com",
    "googlesyndication.com",
    "doubleclick.net",
    "facebook.com",
    "facebook.net",
    "hotjar.com",
    "hotjar.io",
    "clarity.ms",
    "segment.io",
    "segment.com",
    "mixpanel.com",
    "amplitude.com",
    "fullstory.com",
    "mouseflow.com",
    "crazyegg.com",
    "bing.com",
    "linkedin.com",
    "tiktok.com",
    "pinterest.com",
    "newrelic.com",
    "nr-data.net",
    "sentry.io",
    "px.ads",
];

/// Hosts that go on talking whatever is pressed. A request to any other host may be the inquiry: forms post to makers and to
/// clouds that no list holds.
const CHATS: [&str; 10] = [
    "intercom.io",
    "drift.com",
    "driftt.com",
    "livechatinc.com",
    "tawk.to",
    "zopim.com",
    "olark.com",
    "crisp.chat",
    "cookielaw.org",
    "userway.org",
];

/// One request, or one step of a redirect.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) id: String,
    pub(super) kind: String,
    pub(super) method: String,
    pub(super) url: Url,
    pub(super) post: Option<String>,
    pub(super) has_post: bool,
    /// Its body was asked for, in vain or not.
    asked: bool,
    /// The frame that asked.
    pub(super) frame: Option<String>,
    request_headers: Vec<(String, String)>,
    pub(super) status: Option<u16>,
    headers: Vec<(String, String)>,
    pub(super) address: Option<String>,
    started: f64,
    pub(super) ended: Option<f64>,
    pub(super) fault: Option<String>,
    /// A later step follows under the same id.
    pub(super) moved: bool,
    /// The body of the answer, once it was asked for.
    pub(super) body: Option<Vec<u8>>,
}

/// All requests so far.
#[derive(Debug, Default)]
pub(super) struct Traffic {
    pub(super) records: Vec<Record>,
    /// Requests were left out, because there were too many.
    pub(super) full: bool,
    last: HashMap<String, usize>,
}

fn text<'a>(value: &'a Value, name: &str) -> Option<&'a str> {
    value.get(name).and_then(Value::as_str)
}

fn headers(value: Option<&Value>) -> Vec<(String, String)> {
    let fields = value.and_then(Value::as_object).into_iter().flatten();
    fields.filter_map(|(name, value)| Some((name.clone(), value.as_str()?.replace('\n', ", ")))).collect()
}

impl Traffic {
    /// Takes entries of the performance log.
    pub(super) fn absorb(&mut self, entries: &[Value]) {
        for entry in entries {
            let Some(message) = text(entry, "message").and_then(|text| serde_json::from_str::<Value>(text).ok()) else { continue };
            let Some(event) = message.get("message") else { continue };
            let (Some(method), Some(about)) = (text(event, "method"), event.get("params")) else { continue };
            self.event(method, about);
        }
    }

    fn event(&mut self, method: &str, about: &Value) {
        let Some(id) = text(about, "requestId") else { return };
        let at = about.get("timestamp").and_then(Value::as_f64).unwrap_or_default();
        match method {
            "Network.requestWillBeSent" => self.begin(id, about, at),
            "Network.responseReceived" => {
                let Some(record) = self.record(id) else { return };
                if let Some(response) = about.get("response") {
                    record.answer(response);
                }
                if let Some(kind) = text(about, "type") {
                    kind.clone_into(&mut record.kind);
                }
            }
            "Network.loadingFinished" => {
                if let Some(record) = self.record(id) {
                    record.ended = Some(at);
                }
            }
            "Network.loadingFailed" => {
                if let Some(record) = self.record(id) {
                    record.ended = Some(at);
                    record.fault = text(about, "errorText").map(str::to_owned);
                }
            }
            _ => {}
        }
    }

    fn begin(&mut self, id: &str, about: &Value, at: f64) {
        if let (Some(redirect), Some(record)) = (about.get("redirectResponse"), self.record(id)) {
            record.answer(redirect);
            record.ended = Some(at);
            record.moved = true;
        }
        let Some(request) = about.get("request") else { return };
        let Some(url) = text(request, "url").and_then(|url| Url::parse(url).ok()) else { return };
        if !matches!(url.scheme(), "http" | "https") {
            return;
        }
        if self.records.len() >= MAX_RECORDS {
            self.full = true;
            // What follows under this id is no longer about the record that it was.
            self.last.remove(id);
            return;
        }
        self.last.insert(id.to_owned(), self.records.len());
        self.records.push(Record {
            id: id.to_owned(),
            kind: text(about, "type").unwrap_or("Other").to_owned(),
            method: text(request, "method").unwrap_or("GET").to_owned(),
            url,
            post: text(request, "postData").map(str::to_owned),
            has_post: request.get("hasPostData").and_then(Value::as_bool).unwrap_or(false),
            asked: false,
            frame: text(about, "frameId").map(str::to_owned),
            request_headers: headers(request.get("headers")),
            status: None,
            headers: Vec::new(),
            address: None,
            started: at,
            ended: None,
            fault: None,
            moved: false,
            body: None,
        });
    }

    fn record(&mut self, id: &str) -> Option<&mut Record> {
        let at = *self.last.get(id)?;
        self.records.get_mut(at)
    }

    /// A request whose body is not in the log and was not asked for before.
    pub(super) fn unread(&mut self) -> Option<(usize, String)> {
        let wanting = |record: &&mut Record| record.has_post && record.post.is_none() && !record.asked && !record.is_tracker();
        let (at, record) = self.records.iter_mut().enumerate().find(|(_, record)| wanting(record))?;
        record.asked = true;
        Some((at, record.id.clone()))
    }

    /// The frame that a page was loaded into.
    pub(super) fn frame_of(&self, url: &Url) -> Option<&str> {
        let plain = |url: &Url| url.as_str().split('#').next().unwrap_or_default().to_owned();
        let wanted = plain(url);
        self.records.iter().find(|record| record.kind == "Document" && plain(&record.url) == wanted)?.frame.as_deref()
    }

    /// How many requests that may change the page are under way.
    pub(super) fn open(&self) -> usize {
        self.records.iter().filter(|record| record.matters() && record.ended.is_none()).count()
    }

    /// The steps that follow a request under its id, itself first.
    pub(super) fn chain(&self, from: usize) -> Vec<usize> {
        let Some(first) = self.records.get(from) else { return Vec::new() };
        let mut steps = vec![from];
        let mut moved = first.moved;
        for (at, record) in self.records.iter().enumerate().skip(from + 1) {
            if !moved {
                break;
            }
            if record.id == first.id {
                steps.push(at);
                moved = record.moved;
            }
        }
        steps
    }

    /// The request since `from` that carried the inquiry, known by the address we left: one that posts before one that gets.
    pub(super) fn submission(&self, from: usize, alias: &str) -> Option<usize> {
        let since = || self.records.iter().enumerate().skip(from).filter(|(_, record)| !record.is_tracker() && record.carries(alias));
        let gets = |record: &Record| matches!(record.kind.as_str(), "Document" | "XHR" | "Fetch" | "Script");
        let posts = since().find(|(_, record)| record.method != "GET" && record.matters());
        posts.or_else(|| since().find(|(_, record)| gets(record))).map(|(at, _)| at)
    }

    /// The first answer that came from this machine or a private network: where, and from which address. Names say nothing of it,
    /// for a name can be given any address, and another one later.
    pub(super) fn private_answer(&self) -> Option<(&Url, IpAddr)> {
        self.records.iter().find_map(|record| {
            let address: IpAddr = record.address.as_deref()?.trim_matches(['[', ']']).parse().ok()?;
            is_private(address).then_some((&record.url, address))
        })
    }

    /// Whether something since `from` may have been the inquiry, written so that nobody reads the address in it: a request with a
    /// body. What was left out may have been anything.
    pub(super) fn may_have_sent(&self, from: usize) -> bool {
        self.full || self.records.iter().skip(from).any(Record::has_body)
    }

    /// The last post since `from` to one of these hosts, for where no request names the address: it may be written in its own way.
    pub(super) fn likely(&self, from: usize, hosts: &[&str]) -> Option<usize> {
        let own = |record: &Record| record.url.host_str().is_some_and(|host| hosts.contains(&host));
        let fits = |record: &Record| record.method != "GET" && record.matters() && own(record);
        self.records.iter().enumerate().skip(from).rfind(|(_, record)| fits(record)).map(|(at, _)| at)
    }
}

impl Record {
    fn answer(&mut self, response: &Value) {
        self.status = response.get("status").and_then(Value::as_u64).and_then(|status| u16::try_from(status).ok());
        self.headers = headers(response.get("headers"));
        self.address = text(response, "remoteIPAddress").map(str::to_owned);
    }

    /// Whether it may be the submission or its answer.
    pub(super) fn matters(&self) -> bool {
        matches!(self.kind.as_str(), "Document" | "XHR" | "Fetch") && !self.is_tracker()
    }

    /// Whether it posts something to anybody but a tracker or a chat.
    fn has_body(&self) -> bool {
        let posts = matches!(self.method.as_str(), "POST" | "PUT" | "PATCH");
        self.matters() && (posts || self.has_post || self.post.as_deref().is_some_and(|post| !post.is_empty())) && !is_of(&self.url, &CHATS)
    }

    fn is_tracker(&self) -> bool {
        if matches!(self.kind.as_str(), "Ping" | "Preflight" | "CSPViolationReport" | "Image") {
            return true;
        }
        is_of(&self.url, &TRACKERS)
    }

    /// Whether the address we leave stands in it.
    fn carries(&self, alias: &str) -> bool {
        let wanted = alias.to_lowercase();
        let holds = |text: &str| {
            let text = text.to_lowercase();
            let plain = percent(&text.replace('+', "%20"));
            let kept = percent(&text);
            text.contains(&wanted) || kept.contains(&wanted) || plain.contains(&wanted)
        };
        self.post.as_deref().is_some_and(holds) || self.url.query().is_some_and(holds)
    }

    /// As an exchange; times are told from `base`, when the browser's clock stood at `zero`.
    pub(super) fn exchange(&self, label: String, base: DateTime<Utc>, zero: f64) -> Exchange {
        let mut request = format!("{} {} HTTP\r\n", self.method, self.url).into_bytes();
        for (name, value) in &self.request_headers {
            request.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
        }
        request.extend_from_slice(b"\r\n");
        request.extend_from_slice(self.post.as_deref().unwrap_or_default().as_bytes());
        let mut body_at = 0;
        let response = self.status.map(|status| {
            let mut head = format!("HTTP {status}\r\n").into_bytes();
            for (name, value) in &self.headers {
                head.extend_from_slice(format!("{name}: {value}\r\n").as_bytes());
            }
            head.extend_from_slice(b"\r\n");
            body_at = head.len();
            head.extend_from_slice(self.body.as_deref().unwrap_or_default());
            head
        });
        Exchange {
            label,
            method: match self.method.as_str() {
                "GET" => "GET",
                "POST" => "POST",
                "PUT" => "PUT",
                "PATCH" => "PATCH",
                _ => "OTHER",
            },
            url: self.url.clone(),
            request,
            response,
            status: self.status,
            headers: self.headers.clone(),
            body_at,
            truncated: !self.moved && self.body.is_none() || self.has_post && self.post.is_none(),
            started_at: base + delta(self.started - zero),
            ended_at: base + delta(self.ended.unwrap_or(self.started) - zero),
        }
    }

    /// When it began, on the browser's clock.
    pub(super) fn started(&self) -> f64 {
        self.started
    }

    /// One line of the list of traffic.
    pub(super) fn line(&self) -> String {
        let status = self.status.map_or_else(|| "-".to_owned(), |status| status.to_string());
        let kept = if self.matters() && !self.moved && self.status.is_some() && self.body.is_none() {
            ", answer not kept by the browser"
        } else {
            ""
        };
        let fault = self.fault.as_deref().map_or_else(String::new, |fault| format!(", {fault}"));
        format!("{} {} {} {status}{kept}{fault}\n", self.kind, self.method, self.url)
    }
}

/// Whether an address is on one of these hosts or below.
fn is_of(url: &Url, hosts: &[&str]) -> bool {
    let host = url.host_str().unwrap_or_default();
    hosts.iter().any(|known| host == *known || host.ends_with(&format!(".{known}")))
}

fn percent(text: &str) -> String {
    let bytes: Vec<u8> = text.bytes().collect();
    let mut out = Vec::with_capacity(bytes.len());
    let mut rest = bytes.as_slice();
    while let [first, tail @ ..] = rest {
        rest = tail;
        let digits = tail.get(..2).filter(|_| *first == b'%').and_then(|pair| std::str::from_utf8(pair).ok());
        match digits.and_then(|pair| u8::from_str_radix(pair, 16).ok()) {
            Some(byte) => {
                out.push(byte);
                rest = tail.get(2..).unwrap_or_default();
            }
            None => out.push(*first),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[expect(clippy::cast_possible_truncation, reason = "seconds of a visit, in milliseconds")]
fn delta(seconds: f64) -> TimeDelta {
    TimeDelta::milliseconds((seconds.clamp(0.0, 86_400.0) * 1_000.0) as i64)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn entry(method: &str, params: &Value) -> Value {
        json!({"message": json!({"message": {"method": method, "params": params}}).to_string()})
    }

    fn sent(id: &str, kind: &str, method: &str, url: &str, post: &str) -> Value {
        let request = json!({"url": url, "method": method, "postData": post, "hasPostData": !post.is_empty(), "headers": {"A": "b"}});
        entry("Network.requestWillBeSent", &json!({"requestId": id, "type": kind, "timestamp": 1.5, "request": request}))
    }

    #[test]
    fn the_submission_is_told_from_trackers_and_its_redirects_are_steps() {
        let mut traffic = Traffic::default();
        let alias = "shopper+k7@example.org";
        traffic.absorb(&[
            sent("1", "Ping", "POST", "https://x.example/collect", "email=shopper%2Bk7%40example.org"),
            sent("2", "Fetch", "POST", "https://www.google-analytics.com/g", "e=shopper%2Bk7%40example.org"),
            sent("3", "XHR", "POST", "https://x.example/count", "page=1"),
            sent("4", "Document", "POST", "https://x.example/send", "n=Dana&email=shopper%2Bk7%40example.org"),
            entry(
                "Network.requestWillBeSent",
                &json!({"requestId": "4", "type": "Document", "timestamp": 2.0, "request": {"url": "https://x.example/thanks", "method": "GET"},
                        "redirectResponse": {"status": 303, "headers": {"location": "/thanks"}}}),
            ),
            entry("Network.responseReceived", &json!({"requestId": "4", "type": "Document", "response": {"status": 200, "headers": {}}})),
            entry("Network.loadingFinished", &json!({"requestId": "4", "timestamp": 2.5})),
        ]);
        let found = traffic.submission(0, alias).unwrap();
        assert_eq!(traffic.records[found].url.path(), "/send");
        let chain: Vec<Exchange> = traffic
            .chain(found)
            .into_iter()
            .map(|at| traffic.records[at].exchange("x".into(), DateTime::from_timestamp(100, 0).unwrap(), 1.5))
            .collect();
        assert_eq!(chain.iter().map(|step| step.status).collect::<Vec<_>>(), [Some(303), Some(200)]);
        assert_eq!(chain[0].redirect().unwrap().path(), "/thanks");
        assert_eq!(chain[1].ended_at, DateTime::from_timestamp(101, 0).unwrap());
        assert_eq!(traffic.open(), 1, "the count is still under way; trackers are not waited for");
        assert_eq!(traffic.submission(found + 2, alias), None);
    }

    #[test]
    fn a_body_that_nobody_reads_may_be_the_inquiry() {
        for (kind, method, url, post, expected) in [
            ("Fetch", "POST", "https://x.example/send", "aGVsbG8=", true),
            ("XHR", "PUT", "https://api.cloud.example/leads/7", "", true),
            ("Document", "POST", "https://x.example/send", "a=b", true),
            ("Fetch", "GET", "https://x.example/next?step=2", "", false),
            ("Ping", "POST", "https://x.example/count", "page=1", false),
            ("Fetch", "POST", "https://www.google-analytics.com/g", "page=1", false),
            ("XHR", "POST", "https://api-iam.intercom.io/messenger", "page=1", false),
        ] {
            let mut traffic = Traffic::default();
            traffic.absorb(&[sent("0", "Fetch", "POST", "https://x.example/before", "a=b"), sent("1", kind, method, url, post)]);
            assert_eq!(traffic.may_have_sent(1), expected, "{kind} {method} {url}");
        }
    }

    #[test]
    fn an_answer_from_a_private_network_is_known_by_its_address() {
        for (address, expected) in [
            ("127.0.0.1", true),
            ("10.1.2.3", true),
            ("172.20.0.1", true),
            ("192.168.1.1", true),
            ("169.254.169.254", true),
            ("100.64.0.1", true),
            ("0.0.0.0", true),
            ("[::1]", true),
            ("::ffff:10.0.0.1", true),
            ("fd00::1", true),
            ("[fe80::1]", true),
            ("203.0.113.7", false),
            ("[2606:2800:220:1::1]", false),
            ("", false),
        ] {
            let mut traffic = Traffic::default();
            let response = json!({"status": 200, "headers": {}, "remoteIPAddress": address});
            traffic.absorb(&[
                sent("1", "Document", "GET", "https://x.example/", ""),
                entry("Network.responseReceived", &json!({"requestId": "1", "type": "Document", "response": response})),
            ]);
            assert_eq!(traffic.private_answer().is_some(), expected, "{address}");
        }
    }

    #[test]
    fn a_log_that_is_full_does_not_say_that_nothing_was_sent() {
        let mut traffic = Traffic::default();
        let many: Vec<Value> = (0..MAX_RECORDS).map(|at| sent(&at.to_string(), "Fetch", "GET", "https://x.example/poll", "")).collect();
        traffic.absorb(&many);
        assert!(!traffic.full && !traffic.may_have_sent(0));
        traffic.absorb(&[sent("0", "Fetch", "POST", "https://x.example/send", "email=shopper@example.org")]);
        assert!(traffic.full && traffic.may_have_sent(MAX_RECORDS), "the one left out may have been the inquiry");
        assert_eq!(traffic.records.len(), MAX_RECORDS);
    }

    #[test]
    fn an_address_is_found_in_every_usual_writing() {
        for (kind, post, expected) in [
            ("XHR", r#"{"email":"shopper+k7@example.org"}"#, true),
            ("XHR", "email=Shopper%2bk7%40example.org", true),
            ("XHR", "--B\r\nContent-Disposition: form-data; name=\"e\"\r\n\r\nshopper+k7@example.org\r\n--B--", true),
            ("XHR", "email=other@example.org", false),
        ] {
            let mut traffic = Traffic::default();
            traffic.absorb(&[sent("1", kind, "POST", "https://x.example/send", post)]);
            assert_eq!(traffic.records[0].carries("shopper+k7@example.org"), expected, "{post}");
        }
    }
}
