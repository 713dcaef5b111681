//! Another hat to wear: was the buyer answered between other work? Takes a whole window, the posted hours and who answered; gives a
//! hypothesis where every touch came at lunch or outside the posted hours, or ever other people answered.

use std::collections::BTreeSet;

use chrono::{NaiveDate, NaiveTime, TimeDelta};

use super::super::TouchId;
use super::super::card::TouchEntry;
use super::whole::{Whole, latest};
use super::{Continuity, Hypothesis, Pattern, Setting};
use crate::shop::hours::local_date;

/// What came so soon after the inquiry came because of the inquiry, and tells nothing of when somebody is at the desk.
const PROMPT: TimeDelta = TimeDelta::hours(1);

/// Answered between other work: only outside the posted hours and at lunch, or by ever other people.
pub(super) fn another_hat(this: &Whole<'_>, setting: &Setting<'_>, continuity: &Continuity) -> Option<Hypothesis> {
    let (mut rests_on, mut touches, mut confidence) = (Vec::new(), Vec::new(), 0.0);
    if let Some(odd) = odd_hours(this, setting) {
        rests_on.push(format!(
            "all {} personal touches later than an hour after the inquiry came at lunch or outside the posted hours",
            odd.len()
        ));
        confidence += if odd.len() >= 5 { 0.45 } else { 0.35 };
        touches = odd;
    }
    let people = continuity.people.len();
    if people >= 3 && continuity.hand_offs.iter().all(|hand_off| !hand_off.introduced) {
        rests_on.push(format!("{people} different people answered, and none introduced the next"));
        confidence += if people >= 4 { 0.35 } else { 0.3 };
        touches.extend(continuity.hand_offs.iter().map(|hand_off| hand_off.touch.clone()));
    }
    let mut seen = BTreeSet::new();
    touches.retain(|id| seen.insert(id.clone()));
    (!rests_on.is_empty()).then(|| Hypothesis {
        pattern: Pattern::AnotherHat,
        title: "Another hat to wear",
        says: "Whoever answers online may do it beside another job, such as the model home, and get to it when that job allows.",
        confidence,
        rests_on,
        touches,
        instead: vec![
            "The online desk keeps other hours than those posted, and keeps them well.",
            "The hours were chosen on purpose: in the evening more buyers pick up.",
            "A shared desk signs with whoever is on duty, and hands over inside the CRM where the buyer does not see it.",
        ],
        ask: "What else is on the list of whoever answers the online inquiries on a weekday morning?",
    })
}

/// The touches that came in odd hours, if all did whose moment is sure and that no machine may have sent: at least three, on three
/// days.
fn odd_hours(this: &Whole<'_>, setting: &Setting<'_>) -> Option<Vec<TouchId>> {
    if setting.open.is_empty() {
        return None;
    }
    let sure = |touch: &&TouchEntry| {
        !touch.disputed
            && latest(touch) == touch.at
            && touch.labels.suspected_automation != Some(true)
            && touch.at > this.window.start + PROMPT
    };
    let touches: Vec<&TouchEntry> = this.window.personal().filter(sure).collect();
    let days: BTreeSet<NaiveDate> = touches.iter().map(|touch| local_date(setting.timezone, touch.at)).collect();
    let odd = |touch: &&TouchEntry| {
        let time = touch.at.with_timezone(&setting.timezone).time();
        let between = |from: (u32, u32), to: (u32, u32)| {
            let at = |(hour, minute)| NaiveTime::from_hms_opt(hour, minute, 0);
            at(from).is_some_and(|from| time >= from) && at(to).is_some_and(|to| time < to)
        };
        let open = setting.open.iter().any(|(from, to)| *from <= touch.at && touch.at < *to);
        // In the night nobody does it beside other work: that is a machine, or another time zone.
        if open { between((11, 45), (13, 15)) } else { between((6, 0), (22, 0)) }
    };
    (days.len() >= 3 && touches.iter().all(odd)).then(|| touches.into_iter().map(|touch| touch.id.clone()).collect())
}
