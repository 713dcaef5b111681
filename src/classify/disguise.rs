//! What mail does to slip past filters, which nobody does who answers a buyer: words with foreign letters, a line of nonsense, hops
//! and dates that cannot be, a link that hides where it leads. Takes a mail and its own words; adds signals for mail written for many.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use chrono::TimeDelta;

use super::evidence::Evidence;
use super::pattern::{Regex, exact};
use super::reply;
use crate::collect::mail::Mail;

/// Letters that a filter reads as no letters: "P@tches", "N0w".
const LOOK_ALIKES: &[char] = &['@', '$', '!', '|', '0', '1'];
/// A queue gives up after five days (RFC 5321, 4.5.4.1); a date further off was never the time of sending.
const QUEUE_DAYS: i64 = 6;
/// Hosts that only lead elsewhere.
const SHORTENERS: &[&str] =
    &["bit.ly", "tinyurl.com", "goo.gl", "ow.ly", "t.ly", "is.gd", "buff.ly", "rebrand.ly", "cutt.ly", "shorturl.at", "tiny.cc"];
/// Fewer words of its own than this beside a link are only there for the link.
const FEW_WORDS: usize = 12;

/// A line of random letters, that no two copies be alike.
static NONSENSE: LazyLock<Regex> = LazyLock::new(|| exact(r"^[a-z]{24,}\s*$"));
/// The same at the end of a subject, out of sight.
static TAIL: LazyLock<Regex> = LazyLock::new(|| exact(r"\S[ \t]{6,}\S{2,}\s*$"));

/// Adds the signs of a disguise.
pub(super) fn weigh(mail: &Mail, text: &str, evidence: &mut Evidence) {
    let disguised: BTreeSet<&str> = text.split_whitespace().take(3000).filter(|word| is_disguised(word)).take(10).collect();
    evidence.when(disguised.len() >= 3, "disguised-words", 0.4, disguised.iter().copied().take(5).collect::<Vec<_>>().join(", "));
    evidence.found(NONSENSE.find(text).or_else(|| TAIL.find(&mail.subject)).map(|found| found.as_str()), "nonsense", 0.35);
    let arrived = mail.received.first().and_then(|hop| hop.at);
    let off = mail.date.zip(arrived).map(|(date, arrived)| (arrived - date).abs()).filter(|off| *off > TimeDelta::days(QUEUE_DAYS));
    evidence.when(off.is_some(), "wrong-date", 0.2, off.map(|off| format!("{} days from its arrival", off.num_days())).unwrap_or_default());
    let timeless = mail.received.iter().filter(|hop| hop.at.is_none()).count();
    evidence.when(timeless > 1, "forged-hops", 0.3, format!("{timeless} hops without a time"));
    let targets: Vec<(&str, url::Url)> =
        mail.links.iter().take(20).filter_map(|link| Some((link.href.as_str(), url::Url::parse(&link.href).ok()?))).collect();
    let hosts = targets.iter().filter_map(|(_, url)| url.host_str().map(str::to_lowercase));
    let short = hosts.into_iter().find(|host| SHORTENERS.contains(&host.as_str()));
    evidence.found(short.as_deref(), "short-link", 0.2);
    let numeric = targets.iter().find(|(href, url)| href.starts_with("http") && is_numeric(url));
    evidence.found(numeric.map(|(href, _)| *href), "numeric-link", 0.3);
    // An answer may be a link alone, and a signature holds one.
    let answers = reply::answers(&mail.subject) || !mail.in_reply_to.is_empty();
    let leads = !answers && text.split_whitespace().any(|word| word.starts_with("http"));
    let words = text.split_whitespace().filter(|word| !word.contains("://")).count();
    evidence.when(leads && words < FEW_WORDS, "link-only", 0.3, "a link and hardly a word");
}

/// Whether an address names its host by number, which no house that wants to be found again does.
fn is_numeric(url: &url::Url) -> bool {
    matches!(url.host(), Some(url::Host::Ipv4(_) | url::Host::Ipv6(_)))
}

/// Whether letters of a word were replaced by what looks like them. An address or a link is no such word.
fn is_disguised(word: &str) -> bool {
    if !word.contains(LOOK_ALIKES) {
        return false;
    }
    let word = word.trim_matches(|c: char| !c.is_alphanumeric());
    if word.contains(['.', '/', ':', '=', '_', '-']) || word.chars().filter(char::is_ascii_lowercase).count() < 2 {
        return false;
    }
    let letters: Vec<char> = word.chars().collect();
    letters.windows(3).any(
        |three| matches!(three, [before, odd, after] if before.is_alphabetic() && LOOK_ALIKES.contains(odd) && after.is_ascii_lowercase()),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::mail::parse;

    fn signs(text: &str) -> Vec<String> {
        let mail = parse(text.as_bytes());
        let mut evidence = Evidence::default();
        weigh(&mail, &mail.text, &mut evidence);
        evidence.signals.into_iter().map(|signal| signal.id).collect()
    }

    #[test]
    fn sees_a_disguise() {
        let late = "Received: from a by b; Fri, 20 Sep 2002 14:10:48 +0100\nDate: Wed, 20 Feb 2002 15:15:14 +0100\n\n";
        for (text, wanted) in [
            ("Subject: x\n\nP@tches are ch3ap N0w, g0ld and s!lver packs\n", vec!["disguised-words"]),
            ("Subject: x\n\nWrite to a@b.example or c0@d.example, lot 10a, B1 and 0% down!\n", vec![]),
            ("Subject: x\n\nWords.\n\ngcoakgwnibgafjecarccjbjiiqlluijseublait\n", vec!["nonsense"]),
            ("Subject: x\n\nhttps://bit.ly/3qDCt8z\n", vec!["short-link", "link-only"]),
            (late, vec!["wrong-date"]),
            (
                "Subject: x\n\nPlease have a look at the plans that we drew up for the two of you at http://144.137.3.98/plans\n",
                vec!["numeric-link"],
            ),
        ] {
            assert_eq!(signs(text), wanted, "{text}");
        }
    }
}
