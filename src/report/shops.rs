//! The shops of a report. Takes them one by one ([`Making`]), redacts each and puts its touches away; gives them in order, as cards
//! without touches for what speaks of the whole wave, and whole, one at a time, for what speaks of one. So a wave of any size needs
//! memory for its cards, not for what its touches say.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::ops::Deref;
use std::path::Path;
use std::sync::Arc;

use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};

use super::input::{Input, ShopInput};
use super::kept::{Kept, Place, Touches};
use super::model::{self, Report, ReportShop};
use super::{Appeal, ReportError, redact};
use crate::score::{Card, TouchEntry};

/// What a page on the whole wave says of a shop's touches.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Marks {
    /// Those whose clocks disagree.
    pub(crate) disputed: usize,
    /// Those that look personal and may be automatic.
    pub(crate) suspected: usize,
}

impl Marks {
    fn of(touches: &[TouchEntry]) -> Self {
        let count = |test: fn(&TouchEntry) -> bool| touches.iter().filter(|touch| test(touch)).count();
        Self { disputed: count(|touch| touch.disputed), suspected: count(|touch| touch.labels.suspected_automation == Some(true)) }
    }
}

/// A shop whose touches are put away.
#[derive(Clone, Debug)]
struct Row {
    shop: ReportShop,
    marks: Marks,
    place: Place,
}

/// The shops of a report: as a slice, without touches; by [`each`](Self::each), whole. A clone is the same shops.
#[derive(Clone, Debug)]
pub struct Shops {
    rows: Arc<Vec<ReportShop>>,
    away: Arc<Vec<(Marks, Place)>>,
    kept: Kept,
}

impl Deref for Shops {
    type Target = [ReportShop];

    fn deref(&self) -> &[ReportShop] {
        &self.rows
    }
}

#[cfg(test)]
impl std::ops::DerefMut for Shops {
    fn deref_mut(&mut self) -> &mut [ReportShop] {
        Arc::make_mut(&mut self.rows).as_mut_slice()
    }
}

impl<'a> IntoIterator for &'a Shops {
    type Item = &'a ReportShop;
    type IntoIter = std::slice::Iter<'a, ReportShop>;

    fn into_iter(self) -> Self::IntoIter {
        self.rows.iter()
    }
}

impl Shops {
    /// Each shop with its touches, read when it is asked for.
    ///
    /// # Errors
    /// When what was put away cannot be read again.
    pub fn each(&self) -> impl Iterator<Item = Result<ReportShop, ReportError>> + '_ {
        self.rows.iter().zip(&*self.away).map(|(row, (_, place))| self.kept.whole(row.clone(), *place))
    }

    /// A folder where there is room for what does not fit into memory.
    pub(crate) fn folder(&self) -> &Path {
        self.kept.folder()
    }

    /// Each shop without its touches, and what is to be said of them.
    pub(crate) fn marked(&self) -> impl Iterator<Item = (&ReportShop, Marks)> {
        self.rows.iter().zip(&*self.away).map(|(row, (marks, _))| (row, *marks))
    }

    /// The shops changed one by one, and in another order.
    ///
    /// # Errors
    /// When touches cannot be read or put away.
    pub(crate) fn changed(
        &self,
        mut change: impl FnMut(ReportShop) -> ReportShop,
        order: impl Fn(&ReportShop, &ReportShop) -> Ordering,
    ) -> Result<Self, ReportError> {
        let mut making = Making::within(self.kept.folder());
        for shop in self.each() {
            making.keep(change(shop?))?;
        }
        Ok(Self::of(making.ordered(order), making.kept))
    }

    /// No shop at all.
    pub(crate) fn none() -> Self {
        Self::of(Vec::new(), Kept::within(Path::new("")))
    }

    fn of(rows: Vec<Row>, kept: Kept) -> Self {
        let (rows, away): (Vec<_>, Vec<_>) = rows.into_iter().map(|row| (row.shop, (row.marks, row.place))).unzip();
        Self { rows: Arc::new(rows), away: Arc::new(away), kept }
    }
}

impl Kept {
    fn whole(&self, mut shop: ReportShop, place: Place) -> Result<ReportShop, ReportError> {
        let Touches { entries, details } = self.get(place).map_err(|source| self.failed(source))?;
        (shop.card.touches, shop.detail.touches) = (entries, details);
        Ok(shop)
    }

