//! Words of labels and names, and which role they speak for. Patterns carry what they must not meet; a label is judged
//! before a name, because names lie (`last_name` labelled "Full Name").

use std::sync::LazyLock;

use regex::Regex;

use super::fields::Role;

/// A label or name in lower-case words: camel case, digits and punctuation split.
pub(super) fn words(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 8);
    let mut previous = ' ';
    for c in text.chars() {
        if c.is_uppercase() && previous.is_lowercase() || c.is_ascii_digit() != previous.is_ascii_digit() && previous.is_alphanumeric() {
            out.push(' ');
        }
        if c.is_alphanumeric() {
            out.extend(c.to_lowercase());
        } else if !out.ends_with(' ') {
            out.push(' ');
        }
        previous = c;
    }
    let mut text = out.split_whitespace().collect::<Vec<_>>().join(" ");
    for (from, to) in
        [("e mail", "email"), ("first name", "firstname"), ("last name", "lastname"), ("full name", "fullname"), ("zip code", "zipcode")]
    {
        text = text.replace(from, to);
    }
    text
}

struct Pattern {
    role: Role,
    yes: Regex,
    no: Option<Regex>,
}

fn regex(text: &str) -> Option<Regex> {
    Regex::new(text).ok()
}

/// In the order in which they are tried.
static PATTERNS: LazyLock<Vec<Pattern>> = LazyLock::new(|| {
    let table: [(Role, &str, &str); 25] = [
        (
            Role::Captcha,
            r"captcha|security code|verification code|anti ?spam|\bquiz\b|are you (a )?human|not a robot|^\d+ \d+$|what is \d+",
            "",
        ),
        (
            Role::EmailConfirm,
            r"(confirm|verify|repeat|re ?enter|re ?type|again).*email|email.*(confirm|verify|again|repeat|2$)|email (wiederholen|erneut)",
            "",
        ),
        (Role::ContactPreference, r"(prefer|best|how).*(contact|reach|call)|contact.*(prefer|method|time)|preferred (method|time)", ""),
        (
            Role::Newsletter,
            r"newsletter|subscribe|mailing list|keep me (updated|informed|posted)|special offers|promotion|marketing|opt ?in\b|news and|receive (updates|news|emails|information)",
            "",
        ),
        (
            Role::Consent,
            r"\bagree|consent|privacy|terms (and|of|conditions)|\bgdpr\b|acknowledge|authorize|i accept|acceptance|\bacepto\b|política de privacidad|de acuerdo",
            "",
        ),
        (
            Role::Realtor,
            r"realtor|real estate (agent|professional|broker)|\bbroker\b|(are you|i am|working with).*\bagent\b|\bhave an agent|^agent$|is agent",
            "",
        ),
        (Role::Email, r"\bemail|\bcorreo\b|courriel|\bmail\b$|mail ?address|メール", r"mailing|street|postal mail"),
        (Role::FullName, r"first (and|&) last|firstname (and )?lastname", ""),
        (
            Role::FirstName,
            r"\bfirstname|\bfname\b|given name|forename|\bf name\b|^first$|\bfirst$|^nombre$|name first",
            r"time first|first time",
        ),
        (Role::LastName, r"\blastname|\blname\b|surname|family name|\bl name\b|^last$|\blast$|apellido|name last", ""),
        (Role::Phone, r"phone|mobile|\bcell\b|\btel\b|telefono|teléfono|contact number|\bphn\b", r"\bext(ension)?\b|\bfax\b|phone type"),
        (Role::Zip, r"\bzip|postal|post ?code", ""),
        (
            Role::Timeframe,
            r"time ?(frame|line)|how soon|when (are|do|would|will|is).*(buy|move|purchase|looking|start|build)|move in|moving|purchase date|ready to buy",
            "",
        ),
        (Role::Budget, r"price|budget", ""),
        (
            Role::Community,
            r"communit|neighbou?rhood|subdivision|floor ?plan|plan name|(home|house|property|model|plan|location|project|area|development|city) of interest|interested in|interest(ed)? (home|plan|community|area)|which (home|plan|community)|\bdevelopment\b|^(property|project|plan|model|home|location)$",
            r"comment|question|message",
        ),
        (Role::Subject, r"\bsubject\b|\btopic\b|regarding|asunto|reason for|inquiry type|nature of", ""),
        (Role::Company, r"company|organi[sz]ation|business|employer|brokerage|empresa", ""),
        (
            Role::FullName,
            r"\bfullname|^name\b|\bname$|your name|nombre|\bnames\b|^n ame$|name and|contact person",
            r"user ?name|file|project|street|company|business|community|domain|\bpet\b|spouse|agent|screen",
        ),
        (Role::City, r"\bcity\b|\btown\b|ciudad|suburb", ""),
        (Role::State, r"^state\b|\bstate$|province|\bstate province|\bregion\b", r"united|statement"),
        (Role::Country, r"\bcountry\b|\bpais\b|país", "code"),
        (Role::Street, r"\baddress\b|\bstreet\b|address line|dirección|direccion|\baddr\b", r"\bip\b|email|web"),
        (
            Role::Message,
            r"message|comment|question|inquiry|enquiry|how (can|may) we|help you|tell us|\bnotes?\b|mensaje|details|additional|\bmsg\b|feedback|remarks|anything else|description|request",
            "",
        ),
        (Role::Other, r"\bsearch\b|keyword|coupon|promo|quantity|\burl\b|website", ""),
        (Role::Other, r"\bfax\b|birth|gender|how did you hear|referr|hear about", ""),
    ];
    let build =
        |(role, yes, no): (Role, &str, &str)| Some(Pattern { role, yes: regex(yes)?, no: if no.is_empty() { None } else { regex(no) } });
    table.into_iter().filter_map(build).collect()
});

