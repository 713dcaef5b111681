//! What goes wrong on real servers while a mailbox is watched, each on a scripted one: whatever it is, the mail is found, once, in
//! bounded time.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, mpsc};
use std::time::{Duration, Instant};

use super::imap::{Cursor, ImapSettings, Login, Pace, Pass, Password, Tls};
use super::imap_peers::{Dovecot, PATIENCE, asked, fetched, mail, pass, plain, sane, serve};
use super::{Event, watch};
use crate::clock::Clock;
use crate::collect::{CollectError, RawRecord};
use crate::config::Secret;
use crate::guard::crafted;

const DATE: &str = "\"02-Nov-2026 15:04:05 +0000\"";

fn bodies(tag: &str, command: &str) -> String {
    let bodies: String = asked(command).into_iter().map(|uid| fetched(uid, DATE)).collect();
    format!("{bodies}{tag} OK done\r\n")
}

/// A watch in a thread of its own; what it tells comes as words.
struct Watching {
    stop: Arc<AtomicBool>,
    heard: mpsc::Receiver<String>,
    thread: std::thread::JoinHandle<Result<Vec<Cursor>, CollectError>>,
}

impl Watching {
    fn start(settings: ImapSettings) -> Self {
        let (stop, (told, heard)) = (Arc::new(AtomicBool::new(false)), mpsc::channel());
        let until = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            watch(&settings, &[], &Clock::system(), &until, &mut |event| {
                let words = match event {
                    Event::Record(record) => record.external_id.rsplit('/').next().unwrap().to_owned(),
                    Event::Pass(Pass { folders, .. }) => match folders.iter().flat_map(|folder| &folder.problems).next() {
                        Some(problem) => format!("problem {problem}"),
                        None => return Ok(()),
                    },
                    Event::Trouble { error, .. } => format!("trouble {error}"),
                };
                told.send(words).map_err(CollectError::keep)
            })
        });
        Self { stop, heard, thread }
    }

    /// The next thing told that is no trouble; it must come before an IDLE or a minute is over.
    fn next(&self) -> String {
        loop {
            let words = self.heard.recv_timeout(PATIENCE).expect("something is told");
            if !words.starts_with("trouble") {
                return words;
            }
        }
    }

    /// Ends it; gives what was told since.
    fn end(self) -> Vec<String> {
        self.stop.store(true, Ordering::SeqCst);
        self.thread.join().unwrap().unwrap();
        self.heard.try_iter().collect()
    }
}

fn brisk(port: u16) -> ImapSettings {
    let mut settings = plain(port);
    settings.pace.idle = Duration::from_millis(600);
    settings.pace.poll = Duration::from_millis(200);
    settings
}

/// A server whose inbox holds message 1, and message 2 once it was asked to idle; `idle` is what it says to that.
fn idling(idle: impl Fn(&str, usize) -> String + Send + Sync + 'static) -> (u16, Arc<AtomicUsize>) {
    let idles = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&idles);
    let (port, _) = serve(move |tag, command| {
        let uids: &[u32] = if counted.load(Ordering::SeqCst) > 0 { &[1, 2] } else { &[1] };
        match command {
            "CAPABILITY" => format!("* CAPABILITY IMAP4rev1  IDLE  AUTH=PLAIN \r\n{tag} OK done\r\n"),
            "IDLE" => idle(tag, counted.fetch_add(1, Ordering::SeqCst)),
            // The end of an IDLE: its tag is that of the command before.
            "" => "* OK nothing\r\n".to_owned(),
            _ => sane(uids, tag, command).unwrap_or_else(|| bodies(tag, command)),
        }
    });
    (port, idles)
}

