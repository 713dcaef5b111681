//! Several waves in one report, and reports that name nobody: both are made of the reports of waves, here where the store is at hand.

use std::collections::BTreeMap;
use std::path::PathBuf;

use chrono::{DateTime, Utc};

use super::{AuditError, Topic, Workspace};
use crate::report::{self, Format, Portfolio, Report};
use crate::score::Rubric;
use crate::shop::Inquiry;

/// A written portfolio.
#[derive(Debug)]
pub struct Collected {
    /// The model.
    pub portfolio: Portfolio,
    /// The files.
    pub files: Vec<PathBuf>,
}

/// Which waves a portfolio is of, and how it is written.
#[derive(Clone, Debug)]
pub struct Collecting<'a> {
    /// The last wave; `None` for the latest.
    pub upto: Option<&'a str>,
    /// How many waves at most.
    pub waves: usize,
    /// The moment.
    pub as_of: DateTime<Utc>,
    /// What is written.
    pub formats: &'a [Format],
    /// Whether builders get other names.
    pub anonymous: bool,
}

impl Workspace {
    /// The report without names: builders and people are called otherwise, the same in each of the reports given.
    ///
    /// # Errors
    /// When the store fails, or a name is left where it cannot be taken out.
    pub(super) async fn without_names(&self, reports: Vec<Report>) -> Result<Vec<Report>, AuditError> {
        // Made for drawing moments, and as good a secret as any.
        Ok(report::anonymous(reports, &self.seed().await?)?)
    }

    /// Writes one report over several waves, into `reports/portfolio-FIRST-LAST/`.
    ///
    /// # Errors
    /// When there is no such wave, a report cannot be made, or a file cannot be written.
    pub async fn collect_waves(&self, asked: &Collecting<'_>, rubric: &Rubric) -> Result<Collected, AuditError> {
        let all = self.store.inquiries(None).await?;
        let order = in_order(&all);
        let Some(last) = asked.upto.or(order.last().copied()) else {
            return Err(AuditError::wrong("report on several waves: nothing was asked yet", "`crickets shop --wave WAVE` starts a wave"));
        };
        let chosen = trailing(&all, last, asked.waves);
        // The last report first: it says so where there is no such wave, and its ranks and trends run over all of them.
        let newest = self.report(Topic { wave: last, as_of: asked.as_of, waves: asked.waves }, rubric).await?;
        let mut reports = Vec::new();
        for wave in chosen.iter().filter(|wave| **wave != last) {
            reports.push(self.report(Topic::of(wave, asked.as_of), rubric).await?);
        }
        reports.push(newest);
        if asked.anonymous {
            reports = self.without_names(reports).await?;
        }
        let portfolio = report::portfolio(&reports)
            .ok_or_else(|| AuditError::wrong("report on several waves: there is none", "`crickets status` lists them"))?;
        let folder = self.report_folder(&folder_name(&chosen));
        let files = report::write_portfolio(&portfolio, &reports, &folder, asked.formats)?;
        Ok(Collected { portfolio, files })
    }
}

/// `portfolio-2026-09-2026-11`.
fn folder_name(waves: &[&str]) -> String {
    let mut name = "portfolio".to_owned();
    let ends = waves.first().into_iter().chain(waves.last().filter(|_| waves.len() > 1));
    for wave in ends {
        let safe: String =
            wave.chars().take(60).map(|c| if c.is_alphanumeric() || matches!(c, '-' | '_' | '.') { c } else { '-' }).collect();
        name = format!("{name}-{safe}");
    }
    name
}

/// Waves in the order in which they began; a wave's name need not sort.
fn in_order(all: &[Inquiry]) -> Vec<&str> {
    let mut began: BTreeMap<&str, DateTime<Utc>> = BTreeMap::new();
    for inquiry in all {
        let at = inquiry.sent_at.unwrap_or(inquiry.planned_at);
        began.entry(&inquiry.wave).and_modify(|first| *first = at.min(*first)).or_insert(at);
    }
    let mut waves: Vec<(&str, DateTime<Utc>)> = began.into_iter().collect();
    waves.sort_by_key(|(name, at)| (*at, *name));
    waves.into_iter().map(|(name, _)| name).collect()
}

/// The last waves up to this one.
pub(super) fn trailing<'a>(all: &'a [Inquiry], wave: &str, most: usize) -> Vec<&'a str> {
    last_of(&in_order(all), wave, most)
}

fn last_of<'a>(order: &[&'a str], upto: &str, most: usize) -> Vec<&'a str> {
    let end = order.iter().position(|name| *name == upto).map_or(order.len(), |index| index + 1);
    order.iter().take(end).skip(end.saturating_sub(most.max(1))).copied().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_trailing_waves_end_with_the_one_asked_for() {
        let order = ["a", "b", "c", "d"];
        for (upto, most, want) in [("c", 2, vec!["b", "c"]), ("d", 9, vec!["a", "b", "c", "d"]), ("a", 1, vec!["a"]), ("b", 0, vec!["b"])] {
            assert_eq!(last_of(&order, upto, most), want);
        }
        assert_eq!(folder_name(&["2026-09", "2026-10", "../x"]), "portfolio-2026-09-..-x");
        assert_eq!(folder_name(&["2026-09"]), "portfolio-2026-09");
    }
}
