//! The one door: every source hands its raw records in here. Evidence is durable before a record is stored. What has to do with
//! a canary of ours is told from everything else here, before anybody asks whose it is: it is evidence, and never a touch.

use std::collections::{BTreeSet, HashMap, HashSet};

use tokio::sync::mpsc;

use super::gather::IMPORTED;
use super::{AuditError, Workspace};
use crate::collect::mail::arrival::is_surer;
use crate::collect::phone::stored::{self, Grown};
use crate::collect::{Channel, CollectError, RawRecord, mail};
use crate::guard::caught;
use crate::send::{self, About, about};
use crate::store::{Added, Evidence, EvidenceError, Held, Kept, NewRecord, Record, sha256_hex};

/// Records taken in at a time; they share their syncs.
pub(super) const BATCH: usize = 64;
/// Rows of a log taken in at a time: the larger a batch, the fewer pages of the store are written for it.
const ROWS: usize = 4096;
/// Of these, so many bytes at most: a row may bear a long text.
const LARGEST: usize = 8 << 20;
/// From so many rows on a batch is one file of evidence.
const TOGETHER: usize = 512;

/// Where a reader puts its records.
pub(super) type Sink<'a> = dyn FnMut(RawRecord) -> Result<(), CollectError> + 'a;

impl Workspace {
    /// Runs a blocking reader and takes in what it hands over; gives its result and how many records were new and known.
    pub(super) async fn drain<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Sink<'_>) -> Result<T, CollectError> + Send + 'static,
    ) -> Result<(T, Added, usize), AuditError> {
        self.drain_by(1, BATCH, read).await
    }

    /// The same for a log, whose rows are many and small, and wait for each other.
    pub(super) async fn drain_rows<T: Send + 'static>(
        &self,
        read: impl FnOnce(&mut Sink<'_>) -> Result<T, CollectError> + Send + 'static,
    ) -> Result<(T, Added, usize), AuditError> {
        self.drain_by(ROWS, 1, read).await
    }

    /// Hands `parcel` records over at a time, and takes in as many parcels as there are, at most `most`.
    async fn drain_by<T: Send + 'static>(
        &self,
        parcel: usize,
        most: usize,
        read: impl FnOnce(&mut Sink<'_>) -> Result<T, CollectError> + Send + 'static,
    ) -> Result<(T, Added, usize), AuditError> {
        let (sender, mut receiver) = mpsc::channel::<Vec<RawRecord>>(most);
        let reader = tokio::task::spawn_blocking(move || {
            let send = |parcel| sender.blocking_send(parcel).map_err(|_| CollectError::keep("the store went away"));
            let (mut waiting, mut bytes) = (Vec::new(), 0);
            let mut sink = |raw: RawRecord| {
                bytes += raw.bytes.len();
                waiting.push(raw);
                if waiting.len() < parcel && bytes < LARGEST {
                    return Ok(());
                }
                bytes = 0;
                send(std::mem::take(&mut waiting))
            };
            let result = read(&mut sink);
            // What was read before a source failed goes in.
            if waiting.is_empty() { result } else { send(waiting).and(result) }
        });
        let (mut total, mut known, mut parcels) = (Added::default(), 0, Vec::with_capacity(most));
        while receiver.recv_many(&mut parcels, most).await > 0 {
            let batch: Vec<RawRecord> = parcels.drain(..).flatten().collect();
            let count = batch.len();
            let added = self.take_in(batch).await?;
            total.new += added.new;
            total.canaries += added.canaries;
            total.grown += added.grown;
            total.restored += added.restored;
            total.lost += added.lost;
            known += count.saturating_sub(added.new + added.canaries);
        }
        let result = reader.await.map_err(|_| AuditError::Interrupted("reading a source"))??;
        Ok((result, total, known))
    }

    /// The one door: evidence first, durably, then the records. Gives how many were new, and of how many more became known.
    pub(super) async fn take_in(&self, raws: Vec<RawRecord>) -> Result<Added, AuditError> {
        let identities: Vec<String> = raws.iter().map(|raw| raw.identity.clone()).collect();
        let mut known = self.store.known_records(&identities).await?;
        // What comes twice at once is known the second time.
        let (fresh, again): (Vec<RawRecord>, Vec<RawRecord>) = raws.into_iter().partition(|raw| known.insert(raw.identity.clone()));
        let (fresh, copies) = self.without_copies(fresh).await?;
        let mut added = if fresh.is_empty() { Added::default() } else { self.take_in_new(fresh).await? };
        if !self.clock.is_rehearsal() && !again.is_empty() {
            let identities: Vec<String> = again.iter().map(|raw| raw.identity.clone()).collect();
            let rehearsed = self.store.rehearsed_records(&identities).await?;
            let seen: Vec<RawRecord> = again.iter().filter(|raw| rehearsed.contains(&raw.identity)).cloned().collect();
            if !seen.is_empty() {
                // What was collected in a rehearsal is real from now on. A real record never becomes a rehearsal's.
                let real = self.store.make_real(&self.kept(seen).await?, self.clock.now()).await?;
                (added.new, added.canaries) = (added.new + real.new, added.canaries + real.canaries);
            }
        }
        let seen = again.iter().map(|raw| (raw.identity.clone(), raw)).chain(copies.iter().map(|(id, raw)| (id.clone(), raw)));
        added.grown += self.know_better(seen.filter(|(_, raw)| raw.channel == Channel::Email).collect()).await?;
        let lost = self.keep_again(&again, &mut added).await?;
        for raw in again.into_iter().filter(|raw| stored::may_grow(raw) && !lost.contains(&raw.identity)) {
            let grown = self.grow(&raw).await?;
            (added.new, added.grown) = (added.new + grown.new, added.grown + grown.grown);
        }
        Ok(added)
    }

    /// Tells mails that are new from copies of known ones, or of each other, which some program wrote otherwise; those with the record that they
    /// are copies of.
    async fn without_copies(&self, fresh: Vec<RawRecord>) -> Result<(Vec<RawRecord>, Vec<(String, RawRecord)>), AuditError> {
        let deliveries: Vec<String> = fresh.iter().filter_map(|raw| raw.delivery.clone()).collect();
        let mut known = self.store.delivered(&deliveries, self.clock.is_rehearsal()).await?;
        let (mut new, mut copies) = (Vec::with_capacity(fresh.len()), Vec::new());
        for raw in fresh {
            if let Some(record) = raw.delivery.as_ref().and_then(|delivery| known.get(delivery)) {
                copies.push((record.clone(), raw));
                continue;
            }
            known.extend(raw.delivery.clone().map(|delivery| (delivery, raw.identity.clone())));
            new.push(raw);
        }
        Ok((new, copies))
    }

    /// What is to be said of a mailbox whose mails bear no line by which the provider took them over, so that nothing confirms when they
    /// arrived.
    ///
    /// # Errors
    /// When the store fails.
    pub async fn without_handover(&self, source: &str) -> Result<Option<String>, AuditError> {
        let (0, Some(record)) = self.store.handovers(source).await? else { return Ok(None) };
        let Ok(bytes) = self.evidence.read_record(&record) else { return Ok(None) };
        let mail = mail::parse_head(&bytes);
        let by = mail.received.iter().filter(|line| line.from.is_some()).find_map(|line| line.by.clone());
        Ok(by.map(|by| {
            format!(
                "no mail bears a line by which a trusted host took it over, so nothing confirms the server's word on when it arrived; the last was \
                 taken in by {by}: if that is a host of your provider, name it in `trusted`"
            )
        }))
    }

    /// Lays over known mails what the source that they were seen in again knows better: when they arrived, and that they lie in a mailbox
    /// where somebody had imported them. Gives of how many more became known.
    async fn know_better(&self, seen: Vec<(String, &RawRecord)>) -> Result<usize, AuditError> {
        let ids: Vec<String> = seen.iter().map(|(id, _)| id.clone()).collect();
        let mut records: HashMap<String, Record> =
            self.store.records_of(&ids).await?.into_iter().map(|record| (record.id.clone(), record)).collect();
        let mut better = BTreeSet::new();
        for (id, raw) in seen {
            let Some(record) = records.get_mut(&id).filter(|record| record.rehearsal == self.clock.is_rehearsal()) else { continue };
            let surer = is_surer(&raw.arrival, &record.arrival);
            let lies_there = record.external_id.starts_with(IMPORTED) && !raw.external_id.starts_with(IMPORTED);
            if surer || lies_there {
                record.source.clone_from(&raw.source);
                record.external_id.clone_from(&raw.external_id);
                record.placement = raw.placement.or(record.placement);
                record.arrival = if surer { raw.arrival.clone() } else { record.arrival.clone() };
                better.insert(id);
            }
        }
        for id in &better {
            if let Some(record) = records.get(id) {
                self.store.know_better(record).await?;
            }
        }
        Ok(better.len())
    }

    /// Keeps the evidence of known records again that is gone or altered, where what came are the same bytes; gives the records of which it
    /// still is.
    async fn keep_again(&self, again: &[RawRecord], added: &mut Added) -> Result<HashSet<String>, AuditError> {
        let identities: Vec<String> = again.iter().map(|raw| raw.identity.clone()).collect();
        let kept = self.store.kept(&identities).await?;
        let files: BTreeSet<String> = kept.values().map(|kept| kept.file().to_owned()).collect();
        let evidence = self.evidence.clone();
        let look = move || evidence.file_faults(&files.into_iter().collect::<Vec<_>>());
        let faults = tokio::task::spawn_blocking(look).await.map_err(|_| AuditError::Interrupted("looking at evidence"))?;
        let concerned = |raw: &&RawRecord| kept.get(&raw.identity).is_some_and(|kept| faults.contains_key(kept.file()));
        let came: Vec<(Kept, RawRecord)> =
            again.iter().filter(concerned).filter_map(|raw| Some((kept.get(&raw.identity)?.clone(), raw.clone()))).collect();
        if came.is_empty() {
            return Ok(HashSet::new());
        }
        let evidence = self.evidence.clone();
        let kept = tokio::task::spawn_blocking(move || keep_again(&evidence, &came)).await;
        let (restored, lost) = kept.map_err(|_| AuditError::Interrupted("keeping evidence"))??;
        (added.restored, added.lost) = (added.restored + restored, added.lost + lost.len());
        Ok(lost)
    }

    /// Lays what came again over what is known of a record.
    async fn grow(&self, raw: &RawRecord) -> Result<Added, AuditError> {
        loop {
            let records = self.store.records_of(std::slice::from_ref(&raw.identity)).await?;
            let Some(record) = records.first().filter(|record| record.channel != Channel::Email) else { return Ok(Added::default()) };
            let known = self.evidence.read_record(record)?;
            match stored::grow(raw, &known, &record.sha256)? {
                Grown::Nothing => return Ok(Added::default()),
                Grown::Other(raw) => {
                    return if self.store.known_records(std::slice::from_ref(&raw.identity)).await?.is_empty() {
                        self.take_in_new(vec![*raw]).await
                    } else {
                        Ok(Added::default())
                    };
                }
                Grown::More(grown) => {
                    let (evidence, bytes) = (self.evidence.clone(), grown.bytes.clone());
                    let kept = tokio::task::spawn_blocking(move || evidence.keep(&bytes)).await;
                    let sha256 = kept.map_err(|_| AuditError::Interrupted("keeping evidence"))??;
                    // Whoever was quicker knows something else: once more.
                    if self.store.grow_record(&grown, &record.sha256, &sha256).await? {
                        return Ok(Added { grown: 1, ..Added::default() });
                    }
                }
            }
        }
    }

    async fn take_in_new(&self, fresh: Vec<RawRecord>) -> Result<Added, AuditError> {
        let batch = self.kept(fresh).await?;
        Ok(self.store.add_records(&batch, self.clock.now(), self.clock.is_rehearsal()).await?)
    }

    /// Keeps the evidence of records, and tells those that have to do with a canary.
    async fn kept(&self, fresh: Vec<RawRecord>) -> Result<Vec<NewRecord>, AuditError> {
        let evidence = self.evidence.clone();
        let kept = tokio::task::spawn_blocking(move || {
            let names = keep(&evidence, &fresh)?;
            let kept = |(raw, (sha256, held)): (RawRecord, (String, Option<Held>))| {
                // One that makes this fail stays a mail like any other.
                let looked = || caught("looking for a test mail of ours", || about(&raw.bytes, mail::parse)).flatten();
                let about = if raw.channel == Channel::Email { looked() } else { None };
                (NewRecord { raw, sha256, held, canary: None }, about)
            };
            Ok::<_, AuditError>(fresh.into_iter().zip(names).map(kept).collect::<Vec<_>>())
        })
        .await
        .map_err(|_| AuditError::Interrupted("keeping evidence"))??;
        let mut batch = Vec::with_capacity(kept.len());
        for (mut record, about) in kept {
            if let Some(about) = about {
                record.canary = self.canary_of(&record.raw, about).await?;
            }
            batch.push(record);
        }
        Ok(batch)
    }

    /// How a record is marked that seems to have to do with a canary; `None` where it has nothing to do with any. It is a canary that
    /// came back only in the mailbox that it was sent to, after a server took it in, and by the clock by which it left. What is a
    /// canary in every part, but was never sent from here, is another workspace's.
    async fn canary_of(&self, raw: &RawRecord, traces: send::Traces) -> Result<Option<String>, AuditError> {
        for about in &traces.about {
            let Some((source, rehearsal)) = self.store.sent_canary(about.id()).await? else { continue };
            let here = source == raw.source && rehearsal == self.clock.is_rehearsal() && !raw.external_id.starts_with(IMPORTED);
            return Ok(Some(match about {
                About::Is(id) if here && traces.came_in => id.clone(),
                About::Undelivered(id, why) => {
                    self.store.canary_undelivered(id, why).await?;
                    format!("about {id}")
                }
                About::Is(id) | About::Names(id) => format!("about {id}"),
            }));
        }
        Ok(traces.built.map(|id| format!("other {id}")))
    }
}