    fn failed(&self, source: std::io::Error) -> ReportError {
        ReportError::Kept { folder: self.folder().to_owned(), source }
    }
}

impl Serialize for Shops {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.rows.len()))?;
        for (row, (_, place)) in self.rows.iter().zip(&*self.away) {
            let mut shop = row.clone();
            shop.card.touches = self.kept.entries(*place).map_err(|source| S::Error::custom(self.kept.failed(source)))?;
            list.serialize_element(&shop)?;
        }
        list.end()
    }
}

/// A report in the making: it takes its shops one by one, and then the rest.
#[derive(Debug)]
pub struct Making {
    rows: Vec<Row>,
    kept: Kept,
}

impl Making {
    /// A report whose touches lie in this folder while it is made, if they are many.
    #[must_use]
    pub fn within(folder: &Path) -> Self {
        Self { rows: Vec::new(), kept: Kept::within(folder) }
    }

    /// Takes a shop: redacts it, and puts its touches away.
    ///
    /// # Errors
    /// When there is no room for them.
    pub fn shop(&mut self, shop: ShopInput) -> Result<(), ReportError> {
        let ShopInput { card, readiness, detail, insight, appeals } = shop;
        let mut appeals: Vec<Appeal> = appeals.into_iter().map(Appeal::tidied).collect();
        appeals.sort_by(|a, b| (a.at, a.id.len(), &a.id).cmp(&(b.at, b.id.len(), &b.id)));
        self.keep(redact::shop(ReportShop { card, readiness, insight, appeals, detail, file: String::new() }))
    }

    fn keep(&mut self, mut shop: ReportShop) -> Result<(), ReportError> {
        let touches = Touches { entries: std::mem::take(&mut shop.card.touches), details: std::mem::take(&mut shop.detail.touches) };
        let place = self.kept.put(&touches).map_err(|source| self.kept.failed(source))?;
        self.rows.push(Row { shop, marks: Marks::of(&touches.entries), place });
        Ok(())
    }

    /// The cards of the shops so far, without their touches.
    pub fn cards(&self) -> impl Iterator<Item = &Card> {
        self.rows.iter().map(|row| &row.shop.card)
    }

    /// The report, with what is to be said of all shops together.
    #[must_use]
    pub fn finish(mut self, input: Input) -> Report {
        let mut rows = self.ordered(|a, b| (&a.card.shop, &a.card.builder).cmp(&(&b.card.shop, &b.card.builder)));
        name_files(rows.iter_mut().map(|row| &mut row.shop));
        model::build(input, Shops::of(rows, self.kept))
    }

    fn ordered(&mut self, order: impl Fn(&ReportShop, &ReportShop) -> Ordering) -> Vec<Row> {
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by(|a, b| order(&a.shop, &b.shop));
        rows
    }
}

/// Gives every scorecard a file name of its own.
fn name_files<'a>(shops: impl Iterator<Item = &'a mut ReportShop>) {
    let mut taken = BTreeSet::new();
    for shop in shops {
        shop.file = file_name(&shop.card.shop, &mut taken);
    }
}

/// A slug as a file name: letters, digits, `-`, `_`; nothing that leads out of the folder, and none twice.
fn file_name(slug: &str, taken: &mut BTreeSet<String>) -> String {
    let safe: String = slug.chars().take(100).map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' }).collect();
    let safe = if safe.is_empty() { "shop".to_owned() } else { safe };
    let mut name = safe.clone();
    let mut n = 2;
    // Compared without case: two such names are one file on some disks.
    while !taken.insert(name.to_ascii_lowercase()) {
        name = format!("{safe}-{n}");
        n += 1;
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn file_names_stay_in_the_folder_and_are_unique() {
        let mut taken = BTreeSet::new();
        for (slug, name) in [
            ("bluebonnet", "bluebonnet"),
            ("../../etc/passwd", "------etc-passwd"),
            ("Bluebonnet", "Bluebonnet-2"),
            ("", "shop"),
            ("a b\u{0}", "a-b-"),
        ] {
            assert_eq!(file_name(slug, &mut taken), name);
        }
    }
}
