//! `[phone.NAME]`: a number of ours, and the ways by which its calls and texts are read: files, Twilio's API, webhooks.

use std::collections::BTreeMap;
use std::time::Duration;

use chrono_tz::Tz;
use toml::Spanned;
use url::Url;

use super::load::Check;
use super::raw::{RawPhone, RawTwilio};
use super::{Secret, leads_here};
use crate::document::DocumentError;

/// A number of ours and where its calls and texts are read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Phone {
    /// Its name, e.g. `main`; the source is `phone.main`.
    pub name: String,
    /// E.164.
    pub number: String,
    /// Call logs, as glob patterns below the workspace.
    pub files: Vec<String>,
    /// For sources that write local times.
    pub timezone: Option<Tz>,
    /// The number behind each SIM of a phone that holds several.
    pub sims: BTreeMap<String, String>,
    /// The account at Twilio that holds the number.
    pub twilio: Option<TwilioAccount>,
    /// The secret of each provider that sends webhooks, by the provider's name.
    pub webhooks: BTreeMap<String, Secret>,
}

/// An account at Twilio.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TwilioAccount {
    /// Its id, `AC…`.
    pub account: String,
    /// Where its auth token comes from.
    pub token: Secret,
    /// The number there, E.164.
    pub number: String,
    /// Where its API is.
    pub url: Url,
    /// How often it is asked while watching.
    pub poll: Duration,
}

impl Phone {
    /// The source name, `phone.<name>`.
    #[must_use]
    pub fn source(&self) -> String {
        format!("phone.{}", self.name)
    }
}

/// How often Twilio is asked, in seconds: by default, and at most.
const POLL: (u32, u32) = (60, 10);

impl Check<'_> {
    pub(super) fn phone(&self, name: String, raw: RawPhone) -> Result<Phone, DocumentError> {
        let number = self.phone_number(&raw.number)?;
        let twilio = raw.twilio.map(|twilio| self.twilio(twilio, &number)).transpose()?;
        let sims = raw.sims.into_iter().map(|(sim, of)| Ok((sim, self.phone_number(&of)?))).collect::<Result<_, DocumentError>>()?;
        let secrets = [
            ("twilio", raw.webhooks.twilio),
            ("callrail", raw.webhooks.callrail),
            ("telnyx", raw.webhooks.telnyx),
            ("quo", raw.webhooks.quo),
            ("plivo", raw.webhooks.plivo),
            ("vonage", raw.webhooks.vonage),
            ("bandwidth", raw.webhooks.bandwidth),
            ("aircall", raw.webhooks.aircall),
        ];
        let mut webhooks = BTreeMap::new();
        for (provider, secret) in secrets {
            if let Some(secret) = secret {
                webhooks.insert(provider.to_owned(), self.secret(secret)?);
            }
        }
        if let Some(twilio) = &twilio {
            webhooks.entry("twilio".to_owned()).or_insert_with(|| twilio.token.clone());
        }
        Ok(Phone {
            name,
            number,
            files: raw.files,
            timezone: raw.timezone.map(|zone| self.timezone(&zone)).transpose()?,
            sims,
            twilio,
            webhooks,
        })
    }

    fn twilio(&self, raw: RawTwilio, number: &str) -> Result<TwilioAccount, DocumentError> {
        let account = raw.account.get_ref().trim();
        let is_id = |id: &str| (8..=64).contains(&id.len()) && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
        // Systems that speak as Twilio does name their projects by UUIDs.
        if !is_id(account) || !(account.starts_with("AC") || account.contains('-')) {
            return Err(self.wrong(raw.account.span(), "this is no account of Twilio", "its Account SID begins with `AC`"));
        }
        let poll = raw.poll_s.as_ref().map_or(POLL.0, |poll| *poll.get_ref());
        if let Some(given) = raw.poll_s.filter(|_| poll < POLL.1) {
            return Err(self.wrong(given.span(), "Twilio is asked every so many seconds, at least 10", "60 is the default"));
        }
        Ok(TwilioAccount {
            account: account.to_owned(),
            token: self.secret(raw.token)?,
            number: raw.number.map_or_else(|| Ok(number.to_owned()), |number| self.phone_number(&number))?,
            url: raw.url.map_or_else(|| Ok(None), |url| self.api(&url).map(Some))?.unwrap_or_else(api_of_twilio),
            poll: Duration::from_secs(u64::from(poll)),
        })
    }

    /// An address that a password may be sent to.
    fn api(&self, raw: &Spanned<String>) -> Result<Url, DocumentError> {
        let url = Url::parse(raw.get_ref())
            .ok()
            .filter(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
            .ok_or_else(|| self.wrong(raw.span(), "this is no address", "the default is `https://api.twilio.com`"))?;
        self.no_password(&url, raw.span())?;
        if url.scheme() == "http" && !leads_here(&url) {
            return Err(self.wrong(raw.span(), "only this machine is asked without TLS", "write it as `https://…`"));
        }
        Ok(url)
    }
}

#[expect(clippy::expect_used, reason = "a fixed address that is one")]
fn api_of_twilio() -> Url {
    Url::parse("https://api.twilio.com").expect("a fixed address")
}
