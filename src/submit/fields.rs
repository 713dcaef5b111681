//! What each field is. Takes a form; gives roles with a confidence, traps marked. Rule order: traps, `autocomplete`, type,
//! label, placeholder, the row it stands in, name, text before, options, neighbours.

use std::sync::LazyLock;

use regex::Regex;
use serde::Serialize;

use super::honeypot;
use super::page::{Control, Form, Page};
use super::words::{name_words, roles_of, words};

pub use super::kind::{FormKind, choose, kind};
pub use super::role::Role;

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
    let layout = Layout::of(&controls);
    let mut fields: Vec<Field> = controls
        .iter()
        .enumerate()
        .map(|(index, control)| {
            let (role, confidence) = judge(control, form, &controls, layout);
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
        })
        .collect();
    honeypot::forgive_the_many(&mut fields, &controls, |control| judge_fairly(control, &controls, layout));
    neighbours(&mut fields, &controls);
    parts_of_a_number(&mut fields, &controls);
    honeypot::mark_repeated(&mut fields, &controls);
    one_message(&mut fields, &controls);
    other_parts(&mut fields, &controls);
    a_button(&mut fields, &controls);
    fields
}

/// A page that is one form holds several: what stands before a button of its own, away from the question, is a search or a
/// newsletter, and neither filled nor pressed.
fn other_parts(fields: &mut [Field], controls: &[&Control]) {
    let mut part = 0;
    let parts: Vec<usize> = controls
        .iter()
        .map(|control| {
            let here = part;
            part += usize::from(matches!(control.kind, "submit" | "image"));
            here
        })
        .collect();
    let of = |field: &Field| parts.get(field.index).copied();
    let Some(own) = fields.iter().find(|field| field.role == Role::Message && !field.concealed).and_then(of) else { return };
    let complete = fields.iter().any(|field| of(field) == Some(own) && matches!(field.role, Role::Email | Role::Phone))
        && fields.iter().any(|field| of(field) == Some(own) && field.role == Role::Submit);
    if !complete {
        return;
    }
    for field in fields.iter_mut() {
        let elsewhere = parts.get(field.index) != Some(&own);
        if elsewhere && !field.required && !matches!(field.role, Role::Hidden | Role::Honeypot | Role::Captcha) {
            (field.role, field.confidence) = (Role::Other, 0.7);
        }
    }
}

/// Where nothing sends the form by itself, a script listens to the last button that is not for going elsewhere.
fn a_button(fields: &mut [Field], controls: &[&Control]) {
    if fields.iter().any(|field| field.role == Role::Submit) {
        return;
    }
    let elsewhere =
        ["back", "previous", "prev", "cancel", "close", "upload", "browse", "reset", "clear", "menu", "toggle", "show", "add", "remove"];
    let sends = |c: &&Control| {
        let said = words(&format!("{} {}", c.label, c.value));
        c.kind == "button" && !said.split(' ').any(|word| elsewhere.contains(&word))
    };
    let last = fields.iter_mut().zip(controls).rfind(|(_, control)| sends(control));
    if let Some((field, _)) = last {
        (field.role, field.confidence) = (Role::Submit, 0.8);
    }
}

/// On which side of their fields the labels stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layout {
    LabelBefore,
    LabelAfter,
}

impl Layout {
    fn of(controls: &[&Control]) -> Self {
        let bare = |c: &&&Control| c.is_typed() && c.label.is_empty() && c.placeholder.is_empty() && c.concealed.is_none();
        let first = controls.iter().find(bare);
        let last = controls.iter().rfind(bare);
        let follows = first.is_some_and(|c| c.before.is_empty() && !c.after.is_empty()) && last.is_some_and(|c| !c.after.is_empty());
        if follows { Self::LabelAfter } else { Self::LabelBefore }
    }
}

/// Where the label of a field stands that has none of its own: text right behind the field before is the label of that.
fn label_side(control: &Control, controls: &[&Control], layout: Layout) -> Layout {
    let at = controls.iter().position(|other| other.index == control.index);
    let earlier = at.and_then(|at| at.checked_sub(1)).and_then(|at| controls.get(at));
    let taken = earlier.is_some_and(|other| !other.after.is_empty() && other.after == control.before);
    if taken && !control.after.is_empty() { Layout::LabelAfter } else { layout }
}

