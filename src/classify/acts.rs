//! What a sentence of an answer does, whatever was asked: it says yes or no, hedges, puts off, asks, echoes, points elsewhere.
//! English and Spanish.

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::LazyLock;

use super::pattern::{Regex, any_case};
use super::{putoff, settling};
use crate::attribute::words::fold;

static DEFERS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:call|text|phone|ring|visit|stop by|come (?:in|by|see|out)|schedule|set up|book|hop on|find (?:a )?time|give (?:me|us) a (?:call|ring)|let'?s (?:talk|chat|connect))\b.{0,80}\b(?:tell you|discuss|go over|answer|explain|walk you through|share|talk about|details|more (?:info|information)|questions?|show you|all about)|(?:(?:love|happy|glad|pleased)|\b(?:i|we)(?:'?d| would) like) to (?:tell|discuss|answer|go over|talk|walk you|share|chat|explain)|questions? answered|answer (?:all|any) (?:of )?your questions|(?:check|verify|confirm) (?:(?:that|this|it) )?with (?:the |your |our |their )?(?:\w+ ){0,3}(?:county|city|schools?|district|hoa|association|lender|assessor|isd)\b|(?:can|could|will|would|able to) (?:put together|work up|pull together|prepare|run) (?:you )?(?:an?|the|some)\b|(?:tell|discuss|answer|go over|share|explain)\b.{0,60}\b(?:when (?:we|you)|over the phone|on a (?:quick )?call|by phone|in person|during your visit|give (?:me|us) a call|call me)|ll[aá]m(?:e|a)me.{0,60}(?:explic|cont|d[ií]|detalle)|(?:easier|better|best|quicker|rather) (?:to )?(?:explain|discuss|talk|cover|go over|over the phone|by phone|in person)|too much to (?:type|put|cover|explain|go into)|(?:lot|much) to go over|(?:once|when|after) (?:you|we) (?:call|come|visit|stop|talk|speak|meet)\b.{0,80}|before i (?:can )?(?:quote|answer|give|tell|send|speak|say)|once you(?:'ve| have| are|'re)?\b.{0,60}\b(?:i'?m able|i can|i'?ll|we can|we'?ll|send)|best person to (?:ask|answer|talk|speak)|rather than (?:type|put|write|try)|easiest if|best way is for us|voice to voice|by appointment only|(?:tailored|specific|different) (?:to|for) (?:each|every)|we'?ll open up|sit down (?:together|with)|i'?d need (?:to see|your|a)|(?:need|require)s? (?:your|to see your) (?:pre.?approval|info|details)|ring me|necesito que|me (?:marque|llame|hable)|ocupo el|en persona|platic\w+|por tel[eé]fono|(?:can|could|will be able to|is able to) (?:answer|tell you|give you|walk you)\b",
    )
});
static LATER: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:let me|i'?ll|i will|i can|i'?m going to|going to|i need to|i have to|i(?:'?d| would) (?:have|need|want|like) to|i(?:'?ve)? got to|i gotta) (?:\w+ )?(?:pull|see|dig|look (?:at|in|over)|check|find out|look into|confirm|verify|double.check|ask|get back|get (?:you )?(?:that|the|an)|research|follow up|get (?:with|a hold of|hold of|in touch with|clarification)|look (?:that|this|it) up|run (?:that|this|it) (?:by|past)|talk to|speak (?:with|to)|track (?:that|this|it|them) down)|get back to you|circl(?:e|ing) back (?:to you |with (?:you|an?|the) )?(?:\w+ )?(?:as soon|once|when|by|tomorrow|today|shortly|with)|(?:message|call|e?mail|note|request|question) (?:in|out|over) (?:to|with) (?:our|the|my|[a-z]+,)|(?:will|'?ll|going to) (?:call|ring|text|e?mail|phone|message) you (?:back|right after|after|later|with|tomorrow|tonight|this|first thing|as soon|once|when)\b|(?:someone|a member of our|our) .{0,40}(?:will|shall) .{0,40}(?:answer|contact|reach|respond|call)|as soon as (?:(?:i|we) (?:know|hear|have|get|find)|(?:s?he|they) (?:answers?|knows?|gets? back|replies|reply|responds?|hears?|calls?))|(?:i'?ll|i will|and) let you know\b|(?:she|he|they) (?:will|can|'?ll) (?:be able to )?(?:answer|get back|reach out|follow up|contact|call|respond|have (?:that|the|an) answer)|(?:have|am|i'm|i've|we've|we have) (?:asked|checking|reached out|emailed|called|messaged|forwarded|sent)\b.{0,60}(?:and|so|to find|for the|for an|about|on)\b|(?:hear|heard) back|have (?:that|the|an|your) (?:answer|number|info\w*) (?:for you )?(?:by|tomorrow|today|soon|shortly|later|on monday|this|next)|let me (?:see|find|ask|pull|get|dig|run)|need (?:to|a (?:day|few|little)|some time)\b.{0,30}(?:check|confirm|ask|verify|look|find|answer)|waiting (?:on|for) (?:an answer|the|a (?:call|reply))|dig (?:this|that|it) (?:out|up)|put in (?:the|a) request|(?:get|got) it (?:onto|on) the(?:ir)? (?:next )?agenda|next agenda|that'?s (?:one|a question) for|falls to|(?:i|we)'?ll (?:pass (?:it|that|this) (?:on|along)|share (?:it|that|whatever)|shoot|send|forward|have (?:an answer|it|that))|(?:she|he|they)'?ll (?:quote|shoot|send|have|get|know|tell|call|answer)|(?:she|he|they) will (?:quote|send|have|get|know|tell)|write it down for me|in your inbox by|give me (?:till|until|a (?:day|few|little)|'til)|case by case|business days|owe you|(?:has|have) gone to|checking (?:on|with|into|now)\b|^\W*checking\b|le (?:averiguo|confirmo|aviso|digo)|lo confirmo|te (?:digo|aviso|confirmo)|[eé]l (?:mismo )?le d|eso lo ve|en cuanto sepa|m[aá]ndeme|(?:ella|[eé]l) (?:le|se) (?:dir|confirm|contact|llam|comunic)|(?:voy a|d[eé]je?me|perm[ií]tame) (?:averiguar|preguntar|revisar|checar|confirmar)\w*",
    )
});
static IGNORANT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:(?:do not|don'?t|am not|i'?m not|not) (?:know|sure|certain|have (?:that|the|any) (?:info|information|answer|detail))|no idea|unsure|(?:don'?t|do not|can'?t|cannot) (?:remember|recall)|can'?t say|cannot say|unable to (?:say|answer)|above my pay grade|not my (?:area|department)|wouldn'?t want to (?:guess|give)|don'?t want to (?:guess|misspeak|give you (?:a|the) wrong)|(?:don'?t|do not|haven'?t|wish i) (?:had |have |got )?(?:that|the|an|those|exact|final|those) (?:answer|number|figure|info\w*|detail\w*|price|date)s?|no sé(?:\s|[,.])|no se (?:si|exactamente|decir|con certeza)\b|no (?:le )?quiero dar|no tengo (?:esa|la|ese|el)|stumped|wish i knew|(?:nobody|no one) can (?:say|put|tell|give)|(?:not|never) (?:licensed|at liberty|allowed|able|permitted|supposed) to (?:say|speak|quote|give|share|discuss|make|comment|advise|promise|guarantee|tell)|can(?:'?t|not) (?:comment|advise|speak to|make (?:any )?(?:statements?|promises))|changes by the (?:hour|day|week)|no (?:me )?la s[eé]|no lo s[eé])",
    )
});
static HEDGES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:i (?:think|believe|guess)|may (?:be|have|not|also|well|still|come|vary|change|need|require|offer|include|run)|sometimes|(?:in|on|for) (?:some|certain)\b|some (?:do|are|have|can|homes|lots|plans)|not (?:all|every)|a veces|algun[oa]s? de|la mayor[ií]a|might|possibly|probably|perhaps|depends|depending|some of|typically|usually|most of (?:our|the|them)|many of (?:our|the)|in most (?:cases|plans|homes)|varies|vary|creo que|depende|tal vez|quiz[aá]s?)\b",
    )
});
/// Where what was put off ends.
static BUT: LazyLock<Regex> = LazyLock::new(|| any_case(r"\bbut\b|\bpero\b|;|\x{2014}| - "));
/// What it depends on is said in place of an answer.
static DEPENDS: LazyLock<Regex> = LazyLock::new(|| any_case(r"\b(?:(?:all |really )?depends?|depending|depende[ns]?)\b"));
static ECHO: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:you (?:asked|were asking|wanted to know|had asked|inquired)|your (?:question|inquiry|interest|request|message|email)|asking (?:about|if|whether)|question about|interest(?:ed)? in|inquir(?:y|ing|ed) about|regarding|pregunt\w+ (?:sobre|por|si))\b",
    )
});
/// What is put off in the form of a question: "let me ask and tell you tomorrow, ok?", "can I owe you that one?".
static STALLS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:let me (?:check|ask|find|see|look|get|confirm)|(?:can|could|may) i (?:owe|get back|check|find out|let you know)|before i (?:can )?(?:quote|answer|give|tell|send|speak|say)|d[eé]je?me|perm[ií]tame|le (?:averiguo|confirmo|aviso)|te (?:digo|aviso|confirmo))\b",
    )
});
/// Yes or no in its own words and nothing before it: "No, in the Carrington the suite is upstairs".
static ANSWERS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:(?:hi|hello|hey|hola|dear)\b[^,.!\n]{0,30}[,.!]\s*)?(?:yes|yep|yeah|no|nope|s[ií])(?: (?:sir|ma'?am|se[nñ]or\w*))?[,.!]",
    )
});
/// "One side only, the north."
static LIMITS: LazyLock<Regex> =
    LazyLock::new(|| any_case(r"\b(?:only|both|neither|none|nobody|no one|each|ningun[oa]|amb[oa]s|solo|s\x{f3}lo)\b"));
