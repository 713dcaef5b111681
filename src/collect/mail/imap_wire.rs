//! The connection below an IMAP session: TCP and TLS (rustls) in which nothing waits for ever. Every command has a deadline, a
//! limit of silence within it, and a limit of bytes; every wait is cut into slices in which a wish to stop is heard.
//!
//! The deadline lies below TLS, on the socket, because a session that only times out single reads is kept alive for ever by
//! a server that sends a byte now and then.

use std::io::{self, Read, Write};
use std::net::{TcpStream, ToSocketAddrs};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustls::pki_types::{CertificateDer, ServerName, pem::PemObject};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use super::imap::{ImapSettings, Tls};
use super::imap_letters::Letters;
use super::imap_tap::Tap;
use crate::collect::CollectError;

/// The longest wait between two looks at the wish to stop.
const SLICE: Duration = Duration::from_millis(400);
/// More than this in answer to one command is refused.
const MOST_BYTES: u64 = 64 * 1024 * 1024;
/// The longest wait for a TCP connection.
const CONNECT: Duration = Duration::from_secs(15);

/// How long the next commands may take, shared with the session above.
#[derive(Clone, Debug)]
pub(super) struct Budget(Arc<AtomicU64>);

impl Budget {
    fn new(time: Duration) -> Self {
        let budget = Self(Arc::default());
        budget.set(time);
        budget
    }

    pub(super) fn set(&self, time: Duration) {
        self.0.store(u64::try_from(time.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    fn get(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::Relaxed))
    }
}

/// A socket with a deadline.
#[derive(Debug)]
struct Socket<'a> {
    tcp: TcpStream,
    budget: Budget,
    deadline: Instant,
    /// How long it may be silent before that, and since when it is.
    silence: (Duration, Instant),
    /// How long it may be silent while it owes an answer.
    patience: Duration,
    received: u64,
    stop: Option<&'a AtomicBool>,
}

impl Read for Socket<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            if self.stop.is_some_and(|stop| stop.load(Ordering::Relaxed)) {
                return Err(io::Error::new(io::ErrorKind::ConnectionAborted, "asked to stop"));
            }
            let until = self.deadline.min(self.silence.1 + self.silence.0);
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                return Err(io::Error::new(io::ErrorKind::WouldBlock, "the server did not answer in time"));
            }
            self.tcp.set_read_timeout(Some(left.min(SLICE).max(Duration::from_millis(1))))?;
            match self.tcp.read(buffer) {
                Ok(read) => {
                    self.received += u64::try_from(read).unwrap_or(u64::MAX);
                    self.silence.1 = Instant::now();
                    if self.received > MOST_BYTES {
                        return Err(io::Error::new(io::ErrorKind::InvalidData, "the server's answer is too large"));
                    }
                    return Ok(read);
                }
                Err(error) if matches!(error.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut | io::ErrorKind::Interrupted) => {}
                Err(error) => return Err(error),
            }
        }
    }
}

impl Write for Socket<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.wait(self.budget.get(), self.patience);
        self.tcp.write(buffer)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.tcp.flush()
    }
}

/// What the session reads from and writes to.
#[derive(Debug)]
pub(super) struct Wire<'a> {
    kind: Kind<'a>,
    tap: Tap,
    letters: Letters,
}

#[derive(Debug)]
enum Kind<'a> {
    Plain(Socket<'a>),
    Tls(Box<StreamOwned<ClientConnection, Socket<'a>>>),
}

impl<'a> Wire<'a> {
    /// Connects, with TLS as the settings want it; the second value says whether the server's greeting was already read.
    pub(super) fn connect(settings: &ImapSettings, stop: Option<&'a AtomicBool>) -> Result<(Self, Budget, bool), CollectError> {
        let failed = |reason: &dyn std::fmt::Display| CollectError::Connect {
            host: settings.host.clone(),
            port: settings.port,
            reason: reason.to_string(),
        };
        let budget = Budget::new(settings.command_timeout);
        let mut socket = Socket::connect(settings, budget.clone(), stop)?;
        if settings.tls == Tls::Plain {
            return Ok((Self::new(Kind::Plain(socket)), budget, false));
        }
        if settings.tls == Tls::StartTls {
            start_tls(&mut socket).map_err(|error| failed(&error))?;
        }
        let name = ServerName::try_from(settings.host.clone()).map_err(|error| failed(&error))?;
        let mut connection = ClientConnection::new(config(settings.ca_file.as_deref())?, name).map_err(|error| failed(&error))?;
        while connection.is_handshaking() {
            connection.complete_io(&mut socket).map_err(|error| failed(&format!("no TLS: {error}")))?;
        }
        let stream = Box::new(StreamOwned::new(connection, socket));
        Ok((Self::new(Kind::Tls(stream)), budget, settings.tls == Tls::StartTls))
    }

    fn new(kind: Kind<'a>) -> Self {
        Self { kind, tap: Tap::default(), letters: Letters::default() }
    }

    /// The tap in this stream.
    pub(super) fn tap(&self) -> Tap {
        self.tap.clone()
    }

    /// The bodies in this stream.
    pub(super) fn letters(&self) -> Letters {
        self.letters.clone()
    }

    fn receive(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::Plain(socket) => socket.read(buffer),
            Kind::Tls(stream) => stream.read(buffer),
        }
    }

    fn socket(&mut self) -> &mut Socket<'a> {
        match &mut self.kind {
            Kind::Plain(socket) => socket,
            Kind::Tls(stream) => &mut stream.sock,
        }
    }
}

