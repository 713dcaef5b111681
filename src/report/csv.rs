//! `leaderboard.csv`, `criteria.csv`, `touches.csv`, `appeals.csv`, `purge-list.csv`, and the tables of `csv_many`: RFC 4180, UTF-8, a
//! header each, seconds and contract words, empty for unknown. A cell that a spreadsheet would run as a formula gets an apostrophe before it, phone numbers (`+1…`) excepted.

use std::io;

use chrono::{DateTime, Utc};

use super::purge::{self, Lead};
use super::words::{self, key, tidy};
use super::{Appeal, Page, Report, ReportError, ReportShop, Shelf, Writer, csv_many};
use crate::score::{Channels, Reach, TouchEntry};

pub(crate) struct Csv;

const PURGE_LIST: &str = "purge-list.csv";

const LEADERBOARD: &str = "wave,shop,builder,community,status,verdict,score,tier,points,out_of,cap,sent_at,confirmed_at,confirmed_by,\
    first_any_s,first_personal_s,first_call_s,first_call_business_s,first_personal_email_s,first_personal_email_business_s,first_text_s,\
    first_video_s,first_auto_reply_s,calls,voicemails,texts,personal_emails,marketing_emails,auto_replies,videos,bounces,withdrawn_at,reasons,calls_seen,texts_seen,\
    emails_seen";
const CRITERIA: &str = "wave,shop,builder,id,counted,result,points,of,why,touches";
const TOUCHES: &str = "wave,shop,builder,id,channel,origin,at,at_latest,elapsed_s,disputed,from,attributed_by,confidence,subject,sender_name,\
    name_used,community_named,direct_phone,placement,appointment,question,reason_or_discovery,suspected_automation,faults,duration_s,answered,\
    source,review,evidence";
const APPEALS: &str = "wave,shop,builder,id,at,by,criterion,touch,text,outcome,outcome_at,outcome_by,outcome_text,corrections";

impl Writer for Csv {
    fn each(&self, report: &Report, to: &mut dyn Shelf) -> Result<(), ReportError> {
        tables(report).into_iter().chain(csv_many::tables(report)).try_for_each(|(file, header, mut rows)| {
            // A row is made when it is written: all cells of a large wave would not fit into memory.
            to.file(file.into(), &mut |to| fill(to, header, &mut rows))
        })
    }
}

/// A table: its file, its header, its rows.
pub(super) type Table<'a> = (&'static str, &'static str, Rows<'a>);

/// Rows, each made when it is written; one that rests on what was put away can fail.
pub(super) type Rows<'a> = Box<dyn Iterator<Item = Result<Vec<String>, ReportError>> + 'a>;

/// Rows that cannot fail.
pub(super) fn rows<'a>(rows: impl Iterator<Item = Vec<String>> + 'a) -> Rows<'a> {
    Box::new(rows.map(Ok))
}

/// The tables of what a wave holds, shop by shop.
fn tables(report: &Report) -> Vec<Table<'_>> {
    let ranked = report.leaderboard().into_iter().chain(report.unscored());
    let leads = report.shops.iter().filter(|_| !report.anonymous).filter_map(|shop| Lead::of_shop(&report.wave, shop));
    vec![
        ("leaderboard.csv", LEADERBOARD, rows(ranked.map(|shop| leaderboard(report, shop)))),
        ("criteria.csv", CRITERIA, rows(report.shops.iter().flat_map(|shop| criteria(report, shop)))),
        ("touches.csv", TOUCHES, Box::new(report.shops.each().flat_map(|shop| touches(report, shop)))),
        ("appeals.csv", APPEALS, rows(report.shops.iter().flat_map(|shop| appeals(report, shop)))),
        (PURGE_LIST, purge::HEADER, rows(leads.map(|lead| lead.row()))),
    ]
}

/// The purge list as a table of its own.
///
/// # Errors
/// When it cannot be encoded.
pub fn purge_list(leads: &[Lead]) -> Result<Vec<u8>, ReportError> {
    let wave = leads.first().map(|lead| lead.wave.as_str()).unwrap_or_default();
    Ok(table(wave, PURGE_LIST, purge::HEADER, leads.iter().map(Lead::row).collect())?.bytes)
}

pub(super) fn table(wave: &str, file: &str, header: &str, rows: Vec<Vec<String>>) -> Result<Page, ReportError> {
    let mut bytes = Vec::new();
    let failed = |e: io::Error| ReportError::Encode { file: file.to_owned(), wave: wave.to_owned(), message: e.to_string() };
    fill(&mut bytes, header, &mut rows.into_iter().map(Ok)).map_err(failed)?;
    Ok(Page { path: file.into(), bytes })
}

