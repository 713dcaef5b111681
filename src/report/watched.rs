//! How well the sources were watched, in words. Takes a source's coverage; gives sentences that every readable format prints alike.

use super::coverage::{Alive, Coverage, GapSpan};
use super::{phoned, words};

/// What counts as watched, in a sentence.
pub(crate) const RULE: &str = "A mailbox counts as watched while it was read to its end and mail arrived in it: a test mail of our own \
    (a canary) or any other at least every 50 hours; where no canary was sent, up to the last mail of any kind that arrived.";

/// A gap: from when to when, how long, and why.
pub(crate) fn gap(gap: &GapSpan) -> String {
    let why = gap.why.as_ref().map_or_else(String::new, |why| format!(": {}", words::brief(why, 200)));
    let length = words::duration((gap.to - gap.from).num_seconds());
    format!("{} to {} ({length}){why}", words::utc(gap.from), words::utc(gap.to))
}

/// What shows that a mailbox received mail, or what the logs of a phone can prove; empty for other sources.
pub(crate) fn alive(coverage: &Coverage) -> String {
    if let Some(phoned) = &coverage.phoned {
        return phoned::tell(phoned);
    }
    coverage.alive.as_ref().map_or_else(String::new, |alive| match (alive.back + alive.lost, alive.last_mail) {
        (0, None) => "Not proven by a canary, and no other mail arrived: silence is not claimed.".to_owned(),
        (0, Some(last)) => {
            let mails = words::plural(alive.other_mails, "other mail");
            format!("Not proven by a canary: none was sent. {mails} arrived, the last on {}.", words::utc(last))
        }
        (_, _) => canaries(alive),
    })
}

fn canaries(alive: &Alive) -> String {
    let mut text = format!("{} came back", words::count(alive.back, "canary", "canaries"));
    if let Some(slowest) = alive.slowest_s {
        text.push_str(&format!(", the slowest after {}", words::duration(slowest)));
    }
    if alive.in_spam > 0 {
        text.push_str(&format!(", {} of them in the spam folder", alive.in_spam));
    }
    if alive.lost > 0 {
        text.push_str(&format!("; {} did not", alive.lost));
    }
    text.push('.');
    if let Some(skew) = alive.skew_s {
        let [low, high] = skew.seconds();
        let corrected = match (skew.is_certain(), skew.width_ms() <= 60_000) {
            (true, _) => "; arrivals are corrected by it.".to_owned(),
            (false, true) => format!(", so mail is timed to within {} s.", low.abs().max(high.abs()) + 1),
            (false, false) => ".".to_owned(),
        };
        text.push_str(&format!(" Of the mail server: {}{corrected}", skew.tell()));
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn life_is_told_in_a_sentence() {
        let last = Some("2026-11-04T12:00:00Z".parse().unwrap());
        for (of, want) in [
            (Alive::default(), "Not proven by a canary, and no other mail arrived: silence is not claimed."),
            (
                Alive { other_mails: 41, last_mail: last, ..Alive::default() },
                "Not proven by a canary: none was sent. 41 other mails arrived, the last on 2026-11-04T12:00:00Z.",
            ),
            (Alive { back: 31, slowest_s: Some(6), ..Alive::default() }, "31 canaries came back, the slowest after 6 s."),
            (
                Alive { back: 1, in_spam: 1, lost: 2, slowest_s: Some(90), other_mails: 3, last_mail: last, skew_s: None },
                "1 canary came back, the slowest after 1 min 30 s, 1 of them in the spam folder; 2 did not.",
            ),
            (
                Alive { back: 1, slowest_s: Some(1), skew_s: Some([-2, 1].into()), ..Alive::default() },
                "1 canary came back, the slowest after 1 s. Of the mail server: its clock is within 2 s of ours, so mail is timed to within 3 s.",
            ),
            (
                Alive { back: 1, slowest_s: Some(601), skew_s: Some([598, 601].into()), ..Alive::default() },
                "1 canary came back, the slowest after 10 min 1 s. Of the mail server: its clock is 598 to 601 s ahead of ours; arrivals are corrected by it.",
            ),
        ] {
            let coverage = Coverage { alive: Some(of), ..Coverage::default() };
            assert_eq!(alive(&coverage), want);
        }
        assert_eq!(alive(&Coverage::default()), "");
    }
}
