//! Words of labels and names, and which role they speak for, in English and Spanish and the commonest words of a few
//! other languages. Patterns carry what they must not meet; a label is judged before a name, because names lie
//! (`last_name` labelled "Full Name").

use std::borrow::Cow;
use std::sync::LazyLock;

use regex::Regex;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::role::Role;

/// A label or name in lower-case words: camel case, digits and punctuation split, accents taken off.
pub(super) fn words(text: &str) -> String {
    let plain: Cow<'_, str> =
        if text.is_ascii() { text.into() } else { text.nfd().filter(|c| !is_combining_mark(*c)).collect::<String>().into() };
    let mut out = String::with_capacity(plain.len() + 8);
    let mut previous = ' ';
    for c in plain.chars() {
        let seam =
            c.is_uppercase() && previous.is_lowercase() || c.is_ascii_digit() != previous.is_ascii_digit() && previous.is_alphanumeric();
        if (seam || !c.is_alphanumeric()) && !out.ends_with(' ') && !out.is_empty() {
            out.push(' ');
        }
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        }
        previous = c;
    }
    out.truncate(out.trim_end().len());
    for (from, to) in JOINED {
        if out.contains(from) {
            out = out.replace(from, to);
        }
    }
    out
}

/// What is written apart or together, as one writing.
const JOINED: [(&str, &str); 7] = [
    ("e mail", "email"),
    ("first name", "firstname"),
    ("last name", "lastname"),
    ("full name", "fullname"),
    ("zip code", "zipcode"),
    ("user name", "username"),
    ("nick name", "nickname"),
];

/// Parts of names that say nothing of the field: where it stands, what makes it.
const EMPTY_WORDS: [&str; 33] = [
    "ctl",
    "content",
    "place",
    "holder",
    "main",
    "txt",
    "tb",
    "tbx",
    "input",
    "field",
    "fields",
    "form",
    "forms",
    "wpforms",
    "et",
    "pb",
    "cf",
    "data",
    "entry",
    "item",
    "meta",
    "submitted",
    "edit",
    "frm",
    "mod",
    "comp",
    "q",
    "value",
    "your",
    "the",
    "webform",
    "inputs",
    "fld",
];

/// The words of a `name` or `id`, without those that say nothing.
pub(super) fn name_words(name: &str) -> String {
    let all = words(name);
    let told = |word: &&str| !EMPTY_WORDS.contains(word) && !word.chars().all(|c| c.is_ascii_digit());
    let kept: Vec<&str> = all.split(' ').filter(told).collect();
    kept.join(" ")
}

/// A role, the words that speak for it, and the words that speak against.
type Row = (Role, &'static str, &'static str);

