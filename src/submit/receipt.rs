//! What the words of an answer say: that an inquiry was received, that it was not, or neither. Judged sentence by sentence,
//! because "your message was not sent", "once your message is sent" and "thank you for your patience" hold words of thanks
//! too. English and Spanish, and the commonest words of a few other languages.

use std::collections::HashSet;
use std::sync::LazyLock;

use regex::Regex;

use super::doubt::{self, Doubt};
use super::page::collapse;

/// How much a sentence proves.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Strength {
    /// A promise to get in touch: proof on a page of its own, not beside a form or on a home page.
    Promise,
    /// Bare thanks.
    Thanks,
    /// It says that what *this* reader sent was received.
    Receipt,
}

fn regex(parts: &[&str]) -> Option<Regex> {
    Regex::new(&format!("(?i){}", parts.concat())).ok()
}

const THING: &str = r"(message|inquiry|enquiry|request|submission|information|info|form|e-?mail|question|comments?|registration|details|application|contact request|response|note|feedback|appointment)";

static RECEIPT: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"\b(thank you|thanks|thank-you) (so much |very much )?for (your |the )?((recent|online|web|kind|new|valued) )?(contacting|reaching|getting in touch|inquir|enquir|message|request|submi|question|e-?mail|email|registering|registration|completing|filling|writing|sending|comments?|feedback|information|asking|connecting|appointment|signing|requesting|scheduling|booking)|",
        r"we (truly |really )?appreciate (your |you )(contacting|reaching|getting in touch|inquir|enquir|message|request|question|e-?mail)|we('ve| have)? got your (",
        THING,
        r")|",
        r"(we('ve| have)?|has been|have been|was|were|is|been) (successfully |just |now )?received\b.{0,20}\byour |\breceived your .{0,30}",
        THING,
        r"|\b",
        THING,
        r" (has been|was|have been|is|were) (successfully |now |just )*(sent|received|submitted|delivered|recorded|saved)|",
        THING,
        r" (sent|received|submitted)( successfully)?[.! ]*$|(sent|submitted|received|saved) successfully|successfully (sent|submitted|received|saved)|",
        r"(submission|submit|submitted) (was |is |has been )?successful|\bnew submission added|submission (has been |was )?(saved|received|complete)|(inquiry|request|ticket|case) #?\w*\d+ (created|received|opened)|",
        r"hemos recibido (su|tu)|(su|tu) (mensaje|solicitud|consulta|informaci[oó]n) (ha sido|fue|se ha) (enviad|recibid)[oa]|mensaje enviado|enviado correctamente|gracias por (contactar|su (inter[eé]s|mensaje|consulta|solicitud)|escribir|registrar|comunicar|ponerse)|",
        r"(vielen|besten|herzlichen) dank f[uü]r ihre (nachricht|anfrage|mitteilung|interesse)|danke f[uü]r (ihre|deine) (nachricht|anfrage)|nachricht (wurde|ist) (erfolgreich )?(gesendet|versendet|[uü]bermittelt)|(ihre|deine) (nachricht|anfrage) (wurde|haben wir)|",
        r"merci (pour votre|de nous avoir|de votre) (message|demande|contact|int[eé]r[eê]t|contact[eé]|[eé]crit)|votre (message|demande) a (bien )?[eé]t[eé] (envoy|re[cç]u)|",
        r"(sua|a) mensagem foi enviada|obrigad[oa] (pelo|por) (seu|sua|contato|contatar|entrar)|(il (suo|tuo)? ?messaggio|richiesta) [eè] stat[oa] inviat[oa]|grazie per (averci|il tuo|il suo|la tua|la sua)|uw bericht is verzonden|bedankt voor (uw|je) (bericht|aanvraag|interesse)|tack f[oö]r ditt",
    ])
});

/// Words to the reader, or thanks for what only the reader did.
static TO_THE_READER: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"\b(you|your|yours|sus?|tus?|usted|ihnen|ihre?[nrms]?|deine?[nrms]?|votre|vos|vous|seu|sua|tuo|tua|suo|uw|je|jouw|ditt|din)\b|\b(thanks?|thank-you|gracias|dank|danke|merci|obrigad[oa]|grazie|bedankt|tack)\b",
    ])
});

