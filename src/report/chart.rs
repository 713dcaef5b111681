//! The charts: how long builders took to answer (a log axis with the five-minute line), the 30-day strip of an inquiry, and
//! its first hours. Takes a report or a shop and a width; gives SVG. Shape tells the channel, fill and lane the origin, so
//! that nothing rests on colour alone; each chart has a title, a description, and a table or list beside it on the page.

use chrono::{DateTime, Datelike as _, Days, NaiveTime, TimeDelta, TimeZone as _, Utc};

use super::svg::{Anchor, Svg};
use super::{Report, ReportShop, compare, words};
use crate::classify::Origin;
use crate::collect::Channel;
use crate::score::Verdict;

/// The window that rubrics look at, in seconds.
const WINDOW: f64 = 2_592_000.0;
/// Where the log axis begins; what came sooner stands at its left end.
const SOONEST: f64 = 10.0;
const TICKS: [(f64, &str, bool); 8] = [
    (60.0, "1 min", false),
    (300.0, "5 min", true),
    (900.0, "15 min", false),
    (3_600.0, "1 h", true),
    (14_400.0, "4 h", false),
    (86_400.0, "1 d", true),
    (604_800.0, "7 d", false),
    (WINDOW, "30 d", true),
];

/// How wide a chart is drawn: pages show one of the two, so that its text stays readable on a phone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Size {
    /// For a desk and for print.
    Wide,
    /// For a phone.
    Narrow,
}

impl Size {
    fn width(self) -> f64 {
        match self {
            Self::Wide => 880.0,
            Self::Narrow => 340.0,
        }
    }

    fn class(self) -> &'static str {
        match self {
            Self::Wide => "chart wide",
            Self::Narrow => "chart narrow",
        }
    }

    fn suffix(self) -> &'static str {
        match self {
            Self::Wide => "w",
            Self::Narrow => "n",
        }
    }
}

/// The log time axis between two x.
struct LogAxis {
    left: f64,
    right: f64,
}

impl LogAxis {
    fn x(&self, seconds: f64) -> f64 {
        let share = (seconds.clamp(SOONEST, WINDOW) / SOONEST).ln() / (WINDOW / SOONEST).ln();
        self.left + share * (self.right - self.left)
    }

    fn draw(&self, svg: &mut Svg, size: Size, top: f64, base: f64) {
        for (at, label, always) in TICKS {
            if always || size == Size::Wide {
                svg.line("grid", (self.x(at), top), (self.x(at), base));
                svg.text("tick", (self.x(at), base + 17.0), Anchor::Middle, label);
            }
        }
    }
}

/// Seconds as a coordinate; the window is far below where this loses precision.
#[expect(clippy::cast_precision_loss, reason = "a month in seconds has 22 bits")]
fn float(seconds: i64) -> f64 {
    seconds as f64
}

/// A dot a builder over the time of its first personal response, and those who never answered apart.
pub(crate) fn distribution(report: &Report, size: Size) -> String {
    let shops: Vec<&ReportShop> = report
        .shops
        .iter()
        .filter(|s| matches!(s.card.verdict, Verdict::Final | Verdict::Provisional) && s.card.confirmed_at.is_some())
        .collect();
    let never = shops.iter().filter(|shop| shop.card.first.personal.is_none()).count();
    let quick = shops.iter().filter(|shop| shop.card.first.personal.is_some_and(|s| s <= 300)).count();
    let description = format!(
        "Of {} proven inquiries, {quick} were answered by a person within five minutes and {never} never in the window. Median: {}.",
        shops.len(),
        compare::median(report)
    );
    // A small wave needs no tall chart.
    let (top, base) = (30.0, if shops.len() > 24 { 206.0 } else { 136.0 });
    let (width, height) = (size.width(), base + 30.0);
    let title = "First personal response, on a logarithmic time axis";
    let mut svg = Svg::new(&format!("dist-{}", size.suffix()), size.class(), width, height, title, &description);
    let lane = if size == Size::Wide { 96.0 } else { 54.0 };
    let axis = LogAxis { left: 12.0, right: width - lane - 22.0 };
    svg.rect("good-zone", axis.left - 8.0, top, axis.x(300.0) - axis.left + 8.0, base - top, 4.0);
    svg.rect("never-zone", width - lane, top, lane, base - top, 4.0);
    axis.draw(&mut svg, size, top, base);
    svg.line("base", (axis.left - 8.0, base), (axis.right, base));
    svg.line("limit", (axis.x(300.0), top - 8.0), (axis.x(300.0), base));
    svg.text("limit-label", (axis.x(300.0), 14.0), Anchor::Middle, "5-minute line");
    svg.text("tick", (width - lane / 2.0, base + 17.0), Anchor::Middle, "never");
    if let Some(median) = report.cohort.median_first_personal_s {
        let x = axis.x(float(median));
        // Beside the five-minute label there is no room for a second one.
        if (x - axis.x(300.0)).abs() > 90.0 && x < axis.right - 40.0 {
            svg.text("median-label", (x, 14.0), Anchor::Middle, &format!("median {}", words::duration(median)));
        }
        svg.line("median", (x, top - 8.0), (x, base));
    }
    stacks(&mut svg, &shops, &axis, (width - lane / 2.0, lane), (top, base));
    svg.finish()
}

