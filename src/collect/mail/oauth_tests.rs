//! Logins by OAuth against a provider on loopback: both ways to agree, refreshing, refusals; and what an IMAP session makes of
//! a token that is refused.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use secrecy::ExposeSecret as _;
use sha2::{Digest as _, Sha256};
use url::{Url, form_urlencoded};

use super::imap::{ImapSettings, Login, Tls, check_login};
use super::oauth::{App, OauthError, Tokens};
use super::oauth_kept::{Keep, Kept};
use super::{Prompt, agree};
use crate::collect::CollectError;
use crate::config::{Flow, Oauth, Provider};

type Form = BTreeMap<String, String>;

/// A provider that answers each form by a function of its path, with a status and JSON.
fn provider(answer: impl Fn(&str, &Form) -> (u16, String) + Send + Sync + 'static) -> Url {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut first, mut length) = (String::new(), 0);
            reader.read_line(&mut first).unwrap();
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() <= 2 {
                    break;
                }
                if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = value.trim().parse().unwrap();
                }
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            let form = form_urlencoded::parse(&body).into_owned().collect();
            let (status, json) = answer(first.split(' ').nth(1).unwrap(), &form);
            let head = format!(
                "HTTP/1.1 {status} x\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
                json.len()
            );
            stream.write_all(format!("{head}{json}").as_bytes()).unwrap();
        }
    });
    format!("http://127.0.0.1:{port}/").parse().unwrap()
}

fn app(kind: Provider, server: &Url) -> App {
    let at = |path: &str| server.join(path).unwrap();
    let flow = match kind {
        Provider::Outlook => Flow::Device(at("devicecode")),
        Provider::Gmail => Flow::Browser(at("auth")),
    };
    let oauth = Oauth { provider: kind, client: "client-1".into(), secret: None, scope: "mail offline".into(), flow, token: at("token") };
    App { mailbox: "main".into(), user: "shopper@example.org".into(), oauth, secret: Some("app-s3cret".into()) }
}

/// Tokens whose login is kept already.
fn tokens(folder: &tempfile::TempDir, server: &Url) -> Tokens {
    let (app, keep) = (app(Provider::Outlook, server), Keep::in_folder(folder.path(), "main"));
    keep.save(&Kept::new(&app, "refresh-0".into())).unwrap();
    Tokens::new(app, keep)
}

