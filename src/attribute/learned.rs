//! Hints from what was learned within the wave. Of one builder's inquiries each bears what any of them learned: which one is
//! meant, is for others to tell.

use super::learn::is_desk;
use super::marks::{self, Fact, Kind, Marks};
use super::{AttributedBy, Evidence, Target};

/// What several builders have learned only suggests each of them.
const SHARED: f64 = 0.5;

/// Waiting targets whose builder is known by something the mail bears.
pub(super) fn find<'a>(marks: &Marks, waiting: &[&'a Target]) -> Vec<Evidence<'a>> {
    let knowing: Vec<(&Target, &Fact)> =
        waiting.iter().filter_map(|target| Some((*target, marks::known(&target.learned, marks)?))).collect();
    let Some((first, _)) = knowing.first() else {
        return Vec::new();
    };
    let several = !knowing.iter().all(|(target, _)| target.same_builder(first));
    waiting
        .iter()
        .filter_map(|target| {
            let own = knowing.iter().find(|(known, _)| known.id == target.id);
            let lent = |(known, fact): &&(&Target, &Fact)| known.same_builder(target) && fact.kind != Kind::Message;
            let (_, fact) = own.or_else(|| knowing.iter().find(lent))?;
            let (by, confidence, what) = weigh(fact);
            let confidence = if several { confidence.min(SHARED) } else { confidence };
            Some(Evidence {
                target,
                by,
                confidence,
                id: "learned",
                reason: format!("{what}, learned from touch {}", fact.touch),
                own: true,
            })
        })
        .collect()
}

fn weigh(fact: &Fact) -> (AttributedBy, f64, String) {
    let value = &fact.value;
    match fact.kind {
        Kind::Message => (AttributedBy::Thread, 0.92, format!("continues the thread of {value}")),
        // A desk's address may be an agency's that serves many; a person's is its own.
        Kind::Sender if is_desk(value) => (AttributedBy::Domain, 0.7, format!("written by {value}, a desk that wrote for this builder")),
        Kind::Sender => (AttributedBy::Domain, 0.9, format!("written by {value}, who wrote for this builder")),
        Kind::Domain => (AttributedBy::Domain, 0.7, format!("written from {value}, a domain that wrote for this builder")),
        Kind::Person => (AttributedBy::Content, 0.5, format!("{value} is of this builder")),
        Kind::Number => (AttributedBy::Number, if fact.by_person { 0.95 } else { 0.9 }, format!("{value} is a number of this builder")),
    }
}
