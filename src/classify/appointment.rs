//! Does it ask for a visit or a call? Specific: a stated day and time, a calendar request, or a scheduling link. Vague: an invitation without one.

use std::sync::LazyLock;

use super::Appointment;
use super::pattern::{Regex, any_case, sentences, shorten};
use crate::collect::mail::Link;

static BOOKING: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:^|//|%2f%2f|\.)(?:calendly\.com(?:/|%2f)\w|meetings(?:-\w+)?\.hubspot\.com|[\w.-]+(?:/|%2f)meetings(?:/|%2f)\w|[\w-]+\.chilipiper\.com|(?:[\w-]+\.)?acuityscheduling\.com|[\w-]+\.as\.me\b|[\w-]+\.youcanbook\.me|savvycal\.com(?:/|%2f)\w|outlook\.office(?:365)?\.com(?:/|%2f)(?:bookwithme|owa(?:/|%2f)calendar)|bookings\.cloud\.microsoft|outlook\.office\.com(?:/|%2f)book|calendar\.app\.google|calendar\.google\.com(?:/|%2f)calendar(?:/|%2f)(?:u(?:/|%2f)\d(?:/|%2f))?appointments|cal\.com(?:/|%2f)\w|tidycal\.com(?:/|%2f)\w|go\.oncehub\.com|doodle\.com(?:/|%2f)(?:bp|meeting|poll)|[\w-]+\.setmore\.com|zcal\.co(?:/|%2f)\w|[\w-]+\.appointlet\.com|koalendar\.com(?:/|%2f)\w|(?:cal|calendar|book|booking|bookings|schedule|appointments?)\.[\w-]+\.\w+(?:/|%2f)\w|[\w.-]*nternow\.com|[\w.-]*utourhomes\.com|[\w.-]*tour24now\.com)",
    )
});
/// The reader's own calendar, to which a calendar's mails link.
static OWN_CALENDAR: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"^https?://calendar\.google\.com/calendar/?(?:$|\?|#|(?:u/\d/?)?(?:$|\?|r\b|event|embed|render))"));
static BOOKING_TEXT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:book|schedule|reserve|pick|choose|grab|select|find|escoja|elija|agende)\b.{0,30}\b(?:tour|visit|appointment|time|call|meeting|slot|hora|cita)\b|\bself.guided tour\b|\bmy calendar\b",
    )
});
static DAY: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|(?:mon|tue|wed|thu|thurs|fri|sat)\b\.?|today|tonight|tomorrow|tmrw|this (?:afternoon|evening|morning)|next week(?:end)?|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|sept|oct|nov|dec)[a-z]*\.? \d{1,2}|\d{1,2}/\d{1,2}|the \d{1,2}(?:st|nd|rd|th)|lunes|martes|mi[eé]rcoles|jueves|viernes|s[aá]bado|domingo|ma[nñ]ana|hoy)",
    )
});
static TIME: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:\d{1,2}(?::\d{2})? ?(?:a\.?m?\.?|p\.?m?\.?)(?:\b|[\s,.?!]|$)|\d{1,2} ?o'?clock|\d{1,2}:\d{2}\b|noon\b|midday\b|lunch(?:time)?\b|half past\b|quarter (?:to|past|till)\b|(?:at|around|after|by|between|a las|a la|las|either|say) \d{1,2}(?:ish)?\b|@ ?\d{1,2}|\d{1,2} or \d{1,2}\b|mediod[ií]a|(?:first thing|early|late) (?:in the )?(?:morning|afternoon))",
    )
});
/// A day that is over, a day by which something else happens.
static NOT_AHEAD: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:yesterday|last (?:week|night|month|mon|tues|wednes|thurs|fri|satur|sun)\w*|(?:was|were) (?:great|nice|good|lovely|so|out|a pleasure)|(?:great|nice|good|lovely) (?:meeting|seeing|talking|chatting)|(?:came|stopped|called|visited|met|missed|emailed|wrote) (?:you |by |in |me |us )?|cut our call|since (?:mon|tues|wednes|thurs|fri|satur|sun)\w*|until|till|through|starting|ayer|pasad[oa])\b|\b(?:expect|answer|hear|know|inbox|get back|update|reply|email|send)\b.{0,40}\bby (?:mon|tues|wednes|thurs|fri|satur|sun|tom|noon|the)",
    )
});
static INVITES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:tour|visit|meet|meeting|appointment|stop (?:by|in)|swing by|drop by|come (?:by|in|out|see|visit|take)|call|chat|talk|zoom|facetime|walk ?through|schedule|set (?:up|aside)|show you|see (?:it|the|you|our)|works?|available|free|open for you|get together|connect|cita|visit\w*|llamar?(?:le)?|reunir\w*|pas(?:e|ar) por|set aside|penci?l+ed|holding|let'?s do|put you down|got you (?:down|for)|i have|i'?m (?:free|open|at)|i can|i could|ok\?|suit|invit|come along|walk you|opening|venir|vernos|vemos|la espero|lo espero|d[aá] una vuelta|¿le parece)\b",
    )
});
static VAGUE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:schedule|set up|arrange|book|plan|make|pick|find|choose) (?:a|an|your|our|some) .{0,30}\b(?:tour|visit|time|appointment|call|meeting|showing|walk|day)|(?:come|stop|swing|drop|pop|pass) (?:on )?(?:by|in|out|over|see|visit)|(?:would|could|can|do|are|when|what) .{0,60}\b(?:tour|visit|meet|appointment|stop by|come (?:by|in|out|see)|a (?:quick )?call|chat|good time|best time|works? (?:best )?for you)\b|(?:love|like|happy|glad|thrilled|delighted|pleased) to (?:show you|meet|give you a tour|have you|schedule|set up|hop on|connect|show (?:it|you|them))|(?:give|shoot) (?:me|us) a (?:call|ring|buzz|text)|(?:please )?(?:call|ring|text|phone) (?:me|us)\b|visit us|tour (?:the|our|one)|let'?s (?:pick|find|set|get|hop|talk|chat|jump|meet|book|schedule)|hop on a|(?:best|good|right) number to (?:reach|call)|(?:cu[aá]ndo|a qu[eé] hora)\b.{0,30}\b(?:marcar|llamar|llamo|hablar)|when can i (?:call|reach)|when'?s a good|come (?:walk|experience|meet|have|spend)|sit down (?:together|with)|time for a (?:quick )?(?:chat|call|visit)|see it in person|have you (?:out|over|in)|(?:out|over|in) for a (?:tour|look|visit)|welcome (?:at|to (?:come|stop|visit|see|walk|look|peek|poke|tour|drop|swing|pop|view|wander))|if you(?:'d| would) (?:like|care|prefer|rather) to (?:chat|talk|visit|see|tour|stop|come|meet)|does \w+day work|free (?:this |on )?\w+day|let me know (?:when|(?:what|which) (?:time|day)|if you(?:'d| would) like to (?:see|tour|visit|come|schedule|meet|set))|agendar|una cita|visitarnos|visit[ae]|p[aá]se(?:le|n)?\b|venir\b|una vuelta|conocer (?:la|el|las|los)|(?:me|nos) (?:habla|llama|marca|marque|hable|llame)\b|ll[aá]m(?:e|a)(?:me|nos)|m[aá]rqueme)",
    )
});
static HOURS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?\s*(?:-|\u{2013}|to|through|thru|&|and)\s*(?:mon|tue|wed|thu|fri|sat|sun)|\b(?:hours|business hours|open (?:daily|from|every|until|monday|tuesday|mon\b|seven|7 days)|we are open|we're open|is open|office is|closed)\b|\bdaily\b|every day|7 days a week",
    )
});

