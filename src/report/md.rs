//! `report.md`: the leaderboard and a summary of every shop, in GitHub's Markdown. Foreign text is escaped, so that it can
//! make neither markup nor HTML nor a table cell of its own.

use std::fmt::Write as _;

use super::measured::Measured;
use super::sensitivity::Weighed;
use super::words::{self, BUCKETS};
use super::{Appeal, ClockOffset, Page, Report, ReportError, ReportShop, Shelf, Writer, advice, compare, sensitivity, trailing, watched};
use crate::score::program::Figures;
use crate::score::{FirstOf, Insight};

pub(crate) struct Md;

impl Writer for Md {
    fn each(&self, report: &Report, to: &mut dyn Shelf) -> Result<(), ReportError> {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = head(&mut out, report)
            .and_then(|()| board(&mut out, report))
            .and_then(|()| over_waves(&mut out, report))
            .and_then(|()| rest(&mut out, report));
        to.page(Page::text("report.md", out))
    }
}

/// Text that cannot be anything but text, on one line.
pub(super) fn text(raw: &str) -> String {
    let mut out = String::new();
    for c in words::brief(raw, 2_000).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '#' | '~' | '!' => {
                out.push('\\');
                out.push(c);
            }
            c => out.push(c),
        }
    }
    out
}

fn head(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "# Wave {}: how builders answered a home buyer\n", text(&report.wave))?;
    if report.is_rehearsal() {
        writeln!(out, "> **Rehearsal.** {}\n", words::REHEARSAL)?;
    }
    if !report.workspace.is_empty() {
        writeln!(out, "{}  ", text(&report.workspace))?;
    }
    writeln!(out, "As of {}\n", words::utc(report.as_of))?;
    writeln!(out, "| figure | value |\n|---|---:|")?;
    writeln!(out, "| shops | {} |", report.shops.len())?;
    writeln!(out, "| proven inquiries | {} |", report.cohort.n)?;
    writeln!(out, "| never answered by a person | {} |", report.cohort.never_personal.map_or(words::NONE.to_owned(), words::percent))?;
    writeln!(out, "| median first personal response | {} |", compare::median(report))?;
    for (key, label, _) in BUCKETS {
        writeln!(out, "| first personal response {label} | {} |", report.cohort.bucket(key))?;
    }
    for told in words::beside_the_buckets(&report.cohort) {
        writeln!(out, "\n{told}")?;
    }
    Ok(())
}

fn board(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "\n## Leaderboard\n\nIn order of the score; each line is one inquiry (n = 1), so there are no rank numbers.\n")?;
    writeln!(
        out,
        "| builder | score | tier | first call | first personal email | first of any kind | verdict |\n|---|---:|---|---:|---:|---:|---|"
    )?;
    for shop in report.leaderboard() {
        let card = &shop.card;
        writeln!(
            out,
            "| {} | {} | {} | {} | {} | {} | {} |",
            text(&card.builder),
            card.score.map(words::score).unwrap_or_default(),
            text(card.tier.as_deref().unwrap_or_default()),
            words::first_of(card, FirstOf::Call),
            words::first_of(card, FirstOf::PersonalEmail),
            words::first_of(card, FirstOf::Any),
            words::verdict(card.verdict)
        )?;
    }
    weighed(out, &report.order)?;
    if !report.unscored().is_empty() {
        writeln!(out, "\n## Not ranked\n\n| builder | verdict | status | why |\n|---|---|---|---|")?;
        for shop in report.unscored() {
            let (verdict, status) = (words::verdict(shop.card.verdict), words::status(shop.card.status));
            writeln!(out, "| {} | {verdict} | {status} | {} |", text(&shop.card.builder), text(&shop.reasons().join(" ")))?;
        }
    }
    Ok(())
}

/// Whether an order rests on the weights.
fn weighed(out: &mut String, weighed: &Weighed) -> std::fmt::Result {
    if weighed.head.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{}", weighed.head)?;
    for (n, turn) in weighed.turns.iter().enumerate() {
        writeln!(out, "{}- {}", if n == 0 { "\n" } else { "" }, text(turn))?;
    }
    Ok(())
}

/// The head of a table; `right` tells which columns hold figures.
pub(super) fn heads(out: &mut String, heads: &[&str], right: impl Fn(usize) -> bool) -> std::fmt::Result {
    let lines: Vec<&str> = (0..heads.len()).map(|n| if right(n) { "---:" } else { "---" }).collect();
    writeln!(out, "| {} |\n|{}|", heads.join(" | "), lines.join("|"))
}

