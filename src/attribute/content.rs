//! What the touch says: the builder, its community, its people, its site, the words of our question.

use url::Url;

use crate::collect::mail::Mail;
use crate::collect::phone::CallRecord;

use super::speech::Speech;
use super::{AttributedBy, Evidence, Target, domain, words};

/// More than this is not read: a newsletter's tail names everybody.
const MAX: usize = 20_000;

/// Words of a question that any builder's answer holds.
const COMMON: &[&str] = &[
    "about", "come", "does", "have", "home", "homes", "house", "plan", "plans", "that", "there", "what", "when", "which", "with", "would",
    "your",
];

/// Words before a builder's name that speak for it: "Amy with Bluebonnet Homes".
const FOR_IT: &[&str] = &["at", "con", "de", "for", "from", "of", "with"];

/// The parts of a touch that can name somebody.
pub(super) struct Said {
    /// Folded words.
    words: words::Folded,
    /// Folded display name of a mail's sender: it names people, and what else it names the sender's side tells.
    sender: words::Folded,
    /// Folded lines that stand alone, as in a signature.
    lines: Vec<String>,
    /// Hosts of its links.
    hosts: Vec<String>,
    /// Said to the persona's own number, and so by nobody who was not given it.
    spoken: bool,
    /// How speech spells it, where it is such.
    speech: Speech,
}

impl Said {
    /// Whether nothing was said.
    pub(super) fn is_empty(&self) -> bool {
        self.words.is_empty() && self.hosts.is_empty()
    }
}

/// The words and links of a mail.
pub(super) fn of_mail(mail: &Mail) -> Said {
    let name = mail.from.as_ref().and_then(|from| from.name.as_deref()).unwrap_or_default();
    let body: String = mail.text.chars().take(MAX).collect();
    let lines = body.lines().map(str::trim).filter(|line| (1..80).contains(&line.len())).take(400).map(words::fold).collect();
    Said {
        words: words::Folded::of(&format!("{} \n{body}", mail.subject)),
        sender: words::Folded::of(name),
        lines,
        hosts: hosts(mail),
        spoken: false,
        speech: Speech::default(),
    }
}

/// The hosts of a mail's links.
pub(super) fn hosts(mail: &Mail) -> Vec<String> {
    let mut hosts: Vec<String> = mail.links.iter().take(200).filter_map(|link| host(&link.href)).collect();
    hosts.sort_unstable();
    hosts.dedup();
    hosts
}

/// The words of a text or transcript; a sender that is a name counts as one.
pub(super) fn of_call(call: &CallRecord) -> Said {
    let name = call.from.as_deref().filter(|from| from.chars().any(char::is_alphabetic)).unwrap_or_default();
    let body: String = call.body.as_deref().unwrap_or_default().chars().take(MAX).collect();
    let hosts = body
        .split_whitespace()
        .filter_map(|word| host(word).or_else(|| host(&format!("https://{word}")).filter(|host| host.contains('.'))))
        .collect();
    let speech = Speech::of(&body, name);
    let words = words::Folded::of(&format!("{name} \n{body}"));
    Said { words, sender: words::Folded::of(""), lines: Vec::new(), hosts, spoken: true, speech }
}

fn host(link: &str) -> Option<String> {
    let url = Url::parse(link.trim_end_matches(['.', ',', ')'])).ok().filter(|url| url.scheme().starts_with("http"))?;
    url.host_str().map(str::to_lowercase)
}

/// Targets that the words point to, each with the strongest hints it has.
pub(super) fn find<'a>(said: &Said, targets: &[&'a Target]) -> Vec<Evidence<'a>> {
    let builders: Vec<(&Target, words::Name)> = targets.iter().map(|target| (*target, words::Name::of(&target.builder))).collect();
    let named: Vec<&words::Name> =
        builders.iter().map(|(_, name)| name).filter(|name| said.spoken && said.words.holds_folded(&name.whole)).collect();
    let like = if said.spoken && named.is_empty() { said.speech.sounds_like(&builders) } else { None };
    builders.iter().filter_map(|(target, name)| weigh(said, target, name, &named, like)).collect()
}

