//! What takes words of thanks their force, wherever they stand in an answer: the inquiry waits for something that the shopper must do first, it
//! was thrown away, it was known before, or a program broke beneath. Judged sentence by sentence, as [`super::receipt`] does
//! whose ears these are. English and Spanish, and the commonest words of a few other languages.

use std::sync::LazyLock;

use regex::Regex;

/// What speaks against a sentence, or against the others beside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Doubt {
    /// The site refused the inquiry or threw it away.
    Discarded,
    /// It is open whether the inquiry will reach anybody.
    Open,
}

type Pattern = LazyLock<Option<Regex>>;

fn regex(parts: &[&str]) -> Option<Regex> {
    Regex::new(&format!("(?i){}", parts.concat())).ok()
}

fn finds(regex: &Pattern, text: &str) -> bool {
    regex.as_ref().is_some_and(|regex| regex.is_match(text))
}

/// What is sent to a builder.
const SENT: &str = r"(message|inquiry|enquiry|request|submission|information|form|e-?mail|question|comments?|registration|details|application|entry|lead|note)";

/// The inquiry was thrown away, or put where nobody looks.
static DISCARDED: Pattern = LazyLock::new(|| {
    let junk = r"(spam|junk|trash|bulk|bots?|robots?|suspicious|abuse|abusive|fraud\w*|invalid)\b";
    regex(&[
        r"\b(your|this|that|the) (\w+ )?",
        SENT,
        r" (was|were|has been|have been|had been|got|gets|is being|is) (\w+ly |also |then |received |taken |sent |and |but )*(rejected|declined|denied|refused|dropped|discarded|disregarded|ignored|blocked|cancel+ed|quarantined|thrown (away|out)|trashed|suppressed|filtered( out)?|skipped|lost)\b|\b(your|this|that|the) (\w+ )?",
        SENT,
        r"\b.{0,40}\b(filed|saved|stored|marked|flagged|class(ed|ified)|treated|identified|recogni[sz]ed|moved|put|placed|detected|held|caught|sorted|sent|reported|considered)\b.{0,15}\b(as|to|in|into|by) ((the|our|an?|being|likely|possible|potential) )*",
        junk,
        r"|\b(your|this|that|the) (\w+ )?",
        SENT,
        r" (was|were|has been|have been) (\w+ly |then |received |taken |sent |and |but )*(deleted|removed|erased|purged)\b|",
        // Faster, or more often, than the site lets a person.
        r"\b(submi\w+|sent|send(ing)?|post(ed|ing)?|requests?|messages?|forms?|attempts?|inquir\w+|enquir\w+|repl\w+|typ(ed|ing)|filled|you|you['’]re|going)\b.{0,40}\btoo (quick|fast|soon|often|many|frequent|rapid|long|short|large|big)|\btoo (many|frequent|quick|fast)\b.{0,20}(attempt|request|submission|message|tries)|",
        r"(mensaje|solicitud|consulta|informaci[oó]n|formulario) (ha sido|fue|ha quedado|se ha) (\w+ )?(rechazad|descartad|eliminad|bloquead|ignorad|cancelad|denegad|marcad[oa] como)|demasiad[oa]s? (r[aá]pid|pronto|solicitud|intento|mensaje|env[ií]o|larg|cort)|",
        r"(nachricht|anfrage) wurde (\w+ )?(abgelehnt|verworfen|gel[oö]scht|blockiert|ignoriert)|(message|demande) a [eé]t[eé] (rejet|refus|supprim|ignor|bloqu)|mensagem foi (rejeitad|descartad|bloquead)|(messaggio|richiesta) [eè] stat[oa] (rifiutat|respint|scartat)|(bericht|aanvraag) is (geweigerd|afgewezen|verwijderd)",
    ])
});

