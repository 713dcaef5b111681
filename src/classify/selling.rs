//! What a good counselor adds: a reason to choose this builder, a question to learn about the buyer, a colleague introduced.

use std::sync::LazyLock;

use super::Context;
use super::acts::{stems, words_of};
use super::pattern::{Regex, any_case, exact, sentences, shorten};
use super::sender;

/// A question to learn about the buyer speaks to them …
static TO_BUYER: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:you|your|yours|you're|you'd|you'll|usted(?:es)?|su|sus|le|les|les?|te|tu)\b|(?:piensa|busca|quiere|tiene|necesita|est[aá]|van|son|rentan)n?\b",
    )
});
/// … and is not about when and how to meet or talk, nor whether a mail came through.
static LOGISTIC: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:what|which|does|would|could|can|is|are|when|how about|qu[eé]|cu[aá]ndo)\b.{0,50}\b(?:come|visit|stop (?:by|in)|swing|meet|tour|call|talk|chat|zoom|drop by|work for you|works? (?:best|better)?(?: for you)?|be able to|make it|see (?:it|one|them|the)|walk|join|time|day|number|reach you|prefer|free|available|venir|pasar|visitar|llamar|conocer)\b|best (?:number|time|way|day|email)|any (?:other |more )?questions|(?:did|have|whether|if) you (?:get|got|receive|received|see|saw|seen|had|have) (?:a chance|my|the|our|this|that|\w+'s)|(?:got|get|receive) (?:my|this|the) (?:e?mail|message|note|text)|still on\b|(?:have|is) your (?:e?mail|number|phone)|ok(?:ay)?\s*\?|right\s*\?|sound good|\bwant (?:to (?:come|see|meet|stop|swing|tour|visit|look|walk|talk|chat|set|do|take|go)|me to)\b|\d/\d|@ ?\d|\d ?p\b|\bhold it\b|(?:which|what) (?:works|suits)|(?:mon|tues|wednes|thurs|fri|satur|sun)day|\d ?(?:am|pm|a\.m|p\.m)|\d:\d\d|noon|tomorrow|today|this week|may i|can i|shall i|help you|questions (?:for me|do you)|le parece|le queda|a qu[eé] hora|when can i|like emails or texts)",
    )
});
static DISCOVERY: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:when (?:are|do|would|were) you (?:hoping|looking|planning|thinking|want|need|wanting)|how soon (?:are|do) you|time ?(?:line|frame)|what (?:brings|brought|made|is (?:most )?important|are you looking|size|price range|features|area|else are)|how many (?:bed|people|of you|kids|cars|drivers)|are you (?:currently|looking|renting|relocating|moving|a first)|who (?:all )?will (?:be|live)|must.haves?|first (?:home|house|new build)|full.?time (?:home|residence)|second home|main home|primera casa|para cu[aá]ndo (?:le gustar|piensa|quiere|busca)|cu[aá]ntos (?:son|van))",
    )
});
static REASON: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:award|warrant(?:y|ies)|energy|insulat|hers (?:score|rating)|craftsmanship|family.owned|family (?:business|company|builder)|years of (?:experience|building)|since (?:19|20)\d\d|(?:closing|financing) costs?|incentives?|(?:low|lower|fixed|reduced|special) (?:interest |tax )?(?:rate|bill|payment)s?|rate buy.?down|\brates? (?:down )?to \d|gastos de cierre|programa (?:de|del|que)|amenit(?:y|ies)|top.rated|(?:great|good|excellent|best|rated) schools?|(?:only|just|down to)\b.{0,20}\b(?:homes?|homesites?|lots?|left|phase|remain\w*)\b|(?:last|final) (?:phase|few|opportunit\w+|homesites?)|first pick|(?:only|first) (?:place|neighborhood|community|builder|one)\b|standard (?:features?|in every)|included (?:features?|as standard|at no)|comes? (?:standard|complete)|at no (?:extra|additional) (?:cost|charge)|customiz|personaliz|design (?:studio|center)|what (?:sets|makes) us|unlike (?:other|most)|sets us apart|quality (?:of|construction|materials|homes?)|(?:minutes|mins|miles|blocks|walk|drive)\b.{0,25}\b(?:from|to|away)|minutos|walking distance|walk to|trails\b|(?:walking|hiking|biking|bike|nature|greenway) trail|pools?\b|playground|clubhouse|\bparks?\b|(?:home ?)?owners? (?:love|tell|say)|(?:residents|folks|people|neighbou?rs|everybody|buyers|families) (?:say|tell|love|asks?|come|wave|always|started|really)|so popular|popular|garant[ií]a|sav(?:e|es|ing|ings)\b|views?\b|sunsets?|evening light|big(?:ger)? (?:back ?yard|lot|kitchen|closet)|quiet\b|safe\b|peace of mind|can'?t (?:beat|find|get) (?:that|it|this)|won'?t (?:get|find)|better (?:number|value|deal)|m[aá]s barat|ahorr|cerca de todo|empresa familiar|a[nñ]os (?:de|haciendo|construyendo)|lo bonito)",
    )
});
static HANDOFF: LazyLock<Regex> = LazyLock::new(|| {
    exact(
        r"(?:(?i:my (?:colleague|teammate|partner|associate|co-?worker|assistant|manager)|our (?:(?:new home|sales|community|online|onsite|on-site) )*(?:consultant|counselor|manager|specialist|agent|representative|advisor)|introduc(?:e|ing) (?:you to )?|connect(?:ing)? you with |i(?:'|\u{2019})?m (?:copying|including|cc'?ing|looping in) |i(?:'|\u{2019})?ve (?:copied|included|cc'?d|looped in) |i have (?:copied|included) |(?:hand(?:ing)?|pass(?:ing)?|turn(?:ing)?|send(?:ing)?|transfer(?:ring)?) you (?:over |off |along |on )?to |you(?:'|\u{2019})?(?:ll| will) (?:be (?:working|dealing|in touch|in (?:great|good) hands) with|hear from|meet(?:ing)? with) |(?:le|te) presento a |please meet |looping (?:in )?|cc'?ing |adding |our (?:preferred |in-house )?(?:lender|loan officer),? |mi (?:compa[nñ]er[oa]|colega)),?\s*(?i:my (?:colleague|teammate|partner|associate),?\s*)?)([A-ZÀ-Ý][\p{L}'\u{2019}]+(?:\s+[A-ZÀ-Ý][\p{L}'\u{2019}-]+)?)|\b([A-ZÀ-Ý][\p{L}'\u{2019}]+(?:\s+[A-ZÀ-Ý][\p{L}'\u{2019}-]+)?),?\s+(?i:(?:from|in) our .{0,30}|our .{0,40})?,?\s*(?i:will (?:be (?:reaching out|in touch|contacting|your (?:point|contact)|taking (?:care|over)|calling)|reach out|contact you|follow up|call you|take (?:great )?care|assist you|help you|get back to you|be your))|\b([A-ZÀ-Ý][\p{L}'\u{2019}]+(?:\s+[A-ZÀ-Ý][\p{L}'\u{2019}-]+)?) (?i:is|runs|handles|heads up) [^.!?\n]{0,60}[.!,;]\s*(?i:(?:and )?(?:she|he|they)(?:'ll| will| is going to) (?:be in touch|be your|be the|reach out|call|contact|follow up|get back|email|text|take))",
    )
});

