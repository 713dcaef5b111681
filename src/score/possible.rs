//! What a `crickets.log/1` document cannot mean: two touches of one id, spans that end before they begin, an acceptance before the sending,
//! times that no calendar of ours reaches. Found once a document is read, with its place in the text. Whatever may be meant is left alone: touches
//! in any order, before the sending or after the end.

use std::collections::HashSet;
use std::ops::Range;

use chrono::{DateTime, Datelike as _, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;

use super::log::{Log, LogTouch};
use super::verdict::ScoreError;

/// Years in which inquiries are made.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=9999;

/// Where the parts of a log stand in its text.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow)]
    inquiry: Option<&'a RawValue>,
    #[serde(borrow)]
    touches: Option<Vec<&'a RawValue>>,
}

/// Refuses a log that cannot be.
///
/// # Errors
/// With the first thing that cannot be.
pub(super) fn check(log: &Log, text: &str) -> Result<(), ScoreError> {
    let parts = serde_json::from_str::<Parts<'_>>(text).ok();
    let of_touch = |n: usize| parts.as_ref()?.touches.as_ref()?.get(n).copied();
    let inquiry = || parts.as_ref()?.inquiry;
    let fail = |at: Option<&RawValue>, message: String, hint| {
        let span = at.and_then(|part| place(text, part.get()));
        Err(ScoreError::Impossible { message, hint, span })
    };
    let asked = &log.inquiry;
    if let Some((sent, confirmed)) = asked.sent_at.zip(asked.confirmed_at).filter(|(sent, confirmed)| sent > confirmed) {
        let message = format!("`confirmed_at` {confirmed} lies before `sent_at` {sent}");
        return fail(inquiry(), message, "a site accepts an inquiry after it was sent: mend one of the two");
    }
    if let Some(gap) = asked.coverage_gaps.iter().find(|gap| gap.to < gap.from) {
        let message = format!("a gap of {} ends at {}, before it begins at {}", gap.source, gap.to, gap.from);
        return fail(inquiry(), message, "mend `from` or `to` of the gap");
    }
    let of_inquiry = [Some(log.as_of), asked.sent_at, asked.confirmed_at, asked.opt_out_at, asked.withdrawn_at];
    let of_gaps = asked.coverage_gaps.iter().flat_map(|gap| [gap.from, gap.to]);
    if let Some(at) = of_inquiry.into_iter().flatten().chain(of_gaps).find(|at| !is_possible(*at)) {
        return fail(inquiry(), format!("{at} is no time at which anybody asked"), YEARS_HINT);
    }
    let mut ids = HashSet::new();
    for (n, touch) in log.touches.iter().enumerate() {
        if let Some((message, hint)) = impossible(touch) {
            return fail(of_touch(n), message, hint);
        }
        if !ids.insert(&touch.id) {
            let message = format!("two touches have the id `{}`", &*touch.id);
            return fail(of_touch(n), message, "give each its own: criteria name touches by it; the same touch stands once");
        }
    }
    Ok(())
}

const YEARS_HINT: &str = "write the time as it was, e.g. 2026-11-02T16:03:00Z";

fn impossible(touch: &LogTouch) -> Option<(String, &'static str)> {
    let id = &*touch.id;
    if let Some(latest) = touch.at_latest.filter(|latest| *latest < touch.at) {
        return Some((
            format!("`at_latest` {latest} of touch `{id}` lies before its `at` {}", touch.at),
            "`at` is the earliest moment it can have come, `at_latest` the latest: mend one of the two",
        ));
    }
    let wrong = [Some(touch.at), touch.at_latest].into_iter().flatten().find(|at| !is_possible(*at))?;
    Some((format!("{wrong} of touch `{id}` is no time at which anybody answers"), YEARS_HINT))
}

fn is_possible(at: DateTime<Utc>) -> bool {
    YEARS.contains(&at.year())
}

/// Where a part of a text stands in it.
fn place(text: &str, part: &str) -> Option<Range<usize>> {
    let start = part.as_ptr().addr().checked_sub(text.as_ptr().addr())?;
    let end = start.checked_add(part.len()).filter(|end| *end <= text.len())?;
    // A part may span many lines; its first is where to look.
    Some(start..start + part.lines().next().map_or(end - start, str::len))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::super::parse_log;
    use super::*;

    fn log() -> Value {
        json!({
            "schema": "crickets.log/1", "as_of": "2026-12-15T00:00:00Z",
            "inquiry": {"shop": "a", "timezone": "America/Chicago", "hours": "24/7", "sent_at": "2026-11-02T16:00:00Z",
                "confirmed_at": "2026-11-02T16:00:02Z", "confirmed_by": "text",
                "coverage_gaps": [{"source": "mailbox.main", "from": "2026-11-03T00:00:00Z", "to": "2026-11-03T01:00:00Z"}]},
            "touches": [
                {"id": "t1", "channel": "email", "origin": "personal", "at": "2026-11-02T16:05:00Z", "at_latest": "2026-11-02T16:05:00Z"},
                {"id": "t2", "channel": "call", "origin": "personal", "at": "2026-10-02T16:05:00Z"},
                {"id": "t0", "channel": "call", "origin": "personal", "at": "2027-10-02T16:05:00Z"}]
        })
    }

    #[test]
    fn what_cannot_be_is_refused_with_its_place_and_what_may_be_is_not() {
        let read = |log: &Value| parse_log(&serde_json::to_string_pretty(log).unwrap());
        assert!(read(&log()).is_ok(), "in any order, before the sending and after the end");
        for (pointer, value, said, line) in [
            ("/touches/1/id", json!("t1"), "two touches have the id `t1`", "\"id\": \"t1\""),
            ("/touches/0/at_latest", json!("2026-11-02T16:04:59Z"), "`at_latest` 2026-11-02 16:04:59 UTC of touch `t1`", "at_latest"),
            ("/inquiry/sent_at", json!("2026-11-02T16:00:03Z"), "`confirmed_at` 2026-11-02 16:00:02 UTC lies before `sent_at`", "sent_at"),
            ("/inquiry/coverage_gaps/0/to", json!("2026-11-02T00:00:00Z"), "a gap of mailbox.main ends at", "coverage_gaps"),
            ("/touches/2/at", json!("1026-10-02T16:05:00Z"), "1026-10-02 16:05:00 UTC of touch `t0`", "1026"),
            ("/as_of", json!("+12026-10-02T16:05:00Z"), "is no time at which anybody asked", "shop"),
        ] {
            let mut log = log();
            *log.pointer_mut(pointer).unwrap() = value;
            let text = serde_json::to_string_pretty(&log).unwrap();
            let Err(ScoreError::Impossible { message, span, .. }) = parse_log(&text) else { panic!("{pointer} is taken") };
            assert!(message.contains(said), "{message}");
            let rest = &text[span.unwrap().start..];
            assert!(rest.starts_with('{') && rest.split_once('}').unwrap().0.contains(line), "{pointer}: {rest}");
        }
    }
}
