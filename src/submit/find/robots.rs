//! `robots.txt` by RFC 9309: the group that names us, else the group for all; the longest fitting rule, `Allow` at a tie; `*`
//! and `$`; percent-encoding compared alike. Beyond the RFC, as most sites mean it: `Crawl-delay`, and `Sitemap` lines. No file
//! (4xx) forbids nothing; a file that cannot be had (5xx, no answer) forbids everything.

use std::time::Duration;

use url::Url;

/// What the standard asks to be read at least, and all that is read.
const MAX_BYTES: usize = 512_000;
/// The longest pause that is kept; who asks for more gets this.
const MAX_DELAY: Duration = Duration::from_secs(5);
/// Our product token.
const TOKEN: &str = "crickets";

/// What a site asks of us.
#[derive(Clone, Debug, Default, PartialEq)]
pub(in crate::submit) struct Robots {
    rules: Vec<Rule>,
    closed: bool,
    /// The pause asked for between two loads.
    pub(super) delay: Option<Duration>,
    /// Its sitemaps, as written.
    pub(super) sitemaps: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
struct Rule {
    allow: bool,
    pattern: String,
}

impl Robots {
    /// Everything is forbidden.
    pub(super) fn closed() -> Self {
        Self { closed: true, ..Self::default() }
    }

    /// By the status of the answer and its text; no status: there was no answer.
    pub(super) fn answered(status: Option<u16>, body: &[u8]) -> Self {
        match status {
            Some(200..=299) => Self::parse(body),
            // Too many requests is no permission.
            Some(429) | None => Self::closed(),
            Some(400..=499) => Self::default(),
            Some(_) => Self::closed(),
        }
    }

    /// Reads a file.
    pub(super) fn parse(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body.get(..MAX_BYTES).unwrap_or(body));
        let mut robots = Self::default();
        let (mut own, mut all) = (Group::default(), Group::default());
        let (mut ours, mut everyone, mut naming) = (false, false, false);
        for line in text.trim_start_matches('\u{feff}').split(['\n', '\r']) {
            let line = line.split('#').next().unwrap_or_default();
            let Some((key, value)) = line.split_once(':') else { continue };
            let (key, value) = (key.trim().to_ascii_lowercase(), value.trim());
            match key.as_str() {
                "user-agent" => {
                    if !naming {
                        (ours, everyone) = (false, false);
                    }
                    naming = true;
                    ours |= token(value).eq_ignore_ascii_case(TOKEN);
                    everyone |= value == "*";
                    own.named |= ours;
                }
                "allow" | "disallow" => {
                    naming = false;
                    if !value.is_empty() {
                        let rule = Rule { allow: key == "allow", pattern: normal(value) };
                        [(ours, &mut own), (everyone, &mut all)]
                            .into_iter()
                            .filter(|(meant, _)| *meant)
                            .for_each(|(_, group)| group.rules.push(rule.clone()));
                    }
                }
                // Other records must not end a group.
                "crawl-delay" => {
                    let seconds = value.parse::<f64>().ok().filter(|seconds| seconds.is_finite() && *seconds >= 0.0);
                    let delay = seconds.map(|seconds| Duration::from_secs_f64(seconds.min(MAX_DELAY.as_secs_f64())));
                    [(ours, &mut own), (everyone, &mut all)]
                        .into_iter()
                        .filter(|(meant, _)| *meant)
                        .for_each(|(_, group)| group.delay = delay.or(group.delay));
                }
                "sitemap" if robots.sitemaps.len() < 20 => robots.sitemaps.push(value.to_owned()),
                _ => {}
            }
        }
        let group = if own.named { own } else { all };
        robots.rules = group.rules;
        robots.delay = group.delay;
        robots
    }

    /// Whether an address may be looked at.
    pub(super) fn allows(&self, url: &Url) -> bool {
        if url.path() == "/robots.txt" {
            return true;
        }
        if self.closed {
            return false;
        }
        let path = normal(&format!("{}{}", url.path(), url.query().map(|query| format!("?{query}")).unwrap_or_default()));
        let fitting = self.rules.iter().filter(|rule| fits(&rule.pattern, &path));
        fitting.max_by_key(|rule| (rule.pattern.len(), rule.allow)).is_none_or(|rule| rule.allow)
    }
}

#[derive(Default)]
struct Group {
    named: bool,
    rules: Vec<Rule>,
    delay: Option<Duration>,
}

/// The product token of a `User-agent` line, without a version after it.
fn token(value: &str) -> &str {
    let end = value.find(|c: char| !(c.is_ascii_alphabetic() || c == '_' || c == '-')).unwrap_or(value.len());
    value.get(..end).unwrap_or_default()
}