#[test]
fn whatever_a_server_says_to_idle_the_mail_is_found_once() {
    type Said = fn(&str, usize) -> String;
    let cases: [(&str, Said); 7] = [
        ("NO", |tag, _| format!("{tag} NO not now\r\n")),
        ("BAD", |tag, _| format!("{tag} BAD what\r\n")),
        ("a mail announced before it begins", |_, _| "* 2 EXISTS\r\n+ idling\r\n".to_owned()),
        ("a mail announced, and it never begins", |_, _| "* 2 EXISTS\r\n".to_owned()),
        ("goodbye", |_, _| "+ idling\r\n* BYE restarting\r\n".to_owned()),
        ("a deleted mail", |_, _| "+ idling\r\n* 1 EXPUNGE\r\n* 1 EXISTS\r\n".to_owned()),
        ("nothing ever after, as when a line is cut", |_, _| "+ idling\r\n".to_owned()),
    ];
    for (what, idle) in cases {
        let (port, idles) = idling(idle);
        let watching = Watching::start(ImapSettings { command_timeout: Duration::from_secs(1), ..brisk(port) });
        assert_eq!([watching.next(), watching.next()], ["1", "2"], "{what}");
        std::thread::sleep(Duration::from_millis(500));
        let more = watching.end();
        assert!(more.iter().all(|words| words.starts_with("trouble")), "{what}: {more:?}");
        assert!(idles.load(Ordering::SeqCst) > 0, "an empty atom among the capabilities hides none of them");
    }
}

#[test]
fn endless_signs_of_life_do_not_put_off_the_next_look() {
    // "Still here" again and again, as the server of the peers does it between two lines: this one in one breath.
    let (port, idles) = idling(|_, _| format!("+ idling\r\n{}", "* OK Still here\r\n".repeat(2000)));
    let watching = Watching::start(brisk(port));
    assert_eq!([watching.next(), watching.next()], ["1", "2"]);
    let began = Instant::now();
    while idles.load(Ordering::SeqCst) < 2 {
        assert!(began.elapsed() < PATIENCE, "never asked again");
        std::thread::sleep(Duration::from_millis(50));
    }
    watching.end();
    let (port, idles) = idling(|_, _| super::imap_peers::TRICKLE.to_owned());
    let watching = Watching::start(brisk(port));
    assert_eq!([watching.next(), watching.next()], ["1", "2"]);
    assert!(idles.load(Ordering::SeqCst) >= 1);
    watching.end();
}

#[test]
fn a_server_without_idle_is_asked_every_half_minute() {
    assert_eq!((Pace::default().poll, Pace::default().idle), (Duration::from_secs(30), Duration::from_mins(9)));
    let looks = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&looks);
    let (port, _) = serve(move |tag, command| match command {
        "CAPABILITY" => format!("* CAPABILITY IMAP4rev1\r\n{tag} OK done\r\n"),
        "IDLE" => panic!("it offers none"),
        _ if command.starts_with("EXAMINE") => {
            let uids: &[u32] = if counted.fetch_add(1, Ordering::SeqCst) > 1 { &[1, 2] } else { &[1] };
            sane(uids, tag, command).unwrap()
        }
        _ => sane(if counted.load(Ordering::SeqCst) > 2 { &[1, 2] } else { &[1] }, tag, command).unwrap_or_else(|| bodies(tag, command)),
    });
    let watching = Watching::start(brisk(port));
    assert_eq!([watching.next(), watching.next()], ["1", "2"]);
    assert!(watching.end().is_empty());
}

#[test]
fn a_mail_announced_while_another_is_fetched_is_looked_for_at_once() {
    let fetched_once = Arc::new(AtomicBool::new(false));
    let (port, _) = serve(move |tag, command| {
        let uids: &[u32] = if fetched_once.load(Ordering::SeqCst) { &[1, 2] } else { &[1] };
        match command {
            // It is not announced again.
            "IDLE" => "+ idling\r\n".to_owned(),
            _ if command.contains("BODY.PEEK[]") && !fetched_once.swap(true, Ordering::SeqCst) => {
                format!("{}* 2 EXISTS\r\n{tag} OK done\r\n", fetched(1, DATE))
            }
            _ => sane(uids, tag, command).unwrap_or_else(|| bodies(tag, command)),
        }
    });
    let mut settings = brisk(port);
    settings.pace.idle = 2 * PATIENCE;
    let watching = Watching::start(settings);
    assert_eq!([watching.next(), watching.next()], ["1", "2"]);
    watching.end();
}

