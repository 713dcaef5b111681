//! One criterion at a time: which of them count at which horizon, who judges which, and how a judgement becomes a line of the card.

use std::borrow::Cow;

use chrono::{DateTime, Utc};

use super::TouchId;
use super::card::{Criterion, Outcome, Reach};
use super::facts::{Facts, Seen};
use super::proof::Sight;
use super::{answer, persist, respect, speed};

/// How much of the rubric applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scope {
    /// 24 hours are over, 30 days are not.
    FirstLook,
    /// The window is over.
    Whole,
    /// The inquiry was withdrawn before the window was over.
    Withdrawn,
}

/// A judgement, before points.
pub(super) struct Judged {
    pub(super) counted: bool,
    pub(super) result: Outcome,
    pub(super) share: f64,
    pub(super) why: Cow<'static, str>,
    pub(super) touches: Vec<TouchId>,
}

impl Judged {
    /// Counted, with a share of the points.
    pub(super) fn of(share: f64, why: impl Into<Cow<'static, str>>, touches: Vec<TouchId>) -> Self {
        let result = match share {
            full if full >= 1.0 => Outcome::Met,
            some if some > 0.0 => Outcome::Partial,
            _ => Outcome::Missed,
        };
        Self { counted: true, result, share, why: why.into(), touches }
    }

    /// Full marks or none.
    pub(super) fn yes_or_no(yes: bool, why: impl Into<Cow<'static, str>>, touches: Vec<TouchId>) -> Self {
        Self::of(if yes { 1.0 } else { 0.0 }, why, touches)
    }

    /// The least there was, for a reason.
    fn doubted(self, why: &str) -> Self {
        Self { result: Outcome::Indeterminate, why: format!("{}; {why}, so there may have been more", self.why).into(), ..self }
    }

    /// Outside the denominator.
    pub(super) fn not_counted(why: impl Into<Cow<'static, str>>) -> Self {
        Self { counted: false, result: Outcome::NotCounted, share: 0.0, why: why.into(), touches: Vec::new() }
    }
}

/// Every criterion of the rubric, judged, with exact points.
pub(super) fn all(facts: &Facts<'_>, scope: Scope) -> Vec<Criterion> {
    // Few are, so that they are sought once and not in each criterion.
    let doubtful: Vec<(&Seen<'_>, bool)> = facts
        .seen
        .iter()
        .map(|seen| (seen, facts.suspected(seen.touch)))
        .filter(|(seen, suspect)| *suspect || seen.touch.disputed)
        .collect();
    let judged = facts.rubric.criteria().into_iter().map(|(id, of)| {
        let judged = out_of_scope(id, of, scope).map_or_else(|| one(id, facts), Judged::not_counted);
        line(id, of, with_caveats(&doubtful, as_watched(facts, id, judged)))
    });
    judged.collect()
}

/// Every criterion of the rubric, none counted, for one and the same reason.
pub(super) fn none(rubric: &super::Rubric, why: &str) -> Vec<Criterion> {
    rubric.criteria().into_iter().map(|(id, of)| line(id, of, Judged::not_counted(why.to_owned()))).collect()
}

fn out_of_scope(id: &str, of: f64, scope: Scope) -> Option<&'static str> {
    let persist = id.starts_with("persist.");
    match scope {
        _ if of <= 0.0 => Some("this rubric gives no points for it"),
        Scope::FirstLook if persist || id.starts_with("respect.") => Some("judged when the window is over"),
        Scope::Withdrawn if persist || id == "respect.constant_contact" => Some("the inquiry was withdrawn before the window was over"),
        _ => None,
    }
}

fn one(id: &str, facts: &Facts<'_>) -> Judged {
    match id {
        "speed.call" => speed::call(facts),
        "speed.personal_email" => speed::personal_email(facts),
        "speed.any_personal" => speed::any_personal(facts),
        "speed.acknowledgement" => speed::acknowledgement(facts),
        "answer.question" => answer::question(facts),
        "answer.personal" => answer::personal(facts),
        "answer.clean" => answer::clean(facts),
        "answer.inbox" => answer::inbox(facts),
        "next.appointment" => answer::appointment(facts),
        "next.reason" => answer::reason(facts),
        "channels.call" => persist::channel_call(facts),
        "channels.personal_email" => persist::channel_email(facts),
        "channels.text" => persist::channel_text(facts),
        "channels.video" => persist::channel_video(facts),
        "persist.calls" => persist::calls(facts),
        "persist.written" => persist::written(facts),
        "persist.spread" => persist::spread(facts),
        "respect.constant_contact" => respect::constant_contact(facts),
        "respect.opt_out" => respect::opt_out(facts),
        _ => Judged::not_counted("no rule judges this criterion"),
    }
}

