//! `index.html`, `methods.html` and `builders/<slug>.html`: one style sheet and all charts inside each page, no script, nothing fetched
//! (a Content-Security-Policy says so to the browser). Text is escaped by the templates; the only markup let through is our
//! own SVG and mail HTML after cleaning. Colours of a brand are those that `config` found to read.

use askama::Template;

use super::{Report, ReportError, ReportShop, Shelf, Writer, index, methods, scorecard, words};

pub(crate) struct Html;

/// What every page has: head, brand, marks, foot.
pub(crate) struct Frame {
    pub(crate) title: String,
    pub(crate) brand: String,
    pub(crate) logo: Option<String>,
    pub(crate) wave: String,
    pub(crate) as_of: String,
    pub(crate) rehearsal: bool,
    pub(crate) rubric: String,
    pub(crate) sha256: String,
    /// How far the figures can be derived again.
    pub(crate) derivable: String,
    pub(crate) css: &'static str,
    /// The brand's own colours, as a style sheet.
    pub(crate) colours: String,
    /// `""` on the index, `"../"` below it.
    pub(crate) root: &'static str,
}

impl Frame {
    pub(crate) fn new(report: &Report, title: String, root: &'static str) -> Self {
        Self {
            title,
            brand: words::brief(report.made_by(), 80),
            logo: report.logo.clone(),
            wave: words::brief(&report.wave, 60),
            as_of: report.as_of.format("%b %-d, %Y, %H:%M UTC").to_string(),
            rehearsal: report.is_rehearsal(),
            rubric: format!("{}, version {}", report.rubric.name, report.rubric.version),
            sha256: report.rubric.sha256.clone(),
            derivable: words::derivable(report.evidence_faults),
            css: include_str!("style.css"),
            colours: colours(report),
            root,
        }
    }
}

/// The brand's accent in place of ours: on light pages, on dark ones, and on paper, which is light.
fn colours(report: &Report) -> String {
    report.brand.accent.map_or_else(String::new, |accent| {
        let root = |(accent, soft)| format!(":root{{--accent:{accent};--accent-soft:{soft};--link:{accent}}}");
        let (light, dark) = (root(accent.light), root(accent.dark));
        format!("{light}\n@media (prefers-color-scheme:dark){{{dark}}}\n@media print{{{light}}}\n")
    })
}

impl Writer for Html {
    fn each(&self, report: &Report, to: &mut dyn Shelf) -> Result<(), ReportError> {
        render(to, "index.html".to_owned(), &index::view(report)?)?;
        render(to, "methods.html".to_owned(), &methods::view(report))?;
        for shop in report.shops.each() {
            let shop = shop?;
            render(to, format!("builders/{}.html", shop.file), &scorecard::view(report, &shop))?;
        }
        Ok(())
    }
}

/// A page goes into its file while it is rendered.
fn render(to: &mut dyn Shelf, path: String, template: &impl Template) -> Result<(), ReportError> {
    to.file(path.into(), &mut |file| Template::write_into(template, &mut &mut *file))
}

/// The colour family of a tier; a rubric's own tiers go by the score.
pub(crate) fn tone(score: f64) -> &'static str {
    match score {
        s if s >= 80.0 => "best",
        s if s >= 60.0 => "solid",
        s if s >= 40.0 => "leaking",
        s if s > 0.0 => "failing",
        _ => "crickets",
    }
}

/// What stands under a builder's name.
pub(crate) fn subtitle(shop: &ReportShop) -> String {
    let place = shop.detail.community.iter().chain(&shop.detail.tags).map(|text| words::brief(text, 60));
    let parts: Vec<String> = place.filter(|text| !text.is_empty()).take(3).collect();
    if parts.is_empty() { words::brief(&shop.card.shop, 60) } else { parts.join(" · ") }
}

pub(crate) fn name(shop: &ReportShop) -> String {
    let name = words::brief(&shop.card.builder, 120);
    if name.is_empty() { words::brief(&shop.card.shop, 120) } else { name }
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;
    use crate::config::colour::Colour;
    use crate::config::{DARK, LIGHT};

    #[test]
    fn the_grounds_that_a_brand_is_measured_against_are_the_style_sheets() {
        let css = include_str!("style.css");
        let (light, dark) = css.split_once("prefers-color-scheme:dark").unwrap();
        let of = |css: &str, name: &str| {
            let value = css.split_once(&format!("--{name}:")).unwrap().1.split([';', '}']).next().unwrap().to_owned();
            Colour::parse(&value).unwrap_or_else(|| panic!("{name} is {value}"))
        };
        assert_eq!(LIGHT, ["ground", "paper", "card"].map(|name| of(light, name)));
        assert_eq!(DARK, ["ground", "card", "paper"].map(|name| of(dark, name)));
        for (css, grounds) in [(light, LIGHT), (dark, DARK)] {
            for name in ["ink", "soft", "faint", "accent", "link"] {
                assert!(of(css, name).least(&grounds) >= 4.5, "{name} {}", of(css, name).least(&grounds));
            }
            for name in ["best", "solid", "leaking", "failing", "crickets"] {
                assert!(of(css, name).contrast(of(css, &format!("{name}-bg"))) >= 4.5, "{name}");
            }
        }
    }

    #[test]
    fn a_brand_stands_on_every_page_and_nothing_of_it_is_markup() {
        let mut input = sample::input();
        input.brand.name = Some("Smith & Daughters <b>".to_owned());
        input.logo = Some("data:image/png;base64,AAAA".to_owned());
        for page in Html.pages(&build(input)).unwrap() {
            let path = page.path.display();
            let text = String::from_utf8(page.bytes).unwrap();
            assert!(text.contains("<img class=\"logo\" src=\"data:image/png;base64,AAAA\" alt=\"\">"), "{path}");
            assert!(text.contains("Smith &#38; Daughters &#60;b&#62;") && !text.contains("Daughters <b>"), "{path}");
            assert!(!text.contains("Acme Coaching"), "{path}");
        }
    }
}
