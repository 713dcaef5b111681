//! IMAP against servers: scripted ones on loopback that misbehave in known ways, and a real Dovecot where one is installed.

use std::net::TcpListener;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;

use super::imap::{Cursor, ImapSettings, Login, Pass, Tls, check_login};
use super::imap_peers::{Dovecot, MAIL, PATIENCE, TRICKLE, asked, ends, fetched, impatient, mail, pass, plain, sane, serve, undated};
use super::{Event, watch};
use crate::clock::Clock;
use crate::collect::{ArrivalBasis, CollectError, Placement};

#[test]
fn an_unreadable_date_and_a_poisoned_message_cost_no_other_mail() {
    let date = "\"02-Nov-2026 15:04:05 +0000\"";
    let (port, connections) = serve(move |tag, command| {
        sane(&[1, 2, 3, 4], tag, command).unwrap_or_else(|| {
            let mut reply = String::new();
            for uid in asked(command) {
                match uid {
                    2 if command.contains("INTERNALDATE") => reply += &fetched(2, "YESTERDAY"),
                    2 => reply += &undated(2),
                    3 => reply += "* 3 FETCH (UID 3 NONSENSE (((\r\n",
                    uid => reply += &fetched(uid, date),
                }
            }
            format!("{reply}{tag} OK done\r\n")
        })
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    let ids: Vec<_> = records.iter().map(|record| (record.external_id.as_str(), record.arrival.basis)).collect();
    assert_eq!(
        ids,
        [("INBOX/7/1", ArrivalBasis::InternalDate), ("INBOX/7/2", ArrivalBasis::Seen), ("INBOX/7/4", ArrivalBasis::InternalDate)]
    );
    assert_eq!(pass.cursors[0].next_uid, 5);
    assert_eq!((pass.folders[0].messages, pass.folders[0].problems.len()), (3, 1), "{pass:?}");
    assert!(pass.folders[0].problems[0].starts_with("message 3 of folder INBOX could not be fetched"));
    assert!(connections.load(Ordering::SeqCst) <= 8);
}

#[test]
fn a_date_of_nil_costs_neither_the_mail_nor_the_connection() {
    let (port, connections) = serve(|tag, command| {
        sane(&[1, 2], tag, command).unwrap_or_else(|| {
            let bodies: String = asked(command).into_iter().map(|uid| fetched(uid, "NIL")).collect();
            format!("{bodies}{tag} OK done\r\n")
        })
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    assert!(records.iter().all(|record| record.arrival.basis == ArrivalBasis::Seen), "{records:?}");
    assert_eq!((records.len(), pass.folders[0].problems.len(), connections.load(Ordering::SeqCst)), (2, 0, 1));
}

#[test]
fn an_old_message_named_by_the_star_is_left_alone() {
    let (port, _) = serve(|tag, command| match command.split(' ').next() {
        // Without UIDNEXT the range has to be asked, and the server names the last message though it is older.
        Some("EXAMINE") => format!("* 4 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{tag} OK done\r\n"),
        _ => sane(&[4], tag, command).unwrap_or_else(|| format!("{tag} NO unexpected fetch\r\n")),
    });
    let cursor = Cursor { folder: "INBOX".to_owned(), uidvalidity: 7, next_uid: 5, last_pass: None, aside: Vec::new() };
    let (pass, records) = pass(&plain(port), &[cursor]).unwrap();
    assert_eq!((records.len(), pass.cursors[0].next_uid, pass.folders[0].problems.len()), (0, 5, 0));
    assert!(pass.cursors[0].last_pass.is_some());
}

#[test]
fn a_connection_cut_in_the_middle_is_made_again_and_goes_on() {
    let cut = AtomicBool::new(false);
    let (port, connections) = serve(move |tag, command| {
        sane(&[1, 2, 3], tag, command).unwrap_or_else(|| {
            if cut.swap(true, Ordering::SeqCst) {
                let bodies: String = asked(command).into_iter().map(|uid| fetched(uid, "\"02-Nov-2026 15:04:05 +0000\"")).collect();
                format!("{bodies}{tag} OK done\r\n")
            } else {
                String::new()
            }
        })
    });
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!((records.len(), pass.folders[0].problems.len()), (3, 0));
    assert_eq!(connections.load(Ordering::SeqCst), 2);
}

#[test]
fn a_silent_server_and_a_refused_login_are_told_without_the_password() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let silent = impatient(listener.local_addr().unwrap().port());
    let error = ends(move || check_login(&silent)).unwrap_err();
    assert!(matches!(error, CollectError::Connect { .. }), "{error}");

    let (port, _) = serve(|tag, command| match command {
        command if command.starts_with("LOGIN") => format!("{tag} NO refused: {command}\r\n"),
        "CAPABILITY" => format!("{tag} BAD not now\r\n"),
        _ => String::new(),
    });
    let error = check_login(&plain(port)).unwrap_err();
    assert!(matches!(error, CollectError::Login { .. }), "{error}");
    assert!(!format!("{error} {error:?}").contains("s3cret"), "{error}");
    let stop = AtomicBool::new(false);
    assert!(matches!(watch(&plain(port), &[], &Clock::system(), &stop, &mut |_| Ok(())), Err(CollectError::Login { .. })));

    let mut starttls = plain(port);
    starttls.tls = Tls::StartTls;
    assert!(matches!(check_login(&starttls), Err(CollectError::Connect { .. })), "no STARTTLS there");
}

#[test]
fn a_server_that_trickles_is_given_up_in_time() {
    let (port, _) = serve(|tag, command| match command {
        command if command.starts_with("LIST") => TRICKLE.to_owned(),
        _ => sane(&[], tag, command).unwrap_or_default(),
    });
    assert!(matches!(ends(move || check_login(&impatient(port))), Err(CollectError::List { .. })));
}

#[test]
fn an_oversize_message_is_kept_in_its_beginning() {
    let (port, _) = serve(|tag, command| match command {
        command if command.contains("(UID RFC822.SIZE)") => format!("* 1 FETCH (UID 1 RFC822.SIZE 40000000)\r\n{tag} OK done\r\n"),
        command if command.contains("BODY.PEEK[]<0.1048576>") => {
            let body = format!("{MAIL}{}", "x".repeat(1_000_000));
            let date = "02-Nov-2026 15:04:05 +0000";
            format!("* 1 FETCH (UID 1 INTERNALDATE \"{date}\" BODY[]<0> {{{}}}\r\n{body})\r\n{tag} OK done\r\n", body.len())
        }
        _ => sane(&[1], tag, command).unwrap_or_else(|| format!("{tag} NO too large\r\n")),
    });
    let mut settings = plain(port);
    for megabytes in [25, 38] {
        settings.largest = megabytes << 20;
        let (pass, records) = pass(&settings, &[]).unwrap();
        assert_eq!(records[0].bytes.len(), MAIL.len() + 1_000_000);
        assert_eq!(records[0].identity, super::canonical::identity_of_headers(MAIL.as_bytes()));
        assert!(pass.folders[0].problems[0].contains(&format!("over {megabytes} MB")), "{pass:?}");
    }
    settings.largest = 39 << 20;
    let (pass, records) = pass(&settings, &[]).unwrap();
    assert!(records.is_empty() && pass.folders[0].problems[0].contains("too large"), "then it is asked for whole: {pass:?}");
}

#[test]
fn a_watch_stops_when_told_whatever_the_server_does() {
    // "+ idling" and then nothing; NO to IDLE; a mail announced before the IDLE begins; silence after the login.
    let scripts: [fn(&str) -> String; 4] = [
        |_| "+ idling\r\n".to_owned(),
        |tag| format!("{tag} NO not now\r\n"),
        |_| "* 4 EXISTS\r\n".to_owned(),
        |_| "* OK Still here\r\n".to_owned(),
    ];
    for (number, script) in scripts.into_iter().enumerate() {
        let (port, _) = serve(move |tag, command| match command {
            "IDLE" => script(tag),
            "" => "* OK ignored\r\n".to_owned(),
            _ => sane(&[], tag, command).unwrap_or_default(),
        });
        let stop = Arc::new(AtomicBool::new(false));
        let (told, heard) = mpsc::channel();
        let watcher = {
            let stop = Arc::clone(&stop);
            // Whoever waited for an answer, or for the end of an IDLE, would wait for longer than the test does.
            let settings = ImapSettings { command_timeout: 4 * PATIENCE, ..plain(port) };
            std::thread::spawn(move || {
                watch(&settings, &[], &Clock::system(), &stop, &mut |event| {
                    if matches!(event, Event::Pass(_)) {
                        let _ = told.send(());
                    }
                    Ok(())
                })
            })
        };
        heard.recv_timeout(PATIENCE).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        stop.store(true, Ordering::SeqCst);
        assert_eq!(ends(move || watcher.join().unwrap().unwrap()).len(), 1, "script {number}");
    }
}

#[test]
fn a_watch_ends_with_the_error_of_its_handler() {
    let (port, connections) = serve(|tag, command| sane(&[], tag, command).unwrap_or_default());
    let stop = AtomicBool::new(false);
    let error =
        watch(&plain(port), &[], &Clock::system(), &stop, &mut |_| Err(CollectError::Record { reason: "full".to_owned() })).unwrap_err();
    assert_eq!(error.to_string(), "could not keep what came back: could not read a call record back: full");
    assert_eq!(connections.load(Ordering::SeqCst), 1);
}

#[test]
fn dovecot_is_read_and_left_as_it_was() {
    let Some(server) = Dovecot::start() else { return };
    server.deliver("", "1793631841.a.host", &mail(1));
    server.deliver("", "1793640000.moved.host", &mail(2));
    server.deliver(".Junk", "1793631843.c.host", &mail(3));
    server.deliver(".Ausgang", "1793631844.d.host", &mail(4));
    for tls in [Tls::Implicit, Tls::StartTls, Tls::Plain] {
        assert_eq!(check_login(&server.settings(tls)).unwrap(), ["INBOX", "Junk"], "{tls:?}");
    }
    let mut stranger = server.settings(Tls::Implicit);
    stranger.ca_file = None;
    assert!(matches!(check_login(&stranger), Err(CollectError::Connect { .. } | CollectError::Certificates { .. })));
    let mut wrong = server.settings(Tls::Implicit);
    wrong.login = Login::Password("wrong".into());
    assert!(matches!(check_login(&wrong), Err(CollectError::Login { .. })));

    let settings = server.settings(Tls::Implicit);
    let (first, records) = pass(&settings, &[]).unwrap();
    let seen: Vec<_> =
        records.iter().map(|record| (record.placement, record.arrival.basis, record.arrival.at.timestamp() - 1_793_631_840)).collect();
    assert_eq!(
        seen,
        [
            (Some(Placement::Inbox), ArrivalBasis::InternalDate, 1),
            (Some(Placement::Inbox), ArrivalBasis::Handover, 2),
            (Some(Placement::Spam), ArrivalBasis::InternalDate, 3)
        ]
    );
    assert_eq!(records[0].bytes, mail(1).as_bytes());
    let flags = server.say(&["EXAMINE INBOX", "UID FETCH 1:* (FLAGS)"]);
    assert!(flags.contains("* 2 RECENT"), "{flags}");
    assert_eq!(flags.matches("FLAGS (\\Recent)").count(), 2, "{flags}");

    let (second, none) = pass(&settings, &first.cursors).unwrap();
    assert!(none.is_empty());
    assert!(second.folders.iter().all(|folder| folder.seen_from.is_some() && folder.problems.is_empty()), "{second:?}");

    // The folder is made anew with the same mail: another UIDVALIDITY, the same identity.
    server.say(&["SELECT Junk", "COPY 1 INBOX", "CLOSE", "DELETE Junk", "CREATE Junk", "SELECT INBOX", "COPY 3 Junk"]);
    let (third, again) = pass(&settings, &second.cursors).unwrap();
    assert_eq!(again.iter().map(|record| &record.identity).collect::<Vec<_>>(), [&records[2].identity, &records[2].identity]);
    let validity = |pass: &Pass| pass.cursors.iter().find(|cursor| cursor.folder == "Junk").unwrap().uidvalidity;
    assert_ne!(validity(&second), validity(&third));
}

#[test]
fn dovecot_is_watched_through_its_own_death() {
    let Some(mut server) = Dovecot::start() else { return };
    server.deliver("", "1793631841.a.host", &mail(1));
    let settings = ImapSettings { command_timeout: 4 * PATIENCE, ..server.settings(Tls::Implicit) };
    let stop = Arc::new(AtomicBool::new(false));
    let (told, heard) = mpsc::channel::<String>();
    let watcher = {
        let stop = Arc::clone(&stop);
        std::thread::spawn(move || {
            watch(&settings, &[], &Clock::system(), &stop, &mut |event| {
                let text = match event {
                    Event::Record(record) => record.external_id.rsplit('/').next().unwrap().to_owned(),
                    Event::Pass(_) => return Ok(()),
                    Event::Trouble { .. } => "trouble".to_owned(),
                };
                told.send(text).map_err(CollectError::keep)
            })
        })
    };
    let next = || heard.recv_timeout(PATIENCE).unwrap();
    assert_eq!(next(), "1");
    std::thread::sleep(Duration::from_millis(500));
    server.deliver("", "1793631842.b.host", &mail(2));
    assert_eq!(next(), "2", "by IDLE");
    server.down();
    assert_eq!(next(), "trouble");
    server.deliver("", "1793631843.c.host", &mail(3));
    server.deliver("", "1793631844.d.host", &mail(4));
    server.up();
    let mut after = vec![next()];
    while after.iter().filter(|text| *text != "trouble").count() < 2 {
        after.push(next());
    }
    after.retain(|text| text != "trouble");
    assert_eq!(after, ["3", "4"], "what came while it was down, none twice");
    stop.store(true, Ordering::SeqCst);
    let cursors = ends(move || watcher.join().unwrap().unwrap());
    assert_eq!(cursors.iter().find(|cursor| cursor.folder == "INBOX").unwrap().next_uid, 5);
}