/// Keeps the bytes of records: each in a file of its own, or the rows of a long log together. Gives their names, and where they lie.
fn keep(evidence: &Evidence, raws: &[RawRecord]) -> Result<Vec<(String, Option<Held>)>, EvidenceError> {
    let bytes = raws.iter().map(|raw| raw.bytes.as_slice());
    if raws.len() >= TOGETHER && raws.iter().all(|raw| raw.channel != Channel::Email) {
        return Ok(evidence.keep_together(bytes)?.into_iter().map(|(name, held)| (name, Some(held))).collect());
    }
    Ok(evidence.keep_all(bytes)?.into_iter().map(|name| (name, None)).collect())
}

/// Keeps what came of known records whose files are gone or altered, where it is what was kept: a log that comes again whole in one file
/// again, all else in files of their own. Gives how many records have their evidence back, and those that have not.
fn keep_again(evidence: &Evidence, came: &[(Kept, RawRecord)]) -> Result<(usize, HashSet<String>), EvidenceError> {
    let lost = || came.iter().filter(|(kept, _)| evidence.fault(kept).is_some());
    let before = lost().count();
    let shared: BTreeSet<&str> = came.iter().filter(|(kept, _)| kept.held.is_some()).map(|(kept, _)| kept.file()).collect();
    for file in shared {
        let rows: Vec<&[u8]> = came.iter().filter(|(kept, _)| kept.file() == file).map(|(_, raw)| raw.bytes.as_slice()).collect();
        if Evidence::name_together(&rows) == file {
            evidence.keep_together(rows)?;
        }
    }
    let same: Vec<&[u8]> =
        lost().filter(|(kept, raw)| sha256_hex(&raw.bytes) == kept.sha256).map(|(_, raw)| raw.bytes.as_slice()).collect();
    evidence.keep_all(same)?;
    let lost: HashSet<String> = lost().map(|(_, raw)| raw.identity.clone()).collect();
    Ok((before - lost.len(), lost))
}
