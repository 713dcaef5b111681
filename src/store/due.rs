//! What is to be judged, a page at a time: neither time nor memory for one new record grows with those that were judged.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;

use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::open::{Reader, Store, StoreError, query};
use super::touches::{Record, Touch};
use crate::classify::drip::{Sketch, Words};
use crate::shop::InquiryId;

/// Ids looked up with one query.
const IDS: usize = 256;

/// The place of a record in the order of judging: its time and its id.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    at: i64,
    id: String,
}

impl Record {
    /// Its place in the order of judging.
    #[must_use]
    pub fn place(&self) -> Place {
        Place { at: self.arrival.at.timestamp_millis(), id: self.id.clone() }
    }
}

impl Store {
    /// The records after a place, by time, that may be touches and have no judgement made under `fingerprint` (what stands behind a
    /// `+` is not compared); all where there is none. At most `most`.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn due_records(&self, fingerprint: Option<&str>, after: Option<&Place>, most: usize) -> Result<Vec<Record>, StoreError> {
        let rows = sqlx::query(
            "SELECT record.id, source, external_id, channel, sha256, held, arrival, placement, rehearsal FROM record \
             LEFT JOIN touch ON touch.record = record.id \
             WHERE record.canary IS NULL AND record.at >= $1 AND (record.at > $1 OR record.id > $2) \
             AND ($3 = '' OR touch.judged_under IS NULL OR (touch.judged_under <> $3 AND touch.judged_under NOT LIKE $3 || '+%')) ORDER BY record.at, record.id LIMIT $4",
        )
        .bind(after.map_or(i64::MIN, |place| place.at))
        .bind(after.map(|place| place.id.clone()).unwrap_or_default())
        .bind(fingerprint.unwrap_or_default().to_owned())
        .bind(i64::try_from(most).unwrap_or(i64::MAX))
        .fetch_all(&self.pool)
        .await
        .map_err(query("list what is to be judged"))?;
        rows.iter().map(record).collect()
    }

    /// The records of these ids, in no order; what is not known is left out.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn records_of(&self, ids: &[String]) -> Result<Vec<Record>, StoreError> {
        let sql = "SELECT id, source, external_id, channel, sha256, held, arrival, placement, rehearsal FROM record WHERE id IN ";
        self.of(sql, ids, "").await?.iter().map(record).collect()
    }

    /// Touches that bear something which is taught otherwise since they were judged, in no order. At most `most`.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn stale_touches(&self, most: usize) -> Result<Vec<Touch>, StoreError> {
        let rows = sqlx::query("SELECT judgement FROM touch WHERE stale = 1 LIMIT $1")
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .fetch_all(&self.pool)
            .await
            .map_err(query("list touches"))?;
        rows.iter().map(touch).collect()
    }

    /// Notes that the touches of these records were looked at, and stay as they are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn looked_at(&self, records: &[String]) -> Result<(), StoreError> {
        for page in records.chunks(IDS) {
            let sql = format!("UPDATE touch SET stale = 0 WHERE record IN {}", places(1, page.len()));
            let mut update = sqlx::query(AssertSqlSafe(sql));
            for record in page {
                update = update.bind(record.clone());
            }
            update.execute(&self.pool).await.map_err(query("note what was looked at"))?;
        }
        Ok(())
    }

    /// The written touches of some inquiries of which another may have the same words, in the order of their records.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn letters_of(&self, inquiries: &[String]) -> Result<Vec<LetterRow>, StoreError> {
        let rows = self.of("SELECT record, id, inquiry, sketch, twin FROM touch WHERE letter = 1 AND inquiry IN ", inquiries, "").await?;
        let mut letters: Vec<LetterRow> = rows.iter().map(letter).collect::<Result<_, _>>()?;
        letters.sort_by(|a, b| a.record.cmp(&b.record));
        letters.dedup_by(|a, b| a.record == b.record);
        Ok(letters)
    }

    /// What is compared of the letters of these records, in no order; what was judged by a version that kept none of it is left out.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn words_of(&self, records: &[String]) -> Result<HashMap<String, Words>, StoreError> {
        let rows = self.of("SELECT record, words FROM touch WHERE words IS NOT NULL AND record IN ", records, "").await?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "touch" };
                Ok((read.text("record")?, read.json("words")?))
            })
            .collect()
    }

    /// The touches of these records, in no order; what is not judged is left out.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn touches_of(&self, records: &[String]) -> Result<Vec<Touch>, StoreError> {
        let rows = self.of("SELECT judgement FROM touch WHERE record IN ", records, "").await?;
        rows.iter().map(touch).collect()
    }

    /// The touches of some inquiries, in no order.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn touches_owned(&self, inquiries: &[String]) -> Result<Vec<Touch>, StoreError> {
        let rows = self.of("SELECT judgement FROM touch WHERE inquiry IN ", inquiries, "").await?;
        rows.iter().map(touch).collect()
    }

    /// Those of some identities whose records are known.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn known_records(&self, identities: &[String]) -> Result<HashSet<String>, StoreError> {
        let rows = self.of("SELECT id FROM record WHERE id IN ", identities, "").await?;
        rows.iter().map(|row| Reader { row, what: "record" }.text("id")).collect()
    }

    /// How many records there are, and how many touches wait for a person.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn counts(&self) -> Result<(usize, usize), StoreError> {
        let row = sqlx::query(
            "SELECT (SELECT COUNT(*) FROM record WHERE canary IS NULL) AS records, (SELECT COUNT(review) FROM touch) AS in_review",
        )
        .fetch_one(&self.pool)
        .await
        .map_err(query("count what was judged"))?;
        let read = Reader { row: &row, what: "count" };
        let number = |column: &str| Ok::<_, StoreError>(usize::try_from(read.number(column)?).unwrap_or_default());
        Ok((number("records")?, number("in_review")?))
    }

    /// Rows by ids. A page of ids always makes the same statement, which the database prepares once.
    pub(super) async fn of(&self, sql: &str, ids: &[String], then: &str) -> Result<Vec<AnyRow>, StoreError> {
        let mut rows = Vec::new();
        for page in ids.chunks(IDS) {
            let width = page.len().next_power_of_two();
            let mut select = sqlx::query(AssertSqlSafe(format!("{sql}{} {then}", places(1, width))));
            // The last id stands in for those that are missing to a full width.
            for id in page.iter().chain(page.last().into_iter().cycle()).take(width) {
                select = select.bind(id.clone());
            }
            rows.extend(select.fetch_all(&self.pool).await.map_err(query("look records up"))?);
        }
        Ok(rows)
    }
}

