//! From raw records to touches: attribute, classify, learn from what is certain, and lay what people decided over it. Can be
//! done again at any time from the evidence; decisions stay. What is judged does not depend on the order in which records came.

use std::collections::{BTreeMap, BTreeSet};

use super::judge::Judge;
use super::skews::Skews;
use super::{AuditError, Workspace, drips};
use crate::store::{Record, Touch};

/// What deriving did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// Touches judged.
    pub judged: usize,
    /// Of these, judged otherwise than before.
    pub changed: usize,
    /// In review now, of all touches.
    pub in_review: usize,
}

impl Workspace {
    /// Judges the records that are new, and every one whose judgement rests on what has changed since: an inquiry, a decision, the
    /// settings, this program's rules, what was learned from other touches.
    ///
    /// # Errors
    /// When the store or the evidence fails.
    pub async fn derive(&self) -> Result<Derived, AuditError> {
        self.judge(false).await
    }

    /// Judges every record again.
    ///
    /// # Errors
    /// When the store or the evidence fails.
    pub async fn rederive(&self) -> Result<Derived, AuditError> {
        self.judge(true).await
    }

    /// Evidence that cannot be read is an error: nothing is judged on less.
    async fn judge(&self, again: bool) -> Result<Derived, AuditError> {
        let inquiries = self.store.inquiries(None).await?;
        let decisions = self.store.decisions().await?;
        let records = self.store.records().await?;
        let skews = Skews::of(&self.store.canaries().await?);
        let before: BTreeMap<String, Touch> = self.store.touches().await?.into_iter().map(|touch| (touch.record.clone(), touch)).collect();
        let evidence = self.evidence.clone();
        let window_days = self.config.wave.window_days;
        let base: BTreeMap<String, String> =
            self.config.mailboxes.values().map(|mailbox| (mailbox.source(), mailbox.address.to_lowercase())).collect();
        let (judged, before, total) = tokio::task::spawn_blocking(move || {
            let judge = Judge::new(&inquiries, &decisions, window_days, base, skews);
            let read = |record: &Record| Ok::<_, AuditError>(evidence.read(&record.sha256)?);
            let judged = all(judge, &records, &before, again, &read)?;
            Ok::<_, AuditError>((judged, before, records.len()))
        })
        .await
        .map_err(|_| AuditError::Interrupted("judging"))??;
        // All are written, the unchanged ones too: another process may have written older judgements in between.
        if !judged.is_empty() {
            self.store.put_touches(&judged).await?;
        }
        let changed = judged.iter().filter(|touch| before.get(&touch.record).is_some_and(|known| !touch.says_as(known))).count();
        let anew: BTreeSet<&str> = judged.iter().map(|touch| touch.record.as_str()).collect();
        let still = before.values().filter(|touch| !anew.contains(touch.record.as_str()));
        let in_review = judged.iter().chain(still).filter(|touch| touch.review.is_some()).count();
        Ok(Derived { judged: total, changed, in_review })
    }
}

/// How a record's bytes are had.
pub(super) type Read<'a> = dyn Fn(&Record) -> Result<Vec<u8>, AuditError> + 'a;

/// Touches as they are judged by now.
pub(super) struct Known<'r, 'b> {
    /// Judged in this pass, by record.
    pub(super) anew: BTreeMap<&'r str, Touch>,
    /// Judged earlier, by record.
    pub(super) before: &'b BTreeMap<String, Touch>,
}

impl Known<'_, '_> {
    /// The touch of a record.
    pub(super) fn get(&self, record: &Record) -> Option<&Touch> {
        self.anew.get(record.id.as_str()).or_else(|| self.before.get(&record.id))
    }
}

/// Judges what is due, in three passes: first each record by itself; then, of those whose owner is not certain, each that bears
/// something learned from all certain ones; then those that are another's twin. Gives the touches judged, in the order of the records.
fn all(
    mut judge: Judge<'_>,
    records: &[Record],
    before: &BTreeMap<String, Touch>,
    again: bool,
    read: &Read<'_>,
) -> Result<Vec<Touch>, AuditError> {
    let mut known = Known { anew: BTreeMap::new(), before };
    for record in records.iter().filter(|record| again || before.get(&record.id).is_none_or(|touch| !judge.stands(touch))) {
        known.anew.insert(&record.id, judge.touch(record, &read(record)?, None));
    }
    let lessons = records.iter().filter_map(|record| judge.lesson(known.get(record)?)).collect::<Vec<_>>();
    judge.learn(&lessons);
    for record in records {
        if known.get(record).is_some_and(|touch| judge.knows_better(touch)) {
            known.anew.insert(&record.id, judge.touch(record, &read(record)?, None));
        }
    }
    drips::lay_over(&judge, records, &mut known, read)?;
    Ok(records.iter().filter_map(|record| known.anew.remove(record.id.as_str())).collect())
}