/// A sentence that ends in what happened: "The form was submitted successfully."
static STATUS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"\bnew submission added\b|\b(sent|received|submitted|delivered|recorded|saved|added|created|opened|complete|successful(ly)?|submit|enviad[oa]|recibid[oa]|correctamente|gesendet|versendet|[uü]bermittelt|re[cç]ue?|envoy[eé]e?|inviat[oa]|verzonden)(\W+(successful(ly)?|safely|now|today|correctamente|(to|by) us))*\W*$",
    ])
});

/// What is said of anybody's message, or of a house.
static OF_ANYBODY: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"^\W*(even|every|each|all|any|most|many|some|our|my|their|his|her|nuestr\w+|mis?|tod[oa]s?|cada)\b|\b(details|information|info|feedback|comments?|notes?)\b",
    ])
});

/// Whether a receipt is one of the reader's own message: "Every request was received with a smile" is none.
fn of_the_reader(sentence: &str) -> bool {
    let short = sentence.split_whitespace().count() <= 8;
    finds(&TO_THE_READER, sentence) || short && finds(&STATUS, sentence) && !finds(&OF_ANYBODY, sentence)
}

/// Bare thanks: with a name at most, or for an interest, which any page may say.
static THANKS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r"^\W*(?i:thank you|thanks|thank-you|many thanks|muchas gracias|gracias|vielen dank|danke|merci|obrigad[oa]|grazie|bedankt|dank u|tack|takk)(?i: so much| very much| again)?(,? +\p{Lu}[\p{L}'’-]+){0,2}\W*$|(?i:(thank you|thanks) (so much |very much )?for (your|the) (\w+ )?interest\b|we (truly |really )?appreciate your interest\b)").ok()
});

/// A promise to the one who asked.
static PROMISE: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"\b(we|i|he|she|they|someone|somebody|representatives?|counsel+ors?|consultants?|specialists?|agents?|advisors?|team|staff|members?|sales|one of us|associates?|managers?|interest and|message and|inquiry and|request and)('ll| will| shall) (try to |do (my|our) best to )?(soon |shortly |personally )?",
        r"(be in (touch|contact)|get in (touch|contact)|be contacting you|be reaching out to you|contact you|call you|e-?mail you|respond (to (you|your)|within|shortly|soon|promptly|as soon)|reply (to you|within|shortly|soon|promptly|as soon)|get back (to|with) you|reach out (to you|shortly|soon|within)|follow up (with you|shortly|soon)|be with you)|",
        r"\byou('ll| will) (hear (back )?from us|be contacted|receive (an?|our) (e-?mail|call|reply|response))|nos (pondremos|comunicaremos) .{0,20}(contacto|usted|contigo)|le contactaremos|wir melden uns|nous vous (contacterons|r[eé]pondrons|recontacterons)|entraremos em contato|la contatteremo",
    ])
});

/// What takes a sentence its force: it denies, it depends, it asks, or it speaks of something else.
static WEAKENED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"\b(not|never|nothing|none|no|cannot|unable|unsuccessful(ly)?|without|fail(ed|s|ure)?|but|however|unfortunately|sorry|error|nicht|kein\w*|leider|non|niet|n[aã]o|ne pas|pas|lo sentimos)\b|n['’]t\b|",
        r"\b(if|before|once|until|unless|after|when|as soon as (you|your|it|the|this|that|they|we (have|receive|get|review))|in order to|please (re|try|go|fill|complete|enter|provide|select|choose|correct|confirm|verify|click|wait|submit|send|contact|use|answer)\w*|must|needs? to|fill (in|out)|click|verify|confirm (your|it|the)|seems|(would|could|should|may|might) (have |be )|twice|again|later|next step|for review|more (step|question)s?|wenn|sobald|bitte|si (desea|usted)|cuando|veuillez|de (remplir|r[eé]essayer|patienter)|per favore)\b|",
        r"^\W*(even|every|each)\b|^\s*[\x22“”„«]|^\W*(just |simply )?(send|drop|shoot|give|leave|tell|call|contact|fill|complete|use|write|ask|submit|enter|share|e-?mail|text)\b.{0,80}\b(and|&) (we|i|our|a|one|some)|",
        r"\b(patience|visiting|visit(ing)? (us|our)|understanding|waiting|cooperation|stopping by|dropping by|subscrib|cookies?|newsletter|trying|paciencia|geduld|compr[eé]hension|award|deposit|payment|dream home|feedback on)\b",
    ])
});

