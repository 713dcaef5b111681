//! A real mail server in front of the mailbox: takes mail by SMTP, writes its `Received` line as `mx.crickets.test`, and
//! hands it on by LMTP; while the mailbox server is down it keeps the mail and tries again, as any MTA does.

use std::hash::Hasher as _;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};

use fnv::FnvHasher;
use lettre::address::Envelope;
use lettre::{SmtpTransport, Transport};

use super::{Leash, PATIENCE};

const SERVER: &str = r#"
import asyncio, smtplib, sys, time, email.utils
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

queue = asyncio.Queue()

class Handler:
    async def handle_DATA(self, server, session, envelope):
        helo = session.host_name or "unknown"
        now = email.utils.formatdate(time.time(), localtime=False)
        for rcpt in envelope.rcpt_tos:
            line = f"Received: from {helo} ({helo} [{session.peer[0]}])\r\n\tby mx.crickets.test with ESMTP id {id(envelope):x}\r\n\tfor <{rcpt}>; {now}\r\n"
            await queue.put((envelope.mail_from, rcpt, line.encode() + envelope.original_content))
        return "250 2.0.0 Ok: queued"

def deliver(port, mail_from, rcpt, content):
    with smtplib.LMTP("127.0.0.1", port, local_hostname="mx.crickets.test", timeout=10) as lmtp:
        lmtp.sendmail(mail_from or "", [rcpt], content)

async def main(port):
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="mx.crickets.test", loop=loop), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    while True:
        mail = await queue.get()
        while True:
            try:
                await loop.run_in_executor(None, deliver, port, *mail)
                break
            except (OSError, smtplib.SMTPException) as error:
                print("queued:", error, file=sys.stderr, flush=True)
                await asyncio.sleep(0.3)

asyncio.run(main(int(sys.argv[1])))
"#;

/// A running mail server.
pub(crate) struct Smtp {
    port: u16,
    _server: Leash,
}

/// A message of a builder's staff or machines.
#[derive(Clone, Debug, Default)]
pub(crate) struct Mail {
    /// `Amy Ortiz <amy@bluebonnet.test>`
    pub(crate) from: String,
    /// The shopper's alias address.
    pub(crate) to: String,
    /// The subject.
    pub(crate) subject: String,
    /// More header lines, without line ends.
    pub(crate) headers: Vec<String>,
    /// The plain text.
    pub(crate) body: String,
    /// The `Message-ID` without angle brackets; made up when empty.
    pub(crate) id: String,
}

impl Mail {
    /// The message as it goes over the wire, with the `Date` of now.
    pub(crate) fn text(&self) -> String {
        let id = if self.id.is_empty() { format!("{:x}@mail.builder.test", digest(&format!("{self:?}"))) } else { self.id.clone() };
        let mut text = format!(
            "From: {}\r\nTo: {}\r\nSubject: {}\r\nDate: {}\r\nMessage-ID: <{id}>\r\nMIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n",
            self.from,
            self.to,
            self.subject,
            chrono::Utc::now().to_rfc2822()
        );
        for line in &self.headers {
            text.push_str(line);
            text.push_str("\r\n");
        }
        text.push_str("\r\n");
        text.push_str(&self.body.replace("\r\n", "\n").replace('\n', "\r\n"));
        text.push_str("\r\n");
        text
    }
}

