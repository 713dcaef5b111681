//! A look at all evidence of a workspace: what is missing or altered, what it was of, and what can be done. And whether the store is
//! one that lost its memory: empty, beside evidence that another had gathered.

use std::collections::{BTreeMap, HashSet};
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::record::TouchByHand;
use super::{AuditError, Workspace};
use crate::collect::EvidenceFault;
use crate::collect::mail::imap::{Aside, Cursor, Lack};
use crate::store::{Kept, Of};

/// What a look at all evidence found.
#[derive(Clone, Debug, Default)]
pub struct EvidenceLook {
    /// Files that the store names.
    pub files: usize,
    /// Those of them that do not hold what they were kept for, by name.
    pub lost: Vec<LostFile>,
}

/// A file of evidence that does not hold what it was kept for.
#[derive(Clone, Debug)]
pub struct LostFile {
    /// Where it is, or was.
    pub path: PathBuf,
    /// Its name, which is the SHA-256 of what it held.
    pub sha256: String,
    /// What is wrong.
    pub fault: EvidenceFault,
    /// What of it is lost: records, and parts of submissions.
    pub of: Vec<Of>,
}

impl LostFile {
    /// What it was of, in a few words.
    #[must_use]
    pub fn tell(&self) -> String {
        let first = self.of.first().map_or_else(String::new, |of| match of {
            Of::Record(id, source, _, true) => format!("a test mail of ours, record {}, from {source}", short(id)),
            Of::Record(id, source, channel, false) => {
                format!("{} t_{}, from {source}", format!("{channel:?}").to_lowercase(), short(id))
            }
            Of::Submission(inquiry, role) => format!("{role} of {inquiry}"),
        });
        match self.of.len() {
            0 | 1 => first,
            more => format!("{first}, and {} more", more - 1),
        }
    }

    /// What may bring it back, in a few words.
    #[must_use]
    pub fn remedy(&self) -> &'static str {
        match self.of.first() {
            Some(Of::Record(_, source, ..)) if source == TouchByHand::SOURCE => "put it back from a backup",
            Some(Of::Record(_, source, ..)) if source.starts_with("phone.") => {
                "put it back from a backup, or let the log be read again (`crickets import calls`)"
            }
            Some(Of::Record(..)) => {
                "put it back from a backup, or let the mail be read again: `crickets watch --once` does so where it still lies"
            }
            Some(Of::Submission(..)) | None => "put it back from a backup: nothing else has it",
        }
    }
}

fn short(id: &str) -> &str {
    id.get(..12).unwrap_or(id)
}

impl EvidenceLook {
    /// How many are missing, altered or unreadable, in words; `None` when none is.
    #[must_use]
    pub fn tell(&self) -> Option<String> {
        let mut counts: BTreeMap<EvidenceFault, usize> = BTreeMap::new();
        for lost in &self.lost {
            *counts.entry(lost.fault).or_default() += 1;
        }
        let parts: Vec<String> = counts.iter().map(|(fault, count)| format!("{count} {}", fault.word())).collect();
        (!parts.is_empty()).then(|| format!("of {} files {}", self.files, parts.join(", ")))
    }
}

