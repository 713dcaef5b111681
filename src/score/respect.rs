//! With what respect: one person to talk to, an opt-out that is honoured, no over-calling.

use std::collections::BTreeMap;

use chrono::{DateTime, Datelike, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use chrono_tz::Tz;

use crate::classify::Origin;
use crate::shop::hours::local_date;

use super::card::Outcome;
use super::facts::{Facts, by_time, later, said, small};
use super::judge::Judged;
use super::people::{People, tidy};
use super::{TouchId, attempts};

pub(super) fn constant_contact(facts: &Facts<'_>) -> Judged {
    let named = facts.personal().filter_map(|seen| {
        let labels = &seen.touch.labels;
        Some((&seen.touch.id, said(labels.sender_name.as_ref())?, said(labels.introduces.as_ref())))
    });
    let named: Vec<(&TouchId, &str, Option<&str>)> = named.collect();
    if named.is_empty() {
        return Judged::of(0.0, "no personal touch names its sender", Vec::new());
    }
    // Few names stand on many touches: each is made comparable once.
    let mut tidied: BTreeMap<&str, (String, u32)> = BTreeMap::new();
    for (_, name, _) in &named {
        tidied.entry(name).or_insert_with(|| (tidy(name), 0)).1 += 1;
    }
    let introductions: Vec<(&str, String)> = named.iter().filter_map(|(_, name, other)| Some((*name, tidy((*other)?)))).collect();
    let people = People::of(tidied.values().cloned(), introductions.iter().map(|(_, other)| other.clone()));
    let mut leader: BTreeMap<String, String> = people.names().map(|name| (name.clone(), name.clone())).collect();
    for (one, other) in introductions {
        let (one, other) = (people.of_name(&tidy(one)), people.of_name(&other));
        let (from, to) = (leader.get(&other).cloned().unwrap_or(other), leader.get(&one).cloned().unwrap_or(one));
        leader.values_mut().filter(|name| **name == from).for_each(|name| name.clone_from(&to));
    }
    // How often each person is named, and in which spellings.
    let mut shares: BTreeMap<String, (u32, Vec<&str>)> = BTreeMap::new();
    for (spelling, (name, times)) in &tidied {
        let person = people.of_name(name);
        let share = shares.entry(leader.get(&person).cloned().unwrap_or(person)).or_default();
        share.0 += times;
        share.1.push(spelling);
    }
    let (times, spellings) = shares.into_values().max_by_key(|(times, _)| *times).unwrap_or_default();
    let ids = named.iter().filter(|(_, name, _)| spellings.contains(name)).map(|(id, ..)| (*id).clone()).collect();
    let part = f64::from(times) / f64::from(small(named.len()).max(1));
    let why = format!("{times} of {} named personal touches come from the same person", named.len());
    Judged::yes_or_no(part >= facts.rubric.respect.constant_contact.share.0 - 1e-9, why, ids)
}

pub(super) fn opt_out(facts: &Facts<'_>) -> Judged {
    let rule = &facts.rubric.respect.opt_out;
    let heeded = opt_out_heeded(facts);
    let Some(burst) = over_calling(facts) else { return heeded };
    let mut why = format!("one caller made {} attempts within {} minutes", rule.over_calls.0, rule.over_calls_within_s.0 / 60);
    let mut ids = burst;
    if heeded.result == Outcome::Missed {
        why.push_str(&format!(", and {}", heeded.why));
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
    let deadline = after_weekdays(facts.zone, asked, weekdays);
    if facts.log.as_of <= deadline {
        return Judged::not_counted(format!("an opt-out was sent, and its {weekdays} weekdays are not over"));
    }
    let watched = later(asked, TimeDelta::days(i64::from(rule.watched_days.0)));
    let late = by_time(facts.log).into_iter().filter(|touch| stays_away(touch.origin) && touch.at > deadline && touch.at <= watched);
    let ids: Vec<TouchId> = late.map(|touch| touch.id.clone()).collect();
    let why = match ids.len() {
        0 if facts.log.as_of < watched => format!("so far nothing came later than {weekdays} weekdays after the opt-out"),
        0 => format!("nothing came later than {weekdays} weekdays after the opt-out"),
        1 => format!("1 touch came later than {weekdays} weekdays after the opt-out"),
        number => format!("{number} touches came later than {weekdays} weekdays after the opt-out"),
    };
    Judged::yes_or_no(ids.is_empty(), why, ids)
}

/// The attempts of one caller that came too many at once.
fn over_calling(facts: &Facts<'_>) -> Option<Vec<TouchId>> {
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
