//! One `Received` line (RFC 5321, 4.4): who wrote it, when, and what it says of whom it took the mail from. Servers write it each in
//! their own way; what a line does not say stays empty. What its writer saw (an address, a name that it looked up) is told apart
//! from what the other side claimed (HELO), as far as the line lets it: where it does not, all of it is a claim.

use std::net::IpAddr;
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use regex::Regex;

use super::headers::time;

/// One `Received` line, topmost first in [`Mail::received`](super::Mail::received).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Received {
    /// Host that says it received the message, lower case.
    pub by: Option<String>,
    /// Host it says it received it from (HELO name), lower case.
    pub from: Option<String>,
    /// What else it says of that host.
    pub peer: Peer,
    /// The protocol (`with ESMTPS`; RFC 3848), upper case.
    pub with: Option<String>,
    /// Its writer's own id of the mail.
    pub id: Option<String>,
    /// The addresses in `for <…>`: one, or several as RFC 2821 allowed.
    pub for_addresses: Vec<String>,
    /// The time it gives.
    pub at: Option<DateTime<Utc>>,
}

/// What a line says, besides HELO, of the host that it took a mail from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peer {
    /// Every address that stands there. Where there are several, some were claimed.
    pub addresses: Vec<IpAddr>,
    /// The name that the writer looked up for the address, `name [address]`.
    pub looked_up: Option<String>,
    /// Every host named beside an address, that name among them, lower case.
    pub names: Vec<String>,
}

/// Reads one value; qmail's and others' free forms give what they have.
pub(super) fn received(value: &str) -> Received {
    #[expect(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
    static PARTS: LazyLock<[Regex; 5]> = LazyLock::new(|| {
        [
            r"(?i)^\s*from\s+\[?(?:ipv6:)?([^\s;()\[\]]+)",
            r"(?i)^by\s+\[?(?:ipv6:)?([^\s;()\[\]]+)",
            r"(?i)\swith\s+([a-z0-9-]+)",
            r"(?i)\sid\s+([^\s;()]+)",
            r"(?i)\sfor\s+((?:[\s,]*<?[^\s<>;(),]+@[^\s<>;(),]+>?)+)",
        ]
        .map(|pattern| Regex::new(pattern).unwrap())
    });
    let [from, by, with, id, whom] = &*PARTS;
    let taken = taken_at(value);
    let whence = value.get(..taken.unwrap_or(value.len())).unwrap_or_default();
    let rest = without_comments(value.get(taken.unwrap_or(0)..).unwrap_or_default());
    let (clauses, stamp) = rest.rsplit_once(';').map_or((rest.as_str(), None), |(clauses, stamp)| (clauses, Some(stamp)));
    let first = |pattern: &Regex, of: &str| pattern.captures(of).and_then(|found| found.get(1)).map(|found| found.as_str().to_owned());
    let host = |pattern: &Regex, of: &str| first(pattern, of).map(|host| host.trim_end_matches('.').to_lowercase());
    let whom = first(whom, clauses).unwrap_or_default().to_lowercase();
    let whom = whom.split([' ', '\t', ',', '<', '>']).filter(|word| !word.is_empty()).map(|word| word.trim_end_matches('.').to_owned());
    let from = host(from, whence);
    Received {
        by: host(by, clauses),
        peer: peer(from.as_deref(), whence),
        from,
        with: first(with, clauses).map(|with| with.to_ascii_uppercase()),
        id: first(id, clauses),
        for_addresses: whom.collect(),
        at: stamp.and_then(time),
    }
}

/// Where the `by` of a line stands: the last outside of comments, since a HELO may hold a `by` of its own.
fn taken_at(value: &str) -> Option<usize> {
    let bytes = value.as_bytes();
    let begins = |at: usize| {
        let word = bytes.get(at..at + 3).is_some_and(|word| word.eq_ignore_ascii_case(b"by ") || word.eq_ignore_ascii_case(b"by\t"));
        word && at.checked_sub(1).and_then(|before| bytes.get(before)).is_none_or(u8::is_ascii_whitespace)
    };
    let (mut depth, mut outside, mut any) = (0_usize, None, None);
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth = depth.saturating_sub(1),
            b'b' | b'B' if begins(at) => {
                any = Some(at);
                outside = if depth == 0 { any } else { outside };
            }
            _ => {}
        }
    }
    // A comment that never closes hides what follows.
    if depth > 0 { any } else { outside }
}

