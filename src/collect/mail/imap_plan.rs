//! What a pass is made of: which folders, in what order, and which messages are fetched together. Pure.

use super::Mail;
use super::arrival::came_in;
use super::folder::Use;
use super::imap_list::Listed;

/// The most bytes fetched with one command, and the most messages.
pub(super) const BATCH: (u64, usize) = (2 * 1024 * 1024, 200);

/// How many UIDs are asked for their sizes with one command, unless few of them are messages.
const SIZED: u32 = 1000;

/// UIDs from one to another, and how many messages there may be among them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) from: u32,
    /// The last; `None` is the folder's end.
    pub(super) to: Option<u32>,
    pub(super) messages: u32,
}

impl Span {
    /// The beginning of what a folder holds from a UID on: all of it where the server does not say how far that may be.
    pub(super) fn first(from: u32, uid_next: Option<u32>, exists: u32) -> Self {
        Self::wide(from, SIZED, uid_next, exists)
    }

    fn wide(from: u32, width: u32, uid_next: Option<u32>, exists: u32) -> Self {
        let last = from.saturating_add(width - 1);
        let to = uid_next.filter(|next| last < next.saturating_sub(1)).map(|_| last);
        let most = to.or(uid_next).map_or(u32::MAX, |end| end.saturating_sub(from).saturating_add(1));
        Self { from, to, messages: exists.min(most) }
    }

    /// What follows after so many messages were found in this one; wider where they are thinly spread, since others were deleted.
    pub(super) fn next(self, found: usize, uid_next: Option<u32>, exists: u32) -> Option<Self> {
        let to = self.to?;
        let width = to.saturating_sub(self.from).saturating_add(1);
        let width = match u32::try_from(found).unwrap_or(u32::MAX) {
            found if found < SIZED / 4 => width.saturating_mul(2),
            found if found > SIZED => (width / 2).max(SIZED),
            _ => width,
        };
        Some(Self::wide(to.checked_add(1)?, width, uid_next, exists))
    }

    /// As a sequence set (RFC 3501, 9).
    pub(super) fn set(self) -> String {
        format!("{}:{}", self.from, self.to.map_or_else(|| "*".to_owned(), |to| to.to_string()))
    }

    /// Whether a UID lies within: `n:*` names the last message even where its UID is below n.
    pub(super) fn holds(self, uid: u32) -> bool {
        uid >= self.from && self.to.is_none_or(|to| uid <= to)
    }
}

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

/// The folders to look at, the inbox first, then junk, then the others by name. The inbox, which every mailbox has (RFC 3501, 5.1),
/// and a wished folder need not be listed: opening it says what is wrong.
pub(super) fn choose(listed: Vec<Listed>, wished: Option<&[String]>) -> Vec<Listed> {
    let mut chosen: Vec<Listed> = match wished {
        None => {
            let inbox = Listed::unlisted("INBOX");
            let more = listed.iter().all(|folder| folder.purpose != Use::Inbox).then_some(inbox);
            listed.into_iter().filter(|folder| folder.purpose != Use::Own).chain(more).collect()
        }
        Some(wished) => wished
            .iter()
            .map(|name| {
                let is_it = |folder: &&Listed| {
                    folder.name == *name || folder.wire == *name || (folder.purpose == Use::Inbox && name.eq_ignore_ascii_case("inbox"))
                };
                listed.iter().find(is_it).cloned().unwrap_or_else(|| Listed::unlisted(name))
            })
            .collect(),
    };
    chosen.sort_by(|a, b| (a.purpose, &a.name).cmp(&(b.purpose, &b.name)));
    chosen.dedup_by(|a, b| a.name == b.name);
    chosen
}

