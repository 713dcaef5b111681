//! A small SVG writer: the few shapes the charts need. Every text and attribute that comes from outside is escaped on
//! its way in; numbers are written with at most two decimals, so that the same chart is the same bytes. SVG 1.1.

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
            let rx = if radius > 0.0 { format!(" rx=\"{}\"", number(radius)) } else { String::new() };
            let place = format!("x=\"{}%\" y=\"{}\" width=\"{}%\" height=\"{}\"{rx}", number(x), number(y), number(width), number(height));
            self.shape("rect", &format!("class=\"{}\" {place}", escape(class)), tooltip);
        }
    }

    /// A straight line.
    pub(crate) fn line(&mut self, class: &str, from: (f64, f64), to: (f64, f64)) {
        let (x1, y1, x2, y2) = (number(from.0), number(from.1), number(to.0), number(to.1));
        self.put(&format!("<line class=\"{}\" x1=\"{x1}%\" y1=\"{y1}\" x2=\"{x2}%\" y2=\"{y2}\"/>", escape(class)));
    }

    /// A circle with a tooltip, which may be empty.
    pub(crate) fn circle(&mut self, class: &str, at: (f64, f64), radius: f64, tooltip: &str) {
        let (x, y, r) = (number(at.0), number(at.1), number(radius));
        self.shape("circle", &format!("class=\"{}\" cx=\"{x}%\" cy=\"{y}\" r=\"{r}\"", escape(class)), tooltip);
    }

    /// One of the page's signs (`base.html`), centred, with a tooltip.
    pub(crate) fn mark(&mut self, sign: &str, class: &str, at: (f64, f64), tooltip: &str) {
        let (x, y) = (number(at.0), number(at.1));
        self.shape("use", &format!("class=\"{}\" href=\"#{}\" x=\"{x}%\" y=\"{y}\"", escape(class), escape(sign)), tooltip);
    }

    /// A line of text.
    pub(crate) fn text(&mut self, class: &str, at: (f64, f64), anchor: Anchor, text: &str) {
        self.written(class, &format!("{}%", number(at.0)), at.1, anchor, text);
    }

    /// A line of text in the margin left of the drawing, which ends so many pixels before it.
    pub(crate) fn margin(&mut self, class: &str, left: f64, y: f64, anchor: Anchor, text: &str) {
        self.written(class, &number(-left), y, anchor, text);
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

    fn written(&mut self, class: &str, x: &str, y: f64, anchor: Anchor, text: &str) {
        let anchor = match anchor {
            Anchor::Start => "start",
            Anchor::Middle => "middle",
            Anchor::End => "end",
        };
        let y = number(y);
        self.put(&format!("<text class=\"{}\" x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>", escape(class), escape(text)));
    }

    fn shape(&mut self, name: &str, attributes: &str, tooltip: &str) {
        if tooltip.is_empty() {
            self.put(&format!("<{name} {attributes}/>"));
        } else {
            self.put(&format!("<{name} {attributes}><title>{}</title></{name}>", escape(tooltip)));
        }
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
