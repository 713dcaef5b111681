//! A portfolio in words, the same in every format: its title, its builders with their cells, who rose, and what ranks need. Takes a
//! [`Portfolio`], gives text that is not escaped yet. Pure.

use std::fmt::Write as _;

use super::super::html::tone;
use super::super::words;
use super::{BuilderRow, Cell, Portfolio, ShopRef, WaveFigures, span};
use crate::score::Improved;

/// What a single score is worth.
pub(super) const ONE: &str = "A score of one wave is mostly a single inquiry, and a change from one to another can be luck.";

/// What a rank needs.
pub(super) fn ranks(portfolio: &Portfolio) -> String {
    let needed = portfolio.rank_from.max(1);
    let inquiries = if needed == 1 { "inquiry" } else { "inquiries" };
    format!("A rank needs {needed} final {inquiries} of a builder over these waves; those with fewer stand below, without one.")
}

/// `Wave 2026-11`, or `Waves 2026-10 to 2026-11`.
pub(super) fn titled(portfolio: &Portfolio) -> String {
    format!("{} {}", if portfolio.waves.len() == 1 { "Wave" } else { "Waves" }, span(portfolio))
}

/// Who rose most, from when to when.
pub(super) fn improved(portfolio: &Portfolio) -> String {
    let told = |one: &Improved| {
        let (from, to) = (words::brief(&one.from_wave, 60), words::brief(&one.to_wave, 60));
        format!("{}, {} points from {from} to {to} (n = {})", words::brief(&one.builder, 120), words::signed(one.rise.change), one.n)
    };
    portfolio.most_improved.iter().map(told).collect::<Vec<_>>().join("; ")
}

/// What a cell says where there is no score.
fn unscored(cell: &Cell) -> String {
    let mut said: Vec<&str> = cell.shops.iter().map(|shop| words::verdict(shop.verdict)).collect();
    said.dedup();
    said.join(", ")
}
/// A builder in words.
pub(super) struct Told {
    pub(super) rank: String,
    pub(super) name: String,
    pub(super) n: u32,
    pub(super) mean: String,
    pub(super) interval: String,
    pub(super) change: String,
    /// How the change looks.
    pub(super) way: &'static str,
    pub(super) cells: Vec<Shown>,
}

/// A cell in words.
pub(super) struct Shown {
    pub(super) text: String,
    pub(super) tone: &'static str,
    pub(super) provisional: bool,
    /// Scorecards of the wave's own report; empty in an anonymous one, whose names that report does not have.
    pub(super) links: Vec<(String, String)>,
}

/// The builders in words, with or without links to their scorecards.
pub(super) fn view(portfolio: &Portfolio, links: bool) -> Vec<Told> {
    let none = || words::NONE.to_owned();
    let shown = |wave: &WaveFigures, cell: &Option<Cell>| {
        let Some(cell) = cell else { return Shown { text: none(), tone: "", provisional: false, links: Vec::new() } };
        let many = cell.shops.len() > 1;
        let link = |(n, shop): (usize, &ShopRef)| {
            let text = if many { (n + 1).to_string() } else { "card".to_owned() };
            (format!("../{}/builders/{}.html", segment(&wave.wave), shop.file), text)
        };
        Shown {
            text: cell.score.map_or_else(|| unscored(cell), words::score),
            tone: cell.score.map_or("", tone),
            provisional: cell.score.is_some() && !cell.is_final,
            links: if links { cell.shops.iter().enumerate().map(link).collect() } else { Vec::new() },
        }
    };
    let told = |row: &BuilderRow| Told {
        rank: row.rank.map_or_else(none, |rank| rank.to_string()),
        name: words::brief(&row.builder, 120),
        n: row.n,
        mean: row.mean_score.map_or_else(none, words::score),
        interval: row.interval.map_or_else(none, |[low, high]| format!("{} to {}", words::score(low), words::score(high))),
        change: row.change.as_ref().map_or_else(none, |change| words::signed(change.points)),
        way: match row.change.as_ref().map(|change| change.points) {
            Some(points) if points > 0.0 => "best",
            Some(points) if points < 0.0 => "failing",
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