impl Workspace {
    /// Looks at every file of evidence that the store names, and hashes it.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn look_at_evidence(&self) -> Result<EvidenceLook, AuditError> {
        let files = self.store.evidence_files().await?;
        let count = files.len();
        let evidence = self.evidence.clone();
        let look = move || evidence.file_faults(&files);
        let faults = tokio::task::spawn_blocking(look).await.map_err(|_| AuditError::Interrupted("looking at evidence"))?;
        let mut lost: BTreeMap<String, (EvidenceFault, Vec<Of>)> = BTreeMap::new();
        if !faults.is_empty() {
            let mut concerned: Vec<(Kept, Of)> = Vec::new();
            let take = |kept: Kept, of: Of| concerned.extend(Some((kept, of)).filter(|(kept, _)| faults.contains_key(kept.file())));
            self.store.each_kept(take).await?;
            for (kept, of) in concerned {
                // A row may have a file of its own, or lie in a part of a file that is as it was.
                if let Some(fault) = self.evidence.fault(&kept) {
                    lost.entry(kept.file().to_owned()).or_insert_with(|| (fault, Vec::new())).1.push(of);
                }
            }
        }
        let lost = lost.into_iter().map(|(sha256, (fault, of))| LostFile { path: self.evidence.path(&sha256), sha256, fault, of });
        Ok(EvidenceLook { files: count, lost: lost.collect() })
    }

    /// The external ids of the records of a source whose evidence is gone or altered.
    pub(super) async fn without_evidence(&self, source: &str) -> Result<HashSet<String>, AuditError> {
        let kept = self.store.kept_of_source(source).await?;
        let evidence = self.evidence.clone();
        let look = move || {
            let files: Vec<String> = kept.iter().map(|(_, kept)| kept.file().to_owned()).collect();
            let faults = evidence.file_faults(&files);
            let lost = kept.into_iter().filter(|(_, kept)| faults.contains_key(kept.file()) && evidence.fault(kept).is_some());
            lost.map(|(external_id, _)| external_id).collect()
        };
        tokio::task::spawn_blocking(look).await.map_err(|_| AuditError::Interrupted("looking at evidence"))
    }

    /// When this store was found to be new beside evidence that it knows nothing of, and nobody said yet that it is meant.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn forgot_since(&self) -> Result<Option<DateTime<Utc>>, AuditError> {
        let said = self.store.known_setting(BEGAN).await?;
        let meant = self.store.progress(BEGAN).await?.iter().any(|(what, _)| what == MEANT);
        Ok(said.and_then(|said| said.parse().ok()).filter(|_| !meant))
    }

    /// Notes at its first opening whether the store began beside evidence: that stays known, whatever is collected before anybody looks.
    pub(super) async fn note_beginning(&self) -> Result<(), AuditError> {
        if self.store.known_setting(BEGAN).await?.is_some() {
            return Ok(());
        }
        let forgot = self.store.is_empty().await? && self.evidence.holds_any();
        let now = self.clock.now().to_rfc3339();
        self.store.setting(BEGAN, || if forgot { now } else { "with nothing before it".to_owned() }).await?;
        Ok(())
    }

    /// Keeps a person's word that a store which began beside evidence is meant to.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn mean_new_store(&self) -> Result<(), AuditError> {
        Ok(self.store.put_progress(BEGAN, MEANT, &self.clock.now().to_rfc3339().into()).await?)
    }
}

/// Why a message is fetched that was read before.
const LOST: &str = "its evidence is lost";
/// How many such messages of a folder are fetched again at one look.
const AT_A_LOOK: usize = 20;

/// Adds to what a look at folders fetches the messages whose evidence is lost, by their external ids.
pub(super) fn fetch_again(cursors: &mut [Cursor], lost: &HashSet<String>, now: DateTime<Utc>) {
    for cursor in cursors {
        let within = format!("{}/{}/", cursor.folder, cursor.uidvalidity);
        let set_aside: HashSet<u32> = cursor.aside.iter().map(|aside| aside.uid).collect();
        let uids = lost.iter().filter_map(|id| id.strip_prefix(&within)?.parse::<u32>().ok());
        let mut uids: Vec<u32> = uids.filter(|uid| *uid < cursor.next_uid && !set_aside.contains(uid)).collect();
        uids.sort_unstable();
        let aside = |uid| Aside { uid, size: 0, from: cursor.last_pass, to: now, reason: LOST.to_owned() };
        cursor.aside.extend(uids.into_iter().take(AT_A_LOOK).map(aside).collect::<Vec<_>>());
    }
}

/// Takes out again what only was to be fetched for its evidence: it is known, and no hole in what was read.
pub(super) fn fetched_again(cursors: &mut [Cursor]) {
    for cursor in cursors {
        cursor.aside.retain(|aside| aside.reason != LOST);
        cursor.holes.holes.retain(|hole| !matches!(&hole.lack, Lack::Unread { reason } if reason == LOST));
    }
}

/// Under which name it is noted how the store began, and that it was meant.
const BEGAN: &str = "store began";
const MEANT: &str = "meant";
