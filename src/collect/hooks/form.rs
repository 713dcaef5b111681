//! The forms by which Twilio and Plivo tell of calls, recordings and texts. What comes in names no time: it lies within the time
//! that the request may have been under way: Twilio waits 15 seconds for an answer before it tries a second address, Plivo a minute. What tells of the
//! end of a call names its length, and by that its beginning; Plivo also its start, without a zone, which is believed where it fits that.

use std::collections::BTreeMap;

use chrono::{DateTime, Duration, Utc};

use super::Provider;
use crate::collect::Channel;
use crate::collect::phone::fields::{began, caller, is_elsewhere};
use crate::collect::phone::{CallRecord, Direction, ELSEWHERE, LEG, Read, Settings, Stamp, when};

/// How long before its arrival a request may have set out.
fn under_way(provider: Provider) -> Duration {
    Duration::seconds(if provider == Provider::Twilio { 20 } else { 60 })
}

/// How long after a recording its transcript may come.
const TRANSCRIBED: Duration = Duration::hours(24);

/// Reads the fields of a form that had come at `at`.
///
/// # Errors
/// When it is about no call and no text, or its time cannot be read.
pub(super) fn read(provider: Provider, fields: &[(String, String)], at: DateTime<Utc>, settings: &Settings) -> Result<Read, String> {
    let fields: BTreeMap<&str, &str> =
        fields.iter().map(|(name, value)| (name.as_str(), value.trim())).filter(|(_, value)| !value.is_empty()).collect();
    let first = |names: &[&str]| names.iter().find_map(|name| fields.get(name).copied());
    let owned = |names: &[&str]| first(names).map(str::to_owned);
    if first(&["ParentCallSid", "ParentCallUUID"]).is_some() || first(&["Direction"]) == Some("outbound-dial") {
        return Ok(Read::Skip(LEG));
    }
    if [first(&["From"]), first(&["To"])].into_iter().flatten().any(is_elsewhere) {
        return Ok(Read::Skip(ELSEWHERE));
    }
    let under_way = under_way(provider);
    let arrived = Stamp::between(at - under_way, at).arrival();
    let (from, to) = (caller(first(&["From"])), caller(first(&["To"])));
    let direction = match first(&["Direction"]) {
        Some(text) if text.starts_with("out") => Direction::Outbound,
        None if from.is_some() && from == settings.own => Direction::Outbound,
        _ => Direction::Inbound,
    };
    let record = |channel, at| CallRecord {
        direction,
        from: from.clone(),
        to: to.clone().or_else(|| settings.own.clone().filter(|_| direction == Direction::Inbound)),
        ..CallRecord::new(channel, at)
    };
    let call = owned(&["CallSid", "CallUUID"]);
    if let Some(id) = owned(&["MessageSid", "SmsSid", "SmsMessageSid", "MessageUUID"]) {
        return Ok(match first(&["Body", "Text"]) {
            None if first(&["NumMedia"]).is_none_or(|media| media == "0") => Read::Skip("reports of texts that were sent"),
            body => Read::call(CallRecord { id: Some(id), body: body.map(str::to_owned), ..record(Channel::Sms, arrived) }),
        });
    }
    if let Some(id) = owned(&["RecordingSid", "RecordingID"]) {
        let length = first(&["RecordingDuration"]).and_then(when::duration);
        let long = Duration::seconds(i64::from(length.unwrap_or_default()));
        let latest = at - long;
        let began = match first(&["RecordingStartTime"]) {
            Some(text) => moment(text).ok_or_else(|| format!("RecordingStartTime is {text:?}, and must be a date"))?,
            None if fields.contains_key("TranscriptionText") => Stamp::between(latest - TRANSCRIBED, latest),
            None => Stamp::between(latest - under_way, latest).arrival(),
        };
        return Ok(Read::call(CallRecord {
            id: Some(id),
            session: call,
            duration_s: length,
            body: owned(&["TranscriptionText"]),
            ..record(Channel::Voicemail, began)
        }));
    }
    let id = call.ok_or_else(|| format!("{} tells of no call and no text", provider.name()))?;
    let status = first(&["CallStatus"]).unwrap_or_default();
    let length = first(&["CallDuration", "Duration"]).and_then(when::duration);
    let answered = match status {
        "completed" | "in-progress" => Some(true),
        "busy" | "failed" | "no-answer" | "canceled" | "cancel" | "timeout" => Some(false),
        _ => None,
    };
    let over = length.is_some() || answered == Some(false) || status == "completed";
    let reckoned = match first(&["Timestamp"]) {
        Some(text) => {
            let told = moment(text).ok_or_else(|| format!("Timestamp is {text:?}, and must be a date"))?;
            began(told, answered, over, length)
        }
        // The first request comes as it rings; a later one came later by the ringing, and by the call.
        None if over || answered.is_some() => began(arrived, answered, over, length),
        None => arrived,
    };
    let began = first(&["StartTime"]).and_then(|text| started(text, reckoned)).unwrap_or(reckoned);
    Ok(Read::call(CallRecord {
        session: Some(id.clone()),
        id: Some(id),
        duration_s: length,
        answered,
        name: owned(&["CallerName"]),
        forwarded_from: caller(first(&["ForwardedFrom"])),
        attestation: owned(&["StirVerstat", "StirAttestation"]),
        ..record(Channel::Call, began)
    }))
}

