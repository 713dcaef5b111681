//! From the journal of webhooks to records. How far it was read is noted after its records are stored, so that a crash costs a second
//! look. Whoever comes first reads it, `serve` or `watch`; what one reads, the other leaves. A rehearsal reads for itself. What was not
//! understood is read again once it would be read otherwise.

use std::collections::BTreeMap;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::phones::{Problems, take};
use super::{AuditError, Gathered, SourcePass, Workspace};
use crate::collect::hooks::journal::Entry;
use crate::collect::hooks::{Delivery, event, journal};
use crate::collect::mail::canonical::hex;
use crate::collect::{CollectError, RawRecord};

/// The source under which it is noted how far the journal was read.
const JOURNAL: &str = "webhooks";
/// The source under which requests are noted that were not understood.
const ASIDE: &str = "webhooks aside";
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

/// What a request told of.
#[derive(Default)]
struct Told {
    source: String,
    raws: Vec<RawRecord>,
    problems: Vec<String>,
    /// Whether it could be read at all.
    understood: bool,
}

/// A request that was not understood.
#[derive(Serialize, Deserialize)]
struct Aside {
    /// Its file in the journal, and where in it it begins.
    file: String,
    at: u64,
    phone: String,
    /// By what it was read.
    how: String,
}

impl Aside {
    fn name(&self) -> String {
        format!("{} {}", self.file, self.at)
    }
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
        if self.unread_journal().await?.is_empty() && self.mended().await?.is_empty() {
            return Ok(Vec::new());
        }
        let Some(_lock) = self.store.lock("journal").await? else { return Ok(Vec::new()) };
        let mut passes: BTreeMap<String, SourcePass> = BTreeMap::new();
        for aside in self.mended().await? {
            let entry = self.entries(&aside.file, aside.at, 1).await?.into_iter().next();
            let goes_on = match &entry {
                Some(entry) => self.take_entry(&aside.file, aside.at, entry, &mut passes).await?,
                None => Some(true),
            };
            match goes_on {
                None => return Ok(passes.into_values().collect()),
                Some(true) => self.store.drop_progress(&self.place_of(ASIDE), &aside.name()).await?,
                Some(false) => {}
            }
        }
        for (name, mut offset) in self.unread_journal().await? {
            loop {
                let entries = self.entries(&name, offset, BATCH).await?;
                if entries.is_empty() {
                    break;
                }
                for entry in entries {
                    if self.take_entry(&name, offset, &entry, &mut passes).await?.is_none() {
                        return Ok(passes.into_values().collect());
                    }
                    offset = entry.next;
                }
                self.store.put_progress(&self.place_of(JOURNAL), &name, &offset.into()).await?;
            }
        }
        Ok(passes.into_values().collect())
    }

    /// At most so many requests of a file of the journal, from an offset on.
    async fn entries(&self, name: &str, from: u64, most: usize) -> Result<Vec<Entry>, AuditError> {
        let path = self.journal_folder().join(name);
        let read = tokio::task::spawn_blocking(move || journal::entries(&path, from, most)).await;
        Ok(read.map_err(|_| AuditError::Interrupted("reading the journal"))??)
    }

    /// Takes in what a request tells of; gives whether it was understood, and nothing where its source cannot be read now: then it
    /// stays unread. What is not understood is set aside until its phone is configured otherwise, or crickets is another version.
    async fn take_entry(
        &self,
        file: &str,
        at: u64,
        entry: &Entry,
        passes: &mut BTreeMap<String, SourcePass>,
    ) -> Result<Option<bool>, AuditError> {
        let told = match &entry.delivery {
            Ok(delivery) => match self.records_of_delivery(&delivery.as_seen_by(self.clock.is_rehearsal())) {
                Ok(told) => told,
                Err(error) if error.is_of_source() => {
                    let source = format!("phone.{}", delivery.phone);
                    let pass = self.told(source.clone(), Err(error))?;
                    passes.entry(source.clone()).or_insert_with(|| SourcePass { source, ..SourcePass::default() }).add(pass);
                    return Ok(None);
                }
                Err(error) => return Err(error),
            },
            Err(problem) => Told {
                source: JOURNAL.to_owned(),
                problems: vec![format!("a line of {file} before byte {}: {problem}.", entry.next)],
                understood: true,
                ..Told::default()
            },
        };
        let Told { source, raws, problems, understood } = told;
        if let Some(delivery) = entry.delivery.as_ref().ok().filter(|_| !understood) {
            let aside = Aside { file: file.to_owned(), at, phone: delivery.phone.clone(), how: self.how(&delivery.phone)? };
            let state = serde_json::to_value(&aside).unwrap_or_default();
            self.store.put_progress(&self.place_of(ASIDE), &aside.name(), &state).await?;
        }
        let count = raws.len();
        let added = self.take_in(raws).await?;
        let pass = SourcePass::took(source.clone(), added, count.saturating_sub(added.new), problems);
        passes.entry(source.clone()).or_insert_with(|| SourcePass { source, ..SourcePass::default() }).add(pass);
        Ok(Some(understood))
    }

    /// The requests that were set aside, and that would be read otherwise by now.
    async fn mended(&self) -> Result<Vec<Aside>, AuditError> {
        let all = self.store.progress(&self.place_of(ASIDE)).await?;
        let mut mended = Vec::new();
        for aside in all.into_iter().filter_map(|(_, state)| serde_json::from_value::<Aside>(state).ok()) {
            if self.how(&aside.phone)? != aside.how {
                mended.push(aside);
            }
        }
        Ok(mended)
    }

    /// By what the requests for a phone are read: its settings, and the version.
    fn how(&self, phone: &str) -> Result<String, AuditError> {
        let settings = self.config.phones.get(phone).map(|phone| self.phone_settings(phone)).transpose()?;
        Ok(hex(&Sha256::digest(format!("{} {settings:?}", env!("CARGO_PKG_VERSION")))))
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
    fn records_of_delivery(&self, delivery: &Delivery) -> Result<Told, AuditError> {
        let source = format!("phone.{}", delivery.phone);
        let Some(phone) = self.config.phones.get(&delivery.phone) else {
            let problems = vec!["a webhook came for it, and crickets.toml names no such phone; it is read when one is named.".to_owned()];
            return Ok(Told { source, problems, ..Told::default() });
        };
        let (settings, mut raws, mut problems) = (self.phone_settings(phone)?, Vec::new(), Problems::default());
        let mut sink = |raw: RawRecord| {
            raws.push(raw);
            Ok(())
        };
        let mut understood = true;
        match event::read(delivery, &settings, &mut |row| take(&row, &source, &mut sink, &mut problems)) {
            Ok(_) => {}
            Err(CollectError::UnknownLog { file, looks }) => {
                understood = false;
                problems.add(Some(format!("the {file} was not understood: it is {looks}; it stands in the journal.")));
            }
            Err(error) => return Err(error.into()),
        }
        Ok(Told { source, raws, problems: problems.sentences(), understood })
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
