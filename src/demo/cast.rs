//! The cast: who builds homes in the neighbourhood, what their forms look like, and what their staff do. Takes the embedded
//! data files; gives [`Character`]s in a fixed order. The files are part of the program, so a broken one is a broken build.

use chrono::NaiveDate;
use chrono_tz::Tz;
use serde::Deserialize;

use super::Moment;
use crate::classify::Labels;
use crate::shop::Basis;

/// How the contact form is marked up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Markup {
    /// A layout table with captions in the left cells, as made in 2005.
    Table,
    /// Labels with `for`, first and last name apart, a hidden token that must come back with its cookie.
    Token,
    /// A list of communities and "how did you hear", placeholders instead of labels.
    Communities,
    /// Two traps for robots: one hidden by a class, one pushed off the screen.
    Honeypot,
    /// A page in windows-1252.
    Latin,
    /// `multipart/form-data` with an optional file.
    Multipart,
    /// The markup of a well-known `WordPress` plugin, answering on the page or by its JSON endpoint.
    Plugin,
    /// A consent box that is required and marketing boxes that are not.
    Consent,
    /// Labels around the controls, radio buttons for the preferred contact, posts to its own address.
    Plain,
}

/// What the site does with a complete inquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Takes it.
    Accepts,
    /// Answers 500 and loses it.
    Breaks,
    /// Shows a CAPTCHA and takes nothing without it.
    Captcha,
    /// Calls an address with a plus sign invalid.
    RefusesPlus,
    /// Takes it and shows the home page without a word.
    Mute,
}

/// How the site says that it took an inquiry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reply {
    /// The answer is a page with thanks.
    Page,
    /// 303 to a page with thanks.
    Redirect,
    /// A JSON object.
    Json,
}

/// Someone at a builder's.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Person {
    /// How the plans call them.
    pub key: String,
    /// Name as written under a mail.
    pub name: String,
    /// What they do.
    pub title: String,
    /// Address they write from.
    pub email: String,
    /// Number they call from, E.164.
    pub phone: String,
}

/// The kind of a planned touch.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A mail that a person wrote.
    Mail,
    /// An automatic answer.
    Auto,
    /// A mail of a campaign.
    Drip,
    /// A delivery failure.
    Bounce,
    /// A call nobody picks up.
    Call,
    /// A call that ends on the voicemail.
    Voicemail,
    /// A text message.
    Text,
}

/// One thing that somebody will do after the inquiry. In texts, `%first%`, `%last%` and `%community%` are filled in.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Plan {
    /// What it is.
    pub kind: Kind,
    /// When, counted from the receipt.
    pub when: Moment,
    /// Who; the [`Person::key`].
    pub by: String,
    /// Subject of a mail.
    #[serde(default)]
    pub subject: String,
    /// Text of a mail or message, or the transcript of a voicemail.
    #[serde(default)]
    pub body: String,
    /// Seconds after `when` at which it rings again.
    #[serde(default)]
    pub rings: Vec<i64>,
    /// Seconds talked or spoken.
    #[serde(default)]
    pub seconds: u32,
    /// A video shown as a thumbnail.
    #[serde(default)]
    pub video: Option<String>,
    /// A visit proposed as a calendar invitation.
    #[serde(default)]
    pub invite: Option<Moment>,
    /// Seconds that the sender's `Date` header is off.
    #[serde(default)]
    pub date_off: i64,
    /// The mail provider filed it under Junk.
    #[serde(default)]
    pub junk: bool,
    /// A call from a number that no file names: review is a right answer too.
    #[serde(default)]
    pub from: Option<String>,
    /// What a careful reader would note about it.
    #[serde(default)]
    pub labels: Labels,
}

/// A builder: its site, its question and its staff.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Character {
    /// The shop's slug.
    #[serde(skip)]
    pub slug: String,
    /// The builder's name.
    pub builder: String,
    /// What kind of responder this is, one sentence.
    pub character: String,
    /// The host of its site.
    pub host: String,
    /// The path of the page with the form.
    pub path: String,
    /// Whether the shop file names that page.
    pub path_known: bool,
    /// How the form is marked up.
    pub markup: Markup,
    /// What becomes of an inquiry.
    pub outcome: Outcome,
    /// How acceptance is said.
    pub reply: Reply,
    /// Where it builds.
    pub city: String,
    /// State, two letters.
    pub state: String,
    /// IANA time zone.
    pub timezone: Tz,
    /// Posted hours, OSM syntax.
    pub hours: String,
    /// Days closed besides.
    #[serde(default)]
    pub holidays: Vec<NaiveDate>,
    /// Why it may be shopped.
    pub basis: Basis,
    /// Groups.
    pub tags: Vec<String>,
    /// Numbers that the shop file names.
    pub phones: Vec<String>,
    /// Domains that the shop file names.
    pub domains: Vec<String>,
    /// Who asks.
    pub persona: String,
    /// The community asked about.
    pub community: String,
    /// The other communities in the list.
    pub others: Vec<String>,
    /// The question.
    pub question: String,
    /// Words of a real answer.
    pub answer: Vec<String>,
    /// A sentence of the site about its speed, if it promises any.
    #[serde(default)]
    pub promise: Option<String>,
    /// When the shopper asks not to be contacted again.
    #[serde(default)]
    pub opt_out: Option<Moment>,
    /// Who works there; the first is shown on the contact page.
    pub staff: Vec<Person>,
    /// What they will do.
    #[serde(default)]
    pub plan: Vec<Plan>,
}

