//! `crickets.toml`: parsed once into [`Config`], mistakes underlined. Environment before file where both speak
//! (`CRICKETS_STORE`). Secrets are read only when they are needed, and never shown.

mod browser;
mod keyring;
mod load;
mod mailbox;
mod oauth;
mod phone;
mod raw;
mod secret;

pub use browser::{Browser, Webdriver};
pub use load::{Canary, Config, Limits, Report, Smtp, Store, Wave, load, without_password};
pub use mailbox::{AliasKind, Mailbox, MailboxUrl};
pub use oauth::{Flow, Oauth, Provider};
pub use phone::{Phone, TwilioAccount};
pub use secret::{Secret, SecretError};
