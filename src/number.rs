//! Telephone numbers, wherever they stand: in a log, a mail, a transcript, on a page. Takes text; gives numbers in E.164 (ITU-T E.164), by
//! the numbering plans of libphonenumber behind a strict fast path for North America; and of a log's caller a short code, a sender's name, or
//! nobody. A withheld number is nobody, not a number: what a keypad spells for ANONYMOUS parses as a number of Lesotho.

use std::sync::LazyLock;

use rlibphonenumber::phonenumber_matcher::PhoneNumberMatcherFactory;
use rlibphonenumber::{NumberLengthType, PHONE_NUMBER_UTIL, PhoneNumber, PhoneNumberFormat, PhoneNumberUtil, Region};

/// The country of numbers written without one (ISO 3166).
pub const REGION: &str = "US";

/// Who a log says it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Caller {
    /// A phone number in E.164.
    Number(String),
    /// A short code of 3 to 6 digits, as it came.
    ShortCode(String),
    /// A sender name, or what is no number, as it came.
    Name(String),
    /// The caller hid.
    Withheld,
}

impl Caller {
    /// What a call record holds: the number, code or name; `None` for a withheld number.
    #[must_use]
    pub fn into_text(self) -> Option<String> {
        match self {
            Self::Number(text) | Self::ShortCode(text) | Self::Name(text) => Some(text),
            Self::Withheld => None,
        }
    }
}

/// Words by which logs say that the caller hid; compared in lower case, letters, digits and minus only.
const WITHHELD: [&str; 30] = [
    "anonymous",
    "anonymouscaller",
    "blocked",
    "blockedcaller",
    "blockednumber",
    "calleridblocked",
    "hidden",
    "hiddennumber",
    "nocallerid",
    "nocallerinformation",
    "none",
    "nonumber",
    "notavailable",
    "null",
    "numberwithheld",
    "private",
    "privatecaller",
    "privatenumber",
    "restricted",
    "restrictedcaller",
    "restrictednumber",
    "unavailable",
    "unknown",
    "unknowncaller",
    "unknownnumber",
    "withheld",
    "withheldnumber",
    "-1",
    "-2",
    "-3",
];
/// The same words as a telephone keypad spells them.
const KEYPAD: [&str; 5] = ["266696687", "7378742833", "2562533", "8656696", "86282452253"];

/// Recognises who a log means. `region` is the country (ISO 3166, e.g. `US`) of numbers written without one.
#[must_use]
pub fn normalise(text: &str, region: &str) -> Caller {
    let text = text.trim();
    // By far the most; nothing that says "withheld" looks like it.
    if matches!(region, "US" | "CA")
        && let Some(number) = north_american(text)
    {
        return Caller::Number(number);
    }
    if is_withheld(text) {
        return Caller::Withheld;
    }
    if (3..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Caller::ShortCode(text.to_owned());
    }
    e164(text, region).map_or_else(|| Caller::Name(text.to_owned()), Caller::Number)
}

/// Where a running text names a number: its place in bytes, and the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mention {
    /// From which byte of the text on.
    pub start: usize,
    /// Up to which.
    pub end: usize,
    /// E.164.
    pub e164: String,
}

/// Longest text that is searched for numbers, in bytes.
const SEARCHED: usize = 16 * 1024;
/// Attempts at a number: the length of the text is the bound. The library (2.2.15) counts below 0 where a bound of its own ends within
/// an attempt.
const TRIES: u64 = u64::MAX;

static MATCHERS: LazyLock<PhoneNumberMatcherFactory<PhoneNumberUtil, &'static PhoneNumberUtil>> =
    LazyLock::new(|| PhoneNumberMatcherFactory::new_for_util(&PHONE_NUMBER_UTIL));

/// The numbers that a running text names, in its order: a transcript, a text message, a page. Only ones that are in use.
#[must_use]
pub fn in_text(text: &str, region: &str) -> Vec<Mention> {
    let text = text.get(..text.floor_char_boundary(SEARCHED)).unwrap_or_default();
    let region = region.parse::<Region>().ok();
    let matcher = MATCHERS.matcher_builder(text).preferred_region(region).max_tries(TRIES).build();
    let mention = |found: rlibphonenumber::phonenumber_matcher::PhoneNumberMatch<'_>| {
        let e164 = found.number.format_as(PhoneNumberFormat::E164).into_owned();
        Mention { start: found.start, end: found.end(), e164 }
    };
    matcher.map(mention).collect()
}

