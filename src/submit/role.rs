//! The roles of fields, by the contract's names.

use serde::Serialize;

/// What a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's and say it")]
pub enum Role {
    FirstName,
    LastName,
    FullName,
    Email,
    EmailConfirm,
    Phone,
    Street,
    City,
    State,
    Zip,
    Country,
    Community,
    Message,
    Subject,
    Company,
    Budget,
    Timeframe,
    Realtor,
    ContactPreference,
    Consent,
    #[serde(rename = "newsletter_opt_in")]
    Newsletter,
    Honeypot,
    Captcha,
    Hidden,
    Submit,
    Other,
}

impl Role {
    /// The contract's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::Email => "email",
            Self::EmailConfirm => "email_confirm",
            Self::Phone => "phone",
            Self::Street => "street",
            Self::City => "city",
            Self::State => "state",
            Self::Zip => "zip",
            Self::Country => "country",
            Self::Community => "community",
            Self::Message => "message",
            Self::Subject => "subject",
            Self::Company => "company",
            Self::Budget => "budget",
            Self::Timeframe => "timeframe",
            Self::Realtor => "realtor",
            Self::ContactPreference => "contact_preference",
            Self::Consent => "consent",
            Self::Newsletter => "newsletter_opt_in",
            Self::Honeypot => "honeypot",
            Self::Captcha => "captcha",
            Self::Hidden => "hidden",
            Self::Submit => "submit",
            Self::Other => "other",
        }
    }
}
