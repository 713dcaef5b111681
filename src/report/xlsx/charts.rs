//! The sheet of charts: the scores, best first, and how soon a person answered. Each draws from the cells of another sheet, and says in
//! words what it shows for whoever does not see it.

use rust_xlsxwriter::{Chart, ChartDataLabel, ChartFormat, ChartSolidFill, Color, Workbook, XlsxError};

use super::super::words::{self, BUCKETS};
use super::super::{Report, compare};
use super::tables::{DISTRIBUTION, LEADERBOARD};

/// More bars nobody reads.
const MOST_BARS: u32 = 60;
/// Letters that Excel takes for a description.
const MOST_TOLD: usize = 250;
const WIDTH: u32 = 860;
const BAR: u32 = 24;
const INK: Color = Color::RGB(0x000E_6655);

/// A chart of the first rows of a sheet: names in its first column, values in its second.
fn chart(mut chart: Chart, title: &str, sheet: &str, rows: u32, format: &str) -> Chart {
    let mut fill = ChartFormat::new();
    fill.set_solid_fill(ChartSolidFill::new().set_color(INK));
    let label = ChartDataLabel::new().show_value().set_num_format(format).clone();
    chart
        .add_series()
        .set_categories((sheet, 1, 0, rows, 0))
        .set_values((sheet, 1, 1, rows, 1))
        .set_name(title)
        .set_format(&mut fill)
        .set_data_label(&label)
        .set_gap(40);
    chart.title().set_name(title);
    chart.legend().set_hidden();
    chart.set_width(WIDTH);
    chart
}

/// Adds the sheet where there is something to draw.
pub(super) fn add(workbook: &mut Workbook, report: &Report) -> Result<(), XlsxError> {
    let scored = u32::try_from(report.leaderboard().len()).unwrap_or(u32::MAX);
    let proven = BUCKETS.iter().any(|(key, _, _)| report.cohort.bucket(key) > 0);
    if scored == 0 && !proven {
        return Ok(());
    }
    let page = workbook.add_worksheet().set_name("Charts")?;
    page.set_landscape().set_paper_size(1).set_print_fit_to_pages(1, 1);
    let mut next = 1;
    if scored > 0 {
        let bars = scored.min(MOST_BARS);
        let title = if bars < scored { format!("Score, the first {bars} of {scored}") } else { "Score".to_owned() };
        let mut bar_chart = chart(Chart::new_bar(), &title, LEADERBOARD, bars, "0.0");
        let height = 110 + BAR * bars;
        bar_chart.set_height(height);
        // The best on top. Of bars that lie, the crate calls the scale x and the names y, as they stand.
        bar_chart.x_axis().set_min(0).set_max(100);
        bar_chart.y_axis().set_reverse();
        bar_chart.set_alt_text(words::cut(&format!("{title}. {}", told(report)), MOST_TOLD));
        page.insert_chart(next, 0, &bar_chart)?;
        next += height / 20 + 2;
    }
    if proven {
        let title = "How soon a person answered (inquiries)";
        let last = u32::try_from(BUCKETS.len()).unwrap_or(0);
        let mut times = chart(Chart::new_column(), title, DISTRIBUTION, last, "0");
        times.set_height(360);
        times.y_axis().set_min(0).set_major_unit(1);
        times.set_alt_text(format!("{title}. Median first personal response: {}.", compare::median(report)));
        page.insert_chart(next, 0, &times)?;
    }
    Ok(())
}

/// The scores in words.
fn told(report: &Report) -> String {
    let of = |shop: &&super::super::ReportShop| {
        let name = words::brief(&shop.card.builder, 40);
        shop.card.score.map(|score| format!("{name} {}", words::score(score)))
    };
    let all: Vec<String> = report.leaderboard().iter().filter_map(of).collect();
    format!("{}.", all.join(", "))
}
