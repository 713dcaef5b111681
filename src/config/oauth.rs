//! `[mailbox.NAME.oauth]`: as which application, and at which server, a mailbox logs in by OAuth 2.0 (RFC 6749). Takes the
//! table as written, gives the addresses to ask. No application is shipped: its id is the user's own.

use serde::Deserialize;
use toml::Spanned;
use url::Url;

use super::secret::RawSecret;
use super::{Secret, leads_here};

/// Whose rules hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Provider {
    /// Gmail and Google Workspace.
    Gmail,
    /// Microsoft 365 and Outlook.com.
    Outlook,
}

impl Provider {
    /// By the name in `password = { oauth = "…" }`.
    pub(super) fn of_name(name: &str) -> Option<Self> {
        match name {
            "gmail" => Some(Self::Gmail),
            "outlook" => Some(Self::Outlook),
            _ => None,
        }
    }

    /// The name in `password = { oauth = "…" }`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Gmail => "gmail",
            Self::Outlook => "outlook",
        }
    }

    /// What is asked for: the mailbox by IMAP, and to be let in again later.
    fn scope(self) -> &'static str {
        match self {
            Self::Gmail => "https://mail.google.com/",
            Self::Outlook => "https://outlook.office.com/IMAP.AccessAsUser.All offline_access",
        }
    }
}

/// How a person agrees.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Flow {
    /// By typing a code at any device (RFC 8628); where codes are given out.
    Device(Url),
    /// In a browser that comes back to this machine (RFC 8252, PKCE by RFC 7636); the page to open.
    Browser(Url),
}

/// How a mailbox logs in by OAuth.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Oauth {
    /// Whose rules hold.
    pub provider: Provider,
    /// The application's id.
    pub client: String,
    /// Where its secret comes from, if it has one.
    pub secret: Option<Secret>,
    /// What is asked for.
    pub scope: String,
    /// How a person agrees.
    pub flow: Flow,
    /// Where tokens are given out.
    pub token: Url,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawOauth {
    pub(super) client: Spanned<String>,
    pub(super) secret: Option<Spanned<RawSecret>>,
    tenant: Option<Spanned<String>>,
    scope: Option<String>,
    server: Option<Spanned<String>>,
}

/// A mistake: where it stands, what it is, and what to write instead.
pub(super) type Mistake = (std::ops::Range<usize>, String, &'static str);

impl RawOauth {
    /// # Errors
    /// When a value makes no sense for the provider.
    pub(super) fn check(self, provider: Provider, secret: Option<Secret>) -> Result<Oauth, Mistake> {
        let client = self.client.get_ref().trim().to_owned();
        if client.is_empty() || client.chars().any(char::is_whitespace) {
            return Err((self.client.span(), "this is no application's id".into(), "copy the client id from the provider's console"));
        }
        let (flow, token) = match provider {
            Provider::Gmail => {
                if let Some(tenant) = self.tenant {
                    return Err((tenant.span(), "only Outlook has tenants".into(), "leave `tenant` out"));
                }
                let (pages, tokens) = match &self.server {
                    Some(server) => (base(server)?, base(server)?),
                    None => ("https://accounts.google.com".to_owned(), "https://oauth2.googleapis.com".to_owned()),
                };
                (format!("{pages}/o/oauth2/v2/auth"), format!("{tokens}/token"))
            }
            Provider::Outlook => {
                let tenant = self.tenant.unwrap_or_else(|| Spanned::new(0..0, "common".to_owned()));
                let plain = |character: char| character.is_ascii_alphanumeric() || matches!(character, '.' | '-');
                if tenant.get_ref().is_empty() || !tenant.get_ref().chars().all(plain) {
                    let hint = "use `common`, `organizations`, `consumers`, or the tenant's id or domain";
                    return Err((tenant.span(), "this is no tenant".into(), hint));
                }
                let server = self.server.as_ref().map_or_else(|| Ok("https://login.microsoftonline.com".to_owned()), base)?;
                let below = format!("{server}/{}/oauth2/v2.0", tenant.get_ref());
                (format!("{below}/devicecode"), format!("{below}/token"))
            }
        };
        let span = || self.server.as_ref().map_or(0..0, Spanned::span);
        let parse = |text: &str| Url::parse(text).map_err(|_| (span(), NO_SERVER.to_owned(), SERVER_HINT));
        let flow = match provider {
            Provider::Gmail => Flow::Browser(parse(&flow)?),
            Provider::Outlook => Flow::Device(parse(&flow)?),
        };
        let scope = self.scope.unwrap_or_else(|| provider.scope().to_owned());
        Ok(Oauth { provider, client, secret, scope, flow, token: parse(&token)? })
    }
}

const NO_SERVER: &str = "this is no server to log in at";
const SERVER_HINT: &str = "use `https://HOST`; `http://` only for this machine";

/// The beginning of a server's addresses, without a final slash. Plain HTTP would show the login to a network.
fn base(server: &Spanned<String>) -> Result<String, Mistake> {
    let wrong = || (server.span(), NO_SERVER.to_owned(), SERVER_HINT);
    let url = Url::parse(server.get_ref()).map_err(|_| wrong())?;
    let bare = url.query().is_none() && url.fragment().is_none() && url.username().is_empty() && url.password().is_none();
    let safe = url.scheme() == "https" && url.has_host() || url.scheme() == "http" && leads_here(&url);
    if !(bare && safe) {
        return Err(wrong());
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(provider: Provider, text: &str) -> Result<Oauth, String> {
        toml::from_str::<RawOauth>(text).unwrap().check(provider, None).map_err(|(_, message, _)| message)
    }

    #[test]
    fn the_addresses_follow_provider_tenant_and_server() {
        let outlook = read(Provider::Outlook, "client = \"c1\"").unwrap();
        assert_eq!(outlook.token.as_str(), "https://login.microsoftonline.com/common/oauth2/v2.0/token");
        assert!(matches!(outlook.flow, Flow::Device(url) if url.path() == "/common/oauth2/v2.0/devicecode"));
        assert!(outlook.scope.ends_with(" offline_access"));
        let own = read(Provider::Outlook, "client = \"c1\"\ntenant = \"acme.example\"\nserver = \"http://127.0.0.1:9/\"").unwrap();
        assert_eq!(own.token.as_str(), "http://127.0.0.1:9/acme.example/oauth2/v2.0/token");
        let gmail = read(Provider::Gmail, "client = \"c1\"").unwrap();
        assert_eq!(gmail.token.as_str(), "https://oauth2.googleapis.com/token");
        assert!(matches!(gmail.flow, Flow::Browser(url) if url.as_str() == "https://accounts.google.com/o/oauth2/v2/auth"));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        for (provider, text, words) in [
            (Provider::Outlook, "client = \" \"", "no application's id"),
            (Provider::Gmail, "client = \"c\"\ntenant = \"t\"", "only Outlook"),
            (Provider::Outlook, "client = \"c\"\ntenant = \"../x\"", "no tenant"),
            (Provider::Outlook, "client = \"c\"\nserver = \"http://login.example.org\"", "no server"),
            (Provider::Gmail, "client = \"c\"\nserver = \"https://a:b@login.example.org\"", "no server"),
            (Provider::Gmail, "client = \"c\"\nserver = \"ftp://127.0.0.1\"", "no server"),
        ] {
            let message = read(provider, text).unwrap_err();
            assert!(message.contains(words), "{text}: {message}");
        }
    }
}