/// More words than this hold such a word by chance.
const LIMITED: usize = 12;
/// What a builder says of itself and its place to whoever asks whatever: its age, what is left, the size of the house, the writer's life.
static BOASTS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\bfamily.owned|\b(?:family|empresa) (?:business|company|familiar)|\bgenerations?\b|\bsince (?:18|19|20)\d\d|\byears (?:of (?:experience|building)|in business|building)|a[nñ]os (?:de experiencia|haciendo|construyendo)|\b(?:last|final) phase\b|\b(?:just|only|down to|got|we have)\b[^.]{0,20}\b(?:homes?|homesites?|lots?) (?:left|remain)|\b\w+ (?:homes?|homesites?) (?:left|a year)\b|\b\d(?:\.\d)? ?(?:bed|bath|br\b|ba\b)|\bacres?\b[^.]{0,30}\b(?:lake|park|trails?|stocked|open space)|\b(?:lake|park)\b[^.]{0,40}\bacres\b|award|top sellers?\b|\bi(?:'ve| have) (?:been|worked|lived|sold)\b|\bi (?:grew up|taught|used to|moved (?:here|from)|started|was born|live (?:here|two|just))\b|\bmy favou?rite\b|\bsunsets?\b|\bpoint you\b",
    )
});
/// A sentence that opens with yes or no.
static VERDICT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:(?:hi|hello|hey|hola|dear)\b[^,.!\n]{0,30}[,.!]\s*)?(?:(?:great|good) (?:question|news)\W+|to answer your question\W+|(?:the )?short answer\W+(?:is\W+)?)?(?:(?:yes|yep|yeah|yup|absolutely|definitely|certainly|no|nope|not|unfortunately|sadly|claro|desafortunadamente|lamentablemente|por supuesto)\b|s[ií][\s,.!])|,? (?:no|yes),",
    )
});
/// A sentence that says of something that it is so or not.
static STATES: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:it's [a-z]|they're [a-z]|there(?:'s| is| are| isn't| aren't)|it (?:does|doesn'?t|does not|is|isn'?t|comes?|has)|they (?:do|don'?t|are|come)|we (?:do|don'?t|offer|have|include))\b",
    )
});
/// Yes or no, and said of what was asked: "yes, it does".
static PLAIN: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:(?:hi|hello|hey|hola|dear)\b[^,.!\n]{0,30}[,.!]\s*)?(?:yes|yep|yeah|no|nope|unfortunately|sadly|absolutely|s[ií])\W{1,3}(?:(?:ma'?am|sir|it|they|we|you|there|that|those|all|every|se|lo|la|los|las|no|se[nñ]or\w*) ?)?(?:does|do|is|are|can|has|have|will|did|would|isn'?t|doesn'?t|don'?t|can'?t|cannot|aren'?t|puede|tiene|hay|incluye|viene)\b",
    )
});
pub(super) static FIGURE: LazyLock<Regex> = LazyLock::new(|| any_case(r"\d"));
/// A clause that says of something named before that it is so or not: "buildings 1 and 2 do", "it sure does", "you don't, no".
static ELLIPSIS: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:do|does|don'?t|doesn'?t|does not|do not|is|are|isn'?t|aren'?t|can|can'?t|cannot|will|won'?t|did|didn'?t|ha(?:s|ve) (?:one|it|them|that|both|those)|sure (?:does|do|is|are|can)|(?:comes?|goes?) with (?:it|one|them|the house)|(?:is|are|'s|'re) (?:legal|allowed|fine|ok(?:ay)?|included|standard|extra|welcome|available|possible|an option|optional|a no|up|down|upstairs|downstairs|not))\s*(?:[.,;!)]|-|\u{2013}|\u{2014}|$|and\b|but\b|on every|in every|either|too)",
    )
});
/// Something named before, or all of something.
static ANAPHOR: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\b(?:it|it's|they|they're|them|that|that's|those|these|both|all|every|each|none|neither|nobody|no one|only|just|some|most|one|you|we|ninguno|ninguna|todos|todas|cada|la|lo|los|las)\b",
    )
});
/// A number that counts or measures, in digits or words.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\$ ?\d|\b\d[\d,.]*k?\b|\b(?:two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|dozen|half|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|once|doce|quince|veinte|treinta|cuarenta|cincuenta|sesenta|setenta|ochenta|noventa|cien|mil)\b",
    )
});
/// Numbers that are a time or a telephone.
static OTHER_NUMBER: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\d{3}[-. )]{1,2}\d{3}[-. ]\d{4}|\b\d{1,2}(?::\d\d)? ?(?:a\.?m|p\.?m)\b|\b\d{1,2}:\d\d\b|o'?clock|\b(?:mon|tues|wednes|thurs|fri|satur|sun)day\b|\b\d{1,2} ?(?:-|to|\x{2013}) ?\d{1,2} (?:m-f|mon|tue|wed|thu|fri|sat|sun|daily|weekdays?|weekends?|every)|\blots? \d+|\bhomesites? \d+|a las \d|\b(?:till?|until|hasta las?) \d{1,2}\b|\b(?:since|established|est\.?|founded(?: in)?|desde) (?:18|19|20)\d\d\b",
    )
});
/// What every friendly mail says, whatever was asked.
static GENERIC: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"^\W*(?:(?:hi|hello|hey|hola|dear|good (?:morning|afternoon|evening)|buen[oa]s)\b[^.!?\n]{0,40}$)|\bthank(?:s| you)\b|\bgracias\b|\b(?:so |very )?(?:glad|happy|excited|pleased|thrilled|delighted|nice|great|good) (?:to|you|that you|meeting|talking)\b|\bwelcome\b|\bmy name is\b|\b(?:i'?m|i am|this is|soy) [A-Z]?\w+,? (?:with|from|at|your|the|an?|de)\b|\b(?:let me know|feel free|don'?t hesitate|look(?:ing)? forward|reach out|call me|text me|stop by|come (?:by|see|visit)|give me a)\b|\b(?:my|our) (?:direct|cell|office|number|phone|hours|model|website|site|team|address)\b|\b(?:we are|we're|is|are) open\b|\bsorry\b|\bhope\b|\bhave a (?:great|good|wonderful|nice)\b|\breceived\b|\byour (?:inquiry|message|note|email|interest|request)\b",
    )
});
/// The answer stands elsewhere: in an attachment, a film, on a page.
static ELSEWHERE: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\battach(?:ed|ing|ment)|\benclosed|\badjunt|(?:recorded|filmed|made|shot|sending) (?:you )?(?:a |an |the |this |it|your )?(?:\w+ ){0,4}(?:video|clip|answer|film|walk.?through)|(?:answer|details?|prices?|pricing|numbers?|list|everything|information|info|sheet|map)\b[^.\n]{0,60}\b(?:on|at|in|behind) (?:this|the|our) (?:\w+ )?(?:page|link|site|sheet|pdf|brochure|flyer|video|file|map)|\b(?:maps?|list|sheet|info\w*|details|numbers|prices|pricing|answers?|everything)\b[^.\n]{0,60}\b(?:is|are) (?:here|below|online|linked)\b|\b(?:este|siguiente|el) enlace\b|(?:see|watch|open|check out) (?:the|this|my|our) (?:link|page|pdf|video|file|sheet|brochure|flyer|price sheet)",
    )
});
/// Something that a sentence does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Act {
    /// Holds words that a real answer would hold.
    Holds,
    /// Opens with yes or no.
    Opens,
    /// Says that something is so or not.
    Verdict,
    /// Says yes or no and of what.
    Plain,
    /// Says that the writer does not know.
    Ignorant,
    /// Puts the answer off.
    PutsOff,
    /// Weakens what it says.
    Hedges,
    /// Says what it depends on.
    Depends,
    /// Asks.
    Asks,
    /// Says the question back.
    Echoes,
    /// Points to an attachment, a film, a page.
    Elsewhere,
    /// Holds a link.
    Links,
    /// Says of something named before that it is so or not.
    Elliptic,
    /// Holds a number that counts or measures.
    Counts,
    /// Says what every friendly mail says.
    Generic,
    /// Puts the answer off, in a question.
    Stalls,
    /// Says yes or no and goes on.
    Answers,
    /// Says of itself what every reader is told.
    Boasts,
    /// Says of what it names that it is so, allowed, fine.
    Grants,
    /// Says in a few words that it is only some, both or none.
    Limits,
    /// Settles what was asked without saying it again: "sure is", "not anymore".
    Settles,
    /// Denies something of the house, the place or the rules.
    Denies,
}

