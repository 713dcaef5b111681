//! Backups of Android phones as XML: SMS Backup & Restore (`smses`, `calls`), and Super Backup (`allsms`, `alllogs`). Times are
//! `date`, milliseconds since 1970 in UTC; the readable ones are never believed, nor is `count`. A backup leaves out the phone's own
//! number. What parsed before a file was cut off is kept.

use super::beside::{DRAFT, UNSENDABLE, WAITING};
use super::format::{Head, Reader, Source};
use super::mms::Mms;
use super::reading::{Place, Read, Reading, Settings};
use super::shown::Kind;
use super::tags::{Next, Tag, Tags};
use super::{CallRecord, Direction, Stamp, when};
use crate::collect::{Channel, CollectError};
use crate::number;

/// SMS Backup & Restore.
pub(super) const READER: Reader = Reader { name: "android-xml", recognises: |head| is_one_of(head, &["smses", "calls"]), read };
/// Super Backup.
pub(super) const SUPER_BACKUP: Reader =
    Reader { name: "super-backup-xml", recognises: |head| is_one_of(head, &["allsms", "alllogs"]), read };

/// The elements of a file, by which a quotation mark that is never closed is noticed.
const ELEMENTS: [&str; 12] = ["smses", "calls", "allsms", "alllogs", "sms", "mms", "call", "log", "part", "parts", "addr", "addrs"];
const ROOTS: [&str; 4] = ["smses", "calls", "allsms", "alllogs"];
const ROWS: [&str; 4] = ["sms", "mms", "call", "log"];

const NO_RCS: &str = "A backup of an Android phone may lack RCS chats: a text that is missing in it may still have come.";
const ANSWERED_AT: &str = "Some Android phones write the moment at which a call was answered, not when it began to ring.";

/// Whether the file's first element is one of these, and holds what we know or nothing.
fn is_one_of(head: &Head<'_>, roots: &[&str]) -> bool {
    if !head.begins("<") {
        return false;
    }
    let mut tags = Tags::new(head.text.as_bytes(), &ELEMENTS, keeps);
    if !matches!(tags.advance(), Ok(Next::Start(_))) || !roots.contains(&tags.tag().name.as_str()) {
        return false;
    }
    let counted = tags.tag().has(&["count"]);
    match tags.advance() {
        Ok(Next::Start(_) | Next::Broken(_)) => ROWS.contains(&tags.tag().name.as_str()),
        _ => counted,
    }
}

/// A picture is none of our business; a text that was kept as a file is.
fn keeps(tag: &Tag, name: &str) -> bool {
    name != "data" || tag.get("ct").is_some_and(|kind| kind.starts_with("text/plain"))
}

