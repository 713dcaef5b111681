//! The report in a letter: a subject, a short text and the same as plain HTML, to stand above the attached report. Takes a [`Report`];
//! gives words that every mail program shows. What a rehearsal or a study is says so in the subject. Foreign text is escaped; the
//! HTML has no picture, no link and no style but its own.

use std::fmt::Write as _;

use super::svg::escape;
use super::{Report, ReportShop, compare, words};
use crate::score::FirstOf;
use crate::shop::{Basis, Status};

/// Builders that a letter names; the report has them all.
const MOST: usize = 40;
const NAME: usize = 60;

/// A letter without its address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Summary {
    /// The subject, on one line.
    pub subject: String,
    /// The letter as plain text.
    pub text: String,
    /// The letter as HTML.
    pub html: String,
}

/// The letter for a report; `printed` tells whether the PDF goes with it, or the first page of the HTML in its place.
#[must_use]
pub fn summary(report: &Report, printed: bool) -> Summary {
    let marks = marks(report);
    let wave = words::brief(&report.wave, NAME);
    let brand = words::brief(report.made_by(), NAME);
    let subject = format!(
        "{}Wave {wave}: how builders answered{}",
        subject_marks(&marks),
        if brand.is_empty() { String::new() } else { format!(" · {brand}") }
    );
    let attached = if printed {
        "The whole report is attached as PDF."
    } else {
        "The first page of the report is attached as HTML: there was no browser to print a PDF. It opens in any browser, without a network; its links to the builders' own pages lead nowhere here."
    };
    let figures = figures(report);
    let board = report.leaderboard();
    let rows: Vec<[String; 4]> = board.iter().take(MOST).map(|shop| row(shop)).collect();
    let more = board.len().saturating_sub(rows.len());
    let rest = report.unscored().len();
    let as_of = format!("As of {}.", report.as_of.format("%b %-d, %Y, %H:%M UTC"));
    let closing = [
        (more > 0).then(|| format!("{more} more in the report.")),
        (rest > 0).then(|| format!("Without a score: {}, each with its reason in the report.", words::plural(rest, "shop"))),
        Some(attached.to_owned()),
        Some("In order of the score; each line is one inquiry. For coaching, not for discipline.".to_owned()),
    ];
    let closing: Vec<String> = closing.into_iter().flatten().collect();

    let mut text = format!("Wave {wave}: how builders answered a home buyer\n{as_of}\n");
    let mut html = format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>{0}</title></head>\n<body style=\"font-family:sans-serif;color:#1b2330\">\n<h1 style=\"font-size:20px\">Wave {1}: how builders answered a home buyer</h1>\n<p>{2}</p>\n",
        escape(&subject),
        escape(&wave),
        escape(&as_of)
    );
    // Writing to a String cannot fail.
    for (_, sentence) in &marks {
        let _ = writeln!(text, "\n{sentence}");
        let _ = writeln!(html, "<p><strong>{}</strong></p>", escape(sentence));
    }
    text.push('\n');
    html.push_str("<ul>\n");
    for (what, value) in &figures {
        let _ = writeln!(text, "{what}: {value}");
        let _ = writeln!(html, "<li>{}: <strong>{}</strong></li>", escape(what), escape(value));
    }
    html.push_str("</ul>\n");
    if !rows.is_empty() {
        text.push('\n');
        html.push_str("<table style=\"border-collapse:collapse\">\n<tr><th style=\"text-align:right\">Score</th><th style=\"text-align:left;padding:0 12px\">Builder</th><th style=\"text-align:left\">First call</th><th style=\"text-align:left;padding:0 12px\">First personal email</th></tr>\n");
    }
    for [score, name, call, email] in &rows {
        let _ = writeln!(text, "{score:>5}  {name}: first call {call}, first personal email {email}");
        let _ = writeln!(
            html,
            "<tr><td style=\"text-align:right\">{}</td><td style=\"padding:2px 12px\">{}</td><td>{}</td><td style=\"padding:2px 12px\">{}</td></tr>",
            escape(score),
            escape(name),
            escape(call),
            escape(email)
        );
    }
    if !rows.is_empty() {
        html.push_str("</table>\n");
    }
    for sentence in &closing {
        let _ = writeln!(text, "\n{sentence}");
        let _ = writeln!(html, "<p>{}</p>", escape(sentence));
    }
    html.push_str("</body></html>\n");
    Summary { subject, text, html }
}

/// What the reader must know first: a word for the subject, and a sentence.
fn marks(report: &Report) -> Vec<(&'static str, &'static str)> {
    let mut marks = Vec::new();
    if report.is_rehearsal() {
        marks.push(("Rehearsal", "Rehearsal: these inquiries ran under a rehearsal clock and say nothing about a real builder."));
    }
    if report.shops.iter().any(|shop| shop.detail.basis == Some(Basis::Study)) {
        marks.push(("Study", "Study: builders in it did not ask for the audit; their staff's names are initials."));
    }
    marks
}

fn subject_marks(marks: &[(&str, &str)]) -> String {
    marks.iter().map(|(mark, _)| format!("[{mark}] ")).collect()
}

fn figures(report: &Report) -> Vec<(&'static str, String)> {
    let confirmed = report.shops.iter().filter(|shop| shop.card.status == Status::Confirmed).count();
    let quick = report.cohort.bucket("<=5m");
    vec![
        ("Shops", report.shops.len().to_string()),
        ("Inquiries confirmed", confirmed.to_string()),
        ("Never answered by a person", report.cohort.never_personal.map_or_else(|| words::NONE.to_owned(), words::percent)),
        ("Median first personal response", compare::median(report)),
        ("Answered within 5 minutes", format!("{quick} of {} proven", report.cohort.n)),
    ]
}

fn row(shop: &ReportShop) -> [String; 4] {
    let card = &shop.card;
    [
        card.score.map(words::score).unwrap_or_default(),
        super::html::name(shop),
        words::first_of(card, FirstOf::Call),
        words::first_of(card, FirstOf::PersonalEmail),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_it_is_stands_in_the_subject() {
        let mut input = super::super::sample::input();
        let subject = |input: &super::super::sample::Sample| summary(&super::super::build(input.clone()), true).subject;
        assert_eq!(subject(&input), "[Study] Wave 2026-11: how builders answered · Acme Coaching");
        input.clock = "rehearsal".to_owned();
        input.wave = "x\r\nBcc: evil@example.org".to_owned();
        assert_eq!(subject(&input), "[Rehearsal] [Study] Wave x Bcc: evil@example.org: how builders answered · Acme Coaching");
        input.shops.clear();
        input.clock = "system".to_owned();
        assert!(subject(&input).starts_with("Wave x"));
    }

    #[test]
    fn the_letter_names_the_builders_and_says_what_is_attached() {
        let report = super::super::build(super::super::sample::input());
        let (with, without) = (summary(&report, true), summary(&report, false));
        for part in [&with.text, &with.html] {
            assert!(part.contains("Bluebonnet") && part.contains("attached as PDF"), "{part}");
        }
        for foreign in ["<script", "<img", "href="] {
            assert!(!with.html.contains(foreign), "{foreign} in {}", with.html);
        }
        assert!(with.html.contains("&lt;script&gt;"), "the hostile name is shown as text");
        assert!(without.text.contains("attached as HTML") && without.html.contains("attached as HTML"));
    }
}
