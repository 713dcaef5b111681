//! Folders of any name, listed in any way, and folders that fail: none of them costs the mail of another.

use std::io::{BufRead as _, BufReader, Write as _};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::imap::{ImapSettings, Tls};
use super::imap_peers::{Dovecot, asked, fetched, mail, pass, plain, sane, serve};

const DATE: &str = "\"02-Nov-2026 15:04:05 +0000\"";

fn bodies(tag: &str, command: &str) -> String {
    let bodies: String = asked(command).into_iter().map(|uid| fetched(uid, DATE)).collect();
    format!("{bodies}{tag} OK done\r\n")
}

fn listing(names: &[&str], tag: &str) -> String {
    let lines: String = names.iter().map(|name| format!("* LIST () \"/\" {name}\r\n")).collect();
    format!("{lines}{tag} OK done\r\n")
}

#[test]
fn no_way_of_listing_folders_hides_the_inbox_or_a_wished_folder() {
    let inbox = "* LIST (\\HasNoChildren) \"/\" INBOX\r\n";
    let cases = [
        (format!("{inbox}* LIST () \"/\" \"Entw\u{fc}rfe 2\"\r\n"), &["INBOX", "Entw\u{fc}rfe 2"][..]),
        ("* LIST ()  \"/\"  INBOX\r\n* LIST () \"/\" \"A\" (\"CHILDINFO\" (\"SUBSCRIBED\"))\r\n".to_owned(), &["INBOX", "A"]),
        ("* LIST () \"/\" {5}\r\nINBOX\r\n* LIST () \"/\" {6}\r\nA \"b\" \r\n".to_owned(), &["INBOX", "A \"b\" "]),
        (format!("{inbox}* STATUS \"A\" (MESSAGES 1)\r\n"), &["INBOX"]),
        ("* LIST () \"/\" \"A\\\\B\"\r\n".to_owned(), &["INBOX", "A\\B"]),
        (String::new(), &["INBOX"]),
    ];
    for (list, names) in cases {
        let listing = list.clone();
        let (port, connections) = serve(move |tag, command| match command.split(' ').next() {
            Some("LIST") => format!("{listing}{tag} OK done\r\n"),
            _ => sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command)),
        });
        let (pass, records) = pass(&plain(port), &[]).unwrap();
        assert_eq!(pass.folders.iter().map(|folder| folder.folder.as_str()).collect::<Vec<_>>(), names, "{list}");
        assert_eq!(records.len(), names.len(), "{list}");
        assert_eq!(connections.load(Ordering::SeqCst), 1, "{list}");
    }
    for refusal in ["NO not now", "BAD what"] {
        let (port, _) = serve(move |tag, command| match command.split(' ').next() {
            Some("LIST") => format!("{tag} {refusal}\r\n"),
            _ => sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command)),
        });
        let error = pass(&plain(port), &[]).unwrap_err();
        assert!(miette::Diagnostic::help(&error).unwrap().to_string().contains("folders = "), "{error}");
        let settings = ImapSettings { folders: Some(vec!["INBOX".to_owned(), "Junk".to_owned()]), ..plain(port) };
        let (pass, records) = pass(&settings, &[]).unwrap();
        assert_eq!((pass.folders.len(), records.len()), (2, 2), "{refusal}");
    }
}

#[test]
fn a_folder_whose_name_must_be_escaped_is_read() {
    let Some(server) = Dovecot::start() else { return };
    let (name, quoted) = ("Say \"yes\" \\ no", "\"Say \\\"yes\\\" \\\\ no\"");
    server.deliver("", "1793631841.a.host", &mail(1));
    server.say(&[&format!("CREATE {quoted}"), "SELECT INBOX", &format!("COPY 1 {quoted}"), "CREATE Entw&APw-rfe2"]);
    let (pass, records) = pass(&server.settings(Tls::Implicit), &[]).unwrap();
    let names: Vec<_> = pass.folders.iter().map(|folder| folder.folder.as_str()).collect();
    assert_eq!(names, ["INBOX", "Junk", "Entwürfe2", name]);
    assert!(pass.folders.iter().all(|folder| folder.problems.is_empty()), "{pass:?}");
    assert_eq!((records.len(), records[1].external_id.starts_with(name)), (2, true));
}