/// Whether a mail is a copy or a draft of what one of our `own` addresses writes: it came in through no server.
pub(super) fn is_own(mail: &Mail, own: &[String]) -> bool {
    let ours = |address: &str| {
        let address = address.to_lowercase();
        address.rsplit_once('@').is_some_and(|(local, domain)| {
            let plain = local.split('+').next().unwrap_or(local);
            own.iter()
                .map(|own| own.to_lowercase())
                .any(|own| own == address || own == format!("@{domain}") || own == format!("{plain}@{domain}"))
        })
    };
    [&mail.from, &mail.sender].into_iter().flatten().any(|from| ours(&from.address)) && !came_in(mail)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_are_chosen_and_ordered() {
        let all = ["Builders", "Sent", "Junk", "INBOX", "Trash", "Drafts"].map(Listed::unlisted).to_vec();
        let names = |chosen: Vec<Listed>| chosen.into_iter().map(|folder| folder.name).collect::<Vec<_>>();
        assert_eq!(names(choose(all.clone(), None)), ["INBOX", "Junk", "Builders"]);
        let wished = ["Sent".to_owned(), "inbox".to_owned(), "Missing ü".to_owned(), "INBOX".to_owned()];
        let chosen = choose(all, Some(&wished));
        assert_eq!(chosen[1].wire, "Missing &APw-");
        assert_eq!(names(chosen), ["INBOX", "Missing ü", "Sent"]);
        assert_eq!(names(choose(vec![Listed::unlisted("A")], None)), ["INBOX", "A"], "every mailbox has an inbox");
    }

    #[test]
    fn sizes_are_asked_for_in_spans_that_grow_where_messages_are_rare() {
        let walk = |from, uid_next, exists, each: usize| {
            let first = Span::first(from, uid_next, exists);
            let spans = std::iter::successors(Some(first), |span| span.next(each, uid_next, exists));
            spans.map(|span| (span.set(), span.messages)).collect::<Vec<_>>()
        };
        let of = |spans: &[(&str, u32)]| spans.iter().map(|(set, messages)| ((*set).to_owned(), *messages)).collect::<Vec<_>>();
        assert_eq!(walk(11, Some(13), 50_000, 2), of(&[("11:*", 3)]));
        assert_eq!(walk(11, None, 50_000, 2), of(&[("11:*", 50_000)]), "the server does not say how far");
        assert_eq!(walk(1, Some(2501), 2500, 1000), of(&[("1:1000", 1000), ("1001:2000", 1000), ("2001:*", 501)]));
        assert_eq!(walk(1, Some(1001), 1000, 1000), of(&[("1:*", 1000)]));
        assert_eq!(walk(1, Some(9000), 7, 1), of(&[("1:1000", 7), ("1001:3000", 7), ("3001:7000", 7), ("7001:*", 7)]));
        assert_eq!(walk(1, Some(u32::MAX), 7, 0).len(), 23, "few commands for the farthest UIDs");
        let wide = Span { from: 1, to: Some(4000), messages: 4000 };
        assert_eq!(wide.next(4000, Some(9000), 9000).unwrap().set(), "4001:6000");
        assert_eq!([2, 3, 9, 10].map(|uid| Span { from: 3, to: Some(9), messages: 2 }.holds(uid)), [false, true, true, false]);
        assert!(!Span::first(5, None, 4).holds(4));
    }

    #[test]
    fn our_own_copies_and_drafts_are_told_from_what_came() {
        let own = ["Shopper@example.org".to_owned(), "@homes.example".to_owned()];
        let (came, sent) = ("Received: from a by b with ESMTPS; x\n", "Received: from a by smtp.gmail.com with ESMTPSA; x\n");
        for (headers, is) in [
            ("From: shopper+k7f3@EXAMPLE.org".to_owned(), true),
            ("From: any@homes.example".to_owned(), true),
            ("From: Dana <shopper@example.org>\nTo: amy@b.example".to_owned(), true),
            (format!("{sent}From: shopper@example.org"), true),
            (format!("{came}From: shopper@example.org"), false),
            ("From: amy@b.example".to_owned(), false),
            ("From: a.shopper@example.org".to_owned(), false),
            ("Subject: none".to_owned(), false),
        ] {
            assert_eq!(is_own(&crate::collect::mail::parse_head(format!("{headers}\n\nHi\n").as_bytes()), &own), is, "{headers}");
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
