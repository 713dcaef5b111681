//! The rubric as a reader sees it: every criterion with what earns it, the caps and the tiers, read from the rubric's own numbers.
//! Takes a rubric, gives lines for the page of methods. Pure.

use super::words::{self, duration, percent, points};
use crate::score::{Rubric, TimeBase, Timed};

/// One criterion.
pub(crate) struct Rule {
    /// Its title.
    pub(crate) title: String,
    /// Its id.
    pub(crate) id: &'static str,
    /// Its points.
    pub(crate) points: String,
    /// What earns all of them.
    pub(crate) full: String,
    /// What earns some.
    pub(crate) partial: String,
}

/// The criteria by part: the part's title, its points, its rules.
pub(crate) fn criteria(rubric: &Rubric) -> Vec<(String, String, Vec<Rule>)> {
    let mut parts: Vec<(&str, f64, Vec<Rule>)> = Vec::new();
    for (id, worth) in rubric.criteria() {
        let (full, partial) = earned(rubric, id);
        let rule = Rule { title: words::criterion(id).to_owned(), id, points: points(worth), full, partial };
        match parts.last_mut() {
            Some((part, sum, rules)) if *part == words::part(id) => {
                *sum += worth;
                rules.push(rule);
            }
            _ => parts.push((words::part(id), worth, vec![rule])),
        }
    }
    parts.into_iter().map(|(part, sum, rules)| (words::part_title(part).to_owned(), points(sum), rules)).collect()
}

/// The caps, lowest first: the highest score, and when.
pub(crate) fn caps(rubric: &Rubric) -> Vec<(String, String)> {
    let caps = &rubric.caps;
    let mut all = vec![
        (caps.silent.0, "nothing came back, neither from a person nor from a machine".to_owned()),
        (caps.robot_only.0, "an automatic reply, and nothing personal".to_owned()),
        (caps.marketing_only.0, "marketing, and nothing personal".to_owned()),
        (caps.late.0, format!("no personal touch within {}", hours(caps.late_after_s.0))),
        (caps.no_call.0, "a phone number was given, and nobody called".to_owned()),
        (caps.unanswered.0, "a question was asked, and nothing said answers it even partly".to_owned()),
    ];
    all.sort_by(|a, b| a.0.total_cmp(&b.0));
    all.into_iter().map(|(cap, when)| (points(cap), when)).collect()
}

/// The tiers, best first: the name, and the scores that have it.
pub(crate) fn tiers(rubric: &Rubric) -> Vec<(String, String)> {
    let mut above = f64::INFINITY;
    let tier = |tier: &(f64, String)| {
        let (from, name) = tier;
        let span = match above {
            _ if above > 100.0 => format!("{} and more", points(*from)),
            // Scores have one decimal.
            _ if (above - 0.1 - from).abs() < 1e-9 || *from <= 0.0 && above < 0.2 => points(*from),
            _ => format!("{} to {}", points(*from), points(above - 0.1)),
        };
        above = *from;
        (name.clone(), span)
    };
    let all: Vec<(f64, String)> = rubric.tiers.0.iter().map(|tier| (tier.from.0, words::brief(&tier.name, 40))).collect();
    all.iter().map(tier).collect()
}

/// Seconds as hours where these are whole, up to two days.
pub(crate) fn hours(seconds: u32) -> String {
    if seconds.is_multiple_of(3_600) && seconds <= 172_800 { format!("{} h", seconds / 3_600) } else { duration(i64::from(seconds)) }
}

