//! How values read: durations, times, points, names of channels, origins and criteria. Takes values, gives words; the same
//! words in every format. Nothing is rounded in anyone's favour: a duration under an hour keeps its seconds.

use chrono::{DateTime, Datelike as _, SecondsFormat, Timelike as _, Utc};
use chrono_tz::Tz;

use crate::attribute::AttributedBy;
use crate::classify::Origin;
use crate::collect::{Channel, EvidenceFault};
use crate::score::{Came, Card, Cohort, FirstOf, Outcome, Verdict};
use crate::shop::{ConfirmedBy, Status};
use crate::submit::page::is_control;

/// What a reader of a rehearsal's report must know.
pub const REHEARSAL: &str = "These inquiries ran under a rehearsal clock and say nothing about a real builder.";

/// What stands where there is no value.
pub const NONE: &str = "–";

/// A duration for people: `47 s`, `3 min 32 s`, `1 h 5 min`, `2 d 4 h`; smaller parts are cut, not rounded.
#[must_use]
pub fn duration(seconds: i64) -> String {
    let (sign, s) = (if seconds < 0 { "−" } else { "" }, seconds.unsigned_abs());
    let two = |a: u64, ua: &str, b: u64, ub: &str| if b == 0 { format!("{sign}{a} {ua}") } else { format!("{sign}{a} {ua} {b} {ub}") };
    match s {
        0..60 => format!("{sign}{s} s"),
        60..3_600 => two(s / 60, "min", s % 60, "s"),
        3_600..86_400 => two(s / 3_600, "h", s % 3_600 / 60, "min"),
        _ => two(s / 86_400, "d", s % 86_400 / 3_600, "h"),
    }
}

/// A first touch of a card: how long it took, or why there is nothing to say. `never` stands only where the channel was offered and
/// watched and the window is over; else it reads `none so far`, `none until withdrawn`, `not proven`, `not watched`, `not offered`, or a
/// dash where no clock ran.
#[must_use]
pub fn first_of(card: &Card, first: FirstOf) -> String {
    came(card.came(first))
}

/// What is known of a first touch.
#[must_use]
pub fn came(came: Came) -> String {
    match came {
        Came::After(seconds) => return duration(seconds),
        Came::Never => "never",
        Came::NotYet => "none so far",
        Came::NotWaited => "none until withdrawn",
        Came::NotProven => "not proven",
        Came::NotWatched => "not watched",
        Came::NotOffered => "not offered",
        Came::NoClock => NONE,
    }
    .to_owned()
}

/// Whom the buckets of a cohort leave out, and whom they may place too late, a sentence each; those still open are told elsewhere.
#[must_use]
pub fn beside_the_buckets(cohort: &Cohort) -> Vec<String> {
    let told = |n: u32, one: &str, many: &str| (n > 0).then(|| count(n, one, many));
    let sentences = [
        told(
            cohort.unproven,
            "more without a personal answer is no “never”: a channel was not watched, or it was withdrawn before the window was over.",
            "more without a personal answer are no “never”: a channel was not watched, or they were withdrawn before the window was over.",
        ),
        told(cohort.later, "more was answered later than that.", "more were answered later than that."),
        told(
            cohort.perhaps_sooner,
            "may have been answered sooner than it says, on a channel that was not watched.",
            "may have been answered sooner than it says, on a channel that was not watched.",
        ),
    ];
    sentences.into_iter().flatten().collect()
}

/// Points with at most two decimals.
#[must_use]
pub fn points(value: f64) -> String {
    super::svg::number(value)
}

/// A score with its one decimal.
#[must_use]
pub fn score(value: f64) -> String {
    format!("{value:.1}")
}

/// A share of one as whole percent.
#[must_use]
pub fn percent(share: f64) -> String {
    format!("{:.0} %", share * 100.0)
}