fn read(source: &mut Source<'_>, reading: &mut Reading<'_>) -> Result<(), CollectError> {
    let path = source.path.to_owned();
    let failed = |source| CollectError::Read { path: path.clone(), source };
    let mut tags = Tags::new(&mut source.reader, &ELEMENTS, keeps);
    let (mut root, mut closed, mut open) = (String::new(), false, None::<(u64, Mms)>);
    loop {
        let next = tags.advance().map_err(failed)?;
        if matches!(next, Next::Start(_))
            && ROWS.contains(&tags.tag().name.as_str())
            && let Some((begins, _)) = open.take()
        {
            tags.let_go();
            reading.bad(Place::Byte(begins), "", "this <mms> is never closed")?;
        }
        let (tag, place) = (tags.tag(), Place::Byte(tags.begins()));
        match (next, tag.name.as_str()) {
            (Next::Nothing, _) => break,
            (Next::Broken(why), "part" | "parts" | "addr" | "addrs") if open.is_some() => {
                if let Some((_, mms)) = &mut open {
                    mms.breaks(why);
                }
            }
            (Next::Broken(why), name) => {
                let problem = format!("<{name}> cannot be read: {why}");
                reading.bad(place, &tags.raw(), problem)?;
            }
            (Next::End, "mms") => {
                if let Some((begins, mms)) = open.take() {
                    reading.take(Place::Byte(begins), &tags.raw(), mms.finish())?;
                }
                tags.let_go();
            }
            (Next::End, name) => closed |= name == root,
            (Next::Start(_), name) if ROOTS.contains(&name) => {
                name.clone_into(&mut root);
                if let Some(at) = tag.get("backup_date").and_then(|date| moment(&date)) {
                    reading.exported(at.at);
                }
                let kind = if name.ends_with("sms") || name == "smses" { Kind::Texts } else { Kind::Calls };
                reading.holds(&[kind]);
                reading.caveat(if kind == Kind::Texts { NO_RCS } else { ANSWERED_AT });
            }
            (Next::Start(_), "part") => open.iter_mut().for_each(|(_, mms)| mms.part(tag)),
            (Next::Start(_), "addr") => open.iter_mut().for_each(|(_, mms)| mms.address(tag)),
            (Next::Start(empty), name) if ROWS.contains(&name) => {
                let read = match name {
                    "sms" => sms(tag, reading.settings),
                    "mms" if !empty => {
                        open = Some((tags.begins(), Mms::new(tag, reading.settings)));
                        tags.hold();
                        continue;
                    }
                    "mms" => Mms::new(tag, reading.settings).finish(),
                    _ => call(tag, reading.settings),
                };
                reading.take(place, &tags.raw(), read)?;
            }
            _ => {}
        }
    }
    if let Some((begins, _)) = open {
        reading.bad(Place::Byte(begins), &tags.raw(), "the file ends within this <mms>: it was cut off")?;
    } else if !closed && !root.is_empty() {
        reading.bad(Place::Byte(tags.at()), "", format!("the file ends before </{root}>: it was cut off, and what followed is missing"))?;
    }
    Ok(())
}

/// A text message.
fn sms(tag: &Tag, settings: &Settings) -> Result<Read, String> {
    let at = date(tag)?;
    let direction = match kind(tag)? {
        1 => Direction::Inbound,
        2 => Direction::Outbound,
        3 => return Ok(Read::Skip(DRAFT)),
        4 | 6 => return Ok(Read::Skip(WAITING)),
        5 => return Ok(Read::Skip(UNSENDABLE)),
        other => return Err(format!("type is {other}, and a text's is 1 to 6")),
    };
    let call = CallRecord { body: tag.get("body").or_else(|| tag.get("subject")), ..CallRecord::new(Channel::Sms, at) };
    Ok(Read::call(parties(call, direction, party(tag, "address"), own(tag, settings), tag)))
}

/// A call or voicemail.
fn call(tag: &Tag, settings: &Settings) -> Result<Read, String> {
    let at = date(tag)?;
    let duration = tag.get("duration").or_else(|| tag.get("dur")).and_then(|text| when::duration(&text));
    let (channel, direction, answered) = match kind(tag)? {
        // 7 was answered on another device.
        1 | 7 => (Channel::Call, Direction::Inbound, Some(true)),
        2 => (Channel::Call, Direction::Outbound, duration.filter(|seconds| *seconds > 0).map(|_| true)),
        // Missed, rejected, and refused for the caller is blocked: it rang, or would have.
        3 | 5 | 6 => (Channel::Call, Direction::Inbound, Some(false)),
        4 => (Channel::Voicemail, Direction::Inbound, Some(false)),
        other => return Err(format!("type is {other}, and a call's is 1 to 7")),
    };
    let call = CallRecord { duration_s: duration, answered, ..CallRecord::new(channel, at.left(channel)) };
    Ok(Read::call(parties(call, direction, party(tag, "number"), own(tag, settings), tag)))
}

/// A record with who was on which side, and the name in the address book.
pub(super) fn parties(call: CallRecord, direction: Direction, other: Option<String>, own: Option<String>, tag: &Tag) -> CallRecord {
    let (from, to) = if direction == Direction::Inbound { (other, own) } else { (own, other) };
    let name = tag.get("contact_name").or_else(|| tag.get("name")).filter(|name| name != "(Unknown)");
    CallRecord { direction, from, to, name, ..call }
}