/// A complaint that leaves no doubt.
static REFUSED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"(could|can|was|were|did|has|have|is|are|been) ?(not|n['’]t|never) (been |be |yet )?(successfully )?(sent|send|deliver|process|submit|complete|accept|receive|register|stor|sav)|\bcannot (find|process|send|submit|accept|deliver)|unable to (process|send|submit|deliver|complete|accept)|",
        r"\b(no|nothing|no message|nothing has been) (was |has been )?(sent|stored|submitted|saved)|",
        r"\b(sending|submission|delivery|validation|verification|request) (has )?(failed|unsuccessful|error)|failed (to|:)|unsuccessful|try(ing)? (it )?again|there (was|were|is|are) (an? |some )?(errors?|problems?|issues?)|(an? )?(unexpected |internal |server |fatal |unknown )?errors? (has |have |was |were )?(occurr|found|encounter|process|sending|submitting|in your|with your|below)|errors? (has|have) been found|one or more fields|",
        r"something (went wrong|broke)|went wrong|no longer (accepting|available)|(session|link|page|form|token) (has )?(expired|closed)|form is closed|mailbox is full|message was discarded|already (been )?(submitted|registered|sent)|duplicate (comment|submission|entry)|(ip|address|you) (has been|have been|are|is|was) (blocked|banned)|access (is )?denied|page (was )?not found|\b404\b|",
        r"(please )?(log|sign) ?in to|enable javascript|update your browser|under maintenance|maintenance mode|scheduled maintenance|server (is )?(busy|error|down)|(in|the) (line|queue)\b.{0,20}(number|position)|number \d+ in (line|queue)|fatal error|exception\b|traceback|stack ?trace|smtp|mailer error|instantiate mail|",
        r"(no|non|nicht|niet|n[aã]o) (ha |se ha |se pudo |pudo |fue |foi |wurde |[eè] )?(sido |stat[oa] |leider )?(enviad|enviar|inviat|gesendet|versendet|verzonden|envoy)|wurde leider nicht|wurde nicht (gesendet|[uü]bermittelt)|is niet verzonden|une erreur|ha ocurrido|ocurri[oó] un|un problema|error al|fehlgeschlagen|es ist ein fehler|flagged as spam|marked as spam|spam (was )?detected",
    ])
});

/// A complaint about a field.
static FIELD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"^\W*[\p{L}\p{N} '’.-]{0,40}\b(is|are) (a )?required( field)?\b|required field|this field|(please|must) (enter|provide|fill|complete|select|choose|correct|check (the (form|fields?|highlighted)|your (entr|input|answers)))|\binvalid\b|not (a )?valid|",
        r"campo (es )?(obligatorio|requerido)|por favor,? (ingrese|complete|introduzca|corrija|revise|escriba)|\binv[aá]lid[oa]s?\b|no es v[aá]lid|bitte (geben|f[uü]llen|w[aä]hlen|pr[uü]fen|korrigieren)|pflichtfeld|ung[uü]ltig|",
        r"champs? obligatoires?|(veuillez|merci de) (saisir|remplir|corriger|indiquer|v[eé]rifier)|campo obrigat[oó]rio|campo obbligatorio|non valid[oa]|verplicht veld|ongeldig",
    ])
});

/// "Fields marked * are required" is a legend and no complaint.
static LEGEND: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"(indicat|mark|denot|asterisk|star|\*)\w*.{0,30}(required|mandatory|obligator|pflicht)|(required|mandatory|obligator\w*|pflicht\w*).{0,30}(\*|mark|asterisk|indicat)|^\W*required( fields?)?\W*$|all fields are required",
    ])
});

