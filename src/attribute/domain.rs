//! The sender's mail domain among the builder's, for mail that came to the mailbox without an alias.

use chrono::{DateTime, Utc};

use crate::collect::mail::Mail;

use super::{AttributedBy, Evidence, Target};

/// Everybody's domains: whoever writes from there is not known by it.
const SHARED: &[&str] = &[
    "aol.com",
    "att.net",
    "comcast.net",
    "gmail.com",
    "gmx.com",
    "googlemail.com",
    "hotmail.com",
    "icloud.com",
    "live.com",
    "mac.com",
    "me.com",
    "msn.com",
    "outlook.com",
    "proton.me",
    "protonmail.com",
    "yahoo.com",
    "ymail.com",
];

/// Open targets whose domain the sender writes from. Shared by several targets it only suggests each of them.
pub(super) fn find<'a>(mail: &Mail, at: DateTime<Utc>, targets: &'a [Target]) -> Vec<Evidence<'a>> {
    let from = mail.from.iter().map(|address| (address.address.as_str(), 0.9));
    let others = mail.reply_to.iter().chain(&mail.sender).map(|address| (address.address.as_str(), 0.85));
    let senders: Vec<(&str, f64)> = from.chain(others).collect();
    let hits: Vec<(&Target, &str, f64)> = targets
        .iter()
        .filter(|target| target.covers(at))
        .filter_map(|target| {
            let hit = senders.iter().find(|(address, _)| address.rsplit_once('@').is_some_and(|(_, host)| of_target(host, target)))?;
            Some((target, hit.0, hit.1))
        })
        .collect();
    let several = hits.len() > 1;
    hits.into_iter()
        .map(|(target, address, alone)| {
            let (confidence, remark) =
                if several { (0.5, ", a domain that several open inquiries share") } else { (alone, ", a domain of this builder") };
            Evidence { target, by: AttributedBy::Domain, confidence, id: "domain", reason: format!("written by {address}{remark}") }
        })
        .collect()
}

/// Whether a host is one of the target's domains or below one.
pub(super) fn of_target(host: &str, target: &Target) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    target.domains.iter().map(|domain| domain.trim_start_matches("www.")).any(|domain| {
        !domain.is_empty()
            && !SHARED.contains(&domain)
            && (host == domain || host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.')))
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, two};
    use super::*;
    use crate::collect::mail::parse;

    #[test]
    fn knows_the_builder_by_its_domain() {
        let now = at("2026-11-03T15:00:00Z");
        let targets = two();
        for (headers, owner, confidence) in [
            ("From: amy@bluebonnet.example\nTo: shopper@example.org", Some("2026-11/bluebonnet"), 0.9),
            ("From: amy@mail.bluebonnet.example", Some("2026-11/bluebonnet"), 0.9),
            ("From: x@crm.example\nReply-To: amy@cedarstone.example", Some("2026-11/cedar"), 0.85),
            ("From: amy@notbluebonnet.example", None, 0.0),
        ] {
            let found = find(&parse(format!("{headers}\n\nx").as_bytes()), now, &targets);
            let first = found.first();
            assert_eq!(first.map(|evidence| evidence.target.id.0.as_str()), owner, "{headers}");
            assert!((first.map_or(0.0, |evidence| evidence.confidence) - confidence).abs() < 1e-9, "{headers}");
        }
    }

    #[test]
    fn a_freemail_domain_and_a_shared_one_name_nobody() {
        let now = at("2026-11-03T15:00:00Z");
        let mut targets = two();
        targets[0].domains = vec!["gmail.com".into()];
        assert!(find(&parse(b"From: a@gmail.com\n\nx"), now, &targets).is_empty());
        targets[0].domains = vec!["cedarstone.example".into()];
        let found = find(&parse(b"From: a@cedarstone.example\n\nx"), now, &targets);
        assert!(found.len() == 2 && found.iter().all(|evidence| evidence.confidence < 0.8));
        assert!(find(&parse(b"From: a@cedarstone.example\n\nx"), at("2026-10-01T00:00:00Z"), &targets).is_empty());
    }
}
