//! What each field is and what each form is for. Takes a page; gives roles with a confidence, traps marked, and the form an
//! inquiry would go to. Rule order: traps, `autocomplete`, type, label, placeholder, text before, name, neighbours.

use serde::Serialize;

use super::hidden::Concealed;
use super::page::{Control, Form, Page};
use super::words::{role_of, trap_name, trap_words, words};

/// What a field asks for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names are the contract's and say it")]
pub enum Role {
    FirstName,
    LastName,
    FullName,
    Email,
    EmailConfirm,
    Phone,
    Street,
    City,
    State,
    Zip,
    Country,
    Community,
    Message,
    Subject,
    Company,
    Budget,
    Timeframe,
    Realtor,
    ContactPreference,
    Consent,
    #[serde(rename = "newsletter_opt_in")]
    Newsletter,
    Honeypot,
    Captcha,
    Hidden,
    Submit,
    Other,
}

impl Role {
    /// The contract's name.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::FirstName => "first_name",
            Self::LastName => "last_name",
            Self::FullName => "full_name",
            Self::Email => "email",
            Self::EmailConfirm => "email_confirm",
            Self::Phone => "phone",
            Self::Street => "street",
            Self::City => "city",
            Self::State => "state",
            Self::Zip => "zip",
            Self::Country => "country",
            Self::Community => "community",
            Self::Message => "message",
            Self::Subject => "subject",
            Self::Company => "company",
            Self::Budget => "budget",
            Self::Timeframe => "timeframe",
            Self::Realtor => "realtor",
            Self::ContactPreference => "contact_preference",
            Self::Consent => "consent",
            Self::Newsletter => "newsletter_opt_in",
            Self::Honeypot => "honeypot",
            Self::Captcha => "captcha",
            Self::Hidden => "hidden",
            Self::Submit => "submit",
            Self::Other => "other",
        }
    }
}

/// What a form is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FormKind {
    /// A buyer asks something.
    Inquiry,
    /// A mailing list.
    Newsletter,
    /// A search.
    Search,
    /// A login.
    Login,
    /// An account.
    Registration,
    /// Anything else.
    Other,
}

/// A control with its role.
#[derive(Clone, Debug, Serialize)]
pub struct Field {
    /// Position in the form.
    pub index: usize,
    /// Position among all controls of the document.
    pub control_index: usize,
    /// The `name`.
    pub name: Option<String>,
    /// What a person would call it.
    pub label: String,
    /// The kind of control.
    pub control: &'static str,
    /// The role.
    pub role: Role,
    /// Whether it must be filled.
    pub required: bool,
    /// Whether it is a trap for robots.
    pub honeypot: bool,
    /// Whether it is concealed from a person.
    pub concealed: bool,
    /// How sure the role is, 0 to 1.
    pub confidence: f64,
}

/// The fields of a form.
#[must_use]
pub fn fields(page: &Page, form: &Form) -> Vec<Field> {
    let controls: Vec<&Control> = form.controls.iter().filter_map(|index| page.controls.get(*index)).collect();
    let mut fields: Vec<Field> = controls.iter().enumerate().map(|(at, control)| field(at, control, form)).collect();
    neighbours(&mut fields, &controls);
    one_message(&mut fields, &controls);
    repeated(&mut fields, &controls);
    fields
}

fn field(index: usize, control: &Control, form: &Form) -> Field {
    let (role, confidence) = judge(control, form);
    Field {
        index,
        control_index: control.index,
        name: control.name.clone(),
        label: control.caption(),
        control: control.kind,
        role,
        required: control.required,
        honeypot: role == Role::Honeypot,
        concealed: control.concealed.is_some(),
        confidence,
    }
}

