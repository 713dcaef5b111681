//! The files of a demo workspace. Takes the cast and the addresses of its sites; gives the text of `shops/<slug>.toml` and of
//! `crickets.toml`, written as a person would write them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::net::SocketAddr;

use super::{Character, Person};
use crate::shop::Basis;

/// A TOML basic string.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

/// A TOML array of strings on one line.
fn list<'a>(items: impl IntoIterator<Item = &'a String>) -> String {
    format!("[{}]", items.into_iter().map(|item| quoted(item)).collect::<Vec<_>>().join(", "))
}

/// The text of `shops/<slug>.toml`.
#[must_use]
pub fn shop_toml(one: &Character) -> String {
    let basis = match one.basis {
        Basis::Own => "own",
        Basis::Client => "client",
        Basis::Study => "study",
    };
    let mut text = format!("# {}\nbuilder = {}\nsite = \"http://{}/\"\n", one.character, quoted(&one.builder), one.host);
    let mut line = |text_line: String| {
        let _ = writeln!(text, "{text_line}");
    };
    if one.path_known {
        line(format!("form = \"http://{}{}\"", one.host, one.path));
    }
    line(format!("timezone = \"{}\"\nhours = {}\nbasis = \"{basis}\"\nstate = \"{}\"", one.timezone, quoted(&one.hours), one.state));
    line(format!("tags = {}\nphones = {}\ndomains = {}", list(&one.tags), list(&one.phones), list(&one.domains)));
    if one.basis != Basis::Study {
        line(format!("team = {}", list(one.staff.iter().map(|Person { name, .. }| name))));
    }
    if !one.holidays.is_empty() {
        line(format!("holidays = {}", list(&one.holidays.iter().map(ToString::to_string).collect::<Vec<_>>())));
    }
    line(format!(
        "\n[inquiry]\npersona = \"{}\"\ncommunity = {}\nquestion = {}",
        one.persona,
        quoted(&one.community),
        quoted(&one.question)
    ));
    line(format!("answer = {}", list(&one.answer)));
    text
}

/// The text of `crickets.toml`: two personas, a Maildir, a call log, and where the sites of the rehearsal really are.
#[must_use]
pub fn workspace_toml(maildir: &str, csv: &str, rehearsal_hosts: &BTreeMap<String, SocketAddr>) -> String {
    let hosts = rehearsal_hosts.iter().map(|(host, address)| format!("\"{host}\" = \"{address}\"")).collect::<Vec<_>>().join(", ");
    format!(
        r#"# A rehearsal: every builder below is invented, and its site runs on this machine.
[workspace]
name = "Neighbourhood demo"

[persona.dana]
first = "Dana"
last = "Whitfield"
phone = "+15125550142"
zip = "78701"

[persona.marcus]
first = "Marcus"
last = "Ellery"
phone = "+15125550147"
zip = "78704"

[mailbox.main]
url = {}
address = "shopper@example.org"
alias = "plus"
trusted = ["mx.example.org"]

# Both numbers ring on one telephone service, whose log holds both.
[phone.dana]
number = "+15125550142"
files = [{csv}]
timezone = "America/Chicago"

[phone.marcus]
number = "+15125550147"
files = [{csv}]
timezone = "America/Chicago"

[wave]
schedule = "0 10 1 * *"
window = "Mo-Fr 09:30-16:30"
min_days_between = 25
window_days = 30

# The neighbourhood's forms are plain, so that the demo needs no browser.
[browser]
webdriver = "off"

[rehearsal]
hosts = {{ {hosts} }}
"#,
        quoted(&format!("maildir:{maildir}")),
        csv = quoted(csv),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo::cast;

    #[test]
    fn every_shop_file_is_toml_and_says_what_the_character_is() {
        for one in cast() {
            let value: toml::Table = toml::from_str(&shop_toml(&one)).unwrap_or_else(|error| panic!("{}: {error}", one.slug));
            assert_eq!(value["builder"].as_str(), Some(one.builder.as_str()));
            assert_eq!(value["inquiry"]["question"].as_str(), Some(one.question.as_str()));
            assert_eq!(value.contains_key("form"), one.path_known);
            assert_eq!(value["phones"].as_array().map(Vec::len), Some(one.phones.len()));
        }
    }

    #[test]
    fn the_workspace_names_every_site() {
        let hosts = BTreeMap::from([("bluebonnet.example".to_owned(), "127.0.0.1:41001".parse().unwrap())]);
        let value: toml::Table = toml::from_str(&workspace_toml("mail", "logs/calls.csv", &hosts)).unwrap();
        assert_eq!(value["rehearsal"]["hosts"]["bluebonnet.example"].as_str(), Some("127.0.0.1:41001"));
        assert_eq!(value["mailbox"]["main"]["url"].as_str(), Some("maildir:mail"));
        assert_eq!(value["phone"]["marcus"]["files"][0].as_str(), Some("logs/calls.csv"));
        for one in cast() {
            assert!(value["persona"].get(&one.persona).is_some(), "{}", one.persona);
        }
    }

    #[test]
    fn the_example_shops_of_the_repository_use_known_keys_and_known_personas() {
        let known = [
            "builder", "site", "form", "timezone", "hours", "basis", "state", "tags", "phones", "domains", "team", "holidays", "inquiry",
            "submit",
        ];
        let mut count = 0;
        for entry in std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/shops")).unwrap() {
            let path = entry.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "toml") {
                continue;
            }
            count += 1;
            let text = std::fs::read_to_string(&path).unwrap();
            assert!(text.starts_with("#:schema ./shop.schema.json\n"), "{}", path.display());
            let value: toml::Table = toml::from_str(&text).unwrap();
            assert!(value.keys().all(|key| known.contains(&key.as_str())), "{}", path.display());
            assert!(["dana", "marcus"].contains(&value["inquiry"]["persona"].as_str().unwrap()), "{}", path.display());
            assert!(value["site"].as_str().unwrap().trim_end_matches('/').ends_with(".example"), "{}", path.display());
            assert!(value["timezone"].as_str().unwrap().parse::<chrono_tz::Tz>().is_ok(), "{}", path.display());
        }
        assert!(count >= 3);
    }
}
