//! Where a login is kept between runs: a file that only its owner can read, written whole or not at all. It holds the refresh
//! token and for whom and with which application it was granted; a login made as somebody else is not used.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Serialize};

use super::oauth::{App, OauthError};

/// The file's schema.
const SCHEMA: &str = "crickets.kept-login/1";

/// A kept login.
#[derive(Debug)]
pub(super) struct Kept {
    provider: String,
    client: String,
    user: String,
    pub(super) refresh: SecretString,
}

#[derive(Deserialize, Serialize)]
struct Written {
    schema: String,
    provider: String,
    client: String,
    user: String,
    refresh_token: String,
}

impl Kept {
    pub(super) fn new(app: &App, refresh: SecretString) -> Self {
        Self { provider: app.oauth.provider.name().to_owned(), client: app.oauth.client.clone(), user: app.user.clone(), refresh }
    }

    /// As text for the place it is kept in, which is the only one that may see it.
    fn written(&self) -> serde_json::Result<String> {
        serde_json::to_string_pretty(&Written {
            schema: SCHEMA.to_owned(),
            provider: self.provider.clone(),
            client: self.client.clone(),
            user: self.user.clone(),
            refresh_token: self.refresh.expose_secret().to_owned(),
        })
    }

    fn read(text: &str) -> Option<Self> {
        let Written { schema, provider, client, user, refresh_token } = serde_json::from_str(text).ok()?;
        (schema == SCHEMA).then(|| Self { provider, client, user, refresh: refresh_token.into() })
    }

    /// What it was made with that differs from now.
    fn differs(&self, app: &App) -> Option<&'static str> {
        match () {
            () if self.provider != app.oauth.provider.name() => Some("provider"),
            () if self.client != app.oauth.client => Some("`client`"),
            () if self.user != app.user => Some("user"),
            () => None,
        }
    }
}

/// Where logins are kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Keep {
    /// A file.
    File(PathBuf),
}

impl Keep {
    /// The file of a mailbox in a folder. A name may hold what no file name may.
    #[must_use]
    pub fn in_folder(folder: &Path, mailbox: &str) -> Self {
        let plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let name: String =
            mailbox.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02x}") }).collect();
        Self::File(folder.join(format!("{name}.json")))
    }

    /// Where that is, as people read it.
    pub(super) fn place(&self) -> String {
        match self {
            Self::File(path) => path.display().to_string(),
        }
    }

    pub(super) fn load(&self, app: &App) -> Result<Kept, OauthError> {
        let (place, mailbox) = (self.place(), app.mailbox.clone());
        let Self::File(path) = self;
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Err(OauthError::None { mailbox, place }),
            Err(error) => return Err(OauthError::Keeping { place, reason: error.to_string() }),
        };
        // A parser's own message could quote the token.
        let garbled = || OauthError::Keeping { place: place.clone(), reason: format!("it is damaged; run `crickets login {mailbox}`") };
        let kept = Kept::read(&text).ok_or_else(garbled)?;
        match kept.differs(app) {
            Some(what) => Err(OauthError::Other { mailbox, place, what }),
            None => Ok(kept),
        }
    }

    pub(super) fn save(&self, kept: &Kept) -> Result<(), OauthError> {
        let Self::File(path) = self;
        let fail = |reason: String| OauthError::Keeping { place: self.place(), reason };
        let text = kept.written().map_err(|_| fail("it cannot be written as JSON".to_owned()))?;
        private(path, &text).map_err(|error| fail(error.to_string()))
    }
}

/// Writes a file for its owner alone, in one step, so that a crash leaves the old one or the new one.
fn private(path: &Path, text: &str) -> std::io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)?;
    // On Unix such a file has the mode 0600 from the start.
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(text.as_bytes())?;
    file.as_file().sync_all()?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Flow, Oauth, Provider};

    fn app() -> App {
        let url: url::Url = "http://127.0.0.1:1/token".parse().unwrap();
        let oauth = Oauth {
            provider: Provider::Outlook,
            client: "c1".into(),
            secret: None,
            scope: "s".into(),
            flow: Flow::Device(url.clone()),
            token: url,
        };
        App { mailbox: "main".into(), user: "shopper@example.org".into(), oauth, secret: None }
    }

    #[test]
    fn a_login_is_kept_for_its_owner_alone_and_for_whom_it_was_made() {
        let folder = tempfile::tempdir().unwrap();
        let keep = Keep::in_folder(&folder.path().join("logins"), "main/../x");
        assert_eq!(keep, Keep::File(folder.path().join("logins/main%2f%2e%2e%2fx.json")));
        assert!(matches!(keep.load(&app()), Err(OauthError::None { .. })));
        keep.save(&Kept::new(&app(), "hush".into())).unwrap();
        let Keep::File(path) = &keep;
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(std::fs::metadata(path).unwrap().permissions().mode() & 0o777, 0o600);
            assert_eq!(std::fs::metadata(path.parent().unwrap()).unwrap().permissions().mode() & 0o777, 0o700);
        }
        let kept = keep.load(&app()).unwrap();
        assert_eq!(kept.refresh.expose_secret(), "hush");
        assert!(!format!("{kept:?}").contains("hush"));
        let mut other = app();
        other.oauth.client = "c2".into();
        let error = keep.load(&other).unwrap_err().to_string();
        assert!(error.contains("another `client`; run `crickets login main`"), "{error}");
        std::fs::write(path, "{\"refresh_token\":\"hush\"").unwrap();
        let error = keep.load(&app()).unwrap_err().to_string();
        assert!(error.contains("damaged") && !error.contains("hush"), "{error}");
    }
}
