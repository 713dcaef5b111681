//! The way out: one connection a mail, by SMTP (RFC 5321) over TLS from the first byte, STARTTLS insisted upon, or plain text to
//! this machine alone. Passwords are read when they are needed, and no message of ours holds one.

use std::path::Path;
use std::time::Duration;

use base64::Engine;
use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::Credentials;
use lettre::transport::smtp::client::{Certificate, CertificateStore, Tls, TlsParameters};
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject;
use secrecy::{ExposeSecret, SecretString};

use crate::collect::about_tls;
use crate::config::{SecretError, Smtp};

/// How long a server may take for one answer.
const ANSWER: Duration = Duration::from_secs(20);
/// How long one mail may take from the first byte to the last answer.
const WHOLE: Duration = Duration::from_mins(1);

/// Why a mail did not go out.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub enum SendError {
    /// The connection cannot be set up as it is configured.
    #[error("could not set up the connection to {host}: {reason}")]
    Setup {
        /// The host.
        host: String,
        /// What is wrong.
        reason: String,
    },
    /// The password cannot be had.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Secret(#[from] SecretError),
    /// The server is not there, or no mail server.
    #[error("could not reach {host}: {reason}")]
    Reach {
        /// The host.
        host: String,
        /// What went wrong.
        reason: String,
        /// What to do.
        #[help]
        help: Option<&'static str>,
    },
    /// The server is there and does not let us in.
    #[error("could not log in to {host} as {user}: {reason}")]
    #[diagnostic(help(
        "see the user in `url` and the `password` of `[smtp]`; where the provider asks for a second step it wants an app password"
    ))]
    Login {
        /// The host.
        host: String,
        /// The user.
        user: String,
        /// What it said.
        reason: String,
    },
    /// A mail cannot be written.
    #[error("could not write the mail to {to}: {reason}")]
    Written {
        /// The recipient.
        to: String,
        /// What is wrong.
        reason: String,
    },
    /// The server did not take the mail.
    #[error("could not send to {to} through {host}: {reason}")]
    Refused {
        /// The host.
        host: String,
        /// The recipient.
        to: String,
        /// What it said.
        reason: String,
        /// Whether it may take it another time: it said so (RFC 5321, 4yz), or did not answer.
        passing: bool,
        /// What to do.
        #[help]
        help: Option<&'static str>,
    },
}

impl SendError {
    /// Whether the same mail may go out another time.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Reach { .. } | Self::Refused { passing: true, .. })
    }
}

/// What is done about a server that is not there.
const ABSENT: &str = "see that it runs, and that host and port of `url` in `[smtp]` are right";

