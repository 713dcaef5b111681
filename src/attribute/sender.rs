//! What the sender's side bears of a builder's name, for mail through a CRM or from a look-alike domain: display name, local
//! part, Reply-To, return path, DKIM domain (RFC 6376, `d=`), Message-ID, links. All together a candidate with reasons; an owner
//! only with what the text says.

use std::sync::LazyLock;

use regex::Regex;

use crate::collect::mail::Mail;

use super::lookalike::Keys;
use super::{AttributedBy, Evidence, Target, content, domain, hosts, words};

/// However much the sender's side says, it is no proof.
const MOST: f64 = 0.7;

/// The sender's side of a mail.
pub(super) struct Side {
    /// Display names, folded.
    names: String,
    /// Local parts of From and Reply-To.
    locals: Vec<String>,
    /// Hosts by where they stand: `(what, host, weight)`, the weight a part of what the host would say in From.
    hosts: Vec<(&'static str, String, f64)>,
}

/// Reads the sender's side.
pub(super) fn of_mail(mail: &Mail) -> Side {
    let senders: Vec<_> = mail.from.iter().chain(&mail.reply_to).collect();
    let names: Vec<&str> = senders.iter().filter_map(|sender| sender.name.as_deref()).collect();
    let locals = senders.iter().filter_map(|sender| sender.address.rsplit_once('@')).map(|(local, _)| local.to_lowercase()).collect();
    let mut found: Vec<(&'static str, String, f64)> = Vec::new();
    let mut add = |what: &'static str, host: Option<String>, weight: f64| {
        if let Some(host) = host.filter(|host| !found.iter().any(|(_, known, _)| known == host)) {
            found.push((what, host, weight));
        }
    };
    for sender in mail.from.iter().chain(&mail.reply_to).chain(&mail.sender) {
        add("writes from", hosts::of_address(&sender.address), 1.0);
    }
    for host in dkim(mail) {
        add("is signed for", Some(host), 0.7);
    }
    add("has a return path at", mail.header("Return-Path").next().and_then(|path| hosts::of_address(path.trim())), 0.7);
    add("has a Message-ID of", mail.message_id.as_deref().and_then(hosts::of_address), 0.7);
    for host in content::hosts(mail) {
        add("links to", Some(host), 0.5);
    }
    Side { names: words::fold(&names.join(" \n")), locals, hosts: found }
}

/// The domains that signed the mail. Not verified here; what is not true of them is the sender's lie about himself.
fn dkim(mail: &Mail) -> Vec<String> {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
    static DOMAIN: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"(?i)(?:^|;)\s*d\s*=\s*([a-z0-9.-]+)").unwrap());
    let found = mail.header("DKIM-Signature").take(5).filter_map(|value| DOMAIN.captures(value)?.get(1));
    found.map(|host| host.as_str().trim_end_matches('.').to_lowercase()).collect()
}

/// Targets whose name the sender's side bears.
pub(super) fn find<'a>(side: &Side, targets: &[&'a Target]) -> Vec<Evidence<'a>> {
    targets.iter().filter_map(|target| weigh(side, target)).collect()
}

