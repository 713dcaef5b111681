//! Who is called what in an anonymous report. Takes the reports that are to speak of the same builders by the same names; gives each
//! builder, person, community, group, address, number and source a name of its own. Which letter falls to whom hangs on a secret of
//! the workspace and on the set: neither the alphabet nor a score shows through, and who knows all builders cannot work it out.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::finder::Finder;
use crate::report::ReportError;
use crate::report::model::{Report, ReportShop};
use crate::score::GroupBy;

/// A builder that the reports did not name before.
const OTHER: &str = "Another builder";
/// A person whom they did not name before.
const SOMEBODY: &str = "Somebody";

/// The names of a set of reports.
pub(super) struct Names {
    builders: BTreeMap<String, String>,
    shops: BTreeMap<String, String>,
    /// By builder and name in small letters.
    people: BTreeMap<(String, String), String>,
    communities: BTreeMap<String, String>,
    groups: BTreeMap<String, String>,
    states: BTreeMap<String, String>,
    addresses: BTreeMap<String, String>,
    numbers: BTreeMap<String, String>,
    sources: BTreeMap<String, String>,
    pub(super) finder: Finder,
}

/// What the reports name, before anybody has another name.
#[derive(Default)]
struct Found {
    builders: BTreeSet<String>,
    /// Slugs with their builder.
    shops: BTreeMap<String, String>,
    /// By builder.
    people: BTreeMap<String, BTreeSet<String>>,
    personas: BTreeSet<String>,
    communities: BTreeSet<String>,
    groups: BTreeSet<String>,
    states: BTreeSet<String>,
    addresses: BTreeSet<String>,
    numbers: BTreeSet<String>,
    sources: BTreeSet<String>,
    /// What names a builder besides: its sites, streets, whatever its file holds.
    besides: BTreeSet<String>,
    brands: BTreeSet<String>,
}

impl Names {
    /// Gives everybody in these reports another name.
    ///
    /// # Errors
    /// When what touches say cannot be read again.
    pub(super) fn of(reports: &[Report], secret: &str) -> Result<Self, ReportError> {
        let mut found = Found::default();
        reports.iter().try_for_each(|report| found.report(report))?;
        let draw = Draw::new(secret, &found.builders);
        let builders = draw.named("builder", found.builders.clone(), |n| format!("Builder {}", letters(n)));
        let shops = shops(&draw, &found.shops, &builders);
        let people = people(&draw, &found);
        let communities = draw.named("community", found.communities, |n| format!("Community {}", n + 1));
        let groups = draw.named("group", found.groups, |n| format!("Group {}", n + 1));
        let states = draw.named("state", found.states, |n| format!("State {}", n + 1));
        let addresses = draw.named("address", found.addresses, |n| format!("Address {}", n + 1));
        let numbers = draw.named("number", found.numbers, |n| format!("Number {}", n + 1));
        let sources = sources(found.sources);
        let mut names =
            Self { builders, shops, people, communities, groups, states, addresses, numbers, sources, finder: Finder::default() };
        names.teach(&found.besides, &found.brands);
        Ok(names)
    }

    fn teach(&mut self, besides: &BTreeSet<String>, brands: &BTreeSet<String>) {
        let finder = &mut self.finder;
        let each = |map: &BTreeMap<String, String>| map.clone().into_iter().filter(|(name, label)| name != label);
        each(&self.builders).for_each(|(name, label)| finder.name_and_words(&name, &label));
        for ((_, name), label) in &self.people {
            finder.name_and_words(name, label);
            finder.name_and_words(&capitalised(name), label);
        }
        each(&self.communities).for_each(|(name, label)| finder.name_and_words(&name, &label));
        // A tag or a slug of one word may be any word.
        each(&self.groups)
            .chain(each(&self.shops))
            .filter(|(name, _)| is_compound(name))
            .for_each(|(name, label)| finder.name(&name, &label));
        each(&self.sources).for_each(|(name, label)| finder.name(&name, &label));
        each(&self.addresses).for_each(|(name, label)| finder.address(&name, &label));
        each(&self.numbers).for_each(|(name, label)| finder.number(&name, &label));
        for name in besides.iter().chain(brands.iter()) {
            finder.name(name, "[name]");
        }
    }

    pub(super) fn builder(&self, name: &str) -> String {
        self.builders.get(name).cloned().unwrap_or_else(|| OTHER.to_owned())
    }

