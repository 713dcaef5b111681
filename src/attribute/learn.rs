//! What touches of certain owners teach about a builder within the wave: addresses and domains it writes from, numbers it calls
//! from, threads it is in. Takes all touches at once, so that their order does not matter, and is done once: what is known only by
//! something learned teaches nothing. What two builders of a wave claim, nobody learns; what a person decided wins.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, Utc};

use crate::number::is_placeholder;
use crate::shop::InquiryId;

use super::marks::{Fact, Kind, Learned, Marks};
use super::{Target, domain, hosts, words};

/// Desks and machines, whose address says less than a person's; at a CRM it is everybody's.
const DESKS: &[&str] = &[
    "admin",
    "bounce",
    "bounces",
    "contact",
    "customerservice",
    "donotreply",
    "do-not-reply",
    "email",
    "hello",
    "help",
    "info",
    "inquiries",
    "leads",
    "mail",
    "mailer-daemon",
    "marketing",
    "messages",
    "news",
    "newsletter",
    "no-reply",
    "noreply",
    "notes",
    "notification",
    "notifications",
    "office",
    "postmaster",
    "reply",
    "sales",
    "service",
    "support",
    "team",
    "updates",
    "webmaster",
];

/// A touch that can teach.
#[derive(Clone, Debug)]
pub struct Lesson {
    /// The touch.
    pub touch: String,
    /// When it came.
    pub at: DateTime<Utc>,
    /// Whose it is; `None`: nobody's, as a person decided, or because it came before anybody was asked.
    pub owner: Option<InquiryId>,
    /// Whether a person decided that.
    pub by_person: bool,
    /// What it bears, without addresses of ours.
    pub marks: Marks,
    /// Whether it failed to be delivered: a bounce is written by a server on the way.
    pub bounce: bool,
}

/// One mark that a touch teaches.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Taught {
    /// What it is about.
    pub kind: Kind,
    /// The address, domain, number or id.
    pub value: String,
    /// Whose it is; `None`: nobody's.
    pub owner: Option<InquiryId>,
    /// Whether a person decided that.
    pub by_person: bool,
    /// When the touch came; of several that say the same the earliest stands for all.
    pub at: DateTime<Utc>,
    /// The touch.
    pub touch: String,
}

impl Lesson {
    /// The marks it teaches.
    #[must_use]
    pub fn taught(&self) -> Vec<Taught> {
        let taught = |(kind, value)| Taught {
            kind,
            value,
            owner: self.owner.clone(),
            by_person: self.by_person,
            at: self.at,
            touch: self.touch.clone(),
        };
        marks(self).into_iter().map(taught).collect()
    }
}

/// One claim of a builder to a mark.
struct Claim<'a> {
    target: &'a Target,
    fact: Fact,
}

/// What is learned from all that was taught. A part of it, with everything of each key that it holds, gives the same part of what is learned.
#[must_use]
pub fn learn(taught: &[Taught], targets: &[Target]) -> Learned {
    let by_id: BTreeMap<&InquiryId, &Target> = targets.iter().map(|target| (&target.id, target)).collect();
    let mut claims: BTreeMap<(String, Kind, String), Vec<Claim<'_>>> = BTreeMap::new();
    let mut barred: BTreeSet<(Kind, String)> = BTreeSet::new();
    let mut strangers: BTreeMap<String, Fact> = BTreeMap::new();
    for Taught { kind, value, owner, by_person, at, touch } in taught {
        let fact = Fact { kind: *kind, value: value.clone(), at: *at, touch: touch.clone(), by_person: *by_person };
        let Some(owner) = owner else {
            if *by_person && !matches!(kind, Kind::Domain | Kind::Person) {
                barred.insert((*kind, value.clone()));
            }
            if *kind == Kind::Number {
                let known = strangers.entry(value.clone()).or_insert_with(|| fact.clone());
                *known = fact.min(known.clone());
            }
            continue;
        };
        let Some(target) = by_id.get(owner).copied() else { continue };
        claims.entry((target.wave().to_owned(), *kind, value.clone())).or_default().push(Claim { target, fact });
    }
    let mut learned = Learned { strangers, ..Learned::default() };
    for ((wave, kind, value), claims) in claims {
        let of_person = claims.iter().any(|claim| claim.fact.by_person);
        if !of_person && barred.contains(&(kind, value.clone())) {
            continue;
        }
        let Some(best) = undisputed(claims) else { continue };
        if !of_person && another_owns(kind, &value, best.target, targets) {
            continue;
        }
        // A thread is one inquiry's; a person or a phone is the builder's.
        let learns = |target: &&Target| match kind {
            Kind::Message => target.id == best.target.id,
            Kind::Sender | Kind::Domain | Kind::Number | Kind::Person => target.wave() == wave && target.same_builder(best.target),
        };
        for target in targets.iter().filter(learns) {
            learned.by_key.entry((kind, value.clone())).or_default().push((target.id.clone(), best.fact.clone()));
            learned.by_inquiry.entry(target.id.clone()).or_default().push(best.fact.clone());
        }
    }
    learned
}

