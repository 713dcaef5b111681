//! The same body to several inquiries of one builder: looks over the written touches of every builder of whom something was
//! judged anew, and judges those again that have a twin, or had one. Sketches are compared first; bodies are read again only
//! where sketches agree.

use std::collections::{BTreeMap, BTreeSet};

use super::AuditError;
use super::derive::Read;
use super::judge::Judge;
use crate::classify::drip;
use crate::store::{Record, Touch};

/// The letters of one builder that have a twin, or had one, judged again. What is judged does not depend on which of them were
/// judged anew. `records` by time, `known` their touches by record.
pub(super) fn of_builder(
    judge: &Judge<'_>,
    records: &[Record],
    known: &BTreeMap<String, Touch>,
    read: &Read<'_>,
) -> Result<Vec<Touch>, AuditError> {
    let touches: Vec<&Touch> = records.iter().filter_map(|record| known.get(&record.id)).collect();
    let alike = alike(&touches);
    let mut letters = Vec::new();
    for record in records.iter().filter(|record| alike.contains(&record.id)) {
        if let Some(inquiry) = known.get(&record.id).and_then(|touch| touch.inquiry.as_ref()) {
            letters.extend(judge.letter(record, &read(record)?, inquiry));
        }
    }
    let twins: BTreeMap<String, drip::Twin> =
        letters.iter().zip(drip::twins(&letters)).filter_map(|(letter, twin)| Some((letter.touch.clone(), twin?))).collect();
    let mut judged = Vec::new();
    for record in records {
        let Some(touch) = known.get(&record.id) else { continue };
        let twin = twins.get(&touch.id);
        if twin.is_some() || touch.is_drip() {
            judged.push(judge.touch(record, &read(record)?, twin));
        }
    }
    Ok(judged)
}

/// The records whose sketch agrees with another's.
fn alike(touches: &[&Touch]) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for (at, touch) in touches.iter().enumerate() {
        for other in touches.iter().skip(at + 1) {
            if let (Some(a), Some(b)) = (&touch.sketch, &other.sketch)
                && a.may_be(b)
            {
                found.extend([touch.record.clone(), other.record.clone()]);
            }
        }
    }
    found
}