/// A moment on the builder's own clock, with the zone's short name: `Mon Nov 2, 2026, 9:04:05 am CST`.
#[must_use]
pub fn local(at: DateTime<Utc>, zone: Tz) -> String {
    let at = at.with_timezone(&zone);
    let ((after_noon, hour), minute) = (at.hour12(), at.minute());
    // A leap second is told in the nanoseconds.
    let second = at.second() + at.nanosecond() / 1_000_000_000;
    let month = usize::try_from(at.month0()).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    let (weekday, day, year, half) = (at.weekday(), at.day(), at.year(), if after_noon { "pm" } else { "am" });
    // Written out: a pattern is read anew each time, and a page has a hundred moments.
    format!("{weekday} {month} {day}, {year:04}, {hour}:{minute:02}:{second:02} {half} {}", at.offset())
}

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// A moment in UTC, RFC 3339.
#[must_use]
pub fn utc(at: DateTime<Utc>) -> String {
    at.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// Text of foreign origin made fit to print: control characters and bidirectional overrides go, so that what is read is
/// what was sent in that order; line breaks stay.
#[must_use]
pub fn tidy(text: &str) -> String {
    // Most texts are: a page of a wave tidies a thousand.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\n' | b'\t')) {
        return text.to_owned();
    }
    let kept = text.replace("\r\n", "\n");
    kept.chars().filter(|c| !is_control(*c) && (!c.is_control() || matches!(c, '\n' | '\t')) && *c != '\u{feff}').collect()
}

/// The beginning of a text, on one line, cut at `limit` characters.
#[must_use]
pub fn brief(text: &str, limit: usize) -> String {
    if text.len() <= limit && is_plain_line(text) {
        return text.to_owned();
    }
    let clean = tidy(text);
    let mut line = String::with_capacity(clean.len());
    for word in clean.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.push_str(word);
    }
    if is_longer(&line, limit) { cut(&line, limit) } else { line }
}

/// Whether a text is printable ASCII with one space between two words, as most are.
fn is_plain_line(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~')) && !text.starts_with(' ') && !text.ends_with(' ') && !text.contains("  ")
}

/// The beginning of a text, cut at `limit` characters with an ellipsis.
#[must_use]
pub fn cut(text: &str, limit: usize) -> String {
    if !is_longer(text, limit) {
        return text.to_owned();
    }
    let mut out: String = text.chars().take(limit.saturating_sub(1)).collect();
    out.truncate(out.trim_end().len());
    out.push('…');
    out
}

/// Whether a text has more characters than `limit`; a character is a byte or more.
fn is_longer(text: &str, limit: usize) -> bool {
    text.len() > limit && text.chars().count() > limit
}

/// A number of things: `1 touch`, `2 touches`.
#[must_use]
pub fn count<N: Copy + std::fmt::Display + PartialEq + From<u8>>(n: N, one: &str, many: &str) -> String {
    if n == N::from(1) { format!("1 {one}") } else { format!("{n} {many}") }
}

/// A number of things that take an s: `1 call`, `2 calls`.
#[must_use]
pub fn plural<N: Copy + std::fmt::Display + PartialEq + From<u8>>(n: N, one: &str) -> String {
    count(n, one, &format!("{one}s"))
}

/// A change with its sign: `+4.5`, `−4.2`, `0.0`.
#[must_use]
pub fn signed(change: f64) -> String {
    let text = score(change.abs());
    if text == "0.0" { text } else { format!("{}{text}", if change < 0.0 { "−" } else { "+" }) }
}

/// A channel.
#[must_use]
pub fn channel(channel: Channel) -> &'static str {
    match channel {
        Channel::Email => "Email",
        Channel::Call => "Call",
        Channel::Voicemail => "Voicemail",
        Channel::Sms => "Text",
    }
}

/// An origin.
#[must_use]
pub fn origin(origin: Origin) -> &'static str {
    match origin {
        Origin::Personal => "personal",
        Origin::AutoReply => "auto-reply",
        Origin::Marketing => "marketing",
        Origin::Bounce => "bounce",
        Origin::Unknown => "unknown",
    }
}

/// A verdict.
#[must_use]
pub fn verdict(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Final => "final",
        Verdict::Provisional => "provisional",
        Verdict::Inconclusive => "inconclusive",
        Verdict::NotShopped => "not shopped",
    }
}

