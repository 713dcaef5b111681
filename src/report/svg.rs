//! A small SVG writer: the few shapes the charts need. Every text and attribute that comes from outside is escaped on
//! its way in; numbers are written with at most two decimals, so that the same chart is the same bytes. SVG 1.1.

use std::fmt::Write as _;

/// Escapes text for element content and for double-quoted attributes; characters that XML forbids are dropped.
#[must_use]
pub(crate) fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    put_escaped(&mut out, text);
    out
}

fn put_escaped(out: &mut String, text: &str) {
    // Most texts have nothing to escape.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'&' | b'<' | b'>' | b'"' | b'\'')) {
        return out.push_str(text);
    }
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
}

/// A number with at most two decimals and no trailing zeros; what is not finite becomes 0.
#[must_use]
pub(crate) fn number(value: f64) -> String {
    let mut out = String::new();
    put_number(&mut out, value);
    out
}

fn put_number(out: &mut String, value: f64) {
    let value = if value.is_finite() { value } else { 0.0 };
    let hundreds = value * 100.0;
    if hundreds.abs() < 1e9 && (hundreds - hundreds.round()).abs() < 0.49 {
        // Surely nearer to this one than to the next: formatting would find the same, and takes five times as long.
        #[expect(clippy::cast_possible_truncation, reason = "whole, and below 1e9")]
        return put_hundredths(out, hundreds.round() as i64);
    }
    let text = format!("{value:.2}");
    let text = text.trim_end_matches('0').trim_end_matches('.');
    out.push_str(if text == "-0" { "0" } else { text });
}

fn put_hundredths(out: &mut String, hundredths: i64) {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, part) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    // Writing to a String cannot fail.
    let _ = match (part, part % 10) {
        (0, _) => write!(out, "{sign}{whole}"),
        (_, 0) => write!(out, "{sign}{whole}.{}", part / 10),
        _ => write!(out, "{sign}{whole}.{part:02}"),
    };
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

/// A drawing in the making: as wide as the page lets it be. Across, places are percent of that width; down, they are pixels, so that
/// letters and marks keep their size on a phone. Colours are classes that the page's style sheet resolves, so that dark mode and print
/// work.
#[derive(Debug)]
pub(crate) struct Svg(String);

impl Svg {
    /// Starts a drawing with its accessible name and description; `id` must be unique on the page.
    #[must_use]
    pub(crate) fn new(id: &str, class: &str, height: f64, name: &str, description: &str) -> Self {
        let (id, height) = (escape(id), number(height));
        Self(format!(
            "<svg class=\"chart {}\" width=\"100%\" height=\"{height}\" role=\"img\" aria-labelledby=\"{id}-t {id}-d\">\
             <title id=\"{id}-t\">{}</title><desc id=\"{id}-d\">{}</desc>",
            escape(class),
            escape(name),
            escape(description)
        ))
    }

    /// A rectangle; one of no width or height is left out.
    pub(crate) fn rect(&mut self, class: &str, at: (f64, f64), size: (f64, f64), radius: f64, tooltip: &str) {
        let ((x, y), (width, height)) = (at, size);
        if width > 0.0 && height > 0.0 {
            self.open("rect", class).across("x", x).down("y", y).across("width", width).down("height", height);
            if radius > 0.0 {
                self.down("rx", radius);
            }
            self.close("rect", tooltip);
        }
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        self.open("line", class).across("x1", from.0).down("y1", from.1).across("x2", to.0).down("y2", to.1).close("line", "");
    }

    /// A circle with a tooltip, which may be empty.
    pub(crate) fn circle(&mut self, class: &str, at: (f64, f64), radius: f64, tooltip: &str) {
        self.open("circle", class).across("cx", at.0).down("cy", at.1).down("r", radius).close("circle", tooltip);
    }

    /// One of the page's signs (`base.html`), centred, with a tooltip.
    pub(crate) fn mark(&mut self, sign: &str, class: &str, at: (f64, f64), tooltip: &str) {
        self.open("use", class);
        self.0.push_str(" href=\"#");
        put_escaped(&mut self.0, sign);
        self.0.push('"');
        self.across("x", at.0).down("y", at.1).close("use", tooltip);
    }

