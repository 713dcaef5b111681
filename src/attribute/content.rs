//! What the touch says: the builder, its community, its people, its site, the words of our question.

use chrono::{DateTime, Utc};
use url::Url;

use crate::collect::mail::Mail;
use crate::collect::phone::CallRecord;

use super::{AttributedBy, Evidence, Target, domain, words};

/// More than this is not read: a newsletter's tail names everybody.
const MAX: usize = 20_000;

/// Words of a question that any builder's answer holds.
const COMMON: &[&str] = &[
    "about", "come", "does", "have", "home", "homes", "house", "plan", "plans", "that", "there", "what", "when", "which", "with", "would",
    "your",
];

/// The parts of a touch that can name somebody.
pub(super) struct Said {
    /// Folded words.
    words: String,
    /// Hosts of its links.
    hosts: Vec<String>,
}

/// The words and links of a mail.
pub(super) fn of_mail(mail: &Mail) -> Said {
    let name = mail.from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or_default();
    let body: String = mail.text.chars().take(MAX).collect();
    let hosts = mail.links.iter().take(200).filter_map(|link| host(&link.href)).collect();
    Said { words: words::fold(&format!("{name} \n{} \n{body}", mail.subject)), hosts }
}

/// The words of a text or transcript; a sender that is a name counts as one.
pub(super) fn of_call(call: &CallRecord) -> Said {
    let name = call.from.as_deref().filter(|from| from.chars().any(char::is_alphabetic)).unwrap_or_default();
    let body: String = call.body.as_deref().unwrap_or_default().chars().take(MAX).collect();
    let hosts = body
        .split_whitespace()
        .filter_map(|word| host(word).or_else(|| host(&format!("https://{word}")).filter(|host| host.contains('.'))))
        .collect();
    Said { words: words::fold(&format!("{name} \n{body}")), hosts }
}

fn host(link: &str) -> Option<String> {
    let url = Url::parse(link.trim_end_matches(['.', ',', ')'])).ok().filter(|url| url.scheme().starts_with("http"))?;
    url.host_str().map(str::to_lowercase)
}

/// Open targets that the words point to, each with the strongest hints it has.
pub(super) fn find<'a>(said: &Said, at: DateTime<Utc>, targets: &'a [Target]) -> Vec<Evidence<'a>> {
    targets.iter().filter(|target| target.covers(at)).filter_map(|target| weigh(said, target)).collect()
}

fn weigh<'a>(said: &Said, target: &'a Target) -> Option<Evidence<'a>> {
    let mut against = 1.0;
    let mut reasons: Vec<String> = Vec::new();
    let mut hint = |weight: f64, reason: String| {
        against *= 1.0 - weight;
        reasons.push(reason);
    };
    if words::holds(&said.words, &target.builder) {
        hint(0.82, format!("names {}", target.builder));
    } else {
        let core = words::core_of(&target.builder);
        if core.trim().len() >= 5 && words::holds(&said.words, &core) {
            hint(0.6, format!("says \"{}\"", core.trim()));
        }
    }
    if let Some(host) = said.hosts.iter().find(|host| domain::of_target(host, target)) {
        hint(0.82, format!("links to {host}"));
    }
    if let Some(community) = target.community.as_deref().filter(|community| words::holds(&said.words, community)) {
        hint(0.6, format!("names the community {community}"));
    }
    if let Some(name) = target.team.iter().find(|name| name.trim().contains(' ') && words::holds(&said.words, name)) {
        hint(0.6, format!("is signed by or names {name}"));
    }
    let asked: Vec<String> = words::fold(&target.question)
        .split_whitespace()
        .filter(|word| word.len() > 3 && !COMMON.contains(word))
        .map(str::to_owned)
        .collect();
    let echoed = asked.iter().filter(|word| said.words.contains(&format!(" {word} "))).count();
    if asked.len() >= 3 && echoed * 10 >= asked.len() * 6 {
        hint(0.5, format!("repeats {echoed} of {} words of the question", asked.len()));
    }
    let confidence = (1.0_f64 - against).min(0.9);
    (!reasons.is_empty()).then(|| Evidence { target, by: AttributedBy::Content, confidence, id: "content", reason: reasons.join("; ") })
}

#[cfg(test)]
mod tests {
    use super::super::samples::{at, ring, two};
    use super::*;
    use crate::collect::mail::parse;

    #[test]
    fn reads_who_is_named() {
        let now = at("2026-11-03T15:00:00Z");
        let mut targets = two();
        targets[0].community = Some("Willow Creek".into());
        targets[0].question = "Does the Magnolia plan at Willow Creek come with a three-car garage?".into();
        for (body, best, at_least, below) in [
            ("Hi, this is Amy with Bluebonnet Homes returning your call", "2026-11/bluebonnet", 0.8, 1.0),
            ("This is Tom from Cedar and Stone", "2026-11/cedar", 0.5, 0.8),
            ("This is Tom from cedar stone", "2026-11/cedar", 0.5, 0.8),
            ("The Magnolia at Willow Creek has a three-car garage", "2026-11/bluebonnet", 0.8, 1.0),
            ("see www.cedarstone.example/tour", "2026-11/cedar", 0.8, 1.0),
            ("Call me", "", 0.0, 0.1),
        ] {
            let found = find(&of_call(&ring(None, Some(body))), now, &targets);
            let first = found.first();
            assert_eq!(first.map_or("", |evidence| evidence.target.id.0.as_str()), best, "{body}");
            let confidence = first.map_or(0.0, |evidence| evidence.confidence);
            assert!((at_least..below).contains(&confidence), "{body}: {confidence}");
        }
        let mail = parse(b"From: CRM <no-reply@crm.example>\n\nYour tour: https://www.bluebonnet.example/tour");
        assert_eq!(find(&of_mail(&mail), now, &targets).len(), 1);
    }
}