/// The judgement with the words it rests on, and the scheduling link.
pub(super) fn asked(text: &str, links: &[Link], calendar: bool) -> (Appointment, String, Option<String>) {
    let booking = links.iter().find(|link| BOOKING.is_match(&link.href) && !OWN_CALENDAR.is_match(&link.href));
    if let Some(link) = booking {
        return (Appointment::Specific, shorten(if link.text.is_empty() { &link.href } else { &link.text }), Some(link.href.clone()));
    }
    if calendar {
        return (Appointment::Specific, "a calendar request".to_owned(), None);
    }
    let all = sentences(text);
    let specific = all.iter().enumerate().find(|(at, sentence)| {
        let before = at.checked_sub(1).and_then(|before| all.get(before)).is_some_and(|before| INVITES.is_match(before));
        let after = all.get(at + 1).is_some_and(|after| after.trim_end().ends_with('?') && INVITES.is_match(after));
        let asks = sentence.trim_end().ends_with('?') || INVITES.is_match(sentence) || before || after;
        DAY.is_match(sentence) && TIME.is_match(sentence) && asks && !HOURS.is_match(sentence) && !NOT_AHEAD.is_match(sentence)
    });
    if let Some((_, sentence)) = specific {
        return (Appointment::Specific, shorten(sentence), None);
    }
    // A link of any maker that the writer calls a calendar.
    let called = all.iter().find(|sentence| BOOKING_TEXT.is_match(sentence) && sentence.contains("://"));
    if let Some((sentence, link)) = called.and_then(|sentence| Some((sentence, links.iter().find(|link| sentence.contains(&link.href))?))) {
        return (Appointment::Specific, shorten(sentence), Some(link.href.clone()));
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
            ("You're welcome to poke around the one on Birch, it's open.", Appointment::Vague),
            ("I'm here till 6 if you'd like to chat.", Appointment::Vague),
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
        for (link, expected) in [
            ("https://calendar.google.com/calendar/", Appointment::None),
            ("https://calendar.google.com/calendar/u/0/r/eventedit", Appointment::None),
            ("https://calendar.google.com/calendar/event?action=VIEW&eid=x", Appointment::None),
            ("https://calendar.google.com/calendar/u/0/appointments/schedules/AcZss", Appointment::Specific),
        ] {
            assert_eq!(asked("", &links_in(link), false).0, expected, "{link}");
        }
    }
}
