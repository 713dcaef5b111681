//! `crickets.toml` as it is written: the shape, the names of the keys and the defaults, before anything is checked.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::Deserialize;
use toml::Spanned;

use super::oauth::RawOauth;
use super::secret::RawSecret;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawConfig {
    pub(super) workspace: RawWorkspace,
    #[serde(default)]
    pub(super) persona: BTreeMap<String, RawPersona>,
    #[serde(default)]
    pub(super) mailbox: BTreeMap<String, RawMailbox>,
    #[serde(default)]
    pub(super) phone: BTreeMap<String, RawPhone>,
    pub(super) smtp: Option<RawSmtp>,
    #[serde(default)]
    pub(super) canary: RawCanary,
    #[serde(default)]
    pub(super) store: RawStore,
    #[serde(default)]
    pub(super) wave: RawWave,
    #[serde(default)]
    pub(super) report: RawReport,
    #[serde(default)]
    pub(super) browser: RawBrowser,
    #[serde(default)]
    pub(super) limits: RawLimits,
    #[serde(default)]
    pub(super) brand: RawBrand,
    #[serde(default)]
    pub(super) rehearsal: RawRehearsal,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawWorkspace {
    pub(super) name: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPersona {
    pub(super) first: Spanned<String>,
    pub(super) last: Spanned<String>,
    pub(super) phone: Option<Spanned<String>>,
    pub(super) zip: Option<String>,
    pub(super) street: Option<String>,
    pub(super) city: Option<String>,
    pub(super) state: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawMailbox {
    pub(super) url: Spanned<String>,
    pub(super) password: Option<Spanned<RawSecret>>,
    pub(super) oauth: Option<Spanned<RawOauth>>,
    pub(super) address: Spanned<String>,
    #[serde(default = "plus")]
    pub(super) alias: Spanned<String>,
    #[serde(default)]
    pub(super) aliases: Vec<String>,
    pub(super) folders: Option<Vec<String>>,
    pub(super) max_message_mb: Option<Spanned<u16>>,
    pub(super) ca_file: Option<PathBuf>,
    pub(super) trusted: Option<Vec<String>>,
}

fn plus() -> Spanned<String> {
    Spanned::new(0..0, "plus".into())
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawPhone {
    pub(super) number: Spanned<String>,
    #[serde(default)]
    pub(super) files: Vec<String>,
    pub(super) timezone: Option<Spanned<String>>,
    #[serde(default)]
    pub(super) sims: BTreeMap<String, Spanned<String>>,
    pub(super) twilio: Option<RawTwilio>,
    #[serde(default)]
    pub(super) webhooks: RawWebhooks,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawTwilio {
    pub(super) account: Spanned<String>,
    pub(super) token: Spanned<RawSecret>,
    pub(super) number: Option<Spanned<String>>,
    pub(super) url: Option<Spanned<String>>,
    pub(super) poll_s: Option<Spanned<u32>>,
}

/// The secret that each provider shares with us.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawWebhooks {
    pub(super) twilio: Option<Spanned<RawSecret>>,
    pub(super) callrail: Option<Spanned<RawSecret>>,
    pub(super) telnyx: Option<Spanned<RawSecret>>,
    #[serde(alias = "openphone")]
    pub(super) quo: Option<Spanned<RawSecret>>,
    pub(super) plivo: Option<Spanned<RawSecret>>,
    pub(super) vonage: Option<Spanned<RawSecret>>,
    pub(super) bandwidth: Option<Spanned<RawSecret>>,
    pub(super) aircall: Option<Spanned<RawSecret>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RawSmtp {
    pub(super) url: Spanned<String>,
    pub(super) password: Option<Spanned<RawSecret>>,
    pub(super) ca_file: Option<PathBuf>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawCanary {
    pub(super) send: bool,
    pub(super) lost_after_min: u16,
}

impl Default for RawCanary {
    fn default() -> Self {
        Self { send: true, lost_after_min: 60 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawStore {
    pub(super) url: Spanned<String>,
}

impl Default for RawStore {
    fn default() -> Self {
        Self { url: Spanned::new(0..0, "sqlite:.crickets/crickets.db".into()) }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawWave {
    pub(super) schedule: Option<String>,
    pub(super) window: Option<Spanned<String>>,
    pub(super) spread_days: u16,
    pub(super) min_days_between: u16,
    pub(super) window_days: Option<Spanned<u16>>,
    pub(super) do_not_shop: Vec<String>,
}

impl Default for RawWave {
    fn default() -> Self {
        Self { schedule: None, window: None, spread_days: 5, min_days_between: 25, window_days: None, do_not_shop: Vec::new() }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawReport {
    pub(super) rank_from: Option<Spanned<u32>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawBrowser {
    pub(super) webdriver: Spanned<String>,
    pub(super) chromedriver: Option<PathBuf>,
    pub(super) chromium: Option<PathBuf>,
    pub(super) sessions: u16,
    pub(super) timeout_s: u16,
}

impl Default for RawBrowser {
    fn default() -> Self {
        Self { webdriver: Spanned::new(0..0, "auto".into()), chromedriver: None, chromium: None, sessions: 2, timeout_s: 120 }
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawLimits {
    pub(super) concurrency: u16,
    pub(super) timeout_s: u16,
}

impl Default for RawLimits {
    fn default() -> Self {
        Self { concurrency: 8, timeout_s: 30 }
    }
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawBrand {
    pub(super) name: Option<Spanned<String>>,
    pub(super) logo: Option<Spanned<PathBuf>>,
    pub(super) accent: Option<Spanned<String>>,
    pub(super) accent_dark: Option<Spanned<String>>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawRehearsal {
    pub(super) hosts: BTreeMap<String, Spanned<String>>,
}
