//! Mail that is gone before it was read, on scripted servers and on Dovecot: each pass says what it cannot know, and no more.

use std::sync::{Arc, Mutex};

use super::imap::{Cursor, Hole, Lack, Tls};
use super::imap_peers::{Dovecot, MAIL, asked, mail, pass, plain, sane, serve};

/// A message: its UID, the hour of 2 November 2026 at which it came, and whether it can be read.
type Message = (u32, u32, bool);

/// What lies in the inbox, the next UID and the UIDVALIDITY.
#[derive(Clone)]
struct Inbox(Arc<Mutex<(Vec<Message>, u32, u32)>>);

impl Inbox {
    fn with(messages: &[Message], next: u32) -> Self {
        Self(Arc::new(Mutex::new((messages.to_vec(), next, 7))))
    }

    fn becomes(&self, messages: &[Message], next: u32, uidvalidity: u32) {
        *self.0.lock().unwrap() = (messages.to_vec(), next, uidvalidity);
    }

    fn serve(&self) -> u16 {
        let inbox = self.clone();
        let (port, _) = serve(move |tag, command| {
            let (messages, next, uidvalidity) = inbox.0.lock().unwrap().clone();
            let of = |uid: u32| messages.iter().find(|(other, ..)| *other == uid);
            if command.starts_with("EXAMINE") {
                return format!(
                    "* {} EXISTS\r\n* OK [UIDVALIDITY {uidvalidity}] x\r\n* OK [UIDNEXT {next}] x\r\n{tag} OK done\r\n",
                    messages.len()
                );
            }
            let uids: Vec<u32> = messages.iter().map(|(uid, ..)| *uid).collect();
            sane(&uids, tag, command).unwrap_or_else(|| {
                let asked: Vec<&Message> = asked(command).into_iter().filter_map(of).collect();
                if asked.iter().any(|(_, _, readable)| !readable) {
                    return format!("{tag} NO message cannot be converted\r\n");
                }
                let letter = |(uid, hour, _): &&Message| {
                    // Each is a letter of its own; the UID may be another one in a folder that was made anew.
                    let text = MAIL.replace("Hello", &format!("Hello at {hour:02}"));
                    let date = format!("\"02-Nov-2026 {hour:02}:00:00 +0000\"");
                    format!("* {uid} FETCH (UID {uid} INTERNALDATE {date} BODY[] {{{}}}\r\n{text})\r\n", text.len())
                };
                format!("{}{tag} OK done\r\n", asked.iter().map(letter).collect::<String>())
            })
        });
        port
    }
}

/// Each hole as UID, count and hours; of the first look, of the look before (`0`) or of now (`24`).
fn holes(cursor: &Cursor, looks: &[&Cursor]) -> Vec<(u32, u32, Option<i64>, i64)> {
    let of_look = |at| looks.iter().any(|look| look.last_pass == Some(at));
    let start = "2026-11-02T00:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
    let hour = |at: chrono::DateTime<chrono::Utc>| if of_look(at) { 0 } else { (at - start).num_hours() };
    let now = |at| if cursor.last_pass == Some(at) { 24 } else { hour(at) };
    cursor.holes.holes.iter().map(|Hole { uid, count, from, to, .. }| (*uid, *count, from.map(hour), now(*to))).collect()
}

#[test]
fn uids_that_are_missing_are_holes_between_their_neighbours() {
    let inbox = Inbox::with(&[(3, 9, true), (6, 12, true)], 8);
    let port = inbox.serve();
    let (first, records) = pass(&plain(port), &[]).unwrap();
    let first = &first.cursors[0];
    assert_eq!((records.len(), holes(first, &[])), (2, vec![(1, 2, None, 9), (4, 2, Some(9), 12), (7, 1, Some(12), 24)]));
    // What was read may be deleted.
    inbox.becomes(&[], 8, 7);
    let (second, _) = pass(&plain(port), std::slice::from_ref(first)).unwrap();
    assert_eq!(second.cursors[0].holes, first.holes);
    // One came and went.
    inbox.becomes(&[], 9, 7);
    let (third, _) = pass(&plain(port), &second.cursors).unwrap();
    assert_eq!(holes(&third.cursors[0], &[first, &second.cursors[0]])[3..], [(8, 1, Some(0), 24)]);
    assert!(third.folders[0].problems.is_empty(), "{third:?}");
}

