//! Looking at sites before they are shopped, with a workspace or without: with one, its persona and its bounds are used and shop
//! files can be written; without, an example persona stands in. Opens no store and sends nothing.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Duration;

use url::Url;

use super::browsers::browsers;
use super::draft::{Draft, draft};
use super::{AuditError, CONFIG_FILE};
use crate::clock::Clock;
use crate::config::{self, Config};
use crate::shop::{Ask, Persona, Shop, SubmitRules};
use crate::submit::probe::{self, Probed};
use crate::submit::{Asker, Client, HttpSettings};

/// Sites looked at side by side without a workspace.
const CONCURRENCY: usize = 4;

/// What looks at sites.
#[derive(Clone, Debug)]
pub struct Prober {
    client: Client,
    root: Option<PathBuf>,
    /// Who would ask.
    pub persona: Persona,
    /// Whether that is the example persona.
    pub example: bool,
    alias: String,
    community: Option<String>,
    /// Sites looked at side by side.
    pub concurrency: usize,
}

fn example() -> Persona {
    Persona {
        id: "dana".to_owned(),
        first: "Dana".to_owned(),
        last: "Whitfield".to_owned(),
        phone: Some("+15125550142".to_owned()),
        zip: Some("78701".to_owned()),
        street: Some("100 Congress Ave".to_owned()),
        city: Some("Austin".to_owned()),
        state: Some("TX".to_owned()),
    }
}

impl Prober {
    /// Makes ready to look; `root` is the workspace, if there is one.
    ///
    /// # Errors
    /// When the workspace's configuration is wrong, or it does not know the persona.
    pub fn new(root: Option<&Path>, persona: Option<&str>, community: Option<&str>, clock: Clock) -> Result<Self, AuditError> {
        let config: Option<Config> = root.map(|root| config::load(&root.join(CONFIG_FILE), None)).transpose()?;
        let settings = config.as_ref().map_or_else(HttpSettings::default, |config| HttpSettings {
            timeout: Duration::from_secs(config.limits.timeout_s),
            rehearsal_hosts: config.rehearsal_hosts.clone(),
            ..HttpSettings::default()
        });
        let browser = config.as_ref().map_or_else(config::Browser::default, |config| config.browser.clone());
        let browser = browsers(&browser, settings.timeout.as_secs(), settings.rehearsal_hosts.clone(), clock.is_rehearsal());
        let known = config.as_ref().map(|config| config.personas.clone()).unwrap_or_default();
        let chosen = match persona {
            Some(name) => Some(known.get(name).cloned().ok_or_else(|| {
                let names = known.keys().map(String::as_str).collect::<Vec<_>>().join("`, `");
                let hint = if names.is_empty() {
                    "run it in a workspace whose crickets.toml has it".to_owned()
                } else {
                    format!("crickets.toml has `{names}`")
                };
                AuditError::wrong(format!("find the persona `{name}`"), hint)
            })?),
            None => known.into_values().next(),
        };
        let mailbox = config.as_ref().and_then(|config| config.mailboxes.values().next());
        // Each inquiry has a token of its own; this one is none.
        let alias = mailbox.and_then(|mailbox| mailbox.alias_address("TOKEN", &[])).unwrap_or_else(|| "dana+TOKEN@example.org".to_owned());
        Ok(Self {
            client: Client::new(settings, clock)?.with_browser(browser),
            root: root.map(Path::to_owned),
            example: chosen.is_none(),
            persona: chosen.unwrap_or_else(example),
            alias,
            community: community.map(ToOwned::to_owned),
            concurrency: config.map_or(CONCURRENCY, |config| config.limits.concurrency),
        })
    }

    /// Looks at one site.
    pub async fn look(&self, site: &Url) -> Probed {
        let question = match &self.community {
            Some(community) => format!("(your question about {community})"),
            None => "(your question)".to_owned(),
        };
        let shop = Shop {
            slug: "probe".to_owned(),
            builder: String::new(),
            site: site.clone(),
            form: None,
            timezone: chrono_tz::Tz::UTC,
            hours: "24/7".to_owned(),
            basis: None,
            state: None,
            do_not_shop: false,
            license: None,
            tags: Vec::new(),
            phones: Vec::new(),
            domains: Vec::new(),
            team: Vec::new(),
            holidays: Vec::new(),
            program: None,
            ask: Ask { persona: self.persona.id.clone(), community: self.community.clone(), question, answer: Vec::new() },
            submit: SubmitRules::default(),
        };
        let asker = Asker { shop: &shop, persona: &self.persona, alias: &self.alias };
        probe::probe(&self.client, asker).await
    }

    /// Writes the shop file of a site; over an existing one only with `force`.
    ///
    /// # Errors
    /// When there is no workspace, the file is there, or it cannot be written.
    pub fn save(&self, site: &Url, probed: &Probed, force: bool) -> Result<PathBuf, AuditError> {
        let Some(root) = &self.root else {
            return Err(AuditError::wrong(
                "save a shop file: there is no workspace here",
                "make one with `crickets init`, or name it with `--workspace DIR`",
            ));
        };
        if probed.findings.is_none() {
            return Err(AuditError::wrong(format!("save a shop file for {site}: no page of it could be read"), "look at it in a browser"));
        }
        let Draft { slug, text } = draft(site, probed, &self.persona.id, self.community.as_deref());
        let path = root.join("shops").join(format!("{slug}.toml"));
        let fail = |error: std::io::Error| {
            let hint =
                if error.kind() == std::io::ErrorKind::AlreadyExists { "`--force` writes over it" } else { "see that you may write there" };
            let what = if error.kind() == std::io::ErrorKind::AlreadyExists { "it is there".to_owned() } else { error.to_string() };
            AuditError::wrong(format!("write {}: {what}", path.display()), hint)
        };
        std::fs::create_dir_all(root.join("shops")).map_err(fail)?;
        let mut open = std::fs::OpenOptions::new();
        open.write(true);
        if force {
            open.create(true).truncate(true)
        } else {
            open.create_new(true)
        };
        open.open(&path).and_then(|mut file| file.write_all(text.as_bytes())).map_err(fail)?;
        Ok(path)
    }
}
