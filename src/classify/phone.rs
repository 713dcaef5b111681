//! A number at which the writer can be reached directly (E.164), as the numbering plans find it in a running text. Never our own, a fax, or
//! a toll-free line.

use std::sync::LazyLock;

use super::pattern::{Regex, any_case};
use super::reply::Reply;
use crate::number;

static FAX: LazyLock<Regex> = LazyLock::new(|| any_case(r"(?:\bfax|\bf)[\s:.#(-]*$"));
static DIRECT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(r"(?:direct|cell|mobile|\bc|\bm|\bd|text|call me|reach me|my number|back at|ll[aá]mame|celular)\b[^\n\d]{0,30}$")
});

/// A line with fewer digits holds no number.
const FEWEST: usize = 7;
/// Nobody writes a number so far into a line.
const LINE: usize = 2000;
/// Area codes that ring a call centre.
const TOLL_FREE: &[&str] = &["800", "822", "833", "844", "855", "866", "877", "888"];

/// The best number of a text in its parts, with the line it stands in.
pub(super) fn direct(reply: &Reply, tel_links: &[&str], own: &[String]) -> Option<(String, String)> {
    let mut found: Vec<(u8, String, String)> = Vec::new();
    for (rank, text) in [(1, &reply.signature), (2, &reply.body)] {
        for (number, before, line) in numbers(text) {
            let rank = if DIRECT.is_match(&before) { 0 } else { rank };
            found.push((rank, number, line));
        }
    }
    let linked = tel_links.iter().filter_map(|link| Some((number::e164(&number::written_in(link)?, number::REGION)?, *link)));
    found.extend(linked.filter(|(number, _)| is_direct(number)).map(|(number, link)| (3, number, link.to_owned())));
    found.retain(|(_, number, _)| !own.iter().any(|ours| same(ours, number)));
    found.into_iter().min_by_key(|(rank, _, _)| *rank).map(|(_, number, line)| (number, line))
}

/// Numbers of a text, each with what stands before it and its line.
fn numbers(text: &str) -> Vec<(String, String, String)> {
    let mut out = Vec::new();
    for line in text.lines().take(400) {
        let line = line.get(..line.floor_char_boundary(LINE)).unwrap_or_default();
        // Few lines hold so many digits; only they are worth a look by the numbering plans.
        if line.bytes().filter(u8::is_ascii_digit).count() < FEWEST {
            continue;
        }
        for number::Mention { start, e164, .. } in number::in_text(line, number::REGION) {
            let before = line.get(..start).unwrap_or_default();
            let glued = before.ends_with(|c: char| c.is_ascii_alphanumeric() || matches!(c, '=' | '/' | '_' | '$' | '#'));
            if !glued && is_direct(&e164) && !FAX.is_match(before) {
                out.push((e164, before.to_owned(), line.trim().to_owned()));
            }
        }
    }
    out
}

/// Whether a number may be somebody's own: no call centre's.
fn is_direct(e164: &str) -> bool {
    !e164.strip_prefix("+1").is_some_and(|national| TOLL_FREE.iter().any(|area| national.starts_with(area)))
}

/// Compared by the last ten digits: our own number may be written in any way.
fn same(ours: &str, number: &str) -> bool {
    let digits = |text: &str| text.chars().filter(char::is_ascii_digit).rev().take(10).collect::<String>();
    let ours = digits(ours);
    ours.len() >= 7 && ours == digits(number)
}

#[cfg(test)]
mod tests {
    use super::super::reply;
    use super::*;

    #[test]
    fn finds_a_direct_number() {
        let own = ["shopper+k7f3@example.org".to_owned(), "+15125550142".to_owned()];
        for (text, number) in [
            ("Call me at 512.555.0100.", Some("+15125550100")),
            ("Yes.\n\nBest,\nAmy\nOffice (512) 555-0199\nCell: (512) 555-0100", Some("+15125550100")),
            ("Yes.\n\nBest,\nAmy\nFax: 512-555-0111\n+1 512 555 0100", Some("+15125550100")),
            ("We have your number 512-555-0142.", None),
            ("Call 1-800-555-0100", None),
            ("Order 20265125550100 or $512-555-0100", None),
            ("Priced at 411-555-0100", None),
            ("+44 20 7946 0958 is my line", Some("+442079460958")),
            ("from 350 000 to 400 000", None),
        ] {
            assert_eq!(direct(&reply::split(text), &[], &own).map(|found| found.0).as_deref(), number, "{text}");
        }
        for link in ["tel:+15125550100", "tel:(512)%20555-0100;ext=4", "sms:5125550100?body=Hi", "https://wa.me/15125550100"] {
            assert_eq!(direct(&reply::split(""), &[link], &own).map(|found| found.0).as_deref(), Some("+15125550100"), "{link}");
        }
    }
}