#[test]
fn a_message_that_could_not_be_read_leaves_its_hole_when_it_goes() {
    let inbox = Inbox::with(&[(1, 9, true), (2, 10, false)], 3);
    let port = inbox.serve();
    let (first, _) = pass(&plain(port), &[]).unwrap();
    let aside = first.cursors[0].aside[0].clone();
    inbox.becomes(&[(1, 9, true)], 3, 7);
    let (second, _) = pass(&plain(port), &first.cursors).unwrap();
    let left = &second.cursors[0];
    let hole = Hole { uidvalidity: 7, uid: 2, count: 1, from: aside.from, to: aside.to, lack: Lack::Unread { reason: aside.reason } };
    assert_eq!((left.aside.len(), &left.holes.holes), (0, &vec![hole]));

    // The same where the folder was made anew meanwhile, unless it is read under its new UID.
    for (readable, want) in [(&[(5, 9, true), (6, 10, true)][..], 0), (&[][..], 2)] {
        inbox.becomes(readable, 7, 8);
        let (renewed, _) = pass(&plain(port), &first.cursors).unwrap();
        let cursor = &renewed.cursors[0];
        let lacking = cursor.holes.holes.iter().filter(|hole| !matches!(hole.lack, Lack::Deleted)).count();
        assert_eq!((cursor.aside.len(), lacking), (0, want), "{cursor:?}");
    }
}

#[test]
fn a_folder_made_anew_is_a_hole_unless_what_was_in_it_is_in_it() {
    let inbox = Inbox::with(&[(1, 9, true), (2, 10, true)], 3);
    let port = inbox.serve();
    let (first, _) = pass(&plain(port), &[]).unwrap();
    let renewed = |messages: &[Message], next: u32| {
        inbox.becomes(messages, next, 8);
        let (second, _) = pass(&plain(port), &first.cursors).unwrap();
        holes(&second.cursors[0], &[&first.cursors[0]])
    };
    assert_eq!(renewed(&[(1, 9, true), (2, 10, true), (3, 11, true)], 4), []);
    assert_eq!(renewed(&[(1, 11, true)], 2), [(0, 0, Some(0), 24)]);
    assert_eq!(renewed(&[], 1), [(0, 0, Some(0), 24)]);
}

#[test]
fn a_folder_that_came_to_be_was_empty_before_and_the_trash_holds_no_secrets() {
    let Some(server) = Dovecot::start() else { return };
    let mut settings = server.settings(Tls::Implicit);
    settings.own = vec!["shopper@example.org".to_owned()];
    let (first, _) = pass(&settings, &[]).unwrap();
    server.say(&["CREATE Builders", "CREATE Trash"]);
    for folder in [".Builders", ".Trash"] {
        server.deliver(folder, "1793631841.a.host", &mail(1));
        server.deliver(folder, "1793631842.b.host", &mail(2));
        server.say(&[&format!("SELECT {}", &folder[1..]), "STORE 1 +FLAGS (\\Deleted)", "EXPUNGE"]);
    }
    let draft = "From: Dana <shopper+k7f3@example.org>\r\nTo: amy@b.example\r\nSubject: Re: 1\r\n\r\nThank you\r\n";
    server.say(&[&format!("APPEND Trash {{{}+}}\r\n{draft}", draft.len())]);
    let (second, records) = pass(&settings, &first.cursors).unwrap();
    assert_eq!(records.iter().map(|record| record.external_id.split('/').next().unwrap()).collect::<Vec<_>>(), ["Builders", "Trash"]);
    let of = |name: &str| second.cursors.iter().find(|cursor| cursor.folder == name).unwrap();
    let known_to = first.cursors.iter().map(|cursor| cursor.last_pass).min().unwrap();
    assert_eq!(of("Builders").holes.holes.iter().map(|hole| (hole.uid, hole.count, hole.from)).collect::<Vec<_>>(), [(1, 1, known_to)]);
    assert_eq!(of("Trash").holes.holes, []);
}
