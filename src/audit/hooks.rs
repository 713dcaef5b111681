//! From the journal of webhooks to records. How far it was read is noted after its records are stored, so that a crash costs a second
//! look. Whoever comes first reads it, `serve` or `watch`; what one reads, the other leaves. A rehearsal reads for itself.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::phones::{Problems, take};
use super::{AuditError, Gathered, SourcePass, Workspace};
use crate::collect::hooks::{Delivery, event, journal};
use crate::collect::{CollectError, RawRecord};

/// The source under which it is noted how far the journal was read.
const JOURNAL: &str = "webhooks";
/// Requests read at a time.
const BATCH: usize = 64;

/// What became of the requests of one provider for one phone.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Came {
    /// Requests that were believed.
    pub accepted: u64,
    /// Of these, those that had come before.
    pub again: u64,
    /// Requests that were refused.
    pub refused: u64,
    /// When the last one came that was believed.
    pub last_at: Option<chrono::DateTime<chrono::Utc>>,
    /// When the last one was refused, and why.
    pub last_refused: Option<(chrono::DateTime<chrono::Utc>, String)>,
}

impl Workspace {
    /// Where the journal of webhooks is.
    #[must_use]
    pub fn journal_folder(&self) -> PathBuf {
        self.root.join(".crickets").join("journal")
    }

    /// Takes in what webhooks brought since the last time, and judges it.
    ///
    /// # Errors
    /// When the journal, the store or the evidence fails.
    pub async fn take_in_webhooks(&self) -> Result<Gathered, AuditError> {
        let passes = self.take_journal().await?;
        let fresh = passes.iter().any(|pass| pass.new + pass.grown > 0);
        Ok(Gathered { derived: if fresh { Some(self.derive().await?) } else { None }, passes })
    }

    pub(super) async fn take_journal(&self) -> Result<Vec<SourcePass>, AuditError> {
        if self.unread_journal().await?.is_empty() {
            return Ok(Vec::new());
        }
        let Some(_lock) = self.store.lock("journal").await? else { return Ok(Vec::new()) };
        let mut passes: BTreeMap<String, SourcePass> = BTreeMap::new();
        for (name, mut offset) in self.unread_journal().await? {
            let path = self.journal_folder().join(&name);
            loop {
                let (from, path) = (offset, path.clone());
                let read = tokio::task::spawn_blocking(move || journal::entries(&path, from, BATCH)).await;
                let entries = read.map_err(|_| AuditError::Interrupted("reading the journal"))??;
                let Some(last) = entries.last() else { break };
                offset = last.next;
                for entry in entries {
                    let (source, raws, problems) = match &entry.delivery {
                        Ok(delivery) => match self.records_of_delivery(&delivery.as_seen_by(self.clock.is_rehearsal())) {
                            Ok(read) => read,
                            // It stays in the journal until it can be read.
                            Err(error) if error.is_of_source() => {
                                let source = format!("phone.{}", delivery.phone);
                                let pass = self.told(source.clone(), Err(error))?;
                                passes.entry(source.clone()).or_insert_with(|| SourcePass { source, ..SourcePass::default() }).add(pass);
                                return Ok(passes.into_values().collect());
                            }
                            Err(error) => return Err(error),
                        },
                        Err(problem) => {
                            (JOURNAL.to_owned(), Vec::new(), vec![format!("a line of {name} before byte {}: {problem}.", entry.next)])
                        }
                    };
                    let count = raws.len();
                    let added = self.take_in(raws).await?;
                    let pass = SourcePass::took(source.clone(), added, count.saturating_sub(added.new), problems);
                    passes.entry(source.clone()).or_insert_with(|| SourcePass { source, ..SourcePass::default() }).add(pass);
                }
                self.store.put_progress(&self.place_of(JOURNAL), &name, &offset.into()).await?;
            }
        }
        Ok(passes.into_values().collect())
    }

    /// The files of the journal that hold more than was read, and how far each was.
    async fn unread_journal(&self) -> Result<Vec<(String, u64)>, AuditError> {
        let folder = self.journal_folder();
        let names = journal::files(&folder)?;
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let read: BTreeMap<String, serde_json::Value> = self.store.progress(&self.place_of(JOURNAL)).await?.into_iter().collect();
        let offset = |name: &str| read.get(name).and_then(serde_json::Value::as_u64).unwrap_or_default();
        let size = |name: &str| std::fs::metadata(folder.join(name)).map_or(0, |data| data.len());
        // A journal that is shorter than what was read of it is another one.
        let unread = names.into_iter().map(|name| (offset(&name), size(&name), name)).filter(|(offset, size, _)| offset != size);
        Ok(unread.map(|(offset, size, name)| (name, if offset > size { 0 } else { offset })).collect())
    }

    /// What a request tells of, its source, and what is wrong with it.
    fn records_of_delivery(&self, delivery: &Delivery) -> Result<(String, Vec<RawRecord>, Vec<String>), AuditError> {
        let source = format!("phone.{}", delivery.phone);
        let Some(phone) = self.config.phones.get(&delivery.phone) else {
            return Ok((source, Vec::new(), vec!["a webhook came for it, and crickets.toml names no such phone.".to_owned()]));
        };
        let (settings, mut raws, mut problems) = (self.phone_settings(phone)?, Vec::new(), Problems::default());
        let mut sink = |raw: RawRecord| {
            raws.push(raw);
            Ok(())
        };
        match event::read(delivery, &settings, &mut |row| take(&row, &source, &mut sink, &mut problems)) {
            Ok(_) => {}
            Err(CollectError::UnknownLog { file, looks }) => {
                problems.add(Some(format!("the {file} was not understood: it is {looks}; it stands in the journal.")));
            }
            Err(error) => return Err(error.into()),
        }
        Ok((source, raws, problems.sentences()))
    }

    /// What became of the webhooks so far, by phone and provider.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn webhooks_so_far(&self) -> Result<BTreeMap<String, Came>, AuditError> {
        let all = self.store.progress(COUNTS).await?.into_iter();
        Ok(all.filter_map(|(name, came)| Some((name, serde_json::from_value(came).ok()?))).collect())
    }

    /// Notes what became of the webhooks of a provider (`PHONE/PROVIDER`).
    ///
    /// # Errors
    /// When the store fails.
    pub async fn note_webhooks(&self, name: &str, came: &Came) -> Result<(), AuditError> {
        self.store.put_progress(COUNTS, name, &serde_json::to_value(came).unwrap_or_default()).await?;
        let (phone, provider) = name.split_once('/').unwrap_or((name, ""));
        let problem = came
            .last_refused
            .as_ref()
            .map(|(at, why)| format!("{} requests were refused, the last at {}: {why}", came.refused, at.format("%Y-%m-%d %H:%M:%SZ")));
        let look = crate::store::Look {
            folder: format!("webhooks {provider}"),
            tried_at: self.clock.now(),
            complete_to: None,
            problem,
            gone: None,
            left_at: None,
        };
        Ok(self.store.note_look(&format!("phone.{phone}"), &look, self.clock.is_rehearsal()).await?)
    }
}

/// Under which source it is noted what became of webhooks.
const COUNTS: &str = "webhooks came";