/// A reason or a discovery question, with its sentence. What was asked about is an answer and no reason, and a name is neither: "Bluff
/// View" praises no view.
pub(super) fn reason_or_discovery(text: &str, context: &Context) -> Option<String> {
    let asked = stems(&context.question);
    let names = [context.community.as_deref().unwrap_or_default(), &context.builder];
    sentences(text)
        .into_iter()
        .find(|sentence| {
            let asks = sentence.trim_end().ends_with('?');
            let learns = asks && (DISCOVERY.is_match(sentence) || TO_BUYER.is_match(sentence) && !LOGISTIC.is_match(sentence));
            let unnamed =
                names.into_iter().filter(|name| !name.is_empty()).fold((*sentence).to_owned(), |text, name| text.replace(name, " "));
            let news = |found: &str| !words_of(&stems(found)).any(|word| word.len() > 3 && asked.contains(&format!(" {word} ")));
            learns || !asks && REASON.find_iter(&unnamed).any(|found| news(found.as_str()))
        })
        .map(shorten)
}

/// The colleague that the reader is handed over to.
pub(super) fn introduces(text: &str, writer: Option<&str>, context: &Context) -> Option<(String, String)> {
    HANDOFF.captures_iter(text).take(10).find_map(|found| {
        let name = sender::human(found.iter().skip(1).flatten().next()?.as_str(), context)?;
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
            ("We are at 1180 Birch Trail.", false),
            ("A greenway trail starts at the gate.", true),
            ("Close by January and we bring the rate to 4.99% for a year.", true),
        ] {
            assert_eq!(reason_or_discovery(text, &Context::default()).is_some(), found, "{text}");
        }
        let context =
            Context { community: Some("Bluff View".into()), question: "What does the warranty cover?".into(), ..Context::default() };
        for (text, found) in [
            ("The model at Bluff View is furnished.", false),
            ("The view at Bluff View is all lake.", true),
            ("I'm having the warranty department write it down.", false),
            ("There is a pool.", true),
            ("Want to come by on the 9th?", false),
        ] {
            assert_eq!(reason_or_discovery(text, &context).is_some(), found, "{text}");
        }
    }

    #[test]
    fn hears_a_hand_over() {
        let context = Context { first_name: "Dana".into(), builder: "Bluebonnet Homes".into(), ..Context::default() };
        for (text, name) in [
            ("I'm copying my colleague Tom Reyes, who runs Willow Creek.", Some("Tom Reyes")),
            ("Tom Reyes will be reaching out to you.", Some("Tom Reyes")),
            ("Our sales consultant Maria Lopez can show you around.", Some("Maria Lopez")),
            ("Shonda Wix is our agent at Calloway Farm. She'll be in touch by tomorrow.", Some("Shonda Wix")),
            ("Our preferred lender, Colt Briscoe, can put an estimate together.", Some("Colt Briscoe")),
            ("Calloway Farm is our newest community. We will be open Saturday.", None),
            ("Amy Ortiz will call you.", None),
            ("Someone will contact you.", None),
            ("I will call you.", None),
        ] {
            assert_eq!(introduces(text, Some("Amy Ortiz"), &context).map(|found| found.0).as_deref(), name, "{text}");
        }
    }
}