/// The number that a link is to, as it stands there: `tel:` (RFC 3966), `sms:` (RFC 5724) and their like, and a chat by `WhatsApp`, whose
/// addresses write E.164 without its plus. Escapes are undone, what follows the number is cut off; `None` where the link is another.
#[must_use]
pub fn written_in(href: &str) -> Option<String> {
    let (scheme, rest) = href.trim().split_once(':')?;
    let unescaped = |written: &str| {
        let written = written.trim_start_matches('/').split([';', '?', ',', '&']).next().unwrap_or_default().replace('+', "%2B");
        url::form_urlencoded::parse(format!("x={written}").as_bytes()).next().map(|(_, value)| value.trim().to_owned())
    };
    let chat = |written: &str| {
        let digits: String = written.chars().filter(char::is_ascii_digit).collect();
        (!digits.is_empty()).then(|| format!("+{digits}"))
    };
    match scheme.to_ascii_lowercase().as_str() {
        "tel" | "sms" | "smsto" | "callto" => unescaped(rest),
        "http" | "https" | "whatsapp" => {
            let url = url::Url::parse(href.trim()).ok()?;
            let phone = || url.query_pairs().find(|(key, _)| key == "phone").and_then(|(_, written)| chat(&written));
            match url.host_str()? {
                "wa.me" => url.path_segments()?.next().and_then(chat),
                "api.whatsapp.com" | "web.whatsapp.com" => phone(),
                "send" if url.scheme() == "whatsapp" => phone(),
                _ => None,
            }
        }
        _ => None,
    }
}

/// A number as E.164; `None` where the text is none, is too short or too long for one, or hides the caller.
#[must_use]
pub fn e164(text: &str, region: &str) -> Option<String> {
    let text = text.trim();
    let user = text.strip_prefix("sip:").or_else(|| text.strip_prefix("sips:"));
    let text = user.map_or(text, |address| address.split(['@', ';']).next().unwrap_or_default());
    let region = region.parse::<Region>().ok();
    // The parser would find a number behind any words; a log's field is a number from its beginning, or it is a name.
    let begins_as_number = text.starts_with(|first: char| first.is_numeric() || "+(\u{ff0b}".contains(first));
    let begins_as_link = text.get(..4).is_some_and(|scheme| scheme.eq_ignore_ascii_case("tel:"));
    if text.len() > 250 || is_withheld(text) || !(begins_as_number || begins_as_link) {
        return None;
    }
    if (region == Some(Region::US) || region == Some(Region::CA) || text.starts_with('+'))
        && let Some(number) = north_american(text)
    {
        return Some(number);
    }
    let number = PhoneNumber::parse(text, region).ok()?;
    let possible = number.is_possible_with_reason().is_ok_and(|length| length == NumberLengthType::IsPossible);
    let number = number.format_as(PhoneNumberFormat::E164).into_owned();
    // Ten digits alone make a number "possible" in North America, also where area or exchange begin with 0 or 1.
    (possible && (!number.starts_with("+1") || north_american(&number).is_some())).then_some(number)
}

/// The fast path for ten digits, or eleven that begin with 1, with nothing between them but space, hyphen, dot and brackets.
fn north_american(text: &str) -> Option<String> {
    let (plus, rest) = text.strip_prefix('+').map_or((false, text), |rest| (true, rest));
    let (mut digits, mut count) = ([b'0'; 11], 0);
    for byte in rest.bytes() {
        match byte {
            b'0'..=b'9' => {
                *digits.get_mut(count)? = byte;
                count += 1;
            }
            b' ' | b'-' | b'.' | b'(' | b')' => {}
            _ => return None,
        }
    }
    let digits = digits.get(..count)?;
    let (national, written) = match (digits, plus) {
        ([b'1', national @ ..], _) if count == 11 => (national, "+"),
        (national, false) if count == 10 => (national, "+1"),
        _ => return None,
    };
    let begins_well = |at: usize| national.get(at).is_some_and(|digit| (b'2'..=b'9').contains(digit));
    if !begins_well(0) || !begins_well(3) {
        return None;
    }
    let mut number = String::with_capacity(12);
    number.push_str(written);
    number.push_str(std::str::from_utf8(digits).ok()?);
    Some(number)
}

/// Whether nobody can have a number: North America has no area 555.
#[must_use]
pub fn is_nobodys(number: &str) -> bool {
    number.len() == 12 && number.starts_with("+1555")
}

