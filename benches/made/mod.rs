//! Shops as the benches of scoring and of reports take them, made up and the same each time; and what this process has used.

use chrono::{DateTime, TimeDelta};
use crickets::score::{Log, parse_log};
use serde_json::{Value, json};

/// Touches of a shop.
pub(crate) const TOUCHES: usize = 50;
/// Monday 2 November 2026, 10:00 in Chicago.
const START: i64 = 1_793_635_200;
/// The waves; the last is that of the report.
pub(crate) const WAVES: [&str; 6] = ["2026-06", "2026-07", "2026-08", "2026-09", "2026-10", "2026-11"];

/// The wave of a shop: two thirds are in the last.
pub(crate) fn wave_of(number: usize) -> &'static str {
    if number.is_multiple_of(3) { WAVES.get(number / 3 % WAVES.len()).copied().unwrap_or_default() } else { WAVES[5] }
}

/// The groups of a shop.
pub(crate) fn tags(number: usize) -> Vec<String> {
    vec![format!("market {}", number % 12), "national".to_owned()]
}

/// The state of a shop.
pub(crate) fn state(number: usize) -> &'static str {
    ["TX", "CO", "AZ", "FL", "GA"].get(number % 5).copied().unwrap_or_default()
}

/// Nanoseconds of CPU that this thread has used.
pub(crate) fn cpu_ns() -> u64 {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap_or_default();
    text.split(' ').next().and_then(|ns| ns.parse().ok()).unwrap_or(0)
}

/// A line of this process's status, in MB.
pub(crate) fn memory(key: &str) -> f64 {
    let text = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix(key));
    line.and_then(|line| line.split_whitespace().next()).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0) / 1_000.0
}

/// `SplitMix64`.
fn throw(state: &mut u64) -> u64 {
    *state = state.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let mixed = (*state ^ (*state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}

fn at(seconds: u64) -> String {
    (DateTime::from_timestamp(START, 0).unwrap_or_default() + TimeDelta::seconds(i64::try_from(seconds).unwrap_or(0))).to_rfc3339()
}

/// A shop of a busy builder: auto-reply, calls, voicemails, texts, personal mails with labels, and many drips.
pub(crate) fn log(number: usize) -> Log {
    let mut dice = number as u64;
    let hours = ["Mo-Fr 09:00-18:00; Sa 10:00-17:00; PH off", "Mo-Sa 10:00-18:00; Su 12:00-17:00", "Mo-Fr 09:00-17:00", "24/7"];
    let touches: Vec<Value> = (0..TOUCHES)
        .map(|n| {
            let when = if n < 4 { throw(&mut dice) % 20_000 } else { throw(&mut dice) % (30 * 86_400) };
            let (channel, origin, labels) = match throw(&mut dice) % 10 {
                0 => ("call", "personal", json!({})),
                1 => ("voicemail", "personal", json!({"sender_name": "Amy Ortiz", "question": "deferred"})),
                2 => ("sms", "personal", json!({"sender_name": "Amy", "name_used": true, "question": "unknown"})),
                3 | 4 => (
                    "email",
                    "personal",
                    json!({"sender_name": "Amy Ortiz", "name_used": true, "community_named": true, "placement": "inbox", "question": "yes",
                        "appointment": "specific", "direct_phone": "+15125550100", "reason_or_discovery": true}),
                ),
                5 => ("email", "auto_reply", json!({})),
                _ => ("email", "marketing", json!({"placement": "promotions"})),
            };
            json!({"id": format!("t_{number:06}{n:02}"), "channel": channel, "origin": origin, "at": at(when), "labels": labels,
                "from": if channel == "email" { "amy.ortiz@bluebonnet.example" } else { "+15125550100" }, "attributed_by": "alias",
                "confidence": 0.99, "evidence": format!("sha256:{:064x}", throw(&mut dice))})
        })
        .collect();
    let document = json!({"schema": "crickets.log/1", "as_of": at(31 * 86_400), "touches": touches, "inquiry": {
        "shop": format!("shop-{number:06}"), "builder": format!("Builder {}", number / 4), "timezone": "America/Chicago",
        "hours": hours.get(number % hours.len()), "sent_at": at(0), "confirmed_at": at(2), "confirmed_by": "redirect",
        "question": "Does the Magnolia come with a three-car garage?", "offered": {"phone": true, "text": number.is_multiple_of(3)}}});
    parse_log(&document.to_string()).unwrap_or_else(|error| panic!("{error}"))
}
