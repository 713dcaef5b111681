//! The telephone numbers of a page: its links (`tel:`, `sms:`, `WhatsApp`), its JSON-LD, and what its text says, by the rules of [`crate::number`]. Takes a page, gives
//! E.164 in document order. A fax is none, nor is a licence's number, nor one of the area 555, which no one has.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use regex::Regex;

use super::data::Node;
use super::outline::Thing;
use super::page::Page;
use super::readiness::regex;
use crate::number::{self, Mention};

/// What has fewer digits holds no number with an area code.
const FEWEST: usize = 10;
/// A block of at most so many bytes says nothing but the number.
const SHORT: usize = 60;

static NEAR_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(
        r"(?i)\b(call|phone|text|tel|contact|office|sales|reach|talk|mobile|cell|ph|speak|dial|questions?|number|direct|toll|local|llame|teléfono)\b|[pt]:",
    )
});
static NO_NUMBER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(r"(?i)(\bfax|\bf:|licen[cs]e|\blic\b|\broc\b|\bccb\b|\bmls\b|nmls|\bein\b|account|\bid\b|permit|order)[^\d()+]{0,14}$")
});

/// The numbers of a page that a buyer could call.
pub(super) fn of_page(page: &Page, nodes: &[Node]) -> Vec<String> {
    let text = page.outline.text.as_str();
    let mut found: Vec<(usize, String)> = Vec::new();
    let mut faxes: BTreeSet<String> = BTreeSet::new();
    for object in &page.outline.objects {
        if let Thing::Phone(written) = &object.thing
            && let Some(number) = e164(written)
        {
            if is_no_number(text, object.at) {
                faxes.insert(number);
            } else {
                found.push((object.at, number));
            }
        }
    }
    for node in nodes {
        found.extend(node.texts("telephone").into_iter().filter_map(e164).map(|number| (node.at, number)));
        faxes.extend(node.texts("faxNumber").into_iter().filter_map(e164));
    }
    for (begins, block) in page.outline.blocks().filter(|(_, block)| block.bytes().filter(u8::is_ascii_digit).count() >= FEWEST) {
        for mention in number::in_text(block, number::REGION).into_iter().filter(|mention| !number::is_nobodys(&mention.e164)) {
            if is_no_number(text, begins + mention.start) {
                faxes.insert(mention.e164);
            } else if is_called(block, &mention) {
                found.push((begins + mention.start, mention.e164));
            }
        }
    }
    found.sort_by_key(|(at, _)| *at);
    let mut phones: Vec<String> = Vec::new();
    for (_, number) in found {
        if !faxes.contains(&number) && !phones.contains(&number) {
            phones.push(number);
        }
    }
    phones
}

/// Whether a block gives a number to be called: it says so, or says little else. Digits in one go may be anything.
fn is_called(block: &str, mention: &Mention) -> bool {
    let joined = |c: char| c.is_alphanumeric() || c == '-';
    let before = block.get(..mention.start).unwrap_or_default();
    let after = block.get(mention.end..).unwrap_or_default();
    let written = block.get(mention.start..mention.end).unwrap_or_default();
    let bare = written.bytes().all(|byte| byte.is_ascii_digit());
    let alone = block.len() <= SHORT && !bare || written.len() == block.trim().len();
    !before.ends_with(joined) && !after.starts_with(joined) && (alone || fits(&NEAR_NUMBER, block))
}

/// Whether what stands before a place says that what follows is a fax, or no telephone's number at all.
fn is_no_number(text: &str, at: usize) -> bool {
    let start = text.get(..at).map_or(0, |before| before.char_indices().rev().nth(29).map_or(0, |(at, _)| at));
    fits(&NO_NUMBER, text.get(start..at).unwrap_or_default())
}

