//! What touches teach and bear, a row a mark ([`Kind::key`]). Of one mark everything that was taught is found without reading a touch;
//! what two touches say alike is one row of the answer.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use chrono::DateTime;
use sqlx::{Any, AssertSqlSafe, Transaction};

use super::open::{Reader, Store, StoreError, query, text};
use super::places::Places;
use super::touches::{Touch, portions};
use crate::attribute::{Kind, Taught};
use crate::classify::drip::Words;
use crate::shop::InquiryId;

/// A touch with what it teaches.
#[derive(Clone, Debug)]
pub struct Judged {
    /// The touch.
    pub touch: Touch,
    /// The marks it teaches, when its owner is certain.
    pub taught: Vec<Taught>,
    /// What of a letter is compared with others.
    pub words: Option<Words>,
}

/// A lesson as its columns, without the record.
type Columns = (String, String, bool, String);

fn columns(taught: &Taught) -> Columns {
    let owner = taught.owner.as_ref().map(|owner| owner.0.clone()).unwrap_or_default();
    // In the order of texts the earliest comes first.
    let first = format!("{:020} {}", taught.at.timestamp_millis().max(0), taught.touch);
    (text(&taught.kind.key(&taught.value)), owner, taught.by_person, first)
}

impl Store {
    /// All that was taught of some marks; of what several touches say of an owner, the earliest.
    ///
    /// # Errors
    /// When the database fails or a row cannot be read.
    pub async fn taught(&self, marks: &BTreeSet<String>) -> Result<Vec<Taught>, StoreError> {
        let marks: Vec<String> = marks.iter().map(|mark| text(mark)).collect();
        let group = "GROUP BY mark, owner, by_person";
        let rows = self.of("SELECT mark, owner, by_person, MIN(first) AS first FROM lesson WHERE mark IN ", &marks, group).await?;
        rows.iter()
            .map(|row| {
                let read = Reader { row, what: "lesson" };
                let (mark, owner, first) = (read.text("mark")?, read.text("owner")?, read.text("first")?);
                let (kind, value) = Kind::of_key(&mark).ok_or_else(|| read.corrupt("mark"))?;
                let (at, touch) = first.split_once(' ').ok_or_else(|| read.corrupt("first"))?;
                let at = at.parse().ok().and_then(DateTime::from_timestamp_millis).ok_or_else(|| read.corrupt("first"))?;
                Ok(Taught {
                    kind,
                    value: value.to_owned(),
                    owner: Some(InquiryId(owner)).filter(|owner| !owner.0.is_empty()),
                    by_person: read.flag("by_person")?,
                    at,
                    touch: touch.to_owned(),
                })
            })
            .collect()
    }
}

/// Those of some records that were judged before: only these can have taught or borne anything.
pub(super) async fn judged_before(
    transaction: &mut Transaction<'_, Any>,
    places: Places,
    judged: &[Judged],
) -> Result<HashSet<String>, StoreError> {
    let mut found = HashSet::new();
    for page in portions(judged) {
        let mut select = sqlx::query(AssertSqlSafe(format!("SELECT record FROM touch WHERE record IN {}", places.row(page.len()))));
        for one in page {
            select = select.bind(one.touch.record.clone());
        }
        for row in &select.fetch_all(&mut **transaction).await.map_err(query("list touches"))? {
            found.insert(Reader { row, what: "touch" }.text("record")?);
        }
    }
    Ok(found)
}

/// Writes what touches teach and bear, in place of what those of the records `before` did; has those looked at that bear what is
/// taught otherwise.
pub(super) async fn put_lessons(
    transaction: &mut Transaction<'_, Any>,
    places: Places,
    judged: &[Judged],
    before: &HashSet<String>,
) -> Result<(), StoreError> {
    let mut changed: BTreeSet<String> = BTreeSet::new();
    let known = |page: &[Judged]| -> Vec<String> {
        page.iter().map(|one| &one.touch.record).filter(|record| before.contains(*record)).cloned().collect()
    };
    for page in portions(judged) {
        let before = lessons_of(transaction, places, &known(page)).await?;
        let (mut differ, mut added) = (Vec::new(), Vec::new());
        for one in page {
            let now: BTreeSet<Columns> = one.taught.iter().map(columns).collect();
            match before.get(&one.touch.record) {
                None if now.is_empty() => {}
                None => {
                    added.extend(now.iter().cloned());
                    differ.push((one.touch.record.as_str(), now));
                }
                Some(known) if *known == now => {}
                Some(known) => {
                    changed.extend(known.iter().chain(&now).map(|(mark, ..)| mark.clone()));
                    differ.push((one.touch.record.as_str(), now));
                }
            }
        }
        changed.extend(untaught(transaction, places, &added).await?);
        let records: Vec<String> = before.into_keys().filter(|known| differ.iter().any(|(record, _)| record == known)).collect();
        delete(transaction, places, "lesson", &records).await?;
        let rows: Vec<(&str, Columns)> =
            differ.iter().flat_map(|(record, lessons)| lessons.iter().map(move |lesson| (*record, lesson.clone()))).collect();
        for rows in portions(&rows) {
            let values = places.rows(rows.len(), 5);
            let sql = format!("INSERT INTO lesson (record, mark, owner, by_person, first) VALUES {values} ON CONFLICT DO NOTHING");
            let mut insert = sqlx::query(AssertSqlSafe(sql));
            for (record, (mark, owner, by_person, first)) in rows {
                insert = insert
                    .bind((*record).to_owned())
                    .bind(mark.clone())
                    .bind(owner.clone())
                    .bind(i64::from(*by_person))
                    .bind(first.clone());
            }
            insert.execute(&mut **transaction).await.map_err(query("store lessons"))?;
        }
    }
    delete(transaction, places, "bears", &known(judged)).await?;
    put_borne(transaction, places, judged).await?;
    let changed: Vec<String> = changed.into_iter().collect();
    for marks in portions(&changed) {
        let sql =
            format!("UPDATE touch SET stale = 1 WHERE record IN (SELECT record FROM bears WHERE mark IN {})", places.row(marks.len()));
        let mut update = sqlx::query(AssertSqlSafe(sql));
        for mark in marks {
            update = update.bind(mark.clone());
        }
        update.execute(&mut **transaction).await.map_err(query("note what is to be looked at"))?;
    }
    Ok(())
}