/// Stacks a dot a shop over its place; as bars when they would be too many to see.
fn stacks(svg: &mut Svg, shops: &[&ReportShop], axis: &LogAxis, (never_x, lane): (f64, f64), (top, base): (f64, f64)) {
    let bin = 16.0;
    let columns = if lane > 60.0 { 4 } else { 2 };
    let mut placed: Vec<(f64, usize, &ReportShop)> = Vec::new();
    let mut silent = 0_usize;
    let mut sorted = shops.to_vec();
    sorted.sort_by(|a, b| (a.card.first.personal, &a.card.shop).cmp(&(b.card.first.personal, &b.card.shop)));
    for shop in sorted {
        let (x, level) = if let Some(seconds) = shop.card.first.personal {
            let x = axis.left + ((axis.x(float(seconds)) - axis.left) / bin).floor() * bin + bin / 2.0;
            // A dot keeps its side of the five-minute line, whatever its bin says.
            let x = if seconds <= 300 { x.min(axis.x(300.0) - 8.0) } else { x.max(axis.x(300.0) + 8.0) };
            (x, placed.iter().filter(|(other, _, _)| (other - x).abs() < bin - 0.5).count())
        } else {
            let place = (silent % columns, silent / columns);
            silent += 1;
            (never_x + (small(place.0) - (small(columns) - 1.0) / 2.0) * bin, place.1)
        };
        placed.push((x, level, shop));
    }
    let tallest = placed.iter().map(|(_, level, _)| level + 1).max().unwrap_or(1);
    let step = ((base - top) / small(tallest)).min(bin);
    for (x, level, shop) in placed {
        let name = words::brief(&shop.card.builder, 60);
        let y = base - step * (small(level) + 0.5) - 1.0;
        match shop.card.first.personal {
            Some(s) => svg.circle(
                if s <= 300 { "dot quick" } else { "dot" },
                (x, y),
                (step / 2.0 - 1.0).clamp(1.0, 6.5),
                &format!("{name}: {}", words::duration(s)),
            ),
            None => svg.circle("dot never", (x, y), (step / 2.0 - 1.5).clamp(1.0, 6.0), &format!("{name}: never")),
        }
    }
}

#[expect(clippy::cast_precision_loss, reason = "a count of dots")]
fn small(n: usize) -> f64 {
    n as f64
}

