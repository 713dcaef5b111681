//! A shop file from what a site tells. Takes a probed site; gives the text of `shops/<slug>.toml`, which loads as it is. What the
//! site does not tell, or not plainly, is marked CONFIRM and says why; nothing is guessed in silence, and why we may shop it is
//! left to whoever knows. The same site gives the same text.

use std::fmt::Write as _;

use url::{Host, Url};

use crate::shop::zones;
use crate::submit::fields::Role;
use crate::submit::probe::{Probed, ProbedField, Way};
use crate::submit::site::Fact;

/// A drafted shop file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Draft {
    /// Its name without `.toml`.
    pub slug: String,
    /// Its text.
    pub text: String,
}

/// Drafts the shop file of a probed site.
#[must_use]
pub fn draft(site: &Url, probed: &Probed, persona: &str, community: Option<&str>) -> Draft {
    let facts = &probed.facts;
    let builder = facts.builder.as_ref().map_or_else(|| label_of(site), |fact| fact.value.clone());
    let slug = Some(slug(&builder)).filter(|slug| !slug.is_empty()).unwrap_or_else(|| slug_of_host(site));
    let mut text = format!(
        "#:schema ./shop.schema.json\n# Drafted by `crickets probe` from {}. Look it over: CONFIRM marks what the site does not plainly tell.\n\n",
        comment(site.as_str())
    );
    let mut line = |key: &str, value: &str, note: &str| {
        let written = format!("{key} = {value}");
        let _ = if note.is_empty() { writeln!(text, "{written}") } else { writeln!(text, "{written:<50} # {}", comment(note)) };
    };
    let told = |fact: &Option<Fact>| fact.as_ref().map(source);
    line("builder", &quoted(&builder), &told(&facts.builder).unwrap_or_else(|| "CONFIRM: the site does not name itself".to_owned()));
    line("site", &quoted(site.as_str()), "");
    match &probed.found {
        Ok(form) => line("form", &quoted(form.page.url.as_str()), &way(&form.way)),
        Err(_) => line("# form", "\"https://…\"", "CONFIRM: no form was found; name its page"),
    }
    let (zone, note) = timezone(facts.state.as_ref(), facts.zip.as_ref());
    line("timezone", &quoted(zone), &note);
    match &facts.hours {
        Some(hours) => line("hours", &quoted(&hours.value), &format!("{}; add `; PH off` if closed on holidays", source(hours))),
        None => line("hours", &quoted("Mo-Fr 09:00-17:00"), "CONFIRM: the site tells no hours"),
    }
    line("# basis", "\"client\"", "own | client | study: why you may shop it, which no site can tell. Without it nothing is sent");
    match &facts.state {
        Some(state) => line("state", &quoted(&state.value), &source(state)),
        None => line("# state", "\"TX\"", "CONFIRM: the site does not tell"),
    }
    let phones = probed.findings.as_ref().map(|findings| findings.readiness.phones.clone()).unwrap_or_default();
    line("phones", &list(&phones), "numbers on the site; they may call from others too");
    line("domains", &list(&facts.domains), "domains they write from: the site's, and those of mail addresses on it");
    if let Some(name) = probed.findings.as_ref().and_then(|findings| findings.osc.as_ref()) {
        line("# team", &list(std::slice::from_ref(name)), "named on the site; for own and client shops");
    }
    if !facts.free_mail.is_empty() {
        let _ = writeln!(
            text,
            "# A mail address on the site is at {}, where anybody can have one: not taken as theirs.",
            comment(&facts.free_mail.join(", "))
        );
    }
    inquiry(&mut text, probed, persona, community);
    fields(&mut text, probed);
    Draft { slug, text }
}

