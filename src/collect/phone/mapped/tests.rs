//! Tables as phones, companies and people write them: what is read, what is asked, and what is none.

use super::super::format::{READERS, looks_like};
use super::super::map::Map;
use super::super::wall::Order;
use super::super::{Direction, Row, Settings, Summary};
use super::*;
use crate::collect::Channel;

/// What a file's rows are, in short, or what is asked.
fn read(text: &[u8], settings: &Settings) -> (Vec<String>, Result<Summary, CollectError>) {
    let mut seen = Vec::new();
    let result = {
        let mut sink = |row: Row<'_>| {
            seen.push(match &row.call {
                Ok(call) => {
                    let stamp = |at: chrono::DateTime<chrono::Utc>| at.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true);
                    let latest = call.started_at_latest.map_or(String::new(), |latest| format!("..{}", stamp(latest)));
                    let side = |side: &Option<String>| side.clone().unwrap_or("-".to_owned());
                    let way = if call.direction == Direction::Inbound { ">" } else { "<" };
                    let kind = match call.channel {
                        Channel::Voicemail => "vm ",
                        Channel::Sms => "sms ",
                        _ => "",
                    };
                    let answered = call.answered.map_or("", |answered| if answered { " yes" } else { " no" });
                    let length = call.duration_s.map_or(String::new(), |s| format!(" {s}s"));
                    format!("{kind}{}{latest} {way} {} {}{length}{answered}", stamp(call.started_at), side(&call.from), side(&call.to))
                }
                Err(problem) => format!("! {problem}"),
            });
            Ok(())
        };
        let mut reading = Reading::new(settings, &mut sink);
        let head = Head::new(text);
        let reader = READERS.iter().find(|reader| (reader.recognises)(&head));
        match reader {
            None => Err(CollectError::UnknownLog { file: "x".to_owned(), looks: looks_like(&head) }),
            Some(reader) => {
                reading.begin("log.csv", reader.name);
                let ended = (reader.read)(&mut Source { path: "log.csv".as_ref(), reader: &mut &*text }, &mut reading);
                ended.map(|()| reading.summary)
            }
        }
    };
    (seen, result)
}

fn settings() -> Settings {
    Settings { own: Some("+15125550142".to_owned()), zone: Some(chrono_tz::America::Chicago), ..Settings::default() }
}

fn yes() -> Settings {
    let mut settings = settings();
    settings.answers.yes = true;
    settings
}

/// What is asked about a file, by kind.
fn asked(text: &str, settings: &Settings) -> Vec<&'static str> {
    match read(text.as_bytes(), settings).1 {
        Err(CollectError::Unmapped(question)) => question.ambiguities.iter().map(|open| open.kind).collect(),
        other => panic!("{text}: {other:?}"),
    }
}

fn rows(text: &str, settings: &Settings) -> Vec<String> {
    let (seen, result) = read(text.as_bytes(), settings);
    assert!(result.is_ok(), "{text}: {result:?}");
    seen
}

const IMAZING_2: &str =
    "Incoming,02/06/17 09:45,00:01:43,+15125550111,Bob Smith\nOutgoing,02/06/17 10:42,00:02:10,+15125550111,Bob Smith\n";

#[test]
fn day_or_month_is_asked_and_settled() {
    assert_eq!(asked(IMAZING_2, &settings()), ["date_order"]);
    assert_eq!(asked(IMAZING_2, &yes()), ["date_order"], "yes is no answer to it");
    let mut settled = settings();
    settled.answers.order = Some(Order::DayFirst);
    assert_eq!(
        rows(IMAZING_2, &settled),
        [
            "2017-06-02T14:45:00Z..2017-06-02T14:45:59Z > +15125550111 +15125550142 103s",
            "2017-06-02T15:42:00Z..2017-06-02T15:42:59Z < +15125550142 +15125550111 130s",
        ]
    );
    let decided = format!("{IMAZING_2}Missed,25/06/17 10:00,00:00:05,+15125550112,\n");
    assert_eq!(rows(&decided, &settings())[2], "2017-06-25T15:00:00Z..2017-06-25T15:00:59Z > +15125550112 +15125550142 5s no");
    let mut zoneless = settled.clone();
    zoneless.zone = None;
    assert_eq!(asked(IMAZING_2, &zoneless), ["timezone"]);
}

