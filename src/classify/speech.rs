//! Calls, voicemails and texts: a call is a person's unless the transcript is a recorded message; a text is automatic when it
//! offers an opt-out, comes from a short code or reads like an acknowledgement.

use std::sync::LazyLock;

use regex::Regex;

use super::evidence::Evidence;
use super::pattern::any_case;
use super::{Context, Origin};
use crate::collect::phone::CallRecord;
use crate::collect::{Channel, Signal};

static RECORDED: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:this is (?:a|an) (?:recorded|automated|pre-?recorded) (?:message|call)|press (?:one|two|nine|\d) (?:to|for|now)|to (?:opt out|be removed)|prerecorded|warranty (?:is about|has expired|department)|your (?:vehicle|car)'?s? (?:extended )?warranty|don'?t hang up|final notice|interest rate on your credit card|esta es una llamada automatizada|marque (?:el )?\w+ para)",
    )
});
static OPT_OUT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:reply|text|txt|send|responda) ?\W{0,2}(?:stop|end|quit|cancel|unsubscribe|alto)\b|\bstop\W{0,2} (?:to|2) (?:end|opt|quit|cancel|unsubscribe|stop)|opt[- ]?out|msg (?:&|and|y) data rates|message and data rates|msg ?freq|reply help)",
    )
});
static TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:thank(?:s| you) for (?:your (?:inquiry|interest|request|message|submission|text)|contacting|reaching out|registering|opting|subscribing|signing)|we(?:'ve| have) received|you(?:'re| are) (?:now )?(?:subscribed|signed up|opted)|(?:a|one of our|our) .{0,40}(?:will|shall) (?:contact|reach|be in touch|get back|respond|follow)|this is an automated|automated (?:message|text|response)|do not reply|gracias por (?:su|tu|contactar)|your (?:verification )?code)",
    )
});
static SALE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:% off|sale|limited time|grand opening|open house|this weekend|incentive|special|save (?:up to )?\$|rates? as low|click|new homes? (?:from|available)|don'?t miss|starting at|rsvp)\b",
    )
});

/// The origin of a call, voicemail or text. `named`: the caller said who they are; `used`: the shopper's name was used.
pub(super) fn of_call(call: &CallRecord, named: bool, used: bool, context: &Context) -> (Origin, f64, Vec<Signal>) {
    let body = call.body.as_deref().map(str::trim).unwrap_or_default();
    match call.channel {
        Channel::Sms => text(call, body, named, used, context),
        _ if body.is_empty() => (Origin::Personal, 0.7, vec![Signal::new("call", 0.7, "a call; who spoke is not recorded")]),
        _ => spoken(body, named, used),
    }
}

fn spoken(body: &str, named: bool, used: bool) -> (Origin, f64, Vec<Signal>) {
    let mut robot = Evidence::default();
    robot.found(RECORDED.find(body).map(|found| found.as_str()), "recorded-message", 0.9);
    robot.when(used, "name-used", -0.2, "uses the shopper's name");
    if robot.score > 0.5 {
        return (Origin::Marketing, 0.85, robot.signals);
    }
    let mut person = Evidence::default();
    person.when(named, "named-person", 0.2, "says who is calling");
    person.when(used, "name-used", 0.15, "uses the shopper's name");
    person.when(true, "call", 0.7, "a call with a transcript that is no recorded message");
    (Origin::Personal, person.score.min(0.97), person.signals)
}

fn text(call: &CallRecord, body: &str, named: bool, used: bool, context: &Context) -> (Origin, f64, Vec<Signal>) {
    if body.is_empty() {
        return (Origin::Unknown, 0.4, vec![Signal::new("no-text", 0.0, "a text without words")]);
    }
    let from = call.from.as_deref().unwrap_or_default();
    let digits = from.chars().filter(char::is_ascii_digit).count();
    let short_code = !from.is_empty() && digits <= 6 && !from.starts_with('+');
    let mut machine = Evidence::default();
    machine.found(OPT_OUT.find(body).map(|found| found.as_str()), "opt-out-words", 0.6);
    machine.when(short_code, "short-code", 0.6, from);
    machine.found(TEMPLATE.find(body).map(|found| found.as_str()), "template-words", 0.5);
    machine.found(SALE.find(body).map(|found| found.as_str()), "advertising", 0.3);
    machine.when(context.elapsed_s.is_some_and(|seconds| (0..=60).contains(&seconds)), "soon", 0.15, "within a minute of the inquiry");
    machine.when(named, "named-person", -0.25, "says who is writing");
    machine.when(used, "name-used", -0.15, "uses the shopper's name");
    machine.when(body.contains('?') && !short_code, "asks", -0.15, "asks something");
    if machine.score < 0.5 {
        return (Origin::Personal, (0.9 - machine.score.max(0.0) * 0.5).min(0.95), machine.signals);
    }
    let ids: Vec<&str> = machine.signals.iter().map(|signal| signal.id.as_str()).collect();
    let origin = if ids.contains(&"template-words") && !ids.contains(&"advertising") { Origin::AutoReply } else { Origin::Marketing };
    (origin, (0.55 + machine.score * 0.3).min(0.95), machine.signals)
}
