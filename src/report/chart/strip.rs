//! The 30 days of one inquiry, and its first hours on the log axis: people above, machines below, closed hours shaded, what is not yet
//! over left blank. Takes a shop; gives SVG.

use chrono::{DateTime, Datelike as _, Days, NaiveTime, TimeDelta, TimeZone as _, Utc};

use super::super::svg::{Anchor, Svg, number};
use super::super::{Report, ReportShop, words};
use super::{LogAxis, WINDOW, float, marker};
use crate::classify::Origin;
use crate::score::FirstOf;

/// The most touches that a strip shows; more would be a smear, and the list below holds every one.
const MARKS: usize = 200;

/// The 30 days; with the names of its lanes and days where `labelled`.
pub(crate) fn strip(report: &Report, shop: &ReportShop, id: &str, labelled: bool) -> String {
    let (top, lane) = (2.0, if labelled { 30.0 } else { 18.0 });
    let (middle, base) = (top + lane, top + lane * 2.0);
    let title = format!("30 days of {}", words::brief(&shop.card.builder, 80));
    let class = if labelled { "laned" } else { "" };
    let mut svg = Svg::new(id, class, base + if labelled { 22.0 } else { 2.0 }, &title, &summary(shop));
    let Some(start) = shop.card.confirmed_at else { return svg.finish() };
    let x = |at: DateTime<Utc>| (float((at - start).num_seconds()) / WINDOW).clamp(0.0, 1.0) * 100.0;
    let end = start + TimeDelta::days(30);
    svg.rect("open", (0.0, top), (100.0, lane * 2.0), 0.0, "");
    let shade = |(from, to): &(DateTime<Utc>, DateTime<Utc>)| {
        let width = number((x(*to) - x(*from)) * 10.0);
        format!("M{} 0h{width}v1e3h-{width}z", number(x(*from) * 10.0))
    };
    svg.paths(top, lane * 2.0, &[("closed", closed(shop, start, end).iter().map(shade).collect())]);
    if report.as_of < end {
        svg.rect("future", (x(report.as_of), top), (100.0 - x(report.as_of), lane * 2.0), 0.0, "");
        svg.line("now", (x(report.as_of), top), (x(report.as_of), base));
    }
    for day in [0, 1, 7, 14, 21, 30] {
        let at = x(start + TimeDelta::days(day));
        svg.line("grid", (at, top), (at, base));
        if labelled && day != 1 {
            let anchor = match day {
                0 => Anchor::Start,
                30 => Anchor::End,
                _ => Anchor::Middle,
            };
            svg.text("tick", (at, base + 16.0), anchor, &format!("day {day}"));
        }
    }
    svg.line("lane", (0.0, middle), (100.0, middle));
    if labelled {
        lanes(&mut svg, top, lane);
    }
    for touch in shop.card.touches.iter().filter(|touch| touch.at <= end).take(MARKS) {
        let y = top + if touch.origin == Origin::Personal { lane / 2.0 } else { lane * 1.5 };
        marker(&mut svg, shop, touch, (x(touch.at), y));
    }
    svg.finish()
}

/// The first response of one inquiry on the log axis.
pub(crate) fn first_hours(shop: &ReportShop, id: &str) -> String {
    let (top, lane) = (28.0, 30.0);
    let base = top + lane * 2.0;
    let mut svg = Svg::new(id, "laned", base + 24.0, "How soon, on a logarithmic time axis", &summary(shop));
    let Some(start) = shop.card.confirmed_at else { return svg.finish() };
    let axis = LogAxis { left: 0.0, right: 100.0 };
    svg.rect("open", (0.0, top), (100.0, lane * 2.0), 0.0, "");
    svg.rect("good-zone", (0.0, top), (axis.x(300.0), lane * 2.0), 0.0, "");
    axis.draw(&mut svg, top, base);
    svg.line("lane", (0.0, top + lane), (100.0, top + lane));
    axis.limit(&mut svg, top, base, "5-minute line");
    lanes(&mut svg, top, lane);
    for touch in shop.card.touches.iter().take(MARKS) {
        let y = top + if touch.origin == Origin::Personal { lane / 2.0 } else { lane * 1.5 };
        marker(&mut svg, shop, touch, (axis.x(float((touch.at - start).num_seconds())), y));
    }
    svg.finish()
}

fn lanes(svg: &mut Svg, top: f64, lane: f64) {
    svg.margin("lane-label", 14.0, top + lane / 2.0 + 4.0, Anchor::End, "people");
    svg.margin("lane-label", 14.0, top + lane * 1.5 + 4.0, Anchor::End, "machines");
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
        words::first_of(&shop.card, FirstOf::Personal)
    )
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
    use super::super::super::{build, sample};
    use super::*;

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
    fn a_flood_of_touches_is_bounded() {
        let report = build(sample::input());
        let mut shop = report.shops.each().map(Result::unwrap).find(|shop| !shop.card.touches.is_empty()).unwrap();
        let one = shop.card.touches[0].clone();
        shop.card.touches = vec![one; 5_000];
        assert_eq!(strip(&report, &shop, "s", true).matches("<use").count(), MARKS);
    }
}
