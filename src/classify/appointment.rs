//! Does it ask for a visit or a call? Specific: a stated day and time, a calendar request, or a scheduling link. Vague: an invitation without one.

use std::sync::LazyLock;

use regex::Regex;

use super::Appointment;
use super::pattern::{any_case, sentences, shorten};
use crate::collect::mail::Link;

static BOOKING: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:^|//|%2f%2f|\.)(?:calendly\.com(?:/|%2f)\w|meetings(?:-\w+)?\.hubspot\.com|[\w.-]+(?:/|%2f)meetings(?:/|%2f)\w|[\w-]+\.chilipiper\.com|(?:[\w-]+\.)?acuityscheduling\.com|[\w-]+\.as\.me\b|[\w-]+\.youcanbook\.me|savvycal\.com(?:/|%2f)\w|outlook\.office(?:365)?\.com(?:/|%2f)(?:bookwithme|owa(?:/|%2f)calendar)|bookings\.cloud\.microsoft|outlook\.office\.com(?:/|%2f)book|calendar\.app\.google|calendar\.google\.com(?:/|%2f)calendar(?:/|%2f)(?:u(?:/|%2f)\d(?:/|%2f))?appointments|cal\.com(?:/|%2f)\w|tidycal\.com(?:/|%2f)\w|go\.oncehub\.com|doodle\.com(?:/|%2f)(?:bp|meeting|poll)|[\w-]+\.setmore\.com|zcal\.co(?:/|%2f)\w|[\w-]+\.appointlet\.com|koalendar\.com(?:/|%2f)\w|[\w.-]*nternow\.com|[\w.-]*utourhomes\.com|[\w.-]*tour24now\.com)",
    )
});
static BOOKING_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(r"\b(?:book|schedule|reserve|pick|choose)\b.{0,30}\b(?:tour|visit|appointment|time|call|meeting)\b|\bself.guided tour\b")
});
static DAY: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|thurs|fri|sat)\b\.?|today|tonight|tomorrow|this (?:afternoon|evening|morning)|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.? \d{1,2}|\d{1,2}/\d{1,2}|the \d{1,2}(?:st|nd|rd|th)|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|ma[nñ]ana|hoy)",
    )
});
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:\d{1,2}(?::\d{2})? ?(?:a\.?m\b|p\.?m\b|o'?clock)|\d{1,2}:\d{2}\b|noon\b|(?:at|around|after|by|between|a las|a la) \d{1,2}\b)",
    )
});
static INVITES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:tour|visit|meet|meeting|appointment|stop (?:by|in)|swing by|drop by|come (?:by|in|out|see|visit|take)|call|chat|talk|zoom|facetime|walk ?through|schedule|set (?:up|aside)|show you|see (?:it|the|you|our)|works?|available|free|open for you|get together|connect|cita|visit\w*|llamar?(?:le)?|reunir\w*|pas(?:e|ar) por)\b",
    )
});
static VAGUE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:schedule|set up|arrange|book|plan|make) (?:a|an|your|our|some) .{0,30}\b(?:tour|visit|time|appointment|call|meeting|showing|walk)|(?:come|stop|swing|drop) (?:by|in|out|see|visit)|(?:would|could|can|do|are|when|what) .{0,60}\b(?:tour|visit|meet|appointment|stop by|come (?:by|in|out|see)|a (?:quick )?call|chat|good time|best time|works? (?:best )?for you)\b|(?:love|like|happy|glad) to (?:show you|meet|give you a tour|have you|schedule|set up|hop on|connect)|give (?:me|us) a (?:call|ring)|call (?:me|us)\b|visit us|tour (?:the|our|one)|let me know (?:when|what (?:time|day)|if you(?:'d| would) like to (?:see|tour|visit|come|schedule|meet|set))|agendar|una cita|visitarnos|ll[aá]m(?:e|a)(?:me|nos))",
    )
});
static HOURS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s*(?:-|\u{2013}|to|through|thru|&|and)\s*(?:mon|tue|wed|thu|fri|sat|sun)|\b(?:hours|business hours|open (?:daily|from|every|until|monday|tuesday|mon\b|seven|7 days)|we are open|we're open|is open|office is|closed)\b|\bdaily\b|every day|7 days a week",
    )
});

/// The judgement with the words it rests on, and the scheduling link.
pub(super) fn asked(text: &str, links: &[Link], calendar: bool) -> (Appointment, String, Option<String>) {
    let booking = links.iter().find(|link| BOOKING.is_match(&link.href));
    if let Some(link) = booking {
        return (Appointment::Specific, shorten(if link.text.is_empty() { &link.href } else { &link.text }), Some(link.href.clone()));
    }
    if calendar {
        return (Appointment::Specific, "a calendar request".to_owned(), None);
    }
    let all = sentences(text);
    let specific = all.iter().enumerate().find(|(at, sentence)| {
        let before = at.checked_sub(1).and_then(|before| all.get(before)).is_some_and(|before| INVITES.is_match(before));
        DAY.is_match(sentence) && TIME.is_match(sentence) && (INVITES.is_match(sentence) || before) && !HOURS.is_match(sentence)
    });
    if let Some((_, sentence)) = specific {
        return (Appointment::Specific, shorten(sentence), None);
    }
    // A tracked button hides its target, but says what it does.
    if let Some(link) =
        links.iter().find(|link| BOOKING_TEXT.is_match(&link.text) && link.href.starts_with("http") && link.text.chars().count() <= 60)
    {
        return (Appointment::Specific, shorten(&link.text), Some(link.href.clone()));
    }
    match all.iter().find(|sentence| VAGUE.is_match(sentence)) {
        Some(sentence) => (Appointment::Vague, shorten(sentence), None),
        None => (Appointment::None, String::new(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collect::mail::links_in;

    #[test]
    fn tells_a_time_from_an_invitation() {
        for (text, expected) in [
            ("Could you come by Saturday at 2pm?", Appointment::Specific),
            ("I have openings for a tour. Thursday at 10:30 or Friday at 4 pm?", Appointment::Specific),
            ("\u{bf}Puede visitarnos el s\u{e1}bado a las 3?", Appointment::Specific),
            ("Book here: https://calendly.com/amy-ortiz/tour", Appointment::Specific),
            ("Would you like to schedule a tour?", Appointment::Vague),
            ("Give me a call!", Appointment::Vague),
            ("Stop by our model. We are open Monday-Saturday 10 am to 6 pm.", Appointment::Vague),
            ("Our office is open Saturday from 10 am.", Appointment::None),
            ("Yes, it has a third bay.", Appointment::None),
            ("I will be out until Monday at 9 am.", Appointment::None),
        ] {
            let (found, quote, _) = asked(text, &links_in(text), false);
            assert_eq!(found, expected, "{text}");
            assert_eq!(quote.is_empty(), found == Appointment::None, "{text}");
        }
        let link = asked("https://meetings.hubspot.com/amy", &links_in("https://meetings.hubspot.com/amy"), false).2;
        assert_eq!(link.as_deref(), Some("https://meetings.hubspot.com/amy"));
        assert_eq!(asked("", &links_in("https://calendly.com"), false).0, Appointment::None, "a footer mark is no scheduling link");
    }
}