impl<'a> Socket<'a> {
    /// Begins to wait for so long, and through so long a silence.
    fn wait(&mut self, time: Duration, silence: Duration) {
        let now = Instant::now();
        (self.deadline, self.silence, self.received) = (now + time, (silence, now), 0);
    }

    /// Connects to the first address that answers; a plain connection only to addresses of this machine.
    fn connect(settings: &ImapSettings, budget: Budget, stop: Option<&'a AtomicBool>) -> Result<Self, CollectError> {
        let (host, port) = (settings.host.clone(), settings.port);
        let plain = settings.tls == Tls::Plain;
        let addresses = (host.as_str(), port).to_socket_addrs().map_err(|error| CollectError::Connect {
            host: host.clone(),
            port,
            reason: error.to_string(),
        })?;
        let mut reason = "the name has no address".to_owned();
        for address in addresses {
            if plain && !address.ip().is_loopback() {
                return Err(CollectError::PlainRefused { host, port });
            }
            let attempt = TcpStream::connect_timeout(&address, CONNECT.min(settings.command_timeout)).and_then(|tcp| {
                tcp.set_nodelay(true)?;
                tcp.set_write_timeout(Some(settings.command_timeout))?;
                Ok(tcp)
            });
            match attempt {
                Ok(tcp) => {
                    let (patience, now) = (settings.command_timeout, Instant::now());
                    return Ok(Self { tcp, budget, deadline: now + patience, silence: (patience, now), patience, received: 0, stop });
                }
                Err(error) => reason = error.to_string(),
            }
        }
        Err(CollectError::Connect { host, port, reason })
    }
}

/// Asks for TLS (RFC 3501, 6.2.1). Reads byte by byte, so that nothing sent before the handshake is taken for what comes after it.
fn start_tls(socket: &mut Socket<'_>) -> io::Result<()> {
    let greeting = line(socket)?;
    if !greeting.to_ascii_uppercase().starts_with("* OK") {
        return Err(io::Error::other(format!("the server greets with {greeting:?}")));
    }
    socket.write_all(b"s1 STARTTLS\r\n")?;
    loop {
        let answer = line(socket)?;
        let upper = answer.to_ascii_uppercase();
        if upper.starts_with("S1 OK") {
            return Ok(());
        } else if upper.starts_with("S1 ") || upper.starts_with("* BYE") {
            return Err(io::Error::other(format!("the server offers no STARTTLS: {answer:?}")));
        }
    }
}

/// One line of at most 4096 bytes.
fn line(socket: &mut Socket<'_>) -> io::Result<String> {
    let mut bytes = Vec::new();
    let mut byte = [0_u8; 1];
    while bytes.len() < 4096 {
        socket.read_exact(&mut byte)?;
        if byte == *b"\n" {
            break;
        }
        bytes.extend_from_slice(&byte);
    }
    Ok(String::from_utf8_lossy(&bytes).trim_end().to_owned())
}

/// TLS with the certificates of the system, or with those of a PEM file alone.
fn config(ca_file: Option<&Path>) -> Result<Arc<ClientConfig>, CollectError> {
    let place = ca_file.map_or_else(|| "the system".to_owned(), |path| path.display().to_string());
    let failed = |reason: &dyn std::fmt::Display| CollectError::Certificates { place: place.clone(), reason: reason.to_string() };
    let mut roots = RootCertStore::empty();
    if let Some(path) = ca_file {
        for certificate in CertificateDer::pem_file_iter(path).map_err(|error| failed(&error))? {
            roots.add(certificate.map_err(|error| failed(&error))?).map_err(|error| failed(&error))?;
        }
    } else {
        roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    }
    if roots.is_empty() {
        return Err(failed(&"there is none"));
    }
    let config = ClientConfig::builder_with_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| failed(&error))?
        .with_root_certificates(roots)
        .with_no_client_auth();
    Ok(Arc::new(config))
}

impl Read for Wire<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        loop {
            let mut given = self.tap.give(buffer);
            if given == 0 {
                given = self.letters.give(buffer);
            }
            if given > 0 {
                return Ok(given);
            }
            let read = self.receive(buffer)?;
            // One of them is open at a time, and is closed only when the answer has ended.
            match buffer.get(..read).unwrap_or_default() {
                [] => return Ok(0),
                bytes if self.letters.is_open() => self.letters.feed(bytes),
                bytes if self.tap.is_open() => self.tap.feed(bytes),
                _ => return Ok(read),
            }
        }
    }
}

impl Write for Wire<'_> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        match &mut self.kind {
            Kind::Plain(socket) => socket.write(buffer),
            Kind::Tls(stream) => stream.write(buffer),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match &mut self.kind {
            Kind::Plain(socket) => socket.flush(),
            Kind::Tls(stream) => stream.flush(),
        }
    }
}

impl imap::extensions::idle::SetReadTimeout for Wire<'_> {
    /// Sets how long may be read from now on; `None` means a command's time, never "for ever".
    fn set_read_timeout(&mut self, timeout: Option<Duration>) -> imap::Result<()> {
        let socket = self.socket();
        // Whoever waits for news waits through any silence.
        let (time, silence) = timeout.map_or_else(|| (socket.budget.get(), socket.patience), |timeout| (timeout, timeout));
        socket.wait(time, silence);
        Ok(())
    }
}
