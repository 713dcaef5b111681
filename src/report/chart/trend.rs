//! A value over the waves, one after another, each with its interval. Takes points; gives SVG.

use super::super::svg::{Anchor, Svg};
use super::super::words;
use super::small;

/// Names of waves that fit beside each other on a sheet of paper, and on a phone.
const FIT: [usize; 2] = [9, 4];

/// One wave.
pub(crate) struct Point {
    /// Its name.
    pub(crate) wave: String,
    /// How many inquiries stand behind it.
    pub(crate) n: u32,
    /// The value, 0 to 100; a wave without one stands empty.
    pub(crate) value: Option<f64>,
    /// Its interval.
    pub(crate) interval: Option<[f64; 2]>,
}

/// Draws them.
pub(crate) fn trend(id: &str, title: &str, points: &[Point]) -> String {
    let (top, tall) = (12.0, 150.0);
    let base = top + tall;
    let told: Vec<String> = points.iter().filter_map(|p| Some(format!("{} {}", p.wave, words::score(p.value?)))).collect();
    let mut svg = Svg::new(id, "scaled", base + 40.0, title, &format!("{}.", told.join(", ")));
    let y = |value: f64| base - tall * value.clamp(0.0, 100.0) / 100.0;
    for value in [0.0, 20.0, 40.0, 60.0, 80.0, 100.0] {
        svg.line(if value > 0.0 { "grid" } else { "base" }, (0.0, y(value)), (100.0, y(value)));
        if value % 40.0 < 1.0 || value > 99.0 {
            svg.margin("tick", 8.0, y(value) + 4.0, Anchor::End, &words::points(value));
        }
    }
    let x = |n: usize| 100.0 * (small(n) + 0.5) / small(points.len().max(1));
    // What lies between two waves is not known: only neighbours are joined.
    for (n, pair) in points.windows(2).enumerate() {
        if let [Point { value: Some(one), .. }, Point { value: Some(two), .. }] = pair {
            svg.line("curve", (x(n), y(*one)), (x(n + 1), y(*two)));
        }
    }
    for (n, point) in points.iter().enumerate() {
        if let Some(shown) = named(points.len() - 1 - n, points.len()) {
            svg.text(&format!("tick wave-name{shown}"), (x(n), base + 17.0), Anchor::Middle, &words::brief(&point.wave, 12));
            svg.text(&format!("tick{shown}"), (x(n), base + 33.0), Anchor::Middle, &format!("n = {}", point.n));
        }
        if let Some([low, high]) = point.interval {
            svg.line("whisker", (x(n), y(low)), (x(n), y(high)));
        }
        if let Some(value) = point.value {
            svg.circle("point", (x(n), y(value)), 5.0, &format!("{}: {}", words::brief(&point.wave, 40), words::score(value)));
            svg.text("value", (x(n), y(value) - 11.0), Anchor::Middle, &words::score(value));
        }
    }
    svg.finish()
}

/// How a wave is named, counted back from the last, which always is: everywhere, not on a phone, or not at all.
fn named(back: usize, waves: usize) -> Option<&'static str> {
    let [paper, phone] = FIT.map(|fit| back.is_multiple_of(waves.div_ceil(fit).max(1)));
    paper.then_some(if phone { "" } else { " fine" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_waves_leave_each_other_room() {
        let count = |waves: usize| {
            let names: Vec<&str> = (0..waves).filter_map(|back| named(back, waves)).collect();
            (names.len(), names.iter().filter(|name| name.is_empty()).count())
        };
        assert_eq!((count(1), count(4), count(6), count(9)), ((1, 1), (4, 4), (6, 3), (9, 3)));
        for waves in 1..100 {
            let (paper, phone) = count(waves);
            assert!(paper <= 9 && phone <= 4 && phone > 0 && named(0, waves) == Some(""), "{waves}: {paper} and {phone}");
        }
    }

    #[test]
    fn a_wave_without_a_value_breaks_the_line() {
        let point = |value: Option<f64>| Point { wave: "2026-11".to_owned(), n: 3, value, interval: value.map(|v| [v - 5.0, v + 5.0]) };
        let svg = trend("t", "Mean score", &[point(Some(40.0)), point(Some(50.0)), point(None), point(Some(60.0))]);
        assert_eq!((svg.matches("class=\"curve\"").count(), svg.matches("class=\"whisker\"").count()), (1, 3));
    }
}
