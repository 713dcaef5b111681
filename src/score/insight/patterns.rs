//! What may lie behind it, in the words of the trade. Takes a final card and how the builder's other inquiries fared; gives
//! hypotheses, never findings: each says what it rests on, how much speaks for it, what else would explain it and what to ask first.
//! Gives none where the whole window is not proven, nor of a builder in a study.

use std::collections::BTreeSet;

use chrono::{NaiveDate, TimeDelta};
use chrono_tz::Tz;

use super::super::TouchId;
use super::super::card::{Card, Channels, Reach, TouchEntry};
use super::super::facts::small;
use super::super::rubric::Rubric;
use super::super::speed::Spoken;
use super::super::verdict::rounded;
use super::hat::another_hat;
use super::history::{Fared, History};
use super::whole::{Whole, latest};
use super::{Continuity, Hypothesis, Pattern, Setting};
use crate::classify::{Appointment, Origin};
use crate::collect::Channel;
use crate::shop::hours::local_date;

/// However much speaks for it, it stays a hypothesis.
const MOST: f64 = 0.7;
/// A first answer within so many seconds was fast.
const FAST_S: i64 = 1800;
pub(super) fn of(card: &Card, history: &History, rubric: &Rubric, setting: &Setting<'_>, continuity: &Continuity) -> Vec<Hypothesis> {
    let Some(this) = Whole::of(card, rubric, setting.as_of).filter(|_| !setting.study) else { return Vec::new() };
    let others = history.others(&this, rubric, setting.timezone);
    let found = [
        history.together.clone(),
        chat_relied_on(&this, others, rubric, setting),
        no_framework(&this, others, setting),
        wrong_fit(&this, others, rubric),
        another_hat(&this, setting, continuity),
    ];
    let mut found: Vec<Hypothesis> = found.into_iter().flatten().collect();
    for hypothesis in &mut found {
        hypothesis.confidence = rounded(hypothesis.confidence.min(MOST), 100.0);
    }
    // Stable: equal ones stay in the order above.
    found.sort_by(|a, b| b.confidence.total_cmp(&a.confidence));
    found
}

/// A chat on the site, and no person behind the form.
fn chat_relied_on(this: &Whole<'_>, others: Fared, rubric: &Rubric, setting: &Setting<'_>) -> Option<Hypothesis> {
    setting.chat.filter(|chat| !chat.trim().is_empty())?;
    let silent = others.silent;
    if !this.silent() || !this.uncut() || others.number - silent > silent {
        return None;
    }
    let mut rests_on = vec![
        "a chat stood on the site when the inquiry was sent".to_owned(),
        format!("nobody answered the form in person in {} days", rubric.window.days.0),
    ];
    let mut confidence = 0.4;
    let machine = this.window.touches.iter().filter(|touch| matches!(touch.origin, Origin::AutoReply | Origin::Marketing));
    let touches: Vec<TouchId> = machine.map(|touch| touch.id.clone()).collect();
    if !touches.is_empty() {
        rests_on.push("automatic or marketing mail came, so the inquiry arrived".to_owned());
        confidence += 0.1;
    }
    if silent > 0 {
        rests_on.push(format!("{silent} of {} other final inquiries over the trailing waves got no personal answer either", others.number));
        confidence += 0.1;
    }
    Some(Hypothesis {
        pattern: Pattern::ChatReliedOn,
        title: "Chat relied on",
        says: "The chat may be where this builder expects its buyers, and the form may have no one behind it.",
        confidence,
        rests_on,
        touches,
        instead: vec![
            "The form may lose inquiries on their way: send one of your own and follow it.",
            "The inquiry reached a person who was away, and nobody stood in.",
            "The chat is staffed by people who never see what the form sends.",
        ],
        ask: "Who gets what the form sends, and is it the same person who answers the chat?",
    })
}

/// One day of answers in one way, and nothing after.
fn no_framework(this: &Whole<'_>, others: Fared, setting: &Setting<'_>) -> Option<Hypothesis> {
    let (day, way) = one_day(this, setting.timezone)?;
    let touches: Vec<TouchId> = this.window.personal().map(|touch| touch.id.clone()).collect();
    let number = small(touches.len());
    let last = this.window.personal().map(latest).max().unwrap_or(this.window.start);
    let quiet = (this.window.end - last).num_days();
    let came = if number == 1 { "the one personal touch".to_owned() } else { format!("all {number} personal touches") };
    let mut rests_on = vec![
        format!("{came} came on one day, {day}, and none in the {quiet} days after"),
        format!("{} was used, and {}", way.name(), way.left(this.channels)),
    ];
    let mut confidence = 0.45;
    let marketed = this.window.touches.iter().filter(|touch| touch.origin == Origin::Marketing && touch.at > last).count();
    if marketed > 0 {
        let touches = if marketed == 1 { "1 marketing touch".to_owned() } else { format!("{marketed} marketing touches") };
        rests_on.push(format!("{touches} came after that day, so the buyer was not forgotten by the system"));
        confidence += 0.1;
    }
    let alike = others.one_day;
    if alike > 0 {
        rests_on.push(format!("{alike} of {} other final inquiries over the trailing waves fared alike", others.number));
        confidence += 0.1;
    }
    Some(Hypothesis {
        pattern: Pattern::NoFramework,
        title: "No framework set up",
        says: "What happens after the first answer may not be written down: no days, no channels, no tasks.",
        confidence,
        rests_on,
        touches,
        instead: vec![
            "The first answer may have settled the matter, for instance because the plan is not built there.",
            "The follow-ups were planned, and nobody did them: then it is accountability, and not the framework.",
            "The buyer was handed to a sales agent who meant to call and did not.",
        ],
        ask: "Show me the plan for day 2, day 4 and day 21. Where does it stand, and who gets the task?",
    })
}