fn fill(to: &mut dyn io::Write, header: &str, rows: &mut dyn Iterator<Item = Result<Vec<String>, ReportError>>) -> io::Result<()> {
    let mut writer = ::csv::WriterBuilder::new().terminator(::csv::Terminator::CRLF).from_writer(to);
    writer.write_record(header.split(','))?;
    for row in rows {
        writer.write_record(row.map_err(io::Error::other)?.iter().map(|cell| neutral(cell)))?;
    }
    writer.flush()
}

/// The cell as text that no spreadsheet takes for a formula.
fn neutral(cell: &str) -> String {
    let cell = cell.replace('\u{0}', "");
    let formula = cell.chars().next().is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\t' | '\r' | '\n' | '＝' | '＋' | '－' | '＠'));
    // A phone number is no formula, and is wanted as it is.
    let number = cell.strip_prefix('+').is_some_and(|digits| !digits.is_empty() && digits.chars().all(|c| c.is_ascii_digit()));
    if formula && !number { format!("'{cell}") } else { cell }
}

fn or_empty<T: ToString>(value: Option<T>) -> String {
    value.map(|v| v.to_string()).unwrap_or_default()
}

fn time(at: Option<DateTime<Utc>>) -> String {
    at.map(super::words::utc).unwrap_or_default()
}

fn decimals(value: Option<f64>) -> String {
    value.map(super::words::points).unwrap_or_default()
}

fn leaderboard(report: &Report, shop: &ReportShop) -> Vec<String> {
    let card = &shop.card;
    let (first, business, counts) = (&card.first, &card.first_business, &card.counts);
    let mut row = vec![
        report.wave.clone(),
        card.shop.clone(),
        tidy(&card.builder),
        tidy(shop.detail.community.as_deref().unwrap_or_default()),
        key(&card.status),
        key(&card.verdict),
        card.score.map(super::words::score).unwrap_or_default(),
        card.tier.clone().unwrap_or_default(),
        decimals(card.points),
        decimals(card.out_of),
        decimals(card.caps.iter().map(|cap| cap.cap).min_by(f64::total_cmp)),
        time(card.sent_at),
        time(card.confirmed_at),
        card.confirmed_by.as_ref().map(key).unwrap_or_default(),
    ];
    let firsts = [first.any, first.personal, first.call, business.call, first.personal_email, business.personal_email, first.text];
    row.extend(firsts.into_iter().chain([first.video, first.auto_reply]).map(or_empty));
    let numbers = [counts.calls, counts.voicemails, counts.texts, counts.personal_emails, counts.marketing_emails, counts.auto_replies];
    row.extend(numbers.into_iter().chain([counts.videos, counts.bounces]).map(|n| n.to_string()));
    row.push(time(card.withdrawn_at));
    let seen = |reach: fn(&Channels) -> Reach| card.channels.as_ref().map(|channels| key(&reach(channels))).unwrap_or_default();
    row.push(if card.score.is_none() || !card.verdict_why.is_empty() { shop.reasons().join("; ") } else { String::new() });
    row.extend([seen(|channels| channels.call), seen(|channels| channels.text), seen(|channels| channels.email)]);
    row
}

fn criteria(report: &Report, shop: &ReportShop) -> Vec<Vec<String>> {
    let row = |criterion: &crate::score::Criterion| {
        vec![
            report.wave.clone(),
            shop.card.shop.clone(),
            tidy(&shop.card.builder),
            criterion.id.clone().into_owned(),
            criterion.counted.to_string(),
            key(&criterion.result),
            decimals(Some(criterion.points)),
            decimals(Some(criterion.of)),
            tidy(&criterion.why),
            criterion.touches.join(" "),
        ]
    };
    shop.card.criteria.iter().map(row).collect()
}

fn appeals(report: &Report, shop: &ReportShop) -> Vec<Vec<String>> {
    let row = |appeal: &Appeal| {
        vec![
            report.wave.clone(),
            shop.card.shop.clone(),
            tidy(&shop.card.builder),
            appeal.id.clone(),
            time(Some(appeal.at)),
            appeal.by.clone(),
            appeal.criterion.clone().unwrap_or_default(),
            appeal.touch.clone().unwrap_or_default(),
            appeal.text.clone(),
            key(&appeal.outcome),
            time(appeal.outcome_at),
            appeal.outcome_by.clone().unwrap_or_default(),
            appeal.outcome_text.clone().unwrap_or_default(),
            appeal.corrections.join(" "),
        ]
    };
    shop.appeals.iter().map(row).collect()
}

fn touches(report: &Report, shop: Result<ReportShop, ReportError>) -> Vec<Result<Vec<String>, ReportError>> {
    match shop {
        Ok(shop) => shop.card.touches.iter().map(|touch| Ok(one_touch(report, &shop, touch))).collect(),
        Err(error) => vec![Err(error)],
    }
}

