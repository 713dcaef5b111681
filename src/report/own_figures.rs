//! A builder's own figures, as the page shows them beside its audit: three ratios with their intervals, by source, and what is wrong
//! with them. Takes a program; gives what the template prints. They are the builder's word and move no score.

use super::words::{self, brief, tidy};
use crate::score::Program;
use crate::score::program::{Figures, Ratio};

/// A line of figures: what of, and the three ratios.
pub(crate) struct Line {
    pub(crate) name: String,
    pub(crate) onsite: bool,
    pub(crate) leads: String,
    pub(crate) appointments: String,
    pub(crate) sales: String,
    pub(crate) ratios: [String; 3],
}

/// A builder's own figures.
pub(crate) struct Own {
    pub(crate) builder: String,
    pub(crate) file: String,
    pub(crate) span: String,
    pub(crate) lines: Vec<Line>,
    pub(crate) warnings: Vec<String>,
    pub(crate) bad_rows: usize,
    pub(crate) audit: String,
}

/// A row of the tables: which part of the file, its name, whether it is walk-ins by its words, and its figures.
pub(crate) type Part<'a> = (&'static str, &'a str, Option<bool>, &'a Figures);

/// Every part of a program's figures: all of it, all without walk-ins, each source, each month.
pub(crate) fn parts(program: &Program) -> Vec<Part<'_>> {
    let mut parts: Vec<Part<'_>> = vec![("all", "", None, &program.all)];
    parts.extend(program.without_onsite.iter().map(|figures| ("without_onsite", "", None, figures)));
    parts.extend(program.by_source.iter().map(|slice| ("source", slice.name.as_str(), Some(slice.onsite), &slice.figures)));
    parts.extend(program.by_month.iter().map(|slice| ("month", slice.name.as_str(), None, &slice.figures)));
    parts
}

/// As a page shows them.
pub(crate) fn own(program: &Program) -> Own {
    let mut lines = vec![line("All leads".to_owned(), false, &program.all)];
    lines.extend(program.without_onsite.iter().map(|figures| line("Without walk-ins handed back".to_owned(), false, figures)));
    if program.by_source.len() > 1 {
        lines.extend(program.by_source.iter().take(20).map(|slice| line(brief(&slice.name, 80), slice.onsite, &slice.figures)));
    }
    Own {
        builder: brief(&program.builder, 120),
        file: brief(&program.file, 120),
        span: match (&program.from, &program.to) {
            (Some(from), Some(to)) if from == to => brief(from, 20),
            (Some(from), Some(to)) => format!("{} to {}", brief(from, 20), brief(to, 20)),
            _ => String::new(),
        },
        lines,
        warnings: program.warnings.iter().map(|warning| tidy(&warning.text)).collect(),
        bad_rows: program.bad_rows.len(),
        audit: program.audit.map_or_else(String::new, |audit| {
            let of = if audit.n == 1 { "1 final inquiry".to_owned() } else { format!("{} final inquiries", audit.n) };
            format!("{} in the mean of {of}", words::score(audit.mean_score))
        }),
    }
}

fn line(name: String, onsite: bool, figures: &Figures) -> Line {
    let whole = |n: u64| grouped(&n.to_string());
    Line {
        name,
        onsite,
        leads: whole(figures.leads),
        appointments: whole(figures.appointments),
        sales: whole(figures.sales),
        ratios: [ratio(&figures.lead_to_appointment), ratio(&figures.appointment_to_sale), ratio(&figures.lead_to_sale)],
    }
}

/// A share with its interval; small ones keep two decimals, because they are read against each other.
fn ratio(ratio: &Ratio) -> String {
    let percent = |share: f64| {
        let value = share * 100.0;
        if value < 10.0 { format!("{value:.2}") } else { format!("{value:.1}") }
    };
    match (ratio.share, ratio.interval) {
        (Some(share), Some([low, high])) => format!("{} % ({} to {})", percent(share), percent(low), percent(high)),
        (Some(share), None) => format!("{} %", percent(share)),
        (None, _) => words::NONE.to_owned(),
    }
}

/// A number with a comma before each third digit from the end.
fn grouped(digits: &str) -> String {
    let mut out = String::new();
    for (n, digit) in digits.chars().enumerate() {
        if n > 0 && (digits.len() - n).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_and_shares_read_well() {
        assert_eq!(["7", "999", "1540", "1234567"].map(grouped), ["7", "999", "1,540", "1,234,567"]);
        let of = |share, interval| ratio(&Ratio { number: 4, of: 1_540, share, interval });
        assert_eq!(of(Some(0.002_597), Some([0.001_01, 0.006_66])), "0.26 % (0.10 to 0.67)");
        assert_eq!((of(Some(0.25), None), of(None, None)), ("25.0 %".to_owned(), "–".to_owned()));
    }
}
