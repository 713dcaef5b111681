//! Google Voice as Takeout exports it: an HTML file for each call, each voicemail and each stretch of a conversation, of which every
//! text is a record. What a file is tell the labels' links (`#missed`), which are the same in every language, before any words;
//! times are the `title` with its offset, never the text beside it. Deleted and spam items are told like the others: they came.

use std::sync::LazyLock;

use regex::Regex;
use scraper::Html;

use super::format::{Head, Reader, Source};
use super::google_page::{self, Kind, Party, Text, caller};
use super::reading::{Place, Reading, Settings};
use super::rows::newlines;
use super::shown;
use super::{CallRecord, Direction};
use crate::collect::mail::heavy;
use crate::collect::{Channel, CollectError};

/// Longest file.
const LONGEST: u64 = 32 * 1024 * 1024;
/// Longest piece of a file that is parsed at once: a text, or a voicemail word by word.
const PIECE: usize = 1024 * 1024;
/// Most people of a conversation.
const PEOPLE: usize = 256;

/// Google Voice's part of a Takeout.
pub(super) const READER: Reader = Reader { name: "google-voice-html", recognises, read };

const SNAPSHOT: &str = "A Google Takeout does not say when it was made: it shows nothing after its newest record, and what was erased \
                        for good is not in it.";

#[expect(clippy::unwrap_used, reason = "the patterns are fixed, and tested")]
fn pattern(text: &str) -> Regex {
    Regex::new(text).unwrap()
}

