//! What is to be judged, a page at a time: neither time nor memory for one new record grows with those that were judged.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use futures::TryStreamExt as _;
use sqlx::AssertSqlSafe;
use sqlx::any::AnyRow;

use super::open::{Reader, Store, StoreError, query, text};
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

/// A part of what is to be judged, and its order. What is judged does not depend on it; what it takes does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// Mails, by time: most that a mail teaches, it teaches about later ones.
    Mails,
    /// Rows of logs before a moment, by time.
    RowsBefore(DateTime<Utc>),
    /// Rows of logs from a moment on, in the order of their ids, in which the store writes each of its pages once.
    RowsFrom(DateTime<Utc>),
}

/// A record that is to be judged.
#[derive(Clone, Debug, PartialEq)]
pub struct Due {
    /// The record.
    pub record: Record,
    /// Whether it was judged before, on other grounds.
    pub judged: bool,
}

impl Store {
    /// The records of a part after a place, in its order, that may be touches and have no judgement made under `fingerprint` (what stands
    /// behind a `+` is not compared); all where there is none. At most `most`.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn due_records(
        &self,
        part: Part,
        fingerprint: Option<&str>,
        after: Option<&Place>,
        most: usize,
    ) -> Result<Vec<Due>, StoreError> {
        let wish = "list what is to be judged";
        let (of, moment) = match part {
            Part::Mails => ("record.channel = 'email' AND record.at <= $4", DateTime::<Utc>::MAX_UTC),
            Part::RowsBefore(moment) => ("record.channel <> 'email' AND record.at < $4", moment),
            Part::RowsFrom(moment) => ("record.channel <> 'email' AND record.at >= $4", moment),
        };
        let by_time = !matches!(part, Part::RowsFrom(_));
        let (after_it, order) = if by_time {
            ("record.at >= $5 AND (record.at > $5 OR record.id > $3)", "record.at, record.id")
        } else {
            ("record.id > $3", "record.id")
        };
        let sql = format!(
            "SELECT {RECORD}, \
             CASE WHEN touch.record IS NULL THEN 0 ELSE 1 END AS judged FROM record LEFT JOIN touch ON touch.record = record.id \
             WHERE record.canary IS NULL AND {of} AND {after_it} \
             AND ($1 = '' OR touch.judged_under IS NULL OR (touch.judged_under <> $1 AND touch.judged_under NOT LIKE $1 || '+%')) \
             ORDER BY {order} LIMIT $2"
        );
        let mut select = sqlx::query(AssertSqlSafe(sql))
            .bind(fingerprint.unwrap_or_default().to_owned())
            .bind(i64::try_from(most).unwrap_or(i64::MAX))
            .bind(after.map(|place| place.id.clone()).unwrap_or_default())
            .bind(moment.timestamp_millis());
        if by_time {
            select = select.bind(after.map_or(i64::MIN, |place| place.at));
        }
        let mut rows = select.fetch(&self.pool);
        let mut due = Vec::new();
        while let Some(row) = rows.try_next().await.map_err(query(wish))? {
            due.push(Due { record: record(&row)?, judged: Reader { row: &row, what: "touch" }.flag("judged")? });
        }
        Ok(due)
    }

    /// The records of these ids, in no order; what is not known is left out.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn records_of(&self, ids: &[String]) -> Result<Vec<Record>, StoreError> {
        self.of(&format!("SELECT {RECORD} FROM record WHERE id IN "), ids, "").await?.iter().map(record).collect()
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
            let sql = format!("UPDATE touch SET stale = 0 WHERE record IN {}", self.places().row(page.len()));
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

    /// The touch of an id.
    ///
    /// # Errors
    /// When the database fails or the row cannot be read.
    pub async fn touch(&self, id: &str) -> Result<Option<Touch>, StoreError> {
        let select = sqlx::query("SELECT judgement FROM touch WHERE id = $1").bind(text(id));
        select.fetch_optional(&self.pool).await.map_err(query("find a touch"))?.as_ref().map(touch).transpose()
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
            "SELECT (SELECT COUNT(*) FROM record) - (SELECT COUNT(*) FROM record WHERE canary IS NOT NULL) AS records, \
             (SELECT COUNT(*) FROM touch WHERE (CASE WHEN review IS NULL THEN 0 ELSE 1 END) = 1) AS in_review",
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
            let mut select = sqlx::query(AssertSqlSafe(format!("{sql}{} {then}", self.places().row(width))));
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

/// The columns that [`record`] reads.
pub(super) const RECORD: &str = "record.id, source, external_id, channel, sha256, held, arrival, placement, rehearsal";

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
