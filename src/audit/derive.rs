//! From raw records to touches: attribute, classify, learn from what is certain, and lay what people decided over it. Can be
//! done again at any time from the evidence; decisions stay. What is judged does not depend on the order in which records came.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use chrono::{DateTime, Utc};
use tokio::runtime::Handle;

use super::content::Content;
use super::judge::Judge;
use super::skews::Skews;
use super::taught::TaughtSoFar;
use super::{AuditError, Workspace, drips, opted};
use crate::attribute::Lesson;
use crate::collect::{Channel, EvidenceFault};
use crate::shop::InquiryId;
use crate::store::{Due, Evidence, EvidenceError, Judged, Lock, Part, Reading, Record, Store, Touch};

/// Mails looked up at a time, and of these judged at a time.
const PAGE: usize = 2048;
const MAILS: usize = 128;
/// Rows of logs looked up and judged at a time: they are small, and the more at a time, the fewer pages of the store are written for them.
const ROWS: usize = 4096;
/// Of these, whose content is in memory at a time.
const OPEN: usize = 16;
const OPEN_ROWS: usize = 256;
/// How often all is judged again because opt-outs were found; one alone is the rule.
const ROUNDS: usize = 3;
/// How often it is asked whether another process has done judging, and how long at most.
const TURN: (Duration, Duration) = (Duration::from_millis(20), Duration::from_mins(10));

/// What deriving did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Derived {
    /// Touches judged.
    pub judged: usize,
    /// Of these, judged otherwise than before.
    pub changed: usize,
    /// In review now, of all touches.
    pub in_review: usize,
    /// The records that were due and could not be judged, since their evidence is not there as it was kept: what was judged of them stays.
    pub lost: BTreeMap<String, EvidenceFault>,
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

    /// What rests on evidence that is gone or altered stays as it was judged; of what was never judged, anybody may be the owner. A page at a
    /// time, so that neither the mailbox nor what was judged need fit into memory.
    async fn judge(&self, again: bool) -> Result<Derived, AuditError> {
        // One at a time: what another process knew less of must not be written over what was judged here.
        let _turn = self.turn_to_judge().await?;
        let (mut changed, mut lost, mut again) = (BTreeSet::new(), BTreeMap::new(), again);
        let mut opt_outs = self.opt_outs().await?;
        for _ in 0..ROUNDS {
            let (otherwise, missed) = self.judge_round(again, &opt_outs).await?;
            changed.extend(otherwise);
            lost.extend(missed);
            // An opt-out that was found now is watched for longer, so that more may be its inquiry's.
            let found = self.opt_outs().await?;
            if found == opt_outs {
                break;
            }
            (opt_outs, again) = (found, false);
        }
        let changed = changed.len();
        let (judged, in_review) = self.store.counts().await?;
        Ok(Derived { judged: judged - lost.len().min(judged), changed, in_review, lost })
    }

    /// One judging with what is known of opt-outs; gives the records that were judged otherwise than before, and those that could not be.
    async fn judge_round(
        &self,
        again: bool,
        opt_outs: &BTreeMap<InquiryId, DateTime<Utc>>,
    ) -> Result<(BTreeSet<String>, Lost), AuditError> {
        let inquiries = opted::laid_over(self.store.inquiries(None).await?, opt_outs);
        let decisions = self.store.decided().await?;
        let skews = Skews::of(&self.store.canaries().await?);
        let (store, evidence) = (self.store.clone(), self.evidence.clone());
        let window_days = self.config.wave.window_days;
        let base: BTreeMap<String, String> =
            self.config.mailboxes.values().map(|mailbox| (mailbox.source(), mailbox.address.to_lowercase())).collect();
        let mut phones: Vec<String> = self.config.phones.values().map(|phone| phone.number.clone()).collect();
        phones.extend(self.testers().await?);
        let runtime = tokio::runtime::Handle::current();
        tokio::task::spawn_blocking(move || {
            let reading = Reading::new(evidence.clone());
            let read = |record: &Record| reading.record(record);
            let judge = Judge::new(&inquiries, &decisions, window_days, base, &phones, skews);
            let (changed, lost, builders) = (BTreeSet::new(), BTreeMap::new(), BTreeMap::new());
            let taught = TaughtSoFar::default();
            let mut judging = Judging { judge, store: &store, runtime, evidence: &evidence, read: &read, changed, lost, builders, taught };
            judging.due(again)?;
            judging.stale()?;
            judging.twins()?;
            Ok::<_, AuditError>((judging.changed, judging.lost))
        })
        .await
        .map_err(|_| AuditError::Interrupted("judging"))?
    }

    async fn turn_to_judge(&self) -> Result<Lock, AuditError> {
        let wait = async {
            loop {
                if let Some(lock) = self.store.lock("judge").await? {
                    return Ok(lock);
                }
                tokio::time::sleep(TURN.0).await;
            }
        };
        tokio::time::timeout(TURN.1, wait).await.map_err(|_| AuditError::Busy)?
    }
}

