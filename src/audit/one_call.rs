//! The same call in two sources, and a voicemail with its ring, among the touches of a workspace: one stands for both, at the surer
//! clock. Takes judged touches; what a person recorded stays as it is.

use chrono::{DateTime, Utc};

use crate::attribute::same::{Fate, Record, join};
use crate::collect::Signal;
use crate::store::Touch;

/// The touches of which none is the same as another; each says which it stands for.
pub(super) fn joined(touches: Vec<Touch>) -> Vec<Touch> {
    let calls: Vec<usize> = touches.iter().enumerate().filter(|(_, touch)| touch.marks.heard.is_some()).map(|(place, _)| place).collect();
    let records: Vec<Record<'_>> = calls.iter().filter_map(|place| record(touches.get(*place)?)).collect();
    let fates = join(&records);
    let mut touches: Vec<Option<Touch>> = touches.into_iter().map(Some).collect();
    for (place, fate) in calls.iter().zip(fates) {
        let Some(slot) = touches.get_mut(*place) else { continue };
        match fate {
            Fate::SameAs(_) => *slot = None,
            Fate::Stands(span, also) => {
                if let Some(touch) = slot {
                    stand(touch, span, &also);
                }
            }
        }
    }
    let mut touches: Vec<Touch> = touches.into_iter().flatten().collect();
    touches.sort_by(|a, b| (a.arrival.at, &a.id).cmp(&(b.arrival.at, &b.id)));
    touches
}

fn record(touch: &Touch) -> Option<Record<'_>> {
    let at = touch.arrival.at;
    Some(Record {
        touch: &touch.id,
        source: &touch.source,
        channel: touch.channel,
        from: touch.from.as_deref(),
        span: (at, touch.arrival.at_latest.unwrap_or(at).max(at)),
        body: touch.excerpt.as_deref(),
        heard: touch.marks.heard.as_ref()?,
        owner: touch.inquiry.as_ref(),
        decided: touch.decided.is_some(),
    })
}

fn stand(touch: &mut Touch, span: (DateTime<Utc>, DateTime<Utc>), also: &[String]) {
    touch.arrival.at = span.0;
    touch.arrival.at_latest = Some(span.1).filter(|latest| *latest > span.0);
    if !also.is_empty() {
        touch.attribution.reasons.push(Signal::new("same-call", 0.0, format!("one call with {}", also.join(", "))));
    }
}