/// What stands between `from` and `by`. The name after `from` is HELO with most, and an address is what its writer saw only where a
/// comment gives HELO apart (Exim, Yahoo).
fn peer(from: Option<&str>, whence: &str) -> Peer {
    #[expect(clippy::unwrap_used, reason = "constant patterns, compiled by every test")]
    static PARTS: LazyLock<(Regex, Regex)> = LazyLock::new(|| {
        (Regex::new(r"(?i)(?:^|[\s(])(?:helo|ehlo)[\s=]").unwrap(), Regex::new(r"^\s*([A-Za-z0-9._-]+?)\.?\s+\[[^\]\s]+\]").unwrap())
    });
    let mut peer = Peer::default();
    let mut told = false;
    for comment in comments(whence) {
        let words = || comment.split([' ', '\t', '(', ')', '[', ']', ',', ';', '=', '@', '"']).filter(|word| !word.is_empty());
        let addresses: Vec<IpAddr> = words().filter_map(address).collect();
        if addresses.is_empty() && !PARTS.0.is_match(comment) {
            continue;
        }
        told = true;
        peer.names.extend(words().filter(|word| is_name(word)).map(|word| word.trim_end_matches('.').to_lowercase()));
        if let Some(name) = PARTS.1.captures(comment).and_then(|found| found.get(1)) {
            peer.looked_up = Some(name.as_str().to_lowercase());
        }
        peer.addresses.extend(addresses);
    }
    if told {
        peer.addresses.extend(from.and_then(address));
    }
    if whence.contains("may be forged") {
        peer.looked_up = None;
    }
    peer.addresses.sort_unstable();
    peer.addresses.dedup();
    peer
}

/// A word as an address: `192.0.2.7`, `IPv6:2001:db8::1`, `fe80::1%6`.
fn address(word: &str) -> Option<IpAddr> {
    let word = word.get(..5).filter(|tag| tag.eq_ignore_ascii_case("ipv6:")).map_or(word, |tag| word.get(tag.len()..).unwrap_or(word));
    word.split('%').next()?.parse::<IpAddr>().ok().map(|ip| ip.to_canonical())
}

/// Whether a word is a host's full name.
fn is_name(word: &str) -> bool {
    let word = word.trim_end_matches('.');
    let top = word.rsplit_once('.').map(|(_, top)| top);
    top.is_some_and(|top| !top.is_empty() && top.bytes().all(|byte| byte.is_ascii_alphabetic()))
        && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_".contains(&byte))
}

/// The outermost comments; one that never closes ends with the text.
fn comments(text: &str) -> Vec<&str> {
    let (mut depth, mut begun, mut found) = (0_usize, 0, Vec::new());
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => {
                depth += 1;
                begun = if depth == 1 { at + 1 } else { begun };
            }
            b')' if depth > 0 => {
                depth -= 1;
                found.extend((depth == 0).then(|| text.get(begun..at)).flatten());
            }
            _ => {}
        }
    }
    found.extend((depth > 0).then(|| text.get(begun..)).flatten());
    found
}

