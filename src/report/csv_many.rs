//! The tables of many inquiries together, and of what to mend: `builders.csv`, `statistics.csv`, `curves.csv`, `trend.csv`, `fixes.csv`, `program.csv`.
//! Takes a [`Report`]; gives headers and rows for the CSV writer, in its words: seconds, shares of one, empty for unknown.

use super::csv::{Table, rows};
use super::words::{key, points, score, tidy};
use super::{Report, ReportShop, own_figures};
use crate::score::insight::Fix;
use crate::score::program::Ratio;
use crate::score::{Curve, Group, MeanScore, Program, Share, Standing, WavePoint};

const BUILDERS: &str = "wave,builder,rank,n,mean_score,low,high";
const STATISTICS: &str = "wave,by,name,n,n_final,open,inconclusive,not_shopped,mean_score,mean_score_low,mean_score_high,figure,value,low,high,part,of,unproven,later,perhaps_sooner";
const CURVES: &str = "wave,by,name,curve,at_s,waiting,low,high,at_risk,answered,censored";
const TREND: &str =
    "wave,of,at_wave,n,mean_score,low,high,never,never_low,never_high,median_s,score_change,score_change_low,score_change_high";
const FIXES: &str = "wave,shop,builder,place,id,title,lost,gain,cap,held_by,why,touches";
const PROGRAM: &str = "wave,builder,first_month,last_month,of,name,onsite,leads,appointments,sales,lead_to_appointment,lead_to_appointment_low,\
    lead_to_appointment_high,appointment_to_sale,appointment_to_sale_low,appointment_to_sale_high,lead_to_sale,lead_to_sale_low,lead_to_sale_high,\
    warnings,why";

/// The tables of a report.
pub(super) fn tables(report: &Report) -> Vec<Table<'_>> {
    let statistics = &report.statistics;
    let trailing = &statistics.trailing;
    let all = trailing.trend.iter().map(|point| trend(report, "all", point));
    let each =
        trailing.builders.iter().flat_map(move |builder| builder.waves.iter().map(|point| trend(report, &tidy(&builder.builder), point)));
    vec![
        ("builders.csv", BUILDERS, rows(report.builders.iter().map(|builder| standing(report, builder)))),
        ("statistics.csv", STATISTICS, rows(statistics.groups.iter().flat_map(|group| figures(report, group)))),
        ("curves.csv", CURVES, rows(statistics.groups.iter().flat_map(|group| curves(report, group)))),
        ("trend.csv", TREND, rows(all.chain(each))),
        ("fixes.csv", FIXES, rows(report.shops.iter().flat_map(|shop| fixes(report, shop)))),
        ("program.csv", PROGRAM, rows(report.program.iter().flat_map(|program| programs(report, program)))),
    ]
}

/// A number with all its digits.
fn exact(value: f64) -> String {
    value.to_string()
}

fn maybe<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

fn ends(interval: Option<[f64; 2]>, text: fn(f64) -> String) -> [String; 2] {
    interval.map_or_else(Default::default, |interval| interval.map(text))
}

fn standing(report: &Report, builder: &Standing) -> Vec<String> {
    let [low, high] = ends(builder.interval, score);
    vec![report.wave.clone(), tidy(&builder.builder), maybe(builder.rank), builder.n.to_string(), score(builder.mean_score), low, high]
}

fn mean(of: Option<&MeanScore>) -> [String; 3] {
    let [low, high] = ends(of.and_then(|of| of.interval), exact);
    [of.map(|of| exact(of.mean)).unwrap_or_default(), low, high]
}

