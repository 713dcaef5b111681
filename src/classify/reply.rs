//! What the writer wrote: quoted mail and signature taken off. Takes the readable text, in which HTML quotes already carry
//! `> `; gives body, signature and whether something was quoted. English, Spanish, and the marks of Outlook, Gmail and Apple.

use std::sync::LazyLock;

use super::pattern::{Regex, any_case};

/// A text in its parts.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Reply {
    /// The writer's words, without signature.
    pub(super) body: String,
    /// What follows the closing, or the `-- ` line.
    pub(super) signature: String,
    /// Whether another mail was quoted.
    pub(super) quoted: bool,
}

static WROTE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\s*(?:on\b.{4,200}\bwrote\s*:|el\b.{4,200}\bescribi[oó]\s*:|le\b.{4,200}\ba\s+[eé]crit\s*:|am\b.{4,200}\bschrieb\b.{0,80}:|em\b.{4,200}\bescreveu\s*:)\s*$",
    )
});
static RULE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\s*(?:-{2,}\s*(?:original message|original appointment|mensaje original|forwarded message|mensaje reenviado|message d'origine|urspr.ngliche nachricht)\b.*|begin forwarded message:)\s*$",
    )
});
static FROM: LazyLock<Regex> = LazyLock::new(|| any_case(r"^\s*\*?(?:from|de|von)\s*:\*?\s*\S"));
static BELOW_FROM: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"^\s*\*?(?:sent|date|to|subject|enviado(?: el)?|fecha|para|asunto|gesendet|an|betreff)\s*:"));
static CLOSING: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\s*(?:(?:many |kind |best |warm |warmest |kindest |with )?(?:thanks|thank you|regards|wishes|best|sincerely|cheers|respectfully|cordially)(?: again| so much| you)?|(?:sincerely|yours|yours truly|truly yours|talk soon|looking forward|have a (?:great|good|wonderful|nice|blessed) \w+)|(?:un )?(?:cordial )?(?:saludos?)(?: cordiales)?|atentamente|(?:muchas )?gracias)\s*[,!.]*\s*$",
    )
});
static SENT_FROM: LazyLock<Regex> = LazyLock::new(|| any_case(r"^\s*(?:sent from my |get outlook for |sent via |enviado desde mi )"));

/// What a sending program puts below every mail.
static FOOTER: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\bunsubscribe\b|\bopt[- ]?out\b|manage (?:your )?(?:e?mail )?preferences|you(?:'re| are)? (?:receiv(?:ed|ing) this|have received this)|this e?-?mail was sent (?:to|by)|^\s*sent to:|^\s*(?:invitation from google calendar|sent from calendly)\b|view (?:this e?mail )?in (?:your )?browser|to stop (?:these|receiving)|darse de baja|cancelar (?:la )?suscripci|^\s*(?:confidentiality|privileged|disclaimer|this (?:e-?mail|message) (?:and any|is intended|may contain))",
    )
});

/// A subject without the tags that lists put before what the writer wrote: `[ILUG] Re: garage`.
pub(super) fn untagged(subject: &str) -> &str {
    let mut bare = subject.trim();
    while let Some((_, rest)) = bare.strip_prefix('[').and_then(|inner| inner.split_once(']')) {
        bare = rest.trim_start();
    }
    bare
}

/// Whether a subject says that its mail is an answer.
pub(super) fn answers(subject: &str) -> bool {
    untagged(subject).get(..3).is_some_and(|start| start.eq_ignore_ascii_case("re:"))
}

/// Takes a text apart.
pub(super) fn split(text: &str) -> Reply {
    let lines: Vec<&str> = text.lines().collect();
    let ruled = RULE.may_be_in(text);
    let mut quoted = false;
    let mut own: Vec<&str> = Vec::new();
    let mut at = 0;
    while let Some(line) = lines.get(at) {
        if line.trim_start().starts_with('>') {
            quoted = true;
            at += 1;
            continue;
        }
        if let Some(length) = attribution(&lines, at) {
            quoted = true;
            let next = lines.iter().skip(at + length).find(|line| !line.trim().is_empty());
            if next.is_some_and(|line| line.trim_start().starts_with('>')) {
                at += length;
                continue;
            }
            break;
        }
        if ruled && RULE.is_match(line) || outlook(&lines, at) {
            quoted = true;
            break;
        }
        own.push(line);
        at += 1;
    }
    while own.last().is_some_and(|line| line.trim().chars().all(|c| c == '_' || c == '-')) {
        own.pop();
    }
    let cut = signature(&own, text);
    let join = |lines: &[&str]| lines.join("\n").trim().to_owned();
    Reply { body: join(own.get(..cut).unwrap_or_default()), signature: join(own.get(cut..).unwrap_or_default()), quoted }
}

