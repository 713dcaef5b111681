//! How people settle a question without saying it again: "sure is", "not anymore", "neither one", "we never have", "nothing under
//! four hundred". English and Spanish. Takes a sentence without its reader's name, says whether it does.

use std::sync::LazyLock;

use super::pattern::{Regex, any_case};
use crate::attribute::words::fold;

/// Words that settle it where a sentence begins with them.
static OPENING: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:yes|yep|yeah|yup|yes ?sir|yes ?ma'?am|sure (?:is|are|do|does|can|will|did|has|have)|you bet|correct|affirmative|no|nope|nah|(?:i'?m )?afraid (?:not|no)|(?:sorry|unfortunately|sadly|regrettably),? (?:no|not|we|it|they|there|that|those|you|the)|sometimes|not (?:all|every|any ?more|yet|at (?:this|that|the)|with|in|on|for|unless|if|there|right now|currently|from|by|here|since|ours|a|one|any|until)|none|neither|both|never|nobody|no one|every (?:one|single)|all of (?:it|them|those)|i wish|only the|just the|(?:they|those|it|that|we|you|there) (?:sure )?(?:do|does|don'?t|doesn'?t|is|isn'?t|are|aren'?t|can|can'?t|may|did|didn'?t|has|have|would|will|won'?t|never (?:do|does|did|have|has|are|is|were|was)|used to)\s*(?:[,.!;]|$|not\b|so\b|(?:have )?(?:one|two|some|a few|any|both|that|it|them)\b)|you (?:can|may|could|cannot|can'?t|may not|can not) (?:have|keep|add|put|build|use|bring|do|change|choose|pick|park|own|install|move|go up|get|make|plant|raise)|you (?:choose|pick|select|get to (?:choose|pick|select)|(?:'re| are) (?:free|welcome) to (?:have|keep|add|put|build|use|bring|change|choose|pick))|s[ií](?: se[nñ]or\w*)?\s*(?:[,.!]|(?:se|las?|los?|hay|tenemos|puede|incluye|viene|es|est[aá])\b)|claro que|ya no|ningun[oa]s?|tod[oa]s (?:las|los)|amb[oa]s|nunca|por desgracia|desafortunadamente|lamentablemente)(?:\W|$)",
    )
});
/// Words that deny something wherever they stand: of the house, the place, the rules, and not of the writer's own errands.
static DENIAL: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:isn'?t|aren'?t|is not|are not|not) (?:\w+ly )?(?:offered|available|allowed|included|permitted|sold|built|there|possible|part of|required|finished|fenced|gated|leased|something (?:we|that)|an option|any\b|a(?:n|ny)? \w+ (?:there|here|in|at))|(?:we|they|you|it|that|those|ours?|community|association|hoa|covenants|builder|plan|homes?|lots?) (?:really |just |simply )?(?:don'?t|doesn'?t|do not|does not|never|no longer) (?:have|has|offer|do|allow|carry|build|go|include|come|sell|pay|make|get|run|take|permit|charge|contribute|provide|require|let|need)s?|(?:can'?t|cannot|won'?t|couldn'?t) (?:be (?:done|changed|moved|added|built|removed|inside|in)|do (?:that|it|those)|have (?:that|it|one|them|any)|fit|build|go (?:below|under|over|above|any)|add|put|allow|offer|hear|smell)|(?:ha(?:sn'?t|ven'?t|s not|ve not) (?:reached|been built|come to|got(?:ten)? (?:here|there|to))|(?:nobody|no one|none|neither|not (?:one|any|a single)) (?:of (?:them|the|our|those|it|these)|one|but|else|is|are|has|have|can|does|do|will|in|at|on|left)|nothing (?:under|below|over|above|left|like that|available|bigger|smaller|cheaper|in|at|that|with)|there(?:'s| is| are|'re) (?:no|none|not (?:a|any|one)|nothing)|there (?:isn'?t|aren'?t|never)|we (?:have|had|do|are|were|'ve)(?: got)? (?:no|none|never)|no longer|sold out|all (?:gone|sold|spoken for)|the last (?:of|one|two|few)\b[^.!?]{0,40}\b(?:sold|closed|went|gone))|(?:no|ya no|nunca) (?:nos )?(?:hay|tenemos|quedan?|se (?:permite|puede|incluye|ofrece)n?|incluye|ofrecemos|aceptamos|permit\w+|hacemos|manejamos|trae|viene))\b",
    )
});
/// What opens so and settles nothing: manners, and an offer to help.
static MANNERS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*no,? (?:problem|worries|rush|trouble|hurry|pressure|need to|doubt|matter|hay de qu[eé])|^\W*(?:yes|yep|yeah|s[ií])\b[,!. ]+(?:i|we)(?:'?d|'?ll| would| will| can) (?:be|love|like|get|check|find|send|call|help|reach|give|look|ask|see)\b|^\W*no one (?:likes|wants|knows|can (?:say|tell))|^\W*i wish (?:you|all|every)",
    )
});
/// What denies so and praises: "there is no better feeling".
static PRAISE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\bthere(?:'s| is| are) (?:no|nothing|never a) (?:better|place|time|obligation|pressure|need|doubt|question|reason|rush|hurry|substitute|shortage|comparison|match|like|quite|more|greater|bad)\b|\bnothing (?:like|better|beats|more|quite)\b|\bno obligation\b|\bnever been (?:a )?(?:better|easier)",
    )
});
/// It is said of all that was asked at once.
static ALL: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:both|neither|either one|(?:yes|no) (?:to|on) (?:both|all|each|either)|the (?:two|three) of them|there (?:aren'?t|isn'?t|are not) any|there are none|(?:don'?t|do not) (?:have|offer|do) (?:any|them|it|one|that)|l[ao]s dos|amb[oa]s|ninguna? de l[ao]s)\b",
    )
});

