//! What `crickets.toml` may say, and how a mistake in it is told.

use super::*;
use crate::config::without_password;

const GOOD: &str = r#"
[workspace]
name = "Acme Coaching"
[persona.dana]
first = "Dana"
last = "Whitfield"
phone = "+15125550142"
zip = "78701"
[mailbox.main]
url = "imaps://shopper%40example.org@mail.example.org"
password = { env = "SHOPPER_PASSWORD" }
address = "shopper@example.org"
[phone.main]
number = "+15125550142"
files = ["logs/*.csv"]
timezone = "America/Chicago"
sims = { 1 = "(512) 555-0143" }
twilio = { account = "AC00000000000000000000000000000001", token = { env = "TWILIO_TOKEN" } }
webhooks = { quo = { env = "QUO_KEY" } }
[rehearsal]
hosts = { "bluebonnet.example" = "127.0.0.1:8080" }
"#;

fn parse(text: &str) -> Result<Config, DocumentError> {
    let path = Path::new("/w/crickets.toml");
    Check { path, text, root: Path::new("/w") }.config(document::parse(path, text)?, None)
}

#[test]
fn a_good_file_is_read() {
    let config = parse(&GOOD.replace("[rehearsal]", "[brand]\nlogo = \"logo.svg\"\naccent = \"#0e6655\"\n[rehearsal]")).unwrap();
    assert_eq!(config.brand.logo.as_deref(), Some(Path::new("/w/logo.svg")));
    assert_eq!(config.brand.accent.map(|accent| accent.light.0.to_string()).as_deref(), Some("#0e6655"));
    let mailbox = &config.mailboxes["main"];
    assert_eq!(mailbox.url, MailboxUrl::Imap { tls: true, user: "shopper@example.org".into(), host: "mail.example.org".into(), port: 993 });
    assert_eq!(mailbox.home(), "mail.example.org");
    assert_eq!(config.store.url, "sqlite:/w/.crickets/crickets.db");
    assert_eq!((config.wave.min_days_between, config.wave.window_days, config.report.rank_from), (25, 30, 3));
    assert_eq!(parse(&format!("{GOOD}[report]\nrank_from = 5\n")).unwrap().report.rank_from, 5);
    let phone = &config.phones["main"];
    let twilio = phone.twilio.as_ref().unwrap();
    assert_eq!((twilio.url.as_str(), twilio.number.as_str(), twilio.poll.as_secs()), ("https://api.twilio.com/", "+15125550142", 60));
    assert_eq!(phone.sims["1"], "+15125550143");
    let token = Secret::Env("TWILIO_TOKEN".into());
    assert_eq!(phone.webhooks.get("twilio"), Some(&token), "one token is both login and signature");
    assert_eq!(phone.webhooks.keys().collect::<Vec<_>>(), ["quo", "twilio"]);
}

#[test]
fn every_mistake_is_underlined_at_its_place() {
    for (from, to, place, words) in [
        ("[mailbox.main]", "[mailbx.main]", (9, 2), "unknown field"),
        ("imaps://shopper%40example.org@", "imaps://user:pass@", (10, 7), "password does not belong"),
        ("{ env = \"SHOPPER_PASSWORD\" }", "{ }", (11, 12), "name one place"),
        ("[phone.main]", "max_message_mb = 51\n[phone.main]", (13, 18), "1 to 50 MB"),
        ("{ env = \"SHOPPER_PASSWORD\" }", "{ oauth = \"yahoo\" }", (11, 12), "no provider that is known"),
        ("{ env = \"SHOPPER_PASSWORD\" }", "{ oauth = \"gmail\" }", (11, 12), "needs an application"),
        ("{ env = \"SHOPPER_PASSWORD\" }", "{ env = \"A\" }\noauth = { client = \"c\" }", (12, 9), "does not log in by OAuth"),
        ("{ env = \"SHOPPER_PASSWORD\" }", "{ oauth = \"outlook\" }\noauth.client = \"c\"\noauth.tenant = \"a/b\"", (13, 16), "no tenant"),
        ("\"shopper@example.org\"", "\"shopper\"", (12, 11), "no mail address"),
        ("number = \"+15125550142\"", "number = \"5550142\"", (14, 10), "no phone number"),
        ("127.0.0.1:8080", "10.0.0.1:8080", (21, 34), "loopback only"),
        ("(512) 555-0143", "555", (17, 14), "no phone number"),
        ("\"AC0", "\"XX0", (18, 22), "no account of Twilio"),
        ("{ env = \"TWILIO_TOKEN\" }", "{ env = \"A\" }, url = \"http://api.example\"", (18, 89), "only this machine"),
        ("{ env = \"TWILIO_TOKEN\" }", "{ env = \"A\" }, poll_s = 1", (18, 92), "at least 10"),
        ("quo = {", "qo = {", (19, 14), "unknown field"),
        ("{ env = \"SHOPPER_PASSWORD\" }", "\"hush\"", (11, 12), "a text stands where the place of the password"),
        ("[workspace]", "smtp.url = \"smtps://me:hush@example.org\"\n[workspace]", (2, 12), "password does not belong"),
        ("[workspace]", "browser.webdriver = \"grid:4444/x y\"\n[workspace]", (2, 21), "no WebDriver server"),
        ("[workspace]", "report.rank_from = 0\n[workspace]", (2, 20), "from 1 to 1000"),
        ("[workspace]", "store.url = \"mysql://localhost/a\"\n[workspace]", (2, 13), "no store"),
        ("[workspace]", "brand.acent = \"#0e6655\"\n[workspace]", (2, 7), "unknown field"),
        ("[workspace]", "brand.accent = \"teal\"\n[workspace]", (2, 16), "no colour"),
        ("[workspace]", "brand.accent = \"#ffcc00\"\n[workspace]", (2, 16), "1.3 to 1, and text needs 4.5 to 1"),
        ("[workspace]", "brand.accent_dark = \"#0e6655\"\n[workspace]", (2, 21), "does not read on a dark page"),
        ("[workspace]", "brand.accent_dark = \"#5cc8ac\"\n[workspace]", (2, 21), "half an accent"),
        ("[workspace]", "brand.logo = \"logo.gif\"\n[workspace]", (2, 14), "PNG, JPEG or SVG"),
        ("[workspace]", "brand.name = \" \"\n[workspace]", (2, 14), "name is empty"),
        ("first = \"Dana\"", "first = \" \"", (5, 9), "a first and a last name"),
    ] {
        let error = parse(&GOOD.replace(from, to)).unwrap_err();
        let DocumentError::Content { line, column, message, .. } = &error else { panic!("{error}") };
        assert_eq!((*line, *column), place, "{to}: {message}");
        assert!(message.contains(words), "{to}: {message}");
    }
}

#[test]
fn a_store_password_is_never_shown() {
    let store = Store { url: "postgres://me:hush@localhost/crickets".into() };
    assert!(!format!("{store:?}").contains("hush"));
    for (url, want) in [
        ("sqlite:/a/b.db", "sqlite:/a/b.db"),
        ("postgres://me@localhost/a", "postgres://me@localhost/a"),
        ("postgres://me:hush@localhost/a?sslmode=require", "postgres://me:***@localhost/a?sslmode=require"),
        ("postgres://me:h%zz@ush@[bad/a", "postgres://me:***@[bad/a"),
        ("postgres://localhost/a?user=me&password=hush", "postgres://localhost/a?user=me&password=***"),
    ] {
        assert_eq!(without_password(url), want);
    }
}