impl Character {
    /// The person a plan names, or the first of the staff.
    #[must_use]
    pub fn person(&self, key: &str) -> Option<&Person> {
        self.staff.iter().find(|person| person.key == key).or_else(|| self.staff.first())
    }
}

/// Names the data files once: slug and text.
macro_rules! files {
    ($($slug:literal),+ $(,)?) => { [$(($slug, include_str!(concat!("cast/", $slug, ".toml")))),+] };
}

/// Everyone, in a fixed order.
///
/// # Panics
/// When an embedded file does not fit, which the tests of this file exclude.
#[must_use]
#[expect(clippy::expect_used, reason = "the files are compiled in and read by the tests")]
pub fn cast() -> Vec<Character> {
    let files = files![
        "bluebonnet",
        "cedar-hollow",
        "clearbrook",
        "desert-willow",
        "foxglove",
        "harborview",
        "ironwood",
        "juniper-point",
        "lakeshore",
        "magnolia-creek",
        "northgate",
        "oakhurst",
        "palisade",
        "prairie-lane",
        "redstone",
        "stillwater",
        "summit-ridge",
        "twin-oaks",
        "wren-and-sons",
    ];
    files
        .into_iter()
        .map(|(slug, text)| {
            let character: Character = toml::from_str(text).expect(slug);
            Character { slug: slug.to_owned(), ..character }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_cast_is_complete_and_nobody_shares_a_number_or_a_host() {
        let cast = cast();
        assert!(cast.len() >= 14);
        let mut hosts = BTreeSet::new();
        let mut numbers = BTreeSet::new();
        for one in &cast {
            assert!(hosts.insert(one.host.clone()) && one.host.ends_with(".example"), "{}", one.slug);
            assert_ne!(one.state, "NV", "{}", one.slug);
            let own: BTreeSet<_> = one.phones.iter().chain(one.staff.iter().map(|p| &p.phone)).cloned().collect();
            for number in own {
                assert!(number.starts_with("+1") && number.len() == 12 && number.contains("55501"), "{}: {number}", one.slug);
                assert!(numbers.insert(number.clone()), "{}: {number} is used twice", one.slug);
            }
            for plan in &one.plan {
                assert!(one.staff.iter().any(|p| p.key == plan.by), "{}: nobody is called {}", one.slug, plan.by);
            }
            if one.outcome == Outcome::Captcha || one.outcome == Outcome::Breaks || one.outcome == Outcome::RefusesPlus {
                assert!(one.plan.is_empty(), "{} never got the inquiry", one.slug);
            }
        }
    }

    #[test]
    fn the_texts_are_many_and_distinct() {
        let texts: Vec<String> = cast().into_iter().flat_map(|c| c.plan).map(|p| p.body).filter(|b| !b.is_empty()).collect();
        let distinct: BTreeSet<&String> = texts.iter().collect();
        assert_eq!(texts.len(), distinct.len());
        assert!(distinct.len() >= 40, "{}", distinct.len());
    }

    #[test]
    fn every_character_asked_for_is_there() {
        let cast = cast();
        for outcome in [Outcome::Accepts, Outcome::Breaks, Outcome::Captcha, Outcome::RefusesPlus, Outcome::Mute] {
            assert!(cast.iter().any(|c| c.outcome == outcome), "{outcome:?}");
        }
        for kind in [Kind::Mail, Kind::Auto, Kind::Drip, Kind::Bounce, Kind::Call, Kind::Voicemail, Kind::Text] {
            assert!(cast.iter().any(|c| c.plan.iter().any(|p| p.kind == kind)), "{kind:?}");
        }
        for basis in [Basis::Own, Basis::Client, Basis::Study] {
            assert!(cast.iter().any(|c| c.basis == basis), "{basis:?}");
        }
    }
}