/// A file that we know.
static KIND: LazyLock<Regex> = LazyLock::new(|| pattern(r#"(?i)<div[^<>]{0,200}\bclass\s*=\s*["'](?:[^"'<>]*\s)?(hChatLog|haudio)\b"#));
/// Where a text begins.
static TEXT: LazyLock<Regex> =
    LazyLock::new(|| pattern(r#"(?i)<div[^<>]{0,200}\bclass\s*=\s*["'](?:[^"'<>]*\s)?message(?:\s[^"'<>]*)?["']"#));
/// The number in a file's name.
static NAMED: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"(?:^|[/\\_])(\+?\d{5,15})[ _]-[ _](?:\p{L}+[ _]-[ _])?\d{4}-\d\d-\d\dT[^/\\]*$"));

fn recognises(head: &Head<'_>) -> bool {
    head.begins("<") && KIND.is_match(&head.text)
}

fn read(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    reading.holds(&shown::Kind::ALL);
    reading.one_of_many();
    reading.caveat(SNAPSHOT);
    let Some(bytes) = source.all(LONGEST)? else {
        return reading.bad(Place::Line(1), "", "the file is longer than 32 MB");
    };
    let content = String::from_utf8_lossy(&bytes);
    let is_call = KIND.captures(&content).and_then(|found| found.get(1)).is_some_and(|kind| kind.as_str().eq_ignore_ascii_case("haudio"));
    if is_call {
        let begins = KIND.find(&content).map_or(0, |found| found.start());
        let raw = content.get(begins..).unwrap_or_default();
        let read = parse(&content).and_then(|page| call(&page, reading.file(), reading.settings));
        let place = Place::Line(1 + newlines(content.get(..begins).unwrap_or_default().as_bytes()));
        return match read {
            Ok(call) => reading.call(place, raw, call),
            Err(problem) => reading.bad(place, raw, problem),
        };
    }
    conversation(&content, reading)
}

/// A page or a piece of one.
fn parse(html: &str) -> Result<Html, String> {
    if html.len() > PIECE || heavy(html) {
        return Err("it is too large for a call or a text".to_owned());
    }
    Ok(Html::parse_document(html))
}

/// The page of a call or voicemail.
fn call(page: &Html, file: &str, settings: &Settings) -> Result<CallRecord, String> {
    let at = google_page::moment(page)?;
    let kind = google_page::kind(page, file).ok_or("it does not say whether the call was placed, received or missed")?;
    let (channel, direction, answered) = match kind {
        Kind::Placed => (Channel::Call, Direction::Outbound, None),
        // Google Voice records calls that came in.
        Kind::Received | Kind::Recorded => (Channel::Call, Direction::Inbound, Some(true)),
        Kind::Missed => (Channel::Call, Direction::Inbound, Some(false)),
        Kind::Voicemail => (Channel::Voicemail, Direction::Inbound, Some(false)),
    };
    let Party { number, name } = google_page::caller_of(page);
    let (from, to) = sides(direction, number, settings.own.clone());
    let body = if channel == Channel::Voicemail { google_page::transcript(page) } else { None };
    let duration_s = google_page::duration(page);
    Ok(CallRecord { direction, from, to, duration_s, answered, body, name, ..CallRecord::new(channel, at.left(channel)) })
}

/// A stretch of a conversation: a record for each of its texts.
fn conversation(content: &str, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let begins: Vec<usize> = TEXT.find_iter(content).map(|found| found.start()).collect();
    let Some(first) = begins.first() else {
        reading.skip("a conversation without texts");
        return Ok(());
    };
    let head = parse(content.get(..*first).unwrap_or_default()).unwrap_or_else(|_| Html::new_document());
    let ends = begins.iter().skip(1).copied().chain([content.len()]);
    let mut texts: Vec<(usize, &str, Result<Text, String>)> = begins
        .iter()
        .zip(ends)
        .map(|(at, end)| {
            let raw = content.get(*at..end).unwrap_or_default();
            let raw = raw.split_once("<div class=\"tags\">").map_or(raw, |(text, _)| text);
            (*at, raw, parse(raw).and_then(|piece| Text::of(&piece)))
        })
        .collect();
    let said = || texts.iter().filter_map(|(_, _, text)| text.as_ref().ok());
    let own = said().find_map(|text| text.party.number.clone().filter(|_| text.mine)).or_else(|| reading.settings.own.clone());
    let named = NAMED.captures(reading.file()).and_then(|found| found.get(1)).and_then(|number| caller(number.as_str()));
    let mut people = Vec::new();
    for text in texts.iter_mut().filter_map(|(_, _, text)| text.as_mut().ok()).filter(|text| !text.mine) {
        // Now and then Takeout writes one's own number at the other's texts; the file's name has theirs.
        if text.party.number.is_some() && text.party.number == own && named.is_some() {
            text.party.number.clone_from(&named);
        }
        meet(&mut people, &text.party);
    }
    for member in google_page::members(&head) {
        meet(&mut people, &member);
    }
    let other = addressee(&people, &head, named);
    let (mut counted, mut line) = (0, 1);
    for (at, raw, text) in texts {
        line += newlines(content.get(counted..at).unwrap_or_default().as_bytes());
        counted = at;
        let call = text.map(|text| {
            let direction = if text.mine { Direction::Outbound } else { Direction::Inbound };
            let Party { number, name } = if text.mine { other.clone() } else { text.party };
            let (from, to) = sides(direction, number, own.clone());
            CallRecord { direction, from, to, body: text.body, name, ..CallRecord::new(Channel::Sms, text.at) }
        });
        match call {
            Ok(call) => reading.call(Place::Line(line), raw, call)?,
            Err(problem) => reading.bad(Place::Line(line), raw, problem)?,
        }
    }
    Ok(())
}

/// Whom one's own texts went to: the only other one; for a file without any text of theirs, whom its title or name tells of. A group
/// is nobody in particular.
fn addressee(people: &[Party], head: &Html, named: Option<String>) -> Party {
    match people {
        [one] => one.clone(),
        [] => Party { number: named, name: google_page::titled(head) },
        _ => {
            let group: Vec<&str> = people.iter().filter_map(|party| party.name.as_deref().or(party.number.as_deref())).collect();
            Party { number: None, name: Some(group.join(", ")) }
        }
    }
}

fn meet(people: &mut Vec<Party>, party: &Party) {
    let known = people.iter().any(|known| known.number == party.number);
    if !known && people.len() < PEOPLE {
        people.push(party.clone());
    }
}

fn sides(direction: Direction, other: Option<String>, own: Option<String>) -> (Option<String>, Option<String>) {
    if direction == Direction::Inbound { (other, own) } else { (own, other) }
}

#[cfg(test)]
mod tests {
    use super::super::{Row, Summary};
    use super::*;

    /// What a file of that name holds, a line a record, its problems beside them.
    fn all(name: &str, content: &str, settings: &Settings) -> (Vec<String>, Vec<String>, Summary) {
        let (mut calls, mut problems) = (Vec::new(), Vec::new());
        let mut sink = |row: Row<'_>| {
            match &row.call {
                Ok(call) => calls.push(format!("{} {}", row.place, shown(call))),
                Err(problem) => problems.push(format!("{}: {problem}", row.place)),
            }
            Ok(())
        };
        let mut reading = Reading::new(settings, &mut sink);
        reading.begin(name, READER.name);
        read(&mut Source { path: std::path::Path::new(name), reader: &mut content.as_bytes() }, &mut reading).unwrap();
        let summary = reading.summary;
        (calls, problems, summary)
    }

    fn shown(call: &CallRecord) -> String {
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let arrow = if call.direction == Direction::Inbound { "<" } else { ">" };
        let channel = super::super::stored::channel_name(call.channel);
        let told = call.answered.map_or("?", |answered| if answered { "yes" } else { "no" });
        let seconds = call.duration_s.map_or("-".to_owned(), |seconds| seconds.to_string());
        let at = call.started_at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
        format!("{channel} {arrow} {} {} {at} {seconds} {told} {} {:?}", or(&call.from), or(&call.to), or(&call.name), or(&call.body))
    }

    fn own() -> Settings {
        Settings { own: Some("+15125550142".to_owned()), ..Settings::default() }
    }

    fn call_page(said: &str, tel: &str, more: &str, labels: &str) -> String {
        let tags: String =
            labels.split_whitespace().map(|label| format!("<a rel=\"tag\" href=\"http://www.google.com/voice#{label}\">x</a>, ")).collect();
        format!(
            "<?xml version=\"1.0\" ?>\n<!DOCTYPE html><html><head><title>{said}\nAmy</title><style>.haudio {{}}</style></head>\n<body><div class=\"haudio\">\
             <span class=\"album\">Call Log for\n</span>\n<span class=\"fn\">{said}\nAmy</span><div class=\"contributor vcard\">{said}\n\
             <a class=\"tel\" href=\"tel:{tel}\"><span class=\"fn\">Amy  Ortiz</span></a></div>\n\
             <abbr class=\"published\" title=\"2018-07-23T09:23:31.000-07:00\">Jul 23, 2018, 9:23:31\u{202f}AM\nPacific Time</abbr>\n{more}\
             <div class=\"tags\">Labels:\n{tags}</div><div class=\"deletedStatusContainer\">User Deleted:\nTrue</div></div></body></html>"
        )
    }

    #[test]
    fn calls_and_voicemails_are_what_their_labels_say() {
        let word = |word: &str| {
            format!("<span class=\"word high\">{word}\n<span class=\"start-time\">0.0</span><span class=\"confidence\">0.85</span></span> ")
        };
        let spoken =
            format!("Transcript:\n<span class=\"description\"><span class=\"full-text\">Hi Dana, it&#39;s Amy.</span>{}", word("Hi"));
        let unsaid = format!(
            "Transcript: <span class=\"description\"><span class=\"full-text\">Unable to transcribe this message.</span>{}</span>",
            word("Unable")
        );
        let length = "<abbr class=\"duration\" title=\"PT16M50S\">(00:16:50)</abbr>";
        for (said, tel, more, labels, expected) in [
            (
                "Missed call from",
                "+15125550100",
                "",
                "missed inbox",
                "call < +15125550100 +15125550142 2018-07-23T16:23:31Z - no Amy Ortiz \"-\"",
            ),
            ("Verpasster Anruf von", "", "", "inbox missed", "call < - +15125550142 2018-07-23T16:23:31Z - no Amy Ortiz \"-\""),
            ("Missed call from", "174074978", "", "", "call < 174074978 +15125550142 2018-07-23T16:23:31Z - no Amy Ortiz \"-\""),
            (
                "Received call from",
                "+15125550100",
                length,
                "received",
                "call < +15125550100 +15125550142 2018-07-23T16:23:31Z 1010 yes Amy Ortiz \"-\"",
            ),
            (
                "Placed call to",
                "+15125550100",
                length,
                "placed",
                "call > +15125550142 +15125550100 2018-07-23T16:23:31Z 1010 ? Amy Ortiz \"-\"",
            ),
            (
                "Recorded call with",
                "+15125550100",
                length,
                "recorded unread",
                "call < +15125550100 +15125550142 2018-07-23T16:23:31Z 1010 yes Amy Ortiz \"-\"",
            ),
            (
                "Placed call to",
                "+15125550100",
                "",
                "voicemail",
                "voicemail < +15125550100 +15125550142 2018-07-23T16:23:31Z - no Amy Ortiz \"-\"",
            ),
            (
                "Voicemail from",
                "++15125550100",
                &spoken,
                "inbox voicemail",
                "voicemail < +15125550100 +15125550142 2018-07-23T16:23:31Z - no Amy Ortiz \"Hi Dana, it's Amy.\"",
            ),
            (
                "Voicemail from",
                "+15125550100",
                &unsaid,
                "voicemail",
                "voicemail < +15125550100 +15125550142 2018-07-23T16:23:31Z - no Amy Ortiz \"-\"",
            ),
            (
                "Voicemail from",
                "+15125550100",
                &format!("{}{}", word("Call"), word("me.")),
                "voicemail",
                "voicemail < +15125550100 +15125550142 2018-07-23T16:23:31Z - no Amy Ortiz \"Call me.\"",
            ),
        ] {
            let (calls, problems, _) = all("x.html", &call_page(said, tel, more, labels), &own());
            assert_eq!(calls, [format!("line 4 {expected}")], "{said} {labels} {problems:?}");
        }
        let (calls, _, _) = all("Amy - Missed - 2018-07-23T16_23_31Z.html", &call_page("Anruf", "1", "", "inbox"), &own());
        assert!(calls[0].contains(" - no Amy"), "{calls:?}");
        let (calls, problems, _) = all("x.html", &call_page("Anruf", "1", "", "inbox"), &own());
        assert_eq!((calls.len(), problems.len()), (0, 1));
        let (calls, problems, _) = all("x.html", &call_page("Missed call from", "1", "", "missed").replace("-07:00", ""), &own());
        assert_eq!((calls.len(), problems.len()), (0, 1), "a time without its offset is no moment");
    }

    fn text(time: &str, tel: &str, name: &str, body: &str) -> String {
        format!(
            "<div class=\"message\"><abbr class=\"dt\" title=\"{time}\">x</abbr>:\n<cite class=\"sender vcard\"><a class=\"tel\" href=\"tel:{tel}\">{name}</a></cite>:\n<q>{body}</q>\n</div> "
        )
    }

    fn chat(title: &str, participants: &str, texts: &str) -> String {
        format!(
            "<?xml version=\"1.0\" ?>\n<html><head><title>{title}</title></head><body><div class=\"hChatLog hfeed\">{participants}\n{texts}</div>\n\
             <div class=\"tags\">Labels: <a rel=\"tag\" href=\"http://www.google.com/voice#sms\">Text</a></div></body></html>"
        )
    }

    const ME: &str = "<abbr class=\"fn\" title=\"\">Moi</abbr>";
    const AMY: &str = "<span class=\"fn\">Amy Ortiz</span>";
    const NOBODY: &str = "<span class=\"fn\"></span>";

    #[test]
    fn a_file_of_texts_gives_a_record_for_each() {
        let texts = [
            text("2021-01-21T17:33:43.242-08:00", "+15125550177", ME, "Hi"),
            text("2021-01-21T17:33:44+05:30", "+15125550100", AMY, "It&#39;s 3 &lt; 4<br>OK &amp; out"),
            text("2021-01-21T17:34", "+15125550100", AMY, "bad"),
        ]
        .concat();
        let (calls, problems, summary) = all("Amy - Text - 2021-01-22T01_33_43Z.html", &chat("Me to\nAmy", "", &texts), &own());
        assert_eq!(
            calls,
            [
                "line 4 sms > +15125550177 +15125550100 2021-01-22T01:33:43.242Z - ? Amy Ortiz \"Hi\"",
                "line 7 sms < +15125550100 +15125550177 2021-01-21T12:03:44Z - ? Amy Ortiz \"It's 3 < 4\\nOK & out\"",
            ]
        );
        assert_eq!(problems.len(), 1);
        assert_eq!(summary.caveats.len(), 1);
        assert_eq!(all("x.html", &chat("Amy", "", ""), &own()).2.skipped.len(), 1);
    }

    #[test]
    fn whom_ones_own_texts_went_to() {
        let times = Regex::new("line [0-9]+ sms |2021-01-22T[0-9:]+Z - [?] ").unwrap();
        let mine = text("2021-01-21T17:33:43-08:00", "+15125550142", ME, "Hi");
        let group = "<div class=\"participants\">Group conversation with:\n<cite class=\"sender vcard\"><a class=\"tel\" href=\"tel:+15125550100\">\
            <span class=\"fn\">Amy Ortiz</span></a></cite>, <cite class=\"sender vcard\"><a class=\"tel\" href=\"tel:+15125550101\"><span class=\"fn\">+15125550101</span></a></cite></div>";
        let theirs = text("2021-01-21T17:33:44-08:00", "+15125550142", NOBODY, "Hello");
        for (name, content, expected) in [
            ("+15125550100 - Text - 2021-01-22T01_33_43Z.html", chat("Me to\n", "", &mine), &["> +15125550142 +15125550100 - \"Hi\""][..]),
            ("a.zip/Calls/72345 - Text - 2021-01-22T01_33_43Z (1).html", chat("Me to", "", &mine), &["> +15125550142 72345 - \"Hi\""]),
            ("Amy 12345 - Text - 2021-01-22T01_33_43Z.html", chat("Me to\nAmy  12345", "", &mine), &["> +15125550142 - Amy 12345 \"Hi\""]),
            (
                "Group Conversation - 2021-01-22T01_33_43Z.html",
                chat("Group Conversation", group, &mine),
                &["> +15125550142 - Amy Ortiz, +15125550101 \"Hi\""],
            ),
            (
                "+15125550100 - Text - 2021-01-22T01_33_43Z.html",
                chat("Me to", "", &format!("{mine}{theirs}")),
                &["> +15125550142 +15125550100 - \"Hi\"", "< +15125550100 +15125550142 - \"Hello\""],
            ),
            (
                "+15125550142 - Text - 2021-01-22T01_33_43Z.html",
                chat("Me to", "", &format!("{mine}{theirs}")),
                &["> +15125550142 +15125550142 - \"Hi\"", "< +15125550142 +15125550142 - \"Hello\""],
            ),
        ] {
            let (calls, _, _) = all(name, &content, &Settings::default());
            let calls: Vec<String> = calls.iter().map(|call| times.replace_all(call, "").into_owned()).collect();
            assert_eq!(calls, expected, "{name}");
        }
    }

    #[test]
    fn only_pages_of_google_voice_are_recognised() {
        for (content, expected) in [
            (call_page("Missed call from", "1", "", "missed"), true),
            ("<title>x</title><style>a</style></head>\n<body><div class='x haudio'>".to_owned(), true),
            ("\u{feff}<html><div class=\"hChatLog hfeed\">".to_owned(), true),
            ("<html><style>.haudio { } .hChatLog { }</style><div class=\"bill\">".to_owned(), false),
            ("see <div class=\"haudio\">".to_owned(), false),
        ] {
            assert_eq!(recognises(&Head::new(content.as_bytes())), expected, "{content}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120)) {
            let bytes = String::from_utf8_lossy(&bytes);
            for begins in ["<div class=\"haudio\">", "<div class=\"hChatLog\"><div class=\"message\"", ""] {
                all("x.html", &format!("{begins}{bytes}"), &own());
            }
        }
    }
}