fn without_comments(value: &str) -> String {
    let mut depth = 0usize;
    let mut out = String::with_capacity(value.len());
    for c in value.chars() {
        match c {
            '(' => depth += 1,
            ')' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    // A comment that never closes would swallow the time.
    if depth > 0 { value.to_owned() } else { out }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// HELO, addresses, name looked up, other names, writer, protocol, id.
    fn told(value: &str) -> [String; 7] {
        let line = received(&format!("{value}; Mon, 2 Nov 2026 15:04:05 +0000"));
        assert_eq!(line.at.map(|at| at.timestamp()), Some(1_793_631_845), "{value}");
        let text = |text: Option<String>| text.unwrap_or_default();
        let addresses: Vec<String> = line.peer.addresses.iter().map(ToString::to_string).collect();
        let looked_up = text(line.peer.looked_up);
        let names: Vec<String> = line.peer.names.into_iter().filter(|name| *name != looked_up).collect();
        [text(line.from), addresses.join(" "), looked_up, names.join(" "), text(line.by), text(line.with), text(line.id)]
    }

    #[test]
    fn every_server_writes_its_line_in_its_own_way() {
        for (value, expected) in [
            (
                "from out.crm.test (out.crm.test [192.0.2.7]) (using TLSv1.3 with cipher X (256/256 bits)) by mx.a.test (Postfix) with ESMTPS id 4F for <a@a.test>",
                ["out.crm.test", "192.0.2.7", "out.crm.test", "", "mx.a.test", "ESMTPS", "4F"],
            ),
            (
                "from x (unknown [IPv6:2001:db8::7]) by mx.a.test with ESMTP id 1",
                ["x", "2001:db8::7", "unknown", "", "mx.a.test", "ESMTP", "1"],
            ),
            (
                "from mail.b.test (mx.a.test [192.0.2.7] (may be forged)) by mx.a.test (8.17/8.17) with ESMTP id 1",
                ["mail.b.test", "192.0.2.7", "", "mx.a.test", "mx.a.test", "ESMTP", "1"],
            ),
            (
                "from [192.0.2.7] (port=50291 helo=localhost) by s12.host.test with esmtps (TLS1.3) (Exim 4.96) (envelope-from <a@b.test>) id 1q for x@a.test",
                ["192.0.2.7", "192.0.2.7", "", "", "s12.host.test", "ESMTPS", "1q"],
            ),
            (
                "from out.crm.test ([192.0.2.7]:50291 helo=mx.a.test) by s12.host.test with esmtps id 1q",
                ["out.crm.test", "192.0.2.7", "", "mx.a.test", "s12.host.test", "ESMTPS", "1q"],
            ),
            (
                "from 192.0.2.7 (EHLO out.crm.test) by 10.217.150.14 with SMTPs (version=TLS1_2)",
                ["192.0.2.7", "192.0.2.7", "", "out.crm.test", "10.217.150.14", "SMTPS", ""],
            ),
            (
                "from a.prod.outlook.com (2603:10b6:8:1::5) by b.prod.outlook.com (2603:10b6:8:2::6) with Microsoft SMTP Server (version=TLS1_2, cipher=X) id 15.20.1",
                ["a.prod.outlook.com", "2603:10b6:8:1::5", "", "", "b.prod.outlook.com", "MICROSOFT", "15.20.1"],
            ),
            (
                "from mail-sor-f41.google.com (mail-sor-f41.google.com. [209.85.220.41]) by mx.google.com with SMTPS id z1 for <a@gmail.com> (Google Transport Security)",
                ["mail-sor-f41.google.com", "209.85.220.41", "mail-sor-f41.google.com", "", "mx.google.com", "SMTPS", "z1"],
            ),
            (
                "from unknown (HELO out.crm.test) (ident@192.0.2.7) by 0 with SMTP",
                ["unknown", "192.0.2.7", "", "out.crm.test", "0", "SMTP", ""],
            ),
            ("from [10.0.0.1] by mx.a.test with ESMTP id 1", ["10.0.0.1", "", "", "", "mx.a.test", "ESMTP", "1"]),
            ("by 2002:a05:6a10:1 with SMTP id b1", ["", "", "", "", "2002:a05:6a10:1", "SMTP", "b1"]),
            ("from pop.a.test [192.0.2.3] by nas.lan with POP3 (fetchmail-6.4.37)", ["pop.a.test", "", "", "", "nas.lan", "POP3", ""]),
        ] {
            assert_eq!(told(value), expected, "{value}");
        }
    }

    #[test]
    fn a_helo_that_imitates_a_line_hides_no_address() {
        for helo in [
            "localhost (localhost [127.0.0.1])",
            "localhost by mx.a.test with LMTP id 1; Mon, 2 Nov 2026 09:00:00 +0000",
            "localhost (",
            "localhost(localhost[127.0.0.1])",
            "localhost ((",
            "a) by mx.a.test (",
        ] {
            let line = received(&format!(
                "from {helo} (out.relay.test [192.0.2.7]) by mx.a.test with ESMTPS id 2; Mon, 2 Nov 2026 15:04:05 +0000"
            ));
            assert!(line.peer.addresses.iter().any(|address| address.to_string() == "192.0.2.7"), "{helo}: {line:?}");
            assert_eq!(
                (line.at.map(|at| at.timestamp()), line.by.as_deref()),
                (Some(1_793_631_845), Some("mx.a.test")),
                "{helo}: {line:?}"
            );
        }
    }
}
