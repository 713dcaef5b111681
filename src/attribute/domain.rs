//! The sender's mail domain among the builder's, for mail that came to the mailbox without an alias.

use crate::collect::mail::Mail;

use super::{AttributedBy, Evidence, Target, hosts};
use crate::shop::freemail;

/// Targets whose domain the sender writes from. Shared by several builders it only suggests each of them; which of one builder's
/// inquiries is meant, is for others to tell.
pub(super) fn find<'a>(mail: &Mail, targets: &[&'a Target]) -> Vec<Evidence<'a>> {
    let from = mail.from.iter().map(|address| (address.address.as_str(), 0.9));
    let others = mail.reply_to.iter().chain(&mail.sender).map(|address| (address.address.as_str(), 0.85));
    let senders: Vec<(&str, f64)> = from.chain(others).collect();
    let hits: Vec<(&'a Target, &str, f64)> = targets
        .iter()
        .filter_map(|target| {
            let hit = senders.iter().find(|(address, _)| hosts::of_address(address).is_some_and(|host| of_target(&host, target)))?;
            Some((*target, hit.0, hit.1))
        })
        .collect();
    let several = hits.iter().any(|(target, ..)| hits.first().is_some_and(|(first, ..)| !first.same_builder(target)));
    hits.into_iter()
        .map(|(target, address, alone)| {
            let (confidence, remark) =
                if several { (0.5, ", a domain that several builders share") } else { (alone, ", a domain of this builder") };
            Evidence {
                target,
                by: AttributedBy::Domain,
                confidence,
                id: "domain",
                reason: format!("written by {address}{remark}"),
                own: true,
            }
        })
        .collect()
}

/// Whether a host is one of the target's domains or below one.
pub(super) fn of_target(host: &str, target: &Target) -> bool {
    let host = host.trim_end_matches('.').to_lowercase();
    target
        .domains
        .iter()
        .map(|domain| domain.trim_start_matches("www."))
        .any(|domain| !domain.is_empty() && !freemail::is_free(domain) && hosts::below(&host, domain))
}

#[cfg(test)]
mod tests {
    use super::super::samples::two;
    use super::*;
    use crate::collect::mail::parse;

    fn all(targets: &[Target]) -> Vec<&Target> {
        targets.iter().collect()
    }

    #[test]
    fn knows_the_builder_by_its_domain() {
        let targets = two();
        for (headers, owner, confidence) in [
            ("From: amy@bluebonnet.example\nTo: shopper@example.org", Some("2026-11/bluebonnet"), 0.9),
            ("From: amy@mail.bluebonnet.example", Some("2026-11/bluebonnet"), 0.9),
            ("From: x@crm.example\nReply-To: amy@cedarstone.example", Some("2026-11/cedar"), 0.85),
            ("From: amy@notbluebonnet.example", None, 0.0),
        ] {
            let found = find(&parse(format!("{headers}\n\nx").as_bytes()), &all(&targets));
            let first = found.first();
            assert_eq!(first.map(|evidence| evidence.target.id.0.as_str()), owner, "{headers}");
            assert!((first.map_or(0.0, |evidence| evidence.confidence) - confidence).abs() < 1e-9, "{headers}");
        }
    }

    #[test]
    fn a_freemail_domain_and_a_shared_one_name_nobody() {
        let mut targets = two();
        targets[0].domains = vec!["gmail.com".into()];
        assert!(find(&parse(b"From: a@gmail.com\n\nx"), &all(&targets)).is_empty());
        targets[0].domains = vec!["cedarstone.example".into()];
        let found = find(&parse(b"From: a@cedarstone.example\n\nx"), &all(&targets));
        assert!(found.len() == 2 && found.iter().all(|evidence| evidence.confidence < 0.8));
    }
}
