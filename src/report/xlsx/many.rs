//! The sheets of many inquiries together: groups with their certainty, the curves of waiting, the trend, what to mend, and the builders'
//! own figures. The same as `statistics`, `insight` and `program` in `report.json`.

use super::super::words::key;
use super::super::{Report, ReportShop, own_figures};
use super::sheet::{Cell, Column, Sheet};
use crate::score::insight::Fix;
use crate::score::program::Ratio;
use crate::score::{Curve, Group, MeanScore, Program, Share, WavePoint};

/// The shares in the order of the columns, by their ids.
const SHARES: [(&str, &str, &str, &str); 6] = [
    ("never", "Never answered by a person", "low", "high"),
    ("within_5m", "Answered within 5 minutes", "low", "high"),
    ("within_1h", "Answered within an hour", "low", "high"),
    ("within_24h", "Answered within a day", "low", "high"),
    ("called", "Called", "low", "high"),
    ("question_answered", "Question answered", "low", "high"),
];

fn ends(interval: Option<[f64; 2]>, cell: fn(f64) -> Cell) -> [Cell; 2] {
    interval.map_or([Cell::Empty, Cell::Empty], |interval| interval.map(cell))
}

fn mean(of: Option<&MeanScore>) -> [Cell; 3] {
    let [low, high] = ends(of.and_then(|of| of.interval), Cell::Points);
    [Cell::of(of, |of| Cell::Points(of.mean)), low, high]
}

fn share(of: Option<&Share>) -> [Cell; 3] {
    let [low, high] = ends(of.map(|of| of.interval), Cell::Share);
    [Cell::of(of, |of| Cell::Share(of.share)), low, high]
}

fn median(curve: &Curve) -> [Cell; 3] {
    let [low, high] = curve.median_interval_s;
    [curve.median_s, low, high].map(|seconds| Cell::of(seconds, Cell::Span))
}

/// A group a row.
pub(super) fn statistics(report: &Report) -> Sheet<'_> {
    let mut columns: Vec<Column> = vec![
        ("Group by", 10.0),
        ("Group", 20.0),
        ("Inquiries", 10.0),
        ("Final", 8.0),
        ("Open", 8.0),
        ("Inconclusive", 12.0),
        ("Not shopped", 9.0),
        ("Mean score", 8.0),
        ("low", 8.0),
        ("high", 8.0),
    ];
    columns.extend(SHARES.iter().flat_map(|(_, title, low, high)| [(*title, 12.0), (*low, 8.0), (*high, 8.0)]));
    let medians = ["Median to the first call", "Median to the first personal email", "Median to a person"];
    columns.extend(medians.iter().flat_map(|title| [(*title, 12.0), ("low", 11.0), ("high", 11.0)]));
    columns.extend([("No “never”, not proven", 12.0), ("Later than 30 d", 9.0), ("Perhaps sooner", 9.0)]);
    let row = |group: &Group| {
        let cohort = &group.cohort;
        let counts = [cohort.n, group.n_final, cohort.open, cohort.inconclusive, cohort.not_shopped].map(Cell::Count);
        let mut row = vec![Cell::text(key(&group.by)), Cell::text(&group.name)];
        row.extend(counts);
        row.extend(mean(group.score.as_ref()));
        for (id, ..) in SHARES {
            row.extend(share(group.shares.iter().find(|named| named.id == id).map(|named| &named.share)));
        }
        let curves = &group.curves;
        row.extend([&curves.call, &curves.personal_email, &curves.personal].into_iter().flat_map(median));
        row.extend([cohort.unproven, cohort.later, cohort.perhaps_sooner].map(Cell::Count));
        row
    };
    Sheet::of("Statistics", columns, 2, report.statistics.groups.iter().map(row))
}

/// A step of a curve a row, of the whole wave.
pub(super) fn curves(report: &Report) -> Sheet<'_> {
    let columns = vec![
        ("Waiting for", 24.0),
        ("After", 12.0),
        ("Still waiting", 10.0),
        ("low", 8.0),
        ("high", 8.0),
        ("Waiting just before", 10.0),
        ("Answered", 10.0),
        ("Watching ended", 10.0),
    ];
    let mut rows = Vec::new();
    for group in report.statistics.groups.iter().take(1) {
        let curves = &group.curves;
        for (name, curve) in
            [("first call", &curves.call), ("first personal email", &curves.personal_email), ("a person", &curves.personal)]
        {
            for step in &curve.steps {
                let edge = |edge: Option<f64>| Cell::of(edge, Cell::Share);
                let mut row = vec![Cell::text(name), Cell::Span(step.at_s), Cell::Share(step.waiting), edge(step.low), edge(step.high)];
                row.extend([step.at_risk, step.answered, step.censored].map(Cell::Count));
                rows.push(row);
            }
        }
    }
    Sheet::of("Curves", columns, 1, rows.into_iter())
}

