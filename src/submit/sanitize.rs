//! The value sanitisation algorithms of HTML input types (WHATWG HTML 4.10.5.1).

use scraper::ElementRef;

use super::elements::attr;

/// The value of an input as a browser keeps it.
pub(super) fn value(kind: &str, raw: &str, element: ElementRef<'_>) -> String {
    match kind {
        // What Chromium writes on a button without a value, and sends.
        "submit" if attr(element, "value").is_none() && element.value().name() == "input" => "Submit".to_owned(),
        "range" => range(raw, |name| attr(element, name).and_then(float)),
        "email" if attr(element, "multiple").is_some() => text("email", raw).split(',').map(str::trim).collect::<Vec<_>>().join(","),
        _ => text(kind, raw),
    }
}

/// The value of a type that needs no other attribute.
pub(super) fn text(kind: &str, raw: &str) -> String {
    match kind {
        "text" | "search" | "tel" | "password" => raw.replace(['\r', '\n'], ""),
        "url" | "email" => raw.replace(['\r', '\n'], "").trim_matches([' ', '\t', '\u{c}']).to_owned(),
        "number" => float(raw).map(|_| raw.to_owned()).unwrap_or_default(),
        "color" => color(raw),
        "date" => shaped(raw, "dddd-dd-dd"),
        "month" => shaped(raw, "dddd-dd"),
        "week" => shaped(raw, "dddd-Wdd"),
        "time" => [shaped(raw, "dd:dd"), shaped(raw, "dd:dd:dd")].concat(),
        "datetime-local" => shaped(&raw.replacen(' ', "T", 1), "dddd-dd-ddTdd:dd"),
        "textarea" => raw.replace("\r\n", "\n").replace('\r', "\n"),
        _ => raw.to_owned(),
    }
}

/// A valid floating-point number of HTML.
fn float(raw: &str) -> Option<f64> {
    let plain = !raw.is_empty() && raw.chars().all(|c| c.is_ascii_digit() || matches!(c, '-' | '.' | 'e' | 'E' | '+'));
    if !plain || raw.starts_with('+') || raw.ends_with('.') {
        return None;
    }
    raw.parse().ok().filter(|n: &f64| n.is_finite())
}

fn range(raw: &str, attribute: impl Fn(&str) -> Option<f64>) -> String {
    let min = attribute("min").unwrap_or(0.0);
    let max = attribute("max").unwrap_or(100.0);
    match float(raw) {
        Some(n) if n < min => min.to_string(),
        Some(n) if n > max && max >= min => max.to_string(),
        Some(_) => raw.to_owned(),
        None if max < min => min.to_string(),
        None => f64::midpoint(min, max).to_string(),
    }
}

fn color(raw: &str) -> String {
    let digits = raw.strip_prefix('#').unwrap_or_default();
    if digits.len() == 6 && digits.chars().all(|c| c.is_ascii_hexdigit()) { raw.to_ascii_lowercase() } else { "#000000".to_owned() }
}

/// The text if it has the shape (`d` is a digit), else nothing.
fn shaped(raw: &str, shape: &str) -> String {
    let fits = raw.len() == shape.len() && raw.chars().zip(shape.chars()).all(|(c, s)| if s == 'd' { c.is_ascii_digit() } else { c == s });
    if fits { raw.to_owned() } else { String::new() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_kept_as_a_browser_keeps_them() {
        for (kind, raw, expected) in [
            ("text", "a\nb", "ab"),
            ("email", " a@b.c\n", "a@b.c"),
            ("number", "12a", ""),
            ("number", "1.5e3", "1.5e3"),
            ("color", "#AABBCC", "#aabbcc"),
            ("color", "red", "#000000"),
            ("date", "2026-11-02", "2026-11-02"),
            ("date", "tomorrow", ""),
            ("hidden", "a\nb", "a\nb"),
            ("textarea", "a\r\nb", "a\nb"),
        ] {
            assert_eq!(text(kind, raw), expected, "{kind} {raw:?}");
        }
    }
}