fn granted(access: &str, refresh: &str, lasts: u64) -> (u16, String) {
    (200, format!(r#"{{"token_type":"Bearer","access_token":"{access}","refresh_token":"{refresh}","expires_in":{lasts}}}"#))
}

fn refused(code: &str, words: &str) -> (u16, String) {
    (400, format!(r#"{{"error":"{code}","error_description":"{words}"}}"#))
}

fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}

#[test]
fn a_code_typed_elsewhere_lets_the_mailbox_in() {
    let polls = AtomicUsize::new(0);
    let server = provider(move |path, form| {
        assert_eq!(form["client_id"], "client-1");
        if path == "/devicecode" {
            assert_eq!(form["scope"], "mail offline");
            let address = "https://microsoft.example/devicelogin";
            let json = format!(
                r#"{{"device_code":"dev-1","user_code":"ABCD-EFGH","verification_uri":"{address}","expires_in":900,"interval":"1"}}"#
            );
            return (200, json);
        }
        assert_eq!((form["grant_type"].as_str(), form["device_code"].as_str()), ("urn:ietf:params:oauth:grant-type:device_code", "dev-1"));
        match polls.fetch_add(1, Ordering::SeqCst) {
            0 => refused("authorization_pending", "not yet"),
            1 => (502, "<html>".to_owned()),
            _ => granted("access-1", "refresh-1", 3600),
        }
    });
    let folder = tempfile::tempdir().unwrap();
    let tokens = Tokens::new(app(Provider::Outlook, &server), Keep::in_folder(folder.path(), "main"));
    let mut told = Vec::new();
    let agreed = run(agree(&tokens.app, None, &mut |prompt| told.push(prompt.clone()))).unwrap();
    assert!(!format!("{agreed:?}{tokens:?}").contains("access-1") && !format!("{agreed:?}{tokens:?}").contains("s3cret"));
    assert_eq!(told, [Prompt::Code { url: "https://microsoft.example/devicelogin".into(), code: "ABCD-EFGH".into() }]);
    tokens.keep(agreed).unwrap();
    let access = tokens.access(None).unwrap();
    assert_eq!((access.token.expose_secret(), access.fresh), ("access-1", false), "what the login granted is used");
}

#[test]
fn a_declined_and_an_impossible_login_say_what_to_do() {
    for (code, words) in [("authorization_declined", "run `crickets login main` and agree"), ("unauthorized_client", "public client flows")]
    {
        let server = provider(move |path, _| match path {
            "/devicecode" => {
                (200, r#"{"device_code":"dev-1","user_code":"A","verification_uri":"https://x.example","interval":1}"#.to_owned())
            }
            _ => refused(code, "because app-s3cret \\u001b[31m"),
        });
        let error = run(agree(&app(Provider::Outlook, &server), None, &mut |_| {})).unwrap_err().to_string();
        assert!(error.contains(words) && error.contains(code) && error.contains("because … [31m"), "{error}");
    }
    let nowhere = provider(|_, _| (404, "<html>".to_owned()));
    let error = run(agree(&app(Provider::Outlook, &nowhere), None, &mut |_| {})).unwrap_err();
    assert!(matches!(&error, OauthError::Unreachable { reason, .. } if reason == "HTTP status 404"), "{error}");
}

/// Fetches a page as a browser would, and gives the answer.
fn visit(url: &Url) -> String {
    let mut stream = TcpStream::connect((url.host_str().unwrap(), url.port().unwrap())).unwrap();
    let target = format!("{}?{}", url.path(), url.query().unwrap_or_default());
    stream.write_all(format!("GET {target} HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_browser_comes_back_and_the_code_is_worth_nothing_without_the_verifier() {
    let challenge = Arc::new(Mutex::new(String::new()));
    let server = {
        let challenge = Arc::clone(&challenge);
        provider(move |path, form| {
            assert_eq!((path, form["grant_type"].as_str(), form["code"].as_str()), ("/token", "authorization_code", "4/code"));
            assert_eq!(form["client_secret"], "app-s3cret");
            assert!(form["redirect_uri"].starts_with("http://127.0.0.1:"));
            let proof = URL_SAFE_NO_PAD.encode(Sha256::digest(&form["code_verifier"]));
            if proof != *challenge.lock().unwrap() || form["code_verifier"].len() != 43 {
                return refused("invalid_grant", "wrong verifier");
            }
            granted("access-1", "refresh-1", 3600)
        })
    };
    let app = app(Provider::Gmail, &server);
    let browser = Mutex::new(None);
    let agreed = run(agree(&app, None, &mut |prompt| {
        let Prompt::Open { url } = prompt else { panic!("{prompt:?}") };
        let page: Url = url.parse().unwrap();
        let query: Form = page.query_pairs().into_owned().collect();
        let expected =
            [("client_id", "client-1"), ("response_type", "code"), ("code_challenge_method", "S256"), ("access_type", "offline")];
        assert!(expected.iter().all(|(name, value)| query[*name] == *value), "{query:?}");
        assert_eq!((page.path(), query["login_hint"].as_str()), ("/auth", "shopper@example.org"));
        challenge.lock().unwrap().clone_from(&query["code_challenge"]);
        let back: Url = query["redirect_uri"].parse().unwrap();
        *browser.lock().unwrap() = Some(std::thread::spawn(move || {
            // A connection on which nothing is said, an icon, and somebody else's answer come first.
            let _silent = TcpStream::connect((back.host_str().unwrap(), back.port().unwrap())).unwrap();
            assert!(visit(&back.join("favicon.ico").unwrap()).starts_with("HTTP/1.1 404"));
            let with = |state: &str, code: &str| {
                let mut url = back.clone();
                url.query_pairs_mut().append_pair("state", state).append_pair("code", code);
                url
            };
            assert!(visit(&with("guessed", "evil")).starts_with("HTTP/1.1 404"));
            assert!(visit(&with(&query["state"], "4/code")).contains("You can close this page"));
        }));
    }))
    .unwrap();
    browser.lock().unwrap().take().unwrap().join().unwrap();
    assert_eq!(agreed.refresh.unwrap().expose_secret(), "refresh-1");
}

#[test]
fn a_token_is_used_until_it_is_nearly_over_and_a_new_refresh_token_is_kept() {
    let asked = Arc::new(AtomicUsize::new(0));
    let server = {
        let asked = Arc::clone(&asked);
        provider(move |_, form| {
            let number = asked.fetch_add(1, Ordering::SeqCst);
            assert_eq!((form["grant_type"].as_str(), form["refresh_token"].as_str()), ("refresh_token", &*format!("refresh-{number}")));
            // The first lasts less than the margin, the next an hour.
            granted(&format!("access-{number}"), &format!("refresh-{}", number + 1), if number == 0 { 200 } else { 3600 })
        })
    };
    let folder = tempfile::tempdir().unwrap();
    let tokens = tokens(&folder, &server);
    let shown = |tokens: &Tokens| tokens.access(None).unwrap().token.expose_secret().to_owned();
    assert_eq!([shown(&tokens), shown(&tokens), shown(&tokens)], ["access-0", "access-1", "access-1"]);
    tokens.forget();
    assert_eq!(shown(&tokens), "access-2");
    assert_eq!(asked.load(Ordering::SeqCst), 3);
    let kept = Keep::in_folder(folder.path(), "main").load(&tokens.app).unwrap();
    assert_eq!(kept.refresh.expose_secret(), "refresh-3");
}

#[test]
fn a_login_that_is_over_says_so_without_what_is_secret() {
    let server = provider(|_, _| refused("invalid_grant", "AADSTS70043: refresh-0 of app-s3cret has expired"));
    let folder = tempfile::tempdir().unwrap();
    let tokens = Arc::new(tokens(&folder, &server));
    let settings = ImapSettings::new("mailbox.main", "127.0.0.1", 1, Tls::Plain, "shopper@example.org", Login::Oauth(Arc::clone(&tokens)));
    let error = check_login(&settings).unwrap_err();
    assert!(matches!(error, CollectError::Login { .. }), "{error}");
    let text = format!("{error} {error:?} {settings:?}");
    assert!(text.contains("AADSTS70043: … of … has expired") && text.contains("run `crickets login main`"), "{text}");
    assert!(!text.contains("refresh-0") && !text.contains("app-s3cret"), "{text}");

    let busy = provider(|_, _| (503, "<html>".to_owned()));
    let folder = tempfile::tempdir().unwrap();
    let settings = ImapSettings { login: Login::Oauth(Arc::new(self::tokens(&folder, &busy))), ..settings };
    assert!(matches!(check_login(&settings), Err(CollectError::Connect { .. })), "that passes");
    let empty = tempfile::tempdir().unwrap();
    let none = Tokens::new(app(Provider::Outlook, &busy), Keep::in_folder(empty.path(), "main"));
    let settings = ImapSettings { login: Login::Oauth(Arc::new(none)), ..settings };
    assert!(check_login(&settings).unwrap_err().to_string().contains("run `crickets login main`"));
}

/// A mail server that takes one token by one mechanism, and says an error challenge before it refuses.
fn mail_server(mechanism: &'static str, good: &'static str) -> (u16, Arc<Mutex<Vec<String>>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let told = Arc::clone(&seen);
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            stream.write_all(b"* OK ready\r\n").unwrap();
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|read| read > 0) {
                let (tag, command) = line.trim_end().split_once(' ').map(|(a, b)| (a.to_owned(), b.to_owned())).unwrap_or_default();
                let reply = match command.split(' ').next().unwrap() {
                    "CAPABILITY" => format!("* CAPABILITY IMAP4rev1 AUTH={mechanism}\r\n{tag} OK done\r\n"),
                    "AUTHENTICATE" => {
                        stream.write_all(b"+ \r\n").unwrap();
                        line.clear();
                        reader.read_line(&mut line).unwrap();
                        let shown = String::from_utf8(STANDARD.decode(line.trim_end()).unwrap()).unwrap();
                        let accepted = shown.contains(&format!("auth=Bearer {good}\u{1}\u{1}"));
                        told.lock().unwrap().push(format!("{command} {shown}"));
                        if accepted {
                            format!("{tag} OK in\r\n")
                        } else {
                            let challenge = STANDARD.encode(r#"{"status":"401","schemes":"bearer"}"#);
                            stream.write_all(format!("+ {challenge}\r\n").as_bytes()).unwrap();
                            line.clear();
                            reader.read_line(&mut line).unwrap();
                            told.lock().unwrap().push(format!("then {:?}", line.trim_end()));
                            format!("{tag} NO refused: {shown:?}\r\n")
                        }
                    }
                    "LIST" => format!("* LIST () \"/\" INBOX\r\n{tag} OK done\r\n"),
                    _ => format!("* 0 EXISTS\r\n* OK [UIDVALIDITY 7] x\r\n{tag} OK done\r\n"),
                };
                if stream.write_all(reply.as_bytes()).is_err() {
                    break;
                }
                line.clear();
            }
        }
    });
    (port, seen)
}

#[test]
fn a_refused_token_is_changed_for_another_once() {
    for (mechanism, acknowledged) in [("XOAUTH2", "then \"\""), ("OAUTHBEARER", "then \"AQ==\"")] {
        let asked = AtomicUsize::new(0);
        let server = provider(move |_, _| granted(&format!("access-{}", asked.fetch_add(1, Ordering::SeqCst)), "refresh-0", 3600));
        let folder = tempfile::tempdir().unwrap();
        let tokens = Arc::new(tokens(&folder, &server));
        // Held as good for an hour, while the mail server takes only the next one.
        assert_eq!(tokens.access(None).unwrap().token.expose_secret(), "access-0");
        let (port, seen) = mail_server(mechanism, "access-1");
        let settings = ImapSettings::new("s", "127.0.0.1", port, Tls::Plain, "shopper@example.org", Login::Oauth(Arc::clone(&tokens)));
        assert_eq!(check_login(&settings).unwrap().folders, ["INBOX"]);
        let seen = seen.lock().unwrap().clone();
        assert!(seen[0].contains("access-0") && seen[2].contains("access-1"), "{seen:?}");
        assert_eq!((seen[1].as_str(), seen.len()), (acknowledged, 3), "{seen:?}");

        // A token granted just now that is refused is final, and stands in no message.
        let (port, seen) = mail_server(mechanism, "never");
        tokens.forget();
        let error = check_login(&ImapSettings { port, ..settings }).unwrap_err();
        assert!(matches!(error, CollectError::Login { .. }), "{error}");
        assert!(error.to_string().contains("(status 401)") && !format!("{error}{error:?}").contains("access-"), "{error}");
        assert_eq!(seen.lock().unwrap().len(), 2);
    }
    let (port, _) = mail_server("PLAIN", "x");
    let server = provider(|_, _| granted("access-0", "refresh-0", 3600));
    let folder = tempfile::tempdir().unwrap();
    let login = Login::Oauth(Arc::new(tokens(&folder, &server)));
    let error = check_login(&ImapSettings::new("s", "127.0.0.1", port, Tls::Plain, "u", login)).unwrap_err().to_string();
    assert!(error.contains("neither OAUTHBEARER nor XOAUTH2"), "{error}");
}

#[test]
fn what_was_sent_in_confidence_stands_in_no_error_however_long_it_is() {
    let long = format!("4/{}+", "x".repeat(2000));
    for code in ["invalid_grant", "server_error"] {
        // It repeats the whole form, read and as it came.
        let server = provider(move |_, form| {
            let raw = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
            refused(code, &format!("{:?} {raw}", form.values().collect::<Vec<_>>()).replace('"', "'"))
        });
        for name in ["refresh_token", "device_code", "code", "code_verifier", "client_secret"] {
            let error = run(app(Provider::Gmail, &server).ask(&[(name, &long)])).unwrap_err();
            let text = format!("{error} {error:?}");
            assert!(text.contains(code) && text.contains('…'), "{text}");
            assert!(!text.contains("xxx") && !text.contains("app-s3cret"), "{name}: {text}");
        }
    }
}
