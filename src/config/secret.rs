//! Where a secret comes from. The configuration names the place, never the secret.

use std::process::Command;

use secrecy::SecretString;
use serde::Deserialize;

use super::{Provider, keyring};

/// Where to get a secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// An environment variable.
    Env(String),
    /// The first line that a command prints.
    Command(String),
    /// An entry of the session's keyring.
    Keyring(String),
}

/// Why a secret could not be had.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SecretError {
    /// The variable is not set.
    #[error("could not read the secret: the environment variable {0} is not set")]
    #[diagnostic(help("set {0} where crickets is started, or name another place in crickets.toml"))]
    Env(String),
    /// The command failed.
    #[error("could not read the secret: the command `{command}` {why}")]
    #[diagnostic(help("try the command in a shell; the secret is the first line that it prints"))]
    Command {
        /// The command.
        command: String,
        /// What went wrong; never its output.
        why: String,
    },
    /// The keyring does not give it.
    #[error("could not read the secret `{name}`: the keyring {why}")]
    Keyring {
        /// The entry.
        name: String,
        /// What went wrong.
        why: String,
    },
}

/// The table as it is written; exactly one key.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the place of the password, such as `{ env = \"SHOPPER_PASSWORD\" }`,")]
pub(super) struct RawSecret {
    env: Option<String>,
    command: Option<String>,
    keyring: Option<String>,
    oauth: Option<String>,
}

/// What `password` names.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The place of a password.
    Secret(Secret),
    /// None: the mailbox logs in by OAuth.
    Oauth(Provider),
}

impl RawSecret {
    /// # Errors
    /// When there is not exactly one key, or one that this build does not know.
    pub(super) fn check(self) -> Result<Place, String> {
        match (self.env, self.command, self.keyring, self.oauth) {
            (Some(name), None, None, None) => Ok(Place::Secret(Secret::Env(name))),
            (None, Some(command), None, None) => Ok(Place::Secret(Secret::Command(command))),
            (None, None, Some(name), None) => match keyring::absent(&name) {
                Some(what_to_do) => Err(what_to_do),
                None => Ok(Place::Secret(Secret::Keyring(name))),
            },
            (None, None, None, Some(name)) => Provider::of_name(&name)
                .map(Place::Oauth)
                .ok_or_else(|| format!("`{name}` is no provider that is known; use `gmail` or `outlook`")),
            _ => Err("name one place: `{ env = \"NAME\" }` or `{ command = \"pass show …\" }`".into()),
        }
    }
}

impl Secret {
    /// Gets the secret.
    ///
    /// # Errors
    /// When the variable is not set, the command fails or the keyring does not give it.
    #[expect(clippy::disallowed_methods, reason = "this is where secrets are read from the environment")]
    pub fn get(&self) -> Result<SecretString, SecretError> {
        match self {
            Self::Env(name) => std::env::var(name).map(SecretString::from).map_err(|_| SecretError::Env(name.clone())),
            Self::Keyring(name) => keyring::get(name).map_err(|why| SecretError::Keyring { name: name.clone(), why }),
            Self::Command(command) => {
                let fail = |why: String| SecretError::Command { command: command.clone(), why };
                let output =
                    Command::new("sh").arg("-c").arg(command).output().map_err(|error| fail(format!("could not start: {error}")))?;
                if !output.status.success() {
                    return Err(fail(format!("ended with {}", output.status)));
                }
                let text = String::from_utf8(output.stdout).map_err(|_| fail("printed no text".into()))?;
                match text.lines().next() {
                    Some(line) if !line.is_empty() => Ok(SecretString::from(line.to_owned())),
                    _ => Err(fail("printed nothing".into())),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret;

    use super::*;

    #[test]
    fn a_command_gives_its_first_line() {
        let secret = Secret::Command("printf 'hush\\nnot this'".into());
        assert_eq!(secret.get().unwrap().expose_secret(), "hush");
        assert!(!format!("{:?}", secret.get()).contains("hush"));
    }

    #[test]
    fn a_failing_command_says_so_without_its_output() {
        let error = Secret::Command("echo hush; exit 3".into()).get().unwrap_err().to_string();
        assert!(error.contains("exit status: 3") && !error.contains("printed") && error.matches("hush").count() == 1, "{error}");
    }

    #[test]
    fn exactly_one_place_is_named() {
        let raw = |env: Option<&str>, command: Option<&str>, oauth: Option<&str>| RawSecret {
            env: env.map(Into::into),
            command: command.map(Into::into),
            keyring: None,
            oauth: oauth.map(Into::into),
        };
        assert_eq!(raw(Some("A"), None, None).check(), Ok(Place::Secret(Secret::Env("A".into()))));
        assert_eq!(raw(None, None, Some("outlook")).check(), Ok(Place::Oauth(Provider::Outlook)));
        let keyring = RawSecret { keyring: Some("shopper".into()), ..raw(None, None, None) }.check();
        if cfg!(feature = "keyring") {
            assert_eq!(keyring, Ok(Place::Secret(Secret::Keyring("shopper".into()))));
        } else {
            let told = keyring.unwrap_err();
            assert!(told.contains("--features keyring") && told.contains("secret-tool lookup service crickets username shopper"), "{told}");
        }
        assert!(raw(None, None, Some("yahoo")).check().unwrap_err().contains("`gmail` or `outlook`"));
        assert!(raw(Some("A"), Some("b"), None).check().is_err());
        assert!(raw(None, None, None).check().is_err());
    }
}
