//! Who is who: names of people as touches carry them. The same person is equal ignoring case and spaces; a lone first name belongs to
//! the most frequent full name that begins with it.

use std::collections::BTreeMap;

/// Names of people, by how often they were seen.
pub(super) struct People(BTreeMap<String, u32>);

impl People {
    /// The people of some touches: who signed and how often, and who was introduced.
    pub(super) fn of(senders: impl Iterator<Item = (String, u32)>, introduced: impl Iterator<Item = String>) -> Self {
        let mut seen = BTreeMap::new();
        senders.for_each(|(name, times)| *seen.entry(name).or_default() += times);
        introduced.for_each(|name| *seen.entry(name).or_default() += 0);
        Self(seen)
    }

    /// Every name.
    pub(super) fn names(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// The person that a tidied name means, by its fullest form.
    pub(super) fn of_name(&self, name: &str) -> String {
        if name.contains(' ') {
            return name.to_owned();
        }
        let full = self.0.iter().filter(|(other, _)| other.split(' ').next() == Some(name) && other.contains(' '));
        full.rev().max_by_key(|(_, times)| **times).map_or_else(|| name.to_owned(), |(other, _)| other.clone())
    }
}

/// A name for comparing: lower case, single spaces.
pub(super) fn tidy(name: &str) -> String {
    name.to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lone_first_name_is_the_most_frequent_full_name_that_begins_with_it() {
        let names = ["amy ortiz", "amy lee", "amy lee", "amy", "ben"];
        let people = People::of(names.iter().map(|name| ((*name).to_owned(), 1)), std::iter::once("cid ray".to_owned()));
        assert_eq!(people.of_name("amy"), "amy lee");
        assert_eq!(people.of_name("amy ortiz"), "amy ortiz");
        assert_eq!(people.of_name("ben"), "ben");
        assert_eq!(people.of_name("cid"), "cid ray");
        assert_eq!(tidy("  AMY  Ortiz "), "amy ortiz");
    }
}