#[test]
fn a_mail_announced_beside_an_answer_or_between_two_folders_is_looked_for_at_once() {
    for (what, folders) in [("beside save dates", 1), ("beside capabilities", 1), ("between two folders", 2)] {
        let (came, opened, logged_in) = (Arc::new(AtomicBool::new(false)), AtomicUsize::new(0), AtomicBool::new(false));
        let (port, _) = serve(move |tag, command| {
            logged_in.fetch_or(command.starts_with("LOGIN"), Ordering::SeqCst);
            let arrives = |now: bool| if now && !came.swap(true, Ordering::SeqCst) { "* 2 EXISTS\r\n" } else { "" };
            if command.starts_with("EXAMINE") && folders == 2 && opened.fetch_add(1, Ordering::SeqCst) == 1 {
                // While the other folder is open, nothing is announced of the inbox.
                arrives(true);
                return sane(&[], tag, command).unwrap();
            }
            let uids: &[u32] = match () {
                () if folders == 2 && command.starts_with("EXAMINE") && opened.load(Ordering::SeqCst) == 0 => &[1],
                () if came.load(Ordering::SeqCst) => &[1, 2],
                () => &[1],
            };
            match command {
                // It is not announced again.
                "IDLE" => "+ idling\r\n".to_owned(),
                "CAPABILITY" => {
                    let more = arrives(what == "beside capabilities" && logged_in.load(Ordering::SeqCst));
                    format!("{more}* CAPABILITY IMAP4rev1 IDLE SAVEDATE\r\n{tag} OK done\r\n")
                }
                _ if folders == 2 && command.starts_with("LIST") => {
                    format!("* LIST () \"/\" INBOX\r\n* LIST () \"/\" Zoo\r\n{tag} OK done\r\n")
                }
                _ if command.contains("SAVEDATE") => format!("{}{tag} OK done\r\n", arrives(what == "beside save dates")),
                _ => sane(uids, tag, command).unwrap_or_else(|| bodies(tag, command)),
            }
        });
        let mut settings = brisk(port);
        settings.pace.idle = 2 * PATIENCE;
        let watching = Watching::start(settings);
        assert_eq!([watching.next(), watching.next()], ["1", "2"], "{what}");
        watching.end();
    }
}

