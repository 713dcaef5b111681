//! What buyers ask builders about, and how an answer to it looks: a price holds a figure, a school has a name, a garage is there
//! or not. Takes the question, gives its parts. English and Spanish.

use std::sync::LazyLock;

use super::pattern::{Regex, any_case, exact};

/// A kind of question.
#[derive(Debug)]
pub(super) struct Topic {
    /// Its name, for reasons.
    pub(super) name: &'static str,
    /// Whether a clause of a question asks it.
    asks: Regex,
    /// Words of a sentence about it.
    pub(super) about: Regex,
    /// What an answer to it holds.
    pub(super) shape: Regex,
    /// Whether the shape alone tells what the sentence is about.
    pub(super) firm: bool,
    /// Whether the shape is a figure, a date or a name, which nothing but an answer holds.
    pub(super) strict: bool,
}

const NUMBER: &str = r"(?:\d[\d,.]*|half|quarter|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|eighty|ninety|(?:a |one )?hundred|un|una|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez)";
const MONTHS: &str = r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?|enero|febrero|marzo|abril|mayo|junio|julio|agosto|septiembre|octubre|noviembre|diciembre)";
/// Yes, no, and the verbs that say so.
const VERDICT: &str = r"(?:s\x{ed}[^a-z]|yes|no|not|none|nothing|never|neither|only|all|every|each|any|both|sure|absolutely|certainly|definitely|can(?:not|'t)?|(?:is|are|do|does|did|has|have|was|were|wo|would|will)(?:n'?t)?|allow(?:ed|s)?|welcome|si|hay|tiene[ns]?|se puede|puede[ns]?|incluye[ns]?|viene[ns]?|permit\w+)";

