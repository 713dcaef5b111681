//! The same body to several inquiries of one builder: looks over the written touches of every builder of whom something was
//! judged anew, and judges those again whose twin is another now. Sketches are compared first; what is kept of the bodies only where
//! sketches agree; and a letter is read again only to be judged again.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::AuditError;
use super::content::Content;
use super::derive::{Find, Lost, Read};
use super::judge::Judge;
use crate::classify::drip::{self, Letter, Sketches, Twin, Words};
use crate::store::{Judged, LetterRow, Record};

/// How what is compared of the letters of these records is had.
pub(super) type FindWords<'a> = dyn Fn(&[String]) -> Result<HashMap<String, Words>, AuditError> + 'a;

/// The letters of one builder whose twin is another than before, or that were judged `anew` and have one or had, judged again. What is
/// judged does not depend on which of them were judged anew.
pub(super) fn of_builder(
    judge: &Judge<'_>,
    rows: &[LetterRow],
    anew: &BTreeSet<String>,
    words: &FindWords<'_>,
    records: &Find<'_>,
    read: &Read<'_>,
    lost: &mut Lost,
) -> Result<Vec<Judged>, AuditError> {
    let mut content = |record: &Record| match read(record) {
        Ok(bytes) => Content::of(record, &bytes),
        Err(error) => {
            lost.insert(record.id.clone(), error.fault());
            Content::Lost(error.fault())
        }
    };
    let alike = concerned(rows, anew);
    let compared: BTreeSet<usize> =
        alike.iter().filter(|(_, others)| !others.is_empty()).flat_map(|(at, others)| others.iter().chain([at])).copied().collect();
    let Letters { known: letters, gone } = letters(judge, rows, &compared, words, records, &mut content)?;
    let twin = |at: usize, others: &[usize]| {
        letters.get(&at).and_then(|letter| drip::closest(letter, others.iter().filter_map(|other| letters.get(other))))
    };
    // What was learned of a twin that is lost stays, and so does what is lost itself.
    let stays = |row: &LetterRow| gone.contains(&row.touch) || row.twin.as_ref().is_some_and(|twin| gone.contains(twin));
    let again: Vec<(&LetterRow, Option<Twin>)> = alike
        .iter()
        .filter_map(|(at, others)| Some((rows.get(*at).filter(|row| !stays(row))?, twin(*at, others))))
        .filter(|(row, twin)| twin.as_ref().map(|twin| &twin.touch) != row.twin.as_ref() || (twin.is_some() && anew.contains(&row.record)))
        .collect();
    let known = by_id(records(&again.iter().map(|(row, _)| row.record.clone()).collect::<Vec<_>>())?);
    let known = again.iter().filter_map(|(row, twin)| Some((known.get(&row.record)?, twin)));
    let judged = known.filter_map(|(record, twin)| match content(record) {
        Content::Lost(_) => None,
        content => Some(judge.touch(record, &content, twin.as_ref())),
    });
    Ok(judged.collect())
}

/// The letters that may have another twin now, each with those like it: letters judged anew, those like them, and those whose twin was
/// judged anew or is gone.
fn concerned(rows: &[LetterRow], anew: &BTreeSet<String>) -> BTreeMap<usize, Vec<usize>> {
    let index = Sketches::of(rows.iter().map(|row| row.sketch.as_ref()));
    let stands: BTreeSet<&str> = rows.iter().filter(|row| !anew.contains(&row.record)).map(|row| row.touch.as_str()).collect();
    let mut found: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
    for (at, _) in rows.iter().enumerate().filter(|(_, row)| anew.contains(&row.record)) {
        found.insert(at, index.alike(at));
    }
    let like_them: BTreeSet<usize> = found.values().flatten().copied().collect();
    for (at, row) in rows.iter().enumerate() {
        if like_them.contains(&at) || row.twin.as_deref().is_some_and(|twin| !stands.contains(twin)) {
            found.entry(at).or_insert_with(|| index.alike(at));
        }
    }
    found
}

/// Letters by their rows, and the touches whose letters are lost.
struct Letters {
    known: BTreeMap<usize, Letter>,
    gone: BTreeSet<String>,
}

/// The letters of some rows. What an older version judged is read for what is compared of it.
fn letters(
    judge: &Judge<'_>,
    rows: &[LetterRow],
    wanted: &BTreeSet<usize>,
    words: &FindWords<'_>,
    records: &Find<'_>,
    content: &mut dyn FnMut(&Record) -> Content,
) -> Result<Letters, AuditError> {
    let wanted: BTreeMap<usize, &LetterRow> = wanted.iter().filter_map(|at| Some((*at, rows.get(*at)?))).collect();
    let mut kept = words(&wanted.values().map(|row| row.record.clone()).collect::<Vec<_>>())?;
    let unkept: Vec<String> = wanted.values().map(|row| row.record.clone()).filter(|record| !kept.contains_key(record)).collect();
    let unkept = by_id(records(&unkept)?);
    let mut letters = Letters { known: BTreeMap::new(), gone: BTreeSet::new() };
    for (at, row) in wanted {
        let words = kept.remove(&row.record).or_else(|| {
            let record = unkept.get(&row.record)?;
            let content = content(record);
            if matches!(content, Content::Lost(_)) {
                letters.gone.insert(row.touch.clone());
            }
            judge.words(record, &content, &row.inquiry)
        });
        letters.known.extend(words.map(|words| (at, judge.letter(row, words))));
    }
    Ok(letters)
}

fn by_id(records: Vec<Record>) -> HashMap<String, Record> {
    records.into_iter().map(|record| (record.id.clone(), record)).collect()
}
