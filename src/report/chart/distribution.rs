//! A dot a builder over the time of its first personal response, and those of whom no answer is known apart; columns where the dots would be
//! too many to see. Takes a report; gives SVG.

use std::collections::BTreeMap;

use super::super::svg::{Anchor, Svg, number};
use super::super::{Report, ReportShop, compare, words};
use super::{LogAxis, float, small};
use crate::score::{Came, FirstOf, Verdict};

/// From so many shops on, columns stand for dots.
const COLUMNS_FROM: usize = 120;
/// Where the lane of those of whom no answer is known begins.
const LANE: f64 = 88.0;
/// How wide a stack is, in percent.
const BIN: f64 = 2.4;
/// The highest that a column or a stack may be, in pixels.
const TALL: f64 = 176.0;

/// The chart.
pub(crate) fn distribution(report: &Report) -> String {
    let mut times: Vec<(Option<i64>, &ReportShop)> = report
        .shops
        .iter()
        .filter(|s| matches!(s.card.verdict, Verdict::Final | Verdict::Provisional) && s.card.confirmed_at.is_some())
        // An open inquiry is no silence yet.
        .filter(|s| s.card.verdict == Verdict::Final || s.card.first.personal.is_some())
        .map(|s| (s.card.first.personal, s))
        .collect();
    times.sort_by(|a, b| (a.0.unwrap_or(i64::MAX), &a.1.card.shop).cmp(&(b.0.unwrap_or(i64::MAX), &b.1.card.shop)));
    let silent = times.iter().filter(|(time, _)| time.is_none()).count();
    let never = times.iter().filter(|(_, shop)| shop.card.came(FirstOf::Personal) == Came::Never).count();
    let quick = times.iter().filter(|(time, _)| time.is_some_and(|s| s <= 300)).count();
    let description = format!(
        "Of {} proven inquiries, {quick} were answered by a person within five minutes and {never} never in the window{}. Median: {}.",
        times.len(),
        if silent > never { format!("; of {} it is not proven", silent - never) } else { String::new() },
        compare::median(report)
    );
    let axis = LogAxis { left: 0.0, right: LANE - 3.0 };
    let bins = stacked(&axis, &times);
    let tallest = bins.values().map(Vec::len).max().unwrap_or(0).max(silent.div_ceil(4));
    let dots = times.len() < COLUMNS_FROM;
    // A small wave needs no tall chart.
    let tall = if dots { (small(tallest) * 16.0 + 10.0).clamp(90.0, TALL) } else { TALL };
    let (top, base) = (34.0, 34.0 + tall);
    let mut svg = Svg::new("dist", "", base + 26.0, "First personal response, on a logarithmic time axis", &description);
    svg.rect("good-zone", (axis.left, top), (axis.x(300.0) - axis.left, tall), 0.0, "");
    svg.rect("never-zone", (LANE, top), (100.0 - LANE, tall), 3.0, "");
    axis.draw(&mut svg, top, base);
    svg.line("base", (axis.left, base), (axis.right, base));
    axis.limit(&mut svg, top, base, "5-minute line");
    svg.text(
        "tick",
        (f64::midpoint(LANE, 100.0), base + 17.0),
        Anchor::Middle,
        if never == 0 && silent > 0 { "not proven" } else { "never" },
    );
    if let Some(median) = report.cohort.median_first_personal_s {
        let x = axis.x(float(median));
        svg.line("median", (x, top - 6.0), (x, base));
        // Beside the line and not over it: there stands the five-minute label, and on a phone there is no room for both.
        if (x - axis.x(300.0)).abs() > 13.0 {
            let (at, anchor) = if x > 60.0 { (x - 0.6, Anchor::End) } else { (x + 0.6, Anchor::Start) };
            svg.text("median-label fine", (at, top - 11.0), anchor, &format!("median {}", words::duration(median)));
        }
    }
    if dots {
        stacks(&mut svg, &bins, (tallest, base, tall));
        silents(&mut svg, times.iter().filter(|(time, _)| time.is_none()).map(|(_, shop)| *shop), (tallest, base, tall));
    } else {
        columns(&mut svg, &bins, (silent, never), (base, tall));
    }
    svg.finish()
}

/// Which side of the five-minute line a stack lies on, and how many hundredths of a percent across its middle stands.
type Place = (bool, i64);

