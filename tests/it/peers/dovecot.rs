//! A real Dovecot: IMAP and IMAPS with a CA of its own, LMTP for deliveries; every address ends in one mailbox, whose
//! user is `shopper`. Runs as root (mail belongs to `nobody`) and as any user.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use chrono::{DateTime, Utc};
use rcgen::{BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair, KeyUsagePurpose};
use tempfile::TempDir;

use super::{Leash, PATIENCE, free_port, is_root, own_names, program, user_ids, wait_for};

/// The mailbox's login.
pub(crate) const USER: &str = "shopper";
/// The mailbox's password.
pub(crate) const PASSWORD: &str = "correct horse";

/// A running Dovecot.
pub(crate) struct Dovecot {
    program: PathBuf,
    folder: TempDir,
    ports: Ports,
    /// How tokens are asked about, as lines of the configuration.
    oauth: String,
    server: Option<Leash>,
}

#[derive(Clone, Copy)]
struct Ports {
    imap: u16,
    imaps: u16,
    lmtp: u16,
}

/// What the server says about one stored message.
#[derive(Debug)]
pub(crate) struct Stored {
    /// The flags, as the server writes them.
    pub(crate) flags: String,
    /// INTERNALDATE.
    pub(crate) internal_date: DateTime<Utc>,
}

impl Dovecot {
    /// Starts one; `None` when it is not installed.
    pub(crate) fn start() -> Option<Self> {
        Self::start_configured(|_| String::new())
    }

    /// Starts one that also takes tokens by some SASL mechanisms, and asks a provider whether they are good.
    pub(crate) fn start_with_oauth(provider: &str, mechanisms: &str) -> Option<Self> {
        Self::start_configured(|folder| {
            let asked = format!(
                "introspection_mode = get\nintrospection_url = {provider}/introspect?access_token=\nusername_attribute = email\n\
                 username_format = %Ln\nactive_attribute = active\nactive_value = true\n"
            );
            let file = folder.join("oauth2.conf.ext");
            std::fs::write(&file, asked).unwrap();
            format!(
                "auth_mechanisms = plain login {mechanisms}\npassdb {{\n  driver = oauth2\n  mechanisms = {mechanisms}\n  args = {}\n}}\n",
                file.display()
            )
        })
    }

    fn start_configured(oauth: impl FnOnce(&Path) -> String) -> Option<Self> {
        let program = program("dovecot", "dovecot-core dovecot-imapd dovecot-lmtpd")?;
        for module in ["imap", "lmtp"] {
            if !Path::new("/usr/lib/dovecot").join(module).exists() {
                return super::absent(&format!("dovecot's {module}"), "dovecot-imapd dovecot-lmtpd");
            }
        }
        let folder = tempfile::Builder::new().prefix("crickets-dovecot-").tempdir().unwrap();
        std::fs::set_permissions(folder.path(), PermissionsExt::from_mode(0o755)).unwrap();
        certificates(folder.path());
        std::fs::write(folder.path().join("users"), format!("{USER}:{{PLAIN}}{PASSWORD}\n")).unwrap();
        std::fs::create_dir(folder.path().join("mail")).unwrap();
        if is_root() {
            let (uid, gid) = user_ids("nobody").expect("a machine with root has nobody");
            chown(folder.path().join("mail"), Some(uid), Some(gid)).unwrap();
        }
        let oauth = oauth(folder.path());
        let mut dovecot = Self { program, folder, ports: Ports { imap: 0, imaps: 0, lmtp: 0 }, oauth, server: None };
        for attempt in 1..=3 {
            dovecot.ports = Ports { imap: free_port(), imaps: free_port(), lmtp: free_port() };
            if dovecot.run() {
                return Some(dovecot);
            }
            eprintln!("Dovecot did not come up (attempt {attempt}); its log:\n{}", dovecot.log());
        }
        panic!("Dovecot did not start in three attempts; its log is above");
    }

    /// Kills every process of the server at once, as a power cut would.
    pub(crate) fn kill(&mut self) {
        self.server = None;
    }

