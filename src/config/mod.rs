//! `crickets.toml`: parsed once into [`Config`], mistakes underlined. Environment before file where both speak
//! (`CRICKETS_STORE`). Secrets are read only when they are needed, and never shown.

mod brand;
mod browser;
pub mod colour;
mod here;
mod keyring;
mod load;
mod mailbox;
mod oauth;
mod phone;
mod raw;
mod secret;
mod settings;

pub use brand::{Accent, Brand, DARK, LIGHT, LogoError};
pub use browser::{Browser, Webdriver};
pub use here::{is_here, leads_here};
pub use load::load;
pub use mailbox::{AliasKind, Mailbox, MailboxUrl};
pub use oauth::{Flow, Oauth, Provider};
pub use phone::{Phone, TwilioAccount};
pub use secret::{Secret, SecretError};
pub use settings::{Canary, Config, Limits, Report, Smtp, Store, Wave, without_password};
