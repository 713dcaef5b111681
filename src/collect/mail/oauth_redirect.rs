//! Where a browser comes back to after a login: a port of loopback (RFC 8252, 7.3) that hears one answer, recognised by the
//! state it was given. Everything else that knocks is told so and forgotten; requests are short and read in bounded time.

use std::time::Duration;

use secrecy::SecretString;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use url::Url;

use super::oauth::OauthError;

/// How long a request may take to come.
const TIME: Duration = Duration::from_secs(10);
/// The most of a request that is read.
const MOST: usize = 16 * 1024;

/// A port that waits for a browser.
pub(super) struct Redirect {
    listener: TcpListener,
    uri: String,
}

impl Redirect {
    pub(super) async fn open(port: u16) -> Result<Self, OauthError> {
        let fail = |error: std::io::Error| OauthError::Listen { port, reason: error.to_string() };
        let listener = TcpListener::bind(("127.0.0.1", port)).await.map_err(fail)?;
        let uri = format!("http://127.0.0.1:{}/", listener.local_addr().map_err(fail)?.port());
        Ok(Self { listener, uri })
    }

    pub(super) fn uri(&self) -> &str {
        &self.uri
    }

    /// The code that a browser brings, or the error code. Browsers open connections on which they say nothing: each has a task.
    pub(super) async fn wait(&self, state: &str) -> Result<SecretString, String> {
        let (sender, mut receiver) = mpsc::channel(1);
        let mut tasks = tokio::task::JoinSet::new();
        loop {
            tokio::select! {
                Some(outcome) = receiver.recv() => {
                    // The page is to be seen before the program ends.
                    tokio::time::sleep(Duration::from_millis(200)).await;
                    return outcome;
                }
                Ok((stream, _)) = self.listener.accept() => {
                    let (sender, state, base) = (sender.clone(), state.to_owned(), self.uri.clone());
                    tasks.spawn(async move {
                        if let Ok(Some(outcome)) = tokio::time::timeout(TIME, serve(stream, &base, &state)).await {
                            let _ = sender.send(outcome).await;
                        }
                    });
                }
            }
        }
    }
}

/// Answers one request; gives what it brought, if it is the one that is waited for.
async fn serve(mut stream: TcpStream, base: &str, state: &str) -> Option<Result<SecretString, String>> {
    let mut head = Vec::new();
    let mut buffer = [0_u8; 2048];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") && head.len() < MOST {
        match stream.read(&mut buffer).await {
            Ok(read) if read > 0 => head.extend_from_slice(buffer.get(..read)?),
            _ => return None,
        }
    }
    let outcome = brought(&String::from_utf8_lossy(&head), base, state);
    let (status, words) = match &outcome {
        Some(Ok(_)) => ("200 OK", "crickets may read the mailbox now. You can close this page."),
        Some(Err(_)) => ("200 OK", "The login was not agreed to; crickets says more. You can close this page."),
        None => ("404 Not Found", "This is not the answer that crickets waits for."),
    };
    let page = format!("<!doctype html><meta charset=utf-8><title>crickets</title><p>{words}</p>");
    let reply = format!(
        "HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         Referrer-Policy: no-referrer\r\nConnection: close\r\n\r\n{page}",
        page.len()
    );
    let _ = stream.write_all(reply.as_bytes()).await;
    let _ = stream.shutdown().await;
    outcome
}

/// The code or error code in a request, if its state is ours.
fn brought(head: &str, base: &str, state: &str) -> Option<Result<SecretString, String>> {
    let target = head.lines().next()?.strip_prefix("GET ")?.split(' ').next()?;
    let url = Url::parse(base).ok()?.join(target).ok()?;
    let value = |wanted: &str| url.query_pairs().find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned());
    if url.path() != "/" || value("state").as_deref() != Some(state) {
        return None;
    }
    match (value("code"), value("error")) {
        (_, Some(error)) => Some(Err(error)),
        (Some(code), None) => Some(Ok(code.into())),
        (None, None) => None,
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn only_the_awaited_answer_counts() {
        let of = |line: &str| brought(&format!("{line} HTTP/1.1\r\n\r\n"), "http://127.0.0.1:9/", "s1");
        assert_eq!(of("GET /?state=s1&code=4%2Fabc").unwrap().unwrap().expose_secret(), "4/abc");
        assert_eq!(of("GET /?error=access_denied&state=s1").unwrap().unwrap_err(), "access_denied");
        for other in ["GET /?state=s2&code=x", "GET /?code=x", "GET /favicon.ico", "POST /?state=s1&code=x", "GET /?state=s1", "nonsense"] {
            assert!(of(other).is_none(), "{other}");
        }
    }
}
