//! The HTTP client: every request is written down as it went out, bounded in time and size, never repeated, and followed by
//! hand. HTTP/1.1 on a fresh connection each time, so that no request can be replayed on a stale one. What failed before the
//! connection stood was provably not sent; everything later may have been.

use std::collections::BTreeMap;
use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use chrono::{DateTime, Utc};
use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use url::{Host, Url};

use crate::clock::Clock;

use super::SubmitError;
use super::browser::Browser;
use super::form::Request;
use super::polite::{Politeness, Turn};
use super::public::{PublicOnly, is_private};

const MAX_REDIRECTS: usize = 10;
const CONNECT: Duration = Duration::from_secs(10);

/// How requests are made.
#[derive(Clone, Debug)]
pub struct HttpSettings {
    /// What we say we are.
    pub user_agent: String,
    /// For one exchange, from connecting to the last byte.
    pub timeout: Duration,
    /// Bytes of a body, decoded, that are read at most.
    pub max_body: usize,
    /// Pause between requests to one host.
    pub host_gap: Duration,
    /// Hosts that a rehearsal serves from loopback instead of the network; only loopback addresses are allowed.
    pub rehearsal_hosts: BTreeMap<String, SocketAddr>,
    /// Certificates of a private CA, PEM.
    pub ca_file: Option<PathBuf>,
}

impl Default for HttpSettings {
    fn default() -> Self {
        Self {
            user_agent: concat!("crickets/", env!("CARGO_PKG_VERSION"), " (mystery shopping of home builders)").to_owned(),
            timeout: Duration::from_secs(45),
            max_body: 5_000_000,
            host_gap: Duration::from_secs(1),
            rehearsal_hosts: BTreeMap::new(),
            ca_file: None,
        }
    }
}

/// One request and what came back.
#[derive(Clone, Debug)]
pub struct Exchange {
    /// `page`, `submission`, `redirect-1`, `search-2`, `robots`.
    pub label: String,
    /// `GET` or `POST`.
    pub method: &'static str,
    /// The address.
    pub url: Url,
    /// Head and body as written.
    pub request: Vec<u8>,
    /// Status line, headers and decoded body.
    pub response: Option<Vec<u8>>,
    /// The status.
    pub status: Option<u16>,
    /// The headers of the response, in order.
    pub headers: Vec<(String, String)>,
    /// Where the body begins in `response`.
    pub body_at: usize,
    /// The body was longer than the limit, or broke off.
    pub truncated: bool,
    /// Before the first byte went out.
    pub started_at: DateTime<Utc>,
    /// When the last byte had come, or the fault.
    pub ended_at: DateTime<Utc>,
}

impl Exchange {
    /// The decoded body.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        self.response.as_deref().and_then(|bytes| bytes.get(self.body_at..)).unwrap_or_default()
    }

    /// A header of the response.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// Where the response redirects to.
    #[must_use]
    pub fn redirect(&self) -> Option<Url> {
        let redirects = self.status.is_some_and(|status| matches!(status, 301 | 302 | 303 | 307 | 308));
        self.header("location").filter(|_| redirects).and_then(|target| self.url.join(target).ok())
    }
}

/// Why an exchange did not come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SendFault {
    /// Whether the request may have reached the site.
    pub possibly_sent: bool,
    /// What happened, as a sentence's end.
    pub message: String,
}

/// Cookies of one inquiry, from the page to the last redirect.
#[derive(Clone, Debug, Default)]
pub struct Session {
    jar: Arc<Jar>,
    private: bool,
}

impl Session {
    /// Whether the shop's own site is on this machine or a private network.
    pub(super) fn is_private(&self) -> bool {
        self.private
    }
}

/// The client, cheap to clone and shared by many tasks.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: HttpSettings,
    clock: Clock,
    /// For public sites: it connects to public addresses alone.
    public: reqwest::Client,
    /// For a shop whose own site is on a private network, and for what that leads to.
    open: reqwest::Client,
    /// For this machine and private addresses, past any proxy.
    direct: reqwest::Client,
    polite: Politeness,
    browser: Option<Browser>,
}

/// A request on its way.
pub(super) struct Call<'a> {
    pub(super) label: String,
    pub(super) request: &'a Request,
    pub(super) referer: Option<&'a Url>,
    /// The turn at the host, where it was waited for before.
    pub(super) turn: Option<Turn>,
}

