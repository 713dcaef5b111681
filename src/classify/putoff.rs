//! How people put an answer off, by kind: it is somebody else's to give, somebody was asked, it comes later, it is given in another
//! place or after something else. English and Spanish. Takes a sentence, says whether and where it does.

use std::sync::LazyLock;

use super::pattern::{Regex, any_case};

/// The ways, each with an example.
const WAYS: &[&str] = &[
    // "That would be a question for our construction team."
    r"\b(?:question|one) for (?:our|my|the) (?:\w+ ){0,3}(?:team|manager|department|desk|crew|guys?|lender|superintendent|super|office|agent|folks)\b",
    // "I'd have to defer to my site manager."
    r"\b(?:defer|refer) (?:you |this |that |it )?to (?:our|my|the|her|him|them)\b",
    // "Not my neighborhood, but I'll make sure the right person gets this."
    r"\bthe right (?:person|people|team)\b",
    // "Our on-site agent has the most current information."
    r"\bha(?:s|ve) the (?:most )?(?:current|latest|up.to.date|exact|accurate) (?:info\w*|answers?|details|numbers|pricing)\b",
    // "I've forwarded this to our manager." "I've reached out to them."
    r"\b(?:forwarded|passed|relayed|handed) (?:this|that|it|your \w+)(?: \w+){0,2} to\b|\breached out to (?:them|him|her|our|the|my)\b[^.!?]{0,40}[.!]?\s*$",
    // "I asked our purchasing manager and should know more by Friday."
    r"\basked (?:our|my|the) [^.,;!?]{1,40}(?:\band (?:i |we )?(?:will|should|hope|expect|'ll)\b|[.!]?\s*$)|\bshould (?:know|hear|have)\b[^.!?]{0,20}\b(?:more|by|soon|back|tomorrow)\b",
    // "She will respond directly."
    r"(?:\bwill|'ll) (?:\w+ )?(?:respond|reply|answer|get back|follow up|write (?:you|back)|circle back|be able to (?:help|answer))\b",
    // "That's up to the architectural committee." "Our solar partner would be the one to answer." "The school board sets that."
    r"\b(?:that(?:'s| is| would be)|it(?:'s| is)|which is) (?:really |all |entirely |completely )?up to (?:the|our|your|them|him|her)\b|\b(?:the (?:one|best person|person|right one)|best|someone|who) to (?:ask|answer|speak to|tell you)\b|\bthat would (?:have to )?come from\b",
    // "We're told not to speak to that." "They keep a lookup on their site."
    r"\b(?:told|asked|supposed|allowed) not to\b|\bnot (?:something|a thing) (?:i|we)(?:'m|'re| am| are| can)\b|\b(?:district|county|city|town|school|state|association)\w*\b[^.!?]{0,30}\b(?:look-?up|locator|finder|search tool|hotline|website|web site|own site)\b",
    // "Bear with me." "Give me until Friday." "I'll pass it on the minute they do." "You'll have it by tonight."
    r"\bbear with (?:me|us)\b|\bgive me (?:until|till|a (?:day|minute|moment|bit|few|couple)|an hour)\b|\b(?:the minute|the moment|as soon as|once|when) (?:they|he|she|i|we) (?:do|does|hear|know|tells?|get|gets|have|has|answers?)\b|\byou(?:'ll| will) (?:have (?:it|that|an answer|them|one)|hear from (?:me|us)|know) (?:by|as soon|when|tonight|tomorrow|today|before|once|first)\b|\b(?:i'?ll|i will|let me|we'?ll|we will) (?:\w+ )?(?:pass (?:it|that|this) (?:on|along)|holler at|call (?:over|up|around)|shoot (?:you )?(?:that|it|a)|write (?:you )?with|let you know|have (?:it|that|an answer)|find (?:that )?out|round up)\b|\bfind out (?:which|what|if|whether|how|when|where|about)\b",
    // "I'd double check on the mowing part."
    r"\b(?:i'?d|i would|you(?:'d| may| might| should)(?: want to)?) (?:double.?check|verify|confirm|check)\b",
    // "Put the question to the board." "I have no earthly idea." "Beats me."
    r"\bput (?:the|your|that|this) (?:question|it)? ?to (?:the|our|my|them)\b|\bno earthly idea\b|\bbeats me\b|\b(?:they|he|she) ha(?:ven'?t|sn'?t|ve not|s not) (?:told|given|sent|said|released|posted|set|answered)\b|\b(?:to be (?:determined|announced)|tbd|tba|still being (?:worked|decided|set|priced))\b",
    // "It's easier if I walk you through it over the phone." "Let's sit down and I can lay out a calendar." "So we can go over timing then."
    r"\b(?:easier|easiest|better|best|simpler|quicker|faster) (?:if|when|once|to) (?:i|we|you|explain|show|cover|talk|discuss|do|go)\b|\blet'?s (?:sit|get) (?:down|together)\b|\bso (?:that )?(?:i|we) can (?:go over|talk|cover|discuss|walk|answer|look at)\b|\b(?:over the phone|by phone|face to face|in person|on a call)\b[^.!?]{0,30}\b(?:explain|details|numbers|everything|answer|so)\b|\b(?:go over|explain|cover|discuss|review|talk about)\b[^.!?]{0,40}\b(?:face to face|in person|over the phone|by phone|on a call|then)\b|\b(?:so much|plenty|quite a bit) (?:that )?goes into\b|\bkeeps (?:the|our|that|those) (?:schedule|list|calendar|numbers|records|book)\b",
    // "Permítame y en la tarde le paso los modelos." "Eso se lo dicen en la oficina."
    r"\b(?:en la (?:tarde|noche|ma\S{1,2}ana)|al rato|ahorita|m[aá]s tarde|en un (?:rato|momento)|luego)\b[^.!?]{0,12}\b(?:le|les|te|se lo) \w+|\b(?:se|le) lo dicen\b|\bd[eé]me (?:un|unos|chance|hasta)\b|\bperm[ií]tame\b|\btengo que (?:preguntar|checar|verificar|consultar)",
    // "More to follow." "Working on getting that for you!" "Let me do some digging."
    r"\bmore to (?:follow|come)\b|\bworking on (?:getting|finding|it|that|this)\b|\bdo(?:ing)? (?:some|a little|a bit of) digging\b",
    // "That's being finalized right now and we expect to announce it next month."
    r"\bbeing finali[sz]ed\b|\bexpect to (?:announce|know|hear)\b",
    // "Please fill out the questionnaire so we can answer."
    r"\b(?:fill (?:out|in)|complete|submit) (?:the|our|this|a)(?: \w+){0,2} (?:form|questionnaire|application|registration)\b",
    // "That information is provided at the sales center."
    r"\b(?:provided|shared|discussed|quoted|given(?: out)?)(?: only)? (?:at|in|during|through) (?:the|our|a|your) (?:sales|model|design|office|appointment|visit|tour|meeting)\b",
    // "Come by and I'll give you the full rundown."
    r"\b(?:full|whole) (?:run.?down|story|scoop|picture)\b",
    // "I'd rather not put that in an email."
    r"\brather not (?:put|say|quote|give|guess|share|write)\b",
    // "I'd like to call you with that." "It would be best to chat live."
    r"\b(?:like|love|want|prefer|best|better|easier|easiest) to (?:call you|chat (?:live|by phone)|talk (?:it|that|this) (?:through|over)|speak (?:live|by phone)|understand your)\b",
    // "There's a lot that goes into that."
    r"\bthere(?:'s| is| are) (?:a lot|lots|a few|several|many)(?: of)? (?:that goes?|moving|variables|factors)\b|\ba lot (?:that )?goes into\b",
    // "We'll cover that when we sit down."
    r"\b(?:we|i)(?:'ll| will| can) (?:cover|get into|go through|review) (?:that|this|it|all|everything)\b",
    // "Déjeme consultarlo con mi gerente." "Eso se lo explico en la oficina." "Le escribo mañana."
    r"\b(?:d[eé]je?me|perm[ií]tame|voy a) (?:verificar|consultar|investigar|buscar)|\bse lo (?:explico|platico|mando|env[ií]o|digo|comento|paso|confirmo)\b|\ble (?:escribo|mando|env[ií]o|llamo) (?:m\S{1,2}ana|luego|al rato|m[aá]s tarde|en cuanto)",
];