#[test]
fn known_exports_are_read_without_asking() {
    let imazing = "\u{feff}Call type,Date,Duration,Number,Contact,Location,Service\r\n\
        Missed,2026-03-15 14:30:00,00:00:05,(512) 555-0111,Amy,Austin,Phone: +15125550111\r\n\
        Incoming,2026-03-15 14:31:00,00:01:05,3f2504e0-4f89-11d3-9a0c-0305e82c3301,Amy,,Teams Audio\r\n\
        Incoming,2026-03-15 14:32:00,00:01:05,+15125550111,Amy,,FaceTime\r\n";
    assert_eq!(rows(imazing, &settings()), ["2026-03-15T19:30:00Z > +15125550111 +15125550142 5s no"]);
    let messages = "Chat Session;Message Date;Delivered Date;Read Date;Service;Type;Sender ID;Sender Name;Status;Replying to;Subject;Text;Attachment;Attachment type\n\
        Amy;2026-03-15 14:30:00;;;SMS;Incoming;+15125550111;Amy;Read;;;\"Hi; yes\";;\n\
        Amy;2026-03-15T14:31:00.000Z;;;iMessage;Outgoing;;;Read;;;Thanks;;\n\
        Amy;2026-03-15 14:32:00;;;SMS;Notification;;;;;;x;;\n";
    assert_eq!(
        rows(messages, &settings()),
        ["sms 2026-03-15T19:30:00Z > +15125550111 +15125550142", "sms 2026-03-15T14:31:00Z < +15125550142 -"]
    );
    let iexplorer = "\"Contact\",\"Number\",\"Date\",\"Duration\",\"Call Type\",\"Unformatted Number\",\"Number Geo Description\"\n\
        \"Bob\",\"+15125550111\",\"2017-06-02 09:45:48\",\"1:43\",\"Incoming\",\"5125550111\",\"Austin\"\n";
    assert_eq!(rows(iexplorer, &settings()), ["2017-06-02T14:45:48Z > +15125550111 +15125550142 103s"]);
    let aircall = "line,datetime (tz offset incl.),number timezone,datetime (utc),country_code,direction,from,to,answered,duration (total)\n\
        Sales,2025-12-04 18:57:14,Australia/Melbourne,2025-12-04 07:57:14.083,AU,inbound,61413097129,15125550142,No,217\n";
    assert_eq!(rows(aircall, &settings()), ["2025-12-04T07:57:14.083Z > +61413097129 +15125550142 217s no"]);
    let twilio = "From,To,Body,Status,SentDate,ApiVersion,NumSegments,ErrorCode,AccountSid,Sid,Direction,Price,PriceUnit\n\
        +15125550111,+15125550142,Hello,received,2026-11-03T15:00:00Z,2010,1,,AC1,SM1,inbound,,USD\n";
    assert_eq!(rows(twilio, &settings()), ["sms 2026-11-03T15:00:00Z > +15125550111 +15125550142"]);
}

#[test]
fn call_detail_records_are_told_apart_by_their_times() {
    let csv = "\"\",\"5125550111\",\"100\",\"from-trunk\",\"\"\"Amy\"\" <5125550111>\",\"SIP/t-1\",\"SIP/100-2\",\"Dial\",\"SIP/100\",\"2026-11-03 09:00:00\",\"2026-11-03 09:00:05\",\"2026-11-03 09:01:00\",60,55,\"ANSWERED\",\"DOCUMENTATION\",\"1793.1\",\"\"\n";
    assert_eq!(rows(csv, &settings()), ["2026-11-03T15:00:00Z > +15125550111 +15125550142 55s yes"]);
    let custom = "\"\"\"Amy\"\" <5125550111>\",\"5125550111\",\"100\",\"from-trunk\",\"SIP/t-1\",\"\",\"VoiceMail\",\"100\",\"2026-11-03 09:00:00\",\"2026-11-03 09:00:05\",\"2026-11-03 09:01:00\",\"60\",\"55\",\"ANSWERED\",\"3\",\"\",\"1793.1\",\"\",\"7\"\n";
    assert_eq!(rows(custom, &settings()), ["2026-11-03T15:00:00Z > +15125550111 +15125550142 55s no"]);
    let freepbx = "calldate,clid,src,dst,dcontext,channel,dstchannel,lastapp,lastdata,duration,billsec,disposition,amaflags,accountcode,uniqueid,userfield,did\n\
        2026-11-03 09:00:00,x,5125550111,600,ext,a,,Queue,,60,55,ANSWERED,3,,1793.1,,5125550142\n\
        2026-11-03 09:00:00,x,101,102,ext,a,,Dial,,60,0,NO ANSWER,3,,1793.2,,\n";
    assert_eq!(rows(freepbx, &settings()), ["2026-11-03T15:00:00Z > +15125550111 +15125550142 55s"]);
}