fn one_touch(report: &Report, shop: &ReportShop, touch: &TouchEntry) -> Vec<String> {
    let detail = shop.detail.touches.get(&*touch.id);
    let labels = &touch.labels;
    vec![
        report.wave.clone(),
        shop.card.shop.clone(),
        tidy(&shop.card.builder),
        touch.id.to_string(),
        key(&touch.channel),
        key(&touch.origin),
        time(Some(touch.at)),
        time(touch.at_latest),
        or_empty(shop.card.confirmed_at.map(|from| (touch.at - from).num_seconds())),
        touch.disputed.to_string(),
        tidy(touch.from.as_deref().unwrap_or_default()),
        touch.attributed_by.as_ref().map(key).unwrap_or_default(),
        decimals(touch.confidence),
        tidy(detail.and_then(|d| d.subject.as_deref()).unwrap_or_default()),
        tidy(labels.sender_name.as_deref().unwrap_or_default()),
        or_empty(labels.name_used),
        or_empty(labels.community_named),
        tidy(labels.direct_phone.as_deref().unwrap_or_default()),
        labels.placement.as_ref().map(key).unwrap_or_default(),
        labels.appointment.as_ref().map(key).unwrap_or_default(),
        labels.question.as_ref().map(key).unwrap_or_default(),
        or_empty(labels.reason_or_discovery),
        or_empty(labels.suspected_automation),
        labels.faults.iter().flatten().map(key).collect::<Vec<_>>().join(" "),
        or_empty(detail.and_then(|d| d.duration_s)),
        or_empty(detail.and_then(|d| d.answered)),
        detail.map(|d| d.source.clone()).unwrap_or_default(),
        tidy(detail.and_then(|d| d.review.as_deref()).unwrap_or_default()),
        touch.evidence.as_deref().map(|name| words::evidence(name, touch.evidence_fault)).unwrap_or_default(),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formulas_are_disarmed_and_plain_cells_left_alone() {
        for (cell, safe) in [
            ("=HYPERLINK(\"http://evil.example\")", "'=HYPERLINK(\"http://evil.example\")"),
            ("+15125550100", "+15125550100"),
            ("+1512*2", "'+1512*2"),
            ("-2+3", "'-2+3"),
            ("@SUM(A1)", "'@SUM(A1)"),
            ("\tx", "'\tx"),
            ("\r=1", "'\r=1"),
            ("Amy = best", "Amy = best"),
            ("", ""),
            ("62.5", "62.5"),
        ] {
            assert_eq!(neutral(cell), safe);
        }
    }

    #[test]
    fn a_builders_own_figures_stand_in_their_file_with_what_is_wrong_with_them() {
        let report = super::super::build(super::super::sample::input());
        let pages = Csv.pages(&report).unwrap();
        let page = pages.iter().find(|page| page.path.ends_with("program.csv")).unwrap();
        let mut reader = ::csv::Reader::from_reader(page.bytes.as_slice());
        let at: std::collections::BTreeMap<String, usize> =
            reader.headers().unwrap().iter().enumerate().map(|(n, name)| (name.to_owned(), n)).collect();
        let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        let of: Vec<&str> = rows.iter().map(|row| &row[at["of"]]).collect();
        assert_eq!(of, ["all", "without_onsite", "source", "source", "month", "month"]);
        let cell = |row: usize, name: &str| &rows[row][at[name]];
        assert_eq!([cell(0, "first_month"), cell(0, "last_month"), cell(0, "leads")], ["2026-10", "2026-11", "300"]);
        assert_eq!([cell(1, "leads"), cell(1, "appointments"), cell(1, "sales")], ["200", "60", "12"]);
        assert_eq!([cell(1, "lead_to_appointment"), cell(1, "appointment_to_sale"), cell(1, "lead_to_sale")], ["0.3", "0.2", "0.06"]);
        assert!(cell(0, "warnings").contains("onsite_sources") && cell(0, "why").contains("walk-ins") && cell(1, "warnings").is_empty());
        let edges = [cell(1, "lead_to_sale_low"), cell(1, "lead_to_sale_high")].map(|edge| edge.parse::<f64>().unwrap());
        assert!(edges[0] < 0.06 && 0.06 < edges[1], "{edges:?}");
    }

    #[test]
    fn every_row_has_as_many_cells_as_its_header() {
        let report = super::super::build(super::super::sample::input());
        for page in Csv.pages(&report).unwrap() {
            let mut reader = ::csv::Reader::from_reader(page.bytes.as_slice());
            let width = reader.headers().unwrap().len();
            let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
            assert!(!rows.is_empty() && rows.iter().all(|row| row.len() == width));
            for cell in rows.iter().flat_map(|row| row.iter()) {
                let number = cell.strip_prefix('+').is_some_and(|digits| digits.chars().all(|c| c.is_ascii_digit()));
                assert!(number || !cell.starts_with(['=', '+', '-', '@', '\t', '\r']), "{cell}");
            }
        }
    }
}
