//! Raw records, and the touches derived from them.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::due::{RECORD, record};
use super::held::Held;
use super::lessons::{Judged, judged_before, put_lessons};
use super::open::{Reader, Store, StoreError, json, query, take_turn, text, word};
use crate::attribute::{Attribution, Marks};
use crate::classify::Classified;
use crate::classify::drip::Sketch;
use crate::collect::{Arrival, Channel, Placement, RawRecord};
use crate::shop::InquiryId;

/// Rows written with one statement at most.
const ROWS: usize = 64;

/// Rows as one statement each writes them: as many as it can, and of what is left the greatest power of two. A database prepares, and
/// keeps, a statement for each number of rows.
pub(super) fn portions<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let power = rows.len().min(ROWS).checked_ilog2()?;
        let (portion, rest) = rows.split_at_checked(1 << power)?;
        rows = rest;
        Some(portion)
    })
}

/// Which records were only collected in a rehearsal and may become real: all but what its own canaries came back as.
const REHEARSED: &str = "rehearsal = 1 AND (canary IS NULL OR canary LIKE '% %')";

/// A raw record as the store keeps it; the bytes are in the evidence.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The identity: the same mail or row twice has the same.
    pub id: String,
    /// The source that first had it.
    pub source: String,
    /// That source's own id.
    pub external_id: String,
    /// The channel.
    pub channel: Channel,
    /// The evidence.
    pub sha256: String,
    /// The file of evidence that it shares with others; `None` where it has its own.
    pub held: Option<Held>,
    /// When it arrived.
    pub arrival: Arrival,
    /// Where a mail landed.
    pub placement: Option<Placement>,
    /// Recorded under a rehearsal clock.
    pub rehearsal: bool,
}

/// A record to be stored.
#[derive(Clone, Debug)]
pub struct NewRecord {
    /// As its source handed it over.
    pub raw: RawRecord,
    /// Its evidence, which is kept.
    pub sha256: String,
    /// The file that its evidence shares with others; `None` where it has its own.
    pub held: Option<Held>,
    /// The canary that it is; `about ID` for what only tells of one; `other ID` for one of another workspace; `None` for what may be a touch.
    pub canary: Option<String>,
}

/// How many records were new.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Added {
    /// That may be touches.
    pub new: usize,
    /// That have to do with a canary.
    pub canaries: usize,
    /// Records that were known, and of which more became known.
    pub grown: usize,
    /// Records that were known, and whose evidence was gone or altered, and is kept again.
    pub restored: usize,
    /// Records that were known, and whose evidence is gone or altered, and what came is not those bytes.
    pub lost: usize,
}

/// A record judged: whose it is, who wrote it, what it says.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Touch {
    /// A short id, stable: `t_` and the start of the record's.
    pub id: String,
    /// The record.
    pub record: String,
    /// The source.
    pub source: String,
    /// The channel.
    pub channel: Channel,
    /// When it arrived.
    pub arrival: Arrival,
    /// The evidence.
    pub sha256: String,
    /// Number or address; `None` for withheld.
    pub from: Option<String>,
    /// Subject of a mail.
    pub subject: Option<String>,
    /// The start of what was written or said, as plain text.
    pub excerpt: Option<String>,
    /// Seconds of a call.
    pub duration_s: Option<u32>,
    /// Whether a call was answered.
    pub answered: Option<bool>,
    /// The inquiry it belongs to, after review.
    pub inquiry: Option<InquiryId>,
    /// Whose it is.
    pub attribution: Attribution,
    /// Who wrote it and what it says, after review.
    pub classified: Classified,
    /// Why a person must look at it; `None` when nobody must.
    pub review: Option<String>,
    /// What a person decided, in a sentence.
    pub decided: Option<String>,
    /// Recorded under a rehearsal clock.
    pub rehearsal: bool,
    /// What of it others may be known by.
    #[serde(default)]
    pub marks: Marks,
    /// What it says, in a few numbers, where it is long enough and has an owner: another that was sent the same words agrees.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sketch: Option<Sketch>,
    /// The touch with the same words by which it was judged.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub twin: Option<String>,
    /// Whether it shows nothing of the mailbox: somebody imported it, no server took it in, or it is from an address of ours.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub imported: bool,
    /// What the judgement rests on besides the record, as a fingerprint: a touch that bears the present one need not be judged again.
    /// After a `+` stands what was learned from other touches.
    #[serde(default)]
    pub judged_under: String,
}

impl Touch {
    /// Whether two judgements say the same, whenever they were made.
    #[must_use]
    pub fn says_as(&self, other: &Self) -> bool {
        let other = Self { judged_under: self.judged_under.clone(), ..other.clone() };
        *self == other
    }
}

impl Touch {
    /// Whether another may have been sent the same words.
    #[must_use]
    pub fn is_letter(&self) -> bool {
        self.sketch.is_some() || self.twin.is_some()
    }
}