/// `named`: the builders that speech names in full; `like`: the one that it sounds like.
fn weigh<'a>(said: &Said, target: &'a Target, name: &words::Name, named: &[&words::Name], like: Option<&str>) -> Option<Evidence<'a>> {
    let mut against = 1.0;
    let mut reasons: Vec<String> = Vec::new();
    let mut hint = |weight: f64, reason: String| {
        against *= 1.0 - weight;
        reasons.push(reason);
    };
    if said.words.holds_folded(&name.whole) {
        if said.spoken {
            hint(0.82, format!("names {}", target.builder));
        } else if speaks_for(said, &target.builder) {
            hint(0.82, format!("speaks for {}", target.builder));
        } else {
            hint(0.65, format!("names {}", target.builder));
        }
    } else if said.spoken && said.speech.holds(&name.whole, 10) {
        hint(0.82, format!("names {}, its words parted otherwise", target.builder));
    } else if let Some(sure) = said.speech.sender_is(name) {
        hint(sure, format!("is sent under the name of {}", target.builder));
    } else {
        let core = &name.core;
        // "Summit" is said by whoever names Summit Ridge Homes.
        let of_another = || named.iter().any(|name| words::holds(&name.whole, core));
        let says = || said.words.holds_folded(core) || said.spoken && said.speech.holds(core, 9);
        if core.trim().len() >= 5 && says() && !of_another() {
            hint(if said.spoken { 0.6 } else { 0.5 }, format!("says \"{}\"", core.trim()));
        } else if like.is_some_and(|like| like.eq_ignore_ascii_case(&target.builder)) {
            hint(0.6, format!("sounds like {}", target.builder));
        }
    }
    if let Some(host) = said.hosts.iter().find(|host| domain::of_target(host, target)) {
        hint(if said.spoken { 0.82 } else { 0.65 }, format!("links to {host}"));
    }
    let own = against < 1.0;
    let mut hint = |weight: f64, reason: String| {
        against *= 1.0 - weight;
        reasons.push(reason);
    };
    if let Some(community) = target.community.as_deref().filter(|community| said.words.holds(community)) {
        hint(0.6, format!("names the community {community}"));
    }
    if let Some(name) = team(said, target) {
        hint(0.6, format!("is signed by or names {name}"));
    }
    if let Some((echoed, asked)) = echoes(said, target) {
        hint(0.5, format!("repeats {echoed} of {asked} words of the question"));
    }
    let confidence = (1.0_f64 - against).min(0.9);
    (!reasons.is_empty()).then(|| Evidence {
        target,
        by: AttributedBy::Content,
        confidence,
        id: "content",
        reason: reasons.join("; "),
        own,
    })
}

/// Whether the writer speaks for the builder, and does not only mention it.
fn speaks_for(said: &Said, builder: &str) -> bool {
    let alone = words::fold(builder);
    said.lines.contains(&alone) || FOR_IT.iter().any(|word| said.words.holds(&format!("{word} {builder}")))
}

/// How many words of the question are repeated, of how many; `None` when too few.
fn echoes(said: &Said, target: &Target) -> Option<(usize, usize)> {
    let folded = words::fold(&target.question);
    let asked: Vec<&str> = folded.split_whitespace().filter(|word| word.len() > 3 && !COMMON.contains(word)).collect();
    let echoed = asked.iter().filter(|word| said.words.has(word)).count();
    (asked.len() >= 3 && echoed * 10 >= asked.len() * 6).then_some((echoed, asked.len()))
}

/// A hint that the writer knows the persona, for targets that something else points to: by itself it points to everybody
/// whom that persona asked.
pub(super) fn greets<'a>(said: &Said, found: &[Evidence<'a>]) -> Vec<Evidence<'a>> {
    let mut targets: Vec<&Target> = found.iter().map(|evidence| evidence.target).collect();
    targets.dedup_by(|a, b| a.id == b.id);
    targets.sort_by(|a, b| a.id.cmp(&b.id));
    targets.dedup_by(|a, b| a.id == b.id);
    targets
        .into_iter()
        .filter(|target| said.words.holds(&target.first_name))
        .map(|target| Evidence {
            target,
            by: AttributedBy::Content,
            confidence: 0.45,
            id: "persona",
            reason: format!("speaks to {}", target.first_name),
            own: false,
        })
        .collect()
}

/// Whom of the builder's people the words or the sender name.
fn team<'a>(said: &Said, target: &'a Target) -> Option<&'a String> {
    target.team.iter().find(|name| name.trim().contains(' ') && (said.words.holds(name) || said.sender.holds(name)))
}

/// What of an inquiry the words show that others may share: who asked, which community, which question, who answers.
pub(super) fn tells(said: &Said, target: &Target) -> Vec<String> {
    let persona = said.words.holds(&target.first_name).then(|| format!("speaks to {}", target.first_name));
    let community = target.community.as_deref().filter(|name| said.words.holds(name)).map(|name| format!("names {name}"));
    let question = echoes(said, target).map(|_| format!("repeats the question \"{}\"", target.question));
    let team = team(said, target).map(|name| format!("names {name}"));
    persona.into_iter().chain(community).chain(question).chain(team).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::{ring, two};
    use super::*;
    use crate::collect::mail::parse;

    #[test]
    fn reads_who_is_named() {
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
            let found = find(&of_call(&ring(None, Some(body))), &targets.iter().collect::<Vec<_>>());
            let first = found.first();
            assert_eq!(first.map_or("", |evidence| evidence.target.id.0.as_str()), best, "{body}");
            let confidence = first.map_or(0.0, |evidence| evidence.confidence);
            assert!((at_least..below).contains(&confidence), "{body}: {confidence}");
        }
        let mail = parse(b"From: CRM <no-reply@crm.example>\n\nYour tour: https://www.bluebonnet.example/tour");
        assert_eq!(find(&of_mail(&mail), &targets.iter().collect::<Vec<_>>()).len(), 1);
    }
}
