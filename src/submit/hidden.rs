//! Whether an element is concealed from a person's eyes, by its own attributes or by the page's `<style>`. External style
//! sheets are not loaded, so an answer of "not concealed" is a guess; names and labels of traps are judged in `fields`.

use scraper::{ElementRef, Selector};

/// How an element is concealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concealed {
    /// `display: none`, `visibility: hidden`, `hidden`: also used for steps and conditional parts.
    NotShown,
    /// Off the screen, transparent, or clipped to a point: how traps are hidden from people and not from robots.
    Trick,
}

const MAX_RULES: usize = 200;

/// The rules of a page's style sheets that conceal something.
#[derive(Default)]
pub(super) struct HidingRules {
    rules: Vec<(Selector, Concealed)>,
    /// A browser has judged every element and left marks; its judgement stands alone.
    pub(super) rendered: bool,
}

impl HidingRules {
    /// Reads the rules; conditional blocks (`@media`) are left out.
    pub(super) fn from_css(css: &str) -> Self {
        let css = without_comments(css);
        let mut rules = Vec::new();
        let mut rest = css.as_str();
        while let Some((prelude, after)) = rest.split_once('{') {
            if rules.len() >= MAX_RULES {
                break;
            }
            let prelude = prelude.rsplit([';', '}']).next().unwrap_or(prelude).trim();
            if prelude.starts_with('@') {
                rest = after_block(after);
                continue;
            }
            let (body, tail) = after.split_once('}').unwrap_or((after, ""));
            if let Some(how) = concealing(body)
                && let Ok(selector) = Selector::parse(prelude)
            {
                rules.push((selector, how));
            }
            rest = tail;
        }
        Self { rules, rendered: false }
    }

    /// For a page that a browser rendered.
    pub(super) fn rendered() -> Self {
        Self { rules: Vec::new(), rendered: true }
    }

    /// How this very element is concealed, ancestors aside.
    pub(super) fn conceals(&self, element: ElementRef<'_>) -> Option<Concealed> {
        if self.rendered {
            return element.attr("data-crickets-concealed").map(|how| if how == "trick" { Concealed::Trick } else { Concealed::NotShown });
        }
        let inline = element.attr("style").and_then(concealing);
        if inline.is_some() {
            return inline;
        }
        if element.attr("hidden").is_some() {
            return Some(Concealed::NotShown);
        }
        self.rules.iter().find(|(selector, _)| selector.matches(&element)).map(|(_, how)| *how)
    }
}

fn without_comments(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, tail)| tail);
    }
    out.push_str(rest);
    out
}

/// What follows the block whose opening brace was just read.
fn after_block(text: &str) -> &str {
    let mut depth = 1_usize;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' => depth += 1,
            b'}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return text.get(at + 1..).unwrap_or("");
        }
    }
    ""
}

/// How a block of declarations conceals.
fn concealing(declarations: &str) -> Option<Concealed> {
    let (mut tiny, mut clipped, mut positioned) = (0, false, false);
    let mut found = None;
    for declaration in declarations.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let name = name.trim().to_ascii_lowercase();
        let value = value.trim().to_ascii_lowercase().replace("!important", "");
        let value = value.trim();
        match name.as_str() {
            "display" if value == "none" => return Some(Concealed::NotShown),
            "visibility" if value == "hidden" || value == "collapse" => return Some(Concealed::NotShown),
            "opacity" if number(value).is_some_and(|n| n < 0.05) => found = Some(Concealed::Trick),
            "left" | "top" | "right" | "bottom" | "margin-left" | "margin-top" | "text-indent"
                if number(value).is_some_and(|n| n <= -900.0) =>
            {
                found = Some(Concealed::Trick);
            }
            "transform" if value.contains("scale(0") || value.contains("translate") && value.contains("-9") => {
                found = Some(Concealed::Trick);
            }
            "position" if value == "absolute" || value == "fixed" => positioned = true,
            "clip" | "clip-path"
                if value.contains("rect(0")
                    || value.contains("rect(1px")
                    || value.contains("inset(50%")
                    || value.contains("inset(100%") =>
            {
                clipped = true;
            }
            "overflow" if value == "hidden" => clipped = true,
            "width" | "height" | "max-height"
                if number(value).is_some_and(|n| n <= 1.0) && !value.contains('%') && !value.ends_with("em") =>
            {
                tiny += 1;
            }
            _ => {}
        }
    }
    if found.is_none() && (tiny > 0 && clipped || tiny > 1 && positioned) {
        found = Some(Concealed::Trick);
    }
    found
}

fn number(value: &str) -> Option<f64> {
    let end = value.find(|c: char| !(c.is_ascii_digit() || c == '-' || c == '.')).unwrap_or(value.len());
    value.get(..end).and_then(|digits| digits.parse().ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_of_concealing_are_told_apart_from_layout() {
        for (style, expected) in [
            ("display: none !important", Some(Concealed::NotShown)),
            ("visibility:hidden", Some(Concealed::NotShown)),
            ("position:absolute; left:-9999px", Some(Concealed::Trick)),
            ("opacity:0", Some(Concealed::Trick)),
            ("position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)", Some(Concealed::Trick)),
            ("height:0;overflow:hidden", Some(Concealed::Trick)),
            ("width:100%;height:40px;overflow:hidden", None),
            ("margin-left:-15px;opacity:0.9", None),
        ] {
            assert_eq!(concealing(style), expected, "{style}");
        }
    }

    #[test]
    fn rules_for_small_screens_or_print_do_not_count() {
        let rules = HidingRules::from_css(
            "@media print { .a { display:none } .b{display:none} } /* .c{display:none} */ .hp, #trap { left:-5000px }",
        );
        let html = scraper::Html::parse_fragment("<p class=a></p><p class=hp></p><p id=trap></p><p class=c></p>");
        let found: Vec<bool> = html.select(&Selector::parse("p").unwrap()).map(|element| rules.conceals(element).is_some()).collect();
        assert_eq!(found, [false, true, true, false]);
    }
}
