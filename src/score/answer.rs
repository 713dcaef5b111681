//! What was answered and what was proposed: the best over everything that was said in the window.

use std::collections::BTreeSet;

use crate::classify::{Appointment, Fault, Labels, QuestionAnswered};
use crate::collect::{Channel, Placement};

use super::TouchId;
use super::facts::{Facts, filled, small};
use super::judge::Judged;

/// How the question fared, over everything that was said.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Reply {
    /// None was asked.
    NotAsked,
    /// Nobody said anything.
    NothingSaid,
    /// No yes, and some touch cannot be told.
    Unknown,
    /// The best that was said.
    Best(QuestionAnswered),
}

/// How the question fared.
pub(super) fn reply(facts: &Facts<'_>) -> Reply {
    if !filled(facts.log.inquiry.question.as_ref()) {
        return Reply::NotAsked;
    }
    let said: Vec<Option<QuestionAnswered>> = facts.said().map(|(_, labels)| labels.question).collect();
    let any = |answer| said.contains(&Some(answer));
    if said.is_empty() {
        Reply::NothingSaid
    } else if any(QuestionAnswered::Yes) {
        Reply::Best(QuestionAnswered::Yes)
    } else if any(QuestionAnswered::Unknown) || said.contains(&None) {
        Reply::Unknown
    } else if any(QuestionAnswered::Partly) {
        Reply::Best(QuestionAnswered::Partly)
    } else if any(QuestionAnswered::Deferred) {
        Reply::Best(QuestionAnswered::Deferred)
    } else {
        Reply::Best(QuestionAnswered::No)
    }
}

pub(super) fn question(facts: &Facts<'_>) -> Judged {
    let rule = &facts.rubric.answer.question;
    match reply(facts) {
        Reply::NotAsked => Judged::not_counted("no question was asked"),
        Reply::NothingSaid => nothing_said(facts),
        Reply::Unknown => Judged::not_counted("it cannot be told whether the question was answered; review can say"),
        Reply::Best(best) => {
            let ids = with(facts, |labels| labels.question == Some(best));
            let (share, why) = match best {
                QuestionAnswered::Yes => (1.0, "the question was answered"),
                QuestionAnswered::Partly => (rule.partly.0, "the question was answered in part"),
                QuestionAnswered::Deferred => (rule.deferred.0, "the answer was put off to a call or visit"),
                QuestionAnswered::No | QuestionAnswered::Unknown => (0.0, "nothing that was said answers the question"),
            };
            Judged::of(share, why, ids)
        }
    }
}

/// An element by its name, and the labels that show it.
type Element = (&'static str, fn(&Labels) -> bool);

/// What makes an answer personal, a quarter each.
const ELEMENTS: [Element; 4] = [
    ("the shopper's name", |labels| labels.name_used == Some(true)),
    ("the community or plan", |labels| labels.community_named == Some(true)),
    ("a named sender", |labels| filled(labels.sender_name.as_ref())),
    ("a direct number", |labels| filled(labels.direct_phone.as_ref())),
];

pub(super) fn personal(facts: &Facts<'_>) -> Judged {
    if facts.said().next().is_none() {
        return nothing_said(facts);
    }
    let (mut given, mut missing, mut ids) = (Vec::new(), Vec::new(), Vec::new());
    for (n, (name, holds)) in ELEMENTS.iter().enumerate() {
        let before = |labels| ELEMENTS.iter().take(n).any(|(_, held)| held(labels));
        let mut found = facts.said().filter(|(_, labels)| holds(labels)).peekable();
        if found.peek().is_some() {
            given.push(*name);
        } else {
            missing.push(*name);
        }
        // Each touch once, where it first gave something.
        ids.extend(found.filter(|(_, labels)| !before(labels)).map(|(touch, _)| touch.id.clone()));
    }
    let share = f64::from(small(given.len())) * 0.25;
    let why = match (given.as_slice(), missing.as_slice()) {
        (_, []) => format!("given: {}", given.join(", ")),
        ([], _) => format!("missing: {}", missing.join(", ")),
        _ => format!("given: {}; missing: {}", given.join(", "), missing.join(", ")),
    };
    Judged::of(share, why, ids)
}

pub(super) fn clean(facts: &Facts<'_>) -> Judged {
    if facts.said().next().is_none() {
        return nothing_said(facts);
    }
    let kinds: BTreeSet<Fault> = facts.said().flat_map(|(_, labels)| labels.faults.iter().flatten().copied()).collect();
    let names: Vec<&str> = kinds
        .iter()
        .map(|kind| match kind {
            Fault::MergeField => "a broken merge field",
            Fault::WrongName => "a wrong name",
            Fault::WrongCommunity => "a wrong community",
        })
        .collect();
    if names.is_empty() {
        return Judged::of(1.0, "no broken merge field, no wrong name, no wrong community", Vec::new());
    }
    let share = match names.len() {
        1 => 2.0 / 3.0,
        2 => 1.0 / 3.0,
        _ => 0.0,
    };
    let ids = with(facts, |labels| labels.faults.as_ref().is_some_and(|faults| !faults.is_empty()));
    Judged::of(share, format!("found: {}", names.join(", ")), ids)
}

pub(super) fn inbox(facts: &Facts<'_>) -> Judged {
    let Some(first) = facts.personal().find(|seen| seen.touch.channel == Channel::Email) else {
        return Judged::of(0.0, format!("no personal email came {}", facts.so_far()), Vec::new());
    };
    let rule = &facts.rubric.answer.inbox;
    let (share, why) = match first.touch.labels.placement {
        Some(Placement::Inbox) => (1.0, "the first personal email landed in the inbox"),
        Some(Placement::Promotions) => (rule.promotions.0, "the first personal email landed among the promotions"),
        Some(Placement::Spam) => (rule.spam.0, "the first personal email landed in spam"),
        None => return Judged::not_counted("it is not known where the first personal email landed"),
    };
    Judged::of(share, why, vec![first.touch.id.clone()])
}

pub(super) fn appointment(facts: &Facts<'_>) -> Judged {
    let specific = with(facts, |labels| labels.appointment == Some(Appointment::Specific) || filled(labels.scheduling_link.as_ref()));
    let vague = with(facts, |labels| labels.appointment == Some(Appointment::Vague));
    if facts.said().next().is_none() {
        nothing_said(facts)
    } else if !specific.is_empty() {
        Judged::of(1.0, "asked for a visit or call at a stated time, or gave a scheduling link", specific)
    } else if !vague.is_empty() {
        Judged::of(facts.rubric.next.appointment.vague.0, "invited vaguely, without a time or a scheduling link", vague)
    } else {
        Judged::of(0.0, "asked for no visit and no call", Vec::new())
    }
}

pub(super) fn reason(facts: &Facts<'_>) -> Judged {
    let given = with(facts, |labels| labels.reason_or_discovery == Some(true));
    if facts.said().next().is_none() {
        return nothing_said(facts);
    }
    let why = if given.is_empty() {
        "gave no reason to choose this builder and asked nothing about the buyer"
    } else {
        "gave a reason to choose this builder, or asked what the buyer needs"
    };
    Judged::yes_or_no(!given.is_empty(), why, given)
}

fn nothing_said(facts: &Facts<'_>) -> Judged {
    Judged::of(0.0, format!("nothing was said {}, in email, text or voicemail", facts.so_far()), Vec::new())
}

/// The touches in which something was said and whose labels hold.
fn with(facts: &Facts<'_>, holds: impl Fn(&Labels) -> bool) -> Vec<TouchId> {
    facts.said().filter(|(_, labels)| holds(labels)).map(|(touch, _)| touch.id.clone()).collect()
}