/// In the order in which they are tried.
const TABLE: [Row; 36] = [
    (
        Role::Captcha,
        concat!(
            r"captcha|(security|verification|validation|visual|verif\w*|confirmation|image|anti ?spam) ?code\b|anti ?spam|spam (check|protect|schutz)|\bquiz\b|are you (a )?human|human (check|test|verif)|not a robot|",
            r"^\d+ (plus|minus|times|mas) \d+|(what|how much) is \d+|(enter|type|copy|retype) .{0,20}(code|characters|letters|numbers|digits|text|words?)( .{0,12})?(you see|shown|displayed|in the|from the|above|below|image|picture)|",
            r"(code|characters|letters|digits|text|words?) (you see|shown|displayed|(in|from) the (image|picture|box)|above|below)|image (text|verification)|code de securite|sicherheitscode|spamschutz|magic ?word|turing|security (question|answer|check)|math (question|problem)|codigo de (seguridad|verificacion)|cuanto es|画像認証"
        ),
        r"promo|coupon|gift|card|cvv|cvc|cvn|csc",
    ),
    // Somebody else's, or another one than asked for.
    (
        Role::Other,
        r"\b(alternate|alternative|secondary|second (phone|email|number|contact)|parent s?|parents|mother s?|father s?|lender|landlord|emergency|office use|internal use|on deed|linkedin|facebook|twitter|instagram|previous (first|last|name|address)|former name|maiden|you sell|company zip|do not fill|number of children)\b",
        "",
    ),
    (
        Role::Other,
        r"\b(user ?name|user ?id|login|nickname|screen ?name|alias|benutzername|usuario|brugernavn|anvandarnamn|brukernavn|vartotojo vardas|имя пользователя|логин|felhasznalonev|kayttajatunnus|uzytkownik\w*|logon name|sign in name|meno uzivatela|utilizador|utilisateur|pseudo|handle|member ?(id|name|number))\b",
        r"^login email|name and|phone",
    ),
    (
        Role::Other,
        r"\bemail\b.* (or|and|oder|o|ou) .*(user|login|member|phone|mobile|id|name\b|number)|(user|login|member|phone|mobile|id|username|number|account) (or|oder|o|ou) email",
        r"name and",
    ),
    (
        Role::Other,
        r"\bfriends?\b|\brecipient|\bto email|target email|spouse|co ?(buyer|applicant)|emergency|referred by|gift|coupon|promo|voucher|credit ?card|card (number|holder|type|code|name)|name on card|cvv|cvc|expir|\bfax\b|telefax",
        r"refer a|friends and",
    ),
    (
        Role::EmailConfirm,
        r"\b(confirm\w*|verify|verification|repeat|repita|repite|re ?enter|re ?type|again|conf|second|check)\b.*\be?mail|\bemail\b.*\b(confirm\w*|verify|verification|again|repeat|retype|check|bis|wiederholen|erneut|2)$|email (address )?(confirm\w*|again|repeat)|email wiederhol|\bcorreo\b.*(confirm|de nuevo|otra vez)|(confirm|repit|repet)\w* .*\bcorreo|^v email|^cemailc",
        r"code|send|via|by email|receive|newsletter",
    ),
    (
        Role::ContactPreference,
        r"(prefer\w*|best|how (should|would|can|may|do|shall)).*(contact|reach|respon|call|method|communicat|get (back|in touch))|contact .*(prefer|method|via|by$|time)|preferred (method|contact|way)|prefiere|prefer contact|(metodo|forma|medio|via) (de|preferid[oa] de) (contacto|comunicacion)|reply by|contact me (by|via)|how to contact|comm(unication)? pref",
        r"\btime\b|\bday\b|\bwhen\b|hora|number|phone$|email$|correo$|prefer\w* (community|location|area|plan|model|city|floor|date|move|price)|your (question|message)|how can we help|hear|best (describes|fits)",
    ),
    (
        Role::Other,
        r"(best|good|convenient|preferred|what) (day|time|moment|hour)|time (of day|to (call|contact|reach|visit|tour))|call ?back (time|at)|when (can|should|may) we (call|contact|reach)|(mejor|horario|hora) .*(llamar|contact)|^(day|year|month|hour|hours|minute|minutes|am pm|dd|mm|yyyy|yy|time)$|(tour|visit|appointment) (date|day|time)|(date|day|time) (of|for) (your )?(tour|visit|appointment)",
        "timeframe|time frame",
    ),
    (
        Role::Newsletter,
        r"newsletter|\bsubscri|mailing list|email list|(keep|stay) (me )?(updated|informed|posted|in the loop|up to date|in touch)|(special|exclusive|partner|best) offers|promotion|marketing|\bopt ?in\b|\bnews\b|(receive|send|get|email|notify) .*(updates?|news|offers|information|promotions|specials|alerts|deals|emails|bulletin)|notify me|sign me up|add me to|^(please )?(send|mail|email|e mail) me\b|(deseo|quiero|me gustaria) recibir|boletin|suscri|novedades|ofertas|recibir (informacion|noticias|promociones)|werbung|angebote|abonn|nieuwsbrief",
        r"opt ?out|don t|do not|unsubscribe|privacy|terms|text messages? from|agree to receive (calls|texts|text)|sms|phone calls|by (checking|submitting|clicking|providing)",
    ),
    (
        Role::Consent,
        r"\bagree|consent|privacy|terms (and|of|conditions|&)|^terms|\bterms\b|conditions|\bgdpr\b|\btcpa\b|acknowledge|authori[sz]e|\baccept|permission|(receive|send) .*(text|sms|calls)|text me|opt in to|by (checking|clicking|submitting|providing)|i understand|i have read|i certify|\bacept|politica|de acuerdo|consiento|autorizo|terminos|he leido|datenschutz|\bagb\b|einverstanden|akzeptiere|rgpd|conditions|aceito|villkor",
        "",
    ),
    (
        Role::Realtor,
        r"realtor|\brealty\b|real estate (agent|professional|broker|licen)|\bbrokers?\b|(are you|i am|i m|am i|working with|represented by|have|using|with|is) (\w+ ){0,3}agent|\bagent (name|email|phone|license|company)|\bagent\b|is agent|agents?$|represent(ed|ation|ing)?\b|licensed|corredor|agente (inmobiliario|de bienes)|\bagente\b|bienes raices|inmobiliari|co ?broke",
        r"travel|user agent|insurance|brokerage (name)?$|agency$",
    ),
    (
        Role::Email,
        r"\bemails?\b|^email|\bemail|email$|\bcorreos?\b|courriel|\b(e )?mail$|^mail\b|mail ?(address|id|addr|adresse)|adresse electronique|\be post\b|\bepost\b|メール|邮箱|электронн|почт|\bemailadres|posta elettronica",
        r"mailing|street|postal mail|snail|mail ?stop",
    ),
    (
        Role::FullName,
        r"first (and|&|n) last|firstname (and )?(lastname|surname)|name (and )?surname|nombres? (y|e) apellidos?|nombre completo|vor und (nach|zu)name|nom (et )?prenom|imie i nazwisko|ad soyad|nome (e )?(cognome|completo|sobrenome)",
        "user",
    ),
    (
        Role::FirstName,
        r"\bfirstname|\bfname\b|\bf name\b|given ?name|fore ?name|^first$|\bfirst$|name first|first initial|\bprimer nombre|^nombre s?$|vorname|\bprenom\b|^imie$|^primeiro nome|^fornavn|^fornamn|^voornaam|^имя$|\bname f$|^firstn|nombre s$|givenname|^nome$",
        r"time first|first time|co ?buyer|spouse|agent|last",
    ),
    (
        Role::LastName,
        r"\blastname|\blname\b|\bl name\b|\bsur ?name|family ?name|^last$|\blast$|name last|apellidos?|nachname|familienname|nom de famille|nazwisko|cognome|sobrenome|efternavn|efternamn|achternaam|фамилия|\bname l$|^lastn|familyname|^priezvisko|secondname",
        r"co ?buyer|spouse|agent|maiden|last (visit|login|4|four)",
    ),
    (
        Role::Phone,
        r"phone|\bphon\b|phones\b|\bmobile?\b|\bcell\b|\bcelular\b|\bmovil\b|\btel(ef(o|oo)n\w*|efone?|ephone|efonnummer|nr)?\b|telefon|\bcontact (number|no)\b|best number|number to (call|reach|text)|\bphn?\b|\bph (no|number)\b|\bhandy\b|portable|whats ?app|\bnumero de (contacto|tel)|телефон|電話|电话|手机|puhelin|teléfono|\bday ?time\b|\bareacode\b|area code|puh\b",
        r"\bext(ension)?\b|phone (type|model)|type of phone|telegram|headphone|microphone|smartphone app|mobile app|(prefer|best).*(time|method)|\btell\b|hotel|phone ?book|daytime activ",
    ),
    (
        Role::Zip,
        r"\bzip|postal ?code|post ?code|^postal$|\bpostcode|\bplz\b|postleitzahl|codigo postal|code postal|\bcap$|^psc$|郵便|индекс|^cp$|\bpostnummer|^post ?nr",
        "",
    ),
    (
        Role::Other,
        r"how (did|do) you (hear|find|learn|know)|hear (about|of)|(heard|found|find|learn\w*) (about |of )?us|where did you|\breferr|\breferral|lead ?source|^source$|hear ?about|como (nos|se entero|supo|conocio|nos encontro)|wie haben sie",
        "",
    ),
    (
        Role::Timeframe,
        r"time ?(frame|line|scale)|how soon|how quickly|when (are|do|would|will|is|can|did|should) .*(buy|move|purchas|looking|start|build|ready|hoping|plan)|\bmove ?in\b|moving|move date|moving date|(purchase|buying|construction|build|start|target|closing|occupancy|desired|ideal) (date|time|timing|timeframe)|ready to (buy|purchase|move|build)|planning to (buy|purchase|move|build)|(cuando|plazo|fecha) .*(compr|mud|construi)|plazo|when .*(home|house)$|start (of )?construction|construction start|timing|where are you in|stage (of|in)|buying (stage|process|timeline)",
        r"comment|message|tour|visit|appointment|display|previous",
    ),
    (
        Role::Budget,
        r"\bprice ?(range|point|limit|from|to|min|max)?$|price range|\bbudget|(hoping|looking|plan\w*|want|like|expect\w*|comfortable) (to )?(spend|invest)|preferred price|\bpresupuesto|rango de precio|precio|investment (range|level|amount)|how much .*(spend|looking|invest)|^price",
        r"list price|price list|pricing|sale price|comment|send me|receive|notify|sort|lowest|request (a )?price|quote|product",
    ),
    (
        Role::Community,
        r"communit|neighbou?rhood|(which|preferred|what) (\w+ )?(collection|building|tower|phase|village|street|part)|of interest|sub ?division|floor ?plan|home ?plan|house plan|plan ?(name|choice|interest)|\bplans?$|(home|house|property|residence|unit|lot|model|plan|location|project|area|region|development|city|site|suite|building|apartment|condo|division)s? (of interest|interest|interested|preference|desired|preferred)|interested in|interest(ed)? (home|plan|community|area|project|property|location)|(which|what) (home|plan|community|model|project|property|location|area|development|residence|building|neighborhood|division)|(desired|preferred|select( a)?|choose( a)?|favorite) (home|plan|community|model|project|property|location|area|development|residence|building|neighborhood|city)|\bdevelopments?\b|^(properties|property|projects?|plan|models?|home|homes|location|locations|residence|residences|building|division|collection|series)( name| id)?$|project ?ids?$|\bcomunidad|desarrollo|fraccionamiento|residencial|modelo|proyecto|propiedad|plan de (casa|piso)|home type|(property|home|house) name|proyectos|interes(ado|ada|a)? en|comunidades",
        r"comment|question|message|how did|hear|community (member|guidelines)|model year|newsletter|bedrooms?|bathrooms?|budget|price|about your|address|year$|your (own|current)|age|manager|status|phone|profile",
    ),
    (
        Role::Subject,
        r"\bsubject\b|\btopic\b|regarding|\basunto\b|\btema\b|\bbetreff\b|\bsujet\b|\bobjet\b|\boggetto\b|\bassunto\b|\bemne\b|\bonderwerp\b|\btemat\b|\bre$|reason (for|of)|(inquiry|enquiry|request|message|contact|question|feedback) (type|category|reason|purpose|subject|regarding|title|about|topic)|(type|nature|purpose|reason|category) of (your )?(inquiry|enquiry|request|question|message|contact|visit|feedback|issue|problem)|nature of|^department|^title of|^(inquiry|enquiry) (about|for)|motivo|тема|tipo de (consulta|solicitud)|^category$|^topics?|件名|how can we help|what can we help|asking about|i am contacting|contacting (you )?(about|regarding)|what is this (about|regarding)|i would like to$|i want to$",
        r"comment|interested|your message",
    ),
    (
        Role::Company,
        r"\bcompany|organi[sz]ation|business ?(name)?$|\bbusiness\b|\bemployer|brokerage|\bempresa\b|\bfirma\b|\bfirm\b|\bsociete\b|azienda|unternehmen|agency( name)?$|\bcorporat|compania|companhia|entreprise|foretag|place of (work|employment)|会社",
        r"size|type|phone|email|message|your business with|mind your",
    ),
    (
        Role::FullName,
        r"\bfullname|\bnames?$|^name\b|your name|\bnombres?\b|^n ame$|name and|contact person|\bname\b|^navn$|^namn$|^naam$|^nom$|\bnom\b|^nazwa$|^author$|imię|^jmeno|お名前|名前|氏名|姓名|^ф ?и ?о$|ваше имя|имя|\bnimi\b|^ad$|^realname|\bfio\b|^ваше",
        r"user|brugernavn|пользовател|file|project|street|company|business|community|communities|domain|\bpet\b|agent|screen|nick|model|plan|property|event|school|product|card|bank|account|middle|maiden|suffix|prefix|title|filter|list|group|team|brand|host|site name|display|room|subdivision|organi[sz]|employer|city|town|country|state|hotel|item|store|shop|search|building|home name|lot|tag|song|artist|usuario|empresa|form ?name|name of (the )?(comp|organ|busi|event|school|home)|your (own|blog)",
    ),
    (
        Role::City,
        r"\bcity\b|\btown\b|ciudad|\bsuburb|\bort$|^ort\b|stadt|\bville\b|\bcitta\b|cidade|localidad|poblacion|^locality|miasto|город|^municip|^mesto$|^cidade",
        r"city of interest|interest|capacity|park|county",
    ),
    (
        Role::State,
        r"^state\b|\bstate$|\bprovince\b|state prov|\bstate\b|\bregion\b|\bestado\b|\bprovincia\b|bundesland|\bcounty\b|^st$|^prov$|\bprefecture|都道府県",
        r"united|statement|real ?estate|marital|estate|region of interest|civil",
    ),
    (
        Role::Country,
        r"\bcountry\b|\bpais\b|\bpays\b|^land$|\bpaese\b|\bkraj\b|страна|^nation$|ländern|国$",
        r"code|calling|club|region code",
    ),
    (
        Role::Street,
        r"\baddress\d?\b|\bstreet\b|address line|\bdireccion\b|\baddr\d?\b|\bcalle\b|\bdomicilio|strasse|straße|\badresse?\b|^rue\b|indirizzo|endereco|\bmorada\b|\badres\b|адрес|\bapt\b|\bapartment( (number|no))?$|^suite$|^(unit|suite|apt)( (number|no))?$|house (number|no)$|住所|^address",
        r"\bip\b|email|web ?(site|page|address)?\b|url|address book|correo|mail address$|electron|url$|property address of interest",
    ),
    (
        Role::Message,
        r"message|\bmsg\b|comment|question|inquiry|enquir|how (can|may|could) we|help you|\bhelp\b|tell us|\bnotes?\b|details|additional|feedback|remarks|anything else|description|\brequest|\bmensaje|comentario|consulta|pregunta|nachricht|kommentar|anliegen|mitteilung|bemerkung|messaggio|mensagem|wiadomo|сообщени|комментар|вопрос|\bvraag|bericht|opmerking|melding|besked|meddel|viesti|\btext$|^body$|^content$|bericht|observaci|cuentenos|mas informacion|en que podemos|your dream|about your (project|home|needs)|inquiries|what are you looking for|let us know|^your thoughts|ihre nachricht|^mess$|^msj|コメント|お問い合わせ|内容|\bsuggest|\bwrite\b|share|interests?$|looking for|^text(area)?$|\babout (you|yourself|your)",
        r"text message|sms|message type|question type|request type|type of|security question|how soon|request (a )?(tour|visit|date)|subject|date",
    ),
    (
        Role::Other,
        r"\bsearch\b|keyword|quantity|\bqty\b|\burl\b|web ?site|homepage|web page|birth|\bdob\b|gender|\bage\b|\bsex\b|password|\bdate\b|bed ?rooms?|bath ?rooms?|square feet|sq ?ft|garage|stories|\bpets?\b",
        "",
    ),
    (Role::Timeframe, r"^(asap|immediately|0 3 months|3 6 months|6 12 months|just looking|just browsing)$", ""),
    (Role::Community, r"\bprojects?\b.*\bid|\bcommunities\b|^(interest|interests|interested)$", "comment"),
    (Role::Subject, r"^(type|reason|purpose)$", ""),
    (Role::Email, r"^e$", ""),
    (Role::Phone, r"^telnr$|^fon$|^tlf", ""),
    (Role::Message, r"^q$|^questions?", ""),
];

