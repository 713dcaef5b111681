//! What others measured, printed beside this wave: figures with their source, so that a reader can check them. They come
//! from other rubrics and other years, and stand here for scale only. Takes a report; gives lines. Pure.

use super::words::{duration, percent};
use super::{Report, ReportShop};
use crate::score::{Outcome, Verdict};

/// One line of the comparison.
pub(crate) struct Line {
    /// What is compared.
    pub(crate) what: &'static str,
    /// What the others found.
    pub(crate) others: &'static str,
    /// What this wave found, in the same order; empty where it measures nothing alike.
    pub(crate) ours: String,
    /// Who found it.
    pub(crate) source: &'static str,
}

/// The lines, with this wave's figures where there are any.
pub(crate) fn lines(report: &Report) -> Vec<Line> {
    // Only proven inquiries: what was not confirmed or not watched says nothing about the builder.
    let proven: Vec<&ReportShop> = report
        .shops
        .iter()
        .filter(|shop| matches!(shop.card.verdict, Verdict::Final | Verdict::Provisional) && shop.card.confirmed_at.is_some())
        .collect();
    let share = |test: &dyn Fn(&ReportShop) -> bool| share(&proven, test);
    let within = |seconds: Option<i64>, limit: i64| seconds.is_some_and(|s| s <= limit);
    let mut lines = vec![
        Line {
            what: "Builders emailing within 5 min · calling within 30 min · silent on every channel",
            others: "8 % · 0 % · 26 %",
            ours: join(&[
                share(&|s| within(s.card.first.personal_email, 300)),
                share(&|s| within(s.card.first.call, 1_800)),
                share(&|s| s.card.first.any.is_none()),
            ]),
            source: "Online Homebuyer Mystery Shop 2021 (Blue Gypsy, Melinda Brody & Co., Denim Marketing), 50 builders, 30 days",
        },
        Line {
            what: "New-home projects replying within 5 min, robots included · after 3 days or never",
            others: "31 % (45 % of those robots) · 38 %",
            ours: join(&[share(&|s| within(s.card.first.any, 300)), share(&|s| !within(s.card.first.any, 259_200))]),
            source: "Gloho 2020, 250 projects, 60 days",
        },
        Line {
            what: "Firms replying within 1 h · never · mean time of those that did (this report averages no times)",
            others: "37 % · 23 % · 42 h",
            ours: join(&[share(&|s| within(s.card.first.personal, 3_600)), share(&|s| s.card.first.personal.is_none()), None]),
            source: "“The Short Life of Online Sales Leads”, HBR 2011, 2,241 firms, 30 days",
        },
        Line {
            what: "Dealers who answered the question · used several channels · mean score (another rubric: totals do not compare)",
            others: "69 % · 49 % · 65",
            ours: join(&[answered(&proven), share(&|s| channels(s) >= 2), None]),
            source: "Pied Piper ILE 2025, 4,023 shops, 24 h",
        },
    ];
    lines.extend([
        Line { what: "Call attempts made", others: "1.6", ours: mean(&proven, |s| s.card.counts.calls), source: "Velocify secret shops" },
        Line {
            what: "Personal contacts in the first month",
            others: "7 to 9",
            ours: mean(&proven, |s| s.card.counts.calls + s.card.counts.texts + s.card.counts.personal_emails),
            source: "Mike Lyon, Do You Convert (a recommendation)",
        },
        Line {
            what: "Converted leads reached by the 6th call",
            others: "93 %",
            ours: String::new(),
            source: "Velocify Ultimate Contact Strategy 2012, 3.5 M leads: 6 calls and 5 emails in a month",
        },
        Line {
            what: "Odds of reaching a lead · of qualifying it, a call after 5 against 30 min",
            others: "100 times · 21 times",
            ours: String::new(),
            source: "MIT/InsideSales Lead Response Management 2007, 15,000 leads (a phone study)",
        },
        Line {
            what: "Walk-ins handed back to online sales: lead to appointment · appointment to sale · lead to sale",
            others: "1.04 % · 25 % · 0.26 %",
            ours: String::new(),
            source: "“Why OSCs Taking Over Onsite Leads is a Bad Idea”: 1,540 leads, 16 appointments, 4 sales (it prints .02 % for the last; the \
                     arithmetic gives 0.26 %)",
        },
    ]);
    lines
}

