//! What a trainer takes from a scorecard, as a page shows it: what to mend first with its coaching, what may lie behind it, how the buyer
//! was looked after. Takes an insight; gives what the template prints. A hypothesis is never shown without its name as one, what it
//! rests on, and what else would explain it.

use super::ReportShop;
use super::words::{self, brief, count, points, tidy};
use crate::score::TouchId;
use crate::score::insight::{Continuity, Fix, Hypothesis, OptOut, Week};

/// Something to mend, with how to do it better.
pub(crate) struct Mend {
    pub(crate) title: String,
    pub(crate) gain: String,
    pub(crate) gain_word: &'static str,
    pub(crate) note: String,
    pub(crate) why: String,
    pub(crate) what: &'static str,
    pub(crate) reason: &'static str,
    pub(crate) good: &'static str,
    pub(crate) bad: &'static str,
    pub(crate) source: &'static str,
    pub(crate) touches: Vec<usize>,
}

/// What may lie behind it.
pub(crate) struct Guess {
    pub(crate) title: &'static str,
    pub(crate) says: &'static str,
    pub(crate) confidence: String,
    pub(crate) rests_on: Vec<String>,
    pub(crate) instead: Vec<&'static str>,
    pub(crate) ask: &'static str,
    pub(crate) touches: Vec<usize>,
}

/// A week of the window: what people did in it, and whether that was anything.
pub(crate) struct OneWeek {
    pub(crate) number: u32,
    pub(crate) state: &'static str,
    pub(crate) cells: [String; 4],
}

/// How the buyer was looked after.
pub(crate) struct Care {
    pub(crate) lines: Vec<(&'static str, String)>,
    pub(crate) weeks: Vec<OneWeek>,
}

/// The numbers on the page of touches that a shop holds.
fn numbers(shop: &ReportShop, ids: &[TouchId]) -> Vec<usize> {
    let number = |id: &TouchId| shop.card.touches.iter().position(|touch| touch.id == *id).map(|n| n + 1);
    ids.iter().filter_map(number).take(8).collect()
}

/// What to mend first.
pub(crate) fn mends(shop: &ReportShop) -> Vec<Mend> {
    let mend = |fix: &Fix| {
        let cap = fix.cap.map(|cap| format!("It holds the score at {}.", points(cap)));
        let held = fix.held_by.map(|cap| format!("Worth it once the cap of {} is lifted.", points(cap)));
        let gain = fix.gain.map(|gain| (gain * 10.0).round() / 10.0);
        Mend {
            title: brief(fix.title, 100),
            gain: gain.map_or_else(String::new, |gain| format!("+{}", points(gain))),
            gain_word: if gain.is_some_and(|gain| (gain - 1.0).abs() < 0.05) { "point" } else { "points" },
            note: cap.into_iter().chain(held).collect::<Vec<_>>().join(" "),
            why: sentence(&fix.why),
            what: &fix.coaching.what,
            reason: &fix.coaching.why,
            good: &fix.coaching.good,
            bad: &fix.coaching.bad,
            source: fix.coaching.source.as_deref().unwrap_or_default(),
            touches: numbers(shop, &fix.touches),
        }
    };
    shop.insight.iter().flat_map(|insight| &insight.fixes).map(mend).collect()
}

/// A reason as a sentence of its own.
fn sentence(text: &str) -> String {
    let text = tidy(text);
    let mut letters = text.trim().trim_end_matches('.').chars();
    letters.next().map_or_else(String::new, |first| format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// What may lie behind it.
pub(crate) fn guesses(shop: &ReportShop) -> Vec<Guess> {
    let guess = |hypothesis: &Hypothesis| Guess {
        title: hypothesis.title,
        says: hypothesis.says,
        confidence: words::percent(hypothesis.confidence),
        rests_on: hypothesis.rests_on.iter().map(|text| sentence(text)).collect(),
        instead: hypothesis.instead.clone(),
        ask: hypothesis.ask,
        touches: numbers(shop, &hypothesis.touches),
    };
    shop.insight.iter().flat_map(|insight| &insight.hypotheses).map(guess).collect()
}

/// How the buyer was looked after; nothing where nothing personal came.
pub(crate) fn care(shop: &ReportShop) -> Option<Care> {
    let seen = &shop.insight.as_ref()?.continuity;
    let lines = lines(shop, seen);
    let weeks: Vec<OneWeek> = seen.weeks.iter().map(week).collect();
    (!lines.is_empty() || !weeks.is_empty()).then_some(Care { lines, weeks })
}

fn lines(shop: &ReportShop, seen: &Continuity) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    if !seen.people.is_empty() {
        let person = |p: &crate::score::insight::Person| format!("{} ({})", brief(&p.name, 80), count(p.touches, "touch", "touches"));
        let named: Vec<String> = seen.people.iter().map(person).collect();
        let unnamed =
            if seen.unnamed > 0 { format!(", and {} without a name", count(seen.unnamed, "touch", "touches")) } else { String::new() };
        lines.push(("People", format!("{}: {}{unnamed}.", count(named.len(), "person", "people"), named.join(", "))));
    } else if seen.unnamed > 0 {
        lines.push(("People", format!("Nobody gave a name in {}.", count(seen.unnamed, "personal touch", "personal touches"))));
    }
    if !seen.hand_offs.is_empty() {
        let hand_off = |h: &crate::score::insight::HandOff| {
            format!("{} to {}, {}", brief(&h.from, 80), brief(&h.to, 80), if h.introduced { "introduced" } else { "not introduced" })
        };
        lines.push(("Hand-offs", format!("{}.", seen.hand_offs.iter().map(hand_off).collect::<Vec<_>>().join("; "))));
    }
    if seen.weeks_judged > 0 {
        lines.push((
            "Weekly contact",
            format!("A person made contact in {} of {}.", seen.weeks_touched, count(seen.weeks_judged, "week", "weeks")),
        ));
    }
    if !seen.over_calling.is_empty() {
        let at: Vec<String> = numbers(shop, &seen.over_calling).iter().map(usize::to_string).collect();
        lines.push(("Over-calling", format!("A burst of calls that was too many: touches {}.", at.join(", "))));
    }
    match seen.opt_out {
        OptOut::NotTested => {}
        OptOut::Open => lines.push(("Opt-out", "Sent; nothing came later than it may, so far.".to_owned())),
        OptOut::Honoured => lines.push(("Opt-out", "Honoured: nothing came later than it may.".to_owned())),
        OptOut::Ignored => lines.push(("Opt-out", "Ignored: something came later than it may.".to_owned())),
    }
    lines
}

fn week(week: &Week) -> OneWeek {
    let cell = |n: Option<u32>| n.map_or_else(|| words::NONE.to_owned(), |n| n.to_string());
    OneWeek {
        number: week.number,
        state: match (week.touched, week.over) {
            (Some(true), _) => "contact",
            (Some(false), true) => "no contact",
            (Some(false), false) => "not over",
            (None, _) => "not known",
        },
        cells: [cell(week.calls), cell(week.texts), cell(week.personal_emails), week.marketing.to_string()],
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reason_reads_as_a_sentence_and_ends_once() {
        for (text, want) in [("rang after 3 min", "Rang after 3 min."), ("It came late.", "It came late."), ("", ""), ("  é. ", "É.")] {
            assert_eq!(sentence(text), want);
        }
    }
}
