//! When a mail arrived. Takes the headers and the clocks that were read, gives an [`Arrival`] with all of them kept.
//! The `Date` header is the sender's claim and is believed by nobody; of the `Received` lines (RFC 5321, 4.4) only those of
//! hosts we trust count. Pure: no clock of its own.

use chrono::{DateTime, TimeDelta, Utc};

use super::{Mail, Received};
use crate::collect::{Arrival, ArrivalBasis};

/// How far two honest clocks may be apart, and how far ours may be from the provider's.
const TOLERANCE: TimeDelta = TimeDelta::seconds(120);

/// Providers whose mail exchangers live under another name than their IMAP host.
const KIN: [(&str, &[&str]); 8] = [
    ("gmail.com", &["google.com"]),
    ("googlemail.com", &["google.com", "gmail.com"]),
    ("office365.com", &["outlook.com"]),
    ("outlook.com", &["office365.com"]),
    ("fastmail.com", &["messagingengine.com"]),
    ("me.com", &["icloud.com", "apple.com"]),
    ("aol.com", &["yahoo.com"]),
    ("gmx.com", &["gmx.net"]),
];

/// The hosts whose `Received` lines we believe: names with all that is below them, and addresses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trust {
    hosts: Vec<String>,
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
        if host.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback()) {
            return Self { hosts: vec![host, "localhost".to_owned()] };
        }
        let domain = registrable(&host);
        Self::new([domain])
    }

    /// Where nothing is known of the mailbox: the domain of whoever wrote the topmost line that names both its sides.
    #[must_use]
    pub fn of_mail(mail: &Mail) -> Self {
        let by = mail.received.iter().filter(|line| line.from.is_some()).find_map(|line| line.by.as_deref());
        by.map_or_else(Self::nobody, Self::of_host)
    }

    /// The configured hosts where there are any, else the default for `host`.
    #[must_use]
    pub fn configured(trusted: &[String], host: &str) -> Self {
        if trusted.is_empty() { Self::of_host(host) } else { Self::new(trusted) }
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

    /// Whether a line's `from` is inside: one of ours, or the machine itself.
    fn inside(&self, from: &str) -> bool {
        is_itself(from) || self.covers(from)
    }
}

/// Whether a line's `from` is the machine that wrote the line: a filter that hands a mail back.
fn is_itself(from: &str) -> bool {
    let name = bare(from);
    matches!(name.as_str(), "localhost" | "localhost.localdomain") || name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback())
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
    if host.parse::<std::net::IpAddr>().is_ok() || labels.len() < 3 {
        return host.to_owned();
    }
    let second_level = ["co", "com", "org", "net", "ac", "gov", "edu", "or", "ne"];
    let under_country = matches!(labels.as_slice(), [.., second, top] if top.len() == 2 && second_level.contains(second));
    let keep = if under_country { 3 } else { 2 };
    labels.get(labels.len().saturating_sub(keep)..).unwrap_or_default().join(".")
}

/// The moment the shopper's provider took the mail over: the first `Received` line from the top that a trusted host wrote
/// about a host that is none. What stands below it is the sender's claim. A mail that never left the provider, from one of its
/// customers to another, has no such line: then the first that names another of its hosts, which is the last step to the mailbox.
#[must_use]
pub fn handover(mail: &Mail, trust: &Trust) -> Option<DateTime<Utc>> {
    let ours = |about: &dyn Fn(&str) -> bool| {
        let wanted = |line: &&Received| line.by.as_deref().is_some_and(|by| trust.covers(by)) && line.from.as_deref().is_some_and(about);
        mail.received.iter().find(wanted)
    };
    ours(&|from| !trust.inside(from)).or_else(|| ours(&|from| !is_itself(from))).and_then(|line| line.at)
}

