//! The groups of a wave: all of it, and what tells its inquiries apart (in or after hours, whether the site shows its online sales
//! counselor, whether it has a chat, state, tags). Takes subjects of one wave in any order; gives a group's figures each. A group of one is
//! listed like any other, with its n.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::bootstrap::{mean, of_mean};
use super::cohort::{Cohort, cohort, never};
use super::share::Share;
use super::subject::{Answer, Kind, Spell, Subject};
use super::survival::{Curve, Wait};
use crate::score::card::{Card, Outcome, Verdict};
use crate::score::facts::small;
use crate::score::verdict::rounded;

/// What a group's members have in common, in the order of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum GroupBy {
    /// The whole wave.
    All,
    /// When it was sent: `in_hours`, `after_hours`, `not_known`.
    Kind,
    /// Whether an online sales counselor is named or pictured on the site: `shown`, `not_shown`, `not_known`.
    Osc,
    /// Whether the site has a chat: `chat`, `no_chat`, `not_known`.
    Chat,
    /// The shop's state; `not_known` where the shop file names none.
    State,
    /// A tag of the shop; a shop may have several, or none.
    Tag,
}

/// A mean score with its certainty.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct MeanScore {
    /// Final inquiries with a score.
    pub n: u32,
    /// Their mean.
    pub mean: f64,
    /// 95 % bootstrap interval; `None` below three.
    pub interval: Option<[f64; 2]>,
}

/// A share by its name.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct NamedShare {
    /// `never`, `within_5m`, `within_1h`, `within_24h`, `called`, `question_answered`.
    pub id: String,
    /// The share.
    #[serde(flatten)]
    pub share: Share,
}

/// Curves of waiting, on the wall clock.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Curves {
    /// To the first call attempt.
    pub call: Curve,
    /// To the first personal email.
    pub personal_email: Curve,
    /// To the first personal touch on any channel.
    pub personal: Curve,
}

/// The figures of a group.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Group {
    /// What its members have in common.
    pub by: GroupBy,
    /// Which of them.
    pub name: String,
    /// How many and how soon, as in `cohort`.
    #[serde(flatten)]
    pub cohort: Cohort,
    /// Inquiries whose verdict is final.
    pub n_final: u32,
    /// The mean score of the final ones; `None` when none has a score.
    pub score: Option<MeanScore>,
    /// Shares, those of nothing left out.
    pub shares: Vec<NamedShare>,
    /// Curves of waiting.
    pub curves: Curves,
}