#[test]
fn any_other_table_is_shown_before_it_is_read() {
    let ring = "Date,Time,Direction,From,To,Action Result,Duration,Name,Extension\n\
        08/30/2026,09:15 AM,Inbound,(512) 555-0111,(512) 555-0142,Voicemail,0:00:30,Amy,9042\n\
        08/30/2026,09:40 AM,Inbound,(512) 555-0112,(512) 555-0142,Missed,0:00:00,Bob,9015\n";
    assert_eq!(asked(ring, &settings()), Vec::<&str>::new(), "nothing is open, but nobody has said yes");
    let read = rows(ring, &yes());
    assert_eq!(read[1], "2026-08-30T14:40:00Z..2026-08-30T14:40:59Z > +15125550112 +15125550142 0s no");
    assert_eq!(read[0], "vm 2026-08-30T14:15:00Z..2026-08-30T14:15:59Z > +15125550111 +15125550142 30s");
}

#[test]
fn preambles_totals_and_spoilt_numbers_are_told() {
    let verizon = "Wireless usage for 512-555-0142\n\nDate;Time;Number;Type;Minutes\n\
        11/13/2026;9:32 AM;=\"5125550111\";Incoming;2\n11/14/2026;9:32 AM;1.51256E+10;Incoming;2\n\
        11/15/2026;9:40 AM;'5125550112;Outgoing;1\n;;;;\nTotal;;;;5\n";
    let (seen, summary) = read(verizon.as_bytes(), &yes());
    assert!(summary.is_ok(), "{summary:?}");
    assert!(seen[1].contains("shortened"), "{seen:?}");
    assert_eq!(seen[0], "2026-11-13T15:32:00Z..2026-11-13T15:32:59Z > +15125550111 +15125550142 120s");
    assert_eq!(seen[2], "2026-11-15T15:40:00Z..2026-11-15T15:40:59Z < +15125550142 +15125550112 60s");
    let summary = summary.unwrap();
    assert_eq!((seen.len(), summary.bad, summary.skipped["a total, no row of its own"]), (3, 1, 1));
}

#[test]
fn what_is_open_is_asked() {
    let two = "When,A,B,Way\n2026-11-03 09:00:00,5125550111,5125550112,in\n2026-11-03 10:00:00,5125550113,5125550114,out\n";
    assert_eq!(asked(two, &yes()), ["numbers", "channel"]);
    let silent = "Date,Number,Length\n2026-11-03 09:00:00,5125550111,1:43\n";
    assert_eq!(asked(silent, &yes()), ["direction"]);
    let odd = "Date,Number,Direction,Duration\n2026-11-03 09:00:00,5125550111,Inbound,1:43\n2026-11-03 09:00:00,5125550111,Inbound,1:43\n2026-11-04 09:00:00,5125550111,Zurück,1:43\n";
    assert_eq!(asked(odd, &yes()), ["words"]);
    let mut settled = yes();
    settled.answers.values = vec![("outbound".to_owned(), "Zurück".to_owned())];
    assert_eq!(rows(odd, &settled)[2], "2026-11-04T15:00:00Z < +15125550142 +15125550111 103s");
    let epoch = "timestamp\tphone\tdirection\tduration\n1793720000\t5125550111\tincoming\t7\n1793720060000\t5125550111\tincoming\t7\n";
    assert_eq!(rows(epoch, &yes())[1], "2026-11-03T15:34:20Z > +15125550111 +15125550142 7s");
}

#[test]
fn the_run_of_a_file_decides_its_order_where_it_is_long_enough() {
    let rows_of = |dates: &[&str]| {
        let mut text = "Date,Number,Direction,Duration\n".to_owned();
        for date in dates {
            text.push_str(&format!("{date} 09:00,5125550111,Inbound,1:43\n"));
        }
        text
    };
    let steady = rows_of(&["11/01/2026", "12/01/2026", "01/02/2026", "02/02/2026", "03/02/2026"]);
    assert!(rows(&steady, &yes())[0].starts_with("2026-01-11"), "only day first runs one way");
    assert_eq!(asked(&rows_of(&["11/01/2026", "01/02/2026"]), &yes()), ["date_order"]);
    assert_eq!(asked(&rows_of(&["13/01/2026", "01/13/2026"]), &yes()), ["date_order"], "mixed");
}

