//! What the network does to a submission: closed, dripping, refused and overlong connections, and addresses that are not to be reached.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use url::Url;

use super::*;

/// A server that reads a whole request and then does as told; counts the connections that brought a request.
async fn raw(page: String, count: Arc<AtomicUsize>, drip: bool) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move {
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            let (page, count) = (page.clone(), count.clone());
            tokio::spawn(async move {
                let mut request = vec![0; 65_536];
                let n = socket.read(&mut request).await.unwrap();
                if request[..n].starts_with(b"GET") {
                    let answer = format!("HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: {}\r\n\r\n{page}", page.len());
                    socket.write_all(answer.as_bytes()).await.unwrap();
                    return;
                }
                count.fetch_add(1, Ordering::SeqCst);
                if drip {
                    let _ =
                        socket.write_all(b"HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 100000\r\n\r\nThank you").await;
                    while socket.write_all(b".").await.is_ok() {
                        tokio::time::sleep(Duration::from_millis(50)).await;
                    }
                }
            });
        }
    });
    address
}

#[tokio::test]
async fn a_closed_socket_is_unclear_and_nothing_is_sent_twice() {
    let count = Arc::new(AtomicUsize::new(0));
    let address = raw(form_page(""), count.clone(), false).await;
    let (_, sent, outcome) = shop_at(&client(settings()), &shop(&format!("http://{address}/"), None)).await;
    assert!(matches!(outcome, Outcome::Unclear { .. }), "{outcome:?}");
    assert!(sent.error.unwrap().possibly_sent && sent.answered_at.is_none());
    tokio::time::sleep(Duration::from_millis(200)).await;
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn an_answer_that_drips_is_cut_off_in_time_and_kept() {
    let count = Arc::new(AtomicUsize::new(0));
    let address = raw(form_page(""), count.clone(), true).await;
    let client = client(HttpSettings { timeout: Duration::from_secs(2), ..settings() });
    let shop = shop(&format!("http://{address}/"), None);
    let (_, sent, outcome) = tokio::time::timeout(Duration::from_mins(1), shop_at(&client, &shop)).await.expect("it drips for ever");
    assert!(matches!(outcome, Outcome::Unclear { .. }), "{outcome:?}");
    assert!(sent.exchanges[0].body().starts_with(b"Thank you"));
    assert_eq!(count.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_refused_connection_is_provably_unsent() {
    // Nobody listens on port 1.
    let closed = "127.0.0.1:1";
    let page = form_page("").replace("action=\"/send\"", &format!("action=\"http://{closed}/send\""));
    let address = site(page, Seen::default(), || html("never")).await;
    let (_, sent, outcome) = shop_at(&client(settings()), &shop(&format!("http://{address}/"), None)).await;
    assert!(matches!(outcome, Outcome::Failed { .. }), "{outcome:?}");
    assert!(!sent.error.unwrap().possibly_sent);
    let gone = stopped(&client(settings()), &shop(&format!("http://{closed}/"), None)).await;
    assert!(matches!(gone, Outcome::Failed { .. }), "{gone:?}");
}

#[tokio::test]
async fn an_oversized_page_is_not_read_to_its_end() {
    let router = Router::new().route("/", get(|| async { Body::from(vec![b'x'; 300_000]) }));
    let address = serve(router).await;
    let client = client(HttpSettings { max_body: 100_000, ..settings() });
    let url = format!("http://{address}/");
    match prepare(&client, asker(&shop(&url, None), &persona())).await {
        Preparation::Stopped { exchanges, outcome: Outcome::Failed { reason }, .. } => {
            assert!(reason.contains("longer"), "{reason}");
            assert_eq!(exchanges[0].body().len(), 100_000);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_public_site_may_not_lead_into_a_private_network() {
    let client = client(settings());
    let session = client.session(&Url::parse("http://builder.example/").unwrap());
    for target in [
        "http://127.0.0.1:1/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://169.254.169.254/latest",
        "http://localhost:1/",
        "file:///etc/passwd",
    ] {
        let (_, fault) = client.load(&session, &Url::parse(target).unwrap(), "page", None).await;
        let fault = fault.unwrap();
        assert!(!fault.possibly_sent && (fault.message.contains("private") || fault.message.contains("not a web address")), "{fault:?}");
    }
}