static TOPICS: LazyLock<Vec<Topic>> = LazyLock::new(|| {
    let figure = r"\$ ?\d|\d ?%|\bper ?cent|\bpor ciento|\bno (?:charge|cost|fees?)|\bfree\b";
    let rows: Vec<(&'static str, String, String, String, bool)> = vec![
        (
            "association",
            r"\bhoas?\b|\bdues\b|association|\bassessments?\b|condo fees?|maintenance fees?|cuotas?\b|mantenimiento".into(),
            r"\bhoas?\b|\bdues\b|associations?\b|assessments?\b|\bfees?\b|cuotas?\b|mantenimiento".into(),
            format!(r"{figure}|\bno hoas?\b|(?:is|are) no\b|{NUMBER} (?:dollars|d[oó]lares)"),
            false,
        ),
        (
            "tax",
            r"\btax(?:es)?\b|\bm\.?u\.?d\b|\bp\.?i\.?d\b|\bcdd\b|millage|mello|impuestos?".into(),
            r"\btax(?:es)?\b|\brates?\b|\bm\.?u\.?d\b|\bp\.?i\.?d\b|\bcdd\b|\bmills?\b|millage|assess|mello|impuestos?|predial".into(),
            format!(r"{figure}|\bno (?:mud|pid|cdd|tax)|\bmills\b"),
            false,
        ),
        (
            "bus",
            r"\bbus(?:es|sing)?\b|autob[uú]s|transport".into(),
            r"\bbus(?:es|sing|sed)?\b|autob[uú]s|transport".into(),
            format!(r"\b{VERDICT}(?:\b|\W|$)"),
            false,
        ),
        (
            "hours",
            r"\bhours?\b|what time|\bhorario|(?:are|is) (?:you|the \w+(?: \w+)?) open (?:on|during|at)".into(),
            r"\bopen\b|\bhours?\b|\bclosed?\b|daily|by appointment|\bcomes?\b|\bhora\b|horario|abiert|abrimos".into(),
            r"\b\d{1,2}(?::\d\d)? ?(?:-|to|till?|until|a) ?(?:\d|noon|dark)|\b\d{1,2}(?::\d\d)? ?(?:a\.?m|p\.?m)\b|\bdaily\b|by appointment|\bnoon\b|\ba las? \d".into(),
            false,
        ),
        (
            "school",
            r"\bschools?\b|school district|\bisd\b|zoned|elementary|escuelas?|escolar|primaria|colegios?".into(),
            r"\bschools?\b|district|\bisd\b|zoned|elementary|middle school|high school|escuelas?|primaria|colegios?|distrito".into(),
            r"\b(?:zoned|feeds?|attend|district|walk(?:ing)?|serve[sd]?|assigned|go(?:es)? to|minutes|miles?|minutos)\b".into(),
            false,
        ),
        (
            "warranty",
            r"warrant|guarantee|garant[ií]a|structural coverage".into(),
            r"warrant|guarantee|coverage|cover(?:s|ed)?|garant[ií]a|workmanship|structur|builder'?s".into(),
            format!(r"\b{NUMBER}[- ]?(?:years?|yrs?|months?|a[nñ]os?)\b|\b\d-\d+-\d+\b"),
            false,
        ),
        (
            "incentive",
            r"incentiv|closing cost|buy.?down|promotion|special (?:rate|offer|financ)|discount|\bcredits?\b|\bspecials\b|concession|\bva (?:loan|buyer)|veteran|financ|interest rate|down payment|enganche|descuent|promoci|gastos de cierre".into(),
            r"incentiv|closing cost|buy.?down|\brates?\b|credits?\b|promotion|discount|concession|lender|financ|toward|veteran|down payment|flex cash|enganche|descuent|promoci|prestamista|cierre".into(),
            format!(r"{figure}|\bno (?:incentives?|promotions?|discounts?|specials?)\b|\bdo(?:n'?t| not) (?:offer|have|do)|\b\d(?:/|-)\d buy.?down|{NUMBER} (?:points?|thousand|mil)\b"),
            false,
        ),
        (
            "age",
            r"\b55\b|fifty.?five|age.(?:restrict|qualif)|active adult|senior|under (?:18|nineteen|19)|restricci[oó]n de edad".into(),
            r"\b55\b|fifty.?five|\bage[sd]?\b|active adult|restrict|resident|grand(?:child|kid|son|daughter)|permanent|edad".into(),
            format!(r"\b{VERDICT}(?:\b|\W|$)|\b(?:18|19|40|45|50|55|80)\b"),
            false,
        ),
        (
            "pet",
            r"\bpets?\b|\bdogs?\b|\bcats?\b|\bbreeds?\b|chickens?|mascotas?|perros?|gatos?".into(),
            r"\bpets?\b|\bdogs?\b|\bcats?\b|\bbreeds?\b|animals?|leash|chickens?|\bhens?\b|mascotas?|perros?|gatos?".into(),
            format!(r"\b{VERDICT}(?:\b|\W|$)|\b{NUMBER}\b|limit|up to|hasta"),
            false,
        ),
        (
            "size",
            r"how (?:big|large|wide|deep|tall|long is|many (?:square|acres|feet))|square (?:foot|feet|footage)|\bsq\.? ?f|\bsqft\b|dimension|\b(?:lot|home ?site|yard|garage|room) sizes?\b|\bacre|ceiling height|pies cuadrados|metros|qu[eé] tan grande|tama[nñ]o|medidas?".into(),
            r"square|\bsq\b|\bfeet\b|\bft\b|footage|wide|deep|size|acre|dimension|foot|metros|pies|mide|tama[nñ]o".into(),
            format!(r"\b{NUMBER}(?: (?:to|and|or) (?:about |around )?{NUMBER})? ?(?:\+/- )?(?:sq\.?\b|square|s\.?f\.?\b|sqft|feet|foot|ft\b|acres?\b|inch|metros|pies)|\d+ ?(?:'|\u{{2032}}|x|by|\u{{d7}}) ?\d+|(?:half|quarter|third)(?:-| of an? )acre"),
            true,
        ),
        (
            "date",
            r"\bwhen\b|how (?:long|soon|quickly|far out)|move.?in (?:date|ready|by)|\bready\b|time ?(?:line|frame)|be (?:finished|completed?|done|built)|completion|delivery date|\bby (?:the )?(?:spring|summer|fall|winter|end of)|build time|cu[aá]ndo|para cu[aá]ndo|cu[aá]nto (?:tiempo|tarda)".into(),
            r"ready|move.?in|complet|finish|closing (?:date|day|in|on|by|could|would|will|is)|\bclose[sd]?\b|for the closing|deliver|build(?:ing)?\b|takes?\b|start|done|open(?:s|ing)?\b|release|permit|list[ao]s?\b|termin|entreg|mudar|tarda|construc".into(),
            format!(r"\b(?:early |mid-? ?|late |end of |beginning of |the end of )?{MONTHS}\b|\b{NUMBER}(?: ?(?:to|-|or|\u{{2013}}|a) ?{NUMBER})?[- ](?:months?|weeks?|days?|meses|semanas?|d[ií]as?)|\b(?:spring|summer|fall|autumn|winter|primavera|verano|oto[nñ]o|invierno)\b|\bq[1-4]\b|\bright now\b|\bimmediate|move.?in ready|\bthis (?:week|month|year)|\bnext (?:week|month|year|spring|summer)|\b20\d\d\b"),
            false,
        ),
        (
            "price",
            r"\bpric(?:e|es|ed|ing)\b|\bcosts?\b|how much|starting (?:at|from)|base price|\bprecios?\b|cu[aá]nto (?:cuesta|vale|sale|es)|cuesta|costo".into(),
            r"\bpric|\bcosts?\b|starts?\b|starting|base|begins?|from the|listed|runs?\b|add(?:s|ed)?\b|upgrade|extra|precio|cuesta|desde|empieza|costo|vale".into(),
            r"\$ ?\d|\b(?:low|mid|high|upper)[- ]?(?:to[- ](?:mid|high|upper)[- ])?\$?\d{3}|\b\d{3},\d{3}\b|\b\d{1,3}(?:\.\d)? ?k\b|\b\d{3}'?s\b|(?:no|without) (?:extra |additional )?(?:cost|charge)|included in (?:the )?(?:base )?price|\bstandard\b|(?:don'?t|do not|won'?t|not) pay (?:any(?:thing)? )?(?:extra|more)|nothing (?:extra|more)|(?:rolled|built|figured|baked|folded) (?:right )?in(?:to)?\b|(?:in|part of) the (?:base )?price\b|\b\d{3} mil\b|\bmil (?:d[oó]lares|pesos)|\bd[oó]lares\b".into(),
            true,
        ),
        (
            "availability",
            r"\bavailab|\bleft\b|\bremaining\b|in stock|inventory|still (?:open|for sale|there)|sold out|move.in ready|\bopen (?:lots?|homesites?)|any (?:homes|lots|homesites)|disponible|quedan?\b".into(),
            r"availab|\bleft\b|remain|inventory|\bopen\b|\bsold\b|\bgone\b|\bspoken for\b|reserved|under contract|homesites?\b|\blots?\b|on the (?:market|ground)|release|disponible|quedan?\b|vendi".into(),
            format!(r"\b{VERDICT}(?:\b|\W|$)|\b{NUMBER}\b|sold out|\blast\b|still|a few|several|couple|todav[ií]a"),
            false,
        ),
        (
            "change",
            r"\b(?:chang|custom|modif|convert|mov(?:e|ing) (?:the|a|that)|remov|swap|add(?:ing)? (?:a|an|the)|extend|enlarge|relocat|reconfigur|turn (?:the|a)|make (?:the|a)|put (?:a|in))\w*|instead of|can (?:we|i|you) (?:add|move|change|have|get|do)|could (?:we|i|you) (?:add|move|change|have|get|do|put)|se puede (?:cambiar|agregar|quitar|mover)|cambiar|agregar".into(),
            r"\b(?:chang|custom|modif|convert|mov(?:e|ed|ing)|remov|swap|add(?:ed|ing)?|extend|relocat|reconfigur|option|structural|upgrade|plans?|permit|drafting|architect|cambi|agreg|opci[oó]n)\w*".into(),
            format!(r"\b{VERDICT}(?:\b|\W|$)|possible|option|offer|instead"),
            false,
        ),
    ];
    rows.into_iter()
        .map(|(name, asks, about, shape, firm)| {
            let strict = matches!(name, "association" | "tax" | "warranty" | "incentive" | "size" | "date" | "price");
            Topic { name, asks: any_case(&asks), about: any_case(&about), shape: any_case(&shape), firm, strict }
        })
        .collect()
});

