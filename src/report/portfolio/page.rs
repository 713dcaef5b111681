//! A portfolio as `index.html`, with the `methods.html` that it links to. Takes a [`Portfolio`] and the report of its last wave, gives
//! pages. Text is escaped by the template.

use askama::Template;

use super::super::html::Frame;
use super::super::{Page, Report, ReportError, methods, words};
use super::rows::{self, ONE, Told, improved, ranks, segment, titled};
use super::{Portfolio, WaveFigures, span};

/// Both pages.
pub(super) fn pages(portfolio: &Portfolio, last: &Report) -> Result<[Page; 2], ReportError> {
    Ok([rendered(portfolio, "index.html", &sheet(portfolio, last))?, rendered(portfolio, "methods.html", &methods::view(last))?])
}

struct Column {
    name: String,
    link: Option<String>,
    began: String,
    shops: u32,
    n: u32,
    scored: u32,
    mean: String,
    never: String,
    median: String,
}

#[derive(Template)]
#[template(path = "portfolio.html")]
struct Sheet {
    frame: Frame,
    span: String,
    waves: Vec<Column>,
    rows: Vec<Told>,
    improved: String,
    ranks: String,
    one: &'static str,
    anonymous: bool,
}

fn sheet(portfolio: &Portfolio, last: &Report) -> Sheet {
    let none = || words::NONE.to_owned();
    let links = !portfolio.anonymous;
    let column = |wave: &WaveFigures| Column {
        name: words::brief(&wave.wave, 60),
        link: links.then(|| format!("../{}/index.html", segment(&wave.wave))),
        began: wave.began.map_or_else(none, |at| at.format("%b %-d, %Y").to_string()),
        shops: wave.shops,
        n: wave.n,
        scored: wave.scored,
        mean: wave.mean_score.map_or_else(none, words::score),
        never: wave.never_personal.map_or_else(none, words::percent),
        median: wave.median_first_personal_s.map_or_else(none, words::duration),
    };
    let span = span(portfolio);
    let mut frame = Frame::new(last, format!("{}: how builders answered", titled(portfolio)), "");
    frame.wave.clone_from(&span);
    frame.rehearsal = portfolio.clock == "rehearsal";
    Sheet {
        frame,
        span,
        waves: portfolio.waves.iter().map(column).collect(),
        rows: rows::view(portfolio, links),
        improved: improved(portfolio),
        ranks: ranks(portfolio),
        one: ONE,
        anonymous: portfolio.anonymous,
    }
}

fn rendered(portfolio: &Portfolio, page: &str, template: &impl Template) -> Result<Page, ReportError> {
    let failed = |e: askama::Error| ReportError::Render { page: page.to_owned(), wave: span(portfolio), message: e.to_string() };
    Ok(Page::text(page, template.render().map_err(failed)?))
}