fn party(tag: &Tag, attribute: &str) -> Option<String> {
    number::normalise(&tag.get(attribute).unwrap_or_default(), number::REGION).into_text()
}

/// The own number behind the SIM that a row names.
pub(super) fn own(tag: &Tag, settings: &Settings) -> Option<String> {
    let sim = tag.get("subscription_id").or_else(|| tag.get("sub_id"));
    sim.and_then(|sim| settings.sims.get(&sim)).or(settings.own.as_ref()).cloned()
}

/// A row's `date`.
pub(super) fn date(tag: &Tag) -> Result<Stamp, String> {
    let text = tag.get("date").ok_or("it has no date")?;
    moment(&text).ok_or_else(|| format!("date is {text:?}, and must be milliseconds since 1970"))
}

/// Milliseconds since 1970; seconds, where milliseconds would lie in that very year.
fn moment(text: &str) -> Option<Stamp> {
    let number = text.trim().parse::<i64>().ok()?;
    when::epoch_ms(number).or_else(|| when::epoch_s(number))
}

fn kind(tag: &Tag) -> Result<i32, String> {
    let text = tag.get("type").ok_or("it has no type")?;
    text.trim().parse().map_err(|_| format!("type is {text:?}, and must be a number"))
}

#[cfg(test)]
mod tests {
    use super::super::{Row, Summary};
    use super::*;