/// "On Monday, Dana wrote:", which clients wrap over up to three lines; the number of lines.
fn attribution(lines: &[&str], at: usize) -> Option<usize> {
    let first = lines.get(at)?.trim_start().get(..3)?;
    if !["on ", "el ", "le ", "am ", "em "].iter().any(|start| first.eq_ignore_ascii_case(start)) {
        return None;
    }
    (1..=3).find(|length| lines.get(at..at + length).is_some_and(|joined| WROTE.is_match(&joined.join(" "))))
}

fn outlook(lines: &[&str], at: usize) -> bool {
    lines.get(at).is_some_and(|line| FROM.is_match(line))
        && lines.iter().skip(at + 1).take(4).filter(|line| BELOW_FROM.is_match(line)).count() >= 2
}

/// The index of the first line of the signature. `text` is all that they stand in.
fn signature(lines: &[&str], text: &str) -> usize {
    if let Some(at) = lines.iter().position(|line| matches!(line.trim_end(), "--" | "\u{2014}") || *line == "-- ") {
        return at;
    }
    // What is nowhere in the text is in none of its lines.
    let (sent_from, footer) = (SENT_FROM.may_be_in(text), FOOTER.may_be_in(text));
    let filled: Vec<usize> = lines.iter().enumerate().filter(|(_, line)| !line.trim().is_empty()).map(|(at, _)| at).collect();
    let late = filled.len().saturating_sub(14);
    let closing = filled.iter().skip(late.max(1)).copied().find(|at| lines.get(*at).is_some_and(|line| CLOSING.is_match(line)));
    let filled = filled.as_slice();
    let phone = filled.iter().copied().filter(|_| sent_from).find(|at| lines.get(*at).is_some_and(|line| SENT_FROM.is_match(line)));
    let footer = filled.iter().skip(1).copied().filter(|_| footer).find(|at| lines.get(*at).is_some_and(|line| FOOTER.is_match(line)));
    closing.into_iter().chain(phone).chain(footer).min().unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_off_quotes_and_signatures() {
        for (text, body, signature, quoted) in [
            ("Yes.\n\nOn Mon, Nov 2, 2026 at 9:00 AM Dana <d@x.example>\nwrote:\n\n> Is there a bay?", "Yes.", "", true),
            ("On Mon, Dana wrote:\n> Is there a bay?\n\nYes, there is.\n> And a porch?\nNo.", "Yes, there is.\nNo.", "", true),
            ("Claro que s\u{ed}.\n\nEl lun, 2 nov 2026 a las 9:00, Dana escribi\u{f3}:\nviejo", "Claro que s\u{ed}.", "", true),
            ("Yes.\n________________________________\nFrom: Dana\nSent: Monday\nTo: Amy\nSubject: Bay\n\nIs there?", "Yes.", "", true),
            ("Yes.\n-----Original Message-----\nold", "Yes.", "", true),
            (
                "Hi Dana,\n\nYes.\n\nBest regards,\nAmy Ortiz\n512-555-0100",
                "Hi Dana,\n\nYes.",
                "Best regards,\nAmy Ortiz\n512-555-0100",
                false,
            ),
            ("Si.\n\nSaludos cordiales,\nAna", "Si.", "Saludos cordiales,\nAna", false),
            ("Yes\n-- \nAmy", "Yes", "-- \nAmy", false),
            ("Sure\n\nSent from my iPhone", "Sure", "Sent from my iPhone", false),
            ("Thank you", "Thank you", "", false),
            ("On Monday we are open.", "On Monday we are open.", "", false),
            ("", "", "", false),
        ] {
            let found = split(text);
            assert_eq!((found.body.as_str(), found.signature.as_str(), found.quoted), (body, signature.trim(), quoted), "{text}");
        }
    }
}