/// A sentence and what it does, which is only looked for when somebody asks.
pub(super) struct Sentence<'a> {
    pub(super) text: &'a str,
    /// Its words, comparable: [`stems`].
    stems: String,
    wanted: &'a [String],
    /// What was looked for, and what of it is so: a bit an act.
    looked_for: Cell<u32>,
    acts: Cell<u32>,
}

impl<'a> Sentence<'a> {
    /// Looks at a sentence; `wanted` are the words that a real answer would hold, as [`stems`].
    pub(super) fn of(text: &'a str, wanted: &'a [String]) -> Self {
        Self { text, stems: stems(text), wanted, looked_for: Cell::new(0), acts: Cell::new(0) }
    }

    /// Its words, comparable.
    pub(super) fn words(&self) -> impl Iterator<Item = &str> {
        words_of(&self.stems)
    }

    /// Whether it does this.
    pub(super) fn does(&self, act: Act) -> bool {
        let bit = 1 << act as u32;
        if self.looked_for.get() & bit == 0 {
            let seen = if self.see(act) { bit } else { 0 };
            self.looked_for.set(self.looked_for.get() | bit);
            self.acts.set(self.acts.get() | seen);
        }
        self.acts.get() & bit != 0
    }

    fn see(&self, act: Act) -> bool {
        let text = self.text;
        let states = || !self.does(Act::Asks) && !self.does(Act::Ignorant);
        match act {
            Act::Holds => self.wanted.iter().any(|phrase| self.stems.contains(phrase.as_str())),
            Act::Opens => states() && VERDICT.is_match(text) && !settling::is_manners(text),
            Act::Verdict => self.does(Act::Opens) || states() && STATES.is_match(text),
            Act::Plain => !self.does(Act::Asks) && PLAIN.is_match(text) && !settling::is_manners(text),
            Act::Ignorant => IGNORANT.is_match(text),
            Act::PutsOff => self.does(Act::Ignorant) || DEFERS.is_match(text) || LATER.is_match(text) || putoff::begins(text).is_some(),
            Act::Hedges => HEDGES.is_match(text),
            Act::Depends => DEPENDS.is_match(text),
            Act::Asks => text.trim_end().ends_with('?'),
            Act::Echoes => ECHO.is_match(text),
            Act::Elsewhere => ELSEWHERE.is_match(text),
            Act::Links => text.contains("://") || text.contains("www."),
            Act::Elliptic => self.does(Act::Grants) && ANAPHOR.is_match(text),
            Act::Counts => !self.does(Act::Asks) && AMOUNT.is_match(text) && !OTHER_NUMBER.is_match(text),
            Act::Generic => self.does(Act::Asks) || !self.does(Act::Settles) && (self.is_brief() || GENERIC.is_match(text)),
            Act::Stalls => STALLS.is_match(text) || self.does(Act::Asks) && putoff::stalls(text),
            Act::Answers => !self.does(Act::Generic) && self.does(Act::Opens) && ANSWERS.is_match(text),
            Act::Boasts => BOASTS.is_match(text),
            Act::Limits => text.split_whitespace().nth(LIMITED).is_none() && LIMITS.is_match(text),
            Act::Grants => states() && ELLIPSIS.is_match(text),
            Act::Settles => states() && settling::opens(text),
            Act::Denies => states() && settling::denies(text),
        }
    }