#[test]
fn a_folder_at_which_the_connection_breaks_costs_no_other_its_mail() {
    let (opened, looks) = (Arc::new(Mutex::new(String::new())), Arc::new(AtomicUsize::new(0)));
    let counted = Arc::clone(&looks);
    let (port, _) = serve(move |tag, command| match command.split(' ').next() {
        Some("LIST") => listing(&["INBOX", "Cut", "Zoo"], tag),
        Some("EXAMINE") => {
            command.clone_into(&mut opened.lock().unwrap());
            if command.contains("Cut") && counted.fetch_add(1, Ordering::SeqCst) < 5 {
                String::new()
            } else {
                sane(&[1, 2], tag, command).unwrap()
            }
        }
        _ => sane(&[1, 2], tag, command).unwrap_or_else(|| bodies(tag, command)),
    });
    let (first, records) = pass(&plain(port), &[]).unwrap();
    let ids: Vec<_> = records.iter().map(|record| record.external_id.as_str()).collect();
    assert_eq!(ids, ["INBOX/7/1", "INBOX/7/2", "Zoo/7/1", "Zoo/7/2"]);
    let seen: Vec<_> =
        first.folders.iter().map(|folder| (folder.folder.as_str(), folder.seen_by.is_some(), folder.problems.len())).collect();
    assert_eq!(seen, [("INBOX", true, 0), ("Cut", false, 1), ("Zoo", true, 0)]);
    assert!(first.folders[1].problems[0].starts_with("folder Cut was not read to its end and is tried again: "), "{first:?}");
    assert_eq!(looks.load(Ordering::SeqCst), 4, "a limit of tries in a pass");

    let (second, records) = pass(&plain(port), &first.cursors).unwrap();
    let ids: Vec<_> = records.iter().map(|record| record.external_id.as_str()).collect();
    assert_eq!(ids, ["Cut/7/1", "Cut/7/2"], "what was read is not read again");
    assert!(second.folders.iter().all(|folder| folder.problems.is_empty()), "{second:?}");
}

#[test]
fn what_was_read_before_a_server_went_away_is_kept() {
    let gone = Arc::new(AtomicBool::new(false));
    let away = Arc::clone(&gone);
    let (port, _) = serve(move |tag, command| match command.split(' ').next() {
        _ if away.load(Ordering::SeqCst) => String::new(),
        Some("LIST") => listing(&["INBOX", "A", "B"], tag),
        Some("EXAMINE") if command.contains("\"A\"") => {
            away.store(true, Ordering::SeqCst);
            String::new()
        }
        _ => sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command)),
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    let seen: Vec<_> =
        pass.folders.iter().map(|folder| (folder.folder.as_str(), folder.seen_by.is_some(), folder.problems.len())).collect();
    assert_eq!((seen, records.len()), (vec![("INBOX", true, 0), ("A", false, 1), ("B", false, 1)], 1));
    assert!(pass.folders[1].problems[0].contains("could not connect to 127.0.0.1"), "{pass:?}");
}

#[test]
fn a_slow_server_that_is_not_silent_is_waited_for() {
    // Sizes come one by one, all of them later than a command may take.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
                let _ = stream.write_all(b"* OK ready\r\n");
                while let Some(Ok(line)) = lines.next() {
                    let (tag, command) = line.split_once(' ').unwrap_or((&line, ""));
                    let reply = sane(&[1, 2, 3, 4, 5], tag, command).unwrap_or_else(|| bodies(tag, command));
                    for part in reply.split_inclusive('\n') {
                        if part.contains("RFC822.SIZE") {
                            std::thread::sleep(Duration::from_millis(600));
                        }
                        let _ = stream.write_all(part.as_bytes());
                    }
                }
            });
        }
    });
    let (pass, records) = pass(&super::imap_peers::impatient(port), &[]).unwrap();
    assert_eq!((records.len(), pass.folders[0].problems.len()), (5, 0), "{pass:?}");
}

#[test]
fn sizes_of_many_messages_are_asked_for_in_parts() {
    let asked_for = Arc::new(Mutex::new(Vec::new()));
    let heard = Arc::clone(&asked_for);
    let uids: Vec<u32> = (1..=2300).map(|number| number * 2).collect();
    let (port, _) = serve(move |tag, command| {
        let words: Vec<&str> = command.split(' ').collect();
        match words.as_slice() {
            ["UID", "FETCH", span, "(UID", "RFC822.SIZE)"] => {
                heard.lock().unwrap().push((*span).to_owned());
                let (from, to) = span.split_once(':').unwrap();
                let within = from.parse().unwrap()..=to.parse().unwrap_or(u32::MAX);
                let sizes = uids.iter().filter(|uid| within.contains(*uid)).map(|uid| format!("* 1 FETCH (UID {uid} RFC822.SIZE 44)\r\n"));
                format!("{}{tag} OK done\r\n", sizes.collect::<String>())
            }
            _ => sane(&uids, tag, command).unwrap_or_else(|| bodies(tag, command)),
        }
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!((records.len(), pass.cursors[0].next_uid), (2300, 4601), "{:?}", pass.folders);
    assert_eq!(*asked_for.lock().unwrap(), ["1:1000", "1001:2000", "2001:3000", "3001:4000", "4001:*"]);
}

#[test]
fn a_server_that_cannot_say_which_messages_there_are_is_not_read_to_its_end() {
    let (port, _) = serve(|tag, command| match command {
        command if command.contains("(UID RFC822.SIZE)") => format!("* 1 FETCH (UID 1 NONSENSE (((\r\n{tag} OK done\r\n"),
        command if command.starts_with("UID SEARCH") => format!("{tag} OK done\r\n"),
        _ => sane(&[1], tag, command).unwrap_or_else(|| bodies(tag, command)),
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!((records.len(), pass.folders[0].seen_by), (0, None));
    assert!(pass.folders[0].problems[0].contains("does not say which messages there are"), "{pass:?}");
}
