//! Webhooks: what phone companies and business phone systems tell of as it happens. A [`Delivery`] is one request as it came. It is
//! believed when its [signature](verify) is right, kept in the [`journal`] before it is answered, and [read](event) afterwards.

pub mod event;
mod form;
pub mod journal;
mod jwt;
mod plivo;
mod twilio;
pub mod verify;

use chrono::{DateTime, Utc};
use url::form_urlencoded;

/// Who sends webhooks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Provider {
    /// Twilio.
    Twilio,
    /// `CallRail`.
    CallRail,
    /// Telnyx.
    Telnyx,
    /// Quo, which was `OpenPhone`.
    Quo,
    /// Plivo.
    Plivo,
    /// Vonage.
    Vonage,
    /// Bandwidth.
    Bandwidth,
    /// Aircall.
    Aircall,
}

impl Provider {
    /// All of them.
    pub const ALL: [Self; 8] =
        [Self::Twilio, Self::CallRail, Self::Telnyx, Self::Quo, Self::Plivo, Self::Vonage, Self::Bandwidth, Self::Aircall];

    /// Its name in the configuration and in the path of its webhook.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Twilio => "twilio",
            Self::CallRail => "callrail",
            Self::Telnyx => "telnyx",
            Self::Quo => "quo",
            Self::Plivo => "plivo",
            Self::Vonage => "vonage",
            Self::Bandwidth => "bandwidth",
            Self::Aircall => "aircall",
        }
    }

    /// The provider of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        if name == "openphone" {
            return Some(Self::Quo);
        }
        Self::ALL.into_iter().find(|provider| provider.name() == name)
    }
}

/// One request as it came.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The phone that it is about, by its name in the configuration.
    pub phone: String,
    /// Who sent it.
    pub provider: Provider,
    /// When it had been received, by the machine's clock.
    pub at: DateTime<Utc>,
    /// The same by the clock of a rehearsal, where one took it.
    pub rehearsed_at: Option<DateTime<Utc>>,
    /// Its method.
    pub method: String,
    /// The public address that it was sent to, with its query.
    pub url: String,
    /// Its headers; the names in lower case.
    pub headers: Vec<(String, String)>,
    /// Its body, byte for byte.
    pub body: Vec<u8>,
}

impl Delivery {
    /// The same as a rehearsal reads it, or as everybody else does: to each it came by its own clock.
    #[must_use]
    pub fn as_seen_by(&self, rehearsal: bool) -> Self {
        let at = self.rehearsed_at.filter(|_| rehearsal).unwrap_or(self.at);
        Self { at, ..self.clone() }
    }

    /// The first header of this name, which is given in lower case.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(header, _)| header == name).map(|(_, value)| value.trim())
    }

    /// Whether its body is a form.
    #[must_use]
    pub fn is_form(&self) -> bool {
        let kind = self.header("content-type").unwrap_or_default();
        kind.split(';').next().is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/x-www-form-urlencoded"))
    }

    /// The fields of a form: of the body, or of a GET those of the query.
    #[must_use]
    pub fn fields(&self) -> Vec<(String, String)> {
        let pairs = |bytes: &[u8]| form_urlencoded::parse(bytes).into_owned().collect();
        if self.is_form() {
            return pairs(&self.body);
        }
        if self.method == "GET" {
            return pairs(self.url.split_once('?').map_or("", |(_, query)| query).as_bytes());
        }
        Vec::new()
    }
}