fn judge(control: &Control, form: &Form) -> (Role, f64) {
    if control.is_button() {
        return (if control.kind == "submit" || control.kind == "image" { Role::Submit } else { Role::Other }, 1.0);
    }
    let name = control.name.as_deref().unwrap_or(control.id.as_str());
    if is_trap(control, form, name) {
        return (Role::Honeypot, 0.95);
    }
    if control.kind == "hidden" {
        return (Role::Hidden, 1.0);
    }
    if control.is_typed() && name.to_ascii_lowercase().contains("captcha")
        || name == "g-recaptcha-response"
        || control.class.contains("wpcf7-quiz")
    {
        return (Role::Captcha, 0.95);
    }
    if control.concealed == Some(Concealed::Trick) && control.is_typed() && control.has_value && !control.value.is_empty() {
        return (Role::Hidden, 0.9);
    }
    if matches!(control.kind, "file" | "password" | "color" | "range") {
        return (Role::Other, 0.9);
    }
    let boxed = matches!(control.kind, "checkbox" | "radio");
    if let Some(role) = by_autocomplete(&control.autocomplete).filter(|_| !boxed) {
        return (role, 0.98);
    }
    by_words(control, name, boxed)
}

fn by_words(control: &Control, name: &str, boxed: bool) -> (Role, f64) {
    let named = role_of(&words(name), boxed).filter(|role| suits(*role, control.kind));
    if control.kind == "email" && named != Some(Role::EmailConfirm) {
        let label = role_of(&words(&control.caption()), boxed);
        return if label == Some(Role::EmailConfirm) { (Role::EmailConfirm, 0.95) } else { (Role::Email, 0.97) };
    }
    let own_value =
        if control.is_typed() && control.kind != "textarea" && control.placeholder.is_empty() { control.value.as_str() } else { "" };
    let texts: [(&str, f64); 6] = if boxed {
        [(&control.label, 0.93), (&control.after, 0.85), (&control.legend, 0.9), ("", 0.0), (&control.before, 0.6), ("", 0.0)]
    } else {
        [
            (&control.label, 0.95),
            (&control.placeholder, 0.92),
            (own_value, 0.85),
            (&control.before, 0.75),
            (&control.legend, 0.6),
            ("", 0.0),
        ]
    };
    for (text, confidence) in texts {
        let text = words(text);
        if text.is_empty() || !boxed && text.len() > 120 {
            continue;
        }
        let Some(role) = role_of(&text, boxed).filter(|role| suits(*role, control.kind)) else { continue };
        if confidence < 0.8
            && let Some(named) = named
        {
            return (named, if named == role { 0.93 } else { 0.8 });
        }
        return match named {
            Some(named) if named == role => (role, 0.98),
            Some(_) => (role, confidence - 0.1),
            None => (role, confidence),
        };
    }
    match (named, control.kind) {
        (Some(role), _) => (role, 0.85),
        (None, "textarea") => (Role::Message, 0.7),
        (None, "tel") => (Role::Phone, 0.7),
        (None, "select") => by_options(control),
        _ => (Role::Other, 0.5),
    }
}

/// Whether a control of this kind can hold the role.
fn suits(role: Role, kind: &str) -> bool {
    match role {
        Role::Email | Role::EmailConfirm | Role::FirstName | Role::LastName | Role::FullName | Role::Message => {
            matches!(kind, "text" | "email" | "textarea" | "tel" | "search" | "url") && (kind != "textarea" || role == Role::Message)
        }
        Role::Phone => matches!(kind, "text" | "tel" | "number"),
        Role::Zip | Role::Street => matches!(kind, "text" | "tel" | "number" | "textarea"),
        Role::Consent | Role::Newsletter => matches!(kind, "checkbox" | "radio"),
        Role::Subject => kind != "textarea",
        _ => true,
    }
}

fn by_autocomplete(token: &str) -> Option<Role> {
    Some(match token {
        "given-name" => Role::FirstName,
        "family-name" => Role::LastName,
        "name" => Role::FullName,
        "email" => Role::Email,
        "tel" | "tel-national" => Role::Phone,
        "postal-code" => Role::Zip,
        "street-address" | "address-line1" => Role::Street,
        "address-level2" => Role::City,
        "address-level1" => Role::State,
        "country" | "country-name" => Role::Country,
        "organization" => Role::Company,
        _ => return None,
    })
}