/// The state of an inquiry.
#[must_use]
pub fn status(status: Status) -> &'static str {
    match status {
        Status::Planned => "planned",
        Status::Sending => "sending",
        Status::Confirmed => "confirmed",
        Status::Rejected => "rejected",
        Status::Blocked => "blocked",
        Status::Unclear => "unclear",
        Status::Failed => "failed",
        Status::Manual => "manual",
    }
}

/// What a state means, for a reader who never saw the word.
#[must_use]
pub fn status_meaning(status: Status) -> &'static str {
    match status {
        Status::Planned => "The inquiry is drawn and not yet due.",
        Status::Sending => "The inquiry was being sent when this report was made.",
        Status::Confirmed => "The site accepted the inquiry.",
        Status::Rejected => "The site refused the inquiry: a finding about the form.",
        Status::Blocked => "A wall (CAPTCHA, 403 or 429) stood before the form; it was not worked around.",
        Status::Unclear => "The inquiry was sent, but nothing proves that the site took it.",
        Status::Failed => "Nothing could be sent.",
        Status::Manual => "A person has to submit this form.",
    }
}

/// How acceptance was proven.
#[must_use]
pub fn confirmed_by(by: ConfirmedBy) -> &'static str {
    match by {
        ConfirmedBy::Text => "words of the answer page",
        ConfirmedBy::Redirect => "the address redirected to",
        ConfirmedBy::Json => "the site’s JSON answer",
        ConfirmedBy::Person => "a person’s word",
    }
}

/// What an attribution rests on.
#[must_use]
pub fn attributed_by(by: AttributedBy) -> &'static str {
    match by {
        AttributedBy::Alias => "its own address",
        AttributedBy::Thread => "the mail thread",
        AttributedBy::Number => "the phone number",
        AttributedBy::Domain => "the mail domain",
        AttributedBy::Content => "what it says",
        AttributedBy::Person => "a person’s decision",
    }
}

/// How a criterion came out.
#[must_use]
pub fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "met",
        Outcome::Partial => "partial",
        Outcome::Missed => "missed",
        Outcome::Indeterminate => "indeterminate",
        Outcome::NotCounted => "not counted",
    }
}

/// The sign that stands before an outcome, so that it does not depend on colour.
#[must_use]
pub fn outcome_sign(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Met => "✓",
        Outcome::Partial => "◐",
        Outcome::Missed => "✗",
        Outcome::Indeterminate => "?",
        Outcome::NotCounted => "–",
    }
}

/// The name that serde gives a unit variant, e.g. `not_shopped`: the contract's words, for the open formats.
#[must_use]
pub fn key<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_value(value).ok().and_then(|v| v.as_str().map(str::to_owned)).unwrap_or_default()
}

/// The part of the rubric that a criterion belongs to: `speed` of `speed.call`.
#[must_use]
pub fn part(criterion: &str) -> &str {
    criterion.split('.').next().unwrap_or(criterion)
}

/// The title of a part; a rubric's own parts keep their name.
#[must_use]
pub fn part_title(part: &str) -> &str {
    match part {
        "speed" => "Speed",
        "answer" => "The answer",
        "next" => "Next step",
        "channels" => "Channels",
        "persist" => "Persistence",
        "respect" => "Respect",
        other => other,
    }
}

/// The title of a criterion; a rubric's own criteria keep their id.
#[must_use]
pub fn criterion(id: &str) -> &str {
    match id {
        "speed.call" => "First call",
        "speed.personal_email" => "First personal email",
        "speed.any_personal" => "First personal touch, any channel",
        "speed.acknowledgement" => "Acknowledgement",
        "answer.question" => "The question answered",
        "answer.personal" => "Personal and named",
        "answer.clean" => "No template faults",
        "answer.inbox" => "Landed in the inbox",
        "next.appointment" => "Asked for an appointment",
        "next.reason" => "A reason or a discovery question",
        "channels.call" => "Used the phone",
        "channels.personal_email" => "Used personal email",
        "channels.text" => "Used text",
        "channels.video" => "Used video",
        "persist.calls" => "Call attempts in 30 days",
        "persist.written" => "Personal messages in 30 days",
        "persist.spread" => "Spread over the month",
        "respect.constant_contact" => "One constant contact",
        "respect.opt_out" => "Opt-out respected",
        other => other,
    }
}