/// Whether a sentence settles what was asked before it.
pub(super) fn opens(sentence: &str) -> bool {
    OPENING.is_match(sentence) && !is_manners(sentence)
}

/// Whether a sentence opens with a yes or a no that answers nothing: "no problem", "yes, I'd love to help".
pub(super) fn is_manners(sentence: &str) -> bool {
    MANNERS.is_match(sentence)
}

/// Whether a sentence denies something.
pub(super) fn denies(sentence: &str) -> bool {
    DENIAL.is_match(sentence) && !PRAISE.is_match(sentence)
}

/// Whether what settles it is said of all that was asked.
pub(super) fn of_all(sentence: &str) -> bool {
    ALL.is_match(sentence)
}

static GREETING: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:(?:hi|hello|hey|hiya|howdy|dear|good (?:morning|afternoon|evening)|hola|buen[oa]s(?: (?:tardes|noches|d[ií]as))?|estimad[oa])\b(?: there\b)?|(?:mr|ms|mrs|dr|don|do[nñ]a|sra?|se[nñ]ora?)\b\.?)[\s,!:]*",
    )
});

/// A sentence without the greeting and the reader's name that it opens with: "Hi Mr. Osei, not yet" is "not yet".
pub(super) fn unaddressed<'t>(sentence: &'t str, names: &[&str]) -> &'t str {
    let mut rest = sentence;
    for _ in 0..3 {
        let greeted = GREETING.find(rest).map_or(0, |found| found.end());
        let after = rest.get(greeted..).unwrap_or_default();
        let next = names.iter().find_map(|name| after_name(after, name)).unwrap_or(after);
        if next.len() == rest.len() {
            break;
        }
        rest = next;
    }
    rest
}

/// What follows a name and its comma where a text begins with it.
fn after_name<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let wanted = fold(name);
    if wanted.trim().is_empty() {
        return None;
    }
    let ends = text.char_indices().filter(|(_, c)| !c.is_alphanumeric()).map(|(at, _)| at).chain([text.len()]).take(4);
    ends.filter_map(|at| text.split_at_checked(at))
        .find(|(before, _)| fold(before) == wanted)
        .map(|(_, after)| after.trim_start_matches(|c: char| c.is_whitespace() || ",.!:;-\u{2013}\u{2014}".contains(c)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_settles_a_question() {
        for (sentence, settles) in [
            ("Sure is.", true),
            ("Not anymore, no.", true),
            ("Not with an outside lender, no ma'am.", true),
            ("Neither one I'm afraid.", true),
            ("We never have, going back to when I started.", true),
            ("It is!", true),
            ("It is a lovely place.", false),
            ("You may, both of them.", true),
            ("You can keep up to four.", true),
            ("You can reach me any time.", false),
            ("We do have one.", true),
            ("We are open till six.", false),
            ("No problem at all!", false),
            ("Yes, I'd love to help.", false),
            ("Ya no nos queda ninguna.", true),
            ("S\u{ed} se\u{f1}or, la Jacaranda la trae abajo.", true),
        ] {
            assert_eq!(opens(sentence), settles, "{sentence}");
        }
    }

    #[test]
    fn knows_what_denies() {
        for (sentence, denied) in [
            ("We don't have any left at that price.", true),
            ("That plan isn't offered there.", true),
            ("Nothing under 400 at Mill Race right now.", true),
            ("Nobody but our own trades can be inside.", true),
            ("There's no pool.", true),
            ("The last of those went in August.", true),
            ("Ya no tenemos casas de una planta.", true),
            ("Please don't hesitate to call.", false),
            ("I can't wait to meet you.", false),
            ("I haven't heard from you.", false),
            ("You won't be sorry.", false),
            ("There is no better feeling than your own door.", false),
        ] {
            assert_eq!(denies(sentence), denied, "{sentence}");
        }
    }

    #[test]
    fn a_greeting_and_a_name_are_taken_off() {
        for (sentence, rest) in [
            ("Hi Renee, not yet.", "not yet."),
            ("Mr. Osei, unfortunately not.", "unfortunately not."),
            ("Luc\u{ed}a buenas tardes, ya no.", "ya no."),
            ("Mei-Lin, half of it.", "half of it."),
            ("Rene is here.", "Rene is here."),
            ("Hi there! It is.", "It is."),
            ("", ""),
        ] {
            assert_eq!(unaddressed(sentence, &["Renee", "Osei", "Lucia", "Mei-Lin", ""]), rest, "{sentence}");
        }
    }
}
