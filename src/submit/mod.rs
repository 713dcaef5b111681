//! How we ask, and the proof. Takes an [`Asker`]: a shop, a persona and an alias address; [`prepare()`] finds and fills the form and sends
//! nothing, [`send`] submits exactly once, [`judge`] says whether the site accepted. Refused and handed to a person: CAPTCHAs
//! and bot walls (never worked around), forms that only a browser's scripts can send, required fields that are not understood.
//! The form-submission algorithm is that of the WHATWG HTML standard, `robots.txt` that of RFC 9309.
//!
//! The way through: `find` loads pages (`http`, `polite`); `dom` and `read` make a [`page::Page`] of one; `boxes`, `beside`,
//! `words`, `role`, `honeypot`, `hidden` and `orphans` say what its fields are, `kind` and `vendor` what its forms are, `fields`
//! brings both together; `prepare` chooses, `fill` fills, `form` and `encode` make the request; `receipt` (with `doubt`), `json` (with
//! `flags`), `more` and `outcome` judge the answer. `browser` walks the same way by hand. `readiness` and `probe` tell of a site, `inspect` of a page.

mod asker;
mod beside;
mod boxes;
pub mod browser;
pub mod captcha;
mod data;
mod dom;
mod doubt;
mod elements;
pub mod encode;
pub mod fields;
pub mod fill;
mod find;
mod flags;
pub mod form;
mod hidden;
mod honeypot;
pub mod http;
pub mod inspect;
mod json;
pub mod kind;
mod more;
mod numbers;
mod orphans;
pub mod outcome;
pub mod outline;
pub mod page;
mod people;
mod phone;
mod polite;
mod posted;
pub mod prepare;
pub mod probe;
mod public;
mod read;
pub mod readiness;
mod receipt;
pub mod role;
mod sanitize;
pub mod site;
mod states;
mod template;
pub mod vendor;
mod words;

pub use asker::Asker;
pub use browser::{Browser, BrowserSettings, Drive, Piece};
pub use fill::Filled;
pub use find::Tried;
pub use form::Request;
pub use hidden::Concealed;
pub use http::{Client, Exchange, HttpSettings, SendFault, Session};
pub use outcome::{Outcome, judge};
pub use polite::Turn;
pub use prepare::{Preparation, Prepared, Sent, prepare, release, send, turn};
pub use template::check_templates;
pub use vendor::Vendor;
#[cfg(test)]
mod tests;

/// Why a form could not be turned into a request, or the client not be made.
#[derive(Debug, thiserror::Error)]
pub enum SubmitError {
    /// The form does not lead to a web address.
    #[error("could not use the form on {page}: `{action}` is not an address that a form can be sent to")]
    Action {
        /// The page.
        page: String,
        /// The form's action.
        action: String,
    },
    /// A template of the shop file is unknown.
    #[error("could not fill `{field}` for {shop}: there is no `{name}`; known are {known}")]
    Template {
        /// The shop.
        shop: String,
        /// The field.
        field: String,
        /// The unknown name.
        name: String,
        /// The known ones.
        known: String,
    },
    /// A rehearsal host leads off this machine.
    #[error("could not rehearse {host} at {address}: only loopback addresses may stand in for a site")]
    Rehearsal {
        /// The host.
        host: String,
        /// The address.
        address: std::net::SocketAddr,
    },
    /// The file of a private CA cannot be used.
    #[error("could not use the certificates in {path}: {reason}")]
    Certificates {
        /// The file.
        path: std::path::PathBuf,
        /// Why.
        reason: String,
    },
    /// The HTTP client cannot be made.
    #[error("could not set up HTTP: {0}")]
    Http(#[from] reqwest::Error),
}
