//! One submission: shop x wave, with an alias address of its own, and the states it passes through.

use chrono::{DateTime, Utc};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Persona, Shop};

/// `<wave>/<slug>`: a shop gets one inquiry per wave.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct InquiryId(pub String);

impl InquiryId {
    /// The id of a shop's inquiry in a wave.
    #[must_use]
    pub fn new(wave: &str, slug: &str) -> Self {
        Self(format!("{wave}/{slug}"))
    }

    /// Whether it is of a wave.
    #[must_use]
    pub fn is_of(&self, wave: &str) -> bool {
        self.parts().is_some_and(|(of, _)| of == wave)
    }

    /// Its wave and the slug of its shop; `None` for an id that names none.
    #[must_use]
    pub fn parts(&self) -> Option<(&str, &str)> {
        self.0.split_once('/')
    }
}

impl std::fmt::Display for InquiryId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where an inquiry stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Drawn, not due.
    Planned,
    /// The request may be on its way; durable before the first byte.
    Sending,
    /// Accepted.
    Confirmed,
    /// The site said no.
    Rejected,
    /// A wall: CAPTCHA, 403, 429.
    Blocked,
    /// Sent, acceptance not proven.
    Unclear,
    /// Nothing could be sent.
    Failed,
    /// A person must submit.
    Manual,
}

/// How acceptance was proven.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ConfirmedBy {
    /// Words of the answer page.
    Text,
    /// The address redirected to.
    Redirect,
    /// A JSON status.
    Json,
    /// A person.
    Person,
}

/// One submission, as the store keeps it. `shop` and `persona` are what they were when it was drawn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inquiry {
    /// `<wave>/<slug>`.
    pub id: InquiryId,
    /// The wave.
    pub wave: String,
    /// The shop, frozen.
    pub shop: Shop,
    /// Who asks, frozen.
    pub persona: Persona,
    /// The mailbox that holds the alias, e.g. `mailbox.main`.
    pub mailbox: String,
    /// The alias token.
    pub alias_token: String,
    /// The alias address.
    pub alias_address: String,
    /// The moment drawn for it.
    pub planned_at: DateTime<Utc>,
    /// Where it stands.
    pub status: Status,
    /// Why it stands there, in a sentence.
    pub reason: Option<String>,
    /// When the request was written.
    pub sent_at: Option<DateTime<Utc>>,
    /// When the answer proved acceptance; for `unclear`, when the answer page came.
    pub confirmed_at: Option<DateTime<Utc>>,
    /// How acceptance was proven.
    pub confirmed_by: Option<ConfirmedBy>,
    /// Whether a phone number went out.
    pub offered_phone: bool,
    /// Whether texts were consented to.
    pub offered_text: bool,
    /// When an opt-out was sent.
    pub opt_out_at: Option<DateTime<Utc>>,
    /// When it was withdrawn.
    pub withdrawn_at: Option<DateTime<Utc>>,
    /// Recorded under a rehearsal clock.
    pub rehearsal: bool,
    /// How ready the site was when it was asked, as in `crickets.form/1`; `None` where no page was seen.
    pub readiness: Option<serde_json::Value>,
}