/// A way of reaching a buyer.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    Email,
    Phone,
    Text,
}

impl Way {
    fn of(channel: Channel) -> Self {
        match channel {
            Channel::Email => Self::Email,
            Channel::Call | Channel::Voicemail => Self::Phone,
            Channel::Sms => Self::Text,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Email => "only email",
            Self::Phone => "only the phone",
            Self::Text => "only text",
        }
    }

    /// What else could have been used.
    fn left(self, channels: Channels) -> &'static str {
        match (self, channels.call == Reach::Watched, channels.text == Reach::Watched) {
            (Self::Email, true, true) => "a phone number was given and texts were allowed",
            (Self::Email, true, false) => "a phone number was given",
            (Self::Email, false, _) => "texts were allowed",
            (Self::Phone | Self::Text, ..) => "an email address was given",
        }
    }
}

/// The one day, and the one way, of all personal touches of a whole window, within three days of the inquiry and though there was
/// another way.
pub(super) fn one_day(one: &Whole<'_>, zone: Tz) -> Option<(NaiveDate, Way)> {
    let soon = one.window.start + TimeDelta::days(3);
    let (mut days, mut ways) = (BTreeSet::new(), BTreeSet::new());
    for touch in one.window.personal() {
        days.extend([local_date(zone, touch.at), local_date(zone, latest(touch))]);
        ways.insert(Way::of(touch.channel));
    }
    let another = one.channels.call == Reach::Watched || one.channels.text == Reach::Watched;
    let (day, way) = (*days.first()?, *ways.first()?);
    let early = one.window.personal().all(|touch| latest(touch) <= soon);
    (one.uncut() && another && early && days.len() == 1 && ways.len() == 1).then_some((day, way))
}

/// Fast, and neither an answer nor an invitation.
fn wrong_fit(this: &Whole<'_>, others: Fared, rubric: &Rubric) -> Option<Hypothesis> {
    let said = beside_the_point(this, rubric)?;
    let first = this.card.first.personal.unwrap_or_default();
    let mut rests_on = vec![
        format!("the first personal touch came after {}", Spoken(first)),
        match said.len() {
            1 => "the one message that says something does not answer the question".to_owned(),
            number => format!("none of {number} messages that say something answers the question"),
        },
        "none asks for a visit or a call".to_owned(),
    ];
    let mut confidence = if said.len() > 1 { 0.5 } else { 0.35 };
    let alike = others.beside_the_point;
    if alike > 0 {
        rests_on.push(format!("{alike} of {} other final inquiries over the trailing waves fared alike", others.number));
        confidence += 0.1;
    }
    Some(Hypothesis {
        pattern: Pattern::WrongFit,
        title: "Wrong fit",
        says: "The answers come quickly and lead nowhere: the role may not suit whoever fills it, or nobody has shown what it is for.",
        confidence,
        rests_on,
        touches: said,
        instead: vec![
            "Whoever answers was never trained, or has no plans, prices and calendar at hand: then it is no question of fit.",
            "A template answered, and nobody has looked at it for a long time.",
            "The answer and the invitation were meant for a call that nobody picked up.",
        ],
        ask: "What does a good first answer look like here, and who has practised it with the team?",
    })
}

/// The messages of an inquiry that was answered fast, of which none answers the question or invites; `None` where any does, any may,
/// or a machine may have written one.
pub(super) fn beside_the_point(one: &Whole<'_>, rubric: &Rubric) -> Option<Vec<TouchId>> {
    let line = |id: &str| one.card.criteria.iter().find(|line| line.id == id && line.counted && line.of > 0.0);
    let (question, appointment) = (line("answer.question")?, line("next.appointment")?);
    let unanswered = question.points / question.of < rubric.answer.question.partly.0 - 1e-9;
    let said: Vec<&TouchEntry> =
        one.window.personal().filter(|touch| touch.channel != Channel::Call || touch.labels.question.is_some()).collect();
    let known = said.iter().all(|touch| {
        touch.labels.appointment == Some(Appointment::None)
            && touch.labels.scheduling_link.is_none()
            && touch.labels.question.is_some()
            && touch.labels.suspected_automation != Some(true)
    });
    let fast = one.card.first.personal.is_some_and(|seconds| seconds <= FAST_S);
    // A mail this fast is suspected even where no label says so.
    let machine = one.card.first.personal_email.is_some_and(|seconds| seconds <= rubric.touches.suspect_within_s.i64());
    (fast && !machine && unanswered && appointment.points <= 0.0 && known && !said.is_empty())
        .then(|| said.into_iter().map(|touch| touch.id.clone()).collect())
}

#[cfg(test)]
#[path = "patterns_tests.rs"]
mod tests;
