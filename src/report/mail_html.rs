//! The HTML of a mail, made harmless: only plain text structure stays. No link, image, style, script, form or attribute
//! survives, so that nothing is fetched and nothing runs when a report is opened (ammonia's allow-list).

use std::collections::{HashMap, HashSet};

/// The longest mail that is shown, in bytes; the evidence holds the whole.
const LIMIT: usize = 64 * 1024;

/// The cleaned HTML; `None` when nothing is left to read or the mail is too long to show.
pub(crate) fn clean(html: &str) -> Option<String> {
    if html.len() > LIMIT {
        return None;
    }
    let html = super::words::tidy(html);
    let tags: HashSet<&str> = ["p", "br", "div", "b", "strong", "i", "em", "u", "ul", "ol", "li", "blockquote", "pre"].into();
    let swallowed: HashSet<&str> = ["script", "style", "title", "head", "noscript", "template"].into();
    let mut builder = ammonia::Builder::empty();
    // Even an empty builder lets `title`, `lang` and `cite` through.
    builder.tags(tags).clean_content_tags(swallowed).generic_attributes(HashSet::new()).tag_attributes(HashMap::new());
    let cleaned = builder.clean(&html).to_string();
    if is_readable(&cleaned) { Some(cleaned) } else { None }
}

/// Whether there is a word between the tags; a cleaned text holds no other `<` or `>`.
fn is_readable(cleaned: &str) -> bool {
    let mut inside = false;
    cleaned.chars().any(|letter| {
        let word = !inside && letter != '<' && !letter.is_whitespace();
        inside = letter == '<' || (inside && letter != '>');
        word
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_that_fetches_or_runs_survives() {
        let hostile = "<html><head><title>t</title><style>p{background:url(http://evil.example/a)}</style></head><body onload=x()>\
            <blockquote cite=\"http://evil.example\"></blockquote><ol start=7></ol>\
            <p title=\"<svg onload=x()>\" lang=en style=\"background:url(//evil.example)\" class=a>Hello <b onclick=x()>Dana</b></p><img src=\"http://evil.example/p.gif\">\
            <a href=\"javascript:x()\">click</a><iframe src=\"http://evil.example\"></iframe><script>alert(1)</script>\
            <svg><script>alert(2)</script></svg><form action=\"http://evil.example\"><input name=a></form><link rel=stylesheet href=x></body></html>";
        let clean = clean(hostile).unwrap();
        for word in [
            "evil.example",
            "style",
            "script",
            "alert",
            "onclick",
            "href",
            "<img",
            "<a",
            "<form",
            "<svg",
            "class",
            "<iframe",
            "title",
            "lang",
            "cite",
            "start",
        ] {
            assert!(!clean.contains(word), "{word} in {clean}");
        }
        assert!(clean.contains("<p>Hello <b>Dana</b></p>") && clean.contains("click"));
    }

    #[test]
    fn a_mail_without_words_shows_nothing() {
        assert_eq!(clean("<img src=x><div> </div>"), None);
    }
}