/// A row of a table, of foreign text.
pub(super) fn row(out: &mut String, cells: impl IntoIterator<Item = impl AsRef<str>>) -> std::fmt::Result {
    let cells: Vec<String> = cells.into_iter().map(|cell| text(cell.as_ref())).collect();
    writeln!(out, "| {} |", cells.join(" | "))
}

/// Ranks and trend over the trailing waves.
fn over_waves(out: &mut String, report: &Report) -> std::fmt::Result {
    let over = &report.statistics.trailing;
    let ranks = trailing::standings(report);
    writeln!(out, "\n## Over the trailing waves\n\n{}\n", trailing::kinds(over))?;
    if trailing::is_trend(&over.trend) {
        heads(out, &trailing::WAVES, |n| n > 0)?;
        trailing::rows(&over.trend).iter().try_for_each(|wave| row(out, wave.iter().map(Measured::line)))?;
        trailing::changes(&over.trend).iter().try_for_each(|change| writeln!(out, "\n{}", text(change)))?;
        let improved = trailing::improved(&over.most_improved);
        improved.iter().try_for_each(|one| writeln!(out, "\n{}: {}", trailing::MOST_IMPROVED, text(one)))?;
        writeln!(out)?;
    }
    let needed = trailing::needed(report.statistics.settings.needed);
    if ranks.is_empty() {
        writeln!(out, "{} {needed}", trailing::NO_RANK)?;
    } else {
        writeln!(out, "{needed}\n")?;
        heads(out, &trailing::STANDING, |n| n != 1)?;
        ranks.iter().try_for_each(|rank| row(out, rank))?;
        weighed(out, &sensitivity::of_ranks(over))?;
    }
    Ok(())
}

fn rest(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "\n## Builders")?;
    for shop in report.leaderboard().into_iter().chain(report.unscored()) {
        one(out, shop)?;
    }
    programs(out, report)?;
    writeln!(out, "\n## What is not proven\n")?;
    writeln!(out, "- waiting for review: {}\n- belongs to no inquiry: {}", report.in_review, report.unmatched)?;
    if report.evidence_faults > 0 {
        writeln!(out, "- evidence: {}", words::derivable(report.evidence_faults))?;
    }
    if let Some(off) = report.clock_offset.and_then(ClockOffset::tell) {
        writeln!(out, "- {off}: times between our clock and a mail server's may be off by as much")?;
    }
    for (source, coverage) in &report.coverage {
        let alive = watched::alive(coverage);
        let alive = if alive.is_empty() { alive } else { format!(". {alive}") };
        let gaps = if coverage.gaps.is_empty() { "watched without a gap" } else { "watched with gaps" };
        writeln!(out, "- {}: {gaps}{alive}", text(source))?;
        for gap in &coverage.gaps {
            writeln!(out, "- {}: gap {}", text(source), text(&watched::gap(gap)))?;
        }
    }
    writeln!(out, "\n{}", watched::RULE)?;
    writeln!(out, "\n## What others measured\n\n| measure | published | this wave | source |\n|---|---|---|---|")?;
    for line in compare::lines(report) {
        let ours = if line.ours.is_empty() { words::NONE } else { &line.ours };
        writeln!(out, "| {} | {} | {ours} | {} |", line.what, line.others, line.source)?;
    }
    let rubric = &report.rubric;
    writeln!(
        out,
        "\n---\n\nFor coaching, not for discipline. Rubric {}, version {}, SHA-256 `{}`.",
        text(&rubric.name),
        text(&rubric.version),
        rubric.sha256.replace('`', "")
    )
}

fn one(out: &mut String, shop: &ReportShop) -> std::fmt::Result {
    let card = &shop.card;
    writeln!(out, "\n### {}\n", text(&card.builder))?;
    match (card.score, card.points, card.out_of) {
        (Some(score), Some(points), Some(of)) => {
            let tier = text(card.tier.as_deref().unwrap_or_default());
            writeln!(
                out,
                "**{}** {tier} ({} of {} points), {}.\n",
                words::score(score),
                words::points(points),
                words::points(of),
                words::verdict(card.verdict)
            )?;
        }
        _ => writeln!(out, "Not scored: {}\n", text(&shop.reasons().join(" ")))?,
    }
    for cap in &card.caps {
        writeln!(out, "- capped at {}: {}", words::points(cap.cap), text(&cap.why))?;
    }
    if !shop.detail.question.is_empty() {
        writeln!(out, "- asked: {}", text(&shop.detail.question))?;
    }
    if let Some(at) = card.confirmed_at {
        writeln!(out, "- confirmed {} ({})", text(&words::local(at, shop.detail.timezone)), words::utc(at))?;
        let first = |of| words::first_of(card, of);
        writeln!(out, "- first call {} (inside posted hours: {})", first(FirstOf::Call), first(FirstOf::CallInHours))?;
        writeln!(
            out,
            "- first personal email {} (inside posted hours: {})",
            first(FirstOf::PersonalEmail),
            first(FirstOf::PersonalEmailInHours)
        )?;
        writeln!(out, "- {}", super::chart::summary(shop))?;
    }
    if let Some(insight) = &shop.insight {
        advised(out, insight)?;
    }
    let lost = card.criteria.iter().filter(|c| c.counted && c.of - c.points > 0.05);
    for criterion in lost {
        let title = text(words::criterion(&criterion.id));
        writeln!(out, "- {title}: {} of {}, {}", words::points(criterion.points), words::points(criterion.of), text(&criterion.why))?;
    }
    for appeal in &shop.appeals {
        appealed(out, appeal)?;
    }
    Ok(())
}

