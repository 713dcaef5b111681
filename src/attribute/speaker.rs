//! Who speaks: the full name by which a caller or the writer of a text introduces himself, and the builders whose people bear it.
//! Refuses a first name alone, which every builder has, and words that are no name.

use std::sync::LazyLock;

use regex::Regex;

use super::marks::Kind;
use super::{AttributedBy, Evidence, Target, words};

/// More than this of a transcript is not read.
const MAX: usize = 4_000;

/// Words that follow "this is" and are no name.
const NO_NAMES: &[&str] = &[
    "a",
    "about",
    "again",
    "agent",
    "all",
    "an",
    "and",
    "at",
    "back",
    "calling",
    "center",
    "counselor",
    "customer",
    "desk",
    "for",
    "from",
    "good",
    "happy",
    "here",
    "hi",
    "homes",
    "in",
    "interested",
    "just",
    "list",
    "looking",
    "manager",
    "my",
    "new",
    "not",
    "office",
    "on",
    "online",
    "our",
    "over",
    "returning",
    "reaching",
    "sales",
    "service",
    "so",
    "sorry",
    "support",
    "team",
    "the",
    "to",
    "trying",
    "with",
    "your",
];

#[expect(clippy::expect_used, reason = "a fixed pattern, compiled in every test run")]
static INTRODUCES: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"(?i)\b(?:this is|it['\u{2019}]?s|it is|my name is|my name['\u{2019}]s|i am|i['\u{2019}]m|me llamo|soy|habla)\s+(\p{L}[\p{L}'\u{2019}-]+)\s+(\p{L}[\p{L}'\u{2019}-]+)")
        .expect("a pattern")
});

/// The full names by which the words introduce somebody, folded.
pub(super) fn introduced(body: &str) -> Vec<String> {
    let body = body.get(..body.floor_char_boundary(MAX)).unwrap_or_default();
    let names =
        INTRODUCES.captures_iter(body).filter_map(|found| full_name(&format!("{} {}", found.get(1)?.as_str(), found.get(2)?.as_str())));
    let mut names: Vec<String> = names.take(3).collect();
    names.sort_unstable();
    names.dedup();
    names
}

/// A first and a last name, folded; `None` for anything else.
pub(super) fn full_name(text: &str) -> Option<String> {
    let folded = words::fold(text);
    let parts: Vec<&str> = folded.split_whitespace().collect();
    let named =
        |part: &&str| part.len() >= 2 && part.chars().all(char::is_alphabetic) && !NO_NAMES.contains(part) && !words::is_generic(part);
    ((2..=3).contains(&parts.len()) && parts.iter().all(named)).then(|| parts.join(" "))
}

/// Open targets one of whose people bears such a name: by the shop file or by what other touches taught. Of several that
/// know somebody of the name each is only suggested.
pub(super) fn find<'a>(introduced: &[String], open: &[&'a Target]) -> Vec<Evidence<'a>> {
    if introduced.is_empty() {
        return Vec::new();
    }
    let mut found: Vec<Evidence<'a>> = Vec::new();
    for target in open {
        let in_file = target.team.iter().find(|name| introduced.iter().any(|said| said == words::fold(name).trim()));
        let learned = || target.learned.iter().find(|fact| fact.kind == Kind::Person && introduced.contains(&fact.value));
        let (confidence, reason) = match in_file {
            // That a name of the team is named, was counted already.
            Some(name) => (0.4, format!("{name} introduces himself, who is on the team")),
            None => match learned() {
                Some(fact) => (0.75, format!("{} introduces himself, who wrote touch {}", fact.value, fact.touch)),
                None => continue,
            },
        };
        found.push(Evidence { target, by: AttributedBy::Content, confidence, id: "speaker", reason, own: true });
    }
    let several = found.iter().skip(1).any(|other| found.first().is_some_and(|first| !first.target.same_builder(other.target)));
    for evidence in found.iter_mut().filter(|_| several) {
        evidence.confidence = evidence.confidence.min(0.5);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_name_is_found_and_other_words_are_not() {
        for (body, names) in [
            ("Hi Dana, this is Amy Ortiz with Bluebonnet Homes.", vec!["amy ortiz"]),
            ("it's tom reyes calling about willow creek", vec!["tom reyes"]),
            ("Hola, soy Luis Pe\u{f1}a.", vec!["luis pena"]),
            ("This is Amy with Bluebonnet", vec![]),
            ("I'm calling about your inquiry", vec![]),
            ("this is the sales office", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(introduced(body), names, "{body}");
        }
        assert_eq!(full_name("Amy Ortiz").as_deref(), Some("amy ortiz"));
        assert_eq!(full_name("Bluebonnet Homes"), None);
        assert_eq!(full_name("Amy"), None);
    }
}