fn judge(control: &Control, form: &Form, controls: &[&Control], layout: Layout) -> (Role, f64) {
    if control.is_button() {
        return (if control.kind == "submit" || control.kind == "image" { Role::Submit } else { Role::Other }, 1.0);
    }
    let name = control.name.as_deref().unwrap_or(control.id.as_str());
    if is_captcha(control, name) {
        return (Role::Captcha, 0.95);
    }
    if honeypot::is_trap(control, form) {
        return (Role::Honeypot, 0.95);
    }
    if control.kind == "hidden" {
        return (Role::Hidden, 1.0);
    }
    if is_machine(control, name) {
        return (Role::Hidden, 0.9);
    }
    judge_fairly(control, controls, layout)
}

/// What a field is that is no trap.
fn judge_fairly(control: &Control, controls: &[&Control], layout: Layout) -> (Role, f64) {
    let name = control.name.as_deref().unwrap_or(control.id.as_str());
    match control.kind {
        "file" | "password" | "color" | "range" => (Role::Other, 0.9),
        "checkbox" | "radio" => boxed(control, name, controls),
        _ => by_autocomplete(control).map_or_else(|| by_words(control, name, label_side(control, controls, layout)), |role| (role, 0.98)),
    }
}

/// A field that a script or the builder fills: concealed with a value, or by a name that only scripts use.
fn is_machine(control: &Control, name: &str) -> bool {
    let concealed = control.concealed.is_some() && !control.required;
    let valued = control.is_typed() && control.has_value && !control.value.is_empty();
    let chosen = control.kind == "select" && control.options.iter().any(|option| option.selected);
    let own = [
        "ldeskuid",
        "ldtuvid",
        "zc_gad",
        "xnqsjsdp",
        "xmiwtld",
        "gclid",
        "fbclid",
        "utm_",
        "referrer",
        "landing_page",
        "g-recaptcha-response",
    ];
    let name = name.to_ascii_lowercase();
    concealed && (control.concealed_together <= 1 && (valued || chosen) || own.iter().any(|own| name.starts_with(own)))
}

/// A field whose own name says that it holds a CAPTCHA's answer.
fn is_captcha(control: &Control, name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    let typed = control.is_typed() && control.kind != "password";
    typed && (lower.contains("captcha") && !lower.contains("honey") || lower == "cf-turnstile-response")
        || control.class.contains("wpcf7-quiz")
}

/// What a text field or list is, by all that is said about it.
fn by_words(control: &Control, name: &str, layout: Layout) -> (Role, f64) {
    let said = |text: &str| {
        let sum = matches!(control.kind, "text" | "number" | "tel") && is_sum(text);
        if sum { Some(Role::Captcha) } else { role_for(&words(text), control.kind) }
    };
    let named = || role_for(&name_words(name), control.kind).or_else(|| role_for(&name_words(&control.id), control.kind));
    let beside = match layout {
        Layout::LabelBefore => control.before.as_str(),
        Layout::LabelAfter => control.after.as_str(),
    };
    // A few words in the cell before are a label; a sentence may be about anything.
    let titled = beside.chars().count() <= 40;
    if control.kind == "email" {
        let beside = said(beside).filter(|_| titled);
        return by_email_type(&[said(&control.label), said(&control.placeholder), said(&control.row), beside, named()]);
    }
    let own_value =
        if control.is_typed() && control.kind != "textarea" && control.placeholder.is_empty() { control.value.as_str() } else { "" };
    let prompt = control.options.first().filter(|_| control.kind == "select").map_or("", |option| option.text.as_str());
    // Each is looked at only when those before it say nothing.
    let sources: [(&dyn Fn() -> Option<Role>, f64); 9] = [
        (&|| said(&control.label), 0.95),
        (&|| example(&control.placeholder).filter(|_| control.is_typed()).or_else(|| said(&control.placeholder)), 0.92),
        (&|| role_for(&words(own_value), control.kind), 0.85),
        (&|| Some(&control.row).filter(|row| **row != control.label).and_then(|row| said(row)), 0.9),
        (&|| said(prompt), 0.85),
        (&|| Some(beside).filter(|text| titled && *text != control.label && *text != control.row).and_then(said), 0.86),
        (&named, 0.85),
        (&|| Some(beside).filter(|_| !titled).and_then(said), 0.75),
        (&|| said(&control.legend), 0.6),
    ];
    let found = sources.iter().find_map(|(look, confidence)| look().map(|role| (role, *confidence)));
    match (found, control.kind) {
        (Some((role, confidence)), _) if confidence > 0.85 => match named() {
            Some(named) if named == role => (role, 0.98),
            Some(_) => (role, confidence - 0.1),
            None => (role, confidence),
        },
        (Some(found), _) => found,
        (None, "textarea") => (Role::Message, 0.7),
        (None, "tel") => (Role::Phone, 0.7),
        (None, "select") => by_options(control),
        (None, _) => (Role::Other, 0.5),
    }
}