/// A number that stands for none: of the exchange 555 those from 0100 to 0199, 1234 and one digit over and over; 123-456-7890; all of the
/// area 555. Found on a page or in a mail it is nobody's; in a shop file it counts.
#[must_use]
pub fn is_placeholder(number: &str) -> bool {
    let digits = number.strip_prefix("+1").unwrap_or(number);
    let line = digits.get(3..).unwrap_or_default();
    let repeated = |digits: &str| digits.chars().all(|digit| digits.starts_with(digit));
    let made_up = line.starts_with("55501") || line == "5551234" || repeated(line);
    made_up || is_nobodys(number) || digits == "1234567890" || digits == "2345678901"
}

/// Whether the text says that the caller hid.
fn is_withheld(text: &str) -> bool {
    let text = text.strip_prefix("tel:").unwrap_or(text);
    let word: String = text.chars().filter(|c| c.is_alphanumeric() || *c == '-').flat_map(char::to_lowercase).collect();
    let digits = text.strip_prefix('+').unwrap_or_default();
    word.is_empty() || WITHHELD.contains(&word.as_str()) || WITHHELD.contains(&word.replace('-', "").as_str()) || KEYPAD.contains(&digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_e164() {
        for (text, region, expected) in [
            ("(512) 555-0142", "US", Some("+15125550142")),
            ("512.555.0142", "US", Some("+15125550142")),
            ("1 512 555 0142", "CA", Some("+15125550142")),
            ("+1 (512) 555-0142", "GB", Some("+15125550142")),
            ("+44 20 7946 0018", "US", Some("+442079460018")),
            ("+64 3 331 6005", "US", Some("+6433316005")),
            ("020 7946 0018", "GB", Some("+442079460018")),
            ("1-800-NEW-HOME", "US", Some("+18006394663")),
            ("tel:+1-512-555-0142", "US", Some("+15125550142")),
            ("sip:+15125550142@pbx.example", "US", Some("+15125550142")),
            ("512 555 0142 ext. 7", "US", Some("+15125550142")),
            ("011 44 20 7946 0018", "US", Some("+442079460018")),
            ("Tel: 512 555 0142", "US", Some("+15125550142")),
            ("\u{ff14}15 666 7777", "US", Some("+14156667777")),
            ("Team 512 555 0142", "US", None),
            ("3/10/1984", "US", None),
            ("555-0142", "US", None),
            ("0125550142", "US", None),
            ("+1512555014", "US", None),
            ("BLUEBONNET", "US", None),
            ("anonymous", "US", None),
            ("", "US", None),
            ("((((((", "US", None),
        ] {
            assert_eq!(e164(text, region).as_deref(), expected, "{text}");
        }
    }

    #[test]
    fn a_hidden_caller_is_nobody() {
        for text in [
            "",
            "  ",
            "Anonymous",
            "RESTRICTED",
            "Blocked",
            "unknown",
            "(Unknown)",
            "No Caller ID",
            "-1",
            "Private Number",
            "tel:",
            "+266696687",
            "+8656696",
        ] {
            assert_eq!(normalise(text, "US"), Caller::Withheld, "{text}");
            assert_eq!(normalise(text, "US").into_text(), None, "{text}");
        }
    }

    #[test]
    fn codes_and_names_stay_as_they_came() {
        assert_eq!(normalise("72345", "US"), Caller::ShortCode("72345".to_owned()));
        assert_eq!(normalise("BlueBonnet", "US"), Caller::Name("BlueBonnet".to_owned()));
        assert_eq!(normalise("3rd Coast Homes", "US"), Caller::Name("3rd Coast Homes".to_owned()));
        assert_eq!(normalise("555-0142", "US"), Caller::Name("555-0142".to_owned()));
        assert_eq!(normalise(" 512 555 0142 ", "US"), Caller::Number("+15125550142".to_owned()));
    }

    #[test]
    fn links_to_numbers_are_known_by_their_schemes() {
        for (href, expected) in [
            ("tel:+1-512-555-0142", Some("+1-512-555-0142")),
            ("TEL:(512)%20555-0142;ext=7", Some("(512) 555-0142")),
            ("tel://15125550142", Some("15125550142")),
            ("tel:5125550142,,4", Some("5125550142")),
            ("sms:+15125550142?body=Hi%205125550199", Some("+15125550142")),
            ("sms:5125550142&body=Hi", Some("5125550142")),
            ("smsto:5125550142", Some("5125550142")),
            ("callto:+15125550142", Some("+15125550142")),
            ("https://wa.me/15125550142?text=Hi", Some("+15125550142")),
            ("https://api.whatsapp.com/send?phone=%2B1512-555-0142&text=x", Some("+15125550142")),
            ("whatsapp://send?text=x&phone=15125550142", Some("+15125550142")),
            ("https://wa.me/qr/ABC", None),
            ("https://bluebonnet.example/5125550142", None),
            ("mailto:5125550142@example.org", None),
            ("5125550142", None),
        ] {
            assert_eq!(written_in(href).as_deref(), expected, "{href}");
        }
    }

    #[test]
    fn placeholders_are_nobodys() {
        for (number, is) in [
            ("+15125550100", true),
            ("+15125550199", true),
            ("+15555555555", true),
            ("+15125555555", true),
            ("+15125551234", true),
            ("+12222222222", true),
            ("+15551234567", true),
            ("+15125550200", false),
            ("+15122231234", false),
            ("24587", false),
        ] {
            assert_eq!(is_placeholder(number), is, "{number}");
        }
    }

    /// What the numbering plans say of a number, whatever stands around it: E.164, whether its length is possible, whether it is in use.
    fn by_plan(text: &str, region: &str) -> Option<(String, bool, bool)> {
        let number = PhoneNumber::parse(text, region.parse::<Region>().ok()).ok()?;
        let e164 = number.format_as(PhoneNumberFormat::E164).into_owned();
        Some((e164, number.is_possible_with_reason().is_ok(), number.is_valid()))
    }

    /// Vectors of libphonenumber, where they are: `region, input, E.164 or ERR, valid, possible, …`.
    fn data(name: &str) -> Option<String> {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data/phone/numbers").join(name);
        let text = std::fs::read_to_string(&path).ok();
        if text.is_none() {
            let _ = std::io::Write::write_all(&mut std::io::stderr(), format!("skipped: {} is not there", path.display()).as_bytes());
        }
        text
    }

    #[test]
    fn the_plans_are_those_of_libphonenumber() {
        let Some(vectors) = data("vectors.tsv") else { return };
        let mut count = 0;
        for line in vectors.lines().filter(|line| !line.starts_with('#')) {
            let fields: Vec<&str> = line.split('\t').collect();
            let [region, input, expected, valid, possible, ..] = fields.as_slice() else { panic!("{line}") };
            let plan = by_plan(input, region);
            assert_eq!(plan.as_ref().map_or("ERR", |plan| plan.0.as_str()), *expected, "{region} {input:?}");
            if let Some((_, is_possible, is_valid)) = plan {
                assert_eq!((is_valid, is_possible), (*valid == "1", *possible == "1"), "{region} {input:?}");
            }
            if let Some(number) = e164(input, region) {
                assert_eq!(number, *expected, "a strict reading is the same or none: {region} {input:?}");
            }
            count += 1;
        }
        assert!(count > 2000, "{count}");
    }

    #[test]
    fn the_numbers_of_a_text_are_those_that_libphonenumber_finds() {
        let Some(texts) = data("matcher_us.jsonl") else { return };
        for line in texts.lines() {
            let case: serde_json::Value = serde_json::from_str(line).unwrap();
            let text = case["text"].as_str().unwrap();
            let scalar = |at: usize| text[..at].chars().count();
            let found: Vec<_> =
                in_text(text, "US").iter().map(|found| serde_json::json!([scalar(found.start), scalar(found.end), found.e164])).collect();
            assert_eq!(serde_json::json!(found), case["valid"], "{text:?}");
        }
    }

    #[test]
    fn a_text_full_of_what_may_be_numbers_is_read_to_its_end() {
        for piece in
            ["1 2 3 4 5 6 7 8 9 0 ", "999/999-99 ", "(12)345 67.8 ", "+1 ", "123456 ", "00.00.00 / ", "12 34 56 78 90 12 34 56 78 90 x1 "]
        {
            let text = format!("{} call 512-555-0100.", piece.repeat(15_000 / piece.len()));
            let found = in_text(&text, "US");
            assert_eq!(found.last().map(|last| last.e164.as_str()), Some("+15125550100"), "{piece}");
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_some_caller(text in ".{0,40}") {
            let _ = (normalise(&text, "US"), by_plan(&text, "US"), in_text(&text, "US"));
        }
    }
}