/// A written touch of a known owner, as far as comparing its words needs it.
#[derive(Clone, Debug, PartialEq)]
pub struct LetterRow {
    /// The record.
    pub record: String,
    /// The touch.
    pub touch: String,
    /// The inquiry it belongs to.
    pub inquiry: InquiryId,
    /// What it says, in a few numbers.
    pub sketch: Option<Sketch>,
    /// The touch with the same words by which it was judged.
    pub twin: Option<String>,
}

fn letter(row: &AnyRow) -> Result<LetterRow, StoreError> {
    let read = Reader { row, what: "touch" };
    let sketch = read.optional_text("sketch")?.map(|sketch| serde_json::from_str(&sketch).map_err(|error| read.corrupt(error)));
    Ok(LetterRow {
        record: read.text("record")?,
        touch: read.text("id")?,
        inquiry: InquiryId(read.text("inquiry")?),
        sketch: sketch.transpose()?,
        twin: read.optional_text("twin")?,
    })
}

fn touch(row: &AnyRow) -> Result<Touch, StoreError> {
    Reader { row, what: "touch" }.json("judgement")
}

/// `($1,$2,…)`, from a number on; at least one.
pub(super) fn places(from: usize, count: usize) -> String {
    let mut places = String::with_capacity(5 * count + 2);
    for number in from..from + count {
        let _ = write!(places, "{}${number}", if number == from { '(' } else { ',' });
    }
    places.push(')');
    places
}

/// A row with all columns of a record.
pub(super) fn record(row: &AnyRow) -> Result<Record, StoreError> {
    let read = Reader { row, what: "record" };
    Ok(Record {
        id: read.text("id")?,
        source: read.text("source")?,
        external_id: read.text("external_id")?,
        channel: read.word("channel")?,
        sha256: read.text("sha256")?,
        held: read.optional_text("held")?.map(|held| held.parse().map_err(|()| read.corrupt("held"))).transpose()?,
        arrival: read.json("arrival")?,
        placement: read.optional_word("placement")?,
        rehearsal: read.flag("rehearsal")?,
    })
}
