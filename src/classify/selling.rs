//! What a good counselor adds: a reason to choose this builder, a question to learn about the buyer, a colleague introduced.

use std::sync::LazyLock;

use regex::Regex;

use super::Context;
use super::pattern::{any_case, exact, sentences, shorten};
use super::sender;

static DISCOVERY: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:when (?:are|do|would|were) you|how soon|time ?(?:line|frame)|what (?:brings|brought|made|is (?:most )?important|are you looking|size|price|features|area|else are)|how many (?:bed|people|of you|kids|cars)|are you (?:currently|looking|working with|renting|relocating|moving|a first|thinking|hoping|planning|needing|open to)|do you (?:currently|have (?:a (?:home|house|realtor|agent|budget|price|timeline|lender|family|lot)|kids|children|pets)|own|rent|need|prefer|plan)|who will (?:be|live)|where (?:are you|do you)|must.haves?|price range|budget|bedrooms|school|have you (?:seen|toured|visited|been)|cu[aá]ndo (?:piensa|quiere|planea)|cu[aá]nt[oa]s)\b",
    )
});
static REASON: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:award|warrant(?:y|ies)|energy.(?:efficien|saving|star)|hers (?:score|rating)|craftsmanship|family.owned|years of (?:experience|building)|since (?:19|20)\d\d|(?:closing|financing) costs?|incentives?|(?:low|fixed|reduced|special) (?:interest )?rate|rate buy.?down|amenit(?:y|ies)|top.rated|schools?|only \w+ (?:homes?(?:ites?)?|lots?) (?:left|remain)|standard (?:features?|in every)|included (?:features?|as standard|at no)|comes? standard|at no (?:extra|additional) (?:cost|charge)|customiz|personaliz|design (?:studio|center)|what (?:sets|makes) us|unlike (?:other|most)|sets us apart|quality (?:of|construction|materials)|minutes (?:from|to)|walking distance|trails?|pool|home ?owners? love|buyers love|garant[ií]a)",
    )
});
static HANDOFF: LazyLock<Regex> = LazyLock::new(|| {
    exact(
        r"(?:(?i:my (?:colleague|teammate|partner|associate|co-?worker|assistant|manager)|our (?:(?:new home|sales|community|online|onsite|on-site) )*(?:consultant|counselor|manager|specialist|agent|representative|advisor)|introduc(?:e|ing) (?:you to )?|connect(?:ing)? you with |i(?:'|\u{2019})?m (?:copying|including|cc'?ing|looping in) |i(?:'|\u{2019})?ve (?:copied|included|cc'?d|looped in) |i have (?:copied|included) |hand(?:ing)? you (?:over|off) to |mi (?:compa[nñ]er[oa]|colega)),?\s*(?i:my (?:colleague|teammate|partner|associate),?\s*)?)([A-ZÀ-Ý][\p{L}'\u{2019}]+(?:\s+[A-ZÀ-Ý][\p{L}'\u{2019}-]+)?)|\b([A-ZÀ-Ý][\p{L}'\u{2019}]+(?:\s+[A-ZÀ-Ý][\p{L}'\u{2019}-]+)?),?\s+(?i:(?:from|in) our .{0,30}|our .{0,40})?,?\s*(?i:will (?:be (?:reaching out|in touch|contacting|your (?:point|contact)|taking (?:care|over)|calling)|reach out|contact you|follow up|call you|take (?:great )?care|assist you|help you))",
    )
});

/// A reason or a discovery question, with its sentence.
pub(super) fn reason_or_discovery(text: &str) -> Option<String> {
    sentences(text)
        .into_iter()
        .find(|sentence| (sentence.ends_with('?') && DISCOVERY.is_match(sentence)) || REASON.is_match(sentence))
        .map(shorten)
}

/// The colleague that the reader is handed over to.
pub(super) fn introduces(text: &str, writer: Option<&str>, context: &Context) -> Option<(String, String)> {
    HANDOFF.captures_iter(text).take(10).find_map(|found| {
        let name = sender::human(found.get(1).or_else(|| found.get(2))?.as_str(), context)?;
        let pronoun = matches!(
            name.as_str(),
            "He" | "She" | "They" | "We" | "I" | "You" | "It" | "Someone" | "Who" | "This" | "That" | "And" | "Our"
        );
        let own = writer.is_some_and(|writer| writer.starts_with(&name) || name.starts_with(writer));
        (!pronoun && !own).then(|| (name, shorten(found.get(0).map_or("", |whole| whole.as_str()))))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hears_reasons_and_questions() {
        for (text, found) in [
            ("When are you hoping to move?", true),
            ("Every home has a 10-year warranty.", true),
            ("Are you working with a realtor?", true),
            ("We will be in touch.", false),
            ("Did you get my mail?", false),
        ] {
            assert_eq!(reason_or_discovery(text).is_some(), found, "{text}");
        }
    }

    #[test]
    fn hears_a_hand_over() {
        let context = Context { first_name: "Dana".into(), builder: "Bluebonnet Homes".into(), ..Context::default() };
        for (text, name) in [
            ("I'm copying my colleague Tom Reyes, who runs Willow Creek.", Some("Tom Reyes")),
            ("Tom Reyes will be reaching out to you.", Some("Tom Reyes")),
            ("Our sales consultant Maria Lopez can show you around.", Some("Maria Lopez")),
            ("Amy Ortiz will call you.", None),
            ("Someone will contact you.", None),
            ("I will call you.", None),
        ] {
            assert_eq!(introduces(text, Some("Amy Ortiz"), &context).map(|found| found.0).as_deref(), name, "{text}");
        }
    }
}
