//! What a person says and what a person is asked: a recorded touch's judgement, decisions laid over a judgement, and why a touch waits in
//! review.

use crate::attribute::Attribution;
use crate::audit::record::TouchByHand;
use crate::classify::{self, Classified, Context, Labels, Origin, Quotes};
use crate::collect::{EvidenceFault, Signal};
use crate::store::Decided;

/// The signal of a mail that came to the address of a canary and is none.
pub(super) const CANARY_ALIAS: &str = "canary-alias";

/// The signal of a touch of which not all was read or judged.
pub(super) const UNREAD: &str = "unread";

/// Why, where it is our own doing.
pub(super) const FAULT: &str = "judging it failed, by a fault in crickets";

/// The signal of a call that we placed ourselves, and of a text that we sent to nobody known.
pub(super) const OWN_CALL: &str = "own-call";

/// Lays a decision over the judgement; gives the sentence that says so.
pub(super) fn overrule(classified: &mut Classified, decided: &Decided) -> String {
    if let Some((origin, said)) = decided.origin() {
        classified.origin = origin;
        classified.confidence = 1.0;
        classified.signals.push(Signal::new("person", 1.0, format!("{}: {}", said.author, said.reason)));
    }
    if let Some((labels, _)) = decided.labels() {
        let placement = classified.labels.placement;
        classified.labels = labels.clone();
        classified.labels.placement = classified.labels.placement.or(placement);
    }
    let told = decided.standing().into_iter();
    told.map(|said| format!("{} decided on {}: {}", said.author, said.at.date_naive(), said.reason)).collect::<Vec<_>>().join("; ")
}

/// What a person recorded: said words are judged like any, what the person states wins.
pub(super) fn judged_by_person(recorded: &TouchByHand, context: &Context) -> Classified {
    let mut classified = classify::call(&recorded.as_call(), context);
    if let Some(origin) = recorded.origin {
        classified.origin = origin;
    } else if classified.origin == Origin::Unknown {
        classified.origin = Origin::Personal;
    }
    classified.confidence = 1.0;
    classified.signals.push(Signal::new("person", 1.0, format!("recorded by {}", recorded.author)));
    recorded.lay_over(&mut classified.labels);
    classified
}

/// Why nothing is known of a touch whose evidence is not there as it was kept.
pub(super) fn lost(fault: EvidenceFault) -> &'static str {
    match fault {
        EvidenceFault::Missing => "its evidence is missing",
        EvidenceFault::Altered => "its evidence was altered",
        EvidenceFault::Unreadable => "its evidence cannot be read",
    }
}

/// The judgement on what made judging fail: none.
pub(super) fn unjudged() -> Classified {
    Classified { origin: Origin::Unknown, confidence: 0.0, signals: Vec::new(), labels: Labels::default(), quotes: Quotes::default() }
}

/// Why a touch waits for a person, where it does.
pub(super) fn review_reason(attribution: &Attribution, classified: &Classified, decision: Option<&Decided>) -> Option<String> {
    let owner_decided = decision.and_then(Decided::owner).is_some();
    let origin_decided = decision.and_then(Decided::origin).is_some();
    let settled = origin_decided || owner_decided && attribution.owner.is_none();
    let unread = classified.signals.iter().find(|signal| signal.id == UNREAD && !settled);
    let unread = unread.map(|signal| format!("not all of it is known: {}", signal.detail));
    let open = match (&attribution.owner, attribution.candidates.as_slice()) {
        (None, _) if owner_decided => None,
        (None, []) if attribution.reasons.iter().any(|reason| reason.id == OWN_CALL) => None,
        (None, []) => Some(match attribution.reasons.iter().find(|reason| reason.id == CANARY_ALIAS) {
            Some(reason) => format!("matches no inquiry: {}", reason.detail),
            None => "matches no inquiry".to_owned(),
        }),
        (None, [only]) => Some(format!("may belong to {}: {}", only.inquiry, only.reason)),
        (None, [first, rest @ ..]) => Some(format!("may belong to {} ({}) or {} more", first.inquiry, first.reason, rest.len())),
        (Some(_), _) if !origin_decided && (classified.origin == Origin::Unknown || classified.confidence < classify::THRESHOLD) => {
            Some(format!("who wrote it is uncertain: {:?} at {:.2}", classified.origin, classified.confidence))
        }
        (Some(_), _) => None,
    };
    match (open, unread) {
        (Some(open), Some(unread)) => Some(format!("{open}; {unread}")),
        (open, unread) => open.or(unread),
    }
}