/// Nothing is passed on before the shopper has done something more: most often by a link in a mail.
static UNFINISHED: Pattern = LazyLock::new(|| {
    let act = r"(confirm|verify|validate|activate|authenticate)";
    regex(&[
        r"\b(please|must|need to|needs to|have to|has to|required to|remember to|forget to|asked to|now)( also| now| first| just| then)? ",
        act,
        r"\b|^\W*(\w+[,:] )?(now |first |just )?",
        act,
        r" (your|the|this|that)\b|^\W*e-?mail (confirmation|verification) (required|needed)|\b(confirmation|verification|activation|opt-?in|validation) (link|code|step)\b|",
        r"\b(click|tap|press|follow|open|use|visit)\w*\b.{0,40}\b(link|button)\b.{0,60}\b(mail\w*|e-?mail\w*|inbox|sent|confirm|verify|activate|complete|finish|finali[sz]e)|(e-?mail\w*|mailed|inbox|sent you)\b.{0,80}\b(click|tap|follow|open|use)\w*\b.{0,30}\b(link|button)|",
        r"\bonly then\b|\b(not|only) (be )?(sent|send|processed|forwarded|passed on|delivered|submitted|considered|complete[d]?|valid|active|reviewed|answered|handled)\b.{0,20}\b(until|once|after|when|unless)\b|\b(once|until|unless|after|as soon as|when) (you|your [\w-]+( [\w-]+)?|it)( have| has| is| are|['’]ve)?( been)? (confirm|verif|validat|activat|click|approved)|",
        r"\b(almost|nearly|not quite) (done|there|finished|complete)|\b(one|1|a) (more|last|final|further) (step|thing|click)\b|\bnot (quite |yet )(done|finished|complete|submitted|sent)|\bbefore (we can|it can be|we) (send|sent|process|submit|forward|deliver|pass|answer)\w*\b|^\W*(please )?(to|in order to) (complete|finish|finali[sz]e|submit|send|activate) (your|this|the|it)\b|^\W*to finish\b|",
        r"\b(awaiting|awaits|pending|subject to|waiting for|held for|queued for|requires?|needs?) (your |an? |e-?mail |manual |administrator |admin )*(confirmation|verification|validation|moderation|approval|activation|authori[sz]ation)\b|(needs|has|have|must) (to )?(be )(approved|confirmed|verified|moderated|activated)\b|",
        r"\b(as|to|in|into) (an? |your |the |our )?drafts?\b|\b(saved|stored|kept)\b.{0,20} for later\b|\bun(verified|confirmed) |\b(demo|test|sandbox|sample) (form|mode|site|page|submission|version)\b|\bno (e-?mails?|messages?)\b.{0,15}\bsent\b|\bincomplete\b|",
        r"\b(confirm[ae]|verifi(que|ca)|valid[ae]|activ[ae]) (su|tu|el|la) (correo|direcci[oó]n|cuenta|solicitud|e-?mail|mensaje|consulta|tel[eé]fono|registro)|(haga|haz|hacer) clic\b.{0,40}\b(enlace|bot[oó]n)|enlace de (confirmaci|verificaci|activaci)|\bcasi (list[oa]|hemos|terminad|est[aá])|(un|1) ([uú]ltimo )?paso m[aá]s|[uú]ltimo paso|(pendiente|a la espera) de (su |la )?(confirmaci|aprobaci|verificaci|moderaci|revisi)|borrador|\bpara (completar|finalizar|terminar) (su|tu|la|el)\b|debe (confirmar|verificar)|",
        r"best[aä]tigen sie|best[aä]tigungslink|bitte .{0,60}best[aä]tigen|(klicken|klick)\b.{0,40}\blink\b|(veuillez|merci de|vous devez) (confirmer|v[eé]rifier|valider|cliquer)|(cliquez|clique|clicca|klik)\b.{0,40}\b(lien|link)\b|lien de (confirmation|validation)|(confirme|confirma) (o )?(seu|teu)|conferm(a|i) (il|la) (tu[oa]|su[oa])|bevestig (uw|je)\b",
    ])
});

/// The same inquiry, or the one who sent it, was there before.
static KNOWN: Pattern = LazyLock::new(|| {
    regex(&[
        r"\b(we|you|you['’]ve|we['’]ve|there is|there['’]s) (have )?already (have |has |had |been |received |got |made |sent |submitted |an? |your |this |the |in )*(\w+ ){0,2}",
        SENT,
        r"\b|\b(",
        SENT,
        r"|address|contact|person|customer|phone( number)?) (is |was |has been |have been )?already (been )?(exist|registered|on file|in (our|the|use)|known|taken|used|received|contacted|there)|\balready (exists|on file|in (our|the) (system|database|list|records))\b|\bduplicate\b|\bpreviously (submitted|sent|received|contacted)|",
        r"\bya (hemos recibido|recibimos|tenemos|existe|ha enviado|has enviado|env[ií][oó]|est[aá] registrad|fue (enviad|recibid))|duplicad[oa]|bereits (erhalten|vorhanden|registriert|eine)|d[eé]j[aà] (re[cç]u|enregistr|envoy|un)|j[aá] (recebemos|existe|foi enviad)|al (ontvangen|geregistreerd)\b",
    ])
});