    /// A line of text.
    pub(crate) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        self.open("text", class).across("x", at.0).written(at.1, anchor, text);
    }

    /// A line of text in the margin left of the drawing, which ends so many pixels before it.
    pub(crate) fn margin(&mut self, class: &str, left: f64, y: f64, anchor: Anchor, text: &str) {
        self.open("text", class).down("x", -left).written(y, anchor, text);
    }

    /// Paths over a band of the drawing, in units of a thousandth of its width and height; a line keeps its thickness.
    pub(crate) fn paths(&mut self, top: f64, height: f64, paths: &[(&str, String)]) {
        let frame = format!("<svg x=\"0\" y=\"{}\" width=\"100%\" height=\"{}\"", number(top), number(height));
        self.put(&format!("{frame} viewBox=\"0 0 1000 1000\" preserveAspectRatio=\"none\">"));
        for (class, data) in paths.iter().filter(|(_, data)| !data.is_empty()) {
            self.put(&format!("<path class=\"{}\" d=\"{}\"/>", escape(class), escape(data)));
        }
        self.put("</svg>");
    }

    /// The finished drawing.
    #[must_use]
    pub(crate) fn finish(mut self) -> String {
        self.0.push_str("</svg>");
        self.0
    }

    fn written(&mut self, y: f64, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        self.down("y", y);
        self.put(&format!(" text-anchor=\"{anchor}\">"));
        put_escaped(&mut self.0, text);
        self.put("</text>");
    }

    /// Begins a shape. Written piece by piece into the drawing: a page has hundreds of shapes, a wave millions.
    fn open(&mut self, name: &str, class: &str) -> &mut Self {
        self.put("<");
        self.put(name);
        self.put(" class=\"");
        put_escaped(&mut self.0, class);
        self.put("\"");
        self
    }

    /// An attribute in percent of the width.
    fn across(&mut self, name: &str, value: f64) -> &mut Self {
        self.attribute(name, value, "%\"")
    }

    /// An attribute in pixels.
    fn down(&mut self, name: &str, value: f64) -> &mut Self {
        self.attribute(name, value, "\"")
    }

    fn attribute(&mut self, name: &str, value: f64, end: &str) -> &mut Self {
        self.put(" ");
        self.put(name);
        self.put("=\"");
        put_number(&mut self.0, value);
        self.put(end);
        self
    }

    /// Ends a shape, with a tooltip if there is one.
    fn close(&mut self, name: &str, tooltip: &str) {
        if tooltip.is_empty() {
            return self.put("/>");
        }
        self.put("><title>");
        put_escaped(&mut self.0, tooltip);
        self.put("</title></");
        self.put(name);
        self.put(">");
    }

    fn put(&mut self, element: &str) {
        self.0.push_str(element);
    }
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

    proptest::proptest! {
        #[test]
        fn a_number_reads_as_formatting_would_have_it(value: f64, hundredths in -300_000_i32..300_000, off in -0.6..0.6_f64) {
            for value in [value, value % 1e4, (f64::from(hundredths) + off) / 100.0, (f64::from(hundredths) + 0.5) / 100.0] {
                let value = if value.is_finite() { value } else { 0.0 };
                let text = format!("{value:.2}");
                let text = text.trim_end_matches('0').trim_end_matches('.');
                proptest::prop_assert_eq!(number(value), if text == "-0" { "0" } else { text });
            }
        }
    }

    #[test]
    fn nothing_from_outside_reaches_the_markup_unescaped() {
        let hostile = "</title><script>alert(\"1\")</script>&'\u{0}\u{1b}";
        let mut svg = Svg::new(hostile, hostile, 10.0, hostile, hostile);
        svg.rect(hostile, (0.0, 0.0), (1.0, 1.0), 0.0, hostile);
        svg.line(hostile, (0.0, 0.0), (1.0, 1.0));
        svg.circle(hostile, (0.0, 0.0), 1.0, hostile);
        svg.mark(hostile, hostile, (0.0, 0.0), hostile);
        svg.paths(0.0, 1.0, &[(hostile, hostile.to_owned())]);
        svg.text(hostile, (0.0, 0.0), Anchor::Middle, hostile);
        svg.margin(hostile, 8.0, 0.0, Anchor::End, hostile);
        let text = svg.finish();
        assert!(!text.contains("<script") && !text.contains("alert(\"") && !text.contains('\u{0}') && !text.contains('\u{1b}'), "{text}");
        assert!(text.contains("&lt;/title&gt;&lt;script&gt;alert(&quot;1&quot;)"));
    }

    #[test]
    fn a_rectangle_without_extent_is_left_out() {
        let mut svg = Svg::new("a", "b", 1.0, "t", "d");
        svg.rect("c", (0.0, 0.0), (0.0, 5.0), 0.0, "");
        assert!(!svg.finish().contains("<rect"));
    }
}
