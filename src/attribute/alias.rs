//! The inquiry's own address: among the recipients (RFC 5322, 3.6.3 and 3.6.6), in the envelope as servers note it, in a
//! return path that names its recipient (VERP), or quoted in the text. The surest sign, for nobody else was ever given it.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use crate::collect::mail::Mail;

use super::address::{self, Place};
use super::{AttributedBy, Evidence, Target};

/// An address of several inquiries, or named beside the one that got the mail, suggests and no more.
const SUGGESTS: f64 = 0.6;

/// Targets whose alias the mail bears, each by the strongest place it stands in.
pub(super) fn find<'a>(mail: &Mail, at: DateTime<Utc>, targets: &'a [Target]) -> Vec<Evidence<'a>> {
    let places = address::places(mail, targets);
    let mut found: Vec<(Evidence<'a>, Place)> = Vec::new();
    for target in targets {
        let Some((place, address)) = places.iter().find(|(_, address)| names(address, target)) else { continue };
        let (confidence, id, reason) = match place {
            Place::Envelope => (0.99, "alias", format!("sent to {address}, the address of this inquiry alone")),
            Place::Named => (0.98, "alias", format!("sent to {address}, the address of this inquiry alone")),
            Place::ReturnPath => (0.97, "alias-return-path", format!("its return path names {address}, the address of this inquiry alone")),
            Place::Text => (0.85, "alias-quoted", format!("quotes {address}, the address of this inquiry alone")),
        };
        found.push((Evidence { target, by: AttributedBy::Alias, confidence, id, reason, own: true }, *place));
    }
    doubt_beside_the_envelope(&mut found);
    let mut found: Vec<Evidence<'a>> = found.into_iter().map(|(evidence, _)| evidence).collect();
    doubt_shared(&mut found, at);
    found
}

