//! What a server tells beside a mail: when it was saved (RFC 8514), and Gmail's category. Evidence that is welcome, and whose
//! absence or failure costs no mail.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use super::imap::{ImapSettings, Tls};
use super::imap_peers::{Dovecot, asked, fetched, mail, pass, plain, sane, serve};
use crate::collect::{ArrivalBasis, Placement};

const DATE: &str = "\"02-Nov-2026 15:04:05 +0000\"";

/// A sane server that also offers `extension`.
fn offering(extension: &str, uids: &[u32], tag: &str, command: &str) -> Option<String> {
    if command == "CAPABILITY" {
        // An empty atom, as some servers write it, is no reason to fail.
        return Some(format!("* CAPABILITY IMAP4rev1  IDLE {extension} \r\n{tag} OK done\r\n"));
    }
    sane(uids, tag, command)
}

fn bodies(tag: &str, command: &str) -> String {
    let bodies: String = asked(command).into_iter().map(|uid| fetched(uid, DATE)).collect();
    format!("{bodies}{tag} OK done\r\n")
}

#[test]
fn save_dates_are_kept_and_no_answer_to_that_question_costs_a_mail() {
    // A good answer, with an announcement in between; NIL; a refusal; nonsense; a line that never ends; a connection that is cut.
    let answers: [fn(&str) -> String; 6] = [
        |tag| {
            let date = "\" 2-Nov-2026 15:04:06 +0000\"";
            format!("* 1 FETCH (UID 1 SAVEDATE {date})\r\n* 3 EXISTS\r\n* 2 FETCH (SAVEDATE {date} UID 2)\r\n{tag} OK done\r\n")
        },
        |tag| format!("* 1 FETCH (UID 1 SAVEDATE NIL)\r\n{tag} OK done\r\n"),
        |tag| format!("{tag} BAD what\r\n"),
        |tag| format!("* 1 FETCH (UID 1 SAVEDATE (((\r\n* 1 FETCH (UID 1 NONSENSE (((\r\n{tag} OK done\r\n"),
        |_| format!("* 1 FETCH (UID 1 SAVEDATE \"{}", "x".repeat(200_000)),
        |_| String::new(),
    ];
    for (number, answer) in answers.into_iter().enumerate() {
        let (port, connections) = serve(move |tag, command| {
            if command.contains("(UID SAVEDATE)") {
                return answer(tag);
            }
            offering("SAVEDATE", &[1, 2], tag, command).unwrap_or_else(|| bodies(tag, command))
        });
        // What never ends is waited for.
        let settings = ImapSettings { command_timeout: Duration::from_secs(5), ..plain(port) };
        let (pass, records) = pass(&settings, &[]).unwrap();
        let ids: Vec<_> = records.iter().map(|record| record.external_id.as_str()).collect();
        assert_eq!(ids, ["INBOX/7/1", "INBOX/7/2"], "answer {number}");
        assert!(pass.folders[0].problems.is_empty(), "answer {number}: {pass:?}");
        let saved: Vec<_> = records.iter().map(|record| record.arrival.save_date.map(|at| at.timestamp() % 10)).collect();
        assert_eq!(saved, if number == 0 { [Some(6), Some(6)] } else { [None, None] }, "answer {number}");
        assert!(connections.load(Ordering::SeqCst) <= 3, "answer {number}");
    }
}

#[test]
fn a_server_that_always_breaks_at_that_question_is_not_asked_for_ever() {
    let times = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&times);
    let uids: Vec<u32> = (1..=1500).collect();
    let (port, _) = serve(move |tag, command| {
        if command.contains("(UID SAVEDATE)") {
            counted.fetch_add(1, Ordering::SeqCst);
            return String::new();
        }
        offering("SAVEDATE", &uids, tag, command).unwrap_or_else(|| bodies(tag, command))
    });
    let (_, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!((records.len(), times.load(Ordering::SeqCst)), (1500, 3));
}

