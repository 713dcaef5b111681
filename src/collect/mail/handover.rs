//! By which step of its way a mail came to the shopper's provider. Takes the `Received` lines (RFC 5321, 4.4) and the hosts whose
//! lines we believe; gives the line of the handover. Pure.
//!
//! A line stands above those it was handed, so the lines are ours from the top down to the one about whoever was no host of ours, and
//! below that stand the sender's claims. HELO is such a claim too: that a host is ours is believed by the address its neighbour saw.

use std::borrow::Cow;
use std::net::IpAddr;

use chrono::{DateTime, TimeDelta, Utc};
use sha2::{Digest, Sha256};

use super::canonical::hex;
use super::{Mail, Received};

/// How far two honest clocks may be apart, and how long a step within a provider takes.
pub(super) const TOLERANCE: TimeDelta = TimeDelta::seconds(120);
/// Providers of many customers, and the other names of their hosts.
const KIN: [(&str, &[&str]); 11] = [
    ("gmail.com", &["google.com"]),
    ("googlemail.com", &["google.com", "gmail.com"]),
    ("office365.com", &["outlook.com"]),
    ("outlook.com", &["office365.com"]),
    ("fastmail.com", &["messagingengine.com"]),
    ("me.com", &["icloud.com", "apple.com"]),
    ("aol.com", &["yahoo.com"]),
    ("yahoo.com", &["aol.com"]),
    ("gmx.com", &["gmx.net"]),
    ("zoho.com", &["zohomail.com"]),
    ("zoho.eu", &["zohomail.eu", "zohomail.com"]),
];
/// Where a delivery writes whom it was for.
pub(super) const ENVELOPE: [&str; 4] = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"];
/// Names that only mean something within a network (RFC 6762, RFC 8375, and what people use).
const PRIVATE: [&str; 9] = ["local", "localdomain", "internal", "lan", "home", "corp", "intranet", "private", "home.arpa"];

/// The hosts whose `Received` lines we believe: names with all that is below them, and addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    pub(super) hosts: Vec<String>,
}

/// What is known of the host that a line of ours is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hop {
    /// It may be anybody's.
    Outside,
    /// It seems one of ours: by an address of a private network, which may be the last router's, or by a name where no address stands.
    Likely,
    /// It is one of ours.
    Inside,
}

impl Trust {
    /// Trusts these hosts or domains, each with its subdomains.
    pub fn new<S: AsRef<str>>(hosts: impl IntoIterator<Item = S>) -> Self {
        let hosts = hosts.into_iter().map(|host| bare(host.as_ref())).filter(|host| !host.is_empty());
        Self { hosts: hosts.flat_map(|host| kin(&host).chain([host]).collect::<Vec<_>>()).collect() }
    }

    /// The default: the domain of the mailbox host (`mail.example.org`: `example.org`), and where a large provider's mail
    /// exchangers go by another name, that name too.
    #[must_use]
    pub fn of_host(host: &str) -> Self {
        let host = bare(host);
        if host.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
            return Self { hosts: vec![host, "localhost".to_owned()] };
        }
        let domain = registrable(&host);
        Self::new([domain])
    }

    /// Where nothing is known of the mailbox: the domain of whoever wrote the topmost line that names both its sides.
    #[must_use]
    pub fn of_mail(mail: &Mail) -> Self {
        let by = || mail.received.iter().filter(|line| line.from.is_some() && !is_fetch(line)).filter_map(|line| line.by.as_deref());
        by().find(|by| !is_private(by)).or_else(|| by().next()).map_or_else(Self::nobody, Self::of_host)
    }

    /// The default for the mailbox host, and the configured hosts besides.
    #[must_use]
    pub fn configured(trusted: &[String], host: &str) -> Self {
        Self::of_host(host).besides(trusted)
    }

    /// These hosts too.
    #[must_use]
    pub fn besides<S: AsRef<str>>(mut self, hosts: impl IntoIterator<Item = S>) -> Self {
        self.add(Self::new(hosts));
        self
    }

    /// Trusts nobody: no handover line is ever found.
    #[must_use]
    pub fn nobody() -> Self {
        Self { hosts: Vec::new() }
    }

    /// Whether a host is one of ours.
    #[must_use]
    pub fn covers(&self, host: &str) -> bool {
        let host = bare(host);
        self.hosts.iter().any(|trusted| host.strip_suffix(trusted.as_str()).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
    }

    fn add(&mut self, other: Self) {
        self.hosts.extend(other.hosts);
        let mut seen = std::collections::HashSet::new();
        self.hosts.retain(|host| seen.insert(host.clone()));
    }

    /// Whose the host is that a line of ours is about. Every address that stands there must be ours, since a HELO can hold some.
    fn hop(&self, line: &Received) -> Hop {
        let peer = &line.peer;
        let all = |ours: &dyn Fn(&IpAddr) -> bool| peer.addresses.iter().all(ours);
        let named_inside = || line.from.iter().chain(&peer.names).all(|name| is_private(name) || self.covers(name));
        let looked_up = || peer.addresses.len() == 1 && peer.looked_up.as_deref().is_some_and(|name| self.covers(name) && !is_shared(name));
        let microsofts = || self.covers("outlook.com") && line.from.as_deref().is_some_and(|from| self.covers(from)) && all(&of_microsoft);
        match () {
            () if peer.addresses.is_empty() => {
                let local = line.with.as_deref().is_some_and(|with| with.starts_with("LMTP") || with.starts_with("HTTP"));
                match (named_inside(), local, line.from.as_deref().is_some_and(is_shared)) {
                    (true, true, _) => Hop::Inside,
                    (true, false, false) => Hop::Likely,
                    _ => Hop::Outside,
                }
            }
            () if all(&|ip| ip.is_loopback()) && named_inside() => Hop::Inside,
            () if all(&|ip| self.covers(&ip.to_string())) || looked_up() || microsofts() => Hop::Inside,
            () if all(&|ip| is_internal(*ip)) && named_inside() => Hop::Likely,
            () => Hop::Outside,
        }
    }
}