/// A row, compiled.
struct Pattern {
    role: Role,
    yes: Regex,
    no: Option<Regex>,
}

/// One automaton each: together they would have more states than pages ever visit twice.
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let compiled = |(role, yes, no): &Row| {
        let no = if no.is_empty() { None } else { Some(Regex::new(&ascii(no)).ok()?) };
        Some(Pattern { role: *role, yes: Regex::new(&ascii(yes)).ok()?, no })
    };
    TABLE.iter().filter_map(compiled).collect()
});

/// Accents are off, so that letters, digits and ends of words may be those of ASCII, which is many times faster.
fn ascii(pattern: &str) -> String {
    pattern.replace(r"\b", r"(?-u:\b)").replace(r"\w", r"(?-u:\w)").replace(r"\d", r"(?-u:\d)")
}

/// The roles that words speak for, the likeliest first; `Other` means that they say what it is, and it is nothing of ours.
pub(super) fn roles_of(words: &str) -> impl Iterator<Item = Role> {
    let patterns = if words.is_empty() { &[][..] } else { PATTERNS.as_slice() };
    let fits = |pattern: &&Pattern| pattern.yes.is_match(words) && !pattern.no.as_ref().is_some_and(|no| no.is_match(words));
    patterns.iter().filter(fits).map(|pattern| pattern.role)
}