/// Puts the touch of a record under no fingerprint, so that it is judged anew.
pub(super) async fn anew(transaction: &mut Transaction<'_, Any>, record: &str) -> Result<(), sqlx::Error> {
    let forget = sqlx::query("UPDATE touch SET judged_under = '' WHERE record = $1").bind(record.to_owned());
    forget.execute(&mut **transaction).await.map(drop)
}

impl Store {
    /// Stores a batch of records whose evidence is kept, in one transaction; gives how many were new, and how many new ones
    /// have to do with a canary.
    ///
    /// # Errors
    /// When the database fails; then none is stored.
    pub async fn add_records(&self, batch: &[NewRecord], now: DateTime<Utc>, rehearsal: bool) -> Result<Added, StoreError> {
        let mut transaction = self.pool.begin().await.map_err(query("store records"))?;
        let mut added = Added::default();
        // All in one order: two batches that wait for each other's records would wait for ever.
        let mut batch: Vec<&NewRecord> = batch.iter().collect();
        batch.sort_by(|a, b| a.raw.identity.cmp(&b.raw.identity));
        let (canaries, others): (Vec<&NewRecord>, Vec<&NewRecord>) = batch.into_iter().partition(|record| record.canary.is_some());
        for (records, added) in [(others, &mut added.new), (canaries, &mut added.canaries)] {
            for rows in portions(&records) {
                let values = self.places().rows(rows.len(), 13);
                let mut insert = sqlx::query(AssertSqlSafe(format!(
                    "INSERT INTO record (id, source, external_id, channel, sha256, arrival, at, placement, collected_at, rehearsal, canary, held, \
                     delivery) \
                     VALUES {values} ON CONFLICT (id) DO NOTHING"
                )));
                for NewRecord { raw, sha256, held, canary } in rows {
                    insert = insert
                        .bind(raw.identity.clone())
                        .bind(raw.source.clone())
                        .bind(text(&raw.external_id))
                        .bind(word(&raw.channel))
                        .bind(sha256.clone())
                        .bind(json("record", &raw.arrival)?)
                        .bind(raw.arrival.at.timestamp_millis())
                        .bind(raw.placement.as_ref().map(word))
                        .bind(now.timestamp_millis())
                        .bind(i64::from(rehearsal))
                        .bind(canary.clone())
                        .bind(held.as_ref().map(ToString::to_string))
                        .bind(raw.delivery.clone());
                }
                let stored = insert.execute(&mut *transaction).await.map_err(query("store records"))?.rows_affected();
                *added += usize::try_from(stored).unwrap_or(usize::MAX);
            }
        }
        transaction.commit().await.map_err(query("store records"))?;
        Ok(added)
    }

    /// Makes records that were collected in a rehearsal real, as they were seen now; gives how many were made so. What a rehearsal's own
    /// canary came back as stays a rehearsal's. Nothing else is kept of what the rehearsal saw: a webhook came at another time by its clock.
    ///
    /// # Errors
    /// When the database fails; then none is.
    pub async fn make_real(&self, batch: &[NewRecord], now: DateTime<Utc>) -> Result<Added, StoreError> {
        let wish = "make rehearsed records real";
        let mut transaction = self.pool.begin().await.map_err(query(wish))?;
        let mut added = Added::default();
        for NewRecord { raw, sha256, held, canary } in batch {
            let update = sqlx::query(AssertSqlSafe(format!(
                "UPDATE record SET rehearsal = 0, collected_at = $2, canary = $3, source = $4, external_id = $5, sha256 = $6, arrival = $7, \
                 at = $8, placement = $9, channel = $10, held = $11, delivery = $12 WHERE id = $1 AND {REHEARSED}"
            )))
            .bind(raw.identity.clone())
            .bind(now.timestamp_millis())
            .bind(canary.clone())
            .bind(raw.source.clone())
            .bind(text(&raw.external_id))
            .bind(sha256.clone())
            .bind(json("record", &raw.arrival)?)
            .bind(raw.arrival.at.timestamp_millis())
            .bind(raw.placement.as_ref().map(word))
            .bind(word(&raw.channel))
            .bind(held.as_ref().map(ToString::to_string))
            .bind(raw.delivery.clone());
            if update.execute(&mut *transaction).await.map_err(query(wish))?.rows_affected() == 0 {
                continue;
            }
            *(if canary.is_some() { &mut added.canaries } else { &mut added.new }) += 1;
            anew(&mut transaction, &raw.identity).await.map_err(query(wish))?;
        }
        transaction.commit().await.map_err(query(wish))?;
        Ok(added)
    }

