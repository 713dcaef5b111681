//! Which problems of a watched mailbox are new. A folder that cannot be opened is looked at again each minute for a month: it is
//! told once, and again only when it was well in between.

use std::collections::HashMap;

use chrono::{DateTime, TimeDelta, Utc};

use crate::collect::mail::imap::Pass;

/// The problems that each folder had at its last look.
#[derive(Debug, Default)]
pub(super) struct Told(HashMap<String, Vec<String>>);

impl Told {
    /// The problems of a pass that were not told at the look before, as sentences.
    pub(super) fn fresh(&mut self, pass: &Pass) -> Vec<String> {
        let mut fresh = Vec::new();
        for folder in &pass.folders {
            let before = self.0.insert(folder.folder.clone(), folder.problems.clone()).unwrap_or_default();
            fresh.extend(folder.problems.iter().filter(|problem| !before.contains(problem)).map(|problem| format!("{problem}.")));
        }
        fresh
    }
}

/// Why canaries did not go out, by source, and when that was told.
#[derive(Debug, Default)]
pub(super) struct Unsent(HashMap<String, (String, DateTime<Utc>)>);

impl Unsent {
    /// The reasons, by source, that were not told within a day.
    pub(super) fn fresh(&mut self, problems: Vec<(String, String)>, now: DateTime<Utc>) -> Vec<(String, String)> {
        let mut fresh = problems;
        fresh.retain(|(source, why)| self.0.get(source).is_none_or(|(told, at)| told != why || now - *at >= TimeDelta::days(1)));
        self.0.extend(fresh.iter().map(|(source, why)| (source.clone(), (why.clone(), now))));
        fresh
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn why_a_canary_did_not_go_out_is_told_once_a_day() {
        let (mut unsent, start) = (Unsent::default(), DateTime::<Utc>::UNIX_EPOCH);
        let mut told = |minute: i64, why: &str| {
            let problems = vec![("mailbox.main".to_owned(), why.to_owned())];
            unsent.fresh(problems, start + TimeDelta::minutes(minute)).len()
        };
        let seen = [told(0, "locked"), told(1, "locked"), told(2, "away"), told(3, "away"), told(1_442, "away"), told(1_443, "away")];
        assert_eq!(seen, [1, 0, 1, 0, 1, 0]);
    }
    use crate::collect::mail::imap::FolderPass;

    #[test]
    fn a_problem_that_stays_is_told_once() {
        let pass = |problems: &[(&str, &[&str])]| Pass {
            cursors: Vec::new(),
            folders: problems
                .iter()
                .map(|(folder, problems)| FolderPass {
                    folder: (*folder).to_owned(),
                    seen_from: None,
                    seen_by: None,
                    messages: 0,
                    gone: false,
                    problems: problems.iter().map(|&problem| problem.to_owned()).collect(),
                })
                .collect(),
        };
        let mut told = Told::default();
        assert_eq!(told.fresh(&pass(&[("INBOX", &[]), ("Gone", &["could not open Gone"])])), ["could not open Gone."]);
        assert!(told.fresh(&pass(&[("INBOX", &[])])).is_empty());
        assert!(told.fresh(&pass(&[("INBOX", &[]), ("Gone", &["could not open Gone"])])).is_empty());
        assert_eq!(told.fresh(&pass(&[("INBOX", &["message 3"]), ("Gone", &["could not open Gone"])])), ["message 3."]);
        assert!(told.fresh(&pass(&[("Gone", &[])])).is_empty());
        assert_eq!(told.fresh(&pass(&[("Gone", &["could not open Gone"])])), ["could not open Gone."]);
    }
}