/// Whether a mail came in through a server: it bears a `Received` line of one that took it from another (RFC 5321, 4.4), or any such
/// line and the address it was delivered to. The copy that a sender keeps has at most the line of its submission, which bears an
/// authenticated protocol (RFC 3848) and no delivery.
#[must_use]
pub fn came_in(mail: &Mail) -> bool {
    let submitted = |line: &str| {
        let mut words = line.split_whitespace();
        let with = words.find(|word| word.eq_ignore_ascii_case("with")).and_then(|_| words.next());
        let protocol = with.unwrap_or_default().trim_end_matches(';').to_ascii_uppercase();
        protocol.starts_with("HTTP")
            || protocol == "ASMTP"
            || ["SMTPA", "SMTPSA", "LMTPA", "LMTPSA"].iter().any(|end| protocol.ends_with(end))
    };
    let delivered = ["Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To"];
    let mut lines = mail.header("Received").peekable();
    lines.peek().is_some() && (delivered.iter().any(|name| mail.header(name).next().is_some()) || lines.any(|line| !submitted(line)))
}

/// The clocks of an IMAP fetch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Seen {
    /// INTERNALDATE (RFC 3501, 2.3.3), where the server gave one.
    pub internal_date: Option<DateTime<Utc>>,
    /// SAVEDATE (RFC 8514), where the server gave one.
    pub save_date: Option<DateTime<Utc>>,
    /// When the folder was last looked at and the mail was not there.
    pub from: Option<DateTime<Utc>>,
    /// When the mail was first seen.
    pub by: DateTime<Utc>,
}

/// The arrival of a mail fetched by IMAP: INTERNALDATE if the handover line agrees with it and it is not in the future;
/// else the handover line if it lies in our observation window; else the moment we saw it, disputed.
///
/// SAVEDATE is when the mail came to stand where it stands: by delivery, by a move, or because a mail program put it there. Nothing
/// arrives after it. Without a handover line it tells an INTERNALDATE that the server set from one that may be a mail program's
/// claim: where they disagree, the mail arrived between them, disputed; where INTERNALDATE is impossible, SAVEDATE stands for the moment
/// we saw it.
#[must_use]
pub fn imap(mail: &Mail, trust: &Trust, seen: Seen) -> Arrival {
    let handover = handover(mail, trust);
    let latest = seen.save_date.map_or(seen.by, |saved| saved.min(seen.by));
    let agree = |a: DateTime<Utc>, b: DateTime<Utc>| (a - b).abs() <= TOLERANCE;
    let not_later = |at: DateTime<Utc>| at <= latest + TOLERANCE;
    let in_window = |at: DateTime<Utc>| not_later(at) && seen.from.is_none_or(|from| at >= from - TOLERANCE);
    let (at, at_latest, basis) = match (seen.internal_date, handover, seen.save_date) {
        (Some(internal), Some(edge), _) if agree(internal, edge) && not_later(internal) => (internal, None, ArrivalBasis::InternalDate),
        (_, Some(edge), _) if in_window(edge) => (edge, None, ArrivalBasis::Handover),
        (Some(internal), None, Some(saved)) if in_window(internal) && !agree(internal, saved) => {
            (internal, Some(saved), ArrivalBasis::InternalDate)
        }
        (Some(internal), None, _) if in_window(internal) => (internal, None, ArrivalBasis::InternalDate),
        (_, _, Some(saved)) if in_window(saved) => (saved, None, ArrivalBasis::SaveDate),
        _ => (seen.by, None, ArrivalBasis::Seen),
    };
    Arrival {
        at,
        at_latest,
        disputed: at_latest.is_some() || matches!(basis, ArrivalBasis::Seen | ArrivalBasis::SaveDate),
        basis,
        internal_date: seen.internal_date,
        save_date: seen.save_date,
        handover,
        date_header: mail.date,
        seen_from: seen.from,
        seen_by: Some(seen.by),
    }
}

