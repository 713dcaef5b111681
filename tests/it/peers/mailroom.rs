//! A mail server at the other end of `--mail-to`: keeps what it takes as files, refuses some recipients for good (RFC 5321, 550) and some
//! for now (451), and where it wants a login says the password that it was given.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

use super::dovecot::certificates;
use super::{Leash, python};

const SERVER: &str = r#"
import asyncio, ssl, sys
from aiosmtpd.smtp import SMTP, AuthResult

class Handler:
    count = 0

    async def handle_RCPT(self, server, session, envelope, address, options):
        if address.startswith("refused"):
            return "550 5.1.1 No such user here"
        if address.startswith("later"):
            return "451 4.7.1 Greylisted, come back"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 Ok"

    async def handle_DATA(self, server, session, envelope):
        Handler.count += 1
        with open(f"{sys.argv[1]}/{Handler.count}.eml", "wb") as file:
            file.write(f"X-Envelope: {envelope.mail_from} {' '.join(envelope.rcpt_tos)}\r\n".encode() + envelope.original_content)
        return "250 2.0.0 Ok: queued"

def parrot(server, session, envelope, mechanism, data):
    return AuthResult(success=False, handled=False, message=f"535 5.7.8 {data.password.decode()} is not the password")

async def main():
    loop = asyncio.get_running_loop()
    more = dict(authenticator=parrot, auth_required=True, auth_require_tls=False) if sys.argv[2] == "login" else {}
    tls = None
    if sys.argv[2] == "tls":
        tls = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        tls.load_cert_chain(f"{sys.argv[1]}/cert.pem", f"{sys.argv[1]}/key.pem")
    server = await loop.create_server(lambda: SMTP(Handler(), hostname="mx.readers.test", loop=loop, **more), "127.0.0.1", 0, ssl=tls)
    print(server.sockets[0].getsockname()[1], flush=True)
    await asyncio.sleep(3600)

asyncio.run(main())
"#;

/// A running mail server.
pub(crate) struct Mailroom {
    port: u16,
    folder: TempDir,
    _server: Leash,
}

impl Mailroom {
    /// One that takes mail from anybody; `None` when Python's `aiosmtpd` is not installed.
    pub(crate) fn open() -> Option<Self> {
        Self::start("open")
    }

    /// One that refuses every login, with the password in its answer.
    pub(crate) fn locked() -> Option<Self> {
        Self::start("login")
    }

    /// One that speaks TLS from the first byte, with a certificate of its own CA for `localhost`.
    pub(crate) fn secured() -> Option<Self> {
        Self::start("tls")
    }

    fn start(kind: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        if kind == "tls" {
            certificates(folder.path());
        }
        let mut command = Command::new(python("aiosmtpd", "python3-aiosmtpd")?);
        command.args(["-c", SERVER]).arg(folder.path()).arg(kind).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut server = Leash::start(&mut command);
        let mut line = String::new();
        BufReader::new(server.child().stdout.take().unwrap()).read_line(&mut line).unwrap();
        let port = line.trim().parse().unwrap_or_else(|_| panic!("the mail server did not tell its port but {line:?}"));
        Some(Self { port, folder, _server: server })
    }

    /// The certificate of the CA of one that speaks TLS.
    pub(crate) fn ca_file(&self) -> PathBuf {
        self.folder.path().join("ca.pem")
    }

    /// The port to send to.
    pub(crate) fn port(&self) -> u16 {
        self.port
    }

    /// Every mail that it took, in order, each with a line `X-Envelope: FROM TO` on top.
    pub(crate) fn mails(&self) -> Vec<Vec<u8>> {
        let file = |number: usize| -> Option<Vec<u8>> { std::fs::read(Path::new(self.folder.path()).join(format!("{number}.eml"))).ok() };
        (1..).map_while(file).collect()
    }
}