fn inquiry(text: &mut String, probed: &Probed, persona: &str, community: Option<&str>) {
    let _ = writeln!(text, "\n[inquiry]\npersona = {}", quoted(persona));
    let offered: Vec<&str> = probed
        .found
        .iter()
        .flat_map(|form| &form.fields)
        .filter(|field| field.field.role == Role::Community)
        .flat_map(|field| field.options.iter().map(String::as_str))
        .filter(|option| is_choice(option))
        .collect();
    let note = if offered.is_empty() { String::new() } else { format!(" # the form offers: {}", comment(&offered.join(" | "))) };
    let question = if let Some(community) = community {
        let _ = writeln!(text, "community = {}{note}", quoted(community));
        format!("Which of your plans at {community} come with a three-car garage?")
    } else {
        let _ = writeln!(text, "# community = \"…\"{note}");
        "Which of your floor plans come with a three-car garage?".to_owned()
    };
    let _ =
        writeln!(text, "# CONFIRM: ask what only a person can answer, best about one plan by its name.\nquestion = {}", quoted(&question));
    let _ = writeln!(text, "# answer = [\"three-car\", \"3-car\", \"tandem\"]   # words that a real answer would hold");
}

/// Required fields that nobody but a person can fill, as comments: an empty value would be sent.
fn fields(text: &mut String, probed: &Probed) {
    let Ok(form) = &probed.found else { return };
    let open: Vec<&ProbedField> = form.fields.iter().filter(|field| field.missing.is_some()).collect();
    if open.is_empty() {
        return;
    }
    let _ = writeln!(
        text,
        "\n[submit.fields]\n# The form requires these, and it is not plain what belongs there. Until each has a value the inquiry is left to a person."
    );
    for field in open {
        let Some(name) = &field.field.name else { continue };
        let called = if field.field.label.is_empty() { String::new() } else { format!("\"{}\"", field.field.label) };
        let options: Vec<&str> = field.options.iter().map(String::as_str).filter(|option| is_choice(option)).collect();
        let options = if options.is_empty() { String::new() } else { format!("one of: {}", options.join(" | ")) };
        let note =
            [called, field.field.control.to_owned(), options].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join(", ");
        let _ = writeln!(text, "# {} = \"…\"   # {}", quoted(name), comment(&note));
    }
}

/// Whether an option is an answer and not "Select one".
fn is_choice(option: &str) -> bool {
    let option = option.trim().to_lowercase();
    !option.is_empty() && !["select", "choose", "please", "--"].iter().any(|prompt| option.starts_with(prompt))
}

fn way(way: &Way) -> String {
    match way {
        Way::Http => "sent by plain HTTP".to_owned(),
        Way::Browser(why) => format!("needs a browser: {why}"),
        Way::Manual(why) => format!("a person must submit: {why}"),
    }
}

fn timezone(state: Option<&Fact>, zip: Option<&Fact>) -> (&'static str, String) {
    let zone = state.and_then(|state| Some((state, zones::of_address(&state.value, zip.map(|zip| zip.value.as_str()))?)));
    match zone {
        Some((state, (zone, true))) if !state.source.starts_with("CONFIRM") => {
            (zone.name(), format!("by the state, {}{}", state.value, zip.map(|zip| format!(" {}", zip.value)).unwrap_or_default()))
        }
        Some((state, (zone, true))) => (zone.name(), format!("CONFIRM: if {} is the state", state.value)),
        Some((state, (zone, false))) => (zone.name(), format!("CONFIRM: {} lies in two zones, and this is the larger part's", state.value)),
        None => ("America/Chicago", "CONFIRM: the site does not tell where it is".to_owned()),
    }
}

/// Where a fact is from; a doubt stands first.
fn source(fact: &Fact) -> String {
    match fact.source.strip_prefix("CONFIRM: ") {
        Some(source) => format!("CONFIRM: from {source}"),
        None => format!("from {}", fact.source),
    }
}

/// A text as TOML writes it.
fn quoted(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("\"{}\"", clean.replace('\\', "\\\\").replace('"', "\\\""))
}