    /// Those of some identities that were only collected in a rehearsal, and may become real.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn rehearsed_records(&self, identities: &[String]) -> Result<HashSet<String>, StoreError> {
        let rows = self.of("SELECT id FROM record WHERE id IN ", identities, &format!("AND {REHEARSED}")).await?;
        rows.iter().map(|row| Reader { row, what: "record" }.text("id")).collect()
    }

    /// The external ids of all records of a source, those of canaries among them; without those that were only collected in a
    /// rehearsal and may become real, unless it is `rehearsal` still.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn external_ids(&self, source: &str, rehearsal: bool) -> Result<Vec<String>, StoreError> {
        let but = if rehearsal { String::new() } else { format!(" AND NOT ({REHEARSED})") };
        let rows = sqlx::query(AssertSqlSafe(format!("SELECT external_id FROM record WHERE source = $1{but}")))
            .bind(source.to_owned())
            .fetch_all(&self.pool)
            .await
            .map_err(query("list records"))?;
        rows.iter().map(|row| Reader { row, what: "record" }.text("external_id")).collect()
    }

    /// Every record that may be a touch, by time: all but what has to do with a canary.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn records(&self) -> Result<Vec<Record>, StoreError> {
        let sql = format!("SELECT {RECORD} FROM record WHERE canary IS NULL ORDER BY at, id");
        let rows = sqlx::query(AssertSqlSafe(sql)).fetch_all(&self.pool).await.map_err(query("list records"))?;
        rows.iter().map(record).collect()
    }

    /// Writes derived touches, in place of what was derived from their records before, with what they teach. Where that is
    /// something else than before, the touches that bear it are due to be looked at.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn put_touches(&self, judged: &[Judged]) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await.map_err(query("store touches"))?;
        take_turn(&mut transaction, "touches").await?;
        let before = judged_before(&mut transaction, self.places(), judged).await?;
        for rows in portions(judged) {
            let values = self.places().rows(rows.len(), 12);
            let mut insert = sqlx::query(AssertSqlSafe(format!(
                "INSERT INTO touch (record, id, inquiry, at, review, judgement, judged_under, stale, letter, sketch, twin, words) VALUES {values} \
                 ON CONFLICT (record) DO UPDATE SET inquiry = excluded.inquiry, at = excluded.at, review = excluded.review, \
                 judgement = excluded.judgement, judged_under = excluded.judged_under, stale = excluded.stale, \
                 letter = excluded.letter, sketch = excluded.sketch, twin = excluded.twin, words = excluded.words"
            )));
            for Judged { touch, words, .. } in rows {
                insert = insert
                    .bind(touch.record.clone())
                    .bind(touch.id.clone())
                    .bind(touch.inquiry.as_ref().map(|id| id.0.clone()))
                    .bind(touch.arrival.at.timestamp_millis())
                    .bind(touch.review.as_deref().map(text))
                    .bind(json("touch", touch)?)
                    .bind(touch.judged_under.clone())
                    .bind(0_i64)
                    .bind(i64::from(touch.is_letter()))
                    .bind(touch.sketch.as_ref().map(|sketch| json("touch", sketch)).transpose()?)
                    .bind(touch.twin.clone())
                    .bind(words.as_ref().map(|words| json("touch", words)).transpose()?);
            }
            insert.execute(&mut *transaction).await.map_err(query("store touches"))?;
        }
        put_lessons(&mut transaction, self.places(), judged, &before).await?;
        transaction.commit().await.map_err(query("store touches"))
    }

    /// Hands over every touch, by time, one at a time.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn each_touch(&self, take: impl FnMut(Touch)) -> Result<(), StoreError> {
        self.each("SELECT judgement FROM touch ORDER BY at, id", take).await
    }

    /// The same of every touch that a person must look at.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn each_in_review(&self, take: impl FnMut(Touch)) -> Result<(), StoreError> {
        self.each("SELECT judgement FROM touch WHERE (CASE WHEN review IS NULL THEN 0 ELSE 1 END) = 1 ORDER BY at, id", take).await
    }

    async fn each(&self, sql: &'static str, mut take: impl FnMut(Touch)) -> Result<(), StoreError> {
        let mut rows = sqlx::query(sql).fetch(&self.pool);
        while let Some(row) = rows.try_next().await.map_err(query("list touches"))? {
            take(Reader { row: &row, what: "touch" }.json("judgement")?);
        }
        Ok(())
    }

    /// Every touch, by time.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn touches(&self) -> Result<Vec<Touch>, StoreError> {
        let rows = sqlx::query("SELECT judgement FROM touch ORDER BY at, id").fetch_all(&self.pool).await.map_err(query("list touches"))?;
        rows.iter().map(|row| Reader { row, what: "touch" }.json("judgement")).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_portion_of_few_sizes() {
        for count in 0..300 {
            let rows: Vec<usize> = (0..count).collect();
            assert_eq!(portions(&rows).collect::<Vec<_>>().concat(), rows);
            assert!(portions(&rows).all(|portion| portion.len().is_power_of_two() && portion.len() <= ROWS));
        }
        assert_eq!(portions(&[(); 150]).map(<[()]>::len).collect::<Vec<_>>(), [64, 64, 16, 4, 2]);
    }
}