/// What earns all and what earns some of a criterion's points.
fn earned(rubric: &Rubric, id: &str) -> (String, String) {
    let nothing = String::new;
    match id {
        "speed.call" => timed(&rubric.speed.call, "first call attempt"),
        "speed.personal_email" => timed(&rubric.speed.personal_email, "first personal email"),
        "speed.any_personal" => timed(&rubric.speed.any_personal, "first personal touch on any channel"),
        "speed.acknowledgement" => timed(&rubric.speed.acknowledgement, "anything at all, automatic replies included,"),
        "answer.question" => {
            let (partly, deferred) = (percent(rubric.answer.question.partly.0), percent(rubric.answer.question.deferred.0));
            ("the buyer’s question is answered".to_owned(), format!("partly {partly}; “call me and I’ll tell you” {deferred}"))
        }
        "answer.personal" => {
            ("the buyer’s name, the community or plan, a named sender, a direct number".to_owned(), "a quarter for each".to_owned())
        }
        "answer.clean" => {
            ("no open merge field, no wrong name, no wrong community".to_owned(), "a third less for each kind of fault".to_owned())
        }
        "answer.inbox" => {
            let (promotions, spam) = (percent(rubric.answer.inbox.promotions.0), percent(rubric.answer.inbox.spam.0));
            ("the first personal email landed in the inbox".to_owned(), format!("promotions {promotions}, spam {spam}"))
        }
        "next.appointment" => {
            let vague = percent(rubric.next.appointment.vague.0);
            ("asks for a visit or call at a stated time, or gives a scheduling link".to_owned(), format!("a vague invitation {vague}"))
        }
        "next.reason" => ("a reason to choose this builder, or a discovery question".to_owned(), nothing()),
        id if id.starts_with("channels.") => ("used at least once in the window".to_owned(), nothing()),
        "persist.calls" => {
            (format!("{} call attempts in {} days", rubric.persist.calls.attempts.0, rubric.window.days.0), "in proportion".to_owned())
        }
        "persist.written" => {
            let written = &rubric.persist.written;
            let (each, most) = (points(written.marketing_each.0), points(written.marketing_most.0));
            let partial = format!("in proportion; a marketing touch counts {each}, all of them {most} at most");
            (format!("{} personal emails, texts or videos in {} days", written.messages.0, rubric.window.days.0), partial)
        }
        "persist.spread" => {
            let spread = &rubric.persist.spread;
            let (late, gap, days) = (spread.late_day.0, spread.gap_days.0, spread.local_days.0);
            let full = format!("a personal touch on day {late} or later; no gap over {gap} days; personal touches on {days} days or more");
            (full, "a third for each".to_owned())
        }
        "respect.constant_contact" => (
            format!(
                "{} or more of the named personal touches from one person; an introduced hand-off is fine",
                percent(rubric.respect.constant_contact.share.0)
            ),
            nothing(),
        ),
        "respect.opt_out" => {
            let rule = &rubric.respect.opt_out;
            let over = hours(rule.over_calls_within_s.0);
            let full = format!(
                "nothing later than {} weekdays after an opt-out; fewer than {} calls of one caller within {over}",
                rule.weekdays.0, rule.over_calls.0
            );
            (full, "not tested: not counted".to_owned())
        }
        _ => (nothing(), nothing()),
    }
}

fn timed(rule: &Timed, what: &str) -> (String, String) {
    let clock = match rule.clock {
        TimeBase::Business => "inside posted hours",
        TimeBase::Wall => "on the wall clock",
    };
    let mut limits = rule.limits.0.iter().map(|limit| (limit.within_s.0, limit.share.0));
    let (first, share) = limits.next().unwrap_or((0, 1.0));
    let worth = if share < 1.0 { format!(" for {}", percent(share)) } else { String::new() };
    let full = format!("{what} within {}{worth}, {clock}", hours(first));
    let mut steps: Vec<String> = limits.map(|(within, share)| format!("{} {}", hours(within), percent(share))).collect();
    if rule.later.0 > 0.0 {
        steps.push(format!("later {}", percent(rule.later.0)));
    }
    (full.replace(",,", ","), steps.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_default_rubric_is_told_by_its_own_numbers() {
        let rubric = Rubric::default_rubric();
        let parts = criteria(&rubric);
        let heads: Vec<(&str, &str, usize)> = parts.iter().map(|(part, sum, rules)| (part.as_str(), sum.as_str(), rules.len())).collect();
        let expected =
            [("Speed", "35", 4), ("The answer", "26", 4), ("Next step", "9", 2), ("Channels", "10", 4), ("Persistence", "15", 3)];
        assert_eq!(heads[..5], expected);
        let call = &parts[0].2[0];
        assert_eq!(call.full, "first call attempt within 5 min, inside posted hours");
        assert_eq!(call.partial, "15 min 75 %, 30 min 60 %, 1 h 40 %, 4 h 25 %, 24 h 15 %, later 5 %");
        assert!(parts.iter().flat_map(|(_, _, rules)| rules).all(|rule| !rule.full.is_empty()));
        assert_eq!(caps(&rubric).iter().map(|(cap, _)| cap.as_str()).collect::<Vec<_>>(), ["0", "5", "15", "59", "69", "79"]);
        let spans: Vec<String> = tiers(&rubric).into_iter().map(|(name, span)| format!("{name} {span}")).collect();
        assert_eq!(spans, ["Best in class 80 and more", "Solid 60 to 79.9", "Leaking 40 to 59.9", "Failing 0.1 to 39.9", "Crickets 0"]);
    }

    #[test]
    fn another_rubric_tells_other_numbers() {
        let text = Rubric::default_rubric()
            .text()
            .replace("within_s = 300, share = 1 }", "within_s = 600, share = 0.9 }")
            .replace("no_call = 69", "no_call = 42");
        let rubric = Rubric::parse(std::path::Path::new("mine.toml"), &text).unwrap();
        assert_eq!(criteria(&rubric)[0].2[0].full, "first call attempt within 10 min for 90 %, inside posted hours");
        assert!(caps(&rubric).iter().any(|(cap, when)| cap == "42" && when.contains("nobody called")));
    }
}
