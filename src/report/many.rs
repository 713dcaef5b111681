//! Many inquiries together, as the pages show them: how many still waited, the groups with their intervals, and the waves one after
//! another. Takes the report's statistics; gives what the templates print.

use super::chart::{self, Curve, Point};
use super::measured::Measured;
use super::words::{self, brief, percent};
use super::{Report, compare, trailing};
use crate::score::{self, Group, GroupBy, WavePoint};

/// Corners that a curve is drawn with at most; more would be finer than the page.
const CORNERS: i64 = 250;
/// Groups that a page lists.
const GROUPS: usize = 80;
/// From so many inquiries on, a group is more than luck.
const TELLING: u32 = 3;
/// The times at which the table behind the curves is read.
const TIMES: [(i64, &str); 9] = [
    (300, "5 min"),
    (900, "15 min"),
    (1_800, "30 min"),
    (3_600, "1 h"),
    (14_400, "4 h"),
    (86_400, "24 h"),
    (172_800, "48 h"),
    (604_800, "7 d"),
    (2_592_000, "30 d"),
];

/// A curve of waiting.
pub(crate) struct Waiting {
    pub(crate) title: &'static str,
    pub(crate) drawing: String,
    pub(crate) told: String,
}

/// The curves of the wave, and the table behind them: a time, and at it the three shares.
pub(crate) struct Waits {
    pub(crate) curves: Vec<Waiting>,
    pub(crate) rows: Vec<(&'static str, Vec<String>)>,
}

/// A group of inquiries.
pub(crate) struct GroupRow {
    pub(crate) name: String,
    pub(crate) n: u32,
    pub(crate) score: Measured,
    pub(crate) never: Measured,
    pub(crate) quick: Measured,
    pub(crate) answered: Measured,
    pub(crate) median: Measured,
}

/// The groups that have one thing in common.
pub(crate) struct Grouped {
    pub(crate) title: &'static str,
    pub(crate) rows: Vec<GroupRow>,
}

/// A trend.
pub(crate) struct Trend {
    pub(crate) drawing: String,
    pub(crate) told: String,
    pub(crate) heads: [&'static str; 6],
    pub(crate) rows: Vec<[Measured; 6]>,
}

fn all(report: &Report) -> Option<&Group> {
    report.statistics.groups.iter().find(|group| group.by == GroupBy::All)
}

/// How many still waited; nothing where nobody was asked.
pub(crate) fn waits(report: &Report) -> Option<Waits> {
    let curves = &all(report)?.curves;
    let three = [
        ("wait-any", "A person, on any channel", &curves.personal),
        ("wait-call", "A call", &curves.call),
        ("wait-mail", "A personal email", &curves.personal_email),
    ];
    if three.iter().all(|(_, _, curve)| curve.n == 0) {
        return None;
    }
    let drawn = three.into_iter().filter(|(_, _, curve)| curve.n > 0);
    let curves = drawn.map(|(id, title, curve)| waiting(id, title, curve)).collect();
    let cell = |curve: &score::Curve, at: i64| {
        let step = curve.steps.iter().take_while(|step| step.at_s <= at).last();
        match step {
            _ if curve.n == 0 || curve.steps.last().is_none_or(|last| last.at_s < at && last.at_s + 86_400 < at) => words::NONE.to_owned(),
            None => "100 %".to_owned(),
            Some(step) => match (step.low, step.high) {
                (Some(low), Some(high)) => format!("{} ({} to {})", percent(step.waiting), percent(low), percent(high)),
                _ => percent(step.waiting),
            },
        }
    };
    let rows = TIMES.iter().map(|(at, label)| (*label, three.iter().map(|(_, _, curve)| cell(curve, *at)).collect())).collect();
    Some(Waits { curves, rows })
}

fn waiting(id: &'static str, title: &'static str, curve: &score::Curve) -> Waiting {
    let mut steps: Vec<(i64, f64, [f64; 2])> = Vec::new();
    let place = |at: i64| {
        #[expect(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "seconds of a month, and a place on a page")]
        let place = ((at.max(10) as f64 / 10.0).ln() / 12.5 * CORNERS as f64) as i64;
        place
    };
    for step in curve.steps.iter().filter(|step| step.answered > 0) {
        let edges = [step.low.unwrap_or(step.waiting), step.high.unwrap_or(step.waiting)];
        // Steps nearer than the page can show are one, the later.
        match steps.last_mut() {
            Some(last) if place(last.0) == place(step.at_s) => (last.1, last.2) = (step.waiting, edges),
            _ => steps.push((step.at_s, step.waiting, edges)),
        }
    }
    let until = curve.steps.last().map_or(0, |step| step.at_s);
    let median = match (curve.median_s, curve.median_interval_s) {
        (Some(median), [low, high]) => {
            let edge = |edge: Option<i64>| edge.map_or_else(|| "not reached".to_owned(), words::duration);
            format!("Half got one after {} ({} to {}).", words::duration(median), edge(low), edge(high))
        }
        // An answer may have come after the watching of one ended.
        (None, _) if curve.steps.iter().any(|step| step.censored > 0 && step.at_s < until) => {
            "Fewer than half were seen to get one.".to_owned()
        }
        (None, _) => "Fewer than half got one.".to_owned(),
    };
    let apart = |n: u32, what: &str| if n > 0 { format!(" {n} {what}.") } else { String::new() };
    let told = format!(
        "{median} n = {}, {} answered.{}{}",
        curve.n,
        curve.answered,
        apart(curve.not_offered, "apart: the channel was not offered"),
        apart(curve.not_watched, "apart: the channel was not watched")
    );
    let drawn = Curve { id, title, description: told.clone(), steps, until, median: curve.median_s };
    Waiting { title, drawing: chart::survival(&drawn), told }
}

fn share(group: &Group, id: &str) -> Measured {
    group.shares.iter().find(|share| share.id == id).map_or_else(Measured::none, |named| Measured::share(&named.share))
}

/// The groups, by what they have in common: those that say something, and those of one or two, which are luck. A group that is the whole
/// wave says nothing.
pub(crate) fn groups(report: &Report) -> (Vec<Grouped>, Vec<Grouped>) {
    let telling = grouped(report, true);
    (if telling.len() > 1 { telling } else { Vec::new() }, grouped(report, false))
}

fn grouped(report: &Report, telling: bool) -> Vec<Grouped> {
    let titles = [
        (GroupBy::All, "The wave"),
        (GroupBy::Kind, "When it was asked"),
        (GroupBy::Osc, "Online sales counselor on the site"),
        (GroupBy::Chat, "Chat on the site"),
        (GroupBy::State, "State"),
        (GroupBy::Tag, "Tag"),
    ];
    let whole = all(report).map_or(0, |group| group.cohort.n);
    let fits = |group: &Group| (group.by == GroupBy::All || group.cohort.n >= TELLING) == telling;
    let mut left = GROUPS;
    let grouped = |(by, title): (GroupBy, &'static str)| {
        let of: Vec<&Group> = report.statistics.groups.iter().filter(|group| group.by == by && group.cohort.n > 0).collect();
        let differ = by == GroupBy::All || of.iter().any(|group| group.cohort.n < whole);
        let rows: Vec<GroupRow> = of.into_iter().filter(|group| differ && fits(group)).take(left).map(group_row).collect();
        left -= rows.len();
        (!rows.is_empty()).then_some(Grouped { title, rows })
    };
    titles.into_iter().filter_map(grouped).collect()
}

fn group_row(group: &Group) -> GroupRow {
    let name = match (group.by, group.name.as_str()) {
        (GroupBy::All, _) => "All inquiries".to_owned(),
        (_, "not_known") => "not known".to_owned(),
        (GroupBy::Kind, "in_hours") => "inside posted hours".to_owned(),
        (GroupBy::Kind, "after_hours") => "after hours".to_owned(),
        (GroupBy::Osc, "shown") => "named or pictured".to_owned(),
        (GroupBy::Osc, "not_shown") => "not shown".to_owned(),
        (GroupBy::Chat, "chat") => "with a chat".to_owned(),
        (GroupBy::Chat, "no_chat") => "without".to_owned(),
        (_, name) => brief(name, 60),
    };
    GroupRow {
        name,
        n: group.cohort.n,
        score: group.score.as_ref().map_or_else(Measured::none, Measured::score),
        never: share(group, "never"),
        quick: share(group, "within_5m"),
        answered: share(group, "question_answered"),
        median: Measured::median(group.curves.personal.median_s, group.curves.personal.median_interval_s, group.cohort.n),
    }
}

/// A trend over two waves or more.
fn trend(id: &str, title: &str, waves: &[WavePoint]) -> Option<Trend> {
    if !trailing::is_trend(waves) {
        return None;
    }
    let point = |wave: &WavePoint| Point {
        wave: wave.wave.clone(),
        n: wave.score.map_or(0, |score| score.n),
        value: wave.score.map(|score| score.mean),
        interval: wave.score.and_then(|score| score.interval),
    };
    Some(Trend {
        drawing: chart::trend(id, title, &waves.iter().map(point).collect::<Vec<_>>()),
        told: trailing::changes(waves).join(" "),
        heads: trailing::WAVES,
        rows: trailing::rows(waves),
    })
}

/// All builders together over the trailing waves.
pub(crate) fn of_wave(report: &Report) -> Option<Trend> {
    trend("trend", "Mean score over the waves", &report.statistics.trailing.trend)
}

/// One builder over the trailing waves.
pub(crate) fn of_builder(report: &Report, builder: &str) -> Option<Trend> {
    let all = &report.statistics.trailing.builders;
    // By name as a rule; where names were changed since, the long way.
    let found = all.binary_search_by(|one| one.builder.as_str().cmp(builder)).ok();
    let own = found.or_else(|| all.iter().position(|one| one.builder == builder))?;
    trend("trend", "Score over the waves", &all.get(own)?.waves)
}

/// The headline's median with its interval.
pub(crate) fn median_interval(report: &Report) -> String {
    let cell =
        all(report).map(|group| Measured::median(group.curves.personal.median_s, group.curves.personal.median_interval_s, group.cohort.n));
    match cell {
        Some(cell) if !cell.interval.is_empty() && cell.value == compare::median(report) => {
            format!("{}; the silent counted in", cell.interval)
        }
        _ => "the silent counted in".to_owned(),
    }
}

/// A share of the whole wave with its interval, for the headline.
pub(crate) fn headline(report: &Report, id: &str) -> Option<String> {
    let named = all(report)?.shares.iter().find(|share| share.id == id)?;
    let [low, high] = named.share.interval;
    Some(format!("{} to {}, of {} proven", percent(low), percent(high), named.share.of))
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    #[test]
    fn a_large_wave_is_drawn_with_a_bounded_number_of_corners() {
        let report = build(sample::input());
        let mut curve = all(&report).unwrap().curves.personal.clone();
        let step = curve.steps[0];
        curve.steps = (0..50_000)
            .map(|n| score::Step { at_s: n * 50, waiting: 1.0 - f64::from(u32::try_from(n).unwrap()) / 60_000.0, ..step })
            .collect();
        let drawn = waiting("w", "t", &curve).drawing;
        assert!(drawn.len() < 40_000, "{}", drawn.len());
    }

    #[test]
    fn where_watching_ended_early_fewer_than_half_is_what_was_seen() {
        let step = |at_s, censored| score::Step { at_s, at_risk: 2, answered: 0, censored, waiting: 1.0, low: Some(1.0), high: Some(1.0) };
        let told = |steps| waiting("w", "t", &score::Curve { n: 2, censored: 2, steps, ..score::Curve::default() }).told;
        assert!(told(vec![step(2_592_000, 2)]).starts_with("Fewer than half got one."));
        assert!(told(vec![step(3_600, 1), step(2_592_000, 1)]).starts_with("Fewer than half were seen to get one."));
    }

    #[test]
    fn the_sample_has_curves_groups_and_a_trend() {
        let report = build(sample::input());
        let waits = waits(&report).unwrap();
        assert_eq!((waits.curves.len(), waits.rows.len()), (3, TIMES.len()));
        let titles: Vec<&str> = groups(&report).0.iter().map(|group| group.title).collect();
        assert!(titles.starts_with(&["The wave", "Online sales counselor on the site", "Chat on the site", "State"]), "{titles:?}");
        assert_eq!(of_wave(&report).unwrap().rows.len(), 2);
        assert_eq!(of_builder(&report, "Bluebonnet Homes").unwrap().rows.len(), 2);
    }
}
