//! What a provider tells of one call at several times, or by several ways, laid together: known beats unknown, and intervals narrow.
//! The order in which they come makes no difference to the interval, and what is told again changes nothing.

use chrono::{DateTime, TimeDelta, Utc};

use super::CallRecord;
use crate::collect::Channel;

/// What is known of a call by two records of it.
#[must_use]
pub fn grown(known: &CallRecord, more: &CallRecord) -> CallRecord {
    let (started_at, latest) = narrowed(span(known), span(more));
    // It rests on whichever says it more closely.
    let closer = std::cmp::min_by_key(known, more, |call| (width(call), call.local, call.basis));
    let either = |known: &Option<String>, more: &Option<String>| known.clone().or_else(|| more.clone());
    CallRecord {
        id: either(&known.id, &more.id),
        // A call of which it turns out that a message was left.
        channel: if more.channel == Channel::Voicemail { Channel::Voicemail } else { known.channel },
        direction: known.direction,
        from: either(&known.from, &more.from),
        to: either(&known.to, &more.to),
        started_at,
        started_at_latest: Some(latest).filter(|latest| *latest != started_at),
        duration_s: known.duration_s.max(more.duration_s),
        answered: known.answered.max(more.answered),
        body: either(&known.body, &more.body),
        name: either(&known.name, &more.name),
        session: either(&known.session, &more.session),
        forwarded_from: either(&known.forwarded_from, &more.forwarded_from),
        attestation: either(&known.attestation, &more.attestation),
        basis: closer.basis,
        local: closer.local,
    }
}

/// How far apart the moments of two records lie at the least.
#[must_use]
pub(super) fn apart(a: &CallRecord, b: &CallRecord) -> TimeDelta {
    let (a, b) = (span(a), span(b));
    (a.0 - b.1).max(b.0 - a.1).max(TimeDelta::zero())
}

fn width(call: &CallRecord) -> TimeDelta {
    let (from, to) = span(call);
    to - from
}

type Span = (DateTime<Utc>, DateTime<Utc>);

fn span(call: &CallRecord) -> Span {
    (call.started_at, call.started_at_latest.unwrap_or(call.started_at))
}

/// Where both lie; where they lie apart, the one that is more exact, and of two alike the earlier: a later event of a call is no later
/// call.
fn narrowed(a: Span, b: Span) -> Span {
    let both = (a.0.max(b.0), a.1.min(b.1));
    if both.0 <= both.1 {
        return both;
    }
    let rank = |span: &Span| ((span.1 - span.0).max(TimeDelta::seconds(1)), *span);
    std::cmp::min_by_key(a, b, rank)
}

#[cfg(test)]
mod tests {
    use super::super::Stamp;
    use super::super::when::Basis;
    use super::*;

    fn at(second: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + second, 0).unwrap()
    }

    #[test]
    fn intervals_narrow_in_any_order() {
        for (a, b, want) in [
            ((0, 60), (50, 50), (50, 50)),
            ((0, 60), (30, 90), (30, 60)),
            ((0, 60), (61, 61), (61, 61)),
            ((0, 60), (1_000, 1_060), (0, 60)),
            ((0, 0), (8, 8), (0, 0)),
            ((0, 1), (8, 8), (0, 1)),
        ] {
            let span = |(from, to)| (at(from), at(to));
            assert_eq!(narrowed(span(a), span(b)), span(want), "{a:?} {b:?}");
            assert_eq!(narrowed(span(b), span(a)), span(want), "{b:?} {a:?}");
        }
    }

    #[test]
    fn a_call_rests_on_what_says_most_closely_when_it_began() {
        let ring = CallRecord::new(Channel::Call, Stamp::exactly(at(0)));
        let event = CallRecord::new(Channel::Call, Stamp::exactly(at(60)).before(TimeDelta::seconds(90)));
        let local = CallRecord { local: true, ..ring.clone() };
        for (one, two) in [(&ring, &event), (&event, &ring), (&local, &event), (&event, &local)] {
            let both = grown(one, two);
            assert_eq!((both.started_at, both.basis, both.local), (at(0), Basis::Ring, one.local || two.local), "{one:?} {two:?}");
        }
    }

    #[test]
    fn known_beats_unknown_and_nothing_is_forgotten() {
        let ringing = CallRecord { from: Some("+15125550100".to_owned()), ..CallRecord::new(Channel::Call, Stamp::exactly(at(0))) };
        let left = CallRecord {
            duration_s: Some(20),
            answered: Some(false),
            body: Some("Hi".to_owned()),
            ..CallRecord::new(Channel::Voicemail, Stamp::exactly(at(30)))
        };
        let both = grown(&ringing, &left);
        assert_eq!((both.channel, both.from.as_deref(), both.body.as_deref()), (Channel::Voicemail, Some("+15125550100"), Some("Hi")));
        assert_eq!((both.started_at, both.duration_s, both.answered), (at(0), Some(20), Some(false)));
        assert_eq!(grown(&both, &ringing), both);
        assert_eq!(grown(&both, &left), both);
        assert_eq!(grown(&left, &ringing), both);
    }
}