/// The role that words speak for.
pub(super) fn role_of(words: &str, boxed: bool) -> Option<Role> {
    if words.is_empty() {
        return None;
    }
    let only_boxes = |role| matches!(role, Role::Newsletter | Role::Consent);
    let hear = words.contains("hear about") || words.contains("did you hear");
    if hear {
        return Some(Role::Other);
    }
    let fits = |pattern: &&Pattern| {
        (boxed || !only_boxes(pattern.role)) && pattern.yes.is_match(words) && !pattern.no.as_ref().is_some_and(|no| no.is_match(words))
    };
    PATTERNS.iter().find(fits).map(|pattern| pattern.role)
}

static TRAP_NAMES: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)^_?(bot-?field|gotcha|_?honey|honeypot.*|.*honeypot|hp|url2|botcheck|nf-field-hp|wpforms\[hp\]|everest_forms\[hp\]|.*\[hp\]|frm_verify|.*_trap|",
        r"are_you_simulated|bottest\d*|avia_username_1|b_[0-9a-f]{10,}_[0-9a-f]+|aG9uZXlwb3Q|JKGH00920|.*__fluent_sf|pi_extra_field|contact_me_by_fax.*|",
        r"hp_.*|.*_hp|fax_?only|leave_?(this_?)?(blank|empty)|no_?bots?|spam_?check|trap)$"
    ))
});

static TRAP_WORDS: LazyLock<Option<Regex>> = LazyLock::new(|| {
    regex(concat!(
        r"(?i)leave (this |it |the )?(field |box |input )?(blank|empty|unfilled|alone)|(do not|don't|dont) (fill|enter|type|complete|use|touch)|",
        r"if you(['’]re| are) (a )?human|humans? (should|only|leave)|not (be )?(filled|completed)|for validation purposes|should be left (blank|unchanged|empty)|honeypot|anti-?bot"
    ))
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
        assert_eq!(PATTERNS.len(), 25);
        assert!(TRAP_NAMES.is_some() && TRAP_WORDS.is_some());
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
            ("How can we help you?", Some(Role::Message)),
            ("How did you hear about our communities?", Some(Role::Other)),
            ("Preferred method of contact", Some(Role::ContactPreference)),
            ("Are you working with a realtor?", Some(Role::Realtor)),
            ("input 7", None),
        ] {
            assert_eq!(role_of(&words(text), false), expected, "{text}");
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
        assert!(!trap_words("Leave us a message"));
    }
}