/// The 30 days of one inquiry: people above, machines below, closed hours shaded, what is not yet over left blank.
pub(crate) fn strip(report: &Report, shop: &ReportShop, id: &str, size: Size, labelled: bool) -> String {
    let (width, top) = (size.width(), if labelled { 4.0 } else { 2.0 });
    let (lane, gutter) = (if labelled { 30.0 } else { 19.0 }, if labelled { 72.0 } else { 2.0 });
    let height = top + lane * 2.0 + if labelled { 22.0 } else { 4.0 };
    let base = top + lane * 2.0;
    let title = format!("30 days of {}", words::brief(&shop.card.builder, 80));
    let mut svg = Svg::new(&format!("{id}-{}", size.suffix()), size.class(), width, height, &title, &summary(shop));
    let Some(start) = shop.card.confirmed_at else { return svg.finish() };
    let x = |at: DateTime<Utc>| gutter + (float((at - start).num_seconds()) / WINDOW).clamp(0.0, 1.0) * (width - gutter - 10.0);
    let end = start + TimeDelta::days(30);
    svg.rect("open", gutter, top, width - gutter - 10.0, lane * 2.0, 3.0);
    for (from, to) in closed(shop, start, end) {
        svg.rect("closed", x(from), top, x(to) - x(from), lane * 2.0, 0.0);
    }
    if report.as_of < end {
        svg.rect("future", x(report.as_of), top, x(end) - x(report.as_of), lane * 2.0, 0.0);
        svg.line("now", (x(report.as_of), top), (x(report.as_of), base));
    }
    for day in [0, 1, 7, 14, 21, 30] {
        let at = x(start + TimeDelta::days(day));
        svg.line("grid", (at, top), (at, base));
        if labelled && day != 1 {
            svg.text("tick", (at, base + 16.0), if day == 30 { Anchor::End } else { Anchor::Middle }, &format!("day {day}"));
        }
    }
    svg.line("lane", (gutter, top + lane), (width - 10.0, top + lane));
    if labelled {
        svg.text("lane-label", (0.0, top + lane / 2.0 + 4.0), Anchor::Start, "people");
        svg.text("lane-label", (0.0, top + lane * 1.5 + 4.0), Anchor::Start, "machines");
    }
    for touch in &shop.card.touches {
        if touch.at <= end {
            let y = top + if touch.origin == Origin::Personal { lane / 2.0 } else { lane * 1.5 };
            marker(&mut svg, shop, touch, (x(touch.at), y), if labelled { 7.0 } else { 5.5 });
        }
    }
    svg.finish()
}

/// The first response of one inquiry on the log axis.
pub(crate) fn first_hours(shop: &ReportShop, id: &str, size: Size) -> String {
    let (width, top, lane) = (size.width(), 24.0, 30.0);
    let base = top + lane * 2.0;
    let mut svg = Svg::new(
        &format!("{id}-{}", size.suffix()),
        size.class(),
        width,
        base + 24.0,
        "How soon, on a logarithmic time axis",
        &summary(shop),
    );
    let Some(start) = shop.card.confirmed_at else { return svg.finish() };
    let axis = LogAxis { left: 78.0, right: width - 18.0 };
    svg.rect("open", axis.left - 6.0, top, axis.right - axis.left + 10.0, lane * 2.0, 3.0);
    svg.rect("good-zone", axis.left - 6.0, top, axis.x(300.0) - axis.left + 6.0, lane * 2.0, 3.0);
    axis.draw(&mut svg, size, top, base);
    svg.line("lane", (axis.left - 6.0, top + lane), (axis.right + 4.0, top + lane));
    svg.line("limit", (axis.x(300.0), top - 6.0), (axis.x(300.0), base));
    svg.text("limit-label", (axis.x(300.0), 13.0), Anchor::Middle, "5-minute line");
    svg.text("lane-label", (0.0, top + lane / 2.0 + 4.0), Anchor::Start, "people");
    svg.text("lane-label", (0.0, top + lane * 1.5 + 4.0), Anchor::Start, "machines");
    for touch in &shop.card.touches {
        let y = top + if touch.origin == Origin::Personal { lane / 2.0 } else { lane * 1.5 };
        marker(&mut svg, shop, touch, (axis.x(float((touch.at - start).num_seconds())), y), 7.0);
    }
    svg.finish()
}

/// What a strip shows, in a sentence.
pub(crate) fn summary(shop: &ReportShop) -> String {
    let counts = &shop.card.counts;
    format!(
        "{}, {}, {}; automatic: {}, {}. First personal touch: {}.",
        words::plural(counts.calls, "call attempt"),
        words::plural(counts.texts, "text"),
        words::plural(counts.personal_emails, "personal email"),
        if counts.auto_replies == 1 { "1 auto-reply".to_owned() } else { format!("{} auto-replies", counts.auto_replies) },
        words::plural(counts.marketing_emails, "marketing email"),
        words::first(shop.card.first.personal)
    )
}

