//! A small SVG writer: the dozen shapes the charts need. Every text and attribute that comes from outside is escaped on
//! its way in; numbers are written with at most two decimals, so that the same chart is the same bytes. SVG 1.1.

use std::fmt::Write as _;

/// Escapes text for element content and for double-quoted attributes; characters that XML forbids are dropped.
#[must_use]
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{fffe}' | '\u{ffff}') => {}
            c => out.push(c),
        }
    }
    out
}

/// A number with at most two decimals and no trailing zeros; what is not finite becomes 0.
#[must_use]
pub(crate) fn number(value: f64) -> String {
    let value = if value.is_finite() { value } else { 0.0 };
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    if text == "-0" { "0".to_owned() } else { text.to_owned() }
}

/// Where a text is anchored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Anchor {
    /// At its start.
    Start,
    /// In its middle.
    Middle,
    /// At its end.
    End,
}

/// A drawing in the making. Colours are classes that the page's style sheet resolves, so that dark mode and print work.
#[derive(Debug)]
pub(crate) struct Svg(String);

impl Svg {
    /// Starts a drawing with its accessible name and description; `id` must be unique on the page.
    #[must_use]
    pub(crate) fn new(id: &str, class: &str, width: f64, height: f64, title: &str, description: &str) -> Self {
        let (id, w, h) = (escape(id), number(width), number(height));
        Self(format!(
            "<svg class=\"{}\" viewBox=\"0 0 {w} {h}\" width=\"{w}\" height=\"{h}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            escape(class),
            escape(title),
            escape(description)
        ))
    }

    /// A rectangle; one of no width or height is left out.
    pub(crate) fn rect(&mut self, class: &str, x: f64, y: f64, width: f64, height: f64, radius: f64) {
        if width > 0.0 && height > 0.0 {
            let (width, height, radius) = (number(width), number(height), number(radius));
            let place = format!("x=\"{}\" y=\"{}\" width=\"{width}\" height=\"{height}\" rx=\"{radius}\"", number(x), number(y));
            self.put(&format!("<rect class=\"{}\" {place}/>", escape(class)));
        }
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        self.put(&format!("<line class=\"{}\" x1=\"{x1}\" y1=\"{y1}\" x2=\"{x2}\" y2=\"{y2}\"/>", escape(class)));
    }

    /// A circle with a tooltip, which may be empty.
    pub(crate) fn circle(&mut self, class: &str, at: (f64, f64), radius: f64, tooltip: &str) {
        let (x, y, r) = (number(at.0), number(at.1), number(radius));
        self.put(&format!("<circle class=\"{}\" cx=\"{x}\" cy=\"{y}\" r=\"{r}\">{}</circle>", escape(class), title(tooltip)));
    }

    /// A closed polygon with a tooltip, which may be empty.
    pub(crate) fn polygon(&mut self, class: &str, points: &[(f64, f64)], tooltip: &str) {
        let mut list = String::new();
        for (x, y) in points {
            let _ = write!(list, "{}{},{}", if list.is_empty() { "" } else { " " }, number(*x), number(*y));
        }
        self.put(&format!("<polygon class=\"{}\" points=\"{list}\">{}</polygon>", escape(class), title(tooltip)));
    }

    /// A line of text.
    pub(crate) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let (x, y) = (number(at.0), number(at.1));
        self.put(&format!("<text class=\"{}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>", escape(class), escape(text)));
    }

    /// The finished drawing.
    #[must_use]
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }

    fn put(&mut self, element: &str) {
        self.0.push_str(element);
    }
}

fn title(tooltip: &str) -> String {
    if tooltip.is_empty() { String::new() } else { format!("<title>{}</title>", escape(tooltip)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_short_and_finite() {
        for (value, text) in [(1.0, "1"), (0.126, "0.13"), (-0.001, "0"), (2.50, "2.5"), (f64::NAN, "0"), (100.0, "100")] {
            assert_eq!(number(value), text);
        }
    }

    #[test]
    fn nothing_from_outside_reaches_the_markup_unescaped() {
        let hostile = "</title><script>alert(\"1\")</script>&'\u{0}\u{1b}";
        let mut svg = Svg::new(hostile, hostile, 10.0, 10.0, hostile, hostile);
        svg.rect(hostile, 0.0, 0.0, 1.0, 1.0, 0.0);
        svg.line(hostile, (0.0, 0.0), (1.0, 1.0));
        svg.circle(hostile, (0.0, 0.0), 1.0, hostile);
        svg.polygon(hostile, &[(0.0, 0.0), (1.0, 1.0)], hostile);
        svg.text(hostile, (0.0, 0.0), Anchor::Middle, hostile);
        let text = svg.finish();
        assert!(!text.contains("<script") && !text.contains("alert(\"") && !text.contains('\u{0}') && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains("&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)"));
    }

    #[test]
    fn a_rectangle_without_extent_is_left_out() {
        let mut svg = Svg::new("a", "b", 1.0, 1.0, "t", "d");
        svg.rect("c", 0.0, 0.0, 0.0, 5.0, 0.0);
        assert!(!svg.finish().contains("<rect"));
    }
}