/// A wave a row: all builders together, then each.
pub(super) fn trend(report: &Report) -> Sheet<'_> {
    let columns = vec![
        ("Of", 28.0),
        ("Wave", 12.0),
        ("Inquiries", 10.0),
        ("Mean score", 8.0),
        ("low", 8.0),
        ("high", 8.0),
        ("Never answered by a person", 12.0),
        ("low", 8.0),
        ("high", 8.0),
        ("Median to a person", 12.0),
        ("Change of the score", 10.0),
        ("low", 8.0),
        ("high", 8.0),
    ];
    let row = |of: &str, point: &WavePoint| {
        let change = point.from_previous.as_ref().and_then(|change| change.score.as_ref());
        let mut row = vec![Cell::text(of), Cell::text(&point.wave), Cell::Count(point.n)];
        row.extend(mean(point.score.as_ref()));
        row.extend(share(point.never.as_ref()));
        row.extend([Cell::of(point.median_s, Cell::Span), Cell::of(change, |change| Cell::Points(change.change))]);
        row.extend(ends(change.and_then(|change| change.interval), Cell::Points));
        row
    };
    let trailing = &report.statistics.trailing;
    let all = trailing.trend.iter().map(move |point| row("all builders", point));
    let each = trailing.builders.iter().flat_map(move |builder| builder.waves.iter().map(move |point| row(&builder.builder, point)));
    Sheet::of("Trend", columns, 2, all.chain(each))
}

/// What to mend first, at most three a shop.
pub(super) fn fixes(report: &Report) -> Sheet<'_> {
    let columns = vec![
        ("Shop", 18.0),
        ("Builder", 28.0),
        ("Place", 7.0),
        ("What to do", 36.0),
        ("Points lost", 8.0),
        ("Would win", 8.0),
        ("Holds the score at", 9.0),
        ("Held by a cap at", 9.0),
        ("What was found", 60.0),
        ("How", 60.0),
        ("Id", 20.0),
        ("Touches", 20.0),
    ];
    let row = |shop: &ReportShop, place: u32, fix: &Fix| {
        let mut row = vec![Cell::text(&shop.card.shop), Cell::text(&shop.card.builder), Cell::Count(place), Cell::text(fix.title)];
        row.extend([fix.lost, fix.gain, fix.cap, fix.held_by].map(|value| Cell::of(value, Cell::Points)));
        row.extend([Cell::text(&fix.why), Cell::text(&fix.coaching.what), Cell::text(&fix.id), Cell::text(fix.touches.join(" "))]);
        row
    };
    let of = move |shop| {
        let shop: &ReportShop = shop;
        let fixes = shop.insight.iter().flat_map(|insight| &insight.fixes);
        (1..).zip(fixes).map(move |(place, fix)| row(shop, place, fix))
    };
    Sheet::of("What to mend", columns, 2, report.shops.iter().flat_map(of))
}

/// The builders' own figures, a row a part of their file.
pub(super) fn programs(report: &Report) -> Sheet<'_> {
    let columns = vec![
        ("Builder", 28.0),
        ("Of", 16.0),
        ("Source or month", 24.0),
        ("Walk-ins handed back", 10.0),
        ("First month", 10.0),
        ("Last month", 10.0),
        ("Leads", 9.0),
        ("Appointments", 12.0),
        ("Sales", 8.0),
        ("Lead to appointment", 12.0),
        ("low", 8.0),
        ("high", 8.0),
        ("Appointment to sale", 12.0),
        ("low", 8.0),
        ("high", 8.0),
        ("Lead to sale", 10.0),
        ("low", 8.0),
        ("high", 8.0),
        ("What is not as it should be", 70.0),
    ];
    let row = |program: &Program, (of, name, onsite, figures): own_figures::Part<'_>| {
        let month = |month: &Option<String>| Cell::text(month.as_deref().unwrap_or_default());
        let mut row = vec![Cell::text(&program.builder), Cell::text(of.replace("_onsite", " walk-ins")), Cell::text(name)];
        row.extend([Cell::of(onsite, Cell::yes), month(&program.from), month(&program.to)]);
        let whole = |n: u64| Cell::Count(u32::try_from(n).unwrap_or(u32::MAX));
        row.extend([figures.leads, figures.appointments, figures.sales].map(whole));
        row.extend([&figures.lead_to_appointment, &figures.appointment_to_sale, &figures.lead_to_sale].into_iter().flat_map(ratio));
        let warnings = if of == "all" { program.warnings.as_slice() } else { &[] };
        row.push(Cell::text(warnings.iter().map(|warning| warning.text.as_str()).collect::<Vec<_>>().join(" ")));
        row
    };
    let rows = report.program.iter().flat_map(move |program| own_figures::parts(program).into_iter().map(move |part| row(program, part)));
    Sheet::of("Own figures", columns, 1, rows)
}

fn ratio(of: &Ratio) -> [Cell; 3] {
    let [low, high] = ends(of.interval, Cell::Share);
    [Cell::of(of.share, Cell::Share), low, high]
}