fn by_options(control: &Control) -> (Role, f64) {
    let texts: Vec<String> = control.options.iter().map(|o| words(&o.text)).collect();
    let any = |needles: &[&str]| texts.iter().filter(|text| needles.iter().any(|needle| text.contains(needle))).count();
    if any(&["texas", "california", "florida", "ohio"]) >= 3 {
        return (Role::State, 0.9);
    }
    if any(&["united states", "canada", "germany"]) >= 2 {
        return (Role::Country, 0.9);
    }
    if any(&["months", "right away", "immediately", "asap", "days"]) >= 2 {
        return (Role::Timeframe, 0.8);
    }
    if control.options.iter().filter(|o| o.text.contains('$')).count() >= 2 {
        return (Role::Budget, 0.85);
    }
    (Role::Other, 0.5)
}

fn is_trap(control: &Control, form: &Form, name: &str) -> bool {
    if form.netlify_honeypot.as_deref().is_some_and(|trap| Some(trap) == control.name.as_deref()) {
        return true;
    }
    if control.kind == "hidden" {
        return matches!(name, "_gotcha" | "_honey" | "bot-field" | "botcheck");
    }
    let spoken = [&control.label, &control.placeholder, &control.before, &control.after].into_iter().any(|text| trap_words(text));
    if trap_name(name) || (control.is_typed() || control.kind == "checkbox") && spoken {
        return true;
    }
    if !control.is_typed() {
        return false;
    }
    let tucked =
        control.unreachable_by_tab && (matches!(control.autocomplete.as_str(), "off" | "nope" | "new-password") || control.aria_hidden);
    let empty = control.value.is_empty();
    control.concealed == Some(Concealed::Trick) && empty
        || tucked
        || control.aria_hidden && control.concealed.is_some()
        || control.concealed == Some(Concealed::NotShown) && empty && (control.unreachable_by_tab || control.autocomplete == "off")
}

/// "Name" beside a last name is a first name; three short boxes of a number are its parts.
fn neighbours(fields: &mut [Field], controls: &[&Control]) {
    let has = |fields: &[Field], role| fields.iter().any(|field| field.role == role);
    if has(fields, Role::LastName) && !has(fields, Role::FirstName) {
        if let Some(field) = fields.iter_mut().find(|field| field.role == Role::FullName) {
            field.role = Role::FirstName;
            field.confidence = 0.8;
        }
    } else if has(fields, Role::FirstName) && !has(fields, Role::LastName) {
        let lone = fields.iter_mut().find(|field| field.role == Role::FirstName && words(&field.label) == "name");
        if let Some(field) = lone {
            field.role = Role::FullName;
        }
    }
    if !has(fields, Role::Message) {
        let fallback =
            fields.iter_mut().zip(controls).find(|(field, c)| c.kind == "textarea" && field.role == Role::Other && !field.concealed);
        if let Some((field, _)) = fallback {
            field.role = Role::Message;
            field.confidence = 0.6;
        }
    }
}

/// The question is asked once: where several fields would take it, in the first text area that is surest.
fn one_message(fields: &mut [Field], controls: &[&Control]) {
    let worth = |field: &Field, control: &Control| (control.kind == "textarea", !field.concealed, field.confidence > 0.8);
    let messages = fields.iter().zip(controls).filter(|(field, _)| field.role == Role::Message);
    let best = messages.rev().max_by_key(|(field, control)| worth(field, control)).map(|(field, _)| field.index);
    for field in fields.iter_mut().filter(|field| field.role == Role::Message && Some(field.index) != best) {
        field.role = Role::Other;
    }
}

/// A later, optional, concealed field that repeats a type already there is a trap.
fn repeated(fields: &mut [Field], controls: &[&Control]) {
    let mut seen: Vec<Role> = Vec::new();
    for (field, control) in fields.iter_mut().zip(controls) {
        let single = matches!(field.role, Role::Email | Role::FullName | Role::FirstName | Role::LastName | Role::Message | Role::Phone);
        if single
            && seen.contains(&field.role)
            && !field.required
            && (control.concealed.is_some() || control.unreachable_by_tab || control.autocomplete == "off")
        {
            field.role = Role::Honeypot;
            field.honeypot = true;
            field.confidence = 0.8;
        } else if single {
            seen.push(field.role);
        }
    }
}