/// A feature of a home or place: it is there, can be had, or not.
static FEATURE: LazyLock<Topic> = LazyLock::new(|| Topic {
    name: "feature",
    asks: any_case(r"\w"),
    about: any_case(r"[^\s\S]"),
    shape: any_case(&format!(
        r"\b{VERDICT}(?:\b|\W|$)|\b(?:comes?|includ(?:e|es|ed)|standard|options?|optional|offer(?:s|ed)?|available|instead|extra|without|built|features?|room for|behind|next to|minutes|miles?|across|opci[oó]n|opcional|sin|con)\b"
    )),
    firm: false,
    strict: false,
});

/// A school called by its name.
static SCHOOL: LazyLock<Regex> = LazyLock::new(|| {
    exact(
        r"\b[A-Z][\p{L}'.]+(?: [A-Z][\p{L}'.]+)* (?:Elementary|Middle|High|Primary|Intermediate|Academy|ISD|Schools?|School District|Unified|County Schools)\b|\b(?:[Kk]ids|[Cc]hildren|[Ss]tudents|[Ll]ittle ones)\b.{0,30}\b(?:go to|go|attend|are zoned (?:to|for)) [A-Z]|\b(?:[Pp]rimaria|[Ee]scuela|[Cc]olegio) [A-ZÁÉÍÓÚÑ]\p{L}+",
    )
});

