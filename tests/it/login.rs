//! Logins by OAuth from outside: a code typed elsewhere and a browser that comes back, a Dovecot that asks the provider about each
//! token, by OAUTHBEARER and XOAUTH2; tokens that end while a watch runs, and a login that is revoked.

use std::io::{Read as _, Write as _};
use std::net::TcpStream;

use serde_json::Value;

use crate::peers::{Dovecot, PATIENCE, Provider};
use crate::workspace::{Workspace, eventually};

const MAIL: &str = "From: Amy Ortiz <amy@bluebonnet.test>\nTo: shopper@crickets.test\nSubject: Hello\n\nHello.\n";

fn workspace(dovecot: &Dovecot, provider: &Provider, kind: &str, more: &str) -> Workspace {
    let mut workspace = Workspace::new();
    std::fs::copy(dovecot.ca_file(), workspace.path().join("ca.pem")).unwrap();
    workspace.configure(&format!(
        "[mailbox.main]\nurl = \"imaps://shopper@localhost:{}\"\npassword = {{ oauth = \"{kind}\" }}\naddress = \"shopper@crickets.test\"\n\
         ca_file = \"ca.pem\"\n[mailbox.main.oauth]\nclient = \"client-1\"\nserver = \"{}\"\n{more}",
        dovecot.imaps_port(),
        provider.url()
    ));
    workspace
}

/// What a running `watch --json` has taken in so far.
fn collected(workspace: &Workspace) -> u64 {
    let out = std::fs::read_to_string(workspace.path().join("spawned.out")).unwrap_or_default();
    let lines = out.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    lines.flat_map(|line| line["sources"].as_array().cloned().unwrap_or_default()).filter_map(|source| source["new"].as_u64()).sum()
}

#[test]
fn a_mailbox_is_let_in_by_a_code_and_stays_in_while_tokens_come_and_go() {
    // How long tokens are said to last decides whether they are renewed before they end, or after a server refused one.
    for (mechanisms, used, lasts) in [("xoauth2 oauthbearer", "OAUTHBEARER", 60), ("xoauth2", "XOAUTH2", 3600)] {
        let provider = Provider::start(lasts);
        let Some(mut dovecot) = Dovecot::start_with_oauth(&provider.url(), mechanisms) else { return };
        let workspace = workspace(&dovecot, &provider, "outlook", "tenant = \"consumers\"\n");

        let early = workspace.run(&["watch", "--once"]).expect(1);
        assert!(early.err.contains("run `crickets login main`"), "{}", early.err);
        let login = workspace.run(&["login", "-vv"]).expect(0);
        assert!(login.err.contains("https://microsoft.example/devicelogin") && login.err.contains("ABCD-EFGH"), "{}", login.err);
        assert_eq!(login.out, "mailbox.main: logged in to localhost as shopper; watching INBOX, Junk\n");
        let log = dovecot.log().to_uppercase();
        assert!(log.contains(&format!("METHOD={used}")), "{}", dovecot.log());
        let kept = workspace.path().join(".crickets/logins/main.json");
        assert!(std::fs::read_to_string(&kept).unwrap().contains("refresh-token-"));
        let mode = std::os::unix::fs::PermissionsExt::mode(&std::fs::metadata(&kept).unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600);
        let checked = workspace.run(&["check"]);
        assert!(checked.out.contains("logged in to localhost as shopper"), "{}{}", checked.out, checked.err);

        dovecot.append("INBOX", MAIL);
        let mut watch = workspace.spawn(&["watch", "--json", "-vv"]);
        eventually(|| collected(&workspace), |count| *count == 1);
        let (refreshed, refused) = provider.seen();
        // While the connection holds, no token is asked for.
        provider.expire();
        dovecot.kill();
        dovecot.restart();
        dovecot.append("INBOX", &MAIL.replace("Hello", "Hello again"));
        eventually(|| collected(&workspace), |count| *count == 2);
        let after = provider.seen();
        assert!(after.0 > refreshed, "{after:?}");
        assert_eq!(after.1 > refused, lasts == 3600, "a token known to end soon is never shown: {after:?}");

        // The login is withdrawn: the watch goes on trying, says what to do, and is taken up again by a new login beside it.
        provider.revoke();
        provider.expire();
        dovecot.kill();
        dovecot.restart();
        dovecot.append("INBOX", &MAIL.replace("Hello", "Hello once more"));
        eventually(|| workspace.spawned_err(), |said| said.contains("invalid_grant") && said.contains("run `crickets login main`"));
        workspace.ok(&["login", "main"]);
        eventually(|| collected(&workspace), |count| *count == 3);
        watch.signal("INT");
        assert!(watch.wait(PATIENCE).is_some());
        let said = format!("{}{}{}{}{}", early.err, login.err, login.out, checked.out, workspace.spawned_err());
        assert!(Provider::secrets().iter().all(|secret| !said.contains(secret)), "{said}");
    }
}

/// Fetches a page; gives the answer.
fn get(url: &str) -> String {
    let (host, path) = url.strip_prefix("http://").unwrap().split_once('/').unwrap();
    let mut stream = TcpStream::connect(host).unwrap();
    stream.write_all(format!("GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_browser_lets_a_mailbox_in() {
    let provider = Provider::start(3600);
    let Some(dovecot) = Dovecot::start_with_oauth(&provider.url(), "xoauth2 oauthbearer") else { return };
    let workspace = workspace(&dovecot, &provider, "gmail", "secret = { command = \"echo client-secret-of-ours\" }\n");
    let mut login = workspace.spawn(&["login", "main", "--json"]);
    let page = |said: &String| said.lines().find(|line| line.starts_with("http://127.0.0.1")).map(str::to_owned);
    let url = page(&eventually(|| workspace.spawned_err(), |said| page(said).is_some() && said.ends_with('\n'))).unwrap();
    let agreed = get(&url);
    let back = agreed.lines().find_map(|line| line.strip_prefix("location: ")).unwrap_or_else(|| panic!("{agreed}"));
    assert!(get(back).contains("You can close this page"));
    let status = login.wait(PATIENCE);
    assert_eq!(status.and_then(|status| status.code()), Some(0), "{}", workspace.spawned_err());
    let out: Value = serde_json::from_str(&std::fs::read_to_string(workspace.path().join("spawned.out")).unwrap()).unwrap();
    assert_eq!((out["schema"].as_str(), out["mailbox"].as_str()), (Some("crickets.login/1"), Some("mailbox.main")));
    let said = workspace.spawned_err();
    assert!(Provider::secrets().iter().all(|secret| !said.contains(secret)), "{said}");
}

#[test]
fn a_login_that_is_not_configured_says_what_to_write() {
    let workspace = Workspace::with_maildir();
    for args in [vec!["login"], vec!["login", "main"], vec!["login", "other"]] {
        let run = workspace.run(&args).expect(2);
        assert!(run.err.contains("oauth = \"gmail\"") || run.err.contains("[mailbox.NAME]"), "{}", run.err);
    }
}