    /// Starts it again on the same ports and the same mail.
    pub(crate) fn restart(&mut self) {
        self.server = None;
        let _ = std::fs::remove_dir_all(self.folder.path().join("run"));
        assert!(wait_for(|| self.run()), "Dovecot did not start again; its log:\n{}", self.log());
    }

    /// The port for IMAP over TLS.
    pub(crate) fn imaps_port(&self) -> u16 {
        self.ports.imaps
    }

    /// The port for deliveries.
    pub(crate) fn lmtp_port(&self) -> u16 {
        self.ports.lmtp
    }

    /// The certificate of the CA that signed the server's.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The server's log, for a failure's message.
    pub(crate) fn log(&self) -> String {
        std::fs::read_to_string(self.folder.path().join("dovecot.log")).unwrap_or_default()
    }

    /// Every message of INBOX by number, asked for over plain IMAP without changing anything.
    pub(crate) fn inbox(&self) -> Vec<Stored> {
        let mut imap = Imap::login(self.ports.imap);
        if imap.command("EXAMINE INBOX").iter().any(|line| line == "* 0 EXISTS") {
            return Vec::new();
        }
        let lines = imap.command("FETCH 1:* (FLAGS INTERNALDATE)");
        lines.iter().filter(|line| line.contains(" FETCH ")).map(|line| stored(line)).collect()
    }

    /// The header of a message of INBOX, by number from 1, as it is stored.
    pub(crate) fn header(&self, number: usize) -> String {
        let mut imap = Imap::login(self.ports.imap);
        imap.command("EXAMINE INBOX");
        imap.command(&format!("FETCH {number} BODY.PEEK[HEADER]")).join("\n")
    }

    /// Puts a message into a folder as a mail program would.
    pub(crate) fn append(&self, folder: &str, message: &str) {
        let mut imap = Imap::login(self.ports.imap);
        let message = message.replace("\r\n", "\n").replace('\n', "\r\n");
        imap.command(&format!("APPEND {folder} {{{}+}}\r\n{message}", message.len()));
    }

    /// Moves the first message of INBOX into another folder, as a filter would.
    pub(crate) fn move_first(&self, folder: &str) {
        let mut imap = Imap::login(self.ports.imap);
        imap.command("SELECT INBOX");
        imap.command(&format!("MOVE 1 {folder}"));
    }

    /// Deletes the first message of INBOX for good.
    pub(crate) fn delete_first(&self) {
        let mut imap = Imap::login(self.ports.imap);
        for command in ["SELECT INBOX", "STORE 1 +FLAGS (\\Deleted)", "EXPUNGE"] {
            imap.command(command);
        }
    }

    /// Makes a folder, or removes it with all that is in it.
    pub(crate) fn folder(&self, name: &str, there: bool) {
        Imap::login(self.ports.imap).command(&format!("{} {name}", if there { "CREATE" } else { "DELETE" }));
    }

    /// Keeps the server itself from reading a folder, or lets it again.
    pub(crate) fn lock_folder(&self, folder: &str, locked: bool) {
        let path = self.folder.path().join("mail/shopper/Maildir").join(format!(".{folder}"));
        std::fs::set_permissions(path, PermissionsExt::from_mode(if locked { 0o000 } else { 0o700 })).unwrap();
    }

    /// Keeps the server from reading the messages of INBOX, or lets it again.
    pub(crate) fn lock_messages(&self, locked: bool) {
        for part in ["cur", "new"] {
            let folder = self.folder.path().join("mail/shopper/Maildir").join(part);
            for file in std::fs::read_dir(folder).unwrap().flatten() {
                std::fs::set_permissions(file.path(), PermissionsExt::from_mode(if locked { 0o000 } else { 0o600 })).unwrap();
            }
        }
    }