/// What programs print when they break, which no person writes to another.
static PROGRAM: Pattern = LazyLock::new(|| {
    regex(&[
        r"^\W*(php )?(warning|notice|deprecated|(fatal|parse|syntax|type|reference|runtime|server|database|application|mailer|smtp) error|strict standards|uncaught \w+) ?: |\b\w+\(\)( ?\[[\w.]+\])? ?: |\b(in|at) \S*[/\\]\S+\.\w{1,5}\b( on line \d+|[:(]\d+)|\bon line \d+\b|",
        r"\b\w+\.(php|phtml|py|rb|aspx?|ashx|cfm|jsp|java|cs|pl|js|ts)\b.{0,12}\bline \d+|\bline \d+,? in \w+|",
        r"\b(getaddrinfo|php_network\w*|fsockopen|sqlstate|econn\w+|etimedout|enotfound|errno|nullpointer\w*|stack ?trace|traceback)\b|\b[a-z]+(::|->|\.)?\w*(Exception|Error) ?[:(]|\bundefined (index|variable|offset|method|function|property|constant|array key)|object reference not set|access violation|segmentation fault|",
        r"\b(connection|connect|connecting)\b.{0,60}\b(refused|timed? ?out|failed|reset|aborted|closed)\b|\b(could not|couldn['’]t|cannot|can['’]t|failed to|unable to) (connect|open|resolve|authenticate|bind|write|execute|instantiate|load|find driver)\b|\b(mail|smtp|database|db|sql)[ -]?(server|host|transport|connection|query)?\b.{0,40}\b(refused|failed|failure|not (available|reachable|responding)|unreachable|rejected|error)\b|\brelay(ing)? (access )?denied\b",
    ])
});

/// The site says that it is sorry, or that something is no longer there.
static SORRY: Pattern = LazyLock::new(|| {
    regex(&[
        r"\b(sorry|unfortunately|regret(s|tably|fully)?|apolog(y|ies|i[sz]e)|lamentablemente|lamentamos|desafortunadamente|lo sent(imos|ido)|disculp\w+|leider|malheureusement|d[eé]sol[eé]e?s?|infelizmente|lamentavelmente|purtroppo|spiacenti|helaas|tyv[aä]rr)\b|",
        r"\bno longer (\w+ )?(monitored|in (service|use)|active|answered|read|offered|available|accept\w*)|\bnot (\w+ )?monitored\b|\bunmonitored\b|\b(session|time) (has |had |was |is )?(ended|timed out|run out|ran out|lost)\b|\b(form|page|site|website|service|mailbox|inbox|server|system) (is |has been |was |are )(\w+ly |now |no longer )*(offline|unavailable|disabled|inactive|down|closed|suspended|out of (service|order)|not available)\b|",
        r"(formulario|p[aá]gina|sitio|servicio|buz[oó]n) (est[aá]|no est[aá]) (\w+ )?(fuera de|cerrad|inactiv|deshabilitad|disponible|desactivad)",
    ])
});

/// An apology that says nothing of the inquiry.
static COURTEOUS: Pattern = LazyLock::new(|| regex(&[r"\b(browsers?|videos?|audio|delays?|wait(ing)?|missed you|iframes?|pop-?ups?)\b"]));

/// "If your message was filed as junk": nothing is said to have happened.
static SUPPOSED: Pattern = LazyLock::new(|| {
    regex(&[r"\b(if|in case|may|might|could|sometimes|occasionally|whether|whenever|never|not|wenn|falls|si (su|tu|no|ya)|en caso|caso)\b"])
});

