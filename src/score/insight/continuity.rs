//! How the buyer was looked after: how many people, whether one introduced the next, which weeks had a personal touch, whether the
//! calls were too many at once, and whether an opt-out was honoured. Takes a card; counts only what lies in its window, and says of a
//! channel that was not watched that it is not known.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::super::attempts::{Attempt, Ring, attempts, burst};
use super::super::card::{Card, Channels, Reach, TouchEntry};
use super::super::facts::{later, said, small};
use super::super::people::{People, tidy};
use super::super::respect::{after_weekdays, stays_away};
use super::super::rubric::Rubric;
use super::{Continuity, HandOff, OptOut, Person, Setting, Week};
use crate::classify::Origin;
use crate::collect::Channel;

/// A rest of the window shorter than so many days belongs to the week before it.
const SHORT_DAYS: u16 = 4;

/// The window of a card, and what counts in it.
pub(super) struct Window<'a> {
    pub(super) start: DateTime<Utc>,
    /// Its end, if nothing cuts it.
    pub(super) end: DateTime<Utc>,
    /// Its end, so far.
    pub(super) until: DateTime<Utc>,
    /// The touches in it, by time.
    pub(super) touches: Vec<&'a TouchEntry>,
}

impl<'a> Window<'a> {
    /// The window; `None` where no clock ran.
    pub(super) fn of(card: &'a Card, rubric: &Rubric, as_of: DateTime<Utc>) -> Option<Self> {
        let start = card.confirmed_at?;
        let end = later(start, TimeDelta::days(i64::from(rubric.window.days.0)));
        let until = card.withdrawn_at.map_or(end, |at| at.min(end)).min(as_of).max(start);
        let sent = card.sent_at.map_or(start, |at| at.min(start));
        let within = |touch: &&TouchEntry| touch.at_latest.unwrap_or(touch.at).max(touch.at) >= sent && touch.at <= until;
        Some(Self { start, end, until, touches: card.touches.iter().filter(within).collect() })
    }

    /// Personal touches, by time.
    pub(super) fn personal(&self) -> impl Iterator<Item = &'a TouchEntry> {
        self.touches.iter().copied().filter(|touch| touch.origin == Origin::Personal)
    }

    fn attempts(&self, rubric: &Rubric) -> Vec<Attempt> {
        let calls = self.personal().filter(|touch| matches!(touch.channel, Channel::Call | Channel::Voicemail));
        let ring = |touch: &'a TouchEntry| Ring { id: &touch.id, from: touch.from.as_deref(), at: touch.at };
        attempts(calls.map(ring), rubric.touches.same_attempt_s.i64())
    }
}

pub(super) fn of(card: &Card, rubric: &Rubric, setting: &Setting<'_>) -> Option<Continuity> {
    let (window, channels) = (Window::of(card, rubric, setting.as_of)?, card.channels?);
    let (people, hand_offs) = people(&window);
    let attempts = window.attempts(rubric);
    let weeks = weeks(&window, rubric, &attempts, channels);
    let judged = || weeks.iter().filter(|week| week.over).filter_map(|week| week.touched);
    let rule = &rubric.respect.opt_out;
    let number = usize::try_from(rule.over_calls.0).unwrap_or(usize::MAX);
    let over_calling = burst(&attempts, number, TimeDelta::seconds(rule.over_calls_within_s.i64())).unwrap_or_default();
    Some(Continuity {
        people,
        unnamed: small(window.personal().filter(|touch| name(touch).is_none()).count()),
        hand_offs,
        weeks_touched: small(judged().filter(|touched| *touched).count()),
        weeks_judged: small(judged().count()),
        weeks,
        over_calling,
        opt_out: opt_out(card, rubric, setting),
    })
}

fn name(touch: &TouchEntry) -> Option<&str> {
    said(touch.labels.sender_name.as_ref())
}

fn introduced(touch: &TouchEntry) -> Option<&str> {
    said(touch.labels.introduces.as_ref())
}

