//! A portfolio in words, the same in every format: its title, its builders with their cells, and its waves. Takes a [`Portfolio`], gives
//! text that is not escaped yet. What ranks need and who rose is worded in [`trailing`]. Pure.

use std::fmt::Write as _;

use super::super::html::tone;
use super::super::{trailing, words};
use super::{BuilderRow, Cell, Portfolio, ShopRef, WaveFigures, span};

/// What a single score is worth.
const ONE: &str = "A score of one wave is mostly a single inquiry, and a change from one to another can be luck.";

/// The heads of the waves in figures.
pub(super) const WAVES: [&str; 8] =
    ["Wave", "Began", "Shops", "Proven inquiries", "Final scores", "Mean score", "Never answered by a person", "Median, a person"];
/// What is in no figure.
pub(super) const LEFT_OUT: &str = "Inconclusive inquiries and those that no site took are in no figure.";

/// What a rank needs, and what one score is worth.
pub(super) fn rule(portfolio: &Portfolio) -> String {
    format!("{} {ONE}", trailing::needed(portfolio.rank_from))
}

/// The heads of the builders: how they stand, how they moved, and a column a wave.
pub(super) fn heads(portfolio: &Portfolio) -> Vec<String> {
    let fixed = trailing::STANDING.iter().chain(&["Change"]).map(|head| (*head).to_owned());
    fixed.chain(portfolio.waves.iter().map(|wave| words::brief(&wave.wave, 60))).collect()
}

/// A wave in figures, under [`WAVES`].
pub(super) fn wave(wave: &WaveFigures) -> [String; 8] {
    let or_none = |text: Option<String>| text.unwrap_or_else(|| words::NONE.to_owned());
    [
        words::brief(&wave.wave, 60),
        or_none(wave.began.map(|at| at.format("%b %-d, %Y").to_string())),
        wave.shops.to_string(),
        wave.n.to_string(),
        wave.scored.to_string(),
        or_none(wave.mean_score.map(words::score)),
        or_none(wave.never_personal.map(words::percent)),
        or_none(wave.median_first_personal_s.map(words::duration)),
    ]
}

/// `Wave 2026-11`, or `Waves 2026-10 to 2026-11`.
pub(super) fn titled(portfolio: &Portfolio) -> String {
    format!("{} {}", if portfolio.waves.len() == 1 { "Wave" } else { "Waves" }, span(portfolio))
}

/// What a cell says where there is no score.
fn unscored(cell: &Cell) -> String {
    let mut said: Vec<&str> = cell.shops.iter().map(|shop| words::verdict(shop.verdict)).collect();
    said.dedup();
    said.join(", ")
}

/// A builder in words.
pub(super) struct Told {
    pub(super) name: String,
    pub(super) standing: [String; 5],
    pub(super) change: String,
    /// How the change looks: without a colour where it may be chance.
    pub(super) way: &'static str,
    pub(super) cells: Vec<Shown>,
}

/// A cell in words.
pub(super) struct Shown {
    pub(super) wave: String,
    pub(super) text: String,
    pub(super) tone: &'static str,
    pub(super) provisional: bool,
    /// Scorecards of the wave's own report, numbered; empty in an anonymous one, whose names that report does not have.
    pub(super) links: Vec<(String, String)>,
}

/// The builders in words, with or without links to their scorecards.
pub(super) fn view(portfolio: &Portfolio, links: bool) -> Vec<Told> {
    let none = || words::NONE.to_owned();
    let shown = |wave: &WaveFigures, cell: &Option<Cell>| {
        let name = words::brief(&wave.wave, 60);
        let Some(cell) = cell else { return Shown { wave: name, text: none(), tone: "", provisional: false, links: Vec::new() } };
        let link = |(n, shop): (usize, &ShopRef)| (format!("../{}/builders/{}.html", segment(&wave.wave), shop.file), (n + 1).to_string());
        Shown {
            wave: name,
            text: cell.score.map_or_else(|| unscored(cell), words::score),
            tone: cell.score.map_or("", tone),
            provisional: cell.score.is_some() && !cell.is_final,
            links: if links { cell.shops.iter().enumerate().map(link).collect() } else { Vec::new() },
        }
    };
    let told = |row: &BuilderRow| Told {
        name: words::brief(&row.builder, 120),
        standing: trailing::standing(&row.builder, row.rank, row.n, row.mean_score, row.interval),
        change: row.change.as_ref().map_or_else(none, |change| words::signed(change.points)),
        way: match row.change.as_ref().and_then(|change| change.interval) {
            Some([low, _]) if low > 0.0 => "best",
            Some([_, high]) if high < 0.0 => "failing",
            _ => "",
        },
        cells: portfolio.waves.iter().zip(&row.waves).map(|(wave, cell)| shown(wave, cell)).collect(),
    };
    portfolio.builders.iter().map(told).collect()
}

/// A wave's name as a part of an address.
pub(super) fn segment(wave: &str) -> String {
    let mut safe = String::new();
    for byte in wave.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.') {
            safe.push(char::from(byte));
        } else {
            let _ = write!(safe, "%{byte:02X}");
        }
    }
    safe
}