/// What a placeholder is an example of: an address, a number.
fn example(placeholder: &str) -> Option<Role> {
    let address = placeholder.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.'));
    let digits = placeholder.chars().filter(|c| c.is_ascii_digit() || matches!(c, 'x' | 'X' | '_' | '#')).count();
    let number = matches!(digits, 10 | 11) && !placeholder.chars().any(|c| c.is_alphabetic() && !matches!(c, 'x' | 'X'));
    if address { Some(Role::Email) } else { number.then_some(Role::Phone) }
}

/// "3 + 4 =".
fn is_sum(text: &str) -> bool {
    SUM.as_ref().is_some_and(|regex| regex.is_match(text))
}

static SUM: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"(^|[^\d.,(/-])\d{1,2}\s*[+×*x−–-]\s*\d{1,2}(\s*[=?]|\s*[+×*x−–-]\s*\d{1,2}|\s*$)").ok());

/// `type=email` is an email address, unless its label plainly says something else and nothing says email.
fn by_email_type(said: &[Option<Role>]) -> (Role, f64) {
    if said.contains(&Some(Role::EmailConfirm)) {
        return (Role::EmailConfirm, 0.95);
    }
    let first = said.iter().flatten().next().copied();
    let lies =
        matches!(first, Some(Role::Subject | Role::FullName | Role::FirstName | Role::LastName | Role::Phone | Role::City | Role::Company));
    match first {
        Some(role) if lies && !said.contains(&Some(Role::Email)) => (role, 0.75),
        _ => (Role::Email, 0.97),
    }
}

/// The first role that words speak for and a control of this kind can hold.
fn role_for(words: &str, kind: &str) -> Option<Role> {
    if words.is_empty() || words.len() > 120 {
        return None;
    }
    roles_of(words).find(|role| suits(*role, kind))
}

/// Whether a control of this kind can hold the role.
fn suits(role: Role, kind: &str) -> bool {
    match role {
        Role::Email | Role::EmailConfirm | Role::FirstName | Role::LastName | Role::FullName | Role::Company => {
            matches!(kind, "text" | "email" | "tel" | "search" | "url")
        }
        Role::Message => matches!(kind, "text" | "textarea"),
        Role::Phone => matches!(kind, "text" | "tel" | "number" | "select"),
        Role::Zip => matches!(kind, "text" | "tel" | "number"),
        Role::Street => matches!(kind, "text" | "textarea" | "number"),
        Role::Captcha => matches!(kind, "text" | "number" | "tel"),
        Role::Consent | Role::Newsletter => matches!(kind, "checkbox" | "radio"),
        Role::Other => true,
        _ => kind != "textarea",
    }
}

fn by_autocomplete(control: &Control) -> Option<Role> {
    Some(match control.autocomplete.as_str() {
        "username" if control.kind == "email" => Role::Email,
        "given-name" => Role::FirstName,
        "family-name" => Role::LastName,
        "name" => Role::FullName,
        "email" => Role::Email,
        "tel" | "tel-national" | "tel-local" | "tel-area-code" | "tel-country-code" => Role::Phone,
        "postal-code" => Role::Zip,
        "street-address" | "address-line1" | "address-line2" | "address-line3" => Role::Street,
        "address-level2" => Role::City,
        "address-level1" => Role::State,
        "country" | "country-name" => Role::Country,
        "organization" => Role::Company,
        "username" | "one-time-code" | "new-password" | "current-password" | "honorific-prefix" | "bday" | "sex" | "additional-name"
        | "nickname" => Role::Other,
        token if token.starts_with("cc-") => Role::Other,
        _ => return None,
    })
}