impl Client {
    /// A client.
    ///
    /// # Errors
    /// When a rehearsal host is not on loopback, or TLS cannot be set up.
    pub fn new(settings: HttpSettings, clock: Clock) -> Result<Self, SubmitError> {
        // A second installation is refused and the first stays, which is what is wanted.
        let _ = rustls::crypto::ring::default_provider().install_default();
        if let Some((host, address)) = settings.rehearsal_hosts.iter().find(|(_, address)| !address.ip().is_loopback()) {
            return Err(SubmitError::Rehearsal { host: host.clone(), address: *address });
        }
        let public = builder(&settings)?.dns_resolver(PublicOnly::beside_proxies()).build()?;
        let open = builder(&settings)?.build()?;
        let direct = builder(&settings)?.no_proxy().build()?;
        let polite = Politeness::new(settings.host_gap);
        Ok(Self(Arc::new(Inner { settings, clock, public, open, direct, polite, browser: None })))
    }

    /// The same client with browsers for what plain HTTP cannot do. To be called before it is cloned.
    #[must_use]
    pub fn with_browser(self, browser: Browser) -> Self {
        match Arc::try_unwrap(self.0) {
            Ok(inner) => Self(Arc::new(Inner { browser: Some(browser), ..inner })),
            Err(shared) => Self(shared),
        }
    }

    /// The browsers.
    pub(super) fn browser(&self) -> Option<&Browser> {
        self.0.browser.as_ref()
    }

    /// A new session for a shop's site.
    #[must_use]
    pub fn session(&self, site: &Url) -> Session {
        Session { jar: Arc::default(), private: self.is_local(site) }
    }