#[test]
fn a_saved_map_reads_what_it_was_made_for_and_nothing_else() {
    let ring = "Date,Time,Direction,From,To,Result\n08/07/2026,09:15 AM,Inbound,5125550111,5125550142,Missed\n";
    let mut saving = settings();
    saving.answers.order = Some(Order::MonthFirst);
    saving.answers.channel = Some(Channel::Call);
    saving.answers.save = Some("ring".to_owned());
    let (_, summary) = read(ring.as_bytes(), &saving);
    let summary = summary.unwrap();
    let map = summary.maps[0].clone();
    assert_eq!(summary.records.keys().collect::<Vec<_>>(), ["mapped-csv:ring"]);
    let text = toml::to_string(&map).unwrap();
    let again: Map = toml::from_str(&text).unwrap();
    assert_eq!((again.fault(), &again), (None, &map), "{text}");
    let mut later = settings();
    later.answers.saved = vec![("ring".to_owned(), again)];
    let (seen, summary) = read(ring.replace(',', ";").as_bytes(), &later);
    assert_eq!(seen, ["2026-08-07T14:15:00Z..2026-08-07T14:15:59Z > +15125550111 +15125550142 no"]);
    assert_eq!(summary.unwrap().records.keys().collect::<Vec<_>>(), ["mapped-csv:ring"]);
    assert_eq!(asked(&ring.replace("Result", "Outcome"), &later), ["channel", "date_order"], "another header is another file");
}

#[test]
fn a_known_export_is_empty_only_where_it_has_no_row() {
    let header = "Call type,Date,Duration,Number,Contact,Location,Service\n";
    assert_eq!(rows(header, &settings()), Vec::<String>::new());
    let odd = format!("{header}Missed,15 h 30,0:05,5125550111,,,\n");
    assert!(matches!(read(odd.as_bytes(), &settings()).1, Err(CollectError::UnknownLog { .. })));
}

#[test]
fn a_bill_names_the_place_of_those_that_were_called() {
    let bill = |places: usize| {
        let mut text = "Date,Time,Destination,Number,Minutes\n".to_owned();
        for place in 0..places {
            text.push_str(&format!("11/13/2026,9:00 AM,\"Town{place}, IN\",(512) 555-0111,1 Min\n"));
        }
        text.push_str("11/14/2026,9:05 AM,Incoming,(512) 555-0112,3 Min\n");
        text
    };
    for places in [2, 60] {
        let text = bill(places);
        let Err(CollectError::Unmapped(question)) = read(text.as_bytes(), &yes()).1 else { panic!("{text}") };
        let [open] = question.ambiguities.as_slice() else { panic!("{:?}", question.ambiguities) };
        assert_eq!(open.kind, "direction");
        if places == 2 {
            assert_eq!(open.settle, ["--column direction='Destination' --direction outbound"]);
        }
        let mut settled = yes();
        settled.answers.direction = Some(Direction::Outbound);
        settled.answers.columns = vec![(super::super::map::Role::Direction, super::super::map::Pick::Name("Destination".to_owned()))];
        let rows = rows(&text, &settled);
        assert_eq!(rows.first().unwrap(), "2026-11-13T15:00:00Z..2026-11-13T15:00:59Z < +15125550142 +15125550111 60s");
        assert_eq!(rows.last().unwrap(), "2026-11-14T15:05:00Z..2026-11-14T15:05:59Z > +15125550112 +15125550142 180s");
    }
}

#[test]
fn a_zone_that_a_column_names_is_not_passed_over() {
    let named = "Date & Time (PT),From,To,Duration,Direction\n11/15/2026 09:00:12 AM,15125550110,15125550142,0:12,Incoming\n";
    let celled = "Time,From,To,Duration,Direction\n2026-11-15 09:00:12 EST,15125550110,15125550142,0:12,Incoming\n";
    for text in [named, celled] {
        assert_eq!(asked(text, &yes()), ["timezone"], "Chicago is neither: {text}");
        let mut told = yes();
        told.answers.zone_told = true;
        assert_eq!(rows(text, &told), ["2026-11-15T15:00:12Z > +15125550110 +15125550142 12s"], "a person said so");
    }
    let mut eastern = yes();
    eastern.zone = Some(chrono_tz::America::New_York);
    assert_eq!(rows(celled, &eastern), ["2026-11-15T14:00:12Z > +15125550110 +15125550142 12s"]);
}