/// The contract's buckets of the first personal response: key, words, upper end in seconds.
pub const BUCKETS: [(&str, &str, Option<i64>); 10] = [
    ("<=5m", "within 5 min", Some(300)),
    ("<=15m", "5 to 15 min", Some(900)),
    ("<=30m", "15 to 30 min", Some(1_800)),
    ("<=1h", "30 min to 1 h", Some(3_600)),
    ("<=4h", "1 to 4 h", Some(14_400)),
    ("<=24h", "4 to 24 h", Some(86_400)),
    ("<=48h", "24 to 48 h", Some(172_800)),
    ("<=7d", "2 to 7 d", Some(604_800)),
    ("<=30d", "7 to 30 d", Some(2_592_000)),
    ("never", "never", None),
];

/// The name of a piece of evidence, and where what lies under it is not what was kept, that.
pub(crate) fn evidence(name: &str, fault: Option<EvidenceFault>) -> String {
    fault.map_or_else(|| name.to_owned(), |fault| format!("{name} ({})", fault.word()))
}

/// How far a report can be derived again, in a sentence.
pub(crate) fn derivable(faults: u32) -> String {
    match faults {
        0 => "Every figure can be derived again from the evidence kept under its hash.".to_owned(),
        1 => "1 piece of the evidence behind this report is missing or was altered: what rests on it cannot be derived again.".to_owned(),
        more => {
            format!(
                "{more} pieces of the evidence behind this report are missing or were altered: what rests on them cannot be derived again."
            )
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn durations_read_well_and_never_round_down_a_missed_limit() {
        let table = [
            (0, "0 s"),
            (47, "47 s"),
            (60, "1 min"),
            (212, "3 min 32 s"),
            (300, "5 min"),
            (359, "5 min 59 s"),
            (3_599, "59 min 59 s"),
            (3_900, "1 h 5 min"),
            (86_399, "23 h 59 min"),
            (187_200, "2 d 4 h"),
            (2_592_000, "30 d"),
            (-12, "−12 s"),
        ];
        for (seconds, text) in table {
            assert_eq!(duration(seconds), text);
        }
    }

    #[test]
    fn local_time_carries_its_zone() {
        let at = DateTime::parse_from_rfc3339("2026-11-02T15:04:05Z").unwrap().to_utc();
        assert_eq!(local(at, chrono_tz::America::Chicago), "Mon Nov 2, 2026, 9:04:05 am CST");
        assert_eq!(utc(at), "2026-11-02T15:04:05Z");
        let times = (0..3_000_i64).filter_map(|n| DateTime::from_timestamp(n * 1_234_567 - 900_000_000, 0));
        let leap = DateTime::parse_from_rfc3339("2016-12-31T23:59:60Z").unwrap().to_utc();
        for at in times.chain([leap]) {
            for zone in [chrono_tz::America::Chicago, chrono_tz::Asia::Kolkata, chrono_tz::America::Sao_Paulo, Tz::UTC] {
                assert_eq!(local(at, zone), at.with_timezone(&zone).format("%a %b %-d, %Y, %-I:%M:%S %P %Z").to_string());
            }
        }
    }

    #[test]
    fn tidy_drops_what_could_deceive_the_eye_and_keeps_lines() {
        assert_eq!(tidy("a\r\nb\u{202e}c\u{200f}\u{0}\u{1b}[31m\u{2066}"), "a\nbc[31m");
        for (text, limit, line) in [
            ("  one \n two  three", 9, "one two…"),
            ("one two", 7, "one two"),
            ("one two", 6, "one t…"),
            ("one ", 9, "one"),
            (" one", 9, "one"),
            ("", 9, ""),
        ] {
            assert_eq!(brief(text, limit), line);
        }
    }

    #[test]
    fn keys_are_the_contracts_words() {
        assert_eq!(key(&Verdict::NotShopped), "not_shopped");
        assert_eq!(key(&Origin::AutoReply), "auto_reply");
    }
}