/// What a touch could teach.
fn marks(lesson: &Lesson) -> Vec<(Kind, String)> {
    if lesson.bounce {
        return Vec::new();
    }
    let marks = &lesson.marks;
    let mut found: Vec<(Kind, String)> = marks.message_id.iter().map(|id| (Kind::Message, id.clone())).collect();
    for sender in &marks.senders {
        let Some(host) = hosts::of_address(sender) else { continue };
        if !(hosts::is_shared(&host) && is_desk(sender)) {
            found.push((Kind::Sender, sender.clone()));
        }
        if !hosts::is_shared(&host) {
            found.push((Kind::Domain, host));
        }
    }
    found.extend(marks.caller.iter().map(|number| (Kind::Number, number.clone())));
    found.extend(marks.direct_phone.iter().filter(|number| !is_placeholder(number)).map(|number| (Kind::Number, number.clone())));
    found.extend(marks.people.iter().map(|name| (Kind::Person, name.clone())));
    found
}

/// The claim that stands: all are one builder's, or those that a person decided are. Of several the earliest touch is named.
fn undisputed(mut claims: Vec<Claim<'_>>) -> Option<Claim<'_>> {
    if claims.iter().any(|claim| claim.fact.by_person) {
        claims.retain(|claim| claim.fact.by_person);
    }
    let first = claims.first()?;
    let agrees = |claim: &Claim<'_>| match first.fact.kind {
        Kind::Message => claim.target.id == first.target.id,
        Kind::Sender | Kind::Domain | Kind::Number | Kind::Person => claim.target.same_builder(first.target),
    };
    if !claims.iter().all(agrees) {
        return None;
    }
    claims.into_iter().min_by(|a, b| a.fact.cmp(&b.fact))
}

/// Whether a mark is known to be another builder's by its shop file.
fn another_owns(kind: Kind, value: &str, own: &Target, targets: &[Target]) -> bool {
    let others = targets.iter().filter(|target| !target.same_builder(own));
    match kind {
        Kind::Number => others.into_iter().any(|target| target.numbers.iter().any(|number| number == value)),
        Kind::Domain => others.into_iter().any(|target| domain::of_target(value, target)),
        Kind::Sender => hosts::of_address(value).is_some_and(|host| others.into_iter().any(|target| domain::of_target(&host, target))),
        Kind::Person => others.into_iter().any(|target| target.team.iter().any(|name| words::fold(name).trim() == value)),
        Kind::Message => false,
    }
}

