//! From hints to an owner. Certain hints (alias, thread) settle it; weaker ones add up, and a rival near the best leaves the
//! touch to a person. Nothing is guessed and nothing is dropped: whoever is named stays a candidate.

use crate::collect::Signal;

use super::{AttributedBy, Attribution, Candidate, Evidence, THRESHOLD, Target};

/// A rival within this distance of the best makes the touch ambiguous.
const MARGIN: f64 = 0.15;

/// Above this a hint is certain by itself: an alias among the recipients, an answer to our mail.
pub(super) const CERTAIN: f64 = 0.95;

/// Whether the hints so far make others needless.
pub(super) fn settled(found: &[Evidence<'_>]) -> bool {
    found.iter().any(|evidence| evidence.confidence > CERTAIN)
}

/// The judgement with its owner taken away, for a reason that every candidate is told.
pub(super) fn doubt(mut judged: Attribution, id: &str, reason: &str) -> Attribution {
    if judged.owner.take().is_some() {
        judged.by = None;
        judged.reasons.push(Signal::new(id, -1.0, reason));
        for candidate in &mut judged.candidates {
            candidate.reason = format!("{}; but {reason}", candidate.reason);
        }
    }
    judged
}

/// The judgement over all hints.
pub(super) fn decide(found: &[Evidence<'_>]) -> Attribution {
    let mut hints: Vec<&Evidence<'_>> = found.iter().collect();
    hints.sort_by(|a, b| a.target.id.cmp(&b.target.id).then_with(|| b.confidence.total_cmp(&a.confidence)));
    let mut ranked: Vec<Sum<'_>> = hints.chunk_by(|a, b| a.target.id == b.target.id).filter_map(Sum::of).collect();
    ranked.sort_by(|a, b| b.confidence.total_cmp(&a.confidence).then_with(|| a.target.id.cmp(&b.target.id)));
    let candidates: Vec<Candidate> =
        ranked.iter().map(|sum| Candidate { inquiry: sum.target.id.clone(), confidence: sum.confidence, reason: sum.reason() }).collect();
    let mut reasons: Vec<Signal> = ranked
        .first()
        .map(|best| best.hints.iter().map(|hint| Signal::new(hint.id, hint.confidence, hint.reason.clone())).collect())
        .unwrap_or_default();
    let Some(best) = ranked.first() else {
        return Attribution { owner: None, by: None, confidence: 0.0, reasons, candidates };
    };
    let rival = ranked.get(1).filter(|rival| beats(best, rival));
    if let Some(rival) = rival {
        reasons.push(Signal::new("ambiguous", -rival.confidence, format!("{} is as likely: {}", rival.target.id, rival.reason())));
    } else if best.confidence < THRESHOLD {
        reasons.push(Signal::new("unsure", best.confidence - THRESHOLD, "not enough to say whose it is"));
    }
    let owned = rival.is_none() && best.confidence >= THRESHOLD;
    Attribution {
        owner: owned.then(|| best.target.id.clone()),
        by: owned.then_some(best.by),
        confidence: best.confidence,
        reasons,
        candidates,
    }
}

/// Whether the second keeps the first from being the owner. An alias is stronger than any thread: our own mail may be quoted to a colleague.
fn beats(best: &Sum<'_>, rival: &Sum<'_>) -> bool {
    let certain = |sum: &Sum<'_>| sum.confidence > CERTAIN;
    if certain(best) && (!certain(rival) || (best.by == AttributedBy::Alias && rival.by != AttributedBy::Alias)) {
        return false;
    }
    rival.confidence > best.confidence - MARGIN
}

/// All hints for one target, the surest first.
struct Sum<'a> {
    target: &'a Target,
    by: AttributedBy,
    confidence: f64,
    hints: &'a [&'a Evidence<'a>],
}

impl<'a> Sum<'a> {
    fn of(hints: &'a [&'a Evidence<'a>]) -> Option<Self> {
        let best = *hints.first()?;
        let against: f64 = hints.iter().map(|hint| 1.0 - hint.confidence).product();
        // Hints that agree add up, but never to more than an alias would give.
        let confidence = if best.confidence > CERTAIN { best.confidence } else { (1.0 - against).min(CERTAIN) };
        Some(Self { target: best.target, by: best.by, confidence, hints })
    }

    fn reason(&self) -> String {
        self.hints.iter().map(|hint| hint.reason.as_str()).collect::<Vec<_>>().join("; ")
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, ring, target, two};
    use super::super::{AttributedBy, call, mail};
    use crate::collect::mail::parse;

    fn owner(raw: &str, when: &str) -> (Option<String>, Option<AttributedBy>, usize) {
        let found = mail(&parse(raw.as_bytes()), at(when), &two());
        (found.owner.map(|id| id.0), found.by, found.candidates.len())
    }

    #[test]
    fn mail_finds_its_owner_or_none() {
        let now = "2026-11-03T15:00:00Z";
        let blue = || Some("2026-11/bluebonnet".to_owned());
        for (raw, when, expected) in [
            ("To: shopper+k7f3@example.org\nFrom: a@cedarstone.example\n\nx", now, (blue(), Some(AttributedBy::Alias), 1)),
            ("To: shopper+k7f3@example.org\n\nlate", "2027-06-01T00:00:00Z", (blue(), Some(AttributedBy::Alias), 1)),
            ("In-Reply-To: <k7f3.1@example.org>\n\nx", now, (blue(), Some(AttributedBy::Thread), 1)),
            ("To: shopper+k7f3@example.org\nIn-Reply-To: <m2p9.1@example.org>\n\nx", now, (blue(), Some(AttributedBy::Alias), 2)),
            ("To: shopper+k7f3@example.org, shopper+m2p9@example.org\n\nx", now, (None, None, 2)),
            ("From: amy@bluebonnet.example\nTo: shopper@example.org\n\nx", now, (blue(), Some(AttributedBy::Domain), 1)),
            ("From: amy@bluebonnet.example\n\nx", "2027-06-01T00:00:00Z", (None, None, 0)),
            ("From: amy@bluebonnet.example\nTo: shopper+old1@example.org\n\nAmy of Bluebonnet Homes", now, (None, None, 1)),
            ("To: shopper+old1@example.org\nIn-Reply-To: <k7f3.1@example.org>\n\nx", now, (None, None, 1)),
            ("To: shopper@example.org\nFrom: t@x.example\n\nLead: shopper+k7f3@example.org", now, (blue(), Some(AttributedBy::Alias), 1)),
            ("From: t@cedarstone.example\n\nLead: shopper+k7f3@example.org", now, (None, None, 2)),
            (
                "Return-Path: <v-shopper+k7f3=example.org@esp.example>\nFrom: t@cedarstone.example\n\nx",
                now,
                (blue(), Some(AttributedBy::Alias), 1),
            ),
            ("From: amy@gmail.com\n\nAmy of Bluebonnet Homes here", now, (blue(), Some(AttributedBy::Content), 1)),
            ("From: n@news.example\n\nBluebonnet Homes against Cedar & Stone Builders", now, (None, None, 2)),
            ("From: n@news.example\n\nWin a phone", now, (None, None, 0)),
        ] {
            assert_eq!(owner(raw, when), expected, "{raw}");
        }
    }

    #[test]
    fn calls_find_their_owner_or_candidates() {
        let mut targets = two();
        targets[1].numbers = vec!["+15125550100".into()];
        let shared = call(&ring(Some("+15125550100"), None), &targets);
        assert_eq!((shared.owner, shared.candidates.len()), (None, 2));
        let named = call(&ring(Some("+15125550100"), Some("Hi Dana, Amy with Bluebonnet Homes")), &targets);
        assert_eq!(named.owner.map(|id| id.0).as_deref(), Some("2026-11/bluebonnet"));
        let withheld = call(&ring(None, None), &[target("one", "One Homes", "one.example", "+15125550100", "aaaa")]);
        assert_eq!((withheld.owner, withheld.candidates.len()), (None, 1), "one open inquiry alone is no proof");
        let spoken = call(&ring(None, Some("This is Amy at Bluebonnet Homes")), &targets);
        assert_eq!(spoken.by, Some(AttributedBy::Content));
        let late = crate::collect::phone::CallRecord { started_at: at("2027-06-01T00:00:00Z"), ..ring(Some("+15125550100"), None) };
        assert!(call(&late, &targets).candidates.is_empty());
    }
}