/// The groups of a wave, in the order of [`GroupBy`] and then by name.
pub(super) fn groups(subjects: &[Subject<'_>]) -> Vec<Group> {
    let mut members: BTreeMap<(GroupBy, &str), Vec<&Subject<'_>>> = BTreeMap::new();
    members.insert((GroupBy::All, "all"), Vec::new());
    for subject in subjects {
        for key in keys(subject) {
            members.entry(key).or_default().push(subject);
        }
    }
    members.into_iter().map(|((by, name), members)| group(by, name, &members)).collect()
}

/// The groups that an inquiry belongs to.
fn keys<'a>(subject: &Subject<'a>) -> Vec<(GroupBy, &'a str)> {
    const NOT_KNOWN: &str = "not_known";
    let either = |fact: Option<bool>, yes, no| fact.map_or(NOT_KNOWN, |fact| if fact { yes } else { no });
    let kind = match subject.watch.kind {
        Kind::InHours => "in_hours",
        Kind::AfterHours => "after_hours",
        Kind::NotKnown => NOT_KNOWN,
    };
    let mut keys = vec![
        (GroupBy::All, "all"),
        (GroupBy::Kind, kind),
        (GroupBy::Osc, either(subject.osc_shown, "shown", "not_shown")),
        (GroupBy::Chat, either(subject.chat, "chat", "no_chat")),
        (GroupBy::State, subject.state.filter(|state| !state.trim().is_empty()).unwrap_or(NOT_KNOWN)),
    ];
    // A tag that stands twice is one.
    for tag in subject.tags {
        let key = (GroupBy::Tag, tag.as_str());
        if !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

fn group(by: GroupBy, name: &str, members: &[&Subject<'_>]) -> Group {
    let n_final = small(members.iter().filter(|subject| subject.card.verdict == Verdict::Final).count());
    let curve = |answer| curve(members, answer);
    let curves = Curves { call: curve(Answer::Call), personal_email: curve(Answer::PersonalEmail), personal: curve(Answer::Personal) };
    Group {
        by,
        name: name.to_owned(),
        cohort: cohort(members, curves.personal.median_s),
        n_final,
        score: mean_score(name, &scores(members)),
        shares: shares(members),
        curves,
    }
}

/// The scores of the final ones.
pub(super) fn scores(members: &[&Subject<'_>]) -> Vec<f64> {
    members.iter().filter(|subject| subject.card.verdict == Verdict::Final).filter_map(|subject| subject.card.score).collect()
}

/// Scores below which no interval is given: fewer say nothing of how far they spread.
pub(super) const SPREAD_FROM: usize = 3;

/// Their mean with its interval.
pub(super) fn mean_score(name: &str, scores: &[f64]) -> Option<MeanScore> {
    let mut scores = scores.to_vec();
    // A sum depends on its order by a hair.
    scores.sort_by(f64::total_cmp);
    let interval = (scores.len() >= SPREAD_FROM).then(|| of_mean(name, &scores).map(|edge| rounded(edge, 10.0)));
    (!scores.is_empty()).then(|| MeanScore { n: small(scores.len()), mean: rounded(mean(&scores), 10.0), interval })
}

/// Whether an inquiry is in the figures.
pub(super) fn counts(card: &Card) -> bool {
    matches!(card.verdict, Verdict::Final | Verdict::Provisional)
}

/// The curve of one kind of answer.
pub(super) fn curve(members: &[&Subject<'_>], answer: Answer) -> Curve {
    let (mut not_offered, mut not_watched) = (0, 0);
    let mut waits = Vec::new();
    for subject in members.iter().filter(|subject| counts(subject.card)) {
        match subject.first(answer) {
            (Some(seconds), Spell::For(watched)) if seconds <= watched => waits.push(Wait { seconds, answered: true }),
            (_, Spell::For(seconds)) => waits.push(Wait { seconds, answered: false }),
            // Whoever found a number by himself and called is no measure of how soon those call who were given one.
            (_, Spell::NotOffered) => not_offered += 1,
            (_, Spell::NotWatched) => not_watched += 1,
        }
    }
    Curve { not_offered, not_watched, ..Curve::of(waits) }
}

/// Every share of which there is a whole.
fn shares(members: &[&Subject<'_>]) -> Vec<NamedShare> {
    let within = |limit: i64| {
        let mut share = (0, 0);
        for subject in members.iter().filter(|subject| counts(subject.card)) {
            let (first, watched) = subject.first(Answer::Personal);
            let met = first.is_some_and(|seconds| seconds <= limit);
            // Whoever is in it must not hang on how it came out: those met alone would make any share 100 %. But an inquiry is withdrawn
            // because somebody answered.
            if matches!(watched, Spell::For(seconds) if seconds >= limit) || met && subject.card.cut_at.is_some() {
                add(&mut share, met);
            }
        }
        share
    };
    let criterion = |id: &str| {
        let mut share = (0, 0);
        let lines = members.iter().filter(|subject| counts(subject.card)).flat_map(|subject| &subject.card.criteria);
        for line in lines.filter(|line| line.id == id && line.counted && line.result != Outcome::Indeterminate) {
            add(&mut share, line.result == Outcome::Met);
        }
        share
    };
    let all = [
        ("never", never(members)),
        ("within_5m", within(300)),
        ("within_1h", within(3600)),
        ("within_24h", within(86_400)),
        ("called", criterion("channels.call")),
        ("question_answered", criterion("answer.question")),
    ];
    all.into_iter().filter_map(|(id, (part, of))| Some(NamedShare { id: id.to_owned(), share: Share::of(part, of)? })).collect()
}

fn add(share: &mut (u32, u32), holds: bool) {
    share.0 += u32::from(holds);
    share.1 += 1;
}
