//! What a pass is made of: which folders, in what order, and which messages are fetched together. Pure.

use super::folder::{self, Use};
use super::imap::FolderPass;
use super::imap_session::Listed;

/// The most bytes fetched with one command, and the most messages.
pub(super) const BATCH: (u64, usize) = (2 * 1024 * 1024, 200);

/// Gmail's folder for spam.
const GMAIL_SPAM: &str = "[Gmail]/Spam";

/// Puts messages together up to a batch's bytes; one that is larger stands alone.
pub(super) fn batches(sizes: &[(u32, u64)]) -> Vec<Vec<(u32, u64)>> {
    let mut batches: Vec<Vec<(u32, u64)>> = Vec::new();
    let mut filled = 0_u64;
    for &(uid, size) in sizes {
        match batches.last_mut() {
            Some(batch) if filled.saturating_add(size) <= BATCH.0 && batch.len() < BATCH.1 => batch.push((uid, size)),
            _ => {
                batches.push(vec![(uid, size)]);
                filled = 0;
            }
        }
        filled = filled.saturating_add(size);
    }
    batches
}

/// The folders to look at, the inbox first, then junk, then the others by name. A wished folder that is not listed is kept,
/// so that opening it says what is wrong.
pub(super) fn choose(listed: Vec<Listed>, wished: Option<&[String]>) -> Vec<Listed> {
    let mut chosen: Vec<Listed> = match wished {
        None => listed.into_iter().filter(|folder| folder.purpose != Use::Own).collect(),
        Some(wished) => wished
            .iter()
            .map(|name| {
                let is_it = |folder: &&Listed| {
                    folder.name == *name || folder.wire == *name || (folder.purpose == Use::Inbox && name.eq_ignore_ascii_case("inbox"))
                };
                let unlisted = || Listed { name: name.clone(), wire: folder::encode(name), purpose: Use::of_name(name, Some('/')) };
                listed.iter().find(is_it).cloned().unwrap_or_else(unlisted)
            })
            .collect(),
    };
    chosen.sort_by(|a, b| (a.purpose, &a.name).cmp(&(b.purpose, &b.name)));
    chosen.dedup_by(|a, b| a.name == b.name);
    chosen
}

/// The folder for spam that ought to be read and is not among the chosen. Gmail has one even where it is not shown to mail programs.
pub(super) fn unread_spam(listed: &[Listed], chosen: &[Listed], is_gmail: bool) -> Option<FolderPass> {
    let is_junk = |folder: &&Listed| folder.purpose == Use::Junk;
    if chosen.iter().any(|folder| is_junk(&folder)) {
        return None;
    }
    let (folder, remedy) = match listed.iter().find(is_junk) {
        Some(junk) => (junk.name.clone(), "name it in `folders` of the mailbox"),
        None if is_gmail => (GMAIL_SPAM.to_owned(), "let it be shown in IMAP, by Gmail's settings of labels"),
        None => return None,
    };
    let problem = format!("folder {folder} holds spam and is not read, so that nobody can be called silent: {remedy}");
    Some(FolderPass { folder, seen_from: None, seen_by: None, messages: 0, gone: false, problems: vec![problem] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn listed(name: &str) -> Listed {
        Listed { name: name.to_owned(), wire: folder::encode(name), purpose: Use::of_name(name, Some('/')) }
    }

    #[test]
    fn folders_are_chosen_and_ordered() {
        let all = ["Builders", "Sent", "Junk", "INBOX", "Trash", "Drafts"].map(listed).to_vec();
        let names = |chosen: Vec<Listed>| chosen.into_iter().map(|folder| folder.name).collect::<Vec<_>>();
        assert_eq!(names(choose(all.clone(), None)), ["INBOX", "Junk", "Builders", "Trash"]);
        let wished = ["Sent".to_owned(), "inbox".to_owned(), "Missing ü".to_owned(), "INBOX".to_owned()];
        let chosen = choose(all, Some(&wished));
        assert_eq!(chosen[1].wire, "Missing &APw-");
        assert_eq!(names(chosen), ["INBOX", "Missing ü", "Sent"]);
    }

    #[test]
    fn spam_that_is_not_read_is_named() {
        for (what, all, chosen, is_gmail, want) in [
            ("read", vec!["INBOX", "Junk"], vec!["INBOX", "Junk"], false, None),
            ("left out", vec!["INBOX", "Junk"], vec!["INBOX"], false, Some("Junk")),
            ("there is none", vec!["INBOX"], vec!["INBOX"], false, None),
            ("wished and not there", vec!["INBOX"], vec!["INBOX", "Spam"], true, None),
            ("hidden", vec!["INBOX"], vec!["INBOX"], true, Some("[Gmail]/Spam")),
        ] {
            let [all, chosen] = [all, chosen].map(|names| names.into_iter().map(listed).collect::<Vec<_>>());
            assert_eq!(unread_spam(&all, &chosen, is_gmail).map(|pass| pass.folder).as_deref(), want, "{what}");
        }
    }

    #[test]
    fn batches_are_filled_by_size() {
        let mb = 1024 * 1024;
        let sizes = [(1, mb), (2, mb), (3, 1), (4, 40 * mb), (5, 1), (6, 2 * mb)];
        let uids: Vec<Vec<u32>> = batches(&sizes).iter().map(|batch| batch.iter().map(|(uid, _)| *uid).collect()).collect();
        assert_eq!(uids, [vec![1, 2], vec![3], vec![4], vec![5], vec![6]]);
        let many: Vec<(u32, u64)> = (1..=500).map(|uid| (uid, 1)).collect();
        assert_eq!(batches(&many).iter().map(Vec::len).collect::<Vec<_>>(), [200, 200, 100]);
    }
}
