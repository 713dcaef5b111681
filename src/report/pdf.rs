//! `report.pdf`. Takes a [`Report`]; gives every page of its HTML as one document for a printer: the leaderboard, then the scorecards in
//! its order, then what else there is, with links that stay inside, names and page numbers in the margins (CSS Paged Media 3), and
//! nothing to be fetched. A browser prints it elsewhere; what came of that is dated by the report, not by the printer's clock (PDF 1.7,
//! ISO 32000-1, 14.3.3), and written here. Two printings need not be the same bytes: fonts and browsers differ.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use chrono::{DateTime, Utc};
use memchr::memmem;
use regex::{Captures, Regex};

use super::html::{self, Html};
use super::{Report, ReportError, Writer, words};

/// The file's name.
const FILE: &str = "report.pdf";

/// The paper to print on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Paper {
    /// US Letter.
    #[default]
    Letter,
    /// ISO 216 A4.
    A4,
}

/// Attributes that name a place in a page. Our own templates write every quote in a text as an entity, so that these are attributes.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(
        r#"(\s(?:id|href|xlink:href|for|headers|aria-labelledby|aria-describedby|aria-controls|aria-details)=)"([^"]*)"|url\(#([^)"]+)\)"#,
    )
    .ok()
});
/// The places of a page.
static PLACE: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r#"\sid="([^"]+)""#).ok());

/// A page of the HTML report that becomes a part of the document.
struct Sheet {
    path: String,
    text: String,
    /// Whose it is.
    name: String,
}

/// The document that a browser prints.
///
/// # Errors
/// When a page cannot be rendered.
pub fn printable(report: &Report, paper: Paper) -> Result<String, ReportError> {
    let sheets = sheets(report)?;
    let numbers: BTreeMap<&str, usize> = sheets.iter().enumerate().map(|(n, sheet)| (sheet.path.as_str(), n)).collect();
    let whole = |sheet: &Sheet| ReportError::Render {
        page: sheet.path.clone(),
        wave: report.wave.clone(),
        message: "it has no main part to print".to_owned(),
    };
    let (mut head, mut foot, mut main) = (String::new(), String::new(), String::new());
    for (n, sheet) in sheets.iter().enumerate() {
        let (before, inner, after) = parts(&sheet.text).ok_or_else(|| whole(sheet))?;
        if n == 0 {
            let (top, body) = before.split_once("</head>").ok_or_else(|| whole(sheet))?;
            // What all pages share keeps the names of its places.
            let shared = |part: &str| placed(part, None, &sheet.path, &numbers);
            head = format!("{top}<style>\n{}</style>\n</head>{}", style(report, paper, &sheets), shared(body));
            foot = shared(after);
        }
        // Writing to a String cannot fail.
        let _ = write!(main, "<div class=\"sheet s{n}\" id=\"p{n}\">\n{}\n</div>\n", placed(inner, Some(n), &sheet.path, &numbers));
    }
    Ok(format!("{head}<main id=\"main\" class=\"inner\">\n{main}</main>{foot}"))
}

/// The pages in the order of reading.
fn sheets(report: &Report) -> Result<Vec<Sheet>, ReportError> {
    let shops = report.leaderboard().into_iter().chain(report.unscored());
    let names: BTreeMap<String, (usize, String)> =
        shops.enumerate().map(|(n, shop)| (format!("builders/{}.html", shop.file), (n, html::name(shop)))).collect();
    let pages = Html.pages(report)?.into_iter().map(|page| (page.path.to_string_lossy().replace('\\', "/"), page.bytes));
    let mut sheets: Vec<(usize, Sheet)> = pages
        .filter(|(path, _)| Path::new(path).extension().is_some_and(|kind| kind == "html"))
        .map(|(path, bytes)| {
            let (place, name) = match names.get(&path) {
                Some((n, name)) => (n + 1, name.clone()),
                None if path == "index.html" => (0, String::new()),
                None => (usize::MAX, String::new()),
            };
            (place, Sheet { path, text: String::from_utf8_lossy(&bytes).into_owned(), name })
        })
        .collect();
    sheets.sort_by(|(a, one), (b, other)| a.cmp(b).then_with(|| one.path.cmp(&other.path)));
    Ok(sheets.into_iter().map(|(_, sheet)| sheet).collect())
}

/// What stands before, in and after the main part of a page.
fn parts(page: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = page.split_once("<main")?;
    let (_, rest) = rest.split_once('>')?;
    let (inner, after) = rest.rsplit_once("</main>")?;
    Some((before, inner, after))
}

