//! Several inquiries at one builder: what shows the builder shows all of them. Which one is meant only the persona, the
//! community and the question tell; where they do not, a person does.

use chrono::{DateTime, TimeDelta, Utc};

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

/// Takes from an inquiry what speaks for a sibling: where one of a builder's inquiries shows everything that the others show and
/// more, the hints for the others are halved.
pub(super) fn tell_apart(found: &mut [Evidence<'_>], said: &Said) {
    let mut targets: Vec<&Target> = found.iter().map(|evidence| evidence.target).collect();
    targets.sort_by(|a, b| a.id.cmp(&b.id));
    targets.dedup_by(|a, b| a.id == b.id);
    let told: Vec<(&Target, Vec<String>)> = targets.into_iter().map(|target| (target, content::tells(said, target))).collect();
    for evidence in found {
        let own = told.iter().find(|(target, _)| target.id == evidence.target.id).map(|(_, tells)| tells.as_slice()).unwrap_or_default();
        let better = told.iter().find(|(other, tells)| {
            other.id != evidence.target.id
                && other.same_builder(evidence.target)
                && tells.len() > own.len()
                && own.iter().all(|tell| tells.contains(tell))
        });
        if let Some((other, tells)) = better {
            evidence.confidence /= 2.0;
            evidence.reason = format!("{}, but {}, as {} asked", evidence.reason, tells.join(" and "), other.id);
        }
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
}
