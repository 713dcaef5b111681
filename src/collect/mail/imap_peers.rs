//! What the tests of IMAP talk to: scripted servers on loopback that misbehave in known ways, and a real Dovecot where one is
//! installed.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use super::imap::{Cursor, ImapSettings, Login, Pass, Tls, catch_up};
use crate::clock::Clock;
use crate::collect::{CollectError, RawRecord};

#[path = "../../../tests/it/peers/port.rs"]
mod port;

/// How long anything that depends on the machine's speed may take.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);

/// Does something that would hang if it were not bounded.
pub(super) fn ends<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(work()));
    told.recv_timeout(PATIENCE).expect("it ends, and does not fail")
}

pub(super) const MAIL: &str = "From: amy@b.example\r\nSubject: Hi\r\n\r\nHello\r\n";

/// The answer of a server that keeps talking and says nothing.
pub(super) const TRICKLE: &str = "trickle";

/// A server that answers each command by a function of its words; an empty answer closes the connection.
pub(super) fn serve(answer: impl Fn(&str, &str) -> String + Send + Sync + 'static) -> (u16, Arc<AtomicUsize>) {
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

pub(super) fn talk(mut stream: TcpStream, answer: &dyn Fn(&str, &str) -> String) {
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
pub(super) fn sane(uids: &[u32], tag: &str, command: &str) -> Option<String> {
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

pub(super) fn fetched(uid: u32, date: &str) -> String {
    format!("* {uid} FETCH (UID {uid} INTERNALDATE {date} BODY[] {{{}}}\r\n{MAIL})\r\n", MAIL.len())
}

pub(super) fn undated(uid: u32) -> String {
    format!("* {uid} FETCH (UID {uid} BODY[] {{{}}}\r\n{MAIL})\r\n", MAIL.len())
}

/// The UIDs a fetch asks for.
pub(super) fn asked(command: &str) -> Vec<u32> {
    command.split(' ').nth(2).unwrap_or_default().split(',').filter_map(|uid| uid.parse().ok()).collect()
}

pub(super) fn plain(port: u16) -> ImapSettings {
    let mut settings = ImapSettings::new("mailbox.main", "127.0.0.1", port, Tls::Plain, "shopper", Login::Password("s3cret".into()));
    settings.command_timeout = Duration::from_secs(15);
    settings.pace.backoff = Duration::from_millis(100);
    settings
}

/// The same for a server that keeps us waiting.
pub(super) fn impatient(port: u16) -> ImapSettings {
    ImapSettings { command_timeout: Duration::from_secs(1), ..plain(port) }
}

pub(super) fn pass(settings: &ImapSettings, cursors: &[Cursor]) -> Result<(Pass, Vec<RawRecord>), CollectError> {
    let mut records = Vec::new();
    let pass = catch_up(settings, cursors, &Clock::system(), &mut |record| {
        records.push(record);
        Ok(())
    })?;
    Ok((pass, records))
}

/// A Dovecot in a directory of its own, stopped when dropped.
pub(super) struct Dovecot {
    pub(super) root: tempfile::TempDir,
    imap: u16,
    imaps: u16,
    child: Option<Child>,
}

impl Dovecot {
    /// Starts one, or says why there is none.
    pub(super) fn start() -> Option<Self> {
        let found = ["/usr/sbin/dovecot", "/usr/local/sbin/dovecot"].into_iter().find(|path| Path::new(path).exists());
        if found.is_none() {
            skip("no Dovecot is installed");
            return None;
        }
        let root = tempfile::tempdir().unwrap();
        let [imap, imaps] = [port::free_port(), port::free_port()];
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

    pub(super) fn up(&mut self) {
        let config = self.root.path().join("dovecot.conf");
        let child = Command::new("/usr/sbin/dovecot").args(["-F", "-c"]).arg(config).stdout(Stdio::null()).stderr(Stdio::null()).spawn();
        self.child = Some(child.unwrap());
        let until = Instant::now() + PATIENCE;
        // One that has only just come up takes connections and drops them.
        while !self.greets() {
            assert!(Instant::now() < until, "{}", std::fs::read_to_string(self.root.path().join("dovecot.log")).unwrap_or_default());
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    fn greets(&self) -> bool {
        let mut greeting = String::new();
        let stream = TcpStream::connect(("127.0.0.1", self.imap));
        stream.and_then(|stream| BufReader::new(stream).read_line(&mut greeting)).is_ok() && greeting.starts_with("* OK")
    }

    /// Ends the server and every process of it.
    pub(super) fn down(&mut self) {
        let Some(mut child) = self.child.take() else { return };
        let _ = Command::new("kill").arg(child.id().to_string()).status();
        let _ = child.wait();
        let until = Instant::now() + PATIENCE;
        while TcpStream::connect(("127.0.0.1", self.imap)).is_ok() && Instant::now() < until {
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Drops a mail into a folder, as a delivery would.
    pub(super) fn deliver(&self, folder: &str, name: &str, mail: &str) {
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

    pub(super) fn settings(&self, tls: Tls) -> ImapSettings {
        let port = if tls == Tls::Implicit { self.imaps } else { self.imap };
        let mut settings = ImapSettings::new("mailbox.main", "localhost", port, tls, "shopper", Login::Password("s3cret".into()));
        settings.ca_file = Some(self.root.path().join("cert.pem"));
        settings.command_timeout = PATIENCE;
        settings.trusted = vec!["mx.example.org".to_owned()];
        settings.pace.backoff = Duration::from_millis(200);
        settings
    }

    /// Says a few commands over a plain connection and gives the answers.
    pub(super) fn say(&self, commands: &[&str]) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.imap)).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
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

pub(super) fn id(option: &str) -> String {
    String::from_utf8(Command::new("id").arg(option).output().unwrap().stdout).unwrap().trim().to_owned()
}

/// Says why a test did not run.
pub(super) fn skip(reason: &str) {
    let _ = writeln!(std::io::stderr(), "skipped: {reason}");
}

pub(super) fn mail(number: u32) -> String {
    format!(
        "Return-Path: <amy@b.example>\r\nDelivered-To: shopper+k7f3@example.org\r\n\
         Received: from out.b.example (out.b.example [192.0.2.9])\r\n\tby mx.example.org with ESMTP id {number}; Mon, 2 Nov 2026 15:04:0{number} +0000\r\n\
         From: Amy <amy@b.example>\r\nSubject: {number}\r\nDate: Mon, 2 Nov 2026 09:00:00 -0600\r\n\r\nHello {number}\r\n"
    )
}
