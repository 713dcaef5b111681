//! A builder's own figures beside the audit. Takes rows of leads, appointments and sales by month and source; gives the three ratios
//! with their intervals, warns where walk-in leads that were handed back to online sales are mixed in, and shows the figures without
//! them. The rows are the builder's word: nothing of them changes a score.

mod onsite;
mod ratios;

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use onsite::{Fall, fall, is_onsite, words};
use ratios::figures;

/// A row of the builder's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Where it stands in the file.
    pub line: u64,
    /// `2026-10`; `None` where the file has no months.
    pub month: Option<String>,
    /// Where the leads came from; `None` where the file does not say.
    pub source: Option<String>,
    /// Leads.
    pub leads: u64,
    /// Appointments.
    pub appointments: u64,
    /// Sales.
    pub sales: u64,
}

/// A row that could not be used.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct BadRow {
    /// Where it stands in the file.
    pub line: u64,
    /// What is wrong with it.
    pub message: String,
}

/// A part of a whole, with its 95 % Wilson interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ratio {
    /// How many.
    pub number: u64,
    /// Of how many.
    pub of: u64,
    /// Its share; `None` of none.
    pub share: Option<f64>,
    /// Where the true share lies in 95 of 100 such samples; `None` of none, or where there are more than there can be.
    pub interval: Option<[f64; 2]>,
}

/// The three ratios of some rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Figures {
    /// Leads.
    pub leads: u64,
    /// Appointments.
    pub appointments: u64,
    /// Sales.
    pub sales: u64,
    /// Leads that became appointments.
    pub lead_to_appointment: Ratio,
    /// Appointments that became sales.
    pub appointment_to_sale: Ratio,
    /// Leads that became sales.
    pub lead_to_sale: Ratio,
}

/// The figures of a month or a source.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Slice {
    /// The month, or the source as the file writes it.
    pub name: String,
    /// Whether these are walk-in leads handed back to online sales, by its words.
    pub onsite: bool,
    /// The figures.
    pub figures: Figures,
}

/// What is not as it should be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WarningKind {
    /// Sources whose words say walk-in.
    OnsiteSources,
    /// A fall of the ratio while leads rise, as when walk-in leads are mixed in.
    RatioFell,
    /// More appointments than leads, or more sales than appointments.
    Impossible,
    /// Rows that could not be used.
    BadRows,
}

/// A warning, with the lines or months that it rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Warning {
    /// What kind.
    pub kind: WarningKind,
    /// What and why, in sentences.
    pub text: String,
}

/// A builder's own figures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Program {
    /// The builder; empty where a file stands alone.
    pub builder: String,
    /// The file, as the shop file names it.
    pub file: String,
    /// The first month, `2026-01`.
    pub from: Option<String>,
    /// The last.
    pub to: Option<String>,
    /// All usable rows together.
    pub all: Figures,
    /// Without the sources whose words say walk-in; `None` where there are none.
    pub without_onsite: Option<Figures>,
    /// By source, the most leads first; empty where the file has no sources.
    pub by_source: Vec<Slice>,
    /// By month.
    pub by_month: Vec<Slice>,
    /// What is not as it should be.
    pub warnings: Vec<Warning>,
    /// Rows that could not be used.
    pub bad_rows: Vec<BadRow>,
    /// The mean audit score of the builder's final inquiries over the trailing waves, and of how many; `None` where there is none.
    pub audit: Option<Audit>,
}

/// The audit score that the figures stand beside.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Audit {
    /// The mean score.
    pub mean_score: f64,
    /// Of how many inquiries.
    pub n: u32,
}

/// The figures of a builder's rows, with what is not as it should be. `file` is the name to show.
#[must_use]
pub fn program(builder: &str, file: &str, rows: &[Row], bad_rows: Vec<BadRow>, audit: Option<Audit>) -> Program {
    let source = |row: &Row| row.source.clone().unwrap_or_default();
    let (onsite, online): (Vec<&Row>, Vec<&Row>) = rows.iter().partition(|row| is_onsite(&source(row)));
    let by_month = slices(rows, |row| row.month.clone());
    let mut by_source = slices(rows, |row| row.source.clone());
    by_source.sort_by(|a, b| b.figures.leads.cmp(&a.figures.leads).then_with(|| a.name.cmp(&b.name)));
    let all = figures(rows);
    let without_onsite = (!onsite.is_empty()).then(|| figures(online.iter().copied()));
    let mut warnings = Vec::new();
    if let Some(without) = &without_onsite {
        warnings.push(mixed(&by_source, &figures(onsite.iter().copied()), &all, without));
    }
    warnings.extend(fall(&by_month, &online).as_ref().map(fell));
    warnings.extend(impossible(rows));
    warnings.extend(unusable(&bad_rows));
    Program {
        builder: builder.to_owned(),
        file: file.to_owned(),
        from: by_month.first().map(|slice| slice.name.clone()),
        to: by_month.last().map(|slice| slice.name.clone()),
        all,
        without_onsite,
        by_source,
        by_month,
        warnings,
        bad_rows,
        audit,
    }
}

