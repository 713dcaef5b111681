//! IMAP against servers: scripted ones on loopback that misbehave in known ways, and a real Dovecot where one is installed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::imap::{Cursor, ImapSettings, Login, Pass, Tls, catch_up, check_login};
use super::{Event, watch};
use crate::clock::Clock;
use crate::collect::{ArrivalBasis, CollectError, Placement, RawRecord};

const MAIL: &str = "From: amy@b.example\r\nSubject: Hi\r\n\r\nHello\r\n";

/// The answer of a server that keeps talking and says nothing.
const TRICKLE: &str = "trickle";

/// A server that answers each command by a function of its words; an empty answer closes the connection.
fn serve(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> (u16, Arc<AtomicUsize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let (port, connections) = (listener.local_addr().unwrap().port(), Arc::new(AtomicUsize::new(0)));
    let (answer, counter) = (Arc::new(answer), Arc::clone(&connections));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            counter.fetch_add(1, Ordering::SeqCst);
            let answer = Arc::clone(&answer);
            std::thread::spawn(move || talk(stream, &*answer));
        }
    });
    (port, connections)
}

fn talk(mut stream: TcpStream, answer: &dyn Fn(&str, &str) -> String) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    if stream.write_all(b"* OK ready\r\n").is_err() {
        return;
    }
    let mut line = String::new();
    while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
        let (tag, command) = line.trim_end().split_once(' ').unwrap_or((line.trim_end(), ""));
        let reply = answer(tag, command);
        while reply == TRICKLE && stream.write_all(b"* OK Still here\r\n").is_ok() {
            std::thread::sleep(Duration::from_millis(50));
        }
        if reply.is_empty() || stream.write_all(reply.as_bytes()).is_err() {
            return;
        }
        line.clear();
    }
}

/// The answers of a sane server with `uids` in its inbox, all but the fetching of texts.
fn sane(uids: &[u32], tag: &str, command: &str) -> Option<String> {
    let next = uids.iter().max().unwrap_or(&0) + 1;
    let listed = |uid: &u32| format!("* {uid} FETCH (UID {uid} RFC822.SIZE {})\r\n", MAIL.len());
    let sizes: String = uids.iter().map(listed).collect();
    let body = match command.split(' ').next()? {
        "CAPABILITY" => "* CAPABILITY IMAP4rev1 IDLE\r\n".to_owned(),
        "LIST" => "* LIST () \"/\" INBOX\r\n".to_owned(),
        "EXAMINE" => format!("* {} EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n* OK [UIDNEXT {next}] x\r\n", uids.len()),
        "LOGIN" | "NOOP" | "LOGOUT" => String::new(),
        "UID" if command.contains("(UID RFC822.SIZE)") => sizes,
        _ => return None,
    };
    Some(format!("{body}{tag} OK done\r\n"))
}

fn fetched(uid: u32, date: &str) -> String {
    format!("* {uid} FETCH (UID {uid} INTERNALDATE {date} BODY[] {{{}}}\r\n{MAIL})\r\n", MAIL.len())
}

fn undated(uid: u32) -> String {
    format!("* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n{MAIL})\r\n", MAIL.len())
}

/// The UIDs a fetch asks for.
fn asked(command: &str) -> Vec<u32> {
    command.split(' ').nth(2).unwrap_or_default().split(',').filter_map(|uid| uid.parse().ok()).collect()
}

fn plain(port: u16) -> ImapSettings {
    let mut settings = ImapSettings::new("mailbox.main", "127.0.0.1", port, Tls::Plain, "shopper", Login::Password("s3cret".into()));
    settings.command_timeout = Duration::from_secs(2);
    settings.pace.backoff = Duration::from_millis(100);
    settings
}

fn pass(settings: &ImapSettings, cursors: &[Cursor]) -> Result<(Pass, Vec<RawRecord>), CollectError> {
    let mut records = Vec::new();
    let pass = catch_up(settings, cursors, &Clock::system(), &mut |record| {
        records.push(record);
        Ok(())
    })?;
    Ok((pass, records))
}

