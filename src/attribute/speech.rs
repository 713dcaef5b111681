//! How speech and short sender names spell a builder: words parted or joined as the machine that wrote them down liked, letters
//! misheard, names cut to the eleven letters that a text's sender may have (GSM 03.40). Refuses short names, of which many are alike.

use std::collections::BTreeMap;

use super::words::Name;
use super::{Target, words};

/// Words of a transcript that are compared with names.
const WORDS: usize = 120;
/// How like a name must sound, and by how much better than any other.
const LIKE: f64 = 0.8;
const AHEAD: f64 = 0.06;

/// What was spoken or texted.
#[derive(Default)]
pub(super) struct Speech {
    /// Its words without the spaces between them.
    run: String,
    words: Vec<String>,
    /// The sender's name, without spaces.
    sender: String,
}

impl Speech {
    /// Of a text or transcript and a sender's name, which may be empty.
    pub(super) fn of(body: &str, sender: &str) -> Self {
        let body = words::fold(body);
        let words = apart(&body).map(str::to_owned).take(WORDS).collect();
        Self { run: run(&body), words, sender: run(&words::fold(sender)) }
    }

    /// Whether it holds a folded name whose words were parted otherwise: "blue bonnet homes".
    pub(super) fn holds(&self, name: &str, least: usize) -> bool {
        let name = run(name);
        name.len() >= least && self.run.contains(&name)
    }

    /// How surely the sender's name is the builder's: the whole of it, its beginning, or what sets it apart.
    pub(super) fn sender_is(&self, builder: &Name) -> Option<f64> {
        let sender = self.sender.as_str();
        if sender.len() < 5 || !run(&builder.whole).starts_with(sender) {
            return None;
        }
        let core = run(&builder.core);
        Some(if sender.len() >= core.len().clamp(6, 9) { 0.82 } else { 0.6 })
    }

    /// The one builder that a part of it sounds like.
    pub(super) fn sounds_like<'a>(&self, targets: &[(&'a Target, Name)]) -> Option<&'a str> {
        if self.words.is_empty() {
            return None;
        }
        let mut best: Option<(f64, &str)> = None;
        let (mut second, mut parts) = (0.0_f64, BTreeMap::new());
        for (target, name) in targets {
            let builder = target.builder.as_str();
            let likeness = self.likeness(name, &mut parts);
            match best {
                Some((_, known)) if known.eq_ignore_ascii_case(builder) => {}
                Some((most, _)) if likeness <= most => second = second.max(likeness),
                _ => {
                    second = second.max(best.map_or(0.0, |(most, _)| most));
                    best = Some((likeness, builder));
                }
            }
        }
        best.filter(|(most, _)| *most >= LIKE && *most >= second + AHEAD).map(|(_, builder)| builder)
    }

    /// How like the most similar part of it is to a name, 0 to 1. `parts`: those met so far, by how many words they have.
    fn likeness(&self, builder: &Name, parts: &mut BTreeMap<usize, Vec<String>>) -> f64 {
        let name = run(&builder.whole);
        if name.len() < 9 {
            return 0.0;
        }
        let long = apart(&builder.whole).count();
        let mut most = 0.0_f64;
        for length in long.saturating_sub(1).max(1)..=long + 1 {
            let parts = parts.entry(length).or_insert_with(|| self.words.windows(length).map(<[String]>::concat).collect());
            let near = parts.iter().filter(|part| may_be_like(part, &name));
            most = near.map(|part| strsim::normalized_damerau_levenshtein(part, &name)).fold(most, f64::max);
        }
        most
    }
}

/// Whether two texts share enough letters to be worth comparing: each letter that is not shared is a change.
fn may_be_like(part: &str, name: &str) -> bool {
    if part.len().abs_diff(name.len()) > 3 {
        return false;
    }
    let mut counts = [0_i32; 128];
    for (text, step) in [(part, 1), (name, -1)] {
        for byte in text.bytes() {
            if let Some(count) = counts.get_mut(usize::from(byte & 0x7f)) {
                *count += step;
            }
        }
    }
    let most = part.len().max(name.len());
    let changes: usize = counts.iter().filter(|count| **count > 0).map(|count| count.unsigned_abs() as usize).sum();
    changes * 5 <= most
}

/// The words of a folded text, without "and".
fn apart(folded: &str) -> impl Iterator<Item = &str> {
    folded.split_whitespace().filter(|word| *word != "and")
}

/// These run together.
fn run(folded: &str) -> String {
    apart(folded).collect()
}

#[cfg(test)]
mod tests {
    use super::super::samples::two;
    use super::*;

    #[test]
    fn names_are_known_however_they_are_written_down() {
        let targets = two();
        let targets: Vec<(&Target, Name)> = targets.iter().map(|target| (target, Name::of(&target.builder))).collect();
        let speech = |body: &str| Speech::of(body, "");
        assert!(speech("this is amy with blue bonnet homes").holds(&words::fold("Bluebonnet Homes"), 10));
        for (body, like) in [
            ("hi this is amy with bluebonnie homes", Some("Bluebonnet Homes")),
            ("hi this is amy with blue bonet homes at willow creek", Some("Bluebonnet Homes")),
            ("seeder and stone builders", Some("Cedar & Stone Builders")),
            ("hi this is amy about your insurance", None),
            ("new homes for sale", None),
            ("", None),
        ] {
            assert_eq!(speech(body).sounds_like(&targets), like, "{body}");
        }
    }

    #[test]
    fn a_sender_of_eleven_letters_is_the_beginning_of_a_name() {
        let sender = |name: &str| Speech::of("", name).sender_is(&Name::of("Bluebonnet Homes"));
        assert_eq!((sender("BLUEBONNETH"), sender("Bluebonnet"), sender("BLUEB")), (Some(0.82), Some(0.82), Some(0.6)));
        assert_eq!((sender("BLUE"), sender("BLUEJAY"), sender("")), (None, None, None));
    }
}