fn list(all: &[String]) -> String {
    format!("[{}]", all.iter().map(|one| quoted(one)).collect::<Vec<_>>().join(", "))
}

/// A text that may follow `#`: one line, not without end.
fn comment(text: &str) -> String {
    let clean: String = text.chars().map(|c| if c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c) { ' ' } else { c }).collect();
    let clean = clean.split_whitespace().collect::<Vec<_>>().join(" ");
    if clean.chars().count() <= 300 { clean } else { format!("{}…", clean.chars().take(299).collect::<String>()) }
}

/// `Marlow & Sons` as `marlow-sons`.
fn slug(name: &str) -> String {
    let mut slug = String::new();
    for c in name.to_lowercase().chars() {
        match c {
            'a'..='z' | '0'..='9' => slug.push(c),
            '\'' | '’' => {}
            _ if !slug.is_empty() && !slug.ends_with('-') => slug.push('-'),
            _ => {}
        }
    }
    let cut: String = slug.chars().take(60).collect();
    cut.trim_end_matches('-').to_owned()
}

fn label_of(site: &Url) -> String {
    match site.host() {
        Some(Host::Domain(host)) => host.trim_start_matches("www.").to_owned(),
        other => other.map_or_else(|| "builder".to_owned(), |host| host.to_string()),
    }
}

fn slug_of_host(site: &Url) -> String {
    Some(slug(&label_of(site))).filter(|slug| !slug.is_empty()).unwrap_or_else(|| "shop".to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::submit::Outcome;
    use crate::submit::site::Facts;

    #[test]
    fn names_become_slugs() {
        for (name, expected) in
            [("Marlow & Sons", "marlow-sons"), ("  Bluebonnet Homes®", "bluebonnet-homes"), ("O'Brien's", "obriens"), ("家", "")]
        {
            assert_eq!(slug(name), expected, "{name}");
        }
        assert_eq!(slug_of_host(&Url::parse("https://www.b-c.example/").unwrap()), "b-c-example");
    }

    #[test]
    fn what_a_site_says_of_itself_cannot_break_the_file() {
        let evil = "Evil\" \\ Homes\n[inquiry]\u{7f}\u{2028}# x\u{0}\tend";
        let fact = || Some(Fact { value: evil.to_owned(), source: format!("the title \"{evil}\"") });
        let facts = Facts { builder: fact(), domains: vec!["a.example".into()], free_mail: vec!["gmail.com".into()], ..Facts::default() };
        let found = Err(Outcome::Manual { reason: evil.to_owned() });
        let probed = Probed { found, tried: Vec::new(), findings: None, facts, exchanges: Vec::new() };
        let site = Url::parse("https://www.a.example/").unwrap();
        let made = draft(&site, &probed, "dana", Some(evil));
        assert_eq!(made.slug, "evil-homes-inquiry-x-end");
        assert_eq!(made, draft(&site, &probed, "dana", Some(evil)));
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("evil.toml");
        std::fs::write(&path, &made.text).unwrap();
        let shop = crate::shop::file::read(&path).unwrap_or_else(|error| panic!("{error}\n{}", made.text));
        assert!(shop.builder.starts_with("Evil\" \\ Homes [inquiry]"), "{}", shop.builder);
        assert!(shop.basis.is_none() && shop.form.is_none() && shop.ask.persona == "dana");
    }

    #[test]
    fn a_zone_that_is_not_sure_says_so() {
        let fact = |value: &str| Some(Fact { value: value.into(), source: String::new() });
        assert_eq!(timezone(fact("AZ").as_ref(), None), ("America/Phoenix", "by the state, AZ".into()));
        assert!(timezone(fact("TX").as_ref(), None).1.starts_with("CONFIRM"));
        assert_eq!(timezone(fact("TX").as_ref(), fact("79901").as_ref()), ("America/Denver", "by the state, TX 79901".into()));
        assert!(timezone(None, None).1.starts_with("CONFIRM"));
    }
}
