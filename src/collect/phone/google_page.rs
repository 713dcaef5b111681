//! The pieces of a Google Voice page, as Takeout's HTML marks them (hCard and haudio microformats): what kind of call it is, when it
//! was, who the other side is, what was said.

use std::sync::LazyLock;

use scraper::{ElementRef, Html, Selector};

use super::{Stamp, when};
use crate::number;

#[expect(clippy::unwrap_used, reason = "the selectors are fixed, and tested")]
fn selector(text: &str) -> Selector {
    Selector::parse(text).unwrap()
}

static MOMENT: LazyLock<Selector> = LazyLock::new(|| selector("abbr.dt, abbr.published"));
static DURATION: LazyLock<Selector> = LazyLock::new(|| selector("abbr.duration"));
static TEL: LazyLock<Selector> = LazyLock::new(|| selector("a.tel"));
static SENDER: LazyLock<Selector> = LazyLock::new(|| selector("cite.sender a.tel"));
static NAME: LazyLock<Selector> = LazyLock::new(|| selector(".fn"));
static ME: LazyLock<Selector> = LazyLock::new(|| selector("abbr.fn"));
static BODY: LazyLock<Selector> = LazyLock::new(|| selector("q"));
static TRANSCRIPT: LazyLock<Selector> = LazyLock::new(|| selector("span.full-text"));
static WORD: LazyLock<Selector> = LazyLock::new(|| selector("span.word"));
static LABEL: LazyLock<Selector> = LazyLock::new(|| selector("a[rel~=tag]"));
static TITLE: LazyLock<Selector> = LazyLock::new(|| selector("title"));
static WORDS: LazyLock<Selector> = LazyLock::new(|| selector("title, .haudio > .fn, .contributor"));

/// What a call was.
#[derive(Clone, Copy)]
pub(super) enum Kind {
    /// A caller spoke to the machine.
    Voicemail,
    /// A call of which a recording was kept.
    Recorded,
    /// Nobody picked up.
    Missed,
    /// Somebody did.
    Received,
    /// The shopper called.
    Placed,
}

/// From the labels; without any that tells, from the English words of page and file name.
pub(super) fn kind(page: &Html, file: &str) -> Option<Kind> {
    let kinds = [
        (Kind::Voicemail, "voicemail"),
        (Kind::Recorded, "recorded"),
        (Kind::Missed, "missed"),
        (Kind::Received, "received"),
        (Kind::Placed, "placed"),
    ];
    let labels: Vec<String> =
        page.select(&LABEL).filter_map(|label| Some(label.attr("href")?.rsplit_once('#')?.1.to_ascii_lowercase())).collect();
    let labelled = kinds.iter().find(|(_, name)| labels.iter().any(|label| label == name));
    let words: Vec<String> = page.select(&WORDS).map(|element| words(element).to_ascii_lowercase()).collect();
    let said = || kinds.iter().find(|(_, name)| words.iter().any(|text| text.starts_with(name)));
    let file = file.rsplit(['/', '\\']).next().unwrap_or_default().replace('_', " ").to_ascii_lowercase();
    let named = || kinds.iter().find(|(_, name)| file.contains(&format!("- {name} -")));
    labelled.or_else(said).or_else(named).map(|(kind, _)| *kind)
}

/// How long a call or recording was.
pub(super) fn duration(page: &Html) -> Option<u32> {
    page.select(&DURATION).find_map(|abbr| when::duration(abbr.attr("title")?))
}

/// The other side of a call.
pub(super) fn caller_of(page: &Html) -> Party {
    page.select(&TEL).next().map(Party::of).unwrap_or_default()
}

/// The members of a group.
pub(super) fn members(head: &Html) -> Vec<Party> {
    head.select(&SENDER).map(Party::of).collect()
}

/// Whom a conversation is with, by its title, where none of their texts is in it.
pub(super) fn titled(head: &Html) -> Option<String> {
    let title = head.select(&TITLE).next().map(words)?;
    title.strip_prefix("Me to").map(|name| name.trim().to_owned()).filter(|name| !name.is_empty())
}

/// What was said, as far as it was understood.
pub(super) fn transcript(page: &Html) -> Option<String> {
    let text = match page.select(&TRANSCRIPT).next() {
        Some(whole) => words(whole),
        // Each word is followed by its times, in elements of their own.
        None => page
            .select(&WORD)
            .map(|word| word.children().find_map(|child| child.value().as_text()).map_or("", |text| text.trim()))
            .collect::<Vec<_>>()
            .join(" "),
    };
    Some(text).filter(|text| !text.is_empty() && !text.starts_with("Unable to transcribe this message"))
}

/// One text.
pub(super) struct Text {
    /// When it was sent or came.
    pub(super) at: Stamp,
    /// Whether the shopper sent it.
    pub(super) mine: bool,
    /// Who sent it.
    pub(super) party: Party,
    /// What it says.
    pub(super) body: Option<String>,
}

impl Text {
    /// The text of a piece of a page.
    pub(super) fn of(piece: &Html) -> Result<Self, String> {
        let at = moment(piece)?;
        let sender = piece.select(&SENDER).next().ok_or("it does not say who sent it")?;
        // One's own name stands in an `abbr`, whatever the language; a contact that is called Me in a `span`.
        let mine = sender.select(&ME).next().is_some();
        let body = piece.select(&BODY).next().map(said);
        Ok(Self { at, mine, party: Party::of(sender), body })
    }
}

/// Somebody in a call or conversation.
#[derive(Clone, Default)]
pub(super) struct Party {
    /// The number, or what stands in its place; `None` for whoever hid.
    pub(super) number: Option<String>,
    /// The name in the address book.
    pub(super) name: Option<String>,
}

impl Party {
    /// Of an `a.tel`: its link is the number, and empty for a caller who hid.
    pub(super) fn of(tel: ElementRef<'_>) -> Self {
        let number = caller(tel.attr("href").unwrap_or_default());
        let name = tel.select(&NAME).next().map(words);
        Self { number: number.clone(), name: name.filter(|name| !name.is_empty() && caller(name) != number) }
    }
}

/// A number as Takeout writes it, now and then with two plus signs.
pub(super) fn caller(text: &str) -> Option<String> {
    let text = text.trim();
    let text = text.strip_prefix("tel:").unwrap_or(text).trim();
    let text = if text.starts_with("++") { text.get(1..).unwrap_or(text) } else { text };
    number::normalise(text, number::REGION).into_text()
}

/// When it was.
pub(super) fn moment(page: &Html) -> Result<Stamp, String> {
    let title = page.select(&MOMENT).find_map(|abbr| abbr.attr("title")).ok_or("it does not say when it was")?;
    when::iso(title).ok_or_else(|| format!("its time is {title:?}, and must be of ISO 8601 with its offset"))
}

/// An element's text on one line.
fn words(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What a text says, line breaks and all.
fn said(q: ElementRef<'_>) -> String {
    let node = |node: ego_tree::NodeRef<'_, scraper::Node>| match node.value() {
        scraper::Node::Text(text) => Some(text.to_string()),
        scraper::Node::Element(element) if element.name() == "br" => Some("\n".to_owned()),
        _ => None,
    };
    q.descendants().filter_map(node).collect()
}