/// A row a figure of the group: its shares, then the medians of its curves in seconds.
fn figures(report: &Report, group: &Group) -> Vec<Vec<String>> {
    let cohort = &group.cohort;
    let mut who = vec![report.wave.clone(), key(&group.by), tidy(&group.name)];
    who.extend([cohort.n, group.n_final, cohort.open, cohort.inconclusive, cohort.not_shopped].map(|n| n.to_string()));
    who.extend(mean(group.score.as_ref()));
    let beside = [cohort.unproven, cohort.later, cohort.perhaps_sooner].map(|n| n.to_string());
    let row = |name: &str, cells: [String; 5]| [who.clone(), vec![name.to_owned()], cells.into(), beside.to_vec()].concat();
    let share = |share: &Share| {
        let [low, high] = share.interval.map(exact);
        [exact(share.share), low, high, share.part.to_string(), share.of.to_string()]
    };
    let shares = group.shares.iter().map(|named| row(&named.id, share(&named.share)));
    let median = |curve: &Curve| {
        let [low, high] = curve.median_interval_s.map(maybe);
        [maybe(curve.median_s), low, high, curve.answered.to_string(), curve.n.to_string()]
    };
    let medians = each(group).into_iter().map(|(name, curve)| row(&format!("median_{name}_s"), median(curve)));
    shares.chain(medians).collect()
}

/// The curves of a group by name.
fn each(group: &Group) -> [(&'static str, &Curve); 3] {
    let curves = &group.curves;
    [("call", &curves.call), ("personal_email", &curves.personal_email), ("personal", &curves.personal)]
}

fn curves(report: &Report, group: &Group) -> Vec<Vec<String>> {
    let mut rows = Vec::new();
    for (name, curve) in each(group) {
        for step in &curve.steps {
            let who = [report.wave.clone(), key(&group.by), tidy(&group.name), name.to_owned()];
            let edges = [step.low, step.high].map(maybe);
            let counts = [step.at_risk, step.answered, step.censored].map(|n| n.to_string());
            rows.push([&who[..], &[step.at_s.to_string(), exact(step.waiting)], &edges, &counts].concat());
        }
    }
    rows
}

fn trend(report: &Report, of: &str, point: &WavePoint) -> Vec<String> {
    let never = point.never.as_ref();
    let [low, high] = ends(never.map(|never| never.interval), exact);
    let change = point.from_previous.as_ref().and_then(|change| change.score.as_ref());
    let mut row = vec![report.wave.clone(), of.to_owned(), tidy(&point.wave), point.n.to_string()];
    row.extend(mean(point.score.as_ref()));
    row.extend([never.map(|never| exact(never.share)).unwrap_or_default(), low, high, maybe(point.median_s)]);
    row.push(change.map(|change| exact(change.change)).unwrap_or_default());
    row.extend(ends(change.and_then(|change| change.interval), exact));
    row
}

fn fixes(report: &Report, shop: &ReportShop) -> Vec<Vec<String>> {
    let fixes = shop.insight.iter().flat_map(|insight| &insight.fixes);
    let row = |(place, fix): (usize, &Fix)| {
        let mut row = vec![report.wave.clone(), shop.card.shop.clone(), tidy(&shop.card.builder), (place + 1).to_string()];
        row.extend([fix.id.clone(), fix.title.to_owned()]);
        row.extend([fix.lost, fix.gain, fix.cap, fix.held_by].map(|value| value.map(points).unwrap_or_default()));
        row.extend([tidy(&fix.why), fix.touches.join(" ")]);
        row
    };
    fixes.enumerate().map(row).collect()
}

/// A builder's own figures, a row a part; what is not as it should be stands with all of them.
fn programs(report: &Report, program: &Program) -> Vec<Vec<String>> {
    let row = |(of, name, onsite, figures): own_figures::Part<'_>| {
        let mut row = vec![report.wave.clone(), tidy(&program.builder), maybe(program.from.as_ref()), maybe(program.to.as_ref())];
        row.extend([of.to_owned(), tidy(name), maybe(onsite)]);
        row.extend([figures.leads, figures.appointments, figures.sales].map(|n| n.to_string()));
        row.extend([&figures.lead_to_appointment, &figures.appointment_to_sale, &figures.lead_to_sale].into_iter().flat_map(ratio));
        let warnings = if of == "all" { program.warnings.as_slice() } else { &[] };
        row.push(warnings.iter().map(|warning| key(&warning.kind)).collect::<Vec<_>>().join(" "));
        row.push(warnings.iter().map(|warning| tidy(&warning.text)).collect::<Vec<_>>().join(" "));
        row
    };
    own_figures::parts(program).into_iter().map(row).collect()
}

fn ratio(of: &Ratio) -> [String; 3] {
    let [low, high] = ends(of.interval, exact);
    [of.share.map(exact).unwrap_or_default(), low, high]
}