/// Words of a guard against robots.
static GUARD: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(&[
        r"(complete|solve|enter) the (re)?captcha|captcha .{0,40}(invalid|incorrect|failed|required|again)|(invalid|incorrect|wrong|complete) (the )?captcha|(prove|verify|verifying) (that )?you are (a )?human|are you (a )?human|not a robot|please wait \d+ seconds|(flagged|marked|detected|identified) as spam|spam (was )?detected|anti-?spam|honey ?pot|\b(bots?|robots?) (was |were |activity )?detected|(detected|identified|suspected) (as )?(an? )?(bot|robot|automated)",
    ])
});

fn finds(regex: &LazyLock<Option<Regex>>, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// The sentences of a text. A full stop inside a word or number ends none.
fn sentences(text: &str) -> impl Iterator<Item = String> {
    let mut parts: Vec<String> = Vec::new();
    let mut part = String::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let ends =
            matches!(letter, '!' | '?' | '\n' | '|' | '·' | '•') || letter == '.' && letters.peek().is_none_or(|next| next.is_whitespace());
        part.push(letter);
        if ends {
            parts.push(std::mem::take(&mut part));
        }
    }
    parts.push(part);
    parts.into_iter().map(|part| collapse(&part, 400)).filter(|part| !part.is_empty())
}

/// Sentences of the answer that did not stand on the page before.
fn fresh(before: &str, after: &str) -> Vec<String> {
    let known: HashSet<String> = sentences(before).collect();
    sentences(after).filter(|sentence| !known.contains(sentence)).collect()
}

/// What an answer newly says, compared with the page before.
#[derive(Debug, Default)]
pub(super) struct Heard {
    /// The strongest sentence of thanks.
    pub(super) thanks: Option<(Strength, String)>,
    /// A complaint that leaves no doubt.
    pub(super) refused: Option<String>,
    /// Words that leave open whether the inquiry will reach anybody.
    pub(super) doubted: Option<String>,
    /// A complaint about a field.
    pub(super) faulted: Option<String>,
    /// Words of a guard against robots.
    pub(super) guard: Option<String>,
}

/// Listens to an answer.
pub(super) fn listen(before: &str, after: &str) -> Heard {
    let mut heard = Heard::default();
    for sentence in fresh(before, after) {
        let doubt = doubt::of(&sentence);
        let weak = doubt.is_some() || finds(&WEAKENED, &sentence);
        let strength = if weak {
            None
        } else if finds(&RECEIPT, &sentence) && of_the_reader(&sentence) {
            Some(Strength::Receipt)
        } else if finds(&THANKS, &sentence) {
            Some(Strength::Thanks)
        } else if finds(&PROMISE, &sentence) {
            Some(Strength::Promise)
        } else {
            None
        };
        if let Some(strength) = strength
            && heard.thanks.as_ref().is_none_or(|(known, _)| *known < strength)
        {
            heard.thanks = Some((strength, sentence.clone()));
        }
        let legend = finds(&LEGEND, &sentence);
        if heard.refused.is_none() && strength.is_none() && (doubt == Some(Doubt::Discarded) || finds(&REFUSED, &sentence)) {
            heard.refused = Some(sentence.clone());
        }
        if heard.doubted.is_none() && doubt == Some(Doubt::Open) {
            heard.doubted = Some(sentence.clone());
        }
        if heard.faulted.is_none() && strength.is_none() && !legend && finds(&FIELD, &sentence) {
            heard.faulted = Some(sentence.clone());
        }
        if heard.guard.is_none() && strength.is_none() && finds(&GUARD, &sentence) {
            heard.guard = Some(sentence);
        }
    }
    heard
}

/// The strength of a message that a script shows, without a page before it.
pub(super) fn thanks(text: &str) -> Option<Strength> {
    listen("", text).thanks.map(|(strength, _)| strength)
}

/// Whether a message complains.
pub(super) fn complains(text: &str) -> bool {
    let heard = listen("", text);
    heard.refused.is_some() || heard.faulted.is_some()
}