fn by_options(control: &Control) -> (Role, f64) {
    let texts: Vec<String> = control.options.iter().map(|o| words(&o.text)).collect();
    let any = |needles: &[&str]| texts.iter().filter(|text| needles.iter().any(|needle| text.contains(needle))).count();
    let is = |needles: &[&str]| texts.iter().filter(|text| needles.contains(&text.as_str())).count();
    if any(&["texas", "california", "florida", "ohio"]) >= 3 || is(&["tx", "ca", "fl", "oh"]) >= 3 {
        return (Role::State, 0.9);
    }
    if any(&["united states", "canada", "germany"]) >= 2 {
        return (Role::Country, 0.9);
    }
    if any(&["google", "facebook", "billboard", "friend", "drive by", "radio", "internet"]) >= 2 {
        return (Role::Other, 0.8);
    }
    if any(&["month", "right away", "immediately", "asap", "days", "just looking", "just browsing"]) >= 2 && any(&["january"]) == 0 {
        return (Role::Timeframe, 0.8);
    }
    if control.options.iter().filter(|o| o.text.contains('$')).count() >= 2 {
        return (Role::Budget, 0.85);
    }
    if is(&["email", "phone", "text", "call", "sms", "text message", "phone call"]) >= 2 {
        return (Role::ContactPreference, 0.85);
    }
    if any(&["realtor", "real estate agent", "i am a buyer", "home buyer", "homebuyer"]) >= 1 {
        return (Role::Realtor, 0.7);
    }
    if any(&["general", "sales", "question", "support", "inquiry", "warranty"]) >= 2 {
        return (Role::Subject, 0.7);
    }
    (Role::Other, 0.5)
}

/// What a check box or radio button is: of several, by the question above them; of one alone, by its own words.
fn boxed(control: &Control, name: &str, controls: &[&Control]) -> (Role, f64) {
    let own = own_text(control);
    let by_own = said_of_boxes(&own);
    let long = own.len() > 25;
    if long && consents(&own) {
        return (Role::Consent, 0.9);
    }
    let group = boxes(control, controls);
    if let Some(role) = by_own.filter(|role| matches!(role, Role::Consent | Role::Newsletter) && (long || group.len() < 2)) {
        return (role, 0.9);
    }
    let named = said_of_boxes(&name_words(name));
    let first = group.first().map_or(control, |first| first);
    let question = [&control.legend, &first.before, &first.context].map(|text| words(text));
    if group.len() < 2 {
        return match (by_own, named) {
            (Some(role), named) => (role, if named == Some(role) { 0.96 } else { 0.9 }),
            (None, Some(role)) => (role, 0.8),
            (None, None) => question.iter().find_map(|text| said_of_boxes(text)).map_or((Role::Other, 0.5), |role| (role, 0.6)),
        };
    }
    let [legend, before, context] = &question;
    let asked = said_of_boxes(legend).or_else(|| said_of_boxes(before));
    if let Some(role) = asked.filter(|role| *role != Role::Other) {
        return (role, if named == Some(role) { 0.96 } else { 0.9 });
    }
    if let Some(role) = named.filter(|role| *role != Role::Other) {
        return (role, 0.85);
    }
    if let Some(found) = by_choices(&group) {
        return found;
    }
    if let Some(role) = asked.or(named) {
        return (role, 0.7);
    }
    said_of_boxes(context).map_or((Role::Other, 0.5), |role| (role, 0.6))
}

/// What a question is by the answers that it offers.
fn by_choices(group: &[&Control]) -> Option<(Role, f64)> {
    let texts: Vec<String> = group.iter().take(MOST_CHOICES).map(|c| own_text(c)).collect();
    if texts.iter().any(|text| ["realtor", "real estate agent", "broker"].iter().any(|word| text.contains(word))) {
        return Some((Role::Realtor, 0.8));
    }
    let ways = ["email", "phone", "text", "call", "sms", "correo", "telefono"];
    let told = texts.iter().filter(|text| ways.iter().any(|way| text.contains(way))).count();
    if told >= 2 && told * 2 >= texts.len() && texts.iter().all(|text| text.len() < 40) {
        return Some((Role::ContactPreference, 0.85));
    }
    let shared: Vec<Role> = texts.iter().filter_map(|text| said_of_boxes(text)).filter(|role| *role != Role::Other).collect();
    let one = shared.first().copied().filter(|role| shared.len() * 2 > texts.len() && shared.iter().all(|other| other == role));
    if let Some(role) = one {
        return Some((role, 0.75));
    }
    (group.iter().filter(|c| c.label.contains('$') || c.value.contains('$')).count() >= 2).then_some((Role::Budget, 0.8))
}