/// Whether an address is a desk's or a machine's.
pub(super) fn is_desk(address: &str) -> bool {
    let local = address.split(['@', '+']).next().unwrap_or_default().to_lowercase();
    let plain = local.trim_end_matches(|c: char| c.is_ascii_digit());
    DESKS.contains(&plain) || DESKS.contains(&plain.split(['.', '_']).next().unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, ring, two};
    use super::super::{AttributedBy, call, mail};
    use super::*;
    use crate::collect::mail::parse;

    /// A mail of an owner, as a lesson.
    fn lesson(touch: &str, owner: Option<&str>, headers: &str) -> Lesson {
        Lesson {
            touch: touch.into(),
            at: at("2026-11-03T15:00:00Z"),
            owner: owner.map(|slug| InquiryId::new("2026-11", slug)),
            by_person: owner.is_none(),
            marks: Marks::of_mail(&parse(format!("{headers}\n\nx").as_bytes())),
            bounce: false,
        }
    }

    fn learn(lessons: &[Lesson], targets: &[Target]) -> Learned {
        let taught: Vec<Taught> = lessons.iter().flat_map(Lesson::taught).collect();
        super::learn(&taught, targets)
    }

    fn taught(lessons: &[Lesson]) -> Vec<Target> {
        let targets = two();
        let learned = learn(lessons, &targets);
        targets.into_iter().map(|target| Target { learned: learned.of(&target.id), ..target }).collect()
    }

    fn judge(raw: &str, targets: &[Target]) -> (Option<String>, Option<AttributedBy>, usize, String) {
        let found = mail(&parse(raw.as_bytes()), at("2026-11-04T15:00:00Z"), targets);
        let why = found.candidates.first().map(|one| one.reason.clone()).unwrap_or_default();
        (found.owner.map(|id| id.0), found.by, found.candidates.len(), why)
    }

    #[test]
    fn a_confirmed_sender_is_known_again() {
        let targets = taught(&[
            lesson("t_a", Some("bluebonnet"), "From: Amy <amy.ortiz@gmail.com>\nMessage-ID: <m1@mail.gmail.com>"),
            lesson("t_b", Some("cedar"), "From: Tom <tom@agency.example>"),
            lesson("t_c", Some("cedar"), "From: Cedar <noreply@lassocrm.com>"),
        ]);
        let blue = Some("2026-11/bluebonnet".to_owned());
        let cedar = Some("2026-11/cedar".to_owned());
        for (raw, owner, by, candidates) in [
            ("From: amy.ortiz@gmail.com\n\nCall me.", blue.clone(), Some(AttributedBy::Domain), 1),
            ("From: bob@gmail.com\n\nCall me.", None, None, 0),
            ("From: tim@x.example\nReferences: <m1@mail.gmail.com>\n\nI help Amy.", blue, Some(AttributedBy::Thread), 1),
            ("From: tom@agency.example\n\nCall me.", cedar, Some(AttributedBy::Domain), 1),
            ("From: ann@agency.example\n\nCall me.", None, None, 1),
            ("From: noreply@lassocrm.com\n\nCall me.", None, None, 0),
        ] {
            let found = judge(raw, &targets);
            assert_eq!((found.0, found.1, found.2), (owner, by, candidates), "{raw}");
            assert!(candidates == 0 || found.3.contains("learned from touch t_"), "{raw}: {}", found.3);
        }
    }

    #[test]
    fn what_two_builders_claim_nobody_learns_and_a_person_wins() {
        let both = |decided: bool| {
            let mut first = lesson("t_a", Some("bluebonnet"), "From: x@agency.example");
            first.by_person = decided;
            taught(&[first, lesson("t_b", Some("cedar"), "From: x@agency.example")])
        };
        assert_eq!(judge("From: x@agency.example\n\nhi", &both(false)).2, 0);
        assert_eq!(judge("From: x@agency.example\n\nhi", &both(true)).0.as_deref(), Some("2026-11/bluebonnet"));
        let barred = taught(&[lesson("t_a", Some("bluebonnet"), "From: x@gmail.com"), lesson("t_b", None, "From: x@gmail.com")]);
        assert_eq!(judge("From: x@gmail.com\n\nhi", &barred).2, 0, "a person said that this sender is nobody's");
        let foreign = taught(&[lesson("t_a", Some("bluebonnet"), "From: x@cedarstone.example")]);
        assert_eq!(judge("From: y@cedarstone.example\n\nhi", &foreign).0.as_deref(), Some("2026-11/cedar"), "a shop file knows better");
        let mut bounce = lesson("t_a", Some("bluebonnet"), "From: mailer-daemon@relay.example");
        bounce.bounce = true;
        assert_eq!(judge("From: mailer-daemon@relay.example\n\nhi", &taught(&[bounce])).2, 0);
    }

    #[test]
    fn numbers_are_learned_within_the_wave() {
        let signed = |number: &str| {
            let mut lesson = lesson("t_a", Some("bluebonnet"), "From: amy@bluebonnet.example");
            lesson.marks.direct_phone = Some(number.into());
            lesson
        };
        let owner = |from: &str, targets: &[Target]| call(&ring(Some(from), None), targets).owner.map(|id| id.0);
        let targets = taught(&[signed("+15122231234")]);
        assert_eq!(owner("+15122231234", &targets).as_deref(), Some("2026-11/bluebonnet"));
        assert_eq!(owner("+15122239999", &targets), None);
        assert_eq!(owner("+15125550177", &taught(&[signed("+15125550177")])), None, "a made-up number is nobody's");
        assert_eq!(owner("+15125550200", &taught(&[signed("+15125550200")])).as_deref(), Some("2026-11/cedar"), "a shop file knows better");
        let mut later = two();
        for target in &mut later {
            target.id = InquiryId(target.id.0.replace("2026-11", "2026-12"));
        }
        let mut all = two();
        all.extend(later);
        let learned = learn(&[signed("+15122231234")], &all);
        assert!(learned.of(&InquiryId::new("2026-12", "bluebonnet")).is_empty(), "another wave learns for itself");
        assert!(!learned.of(&InquiryId::new("2026-11", "bluebonnet")).is_empty());
    }

    #[test]
    fn a_thread_is_one_inquirys() {
        let mut targets = two();
        targets[1].builder = "Bluebonnet Homes".into();
        let lessons = [lesson("t_a", Some("bluebonnet"), "From: u7@lassocrm.com\nMessage-ID: <m1@x>")];
        let learned = learn(&lessons, &targets);
        let targets: Vec<Target> = targets.into_iter().map(|target| Target { learned: learned.of(&target.id), ..target }).collect();
        let found = judge("From: t@y.example\nReferences: <m1@x>\n\nCall me.", &targets);
        assert_eq!((found.0.as_deref(), found.2), (Some("2026-11/bluebonnet"), 1), "and no sibling's");
        let both = [lessons[0].clone(), lesson("t_b", Some("cedar"), "From: u7@lassocrm.com\nMessage-ID: <m1@x>")];
        assert!(learn(&both, &targets).of(&InquiryId::new("2026-11", "cedar")).iter().all(|fact| fact.kind != Kind::Message));
    }

    proptest::proptest! {
        #[test]
        fn the_order_of_the_touches_does_not_matter(
            picks in proptest::collection::vec((0usize..3, 0usize..6, proptest::bool::ANY, 0i64..5), 0..24),
            turn in 0usize..24,
        ) {
            let senders = ["a@x.example", "b@x.example", "c@y.example", "a@gmail.com", "noreply@lassocrm.com", "d@cedarstone.example"];
            let mut lessons: Vec<Lesson> = picks.iter().enumerate().map(|(n, (who, sender, person, hour))| Lesson {
                by_person: *person || *who == 2,
                at: at("2026-11-03T15:00:00Z") + chrono::TimeDelta::hours(*hour),
                ..lesson(&format!("t_{n}"), ["bluebonnet", "cedar"].get(*who).copied(), &format!("From: {}", senders[*sender]))
            }).collect();
            let first = learn(&lessons, &two());
            lessons.reverse();
            proptest::prop_assert_eq!(&learn(&lessons, &two()), &first);
            let turn = turn.min(lessons.len());
            lessons.rotate_left(turn);
            proptest::prop_assert_eq!(&learn(&lessons, &two()), &first);
        }
    }
}
