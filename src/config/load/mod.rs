//! Reads and checks `crickets.toml`.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::ops::Range;
use std::path::Path;

use chrono::TimeDelta;
use chrono_tz::Tz;
use toml::Spanned;
use url::Url;

use crate::config::browser::Browser;
use crate::config::oauth::RawOauth;
use crate::config::raw::{RawConfig, RawMailbox, RawPersona, RawRehearsal, RawReport, RawWave};
use crate::config::secret::{Place, RawSecret};
use crate::config::settings::{Canary, Config, Limits, Report, Smtp, Store, Wave};
use crate::config::{AliasKind, Mailbox, MailboxUrl, Oauth, Provider, Secret};
use crate::document::{self, DocumentError};
use crate::shop::Persona;
use crate::shop::file::phone_number;
use crate::shop::hours::check_hours;

/// Reads `crickets.toml`; paths in it are taken from its folder. `store` overrides where the store is.
///
/// # Errors
/// When the file cannot be read, or says something that makes no sense.
pub fn load(path: &Path, store: Option<String>) -> Result<Config, DocumentError> {
    let (raw, text) = document::read::<RawConfig>(path)?;
    Check { path, text: &text, root: path.parent().unwrap_or(Path::new(".")) }.config(raw, store)
}

pub(super) struct Check<'a> {
    path: &'a Path,
    text: &'a str,
    pub(super) root: &'a Path,
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
            brand: self.brand(&raw.brand)?,
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
mod tests;