/// The figures by a name, in the order of the names; spellings that differ only in case and signs are one, by the first of them.
fn slices(rows: &[Row], name: impl Fn(&Row) -> Option<String>) -> Vec<Slice> {
    let mut groups: BTreeMap<String, (String, Vec<&Row>)> = BTreeMap::new();
    for row in rows {
        let Some(name) = name(row) else { continue };
        groups.entry(words(&name)).or_insert_with(|| (name, Vec::new())).1.push(row);
    }
    groups.into_values().map(|(name, rows)| Slice { onsite: is_onsite(&name), figures: figures(rows), name }).collect()
}

fn mixed(sources: &[Slice], onsite: &Figures, all: &Figures, without: &Figures) -> Warning {
    let names: Vec<&str> = sources.iter().filter(|slice| slice.onsite).map(|slice| slice.name.as_str()).collect();
    let text = format!(
        "{} of {} leads are walk-ins handed back to online sales, by the name of their source ({}). Such leads seldom become appointments and \
         weigh on the ratio: leads to appointments is {} with them and {} without.",
        onsite.leads,
        all.leads,
        names.join(", "),
        percent(all.lead_to_appointment),
        percent(without.lead_to_appointment),
    );
    Warning { kind: WarningKind::OnsiteSources, text }
}

fn fell(fall: &Fall<'_>) -> Warning {
    let text = format!(
        "From {} on, leads to appointments fell from {} to {}, while leads rose from {:.0} to {:.0} a month. It looks like that when walk-in \
         leads are handed back to online sales without a source of their own: ask where the new leads come from before anyone is blamed.",
        fall.month,
        percent(fall.before.lead_to_appointment),
        percent(fall.after.lead_to_appointment),
        fall.a_month[0],
        fall.a_month[1],
    );
    Warning { kind: WarningKind::RatioFell, text }
}

fn impossible(rows: &[Row]) -> Option<Warning> {
    let what = |row: &Row| {
        let more = match (row.appointments > row.leads, row.sales > row.appointments) {
            (true, _) => format!("{} appointments of {} leads", row.appointments, row.leads),
            (_, true) => format!("{} sales of {} appointments", row.sales, row.appointments),
            _ => return None,
        };
        Some(format!("line {}: {more}", row.line))
    };
    let told: Vec<String> = rows.iter().filter_map(what).collect();
    let text = format!(
        "More came out than went in: {}. That can be where appointments and sales are counted in the month they happen in; else a number is \
         wrong. The rows are in the figures.",
        listed(&told)
    );
    (!told.is_empty()).then_some(Warning { kind: WarningKind::Impossible, text })
}

fn unusable(bad: &[BadRow]) -> Option<Warning> {
    let told: Vec<String> = bad.iter().map(|row| format!("line {}: {}", row.line, row.message)).collect();
    let rows = if told.len() == 1 { "1 row is".to_owned() } else { format!("{} rows are", told.len()) };
    (!told.is_empty()).then(|| Warning { kind: WarningKind::BadRows, text: format!("{rows} not in the figures: {}.", listed(&told)) })
}

/// The first few, and how many more.
fn listed(told: &[String]) -> String {
    let shown = told.iter().take(5).cloned().collect::<Vec<_>>().join("; ");
    if told.len() > 5 { format!("{shown}; and {} more", told.len() - 5) } else { shown }
}

fn percent(ratio: Ratio) -> String {
    ratio.share.map_or_else(|| "none".to_owned(), |share| format!("{:.2} %", share * 100.0))
}