impl Topic {
    /// Whether a sentence holds what an answer holds.
    pub(super) fn is_answered_in(&self, sentence: &str) -> bool {
        self.shape.is_match(sentence) || self.name == "school" && SCHOOL.is_match(sentence)
    }

    /// Whether what the sentence holds is nothing else's answer.
    pub(super) fn is_firm_in(&self, sentence: &str) -> bool {
        self.firm && self.shape.is_match(sentence) || self.name == "school" && SCHOOL.is_match(sentence)
    }
}

/// What asks for more than yes or no.
static OPEN: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"(?:^|\W)(?:what|which|when|where|how|who|whose|why|qu[eé]|cu[aá]l(?:es)?|cu[aá]ndo|cu[aá]nt[oa]s?|c[oó]mo|d[oó]nde|desde)(?:\W|$)",
    )
});

/// What asks for a number.
static AMOUNT: LazyLock<Regex> = LazyLock::new(|| {
    any_case(
        r"\bhow (?:many|much|far|long|fast|high|big|wide|deep|old|tall)\b|cu[aá]nt[oa]s?\b|\b(?:what|which)\b.{0,30}\b(?:premium|fees?|speeds?|distance|height|deposit|minimum|maximum|percent\w*|number|amount|limit|rate|monthly|payment)\b",
    )
});

/// What a clause asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wants {
    /// Yes or no.
    Verdict,
    /// How many or how much.
    Amount,
    /// A name, a time, a place, or what there is to tell.
    Word,
}

/// What a clause asks for.
pub(super) fn wants(clause: &str) -> Wants {
    match () {
        () if AMOUNT.is_match(clause) => Wants::Amount,
        () if OPEN.is_match(clause) => Wants::Word,
        () => Wants::Verdict,
    }
}

/// What stands between the clauses of one topic.
const SEVERAL: &str = " & ";

/// Whether a clause of [`clauses`] asks several things.
pub(super) fn is_several(clause: &str) -> bool {
    clause.contains(SEVERAL)
}

/// Whether a clause names the other side of what was asked before it.
fn starts_with_or(clause: &str) -> bool {
    clause.get(..3).is_some_and(|start| start.eq_ignore_ascii_case("or ")) || clause.starts_with("o ")
}

