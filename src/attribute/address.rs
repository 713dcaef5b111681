//! The addresses that a mail bears, by the place they stand in: envelope, recipients, return path, text. Mangled ones are
//! straightened: quotes off (RFC 5321, 4.1.2), percent and `=XX` encodings undone, lower case.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use crate::collect::mail::Mail;

use super::Target;

/// More of a text, or more addresses of it, are not looked at: a list of everybody names nobody.
const MAX: (usize, usize) = (60_000, 40);

/// Where an address stands, strongest first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    /// Noted by a server: what the mail was delivered to.
    Envelope,
    /// A recipient as the sender wrote it, or as a forwarder noted it.
    Named,
    /// The return path, made for this recipient (VERP).
    ReturnPath,
    /// Quoted in the text or in a link.
    Text,
}

/// What servers note of the envelope, besides what the parser reads.
const ENVELOPE: &[&str] =
    &["X-Delivered-To", "X-Original-Delivered-To", "X-Resolved-To", "X-Real-To", "X-Rcpt-To", "X-Gm-Original-To", "Original-Recipient"];
/// Recipients besides To and Cc.
const NAMED: &[&str] = &["To", "Cc", "Bcc", "Resent-To", "Resent-Cc", "Apparently-To", "X-Forwarded-To", "X-Forwarded-For"];

/// Every address of the mail that could be an alias, strongest place first.
pub(super) fn places(mail: &Mail, targets: &[Target]) -> Vec<(Place, String)> {
    let domains: BTreeSet<&str> =
        targets.iter().filter_map(|target| target.alias_address.rsplit_once('@')).map(|(_, domain)| domain).collect();
    let mut places: Vec<(Place, String)> = envelope(mail).into_iter().map(|address| (Place::Envelope, address)).collect();
    places.extend(named(mail).into_iter().map(|address| (Place::Named, address)));
    places.extend(return_path(mail, &domains).map(|address| (Place::ReturnPath, address)));
    places.extend(quoted(mail, &domains).into_iter().map(|address| (Place::Text, address)));
    places
}

/// Every address the mail was sent to.
pub(super) fn recipients(mail: &Mail) -> Vec<String> {
    envelope(mail).into_iter().chain(named(mail)).collect()
}

fn envelope(mail: &Mail) -> Vec<String> {
    let noted = ENVELOPE.iter().flat_map(|name| mail.header(name)).flat_map(of_header);
    mail.delivered_to.iter().map(|address| straight(address)).chain(noted).collect()
}

fn named(mail: &Mail) -> Vec<String> {
    let read = mail.to.iter().chain(&mail.cc).map(|one| straight(&one.address));
    // The parser gives up on some quoted local parts, and a display name may hold the address that was typed in.
    read.chain(NAMED.iter().flat_map(|name| mail.header(name)).flat_map(of_header)).collect()
}

/// The recipient that a return path was made for: `bounces-shopper+TOKEN=example.org@sender.example`.
fn return_path(mail: &Mail, domains: &BTreeSet<&str>) -> Option<String> {
    // Only the topmost was written by our own server; a sender may have forged more.
    let path = straight(mail.header("Return-Path").next()?.trim().trim_matches(['<', '>']));
    let (local, host) = path.rsplit_once('@')?;
    let domain = domains.iter().find(|domain| **domain != host && local.ends_with(**domain))?;
    let before = local.strip_suffix(*domain)?.strip_suffix(['=', '@'])?;
    // What stands before the recipient is the sender's own; the plus part says where it begins.
    let start = match before.rfind('+') {
        Some(plus) => before.get(..plus)?.rfind(|c: char| !c.is_alphanumeric() && c != '.').map_or(0, |at| at + 1),
        None => before.rfind(|c: char| !c.is_alphanumeric()).map_or(0, |at| at + 1),
    };
    before.get(start..).filter(|local| !local.is_empty()).map(|local| format!("{local}@{domain}"))
}

/// Addresses of our domains in the subject, the text and the links.
fn quoted(mail: &Mail, domains: &BTreeSet<&str>) -> BTreeSet<String> {
    let end = (0..=MAX.0.min(mail.text.len())).rev().find(|at| mail.text.is_char_boundary(*at)).unwrap_or(0);
    let text = mail.text.get(..end).unwrap_or_default();
    let links = mail.links.iter().take(200).map(|link| link.href.as_str());
    let ours = |address: &String| address.rsplit_once('@').is_some_and(|(_, domain)| domains.contains(domain));
    [mail.subject.as_str(), text].into_iter().chain(links).flat_map(of_header).filter(ours).take(MAX.1).collect()
}

/// Addresses in free text, quoted local parts too.
fn of_header(text: &str) -> Vec<String> {
    #[expect(clippy::unwrap_used, reason = "a constant pattern, compiled by every test")]
    static ADDRESS: LazyLock<Regex> = LazyLock::new(|| {
        Regex::new(r#"(?i)("[^"@\r\n]{1,64}"|[^\s<>"'(),:;\[\]@?&/|\\]+)(?:@|%40)([a-z0-9][a-z0-9.-]*[a-z0-9])"#).unwrap()
    });
    if !text.contains('@') && !text.contains("%40") {
        return Vec::new();
    }
    let found = ADDRESS.captures_iter(text).take(MAX.1).filter_map(|found| Some((found.get(1)?.as_str(), found.get(2)?.as_str())));
    found
        .map(|(local, domain)| {
            // In a link, what stands before `=` is the name of a parameter.
            let local = if local.contains("%2") || local.contains("%3") { local.rsplit('=').next().unwrap_or(local) } else { local };
            straight(&format!("{local}@{domain}"))
        })
        .collect()
}

/// An address as it was meant: lower case, without quotes, `%2B` and `=2B` as `+`, `%40` as `@`, `%20` as a space.
fn straight(address: &str) -> String {
    let plain = address.trim().to_lowercase().replace(['"', '\\'], "");
    plain.replace("%2b", "+").replace("=2b", "+").replace("%40", "@").replace("%20", " ")
}
