//! Reads and checks `crickets.toml`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::{Path, PathBuf};

use chrono::TimeDelta;
use chrono_tz::Tz;
use toml::Spanned;
use url::Url;

use super::brand::Brand;
use super::browser::Browser;
use super::oauth::RawOauth;
use super::raw::{RawConfig, RawMailbox, RawPersona, RawRehearsal, RawReport, RawWave};
use super::secret::{Place, RawSecret};
use super::{AliasKind, Mailbox, MailboxUrl, Oauth, Phone, Provider, Secret};
use crate::document::{self, DocumentError};
use crate::shop::Persona;
use crate::shop::file::phone_number;
use crate::shop::hours::check_hours;

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
        let host = self.url.host_str().unwrap_or_default();
        let bare = host.trim_matches(['[', ']']);
        host.eq_ignore_ascii_case("localhost") || bare.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
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

/// Reads `crickets.toml`; paths in it are taken from its folder. `store` overrides where the store is.
///
/// # Errors
/// When the file cannot be read, or says something that makes no sense.
pub fn load(path: &Path, store: Option<String>) -> Result<Config, DocumentError> {
    let (raw, text) = document::read::<RawConfig>(path)?;
    Check { path, text: &text, root: path.parent().unwrap_or(Path::new(".")) }.config(raw, store)
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

pub(super) struct Check<'a> {
    path: &'a Path,
    text: &'a str,
    root: &'a Path,
}