/// What a form is for.
#[must_use]
pub fn kind(page: &Page, form: &Form, fields: &[Field]) -> FormKind {
    let live = || fields.iter().filter(|field| !field.honeypot && field.role != Role::Hidden);
    let has = |role| live().any(|field| field.role == role);
    let typed = live()
        .filter(|field| matches!(field.control, "text" | "email" | "tel" | "textarea" | "search" | "password" | "number" | "url"))
        .count();
    let controls = || form.controls.iter().filter_map(|index| page.controls.get(*index));
    let passwords = controls().filter(|control| control.kind == "password").count();
    let said = words(&format!("{} {} {}", form.attributes, form.action.as_deref().unwrap_or_default(), form.text));
    if passwords > 0 {
        let joins = passwords > 1
            || has(Role::FirstName)
            || ["register", "sign up", "create account", "join"].iter().any(|word| said.contains(word)) && typed > 2;
        return if joins { FormKind::Registration } else { FormKind::Login };
    }
    let searches = controls().any(|control| {
        control.kind == "search" || matches!(control.name.as_deref(), Some("s" | "q" | "query" | "keyword" | "keywords" | "search"))
    });
    if !has(Role::Email) && !has(Role::Phone) {
        return if searches || typed <= 2 && said.contains("search") { FormKind::Search } else { FormKind::Other };
    }
    // Only what a person fills tells: the hidden `recipient` of a FormMail script is the builder's own.
    let name_has = |parts: &[&str]| {
        controls()
            .filter(|c| c.kind != "hidden")
            .any(|c| c.name.as_deref().is_some_and(|name| parts.iter().any(|part| name.to_ascii_lowercase().contains(part))))
    };
    let pays = name_has(&["creditcard", "cardnumber", "card_number", "cc-number", "ccnum", "cvv", "cvc"])
        || controls().any(|c| c.autocomplete.starts_with("cc-"));
    let remarks = said.contains("commentform") || said.contains("comments post") || said.contains("comment form");
    let shares = name_has(&["recipient", "friend", "target_email", "to_email"]);
    if pays || remarks || shares {
        return FormKind::Other;
    }
    let finances = ["social security", "ssn", "pre qualif", "prequalif", "annual income", "credit score", "loan amount", "apply for"]
        .iter()
        .any(|word| said.contains(word));
    if finances {
        return FormKind::Other;
    }
    let named = has(Role::FullName) || has(Role::FirstName) || has(Role::LastName);
    let letters = ["newsletter", "subscribe", "mailing list", "list manage"].iter().any(|word| said.contains(word));
    if has(Role::Message) || named && has(Role::Phone) || named && has(Role::Community) {
        return FormKind::Inquiry;
    }
    if letters || has(Role::Email) && typed <= 2 && !named {
        return FormKind::Newsletter;
    }
    if named && has(Role::Email) { FormKind::Inquiry } else { FormKind::Other }
}

/// A form with everything known about it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its position.
    pub index: usize,
    /// What it is for.
    pub kind: FormKind,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// All forms of a page.
#[must_use]
pub fn survey(page: &Page) -> Vec<Known> {
    let known = |form: &Form| {
        let fields = fields(page, form);
        Known { index: form.index, kind: kind(page, form, &fields), fields }
    };
    page.forms.iter().map(known).collect()
}

/// The form an inquiry goes to: the inquiry form that asks the most of what a buyer would say.
#[must_use]
pub fn choose(known: &[Known]) -> Option<&Known> {
    let worth = |form: &Known| -> u32 {
        let has = |role| form.fields.iter().any(|field| field.role == role && !field.concealed);
        let points =
            [(Role::Message, 8), (Role::Email, 4), (Role::Phone, 2), (Role::FirstName, 2), (Role::FullName, 2), (Role::Community, 1)];
        points.into_iter().filter(|(role, _)| has(*role)).map(|(_, worth)| worth).sum()
    };
    known.iter().filter(|form| form.kind == FormKind::Inquiry).rev().max_by_key(|form| worth(form))
}
