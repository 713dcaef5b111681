//! `report.md`: the leaderboard and a summary of every shop, in GitHub's Markdown. Foreign text is escaped, so that it can
//! make neither markup nor HTML nor a table cell of its own.

use std::fmt::Write as _;

use super::words::{self, BUCKETS};
use super::{ClockOffset, Page, Report, ReportError, ReportShop, Writer, compare, sensitivity, trailing, watched};

pub(crate) struct Md;

impl Writer for Md {
    fn pages(&self, report: &Report) -> Result<Vec<Page>, ReportError> {
        let mut out = String::new();
        // Writing to a String cannot fail.
        let _ = head(&mut out, report)
            .and_then(|()| board(&mut out, report))
            .and_then(|()| over_waves(&mut out, report))
            .and_then(|()| rest(&mut out, report));
        Ok(vec![Page { path: "report.md".into(), text: out }])
    }
}

/// Text that cannot be anything but text, on one line.
fn text(raw: &str) -> String {
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
        writeln!(out, "> **Rehearsal.** These inquiries ran under a rehearsal clock and say nothing about a real builder.\n")?;
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
        writeln!(out, "| first personal response {label} | {} |", report.cohort.buckets.get(key).copied().unwrap_or(0))?;
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
            words::first(card.first.call),
            words::first(card.first.personal_email),
            words::first(card.first.any),
            words::verdict(card.verdict)
        )?;
    }
    let sensitivity = sensitivity::of(report);
    if !sensitivity.changes.is_empty() {
        writeln!(out, "\nThe order changes in {} of {} weightings of ±25 %:\n", sensitivity.changes.len(), sensitivity.trials)?;
        for change in &sensitivity.changes {
            writeln!(out, "- {}", text(change))?;
        }
    } else if sensitivity.trials > 0 {
        writeln!(out, "\nThe order holds in all {} weightings of ±25 %.", sensitivity.trials)?;
    }
    if !report.unscored().is_empty() {
        writeln!(out, "\n## Not ranked\n\n| builder | verdict | status | why |\n|---|---|---|---|")?;
        for shop in report.unscored() {
            let (verdict, status) = (words::verdict(shop.card.verdict), words::status(shop.card.status));
            writeln!(out, "| {} | {verdict} | {status} | {} |", text(&shop.card.builder), text(&shop.reasons().join(" ")))?;
        }
    }
    Ok(())
}

/// Ranks and trend over the trailing waves, where there is more than one wave or any rank.
fn over_waves(out: &mut String, report: &Report) -> std::fmt::Result {
    let statistics = &report.statistics.trailing;
    let ranked = report.builders.iter().any(|builder| builder.rank.is_some());
    if statistics.trend.len() < 2 && !ranked {
        return Ok(());
    }
    writeln!(out, "\n## Over the trailing waves\n\n{}\n", trailing::kinds(report))?;
    if ranked {
        writeln!(out, "| rank | builder | n | mean score | 95 % interval |\n|---:|---|---:|---:|---:|")?;
        for builder in &report.builders {
            let rank = builder.rank.map_or_else(|| words::NONE.to_owned(), |rank| rank.to_string());
            let edges = builder.interval.map(|edges| edges.map(words::score).join(" to ")).unwrap_or_default();
            writeln!(out, "| {rank} | {} | {} | {} | {edges} |", text(&builder.builder), builder.n, words::score(builder.mean_score))?;
        }
        writeln!(out)?;
    }
    for (n, sentence) in trailing::ranks(report).iter().enumerate() {
        writeln!(out, "{}{}", if n == 0 { "" } else { "- " }, text(sentence))?;
    }
    writeln!(out, "\n| wave | n | mean score | never answered | median to a person |\n|---|---:|---|---|---:|")?;
    for point in &statistics.trend {
        writeln!(out, "| {} |", trailing::row(point).map(|cell| text(&cell)).join(" | "))?;
    }
    for sentence in trailing::change(report).into_iter().chain(trailing::improved(report)) {
        writeln!(out, "\n{}", text(&sentence))?;
    }
    Ok(())
}

fn rest(out: &mut String, report: &Report) -> std::fmt::Result {
    writeln!(out, "\n## Builders")?;
    for shop in report.leaderboard().into_iter().chain(report.unscored()) {
        one(out, shop)?;
    }
    writeln!(out, "\n## What is not proven\n")?;
    writeln!(out, "- waiting for review: {}\n- belongs to no inquiry: {}", report.in_review, report.unmatched)?;
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
        let (first, business) = (&card.first, &card.first_business);
        writeln!(out, "- first call {} (inside posted hours: {})", words::first(first.call), words::first(business.call))?;
        writeln!(
            out,
            "- first personal email {} (inside posted hours: {})",
            words::first(first.personal_email),
            words::first(business.personal_email)
        )?;
        writeln!(out, "- {}", super::chart::summary(shop))?;
    }
    let lost = card.criteria.iter().filter(|c| c.counted && c.of - c.points > 0.05);
    for criterion in lost {
        let title = text(words::criterion(&criterion.id).0);
        writeln!(out, "- {title}: {} of {}, {}", words::points(criterion.points), words::points(criterion.of), text(&criterion.why))?;
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