/// Of lessons that come to the others, the marks of those that tell something new: of a mark the earliest lesson of an owner counts.
async fn untaught(transaction: &mut Transaction<'_, Any>, places: Places, added: &[Columns]) -> Result<Vec<String>, StoreError> {
    let mut found = Vec::new();
    for lessons in portions(added) {
        let values = places.rows(lessons.len(), 4);
        let sql = format!(
            "SELECT column1 AS mark FROM (VALUES {values}) AS new WHERE NOT EXISTS (SELECT 1 FROM lesson WHERE lesson.mark = new.column1 \
             AND lesson.owner = new.column2 AND lesson.by_person = new.column3 AND lesson.first <= new.column4)"
        );
        let mut select = sqlx::query(AssertSqlSafe(sql));
        for (mark, owner, by_person, first) in lessons {
            select = select.bind(mark.clone()).bind(owner.clone()).bind(i64::from(*by_person)).bind(first.clone());
        }
        for row in &select.fetch_all(&mut **transaction).await.map_err(query("look lessons up"))? {
            found.push(Reader { row, what: "lesson" }.text("mark")?);
        }
    }
    Ok(found)
}

/// What these touches taught before.
async fn lessons_of(
    transaction: &mut Transaction<'_, Any>,
    places: Places,
    records: &[String],
) -> Result<BTreeMap<String, BTreeSet<Columns>>, StoreError> {
    let mut found: BTreeMap<String, BTreeSet<Columns>> = BTreeMap::new();
    for records in portions(records) {
        let sql = format!("SELECT record, mark, owner, by_person, first FROM lesson WHERE record IN {}", places.row(records.len()));
        let mut select = sqlx::query(AssertSqlSafe(sql));
        for record in records {
            select = select.bind(record.clone());
        }
        for row in &select.fetch_all(&mut **transaction).await.map_err(query("list lessons"))? {
            let read = Reader { row, what: "lesson" };
            let lesson = (read.text("mark")?, read.text("owner")?, read.flag("by_person")?, read.text("first")?);
            found.entry(read.text("record")?).or_default().insert(lesson);
        }
    }
    Ok(found)
}

/// Writes what touches bear whose owner is not beyond doubt; what is certain, nothing learned changes. In the order of the marks, so
/// that the pages of their index are each written once; those by record lie together as it is.
async fn put_borne(transaction: &mut Transaction<'_, Any>, places: Places, judged: &[Judged]) -> Result<(), StoreError> {
    let open = judged.iter().map(|one| &one.touch).filter(|touch| !touch.attribution.is_certain());
    let rows: BTreeSet<(String, &str)> =
        open.flat_map(|touch| touch.marks.borne().into_iter().map(|mark| (text(&mark), touch.record.as_str()))).collect();
    let rows: Vec<(String, &str)> = rows.into_iter().collect();
    for rows in portions(&rows) {
        let values = places.rows(rows.len(), 2);
        let mut insert = sqlx::query(AssertSqlSafe(format!("INSERT INTO bears (mark, record) VALUES {values}")));
        for (mark, record) in rows {
            insert = insert.bind(mark.clone()).bind((*record).to_owned());
        }
        insert.execute(&mut **transaction).await.map_err(query("store what touches bear"))?;
    }
    Ok(())
}

async fn delete(transaction: &mut Transaction<'_, Any>, places: Places, table: &'static str, records: &[String]) -> Result<(), StoreError> {
    for records in portions(records) {
        let mut delete = sqlx::query(AssertSqlSafe(format!("DELETE FROM {table} WHERE record IN {}", places.row(records.len()))));
        for record in records {
            delete = delete.bind(record.clone());
        }
        delete.execute(&mut **transaction).await.map_err(query("store lessons"))?;
    }
    Ok(())
}