/// Whether a clause is a word or two that stand for nothing of their own: no article, no verb, no topic.
fn is_detail(clause: &str) -> bool {
    const OWN: &[&str] = &[
        "a", "an", "any", "can", "do", "does", "how", "is", "are", "my", "our", "the", "what", "when", "where", "which", "will", "your",
        "el", "la", "los", "las", "qué", "que", "cuánto", "un", "una", "hay", "es",
    ];
    clause.split_whitespace().count() <= 2
        && clause.split_whitespace().all(|word| !OWN.contains(&word.to_lowercase().as_str()))
        && !TOPICS.iter().any(|topic| topic.asks.is_match(clause))
}

/// The clauses of a question, each with its topic, in order; clauses of one topic are one.
pub(super) fn clauses(question: &str) -> Vec<(String, &'static Topic)> {
    static CUT: LazyLock<Regex> = LazyLock::new(|| any_case(r"[?;.\u{bf}!]+|,? (?:and|y|&|plus|also|as well as) |, "));
    static BETWEEN: LazyLock<Regex> = LazyLock::new(|| any_case(r"\b(?:between|entre) (?:\w+ ?){1,4}$"));
    let mut found: Vec<(String, &'static Topic)> = Vec::new();
    let all: Vec<&str> = CUT.split(question).map(str::trim).filter(|clause| !clause.is_empty()).collect();
    for (at, clause) in all.iter().copied().enumerate() {
        // "… between the study and the dining room?"
        let between = found.last().is_some_and(|(text, _)| BETWEEN.is_match(text))
            && wants(clause) == Wants::Verdict
            && clause.split_whitespace().count() <= 4;
        // "…, or do we add that ourselves?" and "…, front and back" ask the same thing once more.
        let beside = [at.checked_sub(1), at.checked_add(1)].into_iter().flatten().filter_map(|at| all.get(at));
        let same = starts_with_or(clause) || is_detail(clause) && beside.into_iter().any(|clause| is_detail(clause));
        if let Some((text, _)) = found.last_mut().filter(|_| same || between) {
            text.push(' ');
            text.push_str(clause);
            continue;
        }
        let topic = TOPICS.iter().find(|topic| topic.asks.is_match(clause)).unwrap_or(&FEATURE);
        match found.iter_mut().find(|(_, known)| known.name == topic.name && topic.name != FEATURE.name) {
            Some((text, _)) => {
                text.push_str(SEVERAL);
                text.push_str(clause);
            }
            None => found.push((clause.to_owned(), topic)),
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_question_is_taken_apart_by_what_it_asks() {
        for (question, topics) in [
            ("What are the HOA fees and the property taxes at Fox Meadow?", vec!["association", "tax"]),
            ("Does the Magnolia plan come with a three-car garage?", vec!["feature"]),
            ("How big are the lots, and are any still available?", vec!["size", "availability"]),
            ("\u{bf}Cu\u{e1}nto cuesta el plan Amapola?", vec!["price"]),
            ("\u{bf}Hay escuela primaria cerca y hay transporte escolar?", vec!["school", "bus"]),
            ("When will lot 22 be finished?", vec!["date"]),
            ("Could we move the laundry upstairs?", vec!["change"]),
            ("What does the warranty cover and for how many years?", vec!["warranty", "feature"]),
            ("Is lot 14 fenced, or do we add that ourselves?", vec!["feature"]),
            ("Is lawn care included, front and back?", vec!["feature"]),
            ("Are short term rentals ok, and long term?", vec!["feature", "feature"]),
            ("What are the model home hours?", vec!["hours"]),
        ] {
            assert_eq!(clauses(question).iter().map(|(_, topic)| topic.name).collect::<Vec<_>>(), topics, "{question}");
        }
    }

    #[test]
    fn an_answer_has_the_shape_of_its_topic() {
        for (question, sentence, answered) in [
            ("How much is it?", "It starts at $412,900.", true),
            ("How much is it?", "It starts in the low 400s.", true),
            ("How much is it?", "It is a lovely plan.", false),
            ("Which schools?", "It feeds into Lone Star Elementary.", true),
            ("How wide is the driveway?", "Sixteen feet at the street.", true),
            ("What warranty?", "Every home carries one year on workmanship.", true),
        ] {
            let (_, topic) = clauses(question).remove(0);
            assert_eq!(topic.is_answered_in(sentence), answered, "{question} {sentence}");
        }
    }
}
