//! With what respect: one person to talk to, an opt-out that is honoured, no over-calling.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use crate::classify::Origin;
use crate::shop::hours::local_date;

use super::attempts;
use super::card::Outcome;
use super::facts::{Facts, by_time, filled, later, small};
use super::judge::Judged;
use super::people::{People, tidy};

pub(super) fn constant_contact(facts: &Facts<'_>) -> Judged {
    let named: Vec<(&str, String, Option<&String>)> = facts
        .personal()
        .filter_map(|seen| {
            let labels = &seen.touch.labels;
            let name = labels.sender_name.as_ref().filter(|_| filled(labels.sender_name.as_ref()))?;
            Some((seen.touch.id.as_str(), tidy(name), labels.introduces.as_ref().filter(|_| filled(labels.introduces.as_ref()))))
        })
        .collect();
    if named.is_empty() {
        return Judged::of(0.0, "no personal touch names its sender", Vec::new());
    }
    let introduced = named.iter().filter_map(|(_, _, introduces)| *introduces).map(|name| tidy(name));
    let people = People::of(named.iter().map(|(_, name, _)| name.clone()), introduced);
    let mut groups: Vec<String> = people.names().cloned().collect();
    let pairs = named.iter().filter_map(|(_, name, introduces)| Some((people.of_name(name), people.of_name(&tidy(introduces.as_ref()?)))));
    let mut leader: BTreeMap<String, String> = groups.drain(..).map(|name| (name.clone(), name)).collect();
    for (one, other) in pairs {
        let (from, to) = (leader.get(&other).cloned().unwrap_or(other), leader.get(&one).cloned().unwrap_or(one));
        leader.values_mut().filter(|name| **name == from).for_each(|name| name.clone_from(&to));
    }
    let mut share: BTreeMap<String, Vec<&str>> = BTreeMap::new();
    for (id, name, _) in &named {
        let person = people.of_name(name);
        share.entry(leader.get(&person).cloned().unwrap_or(person)).or_default().push(id);
    }
    let most = share.into_values().max_by_key(Vec::len).unwrap_or_default();
    let part = f64::from(small(most.len())) / f64::from(small(named.len()).max(1));
    let why = format!("{} of {} named personal touches come from the same person", most.len(), named.len());
    let most = most.into_iter().map(str::to_owned).collect();
    Judged::yes_or_no(part >= facts.rubric.respect.constant_contact.share.0 - 1e-9, why, most)
}

pub(super) fn opt_out(facts: &Facts<'_>) -> Judged {
    let rule = &facts.rubric.respect.opt_out;
    let heeded = opt_out_heeded(facts);
    let Some(burst) = over_calling(facts) else { return heeded };
    let mut why = format!("one caller made {} attempts within {} minutes", rule.over_calls.0, rule.over_calls_within_s.0 / 60);
    let mut ids = burst;
    if heeded.result == Outcome::Missed {
        why = format!("{why}, and {}", heeded.why);
        ids.extend(heeded.touches);
    }
    Judged::of(0.0, why, ids)
}

/// Whether the builder stopped when asked to; not counted when it was not asked, or its time is not over.
fn opt_out_heeded(facts: &Facts<'_>) -> Judged {
    let rule = &facts.rubric.respect.opt_out;
    let Some(asked) = facts.log.inquiry.opt_out_at.filter(|asked| *asked <= facts.log.as_of) else {
        return Judged::not_counted("no opt-out was sent");
    };
    let weekdays = rule.weekdays.0;
    let deadline = after_weekdays(facts.hours.timezone(), asked, weekdays);
    if facts.log.as_of <= deadline {
        return Judged::not_counted(format!("an opt-out was sent, and its {weekdays} weekdays are not over"));
    }
    let watched = later(asked, TimeDelta::days(i64::from(rule.watched_days.0)));
    let late = by_time(facts.log).into_iter().filter(|touch| stays_away(touch.origin) && touch.at > deadline && touch.at <= watched);
    let ids: Vec<String> = late.map(|touch| touch.id.clone()).collect();
    let why = match ids.len() {
        0 if facts.log.as_of < watched => format!("so far nothing came later than {weekdays} weekdays after the opt-out"),
        0 => format!("nothing came later than {weekdays} weekdays after the opt-out"),
        1 => format!("1 touch came later than {weekdays} weekdays after the opt-out"),
        number => format!("{number} touches came later than {weekdays} weekdays after the opt-out"),
    };
    Judged::yes_or_no(ids.is_empty(), why, ids)
}

/// The attempts of one caller that came too many at once.
fn over_calling(facts: &Facts<'_>) -> Option<Vec<String>> {
    let rule = &facts.rubric.respect.opt_out;
    let (number, within) = (usize::try_from(rule.over_calls.0).ok()?, TimeDelta::seconds(rule.over_calls_within_s.i64()));
    attempts::burst(&facts.attempts, number, within)
}

/// What an opt-out asks to end.
pub(super) fn stays_away(origin: Origin) -> bool {
    matches!(origin, Origin::Personal | Origin::Marketing | Origin::AutoReply)
}

/// The end of the n-th weekday after `from`, on the calendar of a zone.
pub(super) fn after_weekdays(zone: Tz, from: DateTime<Utc>, weekdays: u16) -> DateTime<Utc> {
    let working = |day: &chrono::NaiveDate| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun);
    let last = local_date(zone, from).iter_days().skip(1).filter(working).nth(usize::from(weekdays).saturating_sub(1));
    let midnight = last.and_then(|day| day.succ_opt()).map(|day| day.and_time(NaiveTime::MIN));
    let shown = midnight.and_then(|midnight| zone.from_local_datetime(&midnight).earliest().map(|at| at.to_utc()));
    shown.or_else(|| midnight.map(|midnight| midnight.and_utc())).unwrap_or(from)
}