/// The step by which a mail came to the provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Handover<'a> {
    /// The line that tells of it.
    pub line: &'a Received,
    /// The time of a step of ours much later, where it is only likely that the mail was within before that.
    pub surely_by: Option<DateTime<Utc>>,
}

/// The handover: the first line from the top about a host that is none of ours, with nothing but lines of ours above it. What stands
/// below it is the sender's claim. A mail that never left the provider, from one of its customers to another, has no such line: then it
/// is the last step to the mailbox.
#[must_use]
pub fn taken_over<'a>(mail: &'a Mail, trust: &Trust) -> Option<Handover<'a>> {
    let mut trust = Cow::Borrowed(trust);
    let mut steps: Vec<&Received> = Vec::new();
    let (mut surely_by, mut fetched, mut ours, mut strange) = (None, false, false, false);
    // A line without `from` tells of a step within one host.
    for line in mail.received.iter().filter(|line| line.from.is_some()) {
        if trust.hosts.is_empty() {
            return None;
        }
        if is_fetch(line) {
            // The shopper's own program took it from another mailbox of the shopper's: it had arrived there before.
            (surely_by, fetched) = (None, true);
            steps.clear();
            continue;
        }
        let by = line.by.as_deref().unwrap_or_default();
        if std::mem::take(&mut fetched) {
            trust.to_mut().add(Trust::of_host(by));
        }
        // A host that the line above was about wrote this one, whatever it calls itself within its network.
        let vouched = is_private(by) || steps.last().is_some_and(|above| names(above, by));
        if by.is_empty() || !(trust.covers(by) || vouched) {
            strange = true;
            break;
        }
        let hop = trust.hop(line);
        if is_submission(line, hop) {
            break;
        }
        ours |= trust.covers(by);
        steps.push(line);
        match hop {
            Hop::Outside => {
                let surely_by = surely_by.zip(line.at).filter(|(by, at)| *by > *at + TOLERANCE).map(|(by, _)| by);
                return ours.then_some(Handover { line, surely_by });
            }
            Hop::Likely => surely_by = surely_by.or(line.at),
            Hop::Inside => {}
        }
    }
    let last = if strange { steps.last() } else { steps.iter().find(|line| !line.from.as_deref().is_some_and(is_itself)) };
    last.filter(|_| ours).map(|line| Handover { line, surely_by: None })
}

/// The time of the handover line; that of the later step where the mail was only likely within before, and much later.
#[must_use]
pub fn handover(mail: &Mail, trust: &Trust) -> Option<DateTime<Utc>> {
    let step = taken_over(mail, trust)?;
    step.surely_by.or(step.line.at)
}

