//! Which problems of a watched mailbox are new. A folder that cannot be opened is looked at again each minute for a month: it is
//! told once, and again only when it was well in between.

use std::collections::HashMap;

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

#[cfg(test)]
mod tests {
    use super::*;
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