    /// Whether it is too short to tell anything. "532 now" is short, and all that was asked for.
    fn is_brief(&self) -> bool {
        match self.text.split_whitespace().take(3).count() {
            0 | 1 => true,
            // A greeting and the number of the list below it are two lines.
            2 => self.text.contains('\n') || !AMOUNT.is_match(self.text),
            _ => false,
        }
    }

    /// What it says besides what it puts off: "let me check which ones finish by March" tells no date, "it is $118, but let me check on the
    /// mowing" and "let me double check, but it is $118" tell the dues.
    pub(super) fn besides(&self) -> Cow<'a, str> {
        let begins = [&DEFERS, &LATER].into_iter().filter_map(|pattern| pattern.find(self.text)).map(|found| found.start());
        let begins = begins.chain(putoff::begins(self.text)).min();
        let Some((before, put)) = begins.and_then(|at| self.text.split_at_checked(at)) else { return Cow::Borrowed(self.text) };
        Cow::Owned(
            BUT.find(put).and_then(|but| put.get(but.end()..)).map_or_else(|| before.to_owned(), |after| format!("{before} {after}")),
        )
    }

    /// Whether it tells something definite that not every mail tells. `figures`: whether a figure was asked for.
    pub(super) fn tells(&self, figures: bool) -> bool {
        if self.does(Act::Boasts) && !figures {
            return false;
        }
        if self.does(Act::Settles) || self.does(Act::Denies) {
            return true;
        }
        // A number tells who asked for one, or for nothing that a short answer could not hold.
        let counts = (figures || self.text.split_whitespace().nth(LIMITED).is_none()) && self.does(Act::Counts) && !self.does(Act::Boasts);
        let definite = self.does(Act::Limits) || counts || self.does(Act::Elliptic) || self.does(Act::Opens);
        definite && !self.does(Act::Generic) && !self.does(Act::Echoes)
    }
}

/// The words of a text that was folded or brought to its stems.
pub(super) fn words_of(folded: &str) -> impl Iterator<Item = &str> {
    folded.split(' ').filter(|word| !word.is_empty())
}

/// Folded words with number words as digits and without a plural s, so that "three-car garages" equals "3 car garage"; padded, as
/// [`fold`] gives them.
pub(super) fn stems(text: &str) -> String {
    let folded = fold(text);
    let mut stems = String::with_capacity(folded.len());
    stems.push(' ');
    for word in words_of(&folded) {
        stems.push_str(match word {
            "one" | "first" | "1st" => "1",
            "two" | "second" | "2nd" | "dos" => "2",
            "three" | "third" | "3rd" | "tres" => "3",
            "four" | "fourth" | "4th" | "cuatro" => "4",
            "five" | "fifth" | "5th" | "cinco" => "5",
            "six" => "6",
            "seven" => "7",
            "eight" => "8",
            "nine" => "9",
            "ten" => "10",
            _ if word.len() > 3 && word.ends_with('s') && !word.ends_with("ss") => word.trim_end_matches('s'),
            _ => word,
        });
        stems.push(' ');
    }
    stems
}
