//! The same body to several inquiries of one builder: looks over the written touches of every builder of whom something was
//! judged anew, and judges those again whose twin is another now. Sketches are compared first; bodies are read again only where
//! sketches agree.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use super::AuditError;
use super::content::Content;
use super::derive::{Find, Lost, Read};
use super::judge::Judge;
use crate::classify::drip::{self, Letter, Sketch};
use crate::store::{LetterRow, Record, Touch};

/// The letters of one builder whose twin is another than before, or that were judged `anew` and have one or had, judged again. What is
/// judged does not depend on which of them were judged anew.
pub(super) fn of_builder(
    judge: &Judge<'_>,
    rows: &[LetterRow],
    anew: &BTreeSet<String>,
    records: &Find<'_>,
    read: &Read<'_>,
    lost: &mut Lost,
) -> Result<Vec<Touch>, AuditError> {
    let index = Index::of(rows);
    let alike: BTreeMap<usize, BTreeSet<usize>> = concerned(rows, anew, &index).into_iter().map(|at| (at, index.alike(rows, at))).collect();
    let needed: BTreeSet<usize> = alike.iter().flat_map(|(at, others)| others.iter().chain([at]).copied()).collect();
    let ids: Vec<String> = needed.iter().filter_map(|at| rows.get(*at)).map(|row| row.record.clone()).collect();
    let records: BTreeMap<String, Record> = records(&ids)?.into_iter().map(|record| (record.id.clone(), record)).collect();
    let mut content = |record: &Record| match read(record) {
        Ok(bytes) => Content::of(record, &bytes),
        Err(error) => {
            lost.insert(record.id.clone(), error.fault());
            Content::Lost(error.fault())
        }
    };
    let (mut letters, mut gone) = (BTreeMap::<usize, Letter>::new(), BTreeSet::new());
    for at in needed.iter().copied().filter(|at| alike.get(at).is_none_or(|others| !others.is_empty())) {
        let Some((row, record)) = rows.get(at).and_then(|row| Some((row, records.get(&row.record)?))) else { continue };
        let content = content(record);
        if matches!(content, Content::Lost(_)) {
            gone.insert(row.touch.as_str());
        }
        if let Some(letter) = judge.letter(record, &content, &row.inquiry) {
            letters.insert(at, letter);
        }
    }
    let mut judged = Vec::new();
    for (at, others) in &alike {
        let Some((row, record)) = rows.get(*at).and_then(|row| Some((row, records.get(&row.record)?))) else { continue };
        // What was learned of a twin that is lost stays, and so does what is lost itself.
        if gone.contains(row.touch.as_str()) || row.twin.as_deref().is_some_and(|twin| gone.contains(twin)) {
            continue;
        }
        let twin = letters.get(at).and_then(|letter| drip::closest(letter, others.iter().filter_map(|other| letters.get(other))));
        let another = twin.as_ref().map(|twin| &twin.touch) != row.twin.as_ref();
        if another || (twin.is_some() && anew.contains(&row.record)) {
            match content(record) {
                Content::Lost(_) => {}
                content => judged.push(judge.touch(record, &content, twin.as_ref())),
            }
        }
    }
    Ok(judged)
}

/// The letters that may have another twin now: those judged anew, those like them, and those whose twin was judged anew or is gone.
fn concerned(rows: &[LetterRow], anew: &BTreeSet<String>, index: &Index) -> BTreeSet<usize> {
    let stands: BTreeSet<&str> = rows.iter().filter(|row| !anew.contains(&row.record)).map(|row| row.touch.as_str()).collect();
    let mut found = BTreeSet::new();
    for (at, row) in rows.iter().enumerate() {
        if anew.contains(&row.record) {
            found.insert(at);
            found.extend(index.alike(rows, at));
        } else if row.twin.as_deref().is_some_and(|twin| !stands.contains(twin)) {
            found.insert(at);
        }
    }
    found
}

/// Letters by the numbers of their sketches.
struct Index(HashMap<(usize, u32), Vec<usize>>);

impl Index {
    fn of(rows: &[LetterRow]) -> Self {
        let mut index: HashMap<(usize, u32), Vec<usize>> = HashMap::new();
        for (at, row) in rows.iter().enumerate() {
            for number in row.sketch.iter().flat_map(Sketch::numbers) {
                index.entry(number).or_default().push(at);
            }
        }
        Self(index)
    }

    /// The letters whose sketch agrees with this one's.
    fn alike(&self, rows: &[LetterRow], at: usize) -> BTreeSet<usize> {
        let Some(sketch) = rows.get(at).and_then(|row| row.sketch.as_ref()) else { return BTreeSet::new() };
        let shared: BTreeSet<usize> = sketch.numbers().filter_map(|number| self.0.get(&number)).flatten().copied().collect();
        let agrees = |other: &usize| rows.get(*other).and_then(|row| row.sketch.as_ref()).is_some_and(|other| sketch.may_be(other));
        shared.into_iter().filter(|other| *other != at && agrees(other)).collect()
    }
}