    pub(super) fn shop(&self, slug: &str) -> String {
        self.shops.get(slug).cloned().unwrap_or_else(|| "another-builder".to_owned())
    }

    /// A person at a builder; of no builder where the name is of the shopper's side.
    pub(super) fn person(&self, builder: &str, name: &str) -> String {
        let of = |builder: &str| self.people.get(&(builder.to_owned(), plain(name))).cloned();
        of(builder).or_else(|| of("")).unwrap_or_else(|| SOMEBODY.to_owned())
    }

    pub(super) fn community(&self, name: &str) -> String {
        self.communities.get(name).cloned().unwrap_or_else(|| "A community".to_owned())
    }

    pub(super) fn group(&self, tag: &str) -> String {
        self.groups.get(tag).cloned().unwrap_or_else(|| "A group".to_owned())
    }

    /// A state; where it is not known, that stays.
    pub(super) fn state(&self, name: &str) -> String {
        self.states.get(name).cloned().unwrap_or_else(|| "not_known".to_owned())
    }

    pub(super) fn source(&self, name: &str) -> String {
        self.sources.get(name).cloned().unwrap_or_else(|| "a source".to_owned())
    }

    /// The address or number that a touch came from.
    pub(super) fn origin(&self, from: &str) -> String {
        let known = self.addresses.get(&from.trim().to_lowercase()).or_else(|| self.numbers.get(from.trim()));
        known.cloned().unwrap_or_else(|| "Somebody".to_owned())
    }

    /// A text that may be a person's name as a whole, or hold any.
    pub(super) fn text(&self, builder: &str, text: &str) -> String {
        let whole = self.people.get(&(builder.to_owned(), plain(text))).or_else(|| self.builders.get(text)).cloned();
        whole.unwrap_or_else(|| self.finder.replace(text))
    }
}

impl Found {
    fn report(&mut self, report: &Report) -> Result<(), ReportError> {
        // Whatever any part of the report calls a builder is one.
        builders_in(&serde_json::to_value(report.without_shops()).unwrap_or_default(), &mut self.builders);
        self.sources.extend(report.coverage.keys().cloned());
        let brands = std::iter::once(&report.workspace).chain(&report.brand.name).map(|name| name.trim().to_owned());
        self.brands.extend(brands.filter(|name| !name.is_empty()));
        for group in &report.statistics.groups {
            match group.by {
                GroupBy::State if group.name != "not_known" => self.states.extend([group.name.clone()]),
                GroupBy::Tag => self.groups.extend([group.name.clone()]),
                _ => {}
            }
        }
        for shop in report.shops.each() {
            let shop = shop?;
            builders_in(&serde_json::to_value(&shop).unwrap_or_default(), &mut self.builders);
            self.shop(&shop);
        }
        Ok(())
    }

    fn shop(&mut self, shop: &ReportShop) {
        let (card, detail) = (&shop.card, &shop.detail);
        self.builders.insert(card.builder.clone());
        self.shops.entry(card.shop.clone()).or_insert_with(|| card.builder.clone());
        let people = self.people.entry(card.builder.clone()).or_default();
        let labels = card.touches.iter().map(|touch| &touch.labels);
        let signed = labels.flat_map(|labels| [&labels.sender_name, &labels.introduces]).flatten();
        let shown = shop.readiness.as_ref().and_then(|ready| ready.get("osc_name")?.as_str().map(str::to_owned));
        let appeals = shop.appeals.iter().flat_map(|appeal| std::iter::once(&appeal.by).chain(&appeal.outcome_by));
        people.extend(signed.chain(&detail.staff).chain(&shown).chain(appeals).map(|name| plain(name)).filter(|name| !name.is_empty()));
        let continuity = shop.insight.iter().map(|insight| &insight.continuity);
        let met = continuity.flat_map(|seen| {
            let handed = seen.hand_offs.iter().flat_map(|hand_off| [&hand_off.from, &hand_off.to]);
            seen.people.iter().map(|person| &person.name).chain(handed)
        });
        people.extend(met.map(|name| plain(name)).filter(|name| !name.is_empty()));
        self.personas.extend(Some(plain(&detail.persona)).filter(|name| !name.is_empty()));
        self.communities.extend(detail.community.clone());
        self.groups.extend(detail.tags.iter().cloned());
        for from in card.touches.iter().filter_map(|touch| touch.from.as_ref()).chain(&detail.phone).chain(&detail.known) {
            self.origin(from);
        }
        self.numbers.extend(card.touches.iter().filter_map(|touch| touch.labels.direct_phone.clone()));
        let phones = shop.readiness.as_ref().and_then(|ready| ready.get("phones")?.as_array()).into_iter().flatten();
        self.numbers.extend(phones.filter_map(|phone| phone.as_str().map(str::to_owned)));
        self.origin(&detail.alias);
        self.sources.extend(detail.touches.values().map(|touch| touch.source.clone()));
        let site = detail.site.split("://").last().unwrap_or_default().split(['/', '?', '#', ':']).next().unwrap_or_default();
        self.besides.extend([site, site.trim_start_matches("www.")].map(str::to_owned));
    }