/// The arrival of a mail read from a file: the handover line; else the Maildir delivery time; else the `Date` header,
/// disputed; else the moment we saw it, disputed. Nothing arrives after it was seen: a clock that says so is passed over, and what is
/// believed in its stead is disputed. So is a handover after the delivery, one of whose clocks is wrong.
#[must_use]
pub fn file(mail: &Mail, trust: &Trust, delivered: Option<DateTime<Utc>>, seen_by: DateTime<Utc>) -> Arrival {
    let handover = handover(mail, trust);
    let possible = |at: &DateTime<Utc>| *at <= seen_by + TOLERANCE;
    let early = |edge: DateTime<Utc>| delivered.is_some_and(|at| at + TOLERANCE < edge);
    let (at, basis, disputed) = handover
        .filter(possible)
        .map(|at| (at, ArrivalBasis::Handover, early(at)))
        .or_else(|| delivered.filter(possible).map(|at| (at, ArrivalBasis::Maildir, handover.is_some())))
        .or_else(|| mail.date.filter(possible).map(|at| (at, ArrivalBasis::DateHeader, true)))
        .unwrap_or((seen_by, ArrivalBasis::Seen, true));
    Arrival {
        at,
        at_latest: None,
        disputed,
        basis,
        internal_date: None,
        save_date: None,
        handover,
        date_header: mail.date,
        seen_from: None,
        seen_by: Some(seen_by),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::mail::Received;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_700_000_000 + seconds, 0).unwrap()
    }

    fn line(from: Option<&str>, by: Option<&str>, seconds: i64) -> Received {
        Received { by: by.map(str::to_owned), from: from.map(str::to_owned), for_addresses: Vec::new(), at: Some(at(seconds)) }
    }

    fn mail(received: Vec<Received>) -> Mail {
        Mail { received, date: Some(at(-9_000)), ..Mail::default() }
    }

    #[test]
    fn what_came_in_through_a_server_says_so() {
        for (headers, came) in [
            ("From: a@b.example", false),
            (
                "Received: from mx.example (mx.example [192.0.2.1])\n\tby imap.example with LMTP id 1;\n Mon, 2 Nov 2026 15:04:05 +0000",
                true,
            ),
            ("Received: from desk ([192.0.2.1]) by smtp.example with ESMTPSA id 1; Mon, 2 Nov 2026 15:04:05 +0000", false),
            ("Received: from desk by smtp.example with esmtpa id 1; x\nReturn-Path: <a@b.example>", false),
            ("Delivered-To: a@b.example\nReceived: from desk by mail.example (Postfix) with ESMTPSA id 1; x", true),
            ("Received: from desk by smtp.example with ESMTPSA id 1; x\nReceived: by mx.example; x", true),
            ("Delivered-To: a@b.example", false),
        ] {
            assert_eq!(came_in(&crate::collect::mail::parse(format!("{headers}\n\nHi\n").as_bytes())), came, "{headers}");
        }
    }

    #[test]
    fn a_host_trusts_itself_and_what_is_below_it() {
        let trust = Trust::new(["mx.example.org"]);
        for (host, covered) in [
            ("mx.example.org", true),
            ("MX.Example.org.", true),
            ("a.mx.example.org", true),
            ("evilmx.example.org", false),
            ("example.org", false),
            ("mx.example.org.evil.test", false),
        ] {
            assert_eq!(trust.covers(host), covered, "{host}");
        }
    }

    #[test]
    fn the_default_is_the_domain_of_the_mailbox_host() {
        for (host, hosts) in [
            ("mail.example.org", vec!["example.org"]),
            ("example.org", vec!["example.org"]),
            ("imap.eu.mail.example.co.uk", vec!["example.co.uk"]),
            ("localhost", vec!["localhost"]),
            ("127.0.0.1", vec!["127.0.0.1", "localhost"]),
            ("imap.gmail.com", vec!["google.com", "gmail.com"]),
            ("192.0.2.7", vec!["192.0.2.7"]),
        ] {
            assert_eq!(Trust::of_host(host).hosts, hosts, "{host}");
        }
        assert_eq!(Trust::configured(&["mx.a.test".to_owned()], "mail.b.test").hosts, ["mx.a.test"]);
        assert!(Trust::new(["gmail.com"]).covers("mx.google.com"), "the default that the configuration writes out");
    }

    #[test]
    fn the_handover_is_the_first_trusted_line_about_an_outsider() {
        let trust = Trust::new(["example.org"]);
        let chain = mail(vec![
            line(None, Some("10.1.2.3"), 60),
            line(Some("mx.example.org"), Some("mail.example.org"), 50),
            line(Some("localhost"), Some("mx.example.org"), 45),
            line(Some("out.bluebonnet.example"), Some("mx.example.org"), 40),
            line(Some("forged.example"), Some("mx.example.org"), -4_000),
        ]);
        assert_eq!(handover(&chain, &trust), Some(at(40)));
        assert_eq!(handover(&chain, &Trust::nobody()), None);
        assert_eq!(handover(&mail(vec![line(None, Some("mx.example.org"), 1)]), &trust), None);
    }

    #[test]
    fn a_mail_that_never_left_the_provider_was_handed_over_at_its_last_step() {
        let google = Trust::of_host("imap.gmail.com");
        let among_customers = mail(vec![
            line(None, Some("2002:a05:7412:a1c:b0:c2:d7:9c6b"), 9),
            line(Some("mail-sor-f41.google.com"), Some("mx.google.com"), 8),
            line(None, Some("mail-sor-f41.google.com"), 5),
            line(Some("forged.example"), Some("elsewhere.example"), -4_000),
        ]);
        assert_eq!(handover(&among_customers, &google), Some(at(8)));
        let outlook = mail(vec![
            line(Some("a.namprd09.prod.outlook.com"), Some("b.namprd09.prod.outlook.com"), 7),
            line(Some("c.namprd09.prod.outlook.com"), Some("a.namprd09.prod.outlook.com"), 3),
        ]);
        assert_eq!(handover(&outlook, &Trust::of_host("outlook.office365.com")), Some(at(7)));
        let filtered = mail(vec![line(Some("localhost"), Some("mx.google.com"), 9), line(Some("127.0.0.1"), Some("mx.google.com"), 8)]);
        assert_eq!(handover(&filtered, &google), None, "what a machine hands to itself is no step");
    }

    #[test]
    fn imap_arrivals_follow_the_clock_rules() {
        let trust = Trust::new(["example.org"]);
        let edge = |seconds| mail(vec![line(Some("out.test"), Some("mx.example.org"), seconds)]);
        let bare = || mail(vec![]);
        // what, mail, INTERNALDATE, window, expected (at, basis)
        let cases = [
            ("agree", edge(5), Some(10), (Some(0), 20), (10, ArrivalBasis::InternalDate)),
            ("agree at the limit", edge(0), Some(120), (None, 130), (120, ArrivalBasis::InternalDate)),
            ("a second over it", edge(0), Some(121), (None, 130), (0, ArrivalBasis::Handover)),
            ("moved by a client: edge in an open window", edge(0), Some(9_000), (None, 9_010), (0, ArrivalBasis::Handover)),
            ("edge before the window", edge(0), Some(9_000), (Some(8_000), 9_010), (9_010, ArrivalBasis::Seen)),
            ("edge in the future", edge(9_000), Some(0), (Some(-10), 10), (10, ArrivalBasis::Seen)),
            ("both in the future", edge(9_000), Some(9_000), (Some(-10), 10), (10, ArrivalBasis::Seen)),
            ("moved between folders, both clocks agree", edge(0), Some(3), (Some(5_000), 5_060), (3, ArrivalBasis::InternalDate)),
            ("no edge", bare(), Some(10), (Some(0), 20), (10, ArrivalBasis::InternalDate)),
            ("no edge, appended with an old date", bare(), Some(-90_000), (Some(0), 20), (20, ArrivalBasis::Seen)),
            ("no edge, first look", bare(), Some(-90_000), (None, 20), (-90_000, ArrivalBasis::InternalDate)),
            ("no INTERNALDATE", edge(5), None, (Some(0), 20), (5, ArrivalBasis::Handover)),
            ("nothing", bare(), None, (Some(0), 20), (20, ArrivalBasis::Seen)),
        ];
        for (what, mail, internal, (from, by), (expected, basis)) in cases {
            let arrival = imap(&mail, &trust, Seen { internal_date: internal.map(at), save_date: None, from: from.map(at), by: at(by) });
            assert_eq!((arrival.at, arrival.basis), (at(expected), basis), "{what}");
            assert_eq!(arrival.disputed, basis == ArrivalBasis::Seen, "{what}");
            assert_eq!(arrival.internal_date, internal.map(at), "{what}");
            assert_eq!((arrival.date_header, arrival.seen_from, arrival.seen_by), (Some(at(-9_000)), from.map(at), Some(at(by))), "{what}");
        }
    }

    #[test]
    fn save_dates_tell_what_a_mail_program_claimed() {
        use ArrivalBasis::{Handover, InternalDate, SaveDate, Seen as SeenBasis};
        let trust = Trust::new(["example.org"]);
        let edge = |seconds| mail(vec![line(Some("out.test"), Some("mx.example.org"), seconds)]);
        let bare = || mail(vec![]);
        // what, mail, INTERNALDATE, SAVEDATE, window, expected (at, latest, basis, disputed)
        let cases = [
            ("delivered", bare(), Some(10), 10, (Some(0), 20), (10, None, InternalDate, false)),
            ("delivered, with an edge", edge(5), Some(10), 10, (Some(0), 20), (10, None, InternalDate, false)),
            ("moved by COPY, the edge agrees", edge(5), Some(10), 9_000, (None, 9_010), (10, None, InternalDate, false)),
            ("appended with an old date, first look", bare(), Some(-90_000), 10, (None, 20), (-90_000, Some(10), InternalDate, true)),
            ("appended with an old date, watched", bare(), Some(-90_000), 10, (Some(0), 20), (10, None, SaveDate, true)),
            ("appended with the time of the append", edge(-9_000), Some(10), 10, (None, 20), (-9_000, None, Handover, false)),
            ("a date after the saving", bare(), Some(9_000), 10, (None, 9_010), (10, None, SaveDate, true)),
            ("an edge after the saving", edge(9_000), Some(9_000), 10, (None, 9_010), (10, None, SaveDate, true)),
            ("no INTERNALDATE", bare(), None, 10, (Some(0), 20), (10, None, SaveDate, true)),
            ("saved in the future", bare(), None, 9_000, (Some(0), 20), (20, None, SeenBasis, true)),
        ];
        for (what, mail, internal, saved, (from, by), (expected, latest, basis, disputed)) in cases {
            let seen = Seen { internal_date: internal.map(at), save_date: Some(at(saved)), from: from.map(at), by: at(by) };
            let arrival = imap(&mail, &trust, seen);
            assert_eq!((arrival.at, arrival.at_latest, arrival.basis), (at(expected), latest.map(at), basis), "{what}");
            assert_eq!((arrival.disputed, arrival.save_date), (disputed, Some(at(saved))), "{what}");
        }
    }

    #[test]
    fn file_arrivals_follow_the_clock_rules() {
        let trust = Trust::new(["example.org"]);
        let edge = mail(vec![line(Some("out.test"), Some("mx.example.org"), 5)]);
        let dateless = Mail::default();
        let ahead = mail(vec![line(Some("out.test"), Some("mx.example.org"), 90_000)]);
        let tomorrow = Mail { date: Some(at(90_000)), ..Mail::default() };
        for (what, mail, delivered, expected, basis, disputed) in [
            ("handover", &edge, Some(50), 5, ArrivalBasis::Handover, false),
            ("Maildir", &mail(vec![]), Some(50), 50, ArrivalBasis::Maildir, false),
            ("Date", &mail(vec![]), None, -9_000, ArrivalBasis::DateHeader, true),
            ("nothing", &dateless, None, 99, ArrivalBasis::Seen, true),
            ("a copy of an older mail, delivered to the folder later", &edge, Some(80), 5, ArrivalBasis::Handover, false),
            ("delivered before it was handed over", &edge, Some(-500), 5, ArrivalBasis::Handover, true),
            ("handed over after it was seen", &ahead, Some(50), 50, ArrivalBasis::Maildir, true),
            ("the same with no other clock but Date", &ahead, None, -9_000, ArrivalBasis::DateHeader, true),
            ("delivered after it was seen", &dateless, Some(90_000), 99, ArrivalBasis::Seen, true),
            ("dated after it was seen", &tomorrow, None, 99, ArrivalBasis::Seen, true),
        ] {
            let arrival = file(mail, &trust, delivered.map(at), at(99));
            assert_eq!((arrival.at, arrival.basis, arrival.disputed), (at(expected), basis, disputed), "{what}");
        }
    }
}