    /// The present moment.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.0.clock.now()
    }

    fn is_rehearsed(&self, url: &Url) -> bool {
        url.host_str().is_some_and(|host| self.0.settings.rehearsal_hosts.contains_key(host))
    }

    /// Whether an address is on this machine or a private network by its own writing.
    fn is_local(&self, url: &Url) -> bool {
        self.is_rehearsed(url)
            || match url.host() {
                Some(Host::Ipv4(ip)) => is_private(IpAddr::V4(ip)),
                Some(Host::Ipv6(ip)) => is_private(IpAddr::V6(ip)),
                Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
                None => false,
            }
    }

    /// Refuses a way from a public site into a private network.
    pub(super) async fn may_go(&self, session: &Session, url: &Url) -> Result<(), SendFault> {
        let refuse = |message: String| Err(SendFault { possibly_sent: false, message });
        if !matches!(url.scheme(), "http" | "https") {
            return refuse(format!("{url} is not a web address"));
        }
        if session.private {
            return Ok(());
        }
        let private = self.is_local(url)
            || match (url.host_str(), url.port_or_known_default()) {
                (Some(host), Some(port)) => tokio::time::timeout(CONNECT, tokio::net::lookup_host((host, port)))
                    .await
                    .is_ok_and(|found| found.is_ok_and(|mut all| all.any(|address| is_private(address.ip())))),
                _ => true,
            };
        if private { refuse(format!("the site leads to {url}, which is on a private network")) } else { Ok(()) }
    }

    /// Waits until a host may be spoken to; `pause` keeps the gap since the last request.
    pub(super) async fn turn(&self, url: &Url, pause: bool) -> Turn {
        // Sites on several ports of one machine are several sites.
        let host = format!("{}:{}", url.host_str().unwrap_or_default(), url.port_or_known_default().unwrap_or_default());
        // A rehearsal troubles nobody.
        let rehearsed = url.host_str().is_some_and(|name| self.0.settings.rehearsal_hosts.contains_key(name));
        self.0.polite.turn(&host, pause && !rehearsed).await
    }

    /// Makes one exchange; it is never repeated.
    pub(super) async fn exchange(&self, session: &Session, call: Call<'_>) -> (Exchange, Option<SendFault>) {
        let Call { label, request, referer, turn } = call;
        let url = &request.url;
        let headers = self.headers(session, request, referer);
        let mut exchange = Exchange {
            label,
            method: request.method,
            url: url.clone(),
            request: written(request, &headers),
            response: None,
            status: None,
            headers: Vec::new(),
            body_at: 0,
            truncated: false,
            started_at: self.now(),
            ended_at: self.now(),
        };
        let _turn = match turn {
            Some(turn) => turn,
            None => self.turn(url, false).await,
        };
        exchange.started_at = self.now();
        let fault = match self.may_go(session, url).await {
            Err(fault) => Some(fault),
            Ok(()) => match tokio::time::timeout(self.0.settings.timeout, self.speak(session, request, headers, &mut exchange)).await {
                Ok(Ok(())) => None,
                Ok(Err(fault)) => Some(fault),
                Err(_) => Some(SendFault {
                    possibly_sent: true,
                    message: format!("{url} did not finish its answer within {} s", self.0.settings.timeout.as_secs_f32()),
                }),
            },
        };
        exchange.ended_at = self.now();
        (exchange, fault)
    }

    async fn speak(&self, session: &Session, request: &Request, headers: HeaderMap, exchange: &mut Exchange) -> Result<(), SendFault> {
        let url = &request.url;
        let client = match session.private {
            _ if self.is_rehearsed(url) => &self.0.direct,
            false => &self.0.public,
            true if self.is_local(url) => &self.0.direct,
            true => &self.0.open,
        };
        let method = if request.method == "POST" { reqwest::Method::POST } else { reqwest::Method::GET };
        let mut outgoing = client.request(method, url.clone()).headers(headers);
        if request.method == "POST" {
            outgoing = outgoing.body(request.body.clone());
        }
        let mut response = outgoing.send().await.map_err(|error| fault(url, &error))?;
        session.jar.set_cookies(&mut response.headers().get_all(reqwest::header::SET_COOKIE).iter(), url);
        let status = response.status();
        exchange.status = Some(status.as_u16());
        let mut head =
            format!("{:?} {} {}\r\n", response.version(), status.as_u16(), status.canonical_reason().unwrap_or_default()).into_bytes();
        for (name, value) in response.headers() {
            head.extend_from_slice(name.as_str().as_bytes());
            head.extend_from_slice(b": ");
            head.extend_from_slice(value.as_bytes());
            head.extend_from_slice(b"\r\n");
            exchange.headers.push((name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
        }
        head.extend_from_slice(b"\r\n");
        exchange.body_at = head.len();
        // Kept as it comes, so that an answer that breaks off is still evidence.
        let kept = exchange.response.insert(head);
        loop {
            match response.chunk().await {
                Ok(Some(chunk)) => {
                    let room = (exchange.body_at + self.0.settings.max_body).saturating_sub(kept.len());
                    if chunk.len() > room {
                        kept.extend_from_slice(chunk.get(..room).unwrap_or_default());
                        exchange.truncated = true;
                        return Ok(());
                    }
                    kept.extend_from_slice(&chunk);
                }
                Ok(None) => return Ok(()),
                Err(error) => {
                    exchange.truncated = true;
                    return Err(SendFault { possibly_sent: true, message: format!("the answer of {url} broke off: {}", root(&error)) });
                }
            }
        }
    }

    fn headers(&self, session: &Session, request: &Request, referer: Option<&Url>) -> HeaderMap {
        let mut headers = HeaderMap::new();
        let mut put = |name: &'static str, value: &str| {
            if let Ok(value) = HeaderValue::from_str(value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        };
        put("user-agent", &self.0.settings.user_agent);
        put("accept", "text/html,application/xhtml+xml,application/json;q=0.9,*/*;q=0.8");
        put("accept-language", "en-US,en;q=0.9");
        put("accept-encoding", "gzip, br");
        if let Some(referer) = referer.filter(|from| from.scheme() == request.url.scheme() || from.scheme() == "http") {
            let same = referer.origin() == request.url.origin();
            let mut shown = referer.clone();
            shown.set_fragment(None);
            put("referer", if same { shown.as_str().to_owned() } else { format!("{}/", referer.origin().ascii_serialization()) }.as_str());
            if request.method == "POST" {
                put("origin", &referer.origin().ascii_serialization());
            }
        }
        if let Some(content_type) = &request.content_type {
            put("content-type", content_type);
        }
        if let Some(cookies) = session.jar.cookies(&request.url) {
            headers.insert(reqwest::header::COOKIE, cookies);
        }
        headers
    }

    /// Loads a page, following redirects by hand; the last exchange is the page.
    pub(super) async fn load(
        &self,
        session: &Session,
        url: &Url,
        label: &str,
        referer: Option<&Url>,
    ) -> (Vec<Exchange>, Option<SendFault>) {
        let request = get(url);
        let turn = Some(self.turn(url, true).await);
        let (first, fault) = self.exchange(session, Call { label: label.to_owned(), request: &request, referer, turn }).await;
        let mut exchanges = vec![first];
        if fault.is_some() {
            return (exchanges, fault);
        }
        let fault = self.follow(session, &mut exchanges, label).await;
        (exchanges, fault)
    }

    /// Follows the redirects of the last exchange by GET.
    pub(super) async fn follow(&self, session: &Session, exchanges: &mut Vec<Exchange>, label: &str) -> Option<SendFault> {
        for hop in 1..=MAX_REDIRECTS {
            let last = exchanges.last()?;
            let target = last.redirect()?;
            let from = last.url.clone();
            if last.method == "POST" && matches!(last.status, Some(307 | 308)) {
                return Some(SendFault {
                    possibly_sent: true,
                    message: format!("the site asks to send everything again to {target}, which is never done"),
                });
            }
            let request = get(&target);
            let label = if label == "submission" { format!("redirect-{hop}") } else { format!("{label}-redirect-{hop}") };
            let (exchange, fault) = self.exchange(session, Call { label, request: &request, referer: Some(&from), turn: None }).await;
            exchanges.push(exchange);
            if fault.is_some() {
                return fault;
            }
        }
        exchanges
            .last()?
            .redirect()
            .map(|_| SendFault { possibly_sent: true, message: format!("the site redirects more than {MAX_REDIRECTS} times") })
    }
}

fn get(url: &Url) -> Request {
    let mut url = url.clone();
    url.set_fragment(None);
    Request { method: "GET", url, content_type: None, body: Vec::new(), entries: Vec::new() }
}

fn builder(settings: &HttpSettings) -> Result<reqwest::ClientBuilder, SubmitError> {
    let mut builder = reqwest::Client::builder()
        .redirect(reqwest::redirect::Policy::none())
        .retry(reqwest::retry::never())
        .pool_max_idle_per_host(0)
        .connect_timeout(CONNECT.min(settings.timeout))
        .http1_only();
    for (host, address) in &settings.rehearsal_hosts {
        builder = builder.resolve(host, *address);
    }
    if let Some(path) = &settings.ca_file {
        let refuse = |reason: String| SubmitError::Certificates { path: path.clone(), reason };
        let pem = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
        let bundle = reqwest::Certificate::from_pem_bundle(&pem).map_err(|error| refuse(root(&error)))?;
        if bundle.is_empty() {
            return Err(refuse("it holds none".to_owned()));
        }
        builder = builder.tls_certs_merge(bundle);
    }
    Ok(builder)
}

/// The request as it stands on the wire.
fn written(request: &Request, headers: &HeaderMap) -> Vec<u8> {
    let url = &request.url;
    let query = url.query().map(|query| format!("?{query}")).unwrap_or_default();
    let host = url.host_str().unwrap_or_default();
    let host = url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    let mut out = format!("{} {}{query} HTTP/1.1\r\n", request.method, url.path()).into_bytes();
    for (name, value) in headers {
        out.extend_from_slice(name.as_str().as_bytes());
        out.extend_from_slice(b": ");
        out.extend_from_slice(value.as_bytes());
        out.extend_from_slice(b"\r\n");
    }
    out.extend_from_slice(format!("host: {host}\r\n").as_bytes());
    if request.method == "POST" {
        out.extend_from_slice(format!("content-length: {}\r\n", request.body.len()).as_bytes());
    }
    out.extend_from_slice(b"\r\n");
    out.extend_from_slice(&request.body);
    out
}

fn root(error: &dyn std::error::Error) -> String {
    let mut at = error;
    while let Some(source) = at.source() {
        at = source;
    }
    at.to_string()
}

fn fault(url: &Url, error: &reqwest::Error) -> SendFault {
    let unsent = error.is_connect() || error.is_builder();
    let message =
        if unsent { format!("could not connect to {url}: {}", root(error)) } else { format!("{url} did not answer: {}", root(error)) };
    SendFault { possibly_sent: !unsent, message }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_connection_itself_refuses_a_private_address_whatever_was_answered_before() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url: Url = format!("http://localhost:{}/", listener.local_addr().unwrap().port()).parse().unwrap();
        let client = Client::new(HttpSettings::default(), Clock::system()).unwrap();
        let session = client.session(&"http://builder.example/".parse().unwrap());
        let request = Request { method: "GET", url: url.clone(), content_type: None, body: Vec::new(), entries: Vec::new() };
        let mut exchange = Exchange {
            label: "page".to_owned(),
            method: "GET",
            url,
            request: Vec::new(),
            response: None,
            status: None,
            headers: Vec::new(),
            body_at: 0,
            truncated: false,
            started_at: client.now(),
            ended_at: client.now(),
        };
        let fault = client.speak(&session, &request, HeaderMap::new(), &mut exchange).await.unwrap_err();
        assert!(!fault.possibly_sent && fault.message.contains("private network"), "{}", fault.message);
        let knocked = tokio::time::timeout(Duration::from_millis(200), listener.accept()).await;
        assert!(knocked.is_err(), "somebody connected");
    }
}