/// A part of sheet `n` whose places have names of their own, and whose links to other pages lead to their parts.
fn placed(inner: &str, n: Option<usize>, path: &str, numbers: &BTreeMap<&str, usize>) -> String {
    let (Some(named), Some(place)) = (NAMED.as_ref(), PLACE.as_ref()) else { return inner.to_owned() };
    let own: BTreeSet<&str> = place.captures_iter(inner).filter_map(|found| found.get(1)).map(|id| id.as_str()).collect();
    let within = |id: &str| match n {
        Some(n) if own.contains(id) => format!("p{n}-{id}"),
        _ => id.to_owned(),
    };
    let link = |target: &str| -> String {
        let (file, id) = target.split_once('#').unwrap_or((target, ""));
        if file.is_empty() {
            return format!("#{}", within(id));
        }
        match numbers.get(resolved(path, file).as_str()) {
            Some(number) if id.is_empty() => format!("#p{number}"),
            Some(number) => format!("#p{number}-{id}"),
            None => target.to_owned(),
        }
    };
    let replace = |found: &Captures<'_>| -> String {
        let part = |n: usize| found.get(n).map_or("", |part| part.as_str());
        if found.get(3).is_some() {
            return format!("url(#{})", within(part(3)));
        }
        let (attribute, value) = (part(1), part(2));
        let value =
            if attribute.ends_with("href=") { link(value) } else { value.split_whitespace().map(within).collect::<Vec<_>>().join(" ") };
        format!("{attribute}\"{value}\"")
    };
    named.replace_all(inner, replace).into_owned()
}

/// The path that a relative address means on a page.
fn resolved(page: &str, target: &str) -> String {
    let mut parts: Vec<&str> = page.split('/').collect();
    parts.pop();
    for part in target.split('/') {
        match part {
            ".." => {
                parts.pop();
            }
            "." | "" => {}
            part => parts.push(part),
        }
    }
    parts.join("/")
}

/// The paper, and what stands in its margins: whose page it is, the wave, and the number.
fn style(report: &Report, paper: Paper, sheets: &[Sheet]) -> String {
    let size = match paper {
        Paper::Letter => "letter",
        Paper::A4 => "A4",
    };
    let brand = text(&words::brief(report.made_by(), 80));
    let wave = text(&format!("Wave {} · as of {}", words::brief(&report.wave, 60), report.as_of.format("%b %-d, %Y, %H:%M UTC")));
    let note =
        text(if report.is_rehearsal() { "Rehearsal: says nothing about a real builder" } else { "For coaching, not for discipline" });
    let font = "font:8pt system-ui,-apple-system,\"Segoe UI\",Roboto,\"Helvetica Neue\",Arial,sans-serif;color:#566070";
    let mut css = format!(
        "@page{{size:{size};\n@top-left{{content:{brand};{font}}}\n@top-right{{content:{wave};{font}}}\n\
         @bottom-left{{content:{note};{font}}}\n@bottom-right{{content:\"Page \" counter(page) \" of \" counter(pages);{font}}}}}\n\
         @page:first{{@top-left{{content:\"\"}}@top-right{{content:\"\"}}}}\n.sheet+.sheet{{break-before:page}}\n"
    );
    for (n, sheet) in sheets.iter().enumerate().filter(|(_, sheet)| !sheet.name.is_empty()) {
        let name = text(&words::brief(&sheet.name, 60));
        let _ = writeln!(css, ".s{n}{{page:s{n}}}@page s{n}{{@top-left{{content:{name}}}}}");
    }
    css
}

/// Foreign text as a string of CSS that ends neither itself nor the style sheet.
fn text(foreign: &str) -> String {
    let mut out = String::from("\"");
    for letter in foreign.chars() {
        match letter {
            ' ' => out.push(' '),
            letter if letter.is_ascii_alphanumeric() => out.push(letter),
            letter => {
                let _ = write!(out, "\\{:x} ", u32::from(letter));
            }
        }
    }
    out.push('"');
    out
}

/// Writes what a browser printed as `report.pdf` into the wave's folder.
///
/// # Errors
/// When it is no PDF, or cannot be written.
pub fn write_pdf(report: &Report, dir: &Path, printed: Vec<u8>) -> Result<PathBuf, ReportError> {
    if !printed.starts_with(b"%PDF-") {
        let message = "the browser printed something that is no PDF".to_owned();
        return Err(ReportError::Encode { file: FILE.to_owned(), wave: report.wave.clone(), message });
    }
    super::place(&dir.join(FILE), &dated(printed, report.as_of))
}