/// The headline: how long half of the inquiries waited for a person.
pub(crate) fn median(report: &Report) -> String {
    match report.cohort.median_first_personal_s {
        Some(s) => duration(s),
        None if report.cohort.n == 0 => super::words::NONE.to_owned(),
        None if report.cohort.bucket("never") * 2 > report.cohort.n => "never".to_owned(),
        None if report.cohort.open > 0 => "not reached".to_owned(),
        None => "not proven".to_owned(),
    }
}

fn join(parts: &[Option<String>]) -> String {
    if parts.iter().all(Option::is_none) {
        return String::new();
    }
    parts.iter().map(|part| part.as_deref().unwrap_or(super::words::NONE)).collect::<Vec<_>>().join(" · ")
}

fn share(shops: &[&ReportShop], test: &dyn Fn(&ReportShop) -> bool) -> Option<String> {
    ratio(shops.iter().filter(|shop| test(shop)).count(), shops.len())
}

fn ratio(part: usize, whole: usize) -> Option<String> {
    let (part, whole) = (u32::try_from(part).ok()?, u32::try_from(whole).ok()?);
    (whole > 0).then(|| percent(f64::from(part) / f64::from(whole)))
}

/// Of the inquiries whose answer could be judged, those that were answered in full.
fn answered(shops: &[&ReportShop]) -> Option<String> {
    let judged: Vec<Outcome> = shops
        .iter()
        .filter_map(|shop| shop.card.criteria.iter().find(|c| c.id == "answer.question" && c.counted))
        .map(|criterion| criterion.result)
        .collect();
    ratio(judged.iter().filter(|result| **result == Outcome::Met).count(), judged.len())
}

fn channels(shop: &ReportShop) -> usize {
    let first = &shop.card.first;
    [first.call, first.personal_email, first.text].iter().flatten().count()
}

fn mean(shops: &[&ReportShop], count: fn(&ReportShop) -> u32) -> String {
    let total: u32 = shops.iter().map(|shop| count(shop)).sum();
    match u32::try_from(shops.len()) {
        Ok(n) if n > 0 => format!("{:.1}", f64::from(total) / f64::from(n)),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::super::{build, sample};
    use super::*;

    #[test]
    fn every_figure_of_the_studies_stands_there_with_its_source_and_none_without() {
        let all = lines(&build(sample::input()));
        let figures: Vec<&str> = all.iter().map(|line| line.others).collect();
        let wanted = [
            "8 % · 0 % · 26 %",
            "31 % (45 % of those robots) · 38 %",
            "37 % · 23 % · 42 h",
            "69 % · 49 % · 65",
            "1.6",
            "7 to 9",
            "93 %",
            "100 times · 21 times",
            "1.04 % · 25 % · 0.26 %",
        ];
        assert_eq!(figures, wanted);
        assert!(all.iter().all(|line| !line.source.is_empty() && !line.others.contains("78 %")));
        // A figure each, or none: what has no counterpart says so.
        let parts = |text: &str| text.split(" · ").count();
        assert!(all.iter().all(|line| line.ours.is_empty() || parts(&line.ours) == parts(line.others)));
    }

    #[test]
    fn an_empty_wave_compares_nothing_and_a_full_one_only_what_is_proven() {
        let mut input = sample::input();
        let all = lines(&build(input.clone()));
        assert!(all.iter().take(6).all(|line| !line.ours.is_empty()));
        input.shops.retain(|shop| matches!(shop.card.verdict, Verdict::Inconclusive | Verdict::NotShopped));
        assert!(!input.shops.is_empty());
        assert!(lines(&build(input)).iter().all(|line| line.ours.is_empty()));
    }
}
