//! How many still waited: the Kaplan and Meier curve of the time to a first touch, falling over the log axis, with its band. Takes a
//! curve; gives SVG.

use super::super::svg::{Anchor, Svg, number};
use super::{LogAxis, SOONEST, float};

/// A step of a curve: from this second on, this share still waits; with the ends of its band.
pub(crate) type Step = (i64, f64, [f64; 2]);

/// What is drawn.
pub(crate) struct Curve {
    /// A name that is unique on the page.
    pub(crate) id: &'static str,
    /// What was waited for.
    pub(crate) title: &'static str,
    /// In a sentence.
    pub(crate) description: String,
    /// The steps, by time; before the first, everybody waits.
    pub(crate) steps: Vec<Step>,
    /// Up to when anybody was watched.
    pub(crate) until: i64,
    /// The median, where it is reached.
    pub(crate) median: Option<i64>,
}

/// Draws one.
pub(crate) fn survival(curve: &Curve) -> String {
    let (top, tall) = (10.0, 132.0);
    let base = top + tall;
    let axis = LogAxis { left: 0.0, right: 100.0 };
    let mut svg = Svg::new(curve.id, "scaled", base + 24.0, curve.title, &curve.description);
    svg.rect("good-zone", (0.0, top), (axis.x(300.0), tall), 0.0, "");
    for (share, label) in [(1.0, "100 %"), (0.5, "50 %"), (0.0, "0 %")] {
        let y = top + tall * (1.0 - share);
        svg.line(if share > 0.0 { "grid" } else { "base" }, (0.0, y), (100.0, y));
        svg.margin("tick", 8.0, y + 4.0, Anchor::End, label);
    }
    for (at, label) in [(300.0, "5 min"), (3_600.0, "1 h"), (86_400.0, "1 d"), (2_592_000.0, "30 d")] {
        svg.line(if at > 300.0 { "grid" } else { "limit" }, (axis.x(at), top), (axis.x(at), base));
        let anchor = if at > 100_000.0 { Anchor::End } else { Anchor::Middle };
        svg.text("tick", (axis.x(at), base + 17.0), anchor, label);
    }
    let band = format!("{}{}Z", path(&axis, curve, |step| step.2[1], 'M', false), path(&axis, curve, |step| step.2[0], 'L', true));
    let band = if curve.steps.is_empty() { String::new() } else { band };
    svg.paths(top, tall, &[("band", band), ("curve", path(&axis, curve, |step| step.1, 'M', false))]);
    if let Some(median) = curve.median {
        svg.line("median", (axis.x(float(median)), top + tall / 2.0), (axis.x(float(median)), base));
    }
    svg.finish()
}

/// The steps as a path, from left to right or back.
fn path(axis: &LogAxis, curve: &Curve, share: impl Fn(&Step) -> f64, first: char, backwards: bool) -> String {
    let x = |seconds: f64| axis.x(seconds) * 10.0;
    let y = |share: f64| (1.0 - share.clamp(0.0, 1.0)) * 1000.0;
    let mut corners = vec![(x(SOONEST), y(1.0))];
    let mut level = y(1.0);
    for step in &curve.steps {
        let at = x(float(step.0));
        corners.push((at, level));
        level = y(share(step));
        corners.push((at, level));
    }
    corners.push((x(float(curve.until)), level));
    if backwards {
        corners.reverse();
    }
    let corner = |(n, (x, y)): (usize, &(f64, f64))| format!("{}{} {}", if n == 0 { first } else { 'L' }, number(*x), number(*y));
    corners.iter().enumerate().map(corner).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_curve_falls_in_steps_and_its_band_closes() {
        let curve = Curve {
            id: "s",
            title: "t",
            description: "d".to_owned(),
            steps: vec![(300, 0.75, [0.4, 0.95]), (3_600, 0.25, [0.1, 0.6])],
            until: 2_592_000,
            median: Some(3_600),
        };
        let svg = survival(&curve);
        assert_eq!(path(&LogAxis { left: 0.0, right: 100.0 }, &curve, |step| step.1, 'M', false).matches('L').count(), 5);
        let band = svg.split("class=\"band\" d=\"").nth(1).unwrap().split('"').next().unwrap();
        assert!(band.starts_with("M0 0L") && band.ends_with("L0 0Z") && band.matches('M').count() == 1, "{band}");
        assert!(svg.contains("class=\"median\""));
    }
}
