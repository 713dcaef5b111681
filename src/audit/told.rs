//! Which problems of a watched source are new. A folder that cannot be opened is looked at again each minute for a month, and a file every
//! few seconds: it is told once, and again only when it was well in between. And whether any source could be watched from the start.

use std::collections::{BTreeSet, HashMap};

use chrono::{DateTime, TimeDelta, Utc};

use crate::collect::mail::imap::Pass;

/// A text as a sentence: what others say often has an end already.
pub(super) fn sentence(text: &str) -> String {
    format!("{}.", text.trim_end().trim_end_matches('.'))
}

/// The problems that were told of each source, and stand.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// Of each folder, at its last look.
    folders: HashMap<(String, String), Vec<String>>,
    /// Of a source as a whole.
    sources: HashMap<String, String>,
    /// Of a source in files, at its last look.
    files: HashMap<String, Vec<String>>,
}

impl Told {
    /// The problems of a pass that were not told at the look before, as sentences. A mailbox that was looked at is well as a whole.
    pub(super) fn of_pass(&mut self, source: &str, pass: &Pass) -> Vec<String> {
        self.of_source(source, None);
        let mut fresh = Vec::new();
        for folder in &pass.folders {
            let name = (source.to_owned(), folder.folder.clone());
            let before = self.folders.insert(name, folder.problems.clone()).unwrap_or_default();
            fresh.extend(folder.problems.iter().filter(|problem| !before.contains(problem)).map(|problem| sentence(problem)));
        }
        fresh
    }

    /// What is in the way of a source as a whole, unless it was told and nothing changed since.
    pub(super) fn of_source<'a>(&mut self, source: &str, problem: Option<&'a str>) -> Option<&'a str> {
        let Some(problem) = problem else {
            self.sources.remove(source);
            return None;
        };
        let before = self.sources.insert(source.to_owned(), problem.to_owned());
        (before.as_deref() != Some(problem)).then_some(problem)
    }

    /// The problems of a source in files that were not told at the look before.
    pub(super) fn of_files(&mut self, source: &str, problems: &[String]) -> Vec<String> {
        let before = self.files.insert(source.to_owned(), problems.to_vec()).unwrap_or_default();
        problems.iter().filter(|problem| !before.contains(problem)).cloned().collect()
    }
}

/// How the sources began. Once one of them can be watched, or may be there in a minute, the watch goes on whatever becomes of it.
#[derive(Debug, Default)]
pub(super) struct Starts {
    /// Those that nothing was heard of, or `None` once one began.
    waiting: Option<BTreeSet<String>>,
}

impl Starts {
    /// Of these sources; of none there is nothing to wait for.
    pub(super) fn of(sources: impl Iterator<Item = String>) -> Self {
        Self { waiting: Some(sources.collect()).filter(|sources: &BTreeSet<String>| !sources.is_empty()) }
    }

    pub(super) fn began(&mut self, source: &str) {
        if self.waiting.as_ref().is_some_and(|waiting| waiting.contains(source)) {
            self.waiting = None;
        }
    }

    pub(super) fn failed(&mut self, source: &str) {
        if let Some(waiting) = &mut self.waiting {
            waiting.remove(source);
        }
    }

    pub(super) fn all_failed(&self) -> bool {
        self.waiting.as_ref().is_some_and(BTreeSet::is_empty)
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
            unread: Vec::new(),
        };
        let mut told = Told::default();
        assert_eq!(told.of_pass("mailbox.main", &pass(&[("INBOX", &[]), ("Gone", &["could not open Gone"])])), ["could not open Gone."]);
        assert!(told.of_pass("mailbox.main", &pass(&[("INBOX", &[])])).is_empty());
        assert!(told.of_pass("mailbox.main", &pass(&[("INBOX", &[]), ("Gone", &["could not open Gone"])])).is_empty());
        assert_eq!(told.of_pass("mailbox.main", &pass(&[("INBOX", &["message 3"]), ("Gone", &["could not open Gone"])])), ["message 3."]);
        assert!(told.of_pass("mailbox.main", &pass(&[("Gone", &[])])).is_empty());
        assert_eq!(told.of_pass("mailbox.main", &pass(&[("Gone", &["NO Not there."])])), ["NO Not there."]);
        assert_eq!(told.of_pass("mailbox.main", &pass(&[("Gone", &["could not open Gone"])])), ["could not open Gone."]);
    }

    #[test]
    fn a_source_that_fails_is_told_once_and_when_that_changes() {
        let mut told = Told::default();
        let mut of = |problem: Option<&str>| told.of_source("mailbox.two", problem).is_some();
        let seen = [of(Some("away")), of(Some("away")), of(Some("refused")), of(Some("refused")), of(None), of(Some("refused"))];
        assert_eq!(seen, [true, false, true, false, false, true]);
        assert!(told.of_source("mailbox.one", Some("refused")).is_some(), "each for itself");
        told.of_pass("mailbox.two", &Pass::default());
        assert!(told.of_source("mailbox.two", Some("refused")).is_some(), "it was well in between");

        let (one, two) = ("a.".to_owned(), "b.".to_owned());
        assert_eq!(told.of_files("phone.main", std::slice::from_ref(&one)), ["a."]);
        assert_eq!(told.of_files("phone.main", &[one.clone(), two]), ["b."]);
        assert!(told.of_files("phone.main", &[]).is_empty());
        assert_eq!(told.of_files("phone.main", &[one]), ["a."]);
    }

    #[test]
    fn only_where_every_source_fails_at_the_start_there_is_nothing_to_watch() {
        let starts = |sources: &[&str]| Starts::of(sources.iter().map(|&source| source.to_owned()));
        assert!(!starts(&[]).all_failed());
        let mut two = starts(&["a", "b"]);
        two.failed("a");
        two.failed("a");
        assert!(!two.all_failed(), "the other may begin");
        two.began("b");
        two.failed("b");
        assert!(!two.all_failed(), "it began, and failed later");
        let mut both = starts(&["a", "b"]);
        both.began("webhooks");
        both.failed("a");
        both.failed("b");
        assert!(both.all_failed());
    }
}
