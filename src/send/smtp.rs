//! The way out: one connection a mail, by SMTP (RFC 5321) over TLS from the first byte, STARTTLS insisted upon, or plain text to
//! this machine alone. Passwords are read when they are needed, and no message of ours holds one.

use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::authentication::Credentials;
use lettre::{Address, AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use secrecy::ExposeSecret;

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
    },
}

/// A server that takes our mail.
#[derive(Clone, Debug)]
pub struct Outbox {
    host: String,
    login: Option<String>,
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
        if let Some(port) = server.url.port() {
            builder = builder.port(port);
        }
        let user = server.url.username().replace("%40", "@");
        if let Some(password) = &server.password {
            builder = builder.credentials(Credentials::new(user.clone(), password.get()?.expose_secret().to_owned()));
        }
        let login = Some(user).filter(|user| user.parse::<Address>().is_ok());
        Ok(Self { host, login, transport: builder.build() })
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

    /// Greets the server, and logs in where a password is configured.
    ///
    /// # Errors
    /// When it cannot be reached, or does not answer as a mail server.
    pub async fn greet(&self) -> Result<(), SendError> {
        let fail = |reason: String| SendError::Reach { host: self.host.clone(), reason };
        match tokio::time::timeout(WHOLE, self.transport.test_connection()).await {
            Ok(Ok(true)) => Ok(()),
            Ok(Ok(false)) => Err(fail("it does not answer as a mail server".to_owned())),
            Ok(Err(error)) => Err(fail(error.to_string())),
            Err(_) => Err(fail(format!("no answer within {} s", WHOLE.as_secs()))),
        }
    }

    /// Sends a finished message from one address to one address; it returns when the server has taken it.
    ///
    /// # Errors
    /// When an address is none, or the server did not take it.
    pub async fn send(&self, from: &str, to: &str, message: &[u8]) -> Result<(), SendError> {
        let refused = |reason: String| SendError::Refused { host: self.host.clone(), to: to.to_owned(), reason };
        let address = |text: &str| text.parse::<Address>().map_err(|error| refused(format!("`{text}` is no mail address: {error}")));
        let envelope = Envelope::new(Some(address(from)?), vec![address(to)?]).map_err(|error| refused(error.to_string()))?;
        match tokio::time::timeout(WHOLE, self.transport.send_raw(&envelope, message)).await {
            Ok(Ok(_)) => Ok(()),
            Ok(Err(error)) => Err(refused(error.to_string())),
            Err(_) => Err(refused(format!("no answer within {} s", WHOLE.as_secs()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outbox(url: &str) -> Outbox {
        Outbox::of(&Smtp { url: url.parse().unwrap(), password: None }).unwrap()
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
            assert_eq!(Smtp { url: url.parse().unwrap(), password: None }.is_local(), local, "{url}");
        }
    }

    #[test]
    fn mail_comes_from_the_login_where_it_is_an_address() {
        assert_eq!(outbox("smtps://me%40example.org@mail.example.org").sender("shopper@example.org"), "me@example.org");
        assert_eq!(outbox("smtps://me@mail.example.org").sender("shopper@example.org"), "shopper@example.org");
    }

    #[tokio::test]
    async fn a_server_that_is_not_there_is_named() {
        let port = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let outbox = outbox(&format!("smtp://127.0.0.1:{port}"));
        let greeted = outbox.greet().await.unwrap_err().to_string();
        assert!(greeted.starts_with("could not reach 127.0.0.1: "), "{greeted}");
        let sent = outbox.send("a@example.org", "b@example.org", b"Subject: x\r\n\r\nx\r\n").await.unwrap_err().to_string();
        assert!(sent.starts_with("could not send to b@example.org through 127.0.0.1: "), "{sent}");
        let wrong = outbox.send("a@example.org", "nobody", b"").await.unwrap_err().to_string();
        assert!(wrong.contains("`nobody` is no mail address"), "{wrong}");
    }
}