fn fits(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// The number that a link or a field names, also behind words; `None` when nobody can have it.
fn e164(text: &str) -> Option<String> {
    let named = || number::in_text(text, number::REGION).into_iter().next().map(|mention| mention.e164);
    number::e164(text, number::REGION).or_else(named).filter(|number| !number::is_nobodys(number))
}

#[cfg(test)]
mod tests {
    use url::Url;

    use super::super::readiness::readiness;
    use super::*;

    fn phones(html: &str) -> Vec<String> {
        let url = Url::parse("http://x.example/contact").unwrap();
        readiness(&Page::parse(html.as_bytes(), &url, Some("text/html; charset=utf-8"))).phones
    }

    #[test]
    fn phones_come_from_links_data_and_text_and_faxes_do_not() {
        let data = r#"<script type="application/ld+json">{"@type":"Organization","telephone":"+1-512-555-0133","faxNumber":"512-555-0199"}</script>"#;
        for (html, expected) in [
            ("<a href='tel:+15125550100'>Call</a><p>Call (512) 555-0101 or 512.555.0100", vec!["+15125550100", "+15125550101"]),
            ("<a href='tel:(512)%20555-0100'>x</a><a href=tel://1-512-555-0101;ext=4>x</a>", vec!["+15125550100", "+15125550101"]),
            ("<p>Fax: 512-555-0100</p><p>Phone: 512-555-0101</p>", vec!["+15125550101"]),
            ("<p>Fax <a href=tel:5125550100>512-555-0100</a></p>", vec![]),
            (data, vec!["+15125550133"]),
            ("<p>Lic # 512-555-0100</p><p>Lot 12-512-555-0100-3", vec![]),
            ("<a href=tel:555-555-5555>x</a><a href='tel:+1234567890'>x</a><a href='tel:123-456-7890'>x</a>", vec![]),
            ("<a href='tel:+442079460123'>London</a>", vec!["+442079460123"]),
            ("<a href='tel:1-800-FLOWERS'>x</a>", vec!["+18003569377"]),
            ("<a href='sms:+15125550100?body=Tour%20on%2012/31'>Text us</a>", vec!["+15125550100"]),
            (
                "<a href='https://wa.me/15125550100'>Chat</a><a href='https://wa.me/447400123456'>Chat</a>",
                vec!["+15125550100", "+447400123456"],
            ),
        ] {
            assert_eq!(phones(html), expected, "{html}");
        }
    }

    #[test]
    fn numbers_in_text_are_read_by_the_numbering_plans() {
        for (html, expected) in [
            ("<p>Call +44 20 7946 0123 or 011 44 20 7946 0124", vec!["+442079460123", "+442079460124"]),
            ("<p>Call 5125550100 today", vec!["+15125550100"]),
            ("<p>5125550100", vec!["+15125550100"]),
            ("<p>Call 512\u{2011}555\u{2011}0100 or 512\u{a0}555\u{a0}0101", vec!["+15125550100", "+15125550101"]),
            ("<p>Sales: (512) 555-0100 ext. 7", vec!["+15125550100"]),
            ("<p>Call 512-555-0100 x12 or 512-555-0101, extension 4", vec!["+15125550100", "+15125550101"]),
            ("<p>Call 512-555-0100/0101", vec!["+15125550100"]),
            ("<p>Call 512-555-0100 or 512-555-0101", vec!["+15125550100", "+15125550101"]),
            ("<p>Call 512-555-0100/512-555-0101", vec!["+15125550100", "+15125550101"]),
            ("<p>MLS# 5125550100", vec![]),
            ("<p>MLS ID: 512-555-0100. Call today!", vec![]),
            ("<p>Call about lot 4 from $512,555 to $1,512,555,010", vec![]),
            ("<p>Call by 10/31/2026 5125 55 0100 Sunset Dr", vec![]),
            ("<p>Model 5125550100", vec![]),
            ("<p>Call (555) 123-4567 or 123-456-7890", vec![]),
            ("<p>Built from 2015-2019, 250,000 to 1,350,000 in 78701-1234", vec![]),
            ("<p>Call us about homes of 1,250.00 - 2,480.00 sq ft by 12/31/2026 10:00", vec![]),
        ] {
            assert_eq!(phones(html), expected, "{html}");
        }
    }
}
