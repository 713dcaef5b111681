//! A portfolio as `index.html`, with the `methods.html` that it links to. Takes a [`Portfolio`] and the report of its last wave, gives
//! pages. Text is escaped by the template.

use askama::Template;

use super::super::html::Frame;
use super::super::{Page, Report, ReportError, methods, trailing};
use super::rows::{self, Told, segment, titled};
use super::{Portfolio, WaveFigures, span};

/// Both pages.
pub(super) fn pages(portfolio: &Portfolio, last: &Report) -> Result<[Page; 2], ReportError> {
    Ok([rendered(portfolio, "index.html", &sheet(portfolio, last))?, rendered(portfolio, "methods.html", &methods::view(last))?])
}

/// A wave: where its own report is, and its cells.
struct Wave {
    link: Option<String>,
    cells: [String; 8],
}

#[derive(Template)]
#[template(path = "portfolio.html")]
struct Sheet {
    frame: Frame,
    span: String,
    heads: Vec<String>,
    rows: Vec<Told>,
    wave_heads: [&'static str; 8],
    waves: Vec<Wave>,
    most_improved: &'static str,
    improved: Vec<String>,
    rule: String,
    left_out: &'static str,
    anonymous: bool,
}

fn sheet(portfolio: &Portfolio, last: &Report) -> Sheet {
    let links = !portfolio.anonymous;
    let wave = |wave: &WaveFigures| Wave { link: links.then(|| format!("../{}/index.html", segment(&wave.wave))), cells: rows::wave(wave) };
    let span = span(portfolio);
    let mut frame = Frame::new(last, format!("{}: how builders answered", titled(portfolio)), "");
    frame.wave.clone_from(&span);
    frame.rehearsal = portfolio.clock == "rehearsal";
    Sheet {
        frame,
        span,
        heads: rows::heads(portfolio),
        rows: rows::view(portfolio, links),
        wave_heads: rows::WAVES,
        waves: portfolio.waves.iter().map(wave).collect(),
        most_improved: trailing::MOST_IMPROVED,
        improved: trailing::improved(&portfolio.most_improved),
        rule: rows::rule(portfolio),
        left_out: rows::LEFT_OUT,
        anonymous: portfolio.anonymous,
    }
}

fn rendered(portfolio: &Portfolio, page: &str, template: &impl Template) -> Result<Page, ReportError> {
    let failed = |e: askama::Error| ReportError::Render { page: page.to_owned(), wave: span(portfolio), message: e.to_string() };
    Ok(Page::text(page, template.render().map_err(failed)?))
}