/// What speaks against a sentence and those around it; `None` where nothing does.
pub(super) fn of(sentence: &str) -> Option<Doubt> {
    let supposed = || finds(&SUPPOSED, sentence);
    if finds(&DISCARDED, sentence) && !supposed() {
        return Some(Doubt::Discarded);
    }
    let open = finds(&UNFINISHED, sentence)
        || finds(&PROGRAM, sentence)
        || finds(&KNOWN, sentence) && !supposed()
        || finds(&SORRY, sentence) && !finds(&COURTEOUS, sentence);
    open.then_some(Doubt::Open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        for pattern in [&DISCARDED, &UNFINISHED, &KNOWN, &PROGRAM, &SORRY, &COURTEOUS, &SUPPOSED] {
            assert!(pattern.is_some());
        }
    }

    #[test]
    fn what_was_thrown_away_was_not_taken() {
        for text in [
            "Your form was submitted too quickly.",
            "You are going too fast, slow down.",
            "Too many requests from your address.",
            "Your message has been received and filed as junk.",
            "This submission was identified as possible spam.",
            "Our website is being updated; your request was dropped.",
            "Your inquiry has been automatically declined.",
            "Thank you, the message has been deleted.",
            "Your inquiry was received and deleted.",
            "Su solicitud fue rechazada.",
            "El formulario se envió demasiado rápido.",
            "Ihre Anfrage wurde abgelehnt.",
            "Votre message a été rejeté.",
        ] {
            assert_eq!(of(text), Some(Doubt::Discarded), "{text}");
        }
    }

    #[test]
    fn what_waits_for_a_person_or_broke_is_open() {
        for text in [
            "Please confirm your email address by the link we just mailed you; only then your inquiry is passed on.",
            "To finish, check your inbox and click the link.",
            "Almost done!",
            "We have sent you a confirmation link.",
            "Your request will only be processed once your address is verified.",
            "Verify your email to complete your request.",
            "Your message is awaiting moderation.",
            "Your message has been saved as a draft.",
            "Unverified submissions are deleted after a day.",
            "This is a demo form; no emails are sent.",
            "Confirme su correo electrónico para continuar.",
            "Haga clic en el enlace que le enviamos.",
            "Bitte klicken Sie auf den Link in der E-Mail.",
            "Veuillez confirmer votre adresse.",
            "We already have an inquiry from this email address.",
            "We have already received your request.",
            "This address is already in our system.",
            "Ya tenemos una consulta de este correo.",
            "Warning : mail() [function.mail]: Connection to mail server refused",
            "fsockopen(): php_network_getaddresses: getaddrinfo in /var/www/mail.php on line 31",
            "Notice: Undefined index: phone in /srv/www/send.php on line 12",
            "System.Net.Mail.SmtpException: Failure sending mail",
            "SQLSTATE[HY000] [2002] No such file or directory",
            "Could not connect to SMTP host.",
            "Error: connect ECONNREFUSED 127.0.0.1:25",
            "Sorry, this form is offline.",
            "Regrettably your ZIP code lies outside of our service area.",
            "This mailbox is no longer monitored.",
            "Your session ended.",
            "Lamentamos informarle que no construimos en su zona.",
        ] {
            assert_eq!(of(text), Some(Doubt::Open), "{text}");
        }
    }

    #[test]
    fn what_real_pages_of_thanks_say_besides_raises_no_doubt() {
        for text in [
            "Thank you for contacting us!",
            "Please check your inbox for a confirmation.",
            "A confirmation email has been sent to your address.",
            "You will receive an email confirming your request shortly.",
            "A sales counselor will call you to confirm your appointment.",
            "We will contact you to complete your registration.",
            "If you do not see our reply, please check your spam folder.",
            "Our reply may have been sent to your junk folder.",
            "We apologize for any delay in our answer.",
            "Sorry, your browser does not support this video.",
            "Already have an account?",
            "Your inquiry is on its way to our team.",
            "Next steps: a consultant will contact you within 24 hours.",
            "If you have already sent us a message, there is nothing to do.",
            "Your privacy matters: your information is never shared.",
            "Connect with us on Facebook.",
            "Notice of privacy practices",
            "Follow us for more news.",
            "Click here to return to the home page.",
            "Gracias, un asesor le llamará para que confirme su visita.",
            "Recibirá un correo de confirmación.",
        ] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
