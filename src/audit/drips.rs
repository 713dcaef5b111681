//! The same body to several inquiries of one builder: looks over the written touches of every builder of whom something was
//! judged anew, and judges those again that have a twin, or had one. Sketches are compared first; bodies are read again only
//! where sketches agree.

use std::collections::{BTreeMap, BTreeSet};

use super::AuditError;
use super::derive::{Known, Read};
use super::judge::Judge;
use crate::classify::drip;
use crate::store::{Record, Touch};

/// Judges those again to which a drip was sent. What is judged does not depend on which of them were judged anew.
pub(super) fn lay_over<'r>(judge: &Judge<'_>, records: &'r [Record], known: &mut Known<'r, '_>, read: &Read<'_>) -> Result<(), AuditError> {
    let mut anew: BTreeSet<String> = BTreeSet::new();
    for touch in known.anew.values() {
        anew.extend(judge.builder_of(touch));
        anew.extend(known.before.get(&touch.record).and_then(|before| judge.builder_of(before)));
    }
    let mut by_builder: BTreeMap<String, Vec<&'r Record>> = BTreeMap::new();
    for record in records {
        let builder = known.get(record).filter(|touch| is_letter(touch)).and_then(|touch| judge.builder_of(touch));
        if let Some(builder) = builder.filter(|builder| anew.contains(builder)) {
            by_builder.entry(builder).or_default().push(record);
        }
    }
    for letters in by_builder.into_values() {
        of_builder(judge, &letters, known, read)?;
    }
    Ok(())
}

fn of_builder<'r>(judge: &Judge<'_>, records: &[&'r Record], known: &mut Known<'r, '_>, read: &Read<'_>) -> Result<(), AuditError> {
    let touches: Vec<&Touch> = records.iter().filter_map(|record| known.get(record)).collect();
    let alike = alike(&touches);
    let was: BTreeSet<String> = touches.iter().filter(|touch| is_drip(touch)).map(|touch| touch.record.clone()).collect();
    let mut letters = Vec::new();
    for record in records.iter().filter(|record| alike.contains(&record.id)) {
        if let Some(inquiry) = known.get(record).and_then(|touch| touch.inquiry.as_ref()) {
            letters.extend(judge.letter(record, &read(record)?, inquiry));
        }
    }
    let twins: BTreeMap<String, drip::Twin> =
        letters.iter().zip(drip::twins(&letters)).filter_map(|(letter, twin)| Some((letter.touch.clone(), twin?))).collect();
    for record in records {
        let Some(id) = known.get(record).map(|touch| touch.id.clone()) else { continue };
        let twin = twins.get(&id);
        if twin.is_some() || was.contains(&record.id) {
            let touch = judge.touch(record, &read(record)?, twin);
            known.anew.insert(&record.id, touch);
        }
    }
    Ok(())
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

fn is_letter(touch: &Touch) -> bool {
    touch.sketch.is_some() || is_drip(touch)
}

/// Whether a touch was judged by its twin.
fn is_drip(touch: &Touch) -> bool {
    touch.classified.signals.iter().any(|signal| signal.id == drip::SIGNAL)
}