impl Check<'_> {
    pub(super) fn wrong(&self, span: Range<usize>, message: impl Into<String>, hint: &str) -> DocumentError {
        DocumentError::at(self.path, self.text, span, message, (!hint.is_empty()).then(|| hint.to_owned()))
    }

    fn config(&self, raw: RawConfig, store: Option<String>) -> Result<Config, DocumentError> {
        let mut config = Config {
            name: raw.workspace.name,
            personas: BTreeMap::new(),
            mailboxes: BTreeMap::new(),
            phones: BTreeMap::new(),
            smtp: None,
            canary: Canary { send: raw.canary.send, lost_after: TimeDelta::minutes(i64::from(raw.canary.lost_after_min.max(1))) },
            store: Store { url: store.map_or_else(|| self.store(&raw.store.url), |url| Ok(self.store_url(&url)))? },
            wave: self.wave(raw.wave)?,
            report: self.report(&raw.report)?,
            limits: Limits { concurrency: usize::from(raw.limits.concurrency.max(1)), timeout_s: u64::from(raw.limits.timeout_s.max(1)) },
            browser: Browser::read(&raw.browser).map_err(|message| {
                self.wrong(raw.browser.webdriver.span(), message, "use `auto`, `off`, or a URL such as `http://grid:4444`")
            })?,
            brand: self.brand(&raw.brand, self.root)?,
            rehearsal_hosts: self.rehearsal_hosts(&raw.rehearsal)?,
        };
        for (id, persona) in raw.persona {
            let phone = persona.phone.map(|phone| self.phone_number(&phone)).transpose()?;
            let RawPersona { zip, street, city, state, .. } = persona;
            let (first, last) = (self.not_empty(persona.first)?, self.not_empty(persona.last)?);
            config.personas.insert(id.clone(), Persona { id, first, last, phone, zip, street, city, state });
        }
        for (name, mailbox) in raw.mailbox {
            config.mailboxes.insert(name.clone(), self.mailbox(name, mailbox)?);
        }
        for (name, phone) in raw.phone {
            config.phones.insert(name.clone(), self.phone(name, phone)?);
        }
        if let Some(smtp) = raw.smtp {
            let url = Url::parse(smtp.url.get_ref())
                .ok()
                .filter(|url| matches!(url.scheme(), "smtp" | "smtps") && url.has_host())
                .ok_or_else(|| self.wrong(smtp.url.span(), "this is no mail server", "write it as `smtps://user@mail.example.org`"))?;
            self.no_password(&url, smtp.url.span())?;
            let ca_file = smtp.ca_file.map(|path| self.root.join(path));
            config.smtp = Some(Smtp { url, password: smtp.password.map(|secret| self.secret(secret)).transpose()?, ca_file });
        }
        Ok(config)
    }

    fn store(&self, url: &Spanned<String>) -> Result<String, DocumentError> {
        let known = ["sqlite:", "postgres://", "postgresql://"];
        if !known.iter().any(|known| url.get_ref().starts_with(known)) {
            return Err(self.wrong(url.span(), "this is no store", "use `sqlite:PATH` or `postgres://user@host/name`"));
        }
        Ok(self.store_url(url.get_ref()))
    }

    fn not_empty(&self, name: Spanned<String>) -> Result<String, DocumentError> {
        if name.get_ref().trim().is_empty() {
            return Err(self.wrong(name.span(), "a persona needs a first and a last name", ""));
        }
        Ok(name.into_inner())
    }

    /// SQLite paths are relative to the workspace.
    fn store_url(&self, url: &str) -> String {
        match url.strip_prefix("sqlite:") {
            Some(path) if !path.starts_with(':') => {
                format!("sqlite:{}", self.root.join(path.trim_start_matches("//")).display())
            }
            _ => url.to_owned(),
        }
    }

    fn wave(&self, raw: RawWave) -> Result<Wave, DocumentError> {
        let window = raw.window.unwrap_or_else(|| Spanned::new(0..0, "Mo-Fr 09:30-16:30".into()));
        check_hours(window.get_ref()).map_err(|message| self.wrong(window.span(), message, ""))?;
        let days = raw.window_days.unwrap_or_else(|| Spanned::new(0..0, 30));
        if !(30..=365).contains(days.get_ref()) {
            return Err(self.wrong(days.span(), "the window is 30 to 365 days", "rubric 1 scores 30 days"));
        }
        Ok(Wave {
            schedule: raw.schedule,
            window: window.into_inner(),
            spread_days: i64::from(raw.spread_days.max(1)),
            min_days_between: i64::from(raw.min_days_between),
            window_days: i64::from(days.into_inner()),
            do_not_shop: raw.do_not_shop,
        })
    }

    fn report(&self, raw: &RawReport) -> Result<Report, DocumentError> {
        match &raw.rank_from {
            None => Ok(Report { rank_from: 3 }),
            Some(number) if (1..=1000).contains(number.get_ref()) => Ok(Report { rank_from: *number.get_ref() }),
            Some(number) => {
                Err(self.wrong(number.span(), "a builder is ranked from 1 to 1000 inquiries on", "3 is the default; fewer may be luck"))
            }
        }
    }

    fn rehearsal_hosts(&self, raw: &RawRehearsal) -> Result<BTreeMap<String, SocketAddr>, DocumentError> {
        raw.hosts
            .iter()
            .map(|(host, address)| match address.get_ref().parse::<SocketAddr>() {
                Ok(to) if to.ip().is_loopback() => Ok((host.to_lowercase(), to)),
                Ok(_) => Err(self.wrong(
                    address.span(),
                    "a rehearsal host is served from loopback only",
                    "use an address such as `127.0.0.1:8080`",
                )),
                Err(_) => Err(self.wrong(address.span(), "this is no address", "use an address such as `127.0.0.1:8080`")),
            })
            .collect()
    }

    fn mailbox(&self, name: String, raw: RawMailbox) -> Result<Mailbox, DocumentError> {
        let span = raw.url.span();
        let url = self.mailbox_url(&raw.url)?;
        let address = raw.address.get_ref().trim().to_lowercase();
        if address.split_once('@').is_none_or(|(local, domain)| local.is_empty() || domain.is_empty()) {
            return Err(self.wrong(raw.address.span(), "this is no mail address", "write it as `shopper@example.org`"));
        }
        let alias = match raw.alias.get_ref().as_str() {
            "plus" => AliasKind::Plus,
            "catch-all" => AliasKind::CatchAll,
            "list" => AliasKind::List,
            other => {
                return Err(self.wrong(raw.alias.span(), format!("`{other}` is no kind of alias"), "use `plus`, `catch-all` or `list`"));
            }
        };
        if alias == AliasKind::List && raw.aliases.is_empty() {
            return Err(self.wrong(raw.alias.span(), "a list of aliases is needed", "add `aliases = [\"a@example.org\", …]`"));
        }
        if matches!(url, MailboxUrl::Imap { .. }) && raw.password.is_none() {
            return Err(self.wrong(span, "an IMAP mailbox needs a password", "add `password = { env = \"SHOPPER_PASSWORD\" }`"));
        }
        let (password, oauth) = self.login(raw.password, raw.oauth)?;
        if oauth.is_some() && !matches!(url, MailboxUrl::Imap { .. }) {
            return Err(self.wrong(span, "only an IMAP mailbox logs in", "leave `password` and `oauth` out"));
        }
        Ok(Mailbox {
            name,
            url,
            password,
            oauth,
            alias,
            aliases: raw.aliases.iter().map(|alias| alias.trim().to_lowercase()).collect(),
            folders: raw.folders,
            max_message_mb: raw.max_message_mb.map_or(Ok(25), |size| self.message_size(&size))?,
            ca_file: raw.ca_file.map(|file| self.root.join(file)),
            trusted: raw.trusted.unwrap_or_default(),
            address,
        })
    }

    /// Messages pass through memory, and an answer of the server is bounded: more than 50 MB is no use.
    fn message_size(&self, size: &Spanned<u16>) -> Result<u16, DocumentError> {
        match *size.get_ref() {
            size @ 1..=50 => Ok(size),
            _ => Err(self.wrong(size.span(), "a message is kept whole up to 1 to 50 MB", "25 is the default")),
        }
    }

    fn mailbox_url(&self, raw: &Spanned<String>) -> Result<MailboxUrl, DocumentError> {
        let hint = "use `imaps://user@host`, `maildir:PATH` or `mbox:PATH`";
        let text = raw.get_ref();
        if let Some(path) = text.strip_prefix("maildir:") {
            return Ok(MailboxUrl::Maildir(self.root.join(path)));
        }
        if let Some(path) = text.strip_prefix("mbox:") {
            return Ok(MailboxUrl::Mbox(self.root.join(path)));
        }
        let url = Url::parse(text).map_err(|error| self.wrong(raw.span(), format!("this is no mailbox: {error}"), hint))?;
        let tls = match url.scheme() {
            "imaps" => true,
            "imap" => false,
            other => return Err(self.wrong(raw.span(), format!("`{other}:` is no kind of mailbox"), hint)),
        };
        self.no_password(&url, raw.span())?;
        let user = percent_decode(url.username());
        match url.host_str() {
            Some(host) if !user.is_empty() => Ok(MailboxUrl::Imap {
                tls,
                user,
                host: host.trim_matches(['[', ']']).to_owned(),
                port: url.port().unwrap_or(if tls { 993 } else { 143 }),
            }),
            _ => Err(self.wrong(raw.span(), "a mailbox needs a user and a host", hint)),
        }
    }

    pub(super) fn no_password(&self, url: &Url, span: Range<usize>) -> Result<(), DocumentError> {
        match url.password() {
            Some(_) => Err(self.wrong(span, "a password does not belong in the address", "use `password = { env = \"…\" }`")),
            None => Ok(()),
        }
    }

    /// How a mailbox logs in: `password`, and for OAuth the table `oauth`.
    fn login(
        &self,
        password: Option<Spanned<RawSecret>>,
        oauth: Option<Spanned<RawOauth>>,
    ) -> Result<(Option<Secret>, Option<Oauth>), DocumentError> {
        let place = password.map(|raw| Ok::<_, DocumentError>((raw.span(), self.place(raw)?))).transpose()?;
        match (place, oauth) {
            (Some((_, Place::Oauth(provider))), Some(raw)) => Ok((None, Some(self.oauth(raw.into_inner(), provider)?))),
            (Some((span, Place::Oauth(_))), None) => {
                let hint = "add `oauth = { client = \"…\" }` with the id of your own application; docs/guide.md says how to get one";
                Err(self.wrong(span, "a login by OAuth needs an application", hint))
            }
            (_, Some(raw)) => Err(self.wrong(
                raw.span(),
                "this mailbox does not log in by OAuth",
                "write `password = { oauth = \"gmail\" }` or `\"outlook\"`",
            )),
            (Some((_, Place::Secret(secret))), None) => Ok((Some(secret), None)),
            (None, None) => Ok((None, None)),
        }
    }

    fn oauth(&self, mut raw: RawOauth, provider: Provider) -> Result<Oauth, DocumentError> {
        let secret = raw.secret.take().map(|secret| self.secret(secret)).transpose()?;
        raw.check(provider, secret).map_err(|(span, message, hint)| self.wrong(span, message, hint))
    }

    fn place(&self, raw: Spanned<RawSecret>) -> Result<Place, DocumentError> {
        let span = raw.span();
        raw.into_inner().check().map_err(|message| self.wrong(span, message, ""))
    }

    pub(super) fn secret(&self, raw: Spanned<RawSecret>) -> Result<Secret, DocumentError> {
        let span = raw.span();
        match self.place(raw)? {
            Place::Secret(secret) => Ok(secret),
            Place::Oauth(_) => Err(self.wrong(span, "only a mailbox logs in by OAuth", "use `{ env = \"NAME\" }`")),
        }
    }

    pub(super) fn phone_number(&self, raw: &Spanned<String>) -> Result<String, DocumentError> {
        phone_number(raw.get_ref())
            .ok_or_else(|| self.wrong(raw.span(), format!("`{}` is no phone number", raw.get_ref()), "write it as `+15125550142`"))
    }

    pub(super) fn timezone(&self, raw: &Spanned<String>) -> Result<Tz, DocumentError> {
        raw.get_ref().parse().map_err(|_| {
            self.wrong(raw.span(), format!("`{}` is no time zone", raw.get_ref()), "use an IANA name such as `America/Chicago`")
        })
    }
}