/// The shops by the place of their stack; a dot keeps its side of the five-minute line, whatever its place says.
fn stacked<'a>(axis: &LogAxis, times: &[(Option<i64>, &'a ReportShop)]) -> BTreeMap<Place, Vec<(i64, &'a ReportShop)>> {
    let mut bins: BTreeMap<Place, Vec<(i64, &ReportShop)>> = BTreeMap::new();
    for (seconds, shop) in times.iter().filter_map(|(time, shop)| Some(((*time)?, *shop))) {
        let middle = ((axis.x(float(seconds)) - axis.left) / BIN).floor() * BIN + BIN / 2.0;
        let (quick, line) = (seconds <= 300, axis.x(300.0));
        let x = if quick { middle.min(line - BIN / 2.0) } else { middle.max(line + BIN / 2.0) };
        #[expect(clippy::cast_possible_truncation, reason = "a percentage in hundredths")]
        bins.entry((!quick, (x * 100.0).round() as i64)).or_default().push((seconds, shop));
    }
    bins
}

fn stacks(svg: &mut Svg, bins: &BTreeMap<Place, Vec<(i64, &ReportShop)>>, (tallest, base, tall): (usize, f64, f64)) {
    let step = (tall / small(tallest.max(1))).min(16.0);
    for ((slow, x), shops) in bins {
        for (level, (seconds, shop)) in shops.iter().enumerate() {
            let class = if *slow { "dot" } else { "dot quick" };
            let told = format!("{}: {}", words::brief(&shop.card.builder, 60), words::duration(*seconds));
            svg.circle(class, (float(*x) / 100.0, base - step * (small(level) + 0.5) - 1.0), (step / 2.0 - 1.5).clamp(1.0, 6.0), &told);
        }
    }
}

/// Those of whom no answer is known, four beside each other.
fn silents<'a>(svg: &mut Svg, shops: impl Iterator<Item = &'a ReportShop>, (tallest, base, tall): (usize, f64, f64)) {
    let step = (tall / small(tallest.max(1))).min(16.0);
    for (n, shop) in shops.enumerate() {
        let x = LANE + (100.0 - LANE) * (0.17 + 0.22 * small(n % 4));
        let told = format!("{}: {}", words::brief(&shop.card.builder, 60), words::first_of(&shop.card, FirstOf::Personal));
        svg.circle("dot never", (x, base - step * (small(n / 4) + 0.5) - 1.0), (step / 2.0 - 2.0).clamp(1.0, 5.0), &told);
    }
}

fn columns(svg: &mut Svg, bins: &BTreeMap<Place, Vec<(i64, &ReportShop)>>, (silent, never): (usize, usize), (base, tall): (f64, f64)) {
    let most = bins.values().map(Vec::len).max().unwrap_or(0).max(silent).max(1);
    let room = tall - 18.0;
    let mut column = |class: &str, (x, width): (f64, f64), n: usize, told: &str| {
        let height = room * small(n) / small(most);
        svg.rect(class, (x, base - height), (width, height), 1.0, told);
    };
    for ((slow, x), shops) in bins {
        let told = format!("{} from {}", shops.len(), shops.first().map(|(s, _)| words::duration(*s)).unwrap_or_default());
        column(if *slow { "dot" } else { "dot quick" }, (float(*x) / 100.0 - BIN / 2.0 + 0.15, BIN - 0.3), shops.len(), &told);
    }
    let unproven = if silent > never { format!(", {} not proven", silent - never) } else { String::new() };
    column("dot silent", (LANE + 2.0, 96.0 - LANE), silent, &format!("{never} never{unproven}"));
    let label = number(small(silent));
    svg.text("tick", (f64::midpoint(LANE, 100.0), base - room * small(silent) / small(most) - 5.0), Anchor::Middle, &label);
}

#[cfg(test)]
mod tests {
    use super::super::super::{build, sample};
    use super::*;

    #[test]
    fn a_dot_keeps_its_side_of_the_line() {
        let report = build(sample::input());
        let shop = &report.shops[0];
        let axis = LogAxis { left: 0.0, right: 85.0 };
        let times: Vec<_> = [299, 300, 301, 302].map(|s| (Some(s), shop)).into();
        let bins = stacked(&axis, &times);
        let line = axis.x(300.0) * 100.0;
        let found: Vec<(bool, usize)> = bins.iter().map(|((_, x), shops)| (float(*x) > line, shops.len())).collect();
        assert_eq!(found, [(false, 2), (true, 2)]);
    }

    #[test]
    fn many_builders_become_columns_of_bounded_number() {
        let mut input = sample::input();
        let one = input.shops[0].clone();
        input.shops = (0..2_000_i64)
            .map(|n| {
                let mut shop = one.clone();
                shop.card.shop = format!("b{n}");
                shop.card.first.personal = (n % 3 > 0).then_some(n * n);
                shop
            })
            .collect();
        let chart = distribution(&build(input));
        assert!(chart.matches("<rect").count() < 60 && !chart.contains("<circle"), "{}", chart.len());
        assert!(chart.contains("667 never"));
    }
}
