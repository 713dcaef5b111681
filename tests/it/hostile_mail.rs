//! Mail that was written to do harm: every one is read and judged within bounds of time and size, and without a panic. Who
//! sends it gains nothing but that his own mail is read in part.

use std::sync::LazyLock;
use std::time::{Duration, Instant};

use crickets::classify::{self, Classified, Context};
use crickets::collect::mail::{Mail, canonical, parse};

/// How long one may take on the slowest machine; what is not bounded takes minutes.
const LIMIT: Duration = Duration::from_secs(15);
/// No text of a mail is kept beyond this.
const MAX_TEXT: usize = 128 << 10;
const MB: usize = 1 << 20;

fn asked() -> Context {
    Context {
        first_name: "Dana".into(),
        last_name: "Whitfield".into(),
        builder: "Bluebonnet Homes".into(),
        community: Some("Willow Creek".into()),
        question: "Does the Magnolia at Willow Creek come with a three-car garage?".into(),
        answer: vec!["three-car".into(), "third bay".into()],
        own: vec!["shopper+k7f3@example.org".into()],
        elapsed_s: Some(600),
    }
}

/// How long this thread has worked, whatever else the machine is busy with; where no system tells, how long it has been since the start.
fn spent() -> Duration {
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").ok();
    let worked = told.and_then(|text| text.split(' ').next()?.parse().ok()).filter(|nanoseconds| *nanoseconds > 0);
    worked.map_or_else(|| START.elapsed(), Duration::from_nanos)
}

/// Reads and judges one, and checks what must hold of every one.
fn judge(what: &str, bytes: &[u8]) -> (Mail, Classified) {
    let begin = spent();
    let mail = parse(bytes);
    let parsed = spent().saturating_sub(begin);
    let judged = classify::mail(&mail, &asked());
    assert_eq!(canonical::identity(bytes).len(), 64, "{what}");
    let all = spent().saturating_sub(begin);
    eprintln!("{what}: {} kB, parsed in {parsed:.1?}, judged in {all:.1?}", bytes.len() / 1024);
    assert!(all < LIMIT, "{what}: {all:?}, of which {parsed:?} for parsing");
    assert!(mail.text.len() <= MAX_TEXT && mail.report.as_ref().is_none_or(|report| report.len() <= MAX_TEXT), "{what}: too much text");
    assert!(mail.to.len() + mail.cc.len() + mail.reply_to.len() + mail.delivered_to.len() <= 4_000, "{what}: too many addresses");
    let links: usize = mail.links.iter().map(|link| link.href.len() + link.text.len() + link.image.as_ref().map_or(0, String::len)).sum();
    assert!(mail.links.len() <= 2_500 && links <= 16 * MB, "{what}: {} links of {links} bytes", mail.links.len());
    assert!(mail.part_types.len() <= 1_000, "{what}: {} parts", mail.part_types.len());
    let headers: usize = mail.headers.iter().map(|(name, value)| name.len() + value.len()).sum();
    assert!(headers <= 4 * MB, "{what}: headers of {headers} bytes");
    let said: usize = judged.quotes.values().map(String::len).sum();
    assert!(said <= 20_000 && judged.signals.iter().all(|signal| signal.detail.len() <= 2_000), "{what}: {said} bytes of quotes");
    (mail, judged)
}

/// A mail with this body behind a plain header.
fn with(content: &str, body: &str) -> Vec<u8> {
    format!("From: Amy <amy@bluebonnet.example>\nTo: shopper+k7f3@example.org\nSubject: Hi\n{content}\n\n{body}").into_bytes()
}

#[test]
fn a_bomb_of_mime_parts() {
    let mut nested = String::new();
    for depth in 0..5_000 {
        nested.push_str(&format!("Content-Type: multipart/mixed; boundary=b{depth}\n\n--b{depth}\n"));
    }
    judge("multiparts in multiparts", &with("X: y", &nested));
    judge("multiparts from the header on", nested.as_bytes());
    let same = "Content-Type: multipart/mixed; boundary=b\n\n--b\n".repeat(50_000);
    judge("one boundary at every depth", same.as_bytes());
    judge("mails in mails", "Content-Type: message/rfc822\n\n".repeat(50_000).as_bytes());
    judge("mails in mails, just below the limit", "Content-Type: message/rfc822\n\n".repeat(990).as_bytes());
    let parts = "--b\nContent-Type: text/plain\n\npart\n".repeat(10_000);
    let (mail, _) = judge("10,000 parts", &with("Content-Type: multipart/mixed; boundary=b", &format!("{parts}--b--\n")));
    assert!(mail.text.starts_with("part"), "{:.80}", mail.text);
    let empty = "--b\n\n".repeat(200_000);
    judge("200,000 empty parts", &with("Content-Type: multipart/mixed; boundary=b", &empty));
    let html = "--b\nContent-Type: text/html\n\n<p>part</p>\n".repeat(10_000);
    judge("10,000 HTML parts", &with("Content-Type: multipart/mixed; boundary=b", &html));
    let dashes = "--".repeat(MB);
    judge("a megabyte of dashes", &with("Content-Type: multipart/mixed; boundary=\"-\"", &dashes));
    let long = "b".repeat(100_000);
    judge(
        "a boundary of 100 kB",
        &with(&format!("Content-Type: multipart/mixed; boundary={long}"), &format!("--{long}\n\nx\n").repeat(20)),
    );
}