/// The people by first appearance, and how each new one came in.
fn people(window: &Window<'_>) -> (Vec<Person>, Vec<HandOff>) {
    let senders = || window.personal().filter_map(name);
    let known = People::of(senders().map(|name| (tidy(name), 1)), window.personal().filter_map(introduced).map(tidy));
    let mut spelling: BTreeMap<String, &str> = BTreeMap::new();
    for shown in senders().chain(window.personal().filter_map(introduced)) {
        spelling.entry(tidy(shown)).or_insert(shown);
    }
    let shown = |person: &str| spelling.get(person).map_or(person, |shown| shown.trim()).to_owned();
    let (mut people, mut hand_offs): (Vec<(String, u32)>, Vec<HandOff>) = (Vec::new(), Vec::new());
    // Who had been named as taking over by now, and by whom.
    let mut named: Vec<(Option<String>, String)> = Vec::new();
    let mut before: Option<String> = None;
    for touch in window.personal() {
        let person = name(touch).map(|name| known.of_name(&tidy(name)));
        if let Some(other) = introduced(touch) {
            named.push((person.clone(), known.of_name(&tidy(other))));
        }
        let Some(person) = person else { continue };
        if let Some((_, touches)) = people.iter_mut().find(|(known, _)| *known == person) {
            *touches += 1;
        } else {
            if let Some(from) = &before {
                // By whoever it was, or by the new one, who names the old.
                let met = named.iter().any(|(by, to)| *to == person || (by.as_ref() == Some(&person) && to == from));
                hand_offs.push(HandOff { from: shown(from), to: shown(&person), introduced: met, touch: touch.id.clone() });
            }
            people.push((person.clone(), 1));
        }
        before = Some(person);
    }
    (people.into_iter().map(|(person, touches)| Person { name: shown(&person), touches }).collect(), hand_offs)
}

fn weeks(window: &Window<'_>, rubric: &Rubric, attempts: &[Attempt], channels: Channels) -> Vec<Week> {
    let days = rubric.window.days.0;
    let number = (days / 7 + u16::from(days % 7 >= SHORT_DAYS)).max(1);
    let begins = |week: u16| later(window.start, TimeDelta::days(i64::from(week) * 7));
    let one = |week: u16| {
        let (from, to) = (begins(week), if week + 1 == number { window.end } else { begins(week + 1) });
        // What came between sending and confirming came at once; the last moment of the window is in it.
        let within = |at: DateTime<Utc>| at.max(window.start) >= from && (at.max(window.start) < to || (to == window.end && at <= to));
        let seen = |reach: Reach, count: usize| (count > 0 || reach == Reach::Watched).then_some(small(count));
        let personal = |channel| window.personal().filter(|touch| touch.channel == channel && within(touch.at)).count();
        let calls = seen(channels.call, attempts.iter().filter(|attempt| within(attempt.at)).count());
        let texts = seen(channels.text, personal(Channel::Sms));
        let personal_emails = seen(channels.email, personal(Channel::Email));
        let contact = [calls, texts, personal_emails].into_iter().flatten().any(|count| count > 0);
        let marketing = window.touches.iter().filter(|touch| touch.origin == Origin::Marketing && within(touch.at)).count();
        Week {
            number: u32::from(week) + 1,
            from,
            to: to.min(window.until.max(from)),
            over: to <= window.until,
            calls,
            texts,
            personal_emails,
            marketing: small(marketing),
            touched: (contact || !channels.half_blind()).then_some(contact),
        }
    };
    (0..number).filter(|week| *week == 0 || begins(*week) < window.until).map(one).collect()
}

fn opt_out(card: &Card, rubric: &Rubric, setting: &Setting<'_>) -> OptOut {
    let rule = &rubric.respect.opt_out;
    let Some(asked) = card.opt_out_at.filter(|asked| *asked <= setting.as_of) else { return OptOut::NotTested };
    let deadline = after_weekdays(setting.timezone, asked, rule.weekdays.0);
    let watched = later(asked, TimeDelta::days(i64::from(rule.watched_days.0)));
    let late = |touch: &TouchEntry| stays_away(touch.origin) && touch.at > deadline && touch.at <= watched.min(setting.as_of);
    if card.touches.iter().any(late) {
        OptOut::Ignored
    } else if setting.as_of < watched {
        OptOut::Open
    } else {
        OptOut::Honoured
    }
}

#[cfg(test)]
mod tests {
    use super::super::setting;
    use super::*;
    use crate::score::cases::{Case, START};
    use serde_json::json;

    const DAY: i64 = 86_400;

    fn told(case: &Case) -> Continuity {
        of(&case.card(), &Rubric::default_rubric(), &setting(case)).unwrap()
    }

    fn by(case: Case, name: &str, at: i64) -> Case {
        case.email(at).labels(&json!({ "sender_name": name }).to_string())
    }

    #[test]
    fn people_are_counted_once_and_hand_offs_told() {
        let case = by(by(by(by(Case::new(), "Amy", 60), "Amy Ortiz", DAY), "BEN  Cole", 2 * DAY), "amy ortiz", 3 * DAY).call(4 * DAY);
        let told = told(&case);
        let people: Vec<(&str, u32)> = told.people.iter().map(|person| (person.name.as_str(), person.touches)).collect();
        assert_eq!(people, [("Amy Ortiz", 3), ("BEN  Cole", 1)]);
        assert_eq!(told.unnamed, 1);
        let hand_off = HandOff { from: "Amy Ortiz".into(), to: "BEN  Cole".into(), introduced: false, touch: "t3".into() };
        assert_eq!(told.hand_offs, [hand_off], "that Amy comes back is no second one");
    }