impl Program {
    /// Every text in it that may hold a name or foreign words, for whoever hides or cleans names.
    pub fn each_text(&mut self, mut change: impl FnMut(&mut String)) {
        change(&mut self.builder);
        change(&mut self.file);
        self.by_source.iter_mut().for_each(|slice| change(&mut slice.name));
        self.warnings.iter_mut().for_each(|warning| change(&mut warning.text));
        self.bad_rows.iter_mut().for_each(|row| change(&mut row.message));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(line: u64, month: &str, source: &str, (leads, appointments, sales): (u64, u64, u64)) -> Row {
        let text = |text: &str| (!text.is_empty()).then(|| text.to_owned());
        Row { line, month: text(month), source: text(source), leads, appointments, sales }
    }

    fn kinds(program: &Program) -> Vec<WarningKind> {
        program.warnings.iter().map(|warning| warning.kind).collect()
    }

    #[test]
    fn the_published_case_gives_what_the_arithmetic_gives() {
        let one = program("B", "b.csv", &[row(2, "", "", (1540, 16, 4))], Vec::new(), None);
        let shares = [one.all.lead_to_appointment, one.all.appointment_to_sale, one.all.lead_to_sale].map(percent);
        assert_eq!(shares, ["1.04 %", "25.00 %", "0.26 %"]);
        assert_eq!((one.warnings.as_slice(), one.without_onsite, one.from), (&[][..], None, None), "a low ratio alone is no proof");
    }

    #[test]
    fn walk_ins_are_named_and_taken_out() {
        let rows = [
            row(2, "2026-09", "Website", (100, 12, 3)),
            row(3, "2026-09", "Walk-in (reassigned)", (1540, 16, 4)),
            row(4, "2026-10", "website", (80, 8, 2)),
        ];
        let one = program("B", "b.csv", &rows, Vec::new(), None);
        assert_eq!(kinds(&one), [WarningKind::OnsiteSources]);
        let without = one.without_onsite.unwrap();
        assert_eq!((without.leads, without.appointments, without.sales), (180, 20, 5));
        assert_eq!((one.all.leads, one.from.as_deref(), one.to.as_deref()), (1720, Some("2026-09"), Some("2026-10")));
        let names: Vec<(&str, bool, u64)> =
            one.by_source.iter().map(|slice| (slice.name.as_str(), slice.onsite, slice.figures.leads)).collect();
        assert_eq!(names, [("Walk-in (reassigned)", true, 1540), ("Website", false, 180)], "two spellings are one source");
        assert!(one.warnings[0].text.starts_with("1540 of 1720 leads are walk-ins"), "{}", one.warnings[0].text);
        assert!(one.warnings[0].text.ends_with("is 2.09 % with them and 11.11 % without."), "{}", one.warnings[0].text);
    }

    #[test]
    fn a_fall_of_the_ratio_while_leads_rise_is_told() {
        let months = |figures: &[(u64, u64, u64)]| -> Vec<Row> {
            figures.iter().zip(1..).map(|(figures, month)| row(month + 1, &format!("2026-{month:02}"), "", *figures)).collect()
        };
        let good = [(100, 12, 3), (110, 13, 3), (95, 11, 2), (105, 12, 3)];
        let told = |more: &[(u64, u64, u64)]| program("B", "b.csv", &months(&[&good[..], more].concat()), Vec::new(), None);
        let mixed = told(&[(400, 14, 3), (420, 13, 4)]);
        assert_eq!(kinds(&mixed), [WarningKind::RatioFell]);
        let text = &mixed.warnings[0].text;
        assert!(
            text.starts_with(
                "From 2026-05 on, leads to appointments fell from 11.71 % to 3.29 %, while leads rose from 102 to 410 a month."
            ),
            "{text}"
        );
        for (more, what) in [
            (&[(100, 11, 3), (90, 10, 2)][..], "as before"),
            (&[(110, 1, 0), (100, 2, 0)], "the ratio fell, but no new leads came: somebody stopped working them"),
            (&[(400, 45, 9), (420, 50, 12)], "more leads, and as good"),
            (&[(160, 9, 2)], "it may be chance"),
        ] {
            assert_eq!(kinds(&told(more)), [], "{what}");
        }
        // Where the source says it, the words are enough, and nothing is said twice.
        let mut rows = months(&good);
        rows.push(row(9, "2026-05", "Website", (100, 12, 3)));
        rows.push(row(10, "2026-05", "Onsite", (900, 2, 0)));
        assert_eq!(kinds(&program("B", "b.csv", &rows, Vec::new(), None)), [WarningKind::OnsiteSources]);
    }

    #[test]
    fn what_cannot_be_is_named_with_its_line() {
        let rows = [row(2, "2026-09", "", (5, 9, 2)), row(3, "2026-10", "", (50, 2, 3)), row(4, "2026-11", "", (0, 0, 0))];
        let bad = vec![BadRow { line: 7, message: "leads is empty".to_owned() }];
        let one = program("B", "b.csv", &rows, bad, None);
        assert_eq!(kinds(&one), [WarningKind::Impossible, WarningKind::BadRows]);
        assert!(
            one.warnings[0].text.contains("line 2: 9 appointments of 5 leads; line 3: 3 sales of 2 appointments."),
            "{}",
            one.warnings[0].text
        );
        assert_eq!(one.warnings[1].text, "1 row is not in the figures: line 7: leads is empty.");
        assert_eq!(one.by_month[0].figures.lead_to_appointment.interval, None, "no interval of what cannot be");
        assert_eq!(one.by_month[2].figures.lead_to_appointment.share, None);
    }
}