/// Each copy of a mail to several aliases is the inquiry's that it was delivered to.
fn doubt_beside_the_envelope(found: &mut [(Evidence<'_>, Place)]) {
    if found.iter().filter(|(_, place)| *place == Place::Envelope).count() != 1 {
        return;
    }
    for (evidence, _) in found.iter_mut().filter(|(_, place)| *place != Place::Envelope) {
        evidence.confidence = SUGGESTS;
        evidence.reason.push_str(", but this copy was delivered to another");
    }
}

/// An address of a list may serve again: then it is known only as long as one inquiry alone was ever given it.
fn doubt_shared(found: &mut Vec<Evidence<'_>>, at: DateTime<Utc>) {
    let mut given: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for evidence in found.iter() {
        let (all, by_then) = given.entry(evidence.target.alias_address.to_lowercase()).or_default();
        *all += 1;
        *by_then += usize::from(evidence.target.sent_at <= at);
    }
    let of = |target: &Target| given.get(&target.alias_address.to_lowercase()).copied().unwrap_or_default();
    found.retain(|evidence| evidence.target.sent_at <= at || matches!(of(evidence.target), (1, _) | (_, 0)));
    for evidence in found.iter_mut().filter(|evidence| matches!(of(evidence.target), (2.., 0 | 2..))) {
        evidence.confidence = evidence.confidence.min(SUGGESTS);
        evidence.id = "alias-shared";
        evidence.reason = format!("{} is an address that several inquiries were given", evidence.target.alias_address);
    }
}

/// Whether the mail went to an address of our mailboxes that belongs to none of the targets: an earlier wave's, most likely,
/// and then not theirs.
pub(super) fn stranger(mail: &Mail, targets: &[Target]) -> Option<String> {
    let recipients = address::recipients(mail);
    if recipients.iter().any(|address| targets.iter().any(|target| names(address, target))) {
        return None;
    }
    recipients.into_iter().find(|address| targets.iter().any(|target| like(address, target)))
}

/// Whether an address, in lower case, is the target's: exactly, or by its token.
fn names(address: &str, target: &Target) -> bool {
    address == target.alias_address || (address.contains(&target.alias_token) && has_token(address, target))
}

/// `anything+TOKEN@`, or the token at the alias's own domain, as forms and forwarders mangle it: `shopper=TOKEN@`,
/// `shopper TOKEN@`, `shopperTOKEN@`, `TOKEN@`. A token shorter than four could be a word of chance.
fn has_token(address: &str, target: &Target) -> bool {
    let token = target.alias_token.as_str();
    let Some((local, domain)) = address.rsplit_once('@').filter(|_| token.len() >= 4) else {
        return false;
    };
    let Some((own_local, own_domain)) = target.alias_address.rsplit_once('@') else {
        return false;
    };
    // An alias of a list is made without the token, which then stands in no address.
    if !own_local.contains(token) {
        return false;
    }
    let (before, plus) = local.split_once(['+', '=']).unwrap_or((local, ""));
    // Forwarders rewrite the domain, so a plus part counts anywhere; a bare local part only at home.
    if plus.split(['+', '-', '.', '=', '_']).any(|part| part == token) {
        return true;
    }
    let base = own_local.split('+').next().unwrap_or_default();
    own_domain == domain
        && (before.split(['.', '-', '_', ' ']).any(|part| part == token) || before.strip_prefix(base).is_some_and(|rest| rest == token))
}

/// Whether an address has the shape of the target's alias: a plus part of the same base; with a catch-all, any address of the
/// domain but the mailbox's own.
fn like(address: &str, target: &Target) -> bool {
    let (Some((local, domain)), Some((own_local, own_domain))) = (address.rsplit_once('@'), target.alias_address.rsplit_once('@')) else {
        return false;
    };
    if !own_domain.eq_ignore_ascii_case(domain) || address.eq_ignore_ascii_case(&target.mailbox) {
        return false;
    }
    match own_local.split_once('+') {
        Some((base, _)) => local.split_once('+').is_some_and(|(before, token)| before == base && !token.is_empty()),
        None => !target.mailbox.is_empty() && own_local.eq_ignore_ascii_case(&target.alias_token),
    }
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, two};
    use super::*;
    use crate::collect::mail::parse;

    const BLUE: Option<&str> = Some("2026-11/bluebonnet");
    const CEDAR: Option<&str> = Some("2026-11/cedar");

    fn owner(headers: &str, targets: &[Target]) -> (Option<String>, f64, usize) {
        let mail = parse(format!("{headers}\n\nhello").as_bytes());
        let found = find(&mail, at("2026-11-03T15:00:00Z"), targets);
        let best = found.iter().max_by(|a, b| a.confidence.total_cmp(&b.confidence));
        (best.map(|evidence| evidence.target.id.0.clone()), best.map_or(0.0, |evidence| evidence.confidence), found.len())
    }

    #[test]
    fn finds_the_alias_wherever_it_stands() {
        for (header, expected) in [
            ("To: Shopper+K7F3@Example.org", BLUE),
            ("To: someone@else.example\nCc: \"Dana\" <shopper+m2p9@example.org>", CEDAR),
            ("To: undisclosed-recipients:;\nDelivered-To: shopper+k7f3@example.org", BLUE),
            ("To: x@y.example\nReceived: from a by b for <shopper+k7f3@example.org>; Mon, 2 Nov 2026 09:04:05 -0600", BLUE),
            (
                "To: x@y.example\nReceived: from a by b for <SHOPPER+K7F3@EXAMPLE.ORG> (added by postmaster@b); Mon, 2 Nov 2026 09:04:05 -0600",
                BLUE,
            ),
            ("To: dana+k7f3@forwarder.example", BLUE),
            ("To: k7f3@example.org", BLUE),
            ("To: k7f3@else.example", None),
            ("To: shopper@example.org", None),
            ("To: shopper+k7f3x@example.org", None),
            ("To: shopper+xk7f3@example.org", None),
        ] {
            let (found, _, count) = owner(header, &two());
            assert_eq!(found.as_deref(), expected, "{header}");
            assert!(count < 2, "{header}");
        }
    }

    #[test]
    fn finds_the_alias_as_forms_and_forwarders_mangle_it() {
        for (header, expected) in [
            ("To: shopper=k7f3@example.org", BLUE),
            ("To: shopper-k7f3@example.org", BLUE),
            ("To: shopper_k7f3@example.org", BLUE),
            ("To: shopperk7f3@example.org", BLUE),
            ("To: \"shopper k7f3\"@example.org", BLUE),
            ("To: \"shopper+k7f3\"@example.org", BLUE),
            ("To: <shopper%2Bk7f3@example.org>", BLUE),
            ("To: Dana Whitfield <\"Shopper+K7F3\"@Example.ORG>", BLUE),
            ("To: SRS0=ab12=cd=example.org=shopper+k7f3@forwarder.example", BLUE),
            ("To: prvs=4123456789=shopper+k7f3@example.org", BLUE),
            ("To: \"shopper+k7f3@example.org\" <shopper@example.org>", BLUE),
            ("Resent-To: shopper+m2p9@example.org\nTo: x@y.example", CEDAR),
            ("X-Forwarded-To: shopper+m2p9@example.org\nTo: x@y.example", CEDAR),
            ("X-Forwarded-For: shopper+k7f3@example.org other@example.net", BLUE),
            ("Apparently-To: <shopper+k7f3@example.org>", BLUE),
            ("X-Delivered-To: shopper+k7f3@example.org", BLUE),
            ("Original-Recipient: rfc822;shopper+k7f3@example.org", BLUE),
            ("Return-Path: <bounces+771-9c-shopper+k7f3=example.org@em.sender.example>\nTo: x@y.example", BLUE),
            ("Return-Path: <bounce-mc.us1_1.2-shopper=2Bk7f3=example.org@mail.list.example>", BLUE),
            ("Return-Path: <b-7-shopper%2bm2p9%40example.org@esp.example>", CEDAR),
            ("Return-Path: <bounces-shopper=example.org@em.sender.example>", None),
            ("Return-Path: <bounces-shopper+zzzz=example.org@em.sender.example>", None),
            ("To: shopperk7f3@else.example", None),
            ("To: other-k7f3x@example.org", None),
        ] {
            let (found, confidence, count) = owner(header, &two());
            assert_eq!(found.as_deref(), expected, "{header}");
            assert!(count < 2 && (expected.is_none() || confidence > 0.95), "{header}: {confidence}");
        }
    }

    #[test]
    fn finds_the_alias_behind_lists_forwarders_and_encodings() {
        let bcc = "To: undisclosed-recipients:;\nReceived: from list.example by mx.example.org with ESMTP id 1";
        for (header, expected) in [
            ("To: Our buyers: someone@else.example, \"Dana\" <Shopper+K7F3@Example.org>;", BLUE),
            ("To: =?UTF-8?B?c2hvcHBlcitrN2YzQGV4YW1wbGUub3Jn?= <shopper@example.org>", BLUE),
            ("To: =?utf-8?q?Dana_=28shopper=2Bm2p9=40example=2Eorg=29?= <shopper@example.org>", CEDAR),
            ("To: Dana =?UTF-8?Q?Whitf=C3=ADeld?= <shopper+k7f3@example.org>", BLUE),
            (&format!("{bcc} for <Shopper+K7F3@example.org>; Mon, 2 Nov 2026 09:04:05 -0600"), BLUE),
            (&format!("{bcc} for shopper+m2p9@example.org; Mon, 2 Nov 2026 09:04:05 -0600"), CEDAR),
            (
                "Delivered-To: inbox@example.net\nReturn-Path: <shopper+caf_=inbox=example.net@example.org>\n\
                 X-Forwarded-To: inbox@example.net\nX-Forwarded-For: shopper+k7f3@example.org inbox@example.net\n\
                 Delivered-To: shopper+k7f3@example.org\nTo: shopper+k7f3@example.org",
                BLUE,
            ),
            (
                "Return-Path: <shopper+SRS=Ab1Cd=XY=builder.example=amy@example.org>\nResent-From: <shopper@example.org>\nTo: <shopper+k7f3@example.org>",
                BLUE,
            ),
            ("To: Sales <sales@builder.example>\nBcc: SHOPPER+M2P9@EXAMPLE.ORG", CEDAR),
            ("To: shopper+k7f3@example.org,\n \"Whitfield, Dana\" <dana@else.example>", BLUE),
            ("DELIVERED-TO: SHOPPER+k7f3@EXAMPLE.org\nTo: list@else.example", BLUE),
            ("To: x@y.example\nX-Envelope-To: <shopper+k7f3@example.org> (uid 0)", BLUE),
            (
                "To: x@y.example\nReceived: from a by b (8.14/8.14) for <shopper+k7f3@example.org>, <other@example.org>; Mon, 2 Nov 2026 09:04:05 -0600",
                BLUE,
            ),
            (
                "To: x@y.example\nReceived: from a by b for <other@example.org>, <shopper+k7f3@example.org>; Mon, 2 Nov 2026 09:04:05 -0600",
                BLUE,
            ),
            ("To: x@y.example\nReceived: from a by b with SMTP (envelope-from <a@b.example>) id 1aB for shopper+k7f3@example.org", BLUE),
            ("To: \"shopper+k7f3\"@example.org (Dana)", BLUE),
            ("To: shopper+k7f3@example.org.", BLUE),
            ("To: <mailto:shopper+k7f3@example.org>", BLUE),
        ] {
            let (found, confidence, count) = owner(header, &two());
            assert_eq!(found.as_deref(), expected, "{header}");
            assert!(count < 2 && confidence > 0.95, "{header}: {confidence}");
        }
    }

    #[test]
    fn an_alias_in_the_text_says_less_than_one_among_the_recipients() {
        for (body, expected) in [
            ("To: shopper@example.org\n\nNew lead\nEmail: Shopper+K7F3@example.org\n", BLUE),
            ("To: shopper@example.org\n\nyes\n\nOn Monday Dana <shopper+m2p9@example.org> wrote:\n> a garage?", CEDAR),
            ("To: shopper@example.org\n\nleave: https://crm.example/u?email=shopper%2Bk7f3%40example.org&x=1", BLUE),
            ("To: shopper@example.org\n\nshopper+other@example.org", None),
            ("To: shopper@example.org\nSubject: New lead from shopper+m2p9@example.org\n\nsee the CRM", CEDAR),
        ] {
            let (found, confidence, _) = {
                let mail = parse(body.as_bytes());
                let targets = two();
                let found = find(&mail, at("2026-11-03T15:00:00Z"), &targets);
                (found.first().map(|one| one.target.id.0.clone()), found.first().map_or(0.0, |one| one.confidence), found.len())
            };
            assert_eq!(found.as_deref(), expected, "{body}");
            assert!(confidence < 0.95, "{body}");
        }
    }

    #[test]
    fn each_copy_of_a_mail_to_two_aliases_is_the_inquirys_it_was_delivered_to() {
        let both = "To: shopper+k7f3@example.org, shopper+m2p9@example.org";
        let (_, confidence, count) = owner(both, &two());
        assert!(count == 2 && confidence > 0.95, "without an envelope both are as good");
        let (found, _, count) = owner(&format!("Delivered-To: shopper+m2p9@example.org\n{both}"), &two());
        assert_eq!((found.as_deref(), count), (CEDAR, 2));
    }

    #[test]
    fn a_list_address_that_served_twice_is_the_later_ones_only_with_more() {
        let mut targets = two();
        for target in &mut targets {
            target.alias_address = "list7@example.org".into();
        }
        targets[1].sent_at = at("2026-12-05T15:00:00Z");
        let mail = parse(b"To: list7@example.org\n\nhello");
        let before = find(&mail, at("2026-11-20T00:00:00Z"), &targets);
        assert_eq!((before.len(), before[0].target.id.0.as_str()), (1, "2026-11/bluebonnet"));
        assert!(before[0].confidence > 0.95);
        let after = find(&mail, at("2026-12-06T00:00:00Z"), &targets);
        assert!(after.len() == 2 && after.iter().all(|evidence| evidence.confidence < 0.8), "{after:?}");
    }

    #[test]
    fn an_alias_of_no_inquiry_is_a_stranger() {
        let mut targets = two();
        let stranger = |header: &str, targets: &[Target]| stranger(&parse(format!("{header}\n\nx").as_bytes()), targets);
        assert_eq!(stranger("To: Shopper+Old1@example.org", &targets).as_deref(), Some("shopper+old1@example.org"));
        assert_eq!(stranger("To: shopper+old1@example.org, shopper+k7f3@example.org", &targets), None);
        assert_eq!(stranger("To: shopper@example.org", &targets), None);
        assert_eq!(stranger("To: other+x@example.org", &targets), None);
        for target in &mut targets {
            target.alias_address = format!("{}@example.org", target.alias_token);
        }
        assert_eq!(stranger("To: q9q9@example.org", &targets).as_deref(), Some("q9q9@example.org"));
        assert_eq!(stranger("To: shopper@example.org", &targets), None);
    }
}