#[test]
fn a_zone_that_the_table_names_anywhere_is_used_or_asked_about() {
    let table = |name: &str, above: &str| {
        format!("{above}{name},From,To,Duration,Direction\n2026-11-15 09:00:12,15125550110,15125550142,12,Inbound\n")
    };
    let at = |hour: u32| vec![format!("2026-11-15T{hour:02}:00:12Z > +15125550110 +15125550142 12s")];
    let anywhere = Settings { zone: None, ..yes() };
    for (name, hour) in
        [("Start Time (UTC-08:00)", 17), ("Start Time (America/Los_Angeles)", 17), ("Start Time (UTC)", 9), ("Start Time GMT+1", 8)]
    {
        assert_eq!(rows(&table(name, ""), &anywhere), at(hour), "{name}");
        if hour != 9 {
            assert_eq!(asked(&table(name, ""), &yes()), ["timezone"], "the phone is in Chicago: {name}");
        }
    }
    assert_eq!(rows(&table("Start Time (UTC)", ""), &yes()), at(9));
    for name in ["Start Time (America/Chicago)", "Start Time (Central)", "Start Time (CT)", "Start Time"] {
        assert_eq!(rows(&table(name, ""), &yes()), at(15), "{name}");
    }
    let pacific = "Report time zone: Pacific Time\n";
    for (name, above) in [
        ("Start Time (Pacific)", ""),
        ("Start Time (PST)", ""),
        ("Start", pacific),
        ("Start", "All times are in UTC\n"),
        ("Start (UTC+05:30)", ""),
    ] {
        let text = table(name, above);
        assert_eq!(asked(&text, &yes()), ["timezone"], "{text}");
        let mut told = yes();
        told.answers.zone_told = true;
        assert_eq!(rows(&text, &told), at(15), "a person said so: {text}");
    }
    assert_eq!(asked(&table("Start Time (Pacific)", ""), &anywhere), ["timezone"]);
    assert_eq!(rows(&table("Start", "Calls of Pacific Homes\n"), &yes()), at(15), "a company's name");
}

#[test]
fn a_column_that_is_filled_for_voicemails_tells_them() {
    let aircall = "line,date (TZ offset incl.),time (TZ offset incl.),number timezone,datetime (UTC),country_code,direction,from,to,answered,duration (total),voicemail,call_id\n\
        Dana,2026-11-05,09:00:00,America/Chicago,2026-11-05 15:00:00,US,inbound,15125550110,15125550142,No,30,https://x.example/v.mp3,812\n\
        Dana,2026-11-05,09:10:00,America/Chicago,2026-11-05 15:10:00,US,inbound,15125550110,15125550142,No,9,,813\n";
    let [left, missed] =
        ["vm 2026-11-05T15:00:00Z > +15125550110 +15125550142 30s no", "2026-11-05T15:10:00Z > +15125550110 +15125550142 9s no"];
    assert_eq!(rows(aircall, &settings()), [left, missed]);
    let table = "Start Time,From,To,Direction,Status,Duration (s),Voicemail\n\
        2026-11-05T15:00:00Z,5125550110,5125550142,inbound,missed,30,True\n2026-11-05T15:10:00Z,5125550110,5125550142,inbound,missed,9,False\n";
    assert_eq!(rows(table, &yes()), [left, missed]);
}

#[test]
fn what_a_table_lacks_is_told() {
    let told = |text: &str| match read(text.as_bytes(), &yes()).1 {
        Err(CollectError::UnknownLog { looks, .. }) => looks,
        other => panic!("{text}: {other:?}"),
    };
    let verizon =
        "Date,Time,Number,Origination,Min.\nNov 05,9:00A,512-555-0110,\"Austin, TX\",3\nNov 13,12:05A,Unavailable,\"Austin, TX\",12\n";
    assert!(told(verizon).contains("dates such as \"Nov 05\" lack their year"), "{}", told(verizon));
    let odd = "Date,Heure,Num\u{e9}ro\n25/11/2026,09:00,0033145678901\n25/11/2026,21:15,+15125550110\n";
    assert!(
        told(odd).contains("\"Num\u{e9}ro\" comes nearest to the numbers: 1 of its 2 cells are some, and not \"0033145678901\""),
        "{}",
        told(odd)
    );
}

#[test]
fn what_is_no_call_log_is_not_taken_for_one() {
    for text in ["name,price\nchair,12\n", "a,b\n", "Date,Amount\n2026-11-03,12.00\n", "", "hello\n"] {
        assert!(matches!(read(text.as_bytes(), &yes()).1, Err(CollectError::UnknownLog { .. })), "{text}");
    }
}

proptest::proptest! {
    #[test]
    fn any_bytes_are_read_or_refused(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..300), cells in "([0-9/: ,;\"A-Za-z+\\-]{0,40}\n){0,9}") {
        let mut settings = yes();
        settings.answers.order = Some(Order::DayFirst);
        settings.answers.direction = Some(Direction::Inbound);
        for text in [bytes.clone(), cells.clone().into_bytes(), [IMAZING_2.as_bytes(), &bytes].concat(),
            [b"Date,Number,Type,Duration\n2026-11-03 09:00,5125550111,in,3\n".to_vec(), cells.into_bytes(), bytes].concat()] {
            let _ = read(&text, &settings);
        }
    }
}
