//! From raw records to touches: attribute, classify, learn from what is certain, and lay what people decided over it. Can be
//! done again at any time from the evidence; decisions stay. What is judged does not depend on the order in which records came.

use std::collections::{BTreeMap, BTreeSet};

use tokio::runtime::Handle;

use super::judge::Judge;
use super::skews::Skews;
use super::{AuditError, Workspace, drips};
use crate::attribute::Lesson;
use crate::store::{Record, Store, Touch};

/// Records judged at a time.
const PAGE: usize = 128;

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

    /// Evidence that cannot be read is an error: nothing is judged on less. A page at a time, so that neither the mailbox nor what
    /// was judged need fit into memory.
    async fn judge(&self, again: bool) -> Result<Derived, AuditError> {
        let inquiries = self.store.inquiries(None).await?;
        let decisions = self.store.decided().await?;
        let skews = Skews::of(&self.store.canaries().await?);
        let (store, evidence) = (self.store.clone(), self.evidence.clone());
        let window_days = self.config.wave.window_days;
        let base: BTreeMap<String, String> =
            self.config.mailboxes.values().map(|mailbox| (mailbox.source(), mailbox.address.to_lowercase())).collect();
        let runtime = tokio::runtime::Handle::current();
        let changed = tokio::task::spawn_blocking(move || {
            let read = |record: &Record| Ok::<_, AuditError>(evidence.read(&record.sha256)?);
            let judge = Judge::new(&inquiries, &decisions, window_days, base, skews);
            let (changed, builders) = (BTreeSet::new(), BTreeSet::new());
            let mut judging = Judging { judge, store: &store, runtime, read: &read, changed, builders, unlearned: true };
            judging.learn()?;
            judging.due(again)?;
            judging.learn()?;
            judging.taught()?;
            judging.twins()?;
            Ok::<_, AuditError>(judging.changed.len())
        })
        .await
        .map_err(|_| AuditError::Interrupted("judging"))??;
        let (judged, in_review) = self.store.counts().await?;
        Ok(Derived { judged, changed, in_review })
    }
}

/// How a record's bytes are had.
pub(super) type Read<'a> = dyn Fn(&Record) -> Result<Vec<u8>, AuditError> + 'a;

/// One judging of what is due, in three passes: each record by itself, with what certain touches had taught by then; those that are
/// not certain, where more was learned since; those that are another's twin, or were.
struct Judging<'a> {
    judge: Judge<'a>,
    store: &'a Store,
    runtime: Handle,
    read: &'a Read<'a>,
    /// The records judged otherwise than before.
    changed: BTreeSet<String>,
    /// The builders of whom something was judged anew.
    builders: BTreeSet<String>,
    /// Whether there may be lessons that were not taken in yet.
    unlearned: bool,
}

impl Judging<'_> {
    /// Takes in what all certain touches teach by now.
    fn learn(&mut self) -> Result<(), AuditError> {
        if !std::mem::take(&mut self.unlearned) {
            return Ok(());
        }
        let touches = self.runtime.block_on(self.store.teaching_touches())?;
        let mut lessons: Vec<Lesson> = touches.iter().filter_map(|touch| self.judge.lesson(touch)).collect();
        lessons.sort_by(|a, b| (a.at, &a.touch).cmp(&(b.at, &b.touch)));
        self.judge.learn(&lessons);
        Ok(())
    }

    /// Judges each record that is due.
    fn due(&mut self, again: bool) -> Result<(), AuditError> {
        let fingerprint = self.judge.fingerprint().to_owned();
        let mut after = None;
        loop {
            let due = self.runtime.block_on(self.store.due_records((!again).then_some(&fingerprint), after.as_ref(), PAGE))?;
            let Some(last) = due.last() else { return Ok(()) };
            after = Some(last.place());
            let ids: Vec<String> = due.iter().map(|record| record.id.clone()).collect();
            let before = by_record(self.runtime.block_on(self.store.touches_of(&ids))?);
            self.each(&due, &before)?;
        }
    }

    /// Judges those again that bear something which was learned since.
    fn taught(&mut self) -> Result<(), AuditError> {
        let learned = self.judge.learned().to_owned();
        loop {
            let touches = self.runtime.block_on(self.store.taught_otherwise(&learned, PAGE))?;
            if touches.is_empty() {
                return Ok(());
            }
            let (better, rest): (Vec<Touch>, Vec<Touch>) = touches.into_iter().partition(|touch| self.judge.knows_better(touch));
            let before = by_record(better);
            let records = self.records_of(&before)?;
            let mut as_they_are = self.each(&records, &before)?;
            as_they_are.extend(rest.into_iter().map(|touch| touch.record));
            self.runtime.block_on(self.store.looked_at(&as_they_are, &learned))?;
        }
    }

    /// Judges records, each by itself. One that was another's twin and keeps its owner is left as it is, for the last pass, which has
    /// an eye for both; gives these.
    fn each(&mut self, records: &[Record], before: &BTreeMap<String, Touch>) -> Result<Vec<String>, AuditError> {
        let (mut judged, mut left) = (Vec::with_capacity(records.len()), Vec::new());
        for record in records {
            let touch = self.judge.touch(record, &(self.read)(record)?, None);
            let known = before.get(&record.id);
            match known.filter(|known| known.is_drip() && known.inquiry.is_some() && known.inquiry == touch.inquiry) {
                Some(drip) => {
                    self.builders.extend(self.judge.builder_of(drip));
                    left.push(record.id.clone());
                }
                None => judged.push(touch),
            }
        }
        self.put(&judged, before)?;
        Ok(left)
    }

    /// Judges those again to which a drip was sent, of every builder of whom something was judged anew.
    fn twins(&mut self) -> Result<(), AuditError> {
        for builder in std::mem::take(&mut self.builders) {
            let before = by_record(self.runtime.block_on(self.store.letters_of(&self.judge.inquiries_of(&builder)))?);
            let mut records = self.records_of(&before)?;
            records.sort_by_key(Record::place);
            let judged = drips::of_builder(&self.judge, &records, &before, self.read)?;
            self.put(&judged, &before)?;
        }
        self.builders.clear();
        Ok(())
    }

    /// The records of touches.
    fn records_of(&self, touches: &BTreeMap<String, Touch>) -> Result<Vec<Record>, AuditError> {
        let ids: Vec<String> = touches.keys().cloned().collect();
        Ok(self.runtime.block_on(self.store.records_of(&ids))?)
    }

    /// Writes what was judged; the unchanged ones too, since another process may have written older judgements in between.
    fn put(&mut self, judged: &[Touch], before: &BTreeMap<String, Touch>) -> Result<(), AuditError> {
        for touch in judged {
            let known = before.get(&touch.record);
            if known.is_some_and(|known| !touch.says_as(known)) {
                self.changed.insert(touch.record.clone());
            }
            self.builders.extend(self.judge.builder_of(touch));
            self.builders.extend(known.and_then(|known| self.judge.builder_of(known)));
            self.unlearned |= touch.teaches || known.is_some_and(|known| known.teaches);
        }
        if judged.is_empty() {
            return Ok(());
        }
        Ok(self.runtime.block_on(self.store.put_touches(judged, self.judge.learned()))?)
    }
}

fn by_record(touches: Vec<Touch>) -> BTreeMap<String, Touch> {
    touches.into_iter().map(|touch| (touch.record.clone(), touch)).collect()
}
