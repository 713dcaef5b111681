//! A PDF of Chromium, looked into: what stands in it besides the text of its pages (ISO 32000-1, 7.9.2), and the structure that its tags
//! tell of (14.7), an object an element, nothing of it compressed.

use std::collections::{BTreeMap, BTreeSet};

use regex::bytes::Regex;

/// Titles, descriptions, addresses and everything else that is a string in the file, its escapes and UTF-16 undone.
pub(crate) fn strings(pdf: &[u8]) -> String {
    let found = Regex::new(r"(?s-u)\(((?:[^()\\]|\\.)*)\)|<FEFF([0-9A-Fa-f]+)>").unwrap();
    let plain = |text: &[u8]| String::from_utf8_lossy(text).replace('\\', "");
    let wide = |digits: &[u8]| {
        let unit = |four: &[u8]| u16::from_str_radix(std::str::from_utf8(four).unwrap(), 16).unwrap();
        String::from_utf16_lossy(&digits.chunks_exact(4).map(unit).collect::<Vec<_>>())
    };
    let one = |found: regex::bytes::Captures<'_>| found.get(1).map_or_else(|| wide(&found[2]), |text| plain(text.as_bytes()));
    found.captures_iter(pdf).map(one).collect::<Vec<_>>().join("\n")
}

/// A row of a table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The objects of the pages that it lies on.
    pub(crate) pages: BTreeSet<u32>,
    /// Whether it is the head of a table, which each page repeats.
    pub(crate) is_head: bool,
}

struct Element {
    kind: String,
    parent: u32,
    pages: BTreeSet<u32>,
    of_column: bool,
}

/// Every row of every table.
pub(crate) fn rows(pdf: &[u8]) -> Vec<Row> {
    let mut elements = elements(pdf);
    // An element lies where all that is in it does.
    let pages: Vec<(u32, BTreeSet<u32>)> = elements.values().map(|element| (element.parent, element.pages.clone())).collect();
    for (parent, pages) in pages {
        let mut above = parent;
        while let Some(element) = elements.get_mut(&above) {
            element.pages.extend(&pages);
            above = element.parent;
        }
    }
    let mut cells: BTreeMap<u32, Vec<&Element>> = BTreeMap::new();
    for element in elements.values().filter(|element| matches!(element.kind.as_str(), "TH" | "TD")) {
        cells.entry(element.parent).or_default().push(element);
    }
    let row = |(number, element): (&u32, &Element)| {
        let is_head = cells.get(number).is_some_and(|cells| cells.iter().all(|cell| cell.kind == "TH" && cell.of_column));
        Row { pages: element.pages.clone(), is_head }
    };
    elements.iter().filter(|(_, element)| element.kind == "TR").map(row).collect()
}

fn elements(pdf: &[u8]) -> BTreeMap<u32, Element> {
    let object = Regex::new(r"(?s-u)\n(\d+) 0 obj\n<</Type /StructElem\n/S /(\w+)\n/P (\d+) 0 R(.*?)>>\nendobj").unwrap();
    let page = Regex::new(r"/Pg (\d+) 0 R").unwrap();
    let number = |digits: &[u8]| std::str::from_utf8(digits).unwrap().parse::<u32>().unwrap();
    let element = |found: regex::bytes::Captures<'_>| {
        let rest = &found[4];
        let element = Element {
            kind: String::from_utf8_lossy(&found[2]).into_owned(),
            parent: number(&found[3]),
            pages: page.captures_iter(rest).map(|page| number(&page[1])).collect(),
            of_column: rest.windows(14).any(|part| part == b"/Scope /Column"),
        };
        (number(&found[1]), element)
    };
    object.captures_iter(pdf).map(element).collect()
}

#[test]
fn a_row_on_two_pages_is_seen_as_one() {
    let object = |number: u32, rest: &str| format!("\n{number} 0 obj\n<</Type /StructElem\n{rest}>>\nendobj");
    let pdf = [
        object(1, "/S /Table\n/P 99 0 R\n/K [2 0 R 5 0 R]"),
        object(2, "/S /TR\n/P 1 0 R\n/K 3 0 R"),
        object(3, "/S /TH\n/P 2 0 R\n/Pg 90 0 R\n/K [1 <</Type /MCR\n/Pg 91 0 R\n/MCID 3>>]\n/A [<</O /Table\n/Scope /Column>>]"),
        object(5, "/S /TR\n/P 1 0 R\n/K [6 0 R 7 0 R]"),
        object(6, "/S /TH\n/P 5 0 R\n/Pg 90 0 R\n/K 4\n/A [<</O /Table\n/Scope /Row>>]"),
        object(7, "/S /TD\n/P 5 0 R\n/K 8 0 R"),
        object(8, "/S /NonStruct\n/P 7 0 R\n/Pg 91 0 R\n/K 5"),
    ]
    .concat();
    let rows = rows(pdf.as_bytes());
    let seen: Vec<(usize, bool)> = rows.iter().map(|row| (row.pages.len(), row.is_head)).collect();
    assert_eq!(seen, [(2, true), (2, false)]);
    assert_eq!(strings(b"<</Title (a \\(b\\))\n/Alt <FEFF00410308>>>"), "a (b)\nA\u{308}");
}