/// How records of these ids are had.
pub(super) type Find<'a> = dyn Fn(&[String]) -> Result<Vec<Record>, AuditError> + 'a;

/// How a record's bytes are had.
pub(super) type Read<'a> = dyn Fn(&Record) -> Result<Vec<u8>, EvidenceError> + 'a;

/// Records that cannot be judged, with what is wrong with their evidence.
pub(super) type Lost = BTreeMap<String, EvidenceFault>;

/// One judging of what is due, in three passes: each record by itself, with what certain touches had taught by then; those that are
/// not certain, where more was learned since; those that are another's twin, or were.
struct Judging<'a> {
    judge: Judge<'a>,
    store: &'a Store,
    runtime: Handle,
    evidence: &'a Evidence,
    read: &'a Read<'a>,
    /// The records judged otherwise than before.
    changed: BTreeSet<String>,
    lost: Lost,
    /// By builder the records that were judged anew.
    builders: BTreeMap<String, BTreeSet<String>>,
    /// Nobody else writes lessons while this judges.
    taught: TaughtSoFar,
}

impl Judging<'_> {
    /// Takes in what certain touches taught of these marks.
    fn learn(&mut self, marks: &BTreeSet<String>) -> Result<(), AuditError> {
        let unknown = self.taught.unknown(marks);
        if !unknown.is_empty() {
            let taught = self.runtime.block_on(self.store.taught(&unknown))?;
            self.taught.know(&unknown, taught);
        }
        self.judge.learn(&self.taught.of(marks));
        self.taught.forget_threads();
        Ok(())
    }

    /// Judges each record that is due: mails; rows from before anybody was given their number, which teach who called already; and the others,
    /// of which few teach anything.
    fn due(&mut self, again: bool) -> Result<(), AuditError> {
        let given = self.judge.all_given().unwrap_or(DateTime::<Utc>::MIN_UTC);
        self.part(Part::Mails, (PAGE, MAILS), again)?;
        self.part(Part::RowsBefore(given), (ROWS, ROWS), again)?;
        self.part(Part::RowsFrom(given), (ROWS, ROWS), again)
    }

    /// The same of a part, of which so many records are looked up and so many judged at a time.
    fn part(&mut self, part: Part, (page, most): (usize, usize), again: bool) -> Result<(), AuditError> {
        let fingerprint = self.judge.fingerprint().to_owned();
        let mut after = None;
        loop {
            let due = self.store.due_records(part, (!again).then_some(&fingerprint), after.as_ref(), page);
            let due = self.runtime.block_on(due)?;
            let Some(last) = due.last() else { return Ok(()) };
            after = Some(last.record.place());
            let mut due = due.into_iter().peekable();
            while due.peek().is_some() {
                let (mut records, mut judged) = (Vec::with_capacity(most), Vec::new());
                for Due { record, judged: before } in due.by_ref().take(most) {
                    judged.extend(before.then(|| record.id.clone()));
                    records.push(record);
                }
                let before = by_record(self.runtime.block_on(self.store.touches_of(&judged))?);
                self.each(&records, &before)?;
            }
        }
    }

    /// Judges those again that bear something which is taught otherwise since.
    fn stale(&mut self) -> Result<(), AuditError> {
        loop {
            let touches = self.runtime.block_on(self.store.stale_touches(MAILS))?;
            if touches.is_empty() {
                return Ok(());
            }
            self.learn(&touches.iter().flat_map(|touch| touch.marks.borne()).collect())?;
            let (better, rest): (Vec<Touch>, Vec<Touch>) = touches.into_iter().partition(|touch| self.judge.knows_better(touch));
            let before = by_record(better);
            let records = self.records_of(&before)?;
            let mut as_they_are = self.each(&records, &before)?;
            as_they_are.extend(rest.into_iter().map(|touch| touch.record));
            self.runtime.block_on(self.store.looked_at(&as_they_are))?;
        }
    }

    /// Judges records, each by itself. One that was another's twin and keeps its owner is left as it is, for the last pass, which has
    /// an eye for both, and one whose evidence is lost since it was judged; gives these.
    fn each(&mut self, records: &[Record], before: &BTreeMap<String, Touch>) -> Result<Vec<String>, AuditError> {
        let (mut judged, mut left) = (Vec::with_capacity(records.len()), Vec::new());
        let open = if records.iter().any(|record| record.channel == Channel::Email) { OPEN } else { OPEN_ROWS };
        for records in records.chunks(open) {
            let (mut contents, mut owned) = (Vec::with_capacity(records.len()), Vec::new());
            for record in records {
                contents.push(match (self.read)(record) {
                    Ok(bytes) => Content::of(record, &bytes),
                    Err(error) => {
                        self.lost.insert(record.id.clone(), error.fault());
                        Content::Lost(error.fault())
                    }
                });
            }
            self.learn(&contents.iter().flat_map(|content| content.marks().borne()).collect())?;
            for (record, content) in records.iter().zip(&contents) {
                if matches!(content, Content::Lost(_)) && before.contains_key(&record.id) {
                    left.push(record.id.clone());
                    continue;
                }
                let one = self.judge.touch(record, content, None);
                let touch = &one.touch;
                if touch.inquiry.is_some() && record.held.is_some() {
                    owned.push((self.read)(record)?);
                }
                let known = before.get(&record.id);
                match known.filter(|known| known.twin.is_some() && known.inquiry.is_some() && known.inquiry == touch.inquiry) {
                    Some(drip) => {
                        self.anew(drip);
                        left.push(record.id.clone());
                    }
                    None => judged.push(one),
                }
            }
            // What a report will rest on has a file of its own, under the name that the report gives.
            self.evidence.keep_all(owned.iter().map(Vec::as_slice))?;
        }
        // In the order of their records the store writes each of its pages once.
        judged.sort_unstable_by(|a, b| a.touch.record.cmp(&b.touch.record));
        self.put(judged, before)?;
        Ok(left)
    }

    /// Judges those again to which the same words were sent as to another, of every builder of whom something was judged anew.
    fn twins(&mut self) -> Result<(), AuditError> {
        for (builder, anew) in std::mem::take(&mut self.builders) {
            let letters = self.runtime.block_on(self.store.letters_of(&self.judge.inquiries_of(&builder)))?;
            let words = |ids: &[String]| Ok(self.runtime.block_on(self.store.words_of(ids))?);
            let records = |ids: &[String]| Ok(self.runtime.block_on(self.store.records_of(ids))?);
            let judged = drips::of_builder(&self.judge, &letters, &anew, &words, &records, self.read, &mut self.lost)?;
            let ids: Vec<String> = judged.iter().map(|one| one.touch.record.clone()).collect();
            let before = by_record(self.runtime.block_on(self.store.touches_of(&ids))?);
            self.put(judged, &before)?;
        }
        self.builders.clear();
        Ok(())
    }

    /// The records of touches.
    fn records_of(&self, touches: &BTreeMap<String, Touch>) -> Result<Vec<Record>, AuditError> {
        let ids: Vec<String> = touches.keys().cloned().collect();
        Ok(self.runtime.block_on(self.store.records_of(&ids))?)
    }

    /// Writes what was judged, with what it teaches.
    fn put(&mut self, mut judged: Vec<Judged>, before: &BTreeMap<String, Touch>) -> Result<(), AuditError> {
        for Judged { touch, .. } in &judged {
            let known = before.get(&touch.record);
            if known.is_some_and(|known| !touch.says_as(known)) {
                self.changed.insert(touch.record.clone());
            }
            self.anew(touch);
            if let Some(known) = known {
                self.anew(known);
            }
        }
        if judged.is_empty() {
            return Ok(());
        }
        for touch in judged.iter().map(|one| &one.touch).filter(|touch| opted::is_ours(touch)) {
            self.runtime.block_on(opted::note(self.store, touch))?;
        }
        for one in &mut judged {
            one.taught = self.judge.lesson(&one.touch).map(|lesson: Lesson| lesson.taught()).unwrap_or_default();
        }
        self.runtime.block_on(self.store.put_touches(&judged))?;
        if before.is_empty() {
            self.taught.add(judged.iter().flat_map(|one| &one.taught));
        } else {
            // What was taught before may be taught no more.
            self.taught = TaughtSoFar::default();
        }
        Ok(())
    }

    /// Notes of whose builder something is judged anew.
    fn anew(&mut self, touch: &Touch) {
        if let Some(builder) = self.judge.builder_of(touch) {
            self.builders.entry(builder).or_default().insert(touch.record.clone());
        }
    }
}

fn by_record(touches: Vec<Touch>) -> BTreeMap<String, Touch> {
    touches.into_iter().map(|touch| (touch.record.clone(), touch)).collect()
}