static PUTS_OFF: LazyLock<Regex> = LazyLock::new(|| any_case(&WAYS.join("|")));
/// The same in the form of a question: "When's a good time to talk it through?", "Eso se lo explico en persona, ¿cuándo viene?".
static ASKING: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\btalk (?:it|that|this|everything) (?:through|over)\b|\bse lo (?:explico|platico|cuento)\b|\b(?:like|love) to call you with (?:that|this|it|the)\b",
    )
});

/// Where a sentence puts the answer off.
pub(super) fn begins(sentence: &str) -> Option<usize> {
    PUTS_OFF.find(sentence).map(|found| found.start())
}

/// Whether a question puts the answer off.
pub(super) fn stalls(question: &str) -> bool {
    ASKING.is_match(question)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_what_is_put_off_from_what_is_told() {
        for (sentence, put) in [
            ("That would be a question for our construction team.", true),
            ("I have forwarded this to our community manager.", true),
            ("I asked our purchasing manager and should know more by Friday.", true),
            ("I asked our purchasing manager and he says it is standard.", false),
            ("I'll make sure the right person gets this.", true),
            ("She will respond directly.", true),
            ("I'm at a closing right now, will reply in full tonight.", true),
            ("That information is provided at the sales center.", true),
            ("A third bay is provided in the Magnolia.", false),
            ("I'd rather not put that in an email, call when you can.", true),
            ("The form is on our page.", false),
            ("D\u{e9}jeme consultarlo con mi gerente.", true),
            ("Le mando la lista.", false),
            ("The bus passed this morning.", false),
            ("That's up to the architectural committee.", true),
            ("Our solar partner would be the one to answer both.", true),
            ("Zoning is something we're told not to speak to.", true),
            ("The district has a lookup on its site.", true),
            ("Give me until Friday.", true),
            ("I'll pass it on the minute they do.", true),
            ("It's easier if I walk you through it over the phone.", true),
            ("I'd double check on the mowing part.", true),
            ("So much goes into that: lot, plan, permits.", true),
            ("Eso se lo dicen en la oficina.", true),
            ("The school is up to date.", false),
            ("It is easier on the knees.", false),
            ("They have a list.", false),
            ("It is the right size for two cars.", false),
        ] {
            assert_eq!(begins(sentence).is_some(), put, "{sentence}");
        }
        assert!(stalls("When is a good time to talk it through?") && !stalls("When would you like to come?"));
    }
}