    fn origin(&mut self, from: &str) {
        let from = from.trim();
        if from.contains('@') {
            self.addresses.insert(from.to_lowercase());
        } else if from.chars().filter(char::is_ascii_digit).count() >= 5 && !from.chars().any(char::is_alphabetic) {
            self.numbers.insert(from.to_owned());
        } else if !from.is_empty() {
            self.besides.insert(from.to_owned());
        }
    }
}

/// Every builder that a document names.
fn builders_in(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            found.extend(object.get("builder").and_then(Value::as_str).filter(|name| !name.is_empty()).map(str::to_owned));
            object.values().for_each(|value| builders_in(value, found));
        }
        Value::Array(list) => list.iter().for_each(|value| builders_in(value, found)),
        _ => {}
    }
}

/// An order that looks like none: by a hash under the secret and the set of builders.
struct Draw {
    key: Vec<u8>,
}

impl Draw {
    fn new(secret: &str, builders: &BTreeSet<String>) -> Self {
        let mut hash = Sha256::new();
        for part in std::iter::once(secret).chain(builders.iter().map(String::as_str)) {
            hash.update(part.len().to_be_bytes());
            hash.update(part);
        }
        Self { key: hash.finalize().to_vec() }
    }

    fn place(&self, kind: &str, name: &str) -> Vec<u8> {
        let mut hash = Sha256::new();
        hash.update(&self.key);
        hash.update(kind);
        hash.update([0]);
        hash.update(name);
        hash.finalize().to_vec()
    }

    fn order(&self, kind: &str, names: impl IntoIterator<Item = String>) -> Vec<String> {
        let mut order: Vec<String> = names.into_iter().collect();
        order.sort_by_cached_key(|name| self.place(kind, name));
        order
    }

    fn named(&self, kind: &str, names: BTreeSet<String>, label: impl Fn(usize) -> String) -> BTreeMap<String, String> {
        self.order(kind, names).into_iter().enumerate().map(|(n, name)| (name, label(n))).collect()
    }
}

/// `builder-a` for the one shop of Builder A; `builder-a-2` for its second.
fn shops(draw: &Draw, shops: &BTreeMap<String, String>, builders: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let mut taken: BTreeMap<&str, u32> = BTreeMap::new();
    let mut named = BTreeMap::new();
    for slug in draw.order("shop", shops.keys().cloned()) {
        let builder = shops.get(&slug).and_then(|builder| builders.get(builder)).map_or(OTHER, String::as_str);
        let number = taken.entry(builder).or_default();
        *number += 1;
        let safe = builder.to_lowercase().replace(' ', "-");
        named.insert(slug, if *number == 1 { safe } else { format!("{safe}-{number}") });
    }
    named
}

/// People by builder; who is called by a part of a longer name there is the same person.
fn people(draw: &Draw, found: &Found) -> BTreeMap<(String, String), String> {
    let mut whole: BTreeMap<(String, String), (String, String)> = BTreeMap::new();
    for (builder, names) in &found.people {
        for name in names {
            let words = |name: &str| name.split_whitespace().map(str::to_owned).collect::<BTreeSet<_>>();
            let longer = names.iter().filter(|other| other.len() > name.len() && words(other).is_superset(&words(name)));
            let longest = longer.max_by_key(|other| (other.len(), std::cmp::Reverse((*other).clone()))).unwrap_or(name);
            whole.insert((builder.clone(), name.clone()), (builder.clone(), longest.clone()));
        }
    }
    let key = |(builder, name): &(String, String)| format!("{builder}\0{name}");
    let numbers = draw.named("person", whole.values().map(key).collect(), |n| format!("Person {}", n + 1));
    let shoppers = draw.named("shopper", found.personas.clone(), |n| format!("Shopper {}", n + 1));
    let mut people: BTreeMap<(String, String), String> =
        whole.into_iter().map(|(one, of)| (one, numbers.get(&key(&of)).cloned().unwrap_or_default())).collect();
    people.extend(shoppers.into_iter().map(|(name, label)| ((String::new(), name), label)));
    people
}