/// What a failed connection comes from.
enum Cause {
    /// The login was refused, or none is possible.
    Login,
    /// The server is not reached.
    Absent(Option<&'static str>),
    /// The server refused what was asked.
    Refused(Option<&'static str>),
}

/// What went wrong in a person's words, and what it comes from.
fn why(error: &Error, with_password: bool) -> (String, Cause) {
    let mut said = match std::error::Error::source(error) {
        Some(source) => source.to_string().split_whitespace().collect::<Vec<_>>().join(" "),
        None => error.to_string(),
    };
    if let Some(code) = error.status() {
        said = format!("{code} {said}");
        // RFC 4954, 6: what a server answers to AUTH, and to a mail that it wants a login for.
        let code = code.to_string();
        return match code.as_str() {
            "535" | "534" | "538" | "432" | "454" if with_password => (said, Cause::Login),
            "530" if !with_password => (said, Cause::Refused(Some("it wants a login: add `password` to `[smtp]`"))),
            _ => (said, Cause::Refused(None)),
        };
    }
    if error.is_client() && said.contains("authentication mechanism") {
        return ("it takes no login by a password here (AUTH PLAIN or LOGIN)".to_owned(), Cause::Login);
    }
    let help = about_tls(&said).unwrap_or(ABSENT);
    (said, Cause::Absent(Some(help)))
}

/// A server that takes our mail.
#[derive(Clone, Debug)]
pub struct Outbox {
    host: String,
    user: String,
    with_password: bool,
    login: Option<String>,
    /// What no message of ours may hold: the password, and how it goes over the wire.
    secrets: Vec<SecretString>,
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl Outbox {
    /// Sets the way up; nothing is connected yet.
    ///
    /// # Errors
    /// When the address makes no connection, or the password cannot be had.
    pub fn of(server: &Smtp) -> Result<Self, SendError> {
        let host = server.url.host_str().unwrap_or_default().to_owned();
        let local = server.is_local();
        let setup = |reason: String| SendError::Setup { host: host.clone(), reason };
        let built = match (server.url.scheme(), local) {
            ("smtps", _) => AsyncSmtpTransport::<Tokio1Executor>::relay(&host),
            (_, true) => Ok(AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(host.trim_matches(['[', ']']))),
            (_, false) => AsyncSmtpTransport::<Tokio1Executor>::starttls_relay(&host),
        };
        let mut builder = built.map_err(|error| setup(error.to_string()))?.timeout(Some(ANSWER));
        if server.url.scheme() == "smtps" || !local {
            let tls = match &server.ca_file {
                Some(path) => vouched_by(path, &host).map_err(|reason| setup(format!("the `ca_file` {}: {reason}", path.display())))?,
                None => vouched_by_the_system(&host).map_err(setup)?,
            };
            builder = builder.tls(if server.url.scheme() == "smtps" { Tls::Wrapper(tls) } else { Tls::Required(tls) });
        }
        if let Some(port) = server.url.port() {
            builder = builder.port(port);
        }
        let user = server.url.username().replace("%40", "@");
        let mut secrets = Vec::new();
        if let Some(password) = &server.password {
            let password = password.get()?;
            builder = builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
            secrets = as_sent(&user, password.expose_secret());
        }
        let login = Some(user.clone()).filter(|user| user.parse::<Address>().is_ok());
        Ok(Self { host, user, with_password: server.password.is_some(), login, secrets, transport: builder.build() })
    }

    /// The server.
    #[must_use]
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whom mail to a mailbox of ours comes from: the login where it is an address, which many servers insist upon, else `otherwise`.
    #[must_use]
    pub fn sender<'a>(&'a self, otherwise: &'a str) -> &'a str {
        self.login.as_deref().unwrap_or(otherwise)
    }

    /// The server's words without a secret that it may have sent back.
    fn clean(&self, words: &str) -> String {
        self.secrets.iter().fold(words.to_owned(), |words, secret| words.replace(secret.expose_secret(), "…"))
    }

    /// Greets the server, and logs in where a password is configured.
    ///
    /// # Errors
    /// When it cannot be reached, does not answer as a mail server, or does not let us in.
    pub async fn greet(&self) -> Result<(), SendError> {
        let fail = |reason: String, help| SendError::Reach { host: self.host.clone(), reason: self.clean(&reason), help };
        match tokio::time::timeout(WHOLE, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(fail("it does not answer as a mail server".to_owned(), Some(ABSENT))),
            Ok(Err(error)) => Err(match why(&error, self.with_password) {
                (reason, Cause::Login) => self.no_login(&reason),
                (reason, Cause::Absent(help) | Cause::Refused(help)) => fail(reason, help),
            }),
            Err(_) => Err(fail(format!("no answer within {} s", WHOLE.as_secs()), Some(ABSENT))),
        }
    }

    fn no_login(&self, reason: &str) -> SendError {
        SendError::Login { host: self.host.clone(), user: self.user.clone(), reason: self.clean(reason) }
    }

    /// Sends a finished message from one address to one address; it returns when the server has taken it.
    ///
    /// # Errors
    /// When an address is none, or the server did not take it.
    pub async fn send(&self, from: &str, to: &str, message: &[u8]) -> Result<(), SendError> {
        let refused = |reason: String, passing: bool, help| SendError::Refused {
            host: self.host.clone(),
            to: to.to_owned(),
            reason: self.clean(&reason),
            passing,
            help,
        };
        let address =
            |text: &str| text.parse::<Address>().map_err(|error| refused(format!("`{text}` is no mail address: {error}"), false, None));
        let envelope = Envelope::new(Some(address(from)?), vec![address(to)?]).map_err(|error| refused(error.to_string(), false, None))?;
        match tokio::time::timeout(WHOLE, self.transport.send_raw(&envelope, message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(match why(&error, self.with_password) {
                (reason, Cause::Login) => self.no_login(&reason),
                (reason, Cause::Absent(help) | Cause::Refused(help)) => refused(reason, !error.is_permanent(), help),
            }),
            Err(_) => Err(refused(format!("no answer within {} s", WHOLE.as_secs()), true, Some(ABSENT))),
        }
    }
}

/// A password in each form in which a login puts it on the wire (RFC 4616, and `LOGIN`), the longest first.
fn as_sent(user: &str, password: &str) -> Vec<SecretString> {
    let base64 = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
    let forms = [base64(&format!("\0{user}\0{password}")), base64(password), password.to_owned()];
    forms.into_iter().filter(|form| !form.is_empty()).map(SecretString::from).collect()
}

/// TLS with the certificates of a PEM file alone.
fn vouched_by(path: &Path, host: &str) -> Result<TlsParameters, String> {
    let mut certificates = Vec::new();
    for certificate in CertificateDer::pem_file_iter(path).map_err(|error| error.to_string())? {
        certificates.push(certificate.map_err(|error| error.to_string())?);
    }
    if certificates.is_empty() {
        return Err("it holds no certificate".to_owned());
    }
    believing(certificates, host)
}

/// TLS with the certificates of the system; where it has none, with those that came with us.
fn vouched_by_the_system(host: &str) -> Result<TlsParameters, String> {
    let mut readable = RootCertStore::empty();
    let mut certificates = rustls_native_certs::load_native_certs().certs;
    certificates.retain(|certificate| readable.add(certificate.clone()).is_ok());
    if certificates.is_empty() {
        return TlsParameters::builder(host.to_owned()).build_rustls().map_err(|error| error.to_string());
    }
    believing(certificates, host)
}

fn believing(certificates: Vec<CertificateDer<'static>>, host: &str) -> Result<TlsParameters, String> {
    let mut parameters = TlsParameters::builder(host.to_owned()).certificate_store(CertificateStore::None);
    for certificate in certificates {
        let certificate = Certificate::from_der(certificate.to_vec()).map_err(|error| error.to_string())?;
        parameters = parameters.add_root_certificate(certificate);
    }
    parameters.build_rustls().map_err(|error| error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(url: &str) -> Outbox {
        Outbox::of(&Smtp { url: url.parse().unwrap(), password: None, ca_file: None }).unwrap()
    }

    #[test]
    fn only_this_machine_is_local() {
        for (url, local) in [
            ("smtp://localhost", true),
            ("smtp://127.0.0.1:2525", true),
            ("smtp://[::1]:2525", true),
            ("smtps://localhost", true),
            ("smtp://mail.example.org", false),
            ("smtps://127.example.org", false),
            ("smtp://192.0.2.1", false),
        ] {
            assert_eq!(Smtp { url: url.parse().unwrap(), password: None, ca_file: None }.is_local(), local, "{url}");
        }
    }

    #[test]
    fn what_a_server_says_of_a_password_is_taken_out() {
        let outbox = Outbox { secrets: as_sent("me", "hush hush"), ..outbox("smtp://me@127.0.0.1") };
        for said in ["535 no: hush hush", "535 AGJtZQ aHVzaCBodXNo", "535 AG1lAGh1c2ggaHVzaA== is wrong"] {
            let clean = outbox.clean(said);
            assert!(
                clean.contains('…') && !clean.contains("hush") && !clean.contains("aHVzaCBodXNo") && !clean.contains("AG1lAGh1"),
                "{clean}"
            );
        }
        assert_eq!(outbox.clean("550 no such user"), "550 no such user");
    }

    #[test]
    fn mail_comes_from_the_login_where_it_is_an_address() {
        assert_eq!(outbox("smtps://me%40example.org@mail.example.org").sender("shopper@example.org"), "me@example.org");
        assert_eq!(outbox("smtps://me@mail.example.org").sender("shopper@example.org"), "shopper@example.org");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named() {
        // Nobody listens on port 1.
        let outbox = outbox("smtp://127.0.0.1:1");
        let greeted = outbox.greet().await.unwrap_err().to_string();
        assert!(greeted.starts_with("could not reach 127.0.0.1: Connection refused"), "{greeted}");
        let sent = outbox.send("a@example.org", "b@example.org", b"Subject: x\r\n\r\nx\r\n").await.unwrap_err().to_string();
        assert!(sent.starts_with("could not send to b@example.org through 127.0.0.1: "), "{sent}");
        let wrong = outbox.send("a@example.org", "nobody", b"").await.unwrap_err().to_string();
        assert!(wrong.contains("`nobody` is no mail address"), "{wrong}");
    }

    /// A server of one connection that answers each line by what it begins with, and all else with 250.
    fn scripted(answers: Vec<(&'static str, &'static str)>) -> String {
        use std::io::{BufRead as _, BufReader, Write as _};
        let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        std::thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            let mut stream = BufReader::new(stream);
            stream.get_mut().write_all(b"220 mx.example.org ESMTP\r\n").unwrap();
            let mut line = String::new();
            while stream.read_line(&mut line).is_ok_and(|read| read > 0) {
                let answer = answers.iter().find(|(begin, _)| line.starts_with(begin)).map_or("250 OK\r\n", |(_, answer)| answer);
                stream.get_mut().write_all(answer.as_bytes()).unwrap();
                line.clear();
            }
        });
        format!("smtp://shopper@127.0.0.1:{port}")
    }

    #[tokio::test]
    async fn a_refused_login_is_told_apart_from_a_server_that_is_not_there() {
        use miette::Diagnostic as _;
        let with = |url: &str, password: Option<&str>| {
            let password = password.map(|word| crate::config::Secret::Command(format!("echo {word}")));
            Outbox::of(&Smtp { url: url.parse().unwrap(), password, ca_file: None }).unwrap()
        };
        let said = |error: &SendError| format!("{error}; {}", error.help().map_or_else(String::new, |help| help.to_string()));
        let hello = ("EHLO", "250-mx.example.org\r\n250 AUTH PLAIN LOGIN\r\n");
        let wrong = || vec![hello, ("AUTH", "535-5.7.8 Username and Password\r\n535 5.7.8 not accepted.\r\n")];
        for error in [
            with(&scripted(wrong()), Some("wrong")).greet().await.unwrap_err(),
            with(&scripted(wrong()), Some("wrong")).send("a@example.org", "b@example.org", b"Subject: x\r\n\r\nx\r\n").await.unwrap_err(),
        ] {
            let text = said(&error);
            assert!(text.starts_with("could not log in to 127.0.0.1 as shopper: 535 5.7.8 Username and Password"), "{text}");
            assert!(text.contains("`password` of `[smtp]`") && !text.contains('\n'), "{text}");
        }
        let none = with(&scripted(vec![("EHLO", "250 mx.example.org\r\n")]), Some("hush")).greet().await.unwrap_err();
        assert!(said(&none).contains("it takes no login by a password here"), "{}", said(&none));
        let wants = vec![hello, ("MAIL", "530 5.7.0 Authentication required\r\n")];
        let wants = with(&scripted(wants), None).send("a@example.org", "b@example.org", b"").await.unwrap_err();
        assert!(
            said(&wants).ends_with("530 5.7.0 Authentication required; it wants a login: add `password` to `[smtp]`"),
            "{}",
            said(&wants)
        );
        let full = vec![hello, ("RCPT", "552 5.2.2 Mailbox full\r\n")];
        let full = with(&scripted(full), None).send("a@example.org", "b@example.org", b"").await.unwrap_err();
        assert_eq!(full.to_string(), "could not send to b@example.org through 127.0.0.1: 552 5.2.2 Mailbox full");
    }
}