#[test]
fn an_unreadable_date_and_a_poisoned_message_cost_no_other_mail() {
    let date = "\"02-Nov-2026 15:04:05 +0000\"";
    let (port, connections) = serve(move |tag, command| {
        sane(&[1, 2, 3, 4], tag, command).unwrap_or_else(|| {
            let mut reply = String::new();
            for uid in asked(command) {
                match uid {
                    2 if command.contains("INTERNALDATE") => reply += &fetched(2, "NIL"),
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
fn an_old_message_named_by_the_star_is_left_alone() {
    let (port, _) = serve(|tag, command| match command.split(' ').next() {
        // Without UIDNEXT the range has to be asked, and the server names the last message though it is older.
        Some("EXAMINE") => format!("* 4 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{tag} OK done\r\n"),
        _ => sane(&[4], tag, command).unwrap_or_else(|| format!("{tag} NO unexpected fetch\r\n")),
    });
    let cursor = Cursor { folder: "INBOX".to_owned(), uidvalidity: 7, next_uid: 5, last_pass: None };
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
    let began = Instant::now();
    let error = check_login(&plain(listener.local_addr().unwrap().port())).unwrap_err();
    assert!(matches!(error, CollectError::Connect { .. }), "{error}");
    assert!(began.elapsed() < Duration::from_secs(5));

    let (port, _) = serve(|tag, command| match command {
        command if command.starts_with("LOGIN") => format!("{tag} NO refused: {command}\r\n"),
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
    let began = Instant::now();
    assert!(matches!(check_login(&plain(port)), Err(CollectError::List { .. })));
    assert!(began.elapsed() < Duration::from_secs(4), "{:?}", began.elapsed());
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
    let (pass, records) = pass(&plain(port), &[]).unwrap();
    assert_eq!(records[0].bytes.len(), MAIL.len() + 1_000_000);
    assert_eq!(records[0].identity, super::canonical::identity_of_headers(MAIL.as_bytes()));
    assert!(pass.folders[0].problems[0].contains("over 25 MB"), "{pass:?}");
}

#[test]
fn a_watch_stops_within_a_second_whatever_the_server_does() {
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
            std::thread::spawn(move || {
                watch(&plain(port), &[], &Clock::system(), &stop, &mut |event| {
                    if matches!(event, Event::Pass(_)) {
                        let _ = told.send(());
                    }
                    Ok(())
                })
            })
        };
        heard.recv_timeout(Duration::from_secs(10)).unwrap();
        std::thread::sleep(Duration::from_millis(300));
        let asked = Instant::now();
        stop.store(true, Ordering::SeqCst);
        let cursors = watcher.join().unwrap().unwrap();
        assert!(asked.elapsed() < Duration::from_secs(2), "script {number}: {:?}", asked.elapsed());
        assert_eq!(cursors.len(), 1);
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

/// A Dovecot in a directory of its own, stopped when dropped.
struct Dovecot {
    root: tempfile::TempDir,
    imap: u16,
    imaps: u16,
    child: Option<Child>,
}

impl Dovecot {
    /// Starts one, or says why there is none.
    fn start() -> Option<Self> {
        let found = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"].into_iter().find(|path| Path::new(path).exists());
        if found.is_none() {
            skip("no Dovecot is installed");
            return None;
        }
        let root = tempfile::tempdir().unwrap();
        let [imap, imaps] = [0, 1].map(|_| TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port());
        let is_root = id("-u") == "0";
        let (user, group) = if is_root { ("nobody".to_owned(), "nogroup".to_owned()) } else { (id("-un"), id("-gn")) };
        let certified = rcgen::generate_simple_self_signed(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
        let at = |name: &str| root.path().join(name);
        std::fs::write(at("cert.pem"), certified.cert.pem()).unwrap();
        std::fs::write(at("key.pem"), certified.signing_key.serialize_pem()).unwrap();
        std::fs::write(at("users"), "shopper:{PLAIN}s3cret\n").unwrap();
        let here = root.path().display();
        let config = format!(
            "default_internal_user = {user}\ndefault_internal_group = {group}\ndefault_login_user = {user}\nbase_dir = {here}/run\n\
             state_dir = {here}/run\nlog_path = {here}/dovecot.log\nprotocols = imap\nlisten = 127.0.0.1\nssl = yes\n\
             ssl_cert = <{here}/cert.pem\nssl_key = <{here}/key.pem\ndisable_plaintext_auth = no\nauth_username_format = %Ln\n\
             mail_location = maildir:~/Maildir\nfirst_valid_uid = 1\n\
             passdb {{\n  driver = passwd-file\n  args = scheme=PLAIN username_format=%n {here}/users\n}}\n\
             userdb {{\n  driver = static\n  args = uid={user} gid={group} home={here}/mail/%n allow_all_users=yes\n}}\n\
             service imap-login {{\n  chroot =\n  inet_listener imap {{\n    port = {imap}\n  }}\n  inet_listener imaps {{\n    port = {imaps}\n    ssl = yes\n  }}\n}}\n\
             service anvil {{\n  chroot =\n}}\nservice stats {{\n  chroot =\n}}\n\
             namespace inbox {{\n  inbox = yes\n  mailbox Ausgang {{\n    auto = create\n    special_use = \\Sent\n  }}\n  mailbox Junk {{\n    auto = create\n    special_use = \\Junk\n  }}\n}}\n"
        );
        std::fs::write(at("dovecot.conf"), config).unwrap();
        let mut server = Self { root, imap, imaps, child: None };
        server.own(Path::new(""));
        for folder in ["mail", "mail/shopper", "mail/shopper/Maildir"] {
            std::fs::create_dir(server.root.path().join(folder)).unwrap();
            server.own(Path::new(folder));
        }
        server.up();
        Some(server)
    }

    /// Gives a path to the user that Dovecot runs as.
    fn own(&self, path: &Path) {
        let path = self.root.path().join(path);
        if id("-u") == "0" {
            assert!(Command::new("chown").arg("nobody:nogroup").arg(&path).status().unwrap().success());
        }
        if path.is_dir() {
            assert!(Command::new("chmod").arg("755").arg(&path).status().unwrap().success());
        }
    }

    fn up(&mut self) {
        let config = self.root.path().join("dovecot.conf");
        let child = Command::new("/usr/sbin/dovecot").args(["-F", "-c"]).arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.child = Some(child.unwrap());
        let until = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(("127.0.0.1", self.imap)).is_err() {
            assert!(Instant::now() < until, "{}", std::fs::read_to_string(self.root.path().join("dovecot.log")).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Ends the server and every process of it.
    fn down(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        let _ = child.wait();
        let until = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(("127.0.0.1", self.imap)).is_ok() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Drops a mail into a folder, as a delivery would.
    fn deliver(&self, folder: &str, name: &str, mail: &str) {
        let directory = PathBuf::from("mail/shopper/Maildir").join(folder);
        for part in ["", "tmp", "new", "cur"] {
            let path = directory.join(part);
            if !self.root.path().join(&path).exists() {
                std::fs::create_dir(self.root.path().join(&path)).unwrap();
                self.own(&path);
            }
        }
        let (tmp, new) = (directory.join("tmp").join(name), directory.join("new").join(name));
        std::fs::write(self.root.path().join(&tmp), mail).unwrap();
        // Dovecot takes INTERNALDATE from the file's time.
        let delivered: u64 = name.split('.').next().unwrap().parse().unwrap();
        let file = std::fs::File::options().write(true).open(self.root.path().join(&tmp)).unwrap();
        file.set_modified(std::time::SystemTime::UNIX_EPOCH + Duration::from_secs(delivered)).unwrap();
        self.own(&tmp);
        std::fs::rename(self.root.path().join(&tmp), self.root.path().join(&new)).unwrap();
    }

    fn settings(&self, tls: Tls) -> ImapSettings {
        let port = if tls == Tls::Implicit { self.imaps } else { self.imap };
        let mut settings = ImapSettings::new("mailbox.main", "localhost", port, tls, "shopper", Login::Password("s3cret".into()));
        settings.ca_file = Some(self.root.path().join("cert.pem"));
        settings.command_timeout = Duration::from_secs(10);
        settings.trusted = vec!["mx.example.org".to_owned()];
        settings.pace.backoff = Duration::from_millis(200);
        settings
    }

    /// Says a few commands over a plain connection and gives the answers.
    fn say(&self, commands: &[&str]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.imap)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let mut reader = BufReader::new(stream.try_clone().unwrap());
        let mut answers = String::new();
        for (number, command) in ["LOGIN shopper s3cret"].iter().chain(commands).enumerate() {
            stream.write_all(format!("x{number} {command}\r\n").as_bytes()).unwrap();
            loop {
                let mut line = String::new();
                assert!(reader.read_line(&mut line).unwrap() > 0, "{answers}");
                answers += &line;
                if line.starts_with(&format!("x{number} ")) {
                    assert!(line.contains(" OK "), "{command}: {line}");
                    break;
                }
            }
        }
        answers
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        self.down();
    }
}

fn id(option: &str) -> String {
    String::from_utf8(Command::new("id").arg(option).output().unwrap().stdout).unwrap().trim().to_owned()
}

/// Says why a test did not run.
fn skip(reason: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

fn mail(number: u32) -> String {
    format!(
        "Return-Path: <amy@b.example>\r\nDelivered-To: shopper+k7f3@example.org\r\n\
         Received: from out.b.example (out.b.example [192.0.2.9])\r\n\tby mx.example.org with ESMTP id {number}; Mon, 2 Nov 2026 15:04:0{number} +0000\r\n\
         From: Amy <amy@b.example>\r\nSubject: {number}\r\nDate: Mon, 2 Nov 2026 09:00:00 -0600\r\n\r\nHello {number}\r\n"
    )
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
    let settings = server.settings(Tls::Implicit);
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
    let next = || heard.recv_timeout(Duration::from_secs(20)).unwrap();
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
    let asked = Instant::now();
    stop.store(true, Ordering::SeqCst);
    let cursors = watcher.join().unwrap().unwrap();
    assert!(asked.elapsed() < Duration::from_secs(2), "{:?}", asked.elapsed());
    assert_eq!(cursors.iter().find(|cursor| cursor.folder == "INBOX").unwrap().next_uid, 5);
}