fn weigh<'a>(side: &Side, target: &'a Target) -> Option<Evidence<'a>> {
    let keys = Keys::of(target);
    let mut against = 1.0;
    let mut reasons: Vec<String> = Vec::new();
    let mut hint = |weight: f64, reason: String| {
        against *= 1.0 - weight;
        reasons.push(reason);
    };
    let core = words::core_of(&target.builder);
    if words::holds(&side.names, &target.builder) {
        hint(0.6, format!("bears the name {}", target.builder));
    } else if core.trim().len() >= 5 && words::holds(&side.names, &core) {
        hint(0.45, format!("bears the name \"{}\"", core.trim()));
    }
    if let Some(local) = side.locals.iter().find(|local| keys.local(local) > 0.0) {
        hint(keys.local(local), format!("writes as {local}@"));
    }
    let own = side.hosts.iter().filter(|(what, ..)| !matches!(*what, "writes from" | "links to"));
    if let Some((what, host, _)) = own.into_iter().find(|(_, host, _)| domain::of_target(host, target)) {
        hint(0.6, format!("{what} {host}, a domain of this builder"));
    }
    let alike = side.hosts.iter().map(|(what, host, weight)| (what, host, weight * keys.host(host, target)));
    if let Some((what, host, weight)) = alike.filter(|found| found.2 > 0.0).max_by(|a, b| a.2.total_cmp(&b.2)) {
        hint(weight, format!("{what} {host}, which is like this builder's name"));
    }
    let confidence = (1.0_f64 - against).min(MOST);
    (!reasons.is_empty()).then(|| Evidence {
        target,
        by: AttributedBy::Domain,
        confidence,
        id: "sender",
        reason: reasons.join("; "),
        own: true,
    })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, two};
    use super::super::{AttributedBy, mail as judge};
    use crate::collect::mail::parse;

    #[test]
    fn a_crm_or_a_look_alike_is_a_candidate_and_an_owner_only_with_the_text() {
        let mut targets = two();
        targets[0].community = Some("Willow Creek".into());
        targets[0].team = vec!["Amy Ortiz".into()];
        for (headers, text, owned, candidate) in [
            ("From: Bluebonnet Homes <notes@lassocrm.com>", "Call me.", false, true),
            ("From: Bluebonnet Homes <notes@lassocrm.com>", "Willow Creek has two lots left.", true, true),
            ("From: Amy Ortiz <bluebonnethomes@followupboss.com>", "We at Bluebonnet Homes can help.", true, true),
            ("From: Tim Lee <u7@hubspotemail.net>\nReply-To: amy@bluebonnet-homes.com", "Call me.", false, true),
            ("From: Tim Lee <u7@hubspotemail.net>\nReply-To: amy@bluebonnet-homes.com", "Willow Creek, then?", true, true),
            ("From: u7@zohocrm.com\nReturn-Path: <b7@bounce.bluebonnet.example>", "Call me.", false, true),
            ("From: u7@zohocrm.com\nDKIM-Signature: v=1; a=rsa-sha256; d=bluebonnet.example; s=x", "Amy Ortiz here.", true, true),
            ("From: u7@zohocrm.com\nMessage-ID: <7@bluebonnethomes.net>", "Call me.", false, true),
            ("From: a@bluebonnethomes.net", "Call me.", false, true),
            ("From: a@bluebonnethomes.net", "This is Amy with Bluebonnet Homes.", true, true),
            ("From: u7@salesforce.com", "See https://bluebonnet.newhomes-crm.example/x", false, true),
            ("From: x@gmail.com", "Call me.", false, false),
            ("From: u7@salesforce.com", "Call me.", false, false),
        ] {
            let found =
                judge(&parse(format!("{headers}\nTo: shopper@example.org\n\n{text}").as_bytes()), at("2026-11-03T15:00:00Z"), &targets);
            let expected = owned.then(|| "2026-11/bluebonnet".to_owned());
            assert_eq!(found.owner.as_ref().map(|id| id.0.clone()), expected, "{headers}\n{text}: {found:?}");
            assert_eq!(found.candidates.first().map(|one| one.inquiry.0.as_str()), candidate.then_some("2026-11/bluebonnet"), "{headers}");
            assert!(!found.reasons.is_empty() || !candidate, "{headers}");
        }
    }

    #[test]
    fn two_builders_of_like_names_are_told_apart_by_a_person() {
        let mut targets = two();
        targets[1].builder = "Bluebonnet Custom Builders".into();
        let raw = b"From: amy@bluebonnet-living.com\nTo: shopper@example.org\n\nBluebonnet has two lots left.";
        let found = judge(&parse(raw), at("2026-11-03T15:00:00Z"), &targets);
        assert_eq!((found.owner, found.by, found.candidates.len()), (None::<crate::shop::InquiryId>, None::<AttributedBy>, 2));
    }
}