/// What was not watched is not held against anyone: of what was never watched nothing seen does not count, and less than full marks is
/// the least there was.
fn as_watched(facts: &Facts<'_>, id: &str, judged: Judged) -> Judged {
    if !judged.counted || judged.share >= 1.0 {
        return judged;
    }
    let Some((source, sight)) = unwatched(facts, id, &judged) else { return judged };
    match sight.reach {
        Reach::NotWatched if judged.touches.is_empty() => Judged::not_counted(format!("no {source} was watched")),
        Reach::NotWatched => judged.doubted(&format!("no {source} was watched")),
        _ => judged.doubted(&format!("the {source} was not watched throughout")),
    }
}

/// The source on which a criterion may have missed something, and how well it was watched.
fn unwatched(facts: &Facts<'_>, id: &str, judged: &Judged) -> Option<(&'static str, Sight)> {
    let nothing_said = || facts.said().next().is_none();
    let of_phone = match id {
        "speed.call" | "channels.call" | "persist.calls" => facts.calls,
        "channels.text" => facts.texts,
        _ => facts.phone,
    };
    let (phone, mailbox) = match id {
        "speed.call" | "channels.call" | "channels.text" | "persist.calls" => (true, false),
        "speed.personal_email" | "channels.personal_email" => (false, true),
        "speed.any_personal" | "speed.acknowledgement" | "channels.video" | "persist.written" | "persist.spread" => (true, true),
        "answer.inbox" => (false, judged.touches.is_empty()),
        _ if id.starts_with("answer.") || id.starts_with("next.") => (nothing_said(), nothing_said()),
        _ => (false, false),
    };
    let blind = |sight: &Sight| match sight.reach {
        Reach::NotWatched => true,
        // What came while everything was watched is the first, whatever came unseen later.
        Reach::PartlyWatched => !(id.starts_with("speed.") && first_of(facts, judged).is_some_and(|at| at <= sight.until)),
        Reach::Watched | Reach::NotOffered => false,
    };
    let name = match (facts.calls.reach, facts.texts.reach) {
        (Reach::Watched, Reach::NotWatched | Reach::PartlyWatched) => "log of texts",
        (Reach::NotWatched | Reach::PartlyWatched, Reach::Watched) => "log of calls",
        _ => "phone",
    };
    let sources = [(name, of_phone, phone), ("mailbox", facts.mailbox, mailbox)];
    sources.into_iter().find(|(_, sight, needed)| *needed && blind(sight)).map(|(source, sight, _)| (source, sight))
}

/// When the first of the touches came that a judgement rests on.
fn first_of(facts: &Facts<'_>, judged: &Judged) -> Option<DateTime<Utc>> {
    facts.seen.iter().filter(|seen| judged.touches.contains(&seen.touch.id)).map(|seen| seen.at).min()
}

/// What was never watched, in sentences for the verdict.
pub(super) fn blind_spots(facts: &Facts<'_>) -> Vec<String> {
    let mut spots = Vec::new();
    match (facts.calls.reach, facts.texts.reach) {
        (Reach::NotWatched, Reach::NotWatched) => spots.push("no phone was watched: calls and texts are not judged".to_owned()),
        (Reach::NotWatched, _) => spots.push("no log of calls was read: calls are not judged".to_owned()),
        (_, Reach::NotWatched) => spots.push("no log of texts was read: texts are not judged".to_owned()),
        _ => {}
    }
    if facts.mailbox.reach == Reach::NotWatched {
        spots.push("no mailbox was watched: emails are not judged".to_owned());
    }
    spots
}

/// Says so where a judgement rests on a mail that a machine may have written, or on a time that is disputed.
fn with_caveats(doubtful: &[(&Seen<'_>, bool)], mut judged: Judged) -> Judged {
    let (mut suspected, mut disputed) = (Vec::new(), Vec::new());
    let doubtful = doubtful.iter().filter(|(seen, _)| judged.touches.contains(&seen.touch.id));
    for (seen, suspect) in doubtful {
        if *suspect {
            suspected.push(seen.touch.id.clone());
        }
        if seen.touch.disputed {
            disputed.push(seen.touch.id.clone());
        }
    }
    let mut caveats = String::new();
    if !suspected.is_empty() {
        caveats = format!("; suspected automation: {}", suspected.join(", "));
    }
    if !disputed.is_empty() {
        caveats = format!("{caveats}; disputed time: {}", disputed.join(", "));
    }
    if !caveats.is_empty() {
        judged.why.to_mut().push_str(&caveats);
    }
    judged
}

fn line(id: &'static str, of: f64, judged: Judged) -> Criterion {
    let points = if judged.counted { of * judged.share } else { 0.0 };
    Criterion {
        id: Cow::Borrowed(id),
        counted: judged.counted,
        result: judged.result,
        points,
        of,
        why: judged.why,
        touches: judged.touches,
    }
}
