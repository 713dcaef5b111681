//! Insight and program figures in words, the same in every format. Takes what the score found; gives sentences. Foreign text in them
//! (names, sources) is escaped by whoever prints it.

use super::words;
use crate::score::insight::{Continuity, Fix, Hypothesis, OptOut};
use crate::score::program::{Figures, Program, Ratio};

/// What stands above hypotheses, wherever they are printed.
pub(crate) const HYPOTHESES: &str = "Hypotheses, not findings: each rests on the pattern named with it, and other explanations are listed. \
    Ask before you believe it.";

/// What stands above a builder's own figures.
pub(crate) const PROGRAM: &str =
    "The builder’s own figures, as its file gives them. They are its word, stand beside the audit score, and change nothing in it.";

/// What mending it is worth, as a half sentence.
pub(crate) fn worth(fix: &Fix) -> String {
    match (fix.gain, fix.cap, fix.held_by) {
        (None, ..) => "nothing can be won before a person answers".to_owned(),
        (Some(gain), Some(cap), _) => {
            format!("the score is capped at {}, which costs {} now", words::points(cap), points(gain))
        }
        (Some(gain), None, Some(cap)) => {
            format!("worth up to {}, which show wholly only without the cap of {}", points(gain), words::points(cap))
        }
        (Some(gain), None, None) => format!("worth up to {}", points(gain)),
    }
}

fn points(value: f64) -> String {
    let text = words::score(value);
    if text == "1.0" { "1.0 point".to_owned() } else { format!("{text} points") }
}

/// The name of a hypothesis with how much speaks for it.
pub(crate) fn hypothesis(of: &Hypothesis) -> String {
    format!("{} (hypothesis, confidence {})", of.title, words::percent(of.confidence))
}

/// How the buyer was looked after, a sentence each.
pub(crate) fn continuity(of: &Continuity) -> Vec<String> {
    let mut told = Vec::new();
    if !of.people.is_empty() {
        let people = words::count(of.people.len(), "named person", "named people");
        let touches = |n| words::count(n, "touch", "touches");
        let each = of.people.iter().map(|person| format!("{} ({})", words::brief(&person.name, 80), touches(person.touches)));
        told.push(format!("{people}: {}.", each.collect::<Vec<_>>().join(", ")));
    }
    if of.unnamed > 0 {
        told.push(format!("{} without a name.", words::count(of.unnamed, "personal touch", "personal touches")));
    }
    for hand_off in &of.hand_offs {
        let how = if hand_off.introduced { "introduced" } else { "not introduced" };
        told.push(format!("{} after {}: {how}.", words::brief(&hand_off.to, 80), words::brief(&hand_off.from, 80)));
    }
    if of.weeks_judged > 0 {
        told.push(format!("A person made contact in {} of {}.", of.weeks_touched, words::plural(of.weeks_judged, "week")));
    }
    if !of.over_calling.is_empty() {
        told.push("Too many calls at once.".to_owned());
    }
    told.extend(opt_out(of.opt_out).map(str::to_owned));
    told
}

/// What became of an opt-out, in a sentence; `None` where none was sent.
pub(crate) fn opt_out(of: OptOut) -> Option<&'static str> {
    match of {
        OptOut::NotTested => None,
        OptOut::Open => Some("An opt-out was sent; nothing came too late so far."),
        OptOut::Honoured => Some("The opt-out was honoured."),
        OptOut::Ignored => Some("The opt-out was not honoured."),
    }
}

/// A ratio with its interval: `1.04 % (0.64 % to 1.68 %)`.
pub(crate) fn ratio(of: &Ratio) -> String {
    let Some(share) = of.share else { return words::NONE.to_owned() };
    match of.interval {
        Some([low, high]) => format!("{} ({} to {})", percent(share), percent(low), percent(high)),
        None => percent(share),
    }
}

/// A share in percent: two decimals below ten percent, else one; no idle zeros.
fn percent(share: f64) -> String {
    let value = share * 100.0;
    let text = if value < 10.0 { format!("{value:.2}") } else { format!("{value:.1}") };
    format!("{} %", text.trim_end_matches('0').trim_end_matches('.'))
}

/// The cells of a line of figures: leads, appointments, sales, and the three ratios.
pub(crate) fn figures(of: &Figures) -> [String; 6] {
    [
        of.leads.to_string(),
        of.appointments.to_string(),
        of.sales.to_string(),
        ratio(&of.lead_to_appointment),
        ratio(&of.appointment_to_sale),
        ratio(&of.lead_to_sale),
    ]
}

/// The headers of [`figures`].
pub(crate) const FIGURES: [&str; 6] = ["leads", "appointments", "sales", "lead to appointment", "appointment to sale", "lead to sale"];

/// The months that a program's figures cover, in words; empty where the file has none.
pub(crate) fn months(of: &Program) -> String {
    match (&of.from, &of.to) {
        (Some(from), Some(to)) if from == to => from.clone(),
        (Some(from), Some(to)) => format!("{from} to {to}"),
        _ => String::new(),
    }
}

/// The audit score beside the figures, in a sentence; empty where there is none.
pub(crate) fn audit(of: &Program) -> String {
    of.audit.map_or_else(String::new, |audit| {
        format!("Audit score: {} (n = {}, final inquiries over the trailing waves).", words::score(audit.mean_score), audit.n)
    })
}