#[test]
fn encodings_that_swell() {
    let base64 = "QUFB".repeat(19) + "\n";
    judge("10 MB of base64", &with("Content-Transfer-Encoding: base64", &base64.repeat(10 * MB / base64.len())));
    judge("5 MB of quoted-printable", &with("Content-Transfer-Encoding: quoted-printable", &"=41=\n".repeat(MB)));
    judge("quoted-printable that never ends", &with("Content-Transfer-Encoding: quoted-printable", &"=".repeat(5 * MB)));
    for charset in ["utf-7", "iso-2022-jp", "utf-16", "gb18030", "x-no-such", "", "\u{fc}\u{f1}", "utf-8; charset=utf-8"] {
        let body = "+AGEA".repeat(100_000) + "\x1b$B\x0e\x0f\u{ff}";
        judge(&format!("charset {charset:?}"), &with(&format!("Content-Type: text/plain; charset={charset}"), &body));
        judge("the same as HTML", &with(&format!("Content-Type: text/html; charset={charset}"), &body));
    }
    let words = "=?utf-8?B?QUFB?= =?utf-8?Q?=41=42?= ".repeat(30_000);
    judge("encoded words", format!("Subject: {words}\nFrom: {words} <a@b.example>\n\nHi\n").as_bytes());
    let open = "=?utf-8?Q?".repeat(100_000);
    judge("encoded words that never end", format!("Subject: {open}\nFrom: {open}\n\nHi\n").as_bytes());
    let continued: String = (0..20_000).map(|number| format!("\n name*{number}*=utf-8''%41")).collect::<Vec<_>>().join(";");
    judge("a parameter in 20,000 pieces", format!("Content-Type: text/plain;{continued}\n\nHi\n").as_bytes());
}

#[test]
fn headers_without_measure() {
    let line = format!("X-Filler: {}\n", "x".repeat(66));
    let (mail, _) = judge("1 MB of headers", format!("{}Subject: Seen\n\nHi Dana\n", line.repeat(MB / line.len())).as_bytes());
    assert_eq!((mail.subject.as_str(), mail.text.as_str()), ("Seen", "Hi Dana"));
    judge("one header of 10 MB", format!("Subject: {}\n\nHi\n", "long ".repeat(2 * MB)).as_bytes());
    judge("one header folded 500,000 times", format!("Subject: a{}\n\nHi\n", "\n b".repeat(500_000)).as_bytes());
    judge("10 MB without a line end", "a".repeat(10 * MB).as_bytes());
    judge("10 MB that might be a header", format!("a:{}", "b:".repeat(5 * MB)).as_bytes());
    let many = (0..100_000).map(|number| format!("\"Buyer {number}\" <buyer{number}@example.org>")).collect::<Vec<_>>().join(",\n ");
    let (mail, _) = judge("100,000 recipients", format!("From: amy@b.example\nTo: {many}\nCc: {many}\n\nHi\n").as_bytes());
    assert_eq!(mail.to.first().map(|to| to.address.as_str()), Some("buyer0@example.org"));
    let groups = "g: a@b.example, c@d.example; ".repeat(30_000);
    judge("recipients in groups", format!("To: {groups}\nReply-To: {groups}\n\nHi\n").as_bytes());
    for (what, piece) in
        [("angles", "<"), ("quotes", "\""), ("comments", "("), ("closed comments", "()"), ("commas", ","), ("at signs", "@")]
    {
        let value = piece.repeat(300_000);
        let text = format!(
            "From: {value}\nTo: {value}\nReceived: {value}\nMessage-ID: {value}\nReferences: {value}\nDate: {value}\nContent-Type: {value}\n\nHi\n"
        );
        judge(&format!("300,000 {what}"), text.as_bytes());
    }
    let received = "Received: from a by b for <c@d.example>; Mon, 2 Nov 2026 09:04:05 -0600\n".repeat(15_000);
    judge("15,000 hops", format!("{received}\nHi\n").as_bytes());
    let delivered: String = (0..60_000).map(|number| format!("Delivered-To: a{number}@b.example\n")).collect();
    judge("60,000 envelope recipients", format!("{delivered}\nHi\n").as_bytes());
    let references: String = (0..60_000).map(|number| format!(" <{number}@b.example>")).collect();
    judge("60,000 references", format!("References:{references}\nIn-Reply-To:{references}\n\nHi\n").as_bytes());
}