/// User names may hold an `@`, written `%40`.
fn percent_decode(text: &str) -> String {
    url::form_urlencoded::parse(format!("u={}", text.replace('+', "%2B")).as_bytes())
        .next()
        .map_or_else(String::new, |(_, user)| user.into_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    const GOOD: &str = r#"
[workspace]
name = "Acme Coaching"
[persona.dana]
first = "Dana"
last = "Whitfield"
phone = "+15125550142"
zip = "78701"
[mailbox.main]
url = "imaps://shopper%40example.org@mail.example.org"
password = { env = "SHOPPER_PASSWORD" }
address = "shopper@example.org"
[phone.main]
number = "+15125550142"
files = ["logs/*.csv"]
timezone = "America/Chicago"
sims = { 1 = "(512) 555-0143" }
twilio = { account = "AC00000000000000000000000000000001", token = { env = "TWILIO_TOKEN" } }
webhooks = { quo = { env = "QUO_KEY" } }
[rehearsal]
hosts = { "bluebonnet.example" = "127.0.0.1:8080" }
"#;

    fn parse(text: &str) -> Result<Config, DocumentError> {
        let path = Path::new("/w/crickets.toml");
        Check { path, text, root: Path::new("/w") }.config(document::parse(path, text)?, None)
    }

    #[test]
    fn a_good_file_is_read() {
        let config = parse(&GOOD.replace("[rehearsal]", "[brand]\nlogo = \"logo.svg\"\naccent = \"#0e6655\"\n[rehearsal]")).unwrap();
        assert_eq!(config.brand.logo.as_deref(), Some(Path::new("/w/logo.svg")));
        assert_eq!(config.brand.accent.map(|accent| accent.light.0.to_string()).as_deref(), Some("#0e6655"));
        let mailbox = &config.mailboxes["main"];
        assert_eq!(
            mailbox.url,
            MailboxUrl::Imap { tls: true, user: "shopper@example.org".into(), host: "mail.example.org".into(), port: 993 }
        );
        assert_eq!(mailbox.home(), "mail.example.org");
        assert_eq!(config.store.url, "sqlite:/w/.crickets/crickets.db");
        assert_eq!((config.wave.min_days_between, config.wave.window_days, config.report.rank_from), (25, 30, 3));
        assert_eq!(parse(&format!("{GOOD}[report]\nrank_from = 5\n")).unwrap().report.rank_from, 5);
        let phone = &config.phones["main"];
        let twilio = phone.twilio.as_ref().unwrap();
        assert_eq!((twilio.url.as_str(), twilio.number.as_str(), twilio.poll.as_secs()), ("https://api.twilio.com/", "+15125550142", 60));
        assert_eq!(phone.sims["1"], "+15125550143");
        let token = Secret::Env("TWILIO_TOKEN".into());
        assert_eq!(phone.webhooks.get("twilio"), Some(&token), "one token is both login and signature");
        assert_eq!(phone.webhooks.keys().collect::<Vec<_>>(), ["quo", "twilio"]);
    }

    #[test]
    fn every_mistake_is_underlined_at_its_place() {
        for (from, to, place, words) in [
            ("[mailbox.main]", "[mailbx.main]", (9, 2), "unknown field"),
            ("imaps://shopper%40example.org@", "imaps://user:pass@", (10, 7), "password does not belong"),
            ("{ env = \"SHOPPER_PASSWORD\" }", "{ }", (11, 12), "name one place"),
            ("[phone.main]", "max_message_mb = 51\n[phone.main]", (13, 18), "1 to 50 MB"),
            ("{ env = \"SHOPPER_PASSWORD\" }", "{ oauth = \"yahoo\" }", (11, 12), "no provider that is known"),
            ("{ env = \"SHOPPER_PASSWORD\" }", "{ oauth = \"gmail\" }", (11, 12), "needs an application"),
            ("{ env = \"SHOPPER_PASSWORD\" }", "{ env = \"A\" }\noauth = { client = \"c\" }", (12, 9), "does not log in by OAuth"),
            (
                "{ env = \"SHOPPER_PASSWORD\" }",
                "{ oauth = \"outlook\" }\noauth.client = \"c\"\noauth.tenant = \"a/b\"",
                (13, 16),
                "no tenant",
            ),
            ("\"shopper@example.org\"", "\"shopper\"", (12, 11), "no mail address"),
            ("number = \"+15125550142\"", "number = \"5550142\"", (14, 10), "no phone number"),
            ("127.0.0.1:8080", "10.0.0.1:8080", (21, 34), "loopback only"),
            ("(512) 555-0143", "555", (17, 14), "no phone number"),
            ("\"AC0", "\"XX0", (18, 22), "no account of Twilio"),
            ("{ env = \"TWILIO_TOKEN\" }", "{ env = \"A\" }, url = \"http://api.example\"", (18, 89), "only this machine"),
            ("{ env = \"TWILIO_TOKEN\" }", "{ env = \"A\" }, poll_s = 1", (18, 92), "at least 10"),
            ("quo = {", "qo = {", (19, 14), "unknown field"),
            ("{ env = \"SHOPPER_PASSWORD\" }", "\"hush\"", (11, 12), "a text stands where the place of the password"),
            ("[workspace]", "smtp.url = \"smtps://me:hush@example.org\"\n[workspace]", (2, 12), "password does not belong"),
            ("[workspace]", "browser.webdriver = \"grid:4444/x y\"\n[workspace]", (2, 21), "no WebDriver server"),
            ("[workspace]", "report.rank_from = 0\n[workspace]", (2, 20), "from 1 to 1000"),
            ("[workspace]", "store.url = \"mysql://localhost/a\"\n[workspace]", (2, 13), "no store"),
            ("[workspace]", "brand.acent = \"#0e6655\"\n[workspace]", (2, 7), "unknown field"),
            ("[workspace]", "brand.accent = \"teal\"\n[workspace]", (2, 16), "no colour"),
            ("[workspace]", "brand.accent = \"#ffcc00\"\n[workspace]", (2, 16), "1.3 to 1, and text needs 4.5 to 1"),
            ("[workspace]", "brand.accent_dark = \"#0e6655\"\n[workspace]", (2, 21), "does not read on a dark page"),
            ("[workspace]", "brand.accent_dark = \"#5cc8ac\"\n[workspace]", (2, 21), "half an accent"),
            ("[workspace]", "brand.logo = \"logo.gif\"\n[workspace]", (2, 14), "PNG, JPEG or SVG"),
            ("[workspace]", "brand.name = \" \"\n[workspace]", (2, 14), "name is empty"),
            ("first = \"Dana\"", "first = \" \"", (5, 9), "a first and a last name"),
        ] {
            let error = parse(&GOOD.replace(from, to)).unwrap_err();
            let DocumentError::Content { line, column, message, .. } = &error else { panic!("{error}") };
            assert_eq!((*line, *column), place, "{to}: {message}");
            assert!(message.contains(words), "{to}: {message}");
        }
    }

    #[test]
    fn a_store_password_is_never_shown() {
        let store = Store { url: "postgres://me:hush@localhost/crickets".into() };
        assert!(!format!("{store:?}").contains("hush"));
        for (url, want) in [
            ("sqlite:/a/b.db", "sqlite:/a/b.db"),
            ("postgres://me@localhost/a", "postgres://me@localhost/a"),
            ("postgres://me:hush@localhost/a?sslmode=require", "postgres://me:***@localhost/a?sslmode=require"),
            ("postgres://me:h%zz@ush@[bad/a", "postgres://me:***@[bad/a"),
            ("postgres://localhost/a?user=me&password=hush", "postgres://localhost/a?user=me&password=***"),
        ] {
            assert_eq!(without_password(url), want);
        }
    }
}