/// How many answers are read to know the question.
const MOST_CHOICES: usize = 12;

/// The boxes of one question: of one name, or one after the other with nothing between but their own words.
fn boxes<'a>(control: &Control, controls: &[&'a Control]) -> Vec<&'a Control> {
    let Some(at) = controls.iter().position(|other| other.index == control.index) else { return Vec::new() };
    let joined = |a: &Control, b: &Control| {
        let same_kind = a.kind == b.kind && a.legend == b.legend;
        let named = a.name.is_some() && a.name == b.name;
        let between = b.before.is_empty() || b.before == a.label || b.before == a.after || b.before == a.row;
        let short = |c: &Control| own_text(c).len() <= 60;
        // A consent or a newsletter beside other boxes is a question of its own.
        let own = |c: &Control| matches!(said_of_boxes(&own_text(c)), Some(Role::Consent | Role::Newsletter));
        same_kind && (named || between && short(a) && short(b) && !own(a) && !own(b))
    };
    let pair = |at: usize| controls.get(at).zip(controls.get(at + 1)).is_some_and(|(a, b)| joined(a, b));
    let start = (0..at).rev().take_while(|at| pair(*at)).last().unwrap_or(at);
    let end = (at..controls.len()).take_while(|at| pair(*at)).last().map_or(at, |last| last + 1);
    controls.get(start..=end).unwrap_or_default().to_vec()
}

fn own_text(control: &Control) -> String {
    let said = [&control.label, &control.after, &control.row, &control.value];
    words(said.into_iter().find(|text| !text.is_empty()).map_or("", String::as_str))
}

fn said_of_boxes(words: &str) -> Option<Role> {
    let holds = |role: &Role| {
        !matches!(
            role,
            Role::FirstName
                | Role::LastName
                | Role::FullName
                | Role::Email
                | Role::EmailConfirm
                | Role::Phone
                | Role::Street
                | Role::City
                | Role::State
                | Role::Zip
                | Role::Country
                | Role::Company
                | Role::Message
                | Role::Captcha
        )
    };
    roles_of(words).find(holds)
}

/// Whether words give leave, whatever else they speak of.
fn consents(words: &str) -> bool {
    ["agree", "consent", "authoriz", "authoris", "understand", "acknowledge", "i accept", "permission", "acepto", "autorizo"]
        .iter()
        .any(|verb| words.contains(verb))
}