/// Words of buttons that do not send what was filled in.
const ELSEWHERE: [&str; 26] = [
    "back",
    "previous",
    "prev",
    "cancel",
    "close",
    "upload",
    "browse",
    "reset",
    "clear",
    "menu",
    "toggle",
    "show",
    "add",
    "remove",
    "search",
    "save draft",
    "preview",
    "log in",
    "login",
    "sign in",
    "anterior",
    "cancelar",
    "volver",
    "cerrar",
    "buscar",
    "print",
];

/// Whether a button's words lead elsewhere, by whole words: "callback" is not "back".
pub(super) fn leads_elsewhere(text: &str) -> bool {
    let said = format!(" {} ", words(text));
    ELSEWHERE.iter().any(|word| said.contains(&format!(" {word} ")))
}

static TRAP_NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)^_?(bot-?field|gotcha|_?honey|honey_?pot.*|.*honey-?_?pot.*|hp|hpt|url2|botcheck|bot_?trap|nf-field-hp|wpforms\[hp\]|everest_forms\[hp\]|.*\[hp\]|frm_verify.*|.*[_-]trap|",
        r"are_you_simulated|bottest\d*|avia_username_1|b_[0-9a-f]{10,}_[0-9a-f]+|aG9uZXlwb3Q|JKGH00920|.*__fluent_sf|pi_extra_field|contact_me_by_fax.*|",
        r"hp[_-].*|.*[_-]hp|fax_?only|leave_?(this_?)?(blank|empty).*|no_?bots?|spam_?check|spam_?trap|trap|ohnohoney.*|.*_website_trap|beehive|winnie|ubafs.*|nospam|not_?human|robot_?check)$"
    ))
    .ok()
});