#[test]
fn a_mail_deleted_before_it_was_fetched_is_no_problem() {
    let (port, _) = serve(|tag, command| {
        sane(&[1, 2, 3], tag, command).unwrap_or_else(|| {
            let there: String = asked(command).into_iter().filter(|uid| *uid != 2).map(|uid| fetched(uid, DATE)).collect();
            format!("* 2 EXPUNGE\r\n{there}{tag} OK done\r\n")
        })
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    let ids: Vec<_> = records.iter().map(|record| record.external_id.as_str()).collect();
    assert_eq!((ids, pass.cursors[0].next_uid), (vec!["INBOX/7/1", "INBOX/7/3"], 4));
    assert!(pass.folders[0].problems.is_empty(), "{pass:?}");
}

/// A message of some text.
fn letter(number: u32, uid: u32, text: &str) -> String {
    let mail = format!("From: amy@b.example\r\n\r\n{text}\r\n");
    format!("* {number} FETCH (UID {uid} INTERNALDATE {DATE} RFC822.SIZE {} BODY[] {{{}}}\r\n{mail})\r\n", mail.len(), mail.len())
}

#[test]
fn texts_keep_to_their_uids_while_numbers_change_under_them() {
    // RFC 3501, 7.4.1: an EXPUNGE may come within UID FETCH, and what follows is counted anew. The UID may stand behind the text.
    let (port, _) = serve(|tag, command| {
        sane(&[1, 2, 3, 4], tag, command).unwrap_or_else(|| {
            let behind = format!("* 2 FETCH (INTERNALDATE {DATE} BODY[] {{8}}\r\nA: b\r\n\r\n UID 4)\r\n");
            let (one, two, three) = (letter(1, 1, "first"), letter(2, 2, "second"), letter(2, 3, "third"));
            format!("{one}{two}* 1 EXPUNGE\r\n{three}* 1 EXPUNGE\r\n{behind}{tag} OK done\r\n")
        })
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    let came: Vec<_> = records.iter().map(|record| (&*record.external_id, String::from_utf8_lossy(&record.bytes))).collect();
    assert_eq!(came.iter().map(|(id, _)| *id).collect::<Vec<_>>(), ["INBOX/7/1", "INBOX/7/2", "INBOX/7/3", "INBOX/7/4"]);
    for ((id, text), own) in came.iter().zip(["first", "second", "third", "A: b"]) {
        assert!(text.contains(own), "{id}: {text}");
    }
    assert!(pass.folders[0].problems.is_empty(), "{pass:?}");
}

#[test]
fn a_message_that_is_there_and_of_which_nothing_comes_is_set_aside_and_not_taken_for_deleted() {
    // Nothing at all; no text; an empty one against its size; two texts.
    let two = format!("{}{}", letter(2, 2, "one"), letter(3, 2, "another"));
    for answer in ["", "* 2 FETCH (UID 2 BODY[] NIL)\r\n", "* 2 FETCH (UID 2 RFC822.SIZE 44 BODY[] {0}\r\n)\r\n", &two] {
        let answer = answer.to_owned();
        let healed = Arc::new(AtomicBool::new(false));
        let heal = Arc::clone(&healed);
        let (port, _) = serve(move |tag, command| {
            sane(&[1, 2, 3], tag, command).unwrap_or_else(|| {
                if command.starts_with("UID SEARCH") {
                    return format!("* SEARCH 2\r\n{tag} OK done\r\n");
                }
                let heals = heal.load(Ordering::SeqCst);
                let of = |uid| if uid == 2 && !heals { answer.clone() } else { letter(uid, uid, "Hello") };
                format!("{}{tag} OK done\r\n", asked(command).into_iter().map(of).collect::<String>())
            })
        });
        let (first, records) = pass(&plain(port), &[]).unwrap();
        let ids = |records: &[RawRecord]| records.iter().map(|record| record.external_id.clone()).collect::<Vec<_>>();
        assert_eq!(ids(&records), ["INBOX/7/1", "INBOX/7/3"]);
        assert_eq!(first.cursors[0].aside.iter().map(|aside| aside.uid).collect::<Vec<_>>(), [2], "{first:?}");
        assert!(first.folders[0].problems[0].starts_with("message 2 of folder INBOX could not be fetched"), "{first:?}");
        healed.store(true, Ordering::SeqCst);
        let (second, records) = pass(&plain(port), &first.cursors).unwrap();
        assert_eq!((ids(&records), second.cursors[0].aside.len()), (vec!["INBOX/7/2".to_owned()], 0));
    }
    // One that its server too calls empty is read as it is.
    let (port, _) = serve(|tag, command| {
        sane(&[1], tag, command).unwrap_or_else(|| format!("* 1 FETCH (UID 1 RFC822.SIZE 0 BODY[] {{0}}\r\n)\r\n{tag} OK done\r\n"))
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!((records.len(), pass.cursors[0].aside.len()), (1, 0), "{pass:?}");
}

#[test]
fn a_server_that_wants_to_be_left_alone_is_asked_again_at_the_next_pass() {
    for refusal in ["BAD Request is throttled. Suggested Backoff Time: 2000 milliseconds", "NO [UNAVAILABLE] x", "NO [CONTACTADMIN] x", ""]
    {
        let (patience, fetches) = (Arc::new(AtomicUsize::new(2)), Arc::new(AtomicUsize::new(0)));
        let (left, counted) = (Arc::clone(&patience), Arc::clone(&fetches));
        let (port, _) = serve(move |tag, command| {
            sane(&[1, 2, 3, 4], tag, command).unwrap_or_else(|| {
                counted.fetch_add(1, Ordering::SeqCst);
                // Message 1 is given alone, then nothing for a while. A line that is cut is cut at every message.
                match asked(command).as_slice() {
                    [1, ..] if left.load(Ordering::SeqCst) > 0 && asked(command).len() == 1 => bodies(tag, command),
                    _ if left.load(Ordering::SeqCst) == 0 => bodies(tag, command),
                    _ if refusal.is_empty() => String::new(),
                    _ => format!("{tag} {refusal}\r\n"),
                }
            })
        });
        let (first, records) = pass(&plain(port), &[]).unwrap();
        assert_eq!((records.len(), first.folders[0].seen_by, first.cursors[0].last_pass), (1, None, None), "{refusal}: {first:?}");
        assert!(first.folders[0].problems[0].starts_with("folder INBOX was not read to its end"), "{refusal}: {first:?}");
        let aside = usize::from(refusal.is_empty());
        assert_eq!((first.cursors[0].aside.len(), first.cursors[0].next_uid), (aside, if aside == 1 { 3 } else { 2 }), "{refusal}");
        assert!(fetches.load(Ordering::SeqCst) <= 8, "{refusal}");
        patience.store(0, Ordering::SeqCst);
        let (second, records) = pass(&plain(port), &first.cursors).unwrap();
        let ids: Vec<_> = records.iter().map(|record| record.external_id.as_str()).collect();
        assert_eq!(ids, ["INBOX/7/2", "INBOX/7/3", "INBOX/7/4"], "{refusal}");
        assert!(second.folders[0].problems.is_empty() && second.cursors[0].last_pass.is_some(), "{refusal}: {second:?}");
    }
}

#[test]
fn a_poisonous_message_is_set_aside_and_tried_again_at_each_pass() {
    let healed = Arc::new(AtomicBool::new(false));
    let (heal, newest) = (Arc::clone(&healed), Arc::new(AtomicUsize::new(4)));
    let grown = Arc::clone(&newest);
    let (port, _) = serve(move |tag, command| {
        let uids: Vec<u32> = (1..=u32::try_from(grown.load(Ordering::SeqCst)).unwrap()).collect();
        sane(&uids, tag, command).unwrap_or_else(|| {
            if asked(command).contains(&3) && !heal.load(Ordering::SeqCst) {
                return format!("{tag} NO message cannot be converted\r\n");
            }
            bodies(tag, command)
        })
    });
    let (first, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!((records.len(), first.cursors[0].next_uid), (3, 5));
    newest.store(5, Ordering::SeqCst);
    let (second, records) = pass(&plain(port), &first.cursors).unwrap();
    assert_eq!((records.len(), &second.cursors[0].aside), (1, &first.cursors[0].aside), "the hole stays where it is");
    assert_eq!(
        second.folders[0].problems,
        ["message 3 of folder INBOX could not be fetched and is tried again: message cannot be converted"]
    );
    let aside = &second.cursors[0].aside[0];
    assert_eq!((aside.uid, aside.from), (3, None));
    assert!(Some(aside.to) >= first.folders[0].seen_by && second.folders[0].seen_by >= Some(aside.to), "{aside:?}");

    // Another UIDVALIDITY: the hole stays until the folder is read to its end.
    let renewed = Cursor { uidvalidity: 6, ..second.cursors[0].clone() };
    let (third, records) = pass(&plain(port), &[renewed]).unwrap();
    assert_eq!((records.len(), third.cursors[0].aside.len()), (4, 1));
    assert_eq!((third.cursors[0].aside[0].uid, third.cursors[0].aside[0].from), (3, None), "{third:?}");

    healed.store(true, Ordering::SeqCst);
    let (fourth, records) = pass(&plain(port), &second.cursors).unwrap();
    assert_eq!(records.iter().map(|record| record.external_id.as_str()).collect::<Vec<_>>(), ["INBOX/7/3"]);
    assert!(fourth.cursors[0].aside.is_empty() && fourth.folders[0].problems.is_empty(), "{fourth:?}");
}

#[test]
fn another_uidvalidity_means_other_uids_even_while_the_folder_is_read() {
    let validity = Arc::new(AtomicUsize::new(7));
    let served = Arc::clone(&validity);
    let answer = move |tag: &str, command: &str| match command.split(' ').next() {
        Some("EXAMINE") => {
            let now = served.load(Ordering::SeqCst);
            format!("* 2 EXISTS\r\n* OK [UIDVALIDITY {now}] x\r\n* OK [UIDNEXT 3] x\r\n{tag} OK done\r\n")
        }
        // The connection breaks in the middle, and the folder was made anew meanwhile.
        _ if command.contains("BODY.PEEK[]") && served.load(Ordering::SeqCst) == 7 => {
            served.store(8, Ordering::SeqCst);
            String::new()
        }
        _ => sane(&[1, 2], tag, command).unwrap_or_else(|| bodies(tag, command)),
    };
    let (port, _) = serve(answer);
    let (first, _) = pass(&plain(port), &[]).unwrap();
    assert!(first.folders[0].problems[0].contains("its UIDVALIDITY changed while it was read"), "{first:?}");
    assert_eq!(first.folders[0].seen_by, None);
    let old = Cursor { folder: "INBOX".to_owned(), uidvalidity: 7, next_uid: 3, last_pass: None, aside: Vec::new() };
    let (pass, records) = pass(&plain(port), &[old]).unwrap();
    let ids: Vec<_> = records.iter().map(|record| record.external_id.as_str()).collect();
    assert_eq!(ids, ["INBOX/8/1", "INBOX/8/2"], "read again from its start");
    assert_eq!((pass.cursors[0].uidvalidity, pass.cursors[0].next_uid), (8, 3));
}

#[test]
fn what_servers_say_between_two_folders_is_understood() {
    let opened = Arc::new(Mutex::new(String::new()));
    let (port, connections) = serve(move |tag, command| match command.split(' ').next() {
        Some("LIST") => format!("* LIST () \"/\" INBOX\r\n* LIST (\\Junk) \"/\" Spam\r\n{tag} OK done\r\n"),
        Some("EXAMINE") => {
            command.clone_into(&mut opened.lock().unwrap());
            let junk = command.contains("Spam");
            let (closed, uids): (_, &[u32]) = if junk { ("* OK [CLOSED] Previous mailbox closed.\r\n", &[9]) } else { ("", &[1]) };
            format!("{closed}{}", sane(uids, tag, command).unwrap())
        }
        _ => {
            let uids: &[u32] = if opened.lock().unwrap().contains("Spam") { &[9] } else { &[1] };
            sane(uids, tag, command).unwrap_or_else(|| bodies(tag, command))
        }
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!(records.iter().map(|record| record.external_id.as_str()).collect::<Vec<_>>(), ["INBOX/7/1", "Spam/7/9"]);
    assert!(pass.folders.iter().all(|folder| folder.problems.is_empty()), "{pass:?}");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn a_folder_that_is_renamed_or_deleted_is_told_of_once_and_costs_no_mail() {
    let Some(server) = Dovecot::start() else { return };
    let mut settings = server.settings(Tls::Implicit);
    server.say(&["CREATE Builders", "CREATE Old"]);
    server.deliver(".Builders", "1793631841.a.host", &mail(1));
    let (first, records) = pass(&settings, &[]).unwrap();
    let names = |pass: &Pass| pass.folders.iter().map(|folder| folder.folder.clone()).collect::<Vec<_>>();
    assert_eq!((names(&first), records.len()), (["INBOX", "Junk", "Builders", "Old"].map(str::to_owned).to_vec(), 1));

    server.say(&["RENAME Builders Realtors", "DELETE Old"]);
    let (second, again) = pass(&settings, &first.cursors).unwrap();
    assert_eq!(names(&second), ["INBOX", "Junk", "Realtors", "Builders", "Old"]);
    assert_eq!(again[0].identity, records[0].identity, "found under the new name, and known");
    for gone in &second.folders[3..] {
        assert!(gone.problems[0].contains(&format!("folder {} is gone, renamed or deleted", gone.folder)), "{gone:?}");
        assert_eq!(gone.seen_by, first.folders.iter().find(|folder| folder.folder == gone.folder).unwrap().seen_by, "covered up to then");
    }
    let (third, none) = pass(&settings, &second.cursors).unwrap();
    assert!(none.is_empty() && third.folders.iter().all(|folder| folder.problems.is_empty()), "told once: {third:?}");

    // It comes back as it was: what is known of it is not read again.
    server.say(&["RENAME Realtors Builders"]);
    let (fourth, none) = pass(&settings, &third.cursors).unwrap();
    assert!(none.is_empty(), "{fourth:?}");
    // Of a folder that is only no longer wanted nothing is said; a wanted one that is not there is a problem at each pass.
    settings.folders = Some(vec!["INBOX".to_owned(), "Old".to_owned()]);
    let (fifth, _) = pass(&settings, &fourth.cursors).unwrap();
    assert_eq!(names(&fifth), ["INBOX", "Old"]);
    assert!(fifth.folders[1].problems[0].starts_with("could not open folder Old"), "{fifth:?}");
}

#[test]
fn a_password_is_told_in_the_way_that_the_server_takes() {
    // What the server offers, the password, and what it noting; `None` where it cannot be told.
    let cases = [
        ("", "s3cret", Some("LOGIN \"shopper\" \"s3cret\"")),
        ("AUTH=PLAIN", "s3cret", Some("LOGIN \"shopper\" \"s3cret\"")),
        ("LOGINDISABLED AUTH=PLAIN", "s3cret", Some("AHNob3BwZXIAczNjcmV0")),
        ("AUTH=PLAIN", "caf\u{e9}", Some("AHNob3BwZXIAY2Fmw6k=")),
        ("LOGINDISABLED AUTH=XOAUTH2", "s3cret", None),
    ];
    for (offers, password, told) in cases {
        let heard = Arc::new(Mutex::new(Vec::new()));
        let noting = Arc::clone(&heard);
        let (port, _) = serve(move |tag, command| match command {
            "CAPABILITY" => format!("* CAPABILITY IMAP4rev1 {offers}\r\n{tag} OK done\r\n"),
            "AUTHENTICATE PLAIN" => "+ \r\n".to_owned(),
            // What answers a challenge bears no tag of its own.
            "" => {
                noting.lock().unwrap().push(tag.to_owned());
                "a2 OK done\r\n".to_owned()
            }
            _ => {
                if command.starts_with("LOGIN") {
                    noting.lock().unwrap().push(command.to_owned());
                }
                sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command))
            }
        });
        let settings = ImapSettings { login: Login::Password(password.into()), ..plain(port) };
        let outcome = pass(&settings, &[]).map(|(_, records)| records.len());
        assert_eq!(*heard.lock().unwrap(), told.into_iter().collect::<Vec<_>>(), "{offers}");
        match outcome {
            Ok(records) => assert_eq!((records, told.is_some()), (1, true), "{offers}"),
            Err(error) => {
                assert!(told.is_none() && error.to_string().contains("takes no login by password"), "{offers}: {error}");
                assert!(miette::Diagnostic::help(&error).unwrap().to_string().contains("OAuth"), "{error}");
            }
        }
    }
}

#[test]
fn a_login_refused_for_the_moment_is_tried_again_even_at_the_start() {
    for refusal in [
        "NO [UNAVAILABLE] Temporary authentication failure.",
        "NO [ALERT] Too many simultaneous connections. (Failure)",
        "NO [inuse] another session deletes mail",
    ] {
        let once = AtomicBool::new(false);
        let (port, _) = serve(move |tag, command| {
            if command.starts_with("LOGIN") && !once.swap(true, Ordering::SeqCst) {
                return format!("{tag} {refusal}\r\n");
            }
            sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command))
        });
        let watching = Watching::start(brisk(port));
        assert_eq!(watching.next(), "1", "{refusal}");
        watching.end();
    }
}

#[test]
fn a_login_refused_later_is_tried_ever_more_rarely_with_the_password_of_now() {
    let folder = tempfile::tempdir().unwrap();
    let kept = folder.path().join("password");
    std::fs::write(&kept, "first").unwrap();
    let logins = Arc::new(Mutex::new(Vec::<String>::new()));
    let seen = Arc::clone(&logins);
    let (port, _) = serve(move |tag, command| {
        if command.starts_with("LOGIN") {
            let mut seen = seen.lock().unwrap();
            seen.push(command.to_owned());
            if seen.len() > 1 && !command.contains("second") {
                return format!("{tag} NO [AUTHENTICATIONFAILED] wrong\r\n");
            }
        }
        // The connection is lost at the first IDLE.
        if command == "IDLE" { String::new() } else { sane(&[], tag, command).unwrap_or_default() }
    });
    let mut settings = brisk(port);
    settings.pace.refused = Duration::from_millis(300);
    settings.login = Login::Password(Password::read(&Secret::Command(format!("cat '{}'", kept.display()))).unwrap());
    let (stop, mut waits) = (AtomicBool::new(false), Vec::new());
    let outcome = watch(&settings, &[], &Clock::system(), &stop, &mut |event| {
        if let Event::Trouble { error: CollectError::Login { .. }, retry_in } = event {
            waits.push(retry_in.as_millis());
            if waits.len() == 3 {
                std::fs::write(&kept, "second").unwrap();
            }
        } else if waits.len() == 3 && matches!(event, Event::Pass(_)) {
            stop.store(true, Ordering::SeqCst);
        }
        Ok(())
    });
    outcome.unwrap();
    assert_eq!(waits, [300, 600, 1200]);
    assert_eq!(logins.lock().unwrap().len(), 5, "one login for each wait");
    assert_eq!(Pace::default().refused, Duration::from_mins(1));
}

#[test]
fn goodbye_at_any_moment_is_a_connection_to_make_again() {
    for moment in ["LOGIN", "LIST", "EXAMINE", "UID"] {
        let once = AtomicBool::new(false);
        let (port, connections) = serve(move |tag, command| {
            if command.starts_with(moment) && !once.swap(true, Ordering::SeqCst) {
                return "* BYE too many connections\r\n".to_owned();
            }
            sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command))
        });
        let watching = Watching::start(ImapSettings { command_timeout: Duration::from_secs(1), ..brisk(port) });
        assert_eq!(watching.next(), "1", "{moment}");
        watching.end();
        assert!(connections.load(Ordering::SeqCst) >= 1, "{moment}");
    }
}

#[test]
fn a_message_that_makes_us_fail_is_set_aside_and_read_later() {
    let (port, _) = serve(|tag, command| sane(&[1, 2], tag, command).unwrap_or_else(|| bodies(tag, command)));
    crafted::fail("reading a mail");
    let (first, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!(records.iter().map(|record| record.external_id.as_str()).collect::<Vec<_>>(), ["INBOX/7/2"]);
    let aside = first.cursors[0].aside.iter().map(|aside| aside.uid).collect::<Vec<_>>();
    assert_eq!((aside, first.cursors[0].next_uid), (vec![1], 3));
    let told = "message 1 of folder INBOX could not be fetched and is tried again: reading it failed, by a fault in crickets";
    assert_eq!(first.folders[0].problems, [told]);
    // It fails once more, and stays aside.
    crafted::fail("reading a mail");
    let (second, records) = pass(&plain(port), &first.cursors).unwrap();
    assert_eq!((records.len(), second.cursors[0].aside.len()), (0, 1));
    let (third, records) = pass(&plain(port), &second.cursors).unwrap();
    assert_eq!((records.len(), third.cursors[0].aside.len()), (1, 0));
}
