//! The inquiry's own address among the recipients: the surest sign, for nobody else was ever given it.

use crate::collect::mail::Mail;

use super::{AttributedBy, Evidence, Target};

/// Targets whose alias is a recipient (To, Cc or envelope), exactly or by its token in the local part.
pub(super) fn find<'a>(mail: &Mail, targets: &'a [Target]) -> Vec<Evidence<'a>> {
    let recipients: Vec<&str> = recipients(mail).collect();
    targets
        .iter()
        .filter_map(|target| {
            let exact = recipients.iter().find(|address| address.eq_ignore_ascii_case(&target.alias_address));
            let by_token = || recipients.iter().find(|address| has_token(address, target));
            let address = exact.or_else(by_token)?;
            Some(Evidence {
                target,
                by: AttributedBy::Alias,
                confidence: 0.99,
                id: "alias",
                reason: format!("sent to {address}, the address of this inquiry alone"),
            })
        })
        .collect()
}

/// Every address the mail was sent to.
pub(super) fn recipients(mail: &Mail) -> impl Iterator<Item = &str> {
    let named = mail.to.iter().chain(&mail.cc).map(|address| address.address.as_str());
    named.chain(mail.delivered_to.iter().map(String::as_str))
}

/// `anything+TOKEN@`, or `TOKEN@` at the alias's own domain. A token shorter than four could be a word of chance.
fn has_token(address: &str, target: &Target) -> bool {
    let token = target.alias_token.to_lowercase();
    if token.len() < 4 {
        return false;
    }
    let lower = address.to_lowercase();
    let Some((local, domain)) = lower.rsplit_once('@') else {
        return false;
    };
    let own_domain = target.alias_address.rsplit_once('@').is_some_and(|(_, own)| own.eq_ignore_ascii_case(domain));
    let (before, plus) = local.split_once(['+', '=']).unwrap_or((local, ""));
    // Forwarders rewrite the domain, so a plus part counts anywhere; a bare local part only at home.
    plus.split(['+', '-', '.', '=']).any(|part| part == token)
        || (own_domain && (before == token || before.split(['.', '-', '_']).any(|part| part == token)))
}

#[cfg(test)]
mod tests {
    use super::super::samples::two;
    use super::*;
    use crate::collect::mail::parse;

    #[test]
    fn finds_the_alias_wherever_it_stands() {
        for (header, owner) in [
            ("To: Shopper+K7F3@Example.org", Some("2026-11/bluebonnet")),
            ("To: someone@else.example\nCc: \"Dana\" <shopper+m2p9@example.org>", Some("2026-11/cedar")),
            ("To: undisclosed-recipients:;\nDelivered-To: shopper+k7f3@example.org", Some("2026-11/bluebonnet")),
            (
                "To: x@y.example\nReceived: from a by b for <shopper+k7f3@example.org>; Mon, 2 Nov 2026 09:04:05 -0600",
                Some("2026-11/bluebonnet"),
            ),
            ("To: dana+k7f3@forwarder.example", Some("2026-11/bluebonnet")),
            ("To: k7f3@example.org", Some("2026-11/bluebonnet")),
            ("To: k7f3@else.example", None),
            ("To: shopper@example.org", None),
            ("To: shopper+k7f3x@example.org", None),
        ] {
            let targets = two();
            let mail = parse(format!("{header}\n\nhello").as_bytes());
            let found = find(&mail, &targets);
            assert_eq!(found.first().map(|evidence| evidence.target.id.0.as_str()), owner, "{header}");
            assert!(found.len() < 2, "{header}");
        }
    }
}