/// What fields are by those beside them.
fn neighbours(fields: &mut [Field], controls: &[&Control]) {
    let has = |fields: &[Field], role| fields.iter().any(|field| field.role == role);
    if has(fields, Role::LastName) && !has(fields, Role::FirstName) {
        if let Some(field) = fields.iter_mut().find(|field| field.role == Role::FullName) {
            field.role = Role::FirstName;
            field.confidence = 0.8;
        }
    } else if has(fields, Role::FirstName) && !has(fields, Role::LastName) {
        let lone = fields
            .iter_mut()
            .find(|field| field.role == Role::FirstName && matches!(words(&field.label).as_str(), "name" | "your name" | "nombre"));
        if let Some(field) = lone {
            field.role = Role::FullName;
        }
    }
    one_label_for_several(fields, controls);
    mislabelled_addresses(fields, controls);
    for at in 1..fields.len() {
        let (Some(before), Some(control)) = (fields.get(at - 1).map(|field| field.role), controls.get(at)) else { continue };
        let Some(field) = fields.get_mut(at) else { continue };
        // The text before may belong to the field before, when labels stand below.
        if field.role == before && control.label.is_empty() && !matches!(before, Role::Other | Role::Submit | Role::Hidden | Role::Honeypot)
        {
            let named = role_for(&name_words(control.name.as_deref().unwrap_or(&control.id)), control.kind);
            if let Some(named) = named.filter(|named| *named != field.role && *named != Role::Other) {
                (field.role, field.confidence) = (named, 0.8);
            }
        }
        // A second address right after the first, that nothing else says anything of.
        if field.role == Role::Email && before == Role::Email && control.value.is_empty() {
            let name = name_words(control.name.as_deref().unwrap_or(&control.id));
            if name.ends_with('2') || control.name.as_deref().is_some_and(|name| name.ends_with(['2', '_'])) {
                (field.role, field.confidence) = (Role::EmailConfirm, 0.8);
            }
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

/// Of several `type=email` fields, the one that people see called something else is that, whatever its name.
fn mislabelled_addresses(fields: &mut [Field], controls: &[&Control]) {
    if fields.iter().filter(|field| field.role == Role::Email).count() < 2 {
        return;
    }
    for (field, control) in fields.iter_mut().zip(controls).filter(|(field, c)| field.role == Role::Email && c.kind == "email") {
        let seen = [&control.label, &control.placeholder, &control.row, &control.before];
        let said = seen.into_iter().filter(|text| !text.is_empty()).find_map(|text| role_for(&words(text), "text"));
        if let Some(role) = said.filter(|role| matches!(role, Role::Subject | Role::FullName | Role::City | Role::Company)) {
            (field.role, field.confidence) = (role, 0.75);
        }
    }
}

/// "City, State, Zip" before three fields.
fn one_label_for_several(fields: &mut [Field], controls: &[&Control]) {
    for at in 0..fields.len() {
        let Some(control) = controls.get(at).filter(|c| c.is_typed()) else { continue };
        let label = [&control.label, &control.before].into_iter().find(|text| !text.is_empty()).map(|text| words(text)).unwrap_or_default();
        let place = |word: &str| match word {
            "city" | "town" | "ciudad" => Some(Role::City),
            "state" | "st" | "province" | "estado" => Some(Role::State),
            "zip" | "zipcode" | "postal" => Some(Role::Zip),
            _ => None,
        };
        let mut roles: Vec<Role> = label.split(' ').filter_map(place).collect();
        roles.dedup();
        let bare =
            |c: &&&Control| c.label.is_empty() && c.placeholder.is_empty() && c.before.chars().filter(|c| c.is_alphanumeric()).count() == 0;
        let rest = controls.iter().skip(at + 1).take_while(bare).count() + 1;
        if roles.len() < 2 || rest < roles.len() || label.len() > 40 {
            continue;
        }
        for (field, role) in fields.iter_mut().skip(at).zip(roles) {
            (field.role, field.confidence) = (role, 0.85);
        }
    }
}

/// Short boxes after a telephone box are its parts; a list of dialling codes before one belongs to it.
fn parts_of_a_number(fields: &mut [Field], controls: &[&Control]) {
    for at in 1..fields.len() {
        let short = |at: usize| controls.get(at).is_some_and(|c| c.is_typed() && c.maxlength.is_some_and(|max| max <= 5));
        let bare = controls.get(at).is_some_and(|c| c.label.is_empty() && c.placeholder.is_empty());
        let follows = fields.get(at - 1).is_some_and(|before| before.role == Role::Phone) && short(at - 1) && short(at);
        let Some(field) = fields.get_mut(at) else { continue };
        if follows && (field.role == Role::Other || bare) {
            (field.role, field.confidence) = (Role::Phone, 0.85);
        }
    }
    for at in 1..fields.len() {
        let codes =
            controls.get(at - 1).is_some_and(|c| c.kind == "select" && c.options.iter().filter(|o| o.text.contains('+')).count() > 1);
        if codes
            && fields.get(at).is_some_and(|field| field.role == Role::Phone)
            && let Some(field) = fields.get_mut(at - 1)
        {
            (field.role, field.confidence) = (Role::Phone, 0.85);
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

/// A form with everything known about it.
#[derive(Clone, Debug)]
pub struct Known {
    /// Its position.
    pub index: usize,
    /// What it is for.
    pub kind: FormKind,
    /// What is written there is a comment, a review or a tip for a friend: no question to the builder.
    pub for_others: bool,
    /// Its fields.
    pub fields: Vec<Field>,
}

/// What a search asks for is no budget and no question of a buyer.
fn of_a_search(fields: &mut [Field]) {
    for field in fields {
        if matches!(field.role, Role::Budget | Role::Subject | Role::Message | Role::Timeframe | Role::ContactPreference | Role::FullName) {
            (field.role, field.confidence) = (Role::Other, 0.6);
        }
    }
}

/// All forms of a page.
#[must_use]
pub fn survey(page: &Page) -> Vec<Known> {
    let known = |form: &Form| {
        let mut fields = fields(page, form);
        let kind = kind(page, form, &fields);
        if kind == FormKind::Search {
            of_a_search(&mut fields);
        }
        Known { index: form.index, kind, for_others: kind == FormKind::Inquiry && super::kind::for_others(page, form), fields }
    };
    page.forms.iter().map(known).collect()
}