/// Unreserved characters plain, all others that need it as `%XX` in upper case, so that both writings compare alike.
fn normal(path: &str) -> String {
    let bytes = path.as_bytes();
    let mut out = String::with_capacity(path.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let escaped = (*byte == b'%').then(|| bytes.get(at + 1..at + 3)).flatten();
        let value = escaped.and_then(|hex| std::str::from_utf8(hex).ok()).and_then(|hex| u8::from_str_radix(hex, 16).ok());
        match value {
            Some(value) if value.is_ascii_alphanumeric() || b"-._~".contains(&value) => out.push(char::from(value)),
            Some(value) => out.push_str(&format!("%{value:02X}")),
            None if byte.is_ascii_graphic() => out.push(char::from(*byte)),
            None => out.push_str(&format!("%{byte:02X}")),
        }
        at += if value.is_some() { 3 } else { 1 };
    }
    out
}

fn fits(pattern: &str, path: &str) -> bool {
    let (pattern, anchored) = pattern.strip_suffix('$').map_or((pattern, false), |pattern| (pattern, true));
    let mut parts = pattern.split('*');
    let Some(mut rest) = parts.next().and_then(|first| path.strip_prefix(first)) else { return false };
    let mut parts: Vec<&str> = parts.collect();
    let last = if anchored { parts.pop() } else { None };
    for part in parts {
        let Some(found) = rest.find(part) else { return false };
        rest = rest.get(found + part.len()..).unwrap_or_default();
    }
    match last {
        Some(last) => rest.ends_with(last),
        None => !anchored || rest.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(text: &str, path: &str) -> bool {
        Robots::parse(text.as_bytes()).allows(&Url::parse(&format!("http://x.example{path}")).unwrap())
    }

    #[test]
    fn rules_are_read_as_rfc_9309_says() {
        let mixed = "User-agent: a\nUser-agent: *\nDisallow: /private # x\nAllow: /private/contact\nDisallow: /*.php$\nUser-agent: other\nDisallow: /\n";
        let rfc = "User-Agent: crickets\nAllow: /example/page/\nDisallow: /example/page/disallowed.gif\n";
        for (text, path, expected) in [
            (mixed, "/contact", true),
            (mixed, "/private/a", false),
            (mixed, "/private/contact", true),
            (mixed, "/mail.php", false),
            (mixed, "/mail.php?x", true),
            (rfc, "/example/page/", true),
            (rfc, "/example/page/disallowed.gif", false),
            ("User-agent: *\nDisallow:\nUser-agent: Crickets/1.0\nDisallow: /", "/contact", false),
            ("User-agent: *\nDisallow: /\n\nUser-agent: crickets\nAllow: /", "/contact", true),
            ("User-agent: crickets\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: CRICKETS\nDisallow: /c", "/c", false),
            ("User-agent: crickets\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: CRICKETS\nDisallow: /c", "/b", true),
            ("User-agent: crickets-news\nDisallow: /", "/contact", true),
            ("Disallow: /", "/contact", true),
            ("User-agent: *\nDisallow: /p\nAllow: /p", "/p", true),
            ("User-agent: *\nDisallow: /fish*", "/fish.html", false),
            ("User-agent: *\nDisallow: /fish$", "/fishes", true),
            ("User-agent: *\nDisallow: /*/b$", "/a/b/b", false),
            ("User-agent: *\nDisallow: /a%3cd.html", "/a%3Cd.html", false),
            ("User-agent: *\nDisallow: /%62ar", "/bar", false),
            ("User-agent: *\nDisallow: /größe", "/gr%C3%B6%C3%9Fe", false),
            ("User-agent: *\nDisallow: /Contact", "/contact", true),
            ("User-agent: *\nSitemap: http://x.example/s.xml\nCrawl-delay: 2\nUser-agent: y\nDisallow: /", "/contact", false),
            ("\u{feff}user-agent : *\r\ndisallow : /x\r\n", "/x", false),
            ("User-agent: *\nDisallow: /", "/robots.txt", true),
            ("<html><body>not here</body></html>", "/contact", true),
        ] {
            assert_eq!(allowed(text, path), expected, "{text:?} {path}");
        }
    }

    #[test]
    fn no_file_forbids_nothing_and_a_broken_server_everything() {
        let url = Url::parse("http://x.example/contact").unwrap();
        for (status, expected) in
            [(Some(404), true), (Some(403), true), (Some(429), false), (Some(503), false), (Some(302), false), (None, false)]
        {
            assert_eq!(Robots::answered(status, b"User-agent: *\nDisallow: /").allows(&url), expected, "{status:?}");
        }
    }

    #[test]
    fn delays_are_kept_up_to_a_bound_and_sitemaps_are_noted() {
        for (delay, expected) in [("0.5", Some(500)), ("60", Some(5_000)), ("-1", None), ("nan", None), ("soon", None)] {
            let robots = Robots::parse(format!("Sitemap: /a.xml\nUser-agent: *\nCrawl-delay: {delay}\n").as_bytes());
            assert_eq!(robots.delay, expected.map(Duration::from_millis), "{delay}");
            assert_eq!(robots.sitemaps, ["/a.xml"]);
        }
    }
}