#[test]
fn bytes_that_no_mail_should_hold() {
    judge("NULs", &vec![0; 3 * MB]);
    judge("NULs in a header", format!("From: a\0b <c\0@d.example>\nSubject: {}\n\nHi\0\n", "\0".repeat(100_000)).as_bytes());
    judge("lone CRs", "Subject: a\r\rHi\rthere\r".repeat(100_000).as_bytes());
    judge("CRs and LFs as they fall", "Subject: a\r\r\n\n\rHi\n\r".repeat(100_000).as_bytes());
    judge("bytes of no charset", &(0..3 * MB).map(|at| u8::try_from(at * 7 % 251).unwrap_or_default() | 0x80).collect::<Vec<_>>());
    judge("blank lines", "\n".repeat(5 * MB).as_bytes());
    judge("blanks", " ".repeat(5 * MB).as_bytes());
    judge("zero-width marks", &with("Content-Type: text/plain; charset=utf-8", &"\u{200b}\u{feff}".repeat(300_000)));
    judge("accents without letters", &with("Content-Type: text/plain; charset=utf-8", &"\u{301}".repeat(300_000)));
}

#[test]
fn html_that_swells() {
    let html = |body: &str| with("Content-Type: text/html; charset=utf-8", body);
    for tag in ["div", "b", "table><tr><td", "blockquote", "a href=x", "font", "svg", "ul><li", "select", "template", "p"] {
        judge(&format!("100,000 nested <{tag}>"), &html(&format!("<{tag}>").repeat(100_000)));
        judge(&format!("900 nested <{tag}>, over and over"), &html(&(format!("<{tag}>").repeat(900) + "x</div>").repeat(20)));
    }
    judge("a megabyte of &lt;", &html(&"&lt;".repeat(MB / 4)));
    judge("a megabyte of &", &html(&"&".repeat(MB)));
    judge("a megabyte of <", &html(&"<".repeat(MB)));
    judge("comments that never end", &html(&"<!--".repeat(MB / 4)));
    judge("an attribute of a megabyte", &html(&format!("<p style=\"{}\">x</p>", "color:red;".repeat(MB / 10))));
    let attributes: String = (0..100_000).map(|number| format!(" a{number}=1")).collect();
    judge("100,000 attributes", &html(&format!("<p{attributes}>x</p>")));
    judge("a link of a megabyte", &html(&format!("<a href=\"https://a.example/{}\">here</a>", "x".repeat(MB))));
    judge("a bare link of a megabyte", &with("X: y", &format!("https://a.example/{}", "x".repeat(MB))));
    let links: String = (0..30_000).map(|number| format!("<a href='https://a.example/{number}'>{number}</a> ")).collect();
    judge("30,000 links", &html(&links));
    let bare: String = (0..60_000).map(|number| format!("https://a.example/{number} ")).collect();
    judge("60,000 bare links", &with("X: y", &bare));
    let images = "<a href='https://a.example'><img src='https://b.example/i.png' alt='Watch the video'>".repeat(20_000);
    judge("20,000 images in links", &html(&images));
    judge("misnested formatting", &html(&"<b><i><u></b></i></u>x".repeat(30_000)));
    judge("tables in tables", &html(&"<table><tr><td>x<table>y".repeat(900)));
    judge("foster parents", &html(&format!("<table>{}", "<b>x".repeat(50_000))));
}

#[test]
fn texts_that_make_rules_work() {
    for (what, piece, count) in [
        ("one word", "a", MB),
        ("one line of words", "Dana ", 200_000),
        ("one sentence", "the price of the home is ", 40_000),
        ("questions", "Does it have a garage? ", 40_000),
        ("greetings", "Hi Dana,\n", 100_000),
        ("closings", "Thanks,\n", 100_000),
        ("attributions", "On Monday Dana wrote\n", 50_000),
        ("attributions that wrap", "On Mon\n", 100_000),
        ("headers of Outlook", "From: Dana\nSent: x\n", 50_000),
        ("quotes", "> ", 500_000),
        ("quoted lines", "> old\n", 150_000),
        ("digits", "5125550100 ", 90_000),
        ("digits in a row", "5", MB),
        ("numbers and words", "512 bay 555 car 0100\n", 40_000),
        ("merge fields", "{{first_name}} %%NAME%% [[x]] ", 30_000),
        ("open braces", "{{", 500_000),
        ("names", "Amy Ortiz ", 90_000),
        ("capitals", "AMY ", 200_000),
        ("dots", ". ", 500_000),
        ("days", "Thursday at 4 pm or ", 50_000),
        ("links", "https://calendly.com/amy ", 40_000),
        ("addresses", "amy@b.example ", 70_000),
        ("underscores", "_", MB),
        ("lines of dashes", "--\n", 300_000),
        ("not and no", "not no never ", 70_000),
    ] {
        judge(what, &with("Content-Type: text/plain; charset=utf-8", &piece.repeat(count)));
    }
}