/// `mailbox.main` names nobody; another name may, and becomes a number.
fn sources(names: BTreeSet<String>) -> BTreeMap<String, String> {
    let mut next = BTreeMap::new();
    let name = |name: String| {
        let kind = match name.split_once('.') {
            Some((kind @ ("mailbox" | "phone" | "twilio"), _)) => kind,
            None if matches!(name.as_str(), "phone" | "mailbox") => name.as_str(),
            _ => "source",
        };
        if name == kind || name == format!("{kind}.main") {
            return (name.clone(), name);
        }
        let number = next.entry(kind.to_owned()).or_insert(1_u32);
        *number += 1;
        let label = format!("{kind}.{number}");
        (name, label)
    };
    names.into_iter().map(name).collect()
}

/// A name in small letters, with one blank between its words.
fn plain(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}

/// `Amy Ortiz` of `amy ortiz`, as people write it.
fn capitalised(name: &str) -> String {
    let word = |word: &str| {
        let mut letters = word.chars();
        letters.next().map_or_else(String::new, |first| first.to_uppercase().chain(letters).collect())
    };
    name.split_whitespace().map(word).collect::<Vec<String>>().join(" ")
}

fn is_compound(name: &str) -> bool {
    name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).count() > 1
}

/// A to Z, then AA.
fn letters(mut n: usize) -> String {
    let mut all = Vec::new();
    loop {
        all.push(char::from(b'A' + u8::try_from(n % 26).unwrap_or_default()));
        if n < 26 {
            return all.into_iter().rev().collect();
        }
        n = n / 26 - 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(names: &[&str]) -> BTreeSet<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn letters_go_on_after_z() {
        for (n, want) in [(0, "A"), (25, "Z"), (26, "AA"), (27, "AB"), (701, "ZZ"), (702, "AAA")] {
            assert_eq!(letters(n), want);
        }
    }

    #[test]
    fn a_letter_hangs_on_the_secret_and_the_set_and_not_on_the_alphabet() {
        let all = set(&["Alder", "Birch", "Cedar", "Dogwood", "Elm", "Fir", "Gum", "Hazel"]);
        let named = |secret: &str, all: &BTreeSet<String>| Draw::new(secret, all).order("builder", all.iter().cloned());
        assert_eq!(named("one", &all), named("one", &all));
        assert_ne!(named("one", &all), named("two", &all));
        assert_ne!(named("one", &all), all.iter().cloned().collect::<Vec<_>>());
        let more = &all | &set(&["Ivy"]);
        let without: Vec<String> = named("one", &more).into_iter().filter(|name| name != "Ivy").collect();
        assert_ne!(named("one", &all), without, "another set is another order");
    }

    #[test]
    fn a_part_of_a_name_is_the_same_person_and_only_at_its_builder() {
        let people_of = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>();
        let found = Found {
            people: [("a".to_owned(), people_of(&["amy", "amy ortiz", "joe"])), ("b".to_owned(), people_of(&["amy"]))].into(),
            ..Found::default()
        };
        let named = people(&Draw::new("s", &BTreeSet::new()), &found);
        let of = |builder: &str, name: &str| named.get(&(builder.to_owned(), name.to_owned())).unwrap();
        assert_eq!(of("a", "amy"), of("a", "amy ortiz"));
        assert!(of("a", "amy") != of("b", "amy") && of("a", "amy") != of("a", "joe"));
    }

    #[test]
    fn a_source_keeps_its_kind() {
        let named = sources(set(&["mailbox.main", "mailbox.dana@example.org", "phone", "phone.austin", "odd"]));
        let labels: Vec<(&str, &str)> = named.iter().map(|(name, label)| (name.as_str(), label.as_str())).collect();
        let want = [("mailbox.dana@example.org", "mailbox.2"), ("mailbox.main", "mailbox.main"), ("odd", "source.2"), ("phone", "phone")];
        assert_eq!(labels, [&want[..], &[("phone.austin", "phone.2")]].concat());
    }
}