fn marker(svg: &mut Svg, shop: &ReportShop, touch: &crate::score::TouchEntry, (x, y): (f64, f64), r: f64) {
    let elapsed = shop.card.confirmed_at.map(|from| words::duration((touch.at - from).num_seconds())).unwrap_or_default();
    let tooltip = format!(
        "{}, {}, after {elapsed} · {}",
        words::channel(touch.channel),
        words::origin(touch.origin),
        words::local(touch.at, shop.detail.timezone)
    );
    if touch.origin == Origin::Bounce {
        let (arm, thick) = (r * 0.8, r * 0.35);
        let corner = [(-arm, thick - arm), (thick - arm, -arm), (0.0, -thick), (arm - thick, -arm), (arm, thick - arm), (thick, 0.0)];
        let points: Vec<(f64, f64)> =
            corner.iter().map(|(dx, dy)| (x + dx, y + dy)).chain(corner.iter().map(|(dx, dy)| (x - dx, y - dy))).collect();
        return svg.polygon("mark bounce", &points, &tooltip);
    }
    let class = if touch.origin == Origin::Personal { "mark personal" } else { "mark machine" };
    match touch.channel {
        Channel::Email => svg.circle(class, (x, y), r * 0.85, &tooltip),
        Channel::Call => svg.polygon(class, &[(x, y - r), (x + r, y + r * 0.8), (x - r, y + r * 0.8)], &tooltip),
        Channel::Voicemail => svg.polygon(class, &[(x - r, y - r * 0.8), (x + r, y - r * 0.8), (x, y + r)], &tooltip),
        Channel::Sms => svg.polygon(class, &[(x, y - r), (x + r, y), (x, y + r), (x - r, y)], &tooltip),
    }
}

/// The spans outside posted hours; where these are not known, the weekends of the builder's calendar.
fn closed(shop: &ReportShop, start: DateTime<Utc>, end: DateTime<Utc>) -> Vec<(DateTime<Utc>, DateTime<Utc>)> {
    let mut spans = Vec::new();
    if shop.detail.open_spans.is_empty() {
        let zone = shop.detail.timezone;
        let first = start.with_timezone(&zone).date_naive();
        for date in (0..=31).filter_map(|day| first.checked_add_days(Days::new(day))) {
            let midnight = |d: chrono::NaiveDate| zone.from_local_datetime(&d.and_time(NaiveTime::MIN)).earliest().map(|t| t.to_utc());
            if let (true, Some(from), Some(to)) =
                (date.weekday().number_from_monday() > 5, midnight(date), date.succ_opt().and_then(midnight))
            {
                spans.push((from, to));
            }
        }
    } else {
        let mut open = shop.detail.open_spans.clone();
        open.sort_unstable();
        let mut from = start;
        for (opens, closes) in open {
            spans.push((from, opens));
            from = from.max(closes);
        }
        spans.push((from, end));
    }
    spans.iter().map(|(from, to)| ((*from).max(start), (*to).min(end))).filter(|(from, to)| from < to).collect()
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    #[test]
    fn the_log_axis_keeps_order_and_stays_inside() {
        let axis = LogAxis { left: 10.0, right: 100.0 };
        let xs: Vec<f64> = [-5.0, 0.0, 10.0, 300.0, 301.0, 86_400.0, WINDOW, 9e9].iter().map(|s| axis.x(*s)).collect();
        assert!(xs.windows(2).all(|pair| pair[0] <= pair[1]));
        assert!((xs[0] - 10.0).abs() < 1e-9 && (xs[7] - 100.0).abs() < 1e-9);
    }

    #[test]
    fn closed_spans_are_the_complement_of_the_open_ones() {
        let report = build(sample::input());
        let mut shop = report.shops[0].clone();
        let start = DateTime::from_timestamp(1_793_000_000, 0).unwrap();
        let (hour, end) = (TimeDelta::hours(1), start + TimeDelta::days(30));
        shop.detail.open_spans = vec![(start + hour * 5, start + hour * 6), (start - hour, start + hour * 2)];
        assert_eq!(closed(&shop, start, end), [(start + hour * 2, start + hour * 5), (start + hour * 6, end)]);
        shop.detail.open_spans.clear();
        let weekends = closed(&shop, start, end);
        assert!((8..=10).contains(&weekends.len()), "{weekends:?}");
    }

    #[test]
    fn a_builder_named_like_markup_stays_text() {
        let report = build(sample::input());
        for size in [Size::Wide, Size::Narrow] {
            assert!(!distribution(&report, size).contains("<script"));
            for shop in &report.shops {
                assert!(!strip(&report, shop, "s", size, true).contains("<script"));
                assert!(!first_hours(shop, "f", size).contains("<script"));
            }
        }
    }
}