/// What the one delivery of a mail is known by, as SHA-256 (hex): its handover, with the id that the provider gave it and the second, to
/// whom it was handed in, and who it says that it is. A copy that some program wrote otherwise (a header more, other line ends, another
/// encoding) has the same; no other mail has, were it to bear the same Message-ID. `None` where the lines do not tell as much.
#[must_use]
pub fn delivery(mail: &Mail, trust: &Trust) -> Option<String> {
    let line = taken_over(mail, trust)?.line;
    let (by, id, at, message_id) = (line.by.as_ref()?, line.id.as_ref()?, line.at?, mail.message_id.as_ref()?);
    // A delivery within the provider writes its own above that of the handover.
    let envelope = mail.headers.iter().rev().find(|(name, _)| ENVELOPE.iter().any(|known| name.eq_ignore_ascii_case(known)));
    let to = envelope.map(|(_, value)| value.to_lowercase());
    let from = mail.from.as_ref().map(|from| &from.address);
    let known_by =
        format!("{by} {id} {} {message_id} {:?} {to:?} {from:?} {:?} {:?}", at.timestamp(), line.for_addresses, mail.date, mail.subject);
    Some(hex(&Sha256::digest(known_by)))
}

/// Whether a program took the mail out of a mailbox (fetchmail, getmail), by which it arrived nowhere.
fn is_fetch(line: &Received) -> bool {
    line.with.as_deref().is_some_and(|with| with.starts_with("POP") || with.starts_with("IMAP"))
}

/// Whether its sender handed the mail in: authenticated (RFC 3848), on the machine itself or in a browser.
fn is_submission(line: &Received, hop: Hop) -> bool {
    line.with.as_deref().is_some_and(|with| {
        matches!(with, "MAPI" | "LOCAL" | "ASMTP")
            || with.ends_with("SMTPA")
            || with.ends_with("SMTPSA")
            || with.starts_with("HTTP") && hop == Hop::Outside
    })
}

/// Whether a line names a host as the one it took the mail from.
fn names(line: &Received, host: &str) -> bool {
    let address = host.parse::<IpAddr>().ok();
    line.from.as_deref() == Some(host)
        || line.peer.names.iter().any(|name| name == host)
        || address.is_some_and(|address| line.peer.addresses.contains(&address))
}

/// Whether a line's `from` is the machine that wrote the line: a filter that hands a mail back.
fn is_itself(from: &str) -> bool {
    let name = bare(from);
    matches!(name.as_str(), "localhost" | "localhost.localdomain") || name.parse::<IpAddr>().is_ok_and(|ip| ip.is_loopback())
}

/// Whether a name or address only means something within a network.
fn is_private(host: &str) -> bool {
    let host = bare(host);
    match host.parse::<IpAddr>() {
        Ok(ip) => is_internal(ip),
        Err(_) if !host.contains('.') => !host.is_empty(),
        Err(_) => PRIVATE.iter().any(|top| host.strip_suffix(top).is_some_and(|rest| rest.ends_with('.'))),
    }
}

/// Whether an address is no public one: loopback, link-local, private (RFC 1918, RFC 4193) or shared by a network (RFC 6598).
fn is_internal(ip: IpAddr) -> bool {
    match ip.to_canonical() {
        IpAddr::V4(ip) => ip.is_loopback() || ip.is_private() || ip.is_link_local() || matches!(ip.octets(), [100, 64..128, ..]),
        IpAddr::V6(ip) => ip.is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local(),
    }
}

/// Whether an address is of the network in which Exchange Online hands mail on from host to host, `2603:1000::/24`. What leaves one of
/// its customers comes from others.
fn of_microsoft(ip: &IpAddr) -> bool {
    matches!(ip, IpAddr::V6(ip) if matches!(ip.segments(), [0x2603, 0x1000..=0x10ff, ..]))
}

/// Whether a host's provider has customers that are strangers to each other: what comes from it is not yet ours.
fn is_shared(host: &str) -> bool {
    let domain = registrable(&bare(host));
    KIN.iter().any(|(name, kin)| *name == domain || kin.contains(&domain.as_str()))
}

/// The other names of a large provider.
fn kin(domain: &str) -> impl Iterator<Item = String> + use<> {
    let names = KIN.iter().find(|(name, _)| *name == domain).map(|(_, kin)| *kin).unwrap_or_default();
    names.iter().map(|&name| name.to_owned())
}

/// A host without brackets, `IPv6:` tag and final dot, in lower case.
fn bare(host: &str) -> String {
    let host = host.trim().trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').to_ascii_lowercase();
    host.strip_prefix("ipv6:").map_or_else(|| host.clone(), str::to_owned)
}

/// The last two labels, three under `co.uk` and its like; an address or a single label stays.
fn registrable(host: &str) -> String {
    let labels: Vec<&str> = host.split('.').collect();
    if host.parse::<IpAddr>().is_ok() || labels.len() < 3 {
        return host.to_owned();
    }
    let second_level = ["co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"];
    let under_country = matches!(labels.as_slice(), [.., second, top] if top.len() == 2 && second_level.contains(second));
    let keep = if under_country { 3 } else { 2 };
    labels.get(labels.len().saturating_sub(keep)..).unwrap_or_default().join(".")
}