    /// The records of a backup, a line each, its problems beside them.
    fn all(content: &str, settings: &Settings) -> (Vec<String>, Vec<String>, Summary) {
        let (mut calls, mut problems) = (Vec::new(), Vec::new());
        let mut sink = |row: Row<'_>| {
            match &row.call {
                Ok(call) => calls.push(shown(call)),
                Err(problem) => problems.push(format!("{}: {problem}", row.place)),
            }
            Ok(())
        };
        let mut reading = Reading::new(settings, &mut sink);
        let path = std::path::Path::new("backup.xml");
        read(&mut Source { path, reader: &mut content.as_bytes() }, &mut reading).unwrap();
        let summary = reading.finish();
        (calls, problems, summary)
    }

    fn shown(call: &CallRecord) -> String {
        let or = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let arrow = if call.direction == Direction::Inbound { "<" } else { ">" };
        let channel = super::super::stored::channel_name(call.channel);
        let told = call.answered.map_or("?", |answered| if answered { "yes" } else { "no" });
        let seconds = call.duration_s.map_or("-".to_owned(), |seconds| seconds.to_string());
        let at = call.started_at.timestamp_millis();
        format!(
            "{channel} {arrow} {} {} {at} {seconds} {told} {} {} {}",
            or(&call.from),
            or(&call.to),
            or(&call.name),
            or(&call.id),
            or(&call.body)
        )
    }

    fn own() -> Settings {
        let sims = [("2".to_owned(), "+15125550143".to_owned())];
        Settings { own: Some("+15125550142".to_owned()), sims: sims.into(), ..Settings::default() }
    }

    #[test]
    fn calls_of_every_type() {
        let call = |number: &str, kind: &str, duration: &str| {
            format!(
                "<call number=\"{number}\" duration=\"{duration}\" date=\"1521654952742\" type=\"{kind}\" contact_name=\"(Unknown)\"/>\n"
            )
        };
        for (row, expected) in [
            (call("5125550100", "1", "31"), "call < +15125550100 +15125550142 1521654952742 31 yes - - -"),
            (call("5125550100", "2", "31"), "call > +15125550142 +15125550100 1521654952742 31 yes - - -"),
            (call("5125550100", "2", "0"), "call > +15125550142 +15125550100 1521654952742 0 ? - - -"),
            (call("-1", "3", "0"), "call < - +15125550142 1521654952742 0 no - - -"),
            (call("-2", "5", ""), "call < - +15125550142 1521654952742 - no - - -"),
            (call("", "6", "0"), "call < - +15125550142 1521654952742 0 no - - -"),
            (call("+1 512-555-0100", "4", "12"), "voicemail < +15125550100 +15125550142 1521654952742 12 no - - -"),
            (call("-3", "7", "12"), "call < - +15125550142 1521654952742 12 yes - - -"),
            (
                "<call number='5125550100' type='3' date='1521654952742' subscription_id='2' contact_name='Amy &amp; Co'/>".to_owned(),
                "call < +15125550100 +15125550143 1521654952742 - no Amy & Co - -",
            ),
            (
                "<call number='5125550100' type='3' date='1521654952'/>".to_owned(),
                "call < +15125550100 +15125550142 1521654952000 - no - - -",
            ),
        ] {
            let (calls, problems, summary) = all(&format!("<?xml version='1.0'?>\n<calls count=\"7\">\n{row}</calls>"), &own());
            assert_eq!((calls.join("|").as_str(), problems.len()), (expected, 0), "{row}");
            assert!(summary.caveats.contains(ANSWERED_AT));
        }
    }

    #[test]
    fn texts_of_every_type() {
        let sms = |kind: u8| {
            format!(
                "<sms address=\"72345\" date=\"1336729664538\" type=\"{kind}\" subject=\"null\" body=\"Hi&#10;&#55357;&#56396;\" sub_id=\"-1\" contact_name=\"null\"/>"
            )
        };
        let content: String = (1..=6).map(sms).collect();
        let (calls, problems, summary) = all(&format!("<smses count=\"0\" backup_date=\"1721556032311\">{content}</smses>"), &own());
        assert_eq!(
            calls,
            [
                "sms < 72345 +15125550142 1336729664538 - ? - - Hi\n\u{1f44c}",
                "sms > +15125550142 72345 1336729664538 - ? - - Hi\n\u{1f44c}"
            ]
        );
        assert_eq!(problems, [""; 0]);
        assert_eq!(summary.skipped.values().sum::<u64>(), 4);
        assert_eq!(summary.shown.until(Kind::Texts), when::epoch_ms(1_721_556_032_311).map(|stamp| stamp.at));
        assert!(summary.caveats.contains(NO_RCS));
    }

    #[test]
    fn messages_of_several_parts() {
        let mms = |attributes: &str, parts: &str, addrs: &str| {
            format!("<smses><mms date='1412109700000' {attributes}><parts>{parts}</parts><addrs>{addrs}</addrs></mms></smses>")
        };
        let text = "<part ct='application/smil' text='&lt;smil>'/><part ct='text/plain' text='One'/><part ct='image/png' text='null' data='AAAA'/>\
            <part ct='text/plain' text='null' data='VHdv'/>";
        let group =
            "<addr address='+15125550100' type='137'/><addr address='+15125550101' type='151'/><addr address='+15125550142' type='151'/>";
        for (content, expected) in [
            (
                mms("msg_box='1' address='+15125550100~+15125550101' m_id='x1'", text, group),
                "sms < +15125550100 +15125550142 1412109700000 - ? - x1 One\nTwo",
            ),
            (
                mms("msg_box='1' address='+15125550100~+15125550101'", text, ""),
                "sms < +15125550100~+15125550101 +15125550142 1412109700000 - ? - - One\nTwo",
            ),
            (mms("msg_box='1' address='+15125550100' sub='Homes'", "", ""), "sms < +15125550100 +15125550142 1412109700000 - ? - - Homes"),
            (
                mms(
                    "msg_box='2' address='+15125550100'",
                    text,
                    "<addr address='insert-address-token' type='137'/><addr address='5125550100' type='151'/>",
                ),
                "sms > +15125550142 +15125550100 1412109700000 - ? - - One\nTwo",
            ),
            (
                mms("msg_box='2' address='+15125550100~+15125550101' contact_name='Amy, Bob'", text, ""),
                "sms > +15125550142 - 1412109700000 - ? Amy, Bob - One\nTwo",
            ),
            (mms("m_type='132' address='-1'", text, ""), "sms < - +15125550142 1412109700000 - ? - - One\nTwo"),
            (mms("msg_box='3'", text, ""), ""),
            (mms("msg_box='1' m_type='134'", text, ""), ""),
        ] {
            let (calls, problems, _) = all(&content, &own());
            assert_eq!((calls.join("|").as_str(), problems), (expected, Vec::new()), "{content}");
        }
        let (calls, problems, _) = all(
            &mms("msg_box='1' address='+15125550100'", "<part ct='text/plain' text='One' <part ct='text/plain' text='Two'/>", ""),
            &own(),
        );
        assert_eq!((calls.len(), problems.len()), (0, 1), "a text that is half there is not told as whole: {problems:?}");
    }

    #[test]
    fn what_parsed_is_kept_and_the_rest_told_of() {
        let good = "<sms address='72345' date='1336729664538' type='1' body='x'/>";
        for (content, places) in [
            (format!("<smses>{good}"), &["byte 68"][..]),
            (format!("<smses>{good}<sms address='1' bo"), &["byte 68", "byte 87"]),
            (format!("<smses>{good}<sms address='1' body='cut"), &["byte 68", "byte 94"]),
            (format!("<smses>{good}<mms date='1412109700000' msg_box='1'><parts>"), &["byte 68"]),
            (format!("<smses><sms/>{good}</smses>"), &["byte 7"]),
            (format!("<smses><sms date='today' type='1'/>{good}</smses>"), &["byte 7"]),
            (format!("<smses><sms date='1336729664538' type='9'/>{good}</smses>"), &["byte 7"]),
            (format!("<smses><sms date='1336729664538'/>{good}</smses>"), &["byte 7"]),
            (format!("<smses><mms date='1336729664538' msg_box='1'>{good}</smses>"), &["byte 7"]),
            (format!("<smses><sms date='1336729664538' body='x\n{good}</smses>"), &["byte 7"]),
        ] {
            let (calls, problems, _) = all(&content, &own());
            assert_eq!(calls, ["sms < 72345 +15125550142 1336729664538 - ? - - x"], "{content}");
            let found: Vec<&str> = problems.iter().filter_map(|problem| problem.split_once(':').map(|(place, _)| place)).collect();
            assert_eq!(found, places, "{content}: {problems:?}");
        }
    }

    #[test]
    fn backups_are_told_apart_by_their_first_element() {
        for (content, expected) in [
            ("<?xml version='1.0'?>\n<?xml-stylesheet href='x'?><!-- a --><smses count='0'></smses>", "android-xml"),
            ("\u{feff}<calls><call number='1'/></calls>", "android-xml"),
            ("<smses count='1'>\n<sms", "android-xml"),
            ("<alllogs count='2'><log number='1'/></alllogs>", "super-backup-xml"),
            ("<allsms count='2'>\n\t<sms address='1'/></allsms>", "super-backup-xml"),
            ("<calls><ring/></calls>", ""),
            ("<html><smses count='1'></html>", ""),
            ("smses", ""),
            ("", ""),
        ] {
            let head = Head::new(content.as_bytes());
            let found = [READER, SUPER_BACKUP].into_iter().find(|reader| (reader.recognises)(&head));
            assert_eq!(found.map_or("", |reader| reader.name), expected, "{content}");
        }
        let log = "<alllogs count='1'><log number='+49123456789' time='17.09.2018 21:58:22' date='1537214302606' type='1' name='Tom' new='1' dur='264'/></alllogs>";
        assert_eq!(all(log, &Settings::default()).0, ["call < +49123456789 - 1537214302606 264 yes Tom - -"]);
    }

    proptest::proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..120)) {
            for begins in ["<smses><sms date='1336729664538' type='1' ", "<smses><mms date='1336729664538' msg_box='1'><part ", "<calls>"] {
                all(&format!("{begins}{}", String::from_utf8_lossy(&bytes)), &own());
            }
        }
    }
}
