//! A workspace: a folder with `crickets.toml`, `shops/`, `reports/` and `.crickets/` (store and evidence).

use std::path::{Path, PathBuf};

use super::AuditError;
use crate::clock::Clock;
use crate::config::{self, Config, Mailbox};
use crate::document;
use crate::shop::file::ShopFileError;
use crate::shop::{Shop, Status, file};
use crate::store::{Evidence, Lock, Store};

/// The name of the configuration file.
pub const CONFIG_FILE: &str = "crickets.toml";

/// What a crash while sending is called in review.
const CRASHED: &str =
    "crickets ended while the request may have been on its way; look at the site's own records, or for an answer, before deciding";

/// An open workspace.
#[derive(Clone, Debug)]
pub struct Workspace {
    /// Its folder.
    pub root: PathBuf,
    /// What `crickets.toml` says.
    pub config: Config,
    /// The store.
    pub store: Store,
    /// The evidence.
    pub evidence: Evidence,
    /// The time.
    pub clock: Clock,
}

impl Workspace {
    /// The folder of the workspace that `from` lies in: itself or the nearest above with a `crickets.toml`.
    ///
    /// # Errors
    /// When there is none.
    pub fn find(from: &Path) -> Result<PathBuf, AuditError> {
        from.ancestors()
            .find(|folder| folder.join(CONFIG_FILE).is_file())
            .map(Path::to_owned)
            .ok_or_else(|| AuditError::NoWorkspace(from.to_owned()))
    }

    /// Opens the workspace in `root`. `store` overrides the store's URL. Inquiries left in `sending` by a crash become `unclear`.
    ///
    /// # Errors
    /// When the configuration is wrong or the store cannot be opened.
    pub async fn open(root: &Path, store: Option<String>, clock: Clock) -> Result<Self, AuditError> {
        let config = config::load(&root.join(CONFIG_FILE), store)?;
        let inner = root.join(".crickets");
        let store = Store::open(&config.store.url, inner.clone()).await?;
        let workspace = Self { root: root.to_owned(), config, store, evidence: Evidence::new(inner.join("evidence")), clock };
        workspace.note_beginning().await?;
        if let Some(lock) = workspace.store.lock("submit").await? {
            workspace.recover(&lock).await?;
        }
        Ok(workspace)
    }

    /// Whoever holds the lock knows that nobody is sending: what stands in `sending` was left by a crash.
    pub(super) async fn recover(&self, _lock: &Lock) -> Result<(), AuditError> {
        for mut inquiry in self.store.inquiries(None).await? {
            if inquiry.status == Status::Sending {
                inquiry.status = Status::Unclear;
                inquiry.reason = Some(CRASHED.to_owned());
                self.store.settle(Status::Sending, &inquiry, self.clock.now()).await?;
            }
        }
        Ok(())
    }

    /// Every shop, and the errors of the files that are wrong.
    ///
    /// # Errors
    /// When `shops/` cannot be listed.
    pub fn shops(&self) -> Result<(Vec<Shop>, Vec<ShopFileError>), AuditError> {
        Ok(file::read_all(&self.root.join("shops"))?)
    }

    /// The named shops, or all. A wrong file that was not asked for does not matter.
    ///
    /// # Errors
    /// When a file is wrong or a name is unknown.
    pub fn select(&self, slugs: &[String]) -> Result<Vec<Shop>, AuditError> {
        if slugs.is_empty() {
            let (shops, errors) = self.shops()?;
            return match errors.into_iter().next() {
                Some(error) => Err(error.into()),
                None if shops.is_empty() => {
                    Err(AuditError::wrong("find a shop: the folder `shops` holds none", "write one; `crickets init` made an example"))
                }
                None => Ok(shops),
            };
        }
        slugs
            .iter()
            .map(|slug| {
                let path = self.root.join("shops").join(format!("{slug}.toml"));
                if !path.is_file() {
                    let (shops, _) = self.shops()?;
                    let nearest = document::nearest(slug, shops.iter().map(|shop| shop.slug.as_str()));
                    let hint =
                        nearest.map_or_else(|| "the folder `shops` holds none".to_owned(), |nearest| format!("did you mean `{nearest}`?"));
                    return Err(AuditError::wrong(format!("find the shop `{slug}`: there is no {}", path.display()), hint));
                }
                Ok(file::read(&path)?)
            })
            .collect()
    }

    /// The mailbox that new inquiries get their aliases from: the first by name.
    ///
    /// # Errors
    /// When none is configured.
    pub fn mailbox(&self) -> Result<&Mailbox, AuditError> {
        self.config
            .mailboxes
            .values()
            .next()
            .ok_or_else(|| AuditError::wrong("find a mailbox: crickets.toml names none", "add a `[mailbox.main]` with `url` and `address`"))
    }

    /// The folder of a wave's report.
    #[must_use]
    pub fn report_folder(&self, wave: &str) -> PathBuf {
        self.root.join("reports").join(wave)
    }
}