static TRAP_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(concat!(
        r"(?i)leave (this |it |the |that )?(field |box |input |text ?box )?(blank|empty|unfilled|alone|as is|untouched)|(do not|don't|don’t|dont|never) (fill|enter|type|complete|use|touch|change)( (this|out|in|it|anything|the)\b|$)|",
        r"if you(['’]re| are) (a )?human|humans? (should|only|leave|ignore)|(should|must) (be )?(left |stay |remain |be )(blank|unchanged|empty)|not (be )?(filled|completed)|for validation purposes|honeypot|anti-?bot|if you see this|robots? only|",
        r"dej(e|ar|a) (este campo )?(en blanco|vac[ií]o)|no (llene|rellene|complete|escriba)|nicht ausf[uü]llen|laissez? ce champ|keep this (field )?(blank|empty)"
    ))
    .ok()
});

/// Whether a name is one that traps have.
pub(super) fn trap_name(name: &str) -> bool {
    TRAP_NAMES.as_ref().is_some_and(|regex| regex.is_match(name))
}

/// Whether a text tells a person to keep out.
pub(super) fn trap_words(text: &str) -> bool {
    TRAP_WORDS.as_ref().is_some_and(|regex| regex.is_match(text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pattern_compiles() {
        assert_eq!(PATTERNS.len(), TABLE.len());
        assert!(TRAP_NAMES.is_some() && TRAP_WORDS.is_some());
    }

    #[test]
    fn words_are_split_and_plain() {
        for (text, expected) in [
            ("txtFirstName", "txt firstname"),
            ("Emails[Primary]", "emails primary"),
            ("Teléfono móvil *", "telefono movil"),
            ("address2", "address 2"),
            ("  E-mail:  ", "email"),
            ("***", ""),
        ] {
            assert_eq!(words(text), expected);
        }
        assert_eq!(name_words("ctl00$ContentPlaceHolder1$txtCity"), "city");
        assert_eq!(name_words("wpforms[fields][0][first]"), "first");
    }

    #[test]
    fn labels_and_names_speak_for_roles() {
        for (text, expected) in [
            ("First Name *", Some(Role::FirstName)),
            ("firstName", Some(Role::FirstName)),
            ("txt_LastName", Some(Role::LastName)),
            ("Your Name", Some(Role::FullName)),
            ("Company Name", Some(Role::Company)),
            ("E-mail address", Some(Role::Email)),
            ("Confirm Email", Some(Role::EmailConfirm)),
            ("Emails[Primary]", Some(Role::Email)),
            ("Phones[Home]", Some(Role::Phone)),
            ("Zip Code", Some(Role::Zip)),
            ("Community of Interest", Some(Role::Community)),
            ("When are you looking to move?", Some(Role::Timeframe)),
            ("How did you hear about our communities?", Some(Role::Other)),
            ("Preferred method of contact", Some(Role::ContactPreference)),
            ("Are you working with a realtor?", Some(Role::Realtor)),
            ("Nombre y apellidos", Some(Role::FullName)),
            ("Correo electrónico", Some(Role::Email)),
            ("¿En qué podemos ayudarle?", Some(Role::Message)),
            ("Username or email", Some(Role::Other)),
            ("Fax", Some(Role::Other)),
            ("input 7", None),
        ] {
            assert_eq!(roles_of(&words(text)).next(), expected, "{text}");
        }
    }

    #[test]
    fn traps_are_known_by_name_and_by_words() {
        for name in ["_gotcha", "bot-field", "b_0123456789abcdef_12ab34cd56", "wpforms[hp]", "contact_me_by_fax_only", "item_3__fluent_sf"]
        {
            assert!(trap_name(name), "{name}");
        }
        for name in ["phone", "message", "website", "shop_name", "help"] {
            assert!(!trap_name(name), "{name}");
        }
        assert!(trap_words("Leave this field blank") && trap_words("If you are human, leave this field empty."));
        assert!(trap_words("Deje este campo en blanco"));
        assert!(!trap_words("Leave us a message"));
    }
}