    #[test]
    fn an_introduction_counts_from_either_side_but_not_afterwards() {
        let introduces = |case: Case, name: &str, other: &str, at: i64| {
            case.email(at).labels(&json!({"sender_name": name, "introduces": other}).to_string())
        };
        let before = by(introduces(Case::new(), "Amy", "Ben", 60), "Ben Cole", DAY);
        let herself = introduces(by(Case::new(), "Amy", 60), "Ben", "Amy", DAY);
        let after = introduces(by(by(Case::new(), "Amy", 60), "Ben", DAY), "Amy", "Ben", 2 * DAY);
        let other = by(introduces(Case::new(), "Amy", "Cid", 60), "Ben", DAY);
        for (case, want) in [(before, true), (herself, true), (after, false), (other, false)] {
            assert_eq!(told(&case).hand_offs.iter().map(|off| off.introduced).collect::<Vec<_>>(), [want], "{case:?}");
        }
    }

    #[test]
    fn weeks_tell_what_was_done_and_what_is_not_known() {
        let case = Case::new().email(-1).call(60).call(61).touch("email", "marketing", 8 * DAY).touch("sms", "personal", 30 * DAY);
        let week = |week: &Week| (week.calls, week.texts, week.personal_emails, week.marketing, week.touched);
        let seen = told(&case);
        assert_eq!(
            seen.weeks.iter().map(week).collect::<Vec<_>>(),
            [
                (Some(1), Some(0), Some(1), 0, Some(true)),
                (Some(0), Some(0), Some(0), 1, Some(false)),
                (Some(0), Some(0), Some(0), 0, Some(false)),
                (Some(0), Some(1), Some(0), 0, Some(true)),
            ]
        );
        assert_eq!((seen.weeks_touched, seen.weeks_judged), (2, 4));
        assert_eq!(seen.weeks[3].to, START + TimeDelta::days(30), "the last two days belong to the fourth week");
        // The phone was never watched: an empty week may have had a call.
        let mut blind = case.clone();
        blind = blind.set("coverage_gaps", json!([{"source": "phone.main", "from": START, "to": START + TimeDelta::days(40)}]));
        let seen = told(&blind);
        assert_eq!((seen.weeks[1].calls, seen.weeks[1].touched), (None, None));
        assert_eq!((seen.weeks_touched, seen.weeks_judged), (2, 2));
        // Not offered is nobody's omission, and no reason for doubt.
        let seen = told(&case.clone().set("offered", json!({})));
        assert_eq!((seen.weeks[1].calls, seen.weeks[1].touched), (None, Some(false)));
        // The window is open: the second week is not over.
        let seen = told(&case.clone().on(9 * DAY));
        assert_eq!(seen.weeks.iter().map(|week| week.over).collect::<Vec<_>>(), [true, false]);
        assert_eq!((seen.weeks_touched, seen.weeks_judged), (1, 1));
        // Withdrawn: what is cut off was never due.
        let seen = told(&case.set("withdrawn_at", json!(START + TimeDelta::days(9))));
        assert_eq!((seen.weeks.len(), seen.weeks_judged), (2, 1));
    }

    #[test]
    fn calls_at_once_and_opt_outs_are_told() {
        let burst = (0..6).fold(Case::new(), |case, n| case.call(60 + n * 500));
        assert_eq!(told(&burst).over_calling, ["t1", "t2", "t3", "t4", "t5", "t6"]);
        assert!(told(&(0..6).fold(Case::new(), |case, n| case.call(60 + n * 600))).over_calling.is_empty());
        let opted = |late: i64, on: i64| Case::new().email(60).set("opt_out_at", json!(START)).touch("email", "marketing", late).on(on);
        for (case, want) in [
            (Case::new().email(60), OptOut::NotTested),
            (opted(DAY, 5 * DAY), OptOut::Open),
            (opted(DAY, 29 * DAY), OptOut::Open),
            (opted(14 * DAY, 31 * DAY), OptOut::Honoured),
            (opted(15 * DAY, 31 * DAY), OptOut::Ignored),
            (opted(15 * DAY, 14 * DAY), OptOut::Open),
            (opted(30 * DAY + 1, 40 * DAY), OptOut::Honoured),
        ] {
            assert_eq!(told(&case).opt_out, want, "{case:?}");
        }
    }
}