/// Whether a message is that of a guard against robots.
pub(super) fn guards(text: &str) -> bool {
    finds(&GUARD, text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for pattern in [&RECEIPT, &TO_THE_READER, &STATUS, &OF_ANYBODY, &THANKS, &PROMISE, &WEAKENED, &REFUSED, &FIELD, &LEGEND, &GUARD] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn receipts_are_told_from_courtesies_and_both_from_what_only_sounds_like_them() {
        for text in [
            "Thank you for contacting us! We will get in touch with you shortly.",
            "Thank you, Dana! We received your message.",
            "We have received your inquiry.",
            "Your message has been sent.",
            "Message sent",
            "The form was submitted successfully.",
            "Su mensaje ha sido enviado.",
            "Ihre Nachricht wurde gesendet.",
            "Votre message a bien été envoyé.",
            "Inquiry #4711 created.",
            "We've received your message and will get back to you as soon as possible.",
            "Thank you for your inquiry, we will respond as soon as we can.",
            "Thank you for your submission, please allow 24-48 hours for a response.",
            "Thank you for requesting information about Willow Creek.",
            "We got your message!",
            "Your submission was successful.",
            "Form submit successful!",
            "Inquiry Received",
            "Your Message Is Sent!",
        ] {
            assert_eq!(thanks(text), Some(Strength::Receipt), "{text}");
        }
        for text in [
            "Thank you!",
            "Thanks, Dana!",
            "¡Gracias!",
            "Thank you for your interest in Willow Creek!",
            "We appreciate your interest and will be in touch soon.",
        ] {
            assert_eq!(thanks(text), Some(Strength::Thanks), "{text}");
        }
        for text in [
            "A sales consultant will contact you.",
            "We will be in touch.",
            "One of our sales counselors will reach out to you shortly.",
            "Someone from our team will respond within 24 hours.",
            "Our team will get in touch.",
            "I'll try to get back to you as soon as possible",
        ] {
            assert_eq!(thanks(text), Some(Strength::Promise), "{text}");
        }
        for text in [
            "Your message was not successfully submitted.",
            "No message was sent.",
            "Before your message is sent, choose a community.",
            "If your message was sent you will see it here.",
            "Ihre Nachricht wurde leider nicht gesendet.",
            "Su mensaje no ha sido enviado.",
            "Merci de remplir tous les champs.",
            "Thank you for your patience while we fix the form.",
            "Thank you for visiting.",
            "Once we have received your message, a counselor will call you.",
            "We will call you as soon as we have received your request.",
            "Please resend it, and thank you for contacting us.",
            "Send us a message and we’ll get back to you as soon as possible.",
            "Drop us a message and we'll get back to you as soon as possible.",
            "Fill in the form below and we'll get back to you as soon as possible.",
            "\"Thank you Bluebonnet for our dream home!\" - The Garcias",
            "In 2025 we received the Builder of the Year award.",
            "Every request was received with a smile, and our home is perfect.",
            "Even the smallest details were delivered.",
            "Our request was received with a smile.",
            "All information has been saved for generations.",
            "“Thank you for completing it before your own date!” - The Millers",
            "Your form was submitted too quickly.",
            "Your message has been saved as a draft.",
            "We have already received your request.",
            "Your message has been received and filed as junk.",
            "Su mensaje fue enviado, casi listo: confirme su correo.",
            "Fill in our form and we will contact you within a day.",
            "Thanks for accepting our cookies.",
            "We will get back online shortly.",
            "As soon as we have received your deposit we will contact you.",
            "Thanks, Dana! Just a few more questions before we send this.".split_once('!').unwrap().1,
        ] {
            assert_eq!(thanks(text), None, "{text}");
        }
    }

    #[test]
    fn complaints_are_heard_and_legends_are_none() {
        for text in [
            "Your message could not be sent.",
            "Oops! Something went wrong.",
            "Email is required",
            "Please enter a valid email address.",
            "This form is no longer accepting responses.",
            "Une erreur est survenue.",
            "Page not found.",
        ] {
            assert!(complains(text), "{text}");
        }
        for text in [
            "* indicates a required field",
            "Fields marked * are required",
            "Tour our new model this weekend!",
            "Message sent successfully.",
        ] {
            assert!(!complains(text), "{text}");
        }
    }
}