/// A start with its offset; or one without, as Plivo writes it, where it lies within what the request shows of it if it is UTC.
fn started(text: &str, reckoned: Stamp) -> Option<Stamp> {
    if let Some(started) = moment(text) {
        return Some(started);
    }
    let (naive, length) = when::naive_iso(text)?;
    let utc = Stamp::exactly(naive.and_utc()).coarse(length);
    let slack = Duration::seconds(1);
    let latest = reckoned.latest.unwrap_or(reckoned.at);
    (reckoned.at - slack <= utc.latest.unwrap_or(utc.at) && utc.at <= latest + slack).then_some(utc)
}

/// A date of RFC 2822 or ISO 8601.
fn moment(text: &str) -> Option<Stamp> {
    when::rfc2822(text).or_else(|| when::iso(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(pairs: &[(&str, &str)]) -> Result<Read, String> {
        let fields: Vec<(String, String)> = pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let settings = Settings { own: Some("+15125550142".to_owned()), ..Settings::default() };
        read(Provider::Twilio, &fields, "2026-11-02T15:05:00Z".parse().unwrap(), &settings)
    }

    fn shown(read: Result<Read, String>) -> String {
        match read {
            Ok(Read::Call(call)) => format!(
                "{:?} {} {} {}..{} {:?} {:?}",
                call.channel,
                call.id.unwrap_or_default(),
                call.from.unwrap_or_else(|| "withheld".to_owned()),
                call.started_at.format("%H:%M:%S"),
                call.started_at_latest.map(|at| at.format("%H:%M:%S").to_string()).unwrap_or_default(),
                call.answered,
                call.body.or(call.session).unwrap_or_default(),
            ),
            Ok(Read::Skip(what)) => what.to_owned(),
            Err(error) => error,
        }
    }

    #[test]
    fn what_comes_in_lies_within_the_time_that_the_request_was_under_way() {
        for (pairs, want) in [
            (
                &[
                    ("CallSid", "CA1"),
                    ("From", "+15125550100"),
                    ("To", "+15125550142"),
                    ("CallStatus", "ringing"),
                    ("Direction", "inbound"),
                ][..],
                "Call CA1 +15125550100 15:04:40..15:05:00 None \"CA1\"",
            ),
            (
                &[
                    ("CallSid", "CA1"),
                    ("From", "+266696687"),
                    ("CallStatus", "completed"),
                    ("CallDuration", "30"),
                    ("Timestamp", "Mon, 02 Nov 2026 15:04:59 +0000"),
                ],
                "Call CA1 withheld 15:02:29..15:04:30 Some(true) \"CA1\"",
            ),
            (
                &[("CallSid", "CA1"), ("From", "+15125550100"), ("CallStatus", "in-progress")],
                "Call CA1 +15125550100 15:02:40..15:05:00 Some(true) \"CA1\"",
            ),
            (
                &[
                    ("CallUUID", "p1"),
                    ("From", "15125550100"),
                    ("CallStatus", "completed"),
                    ("Duration", "40"),
                    ("StartTime", "2026-11-02 15:03:50"),
                ],
                "Call p1 +15125550100 15:03:50.. Some(true) \"p1\"",
            ),
            (
                &[
                    ("CallUUID", "p1"),
                    ("From", "15125550100"),
                    ("CallStatus", "completed"),
                    ("Duration", "40"),
                    ("StartTime", "2026-11-02 09:03:50"),
                ],
                "Call p1 +15125550100 15:02:00..15:04:21 Some(true) \"p1\"",
            ),
            (
                &[("MessageSid", "SM1"), ("From", "72345"), ("To", "+15125550142"), ("Body", "Hi"), ("NumMedia", "0")],
                "Sms SM1 72345 15:04:40..15:05:00 None \"Hi\"",
            ),
            (&[("MessageSid", "SM1"), ("From", "whatsapp:+15125550100"), ("To", "whatsapp:+15125550142"), ("Body", "Hi")], ELSEWHERE),
            (&[("MessageSid", "SM1"), ("MessageStatus", "delivered")], "reports of texts that were sent"),
            (&[("CallSid", "CA2"), ("ParentCallSid", "CA1")], "legs of forwarded calls"),
            (
                &[("RecordingSid", "RE1"), ("CallSid", "CA1"), ("From", "+15125550100"), ("RecordingDuration", "10")],
                "Voicemail RE1 +15125550100 15:04:30..15:04:50 None \"CA1\"",
            ),
            (&[("Hello", "x")], "twilio tells of no call and no text"),
            (&[("CallSid", "CA1"), ("Timestamp", "soon")], "Timestamp is \"soon\", and must be a date"),
        ] {
            assert_eq!(shown(form(pairs)), want, "{pairs:?}");
        }
    }
}