/// A number that differs for differing texts.
fn digest(text: &str) -> u64 {
    let mut hasher = FnvHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

impl Smtp {
    /// Starts one that delivers to an LMTP port; `None` when Python's `aiosmtpd` is not installed.
    pub(crate) fn start(lmtp_port: u16) -> Option<Self> {
        let mut command = Command::new(super::python("aiosmtpd", "python3-aiosmtpd")?);
        command.args(["-c", SERVER, &lmtp_port.to_string()]).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Leash::start(&mut command);
        let mut line = String::new();
        BufReader::new(server.child().stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("the mail server did not tell its port but {line:?}"));
        Some(Self { port, _server: server })
    }

    /// The port to send to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Sends as a builder's own server would.
    pub(crate) fn send(&self, mail: &Mail) {
        send(self.port, mail);
    }
}

/// Sends to the mail server on a port; for a site's handler, which outlives any borrow.
pub(crate) fn send(port: u16, mail: &Mail) {
    let address = mail.from.rsplit('<').next().unwrap_or_default().trim_end_matches('>').trim();
    let sender = (!address.is_empty()).then(|| address.parse().unwrap());
    let envelope = Envelope::new(sender, vec![mail.to.parse().unwrap()]).unwrap();
    let hello = lettre::transport::smtp::extension::ClientId::Domain("mail.builder.test".to_owned());
    let transport = SmtpTransport::builder_dangerous("127.0.0.1").port(port).hello_name(hello).timeout(Some(PATIENCE)).build();
    transport.send_raw(&envelope, mail.text().as_bytes()).unwrap();
}

/// Delivers straight to the mailbox server by LMTP (RFC 2033).
pub(crate) fn lmtp(port: u16, recipients: &[&str], message: &str) -> std::io::Result<()> {
    let stream = TcpStream::connect(("127.0.0.1", port))?;
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut stream = BufReader::new(stream);
    answer(&mut stream)?;
    say(&mut stream, "LHLO mx.crickets.test\r\n")?;
    say(&mut stream, "MAIL FROM:<amy@bluebonnet.test>\r\n")?;
    for recipient in recipients {
        say(&mut stream, &format!("RCPT TO:<{recipient}>\r\n"))?;
    }
    say(&mut stream, "DATA\r\n")?;
    stream.get_mut().write_all(format!("{message}\r\n.\r\n").as_bytes())?;
    for _ in recipients {
        answer(&mut stream)?;
    }
    say(&mut stream, "QUIT\r\n")
}

fn say(stream: &mut BufReader<TcpStream>, text: &str) -> std::io::Result<()> {
    stream.get_mut().write_all(text.as_bytes())?;
    answer(stream)
}

fn answer(stream: &mut BufReader<TcpStream>) -> std::io::Result<()> {
    loop {
        let mut line = String::new();
        if stream.read_line(&mut line)? == 0 {
            return Err(std::io::ErrorKind::UnexpectedEof.into());
        }
        if !line.starts_with(['2', '3']) {
            return Err(std::io::Error::other(line));
        }
        if line.as_bytes().get(3) != Some(&b'-') {
            return Ok(());
        }
    }
}

#[test]
fn mail_goes_through_the_front_server_and_waits_while_the_mailbox_is_down() {
    let Some(mut dovecot) = super::Dovecot::start() else { return };
    let Some(smtp) = Smtp::start(dovecot.lmtp_port()) else { return };
    let mail = |subject: &str| Mail {
        from: "Amy Ortiz <amy@bluebonnet.test>".into(),
        to: "shopper+k7f3@crickets.test".into(),
        subject: subject.into(),
        body: "Hello.".into(),
        ..Mail::default()
    };
    smtp.send(&mail("one"));
    assert!(super::wait_for(|| dovecot.inbox().len() == 1), "{}", dovecot.log());
    let header = dovecot.header(1);
    let places: Vec<_> =
        ["Delivered-To: shopper+k7f3@crickets.test", "by imap.crickets.test", "from mail.builder.test", "by mx.crickets.test", "From: Amy"]
            .map(|part| header.find(part))
            .into();
    assert!(places.iter().all(Option::is_some) && places.is_sorted(), "the lines of a real delivery, newest first: {places:?}\n{header}");
    dovecot.kill();
    smtp.send(&mail("two"));
    dovecot.restart();
    assert!(super::wait_for(|| dovecot.inbox().len() == 2), "{}", dovecot.log());
}
