//! When the inquiries of a wave went out, held against the moments drawn for them and the builders' hours. `--at-once`, `--any-time` and a
//! submission by hand put the draw aside, and then no page may say that all went out as drawn. Takes a report; gives a sentence. Pure.

use chrono::TimeDelta;

use super::Report;
use crate::score::GroupBy;

/// How many inquiries went out other than drawn, and how many at closed doors; empty where none did.
pub(crate) fn exceptions(report: &Report) -> String {
    let sent = report.shops.iter().filter_map(|shop| Some((shop.card.sent_at?, shop.detail.planned_at)));
    // What is drawn may lie within the second that the sending is noted by.
    let early = sent.clone().filter(|(sent, drawn)| drawn.is_some_and(|drawn| drawn - *sent >= TimeDelta::seconds(1))).count();
    let groups = report.statistics.groups.iter();
    let closed: u32 = groups.filter(|group| group.by == GroupBy::Kind && group.name == "after_hours").map(|group| group.cohort.n).sum();
    let told = |number: u64, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let parts = [
        told(u64::try_from(early).unwrap_or(u64::MAX), "before the moment drawn for it"),
        told(closed.into(), "outside the builder’s posted hours"),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    if parts.is_empty() {
        return String::new();
    }
    format!("Not every inquiry of this wave went out so: of {}, {}.", sent.count(), parts.join(", "))
}

#[cfg(test)]
mod tests {
    use askama::Template as _;

    use super::super::{build, index, methods, sample};
    use super::*;

    #[test]
    fn pages_do_not_say_of_a_wave_sent_at_once_that_it_went_out_as_drawn() {
        let mut report = build(sample::input());
        report.statistics.groups.retain(|group| group.by != GroupBy::Kind);
        assert_eq!(exceptions(&report), "");
        let pages = |report: &Report| [index::view(report).unwrap().render().unwrap(), methods::view(report).render().unwrap()];
        for page in pages(&report) {
            assert!(page.contains("at a moment drawn at random inside") && !page.contains("Not every inquiry"));
        }
        assert!(pages(&report)[1].contains("Inquiries go out inside posted hours, so that the two agree."));

        let sent = report.shops.iter().filter(|shop| shop.card.sent_at.is_some()).count();
        let mut night = build(sample::input()).statistics.groups.into_iter().find(|group| group.by == GroupBy::All).unwrap();
        (night.by, night.name, night.cohort.n) = (GroupBy::Kind, "after_hours".to_owned(), 2);
        report.statistics.groups.push(night);
        let one = report.shops.iter_mut().find(|shop| shop.card.sent_at.is_some()).unwrap();
        one.detail.planned_at = one.card.sent_at.map(|sent| sent + TimeDelta::seconds(1));
        let told = format!(
            "Not every inquiry of this wave went out so: of {sent}, 1 before the moment drawn for it, 2 outside the builder’s posted hours."
        );
        assert_eq!(exceptions(&report), told);
        let [index, methods] = pages(&report);
        assert!(index.contains(&told) && methods.contains(&told) && !methods.contains("so that the two agree"));
    }
}
