//! Inquiries that share what a mail shows. What shows a builder shows all its inquiries: which one is meant only persona, community
//! and question tell. What shows a community shows every builder that sells there. Where nothing tells them apart, a person does.

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::shop::InquiryId;

use super::content::{self, Said};
use super::{Evidence, Target};

/// So long after its window an inquiry is still written to, by drips above all.
const AFTERMATH: TimeDelta = TimeDelta::days(60);

/// The open targets, and those of the same builders whose window ended lately: a mail without an alias may still be theirs.
pub(super) fn waiting(at: DateTime<Utc>, targets: &[Target]) -> Vec<&Target> {
    let open: Vec<&Target> = targets.iter().filter(|target| target.covers(at)).collect();
    let late = |target: &&Target| {
        !target.covers(at) && target.sent_at <= at && target.until.checked_add_signed(AFTERMATH).is_some_and(|end| at <= end)
    };
    let of_open = |target: &&Target| open.iter().any(|known| known.same_builder(target));
    let closed = targets.iter().filter(late).filter(of_open);
    open.iter().copied().chain(closed).collect()
}

/// Takes from an inquiry what another explains better. Of one builder's inquiries: where one shows everything that the others
/// show and more. Of different builders': where one is pointed at itself, and the other by nothing but a community, a persona
/// or a name that both have.
pub(super) fn tell_apart(found: &mut [Evidence<'_>], said: &Said) {
    let mut shows: BTreeMap<&InquiryId, Shows<'_>> = BTreeMap::new();
    for evidence in found.iter() {
        let target = evidence.target;
        let entry = shows.entry(&target.id).or_insert_with(|| Shows { target, tells: content::tells(said, target), own: false });
        entry.own |= evidence.own;
    }
    for evidence in found {
        let Some(own) = shows.get(&evidence.target.id) else { continue };
        if let Some(better) = shows.values().find(|other| other.explains(own)) {
            evidence.confidence /= 2.0;
            evidence.reason = format!("{}, but so has {}: {}", evidence.reason, better.target.id, better.tells.join(" and "));
        }
    }
}

/// What is shown of one inquiry.
struct Shows<'a> {
    target: &'a Target,
    tells: Vec<String>,
    own: bool,
}

impl Shows<'_> {
    /// Whether all that points to the other points here too, and more does.
    fn explains(&self, other: &Self) -> bool {
        let all = self.target.id != other.target.id && other.tells.iter().all(|tell| self.tells.contains(tell));
        if self.target.same_builder(other.target) { all && self.tells.len() > other.tells.len() } else { all && self.own && !other.own }
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, two};
    use super::super::{Target, mail};
    use crate::collect::mail::parse;

    /// One builder, shopped as Dana in November and as Marcus in December.
    fn twice() -> Vec<Target> {
        let mut targets = two();
        targets[1] = Target {
            id: crate::shop::InquiryId::new("2026-12", "bluebonnet"),
            first_name: "Marcus".into(),
            sent_at: at("2026-12-03T15:00:00Z"),
            until: at("2027-01-02T15:00:00Z"),
            alias_address: targets[1].alias_address.clone(),
            alias_token: targets[1].alias_token.clone(),
            ..targets[0].clone()
        };
        targets
    }

    #[test]
    fn a_builders_mail_without_an_alias_is_told_apart_by_whom_it_speaks_to() {
        let owner = |text: &str, when: &str| {
            let raw = format!("From: amy@bluebonnet.example\nTo: shopper@example.org\n\n{text}");
            mail(&parse(raw.as_bytes()), at(when), &twice())
        };
        let december = "2026-12-05T15:00:00Z";
        for (text, expected) in [
            ("Hi Marcus, call me.", Some("2026-12/bluebonnet")),
            ("Hi Dana, are you still looking?", Some("2026-11/bluebonnet")),
            ("Our homes are open on Sunday.", None),
        ] {
            let found = owner(text, december);
            assert_eq!(found.owner.as_ref().map(|id| id.0.as_str()), expected, "{text}: {found:?}");
            assert!(!found.candidates.is_empty());
        }
        assert_eq!(owner("Are you still looking?", december).candidates.len(), 2);
        let alone = owner("Our homes are open on Sunday.", "2026-11-05T15:00:00Z");
        assert_eq!(alone.owner.map(|id| id.0).as_deref(), Some("2026-11/bluebonnet"), "one inquiry, one owner");
        assert!(owner("x", "2027-06-01T00:00:00Z").candidates.is_empty());
    }

    #[test]
    fn a_community_where_both_build_is_explained_by_whom_the_mail_speaks_for() {
        let mut targets = two();
        for target in &mut targets {
            target.community = Some("Willow Creek".into());
        }
        for (text, expected) in [
            ("Hi Dana, at Willow Creek we at Bluebonnet Homes have two lots left.", Some("2026-11/bluebonnet")),
            ("Hi Dana, Willow Creek has two lots left.", None),
            ("Hi Dana, at Willow Creek Bluebonnet Homes is dearer than Cedar & Stone Builders.", None),
        ] {
            let found = mail(
                &parse(format!("From: a@x.example\nTo: shopper@example.org\n\n{text}").as_bytes()),
                at("2026-11-03T15:00:00Z"),
                &targets,
            );
            assert_eq!(found.owner.as_ref().map(|id| id.0.as_str()), expected, "{text}: {found:?}");
            assert_eq!(found.candidates.len(), 2, "nobody is dropped: {text}");
        }
    }
}
