//! Whether an element is concealed from a person's eyes, by its own attributes or by the page's `<style>`. External style
//! sheets are not loaded, so an answer of "not concealed" is a guess; names and labels of traps are judged in `fields`.

use std::collections::HashMap;
use std::sync::LazyLock;

use regex::Regex;
use scraper::{ElementRef, Selector};

/// How an element is concealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Concealed {
    /// `display: none`, `visibility: hidden`, `hidden`: also used for steps and conditional parts.
    NotShown,
    /// Off the screen, transparent, or clipped to a point: how traps are hidden from people and not from robots.
    Trick,
}

const MAX_RULES: usize = 400;
const MAX_OTHERS: usize = 50;

/// A rule that conceals.
struct Rule {
    selector: Selector,
    how: Concealed,
}

/// The rules of a page's style sheets that conceal something, by what the last part of their selector names, so that most
/// elements are compared with none of them.
#[derive(Default)]
pub(super) struct HidingRules {
    by_id: HashMap<String, Vec<Rule>>,
    by_class: HashMap<String, Vec<Rule>>,
    others: Vec<Rule>,
    count: usize,
    /// A browser has judged every element and left marks; its judgement stands alone.
    pub(super) rendered: bool,
}

impl HidingRules {
    /// Reads the rules; conditional blocks (`@media`) are left out.
    pub(super) fn from_css(css: &str) -> Self {
        let mut rules = Self::default();
        rules.add_css(css);
        rules
    }

    fn add_css(&mut self, css: &str) {
        let css = without_comments(css);
        let mut rest = css.as_str();
        while let Some((prelude, after)) = rest.split_once('{') {
            if self.count >= MAX_RULES {
                break;
            }
            let prelude = prelude.rsplit([';', '}']).next().unwrap_or(prelude).trim();
            if prelude.starts_with('@') {
                rest = after_block(after);
                continue;
            }
            let (body, tail) = after.split_once('}').unwrap_or((after, ""));
            if let Some(how) = concealing(body) {
                prelude.split(',').for_each(|selector| self.add(selector.trim(), how));
            }
            rest = tail;
        }
    }

    /// For a page that a browser rendered.
    pub(super) fn rendered() -> Self {
        Self { rendered: true, ..Self::default() }
    }

    /// Reads the rules that inline scripts put into the page: `style.innerHTML = "#field_7 { position: absolute; … }"`.
    pub(super) fn add_scripts(&mut self, scripts: &str) {
        if !scripts.contains("style") {
            return;
        }
        for found in RULE_IN_SCRIPT.as_ref().into_iter().flat_map(|regex| regex.find_iter(scripts)) {
            self.add_css(found.as_str());
        }
    }

    fn add(&mut self, text: &str, how: Concealed) {
        let Ok(selector) = Selector::parse(text) else { return };
        self.count += 1;
        let last = text.rsplit([' ', '>', '+', '~']).next().unwrap_or_default();
        let name = |mark: char| {
            let after = last.split_once(mark)?.1;
            let end = after.find(['.', '#', ':', '[']).unwrap_or(after.len());
            after.get(..end).filter(|name| !name.is_empty() && !name.contains('\\')).map(ToOwned::to_owned)
        };
        let plain = !last.contains(['(', '[']);
        let rule = Rule { selector, how };
        match (name('#').filter(|_| plain), name('.').filter(|_| plain)) {
            (Some(id), _) => self.by_id.entry(id).or_default().push(rule),
            (None, Some(class)) => self.by_class.entry(class).or_default().push(rule),
            // Rules that name no class and no id are compared with every element.
            (None, None) if self.others.len() < MAX_OTHERS => self.others.push(rule),
            (None, None) => {}
        }
    }

    /// How this very element is concealed, ancestors aside.
    pub(super) fn conceals(&self, element: ElementRef<'_>) -> Option<Concealed> {
        if self.rendered {
            return element.attr("data-crickets-concealed").map(|how| if how == "trick" { Concealed::Trick } else { Concealed::NotShown });
        }
        let (mut style, mut hidden, mut id, mut class) = (None, false, None, None);
        for (name, value) in element.value().attrs() {
            match name {
                "style" => style = concealing(value),
                "hidden" => hidden = true,
                "id" => id = Some(value),
                "class" => class = Some(value),
                _ => {}
            }
        }
        if style.is_some() {
            return style;
        }
        if hidden {
            return Some(Concealed::NotShown);
        }
        if self.count == 0 {
            return None;
        }
        let by_id = id.and_then(|id| self.by_id.get(id)).into_iter();
        let by_class = class.into_iter().flat_map(str::split_whitespace).filter_map(|class| self.by_class.get(class));
        let mut rules = by_id.chain(by_class).chain(std::iter::once(&self.others)).flatten();
        rules.find(|rule| rule.selector.matches(&element)).map(|rule| rule.how)
    }
}

static RULE_IN_SCRIPT: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(?i)[#.][a-z0-9_-]+(\s+[#.a-z0-9_-]+)*\s*\{[^{}]*(absolute|none|opacity|clip)[^{}]*\}").ok());

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

/// The properties that can conceal.
const CONCEALING: [&str; 18] = [
    "display",
    "visibility",
    "opacity",
    "left",
    "top",
    "right",
    "bottom",
    "margin-left",
    "margin-top",
    "text-indent",
    "transform",
    "position",
    "clip",
    "clip-path",
    "overflow",
    "width",
    "height",
    "max-height",
];

/// How a block of declarations conceals.
fn concealing(declarations: &str) -> Option<Concealed> {
    let (mut tiny, mut clipped, mut positioned) = (0, false, false);
    let mut found = None;
    for declaration in declarations.split(';') {
        let Some((name, value)) = declaration.split_once(':') else { continue };
        let name = name.trim().to_ascii_lowercase();
        if !CONCEALING.contains(&name.as_str()) {
            continue;
        }
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

    #[test]
    fn rules_that_a_script_inserts_count() {
        let mut rules = HidingRules::default();
        rules.add_scripts("var style = document.createElement('style'); style.innerHTML = '#wpforms-12-field_3-container { position: absolute !important; overflow: hidden !important; height: 1px !important; width: 1px !important; }';");
        let html = scraper::Html::parse_fragment("<p id=wpforms-12-field_3-container></p><p id=other></p>");
        let found: Vec<bool> = html.select(&Selector::parse("p").unwrap()).map(|element| rules.conceals(element).is_some()).collect();
        assert_eq!(found, [true, false]);
    }
}