/// The document with the report's moment in place of the printer's. Nothing changes its length, so that every offset in it holds.
fn dated(mut pdf: Vec<u8>, at: DateTime<Utc>) -> Vec<u8> {
    let stamp = at.format("%Y%m%d%H%M%S+00'00'").to_string();
    for key in [&b"/CreationDate (D:"[..], b"/ModDate (D:"] {
        let starts: Vec<usize> = memmem::find_iter(&pdf, key).map(|start| start + key.len()).collect();
        for start in starts {
            let Some(old) = pdf.get_mut(start..start + stamp.len()) else { continue };
            if old.iter().take(14).all(u8::is_ascii_digit) && old.ends_with(b"'") {
                old.copy_from_slice(stamp.as_bytes());
            }
        }
    }
    pdf
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_and_links_of_a_part_lead_inside_the_document() {
        let numbers = BTreeMap::from([("index.html", 0), ("builders/a.html", 1), ("builders/b.html", 2)]);
        for (page, inner, want) in [
            ("builders/a.html", r#"<h2 id="h-x">x</h2>"#, r#"<h2 id="p1-h-x">x</h2>"#),
            (
                "builders/a.html",
                r##"<p id="t" aria-labelledby="t u"><a href="#t">t</a>"##,
                r##"<p id="p1-t" aria-labelledby="p1-t u"><a href="#p1-t">t</a>"##,
            ),
            ("builders/a.html", r##"<use href="#i-call"/>"##, r##"<use href="#i-call"/>"##),
            ("builders/a.html", r#"<a href="../index.html">up</a>"#, r##"<a href="#p0">up</a>"##),
            ("builders/a.html", r#"<a href="b.html#t">b</a>"#, r##"<a href="#p2-t">b</a>"##),
            ("builders/a.html", r#"<a href="https://b.example/x#y">b</a>"#, r#"<a href="https://b.example/x#y">b</a>"#),
            ("builders/a.html", r#"<clipPath id="c"/><g clip-path="url(#c)"/>"#, r#"<clipPath id="p1-c"/><g clip-path="url(#p1-c)"/>"#),
        ] {
            assert_eq!(placed(inner, Some(1), page, &numbers), want);
        }
    }

    #[test]
    fn a_name_cannot_leave_its_string() {
        assert_eq!(text("A&B \"x\"}</style>"), r#""A\26 B \22 x\22 \7d \3c \2f style\3e ""#);
    }

    #[test]
    fn the_document_holds_every_page_once_and_no_place_twice() {
        let report = super::super::build(super::super::sample::input());
        let document = printable(&report, Paper::A4).unwrap();
        assert_eq!(document.matches("<div class=\"sheet ").count(), Html.pages(&report).unwrap().len());
        assert_eq!((document.matches("<main").count(), document.matches("</html>").count()), (1, 1));
        let ids: Vec<&str> = PLACE.as_ref().unwrap().captures_iter(&document).map(|found| found.get(1).unwrap().as_str()).collect();
        let unique: BTreeSet<&str> = ids.iter().copied().collect();
        assert_eq!(ids.len(), unique.len());
        let targets = Regex::new(r##"href="#([^"]+)""##).unwrap();
        let lost: Vec<&str> =
            targets.captures_iter(&document).map(|found| found.get(1).unwrap().as_str()).filter(|id| !unique.contains(id)).collect();
        assert!(lost.is_empty(), "links that lead nowhere: {lost:?}");
        assert!(!document.contains(".html\"") && document.contains("size:A4"), "no link leaves the document");
        let order: Vec<usize> = ["Bluebonnet", "Silent"].iter().map(|name| document.rfind(&format!("<h1>{name}")).unwrap()).collect();
        assert!(order.is_sorted(), "the best first");
    }

    #[test]
    fn the_reports_moment_replaces_the_printers() {
        let at = "2026-12-03T00:00:00Z".parse().unwrap();
        for (old, new) in [
            ("<< /CreationDate (D:20301126142031+00'00') >>", "<< /CreationDate (D:20261203000000+00'00') >>"),
            ("<< /ModDate (D:20301126142031-06'00') >>", "<< /ModDate (D:20261203000000+00'00') >>"),
            ("<< /CreationDate (D:2030) >> and more that follows it", "<< /CreationDate (D:2030) >> and more that follows it"),
            ("/ModDate (D:203", "/ModDate (D:203"),
        ] {
            assert_eq!(String::from_utf8(dated(old.as_bytes().to_vec(), at)).unwrap(), new);
        }
    }
}