    fn run(&mut self) -> bool {
        let root = self.folder.path().display().to_string();
        let config = self.folder.path().join("dovecot.conf");
        std::fs::write(&config, configuration(&root, self.ports, &self.oauth)).unwrap();
        let mut command = Command::new(&self.program);
        command.arg("-F").arg("-c").arg(&config).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let mut server = Leash::start(&mut command);
        let listens = |port: u16| TcpStream::connect(("127.0.0.1", port)).is_ok();
        let ready = || listens(self.ports.imaps) && listens(self.ports.lmtp) && Imap::greeted(self.ports.imap).is_ok();
        let up = wait_for(|| server.has_ended() || ready()) && !server.has_ended();
        self.server = up.then_some(server);
        up
    }
}

/// The CA, and a certificate for `localhost` and 127.0.0.1 signed by it.
pub(super) fn certificates(folder: &Path) {
    let mut ca = CertificateParams::new(Vec::<String>::new()).unwrap();
    ca.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    ca.distinguished_name.push(DnType::CommonName, "crickets test CA");
    ca.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::CrlSign];
    let ca_key = KeyPair::generate().unwrap();
    std::fs::write(folder.join("ca.pem"), ca.self_signed(&ca_key).unwrap().pem()).unwrap();
    let issuer = Issuer::new(ca, ca_key);
    let mut server = CertificateParams::new(vec!["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    server.distinguished_name.push(DnType::CommonName, "localhost");
    server.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    let key = KeyPair::generate().unwrap();
    std::fs::write(folder.join("cert.pem"), server.signed_by(&key, &issuer).unwrap().pem()).unwrap();
    std::fs::write(folder.join("key.pem"), key.serialize_pem()).unwrap();
}

fn configuration(root: &str, ports: Ports, oauth: &str) -> String {
    let (own_user, own_group) = own_names();
    let (user, login, group, mail_user, mail_group) = if is_root() {
        ("dovecot".to_owned(), "dovenull".to_owned(), "dovecot".to_owned(), "nobody".to_owned(), "nogroup".to_owned())
    } else {
        (own_user.clone(), own_user.clone(), own_group.clone(), own_user, own_group)
    };
    let Ports { imap, imaps, lmtp } = ports;
    format!(
        "default_internal_user = {user}
default_internal_group = {group}
default_login_user = {login}
base_dir = {root}/run
state_dir = {root}/run
log_path = {root}/dovecot.log
protocols = imap lmtp
listen = 127.0.0.1
hostname = imap.crickets.test
ssl = yes
ssl_cert = <{root}/cert.pem
ssl_key = <{root}/key.pem
disable_plaintext_auth = no
auth_username_format = %Ln
recipient_delimiter = +
mail_location = maildir:~/Maildir
first_valid_uid = 1
mail_max_userip_connections = 50
{oauth}passdb {{
  driver = passwd-file
  mechanisms = plain login
  args = scheme=PLAIN username_format=%n {root}/users
}}
userdb {{
  driver = static
  args = uid={mail_user} gid={mail_group} home={root}/mail/shopper allow_all_users=yes
}}
namespace inbox {{
  inbox = yes
  separator = /
  mailbox Junk {{
    auto = subscribe
    special_use = \\Junk
  }}
  mailbox Sent {{
    auto = subscribe
    special_use = \\Sent
  }}
}}
service imap-login {{
  chroot =
  inet_listener imap {{
    port = {imap}
  }}
  inet_listener imaps {{
    port = {imaps}
    ssl = yes
  }}
}}
service lmtp {{
  inet_listener lmtp {{
    address = 127.0.0.1
    port = {lmtp}
  }}
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"
    )
}

/// `* 1 FETCH (FLAGS (\Seen) INTERNALDATE "02-Nov-2026 15:04:05 +0000")`
fn stored(line: &str) -> Stored {
    let flags = line.split_once("FLAGS (").and_then(|(_, rest)| rest.split_once(')')).expect("a FETCH answer has FLAGS").0.to_owned();
    let date = line.split_once("INTERNALDATE \"").and_then(|(_, rest)| rest.split_once('"')).expect("a FETCH answer has INTERNALDATE").0;
    let internal_date = DateTime::parse_from_str(date.trim(), "%d-%b-%Y %H:%M:%S %z").unwrap().with_timezone(&Utc);
    Stored { flags, internal_date }
}

/// An IMAP client of a few lines that owes nothing to the one under test.
struct Imap {
    stream: BufReader<TcpStream>,
}

impl Imap {
    /// Connects and is greeted: a server that has only just come up takes connections and drops them.
    fn greeted(port: u16) -> std::io::Result<Self> {
        let stream = TcpStream::connect(("127.0.0.1", port))?;
        stream.set_read_timeout(Some(PATIENCE))?;
        let mut imap = Self { stream: BufReader::new(stream) };
        let mut greeting = String::new();
        imap.stream.read_line(&mut greeting)?;
        if greeting.starts_with("* OK") { Ok(imap) } else { Err(std::io::Error::other(greeting)) }
    }

    fn login(port: u16) -> Self {
        let mut imap = Self::greeted(port).unwrap();
        imap.command(&format!("LOGIN {USER} \"{PASSWORD}\""));
        imap
    }

    fn command(&mut self, command: &str) -> Vec<String> {
        self.stream.get_mut().write_all(format!("t {command}\r\n").as_bytes()).unwrap();
        let mut lines = Vec::new();
        loop {
            let mut line = String::new();
            assert!(self.stream.read_line(&mut line).unwrap() > 0, "the server hung up after {command}");
            if let Some(done) = line.strip_prefix("t ") {
                assert!(done.starts_with("OK"), "{command}: {done}");
                return lines;
            }
            lines.push(line.trim_end().to_owned());
        }
    }
}

#[test]
fn dovecot_takes_a_delivery_keeps_it_across_a_kill_and_goes_away() {
    let Some(mut dovecot) = Dovecot::start() else { return };
    super::smtp::lmtp(dovecot.lmtp_port(), &["shopper+k7f3@crickets.test"], "From: a@b.test\r\nSubject: one\r\n\r\nHello.\r\n").unwrap();
    let inbox = dovecot.inbox();
    assert_eq!(inbox.len(), 1, "{}", dovecot.log());
    assert!(!inbox[0].flags.contains("Seen"), "{inbox:?}");
    assert!((Utc::now() - inbox[0].internal_date).num_seconds().abs() < 20, "{inbox:?}");
    dovecot.kill();
    assert!(TcpStream::connect(("127.0.0.1", dovecot.imaps_port())).is_err(), "killed, and still answering");
    dovecot.restart();
    dovecot.append("Junk", "From: a@b.test\nSubject: two\n\nHello.\n");
    assert_eq!(dovecot.inbox().len(), 1);
    let imaps = dovecot.imaps_port();
    drop(dovecot);
    assert!(TcpStream::connect(("127.0.0.1", imaps)).is_err(), "dropped, and still answering");
}

#[test]
fn the_certificate_is_good_for_who_trusts_the_ca_and_for_nobody_else() {
    use std::sync::Arc;

    use rustls::pki_types::pem::PemObject;
    use rustls::pki_types::{CertificateDer, ServerName};
    use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

    let Some(dovecot) = Dovecot::start() else { return };
    let greeting = |roots: RootCertStore, host: &'static str| {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let builder = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
        let config = Arc::new(builder.with_root_certificates(roots).with_no_client_auth());
        let session = ClientConnection::new(config, ServerName::try_from(host).unwrap()).unwrap();
        let stream = TcpStream::connect(("127.0.0.1", dovecot.imaps_port())).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let mut line = String::new();
        BufReader::new(StreamOwned::new(session, stream)).read_line(&mut line).map(|_| line)
    };
    let mut roots = RootCertStore::empty();
    roots.add(CertificateDer::from_pem_file(dovecot.ca_file()).unwrap()).unwrap();
    for host in ["localhost", "127.0.0.1"] {
        assert!(greeting(roots.clone(), host).unwrap().starts_with("* OK"), "{host}");
    }
    assert!(greeting(roots, "mail.example.org").is_err(), "another name");
    assert!(greeting(RootCertStore::empty(), "localhost").is_err(), "an unknown CA");
}
