//! Finds CAPTCHAs and bot walls. Found means stop: nothing is sent, and a person takes over. Nothing is ever worked around.

use serde::Serialize;

use super::fields::{Field, Role};
use super::page::Page;

/// The kind of a CAPTCHA.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Captcha {
    /// A reCAPTCHA box.
    #[serde(rename = "recaptcha_v2")]
    RecaptchaV2,
    /// An invisible reCAPTCHA.
    #[serde(rename = "recaptcha_v3")]
    RecaptchaV3,
    /// hCaptcha.
    Hcaptcha,
    /// Cloudflare Turnstile.
    Turnstile,
    /// A question or sum.
    Quiz,
    /// Letters in a picture.
    Image,
    /// Another.
    Other,
}

impl Captcha {
    /// The contract's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::RecaptchaV2 => "recaptcha_v2",
            Self::RecaptchaV3 => "recaptcha_v3",
            Self::Hcaptcha => "hcaptcha",
            Self::Turnstile => "turnstile",
            Self::Quiz => "quiz",
            Self::Image => "image",
            Self::Other => "other",
        }
    }
}

/// The CAPTCHA that stands before a form, if any.
#[must_use]
pub fn detect(page: &Page, fields: &[Field]) -> Option<Captcha> {
    let marked = |mark: &str| page.marks.contains(mark);
    let loads = |part: &str| page.sources.contains(part);
    let named = |part: &str| fields.iter().any(|field| field.name.as_deref().is_some_and(|name| name.to_ascii_lowercase().contains(part)));
    if marked("h-captcha") || loads("hcaptcha.com") || named("h-captcha-response") {
        return Some(Captcha::Hcaptcha);
    }
    if marked("cf-turnstile") || loads("challenges.cloudflare.com/turnstile") || named("turnstile") {
        return Some(Captcha::Turnstile);
    }
    let recaptcha = loads("recaptcha/api") || loads("recaptcha/enterprise") || marked("g-recaptcha") || named("recaptcha");
    if recaptcha || page.scripts.contains("grecaptcha.execute") {
        let invisible = page.scripts.contains("grecaptcha.execute")
            || page.sources.contains("render=") && !page.sources.contains("render=explicit")
            || named("recaptcha_response");
        return Some(if invisible && !marked("g-recaptcha\n") { Captcha::RecaptchaV3 } else { Captcha::RecaptchaV2 });
    }
    if marked("frc-captcha") || marked("gfield--type-captcha") || loads("arkoselabs") || loads("geo.captcha-delivery") || loads("awswaf") {
        return Some(Captcha::Other);
    }
    if named("quiz_answer") || marked("wpcf7-quiz") {
        return Some(Captcha::Quiz);
    }
    if fields.iter().any(|field| field.role == Role::Captcha && !field.honeypot) {
        let pictured = page
            .sources
            .lines()
            .any(|line| line.starts_with("img") && (line.contains("captcha") || line.contains("securimage") || line.contains("verif")));
        return Some(if pictured { Captcha::Image } else { Captcha::Quiz });
    }
    None
}

/// Whether a page is a bot wall and not the site: by its words, its status and its headers.
#[must_use]
pub fn wall(status: u16, headers: &[(String, String)], page: &Page) -> bool {
    let header = |name: &str| headers.iter().any(|(known, _)| known.eq_ignore_ascii_case(name));
    if header("cf-mitigated") || header("x-datadome") && status >= 400 {
        return true;
    }
    let title = page.title.to_lowercase();
    let challenge = [
        "just a moment",
        "attention required",
        "access denied",
        "checking your browser",
        "are you a robot",
        "pardon our interruption",
        "security check",
    ];
    let challenged = challenge.iter().any(|words| title.contains(words)) && page.text.len() < 3_000;
    challenged || status == 503 && (page.scripts.contains("_cf_chl") || page.sources.contains("challenge-platform"))
}