#[test]
fn gmails_promotions_are_told_from_its_inbox_and_no_other_server_is_asked() {
    use Placement::{Inbox, Promotions, Spam};
    // What the server offers, what it answers to the question, and where the three messages landed.
    let cases: [(&str, &str, [Option<Placement>; 3]); 4] = [
        ("X-GM-EXT-1", "* SEARCH 2\r\nTAG OK done\r\n", [Some(Inbox), Some(Promotions), Some(Spam)]),
        ("X-GM-EXT-1", "* SEARCH\r\nTAG OK done\r\n", [Some(Inbox), Some(Inbox), Some(Spam)]),
        ("X-GM-EXT-1", "TAG BAD busy\r\n", [None, None, Some(Spam)]),
        ("", "TAG BAD never asked\r\n", [Some(Inbox), Some(Inbox), Some(Spam)]),
    ];
    for (extension, answer, expected) in cases {
        let (opened, asked_for) = (Arc::new(Mutex::new(String::new())), Arc::new(Mutex::new(Vec::new())));
        let heard = Arc::clone(&asked_for);
        let (port, _) = serve(move |tag, command| {
            let junk = command.contains("Spam");
            match command.split(' ').next() {
                Some("LIST") => format!(
                    "* LIST (\\HasNoChildren) \"/\" INBOX\r\n* LIST (\\Junk) \"/\" \"[Gmail]/Spam\"\r\n* LIST (\\Flagged) \"/\" \"[Gmail]/Starred\"\r\n{tag} OK done\r\n"
                ),
                Some("EXAMINE") => {
                    command.clone_into(&mut opened.lock().unwrap());
                    offering(extension, if junk { &[9] } else { &[1, 2] }, tag, command).unwrap()
                }
                _ if command.contains("X-GM-RAW") => {
                    heard.lock().unwrap().push(command.to_owned());
                    answer.replace("TAG", tag)
                }
                _ => {
                    let uids: &[u32] = if opened.lock().unwrap().contains("Spam") { &[9] } else { &[1, 2] };
                    offering(extension, uids, tag, command).unwrap_or_else(|| bodies(tag, command))
                }
            }
        });
        let (_, records) = pass(&plain(port), &[]).unwrap();
        assert_eq!(records.iter().map(|record| record.placement).collect::<Vec<_>>(), expected, "{extension} {answer}");
        let expected: &[&str] = if extension.is_empty() { &[] } else { &["UID SEARCH UID 1,2 X-GM-RAW \"category:promotions\""] };
        assert_eq!(*asked_for.lock().unwrap(), expected, "only the inbox, only the new ones");
    }
}

#[test]
fn a_view_over_all_mail_is_read_but_for_what_we_wrote() {
    let mails = [
        "Received: from out.b.example by mx.example.org with ESMTPS; Mon, 2 Nov 2026 15:04:05 +0000\r\nFrom: amy@b.example\r\n\r\nHello\r\n",
        "From: shopper+k7f3@example.org\r\nTo: amy@b.example\r\n\r\nThank you\r\n",
    ];
    let (port, _) = serve(move |tag, command| {
        if command.starts_with("LIST") {
            return format!("* LIST () \"/\" INBOX\r\n* LIST (\\All) \"/\" \"[Gmail]/All Mail\"\r\n{tag} OK done\r\n");
        }
        // The inbox is empty: a filter put the answer away.
        sane(if command == "EXAMINE \"INBOX\"" { &[] } else { &[1, 2] }, tag, command).unwrap_or_else(|| {
            let of = |uid: u32| {
                let mail = mails[uid as usize - 1];
                format!("* {uid} FETCH (UID {uid} INTERNALDATE {DATE} BODY[] {{{}}}\r\n{mail})\r\n", mail.len())
            };
            format!("{}{tag} OK done\r\n", asked(command).into_iter().map(of).collect::<String>())
        })
    });
    let settings = ImapSettings { own: vec!["shopper@example.org".to_owned()], ..plain(port) };
    let (pass, records) = pass(&settings, &[]).unwrap();
    let came: Vec<_> = records.iter().map(|record| (record.external_id.as_str(), record.placement)).collect();
    assert_eq!(came, [("[Gmail]/All Mail/7/1", None)]);
    assert_eq!(pass.cursors.iter().map(|cursor| cursor.next_uid).collect::<Vec<_>>(), [1, 3], "{pass:?}");
    assert!(pass.folders.iter().all(|folder| folder.problems.is_empty()), "{pass:?}");
}

#[test]
fn dovecot_tells_the_true_time_of_a_mail_appended_with_an_old_one() {
    let Some(server) = Dovecot::start() else { return };
    let settings = server.settings(Tls::Implicit);
    let (first, _) = pass(&settings, &[]).unwrap();
    let before = crate::clock::Clock::system().now();
    // No line of a trusted host, so INTERNALDATE stands alone against SAVEDATE.
    let bare = "From: amy@b.example\r\nSubject: old\r\n\r\nHello\r\n";
    server.say(&[&format!("APPEND INBOX \"02-Jan-2020 10:00:00 +0000\" {{{}+}}\r\n{bare}", bare.len())]);
    server.deliver("", "1793631841.a.host", &mail(1));
    let (_, watched) = pass(&settings, &first.cursors).unwrap();
    let arrival = &watched[0].arrival;
    assert_eq!(arrival.internal_date.unwrap().to_rfc3339(), "2020-01-02T10:00:00+00:00");
    let late: chrono::TimeDelta = arrival.save_date.unwrap() - before;
    assert!((-2..60).contains(&late.num_seconds()), "{arrival:?}");
    assert_eq!((arrival.basis, arrival.disputed, Some(arrival.at)), (ArrivalBasis::SaveDate, true, arrival.save_date));
    // The handover line agrees with INTERNALDATE: a mail that was moved here later is not doubted.
    let moved = &watched[1].arrival;
    assert_eq!((moved.basis, moved.disputed, moved.save_date.is_some()), (ArrivalBasis::InternalDate, false, true));

    let (_, unwatched) = pass(&settings, &[]).unwrap();
    let arrival = &unwatched[0].arrival;
    assert_eq!((arrival.disputed, Some(arrival.at), arrival.at_latest), (true, arrival.internal_date, arrival.save_date));
}