fn appealed(out: &mut String, appeal: &Appeal) -> std::fmt::Result {
    let disputes = appeal.disputes();
    let about = if disputes.is_empty() { String::new() } else { format!(" ({})", text(&disputes)) };
    let (id, by, said) = (text(&appeal.id), text(&appeal.by), text(&appeal.text));
    writeln!(out, "- appeal {id} of {by}, {}{about}: {said}", words::utc(appeal.at))?;
    write!(out, "  - {}", appeal.outcome.words())?;
    if let (Some(at), Some(by), Some(why)) = (appeal.outcome_at, &appeal.outcome_by, &appeal.outcome_text) {
        write!(out, "; decided {} by {}: {}", words::utc(at), text(by), text(why))?;
    }
    if !appeal.corrections.is_empty() {
        write!(out, " Decided anew: {}.", text(&appeal.corrections.join(", ")))?;
    }
    writeln!(out)
}

/// What to mend first, what may lie behind it, and how the buyer was looked after.
fn advised(out: &mut String, insight: &Insight) -> std::fmt::Result {
    for sentence in advice::continuity(&insight.continuity) {
        writeln!(out, "- {}", text(&sentence))?;
    }
    for (n, fix) in insight.fixes.iter().enumerate() {
        writeln!(out, "- mend {}: **{}** ({}). {}", n + 1, text(fix.title), advice::worth(fix), text(&fix.coaching.what))?;
        writeln!(out, "  - good: {}\n  - bad: {}", text(&fix.coaching.good), text(&fix.coaching.bad))?;
        if let Some(source) = &fix.coaching.source {
            writeln!(out, "  - {}", text(source))?;
        }
    }
    if !insight.hypotheses.is_empty() {
        writeln!(out, "- {}", advice::HYPOTHESES)?;
    }
    for found in &insight.hypotheses {
        writeln!(out, "  - **{}**. {} It rests on: {}.", advice::hypothesis(found), found.says, text(&found.rests_on.join("; ")))?;
        writeln!(out, "    Or: {} Ask: {}", found.instead.join(" "), found.ask)?;
    }
    Ok(())
}

/// The builders' own figures, where they gave them.
fn programs(out: &mut String, report: &Report) -> std::fmt::Result {
    if report.program.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n## Program figures\n\n{}", advice::PROGRAM)?;
    for program in &report.program {
        writeln!(out, "\n### {}\n", text(&format!("{} {}", program.builder, advice::months(program))))?;
        writeln!(out, "| | {} |\n|---|{}", advice::FIGURES.join(" | "), "---:|".repeat(advice::FIGURES.len()))?;
        let mut line = |name: &str, figures: &Figures| writeln!(out, "| {name} | {} |", advice::figures(figures).join(" | "));
        line("all", &program.all)?;
        if let Some(without) = &program.without_onsite {
            line("without walk-ins", without)?;
        }
        for slice in &program.by_source {
            line(&text(&slice.name), &slice.figures)?;
        }
        let audit = advice::audit(program);
        if !audit.is_empty() {
            writeln!(out, "\n{audit}")?;
        }
        for warning in &program.warnings {
            writeln!(out, "\n- {}", text(&warning.text))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_stays_text() {
        for (raw, safe) in [
            ("a|b\nc", "a\\|b c"),
            ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
            ("[x](javascript:1) ![y](http://e)", "\\[x\\](javascript:1) \\!\\[y\\](http://e)"),
            ("# *b* _i_ `c`", "\\# \\*b\\* \\_i\\_ \\`c\\`"),
        ] {
            assert_eq!(text(raw), safe);
        }
    }
}
